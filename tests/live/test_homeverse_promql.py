"""The PromQL of the HomeVerse plan, evaluated by Prometheus' own `promtool` on series made by hand (corrections 4.5)."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from handmade import homeverse
from servers import need

from postflight.sources.prometheus_questions import PrometheusQuestion

WINDOW = "10m"
Series = dict[str, str]

REDIS = {  # two commands: 1,000 gets of 0.4 ms and 250 sets of 0.9 ms in every minute
    'redis_commands_duration_seconds_total{cmd="get"}': "0+0.4x20",
    'redis_commands_duration_seconds_total{cmd="set"}': "0+0.225x20",
    'redis_commands_total{cmd="get"}': "0+1000x20",
    'redis_commands_total{cmd="set"}': "0+250x20",
    "redis_commands_processed_total": "0+1250x20",
}
STATEMENTS = {  # a fast statement called often, a slow one called rarely
    'pg_stat_statements_seconds_total{queryid="1",query="SELECT a"}': "0+0.9x20",
    'pg_stat_statements_calls_total{queryid="1",query="SELECT a"}': "0+900x20",
    'pg_stat_statements_seconds_total{queryid="2",query="SELECT b"}': "0+5x20",
    'pg_stat_statements_calls_total{queryid="2",query="SELECT b"}': "0+100x20",
}
PROCESSORS = {  # four machines with two cores each: one never idle, three always
    f'node_cpu_seconds_total{{instance="web-{n}",cpu="{core}",mode="{mode}"}}': f"0+{seconds}x20"
    for n in range(1, 5)
    for core in (0, 1)
    for mode, seconds in (("idle", 0 if n == 1 else 60), ("user", 60 if n == 1 else 0))
}
MEMORY = {
    'node_memory_MemTotal_bytes{instance="web-1"}': "1000x20",
    'node_memory_MemTotal_bytes{instance="db-1"}': "4000x20",
    'node_memory_MemAvailable_bytes{instance="web-1"}': "500x20",
    'node_memory_MemAvailable_bytes{instance="db-1"}': "400x20",
}
PROBES = {  # two places look at us; one of them saw one of its eleven looks fail
    'probe_success{job="homeverse",place="a"}': "1x20",
    'probe_success{job="homeverse",place="b"}': "1x9 0 1x9",
    'probe_success{job="other",place="a"}': "0x20",
}


@pytest.mark.parametrize(("kpi", "series", "expected"), [
    ("infra_redis", REDIS, {"{}": 0.5}),
    ("infra_database", STATEMENTS, {"{}": 5.9}),
    ("infra_database_worst", STATEMENTS, {'{queryid="1"}': 1, '{queryid="2"}': 50}),
    ("infra_cpu", PROCESSORS, {"{}": 25}),
    ("infra_cpu_worst", PROCESSORS, {f'{{instance="web-{n}"}}': 100 if n == 1 else 0 for n in range(1, 5)}),
    ("infra_memory", MEMORY, {"{}": 70}),
    ("infra_memory_worst", MEMORY, {'{instance="web-1"}': 50, '{instance="db-1"}': 90}),
    ("uptime", PROBES, {"{}": 100 * (1 + 10 / 11) / 2}),
], ids=["GRA2", "GRA4", "GRA4-by-statement", "GRA5", "GRA5-by-machine", "memory", "memory-by-machine", "uptime"])  # fmt: skip
def test_GRA4_the_plans_expressions_measure_what_they_say(
    kpi: str, series: Series, expected: dict[str, float], tmp_path: Path
) -> None:
    """GRA2: labels on both sides. GRA4: weighted by calls, by id and never by text. GRA5: the mean, and every machine."""
    promql = str(homeverse().kpis[kpi].question).replace("$window", WINDOW)
    assert evaluated(tmp_path, promql, series) == pytest.approx(expected)


def test_GRA2_the_specifications_own_expression_finds_nothing(tmp_path: Path) -> None:
    """Positive control: with a label on one side only, its division is empty."""
    assert evaluated(tmp_path, "redis_commands_duration_seconds_total / redis_commands_processed_total", REDIS) == {}


def test_GRA3_latencies_are_asked_overall_and_by_endpoint_from_buckets() -> None:
    """Quantiles are formed from merged buckets, overall from all of them: endpoints' quantiles are never averaged."""
    for kpi in ("api_p50", "api_p95", "api_p99", "infra_api"):
        question = homeverse().kpis[kpi].question
        assert isinstance(question, PrometheusQuestion)
        assert str(question).startswith("histogram http_request_duration_seconds")
        assert homeverse().kpis[kpi].quantile is not None


def test_GRA5_every_machine_metric_has_a_mean_and_a_worst() -> None:
    """One machine at its limit must not hide behind three idle ones."""
    kpis = homeverse().kpis
    for name in ("infra_cpu", "infra_memory"):
        assert "avg(" in str(kpis[name].question)
        assert kpis[f"{name}_worst"].by == ("instance",)
        assert kpis[f"{name}_worst"].fold == "max"


def test_GRA7_every_range_is_the_reports_window() -> None:
    """No expression looks back five minutes when the report speaks of a week; and none uses `irate`."""
    texts = [str(kpi.question) for kpi in homeverse().kpis.values() if kpi.connection == "prom"]
    assert {found for text in texts for found in re.findall(r"\[([^\]]+)\]", text)} == {"$window"}
    assert not any("irate" in text for text in texts)


def evaluated(folder: Path, promql: str, series: Series) -> dict[str, float]:
    """What the expression finds at minute 15, by its labels: promtool says it where nothing is expected."""
    inputs = "".join(f"    - {{series: {_yaml(name)}, values: '{values}'}}\n" for name, values in series.items())
    (folder / "test.yml").write_text(
        "evaluation_interval: 1m\ntests:\n- interval: 1m\n  input_series:\n"
        f"{inputs}  promql_expr_test:\n    - {{expr: {_yaml(promql)}, eval_time: 15m}}\n"
    )
    done = subprocess.run(
        [need("promtool"), "test", "rules", "test.yml"], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return {}
    said = (done.stdout + done.stderr).partition("got:")[2]
    assert said, done.stdout + done.stderr
    return {labels: float(value) for labels, value in re.findall(r"(\{[^}]*\}) ([-+.\dE]+)", said)}


def _yaml(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
