"""The specification's document comes back alive: every table, tree node, panel and checklist item is in the Markdown report."""

from __future__ import annotations

import re

import pytest
import spec_text
from measured import measured
from spec_text import as_target, checklists, headings, panels, same_line, tables, text, tree

from postflight.model import Scorecard
from postflight.publishers.markdown import render
from postflight.target import Target


@pytest.fixture(scope="module")
def card_and_report(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scorecard, str]:
    """A small simulated product, measured and reported."""
    plan, _, card = measured(tmp_path_factory.mktemp("homeverse"), scale=0.1)
    return card, render(card, plan.document, plan.tree)


@pytest.fixture(scope="module")
def report(card_and_report: tuple[Scorecard, str]) -> str:
    return card_and_report[1]


def plain(cell: str) -> str:
    """A cell without the backslashes that keep Markdown from reading it."""
    return re.sub(r"\\(.)", r"\1", cell)


_ROWS = [(table.heading, row) for table in tables(text()) for row in table.rows]


@pytest.mark.parametrize(("heading", "row"), _ROWS, ids=[f"{heading}: {row['Metric']}" for heading, row in _ROWS])
def test_every_row_of_every_table_is_in_the_report(report: str, heading: str, row: dict[str, str]) -> None:
    """Under the same heading, with the same columns and numbers, and with a current value or a reason, and a status."""
    table = next(t for t in tables(report) if t.heading == heading)
    assert {*row, "Current", "Status"} <= set(table.columns)
    ours = next(r for r in table.rows if plain(r["Metric"]) == row["Metric"])
    for column in {"Target", "Alert Threshold", "Week 1 Target", "Month 1 Target"} & set(row):
        cell = plain(ours[column])
        if row[column] == "-":
            continue
        if cell == row[column]:
            continue  # the words of the specification themselves: "0", "Any incident"
        line, wanted = Target.parse(cell) if cell[0] in "<>=≤≥" else as_target(cell), as_target(row[column])
        assert same_line(line, wanted) or (wanted.op == "=" and line.canonical == wanted.canonical), (column, cell, row[column])
    for column in {"Baseline", "Pre-Deploy"} & set(row):
        assert re.sub(r"\s", "", plain(ours[column])).startswith(row[column].replace(" ", "")), ours[column]
    assert re.search(r"Met|Missed|Alert|Blocker|No data: \w+|Shown", ours["Status"])
    assert ours["Current"] != "–" or "No data" in ours["Status"]


def test_every_heading_of_the_specification_is_in_the_report_in_its_order(report: str) -> None:
    """Signs and all; what the report adds stands between them."""
    ours = [(level, plain(words)) for level, words in headings(report)]
    theirs = [(level, words) for level, words in headings(text())]
    assert [heading for heading in ours if heading in theirs] == theirs


def test_every_node_of_the_tree_is_in_the_graph(report: str) -> None:
    """A mermaid graph with the same branches, every leaf with its state in a word and a colour."""
    graph = report.partition("```mermaid")[2].partition("```")[0]
    drawn = {
        node: (title, state)
        for node, title, state in re.findall(r'^\s+(\w+)\["([^"]+?)(?:<br/>[^"]*)?"\]:::(\w+)$', graph, re.MULTILINE)
    }
    for parent, children in tree().items():
        [above] = [node for node, (title, _) in drawn.items() if title == parent]
        below = [drawn[child][0] for start, child in re.findall(r"(\w+) --> (\w+)", graph) if start == above]
        assert tuple(below) == children
    states = {state for _, state in drawn.values()}
    assert states <= set(re.findall(r"classDef (\w+)", graph))
    assert {"met", "missed", "blocker", "nodata"} <= states  # the story has all of them


def test_every_panel_is_in_the_report(report: str) -> None:
    """The infrastructure metrics with their current values."""
    table = next(t for t in tables(report) if t.heading == "Infrastructure Metrics")
    current = {plain(row["Panel"]): row["Current"] for row in table.rows}
    assert set(panels()) <= set(current)
    assert all(re.match(r"[\d.]+ (ms|%)", current[panel]) for panel in panels())


def test_every_checklist_item_is_in_the_report(report: str) -> None:
    """Below the heading of its milestone, ticked or not, with its state in words."""
    for heading, items in checklists().items():
        part = report.partition(f"### {heading}\n")[2].partition("\n### ")[0].partition("\n## ")[0]
        listed = [plain(item) for item in re.findall(r"^- \[[ x]\] (.+)$", part, re.MULTILINE)]
        assert [item for item, ours in zip(items, listed, strict=True) if not ours.startswith(f"{item} (")] == []


def test_weights_grades_and_ledger_are_in_the_report(card_and_report: tuple[Scorecard, str]) -> None:
    """The composite's table: four categories with their weights, and every point that was lost with its reason."""
    card, report = card_and_report
    assert card.score is not None
    table = next(t for t in tables(report) if t.heading == "Overall Health Calculation" and "Weight" in t.columns)
    shown = [row["Weight"] for row in table.rows][:4]
    assert shown == [f"{round(100 * weight)} %" for weight in spec_text.weights().values()]
    assert [line.kpi for line in card.ledger][:1] != []
    ledger = next(t for t in tables(report) if "What it cost" in t.columns)
    assert len(ledger.rows) == len(card.ledger)


def test_what_has_no_source_yet_says_so(card_and_report: tuple[Scorecard, str]) -> None:
    """Browsers and audits are not there yet: not set up, never a number, and the score is a range (contract 7)."""
    card, report = card_and_report
    unset = {missing.kpi for missing in card.missing if missing.reason == "not_configured"}
    assert unset == {
        "page_load_mobile", "page_load_desktop", "inp", "cls",
        "touch_target_failures", "horizontal_scroll", "accessibility", "accessibility_critical",
    }  # fmt: skip
    assert card.score is not None
    assert card.score.high - card.score.low == 10  # twice 20 points of a category that weighs a quarter
    assert "simulated data" in report
