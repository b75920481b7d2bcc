"""What differs between the databases that a site can lie on: its configuration, and how a template keeps it."""

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

_SITE_CONFIG = {
	"allow_tests": 1,
	"mute_emails": 1,
	"skip_setup_wizard": 1,
	"throttle_user_limit": 100_000,
}


def new_site_config(db: str, site: str) -> dict[str, Any]:
	return {**_SITE_CONFIG, "db_type": db, "db_name": re.sub(r"\W", "_", site)}


def root_login(db: str) -> dict[str, Any]:
	return {}


def freeze(bench: Path) -> None:
	"""Make the bench's folder all there is to its sites, so that it can be copied."""
	for path in bench.glob("sites/*/db/*.db"):
		with sqlite3.connect(path) as connection:
			connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
		connection.close()


def thaw(bench: Path) -> None:
	"""Bring the sites of a copied bench to life."""


def kind(bench: Path, site: str) -> str:
	return json.loads((bench / "sites" / site / "site_config.json").read_text())["db_type"]
