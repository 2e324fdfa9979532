"""The clock on our side: cuts off what does not end, from another thread, because what is stuck cannot look at a clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def cut_off(seconds: float, cut: Callable[[], object]) -> Iterator[threading.Event]:
    """Call `cut` if the block is still running after `seconds`; the event that is handed out then is set. Never after the block."""
    expired = threading.Event()

    def fire() -> None:
        expired.set()
        cut()

    clock = threading.Timer(seconds, fire)
    clock.daemon = True
    clock.start()
    try:
        yield expired
    finally:
        clock.cancel()
        clock.join()
