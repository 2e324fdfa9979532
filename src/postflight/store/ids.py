"""Names for rows: one generator for the whole product, handed in so that tests and replays choose their own."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

NewId = Callable[[datetime], str]
"""Makes an id from the instant it is made at. It reads no clock itself; the product has one clock, and it is an argument."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RANDOM_BITS = 62


class Uuid7:
    """UUIDs of version 7 (RFC 9562 5.7): 48 bits of milliseconds, 12 of the microseconds within (its method 3), 62 random.

    Sorted as text they are in the order of their instants, and for one instant in the order they were made in this process.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def __call__(self, at: datetime) -> str:
        milliseconds, rest = divmod(at - _EPOCH, timedelta(milliseconds=1))
        fraction = rest.microseconds * 4096 // 1000
        instant = milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0b10 << _RANDOM_BITS
        with self._lock:
            same_instant = self._last >> _RANDOM_BITS == instant >> _RANDOM_BITS
            # Half the random space is left to count up in, so it cannot run over.
            self._last = self._last + 1 if same_instant else instant | int.from_bytes(os.urandom(8), "big") >> 3
            return str(uuid.UUID(int=self._last))


uuid7: NewId = Uuid7()
