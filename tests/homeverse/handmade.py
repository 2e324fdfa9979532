"""A HomeVerse database made by hand: a few rows, the plan's own questions put to them through the real source, judged by the real judge."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

from postflight import sources
from postflight.judge.case import Case
from postflight.judge.estimate import estimate
from postflight.model import Ask, Connection, Estimate, Evidence, Nothing, Observation, Plan, Record, Role
from postflight.plan import load_plan
from postflight.window import Day, Span, Window, complete_days

HOMEVERSE = Path(str(resources.files("postflight"))) / "plans" / "homeverse"
SCHEMA = Path(str(resources.files("postflight"))) / "demo" / "schema.sql"
CHICAGO = ZoneInfo("America/Chicago")
NOW = datetime(2026, 3, 20, 9, 0, tzinfo=CHICAGO)  # a Friday
GOOD_CIPHERTEXTS = [
    "v1:H4sIc9QmT0y7kXvWq2LrZ8pNfBdUeJg5AoCx3VtSiKhMwYzR6n1PDEbl+uGj/Oa4",
    "v1:q8ZtW3nVb5YkRfJm2XpLdC7sHgA0eTuIo9NvKxQwMiSzBhEy4PjGrUaDl+c1F/6O",
    "v2:Zp7LwXe4TqYc9RkVmB2sNf8HjD0gAuI5oKxQtMzSvEhWyP3rGiUnCaJdl+b1O/6F",
    "v1:Mx2WqVn7ZbLk4RtYpJ9sCfH6dGg0AeTuI5oNvKxQwBiSzBhEy3PjGrUaDl+c1F/8",
]


@cache
def homeverse(bindings: str = "") -> Plan:
    """The plan as it ships."""
    return load_plan(HOMEVERSE, sources.kinds(), bindings)


class NoHistory:
    """Nothing was recorded before."""

    def observations(self, kpi: str, window: Window) -> Sequence[Observation]:
        """Nothing."""
        return ()

    def records(self, kpi: str, until: datetime) -> Sequence[Record]:
        """Nothing."""
        return ()


@dataclass(frozen=True)
class Product:
    """A SQLite file with the product's tables, empty to begin with."""

    path: Path

    @classmethod
    def made_in(cls, folder: Path) -> Product:
        """An empty product."""
        product = cls(folder / "product.db")
        with closing(sqlite3.connect(product.path)) as database:
            database.executescript(SCHEMA.read_text(encoding="utf-8"))
        return product

    def add(self, table: str, *rows: Mapping[str, object]) -> None:
        """Rows with these columns; `id` is given where it is missing, instants become text in UTC."""
        with closing(sqlite3.connect(self.path)) as database, database:
            first = database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] + 1
            for number, row in enumerate(rows, first):
                whole = {"id": number, **row} if table != "features" else row
                marks = ", ".join("?" * len(whole))
                database.execute(f"INSERT INTO {table} ({', '.join(whole)}) VALUES ({marks})", [_cell(c) for c in whole.values()])

    def ask(
        self, kpi: str, *, now: datetime = NOW, window: str = "", since: datetime | None = None, role: Role = Role.CURRENT
    ) -> Evidence | Nothing:
        """The answer to a KPI's question over its own window, or another one, that ends at `now` and does not reach back before `since`."""
        asked = self._ask(kpi, now, window, since, role)
        connection = Connection("app", "sql", {"url": f"sqlite:///{self.path}"})
        source = sources.kinds()["sql"](connection, str, NoHistory(), 30.0)
        try:
            [(_, outcome)] = list(source.answer([asked]))
        finally:
            source.close()
        return outcome

    def value(self, kpi: str, *, now: datetime = NOW, window: str = "", since: datetime | None = None) -> Estimate | Nothing:
        """What the judge makes of the answer."""
        asked = self._ask(kpi, now, window, since, Role.CURRENT)
        outcome = self.ask(kpi, now=now, window=window, since=since)
        seen = Observation(kpi, Role.CURRENT, asked.window, now.astimezone(UTC), outcome)
        return estimate(Case(asked.kpi, looks=(seen,)), seen, now.astimezone(UTC), CHICAGO)

    def _ask(self, kpi: str, now: datetime, window: str, since: datetime | None, role: Role) -> Ask:
        plan = homeverse()
        length = Span.parse(window) if window else plan.kpis[kpi].window
        if length.in_days:
            slots = complete_days(round(length.nominal / timedelta(days=1)), now, plan.timezone, since)
            return Ask(plan.kpis[kpi], Window(slots[0].window.start, slots[-1].window.end), slots, role)
        exact = Window(now.astimezone(UTC) - length.nominal, now.astimezone(UTC))
        return Ask(plan.kpis[kpi], exact, (Day(now.date(), exact),), role)


def at(day: str, time: str = "12:00:00") -> datetime:
    """An instant by its local date and time."""
    return datetime.fromisoformat(f"{day} {time}").replace(tzinfo=CHICAGO)


def days_before(n: int) -> date:
    """The local date that many days before NOW."""
    return NOW.date() - timedelta(days=n)


def number(outcome: Estimate | Nothing) -> float:
    """The value, which there has to be."""
    assert isinstance(outcome, Estimate), outcome
    return outcome.value


def rows(outcome: Evidence | Nothing) -> list[dict[str, object]]:
    """The rows of an answer by column, which there have to be."""
    assert isinstance(outcome, Evidence), outcome
    return [dict(zip(outcome.columns, row, strict=True)) for row in outcome.rows]


def _cell(value: object) -> object:
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}" if isinstance(value, datetime) else value
