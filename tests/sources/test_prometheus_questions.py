"""The plan's words for Prometheus: what is understood, and what is said about the rest."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postflight.model import Kind, Reason
from postflight.sources.bounds import Unanswered
from postflight.sources.prometheus import PrometheusSource
from postflight.sources.prometheus_forms import Histogram, Ratio, Summary, Text
from postflight.sources.promql import Matcher, Selector

DAY = timedelta(days=1)


def question(raw: object, files: dict[str, str] | None = None) -> Any:
    """The question as the plan would read it."""
    return PrometheusSource.question(raw, (files or {}).__getitem__)


@pytest.mark.parametrize(
    ("raw", "asked"),
    [
        ("sum(increase(http_requests_total[$window]))", "sum(increase(http_requests_total[86400s]))"),
        ({"histogram": "x_seconds", "quantile": 0.95}, "sum by (le) (increase(x_seconds_bucket[86400s]))"),
        (
            {"histogram": "x_seconds_bucket", "where": {"b": 1, "a": "2"}},
            'sum by (le) (increase(x_seconds_bucket{a="2",b="1"}[86400s]))',
        ),
        ({"rate": "up_total", "by": "job"}, "sum by (job) (rate(up_total[86400s]))"),
        ({"summary": "gc_seconds", "quantile": 0.5}, 'avg_over_time((gc_seconds{quantile="0.5"} > -Inf)[86400s:60s])'),
        (
            {"bad": 'r_total{code=~"5.."}', "total": "r_total"},
            'label_replace(sum (increase(r_total{code=~"5.."}[86400s])),"postflight","hits","","") or '
            'label_replace(sum (increase(r_total{code!~"5.."}[86400s])),"postflight","rest","","")',
        ),
        (
            {"good": 'r_total{code="200",path!="/"}', "total": 'r_total{code!=""}'},
            'label_replace(sum (increase(r_total{code="200",path!="/"}[86400s])),"postflight","hits","","") or '
            'label_replace(sum (increase(r_total{code!=""}[86400s])),"postflight","total","","")',
        ),
    ],
)
def test_each_form_has_its_promql(raw: object, asked: str) -> None:
    """The window is exactly the slot; the rest is the plan's own words."""
    parsed = question(raw)
    matchers = [Matcher.equal(label, [value]) for label, value in parsed.where]
    assert parsed.form.expression(matchers, parsed.by, DAY) == asked
    assert parsed.kind is Kind.FLOW


@pytest.mark.parametrize(
    ("raw", "symbol", "quantile"),
    [
        ({"histogram": "x_seconds", "quantile": 0.95}, "s", 0.95),
        ({"histogram": "x_bytes"}, "B", None),
        ({"good": "a", "total": "b"}, "%", None),
        ({"rate": "a_total"}, "/s", None),
        ({"rate": "a_seconds_total"}, "ratio", None),
        ({"rate": "a_bytes_total"}, None, None),
        ({"summary": "a_milliseconds", "quantile": 0.9}, "ms", None),
        ("vector(1)", None, None),
    ],
)
def test_X3_a_question_knows_its_unit(raw: object, symbol: str | None, quantile: float | None) -> None:
    """The plan compares it with the target's unit before anything is asked."""
    parsed = question(raw)
    assert (parsed.unit.symbol if parsed.unit else None, parsed.quantile) == (symbol, quantile)


def test_a_query_can_live_in_a_file() -> None:
    """A long one is better off in a `.promql` file."""
    assert question("x.promql", {"x.promql": "up\n"}).form == Text("up")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (None, "expected PromQL"),
        ("  ", "expected PromQL"),
        ([], "expected PromQL"),
        ({}, "expected PromQL"),
        ({"histogramm": "x"}, "did you mean 'histogram'"),
        ({"histogram": "x", "quantil": 0.9}, "did you mean 'quantile'"),
        ({"histogram": "x", "rate": "y"}, "two questions"),
        ({"histogram": "x{a='b'}"}, "labels belong in where"),
        ({"histogram": "x", "quantile": 95}, "between 0 and 1"),
        ({"histogram": "x", "by": ["le"]}, "its own label|own label"),
        ({"histogram": "x", "where": {"le": "1"}}, "own label"),
        ({"good": "a"}, "needs a total"),
        ({"good": "a", "bad": "b", "total": "c"}, "two questions"),
        ({"good": "rate(a[5m])", "total": "c"}, "cannot read"),
        ({"rate": 5}, "expected a series"),
        ({"summary": "x"}, "needs the quantile"),
        ({"rate": "x", "where": {"a b": "c"}}, "no name of a label"),
        ({"rate": "x", "where": {"a": ["c", "d"]}}, "one value for each label"),
        ({"rate": "x", "where": {"a": True}}, "one value for each label"),
        ({"rate": "x", "by": 5}, "list of labels"),
        ({"rate": "x", "by": ["a-b"]}, "no name of a label"),
    ],
)
def test_a_mistake_is_said(raw: object, said: str) -> None:
    """What was expected, and the nearest right word."""
    with pytest.raises(ValueError, match=said):
        question(raw)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (5, "expected an address"),
        ({}, "expected an address"),
        ("ftp://host", "must begin like http"),
        ("http://me:secret@host", "written out in the plan"),
        ({"url": "http://host", "password": "secret"}, "password is written out"),
        ({"url": "http://host", "bearer": "secret"}, "bearer is written out"),
        ({"url": "http://host", "headers": {"Authorization": "Basic x"}}, "Authorization is written out"),
        ({"url": "http://host", "pasword": "${env:X}"}, "did you mean 'password'"),
        ({"url": "http://host", "timeout": 0}, "above 0"),
        ({"url": "http://host", "verify": 3}, "verify is"),
    ],
)
def test_C7_a_mistake_in_the_settings_is_said(raw: object, said: str) -> None:
    """And a secret that is written out is one."""
    with pytest.raises(ValueError, match=said) as caught:
        PrometheusSource.settings(raw)
    assert "secret" not in re.sub(r"refer to it.*", "", str(caught.value))


def test_settings_are_an_address_or_more() -> None:
    """Both spellings; references to secrets stay references."""
    assert PrometheusSource.settings("${env:PROMETHEUS_URL}") == {"url": "${env:PROMETHEUS_URL}"}
    full = {
        "url": "https://p:9090/x",
        "username": "me",
        "password": "${env:P}",
        "verify": False,
        "timeout": 2,
        "headers": {"X-Scope-OrgID": "1"},
    }
    assert PrometheusSource.settings(full) == full


COUNTS = st.dictionaries(st.floats(0.001, 1e6), st.integers(0, 10**9), min_size=1, max_size=12)


@given(COUNTS, st.integers(0, 10**6))
def test_buckets_are_taken_apart(counts: dict[float, int], beyond: int) -> None:
    """What is added up along the edges comes apart again, in whatever order the edges arrive."""
    total, cells = 0, {}
    for edge in sorted(counts):
        total += counts[edge]
        cells[repr(edge)] = float(total)
    cells["+Inf"] = float(total + beyond)
    shuffled = dict(sorted(cells.items(), reverse=True))
    rows = Histogram("x").read(shuffled)
    assert [edge for edge, _ in rows] == [*sorted(counts), math.inf]
    assert [count for _, count in rows] == [*(float(counts[edge]) for edge in sorted(counts)), float(beyond)]


def test_one_edge_in_two_spellings_is_one_edge() -> None:
    """One client library writes `1`, another `1.0`: their instances add up."""
    assert Histogram("x").read({"1": 2.0, "1.0": 3.0, "+Inf": 9.0}) == ((1.0, 5.0), (math.inf, 4.0))


@pytest.mark.parametrize("cells", [{"0.1": 9.0, "0.2": 4.0, "+Inf": 10.0}, {"0.1": 1.0}, {"0.1": 1.0, "many": 2.0, "+Inf": 3.0}])
def test_buckets_that_make_no_sense_are_refused(cells: dict[str, float]) -> None:
    """Mixed layouts, no total, an edge that is no number: a quantile of these would be an invention."""
    with pytest.raises(Unanswered) as caught:
        Histogram("x").read(cells)
    assert caught.value.nothing.reason is Reason.BAD_RESPONSE


def test_a_rounding_error_is_not_a_contradiction() -> None:
    """Sums of floats may differ in the last digit."""
    assert Histogram("x").read({"1": 0.30000000000000004, "2": 0.3, "+Inf": 0.3}) == (
        (1.0, 0.30000000000000004),
        (2.0, 0.0),
        (math.inf, 0.0),
    )


def test_hits_do_not_overtake_their_total_by_rounding() -> None:
    """A hair is taken back; more than a hair is left for the check of impossible shares."""
    ratio = Ratio(Selector("a"), Selector("b"), "good")
    assert ratio.read({"hits": 1.0000000001, "total": 1.0}) == ((1.0, 1.0),)
    assert ratio.read({"hits": 1.1, "total": 1.0}) == ((1.1, 1.0),)
    assert ratio.read({"total": 1.0}) == ()
    assert ratio.read({"hits": 1.0}) == ()


def test_hits_and_the_rest_are_the_total() -> None:
    """Where one condition tells hits apart, each sample is read once; a day on which everything failed has no rest."""
    ratio = Ratio(Selector.parse('r{job="a",code=~"5.."}'), Selector.parse('r{job="a"}'), "bad")
    assert str(ratio.rest) == 'r{job="a",code!~"5.."}'
    assert ratio.read({"hits": 1.0, "rest": 9.0}) == ((1.0, 10.0),)
    assert ratio.read({"hits": 1.0}) == ((1.0, 1.0),)
    assert ratio.read({"rest": 1.0}) == ()
    for hits, total in (('r{code="1",path="/"}', "r"), ("a", "b"), ("r", "r"), ('r{code="1"}', 'r{job="a"}')):
        assert Ratio(Selector.parse(hits), Selector.parse(total), "bad").rest is None


@pytest.mark.parametrize(
    ("hits", "total", "asked"),
    [
        ('r{code=~"5.."}', "r", 'count by (s) (present_over_time(r{s="a",code!=""}[86400s]))'),
        ('r{code="500",path!=""}', 'r{job="x"}', 'count by (s) (present_over_time(r{job="x",s="a",code!="",path!=""}[86400s]))'),
        ('errors{code="500"}', "r", None),
        ("r", "r", None),
        ('r{code!="200"}', "r", 'count by (s) (present_over_time(r{s="a",code!=""}[86400s]))'),
    ],
)
def test_no_hits_are_none_only_where_they_could_have_been_told(hits: str, total: str, asked: str | None) -> None:
    """Where the total's own series carry the label; of another metric nobody can say."""
    ratio = Ratio(Selector.parse(hits), Selector.parse(total), "bad")
    assert ratio.possible([Matcher.equal("s", ["a"])], ["s"], DAY) == asked


def test_a_question_prints_as_it_is_meant() -> None:
    """For hashes and reports: two questions with one text would be one definition."""
    assert str(question({"histogram": "x_seconds", "quantile": 0.95, "where": {"job": "a"}, "by": ["route"]})) == (
        'histogram x_seconds where job="a" by (route) quantile 0.95'
    )
    assert str(question({"bad": 'r{c="5"}', "total": "r"})) == 'bad r{c="5"} of r'
    assert str(question({"summary": "x", "quantile": 0.5})) == 'summary x{quantile="0.5"}'
    assert "cannot be added up" in Summary("x", 0.5).note
