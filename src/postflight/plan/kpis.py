"""One KPI: its unit, its direction, its lines in that unit, its question. Every mistake is noted, and a KPI comes out all the same."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from ..errors import Place
from ..model import Connection, Kpi, Points, Question
from ..target import Direction, Target
from ..units import NUMBER, Unit
from . import document, lines
from .connections import Linked, OpaqueQuestion, asked
from .mistakes import Mistakes
from .shape import Origin

GENERAL = "general"  # the category of a KPI that names none, in a plan that lists none


@dataclass(slots=True)
class Compiled:
    """The KPIs so far. Of a doubtful one the unit or the direction is a guess, and what refers to it is not checked against them."""

    kpis: dict[str, Kpi] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)

    def line(self, kpi: str, target: Target, origin: Origin, mistakes: Mistakes, *path: str | int) -> Target:
        """A target that another part of the plan sets for a KPI, in that KPI's unit. An unknown KPI is a mistake at the key."""
        if not self.known(kpi, origin, mistakes, *path) or kpi in self.doubtful:
            return target
        with mistakes.at(origin.value_at(*path)):
            return lines.in_unit(target, self.kpis[kpi].unit)
        return target

    def promise(self, kpi: str, target: Target, origin: Origin, mistakes: Mistakes, *path: str | int) -> Target:
        """Such a line that says what is good: it cannot ask for what the KPI calls worse."""
        line = self.line(kpi, target, origin, mistakes, *path)
        if kpi in self.kpis and kpi not in self.doubtful:
            with mistakes.at(origin.value_at(*path)):
                lines.check_target(line, self.kpis[kpi].direction)
        return line

    def known(self, kpi: str, origin: Origin, mistakes: Mistakes, *path: str | int) -> bool:
        """Whether there is such a KPI; a mistake at the path otherwise. An empty name stands for one that is missing, which was noted."""
        if kpi and kpi not in self.kpis:
            mistakes.unknown(origin.key_at(*path), "KPI", kpi, self.kpis)
        return kpi in self.kpis


def compile_kpi(
    name: str,
    entry: document.Kpi,
    origin: Origin,
    linked: Mapping[str, Linked],
    categories: Collection[str],
    read: Callable[[str], str],
    mistakes: Mistakes,
) -> tuple[Kpi, bool]:
    """The KPI, and whether its unit and direction are to be trusted."""
    before = len(mistakes)
    connection, question, offenders = _questions(name, entry, origin, linked, read, mistakes)
    asked_well, before = len(mistakes) == before, len(mistakes)
    known = _unit(entry, question, origin.value_at(connection), origin, mistakes)
    unit = known or NUMBER
    direction = entry.direction or lines.direction_of(
        entry.target, [line for path, line in _lines(entry).items() if path != ("target",)]
    )
    fitted = _fitted(entry, unit, direction, origin, mistakes)
    sure = len(mistakes) == before and (known is not None or (asked_well and not _has_lost(origin, entry)))
    low, high = _range(entry, unit, origin, mistakes)
    link = linked.get(connection)
    kpi = Kpi(
        id=name,
        title=entry.title or title_of(name),
        category=_category(entry, origin, categories, mistakes),
        connection=connection,
        question=question,
        unit=unit,
        direction=direction,
        kind=entry.kind or question.kind,
        target=fitted.get("target"),
        alert=fitted.get("alert"),
        block=fitted.get("block"),
        points=_points(entry, fitted.get("points"), origin, mistakes),
        window=entry.window,
        fold=entry.fold,
        quantile=entry.quantile or getattr(question, "quantile", None),
        baseline=_baseline(entry, unit, origin, mistakes),
        min_sample=entry.min_sample,
        valid=(low, high),
        settles=entry.settles,
        freshness=entry.freshness,
        by=tuple(entry.by),
        each=entry.each or None,
        census=entry.counted == "all",
        shadow=entry.shadow,
        not_applicable=entry.not_applicable,
        owner=entry.owner,
        measurement=entry.measurement,
        advice=entry.advice,
        runbook=entry.runbook,
        because=entry.because,
        offenders=offenders,
        definition=_definition(entry, link.connection if link else None, question, unit, (low, high)),
        at=origin.layers[-1][0].key_at(origin.layers[-1][1]),
    )
    return kpi, sure


def _questions(
    name: str, entry: document.Kpi, origin: Origin, linked: Mapping[str, Linked], read: Callable[[str], str], mistakes: Mistakes
) -> tuple[str, Question, Question | None]:
    connection, raw = asked(entry.model_extra or {}, linked, f"the KPI {name!r}", origin, mistakes)
    if not connection:
        return "", OpaqueQuestion(""), None
    question: Question = OpaqueQuestion("")
    offenders: Question | None = None
    with mistakes.at(origin.value_at(connection)):
        question = linked[connection].question(raw, read)
    if entry.evidence is not None:
        with mistakes.at(origin.value_at("evidence")):
            offenders = linked[connection].question(entry.evidence, read)
    return connection, question, offenders


def _unit(entry: document.Kpi, question: Question, at: Place, origin: Origin, mistakes: Mistakes) -> Unit | None:
    """`unit:` decides; else the first line that names one; else the question. None when nothing does."""
    written = _lines(entry)
    unit = entry.unit or lines.unit_of(written.values(), [entry.baseline, *(entry.range or [])])
    answered = question.unit
    if unit is not None and answered is not None and not answered.converts_to(unit):
        what = f"the question answers in {lines.named(answered)}, and this KPI is in {lines.named(unit)}"
        mistakes.say(at, what, "write lines and unit in what the question answers")
    if unit is None and answered not in (None, NUMBER):
        for path, line in written.items():
            if line.unit is NUMBER and line.limit:
                what = f"'{line}' has no unit, and the question answers in {lines.named(answered)}"
                mistakes.say(origin.value_at(*path), what, f"write the unit too, as in '{line} {answered.symbol}'")
    if getattr(question, "unit_unknown", False) and not entry.unit and unit is not None and unit.scale != 1:
        what = f"whether the question answers in {lines.named(unit)} cannot be told"
        mistakes.say(at, what, f"say so with unit: {unit.symbol}, or name the unit it has, as in unit: ratio or unit: s")
    return unit or answered


def _lines(entry: document.Kpi) -> dict[tuple[str, ...], Target]:
    """The lines that are written, in the order in which a unit is looked for."""
    points = entry.points.when if entry.points else None
    named = {("target",): entry.target, ("alert",): entry.alert, ("points", "when"): points, ("block",): entry.block}
    return {path: line for path, line in named.items() if line is not None}


def _fitted(entry: document.Kpi, unit: Unit, direction: Direction, origin: Origin, mistakes: Mistakes) -> dict[str, Target]:
    """The lines in the KPI's unit; a line that does not fit stays as it is."""
    fitted: dict[str, Target] = {}
    target: Target | None = None
    for path, line in _lines(entry).items():
        name = path[0]
        fitted[name] = line
        with mistakes.at(origin.value_at(*path)):
            fitted[name] = lines.in_unit(line, unit)
            if name == "target":
                lines.check_target(fitted[name], direction)
                target = fitted[name]
            else:
                lines.check_crossed(name, fitted[name], direction, target)
    return fitted


def _has_lost(origin: Origin, entry: document.Kpi) -> bool:
    """Whether a key that could have named the unit was written and could not be read."""
    keys = ("unit", "target", "alert", "block")
    return any(getattr(entry, key) is None and any(file.has((*path, key)) for file, path in origin.layers) for key in keys)


def _points(entry: document.Kpi, when: Target | None, origin: Origin, mistakes: Mistakes) -> Points | None:
    if entry.points is None:
        return None
    if not 0 < entry.points.deduct <= 100:
        mistakes.say(origin.value_at("points", "deduct"), "a deduction is more than 0 and at most 100 points of its category")
    return Points(entry.points.deduct, when)


def _range(entry: document.Kpi, unit: Unit, origin: Origin, mistakes: Mistakes) -> tuple[float | None, float | None]:
    bounds: list[float | None] = [None, None]
    for index, amount in enumerate(entry.range or []):
        if amount is not None:
            with mistakes.at(origin.value_at("range", index)):
                bounds[index] = amount.canonical_in(unit)
    low, high = bounds
    if low is not None and high is not None and low >= high:
        mistakes.say(origin.value_at("range"), "the range is empty: its low end is not below its high end")
    return low, high


def _baseline(entry: document.Kpi, unit: Unit, origin: Origin, mistakes: Mistakes) -> float | None:
    if entry.baseline is not None:
        with mistakes.at(origin.value_at("baseline")):
            return entry.baseline.canonical_in(unit)
    return None


def _category(entry: document.Kpi, origin: Origin, categories: Collection[str], mistakes: Mistakes) -> str:
    if categories and not entry.category:
        mistakes.say(origin.key_at(), "this KPI has no category", f"give it one of {', '.join(categories)}")
    elif categories and entry.category not in categories:
        mistakes.unknown(origin.value_at("category"), "category", entry.category, categories)
    return entry.category or GENERAL


def title_of(name: str) -> str:
    """What people read where the plan gives an id and no title."""
    words = name.replace("_", " ").replace("-", " ")
    return words[:1].upper() + words[1:]


def _definition(
    entry: document.Kpi, through: Connection | None, question: Question, unit: Unit, valid: tuple[float | None, float | None]
) -> str:
    """A hash of all that decides the number, and of nothing else: a new title or target draws no break in the history."""
    deciding = [
        str(question), (through.name, through.kind, dict(through.settings)) if through else "", unit.symbol, str(entry.window), entry.fold, entry.quantile or getattr(question, "quantile", None),
        valid, entry.counted, entry.by, entry.each, entry.kind or question.kind, str(entry.settles or ""),
    ]  # fmt: skip
    text = json.dumps(deciding, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
