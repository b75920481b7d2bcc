"""print_document as restricted users: what a print could show that the caller can't read (T62), and the PDF itself."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import frappe
import pytest

from erpnext_mcp import compat
from erpnext_mcp.documents import printing

FORMAT, RAW, DISABLED, FOREIGN, FAILING = (
	"MCP Test Print",
	"MCP Test Raw",
	"MCP Test Disabled Print",
	"MCP Test Foreign Print",
	"MCP Test Failing Print",
)
ALL = (FORMAT, RAW, DISABLED, FOREIGN, FAILING)
PRINTS = [{"document_type": "Customer", "can_read": 1, "can_print": 1}]
NO_GENERATOR = "no PDF generator is installed on this machine"


@pytest.fixture(scope="module")
def formats(world):
	frappe.set_user("Administrator")
	_delete()
	_format(FORMAT, html="<h1>{{ doc.name }}</h1><p>{{ doc.territory }}</p>")
	_format(RAW, raw_printing=1, raw_commands="^XA^XZ")
	_format(DISABLED, html="x", disabled=1)
	_format(FOREIGN, doc_type="Territory", html="x")
	_format(FAILING, html="{{ doc.no.such.attribute }}")
	frappe.db.commit()
	yield
	_delete()


def _format(name: str, **values):
	return frappe.get_doc(
		{
			"doctype": "Print Format",
			"name": name,
			"doc_type": "Customer",
			"module": "Printing",
			"standard": "No",
			"custom_format": 1,
			"print_format_type": "Jinja",
			**values,
		}
	).insert()


def _delete() -> None:
	frappe.set_user("Administrator")
	frappe.db.rollback()
	for name in ALL:
		frappe.delete_doc_if_exists("Print Format", name, force=True)
	frappe.db.commit()


@pytest.fixture
def opened(formats, changed, world):
	"""opened(**values of the Customer rule): a profile that prints customers, for a with block."""

	def opened(field_rules=(), **values):
		rules = [{**PRINTS[0], **values}]
		return changed(
			"MCP Permission Profile", world.PROFILE, doctype_rules=rules, field_rules=list(field_rules)
		)

	return opened


@pytest.fixture
def drawn(site, monkeypatch):
	"""The HTML that was to become a PDF: works without a PDF generator, everything before it is Frappe's own."""
	pages: list[str] = []

	def body(template, args, **kwargs):
		try:
			return template.render(args, filters={"len": len})
		except Exception as e:
			raise frappe.PrintFormatError from e

	def get_pdf(html, options=None, output=None):
		pages.append(html)
		return b"%PDF-1.4 test"

	monkeypatch.setattr("frappe.utils.pdf.get_pdf", get_pdf)
	if site.kind != "bench":
		# The embedded engine leaves the body out.
		monkeypatch.setattr("frappe.utils.pdf.pdf_body_html", body)
	monkeypatch.setattr(compat, "pdf_generator", lambda wanted: "wkhtmltopdf")
	return pages


def make(call, user: str, name: str, **arguments):
	return call(user, "print_document", doctype="Customer", name=name, **arguments)


def test_print_is_an_operation_of_its_own(call, world, opened, drawn):
	with opened(can_print=0):
		assert make(call, world.MASTER, world.ALPHA).error.code == "not_permitted"
	assert not drawn


def test_a_document_is_printed(call, world, opened, drawn):
	with opened():
		answer = make(call, world.MASTER, world.ODD, format=FORMAT)
		assert answer.error is None, answer.text
		assert answer.content == {
			"doctype": "Customer",
			"name": world.ODD,
			"format": FORMAT,
			"file": "Customer-MCP-Odd-100-1-Ltd.pdf",
			"bytes": 13,
		}
		(file,) = answer.files
		assert (file.filename, file.mime_type, file.data) == (
			"Customer-MCP-Odd-100-1-Ltd.pdf",
			"application/pdf",
			b"%PDF-1.4 test",
		)
		assert world.ODD.replace("&", "&amp;") in drawn[0] and world.NORTH in drawn[0]
		standard = make(call, world.MASTER, world.ARABIC)
		assert standard.content["format"] == "Standard" and world.ARABIC in drawn[1]
		assert standard.content["file"].endswith("شركة-النور.pdf")


@pytest.mark.parametrize("name", ["HIDDEN", "No such customer"])
def test_t13_an_invisible_document_is_not_there(call, world, opened, drawn, name):
	with opened(print_formats=FORMAT, acknowledge_print=1):
		answer = make(call, world.READER, getattr(world, name, name))
		missing = make(call, world.READER, "Nothing")
	assert answer.error.code == "not_found" and answer.text == missing.text and not drawn


def test_t62_rows_outside_the_row_filter_are_not_printed(call, world, opened, drawn):
	with opened(row_filter='[["territory", "=", "MCP South"]]'):
		assert make(call, world.MASTER, world.ALPHA).error.code == "not_found"
		assert make(call, world.MASTER, world.HIDDEN).error is None


@pytest.mark.parametrize(
	"rule",
	[
		{"fieldname": "website", "rule": "Restricted"},
		{"fieldname": "website", "rule": "Masked", "mask_style": "Full"},
		{"fieldname": "owner", "rule": "Restricted"},
		{"fieldname": "credit_limits", "rule": "Restricted"},
		{"table_field": "credit_limits", "fieldname": "credit_limit", "rule": "Restricted"},
		{"table_field": "credit_limits", "fieldname": "credit_limit", "rule": "Masked", "mask_style": "Full"},
	],
	ids=str,
)
def test_t62_nothing_is_printed_while_a_field_is_hidden(call, world, opened, drawn, rule):
	rules = [{"document_type": "Customer", **rule}]
	with opened(rules):
		for arguments in ({}, {"format": FORMAT}, {"format": "No such format"}):
			answer = make(call, world.MASTER, world.ALPHA, **arguments)
			assert answer.error.code == "not_permitted" and "administrator" in answer.error.hint
			assert rule["fieldname"] not in answer.text
	with opened(rules, print_formats=FORMAT):
		assert make(call, world.MASTER, world.ALPHA).error.code == "not_permitted", "not acknowledged"
	assert not drawn
	with opened(rules, print_formats=FORMAT, acknowledge_print=1):
		answer = make(call, world.MASTER, world.ALPHA)
		assert answer.content["format"] == FORMAT, "the only one that is named"
		assert make(call, world.MASTER, world.ALPHA, format="Standard").error.code == "invalid_arguments"


def test_t62_in_the_mode_only_allowed_nothing_is_printed(call, world, opened, drawn):
	with opened(
		[{"document_type": "Customer", "fieldname": "territory", "rule": "Allowed"}],
		field_mode="Only Allowed",
		acknowledge_hidden_name=1,
	):
		assert make(call, world.MASTER, world.ALPHA).error.code == "not_permitted" and not drawn


def test_t62_permission_levels_count(call, world, opened, drawn):
	with opened():
		answer = make(call, world.READER, world.ALPHA)
		assert answer.error.code == "not_permitted" and world.SECRET not in answer.text
	with opened(print_formats=FORMAT, acknowledge_print=1):
		assert make(call, world.READER, world.ALPHA).error is None


@pytest.mark.parametrize("name", ["No such format", DISABLED, FOREIGN, FORMAT.lower(), "../../etc/passwd"])
def test_t13_formats_that_are_not_there(call, world, opened, drawn, name):
	with opened():
		answer = make(call, world.MASTER, world.ALPHA, format=name)
	assert answer.error.code == "invalid_arguments" and not drawn
	assert {FORMAT, "Standard"} <= set(answer.content["allowed_formats"])
	assert not {DISABLED, FOREIGN} & set(answer.content["allowed_formats"])


def test_raw_formats_have_no_pdf(call, world, opened, drawn):
	with opened():
		assert make(call, world.MASTER, world.ALPHA, format=RAW).error.code == "unsupported"


def test_t43_an_error_in_a_format_is_told_without_its_text(call, world, opened, drawn):
	with opened():
		answer = make(call, world.MASTER, world.ALPHA, format=FAILING)
	assert answer.error.code == "validation_failed" and "attribute" not in answer.text


def test_without_a_generator(call, world, opened, monkeypatch):
	monkeypatch.setattr(compat, "pdf_generator", lambda wanted: None)
	with opened():
		answer = make(call, world.MASTER, world.ALPHA)
	assert answer.error.code == "unsupported" and "PDF generator" in answer.error.message


def test_t57_a_pdf_over_the_size_is_refused(call, world, opened, drawn, monkeypatch):
	monkeypatch.setattr(printing, "MAX_BYTES", 10)
	with opened():
		answer = make(call, world.MASTER, world.ALPHA)
	assert answer.error.code == "too_large" and not answer.files


def test_the_request_of_the_caller_does_not_reach_the_print(call, world, opened, drawn, monkeypatch):
	"""Frappe's view takes print settings, a letter head and a share key from the request."""
	request = frappe._dict(settings='{"allow_print_for_draft": 1}', letterhead="x", key="y", trigger_print=1)
	seen = []
	monkeypatch.setattr(
		frappe, "get_print", lambda *args, **kwargs: seen.append(dict(frappe.local.form_dict)) or b"%PDF"
	)
	monkeypatch.setattr(printing, "_check_state", lambda doc: setattr(frappe.local, "form_dict", request))
	with opened():
		assert make(call, world.MASTER, world.ALPHA).error is None
	assert seen == [{"pdf_generator": "wkhtmltopdf"}]


def test_drafts_and_cancelled_documents_follow_the_print_settings(call, world, opened, drawn, changed):
	order = frappe._dict(meta=frappe._dict(is_submittable=1), docstatus=0)
	for docstatus, fieldname, word in (
		(0, "allow_print_for_draft", "drafts"),
		(2, "allow_print_for_cancelled", "cancelled"),
	):
		order.docstatus = docstatus
		with changed("Print Settings", "Print Settings", **{fieldname: 0}):
			with pytest.raises(printing.NotPermitted, match=word):
				printing._check_state(order)
		with changed("Print Settings", "Print Settings", **{fieldname: 1}):
			printing._check_state(order)


def test_a_profile_names_formats_that_there_are(world, opened):
	for values in (
		{"print_formats": "No such format"},
		{"print_formats": DISABLED},
		{"print_formats": FOREIGN},
		{"acknowledge_print": 1},
	):
		with pytest.raises(frappe.ValidationError):
			with opened(**values):
				pass
		frappe.db.rollback()
	with opened(print_formats=f" {FORMAT} \n\nStandard\n{FORMAT}", acknowledge_print=1):
		pass


def test_formats_in_a_profile_file(world, formats, admin):
	from erpnext_mcp.policy.interchange.profile_file import from_data, to_data
	from erpnext_mcp.policy.interchange.site import fit

	values = frappe.get_doc("MCP Permission Profile", world.PROFILE).as_dict()
	values["doctype_rules"] = [
		{
			"document_type": "Customer",
			"can_print": 1,
			"print_formats": f"{FORMAT}\nGone",
			"acknowledge_print": 1,
		}
	]
	data = to_data(values)
	assert data["doctypes"]["Customer"]["print_formats"] == [FORMAT, "Gone"]
	draft = from_data(data)
	assert draft.values["doctype_rules"][0]["print_formats"] == f"{FORMAT}\nGone"
	fit(draft)
	(row,) = draft.values["doctype_rules"]
	assert (row["print_formats"], row["acknowledge_print"], row["can_print"]) == (FORMAT, 1, 1)

	data["doctypes"]["Customer"] = {"operations": ["read", "print"], "print_formats": ["Gone"]}
	draft = from_data(data)
	fit(draft)
	(row,) = draft.values["doctype_rules"]
	assert (row["print_formats"], row["can_print"], row["can_read"]) == ("", 0, 1), "none left is not all"


class NoStyles(BaseHTTPRequestHandler):
	"""Gives an empty style sheet for everything."""

	def do_GET(self) -> None:
		self.send_response(200)
		self.send_header("Content-Type", "text/css")
		self.send_header("Content-Length", "0")
		self.end_headers()

	def log_message(self, *args) -> None:
		pass


@pytest.fixture
def own_address(monkeypatch):
	"""Something answers at the site's own address, where the generator fetches style sheets from."""
	server = HTTPServer(("127.0.0.1", 0), NoStyles)
	threading.Thread(target=server.serve_forever, daemon=True).start()
	monkeypatch.setitem(frappe.local.conf, "host_name", f"http://127.0.0.1:{server.server_port}")
	yield
	server.shutdown()
	server.server_close()


def test_a_real_pdf(site, call, world, opened, own_address):
	if site.kind != "bench":
		pytest.skip("the embedded engine makes no PDFs")
	if compat.pdf_generator(None) is None:
		pytest.skip(NO_GENERATOR)
	with opened():
		answer = make(call, world.MASTER, world.ALPHA, format=FORMAT)
	assert answer.error is None, answer.text
	assert answer.files[0].data.startswith(b"%PDF-") and answer.content["bytes"] == len(answer.files[0].data)
