"""Make one layer of a template bench: `python -m dev.engine.template sqlite demo_erp BENCH` (called by dev.engine.sites).

Standard output carries the progress, a line a step; whatever Frappe prints meanwhile goes to standard error.
"""

import contextlib
import sys
from pathlib import Path

from dev.engine import databases, sites


def main(db: sites.Db, app: str, bench: Path) -> None:
	progress = sys.stdout

	def say(message: str) -> None:
		print(f"  {message}", file=progress, flush=True)

	with contextlib.redirect_stdout(sys.stderr):
		if app == "frappe":
			sites.create_site(bench, sites.SITE, db, ["frappe"])
		else:
			_add(app, bench, say)
		databases.freeze(bench)


def _add(app: str, bench: Path, say: sites.Progress) -> None:
	sites.lay_out(bench, sites.apps())
	with sites.connected(bench, sites.SITE):
		import frappe
		from frappe.installer import install_app

		install_app(app)
		frappe.db.commit()
		if app == "demo_erp":
			from demo_erp import seed

			seed.run(say)
			frappe.db.commit()


if __name__ == "__main__":
	_, kind, name, folder = sys.argv
	main(kind, name, Path(folder))
