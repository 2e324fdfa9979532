"""The JSON Schema for editors: current, valid, and of one mind with the compiler about shapes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from postflight.plan.read import read
from postflight.plan.schema import VERSION, editor_schema, text

SOURCE = Path(__file__).parents[2] / "src" / "postflight"
SCHEMA = SOURCE / "schemas" / "plan-1.json"
PLANS = [SOURCE / "plans" / "minimal" / "plan.yml", Path(__file__).parents[2] / "docs" / "examples" / "twelve" / "plan.yml"]


def validator(shape: str = "") -> jsonschema.Draft202012Validator:
    schema = editor_schema()
    return jsonschema.Draft202012Validator({"$defs": schema["$defs"], "$ref": f"#/$defs/{shape}"} if shape else schema)


def test_the_committed_schema_is_current() -> None:
    """`python -m postflight.plan.schema > src/postflight/schemas/plan-1.json` after a change of document.py."""
    assert SCHEMA.read_text("utf-8") == text()
    schema = json.loads(SCHEMA.read_text("utf-8"))
    assert schema["$id"] == schema["title"] == VERSION == "postflight.plan/1"
    jsonschema.Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.parent.name)
def test_plans_that_load_are_right_by_the_schema(path: Path) -> None:
    """An editor underlines nothing that the compiler takes."""
    validator().validate(read(path.name, path.read_text("utf-8")).data)


@pytest.mark.parametrize(
    ("shape", "wrong"),
    [
        ("", {"kpi": {}}), ("", {"kpis": {"a": {"target": 5}}}), ("", {"kpis": {"a": {"fold": "mode"}}}), ("", {"score": {"profile": "x"}}),
        ("", {"timezone": None}), ("Release", {"expect": {"a": {"1w": 5}}}), ("Release", {"milestones": {"24h": {"items": [{"title": "x"}]}}}),
        ("Bindings", {"use": []}), ("Pack", {"kpis": []}),
    ],
)  # fmt: skip
def test_an_editor_sees_the_mistakes_of_shape(shape: str, wrong: dict[str, Any]) -> None:
    """Unknown keys, wrong types, words that are no choice."""
    with pytest.raises(jsonschema.ValidationError):
        validator(shape).validate(wrong)


def test_every_key_of_a_kpi_is_documented() -> None:
    """What an editor shows beside a key is the documentation."""
    assert all(entry.get("description") for entry in editor_schema()["$defs"]["Kpi"]["properties"].values())
