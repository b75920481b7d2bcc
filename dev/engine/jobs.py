"""A background worker in a thread of this process: the only place that sees the jobs while Redis is inside the process, too."""

import threading
from typing import Any

_POLL_SECONDS = 0.1


class ThreadWorker:
	"""Runs the jobs of a site one after another until it is stopped."""

	def __init__(self, site: str):
		self._site = site
		self._stopping = threading.Event()
		self._thread = threading.Thread(target=self._run, name=f"jobs of {site}", daemon=True)
		self._thread.start()

	def stop(self) -> None:
		self._stopping.set()
		self._thread.join()

	def _run(self) -> None:
		import frappe
		from frappe.utils.background_jobs import get_queue_list, get_redis_conn
		from rq import Queue, SimpleWorker
		from rq.timeouts import TimerDeathPenalty

		class Worker(SimpleWorker):
			death_penalty_class = TimerDeathPenalty  # signals are for main threads only

		frappe.init(self._site)
		connection = get_redis_conn()
		queues = [Queue(name, connection=connection) for name in get_queue_list(build_queue_name=True)]
		worker: Any = Worker(queues, connection=connection)
		worker.register_birth()
		try:
			while not self._stopping.is_set():
				found = Queue.dequeue_any(queues, None, connection=connection)
				if found:
					worker.execute_job(*found)
				else:
					self._stopping.wait(_POLL_SECONDS)
		finally:
			worker.register_death()
			frappe.destroy()


def only_here(site: str) -> bool:
	"""Whether the site's queue lives in this process, so that no other one can run its jobs."""
	import frappe

	return not frappe.get_site_config(".", site).redis_queue
