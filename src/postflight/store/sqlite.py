"""The control database of one machine: a SQLite file in the store's folder, readable by its owner alone.

Write-ahead log, so that a dashboard reads while a report writes; `synchronous=FULL`, so that what was said to be kept survives a
power cut. The file must be on a local disk: its locks do not work over a network.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

from ..errors import StoreError
from .database import Engine

FILE = "control.db"
PATIENCE = 20.0  # seconds to wait for another process's transaction; ours take milliseconds

_WORDS = {
    "SQLITE_BUSY": ("is busy: another process has been writing for a long time", "try again, or end the process that holds it"),
    "SQLITE_FULL": ("cannot grow: the disk is full", "make room on the disk; nothing that was kept is lost"),
    "SQLITE_READONLY": ("may not be written", "give the user who runs postflight the right to write to the folder"),
    "SQLITE_CANTOPEN": ("cannot be opened", "see that the folder exists and that this user may write to it"),
    "SQLITE_NOTADB": ("is not a database", "something else was written over it; restore it from a backup"),
    "SQLITE_CORRUPT": ("is damaged", "restore it from a backup"),
    "SQLITE_IOERR": ("cannot be read or written: the disk reports an error", "see the system's log for the disk's own message"),
}


def engine(folder: Path) -> Engine:
    """The engine for `control.db` in this folder. Nothing is opened or made yet."""
    path = folder / FILE
    return Engine(
        name="sqlite",
        connect=partial(_connect, path),
        begin="BEGIN IMMEDIATE",  # a transaction that only later turns out to write could be refused half-way
        spell=str,
        error=sqlite3.Error,
        explain=partial(_explain, path),
        lost=lambda _connection: False,
        version=_version,
        alone=partial(_alone, folder),
        back_up=partial(_back_up, path),
    )


def _connect(path: Path) -> sqlite3.Connection:
    _make(path)
    # Several threads of a server share the connection; `Database` lets in one at a time.
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


def _make(path: Path) -> None:
    """Create folder and file for their owner's eyes only. SQLite gives its log the mode of the file."""
    try:
        if path.exists():
            return
        if not path.parent.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            (path.parent / ".gitignore").write_text("*\n")  # the store usually stands beside a plan that is under version control
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as problem:
        raise StoreError(
            f"the store {path.parent} cannot be made: {problem.strerror}", hint="choose a folder that this user may write to"
        ) from None


def _version(connection: sqlite3.Connection) -> str:
    try:
        row = connection.execute("SELECT version_num FROM schema_version").fetchone()
    except sqlite3.OperationalError as problem:
        if "no such table" in str(problem):
            return ""
        raise
    return str(row[0]) if row else ""


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with os.fdopen(os.open(folder / "control.lock", os.O_CREAT | os.O_RDWR, 0o600)) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        # The mode stays with the file, so it is set once, where nobody else is at work on it.
        with closing(_connect(folder / FILE)) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        yield


def _back_up(path: Path, revision: str) -> None:
    """A whole copy beside the file, under its final name only once it is on the disk."""
    kept = path.with_name(f"{path.stem}-before-{revision}{path.suffix}")
    unfinished = kept.with_suffix(".tmp")
    unfinished.unlink(missing_ok=True)
    os.close(os.open(unfinished, os.O_CREAT | os.O_RDWR, 0o600))
    with closing(_connect(path)) as source, closing(sqlite3.connect(unfinished)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    unfinished.replace(kept)


def _explain(path: Path, problem: Exception) -> StoreError:
    name = getattr(problem, "sqlite_errorname", "") or ""
    for code, (what, hint) in _WORDS.items():
        if name.startswith(code):
            return StoreError(f"the store {path} {what}", hint=hint)
    return StoreError(f"the store {path} refused: {problem}", hint="this is a fault of postflight; please report it")
