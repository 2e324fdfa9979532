"""The gate: a verdict as an exit code, and the worst of several (contract 5)."""

from __future__ import annotations

from collections.abc import Iterable

from ..errors import Exit
from ..model import Scorecard, Verdict

_EXIT = {Verdict.PASS: Exit.PASS, Verdict.FAIL: Exit.FAIL, Verdict.UNKNOWN: Exit.CANNOT_TELL}
_WORST_FIRST = (Exit.USAGE, Exit.FAIL, Exit.CANNOT_TELL, Exit.NOT_DELIVERED, Exit.PASS)


def gate(card: Scorecard) -> Exit:
    """What a pipeline is told: 0 pass, 1 fail, 3 cannot tell. What to make of "cannot tell" is the caller's to say."""
    return exit_of(card.verdict)


def exit_of(verdict: Verdict) -> Exit:
    """The exit code of a verdict."""
    return _EXIT[verdict]


def worst(exits: Iterable[Exit]) -> Exit:
    """The exit code of a batch: the worst in the order 2, 1, 3, 4, 0. Nothing at all is a pass of nothing: 0."""
    return min(exits, key=_WORST_FIRST.index, default=Exit.PASS)
