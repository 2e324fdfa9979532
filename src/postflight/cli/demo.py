"""`postflight demo`: a simulated product and its release, through the real line, with nothing to install and no server."""

from __future__ import annotations

import shutil
import sys
import time
from dataclasses import asdict
from datetime import timedelta
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import Exit, UsageError

if TYPE_CHECKING:
    from ..demo import Story
    from ..model import Plan
    from ..run import Sources
    from ..store import Store

_MARK = ".postflight-demo"  # only a folder that carries it is ever replaced
_EARLIER_LOOKS = (timedelta(hours=25), timedelta(days=3), timedelta(days=7, hours=1), timedelta(days=14, hours=1))


@click.command()
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("postflight-demo"), show_default=True, help="Where to put it."
)
def demo(folder: Path) -> int:
    """A simulated product: 60 days, a release, three weeks after it. Measured, judged, explained; exits 0 whatever it finds."""
    from ..demo import simulate
    from ..plan import load_plan
    from ..plan.secrets import Resolver
    from ..publishers.explain import render_explain
    from ..publishers.terminal import render
    from ..run import Sources, look
    from ..sources import kinds
    from ..store import open_store
    from .reports import print_safely, terminal
    from .session import plan_id_of

    began = time.perf_counter()
    _clear(folder)
    _say("Simulating a product, its visitors and its release …")
    story = simulate(folder / "data")
    with resources.as_file(resources.files("postflight") / "plans" / story.plan) as plan_folder:
        shutil.copytree(plan_folder, folder, dirs_exist_ok=True)
    (folder / _MARK).touch()
    plan = load_plan(folder, kinds(), story.bindings)
    _say(f"Measuring {len(plan.kpis)} KPIs and judging the release on five days …")
    with open_store(str(folder / ".postflight"), plan_id_of(plan.product)) as store:
        sources = Sources(kinds(), Resolver(folder=folder), store.history, deadline=60)
        _write_down(store, plan, story)
        for age in _EARLIER_LOOKS:
            _look_then(store, plan, sources, story, age)
        seen = look(plan, store, sources, story.now, store.deployments.get(story.deployment.version))
    took = time.perf_counter() - began
    print_safely(render(seen.card, **asdict(terminal())))
    worst = max((e for e in seen.card.evaluations if not e.blocker), key=lambda e: e.points or 0.0, default=None)
    if worst is not None:
        print_safely(render_explain(worst, seen.card, **asdict(terminal())))
    options = f"--plan {folder} --bindings {story.bindings}"
    program = "postflight" if shutil.which("postflight") else sys.argv[0]
    click.echo(f"\nSimulated, measured and judged in {took:.1f} s. All of it is in {folder}/; open it again with:\n")
    for command in ("history", "explain pii_encrypted --at 2026-11-03T09:00", "report --at 2026-11-03T09:00 --format markdown"):
        click.echo(f"  {program} {options} {command}")
    click.echo(f"\nYour own product:  {program} init")
    return Exit.PASS


def _clear(folder: Path) -> None:
    """Make room for a new demo, but never at the cost of somebody's files."""
    if not folder.exists():
        return
    if not (folder / _MARK).exists() and any(folder.iterdir()):
        raise UsageError(
            f"{folder} holds something that is not a demo", hint="name another folder: postflight demo --folder NAME"
        )
    shutil.rmtree(folder)


def _write_down(store: Store, plan: Plan, story: Story) -> None:
    """Through the same door as people and CI: deployments, the release, and what was recorded by hand."""
    from .. import actions

    for deployment in (*story.earlier, story.deployment):
        actions.add_deployment(
            store,
            deployment.version,
            start=deployment.start,
            end=deployment.end,
            environment=deployment.environment,
            commit=deployment.commit,
            who="CI",
            now=deployment.end,
        )
    kept = store.deployments.get(story.deployment.version)
    actions.add_release(store, plan, story.release, deployments=[kept.id], who="CI", now=kept.end)
    for signed in story.signoffs:
        actions.sign_off(
            store,
            story.release,
            signed.milestone,
            signed.item,
            met=signed.met,
            evidence=signed.evidence,
            who=signed.by,
            now=signed.at,
        )
    for record in story.records:
        actions.record(store, plan, record.kpi, record.value, evidence=record.evidence, who=record.by, now=record.at)


def _look_then(store: Store, plan: Plan, sources: Sources, story: Story, age: timedelta) -> None:
    from ..run import look

    kept = store.deployments.get(story.deployment.version)
    look(plan, store, sources, kept.end + age, kept)


def _say(text: str) -> None:
    """Progress, for a person who waits; on standard error so that the report can be piped."""
    if sys.stderr.isatty():
        click.echo(text, err=True)
