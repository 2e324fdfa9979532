"""Writes docs/reference/ from the code itself: commands from click, plan keys from the JSON Schema, sources from their docstrings.

Run `python docs/generate.py` after a change; a test fails while the pages are not current.
"""

from __future__ import annotations

import importlib.metadata
import inspect
import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from postflight.cli import root
from postflight.errors import Exit
from postflight.model import MEASURE_COLUMNS, Reason, SourceKind
from postflight.sources import kinds
from postflight.words import REASON_WORDS

HERE = Path(__file__).parent / "reference"
TESTS = Path(__file__).parents[1] / "tests"
SCHEMAS = Path(inspect.getfile(Exit)).parent / "schemas"
_EXITS = {
    Exit.PASS: "pass, or done",
    Exit.FAIL: "fail: a blocker, or a score that cannot reach the pass line",
    Exit.USAGE: "a mistake on the command line, in the plan, or in the input",
    Exit.CANNOT_TELL: "cannot tell: what is missing could change the answer",
    Exit.NOT_DELIVERED: "judged, but not delivered",
}


def pages() -> Mapping[str, str]:
    """Every page by its name."""
    return {"commands.md": _commands(), "plan.md": _plan(), "sources.md": _sources(), "requirements.md": _requirements()}


def _commands() -> str:
    lines = ["# Commands", "", "Generated from the program; `postflight COMMAND --help` says the same.", ""]
    context = click.Context(root, info_name="postflight", terminal_width=100, **root.context_settings)
    lines += ["```text", root.get_help(context), "```", ""]
    for path, command in _walk(root, context):
        lines += [f"## {path.command_path}", "", "```text", command.get_help(path), "```", ""]
    lines += ["## Exit codes", "", "| code | meaning |", "|---|---|"]
    lines += [f"| {code.value} | {meaning} |" for code, meaning in _EXITS.items()]
    return "\n".join(lines) + "\n"


def _walk(group: click.Group, context: click.Context) -> Iterator[tuple[click.Context, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            continue
        own = click.Context(command, info_name=name, parent=context, terminal_width=100)
        yield own, command
        if isinstance(command, click.Group):
            yield from _walk(command, own)


def _plan() -> str:
    schema = json.loads((SCHEMAS / "plan-1.json").read_text())
    lines = [
        "# The plan",
        "",
        "A plan is a folder: `plan.yml` and any other `*.yml` beside it, `releases/`, `bindings/`, and the SQL files its questions name.",
        "All keys, generated from the schema that editors use (`schemas/plan-1.json`, `postflight.plan/1`).",
        "",
    ]
    lines += ["## Top keys", "", *_keys(schema), ""]
    for name, part in schema.get("$defs", {}).items():
        if part.get("properties"):
            lines += [f"## {part.get('title', name)}", "", (part.get("description") or "").strip(), "", *_keys(part), ""]
    return "\n".join(lines) + "\n"


def _keys(part: Mapping[str, Any]) -> list[str]:
    rows = ["| key | what it says |", "|---|---|"]
    for name, entry in part.get("properties", {}).items():
        told = " ".join(str(entry.get("description", "")).split()).replace("|", "\\|")
        rows.append(f"| `{name}` | {told} |")
    return rows


def _sources() -> str:
    lines = ["# Sources", "", "Ways of looking at systems, as they stand under `from:` in a plan.", ""]
    ours = {
        entry.name for entry in importlib.metadata.distribution("postflight").entry_points if entry.group == "postflight.sources"
    }
    for name in sorted(ours):
        lines += [f"## `{name}`", "", _told(kinds()[name]), ""]
    lines += ["## Evidence", "", "The columns of an answer say what it is; `day` and dimensions may stand beside them.", ""]
    lines += ["| columns | measure |", "|---|---|"]
    lines += [
        f"| {', '.join(f'`{c}`' for c in sorted(columns))} | {measure.value} |" for columns, measure in MEASURE_COLUMNS.items()
    ]
    lines += ["", "## Why there is no data", "", "| reason | in words |", "|---|---|"]
    lines += [f"| `{reason.value}` | {REASON_WORDS[reason]} |" for reason in Reason]
    return "\n".join(lines) + "\n"


def _requirements() -> str:
    table = tomllib.loads((TESTS / "requirements.toml").read_text())
    lines = ["# Requirements", "", "The acceptance criteria by id: those that are kept have a test that carries their name", ""]
    lines[2] += " (`pytest -k SEC8`); the others wait for a part that is not built yet."
    lines += ["| part | criteria |", "|---|---|", f"| kept now | {', '.join(table['now'])} |"]
    lines += [f"| wait for {part} | {', '.join(ids)} |" for part, ids in table["waits"].items()]
    return "\n".join(lines) + "\n"


def _told(kind: SourceKind) -> str:
    module = inspect.getmodule(kind)
    return inspect.cleandoc((module and module.__doc__) or "")


if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for name, text in pages().items():
        (HERE / name).write_text(text)
        sys.stdout.write(f"{HERE.name}/{name}\n")
