"""The main line without I/O: how fast a large plan is read and judged, and how many dictionaries a second are scored.

Each figure stands beside a peer measured in the same run, because machines differ: reading beside ruamel.yaml alone, judging and
scoring beside Python's own JSON over the same data, `--help` beside importing click. Writes RESULT.md.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from postflight.judge import judge
from postflight.judge.score_document import score_lines
from postflight.judge.scorer import scorer
from postflight.model import Deployment, Evidence, Observation, Occasion, Past, Role
from postflight.plan import load_plan
from postflight.run.asks import asks_for
from postflight.sources import kinds
from postflight.store import codec

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
KPIS, LINES, ROUNDS = 300, 20_000, 7
NOW = datetime(2026, 11, 23, 15, tzinfo=UTC)
WENT_LIVE = NOW - timedelta(days=21)


def main() -> None:
    """Measure all, print and write the table."""
    rows = [*_plan_and_judge(), _score(), _help()]
    head = f"Python {sys.version.split()[0]}, {ROUNDS} rounds, best of them. Ours and the peer in the same run.\n"
    table = "| what | ours | peer | ours ÷ peer |\n|---|---|---|---|\n" + "\n".join(rows)
    text = f"# The main line without I/O\n\n{head}\n{table}\n\nRepeat: `python benchmarks/main_line/run.py`\n"
    (HERE / "RESULT.md").write_text(text)
    sys.stdout.write(text)


def _best(act: Callable[[], object]) -> float:
    """The best of the rounds, in CPU seconds."""
    took = []
    for _ in range(ROUNDS):
        began = time.process_time()
        act()
        took.append(time.process_time() - began)
    return min(took)


def _command(*args: str) -> float:
    """CPU seconds of a command, best of the rounds."""
    took = []
    for _ in range(ROUNDS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *args], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(took)


def _large_plan() -> str:
    entries = "".join(
        f"""
  kpi_{n}:
    title: KPI number {n}
    category: {"performance" if n % 2 else "business"}
    app: SELECT days.day, count(t.id) AS hits, count(*) AS total FROM days LEFT JOIN t{n} AS t ON t.at >= days.starts AND t.at < days.ends GROUP BY days.day
    target: ">= 90 %"
    alert: "< 70 %"
    owner: team {n % 7}
    advice: Look at table t{n}."""
        for n in range(KPIS)
    )
    return f"product: Large\ntimezone: America/Chicago\nfrom: {{app: {{sql: 'sqlite:///app.db'}}}}\nkpis:{entries}\n"


def _plan_and_judge() -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        text = _large_plan()
        Path(folder, "plan.yml").write_text(text)
        checked = _command("-m", "postflight", "--plan", folder, "check", "--offline")
        parsed = _command("-c", f"import ruamel.yaml, pathlib; ruamel.yaml.YAML().load(pathlib.Path({folder!r}, 'plan.yml'))")
        plan = load_plan(Path(folder), kinds())
    deployment = Deployment("d", "v1", WENT_LIVE, WENT_LIVE)
    occasion = Occasion(NOW, deployment)
    observations = []
    for entry in asks_for(plan, occasion, (), Past()):
        assert not isinstance(entry, tuple)
        rows = tuple((slot.date, 95 + slot.date.day % 5, 100) for slot in entry.slots)
        evidence = Evidence(("day", "hits", "total"), rows, "SELECT …")
        observations.append(
            Observation(entry.kpi.id, entry.role, entry.window, NOW, evidence, entry.kpi.definition, f"o{len(observations)}")
        )
    assert {o.role for o in observations} == {Role.CURRENT, Role.DAYS, Role.BASELINE}
    card, _ = judge(plan, occasion, observations, Past())
    assert card.counts["ok"] == KPIS
    judged = _best(lambda: judge(plan, occasion, observations, Past()))
    plain = [json.loads(codec.encode(o.outcome)) for o in observations]
    peer = _best(lambda: json.loads(json.dumps(plain)))
    return [
        f"| `check --offline`, {KPIS} KPIs | {checked:.2f} s | {parsed:.2f} s (ruamel.yaml, the same text) | {checked / parsed:.2f} |",
        f"| judging {KPIS} KPIs on {len(observations)} observations | {judged * 1e3:.0f} ms | {peer * 1e3:.0f} ms (JSON there and back) | {judged / peer:.1f} |",
    ]


def _score() -> str:
    with_all = {
        "security": {"incidents": 0, "encryption_coverage": 100, "auth_failure_rate": 3},
        "performance": {"p95_response_time": 231, "error_rate": 0.0004, "page_load_mobile": 2.1},
        "ux": {"mobile_usage_increase": 36, "task_completion_rate": 88, "accessibility_score": 91},
        "business": {"user_growth": 2, "support_tickets_reduction": 31, "revenue_impact": 0.5},
    }
    prepared = scorer(load_plan(ROOT / "src" / "postflight" / "plans" / "homeverse", kinds()))
    lines = [json.dumps(with_all)] * LINES
    answers = [json.loads(answer) for answer, _ in score_lines(prepared, lines[:1])]
    ours = _best(lambda: sum(1 for _ in score_lines(prepared, lines)))
    peer = _best(lambda: [json.dumps(answers[0]) for line in lines if json.loads(line)])
    return f"| scoring | {LINES / ours:,.0f} lines/s | {LINES / peer:,.0f} lines/s (JSON read and written) | {peer / ours:.2f} |"


def _help() -> str:
    ours, peer = _command("-m", "postflight", "--help"), _command("-c", "import click")
    return f"| `--help` | {ours * 1e3:.0f} ms | {peer * 1e3:.0f} ms (import click) | {ours / peer:.2f} |"


if __name__ == "__main__":
    main()
