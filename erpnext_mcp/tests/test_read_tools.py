"""The reading tools as restricted users: permission levels, User Permissions, what does not exist for them."""

import frappe
import pytest


def names(answer) -> set[str]:
	return {row["name"] for row in answer.content["documents"]}


def test_a_list_shows_only_what_user_permissions_allow(call, world):
	answer = call(world.READER, "list_generic_documents", doctype="Customer", limit=100)
	assert answer.error is None
	assert names(answer) >= set(world.NORTHERN)
	assert world.HIDDEN not in names(answer)

	answer = call(
		world.MASTER,
		"list_generic_documents",
		doctype="Customer",
		filters={"name": ["in", [world.HIDDEN, world.ALPHA]]},
	)
	assert names(answer) == {world.HIDDEN, world.ALPHA}


def test_t11_filters_do_not_reach_invisible_rows(call, world):
	answer = call(
		world.READER, "list_generic_documents", doctype="Customer", filters={"territory": world.SOUTH}
	)
	assert answer.content["documents"] == [] and answer.content["has_more"] is False


def test_t13_invisible_and_missing_documents_get_the_same_answer(call, world):
	hidden = call(world.READER, "get_generic_document", doctype="Customer", name=world.HIDDEN)
	missing = call(world.READER, "get_generic_document", doctype="Customer", name="No such customer")
	assert hidden.error.code == "not_found"
	assert hidden.text == missing.text
	assert call(world.MASTER, "get_generic_document", doctype="Customer", name=world.HIDDEN).error is None


@pytest.mark.parametrize(
	"tool",
	["list_generic_documents", "get_doctype_permissions", "get_doctype_schema", "get_generic_document"],
)
def test_t13_doctypes_outside_the_profile_do_not_exist(call, world, tool):
	extra = {"name": "x"} if tool == "get_generic_document" else {}
	answers = {
		call(world.READER, tool, doctype=doctype, **extra).text
		for doctype in ("Sales Invoice", "User", "No Such DocType", "customer", "MCP Audit Entry", "Has Role")
	}
	assert len(answers) == 1
	assert '"code":"not_found"' in answers.pop()


def test_t01_t03_permlevel_fields_of_a_document_and_of_its_rows(call, world):
	def read(user: str):
		answer = call(user, "get_generic_document", doctype="Customer", name=world.ALPHA)
		return answer, answer.content["document"]

	answer, document = read(world.READER)
	assert document["territory"] == world.NORTH
	assert world.SECRET not in document and world.SECRET_VALUE not in answer.text

	_, document = read(world.MASTER)
	assert document[world.SECRET] == world.SECRET_VALUE
	(row,) = document["credit_limits"]
	assert row[world.ROW_SECRET] == world.SECRET_VALUE and row["credit_limit"] == 4711.5
	assert not {"parent", "parenttype", "parentfield", "idx", "doctype"} & set(row)


def test_t04_t13_permlevel_fields_are_unknown_fields(call, world):
	for arguments in (
		{"fields": [world.SECRET]},
		{"filters": {world.SECRET: world.SECRET_VALUE}},
		{"filters": {world.SECRET: ["like", "secret%"]}},
		{"or_filters": [[world.SECRET, "=", world.SECRET_VALUE]]},
		{"order_by": world.SECRET},
	):
		hidden = call(world.READER, "list_generic_documents", doctype="Customer", **arguments)
		assert hidden.error.code == "field_not_permitted", arguments
		assert call(world.MASTER, "list_generic_documents", doctype="Customer", **arguments).error is None
	hidden = call(
		world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA, fields=[world.SECRET]
	)
	unknown = call(
		world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA, fields=["nonsense"]
	)
	assert hidden.error.code == "field_not_permitted"
	assert hidden.text.replace(world.SECRET, "nonsense") == unknown.text


def test_t13_the_schema_tells_of_readable_fields_only(call, world):
	def fields(user: str) -> dict:
		answer = call(user, "get_doctype_schema", doctype="Customer")
		return {f["fieldname"]: f for f in answer.content["fields"]}

	assert world.SECRET not in fields(world.READER)
	assert world.ROW_SECRET not in call(world.READER, "get_doctype_schema", doctype="Customer").text
	as_master = fields(world.MASTER)
	assert world.SECRET in as_master
	assert {f["fieldname"] for f in as_master["credit_limits"]["fields"]} >= {
		"name",
		"company",
		"credit_limit",
		world.ROW_SECRET,
	}
	assert as_master["customer_name"]["required"] is True
	assert as_master["email_id"]["read_only"] is True
	assert as_master["territory"]["link_to"] == "Territory"
	assert "link_to" not in as_master["customer_group"], "Customer Group is not in the profile"
	assert "Company" in as_master["customer_type"]["options"]


def test_permissions_tell_operations_and_fields(call, world):
	answer = call(world.READER, "get_doctype_permissions", doctype="Customer").content
	assert {"read", "create", "update"} <= set(answer["operations"])
	assert "delete" not in answer["operations"]
	assert "customer_name" in answer["fields"]["writable"]
	assert "email_id" in answer["fields"]["readable"] and "email_id" not in answer["fields"]["writable"]
	assert "owner" not in answer["fields"]["writable"]
	assert world.SECRET not in answer["fields"]["readable"]
	assert (
		call(world.READER, "get_doctype_permissions", doctype="Territory").content["fields"]["writable"] == []
	)


def test_list_doctypes_is_profile_and_frappe(call, world):
	doctypes = call(world.READER, "list_doctypes").content["doctypes"]
	assert {d["doctype"] for d in doctypes} <= set(world.RULES)
	assert {"Customer", "Territory"} <= {d["doctype"] for d in doctypes}
	assert [d["doctype"] for d in call(world.READER, "list_doctypes", search="CUST").content["doctypes"]] == [
		"Customer"
	]


def test_the_profile_only_takes_away(call, world, changed):
	"""A rule for a DocType that the user's roles don't open changes nothing."""
	rules = [{"document_type": "Customer", "can_read": 1}, {"document_type": "GL Entry", "can_read": 1}]
	with changed("MCP Permission Profile", world.PROFILE, doctype_rules=rules):
		assert [d["doctype"] for d in call(world.READER, "list_doctypes").content["doctypes"]] == ["Customer"]
		answer = call(world.READER, "list_generic_documents", doctype="GL Entry")
		assert answer.error.code == "not_found"


@pytest.mark.parametrize("which", ["ODD", "ARABIC"])
def test_t18_odd_names(call, world, which):
	name = getattr(world, which)
	answer = call(world.READER, "get_generic_document", doctype="Customer", name=name)
	assert answer.content["name"] == answer.content["document"]["name"] == name
	answer = call(world.READER, "list_generic_documents", doctype="Customer", filters={"name": name})
	assert names(answer) == {name}


def test_t18_percent_is_only_a_wildcard_in_like(call, world):
	answer = call(world.READER, "list_generic_documents", doctype="Customer", filters={"name": "MCP Odd%"})
	assert names(answer) == set()
	answer = call(
		world.READER, "list_generic_documents", doctype="Customer", filters={"name": ["like", "MCP Odd%"]}
	)
	assert names(answer) == {world.ODD}


def test_t18_singles(call, world):
	listed = call(world.MASTER, "list_generic_documents", doctype="Selling Settings")
	assert listed.error.code == "unsupported"
	read = call(world.MASTER, "get_generic_document", doctype="Selling Settings", name="Selling Settings")
	assert read.content["document"]["name"] == "Selling Settings"


def test_t18_trees(call, world):
	answer = call(
		world.MASTER,
		"list_generic_documents",
		doctype="Territory",
		fields=["parent_territory", "is_group"],
		filters={"name": world.NORTH},
	)
	(row,) = answer.content["documents"]
	assert row == {
		"name": world.NORTH,
		"parent_territory": frappe.db.get_value("Territory", world.NORTH, "parent_territory"),
		"is_group": 0,
	}


def test_t57_pages_say_how_to_go_on_and_lose_nothing(call, world):
	seen, offset = [], 0
	for _ in range(100):
		page = call(
			world.READER,
			"list_generic_documents",
			doctype="Customer",
			fields=["name"],
			filters={"territory": world.NORTH},
			limit=2,
			offset=offset,
		).content
		seen += [d["name"] for d in page["documents"]]
		if not page["has_more"]:
			assert "next_offset" not in page
			break
		offset = page["next_offset"]
	assert sorted(seen) == sorted(world.NORTHERN)


def test_t57_more_rows_than_allowed_are_refused(call, world):
	answer = call(world.READER, "list_generic_documents", doctype="Customer", limit=101)
	assert answer.error.code == "invalid_arguments" and "100" in answer.error.message


def test_t57_an_answer_over_the_size_is_refused_with_advice(call, world, changed):
	with changed("MCP Gateway Settings", "MCP Gateway Settings", max_answer_kb=1):
		answer = call(world.MASTER, "list_generic_documents", doctype="Customer", fields=["*"], limit=100)
	assert answer.error.code == "too_large" and "fewer fields" in answer.error.hint


def test_order_and_or_filters(call, world):
	answer = call(
		world.MASTER,
		"list_generic_documents",
		doctype="Customer",
		or_filters=[["name", "=", world.ALPHA], ["territory", "=", world.SOUTH]],
		order_by="territory desc, name",
	)
	assert [d["name"] for d in answer.content["documents"]] == [world.HIDDEN, world.ALPHA]


def test_columns_that_v15_leaves_out_are_there(call, world):
	answer = call(
		world.READER,
		"list_generic_documents",
		doctype="Customer",
		fields=[world.LAST_SEEN],
		filters={"name": world.ALPHA},
	)
	assert answer.content["documents"] == [{"name": world.ALPHA, world.LAST_SEEN: "yesterday"}]


def test_values_are_plain_json(call, world):
	document = call(world.MASTER, "get_generic_document", doctype="Customer", name=world.ALPHA).content[
		"document"
	]
	assert document["docstatus"] == 0 and document["disabled"] == 0
	assert isinstance(document["creation"], str) and document["creation"][:2] == "20"


def test_the_version_follows_the_document(call, world, changed):
	def version() -> str:
		return call(world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA).content[
			"version"
		]

	before = version()
	assert before == version()
	with changed("Customer", world.ALPHA, website="https://alpha.example"):
		assert version() != before


def test_t56_labels_and_descriptions_are_one_clean_line(call, world):
	from erpnext_mcp.documents.text import clean

	assert clean("a\u202eb\x00c\n<b>d</b>\u200b", 20) == "a b c d"
	assert clean("x" * 30, 10) == "x" * 9 + "…"


def test_a_field_list_limits_the_document(call, world):
	answer = call(
		world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA, fields=["territory"]
	)
	assert answer.content["document"] == {"name": world.ALPHA, "territory": world.NORTH}
