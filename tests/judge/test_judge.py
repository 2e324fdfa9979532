"""The judge as a whole: pure, deterministic, in any order, and never green by mistake."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from judged_plans import (
    LIVE,
    NOW,
    SPEC,
    before,
    kpi,
    look,
    milestone,
    no_answer,
    occasion,
    plan,
    promise,
    release,
    since,
)

from postflight.card import card_json
from postflight.judge import judge
from postflight.model import (
    Cell,
    MilestoneItem,
    MilestoneTest,
    Observation,
    Past,
    Reason,
    Scorecard,
    State,
    Verdict,
)

RELEASE = release(
    promise(
        ("mobile_share", "1w", ">= 35 %"),
        ("mobile_share", "1mo", ">= 40 %"),
        milestones=[
            milestone("24h", MilestoneItem("incidents", "Zero incidents", (MilestoneTest("security_incidents"),))),
            milestone("1w", MilestoneItem("mobile", "35 % mobile", (MilestoneTest("mobile_share"),))),
        ],
    )
)
GOOD: dict[str, tuple[str, tuple[Cell, ...]]] = {
    "security_incidents": ("value", (0,)),
    "pii_encrypted": ("hits total", (10, 10)),
    "auth_failures": ("hits total", (20, 1000)),
    "api_p95": ("value", (168,)),
    "error_rate": ("hits total", (1, 10_000)),
    "page_load_mobile": ("value", (2.4,)),
    "mobile_share": ("hits total", (41, 100)),
    "task_completion": ("hits total", (95, 100)),
    "accessibility": ("value", (91,)),
    "daily_active_users": ("value", (1150,)),
    "support_tickets": ("value", (60,)),
    "revenue": ("value", (Decimal("104.50"),)),
    "unauthorized_access": ("value", (0,)),
}
BASELINES = [
    before("daily_active_users", "value", 1000),
    before("support_tickets", "value", 100),
    before("revenue", "value", Decimal("100.00")),
]


def good() -> list[Observation]:
    return [look(id, columns, row) for id, (columns, row) in GOOD.items()] + BASELINES


def judged(observations: Sequence[Observation]) -> Scorecard:
    return judge(SPEC, occasion(release=RELEASE), observations, Past())[0]


def test_a_good_week_passes() -> None:
    """Positive control for everything below: with every line kept the verdict is pass, 100 points, nothing missing."""
    card = judged(good())
    assert (card.verdict, card.score and card.score.composite, card.missing) == (Verdict.PASS, 100.0, ())


def test_R30_the_same_input_gives_the_same_bytes_in_any_order() -> None:
    """Observations may come back from the store in another order."""
    observations = [*good(), since("mobile_share", "hits total", 36, 100), since("support_tickets", "value", 66)]
    first = card_json(judged(observations))
    for seed in range(5):
        shuffled = random.Random(seed).sample(observations, len(observations))
        assert card_json(judged(shuffled)) == first


def test_R30_judging_keeps_nothing() -> None:
    """Judged in between on something else, the first is the same again."""
    first = card_json(judged(good()))
    judged([no_answer(id) for id in GOOD])
    assert card_json(judged(good())) == first


def test_R30_bytes_do_not_depend_on_the_hash_seed() -> None:
    """Sets and dictionaries of strings are walked in another order by another process."""
    script = (
        "import hashlib, test_judge as t; from postflight.card import card_json; "
        "print(hashlib.sha256(card_json(t.judged(t.good()))).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(sys.path[0]) + ":" + ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_R09_one_source_that_fails_changes_no_other_kpi() -> None:
    """Each KPI but the missing one is byte for byte what it was, its points aside."""
    whole = {e.kpi: e for e in judged(good()).evaluations}
    for lost in ("api_p95", "revenue"):
        observations = [o for o in good() if o.kpi != lost] + [no_answer(lost)]
        gaps = {e.kpi: e for e in judged(observations).evaluations}
        assert {id for id in whole if whole[id] != gaps[id]} == {lost}
        assert gaps[lost].reason == "unreachable"


BAD_CELLS: list[Cell] = [None, math.nan, math.inf, -math.inf, "0", True, -1, 10**5000, 1e300, Decimal("NaN"), NOW.date()]
FAILING = {"security_incidents": (3,), "pii_encrypted": (9, 10), "error_rate": (900, 10_000), "task_completion": (60, 100)}


@settings(max_examples=300, deadline=None)
@given(
    failing=st.sets(st.sampled_from(sorted(FAILING)), min_size=1),
    spoil=st.dictionaries(st.sampled_from(sorted(GOOD)), st.sampled_from([*BAD_CELLS, *Reason]), min_size=1),
)
@example(failing={"security_incidents"}, spoil={"security_incidents": -1})
@example(failing={"error_rate"}, spoil={"error_rate": Reason.TIMEOUT, "accessibility": 1e300})
def test_R10_no_broken_evidence_turns_another_verdict_into_a_pass(failing: set[str], spoil: dict[str, object]) -> None:
    """A week that does not pass does not pass either when any of its answers fail or turn to garbage."""
    whole, spoiled = list(BASELINES), list(BASELINES)
    for id, (columns, row) in GOOD.items():
        cells = FAILING[id] if id in failing else row
        whole.append(look(id, columns, cells))
        bad = spoil.get(id, cells[0])
        spoiled.append(no_answer(id, bad) if isinstance(bad, Reason) else look(id, columns, (bad, *cells[1:])))  # type: ignore[arg-type]
    before_it, after = judged(whole), judged(spoiled)
    assert before_it.verdict is Verdict.PASS or after.verdict is not Verdict.PASS
    assert after.score is not None and before_it.score is not None
    assert after.score.low <= before_it.score.low
    assert card_json(after)


@pytest.mark.parametrize("lost", sorted(GOOD))
def test_R10_without_any_one_answer_nothing_becomes_better(lost: str) -> None:
    """The score's worst falls by just what the KPI is worth, its best stays; a blocker KPI without data is no pass."""
    whole, gaps = judged(good()), judged([o for o in good() if o.kpi != lost])
    assert whole.score is not None and gaps.score is not None
    own = next(e for e in gaps.evaluations if e.kpi == lost)
    assert gaps.score.low == pytest.approx(whole.score.low - (own.points or 0))
    assert gaps.score.high == 100.0
    decided = gaps.score.low >= 90 and not own.guards_verdict
    assert gaps.verdict is (Verdict.PASS if decided else Verdict.UNKNOWN)


def test_a_frozen_end_is_remembered_through_many_looks() -> None:
    """From daily looks over two months each promise and item ends once, and what is remembered only grows."""
    past, seen = Past(), []
    for days in range(1, 60, 3):
        now = LIVE + timedelta(days=days)
        share = 38 if days < 20 else 20
        observations = [
            look("mobile_share", "hits total", (share, 100), at=now),
            since("mobile_share", "hits total", share, 100, at=now),
        ]
        card, after = judge(SPEC, occasion(now, release=RELEASE), observations, past)
        assert past.frozen.items() <= after.frozen.items()
        outlooks = {o.horizon: o.state for o in next(e for e in card.evaluations if e.kpi == "mobile_share").outlooks}
        seen.append((outlooks["1w"], outlooks["1mo"]))
        past = after
    assert seen[0] == (State.TOO_EARLY, State.TOO_EARLY)
    assert seen[-1] == (State.MET, State.MISSED)
    assert set(past.frozen) == {"mobile_share@1w", "mobile_share@1mo", "1w/mobile"}


def test_three_hundred_kpis_are_three_hundred_evaluations_in_their_order() -> None:
    """Plans may be large; the card keeps the plan's order."""
    many = [kpi(f"k{i}", "= 0", category=("security", "business")[i % 2]) for i in range(300)]
    card, _ = judge(plan(*many), occasion(), [look(k.id, "value", (0,)) for k in reversed(many)], Past())
    assert [e.kpi for e in card.evaluations] == [k.id for k in many]


def test_observations_of_strangers_are_left_aside() -> None:
    """A KPI that was taken out of the plan is no crash."""
    assert judged([*good(), look("gone", "value", (1,))]).verdict is Verdict.PASS


def test_every_reason_has_a_sentence() -> None:
    """Whatever a source may say, the report can word it."""
    for reason in Reason:
        card = judged([no_answer("api_p95", reason)])
        assert next(m for m in card.missing if m.kpi == "api_p95").reason == reason


def test_judging_reads_no_clock_and_no_file() -> None:
    """The judge imports nothing that could: no os, time, random, pathlib, socket of its own."""
    import ast
    from pathlib import Path

    room = Path(sys.modules["postflight.judge"].__path__[0])
    named = {
        name.split(".")[0]
        for path in room.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, (ast.Import, ast.ImportFrom)) and not getattr(node, "level", 0)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
    }
    assert named <= {
        "__future__", "collections", "dataclasses", "datetime", "decimal", "difflib", "functools", "hashlib", "importlib",
        "itertools", "json", "math", "operator", "typing", "zoneinfo",
    }  # fmt: skip
    calls = [path.name for path in room.glob("*.py") if ".now(" in path.read_text() or ".today(" in path.read_text()]
    assert calls == []
