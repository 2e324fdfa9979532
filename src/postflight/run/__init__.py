"""The one place where the rooms meet: what to ask, asking everyone, judging, keeping.

`look` is the main line. It gathers what the judge needs into an `Occasion`, asks the sources, keeps every answer as an observation,
judges, and keeps the card with all of its arguments, so that `recompute` gives the same bytes for ever (R-30).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .. import words
from ..actions import keep_plan
from ..card import card_json
from ..judge import judge
from ..model import Ask, Deployment, Evidence, Kind, Nothing, Observation, Occasion, Past, Plan, Release, Role, Scorecard
from ..store import BaselineState, KeptBaseline, Store, subject_of
from ..window import Window
from .asks import asks_for, current_ask
from .checks import check_sources
from .collect import Sources, collect
from .recall import NOT_SEEN, recalled, seen_by

__all__ = ["Look", "Sources", "check_sources", "look", "observe", "recompute"]


WHO = "postflight"  # in the audit trail, for what no person did


@dataclass(frozen=True, slots=True)
class Look:
    """One judgement: the card, its canonical bytes, and the id it is kept under."""

    card: Scorecard
    document: bytes
    id: str


def look(
    plan: Plan,
    store: Store,
    sources: Sources,
    now: datetime,
    deployment: Deployment | None = None,
    *,
    live: bool = True,
    history: bool = True,
) -> Look:
    """Measure, judge and keep.

    `live` is false for a report about a past instant, which may say of a state only what was recorded then. `history` is false for a
    gate, which wants the verdict and not the trend.
    """
    release = _release_of(store, deployment)
    subject = subject_of(deployment, release)
    anchor = store.deployments.get(release.deployments[0]) if release else deployment
    baselines = store.baselines.of(anchor) if anchor else {}
    usable = {kpi: kept for kpi, kept in baselines.items() if kpi in plan.kpis and _holds(kept, plan.kpis[kpi].definition)}
    occasion = Occasion(
        now=now,
        deployment=deployment,
        release=release,
        signoffs=tuple(store.signoffs.of(subject, now)),
        baselines={kpi: kept.origin for kpi, kept in usable.items()},
        notes=tuple(_notes(store, plan, deployment, release, now)),
        others=tuple(_others(store, deployment, now)),
    )
    past = store.cards.past(subject) if live else Past()  # a report about the past knows nothing of what came later
    asks, seen = _from_records(asks_for(plan, occasion, usable, past, history=history), store, plan, live)
    asked, health = collect(plan, asks, sources, now)
    occasion = replace(occasion, sources=health)

    with store.transaction():
        keep_plan(store, plan, who=WHO, now=now)
        observations = list(store.observations.keep(asked))
        if anchor:
            for observation in observations:
                if (
                    observation.role is Role.BASELINE
                    and isinstance(observation.outcome, Evidence)
                    and observation.kpi not in baselines
                ):
                    store.baselines.freeze(anchor, observation, now)
    observations += seen
    observations += [kept.observation for kept in usable.values() if kept.state is not BaselineState.INVALIDATED]

    card, next_past = judge(plan, occasion, observations, past)
    document = card_json(card)
    return Look(card, document, store.cards.keep(card, document, occasion, past, observations, next_past if live else Past()))


def observe(plan: Plan, store: Store, sources: Sources, now: datetime) -> tuple[list[Observation], Occasion]:
    """Record the present of every state, which has no other memory. Once a day is what history and baselines need."""
    occasion = Occasion(now=now)
    asks = [
        current_ask(kpi, occasion, plan.timezone)
        for kpi in plan.kpis.values()
        if kpi.kind is Kind.STATE and not kpi.not_applicable
    ]
    asked, health = collect(plan, asks, sources, now)
    with store.transaction():
        keep_plan(store, plan, who=WHO, now=now)
        kept = list(store.observations.keep(asked))
    return kept, replace(occasion, sources=health)


def recompute(store: Store, card: str, plans: Mapping[str, Plan]) -> tuple[bytes, bytes]:
    """A kept card as it was published, and as the judge makes it now from the same arguments. `plans` are compiled plans by hash."""
    kept = store.cards.get(card)
    again, _ = judge(plans[kept.plan], kept.occasion, kept.observations, kept.past)
    return kept.document, card_json(again)


def _from_records(
    entries: Iterable[Ask | tuple[Ask, Nothing]], store: Store, plan: Plan, live: bool
) -> tuple[list[Ask | tuple[Ask, Evidence | Nothing]], list[Observation]]:
    """What is still to be asked, or answered from the days that were recorded; and what was seen at the time, as it was kept then."""
    asks: list[Ask | tuple[Ask, Evidence | Nothing]] = []
    seen: list[Observation] = []
    for entry in entries:
        if isinstance(entry, tuple) or entry.kpi.kind is not Kind.STATE:
            asks.append(entry)
        elif entry.role in (Role.DAYS, Role.BASELINE):
            asks.append((entry, recalled(entry, store.history, plan.timezone)))
        elif live:
            asks.append(entry)
        elif entry.role is Role.CURRENT:
            then = seen_by(entry, store.history)
            seen += [then] if then else []
            asks += [] if then else [(entry, NOT_SEEN)]
    return asks, seen


def _release_of(store: Store, deployment: Deployment | None) -> Release | None:
    """The newest release this deployment belongs to."""
    releases = store.releases.of(deployment.id) if deployment else ()
    return releases[-1] if releases else None


def _holds(kept: KeptBaseline, definition: str) -> bool:
    """A baseline of another definition is not comparable; one that a person took out of use stays out of use."""
    return kept.state is BaselineState.INVALIDATED or kept.observation.definition == definition


def _others(store: Store, deployment: Deployment | None, now: datetime) -> Iterable[Deployment]:
    """Deployments to the same environment that fell into the time being judged: named, never silently pooled."""
    if deployment is None or deployment.end >= now:
        return ()
    found = store.deployments.newest(deployment.environment)
    return [other for other in reversed(found) if other.id != deployment.id and deployment.end < other.end <= now]


def _notes(store: Store, plan: Plan, deployment: Deployment | None, release: Release | None, now: datetime) -> Iterable[str]:
    """What a reader must know before the numbers: edits after the seal, and what people noted down."""
    if release and release.edited:
        yield f"Target changed after the data: {release.edited}"
    since = deployment.start if deployment else now - timedelta(days=28)
    for annotation in store.annotations.touching(Window(min(since, now), now)):
        began, ended = (words.day(at, plan.timezone) for at in (annotation.start, annotation.end))
        yield f"{began if began == ended else f'{began} – {ended}'}: {annotation.text} ({annotation.by})"
