"""The simulator: what an administrator is told of somebody else's call, and what he is not.

The viewers are real users with real roles; the answers are compared with those of real calls.
"""

import json

import pytest

from erpnext_mcp.limits import limiter
from erpnext_mcp.tests.simulating import ALL, NONE, NORTH, SOME, layer, state

# What the viewer may read is what the user gets


def test_a_document_that_the_viewer_reads_is_the_real_answer(simulate, call, world):
	for name in world.NORTHERN:
		real = call(world.READER, "get_generic_document", doctype="Customer", name=name)
		told = simulate(ALL, world.READER, "get_generic_document", doctype="Customer", name=name)
		assert state(told) == "allowed"
		assert told["answer"] == real.content
		assert told["withheld"] == []
		assert told["bytes"] == len(real.text.encode())


@pytest.mark.parametrize(
	("tool", "arguments"),
	[
		("list_generic_documents", {"doctype": "Customer", "limit": 50}),
		(
			"list_generic_documents",
			{"doctype": "Customer", "fields": ["customer_name", "territory"], "order_by": "name desc"},
		),
		("list_generic_documents", {"doctype": "Customer", "filters": {"customer_name": ["like", "MCP %"]}}),
		("search_generic_documents", {"doctype": "Customer", "search_term": "MCP"}),
		("count_generic_documents", {"doctype": "Customer", "filters": {"customer_name": ["like", "MCP %"]}}),
		(
			"aggregate_generic_documents",
			{"doctype": "Customer", "aggregates": [{"function": "count"}], "group_by": ["territory"]},
		),
		("get_doctype_schema", {"doctype": "Customer"}),
		("get_doctype_permissions", {"doctype": "Customer"}),
		("list_doctypes", {}),
		("test_connection", {}),
		("explain_access", {"doctype": "Customer", "operation": "update", "name": "MCP Alpha"}),
		("get_linked_documents", {"doctype": "Customer", "name": "MCP Alpha"}),
		("get_generic_document", {"doctype": "Customer", "name": "MCP Hidden"}),
		("list_generic_documents", {"doctype": "Customer", "fields": ["mcp_secret"]}),
		("list_generic_documents", {"doctype": "Salary Slip"}),
		("list_generic_documents", {"doctype": "Customer", "limit": 0}),
		("get_generic_document", {"doctype": "User", "name": "Administrator"}),
	],
	ids=lambda v: v if isinstance(v, str) else json.dumps(v)[:60],
)
def test_the_answer_is_the_real_one_where_everything_is_readable(simulate, call, world, tool, arguments):
	real = call(world.READER, tool, **arguments)
	for viewer in ("Administrator", ALL):
		told = simulate(viewer, world.READER, tool, **arguments)
		if tool == "get_linked_documents" and viewer == ALL:
			continue  # links of DocTypes that this viewer does not read wholly
		assert told["answer"] == real.content, (viewer, told["why"] if "why" in told else told)
		assert (state(told) == "allowed") == (real.error is None)


def test_tool_list_with_definitions(simulate, call, world):
	real = call(world.READER, "tools/list")
	told = simulate(NONE, world.READER)
	assert told["answer"]["tools"] == real.content["tools"]
	assert told["profile"] == world.PROFILE
	assert "Customer" in told["doctypes"]


# What he may not read


def test_fields_of_other_levels_are_taken_out(simulate, world):
	told = simulate(SOME, world.MASTER, "get_generic_document", doctype="Customer", name=world.ALPHA)
	assert state(told) == "allowed"
	assert world.SECRET not in told["answer"]["document"]
	assert f"document.{world.SECRET}" in told["withheld"]
	# ERPNext shows the table, but not this field of its rows.
	assert any(path.startswith("document.credit_limits") for path in told["withheld"])
	assert told["answer"]["document"]["territory"] == world.NORTH
	assert "version" in told["withheld"] and "bytes" not in told
	assert world.SECRET_VALUE not in json.dumps(told)
	listed = simulate(
		SOME, world.MASTER, "list_generic_documents", doctype="Customer", fields=["territory", world.SECRET]
	)
	assert all(set(row) == {"name", "territory"} for row in listed["answer"]["documents"])
	assert world.SECRET_VALUE not in json.dumps(listed)


def test_a_mask_of_the_profile_opens_nothing(simulate, granted, world):
	"""A viewer could give any field the mask that shows most of it."""
	with granted({"Customer": "read"}, fields=[("Customer", world.SECRET, "Masked", "Last Four")]):
		told = simulate(SOME, world.MASTER, "get_generic_document", doctype="Customer", name=world.ALPHA)
		assert world.SECRET not in told["answer"]["document"]
		told = simulate(ALL, world.MASTER, "get_generic_document", doctype="Customer", name=world.ALPHA)
		assert told["answer"]["document"][world.SECRET].endswith("11.5")


def test_what_frappe_masks_for_him(simulate, changed, world, monkeypatch):
	"""As v16 does it, for this viewer and nobody else."""
	import frappe

	from erpnext_mcp import compat

	def masked_fields(meta):
		is_his = meta.name == "Customer" and frappe.session.user == SOME
		return {"website": meta.get_field("website")} if is_his else {}

	monkeypatch.setattr(compat, "masked_fields", masked_fields)
	with changed("Customer", world.ALPHA, website="https://masked.example.com"):
		told = simulate(SOME, world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA)
		assert "document.website" in told["withheld"] and "masked.example" not in json.dumps(told)
		told = simulate(
			SOME,
			world.READER,
			"count_generic_documents",
			doctype="Customer",
			filters={"website": ["like", "%masked%"]},
		)
		assert state(told) == "not_told" and "count" not in told
		told = simulate(ALL, world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA)
		assert told["answer"]["document"]["website"] == "https://masked.example.com"


@pytest.mark.parametrize("viewer", [NONE, NORTH])
def test_a_document_he_may_not_read_is_like_none(simulate, world, viewer):
	told = [
		simulate(viewer, world.MASTER, "get_generic_document", doctype="Customer", name=name)
		for name in (world.HIDDEN, "MCP There Is None")
	]
	assert state(told[0]) == "not_told"
	assert "answer" not in told[0]
	for one in told:
		del one["entry"]
		del layer(one, "limits")["details"]  # what is left is more again by the second
		del layer(one, "validity")["details"]  # says what time it is
	assert told[0] == told[1]


def test_a_filter_he_may_not_use_finds_nothing_out(simulate, world):
	found = [
		simulate(
			SOME,
			world.MASTER,
			tool,
			doctype="Customer",
			**more,
			filters={"name": world.ALPHA, world.SECRET: value},
		)
		for value in (world.SECRET_VALUE, "nothing like it")
		for tool, more in (
			("list_generic_documents", {}),
			("count_generic_documents", {}),
			("aggregate_generic_documents", {"aggregates": [{"function": "count"}]}),
		)
	]
	assert {state(one) for one in found} == {"not_told"}
	assert not any("answer" in one or "count" in one for one in found)
	ordered = simulate(
		SOME, world.MASTER, "list_generic_documents", doctype="Customer", order_by=world.SECRET
	)
	assert "answer" not in ordered and set(ordered["count"]) == {"count", "has_more"}


def test_counts_only_of_what_nobody_has_chosen(simulate, granted, world):
	told = simulate(NONE, world.MASTER, "list_generic_documents", doctype="Customer", limit=3)
	assert told["count"] == {"count": 3, "has_more": True}
	assert "answer" not in told and told["why"]
	assert world.ALPHA not in json.dumps(told)
	told = simulate(NONE, world.MASTER, "count_generic_documents", doctype="Customer")
	assert told["count"]["count"] >= 4
	for viewer in (NONE, NORTH):
		told = simulate(
			viewer,
			world.MASTER,
			"count_generic_documents",
			doctype="Customer",
			filters={"name": world.HIDDEN},
		)
		assert "count" not in told and state(told) == "not_told"
	with granted({"Customer": "read"}, more={"Customer": {"row_filter": '[["tax_id", "=", "4711"]]'}}):
		told = simulate(NONE, world.MASTER, "count_generic_documents", doctype="Customer")
		assert "count" not in told and state(told) == "not_told"


def test_row_filters_on_fields_he_may_not_read(simulate, granted, changed, world):
	"""Row filters can only be about permission level 0, so Frappe's masks and other DocTypes are what is left; here the
	viewer has no permission on the DocType at all."""
	with granted(
		{"Customer": "read"}, more={"Customer": {"row_filter": f'[["name", "=", "{world.ALPHA}"]]'}}
	):
		inside, outside = (
			simulate(NONE, world.MASTER, "get_generic_document", doctype="Customer", name=name)
			for name in (world.ALPHA, world.HIDDEN)
		)
		assert inside["verdict"] == outside["verdict"] == {"state": "not_told"}
		told = simulate(SOME, world.MASTER, "get_generic_document", doctype="Customer", name=world.HIDDEN)
		assert state(told) == "refused"
		assert layer(told, "document")["state"] == "stopped"
		assert "row filter" in layer(told, "document")["text"]


def test_conditions_on_fields_he_may_not_read(simulate, granted, world):
	condition = ("Customer", "update", world.SECRET, "=", world.SECRET_VALUE, "Before")
	arguments = {"doctype": "Customer", "name": world.ALPHA, "data": {"website": "https://example.com"}}
	with granted({"Customer": "read update"}, conditions=[condition]):
		told = simulate(SOME, world.MASTER, "update_generic_document", **arguments)
		assert state(told) == "not_told"
		assert [line["state"] for line in layer(told, "conditions")["details"]] == ["withheld"]
		told = simulate(ALL, world.MASTER, "update_generic_document", **arguments)
		assert state(told) == "allowed"
		line = layer(told, "conditions")["details"][0]
		assert (line["state"], line["value"]) == ("passed", world.SECRET_VALUE)


# Dry runs


def test_writes_are_dry_runs_and_leave_nothing(simulate, granted, world):
	import frappe

	with granted({"Customer": "read create update delete"}):
		told = simulate(
			ALL,
			world.MASTER,
			"update_generic_document",
			doctype="Customer",
			name=world.ALPHA,
			data={"website": "https://simulated.example.com"},
			dry_run=False,
		)
		assert state(told) == "allowed", told["verdict"]
		assert told["answer"]["dry_run"] is True
		assert told["answer"]["changed"]["website"][1] == "https://simulated.example.com"
		assert frappe.db.get_value("Customer", world.ALPHA, "website") != "https://simulated.example.com"
		told = simulate(
			ALL,
			world.MASTER,
			"create_generic_document",
			doctype="Customer",
			data={
				"customer_name": "MCP Simulated",
				"customer_type": "Company",
				"territory": world.NORTH,
			},
		)
		assert told["answer"].get("document", {}).get("customer_name") == "MCP Simulated", told
		assert not frappe.db.exists("Customer", "MCP Simulated")
		told = simulate(ALL, world.MASTER, "delete_generic_document", doctype="Customer", name=world.ODD)
		assert frappe.db.exists("Customer", world.ODD)


def test_writes_are_told_to_who_may_do_them_himself(simulate, granted, world):
	with granted({"Customer": "read create update delete"}):
		for tool, arguments in (
			("create_generic_document", {"data": {"customer_name": "MCP X", "customer_type": "Company"}}),
			("update_generic_document", {"name": world.ALPHA, "data": {"website": "https://example.com"}}),
			("delete_generic_document", {"name": world.ALPHA}),
		):
			for viewer in (NONE, NORTH):
				told = simulate(viewer, world.MASTER, tool, doctype="Customer", **arguments)
				assert state(told) == "not_told", (viewer, tool)
				assert "answer" not in told and told["why"]


def test_links_to_what_he_may_not_read(simulate, granted, world):
	"""A link that can be used and one that can't are told apart by the answer."""
	with granted({"Customer": "read update", "Territory": "read"}):
		for territory in (world.SOUTH, "MCP No Such Territory"):
			arguments = {"doctype": "Customer", "name": world.ALPHA, "data": {"territory": territory}}
			told = simulate(ALL, world.READER, "update_generic_document", **arguments)
			assert state(told) == "refused"


# Layers


def test_layers_in_their_order(simulate, world):
	told = simulate(ALL, world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA)
	assert [x["key"] for x in told["layers"]] == [
		*("account", "site", "paused", "client", "profile", "validity", "limits", "tool"),
		*("frappe", "rule", "rows", "document", "fields", "conditions", "outcome"),
	]
	assert {x["state"] for x in told["layers"]} <= {"passed", "warning"}
	assert any(
		line["label"] == world.PROFILE and line["note"] == "applies"
		for line in layer(told, "profile")["details"]
	)
	assert {"Sales User"} <= set(layer(told, "account")["details"][0]["value"].split(", "))
	by = {(row["table"], row["fieldname"]): row for row in told["fields"]}
	assert (by["", world.SECRET]["state"], by["", world.SECRET]["by"]) == ("hidden", "permlevel")
	assert (by["", "website"]["state"]) == "writable"


def test_nothing_is_reached_behind_the_stop(simulate, changed, world):
	with changed("MCP Permission Profile", world.PROFILE, enabled=0):
		told = simulate(ALL, world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA)
	assert state(told) == "refused"
	assert layer(told, "validity")["state"] == "stopped"
	assert layer(told, "limits")["state"] == "not_reached" and not layer(told, "limits")["details"]
	assert layer(told, "outcome")["state"] == "not_reached"
	with changed("MCP Gateway Settings", "MCP Gateway Settings", enabled=0):
		told = simulate(ALL, world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA)
	assert layer(told, "site")["state"] == "stopped" and state(told) == "refused"


@pytest.mark.parametrize(
	("user", "tool", "arguments", "key"),
	[
		("NOBODY", "list_doctypes", {}, "profile"),
		("READER", "no_such_tool", {}, "tool"),
		("READER", "get_generic_document", {"doctype": "Customer"}, "tool"),
		("READER", "list_generic_documents", {"doctype": "Item"}, "rule"),
		("READER", "delete_generic_document", {"doctype": "Customer", "name": "x"}, "frappe"),
		("READER", "add_comment", {"doctype": "Customer", "name": "x", "text": "x"}, "rule"),
		("READER", "list_generic_documents", {"doctype": "No Such"}, "frappe"),
		("READER", "list_generic_documents", {"doctype": "Customer", "filters": {"mcp_secret": 1}}, "fields"),
		("READER", "get_generic_document", {"doctype": "Customer", "name": "MCP Hidden"}, "document"),
	],
)
def test_where_it_stops(simulate, world, user, tool, arguments, key):
	told = simulate("Administrator", getattr(world, user), tool, **arguments)
	assert state(told) == "refused"
	assert [x["key"] for x in told["layers"] if x["state"] == "stopped"] == [key]


def test_networks_and_clients(simulate, changed, world):
	with changed("MCP Permission Profile", world.PROFILE, networks=[{"network": "192.0.2.0/24"}]):
		inside = simulate(NONE, world.READER, "list_doctypes", ip_address="192.0.2.7")
		outside = simulate(NONE, world.READER, "list_doctypes", ip_address="198.51.100.1")
	assert state(inside) == "allowed" and state(outside) == "refused"
	assert layer(outside, "validity")["state"] == "stopped"
	told = simulate(NONE, world.READER, "list_doctypes", client="no such client")
	assert layer(told, "client")["state"] == "stopped"


def test_limits_are_looked_at_and_not_spent(simulate, changed, world):
	limiter.forget(f"erpnext_mcp:reads:minute:{world.READER}")  # what other tests have spent
	with changed("MCP Gateway Settings", "MCP Gateway Settings", reads_per_minute=2):
		for _i in range(4):
			told = simulate(NONE, world.READER, "list_doctypes")
			assert state(told) == "allowed"
			assert layer(told, "limits")["details"][0]["value"].startswith("2 left")


def test_refusals_suspend_nobody(simulate, changed, world):
	import frappe

	with changed("MCP Gateway Settings", "MCP Gateway Settings", suspend_after=1, suspend_within=5):
		for _i in range(3):
			assert state(simulate(NONE, world.READER, "list_generic_documents", doctype="Item")) == "refused"
	assert not frappe.db.exists("MCP Suspension", {"user": world.READER, "lifted": 0})


# Who may


@pytest.mark.parametrize("viewer", [NONE, SOME])
def test_system_managers_are_for_system_managers(simulate, last_entry, world, viewer):
	import frappe

	# The databases find these as well, where they don't look at case and spaces.
	for user in ("Administrator", ALL, "administrator", "Administrator ", ALL.upper(), f"{ALL} "):
		with pytest.raises((frappe.PermissionError, frappe.ValidationError)):
			simulate(viewer, user)
	for user in ("Administrator", ALL):
		entry = last_entry(user=viewer, simulated_user=user)
		assert (entry.outcome, entry.reason_code, entry.transport) == (
			"Refused",
			"not_permitted",
			"simulator",
		)
	assert state(simulate(ALL, "Administrator", "list_doctypes")) == "refused"
	assert state(simulate(ALL, ALL, "list_doctypes")) in ("refused", "allowed")


def test_plain_users_and_guests_may_nothing(admin, world):
	import frappe

	from erpnext_mcp.api.desk import simulator

	for user in (world.READER, world.NOBODY, "Guest"):
		frappe.set_user(user)
		for method in (
			lambda: simulator.simulate(world.READER),
			simulator.tools,
			simulator.users,
			simulator.clients,
		):
			with pytest.raises(frappe.PermissionError):
				method()


def test_many_simulations_a_minute_are_too_many(admin, viewers, world, monkeypatch):
	import frappe

	from erpnext_mcp.api.desk import simulator
	from erpnext_mcp.desk.simulator import simulate as module
	from erpnext_mcp.limits import limiter

	limiter.forget(f"erpnext_mcp:simulations:{NONE}")
	monkeypatch.setattr(module, "MOST_PER_MINUTE", 2)
	frappe.set_user(NONE)
	simulator.simulate(world.READER)
	simulator.simulate(world.READER)
	with pytest.raises(frappe.RateLimitExceededError):
		simulator.simulate(world.READER)
	limiter.forget(f"erpnext_mcp:simulations:{NONE}")


# The audit


def test_the_entry_is_the_viewers(simulate, last_entry, world):
	import frappe

	told = simulate(SOME, world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA)
	entry = last_entry(name=told["entry"])
	assert (entry.user, entry.simulated_user, entry.transport) == (SOME, world.READER, "simulator")
	assert (entry.tool, entry.outcome) == ("get_generic_document", "Allowed")
	assert (entry.reference_doctype, entry.reference_name) == ("Customer", world.ALPHA)
	frappe.set_user(world.READER)
	assert entry.name not in frappe.get_list("MCP Audit Entry", pluck="name", limit=500)
	assert not frappe.has_permission("MCP Audit Entry", doc=entry.name)


def test_nothing_withheld_is_in_the_entry(simulate, last_entry, world):
	told = simulate(NONE, world.MASTER, "get_generic_document", doctype="Customer", name=world.HIDDEN)
	entry = last_entry(name=told["entry"])
	assert (entry.outcome, entry.row_count, entry.byte_count) == ("Allowed", 0, 0)
	assert entry.reason.startswith("not run")


def test_reads_are_recorded_even_where_reads_are_not(simulate, changed, last_entry, world):
	with changed("MCP Gateway Settings", "MCP Gateway Settings", log_reads=0):
		told = simulate(NONE, world.READER, "list_doctypes")
	assert last_entry(name=told["entry"])


def test_a_simulation_that_can_not_be_recorded_is_not_shown(simulate, world, monkeypatch):
	import frappe

	from erpnext_mcp.audit import entry

	def fails(*_arguments):
		raise OSError("disk full")

	monkeypatch.setattr(entry, "write", fails)
	with pytest.raises(frappe.ValidationError, match="recorded"):
		simulate(NONE, world.READER, "list_doctypes")


def test_the_seals_hold(simulate, fresh_audit, world):
	from erpnext_mcp.audit import seal, verify

	simulate(NONE, world.READER, "list_doctypes")
	assert seal.seal().seals == 1
	assert not verify.verify().problem


# All tools


def test_every_tool_has_a_rule():
	from erpnext_mcp.desk.simulator.clearance.rules import RULES
	from erpnext_mcp.mcp_server.registry import LIST_TOOLS, TOOLS

	assert {t.perform for t in (LIST_TOOLS, *TOOLS.values())} == set(RULES)


ARGUMENTS = {
	"get_doctype_permissions": {"doctype": "Customer"},
	"get_doctype_schema": {"doctype": "Customer"},
	"explain_access": {"doctype": "Customer", "operation": "read"},
	"list_generic_documents": {"doctype": "Customer"},
	"search_generic_documents": {"doctype": "Customer", "search_term": "MCP"},
	"count_generic_documents": {"doctype": "Customer"},
	"aggregate_generic_documents": {"doctype": "Customer", "aggregates": [{"function": "count"}]},
	"create_generic_document": {
		"doctype": "Customer",
		"data": {"customer_name": "X", "customer_type": "Company"},
	},
	"make_mapped_document": {
		"source_doctype": "Customer",
		"source_name": "MCP Alpha",
		"target_doctype": "Quotation",
	},
	"update_generic_document": {
		"doctype": "Customer",
		"name": "MCP Alpha",
		"data": {"website": "x.example.com"},
	},
	"apply_workflow_action": {"doctype": "Customer", "name": "MCP Alpha", "action": "Approve"},
	"bulk_create_documents": {
		"doctype": "Customer",
		"documents": [{"customer_name": "X", "customer_type": "Company"}],
	},
	"bulk_update_documents": {
		"doctype": "Customer",
		"documents": [{"name": "MCP Alpha", "data": {"website": "x.example.com"}}],
	},
	"get_report_info": {"report": "Customers"},
	"run_report": {"report": "Customers"},
	"read_attachment": {"doctype": "Customer", "name": "MCP Alpha", "file": "none"},
	"add_comment": {"doctype": "Customer", "name": "MCP Alpha", "text": "x"},
	"assign": {"doctype": "Customer", "name": "MCP Alpha", "user": "mcp.reader@example.com"},
	**{key: {} for key in ("test_connection", "get_system_info", "list_doctypes", "get_pending_approvals")},
}


def tool_names():
	from erpnext_mcp.mcp_server.registry import TOOLS

	return list(TOOLS)


@pytest.mark.parametrize("viewer", ["Administrator", NONE])
@pytest.mark.parametrize("tool", tool_names())
def test_every_tool_can_be_simulated(simulate, granted, world, viewer, tool):
	import frappe

	operations = "select read create update delete print attachments comment assign"
	arguments = ARGUMENTS.get(tool, {"doctype": "Customer", "name": world.ALPHA})
	tables = ("Customer", "Comment", "ToDo", "Notification Log", "Email Queue", "Version")
	before = {t: frappe.get_all(t, pluck="name", limit=0) for t in tables}
	with granted({"Customer": operations, "Quotation": "read create"}):
		before["Version"] = frappe.get_all("Version", pluck="name", limit=0)
		told = simulate(viewer, world.MASTER, tool, **arguments)
		assert {t: frappe.get_all(t, pluck="name", limit=0) for t in tables} == before
	assert told["verdict"].get("code") != "internal", told["verdict"]
	if state(told) == "not_told":
		assert told["why"] and viewer == NONE
	else:
		assert "answer" in told or "count" in told
	if viewer == NONE:
		assert world.SECRET_VALUE not in json.dumps(told) and "4711.5" not in json.dumps(told)


def test_a_doctypes_own_tools(simulate, call, granted, world):
	with granted({"Customer": "read update"}, more={"Customer": {"own_tools": 1}}):
		real = call(world.READER, "get_customer_document", name=world.ALPHA)
		told = simulate(ALL, world.READER, "get_customer_document", name=world.ALPHA)
		assert real.error is None and told["answer"] == real.content
		told = simulate(SOME, world.MASTER, "get_customer_document", name=world.ALPHA)
		assert world.SECRET not in told["answer"]["document"]
		told = simulate(
			ALL, world.READER, "update_customer_document", name=world.ALPHA, data={"website": "x.example.com"}
		)
		assert told["answer"]["dry_run"] is True
		told = simulate(NONE, world.READER, "update_customer_document", name=world.ALPHA, data={})
		assert state(told) == "refused"


def test_a_dry_run_that_can_not_be_undone_is_not_done(simulate, granted, world, monkeypatch):
	from erpnext_mcp.documents import side_effects

	monkeypatch.setattr(side_effects, "dry_run_obstacle", lambda *_a: "a message is sent at once")
	with granted({"Customer": "read update"}):
		told = simulate(
			ALL,
			world.READER,
			"update_generic_document",
			doctype="Customer",
			name=world.ALPHA,
			data={"website": "x.example.com"},
		)
	assert told["verdict"]["code"] == "unsupported"
