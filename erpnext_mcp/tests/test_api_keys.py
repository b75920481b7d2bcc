"""API keys at our paths are looked up by us; who is let in is whom Frappe lets in."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import frappe
import frappe.auth
import pytest

from erpnext_mcp.api import api_keys


@pytest.fixture
def key(admin, world) -> tuple[str, str]:
	"""(key, secret) of READER."""
	return tuple(world.api_key(world.READER).removeprefix("token ").split(":"))


@pytest.fixture
def both(site, admin, monkeypatch) -> Iterator[Callable[..., tuple]]:
	"""both(key, secret, source): whom Frappe takes it for and whom we do, each in a request of its own, and whether Frappe was asked."""
	original = frappe.auth.validate_api_key_secret
	while closure := getattr(original, "__closure__", None):
		inner = [c.cell_contents for c in closure if callable(c.cell_contents)]
		original = next(f for f in inner if f.__name__ == "validate_api_key_secret")
	asked: list[bool] = []

	def frappes_own(*arguments):
		asked.append(True)
		return original(*arguments)

	def whom(check, arguments) -> str | None:
		frappe.init(site.name, force=True)
		frappe.connect(set_admin_as_user=False)
		frappe.session.user = "Guest"
		frappe.session.data = frappe._dict()
		frappe.local.login_manager = frappe._dict(user="Guest")
		frappe.local.form_dict = frappe._dict(kept=1)
		try:
			check(*arguments)
			assert frappe.local.form_dict == {"kept": 1}
			return frappe.session.user
		except frappe.AuthenticationError:
			return None
		finally:
			frappe.destroy()

	def both(*arguments) -> tuple:
		asked.clear()
		with ThreadPoolExecutor(1) as pool:
			by_frappe = pool.submit(whom, original, arguments).result()
			by_us = pool.submit(whom, frappe.auth.validate_api_key_secret, arguments).result()
		return by_frappe, by_us, bool(asked)

	monkeypatch.setattr(frappe.auth, "validate_api_key_secret", frappes_own)
	both.ours = True
	api_keys.look_up_at_once(lambda: both.ours)
	api_keys._digests.clear()
	yield both


def test_a_right_key_is_looked_up_at_once(both, key, world):
	for _ in range(3):
		assert both(*key) == (world.READER, world.READER, False)
	assert both(*key, "User") == (world.READER, world.READER, False)


@pytest.mark.parametrize("change", ["secret", "key", "secret's case", "other's", "space", "surrogate"])
def test_what_is_not_right_is_left_to_frappe(both, key, world, change: str):
	right, secret = key
	assert both(right, secret)[1] == world.READER
	other = world.api_key(world.MASTER).removeprefix("token ").split(":")
	wrong = {
		"secret": (right, "x" + secret[1:] if secret[0] != "x" else "y" + secret[1:]),
		"key": (right[:-1], secret),
		"secret's case": (right, secret.upper()),
		"other's": (right, other[1]),
		"space": (right, secret + " "),
		"surrogate": (right, secret + "\udcff"),
	}[change]
	assert both(*wrong) == (None, None, True)
	assert both(right, secret) == (world.READER, world.READER, False), "and no one's right to the key is lost"


def test_a_disabled_user_has_no_key(both, key, changed, world):
	assert both(*key)[1] == world.READER
	with changed("User", world.READER, enabled=0):
		assert both(*key) == (None, None, True)
	assert both(*key) == (world.READER, world.READER, False)


def test_an_encryption_key_that_does_not_fit_lets_nobody_in(both, key, world, monkeypatch):
	monkeypatch.setattr(api_keys, "get_encryption_key", lambda: "another")
	monkeypatch.setattr(api_keys, "decrypt", lambda text: frappe.throw("does not fit"))
	assert both(*key) == (world.READER, world.READER, True), "Frappe has the last word"


def test_secrets_are_not_kept(both, key):
	both(*key)
	assert api_keys._digests
	assert key[1] not in repr(api_keys._digests)


def test_elsewhere_frappe_looks_it_up(both, key, world):
	both.ours = False
	assert both(*key) == (world.READER, world.READER, True)
