"""A page for a terminal: paragraphs and tables of styled words in, text of a given width out.

Everything printed goes through here, so here is the one place where text from outside is made harmless: no control character, no
markup, no line longer than the page. Styles are ours by name; with colour off the same words stand in the same places.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from .. import words
from .plain import to_ascii

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

Span: TypeAlias = tuple[str, str]  # words and the name of a style
Spans: TypeAlias = Sequence[Span | str]  # a bare string has no style

# The sixteen colours of the reader's own theme: legible on light and dark alike.
STYLES = {
    "": "",
    "strong": "bold",
    "dim": "dim",
    "ok": "green",
    "warn": "yellow",
    "bad": "bold red",
    "unknown": "magenta",
    "accent": "cyan",
    "trend": "blue",
}
_NARROWEST = 4  # cells; no column is made narrower


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph. Its further lines begin under the first word behind `lead`. With `limit`, at most so many lines are printed."""

    words: Spans = ()
    indent: int = 0
    lead: Spans = ()
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a grid, in cells: as wide as its content, but no wider than `most`. One column may be `flexible`: it gives way
    when the page is too narrow, down to `least`. A column with nothing in it is left out, and its title with it."""

    title: str = ""
    most: int = 200
    right: bool = False
    flexible: bool = False
    least: int = 8


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of cells under one set of columns; a `Line` among the rows spans the page."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Spans] | Line] = field(default_factory=list)
    indent: int = 0
    gap: int = 2


Part: TypeAlias = Line | Grid


def paint(parts: Iterable[Part], *, width: int, color: bool, ascii: bool) -> str:
    """The parts one below the other, as text that ends in a newline. No line is wider than `width` cells, which is at least 40."""
    from rich.console import Console

    console = Console(
        file=io.StringIO(),
        width=max(width, 40),
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color,
        markup=False,
        emoji=False,
        highlight=False,
        legacy_windows=False,
        _environ={},
    )
    painter = _Painter(console, ascii)
    for part in parts:
        for text in painter.grid(part) if isinstance(part, Grid) else painter.line(part):
            text.rstrip()
            console.print(text, soft_wrap=True)
    assert isinstance(console.file, io.StringIO)  # noqa: S101 - for the type checker: it is ours, made above
    return console.file.getvalue()


@dataclass(frozen=True, slots=True)
class _Painter:
    """Lays parts out as lines of rich text."""

    console: Console
    ascii: bool

    def text(self, spans: Spans) -> Text:
        """Spans as rich text: cleaned, transliterated where asked, and never read as markup."""
        from rich.text import Text

        text = Text()
        for span in spans:
            said, style = (span, "") if isinstance(span, str) else span
            text.append(to_ascii(words.clean(said)) if self.ascii else words.clean(said), STYLES[style])
        return text

    def wrap(self, text: Text, width: int) -> list[Text]:
        lines = list(text.wrap(self.console, width, overflow="fold")) or [text]
        for line in lines:
            line.rstrip()
        return lines

    def line(self, line: Line) -> Iterator[Text]:
        from rich.text import Text

        lead = self.text(line.lead)
        margin = line.indent + lead.cell_len
        body = self.wrap(self.text(line.words), max(self.console.width - margin, 10))
        if line.limit and len(body) > line.limit:
            body = body[: line.limit]
            body[-1].truncate(max(self.console.width - margin, 10) - 3)
            body[-1].append("..." if self.ascii else "…", "dim")
        for number, text in enumerate(body):
            start = Text(" " * line.indent).append_text(lead) if number == 0 else Text(" " * margin)
            yield start.append_text(text)

    def grid(self, grid: Grid) -> Iterator[Text]:
        rows = [row if isinstance(row, Line) else [self.text(cell) for cell in row] for row in grid.rows]
        widths = self._widths(grid, [row for row in rows if not isinstance(row, Line)])
        if any(column.title for column in grid.columns):
            yield from self._row(grid, [self.text([(column.title, "dim")]) for column in grid.columns], widths)
        for row in rows:
            yield from self.line(row) if isinstance(row, Line) else self._row(grid, row, widths)

    def _widths(self, grid: Grid, rows: Sequence[Sequence[Text]]) -> list[int]:
        widths = []
        for n, column in enumerate(grid.columns):
            wide = max((self._width(row[n], column.most) for row in rows), default=0)
            widths.append(max(wide, self.text([column.title]).cell_len) if wide else 0)
        over = grid.indent + sum(widths) + grid.gap * (sum(w > 0 for w in widths) - 1) - self.console.width
        for n, column in enumerate(grid.columns):
            if column.flexible and over > 0:
                least = max(widths[n] - over, min(widths[n], column.least))
                over -= widths[n] - least
                widths[n] = least
        while over > 0 and max(widths) > _NARROWEST:  # a page too narrow for its grid takes from the widest
            widths[widths.index(max(widths))] -= 1
            over -= 1
        return widths

    def _width(self, cell: Text, most: int) -> int:
        return cell.cell_len if cell.cell_len <= most else max(line.cell_len for line in self.wrap(cell, most))

    def _row(self, grid: Grid, row: Sequence[Text], widths: Sequence[int]) -> Iterator[Text]:
        from rich.text import Text

        cells = [self.wrap(cell, width) if width else [] for cell, width in zip(row, widths, strict=True)]
        for n in range(max((len(lines) for lines in cells), default=0)):
            line = Text(" " * grid.indent)
            for column, lines, width in zip(grid.columns, cells, widths, strict=True):
                if not width:
                    continue
                text = lines[n] if n < len(lines) else Text()
                space = " " * max(width - text.cell_len, 0)
                line.append(space if column.right else "").append_text(text).append("" if column.right else space)
                line.append(" " * grid.gap)
            yield line
