"""Which asks are one query: the same form over the same slots, for places that differ only in the values of their labels. Pure.

A hundred services asked one by one cost a hundred queries, and the server's time goes into the queries: asked as one
`service=~"a|b|c"` by `service` they cost one. benchmarks/prometheus measures it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import cast

from ..model import Ask, Role
from ..window import Window
from .prometheus_forms import Form, Text
from .prometheus_questions import PrometheusQuestion
from .promql import Matcher

Place = tuple[tuple[str, str], ...]  # the labels and values of one question's `where`


@dataclass(frozen=True, slots=True)
class Run:
    """Slots of one length, each beginning where the one before ended: one range query. A day of a clock change is a run of its own."""

    first: datetime  # the end of the first slot
    last: datetime
    slot: timedelta


@dataclass(frozen=True)
class Group:
    """Asks that one query answers. `dimensions` of None stand for every label that comes (a list of offenders)."""

    form: Form
    windows: tuple[Window, ...]
    dimensions: tuple[str, ...] | None
    members: Mapping[Place, tuple[Ask, ...]]

    @property
    def asks(self) -> Iterator[Ask]:
        """All of them, place by place."""
        for asks in self.members.values():
            yield from asks

    @cached_property
    def matchers(self) -> tuple[Matcher, ...]:
        """One condition for each label of `where`, over all places together."""
        return tuple(Matcher.equal(label, sorted(values)) for label, values in self._values.items())

    @cached_property
    def varying(self) -> tuple[str, ...]:
        """Labels in which the places differ, by which the answer must therefore be told apart."""
        return tuple(label for label, values in self._values.items() if len(values) > 1)

    @cached_property
    def _values(self) -> Mapping[str, set[str]]:
        values: dict[str, set[str]] = {}
        for place in self.members:
            for label, value in place:
                values.setdefault(label, set()).add(value)
        return values

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Labels by which the query is grouped."""
        return tuple(dict.fromkeys((*(self.dimensions or ()), *self.varying)))

    @cached_property
    def runs(self) -> tuple[Run, ...]:
        """The slots as few queries, oldest first."""
        # `@ start()` means the start of the whole range: such a query is asked slot by slot.
        apart = isinstance(self.form, Text) and re.search(r"@\s*(start|end)\s*\(", self.form.text)
        found: list[Run] = []
        for window in self.windows:
            before = found[-1] if found else None
            if before and not apart and before.slot == window.length and before.last == window.start:
                found[-1] = replace(before, last=window.end)
            else:
                found.append(Run(window.end, window.end, window.length))
        return tuple(found)

    def place_of(self, labels: Mapping[str, str]) -> Place:
        """The place that a series of the answer belongs to."""
        return tuple((label, labels.get(label, "") if label in self.varying else value) for label, value in self._pattern)

    @cached_property
    def _pattern(self) -> Place:
        return next(iter(self.members))

    def expression(self, slot: timedelta, place: Place | None = None) -> str:
        """PromQL for a slot: for all places at once, or for one, which is shorter to read and gives the same numbers."""
        if place is None:
            return self.form.expression(self.matchers, self.labels, slot)
        return self.form.expression([Matcher.equal(label, [value]) for label, value in place], self.dimensions or (), slot)

    def halves(self) -> tuple[Group, Group] | None:
        """Two smaller queries for the same asks; None when there is but one place."""
        places = list(self.members.items())
        middle = len(places) // 2
        return (replace(self, members=dict(places[:middle])), replace(self, members=dict(places[middle:]))) if middle else None


def grouped(asks: Sequence[Ask]) -> list[Group]:
    """The asks as few queries: what is judged before what is history, and short windows first, for a deadline cuts off the rest."""
    found: dict[tuple[Form, tuple[Window, ...], tuple[str, ...] | None, tuple[str, ...]], dict[Place, list[Ask]]] = {}
    for ask in asks:
        question = cast(PrometheusQuestion, ask.question)  # made by our own `question`
        names = tuple(label for label, _ in question.where)
        key = (question.form, _windows(ask), _dimensions(ask, question), names)
        found.setdefault(key, {}).setdefault(question.where, []).append(ask)
    groups = [
        Group(form, windows, dimensions, {place: tuple(asked) for place, asked in places.items()})
        for (form, windows, dimensions, _), places in found.items()
    ]
    return sorted(
        groups, key=lambda g: (all(ask.role is not Role.CURRENT for ask in g.asks), g.windows[-1].end - g.windows[0].start)
    )


def _windows(ask: Ask) -> tuple[Window, ...]:
    """Offenders are listed once, for the whole window; everything else slot by slot, where there are slots."""
    if ask.role is Role.OFFENDERS or not ask.slots:
        return (ask.window,)
    return tuple(slot.window for slot in ask.slots)


def _dimensions(ask: Ask, question: PrometheusQuestion) -> tuple[str, ...] | None:
    if ask.role is Role.OFFENDERS:
        return None if isinstance(question.form, Text) else question.by
    each = (ask.kpi.each,) if ask.kpi.each else ()
    return tuple(dict.fromkeys((*question.by, *ask.kpi.by, *each)))
