"""bench mcp serve: the server on uvicorn, beside the site's own workers."""

import os

import click


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8100, show_default=True, help="Port to listen on.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes.")
@click.option(
	"--threads",
	default=8,
	show_default=True,
	type=click.IntRange(1),
	help="Calls that a process works on at once. Each needs a connection of the database.",
)
@click.option(
	"--stop-timeout",
	default=60,
	show_default=True,
	type=click.IntRange(1),
	help="Seconds that running calls have when the server is stopped.",
)
@click.option("--only", metavar="SITE", help="Serve this site alone, whatever the Host header says.")
def serve(host: str, port: int, workers: int, threads: int, stop_timeout: int, only: str | None) -> None:
	"""Serve MCP for all sites of this bench, chosen by the Host header, and GET /health.

	Meant for behind a proxy that speaks HTTPS; see docs/operations.md.
	"""
	# Not with the module: Frappe imports every command for each of them.
	import uvicorn

	from erpnext_mcp.mcp_server.uvicorn_door import app

	# Read by each process: with several, uvicorn starts them anew.
	os.environ[app.THREADS_VARIABLE] = str(threads)
	if only:
		if not os.path.exists(os.path.join(only, "site_config.json")):
			raise click.ClickException(f"There is no site {only}.")
		os.environ[app.SITE_VARIABLE] = only
	uvicorn.run(
		f"{app.__name__}:create_app",
		factory=True,
		host=host,
		port=port,
		workers=workers,
		# Who the client is and which scheme he came by is told by the headers, to Frappe and to our own rule for proxies.
		proxy_headers=False,
		server_header=False,
		log_level="warning",
		# Longer than a proxy keeps its end (nginx: 60 s), so that it is never the server that hangs up on a request that is coming.
		timeout_keep_alive=75,
		timeout_graceful_shutdown=stop_timeout,
	)
