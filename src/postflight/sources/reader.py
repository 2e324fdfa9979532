"""One connection to one database: opened late, looked through one read-only transaction at a time, and cut off when time is up.

The server is given a limit of its own; this is the second clock, for the server that is frozen and keeps no limits. After three
timeouts in a row, or when there is no way in, the database is left alone for the rest of the run (C3).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol, TypeVar

from .. import words
from ..model import Nothing, Reason
from .answers import Row, bounded
from .deadline import cut_off
from .statement import Bound, Dialect

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection
    from sqlalchemy.exc import DBAPIError

STRIKES = 3
_BATCH = 500

T = TypeVar("T")


class Database(Protocol):
    """What differs between databases; see postgresql.py and sqlite.py."""

    @property
    def dialect(self) -> Dialect:
        """How it wants a question written."""

    @property
    def notes(self) -> Sequence[str]:
        """What a careful reader should know of every answer."""

    @property
    def grace(self) -> float:
        """Seconds that we wait beyond the limit it keeps itself; 0 when it keeps none."""

    def connect(self) -> Connection:
        """Open the one connection. Raises what SQLAlchemy raises."""

    def begin(self, connection: Connection) -> None:
        """Set the limits of the transaction that has just begun."""

    def abandon(self) -> None:
        """Make whatever waits on the connection fail at once. Called from another thread; never raises."""

    def meaning(self, error: DBAPIError) -> Nothing:
        """What an error says, in our own words: no URL, no password, no data."""

    def overreach(self, connection: Connection) -> Sequence[str]:
        """What our role may do that could harm the server whatever a question says; nothing asks while there is any."""

    def concerns(self, connection: Connection, tables: frozenset[str]) -> Iterator[tuple[str, str]]:
        """What else should change about our role, with how."""

    def close(self) -> None:
        """Give back what is held beside the connection. Never raises."""


class Reader:
    """Reads one database. `limit` is in seconds for each look, as the database was told; `trusted` waives the refusal of a role with too many rights."""

    def __init__(self, database: Database, limit: float, trusted: bool) -> None:
        self.database = database
        self._patience = limit + database.grace
        self._trusted = trusted
        self._connection: Connection | None = None
        self._strikes = 0
        self._given_up: Nothing | None = None

    def rows(self, statement: Bound) -> tuple[list[str], list[Row]] | Nothing:
        """The columns and rows of one statement, while they stay few and small."""

        def fetch(connection: Connection) -> tuple[list[str], list[Row]] | Nothing:
            streamed = {"stream_results": True}  # through a cursor on the server: what is not fetched is never sent
            with connection.exec_driver_sql(statement.sql, dict(statement.parameters), execution_options=streamed) as result:
                columns = [str(column[0]) for column in result.cursor.description or ()]
                found = bounded(result.partitions(_BATCH))
            return found if isinstance(found, Nothing) else (columns, found)

        return self.look(fetch)

    def look(self, at: Callable[[Connection], T]) -> T | Nothing:
        """Call `at` inside a transaction that is rolled back. Whatever goes wrong in the database is the answer."""
        if self._given_up is not None:
            return self._given_up
        with cut_off(self._patience, self.database.abandon) as expired:
            found = self._look(at, expired)
        if expired.is_set():
            self._drop(dead=True)
        return found

    def close(self) -> None:
        """Roll back and hang up. Never raises."""
        self._drop()

    def _look(self, at: Callable[[Connection], T], expired: threading.Event) -> T | Nothing:
        from sqlalchemy.exc import DBAPIError, SQLAlchemyError

        try:
            connection = self._connection or self._open()
            if isinstance(connection, Nothing):
                return connection
            found = self._rolled_back(connection, at)
        except (SQLAlchemyError, ValueError, OverflowError) as error:
            if expired.is_set():
                meaning = Nothing(Reason.TIMEOUT, f"did not answer within {self._patience:g} s, so we hung up")
            elif isinstance(error, DBAPIError):
                meaning = self.database.meaning(error)
            else:
                meaning = Nothing(Reason.BAD_RESPONSE, f"answered something that cannot be read ({type(error).__name__})")
            self._note(meaning)
            if isinstance(error, DBAPIError) and error.connection_invalidated:
                self._drop(dead=True)
            return meaning
        self._strikes = 0
        return found

    def _rolled_back(self, connection: Connection, at: Callable[[Connection], T]) -> T:
        with connection.begin() as transaction:
            self.database.begin(connection)
            found = at(connection)
            transaction.rollback()
        return found

    def _open(self) -> Connection | Nothing:
        """The one connection, once we know that we may use it. No way in means that nobody asks again in this run."""
        self._given_up = Nothing(Reason.UNREACHABLE, "cannot be reached")  # until it is
        self._connection = self.database.connect()
        powers = () if self._trusted else self._rolled_back(self._connection, self.database.overreach)
        self._given_up = _refusal(powers) if powers else None
        return self._given_up or self._connection

    def _note(self, meaning: Nothing) -> None:
        """Decide from a failure whether to go on asking."""
        self._strikes = self._strikes + 1 if meaning.reason is Reason.TIMEOUT else 0
        if self._given_up is not None:  # the way in failed, and this is why
            self._given_up = meaning
        elif self._strikes == STRIKES:
            self._given_up = Nothing(
                Reason.TIMEOUT, f"was left alone after {STRIKES} questions in a row that did not finish in time"
            )

    def _drop(self, dead: bool = False) -> None:
        """Let go of the connection; a dead one without a word to the server."""
        with suppress(Exception):
            if self._connection is not None:
                if dead:
                    self._connection.invalidate()
                self._connection.close()
        self._connection = None
        self.database.close()


def _refusal(powers: Sequence[str]) -> Nothing:
    return Nothing(
        Reason.PERMISSION,
        f"was not asked, because our role {words.listing(powers)}; give us one that may only read, or set allow_privileged: true",
    )
