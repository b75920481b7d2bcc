"""The requests that are compared: the same work asked of Frappe's REST and of the app; and the proof that both answer it right."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any
from urllib.parse import quote, urlencode

from dev.benchmark.doors import load

PROTOCOL = "2025-11-25"
PAGE = 20

LIST, GET, COUNT = "list", "get", "count"
CLIENTS = (1, 8, 32)


class NotTheSame(Exception):
	"""The doors answer differently."""


@dataclass(frozen=True)
class Work:
	"""One piece of work: how REST is asked for it (not at all, where it has nothing of the kind), and how the app."""

	name: str
	rest: bytes | None
	mcp: bytes
	clients: tuple[int, ...] = CLIENTS


def works(host: str, made: Mapping[str, Any]) -> list[Work]:
	"""List, get and count.

	:param made: what the world says of itself
	"""
	key = made["authorization"]
	fields, filters, invoice = made["listed"], made["counted"], made["invoice"]
	page = urlencode({"fields": json.dumps(fields), "order_by": "name asc", "limit_page_length": PAGE})
	counted = urlencode({"doctype": "Customer", "filters": json.dumps(filters)})
	return [
		Work(
			LIST,
			rest(host, key, f"/api/resource/Customer?{page}"),
			tool(
				host,
				key,
				"list_generic_documents",
				doctype="Customer",
				fields=fields,
				order_by="name asc",
				limit=PAGE,
			),
		),
		Work(
			GET,
			rest(host, key, f"/api/resource/{quote('Sales Invoice')}/{quote(invoice, safe='')}"),
			tool(host, key, "get_generic_document", doctype="Sales Invoice", name=invoice),
		),
		Work(
			COUNT,
			# frappe.client.get_count counts what the user can't see, on v15.
			rest(host, key, f"/api/method/frappe.desk.reportview.get_count?{counted}"),
			tool(host, key, "count_generic_documents", doctype="Customer", filters=filters),
		),
	]


def tools_work(count: str) -> str:
	"""The name of that piece of work."""
	return f"tools/list, {count} DocTypes with own tools"


def rules_work(count: str) -> str:
	return f"list, a profile of {count} rules"


def rows_work(count: str) -> str:
	return f"list with filter and order, {int(count):,} rows"


def scale_works(host: str, made: Mapping[str, Any], grown: Mapping[str, Any]) -> list[Work]:
	"""What shows how costs grow; one client each.

	:param grown: what `scale` says of itself
	"""
	works = []
	for count, key in grown["tools"].items():
		works.append(Work(tools_work(count), None, message(host, key, "tools/list", {}), (1,)))
	page = {"doctype": "Customer", "fields": made["listed"], "order_by": "name asc", "limit": PAGE}
	for count, key in grown["rules"].items():
		works.append(Work(rules_work(count), None, tool(host, key, "list_generic_documents", **page), (1,)))
	key, fields, filters = made["authorization"], ["name", "title", "amount"], [["kind", "=", "even"]]
	for count, doctype in grown["rows"].items():
		asked = urlencode(
			{
				"fields": json.dumps(fields),
				"filters": json.dumps(filters),
				"order_by": "name desc",
				"limit_page_length": PAGE,
			}
		)
		works.append(
			Work(
				rows_work(count),
				rest(host, key, f"/api/resource/{quote(doctype)}?{asked}"),
				tool(
					host,
					key,
					"list_generic_documents",
					doctype=doctype,
					fields=fields,
					filters=filters,
					order_by="name desc",
					limit=PAGE,
				),
				(1,),
			)
		)
	return works


def rest(host: str, key: str, path: str) -> bytes:
	"""A GET of Frappe's REST, version 1."""
	return load.request("GET", path, {"Host": host, "Authorization": key, "Accept": "application/json"})


def tool(host: str, key: str, tool_name: str, **arguments: Any) -> bytes:
	"""A call of a tool."""
	return message(host, key, "tools/call", {"name": tool_name, "arguments": arguments})


def message(host: str, key: str, method: str, params: Mapping[str, Any]) -> bytes:
	"""A POST to /mcp, as a client of the handshake revisions sends it."""
	headers = {
		"Host": host,
		"Authorization": key,
		"Accept": "application/json, text/event-stream",
		"Content-Type": "application/json",
		"MCP-Protocol-Version": PROTOCOL,
	}
	body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
	return load.request("POST", "/mcp", headers, json.dumps(body).encode())


def content(answer: bytes) -> dict[str, Any]:
	"""What a tool has answered.

	:raises NotTheSame: it has refused or failed
	"""
	message = json.loads(answer)
	if "error" in message or message["result"].get("isError"):
		raise NotTheSame(f"the app doesn't do it: {answer[:500]!r}")
	return message["result"]["structuredContent"]


def prove(work: Work, rest: bytes, mcp: bytes, made: Mapping[str, Any]) -> None:
	"""Holds the app's answer against REST's.

	:raises NotTheSame: they differ, beyond what the profile hides
	"""
	theirs, ours = json.loads(rest), content(mcp)
	if work.name.startswith(LIST):
		_same(work, theirs["data"], ours["documents"])
		if len(ours["documents"]) != PAGE:
			raise NotTheSame(f"a page of {len(ours['documents'])}, not of {PAGE}")
	elif work.name == COUNT:
		_same(work, theirs["message"], ours["count"])
	else:
		_contains(work, theirs["data"], ours["document"])
		if len(ours["document"]["items"]) != made["invoice_rows"]:
			raise NotTheSame(f"{len(ours['document']['items'])} rows, not {made['invoice_rows']}")


def _same(work: Work, theirs: Any, ours: Any) -> None:
	if theirs == ours:
		return
	if isinstance(theirs, list) and isinstance(ours, list):
		rows = zip_longest(theirs, ours)
		theirs, ours = next((theirs_, ours_) for theirs_, ours_ in rows if theirs_ != ours_)
	raise NotTheSame(f"{work.name}: REST says {theirs}, the app {ours}")


MASK_OF_ALL = "remarks"
"""The one field of the invoice that the profile masks."""


def _contains(work: Work, theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
	"""Whatever the app tells is what REST tells; the profile may hide something."""
	for field, value in ours.items():
		if field == MASK_OF_ALL:
			continue
		if isinstance(value, list):
			if len(theirs.get(field, [])) != len(value):
				raise NotTheSame(f"{work.name}: other rows in {field}")
			for their_row, our_row in zip(theirs[field], value, strict=True):
				_contains(work, their_row, our_row)
		elif _plain(theirs.get(field)) != value:
			raise NotTheSame(f"{work.name}: {field} is {theirs.get(field)!r} to REST, {value!r} to the app")


def _plain(value: Any) -> Any:
	"""A time of day as the app writes it: REST leaves the first zero out."""
	if isinstance(value, str) and re.fullmatch(r"\d:\d\d:\d\d(\.\d+)?", value):
		return f"0{value}"
	return value
