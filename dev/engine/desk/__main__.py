"""`python -m dev.engine.desk [BENCH]`: build the assets of the demo's bench; lines of progress, and at last the result as JSON.

With BENCH (such as build/bench), that bench then serves them, if its demo is running, too.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from dev.engine.desk.build import apps, build, link
from dev.engine.paths import BUILD

result = build(apps(), BUILD / "assets", progress=lambda line: print(line, flush=True))
for bench in sys.argv[1:]:
	link(Path(result.assets), Path(bench) / "sites")
print(json.dumps(asdict(result)), flush=True)
