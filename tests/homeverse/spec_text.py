"""The specification's text, taken apart: its tables, its tree, its checklists, and the numbers in its code. Read, never executed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from postflight.target import Target

TEXT = Path(__file__).parents[1] / "spec" / "homeverse-success-metrics.md"


@dataclass(frozen=True)
class Table:
    """A table below a heading: its column titles, and its rows by column."""

    heading: str
    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]


@cache
def text() -> str:
    """The whole document."""
    return TEXT.read_text(encoding="utf-8")


def headings(document: str) -> list[tuple[int, str]]:
    """Level and words of every heading, in order; none from inside a code block."""
    return [(len(m[1]), m[2].strip()) for m in re.finditer(r"^(#{1,6}) (.+)$", _without_code(document), re.MULTILINE)]


def tables(document: str) -> list[Table]:
    """Every table with the heading it stands under."""
    found: list[Table] = []
    heading, lines = "", [*_without_code(document).splitlines(), ""]
    block: list[str] = []
    for line in lines:
        if line.startswith("|"):
            block.append(line)
            continue
        if block:
            columns, _, *rows = ([cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in block)
            found.append(Table(heading, tuple(columns), tuple(dict(zip(columns, row, strict=True)) for row in rows)))
            block = []
        if line.startswith("#"):
            heading = line.lstrip("# ").strip()
    return found


def tree() -> dict[str, tuple[str, ...]]:
    """Title of each branch of the success tree, with the titles of what hangs on it."""
    graph = _block("mermaid")
    titles = dict(re.findall(r"(\w+)\[([^\]]+)\]", graph))
    below: dict[str, tuple[str, ...]] = {}
    for parent, child in re.findall(r"(\w+)(?:\[[^\]]+\])? --> (\w+)", graph):
        below[titles[parent]] = (*below.get(titles[parent], ()), titles[child])
    return below


def checklists() -> dict[str, list[str]]:
    """The milestones' items by heading."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in text().splitlines():
        if line.startswith("### "):
            heading = line[4:].strip()
        elif line.startswith("- [ ] "):
            found.setdefault(heading, []).append(line[6:].strip())
    return found


def panels() -> list[str]:
    """The titles of the Grafana panels."""
    return re.findall(r'- title: "([^"]+)"', text())


def scorer() -> str:
    """The code of the composite score."""
    return _code_with("calculate_composite_score")


def deductions() -> dict[tuple[str, str], tuple[str, float, int]]:
    """(group, name): the operator, the limit and the points of the composite score's lines."""
    found = re.findall(r'if metrics\["(\w+)"\]\["(\w+)"\] ([<>]) (-?[\d.]+):\s+\w+ -= (\d+)', scorer())
    return {(group, name): (op, float(limit), int(points)) for group, name, op, limit, points in found}


def weights() -> dict[str, float]:
    """The weights of the categories."""
    return {name: float(weight) for name, weight in re.findall(r'"(\w+)": (0\.\d+)', scorer())}


def cuts(function: str) -> tuple[list[tuple[int, str]], str]:
    """The cuts of get_grade or get_status from the highest, and what stands below the last."""
    body = scorer().partition(f"def {function}(")[2].partition("def ")[0]
    pairs = [(int(cut), name) for cut, name in re.findall(r'if score >= (\d+): return "([^"]+)"', body)]
    return pairs, re.findall(r'else: return "([^"]+)"', body)[0]


def security_report() -> tuple[list[str], list[tuple[str, str, str]]]:
    """The fields of the daily security report, and the threat scale's (field, test, level)."""
    sql = _block("sql")
    fields = re.findall(r"END\) as (\w+)", sql)
    return fields, re.findall(r"WHEN (\w+) (> \d+) THEN '(\w+)'", sql)


def as_target(cell: str) -> Target:
    """A cell of a target or alert column as a line: a bare number is wanted exactly, "any" is more than none."""
    if cell.lower().startswith("any "):
        return Target.parse("> 0")
    if cell.lower() in ("yes", "no"):
        return Target.parse(f"= {cell}")
    return Target.parse(cell if cell[0] in "<>" else f"= {cell}")


def same_line(ours: Target | None, theirs: Target) -> bool:
    """The same number of the same unit on the same side; whether the limit itself passes, the specification's code may decide."""
    return (
        ours is not None
        and ours.canonical == theirs.canonical
        and ours.unit.quantity is theirs.unit.quantity
        and (theirs.op == "=" or ours.op[0] == theirs.op[0])
    )


def _block(language: str) -> str:
    return re.findall(rf"```{language}\n(.*?)```", text(), re.DOTALL)[0]


def _code_with(name: str) -> str:
    return next(block for block in re.findall(r"```python\n(.*?)```", text(), re.DOTALL) if name in block)


def _without_code(document: str) -> str:
    return re.sub(r"^```.*?^```", "", document, flags=re.DOTALL | re.MULTILINE)
