"""The control database of a fleet: PostgreSQL, in a schema of its own named `postflight`, so that it may share a database.

The address may hold a password, so nothing here quotes it, nor the driver's text where a connection fails. Backups are the
operator's own; migrations run in one transaction, which PostgreSQL undoes whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache, partial
from typing import Any

from ..errors import StoreError
from ..words import clean
from .database import Engine

SCHEMA = "postflight"

_BOUND = re.compile(r":([a-z_]+)")
_LOCK = 0x706F7374  # "post": one number for all who migrate this product's schema
_SETTINGS = f"-c search_path={SCHEMA} -c lock_timeout=20s -c statement_timeout=60s -c idle_in_transaction_session_timeout=60s"


def engine(address: str) -> Engine:
    """The engine for a `postgresql://` address."""
    import psycopg

    connect = partial(_connect, address)
    return Engine(
        name="postgresql+psycopg",
        connect=connect,
        begin="BEGIN",
        spell=_spell,
        error=psycopg.Error,
        explain=_explain,
        lost=lambda connection: bool(connection.closed or connection.broken),
        version=_version,
        alone=partial(_alone, connect),
        back_up=lambda _revision: None,
    )


def _connect(address: str) -> Any:
    import psycopg

    return psycopg.connect(address, autocommit=True, connect_timeout=10, application_name="postflight", options=_SETTINGS)


@cache
def _spell(text: str) -> str:
    return _BOUND.sub(r"%(\1)s", text.replace("%", "%%"))


def _version(connection: Any) -> str:
    table = connection.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.schema_version",)).fetchone()[0]
    row = connection.execute("SELECT version_num FROM schema_version").fetchone() if table else None
    return str(row[0]) if row else ""


@contextmanager
def _alone(connect: Any) -> Iterator[None]:
    with closing(connect()) as connection:  # the lock ends with the session, even if the process is killed
        connection.execute("SET lock_timeout = 0")
        connection.execute("SET statement_timeout = 0")
        connection.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        yield


def _explain(problem: Exception) -> StoreError:
    state = getattr(problem, "sqlstate", None) or ""
    message = clean(getattr(getattr(problem, "diag", None), "message_primary", None) or "")
    if state in ("55P03", "57014"):
        return StoreError("the PostgreSQL store is busy: another process has been writing for a long time", hint="try again")
    if state == "42501" or state.startswith("28"):
        return StoreError(
            "the PostgreSQL store refused: no permission", hint="the user needs to create and use a schema named postflight"
        )
    if not message or state[:2] in ("08", "57"):
        return StoreError(
            "the PostgreSQL store cannot be reached",
            hint="see that the server is up and that address, user and password are right",
        )
    return StoreError(f"the PostgreSQL store refused: {message}", hint="see the server's log")
