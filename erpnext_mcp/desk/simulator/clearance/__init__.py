"""How much of a simulated call the viewer may be told, decided before anything is done and by nothing but what he may
read himself: what he is not cleared for is not even run.

For every tool there is a rule (`rules.py`). It first checks, as the tool would, what depends on the policy alone: that may be told to
any administrator. Then it names what stands in the way of telling the rest. A viewer can write row filters, conditions
and masks himself, and ask again and again: whether a document matches them would tell him its values one by one. So he
learns the outcome only where he can read everything that decides it; for a list that is every document of the DocType.
"""

from frappe import _

from erpnext_mcp.desk.simulator.clearance.case import COUNT, NOTHING, PARTS, Case, Clearance
from erpnext_mcp.desk.simulator.clearance.hindrances import document_of
from erpnext_mcp.desk.simulator.clearance.rules import RULES

__all__ = ["COUNT", "NOTHING", "PARTS", "Case", "Clearance", "cleared", "document_of"]


def cleared(case: Case) -> Clearance:
	"""What may be told of a call.

	:raises CallError: the call is refused whatever the documents hold, which may be told
	"""
	rule = RULES.get(case.tool.perform)
	if rule is None:
		return Clearance(NOTHING, (_("What this tool answers is not told in simulations."),))
	return rule(case)
