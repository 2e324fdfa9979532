"""What people put down: `record`, `annotate`, `signoff`, `baseline`. All of it goes through `actions`, the one audited door."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from .. import units, words
from ..errors import UsageError

if TYPE_CHECKING:
    from .session import Session

_BY = click.option("--by", help="Who vouches for it. Default: you.")


@click.command(context_settings={"ignore_unknown_options": True})  # -3 is a value
@click.argument("kpi")
@click.argument("value")
@click.option("--evidence", default="", help="Where one can see it: a link, a document.")
@click.option("--expires", help="From when on it must not be used any more (a time, or a duration such as 30d).")
@_BY
@click.pass_obj
def record(session: Session, kpi: str, value: str, evidence: str, expires: str | None, by: str | None) -> None:
    """Put down VALUE for KPI, in the KPI's unit: a number, yes or no."""
    from .. import actions

    now = session.now
    number = {"yes": 1.0, "no": 0.0}.get(value.strip().lower())
    if number is None:
        try:
            number = float(value.replace(",", "").removesuffix("%"))
        except ValueError:
            raise UsageError(f"cannot read {value!r} as a value", hint="give a number in the KPI's unit, or yes or no") from None
    kept = actions.record(
        session.store,
        session.plan,
        kpi,
        number,
        evidence=evidence,
        expires=session.until(expires, now),
        who=by or session.person,
        now=now,
    )
    asked = session.plan.kpis[kpi]
    click.echo(f"{asked.title}: {words.value(units.to_canonical(kept.value, asked.unit), asked.unit)}, says {kept.by}")


@click.command()
@click.argument("text")
@click.option("--at", "start", help="When it happened, or began. Default: now.")
@click.option("--until", "end", help="When it ended. Default: when it began.")
@_BY
@click.pass_obj
def annotate(session: Session, text: str, start: str | None, end: str | None, by: str | None) -> None:
    """Note something that happened, shown beside the numbers: a campaign, an outage, a holiday."""
    from .. import actions

    now = session.now
    began = session.instant(start) or now
    actions.annotate(session.store, text, start=began, end=session.instant(end) or began, who=by or session.person, now=now)
    click.echo(f"Noted for {words.instant(began, session.plan.timezone)}")


@click.command()
@click.argument("item")
@click.option("--met/--missed", default=True, help="What you say of it.")
@click.option("--evidence", default="", help="Where one can see it: a link, a document.")
@click.option("--expires", help="From when on it must be signed again (a time, or a duration such as 30d).")
@click.option("--release", "name", help="Of which release. Default: the latest deployment's.")
@_BY
@click.pass_obj
def signoff(session: Session, item: str, met: bool, evidence: str, expires: str | None, name: str | None, by: str | None) -> None:
    """Sign milestone ITEM, as in 24h/critical_features. A computed item is confirmed or overruled; what the data say stays beside it."""
    from .. import actions

    milestone, slash, entry = item.partition("/")
    if not slash:
        raise UsageError(
            f"cannot tell which milestone {item!r} belongs to", hint="write HORIZON/ITEM, as in 24h/critical_features"
        )
    now = session.now
    signed = actions.sign_off(
        session.store,
        name or session.the_release().id,
        milestone,
        entry,
        met=met,
        evidence=evidence,
        expires=session.until(expires, now),
        who=by or session.person,
        now=now,
    )
    click.echo(f"{signed.milestone}/{signed.item}: {'met' if signed.met else 'missed'}, signed by {signed.by}")


@click.group()
def baseline() -> None:
    """What deployments are compared with: measured before each, frozen, and a person's to pin or take out of use."""


@baseline.command("show")
@click.argument("kpi", required=False)
@click.option("--deployment", help="Version or id. Default: the latest.")
@click.pass_obj
def baseline_show(session: Session, kpi: str | None, deployment: str | None) -> None:
    """The baselines of a deployment."""
    found = session.the_deployment(deployment)
    kept = session.store.baselines.of(found)
    if kpi is not None and kpi not in session.plan.kpis:
        raise UsageError(f"the plan has no KPI {kpi!r}")
    if not kept:
        click.echo(f"{found.version} has no baseline yet; the first report measures it.")
    for name, entry in sorted(kept.items()):
        if kpi in (None, name):
            window = entry.observation.window
            zone = session.plan.timezone
            click.echo(
                f"{name:<28} {entry.origin:<24} {words.day(window.start, zone)} to {words.day(window.end, zone)}  {entry.hash[:8]}"
            )


@baseline.command("pin")
@click.argument("kpi")
@click.option("--to", "version", required=True, help="The deployment whose baseline is to be used.")
@click.option("--deployment", help="Version or id. Default: the latest.")
@_BY
@click.pass_obj
def baseline_pin(session: Session, kpi: str, version: str, deployment: str | None, by: str | None) -> None:
    """Compare KPI with what it was before an earlier deployment."""
    from .. import actions

    found = session.the_deployment(deployment)
    actions.pin_baseline(session.store, session.plan, found.id, version, kpis=[kpi], who=by or session.person, now=session.now)
    click.echo(f"{kpi} of {found.version} is now compared with what it was before {version}")


@baseline.command("invalidate")
@click.argument("kpi")
@click.option("--reason", required=True, help="Why it must not be used.")
@click.option("--deployment", help="Version or id. Default: the latest.")
@_BY
@click.pass_obj
def baseline_invalidate(session: Session, kpi: str, reason: str, deployment: str | None, by: str | None) -> None:
    """Take a baseline out of use: it was measured in a bad time."""
    from .. import actions

    found = session.the_deployment(deployment)
    actions.invalidate_baseline(
        session.store, session.plan, found.id, kpi, reason=reason, who=by or session.person, now=session.now
    )
    click.echo(f"{kpi} of {found.version} has no baseline any more: {reason}")
