"""The report a person reads at nine in the morning: the verdict and why first, then what it rests on, then what to do.

Pure: a card in, text out. What is said comes from `outline.py` and `words.py`; how it is laid out from `page.py`; here is the order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .. import words
from ..model import Scorecard, State, Verdict
from . import outline, phrases
from .kpi_table import NARROW, ROOMY, kpi_table
from .outline import Horizon
from .page import Column, Grid, Line, Part, Spans, paint
from .plain import encode_safely, needs_ascii

__all__ = ["encode_safely", "needs_ascii", "render"]

STATE_STYLES = {
    State.MET: "ok",
    State.MISSED: "bad",
    State.ON_TRACK: "ok",
    State.OFF_TRACK: "warn",
    State.UNDECIDED: "unknown",
    State.TOO_EARLY: "dim",
    State.OPEN: "accent",
}


def render(card: Scorecard, *, width: int = 100, color: bool = False, ascii: bool = False) -> str:
    """The whole report, `width` cells wide. With `color` the same words carry the terminal's own colours; `ascii` uses no other sign.

    Nothing in the card is taken for markup or control: what leaves is printable text, newlines and our own colours.
    """
    return paint(_parts(card, width), width=width, color=color, ascii=ascii)


def _parts(card: Scorecard, width: int) -> Iterator[Part]:
    yield from _verdict(card)
    yield from _score(card, width)
    yield from _kpis(card, width)
    yield from _missing(card)
    yield from _actions(card)
    yield from _horizons(card)
    yield from _notes(card)
    yield from _footer(card)


def _verdict(card: Scorecard) -> Iterator[Part]:
    style = phrases.style_of_verdict(card.verdict)
    yield Line([(outline.subject(card), "dim")], limit=1)
    yield Line(
        [(outline.verdict(card), "strong" if card.verdict is Verdict.PASS else style)],
        lead=[(f"{words.VERDICT_ICONS[card.verdict]} ", style)],
        limit=4,
    )
    for label in outline.simulated(card):
        yield Line([(label, "accent")], lead=[("• ", "accent")], limit=2)
    if card.sentence:
        yield Line([card.sentence], lead=["  "], limit=6)
    blocking = {e.kpi: e for e in card.evaluations if e.blocker}
    if card.blockers:
        yield Line()
    for blocker in card.blockers:
        evaluation = blocking.get(blocker.kpi)
        name = phrases.title(evaluation) if evaluation else blocker.kpi
        value = phrases.reading(evaluation) if evaluation else words.count(blocker.value)
        lead: Spans = [("■ Blocker  ", "bad")]
        yield Line([(name, "strong"), f"  {value}", (f"  crosses the line {blocker.line}", "dim")], lead=lead)
        who = words.listing([f"{words.clip(n, 40)} {count}" for n, count in evaluation.offenders], 4) if evaluation else ""
        if who or blocker.sentence:
            yield Line([(who or blocker.sentence, "dim")], indent=11, limit=2)


def _score(card: Scorecard, width: int) -> Iterator[Part]:
    told = words.counts(card.counts)
    score = card.score
    if told or score:
        yield Line()
    if score is None:
        if told:
            yield Line([(told, "strong")])
        yield from _threat(card)
        return
    passed = score.low >= score.pass_line
    number: Spans = [(words.bounds(score.low, score.high), "strong"), "/100  ", (score.grade, "ok" if passed else "warn"), "  "]
    yield Line([*number, outline.status(card), (f" · pass line {words.score(score.pass_line)}", "dim")])
    yield Line(_bar(score.low, score.high, min(width - 1, 60), mark=score.pass_line))
    yield Line([told, (f"  ({outline.coverage(card)})", "dim")] if told else [(outline.coverage(card), "dim")])
    yield from _threat(card)
    yield Line()
    rows: list[Sequence[Spans]] = []
    for c in score.categories:
        lost = f"{words.points(c.lost)} points" if c.lost else "nothing lost"
        rows.append(
            [
                [f"{c.emoji} {words.clip(c.title, 30)}" if c.emoji else words.clip(c.title, 30)],
                _bar(c.low, c.high, 20 if width >= ROOMY else 14 if width >= NARROW else 10),
                [(f"{outline.category_score(c)}/100", "strong")],
                [c.grade],
                [(lost, "warn" if c.lost else "dim")],
                [(f"weight {outline.weight(c)}", "dim")] if width >= NARROW else [],
            ]
        )
    yield Grid([Column(flexible=True), Column(), Column(right=True), Column(), Column(), Column()], rows)


def _threat(card: Scorecard) -> Iterator[Part]:
    if card.threat is not None:
        style = "unknown" if card.threat.level == "UNKNOWN" else "bad" if card.threat.reasons else "ok"
        why = f" · {phrases.first_and_rest(card.threat.reasons, 4)}" if card.threat.reasons else ""
        yield Line(["Threat level ", (words.clip(card.threat.level, 20), style), (why, "dim")], limit=3)


def _bar(low: float, high: float, cells: int, mark: float | None = None) -> Spans:
    """A score from 0 to 100: solid up to `low`, shaded up to `high`, a tick at the pass line."""

    def at(n: float) -> int:
        return round(n / 100 * cells)

    solid, shaded = at(low), at(high) - at(low)
    bar = "█" * solid + "▒" * shaded + "░" * (cells - solid - shaded)
    if mark is None:
        return [(bar, "trend")]
    tick = min(at(mark), cells - 1)
    return [(bar[:tick], "trend"), ("│", "strong"), (bar[tick + 1 :], "trend")]


def _kpis(card: Scorecard, width: int) -> Iterator[Part]:
    if card.evaluations:
        yield from kpi_table(card, width)
    else:
        yield Line()
        yield Line([("There is nothing to show: no KPI was measured.", "dim")])


def _missing(card: Scorecard) -> Iterator[Part]:
    absences, silent = outline.absences(card), outline.silent_sources(card)
    if not absences and not silent:
        return
    yield Line()
    yield Line([("What could not be told", "strong")])
    for absence in absences:
        titles = f": {phrases.first_and_rest(absence.titles, 4)}"
        yield Line(
            [(words.clip(absence.source, 40), "unknown"), f" · {absence.reason}", (titles, "dim")],
            indent=2,
            lead=[("? ", "unknown")],
            limit=4,
        )
        for detail in absence.details[:2]:
            yield Line([(detail, "dim")], indent=4, limit=2)
    for source in silent:
        answered = f" · answered {words.share(source.answered, source.asked)} questions"
        said = f": {source.detail}" if source.detail else ""
        yield Line(
            [(words.clip(source.name, 40), "unknown"), answered, (said, "dim")], indent=2, lead=[("? ", "unknown")], limit=3
        )


def _actions(card: Scorecard) -> Iterator[Part]:
    todos = outline.todos(card)
    if not todos:
        return
    yield Line()
    yield Line([("Do first", "strong")])
    for number, todo in enumerate(todos[: outline.DO_FIRST], 1):
        worth = f"+{todo.worth:.1f} points" if todo.worth else ""
        about = [phrases.first_and_rest(todo.kpis, 2), worth, phrases.first_and_rest(todo.owners, 2, 30)]
        mark = f"{words.BLOCKER_ICON} " if todo.blocker else ""
        yield Line(
            [(mark, "bad"), todo.text, (f"  {' · '.join(part for part in about if part)}", "dim")],
            indent=2,
            lead=[f"{number}. "],
            limit=4,
        )
        if todo.runbook:
            yield Line([(todo.runbook, "accent")], indent=5, limit=1)
    rest = len(todos) - outline.DO_FIRST
    if rest > 0:
        yield Line([(f"… and {words.plural(rest, 'more thing')} to do", "dim")], indent=2)


def _horizons(card: Scorecard) -> Iterator[Part]:
    horizons = outline.horizons(card)
    if not horizons:
        return
    upcoming = next((h for h in horizons if outline.due(h) > card.at), None)
    next_due = f"  next: {upcoming.title}, {words.until(outline.due(upcoming), card.at)}" if upcoming else ""
    rows: list[Sequence[Spans] | Line] = []
    for horizon in horizons:
        rows.append(_horizon_row(horizon, card))
        rows.extend(_promises(horizon, card, whole=horizon is upcoming))
    yield Line()
    yield Line([("Milestones", "strong"), (next_due, "dim")])
    yield Grid([Column(), Column(), Column(), Column(flexible=True, least=20)], rows, indent=2)


def _horizon_row(horizon: Horizon, card: Scorecard) -> Sequence[Spans]:
    due, milestone = outline.due(horizon), horizon.milestone
    closed = milestone.closed if milestone else due <= card.at
    states = [i.state for i in milestone.items] if milestone else [o.state for _, o in horizon.outlooks]
    return [
        [(horizon.title, "strong")],
        [(f"{'closed' if closed else 'due'} {words.until(due, card.at)}", "dim")],
        [(words.STATE_ICONS[state], STATE_STYLES[state]) for state in states[:20]],
        [outline.tally(states)],
    ]


def _promises(horizon: Horizon, card: Scorecard, whole: bool) -> Iterator[Line]:
    """The lines of one horizon: the whole checklist of the next one; elsewhere what was missed, and what is still open although it
    fell due. Of the promises, those that are in doubt."""
    milestone = horizon.milestone
    for item in milestone.items if milestone else ():
        late = milestone is not None and milestone.closed and item.state is not State.MET
        if whole or late or item.state is State.MISSED:
            yield _promise(item.state, item.title, phrases.item_detail(item, card.timezone))
    for evaluation, outlook in horizon.outlooks:
        doubtful = outlook.state in (State.UNDECIDED, State.OPEN) and whole
        if doubtful or outlook.state in (State.MISSED, State.OFF_TRACK):
            yield _promise(outlook.state, f"{phrases.title(evaluation)} {outlook.target}", outlook.sentence)


def _promise(state: State, title: str, detail: str) -> Line:
    style, word = STATE_STYLES[state], words.STATE_WORDS[state]
    said = phrases.beyond(word, detail)
    told: Spans = [words.clip(title, phrases.LONGEST_NAME), (f"  {word}", style), (f" · {said}" if said else "", "dim")]
    return Line(told, indent=4, lead=[(f"{words.STATE_ICONS[state]} ", style)], limit=2)


def _notes(card: Scorecard) -> Iterator[Part]:
    if not card.notes:
        return
    yield Line()
    yield Line([("Worth knowing", "strong")])
    for note in card.notes:
        yield Line([note], indent=2, lead=[("• ", "dim")], limit=3)


def _footer(card: Scorecard) -> Iterator[Part]:
    yield Line()
    facts = " · ".join(f"{name} {said}" for name, said in outline.provenance(card) if name != "Method")
    yield Line([(facts, "dim")], limit=6)
    if card.public_url:
        yield Line([(card.public_url, "accent")], limit=1)
    yield Line()
    yield Grid(
        [Column(), Column(flexible=True, least=20)],
        [[[(command, "accent")], [(why, "dim")]] for command, why in outline.next_commands(card)],
    )
