"""Our side of (a): asking and judging, in a process that has everything imported. Prints seconds and values as JSON.

python ours.py PLAN_FOLDER PROMETHEUS_PID
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import UTC, datetime

from cpu import cpu_of

from postflight.judge import judge
from postflight.model import Occasion, Past
from postflight.plan import load_plan
from postflight.run import Sources
from postflight.run.asks import current_ask
from postflight.run.collect import collect
from postflight.sources import kinds
from postflight.testing import NoHistory


def main() -> None:
    """Load the plan once; then ask and judge twice, each time with a connection of its own, and measure the second time."""
    folder, server = sys.argv[1], int(sys.argv[2])
    plan = load_plan(folder, kinds())
    sources = Sources(kinds(), str, NoHistory(), deadline=60.0)
    measured: dict[str, object] = {}
    for _ in range(2):
        began, cpu = time.perf_counter(), time.process_time() + cpu_of(server)
        occasion = Occasion(now=datetime.now(UTC))
        asks = [current_ask(kpi, occasion, plan.timezone) for kpi in plan.kpis.values()]
        observations, _ = collect(plan, asks, sources, occasion.now)
        card, _ = judge(plan, occasion, observations, Past())
        measured = {"seconds": time.perf_counter() - began, "cpu": time.process_time() + cpu_of(server) - cpu}
        measured["values"] = {e.kpi.replace("[", "_").removesuffix("]"): e.value for e in card.evaluations}
    print(json.dumps({**measured, "peak_kb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))


main()
