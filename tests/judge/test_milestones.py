"""Checklists: computed where data can tell, signed where only a person can, frozen when due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from judged_plans import (
    LIVE,
    UNSCORED,
    ZONE,
    before,
    daily,
    kpi,
    look,
    milestone,
    no_answer,
    occasion,
    plan,
    promise,
    release,
    said,
    since,
)

from postflight.judge import item_key, judge
from postflight.model import (
    Cell,
    ItemState,
    Kpi,
    Milestone,
    MilestoneItem,
    MilestoneTest,
    Observation,
    Past,
    Role,
    SignOff,
    State,
)
from postflight.target import Target
from postflight.window import Window, days_in

ERRORS = kpi("errors", "< 0.1 %", unit="%")


def test_of(*tests: tuple[str, str], every: str = "", id: str = "item") -> MilestoneItem:
    return MilestoneItem(id, id.capitalize(), tuple(MilestoneTest(k, Target.parse(t) if t else None) for k, t in tests), every)


test_of.__test__ = False  # type: ignore[attr-defined]  # a maker of items, not a test
MANUAL = MilestoneItem("audit", "Security audit passed", owner="security")


def state(
    days: float,
    checklist: Milestone,
    *observations: Observation,
    kpis: Sequence[Kpi] = (ERRORS,),
    past: Past | None = None,
    signed: Sequence[SignOff] = (),
    expect: Sequence[tuple[str, str, str]] = (),
) -> tuple[ItemState, Past]:
    released = release(promise(*expect, milestones=[checklist]))
    when = occasion(LIVE + timedelta(days=days), release=released, signoffs=tuple(signed))
    card, after = judge(plan(*kpis, score=UNSCORED), when, observations, past or Past())
    return card.milestones[0].items[0], after


def hours(counts: dict[int, tuple[Cell, Cell]], until: int = 24) -> Observation:
    rows = [((LIVE + timedelta(hours=h)).isoformat(), *counts.get(h, (0, 1000))) for h in range(until)]
    return said(
        "errors", Role.HOURS, "day hits total", [r for r in rows if r[1] is not None], Window(LIVE, LIVE + timedelta(hours=until))
    )


def signature(met: bool, days: float, *, expires: float | None = None, item: str = "audit", horizon: str = "1w") -> SignOff:
    until = LIVE + timedelta(days=expires) if expires is not None else None
    return SignOff(horizon, item, met, "Ada", LIVE + timedelta(days=days), "report.pdf", until)


# ---- for people


@pytest.mark.parametrize("days", [0.1, 3, 7, 400])
def test_MIL1_what_no_system_can_tell_is_open_until_signed(days: float) -> None:
    """Never ticked by itself, not even when its time is long over."""
    item, past = state(days, milestone("1w", MANUAL))
    assert (item.state, item.computed, item.owner) == (State.OPEN, None, "security")
    assert past.frozen == {}


def test_MIL1_a_signature_has_a_name_a_time_evidence_and_an_end() -> None:
    """Who, when, what shows it; once expired it is open again."""
    item, _ = state(3, milestone("1w", MANUAL), signed=[signature(True, 2, expires=4)])
    assert (item.state, item.signed_by, item.evidence) == (State.MET, "Ada", "report.pdf")
    assert item.signed_at == LIVE + timedelta(days=2)
    assert state(5, milestone("1w", MANUAL), signed=[signature(True, 2, expires=4)])[0].state is State.OPEN


def test_MIL1_a_signature_that_held_at_the_due_date_goes_on_holding() -> None:
    """The milestone is over; what was true then stays true of it."""
    assert state(30, milestone("1w", MANUAL), signed=[signature(True, 2, expires=8)])[0].state is State.MET
    assert state(30, milestone("1w", MANUAL), signed=[signature(True, 9, expires=20)])[0].state is State.OPEN


def test_MIL1_the_newest_signature_counts() -> None:
    """A person may think again; a word from the future is not heard yet."""
    words = [signature(True, 1), signature(False, 2), signature(True, 6)]
    assert state(5, milestone("1w", MANUAL), signed=words)[0].state is State.MISSED
    assert state(6, milestone("1w", MANUAL), signed=words)[0].state is State.MET


def test_signatures_belong_to_one_item_of_one_milestone() -> None:
    """The same id elsewhere is another item."""
    others = [signature(True, 1, item="other"), signature(True, 1, horizon="24h")]
    assert state(5, milestone("1w", MANUAL), signed=others)[0].state is State.OPEN


def test_a_person_may_overrule_the_data_and_both_stay_visible() -> None:
    """Contract 4: the computed state is kept beside the word."""
    checklist = milestone("1w", test_of(("errors", "<= 0.1 %"), id="audit"))
    item, past = state(9, checklist, since("errors", "hits total", 5, 1000), signed=[signature(True, 8)])
    assert (item.state, item.computed, item.signed_by) == (State.MET, State.MISSED, "Ada")
    assert "overruled by Ada" in item.detail and "0.5 %" in item.detail
    assert past.frozen[item_key("1w", "audit")][0] is State.MISSED


def test_a_person_may_confirm_what_the_data_say() -> None:
    """And that is a confirmation, before it is due as after."""
    checklist = milestone("1w", test_of(("errors", "<= 0.1 %"), id="audit"))
    for days in (3, 9):
        told = [since("errors", "hits total", 0, 1000), look("errors", "hits total", (0, 1000))]
        item, _ = state(days, checklist, *told, signed=[signature(True, 2)])
        assert item.state is State.MET and item.detail.startswith("confirmed by Ada")


# ---- maintained


def test_MIL2_maintained_is_every_complete_hour() -> None:
    """<0.1 % errors in each of 24 hours: all kept, met; one over, missed, with its hour."""
    checklist = milestone("24h", test_of(("errors", "<= 0.1 %"), every="hour"))
    assert state(1, checklist, hours({}))[0].state is State.MET
    item, _ = state(1, checklist, hours({7: (2, 1000)}))
    assert item.state is State.MISSED
    assert item.detail.startswith("5 Oct 2026 17:00 CDT: 0.2 %, 0.1 pp over")


def test_MIL2_one_bad_hour_is_not_diluted_by_a_good_day() -> None:
    """The pooled day is within the limit; the hour was not."""
    checklist = milestone("24h", test_of(("errors", "<= 0.1 %"), every="hour"))
    counts: dict[int, tuple[Cell, Cell]] = dict.fromkeys(range(24), (0, 10**6))
    assert state(1, checklist, hours(counts | {3: (2, 1000)}))[0].state is State.MISSED


@pytest.mark.parametrize("gap", [(0, 0), (None, None)])
def test_MIL2_an_hour_without_data_leaves_it_undecided(gap: tuple[Cell, Cell]) -> None:
    """No traffic in it, or no answer for it: not known to have held."""
    checklist = milestone("24h", test_of(("errors", "<= 0.1 %"), every="hour"))
    item, past = state(1, checklist, hours({4: gap}))
    assert (item.state, item.detail) == (State.UNDECIDED, "held in 23 of 24 hours; 1 hour without data")
    assert past.frozen == {}


def test_MIL2_an_hour_that_ends_after_the_due_date_is_not_asked_of_it() -> None:
    """The 24 hours are those that lie wholly in them."""
    checklist = milestone("24h", test_of(("errors", "<= 0.1 %"), every="hour"))
    assert state(2, checklist, hours({24: (900, 1000), 30: (900, 1000)}, 36))[0].state is State.MET


def test_MIL2_hours_that_begin_a_little_later_are_the_same_hours() -> None:
    """Of 24 hours from ten past, 23 end before the due date: one is not told, and not all of them."""
    rows = [((LIVE + timedelta(hours=h, minutes=10)).isoformat(), 0, 1000) for h in range(24)]
    late = said("errors", Role.HOURS, "day hits total", rows, Window(LIVE, LIVE + timedelta(hours=25)))
    item, _ = state(2, milestone("24h", test_of(("errors", "<= 0.1 %"), every="hour")), late)
    assert (item.state, item.detail) == (State.UNDECIDED, "held in 23 of 24 hours; 1 hour without data")


def test_MIL2_nothing_measured_is_undecided_once_it_is_due() -> None:
    """Too early before, undecided after."""
    checklist = milestone("24h", test_of(("errors", "<= 0.1 %"), every="hour"))
    assert state(0.5, checklist)[0].state is State.TOO_EARLY
    assert state(2, checklist)[0].state is State.UNDECIDED


def test_MIL2_before_it_is_due_it_is_on_track_while_it_holds_and_missed_once_it_fails() -> None:
    """A failure cannot be undone: frozen at once."""
    checklist = milestone("24h", test_of(("errors", "<= 0.1 %"), every="hour"))
    assert state(0.02, checklist)[0].state is State.TOO_EARLY
    item, past = state(0.5, checklist, hours({}, 12))
    assert (item.state, item.detail, past.frozen) == (State.ON_TRACK, "held in 12 of 12 hours so far", {})
    item, past = state(0.5, checklist, hours({2: (9, 1000)}, 12))
    assert item.state is State.MISSED
    assert state(1, checklist, hours({}), past=past)[0].state is State.MISSED


def test_MIL2_sustained_is_every_complete_day() -> None:
    """And a day that is not complete does not count."""
    checklist = milestone("1w", test_of(("errors", "<= 0.1 %"), every="day"))
    assert state(8, checklist, since("errors", "hits total", 0, 1000))[0].state is State.MET
    days = {day.date: (0, 1000) for day in days_in(Window(LIVE, LIVE + timedelta(days=8)), ZONE)}
    late = {**days, date(2026, 10, 13): (999, 1000)}  # after the due date
    assert state(8, checklist, daily("errors", Role.DAYS, "hits total", late))[0].state is State.MET
    days.pop(date(2026, 10, 8))
    assert state(8, checklist, daily("errors", Role.DAYS, "hits total", days))[0].state is State.UNDECIDED


def test_MIL2_a_relative_item_compares_each_day_with_its_weekday() -> None:
    """−30 % on every day of the week."""
    checklist = milestone("1w", test_of(("errors", "<= -30 %"), every="day"))
    tickets = kpi("errors", "", unit="/day")
    kept = [since("errors", "value", 70), before("errors", "value", 100)]
    assert state(8, checklist, *kept, kpis=[tickets])[0].state is State.MET
    assert state(8, checklist, kept[0], kpis=[tickets])[0].state is State.UNDECIDED


# ---- due, frozen


def test_MIL3_due_dates_are_exact_from_the_end_of_the_deployment() -> None:
    """24 hours are 24 hours; a month is a calendar month at the same time of day."""
    released = release(promise(milestones=[milestone(h, MANUAL) for h in ("3mo", "24h", "1mo", "1w")]))
    card, _ = judge(plan(ERRORS), occasion(release=released), (), Past())
    assert [m.horizon for m in card.milestones] == ["24h", "1w", "1mo", "3mo"]
    assert [m.due.isoformat() for m in card.milestones] == [
        "2026-10-06T15:00:00+00:00",
        "2026-10-12T15:00:00+00:00",
        "2026-11-05T16:00:00+00:00",
        "2027-01-05T16:00:00+00:00",
    ]
    assert [m.closed for m in card.milestones] == [True, True, False, False]


def test_MIL3_at_the_due_date_an_item_is_frozen() -> None:
    """Later days, better or worse, change nothing."""
    checklist = milestone("1w", test_of(("errors", "")))
    item, past = state(9, checklist, since("errors", "hits total", 0, 1000))
    assert item.state is State.MET
    assert past.frozen == {"1w/item": (State.MET, item.detail)}
    item, _ = state(20, checklist, since("errors", "hits total", 999, 1000, at=LIVE + timedelta(days=20)), past=past)
    assert item.state is State.MET


def test_MIL3_undecided_is_not_an_end() -> None:
    """No data when it fell due: late data may still tell."""
    checklist = milestone("1w", test_of(("errors", "")))
    item, past = state(9, checklist, no_answer("errors"))
    assert item.state is State.UNDECIDED and past.frozen == {}
    assert state(9, checklist, since("errors", "hits total", 0, 1000), past=past)[0].state is State.MET


def test_MIL4_an_item_of_many_kpis_lists_what_it_lacks() -> None:
    """ "Performance targets met" with one KPI without a source: undecided, naming it; a miss beats the gap."""
    many = [kpi(id, "<= 200 ms", unit="ms") for id in ("p50", "p95", "cdn")]
    checklist = milestone("1w", test_of(("p50", ""), ("p95", ""), ("cdn", "")))
    told = [since(id, "value", 100) for id in ("p50", "p95")]
    item, _ = state(9, checklist, *told, kpis=many)
    assert item.state is State.UNDECIDED
    assert item.detail.startswith("Cdn: no data")
    item, _ = state(9, checklist, told[0], since("p95", "value", 231), kpis=many)
    assert item.state is State.MISSED
    assert item.detail == "P95: 231 ms, 31 ms over the limit of ≤ 200 ms"
    item, _ = state(9, checklist, *told, since("cdn", "value", 1), kpis=many)
    assert (item.state, item.detail) == (State.MET, "all 3 of them")


def test_an_item_goes_by_the_promise_of_its_own_horizon() -> None:
    """At one week the week's 35 %, though by now the month's 40 % counts."""
    mobile = kpi("mobile", "", unit="%", direction="higher")
    expect = [("mobile", "1w", ">= 35 %"), ("mobile", "1mo", ">= 40 %")]
    for horizon, expected in (("1w", State.MET), ("1mo", State.OFF_TRACK)):
        checklist = milestone(horizon, test_of(("mobile", "")))
        told = (since("mobile", "hits total", 36, 100), look("mobile", "hits total", (36, 100)))
        assert state(9, checklist, *told, kpis=[mobile], expect=expect)[0].state is expected


def test_MIL6_no_revenue_impact_is_a_band() -> None:
    """Two tests of one KPI make a two-sided band of ±5 %; so does "no worse than" of a KPI that should stay steady."""
    revenue = kpi("revenue", "", unit="USD", direction="higher", window="24h", fold="sum")
    band = milestone("24h", test_of(("revenue", ">= -5 %"), ("revenue", "<= +5 %")))
    steady = milestone("24h", test_of(("revenue", "no worse than 5 %")))
    for value, expected in ((94, State.MISSED), (95, State.MET), (103, State.MET), (105, State.MET), (106, State.MISSED)):
        day = look("revenue", "value", (value,), window=Window(LIVE, LIVE + timedelta(hours=24)), at=LIVE + timedelta(days=2))
        past = before("revenue", "value", 100)
        assert state(2, band, day, past, kpis=[revenue])[0].state is expected, value
        both_ways = replace(revenue, direction=kpi(direction="steady").direction)
        assert state(2, steady, day, past, kpis=[both_ways])[0].state is expected, value


def test_MIL5_churn_reduced_without_an_interval_is_undecided() -> None:
    """A change of any size in the right direction is not yet more than noise."""
    churn = kpi("churn", "", unit="%")
    checklist = milestone("1w", test_of(("churn", "< +0 pp")))
    item, past = state(
        9, checklist, since("churn", "hits total", 49, 1000), before("churn", "hits total", 50, 1000), kpis=[churn]
    )
    assert item.state is State.UNDECIDED and "noise" in item.detail
    assert past.frozen == {}


def test_items_about_kpis_the_plan_does_not_judge() -> None:
    """A KPI that does not exist, one declared not applicable, one without any target: undecided, said why."""
    for kpis, test, said_why in (
        ([ERRORS], "nobody", "no such KPI"),
        ([replace(ERRORS, not_applicable="no CDN")], "errors", "none of its KPIs is judged"),
        ([kpi("errors", "")], "errors", "has no target"),
    ):
        item, _ = state(9, milestone("1w", test_of((test, ""))), kpis=kpis)
        assert item.state is State.UNDECIDED and said_why in item.detail


def test_hostile_names_are_harmless_in_a_checklist() -> None:
    """A signer's name is shown, not obeyed."""
    evil = replace(signature(True, 2), by="\x1b[31mMallory\n")
    item, _ = state(3, milestone("1w", MANUAL), signed=[evil])
    assert "\x1b" not in item.detail and "\n" not in item.detail
    assert isinstance(item.signed_at, datetime)
