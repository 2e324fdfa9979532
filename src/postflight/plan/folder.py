"""A plan's folder on disk. Files are read when they are asked for, and none outside the folder is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from ..errors import Place, PlanError, Problem, UsageError
from ..model import Plan, SourceKind
from .compile import compile_plan
from .read import MAX_BYTES
from .shelf import BINDINGS, PACKS, PLAN, RELEASES, SQL

_PATTERNS = ("*.yml", "*.sql", f"{RELEASES}*.yml", f"{BINDINGS}*.yml", f"{PACKS}*.yml", f"{SQL}**/*.sql")


def load_plan(path: Path | str, kinds: Mapping[str, SourceKind], bindings: str = "") -> Plan:
    """The plan of a folder, or of its plan.yml. Relative paths of connections will count from that folder.

    Raises PlanError with every mistake of every file, and UsageError when there is no plan there or no such bindings.
    """
    folder = Path(path)
    folder = folder.parent if folder.name == PLAN else folder
    if not (folder / PLAN).is_file():
        other = next((name for name in ("plan.yaml", "plan.json", "plan.toml") if (folder / name).is_file()), "")
        hint = f"rename {other} to {PLAN}" if other else "`postflight init` writes one; or name another folder"
        raise UsageError(f"there is no {PLAN} in {folder}", hint=hint)
    plan = compile_plan(Folder(folder), kinds, bindings)
    place = str(folder.resolve())
    return replace(plan, connections={name: replace(c, folder=place) for name, c in plan.connections.items()})


class Folder(Mapping[str, str]):
    """Texts by path relative to a folder, with forward slashes. Iterates over the files that a plan is made of by their place alone.

    A file that cannot be read as text, or that a link leads out of the folder to, raises PlanError when it is asked for.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()
        self._texts: dict[str, str] = {}

    def __iter__(self) -> Iterator[str]:
        found = {path.relative_to(self._folder).as_posix() for pattern in _PATTERNS for path in self._folder.glob(pattern)}
        return iter(sorted(name for name in found if (self._folder / name).is_file()))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __getitem__(self, name: str) -> str:
        if name not in self._texts:
            path = self._folder / name
            if not _is_file(path):
                raise KeyError(name)
            if not path.resolve().is_relative_to(self._folder):
                raise _refused(name, "this file is a link out of the plan's folder", "a plan uses its own files only")
            self._texts[name] = _decoded(name, path)
        return self._texts[name]


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # no name of a file at all: too long, or with a NUL
        return False


def _decoded(name: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused(name, f"this file cannot be read: {error.strerror}", "") from None
    if len(content) > MAX_BYTES:
        raise _refused(
            name, f"this file is larger than {MAX_BYTES >> 20} MiB", "a plan is written by people; keep data elsewhere"
        )
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start]
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        what = f"this is not UTF-8: byte 0x{content[error.start]:02x}"
        raise _refused(name, what, "save the file as UTF-8", before.count(b"\n") + 1, column) from None


def _refused(name: str, what: str, hint: str, line: int = 0, column: int = 0) -> PlanError:
    return PlanError([Problem(what, Place(name, line, column), hint)])
