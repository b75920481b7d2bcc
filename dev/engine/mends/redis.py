"""Redis inside the process where the site names none.

A site without `redis_cache` in its configuration (the SQLite lane) gets fakeredis: cache, expiry, counters, rate limits, pub/sub
and job queues, for the threads of one process. A site that names a server (the MariaDB lane) uses that.
"""

import threading
from typing import Any

from dev.engine.rebind import rebind

_server: Any = None


def fake_connection_pool() -> Any:
	"""A pool of connections to this process's one fake server."""
	import fakeredis
	import redis

	global _server
	_server = _server or fakeredis.FakeServer()
	return redis.ConnectionPool(connection_class=fakeredis.FakeConnection, server=_server)


def apply() -> None:
	import frappe
	import redis
	from frappe.utils import background_jobs, connections, redis_wrapper
	from frappe.utils.redis_queue import RedisQueue

	plain_setup_cache = redis_wrapper.setup_cache
	plain_client_cache = redis_wrapper.ClientCache.__init__
	plain_redis_conn = background_jobs.get_redis_conn
	plain_queue_connection = RedisQueue.get_connection.__func__
	plain_check_redis = connections.check_redis

	def setup_cache() -> Any:
		if frappe.conf.redis_cache:
			return plain_setup_cache()
		return redis_wrapper.RedisWrapper(connection_pool=fake_connection_pool())

	def client_cache(self, maxsize: int = 1024, ttl: int = 600, monitor: Any = None) -> None:
		if frappe.conf.redis_cache:
			plain_client_cache(self, maxsize, ttl, monitor)
			return
		# Without key tracking, which fakeredis doesn't know, the cache must not keep values of its own: always "unhealthy".
		self.maxsize, self.local_ttl = maxsize, ttl
		self.lock, self.cache = threading.RLock(), {}
		self.redis = self.invalidator = frappe.cache
		self.healthy, self.invalidator_id, self.connection_retries = False, None, 0
		self.hits = self.misses = 0

	def get_redis_conn(username: str | None = None, password: str | None = None) -> Any:
		if frappe.get_site_config().redis_queue:
			return plain_redis_conn(username, password)
		return redis.Redis(connection_pool=fake_connection_pool())

	def get_connection(cls: type, username: str | None = None, password: str | None = None) -> Any:
		if frappe.get_site_config().redis_queue:
			return plain_queue_connection(cls, username, password)
		return redis.Redis(connection_pool=fake_connection_pool())

	def check_redis(redis_services: Any = None) -> dict[str, bool]:
		if frappe.get_site_config().redis_cache:
			return plain_check_redis(redis_services)
		return {service: True for service in redis_services or connections.REDIS_KEYS}

	redis_wrapper.ClientCache.__init__ = client_cache
	RedisQueue.get_connection = classmethod(get_connection)
	rebind("frappe.utils.redis_wrapper", setup_cache)
	rebind("frappe.utils.background_jobs", get_redis_conn)
	rebind("frappe.utils.connections", check_redis)
