"""The part that runs in a process of its own within the site: makes what is measured on, and times what needs no HTTP.

	python -m dev.benchmark.doors.inside SITE

Reads one JSON object per line, `{"do": name, ...}`, and answers each with a line; `dev.benchmark.doors.probe` is the other end.
"""

import json
import os
import sys
import traceback

from dev.benchmark.doors import variables


def main(site: str) -> int:
	# Whatever Frappe prints is not an answer.
	answers = os.fdopen(os.dup(1), "w", buffering=1)
	os.dup2(2, 1)
	if os.environ.get(variables.ENGINE_SITE):
		from dev.engine import activate

		activate()

		from dev.engine.mends import sites

		sites.use_everywhere(site)
	import frappe

	frappe.init(site)
	frappe.connect()
	# A bench without workers would refuse jobs after some hundred.
	frappe.local.conf.max_queued_jobs = 1_000_000

	from dev.benchmark.doors.tasks import TASKS

	try:
		for line in sys.stdin:
			request = json.loads(line)
			try:
				# As a request finds it: nobody's transaction is open.
				frappe.db.rollback()
				answer = {"answer": TASKS[request.pop("do")](**request)}
			except Exception:
				answer = {"problem": traceback.format_exc()}
			print(json.dumps(answer), file=answers)
	finally:
		frappe.destroy()
	return 0


if __name__ == "__main__":
	sys.exit(main(sys.argv[1]))
