"""Who calls: nobody, somebody else, somebody above all rules."""

from erpnext_mcp.attack import site
from erpnext_mcp.attack.catalogue import attack
from erpnext_mcp.attack.trial import Trial

REFUSED = frozenset({"not_permitted", "not_found", "invalid_arguments"})


@attack("T44", "Guests and disabled users")
def nobody(t: Trial) -> None:
	t.says("calls as Guest, as a disabled user, as nobody at all")
	disabled = site.disabled_users()
	for user in ("Guest", *disabled):
		for tool in ("test_connection", "list_doctypes", "tools/list"):
			reply = t.call(tool, caller=user)
			t.judge_refusal(
				reply, {"not_permitted"}, f"as {'Guest' if user == 'Guest' else 'a disabled user'}"
			)


@attack("T76", "Administrator and System Managers without a profile")
def above(t: Trial) -> None:
	t.says("calls as Administrator and as System Managers whom no profile applies to")
	users = [user for user in site.without_profile(t.target.named) if user != t.target.user]
	for user in t.some(users, "a profile applies to Administrator and to every System Manager"):
		reply = t.call("list_doctypes", caller=user)
		t.judge_refusal(reply, REFUSED, f"to {user}, whom no profile names")
