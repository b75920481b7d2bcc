"""What the bench lane says about a bench that it can't use, and what it would install."""

import json
from pathlib import Path

import pytest

from dev.bench_lane import run


@pytest.fixture
def bench(tmp_path: Path) -> run.Bench:
	for folder in ("apps", "sites/good.localhost", "env/bin"):
		(tmp_path / folder).mkdir(parents=True)
	(tmp_path / "env/bin/python").touch()
	(tmp_path / "sites/apps.txt").write_text("frappe\n")
	(tmp_path / "sites/good.localhost/site_config.json").write_text(json.dumps({"allow_tests": 1}))
	return run.Bench(tmp_path, "good.localhost")


def test_a_bench_it_can_use(bench):
	bench.check()


@pytest.mark.parametrize(
	("broken", "said"),
	[
		("sites", "is no bench"),
		("env/bin/python", "no virtualenv"),
		("sites/good.localhost/site_config.json", "no site 'good.localhost'"),
	],
)
def test_what_a_bench_lacks_is_said(bench, broken, said):
	path = bench.folder / broken
	path.rename(bench.folder / "elsewhere")
	with pytest.raises(run.Problem, match=said):
		bench.check()


def test_the_site_must_be_named_and_allow_tests(bench):
	with pytest.raises(run.Problem, match="say which site"):
		run.Bench(bench.folder, "").check()
	config = bench.sites / "good.localhost" / "site_config.json"
	config.write_text("{}")
	with pytest.raises(run.Problem, match="set-config allow_tests true"):
		bench.check()
	(bench.sites / "common_site_config.json").write_text(json.dumps({"allow_tests": True}))
	bench.check()


def test_another_checkout_is_not_tested_by_mistake(bench):
	(bench.folder / "apps" / run.APP).mkdir()
	with pytest.raises(run.Problem, match="another checkout"):
		bench.add_app()


def test_problems_are_one_line_and_no_traceback(tmp_path, capsys):
	assert run.main(str(tmp_path), "x") == 1
	assert capsys.readouterr().err.splitlines() == [
		f"bench: {tmp_path} is no bench: it has no sites/ and apps/"
	]


def test_test_packages_have_pinned_versions():
	assert set(run.TEST_PACKAGES) <= set(run._pinned())
