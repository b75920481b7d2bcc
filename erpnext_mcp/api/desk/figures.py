"""What the workspace shows of the audit: its number cards and charts.

Frappe's widgets call them by POST, with arguments (filters, chart_name ...) that mean nothing here and that Frappe drops.
"""

from datetime import datetime
from typing import Any

import frappe
from frappe import _
from frappe.utils import (
	add_to_date,
	escape_html,
	format_date,
	format_datetime,
	get_datetime,
	now_datetime,
	nowdate,
	pretty_date,
)

from erpnext_mcp.api.desk.roles import administrators_only
from erpnext_mcp.audit import days, statistics, verified
from erpnext_mcp.audit.entry import DESK
from erpnext_mcp.limits.clients import DOCTYPE as CLIENT

BY_WIDGETS = {"methods": ["GET", "POST"]}
DAY = "d MMM"
DAYS = 31
"""Of the charts. The desk names every second, third or fifth day, and the last one: of 31 that is one of these."""

Figure = dict[str, Any]


@frappe.whitelist(**BY_WIDGETS)
def calls_today() -> Figure:
	"""The card Calls Today, which leads to the list of them."""
	administrators_only()
	return _number(statistics.calls_since(_midnight()), "List", "MCP Audit Entry", _today())


@frappe.whitelist(**BY_WIDGETS)
def refusals_today() -> Figure:
	"""The card Refusals Today, which leads to the list of them."""
	administrators_only()
	found = statistics.calls_since(_midnight(), statistics.REFUSED)
	return _number(found, "List", "MCP Audit Entry", {**_today(), "outcome": statistics.REFUSED})


@frappe.whitelist(**BY_WIDGETS)
def active_clients() -> Figure:
	"""The card Active Clients: those that were used in the last 24 hours, whether reads are audited or not."""
	administrators_only()
	used = {"last_used": [">=", str(add_to_date(now_datetime(), hours=-24).replace(microsecond=0))]}
	return _number(len(frappe.get_list(CLIENT, filters=used)), "List", CLIENT, used)


@frappe.whitelist(**BY_WIDGETS)
def last_seal() -> str:
	"""The card Last Seal: when, as HTML, and what is wrong when entries wait for long."""
	administrators_only()
	sealing, checked = statistics.sealing(), verified.last()
	when, exactly = _("Never"), ""
	if sealing.sealed_at:
		when, exactly = pretty_date(sealing.sealed_at), format_datetime(sealing.sealed_at)
	wrong = []
	if checked and checked.problem:
		wrong.append(_("The audit is not as it was written: {0}").format(checked.problem))
	if sealing.is_late():
		wrong.append(
			_("{0} entries wait since {1}. Does the scheduler run?").format(
				sealing.waiting, format_datetime(sealing.since)
			)
		)
	if not wrong:
		return _colored(when, exactly, "inherit" if sealing.sealed_at else "var(--text-muted)")
	notes = "<br>".join(map(escape_html, wrong))
	return _colored(when, exactly, "var(--red-500)") + (
		f'<div class="text-muted small" style="white-space: normal">{notes}</div>'
	)


@frappe.whitelist(**BY_WIDGETS)
def calls_by_outcome() -> Figure:
	"""The chart of calls per day by outcome, of the last month; empty when there were none."""
	administrators_only()
	rows = days.figures(statistics.Period.of(days=DAYS))
	return _chart(rows, {"allowed": _("Allowed"), "refused": _("Refused"), "failed": _("Failed")})


@frappe.whitelist(**BY_WIDGETS)
def latency() -> Figure:
	"""The chart of how long calls took per day, of the last month; empty when there were none."""
	administrators_only()
	rows = days.figures(statistics.Period.of(days=DAYS))
	return _chart(rows, {"p50": _("Half Within"), "p95": _("95% Within")})


def _midnight() -> datetime:
	return get_datetime(nowdate())


def _today() -> dict[str, Any]:
	"""Filters of a list that shows what `calls_since` counts."""
	return {
		"timestamp": [">=", str(_midnight())],
		"simulated_user": ["is", "not set"],
		"transport": ["!=", DESK],
	}


def _number(value: int, view: str, name: str, route_options: dict[str, Any]) -> Figure:
	return {"value": value, "fieldtype": "Int", "route": [view, name], "route_options": route_options}


def _colored(text: str, title: str, color: str) -> str:
	return f'<span style="color: {color}" title="{escape_html(title)}">{escape_html(text)}</span>'


def _chart(rows: list[Figure], labels: dict[str, str]) -> Figure:
	if not any(row[field] for row in rows for field in labels):
		return {}  # the widget says that there is no data
	return {
		"labels": [format_date(row["day"], DAY) for row in rows],
		"datasets": [{"name": label, "values": [row[f] for row in rows]} for f, label in labels.items()],
	}
