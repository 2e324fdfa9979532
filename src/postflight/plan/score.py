"""Categories, weights, points, grades, and the dictionary of `postflight score`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from ..model import Category, Kpi, ScoreInput, ScorePolicy
from ..units import Unit
from . import document, lines
from .kpis import GENERAL, Compiled, title_of
from .mistakes import Mistakes
from .shape import Origin

# The specification's cuts are everybody's default (its get_grade and get_status); a plan may write its own.
GRADES = {"A+": 95, "A": 90, "B+": 85, "B": 80, "C+": 75, "C": 70, "D": 65, "F": 0}
STATUSES = {"🟢 Excellent": 90, "🟢 Good": 80, "🟡 Acceptable": 70, "🟡 Needs Improvement": 60, "🔴 Critical": 0}
PASS_LINE = Decimal(90)
_TOLERANCE = Decimal("1e-9")  # SCO6


def profile_of(written: document.Score, kpis: Mapping[str, Kpi]) -> str:
    """`graded` for a plan that does not say and has something to score; `none` where there is nothing to add up."""
    return written.profile or ("graded" if any(kpi.target or kpi.points for kpi in kpis.values()) else "none")


def categories_of(
    written: Mapping[str, tuple[document.Category, Origin]],
    kpis: Mapping[str, Kpi],
    profile: str,
    root: Origin,
    mistakes: Mistakes,
) -> dict[str, Category]:
    """The categories in the plan's order, with weights that add up to 1 (SCO6); equal ones where the plan gives none."""
    if not written:
        written = {
            name: (document.Category(), root) for name in dict.fromkeys(kpi.category for kpi in kpis.values()) or (GENERAL,)
        }
    weights = {name: entry.weight for name, (entry, _) in written.items()}
    if all(weight is None for weight in weights.values()):
        if profile == "specification":
            mistakes.say(
                root.value_at("categories"), "the profile 'specification' needs a weight for each category", "they add up to 1"
            )
        weights = _equal(weights, kpis) if profile == "graded" else weights
    elif profile != "none":
        _check_weights(weights, written, root, mistakes)
    _check_deductions(written, kpis, root, mistakes)
    return {
        name: Category(name, entry.title or title_of(name), entry.emoji, weights[name] or Decimal(0))
        for name, (entry, _) in written.items()
    }


def _equal(weights: Mapping[str, Any], kpis: Mapping[str, Kpi]) -> dict[str, Decimal | None]:
    """Equal shares for the categories in which something is scored: an empty one would be full marks for nothing."""
    scored = {kpi.category for kpi in kpis.values() if (kpi.target or kpi.points) and not kpi.shadow and not kpi.not_applicable}
    present = [name for name in weights if name in scored] or list(weights)
    return {name: Decimal(1) / len(present) if name in present else Decimal(0) for name in weights}


def _check_weights(
    weights: Mapping[str, Decimal | None],
    written: Mapping[str, tuple[document.Category, Origin]],
    root: Origin,
    mistakes: Mistakes,
) -> None:
    for name, weight in weights.items():
        if weight is not None and weight < 0:
            mistakes.say(written[name][1].value_at("weight"), f"the weight of {name} is below 0")
    total = sum((weight or Decimal(0) for weight in weights.values()), Decimal(0))
    if abs(total - 1) > _TOLERANCE:
        mistakes.say(root.key_at("categories"), f"the weights of the categories add up to {total.normalize():f}, not to 1")


def _check_deductions(
    written: Mapping[str, tuple[document.Category, Origin]], kpis: Mapping[str, Kpi], root: Origin, mistakes: Mistakes
) -> None:
    for name, (_, origin) in written.items():
        scored = [
            kpi for kpi in kpis.values() if kpi.category == name and kpi.points and not kpi.shadow and not kpi.not_applicable
        ]
        total = sum(kpi.points.deduct for kpi in scored if kpi.points)
        if total > 100:
            named = ", ".join(kpi.id for kpi in scored)
            mistakes.say(
                origin.key_at(), f"the KPIs of {name} deduct {total} points together, and a category has 100", f"they are {named}"
            )


def check_points(
    kpis: Mapping[str, tuple[document.Kpi, Origin]], compiled: Compiled, promised: Collection[str], mistakes: Mistakes
) -> None:
    """Points without a line of their own are lost with the target: the standing one, or what a release promised."""
    for name, (_, origin) in kpis.items():
        kpi = compiled.kpis[name]
        if (
            kpi.points
            and kpi.points.when is None
            and kpi.target is None
            and name not in promised
            and name not in compiled.doubtful
        ):
            mistakes.say(origin.value_at("points"), "these points are never lost", "give 'when', or give the KPI a target")


def score_of(written: document.Score, origin: Origin, profile: str, compiled: Compiled, mistakes: Mistakes) -> ScorePolicy:
    """The policy, with the specification's cuts where the plan gives none."""
    pass_line = PASS_LINE if written.pass_ is None else written.pass_
    if not 0 <= pass_line <= 100:
        mistakes.say(origin.value_at("pass"), "the pass line lies between 0 and 100")
    grades, lowest_grade = _cuts(written.grades, GRADES, origin.within("grades"), mistakes)
    statuses, lowest_status = _cuts(written.statuses, STATUSES, origin.within("statuses"), mistakes)
    inputs = _inputs(written, origin.within("inputs"), compiled, mistakes)
    return ScorePolicy(profile, pass_line, grades, lowest_grade, statuses, lowest_status, inputs)


def _cuts(
    written: Mapping[str, Decimal] | None, default: Mapping[str, int], origin: Origin, mistakes: Mistakes
) -> tuple[tuple[tuple[Decimal, str], ...], str]:
    cuts = written or {name: Decimal(cut) for name, cut in default.items()}
    ordered = sorted(((cut, name) for name, cut in cuts.items()), key=lambda pair: -pair[0])
    if ordered[-1][0] != 0 or ordered[0][0] > 100 or len(set(cuts.values())) != len(cuts):
        mistakes.say(
            origin.key_at(), "these cuts do not cover every score once", "give each name its own least score; the last one is 0"
        )
    return tuple(ordered[:-1]), ordered[-1][1]


def _inputs(written: document.Score, origin: Origin, compiled: Compiled, mistakes: Mistakes) -> tuple[ScoreInput, ...]:
    inputs = []
    taken: dict[tuple[str, str], tuple[str, str]] = {}
    for group, entries in written.inputs.items():
        for name, entry in entries.items():
            here = origin.within(group, name)
            if not compiled.known(entry.kpi, here, mistakes, "kpi"):
                continue
            aliases = tuple(_alias(alias, group) for alias in entry.aliases)
            for path in ((group, name), *aliases):
                if path in taken:
                    mistakes.say(here.key_at(), f"{'.'.join(path)} names two inputs", f"the other is {'.'.join(taken[path])}")
                taken[path] = (group, name)
            inputs.append(_input((group, name), entry, aliases, compiled.kpis[entry.kpi].unit, here, mistakes))
    return tuple(inputs)


def _input(
    path: tuple[str, str],
    entry: document.ScoreInput,
    aliases: tuple[tuple[str, str], ...],
    default: Unit,
    origin: Origin,
    mistakes: Mistakes,
) -> ScoreInput:
    unit = default if entry.unit is None else entry.unit
    when = entry.when
    bounds = [Decimal("-Infinity"), Decimal("Infinity")]
    with mistakes.at(origin.value_at("when")):
        if when.needs_baseline:
            raise ValueError("an input is compared as it stands; write an absolute line, without a sign before a percentage")
        when = lines.in_unit(when, unit)
    for index, amount in enumerate(entry.range):
        if amount is not None:
            with mistakes.at(origin.value_at("range", index)):
                bounds[index] = amount.number * lines.own_unit(amount.unit, unit).scale / unit.scale
    if bounds[0] >= bounds[1]:
        mistakes.say(origin.value_at("range"), "the range is empty: its low end is not below its high end")
    return ScoreInput(path, entry.kpi, unit, when, entry.integer, bounds[0], bounds[1], aliases, entry.optional)


def _alias(text: str, group: str) -> tuple[str, str]:
    first, dot, second = text.partition(".")
    return (first, second) if dot else (group, first)
