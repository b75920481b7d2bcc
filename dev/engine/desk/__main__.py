"""`python -m dev.engine.desk`: build the assets of the demo's bench; lines of progress, and at last the result as JSON."""

import json
from dataclasses import asdict

from dev.engine.desk.build import apps, build
from dev.engine.paths import BUILD

result = build(apps(), BUILD / "assets", progress=lambda line: print(line, flush=True))
print(json.dumps(asdict(result)), flush=True)
