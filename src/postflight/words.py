"""How a value, a change, a state, an instant reads to a person. Every publisher and page uses these; none composes its own.

One formatter of numbers: three significant digits, thousands apart, a unit behind. It never rounds a value across the limit it is
shown against: 99.999 % against "= 100 %" is shown as 99.999 %, and against a limit of 200 ms a value of 200.2 ms is not "200 ms".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

from . import units
from .model import Evaluation, Level, Reason, State, Verdict
from .target import Direction, Target
from .units import Quantity, Unit
from .window import Window, days_in, start_of

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
# For readers that show no colour of ours: Markdown, chat, the subject of a mail. Always beside the word.
LEVEL_EMOJI = {Level.OK: "🟢", Level.WARN: "🟡", Level.ALERT: "🔴", Level.NO_DATA: "⚪", Level.NOT_APPLICABLE: "🔹"}
BLOCKER_EMOJI = "⛔"
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
VERDICT_ICONS = {Verdict.PASS: "✓", Verdict.FAIL: "✗", Verdict.UNKNOWN: "?"}
VERDICT_EMOJI = {Verdict.PASS: "🟢", Verdict.FAIL: "🔴", Verdict.UNKNOWN: "⚪"}
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


def standing(evaluation: Evaluation) -> tuple[str, str]:
    """The icon and the word for where a KPI stands: `✓` and `Met`. A crossed block line is a blocker, whatever its level."""
    if evaluation.blocker:
        return BLOCKER_ICON, BLOCKER_WORD
    return LEVEL_ICONS[evaluation.level], LEVEL_WORDS[evaluation.level]


def standing_emoji(evaluation: Evaluation) -> str:
    """The coloured sign for where a KPI stands; never without its word."""
    return BLOCKER_EMOJI if evaluation.blocker else LEVEL_EMOJI[evaluation.level]


_COUNTED = {
    "ok": "met",
    "blocker": "",
    "alert": "on alert",
    "warn": "missed",
    "no_data": "without data",
    "not_applicable": "shown only",
}


def counts(numbers: Mapping[str, int]) -> str:
    """How many KPIs stand where: `9 met · 1 blocker · 2 missed`. Nothing is said about none."""
    found = [(key, numbers.get(key, 0)) for key in _COUNTED]
    return " · ".join(plural(n, key) if key == "blocker" else f"{n:,} {_COUNTED[key]}" for key, n in found if n)


def reason(code: str) -> str:
    """A reason for no data as people say it; any other text, such as the plan's own why, as it is."""
    return REASON_WORDS[Reason(code)] if code in set(Reason) else code


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
    """A change and what it means: `−32 % (less, better)` cannot be misread the way `32 %` can."""
    return f"{change(fraction)} ({sense(fraction, direction)})" if fraction else change(fraction)


def sense(change: float, direction: Direction) -> str:
    """What a change means: `less, better`, `more, worse`; only `more` or `less` where neither way is better."""
    better = (change < 0) is (direction is Direction.LOWER)
    sense = "" if direction is Direction.STEADY else ", better" if better else ", worse"
    return f"{'less' if change < 0 else 'more'}{sense}"


def interval(low: float, high: float, unit: Unit | str) -> str:
    """A 90 % interval: `226–237 ms`, `−0.4 to 2.1 %`. The unit is said once; ends that differ never read alike."""
    shown = units.parse(unit) if isinstance(unit, str) else unit
    if low == high:
        return value(low, shown)
    exact = [units.exact(end) / shown.scale for end in (low, high)]
    digits = next((d for d in range(3, 17) if _round(exact[0], d) != _round(exact[1], d)), 17)
    return with_unit((" to " if low < 0 else "–").join(_grouped(_round(end, digits)) for end in exact), shown)


def count(number: float) -> str:
    """How many: `41,204`; a count that is no whole number, such as a rate extrapolated by its source, to three digits."""
    return _number(units.exact(number))


def points(number: float | None) -> str:
    """Composite points lost: `−6.0`; nothing for none."""
    return "" if not number else f"−{number:.1f}"


def at_risk(number: float | None) -> str:
    """What a KPI without data could cost: `up to −6.0`."""
    return f"up to {points(number)}" if number else ""


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


def dates(first: date, last: date) -> str:
    """`16–22 Nov 2026`, `28 Oct – 3 Nov 2026`, `28 Dec 2025 – 3 Jan 2026`; both days belong to it."""
    if first == last:
        return f"{last:%-d %b %Y}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%-d}–{last:%-d %b %Y}"
    return f"{first:{'%-d %b' if first.year == last.year else '%-d %b %Y'}} – {last:%-d %b %Y}"


def window(over: Window, tz: ZoneInfo | str) -> str:
    """`16–22 Nov 2026 (7 days)` for whole local days, else the instants: `22 Nov 2026 09:00 CST – 23 Nov 2026 09:00 CST (24 hours)`."""
    zone = ZoneInfo(tz) if isinstance(tz, str) else tz
    first, last = over.start.astimezone(zone).date(), (over.end - timedelta(microseconds=1)).astimezone(zone).date()
    if over.start < over.end and over.start == start_of(first, zone) and over.end == start_of(last + timedelta(days=1), zone):
        return f"{dates(first, last)} ({plural(len(days_in(over, zone)), 'day')})"
    hours = over.length / timedelta(hours=1)
    length = plural(int(hours), "hour") if hours >= 1 and hours.is_integer() else span(over.length)
    return f"{instant(over.start, zone)} – {instant(over.end, zone)} ({length})"


def until(at: datetime, now: datetime) -> str:
    """How far off an instant is: `in 22 days`, `3 hours ago`, `now`."""
    return "now" if at == now else f"in {span(at - now)}" if at > now else f"{span(now - at)} ago"


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


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, the last of them `…` where something is left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


_INVISIBLE = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}  # control, format (zero width, direction, tags), private, surrogate, separators


def clean(text: str) -> str:
    """Text from outside, made harmless for any reader: NFC, no control, escape, zero-width or direction characters, no surrogates.

    Tabs and newlines become spaces: a name is one line. Idempotent.
    """
    if text.isascii() and text.isprintable():
        return text
    whole = text.encode("utf-8", "replace").decode("utf-8").translate({9: " ", 10: " "})
    visible = "".join(c for c in whole if unicodedata.category(c) not in _INVISIBLE)
    return unicodedata.normalize("NFC", visible)


def _number(number: Decimal, limit: Decimal | None = None) -> str:
    """Three significant digits, more where fewer would put it on the other side of, or onto, the limit. Integers stay whole."""
    if number and not -12 <= number.adjusted() <= 20:  # nobody reads thirty digits
        return f"{number:.2e}".replace("-", "−")
    if number == number.to_integral_value() and abs(number) < 10**15:
        return _grouped(number.quantize(Decimal(1)))
    for digits in range(3, 17):
        rounded = _round(number, digits)
        if limit is None or ((rounded > limit) == (number > limit) and (rounded == limit) == (number == limit)):
            return _grouped(rounded)
    return _grouped(number)


def _round(number: Decimal, digits: int) -> Decimal:
    places = max(0, digits - number.adjusted() - 1)
    if 99 < number < 100:
        places = max(places, 2)
    # A share just under a whole is floored: 99.999 % must not read as 100 %.
    rounding = ROUND_FLOOR if 99 < number < 100 else ROUND_HALF_EVEN
    return number.quantize(Decimal(1).scaleb(-places), rounding)


def _grouped(number: Decimal) -> str:
    text = f"{number.normalize():,f}" if number else "0"
    return text.replace("-", "−")


def _signed(number: Decimal) -> str:
    return ("+" if number > 0 else "") + _number(number)
