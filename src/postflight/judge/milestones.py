"""Milestones: checklists that fall due after a release. What data can tell is computed; the rest is a person's to sign (MIL1–MIL6).

A computed item is frozen once its milestone is due, and one that must hold in every hour or day as soon as one of them failed. A
person may confirm or overrule it; what the data say stays beside their word.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from .. import words
from ..model import (
    ItemState,
    Measure,
    Milestone,
    MilestoneItem,
    MilestoneState,
    MilestoneTest,
    Nothing,
    Occasion,
    Plan,
    Reason,
    Release,
    SignOff,
    State,
)
from ..target import Target
from ..window import Span, Window, days_in
from .baseline import baseline
from .case import is_part_of
from .compose import compose
from .evaluate import Finding
from .level import is_judged
from .lines import against, holds, why_undecided
from .outlook import hours_of, outlook
from .reading import Reading, Slot

Frozen = Mapping[str, tuple[State, str]]

# Of several tests, the first of these that any of them is in is the state of the item.
_WORST_FIRST = (State.MISSED, State.OFF_TRACK, State.UNDECIDED, State.TOO_EARLY, State.ON_TRACK, State.MET)
_FINAL = (State.MET, State.MISSED)


def milestones(
    plan: Plan, occasion: Occasion, findings: Sequence[Finding], frozen: Frozen
) -> tuple[tuple[MilestoneState, ...], Frozen]:
    """The checklists of the release, the nearest first, and what of them is to be remembered as final."""
    release = occasion.release
    if release is None:
        return (), {}
    states, final = [], {}
    for milestone in sorted(release.promise.milestones, key=lambda m: m.horizon):
        due = milestone.horizon.after(release.end, plan.timezone)
        items = []
        for item in milestone.items:
            key = item_key(str(milestone.horizon), item.id)
            computed = frozen.get(key) or (_computed(item, milestone, release, plan, occasion, findings) if item.tests else None)
            if computed is not None and computed[0] in _FINAL:
                final[key] = computed
            items.append(_state(item, computed, _signature(occasion, milestone, item, due)))
        states.append(MilestoneState(str(milestone.horizon), milestone.title, due, occasion.now >= due, tuple(items)))
    return tuple(states), final


def item_key(horizon: str, item: str) -> str:
    """Under which key the judge remembers how a computed item ended."""
    return f"{horizon}/{item}"


def _state(item: MilestoneItem, computed: tuple[State, str] | None, signed: SignOff | None) -> ItemState:
    """A person's word where there is one that still holds, else what the data say; without either, open."""
    detail = computed[1] if computed else "for a person to sign"
    if signed is None:
        return ItemState(
            item.id, item.title, computed[0] if computed else State.OPEN, detail, item.owner, computed[0] if computed else None
        )
    state = State.MET if signed.met else State.MISSED
    if computed is None:
        detail = f"signed by {words.clean(signed.by)}"
    else:
        overruled = computed[0] in _FINAL and computed[0] is not state
        detail = f"{'overruled' if overruled else 'confirmed'} by {words.clean(signed.by)}; the data say {words.STATE_WORDS[computed[0]]}: {detail}"
    return ItemState(
        item.id,
        item.title,
        state,
        detail,
        item.owner,
        computed[0] if computed else None,
        signed.by,
        signed.at,
        words.clean(signed.evidence),
    )


def _signature(occasion: Occasion, milestone: Milestone, item: MilestoneItem, due: datetime) -> SignOff | None:
    """The newest signature, unless it has expired. One that held when the milestone fell due holds for ever."""
    own = [s for s in occasion.signoffs if s.milestone == str(milestone.horizon) and s.item == item.id and s.at <= occasion.now]
    newest = max(own, key=lambda s: s.at, default=None)
    if newest is None or newest.expires is None:
        return newest
    needed_until = min(due, occasion.now) if newest.at <= due else occasion.now
    return newest if newest.expires > needed_until else None


def _computed(
    item: MilestoneItem, milestone: Milestone, release: Release, plan: Plan, occasion: Occasion, findings: Sequence[Finding]
) -> tuple[State, str]:
    """What the data say about an item: the worst of its tests, and the sentences of those that make it so (MIL4)."""
    told: list[tuple[State, str, str]] = []
    for test in item.tests:
        concerned = [f for f in findings if is_part_of(f.case.kpi.id, test.kpi)]
        if not concerned:
            told.append((State.UNDECIDED, test.kpi, "the plan has no such KPI"))
        told += [
            _test(test, item.every, milestone.horizon, f, release, plan, occasion) for f in concerned if is_judged(f.case.kpi)
        ]
    if not told:
        return State.UNDECIDED, "none of its KPIs is judged"
    state = next(s for s in _WORST_FIRST if any(s is t[0] for t in told))
    deciding = [(title, sentence) for s, title, sentence in told if s is state]
    if len(told) > 1 and len(deciding) == len(told):
        return state, f"all {len(told)} of them"
    return state, "; ".join(f"{title}: {sentence}" if len(told) > 1 else sentence for title, sentence in deciding)


def _test(
    test: MilestoneTest, every: str, horizon: Span, finding: Finding, release: Release, plan: Plan, occasion: Occasion
) -> tuple[State, str, str]:
    title, target = finding.case.kpi.title, test.target or _target_at(finding, horizon)
    if target is None:
        return State.UNDECIDED, title, "it has no target"
    if every:
        state, sentence = _maintained(target, every, horizon, finding, release, plan, occasion)
    else:
        state, sentence = outlook(target, finding, horizon, release, occasion, plan)
    return state, title, sentence


def _target_at(finding: Finding, horizon: Span) -> Target | None:
    """What a KPI has to meet at a horizon: what was promised for just then, else what counts now."""
    promised = next((e.target for e in finding.case.expectations if e.horizon == horizon), None)
    return promised or finding.case.kpi.target or finding.effective.target


def _maintained(
    target: Target, every: str, horizon: Span, finding: Finding, release: Release, plan: Plan, occasion: Occasion
) -> tuple[State, str]:
    """Whether a test held in every complete hour or day since the release. One that failed decides; one without data leaves it open (MIL2)."""
    due = horizon.after(release.end, plan.timezone)
    settled = occasion.now - (finding.case.kpi.settles.nominal if finding.case.kpi.settles else timedelta())
    so_far = Window(release.end, max(release.end, min(settled, due)))
    reading = finding.hours if every == "hour" else finding.days
    if isinstance(reading, Nothing):
        early = occasion.now < due and reading.reason in (Reason.WINDOW_INCOMPLETE, Reason.EMPTY)
        return State.TOO_EARLY if early else State.UNDECIDED, f"no {every} could be told: {reading.detail}"
    slots = hours_of(reading, so_far) if every == "hour" else [day.date for day in days_in(so_far, plan.timezone)]
    untold = 0
    for slot in slots:
        met, sentence = _in_slot(target, finding, reading, slot, plan)
        if met is False:
            return State.MISSED, f"{_name(slot, plan)}: {sentence}"
        untold += met is None
    told = f"{words.share(len(slots) - untold, len(slots))} {every}s"
    if settled < due:
        return (
            (State.ON_TRACK if not untold else State.UNDECIDED, f"held in {told} so far")
            if slots
            else (State.TOO_EARLY, f"no complete {every} yet")
        )
    if untold or not slots:
        return State.UNDECIDED, f"held in {told}; {words.plural(untold, every)} without data" if slots else f"no complete {every}"
    return State.MET, f"held in all {len(slots)} {every}s"


def _in_slot(target: Target, finding: Finding, reading: Reading, slot: Slot, plan: Plan) -> tuple[bool | None, str]:
    """Whether the test held in one hour or day; None without data for it."""
    kpi = finding.case.kpi
    entries = reading.slots.get(slot)
    value = compose(finding.case, reading.measure, [entries]) if entries else None
    if value is None or isinstance(value, Nothing) or slot is None:
        return None, ""
    day = slot.astimezone(plan.timezone).date() if isinstance(slot, datetime) else slot
    compared = baseline(finding.case, finding.before, [day])
    if isinstance(slot, datetime) and target.needs_baseline and reading.measure is Measure.VALUE:
        return None, ""  # one hour's count does not compare with a whole day's
    met = holds(target, kpi, value.value, compared)
    return met, why_undecided(target, compared).detail if met is None else against(target, kpi, value.value, compared, met)


def _name(slot: Slot, plan: Plan) -> str:
    if isinstance(slot, datetime):
        return words.instant(slot, plan.timezone)
    return words.dates(slot, slot) if isinstance(slot, date) else ""
