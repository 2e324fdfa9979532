"""Units convert exactly; a target's test and its sentence are one object."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postflight import units
from postflight.target import Basis, Direction, Target


@pytest.mark.parametrize(
    ("value", "unit", "canonical"),
    [
        (200, "ms", 0.2),
        (28.9, "%", 0.289),
        (35, "%", 0.35),
        (3, "s", 3.0),
        (0.001, "ratio", 0.001),
        (1.5, "GB", 1.5e9),
        (Decimal("0.1"), "%", 0.001),
    ],
)
def test_X3_values_become_canonical_exactly(value: float, unit: str, canonical: float) -> None:
    """200 ms is the float 0.2 and 28.9 % the float 0.289: the nearest to what was written, not a neighbour of it."""
    assert units.to_canonical(value, units.parse(unit)) == canonical


@given(st.integers(1, 10_000), st.integers(1, 10_000))
def test_X3_a_share_equal_to_its_limit_equals_it(hits: int, total: int) -> None:
    """35 of 100 meets `>= 35 %` however the division rounds."""
    limit = Target(">=", Decimal(hits) * 100 / Decimal(total), units.PERCENT)
    if limit.limit == limit.limit.quantize(Decimal("1e-6")):
        assert limit.holds(hits / total)


def test_X3_milliseconds_are_not_seconds() -> None:
    """0.9 seconds misses a target of 200 milliseconds, and units of different quantities do not convert."""
    target = Target.parse("<= 200 ms")
    assert target.holds(units.to_canonical(0.9, units.parse("s"))) is False
    assert target.holds(units.to_canonical(199, units.parse("ms"))) is True
    assert not units.parse("ms").converts_to(units.parse("%"))
    assert not units.parse("USD").converts_to(units.parse("EUR"))


@pytest.mark.parametrize(
    ("text", "at_limit", "below", "above", "sentence"),
    [
        ("<= 200 ms", True, True, False, "≤ 200 ms"),
        ("< 200 ms", False, True, False, "< 200 ms"),
        (">= 200 ms", True, False, True, "≥ 200 ms"),
        ("> 200 ms", False, False, True, "> 200 ms"),
        ("= 200 ms", True, False, False, "= 200 ms"),
    ],
)
def test_X4_boundaries(text: str, at_limit: bool, below: bool, above: bool, sentence: str) -> None:
    """At −ε, =, +ε of the limit; `<` is strict and `<=` is not; what is printed is what is tested."""
    target = Target.parse(text)
    assert target.holds(0.2) is at_limit
    assert target.holds(math.nextafter(0.2, 0)) is below
    assert target.holds(math.nextafter(0.2, 1)) is above
    assert str(target) == sentence


@pytest.mark.parametrize(
    "text",
    [
        "<= 200 ms",
        "> 0.1 %",
        "<= -30 %",
        ">= +5 pp",
        "no worse than 5 %",
        "no worse than 2 pp",
        "= yes",
        "= no",
        "= 0",
        ">= 1100",
        "> 4.5/5",
        ">= 55/day",
        "<= 2.5 USD",
    ],
)
def test_targets_print_as_they_parse(text: str) -> None:
    """The sentence is a target again, and the same one."""
    target = Target.parse(text)
    assert Target.parse(str(target)) == target


def test_relative_targets_compare_with_the_baseline() -> None:
    """−38 % meets `<= -30 %`; without a baseline, or with one of zero, nothing is decided (BIZ1)."""
    target = Target.parse("<= -30 %")
    assert target.basis is Basis.RELATIVE
    assert target.holds(62, baseline=100) is True
    assert target.holds(80, baseline=100) is False
    assert target.holds(62) is None
    assert target.holds(62, baseline=0) is None
    points = Target.parse(">= +5 pp")
    assert points.holds(0.36, baseline=0.30) is True
    assert points.holds(0.34, baseline=0.30) is False


@pytest.mark.parametrize(("harm", "worse", "better"), [(Direction.HIGHER, 1.06, 0.5), (Direction.LOWER, 0.94, 2.0)])
def test_no_worse_than_looks_in_the_harmful_direction(harm: Direction, worse: float, better: float) -> None:
    """`no worse than 5 %` is missed by 6 % of harm and never by getting better."""
    target = Target.parse("no worse than 5 %")
    assert target.holds(worse, 1.0, harm) is False
    assert target.holds(better, 1.0, harm) is True
    assert target.holds(1.0, 1.0, harm) is True


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("200 ms", "cannot read"),
        ("<= 200 msec", "did you mean 'ms'"),
        ("<= ms", "cannot read"),
        ("about 5", "cannot read"),
        ("<= 1.2.3", "cannot read the number"),
    ],
)
def test_a_target_that_cannot_be_read_says_how_to_write_one(text: str, says: str) -> None:
    """A mistake names what was expected."""
    with pytest.raises(ValueError, match=says):
        Target.parse(text)
