"""What stands in one cell of the Markdown document: a KPI seen through the kind of its column. Every cell is Markdown already.

Kinds: `title`, `target`, `alert`, `block`, `measurement`, `baseline`, `value`, `status`, `change`, `n`, `owner`, `cell` (only the row's
own words), `expect:1w` (the release's target at that horizon) and `at:1w` (the value at that horizon; until then the value so far).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from .. import words
from ..model import Evaluation, Level, Scorecard
from ..target import Basis
from ..window import Span
from . import phrases
from .marks import escape

LIVE = ("value", "status", "change", "n", "at")  # measured now: the plan's own words never stand in their place
_NOTHING = words.NONE


def cell(kind: str, fixed: str, evaluation: Evaluation | None, card: Scorecard) -> str:
    """The cell of one KPI under a column of this kind. `fixed` is what the plan's row says there, in its author's words."""
    name, _, horizon = kind.partition(":")
    if fixed and name == "baseline":
        return f"{escape(fixed)}{_measured_beside(evaluation)}"
    if fixed and name not in LIVE:
        return escape(fixed)
    if evaluation is None:
        return (
            f"{words.LEVEL_EMOJI[Level.NO_DATA]} {words.LEVEL_WORDS[Level.NO_DATA]}: not in this report"
            if name == "status"
            else _NOTHING
        )
    if name == "expect":
        return next((escape(o.target) for o in evaluation.outlooks if o.horizon == horizon), _NOTHING)
    if name == "at":
        return _at(horizon, evaluation, card)
    reader = _READERS.get(name)
    return reader(evaluation) if reader else _NOTHING


def status(evaluation: Evaluation) -> str:
    """Where a KPI stands, in a sign, a word, what it costs, and what became of its promises."""
    _, word = words.standing(evaluation)
    parts = [f"{words.standing_emoji(evaluation)} {word}{' (shadow)' if evaluation.shadow else ''}"]
    if evaluation.level is Level.NO_DATA:
        parts[0] += f": {escape(words.reason(evaluation.reason))}"
    if evaluation.points:
        parts.append(words.at_risk(evaluation.points) if evaluation.level is Level.NO_DATA else words.points(evaluation.points))
    parts += [f"{_horizon(o.horizon)}: {words.STATE_ICONS[o.state]} {words.STATE_WORDS[o.state]}" for o in evaluation.outlooks]
    return " · ".join(parts)


def value(evaluation: Evaluation) -> str:
    """The value. Where the target is about a change, the change leads, with its sense: `−38 % (less, better), 58.3/day`."""
    target = phrases.parsed(evaluation.target)
    plain = words.value(evaluation.value, evaluation.unit, phrases.parsed(evaluation.block) or target)
    if target is None or target.basis not in (Basis.RELATIVE, Basis.DIFFERENCE) or evaluation.difference is None:
        return plain
    read = words.trend(evaluation.change, evaluation.direction) if target.basis is Basis.RELATIVE else phrases.reading(evaluation)
    return f"{read}, {plain}" if evaluation.change is not None or target.basis is Basis.DIFFERENCE else plain


def _at(horizon: str, evaluation: Evaluation, card: Scorecard) -> str:
    """The value so far; once due, how the promise ended, or without one the last day's value of the week before."""
    zone = ZoneInfo(card.timezone)
    outlook = next((o for o in evaluation.outlooks if o.horizon == horizon), None)
    due = outlook.due if outlook else _due(horizon, card, zone)
    if due is None:
        return _NOTHING
    if due > card.at:
        return f"{value(evaluation)} so far" if evaluation.value is not None else _NOTHING
    if outlook is not None:
        ended = f"{words.STATE_ICONS[outlook.state]} {words.STATE_WORDS[outlook.state]}"
        behind = phrases.beyond(words.STATE_WORDS[outlook.state], outlook.sentence)
        return f"{ended}: {escape(words.clip(behind, phrases.LONGEST_NAME))}" if behind else ended
    last = (due.astimezone(zone) - timedelta(days=1)).date()
    then = max((p for p in evaluation.history if last - timedelta(days=6) <= p.day <= last), key=lambda p: p.day, default=None)
    return f"{words.value(then.value, evaluation.unit)} on {words.dates(then.day, then.day)}" if then else _NOTHING


def _due(horizon: str, card: Scorecard, zone: ZoneInfo) -> datetime | None:
    """When a horizon falls due that promises nothing of this KPI: with the checklist of that horizon, else counted from the deployment."""
    milestone = next((m for m in card.milestones if m.horizon == horizon), None)
    if milestone is not None:
        return milestone.due
    return Span.parse(horizon).after(card.deployment.end, zone) if card.deployment else None


def _baseline(evaluation: Evaluation) -> str:
    if evaluation.baseline is None:
        return "unknown"
    known = words.value(evaluation.baseline.value, evaluation.unit)
    return f"{known} (declared)" if evaluation.baseline.origin == "declared" else known


def _measured_beside(evaluation: Evaluation | None) -> str:
    """The measured baseline behind the one that the document gives in words."""
    baseline = evaluation.baseline if evaluation else None
    if evaluation is None or baseline is None or baseline.origin == "declared":
        return ""
    return f" (measured {words.value(baseline.value, evaluation.unit)})"


def _change(evaluation: Evaluation) -> str:
    return phrases.before(evaluation, long=True) or _NOTHING


def _horizon(name: str) -> str:
    try:
        return Span.parse(name).words()
    except ValueError:
        return escape(name)


_READERS: dict[str, Callable[[Evaluation], str]] = {
    "title": lambda e: escape(phrases.title(e)),
    "target": lambda e: escape(e.target) or _NOTHING,
    "alert": lambda e: escape(e.alert) or _NOTHING,
    "block": lambda e: escape(e.block) or _NOTHING,
    "measurement": lambda e: escape(words.clip(e.measurement, 200)) or _NOTHING,
    "baseline": _baseline,
    "value": value,
    "status": status,
    "change": _change,
    "n": lambda e: words.count(e.n) if e.n is not None else _NOTHING,
    "owner": lambda e: escape(words.clip(e.owner, phrases.LONGEST_NAME)) or _NOTHING,
}
