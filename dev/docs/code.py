"""What is wrong with a code block, by its language. A language that is not in `CHECKS` is one that nobody checks."""

import ast
import configparser
import json
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import tomllib
import yaml

from dev import debian
from dev.docs import nginx, shell
from dev.docs.markdown import Block

HTTP_LINE = re.compile(r"(GET|POST|DELETE|OPTIONS) \S+( HTTP/[\d.]+)?|HTTP/[\d.]+ \d{3}.*")
MERMAID = (
	"flowchart",
	"graph",
	"sequenceDiagram",
	"stateDiagram",
	"stateDiagram-v2",
	"classDiagram",
	"erDiagram",
)
DOCKER = frozenset(
	"FROM ARG RUN COPY ADD ENV WORKDIR USER EXPOSE ENTRYPOINT CMD VOLUME LABEL HEALTHCHECK SHELL STOPSIGNAL ONBUILD".split()
)
UNIT_SECTIONS = frozenset({"Unit", "Service", "Install", "Timer", "Socket"})


def check(block: Block) -> None:
	"""Holds a block against its language.

	:raises AssertionError: what is wrong, in words
	:raises ValueError: the same, of a parser
	"""
	assert block.language in CHECKS, (
		f"the language {block.language or '(none)'} is checked by nothing; known: {', '.join(sorted(CHECKS))}"
	)
	CHECKS[block.language](block.text)


def _json(text: str) -> None:
	json.loads(text)


def _jsonc(text: str) -> None:
	json.loads(re.sub(r"(?m)^\s*//.*$", "", text))


def _python(text: str) -> None:
	ast.parse(text)


def _shell(text: str) -> None:
	done = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True)
	assert done.returncode == 0, done.stderr
	shell.check(text)


def _nginx(text: str) -> None:
	nginx.check_form(text)
	if program := debian.which("nginx"):
		with tempfile.TemporaryDirectory() as folder:
			nginx.check_with(program, text, Path(folder))


def _ini(text: str) -> None:
	"""Units of systemd, programs of supervisor."""
	parser = configparser.RawConfigParser(strict=False)
	parser.optionxform = str  # type: ignore[assignment]
	parser.read_string(text)
	for name in parser.sections():
		section = parser[name]
		assert name in UNIT_SECTIONS or re.fullmatch(r"(program|group|eventlistener):[\w-]+", name), (
			f"[{name}]"
		)
		for key in ("ExecStart", "ExecStartPre", "ExecReload", "command"):
			if command := section.get(key):
				words = shlex.split(command)
				assert words[0].startswith("/"), f"{key} needs the program's whole path: {words[0]}"
				shell.check_command(words)


def _procfile(text: str) -> None:
	for line in text.splitlines():
		name, found, command = line.partition(": ")
		assert found and re.fullmatch(r"[\w-]+", name), f"no line of a Procfile: {line}"
		shell.check(command)


def _toml(text: str) -> None:
	tomllib.loads(text)


def _yaml(text: str) -> None:
	try:
		yaml.safe_load(text)
	except yaml.YAMLError as e:
		raise ValueError(str(e)) from None


def _dockerfile(text: str) -> None:
	for line in re.sub(r"\\\n", " ", text).splitlines():
		word = line.split(" ")[0]
		assert not word or word.startswith("#") or word in DOCKER, f"no instruction: {line}"


def _javascript(text: str) -> None:
	node = shutil.which("node")
	assert node, "node is missing, as for the demo's desk"
	with tempfile.NamedTemporaryFile("w", suffix=".mjs", encoding="utf-8") as file:
		file.write(text)
		file.flush()
		done = subprocess.run([node, "--check", file.name], capture_output=True, text=True)
	assert done.returncode == 0, done.stderr


def _http(text: str) -> None:
	first = text.splitlines()[0]
	assert HTTP_LINE.fullmatch(first), f"neither a request nor an answer: {first}"


def _mermaid(text: str) -> None:
	"""Its form only; whether a diagram says what is so is a matter of its own test."""
	assert text.split()[0] in MERMAID, f"no diagram that is known here: {text.split()[0]}"
	outside = re.sub(r'"[^"\n]*"', "", text)
	for opening, closing in ("[]", "()", "{}"):
		assert outside.count(opening) == outside.count(closing), f"{opening}{closing} don't match"
	depth = sum(
		{"subgraph": 1, "end": -1}.get(line.split()[0], 0) for line in text.splitlines() if line.strip()
	)
	assert depth == 0 or "sequenceDiagram" in text, "subgraph and end don't match"


def _text(text: str) -> None:
	"""Output, log lines, addresses: nothing to hold them against."""


CHECKS: dict[str, Callable[[str], None]] = {
	"json": _json,
	"jsonc": _jsonc,
	"python": _python,
	"sh": _shell,
	"bash": _shell,
	"nginx": _nginx,
	"ini": _ini,
	"procfile": _procfile,
	"toml": _toml,
	"yaml": _yaml,
	"dockerfile": _dockerfile,
	"javascript": _javascript,
	"http": _http,
	"mermaid": _mermaid,
	"text": _text,
}
