"""`explain`: everything behind one number, in full, in the reader's words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from cards import CARDS, all_unknown, degraded
from rich.cells import cell_len

from postflight.model import Baseline, Evaluation, Level, Scorecard
from postflight.publishers.explain import render_explain


def kpi(card: Scorecard, name: str) -> Evaluation:
    return next(e for e in card.evaluations if e.kpi == name)


def earlier(evaluation: Evaluation) -> list[Evaluation]:
    """Five daily reports before; the two oldest under another definition."""
    assert evaluation.as_of is not None
    return [
        replace(evaluation, as_of=evaluation.as_of - timedelta(days=n), definition="old" if n > 3 else evaluation.definition)
        for n in range(1, 6)
    ]


@pytest.mark.parametrize("name", ["pii_encrypted", "api_p95", "mobile_share", "support_tickets", "signups"])
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    """A blocker, a missed target, a promise, a change, and one in shadow."""
    evaluation = kpi(degraded(), name)
    golden(f"explain/{name}.txt", render_explain(evaluation, degraded(), earlier(evaluation)))


def test_golden_without_data(golden: Callable[[str, str], None]) -> None:
    """A KPI whose source is silent: what it could cost, and why nothing is known."""
    golden(
        "explain/task_completion-unknown-80-ascii.txt",
        render_explain(kpi(all_unknown(), "task_completion"), all_unknown(), width=80, ascii=True),
    )


def test_everything_behind_a_number_is_told() -> None:
    """Value, evidence, query line by line, window with its zone, every line with its outcome, points, baseline, change, offenders,
    history, definition, source, owner, advice, runbook, authority, measurement."""
    e = kpi(degraded(), "pii_encrypted")
    text = render_explain(replace(e, label="simulated data", notes=("read in one snapshot",)), degraded(), earlier(e))
    for said in (
        "97.5 %", "47,117 of 48,321", "SELECT count(*) FILTER", "FROM pii_inventory", "16–22 Nov 2026 (7 days), America/Chicago", "Target       = 100 %  missed",
        "Block line   < 100 %  crossed", "−6.0  20 category points × 30 % of Security", "100 %  measured over 20 Sep – 14 Nov 2026 (56 days)", "−2.49 pp",
        "applicants.phone_ssn", "1,201", "21 Sep – 22 Nov 2026", "3fa94c1e", "app (sql) · simulated data", "Security", "Encrypt the listed columns",
        "https://runbooks.homeverse.example/pii", "alert below 100 %", "Share of records with personal data", "read in one snapshot", "another one",
    ):  # fmt: skip
        assert said in text, said


def test_a_declared_baseline_stands_beside_the_measured_one() -> None:
    """Both are shown, and which is which."""
    e = kpi(degraded(), "mobile_share")
    assert isinstance(e.baseline, Baseline)
    text = render_explain(replace(e, baseline=replace(e.baseline, declared=0.28)), degraded())
    assert "30 %  measured over" in text and "the plan declares 28 %" in text


def test_lines_are_told_by_their_own_test() -> None:
    """A change that cannot be formed is neither met nor missed."""
    e = replace(kpi(degraded(), "support_tickets"), baseline=None, change=None, difference=None)
    text = render_explain(e, degraded())
    assert "≤ −30 %  cannot be told" in text and "nothing to compare with" in text


def test_a_sentence_does_not_repeat_its_word() -> None:
    """`No data (cannot be reached): …`, not `No data: no data …`."""
    e = kpi(all_unknown(), "api_p95")
    assert e.level is Level.NO_DATA
    assert render_explain(e, all_unknown()).splitlines()[1] == "? No data (did not answer in time): did not answer within 10 s"


@pytest.mark.parametrize("name", CARDS)
@pytest.mark.parametrize("width", [60, 80, 100])
def test_no_line_is_wider_than_the_page(name: str, width: int) -> None:
    """Whatever the KPI says, the page holds."""
    card = CARDS[name]()
    for evaluation in card.evaluations[:6]:
        assert max(cell_len(line) for line in render_explain(evaluation, card, width=width).splitlines()) <= width
