"""Our side of (a): asking and judging, in a process that has everything imported. Prints seconds and values as JSON.

python ours.py PLAN_FOLDER REPEATS
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import UTC, datetime

from postflight.judge import judge
from postflight.model import Occasion, Past, Role
from postflight.plan import load_plan
from postflight.run import Sources
from postflight.run.asks import asks_for
from postflight.run.collect import collect
from postflight.sources import kinds
from postflight.testing import NoHistory


def main() -> None:
    """Load the plan once; then ask and judge, several times over, each time with a connection of its own."""
    folder, repeats = sys.argv[1], int(sys.argv[2])
    plan = load_plan(folder, kinds())
    sources = Sources(kinds(), str, NoHistory(), deadline=60.0)
    seconds, values = [], {}
    for _ in range(repeats):
        began = time.perf_counter()
        occasion = Occasion(now=datetime.now(UTC))
        asks = [entry for entry in asks_for(plan, occasion, (), Past()) if isinstance(entry, tuple) or entry.role is Role.CURRENT]
        observations, _ = collect(plan, asks, sources, occasion.now)
        card, _ = judge(plan, occasion, observations, Past())
        seconds.append(time.perf_counter() - began)
        values = {e.kpi.replace("[", "_").removesuffix("]"): e.value for e in card.evaluations}
    print(json.dumps({"seconds": seconds, "values": values, "peak_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))


main()
