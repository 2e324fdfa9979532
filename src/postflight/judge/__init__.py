"""The judge: evidence in, a scorecard out. Pure; the same input gives the same card, byte for byte.

The line, one module a station:

    case        one KPI, everything said about it, every line it will be held against
    reading     cells become exact numbers by day, or a reason why they cannot
    compose     rows of some days become one value             (quantile: how a histogram is read)
    estimate    the value of a window, or why there is none
    baseline    what it was before, on the same weekdays
    evaluate    all of that for one KPI, with its level and sentence
    level       where the value stands                         (lines: the one place where a test is applied)
    sentences   what is the matter, in words
    outlook     where a promise stands before its due date, and how it ended
    score       what the KPIs cost, added up                   (stakes: who can cost what; points: the arithmetic)
    milestones  checklists that fall due
    threat      the threat level
    verdict     did it work, and the sentences a person reads first
    priorities  what to do first
    review      when to look again
    gate        the verdict as an exit code

Beside it stand `scorer` and `score_document`: `postflight score`, the same arithmetic on a dictionary of values.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from .. import words
from ..card import SCHEMA
from ..model import Evaluation, Observation, Occasion, Past, Plan, Scorecard, State
from .case import open_cases
from .evaluate import Finding, evaluate
from .gate import gate
from .method import method
from .milestones import item_key, milestones
from .outlook import outlook_key, outlooks
from .priorities import actions
from .review import next_review
from .score import score
from .threat import threat
from .verdict import blockers, counts, headline, missing, sentence, verdict

__all__ = ["gate", "item_key", "judge", "outlook_key"]


def judge(plan: Plan, occasion: Occasion, observations: Sequence[Observation], past: Past) -> tuple[Scorecard, Past]:
    """Judge a plan on what was observed. Returns the card, and what has to be remembered for the next look.

    `occasion.now` is the only clock. Observations may come in any order; of several of one day the latest counts.
    """
    findings = [evaluate(case, plan, occasion) for case in open_cases(plan, occasion.release, observations)]
    findings = [_with_promises(f, plan, occasion, past) for f in findings]
    checklists, final = milestones(plan, occasion, findings, past.frozen)
    scored = score(plan, findings)
    answer = verdict(findings, scored.score)
    card = Scorecard(
        schema=SCHEMA,
        product=plan.product,
        plan=plan.hash,
        method=method(),
        at=occasion.now,
        timezone=plan.timezone.key,
        verdict=answer,
        headline=headline(plan, answer, scored, findings, checklists),
        sentence=sentence(answer, scored, findings, checklists),
        counts=counts(findings),
        evaluations=scored.evaluations,
        score=scored.score,
        blockers=blockers(findings),
        ledger=scored.ledger,
        missing=missing(findings),
        milestones=checklists,
        actions=actions(scored.evaluations),
        threat=threat(plan.threat, findings),
        deployment=occasion.deployment,
        release=occasion.release.id if occasion.release else "",
        sources=occasion.sources,
        notes=_notes(plan, occasion),
        next_review=next_review(plan, occasion),
        public_url=plan.public_url,
    )
    return card, Past({**past.frozen, **_ended(scored.evaluations), **final})


def _with_promises(finding: Finding, plan: Plan, occasion: Occasion, past: Past) -> Finding:
    found = outlooks(finding, plan, occasion, past.frozen)
    return replace(finding, evaluation=replace(finding.evaluation, outlooks=found)) if found else finding


def _ended(evaluations: Sequence[Evaluation]) -> dict[str, tuple[State, str]]:
    """The promises that have ended, as they are to be remembered."""
    return {
        outlook_key(e.kpi, o.horizon): (o.state, o.sentence)
        for e in evaluations
        for o in e.outlooks
        if o.state in (State.MET, State.MISSED)
    }


def _notes(plan: Plan, occasion: Occasion) -> tuple[str, ...]:
    """What a careful reader should know about the card as a whole."""
    notes = list(occasion.notes)
    if occasion.others:
        went = [f"{o.version} on {words.day(o.end, plan.timezone)}" for o in occasion.others]
        notes.append(f"other deployments fall into the window: {words.listing(went, 5)}; what changed cannot be told apart")
    if occasion.deployment:
        notes.append("changes are since the deployment, which does not make them its effect")
    return tuple(notes)
