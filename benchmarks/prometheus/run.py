"""100 services × 4 windows of good and bad requests against one Prometheus: Postflight beside slo-generator 2.6.0, in the same run.

    .venv/bin/python benchmarks/prometheus/run.py [--slo-generator VENV] [--repeats 5]

(a) asking and judging, in a warm process; (b) the whole command, from exec to exit. The two sides take turns, so that whatever else the
machine does hits both. Both must agree with the known truth before any time is printed. Writes RESULT.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))
from cpu import cpu_of  # noqa: E402
from data import DAYS, HOURS, SERVICES, history, share, write_plans, write_slos  # noqa: E402
from prometheus_server import prometheus  # noqa: E402 - on the path since `data`

PEER = "slo-generator"
INSTALLED = ["slo-generator[prometheus]==2.6.0", "setuptools<81"]
PLANS = {
    "each": "Postflight, `each: service`, the same windows",
    "days": "Postflight, `each: service`, 7 and 28 complete days, day by day",
    "listed": "Postflight, 400 KPIs written out, the same windows",
}
GOALS = {"a": 10.0, "b": 5.0}
Times = dict[tuple[str, str], list[tuple[float, float, float]]]  # by part and side: wall and CPU seconds, MiB


def main() -> None:
    """Fill, run, compare, print, write."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument(
        "--slo-generator", type=Path, default=HERE / ".venv", help="a venv with slo-generator; made when missing"
    )
    arguments.add_argument("--repeats", type=int, default=5)
    given = arguments.parse_args()
    peer = given.slo_generator
    if not (peer / "bin" / "slo-generator").exists():
        venv.create(peer, with_pip=True)
        subprocess.run([peer / "bin" / "pip", "install", "--quiet", *INSTALLED], check=True)
    folder = Path(tempfile.mkdtemp(prefix="postflight-benchmark-"))
    try:
        began = time.monotonic()
        with prometheus([history(datetime.now(UTC))]) as server:
            print(f"filled {SERVICES * 2} series × {DAYS} days in {time.monotonic() - began:.0f} s", flush=True)
            write_plans(folder, server.url)
            write_slos(folder / "slo", server.url)
            report(run(folder, peer, server.process.pid, given.repeats), given.repeats)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(folder: Path, peer: Path, server: int, repeats: int) -> Times:
    """Everything in turns. Of each part and side: seconds that passed, seconds of CPU (its own and the server's), peak MiB."""
    ours, theirs, slos = Path(sys.executable), peer / "bin" / "python", folder / "slo"
    inside: dict[str, list[str | Path]] = {plan: [ours, HERE / "ours.py", folder / plan] for plan in PLANS}
    inside[PEER] = [theirs, HERE / "theirs.py", slos]
    whole: dict[str, list[str | Path]] = {
        plan: [
            ours.with_name("postflight"),
            "--plan",
            folder / plan,
            "--store",
            folder / f"store-{plan}",
            "gate",
            "--format",
            "json",
        ]
        for plan in PLANS
    }
    whole[PEER] = [peer / "bin" / "slo-generator", "compute", "-f", slos / "slos", "-c", slos / "config.yaml"]
    found: Times = {}
    for turn in range(repeats + 1):  # the first turn warms the server's caches and ours, and is not counted
        for side, command in inside.items():
            answer = json.loads(execute([*command, str(server)])[3])
            check(side, answer["values"])
            if turn:
                found.setdefault(("a", side), []).append((answer["seconds"], answer["cpu"], answer["peak_kb"] / 1024))
        for side, command in whole.items():
            before = cpu_of(server)
            seconds, cpu, mib, _ = execute(command)
            if turn:
                found.setdefault(("b", side), []).append((seconds, cpu + cpu_of(server) - before, mib))
    return found


def execute(command: Sequence[str | Path]) -> tuple[float, float, float, bytes]:
    """Run a command: seconds that passed, seconds of CPU, peak resident MiB, and what it printed."""
    words = [str(word) for word in command]
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(words, stdout=out, stderr=errors, env={**os.environ, "NO_COLOR": "1"})
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        printed, complained = out.read(), errors.read()
    if process.returncode not in (0, 1, 3):  # a gate that fails or cannot tell has answered, too
        raise SystemExit(f"{words[0]} ended with {process.returncode}: {(printed + complained)[-2000:].decode(errors='replace')}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, printed


def check(side: str, values: dict[str, float | None]) -> None:
    """Every value of every service and window is the known one."""
    wanted = {f"errors_{window}_s{service:03}": share(service) for service in range(SERVICES) for window in HOURS}
    wrong = {name: values.get(name) for name, true in wanted.items() if abs((values.get(name) or 0.0) - true) > 1e-6}
    if wrong:
        raise SystemExit(f"{side} does not tell the truth about {len(wrong)} of {len(wanted)} values: {list(wrong.items())[:3]}")


def report(found: Times, repeats: int) -> None:
    """The table, on the screen and in RESULT.md."""
    lines = [
        "# 400 error shares from one Prometheus",
        "",
        f"{SERVICES} services × {len(HOURS)} windows ({', '.join(HOURS)}), {DAYS} days of 5-minute samples; {repeats} runs, the sides in turns;",
        f"{os.cpu_count()} cores shared with Prometheus and others, Linux {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, {datetime.now(UTC):%-d %B %Y}.",
        "Before any time was taken, every side gave the known value for every service and window.",
        "Wall: the least of the runs (and the median). CPU: the least, of the client and of Prometheus together, which other work on the",
        "machine changes little. `python benchmarks/prometheus/run.py` does it again.",
    ]
    for part, title in {"a": "(a) asking and judging, in a warm process", "b": "(b) the whole command"}.items():
        lines += [
            "",
            f"## {title}; goal {GOALS[part]:.0f}×",
            "",
            "| | wall, s | | CPU, s | | peak, MiB |",
            "|---|---:|---:|---:|---:|---:|",
        ]
        peer = [min(column) for column in zip(*found[part, PEER], strict=True)]
        for side, name in {PEER: "slo-generator 2.6.0", **PLANS}.items():
            walls, cpus, peaks = zip(*found[part, side], strict=True)
            times = ["", ""] if side == PEER else [f"**{peer[0] / min(walls):.1f}×**", f"**{peer[1] / min(cpus):.1f}×**"]
            cells = [name, f"{min(walls):.2f} ({median(walls):.2f})", times[0], f"{min(cpus):.2f}", times[1], f"{max(peaks):.0f}"]
            lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "The command is `postflight gate`, which like the other asks for the windows alone; it also keeps all it was told in its",
        "store (which exists already), and gives the score card with its reasons.",
    ]
    text = "\n".join(lines) + "\n"
    (HERE / "RESULT.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
