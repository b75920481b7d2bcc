"""The parts of a call."""

FRAPPE = "Frappe: request, authentication, connection"
WORK = "the work itself: documents read"
POLICY = "policy and limits"
PROTOCOL = "protocol: the door, JSON-RPC, the SDK"
AUDIT = "audit: entry, commit, log"
TRANSACTION = "the read-only transaction: its begin, limits and end"
ALL = (FRAPPE, WORK, POLICY, PROTOCOL, TRANSACTION, AUDIT)
