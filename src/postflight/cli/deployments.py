"""`postflight deploy` and `postflight release`: what went live, and what it promised."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from .. import words

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from ..model import Deployment, Release
    from .session import Session


@click.group()
def deploy() -> None:
    """Tell Postflight what went live."""


@deploy.command("add")
@click.argument("version")
@click.option("--start", help="When it began (ISO 8601; the plan's time zone unless it says another). Default: when it ended.")
@click.option("--end", help="When it was live. Default: now.")
@click.option("--commit", default="", help="The commit that was deployed.")
@click.option("--environment", "--env", default="production", show_default=True)
@click.option("--by", help="Who says so. Default: you.")
@click.pass_obj
def deploy_add(
    session: Session, version: str, start: str | None, end: str | None, commit: str, environment: str, by: str | None
) -> None:
    """Record that VERSION went live."""
    from .. import actions

    now = session.now
    ended = session.instant(end) or now
    began = session.instant(start) or ended
    added = actions.add_deployment(
        session.store, version, start=began, end=ended, environment=environment, commit=commit, who=by or session.person, now=now
    )
    click.echo(f"{added.version} went live {words.instant(added.end, session.plan.timezone)}")


@deploy.command("list")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def deploy_list(session: Session, form: str) -> None:
    """Every deployment, newest first."""
    deployments = session.store.deployments.newest()
    if form == "json":
        click.echo(json.dumps([_as_dict(d) for d in deployments], ensure_ascii=False))
        return
    if not deployments:
        click.echo("No deployment yet. `postflight deploy add VERSION` records one.")
    for found in deployments:
        live = words.instant(found.end, session.plan.timezone)
        click.echo(f"{found.version:<20} {live:<24} {found.environment:<12} {found.commit[:12]}".rstrip())


@deploy.command("show")
@click.argument("version", required=False)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def deploy_show(session: Session, version: str | None, form: str) -> None:
    """One deployment (default: the latest), its releases and its verdicts."""
    found = session.the_deployment(version)
    if form == "json":
        click.echo(json.dumps(_as_dict(found), ensure_ascii=False))
        return
    zone = session.plan.timezone
    click.echo(" · ".join(part for part in (found.version, found.environment, found.commit and f"commit {found.commit}") if part))
    click.echo(f"began {words.instant(found.start, zone)}, live {words.instant(found.end, zone)}")
    for promised in session.store.releases.of(found.id):
        click.echo(_sealed(promised, zone))
    for card in session.store.cards.history():
        if card.deployment == found.id:
            click.echo(
                f"  {words.instant(card.at, zone)}  {words.VERDICT_WORDS[card.verdict]}  {card.composite or ''} {card.grade}".rstrip()
            )


@click.group()
def release() -> None:
    """Tell Postflight what a release promised."""


@release.command("add")
@click.argument("name")
@click.option(
    "--deployment", "-d", "versions", multiple=True, help="A deployment it consists of; may be given again. Default: the latest."
)
@click.option(
    "--promise", help="The file in releases/ that says what it promises. Default: the one of its name, else the plan's template."
)
@click.option("--by", help="Who says so. Default: you.")
@click.pass_obj
def release_add(session: Session, name: str, versions: tuple[str, ...], promise: str | None, by: str | None) -> None:
    """Seal what release NAME promises: which KPI reaches what, by when.

    Adding it again after an edit keeps the seal and shows the edit: "target changed after the data".
    """
    from .. import actions

    members = [session.the_deployment(version) for version in versions or (None,)]
    added = actions.add_release(
        session.store,
        session.plan,
        name,
        deployments=[m.id for m in members],
        promise=promise or "",
        who=by or session.person,
        now=session.now,
    )
    click.echo(_sealed(added, session.plan.timezone))


@release.command("list")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def release_list(session: Session, form: str) -> None:
    """Every release, in the order they went live."""
    releases = session.store.releases.all()
    if form == "json":
        click.echo(json.dumps([_release_as_dict(r) for r in releases], ensure_ascii=False))
        return
    if not releases:
        click.echo("No release yet. `postflight release add NAME` seals one.")
    for found in releases:
        click.echo(_sealed(found, session.plan.timezone))


@release.command("show")
@click.argument("name")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.pass_obj
def release_show(session: Session, name: str, form: str) -> None:
    """What release NAME promised, by when, and what was edited since."""
    found = session.store.releases.get(name)
    if form == "json":
        click.echo(json.dumps(_release_as_dict(found), ensure_ascii=False))
        return
    zone = session.plan.timezone
    click.echo(_sealed(found, zone))
    for expectation in sorted(found.promise.expectations, key=lambda e: e.horizon):
        due = expectation.horizon.after(found.end, zone)
        click.echo(f"  {words.day(due, zone):<14} {expectation.kpi} {expectation.target}")
    for milestone in found.promise.milestones:
        click.echo(
            f"  {words.day(milestone.horizon.after(found.end, zone), zone):<14} {milestone.title}: {words.plural(len(milestone.items), 'item')}"
        )


def _sealed(found: Release, zone: ZoneInfo) -> str:
    edited = f"\n  target changed after the seal: {found.edited}" if found.edited else ""
    return f"{found.id}: live {words.instant(found.end, zone)}, sealed {words.instant(found.sealed_at, zone)} as {found.sealed_hash[:8]}{edited}"


def _release_as_dict(found: Release) -> dict[str, object]:
    return {
        "id": found.id,
        "deployments": list(found.deployments),
        "end": found.end.isoformat(),
        "sealed_at": found.sealed_at.isoformat(),
        "sealed_hash": found.sealed_hash,
        "edited": found.edited,
        "expect": [{"kpi": e.kpi, "horizon": str(e.horizon), "target": str(e.target)} for e in found.promise.expectations],
    }


def _as_dict(deployment: Deployment) -> dict[str, str]:
    return {
        "id": deployment.id,
        "version": deployment.version,
        "start": deployment.start.isoformat(),
        "end": deployment.end.isoformat(),
        "environment": deployment.environment,
        "commit": deployment.commit,
    }
