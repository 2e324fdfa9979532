"""Opening the case: one KPI, everything that was said about it, and every line it will be held against.

A KPI with `each: service` is one question but many cases: one for every value of the dimension that any answer names, so that a
service that has gone silent is missing rather than forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from .. import words
from ..model import Cell, Evidence, Expectation, Kpi, Nothing, Observation, Plan, Reason, Release, Role
from ..target import Basis, Target

NO_NAME = "(none)"  # how a missing name of a part is written (BIZ10)


@dataclass(frozen=True, slots=True)
class Case:
    """One KPI to judge. Observations stand oldest first."""

    kpi: Kpi
    looks: tuple[
        Observation, ...
    ] = ()  # at the window that ends now and, where it was asked for, at windows that end at a due date
    days: tuple[Observation, ...] = ()
    hours: tuple[Observation, ...] = ()
    before: tuple[Observation, ...] = ()
    offenders: tuple[Observation, ...] = ()
    limits: tuple[float, ...] = ()  # canonical, ascending: of every absolute test that will be put to the value
    expectations: tuple[Expectation, ...] = ()  # the release's, the nearest horizon first

    def current(self, now: datetime) -> Observation | None:
        """What is judged now: the look at the latest window whose data have settled."""
        settled = now - (self.kpi.settles.nominal if self.kpi.settles else timedelta())
        return next((look for look in reversed(self.looks) if look.window.end <= settled), None)


def open_cases(plan: Plan, release: Release | None, observations: Sequence[Observation]) -> list[Case]:
    """The cases of a plan, in its order. Observations of KPIs that the plan does not know are left aside."""
    heard: dict[tuple[str, Role], list[Observation]] = {}
    for observation in sorted(observations, key=lambda o: (o.window.end, o.asked_at, o.id)):
        heard.setdefault((observation.kpi, observation.role), []).append(observation)
    expected: dict[str, list[Expectation]] = {}
    for expectation in sorted(release.promise.expectations if release else (), key=lambda e: e.horizon):
        expected.setdefault(expectation.kpi, []).append(expectation)
    lines = _lines(plan, release)
    cases: list[Case] = []
    for kpi in plan.kpis.values():
        said = {role: tuple(heard.get((kpi.id, role), ())) for role in Role}
        case = Case(
            kpi,
            said[Role.CURRENT],
            said[Role.DAYS],
            said[Role.HOURS],
            said[Role.BASELINE],
            said[Role.OFFENDERS],
            tuple(sorted({t.canonical for t in lines.get(kpi.id, ()) if t.basis is Basis.ABSOLUTE})),
            tuple(expected.get(kpi.id, ())),
        )
        cases.extend(_split(case, kpi.each) if kpi.each else [case])
    return cases


def is_part_of(case_id: str, kpi: str) -> bool:
    """Whether a case is the KPI, or one of those that its `each` made of it."""
    return case_id == kpi or case_id.startswith(f"{kpi}[")


def _lines(plan: Plan, release: Release | None) -> Mapping[str, list[Target]]:
    """Every test that anything in the plan or the release will put to a KPI's value."""
    lines: dict[str, list[Target]] = {}

    def add(kpi: str, *targets: Target | None) -> None:
        lines.setdefault(kpi, []).extend(t for t in targets if t is not None)

    for kpi in plan.kpis.values():
        add(kpi.id, kpi.target, kpi.alert, kpi.block, kpi.points.when if kpi.points else None)
    for rule in plan.threat:
        for kpi_id, target in rule.when.items():
            add(kpi_id, target)
    if release:
        for expectation in release.promise.expectations:
            add(expectation.kpi, expectation.target)
        for milestone in release.promise.milestones:
            for item in milestone.items:
                for test in item.tests:
                    add(test.kpi, test.target)
    return lines


def _split(case: Case, dimension: str) -> Iterator[Case]:
    """One case for each value of the dimension; the case as it is when no answer names one."""
    looks, days, hours, before, offenders = (
        [_parted(o, dimension) for o in heard] for heard in (case.looks, case.days, case.hours, case.before, case.offenders)
    )
    names = sorted({name for parted in (*looks, *days, *before) for name in parted.rows})
    if not names:
        yield replace(case, looks=tuple(_unsplittable(o, dimension) for o in case.looks))
    for name in names:
        yield replace(
            case,
            kpi=replace(case.kpi, id=f"{case.kpi.id}[{name}]", title=f"{case.kpi.title} ({name})"),
            looks=tuple(parted.of(name) for parted in looks),
            days=tuple(parted.of(name) for parted in days),
            hours=tuple(parted.of(name) for parted in hours),
            before=tuple(parted.of(name) for parted in before),
            offenders=tuple(parted.of(name) for parted in offenders),
        )


def part_name(cell: Cell) -> str:
    """How a cell of a dimension is written: harmless, and never empty."""
    return words.clean(str(cell)).strip() or NO_NAME if cell is not None else NO_NAME


@dataclass(frozen=True, slots=True)
class _Parted:
    """An observation taken apart by a dimension: its rows by name, without that column. Not taken apart, it is everybody's."""

    whole: Observation
    columns: tuple[str, ...] = ()
    rows: Mapping[str, list[tuple[Cell, ...]]] = field(default_factory=dict)

    def of(self, name: str) -> Observation:
        """The observation with only the rows of one value."""
        evidence = self.whole.outcome
        if not self.columns or not isinstance(evidence, Evidence):
            return self.whole
        return replace(self.whole, outcome=replace(evidence, columns=self.columns, rows=tuple(self.rows.get(name, ()))))


def _parted(observation: Observation, dimension: str) -> _Parted:
    evidence = observation.outcome
    if not isinstance(evidence, Evidence) or dimension not in evidence.columns:
        return _Parted(observation)
    at = evidence.columns.index(dimension)
    rows: dict[str, list[tuple[Cell, ...]]] = {}
    for row in evidence.rows:
        rows.setdefault(part_name(row[at]), []).append((*row[:at], *row[at + 1 :]))
    return _Parted(observation, (*evidence.columns[:at], *evidence.columns[at + 1 :]), rows)


def _unsplittable(observation: Observation, dimension: str) -> Observation:
    evidence = observation.outcome
    if isinstance(evidence, Evidence) and evidence.rows and dimension not in evidence.columns:
        missing = Nothing(
            Reason.BAD_RESPONSE, f"the answer has no column {dimension!r}, of which each value is to be a KPI of its own"
        )
        return replace(observation, outcome=missing)
    return observation
