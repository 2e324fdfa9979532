"""The simulated product measured, judged and reported through the real line, as `postflight demo` does it."""

from __future__ import annotations

import shutil
from pathlib import Path

from handmade import HOMEVERSE

from postflight import actions, sources
from postflight.demo import Story, simulate
from postflight.model import Plan, Scorecard
from postflight.plan import load_plan
from postflight.plan.secrets import Resolver
from postflight.run import Sources, look
from postflight.store import open_store


def measured(folder: Path, scale: float) -> tuple[Plan, Story, Scorecard]:
    """Simulate into `folder`, and look at it once, at the story's now."""
    shutil.copytree(HOMEVERSE, folder, dirs_exist_ok=True)
    story = simulate(folder / "data", scale=scale)
    plan = load_plan(folder, sources.kinds(), story.bindings)
    with open_store(str(folder / ".postflight"), "homeverse") as store:
        went = story.deployment
        kept = actions.add_deployment(store, went.version, start=went.start, end=went.end, who="CI", now=went.end)
        actions.add_release(store, plan, story.release, deployments=[kept.id], who="CI", now=went.end)
        for said in story.signoffs:
            actions.sign_off(
                store, story.release, said.milestone, said.item, met=said.met, evidence=said.evidence, who=said.by, now=said.at
            )
        asked = Sources(sources.kinds(), Resolver(folder=folder), store.history, deadline=120)
        return plan, story, look(plan, store, asked, story.now, kept).card
