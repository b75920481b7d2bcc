"""The bench's life, with a template that is a few files only."""

import sqlite3
from pathlib import Path

import pytest

from dev.demo import bench as benches
from dev.engine import sites


@pytest.fixture
def bench(tmp_path, monkeypatch) -> Path:
	monkeypatch.setattr(sites, "template", lambda db, progress: _template(tmp_path / "template"))
	return tmp_path / "bench"


def test_made_once(bench):
	assert benches.state(bench) == "make"
	benches.prepare(bench, print)
	assert benches.state(bench) == "ready"


def test_half_made_is_not_there(bench, monkeypatch):
	def stopped(template: Path, destination: Path) -> None:
		(destination / "sites").mkdir(parents=True)
		raise KeyboardInterrupt

	with monkeypatch.context() as patch:
		patch.setattr(sites, "copy_template", stopped)
		with pytest.raises(KeyboardInterrupt):
			benches.prepare(bench, print)
	assert benches.state(bench) == "make"
	benches.prepare(bench, print)
	assert benches.state(bench) == "ready"
	assert [path.name for path in bench.parent.iterdir() if path.name.startswith("bench")] == ["bench"]


@pytest.mark.parametrize("damage", ["mark", "config", "database", "pages"])
def test_a_damaged_bench_is_set_aside_and_made_anew(bench, damage):
	benches.prepare(bench, print)
	database = next(bench.glob("sites/*/db/*.db"))
	match damage:
		case "mark":
			(bench / benches.MARK).unlink()
		case "config":
			(bench / "sites" / benches.SITE / "site_config.json").unlink()
		case "database":
			database.unlink()
		case "pages":
			database.write_bytes(database.read_bytes()[:5000] + b"\0" * 3000)
	assert benches.state(bench) == "repair"
	benches.prepare(bench, print)
	assert benches.state(bench) == "ready"
	assert len(list(bench.parent.glob("bench.broken-*"))) == 1


def test_changed_code_asks_for_a_migration(bench, monkeypatch):
	benches.prepare(bench, print)
	monkeypatch.setattr(benches, "_code", lambda: "another")
	assert benches.state(bench) == "migrate"


def _template(folder: Path) -> Path:
	database = folder / "sites" / benches.SITE / "db" / "site.db"
	if not database.exists():
		database.parent.mkdir(parents=True)
		(folder / "sites" / benches.SITE / "site_config.json").write_text('{"db_type": "sqlite"}')
		with sqlite3.connect(database) as connection:
			connection.execute("create table t (x)")
			connection.executemany("insert into t values (?)", [("x" * 100,)] * 200)
		connection.close()
	return folder
