"""Comments: plain text of the caller, on documents he can read, without mention or mail (T64)."""

import frappe
import pytest

TEXT = 'Call <b>back</b> & ask\r\n<span class="mention" data-id="mcp.master@example.com">@Master</span>\x07 "now"'


@pytest.fixture
def commenting(changed, world):
	"""commenting(**rule): the profile of READER and MASTER with comments on Customer."""

	def commenting(**rule):
		given = {"document_type": "Customer", "can_read": 1, "can_comment": 1, **rule}
		return changed("MCP Permission Profile", world.PROFILE, doctype_rules=[given])

	return commenting


@pytest.fixture(autouse=True)
def no_comments_left(admin, world):
	yield
	frappe.set_user("Administrator")
	frappe.db.rollback()
	for name in frappe.get_all("Comment", {"reference_name": ("in", of(world))}, pluck="name"):
		frappe.delete_doc("Comment", name, force=True)
	frappe.db.commit()


def of(world) -> tuple:
	return (*world.NORTHERN, world.HIDDEN)


def comments(world) -> list:
	frappe.db.rollback()
	return frappe.get_all(
		"Comment",
		{"reference_name": ("in", of(world)), "comment_type": "Comment"},
		["name", "content", "owner", "comment_email", "comment_by", "reference_doctype", "reference_name"],
	)


def traces() -> dict[str, int]:
	return {d: frappe.db.count(d) for d in ("Notification Log", "Email Queue", "Document Follow", "DocShare")}


def test_t64_a_comment_is_escaped_text_of_its_author_and_tells_nobody(call, world, commenting, last_entry):
	frappe.db.set_value("User", world.READER, "follow_commented_documents", 1)
	frappe.db.commit()
	frappe.clear_cache(user=world.READER)
	before, modified = traces(), frappe.db.get_value("Customer", world.ALPHA, "modified")
	with commenting():
		answer = call(world.READER, "add_comment", doctype="Customer", name=world.ALPHA, text=TEXT)
		assert answer.error is None, answer.text
		(comment,) = comments(world)
		assert answer.content == {
			"doctype": "Customer",
			"name": world.ALPHA,
			"comment": comment.name,
			"dry_run": False,
		}
		assert comment.owner == comment.comment_email == world.READER
		assert comment.comment_by == frappe.utils.get_fullname(world.READER)
		assert "<b>" not in comment.content and "<span" not in comment.content
		assert "&lt;b&gt;back&lt;/b&gt; &amp; ask<br>&lt;span" in comment.content
		assert "\x07" not in comment.content
		assert traces() == before
		assert frappe.db.get_value("Customer", world.ALPHA, "modified") == modified
		entry = last_entry(tool="add_comment")
		assert entry.operation == "comment" and entry.outcome == "Allowed"
		assert entry.reference_doctype == "Customer" and entry.reference_name == world.ALPHA


def test_t22_a_dry_run_leaves_nothing(call, world, commenting, last_entry):
	with commenting():
		answer = call(
			world.READER, "add_comment", doctype="Customer", name=world.ALPHA, text="x", dry_run=True
		)
		assert answer.error is None and answer.content["dry_run"] is True
		assert comments(world) == []
		assert last_entry(tool="add_comment").dry_run == 1
		assert (frappe.db.get_value("Customer", world.ALPHA, "_comments") or "[]") == "[]"


def test_t13_documents_that_cant_be_seen_get_no_comment(call, world, commenting):
	with commenting(row_filter=f'{{"name": ["!=", "{world.ODD}"]}}'):
		answers = {
			call(world.READER, "add_comment", doctype="Customer", name=name, text="x").text
			for name in (world.HIDDEN, world.ODD, "No such customer")
		}
		assert len(answers) == 1 and '"code":"not_found"' in answers.pop()
		assert comments(world) == []


def test_the_operation_is_off_by_default_and_is_a_write(call, world, commenting, changed):
	arguments = {"doctype": "Customer", "name": world.ALPHA, "text": "x"}
	assert call(world.READER, "add_comment", **arguments).error.code == "not_permitted"
	with commenting(), changed("MCP Permission Profile", world.PROFILE, read_only=1):
		assert call(world.READER, "add_comment", **arguments).error is not None
		assert "add_comment" not in {t["name"] for t in call(world.READER, "tools/list").content["tools"]}
	assert comments(world) == []


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 5001])
def test_texts_that_are_refused(call, world, commenting, text):
	with commenting():
		answer = call(world.READER, "add_comment", doctype="Customer", name=world.ALPHA, text=text)
		assert answer.error.code == "invalid_arguments"


@pytest.mark.parametrize("which", ["ODD", "ARABIC"])
def test_t18_odd_names(call, world, commenting, which):
	with commenting():
		answer = call(
			world.READER, "add_comment", doctype="Customer", name=getattr(world, which), text="نعم ✓"
		)
		assert answer.content["name"] == getattr(world, which)
		(comment,) = comments(world)
		assert comment.content.endswith("نعم ✓") or "نعم ✓" in comment.content


def test_t34_comments_are_no_doctype_of_the_generic_tools(call, world):
	answer = call(world.READER, "list_generic_documents", doctype="Comment")
	assert answer.error.code == "not_found"
