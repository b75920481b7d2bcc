"""export-audit: what other programs get."""

import csv
import io
import json

import frappe
import pytest

from erpnext_mcp.audit import entry as audit
from erpnext_mcp.audit import export, seal, table
from erpnext_mcp.tests import audits

ODD = 'a "b", c;\nd\té 😀 \\ \u2028'


def printed(result) -> str:
	assert result.exit_code == 0, result.output
	return result.stdout_bytes.decode()


def test_json_lines_are_exact(fresh_audit, command):
	(name,) = audits.write(1, reference_name=ODD, reason="=1+1", field_names=["name", "territory"])
	audits.write(2)
	seal.seal()
	rows = [json.loads(line) for line in printed(command("export-audit")).split("\n") if line]
	assert len(rows) == 3 and list(rows[0]) == list(export.COLUMNS)
	row = next(row for row in rows if row["name"] == name)
	stored = frappe.db.get_value("MCP Audit Entry", name, "*", as_dict=True)
	for column, value in row.items():
		assert value == (str(stored[column]) if column == "timestamp" else stored[column]), column
	assert row["reference_name"] == ODD and row["reason"] == "=1+1" and row["seal"] == "1"


def test_the_export_goes_on_from_page_to_page(fresh_audit, command, monkeypatch):
	names = audits.write(7) + audits.write(4)
	monkeypatch.setattr(export, "ROWS_PER_PAGE", 3)
	rows = list(export.entries())
	assert len(rows) == 11 and {row["name"] for row in rows} == set(names)
	assert [row["name"] for row in rows] == [
		row["name"] for row in sorted(rows, key=lambda row: (row["timestamp"], row["name"]))
	]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\n=1"])
def test_csv_holds_no_formula(fresh_audit, command, text):
	audits.write(1, reference_name=text, reason="plain = text", row_count=-5)
	read = list(csv.DictReader(io.StringIO(printed(command("export-audit", "--format", "csv")), newline="")))
	assert [row["reference_name"] for row in read] == ["'" + text]
	assert read[0]["reason"] == "plain = text" and read[0]["row_count"] == "-5", "a number is no formula"
	assert list(read[0]) == list(export.COLUMNS)


def test_a_file_and_a_period(fresh_audit, command, tmp_path, monkeypatch):
	with monkeypatch.context() as patch:
		patch.setattr(audit, "now", lambda: "2024-01-15 10:31:12.000001")
		(old,) = audits.write(1)
	audits.write(1)
	out = tmp_path / "out.jsonl"

	def exported(*arguments: str) -> list[str]:
		result = command("export-audit", "--output", str(out), *arguments)
		assert result.exit_code == 0 and str(out) in result.output
		return [json.loads(line)["name"] for line in out.read_text(encoding="utf-8").splitlines()]

	assert len(exported()) == 2
	assert exported("--to", "2024-01-15") == [old], "a day is meant whole"
	assert exported("--from", "2024-01-15", "--to", "2024-01-15 10:31:13") == [old]
	assert exported("--to", "2024-01-14") == []
	assert exported("--from", "2024-01-15 10:31:12", "--to", "2024-12-31") == [old]
	assert exported("--from", "2024-01-15 10:31:13", "--to", "2024-12-31") == []
	result = command("export-audit", "--output", str(tmp_path / "no" / "folder"))
	assert result.exit_code == 1 and "can't be written" in result.stderr


def test_progress_is_not_among_what_is_printed(fresh_audit, command):
	audits.write(3)
	result = command("export-audit", "--format", "csv")
	assert printed(result).count("\r\n") == 4 and "Exporting" not in printed(result)


@pytest.mark.parametrize("form", export.FORMATS)
def test_heads_come_back(fresh_audit, command, tmp_path, form):
	audits.sealed(1, 2)
	out = tmp_path / "heads"
	assert command("export-audit", "--heads", "--format", form, "--output", str(out)).exit_code == 0
	with out.open(encoding="utf-8", newline="") as file:
		assert dict(export.read_heads(file)) == table.heads([1, 2])
	assert list(export.read_heads([])) == []


@pytest.mark.parametrize(
	"text", ["x,y\r\n1,2\r\n", '{"sequence": 1}\n', "[1]\n", "{\n", "sequence,mac\r\nx,y\r\n"]
)
def test_other_files_are_no_heads(text):
	with pytest.raises(ValueError):
		list(export.read_heads(text.splitlines(keepends=True)))
