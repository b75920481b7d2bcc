"""Where everything lies. All that dev/ makes is below `build/`, which git ignores."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / "dev"
BUILD = ROOT / "build"

VENV = BUILD / "venv"
WHEELS = BUILD / "wheels"
ENGINE = BUILD / "engine"  # holds the package `frappe`
TEMPLATES = BUILD / "templates"
BENCH = BUILD / "bench"  # what `make demo` serves
NODE = BUILD / "node"
SERVICES = BUILD / "services"  # data folders, sockets and logs of MariaDB and Redis
