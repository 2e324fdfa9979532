"""A plan of more than 25 KPIs over systems that are really there, and what a report says while each of them dies or freezes in turn."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from world import World, world

PLAN = Path(__file__).parent / "real_world"
DEADLINE = 3.0  # seconds for one source's answers
GRACE = 12.0  # to start Python, judge and print, on a machine that is busy with everything else
STATES = {"blocked_share"}  # has its first answer at the second look
GAUGES = {
    "node": {"memory", "memory_free", "load"},
    "redis": {"redis_memory"},
    "postgres": set[str](),
}  # true only while they are scraped


@pytest.fixture(scope="module")
def living(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world, up and busy."""
    with world() as running:
        yield running


@pytest.fixture
def report(living: World, tmp_path: Path) -> Callable[[], dict[str, Any]]:
    """Look at the plan once, through the command line, and give the card. The plan is a copy, its store is its own."""
    plan = tmp_path / "plan"
    shutil.copytree(PLAN, plan)

    def look() -> dict[str, Any]:
        command = [
            str(Path(sys.executable).with_name("postflight")),
            "--plan",
            str(plan),
            "report",
            "--format",
            "json",
            "--deadline",
            str(DEADLINE),
        ]
        began = time.monotonic()
        done = subprocess.run(
            command, env={**os.environ, **living.environment}, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        assert time.monotonic() - began < DEADLINE + GRACE
        for secret in (
            living.postgres.password,
            living.redis.password,
            *(url.split("@")[0] for url in living.environment.values() if "@" in url),
        ):
            assert secret not in done.stdout + done.stderr
        return dict(json.loads(done.stdout))

    return look


def by_kpi(card: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The evaluations by KPI; the parts of one that is told apart belong to it."""
    return {evaluation["kpi"].split("[")[0]: evaluation for evaluation in card["evaluations"]}


def missing(card: dict[str, Any]) -> set[str]:
    """KPIs without data."""
    return {name for name, evaluation in by_kpi(card).items() if evaluation["level"] == "no_data"}


def connected(card: dict[str, Any], connection: str) -> set[str]:
    """KPIs of a connection."""
    return {name for name, evaluation in by_kpi(card).items() if evaluation["connection"] == connection}


def test_every_kpi_of_the_real_world_has_a_value(living: World, report: Callable[[], dict[str, Any]]) -> None:
    """More than 25, over four kinds of exporters, two databases and their own statistics; at the second look also the differences."""
    first = report()
    assert len(by_kpi(first)) >= 25
    assert missing(first) == STATES, [by_kpi(first)[kpi]["sentence"] for kpi in missing(first)]
    assert by_kpi(first)["blocked_share"]["reason"] == "window_incomplete"
    living.requests(total=1200, blocked=300)
    second = report()
    assert missing(second) == set(), [by_kpi(second)[kpi]["sentence"] for kpi in missing(second)]
    values = {name: evaluation["value"] for name, evaluation in by_kpi(second).items()}
    assert values["accounts"] == 100_000
    assert values["orders_open"] == 17
    assert values["transfers"] > 0
    assert values["targets_up"] == 1
    assert 0 < values["prometheus_p95"] < 10
    assert values["blocked_share"] == 0.25
    assert 0 < values["redis_command_time"] < 0.1
    assert {source["name"]: source["asked"] - source["answered"] for source in second["sources"]} == {
        "prom": 0,
        "db": 0,
        "cache": 0,
    }


@pytest.mark.parametrize("name", ["prom", "db", "cache"])
def test_R09_a_frozen_system_costs_its_own_kpis(living: World, report: Callable[[], dict[str, Any]], name: str) -> None:
    """SIGSTOP: nothing answers, the report comes, names what is missing and why, and says of the others what it said before."""
    report()
    living.requests(total=100, blocked=1)
    assert not missing(report())
    living.servers[name].freeze()
    try:
        frozen = report()
    finally:
        living.servers[name].thaw()
    assert missing(frozen) == connected(frozen, name)
    assert {by_kpi(frozen)[kpi]["reason"] for kpi in missing(frozen)} == {"timeout"}
    assert {(gap["kpi"], gap["reason"]) for gap in frozen["missing"]} >= {
        (kpi, "timeout") for kpi in missing(frozen) if "[" not in kpi
    }
    assert not missing(report())


@pytest.mark.parametrize("name", ["node", "redis", "postgres"])
def test_R09_a_frozen_exporter_is_named(living: World, report: Callable[[], dict[str, Any]], name: str) -> None:
    """What Prometheus still has is reported; that a target does not answer is a KPI of its own, with the name of the target."""
    living.exporters[name].freeze()
    try:
        living.prometheus.wait_for(f'up{{job="{name}"}} == 0')
        card = report()
    finally:
        living.exporters[name].thaw()
        living.prometheus.wait_for(f'up{{job="{name}"}} == 1')
    up = by_kpi(card)["targets_up"]
    assert up["value"] < 1
    assert name in json.dumps(up["offenders"])
    assert missing(card) == STATES | GAUGES[name]


def test_R09_the_world_dies_one_by_one() -> None:
    """kill -9, and never back: each report comes in time, names what is missing, and the last one still comes."""
    with world() as dying, pytest.MonkeyPatch.context() as patch:
        for key, value in dying.environment.items():
            patch.setenv(key, value)
        gone: set[str] = set()
        for name in ("cache", "db", "prom"):
            dying.servers[name].process.kill()
            dying.servers[name].process.wait()
            gone.add(name)
            card = _look_without_store(dying)
            assert {by_kpi(card)[kpi]["connection"] for kpi in missing(card) - STATES} == gone
            assert {by_kpi(card)[kpi]["reason"] for kpi in missing(card) if by_kpi(card)[kpi]["connection"] == name} <= {
                "unreachable",
                "timeout",
            }
            assert {source["name"] for source in card["sources"] if source["answered"] == 0} == gone
        assert missing(card) == set(by_kpi(card))
        assert card["verdict"] == "unknown"


def _look_without_store(dying: World) -> dict[str, Any]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        command = [
            str(Path(sys.executable).with_name("postflight")),
            "--plan",
            str(PLAN),
            "--store",
            folder,
            "report",
            "--format",
            "json",
        ]
        done = subprocess.run([*command, "--deadline", str(DEADLINE)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))
