"""Asking sources: what is asked, what is kept of the answer, and what a source is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ..errors import Problem
from ..window import Day, Window
from .evidence import Evidence, Nothing
from .plan import Connection, Kpi, Question


class Role(StrEnum):
    """What an observation is for."""

    CURRENT = "current"  # the KPI's window ending now: judged
    DAYS = "days"  # every complete day since the deployment: history, "sustained", windows of days
    BASELINE = "baseline"  # the complete days before the deployment, frozen once asked
    HOURS = "hours"  # every complete hour of the first day: "maintained"
    OFFENDERS = "offenders"  # names and counts of what is wrong


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to a source: this KPI, over this window, where it can by these slots.

    Slots are the days (or hours) of the window, each with its exact instants. A flow question that can tell slots apart answers with
    a `day` column (hours: an ISO instant in `day`); one that cannot answers once for the window.
    """

    kpi: Kpi
    window: Window
    slots: tuple[Day, ...] = ()
    role: Role = Role.CURRENT

    @property
    def question(self) -> Question:
        """The KPI's question, or the one for its offenders."""
        if self.role is Role.OFFENDERS and self.kpi.offenders is not None:
            return self.kpi.offenders
        return self.kpi.question


@dataclass(frozen=True, slots=True)
class Observation:
    """What a source said, when, to which question. Kept for ever as it was; a card is judged from these alone."""

    kpi: str
    role: Role
    window: Window
    asked_at: datetime
    outcome: Evidence | Nothing
    definition: str = ""
    id: str = ""


class History(Protocol):
    """Read-only view of what was recorded before, handed to sources that difference counters or read back a person's record."""

    def observations(self, kpi: str, window: Window) -> Sequence[Observation]:
        """Current observations of one KPI asked within the window, oldest first."""

    def records(self, kpi: str, until: datetime) -> Sequence[Record]:
        """Values that people recorded up to an instant, oldest first."""


@dataclass(frozen=True, slots=True)
class Record:
    """A value that a person vouches for (`postflight record`)."""

    kpi: str
    value: float  # in the KPI's unit as shown
    by: str
    at: datetime
    evidence: str = ""
    expires: datetime | None = None


class Source(Protocol):
    """One way of looking at one system. Made from a connection whose secrets are resolved; read-only, bounded, and used by one thread."""

    def answer(self, asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        """Answer each ask once, in any order, each as soon as it is known: what was yielded before the deadline counts.

        A failure is an answer (`Nothing`), not an exception; the caller treats an exception as a bug and says so.
        """

    def check(self, asks: Sequence[Ask]) -> Iterator[Problem]:
        """What is wrong before the first report: unreachable, too many privileges, a query that fails, a metric that does not exist."""

    def close(self) -> None:
        """Release connections. Never raises."""


class SourceKind(Protocol):
    """The class behind an entry point of `postflight.sources`: reads the plan's words for its kind, and makes a source."""

    def __call__(self, connection: Connection, secrets: Callable[[str], str], history: History, timeout: float) -> Source:
        """Open nothing yet. `secrets` resolves `${env:…}` and `${file:…}` inside a string; `timeout` is in seconds per question."""

    def settings(self, raw: object) -> Mapping[str, object]:
        """Check what stands behind the kind in `from:`. Raises ValueError for a mistake."""

    def question(self, raw: object, read: Callable[[str], str]) -> Question:
        """Check a KPI's question. `read` gives the text of another file of the plan. Raises ValueError for a mistake."""
