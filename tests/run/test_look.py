"""The whole line in one process, on a real SQLite file: what is kept, what is frozen, what is never green."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from postflight import actions
from postflight.model import Evidence, Level, Plan, Role, State, Verdict
from postflight.plan import load_plan
from postflight.plan.secrets import Resolver
from postflight.run import Sources, look, observe, recompute
from postflight.sources import kinds
from postflight.store import Store, open_store
from postflight.window import Window

LIVE = datetime(2026, 10, 13, 19, 2, tzinfo=UTC)
NOW = LIVE + timedelta(days=10)

PLAN = """
product: Shop
timezone: America/Chicago
from: {app: {sql: "sqlite:///shop.db"}}
kpis:
  tickets:
    category: support
    app: >-
      SELECT days.day, count(t.at) AS value FROM days
      LEFT JOIN tickets AS t ON t.at >= days.starts AND t.at < days.ends GROUP BY days.day
    target: "<= -30 %"
  encrypted:
    category: security
    app: SELECT sum(sealed) AS hits, count(*) AS total FROM people
    counted: all
    target: "= 100 %"
    block: "< 100 %"
"""


@pytest.fixture
def shop(tmp_path: Path) -> tuple[Plan, Store, Sources]:
    """A shop with ten tickets a day before, and six since, of which all people are sealed."""
    with sqlite3.connect(tmp_path / "shop.db") as db:
        db.executescript("CREATE TABLE tickets (at TEXT); CREATE TABLE people (sealed INTEGER)")
        for day in range(-60, 10):
            for n in range(10 if day < 0 else 6):
                db.execute("INSERT INTO tickets VALUES (?)", [f"{LIVE + timedelta(days=day, hours=n / 2 - 4):%Y-%m-%d %H:%M:%S}"])
        db.execute("INSERT INTO people VALUES (1), (1), (1)")
    db.close()
    (tmp_path / "plan.yml").write_text(PLAN)
    plan = load_plan(tmp_path, kinds())
    store = open_store(str(tmp_path / ".postflight"), "shop")
    actions.add_deployment(store, "v1", start=LIVE - timedelta(minutes=5), end=LIVE, who="ci", now=LIVE)
    return plan, store, Sources(kinds(), Resolver(folder=tmp_path), store.history)


def test_BIZ7_the_baseline_is_frozen_with_the_first_report(shop: tuple[Plan, Store, Sources]) -> None:
    """−40 % against ten a day. What the past is changed to afterwards changes nothing, and the later card says the same."""
    plan, store, sources = shop
    deployment = store.deployments.get("v1")
    first = look(plan, store, sources, NOW, deployment).card
    tickets = next(e for e in first.evaluations if e.kpi == "tickets")
    assert (tickets.value, tickets.level, round(tickets.change or 0, 6)) == (6.0, Level.OK, -0.4)
    assert tickets.baseline is not None
    assert (tickets.baseline.value, tickets.baseline.days) == (10.0, 56)
    folder = Path(plan.connections["app"].folder)
    with sqlite3.connect(folder / "shop.db") as db:
        db.execute("DELETE FROM tickets WHERE at < '2026-10-13'")
    db.close()
    again = look(plan, store, sources, NOW + timedelta(hours=1), deployment).card
    assert next(e for e in again.evaluations if e.kpi == "tickets").baseline == tickets.baseline


def test_R30_every_kept_card_recomputes_to_the_same_bytes(shop: tuple[Plan, Store, Sources]) -> None:
    """From the store alone, after the systems that were asked are gone."""
    plan, store, sources = shop
    deployment = store.deployments.get("v1")
    seen = [look(plan, store, sources, LIVE + timedelta(days=age), deployment) for age in (1, 3, 10)]
    (Path(plan.connections["app"].folder) / "shop.db").unlink()
    for one in seen:
        published, again = recompute(store, one.id, {plan.hash: plan})
        assert published == again == one.document


def test_R10_a_dead_source_is_never_green(shop: tuple[Plan, Store, Sources]) -> None:
    """With the database gone the report still comes: every KPI says why, the blocker KPI without data keeps it from passing."""
    plan, store, sources = shop
    deployment = store.deployments.get("v1")
    assert look(plan, store, sources, NOW, deployment).card.verdict is Verdict.PASS
    (Path(plan.connections["app"].folder) / "shop.db").unlink()
    card = look(plan, store, sources, NOW + timedelta(days=1), deployment).card
    assert card.verdict is Verdict.UNKNOWN
    assert {m.kpi for m in card.missing} == {"tickets", "encrypted"}
    assert all(m.reason and m.detail for m in card.missing)
    assert card.sources[0].answered == 0


def test_a_blocker_fails_whatever_the_score(shop: tuple[Plan, Store, Sources]) -> None:
    """One unsealed person of 100,000 is one too many, and is not rounded away (SEC6)."""
    plan, store, sources = shop
    with sqlite3.connect(Path(plan.connections["app"].folder) / "shop.db") as db:
        db.executemany("INSERT INTO people VALUES (?)", [[1]] * 99_996 + [[0]])
    db.close()
    card = look(plan, store, sources, NOW, store.deployments.get("v1")).card
    assert card.verdict is Verdict.FAIL
    assert card.blockers[0].kpi == "encrypted"
    sealed = next(e for e in json.loads(look(plan, store, sources, NOW).document)["evaluations"] if e["kpi"] == "encrypted")
    assert (sealed["hits"], sealed["n"]) == (99_999, 100_000)


def test_a_report_about_the_past_says_of_a_state_only_what_was_recorded(shop: tuple[Plan, Store, Sources]) -> None:
    """Yesterday's state was not observed: no data, although today's is known. Once observed, it is."""
    plan, store, sources = shop
    deployment = store.deployments.get("v1")
    then = next(e for e in look(plan, store, sources, NOW, deployment, live=False).card.evaluations if e.kpi == "encrypted")
    assert then.level is Level.NO_DATA
    observe(plan, store, sources, NOW - timedelta(hours=2))
    now = next(e for e in look(plan, store, sources, NOW, deployment, live=False).card.evaluations if e.kpi == "encrypted")
    assert now.level is Level.OK


def test_overlapping_deployments_and_notes_are_named(shop: tuple[Plan, Store, Sources]) -> None:
    """Another deployment in the window, and what a person noted, stand beside the numbers."""
    plan, store, sources = shop
    actions.add_deployment(store, "v2", start=LIVE + timedelta(days=2), end=LIVE + timedelta(days=2), who="ci", now=NOW)
    actions.annotate(store, "provider outage", start=LIVE + timedelta(days=1), end=LIVE + timedelta(days=1), who="ann", now=NOW)
    notes = " ".join(look(plan, store, sources, NOW, store.deployments.get("v1")).card.notes)
    assert "v2" in notes
    assert "provider outage (ann)" in notes


def test_observations_are_kept_as_they_were_told(shop: tuple[Plan, Store, Sources]) -> None:
    """Every answer of a look is in the store, with its window and its role."""
    plan, store, sources = shop
    seen = look(plan, store, sources, NOW, store.deployments.get("v1"))
    kept = store.cards.get(seen.id).observations
    assert {(o.kpi, o.role) for o in kept} >= {
        ("tickets", Role.CURRENT),
        ("tickets", Role.BASELINE),
        ("tickets", Role.DAYS),
        ("encrypted", Role.CURRENT),
    }
    assert all(o.id for o in kept)


def test_a_deployment_is_judged_on_shares_within_minutes_and_on_daily_counts_from_the_first_day(tmp_path: Path) -> None:
    """An hour after it went live, 40 requests with 4 errors fail it; the count of orders waits for a complete day (contract 4)."""
    with sqlite3.connect(tmp_path / "shop.db") as db:
        db.execute("CREATE TABLE requests (at TEXT, failed INTEGER)")
        rows = [(f"{LIVE + timedelta(minutes=n):%Y-%m-%d %H:%M:%S}", n % 10 == 0) for n in range(40)]
        db.executemany("INSERT INTO requests VALUES (?, ?)", rows)
    db.close()
    (tmp_path / "plan.yml").write_text("""
product: Shop
from: {app: {sql: "sqlite:///shop.db"}}
kpis:
  errors:
    category: performance
    app: SELECT sum(failed) AS hits, count(*) AS total FROM requests WHERE at >= :start AND at < :end
    target: "<= 1 %"
    block: "> 5 %"
  orders:
    category: business
    app: SELECT days.day, count(r.at) AS value FROM days LEFT JOIN requests AS r ON r.at >= days.starts AND r.at < days.ends GROUP BY days.day
    target: ">= 100"
""")
    plan = load_plan(tmp_path, kinds())
    with open_store(str(tmp_path / ".postflight"), "shop") as store:
        deployment = actions.add_deployment(store, "v1", start=LIVE, end=LIVE, who="ci", now=LIVE)
        sources = Sources(kinds(), Resolver(folder=tmp_path), store.history)
        soon = look(plan, store, sources, LIVE + timedelta(minutes=20), deployment).card
        later = look(plan, store, sources, LIVE + timedelta(hours=1), deployment).card
    levels = {e.kpi: (e.level, e.reason) for e in soon.evaluations}
    assert levels["errors"] == (Level.NO_DATA, "below_min_sample")
    levels = {e.kpi: (e.level, e.reason) for e in later.evaluations}
    assert levels == {"errors": (Level.ALERT, ""), "orders": (Level.NO_DATA, "window_incomplete")}
    assert later.verdict is Verdict.FAIL


def _small(tmp_path: Path, kpis: str, releases: str = "") -> tuple[Plan, Store, Sources]:
    """A plan over an SQLite file with the tables `seen(at, ok)`, and an open store."""
    with sqlite3.connect(tmp_path / "app.db") as db:
        db.execute("CREATE TABLE seen (at TEXT, ok INTEGER)")
    db.close()
    (tmp_path / "plan.yml").write_text(f"product: App\nfrom: {{app: {{sql: 'sqlite:///app.db'}}}}\nkpis:\n{kpis}")
    if releases:
        (tmp_path / "releases").mkdir()
        (tmp_path / "releases" / "r.yml").write_text(releases)
    store = open_store(str(tmp_path / ".postflight"), "app")
    return load_plan(tmp_path, kinds()), store, Sources(kinds(), Resolver(folder=tmp_path), store.history)


def _insert(tmp_path: Path, *rows: tuple[datetime, int]) -> None:
    with sqlite3.connect(tmp_path / "app.db") as db:
        db.executemany("INSERT INTO seen VALUES (?, ?)", [(f"{at:%Y-%m-%d %H:%M:%S}", ok) for at, ok in rows])
    db.close()


BY_DAY = "SELECT days.day, sum(s.ok) AS hits, count(s.at) AS total FROM days JOIN seen AS s ON s.at >= days.starts AND s.at < days.ends GROUP BY days.day"


def test_a_promise_is_not_met_on_less_evidence_than_the_plan_asks_for(tmp_path: Path) -> None:
    """One success in a week where a hundred tries are the least: undecided at the due date, and not frozen as met."""
    kpi = f"  ok: {{category: c, app: '{BY_DAY}', target: '>= 90 %', min_sample: 100}}\n"
    plan, store, sources = _small(tmp_path, kpi, "expect: {ok: {1w: '>= 90 %'}}\n")
    _insert(tmp_path, (LIVE + timedelta(days=3), 1))
    deployment = actions.add_deployment(store, "v1", start=LIVE, end=LIVE, who="ci", now=LIVE)
    actions.add_release(store, plan, "r", deployments=["v1"], who="ci", now=LIVE)
    card = look(plan, store, sources, LIVE + timedelta(days=8), deployment).card
    [outlook] = card.evaluations[0].outlooks
    assert outlook.state is State.UNDECIDED
    assert "1 of at least 100" in outlook.sentence
    assert not store.cards.past("release/r").frozen


def test_reports_about_the_past_do_not_make_up_what_was_seen(tmp_path: Path) -> None:
    """A state that was seen once is seen once, however many reports look back on it; what is older than its window says nothing."""
    plan, store, sources = _small(tmp_path, "  ok: {category: c, app: 'SELECT 1 AS hits, 1 AS total', target: '= 100 %'}\n")
    observe(plan, store, sources, LIVE)
    levels = [
        look(plan, store, sources, LIVE + timedelta(days=age), live=False).card.evaluations[0].level for age in (1, 5, 9, 13)
    ]
    assert levels == [Level.OK, Level.OK, Level.NO_DATA, Level.NO_DATA]
    ever = Window(LIVE - timedelta(days=99), LIVE + timedelta(days=99))
    assert [seen.asked_at for seen in store.history.observations("ok", ever) if isinstance(seen.outcome, Evidence)] == [LIVE]


def test_a_release_has_one_baseline_whichever_deployment_is_looked_at_first(tmp_path: Path) -> None:
    """What was before the first of its deployments; the second one's own past is already the release's doing."""
    counted = "SELECT days.day, count(s.at) AS value FROM days LEFT JOIN seen AS s ON s.at >= days.starts AND s.at < days.ends GROUP BY days.day"
    plan, store, sources = _small(
        tmp_path, f"  n: {{category: c, app: '{counted}', target: '<= -30 %'}}\n", "expect: {n: {1mo: '<= -30 %'}}\n"
    )
    for day in range(-60, 15):
        _insert(tmp_path, *((LIVE + timedelta(days=day, minutes=m), 1) for m in range(10 if day < 0 else 5)))
    second = LIVE + timedelta(days=7)
    for version, at in (("v1", LIVE), ("v2", second)):
        actions.add_deployment(store, version, start=at, end=at, who="ci", now=second)
    actions.add_release(store, plan, "r", deployments=["v1", "v2"], who="ci", now=second)
    for version in ("v2", "v1"):
        found = look(plan, store, sources, second + timedelta(days=7), store.deployments.get(version)).card.evaluations[0]
        assert found.baseline is not None
        assert found.baseline.value == 10, version


def test_a_look_seconds_after_the_deployment_cannot_pass(tmp_path: Path) -> None:
    """Fifteen minutes are the least, however many requests came in the first ten seconds (contract 1)."""
    kpi = "  ok: {category: c, app: 'SELECT sum(ok) AS hits, count(*) AS total FROM seen WHERE at >= :start AND at < :end', target: '>= 90 %'}\n"
    plan, store, sources = _small(tmp_path, kpi)
    _insert(tmp_path, *((LIVE + timedelta(seconds=n % 10), 1) for n in range(500)))
    deployment = actions.add_deployment(store, "v1", start=LIVE, end=LIVE, who="ci", now=LIVE)
    assert look(plan, store, sources, LIVE + timedelta(seconds=10), deployment).card.verdict is Verdict.UNKNOWN
    assert look(plan, store, sources, LIVE + timedelta(minutes=16), deployment).card.verdict is Verdict.PASS
