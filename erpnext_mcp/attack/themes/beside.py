"""What goes along with documents: reports, print formats, files, comments, assignments."""

from erpnext_mcp.attack import site
from erpnext_mcp.attack.catalogue import attack
from erpnext_mcp.attack.shapes import MISSING_NAME
from erpnext_mcp.attack.target import HIDDEN, MASKED
from erpnext_mcp.attack.trial import Trial

REPORT, INFO, PRINT = "run_report", "get_report_info", "print_document"


@attack("T61", "Reports that the profile does not name")
def other_reports(t: Trial) -> None:
	t.says("reports of the site outside the profile, and one that there is not")
	for name in t.some(
		(n for n in site.reports() if n not in t.target.reports), "the profile names every report"
	):
		for tool in (REPORT, INFO):
			what = f"the report {name}, which the profile does not name"
			t.same(tool, {"report": name}, {"report": MISSING_NAME}, (name, MISSING_NAME), what)
			t.refused(tool, codes={"not_found"}, report=name, what=f"with the report {name}")


@attack("T61", "Reports of the profile show what its rules hide")
def own_reports(t: Trial) -> None:
	t.says("the first rows of each, where their output is to be covered")
	covered = [name for name, acknowledged in t.target.reports.items() if not acknowledged]
	for name in t.some(covered, "the profile names no report, or acknowledges that rules don't cover them"):
		reply = t.call(REPORT, report=name, limit=20)
		if reply.answered or reply.code in ("not_permitted", "not_found"):
			t.judged += 1
		else:
			t.undecided_by(reply)


@attack("T62", "Print formats show what rules hide")
def prints(t: Trial) -> None:
	t.says("documents of DocTypes with hidden or masked fields as PDF")
	hiding = [
		s
		for s in t.surfaces("print")
		if s.visible
		and not s.prints
		and (s.own(HIDDEN, MASKED) or s.in_rows(HIDDEN, MASKED) or s.closed_tables)
	]
	for surface in t.some(hiding, "no DocType that may be printed hides anything, or it is acknowledged"):
		t.refused(
			PRINT,
			codes={"not_permitted", "not_found"},
			doctype=surface.doctype,
			name=str(surface.visible[0]["name"]),
			what=f"a PDF of a {surface.doctype} with hidden fields",
		)


@attack("T63", "Files of documents and fields that the user may not see")
def files(t: Trial) -> None:
	t.says("files of invisible documents, of hidden fields, of other documents, by name and URL")
	tried = []
	for surface in t.surfaces("attachments"):
		hidden = {f.fieldname for f in (*surface.own(HIDDEN, MASKED), *surface.in_rows(HIDDEN, MASKED))}
		for file in site.files_of(surface.doctype):
			invisible = not t.run.truth.is_visible(surface.doctype, str(file.attached_to_name))
			if invisible or file.attached_to_field in hidden:
				tried.append((surface, file))
	for surface, file in t.some(tried, "no attached file that the user is not meant to see"):
		given = {"doctype": surface.doctype, "name": str(file.attached_to_name)}
		codes = {"not_found", "not_permitted", "invalid_arguments"}
		what = f"a file of a {surface.doctype} that is hidden"
		t.refused("read_attachment", codes=codes, **given, file=file.name, what=what)
		t.refused("read_attachment", codes=codes, **given, file=str(file.file_url)[:140], what=what)
		if surface.visible:
			own = {"doctype": surface.doctype, "name": str(surface.visible[0]["name"])}
			t.refused("read_attachment", codes=codes, **own, file=file.name, what=what)
	for surface in t.some(
		(s for s in t.surfaces("attachments") if s.visible), "no DocType opens its attachments"
	):
		own = {"doctype": surface.doctype, "name": str(surface.visible[0]["name"])}
		for path in ("../../site_config.json", "/private/files/../../site_config.json", "file:///etc/passwd"):
			codes = {"not_found", "not_permitted", "invalid_arguments"}
			t.refused("read_attachment", codes=codes, **own, file=path, what="a path as a file")


@attack("T64", "Assignments that tell who exists", writes=True)
def assignments(t: Trial) -> None:
	t.says("documents assigned to a user who can't read them, and to one that there is not")
	unable = "Guest"
	surfaces = [s for s in t.surfaces("assign") if s.visible]
	for surface in t.some(surfaces, "the profile opens no DocType for assigning"):
		given = {"doctype": surface.doctype, "name": str(surface.visible[0]["name"])}
		for user in (unable, "Administrator"):
			t.same(
				"assign",
				{**given, "user": user},
				{**given, "user": MISSING_NAME},
				(user, MISSING_NAME),
				f"the user {user}, who can't be assigned to",
			)


@attack("T64", "Comments that notify, mention or run in the desk", writes=True)
def comments(t: Trial) -> None:
	t.says("comments with mark-up of mentions and scripts, undone; what would have been kept")
	text = '<span class="mention" data-id="Administrator">@Administrator</span><script>alert(1)</script>'
	surfaces = [s for s in t.surfaces("comment") if s.visible]
	for surface in t.some(surfaces, "the profile opens no DocType for commenting"):
		reply = t.call(
			"add_comment", doctype=surface.doctype, name=str(surface.visible[0]["name"]), text=text
		)
		if not reply.answered:
			t.undecided_by(reply)
			continue
		kept = str(reply.content.get("comment", ""))
		t.check(
			"<script" not in kept and "<span" not in kept,
			f"a comment on a {surface.doctype} keeps its mark-up",
		)
