"""Tests of the app. They say `import frappe` and know no engine: the fixtures `site` and `server` come from the plugin
that the run is started with (see Makefile)."""
