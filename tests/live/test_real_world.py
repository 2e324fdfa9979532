"""A plan of more than 25 KPIs over systems that are really there, and what a report says while each of them dies or freezes in turn."""

from __future__ import annotations

import json
import os
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
GRACE = 20.0  # to start Python, judge and print, on a machine that is busy with everything else; what is frozen stays so for ever
SECOND_LOOK = {"blocked_share"}  # a difference of counters, which needs an earlier reading
GAUGES = {
    "node": {"memory", "memory_free", "load"},
    "redis": {"redis_memory"},
    "postgres": set[str](),
}  # known only while they are scraped
Card = dict[str, Any]


@pytest.fixture(scope="module")
def living() -> Iterator[World]:
    """The world, up and busy."""
    with world() as running:
        yield running


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One store for all, in which the first look left its readings."""
    return tmp_path_factory.mktemp("real-world") / "store"


@pytest.fixture(scope="module")
def first(living: World, store: Path) -> Card:
    """The first look at the world, after which some more requests happen."""
    card = look(living, store)
    living.requests(total=1200, blocked=300)
    return card


@pytest.fixture
def report(living: World, store: Path, first: Card) -> Callable[[], Card]:
    """Looks at the plan again, through the command line."""
    return lambda: look(living, store)


def look(at: World, store: Path) -> Card:
    """One report, in time, whatever state the world is in; and no secret in it."""
    program = str(Path(sys.executable).with_name("postflight"))
    command = [program, "--plan", str(PLAN), "--store", str(store), "report", "--format", "json", "--deadline", str(DEADLINE)]
    began = time.monotonic()
    done = subprocess.run(command, env={**os.environ, **at.environment}, capture_output=True, text=True, check=False, timeout=60)
    took = time.monotonic() - began
    assert done.returncode == 0, done.stderr
    assert took < DEADLINE + GRACE
    assert not [secret for secret in at.secrets if secret in done.stdout + done.stderr]
    return dict(json.loads(done.stdout))


def by_kpi(card: Card) -> dict[str, Card]:
    """The evaluations by KPI."""
    return {evaluation["kpi"]: evaluation for evaluation in card["evaluations"]}


def missing(card: Card) -> set[str]:
    """KPIs without data."""
    return {name for name, evaluation in by_kpi(card).items() if evaluation["level"] == "no_data"}


def connected(card: Card, connection: str) -> set[str]:
    """KPIs of a connection."""
    return {name for name, evaluation in by_kpi(card).items() if evaluation["connection"] == connection}


def silent(card: Card) -> set[str]:
    """Sources that answered nothing, as the report names them."""
    return {source["name"] for source in card["sources"] if not source["answered"]}


def test_every_kpi_of_the_real_world_has_a_value(first: Card, report: Callable[[], Card]) -> None:
    """More than 25, over Prometheus and its exporters, a database's own statistics and a cache; at the second look the differences too."""
    assert len(by_kpi(first)) >= 25
    assert missing(first) == SECOND_LOOK, [by_kpi(first)[kpi]["sentence"] for kpi in missing(first)]
    assert by_kpi(first)["blocked_share"]["reason"] == "window_incomplete"
    second = report()
    assert missing(second) == set(), [by_kpi(second)[kpi]["sentence"] for kpi in missing(second)]
    values = {name: evaluation["value"] for name, evaluation in by_kpi(second).items()}
    assert values["accounts"] == 100_000
    assert values["orders_open"] == 17
    assert values["blocked_share"] == 0.25
    assert values["targets_up"] == 1
    assert values["transfers"] > 0
    assert 0 < values["prometheus_p95"] < 10
    assert 0 < values["redis_command_time"] < 0.1
    assert silent(second) == set()


@pytest.mark.parametrize("name", ["prom", "db", "cache"])
def test_R09_a_frozen_system_costs_its_own_kpis(living: World, report: Callable[[], Card], name: str) -> None:
    """SIGSTOP: nothing answers; the report comes, names what is missing and why, and has all the rest. Thawed, everything is back."""
    living.servers[name].freeze()
    try:
        frozen = report()
    finally:
        living.servers[name].thaw()
    own = connected(frozen, name)
    through_its_exporter = GAUGES["redis"] if name == "cache" else set()
    assert own <= missing(frozen) <= own | through_its_exporter
    assert {by_kpi(frozen)[kpi]["reason"] for kpi in own} == {"timeout"}
    assert {gap["kpi"] for gap in frozen["missing"] if gap["reason"] == "timeout"} == own
    assert silent(frozen) == {name}
    living.prometheus.wait_for("redis_memory_used_bytes")
    assert missing(report()) == set()


@pytest.mark.parametrize("name", ["node", "redis", "postgres"])
def test_R09_a_frozen_exporter_is_named(living: World, report: Callable[[], Card], name: str) -> None:
    """What was scraped before still counts, what is true only now is missing, and the target that does not answer is named."""
    living.exporters[name].freeze()
    try:
        living.prometheus.wait_for(f'up{{job="{name}"}} == 0')
        card = report()
    finally:
        living.exporters[name].thaw()
        living.prometheus.wait_for(f'up{{job="{name}"}} == 1')
    assert by_kpi(card)["targets_up"]["value"] < 1
    assert name in json.dumps(by_kpi(card)["targets_up"]["offenders"])
    assert missing(card) == GAUGES[name]


def test_R09_the_world_dies_one_by_one(tmp_path: Path) -> None:
    """kill -9, and never back: each report comes in time and names what is gone; the last one, with nothing left, still comes."""
    with world() as dying:
        gone: set[str] = set()
        card: Card = {}
        for name in ("cache", "db", "prom"):
            dying.servers[name].process.kill()
            dying.servers[name].process.wait()
            gone.add(name)
            card = look(dying, tmp_path / name)
            assert silent(card) == gone
            assert connected(card, name) <= missing(card)
            assert {by_kpi(card)[kpi]["reason"] for kpi in connected(card, name)} == {"unreachable"}
        assert missing(card) == set(by_kpi(card))
        assert card["verdict"] == "unknown"
