"""Observations: what a source said, kept as it was. Evidence that was kept is not asked for again, and every card names its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..model import Evidence, Nothing, Observation, Role
from ..window import Window
from . import codec
from .database import Database, Row, from_micros, to_micros


@dataclass(frozen=True, slots=True)
class Observations:
    """The shelf of observations."""

    database: Database

    def keep(self, observations: Iterable[Observation]) -> Sequence[Observation]:
        """Keep those that have no id yet, all or none. Returns all of them, in their order, now with ids."""
        named = [(not o.id, o if o.id else replace(o, id=self.database.new_id(o.asked_at))) for o in observations]
        self.database.run_all("observations_add", (_columns(observation) for new, observation in named if new))
        return [observation for _, observation in named]

    def asked(self, kpi: str, role: Role, window: Window) -> Sequence[Observation]:
        """Those of one KPI in one role asked within the window, evidence or not, the oldest first."""
        rows = self.database.rows("observations_asked", kpi=kpi, role=role.value, **_micros(window))
        return [observation_from(row) for row in rows]

    def answer(self, kpi: str, role: Role, window: Window, definition: str) -> Observation | None:
        """The newest evidence for exactly this definition over exactly this window, to be used again; never a Nothing."""
        row = self.database.row("observations_answer", kpi=kpi, role=role.value, definition=definition, **_micros(window))
        return observation_from(row) if row else None

    def judged(self, card: str) -> Sequence[Observation]:
        """Those that a card was judged from, in the order the judge saw them."""
        return [observation_from(row) for row in self.database.rows("observations_judged", card_id=card)]


def hash_of(observation: Observation) -> str:
    """Hash of what was asked and answered, whenever it was."""
    return codec.fingerprint(replace(observation, id="", asked_at=observation.window.end))


def _micros(window: Window) -> dict[str, int]:
    return {"window_start": to_micros(window.start), "window_end": to_micros(window.end)}


def _columns(observation: Observation) -> dict[str, object]:
    return {
        "id": observation.id,
        "kpi": observation.kpi,
        "role": observation.role.value,
        "asked_at": to_micros(observation.asked_at),
        "definition": observation.definition,
        "answered": isinstance(observation.outcome, Evidence),
        "outcome": codec.encode(observation.outcome),
        "hash": hash_of(observation),
        **_micros(observation.window),
    }


def observation_from(row: Row) -> Observation:
    """The observation in a row that has its columns."""
    outcome: Evidence | Nothing = (
        codec.decode(Evidence, row["outcome"]) if row["answered"] else codec.decode(Nothing, row["outcome"])
    )
    return Observation(
        kpi=row["kpi"],
        role=Role(row["role"]),
        window=Window(from_micros(row["window_start"]), from_micros(row["window_end"])),
        asked_at=from_micros(row["asked_at"]),
        outcome=outcome,
        definition=row["definition"],
        id=row["id"],
    )
