"""`releases/NAME.yml`: what a release promises by when, and its checklists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from ..model import Expectation, Milestone, MilestoneItem, MilestoneTest, Promise
from ..target import Target
from ..window import Span
from . import document
from .kpis import Compiled
from .lines import read_span
from .mistakes import Mistakes
from .shape import Origin

Entry = TypeVar("Entry")


def promise_of(name: str, release: document.Release, origin: Origin, compiled: Compiled, mistakes: Mistakes) -> Promise:
    """The release as promised: expectations and milestones in the order in which they are due."""
    expectations = [
        Expectation(kpi, horizon, compiled.promise(kpi, target, origin, mistakes, "expect", kpi, text))
        for kpi, by_horizon in release.expect.items()
        if compiled.known(kpi, origin, mistakes, "expect", kpi)
        for text, horizon, target in _by_horizon(by_horizon, origin.within("expect", kpi), mistakes)
    ]
    promised = {expectation.kpi for expectation in expectations}
    milestones = [
        Milestone(
            horizon,
            milestone.title or horizon.words(),
            _items(milestone, origin.within("milestones", text), promised, compiled, mistakes),
        )
        for text, horizon, milestone in _by_horizon(release.milestones, origin.within("milestones"), mistakes)
    ]
    return Promise(
        name,
        tuple(sorted(expectations, key=lambda e: e.horizon)),
        tuple(sorted(milestones, key=lambda m: m.horizon)),
        release.template,
        release.title,
    )


def _by_horizon(entries: Mapping[str, Entry], origin: Origin, mistakes: Mistakes) -> list[tuple[str, Span, Entry]]:
    read = []
    for text, entry in entries.items():
        with mistakes.at(origin.key_at(text)):
            read.append((text, read_span(text), entry))
    return read


def _items(
    milestone: document.Milestone, origin: Origin, promised: set[str], compiled: Compiled, mistakes: Mistakes
) -> tuple[MilestoneItem, ...]:
    items: dict[str, MilestoneItem] = {}
    for index, entry in enumerate(milestone.items):
        here = origin.within("items", index)
        if entry.id and entry.id in items:
            mistakes.say(here.value_at("id"), f"two items of this milestone are called {entry.id!r}")
        if entry.every and not entry.kpis:
            mistakes.say(
                here.value_at("every"), "'every' needs something to test", "name KPIs, or leave it to a person and drop 'every'"
            )
        tests = tests_of(entry.kpis, here.within("kpis"), compiled, mistakes)
        for test in tests:
            kpi = compiled.kpis[test.kpi]
            if test.target is None and kpi.target is None and kpi.id not in promised and kpi.id not in compiled.doubtful:
                mistakes.say(here.key_at("kpis", kpi.id), f"{kpi.id} has no target to be met", 'give it one here, like "= 0"')
        items[entry.id] = MilestoneItem(entry.id, entry.title, tests, entry.every or "", entry.owner, here.value_at())
    return tuple(items.values())


def tests_of(
    kpis: Mapping[str, Target | None], origin: Origin, compiled: Compiled, mistakes: Mistakes
) -> tuple[MilestoneTest, ...]:
    """KPIs with a target each, or with none for their own. Unknown ones are noted and left out."""
    return tuple(
        MilestoneTest(kpi, None if target is None else compiled.promise(kpi, target, origin, mistakes, kpi))
        for kpi, target in kpis.items()
        if compiled.known(kpi, origin, mistakes, kpi)
    )
