"""Brings a database to this program's schema: at once, whole or not at all, with a copy kept of what was there before.

Revisions are numbers written as text, `0001` upwards, in `migrations/versions/`. A database that is up to date costs one query;
Alembic and SQLAlchemy are imported only when there is something to do.
"""

from __future__ import annotations

from pathlib import Path

from ..errors import StoreError
from .database import Database, Engine

HEAD = "0001"
MIGRATIONS = Path(__file__).with_name("migrations")


def bring_up_to_date(database: Database, head: str = HEAD, migrations: Path = MIGRATIONS) -> None:
    """Migrate, if need be, to `head`. Raises StoreError for a database that is newer than this program (R-20); it is left alone."""
    if _is_current(database, head):
        return
    with database.engine.alone():
        if _is_current(database, head):
            return  # another process was faster
        _migrate(database.engine, database.version(), head, migrations)


def _is_current(database: Database, head: str) -> bool:
    found = database.version()
    if found > head:
        raise StoreError(
            f"the store is newer (schema {found}) than this program (schema {head})",
            hint="use the newer postflight that wrote it, or restore the copy that was kept before it was migrated",
        )
    return found == head


def _migrate(engine: Engine, found: str, head: str, migrations: Path) -> None:
    """Every step in one transaction: after a crash the database is as it was, and the next start does it again."""
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError
    from sqlalchemy import NullPool, create_engine
    from sqlalchemy.exc import DBAPIError

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    try:
        # The engine brings its own connection, in autocommit, so the transaction is ours here as everywhere.
        with create_engine(f"{engine.name}://", creator=engine.connect, poolclass=NullPool).connect() as connection:
            connection.exec_driver_sql(engine.begin)
            if found:
                engine.back_up(head)  # nobody else can write meanwhile
            config.attributes["connection"] = connection
            command.upgrade(config, head)
            connection.commit()
    except DBAPIError as problem:
        raise engine.explain(problem.orig if isinstance(problem.orig, Exception) else problem) from None
    except CommandError:
        raise StoreError(
            f"the store has a schema that this program does not know ({found})", hint="was it made by postflight?"
        ) from None
