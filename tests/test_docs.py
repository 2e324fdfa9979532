"""What the pages say is what happens: commands run, plans load, generated pages are current, links lead somewhere."""

from __future__ import annotations

import importlib.util
import re
import shlex
from pathlib import Path

import pytest

from postflight.cli import root, run
from postflight.errors import Exit
from postflight.plan import compile_plan
from postflight.sources import kinds

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "ARCHITECTURE.md", *sorted((ROOT / "docs").rglob("*.md"))]


def _blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.DOTALL)


def test_the_tutorial_runs_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every command of the tutorial, in its order, ends as the text says; the verdict goes from unknown to pass."""
    monkeypatch.chdir(tmp_path)
    for name in ("POSTFLIGHT_PLAN", "POSTFLIGHT_STORE", "POSTFLIGHT_BINDINGS"):
        monkeypatch.delenv(name, raising=False)
    verdicts = []
    for line in "".join(_blocks(ROOT / "docs" / "tutorial" / "first-scorecard.md", "sh")).splitlines():
        program, *args = shlex.split(line)
        assert program == "postflight"
        assert run(root, args) == Exit.PASS, line
        printed = capsys.readouterr().out
        if "report" in args:
            verdicts.append(printed.splitlines()[1])
    assert "Cannot tell" in verdicts[0]
    assert all("Success" in verdict for verdict in verdicts[1:])


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    """No relative link is dead."""
    dead = [link for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text()) if not (page.parent / link).exists()]
    assert not dead


def test_reference_pages_are_current() -> None:
    """`python docs/generate.py` was run after the last change of commands, plan keys or sources."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec
    assert spec.loader
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    for name, text in generate.pages().items():
        assert (ROOT / "docs" / "reference" / name).read_text() == text, f"run python docs/generate.py: {name} is old"


def test_the_plan_of_the_readme_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    """The YAML a new user pastes compiles."""
    [text] = _blocks(ROOT / "README.md", "yaml")
    plan = compile_plan({"plan.yml": "product: Mine\n" + text}, kinds())
    assert list(plan.kpis) == ["signups", "api_p95", "errors"]


def test_recipe_add_a_kpi() -> None:
    """The recipe of CONTRIBUTING.md, pasted into a plan, compiles."""
    [text] = _blocks(ROOT / "CONTRIBUTING.md", "yaml")
    head = "product: Mine\ncategories: {performance: {title: Performance}}\nfrom: {app: {sql: 'sqlite:///app.db'}}\n"
    assert "failed_jobs" in compile_plan({"plan.yml": head + text}, kinds()).kpis


def test_the_promise_of_the_how_to_loads() -> None:
    """The release file of the how-to compiles against a plan that has its KPIs."""
    [text] = _blocks(ROOT / "docs" / "how-to" / "release.md", "yaml")
    plan = """
product: Mine
from: {app: {sql: "sqlite:///app.db"}}
kpis:
  mobile_share: {category: ux, app: "SELECT 1 AS hits, 2 AS total WHERE :start < :end", unit: "%"}
  error_rate: {category: performance, app: "SELECT 1 AS hits, 2 AS total WHERE :start < :end", target: "<= 0.1 %"}
  support_tickets: {category: business, app: "SELECT 1 AS value WHERE :start < :end", direction: lower}
"""
    promise = compile_plan({"plan.yml": plan, "releases/mobile-redesign.yml": text}, kinds()).promises["mobile-redesign"]
    assert len(promise.expectations) == 3
    assert [item.every for item in promise.milestones[0].items] == ["hour", ""]
