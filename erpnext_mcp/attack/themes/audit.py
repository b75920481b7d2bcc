"""What the attacks themselves have left in the audit."""

from erpnext_mcp.attack import site
from erpnext_mcp.attack.attacker import ATTACK
from erpnext_mcp.attack.catalogue import attack
from erpnext_mcp.attack.trial import Trial


@attack("T53", "Hidden values and secrets in the audit", last=True)
def secrets(t: Trial) -> None:
	t.says("every column of the entries of this run, against hidden values")
	t.call("list_doctypes")
	for entry in site.entries(t.run.attacker.entries):
		# The name of a document that was asked for is what an audit is for.
		told = "\n".join(str(v) for k, v in entry.items() if k not in ("reference_name",)).casefold()
		for canary in t.run.truth.canaries:
			if canary.where.endswith(".name"):
				continue
			if not canary.text.replace(".", "").isdigit() and canary.text.casefold() in told:
				t.broke(f"an entry of {entry['tool']} holds a value of {canary.where}")
		t.judged += 1


@attack("T54", "Calls without their entry, or under another name", last=True)
def complete(t: Trial) -> None:
	t.says("the number and the marks of the entries of this run")
	t.call("list_doctypes")
	found = site.entries(t.run.attacker.entries)
	names = t.run.attacker.entries
	t.check(len(found) == len(set(names)), f"{len(set(names))} calls have left {len(found)} entries")
	for entry in found:
		fine = entry["user"] == t.run.attacker.by and entry["simulated_user"] and entry["transport"] == ATTACK
		t.check(bool(fine), f"an entry of {entry['tool']} does not say that it was an attack")
