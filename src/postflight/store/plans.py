"""Plans, by the hash of their texts: any card can be judged again by the plan of its day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ..errors import UsageError
from ..model import Plan
from .database import Database, Row, from_micros, to_micros


@dataclass(frozen=True, slots=True)
class KeptPlan:
    """A plan as texts. Compiled again, with the same bindings, it has the same hash."""

    hash: str
    product: str
    version: str
    bindings: str
    files: Mapping[str, str]
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class Plans:
    """The shelf of plans."""

    database: Database

    def keep(self, plan: Plan, at: datetime) -> bool:
        """Keep a plan under its hash. True when it was not there yet."""
        return bool(
            self.database.run(
                "plans_add",
                hash=plan.hash,
                product=plan.product,
                version=plan.version,
                bindings=plan.bindings,
                files=json.dumps(dict(plan.files)),
                kept_at=to_micros(at),
            )
        )

    def get(self, hash: str) -> KeptPlan:
        """The plan of one hash. Raises UsageError when it was never kept here."""
        row = self.database.row("plans_get", hash=hash)
        if row is None:
            raise UsageError(f"no plan {hash!r} is kept in this store")
        return _plan(row)

    def latest(self) -> KeptPlan | None:
        """The plan that came last, or None in a new store."""
        row = self.database.row("plans_latest")
        return _plan(row) if row else None


def _plan(row: Row) -> KeptPlan:
    return KeptPlan(
        row["hash"], row["product"], row["version"], row["bindings"], json.loads(row["files"]), from_micros(row["kept_at"])
    )
