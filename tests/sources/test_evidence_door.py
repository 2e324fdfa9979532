"""Rows into evidence: one door for all sources, and nothing impossible comes through it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from asking import CHICAGO, day, kpi
from hypothesis import given, settings
from hypothesis import strategies as st

from postflight.model import Ask, Evidence, Measure, Nothing, Reason, Role
from postflight.sources.answers import MAX_BYTES, MAX_ROWS, bounded, evidence, of_asked_days
from postflight.sources.manual import Instruction
from postflight.window import Day, Window, day_of, hours_in

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("columns", "row", "measure"),
    [
        (["value"], (7,), Measure.VALUE),
        (["sample"], (0.5,), Measure.SAMPLE),
        (["hits", "total"], (3, 4), Measure.SHARE),
        (["total", "region", "hits"], (4, "EU", 3), Measure.SHARE),
        (["bucket", "count"], (0.2, 10), Measure.BUCKETS),
        (["bucket", "count"], (math.inf, 10), Measure.BUCKETS),
        (["sum", "count"], (-1.5, 3), Measure.MEAN),
        (["sum", "count", "sumsq"], (6, 3, 14), Measure.MEAN),
        (["day", "value"], (date(2026, 11, 2), True), Measure.VALUE),
    ],
)
def test_columns_alone_decide_the_measure(columns: list[str], row: tuple[object, ...], measure: Measure) -> None:
    """Contract 3: the shape of an answer is told from its columns."""
    answer = evidence(columns, [row], "q")
    assert isinstance(answer, Evidence)
    assert answer.measure is measure
    assert answer.rows == (row,)


@pytest.mark.parametrize(
    ("columns", "row", "reason", "said"),
    [
        (["value"], (None,), Reason.EMPTY, "NULL"),
        (["hits", "total"], (None, 0), Reason.EMPTY, "NULL"),
        (["hits", "total"], (None, 5), Reason.EMPTY, "NULL for hits, but not for total"),
        (["hits", "total"], (5, None), Reason.EMPTY, "NULL for total"),
        (["sum", "count"], (None, 3), Reason.EMPTY, "NULL for sum"),
        (["hits", "total"], (None, "Jane Doe"), Reason.EMPTY, "NULL for hits, but not for total"),
        (["value"], (math.nan,), Reason.NON_FINITE, "nan"),
        (["value"], (Decimal("NaN"),), Reason.NON_FINITE, "NaN"),
        (["value"], (Decimal("sNaN"),), Reason.NON_FINITE, "NaN"),
        (["value"], (-math.inf,), Reason.NON_FINITE, "inf"),
        (["value"], (10**400,), Reason.NON_FINITE, "value"),
        (["value"], (10**5000,), Reason.NON_FINITE, "beyond all bounds"),
        (["bucket", "count"], (-math.inf, 1), Reason.NON_FINITE, "bucket"),
        (["bucket", "count"], (0.1, math.inf), Reason.NON_FINITE, "count"),
        (["bucket", "count"], (Decimal("sNaN"), 1), Reason.NON_FINITE, "bucket"),
        (["value"], ("7",), Reason.BAD_RESPONSE, "text for value"),
        (["value"], (b"7",), Reason.BAD_RESPONSE, "bytes for value"),
        (["hits", "total"], (5, 4), Reason.OUT_OF_RANGE, "5 hits in a total of 4"),
        (["hits", "total"], (-1, 4), Reason.OUT_OF_RANGE, "-1 for hits"),
        (["hits", "total"], (Decimal(5), 4.5), Reason.OUT_OF_RANGE, "hits"),
        (["bucket", "count"], (1, -1), Reason.OUT_OF_RANGE, "-1 for count"),
        (["sum", "count"], (1, -1), Reason.OUT_OF_RANGE, "-1 for count"),
        (["n"], (1,), Reason.BAD_RESPONSE, "columns n; expected value"),
        ([], (), Reason.BAD_RESPONSE, "columns nothing"),
        (["value", "sample"], (1, 1), Reason.BAD_RESPONSE, "columns value and sample"),
        (["value", "value"], (1, 1), Reason.BAD_RESPONSE, "columns value and value"),
        (["day", "value"], ("yesterday", 1), Reason.BAD_RESPONSE, "text for day"),
        (["day", "value"], (None, 1), Reason.BAD_RESPONSE, "for day"),
    ],
)
def test_R10_what_cannot_be_is_nothing(columns: list[str], row: tuple[object, ...], reason: Reason, said: str) -> None:
    """P4: NULL, NaN, infinity, text, impossible counts and unreadable shapes never become a number."""
    answer = evidence(columns, [row], "q")
    assert isinstance(answer, Nothing)
    assert answer.reason is reason
    assert said in answer.detail


def test_no_rows_is_empty() -> None:
    """Zero rows are `empty`, whatever the columns."""
    assert evidence(["hits", "total"], [], "q") == Nothing(Reason.EMPTY, "answered without a row")


def test_SEC1_a_total_of_zero_is_left_to_the_judge() -> None:
    """Nothing out of nothing is evidence; that it is no share is the judge's to say (zero_denominator)."""
    assert isinstance(evidence(["hits", "total"], [(0, 0)], "q"), Evidence)


def test_BIZ4_a_decimal_stays_a_decimal() -> None:
    """Money is not rounded to a float on its way."""
    answer = evidence(["value"], [(Decimal("1234567.89"),)], "q")
    assert isinstance(answer, Evidence)
    assert answer.rows == ((Decimal("1234567.89"),),)
    assert isinstance(answer.rows[0][0], Decimal)


def test_several_values_for_one_group_are_refused() -> None:
    """One value a day and group: which of two counts, nobody knows. Different groups, and many samples, are fine."""
    columns = ["day", "region", "value"]
    rows = [(date(2026, 11, 2), "EU", 1), (date(2026, 11, 2), "US", 2)]
    assert isinstance(evidence(columns, rows, "q"), Evidence)
    twice = evidence(columns, [*rows, rows[0]], "q")
    assert isinstance(twice, Nothing)
    assert "several values for 2026-11-02 and EU" in twice.detail
    assert isinstance(evidence(["sample"], [(1,), (1,)], "q"), Evidence)


def test_rows_without_a_number_are_left_out_and_said() -> None:
    """An average over a day without rows is NULL: the day has no value, the others keep theirs."""
    answer = evidence(["day", "value"], [("2026-11-03", 2), ("2026-11-02", None)], "q", notes=("read from a replica",))
    assert isinstance(answer, Evidence)
    assert answer.rows == ((date(2026, 11, 3), 2),)
    assert answer.notes == ("read from a replica", "1 row without a number left out")


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        (date(2026, 11, 2), date(2026, 11, 2)),
        ("2026-11-02", date(2026, 11, 2)),
        (datetime(2026, 11, 2), date(2026, 11, 2)),
        ("2026-11-02T06:00:00+00:00", "2026-11-02T06:00:00+00:00"),
        (datetime(2026, 11, 2, 6, tzinfo=UTC), "2026-11-02T06:00:00+00:00"),
    ],
)
def test_days_are_dates_and_hours_are_instants(cell: object, read: object) -> None:
    """SQLite's text and a midnight without a zone are dates; an hour's slot keeps its instant."""
    answer = evidence(["day", "value"], [(cell, 1)], "q")
    assert isinstance(answer, Evidence)
    assert answer.rows[0][0] == read
    assert type(answer.rows[0][0]) is type(read)


def test_rows_come_in_the_order_of_their_days() -> None:
    """R-30: a database that answers in another order says the same."""
    rows = [("2026-11-03", "b", 1), ("2026-11-02", "a", 2), ("2026-11-03", "a", 3)]
    answer = evidence(["day", "part", "value"], rows, "q")
    assert isinstance(answer, Evidence)
    assert [str(row[0]) for row in answer.rows] == ["2026-11-02", "2026-11-03", "2026-11-03"]


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        (None, "(none)"),
        ("plain", "plain"),
        ("<script>\x1b[31m\u202eevil\nname", "<script>[31mevil name"),
        ("x" * 1000, "x" * 200),
        (b"bytes", "bytes"),
        (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
        (500, 500),
        (math.nan, "nan"),
        (Decimal("sNaN"), "sNaN"),
        pytest.param(16**5000, "0x1" + "0" * 197, id="too large to write"),
        (date(2026, 11, 2), date(2026, 11, 2)),
    ],
)
def test_BIZ10_a_dimension_is_a_harmless_name(cell: object, name: object) -> None:
    """NULL is `(none)`; control and direction characters are gone; nothing is long."""
    answer = evidence(["category", "value"], [(cell, 1)], "q")
    assert isinstance(answer, Evidence)
    assert answer.rows[0][0] == name


def test_newest_is_the_watermark_and_no_dimension() -> None:
    """The latest instant in a column `newest` says how fresh the data are; text of SQLite is read as UTC, NULL says nothing."""
    rows = [("2026-11-02", 1, "2026-11-02 11:00:00"), ("2026-11-03", 1, NOON), ("2026-11-04", 1, None)]
    answer = evidence(["day", "value", "newest"], rows, "q", newest=datetime(2027, 1, 1, tzinfo=UTC))
    assert isinstance(answer, Evidence)
    assert answer.newest == NOON
    assert answer.columns == ("day", "value")
    assert answer.dimensions == ()


def test_R22_more_rows_than_anyone_needs_are_not_read() -> None:
    """Reading stops at the first batch beyond the bound, in rows or in bytes."""
    batches_read = 0

    def batches() -> Iterator[list[tuple[int]]]:
        nonlocal batches_read
        for _ in range(10**6):
            batches_read += 1
            yield [(1,)] * 500

    found = bounded(batches())
    assert isinstance(found, Nothing)
    assert found.reason is Reason.BAD_RESPONSE
    assert batches_read == MAX_ROWS // 500 + 1
    assert isinstance(bounded([[("x" * MAX_BYTES,)]]), Nothing)
    assert bounded([[(1,)] * MAX_ROWS]) == [(1,)] * MAX_ROWS


def test_days_nobody_asked_for_are_refused() -> None:
    """A day cut in another zone is partly counted: better no number than that one. The asked days themselves pass."""
    ask = day(Instruction("x"))
    asked = ask.slots[0].date
    right = evidence(["day", "value"], [(asked, 1)], "q")
    wrong = evidence(["day", "value"], [(date(2030, 1, 1), 1)], "q")
    assert of_asked_days(right, ask) is right
    refused = of_asked_days(wrong, ask)
    assert isinstance(refused, Nothing)
    assert "2030-01-01" in refused.detail


def test_hours_are_known_by_the_instant_they_start() -> None:
    """On the day of a clock change the same wall-clock hour comes twice; its instants differ."""
    window = day_of(date(2026, 11, 1), CHICAGO).window
    slots = tuple(Day(date(2026, 11, 1), hour) for hour in hours_in(window))
    ask = Ask(kpi(Instruction("x")), Window(slots[0].window.start, slots[-1].window.end), slots, Role.HOURS)
    rows = [(slot.window.start.isoformat(), 1) for slot in slots]
    answer = of_asked_days(evidence(["day", "value"], rows, "q"), ask)
    assert isinstance(answer, Evidence)
    assert len(answer.rows) == 25


cells = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.decimals(), st.text(max_size=5), st.binary(max_size=5),
    st.dates(), st.datetimes(), st.just([]), st.just({}),
)  # fmt: skip
names = st.sampled_from(["value", "sample", "hits", "total", "bucket", "count", "sum", "sumsq", "day", "newest", "part", "größe"])


@settings(deadline=None, max_examples=300)
@given(st.lists(names, max_size=5).flatmap(lambda c: st.tuples(st.just(c), st.lists(st.tuples(*[cells] * len(c)), max_size=4))))
def test_R10_no_answer_raises_and_none_holds_what_is_no_number(answer: tuple[list[str], list[tuple[object, ...]]]) -> None:
    """Whatever a system says, the outcome is evidence of finite numbers, or a reason in words."""
    columns, rows = answer
    outcome = evidence(columns, rows, "q")
    if isinstance(outcome, Nothing):
        assert outcome.detail
        return
    assert outcome.rows
    for row in outcome.rows:
        for name, cell in zip(outcome.columns, row, strict=True):
            if name not in ("day", "bucket", *outcome.dimensions):
                assert isinstance(cell, int | float | Decimal)
                assert math.isfinite(cell)
