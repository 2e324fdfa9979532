"""The store on SQLite: the contract of every engine, and what is SQLite's own."""

from __future__ import annotations

import ast
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import store_samples as sample
from store_contract import QUESTIONS, Opened, StoreContract
from store_samples import NOW

from postflight.errors import Exit, StoreError, UsageError
from postflight.store import Store, open_store, sqlite


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that does not exist yet."""
    return tmp_path / "a folder" / ".postflight"


@pytest.fixture
def opened(place: Path) -> Iterator[Opened]:
    stores: list[Store] = []

    def open_again(plan_id: str = "harbour") -> Store:
        stores.append(open_store(str(place), plan_id))
        return stores[-1]

    yield open_again
    for store in stores:
        store.close()


class TestSqlite(StoreContract):
    """The contract, on a file."""

    @pytest.fixture
    def opened(self, opened: Opened) -> Opened:
        return opened


def test_D7_only_the_owner_can_read_the_store(opened: Opened, place: Path) -> None:
    """Folder 0700, files 0600, the write-ahead log included, whatever the umask; git does not see it."""
    before = os.umask(0)
    try:
        sample.fill(opened())
    finally:
        os.umask(before)
    assert place.stat().st_mode & 0o777 == 0o700
    modes = {path.name: path.stat().st_mode & 0o777 for path in place.iterdir() if path.name.startswith("control")}
    assert modes == dict.fromkeys(["control.db", "control.db-shm", "control.db-wal", "control.lock"], 0o600)
    assert (place / ".gitignore").read_text() == "*\n"


def test_the_file_is_durable_and_checked(opened: Opened) -> None:
    """Write-ahead log, every commit on the disk before it is acknowledged, references checked."""
    connection = opened()._database._connection
    pragmas = [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert pragmas == ["wal", 2, 1]


def test_opening_an_up_to_date_store_imports_no_alembic(opened: Opened, place: Path) -> None:
    """Commands start fast: SQLAlchemy and Alembic stay out until a migration is due. Control: they are there after one."""
    opened()
    code = "import sys; from postflight.store import open_store; open_store(sys.argv[1], 'p').cards.history(); print('sqlalchemy' in sys.modules, 'alembic' in sys.modules)"
    run = [sys.executable, "-c", code]
    assert subprocess.check_output([*run, str(place)], text=True).split() == ["False", "False"]
    assert subprocess.check_output([*run, str(place / "new")], text=True).split() == ["True", "True"]


def test_a_busy_store_is_waited_for(opened: Opened, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer waits for another process's transaction. Control: without patience it is refused, in words."""
    kept = opened()
    other = sqlite3.connect(place / "control.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(sqlite, "PATIENCE", 0.05)
    hasty = opened()
    with pytest.raises(StoreError, match="is busy"):
        hasty.deployments.add(sample.deployment())

    def release() -> None:
        time.sleep(0.3)
        other.execute("COMMIT")

    thread = threading.Thread(target=release)
    thread.start()
    assert kept.deployments.add(sample.deployment())
    thread.join()
    other.close()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (
            lambda place: (place / "control.db").write_bytes(b"no database at all, but long enough to look at" * 100),
            "is not a database",
        ),
        (lambda place: (place / "control.db").mkdir(), "cannot be opened"),
        (lambda place: place.rmdir() or place.write_text("a file where the folder should be"), "cannot be made|cannot be opened"),
    ],
    ids=["garbage", "directory", "file"],
)
def test_a_store_that_cannot_be_opened_says_why(tmp_path: Path, spoil: object, words: str) -> None:
    """The operator learns what is wrong and where, with exit code 2, and nothing is written over."""
    place = tmp_path / "store"
    place.mkdir()
    spoil(place)  # type: ignore[operator]
    with pytest.raises(StoreError, match=words) as caught:
        open_store(str(place), "harbour")
    assert caught.value.exit_code is Exit.USAGE and str(place) in str(caught.value)


def test_a_full_disk_loses_nothing_that_was_kept(opened: Opened) -> None:
    """The write that does not fit is refused in words and undone; what was kept is there, and writing works again after."""
    kept = opened()
    kept.deployments.add(sample.deployment())
    pages = kept._database._connection.execute("PRAGMA page_count").fetchone()[0]
    kept._database._connection.execute(f"PRAGMA max_page_count={pages}")
    large = sample.evidence(columns=("value", "name"), rows=((1, "x" * 1_000_000),))
    with pytest.raises(StoreError, match="the disk is full"):
        kept.observations.keep([sample.observation(outcome=large)])
    assert len(kept.deployments.newest()) == 1
    kept._database._connection.execute("PRAGMA max_page_count=1000000")
    kept.observations.keep([sample.observation(outcome=large)])


@pytest.mark.parametrize("location", ["mysql://u:hunter2@host/db", "http://host"])
def test_other_kinds_of_store_are_refused(location: str) -> None:
    """A place we cannot keep anything at is a mistake of usage, and the address, which may hold a password, is not repeated."""
    with pytest.raises(UsageError, match="no store can be kept") as caught:
        open_store(location, "harbour")
    assert "hunter2" not in str(caught.value)


def test_a_store_needs_a_plan(tmp_path: Path) -> None:
    """Without an id, results of two products would be mixed."""
    with pytest.raises(UsageError, match="no id"):
        open_store(str(tmp_path), "")


def test_ids_are_in_the_order_they_were_made(opened: Opened) -> None:
    """Of two words given at the same microsecond, the later one is listed later; ids are of UUID version 7."""
    kept = opened()
    ids = [kept.new_id(NOW) for _ in range(1000)]
    assert ids == sorted(ids) and len(set(ids)) == 1000
    assert ids[0][14] == "7" and ids[0][19] in "89ab"
    assert kept.new_id(NOW.replace(microsecond=NOW.microsecond + 1)) > ids[-1] > kept.new_id(NOW.replace(year=2025))


def test_every_question_is_asked_by_someone() -> None:
    """No file of `sql/` lies about unused, and none that is asked for is missing."""
    asked = set()
    for module in Path(sqlite.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("row", "rows", "run", "run_all")
            ):
                asked |= {argument.value for argument in node.args[:1] if isinstance(argument, ast.Constant)}
    assert asked == set(QUESTIONS)
