"""C1: what may be asked of a database, and what is refused while the plan is read."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postflight.model import Kind
from postflight.sources import readonly
from postflight.sources.sql import SqlSource
from postflight.sources.statement import Statement

GOOD = [
    "SELECT count(*) AS value FROM t",
    "select 1 as value;",
    "  -- how many\n/* all of them */ SELECT count(*) AS value FROM t ; -- end",
    "WITH a AS (SELECT 1 AS n) SELECT n AS value FROM a",
    "WITH RECURSIVE a AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM a WHERE n < 5) SELECT sum(n) AS value FROM a",
    "SELECT 1 AS value UNION ALL SELECT 2 EXCEPT SELECT 3",
    "(SELECT 1 AS value) UNION (SELECT 2)",
    "SELECT count(*) FILTER (WHERE ok) AS hits, count(*) AS total FROM t WHERE at >= :start AND at < :end",
    "SELECT days.day, count(t.id) AS value FROM days LEFT JOIN t ON t.at >= days.starts AND t.at < days.ends GROUP BY days.day",
    "SELECT status AS kind, count(*) AS value FROM t WHERE name <> 'it''s; DROP TABLE t' GROUP BY 1",
    "SELECT count(*) AS value FROM t WHERE note = 'DELETE FROM t; -- now() :stop $$ current_date'",
    "SELECT count(*) AS value FROM t WHERE ssn ~ '^[0-9]{3}-\\d{2}' AND path LIKE '100%'",
    'SELECT "update" AS sample, t.delete AS "into" FROM t',
    "SELECT data->>'a' AS part, data #>> '{a,b}' AS other, tags @> '{x}' AS has, arr[1:2] AS two, at::date AS d, sum(n) AS value FROM t GROUP BY 1",
    "SELECT extract(epoch FROM ended_at - started_at) AS sample FROM t",
    "SELECT substring(name FROM 1 FOR 3) AS part, overlay(a PLACING 'x' FROM 2 FOR 1) AS o, count(*) AS value FROM t GROUP BY 1",
    "SELECT date(at) AS day, julianday(b) - julianday(a) AS sample FROM t",
    "SELECT now AS value, t.current_date AS part FROM t",
    "SELECT pg_total_relation_size('t') AS value",
    "SELECT count(*) AS value FROM app.days",
    "SELECT period AS part, count(*) AS value FROM t WHERE period = 'today' GROUP BY 1",
    "SELECT percentile_cont(0.95) WITHIN GROUP (ORDER BY ms) AS value FROM t",
    "SELECT `value` FROM `t`",
]  # fmt: skip

BAD = [
    # more than one statement, or none, or one that is no SELECT
    ("", "one SELECT"),
    ("-- nothing", "one SELECT"),
    ("SELECT 1 AS value; SELECT 2", "only one statement"),
    ("SELECT 1 AS value; DELETE FROM t", "only one statement"),
    ("COMMIT; BEGIN READ WRITE; DELETE FROM t", "one SELECT"),
    ("INSERT INTO t VALUES (1)", "one SELECT"),
    ("UPDATE t SET a = 1", "one SELECT"),
    ("DELETE FROM t", "one SELECT"),
    ("DROP TABLE t", "one SELECT"),
    ("COPY (SELECT 1) TO PROGRAM 'id > file'", "one SELECT"),
    ("EXPLAIN ANALYZE DELETE FROM t", "one SELECT"),
    ("CALL do_it()", "one SELECT"),
    ("DO 'BEGIN END'", "one SELECT"),
    ("SET transaction_read_only = off", "one SELECT"),
    ("PRAGMA writable_schema = on", "one SELECT"),
    ("ATTACH 'x.db' AS x", "one SELECT"),
    ("VALUES (1)", "one SELECT"),
    ("TABLE t", "one SELECT"),
    # writing or locking inside a SELECT
    ("WITH gone AS (DELETE FROM t RETURNING *) SELECT count(*) AS value FROM gone", "DELETE"),
    ("WITH x AS (INSERT INTO t VALUES (1) RETURNING 1) SELECT 1 AS value", "INSERT"),
    ("WITH x AS (UPDATE t SET a = 1 RETURNING 1) SELECT 1 AS value", "UPDATE"),
    ("WITH x AS (MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE RETURNING 1) SELECT 1 AS value", "MERGE"),
    ("WITH x AS (SELECT 1) DELETE FROM t", "DELETE"),
    ("SELECT * INTO copy_of_t FROM t", "INTO"),
    ("SELECT 1 AS value INTO OUTFILE '/tmp/x'", "INTO"),
    ("SELECT * FROM t FOR UPDATE", "UPDATE"),
    ("SELECT * FROM t FOR SHARE", "lock rows"),
    ("SELECT * FROM t FOR NO KEY UPDATE", "lock"),
    ("SELECT * FROM t FOR KEY SHARE", "lock rows"),
    ("SELECT * FROM t LOCK IN SHARE MODE", "lock rows"),
    # functions that reach beyond the tables
    *(
        (f"SELECT {call} AS value", "may not be called")
        for call in [
            "pg_read_file('/etc/hostname')", "pg_catalog.pg_read_binary_file('/x')", '"pg_read_file"(\'/x\')', '"PG_READ_FILE" (\'/x\')',
            "pg_ls_dir('.')", "pg_stat_file('x')", "lo_import('/etc/passwd')", "lo_export(1, '/tmp/x')", "dblink_exec('c', 'INSERT')",
            "dblink('c', 'SELECT 1')", "pg_advisory_lock(42)", "pg_try_advisory_xact_lock(42)", "set_config('a', 'b', false)",
            "pg_sleep(3600)", "pg_sleep_for('1 h')", "pg_terminate_backend(1)", "pg_cancel_backend(1)", "nextval('s')", "setval('s', 1)",
            "query_to_xml('DELETE FROM t', true, true, '')", "ts_stat('SELECT 1')", "pg_notify('a', 'b')", "pg_reload_conf()",
            "pg_current_logfile()", "pg_some_function_of_the_future()", "load_extension('x')", "readfile('/etc/passwd')", "writefile('x', 'y')",
            "sleep(3600)", "benchmark(1000000000, md5('x'))", "load_file('/etc/passwd')", "get_lock('a', 10)", "pg_read_file/* */('/x')",
        ]
    ),
    ("SELECT * FROM read_csv('/etc/passwd')", "may not be called"),
    ("SELECT * FROM glob('/*')", "may not be called"),
    ("SELECT * FROM postgres_query('db', 'DELETE')", "may not be called"),
    # parameters and names that are not there, or are ours
    ("SELECT count(*) AS value FROM t WHERE at > :since", ":since"),
    ("WITH days AS (SELECT 1) SELECT * FROM days", "something else"),
    ("WITH RECURSIVE a AS (SELECT 1), \"days\" AS (SELECT 1) SELECT * FROM days", "something else"),
    # spellings that databases cut into tokens differently
    ("SELECT '\\'; DELETE FROM t; --' AS value", "differ"),
    ("SELECT 'a\\''; DELETE FROM t; --' AS value", "differ"),
    ("SELECT $$ text $$ AS value", "differ"),
    ("SELECT $tag$ ; DELETE FROM t $tag$", "differ"),
    ("SELECT 1 AS value --; no space", "differ"),
    ("SELECT 5--1 AS value", "differ"),
    ("SELECT /*! SLEEP(9), */ 1 AS value", "differ"),
    ("SELECT /*M! SLEEP(9), */ 1 AS value", "differ"),
    ("SELECT /* outer /* inner */ 1 */ AS value", "differ"),
    ("SELECT /* never closed", "differ"),
    ("SELECT 'never closed", "differ"),
    ("SELECT 'over\ntwo lines' AS value", "differ"),
    ("SELECT U&\"pg_re\\0061d_file\"('/x')", "differ"),
    ("SELECT `a; DELETE FROM t` AS value", "differ"),
    ("SELECT @a := 1 AS value", "differ"),
    ("SELECT 1 \\; DELETE FROM t", "differ"),
    ("SELECT 1 AS value\x00; DELETE FROM t", "differ"),
    ("SELECT\u00a01", "differ"),
]  # fmt: skip

CLOCKS = [
    "CURRENT_DATE", "current_timestamp", "LOCALTIME", "localtimestamp", "now()", "NOW ( )", "pg_catalog.now()", '"now"()', "clock_timestamp()",
    "statement_timestamp()", "transaction_timestamp()", "timeofday()", "getdate()", "sysdate", "curdate()", "utc_timestamp()", "today()",
    "date('now')", "datetime('now', '-1 day')", "strftime('%s', 'NOW')", "julianday()", "date()", "'now'::timestamptz", "date 'yesterday'",
    "timestamp 'today'", "'tomorrow'::date",
]  # fmt: skip


DIALECTS = ["postgres", "sqlite", "mysql", "duckdb"]
FRAGMENTS = [
    "; DELETE FROM t", ";", "'; DELETE FROM t; --", "\\'", "--\n; DELETE FROM t", "*/ ; DELETE FROM t /*", "INTO x", "FOR UPDATE", "FOR SHARE",
    "UNION DELETE FROM t", "), x AS (DELETE FROM t RETURNING 1", "; COMMIT; BEGIN READ WRITE; DELETE FROM t; --", '"', "`", "$$", "/*!",
]  # fmt: skip


@pytest.mark.parametrize("text", GOOD)
def test_a_select_passes(text: str) -> None:
    """One SELECT is a question, whatever its strings, comments and quoted names say."""
    assert str(Statement.read(text)) == text


@pytest.mark.parametrize(("text", "said"), BAD)
def test_C1_anything_else_is_refused(text: str, said: str) -> None:
    """Writes, locks, waits, files, second statements and ambiguous spellings are mistakes of the plan."""
    with pytest.raises(ValueError, match=r"(?s)^.+; .+$") as refused:
        Statement.read(text)
    assert said in str(refused.value)


@pytest.mark.parametrize("clock", CLOCKS)
def test_R13_SQL3_a_clock_is_refused_with_the_way_to_ask(clock: str) -> None:
    """`CURRENT_DATE` is another day in every session: the error says what to write instead."""
    with pytest.raises(ValueError, match="another time in every session; ask for the window: :start and :end"):
        Statement.read(f"SELECT count(*) AS value FROM t WHERE at >= {clock}")


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("text", GOOD)
def test_what_passes_is_one_query_to_every_database(text: str, dialect: str) -> None:
    """No dialect's parser takes what the door lets in for anything but one query, where it can parse it at all."""
    assert readonly.tree_refusal(text, dialect) is None


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(GOOD), st.sampled_from(FRAGMENTS), st.floats(0, 1), st.sampled_from(DIALECTS))
def test_C1_no_splice_of_harm_passes_the_door_alone(good: str, harm: str, where: float, dialect: str) -> None:
    """Harm put anywhere into a good question is refused by the door, or is no harm to a full parser either."""
    at = round(where * len(good))
    text = f"{good[:at]} {harm} {good[at:]}"
    try:
        Statement.read(text)
    except ValueError:
        return
    assert readonly.tree_refusal(text, dialect) is None


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1; DELETE FROM t",
        "DELETE FROM t",
        "WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x",
        "SELECT * INTO a FROM t",
        "SELECT * FROM t FOR UPDATE",
        "DROP TABLE t",
        "COPY t TO '/tmp/x'",
    ],
)
def test_C1_the_second_reading_refuses_by_itself(text: str) -> None:
    """`check` would catch these even if the door let them in."""
    assert readonly.tree_refusal(text, "postgres")


def test_tables_are_those_of_the_database() -> None:
    """The tables a question reads, without its own relations and ours."""
    text = 'WITH a AS (SELECT * FROM app.t JOIN "Odd" ON true) SELECT count(*) AS value FROM days JOIN a ON true'
    assert readonly.tables(text, "postgres") == {"app.t", '"Odd"'}
    assert readonly.tables("SELECT 1 +", "postgres") == frozenset()


@pytest.mark.parametrize(
    ("text", "days", "kind"),
    [
        ("SELECT count(*) AS value FROM t", False, Kind.STATE),
        ("SELECT count(*) AS value FROM t WHERE at >= :start", False, Kind.FLOW),
        ("SELECT count(*) AS value FROM t WHERE at < :end", False, Kind.FLOW),
        ("SELECT days.day, 1 AS value FROM days", True, Kind.FLOW),
        ("SELECT d.day, 1 AS value FROM t JOIN days AS d ON true", True, Kind.FLOW),
        ("SELECT d.day, 1 AS value FROM (SELECT * FROM days) d", True, Kind.FLOW),
        ("SELECT make_interval(days => 7) AS a, 7 AS days, count(*) AS value FROM t", False, Kind.STATE),
        ("SELECT t.days AS sample FROM t", False, Kind.STATE),
        ("SELECT count(*) AS value FROM app.days", False, Kind.STATE),
        ("SELECT count(app.days.id) AS value FROM app.days", False, Kind.STATE),
        ("SELECT count(*) AS value FROM t WHERE a = ':start' -- FROM days", False, Kind.STATE),
    ],
)
def test_flow_and_state_are_told_from_the_text(text: str, days: bool, kind: Kind) -> None:
    """A question that mentions the window can be asked about the past; any other is true only now (contract 3)."""
    statement = Statement.read(text)
    assert (statement.days, statement.kind) == (days, kind)


def test_a_question_is_text_or_the_name_of_a_file() -> None:
    """`signups.sql` is read from the plan; what has more words is SQL itself; mistakes in a file are mistakes of the plan."""
    files = {"signups.sql": "SELECT count(*) AS value FROM users", "bad.sql": "DELETE FROM users"}
    assert str(SqlSource.question("signups.sql", files.__getitem__)) == files["signups.sql"]
    assert str(SqlSource.question("SELECT 1 AS value FROM t.sql", files.__getitem__)) == "SELECT 1 AS value FROM t.sql"
    with pytest.raises(ValueError, match="one SELECT"):
        SqlSource.question("bad.sql", files.__getitem__)
    for raw in ("", None, 7, {"sql": "SELECT 1"}):
        with pytest.raises(ValueError, match="write one of them"):
            SqlSource.question(raw, files.__getitem__)
