"""What to do first: one action for every KPI that is missed, on alert or without data, whatever the score is (DSH2)."""

from __future__ import annotations

from collections.abc import Sequence

from .. import words
from ..model import Action, Evaluation, Level

_CALLS = (Level.WARN, Level.ALERT, Level.NO_DATA)


def actions(evaluations: Sequence[Evaluation]) -> tuple[Action, ...]:
    """Blockers first, then by the composite points to win back, then what is missing: blocker KPIs before the others."""
    calling = [e for e in evaluations if e.level in _CALLS and not e.shadow]
    return tuple(_action(e) for e in sorted(calling, key=_order))


def _order(evaluation: Evaluation) -> tuple[bool, bool, bool, float, bool]:
    absent = evaluation.level is Level.NO_DATA
    return (
        not evaluation.blocker,
        absent,
        absent and not evaluation.guards_verdict,
        -(evaluation.points or 0.0),
        evaluation.level is Level.WARN,
    )


def _action(evaluation: Evaluation) -> Action:
    """The plan's advice behind what is the matter, and where it is worst."""
    first, _, _ = evaluation.sentence.partition("; ")
    said = [f"{evaluation.title}: {evaluation.sentence if evaluation.level is Level.NO_DATA else first}"]
    if worst := _worst(evaluation):
        said.append(worst)
    if evaluation.advice:
        said.append(evaluation.advice.rstrip("."))
    text = ". ".join(part[:1].upper() + part[1:] for part in said)
    return Action(
        evaluation.kpi, text, evaluation.points or 0.0, evaluation.level, evaluation.blocker, evaluation.owner, evaluation.runbook
    )


def _worst(evaluation: Evaluation) -> str:
    """Whoever is named as an offender, else the segment at the harmful end."""
    if evaluation.offenders:
        return "where: " + words.listing([f"{name} ({count})" if count else name for name, count in evaluation.offenders], 3)
    if len(evaluation.segments) < 2 or evaluation.level is Level.NO_DATA:
        return ""
    worst = evaluation.segments[-1 if evaluation.direction == "higher" else 0]
    return f"worst in {worst.name}: {words.value(worst.value, evaluation.unit)}"
