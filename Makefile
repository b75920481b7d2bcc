# Everything that these targets make lies under build/; `make clean` removes it.
# Nothing is needed but Python 3.11 or newer, pip, npm (for the desk and the JavaScript clients) and make.

PYTHON ?= python3
VENV := build/venv/bin/python
# More arguments for pytest, such as ARGS="-k endpoint -x".
ARGS ?=
PYTEST := $(VENV) -m pytest -q -p dev.engine.pytest_plugin

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-mariadb conformance test-browser screenshots benchmark benchmark-parts soak docs lint format audit clean

help:
	@echo "make demo          set up and serve a demo ERP with MCP on 127.0.0.1:8000"
	@echo "make test          set up and run all tests on SQLite"
	@echo "make test-mariadb  the same on MariaDB and Redis (Debian's packages, on sockets and ports of their own)"
	@echo "make test BENCH=/path/to/frappe-bench SITE=name"
	@echo "                   the app's tests on a site of a real bench (with allow_tests)"
	@echo "make test-browser  only the tests that click through the desk in Debian's Chromium; they are part of make test, too"
	@echo "                   (BROWSER=off leaves them out; BROWSER_SITE=url BROWSER_PASSWORD=... takes a real site)"
	@echo "make screenshots   the docs' pictures of the desk, into docs/images"
	@echo "make conformance   MCP's official conformance suite against the endpoint (part of make test; ENGINE_DB=mariadb for the other)"
	@echo "make benchmark     the app's doors against Frappe's own REST, on MariaDB; ARGS=--quick for a short one"
	@echo "make benchmark BENCH=/path/to/frappe-bench SITE=name"
	@echo "                   the same on a site of a real bench (with allow_tests)"
	@echo "make benchmark-parts  what the policy, a write and a cached read cost, on SQLite; ENGINE_DB=mariadb for the other"
	@echo "make soak          sixteen clients for twenty minutes on MariaDB; ARGS=\"--minutes 2\" for less"
	@echo "make docs          writes docs/reference/ from the code"
	@echo "make torture       32 clients for ten minutes while servers, Redis and MariaDB are killed and the policy is changed (docs/torture.md);"
	@echo "                   ARGS=\"--minutes 1 --clients 8\" for less"
	@echo "make setup         only set up: build/venv and the embedded engine"
	@echo "make lint          what CI checks: ruff"
	@echo "make format        let ruff format and mend"
	@echo "make audit         known vulnerabilities of what is installed along with the app (pip-audit; needs its service)"
	@echo "make clean         remove build/"

setup:
	@$(PYTHON) dev/bootstrap.py

demo: setup
	@$(VENV) -m dev.demo $(ARGS)

ifdef BENCH
test:
	@$(PYTHON) dev/bench_lane/run.py "$(BENCH)" "$(SITE)" $(ARGS)
else
test: setup
	@ENGINE_DB=sqlite $(PYTEST) $(ARGS)
endif

test-mariadb: setup
	@ENGINE_DB=mariadb $(VENV) -m dev.engine.services $(PYTEST) $(ARGS)

test-browser: setup
	@ENGINE_DB=sqlite $(PYTEST) dev/browser $(ARGS)

screenshots: setup
	@$(VENV) -m dev.browser.screenshots $(ARGS)

conformance: setup
	@CONFORMANCE=on ENGINE_DB=$${ENGINE_DB:-sqlite} $(PYTEST) -v erpnext_mcp/tests/test_conformance.py $(ARGS)

ifdef BENCH
benchmark:
	@$(PYTHON) -m dev.benchmark.doors --bench "$(BENCH)" --site "$(SITE)" $(ARGS)
else
benchmark: setup
	@$(VENV) -m dev.benchmark.doors $(ARGS)
endif

benchmark-parts: setup
	@$(VENV) -m dev.benchmark.policy $(ARGS)
	@$(VENV) -m dev.benchmark.writes
	@$(VENV) -m dev.benchmark.caches

soak: setup
	@$(VENV) -m dev.benchmark.soak $(ARGS)

docs: setup
	@$(VENV) -m dev.docs.generate $(ARGS)

torture: setup
	@$(VENV) -m dev.torture $(ARGS)

lint: setup
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .

format: setup
	@$(VENV) -m ruff check --fix .
	@$(VENV) -m ruff format .

audit:
	@$(PYTHON) dev/audit.py

clean:
	rm -rf build
