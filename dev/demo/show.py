"""What the demo tells its reader: the session as it went, the audit entries that it left, and how to connect."""

import textwrap
from typing import Any

from dev.demo.people import Person
from dev.demo.session import Call, Transcript
from dev.demo.terminal import WIDTH, Terminal
from erpnext_mcp.desk.connect.snippets import snippets

ROW_FIELDS = ("item_code", "item_name", "qty", "rate", "amount")
PAGES = {
	"mcp-permission-profile": "who may do what through MCP",
	"mcp-audit-entry": "what was done",
	"sales-order": "what the agents see",
}
HEAD_FIELDS = ("customer", "transaction_date", "status", "currency", "grand_total")


def session(terminal: Terminal, person: Person, seen: Transcript) -> None:
	terminal.heading(f"An agent's session as {person.email}, with the official Python SDK")
	terminal.line(f"  connected to {seen.server}, protocol {seen.protocol}")
	for line in textwrap.wrap(f"tools: {', '.join(seen.tools)}", WIDTH, subsequent_indent=" " * 7):
		terminal.line(f"  {line}")
	_list(terminal, seen.listed)
	_document(terminal, seen.opened)
	_asked(terminal, seen.refused)
	terminal.line(f"    {terminal.style(_in_words(seen.refused.answer), 'yellow')}")


def audit(terminal: Terminal, entries: list[dict[str, Any]]) -> None:
	terminal.heading("What the audit says of it (MCP Audit Entry)")
	rows = []
	for entry in entries:
		of = " ".join(filter(None, (entry["reference_doctype"], entry["reference_name"])))
		time = entry["timestamp"].strftime("%H:%M:%S")
		milliseconds = f"{entry['duration_ms']:.0f} ms"
		rows.append(
			(
				time,
				entry["tool"],
				of,
				entry["outcome"],
				entry["reason_code"],
				entry["row_count"],
				milliseconds,
			)
		)
	terminal.table(rows, ("time", "tool", "of", "outcome", "reason", "rows", "took"))


def connect(terminal: Terminal, url: str, person: Person) -> None:
	terminal.heading(f"Connect your own agent, here as {person.email}")
	for snippet in filter(lambda snippet: snippet.uses_key, snippets(url, person.authorization)):
		terminal.line(f"  {terminal.style(snippet.client, 'bold')}: {snippet.where}")
		for line in snippet.text.splitlines():
			terminal.line(f"    {line}")


def addresses(terminal: Terminal, base_url: str, people: list[Person], login: tuple[str, str] | None) -> None:
	terminal.heading("Served on this machine")
	terminal.line(f"  MCP   {terminal.style(f'{base_url}/mcp', 'bold', 'green')}")
	for person in people:
		terminal.line(
			f"        {person.email:25} Authorization: {terminal.style(person.authorization, 'bold')}"
		)
		terminal.line(f"        {'':25} {terminal.style(f'{person.profile}: {person.description}', 'dim')}")
	if login:
		user, password = (terminal.style(text, "bold") for text in login)
		terminal.line(
			f"  Desk  {terminal.style(f'{base_url}/desk', 'bold', 'green')}  log in as {user} with {password}"
		)
		for page, what in PAGES.items():
			terminal.line(f"        {f'{base_url}/desk/{page}':53} {terminal.style(what, 'dim')}")


def _list(terminal: Terminal, call: Call) -> None:
	_asked(terminal, call)
	documents = call.answer.get("documents")
	if not documents:
		return terminal.line(f"    {_in_words(call.answer)}")
	fields = list(documents[0])
	terminal.table([[document[field] for field in fields] for document in documents], fields)
	if call.answer["has_more"]:
		terminal.line(terminal.style(f"    has_more, next_offset {call.answer['next_offset']}", "dim"))


def _document(terminal: Terminal, call: Call) -> None:
	_asked(terminal, call)
	document = call.answer.get("document")
	if not document:
		return terminal.line(f"    {_in_words(call.answer)}")
	terminal.line(
		f"    {', '.join(f'{field}: {document[field]}' for field in HEAD_FIELDS if field in document)}"
	)
	rows = document["items"]
	fields = [field for field in ROW_FIELDS if field in rows[0]]
	terminal.table([[row[field] for field in fields] for row in rows], fields)


def _asked(terminal: Terminal, call: Call) -> None:
	terminal.line(f"  {terminal.style('>', 'bold', 'cyan')} {call.as_text()}")


def _in_words(answer: dict[str, Any]) -> str:
	"""A refusal as the agent reads it; nothing else comes without documents but an empty list."""
	return (
		f"{answer['code']}: {answer['message']} {answer.get('hint', '')}".rstrip()
		if "code" in answer
		else "none"
	)
