"""Configuration of nginx in the pages: its form, and what nginx itself says of it where there is one."""

import re
import subprocess
from pathlib import Path

TOKEN = re.compile(r"""#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[{};]|[^\s{};]+""")
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def check_form(text: str) -> list[str]:
	"""Statements end with `;`, blocks are closed.

	:returns: the directives outside all blocks
	:raises AssertionError: what is wrong
	"""
	depth, statement, top = 0, [], []
	for token in TOKEN.findall(text):
		if token.startswith("#"):
			continue
		if token == "}":
			assert not statement, f"{' '.join(statement)}: no ; at the end"
			depth -= 1
			assert depth >= 0, "a } too many"
		elif token in ("{", ";"):
			assert statement, f"{token} without a directive"
			if depth == 0:
				top.append(statement[0])
			depth += token == "{"
			statement = []
		else:
			statement.append(token)
	assert depth == 0 and not statement, f"not closed: {' '.join(statement) or '{'}"
	return top


def check_with(program: str, text: str, folder: Path) -> None:
	"""`nginx -t` of it; lines of a server block or of a location are put into one.

	:param folder: empty, and its own
	:raises AssertionError: what nginx says
	"""
	top = set(check_form(text))
	if not top & {"server", "upstream", "map", "http", "log_format", "limit_req_zone"}:
		text = f"server {{\nlisten 8080;\n{text}\n}}"
	if "http" not in top:
		for name in set(re.findall(r"proxy_pass\s+https?://([\w-]+)\s*[;/]", text)):
			if not re.search(rf"upstream\s+{re.escape(name)}\s*{{", text):
				text = f"upstream {name} {{ server 127.0.0.1:8100; }}\n{text}"
		text = f"http {{\naccess_log off;\n{temporary(folder)}{text}\n}}"
	config = folder / "nginx.conf"
	config.write_text(f"pid {folder}/pid;\nerror_log {folder}/error.log;\nevents {{}}\n{text}\n")
	done = subprocess.run(
		[program, "-t", "-p", str(folder), "-c", str(config)], capture_output=True, text=True
	)
	assert done.returncode == 0, done.stderr


def temporary(folder: Path) -> str:
	"""Lines by which an nginx keeps its temporary files in a folder."""
	return "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in TEMPORARY)
