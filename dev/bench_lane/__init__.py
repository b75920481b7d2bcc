"""The app's tests on a site of a real bench: `make test BENCH=/path/to/frappe-bench SITE=name`."""
