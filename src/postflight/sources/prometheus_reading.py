"""From the series of one answer to evidence for each ask. Pure: numbers in, evidence or a reason out."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from .. import units, words
from ..model import Ask, Cell, Evidence, Nothing, Reason, Role
from ..target import Target
from ..units import Unit
from .answers import evidence, slot_name
from .bounds import Unanswered
from .prometheus_api import Series, milliseconds
from .prometheus_forms import Histogram, Ratio, Rows, Text
from .prometheus_groups import Group, Place
from .promql import by

_Dimensions = tuple[str, ...]
_Slots = dict[int, dict[_Dimensions, dict[str, float]]]  # end of the slot in ms → dimensions → inner label → value


@dataclass(slots=True)
class Table:
    """The numbers of a group's answer, by place, slot, dimensions and inner label."""

    dimensions: tuple[str, ...] = ()
    places: dict[Place, _Slots] = field(default_factory=dict)
    assumed: set[Place] = field(default_factory=set)  # where no hits were found and none counts as none

    def add(self, group: Group, found: Sequence[Series]) -> None:
        """Take in one query's series. Raises Unanswered where two stand for the same thing: nobody knows which of them counts."""
        inner_label = group.form.inner
        hidden = {"__name__", inner_label}
        every = {label for series in found for label in series.labels} - hidden if group.dimensions is None else ()
        self.dimensions = tuple(sorted(every)) if group.dimensions is None else group.dimensions
        for series in found:
            dimensions = tuple(series.labels.get(label, "") for label in self.dimensions)
            inner = series.labels.get(inner_label, "") if inner_label else ""
            slots = self.places.setdefault(group.place_of(series.labels), {})
            for at, value in series.points.items():
                cells = slots.setdefault(at, {}).setdefault(dimensions, {})
                if inner in cells:
                    raise Unanswered(Reason.BAD_RESPONSE, _too_many(self.dimensions, found))
                cells[inner] = value

    def without_hits(self) -> set[Place]:
        """Places whose total counted something while no series of hits was there in any slot."""
        found = set()
        for place, slots in self.places.items():
            cells = [cells for groups in slots.values() for cells in groups.values()]
            counted = any(value > 0 for c in cells for side, value in c.items() if side != "hits")
            if counted and not any("hits" in c for c in cells):
                found.add(place)
        return found

    def assume_no_hits(self, places: Iterable[Place]) -> None:
        """Where hits are missing beside a total they are none: except where nothing shows that they could have been counted."""
        lacking = self.without_hits()
        self.assumed = lacking & set(places)
        unknown = lacking - self.assumed
        for place, slots in self.places.items():
            if place not in unknown:
                for groups in slots.values():
                    for cells in groups.values():
                        cells.setdefault("hits", 0.0)


def read(ask: Ask, group: Group, place: Place, table: Table, newest: datetime | None, notes: Sequence[str]) -> Evidence | Nothing:
    """One ask's evidence. A slot that makes no sense is left out and said; with no slot left the answer is the reason."""
    form, slots = group.form, table.places.get(place, {})
    by_slot = bool(ask.slots) and len(group.windows) == len(ask.slots) and ask.role is not Role.OFFENDERS
    rows: list[tuple[Cell, ...]] = []
    troubles: list[Nothing] = []
    answered = 0
    for n, window in enumerate(group.windows):
        before = len(rows)
        for dimensions, cells in sorted(slots.get(milliseconds(window.end), {}).items()):
            numbers = _numbers(group, cells)
            if isinstance(numbers, Nothing):
                troubles.append(numbers)
                continue
            named = tuple(name or None for name in dimensions)  # to Prometheus, an empty label is none
            head: tuple[Cell, ...] = (slot_name(ask, n), *named) if by_slot else named
            rows += [(*head, *row) for row in numbers]
        answered += len(rows) > before
    if not rows:
        return troubles[0] if troubles else Nothing(Reason.EMPTY, _nothing_found(group, slots))
    columns = (*(("day",) if by_slot else ()), *table.dimensions, *form.columns)
    if troubles:
        notes = (*notes, f"{words.plural(len(troubles), 'slot')} left out: {troubles[0].detail}")
    if answered < len(group.windows):
        notes = (*notes, f"{words.share(answered, len(group.windows))} slots have data")
    notes = (*notes, *_standing_notes(ask, group, place, table, rows))
    return evidence(columns, rows, query(group, place), unit=form.unit, newest=newest, notes=notes)


def query(group: Group, place: Place) -> str:
    """The PromQL for one place: a line for each length of slot, with the instants at which it is evaluated."""
    times: dict[str, list[str]] = {}
    for run in group.runs:
        more = f" and every {words.span(run.slot)} until {_instant(run.last)}" if run.last > run.first else ""
        times.setdefault(group.expression(run.slot, place), []).append(_instant(run.first) + more)
    return "\n".join(f"{text}  # at {words.listing(at)}" for text, at in times.items())


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _numbers(group: Group, cells: Mapping[str, float]) -> Rows | Nothing:
    """One slot and group, read; NaN (nothing divided by nothing, a summary at rest) makes it no number."""
    try:
        rows = group.form.read(cells)
    except Unanswered as failure:
        return failure.nothing
    if any(math.isnan(number) for row in rows for number in row):
        return Nothing(Reason.NON_FINITE, f"answered NaN, which is no number, for {_subject(group)}")
    return rows


def _nothing_found(group: Group, slots: _Slots) -> str:
    form = group.form
    if isinstance(form, Ratio) and any("hits" not in cells for groups in slots.values() for cells in groups.values()):
        return f"counts {form.total}, but has no series {form.hits}, and nothing shows that it ever could"
    if isinstance(form, Ratio):
        return f"has no series {form.total} in this window"
    return "has no result for the query" if isinstance(form, Text) else f"has no series {_subject(group)} in this window"


def _subject(group: Group) -> str:
    return "the query" if isinstance(group.form, Text) else words.listing(group.form.metrics)


def _too_many(dimensions: Sequence[str], found: Sequence[Series]) -> str:
    told = f"one for each {words.listing(dimensions)}" if dimensions else "one"
    differ = sorted({label for series in found for label in series.labels} - set(dimensions) - {"__name__"})
    hint = (
        f"; they differ in {words.listing(differ, 4)}: wrap the query in sum{by(dimensions)} (…), or choose one" if differ else ""
    )
    return f"answered with {len(found)} series where {told} is expected{words.clean(hint)}"


def _standing_notes(ask: Ask, group: Group, place: Place, table: Table, rows: Sequence[tuple[Cell, ...]]) -> Iterable[str]:
    form = group.form
    if form.note:
        yield form.note
    if ask.kpi.freshness and form.heartbeat is None:
        yield "how fresh the data are cannot be told from a query written out as PromQL"
    if isinstance(form, Ratio) and place in table.assumed:
        yield f"no series matches {form.hits} yet, though its labels exist: counted as none"
    if isinstance(form, Histogram):
        yield from _off_the_edges(ask, form.unit or ask.kpi.unit, [float(str(row[-2])) for row in rows])
    if "value" not in form.columns and any(isinstance(row[-1], float) and not row[-1].is_integer() for row in rows):
        yield "counts are Prometheus' increase(), extrapolated to the edges of the window, so they may be fractions"


def _off_the_edges(ask: Ask, unit: Unit, edges: Iterable[float]) -> Iterable[str]:
    """A limit between two edges: what share lies beyond it is known only within the bounds of its bucket (GRA3)."""
    known = sorted({0.0, *edges})
    limits: list[Target | None] = [ask.kpi.target, ask.kpi.points.when if ask.kpi.points else None]
    for limit in dict.fromkeys(limits):
        if limit is None or limit.needs_baseline or not limit.unit.converts_to(unit):
            continue
        at = limit.limit_in(unit)
        if not any(math.isclose(at, edge, rel_tol=1e-9) for edge in known):
            low, high = max((e for e in known if e < at), default=0.0), min((e for e in known if e > at), default=math.inf)
            shown = [words.value(units.to_canonical(e, unit), ask.kpi.unit) for e in (low, high) if math.isfinite(e)]
            between = f"between {shown[0]} and {shown[1]}" if len(shown) == 2 else f"above {shown[0]}"
            yield f"{limit} is no edge of a bucket; the one it falls into lies {between}, and within it only hard bounds are known"
