"""The state of multi-round requests in the hands of clients that alter it, lend it, and keep it."""

import base64
import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erpnext_mcp.mcp_server.request_state import LIFETIME, LONGEST, InvalidState, Outdated, Sealer, Subject

KEY = "S0NkZm9ydHlmb3VyY2hhcmFjdGVyc29mYWtleWxpa2VmZXJuZXQ="
NOW = 1_800_000_000.0
DELETE = Subject(
	"ann@example.com",
	"API key 1234",
	"delete_generic_document",
	{"doctype": "Customer", "name": "Müller & Söhne", "dry_run": False, "n": 1},
	"v1:abc",
)


@pytest.fixture
def sealer() -> Sealer:
	return Sealer(KEY)


def test_what_was_sealed_comes_back(sealer):
	token = sealer.seal(DELETE, {"asked": ["delete"], "text": "Löschen?"}, now=NOW)
	state = sealer.unseal(token, DELETE, now=NOW + 1)
	assert state.data == {"asked": ["delete"], "text": "Löschen?"}
	assert state.expires == NOW + LIFETIME
	assert token.isascii() and len(token) < LONGEST


def test_another_worker_of_the_site_can_read_it(sealer):
	assert Sealer(KEY).unseal(sealer.seal(DELETE), DELETE).data == {}


def test_the_order_of_arguments_is_nothing(sealer):
	again = dataclasses.replace(DELETE, arguments=dict(reversed(DELETE.arguments.items())))
	assert sealer.unseal(sealer.seal(DELETE), again)


def test_each_state_has_an_id_of_its_own(sealer):
	states = {sealer.unseal(sealer.seal(DELETE), DELETE).id for _ in range(50)}
	assert len(states) == 50 and all(len(i) == 32 for i in states)


def test_the_client_can_t_read_it(sealer):
	token = sealer.seal(DELETE, {"secret": "4711"})
	raw = base64.urlsafe_b64decode(token.partition(".")[2] + "==")
	assert b"4711" not in raw and b"ann@" not in raw and b"delete" not in raw


@pytest.mark.parametrize(
	"other",
	[
		{"user": "bob@example.com"},
		{"user": "ann@example.co"},
		{"credential": "API key 1235"},
		{"credential": "OAuth client 1234"},
		{"credential": ""},
		{"tool": "cancel_generic_document"},
		{"arguments": {}},
		{"arguments": {**DELETE.arguments, "name": "Other"}},
		{"arguments": {**DELETE.arguments, "dry_run": True}},
		{"arguments": {**DELETE.arguments, "n": "1"}},
		{"arguments": {**DELETE.arguments, "n": True}},
		{"arguments": {**DELETE.arguments, "more": None}},
	],
	ids=str,
)
def test_a_state_of_somebody_else_or_of_another_call(sealer, other):
	token = sealer.seal(DELETE)
	with pytest.raises(InvalidState) as caught:
		sealer.unseal(token, dataclasses.replace(DELETE, **other))
	assert not isinstance(caught.value, Outdated)
	assert str(caught.value) == f"sealed for another {next(iter(other))}"


def test_the_parts_of_a_subject_can_t_be_shifted(sealer):
	token = sealer.seal(Subject("a", "bc", "d"))
	for other in (Subject("ab", "c", "d"), Subject("a", "b", "cd"), Subject("a", "bcd", "")):
		with pytest.raises(InvalidState):
			sealer.unseal(token, other)


def test_the_document_has_changed(sealer):
	token = sealer.seal(DELETE)
	with pytest.raises(Outdated, match="changed"):
		sealer.unseal(token, dataclasses.replace(DELETE, version="v1:abd"))


@pytest.mark.parametrize(
	("after", "good"), [(-5, True), (0, True), (LIFETIME - 1, True), (LIFETIME, False), (1e9, False)]
)
def test_expiry(sealer, after, good):
	token = sealer.seal(DELETE, now=NOW)
	if good:
		assert sealer.unseal(token, DELETE, now=NOW + after)
		return
	with pytest.raises(Outdated, match="expired"):
		sealer.unseal(token, DELETE, now=NOW + after)


def test_who_can_t_use_it_is_not_told_that_it_has_expired(sealer):
	token = sealer.seal(DELETE, now=NOW)
	with pytest.raises(InvalidState, match="another user"):
		sealer.unseal(token, dataclasses.replace(DELETE, user="bob@example.com", version=""), now=NOW * 2)


def test_a_state_of_another_site(sealer):
	with pytest.raises(InvalidState, match="not sealed by this site"):
		sealer.unseal(Sealer(KEY + "x").seal(DELETE), DELETE)


def test_every_altered_character_is_noticed(sealer):
	token = sealer.seal(DELETE)
	for position, character in enumerate(token):
		altered = token[:position] + ("A" if character != "A" else "B") + token[position + 1 :]
		with pytest.raises(InvalidState):
			sealer.unseal(altered, DELETE)
	for altered in (token[:-1], token[1:], token + "A", token + "=", token * 2, token.replace("v1.", "v2.")):
		with pytest.raises(InvalidState):
			sealer.unseal(altered, DELETE)


@pytest.mark.parametrize(
	"token",
	[None, 5, [], {}, b"v1.", "", "v1.", "v1.AAAA", "v1." + "A" * 200, "é", "\ud800", "x" * (LONGEST + 1)],
)
def test_what_never_was_a_token(sealer, token):
	with pytest.raises(InvalidState):
		sealer.unseal(token, DELETE)


@given(
	st.one_of(
		st.text(),
		st.text().map(lambda t: "v1." + t),
		st.binary().map(lambda b: "v1." + base64.urlsafe_b64encode(b).decode().rstrip("=")),
	)
)
def test_anything_else(token):
	with pytest.raises(InvalidState):
		Sealer(KEY).unseal(token, DELETE)


def test_the_key_is_not_the_one_of_anything_else(sealer):
	from mcp.server.request_state import AESGCMRequestStateCodec

	theirs = AESGCMRequestStateCodec([KEY])
	with pytest.raises(InvalidState):
		sealer.unseal(theirs.seal(b'{"format":1}'), DELETE)


def test_a_state_is_no_place_for_documents(sealer):
	with pytest.raises(ValueError):
		sealer.seal(DELETE, {"document": "x" * LONGEST})
