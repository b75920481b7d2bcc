"""The patterns of `matches`: they mean what they mean in `re`, and can't run away."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erpnext_mcp.policy.pattern import MAX_SIZE, MAX_TEXT, BadPattern, compiled


@pytest.mark.parametrize(
	"pattern",
	[
		"",
		"abc",
		"a|b|",
		"(a|b)*c",
		"(?:ab)+",
		"a{2}",
		"a{2,}",
		"a{,2}b",
		"a{1,3}",
		"(a*)*b",
		"(a|aa)+$",
		"^a+$",
		"^a|b$",
		"()+a",
		"(|a){3}",
		"[abc-]+",
		"[^a-c]",
		r"[\d_]+",
		r"[\]\-\\]+",
		r"\d{2}-\w+\s?",
		r"\D\W\S",
		r"\.\*\$",
		"a]b}",
		"[^\\n]*",
		".*b.*",
	],
)
@pytest.mark.parametrize(
	"text",
	[
		"",
		"a",
		"b",
		"ab",
		"aa",
		"aaa",
		"aab",
		"abab",
		"abc",
		"12-x ",
		"٣",
		"_",
		"-]\\",
		".*$",
		"a\nb",
		"a\n",
		"a]b}",
		"x.é",
	],
)
def test_means_what_it_means_in_re(pattern, text):
	assert compiled(pattern).matches(text) == bool(re.fullmatch(pattern, text))


def patterns():
	"""Patterns out of everything that is understood."""
	atoms = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\w", r"\.", "-"])
	counts = st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0,1}", "{2,}"])
	return st.recursive(
		atoms,
		lambda inner: st.one_of(
			st.tuples(inner, inner).map("".join),
			st.tuples(inner, inner).map(lambda p: f"({p[0]}|{p[1]})"),
			st.tuples(inner, counts).map(lambda p: f"(?:{p[0]}){p[1]}"),
		),
		max_leaves=6,
	)


@given(patterns(), st.text("ab.-\n", max_size=8))
def test_means_what_it_means_in_re_whatever_it_is(pattern, text):
	assert compiled(pattern).matches(text) == bool(re.fullmatch(pattern, text))


@pytest.mark.parametrize(
	("pattern", "message"),
	[
		("(a", "a bracket is not closed"),
		("a)", "closing bracket without an opening one"),
		("[a", "a square bracket is not closed"),
		("[]", "nothing in them"),
		("[z-a]", "from a smaller character to a larger one"),
		(r"[a-\d]", "from a smaller character"),
		("[[:alpha:]]", "backslash before a square bracket"),
		("*a", "nothing to repeat"),
		("a|*", "nothing to repeat"),
		("a**", "repetition of a repetition"),
		("a+?", "repetition of a repetition"),
		("a++", "repetition of a repetition"),
		("a{3,1}", "the smaller number"),
		("a{x}", "written like {2}, {2,} or {2,5}"),
		("a{}", "written like"),
		("a{2", "written like"),
		("a$b", "leave ^ and $ out"),
		("a^", "leave ^ and $ out"),
		("(?=a)b", "question mark"),
		("(?<!a)b", "question mark"),
		("(?P<n>a)(?P=n)", "question mark"),
		("(?i)a", "question mark"),
		(r"(a)\1", "a backslash before 1 is not understood"),
		(r"\bword\b", "a backslash before b"),
		(r"\Aa\Z", "a backslash before A"),
		("a\\", "a backslash at the end"),
		("(" * 21 + ")" * 21, "too many groups"),
		("a{501}", "too large"),
		("((a{100}){100}){100}", "too large"),
		("((){999}){999}", "too large"),
		("((((((a*)*){9}){9}){9}){9})", "too large"),
		("a{99999999999}", "too large"),
	],
)
def test_what_is_not_understood_is_said(pattern, message):
	with pytest.raises(BadPattern) as error:
		compiled(pattern)
	assert message in error.value.args[0]


@given(st.text("ab()[]{}*+?|^$\\-.,0129d:=<!", max_size=30), st.text("ab01", max_size=10))
def test_no_text_breaks_the_reader(pattern, text):
	"""Either it is understood as `re` does, or refused."""
	try:
		found = compiled(pattern).matches(text)
	except BadPattern as e:
		assert str(e.args[0])
		return
	assert found == bool(re.fullmatch(pattern, text))


@pytest.mark.parametrize(
	"pattern",
	[
		"(a+)+b",
		"(a|a)*b",
		"(a*)*(a*)*(a*)*b",
		".*.*.*.*.*.*.*.*.*.*.*.*b",
		"(a|b|ab)*c",
		"(.{1,20}){1,20}b",
		"(a?){100}a{100}b",
	],
)
def test_no_pattern_runs_away(pattern):
	"""The first ones take Python's `re` longer than anybody lives."""
	ready = compiled(pattern)
	started = time.process_time()
	assert ready.matches("a" * MAX_TEXT) is False
	assert time.process_time() - started < 5  # about 0.3 s at worst; the machine may be busy
	assert len(ready._program) <= 2 * MAX_SIZE


def test_a_text_over_the_limit_matches_nothing():
	assert compiled(".*").matches("a" * MAX_TEXT)
	assert not compiled(".*").matches("a" * (MAX_TEXT + 1))
