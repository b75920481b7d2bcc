"""The renamed copy of the wheel."""

import zipfile

import pytest

from dev.engine import paths, wheel
from dev.engine.edit import Edit, EditError
from dev.engine.mends import TOPICS, source_edits


def test_the_forks_names_are_changed_back():
	assert (
		wheel.renamed("import monoframe; Monoframe MonoFrame MONOFRAME_X")
		== "import frappe; Frappe Frappe FRAPPE_X"
	)


def test_an_edit_fails_where_its_text_does_not_stand_as_often_as_it_says():
	assert Edit("a.py", "x", "y", 2).apply("x x") == "y y"
	for text in ("", "x", "x x x"):
		with pytest.raises(EditError):
			Edit("a.py", "x", "y", 2).apply(text)


def test_a_copy_has_renamed_files_and_untouched_binaries(tmp_path, monkeypatch):
	monkeypatch.setattr(wheel, "source_edits", lambda: [Edit("hooks.py", "frappe", "mended")])
	source = tmp_path / "w.whl"
	with zipfile.ZipFile(source, "w") as archive:
		archive.writestr("monoframe/hooks.py", "monoframe")
		archive.writestr("monoframe/monoframeclient.py", "MonoFrame = 1")
		archive.writestr("monoframe/public/a.png", b"\x89monoframe")
		archive.writestr("monoframe-0.0.1.dist-info/METADATA", "Name: monoframe")
	(tmp_path / "frappe").mkdir()
	(tmp_path / "frappe" / "old.py").write_text("left over")
	wheel.write_copy(source, tmp_path)
	found = {
		str(p.relative_to(tmp_path / "frappe")): p.read_bytes() for p in (tmp_path / "frappe").rglob("*.*")
	}
	assert found == {
		"hooks.py": b"mended",
		"frappeclient.py": b"Frappe = 1",
		"public/a.png": b"\x89monoframe",
	}


def test_an_edit_of_a_file_that_is_not_there_is_an_error(tmp_path, monkeypatch):
	monkeypatch.setattr(wheel, "source_edits", lambda: [Edit("gone.py", "a", "b")])
	with zipfile.ZipFile(tmp_path / "w.whl", "w") as archive:
		archive.writestr("monoframe/hooks.py", "")
	with pytest.raises(FileNotFoundError, match=r"gone\.py"):
		wheel.write_copy(tmp_path / "w.whl", tmp_path)


def test_the_copy_depends_on_every_source_mend(monkeypatch):
	before = wheel.stamp()
	monkeypatch.setattr(wheel, "source_edits", lambda: source_edits()[1:])
	assert wheel.stamp() != before


def test_the_fork_is_not_importable_and_its_name_is_nowhere():
	with pytest.raises(ImportError):
		__import__("monoframe")
	modules = [path for path in (paths.ENGINE / "frappe").rglob("*.py")]
	assert len(modules) > 1000
	assert not [path for path in modules if "monoframe" in path.read_text().lower()]


def test_every_mend_is_listed():
	files = {path.stem for path in (paths.DEV / "engine" / "mends").glob("*.py")} - {"__init__"}
	assert files == set(TOPICS)
