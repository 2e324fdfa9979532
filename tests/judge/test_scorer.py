"""`postflight score`: bit-exact with the specification where it has an answer, and never a pass where it has none."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import specification as oracle
from hypothesis import given, settings
from hypothesis import strategies as st
from judged_plans import CATEGORIES, POLICY, SPEC, TWELVE, entry, kpi, plan

from postflight.errors import Exit, PlanError
from postflight.judge.score_document import document_text, read_document, score_lines
from postflight.judge.scorer import Scorer, score_one, scorer
from postflight.model import Plan
from postflight.target import Target

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "src/postflight/schemas/score-1.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
Metrics = dict[str, dict[str, Any]]

# input: (passing, failing) right at the specification's limit, and the range of complete, valid values
LIMITS: dict[tuple[str, str], tuple[float, float, float, float]] = {
    ("security", "incidents"): (0, 1, 0, 3),
    ("security", "encryption_coverage"): (100, math.nextafter(100, 0), 90, 100),
    ("security", "auth_failure_rate"): (10, math.nextafter(10, 100), 0, 100),
    ("performance", "p95_response_time"): (200, math.nextafter(200, 1000), 0, 400),
    ("performance", "error_rate"): (0.001, math.nextafter(0.001, 1), 0, 0.002),
    ("performance", "page_load_mobile"): (3, math.nextafter(3, 10), 0, 6),
    ("ux", "mobile_usage_increase"): (35, math.nextafter(35, 0), -100, 100),
    ("ux", "task_completion_rate"): (90, math.nextafter(90, 0), 0, 100),
    ("ux", "accessibility_score"): (85, math.nextafter(85, 0), 0, 100),
    ("business", "user_growth"): (0, -math.ulp(0.0), -100, 100),
    ("business", "support_tickets_reduction"): (30, math.nextafter(30, 0), -100, 100),
    ("business", "revenue_impact"): (-5, math.nextafter(-5, -100), -25, 50),
}
GOLDEN = {  # corrections 4.0: composite and grade when only these fail
    (): (100.0, "A+"),
    ("incidents",): (85.0, "B+"),
    ("encryption_coverage",): (94.0, "A"),
    ("auth_failure_rate",): (97.0, "A+"),
    ("p95_response_time",): (95.0, "A+"),
    ("error_rate",): (92.5, "A"),
    ("page_load_mobile",): (95.0, "A+"),
    ("mobile_usage_increase",): (95.0, "A+"),
    ("task_completion_rate",): (92.5, "A"),
    ("accessibility_score",): (95.0, "A+"),
    ("user_growth",): (94.0, "A"),
    ("support_tickets_reduction",): (96.0, "A+"),
    ("revenue_impact",): (90.0, "A"),
    ("incidents", "encryption_coverage", "auth_failure_rate"): (76.0, "C+"),
    tuple(name for _, name in LIMITS): (21.0, "F"),
}


def homeverse() -> Plan:
    """The shipped plan, as anyone's `postflight score` reads it."""
    from postflight.plan import load_plan
    from postflight.sources import kinds

    return load_plan(ROOT / "src/postflight/plans/homeverse", kinds())


@pytest.fixture(scope="module", params=["written out in the test", "as shipped"])
def prepared(request: pytest.FixtureRequest) -> Scorer:
    """Every promise is kept by the specification's scoring as this test writes it, and as the shipped plan does."""
    return scorer(SPEC if request.param == "written out in the test" else homeverse())


def metrics_of(failing: tuple[str, ...] = ()) -> Metrics:
    """A complete dictionary in which just these fail, each by the least possible."""
    made: Metrics = {}
    for (group, name), (passing, bad, _, _) in LIMITS.items():
        made.setdefault(group, {})[name] = bad if name in failing else passing
    return made


def random_metrics(rng: random.Random) -> Metrics:
    made: Metrics = {}
    for (group, name), (passing, bad, low, high) in LIMITS.items():
        at_limit = rng.random() < 0.3
        value = rng.choice((passing, bad)) if at_limit else rng.randint(0, 3) if name == "incidents" else rng.uniform(low, high)
        made.setdefault(group, {})[name] = value
    return made


def agrees(prepared: Scorer, metrics: Metrics) -> bool:
    """Whether all seven fields are the oracle's, and a complete dictionary leaves no gap."""
    ours, theirs = score_one(prepared, metrics), oracle.composite(metrics)
    complete = ours["score_low"] == ours["score_high"] == theirs["composite_score"] and ours["coverage"] == 1.0
    return complete and not ours["missing"] and {name: ours[name] for name in theirs} == theirs


# ---- the specification's numbers


def test_the_specification_is_as_its_author_wrote_it() -> None:
    """An oracle that a formatter rewrote is no oracle."""
    digest = hashlib.sha256(oracle.TEXT.encode()).hexdigest()
    assert digest == "50218bebe4cda758999f3d0f9ff4f64cc639f413e48cfa5e4b82394268d2b03e"


@pytest.mark.parametrize(("failing", "expected"), GOLDEN.items(), ids=lambda v: "+".join(map(str, v))[:40] or "none")
def test_4_0_golden_vectors(prepared: Scorer, failing: tuple[str, ...], expected: tuple[float, str]) -> None:
    """Corrections 4.0: with only these failing, composite and grade are the specification's."""
    ours = score_one(prepared, metrics_of(failing))
    assert (ours["composite_score"], ours["grade"]) == expected


def test_the_specification_agrees_on_all_4096_threshold_vectors(prepared: Scorer) -> None:
    """Each input exactly at its limit, or the least float beyond it: the oracle and we say the same, to the last bit."""
    names = [name for _, name in LIMITS]
    vectors = [tuple(itertools.compress(names, mask)) for mask in itertools.product((0, 1), repeat=12)]
    assert len(vectors) == 4096
    assert [v for v in vectors if not agrees(prepared, metrics_of(v))] == []


def test_the_specification_agrees_on_a_hundred_thousand_random_inputs() -> None:
    """Seeded random complete dictionaries, three inputs in ten right at a limit."""
    prepared, rng = scorer(SPEC), random.Random(4096)
    assert [m for _ in range(100_000) if not agrees(prepared, m := random_metrics(rng))] == []


def test_the_shipped_plan_agrees_on_random_inputs() -> None:
    """The same, shorter, for the plan as it is shipped."""
    prepared, rng = scorer(homeverse()), random.Random(12)
    assert [m for _ in range(10_000) if not agrees(prepared, m := random_metrics(rng))] == []


def test_the_oracle_would_notice() -> None:
    """Positive control: a plan with one limit moved does not agree with the specification."""
    p95 = replace(POLICY.inputs[3], when=Target.parse("> 201 ms"))
    moved = replace(POLICY, inputs=(*POLICY.inputs[:3], p95, *POLICY.inputs[4:]))
    prepared, rng = scorer(replace(SPEC, score=moved)), random.Random(1)
    assert not all(agrees(prepared, random_metrics(rng)) for _ in range(500))


def test_SEC16_one_implementation_of_the_security_scorecard(prepared: Scorer) -> None:
    """The tracker's second copy of the penalties gives the score of our security category."""
    for failing in itertools.product((False, True), repeat=3):
        names = ("incidents", "encryption_coverage", "auth_failure_rate")
        metrics = metrics_of(tuple(itertools.compress(names, failing)))
        own = metrics["security"] | {"security_incidents": metrics["security"]["incidents"]}
        assert score_one(prepared, metrics)["security_score"] == oracle.security_scorecard(own)


@pytest.mark.parametrize("path", LIMITS, ids=".".join)
def test_X4_the_limit_itself_passes(prepared: Scorer, path: tuple[str, str]) -> None:
    """At −ε, = and +ε of every limit the points are those of the specification's operators: equal passes."""
    group, name = path
    passing, failing, _, _ = LIMITS[path]
    inside = passing + (passing - failing) if name not in ("incidents", "encryption_coverage") else passing
    lost = [score_one(prepared, m)["ledger"] for m in (_with(group, name, v) for v in (inside, passing, failing))]
    assert [len(ledger) for ledger in lost] == [0, 0, 1]


def _with(group: str, name: str, value: object) -> Metrics:
    metrics = metrics_of()
    metrics[group][name] = value
    return metrics


# ---- one KPI, several names


def test_X2_the_specifications_other_names_are_read(prepared: Scorer) -> None:
    """`security_incidents`, `mobile_usage_percent`, `reduction_percent`, the group `user_experience`: the same inputs."""
    metrics = metrics_of()
    metrics["security"]["security_incidents"] = metrics["security"].pop("incidents")
    metrics["business"]["reduction_percent"] = metrics["business"].pop("support_tickets_reduction")
    metrics["user_experience"] = {"mobile_usage_increase": metrics["ux"].pop("mobile_usage_increase")}
    ours = score_one(prepared, metrics)
    assert (ours["composite_score"], ours["missing"], ours["unknown"]) == (100.0, [], [])


def test_X2_two_names_that_disagree_are_not_believed(prepared: Scorer) -> None:
    """One KPI under two names with two values is no data; with one value it is that value."""
    twice = _with("security", "security_incidents", 3)
    ours = score_one(prepared, twice)
    assert ours["missing"] == [{"kpi": "security_incidents", "reason": "bad_response"}]
    assert ours["verdict"] == "unknown"
    assert score_one(prepared, _with("security", "security_incidents", 0))["verdict"] == "pass"


def test_an_input_nobody_knows_changes_nothing_and_is_named(prepared: Scorer) -> None:
    """A mistyped name is listed with the one it probably means; the input it meant is missing."""
    metrics = metrics_of()
    metrics["security"]["incidnets"] = metrics["security"].pop("incidents")
    ours = score_one(prepared, metrics)
    assert ours["unknown"] == [{"input": "security.incidnets", "did_you_mean": "security.incidents"}]
    assert ours["missing"] == [{"kpi": "security_incidents", "reason": "not_configured"}]


# ---- no data


GARBAGE: dict[str, tuple[object, str]] = {
    "null": (None, "empty"),
    "NaN": (math.nan, "non_finite"),
    "infinity": (math.inf, "non_finite"),
    "minus infinity": (-math.inf, "non_finite"),
    "a text": ("0", "bad_response"),
    "a truth value": (True, "bad_response"),
    "a list": ([0], "bad_response"),
    "an object": ({}, "bad_response"),
    "five thousand digits": (10**5000, "out_of_range"),
    "minus five thousand digits": (-(10**5000), "out_of_range"),
    "huge": (1e300, "out_of_range"),
    "far below": (-1e9, "out_of_range"),
}


@pytest.mark.parametrize("what", GARBAGE)
@pytest.mark.parametrize("path", LIMITS, ids=".".join)
def test_SCO5_garbage_is_no_data_with_its_reason(prepared: Scorer, path: tuple[str, str], what: str) -> None:
    """'0', True, NaN, −10⁹, a number of 5,000 digits: missing, for that input alone, and never zero."""
    garbage, reason = GARBAGE[what]
    ours = score_one(prepared, _with(*path, garbage))
    assert [m["reason"] for m in ours["missing"]] == [reason]
    assert ours["coverage"] == 11 / 12
    assert ours["score_low"] < ours["score_high"] == 100.0


@pytest.mark.parametrize(
    ("group", "name", "value"),
    [
        ("security", "incidents", -3),
        ("security", "incidents", 0.5),
        ("security", "encryption_coverage", 150),
        ("performance", "error_rate", 1.5),
        ("performance", "p95_response_time", -1),
        ("performance", "p95_response_time", 3_600_001),
        ("performance", "page_load_mobile", 2500),
        ("ux", "accessibility_score", 101),
        ("business", "user_growth", -101),
        ("business", "revenue_impact", 1_000_001),
    ],
)
def test_X9_values_that_cannot_be_are_missing(prepared: Scorer, group: str, name: str, value: float) -> None:
    """−3 incidents, 150 % coverage, half an incident: no data (out_of_range). 2500 s of page load is within an hour and counts."""
    ours = score_one(prepared, _with(group, name, value))
    assert [m["reason"] for m in ours["missing"]] == ([] if value == 2500 else ["out_of_range"])


def test_X3_an_error_rate_is_a_fraction(prepared: Scorer) -> None:
    """0.001 passes and 0.05 fails; a percentage beyond the whole is refused rather than read as one."""
    assert score_one(prepared, _with("performance", "error_rate", 0.001))["composite_score"] == 100.0
    assert score_one(prepared, _with("performance", "error_rate", 0.05))["composite_score"] == 92.5
    assert score_one(prepared, _with("performance", "error_rate", 5))["missing"][0]["reason"] == "out_of_range"


def test_SCO1_NaN_everywhere_is_not_a_perfect_score(prepared: Scorer) -> None:
    """The specification gives 100.0 A+; we give 21.0 to 100.0, nothing covered, cannot tell."""
    metrics = {group: dict.fromkeys(values, math.nan) for group, values in metrics_of().items()}
    ours = score_one(prepared, metrics)
    assert (ours["score_low"], ours["score_high"], ours["coverage"]) == (21.0, 100.0, 0.0)
    assert (ours["verdict"], ours["grade"]) == ("unknown", "F")
    assert oracle.composite(metrics)["grade"] == "A+"  # positive control: that is what it does


def test_SCO4_a_gap_widens_the_score_to_an_interval(prepared: Scorer) -> None:
    """What is missing loses its points at worst and none at best; everything displayed is that of the worst."""
    metrics = metrics_of()
    del metrics["ux"]["task_completion_rate"]
    ours = score_one(prepared, metrics)
    assert (ours["score_low"], ours["score_high"]) == (92.5, 100.0)
    assert (ours["composite_score"], ours["ux_score"], ours["grade"]) == (92.5, 70, "A")
    assert ours["ledger"][0]["value"] is None and "no data" in ours["ledger"][0]["reason"]


def test_SCO4_an_empty_dictionary_is_answered(prepared: Scorer) -> None:
    """Nothing given: everything missing, nothing lost by surprise."""
    ours = score_one(prepared, {})
    assert (ours["score_low"], ours["score_high"], ours["verdict"], len(ours["missing"])) == (21.0, 100.0, "unknown", 12)


def corruptions() -> st.SearchStrategy[object]:
    junk = [value for value, _ in GARBAGE.values()] + [
        "NaN",
        "",
        b"0",
        1 + 2j,
        Decimal("NaN"),
        float("1e400"),
        object(),
        [[]] * 3,
    ]
    return st.one_of(st.sampled_from(junk), st.floats(allow_nan=True, allow_infinity=True), st.integers(), st.text(max_size=5))


@settings(max_examples=2000, deadline=None)
@given(
    failing=st.frozensets(st.sampled_from([name for _, name in LIMITS])),
    spoil=st.dictionaries(st.sampled_from(sorted(LIMITS)), st.none() | st.builds(list, st.tuples(corruptions())), min_size=1),
)
def test_R10_no_subset_of_garbage_turns_another_verdict_into_a_pass(
    failing: frozenset[str], spoil: dict[tuple[str, str], list[object] | None]
) -> None:
    """Take any complete dictionary, drop any of its inputs or put anything in their place: what did not pass does not pass now."""
    whole, spoiled = metrics_of(tuple(failing)), metrics_of(tuple(failing))
    for (group, name), garbage in spoil.items():
        if garbage is None:
            del spoiled[group][name]
        elif not _is_valid(garbage[0]):
            spoiled[group][name] = garbage[0]
    before, after = (score_one(PREPARED, metrics) for metrics in (whole, spoiled))
    assert after["score_low"] <= before["score_low"]
    assert before["verdict"] == "pass" or after["verdict"] != "pass"
    VALIDATOR.validate(after)


PREPARED = scorer(SPEC)


def _is_valid(value: object) -> bool:
    """A number that some input may really have: not garbage."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= 1e7


def test_SCO1_a_hundred_thousand_spoiled_dictionaries_never_pass_by_mistake() -> None:
    """The same in a seeded loop without a test generator's taste for small examples."""
    rng, names, junk = random.Random(10), sorted(LIMITS), [value for value, _ in GARBAGE.values()]
    wrong = []
    for _ in range(1_000):
        whole = next(m for m in iter(lambda: random_metrics(rng), None) if score_one(PREPARED, m)["verdict"] != "pass")
        for _ in range(100):
            spoiled = {group: dict(values) for group, values in whole.items()}
            for group, name in rng.sample(names, rng.randint(1, 3)):
                spoiled[group][name] = rng.choice(junk)
            if score_one(PREPARED, spoiled)["verdict"] == "pass":
                wrong.append((whole, spoiled))
    assert wrong == []


# ---- verdict and blockers


def test_SCO2_a_breach_keeps_its_number_and_fails(prepared: Scorer) -> None:
    """One incident is 85.0 B+ as in the specification, and a fail with a blocker; a thousand are no less."""
    for incidents in (1, 1000):
        ours = score_one(prepared, _with("security", "incidents", incidents))
        assert (ours["composite_score"], ours["grade"], ours["status"]) == (85.0, "B+", "🟢 Good")
        assert ours["verdict"] == "fail"
        assert ours["blockers"] == [{"kpi": "security_incidents", "value": incidents, "line": "> 0"}]


def test_SEC17_the_number_is_kept_and_the_blocker_says_how_bad(prepared: Scorer) -> None:
    """One record in the open or all of them: the same −20 as in the specification; the blocker carries the value."""
    for coverage in (99.99, 0.0):
        ours = score_one(prepared, _with("security", "encryption_coverage", coverage))
        assert (ours["composite_score"], ours["verdict"], ours["blockers"][0]["value"]) == (94.0, "fail", coverage)


@pytest.mark.parametrize(("incidents", "verdict"), [(0, "pass"), (1, "fail"), (None, "unknown"), (-1, "unknown")])
def test_unauthorized_access_counts_once_it_is_given(prepared: Scorer, incidents: int | None, verdict: str) -> None:
    """The thirteenth input is optional: left away it is nothing; given it blocks, and given as garbage it cannot be told."""
    assert score_one(prepared, metrics_of())["verdict"] == "pass"
    ours = score_one(prepared, _with("security", "unauthorized_access", incidents))
    assert ours["verdict"] == verdict
    assert ours["composite_score"] == 100.0 and ours["coverage"] == 1.0


def test_a_missing_blocker_input_is_no_pass(prepared: Scorer) -> None:
    """SEC13: nobody counted incidents. 85.0–100.0 may pass by points; the verdict cannot be told."""
    metrics = metrics_of()
    del metrics["security"]["incidents"]
    assert score_one(prepared, metrics)["verdict"] == "unknown"


def test_a_score_surely_below_the_pass_line_fails_whatever_is_missing(prepared: Scorer) -> None:
    """Two misses that cost 12.5 are enough to fail, whatever the missing one says."""
    metrics = metrics_of(("error_rate", "task_completion_rate"))
    del metrics["performance"]["p95_response_time"]
    ours = score_one(prepared, metrics)
    assert (ours["score_high"], ours["verdict"]) == (85.0, "fail")


def test_the_ledger_adds_up(prepared: Scorer) -> None:
    """Over random gaps and misses, composite plus ledger is 100."""
    rng = random.Random(7)
    for _ in range(2_000):
        metrics = random_metrics(rng)
        for group, name in rng.sample(sorted(LIMITS), rng.randint(0, 4)):
            del metrics[group][name]
        ours = score_one(prepared, metrics)
        assert ours["composite_score"] + sum(line["points"] for line in ours["ledger"]) == pytest.approx(100, abs=1e-9)


def test_SCO8_sixty_is_grade_F_and_needs_improvement(prepared: Scorer) -> None:
    """Kept as specified: 60–64.9 is grade F and still yellow."""
    everything_but = tuple(
        n
        for _, n in LIMITS
        if n
        not in ("incidents", "auth_failure_rate", "user_growth", "p95_response_time", "page_load_mobile", "accessibility_score")
    )
    ours = score_one(prepared, metrics_of(everything_but))
    assert (ours["composite_score"], ours["grade"], ours["status"]) == (60.0, "F", "🟡 Needs Improvement")


@pytest.mark.parametrize(("deduct", "composite", "grade"), [("40.1", 90.0, "A"), ("40.3", 89.9, "B+"), ("40.2", 90.0, "A")])
def test_SCO7_the_grade_is_read_off_the_number_shown(deduct: str, composite: float, grade: str) -> None:
    """Half up to one decimal first: 89.95 is 90.0, and grade, status and verdict are those of 90.0."""
    costly = replace(kpi("error_rate", "< 0.1 %", unit="%"), points=replace(TWELVE[4].points, deduct=Decimal(deduct)))  # type: ignore[type-var]
    policy = replace(POLICY, inputs=(entry("performance.error_rate", "error_rate", "ratio", "> 0.1 %"),))
    ours = score_one(scorer(plan(costly, score=policy)), {"performance": {"error_rate": 0.5}})
    assert (ours["composite_score"], ours["grade"]) == (composite, grade)
    assert ours["verdict"] == ("pass" if composite >= 90 else "fail")


def test_a_category_cannot_lose_more_than_it_has() -> None:
    """With deductions beyond a hundred the category stops at zero, and the ledger still adds up."""
    policy = replace(POLICY, inputs=(entry("business.a", "a", "", "> 0"), entry("business.b", "b", "", "> 0")))
    greedy = plan(*(kpi(id, "= 0", deduct=80, when="> 0", category="business") for id in "ab"), score=policy)
    ours = score_one(scorer(greedy), {"business": {"a": 1, "b": 1}})
    assert (ours["business_score"], ours["composite_score"]) == (0, 80.0)
    assert sum(line["points"] for line in ours["ledger"]) == pytest.approx(20)


def test_a_plan_without_inputs_says_so() -> None:
    """`score` of a plan that defines no dictionary is a plan error, not a hundred points."""
    with pytest.raises(PlanError, match="no score inputs"):
        scorer(plan(*TWELVE, score=replace(POLICY, inputs=())))


def test_a_group_belongs_to_one_category() -> None:
    """Two categories behind one group would share a name in the answer: refused."""
    policy = replace(POLICY, inputs=(entry("x.a", "a", "", "> 0"), entry("x.b", "b", "", "> 0")))
    two = plan(kpi("a", "= 0", category="business"), kpi("b", "= 0", category="security"), score=policy)
    with pytest.raises(PlanError, match="several categories"):
        scorer(two)


def test_not_applicable_takes_an_input_out_of_the_score() -> None:
    """Declared so in the plan: neither required nor counted."""
    out = {k.id: replace(k, not_applicable="no logins here") if k.id == "auth_failures" else k for k in TWELVE}
    metrics = metrics_of()
    del metrics["security"]["auth_failure_rate"]
    ours = score_one(scorer(replace(SPEC, kpis=out)), metrics)
    assert (ours["composite_score"], ours["coverage"], ours["verdict"]) == (100.0, 1.0, "pass")


def test_groups_give_the_category_scores_their_names(prepared: Scorer) -> None:
    """Seven fields under the specification's names, whatever the plan calls its categories."""
    assert set(oracle.composite(metrics_of())) <= set(score_one(prepared, metrics_of()))
    assert set(CATEGORIES) != {"security", "performance", "ux", "business"}


# ---- documents


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ('{"a": 1, "a": 2}', "'a' comes twice"),
        (b'{"a": "\xff"}', "not UTF-8"),
        ('{"a": 01}', "not JSON"),
    ],
)
def test_R33_what_is_no_document_is_refused_in_words(text: str | bytes, message: str) -> None:
    """Broken, bottomless or ambiguous JSON is a ValueError for people, never a crash."""
    with pytest.raises(ValueError, match=message):
        read_document(text)


def test_I6_poison_numbers_are_read_and_then_reported() -> None:
    """The bare token NaN, 1e400 and an integer of 5,000 digits reach the scorer as what they are."""
    bare = (
        json.dumps(metrics_of())
        .replace('"incidents": 0', f'"incidents": {"9" * 5000}')
        .replace('"error_rate": 0.001', '"error_rate": NaN')
    )
    ours = score_one(PREPARED, read_document(bare.replace('"page_load_mobile": 3', '"page_load_mobile": 1e400')))
    reasons = {m["kpi"]: m["reason"] for m in ours["missing"]}
    assert reasons == {"security_incidents": "out_of_range", "error_rate": "non_finite", "page_load_mobile": "non_finite"}


def test_a_byte_order_mark_is_no_mistake() -> None:
    """Files from elsewhere begin with one."""
    assert read_document('\ufeff{"a": 1}') == read_document(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_JSON_lines_answer_each_line_in_its_place() -> None:
    """A bad line is an error in its place with the code for it; the rest is scored; blank lines are nothing."""
    lines = [json.dumps(metrics_of()), "{oops", "  ", json.dumps(metrics_of(("incidents",))), "[]", "{}"]
    answered = list(score_lines(PREPARED, lines))
    assert [code for _, code in answered] == [Exit.PASS, Exit.USAGE, Exit.FAIL, Exit.USAGE, Exit.CANNOT_TELL]
    documents = [json.loads(text) for text, _ in answered]
    assert "error" in documents[1] and "expected an object" in documents[3]["error"]
    for document in documents:
        VALIDATOR.validate(document)


def test_the_document_survives_any_encoding(prepared: Scorer) -> None:
    """DSH3: plain ASCII on one line, whatever names it was given."""
    metrics = {**metrics_of(), "grüße\n\x1b[31m": {"\ud800": 1}}
    text = document_text(score_one(prepared, metrics))
    assert text.isascii() and "\n" not in text and "\x1b" not in text
    assert json.loads(text)["status"] == "🟢 Excellent"


def _documents(prepared: Scorer) -> Iterator[dict[str, Any]]:
    makers: list[Callable[[], object]] = [
        metrics_of,
        lambda: metrics_of(("incidents",)),
        dict,
        lambda: {"security": 5, "x": {"y": 1}},
    ]
    return (score_one(prepared, make()) for make in makers)


def test_the_schema_describes_the_document(prepared: Scorer) -> None:
    """`postflight.score/1` as committed fits every answer, and would notice a wrong one."""
    for document in _documents(prepared):
        VALIDATOR.validate(document)
        with pytest.raises(jsonschema.ValidationError):
            VALIDATOR.validate(document | {"verdict": "maybe"})


def test_unknown_inputs_are_bounded(prepared: Scorer) -> None:
    """A hundred thousand strange keys neither drown the answer nor stall it."""
    ours = score_one(prepared, {"security": {f"k{i}" * 50: 1 for i in range(100_000)}})
    assert len(ours["unknown"]) == 20
    assert all(len(u["input"]) <= 80 for u in ours["unknown"])


def test_the_same_input_gives_the_same_document(prepared: Scorer) -> None:
    """Scoring keeps nothing between dictionaries (SEC18): in any order, each gets its own answer."""
    rng = random.Random(3)
    metrics = [random_metrics(rng) for _ in range(200)]
    first = [document_text(score_one(prepared, m)) for m in metrics]
    again = [document_text(score_one(prepared, m)) for m in reversed(metrics)]
    assert first == again[::-1]
