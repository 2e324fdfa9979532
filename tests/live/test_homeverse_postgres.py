"""Every question of the HomeVerse plan, word for word, on a live PostgreSQL and on SQLite: one text, one answer."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from handmade import GOOD_CIPHERTEXTS, SCHEMA, NoHistory, homeverse
from servers import Postgres, postgres

from postflight import sources
from postflight.demo import Story, simulate
from postflight.model import Ask, Connection, Evidence, Measure, Nothing, Occasion, Past, Reason, Role
from postflight.run.asks import asks_for

TABLES = (
    "users", "sessions", "applicants", "household_members", "security_events", "incidents", "task_attempts", "feedback", "features",
    "feature_events", "subscriptions", "orders", "support_tickets",
)  # fmt: skip

POSTGRES_ONLY = {"pii_undeclared"}  # asks the catalogue of columns, which SQLite does not have


@dataclass(frozen=True)
class Twins:
    """The same product in both databases, and everything a report would ask of it."""

    server: Postgres
    connections: tuple[Connection, Connection]
    asks: Sequence[Ask]


@pytest.fixture(scope="module")
def twins(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twins]:
    folder = tmp_path_factory.mktemp("product")
    story = simulate(folder, scale=0.05)
    with postgres() as server:
        _copy(folder / "product.db", server)
        lite = Connection("app", "sql", {"url": f"sqlite:///{folder / 'product.db'}"})
        elephant = Connection("app", "sql", {"url": server.url("reader", "reads")})
        yield Twins(server, (lite, elephant), _asks(story))


def test_every_question_has_the_same_answer_in_both(twins: Twins) -> None:
    """For the window of every KPI, the days since the deployment, those before it, and the offenders: equal columns, equal rows."""
    lite, elephant = (dict(_answers(connection, twins.asks)) for connection in twins.connections)
    assert len(lite) > 100
    different = [key for key, outcome in lite.items() if _comparable(outcome) != _comparable(elephant[key])]
    assert different == []


def test_every_question_spells_a_measure(twins: Twins) -> None:
    """No question fails, and every answer is evidence; only churn has none yet, since a month is not over (BIZ14)."""
    for connection in twins.connections:
        answers = dict(_answers(connection, twins.asks))
        nothing = {key: outcome for key, outcome in answers.items() if isinstance(outcome, Nothing)}
        assert {kpi for kpi, role in nothing if role in (Role.CURRENT, Role.BASELINE)} == {"user_churn", "subscription_churn"}
        assert {outcome.reason for outcome in nothing.values()} <= {Reason.EMPTY}
        assert {outcome.measure for outcome in answers.values() if isinstance(outcome, Evidence)} == set(Measure) - {
            Measure.SAMPLE
        }


def test_SEC4_columns_outside_the_inventory_are_found(twins: Twins) -> None:
    """A new column named like personal data is counted and named until it is declared; the declared ones, and ciphertexts, are not."""
    kpi = homeverse().kpis["pii_undeclared"]
    now = twins.asks[0].window
    asks = [Ask(kpi, now), Ask(kpi, now, role=Role.OFFENDERS)]
    before = dict(_answers(twins.connections[1], asks))
    assert _rows(before["pii_undeclared", Role.CURRENT]) == ((0,),)
    with psycopg.connect(twins.server.url(), autocommit=True) as elephant:
        elephant.execute("CREATE TABLE landlords (id bigint, mobile_phone text, encrypted_phone text, phones integer)")
        elephant.execute("GRANT SELECT ON landlords TO reader")
    after = dict(_answers(twins.connections[1], asks))
    assert _rows(after["pii_undeclared", Role.CURRENT]) == ((1,),)
    assert _rows(after["pii_undeclared", Role.OFFENDERS]) == (("landlords.mobile_phone", 1),)


def test_SEC5_coverage_is_one_snapshot_under_writes(twins: Twins) -> None:
    """While rows change places between encrypted and not, in transactions of their own, no look ever sees half a change."""
    _one_of_two_open(twins.server)
    stop = threading.Event()
    writer = threading.Thread(target=_change_places, args=(twins.server, stop))
    writer.start()
    try:
        asks = [ask for ask in twins.asks if ask.kpi.id == "pii_encrypted" and ask.role is Role.CURRENT]
        seen = {_rows(outcome) for _ in range(60) for _, outcome in _answers(twins.connections[1], asks)}
    finally:
        stop.set()
        writer.join()
    assert seen == {((1, 2),)}


def test_SEC5_two_statements_would_see_half_a_change(twins: Twins) -> None:
    """Positive control: the specification's two queries, with one committed write in between, count more encrypted than there are."""
    _one_of_two_open(twins.server)
    with (
        psycopg.connect(twins.server.url(), autocommit=True) as look,
        psycopg.connect(twins.server.url(), autocommit=True) as write,
    ):
        total = look.execute("SELECT COUNT(*) FROM applicants").fetchone()
        write.execute("INSERT INTO applicants (id, created_at, encrypted_ssn) VALUES (3, now(), 'a'), (4, now(), 'b')")
        encrypted = look.execute("SELECT COUNT(*) FROM applicants WHERE encrypted_ssn IS NOT NULL").fetchone()
    assert encrypted is not None
    assert total is not None
    assert encrypted[0] > total[0]


def _asks(story: Story) -> list[Ask]:
    occasion = Occasion(now=story.now, deployment=story.deployment)
    asked = asks_for(homeverse(), occasion, (), Past())
    return [ask for ask in asked if isinstance(ask, Ask) and ask.kpi.connection == "app" and ask.kpi.id not in POSTGRES_ONLY]


def _answers(connection: Connection, asks: Sequence[Ask]) -> Iterator[tuple[tuple[str, Role], Evidence | Nothing]]:
    source = sources.kinds()["sql"](connection, str, NoHistory(), 30.0)
    try:
        yield from (((ask.kpi.id, ask.role), outcome) for ask, outcome in source.answer(asks))
    finally:
        source.close()


def _rows(outcome: Evidence | Nothing) -> tuple[tuple[object, ...], ...]:
    assert isinstance(outcome, Evidence), outcome
    return outcome.rows


def _comparable(outcome: Evidence | Nothing) -> object:
    """Rows in one order, numbers as numbers: a Decimal and a float of the same value to nine digits are the same."""
    if isinstance(outcome, Nothing):
        return outcome.reason
    cells = sorted([tuple(_cell(cell) for cell in row) for row in outcome.rows], key=str)
    return outcome.columns, cells, outcome.newest


def _cell(cell: object) -> object:
    return (
        float(f"{float(cell):.9g}") if isinstance(cell, int | float | Decimal) else str(cell) if isinstance(cell, date) else cell
    )


def _copy(path: Path, server: Postgres) -> None:
    """The schema as it stands, the rows by COPY, and a role that may only read."""
    with closing(sqlite3.connect(path)) as lite, psycopg.connect(server.url(), autocommit=True) as elephant:
        elephant.execute("SET timezone = 'UTC'")
        elephant.execute(SCHEMA.read_text(encoding="utf-8").encode())
        for table in TABLES:
            rows = lite.execute(f"SELECT * FROM {table}")
            with elephant.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        elephant.execute("CREATE ROLE reader LOGIN PASSWORD 'reads'")
        elephant.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        elephant.execute("ANALYZE")


def _one_of_two_open(server: Postgres) -> None:
    with psycopg.connect(server.url(), autocommit=True) as elephant:
        elephant.execute("DELETE FROM household_members")
        elephant.execute("DELETE FROM applicants")
        elephant.execute("INSERT INTO applicants (id, created_at, encrypted_ssn) VALUES (1, now(), %s)", [GOOD_CIPHERTEXTS[0]])
        elephant.execute("INSERT INTO applicants (id, created_at, ssn) VALUES (2, now(), '123-45-6789')")


def _change_places(server: Postgres, stop: threading.Event) -> None:
    """The open row is encrypted and the encrypted one opened, again and again; two statements, one transaction."""
    with psycopg.connect(server.url()) as elephant:
        opened, closed = 2, 1
        while not stop.is_set():
            elephant.execute("UPDATE applicants SET ssn = NULL, encrypted_ssn = %s WHERE id = %s", [GOOD_CIPHERTEXTS[1], opened])
            elephant.execute("UPDATE applicants SET ssn = '123-45-6789', encrypted_ssn = NULL WHERE id = %s", [closed])
            elephant.commit()
            opened, closed = closed, opened
