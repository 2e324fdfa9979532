"""What the plan's numbers are numbers of: shares of the right whole, changes where absolute numbers mean nothing."""

from __future__ import annotations

from handmade import homeverse

from postflight.model import Kind, Role
from postflight.sources import kinds
from postflight.target import Basis


def test_SEC8_effectiveness_is_a_share_of_malicious_requests() -> None:
    """Blocked of the malicious, not of all: healthy traffic does not alert, an attack does not flatter. The old quantity has its right name."""
    plan = homeverse()
    effective, blocked = str(plan.kpis["rate_limit_effectiveness"].question), str(plan.kpis["blocked_share"].question)
    assert "stats:malicious:blocked" in effective
    assert "stats:malicious:total" in effective
    assert "stats:requests:total" in blocked
    assert plan.kpis["blocked_share"].target is None


def test_SQL5_what_grows_with_traffic_is_compared_with_before() -> None:
    """Refusals and attempts have no absolute line; the specification's threshold of 100 failed logins stays as the threat scale's default."""
    plan = homeverse()
    for name in ("denied_access", "attack_attempts"):
        target = plan.kpis[name].target
        assert target is not None
        assert target.basis is Basis.NO_WORSE
    assert any("failed_logins" in rule.when and rule.when["failed_logins"].limit == 100 for rule in plan.threat)


def test_PRF19_the_error_rate_is_of_completed_requests_by_the_server() -> None:
    """5xx of all that the server answered, from Prometheus; 404 and 401 are no errors."""
    kpi = homeverse().kpis["error_rate"]
    assert kpi.connection == "prom"
    question = str(kpi.question)
    assert 'status=~"5.."' in question
    assert "http_request_duration_seconds_count" in question


def test_PRF20_hit_rates_are_shares_with_their_n_and_query_time_a_p95() -> None:
    """Hits of a total, so that no traffic is no data and n is shown; the database's query time is a quantile, not a mean."""
    plan = homeverse()
    for name in ("cache_hit_rate", "cdn_hit_rate"):
        question = str(plan.kpis[name].question)
        assert "good" in question or "hit" in question
        assert plan.kpis[name].unit.symbol == "%"
    assert plan.kpis["db_query_time"].quantile == 0.95


def test_X1_every_name_of_the_plan_is_defined() -> None:
    """Nothing is left for somebody to define: every KPI has a question that its source has read, a kind, a unit, and a way to be asked."""
    plan = homeverse()
    installed = kinds()
    for kpi in plan.kpis.values():
        connection = plan.connections[kpi.connection]
        assert kpi.kind in (Kind.FLOW, Kind.STATE)
        assert str(kpi.question)
        assert connection.kind in {*installed, "events", "audits"}, kpi.id
    assert {role.value for role in Role} == {"current", "days", "baseline", "hours", "offenders"}
