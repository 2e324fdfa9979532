"""A plan on disk: found by folder or file, read as UTF-8, and never outside its folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from postflight.errors import PlanError, UsageError
from postflight.plan import compile_plan, load_plan

PLAN = 'product: Shop\nfrom: {app: {sql: "sqlite:///a.db"}}\nkpis:\n  a: {app: a.sql}\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop" / "sql" / "deep").mkdir(parents=True)
    (tmp_path / "shop" / "plan.yml").write_text(PLAN)
    (tmp_path / "shop" / "sql" / "a.sql").write_text("select 1")
    return tmp_path / "shop"


def test_a_folder_and_its_plan_yml_are_the_same_plan(
    folder: Path, kinds: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also from inside the folder; connections know where their relative paths count from."""
    plan = load_plan(folder, kinds)
    monkeypatch.chdir(folder)
    assert plan == load_plan(folder / "plan.yml", kinds) == load_plan("plan.yml", kinds) == load_plan(".", kinds)
    assert plan.connections["app"].folder == str(folder.resolve())
    assert compile_plan(plan.files, kinds).hash == plan.hash


def test_only_the_plans_own_files_are_read(folder: Path, kinds: dict[str, Any]) -> None:
    """Files that nothing refers to are none of the plan's, even when they could not be read."""
    (folder / "notes.txt").write_bytes(b"\xff")
    (folder / "sql" / "unused.sql").write_bytes(b"\xff")
    (folder / "sql" / "deep" / "b.sql").write_text("select 2")
    (folder / "plan.yml").write_text(PLAN.replace("{app: a.sql}", "{app: a.sql}\n  b: {app: deep/b.sql}"))
    assert set(load_plan(folder, kinds).files) == {"plan.yml", "sql/a.sql", "sql/deep/b.sql"}


@pytest.mark.parametrize("question", ["../outside.sql", "sql/../../outside.sql", "{outside}", "link.sql", "linked/outside.sql"])
def test_no_path_leaves_the_folder(folder: Path, kinds: dict[str, Any], question: str) -> None:
    """Neither by dots, nor by an absolute path, nor by a link."""
    outside = folder.parent / "outside.sql"
    outside.write_text("select 'outside'")
    (folder / "link.sql").symlink_to(outside)
    (folder / "linked").symlink_to(folder.parent)
    (folder / "plan.yml").write_text(PLAN.replace("a.sql}", f'"{question.format(outside=outside)}"}}'))
    with pytest.raises(PlanError) as caught:
        load_plan(folder, kinds)
    (problem,) = caught.value.problems
    assert "own files only" in problem.hint and "select" not in str(caught.value)


def test_a_link_inside_the_folder_is_followed(folder: Path, kinds: dict[str, Any]) -> None:
    """Positive control: mounted configuration is made of such links."""
    (folder / "..data").mkdir()
    (folder / "plan.yml").rename(folder / "..data" / "plan.yml")
    (folder / "plan.yml").symlink_to(Path("..data") / "plan.yml")
    assert load_plan(folder, kinds).product == "Shop"


def test_C6_what_is_not_utf_8_is_said_with_its_place(folder: Path, kinds: dict[str, Any]) -> None:
    """In the plan and in a file it names, together with the other files' mistakes."""
    (folder / "more.yml").write_bytes("kpis:\n  größe: ".encode() + b"\xe9t\xe9")
    (folder / "releases").mkdir()
    (folder / "releases" / "next.yml").write_text("titel: x")
    with pytest.raises(PlanError) as caught:
        load_plan(folder, kinds)
    assert [str(problem.at) for problem in caught.value.problems] == ["more.yml:2:10", "releases/next.yml:1:1"]
    assert "this is not UTF-8: byte 0xe9" in str(caught.value)
    (folder / "more.yml").unlink()
    (folder / "releases" / "next.yml").unlink()
    (folder / "sql" / "a.sql").write_bytes(b"select '\xe9'")
    with pytest.raises(PlanError, match=r"sql/a\.sql:1:9: this is not UTF-8"):
        load_plan(folder, kinds)


def test_a_file_too_large_is_refused(folder: Path, kinds: dict[str, Any]) -> None:
    """Before it is read whole."""
    (folder / "more.yml").write_text("#" * (1 << 21))
    with pytest.raises(PlanError, match=r"more\.yml: this file is larger than 1 MiB"):
        load_plan(folder, kinds)


def test_no_plan_is_a_usage_error_with_a_hint(tmp_path: Path, kinds: dict[str, Any]) -> None:
    """What to do: write one, or rename the one that is there."""
    with pytest.raises(UsageError, match="postflight init"):
        load_plan(tmp_path / "nowhere", kinds)
    (tmp_path / "plan.yaml").write_text(PLAN)
    with pytest.raises(UsageError, match=r"rename plan\.yaml to plan\.yml"):
        load_plan(tmp_path, kinds)
    with pytest.raises(PlanError, match="there is no plan"):
        compile_plan({}, kinds)
