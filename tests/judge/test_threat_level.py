"""The threat level: the highest that is raised, with all reasons, and UNKNOWN where nobody looked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from judged_plans import NOW, UNSCORED, kpi, look, occasion, plan

from postflight.judge import judge
from postflight.model import Observation, Past, Threat, ThreatRule
from postflight.target import Target

INPUTS = {"unauthorized": "CRITICAL", "encryption": "HIGH", "logins": "MEDIUM"}
RULES = (
    ThreatRule("CRITICAL", {"unauthorized": Target.parse("> 0")}),
    ThreatRule("HIGH", {"encryption": Target.parse("> 0")}),
    ThreatRule("MEDIUM", {"logins": Target.parse("> 100")}),
    ThreatRule("LOW", {}),
)


def threat(*observations: Observation, **more: object) -> Threat:
    inputs = [kpi(id, window="24h", fold="sum", **more) for id in INPUTS]  # type: ignore[arg-type]
    card, _ = judge(plan(*inputs, score=UNSCORED, threat=RULES), occasion(), observations, Past())
    assert card.threat is not None
    return card.threat


def seen(**counts: int) -> list[Observation]:
    return [look(id, "value", (count,)) for id, count in counts.items()]


@pytest.mark.parametrize(
    ("counts", "level"),
    [
        ((0, 0, 0), "LOW"),
        ((0, 0, 100), "LOW"),
        ((0, 0, 101), "MEDIUM"),
        ((0, 1, 0), "HIGH"),
        ((1, 0, 0), "CRITICAL"),
        ((1, 1, 500), "CRITICAL"),
    ],
)
def test_SQL_the_specifications_table(counts: tuple[int, int, int], level: str) -> None:
    """CASE of the daily security report, in its order."""
    assert threat(*seen(**dict(zip(INPUTS, counts, strict=True)))).level == level


def test_SQL8_all_reasons_are_listed() -> None:
    """CRITICAL does not hide the encryption failures behind it."""
    found = threat(*seen(unauthorized=2, encryption=3, logins=500))
    assert found.reasons == ("CRITICAL: Unauthorized 2 (> 0)", "HIGH: Encryption 3 (> 0)", "MEDIUM: Logins 500 (> 100)")


def test_SQL4_a_dead_log_is_no_peace() -> None:
    """Zeros from a log whose newest row is two days old: UNKNOWN, not LOW."""
    old = [look(id, "value", (0,), newest=NOW - timedelta(days=2)) for id in INPUTS]
    found = threat(*old, freshness="24h")
    assert found.level == "UNKNOWN"
    assert len(found.reasons) == 3 and "answer is too old" in found.reasons[0]
    fresh = [look(id, "value", (0,), newest=NOW) for id in INPUTS]
    assert threat(*fresh, freshness="24h") == Threat("LOW", ())


@pytest.mark.parametrize(
    ("counts", "level"),
    [
        ({"encryption": 0, "logins": 0}, "UNKNOWN"),
        ({"unauthorized": 0, "encryption": 0}, "UNKNOWN"),
        ({"encryption": 5, "logins": 0}, "HIGH at least"),
        ({"unauthorized": 5}, "CRITICAL"),
        ({"unauthorized": 0, "encryption": 5}, "HIGH"),
    ],
)
def test_SQL4_what_is_missing_may_hide_a_higher_level(counts: dict[str, int], level: str) -> None:
    """Unknown only where something missing could raise it."""
    assert threat(*seen(**counts)).level == level


def test_a_missing_input_of_the_level_that_is_raised_hides_nothing() -> None:
    """Either test would raise the same level."""
    rules = (ThreatRule("HIGH", {"missing": Target.parse("> 0"), "logins": Target.parse("> 0")}), ThreatRule("LOW", {}))
    two = plan(kpi("missing"), kpi("logins"), score=UNSCORED, threat=rules)
    card, _ = judge(two, occasion(), seen(logins=1), Past())
    assert card.threat == Threat("HIGH", ("HIGH: Logins 1 (> 0)",))


def test_a_plan_without_rules_has_no_threat_level() -> None:
    """And a KPI in shadow raises none."""
    card, _ = judge(plan(kpi("logins"), score=UNSCORED), occasion(), seen(logins=500), Past())
    assert card.threat is None
    assert threat(*seen(unauthorized=1, encryption=0, logins=0), shadow=True).level == "LOW"
