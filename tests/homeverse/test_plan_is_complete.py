"""Everything the specification's text asks for is in the plan, with the same numbers. The text is parsed; nothing is listed twice by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from handmade import HOMEVERSE, homeverse
from spec_text import (
    as_target,
    checklists,
    cuts,
    deductions,
    headings,
    panels,
    same_line,
    security_report,
    tables,
    text,
    tree,
    weights,
)

from postflight.model import Kpi, Section, TreeNode
from postflight.plan.lines import read_amount
from postflight.target import Target

_TABLES = {table.heading: table for table in tables(text())}
_ROWS = [(heading, row) for heading, table in _TABLES.items() for row in table.rows]


def section(heading: str) -> Section:
    """The section of the document under this heading, which has a table."""
    return next(s for s in homeverse().document if s.heading == heading and s.table)


def kpi_of(heading: str, title: str) -> Kpi:
    """The KPI that stands under this title in the table of this heading."""
    table = section(heading).table
    assert table is not None
    return homeverse().kpis[next(row.kpi for row in table.rows if row.title == title)]


@pytest.mark.parametrize(("heading", "row"), _ROWS, ids=[f"{heading}: {row['Metric']}" for heading, row in _ROWS])
def test_every_row_of_every_table_is_in_the_plan(heading: str, row: dict[str, str]) -> None:
    """With its target, its alert threshold, its baseline and its horizons: equal numbers of equal units."""
    kpi = kpi_of(heading, row["Metric"])
    promised = {str(e.horizon): e.target for e in homeverse().promises["homeverse"].expectations if e.kpi == kpi.id}
    ours = {
        "Target": kpi.target,
        "Alert Threshold": kpi.alert,
        "Week 1 Target": promised.get("1w"),
        "Month 1 Target": promised.get("1mo"),
    }
    for column, cell in row.items():
        if column in ours and cell != "-":
            wanted = as_target(cell)
            if wanted.op == "=" and heading != "Immediate (24 Hours)" and cell.lower() not in ("yes", "no"):
                assert ours[column] is not None  # "1,100" or "35%" is a number to reach, in the direction that is better
                assert ours[column].canonical == wanted.canonical  # type: ignore[union-attr]
            else:
                assert same_line(ours[column], wanted), (column, cell, str(ours[column]))
        if column in ("Baseline", "Pre-Deploy"):
            assert kpi.baseline == (None if cell == "Unknown" else read_amount(cell).canonical_in(kpi.unit))


def test_the_parser_sees_all_tables() -> None:
    """Four tables with 5, 8, 5 and 5 rows: a parser that saw nothing would find nothing missing."""
    assert [len(table.rows) for table in _TABLES.values()] == [5, 8, 5, 5]


def test_every_node_of_the_success_tree_is_in_the_plan() -> None:
    """Titles, branches and order; every leaf speaks of a KPI."""
    root = homeverse().tree
    assert root is not None
    found = {node.title: tuple(child.title for child in node.children) for node in _nodes(root) if node.children}
    assert found == tree()
    assert all(leaf.kpis for leaf in _nodes(root) if not leaf.children)


@pytest.mark.parametrize(("leaf", "kpi", "line"), [
    ("Uptime: 99.9%", "uptime", ">= 99.9 %"), ("Response Time: <200ms", "api_p95", "<= 200 ms"), ("Error Rate: <0.1%", "error_rate", "<= 0.1 %"),
    ("Zero Breaches", "security_incidents", "= 0"), ("100% PII Encrypted", "pii_encrypted", "= 100 %"), ("Rate Limits Effective", "rate_limit_effectiveness", "> 99 %"),
    ("Mobile Usage: +35%", "mobile_share", ">= 35 %"), ("Task Success: >90%", "task_completion", ">= 90 %"), ("Page Load: <3s", "page_load_mobile", "<= 3 s"),
    ("User Growth: Stable", "user_growth", ">= +0 %"), ("Revenue Impact: None", "revenue_impact", ">= -5 %"), ("Support Tickets: -30%", "support_tickets", "<= -30 %"),
])  # fmt: skip
def test_every_leaf_means_a_target(leaf: str, kpi: str, line: str) -> None:
    """What the words of a leaf come to, and that it is coloured by the KPI's own target."""
    root = homeverse().tree
    assert root is not None
    [test] = next(node for node in _nodes(root) if node.title == leaf).kpis
    assert (test.kpi, test.target) == (kpi, None)
    assert homeverse().kpis[kpi].target == Target.parse(line)


def test_every_panel_of_the_grafana_dashboard_is_in_the_plan() -> None:
    """The five infrastructure metrics, shown without a target."""
    titles = {kpi.title: kpi for kpi in homeverse().kpis.values() if kpi.id.startswith("infra_")}
    assert len(panels()) == 5
    assert set(panels()) <= set(titles)
    assert all(titles[panel].target is None and titles[panel].connection == "prom" for panel in panels())


def test_every_item_of_every_milestone_is_in_the_plan() -> None:
    """Four checklists with five items each, in their order."""
    milestones = homeverse().promises["homeverse"].milestones
    assert {m.title: [item.title for item in m.items] for m in milestones} == checklists()
    assert [str(m.horizon) for m in milestones] == ["24h", "1w", "1mo", "3mo"]
    assert sum(len(m.items) for m in milestones) == 20


def test_MIL1_what_no_system_can_tell_is_for_a_person_to_sign() -> None:
    """Nothing is computed that cannot be, and everything has an owner (A11Y6 too: compliance is attested)."""
    milestones = homeverse().promises["homeverse"].milestones
    manual = {item.title for m in milestones for item in m.items if not item.tests}
    assert manual == {
        "All critical features functional",
        "Positive initial user feedback",
        "Security audit passed",
        "Zero critical bugs",
        "Full accessibility compliance",
        "Development velocity increased",
        "ROI targets achieved",
        "Ready for next phase",
    }
    assert all(item.owner for m in milestones for item in m.items)


def test_MIL2_maintained_means_every_hour() -> None:
    """ "<0.1% error rate maintained" is tested in each hour of the first day."""
    first = homeverse().promises["homeverse"].milestones[0]
    assert {item.id: item.every for item in first.items if item.every} == {"error_rate": "hour"}


def test_MIL4_performance_targets_are_those_of_the_table() -> None:
    """All eight of the table, and uptime and error rate of the tree."""
    [item] = [i for m in homeverse().promises["homeverse"].milestones for i in m.items if i.title == "Performance targets met"]
    rows = {kpi_of("Real-Time Monitoring", row["Metric"]).id for row in _TABLES["Real-Time Monitoring"].rows}
    assert {test.kpi for test in item.tests} == rows | {"uptime", "error_rate"}
    assert all(test.target is None for test in item.tests)


# ----------------------------------------------------------------------------------------------------------------------- score


def test_weights_are_the_specifications() -> None:
    """Four categories, in their order."""
    ours = {category.title.lower().replace(" ", "_"): float(category.weight) for category in homeverse().categories.values()}
    assert ours == weights()


def test_every_deduction_is_in_the_plan_twice_the_same() -> None:
    """Twelve inputs with the specification's operator and limit, and the points on the KPI that the input stands for."""
    plan = homeverse()
    inputs = {entry.path: entry for entry in plan.score.inputs if not entry.optional}
    assert len(deductions()) == 12
    assert set(inputs) == set(deductions())
    for path, (op, limit, points) in deductions().items():
        entry = inputs[path]
        assert (entry.when.op, entry.when.limit_in(entry.unit)) == (op, limit), path
        kpi = plan.kpis[entry.kpi]
        assert kpi.points is not None, path
        assert kpi.points.deduct == points, path


def test_no_kpi_is_scored_but_the_twelve() -> None:
    """Points come from the specification's scorer alone (X5), and one KPI scores for each input."""
    plan = homeverse()
    scored = [kpi.id for kpi in plan.kpis.values() if kpi.points]
    assert sorted(scored) == sorted(entry.kpi for entry in plan.score.inputs if not entry.optional)


def test_X3_points_lines_in_the_kpis_own_unit_mean_the_same() -> None:
    """200 ms are 0.2 s, 0.001 is 0.1 %: the line of a KPI and of its input are one number, wherever both are absolute."""
    plan = homeverse()
    for entry in plan.score.inputs:
        points = plan.kpis[entry.kpi].points
        if points and points.when and not points.when.needs_baseline:
            assert (points.when.op, points.when.canonical) == (entry.when.op, entry.when.canonical), entry.path


@pytest.mark.parametrize(
    ("kpi", "limit"), [("api_p95", 0.2), ("error_rate", 0.001), ("page_load_mobile", 3.0), ("auth_failure_rate", 0.1)]
)
def test_X4_the_limit_itself_passes_where_the_code_lets_it(kpi: str, limit: float) -> None:
    """Below and at the limit no points are lost, above it they are; and where it is the target too, it is printed with ≤."""
    points = homeverse().kpis[kpi].points
    assert points is not None
    assert points.when is not None
    assert [points.when.holds(value) for value in (limit * (1 - 1e-9), limit, limit * (1 + 1e-9))] == [False, False, True]
    target = homeverse().kpis[kpi].target
    assert target is not None
    if target.canonical == limit:
        assert str(target).startswith("≤")


def test_X2_the_specifications_other_names_are_aliases() -> None:
    """One KPI, several names in the text: every one of them is understood by `postflight score`."""
    names = {name for entry in homeverse().score.inputs for path in (entry.path, *entry.aliases) for name in path[1:]}
    assert names >= {
        "incidents", "security_incidents", "auth_failure_rate", "auth_failures", "mobile_usage_increase", "mobile_usage_percent",
        "support_tickets_reduction", "support_tickets_change", "reduction_percent", "unauthorized_access",
    }  # fmt: skip
    groups = {path[0] for entry in homeverse().score.inputs for path in (entry.path, *entry.aliases)}
    assert groups == {"security", "performance", "ux", "user_experience", "business"}


def test_valid_ranges_are_those_of_the_contract() -> None:
    """Counts from 0, percentages of a whole 0–100, error rate 0–1, times up to an hour, changes from −100."""
    ranges = {entry.path[1]: (entry.low, entry.high) for entry in homeverse().score.inputs}
    whole, change = (Decimal(0), Decimal(100)), (Decimal(-100), Decimal(1_000_000))
    assert ranges == {
        "incidents": (Decimal(0), Decimal("Infinity")),
        "unauthorized_access": (Decimal(0), Decimal("Infinity")),
        "encryption_coverage": whole,
        "auth_failure_rate": whole,
        "p95_response_time": (Decimal(0), Decimal(3_600_000)),
        "error_rate": (Decimal(0), Decimal(1)),
        "page_load_mobile": (Decimal(0), Decimal(3600)),
        "mobile_usage_increase": change,
        "task_completion_rate": whole,
        "accessibility_score": whole,
        "user_growth": change,
        "support_tickets_reduction": change,
        "revenue_impact": change,
    }


def test_grades_and_statuses_are_the_specifications() -> None:
    """Every cut, every word, every sign."""
    score = homeverse().score
    assert ([(int(cut), name) for cut, name in score.grades], score.lowest_grade) == cuts("get_grade")
    assert ([(int(cut), name) for cut, name in score.statuses], score.lowest_status) == cuts("get_status")
    assert score.pass_line == 90


# ------------------------------------------------------------------------------------------------------- what its code measures


def test_the_daily_security_report_and_its_threat_scale_are_in_the_plan() -> None:
    """Four counted fields and the level: each field has a row, each rule its level, in the order of precedence."""
    fields, scale = security_report()
    assert len(fields) == 4
    found = {field: kpi_of("Security Dashboard Queries", field).id for field in fields}
    rules = [(rule.level, {kpi: str(line) for kpi, line in rule.when.items()}) for rule in homeverse().threat]
    assert rules == [*((level, {found[field]: test}) for field, test, level in scale), ("LOW", {})]


def test_blockers_are_exactly_those_of_the_contract() -> None:
    """The specification's three, and the three that are proposed with their reasons."""
    blocking = {kpi.id: str(kpi.block) for kpi in homeverse().kpis.values() if kpi.block}
    assert blocking == {
        "security_incidents": "> 0",
        "pii_encrypted": "< 100 %",
        "unauthorized_access": "> 0",
        "error_rate": "> 5 %",
        "revenue_impact": "< −25 %",
        "task_completion": "< 70 %",
    }
    assert all("proposed" in homeverse().kpis[kpi].because for kpi in ("error_rate", "revenue_impact", "task_completion"))


@pytest.mark.parametrize(("words", "kpi", "attribute", "value"), [
    ("if len(self.feedback_scores) >= 50", "nps", "min_sample", 50),
    ("if completion_rate < 0.7", "task_completion", "alert", Target.parse("< 70 %")),
    ('"target_met": reduction_percent >= 30', "support_tickets", "target", Target.parse("<= -30 %")),
    ("User satisfaction >4.5/5", "satisfaction", "target", Target.parse("> 4.5/5")),
    ('metrics["ux"]["accessibility_score"] < 85', "accessibility", "target", Target.parse(">= 85/100")),
    ("v.impact === 'critical'", "accessibility_critical", "alert", Target.parse("> 0")),
])  # fmt: skip
def test_numbers_that_stand_only_in_code_are_in_the_plan(words: str, kpi: str, attribute: str, value: object) -> None:
    """They stand in the text, and the plan has the same."""
    assert words in text()
    assert getattr(homeverse().kpis[kpi], attribute) == value


def test_every_tracked_metric_has_a_kpi() -> None:
    """Revenue tracking, weekly security tracking, vitals, adoption: the names that the code measures stand in the document."""
    titles = {row.title for s in homeverse().document if s.table for row in s.table.rows}
    revenue = re.findall(r'"(\w+)": await self\.get_', text())
    assert len(revenue) == 4
    weekly = re.findall(r'^            "(\w+)": 0,?$', text(), re.MULTILINE)
    assert weekly == ["encryption_coverage", "rate_limit_blocks", "auth_failures", "security_incidents"]
    assert {*revenue, *weekly, "rate_limit_effectiveness"} <= titles
    assert {"frontend lcp", "frontend cls", "api p50", "api p95", "api p99", "api errorRate"} <= titles
    breakdown = next(s for s in homeverse().document if s.heading == "Feature Adoption Metrics")
    assert breakdown.kpis[:3] == ("feature_adoption", "feature_uses", "feature_duration")
    assert homeverse().kpis["support_tickets"].by == ("category",)


def test_audited_pages_are_the_specifications() -> None:
    """The four pages of the daily audit."""
    block = re.search(r"const pages = \[(.*?)\]", text(), re.DOTALL)
    assert block is not None
    assert homeverse().connections["audit"].settings["pages"] == re.findall(r"'([^']+)'", block[1])


def test_review_and_document_follow_the_specification() -> None:
    """Daily for a week, weekly for a month, monthly from then on; its headings in their order, its version."""
    plan = homeverse()
    assert [(str(until) if until else "", cadence) for until, cadence in plan.review] == [
        ("1w", "daily"),
        ("1mo", "weekly"),
        ("", "monthly"),
    ]
    assert f"**Version:** {plan.version}" in text()
    ours = [s.heading for s in plan.document]
    ours[ours.index("🎯 Success Milestones") + 1 : 0] = [m.title for m in plan.promises["homeverse"].milestones]
    theirs = [words for _, words in headings(text())]
    assert [heading for heading in ours if heading in theirs] == theirs
    assert f'href="{plan.public_url}"' in text()


# -------------------------------------------------------------------------------------------------------------- and beyond it


def test_every_kpi_says_who_acts_what_to_do_and_on_whose_authority() -> None:
    """Owner, advice, and the specification's line or the reason for ours."""
    kpis = homeverse().kpis.values()
    assert [kpi.id for kpi in kpis if not kpi.owner] == []
    assert [kpi.id for kpi in kpis if not kpi.advice] == []
    assert [kpi.id for kpi in kpis if not kpi.because.startswith(("Specification, ", "Postflight's proposal"))] == []
    assert {kpi.owner for kpi in kpis} == {
        "security team", "platform team", "UX team", "accessibility team", "product team", "support team",
    }  # fmt: skip


def test_every_authority_is_a_part_of_the_specification() -> None:
    """What `because` names after "Specification, " is a heading of it, or the report that its SQL calls by name."""
    known = {words.lstrip("🎯🔐🚀👥💰📊📈 ") for _, words in headings(text())} | {
        "Daily Security Report",
        "1 Month Post-Deployment",
    }
    known |= {"Authentication Failures", "3 months"}
    for kpi in homeverse().kpis.values():
        if kpi.because.startswith("Specification, "):
            part = kpi.because.removeprefix("Specification, ").partition(":")[0]
            assert part in known, (kpi.id, part)


def test_every_question_in_sql_is_asked() -> None:
    """No file under sql/ is left over."""
    named = {
        name
        for file in (*HOMEVERSE.glob("*.yml"), *HOMEVERSE.glob("bindings/*.yml"))
        for name in re.findall(r"\b(\w{2,}\.sql)\b", file.read_text("utf-8"))
    }
    assert {path.name for path in (HOMEVERSE / "sql").glob("*.sql")} == named


def test_R13_no_question_looks_at_a_clock() -> None:
    """Windows come from outside; neither today nor the database's time zone decides anything."""
    told = re.compile(r"\b(current_date|current_timestamp|localtime|now\s*\(|getdate|date\s*\(\s*'now')", re.IGNORECASE)
    looking = [path.name for path in (HOMEVERSE / "sql").glob("*.sql") if told.search(path.read_text(encoding="utf-8"))]
    assert looking == []
    assert told.search("SELECT COUNT(*) FROM t WHERE created_at >= CURRENT_DATE")  # positive control


def _nodes(node: TreeNode) -> Iterator[TreeNode]:
    yield node
    for child in node.children:
        yield from _nodes(child)
