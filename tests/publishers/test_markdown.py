"""The Markdown report: the plan's document with live values, a generic one without, and nothing in it that does more than say something."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from cards import CARDS, EVIL, all_unknown, degraded, excellent, one_blocker
from document import DOCUMENT, TREE
from hostile import card_with, impurities
from markdown_it import MarkdownIt
from markdown_it.token import Token

from postflight.model import Section, State, Table, TableRow
from postflight.publishers import marks, mermaid
from postflight.publishers.markdown import render

HARMLESS = {
    "heading_open", "heading_close", "paragraph_open", "paragraph_close", "inline", "blockquote_open", "blockquote_close", "hr", "fence",
    "bullet_list_open", "bullet_list_close", "ordered_list_open", "ordered_list_close", "list_item_open", "list_item_close",
    "table_open", "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close", "tr_open", "tr_close", "th_open", "th_close", "td_open", "td_close",
    "text", "softbreak", "hardbreak", "strong_open", "strong_close", "em_open", "em_close", "code_inline", "link_open", "link_close", "text_special",
}  # fmt: skip
OUR_LINKS = re.compile(r"https://(runbooks|wiki)\.homeverse\.example/\S+")


def tokens(text: str) -> list[Token]:
    """Every block and inline token, as a reader of CommonMark with GitHub's tables sees them."""
    found: list[Token] = []
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(text):
        found += [token, *(token.children or [])]
    return found


def harms(text: str) -> list[str]:
    """What a document does beyond saying something: raw HTML, images, foreign links, called people, bare addresses, broken tables."""
    found = [t.type for t in tokens(text) if t.type not in HARMLESS]
    found += [
        str(t.attrs.get("href"))
        for t in tokens(text)
        if t.type == "link_open" and not OUR_LINKS.fullmatch(str(t.attrs.get("href")))
    ]
    outside = re.sub(r"(?s)```mermaid.*?```|\]\(https://[^)]*\)", "", text)
    found += re.findall(r"\w+://\S*|(?<![\w.])@\w+|www\.\w+", outside)
    found += [repr(c) for c in impurities(text) if c != "\u2060"]
    for rows in re.findall(r"(?:^\|.*\|\n?)+", text, re.MULTILINE):
        widths = {len(re.findall(r"(?<!\\)\|", row)) for row in rows.strip().splitlines()}
        found += [f"ragged table {widths}"] if len(widths) > 1 else []
    return found


@pytest.mark.parametrize("name", CARDS)
def test_golden(name: str, golden: Callable[[str, str], None]) -> None:
    """The layout by categories, for a plan without a document."""
    golden(f"markdown/{name}.md", render(CARDS[name]()))


@pytest.mark.parametrize("name", ["degraded", "all-unknown", "empty"])
def test_golden_document(name: str, golden: Callable[[str, str], None]) -> None:
    """The plan's own document, alive."""
    golden(f"markdown/document-{name}.md", render(CARDS[name](), DOCUMENT, TREE))


def test_a_table_gets_its_live_columns() -> None:
    """*Current* and *Status* stand in every table: filled where the document has them, added where it has not; its own words stay."""
    text = render(degraded(), DOCUMENT, TREE)
    assert "| Metric | Target | Measurement | Alert Threshold | Block | Source | Current | Status |" in text
    assert (
        "| PII Encryption Coverage | 100% | Share of records" in text
        and "| <100% | < 100 % |   | 97.5 % | ⛔ Blocker · −6.0 |" in text.replace("| – |", "|   |")
    )
    assert "| API Response Time (p95) | <200ms | 231 ms | 🟡 Missed · −5.0 |" in text
    assert "| CDN Hit Rate | >95% | – | ⚪ No data: not in this report |" in text


def test_a_fixed_cell_never_stands_in_for_a_measured_one() -> None:
    """Words of the plan under a live column are not shown: a document cannot say `met` by itself."""
    lying = Table(
        {"KPI": "title", "Now": "value", "State": "status"}, (TableRow("p95", "api_p95", {"Now": "1 ms", "State": "all fine"}),)
    )
    text = render(degraded(), (Section("S", table=lying),))
    assert "| 1 ms |" not in text and "all fine" not in text and "| p95 | 231 ms | 🟡 Missed" in text


def test_horizons_stand_in_their_columns() -> None:
    """The release's target at a horizon; the value at a horizon that is over; until then the value so far."""
    text = render(degraded(), DOCUMENT, TREE)
    assert "| Mobile Sessions | 30% (measured 30 %) | 35% | ≥ 40 % | 36.1 % |" in text
    row = next(line for line in text.splitlines() if line.startswith("| Daily Active Users"))
    assert " on 21 Nov 2026 |" in row and "so far |" in row


def test_milestones_are_checklists() -> None:
    """Ticked only when met, with the state in words and who signed; one of their own heading is not headed twice."""
    text = render(degraded(), DOCUMENT, TREE)
    assert "- [x] Zero security incidents (✓ met: 0 in every hour)" in text
    assert (
        "- [x] All critical features functional (✓ met: signed by Ana Ruiz on 16 Nov 2026 · [evidence](https://wiki.homeverse.example/smoke-2.4))"
        in text
    )
    assert "- [ ] Positive initial user feedback (☐ to be signed: for UX" in text
    boxes = re.findall(r"(?m)^- \[(.)\].*\((. [a-z ]+)", text)
    assert boxes and all((box == "x") == (state == "✓ met") for box, state in boxes)
    assert text.count("### 24 Hours Post-Deployment") == 2


def test_SCO2_the_blocker_heads_the_document() -> None:
    """The verdict follows the title, the blocker the verdict, the number comes after, whatever it is."""
    lines = [line for line in render(one_blocker(), DOCUMENT, TREE).splitlines() if line.strip("> ")]
    verdict = next(n for n, line in enumerate(lines) if "Not a success" in line)
    blocker = next(n for n, line in enumerate(lines) if "⛔ **Blocker: PII encryption coverage**" in line)
    number = next(n for n, line in enumerate(lines) if "94.0/100 · A" in line)
    assert verdict < blocker < number < 10
    assert "1 blocker · 🟢 Excellent" in lines[number]


def test_nothing_is_left_out_of_a_short_document() -> None:
    """What no section speaks of is appended: actions, milestones, every other KPI, what is missing, notes."""
    text = render(degraded(), (Section("Only this", 1, "Nothing else."),))
    for said in ("## What to do first", "## Milestones", "## Other KPIs", "## Worth knowing", "Window 16–22 Nov 2026"):
        assert said in text
    assert all(e.title in text for e in degraded().evaluations)
    assert "## What could not be told" in render(all_unknown(), (Section("Only this", 1),))


def test_parts_are_told_apart() -> None:
    """Support tickets by category, beside the baseline, the current value, the change and the state."""
    text = render(degraded(), DOCUMENT, TREE)
    assert (
        "| Support tickets | 94/day | −38 % (less, better), 58.3/day | 58.3/day, was 94/day | ≤ −30 % | 🟢 Met · 1 week: ✓ met |"
        in text
    )
    assert "| upload | 31.7/day | 222 |" in text
    assert "Not in this report: `feature_adoption`" in text


def test_BIZ10_a_part_without_a_name_is_named() -> None:
    """`(none)` is a row like any other; free text in a name stays text."""
    assert "| (none) | 14.5/day | 101 |" in render(degraded())


def test_EML2_no_cell_is_blank_for_want_of_data() -> None:
    """Without data a cell says so."""
    text = render(all_unknown(), DOCUMENT, TREE)
    assert "⚪ No data: cannot be reached · up to −6.0" in text
    assert "None" not in text and "nan" not in text.lower().split()


@pytest.mark.parametrize("name", CARDS)
def test_every_document_is_harmless(name: str) -> None:
    """No HTML, no image, no link but the runbooks' and the evidence's, no broken table, in any card."""
    card = CARDS[name]()
    found = harms(render(card, DOCUMENT, TREE)) + harms(render(card))
    assert found == []


@pytest.mark.parametrize("payload", EVIL, ids=range(len(EVIL)))
def test_I10_hostile_text_stays_text(payload: str) -> None:
    """The payload in every text of the card: it says something and does nothing, and the headings are ours alone."""
    card = card_with(degraded(), payload)
    text = render(card)
    assert harms(text) == []
    assert len(re.findall(r"(?m)^#+ ", text)) == len(re.findall(r"(?m)^#+ ", render(degraded())))


def test_I10_the_test_catches_a_renderer_that_does_not_escape(monkeypatch: pytest.MonkeyPatch) -> None:
    """Positive control: without the escapes, tags, images, links, called people and ragged tables are found."""
    monkeypatch.setattr(marks, "_RULES", ())
    found = " ".join(harms(render(card_with(degraded(), EVIL[3] + EVIL[4]))))
    assert all(kind in found for kind in ("html_inline", "image", "https://evil.example", "@everyone", "ragged"))


def test_a_foreign_address_is_said_and_not_linked() -> None:
    """Only web addresses of harmless characters become links."""
    assert marks.link("runbook", "https://a.example/x?y=1") == "[runbook](https://a.example/x?y=1)"
    for address in ("javascript:alert(1)", "https://a.example/x)(y", "data:text/html,x", "https://a.example/<b>"):
        assert "](" not in marks.link("runbook", address)


@pytest.mark.parametrize("text", ["# x", "> x", "- x", "+ x", "1. x", "1) x", "= x"])
def test_a_line_of_outside_text_opens_nothing(text: str) -> None:
    """Text at the start of a line is a paragraph and reads as it was."""
    found = tokens(marks.opening(text))
    assert [t.type for t in found[:2]] == ["paragraph_open", "inline"]
    assert "".join(t.content for t in found if t.type in ("text", "text_special")) == text


@pytest.mark.parametrize(
    "text", ["<200ms", "<0.1% error rate", "100%", ">90%", "phone_ssn", "a_b", "p95 (all)", "≤ −30 %", "C&A"]
)
def test_the_specification_s_own_words_stay_as_they_are(text: str) -> None:
    """What needs no escape gets none, so that the document can be searched for its words."""
    assert marks.escape(text) == text


def test_tree_leaves_carry_the_state_of_their_kpis() -> None:
    """Each leaf in its KPI's colour and word; each branch in that of its worst leaf; a leaf with a target of its own is tested on it."""
    graph = render(degraded(), DOCUMENT, TREE).split("```mermaid")[1].split("```")[0]
    assert 'n["Deployment Success<br/>■ Blocker"]:::blocker' in graph
    assert '["Response Time: <200ms<br/>231 ms ✗ Missed"]:::missed' in graph
    assert '["100% PII Encrypted<br/>97.5 % ■ Blocker"]:::blocker' in graph
    assert '["Mobile Usage: +35%<br/>36.1 % ✓ Met"]:::met' in graph
    assert '["Uptime: 99.9%<br/>? No data"]:::nodata' in graph
    assert '["Business Metrics<br/>✓ Met"]:::met' in graph
    assert "n --> n_1" in graph and "n_4 --> n_4_2" in graph
    assert all(f"classDef {name} " in graph for name in ("blocker", "alert", "missed", "nodata", "met", "shown"))
    fine = mermaid.graph(TREE, {e.kpi: e for e in excellent().evaluations})
    assert ":::blocker" not in fine and ":::missed" not in fine


def test_tree_text_cannot_leave_its_label() -> None:
    """Quotes, fences, directives, tags and entities in a title are written as numbers."""
    for payload in EVIL:
        graph = mermaid.graph(replace(TREE, title=payload, children=()), {})
        label = graph.splitlines()[2]
        assert re.fullmatch(r'    n\["[^"`]*(<br/>[^"`]*)?"\]:::shown', label), label
        assert "%%" not in label and not re.search(r"<(?!br/>)[A-Za-z/!?]", label) and not re.search(r"#(?!\d+;)", label)
        assert graph.count("```") == 2


def test_states_of_every_item_are_worded() -> None:
    """No state of a checklist item is shown by its box alone."""
    text = render(degraded())
    assert all(word in text for word in ("met", "missed", "undecided", "too early", "to be signed"))
    assert {i.state for m in degraded().milestones for i in m.items} >= {
        State.MET,
        State.MISSED,
        State.UNDECIDED,
        State.TOO_EARLY,
        State.OPEN,
    }
