"""YAML into plain data, and a place for every piece of it. Strict where YAML is generous (C6).

YAML 1.2 as ruamel.yaml's parser reads it, with the core schema only: `no` is text, `9:30` is text, `1e-3` is a number. What two
readers of YAML could understand differently is refused: a key written twice, a number with a leading zero, a tag, a merge key.
Anchors and aliases are allowed as long as what they expand to stays small.

The tree is built here from the parser's events: every value keeps its place, and depth and size are known before anything is expanded.
(ruamel's own round-trip loader keeps places too, at twice the time, and expands first.)
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..errors import Place, Problem
from ..words import clean
from .mistakes import Mistakes

MAX_BYTES = 1 << 20  # of one file; a plan of 300 KPIs is a tenth of it
MAX_DEPTH = 40
MAX_NODES = 100_000  # aliases counted as often as they are used

Path = tuple[str | int, ...]


@dataclass(slots=True)
class Node:
    """One value of the file: plain data, where it stands, and how much it is once its aliases are written out."""

    value: Any
    line: int
    column: int
    size: int = 1
    height: int = 1
    children: dict[str | int, Node] = field(default_factory=dict)
    keys: dict[str | int, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Document:
    """One file, read. `data` is made of dict, list, str, int, float, bool and None; a file that is no YAML has none."""

    name: str
    root: Node
    problems: tuple[Problem, ...] = ()

    @property
    def data(self) -> Any:
        return self.root.value

    @property
    def readable(self) -> bool:
        """False where the file is no YAML at all, so that what it defines is not known."""
        return self.root.line > 0

    def has(self, path: Path) -> bool:
        return self._walk(path)[1] == len(path)

    def value_at(self, path: Path) -> Place:
        """Where the value of this path begins; the nearest part of it that exists."""
        node, _ = self._walk(path)
        return Place(self.name, node.line, node.column)

    def key_at(self, path: Path) -> Place:
        """Where the last key of this path is written."""
        node, depth = self._walk(path[:-1])
        if path and depth == len(path) - 1 and path[-1] in node.keys:
            return Place(self.name, *node.keys[path[-1]])
        return self.value_at(path)

    def _walk(self, path: Path) -> tuple[Node, int]:
        node = self.root
        for depth, key in enumerate(path):
            child = node.children.get(key)
            if child is None:
                return node, depth
            node = child
        return node, len(path)


def read(name: str, text: str) -> Document:
    """Read one file. Never raises: what is wrong is in `problems`, and the rest of the file is there unless it is no YAML at all."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.reader import ReaderError

    mistakes = Mistakes()
    unreadable = Node(None, 0, 0)
    text = text.removeprefix("\ufeff")
    if len(text) > MAX_BYTES:
        mistakes.say(
            Place(name), f"the file is larger than {MAX_BYTES >> 20} MiB", "a plan is written by people; keep data elsewhere"
        )
        return Document(name, unreadable, tuple(mistakes.problems))
    root = unreadable
    try:
        root = _Builder(name, YAML(typ="safe", pure=True).parse(text), mistakes).document()
    except _TooMuch as error:
        mistakes.say(error.place, str(error))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(name, mark.line + 1, mark.column + 1) if mark else Place(name)
        what = clean(error.problem or error.context or "cannot be read")
        mistakes.say(
            place, f"this is not YAML: {what}", _advice(what, text.splitlines()[mark.line : mark.line + 1] if mark else [])
        )
    except ReaderError as error:
        before = text[: error.position]
        place = Place(name, before.count("\n") + 1, len(before) - before.rfind("\n"))
        mistakes.say(place, "this is not YAML: an invisible control character", "remove it")
    return Document(name, root, tuple(mistakes.problems))


class _TooMuch(Exception):
    def __init__(self, what: str, place: Place) -> None:
        super().__init__(what)
        self.place = place


class _Builder:
    """Events of the parser into nodes. An alias shares its anchor's node; sizes are added up, so a bomb is refused unexploded."""

    def __init__(self, name: str, events: Iterator[Any], mistakes: Mistakes) -> None:
        self._name = name
        self._events = events
        self._mistakes = mistakes
        self._anchors: dict[str, Node | None] = {}  # None while the anchor's own node is being built

    def document(self) -> Node:
        event = self._next("StreamStartEvent", "DocumentStartEvent")
        if _is(event, "StreamEndEvent"):
            return Node({}, 1, 1)
        root = self._node(event, 0)
        event = self._next("DocumentEndEvent")
        if not _is(event, "StreamEndEvent"):
            raise _TooMuch("a second document begins here; a file of a plan holds one", self._place(event))
        if root.value is None:
            return Node({}, 1, 1)
        if not isinstance(root.value, dict):
            self._mistakes.say(self._place_of(root), "a file of a plan is a mapping of keys to values")
            return Node({}, 1, 1)
        return root

    def _next(self, *skipped: str) -> Any:
        event = next(self._events)
        while _is(event, *skipped):
            event = next(self._events, None)
        return event

    def _node(self, event: Any, depth: int) -> Node:
        if _is(event, "AliasEvent"):
            return self._alias(event, depth)
        if depth > MAX_DEPTH:
            raise _TooMuch(f"this is nested more than {MAX_DEPTH} levels deep", self._place(event))
        mark = event.start_mark
        node = Node(None, mark.line + 1, mark.column + 1)
        if event.anchor:
            self._anchors[event.anchor] = None
        if event.tag is not None:
            self._mistakes.say(self._place(event), "a plan has no YAML tags", "remove the word that begins with '!'")
        if _is(event, "ScalarEvent"):
            node.value = self._scalar(event)
        elif _is(event, "SequenceStartEvent"):
            self._sequence(node, depth)
        else:
            self._mapping(node, depth)
        if event.anchor:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, event: Any, depth: int) -> Node:
        if event.anchor not in self._anchors:
            self._mistakes.say(self._place(event), f"no such anchor: {event.anchor!r}", "text that begins with '*' needs quotes")
            return Node(None, event.start_mark.line + 1, event.start_mark.column + 1)
        node = self._anchors[event.anchor]
        if node is None:
            raise _TooMuch("an alias cannot stand inside what it names", self._place(event))
        if depth + node.height > MAX_DEPTH:
            raise _TooMuch(f"this alias is nested more than {MAX_DEPTH} levels deep", self._place(event))
        return node

    def _sequence(self, node: Node, depth: int) -> None:
        node.value = []
        while not _is(event := next(self._events), "SequenceEndEvent"):
            self._adopt(node, len(node.value), self._node(event, depth + 1), self._place(event))
            node.value.append(node.children[len(node.value)].value)

    def _mapping(self, node: Node, depth: int) -> None:
        node.value = {}
        while not _is(event := next(self._events), "MappingEndEvent"):
            place = self._place(event)
            key = self._node(event, depth + 1).value
            value = self._node(next(self._events), depth + 1)
            if not isinstance(key, str):
                self._mistakes.say(place, "a key is text", "put it in quotes")
            elif key == "<<":
                self._mistakes.say(place, "YAML 1.2 has no merge keys ('<<')", "write the keys out")
            elif key in node.value:
                self._mistakes.say(place, f"{clean(key)!r} is written twice", f"first on line {node.keys[key][0]}")
            else:
                self._adopt(node, key, value, place)
                node.value[key] = value.value

    def _adopt(self, node: Node, key: str | int, child: Node, place: Place) -> None:
        node.size += child.size
        node.height = max(node.height, child.height + 1)
        if node.size > MAX_NODES:
            raise _TooMuch(f"aliases expand to more than {MAX_NODES:,} values", place)
        node.children[key] = child
        node.keys[key] = (place.line, place.column)

    def _scalar(self, event: Any) -> Any:
        if not event.implicit[0]:  # quoted, or a block of text
            return event.value
        try:
            return _plain(event.value)
        except ValueError as error:
            self._mistakes.say(self._place(event), str(error), "put it in quotes if it is text")
            return event.value

    def _place(self, event: Any) -> Place:
        return Place(self._name, event.start_mark.line + 1, event.start_mark.column + 1)

    def _place_of(self, node: Node) -> Place:
        return Place(self._name, node.line, node.column)


def _is(event: Any, *kinds: str) -> bool:
    return type(event).__name__ in kinds


_WORDS = {"": None, "~": None} | {
    spelling: value
    for word, value in (("null", None), ("true", True), ("false", False))
    for spelling in (word, word.capitalize(), word.upper())
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+(\.[0-9]*)?|0[xob][0-9a-fA-F_]+")
_NOT_A_NUMBER = re.compile(r"[-+]?\.(inf|nan)", re.IGNORECASE)


def _plain(text: str) -> Any:
    """The value of an unquoted scalar by YAML 1.2's core schema. Raises ValueError for what readers of YAML disagree on."""
    if text in _WORDS:
        return _WORDS[text]
    if _LEADING_ZERO.fullmatch(text):
        raise ValueError(f"{text!r} is a different number to different readers of YAML")
    if _NOT_A_NUMBER.fullmatch(text):
        raise ValueError(f"{text!r} is no number that can be measured")
    if _INTEGER.fullmatch(text) and len(text) <= 30:
        return int(text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if not math.isfinite(number) or len(text) > 30:
            raise ValueError("this number is too large")
        return number
    return text


def _advice(problem: str, line: list[str]) -> str:
    """What the author most likely meant, for the mistakes that plans invite."""
    if "block scalar" in problem or "indentation indicators" in problem or "comment or a line break" in problem:
        return 'a value that begins with ">" needs quotes: ">= 99 %"'
    if "mapping values are not allowed" in problem:
        return "text with ': ' in it needs quotes; or the line is indented too far"
    if "but got '<stream end>'" in problem:
        return "a bracket is opened and never closed"
    if "expected ',' or" in problem:
        return "between brackets, text with any of , : [ ] { } in it needs quotes"
    if "\\t" in problem or any("\t" in text for text in line):
        return "indent with spaces, not with tabs"
    if "cannot start any token" in problem:
        return "text that begins with this character needs quotes"
    return ""
