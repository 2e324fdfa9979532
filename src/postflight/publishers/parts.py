"""The standing parts of the Markdown report: what a section of the plan's document may `show`. Each is one or several Markdown blocks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .. import words
from ..model import CategoryScore, Evaluation, ItemState, Outlook, Scorecard, State
from . import outline, phrases
from .cells import cell, value
from .marks import code, escape, link, opening, table
from .outline import Horizon

_LONGEST = 300  # characters of a sentence
_LONGEST_LIST = 12


def summary(card: Scorecard) -> str:
    """The verdict and why, blockers first, as a quotation at the top."""
    said = [f"**{words.VERDICT_EMOJI[card.verdict]} {escape(words.clip(outline.verdict(card), _LONGEST))}**"]
    if card.sentence:
        said.append(opening(words.clip(card.sentence, 2 * _LONGEST)))
    blocking = {e.kpi: e for e in card.evaluations if e.blocker}
    for blocker in card.blockers:
        e = blocking.get(blocker.kpi)
        name, read = (phrases.title(e), phrases.reading(e)) if e else (blocker.kpi, words.count(blocker.value))
        why = f". {escape(words.clip(blocker.sentence, _LONGEST))}" if blocker.sentence else ""
        said.append(
            f"{words.BLOCKER_EMOJI} **{words.BLOCKER_WORD}: {escape(name)}** is {escape(read)} and crosses the line {escape(blocker.line)}{why}"
        )
    if card.score is not None:
        number = f"**{words.bounds(card.score.low, card.score.high)}/100 · {card.score.grade}**"
        said.append(" · ".join(part for part in (number, escape(outline.status(card)), outline.coverage(card)) if part))
    if told := words.counts(card.counts):
        said.append(told)
    said += [f"**{escape(label)}**" for label in outline.simulated(card)]
    said.append(escape(outline.subject(card)))
    return "\n>\n".join(f"> {line}" for line in said)


def score(card: Scorecard) -> Iterator[str]:
    """The composite score, its categories, and the ledger: which KPI cost how much, and why."""
    if card.score is None:
        yield "This plan has no score."
        return
    total = card.score
    rows = [
        [
            f"{escape(c.emoji)} {escape(words.clip(c.title, phrases.LONGEST_NAME))}".strip(),
            f"{outline.category_score(c)}/100",
            c.grade,
            outline.weight(c),
            words.points(c.lost) or "nothing",
        ]
        for c in total.categories
    ]
    composite = [
        f"**{said}**" if said else ""
        for said in ("Composite score", f"{words.bounds(total.low, total.high)}/100", total.grade, "", "")
    ]
    yield table(["Category", "Score", "Grade", "Weight", "Points lost"], [*rows, composite])
    yield f"Status: {escape(outline.status(card))} · pass line {words.score(total.pass_line)} · {outline.coverage(card)}"
    if card.ledger:
        evaluations = {e.kpi: e for e in card.evaluations}
        yield table(["What it cost", "Value", "Line", "Points", "Why"], [
            [escape(phrases.title(e)) if (e := evaluations.get(line.kpi)) else code(line.kpi), value(e) if e else words.NONE, escape(line.line), words.points(line.points), escape(words.clip(line.reason, _LONGEST))]
            for line in card.ledger
        ])  # fmt: skip


def scorecard(card: Scorecard, kpis: Sequence[str]) -> Iterator[str]:
    """The scorecard of the categories that these KPIs belong to, or of all: number, grade, metrics, recommendations."""
    categories = card.score.categories if card.score else ()
    wanted = {e.category for e in card.evaluations if e.kpi in kpis} if kpis else {c.id for c in categories}
    for category in categories:
        if category.id not in wanted:
            continue
        members = [e for e in card.evaluations if e.category == category.id and (e.kpi in kpis or not kpis)]
        yield f"**{escape(words.clip(category.title, phrases.LONGEST_NAME))} score: {outline.category_score(category)}/100, grade {category.grade}**"
        if members:
            yield table(
                ["Metric", "Current", "Target", "Status"],
                [_row(e, ("title", "value", "target", "status"), card) for e in members],
            )
        yield _recommendations(category)
    if kpis and not categories:
        members = [e for e in card.evaluations if e.kpi in kpis]
        yield table(
            ["Metric", "Current", "Target", "Status"], [_row(e, ("title", "value", "target", "status"), card) for e in members]
        )


def _recommendations(category: CategoryScore) -> str:
    if not category.recommendations:
        return "Recommendations: none."
    return "Recommendations:\n\n" + "\n".join(f"- {opening(words.clip(text, _LONGEST))}" for text in category.recommendations)


def breakdown(card: Scorecard, kpis: Sequence[str]) -> Iterator[str]:
    """Baseline, current value, change and state of each KPI, and the parts it is made of where the evidence tells them apart."""
    members = [e for e in card.evaluations if e.kpi in kpis or any(e.kpi.startswith(f"{kpi}[") for kpi in kpis)]
    if members:
        kinds = ("title", "baseline", "value", "change", "target", "status")
        yield table(["KPI", "Baseline", "Current", "Change", "Target", "Status"], [_row(e, kinds, card) for e in members])
    yield from (by_part(e) for e in members if e.segments)
    known = {e.kpi for e in members}
    absent = [kpi for kpi in kpis if kpi not in known and not any(e.startswith(f"{kpi}[") for e in known)]
    if absent:
        yield f"Not in this report: {words.listing([code(kpi) for kpi in absent])}"


def by_part(evaluation: Evaluation) -> str:
    """The parts a KPI is made of: its values by category, route or device, the first dozen."""
    shown = evaluation.segments[:_LONGEST_LIST]
    rows = [
        [
            escape(words.clip(s.name, phrases.LONGEST_NAME)),
            words.value(s.value, evaluation.unit),
            words.count(s.n) if s.n is not None else words.NONE,
        ]
        for s in shown
    ]
    rest = len(evaluation.segments) - len(shown)
    return table(
        [f"{escape(phrases.title(evaluation))}, by part", "Current", "n"],
        [*rows, *([[f"… and {rest:,} more", "", ""]] if rest else [])],
    )


def _row(evaluation: Evaluation, kinds: Sequence[str], card: Scorecard) -> list[str]:
    return [cell(kind, "", evaluation, card) for kind in kinds]


def threat(card: Scorecard) -> str:
    """The threat level with every reason that contributes."""
    if card.threat is None:
        return "Threat level: not defined by this plan."
    reasons = [f"- {opening(words.clip(reason, _LONGEST))}" for reason in card.threat.reasons]
    return "\n".join(
        [f"**Threat level: {escape(words.clip(card.threat.level, phrases.LONGEST_NAME))}**", *(["", *reasons] if reasons else [])]
    )


def actions(card: Scorecard) -> str:
    """Everything to do, in the order of what it is worth; empty where there is nothing."""
    lines = []
    for number, todo in enumerate(outline.todos(card), 1):
        sign = f"{words.BLOCKER_EMOJI} " if todo.blocker else ""
        about = [words.listing([code(kpi) for kpi in todo.kpis], 5), f"+{todo.worth:.1f} points" if todo.worth else ""]
        about += [escape(phrases.first_and_rest(todo.owners, 5)), link("runbook", todo.runbook)]
        lines.append(
            f"{number}. {sign}**{escape(words.clip(todo.text, _LONGEST))}** {' · '.join(part for part in about if part)}"
        )
    return "\n".join(lines)


def milestones(card: Scorecard, heading: str, level: int) -> Iterator[str]:
    """The checklists, each under its own heading; only the one that `heading` names already, where it names one."""
    horizons = outline.horizons(card)
    named = [h for h in horizons if h.milestone and h.milestone.title == heading]
    for horizon in named or horizons:
        if not named:
            yield f"{'#' * min(level, 6)} {escape(words.clip(horizon.milestone.title if horizon.milestone else horizon.title, phrases.LONGEST_NAME))}"
        yield _when(horizon, card)
        lines = [_item(item, card) for item in horizon.milestone.items] if horizon.milestone else []
        lines += [_promise(e, o) for e, o in horizon.outlooks]
        yield "\n".join(lines)


def _when(horizon: Horizon, card: Scorecard) -> str:
    due = outline.due(horizon)
    states = [i.state for i in horizon.milestone.items] if horizon.milestone else [o.state for _, o in horizon.outlooks]
    closed = horizon.milestone.closed if horizon.milestone else due <= card.at
    return (
        f"*{'Closed' if closed else 'Due'} {words.day(due, card.timezone)}, {words.until(due, card.at)}: {outline.tally(states)}*"
    )


def _item(item: ItemState, card: Scorecard) -> str:
    box = "x" if item.state is State.MET else " "
    detail = escape(words.clip(phrases.item_detail(item, card.timezone), _LONGEST))
    behind = " · ".join(part for part in (detail, link("evidence", item.evidence)) if part)
    return (
        f"- [{box}] {escape(words.clip(item.title, phrases.LONGEST_NAME))} ({_state(item.state)}{': ' if behind else ''}{behind})"
    )


def _promise(evaluation: Evaluation, outlook: Outlook) -> str:
    behind = escape(words.clip(phrases.beyond(words.STATE_WORDS[outlook.state], outlook.sentence), _LONGEST))
    return f"- Promised: {escape(phrases.title(evaluation))} {escape(outlook.target)} ({_state(outlook.state)}{': ' if behind else ''}{behind})"


def _state(state: State) -> str:
    return f"{words.STATE_ICONS[state]} {words.STATE_WORDS[state]}"
