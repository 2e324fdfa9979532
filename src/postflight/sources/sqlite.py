"""SQLite, read and nothing else: the file is opened read-only, and the engine itself refuses every action that is not reading.

SQLite has no instants; they are text. Ours are written `YYYY-MM-DD HH:MM:SS` in UTC, which sorts correctly beside what SQLite's own
functions, Django and SQLAlchemy write, with or without fractions of a second.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .. import words
from ..model import Nothing, Reason
from .statement import Dialect

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection
    from sqlalchemy.exc import DBAPIError

_ALLOWED = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_FUNCTION})
LOCK_SECONDS = 0.5

DIALECT = Dialect(
    name="sqlite",
    placeholder=":{}".format,
    verbatim=str,
    instant=lambda at: f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
    day=str,
    constant=lambda value: f"'{value}'",
)


class Sqlite:
    """One SQLite file and the one connection to it."""

    dialect = DIALECT
    notes: tuple[str, ...] = ()
    grace = 0.0  # it keeps no limit of its own

    def __init__(self, path: Path, limit: float) -> None:
        self._path = path
        self._limit = limit
        self._handle: sqlite3.Connection | None = None

    def connect(self) -> Connection:
        """Open the file. Raises what SQLAlchemy raises; a file that does not exist is not made."""
        from sqlalchemy import NullPool, create_engine

        engine = create_engine("sqlite://", creator=self._open, poolclass=NullPool, hide_parameters=True)
        connection = engine.connect()
        assert self._handle is not None  # noqa: S101 - the creator has just set it
        self._handle.set_authorizer(_authorize)
        return connection

    def begin(self, connection: Connection) -> None:
        """Nothing to set: one SELECT is one snapshot."""

    def abandon(self) -> None:
        """Stop what runs, from another thread."""
        if self._handle is not None:
            self._handle.interrupt()

    def close(self) -> None:
        """Forget the handle; SQLAlchemy closes it."""
        self._handle = None

    def meaning(self, error: DBAPIError) -> Nothing:
        """What an error says. SQLite's messages name tables and columns, never data."""
        name: str = getattr(error.orig, "sqlite_errorname", "")
        match name.split("_")[1] if "_" in name else "":
            case "CANTOPEN":
                return Nothing(Reason.UNREACHABLE, "cannot be opened: there is no such file, or it may not be read")
            case "NOTADB" | "CORRUPT":
                return Nothing(Reason.BAD_RESPONSE, "is damaged, or no SQLite file")
            case "INTERRUPT":
                return Nothing(Reason.TIMEOUT, f"did not finish the question within {self._limit:g} s")
            case "BUSY" | "LOCKED":
                return Nothing(Reason.TIMEOUT, "is locked by somebody who writes")
            case "AUTH" | "READONLY" | "PERM":
                return Nothing(Reason.PERMISSION, "refused: a question may only read")
        said = words.clean(str(error.orig))[:200]
        if said.startswith("not authorized"):
            return Nothing(Reason.PERMISSION, f"refused: {said}")
        return Nothing(Reason.QUERY_ERROR, f"could not run the question: {said}")

    def overreach(self, connection: Connection) -> list[str]:
        """Nothing: whoever owns the file, it is open for reading only."""
        return []

    def concerns(self, connection: Connection, tables: frozenset[str]) -> Iterator[tuple[str, str]]:
        """Nothing to change."""
        yield from ()

    def _open(self) -> sqlite3.Connection:
        self._handle = sqlite3.connect(
            f"file:{quote(str(self._path))}?mode=ro",
            uri=True,
            timeout=LOCK_SECONDS,
            check_same_thread=False,
            isolation_level=None,
        )
        self._handle.execute("PRAGMA query_only = on")
        self._handle.execute("PRAGMA trusted_schema = off")
        return self._handle


def _authorize(action: int, first: str | None, second: str | None, *_: Any) -> int:
    """SQLite asks this before it runs anything: reading passes, and functions but the one that loads code."""
    if action == sqlite3.SQLITE_FUNCTION and second == "load_extension":
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK if action in _ALLOWED else sqlite3.SQLITE_DENY
