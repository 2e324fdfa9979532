"""The outlook of a promise: where it stands before its due date, and how it ended.

`outlook` is the one function that says so, for expectations of a release and for tests of a milestone alike. Until the due date it
goes by the fact; a forecast takes the place of the fact in this function, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from .. import words
from ..model import Baseline, Estimate, Fold, Kind, Measure, Nothing, Observation, Occasion, Outlook, Plan, Reason, Release, State
from ..target import Target
from ..units import Quantity
from ..window import Span, Window, complete_days, hours_in
from .baseline import Before, baseline, days_compared
from .estimate import estimate, over, too_few, whole_days
from .evaluate import Finding, silent
from .lines import against, holds, why_undecided
from .reading import Reading, Slot
from .sentences import no_data

_EARLY = 6  # a promise is too young to look at before this part of its time has passed (statistics: decide from a sixth of the window on)
_NEAR = 0.1  # a window that ends this share of its length from the due date is the one at the due date
_A_DAY = timedelta(days=1)


def outlooks(finding: Finding, plan: Plan, occasion: Occasion, frozen: Mapping[str, tuple[State, str]]) -> tuple[Outlook, ...]:
    """Every promise of the release about this KPI; those that have ended are as they were frozen."""
    release = occasion.release
    if release is None or finding.case.kpi.not_applicable or finding.case.kpi.shadow:
        return ()
    found = []
    for promise in finding.case.expectations:
        due = promise.horizon.after(release.end, plan.timezone)
        key = outlook_key(finding.case.kpi.id, str(promise.horizon))
        state, sentence = frozen.get(key) or outlook(promise.target, finding, promise.horizon, release, occasion, plan)
        found.append(Outlook(str(promise.horizon), due, str(promise.target), state, sentence=sentence))
    return tuple(found)


def outlook_key(kpi: str, horizon: str) -> str:
    """Under which key the judge remembers how a promise about a KPI ended."""
    return f"{kpi}@{horizon}"


def outlook(
    target: Target, finding: Finding, horizon: Span, release: Release, occasion: Occasion, plan: Plan
) -> tuple[State, str]:
    """Where one test stands against one horizon, with its sentence. Met and missed come from the window that ends at the due date."""
    kpi, due = finding.case.kpi, horizon.after(release.end, plan.timezone)
    if occasion.now >= due:
        value, compared = at_due(finding, Window(release.end, due), occasion, plan)
        if isinstance(value, Nothing):
            return State.UNDECIDED, no_data(value)
        met = beyond_noise(target, finding, value, compared)
        if met is None:
            noise = holds(target, kpi, value.value, compared) is not None
            why = "whether that is more than noise cannot be told" if noise else why_undecided(target, compared).detail
            return State.UNDECIDED, f"{words.value(value.value, kpi.unit)}; {why}"
        return State.MET if met else State.MISSED, against(target, kpi, value.value, compared, met)
    value = finding.value
    if (occasion.now - release.end) * _EARLY < due - release.end:
        return State.TOO_EARLY, f"{words.span(due - occasion.now)} to go"
    if isinstance(value, Nothing):
        return State.TOO_EARLY if value.reason is Reason.WINDOW_INCOMPLETE else State.UNDECIDED, no_data(value)
    met = holds(target, kpi, value.value, finding.compared)
    if met is None:
        return State.UNDECIDED, why_undecided(target, finding.compared).detail
    return State.ON_TRACK if met else State.OFF_TRACK, against(target, kpi, value.value, finding.compared, met)


def beyond_noise(target: Target, finding: Finding, value: Estimate, compared: Baseline | Nothing) -> bool | None:
    """Whether a target is met. One that asks for a direction only (`> +0 %`) is undecided while the interval holds no change (MIL5)."""
    kpi = finding.case.kpi
    met = holds(target, kpi, value.value, compared)
    if met is None or target.limit or not target.needs_baseline or kpi.census:
        return met
    if value.low is None or value.high is None:
        return None
    return met if {holds(target, kpi, end, compared) for end in (value.low, value.high)} == {met} else None


def at_due(finding: Finding, window: Window, occasion: Occasion, plan: Plan) -> tuple[Estimate | Nothing, Baseline | Nothing]:
    """The value of the KPI's window that ended when the promise fell due, and what it compares with.

    It has to stand up to what a value has to stand up to now: data that have settled, a source that still speaks, and enough of it.
    """
    kpi = finding.case.kpi
    if kpi.settles and occasion.now < window.end + kpi.settles.nominal:
        unsettled = Nothing(Reason.WINDOW_INCOMPLETE, f"its data settle for {kpi.settles.words()}")
        return unsettled, unsettled
    if isinstance(finding.value, Nothing) and finding.value.reason is Reason.STALE:
        return finding.value, finding.value
    value, compared = _found_at_due(finding, window, occasion, plan)
    if isinstance(value, Estimate):
        silence = silent(kpi, value, finding.before) if isinstance(finding.before, Before) else None
        doubt = silence or too_few(value, kpi.min_sample)
        if doubt:
            return doubt, doubt
    return value, compared


def _found_at_due(
    finding: Finding, window: Window, occasion: Occasion, plan: Plan
) -> tuple[Estimate | Nothing, Baseline | Nothing]:
    """From a look at just that window where there was one, else from the days since the deployment, else from its hours."""
    case, tz = finding.case, plan.timezone
    days = _days_at(finding, window, plan)
    look = _look_at(finding, window, days, plan)
    if look is not None:
        value = estimate(case, look, occasion.now, tz)
        compared = days_compared(case, look, value, tz) if isinstance(value, Estimate) else value
        return value, baseline(case, finding.before, compared)
    if isinstance(finding.days, Reading) and days and (case.kpi.window.in_days or case.kpi.kind is Kind.STATE):
        value = over(case, finding.days, days)
        found = [point.day for point in value.days] if isinstance(value, Estimate) else days
        return value, baseline(case, finding.before, found or days)
    if isinstance(finding.hours, Reading):
        return _from_hours(finding, finding.hours, window, plan)
    nothing = (
        finding.days
        if isinstance(finding.days, Nothing)
        else Nothing(Reason.WINDOW_INCOMPLETE, "no complete day before it fell due")
    )
    return nothing, nothing


def _days_at(finding: Finding, window: Window, plan: Plan) -> list[date]:
    """The days of the KPI's window at the due date. Of a state, the last day in it that was recorded stands."""
    kpi, tz = finding.case.kpi, plan.timezone
    if kpi.kind is Kind.STATE:
        recorded = finding.days.slots if isinstance(finding.days, Reading) else ()
        oldest = max(window.start, window.end - kpi.window.nominal)
        first, last = oldest.astimezone(tz).date(), window.end.astimezone(tz).date()
        return [d for d in sorted(s for s in recorded if s is not None) if first <= d <= last][-1:]
    return [day.date for day in complete_days(round(kpi.window.nominal / _A_DAY), window.end, tz, window.start)]


def _look_at(finding: Finding, window: Window, days: Sequence[date], plan: Plan) -> Observation | None:
    """The look at the window that ended at the due date; the nearest where several are near enough."""
    kpi, due = finding.case.kpi, window.end

    def near(look: Observation) -> bool:
        if look.window.end == due:
            return True
        if kpi.kind is Kind.STATE:
            return due <= look.window.end < due + _A_DAY
        if kpi.window.in_days:
            return bool(days) and [day.date for day in whole_days(look.window, plan.timezone)] == list(days)
        return bool(look.window.length) and abs(look.window.end - due) <= look.window.length * _NEAR

    return min(filter(near, finding.case.looks), key=lambda look: abs(look.window.end - due), default=None)


def _from_hours(finding: Finding, hours: Reading, window: Window, plan: Plan) -> tuple[Estimate | Nothing, Baseline | Nothing]:
    """The value over the hours before the due date, at most as long as the KPI's window."""
    case = finding.case
    window = Window(max(window.start, window.end - case.kpi.window.nominal), window.end)
    if (
        hours.measure is Measure.VALUE
        and case.kpi.fold is Fold.MEAN
        and case.kpi.unit.quantity in (Quantity.NUMBER, Quantity.MONEY)
    ):
        nothing = Nothing(Reason.WINDOW_INCOMPLETE, "values of single hours do not make up the value of a day")
        return nothing, nothing
    value = over(case, hours, hours_of(hours, window))
    return value, baseline(case, finding.before, [(window.start + window.length / 2).astimezone(plan.timezone).date()])


def hours_of(hours: Reading, window: Window) -> Sequence[Slot]:
    """One slot for every complete hour of a window: those that were measured, and the expected ones where too few were."""
    measured = [
        s
        for s in (*hours.slots, *hours.faults)
        if isinstance(s, datetime) and window.start <= s <= window.end - timedelta(hours=1)
    ]
    expected = [hour.start for hour in hours_in(window)]
    missing = [start for start in expected if start not in measured][: max(0, len(expected) - len(measured))]
    return sorted([*measured, *missing])
