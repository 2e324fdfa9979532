"""The forms of questions to Prometheus. Each knows its PromQL over one slot of time, and how to read the answer into evidence.

Counters are asked with `increase()` over exactly the slot, evaluated at its end. Prometheus extrapolates the increase to the slot's
edges, so counts may be fractions; nothing is rounded. It sees resets; what a counter already held when it first appeared it does not count.
From Prometheus 3 on, a sample at the very start of the slot is left out and extrapolated to: a hair less exact than with 2.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import ClassVar, Protocol

from .. import units
from ..model import Reason
from ..units import Unit
from .bounds import Unanswered
from .promql import Matcher, Selector, by, duration, metrics_in, quote, unit_of, unit_of_expression

SIDE = "postflight"  # the label by which one answer tells hits from totals
Rows = tuple[tuple[float, ...], ...]


class Form(Protocol):
    """A question without its `where`: equal forms over the same slots can be asked as one."""

    columns: ClassVar[tuple[str, ...]]
    inner: ClassVar[str]  # the label that tells apart the series of one answer; "" when there is but one series

    @property
    def unit(self) -> Unit | None:
        """The unit of the value or of the edges, where the metric's name tells."""

    @property
    def metrics(self) -> tuple[str, ...]:
        """Metrics without which there is no answer."""

    @property
    def heartbeat(self) -> Selector | None:
        """The series whose newest sample says how fresh the data are; None where the question does not tell."""

    @property
    def note(self) -> str:
        """What a careful reader should know about every answer of this form."""

    def expression(self, matchers: Sequence[Matcher], labels: Sequence[str], slot: timedelta) -> str:
        """PromQL for the `slot` that ends at the moment of evaluation, told apart by `labels`."""

    def read(self, cells: Mapping[str, float]) -> Rows:
        """The measure's rows for one slot and group, from the values by `inner`. Raises Unanswered for what makes no sense."""


@dataclass(frozen=True, slots=True)
class Text:
    """An instant query, word for word. `$window` in it stands for the slot's length."""

    text: str

    columns: ClassVar[tuple[str, ...]] = ("value",)
    inner: ClassVar[str] = ""
    heartbeat: ClassVar[Selector | None] = None
    note: ClassVar[str] = ""

    @property
    def unit(self) -> Unit | None:
        return unit_of_expression(self.text)

    @property
    def metrics(self) -> tuple[str, ...]:
        return metrics_in(self.text)

    def expression(self, matchers: Sequence[Matcher], labels: Sequence[str], slot: timedelta) -> str:
        return self.text.replace("$window", duration(slot))

    def read(self, cells: Mapping[str, float]) -> Rows:
        return tuple((value,) for value in cells.values())

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Histogram:
    """A classic histogram's buckets, de-cumulated. Quantiles are the judge's, within the bounds that the edges allow."""

    name: str

    columns: ClassVar[tuple[str, ...]] = ("bucket", "count")
    inner: ClassVar[str] = "le"
    note: ClassVar[str] = ""

    @property
    def unit(self) -> Unit | None:
        return unit_of(self.name)

    @property
    def metrics(self) -> tuple[str, ...]:
        return (f"{self.name}_bucket",)

    @property
    def heartbeat(self) -> Selector:
        return Selector(f"{self.name}_bucket", (Matcher("le", "=", quote("+Inf")),))

    def expression(self, matchers: Sequence[Matcher], labels: Sequence[str], slot: timedelta) -> str:
        return _increase(Selector(f"{self.name}_bucket", tuple(matchers)), ("le", *labels), slot)

    def read(self, cells: Mapping[str, float]) -> Rows:
        """Counts between edges. An edge written in two ways (`1`, `1.0`) is one edge of several instances, and adds up."""
        cumulative: dict[float, float] = {}
        for text, count in cells.items():
            edge = _edge(text)
            cumulative[edge] = cumulative.get(edge, 0.0) + count
        if math.inf not in cumulative:
            raise Unanswered(Reason.BAD_RESPONSE, f'has no bucket le="+Inf" of {self.name}, so the total is not known')
        rows, below = [], 0.0
        for edge in sorted(cumulative):
            count = cumulative[edge]
            if count < below - 1e-6 * max(1.0, cumulative[math.inf]):
                raise Unanswered(
                    Reason.BAD_RESPONSE,
                    f"counts fewer in {self.name} up to {edge:g} than up to the edge before: its instances use different buckets",
                )
            rows.append((edge, count if math.isnan(count) else max(0.0, count - below)))
            below = max(below, count)
        return tuple(rows)

    def __str__(self) -> str:
        return f"histogram {self.name}"


@dataclass(frozen=True)
class Ratio:
    """Hits of a total, both counters. What is called a hit, good events or bad ones, is what the KPI is the share of."""

    hits: Selector
    total: Selector
    word: str  # "good" or "bad", as the plan says it

    columns: ClassVar[tuple[str, ...]] = ("hits", "total")
    inner: ClassVar[str] = SIDE
    unit: ClassVar[Unit | None] = None
    note: ClassVar[str] = ""

    @property
    def metrics(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((self.hits.name, self.total.name)))

    @property
    def heartbeat(self) -> Selector:
        return self.total

    @cached_property
    def rest(self) -> Selector | None:
        """The series of the total that are no hits, where one condition tells: asking for those reads every sample once and not twice."""
        same = self.hits.name == self.total.name and set(self.total.matchers) <= set(self.hits.matchers)
        return self.total.narrowed([self._told_by[0].negated]) if same and len(self._told_by) == 1 else None

    @property
    def _told_by(self) -> tuple[Matcher, ...]:
        """The conditions by which hits are told from the rest."""
        return tuple(matcher for matcher in self.hits.matchers if matcher not in self.total.matchers)

    def expression(self, matchers: Sequence[Matcher], labels: Sequence[str], slot: timedelta) -> str:
        """Both sides in one query, so that they are of one moment; hits first, so that they cannot overtake the total."""
        rest = self.rest
        sides = (("hits", self.hits), ("rest", rest) if rest else ("total", self.total))
        return " or ".join(
            f'label_replace({_increase(series.narrowed(matchers), labels, slot)},"{SIDE}","{side}","","")'
            for side, series in sides
        )

    def possible(self, matchers: Sequence[Matcher], labels: Sequence[str], window: timedelta) -> str | None:
        """PromQL for where series of the total carry the labels by which hits are told: there, no hits means that none happened.

        None when hits are another metric: of a metric without any series nobody can say whether it would ever have counted.
        """
        if self.hits.name != self.total.name or not self._told_by:
            return None
        told = sorted({matcher.label for matcher in self._told_by})
        labelled = self.total.narrowed((*matchers, *(Matcher(label, "!=", '""') for label in told)))
        return f"count{by(labels)} (present_over_time({labelled}[{duration(window)}]))"

    def read(self, cells: Mapping[str, float]) -> Rows:
        """No row where a side is missing; rounding that lets hits overtake their own total by a hair is taken back."""
        if "hits" not in cells:
            return ()
        hits = cells["hits"]
        if self.rest:
            return ((hits, hits + cells.get("rest", 0.0)),)
        if "total" not in cells:
            return ()
        total = cells["total"]
        return ((total if total < hits <= total * (1 + 1e-9) else hits, total),)

    def __str__(self) -> str:
        return f"{self.word} {self.hits} of {self.total}"


@dataclass(frozen=True, slots=True)
class Rate:
    """How often per second, averaged over the slot."""

    series: Selector

    columns: ClassVar[tuple[str, ...]] = ("value",)
    inner: ClassVar[str] = ""
    note: ClassVar[str] = ""

    @property
    def unit(self) -> Unit | None:
        """Seconds per second are a share of time; bytes per second have no unit here and count as the KPI's."""
        counted = unit_of(self.series.name)
        if counted is None:
            return units.parse("/s")
        return units.FRACTION if counted.symbol == "s" else None

    @property
    def metrics(self) -> tuple[str, ...]:
        return (self.series.name,)

    @property
    def heartbeat(self) -> Selector:
        return self.series

    def expression(self, matchers: Sequence[Matcher], labels: Sequence[str], slot: timedelta) -> str:
        return f"sum{by(labels)} (rate({self.series.narrowed(matchers)}[{duration(slot)}]))"

    def read(self, cells: Mapping[str, float]) -> Rows:
        return tuple((value,) for value in cells.values())

    def __str__(self) -> str:
        return f"rate {self.series}"


@dataclass(frozen=True, slots=True)
class Summary:
    """A quantile that the program computed by itself. It cannot be added up over instances or time: this is the mean of what it reported."""

    name: str
    quantile: float

    columns: ClassVar[tuple[str, ...]] = ("value",)
    inner: ClassVar[str] = ""

    @property
    def unit(self) -> Unit | None:
        return unit_of(self.name)

    @property
    def metrics(self) -> tuple[str, ...]:
        return (self.name,)

    @property
    def heartbeat(self) -> Selector:
        return Selector(self.name, (Matcher("quantile", "=", quote(f"{self.quantile:g}")),))

    @property
    def note(self) -> str:
        return f"{self.name} is a summary, whose quantiles cannot be added up: this is the mean of those it reported, not a quantile of the window"

    def expression(self, matchers: Sequence[Matcher], labels: Sequence[str], slot: timedelta) -> str:
        """A summary that saw nothing for a while reports NaN, which no comparison lets through. Sixty looks, at least one a minute."""
        every = max(timedelta(seconds=1), min(timedelta(minutes=1), timedelta(seconds=slot // timedelta(minutes=1))))
        return f"avg_over_time(({self.heartbeat.narrowed(matchers)} > -Inf)[{duration(slot)}:{duration(every)}])"

    def read(self, cells: Mapping[str, float]) -> Rows:
        return tuple((value,) for value in cells.values())

    def __str__(self) -> str:
        return f"summary {self.heartbeat}"


def _increase(series: Selector, labels: Sequence[str], slot: timedelta) -> str:
    return f"sum{by(labels)} (increase({series}[{duration(slot)}]))"


def _edge(text: str) -> float:
    try:
        edge = float(text)
    except ValueError:
        edge = math.nan
    if math.isnan(edge):
        raise Unanswered(Reason.BAD_RESPONSE, "answered a bucket whose edge (le) is no number")
    return edge
