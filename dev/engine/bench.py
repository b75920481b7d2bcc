"""`bench` for the embedded engine: the commands of a real one that our apps and tests need.

	python -m dev.engine.bench [--bench build/bench] --site demo.localhost install-app|uninstall-app|migrate|list-apps|execute ...

and the commands that the apps bring along, as on a real bench: the click commands in `<app>.commands.commands`.
"""

import os
import sys
from importlib import import_module
from pathlib import Path

import click

from dev.engine import activate, paths

activate()

import frappe
from frappe.commands import get_site, pass_context
from frappe.utils.bench_helper import CliCtxObj


class Bench(click.Group):
	"""Our commands and those of the bench's apps."""

	def list_commands(self, context: click.Context) -> list[str]:
		return sorted({*super().list_commands(context), *_app_commands(context)})

	def get_command(self, context: click.Context, name: str) -> click.Command | None:
		return super().get_command(context, name) or _app_commands(context).get(name)


def _app_commands(context: click.Context) -> dict[str, click.Command]:
	"""The commands that the apps in apps.txt bring along, by name."""
	found = {}
	apps_txt = Path(context.params.get("bench") or paths.BENCH) / "sites" / "apps.txt"
	for app in apps_txt.read_text().split() if apps_txt.exists() else []:
		if app == "frappe":
			continue
		try:
			module = import_module(f"{app}.commands")
		except ModuleNotFoundError as error:
			if error.name != f"{app}.commands":
				raise
			continue
		found.update({command.name: command for command in getattr(module, "commands", [])})
	return found


@click.command(cls=Bench)
@click.option(
	"--bench", type=click.Path(exists=True, file_okay=False), default=str(paths.BENCH), is_eager=True
)
@click.option(
	"--site", envvar="FRAPPE_SITE", help="the site; without it the bench's default_site, or its only one"
)
@click.option("--force", is_flag=True)
@click.option("--verbose", is_flag=True)
@click.option("--profile", is_flag=True)
@click.pass_context
def main(
	context: click.Context, bench: str, site: str | None, force: bool, verbose: bool, profile: bool
) -> None:
	os.chdir(Path(bench) / "sites")
	site = site or frappe.get_common_site_config(".").get("default_site") or _only_site()
	if site and not os.path.exists(os.path.join(site, "site_config.json")):
		raise click.ClickException(f"Site {site} does not exist!")
	if site:
		frappe.local.sites_path = "."
		from dev.engine.mends import sites

		sites.use(site)
		# Threads of a command mean that site, too.
		sites.use_everywhere(site)
	context.obj = CliCtxObj(sites=[site] if site else [], force=force, verbose=verbose, profile=profile)


def _only_site() -> str | None:
	sites = frappe.utils.get_sites(".")
	return sites[0] if len(sites) == 1 else None


def _connect(context: CliCtxObj) -> None:
	frappe.init(get_site(context), force=True)
	frappe.connect()


@main.command("install-app")
@click.argument("apps", nargs=-1, required=True)
@click.option("--force", is_flag=True)
@pass_context
def install_app(context: CliCtxObj, apps: tuple[str, ...], force: bool) -> None:
	"""Install apps of the bench on the site."""
	from frappe.installer import install_app

	_connect(context)
	try:
		for app in apps:
			install_app(app, verbose=context.verbose, force=context.force or force)
		frappe.db.commit()
	finally:
		frappe.destroy()


@main.command("uninstall-app")
@click.argument("app")
@click.option("--yes", "-y", is_flag=True, help="don't ask")
@click.option("--dry-run", is_flag=True, help="only say what would be deleted")
@click.option(
	"--no-backup", is_flag=True, help="for the sake of a real bench's command lines: no backup is made"
)
@click.option("--force", is_flag=True)
@pass_context
def uninstall_app(
	context: CliCtxObj, app: str, yes: bool, dry_run: bool, no_backup: bool, force: bool
) -> None:
	"""Remove an app and its DocTypes from the site."""
	from frappe.installer import remove_app

	_connect(context)
	try:
		remove_app(app, dry_run=dry_run, yes=yes, force=context.force or force)
	finally:
		frappe.destroy()


@main.command()
@click.option("--skip-failing", is_flag=True)
@click.option("--skip-search-index", is_flag=True)
@pass_context
def migrate(context: CliCtxObj, skip_failing: bool, skip_search_index: bool) -> None:
	"""Run patches, and sync schema, jobs and fixtures of all installed apps."""
	from frappe.migrate import SiteMigration

	SiteMigration(skip_failing=skip_failing, skip_search_index=skip_search_index).run(get_site(context))


@main.command("list-apps")
@pass_context
def list_apps(context: CliCtxObj) -> None:
	"""The apps installed on the site, and their versions."""
	_connect(context)
	for app in frappe.get_installed_apps():
		click.echo(f"{app} {import_module(app).__version__}")
	frappe.destroy()


@main.command()
@click.argument("method")
@click.option("--args")
@click.option("--kwargs")
@pass_context
def execute(context: CliCtxObj, method: str, args: str | None, kwargs: str | None) -> None:
	"""Call a method of a module on the site, and commit."""
	from frappe.cli_impl.utils import execute

	get_site(context)
	execute(context, method, args, kwargs, profile=context.profile)


if __name__ == "__main__":
	sys.exit(main(prog_name="bench"))
