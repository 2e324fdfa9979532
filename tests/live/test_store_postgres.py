"""The store on a real PostgreSQL: the contract of every engine, and what is PostgreSQL's own."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from itertools import count as counted
from pathlib import Path

import psycopg
import pytest
from servers import Postgres, postgres

sys.path.insert(0, str(Path(__file__).parents[1] / "store"))

import store_crashes
import store_samples as sample
from store_contract import Opened, StoreContract, ask, count

from postflight.errors import StoreError
from postflight.store import Store, _engine, open_store, schema, uuid7
from postflight.store.database import Database

_numbers = counted(1)


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with postgres() as started:
        yield started


@pytest.fixture
def address(server: Postgres) -> str:
    """An empty database."""
    name = f"store_{next(_numbers)}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return server.url(database=name)


@pytest.fixture
def opened(address: str) -> Iterator[Opened]:
    stores: list[Store] = []

    def open_again(plan_id: str = "harbour") -> Store:
        stores.append(open_store(address, plan_id))
        return stores[-1]

    yield open_again
    for store in stores:
        store.close()


class TestPostgres(StoreContract):
    """The contract, on a server."""

    @pytest.fixture
    def opened(self, opened: Opened) -> Opened:
        return opened


def test_tables_stand_in_a_schema_of_their_own(opened: Opened, address: str) -> None:
    """A database that a product uses already gets one schema more, and nothing in its own."""
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE deployments (mine int)")
    sample.fill(opened())
    with psycopg.connect(address) as connection:
        tables = connection.execute(
            "SELECT schemaname, count(*) FROM pg_tables WHERE tablename = 'deployments' GROUP BY 1 ORDER BY 1"
        ).fetchall()
        assert tables == [("postflight", 1), ("public", 1)]
        assert connection.execute("SELECT count(*) FROM public.deployments").fetchone() == (0,)


def test_a_connection_that_was_lost_is_replaced(opened: Opened, address: str) -> None:
    """A server's restart costs nothing between two uses; within a transaction it is said, and nothing is half done."""
    store = opened()
    store.deployments.add(sample.deployment("v1"))
    end_others(address)
    assert [each.version for each in store.deployments.newest()] == ["v1"]
    end_others(address)
    store.deployments.add(sample.deployment("v2"))
    with pytest.raises(StoreError, match="cannot be reached"), store.transaction():
        store.deployments.add(sample.deployment("v3"))
        end_others(address)
        store.deployments.add(sample.deployment("v4"))
    assert [each.version for each in store.deployments.newest()] == ["v2", "v1"]


def test_a_password_is_never_told(server: Postgres, address: str) -> None:
    """Refused, unknown, unreachable: the message says what to look at, and quotes neither address nor password."""
    wrong = [
        address.replace(server.password, "hunter2"),
        address.replace("postgres:", "nobody:"),
        address.replace(f":{server.port}", ":1"),
        address.rpartition("/")[0] + "/no_such_database",
        "postgresql://u:hunter2@[broken",
    ]
    for each in wrong:
        with pytest.raises(StoreError, match="cannot be reached") as caught:
            open_store(each, "harbour")
        told = f"{caught.value} {caught.value.__cause__} {caught.value.__suppress_context__}"
        assert "hunter2" not in told and server.password not in told


def test_a_user_without_rights_is_told_which(server: Postgres, address: str) -> None:
    """A reader cannot make the schema; with a schema made for it, a user needs no right to make one."""
    user = f"clerk_{next(_numbers)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {user} LOGIN PASSWORD 'secret'")
        theirs = address.replace(f"postgres:{server.password}", f"{user}:secret")
        with pytest.raises(StoreError, match="no permission"):
            open_store(theirs, "harbour")
        connection.execute(f"CREATE SCHEMA postflight AUTHORIZATION {user}")
    with open_store(theirs, "harbour") as store:
        sample.fill(store)


def test_four_processes_share_one_store(address: str) -> None:
    """Four servers that start at once create the schema once, and none loses a write."""
    names = ["one", "two", "three", "four"]
    processes = [subprocess.Popen([sys.executable, store_crashes.__file__, "share", address, name]) for name in names]
    assert [process.wait() for process in processes] == [0, 0, 0, 0]
    with open_store(address, "harbour") as store:
        assert count(store, "deployments") == 80 == count(store, "cards")
        assert len(sample.frozen_for(store, sample.occasion()).frozen) == 80


def test_R19_a_migration_killed_at_any_statement_is_done_at_the_next_start(address: str, tmp_path: Path) -> None:
    """Killed before each statement in turn, the store is as it was and the old program works; then it is migrated whole."""
    migrations = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(Path(store_crashes.__file__).parent / "fixtures" / "v0002_next.py", migrations / "versions")
    with open_store(address, "harbour") as store:
        sample.fill(store)
    statement = 1
    while killed(["migrate", address, str(migrations), "0002", str(statement)]):
        with open_store(address, "harbour") as store:
            assert {each.environment for each in store.deployments.newest()} == {"production"}
        statement += 1
    assert statement > 6
    with pytest.raises(StoreError, match="newer"):
        open_store(address, "harbour")
    database = Database(_engine(address), "harbour", uuid7)
    schema.bring_up_to_date(database, "0002", migrations)
    with Store(database) as store:
        assert {each.environment for each in store.deployments.newest()} == {"live"}
        assert ask(store, "SELECT name FROM regions") == [("eu",)]


def test_half_a_card_is_never_seen(address: str) -> None:
    """A process killed while it keeps cards leaves only whole ones."""
    for _ in range(5):
        process = subprocess.Popen([sys.executable, store_crashes.__file__, "cards", address], stdout=subprocess.PIPE, text=True)
        assert process.stdout
        told = process.stdout.readline().strip()
        process.kill()
        process.wait()
        process.stdout.close()
        with open_store(address, "harbour") as store:
            assert store.cards.get(told).document == sample.DOCUMENT
            cards = count(store, "cards")
            assert count(store, "card_observations") == cards * store_crashes.OBSERVATIONS
            assert len(sample.frozen_for(store, sample.occasion(sample.deployment())).frozen) == cards


def killed(task: list[str]) -> bool:
    ended = subprocess.run([sys.executable, store_crashes.__file__, *task], check=False, capture_output=True, text=True)
    assert ended.returncode in (0, -signal.SIGKILL), ended.stderr
    return ended.returncode != 0


def end_others(address: str) -> None:
    """What a restart of the server does to connections, without waiting for one."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
