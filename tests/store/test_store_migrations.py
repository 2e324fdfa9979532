"""Migrations (R-19, R-20, P9): whole or not at all, a copy kept first, and every schema that was ever released can be opened."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import store_crashes
import store_samples as sample
from store_samples import NOW

from postflight.errors import Exit, StoreError
from postflight.model import Role
from postflight.store import Store, open_store, schema
from postflight.store.database import Database
from postflight.store.ids import uuid7
from postflight.store.sqlite import engine
from postflight.window import Window

FIXTURES = Path(__file__).with_name("fixtures")


@pytest.fixture
def next_migrations(tmp_path: Path) -> Path:
    """Our migrations and one more, as a later release has them."""
    folder = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(FIXTURES / "v0002_next.py", folder / "versions")
    return folder


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A store with one of everything, as this release writes it."""
    numbers = sample.counted_ids()
    with open_store(str(tmp_path / "store"), "harbour", lambda _: next(numbers)) as store:
        sample.fill(store)
    return tmp_path / "store"


def dump(file: Path) -> str:
    """Everything in a database, as SQL."""
    with closing(sqlite3.connect(file)) as connection:
        return "\n".join(connection.iterdump()) + "\n"


def migrate(place: Path, migrations: Path, head: str = "0002") -> None:
    database = Database(engine(place), "harbour", uuid7)
    try:
        schema.bring_up_to_date(database, head, migrations)
    finally:
        database.close()


def killed_before(statement: int, place: Path, migrations: Path, head: str) -> bool:
    """Migrate in a process that dies just before its nth statement. False when it had fewer, and was done."""
    task = ["migrate", str(place), str(migrations), head, str(statement)]
    ended = subprocess.run([sys.executable, store_crashes.__file__, *task], check=False, capture_output=True, text=True)
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
    return ended.returncode != 0


def test_the_head_is_the_newest_migration() -> None:
    """The number that spares us Alembic on every start is the number Alembic would find."""
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [schema.HEAD]


def test_opening_again_changes_nothing(place: Path) -> None:
    """Migrations are idempotent, and an up-to-date store gets no copy."""
    before = dump(place / "control.db")
    open_store(str(place), "harbour").close()
    assert dump(place / "control.db") == before
    assert list(place.glob("*before*")) == []


def test_P9_a_migration_keeps_data_and_a_copy_from_before(place: Path, next_migrations: Path) -> None:
    """Rows are carried over; beside them stands a whole copy of what was, for its owner's eyes, which the old program can open."""
    before = dump(place / "control.db")
    migrate(place, next_migrations)
    with closing(sqlite3.connect(place / "control.db")) as connection:
        assert set(connection.execute("SELECT environment, region FROM deployments")) == {("live", "eu")}
        assert connection.execute("SELECT count(*) FROM cards").fetchone() == (1,)
    copy = place / "control-before-0002.db"
    assert dump(copy) == before
    assert copy.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in place.glob("control-*")) == [copy.name]

    restored = place.parent / "restored"
    restored.mkdir()
    shutil.copy(copy, restored / "control.db")
    with open_store(str(restored), "harbour") as store:
        assert_filled(store)


def test_R20_a_newer_store_is_refused_and_left_alone(place: Path, next_migrations: Path) -> None:
    """The old program says what to do, with exit code 2, and touches nothing. Control: the new one opens it."""
    migrate(place, next_migrations)
    before = dump(place / "control.db")
    with pytest.raises(StoreError, match=r"newer \(schema 0002\) than this program \(schema 0001\)") as caught:
        open_store(str(place), "harbour")
    assert caught.value.exit_code is Exit.USAGE and "restore the copy" in str(caught.value)
    assert dump(place / "control.db") == before
    migrate(place, next_migrations)


def test_an_unknown_schema_is_refused(tmp_path: Path, place: Path) -> None:
    """A revision that was never ours is not migrated from."""
    with closing(sqlite3.connect(place / "control.db")) as connection:
        connection.execute("UPDATE schema_version SET version_num = '0000'")
        connection.commit()
    with pytest.raises(StoreError, match=r"does not know \(0000\)"):
        open_store(str(place), "harbour")


def test_P9_a_migration_that_fails_leaves_the_old_version_working(place: Path, next_migrations: Path) -> None:
    """An error in the last statement undoes the first."""
    broken = next_migrations / "versions" / "v0002_next.py"
    broken.write_text(broken.read_text() + '    op.execute("INSERT INTO no_such_table VALUES (1)")\n')
    before = dump(place / "control.db")
    with pytest.raises(StoreError, match="no such table"):
        migrate(place, next_migrations)
    assert dump(place / "control.db") == before
    with open_store(str(place), "harbour") as store:
        assert_filled(store)


def test_R19_a_migration_killed_at_any_statement_is_done_at_the_next_start(place: Path, next_migrations: Path) -> None:
    """Killed before each statement in turn, the store is as it was and the old program works; then it is migrated whole."""
    before = dump(place / "control.db")
    statement = 1
    while killed_before(statement, place, next_migrations, "0002"):
        assert dump(place / "control.db") == before, statement
        with open_store(str(place), "harbour") as store:
            assert_filled(store)
        statement += 1
    assert statement > 6  # so it was killed within the migration, not only beside it
    with closing(sqlite3.connect(place / "control.db")) as connection:
        assert connection.execute("SELECT version_num FROM schema_version").fetchone() == ("0002",)
        assert connection.execute("SELECT name FROM regions").fetchall() == [("eu",)]
    assert dump(place / "control-before-0002.db") == before


def test_R19_a_creation_that_was_killed_is_done_at_the_next_start(tmp_path: Path) -> None:
    """A first start that died at its first, ninth, seventeenth … statement leaves nothing that the second could stumble over."""
    for statement in range(1, 100, 8):
        place = tmp_path / str(statement)
        if not killed_before(statement, place, schema.MIGRATIONS, schema.HEAD):
            break
        with open_store(str(place), "harbour") as store:
            sample.fill(store)
            assert_filled(store)
    assert 40 < statement < 97  # killed all over it, then done


@pytest.mark.parametrize("fixture", sorted(FIXTURES.glob("control-*.sql")), ids=lambda path: path.stem)
def test_R19_every_released_schema_can_be_opened(tmp_path: Path, fixture: Path) -> None:
    """A database as that release wrote it is migrated to today's schema with everything in it."""
    with closing(sqlite3.connect(tmp_path / "control.db")) as connection:
        connection.executescript(fixture.read_text())
    with open_store(str(tmp_path), "harbour") as store:
        assert_filled(store)


def test_the_fixture_is_what_this_schema_writes(place: Path) -> None:
    """A migration that was released is never edited: the database it makes, and what is written to it, stay the same to the byte.

    Before the release of a schema, POSTFLIGHT_UPDATE_GOLDEN=1 writes its fixture anew.
    """
    fixture = FIXTURES / f"control-{schema.HEAD}.sql"
    if os.environ.get("POSTFLIGHT_UPDATE_GOLDEN"):
        fixture.write_text(dump(place / "control.db"))
    assert dump(place / "control.db") == fixture.read_text()


def assert_filled(store: Store) -> None:
    """Everything that `store_samples.fill` writes is there, and means what it meant."""
    (card,) = store.cards.history()
    kept = store.cards.get(card.id)
    release = store.releases.get("redesign")
    assert kept.document == sample.DOCUMENT
    assert store.plans.get(kept.plan).files == sample.plan().files
    assert kept.occasion.release == release and release.edited.startswith("errors at 1 week: ≥ 35 % → ≥ 30 %")
    assert repr([each.outcome for each in kept.observations]) == repr([sample.evidence(), sample.NOTHING])
    assert [each.version for each in store.deployments.newest()] == ["v2.4.0", "v2.3.0"]
    assert store.baselines.of(store.deployments.get("v2.4.0"))["errors"].origin == "invalidated: outage"
    assert store.baselines.of(store.deployments.get("v2.3.0"))["errors"].origin == "measured"
    assert [said.item for said in store.signoffs.of("release/redesign", NOW)] == ["announced"]
    assert [record.value for record in store.history.records("nps", NOW)] == [41.5]
    assert [remark.text for remark in store.annotations.touching(sample.WEEK)] == ["campaign ⚓"]
    assert list(sample.frozen_for(store, kept.occasion).frozen) == ["24h/no_errors"]
    assert len(store.history.observations("errors", Window(NOW, NOW + sample.DAY))) == 1
    assert len(store.observations.asked("errors", Role.BASELINE, Window(NOW, NOW + sample.DAY))) == 1
    assert len(store.audit.newest()) == 10
