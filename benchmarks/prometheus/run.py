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
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))
from data import DAYS, HOURS, SERVICES, history, share, write_plan, write_slos  # noqa: E402
from prometheus_server import prometheus  # noqa: E402 - on the path since `data`

PEER = ["slo-generator[prometheus]==2.6.0", "setuptools<81"]
GOALS = {"a": 10.0, "b": 5.0}


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
        subprocess.run([peer / "bin" / "pip", "install", "--quiet", *PEER], check=True)
    folder = Path(tempfile.mkdtemp(prefix="postflight-benchmark-"))
    try:
        began = time.monotonic()
        with prometheus([history(datetime.now(UTC))]) as server:
            print(f"filled {SERVICES * 2} series × {DAYS} days in {time.monotonic() - began:.0f} s", flush=True)
            write_plan(folder / "plan", server.url)
            write_slos(folder / "slo", server.url)
            report(run(folder, peer, given.repeats), given.repeats)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run(folder: Path, peer: Path, repeats: int) -> dict[str, dict[str, Any]]:
    """Both sides in turns: times in seconds, memory in MiB, by side and part."""
    ours, theirs = Path(sys.executable), peer / "bin" / "python"
    found: dict[str, dict[str, Any]] = {
        "postflight": {"a": [], "b": [], "mib": 0.0},
        "slo-generator": {"a": [], "b": [], "mib": 0.0},
    }
    inside = {
        "postflight": [ours, HERE / "ours.py", folder / "plan", "2"],
        "slo-generator": [theirs, HERE / "theirs.py", folder / "slo", "2"],
    }
    whole = {
        "postflight": [
            ours.parent / "postflight",
            "--plan",
            folder / "plan",
            "--store",
            folder / "store",
            "report",
            "--format",
            "json",
        ],
        "slo-generator": [
            peer / "bin" / "slo-generator",
            "compute",
            "-f",
            folder / "slo" / "slos",
            "-c",
            folder / "slo" / "config.yaml",
        ],
    }
    for turn in range(repeats + 1):  # the first turn warms the server's caches and ours, and is not counted
        for side, command in inside.items():
            answer = json.loads(execute(command)[2])
            check(side, answer["values"])
            if turn:
                found[side]["a"].append(answer["seconds"][-1])
        for side, command in whole.items():
            if side == "postflight":
                shutil.rmtree(folder / "store", ignore_errors=True)
            seconds, mib, _ = execute(command)
            if turn:
                found[side]["b"].append(seconds)
                found[side]["mib"] = max(found[side]["mib"], mib)
    return found


def execute(command: Sequence[str | Path]) -> tuple[float, float, bytes]:
    """Run a command: wall seconds, peak resident MiB, and what it printed."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        began = time.perf_counter()
        process = subprocess.Popen(
            [str(word) for word in command], stdout=out, stderr=errors, env={**os.environ, "NO_COLOR": "1"}
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        printed, complained = out.read(), errors.read()
    if process.returncode:
        raise SystemExit(f"{command[0]} ended with {process.returncode}: {(printed + complained)[-2000:].decode(errors='replace')}")
    return seconds, usage.ru_maxrss / 1024, printed


def check(side: str, values: dict[str, float | None]) -> None:
    """Every value of every service and window is the known one, to a ten-thousandth of a percentage point."""
    wanted = {f"s{service:03}_{window}": share(service) for service in range(SERVICES) for window in HOURS}
    wrong = {name: values.get(name) for name, true in wanted.items() if abs((values.get(name) or 0.0) - true) > 1e-6}
    if wrong:
        raise SystemExit(f"{side} does not tell the truth about {len(wrong)} of {len(wanted)} values: {list(wrong.items())[:3]}")


def report(found: dict[str, dict[str, Any]], repeats: int) -> None:
    """The table, on the screen and in RESULT.md."""
    rows = [("(a) asking and judging, s", "a"), ("(b) the whole command, s", "b")]
    lines = [
        "# 400 error shares from one Prometheus",
        "",
        f"{SERVICES} services × {len(HOURS)} windows ({', '.join(HOURS)}), 5-minute samples, median of {repeats} runs in turns;",
        f"{os.cpu_count()} cores, Linux {platform.release()}, Python {platform.python_version()}, {datetime.now(UTC):%-d %B %Y}.",
        "Both sides gave the known value for every service and window before any time was taken.",
        "`python benchmarks/prometheus/run.py` does it again.",
        "",
        "| | Postflight | slo-generator 2.6.0 | ratio | goal |",
        "|---|---:|---:|---:|---:|",
    ]
    for title, part in rows:
        ours, theirs = median(found["postflight"][part]), median(found["slo-generator"][part])
        lines.append(f"| {title} | {ours:.3f} | {theirs:.3f} | **{theirs / ours:.1f}×** | {GOALS[part]:.0f}× |")
        spread = [f"{min(found[side][part]):.3f}–{max(found[side][part]):.3f}" for side in ("postflight", "slo-generator")]
        lines.append(f"| least–most | {spread[0]} | {spread[1]} | | |")
    lines.append(
        f"| peak memory of the command, MiB | {found['postflight']['mib']:.0f} | {found['slo-generator']['mib']:.0f} | | |"
    )
    lines += [
        "",
        "Postflight's command also asks for 28 days of history of each KPI, keeps all it was told in a new store, and renders the report.",
    ]
    text = "\n".join(lines) + "\n"
    (HERE / "RESULT.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
