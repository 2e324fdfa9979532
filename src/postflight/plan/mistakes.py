"""Where the mistakes of a plan are collected: nothing stops at the first one.

A library that refuses something says so in a `ValueError`. What follows its first "; " is advice and becomes the hint.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from ..errors import Place, PlanError, Problem


class Mistakes:
    """What is wrong so far. The compiler goes on after each one, with the best it still knows."""

    def __init__(self) -> None:
        self.problems: dict[Problem, None] = {}  # in order, each once
        self._places: set[Place] = set()

    def __len__(self) -> int:
        return len(self.problems)

    def say(self, at: Place | None, what: str, hint: str = "") -> None:
        """Note one mistake."""
        self.add([Problem(what, at, hint)])

    def add(self, problems: Iterable[Problem]) -> None:
        """Note mistakes that are put into words already."""
        for problem in problems:
            self.problems[problem] = None
            if problem.at:
                self._places.add(problem.at)

    def noted(self, at: Place) -> bool:
        """Whether something is wrong at this very place already, so that what follows from it need not be said."""
        return at in self._places

    def unknown(self, at: Place | None, noun: str, name: str, known: Iterable[str]) -> None:
        """Note that no such thing exists, with the nearest that does."""
        self.say(at, f"no such {noun}: {name!r}", near(name, known))

    @contextmanager
    def at(self, place: Place | None) -> Iterator[None]:
        """Note a ValueError (or the problems of a PlanError) of the block as a mistake at this place, and go on after the block."""
        try:
            yield
        except PlanError as error:
            self.add(error.problems)
        except ValueError as error:
            what, _, hint = str(error).partition("; ")
            self.say(place, what, hint)

    def raise_any(self) -> None:
        """Raise PlanError with every mistake noted so far, if there is one."""
        if self.problems:
            raise PlanError(self.problems)


def near(name: str, known: Iterable[str]) -> str:
    """`did you mean 'ms'?`, or all that there is to choose from where nothing is near and there is little; nothing otherwise."""
    names = list(dict.fromkeys(known))
    lowered = {known_name.lower(): known_name for known_name in reversed(names)}
    if close := difflib.get_close_matches(name.lower(), lowered, 1, 0.6):
        return f"did you mean {lowered[close[0]]!r}?"
    return f"one of: {', '.join(names)}" if 0 < len(names) <= 12 else ""
