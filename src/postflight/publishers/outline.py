"""What every report says of a card, and in which order, before anyone decides how it looks.

Pure arrangement: groups, ranks and whole sentences. The numbers in them are worded by `words.py`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from .. import units, words
from ..model import (
    Action,
    CategoryScore,
    Evaluation,
    Level,
    MilestoneState,
    Missing,
    Outlook,
    Scorecard,
    SourceHealth,
    State,
)
from . import phrases

DO_FIRST = 5


@dataclass(frozen=True, slots=True)
class Group:
    """One category with its KPIs in the plan's order. `score` is None where the plan has no score, or none for this category."""

    title: str
    evaluations: tuple[Evaluation, ...]
    score: CategoryScore | None = None
    emoji: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """KPIs without data that one source owes us for one reason, with its words and the sentences that explain it, each once."""

    source: str
    reason: str
    kpis: tuple[str, ...]
    titles: tuple[str, ...]
    details: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Todo:
    """One thing to do, for all the KPIs it would help; `worth` is the composite points it could win back."""

    text: str
    kpis: tuple[str, ...]
    worth: float
    owners: tuple[str, ...]
    runbook: str
    blocker: bool


@dataclass(frozen=True, slots=True)
class Horizon:
    """What was promised by one due date: a checklist, and the release's expectations of single KPIs."""

    title: str
    milestone: MilestoneState | None
    outlooks: tuple[tuple[Evaluation, Outlook], ...]


def verdict(card: Scorecard) -> str:
    """`Not a success: PII encryption coverage is 97.5 %`; the judge's headline may carry the word already."""
    word = words.VERDICT_WORDS[card.verdict]
    said = card.headline.strip()
    return said if said.lower().startswith(word.lower()) else f"{word}: {said}" if said else word


def subject(card: Scorecard) -> str:
    """What was judged: `Webshop v2.4.0 · production · live since 15 Nov 2026 14:02 CST · day 8`."""
    if card.deployment is None:
        return f"{card.product} · no deployment yet"
    went = card.deployment
    parts = [f"{card.product} {went.version}".strip(), went.environment, f"live since {words.instant(went.end, card.timezone)}"]
    if card.at >= went.end:
        parts.append(f"day {(card.at - went.end) // timedelta(days=1) + 1}")
    return " · ".join(part for part in parts if part)


def simulated(card: Scorecard) -> list[str]:
    """What the plan wants said beside every value of a connection, as in `simulated data: app, cache and prom`."""
    labels: dict[str, list[str]] = {}
    for source in card.sources:
        if source.label:
            labels.setdefault(source.label, []).append(source.name)
    if not card.sources:
        labels = {e.label: [] for e in card.evaluations if e.label}
    return [f"{label}: {words.listing(names, 6)}" if names else label for label, names in labels.items()]


def status(card: Scorecard) -> str:
    """The status line of the score, which says blockers first (SCO2): `1 blocker · 🟢 Good`."""
    blockers = words.plural(len(card.blockers), "blocker") if card.blockers else ""
    return " · ".join(part for part in (blockers, card.score.status if card.score else "") if part)


def coverage(card: Scorecard) -> str:
    """`all 12 scored KPIs measured`, or `11 of 12 scored KPIs measured: the score is between 74.0 and 81.5`."""
    score = card.score
    if score is None or not score.scored:
        return ""
    measured = round(score.coverage * score.scored)
    if measured == score.scored:
        return f"all {words.plural(score.scored, 'scored KPI')} measured"
    known = f"{words.share(measured, score.scored)} scored KPIs measured"
    return known if score.low == score.high else f"{known}: the score is between {score.low:.1f} and {score.high:.1f}"


def groups(card: Scorecard) -> list[Group]:
    """The KPIs by category: the score's categories in their order, then the others as they come."""
    by_category: dict[str, list[Evaluation]] = {c.id: [] for c in card.score.categories} if card.score else {}
    for evaluation in card.evaluations:
        by_category.setdefault(evaluation.category, []).append(evaluation)
    scores = {c.id: c for c in card.score.categories} if card.score else {}
    return [
        Group(scores[id].title, tuple(members), scores[id], scores[id].emoji)
        if id in scores
        else Group(id.replace("_", " ").strip().capitalize() or "Other", tuple(members))
        for id, members in by_category.items()
    ]


def absences(card: Scorecard) -> list[Absence]:
    """What is missing, by source and reason, the longest list first."""
    evaluations = {e.kpi: e for e in card.evaluations}
    found: dict[tuple[str, str], list[Missing]] = {}
    for missing in card.missing:
        source = evaluations[missing.kpi].connection if missing.kpi in evaluations else ""
        found.setdefault((source or "plan", missing.reason), []).append(missing)
    return [
        Absence(
            source,
            words.reason(reason),
            tuple(m.kpi for m in members),
            tuple(phrases.title(evaluations[m.kpi]) if m.kpi in evaluations else m.kpi for m in members),
            tuple(dict.fromkeys(m.detail for m in members if m.detail)),
        )
        for (source, reason), members in sorted(found.items(), key=lambda item: -len(item[1]))
    ]


def silent_sources(card: Scorecard) -> list[SourceHealth]:
    """Sources that did not answer everything they were asked, the worst first; not those whose one sentence `absences` tell already."""
    told = {detail for absence in absences(card) for detail in absence.details}
    return sorted((s for s in card.sources if s.answered < s.asked and s.detail not in told), key=lambda s: s.answered - s.asked)


def todos(card: Scorecard) -> list[Todo]:
    """What to do, in the judge's order. KPIs that one source owes us for one reason are one thing to do: to make it answer."""
    owed = {kpi: absence for absence in absences(card) if len(absence.kpis) > 1 for kpi in absence.kpis}
    grouped: dict[str, list[Action]] = {}
    for action in card.actions:
        absence = owed.get(action.kpi)
        text = action.text
        if absence is not None and action.level is Level.NO_DATA:
            text = f"{absence.source}: {absence.details[0] if absence.details else absence.reason}"
        grouped.setdefault(text, []).append(action)
    return [
        Todo(
            text,
            tuple(a.kpi for a in actions),
            sum(a.worth for a in actions),
            tuple(dict.fromkeys(a.owner for a in actions if a.owner)),
            next((a.runbook for a in actions if a.runbook), "") if len(actions) == 1 else "",
            any(a.blocker for a in actions),
        )
        for text, actions in grouped.items()
    ]


def horizons(card: Scorecard) -> list[Horizon]:
    """Checklists and expectations by due date, the nearest first."""
    outlooks: dict[str, list[tuple[Evaluation, Outlook]]] = {}
    for evaluation in card.evaluations:
        for outlook in evaluation.outlooks:
            outlooks.setdefault(outlook.horizon, []).append((evaluation, outlook))
    milestones = {m.horizon: m for m in card.milestones}
    due = {m.horizon: m.due for m in card.milestones} | {name: pairs[0][1].due for name, pairs in outlooks.items()}
    return [
        Horizon(horizon_words(name), milestones.get(name), tuple(outlooks.get(name, ())))
        for name in sorted(due, key=lambda name: due[name])
    ]


def due(horizon: Horizon) -> datetime:
    """When a horizon falls due."""
    return horizon.milestone.due if horizon.milestone else horizon.outlooks[0][1].due


def horizon_words(name: str) -> str:
    """`1w` as `1 week`; a name that is no duration as it is."""
    from ..window import Span

    try:
        return Span.parse(name).words()
    except ValueError:
        return name


def tally(states: Iterable[State]) -> str:
    """`3 of 5 met · 1 missed · 1 to be signed`."""
    count = Counter(states)
    total = sum(count.values())
    rest = [f"{n} {words.STATE_WORDS[state]}" for state, n in count.items() if state is not State.MET]
    return " · ".join([f"{words.share(count[State.MET], total)} met", *rest]) if total else "nothing on the list"


def category_score(score: CategoryScore) -> str:
    """A category's number of 100: `80`, or `50–80` where data are missing."""
    ends = dict.fromkeys(words.score(end) for end in (score.low, score.high))
    return "–".join(ends)


def weight(score: CategoryScore) -> str:
    """A category's share of the composite score: `30 %`."""
    return words.value(float(Decimal(repr(score.weight))), units.PERCENT)


def standard_window(card: Scorecard) -> str:
    """The window that most KPIs were read over, and how many were read over another: `16–22 Nov 2026 (7 days); 3 KPIs over others`."""
    seen = Counter(e.window for e in card.evaluations if e.window is not None)
    if not seen:
        return ""
    (commonest, n), total = seen.most_common(1)[0], seen.total()
    others = f"; {words.plural(total - n, 'KPI')} over other windows" if total > n else ""
    return f"{words.window(commonest, card.timezone)}{others}"


def provenance(card: Scorecard) -> list[tuple[str, str]]:
    """Where the numbers come from, as (name, words): window and zone, when, deployment, release, review, plan, method."""
    went = card.deployment
    window = standard_window(card)
    facts = [
        ("Window", f"{window}, {card.timezone}" if window else ""),
        ("As of", words.instant(card.at, card.timezone)),
        ("Deployment", f"{went.version} ({went.commit[:10]})" if went and went.commit else went.version if went else ""),
        ("Release", card.release),
        ("Next review", card.next_review),
        ("Plan", card.plan[:7]),
        ("Method", card.method),
    ]
    return [(name, said) for name, said in facts if said]


def next_commands(card: Scorecard) -> list[tuple[str, str]]:
    """What to type next, and what it tells."""
    worth_explaining = sorted((e for e in card.evaluations if e.level is not Level.NOT_APPLICABLE), key=phrases.rank)
    commands: list[tuple[str, str]] = []
    if worth_explaining:
        commands.append((f"postflight explain {worth_explaining[0].kpi}", "the value, its evidence, its history and what to do"))
    if card.missing or silent_sources(card) or not card.evaluations:
        commands.append(("postflight check", "why a source cannot answer, and what would help"))
    if card.deployment is None:
        commands.append(("postflight deploy add VERSION", "tell Postflight what went live"))
    if any(item.state is State.OPEN for m in card.milestones for item in m.items):
        commands.append(("postflight signoff --help", "sign what only a person can tell"))
    commands.append(("postflight report --format markdown", "all of it, as a document"))
    return commands
