"""The desk in a browser: tests by clicking (dev/browser/tests) and the docs' screenshots (dev/browser/screenshots.py)."""
