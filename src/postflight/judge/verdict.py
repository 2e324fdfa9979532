"""The verdict: did it work? And the two sentences that a person reads first.

Fail: a block line is crossed, or not even the best that missing data allow reaches the pass line. Pass: no block line is crossed, none
is unknown, and the worst that missing data allow reaches the pass line. In a plan without a score the guards take the score's place:
pass when every standing target is met, fail when one is missed for certain. Else unknown (contract 4).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

from .. import units, words
from ..model import Blocker, Estimate, Evaluation, Level, MilestoneState, Missing, Nothing, Plan, Score, State, Verdict
from ..target import Direction
from ..units import Quantity
from .evaluate import Finding
from .level import is_judged
from .lines import holds
from .score import Scored

_NAMED = 3  # how many KPIs a sentence names before it says "and 4 more"
_MOVED = 0.01  # changes smaller than this are not worth a sentence


def verdict(findings: Sequence[Finding], score: Score | None) -> Verdict:
    """The answer, from block lines and the score's bounds, or from the guards where there is no score."""
    if any(f.evaluation.blocker for f in findings):
        return Verdict.FAIL
    low, high = _by_score(score) if score else _by_guards(findings)
    if not high:
        return Verdict.FAIL
    return Verdict.PASS if low and not any(_may_block(f) for f in findings) else Verdict.UNKNOWN


def _by_score(score: Score) -> tuple[bool, bool]:
    """Whether the score passes at worst, and at best."""
    return score.low >= score.pass_line, score.high >= score.pass_line


def _by_guards(findings: Sequence[Finding]) -> tuple[bool, bool]:
    """Whether every guard is met at worst, and at best. A plan that guards nothing proves nothing."""
    told = [_guarded(f) for f in findings if is_judged(f.case.kpi) and (f.case.kpi.target or f.case.kpi.alert)]
    return bool(told) and all(told), False not in told


def _guarded(finding: Finding) -> bool | None:
    """Whether a KPI keeps its standing target, or, without one, stays off its alert line; a release's promise is no guard."""
    kpi, value = finding.case.kpi, finding.value
    line = kpi.target or kpi.alert
    if isinstance(value, Nothing) or line is None:
        return None
    told = holds(line, kpi, value.value, finding.compared)
    return told if line is kpi.target or told is None else not told


def _may_block(finding: Finding) -> bool:
    """Whether a blocker KPI cannot be told: without data, or without the baseline that its block line asks for."""
    kpi, value = finding.case.kpi, finding.value
    if not finding.evaluation.guards_verdict or kpi.block is None:
        return False
    return isinstance(value, Nothing) or holds(kpi.block, kpi, value.value, finding.compared) is None


def blockers(findings: Sequence[Finding]) -> tuple[Blocker, ...]:
    """The block lines that are crossed."""
    return tuple(
        Blocker(f.evaluation.kpi, f.value.value, f.evaluation.block, f.evaluation.sentence)
        for f in findings
        if f.evaluation.blocker and isinstance(f.value, Estimate)
    )


def missing(findings: Sequence[Finding]) -> tuple[Missing, ...]:
    """The KPIs that could not be told, with the machine's reason and the sentence for people."""
    absent = []
    for f in findings:
        if f.evaluation.level is Level.NO_DATA:
            detail = f.value.detail if isinstance(f.value, Nothing) else f.evaluation.sentence
            absent.append(Missing(f.evaluation.kpi, f.evaluation.reason, detail))
    return tuple(absent)


def counts(findings: Sequence[Finding]) -> dict[str, int]:
    """How many KPIs stand where, by level; those that block are counted as blockers only, and those in shadow not at all."""
    judged = [f.evaluation for f in findings if not f.evaluation.shadow]
    levels = {level: sum(e.level is level and not e.blocker for e in judged) for level in Level}
    return {
        "ok": levels[Level.OK],
        "blocker": sum(e.blocker for e in judged),
        "alert": levels[Level.ALERT],
        "warn": levels[Level.WARN],
        "no_data": levels[Level.NO_DATA],
        "not_applicable": levels[Level.NOT_APPLICABLE],
    }


def headline(
    plan: Plan, answer: Verdict, scored: Scored, findings: Sequence[Finding], checklists: Sequence[MilestoneState]
) -> str:
    """The verdict and what decides it, short enough for the subject of a mail."""
    score = scored.score
    if answer is Verdict.PASS:
        said = f"score {words.score(score.composite)} ({score.grade})" if score else "every guard is met"
        return f"{words.VERDICT_WORDS[answer]}: {said}"
    if answer is Verdict.UNKNOWN:
        return f"{words.VERDICT_WORDS[answer]}: {_what_is_unknown(findings, score)}"
    pending = any(not checklist.closed for checklist in checklists)
    word = f"{words.VERDICT_WORDS[answer]}{' yet' if pending else ''}"
    if crossed := [f for f in findings if f.evaluation.blocker]:
        return f"{word}: {'; '.join(_blocking(f) for f in crossed[:_NAMED])}"
    if score:
        dearest = sorted((line for line in scored.ledger if line.points), key=lambda line: -line.points)
        titles = [plan.kpis[line.kpi].title if line.kpi in plan.kpis else line.kpi for line in dearest]
        return f"{word}: at most {words.score(score.high)} of {words.score(score.pass_line)} points, most of them lost to {words.listing(titles, _NAMED)}"
    missed = [f.case.kpi.title for f in findings if is_judged(f.case.kpi) and _guarded(f) is False]
    return f"{word}: {words.listing(missed, _NAMED)} {'is' if len(missed) == 1 else 'are'} missed"


def sentence(answer: Verdict, scored: Scored, findings: Sequence[Finding], checklists: Sequence[MilestoneState]) -> str:
    """What explains the verdict: how many stand where, what got worse, what got better, and what the checklists say."""
    parts = [_first_upper(words.counts(counts(findings)))]
    if scored.score and answer is not Verdict.PASS:
        said = f"score {words.bounds(scored.score.low, scored.score.high)} of {words.score(scored.score.pass_line)} needed"
        parts.append(_first_upper(said))
    worse, better = _movers(findings)
    if worse:
        parts.append(f"Worse than before: {words.listing([_moved(e) for e in worse], _NAMED)}")
    if better:
        parts.append(f"Better: {words.listing([_moved(e) for e in better], _NAMED)}")
    missed = [item.title for checklist in checklists for item in checklist.items if item.state is State.MISSED]
    if missed:
        parts.append(f"Missed on the checklists: {words.listing(missed, _NAMED)}")
    return ". ".join(part for part in parts if part) + "."


def _blocking(finding: Finding) -> str:
    """A crossed block line: what it is about, and who or what crosses it."""
    evaluation = finding.evaluation
    value = words.value(evaluation.value, finding.case.kpi.unit, finding.case.kpi.block)
    whose = words.listing([f"{count} in {name}" if count else name for name, count in evaluation.offenders], _NAMED)
    return f"{evaluation.title} is {value} ({whose or f'blocks at {evaluation.block}'})"


def _what_is_unknown(findings: Sequence[Finding], score: Score | None) -> str:
    blocking = [f.case.kpi.title for f in findings if _may_block(f)]
    absent = [f.case.kpi.title for f in findings if f.evaluation.level is Level.NO_DATA]
    if blocking:
        return f"no data on {words.listing(blocking, _NAMED)}, which could block"
    if score:
        return f"{words.plural(len(absent), 'KPI')} without data; the score is between {words.bounds(score.low, score.high)}"
    return f"no data on {words.listing(absent, _NAMED)}" if absent else "the plan sets no target to judge by"


def _movers(findings: Sequence[Finding]) -> tuple[list[Evaluation], list[Evaluation]]:
    """The judged KPIs that moved most against before: for the worse, and for the better."""
    moved = [
        f.evaluation
        for f in findings
        if f.evaluation.level in (Level.OK, Level.WARN, Level.ALERT)
        and f.case.kpi.direction is not Direction.STEADY
        and abs(f.evaluation.change or 0) >= _MOVED
    ]
    moved.sort(key=lambda e: -abs(e.change or 0))
    worse = [((e.change or 0) > 0) is (e.direction is Direction.LOWER) for e in moved]
    return list(compress(moved, worse))[:_NAMED], [e for e, bad in zip(moved, worse, strict=True) if not bad][:_NAMED]


def _moved(evaluation: Evaluation) -> str:
    share = units.parse(evaluation.unit).quantity is Quantity.SHARE
    by = words.difference(evaluation.difference, evaluation.unit) if share else words.change(evaluation.change)
    return f"{evaluation.title} {by}"


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
