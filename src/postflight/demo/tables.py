"""Columns of numbers into a database and into Parquet files, fast: the only part of the simulator that writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of one length. NaN, NaT, an empty text and a negative whole number are written as NULL: nothing simulated is negative."""

    name: str
    columns: Mapping[str, Column]

    @classmethod
    def numbered(cls, name: str, columns: Mapping[str, Column], kept: Column) -> Table:
        """The kept rows (a mask, or indices in their new order), numbered from 1 in a column `id`."""
        chosen = {title: column[kept] for title, column in columns.items()}
        length = len(next(iter(chosen.values())))
        return cls(name, {"id": np.arange(1, length + 1), **chosen})

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))

    def rows(self) -> Iterable[tuple[object, ...]]:
        """Rows of plain values: int, float, text or None; instants as text in UTC, flags as 0 and 1."""
        return zip(*(_plain(column) for column in self.columns.values()), strict=True)


def write_database(path: Path, schema: str, tables: Sequence[Table]) -> None:
    """A new SQLite file with these tables. One that is there already is replaced."""
    path.unlink(missing_ok=True)
    statements = [statement for statement in schema.split(";\n") if statement.strip()]
    indexes = [statement for statement in statements if statement.lstrip().startswith("CREATE INDEX")]
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")  # it is made in one piece or not at all
        database.execute("PRAGMA synchronous = OFF")
        for statement in statements:
            if statement not in indexes:
                database.execute(statement)
        database.execute("BEGIN")
        for table in tables:
            marks = ", ".join("?" * len(table.columns))
            database.executemany(f"INSERT INTO {table.name} ({', '.join(table.columns)}) VALUES ({marks})", table.rows())  # noqa: S608
        for statement in indexes:  # built once over sorted data, not kept up row by row
            database.execute(statement)
        database.execute("COMMIT")
        database.execute("ANALYZE")


def write_parquet(folder: Path, tables: Sequence[Table]) -> None:
    """`NAME.parquet` for each table; instants without a zone, in UTC."""
    import duckdb

    with closing(duckdb.connect(":memory:", config={"threads": 1})) as engine:
        for table in tables:
            path = f"{folder / table.name}.parquet".replace("'", "''")
            engine.register("rows", dict(table.columns))
            engine.execute(f"COPY (SELECT * FROM rows) TO '{path}' (FORMAT parquet)")  # noqa: S608 - our own path, quoted
            engine.unregister("rows")


def _plain(column: Column) -> list[object]:
    if column.dtype.kind == "M":
        return _instants(column)
    values: list[object] = column.tolist()
    match column.dtype.kind:
        case "f":
            missing = np.isnan(column)
        case "i":
            missing = column < 0
        case "U":
            missing = column == ""
        case "b":
            return column.astype(np.int8).tolist()  # type: ignore[no-any-return]
        case _:
            return values
    for index in np.flatnonzero(missing).tolist():
        values[index] = None
    return values


def _instants(column: Column) -> list[object]:
    """`YYYY-MM-DD HH:MM:SS.ffffff`, which sorts as it counts."""
    text = np.datetime_as_string(column, unit="us").astype("U26")
    text.view("U1").reshape(len(text), 26)[:, 10] = " "
    values: list[object] = text.tolist()
    for index in np.flatnonzero(np.isnat(column)).tolist():
        values[index] = None
    return values
