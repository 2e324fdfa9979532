"""The success tree as a mermaid graph: every leaf in the colour, and with the word, of the KPIs it speaks of; every branch in that of its worst leaf."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from .. import words
from ..model import Evaluation, Level, MilestoneTest, TreeNode
from . import phrases

# Dark words on light ground, at least 7:1, with a border that is told apart in print as well.
_CLASSES = {
    "blocker": "fill:#f9d3cf,stroke:#8f1710,color:#5c0d08,stroke-width:4px",
    "alert": "fill:#fbe3e0,stroke:#a8231c,color:#6b120d,stroke-width:2px",
    "missed": "fill:#fbf0d9,stroke:#805300,color:#4d3200,stroke-width:2px",
    "nodata": "fill:#eceff1,stroke:#4c5865,color:#2b333b,stroke-dasharray:5 3",
    "met": "fill:#e4f2ea,stroke:#17693f,color:#0c3d24",
    "shown": "fill:#ffffff,stroke:#9fabb7,color:#2b333b",
}
_WORST_FIRST = tuple(_CLASSES)
_STATES = {"alert": Level.ALERT, "missed": Level.WARN, "nodata": Level.NO_DATA, "met": Level.OK, "shown": Level.NOT_APPLICABLE}
_NAMES = {level: name for name, level in _STATES.items()}
_UNSAFE = re.compile(r'["`#\\;]|<(?=[A-Za-z/!?])|&(?=#?\w+;)|%(?=%)|(?<=%)%')


def graph(tree: TreeNode, evaluations: Mapping[str, Evaluation]) -> str:
    """The tree as a fenced mermaid block, top down."""
    lines: list[str] = []
    _draw(tree, "n", evaluations, lines)
    classes = [f"    classDef {name} {style}" for name, style in _CLASSES.items()]
    return "\n".join(["```mermaid", "graph TD", *lines, *classes, "```"])


def _draw(node: TreeNode, id: str, evaluations: Mapping[str, Evaluation], lines: list[str]) -> str:
    """Append a node, its children and the edges to them; return the state of the worst."""
    at = len(lines)
    edges: list[str] = []
    below: list[str] = []
    for number, child in enumerate(node.children, 1):
        below.append(_draw(child, f"{id}_{number}", evaluations, lines))
        edges.append(f"    {id} --> {id}_{number}")
    own = [_state(test, evaluations.get(test.kpi)) for test in node.kpis]
    state = min([*own, *below], key=_WORST_FIRST.index, default="shown")
    said = [label(node.title), *(_leaf(test, evaluations.get(test.kpi)) for test in node.kpis)]
    if not node.kpis and below:
        said.append(_word(state))
    lines.insert(at, f'    {id}["{"<br/>".join(said)}"]:::{state}')
    lines.extend(edges)
    return state


def _state(test: MilestoneTest, evaluation: Evaluation | None) -> str:
    if evaluation is None:
        return "nodata"
    if evaluation.blocker:
        return "blocker"
    if test.target is None or evaluation.value is None:
        return _NAMES[evaluation.level]
    told = phrases.holds(test.target, evaluation)
    return "nodata" if told is None else "met" if told else "missed"


def _word(state: str) -> str:
    if state == "blocker":
        return f"{words.BLOCKER_ICON} {words.BLOCKER_WORD}"
    return f"{words.LEVEL_ICONS[_STATES[state]]} {words.LEVEL_WORDS[_STATES[state]]}"


def _leaf(test: MilestoneTest, evaluation: Evaluation | None) -> str:
    word = _word(_state(test, evaluation))
    return word if evaluation is None or evaluation.value is None else f"{label(phrases.reading(evaluation))} {word}"


def label(text: str) -> str:
    """Words for a node: whatever could end the label, open a tag or be read as a directive is written as its number."""
    said = words.clip(words.clean(text).strip(), phrases.LONGEST_NAME)
    return _UNSAFE.sub(lambda match: f"#{ord(match[0])};", said)


def leaves(tree: TreeNode) -> Iterator[str]:
    """The KPIs that the tree speaks of."""
    yield from (test.kpi for test in tree.kpis)
    for child in tree.children:
        yield from leaves(child)
