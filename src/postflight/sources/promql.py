"""PromQL as text: selectors taken apart and put together, values quoted, names and units read off. Knows no server and no KPI."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from .. import units
from ..units import Unit

METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_STRING = r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`"
_MATCHER = re.compile(rf"\s*({LABEL.pattern})\s*(=~|!~|!=|=)\s*({_STRING})\s*(?:,|$)", re.DOTALL)
_SELECTOR = re.compile(r"\s*([a-zA-Z_:][a-zA-Z0-9_:]*)?\s*(?:\{(.*)\})?\s*", re.DOTALL)


@dataclass(frozen=True, slots=True, order=True)
class Matcher:
    """One condition on a label. `quoted` is the value as PromQL writes it, quotes and all."""

    label: str
    op: str
    quoted: str

    @classmethod
    def equal(cls, label: str, values: Sequence[str]) -> Matcher:
        """The label is one of these values: `=` for one, an alternation of escaped literals for several."""
        if len(values) == 1:
            return cls(label, "=", quote(values[0]))
        return cls(label, "=~", quote("|".join(_literal(value) for value in values)))

    @property
    def negated(self) -> Matcher:
        """The condition that holds exactly where this one does not."""
        return Matcher(self.label, {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}[self.op], self.quoted)

    def __str__(self) -> str:
        return f"{self.label}{self.op}{self.quoted}"


@dataclass(frozen=True, slots=True)
class Selector:
    """A metric by name, narrowed by labels: `http_requests_total{code=~"5.."}`."""

    name: str
    matchers: tuple[Matcher, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Selector:
        """Raises ValueError for anything that is not one plain selector: no range, no function, no operator."""
        match = _SELECTOR.fullmatch(text)
        if match is None or not match[1]:
            raise ValueError(
                f'cannot read {text!r} as a series; write one like http_requests_total{{code=~"5.."}}, without [range] or functions'
            )
        matchers, rest = [], (match[2] or "").strip()
        while rest:
            found = _MATCHER.match(rest)
            if found is None:
                raise ValueError(f'cannot read {rest!r} in {text!r}; expected label="value"')
            matchers.append(Matcher(*found.groups()))
            rest = rest[found.end() :].strip()
        return cls(match[1], tuple(matchers))

    def narrowed(self, matchers: Iterable[Matcher]) -> Selector:
        """The same series, of which these conditions hold as well."""
        return Selector(self.name, (*self.matchers, *matchers))

    def __str__(self) -> str:
        return self.name + (f"{{{','.join(str(m) for m in self.matchers)}}}" if self.matchers else "")


def quote(value: str) -> str:
    """A string literal of PromQL (Go's escapes, of which JSON's are a part)."""
    return json.dumps(value, ensure_ascii=False)


def _literal(value: str) -> str:
    """A regular expression that matches the value alone. Only RE2's own characters are escaped, so that the server sees plain words."""
    return re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", value)


def duration(length: timedelta) -> str:
    """`86400s`; milliseconds, which are Prometheus' finest, where there is a fraction."""
    milliseconds = round(length / timedelta(milliseconds=1))
    return f"{milliseconds}ms" if milliseconds % 1000 else f"{milliseconds // 1000}s"


def by(labels: Sequence[str]) -> str:
    """` by (a, b)`, or nothing."""
    return f" by ({', '.join(labels)})" if labels else ""


# A suffix names the unit: https://prometheus.io/docs/practices/naming/ ("Base units").
_SUFFIXES = {"_seconds": "s", "_milliseconds": "ms", "_microseconds": "µs", "_bytes": "B", "_ratio": "ratio"}


def unit_of(name: str) -> Unit | None:
    """The unit that a metric's name says its values have; None where it says nothing."""
    base = re.sub(r"_(bucket|sum|total)$", "", name)
    return next((units.parse(symbol) for suffix, symbol in _SUFFIXES.items() if base.endswith(suffix)), None)


_WORDS = frozenset({"and", "or", "unless", "bool", "offset", "inf", "nan", "atan2", "start", "end"})
_WORDS |= {"by", "without", "on", "ignoring", "group_left", "group_right"}
_LABEL_LISTS = re.compile(r"\b(by|without|on|ignoring|group_left|group_right)\s*\([^()]*\)", re.IGNORECASE)
_NOISE = re.compile(rf"#[^\n]*|{_STRING}|\[[^\]]*\]|\boffset\s+-?[0-9a-z]+|@\s*[-0-9.]+|\$window", re.DOTALL)
_NUMBER = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])")
_BRACES = re.compile(r"\{[^{}]*\}")
_NAME = re.compile(r"(?<![\w:.])([a-zA-Z_:][a-zA-Z0-9_:]*)(\s*\()?")


def metrics_in(text: str) -> tuple[str, ...]:
    """The names of the metrics a PromQL expression speaks of, each once, in order."""
    plain = _LABEL_LISTS.sub(" ", _BRACES.sub("", _NOISE.sub(" ", text)))
    names = (m[1] for m in _NAME.finditer(plain) if not m[2] and m[1].lower() not in _WORDS)
    return tuple(dict.fromkeys(names))


def is_scaled(text: str) -> bool:
    """Whether an expression multiplies or divides by a number that could turn one unit into another."""
    plain = _LABEL_LISTS.sub(" ", _BRACES.sub("", _NOISE.sub(" ", text)))
    return any(float(number) > 1 or 0 < float(number) < 0.01 for number in _NUMBER.findall(plain))


def unit_of_expression(text: str) -> Unit | None:
    """The unit of an expression, where that is plain: a quantile of a histogram, or one metric as it stands. Arithmetic hides it."""
    stripped = text.strip()
    if stripped.startswith("histogram_quantile") and _closes_at_end(stripped):
        buckets = [name for name in metrics_in(stripped) if name.endswith("_bucket")]
        return unit_of(buckets[0]) if len(buckets) == 1 else None
    try:
        name = Selector.parse(stripped).name
    except ValueError:
        return None
    return None if name.endswith("_total") else unit_of(name)


def _closes_at_end(text: str) -> bool:
    """Whether the first parenthesis closes with the last character, so that nothing is done to the call's result."""
    depth = 0
    plain = re.sub(_STRING, "", text, flags=re.DOTALL)
    for position, character in enumerate(plain):
        depth += (character == "(") - (character == ")")
        if character == ")" and not depth:
            return position == len(plain) - 1
    return False
