"""What the hooks call; each counts its calls in a global default."""

import frappe


def count(name: str) -> None:
	key = f"engine_probe_{name}"
	frappe.db.set_global(key, int(frappe.db.get_global(key) or 0) + 1)


def before_install() -> None:
	count("before_install")


def after_install() -> None:
	frappe.get_doc({"doctype": "Engine Probe", "title": "made by after_install"}).insert()


def before_uninstall() -> None:
	count("before_uninstall")


def before_migrate() -> None:
	count("before_migrate")


def after_migrate() -> None:
	count("after_migrate")


def on_validate(doc, method: str) -> None:
	doc.seen_by_hook = method


def daily() -> None:
	count("daily")


def shout(text: str) -> str:
	return text.upper()


def job(name: str) -> None:
	count(f"job_{name}")


def counts() -> dict[str, str]:
	rows = frappe.get_all("DefaultValue", {"defkey": ["like", "engine_probe_%"]}, ["defkey", "defvalue"])
	return {row.defkey.removeprefix("engine_probe_"): row.defvalue for row in rows}
