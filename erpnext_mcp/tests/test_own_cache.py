"""What a process of Frappe 16 keeps by itself is not gone by when nobody tells it of changes any more (docs/torture.md)."""

from collections.abc import Iterator

import frappe
import pytest

from erpnext_mcp.limits import own_cache
from erpnext_mcp.policy import store


@pytest.fixture
def cache(admin) -> Iterator:
	cache = getattr(frappe, "client_cache", None)
	if cache is None or not cache.healthy or not cache.invalidator_id:
		pytest.skip("there is no such cache here: Frappe 15, or a Redis within the process")
	before = cache.invalidator_id
	yield cache
	cache.invalidator_id, cache.healthy = before, True
	cache.clear_cache()


def test_it_is_left_alone_while_it_is_told(cache):
	frappe.get_meta("Customer")
	own_cache.check()
	assert cache.healthy and cache.cache


@pytest.mark.parametrize("number", ["somebody else's", "nobody's"])
def test_it_is_turned_off_when_redis_was_restarted(cache, call, world, number):
	"""The number that Frappe has noted is another connection's, or none's."""
	frappe.get_meta("Customer")
	with frappe.cache.pubsub() as other:
		other.subscribe("test_own_cache")
		strangers = [int(c["id"]) for c in frappe.cache.client_list() if int(c["id"]) != cache.invalidator_id]
		cache.invalidator_id = max(strangers) + (0 if number == "somebody else's" else 1000)
		# As Redis has lost it.
		frappe.cache.delete(frappe.cache.make_key(store.REVISION_KEY))
		assert call(world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA).error is None
	assert not cache.healthy


def test_t48_news_of_a_field_that_never_came(cache, call, world):
	"""Redis tells of changes in its own time. Here it doesn't at all: the process keeps the meta from before."""
	frappe.get_meta("Customer")
	kept = dict(cache.cache)
	setter = frappe.get_doc(
		{
			"doctype": "Property Setter",
			"doctype_or_field": "DocField",
			"doc_type": "Customer",
			"field_name": "website",
			"property": "permlevel",
			"property_type": "Int",
			"value": str(world.SECRET_LEVEL),
		}
	).insert()
	frappe.db.commit()
	try:
		cache.cache.update(kept)
		frappe.local.cache.clear()
		answer = call(world.READER, "get_generic_document", doctype="Customer", name=world.ALPHA)
		assert "website" not in answer.content["document"]
	finally:
		setter.delete()
		frappe.db.commit()


def test_without_redis_nothing_happens(cache, monkeypatch):
	from redis.exceptions import ConnectionError

	def away(*args, **kwargs):
		raise ConnectionError

	monkeypatch.setattr(frappe.cache, "client_list", away)
	own_cache.check()
	assert cache.healthy
