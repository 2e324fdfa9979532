"""What is measured: services whose share of errors is known beforehand, in a Prometheus with 28 days of history, and the two ways of asking for it.

The counters grow evenly, so the share of errors of a service is the same in every window, whoever asks and whenever: the answers of both
sides can be compared with each other and with the truth.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "live"))
from prometheus_server import Filled, History

SERVICES = 100
HOURS = {"1h": 1, "12h": 12, "7d": 7 * 24, "28d": 28 * 24}  # windows, in hours
DAYS = 28
STEP = timedelta(minutes=5)


def per_minute(service: int) -> tuple[int, int]:
    """Good and bad requests of a service in a minute."""
    return 1000 + 10 * service, 1 + service % 7


def share(service: int) -> float:
    """The true share of errors of a service."""
    good, bad = per_minute(service)
    return bad / (good + bad)


def history(now: datetime) -> History:
    """Every service's two counters, for 28 days and some hours until now."""
    end = now.replace(minute=now.minute // 5 * 5, second=0, microsecond=0)
    start = end - timedelta(days=DAYS + 2)
    series = []
    for service in range(SERVICES):
        for code, rate in zip(("200", "500"), per_minute(service), strict=True):
            series.append(Filled("http_requests_total", f'service="s{service:03}",code="{code}"', _even(start, rate)))
    return History(start, end, STEP, series)


def _even(start: datetime, rate: int) -> Callable[[datetime], float]:
    return lambda at: (at - start) // timedelta(minutes=1) * rate


def write_plans(folder: Path, url: str) -> None:
    """Our side, three times over.

    `each`: one KPI a window, `each: service`; windows of exactly the hours the other side looks at. `days`: the same with 7 and 28
    complete days, counted day by day. `listed`: a KPI for each service and window, written out one by one.
    """
    errors = "bad: 'http_requests_total{code=\"500\"}', total: http_requests_total"
    rest = "target: '<= 0.5 %'"
    exact = {name: f"{hours}h" for name, hours in HOURS.items()}
    plans = {
        "each": [f"errors_{name}: {{prom: {{{errors}}}, each: service, {rest}, window: {exact[name]}}}" for name in HOURS],
        "days": [f"errors_{name}: {{prom: {{{errors}}}, each: service, {rest}, window: {name}}}" for name in HOURS],
        "listed": [
            f"errors_{name}_s{n:03}: {{prom: {{{errors}, where: {{service: s{n:03}}}}}, {rest}, window: {exact[name]}}}"
            for n in range(SERVICES)
            for name in HOURS
        ],
    }
    for plan, kpis in plans.items():
        (folder / plan).mkdir(parents=True)
        head = ["product: Benchmark", "timezone: UTC", f"from: {{prom: {{prometheus: '{url}'}}}}", "kpis:"]
        (folder / plan / "plan.yml").write_text("\n".join([*head, *(f"  {kpi}" for kpi in kpis)]) + "\n")


def write_slos(folder: Path, url: str) -> None:
    """Their side: one SLO for each service, and the windows as the steps of the error budget policy (JSON is YAML)."""
    folder.mkdir(parents=True, exist_ok=True)
    steps = [
        {
            "name": name,
            "window": hours * 3600,
            "burn_rate_threshold": 1,
            "alert": False,
            "message_alert": "burning",
            "message_ok": "fine",
        }
        for name, hours in HOURS.items()
    ]
    config = {"backends": {"prometheus": {"url": url}}, "error_budget_policies": {"default": {"steps": steps}}}
    (folder / "config.yaml").write_text(json.dumps(config))
    (folder / "slos").mkdir(exist_ok=True)
    for service in range(SERVICES):
        name = f"s{service:03}"
        slo = {
            "apiVersion": "sre.google.com/v2",
            "kind": "ServiceLevelObjective",
            "metadata": {"name": name, "labels": {"service_name": name, "feature_name": "requests", "slo_name": "errors"}},
            "spec": {
                "description": "Share of good requests",
                "backend": "prometheus",
                "method": "good_bad_ratio",
                "exporters": [],
                "service_level_indicator": {
                    "filter_good": f'http_requests_total{{service="{name}",code="200"}}',
                    "filter_bad": f'http_requests_total{{service="{name}",code="500"}}',
                },
                "goal": 0.995,
            },
        }
        (folder / "slos" / f"{name}.yaml").write_text(json.dumps(slo))
