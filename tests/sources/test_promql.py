"""PromQL as text: what we write is what we mean, and what we read off a query is there."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postflight.sources.promql import Matcher, Selector, duration, metrics_in, unit_of, unit_of_expression

VALUES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


@given(st.lists(VALUES, min_size=2, max_size=6, unique=True), VALUES)
def test_an_alternation_matches_its_values_and_nothing_else(values: list[str], other: str) -> None:
    """Values are literals, whatever characters they are made of."""
    pattern = json.loads(Matcher.equal("label", values).quoted)
    assert all(re.fullmatch(pattern, value, re.DOTALL) for value in values)
    assert bool(re.fullmatch(pattern, other, re.DOTALL)) == (other in values)


@given(VALUES)
def test_a_quoted_value_stays_inside_its_quotes(value: str) -> None:
    """No value can end the string and say something of its own."""
    matcher = Matcher.equal("label", [value])
    assert Selector.parse(f"up{{{matcher}}}") == Selector("up", (matcher,))


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("up", "up"),
        (' http_requests_total{ code =~ "5..", path!="/a,b}" , } ', 'http_requests_total{code=~"5..",path!="/a,b}"}'),
        ("up{job='a'}", "up{job='a'}"),
        ("up{job=`a`}", "up{job=`a`}"),
        ("up{}", "up"),
    ],
)
def test_a_selector_is_read_as_it_is_written(text: str, written: str) -> None:
    """Blanks and a last comma are nothing; commas and braces inside of strings are text."""
    assert str(Selector.parse(text)) == written


@pytest.mark.parametrize(
    "text", ["", "{}", '{job="a"}', "up[5m]", "rate(up[5m])", "up + up", "up{job=a}", 'up{job="a"', 'up{job="a" "b"}']
)
def test_what_is_no_selector_is_refused(text: str) -> None:
    """A range or a function inside of a form would be asked twice."""
    with pytest.raises(ValueError, match="cannot read"):
        Selector.parse(text)


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(86400, "86400s"), (82800, "82800s"), (0.5, "500ms"), (3599.5, "3599500ms"), (1e-3, "1ms"), (60, "60s")],
)
def test_a_duration_is_exact(seconds: float, written: str) -> None:
    """Whole seconds, or whole milliseconds."""
    assert duration(timedelta(seconds=seconds)) == written


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("up", ["up"]),
        (
            'sum by (job) (rate(http_requests_total{code=~"5..", le="up"}[5m])) / on (job) group_left (x) up',
            ["http_requests_total", "up"],
        ),
        ("histogram_quantile(0.95, sum(rate(a_seconds_bucket[$window])) by (le))", ["a_seconds_bucket"]),
        ("1 - avg(irate(node_cpu_seconds_total{mode='idle'}[5m] offset 1d)) # not_this", ["node_cpu_seconds_total"]),
        ("a and b unless c or vector(0) == bool 1e3", ["a", "b", "c"]),
        ("max_over_time(up[1h:5m] @ start()) + a @ 1772690400", ["up", "a"]),
        ("Inf + NaN + 0x1F", []),
    ],
)
def test_the_metrics_of_an_expression_are_found(text: str, names: list[str]) -> None:
    """Functions, labels, words of the language, strings and comments are no metrics."""
    assert list(metrics_in(text)) == names


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("http_request_duration_seconds", "s"),
        ("http_request_duration_seconds_bucket", "s"),
        ("rpc_duration_milliseconds_sum", "ms"),
        ("node_memory_MemFree_bytes", "B"),
        ("cache_hit_ratio", "ratio"),
        ("process_cpu_seconds_total", "s"),
    ],
)
def test_X3_a_suffix_names_the_unit(name: str, symbol: str) -> None:
    """Prometheus' own naming rule: the unit is the suffix, so seconds cannot pass for milliseconds."""
    unit = unit_of(name)
    assert unit is not None
    assert unit.symbol == symbol


def test_X3_no_suffix_no_unit() -> None:
    """A name that says nothing is not guessed at."""
    assert unit_of("http_requests_total") is None
    assert unit_of("seconds_ago_count") is None


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("histogram_quantile(0.95, sum by (le) (rate(x_seconds_bucket[5m])))", "s"),
        ('node_memory_MemFree_bytes{instance="a)"}', "B"),
        ("1000 * histogram_quantile(0.95, sum by (le) (rate(x_seconds_bucket[5m])))", None),
        ("histogram_quantile(0.95, sum by (le) (rate(x_seconds_bucket[5m]))) * 1000", None),
        ("histogram_quantile(0.9, a_seconds_bucket) + histogram_quantile(0.9, a_seconds_bucket)", None),
        ("x_seconds_sum / x_seconds_count", None),
        ("process_cpu_seconds_total", None),
        ("histogram_quantile(0.95", None),
    ],
)
def test_X3_an_expression_has_a_unit_only_where_that_is_plain(text: str, symbol: str | None) -> None:
    """Arithmetic hides the unit; then the plan says it."""
    unit = unit_of_expression(text)
    assert (unit.symbol if unit else None) == symbol
