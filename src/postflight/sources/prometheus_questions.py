"""The plan's words for a question to Prometheus: one form, narrowed to a place by `where`, told apart by `by`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from .. import units
from ..model import Kind
from ..units import Unit
from .prometheus_forms import Form, Histogram, Rate, Ratio, Summary, Text
from .promql import LABEL, METRIC, Matcher, Selector
from .promql import by as by_clause

_FORMS = "PromQL, or {histogram: NAME, quantile: q}, {good: SERIES, total: SERIES}, {bad: …, total: …}, {rate: SERIES}, {summary: NAME, quantile: q}"
_KEYS: Mapping[str, frozenset[str]] = {
    "histogram": frozenset({"quantile"}),
    "good": frozenset({"total"}),
    "bad": frozenset({"total"}),
    "rate": frozenset(),
    "summary": frozenset({"quantile"}),
}


@dataclass(frozen=True, slots=True)
class PrometheusQuestion:
    """What is asked for one KPI. Prometheus keeps history, so every question is a flow."""

    form: Form
    where: tuple[tuple[str, str], ...] = ()  # label and the one value it must have, by label
    by: tuple[str, ...] = ()
    quantile: float | None = None  # how the KPI sums up the buckets

    kind: ClassVar[Kind] = Kind.FLOW

    @property
    def unit(self) -> Unit | None:
        return units.PERCENT if isinstance(self.form, Ratio) else self.form.unit

    @property
    def unit_unknown(self) -> bool:
        """Whether the plan has to say what an expression answers in: Prometheus itself keeps seconds and ratios."""
        return isinstance(self.form, Text) and self.unit is None

    def __str__(self) -> str:
        where = " where " + ",".join(str(Matcher.equal(label, [value])) for label, value in self.where) if self.where else ""
        quantile = "" if self.quantile is None else f" quantile {self.quantile:g}"
        return f"{self.form}{where}{by_clause(self.by)}{quantile}"


def parse(raw: object, read: Callable[[str], str]) -> PrometheusQuestion:
    """A KPI's question from the plan: PromQL, a `.promql` file, or one of the forms. Raises ValueError with what was expected."""
    if isinstance(raw, str) and raw.strip():
        return PrometheusQuestion(Text((read(raw) if raw.endswith(".promql") else raw).strip()))
    if not isinstance(raw, Mapping):
        raise ValueError(f"expected {_FORMS}")
    chosen = [key for key in _KEYS if key in raw]
    if len(chosen) > 1:
        raise ValueError(f"{' and '.join(chosen)} are two questions; ask one")
    known = set(_KEYS) if not chosen else {*chosen, "where", "by"} | _KEYS[chosen[0]]
    for key in raw:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, 1)
            raise ValueError(f"{key!r} is not known here" + (f"; did you mean {near[0]!r}?" if near else f"; expected {_FORMS}"))
    if not chosen:
        raise ValueError(f"expected {_FORMS}")
    form = _form(chosen[0], raw)
    where, labels = _where(raw.get("where")), _labels(raw.get("by"))
    if form.inner in (*labels, *dict(where)):
        raise ValueError(f"{form.inner} is the question's own label; leave it out of where and by")
    quantile = _quantile(raw.get("quantile")) if isinstance(form, Histogram) else None
    return PrometheusQuestion(form, where, labels, quantile)


def _form(name: str, raw: Mapping[str, object]) -> Form:
    match name:
        case "histogram":
            return Histogram(_metric(raw[name]).removesuffix("_bucket"))
        case "rate":
            return Rate(_series(raw[name]))
        case "summary":
            quantile = _quantile(raw.get("quantile"))
            if quantile is None:
                raise ValueError("summary needs the quantile to read, like 0.95")
            return Summary(_metric(raw[name]), quantile)
        case _:
            if "total" not in raw:
                raise ValueError(f"{name} needs a total to be a share of")
            return Ratio(_series(raw[name]), _series(raw["total"]), name)


def _metric(raw: object) -> str:
    if not isinstance(raw, str) or not METRIC.fullmatch(raw.strip()):
        raise ValueError(f"expected the name of a metric, not {raw!r}; labels belong in where")
    return raw.strip()


def _series(raw: object) -> Selector:
    if not isinstance(raw, str):
        raise ValueError(f'expected a series like http_requests_total{{code=~"5.."}}, not {raw!r}')
    return Selector.parse(raw)


def _where(raw: object) -> tuple[tuple[str, str], ...]:
    if raw is None:
        return ()
    if not isinstance(raw, Mapping) or any(isinstance(value, bool) or not isinstance(value, str | int) for value in raw.values()):
        raise ValueError("where expects one value for each label, like {service: api}")
    return tuple(sorted((_label(label), str(value)) for label, value in raw.items()))


def _labels(raw: object) -> tuple[str, ...]:
    listed = [] if raw is None else [raw] if isinstance(raw, str) else raw
    if not isinstance(listed, Sequence):
        raise ValueError("by expects a list of labels, like [route]")
    return tuple(dict.fromkeys(_label(label) for label in listed))


def _label(raw: object) -> str:
    if not isinstance(raw, str) or not LABEL.fullmatch(raw):
        raise ValueError(f"{raw!r} is no name of a label")
    return raw


def _quantile(raw: object) -> float | None:
    if raw is None:
        return None
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not 0 < raw < 1:
        raise ValueError(f"a quantile lies between 0 and 1, like 0.95, not {raw!r}")
    return float(raw)
