"""What is done to the servers and to what they stand on, one thing after the other, and how long they need to recover."""

import random
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import frappe
import pymysql

from dev.torture import shapes
from dev.torture.backends import Backends
from dev.torture.client import Client
from dev.torture.outages import Disturbance
from dev.torture.servers import Server

PAUSE = (1.0, 4.0)
"""Seconds between a recovery and the next fault."""
GIVE_UP = 60.0
"""Seconds after which nobody waits for a recovery any longer."""
AWAY = (0.0, 2.5)
"""Seconds between the end of MariaDB or Redis and the start of another."""
HELD = (1.0, 3.0)
"""Seconds for which locks are held."""
HEAVY = 500
"""Rows that our transaction writes before it meets others: MariaDB ends the one that has written less."""
SCRATCH = "_torture_scratch"


class Faults:
	"""Runs in the main thread, which all processes belong to.

	:param probe: a client that no switch touches, for each server
	:param second: one more, which meets our locks
	"""

	def __init__(
		self,
		backends: Backends,
		servers: Sequence[Server],
		probes: Sequence[Client],
		second: Client,
		seed: int,
	):
		self.done: list[Disturbance] = []
		self.crashed: list[str] = []
		"""What ended without our doing."""
		self.deadlocks = 0
		"""That MariaDB has found, ours and others'."""
		self._backends, self._servers, self._probes, self._second = backends, servers, probes, second
		self._chance = random.Random(seed)
		self.kinds: dict[str, Callable[[], None]] = {
			"site worker killed (SIGKILL)": lambda: self._chance.choice(servers[:2]).kill(),
			"uvicorn door killed (SIGKILL)": lambda: self._chance.choice(servers[2:]).kill(),
			"Redis restarted": self._restart_redis,
			"Redis killed (SIGKILL)": lambda: self._restart_redis(kill=True),
			"MariaDB restarted": self._restart_mariadb,
			"MariaDB killed (SIGKILL)": lambda: self._restart_mariadb(kill=True),
			"connections of MariaDB cut": self._cut_connections,
			"deadlock": self._deadlock,
			"locks held": self._hold_locks,
		}

	def prepare(self, only: str = "") -> None:
		"""
		:param only: what the names of faults have in common that are to happen
		"""
		self.kinds = {kind: work for kind, work in self.kinds.items() if only.lower() in kind.lower()}
		frappe.db.sql_ddl(f"create table `{SCRATCH}` (n int) engine=InnoDB")
		frappe.db.commit()

	def run(self, until: float) -> None:
		"""All kinds in turn, in an order by chance, until a time of the monotonic clock."""
		bag: list[str] = []
		while time.monotonic() < until:
			if not bag:
				bag = self._chance.sample(list(self.kinds), len(self.kinds))
			self.happen(bag.pop())
			time.sleep(self._chance.uniform(*PAUSE))
		self._count_deadlocks()

	def happen(self, kind: str) -> None:
		"""One fault and the recovery from it."""
		began = time.monotonic()
		self.crashed += self._backends.revive()
		self.kinds[kind]()
		back = time.monotonic()
		self.done.append(Disturbance(kind, began, back, self._all_recovered(back)))
		print(f"{time.strftime('%H:%M:%S')} {self.done[-1].told}", file=sys.stderr, flush=True)

	def _all_recovered(self, back: float) -> float | None:
		"""When every server answers a write and a read; None: one of them doesn't.

		:param back: since when it should
		"""
		with ThreadPoolExecutor(len(self._probes)) as pool:
			answered = list(pool.map(lambda probe: self._recovered(probe, back), self._probes))
		return None if None in answered else max(filter(None, answered))

	def _recovered(self, probe: Client, back: float) -> float | None:
		while not (probe.write_once() and probe.read_once()):
			if time.monotonic() > back + GIVE_UP:
				return None
			time.sleep(0.05)
		return time.monotonic()

	def _restart_redis(self, kill: bool = False) -> None:
		self._backends.restart_redis(kill=kill, away=self._chance.uniform(*AWAY))

	def _restart_mariadb(self, kill: bool = False) -> None:
		self._count_deadlocks()
		self._backends.restart_mariadb(kill=kill, away=self._chance.uniform(*AWAY))

	def _count_deadlocks(self) -> None:
		"""MariaDB counts anew after each start."""
		row = self._backends.as_root("show global status like 'Innodb_deadlocks'").split()
		self.deadlocks += int(row[1]) if row else 0
		self._backends.as_root("flush status")

	def _cut_connections(self) -> None:
		user = frappe.conf.db_user or frappe.conf.db_name
		found = self._backends.as_root(f"select id from information_schema.processlist where user = '{user}'")
		for number in found.split():
			with suppress(Exception):  # it may be gone already
				self._backends.as_root(f"kill connection {number}")

	def _connection(self) -> Any:
		"""One of the site's database, past everything."""
		conf = frappe.conf
		return pymysql.connect(
			unix_socket=self._backends.services.db_socket,
			user=conf.db_user or conf.db_name,
			password=conf.db_password,
			database=conf.db_name,
		)

	def _lock(self, cursor: Any, name: str) -> None:
		cursor.execute(f"select name from `tab{shapes.ACCOUNT}` where name = %s for update", (name,))

	def _hold_locks(self) -> None:
		"""Of the accounts that most changes are made to."""
		with self._connection() as connection, connection.cursor() as cursor:
			for region in ("North", "South"):
				self._lock(cursor, shapes.account_name(region, 0))
			time.sleep(self._chance.uniform(*HELD))
			connection.rollback()

	def _deadlock(self) -> None:
		"""We hold the first account and want the second; a bulk update holds the second and wants the first. MariaDB ends it, because
		we have written more."""
		names = [shapes.account_name("North", n) for n in (0, 1)]
		accounts = [self._second.account(name) for name in names]
		if not all(accounts):
			return
		with self._connection() as connection, connection.cursor() as cursor:
			other = threading.Thread(
				target=self._second.move_between, args=("North", accounts[1], accounts[0]), daemon=True
			)
			try:
				cursor.executemany(f"insert into `{SCRATCH}` values (%s)", [(n,) for n in range(HEAVY)])
				self._lock(cursor, names[0])
				other.start()
				time.sleep(0.5)
				self._lock(cursor, names[1])
				time.sleep(0.2)
			except pymysql.err.OperationalError:
				pass  # we were the one to be ended
			connection.rollback()
		if other.ident:
			other.join(GIVE_UP)
