"""The next review: how often a plan wants to be looked at when its release is this old, and when that is next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from .. import words
from ..model import Occasion, Plan
from ..window import Span

_STEPS = {"hourly": Span(1, "h"), "daily": Span(1, "d"), "weekly": Span(1, "w"), "monthly": Span(1, "mo")}


def next_review(plan: Plan, occasion: Occasion) -> str:
    """`daily, next on 24 Nov 2026`; only the plan's own word where it is another; nothing before anything went live."""
    live = occasion.release or occasion.deployment
    if live is None or not plan.review:
        return ""
    age = ((until, name) for until, name in plan.review if until is None or occasion.now < until.after(live.end, plan.timezone))
    _, cadence = next(age, plan.review[-1])
    step = _STEPS.get(cadence)
    if step is None:
        return cadence
    at = next(at for at in _reviews(step, live.end, occasion.now, plan) if at > occasion.now)
    return f"{cadence}, next on {words.day(at, plan.timezone)}"


def _reviews(step: Span, since: datetime, now: datetime, plan: Plan) -> Iterator[datetime]:
    """The reviews one step apart, counted from when it went live, beginning shortly before now."""
    n = max(0, (now - since) // (step.nominal + timedelta(days=1) if step.unit == "mo" else step.nominal))
    while True:
        n += 1
        yield Span(n, step.unit).after(since, plan.timezone)
