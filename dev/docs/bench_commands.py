"""Commands of a bench that the pages may name, with their options: those of Frappe 15 and 16 as their command lines list them, and those
of the bench program (frappe/bench). A page that needs another one adds it here, after a look at the real thing."""


def _options(text: str) -> frozenset[str]:
	return frozenset(text.split())


GLOBAL_OPTIONS = {"--site": 1, "--verbose": 0, "--force": 0, "--profile": 0, "--help": 0, "--version": 0}
"""What may stand before the command, and how many words it takes along."""

COMMANDS: dict[str, frozenset[str]] = {
	name: _options(options)
	for name, options in {
		# frappe
		"add-user": "--first-name --last-name --password --user-type --add-role --send-welcome-email",
		"backup": "--with-files --compress --verbose --only --exclude --include -e -i --backup-path --ignore-backup-conf",
		"build": "--app --apps --force --production --hard-link --verbose",
		"clear-cache": "",
		"console": "--autoreload",
		"doctor": "--site",
		"drop-site": "--force --no-backup --db-root-username --db-root-password --archived-sites-path",
		"enable-scheduler": "",
		"execute": "--args --kwargs --profile",
		"install-app": "--force",
		"list-apps": "--format -f",
		"migrate": "--skip-failing --skip-search-index",
		"new-site": "--db-name --db-host --db-port --db-root-username --db-root-password --mariadb-user-host-login-scope "
		"--admin-password --install-app --set-default --force",
		"restore": "--force --encryption-key --with-public-files --with-private-files --db-root-username --db-root-password "
		"--admin-password --install-app",
		"schedule": "",
		"scheduler": "--format --verbose --site -f -v",
		"serve": "--port --noreload --nothreading --profile --proxy",
		"set-admin-password": "--logout-all-sessions",
		"set-config": "-g --global -p --parse",
		"show-config": "--format -f",
		"uninstall-app": "--yes -y --dry-run --no-backup --force",
		"use": "",
		"version": "--format -f",
		"worker": "--queue --burst --quiet",
		# bench
		"get-app": "--branch --overwrite --skip-assets --soft-link --resolve-deps",
		"init": "--frappe-branch --frappe-path --python --apps_path --version --skip-assets --no-procfile --install-app --verbose "
		"--skip-redis-config-generation",
		"new-app": "--no-git",
		"pip": "install -e --upgrade",
		"remove-app": "--no-backup --force",
		"restart": "--web --supervisor --systemd",
		"setup lets-encrypt": "--custom-domain",
		"setup nginx": "--yes --logging",
		"setup procfile": "",
		"setup production": "--yes",
		"setup requirements": "--node --python --dev",
		"setup supervisor": "--user --yes --skip-redis",
		"start": "--no-dev --concurrency --procfile -c -p",
		"update": "--pull --apps --patch --build --requirements --restart-supervisor --restart-systemd --no-backup --no-compile "
		"--force --reset",
	}.items()
}
