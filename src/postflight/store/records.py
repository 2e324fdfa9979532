"""Records: values that people vouch for (`postflight record`), read back by the source `manual`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..model import Record
from .database import Database, from_micros, to_micros


@dataclass(frozen=True, slots=True)
class Records:
    """The shelf of records."""

    database: Database

    def add(self, record: Record) -> None:
        """Keep one; earlier ones stay."""
        self.database.run(
            "records_add",
            id=self.database.new_id(record.at),
            kpi=record.kpi,
            value=float(record.value),
            recorded_by=record.by,
            recorded_at=to_micros(record.at),
            evidence=record.evidence,
            expires_at=to_micros(record.expires) if record.expires else None,
        )

    def of(self, kpi: str, until: datetime) -> Sequence[Record]:
        """All for one KPI up to an instant, the oldest first; expired ones included."""
        return [
            Record(
                kpi=row["kpi"],
                value=row["value"],
                by=row["recorded_by"],
                at=from_micros(row["recorded_at"]),
                evidence=row["evidence"],
                expires=None if row["expires_at"] is None else from_micros(row["expires_at"]),
            )
            for row in self.database.rows("records_list", kpi=kpi, until=to_micros(until))
        ]
