"""Evaluating: one case, measured, compared with before, held against the lines that count now, and said in a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .. import words
from ..model import (
    Baseline,
    Estimate,
    Evaluation,
    Evidence,
    Expectation,
    Kind,
    Kpi,
    Measure,
    Nothing,
    Observation,
    Occasion,
    Plan,
    Point,
    Reason,
)
from ..target import Direction, Target
from .baseline import Before, baseline, days_compared, look_back, notes_on
from .case import Case, part_name
from .estimate import estimate, length_of_day, points
from .level import Standing, is_judged, stand
from .lines import change
from .reading import Reading, per_day, read_days, read_hours
from .sentences import sentence
from .silence import fell_silent

MOST_OFFENDERS = 20
_AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Effective:
    """The target that counts now, and the promise it comes from, where it is not the standing one."""

    target: Target | None
    promise: Expectation | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found out about one case: the value now, what it compares with, its days and hours, and the judgement on it."""

    case: Case
    value: Estimate | Nothing
    before: Before | Nothing
    compared: Baseline | Nothing
    days: Reading | Nothing
    hours: Reading | Nothing
    effective: Effective
    evaluation: Evaluation


def evaluate(case: Case, plan: Plan, occasion: Occasion) -> Finding:
    """Judge one case as it stands now; promises with a due date are looked at by `outlook`."""
    kpi, tz, look = case.kpi, plan.timezone, case.current(occasion.now)
    found = estimate(case, look, occasion.now, tz) if look else Nothing(Reason.NOT_CONFIGURED, "no source was asked")
    before = look_back(case, occasion, tz)
    if isinstance(found, Estimate) and isinstance(before, Before):
        found = silent(kpi, found, before) or found
    compared: Baseline | Nothing = Nothing(Reason.BASELINE_MISSING, "there is no value to compare")
    if look and isinstance(found, Estimate):
        compared = baseline(case, before, days_compared(case, look, found, tz))
    days = read_days(kpi, case.days, tz)
    hours = read_hours(kpi, case.hours)
    if isinstance(days, Reading):
        days = per_day(kpi, days, lambda slot: length_of_day(slot, tz))
    if isinstance(hours, Reading):
        hours = per_day(kpi, hours, lambda _: _AN_HOUR)
    effective = effective_target(case, plan, occasion)
    standing = stand(kpi, effective.target, found, compared)
    said = sentence(kpi, effective.target, effective.promise, found, compared, standing)
    notes = (*(found.notes if isinstance(found, Estimate) else ()), *notes_on(before, compared, kpi))
    evaluation = _evaluation(case, look, plan, effective, found, compared, standing, said, _history(case, before, days), notes)
    return Finding(case, found, before, compared, days, hours, effective, evaluation)


def silent(kpi: Kpi, found: Estimate, before: Before) -> Nothing | None:
    """Good news that is too good: not one counted where there were some on nearly every day before. Bad news of the kind stands (BIZ11)."""
    counts = before.measure is Measure.VALUE and kpi.kind is Kind.FLOW and kpi.direction is Direction.LOWER
    if not counts or found.value or not fell_silent(len(found.days), [point.value for point in before.points]):
        return None
    days = words.plural(len(found.days), "day")
    return Nothing(Reason.STALE, f"not one was counted in {days}, which never was so before; is anybody still writing it down?")


def effective_target(case: Case, plan: Plan, occasion: Occasion) -> Effective:
    """The promise of the nearest horizon not yet due, else the standing target, else the last promise, which goes on holding (UX14)."""
    release = occasion.release
    if release is None or not case.expectations:
        return Effective(case.kpi.target)
    for promise in case.expectations:
        if promise.horizon.after(release.end, plan.timezone) > occasion.now:
            return Effective(promise.target, promise)
    return Effective(case.kpi.target or case.expectations[-1].target)


def _evaluation(
    case: Case,
    look: Observation | None,
    plan: Plan,
    effective: Effective,
    found: Estimate | Nothing,
    compared: Baseline | Nothing,
    standing: Standing,
    said: str,
    history: tuple[Point, ...],
    notes: tuple[str, ...],
) -> Evaluation:
    """Everything a page shows of a KPI, put together; nothing is decided here."""
    kpi = case.kpi
    value = found if isinstance(found, Estimate) else None
    evidence = look.outcome if look and isinstance(look.outcome, Evidence) else None
    connection = plan.connections.get(kpi.connection)
    difference, fraction = change(value.value, compared) if value else (None, None)
    return Evaluation(
        kpi=kpi.id,
        title=kpi.title,
        category=kpi.category,
        unit=kpi.unit.symbol,
        direction=kpi.direction,
        level=standing.level,
        sentence=said,
        reason=standing.missing.reason.value if standing.missing else standing.why,
        value=value.value if value else None,
        n=value.n if value else None,
        hits=value.hits if value else None,
        low=value.low if value else None,
        high=value.high if value else None,
        target=str(effective.target or ""),
        alert=str(kpi.alert or ""),
        block=str(kpi.block or ""),
        baseline=compared if isinstance(compared, Baseline) else None,
        change=fraction,
        difference=difference,
        blocker=standing.blocked,
        guards_verdict=kpi.block is not None and is_judged(kpi),
        history=history,
        segments=value.segments if value else (),
        offenders=_offenders(case.offenders),
        window=look.window if look else None,
        as_of=(evidence.newest if evidence and evidence.newest else look.asked_at) if look else None,
        connection=kpi.connection,
        source=connection.kind if connection else "",
        label=connection.label if connection else "",
        query=evidence.query if evidence else "",
        definition=kpi.definition,
        notes=notes,
        measurement=kpi.measurement,
        owner=kpi.owner,
        advice=kpi.advice,
        runbook=kpi.runbook,
        because=kpi.because,
        shadow=kpi.shadow,
        observations=tuple(o.id for o in (*case.looks, *case.days, *case.hours, *case.before, *case.offenders) if o.id),
    )


def _history(case: Case, before: Before | Nothing, days: Reading | Nothing) -> tuple[Point, ...]:
    """Every single day there is a value for, before the deployment and since."""
    since = points(case, days, sorted(s for s in days.slots if isinstance(s, date))) if isinstance(days, Reading) else ()
    return (*(before.points if isinstance(before, Before) else ()), *since)


def _offenders(observations: Sequence[Observation]) -> tuple[tuple[str, str], ...]:
    """Names and counts of what is wrong, as the newest answer lists them: the last number of a row is its count, the rest its name."""
    evidence = observations[-1].outcome if observations else None
    if not isinstance(evidence, Evidence):
        return ()
    listed: list[tuple[str, str]] = []
    for row in evidence.rows[:MOST_OFFENDERS]:
        counts = [i for i, cell in enumerate(row) if isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool)]
        name = " · ".join(part_name(cell) for i, cell in enumerate(row) if i not in counts[-1:])
        listed.append((name, words.count(float(str(row[counts[-1]]))) if counts else ""))
    return tuple(listed)
