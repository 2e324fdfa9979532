"""The simulated product: the same every time, of any size, and with the story that the demo tells."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pytest

from postflight.demo import Story, simulate
from postflight.demo.story import BEFORE, NOW, TIMEZONE
from postflight.plan import load_plan
from postflight.sources import kinds

SMALL = 0.02
PLANS = Path(__file__).parents[2] / "src" / "postflight" / "plans"


def content(folder: Path) -> dict[str, str]:
    """A hash of every file below a folder, and of what the database holds rather than of how SQLite lays it out."""
    found = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }
    with closing(sqlite3.connect(folder / "product.db")) as database:
        found["product.db"] = hashlib.sha256("\n".join(database.iterdump()).encode()).hexdigest()
    return found


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return simulate(tmp_path_factory.mktemp("small"), scale=SMALL)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The demo's own size."""
    return simulate(tmp_path_factory.mktemp("whole"))


def ask(story: Story, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(story.folder / "product.db")) as database:
        return database.execute(sql).fetchall()


def before_and_after(story: Story, table: str, at: str, share: str) -> tuple[float, float]:
    """A mean over the rows of a table, before the deployment and since a week after it."""
    went, settled = (f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (story.deployment.end, story.deployment.end + timedelta(days=7)))
    [(before,)] = ask(story, f"SELECT AVG({share}) FROM {table} WHERE {at} < '{went}'")
    [(after,)] = ask(story, f"SELECT AVG({share}) FROM {table} WHERE {at} >= '{settled}'")
    return float(str(before)), float(str(after))


# ---------------------------------------------------------------------------------------------------------------- the simulator


def test_two_simulations_are_identical(small: Story, tmp_path: Path) -> None:
    """The same arguments give the same rows, the same files to the byte, the same facts."""
    again = simulate(tmp_path, scale=SMALL)
    assert content(again.folder) == content(small.folder)
    assert (again.deployment, again.earlier, again.signoffs, again.now) == (
        small.deployment,
        small.earlier,
        small.signoffs,
        small.now,
    )


def test_another_seed_is_another_product(small: Story, tmp_path: Path) -> None:
    """Positive control: the comparison above can fail."""
    other = content(simulate(tmp_path, scale=SMALL, seed=1).folder)
    assert not {name for name, digest in content(small.folder).items() if other[name] == digest}


def test_size_is_a_factor(small: Story, whole: Story) -> None:
    """Fifty times the scale is about fifty times the rows."""
    for table in ("sessions", "security_events", "task_attempts", "orders", "feature_events"):
        [(few,)], [(many,)] = ask(small, f"SELECT COUNT(*) FROM {table}"), ask(whole, f"SELECT COUNT(*) FROM {table}")
        assert float(str(many)) / float(str(few)) == pytest.approx(1 / SMALL, rel=0.15), table


def test_it_writes_its_two_kinds_of_files_and_nothing_else(small: Story) -> None:
    """One database, the metric files that the bindings ask for, all dated with the simulated now."""
    files = {str(path.relative_to(small.folder)) for path in small.folder.rglob("*") if path.is_file()}
    bindings = (PLANS / small.plan / "bindings" / f"{small.bindings}.yml").read_text(encoding="utf-8")
    asked = {line.partition("file: ")[2] for line in bindings.splitlines() if line.strip().startswith("file: ")}
    assert files == {"product.db", *(f"metrics/{name}" for name in asked)}
    assert {path.stat().st_mtime for path in small.folder.glob("metrics/*")} == {NOW.timestamp()}


def test_simulating_again_replaces_what_was_there(small: Story, tmp_path: Path) -> None:
    """A second run in the same folder leaves one product, not two."""
    simulate(tmp_path, scale=SMALL, seed=1)
    assert content(simulate(tmp_path, scale=SMALL).folder) == content(small.folder)


def test_time_ends_now(small: Story) -> None:
    """60 days before the deployment, three weeks after it, nothing from the future, and clocks that go back in between."""
    assert small.now == NOW
    assert small.deployment.end == datetime(2026, 10, 13, 14, 2, tzinfo=TIMEZONE)
    now = f"{small.now:%Y-%m-%d %H:%M:%S}"
    for table, at in (("sessions", "started_at"), ("security_events", "created_at"), ("orders", "created_at"), ("users", "created_at"),
                      ("task_attempts", "finished_at"), ("feature_events", "ended_at"), ("users", "closed_at")):  # fmt: skip
        [(newest,)] = ask(small, f"SELECT MAX({at}) FROM {table}")
        assert str(newest) < now, table
    [(oldest,)] = ask(small, "SELECT MIN(started_at) FROM sessions")
    first_day = (small.deployment.end - BEFORE).astimezone(TIMEZONE).replace(hour=0, minute=0)
    assert str(oldest) >= f"{first_day.astimezone(ZoneInfo('UTC')):%Y-%m-%d %H:%M:%S}"


def test_the_story_can_be_told_of_another_day(tmp_path: Path) -> None:
    """Whatever `now` is, the deployment was three weeks before it, at 14:02 local time."""
    later = simulate(tmp_path, scale=SMALL, now=datetime(2027, 4, 1, 9, 0, tzinfo=TIMEZONE))
    assert later.deployment.end == datetime(2027, 3, 11, 14, 2, tzinfo=TIMEZONE)


def test_what_is_null_is_null(small: Story) -> None:
    """A session that runs has no end, a visitor no account, a silent task no outcome: NULL, never an empty text or −1."""
    assert ask(small, "SELECT COUNT(*) FROM sessions WHERE user_id < 0 OR user_id = ''") == [(0,)]
    assert ask(
        small, "SELECT COUNT(*) FROM task_attempts WHERE outcome = '' OR (outcome IS NULL AND finished_at IS NOT NULL)"
    ) == [(0,)]
    assert ask(small, "SELECT COUNT(*) > 0 FROM sessions WHERE user_id IS NULL") == [(1,)]
    assert ask(small, "SELECT COUNT(*) FROM applicants WHERE ssn = '' OR encrypted_ssn = ''") == [(0,)]


def test_metric_files_add_up(small: Story) -> None:
    """No part is larger than its whole, in any hour."""
    folder = small.folder / "metrics"
    for name, part, total in (("http_requests", "errors", "requests"), ("caches", "cache_hits", "cache_requests"), ("caches", "cdn_hits", "cdn_requests"),
                              ("counters", "login_failures", "login_attempts"), ("counters", "malicious_blocked", "malicious"),
                              ("counters", "requests_blocked", "requests"), ("probes", "succeeded", "sent")):  # fmt: skip
        [broken] = duckdb.sql(
            f"SELECT COUNT(*) FILTER (WHERE {part} > {total} OR {part} < 0) FROM read_parquet('{folder / name}.parquet')"
        ).fetchall()
        assert broken == (0,), (name, part)


# -------------------------------------------------------------------------------------------------------------------- the story


def test_the_new_layout_is_better_on_phones(whole: Story) -> None:
    """The share of phones goes from 30 to about 36 %, and fewer of their sessions bounce."""
    assert before_and_after(whole, "sessions", "started_at", "device = 'mobile'") == pytest.approx((0.30, 0.365), abs=0.01)
    bounced = "CASE WHEN device = 'mobile' THEN pages = 1 AND NOT engaged END"
    assert before_and_after(whole, "sessions", "started_at", bounced) == pytest.approx((0.60, 0.485), abs=0.02)


def test_one_endpoint_is_slower(whole: Story) -> None:
    """Applicants take twice as long, and nothing else does."""
    went = f"{whole.deployment.end:%Y-%m-%d %H:%M:%S}"
    file = f"read_parquet('{whole.folder / 'metrics' / 'http_latency'}.parquet')"
    after = f"\"at\" >= '{went}'"
    slow = dict(
        duckdb.sql(f"""
            SELECT endpoint, SUM(count) FILTER (WHERE {after} AND bucket_ms > 200) / SUM(count) FILTER (WHERE {after})
              / (SUM(count) FILTER (WHERE NOT {after} AND bucket_ms > 200) / SUM(count) FILTER (WHERE NOT {after}))
            FROM {file} GROUP BY endpoint
        """).fetchall()
    )
    assert slow.pop("/api/applicants") > 10
    assert all(ratio == pytest.approx(1, abs=0.15) for ratio in slow.values()), slow


def test_one_column_is_left_unencrypted(whole: Story) -> None:
    """Every phone number given since the deployment stands in plain text; nothing else does, and nothing did before."""
    [(phones, first)] = ask(whole, "SELECT COUNT(phone), MIN(created_at) FROM applicants WHERE phone IS NOT NULL")
    assert 1_200 <= int(str(phones)) < 1_300
    assert str(first) >= f"{whole.deployment.end:%Y-%m-%d %H:%M:%S}"
    assert ask(whole, "SELECT COUNT(ssn) + COUNT(date_of_birth) + COUNT(address) FROM applicants") == [(0,)]
    assert ask(whole, "SELECT COUNT(ssn) FROM household_members") == [(0,)]


def test_support_is_asked_less(whole: Story) -> None:
    """About 38 % fewer tickets a day."""
    went = f"{whole.deployment.end:%Y-%m-%d %H:%M:%S}"
    [(before,)], [(after,)] = (
        ask(whole, f"SELECT COUNT(*) FROM support_tickets WHERE created_at {op} '{went}'") for op in ("<", ">=")
    )
    assert float(str(after)) / 20.8 / (float(str(before)) / 60.6) - 1 == pytest.approx(-0.38, abs=0.05)


def test_days_have_weekdays_growth_and_noise_that_lingers(whole: Story) -> None:
    """Weekends are quieter, later weeks busier, and two days with the same weekday are not the same."""
    by_day = [
        int(str(n))
        for (n,) in ask(whole, "SELECT COUNT(*) FROM sessions GROUP BY substr(datetime(started_at, '-5 hours'), 1, 10)")
    ][:56]
    weeks = [by_day[n : n + 7] for n in range(0, 56, 7)]  # from a Friday on
    assert all(max(week[1:3]) < max(week[3:6]) for week in weeks)
    assert sum(weeks[-1]) > sum(weeks[0])
    assert len({week[4] for week in weeks}) > 5


def test_the_bindings_lead_to_the_simulated_product() -> None:
    """Every connection that has an embedded twin is replaced and labelled; those of later parts stay as they are (contract 7)."""
    plan = load_plan(PLANS / "homeverse", kinds(), "demo")
    assert {name: (c.kind, c.label) for name, c in plan.connections.items() if c.kind != "manual"} == {
        "app": ("sql", "simulated data"), "prom": ("files", "simulated data"), "cache": ("files", "simulated data"),
        "web": ("events", ""), "audit": ("audits", ""),
    }  # fmt: skip


def test_sign_offs_are_for_items_of_the_plan(small: Story) -> None:
    """Every word of a person is on an item that is there, and that no system computes."""
    promise = load_plan(PLANS / "homeverse", kinds()).promises["homeverse"]
    items = {(str(m.horizon), item.id): item for m in promise.milestones for item in m.items}
    assert small.signoffs
    assert all(not items[said.milestone, said.item].tests and said.by and said.evidence for said in small.signoffs)
