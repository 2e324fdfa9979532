"""The KPIs on a terminal, by category: one row each on a page that is wide enough, two lines each on a narrow one.

A category of many KPIs lists what is not well and counts the rest: what is met gives way to what is not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .. import words
from ..model import Evaluation, Level, Scorecard
from . import outline, phrases
from .outline import Group
from .page import Column, Grid, Line, Part, Spans

Row = Sequence[Spans] | Line

ROWS = 12  # KPIs of one category that are listed; a few more are no reason to leave any out
SPARE = 3
TROUBLED_ROWS = 25  # the most that are listed of what is not met
QUIET_ROWS = 4  # the least of what is
# Cells: below the first no table; from the others on there is room for longer cells, the value before, the interval, and the id.
NARROW, ROOMY, WIDE, WIDER, WIDEST = 72, 96, 118, 136, 160


def kpi_table(card: Scorecard, width: int) -> Iterator[Part]:
    """All categories in one grid, so that their columns stand below each other."""
    rows: list[Row] = []
    for group in outline.groups(card):
        if not group.evaluations:
            continue
        rows += [Line(), _heading(group)]
        listed, counted = choose(group.evaluations)
        for evaluation in listed:
            rows.extend(_two_lines(evaluation, card) if width < NARROW else _row(evaluation, card, width))
        rows.extend(Line([(sentence, "dim")], indent=2) for sentence in counted)
    if width < NARROW:
        yield from (row for row in rows if isinstance(row, Line))
    else:
        yield Line()
        yield Grid(_columns(width), rows, indent=2, gap=2 if width >= ROOMY else 1)


def choose(evaluations: Sequence[Evaluation]) -> tuple[list[Evaluation], list[str]]:
    """The KPIs to list, in the plan's order, and sentences that count the others. What is not met comes first, then what is scored,
    then what has a target."""
    if len(evaluations) <= ROWS + SPARE:
        return list(evaluations), []
    troubled = sorted((e for e in evaluations if not _is_well(e)), key=phrases.rank)[:TROUBLED_ROWS]
    quiet = sorted((e for e in evaluations if _is_well(e)), key=lambda e: (e.deduct is None, e.level is Level.NOT_APPLICABLE))
    chosen = {id(e) for e in (*troubled, *quiet[: max(QUIET_ROWS, ROWS - len(troubled))])}
    rest = [e for e in evaluations if id(e) not in chosen]
    shown = sum(e.level is Level.NOT_APPLICABLE for e in rest)
    met = sum(_is_well(e) for e in rest) - shown
    told = [f"{n:,} {what}" for n, what in ((len(rest) - met - shown, "not met"), (met, "met"), (shown, "only shown")) if n]
    return [e for e in evaluations if id(e) in chosen], [f"… and more: {words.listing(told)}"] if told else []


def _is_well(evaluation: Evaluation) -> bool:
    return evaluation.level in (Level.OK, Level.NOT_APPLICABLE) and not evaluation.blocker


def _columns(width: int) -> list[Column]:
    return [
        Column(),
        Column(flexible=True, least=12),
        Column("now", right=True, most=14),
        Column("target", most=12 if width >= ROOMY else 10),
        Column("before", most=30 if width >= WIDE else 13),
        Column("trend"),
        Column("lost", right=True),
        Column("90 % interval", most=24),
        Column("id", most=30),
    ]


def _heading(group: Group) -> Line:
    levels = dict.fromkeys(("ok", "blocker", "alert", "warn", "no_data", "not_applicable"), 0)
    for e in group.evaluations:
        levels["blocker" if e.blocker else e.level.value] += 1
    return Line([(words.clip(group.title, 40), "strong"), (f"  {words.counts(levels)}", "dim")])


def _row(evaluation: Evaluation, card: Scorecard, width: int) -> Iterator[Row]:
    icon, word = words.standing(evaluation)
    style = phrases.style_of(evaluation)
    yield [
        [(f"{icon} {word}", style)],
        _name(evaluation),
        [(phrases.reading(evaluation), "strong")],
        [(evaluation.target, "dim")],
        [phrases.before(evaluation, long=width >= WIDE)],
        [(phrases.trend(evaluation, card, 18 if width >= WIDER else 14 if width >= ROOMY else 11), "trend")],
        [(_lost(evaluation), style)],
        [(phrases.interval(evaluation), "dim")] if width >= WIDER else [],
        [(words.clip(evaluation.kpi, 30), "dim")] if width >= WIDEST else [],
    ]
    if aside := _aside(evaluation, card):
        yield Line([(aside, "dim")], indent=13 if width >= ROOMY else 12, limit=1)


def _two_lines(evaluation: Evaluation, card: Scorecard) -> Iterator[Line]:
    icon, word = words.standing(evaluation)
    yield Line(
        [(f"{word}  ", phrases.style_of(evaluation)), *_name(evaluation)],
        indent=2,
        lead=[(f"{icon} ", phrases.style_of(evaluation))],
    )
    lost = _lost(evaluation)
    facts = [
        f"target {evaluation.target}" if evaluation.target else "",
        phrases.before(evaluation),
        f"{lost} points" if lost else "",
    ]
    told = "".join(f" · {fact}" for fact in facts if fact)
    yield Line([(phrases.reading(evaluation), "strong"), (told, "dim")], indent=4)
    if aside := _aside(evaluation, card):
        yield Line([(aside, "dim")], indent=4, limit=1)


def _name(evaluation: Evaluation) -> Spans:
    return [phrases.title(evaluation), (" (shadow)" if evaluation.shadow else "", "dim")]


def _lost(evaluation: Evaluation) -> str:
    """Points lost; with a question mark, what a KPI without data could cost."""
    lost = words.points(evaluation.points)
    return f"{lost}?" if lost and evaluation.level is Level.NO_DATA else lost


def _aside(evaluation: Evaluation, card: Scorecard) -> str:
    """The one thing to know about a KPI that is not well: what is wrong in it, or why there is no value. Where much is missing,
    the reasons are told once per source, below."""
    if evaluation.level is Level.NO_DATA:
        return words.reason(evaluation.reason) if len(card.missing) <= 3 else ""
    if _is_well(evaluation):
        return ""
    offenders = words.listing([f"{words.clip(name, 40)} {count}" for name, count in evaluation.offenders], 3)
    return offenders or phrases.worst_part(evaluation)
