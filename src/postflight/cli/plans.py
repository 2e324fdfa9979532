"""`postflight init` and `postflight check`: a first plan, and whether a plan can be answered."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import words
from ..errors import Exit, Problem, UsageError

if TYPE_CHECKING:
    from .session import Session

_TEMPLATES = ("minimal", "homeverse")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("postflight"))
@click.option("--template", type=click.Choice(_TEMPLATES), default="minimal", show_default=True, help="What to begin with.")
def init(folder: Path, template: str) -> None:
    """Write a first plan into FOLDER (default: ./postflight). Nothing that exists is overwritten."""
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(
            f"{folder} is not empty, and a plan is never overwritten", hint="name another folder: postflight init FOLDER"
        )
    with resources.as_file(resources.files("postflight") / "plans" / template) as source:
        shutil.copytree(source, folder, dirs_exist_ok=True)
    files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    click.echo(f"Wrote the {template} plan: {words.plural(len(files), 'file')} in {folder}/")
    click.echo(f"\nNext:  postflight --plan {folder} check\n       postflight --plan {folder} report")


@click.command()
@click.option("--offline", is_flag=True, help="Read the plan only; ask nobody.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def check(session: Session, offline: bool, form: str) -> int:
    """Is the plan right? Then: can every source be reached, with no more rights than it needs, and answer every question?

    Exits 0 when nothing is wrong, 2 when something is.
    """
    from ..errors import PlanError

    problems: list[Problem] = []
    notices: list[str] = []
    done = ""
    try:
        plan = session.plan
        done = f"{plan.product}: {words.plural(len(plan.kpis), 'KPI')} over {words.plural(len({k.connection for k in plan.kpis.values()}), 'connection')}, plan {plan.hash[:8]}"
        if not offline:
            from ..run import check_sources

            problems, notices = check_sources(plan, session.sources(), session.now)
    except PlanError as error:
        problems = list(error.problems)
    if form == "json":
        import json

        rows = [{"what": p.what, "at": str(p.at or ""), "hint": p.hint} for p in problems]
        click.echo(
            json.dumps(
                {"schema": "postflight.check/1", "ok": not problems, "problems": rows, "notices": notices}, ensure_ascii=False
            )
        )
        return Exit.USAGE if problems else Exit.PASS
    for problem in problems:
        click.echo(str(problem))
    for notice in notices:
        click.echo(f"note: {notice}")
    if problems:
        click.echo(f"\n{words.plural(len(problems), 'mistake')}")
        return Exit.USAGE
    click.echo(done)
    click.echo("The plan reads well." if offline else "The plan reads well, and every source can be asked all of it.")
    return Exit.PASS
