"""Why one KPI stands where it stands: value, evidence, question, window, lines, points, baseline, parts, offenders, history, advice.

Pure like the report, and printed on the same page; what `report` shows in a row is told here in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .. import units, words
from ..model import CategoryScore, Evaluation, Level, Scorecard
from ..target import Basis
from . import phrases
from .page import Column, Grid, Line, Part, Spans, paint

LONGEST_LIST = 12  # segments, offenders, earlier cards; the rest is counted
MARGIN = 13  # cells of the names at the left


def render_explain(
    evaluation: Evaluation,
    card: Scorecard,
    previous: Sequence[Evaluation] = (),
    *,
    width: int = 100,
    color: bool = False,
    ascii: bool = False,
) -> str:
    """Everything there is to know about one KPI of a card. `previous` are its evaluations on earlier cards, in any order."""
    return paint(_parts(evaluation, card, previous, min(width - 4, 64)), width=width, color=color, ascii=ascii)


def _parts(evaluation: Evaluation, card: Scorecard, previous: Sequence[Evaluation], cells: int) -> Iterator[Part]:
    yield from _heading(evaluation)
    yield Line()
    yield from _value(evaluation)
    yield from _lines(evaluation)
    yield from _points(evaluation, card)
    yield from _baseline(evaluation, card)
    yield from _promises(evaluation, card)
    yield from _parts_of_it(evaluation)
    yield from _history(evaluation, card, previous, cells)
    yield from _question(evaluation, card)
    yield from _what_to_do(evaluation)


def _heading(evaluation: Evaluation) -> Iterator[Part]:
    icon, word = words.standing(evaluation)
    style = phrases.style_of(evaluation)
    shadow = " · shadow: reported, never judged" if evaluation.shadow else ""
    yield Line([(evaluation.title, "strong"), (f"  {evaluation.kpi} · {evaluation.category}{shadow}", "dim")], limit=3)
    reason = words.reason(evaluation.reason) if evaluation.level is Level.NO_DATA else evaluation.reason
    why = phrases.beyond(word, evaluation.sentence or reason)
    yield Line([(word, style), f"{' ' if why.startswith('(') else ': '}{why}" if why else ""], lead=[(f"{icon} ", style)])


def _fact(name: str, said: Spans) -> Line:
    return Line(said, lead=[(f"{name:<{MARGIN}}", "dim")])


def _value(evaluation: Evaluation) -> Iterator[Part]:
    interval = phrases.interval(evaluation)
    sure = f"90 % interval {interval}" if interval else "" if evaluation.value is None else "no interval"
    yield _fact(
        "Value",
        [
            (words.value(evaluation.value, evaluation.unit, phrases.parsed(evaluation.block or evaluation.target)), "strong"),
            (f"  {sure}", "dim"),
        ],
    )
    if evaluation.hits is not None and evaluation.n is not None:
        yield _fact("Evidence", [f"{words.count(evaluation.hits)} of {words.count(evaluation.n)}"])
    elif evaluation.n is not None:
        yield _fact("Evidence", [f"n = {words.count(evaluation.n)}"])


def _lines(evaluation: Evaluation) -> Iterator[Part]:
    """Each line of the plan with what became of it: a target is met or missed, the others are crossed or not."""
    outcomes = {
        "Target": (evaluation.target, "met", "missed", "ok", "warn"),
        "Alert line": (evaluation.alert, "crossed", "not crossed", "bad", "dim"),
        "Block line": (evaluation.block, "crossed", "not crossed", "bad", "dim"),
        "Points line": (evaluation.points_line, "crossed", "not crossed", "warn", "dim"),
    }
    for name, (line, yes, no, yes_style, no_style) in outcomes.items():
        if not line:
            continue
        test = phrases.parsed(line)
        holds = phrases.holds(test, evaluation) if test else None
        told = ("cannot be told", "unknown") if holds is None else (yes, yes_style) if holds else (no, no_style)
        against = (
            f"  {words.change(evaluation.change)}"
            if test and test.basis is Basis.RELATIVE and evaluation.change is not None
            else ""
        )
        yield _fact(name, [line, f"{against}  ", told])


def _points(evaluation: Evaluation, card: Scorecard) -> Iterator[Part]:
    if evaluation.deduct is None:
        return
    category = _category(evaluation, card)
    share = f" × {words.value(category.weight, units.PERCENT)} of {category.title}" if category else ""
    sum_ = f"{words.count(evaluation.deduct)} category points{share}"
    if not evaluation.points:
        yield _fact("Points", ["nothing lost", (f"  at stake: {sum_}", "dim")])
    elif evaluation.level is Level.NO_DATA:
        yield _fact("Points", [(words.at_risk(evaluation.points), "unknown"), (f"  {sum_}", "dim")])
    else:
        yield _fact("Points", [(words.points(evaluation.points), "warn"), (f"  {sum_}", "dim")])


def _category(evaluation: Evaluation, card: Scorecard) -> CategoryScore | None:
    categories = card.score.categories if card.score else ()
    return next((c for c in categories if c.id == evaluation.category), None)


def _baseline(evaluation: Evaluation, card: Scorecard) -> Iterator[Part]:
    baseline = evaluation.baseline
    if baseline is None:
        if (test := phrases.parsed(evaluation.target)) and test.needs_baseline:
            yield _fact("Before", [("nothing to compare with", "unknown")])
        return
    over = (
        f" over {words.window(baseline.window, card.timezone)}"
        if baseline.window
        else f" over {words.plural(baseline.days, 'day')}"
        if baseline.days
        else ""
    )
    declared = f"  the plan declares {words.value(baseline.declared, evaluation.unit)}" if baseline.declared is not None else ""
    yield _fact("Before", [words.value(baseline.value, evaluation.unit), (f"  {baseline.origin}{over}{declared}", "dim")])
    if evaluation.difference is not None and units.parse(evaluation.unit).quantity is not units.Quantity.YES_NO:
        changes = [words.trend(evaluation.change, evaluation.direction)] if evaluation.change is not None else []
        changes += [words.difference(evaluation.difference, evaluation.unit)] if evaluation.difference else []
        yield _fact("Change", [" · ".join(changes) or "no change"])


def _promises(evaluation: Evaluation, card: Scorecard) -> Iterator[Part]:
    for n, outlook in enumerate(sorted(evaluation.outlooks, key=lambda o: o.due)):
        word = words.STATE_WORDS[outlook.state]
        sure = "" if outlook.probability is None else f" ({words.value(outlook.probability, units.PERCENT)} likely)"
        behind = phrases.beyond(word, outlook.sentence)
        said = f" · {behind}" if behind else ""
        when = f"  {words.day(outlook.due, card.timezone)}, {words.until(outlook.due, card.at)}"
        yield _fact(
            "" if n else "Promised",
            [
                f"{outlook.target} at {outlook.horizon}",
                (when, "dim"),
                f"  {words.STATE_ICONS[outlook.state]} {word}{sure}",
                (said, "dim"),
            ],
        )


def _parts_of_it(evaluation: Evaluation) -> Iterator[Part]:
    yield from _list("What is wrong", [([name], [count], []) for name, count in evaluation.offenders])
    yield from _list(
        "By part",
        [
            ([s.name], [words.value(s.value, evaluation.unit)], [(f"n = {words.count(s.n)}" if s.n is not None else "", "dim")])
            for s in evaluation.segments
        ],
    )


def _list(heading: str, rows: Sequence[Sequence[Spans]]) -> Iterator[Part]:
    if not rows:
        return
    yield Line()
    yield Line([(heading, "strong")])
    yield Grid([Column(flexible=True, least=16), Column(right=True, most=24), Column()], rows[:LONGEST_LIST], indent=2)
    if len(rows) > LONGEST_LIST:
        yield Line([(f"… and {len(rows) - LONGEST_LIST:,} more", "dim")], indent=2)


def _history(evaluation: Evaluation, card: Scorecard, previous: Sequence[Evaluation], cells: int) -> Iterator[Part]:
    points = sorted(evaluation.history, key=lambda p: p.day)
    if points:
        values = [p.value for p in points]
        yield Line()
        yield Line([("History", "strong"), (f"  {words.dates(points[0].day, points[-1].day)}", "dim")])
        yield Line([(phrases.trend(evaluation, card, cells), "trend")], indent=2)
        ends = [("least", min(values)), ("greatest", max(values)), ("last", values[-1])]
        yield Line([(" · ".join(f"{name} {words.value(value, evaluation.unit)}" for name, value in ends), "dim")], indent=2)
    earlier = sorted((e for e in previous if e.as_of is not None), key=lambda e: e.as_of or card.at, reverse=True)
    if earlier:
        yield Line()
        yield Line([("Earlier reports", "strong")])
        yield Grid(
            [Column(), Column(right=True), Column(), Column()],
            [_earlier(e, evaluation, card) for e in earlier[:LONGEST_LIST]],
            indent=2,
        )
        if len(earlier) > LONGEST_LIST:
            yield Line([(f"… and {len(earlier) - LONGEST_LIST:,} more: postflight history", "dim")], indent=2)


def _earlier(then: Evaluation, now: Evaluation, card: Scorecard) -> Sequence[Spans]:
    icon, word = words.standing(then)
    changed = "the definition was another one" if then.definition != now.definition else ""
    return [
        [(words.instant(then.as_of, card.timezone) if then.as_of else "", "dim")],
        [phrases.reading(then)],
        [(f"{icon} {word}", phrases.style_of(then))],
        [(changed, "unknown")],
    ]


def _question(evaluation: Evaluation, card: Scorecard) -> Iterator[Part]:
    yield Line()
    yield Line([("Where it comes from", "strong")])
    source = " · ".join(
        part
        for part in (
            f"{evaluation.connection} ({evaluation.source})" if evaluation.source else evaluation.connection,
            evaluation.label,
        )
        if part
    )
    if source:
        yield _fact("Source", [source])
    if evaluation.window is not None:
        yield _fact("Window", [f"{words.window(evaluation.window, card.timezone)}, {card.timezone}"])
    if evaluation.as_of is not None:
        yield _fact("As of", [words.instant(evaluation.as_of, card.timezone)])
    for n, line in enumerate(evaluation.query.splitlines()):
        yield _fact("" if n else "Question", [(line, "accent")])
    if evaluation.measurement:
        yield _fact("Measured as", [evaluation.measurement])
    if evaluation.because:
        yield _fact("Because", [evaluation.because])
    if evaluation.definition:
        yield _fact("Definition", [(evaluation.definition, "dim")])
    for n, note in enumerate(evaluation.notes):
        yield _fact("" if n else "Note", [note])


def _what_to_do(evaluation: Evaluation) -> Iterator[Part]:
    if not (evaluation.advice or evaluation.runbook or evaluation.owner):
        return
    yield Line()
    yield Line([("What to do", "strong")])
    for name, said, style in (
        ("Advice", evaluation.advice, ""),
        ("Runbook", evaluation.runbook, "accent"),
        ("Owner", evaluation.owner, ""),
    ):
        if said:
            yield _fact(name, [(said, style)])
