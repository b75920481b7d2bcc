"""Files of documents as restricted users: hidden fields, invisible parents, other people's files, paths (T63)."""

import json
import os

import frappe
import pytest
from frappe.utils import get_files_path

from erpnext_mcp.documents import attachments

GONE = "/files/mcp-is-gone.txt"


@pytest.fixture
def narrowed(changed, world):
	"""narrowed(fields, **rule): the profile of READER and MASTER with attachments of Customer."""

	def narrowed(fields=(), **rule):
		given = {
			"document_type": "Customer",
			"can_read": 1,
			"can_attachments": 1,
			"acknowledge_hidden_name": 1,
			"acknowledge_hidden_required": 1,
			**rule,
		}
		return changed(
			"MCP Permission Profile",
			world.PROFILE,
			doctype_rules=[given],
			field_rules=[{"document_type": "Customer", **f} for f in fields],
		)

	return narrowed


@pytest.fixture
def attach(admin, world):
	"""attach(name, content, file_name=..., **values) → the name of a committed File of a customer; deleted afterwards."""
	made: dict[str, str] = {}

	def attach(customer: str, content: bytes | str, file_name: str, url: str = "", **values) -> str:
		frappe.set_user(values.pop("owner", "Administrator"))
		file = frappe.get_doc(
			{
				"doctype": "File",
				"file_name": file_name,
				"content": content,
				"is_private": 1,
				"attached_to_doctype": "Customer",
				"attached_to_name": customer,
				**values,
			}
		).insert()
		made[file.name] = file.file_url
		if url:
			# What the controller would never take, but a table may hold.
			frappe.db.set_value("File", file.name, "file_url", url)
		frappe.set_user("Administrator")
		frappe.db.commit()
		return file.name

	yield attach
	frappe.set_user("Administrator")
	frappe.db.rollback()
	for name, url in made.items():
		if frappe.db.exists("File", name):
			# Frappe deletes what the URL says.
			frappe.db.set_value("File", name, {"file_url": url, "attached_to_doctype": "Customer"})
	# It makes some more by itself, for the values of Attach fields (`attach_files_to_document`).
	customers = (*world.NORTHERN, world.HIDDEN)
	made |= dict.fromkeys(frappe.get_all("File", {"attached_to_name": ("in", customers)}, pluck="name"))
	for name in made:
		frappe.delete_doc_if_exists("File", name, force=True)
	frappe.db.commit()


def listed(answer) -> list[str]:
	assert answer.error is None, answer.text
	return [a["file"] for a in answer.content["attachments"]]


def test_the_files_of_a_document_are_listed_and_read(call, world, narrowed, attach, last_entry):
	text = attach(world.ALPHA, "name;amount\nشركة;4711\n", "mcp-list.csv", is_private=0)
	image = attach(world.ALPHA, b"\x89PNG\r\n\x1a\n\x00mcp", "mcp-picture.png")
	with narrowed():
		answer = call(world.READER, "list_attachments", doctype="Customer", name=world.ALPHA)
		by_file = {a["file"]: a for a in answer.content["attachments"]}
		assert set(by_file) == {text, image}
		assert {"file", "file_name", "size", "is_private", "created"} == set(by_file[text])
		assert by_file[text]["is_private"] is False and by_file[image]["is_private"] is True
		assert by_file[image]["size"] == 12
		assert "/files/" not in answer.text

		answer = call(world.READER, "read_attachment", doctype="Customer", name=world.ALPHA, file=text)
		assert answer.content["text"] == "name;amount\nشركة;4711\n"
		assert answer.content["mime_type"] == "text/csv" and answer.content["truncated"] is False
		assert answer.files == ()

		answer = call(world.READER, "read_attachment", doctype="Customer", name=world.ALPHA, file=image)
		(file,) = answer.files
		assert file.data == b"\x89PNG\r\n\x1a\n\x00mcp" and file.mime_type == "image/png"
		assert "text" not in answer.content and answer.content["size"] == 12
		entry = last_entry(tool="read_attachment")
		assert entry.operation == "attachments" and entry.reference_name == world.ALPHA
		assert image in entry.field_names


def test_t57_a_page_at_a_time(call, world, narrowed, attach, monkeypatch):
	files = {attach(world.ALPHA, f"mcp page {i}", f"mcp-page-{i}.txt") for i in range(3)}
	monkeypatch.setattr("erpnext_mcp.mcp_server.tools.read_attachment.TEXT_PAGE", 4)
	with narrowed():

		def page(**arguments):
			return call(world.READER, "list_attachments", doctype="Customer", name=world.ALPHA, **arguments)

		first, rest = page(limit=2), page(limit=2, offset=2)
		assert first.content["has_more"] is True and rest.content["has_more"] is False
		assert {*listed(first), *listed(rest)} == files
		assert page(limit=10_000).error.code == "invalid_arguments"

		read, offset = "", 0
		while offset is not None:
			answer = call(
				world.READER,
				"read_attachment",
				doctype="Customer",
				name=world.ALPHA,
				file=listed(first)[0],
				offset=offset,
			)
			read += answer.content["text"]
			offset = answer.content.get("next_offset")
			assert answer.content["truncated"] is (offset is not None)
		assert read.startswith("mcp page ")


def test_the_operation_is_off_by_default(call, world, attach):
	file = attach(world.ALPHA, "mcp off", "mcp-off.txt")
	for tool, extra in (("list_attachments", {}), ("read_attachment", {"file": file})):
		answer = call(world.READER, tool, doctype="Customer", name=world.ALPHA, **extra)
		assert answer.error.code == "not_permitted"
		assert tool not in {t["name"] for t in call(world.READER, "tools/list").content["tools"]}


def test_t63_t13_files_of_an_invisible_document_do_not_exist(call, world, narrowed, attach):
	"""Hidden by a User Permission, outside of the row filter, or not there at all: one answer."""
	hidden = attach(world.HIDDEN, "mcp hidden", "mcp-hidden.txt", is_private=0)
	filtered = attach(world.ODD, "mcp filtered", "mcp-filtered.txt")
	with narrowed(row_filter=json.dumps([["name", "!=", world.ODD]])):
		for tool, extra in (("list_attachments", {}), ("read_attachment", {"file": hidden})):
			answers = {
				call(world.READER, tool, doctype="Customer", name=name, **extra).text
				for name in (world.HIDDEN, world.ODD, "No such customer")
			}
			assert len(answers) == 1 and '"code":"not_found"' in answers.pop()
		answer = call(world.READER, "read_attachment", doctype="Customer", name=world.ODD, file=filtered)
		assert answer.error.code == "not_found"
		master = call(world.MASTER, "list_attachments", doctype="Customer", name=world.HIDDEN)
		assert listed(master) == [hidden]


def test_t63_only_files_of_that_list_can_be_read(call, world, narrowed, attach):
	"""By URL, path, of another document, of nothing, a folder: all the same as no file at all."""
	own = attach(world.ALPHA, "mcp own", "mcp-own.txt", is_private=0)
	other = attach(world.HIDDEN, "mcp other", "mcp-other.txt", is_private=0)
	loose = attach(world.ALPHA, "mcp loose", "mcp-loose.txt")
	frappe.db.set_value("File", loose, {"attached_to_doctype": None, "attached_to_name": None})
	frappe.db.commit()
	url = frappe.db.get_value("File", own, "file_url")
	with narrowed():
		answers = {
			call(world.READER, "read_attachment", doctype="Customer", name=world.ALPHA, file=file).text
			for file in (other, loose, url, f"public{url}", "../site_config.json", "Home", "nonsense", "%")
		}
		assert len(answers) == 1 and '"code":"not_found"' in answers.pop()
		assert (
			"mcp own"
			in call(world.READER, "read_attachment", doctype="Customer", name=world.ALPHA, file=own).text
		)


@pytest.mark.parametrize(
	"narrowing",
	[
		{"fields": [{"fieldname": "image", "rule": "Restricted"}]},
		{"fields": [{"fieldname": "image", "rule": "Masked", "mask_style": "Full"}]},
		{"field_mode": "Only Allowed", "fields": [{"fieldname": "territory", "rule": "Allowed"}]},
	],
	ids=["restricted", "masked", "only allowed"],
)
def test_t63_files_of_a_hidden_attach_field_do_not_exist(call, world, narrowed, attach, changed, narrowing):
	named = attach(world.ALPHA, "mcp named", "mcp-named.txt", attached_to_field="image")
	of_value = attach(world.ALPHA, "mcp value", "mcp-value.txt")
	copy = attach(world.ALPHA, "mcp value", "mcp-value-copy.txt")  # Frappe keeps the same content once
	other = attach(world.ALPHA, "mcp free", "mcp-free.txt")
	url = frappe.db.get_value("File", of_value, "file_url")
	assert frappe.db.get_value("File", copy, "file_url") == url
	with changed("Customer", world.ALPHA, image=url):
		with narrowed():
			everything = call(world.READER, "list_attachments", doctype="Customer", name=world.ALPHA)
			assert {named, of_value, copy, other} <= set(listed(everything))
		with narrowed(**narrowing):
			answer = call(world.READER, "list_attachments", doctype="Customer", name=world.ALPHA)
			assert listed(answer) == [other]
			answers = {
				call(world.READER, "read_attachment", doctype="Customer", name=world.ALPHA, file=f).text
				for f in (named, of_value, copy, "nonsense")
			}
			assert len(answers) == 1 and '"code":"not_found"' in answers.pop()


@pytest.mark.parametrize("where", ["document", "rows"])
def test_t63_files_named_in_a_field_of_a_closed_permission_level(
	call, world, narrowed, attach, changed, where
):
	file = attach(world.ALPHA, f"mcp level {where}", "mcp level ü 1.txt")
	url = frappe.db.get_value("File", file, "file_url")
	if where == "document":
		values = {world.SECRET: url}
	else:
		(row,) = frappe.get_doc("Customer", world.ALPHA).credit_limits
		values = {
			"credit_limits": [
				{"company": row.company, "credit_limit": row.credit_limit, world.ROW_SECRET: f"see {url}"}
			]
		}
	with narrowed(), changed("Customer", world.ALPHA, **values):
		assert listed(call(world.READER, "list_attachments", doctype="Customer", name=world.ALPHA)) == []
		assert listed(call(world.MASTER, "list_attachments", doctype="Customer", name=world.ALPHA)) == [file]


def test_t63_a_field_of_rows_that_is_hidden_hides_what_was_uploaded_for_it(call, world, narrowed, attach):
	"""The desk names the field of the row, and the document itself."""
	file = attach(world.ALPHA, "mcp row", "mcp-row.txt", attached_to_field=world.ROW_SECRET)
	with narrowed():
		assert listed(call(world.READER, "list_attachments", doctype="Customer", name=world.ALPHA)) == []
		assert listed(call(world.MASTER, "list_attachments", doctype="Customer", name=world.ALPHA)) == [file]


def test_a_private_file_of_somebody_else_belongs_to_the_document(call, world, narrowed, attach):
	"""As Frappe has it: who reads the document reads its files."""
	file = attach(world.ALPHA, "mcp of the master", "mcp-master.txt", owner=world.MASTER)
	with narrowed():
		answer = call(world.READER, "read_attachment", doctype="Customer", name=world.ALPHA, file=file)
		assert answer.content["text"] == "mcp of the master"


def test_a_share_opens_the_files_too(call, world, attach):
	file = attach(world.ALPHA, "mcp shared", "mcp-shared.txt")
	rules = {"Customer": ("read", "attachments")}
	frappe.set_user("Administrator")
	world.profile("MCP Test Shared", users=(world.NOBODY,), rules=rules)
	frappe.share.add("Customer", world.ALPHA, world.NOBODY, read=1)
	frappe.db.commit()
	try:
		answer = call(world.NOBODY, "list_attachments", doctype="Customer", name=world.ALPHA)
		assert listed(answer) == [file]
		answer = call(world.NOBODY, "list_attachments", doctype="Customer", name=world.ODD)
		assert answer.error.code == "not_found"
	finally:
		frappe.set_user("Administrator")
		frappe.share.remove("Customer", world.ALPHA, world.NOBODY)
		frappe.delete_doc("MCP Permission Profile", "MCP Test Shared")
		frappe.db.commit()


@pytest.mark.parametrize(
	"url",
	["https://example.com/files/x.txt", "http://example.com/x.txt", "/api/method/ping", "/app/customer", ""],
)
def test_t63_only_files_stored_on_this_site(call, world, narrowed, attach, url):
	file = attach(world.ALPHA, f"mcp remote {url}", "mcp-remote.txt")
	frappe.db.set_value("File", file, "file_url", url)
	frappe.db.commit()
	with narrowed():
		assert listed(call(world.READER, "list_attachments", doctype="Customer", name=world.ALPHA)) == []
		answer = call(world.READER, "read_attachment", doctype="Customer", name=world.ALPHA, file=file)
		assert answer.error.code == "not_found"


@pytest.fixture
def link_outside(admin):
	"""URL of a symbolic link in the public folder that leads to the site's configuration."""
	path = get_files_path("mcp-link.txt")
	os.symlink(os.path.abspath(frappe.get_site_path("site_config.json")), path)
	yield "/files/mcp-link.txt"
	os.unlink(path)


def test_t63_nothing_outside_of_the_folders_of_files_is_read(call, world, narrowed, attach, link_outside):
	"""Through `..` and links; and a missing file is told of without its path."""
	with narrowed():
		answers = set()
		for number, url in enumerate(
			(
				GONE,
				"/files",
				"/files/",
				"/files/../../site_config.json",
				"/private/files/../../../" + frappe.local.site + "/site_config.json",
				"/files//etc/passwd",
				"/private/files/../backups",
				"/files/a\0b",
				link_outside,
			)
		):
			if "\0" in url and frappe.db.db_type == "postgres":
				continue
			file = attach(world.ALPHA, f"mcp outside {number}", f"mcp-outside-{number}.txt", url)
			answer = call(world.READER, "read_attachment", doctype="Customer", name=world.ALPHA, file=file)
			assert answer.error.code == "not_found", url
			assert "db_" not in answer.text and frappe.local.site not in answer.text
			if url != "/files":
				answers.add(answer.text)
		assert len(answers) == 1, "nothing tells what lies where"
		assert "mcp-outside" not in answers.pop()


def test_t57_too_large(call, world, narrowed, attach, monkeypatch):
	file = attach(world.ALPHA, "mcp large", "mcp-large.txt")
	monkeypatch.setattr(attachments, "FILE_LIMIT", 8)
	with narrowed():
		answer = call(world.READER, "read_attachment", doctype="Customer", name=world.ALPHA, file=file)
		assert answer.error.code == "too_large" and answer.files == ()


@pytest.mark.parametrize(
	("file_name", "content", "text"),
	[
		("mcp.json", '{"a": "ü"}'.encode(), '{"a": "ü"}'),
		("mcp.xml", b"<a>1</a>", "<a>1</a>"),
		("mcp.csv", "naïve;1".encode("cp1252"), "naïve;1"),
		("mcp.txt", b"\xef\xbb\xbfwith a mark", "with a mark"),
		("mcp-16.txt", "utf16".encode("utf-16"), "utf16"),
		("mcp", b"no ending", "no ending"),
		("mcp.unknownending", "süß".encode(), "süß"),
		("mcp-2.unknownending", b"\xff\x00\x01", None),
		("mcp-nul.csv", b"a\x00b", None),
		("mcp.zip", b"PK mcp", None),
		("mcp.xlsx", b"PK\x03\x04 mcp", None),
	],
)
def test_texts_are_read_as_text_and_nothing_else(call, world, narrowed, attach, file_name, content, text):
	file = attach(world.ALPHA, content, file_name)
	with narrowed():
		answer = call(world.READER, "read_attachment", doctype="Customer", name=world.ALPHA, file=file)
		assert answer.error is None, answer.text
		assert answer.content.get("text") == text
		assert [f.data for f in answer.files] == ([] if text is not None else [content])
