"""What differs between the databases that a site can lie on: its configuration, and how a template keeps it.

SQLite: the file is in the site's folder; a copied folder is a copied site. MariaDB: a template holds a dump, and each copy gets a database of
its own on the services that run (dev.engine.services).
"""

import json
import re
import secrets
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from dev.engine import services

_SITE_CONFIG = {
	"allow_tests": 1,
	"mute_emails": 1,
	"skip_setup_wizard": 1,
	"throttle_user_limit": 100_000,
}
_DUMP = "database.sql"


def new_site_config(db: str, site: str) -> dict[str, Any]:
	config = {**_SITE_CONFIG, "db_type": db, "db_name": re.sub(r"\W", "_", site)}
	if db == "mariadb":
		config |= _database_of_its_own()
	return config


def common_site_config(db: str) -> dict[str, Any]:
	return services.current().common_site_config() if db == "mariadb" else {}


def freeze(bench: Path) -> None:
	"""Make the bench's folder all there is to its sites, so that it can be copied."""
	for path in bench.glob("sites/*/db/*.db"):
		with sqlite3.connect(path) as connection:
			connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
		connection.close()
	for path, config in _mariadb_sites(bench):
		dump = services.current().mariadb(
			"--single-transaction", "--quick", config["db_name"], program="mariadb-dump"
		)
		with open(path / _DUMP, "wb") as file:
			subprocess.run(dump, stdout=file, check=True)
		_as_root(f"DROP DATABASE `{config['db_name']}`; DROP USER '{config['db_user']}'@'localhost'")


def thaw(bench: Path) -> None:
	"""Bring the sites of a copied bench to life."""
	for path, config in _mariadb_sites(bench):
		config |= _database_of_its_own()
		name, user, password = (config[key] for key in ("db_name", "db_user", "db_password"))
		_as_root(
			f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci; "
			f"CREATE USER '{user}'@'localhost' IDENTIFIED BY '{password}'; "
			f"GRANT ALL PRIVILEGES ON `{name}`.* TO '{user}'@'localhost'"
		)
		with open(path / _DUMP, "rb") as file:
			subprocess.run(services.current().mariadb(name), stdin=file, check=True)
		_write(path / "site_config.json", config)
		_write(path.parent / "common_site_config.json", common_site_config("mariadb"))


def _mariadb_sites(bench: Path) -> list[tuple[Path, dict[str, Any]]]:
	found = [(path.parent, json.loads(path.read_text())) for path in bench.glob("sites/*/site_config.json")]
	return [(path, config) for path, config in found if config["db_type"] == "mariadb"]


def _database_of_its_own() -> dict[str, str]:
	name = f"site_{secrets.token_hex(6)}"
	return {"db_name": name, "db_user": name, "db_password": secrets.token_hex(12)}


def _as_root(statements: str) -> None:
	subprocess.run(services.current().mariadb(f"--execute={statements}"), check=True)


def _write(path: Path, value: dict[str, Any]) -> None:
	path.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")
