"""Cards: every judgement that was made, as it was published, with all that it was made from. None is ever changed.

A card is kept whole or not at all, together with what the judge must remember next time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ..errors import UsageError
from ..model import Deployment, Level, Observation, Occasion, Past, Release, Scorecard, Verdict
from . import codec
from .database import Database, Row, from_micros, to_micros
from .observations import Observations


@dataclass(frozen=True, slots=True)
class Mark:
    """One KPI on one card, as heatmaps and sparklines show it. A new `definition` is a break in its history (SCO10)."""

    level: Level
    value: float | None  # canonical
    blocker: bool
    definition: str


@dataclass(frozen=True, slots=True)
class CardSummary:
    """One line of the history of cards. The score's fields are None, and its words "", for a plan without a score."""

    id: str
    deployment: str  # id, "" for none
    release: str  # id, "" for none
    at: datetime
    plan: str  # hash
    method: str
    verdict: Verdict
    composite: float | None
    low: float | None
    high: float | None
    coverage: float | None
    grade: str
    status: str
    marks: Mapping[str, Mark]  # by KPI


@dataclass(frozen=True, slots=True)
class KeptCard:
    """A card as it was published, and the judge's arguments: the same plan over the same arguments gives the same bytes (R-30)."""

    id: str
    plan: str  # hash; the texts are in `store.plans`
    method: str
    document: bytes
    occasion: Occasion
    past: Past  # as it was before
    observations: Sequence[Observation]


def subject_of(deployment: Deployment | None, release: Release | None) -> str:
    """What states latch for and people sign for: the release, else the deployment, else the product."""
    if release is not None:
        return f"release/{release.id}"
    return f"deployment/{deployment.id}" if deployment is not None else "product"


@dataclass(frozen=True, slots=True)
class Cards:
    """The shelf of cards, and of what the judge remembers between them."""

    database: Database
    observations: Observations

    def past(self, subject: str) -> Past:
        """What the judge must remember about a subject (`subject_of`); an empty Past before its first card."""
        row = self.database.row("pasts_get", subject=subject)
        return codec.decode(Past, row["past"]) if row else Past()

    def keep(
        self,
        card: Scorecard,
        document: bytes,
        occasion: Occasion,
        past: Past,
        observations: Sequence[Observation],
        next_past: Past,
    ) -> str:
        """Keep a card with the judge's arguments in their order, and what came out to remember. Returns the card's id.

        The plan and the observations must have been kept. Of two processes that freeze the same state, the first one's holds.
        """
        id = self.database.new_id(card.at)
        with self.database.transaction():
            self.database.run(
                "cards_add",
                id=id,
                deployment_id=occasion.deployment.id if occasion.deployment else "",
                release_id=occasion.release.id if occasion.release else "",
                judged_at=to_micros(card.at),
                plan_hash=card.plan,
                method=card.method,
                verdict=card.verdict.value,
                occasion=codec.encode(occasion),
                past=codec.encode(past),
                document=document,
                **_score(card),
            )
            self.database.run_all("cards_link", _links(id, observations))
            self.database.run_all("cards_mark", _marks(id, card))
            self._remember(subject_of(occasion.deployment, occasion.release), next_past)
        return id

    def get(self, id: str) -> KeptCard:
        """Raises UsageError when there is no such card."""
        row = self.database.row("cards_get", id=id)
        if row is None:
            raise UsageError(f"no card {id!r} is kept in this store")
        return KeptCard(
            id=row["id"],
            plan=row["plan_hash"],
            method=row["method"],
            document=bytes(row["document"]),
            occasion=codec.decode(Occasion, row["occasion"]),
            past=codec.decode(Past, row["past"]),
            observations=self.observations.judged(id),
        )

    def history(self, *, deployment: str = "", release: str = "", count: int = 100) -> Sequence[CardSummary]:
        """The newest `count` cards of a deployment and a release, by id ("" for any), the oldest of them first."""
        of: dict[str, object] = {"deployment_id": deployment, "release_id": release}
        rows = self.database.rows("cards_list", count=count, **of)
        if not rows:
            return []
        marks: dict[str, dict[str, Mark]] = {row["id"]: {} for row in rows}
        newest, oldest = rows[0]["judged_at"], rows[-1]["judged_at"]
        for row in self.database.rows("cards_marks", oldest=oldest, newest=newest, **of):
            mark = Mark(Level(row["level"]), row["value"], bool(row["blocker"]), row["definition"])
            marks.setdefault(row["card_id"], {})[row["kpi"]] = mark  # a card that came between is not shown this time
        return [_summary(row, marks[row["id"]]) for row in reversed(rows)]

    def _remember(self, subject: str, next_past: Past) -> None:
        held = self.database.row("pasts_hold", subject=subject, nothing=codec.encode(Past()))
        frozen = codec.decode(Past, held["past"]).frozen if held else {}
        self.database.run(
            "pasts_keep", subject=subject, past=codec.encode(replace(next_past, frozen={**next_past.frozen, **frozen}))
        )


def _score(card: Scorecard) -> Mapping[str, object]:
    score = card.score
    return {
        "composite": score.composite if score else None,
        "score_low": score.low if score else None,
        "score_high": score.high if score else None,
        "coverage": score.coverage if score else None,
        "grade": score.grade if score else "",
        "status": score.status if score else "",
    }


def _links(id: str, observations: Sequence[Observation]) -> Sequence[Mapping[str, object]]:
    return [
        {"card_id": id, "position": position, "observation_id": observation.id}
        for position, observation in enumerate(observations)
    ]


def _marks(id: str, card: Scorecard) -> Sequence[Mapping[str, object]]:
    return [
        {
            "card_id": id,
            "kpi": evaluation.kpi,
            "level": evaluation.level.value,
            "value": evaluation.value,
            "blocker": evaluation.blocker,
            "definition": evaluation.definition,
        }
        for evaluation in card.evaluations
    ]


def _summary(row: Row, marks: Mapping[str, Mark]) -> CardSummary:
    return CardSummary(
        id=row["id"],
        deployment=row["deployment_id"],
        release=row["release_id"],
        at=from_micros(row["judged_at"]),
        plan=row["plan_hash"],
        method=row["method"],
        verdict=Verdict(row["verdict"]),
        composite=row["composite"],
        low=row["score_low"],
        high=row["score_high"],
        coverage=row["coverage"],
        grade=row["grade"],
        status=row["status"],
        marks=marks,
    )
