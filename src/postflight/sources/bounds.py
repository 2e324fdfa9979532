"""What every source that talks over a network holds itself to: an end in time, and a failure that is an answer.

A read timeout alone bounds nothing: a server that sends one byte a second never runs into it. A deadline is therefore one instant on the
monotonic clock (R-09, R-12), and whoever waits asks it how long.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from ..model import Nothing, Reason


@dataclass(frozen=True, slots=True)
class Deadline:
    """The instant, on the monotonic clock and in seconds, by which an answer must be there."""

    ends: float
    seconds: float = 0.0  # how long there was in all, for people

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The deadline that many seconds from now."""
        return cls(time.monotonic() + seconds, seconds)

    def left(self) -> float:
        """Seconds left, always more than none. Raises TimeoutError once it has passed."""
        seconds = self.ends - time.monotonic()
        if seconds <= 0:
            raise TimeoutError
        return seconds


class Unanswered(Exception):
    """Carries a `Nothing` up to the loop that answers asks. Never leaves a source. `detail` reads after the connection's name."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.nothing = Nothing(reason, detail)


class TooLarge(Unanswered):
    """The answer outgrew its bound: fewer things asked for at once may fit."""
