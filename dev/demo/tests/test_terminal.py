import io

import pytest

from dev.demo.terminal import Terminal


class Screen(io.StringIO):
	def isatty(self) -> bool:
		return True


def shown(stream: io.StringIO) -> str:
	terminal = Terminal(stream)
	terminal.heading("A heading")
	with terminal.step("A step") as step:
		step.note("under way")
		step.result = "done"
	terminal.table([("Kök", 1234.5), ("شركة", 2)], ("name", "amount"))
	return stream.getvalue()


def test_a_file_gets_no_control_characters():
	lines = shown(io.StringIO()).splitlines()
	assert all(character.isprintable() for line in lines for character in line)
	assert lines[1] == "A heading"
	assert lines[2].strip() == "under way"
	assert lines[3].startswith("  ✓ A step: done") and lines[3].endswith(" s")


def test_numbers_stand_on_the_right():
	assert shown(io.StringIO()).splitlines()[-3:] == [
		"    name    amount",
		"    Kök   1,234.50",
		"    شركة         2",
	]


@pytest.mark.parametrize(("no_color", "coloured"), [("", True), ("1", False)])
def test_colour_only_where_it_is_wanted(monkeypatch, no_color, coloured):
	monkeypatch.setenv("TERM", "xterm")
	monkeypatch.setenv("NO_COLOR", no_color)
	assert ("\x1b[1;36m" in shown(Screen())) == coloured
