"""What no system can tell and a person can: the question says how to find out, and `postflight record` keeps the answer.

    kpis:
      pentest: {manual: "Ask the security team for the number of open findings.", target: "= 0"}

`manual` needs no entry under `from:`. The newest record counts until it expires; without one there is no data, and the report says how
to record it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .. import words
from ..errors import Problem
from ..model import Ask, Connection, Evidence, History, Kind, Nothing, Question, Reason
from ..units import Unit
from .answers import evidence


@dataclass(frozen=True, slots=True)
class Instruction:
    """How a person finds out. A state: it is true from when it is recorded until it expires or is recorded anew."""

    text: str
    kind: Kind = Kind.STATE
    unit: Unit | None = None  # recorded in the KPI's own

    def __str__(self) -> str:
        return self.text


class ManualSource:
    """People. Answers with the newest record made before the ask's window ends."""

    def __init__(self, connection: Connection, secrets: Callable[[str], str], history: History, timeout: float) -> None:
        self._history = history

    @staticmethod
    def settings(raw: object) -> Mapping[str, object]:
        """There is nothing to set. Raises ValueError when something is."""
        if raw:
            raise ValueError("manual has no settings; write manual: {}")
        return {}

    @staticmethod
    def question(raw: object, read: Callable[[str], str]) -> Question:
        """A text for the person who finds out, or nothing. Raises ValueError."""
        if raw is not None and raw != {} and not isinstance(raw, str):
            raise ValueError("a manual KPI takes a text that says how to find out; write one, or {}")
        return Instruction(raw.strip() if isinstance(raw, str) else "")

    def answer(self, asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        """From the records alone; asks nobody."""
        for ask in asks:
            yield ask, self._answer(ask)

    def check(self, asks: Sequence[Ask]) -> Iterator[Problem]:
        """Nothing: a record that is missing is for the report to say."""
        yield from ()

    def close(self) -> None:
        """Nothing to release."""

    def _answer(self, ask: Ask) -> Evidence | Nothing:
        records = self._history.records(ask.kpi.id, ask.window.end)
        command = f"postflight record {ask.kpi.id} VALUE --by NAME"
        if not records:
            return Nothing(Reason.EMPTY, f"nobody has recorded it yet; find out, then: {command}")
        newest = max(records, key=lambda record: record.at)
        by = words.clean(newest.by)
        if newest.expires is not None and newest.expires <= ask.window.end:
            return Nothing(
                Reason.STALE, f"what {by} recorded on {words.day(newest.at, 'UTC')} has expired; find out anew, then: {command}"
            )
        notes = (f"recorded by {by}" + (f": {words.clean(newest.evidence)}" if newest.evidence else ""),)
        return evidence(("value",), [(newest.value,)], str(ask.question), newest=newest.at, notes=notes)
