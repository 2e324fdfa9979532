"""Units: what a number is a number of, and exact conversion between units of one quantity.

Inside, every value is canonical: seconds, fractions of a whole (0.35, not 35), bytes, plain counts. Conversion goes through
`Decimal` at a float's shortest representation, so 28.9 % is the float 0.289 and not a neighbour of it, and a value that equals a
limit in one unit equals it in every other.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction


class Quantity(StrEnum):
    """What is measured. Units convert only within one quantity; everything else is a plan error."""

    NUMBER = "number"
    SHARE = "share"
    TIME = "time"
    BYTES = "bytes"
    PER_DAY = "count per day"
    PER_SECOND = "rate per second"
    MONEY = "money"
    OUT_OF = "score"
    YES_NO = "yes or no"


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit. `canonical = value * scale`; `symbol` is how it is written after a number."""

    symbol: str
    quantity: Quantity
    scale: Decimal = Decimal(1)

    def converts_to(self, other: Unit) -> bool:
        """True within one quantity; money and scores out of N only to themselves: we hold no exchange rates."""
        if self.quantity in (Quantity.MONEY, Quantity.OUT_OF):
            return self == other
        return self.quantity is other.quantity

    def __str__(self) -> str:
        return self.symbol or "number"


NUMBER = Unit("", Quantity.NUMBER)
PERCENT = Unit("%", Quantity.SHARE, Decimal("0.01"))
FRACTION = Unit("ratio", Quantity.SHARE)
SECONDS = Unit("s", Quantity.TIME)
YES_NO = Unit("yes/no", Quantity.YES_NO)

_UNITS: dict[str, Unit] = {
    unit.symbol: unit
    for unit in (
        PERCENT,
        FRACTION,
        Unit("ns", Quantity.TIME, Decimal("1e-9")),
        Unit("µs", Quantity.TIME, Decimal("1e-6")),
        Unit("ms", Quantity.TIME, Decimal("0.001")),
        SECONDS,
        Unit("min", Quantity.TIME, Decimal(60)),
        Unit("h", Quantity.TIME, Decimal(3600)),
        Unit("d", Quantity.TIME, Decimal(86400)),
        Unit("B", Quantity.BYTES),
        Unit("kB", Quantity.BYTES, Decimal(10**3)),
        Unit("MB", Quantity.BYTES, Decimal(10**6)),
        Unit("GB", Quantity.BYTES, Decimal(10**9)),
        Unit("KiB", Quantity.BYTES, Decimal(2**10)),
        Unit("MiB", Quantity.BYTES, Decimal(2**20)),
        Unit("GiB", Quantity.BYTES, Decimal(2**30)),
        Unit("/day", Quantity.PER_DAY),
        Unit("/s", Quantity.PER_SECOND),
        YES_NO,
    )
}
_UNITS["us"] = _UNITS["µs"]
_UNITS["fraction"] = FRACTION
_UNITS["number"] = _UNITS["count"] = NUMBER
# What people write instead, singular and in lower case: for the suggestion only, so that each unit has one name.
_SPELLED_OUT = {
    "percent": "%", "pct": "%", "millisecond": "ms", "sec": "s", "second": "s", "minute": "min", "hr": "h", "hour": "h", "day": "d",
    "byte": "B", "kilobyte": "kB", "megabyte": "MB", "gigabyte": "GB", "dollar": "USD", "euro": "EUR", "pound": "GBP", "rps": "/s",
}  # fmt: skip
_CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY"}
_OUT_OF = re.compile(r"/\s*(\d+)")
_ISO_4217 = re.compile(r"[A-Z]{3}")


def parse(symbol: str) -> Unit:
    """The unit written as `symbol`: `ms`, `%`, `ratio`, `/day`, `/5` (a score out of five), `USD` or `$`, nothing for a plain number.

    Raises ValueError with a suggestion when there is no such unit.
    """
    text = symbol.strip()
    if not text:
        return NUMBER
    if text in _UNITS:
        return _UNITS[text]
    if match := _OUT_OF.fullmatch(text):
        return Unit(f"/{match[1]}", Quantity.OUT_OF)
    if text in _CURRENCIES or _ISO_4217.fullmatch(text):
        return Unit(_CURRENCIES.get(text, text), Quantity.MONEY)
    near = [_SPELLED_OUT[text.lower().removesuffix("s")]] if text.lower().removesuffix("s") in _SPELLED_OUT else []
    near = near or difflib.get_close_matches(text, _UNITS, 1, 0.4) or [name for name in _UNITS if name.lower() == text.lower()]
    raise ValueError(f"no such unit: {text!r}" + (f"; did you mean {near[0]!r}?" if near else ""))


def exact(value: float | Decimal | Fraction) -> Decimal:
    """The decimal a person sees when the number is printed: a float at its shortest representation."""
    return value if isinstance(value, Decimal) else Decimal(repr(float(value)) if not isinstance(value, int) else value)


def to_canonical(value: float | Decimal, unit: Unit) -> float:
    """`value`, given in `unit`, in the canonical unit of its quantity. NaN and infinities pass through unchanged."""
    return float(exact(value) * unit.scale)


def from_canonical(value: float | Decimal, unit: Unit) -> float:
    """A canonical value expressed in `unit`; inverse of `to_canonical` up to one rounding."""
    return float(exact(value) / unit.scale)
