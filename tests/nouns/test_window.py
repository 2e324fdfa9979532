"""Days, windows and due dates: exact on every calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postflight.window import Span, Window, complete_days, day_of, days_in, hours_in, start_of

UTC_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "hours", "local_start"),
    [
        ("America/New_York", date(2026, 3, 8), 23, "00:00"),
        ("America/New_York", date(2026, 11, 1), 25, "00:00"),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5, "00:00"),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5, "00:00"),
        ("Asia/Beirut", date(2026, 3, 29), 23, "01:00"),
        ("Africa/Cairo", date(2026, 4, 24), 23, "01:00"),
        ("America/Santiago", date(2026, 9, 6), 23, "01:00"),
        ("Pacific/Apia", date(2011, 12, 30), 0, "00:00"),
        ("UTC", date(2026, 3, 8), 24, "00:00"),
    ],
)
def test_R13_a_local_day_has_its_real_length(zone: str, day: date, hours: float, local_start: str) -> None:
    """A day is what the zone says it is: 23, 24.5, 25 hours, or none; it starts at its first instant, even when that is 01:00."""
    tz = ZoneInfo(zone)
    window = day_of(day, tz).window
    assert window.length == timedelta(hours=hours)
    assert f"{window.start.astimezone(tz):%H:%M}" == local_start


def test_R13_a_skipped_date_is_no_day() -> None:
    """Apia had no 30 December 2011: it is not among the days of that week."""
    tz = ZoneInfo("Pacific/Apia")
    week = Window(start_of(date(2011, 12, 28), tz), start_of(date(2012, 1, 2), tz))
    assert [d.date.day for d in days_in(week, tz)] == [28, 29, 31, 1]


@given(
    st.sampled_from(["America/Chicago", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia", "UTC", "Africa/Casablanca"]),
    st.dates(date(2005, 1, 1), date(2030, 1, 1)),
    st.integers(1, 60),
)
def test_R13_days_tile_the_calendar(zone: str, first: date, count: int) -> None:
    """Consecutive days share their boundary and miss no instant: no event falls between two days or into both."""
    tz = ZoneInfo(zone)
    days = [day_of(first + timedelta(days=n), tz) for n in range(count)]
    for before, after in pairwise(days):
        assert before.window.end == after.window.start


def test_R13_windows_are_half_open() -> None:
    """The instant at which a window ends belongs to the next one."""
    window = Window(UTC_NOON, UTC_NOON + timedelta(hours=1))
    assert window.start in window
    assert window.end not in window


def test_R13_today_is_never_complete() -> None:
    """The last seven complete days end at this morning's midnight, and never reach back before the deployment."""
    tz = ZoneInfo("America/Chicago")
    week = complete_days(7, UTC_NOON, tz)
    assert [d.date for d in week] == [date(2026, 11, n) for n in range(16, 23)]
    assert week[-1].window.end == datetime(2026, 11, 23, 6, tzinfo=UTC)
    since = datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert [d.date.day for d in complete_days(7, UTC_NOON, tz, since)] == [21, 22]
    assert complete_days(7, UTC_NOON, tz, UTC_NOON - timedelta(hours=1)) == ()


@pytest.mark.parametrize(
    ("span", "start", "due"),
    [
        ("24h", "2026-10-31T14:02-05:00", "2026-11-01T13:02-06:00"),
        ("1w", "2026-10-13T14:02-05:00", "2026-10-20T14:02-05:00"),
        ("1mo", "2026-10-13T14:02-05:00", "2026-11-13T14:02-06:00"),
        ("1mo", "2026-01-31T10:00-06:00", "2026-02-28T10:00-06:00"),
        ("3mo", "2026-11-30T10:00-06:00", "2027-02-28T10:00-06:00"),
        ("1y", "2028-02-29T10:00-06:00", "2029-02-28T10:00-06:00"),
    ],
)
def test_MIL3_horizons_are_exact_and_months_follow_the_calendar(span: str, start: str, due: str) -> None:
    """24 hours are 24 hours through a clock change; a month later is the same time of day, on the last day of a shorter month."""
    after = Span.parse(span).after(datetime.fromisoformat(start), ZoneInfo("America/Chicago"))
    assert after == datetime.fromisoformat(due)


def test_spans_order_and_read_as_people_say_them() -> None:
    """The horizons of the specification come in their order, in words."""
    spans = [Span.parse(text) for text in ("3mo", "24h", "1mo", "1w", "15min")]
    assert [s.words() for s in sorted(spans)] == ["15 minutes", "24 hours", "1 week", "1 month", "3 months"]


@pytest.mark.parametrize("text", ["", "0h", "1", "h", "-1d", "1 fortnight", "1.5h"])
def test_a_duration_that_is_none_is_refused(text: str) -> None:
    """A mistyped duration is an error that shows how to write one."""
    with pytest.raises(ValueError, match="as a duration; write one like"):
        Span.parse(text)


def test_a_naive_instant_is_refused() -> None:
    """A window of naive times would silently be somebody's local time."""
    with pytest.raises(ValueError, match="aware"):
        Window(datetime(2026, 1, 1), datetime(2026, 1, 2))


def test_MIL2_hours_of_a_window_are_whole() -> None:
    """A last hour that is not over is no hour."""
    hours = list(hours_in(Window(UTC_NOON, UTC_NOON + timedelta(hours=2, minutes=59))))
    assert len(hours) == 2
    assert hours[0].end == hours[1].start
