"""Short ways to ask a source something: KPIs, windows and asks as the plan and the run would make them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from postflight.model import Ask, Connection, Evidence, Kind, Kpi, Nothing, Observation, Question, Record, Role, Source
from postflight.target import Direction
from postflight.units import NUMBER
from postflight.window import Day, Window, complete_days

CHICAGO = ZoneInfo("America/Chicago")
MIDNIGHT = datetime(2026, 3, 5, 6, tzinfo=UTC)  # midnight in Chicago
LAST_DAY = Window(MIDNIGHT - timedelta(days=1), MIDNIGHT)


class Remembered:
    """A history of observations, as the store would hand one to a source."""

    def __init__(self, observations: Sequence[Observation] = ()) -> None:
        self._observations = list(observations)

    def observations(self, kpi: str, window: Window) -> Sequence[Observation]:
        """Those of the KPI that were asked for within the window, oldest first."""
        found = [o for o in self._observations if o.kpi == kpi and o.asked_at in window]
        return sorted(found, key=lambda o: o.asked_at)

    def records(self, kpi: str, until: datetime) -> Sequence[Record]:
        """Nobody recorded anything."""
        return ()


def connection(kind: str, url: str, **settings: object) -> Connection:
    """A connection named as its kind."""
    return Connection(kind, kind, {"url": url, **settings})


def kpi(question: Question, name: str = "kpi", **more: object) -> Kpi:
    """A KPI that asks just this."""
    settings: dict[str, object] = {"unit": NUMBER, "direction": Direction.LOWER, "kind": Kind.FLOW} | more
    return Kpi(name, name, "category", "connection", question, **settings)  # type: ignore[arg-type]


def day(question: Question, name: str = "kpi", role: Role = Role.CURRENT, **more: object) -> Ask:
    """Ask for one day."""
    return Ask(kpi(question, name, **more), LAST_DAY, (Day(LAST_DAY.start.astimezone(CHICAGO).date(), LAST_DAY),), role)


def days(question: Question, n: int, now: datetime, name: str = "kpi", role: Role = Role.CURRENT, **more: object) -> Ask:
    """Ask for the last `n` complete days of Chicago."""
    slots = complete_days(n, now, CHICAGO)
    return Ask(kpi(question, name, **more), Window(slots[0].window.start, slots[-1].window.end), slots, role)


def only(source: Source, ask: Ask) -> Evidence | Nothing:
    """The one answer to one ask; the source is closed behind it."""
    try:
        ((asked, outcome),) = source.answer([ask])
    finally:
        source.close()
    assert asked is ask
    return outcome
