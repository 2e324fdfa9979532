"""The score: what is at stake, added up; with bounds from what is missing, and a ledger that says who cost what and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from .. import words
from ..model import CategoryScore, Evaluation, LedgerLine, Nothing, Plan, Score
from .evaluate import Finding
from .level import is_judged
from .lines import crossed
from .points import FULL, NOTHING, composite, left, name_of, shown, worth
from .stakes import Stake, stakes


@dataclass(frozen=True, slots=True)
class Scored:
    """The score, None where the plan wants none or nothing is at stake; the ledger, which adds up to what is lost; the evaluations
    with the points they cost."""

    score: Score | None
    ledger: tuple[LedgerLine, ...]
    evaluations: tuple[Evaluation, ...]


def score(plan: Plan, findings: Sequence[Finding]) -> Scored:
    """Score the findings by the plan's profile."""
    judged = [f for f in findings if is_judged(f.case.kpi) and f.case.kpi.category in plan.categories]
    at_stake = stakes(plan.score.profile, judged)
    if not at_stake:
        return Scored(None, (), tuple(f.evaluation for f in findings))
    weights = _weights(plan, at_stake)
    by_category: dict[str, list[Stake]] = {id: [] for id in weights}
    for stake in at_stake:
        by_category[stake.finding.case.kpi.category].append(stake)
    costs = {s.finding.case.kpi.id: cost for id, own in by_category.items() for s, cost in _costs(own, weights[id])}
    by_kpi = {s.finding.case.kpi.id: s for s in at_stake}
    return Scored(
        _add_up(plan, weights, by_category),
        tuple(_ledger_line(stake, costs[kpi]) for kpi, stake in by_kpi.items() if stake.most),
        tuple(_with_points(f.evaluation, by_kpi.get(f.case.kpi.id), costs) for f in findings),
    )


def _weights(plan: Plan, at_stake: Sequence[Stake]) -> Mapping[str, Decimal]:
    """The categories' weights. A graded plan that weighs none weighs all alike, and leaves out those without a KPI to judge."""
    weights = {id: category.weight for id, category in plan.categories.items()}
    if plan.score.profile == "specification":
        return weights
    scored = {s.finding.case.kpi.category for s in at_stake}
    alike = not any(weights[id] for id in scored)
    weights = {id: Decimal(1) if alike else weight for id, weight in weights.items() if id in scored}
    total = sum(weights.values())
    return {id: weight / total for id, weight in weights.items()}


def _costs(own: Sequence[Stake], weight: Decimal) -> list[tuple[Stake, Decimal]]:
    """The composite points that each KPI of a category costs at most."""
    claimed = sum((s.most for s in own), NOTHING)
    return [(s, worth(s.most, weight, claimed)) for s in own]


def _add_up(plan: Plan, weights: Mapping[str, Decimal], by_category: Mapping[str, Sequence[Stake]]) -> Score:
    policy = plan.score
    low = {id: left(s.most for s in own) for id, own in by_category.items()}
    high = {id: left(s.sure for s in own) for id, own in by_category.items()}
    lowest, highest = composite(low, weights), composite(high, weights)
    shares = [s.share for own in by_category.values() for s in own]
    return Score(
        profile=policy.profile,
        composite=float(lowest),
        low=float(lowest),
        high=float(highest),
        grade=name_of(lowest, policy.grades, policy.lowest_grade),
        status=name_of(lowest, policy.statuses, policy.lowest_status),
        pass_line=float(policy.pass_line),
        coverage=sum(share is not None for share in shares) / len(shares),
        scored=len(shares),
        categories=tuple(
            CategoryScore(
                id=id,
                title=plan.categories[id].title,
                emoji=plan.categories[id].emoji,
                weight=float(weight),
                low=float(shown(low[id])),
                high=float(shown(high[id])),
                lost=float(weight * (FULL - low[id])),
                grade=name_of(shown(low[id]), policy.grades, policy.lowest_grade),
                recommendations=_recommendations(by_category[id]),
            )
            for id, weight in weights.items()
        ),
    )


def _recommendations(own: Sequence[Stake]) -> tuple[str, ...]:
    """What to do about a category: the advice of the KPIs that cost it points, the dearest first."""
    costly = sorted((s for s in own if s.most), key=lambda s: -s.most)
    return tuple(dict.fromkeys(s.finding.case.kpi.advice for s in costly if s.finding.case.kpi.advice))


def _ledger_line(stake: Stake, cost: Decimal) -> LedgerLine:
    kpi, value = stake.finding.case.kpi, stake.finding.value
    if isinstance(value, Nothing):
        reason = f"no data ({words.REASON_WORDS[value.reason]})"
    elif stake.share is not None and kpi.points and stake.line is kpi.points.when:
        reason = crossed(stake.line, kpi, value.value, stake.finding.compared)
    else:
        reason = stake.finding.evaluation.sentence
    return LedgerLine(
        kpi.id, kpi.category, None if isinstance(value, Nothing) else value.value, str(stake.line), float(cost), reason
    )


def _with_points(evaluation: Evaluation, stake: Stake | None, costs: Mapping[str, Decimal]) -> Evaluation:
    if stake is None:
        return evaluation
    points = stake.finding.case.kpi.points
    line = str(stake.line) if points and stake.line is points.when else ""
    return replace(evaluation, deduct=float(stake.deduct), points=float(costs[evaluation.kpi]), points_line=line)
