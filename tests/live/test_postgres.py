"""A real PostgreSQL, looked at through the source `sql`: read-only, bounded, and answering whatever is done to the server (C1–C3, R-09)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from servers import Postgres, postgres
from sqlalchemy import make_url

from postflight.model import Ask, Connection, Evidence, Kind, Nothing, Reason
from postflight.sources import readonly
from postflight.sources.postgresql import PostgreSql
from postflight.sources.sql import SqlSource
from postflight.sources.statement import Statement
from postflight.testing import CANARY, FlowContract, NetworkContract, NoHistory, asking

CHICAGO = "America/Chicago"
BY_DAY = "SELECT days.day, count(e.at) AS value FROM days LEFT JOIN events e ON e.{at} >= days.starts AND e.{at} < days.ends GROUP BY days.day"
SCHEMA = """
CREATE TABLE events (at timestamptz, naive timestamp, name text, amount numeric(12, 2));
INSERT INTO events (at, name, amount)
  SELECT at, 'x', 0.10 FROM unnest(ARRAY[
    '2026-10-31 04:59:59.999999Z', '2026-10-31 05:00:00Z', '2026-11-01 05:00:00Z', '2026-11-02 05:59:59.999999Z', '2026-11-03 06:00:00Z'
  ]::timestamptz[]) AS at;
UPDATE events SET naive = at AT TIME ZONE 'UTC';
CREATE TABLE journal (line text);
CREATE SEQUENCE ticket;
CREATE FUNCTION writes() RETURNS int LANGUAGE sql VOLATILE SECURITY DEFINER AS $$INSERT INTO journal VALUES ('definer') RETURNING 1$$;
CREATE EXTENSION dblink;
REVOKE EXECUTE ON FUNCTION writes() FROM PUBLIC;
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A PostgreSQL with a few events, a role that reads, and things that write when they are called."""
    with postgres() as running:
        with psycopg.connect(running.url(), autocommit=True) as admin:
            admin.execute(SCHEMA)
            admin.execute(f"CREATE ROLE reader LOGIN PASSWORD '{CANARY}'")
            admin.execute("GRANT SELECT ON events TO reader")
        yield running


@pytest.fixture
def admin(server: Postgres) -> Iterator[psycopg.Connection[Any]]:
    """A superuser's connection, to set the stage and to look behind it."""
    with psycopg.connect(server.url(), autocommit=True) as connection:
        yield connection


def connection_for(server: Postgres, user: str = "reader", port: int = 0, **settings: object) -> Connection:
    """A connection of a plan; the secret in it is a reference."""
    return Connection(
        "app", "sql", {"url": f"postgresql://{user}:${{env:CANARY}}@127.0.0.1:{port or server.port}/postgres", **settings}
    )


def source_for(server: Postgres, user: str = "reader", timeout: float = 5.0, port: int = 0, **settings: object) -> SqlSource:
    """A source with the password of the reader, or of the superuser."""
    password = server.password if user == "postgres" else CANARY
    return SqlSource(
        connection_for(server, user, port, **settings), lambda text: text.replace("${env:CANARY}", password), NoHistory(), timeout
    )


def outcomes(source: SqlSource, *asks: Ask) -> list[Evidence | Nothing]:
    """The outcomes in the order of the asks; the source is closed behind them."""
    try:
        found = {id(ask): outcome for ask, outcome in source.answer(asks)}
    finally:
        source.close()
    return [found[id(ask)] for ask in asks]


def ask(question: str, **more: Any) -> Ask:
    """A question that goes through the door."""
    return asking(SqlSource, question, **more)


def unchecked(text: str) -> Ask:
    """A question that does not: as if the door had let it in."""
    plain = ask("SELECT 1 AS value")
    statement = Statement(text, tuple(readonly.tokens(text)), False, Kind.STATE)
    return replace(plain, kpi=replace(plain.kpi, question=statement))


def journal(admin: psycopg.Connection[Any]) -> object:
    """All that could have been written."""
    return [admin.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in ("events", "journal", "ticket")]


def nothing(outcome: Evidence | Nothing, reason: Reason) -> Nothing:
    """The outcome, known to be a failure for this reason."""
    assert isinstance(outcome, Nothing), outcome
    assert outcome.reason is reason, outcome
    return outcome


def evidence(outcome: Evidence | Nothing) -> Evidence:
    """The outcome, known to be evidence."""
    assert isinstance(outcome, Evidence), outcome
    return outcome


class TestPostgresKeepsTheContract(FlowContract, NetworkContract):
    """The source `sql` on a PostgreSQL server."""

    kind = SqlSource

    @pytest.fixture(autouse=True)
    def _stage(self, server: Postgres, admin: psycopg.Connection[Any]) -> None:
        self.server, self.admin = server, admin

    def connection(self) -> Connection:
        return connection_for(self.server)

    def reaching(self, host: str, port: int) -> Connection:
        return connection_for(self.server, port=port)

    def unreachable(self) -> Connection:
        return connection_for(self.server, port=1)

    def good(self) -> Ask:
        return ask("SELECT count(*) AS value FROM events")

    def broken(self) -> Ask:
        return ask("SELECT count(*) AS value FROM no_such_table")

    def harmful(self) -> Sequence[Ask]:
        return [unchecked(text) for text in WRITES]

    def mistakes(self) -> Sequence[object]:
        return ["DELETE FROM events", "SELECT 1; SELECT 2", "SELECT pg_sleep(1) AS value", "", None]

    def state(self) -> object:
        return journal(self.admin)

    def edges(self) -> tuple[Ask, Mapping[date, tuple[float, ...]]]:
        by_day = ask(BY_DAY.format(at="at"), first=date(2026, 10, 31), days=3, timezone=CHICAGO)
        return by_day, {date(2026, 10, 31): (1,), date(2026, 11, 1): (2,), date(2026, 11, 2): (0,)}


# --------------------------------------------------------------------------------------------------- the read-only matrix

WRITES = [
    "INSERT INTO journal VALUES ('plain') RETURNING 1 AS value",
    "DELETE FROM events RETURNING 1 AS value",
    "SELECT writes() AS value",
    "SELECT nextval('ticket') AS value",
    "SELECT 1 AS value FROM set_config('transaction_read_only', 'off', false)",
    "SELECT 1 AS value; INSERT INTO journal VALUES ('second')",
    "COMMIT; BEGIN READ WRITE; INSERT INTO journal VALUES ('escaped'); COMMIT",
    "COPY (SELECT 1) TO PROGRAM 'touch {directory}/ran'",
    "WITH gone AS (DELETE FROM events RETURNING 1) SELECT count(*) AS value FROM gone",
    "SELECT 1 AS value INTO copied",
    "SELECT at FROM events FOR UPDATE",
]


@pytest.mark.parametrize("user", ["postgres", "reader"])
@pytest.mark.parametrize("text", WRITES)
def test_C1_what_gets_past_the_door_writes_nothing(
    server: Postgres, admin: psycopg.Connection[Any], text: str, user: str
) -> None:
    """Read-only transaction, one statement, rolled back: even for a superuser that the plan allows, and with no door at all."""
    before = journal(admin)
    (outcome,) = outcomes(source_for(server, user, allow_privileged=True), unchecked(text.format(directory=server.directory)))
    assert isinstance(outcome, Nothing)
    assert journal(admin) == before
    assert not (server.directory / "ran").exists()


@contextmanager
def unprotected(server: Postgres, *settings: str) -> Iterator[psycopg.Connection[Any]]:
    """A superuser's connection as a client without our care would use it."""
    with psycopg.connect(server.url(), autocommit=True, options=" ".join(f"-c {setting}" for setting in settings)) as connection:
        yield connection


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN READ WRITE; INSERT INTO journal VALUES ('control'); COMMIT",
        "BEGIN READ WRITE; SELECT writes(); COMMIT",
        "BEGIN READ ONLY; COMMIT; BEGIN READ WRITE; INSERT INTO journal VALUES ('control'); COMMIT",
    ],
)
def test_C1_control_default_read_only_alone_is_written_through(
    server: Postgres, admin: psycopg.Connection[Any], text: str
) -> None:
    """Positive control: with `default_transaction_read_only` alone, and the simple protocol, each of these writes a row."""
    with unprotected(server, "default_transaction_read_only=on") as connection:
        connection.execute(text)
    assert admin.execute("DELETE FROM journal RETURNING 1").rowcount == 1


def test_C1_control_the_simple_protocol_takes_two_statements(server: Postgres, admin: psycopg.Connection[Any]) -> None:
    """Positive control for contract 6: without a parameter both run; with one bound, neither does."""
    two = "SELECT 1 AS value; INSERT INTO journal VALUES ('second')"
    with unprotected(server) as connection:
        connection.execute(two)
        assert admin.execute("DELETE FROM journal RETURNING 1").rowcount == 1
        with pytest.raises(psycopg.errors.SyntaxError, match="multiple commands"):
            connection.execute("SELECT %s AS value; INSERT INTO journal VALUES ('second')", (1,))
    assert admin.execute("DELETE FROM journal RETURNING 1").rowcount == 0


def test_C1_control_read_only_does_not_stop_a_superuser(server: Postgres, admin: psycopg.Connection[Any]) -> None:
    """Positive control for C2: inside READ ONLY a superuser runs a program, reads a file, and writes through dblink."""
    with unprotected(server) as connection:
        connection.read_only = True
        connection.execute(f"BEGIN READ ONLY; COPY (SELECT 1) TO PROGRAM 'touch {server.directory}/ran'; ROLLBACK")
        assert (server.directory / "ran").exists()
        (server.directory / "ran").unlink()
        connection.execute("BEGIN READ ONLY")
        assert connection.execute("SELECT pg_read_file('PG_VERSION')").fetchone()
        connection.execute("SELECT dblink_exec(%s, 'INSERT INTO journal VALUES (''linked'')')", (server.url(),))
        connection.execute("ROLLBACK")
    assert admin.execute("DELETE FROM journal RETURNING 1").rowcount == 1


@pytest.mark.parametrize(
    "call",
    [
        "pg_read_file('PG_VERSION')",
        "dblink_exec('host=127.0.0.1', 'SELECT 1')",
        "writes()",
        "lo_import('/etc/hostname')",
        "(SELECT count(*) FROM pg_shadow)",
    ],
)
def test_C1_a_role_that_only_reads_is_refused_by_the_server(server: Postgres, call: str) -> None:
    """What the transaction lets through, the role does not have: permission denied, in the server's words."""
    (outcome,) = outcomes(source_for(server), unchecked(f"SELECT {call} AS value"))
    assert "permission denied" in nothing(outcome, Reason.PERMISSION).detail


def test_C1_locks_that_anyone_may_take_are_kept_out_by_the_door(server: Postgres, admin: psycopg.Connection[Any]) -> None:
    """An advisory lock is allowed to every reader (positive control), so the door has to refuse it; ours ends with its transaction."""
    assert isinstance(outcomes(source_for(server), unchecked("SELECT pg_advisory_xact_lock(42) IS NULL AS value"))[0], Evidence)
    with pytest.raises(ValueError, match="pg_advisory_lock may not be called"):
        ask("SELECT pg_advisory_lock(42) AS value")
    assert admin.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone() == (0,)


def test_C1_every_transaction_is_rolled_back(server: Postgres) -> None:
    """What a question sets for the session is gone with its transaction: the next one on the same connection does not see it."""
    sets = unchecked("SELECT set_config('postflight.left', 'behind', false) IS NOT NULL AS value")
    reads = ask("SELECT coalesce(current_setting('postflight.left', true), '') AS part, 1 AS value")
    left, found = outcomes(source_for(server), sets, reads)
    assert isinstance(left, Evidence)
    assert evidence(found).rows == (("", 1),)


def test_C1_control_a_committed_setting_stays(server: Postgres) -> None:
    """Positive control: committed, it is there for whoever asks next."""
    with unprotected(server) as connection:
        connection.execute("SELECT set_config('postflight.left', 'behind', false)")
        assert connection.execute("SELECT current_setting('postflight.left', true)").fetchone() == ("behind",)


def test_C1_a_function_of_somebody_elses_rights_writes_nothing_either(server: Postgres, admin: psycopg.Connection[Any]) -> None:
    """SECURITY DEFINER, open to our role, in no deny-list: the read-only transaction holds it too."""
    admin.execute("GRANT EXECUTE ON FUNCTION writes() TO reader")
    (outcome,) = outcomes(source_for(server), ask("SELECT writes() AS value"))
    admin.execute("REVOKE EXECUTE ON FUNCTION writes() FROM reader")
    assert "read-only" in nothing(outcome, Reason.PERMISSION).detail
    assert admin.execute("SELECT count(*) FROM journal").fetchone() == (0,)


# ------------------------------------------------------------------------------------------------------------ our own role

POWERS = {
    "SUPERUSER": "is a superuser",
    "CREATEROLE": "may create roles",
    "BYPASSRLS": "bypasses row security",
    "REPLICATION": "may replicate",
    "IN ROLE pg_execute_server_program": "may run programs",
    "IN ROLE pg_read_server_files": "may read the server's files",
    "IN ROLE pg_write_server_files": "may write the server's files",
    "IN ROLE pg_write_all_data": "may write every table",
}


@contextmanager
def role(admin: psycopg.Connection[Any], power: str, *grants: str) -> Iterator[str]:
    """A role with one power too many."""
    admin.execute(f"CREATE ROLE mighty LOGIN PASSWORD '{CANARY}' {power}")
    for grant in ("GRANT SELECT ON events TO mighty", *grants):
        admin.execute(grant)
    try:
        yield "mighty"
    finally:
        admin.execute("DROP OWNED BY mighty; DROP ROLE mighty")


@pytest.mark.parametrize("power", POWERS)
def test_C2_a_role_with_such_power_asks_nothing(server: Postgres, admin: psycopg.Connection[Any], power: str) -> None:
    """Refused by the report and told by `check`; the plan may allow it by name."""
    question = ask("SELECT count(*) AS value FROM events")
    with role(admin, power) as user:
        refused = nothing(outcomes(source_for(server, user), question)[0], Reason.PERMISSION)
        source = source_for(server, user)
        problems = list(source.check([question]))
        source.close()
        allowed = outcomes(source_for(server, user, allow_privileged=True), question)[0]
    assert POWERS[power] in refused.detail
    assert [POWERS[power] in problem.what for problem in problems] == [True]
    assert "allow_privileged" in problems[0].hint
    assert isinstance(allowed, Evidence)


@pytest.mark.parametrize(
    ("power", "grants", "said"),
    [
        ("", ["GRANT INSERT ON events TO mighty"], "may write to events"),
        ("", ["GRANT DELETE ON events TO mighty"], "may write to events"),
        ("IN ROLE pg_read_all_data", [], "may read every table, the password hashes included"),
        ("", ["GRANT EXECUTE ON FUNCTION writes() TO mighty"], "act with other rights: writes"),
        ("", ["GRANT EXECUTE ON FUNCTION dblink_exec(text, text) TO mighty"], "act with other rights: dblink_exec"),
    ],
)
def test_C2_check_tells_what_a_role_should_not_have(
    server: Postgres, admin: psycopg.Connection[Any], power: str, grants: list[str], said: str
) -> None:
    """No reason to refuse a report, and every reason to say so before the first one."""
    with role(admin, power, *grants) as user:
        source = source_for(server, user)
        problems = list(source.check([ask("SELECT count(*) AS value FROM events")]))
        source.close()
    assert [said in problem.what for problem in problems] == [True]


def test_C2_control_a_role_that_only_reads_is_no_problem(server: Postgres) -> None:
    """Positive control: `check` is silent about the reader."""
    source = source_for(server)
    assert list(source.check([ask("SELECT count(*) AS value FROM events")])) == []
    source.close()


def test_C2_the_superusers_shadow_is_readable_with_pg_read_all_data(server: Postgres, admin: psycopg.Connection[Any]) -> None:
    """Why it is warned of: the password hashes can be read."""
    with role(admin, "IN ROLE pg_read_all_data") as user:
        (outcome,) = outcomes(source_for(server, user), ask("SELECT count(*) AS value FROM pg_shadow WHERE passwd IS NOT NULL"))
    assert evidence(outcome).rows[0][0] > 0  # type: ignore[operator]


# ----------------------------------------------------------------------------------------------------- limits and clocks


def test_C3_every_question_has_its_limits(server: Postgres, admin: psycopg.Connection[Any]) -> None:
    """Set inside the transaction, whatever the role's own settings say."""
    names = [
        "transaction_read_only",
        "transaction_isolation",
        "statement_timeout",
        "lock_timeout",
        "idle_in_transaction_session_timeout",
        "work_mem",
        "TimeZone",
    ]
    shown = ", ".join(f"current_setting('{name}') AS \"{name}\"" for name in names)
    admin.execute("ALTER ROLE reader SET statement_timeout = 0; ALTER ROLE reader SET timezone = 'Pacific/Kiritimati'")
    try:
        (outcome,) = outcomes(source_for(server, timeout=3.0), ask(f"SELECT 1 AS value, {shown}"))
    finally:
        admin.execute("ALTER ROLE reader RESET ALL")
    assert evidence(outcome).rows == ((1, "on", "repeatable read", "3s", "500ms", "10s", "4MB", "UTC"),)


def test_C3_one_connection_and_nothing_left_open(server: Postgres, admin: psycopg.Connection[Any]) -> None:
    """Twenty questions, one connection, idle between them, gone after `close`."""
    seen = "SELECT state, count(*) FROM pg_stat_activity WHERE application_name = 'postflight' GROUP BY state"
    source = source_for(server)
    for _, outcome in source.answer([ask("SELECT count(*) AS value FROM events", kpi=f"k{n}") for n in range(20)]):
        assert isinstance(outcome, Evidence)
        assert admin.execute(seen).fetchall() == [("idle", 1)]
    source.close()
    gone = "SELECT count(*) = 0 FROM pg_stat_activity WHERE application_name = 'postflight'"
    assert _soon(lambda: admin.execute(gone).fetchone() == (True,))


def test_C3_a_heavy_question_is_cancelled_by_the_server(server: Postgres, admin: psycopg.Connection[Any]) -> None:
    """`timeout`, and the server does not go on working on it."""
    heavy = ask("SELECT count(*) AS value FROM generate_series(1, 100000000000)")
    short = ask("SELECT count(*) AS value FROM events")
    first, second = outcomes(source_for(server, timeout=0.5), heavy, short)
    assert "0.5 s" in nothing(first, Reason.TIMEOUT).detail
    assert isinstance(second, Evidence)
    busy = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'postflight' AND state = 'active'"
    assert admin.execute(busy).fetchone() == (0,)


def test_C3_a_lock_of_somebody_else_is_not_waited_for(server: Postgres) -> None:
    """Half a second, so that we do not stand in the queue before the application."""
    with psycopg.connect(server.url()) as other:
        other.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        (outcome,) = outcomes(source_for(server), ask("SELECT count(*) AS value FROM events"))
        other.rollback()
    assert "lock" in nothing(outcome, Reason.TIMEOUT).detail


def test_C3_after_three_timeouts_the_server_is_left_alone(server: Postgres, admin: psycopg.Connection[Any]) -> None:
    """The circuit breaker: the fourth question does not reach the server."""
    asks = [ask(f"SELECT count(*) AS value FROM generate_series(1, 10000000000{n})") for n in range(5)]
    found = outcomes(source_for(server, timeout=0.2), *asks)
    assert ["left alone" in nothing(outcome, Reason.TIMEOUT).detail for outcome in found] == [False, False, False, True, True]


def test_R22_ten_million_rows_are_bounded(server: Postgres) -> None:
    """Rows stay on the server until they are fetched, and fetching stops: by number, and by size."""
    many = ask("SELECT generate_series(1, 10000000) AS sample")
    wide = ask("SELECT repeat('x', 100000) AS part, n AS sample FROM generate_series(1, 100) n")
    for outcome in outcomes(source_for(server), many, wide):
        assert "more than 10,000 rows or 1 MiB" in nothing(outcome, Reason.BAD_RESPONSE).detail


def test_C3_R09_a_frozen_server_is_cut_off_by_our_own_clock(server: Postgres) -> None:
    """A stopped server keeps no time: ours does, for a query under way and for a connection not yet made."""
    source = source_for(server, timeout=0.5)
    question = ask("SELECT count(*) AS value FROM events")
    ((_, before),) = source.answer([question])
    assert isinstance(before, Evidence)
    server.freeze()
    try:
        under_way = [outcome for _, outcome in source.answer([question, ask("SELECT 1 AS value")])]
        (not_connected,) = outcomes(source_for(server, timeout=0.5), question)
    finally:
        server.thaw()
        source.close()
    for outcome in (*under_way, not_connected):
        nothing(outcome, Reason.TIMEOUT)
    (after,) = outcomes(source_for(server), question)
    assert isinstance(after, Evidence)


def test_C3_control_a_server_side_timeout_does_not_fire_on_a_frozen_server(server: Postgres) -> None:
    """Positive control: a client that trusts `statement_timeout` is still waiting long after it."""
    with psycopg.connect(server.url(), autocommit=True, options="-c statement_timeout=200") as client:
        server.freeze()
        try:
            waiting = threading.Thread(target=lambda: client.execute("SELECT 1"), daemon=True)
            waiting.start()
            waiting.join(2.0)
            assert waiting.is_alive()
        finally:
            server.thaw()
            waiting.join(10.0)
        assert not waiting.is_alive()


# -------------------------------------------------------------------------------------------------- faults of the network


@contextmanager
def proxy(port: int, fault: Callable[[socket.socket, bytes], bool]) -> Iterator[int]:
    """A way to the real server on which `fault` is given each piece that the server says; False ends the conversation."""
    listener = socket.create_server(("127.0.0.1", 0))
    held: list[socket.socket] = []

    def copy(source: socket.socket, target: socket.socket, fault: Callable[[socket.socket, bytes], bool]) -> None:
        with suppress(OSError):
            while (piece := source.recv(4096)) and fault(target, piece):
                pass
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def passes(target: socket.socket, piece: bytes) -> bool:
        target.sendall(piece)
        return True

    def serve() -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                there = socket.create_connection(("127.0.0.1", port))
                held.extend((client, there))
                threading.Thread(target=copy, args=(client, there, passes), daemon=True).start()
                threading.Thread(target=copy, args=(there, client, fault), daemon=True).start()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for end in held:
            end.close()
        thread.join(5)


def test_R09_faults_in_the_middle_of_an_answer(server: Postgres) -> None:
    """Hanging in the middle of the rows, one byte at a time, breaking off: an answer in time, and the right word for it."""
    question = ask("SELECT n AS sample FROM generate_series(1, 5000) n")
    released = threading.Event()
    said = 0

    def after(size: int, then: Callable[[socket.socket, bytes], bool]) -> Callable[[socket.socket, bytes], bool]:
        def fault(target: socket.socket, piece: bytes) -> bool:
            nonlocal said
            said += len(piece)
            if said > size:
                return then(target, piece)
            target.sendall(piece)
            return True

        return fault

    def hangs(target: socket.socket, piece: bytes) -> bool:
        return not released.wait(60)

    def drips(target: socket.socket, piece: bytes) -> bool:
        for byte in piece:
            target.sendall(bytes([byte]))
            if released.wait(0.05):
                return False
        return True

    for then, reason in ((hangs, Reason.TIMEOUT), (drips, Reason.TIMEOUT), (lambda target, piece: False, Reason.UNREACHABLE)):
        said = 0
        released.clear()
        with proxy(server.port, after(12_000, then)) as port:
            (outcome,) = outcomes(source_for(server, timeout=1.0, port=port), question)
            released.set()
        nothing(outcome, reason)
    said = 0
    with proxy(server.port, after(10**9, hangs)) as port:
        assert isinstance(outcomes(source_for(server, port=port), question)[0], Evidence)


def test_R09_a_killed_session_fails_one_question_and_not_the_next(server: Postgres, admin: psycopg.Connection[Any]) -> None:
    """The server restarts our session; the source connects again."""
    source = source_for(server)
    slow, short = unchecked("SELECT pg_sleep(30) IS NULL AS value"), ask("SELECT count(*) AS value FROM events")
    kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    killer = threading.Thread(target=lambda: _soon(lambda: bool(admin.execute(kill).fetchall())))
    killer.start()
    first, second = outcomes(source, slow, short)
    killer.join()
    nothing(first, Reason.UNREACHABLE)
    assert isinstance(second, Evidence)


@pytest.mark.parametrize(
    ("url", "reason", "said"),
    [
        ("postgresql://reader:wrong-{canary}@127.0.0.1:{port}/postgres", Reason.AUTH, "refused our user or password"),
        ("postgresql://nobody_{canary}:x@127.0.0.1:{port}/postgres", Reason.AUTH, "refused our user or password"),
        ("postgresql://reader@127.0.0.1:{port}/postgres", Reason.AUTH, "wants a password"),
        ("postgresql://reader:{canary}@127.0.0.1:{port}/no_such_database", Reason.UNREACHABLE, "has no such database"),
        ("postgresql://reader:{canary}@127.0.0.1:1/postgres", Reason.UNREACHABLE, "refuses connections"),
        (
            "postgresql://reader:{canary}@no-such-host.invalid/postgres?sslmode=disable",
            Reason.UNREACHABLE,
            "host name is not known",
        ),
        ("postgres://reader:{canary}@127.0.0.1:{port}/postgres?sslmode=require", Reason.UNREACHABLE, "speaks no TLS"),
        ("postgresql://reader:{canary}@127.0.0.1:{port}/postgres?no_such_option=1", Reason.NOT_CONFIGURED, "option"),
    ],
)
def test_C7_what_a_connection_fails_with_names_no_secret(server: Postgres, url: str, reason: Reason, said: str) -> None:
    """The reason, in our own words: no host, no user, no password, and no exception that carries them on."""
    source = SqlSource(
        Connection("app", "sql", {"url": "${env:URL}"}), lambda _: url.format(canary=CANARY, port=server.port), NoHistory(), 5.0
    )
    (outcome,) = outcomes(source, ask("SELECT 1 AS value"))
    assert said in nothing(outcome, reason).detail
    assert CANARY not in repr(outcome)
    assert "127.0.0.1" not in repr(outcome)


# ------------------------------------------------------------------------------------------------------- what answers mean


@pytest.mark.parametrize(
    ("question", "reason", "said"),
    [
        ("SELECT amount AS value FROM events WHERE false", Reason.EMPTY, "without a row"),
        ("SELECT sum(amount) AS value FROM events WHERE false", Reason.EMPTY, "NULL"),
        ("SELECT 'NaN'::numeric AS value", Reason.NON_FINITE, "NaN"),
        ("SELECT 'Infinity'::float8 AS value", Reason.NON_FINITE, "inf"),
        ("SELECT name AS value FROM events LIMIT 1", Reason.BAD_RESPONSE, "text for value"),
        ("SELECT ARRAY[1] AS value", Reason.BAD_RESPONSE, "list for value"),
        ("SELECT 2 AS hits, 1 AS total", Reason.OUT_OF_RANGE, "2 hits in a total of 1"),
        ("SELECT count(*) AS value FROM journal", Reason.PERMISSION, "permission denied for table journal"),
        ("SELECT no_such_column AS value FROM events", Reason.QUERY_ERROR, 'column "no_such_column" does not exist'),
        ("SELECT count(*) FROM no_such_table", Reason.QUERY_ERROR, 'relation "no_such_table" does not exist'),
        ("SELECT 1 / 0 AS value", Reason.QUERY_ERROR, "division by zero, 22012"),
        ("SELECT ('very private ' || name)::int AS value FROM events", Reason.QUERY_ERROR, "22P02"),
        ("SELECT 'infinity'::date AS day, 1 AS value", Reason.BAD_RESPONSE, ""),
        ("SELECT count(*) AS value FRM events", Reason.QUERY_ERROR, "syntax error"),
    ],
)
def test_R09_each_wrong_answer_has_its_reason(server: Postgres, question: str, reason: Reason, said: str) -> None:
    """And none of the sentences repeats data."""
    outcome, fine = outcomes(source_for(server), ask(question), ask("SELECT 1 AS value"))
    assert said in nothing(outcome, reason).detail
    assert "private" not in nothing(outcome, reason).detail
    assert isinstance(fine, Evidence)


def test_R09_a_column_that_is_gone_tomorrow(server: Postgres, admin: psycopg.Connection[Any]) -> None:
    """The schema changes under a plan: that KPI says so, and is not zero."""
    admin.execute(
        "CREATE TABLE temporary (a int, b int); INSERT INTO temporary VALUES (1, 2); GRANT SELECT ON temporary TO reader"
    )
    question = ask("SELECT sum(b) AS value FROM temporary")
    source = source_for(server)
    ((_, before),) = source.answer([question])
    admin.execute("ALTER TABLE temporary DROP COLUMN b")
    ((_, after),) = source.answer([question])
    source.close()
    admin.execute("DROP TABLE temporary")
    assert isinstance(before, Evidence)
    assert 'column "b" does not exist' in nothing(after, Reason.QUERY_ERROR).detail


@pytest.mark.parametrize("at", ["at", "naive"])
def test_R13_days_are_the_plans_whatever_the_session_thinks(server: Postgres, admin: psycopg.Connection[Any], at: str) -> None:
    """23 and 25 hours, exact to the microsecond, with instants or with UTC timestamps, in a session of another zone."""
    admin.execute("ALTER ROLE reader SET timezone = 'Pacific/Kiritimati'")
    try:
        (outcome,) = outcomes(source_for(server), ask(BY_DAY.format(at=at), first=date(2026, 10, 30), days=4, timezone=CHICAGO))
    finally:
        admin.execute("ALTER ROLE reader RESET ALL")
    days = [date(2026, 10, 30), date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 2)]
    assert evidence(outcome).rows == tuple(zip(days, [1, 1, 2, 0], strict=True))


def test_BIZ6_a_day_without_rows_is_a_zero(server: Postgres) -> None:
    """One ticket in 23 days is an average of 1/23, not of 1."""
    (outcome,) = outcomes(source_for(server), ask(BY_DAY.format(at="at"), first=date(2026, 10, 31), days=23))
    counts = [row[1] for row in evidence(outcome).rows]
    assert len(counts) == 23
    assert sum(counts) == 5  # type: ignore[arg-type]


def test_BIZ4_money_comes_back_to_the_cent(server: Postgres) -> None:
    """numeric is a Decimal, and stays one."""
    (outcome,) = outcomes(source_for(server), ask("SELECT sum(amount) AS value FROM events"))
    assert evidence(outcome).rows == ((Decimal("0.50"),),)


@pytest.mark.parametrize("isolation", ["ours", "READ COMMITTED"])
def test_SEC5_one_question_sees_one_snapshot(server: Postgres, admin: psycopg.Connection[Any], isolation: str) -> None:
    """Rows that arrive while it runs are in neither of its counts. In READ COMMITTED (the control) a function sees them: hits > total."""
    admin.execute("CREATE TABLE people (id int); INSERT INTO people VALUES (1); GRANT SELECT ON people TO reader")
    admin.execute(
        "CREATE FUNCTION counted_later() RETURNS bigint LANGUAGE plpgsql VOLATILE AS "
        "$$BEGIN PERFORM pg_sleep(1); RETURN (SELECT count(*) FROM people); END$$; GRANT EXECUTE ON FUNCTION counted_later() TO reader"
    )
    text = "SELECT (SELECT count(*) FROM people) AS total, counted_later() AS hits"
    writing = "SELECT count(*) = 1 FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
    writer = threading.Thread(
        target=lambda: (
            _soon(lambda: admin.execute(writing).fetchone() == (True,)) and admin.execute("INSERT INTO people VALUES (2)")
        )
    )
    writer.start()
    try:
        if isolation == "ours":
            (outcome,) = outcomes(source_for(server), unchecked(text))
            assert evidence(outcome).rows == ((1, 1),)
        else:
            with psycopg.connect(server.url(), autocommit=True) as other:
                assert other.execute(text).fetchone() == (1, 2)
    finally:
        writer.join()
        admin.execute("DROP FUNCTION counted_later; DROP TABLE people")


def test_schema_of_the_connection_is_the_search_path(server: Postgres, admin: psycopg.Connection[Any]) -> None:
    """Tables of another schema by their bare names; a name that needs quotes gets them."""
    admin.execute(
        'CREATE SCHEMA "Odd; name"; CREATE TABLE "Odd; name".things (n int); GRANT USAGE ON SCHEMA "Odd; name" TO reader'
    )
    admin.execute('GRANT SELECT ON ALL TABLES IN SCHEMA "Odd; name" TO reader')
    question = ask("SELECT count(*) AS value FROM things")
    found, missing = outcomes(source_for(server, schema="Odd; name"), question) + outcomes(source_for(server), question)
    admin.execute('DROP SCHEMA "Odd; name" CASCADE')
    assert isinstance(found, Evidence)
    nothing(missing, Reason.QUERY_ERROR)


def test_C12_another_machine_is_verified_unless_the_url_says_otherwise() -> None:
    """TLS with a verified certificate by default; a weaker mode that somebody chose is said beside every answer."""

    def notes(url: str) -> tuple[str, ...]:
        return PostgreSql(make_url(url), 5.0).notes

    assert notes("postgresql://u:p@db.example/d") == ()
    assert notes("postgresql://u:p@db.example/d?sslmode=verify-full") == ()
    assert notes("postgresql://u:p@db.example/d?sslmode=require") == ("the database's certificate is not verified",)
    assert notes("postgresql://u:p@localhost/d") == ()


def _soon(holds: Callable[[], bool]) -> bool:
    """Whether it comes true while we wait for it."""
    for _ in range(500):
        if holds():
            return True
        threading.Event().wait(0.02)
    return False
