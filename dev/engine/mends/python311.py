"""One `type X = ...` statement (PEP 695) keeps the wheel from compiling on Python 3.11; an assignment says the same."""

from dev.engine.edit import Edit

EDITS = [
	Edit(
		"desk/doctype/event/event.py",
		"type EventLikeDict = Event | frappe._dict",
		"EventLikeDict = Event | frappe._dict",
	)
]
