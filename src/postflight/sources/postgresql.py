"""PostgreSQL, looked at from outside: a read-only transaction with limits for every question, and a look at what our role may do (C1–C3).

The server is production. One connection; each question in its own REPEATABLE READ READ ONLY transaction that is always rolled back;
limits are set inside that transaction, so that a pooler in front cannot lose or keep them.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from .. import words
from ..model import Nothing, Reason
from .statement import Dialect

if TYPE_CHECKING:
    from sqlalchemy import URL
    from sqlalchemy.engine import Connection
    from sqlalchemy.exc import DBAPIError

CONNECT_SECONDS = 3
DRIVER = "postgresql+psycopg"

_LIMITS = """
SET LOCAL statement_timeout = {milliseconds};
SET LOCAL lock_timeout = 500;
SET LOCAL idle_in_transaction_session_timeout = 10000;
SET LOCAL work_mem = '4MB';
SET LOCAL cursor_tuple_fraction = 1.0;
SET LOCAL timezone = 'UTC'
"""
_POWERS = {
    "rolsuper": "is a superuser",
    "rolcreaterole": "may create roles",
    "rolbypassrls": "bypasses row security",
    "rolreplication": "may replicate",
}
_MEMBERSHIPS = {
    "pg_execute_server_program": "may run programs on the server",
    "pg_read_server_files": "may read the server's files",
    "pg_write_server_files": "may write the server's files",
    "pg_write_all_data": "may write every table",
}
_OVERREACH = """
SELECT bool_or(rolsuper) AS rolsuper, bool_or(rolcreaterole) AS rolcreaterole,
       bool_or(rolbypassrls) AS rolbypassrls, bool_or(rolreplication) AS rolreplication,
       ARRAY(SELECT power.rolname::text FROM pg_roles power
             WHERE power.rolname = ANY(%(powers)s) AND pg_has_role(session_user, power.oid, 'MEMBER')) AS powers
FROM pg_roles WHERE rolname IN (session_user, current_user)
"""
_WRITABLE = """
SELECT named FROM unnest(%(names)s::text[]) AS named
WHERE to_regclass(named) IS NOT NULL AND has_table_privilege(to_regclass(named), 'INSERT, UPDATE, DELETE, TRUNCATE')
"""
_CALLABLE = """
SELECT proname::text FROM pg_proc
WHERE has_function_privilege(oid, 'EXECUTE') AND pronamespace <> 'pg_catalog'::regnamespace
  AND (starts_with(proname, 'dblink') OR (prosecdef AND provolatile = 'v' AND prorettype <> 'trigger'::regtype))
GROUP BY proname ORDER BY proname LIMIT 5
"""


def _constant(value: object) -> str:
    if isinstance(value, datetime):
        return f"TIMESTAMPTZ '{value.isoformat(sep=' ')}'"
    return f"DATE '{value}'" if isinstance(value, date) else f"'{value}'"


DIALECT = Dialect(
    name="postgres",
    placeholder="%({})s".format,
    verbatim=lambda text: text.replace("%", "%%"),
    instant=lambda at: at.astimezone(UTC),
    day=lambda day: day,
    constant=_constant,
)


class PostgreSql:
    """One PostgreSQL database and the one connection to it."""

    dialect = DIALECT
    grace = 1.0

    def __init__(self, url: URL, limit: float, schema: str = "") -> None:
        self._url = url.set(drivername=DRIVER)
        self._limit = limit
        self._schema = schema
        self._socket: socket.socket | None = None
        unverified = not _is_local(url) and _tls(url)["sslmode"] not in _VERIFYING
        self.notes = ("the database's certificate is not verified",) if unverified else ()

    def connect(self) -> Connection:
        """Open the connection. Raises what SQLAlchemy raises."""
        from sqlalchemy import NullPool, create_engine, event

        engine = create_engine(
            self._url,
            poolclass=NullPool,
            hide_parameters=True,
            isolation_level="REPEATABLE READ",
            use_native_hstore=False,
            connect_args={
                "connect_timeout": CONNECT_SECONDS,
                "application_name": "postflight",
                "prepare_threshold": None,
                "keepalives_idle": 5,
                "keepalives_interval": 2,
                "keepalives_count": 3,
                "tcp_user_timeout": round(self._limit * 1000) + 2000,
                **_tls(self._url),
            },
        )
        # Before SQLAlchemy's own first questions: they too must be cut off when the server freezes.
        event.listen(engine, "connect", lambda connection, _: self._hold(connection), insert=True)
        return engine.connect().execution_options(postgresql_readonly=True)

    def begin(self, connection: Connection) -> None:
        """Set the limits of the transaction that has just begun."""
        limits = _LIMITS.format(milliseconds=round(self._limit * 1000))
        if self._schema:
            limits += f"; SET LOCAL search_path = {connection.dialect.identifier_preparer.quote_identifier(self._schema)}"
        # Several statements without a parameter: constants of ours, in one round trip.
        connection.exec_driver_sql(limits.replace("%", "%%"))

    def abandon(self) -> None:
        """Cut the connection from another thread: what waits on it fails at once. A frozen server would never time out by itself."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Give back our handle on the connection's socket."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def meaning(self, error: DBAPIError) -> Nothing:
        """What an error says, in our own words. The server's are quoted only where they speak of names in the question, not of data."""
        from sqlalchemy.exc import OperationalError, ProgrammingError

        state = getattr(error.orig, "sqlstate", None) or ""
        if not state and isinstance(error, OperationalError):
            return _connection_trouble(str(error.orig))
        if not state and isinstance(error, ProgrammingError):
            return Nothing(Reason.NOT_CONFIGURED, "has a URL with an option that PostgreSQL does not know")
        if not state:
            return Nothing(Reason.BAD_RESPONSE, f"answered something that cannot be read ({_name(error)})")
        said = words.clean(cast(Any, error.orig).diag.message_primary or "")[:200]
        match state[:2]:
            case _ if state == "57014":
                return Nothing(Reason.TIMEOUT, f"did not finish the question within {self._limit:g} s")
            case _ if state == "55P03":
                return Nothing(Reason.TIMEOUT, "waited too long for a lock that somebody else holds")
            case _ if state == "42501":
                return Nothing(Reason.PERMISSION, f"refused: {said}")
            case "25":
                return Nothing(Reason.PERMISSION, "refused to write: questions are asked read-only")
            case "28":
                return Nothing(Reason.AUTH, "refused our user or password")
            case "08" | "57" | "53":
                return Nothing(Reason.UNREACHABLE, f"broke off, or has no room for us now ({state})")
            case "42" | "0A" | "54":
                return Nothing(Reason.QUERY_ERROR, f"could not run the question: {said}")
            case "22":
                return Nothing(Reason.QUERY_ERROR, f"could not compute with a value in the data ({_name(error)}, {state})")
        return Nothing(Reason.QUERY_ERROR, f"could not run the question ({state})")

    def overreach(self, connection: Connection) -> list[str]:
        """What our role may do beyond reading: enough to harm the server whatever the question says."""
        found = connection.exec_driver_sql(_OVERREACH, {"powers": list(_MEMBERSHIPS)}).one()._mapping
        if found["rolsuper"]:
            return [_POWERS["rolsuper"]]  # a superuser is a member of everything
        return [said for power, said in _POWERS.items() if found[power]] + [_MEMBERSHIPS[power] for power in found["powers"]]

    def concerns(self, connection: Connection, tables: frozenset[str]) -> Iterator[tuple[str, str]]:
        """What to change about our role, with how: `check` says these."""
        writable = [row[0] for row in connection.exec_driver_sql(_WRITABLE, {"names": sorted(tables)})]
        if writable:
            yield (
                f"our role may write to {words.listing(writable, 5)}",
                "give it SELECT only, best on views that hold no personal data",
            )
        if connection.exec_driver_sql(
            "SELECT pg_has_role(session_user, %(role)s, 'MEMBER')", {"role": "pg_read_all_data"}
        ).scalar_one():
            yield (
                "our role may read every table, the password hashes included (pg_read_all_data)",
                "give it SELECT on what the KPIs read",
            )
        functions = [row[0] for row in connection.exec_driver_sql(_CALLABLE)]
        if functions:
            yield (
                f"our role may call functions that act with other rights: {words.listing(functions)}",
                "revoke EXECUTE on them from our role and from PUBLIC",
            )

    def _hold(self, connection: Any) -> None:
        """Keep a handle of our own on the socket: the descriptor's number may be somebody else's by the time it is needed."""
        self.close()
        self._socket = socket.socket(fileno=os.dup(connection.fileno()))
        connection.server_cursor_factory = _unwarned_cursor()


def _unwarned_cursor() -> type[Any]:
    """A server-side cursor that goes without a warning when its connection broke: SQLAlchemy closes none of such a connection."""
    import psycopg

    class Unwarned(psycopg.ServerCursor[Any]):
        def __del__(self, *_: object) -> None:
            """Nothing: the server has dropped it with the session."""

    return Unwarned


def _name(error: DBAPIError) -> str:
    """`division by zero` from the driver's class for it, not from the message, which quotes data."""
    name = type(error.orig).__name__
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


def _connection_trouble(text: str) -> Nothing:
    """Why there is no connection. libpq tells it in words alone; ours name no host and no user."""
    for sign, reason, said in (
        ("timeout expired", Reason.TIMEOUT, f"accepted no connection within {CONNECT_SECONDS} s"),
        ("timed out", Reason.TIMEOUT, "did not answer on the network in time"),
        ("authentication failed", Reason.AUTH, "refused our user or password"),
        ("no password supplied", Reason.AUTH, "wants a password, and its URL has none"),
        ("no pg_hba.conf entry", Reason.AUTH, "does not let our user in from this machine (pg_hba.conf)"),
        ("not permitted to log in", Reason.AUTH, "does not let our user log in"),
        (
            "certificate",
            Reason.UNREACHABLE,
            "shows a certificate that cannot be verified; give sslrootcert in its URL, or say sslmode=require",
        ),
        ("does not support SSL", Reason.UNREACHABLE, "speaks no TLS; say sslmode=disable in its URL if that is meant"),
        ("does not exist", Reason.UNREACHABLE, "has no such database or user"),
        ("too many clients", Reason.UNREACHABLE, "has no free connection"),
        ("connection slots", Reason.UNREACHABLE, "has no free connection"),
        ("starting up", Reason.UNREACHABLE, "is still starting"),
        ("resolve", Reason.UNREACHABLE, "cannot be found: its host name is not known"),
        ("refused", Reason.UNREACHABLE, "refuses connections"),
    ):
        if sign in text:
            return Nothing(reason, said)
    return Nothing(Reason.UNREACHABLE, "cannot be reached, or broke off")


def _is_local(url: URL) -> bool:
    return not url.host or url.host.startswith("/") or url.host == "localhost" or url.host == "::1" or url.host.startswith("127.")


_VERIFYING = ("verify-ca", "verify-full")
_CERTIFICATES = ("/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem")


def _tls(url: URL) -> dict[str, str]:
    """Verify the server of another machine unless the URL says otherwise (C12)."""
    if _is_local(url) and "sslmode" not in url.query:
        return {}
    mode = str(url.query.get("sslmode", "verify-full"))
    if mode not in _VERIFYING or "sslrootcert" in url.query:
        return {"sslmode": mode}
    return {"sslmode": mode, "sslrootcert": next((path for path in _CERTIFICATES if Path(path).exists()), "system")}
