"""Did it work? Pass, fail, cannot tell; what is said first, and what to do first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from judged_plans import (
    DEPLOYMENT,
    LIVE,
    POLICY,
    UNSCORED,
    before,
    kpi,
    look,
    milestone,
    no_answer,
    occasion,
    plan,
    promise,
    release,
    said,
    week,
)

from postflight import words
from postflight.errors import Exit
from postflight.judge import gate, judge
from postflight.judge.gate import worst
from postflight.model import Kpi, Level, MilestoneItem, Observation, Past, Role, Scorecard, Verdict
from postflight.window import Span

GUARD, OTHER, BLOCK = kpi("guard", "= 0"), kpi("other", "= 0"), kpi("block", block="> 0")


def judged(*pairs: tuple[Kpi, float | None], **more: object) -> Scorecard:
    seen = [look(k.id, "value", (value,)) if value is not None else no_answer(k.id) for k, value in pairs]
    return judge(plan(*(k for k, _ in pairs), **({"score": UNSCORED} | more)), occasion(), seen, Past())[0]


@pytest.mark.parametrize(
    ("guard", "other", "block", "verdict"),
    [
        (0, 0, 0, Verdict.PASS),
        (0, 0, 1, Verdict.FAIL),
        (0, 1, 0, Verdict.FAIL),
        (0, None, 0, Verdict.UNKNOWN),
        (1, None, 0, Verdict.FAIL),
        (0, 0, None, Verdict.UNKNOWN),
        (None, None, None, Verdict.UNKNOWN),
        (None, None, 1, Verdict.FAIL),
    ],
)
def test_a_plan_without_a_score_passes_when_every_guard_is_met(
    guard: float | None, other: float | None, block: float | None, verdict: Verdict
) -> None:
    """A guard surely missed fails; one without data leaves it open; blockers come first and are needed."""
    card = judged((GUARD, guard), (OTHER, other), (BLOCK, block))
    assert card.verdict is verdict
    assert gate(card) is {Verdict.PASS: Exit.PASS, Verdict.FAIL: Exit.FAIL, Verdict.UNKNOWN: Exit.CANNOT_TELL}[verdict]


def test_a_plan_that_guards_nothing_proves_nothing() -> None:
    """No target anywhere is no pass: the silent green of "no config"."""
    assert judged((kpi("shown"), 5)).verdict is Verdict.UNKNOWN
    assert judged().verdict is Verdict.UNKNOWN
    assert "sets no target" in judged().headline


SCORED = [kpi("a", "= 0", deduct=50, when="> 0"), kpi("b", "= 0", deduct=40, when="> 0"), kpi("c", block="> 0")]


@pytest.mark.parametrize(
    ("a", "b", "c", "low", "high", "verdict"),
    [
        (0, 0, 0, 100, 100, Verdict.PASS),
        (0, 1, 0, 90, 90, Verdict.PASS),
        (0, None, 0, 90, 100, Verdict.PASS),
        (1, 0, 0, 87.5, 87.5, Verdict.FAIL),
        (None, 0, 0, 87.5, 100, Verdict.UNKNOWN),
        (None, 1, 0, 77.5, 90, Verdict.UNKNOWN),
        (1, None, 0, 77.5, 87.5, Verdict.FAIL),
        (0, 0, 1, 100, 100, Verdict.FAIL),
        (0, 0, None, 100, 100, Verdict.UNKNOWN),
    ],
)
def test_a_scored_plan_passes_by_its_bounds(
    a: float | None, b: float | None, c: float | None, low: float, high: float, verdict: Verdict
) -> None:
    """Contract 4: fail below the pass line at best, pass at it at worst, blockers apart."""
    card = judged(*zip(SCORED, (a, b, c), strict=True), score=POLICY)
    assert card.score is not None
    assert (card.score.low, card.score.high, card.verdict) == (low, high, verdict)


def test_a_block_line_that_cannot_be_told_is_no_pass() -> None:
    """Revenue below −25 % would block; without a baseline nobody knows, whatever its target says."""
    revenue = kpi("revenue", ">= 100", block="< -25 %", direction="higher")
    assert judged((revenue, 200)).verdict is Verdict.UNKNOWN
    card, _ = judge(
        plan(revenue, score=UNSCORED), occasion(), [look("revenue", "value", (200,)), before("revenue", "value", 210)], Past()
    )
    assert card.verdict is Verdict.PASS


def test_only_crossed_block_lines_are_blockers() -> None:
    """A KPI that is kept, or has no block line, blocks nothing."""
    assert judged((GUARD, 1), (BLOCK, 0)).blockers == ()
    assert [b.kpi for b in judged((GUARD, 1), (BLOCK, 2)).blockers] == ["block"]


def test_a_promise_not_yet_due_is_no_guard() -> None:
    """40 % by next month does not fail today, where the guard of 20 % is kept."""
    mobile = kpi("mobile", ">= 20 %", unit="%")
    card, _ = judge(
        plan(mobile, score=UNSCORED),
        occasion(release=release(promise(("mobile", "1mo", ">= 40 %")))),
        [look("mobile", "hits total", (30, 100))],
        Past(),
    )
    assert (card.evaluations[0].level, card.verdict) == (Level.WARN, Verdict.PASS)


def test_shadow_kpis_decide_nothing() -> None:
    """Neither crossed nor missing."""
    hidden = replace(BLOCK, shadow=True)
    assert judged((GUARD, 0), (hidden, 5)).verdict is Verdict.PASS
    assert judged((GUARD, 0), (hidden, None)).verdict is Verdict.PASS


def test_the_gate_of_a_batch_is_its_worst() -> None:
    """2, 1, 3, 0 (contract 5)."""
    assert worst([Exit.PASS, Exit.CANNOT_TELL]) is Exit.CANNOT_TELL
    assert worst([Exit.CANNOT_TELL, Exit.FAIL, Exit.PASS]) is Exit.FAIL
    assert worst([Exit.FAIL, Exit.USAGE]) is Exit.USAGE
    assert worst([]) is Exit.PASS


# ---- headlines


def test_the_headline_names_the_blocker_and_whom_it_concerns() -> None:
    """What is open, how much of it, where; "yet" while a horizon is still open."""
    pii = kpi("pii", "= 100 %", unit="%", block="< 100 %", census=True, title="Encrypted personal data")
    seen = [
        look("pii", "hits total", (46_000, 47_204)),
        said("pii", Role.OFFENDERS, "field value", [("applicants.ssn", 1204)], week()),
    ]
    open_horizon = release(promise(milestones=[milestone("1mo", MilestoneItem("m", "M"))]))
    card, _ = judge(plan(pii, score=UNSCORED), occasion(release=open_horizon), seen, Past())
    assert card.headline == "Not a success yet: Encrypted personal data is 97.4 % (1,204 in applicants.ssn)"
    card, _ = judge(plan(pii, score=UNSCORED), occasion(), seen[:1], Past())
    assert card.headline == "Not a success: Encrypted personal data is 97.4 % (blocks at < 100 %)"
    assert [(b.kpi, b.line) for b in card.blockers] == [("pii", "< 100 %")]


@pytest.mark.parametrize(
    ("pairs", "score", "headline"),
    [
        ([(SCORED[0], 0), (SCORED[1], 0)], POLICY, "Success: score 100 (A+)"),
        ([(GUARD, 0)], UNSCORED, "Success: every guard is met"),
        ([(SCORED[0], 1), (SCORED[1], 1)], POLICY, "Not a success: at most 77.5 of 90 points, most of them lost to A and B"),
        ([(GUARD, 1), (OTHER, 0)], UNSCORED, "Not a success: Guard is missed"),
        ([(SCORED[0], None), (SCORED[1], 0)], POLICY, "Cannot tell: 1 KPI without data; the score is between 87.5–100.0"),
        ([(GUARD, None)], UNSCORED, "Cannot tell: no data on Guard"),
        ([(GUARD, 0), (BLOCK, None)], UNSCORED, "Cannot tell: no data on Block, which could block"),
    ],
)
def test_the_headline_says_what_decides(pairs: list[tuple[Kpi, float | None]], score: object, headline: str) -> None:
    """One line for the subject of a mail."""
    assert judged(*pairs, score=score).headline == headline


def test_the_sentence_tells_counts_movers_and_checklists() -> None:
    """The second thing a person reads."""
    kpis = [kpi("slow", "<= 200 ms", unit="ms"), kpi("tickets", "<= 100", unit="/day"), kpi("gone", "= 0")]
    seen = [
        look("slow", "value", (231,)),
        before("slow", "value", 168),
        look("tickets", "value", (68,)),
        before("tickets", "value", 100),
        no_answer("gone"),
    ]
    card, _ = judge(plan(*kpis, score=UNSCORED), occasion(), seen, Past())
    assert card.sentence == f"{words.counts(card.counts)}. Worse than before: Slow +37.5 %. Better: Tickets −32 %."
    assert dict(card.counts) == {"ok": 1, "blocker": 0, "alert": 0, "warn": 1, "no_data": 1, "not_applicable": 0}


def test_a_card_says_what_a_careful_reader_should_know() -> None:
    """Overlapping deployments, annotations, and that "since" is not "because" (X8)."""
    other = replace(DEPLOYMENT, id="dep-2", version="v2.4.1")
    card, _ = judge(plan(GUARD), occasion(others=(other,), notes=("5 Oct: campaign (Ada)",)), [], Past())
    assert card.notes[0] == "5 Oct: campaign (Ada)"
    assert "v2.4.1 on 5 Oct 2026" in card.notes[1]
    assert card.notes[2] == "changes are since the deployment, which does not make them its effect"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (0.5, "daily, next on 6 Oct 2026"),
        (6.9, "daily, next on 12 Oct 2026"),
        (8, "weekly, next on 19 Oct 2026"),
        (40, "monthly, next on 5 Dec 2026"),
        (400, "monthly, next on 5 Dec 2027"),
    ],
)
def test_the_next_review_follows_the_plans_cadence(days: float, said: str) -> None:
    """Daily in the first week, weekly in the first month, then monthly (specification, line 5)."""
    cadence = ((Span(1, "w"), "daily"), (Span(1, "mo"), "weekly"), (None, "monthly"))
    card, _ = judge(plan(GUARD, review=cadence), occasion(LIVE + timedelta(days=days)), [], Past())
    assert card.next_review == said


def test_after_its_last_cadence_a_plan_keeps_it() -> None:
    """A plan need not say "ongoing"; a word that is no cadence stands as it is."""
    for cadence, expected in (("weekly", "weekly, next on 16 Nov 2026"), ("when asked", "when asked")):
        spans = ((Span(1, "w"), "daily"), (Span(1, "mo"), cadence))
        card, _ = judge(plan(GUARD, review=spans), occasion(LIVE + timedelta(days=40)), [], Past())
        assert card.next_review == expected


# ---- what to do first


def test_DSH2_every_missed_alarming_or_missing_kpi_has_an_action_whatever_the_score() -> None:
    """0 % encrypted is 94.0 in the specification and gives no item there; here it heads the list."""
    kpis = [
        kpi("cheap", "= 0", deduct=5, when="> 0"),
        kpi("fine", "= 0", deduct=5, when="> 0"),
        kpi("absent", "= 0", deduct=30, when="> 0"),
        kpi("guarding", block="> 0"),
        kpi("dear", "= 0", deduct=20, when="> 0", advice="Look at the slowest route.", owner="platform", runbook="https://r"),
        kpi("free", "= 0", alert="> 5"),
        kpi("missed", "= 0"),
        kpi("pii", "= 100 %", unit="%", block="< 100 %", advice="Encrypt the listed columns"),
    ]
    seen = [look(id, "value", (9,)) for id in ("cheap", "dear", "free", "missed")]
    seen += [look("fine", "value", (0,)), no_answer("absent"), no_answer("guarding"), look("pii", "hits total", (0, 10))]
    card, _ = judge(plan(*kpis), occasion(), seen, Past())
    assert [a.kpi for a in card.actions] == ["pii", "dear", "cheap", "free", "missed", "guarding", "absent"]
    dear = card.actions[1]
    assert (dear.worth, dear.owner, dear.runbook, dear.blocker) == (5.0, "platform", "https://r", False)
    assert dear.text == "Dear: 9, where = 0 is wanted. Look at the slowest route"


def test_an_action_names_where_it_is_worst() -> None:
    """The offender where there is one, else the segment at the harmful end."""
    routes = kpi("p95", "<= 5 %", unit="%", by=("route",))
    seen: list[Observation] = [look("p95", "route hits total", ("/a", 1, 100), ("/b", 30, 100))]
    card, _ = judge(plan(routes), occasion(), seen, Past())
    assert card.actions[0].text.endswith("Worst in /b: 30 %")
    listed = said("p95", Role.OFFENDERS, "route value", [("/b/login", 29)], week())
    card, _ = judge(plan(routes), occasion(), [*seen, listed], Past())
    assert card.actions[0].text.endswith("Where: /b/login (29)")


def test_SEC18_nothing_survives_from_one_run_to_the_next() -> None:
    """A source that is missing in the second run is missing, not what it was in the first."""
    one = judged((GUARD, 0))
    two, _ = judge(plan(GUARD, score=UNSCORED), occasion(), [], Past())
    assert one.verdict is Verdict.PASS
    assert (two.verdict, two.evaluations[0].value, two.missing[0].reason) == (Verdict.UNKNOWN, None, "not_configured")
