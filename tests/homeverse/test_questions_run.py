"""Every question of the plan that has an embedded twin, through the real sources, on a small simulated product: nothing fails."""

from __future__ import annotations

import shutil

import pytest
from handmade import HOMEVERSE, NoHistory

from postflight import sources
from postflight.demo import simulate
from postflight.model import Ask, Evidence, Nothing, Occasion, Past, Reason, Role
from postflight.plan import load_plan
from postflight.run.asks import asks_for

Answers = dict[tuple[str, Role], Evidence | Nothing]


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Answers:
    """What the demo's sources say to all that a report would ask them."""
    folder = tmp_path_factory.mktemp("plan")
    shutil.copytree(HOMEVERSE, folder, dirs_exist_ok=True)
    story = simulate(folder / "data", scale=0.02)
    plan = load_plan(folder, sources.kinds(), story.bindings)
    asks = [ask for ask in asks_for(plan, Occasion(story.now, story.deployment), (), Past()) if isinstance(ask, Ask)]
    found: Answers = {}
    for name in ("app", "prom", "cache"):
        connection = plan.connections[name]
        source = sources.kinds()[connection.kind](connection, str, NoHistory(), 60.0)
        found |= {(ask.kpi.id, ask.role): answer for ask, answer in source.answer([a for a in asks if a.kpi.connection == name])}
        source.close()
    return found


def test_every_question_is_answered_with_evidence(answers: Answers) -> None:
    """For the window, the days since, the days before and the offenders. Only a month's churn has no answer after three weeks."""
    silent = {key: answer for key, answer in answers.items() if isinstance(answer, Nothing)}
    assert {answer.reason for answer in silent.values()} == {Reason.EMPTY}
    assert {kpi for kpi, role in silent if role is not Role.OFFENDERS} == {"user_churn", "subscription_churn"}
    assert len(answers) > 150


def test_every_answer_spells_a_measure(answers: Answers) -> None:
    """Columns alone decide it, and every dimension that a KPI shows apart is among them."""
    evidence = {key: answer for key, answer in answers.items() if isinstance(answer, Evidence)}
    assert [key for key, answer in evidence.items() if answer.measure is None] == []
    for (kpi, role), answer in evidence.items():
        if role is Role.CURRENT and kpi in (
            "support_tickets",
            "api_p95",
            "infra_api",
            "feature_adoption",
            "task_completion",
            "infra_cpu_worst",
        ):
            assert len(answer.dimensions) == 1, kpi


def test_every_history_has_a_row_for_every_day(answers: Answers) -> None:
    """56 days before the deployment and 20 since it, with the day of 25 hours among them."""
    for role, days in ((Role.BASELINE, 56), (Role.DAYS, 20)):
        for kpi in ("dau", "support_tickets", "security_incidents", "error_rate", "api_p95", "auth_failure_rate", "mobile_share"):
            answer = answers[kpi, role]
            assert isinstance(answer, Evidence)
            at = answer.columns.index("day")
            assert len({row[at] for row in answer.rows}) == days, (kpi, role)
