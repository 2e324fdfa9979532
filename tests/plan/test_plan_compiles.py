"""What a plan means once it is read: units, directions, defaults, packs, bindings, promises, hashes."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postflight.errors import PlanError, UsageError
from postflight.model import Kind, Plan
from postflight.plan import compile_plan, load_plan
from postflight.target import Direction, Target
from postflight.units import PERCENT, Quantity
from postflight.window import Span

ROOT = Path(__file__).parents[2]

# Contracts, section 2, word for word.
EXAMPLE = """\
# plan.yml
product: HomeVerse
timezone: America/Chicago
from:                                     # connections, under names of your own
  app:   {sql: "${env:HOMEVERSE_DATABASE_URL}"}
  prom:  {prometheus: "${env:PROMETHEUS_URL}"}
  cache: {redis: "${env:HOMEVERSE_REDIS_URL}"}
  web:   {events: {}}
use:                                      # packs: ready-made KPIs, data like this file
  - http-service: {from: prom, each: service}
kpis:
  api_p95:     {title: API response time (p95), category: performance, prom: {histogram: http_request_duration_seconds, quantile: 0.95},
                target: "<= 200 ms", alert: "> 500 ms", points: {deduct: 20, when: "> 200 ms"}, owner: platform}
  signups:     {category: business, app: signups.sql, target: no worse than 5 %}
  pii_encrypted: {category: security, app: pii_encrypted.sql, counted: all, target: "= 100 %", block: "< 100 %", evidence: pii_offenders.sql,
                advice: "Encrypt the listed columns; see runbook."}
"""
RELEASE = """\
expect:
  mobile_share:    {1w: ">= 35 %", 1mo: ">= 40 %"}
  support_tickets: {1w: "<= -30 %"}
"""
SQL = {
    "sql/signups.sql": "SELECT days.day, count(*) AS value FROM days GROUP BY 1",
    "pii_encrypted.sql": "SELECT 1 AS hits, 1 AS total",
    "sql/pii_offenders.sql": "SELECT 'people.ssn' AS name, 3 AS value",
}
SMALL = 'product: Shop\nfrom: {app: {sql: "sqlite:///a.db"}, prom: {prometheus: "http://127.0.0.1:9090"}}\n'


def small(kinds: dict[str, Any], kpis: str, **files: str) -> Plan:
    """A plan of a few KPIs, each a line."""
    return compile_plan({"plan.yml": f"{SMALL}kpis:\n  {kpis}\n"} | {f"{k}.yml": v for k, v in files.items()}, kinds)


def messages(kinds: dict[str, Any], kpis: str) -> list[str]:
    with pytest.raises(PlanError) as caught:
        small(kinds, kpis)
    return [problem.what for problem in caught.value.problems]


# ------------------------------------------------------------------------------------------------- the examples of the contracts


def test_the_contracts_example_loads(kinds: dict[str, Any]) -> None:
    """The plan of contracts 2, as printed, means what its lines say. Without a direction, a change either way is harm."""
    plan = compile_plan({"plan.yml": EXAMPLE} | SQL, kinds)
    p95, signups, pii = plan.kpis["api_p95"], plan.kpis["signups"], plan.kpis["pii_encrypted"]
    assert (p95.unit.symbol, p95.direction, p95.quantile, p95.owner) == ("ms", Direction.LOWER, 0.95, "platform")
    assert p95.points and p95.points.deduct == 20 and str(p95.points.when) == "> 200 ms"
    assert (signups.kind, signups.direction, str(signups.target)) == (Kind.FLOW, Direction.STEADY, "no worse than 5 %")
    assert (pii.census, pii.kind, pii.unit, pii.direction) == (True, Kind.STATE, PERCENT, Direction.HIGHER)
    assert str(pii.offenders) == SQL["sql/pii_offenders.sql"]
    assert [k for k in plan.kpis if k.startswith("http_")] == ["http_p95", "http_errors", "http_rate"]
    assert {plan.kpis[k].each for k in plan.kpis if k.startswith("http_")} == {"service"}
    assert plan.connections["web"].kind == "events" and plan.connections["app"].settings == {
        "url": "${env:HOMEVERSE_DATABASE_URL}"
    }
    assert str(plan.timezone) == "America/Chicago"


def test_twelve_kpis_over_five_systems_fit_in_25_lines(kinds: dict[str, Any]) -> None:
    """docs/examples/twelve: PostgreSQL, Prometheus, Stripe, Zendesk and PostHog; SQL aside, no more than 25 lines (contracts 2)."""
    folder = ROOT / "docs" / "examples" / "twelve"
    plan = load_plan(folder, kinds)
    assert len((folder / "plan.yml").read_text().splitlines()) <= 25
    assert len(plan.kpis) == 12
    assert {kpi.connection for kpi in plan.kpis.values()} == {"db", "prom", "stripe", "zendesk", "posthog"}
    assert all(kpi.target for kpi in plan.kpis.values())


def test_the_twelve_and_the_minimal_plan_load_with_the_real_sources() -> None:
    """What the docs and `init` hand out is right for the sources as they are, not only for those of these tests."""
    from postflight.sources import kinds as installed

    assert len(load_plan(ROOT / "docs" / "examples" / "twelve", installed()).kpis) == 12
    minimal = load_plan(ROOT / "src" / "postflight" / "plans" / "minimal" / "plan.yml", installed())
    assert set(minimal.kpis) == {"smoke_tests", "bundle_size", "open_incidents"}
    assert minimal.connections["exports"].folder.endswith("minimal")
    pack = compile_plan({"plan.yml": SMALL + "use: [{http-service: {from: prom, each: job, where: {env: live}}}]\n"}, installed())
    assert {kpi.each for kpi in pack.kpis.values()} == {"job"} and pack.kpis["http_p95"].quantile == 0.95


# ------------------------------------------------------------------------------------------------------ units and directions


def test_X3_lines_in_other_units_of_one_quantity_convert(kinds: dict[str, Any]) -> None:
    """0.2 s, 200 ms and a bare 200 under `unit: ms` are the same limit; a fraction and a percentage too."""
    plan = small(
        kinds,
        'a: {app: select 1, unit: ms, target: "<= 0.2 s", alert: "> 500", baseline: 0.00005 h, range: [0, 1 min]}\n'
        '  b: {app: select 1, unit: ratio, target: "<= 0.1 %", baseline: 0.002}',
    )
    a, b = plan.kpis["a"], plan.kpis["b"]
    assert a.target and a.target.canonical == 0.2 and a.alert and a.alert.canonical == 0.5
    assert (a.baseline, a.valid) == (0.18, (0.0, 60.0))
    assert b.target and b.target.canonical == 0.001 and b.baseline == 0.002


@pytest.mark.parametrize(
    ("kpi", "unit"),
    [
        ('{app: select 1, target: "<= 200 ms"}', "ms"),
        ('{app: select 1, target: "<= -30 %", alert: "> 5 s"}', "s"),
        ('{app: select 1, target: "= 0", alert: "> 5 %"}', "%"),
        ('{app: select 1, points: {deduct: 5, when: "> 3 /5"}}', "/5"),
        ('{app: select 1, block: "< 3 GB"}', "GB"),
        ('{app: select 1, target: ">= +5 pp"}', "%"),
        ("{app: select 1, direction: lower, target: no worse than 2 pp}", "%"),
        ("{app: select 1, direction: lower, target: no worse than 10 ms}", "ms"),
        ("{app: select 1, baseline: 50/day}", "/day"),
        ('{app: select 1, target: "<= -30 %"}', "number"),
        ('{app: select 1, target: "= yes"}', "yes/no"),
        ("{prom: {histogram: http_request_duration_seconds}}", "s"),
        ("{app: select 1}", "number"),
    ],
)
def test_the_unit_is_the_first_that_is_written(kinds: dict[str, Any], kpi: str, unit: str) -> None:
    """Target, alert, points, block, then values, then what the question itself says; a change in percent names none."""
    assert str(small(kinds, f"a: {kpi}").kpis["a"].unit) == unit


@pytest.mark.parametrize(
    ("kpi", "direction"),
    [
        ('{app: select 1, target: "<= 5"}', Direction.LOWER),
        ('{app: select 1, target: "= 100 %", alert: "< 100 %"}', Direction.HIGHER),
        ('{app: select 1, target: "= 0", points: {deduct: 5, when: "> 0"}}', Direction.LOWER),
        ('{app: select 1, target: no worse than 5 %, block: "> 90"}', Direction.LOWER),
        ('{app: select 1, target: "= 3"}', Direction.STEADY),
        ('{app: select 1, direction: higher, target: "= 3"}', Direction.HIGHER),
        ("{app: select 1}", Direction.STEADY),
    ],
)
def test_the_direction_is_told_from_the_lines(kinds: dict[str, Any], kpi: str, direction: Direction) -> None:
    """A target says what is good, the other lines what is bad."""
    assert small(kinds, f"a: {kpi}").kpis["a"].direction is direction


def test_X3_a_bare_number_over_a_question_in_seconds_is_refused(kinds: dict[str, Any]) -> None:
    """`<= 200` over seconds would silently pass everything; with a unit it is exact, and zero needs none."""
    question = "prom: {histogram: http_request_duration_seconds}"
    assert messages(kinds, f'a: {{{question}, target: "<= 200"}}') == [
        "'≤ 200' has no unit, and the question answers in s (time)"
    ]
    assert small(kinds, f'a: {{{question}, target: "<= 200 ms"}}').kpis["a"].unit.symbol == "ms"
    assert small(kinds, f'a: {{{question}, target: "= 0"}}').kpis["a"].unit.symbol == "s"


@given(
    limit=st.decimals("0.001", "1e6", allow_nan=False, places=3),
    pair=st.sampled_from([("ms", "s"), ("%", "ratio"), ("kB", "MiB"), ("min", "h")]),
)
def test_X3_conversion_never_moves_a_limit(kinds: dict[str, Any], limit: Decimal, pair: tuple[str, str]) -> None:
    """Whatever unit a KPI is shown in, its limit is the very number that was written."""
    written, shown = pair
    target = small(kinds, f'a: {{app: select 1, unit: {shown}, target: "<= {limit} {written}"}}').kpis["a"].target
    assert target == Target.parse(f"<= {limit} {written}")


# -------------------------------------------------------------------------------------------------------- defaults and score


def test_an_empty_hand_gets_sensible_defaults(kinds: dict[str, Any]) -> None:
    """UTC, seven days, one category, a graded score with the specification's cuts, people always there to ask."""
    plan = small(kinds, 'api_p95: {app: select 1, target: "<= 5"}')
    kpi = plan.kpis["api_p95"]
    assert (kpi.title, kpi.window, kpi.category) == ("Api p95", Span(7, "d"), "general")
    assert str(plan.timezone) == "UTC" and plan.categories["general"].weight == 1
    assert plan.score.profile == "graded" and plan.score.pass_line == 90
    assert plan.score.grades[0] == (Decimal(95), "A+") and plan.score.lowest_grade == "F" and len(plan.score.grades) == 7
    assert plan.score.statuses[-1] == (Decimal(60), "🟡 Needs Improvement") and plan.score.lowest_status == "🔴 Critical"
    assert plan.connections["manual"].kind == "manual"


def test_a_plan_without_targets_has_no_score(kinds: dict[str, Any]) -> None:
    """Nothing to add up is not full marks."""
    assert small(kinds, "a: {app: select 1}").score.profile == "none"


def test_equal_weights_go_to_categories_that_can_lose_points(kinds: dict[str, Any]) -> None:
    """A category in which nothing is scored would be full marks for nothing."""
    plan = small(
        kinds,
        'a: {app: select 1, category: x, target: "= 0"}\n  b: {app: select 1, category: y, target: "= 0"}\n'
        '  c: {app: select 1, category: z}\n  d: {app: select 1, category: z, target: "= 0", shadow: true}',
    )
    assert [category.weight for category in plan.categories.values()] == [Decimal("0.5"), Decimal("0.5"), 0]


def weighted(kinds: dict[str, Any], weights: tuple[float, float], profile: str) -> Plan:
    categories = f"categories: {{a: {{weight: {weights[0]}}}, b: {{weight: {weights[1]}}}}}\nscore: {{profile: {profile}}}\n"
    kpis = 'kpis: {x: {app: select 1, category: a, target: "= 0"}, y: {app: select 1, category: b, target: "= 0"}}\n'
    return compile_plan({"plan.yml": SMALL + categories + kpis}, kinds)


@pytest.mark.parametrize("profile", ["specification", "graded"])
@pytest.mark.parametrize("weights", [(0.3, 0.7), (0.5, 0.5000000001), (1, 0), (1e-9, 1)])
def test_SCO6_weights_that_add_up_to_one_are_taken(kinds: dict[str, Any], weights: tuple[float, float], profile: str) -> None:
    """Sum 1 within 1e-9, none negative."""
    plan = weighted(kinds, weights, profile)
    assert [float(category.weight) for category in plan.categories.values()] == list(weights)


@pytest.mark.parametrize("profile", ["specification", "graded"])
@pytest.mark.parametrize("weights", [(0.3, 0.6), (0.5, 0.5001), (1.5, -0.5), (0, 0), (0.5, 0.500000002)])
def test_SCO6_other_weights_are_a_plan_error(kinds: dict[str, Any], weights: tuple[float, float], profile: str) -> None:
    """A sum other than 1, or a negative weight, and the command ends with exit code 2."""
    with pytest.raises(PlanError) as caught:
        weighted(kinds, weights, profile)
    assert caught.value.exit_code == 2
    assert any("weight" in problem.what for problem in caught.value.problems)


def test_score_inputs_are_in_their_own_unit(kinds: dict[str, Any]) -> None:
    """The dictionary of `postflight score` may speak milliseconds where the KPI is shown in seconds."""
    inputs = (
        "score: {inputs: {performance: {p95: {kpi: a, unit: ms, when: '> 0.2 s', range: [0, 1 h], aliases: [p95_ms, perf.p95]}}}}"
    )
    plan = compile_plan({"plan.yml": f'{SMALL}{inputs}\nkpis: {{a: {{app: select 1, target: "<= 0.2 s"}}}}\n'}, kinds)
    (entry,) = plan.score.inputs
    assert entry.path == ("performance", "p95") and entry.aliases == (("performance", "p95_ms"), ("perf", "p95"))
    assert (entry.unit.symbol, entry.low, entry.high, entry.when.limit_in(entry.unit)) == ("ms", 0, 3_600_000, 200.0)
    assert not entry.integer and not entry.optional


# ------------------------------------------------------------------------------------------------- files, packs and bindings


def test_files_beside_the_plan_are_read_as_one(kinds: dict[str, Any]) -> None:
    """Order of KPIs: plan.yml first, then the others by name."""
    plan = small(
        kinds,
        "z: {app: select 1}",
        more="kpis: {b: {app: select 1}}\npublic_url: https://x.example",
        also="kpis: {a: {app: select 1}}",
    )
    assert list(plan.kpis) == ["z", "a", "b"] and plan.public_url == "https://x.example"
    assert str(plan.kpis["b"].at) == "more.yml:1:8"


def test_a_pack_takes_the_plans_options(kinds: dict[str, Any]) -> None:
    """`where` narrows every question, `each` and `category` are set, and single keys are replaced or taken away by null."""
    use = "use: [{http-service: {from: prom, each: job, category: speed, where: {env: live}, kpis: {http_p95: {target: '<= 1 s', alert: null}}}}]\n"
    plan = compile_plan({"plan.yml": SMALL + use}, kinds)
    p95 = plan.kpis["http_p95"]
    assert (p95.connection, p95.each, p95.category, str(p95.target), p95.alert) == ("prom", "job", "speed", "≤ 1 s", None)
    assert "'where': {'env': 'live'}" in str(p95.question)
    assert list(plan.categories) == ["speed"]


def test_a_plan_brings_packs_of_its_own(kinds: dict[str, Any]) -> None:
    """packs/NAME.yml in the plan's folder, of the same form as those that come with the product."""
    pack = "kpis: {depth: {from: up, target: '<= 5'}}"
    plan = compile_plan({"plan.yml": SMALL + "use: [{queue: {from: prom}}]\n", "packs/queue.yml": pack}, kinds)
    assert plan.kpis["depth"].connection == "prom" and set(plan.files) == {"plan.yml", "packs/queue.yml"}


BINDINGS = {
    "plan.yml": SMALL + 'kpis: {orders: {prom: up, target: "<= 5", title: Orders}, visits: {app: select 1}}\n',
    "bindings/demo.yml": 'from: {prom: {sql: "sqlite:///demo.db", label: simulated data}}\nkpis: {orders: {prom: orders.sql}}\n',
    "sql/orders.sql": "SELECT days.day FROM days",
}


def test_bindings_replace_connections_and_questions_only(kinds: dict[str, Any]) -> None:
    """The same KPI, with the same lines, measured elsewhere and labelled; its definition says that the number is another one."""
    live, demo = compile_plan(BINDINGS, kinds), compile_plan(BINDINGS, kinds, "demo")
    assert (live.connections["prom"].kind, demo.connections["prom"].kind) == ("prometheus", "sql")
    assert demo.connections["prom"].label == "simulated data"
    assert str(demo.kpis["orders"].question) == BINDINGS["sql/orders.sql"]
    assert replace(demo.kpis["orders"], question=live.kpis["orders"].question, definition="") == replace(
        live.kpis["orders"], definition=""
    )
    assert demo.kpis["orders"].definition != live.kpis["orders"].definition
    assert demo.kpis["visits"] == live.kpis["visits"]
    assert demo.bindings == "demo" and demo.hash != live.hash
    assert "bindings/demo.yml" not in live.files


def test_bindings_that_do_not_exist_are_a_usage_error(kinds: dict[str, Any]) -> None:
    """The person at the command line must act, not the plan's author."""
    with pytest.raises(UsageError, match="did you mean 'demo'"):
        compile_plan(BINDINGS, kinds, "dmo")


def test_releases_are_promises_in_order_of_time(kinds: dict[str, Any]) -> None:
    """Expectations and milestones by horizon; an item without KPIs is for a person."""
    checklist = (
        "title: Redesign\ntemplate: true\nmilestones:\n  1mo: {items: [{id: audit, title: Audited, owner: security}]}\n"
        "  24h: {title: First day, items: [{id: calm, title: Calm, every: hour, kpis: {support_tickets: '= 0', mobile_share: }}]}\n"
    )
    kpis = 'kpis: {mobile_share: {app: select 1, unit: "%", baseline: 30 %}, support_tickets: {app: select 1}}\n'
    plan = compile_plan({"plan.yml": SMALL + kpis, "releases/mobile-redesign.yml": RELEASE + checklist}, kinds)
    promise = plan.promises["mobile-redesign"]
    assert [(e.kpi, str(e.horizon), str(e.target)) for e in promise.expectations] == [
        ("mobile_share", "1w", "≥ 35 %"), ("support_tickets", "1w", "≤ −30 %"), ("mobile_share", "1mo", "≥ 40 %")
    ]  # fmt: skip
    assert [(str(m.horizon), m.title) for m in promise.milestones] == [("24h", "First day"), ("1mo", "1 month")]
    assert promise.template and promise.title == "Redesign"
    (calm,) = promise.milestones[0].items
    assert calm.every == "hour" and [str(test.target) for test in calm.tests] == ["= 0", "None"]
    assert promise.milestones[1].items[0].tests == () and promise.milestones[1].items[0].owner == "security"


def test_points_may_hang_on_what_a_release_promises(kinds: dict[str, Any]) -> None:
    """Points without `when` are lost with the effective target, which may be an expectation only; without either they are never lost."""
    files = {
        "plan.yml": SMALL + "kpis: {a: {app: select 1, direction: higher, points: {deduct: 20}}}\n",
        "releases/next.yml": "expect: {a: {1w: '>= 35 %'}}",
    }
    with pytest.raises(PlanError, match="never lost"):
        compile_plan({"plan.yml": files["plan.yml"]}, kinds)
    files["plan.yml"] = files["plan.yml"].replace("app: select 1", "app: select 1, unit: '%'")
    assert compile_plan(files, kinds).kpis["a"].points


# --------------------------------------------------------------------------------------------------------------------- hashes


def hashed(kinds: dict[str, Any], text: str, **files: str) -> Plan:
    return compile_plan(
        {"plan.yml": SMALL + text} | {name.replace("__", "/") + ".sql": sql for name, sql in files.items()}, kinds
    )


def test_the_plans_hash_is_of_what_it_says(kinds: dict[str, Any]) -> None:
    """Comments, spacing, line ends and files nobody asks for change nothing; a title does, and so does one letter of SQL."""
    plan = hashed(kinds, "kpis: {a: {app: a.sql}}\n", sql__a="select 1\n")
    same = [
        hashed(kinds, "kpis:  # the one\n  a:\n    app: 'a.sql'\n", sql__a="select 1\n"),
        hashed(kinds, "kpis: {a: {app: a.sql}}\n", sql__a="select 1\r\n"),
        hashed(kinds, "kpis: {a: {app: a.sql}}\n", sql__a="select 1\n", sql__b="select 2"),
    ]
    other = [
        hashed(kinds, "kpis: {a: {app: a.sql, title: An A}}\n", sql__a="select 1\n"),
        hashed(kinds, "kpis: {a: {app: a.sql}}\n", sql__a="select 2\n"),
    ]
    assert {p.hash for p in same} == {plan.hash}
    assert len({p.hash for p in [plan, *other]}) == 3


def test_a_plan_compiles_again_from_its_own_files(kinds: dict[str, Any]) -> None:
    """What the store keeps of a plan is enough to judge by it years later: packs, bindings and SQL are among its files."""
    text = EXAMPLE.replace("target: no worse than 5 %", "direction: higher, target: no worse than 5 %")
    plan = compile_plan({"plan.yml": text, "bindings/demo.yml": "from: {cache: {files: data}}"} | SQL, kinds, "demo")
    again = compile_plan(json.loads(json.dumps(dict(plan.files))), kinds, plan.bindings)
    assert again == plan
    assert set(plan.files) == {"plan.yml", "packs/http-service.yml", "bindings/demo.yml", *SQL}


DECIDES = [
    "app: select 2", "prom: select 1", "unit: ms", "window: 24h", "fold: max", "quantile: 0.5", "range: [0, 5]", "counted: all",
    "by: [a]", "each: a", "kind: flow", "settles: 3d",
]  # fmt: skip
DOES_NOT = [
    "title: Other", 'target: "<= 5"', 'alert: "> 5"', "owner: me", "advice: x", "baseline: 5", "min_sample: 5", "shadow: true",
    "freshness: 1h", "points: {deduct: 5, when: '> 5'}",
]  # fmt: skip


@pytest.mark.parametrize("change", DECIDES)
def test_the_definition_changes_with_what_decides_the_number(kinds: dict[str, Any], change: str) -> None:
    """A break is drawn in the history when the number is measured differently."""
    rest = "" if change.startswith(("app", "prom")) else "app: select 1, "
    assert small(kinds, f"a: {{{rest}{change}}}").kpis["a"].definition != small(kinds, "a: {app: select 1}").kpis["a"].definition


@pytest.mark.parametrize("change", DOES_NOT)
def test_the_definition_stays_when_only_its_judgement_changes(kinds: dict[str, Any], change: str) -> None:
    """A new target judges the same number."""
    assert (
        small(kinds, f"a: {{app: select 1, {change}}}").kpis["a"].definition
        == small(kinds, "a: {app: select 1}").kpis["a"].definition
    )


def test_three_hundred_kpis_compile(kinds: dict[str, Any]) -> None:
    """A large plan is an ordinary plan."""
    line = '  k{0}: {{category: c{1}, prom: {{histogram: http_request_duration_seconds}}, target: "<= {0} ms", alert: "> 1 h"}}\n'
    plan = compile_plan({"plan.yml": SMALL + "kpis:\n" + "".join(line.format(n, n % 7) for n in range(300))}, kinds)
    assert len(plan.kpis) == 300 and len(plan.categories) == 7
    assert {kpi.unit.quantity for kpi in plan.kpis.values()} == {Quantity.TIME}
