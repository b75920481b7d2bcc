"""The asset build, on an app of a few files."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from dev import node
from dev.engine.desk import build as desk

needs_npm = pytest.mark.skipif(not shutil.which("npm"), reason="npm is missing")


@pytest.fixture
def app(tmp_path) -> Path:
	folder = tmp_path / "mini"
	files = {
		"mini.bundle.js": """
			import "./hello.html";
			import Card from "./Card.vue";
			import md5 from "md5";
			globalThis.seen = { card: Card.__name, hash: md5("x") };
		""",
		"hello.html": "<p>`it's` ${here} \\n</p>",
		"Card.vue": """
			<script setup>const name = "x";</script>
			<template><b class="card">{{ name }}</b></template>
			<style scoped lang="scss">.card { .in { color: red } }</style>
		""",
		"mini.bundle.scss": """
			@import "~bootstrap/scss/functions";
			@import "mini/public/plain.css";
			a { margin-left: 1px; background: url("/assets/mini/x.png") }
		""",
		"plain.css": "b { color: blue }",
		"x.png": "a picture",
	}
	for name, text in files.items():
		file = folder / "public" / name
		file.parent.mkdir(parents=True, exist_ok=True)
		file.write_text(text)
	return folder


def built(app: Path, out: Path) -> tuple[desk.Result, dict[str, str]]:
	"""The result, and the text of each bundle by its name."""
	result = desk.build({"mini": app}, out)
	assets = Path(result.assets)
	paths = json.loads((assets / "assets.json").read_text()) | json.loads(
		(assets / "assets-rtl.json").read_text()
	)
	return result, {name: (assets / url.removeprefix("/assets/")).read_text() for name, url in paths.items()}


@needs_npm
def test_scripts_and_styles(app, tmp_path):
	result, bundles = built(app, tmp_path / "out")
	assert (result.problem, result.failed, result.built) == ("", [], 2)
	assert (
		bundles["mini.bundle.css"] == "b{color:#00f}a{margin-left:1px;background:url(/assets/mini/x.png)}\n"
	)
	assert "margin-right:1px" in bundles["rtl_mini.bundle.css"]

	# Node stands in for the browser: a template, a package of npm's, a Vue component and its scoped style.
	page = "globalThis.frappe = {templates: {}}; globalThis.styles = [];"
	page += "globalThis.document = {head: {append: (style) => styles.push(style.textContent)}, createElement: () => ({})};"
	ask = "console.log(JSON.stringify({...seen, styles, html: frappe.templates.hello}))"
	answer = subprocess.run(
		["node", "-e", f"{page}\n{bundles['mini.bundle.js']}\n{ask}"],
		capture_output=True,
		text=True,
		check=True,
	)
	seen = json.loads(answer.stdout)
	assert seen["hash"] == "9dd4e461268c8034f5c8564e155c67a6"
	assert seen["card"] == "Card"
	assert seen["html"] == (app / "public" / "hello.html").read_text()
	assert [style.split("[data-v-")[0] for style in seen["styles"]] == [".card .in"]


@needs_npm
def test_nothing_is_built_twice(app, tmp_path, monkeypatch):
	first, _ = built(app, tmp_path / "out")
	assert (Path(first.assets) / "mini" / "x.png").read_text() == "a picture"
	with monkeypatch.context() as patch:
		patch.setattr(desk, "_make", lambda *_: pytest.fail("built again"))
		assert built(app, tmp_path / "out")[0] == first
	(app / "public" / "plain.css").write_text("b { color: green }")
	changed, bundles = built(app, tmp_path / "out")
	assert changed.assets != first.assets
	assert "green" in bundles["mini.bundle.css"]


@needs_npm
def test_each_app_is_built_apart(app, tmp_path, monkeypatch):
	second = tmp_path / "second"
	(second / "public").mkdir(parents=True)
	style = second / "public" / "second.bundle.scss"
	style.write_text('@import "mini/public/plain.css"; i { color: red }')
	(tmp_path / "bare").mkdir()
	apps = {"mini": app, "second": second, "bare": tmp_path / "bare"}
	first = desk.build(apps, tmp_path / "out")
	assert (first.built, first.failed) == (3, [])

	builds = []
	run = desk._run
	monkeypatch.setattr(
		desk, "_run", lambda home, out, name, apps: builds.append(name) or run(home, out, name, apps)
	)
	style.write_text("i { color: green }")
	then = desk.build(apps, tmp_path / "out")
	assert builds == ["second"]
	urls = json.loads((Path(then.assets) / "assets.json").read_text())
	assert set(urls) == {"mini.bundle.js", "mini.bundle.css", "second.bundle.css"}
	texts = {
		name: (Path(then.assets) / url.removeprefix("/assets/")).read_text() for name, url in urls.items()
	}
	assert texts["second.bundle.css"] == "i{color:green}\n"

	(app / "public" / "plain.css").write_text("b { color: red }")  # which the second might import
	desk.build(apps, tmp_path / "out")
	assert builds == ["second", "mini", "second"]


@needs_npm
def test_assets_that_nobody_needs_any_more_are_dropped(app, tmp_path, monkeypatch):
	monkeypatch.setattr(desk, "KEPT", 1)
	old = desk.build({"mini": app}, tmp_path / "out")
	(app / "public" / "plain.css").write_text("b { color: green }")
	new, bundles = built(app, tmp_path / "out")
	assert not Path(old.assets).exists()
	assert Path(new.assets).exists() and bundles
	assert len(list((tmp_path / "out" / desk.BUNDLES).iterdir())) == 1


@needs_npm
def test_a_broken_bundle_does_not_stop_the_others(app, tmp_path):
	(app / "public" / "broken.bundle.js").write_text('import "./nowhere.js";')
	result, bundles = built(app, tmp_path / "out")
	assert set(bundles) == {"mini.bundle.js", "mini.bundle.css", "rtl_mini.bundle.css"}
	assert [failure.split(":")[0] for failure in result.failed] == ["broken.bundle.js"]


def test_without_npm_it_says_so(app, tmp_path, monkeypatch):
	monkeypatch.setenv("PATH", str(tmp_path))
	result, bundles = built(app, tmp_path / "out")
	assert result.problem == "node is missing (on Debian: apt-get install npm)"
	assert bundles == {}
	assert (Path(result.assets) / "mini" / "x.png").exists()


@pytest.mark.parametrize(
	("said", "line"),
	[
		(
			"npm error code EINTEGRITY\n",
			"an npm package has not the hash that package-lock.json names: not installed",
		),
		("npm error code ENOTFOUND\n", "npm could not reach its registry"),
	],
)
def test_what_npm_says_in_one_line(tmp_path, monkeypatch, said, line):
	failed = subprocess.CompletedProcess([], 1, stdout="", stderr=said)
	monkeypatch.setattr(node.subprocess, "run", lambda *_, **__: failed)
	with pytest.raises(node.NodeError, match=f"^{line}$"):
		node._npm_ci(tmp_path)


def test_linking_replaces_what_was_there(tmp_path):
	(tmp_path / "one").mkdir()
	(tmp_path / "sites" / "assets" / "old").mkdir(parents=True)
	for _ in range(2):
		desk.link(tmp_path / "one", tmp_path / "sites")
		assert (tmp_path / "sites" / "assets").resolve() == tmp_path / "one"
