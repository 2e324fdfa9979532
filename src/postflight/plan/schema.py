"""The JSON Schema for editors, made from the shapes in `document.py` and kept in the repository as schemas/plan-1.json.

`python -m postflight.plan.schema` prints it; a test compares.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from . import document

VERSION = "postflight.plan/1"
_SHAPES: tuple[type[BaseModel], ...] = (document.Plan, document.Release, document.Bindings, document.Pack)


def editor_schema() -> dict[str, Any]:
    """The schema of plan.yml, with those of the other kinds of files under `$defs`: Release, Bindings, Pack."""
    _, schema = models_json_schema([(shape, "validation") for shape in _SHAPES])
    definitions = {name: _slim(definition) for name, definition in schema["$defs"].items()}
    plan = definitions.pop("Plan")
    used = _reached([plan, *(definitions[shape.__name__] for shape in _SHAPES[1:])], definitions)
    kept = {name: definitions[name] for name in sorted({*used, *(shape.__name__ for shape in _SHAPES[1:])})}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": VERSION,
        "title": VERSION,
        **plan,
        "$defs": kept,
    }


def text() -> str:
    """The schema as the file holds it."""
    return json.dumps(editor_schema(), indent=2, ensure_ascii=False) + "\n"


def _slim(node: Any) -> Any:
    """Without what editors need not be told: titles made of names, empty defaults, and `null` for a key that may be absent."""
    if isinstance(node, list):
        return [_slim(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "default" in node and node["default"] is None and "anyOf" in node:
        (given,) = (choice for choice in node["anyOf"] if choice != {"type": "null"})
        node = given | {key: value for key, value in node.items() if key != "anyOf"}
    slim = {key: _slim(value) for key, value in node.items() if key not in ("title", "properties", "default")}
    if (default := node.get("default")) and isinstance(default, str | int):
        slim["default"] = default
    if "properties" in node:
        slim["properties"] = {name: _slim(value) for name, value in node["properties"].items()}
    return slim


def _reached(nodes: list[Any], definitions: dict[str, Any]) -> set[str]:
    """The names of all definitions that these schemas lead to."""
    reached: set[str] = set()
    while nodes:
        for name in _references(nodes.pop()):
            if name not in reached:
                reached.add(name)
                nodes.append(definitions[name])
    return reached


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(reference := node.get("$ref"), str):
            yield reference.rpartition("/")[2]
        node = list(node.values())
    if isinstance(node, list):
        for value in node:
            yield from _references(value)


if __name__ == "__main__":
    sys.stdout.write(text())
