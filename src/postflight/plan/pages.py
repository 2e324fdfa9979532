"""How the plan is shown and reviewed: threat scale, review cadence, success tree, and the sections of the document."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ..model import Section, Table, TableRow, ThreatRule, TreeNode
from ..window import Span
from . import document
from .kpis import Compiled
from .lines import read_span
from .mistakes import Mistakes
from .promises import tests_of
from .shape import Origin

COLUMNS = ("title", "target", "alert", "block", "measurement", "baseline", "value", "status", "change", "n", "owner", "cell")
HORIZON_COLUMNS = ("expect", "at")  # written with a horizon: expect:1w


def threat_of(
    levels: Sequence[document.ThreatLevel], origin: Origin, compiled: Compiled, mistakes: Mistakes
) -> tuple[ThreatRule, ...]:
    """The scale from the highest level. The last one needs no test, every other one does."""
    rules: list[ThreatRule] = []
    for index, entry in enumerate(levels):
        here, last = origin.within(index), index == len(levels) - 1
        if last is bool(entry.when):
            what = (
                "the last threat level holds when no other does" if last else f"nothing raises the threat level {entry.level!r}"
            )
            mistakes.say(
                here.key_at("when") if last else here.value_at(), what, "drop its 'when'" if last else "give it a 'when'"
            )
        if any(rule.level == entry.level for rule in rules):
            mistakes.say(here.value_at("level"), f"the threat level {entry.level!r} comes twice")
        when = {
            kpi: compiled.line(kpi, line, here, mistakes, "when", kpi)
            for kpi, line in entry.when.items()
            if compiled.known(kpi, here, mistakes, "when", kpi)
        }
        rules.append(ThreatRule(entry.level, when))
    return tuple(rules)


def review_of(review: document.Review | None, origin: Origin, mistakes: Mistakes) -> tuple[tuple[Span | None, str], ...]:
    """(until, cadence) in order of time; the last one may go on for ever."""
    cadences = [name for name in ("daily", "weekly", "monthly") if review and name in review.model_fields_set]
    steps = tuple((getattr(review, name), name) for name in cadences)
    for (until, name), (later, _) in pairwise(steps):
        if until is None or (later is not None and later <= until):
            mistakes.say(
                origin.value_at(name), f"the {name} review ends before the next cadence ends", "as in {daily: 1w, weekly: 1mo}"
            )
    return steps


def tree_of(node: document.TreeNode, origin: Origin, compiled: Compiled, mistakes: Mistakes) -> TreeNode:
    """The success tree."""
    children = tuple(tree_of(child, origin.within("children", i), compiled, mistakes) for i, child in enumerate(node.children))
    return TreeNode(node.title, children, tests_of(node.kpis, origin.within("kpis"), compiled, mistakes))


def section_of(section: document.Section, origin: Origin, compiled: Compiled, mistakes: Mistakes) -> Section:
    """One section of the document."""
    if not 1 <= section.level <= 6:
        mistakes.say(origin.value_at("level"), "the level of a heading is 1 to 6")
    if section.table and section.show:
        mistakes.say(origin.key_at("show"), "a section shows a table or a standing part, not both", "make it two sections")
    kpis = tuple(kpi for i, kpi in enumerate(section.kpis) if compiled.known(kpi, origin, mistakes, "kpis", i))
    table = _table(section.table, origin.within("table"), compiled, mistakes) if section.table else None
    return Section(section.heading, section.level, section.text, table, section.show or "", kpis)


def _table(table: document.Table, origin: Origin, compiled: Compiled, mistakes: Mistakes) -> Table:
    for heading, kind in table.columns.items():
        _check_column(kind, origin, mistakes, "columns", heading)
    rows = []
    for index, row in enumerate(table.rows):
        here = origin.within("rows", index)
        for heading in row.cells:
            if heading not in table.columns:
                mistakes.unknown(here.key_at("cells", heading), "column", heading, table.columns)
        if compiled.known(row.kpi, here, mistakes, "kpi"):
            rows.append(TableRow(row.title, row.kpi, row.cells))
    return Table(table.columns, tuple(rows))


def _check_column(kind: str, origin: Origin, mistakes: Mistakes, *path: str) -> None:
    name, colon, horizon = kind.partition(":")
    if colon and name in HORIZON_COLUMNS:
        with mistakes.at(origin.value_at(*path)):
            read_span(horizon)
    elif kind not in COLUMNS:
        mistakes.unknown(origin.value_at(*path), "kind of column", kind, [*COLUMNS, *(f"{name}:1w" for name in HORIZON_COLUMNS)])
