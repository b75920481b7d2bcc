"""Whether the commands of a shell block exist, with the options that they are given.

`bench mcp ...` is held against our own click commands, other bench commands against `bench_commands`, `make` against the
Makefile, `python -m dev...` against the files. Of other programs only the name is known.
"""

import re
import shlex
from collections.abc import Iterator, Sequence

import click

from dev.docs.bench_commands import COMMANDS, GLOBAL_OPTIONS
from dev.docs.markdown import ROOT

KNOWN = frozenset(
	"apt-get cat cd chmod chown claude code codex cp crontab curl date docker echo export git grep gunzip jq kill ls mariadb "
	"mkdir mysql mysqldump mv nginx node npm npx openssl pip pip-audit pipx printf rm rsync ruff scp set sleep ssh "
	"supervisorctl systemctl tail tar test tee timedatectl uv uvx".split()
)
"""Programs of others that the pages may name."""

KEYWORDS = frozenset({"do", "then", "else", "if", "while", "until", "!", "{", "}", "sudo", "time", "exec"})
"""What a command stands behind."""
ENDS = frozenset({"done", "fi", "esac"})
ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=")
COMMENT = re.compile(r"(?m)(^|\s)#.*$")
HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1(.*?)\n.*?^\s*\2$", re.DOTALL | re.MULTILINE)
SEPARATORS = frozenset("();|&\n")
TARGET = re.compile(r"(?m)^([a-z][a-z0-9-]*):")


class Unknown(AssertionError):
	"""A command or an option that there is not."""


def commands(text: str) -> Iterator[list[str]]:
	"""The simple commands of a script: programs with their arguments, without redirections, keywords and assignments."""
	text = HEREDOC.sub(lambda match: match[3], text)
	text = COMMENT.sub(r"\1", text.replace("\\\n", " "))
	lexer = shlex.shlex(text, posix=True, punctuation_chars="();<>|&\n")
	lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t\r", True, ""
	words: list[str] = []
	to_file = False
	for token in (*lexer, "\n"):
		if set(token) <= SEPARATORS:
			if found := _command(words):
				yield found
			words = []
		elif set(token) <= set("<>&"):
			to_file = True
			if words and words[-1].isdigit():
				words.pop()  # 2> file
			continue
		elif not to_file:
			words.append(token)
		to_file = False


def _command(words: list[str]) -> list[str]:
	while words and (words[0] in KEYWORDS or ASSIGNMENT.match(words[0])):
		words = words[1:]
	return [] if not words or words[0] == "for" or words[0] in ENDS else words


def check(text: str) -> None:
	"""Holds every command of a script against what there is.

	:raises Unknown: the first that is not
	"""
	for words in commands(text):
		check_command(words)


def check_command(words: Sequence[str]) -> None:
	"""The same of one command, split into words."""
	program, *arguments = words
	name = program.rsplit("/", 1)[-1]
	if name == "bench":
		check_bench(arguments)
	elif name == "make":
		check_make(arguments)
	elif name in ("python", "python3", "$PYTHON"):
		_check_python(arguments)
	elif name not in KNOWN and not (ROOT / program).is_file():
		raise Unknown(f"{program}: no program that dev/docs/shell.py knows")


def check_bench(arguments: Sequence[str]) -> None:
	"""`bench [--site SITE] COMMAND ...`."""
	rest = list(arguments)
	while rest and rest[0].startswith("-"):
		if rest[0] not in GLOBAL_OPTIONS:
			raise Unknown(f"bench {rest[0]}: no option of bench")
		del rest[: 1 + GLOBAL_OPTIONS[rest[0]]]
	if not rest:
		raise Unknown("bench without a command")
	name, *rest = rest
	if name == "mcp":
		return check_mcp(rest)
	if name == "setup" and rest:
		name, *rest = f"setup {rest[0]}", *rest[1:]
	if name not in COMMANDS:
		raise Unknown(f"bench {name}: no command that dev/docs/bench_commands.py knows")
	for word in rest:
		option = word.partition("=")[0]
		if option.startswith("-") and option != "-" and option not in COMMANDS[name]:
			raise Unknown(f"bench {name} {option}: no such option")


def check_mcp(arguments: Sequence[str]) -> None:
	"""`bench mcp COMMAND ...`: click reads the arguments as it would, and runs nothing."""
	name, *rest = arguments or ("",)
	command = mcp_commands().get(name)
	if command is None:
		raise Unknown(f"bench mcp {name}: no such command")
	if "--help" in rest:
		return
	try:
		command.make_context(f"bench mcp {name}", list(rest))
	except click.ClickException as e:
		raise Unknown(f"bench mcp {' '.join(arguments)}: {e.format_message()}") from None


def mcp_commands() -> dict[str, click.Command]:
	from erpnext_mcp.commands import commands as groups

	(group,) = groups
	return dict(group.commands)


def check_make(arguments: Sequence[str]) -> None:
	"""`make TARGET VARIABLE=value ...`."""
	makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
	targets = set(TARGET.findall(makefile))
	rest = iter(arguments)
	for word in rest:
		if word in ("-C", "-f", "-j"):
			next(rest, None)
		elif ASSIGNMENT.match(word):
			if not re.search(rf"\b{word.partition('=')[0]}\b", makefile):
				raise Unknown(f"make {word}: the Makefile knows no such variable")
		elif not word.startswith("-") and word not in targets:
			raise Unknown(f"make {word}: no such target")


def _check_python(arguments: Sequence[str]) -> None:
	if arguments[:1] != ["-m"]:
		path = next((a for a in arguments if a.endswith(".py")), "")
		if path.startswith("dev/") and not (ROOT / path).is_file():
			raise Unknown(f"{path}: no such file")
		return
	module = arguments[1] if len(arguments) > 1 else ""
	if module.split(".")[0] not in ("dev", "erpnext_mcp"):
		return
	file = ROOT / module.replace(".", "/")
	if not file.with_suffix(".py").is_file() and not (file / "__main__.py").is_file():
		raise Unknown(f"python -m {module}: no such module")


def check_inline(text: str) -> None:
	"""A piece of inline code that begins with `bench` or `make`: `bench --site S mcp seal | verify-audit` names two commands.

	:raises Unknown: it names one that there is not
	"""
	words = text.split()
	if words[0] == "make":
		return check_make([w for w in words[1:] if re.match(r"[A-Za-z]", w)])
	if "mcp" not in words:
		return
	rest = " ".join(words[words.index("mcp") + 1 :])
	for alternative in rest.split(" | ") if rest else ():
		name, *more = alternative.split()
		command = mcp_commands().get(name)
		if command is None:
			if name.isupper() or name in ("...", "…"):
				continue
			raise Unknown(f"bench mcp {name}: no such command")
		options = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
		for word in more:
			if word.startswith("-") and word.partition("=")[0] not in options:
				raise Unknown(f"bench mcp {name} {word}: no such option")
