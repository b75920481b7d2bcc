"""commands.md: the commands of `bench mcp` with their options, from click."""

import click

from dev.docs.reference.page import code, codes, page, sentence, table, text
from dev.docs.shell import mcp_commands

NEEDS_NO_SITE = frozenset({"serve"})
"""Commands that are for all sites of the bench."""

INTRODUCTION = """
Run in the bench's folder, as its user. `SITE` is the name of the site. Every command ends with 0 when it is done, and with 1 and one line on standard error when it is not.
`--help` behind a command tells the same as this page.
"""


def commands() -> str:
	"""The page: an overview, and a section for each."""
	found = mcp_commands()
	overview = table(
		("command", "what it does"),
		((f"[{code(name)}](#{name})", _short(command)) for name, command in found.items()),
	)
	return page(
		"Commands", INTRODUCTION, overview, *(_section(name, command) for name, command in found.items())
	)


def _short(command: click.Command) -> str:
	return text((command.help or "").split("\n")[0])


def _section(name: str, command: click.Command) -> str:
	site = "" if name in NEEDS_NO_SITE else "--site SITE "
	arguments = [p.make_metavar() for p in command.params if isinstance(p, click.Argument)]
	required = [
		f"{p.opts[0]} {_value(p)}".strip()
		for p in command.params
		if isinstance(p, click.Option) and p.required
	]
	line = " ".join(["bench", f"{site}mcp", name, *arguments, *required])
	parts = [f"## {name}", f"```text\n{line}\n```", _paragraphs(command.help or "")]
	options = [p for p in command.params if isinstance(p, click.Option)]
	if options:
		parts.append(table(("option", "unless said", "what it does"), map(_option, options)))
	return "\n\n".join(parts)


def _paragraphs(help_: str) -> str:
	return "\n\n".join(text(" ".join(paragraph.split())) for paragraph in help_.split("\n\n"))


def _option(option: click.Option) -> tuple[str, str, str]:
	value = _value(option)
	shown = codes(f"{o} {value}".strip() for o in option.opts)
	if option.required:
		default = "required"
	elif option.is_flag or option.default in (None, ""):
		default = ""
	else:
		default = code(option.default)
	return shown, default, sentence(option.help or _choices(option))


def _value(option: click.Option) -> str:
	if option.is_flag:
		return ""
	if isinstance(option.type, click.Choice):
		return "|".join(option.type.choices)
	return option.metavar or option.name.upper() if option.name not in ("since", "until") else "DATE"


def _choices(option: click.Option) -> str:
	return "How it is written" if isinstance(option.type, click.Choice) else ""
