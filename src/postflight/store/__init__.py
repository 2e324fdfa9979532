"""Our own database: plans, what went live, what was observed, what was judged, what people said. Nothing here judges.

`open_store` gives a `Store`, one shelf a noun. A location is a folder (SQLite, `control.db` inside) or a `postgresql://` address.
Everything is kept under a `plan_id`, so one server holds many plans. What people and CI write goes through `actions.py`, which
leaves a line in the audit; the rest (plans, observations, cards) is written by `run.py`.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Self

from ..errors import UsageError
from . import schema
from .annotations import Annotation, Annotations
from .audit import Audit, AuditEntry
from .baselines import Baselines, BaselineState, KeptBaseline
from .cards import Cards, CardSummary, KeptCard, Mark, subject_of
from .database import Database, Engine
from .deployments import Deployments
from .history import StoredHistory
from .ids import NewId, uuid7
from .observations import Observations
from .plans import KeptPlan, Plans
from .records import Records
from .releases import Releases
from .signoffs import SignOffs

__all__ = [
    "Annotation",
    "AuditEntry",
    "BaselineState",
    "CardSummary",
    "KeptBaseline",
    "KeptCard",
    "KeptPlan",
    "Mark",
    "NewId",
    "Store",
    "open_store",
    "subject_of",
    "uuid7",
]


class Store:
    """One plan's part of the control database. Close it, or use it in a `with`.

    Usable from several threads, one transaction at a time; several processes may have the same store open.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.plan_id = database.plan_id
        self.new_id = database.new_id
        self.plans = Plans(database)
        self.deployments = Deployments(database)
        self.releases = Releases(database, self.deployments)
        self.observations = Observations(database)
        self.baselines = Baselines(database)
        self.cards = Cards(database, self.observations)
        self.signoffs = SignOffs(database)
        self.annotations = Annotations(database)
        self.records = Records(database)
        self.audit = Audit(database)
        self.history = StoredHistory(self.observations, self.records)

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing for everything written inside, on this store, by this thread."""
        return self._database.transaction()

    def close(self) -> None:
        """Release the database. Never raises."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def open_store(location: str, plan_id: str, new_id: NewId = uuid7) -> Store:
    """Open, and where needed create or migrate, the store at a folder or a `postgresql://` address.

    Raises StoreError when it cannot be opened or is newer than this program, UsageError for a location of another kind.
    """
    if not plan_id:
        raise UsageError("the plan has no id to keep its results under", hint="give the plan a `product`")
    database = Database(_engine(location), plan_id, new_id)
    try:
        schema.bring_up_to_date(database)
    except BaseException:
        database.close()
        raise
    return Store(database)


def _engine(location: str) -> Engine:
    if location.startswith(("postgresql://", "postgres://")):
        from . import postgres

        return postgres.engine(location)
    if "://" in location:
        scheme = location.partition("://")[0]
        raise UsageError(
            f"no store can be kept at {scheme}://…", hint="give a folder, or an address that begins with postgresql://"
        )
    from . import sqlite

    return sqlite.engine(Path(location))
