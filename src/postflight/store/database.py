"""The one way this room speaks to its database: named questions from `sql/`, bound parameters, short transactions.

SQLAlchemy and Alembic write the schema (`schema.py`), but nothing here needs them: the questions are SQL already, and importing
SQLAlchemy costs a third of a second of CPU, more than everything else a command does. Both drivers run in autocommit, so a
transaction is exactly what stands between our own BEGIN and COMMIT, on either engine.

Columns: instants are integers, microseconds since 1970 in UTC (exact, and ordered alike by every engine and collation); structures
are JSON text (`codec.py`); documents are bytes. `:plan_id` is bound in every question.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from ..errors import StoreError
from .ids import NewId

Row = Mapping[str, Any]

_SQL = Path(__file__).with_name("sql")
_COMMENT = re.compile(r"^\s*--.*\n", re.MULTILINE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Engine:
    """What differs between SQLite and PostgreSQL, and nothing else."""

    name: str  # as SQLAlchemy's dialect and driver are called
    connect: Callable[[], Any]  # a DB-API connection in autocommit
    begin: str  # the statement that opens a transaction which is going to write
    spell: Callable[[str], str]  # writes bound names the driver's way
    error: type[Exception]  # the driver's own
    explain: Callable[[Exception], StoreError]  # the same error in our words, without a secret
    lost: Callable[[Any], bool]  # the connection is gone, and a new one may help
    version: Callable[[Any], str]  # revision of the schema found, "" for none
    alone: Callable[[], AbstractContextManager[None]]  # one process at a time, for migrations
    back_up: Callable[[str], None]  # keeps what is there before it is migrated to this revision


@cache
def question(name: str) -> str:
    """The text of `sql/<name>.sql`, without the comment that says what it asks."""
    return _COMMENT.sub("", (_SQL / f"{name}.sql").read_text(encoding="utf-8")).strip().removesuffix(";")


class Database:
    """One connection to one plan's part of the database. Usable from several threads; each waits for the other's transaction."""

    def __init__(self, engine: Engine, plan_id: str, new_id: NewId) -> None:
        self.engine = engine
        self.plan_id = plan_id
        self.new_id = new_id  # names for new rows
        self._lock = threading.RLock()
        self._depth = 0
        self._connection: Any = self._connect()

    def rows(self, name: str, /, **bound: object) -> Sequence[Row]:
        """What the question answers, as mappings by column name."""
        with self._lock, self._explained():  # an engine may fail as late as at the last row
            cursor = self._execute(question(name), bound, again=not self._depth)
            columns = [column[0] for column in cursor.description]
            return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

    def row(self, name: str, /, **bound: object) -> Row | None:
        """The only or first row, or None."""
        return next(iter(self.rows(name, **bound)), None)

    def run(self, name: str, /, **bound: object) -> int:
        """Write, in the transaction that is open or in one of its own. Returns the number of rows written."""
        with self.transaction():
            count: int = self._execute(question(name), bound).rowcount
            return count

    def run_all(self, name: str, each: Iterable[Mapping[str, object]]) -> None:
        """Write once for each set of parameters, in one transaction."""
        with self.transaction():
            for bound in each:
                self._execute(question(name), bound)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. Within another transaction it is simply part of that one."""
        with self._lock:
            if self._depth:
                yield
                return
            self._depth = 1
            try:
                self._execute(self.engine.begin, {}, again=True)
                yield
                self._execute("COMMIT", {})
            except BaseException:
                with suppress(self.engine.error):  # a lost connection, or a full disk, has rolled back already
                    self._connection.rollback()
                raise
            finally:
                self._depth = 0

    def version(self) -> str:
        """The revision of the schema that is there now, "" for none. Raises StoreError for a file that is no database."""
        with self._lock, self._explained():
            return self.engine.version(self._connection)

    def close(self) -> None:
        """Release the connection. Never raises."""
        with self._lock, suppress(self.engine.error):
            self._connection.close()

    def _connect(self) -> Any:
        with self._explained():
            return self.engine.connect()

    def _execute(self, text: str, bound: Mapping[str, object], again: bool = False) -> Any:
        """Run one statement. `again`: nothing was begun, so a connection lost since the last use is replaced, once."""
        parameters = {**bound, "plan_id": self.plan_id}
        spelled = self.engine.spell(text)
        with self._explained():
            try:
                return self._connection.execute(spelled, parameters)
            except self.engine.error:
                if not (again and self.engine.lost(self._connection)):
                    raise
            self._connection = self.engine.connect()
            return self._connection.execute(spelled, parameters)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except self.engine.error as problem:
            raise self.engine.explain(problem) from None


def to_micros(instant: datetime) -> int:
    """An aware instant as the database keeps it."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def from_micros(count: int) -> datetime:
    """The instant, in UTC."""
    return _EPOCH + timedelta(microseconds=count)
