"""How a value, a change, a state, an instant reads to a person. Every publisher and page uses these; none composes its own.

One formatter of numbers: three significant digits, thousands apart, a unit behind. It never rounds a value across the limit it is
shown against: 99.999 % against "= 100 %" is shown as 99.999 %, and against a limit of 200 ms a value of 200.2 ms is not "200 ms".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

from . import units
from .model import Level, Reason, State, Verdict
from .target import Direction, Target
from .units import Quantity, Unit

NONE = "–"

LEVEL_WORDS = {
    Level.OK: "Met",
    Level.WARN: "Missed",
    Level.ALERT: "Alert",
    Level.NO_DATA: "No data",
    Level.NOT_APPLICABLE: "Shown",
}
LEVEL_ICONS = {Level.OK: "✓", Level.WARN: "✗", Level.ALERT: "‼", Level.NO_DATA: "?", Level.NOT_APPLICABLE: "·"}
BLOCKER_WORD, BLOCKER_ICON = "Blocker", "■"
STATE_WORDS = {
    State.TOO_EARLY: "too early",
    State.ON_TRACK: "on track",
    State.OFF_TRACK: "off track",
    State.UNDECIDED: "undecided",
    State.MET: "met",
    State.MISSED: "missed",
    State.OPEN: "to be signed",
}
STATE_ICONS = {
    State.TOO_EARLY: "…",
    State.ON_TRACK: "↗",
    State.OFF_TRACK: "↘",
    State.UNDECIDED: "?",
    State.MET: "✓",
    State.MISSED: "✗",
    State.OPEN: "☐",
}
VERDICT_WORDS = {Verdict.PASS: "Success", Verdict.FAIL: "Not a success", Verdict.UNKNOWN: "Cannot tell"}
REASON_WORDS = {
    Reason.NOT_CONFIGURED: "not set up",
    Reason.UNREACHABLE: "cannot be reached",
    Reason.TIMEOUT: "did not answer in time",
    Reason.AUTH: "refused our credentials",
    Reason.PERMISSION: "refused to let us look",
    Reason.QUERY_ERROR: "could not run the question",
    Reason.BAD_RESPONSE: "answered something we cannot read",
    Reason.EMPTY: "has nothing to say",
    Reason.ZERO_DENOMINATOR: "had nothing to take a share of",
    Reason.BELOW_MIN_SAMPLE: "too few to tell",
    Reason.NON_FINITE: "answered something that is no number",
    Reason.OUT_OF_RANGE: "answered an impossible value",
    Reason.STALE: "answer is too old",
    Reason.WINDOW_INCOMPLETE: "window is not over",
    Reason.BASELINE_MISSING: "nothing to compare with",
    Reason.AUDIT_FAILED: "page could not be audited",
}

_LADDERS: dict[Quantity, Sequence[str]] = {Quantity.BYTES: ("B", "kB", "MB", "GB")}


def value(canonical: float | None, unit: Unit | str, against: Target | None = None) -> str:
    """A canonical value in its unit: `231 ms`, `97.51 %`, `1,204`, `yes`. `against` is the limit it is shown beside."""
    if canonical is None:
        return NONE
    shown = units.parse(unit) if isinstance(unit, str) else unit
    if shown.quantity is Quantity.YES_NO:
        return "yes" if canonical else "no"
    number = units.exact(canonical) / shown.scale
    limit = against.limit * against.unit.scale / shown.scale if against and not against.needs_baseline else None
    return with_unit(_number(number, limit), shown)


def with_unit(number: str, unit: Unit) -> str:
    """A formatted number and its unit; `/5` and `/day` stand close, everything else one space off. Money leads with its code."""
    if unit.quantity is Quantity.MONEY:
        return f"{unit.symbol} {number}"
    if unit.symbol.startswith("/"):
        return f"{number}{unit.symbol}"
    if unit is units.FRACTION or unit.symbol == "ratio":
        return number
    return f"{number} {unit.symbol}".rstrip()


def change(fraction: float | None) -> str:
    """A change against the baseline: `+3.1 %`, `−38 %`; `no change` for exactly none."""
    if fraction is None:
        return NONE
    return "no change" if fraction == 0 else _signed(units.exact(fraction) * 100) + " %"


def difference(canonical: float | None, unit: Unit | str) -> str:
    """A difference from the baseline in the KPI's unit; shares in percentage points: `+6.1 pp`."""
    if canonical is None:
        return NONE
    shown = units.parse(unit) if isinstance(unit, str) else unit
    if shown.quantity is Quantity.SHARE:
        return _signed(units.exact(canonical) * 100) + " pp"
    return with_unit(_signed(units.exact(canonical) / shown.scale), shown)


def compared(target: Target, canonical: float | None, unit: Unit) -> str:
    """The number a target looks at, worded as the target is: a change for a relative target, else the value."""
    if canonical is None:
        return NONE
    match target.basis.value:
        case "relative":
            return change(canonical)
        case "difference":
            return difference(canonical, unit)
        case _:
            return value(canonical, unit, target)


def trend(fraction: float | None, direction: Direction) -> str:
    """A change and what it means: `−32 % (fewer, better)` cannot be misread the way `32 %` can."""
    if not fraction:
        return change(fraction)
    better = (fraction < 0) is (direction is Direction.LOWER)
    sense = "" if direction is Direction.STEADY else ", better" if better else ", worse"
    return f"{change(fraction)} ({'less' if fraction < 0 else 'more'}{sense})"


def points(number: float | None) -> str:
    """Composite points lost: `−6.0`; nothing for none."""
    return "" if not number else f"−{number:.1f}"


def score(number: float) -> str:
    """A composite or category score, to one decimal as the specification rounds it; whole numbers without it."""
    return f"{number:.1f}".removesuffix(".0")


def bounds(low: float, high: float) -> str:
    """`81.5`, or `74.0–88.0` where data are missing."""
    return f"{low:.1f}" if low == high else f"{low:.1f}–{high:.1f}"


def share(part: int, whole: int) -> str:
    """`11 of 12`."""
    return f"{part:,} of {whole:,}"


def instant(at: datetime, tz: ZoneInfo | str) -> str:
    """`23 Nov 2026 09:00 CST`: a local time always names its zone."""
    zone = ZoneInfo(tz) if isinstance(tz, str) else tz
    local = at.astimezone(zone)
    return f"{local:%-d %b %Y %H:%M} {local.tzname()}"


def day(at: datetime, tz: ZoneInfo | str) -> str:
    """`23 Nov 2026` in the given zone."""
    return f"{at.astimezone(ZoneInfo(tz) if isinstance(tz, str) else tz):%-d %b %Y}"


def span(length: timedelta) -> str:
    """A length of time in its largest sensible unit: `3 days`, `5 hours`, `12 minutes`, `4 seconds`."""
    seconds = int(abs(length).total_seconds())
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            count = seconds // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "no time"


def plural(count: int, noun: str, many: str = "") -> str:
    """`1 blocker`, `2 blockers`."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def listing(items: Sequence[str], limit: int = 0) -> str:
    """`a`, `a and b`, `a, b and c`; with a limit, `a, b and 7 more`."""
    shown = list(items)
    if limit and len(shown) > limit:
        shown = [*shown[: limit - 1], f"{len(shown) - limit + 1} more"]
    return shown[0] if len(shown) == 1 else ", ".join(shown[:-1]) + f" and {shown[-1]}" if shown else ""


def sparkline(values: Sequence[float | None], width: int = 0) -> str:
    """Eight-step blocks, a space where a day is missing, scaled to the least and the greatest; the newest `width` values."""
    recent = list(values)[-width:] if width else list(values)
    known = [v for v in recent if v is not None]
    if not known:
        return ""
    low, reach = min(known), max(known) - min(known)
    steps = "▁▂▃▄▅▆▇█"
    return "".join(" " if v is None else steps[3] if not reach else steps[min(7, int((v - low) / reach * 8))] for v in recent)


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def clean(text: str) -> str:
    """Text from outside, made harmless for any reader: NFC, no control, escape, zero-width or direction characters, no surrogates.

    Tabs and newlines become spaces: a name is one line.
    """
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return _CONTROL.sub("", unicodedata.normalize("NFC", whole).replace("\t", " ").replace("\n", " "))


def _number(number: Decimal, limit: Decimal | None = None) -> str:
    """Three significant digits, more where fewer would put it on the other side of, or onto, the limit. Integers stay whole."""
    if number == number.to_integral_value() and abs(number) < 10**15:
        return _grouped(number.quantize(Decimal(1)))
    for digits in range(3, 17):
        rounded = _round(number, digits)
        if limit is None or ((rounded > limit) == (number > limit) and (rounded == limit) == (number == limit)):
            return _grouped(rounded)
    return _grouped(number)


def _round(number: Decimal, digits: int) -> Decimal:
    places = max(0, digits - number.adjusted() - 1)
    # A share just under a whole is floored: 99.999 % must not read as 100 %.
    rounding = ROUND_FLOOR if 99 < number < 100 else ROUND_HALF_EVEN
    return number.quantize(Decimal(1).scaleb(-places), rounding)


def _grouped(number: Decimal) -> str:
    text = f"{number.normalize():,f}" if number else "0"
    return text.replace("-", "−")


def _signed(number: Decimal) -> str:
    return ("+" if number > 0 else "") + _number(number)
