"""Hostile arguments, made of names and values. Pure."""

import json
from collections.abc import Iterator
from typing import Any

MISSING_FIELD = "zz_no_such_field"
MISSING_NAME = "zz-no-such-document"
MISSING_DOCTYPE = "Zz No Such DocType"

FIELD_REFUSED = frozenset({"field_not_permitted", "invalid_arguments"})
"""The codes of a call that was refused for what it names."""


def filter_shapes(doctype: str, fieldname: str, value: Any) -> Iterator[tuple[str, Any]]:
	"""(what it is, filters) in every shape that Frappe itself would take (T04)."""
	yield "object", {fieldname: value}
	yield "object with operator", {fieldname: ["like", f"%{value}%"]}
	yield "array of three", [[fieldname, "=", value]]
	yield "a single array", [fieldname, ">", value]
	yield "array of four", [[doctype, fieldname, "=", value]]
	yield "nested or", [["name", "=", "x"], "or", [fieldname, "=", value]]
	yield "nested deep", [[["name", "is", "set"], "and", [["name", "=", "x"], "or", [fieldname, "=", value]]]]
	yield "JSON text", json.dumps({fieldname: value})
	yield "JSON text of arrays", json.dumps([[fieldname, "in", [value]]])
	yield "is set", [[fieldname, "is", "set"]]
	yield "between", [[fieldname, "between", [value, value]]]


def odd_filters(doctype: str, fieldname: str, value: Any) -> Iterator[tuple[str, Any]]:
	"""Shapes that are none of those, or that only look like one (T06)."""
	yield "two parts", [[fieldname, value]]
	yield "five parts", [[doctype, fieldname, "=", value, False]]
	yield "an object in an array", [{fieldname: value}]
	yield "an object as a part", [[{"field": fieldname}, "=", value]]
	yield "an array as the field", [[[fieldname], "=", value]]
	yield "SQL as the operator", [[fieldname, "= '' or 1=1 --", value]]
	yield "an operator of the tree", [[fieldname, "descendants of", value]]
	yield "a query as the value", [[fieldname, "=", {"query": "select 1"}]]
	yield "upper case", {fieldname.upper(): value}
	yield "with a space", {f" {fieldname}": value}
	yield "with the table", {f"tab{doctype}.{fieldname}": value}
	yield "back-quoted", {f"`{fieldname}`": value}
	yield "dotted", [[f"{doctype}.{fieldname}", "=", value]]
	yield "a key of the ORM", {fieldname: value, "doctype": doctype}
	yield "JSON text twice", json.dumps(json.dumps({fieldname: value}))


def order_shapes(doctype: str, fieldname: str) -> Iterator[str]:
	"""order_by that names a field, plain and in disguise (T05)."""
	yield fieldname
	yield f"{fieldname} desc"
	yield f"name asc, {fieldname} desc"
	yield f"`{fieldname}` asc"
	yield f"`tab{doctype}`.`{fieldname}`"
	yield f"length({fieldname}) asc"
	yield f"if({fieldname} > 0, 1, 0)"
	yield f"case when {fieldname} is null then 0 else 1 end"
	yield f"{fieldname.upper()} asc"


def column_shapes(doctype: str, fieldname: str) -> Iterator[str]:
	"""A column under another name, or within an expression (T07)."""
	yield f"{fieldname} as name2"
	yield f"`{fieldname}`"
	yield f"`tab{doctype}`.`{fieldname}`"
	yield f"tab{doctype}.{fieldname}"
	yield f"upper({fieldname})"
	yield f"({fieldname})"
	yield f"distinct {fieldname}"
	yield f"count({fieldname}) as n"
	yield f"1; select {fieldname} from `tab{doctype}`"
	yield f"(select {fieldname} from `tab{doctype}` limit 1)"
	yield f"{fieldname}/**/as/**/x"
	yield "* "
	yield f"tab{doctype}.*"


def function_shapes(fieldname: str) -> Iterator[str]:
	"""Functions of several columns, of which the first is harmless (T08)."""
	for function in ("replace", "least", "greatest", "insert", "concat", "coalesce", "ifnull", "concat_ws"):
		yield f"{function}(name, name, {fieldname}) as x"


def unknown_keys() -> Iterator[tuple[str, Any]]:
	"""What no caller sets on a document (T21)."""
	yield "owner", "Administrator"
	yield "creation", "2001-01-01 00:00:00"
	yield "modified", "2001-01-01 00:00:00"
	yield "modified_by", "Administrator"
	yield "doctype", "User"
	yield "flags", {"ignore_permissions": True}
	yield "__islocal", 1
	yield "__newname", "x"
	yield "__unsaved", 1
	yield "_user_tags", ",mine"
	yield "_assign", '["Administrator"]'
	yield "_comments", "[]"
	yield "idx", 7
	yield "parent", "x"
	yield "parenttype", "User"
	yield "parentfield", "roles"
	yield "amended_from", "x"
	yield "ignore_permissions", True
	yield "zz_no_such_field", "x"


def hostile_names(name: str) -> Iterator[str]:
	"""Names that are not a document's, but that something careless takes for one (T18)."""
	yield "%"
	yield "_" * max(1, min(len(name), 140))
	yield "' or 1=1 -- "
	yield '" or ""="'
	yield "../" + name
	yield name + "/../" + name
	yield name + "\u0000"
	yield name + "%00"
	yield "/" + name
	yield name + "?x=1"
	yield "#" + name
	yield "{{ name }}"
	yield "[]"
	yield '["=", "' + name.replace('"', "") + '"]'


TOOLS_THAT_RUN_CODE = (
	"run_sql",
	"execute_sql",
	"run_query",
	"run_python",
	"execute_python",
	"execute_code",
	"run_server_script",
	"run_python_code",
	"analyze_data",
	"call_method",
	"run_doc_method",
	"frappe.client.get_list",
	"frappe.client.set_value",
	"rename_generic_document",
	"import_documents",
)
"""Tools that other servers have (T16)."""

NEVER_OPENED = (
	"User",
	"Role",
	"Has Role",
	"DocPerm",
	"Custom DocPerm",
	"DocShare",
	"User Permission",
	"Role Profile",
	"DocType",
	"Custom Field",
	"Property Setter",
	"Server Script",
	"Client Script",
	"System Settings",
	"OAuth Client",
	"OAuth Bearer Token",
	"Connected App",
	"Token Cache",
	"Social Login Key",
	"Data Import",
	"Bulk Update",
	"Rename Tool",
	"Deleted Document",
	"Version",
	"File",
	"Comment",
	"Communication",
	"Email Queue",
	"Email Account",
	"Notification",
	"Prepared Report",
	"Report",
	"Print Format",
	"Web Form",
	"Webhook",
	"Integration Request",
	"Workflow",
	"Assignment Rule",
	"Auto Repeat",
	"Scheduled Job Type",
	"System Console",
	"Activity Log",
	"Access Log",
	"Error Log",
	"Session Default Settings",
)
"""The most dangerous of what no profile opens (T34). A list of its own: one entry less in the product's is to be noticed."""

OWN_DOCTYPES = (
	"MCP Gateway Settings",
	"MCP Permission Profile",
	"MCP DocType Rule",
	"MCP Audit Entry",
	"MCP Audit Seal",
	"MCP Suspension",
	"MCP Approval Request",
	"MCP Idempotency Key",
	"MCP Client",
	"MCP Prompt",
)
"""The gateway's own (T55)."""
