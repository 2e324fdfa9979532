"""How values read: never rounded across their limit, never with a control character."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postflight import words
from postflight.target import Direction, Target
from postflight.units import parse


@pytest.mark.parametrize(
    ("canonical", "unit", "target", "read"),
    [
        (0.231, "ms", "<= 200 ms", "231 ms"),
        (0.2002, "ms", "<= 200 ms", "200.2 ms"),
        (0.99999, "%", "= 100 %", "99.99 %"),
        (1.0, "%", "= 100 %", "100 %"),
        (0.0004, "%", "<= 0.1 %", "0.04 %"),
        (1204.0, "", "= 0", "1,204"),
        (4.52, "/5", "> 4.5/5", "4.52/5"),
        (1.0, "yes/no", "= no", "yes"),
        (12345.678, "USD", None, "USD 12,346"),
        (-12.0, "", None, "−12"),
        (None, "ms", None, "–"),
    ],
)
def test_SEC6_a_value_reads_on_its_own_side_of_the_limit(
    canonical: float | None, unit: str, target: str | None, read: str
) -> None:
    """99,999 of 100,000 is not shown as 100 %, and 200.2 ms not as 200 ms."""
    assert words.value(canonical, unit, Target.parse(target) if target else None) == read


@given(st.floats(1e-6, 1e6), st.floats(-1e-3, 1e-3))
def test_SEC6_display_never_crosses_the_limit(limit: float, miss: float) -> None:
    """Whatever the numbers, the printed value stands to the printed limit as the value to the limit."""
    target = Target.parse(f"<= {limit:.6f}")
    value = target.canonical * (1 + miss)
    shown = float(words.value(value, parse(""), target).replace(",", "").replace("−", "-"))
    assert (shown > target.canonical) == (value > target.canonical)
    assert (shown == target.canonical) == (value == target.canonical)


def test_DSH4_a_change_says_which_way_and_what_it_means() -> None:
    """`−32 %` of tickets cannot be misread."""
    assert words.trend(-0.32, Direction.LOWER) == "−32 % (less, better)"
    assert words.trend(0.05, Direction.LOWER) == "+5 % (more, worse)"
    assert words.trend(0.0, Direction.LOWER) == "no change"


def test_X6_an_instant_names_its_zone() -> None:
    """No time is shown without the zone it is in."""
    assert words.instant(datetime(2026, 11, 23, 15, 0, tzinfo=UTC), "America/Chicago") == "23 Nov 2026 09:00 CST"


@given(st.text())
def test_I14_clean_text_is_one_harmless_line(text: str) -> None:
    """Escapes, overwrites, zero-width and direction characters, lone surrogates: none of them leaves."""
    cleaned = words.clean(text)
    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in cleaned)
    assert "\u202e" not in cleaned
    cleaned.encode("utf-8")


@pytest.mark.parametrize("text", ["\x1b]52;c;cm0=\x07", "a\rb", "x\x1b[2J", "\u202egnp.exe", "\ud800"])
def test_I14_known_payloads_lose_their_bite(text: str) -> None:
    """OSC 52, carriage return, clear screen, right-to-left override, lone surrogate."""
    assert words.clean(text).isprintable()
