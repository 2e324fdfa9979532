"""Evidence becomes a value, or a reason: for every measure, every way it can be wrong, and every length a day can have."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged_plans import LIVE, NOW, ZONE, daily, kpi, look, no_answer, said, week

from postflight import units
from postflight.judge import quantile
from postflight.judge.case import Case
from postflight.judge.estimate import estimate
from postflight.model import Cell, Estimate, Evidence, Kpi, Nothing, Observation, Reason, Role
from postflight.target import Target
from postflight.window import Window, complete_days, start_of

DAYS = [day.date for day in complete_days(7, NOW, ZONE, LIVE)]


def found(kpi: Kpi, observation: Observation, now: datetime = NOW, tz: ZoneInfo = ZONE) -> Estimate | Nothing:
    limits = tuple(sorted(t.canonical for t in (kpi.target, kpi.alert, kpi.block) if t))
    return estimate(Case(kpi, (observation,), limits=limits), observation, now, tz)


def value(kpi: Kpi, observation: Observation) -> float:
    it = found(kpi, observation)
    assert isinstance(it, Estimate), it
    return it.value


def reason(kpi: Kpi, observation: Observation) -> Reason:
    it = found(kpi, observation)
    assert isinstance(it, Nothing), it
    assert it.detail
    return it.reason


SHARE = kpi(unit="%", target="<= 5 %")
COUNT = kpi(target="<= 5")


# ---- shares


def test_SEC1_nothing_to_take_a_share_of_is_no_data() -> None:
    """No applicants at all: neither 100 % nor 0 %, and no ZeroDivisionError."""
    assert reason(SHARE, look("p95", "hits total", (0, 0))) is Reason.ZERO_DENOMINATOR


def test_FEA1_an_empty_population_is_no_data_even_when_sql_says_NULL() -> None:
    """SUM over no rows is NULL; with a count of zero that is nothing out of nothing."""
    assert reason(SHARE, look("p95", "hits total", (None, 0))) is Reason.ZERO_DENOMINATOR
    assert reason(kpi(unit="s"), look("p95", "sum count", (None, 0))) is Reason.ZERO_DENOMINATOR


@pytest.mark.parametrize("hits", [201, 100.01, Decimal("100.5"), -1])
def test_FEA2_SEC10_more_hits_than_there_are_is_out_of_range(hits: Cell) -> None:
    """200 % adoption, more blocked than requested, less than none: an impossible share, not a great one."""
    assert reason(SHARE, look("p95", "hits total", (hits, 100))) is Reason.OUT_OF_RANGE


def test_extrapolated_counters_may_pass_each_other_by_a_rounding() -> None:
    """Prometheus extrapolates both sides; the last bit of a float is no scandal, and never more than a whole."""
    assert value(SHARE, look("p95", "hits total", (math.nextafter(100.0, 101), 100.0))) == 1.0


def test_SEC6_one_record_in_any_number_keeps_it_under_the_whole() -> None:
    """99,999 of 100,000 is not 100 %, nor is all but one of 10¹⁷, which a float cannot tell from one."""
    for n in (100_000, 10**17):
        assert value(SHARE, look("p95", "hits total", (n - 1, n))) < 1.0
        assert value(SHARE, look("p95", "hits total", (n, n))) == 1.0


def test_days_of_a_share_are_pooled_not_averaged() -> None:
    """1 of 1 and 0 of 99 is 1 %, where the mean of the days would say 50 %."""
    rows = [(DAYS[0], 1, 1), (DAYS[1], 0, 99)]
    assert value(SHARE, look("p95", "day hits total", *rows)) == 0.01


def test_BIZ4_decimals_of_a_database_stay_decimals() -> None:
    """Decimal from PostgreSQL beside int and float: no TypeError, and ten cents ten times are one dollar."""
    money = kpi(unit="USD", fold="sum")
    assert value(money, look("p95", "day value", *((d, Decimal("0.10")) for d in DAYS))) == 0.7
    assert value(kpi(unit="USD"), look("p95", "sum count", (Decimal("1.10"), 2), (2.2, 1))) == pytest.approx(1.1)
    assert value(SHARE, look("p95", "hits total", (Decimal(1), Decimal(3)))) == 1 / 3


def test_BIZ4_currencies_do_not_mix() -> None:
    """An answer in euros for a KPI in dollars is unreadable: there is no exchange rate here."""
    money = kpi(unit="USD")
    assert reason(money, look("p95", "value", (5,), unit=units.parse("EUR"))) is Reason.BAD_RESPONSE
    assert value(money, look("p95", "value", (5,), unit=units.parse("$"))) == 5


# ---- units


def test_X3_values_become_canonical_from_the_unit_of_the_answer() -> None:
    """0.9 s is not 0.9 ms: the unit of the evidence decides, else that of the KPI."""
    latency = kpi(unit="ms")
    assert value(latency, look("p95", "value", (900,))) == 0.9
    assert value(latency, look("p95", "value", (0.9,), unit=units.SECONDS)) == 0.9
    assert value(kpi(unit="%"), look("p95", "value", (28.9,))) == 0.289


def test_X3_a_unit_of_another_quantity_is_unreadable() -> None:
    """Seconds for a share, a share for seconds: no data, with both named."""
    for wanted, columns, row, unit in (("%", "value", (1,), units.SECONDS), ("ms", "hits total", (1, 2), None)):
        it = found(kpi(unit=wanted), look("p95", columns, row, unit=unit))
        assert isinstance(it, Nothing) and it.reason is Reason.BAD_RESPONSE and wanted in it.detail


# ---- what cannot be read


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        (math.nan, Reason.NON_FINITE),
        (math.inf, Reason.NON_FINITE),
        (Decimal("NaN"), Reason.NON_FINITE),
        (Decimal("sNaN"), Reason.NON_FINITE),
        (10**5000, Reason.OUT_OF_RANGE),
        ("12", Reason.BAD_RESPONSE),
        (True, Reason.BAD_RESPONSE),
        (date(2026, 1, 1), Reason.BAD_RESPONSE),
        (None, Reason.EMPTY),
    ],
    ids=["NaN", "infinity", "decimal NaN", "signalling NaN", "5000 digits", "text", "truth", "date", "NULL"],
)
@pytest.mark.parametrize("columns", ["value", "sample"])
def test_R10_a_cell_that_is_no_number_is_no_data(columns: str, cell: Cell, why: Reason) -> None:
    """NaN, infinity, text, truth values, 5,000 digits, NULL: each its reason, none a value."""
    assert reason(COUNT, look("p95", columns, (cell,))) is why


@pytest.mark.parametrize("bad", [math.nan, "x", True, math.inf, -1])
@pytest.mark.parametrize("columns", ["hits total", "sum count"])
def test_R10_one_bad_day_spoils_its_window(columns: str, bad: Cell) -> None:
    """A week with one unreadable day is not judged on the other six."""
    rows: list[Sequence[Cell]] = [(day, 1, 10) for day in DAYS]
    assert isinstance(found(kpi(unit="%" if "hits" in columns else ""), look("p95", f"day {columns}", *rows)), Estimate)
    rows[3] = (DAYS[3], 1, bad)
    assert reason(kpi(unit="%" if "hits" in columns else ""), look("p95", f"day {columns}", *rows)) in (
        Reason.NON_FINITE,
        Reason.BAD_RESPONSE,
        Reason.OUT_OF_RANGE,
    )


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ("day", [(DAYS[0],)]),
        ("value sample", [(1, 2)]),
        ("hits count", [(1, 2)]),
        ("value", [(1,), (2,)]),
        ("day value", [(DAYS[0], 1), (DAYS[0], 2)]),
        ("value route", [(1, "/a"), (2, "/a")]),
        ("value", [(1, 2)]),
        ("day value", [("yesterday", 1)]),
        ("day value", [(7, 1)]),
        ("day value", [("2026-10-06T09:00:00", 1)]),
    ],
)
def test_C10_an_answer_of_another_shape_is_unreadable(columns: str, rows: list[Sequence[Cell]]) -> None:
    """No measure, two measures, two series where one is wanted, ragged rows, days that are none: said, never guessed."""
    assert reason(COUNT, look("p95", columns, *rows)) is Reason.BAD_RESPONSE


def test_no_rows_are_empty() -> None:
    """Zero rows of a flow over a full window say nothing."""
    assert reason(COUNT, look("p95", "value")) is Reason.EMPTY


def test_a_source_that_failed_keeps_its_reason() -> None:
    """What the source said is handed on untouched."""
    assert found(COUNT, no_answer("p95", Reason.TIMEOUT)) == Nothing(Reason.TIMEOUT, "app did not answer")


def test_yes_and_no_are_truth_values_and_nothing_else() -> None:
    """UX15: a boolean column is read as such; 0.5 is neither."""
    scroll = kpi(unit="yes/no", target="= no")
    assert [value(scroll, look("p95", "value", (cell,))) for cell in (True, False, 1, 0)] == [1, 0, 1, 0]
    assert reason(scroll, look("p95", "value", (0.5,))) is Reason.OUT_OF_RANGE
    assert value(scroll, look("p95", "day value", *zip(DAYS, [True] * 6 + [False], strict=True))) == 0


# ---- ranges, samples, freshness


@pytest.mark.parametrize(("bounds", "cell"), [((0, None), -3), ((0, 1.0), 150), ((1, 5), 0.5)])
def test_X9_a_value_outside_its_range_is_out_of_range(bounds: tuple[float | None, float | None], cell: float) -> None:
    """−3 incidents, 150 %: impossible values are no data."""
    assert reason(kpi(valid=bounds), look("p95", "value", (cell,))) is Reason.OUT_OF_RANGE


def test_FEA4_an_impossible_day_does_not_hide_in_a_possible_mean() -> None:
    """−3600 s on one day and 3610 s on the next average to 5 s; the day is refused."""
    rows = [(DAYS[0], -3600), (DAYS[1], 3610)]
    assert reason(kpi(unit="s", valid=(0, None)), look("p95", "day value", *rows)) is Reason.OUT_OF_RANGE


def test_UX10_a_single_impossible_answer_is_not_averaged_away() -> None:
    """An answer of 11 among tens."""
    assert reason(kpi(valid=(0, 10)), look("p95", "sample", *[(9,)] * 99, (11,))) is Reason.OUT_OF_RANGE


def test_UX7_too_few_are_too_few() -> None:
    """9 of 10 is 90 % of nothing much: below 30 there is no verdict, at 30 there is."""
    strict = kpi(unit="%", min_sample=30)
    assert reason(strict, look("p95", "hits total", (27, 29))) is Reason.BELOW_MIN_SAMPLE
    assert value(strict, look("p95", "hits total", (27, 30))) == 0.9


def test_a_minimum_cannot_be_met_by_an_answer_that_does_not_count() -> None:
    """A bare value does not say how many it stands for."""
    assert reason(kpi(min_sample=30), look("p95", "value", (1,))) is Reason.BELOW_MIN_SAMPLE


@pytest.mark.parametrize(("age", "stale"), [(23, False), (24, False), (25, True)])
def test_SQL4_an_old_log_is_stale(age: int, stale: bool) -> None:
    """Zero events in a log whose newest row is 25 hours old prove nothing."""
    watched = kpi(freshness="24h")
    it = found(watched, look("p95", "value", (0,), newest=NOW - timedelta(hours=age)))
    assert (isinstance(it, Nothing) and it.reason is Reason.STALE) is stale


def test_SQL4_an_empty_log_is_stale() -> None:
    """No newest row at all: the heartbeat is missing, so the zero is no peace."""
    assert reason(kpi(freshness="24h"), look("p95", "value", (0,))) is Reason.STALE


def test_BIZ11_fewer_tickets_because_the_form_broke_are_no_data() -> None:
    """No ticket for three days where one a day is the rule: stale, not a reduction."""
    tickets = kpi(unit="/day", freshness="2d")
    rows = [(day, 30 if i < 4 else 0) for i, day in enumerate(DAYS)]
    assert reason(tickets, look("p95", "day value", *rows, newest=NOW - timedelta(days=3))) is Reason.STALE
    assert value(tickets, look("p95", "day value", *rows, newest=NOW - timedelta(days=1))) == 120 / 7


# ---- values and days


def test_BIZ6_a_quiet_day_is_a_zero_where_the_answer_says_so() -> None:
    """One ticket in a week is 1/7 a day when the quiet days are rows."""
    rows = [(day, int(i == 0)) for i, day in enumerate(DAYS)]
    assert value(COUNT, look("p95", "day value", *rows)) == 1 / 7


@pytest.mark.parametrize("fold", ["sum", "max"])
def test_BIZ6_a_sum_with_a_hole_is_no_sum(fold: str) -> None:
    """GROUP BY without a calendar loses quiet days: a sum or a maximum over what is left is incomplete, not small."""
    rows = [(day, 1) for day in DAYS if day != DAYS[2]]
    assert reason(kpi(fold=fold), look("p95", "day value", *rows)) is Reason.WINDOW_INCOMPLETE


def test_a_mean_with_a_hole_says_so() -> None:
    """Other folds go by the days there are, with a note."""
    it = found(COUNT, look("p95", "day value", *((day, 3) for day in DAYS[1:])))
    assert isinstance(it, Estimate) and it.value == 3
    assert it.notes == ("answered for 6 of 7 days",)


@pytest.mark.parametrize(("fold", "expected"), [("mean", 3.0), ("sum", 21.0), ("last", 6.0), ("max", 6.0)])
def test_values_of_days_are_folded_as_the_plan_says(fold: str, expected: float) -> None:
    """0, 1, … 6 over a week."""
    assert value(kpi(fold=fold), look("p95", "day value", *((day, i) for i, day in enumerate(DAYS)))) == expected


def test_BIZ5_today_so_far_is_never_in_a_window_of_days() -> None:
    """Four tickets by nine o'clock are not a quiet day: a row of today is left out."""
    today = NOW.astimezone(ZONE).date()
    rows = [*((day, 100) for day in DAYS), (today, 4)]
    assert value(COUNT, look("p95", "day value", *rows)) == 100


def test_BIZ14_a_young_deployment_has_no_month_yet() -> None:
    """The question of a 30-day churn has no rows before thirty days have passed: the window is incomplete, not empty."""
    churn = kpi(unit="%", window="30d")
    assert reason(churn, look("p95", "day hits total", window=week(n=30))) is Reason.WINDOW_INCOMPLETE
    assert reason(churn, no_answer("p95", Reason.EMPTY, week(n=30))) is Reason.WINDOW_INCOMPLETE
    assert reason(churn, no_answer("p95", Reason.TIMEOUT, week(n=30))) is Reason.TIMEOUT


def test_data_that_still_change_are_left_out() -> None:
    """With `settles: 3d` the last three days of the week do not count yet."""
    slow = kpi(fold="sum", settles="3d")
    assert value(slow, look("p95", "day value", *((day, 1) for day in DAYS))) == 4
    assert reason(kpi(settles="30d"), look("p95", "day value", *((day, 1) for day in DAYS))) is Reason.WINDOW_INCOMPLETE


def test_parts_of_a_count_add_up_and_are_shown_apart() -> None:
    """Tickets by category: the total is their sum; a missing name is (none), a hostile one is harmless (BIZ10)."""
    tickets = kpi(unit="/day", by=("category",))
    rows = [(day, name, n) for day in DAYS for name, n in (("login", 5), (None, 2), ("\x1b[31mred", 1))]
    it = found(tickets, look("p95", "day category value", *rows))
    assert isinstance(it, Estimate) and it.value == 8
    assert [(s.name, s.value) for s in it.segments] == [("login", 5), ("(none)", 2), ("[31mred", 1)]


def test_parts_of_a_whole_that_do_not_add_up_are_refused() -> None:
    """Two latencies of two routes have no sum; with `fold: max` the worst of them stands."""
    rows = [("/a", 0.1), ("/b", 0.3)]
    assert reason(kpi(unit="s"), look("p95", "route value", *rows)) is Reason.BAD_RESPONSE
    assert value(kpi(unit="s", fold="max"), look("p95", "route value", *rows)) == 0.3


def test_shares_of_parts_are_pooled() -> None:
    """Hits and totals add up whatever they are split by."""
    by_route = kpi(unit="%", by=("route",))
    it = found(by_route, look("p95", "route hits total", ("/a", 1, 10), ("/b", 9, 90)))
    assert isinstance(it, Estimate)
    assert (it.value, it.hits, it.n) == (0.1, 10, 100)


# ---- clocks


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/Chicago", date(2026, 3, 8), 23),
        ("America/Chicago", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Asia/Beirut", date(2026, 3, 29), 23),
        ("America/Chicago", date(2026, 7, 1), 24),
    ],
)
def test_R13_counts_per_day_are_divided_by_the_real_length_of_the_day(zone: str, day: date, hours: float) -> None:
    """As many tickets as the day has hours are 24 a day, on days of 23, 24.5 and 25 hours too; a plain count is left alone."""
    tz = ZoneInfo(zone)
    window = Window(start_of(day, tz), start_of(day + timedelta(days=1), tz))
    assert window.length == timedelta(hours=hours)
    observation = said("p95", Role.CURRENT, "day value", [(day, hours)], window, window.end)
    rate = found(kpi(unit="/day"), observation, window.end, tz)
    plain = found(kpi(), observation, window.end, tz)
    assert isinstance(rate, Estimate) and isinstance(plain, Estimate)
    assert (rate.value, plain.value) == (pytest.approx(24), hours)


def test_R13_an_exact_window_of_hours_may_end_now() -> None:
    """Six hours after the deployment: one slot, counted per day of 24 hours."""
    window = Window(LIVE, LIVE + timedelta(hours=6))
    observation = said("p95", Role.CURRENT, "day value", [(LIVE.date(), 10)], window, window.end)
    it = found(kpi(unit="/day", window="24h"), observation, window.end)
    assert isinstance(it, Estimate) and it.value == pytest.approx(40)


# ---- histograms and samples


EDGES = (0.1, 0.2, 0.5, math.inf)


def histogram(*counts: float) -> Observation:
    return look("p95", "bucket count", *zip(EDGES, counts, strict=True), unit=units.SECONDS)


P95 = kpi(unit="ms", target="<= 200 ms", quantile=0.95)


def test_buckets_are_read_as_prometheus_reads_them() -> None:
    """Linear within the bucket, from zero in the first."""
    assert value(P95, histogram(90, 10, 0, 0)) == pytest.approx(0.15)
    assert value(P95, histogram(100, 0, 0, 0)) == pytest.approx(0.095)


@pytest.mark.parametrize(("over", "met"), [(0, True), (4, True), (5, True), (6, False), (100, False)])
def test_a_quantile_target_is_exact_where_a_bucket_ends_at_it(over: int, met: bool) -> None:
    """p95 <= 200 ms exactly when at most 5 % are over 200 ms, wherever they lie in their bucket (statistics 1)."""
    it = found(P95, histogram(0, 100 - over, over, 0))
    assert isinstance(it, Estimate)
    assert Target.parse("<= 200 ms").holds(it.value) is met
    assert it.notes == ()


def test_GRA3_hard_bounds_are_told_where_no_bucket_ends_at_the_limit() -> None:
    """A limit inside the bucket: interpolation is a guess, and its bounds are noted."""
    it = found(kpi(unit="ms", target="<= 300 ms", quantile=0.95), histogram(0, 90, 10, 0))
    assert isinstance(it, Estimate)
    assert it.notes == ("between 200 ms and 500 ms: no bucket ends at 300 ms",)


def test_a_quantile_beyond_the_last_bucket_never_passes() -> None:
    """Prometheus says "500 ms" for anything slower: a target of 500 ms or more cannot be told; a smaller one is missed."""
    slow = histogram(0, 0, 0, 100)
    assert reason(kpi(unit="ms", target="<= 500 ms", quantile=0.95), slow) is Reason.OUT_OF_RANGE
    assert reason(kpi(unit="ms", target="<= 1 s", quantile=0.95), slow) is Reason.OUT_OF_RANGE
    it = found(P95, slow)
    assert isinstance(it, Estimate) and it.value == 0.5
    assert it.notes == ("at least 500 ms: beyond the last bucket",)


def test_GRA3_no_traffic_is_no_data() -> None:
    """All buckets empty: NaN in Prometheus, empty here."""
    assert reason(P95, histogram(0, 0, 0, 0)) is Reason.EMPTY


def test_a_histogram_has_no_exact_mean() -> None:
    """Without a quantile the plan asks for what edges cannot tell."""
    assert reason(kpi(unit="ms"), histogram(1, 1, 1, 1)) is Reason.BAD_RESPONSE


def test_days_of_buckets_are_merged_before_the_quantile() -> None:
    """99 fast calls on a quiet day and 901 slow ones on a busy day: the week is slow, though the mean of the days' p95 is not."""
    rows = [(DAYS[0], 0.1, 99), (DAYS[0], 0.5, 0), (DAYS[1], 0.1, 0), (DAYS[1], 0.5, 901)]
    assert value(P95, look("p95", "day bucket count", *rows, unit=units.SECONDS)) > 0.4


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=60), st.sampled_from([0.01, 0.07, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0]))
def test_a_quantile_of_samples_is_numpys_inverted_cdf(samples: list[float], q: float) -> None:
    """Oracle: numpy's method "inverted_cdf", at exact ranks."""
    ours = quantile.of_samples(sorted(samples), q)
    assert ours == np.quantile(np.array(samples), q, method="inverted_cdf")


@given(st.lists(st.integers(0, 50), min_size=1, max_size=80), st.integers(0, 50), st.sampled_from([0.5, 0.75, 0.95]))
def test_a_quantile_and_its_share_never_disagree(samples: list[int], limit: int, q: float) -> None:
    """`quantile(q) <= limit` exactly when at least the share q is at or below it, for samples and for buckets that end there."""
    enough = sum(s <= limit for s in samples) >= Decimal(repr(q)) * len(samples)
    assert (quantile.of_samples(sorted(samples), q) <= limit) is enough
    counts = [(float(edge), samples.count(edge)) for edge in range(51)]
    assert (quantile.of_buckets(counts, q).value <= limit) is enough


def test_samples_without_a_quantile_are_averaged() -> None:
    """And each is counted; an empty cell is left out, as AVG does, and said to be."""
    it = found(kpi(), look("p95", "sample", (1,), (2,), (None,), (6,)))
    assert isinstance(it, Estimate)
    assert (it.value, it.n, it.notes) == (statistics.mean([1, 2, 6]), 3, ("1 empty row left out",))


def test_UX2_a_mean_is_over_what_was_counted() -> None:
    """Completion times over completions only: sums and counts of days are added before they are divided."""
    rows = [(DAYS[0], 40.0, 4), (DAYS[1], 0, 0), (DAYS[2], 10.0, 1)]
    it = found(kpi(unit="s"), look("p95", "day sum count", *rows))
    assert isinstance(it, Estimate) and (it.value, it.n) == (10.0, 5)


def test_UX9_no_answers_are_no_score() -> None:
    """An NPS of nobody is not 0, which is a legal NPS."""
    assert reason(kpi(), look("p95", "sum count", (0, 0))) is Reason.ZERO_DENOMINATOR


def test_sums_do_not_depend_on_the_order_of_rows() -> None:
    """0.1 a thousand times between two huge numbers: added exactly, rounded once."""
    numbers: list[int | float | Decimal] = [1e16, *[0.1] * 1000, -1e16]
    assert quantile.sum_of(numbers) == quantile.sum_of(sorted(numbers)) == math.fsum(numbers)
    assert quantile.sum_of([2**60, 1]) == 2**60 + 1


def test_one_bad_part_spoils_its_day() -> None:
    """A category that cannot be read makes the day unreadable, and not a smaller total."""
    tickets = kpi(unit="/day", by=("category",))
    rows = [(day, name, 5) for day in DAYS for name in ("login", "billing")]
    assert value(tickets, look("p95", "day category value", *rows)) == 10
    spoiled = [*rows[:-1], (DAYS[-1], "billing", math.nan)]
    assert reason(tickets, look("p95", "day category value", *spoiled)) is Reason.NON_FINITE


def test_days_may_be_written_as_text() -> None:
    """ISO dates, as SQLite and files give them."""
    assert value(COUNT, look("p95", "day value", *((day.isoformat(), 4) for day in DAYS))) == 4


def test_evidence_is_read_the_same_whatever_the_order_of_its_columns() -> None:
    """Columns alone decide the shape (contract 3)."""
    one = look("p95", "hits total", (1, 4))
    assert isinstance(one.outcome, Evidence)
    other = replace(one, outcome=replace(one.outcome, columns=("total", "hits"), rows=((4, 1),)))
    assert value(SHARE, one) == value(SHARE, other) == 0.25


def test_a_state_needs_no_days() -> None:
    """What is true only now is taken as it is, whatever window it was asked under."""
    state = kpi(unit="%", kind="state")
    window = Window(LIVE, NOW)
    assert value(state, look("p95", "hits total", (3, 4), window=window)) == 0.75


def test_observations_of_days_are_only_days() -> None:
    """An hour is no day: the history of a KPI holds local dates."""
    it = found(COUNT, daily("p95", Role.CURRENT, "value", dict.fromkeys(DAYS, (1,))))
    assert isinstance(it, Estimate)
    assert [p.day for p in it.days] == DAYS
    assert datetime(2026, 1, 1, tzinfo=UTC).date() not in DAYS
