"""What is kept of every call that was made."""

from dataclasses import dataclass

from dev.torture.answers import Fate

CREATE = "create_generic_document"
UPDATE = "update_generic_document"
BULK_UPDATE = "bulk_update_documents"
SUBMIT = "submit_generic_document"
CANCEL = "cancel_generic_document"
GET = "get_generic_document"
LIST = "list_generic_documents"
COUNT = "count_generic_documents"
AGGREGATE = "aggregate_generic_documents"
SEARCH = "search_generic_documents"


@dataclass(frozen=True)
class Call:
	"""One request of a client and what became of it. Times are seconds of the monotonic clock.

	:param token: of the document that a create wants; the same for all its repetitions
	:param name: of the document that the answer told
	:param documents: how many it would change
	:param repeated: the answer says that an earlier call has made the document
	"""

	request_id: str
	user: str
	tool: str
	doctype: str
	sent: float
	received: float
	fate: Fate
	code: str = ""
	cause: str = ""
	token: str = ""
	name: str = ""
	documents: int = 1
	dry_run: bool = False
	repeated: bool = False
	url: str = ""
