"""The demo from its first step to its last."""

import os
import threading
from pathlib import Path

from dev.demo import bench as benches
from dev.demo import port as ports
from dev.demo.children import Children
from dev.demo.problem import Problem
from dev.demo.terminal import Terminal
from dev.engine import sites
from dev.engine.desk import build as desk

STEPS = {
	"make": "Site with sample data",
	"repair": "Site with sample data",
	"migrate": "Site brought up to date",
}


class Demo:
	"""One site, served on one port."""

	def __init__(self, bench: Path, port: int, terminal: Terminal) -> None:
		self.bench, self.port, self.terminal = bench, port, terminal

	def run(self, children: Children, once: bool) -> None:
		self.terminal.line(self.terminal.style("erpnext_mcp demo", "bold"))
		has_desk = self._set_up(children)
		with self.terminal.step("Engine"):
			from dev.engine import activate

			activate()
			from dev.demo import audit, people, session, show
		os.chdir(self.bench / "sites")  # where Frappe works
		with self.terminal.step("Users, API keys, profiles"), sites.connected(self.bench, benches.SITE):
			persons, password = people.ensure(self.bench)
			mark = audit.newest()
		server = self._serve()
		try:
			agent = next(person for person in persons if person.email == people.AGENT)
			with self.terminal.step("Session"):
				seen = session.hold(f"{server.base_url}/mcp", agent.authorization)
			show.session(self.terminal, agent, seen)
			with sites.connected(self.bench, benches.SITE):
				show.audit(self.terminal, audit.since(mark))
			show.connect(self.terminal, f"{server.base_url}/mcp", persons[0])
			login = (people.ADMINISTRATOR, password) if has_desk else None
			show.addresses(self.terminal, server.base_url, persons, login)
			if not once:
				self._wait()
		finally:
			server.stop()

	def _set_up(self, children: Children) -> bool:
		"""The site and, beside it, the Desk's scripts and styles; whether the Desk can be opened."""
		assets = children.start("dev.engine.desk")
		state = benches.state(self.bench)
		if state != "ready":
			with self.terminal.step(STEPS[state]) as step:
				children.start("dev.demo.bench", str(self.bench)).result(step.note)
		with self.terminal.step("Desk's scripts and styles") as step:
			result = assets.result(step.note)
			step.result = f"{result['built']} bundles" if not result["problem"] else "not built"
		if result["problem"]:
			self.terminal.warn(f"The Desk can't be opened in a browser: {result['problem']}. All else works.")
		for failure in result["failed"]:
			self.terminal.warn(f"not built: {failure}")
		desk.link(Path(result["assets"]), self.bench / "sites")
		return not result["problem"]

	def _serve(self):
		from dev.engine.serve import PortInUse, start_in_thread

		with self.terminal.step("Server"):
			try:
				return start_in_thread(benches.SITE, self.port)
			except PortInUse:
				raise Problem(ports.busy(self.port))

	def _wait(self) -> None:
		self.terminal.line()
		self.terminal.line(
			self.terminal.style("  Ctrl-C stops it; the next start keeps the data and the keys.", "bold")
		)
		try:
			threading.Event().wait()
		except KeyboardInterrupt:
			self.terminal.line()
			self.terminal.line("Stopped.")
