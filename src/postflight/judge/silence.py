"""Zeros that say nothing: a count of none may mean that nothing happened, or that nobody was writing it down.

A question that keeps every day (`LEFT JOIN` from `days`) answers 0 for the days before a table existed and after a source died. Such
zeros are told from real ones by the rest of the series: a run of `k` zeros is believed unless days without any are so rare in it that
the run would come by chance less than once in a thousand. With `z` zeros in `n` other days, one zero has the chance (z + 1)/(n + 2)
(Laplace's rule of succession), and the run that to the power of `k`.
"""

from __future__ import annotations

from collections.abc import Sequence

CHANCE = 0.001


def days_before_recording(values: Sequence[float]) -> int:
    """How many days at the start of a daily series of counts were before anything was recorded, the first, partial day of it included."""
    zeros = next((i for i, value in enumerate(values) if value), 0)
    rest = values[zeros:]
    return zeros + 1 if zeros and _incredible(zeros, rest) else 0


def fell_silent(run: int, before: Sequence[float]) -> bool:
    """Whether `run` days without any are not to be believed after such days before."""
    return bool(run) and any(before) and _incredible(run, before)


def _incredible(run: int, others: Sequence[float]) -> bool:
    zeros = sum(not value for value in others)
    return ((zeros + 1) / (len(others) + 2)) ** run < CHANCE
