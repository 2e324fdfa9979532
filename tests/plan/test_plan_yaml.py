"""C6: YAML without its traps, and the same reader under random damage."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from postflight.errors import Place, PlanError
from postflight.plan import compile_plan
from postflight.plan.read import MAX_DEPTH, MAX_NODES, read

HOMEVERSE = Path(__file__).parents[2] / "src" / "postflight" / "plans" / "homeverse"


def value(text: str) -> Any:
    document = read("plan.yml", f"a: {text}\n")
    assert not document.problems
    return document.data["a"]


def problems(text: str) -> list[str]:
    return [str(problem) for problem in read("plan.yml", text).problems]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("9:30", "9:30"), ("no", "no"), ("off", "off"), ("y", "y"), ("1e-3", 0.001), ("1e3", 1000.0), ("2024-12-28", "2024-12-28"),
        ("1_000", "1_000"), ("0", 0), ("-5", -5), ("+5", 5), (".5", 0.5), ("5.", 5.0), ("true", True), ("False", False), ("~", None),
        ("", None), ("null", None), ("<= 200 ms", "<= 200 ms"), ("= 0", "= 0"), ("'010'", "010"), ('"no"', "no"), ("1.10", 1.1),
        ("{b: [1, two]}", {"b": [1, "two"]}), ("|\n  two\n  lines", "two\nlines\n"), ("=", "="), ("0.30", 0.3), ("00:00", "00:00"),
    ],
)  # fmt: skip
def test_C6_scalars_are_what_they_look_like(written: str, meant: Any) -> None:
    """YAML 1.2's core schema: `9:30` is no 570, `no` is no false, `1e-3` is a number."""
    assert value(written) == meant
    assert type(value(written)) is type(meant)


@pytest.mark.parametrize(
    "written",
    [
        "010",
        "-007",
        "0x1F",
        "0o17",
        "0b11",
        ".inf",
        "-.INF",
        ".nan",
        "1e999",
        "9" * 5000,
        "1" * 40 + ".5",
        "!!binary aGk=",
        "!!set {a}",
        "!x 5",
    ],
)
def test_C6_what_readers_of_yaml_disagree_on_is_refused(written: str) -> None:
    """`010` is 8 or 10, a tag makes an object: each is a mistake at its place, and the rest of the file is read."""
    document = read("plan.yml", f"b: 1\na: {written}\n")
    assert [problem.at for problem in document.problems] == [Place("plan.yml", 2, 4)]
    assert document.data["b"] == 1


def test_C6_duplicate_keys_are_refused_wherever_they_stand() -> None:
    """The second one is named with the line of the first; the first one counts."""
    assert problems("a: 1\nb: {c: 1, c: 2}\na: 2\n") == [
        "plan.yml:2:11: 'c' is written twice\n    first on line 2",
        "plan.yml:3:1: 'a' is written twice\n    first on line 1",
    ]
    assert read("plan.yml", "a: 1\na: 2\n").data == {"a": 1}


def test_C6_an_alias_bomb_is_refused_without_being_set_off() -> None:
    """9^8 values of one kilobyte of text: found by adding sizes up, not by writing them out."""
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    (problem,) = read("plan.yml", "\n".join(lines)).problems
    assert problem.what == f"aliases expand to more than {MAX_NODES:,} values"


def test_C6_modest_aliases_are_welcome() -> None:
    """Positive control: anchors are a good way not to repeat oneself, and each use stands where its anchor does."""
    document = read("plan.yml", "a: &lines {alert: 5}\nb: *lines\nc: [*lines]\n")
    assert not document.problems and document.data["b"] == document.data["c"][0] == {"alert": 5}
    assert document.value_at(("b", "alert")) == Place("plan.yml", 1, 19)


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}"])
def test_C6_an_alias_inside_itself_is_refused(text: str) -> None:
    """Data that never ends is no plan."""
    assert "inside what it names" in problems(text)[0]


@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 20_000])
@pytest.mark.parametrize("brackets", ["[]", "{}"])
def test_C6_depth_is_bounded(depth: int, brackets: str) -> None:
    """Ten thousand brackets are a mistake of the plan, not of our stack; aliases do not go deeper either."""
    opened = ("[" if brackets == "[]" else "{a: ") * depth
    assert "levels deep" in problems(f"a: {opened}")[0]
    assert not problems("a: " + "[" * (MAX_DEPTH - 2) + "]" * (MAX_DEPTH - 2))


def test_C6_depth_through_aliases_is_bounded() -> None:
    """A chain of anchors, each holding the one before, would be deep without looking deep."""
    half = MAX_DEPTH // 2
    lines = ["a0: &a0 1"] + [f"a{n}: &a{n} {'[' * half}*a{n - 1}{']' * half}" for n in range(1, 5)]
    assert "nested more than" in problems("\n".join(lines))[0]


def test_C6_size_is_bounded() -> None:
    """A plan is written by people."""
    assert "larger than 1 MiB" in problems("#" * (1 << 21))[0]


@pytest.mark.parametrize("text", ["a: \x07b", "a: b\x00", "\x1b[31m: 1"])
def test_C6_control_characters_are_refused_at_their_place(text: str) -> None:
    """And are not printed."""
    (message,) = problems(f"b: 1\n{text}\n")
    assert message.startswith("plan.yml:2:") and "control character" in message
    assert message.isprintable() or message.replace("\n", "").isprintable()


def test_a_byte_order_mark_is_no_mistake() -> None:
    """Some editors write one."""
    assert read("plan.yml", "\ufeffa: 1\n").data == {"a": 1}


def test_every_path_has_its_place() -> None:
    """Line and column of keys and of values, counted from 1; what does not exist has the place of what would hold it."""
    document = read("plan.yml", "kpis:\n  a: {target: '= 0', by: [x, y]}\n")
    assert document.value_at(("kpis", "a", "target")) == Place("plan.yml", 2, 15)
    assert document.key_at(("kpis", "a", "target")) == Place("plan.yml", 2, 7)
    assert document.value_at(("kpis", "a", "by", 1)) == Place("plan.yml", 2, 30)
    assert document.value_at(("kpis", "a", "alert", "x")) == Place("plan.yml", 2, 6)
    assert document.key_at(("kpis", "b")) == Place("plan.yml", 2, 3)


# ------------------------------------------------------------------------------------------------------------- random damage

VALID: dict[str, Any] = {
    "product": "Shop",
    "timezone": "Europe/Berlin",
    "from": {"app": {"sql": "${env:DB}"}, "prom": {"prometheus": {"url": "http://127.0.0.1"}}, "web": {"events": {}}},
    "use": [{"http-service": {"from": "prom", "each": "service", "where": {"job": "api"}, "kpis": {"http_p95": {"target": "<= 1 s"}}}}, {"queue": {"from": "prom", "where": {"c": "d"}}}],
    "categories": {"performance": {"title": "Speed", "weight": 0.5}, "business": {"emoji": "💰", "weight": 0.5}},
    "kpis": {
        "errors": {
            "category": "performance", "app": "errors.sql", "target": "<= 0.1 %", "alert": "> 1 %", "block": "> 5 %", "window": "24h",
            "points": {"deduct": 20, "when": "> 0.1 %"}, "range": [0, "100 %"], "baseline": "0.2 %", "by": ["route"], "settles": "1h",
            "evidence": "errors.sql", "min_sample": 30, "counted": "all", "quantile": 0.5, "fold": "mean", "direction": "lower",
        },
        "signups": {"category": "business", "web": {"count": "signup"}, "direction": "higher", "target": "no worse than 5 %"},
    },
    "score": {
        "profile": "graded", "pass": 90, "grades": {"A": 90, "F": 0},
        "inputs": {"speed": {"errors": {"kpi": "errors", "unit": "ratio", "when": "> 0.001", "range": [0, 1], "aliases": ["e"]}}},
    },
    "threat": [{"level": "HIGH", "when": {"errors": "> 5 %"}}, {"level": "LOW"}],
    "review": {"daily": "1w", "weekly": "1mo", "monthly": "ongoing"},
    "tree": {"title": "Success", "children": [{"title": "Errors", "kpis": {"errors": None}}]},
    "document": [{"heading": "Errors", "table": {"columns": {"KPI": "title"}, "rows": [{"title": "Errors", "kpi": "errors"}]}}],
    "slack": {"webhook": "${env:SLACK}"},
}  # fmt: skip
RELEASE: dict[str, Any] = {
    "expect": {"signups": {"1w": ">= +5 %"}},
    "milestones": {
        "24h": {"title": "Day", "items": [{"id": "calm", "title": "Calm", "kpis": {"errors": "= 0"}, "every": "hour"}]}
    },
}
BINDINGS: dict[str, Any] = {
    "from": {"app": {"sql": "sqlite:///demo.db", "label": "simulated"}},
    "kpis": {"errors": {"app": "errors.sql", "unit": "%"}},
}
PACK: dict[str, Any] = {
    "title": "Queues",
    "kpis": {"depth": {"from": {"rate": "jobs", "where": {"a": "b"}}, "category": "business", "target": "<= 5"}},
}
FILES = {"sql/errors.sql": "SELECT 1 AS hits, 2 AS total"}
JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=12),
    st.sampled_from(["", "<= 200 ms", ">= +5 pp", "no worse than 5", "${env:X}", "${", "errors", "app", "1e999 d", "999999999d", "=", "../x.sql"]),
    st.lists(st.integers(), max_size=2), st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
)  # fmt: skip


def dumped(data: Any) -> str:
    """As JSON, which is YAML too."""
    return json.dumps(data, ensure_ascii=False, indent=1)


def written(*parts: Any) -> dict[str, str]:
    """A plan of every kind of file."""
    names = ("plan.yml", "releases/next.yml", "packs/queue.yml", "bindings/demo.yml")
    return {name: dumped(part) for name, part in zip(names, parts, strict=True)} | FILES


def slots(data: Any) -> list[tuple[Any, Any]]:
    """Every container with every key of it."""
    pairs = list(data.items()) if isinstance(data, dict) else list(enumerate(data)) if isinstance(data, list) else []
    return [(data, key) for key, _ in pairs] + [slot for _, value in pairs for slot in slots(value)]


def test_the_plan_that_is_damaged_below_is_right(kinds: dict[str, Any]) -> None:
    """Positive control."""
    plan = compile_plan(written(VALID, RELEASE, PACK, BINDINGS), kinds)
    assert len(plan.kpis) == 6 and plan.promises["next"].milestones


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_data_is_a_plan_or_a_plan_error(kinds: dict[str, Any], data: st.DataObject) -> None:
    """Values replaced, keys renamed and dropped at random: never anything but PlanError, and every mistake has a place."""
    parts = copy.deepcopy([VALID, RELEASE, PACK, BINDINGS])
    for _ in range(data.draw(st.integers(1, 4))):
        places = [slot for part in parts for slot in slots(part)]
        holder, key = places[data.draw(st.integers(0, len(places) - 1))]
        match data.draw(st.sampled_from(["replace", "drop", "rename"])):
            case "drop":
                del holder[key]
            case "rename" if isinstance(holder, dict):
                holder[data.draw(st.text(max_size=8))] = holder.pop(key)
            case _:
                holder[key] = data.draw(JUNK)
    try:
        compile_plan(written(*parts), kinds, data.draw(st.sampled_from(["", "demo"])))
    except PlanError as error:
        assert error.problems and all(problem.at and problem.at.file for problem in error.problems)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_text_is_a_plan_or_a_plan_error(kinds: dict[str, Any], data: st.DataObject) -> None:
    """Characters cut out and put in at random."""
    text = dumped(VALID)
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 20)))
        text = (
            text[:start]
            + data.draw(
                st.text(st.characters(codec="utf-8"), max_size=6)
                | st.sampled_from(["{", "}", "&a ", "*a", ": ", "\n", "\t", "!!", "- "])
            )
            + text[end:]
        )
    try:
        compile_plan(written(VALID, RELEASE, PACK, BINDINGS) | {"plan.yml": text}, kinds)
    except PlanError as error:
        assert error.problems and all(problem.at and problem.at.file for problem in error.problems)


KEYS = [
    ("plan.yml", "baseline"), ("plan.yml", "settles"), ("plan.yml", "emoji"), ("plan.yml", "review"),
    ("more.yml", "owner"), ("more.yml", "title"), ("releases/next.yml", "every"), ("releases/next.yml", "expect"),
]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(chosen=st.sets(st.sampled_from(KEYS), min_size=1))
def test_every_misspelt_key_of_every_file_is_found_at_once(kinds: dict[str, Any], chosen: set[tuple[str, str]]) -> None:
    """As many mistakes as were made, in one error, each in its file."""
    texts = written(VALID, RELEASE, PACK, BINDINGS)
    texts["more.yml"] = "kpis: {extra: {app: errors.sql, category: business, title: Extra, owner: me}}\n"
    for name, key in chosen:
        texts[name] = texts[name].replace(f"{key}:", f"x_{key}:").replace(f'"{key}":', f'"x_{key}":')
    with pytest.raises(PlanError) as caught:
        compile_plan(texts, kinds)
    found = [(problem.at.file, problem.what.split("'")[1].removeprefix("x_")) for problem in caught.value.problems if problem.at]
    assert sorted(found) == sorted(chosen)
