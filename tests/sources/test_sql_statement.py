"""How a question in SQL is written out for one ask: the window, the days, and never without a parameter."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime, timedelta

import pytest
from asking import CHICAGO, day, kpi
from sqlglot import parse_one

from postflight.model import Ask, Role
from postflight.sources import files, postgresql, sqlite
from postflight.sources.statement import Dialect, Statement
from postflight.window import Day, Window, day_of, hours_in

DIALECTS = [postgresql.DIALECT, sqlite.DIALECT, files.DIALECT]
COUNT = "SELECT days.day, count(*) AS value FROM days GROUP BY days.day"


def over(text: str, first: date, n: int) -> Ask:
    slots = tuple(day_of(first + timedelta(days=k), CHICAGO) for k in range(n))
    return Ask(kpi(Statement.read(text)), Window(slots[0].window.start, slots[-1].window.end), slots)


def rows_of(text: str, ask: Ask) -> list[tuple[object, ...]]:
    """What SQLite, handed the bound text, answers."""
    bound = Statement.read(text).bound(ask, sqlite.DIALECT)
    connection = sqlite3.connect(":memory:")
    try:
        return sorted(connection.execute(bound.sql, dict(bound.parameters)).fetchall())
    finally:
        connection.close()


def test_R13_days_carry_their_exact_instants() -> None:
    """The day of a clock change has 25 hours, and the relation says so."""
    text = "SELECT day, starts, ends FROM days"
    assert rows_of(text, over(text, date(2026, 10, 31), 2)) == [
        ("2026-10-31", "2026-10-31 05:00:00", "2026-11-01 05:00:00"),
        ("2026-11-01", "2026-11-01 05:00:00", "2026-11-02 06:00:00"),
    ]


def test_hours_carry_the_instant_they_start() -> None:
    """For slots of hours, `day` is the instant, so that the hour that comes twice is two rows."""
    window = day_of(date(2026, 11, 1), CHICAGO).window
    slots = tuple(Day(date(2026, 11, 1), hour) for hour in hours_in(window))
    found = rows_of(COUNT, Ask(kpi(Statement.read(COUNT)), window, slots, Role.HOURS))
    assert len(found) == 25
    assert found[0] == ("2026-11-01T05:00:00+00:00", 1)


@pytest.mark.parametrize(
    "text",
    [
        COUNT,
        f"-- a comment first\n{COUNT};",
        f"WITH a AS (SELECT 1 AS n) {COUNT}",
        f"with a AS (SELECT 1 AS n), b AS (SELECT n FROM a) {COUNT}",
        f"/* days */ WITH RECURSIVE a AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM a WHERE n < 3) {COUNT}",
        f"WITH d AS (SELECT day FROM days) {COUNT}",
        f"{COUNT} UNION ALL SELECT '2000-01-01', 0 FROM days WHERE 1 = 0",
    ],
)
def test_days_come_first_among_the_relations_of_a_question(text: str) -> None:
    """Injected in front of any WITH, or with one of its own."""
    assert rows_of(text, over(text, date(2026, 10, 31), 2)) == [("2026-10-31", 1), ("2026-11-01", 1)]


def test_a_question_in_parentheses_gets_its_days() -> None:
    """PostgreSQL allows it; SQLite has no such form."""
    sql = Statement.read(f"({COUNT}) UNION ({COUNT})").bound(day(Statement.read(COUNT)), postgresql.DIALECT).sql
    assert sql.startswith("WITH days(day, starts, ends) AS (VALUES\n")
    assert sql.endswith(f"({COUNT}) UNION ({COUNT})")


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda d: d.name)
@pytest.mark.parametrize("text", ["SELECT count(*) AS value FROM t", "WITH a AS (SELECT 1 AS n) SELECT n AS value FROM a"])
def test_contract6_a_statement_is_never_sent_without_a_parameter(text: str, dialect: Dialect) -> None:
    """Without one psycopg speaks the simple protocol, which takes several statements."""
    bound = Statement.read(text).bound(day(Statement.read(text)), dialect)
    assert bound.parameters
    assert all(dialect.placeholder(name) in bound.sql for name in bound.parameters)


def test_the_question_as_shown_can_be_run_by_hand() -> None:
    """`explain` shows the values written out; nothing is added that the author did not ask for."""
    ask = over(COUNT, date(2026, 11, 1), 1)
    shown = Statement.read(COUNT).bound(ask, postgresql.DIALECT).shown
    assert "(DATE '2026-11-01', TIMESTAMPTZ '2026-11-01 05:00:00+00:00', TIMESTAMPTZ '2026-11-02 06:00:00+00:00')" in shown
    assert parse_one(shown, read="postgres")
    text = "SELECT count(*) AS value FROM t WHERE at >= :start AND at < :end"
    assert Statement.read(text).bound(ask, sqlite.DIALECT).shown == (
        "SELECT count(*) AS value FROM t WHERE at >= '2026-11-01 05:00:00' AND at < '2026-11-02 06:00:00'"
    )
    state = "SELECT count(*) AS value FROM t"
    assert Statement.read(state).bound(ask, postgresql.DIALECT).shown == state


def test_percent_signs_survive_the_driver() -> None:
    """psycopg marks parameters with %; a LIKE keeps its own."""
    text = "SELECT count(*) AS value FROM t WHERE path LIKE '100%' AND n % 2 = 0 AND at < :end"
    bound = Statement.read(text).bound(day(Statement.read(text)), postgresql.DIALECT)
    assert "LIKE '100%%' AND n %% 2 = 0 AND at < %(end)s" in bound.sql


def test_what_stands_in_strings_is_no_parameter() -> None:
    """`':start'` in quotes, a comment or a cast stays as it is."""
    text = "SELECT ':start' AS part, 1::int AS value FROM t -- :end\nWHERE at < :end"
    bound = Statement.read(text).bound(day(Statement.read(text)), postgresql.DIALECT)
    assert list(bound.parameters) == ["end"]
    assert "':start' AS part, 1::int" in bound.sql


def test_what_stands_behind_the_last_word_is_not_sent() -> None:
    """A trailing semicolon or comment belongs to the author's text alone."""
    text = "SELECT count(*) AS value FROM t WHERE at < :end ; -- done"
    assert Statement.read(text).bound(day(Statement.read(text)), sqlite.DIALECT).sql.endswith("at < :end")


def test_R13_instants_are_bound_as_the_database_compares_them() -> None:
    """Aware instants for PostgreSQL and DuckDB, sortable UTC text for SQLite."""
    text = "SELECT count(*) AS value FROM t WHERE at >= :start"
    ask = over(text, date(2026, 11, 1), 1)
    values = [Statement.read(text).bound(ask, dialect).parameters["start"] for dialect in DIALECTS]
    instant = datetime(2026, 11, 1, 5, tzinfo=UTC)
    assert values == [instant, "2026-11-01 05:00:00", instant]
