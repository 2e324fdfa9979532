"""Errors, sorted by who must act: the plan's author, the operator, the owner of a source, or of the store.

A message says what is wrong, *at* which place, and the *hint* says what to do. None of them ever carries a secret: sources build
their messages from the names in the plan, not from a driver's text that may quote a connection string.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of every command (contract 5). A batch exits with the worst, in the order 2, 1, 3, 0."""

    PASS = 0
    FAIL = 1
    USAGE = 2
    CANNOT_TELL = 3
    NOT_DELIVERED = 4


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands in a file of the plan. Line and column count from 1; 0 means the whole file."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: what is wrong, where, and what to do about it."""

    what: str
    at: Place | None = None
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.at}: " if self.at else ""
        return f"{place}{self.what}" + (f"\n    {self.hint}" if self.hint else "")


class PostflightError(Exception):
    """Anything we raise on purpose. `exit_code` is what a command that meets it ends with."""

    exit_code: Exit = Exit.USAGE

    def __init__(self, what: str, *, at: Place | None = None, hint: str = "") -> None:
        self.problem = Problem(what, at, hint)
        super().__init__(str(self.problem))


class PlanError(PostflightError):
    """The plan's author must act. Carries every mistake of every file, in the order of files and lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: Sequence[Problem] = sorted(problems, key=lambda p: (p.at or Place(""), p.what))
        Exception.__init__(self, "\n".join(str(p) for p in self.problems))


class UsageError(PostflightError):
    """The person at the command line must act: a name that does not exist, a value that cannot be read."""


class StoreError(PostflightError):
    """The operator must act: our own database cannot be opened, read, or is newer than this program."""
