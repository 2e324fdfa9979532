"""Targets and lines: a test of a value and the sentence for it are one object, so they cannot drift apart.

The grammar (contract 2): `<= 200 ms` absolute · `<= -30 %` relative to the baseline · `>= +5 pp` percentage points above it ·
`no worse than 5 %` than the baseline, in the harmful direction · `= 0` · `= yes`. `<` is strict and `<=` is not.
A target is met when its test holds; an alert, block or points line is crossed when its test holds.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from . import units
from .units import PERCENT, Quantity, Unit


class Direction(StrEnum):
    """Which way is better. `STEADY` means neither: a value is wanted, not a trend."""

    LOWER = "lower"
    HIGHER = "higher"
    STEADY = "steady"


class Basis(StrEnum):
    """What a limit is measured from."""

    ABSOLUTE = "absolute"
    RELATIVE = "relative"  # change against the baseline, as a fraction of it
    DIFFERENCE = "difference"  # value minus baseline, in the KPI's own unit
    NO_WORSE = "no worse"  # harm against the baseline: a fraction of it, or a difference in the KPI's unit


_TESTS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
}
_SPELLINGS = {"≤": "<=", "≥": ">=", "==": "=", "=<": "<=", "=>": ">="}
_SIGNS = {"<=": "≤", ">=": "≥"}
_TEST = re.compile(r"(<=|>=|==|=<|=>|<|>|=|≤|≥)\s*([+\-−]?)\s*([0-9][0-9_.,]*(?:[eE][+-]?\d+)?)\s*(.*)")
_NO_WORSE = re.compile(r"no worse than\s+([0-9][0-9_.,]*)\s*(.*)", re.IGNORECASE)
_YES_NO = re.compile(r"=\s*(yes|no)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """A test with its sentence. `limit` is exact and in `unit`; signed for changes (`<= -30 %` has limit -30)."""

    op: str
    limit: Decimal
    unit: Unit
    basis: Basis = Basis.ABSOLUTE

    @classmethod
    def parse(cls, text: str) -> Target:
        """Read one target. Raises ValueError saying what was expected."""
        stripped = text.strip()
        if match := _YES_NO.fullmatch(stripped):
            return cls("=", Decimal(match[1].lower() == "yes"), units.YES_NO)
        if match := _NO_WORSE.fullmatch(stripped):
            return cls("<=", _decimal(match[1], text), _difference_unit(match[2]), Basis.NO_WORSE)
        match = _TEST.fullmatch(stripped)
        if match is None:
            raise ValueError(
                f"cannot read {text!r} as a target; write one like '<= 200 ms', '>= +5 pp', '<= -30 %', 'no worse than 5 %' or '= yes'"
            )
        op, sign, number, suffix = match.groups()
        limit = _decimal(number, text) * (-1 if sign in ("-", "−") else 1)
        op = _SPELLINGS.get(op, op)
        if suffix.strip() == "pp":
            return cls(op, limit, PERCENT, Basis.DIFFERENCE)
        unit = units.parse(suffix)
        relative = bool(sign) and unit.quantity is Quantity.SHARE
        return cls(op, limit, unit, Basis.RELATIVE if relative else Basis.ABSOLUTE)

    @property
    def needs_baseline(self) -> bool:
        """True when the test cannot be decided without a baseline."""
        return self.basis is not Basis.ABSOLUTE

    @property
    def direction(self) -> Direction:
        """The direction this test, read as a target, calls better. An alert line means the opposite."""
        if self.basis is Basis.NO_WORSE or self.op == "=":
            return Direction.STEADY
        return Direction.LOWER if self.op in ("<", "<=") else Direction.HIGHER

    @property
    def canonical(self) -> float:
        """The limit in canonical units (a relative limit as a fraction of the baseline)."""
        return units.to_canonical(self.limit, self.unit)

    def limit_in(self, unit: Unit) -> float:
        """The limit in another unit of the same quantity, rounded once."""
        return float(self.limit * self.unit.scale / unit.scale)

    def holds(self, value: float, baseline: float | None = None, harm: Direction = Direction.HIGHER) -> bool | None:
        """Whether the test holds for a canonical `value`.

        `harm` is the direction in which the KPI gets worse; only `no worse than` needs it. None when it cannot be decided: a
        baseline is missing, or zero where a share of it is asked for.
        """
        compared = self.compared(value, baseline, harm)
        return None if compared is None else self.tests(compared, self.canonical)

    def tests(self, compared: float, limit: float) -> bool:
        """The bare test of a number against the limit, both in one unit of the caller's."""
        return _TESTS[self.op](compared, limit)

    def compared(self, value: float, baseline: float | None = None, harm: Direction = Direction.HIGHER) -> float | None:
        """The canonical number this test compares with its limit: the value itself, or its change; None when it cannot be formed."""
        if self.basis is Basis.ABSOLUTE:
            return value
        if baseline is None:
            return None
        # In decimals, so that 35 % against 30 % is +5 pp and not a float below it.
        difference = units.exact(value) - units.exact(baseline)
        if self.basis is Basis.NO_WORSE and harm is Direction.LOWER:
            difference = -difference
        if self.basis is Basis.DIFFERENCE or (self.basis is Basis.NO_WORSE and not self._is_fraction_of_baseline):
            return float(difference)
        return float(difference / abs(units.exact(baseline))) if baseline else None

    @property
    def _is_fraction_of_baseline(self) -> bool:
        return self.unit.symbol == PERCENT.symbol

    def __str__(self) -> str:
        number = _plain(abs(self.limit))
        if self.unit.quantity is Quantity.YES_NO:
            return "= yes" if self.limit else "= no"
        if self.basis is Basis.NO_WORSE:
            unit = "pp" if self.unit is PERCENTAGE_POINTS else self.unit.symbol
            return f"no worse than {number} {unit}".rstrip()
        sign = "−" if self.limit < 0 else "+" if self.needs_baseline else ""
        suffix = "pp" if self.basis is Basis.DIFFERENCE and self.unit.quantity is Quantity.SHARE else self.unit.symbol
        gap = "" if suffix.startswith("/") else " "
        return f"{_SIGNS.get(self.op, self.op)} {sign}{number}{gap}{suffix}".rstrip()


PERCENTAGE_POINTS = Unit("pp", Quantity.SHARE, Decimal("0.01"))


def _difference_unit(suffix: str) -> Unit:
    return PERCENTAGE_POINTS if suffix.strip() == "pp" else units.parse(suffix)


_COMMAS = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def _decimal(digits: str, text: str) -> Decimal:
    if "," in digits and not _COMMAS.fullmatch(digits):
        raise ValueError(f"cannot read the number in {text!r}; a comma parts thousands (1,500) and a point parts decimals (1.5)")
    try:
        return Decimal(digits.replace("_", "").replace(",", ""))
    except InvalidOperation:
        raise ValueError(f"cannot read the number in {text!r}") from None


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}" if number else "0"
