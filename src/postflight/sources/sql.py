"""SQL databases, PostgreSQL and SQLite: asked one SELECT at a time, read-only and bounded.

    from:
      app: {sql: "${env:APP_DATABASE_URL}"}             # postgresql://USER:PASSWORD@HOST/DATABASE
      old: {sql: {url: "sqlite:///data/old.db", timeout: 2}}
    kpis:
      signups: {app: signups.sql}                       # a file of the plan, or the text of a SELECT

Settings: `url`; `timeout`, the seconds a database may work on one question (5); `schema`, where PostgreSQL looks for bare table names;
`allow_privileged`, to ask with a role that may do more than read, which is refused otherwise.

A question says what it counts and never what time it is: `now()` and `CURRENT_DATE` are mistakes. It is given `:start` and `:end`, the
instants of the window, and, where it says `FROM days` or `JOIN days`, a relation `days(day, starts, ends)` with one row for each day (or
hour) that is asked for. A question that mentions none of them is true only now.

    SELECT days.day, count(t.id) AS value
    FROM days LEFT JOIN tickets t ON t.created_at >= days.starts AND t.created_at < days.ends
    GROUP BY days.day

Instants are compared as instants; a PostgreSQL `timestamp` without a zone, and text in SQLite (`2026-11-23 06:00:00`), are read as UTC.
A column `newest` is no dimension: its latest instant says how fresh the data are.

One connection, one read-only transaction for each question, always rolled back; at most 10,000 rows or 1 MiB; three questions in a row
without an answer in time, and the database is left alone until the next report. A PostgreSQL on another machine must show a certificate
that can be verified, unless its URL says otherwise (`?sslmode=require`). `postflight check` tries every question on a single day, and
says what the role should not be able to do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from ..errors import Problem
from ..model import Ask, Connection, Evidence, History, Nothing, Question, Reason, Role
from ..window import Day, Window
from . import readonly
from .answers import evidence, of_asked_days
from .reader import Database, Reader
from .statement import Statement

TIMEOUT = 5.0  # seconds a database may work on one question

_SETTINGS: Mapping[str, tuple[type, ...]] = {
    "url": (str,),
    "timeout": (int, float),
    "schema": (str,),
    "allow_privileged": (bool,),
}
_HARMLESS = (Reason.EMPTY, Reason.WINDOW_INCOMPLETE)  # what a dry run on a single day may well say


class SqlSource:
    """One database. Opened with the first question; one connection, one question at a time."""

    def __init__(self, connection: Connection, secrets: Callable[[str], str], history: History, timeout: float) -> None:
        """`timeout` is in seconds per question; the smaller of it and the connection's own counts. Raises only what `secrets` raises.

        A relative path of an SQLite file counts from the plan's folder.
        """
        settings = connection.settings
        limit = min(timeout, float(str(settings.get("timeout", TIMEOUT))))
        self._connection = connection
        self._trusted = settings.get("allow_privileged") is True
        self._reader = _reader(secrets(str(settings["url"])), connection, limit, self._trusted)

    @staticmethod
    def settings(raw: object) -> Mapping[str, object]:
        """A URL, or a mapping of url, timeout (seconds), schema and allow_privileged. Raises ValueError."""
        given = {"url": raw} if isinstance(raw, str) else raw
        if not isinstance(given, Mapping) or "url" not in given:
            raise ValueError("a database needs a URL; write sql: ${env:DATABASE_URL}, or a mapping with url")
        for key, value in given.items():
            if key not in _SETTINGS:
                raise ValueError(f"a database has no setting {key!r}; there are {', '.join(_SETTINGS)}")
            if not isinstance(value, _SETTINGS[key]) or (isinstance(value, bool) and bool not in _SETTINGS[key]):
                raise ValueError(
                    f"{key} of a database cannot be {value!r}; it is {' or '.join(t.__name__ for t in _SETTINGS[key])}"
                )
        if given.get("timeout", TIMEOUT) <= 0:
            raise ValueError("timeout of a database must be more than 0; it is in seconds")
        return dict(given)

    @staticmethod
    def question(raw: object, read: Callable[[str], str]) -> Question:
        """The text of one SELECT, or the name of a `.sql` file. Raises ValueError."""
        if not isinstance(raw, str) or not raw.strip():
            raise ValueError("a question to a database is the text of a SELECT, or the name of a .sql file; write one of them")
        name = raw.strip()
        return Statement.read(read(name) if name.endswith(".sql") and len(name.split()) == 1 else raw)

    def answer(self, asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        """The present first and then the past: what a deadline cuts off should be history."""
        for ask in sorted(asks, key=lambda ask: ask.role is not Role.CURRENT):
            yield ask, self._answer(ask)

    def check(self, asks: Sequence[Ask]) -> Iterator[Problem]:
        """Reachable, with a role that only reads, and every question tried on one day. One problem for a database that cannot be asked."""
        name, reader = f"connection {self._connection.name!r}", self._reader
        lost = reader if isinstance(reader, Nothing) else reader.look(lambda connection: None)
        if isinstance(lost, Nothing):
            yield _problem(f"{name} {lost.detail}", self._connection)
            return
        assert isinstance(reader, Reader)  # noqa: S101 - told apart two lines above
        tables: set[str] = set()
        tried: set[str] = set()
        for ask in asks:
            statement = ask.question
            if isinstance(statement, Statement) and statement.text not in tried:
                tried.add(statement.text)
                dialect = reader.database.dialect.name
                tables |= readonly.tables(statement.text, dialect)
                answer = self._answer(_on_one_day(ask))
                if refused := readonly.tree_refusal(statement.text, dialect):
                    yield _problem(f"{ask.kpi.id}: {refused}", ask.kpi)
                elif isinstance(answer, Nothing) and answer.reason not in _HARMLESS:
                    yield _problem(f"{ask.kpi.id}: {name} {answer.detail}", ask.kpi)
        if not self._trusted:
            concerns = reader.look(lambda connection: list(reader.database.concerns(connection, frozenset(tables))))
            for what, hint in () if isinstance(concerns, Nothing) else concerns:
                yield Problem(f"{name}: {what}", self._connection.at, f"{hint}, or set allow_privileged: true")

    def close(self) -> None:
        """Roll back and hang up. Never raises."""
        if isinstance(self._reader, Reader):
            self._reader.close()

    def _answer(self, ask: Ask) -> Evidence | Nothing:
        statement, reader = ask.question, self._reader
        if isinstance(reader, Nothing):
            return reader
        if not isinstance(statement, Statement):
            return Nothing(Reason.NOT_CONFIGURED, "was asked in words that are no SQL")
        if statement.days and not ask.slots:
            return Nothing(Reason.WINDOW_INCOMPLETE, "was not asked: the window holds no complete day yet")
        bound = statement.bound(ask, reader.database.dialect)
        found = reader.rows(bound)
        if isinstance(found, Nothing):
            return found
        columns, rows = found
        return of_asked_days(evidence(columns, rows, bound.shown, notes=reader.database.notes), ask)


def _reader(text: str, connection: Connection, limit: float, trusted: bool) -> Reader | Nothing:
    """A reader for the database of a URL; Nothing, without a word of the URL, when it names none that we can ask."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    try:
        url = make_url(re.sub("^postgres://", "postgresql://", text.strip()))
    except (ArgumentError, ValueError):
        return Nothing(
            Reason.NOT_CONFIGURED,
            "has a URL that cannot be read; write postgresql://USER:PASSWORD@HOST/DATABASE or sqlite:///FILE",
        )
    database: Database
    match url.get_backend_name():
        case "postgresql":
            from .postgresql import PostgreSql

            database = PostgreSql(url, limit, str(connection.settings.get("schema", "")))
        case "sqlite" if url.database:
            from .sqlite import Sqlite

            database = Sqlite(Path(connection.folder, url.database).absolute(), limit)
        case _:
            return Nothing(
                Reason.NOT_CONFIGURED, "is of a kind that this version cannot ask; it asks PostgreSQL databases and SQLite files"
            )
    return Reader(database, limit, trusted)


def _on_one_day(ask: Ask) -> Ask:
    """The same ask about its last day alone, or its last 24 hours: a dry run should cost production little."""
    if ask.slots:
        last = ask.slots[-1]
    else:
        end = ask.window.end
        last = Day(end.date(), Window(max(ask.window.start, end - timedelta(days=1)), end))
    return replace(ask, window=last.window, slots=(last,))


def _problem(text: str, about: object) -> Problem:
    """A problem from "what; what to do"."""
    what, _, hint = text.partition("; ")
    return Problem(what, getattr(about, "at", None), hint)
