"""The scorer: a dictionary of values in, the judged number out. No plan is measured; the plan only says what costs how much.

Values are compared as they come, in the unit of their input and with the specification's operators, so that every complete and valid
input gives exactly the specification's numbers. What it could not stand (a missing key, NaN, a text, minus three incidents) is
missing here, with its reason: it widens the bounds, and never turns another verdict into a pass (SCO1, SCO4, SCO5).

The document, `postflight.score/1`:

    schema            "postflight.score/1"
    composite_score   0–100, one decimal; with gaps that of `score_low`, like the category scores, the grade and the status
    <group>_score     0–100, one for each category, under the name its inputs have in the dictionary
    grade, status     read off `composite_score`
    verdict           "pass", "fail" or "unknown"
    score_low, score_high   bounds from what is missing; equal without gaps
    coverage          the share of the required inputs with data, 0–1
    blockers          [{kpi, value, line}]: block lines crossed by an input that was given
    ledger            [{kpi, category, value, line, points, reason}]: the composite points lost, which add up to 100 − composite
    missing           [{kpi, reason}]: inputs without data, with a reason of the no-data contract
    unknown           [{input, did_you_mean}]: inputs given that the plan does not know; they change nothing
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, TypeAlias

from .. import words
from ..errors import PlanError, Problem
from ..model import Plan, Reason, ScoreInput, Verdict
from ..target import Target
from .level import is_judged
from .points import NOTHING, composite, left, name_of, shown, worth

SCHEMA = "postflight.score/1"
Path: TypeAlias = tuple[str, str]

_LARGEST = 2**53  # beyond it a count is no longer exact, and is a mistake
_MOST_UNKNOWN = 20
_LONGEST_NAME = 80
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class _Input:
    """One entry of the dictionary, with everything about it that does not depend on its value."""

    kpi: str
    category: str
    paths: tuple[Path, ...]
    required: bool
    integer: bool
    low: float
    high: float
    deduct: Decimal
    line: Target
    limit: float
    line_text: str
    block: Target | None
    block_limit: float
    block_text: str


@dataclass(frozen=True, slots=True)
class _Sums:
    """What follows from which inputs lost their points and which are missing: the numbers of the document, and each input's cost."""

    low: Decimal
    high: Decimal
    numbers: Mapping[str, Any]
    costs: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Scorer:
    """A plan's scoring, worked out once for any number of dictionaries."""

    inputs: tuple[_Input, ...]
    add_up: Callable[[tuple[bool | None, ...]], _Sums]  # of each input whether its points are lost; None when that is missing
    pass_line: Decimal
    known: frozenset[Path]
    required: int


def scorer(plan: Plan) -> Scorer:
    """Prepare a plan's scoring. Raises PlanError when the plan scores no dictionary, or one group stands for several categories."""
    inputs = tuple(_input(plan, entry) for entry in plan.score.inputs if is_judged(plan.kpis[entry.kpi]))
    if not any(entry.required for entry in inputs):
        problem = Problem("the plan has no score inputs", hint="`score: inputs:` lists the entries of the dictionary to score")
        raise PlanError([problem])
    groups: dict[str, str] = {}
    for entry in inputs:
        group = entry.paths[0][0]
        if groups.setdefault(entry.category, group) != group or list(groups.values()).count(group) > 1:
            problem = Problem(
                f"the score inputs of {group} belong to several categories", hint="give each category a group of its own"
            )
            raise PlanError([problem])
    return Scorer(
        inputs,
        lru_cache(4096)(partial(_add_up, plan, inputs, groups)),  # a fleet's dictionaries lose the same points over and over
        plan.score.pass_line,
        frozenset(path for entry in inputs for path in entry.paths),
        sum(entry.required for entry in inputs),
    )


def score_one(prepared: Scorer, metrics: object) -> dict[str, Any]:
    """The document for one dictionary of groups. Raises ValueError when it is no dictionary; nothing in one raises."""
    if not isinstance(metrics, dict):
        raise ValueError('expected an object of groups, like {"performance": {"error_rate": 0.0004}}')
    lost: list[bool | None] = []
    values: list[float | Reason | None] = []
    blockers: list[dict[str, Any]] = []
    missing: list[dict[str, Any]] = []
    known, may_block = 0, False
    for entry in prepared.inputs:
        value = _value(entry, metrics)
        values.append(value)
        if value is None:  # optional, and not given
            lost.append(False)
        elif isinstance(value, Reason):
            lost.append(None)
            missing.append({"kpi": entry.kpi, "reason": value.value})
            may_block = may_block or entry.block is not None
        else:
            lost.append(entry.line.tests(value, entry.limit))
            known += entry.required
            if entry.block is not None and entry.block.tests(value, entry.block_limit):
                blockers.append({"kpi": entry.kpi, "value": value, "line": entry.block_text})
    sums = prepared.add_up(tuple(lost))
    passes = sums.low >= prepared.pass_line and not may_block
    verdict = Verdict.FAIL if blockers or sums.high < prepared.pass_line else Verdict.PASS if passes else Verdict.UNKNOWN
    return {
        "schema": SCHEMA,
        **sums.numbers,
        "verdict": verdict.value,
        "score_low": float(sums.low),
        "score_high": float(sums.high),
        "coverage": known / prepared.required,
        "blockers": blockers,
        "ledger": [
            _ledger_line(entry, value, cost)
            for entry, value, cost in zip(prepared.inputs, values, sums.costs, strict=True)
            if cost
        ],
        "missing": missing,
        "unknown": list(_unknown(prepared, metrics)),
    }


def _add_up(plan: Plan, inputs: Sequence[_Input], groups: Mapping[str, str], lost: tuple[bool | None, ...]) -> _Sums:
    """The arithmetic of `points`, for inputs of which each has lost its points, or not, or is missing."""
    policy, weights = plan.score, {id: category.weight for id, category in plan.categories.items()}
    sure, most = dict.fromkeys(weights, NOTHING), dict.fromkeys(weights, NOTHING)
    for entry, crossed in zip(inputs, lost, strict=True):
        sure[entry.category] += entry.deduct if crossed else NOTHING
        most[entry.category] += NOTHING if crossed is False else entry.deduct
    kept = {category: left([cost]) for category, cost in most.items()}
    low = composite(kept, weights)
    return _Sums(
        low,
        composite({category: left([cost]) for category, cost in sure.items()}, weights),
        {
            "composite_score": float(low),
            **{f"{groups.get(category, category)}_score": _plain(shown(number)) for category, number in kept.items()},
            "grade": name_of(low, policy.grades, policy.lowest_grade),
            "status": name_of(low, policy.statuses, policy.lowest_status),
        },
        tuple(
            0 if crossed is False else _plain(worth(entry.deduct, weights[entry.category], most[entry.category]))
            for entry, crossed in zip(inputs, lost, strict=True)
        ),
    )


def _input(plan: Plan, entry: ScoreInput) -> _Input:
    kpi = plan.kpis[entry.kpi]
    block = kpi.block if kpi.block and kpi.block.unit.converts_to(entry.unit) else None
    return _Input(
        kpi.id,
        kpi.category,
        (entry.path, *entry.aliases),
        not entry.optional,
        entry.integer,
        float(entry.low),
        min(float(entry.high), float(_LARGEST)),
        kpi.points.deduct if kpi.points else NOTHING,
        entry.when,
        entry.when.limit_in(entry.unit),
        str(entry.when),
        block,
        block.limit_in(entry.unit) if block else math.nan,
        str(block or ""),
    )


def _value(entry: _Input, metrics: dict[Any, Any]) -> float | Reason | None:
    """The value given for an input, the reason why it is none, or None for an optional input that is not given.

    Under several names it must be the same value, else neither is believed.
    """
    value: object = _ABSENT
    for group, name in entry.paths:
        values = metrics.get(group, _ABSENT)
        if values is _ABSENT:
            continue
        if not isinstance(values, dict):
            return Reason.BAD_RESPONSE
        given = values.get(name, _ABSENT)
        if given is _ABSENT:
            continue
        if value is not _ABSENT and given != value:
            return Reason.BAD_RESPONSE
        value = given
    if value is _ABSENT:
        return Reason.NOT_CONFIGURED if entry.required else None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return Reason.EMPTY if value is None else Reason.BAD_RESPONSE
    if entry.low <= value <= entry.high and (not entry.integer or value == int(value)):
        return value
    return Reason.NON_FINITE if isinstance(value, float) and not math.isfinite(value) else Reason.OUT_OF_RANGE


def _ledger_line(entry: _Input, value: float | Reason | None, cost: float) -> dict[str, Any]:
    line = {"kpi": entry.kpi, "category": entry.category}
    if isinstance(value, Reason):
        return {
            **line,
            "value": None,
            "line": entry.line_text,
            "points": cost,
            "reason": f"no data ({words.REASON_WORDS[value]})",
        }
    return {**line, "value": value, "line": entry.line_text, "points": cost, "reason": "the line is crossed"}


def _unknown(prepared: Scorer, metrics: dict[Any, Any]) -> Iterator[dict[str, Any]]:
    """Inputs that the plan does not know, at most twenty, each with the nearest that it does."""
    import difflib

    found = 0
    for group, values in metrics.items():
        for name in values if isinstance(values, dict) else ():
            if (group, name) in prepared.known:
                continue
            found += 1
            if found > _MOST_UNKNOWN:
                return
            path = words.clip(words.clean(f"{group}.{name}"), _LONGEST_NAME)
            near = difflib.get_close_matches(path, [".".join(known) for known in sorted(prepared.known)], 1)
            yield {"input": path, "did_you_mean": near[0] if near else None}


def _plain(number: Decimal) -> float:
    """A number of points as JSON writes it: whole where it is whole, as the specification's are."""
    return int(number) if number == number.to_integral_value() else float(number)
