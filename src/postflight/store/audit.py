"""The audit: who did what, when, and what it was before (A13). Only ever added to, by `actions.py`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from . import codec
from .database import Database, from_micros, to_micros


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line. `before` and `after` are what a reader needs to see the difference, empty where there is nothing."""

    action: str  # as in "release.edit"
    subject: str  # what it was done to
    by: str
    at: datetime
    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Audit:
    """The shelf of what was done."""

    database: Database

    def add(self, entry: AuditEntry) -> None:
        """Write one line, in the transaction of what it tells of."""
        self.database.run(
            "audit_add",
            id=self.database.new_id(entry.at),
            done_at=to_micros(entry.at),
            done_by=entry.by,
            action=entry.action,
            subject=entry.subject,
            before=codec.encode(entry.before),
            after=codec.encode(entry.after),
        )

    def newest(self, count: int = 100) -> Sequence[AuditEntry]:
        """The last `count` lines, the newest first."""
        return [
            AuditEntry(
                action=row["action"],
                subject=row["subject"],
                by=row["done_by"],
                at=from_micros(row["done_at"]),
                before=json.loads(row["before"]),
                after=json.loads(row["after"]),
            )
            for row in self.database.rows("audit_list", count=count)
        ]
