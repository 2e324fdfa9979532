"""Sign-offs: what people said about milestone items, for a subject (`subject_of`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..model import SignOff
from .database import Database, from_micros, to_micros


@dataclass(frozen=True, slots=True)
class SignOffs:
    """The shelf of sign-offs."""

    database: Database

    def add(self, subject: str, signoff: SignOff) -> None:
        """Keep one; an earlier one for the same item stays, and holds no more."""
        self.database.run(
            "signoffs_add",
            id=self.database.new_id(signoff.at),
            subject=subject,
            milestone=signoff.milestone,
            item=signoff.item,
            met=signoff.met,
            signed_by=signoff.by,
            signed_at=to_micros(signoff.at),
            evidence=signoff.evidence,
            expires_at=to_micros(signoff.expires) if signoff.expires else None,
        )

    def of(self, subject: str, until: datetime) -> Sequence[SignOff]:
        """All for a subject up to an instant, the oldest first, as `Occasion.signoffs` wants them; expired ones included."""
        return [
            SignOff(
                milestone=row["milestone"],
                item=row["item"],
                met=bool(row["met"]),
                by=row["signed_by"],
                at=from_micros(row["signed_at"]),
                evidence=row["evidence"],
                expires=None if row["expires_at"] is None else from_micros(row["expires_at"]),
            )
            for row in self.database.rows("signoffs_list", subject=subject, until=to_micros(until))
        ]
