"""The report as a Markdown document: the plan's own document with live values in every table, or one by categories where it has none.

Pure, like every publisher. `render` puts the verdict on top, walks the sections, and ends with what could not be told and where the
numbers come from; the standing parts that a section may `show` are in `parts.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from .. import words
from ..model import Evaluation, Scorecard, Section, Table, TableRow, TreeNode
from . import mermaid, outline, parts, phrases
from .cells import cell
from .marks import escape, opening, prose, table

_STANDARD_COLUMNS = {
    "KPI": "title",
    "Current": "value",
    "Target": "target",
    "Before": "change",
    "n": "n",
    "Owner": "owner",
    "Status": "status",
}


def render(card: Scorecard, document: Sequence[Section] = (), tree: TreeNode | None = None) -> str:
    """The whole report as Markdown, ending in a newline. `document` and `tree` are the plan's; without a document the layout is by
    categories. What no section of the document speaks of is appended, so that nothing is left out."""
    page = _Page(card, {e.kpi: e for e in card.evaluations}, tree)
    blocks = [*page.document(document), *page.appendix(document)] if document else [*page.by_category()]
    return "\n\n".join(block for block in (*blocks, *page.end()) if block) + "\n"


@dataclass(frozen=True, slots=True)
class _Page:
    """A card on its way to becoming Markdown blocks: paragraphs, tables, lists."""

    card: Scorecard
    evaluations: Mapping[str, Evaluation]
    tree: TreeNode | None

    def document(self, sections: Sequence[Section]) -> Iterator[str]:
        """The plan's document. The verdict follows its title, or leads where the document does not begin with one."""
        titled = sections[0].level == 1
        if not titled:
            yield f"# {escape(self.card.product)}"
            yield parts.summary(self.card)
        for number, section in enumerate(sections):
            yield from self.section(section)
            if number == 0 and titled:
                yield parts.summary(self.card)

    def section(self, section: Section) -> Iterator[str]:
        """One section: heading, words, and its table or standing part."""
        if section.heading:
            yield f"{'#' * min(max(section.level, 1), 6)} {escape(section.heading)}"
        yield prose(section.text)
        if section.table:
            yield self.table(section.table)
        match section.show:
            case "tree" if self.tree is not None:
                yield mermaid.graph(self.tree, self.evaluations)
            case "score":
                yield from parts.score(self.card)
            case "milestones":
                yield from parts.milestones(self.card, section.heading, section.level + 1)
            case "actions":
                yield parts.actions(self.card) or "Nothing to do."
            case "threat":
                yield parts.threat(self.card)
                yield from parts.breakdown(self.card, section.kpis)
            case "scorecard":
                yield from parts.scorecard(self.card, section.kpis)
            case "breakdown":
                yield from parts.breakdown(self.card, section.kpis)

    def table(self, wanted: Table) -> str:
        """A table of the document. A column for the value and one for the state are added where it has none."""
        columns = dict(wanted.columns)
        if "value" not in columns.values():
            columns["Current" if "Current" not in columns else "Now"] = "value"
        if "status" not in columns.values():
            columns["Status" if "Status" not in columns else "State"] = "status"
        rows = [[self.cell(heading, kind, row) for heading, kind in columns.items()] for row in wanted.rows]
        return table([escape(heading) for heading in columns], rows)

    def cell(self, heading: str, kind: str, row: TableRow) -> str:
        fixed = row.title if kind == "title" else row.cells.get(heading, "")
        return cell(kind, fixed, self.evaluations.get(row.kpi), self.card)

    def by_category(self) -> Iterator[str]:
        """The layout of a plan that has no document."""
        card = self.card
        yield f"# {escape(card.product)}: deployment report"
        yield parts.summary(card)
        if self.tree is not None:
            yield "## Success criteria"
            yield mermaid.graph(self.tree, self.evaluations)
        if todo := parts.actions(card):
            yield "## What to do first"
            yield todo
        if card.score is not None:
            yield "## Score"
            yield from parts.score(card)
        for group in outline.groups(card):
            if group.evaluations:
                yield f"## {escape(f'{group.emoji} {group.title}')}"
                yield self.kpis(group.evaluations)
                yield from (parts.by_part(e) for e in group.evaluations if e.segments)
        if card.threat is not None:
            yield "## Threat level"
            yield parts.threat(card)
        if outline.horizons(card):
            yield "## Milestones"
            yield from parts.milestones(card, "", 3)

    def appendix(self, sections: Sequence[Section]) -> Iterator[str]:
        """What the document does not speak of: actions, milestones, and KPIs that no section names."""
        shown = {section.show for section in sections}
        if "actions" not in shown and (todo := parts.actions(self.card)):
            yield "## What to do first"
            yield todo
        if "milestones" not in shown and outline.horizons(self.card):
            yield "## Milestones"
            yield from parts.milestones(self.card, "", 3)
        named = {row.kpi for section in sections if section.table for row in section.table.rows}
        named |= {kpi for section in sections for kpi in section.kpis}
        if rest := [e for e in self.card.evaluations if e.kpi not in named]:
            yield "## Other KPIs"
            yield self.kpis(rest)

    def kpis(self, evaluations: Sequence[Evaluation]) -> str:
        rows = [[cell(kind, "", e, self.card) for kind in _STANDARD_COLUMNS.values()] for e in evaluations]
        return table(list(_STANDARD_COLUMNS), rows)

    def end(self) -> Iterator[str]:
        """What could not be told, what is worth knowing, and where the numbers come from."""
        missing = [
            f"- **{escape(words.clip(a.source, phrases.LONGEST_NAME))}** {escape(a.reason)}: {escape(phrases.first_and_rest(a.titles, 20))}"
            + "".join(f"\n  - {opening(words.clip(detail, 300))}" for detail in a.details[:5])
            for a in outline.absences(self.card)
        ] + [
            f"- **{escape(words.clip(s.name, phrases.LONGEST_NAME))}** answered {words.share(s.answered, s.asked)} questions: {escape(words.clip(s.detail, 300))}"
            for s in outline.silent_sources(self.card)
        ]
        if missing:
            yield "## What could not be told"
            yield "\n".join(missing)
        if self.card.notes:
            yield "## Worth knowing"
            yield "\n".join(f"- {opening(words.clip(note, 300))}" for note in self.card.notes)
        yield "---"
        yield " · ".join(f"{name} {escape(words.clip(said, 120))}" for name, said in outline.provenance(self.card))
