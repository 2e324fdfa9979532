"""What is wrong with the questions to a Prometheus, found before the first report: `postflight check`."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import cast

from .. import words
from ..errors import Problem
from ..model import Ask, Evidence, Nothing, Reason
from .bounds import Deadline, Unanswered
from .prometheus_api import Api
from .prometheus_forms import Text
from .prometheus_groups import grouped
from .prometheus_questions import PrometheusQuestion
from .promql import is_scaled, quote, unit_of

_NAMES_AT_ONCE = 50  # this question has no form but an address, which must stay short
_EMPTY = "the metric exists; check its labels, and whether it is still scraped"
_OLDEST = (2, 29)  # the first that knows present_over_time


def problems(
    name: str,
    api: Api,
    timeout: float,
    asks: Sequence[Ask],
    answer: Callable[[Sequence[Ask]], Iterable[tuple[Ask, Evidence | Nothing]]],
) -> Iterator[Problem]:
    """Reachable and new enough; every metric known; every query runs and finds something. Stops at what spoils the rest."""
    try:
        version = api.version(Deadline.after(timeout))
        if version and _numbers(version) < _OLDEST:
            yield Problem(f"{name} is Prometheus {version}; Postflight needs {_OLDEST[0]}.{_OLDEST[1]} or newer")
        missing = dict(_missing(api, timeout, asks))
    except Unanswered as failure:
        yield Problem(f"{name} {failure.nothing.detail}")
        return
    reported: set[str] = set()
    for ask, outcome in answer(asks):
        if ask.kpi.id in reported:
            continue
        # A metric that does not exist is a mistake even where the query has a result, as `… or vector(0)` always has.
        unknown = [missing[metric] for group in grouped([ask]) for metric in group.form.metrics if metric in missing]
        if mistaken := _mistaken_unit(ask):
            yield Problem(f"{ask.kpi.id}: {mistaken[0]}", ask.kpi.at, mistaken[1])
        if unknown:
            what, hint = f"has {unknown[0]}", "it may also be one that nothing has counted yet"
        elif isinstance(outcome, Evidence) or outcome.reason is Reason.WINDOW_INCOMPLETE:
            continue
        else:
            what, hint = outcome.detail, _EMPTY if outcome.reason is Reason.EMPTY else ""
        reported.add(ask.kpi.id)
        yield Problem(f"{ask.kpi.id}: {name} {what}", ask.kpi.at, hint)


def _missing(api: Api, timeout: float, asks: Sequence[Ask]) -> Iterator[tuple[str, str]]:
    """Metrics that the server has never heard of, each with a sentence and, where one is near, another name."""
    wanted = list(dict.fromkeys(name for group in grouped(asks) for name in group.form.metrics))
    deadline = Deadline.after(timeout)
    known: set[str] = set()
    for start in range(0, len(wanted), _NAMES_AT_ONCE):
        known.update(api.metric_names(_any_of(wanted[start : start + _NAMES_AT_ONCE]), deadline))
    for name in wanted:
        if name in known:
            continue
        # Only names that begin or end alike are asked for: a server may know a hundred thousand.
        first, last = name.split("_")[0], name.split("_")[-1]
        alike = api.metric_names(f"{{__name__=~{quote(f'{first}_.*|.*_{last}')}}}", deadline)
        base = name.removesuffix("_bucket")
        near = difflib.get_close_matches(name, alike, 1, 0.7)
        if base != name and base in alike:
            hint = f"; {base} is there, but is no classic histogram: ask for it as a summary, or in PromQL"
        else:
            hint = f"; did you mean {words.clean(near[0])}?" if near else ""
        yield name, f"no such metric: {name}{hint}"


def _mistaken_unit(ask: Ask) -> tuple[str, str] | None:
    """PromQL over seconds for a KPI in milliseconds, and nothing that makes the one the other (X3): what is wrong, and what to do."""
    form, wanted = cast(PrometheusQuestion, ask.question).form, ask.kpi.unit
    if not isinstance(form, Text) or form.unit is not None or is_scaled(form.text):
        return None
    for name in form.metrics:
        unit = unit_of(name)
        if unit is not None and unit.converts_to(wanted) and unit.scale != wanted.scale:
            return (
                f"{name} is in {unit}, and the answer of this query counts as {wanted}",
                f"convert it in the query, or give the KPI unit: {unit}",
            )
    return None


def _any_of(names: Sequence[str]) -> str:
    return f"{{__name__=~{quote('|'.join(names))}}}"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("-")[0].split(".")[:2] if part.isdecimal())
