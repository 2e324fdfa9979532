"""Files through DuckDB: the contract, and the lock on the engine (C11, S4)."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from asking import CHICAGO, only

from postflight.model import Ask, Connection, Evidence, Kind, Nothing, Reason, Role
from postflight.sources import files, readonly
from postflight.sources.files import FileQuestion, FilesSource
from postflight.sources.statement import Statement
from postflight.testing import FlowContract, NoHistory, asking
from postflight.window import Span

DAYS = "day,value\n2026-10-30,1\n2026-10-31,2\n2026-11-01,3\n2026-11-03,4\n"
EVENTS = "moment,ms\n2026-10-31 04:59:59,1\n2026-10-31 05:00:00,2\n2026-11-01 05:00:00,3\n2026-11-02 05:59:59,4\n2026-11-03 06:00:00,5\n"
BY_DAY = "SELECT days.day, count(e.ms) AS value FROM days LEFT JOIN file e ON e.moment >= days.starts AND e.moment < days.ends GROUP BY days.day"


def unchecked(text: str) -> Ask:
    """An ask of days.csv with SQL that never went through the door."""
    ask = asking(FilesSource, "days.csv")
    statement = Statement(text, tuple(readonly.tokens(text)), False, Kind.STATE)
    return replace(ask, kpi=replace(ask.kpi, question=FileQuestion("days.csv", statement)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two exports, and beside their folder a file that is nobody's business."""
    exports = tmp_path / "exports"
    exports.mkdir()
    (exports / "days.csv").write_text(DAYS)
    (exports / "events.csv").write_text(EVENTS)
    (tmp_path / "private.csv").write_text("value\n42\n")
    return exports


class TestFilesKeepTheContract(FlowContract):
    """The source `files` on a folder."""

    kind = FilesSource

    @pytest.fixture(autouse=True)
    def _folder(self, folder: Path) -> None:
        self.folder = folder

    def connection(self) -> Connection:
        return Connection("exports", "files", {"folder": str(self.folder)})

    def unreachable(self) -> Connection:
        return Connection("exports", "files", {"folder": f"{self.folder}/${{env:CANARY}}"})

    def good(self) -> Ask:
        return asking(FilesSource, "days.csv", first=date(2026, 10, 30), days=3)

    def broken(self) -> Ask:
        return asking(FilesSource, "no_such_file.csv")

    def harmful(self) -> Sequence[Ask]:
        here = self.folder
        return [
            unchecked(text)
            for text in [
                f"COPY (SELECT 1 AS value) TO '{here}/written.csv'",
                f"COPY (SELECT 1 AS value) TO '{here}/days.csv'",
                f"ATTACH '{here}/written.db' AS w",
                f"EXPORT DATABASE '{here}/written'",
                f"SELECT 1 AS value; COPY (SELECT 1) TO '{here}/days.csv' (USE_TMP_FILE false)",
            ]
        ]

    def mistakes(self) -> Sequence[object]:
        return [
            "../private.csv",
            "/etc/passwd.csv",
            "s3://bucket/x.csv",
            "notes.txt",
            "a**.csv",
            "",
            None,
            {"file": "days.csv"},
            {"file": "days.csv", "sql": "DROP TABLE file"},
        ]

    def state(self) -> object:
        return sorted(
            (str(path), hashlib.sha256(path.read_bytes()).hexdigest()) for path in self.folder.parent.rglob("*") if path.is_file()
        )

    def edges(self) -> tuple[Ask, Mapping[date, tuple[float, ...]]]:
        ask = asking(FilesSource, {"file": "events.csv", "sql": BY_DAY}, first=date(2026, 10, 31), days=3, timezone=CHICAGO.key)
        return ask, {date(2026, 10, 31): (1,), date(2026, 11, 1): (2,), date(2026, 11, 2): (0,)}


def answer(folder: Path, ask: Ask, timeout: float = 5.0) -> Evidence | Nothing:
    return only(FilesSource(Connection("exports", "files", {}, folder=str(folder)), str, NoHistory(), timeout), ask)


def test_a_file_with_days_answers_for_the_days_asked(folder: Path) -> None:
    """Its columns decide; a day that it lacks is left out, not made up."""
    found = answer(folder, asking(FilesSource, "days.csv", first=date(2026, 10, 31), days=4))
    assert isinstance(found, Evidence)
    assert found.rows == ((date(2026, 10, 31), 2), (date(2026, 11, 1), 3), (date(2026, 11, 3), 4))


def test_a_file_without_days_is_true_only_now(folder: Path) -> None:
    """It must not stand for the weeks before the deployment: that would be a change of exactly zero."""
    (folder / "now.csv").write_text("hits,total\n3,4\n")
    now = asking(FilesSource, "now.csv")
    assert isinstance(answer(folder, now), Evidence)
    for role in (Role.BASELINE, Role.DAYS, Role.HOURS):
        past = answer(folder, replace(now, role=role))
        assert isinstance(past, Nothing)
        assert past.reason is Reason.EMPTY


def test_a_file_with_days_says_nothing_of_hours(folder: Path) -> None:
    """A window of hours, or an hour of the first day, is not a day."""
    ask = asking(FilesSource, "days.csv", first=date(2026, 10, 31))
    for finer in (replace(ask, role=Role.HOURS), replace(ask, kpi=replace(ask.kpi, window=Span.parse("24h")))):
        assert isinstance(answer(folder, finer), Nothing)


@pytest.mark.parametrize("name", ["days.json", "days.jsonl", "days.parquet", "days.tsv", "days.csv.gz"])
def test_every_form_reads_the_same(folder: Path, name: str) -> None:
    """CSV, TSV, JSON, JSON Lines, Parquet, compressed: one answer."""
    rows = '{"day": "2026-10-31", "value": 2}\n{"day": "2026-11-01", "value": 3}\n'
    match name:
        case "days.json":
            (folder / name).write_text("[" + rows.strip().replace("\n", ",") + "]")
        case "days.jsonl":
            (folder / name).write_text(rows)
        case "days.tsv":
            (folder / name).write_text(DAYS.replace(",", "\t"))
        case "days.csv.gz":
            (folder / name).write_bytes(gzip.compress(DAYS.encode()))
        case _:
            duckdb.sql("SELECT DATE '2026-10-31' AS day, 2 AS value UNION ALL SELECT DATE '2026-11-01', 3").write_parquet(
                str(folder / name)
            )
    found = answer(folder, asking(FilesSource, name, first=date(2026, 10, 31), days=2))
    assert isinstance(found, Evidence), found
    assert found.rows == ((date(2026, 10, 31), 2), (date(2026, 11, 1), 3))


def test_a_pattern_reads_all_its_files_as_one(folder: Path) -> None:
    """Columns are matched by name, whatever their order."""
    (folder / "sales-1.csv").write_text("day,value\n2026-10-31,1\n")
    (folder / "sales-2.csv").write_text("value,day\n2,2026-11-01\n")
    found = answer(folder, asking(FilesSource, "sales-*.csv", first=date(2026, 10, 31), days=2))
    assert isinstance(found, Evidence)
    assert sorted(str(dict(zip(found.columns, row, strict=True))["value"]) for row in found.rows) == ["1", "2"]


def test_instants_with_and_without_a_zone_are_the_same_instant(folder: Path) -> None:
    """`2026-10-31 05:00:00` is UTC; `…-05:00` says what it is."""
    (folder / "zoned.csv").write_text("moment,ms\n2026-10-31T00:00:00-05:00,1\n2026-10-30T23:59:59-05:00,1\n")
    (folder / "plain.csv").write_text("moment,ms\n2026-10-31 05:00:00,1\n2026-10-31 04:59:59,1\n")
    for name in ("zoned.csv", "plain.csv"):
        ask = asking(FilesSource, {"file": name, "sql": BY_DAY}, first=date(2026, 10, 31), timezone=CHICAGO.key)
        found = answer(folder, ask)
        assert isinstance(found, Evidence), found
        assert found.rows == ((date(2026, 10, 31), 1),)


def test_BIZ4_decimals_of_a_file_stay_decimals(folder: Path) -> None:
    """Money in Parquet keeps its cents."""
    duckdb.sql("SELECT 1234567.89::DECIMAL(12, 2) AS value").write_parquet(str(folder / "money.parquet"))
    found = answer(folder, asking(FilesSource, "money.parquet"))
    assert isinstance(found, Evidence)
    assert found.rows == ((Decimal("1234567.89"),),)


def test_freshness_is_when_the_file_was_written_unless_it_says_better(folder: Path) -> None:
    """The watermark of an export is its own time; a column `newest` knows more."""
    os.utime(folder / "days.csv", (1_790_000_000, 1_790_000_000))
    found = answer(folder, asking(FilesSource, "days.csv", first=date(2026, 10, 31)))
    assert isinstance(found, Evidence)
    assert found.newest == datetime.fromtimestamp(1_790_000_000, UTC)
    question = {"file": "events.csv", "sql": "SELECT count(*) AS value, max(moment) AS newest FROM file"}
    told = answer(folder, asking(FilesSource, question))
    assert isinstance(told, Evidence)
    assert told.newest == datetime(2026, 11, 3, 6, tzinfo=UTC)


def test_a_file_that_goes_away_while_it_is_read_is_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An export that is replaced under our hands fails its own question."""
    monkeypatch.setattr(files, "_changed", lambda paths: Path(paths[0], "gone").stat())
    found = answer(folder, asking(FilesSource, "days.csv"))
    assert isinstance(found, Nothing)
    assert found.reason is Reason.UNREACHABLE


def test_a_link_out_of_the_folder_is_refused(folder: Path) -> None:
    """Paths are confined to the folder, links included."""
    (folder / "days-too.csv").symlink_to(folder.parent / "private.csv")
    found = answer(folder, asking(FilesSource, "days-too.csv"))
    assert isinstance(found, Nothing)
    assert found.reason is Reason.PERMISSION


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM '{beside}'",
        "SELECT * FROM read_csv('{beside}')",
        "SELECT content AS value FROM read_text('/etc/hostname')",
        "COPY (SELECT 1 AS value) TO '{beside}.copy'",
        "ATTACH '{beside}.db' AS x",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SELECT * FROM glob('{beside}*')",
    ],
)
def test_C11_the_engine_is_locked_before_it_sees_a_question(folder: Path, text: str) -> None:
    """What gets past the door opens no file, loads no code and changes no setting."""
    beside = folder.parent / "private.csv"
    found = answer(folder, unchecked(text.format(beside=beside)))
    assert isinstance(found, Nothing)
    assert "42" not in found.detail
    assert not [path for path in folder.parent.iterdir() if path.name not in ("private.csv", "exports")]


def test_C11_without_the_lock_the_file_is_read(folder: Path) -> None:
    """Positive control: an unlocked engine reads what is nobody's business."""
    assert duckdb.sql(f"SELECT * FROM '{folder.parent / 'private.csv'}'").fetchall() == [(42,)]


def test_C11_the_settings_of_the_lock(folder: Path) -> None:
    """Asked of the engine itself: no external access, no extension by itself, no more memory than given."""
    with files._locked([]) as engine:
        names = [
            "enable_external_access",
            "lock_configuration",
            "autoinstall_known_extensions",
            "autoload_known_extensions",
            "threads",
        ]
        assert [engine.execute(f"SELECT current_setting('{name}')").fetchone() for name in names] == [
            (False,),
            (True,),
            (False,),
            (False,),
            (1,),
        ]


def test_C3_a_question_without_end_is_interrupted(folder: Path) -> None:
    """And the next one is answered."""
    endless = asking(FilesSource, {"file": "days.csv", "sql": "SELECT count(*) AS value FROM file, range(100000000000) r"})
    good = asking(FilesSource, "days.csv", first=date(2026, 10, 31))
    source = FilesSource(Connection("exports", "files", {}, folder=str(folder)), str, NoHistory(), 0.3)
    outcomes = [outcome for _, outcome in source.answer([endless, good])]
    assert isinstance(outcomes[0], Nothing)
    assert outcomes[0].reason is Reason.TIMEOUT
    assert isinstance(outcomes[1], Evidence)


@pytest.mark.parametrize(
    ("content", "sql", "reason"),
    [
        ("value\nabc\n", None, Reason.BAD_RESPONSE),
        ("value\n", None, Reason.EMPTY),
        ("value\n-1\n", "SELECT nope AS value FROM file", Reason.QUERY_ERROR),
        ("value\nabc\n", "SELECT value::int AS value FROM file", Reason.QUERY_ERROR),
        ("value\nnan\n", "SELECT value::double AS value FROM file", Reason.NON_FINITE),
        ("hits,total\n5,4\n", None, Reason.OUT_OF_RANGE),
        ("day,value\nsoon,4\n", None, Reason.QUERY_ERROR),
        ("a,b\n1,2\n", None, Reason.BAD_RESPONSE),
        ("", None, Reason.BAD_RESPONSE),
        ("value\n" + "1\n" * 10001, "SELECT value AS sample FROM file", Reason.BAD_RESPONSE),
    ],
)
def test_R09_a_file_with_nonsense_is_nothing(folder: Path, content: str, sql: str | None, reason: Reason) -> None:
    """Each with its reason, and without a word of the data."""
    (folder / "odd.csv").write_text(content)
    found = answer(folder, asking(FilesSource, {"file": "odd.csv", "sql": sql} if sql else "odd.csv"))
    assert isinstance(found, Nothing), found
    assert found.reason is reason
    assert "abc" not in found.detail


@pytest.mark.parametrize("name", ["odd.parquet", "odd.json", "odd.csv.gz"])
def test_R09_a_file_that_is_not_what_its_name_says_is_nothing(folder: Path, name: str) -> None:
    """Half an upload, or an error page saved as data."""
    (folder / name).write_bytes(b"<html>\x00\xff not data" * 50)
    found = answer(folder, asking(FilesSource, name))
    assert isinstance(found, Nothing)
    assert found.reason in (Reason.BAD_RESPONSE, Reason.QUERY_ERROR)
    assert str(folder) not in found.detail


def test_kind_and_words_of_a_question() -> None:
    """A path is a flow; SQL tells by itself; both keep their text."""
    plain = FilesSource.question("days.csv", str)
    timeless = FilesSource.question({"file": "days.csv", "sql": "SELECT count(*) AS value FROM file"}, str)
    timed = FilesSource.question({"file": "days.csv", "sql": "by_day.sql"}, {"by_day.sql": BY_DAY}.__getitem__)
    assert (plain.kind, timeless.kind, timed.kind) == (Kind.FLOW, Kind.STATE, Kind.FLOW)
    assert (str(plain), str(timed)) == ("days.csv", f"days.csv: {BY_DAY}")


@pytest.mark.parametrize(
    ("raw", "read"), [("data", {"folder": "data"}), (None, {"folder": ""}), ({}, {}), ({"folder": "data"}, {"folder": "data"})]
)
def test_settings_are_a_folder(raw: object, read: object) -> None:
    """A path, or nothing for the plan's own folder."""
    assert FilesSource.settings(raw) == read
