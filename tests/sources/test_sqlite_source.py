"""SQLite files through the source `sql`: the contract, and what only a file can do wrong."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from asking import CHICAGO, only

from postflight.model import Ask, Connection, Evidence, Kind, Nothing, Reason, Role
from postflight.sources import readonly, sqlite
from postflight.sources.sql import SqlSource
from postflight.sources.statement import Statement
from postflight.testing import CANARY, FlowContract, NoHistory, asking

BY_DAY = "SELECT days.day, count(e.at) AS value FROM days LEFT JOIN events e ON e.at >= days.starts AND e.at < days.ends GROUP BY days.day"


def unchecked(text: str) -> Ask:
    """An ask with a statement that never went through the door."""
    ask = asking(SqlSource, "SELECT 1 AS value")
    statement = Statement(text, tuple(readonly.tokens(text)), False, Kind.STATE)
    return replace(ask, kpi=replace(ask.kpi, question=statement))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Path]:
    """A file with events at the edges of Chicago's days around a clock change."""
    path = tmp_path / "app.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE events (at TEXT, name TEXT)")
    edges = [
        "2026-10-31 04:59:59",
        "2026-10-31 05:00:00",
        "2026-11-01 05:00:00",
        "2026-11-02 05:59:59.999",
        "2026-11-03 06:00:00",
    ]
    connection.executemany("INSERT INTO events VALUES (?, 'x')", [(at,) for at in edges])
    connection.commit()
    connection.close()
    yield path


class TestSqliteKeepsTheContract(FlowContract):
    """The source `sql` on a file."""

    kind = SqlSource

    @pytest.fixture(autouse=True)
    def _file(self, database: Path) -> None:
        self.path = database

    def connection(self) -> Connection:
        return Connection("app", "sql", {"url": f"sqlite:///{self.path}"})

    def unreachable(self) -> Connection:
        return Connection("app", "sql", {"url": f"sqlite:///{self.path.parent}/${{env:CANARY}}.db"})

    def good(self) -> Ask:
        return asking(SqlSource, "SELECT count(*) AS value FROM events")

    def broken(self) -> Ask:
        return asking(SqlSource, "SELECT count(*) AS value FROM no_such_table")

    def harmful(self) -> Sequence[Ask]:
        return [
            unchecked(text)
            for text in [
                "INSERT INTO events VALUES ('2026-11-01', 'y')",
                "DELETE FROM events RETURNING 1 AS value",
                "SELECT load_extension('libc.so.6') AS value",
                "SELECT count(*) AS value FROM pragma_journal_mode('wal')",
            ]
        ]

    def mistakes(self) -> Sequence[object]:
        return ["DELETE FROM events", "", None, 3, ["SELECT 1"]]

    def state(self) -> object:
        return sorted((path.name, hashlib.sha256(path.read_bytes()).hexdigest()) for path in self.path.parent.iterdir())

    def edges(self) -> tuple[Ask, Mapping[date, tuple[float, ...]]]:
        ask = asking(SqlSource, BY_DAY, first=date(2026, 10, 31), days=3, timezone=CHICAGO.key)
        return ask, {date(2026, 10, 31): (1,), date(2026, 11, 1): (2,), date(2026, 11, 2): (0,)}


def answer(database: Path, question: str, **settings: object) -> Evidence | Nothing:
    connection = Connection("app", "sql", {"url": f"sqlite:///{database}", **settings})
    return only(SqlSource(connection, str, NoHistory(), 5.0), asking(SqlSource, question))


@pytest.mark.parametrize(
    "text",
    ["INSERT INTO events VALUES ('x', 'y')", "DELETE FROM events RETURNING 1 AS value", "SELECT load_extension('x') AS value"],
)
def test_P7_what_gets_past_the_door_is_refused_by_the_file(database: Path, text: str) -> None:
    """Read-only twice over: the statement was never checked, and still changes nothing."""
    connection = Connection("app", "sql", {"url": f"sqlite:///{database}"})
    refused = only(SqlSource(connection, str, NoHistory(), 5.0), unchecked(text))
    assert isinstance(refused, Nothing)
    assert refused.reason is Reason.PERMISSION


def test_P7_each_net_holds_alone(database: Path) -> None:
    """The authorizer, `query_only` and the read-only file: take one after the other away, and the next one still refuses."""
    opened = sqlite.Sqlite(database, 5.0)
    link = opened.connect()
    handle = link.connection.dbapi_connection
    assert isinstance(handle, sqlite3.Connection)
    insert = "INSERT INTO events VALUES ('x', 'y')"
    try:
        with pytest.raises(sqlite3.DatabaseError, match="not authorized"):
            handle.execute(insert)
        handle.set_authorizer(None)
        with pytest.raises(sqlite3.OperationalError, match="attempt to write a readonly database"):
            handle.execute(insert)
        assert handle.execute("PRAGMA query_only").fetchone() == (1,)
        handle.execute("PRAGMA query_only = off")
        with pytest.raises(sqlite3.OperationalError, match="attempt to write a readonly database"):
            handle.execute(insert)
    finally:
        link.close()


def test_P7_the_same_statement_writes_where_nothing_protects(database: Path) -> None:
    """Positive control: the harm in the test above is real."""
    ask = unchecked("INSERT INTO events VALUES ('x', 'y')")
    assert isinstance(ask.question, Statement)
    bound = ask.question.bound(ask, sqlite.DIALECT)
    connection = sqlite3.connect(database)
    before = connection.execute("SELECT count(*) FROM events").fetchone()[0]
    connection.execute(bound.sql, dict(bound.parameters))
    assert connection.execute("SELECT count(*) FROM events").fetchone()[0] == before + 1
    connection.close()


def test_a_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """Asking must not leave an empty database behind."""
    missing = answer(tmp_path / "missing.db", "SELECT count(*) AS value FROM t")
    assert isinstance(missing, Nothing)
    assert missing.reason is Reason.UNREACHABLE
    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_database_is_bad_response(tmp_path: Path) -> None:
    """Reading a text file as SQLite."""
    (tmp_path / "notes.db").write_text("not a database, whatever it is called" * 100)
    found = answer(tmp_path / "notes.db", "SELECT count(*) AS value FROM t")
    assert isinstance(found, Nothing)
    assert found.reason is Reason.BAD_RESPONSE


def test_C3_a_query_without_end_is_stopped(database: Path) -> None:
    """SQLite has no timeout of its own; ours interrupts it, and the next question is answered."""
    endless = "WITH RECURSIVE a AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM a) SELECT count(*) AS value FROM a"
    source = SqlSource(Connection("app", "sql", {"url": f"sqlite:///{database}", "timeout": 0.1}), str, NoHistory(), 5.0)
    asks = [asking(SqlSource, endless), asking(SqlSource, "SELECT count(*) AS value FROM events")]
    outcomes = [outcome for _, outcome in source.answer(asks)]
    source.close()
    assert isinstance(outcomes[0], Nothing)
    assert outcomes[0].reason is Reason.TIMEOUT
    assert isinstance(outcomes[1], Evidence)


def test_C3_after_three_timeouts_the_database_is_left_alone(database: Path) -> None:
    """The fourth question is not asked, and says why; two in a row are forgiven when a third succeeds."""
    endless = "WITH RECURSIVE a AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM a) SELECT count(*) AS value FROM a"
    short = "SELECT count(*) AS value FROM events"

    def reasons(questions: Sequence[str]) -> list[str]:
        source = SqlSource(Connection("app", "sql", {"url": f"sqlite:///{database}", "timeout": 0.3}), str, NoHistory(), 5.0)
        outcomes = [outcome for _, outcome in source.answer([asking(SqlSource, q) for q in questions])]
        source.close()
        return [outcome.detail if isinstance(outcome, Nothing) else "" for outcome in outcomes]

    left = reasons([endless, endless, endless, short])
    assert "left alone" in left[3]
    forgiven = reasons([endless, endless, short, endless, short])
    assert (forgiven[2], forgiven[4]) == ("", "")


def test_the_present_is_asked_before_the_past(database: Path) -> None:
    """What a deadline cuts off should be history."""
    ask = asking(SqlSource, BY_DAY, days=3)
    asks = [replace(ask, role=Role.BASELINE), replace(ask, role=Role.DAYS), ask]
    source = SqlSource(Connection("app", "sql", {"url": f"sqlite:///{database}"}), str, NoHistory(), 5.0)
    assert [asked.role for asked, _ in source.answer(asks)] == [Role.CURRENT, Role.BASELINE, Role.DAYS]
    source.close()


def test_R22_ten_million_rows_are_bounded(database: Path) -> None:
    """Reading stops long before the memory is full."""
    many = "WITH RECURSIVE a AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM a WHERE n < 10000000) SELECT n AS sample FROM a"
    found = answer(database, many)
    assert isinstance(found, Nothing)
    assert found.reason is Reason.BAD_RESPONSE
    assert "10,000 rows" in found.detail


def test_a_relative_path_counts_from_the_plans_folder(database: Path) -> None:
    """Wherever the program was started."""
    connection = Connection("app", "sql", {"url": "sqlite:///app.db"}, folder=str(database.parent))
    found = only(SqlSource(connection, str, NoHistory(), 5.0), asking(SqlSource, "SELECT count(*) AS value FROM events"))
    assert isinstance(found, Evidence)


@pytest.mark.parametrize("url", ["no url at all", "sqlite://", "oracle://u:p@h/d", "postgresql://u:p@h:notaport/d", ""])
def test_C7_a_url_that_cannot_be_read_is_not_repeated(url: str) -> None:
    """`not_configured`, with the form to write and without a word of what was given."""
    source = SqlSource(Connection("app", "sql", {"url": "${env:CANARY}"}), lambda text: url + CANARY, NoHistory(), 5.0)
    ask = asking(SqlSource, "SELECT 1 AS value")
    problems = list(source.check([ask]))
    found = only(source, ask)
    assert isinstance(found, Nothing)
    assert found.reason is Reason.NOT_CONFIGURED
    assert problems
    assert CANARY not in repr(found) + repr(source) + "".join(str(problem) for problem in problems)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (None, "needs a URL"),
        ({}, "needs a URL"),
        ({"url": "sqlite:///x", "time_out": 3}, "time_out"),
        ({"url": "sqlite:///x", "timeout": "3"}, "timeout"),
        ({"url": "sqlite:///x", "timeout": True}, "timeout"),
        ({"url": "sqlite:///x", "timeout": 0}, "more than 0"),
        ({"url": "sqlite:///x", "allow_privileged": "yes"}, "allow_privileged"),
        ({"url": 7}, "url"),
    ],
)
def test_settings_that_cannot_be_right_are_mistakes(raw: object, said: str) -> None:
    """Named, with what there is instead."""
    with pytest.raises(ValueError, match=said):
        SqlSource.settings(raw)


def test_settings_in_short_and_in_full() -> None:
    """A URL alone, or a mapping."""
    assert SqlSource.settings("${env:URL}") == {"url": "${env:URL}"}
    full = {"url": "${env:URL}", "timeout": 2.5, "schema": "app", "allow_privileged": True}
    assert SqlSource.settings(full) == full


def test_check_tries_every_question_on_one_day(database: Path) -> None:
    """A question that spells no measure is found before the first report; a day without data is no problem."""
    source = SqlSource(Connection("app", "sql", {"url": f"sqlite:///{database}"}), str, NoHistory(), 5.0)
    asks = [
        asking(SqlSource, "SELECT count(*) AS n FROM events", kpi="shapeless", days=3),
        asking(
            SqlSource, "SELECT at AS sample FROM events WHERE at >= :start AND at < :end", kpi="wordy", first=date(2026, 11, 1)
        ),
        asking(
            SqlSource,
            "SELECT sum(length(name)) AS value FROM events WHERE at >= :start AND at < :end",
            kpi="quiet",
            first=date(2020, 1, 1),
        ),
        asking(SqlSource, BY_DAY, kpi="fine", days=3),
    ]
    problems = list(source.check(asks))
    source.close()
    assert [problem.what.partition(":")[0] for problem in problems] == ["shapeless", "wordy"]
    assert "expected value" in problems[0].hint
