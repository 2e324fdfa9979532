"""Files that somebody exports: CSV, TSV, JSON, JSON Lines and Parquet below one folder, read by DuckDB in memory.

    from:
      exports: {files: data/exports}      # a folder; relative paths count from the plan's
    kpis:
      revenue: {exports: revenue.csv}     # its columns decide: day, value
      stores:  {exports: {file: "stores-*.parquet", sql: "SELECT days.day, count(*) AS value FROM days JOIN file ON …"}}

A file with a column `day` answers for the days that are asked for; one without is true only now. SQL sees the named files as the relation
`file`, and `days`, `:start` and `:end` as in any question in SQL; instants without a zone are read as UTC. How fresh the data are is told
by a column `newest`, or else by when the files were written. DuckDB is locked before it sees a question: no file but these, no network,
no extension, no change of settings, 256 MB of memory (C11, S4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ..errors import Problem
from ..model import Ask, Connection, Evidence, History, Kind, Nothing, Question, Reason, Role
from ..units import Unit
from .answers import bounded, evidence, of_asked_days
from .deadline import cut_off
from .statement import Dialect, Statement

if TYPE_CHECKING:
    import duckdb

MAX_FILES = 1000
MEMORY = "256MB"
_BATCH = 500
_READERS = {
    ".csv": "read_csv",
    ".tsv": "read_csv",
    ".json": "read_json",
    ".jsonl": "read_json",
    ".ndjson": "read_json",
    ".parquet": "read_parquet",
}
_WHOLE = Statement.read("SELECT * FROM file")
_BY_DAY = Statement.read("SELECT file.* FROM file JOIN days ON CAST(file.day AS DATE) = days.day")


def _constant(value: object) -> str:
    kind = "TIMESTAMPTZ " if isinstance(value, datetime) else "DATE " if isinstance(value, date) else ""
    return f"{kind}'{value}'"


DIALECT = Dialect(
    name="duckdb",
    placeholder="${}".format,
    verbatim=str,
    instant=lambda at: at.astimezone(UTC),
    day=lambda day: day,
    constant=_constant,
)


@dataclass(frozen=True, slots=True)
class FileQuestion:
    """The files of a pattern, and what to ask of them; without SQL, their own columns are the answer."""

    pattern: str
    statement: Statement | None = None
    unit: Unit | None = None

    @property
    def kind(self) -> Kind:
        """Flow, unless its SQL says nothing of time: a file keeps its days."""
        return self.statement.kind if self.statement else Kind.FLOW

    def __str__(self) -> str:
        return f"{self.pattern}: {self.statement}" if self.statement else self.pattern


class FilesSource:
    """One folder. Nothing is held open between answers."""

    def __init__(self, connection: Connection, secrets: Callable[[str], str], history: History, timeout: float) -> None:
        """`timeout` is in seconds per question. Raises only what `secrets` raises."""
        self._connection = connection
        self._root = Path(connection.folder, secrets(str(connection.settings.get("folder", "")))).absolute()
        self._timeout = timeout

    @staticmethod
    def settings(raw: object) -> Mapping[str, object]:
        """The folder's path; nothing for the plan's own. Raises ValueError."""
        given = raw if isinstance(raw, Mapping) else {"folder": raw or ""}
        if unknown := next((key for key in given if key != "folder"), None):
            raise ValueError(f"files have no setting {unknown!r}; there is folder")
        if not isinstance(given.get("folder", ""), str):
            raise ValueError("files need the path of a folder; write files: data/exports")
        return dict(given)

    @staticmethod
    def question(raw: object, read: Callable[[str], str]) -> Question:
        """A path or pattern below the folder, or a mapping of `file` and `sql` (text, or the name of a .sql file). Raises ValueError."""
        if not isinstance(raw, Mapping):
            return FileQuestion(_pattern(raw))
        if set(raw) != {"file", "sql"} or not isinstance(raw["sql"], str):
            raise ValueError(
                "a question to files is a path, or a mapping with file and sql; write {file: sales.csv, sql: SELECT … FROM file}"
            )
        text = raw["sql"].strip()
        return FileQuestion(
            _pattern(raw["file"]), Statement.read(read(text) if text.endswith(".sql") and len(text.split()) == 1 else text)
        )

    def answer(self, asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        """One DuckDB for all of them, which may open the files they name and no others."""
        named = {pattern: self._files(pattern) for pattern in {_pattern_of(ask) for ask in asks}}
        allowed = [path for paths in named.values() if not isinstance(paths, Nothing) for path in paths]
        with _locked(allowed) as engine:
            for ask in sorted(asks, key=lambda ask: ask.role is not Role.CURRENT):
                yield ask, self._answer(engine, ask, named[_pattern_of(ask)])

    def check(self, asks: Sequence[Ask]) -> Iterator[Problem]:
        """Every file is there and can be read, and every question is answered."""
        for ask, outcome in self.answer(asks):
            if isinstance(outcome, Nothing) and outcome.reason not in (Reason.EMPTY, Reason.WINDOW_INCOMPLETE):
                what, _, hint = outcome.detail.partition("; ")
                yield Problem(f"{ask.kpi.id}: connection {self._connection.name!r} {what}", ask.kpi.at, hint)

    def close(self) -> None:
        """Nothing to release."""

    def _files(self, pattern: str) -> list[str] | Nothing:
        root = self._root.resolve()
        if not root.is_dir():
            return Nothing(Reason.UNREACHABLE, "has no folder to read; check the path under files")
        found = [path for path in sorted(root.glob(pattern)) if path.is_file()]
        if not found:
            return Nothing(Reason.UNREACHABLE, f"has no file {pattern}")
        if len(found) > MAX_FILES:
            return Nothing(Reason.BAD_RESPONSE, f"has more than {MAX_FILES:,} files {pattern}; name fewer")
        if any(not path.resolve().is_relative_to(root) for path in found):
            return Nothing(Reason.PERMISSION, f"refused: {pattern} leads out of its folder by a link")
        return [str(path.resolve()) for path in found]

    def _answer(self, engine: duckdb.DuckDBPyConnection, ask: Ask, files: list[str] | Nothing) -> Evidence | Nothing:
        import duckdb

        question = ask.question
        if not isinstance(question, FileQuestion):
            return Nothing(Reason.NOT_CONFIGURED, "was asked for something that is no file")
        if isinstance(files, Nothing):
            return files
        try:
            # A cursor for each question: what one leaves unread must not stand in the way of the next.
            with engine.cursor() as cursor, cut_off(self._timeout, cursor.interrupt):
                read = getattr(cursor, _READERS[_suffix(question.pattern)])
                relation = read(files, union_by_name=True) if len(files) > 1 else read(files[0])
                relation.create_view("file", replace=True)
                return _told(cursor, ask, question, relation.columns, _changed(files))
        except duckdb.Error as error:
            return _meaning(error, self._timeout)
        except OSError:
            return Nothing(Reason.UNREACHABLE, f"lost a file {question.pattern} while it was read")


def _told(
    engine: duckdb.DuckDBPyConnection, ask: Ask, question: FileQuestion, columns: Sequence[str], changed: datetime
) -> Evidence | Nothing:
    """What the view `file` answers. A file without days is true only now, whatever its question's kind."""
    statement = question.statement
    if (
        statement is None
        and "day" in columns
        and (ask.role is Role.HOURS or (ask.role is Role.CURRENT and not ask.kpi.window.in_days))
    ):
        return Nothing(Reason.EMPTY, "knows days, not hours")
    if statement is None and "day" not in columns and ask.role not in (Role.CURRENT, Role.OFFENDERS):
        return Nothing(Reason.EMPTY, "has no column day, and so says nothing of other days")
    chosen = statement or (_BY_DAY if "day" in columns else _WHOLE)
    if chosen.days and not ask.slots:
        return Nothing(Reason.WINDOW_INCOMPLETE, "was not asked: the window holds no complete day yet")
    bound = chosen.bound(ask, DIALECT)
    result = engine.execute(bound.sql, dict(bound.parameters))
    names = [column[0] for column in result.description or ()]
    rows = bounded(iter(lambda: result.fetchmany(_BATCH), []))
    if isinstance(rows, Nothing):
        return rows
    return of_asked_days(evidence(names, rows, f"-- file: {question.pattern}\n{bound.shown}", newest=changed), ask)


@contextmanager
def _locked(files: Sequence[str]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB in memory that can open these files and can do nothing else to the machine."""
    import duckdb

    config = {
        "threads": 1,
        "memory_limit": MEMORY,
        "temp_directory": "",
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
    }
    engine = duckdb.connect(":memory:", config=config)  # type: ignore[arg-type]
    try:
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute("SET allowed_paths = $files", {"files": list(files)})
        engine.execute("SET enable_external_access = false")
        engine.execute("SET lock_configuration = true")
        yield engine
    finally:
        engine.close()


def _meaning(error: duckdb.Error, timeout: float) -> Nothing:
    """What an error says. DuckDB is quoted where it speaks of names in the question; its other messages quote data and paths."""
    import duckdb

    match error:
        case duckdb.InterruptException():
            return Nothing(Reason.TIMEOUT, f"did not finish the question within {timeout:g} s")
        case duckdb.PermissionException():
            return Nothing(Reason.PERMISSION, "refused: a question reads the files it names and nothing else")
        case duckdb.OutOfMemoryException():
            return Nothing(Reason.BAD_RESPONSE, f"needs more than {MEMORY} of memory for this question; group or filter earlier")
        case duckdb.BinderException() | duckdb.CatalogException() | duckdb.ParserException():
            said = str(error).partition(": ")[2].partition("\n")[0]
            return Nothing(Reason.QUERY_ERROR, f"could not run the question: {said[:200]}")
        case duckdb.ConversionException() | duckdb.OutOfRangeException():
            return Nothing(Reason.QUERY_ERROR, "could not compute with a value in the data, or has a day that is no date")
        case _ if "pytz" in str(error):
            return Nothing(Reason.BAD_RESPONSE, "answered with an instant; write CAST(… AS TIMESTAMP)")
    return Nothing(Reason.BAD_RESPONSE, f"holds a file that cannot be read ({type(error).__name__})")


def _pattern(raw: object) -> str:
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError("a question to files is a path below their folder; write sales.csv or sales-*.csv")
    path = PurePosixPath(raw.strip())
    if path.is_absolute() or ".." in path.parts or "://" in raw or "\\" in raw:
        raise ValueError(f"{raw!r} leads out of the folder; name files below it")
    if any("**" in part and part != "**" for part in path.parts):
        raise ValueError(f"cannot read the pattern {raw!r}; ** stands for folders, between slashes")
    if _suffix(str(path)) not in _READERS:
        raise ValueError(f"cannot tell how to read {raw!r}; its name must end in {', '.join(_READERS)}, or .csv.gz")
    return str(path)


def _suffix(pattern: str) -> str:
    return PurePosixPath(pattern.removesuffix(".gz")).suffix


def _pattern_of(ask: Ask) -> str:
    return ask.question.pattern if isinstance(ask.question, FileQuestion) else ""


def _changed(files: Sequence[str]) -> datetime:
    """When the newest of the files was written: the watermark where a question gives no better."""
    return datetime.fromtimestamp(max(Path(path).stat().st_mtime for path in files), UTC)
