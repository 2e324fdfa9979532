"""Phrases about one KPI or one item of a checklist, as every report uses them, and how each is coloured where there is colour.

Numbers are worded by `words.py`; here they are put beside each other: a value with its target, a change with what it was before.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from .. import units, words
from ..model import Evaluation, ItemState, Level, Scorecard, State, Verdict
from ..target import Basis, Direction, Target

SEVERITY = (Level.ALERT, Level.WARN, Level.NO_DATA, Level.OK, Level.NOT_APPLICABLE)
LONGEST_NAME = 80  # characters of a title or an owner that a list shows; `explain` shows them whole


def rank(evaluation: Evaluation) -> tuple[bool, int, float]:
    """Sorts what needs a person first: blockers, then by level, then by the points at stake. Shadow KPIs never come first."""
    return (not evaluation.blocker or evaluation.shadow, SEVERITY.index(evaluation.level), -(evaluation.points or 0))


def title(evaluation: Evaluation) -> str:
    """A KPI's name for a list, of bearable length."""
    return words.clip(words.clean(evaluation.title or evaluation.kpi), LONGEST_NAME)


def reading(evaluation: Evaluation) -> str:
    """What stands next to the target: the value, or the change where the target is about a change."""
    target = parsed(evaluation.target)
    if target is not None and target.basis is Basis.RELATIVE and evaluation.change is not None:
        return words.change(evaluation.change)
    if target is not None and target.basis is Basis.DIFFERENCE and evaluation.difference is not None:
        return words.difference(evaluation.difference, evaluation.unit)
    return words.value(evaluation.value, evaluation.unit, parsed(evaluation.block) or target)


def before(evaluation: Evaluation, *, long: bool = False) -> str:
    """How it was: `+27 %`, or long `+27 % on 182 ms`. Where the reading is the change already, the values: `was 94/day`, `58/day, was 94/day`."""
    if evaluation.baseline is None or evaluation.value is None:
        return ""
    was = words.value(evaluation.baseline.value, evaluation.unit)
    target = parsed(evaluation.target)
    quantity = units.parse(evaluation.unit).quantity
    if target is not None and target.basis in (Basis.RELATIVE, Basis.DIFFERENCE):
        return f"{words.value(evaluation.value, evaluation.unit)}, was {was}" if long else f"was {was}"
    if evaluation.difference == 0:
        return "no change"
    if quantity is units.Quantity.YES_NO or (evaluation.change is None and quantity is not units.Quantity.SHARE):
        return f"was {was}"
    share = quantity is units.Quantity.SHARE
    change = words.difference(evaluation.difference, evaluation.unit) if share else words.change(evaluation.change)
    return f"{change} on {was}" if long else change


def trend(evaluation: Evaluation, card: Scorecard, cells: int) -> str:
    """The history as a sparkline of at most `cells`, a bar where the deployment stands, a space where days are missing; nothing for fewer than three days.

    It reaches as far back before the deployment as it goes on after it, and at least `cells` days; longer spans are folded evenly.
    """
    if len(evaluation.history) < 3:
        return ""
    known = {point.day: point.value for point in evaluation.history}
    last = max(known)
    live = card.deployment.end.astimezone(ZoneInfo(card.timezone)).date() if card.deployment else None
    reach = max(cells - 1, 2 * (last - live).days if live else 0)
    days = [last - timedelta(days=n) for n in reversed(range(min(reach, (last - min(known)).days + 1)))]
    columns = min(cells - 1, len(days))
    runs = [days[n * len(days) // columns : (n + 1) * len(days) // columns] for n in range(columns)]
    told = [[known[day] for day in run if day in known] for run in runs]
    spark = words.sparkline([sum(values) / len(values) if values else None for values in told])
    before = sum(run[-1] <= live for run in runs) if live else 0
    return f"{spark[:before]}│{spark[before:]}" if 0 < before < len(spark) else spark


def worst_part(evaluation: Evaluation) -> str:
    """The part that is worst off, where values of parts compare with the whole's, as times and shares do: `worst: /api/applicants 612 ms`."""
    comparable = units.parse(evaluation.unit).quantity in (units.Quantity.TIME, units.Quantity.SHARE)
    if not comparable or len(evaluation.segments) < 2 or evaluation.direction is Direction.STEADY:
        return ""
    choose = max if evaluation.direction is Direction.LOWER else min
    part = choose(evaluation.segments, key=lambda s: s.value)
    return f"worst: {words.clip(words.clean(part.name), LONGEST_NAME)} {words.value(part.value, evaluation.unit)}"


def interval(evaluation: Evaluation) -> str:
    """The 90 % interval where there is one; a census has none."""
    if evaluation.low is None or evaluation.high is None:
        return ""
    return words.interval(evaluation.low, evaluation.high, evaluation.unit)


def parsed(line: str) -> Target | None:
    """A line of a card as a test again; None where there is none, or where it is words of another kind."""
    try:
        return Target.parse(line) if line else None
    except ValueError:
        return None


def holds(line: Target, evaluation: Evaluation) -> bool | None:
    """Whether a line's test holds for a KPI's value now; None where there is no value, or nothing to form a change with."""
    if evaluation.value is None:
        return None
    was = evaluation.baseline.value if evaluation.baseline else None
    harms = {Direction.LOWER: (Direction.HIGHER,), Direction.HIGHER: (Direction.LOWER,)}
    told = [
        line.holds(evaluation.value, was, harm) for harm in harms.get(evaluation.direction, (Direction.HIGHER, Direction.LOWER))
    ]
    return None if None in told else all(told)


def item_detail(item: ItemState, tz: str) -> str:
    """What is behind a checklist item's state: who signed it and when, or whom it waits for, and what the data say."""
    signed = f"signed by {words.clip(words.clean(item.signed_by), LONGEST_NAME)}" if item.signed_by else ""
    if signed and item.signed_at is not None:
        signed += f" on {words.day(item.signed_at, tz)}"
    waits = f"for {words.clip(words.clean(item.owner), LONGEST_NAME)}" if item.state is State.OPEN and item.owner else ""
    overruled = item.signed_by and item.computed is not None and item.computed is not item.state
    data = f"the data say {words.STATE_WORDS[item.computed]}" if overruled and item.computed else ""
    said = beyond(words.STATE_WORDS[item.state], item.detail)
    if item.signed_by:  # who signed is said above, with the date
        said = beyond(f"signed by {item.signed_by}", said)
    return " · ".join(part for part in (waits, signed, data, said) if part)


def beyond(word: str, sentence: str) -> str:
    """What a sentence says beyond the word it stands behind: `too early` and `too early: 7 of 30 days` leave `7 of 30 days`."""
    said = sentence.strip()
    return said[len(word) :].lstrip(" :;,.") if said.lower().startswith(word.lower()) else said


def style_of_verdict(verdict: Verdict) -> str:
    """`ok`, `bad` or `unknown`: how a verdict is coloured wherever there is colour."""
    return {Verdict.PASS: "ok", Verdict.FAIL: "bad", Verdict.UNKNOWN: "unknown"}[verdict]


def style_of(evaluation: Evaluation) -> str:
    """`ok`, `warn`, `bad`, `unknown` or `dim`: how a KPI's standing is coloured wherever there is colour. A shadow KPI never shouts."""
    if evaluation.shadow:
        return "dim"
    if evaluation.blocker:
        return "bad"
    return {Level.OK: "ok", Level.WARN: "warn", Level.ALERT: "bad", Level.NO_DATA: "unknown", Level.NOT_APPLICABLE: "dim"}[
        evaluation.level
    ]


def first_and_rest(items: Sequence[str], limit: int, longest: int = LONGEST_NAME) -> str:
    """A list of names for one line: `a, b and 7 more`."""
    return words.listing([words.clip(words.clean(item), longest) for item in items], limit)
