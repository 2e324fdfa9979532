"""The demo's story: what went live, when, what it did to the product, and what people signed. `simulate` writes all of it down.

A new layout for phones goes live. Phones bounce less and take a larger share, support is asked less, one endpoint has become slower,
and applications store one column of personal data unencrypted. Everything else goes on as before, with the noise of real life.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from ..model import Deployment, Record, SignOff

TIMEZONE = ZoneInfo("America/Chicago")
NOW = datetime(2026, 11, 3, 9, 0, tzinfo=TIMEZONE)  # three weeks after the deployment, the clocks went back in between
BEFORE = timedelta(days=60)
SEED = 20261013


@dataclass(frozen=True, slots=True)
class Story:
    """What `postflight demo` needs to know of the simulated product, besides the files in `folder`."""

    folder: Path
    plan: str  # name of the plan that ships with us
    bindings: str  # which of its bindings leads to `folder`
    now: datetime
    deployment: Deployment  # the one to judge
    earlier: tuple[Deployment, ...]  # oldest first
    release: str  # id of the release to add for the deployment
    signoffs: tuple[SignOff, ...]
    records: tuple[Record, ...] = ()


def simulate(folder: Path, *, seed: int = SEED, scale: float = 1.0, now: datetime = NOW) -> Story:
    """Write the simulated product's database and metric files into `folder`, up to `now`; the deployment was three weeks before.

    `scale` multiplies the number of people and requests. Equal arguments give equal files.
    """
    from . import office, people, systems
    from .tables import write_database
    from .timeline import Timeline

    deployment, earlier = _deployments(now)
    timeline = Timeline.around(deployment.end, now, BEFORE, TIMEZONE, seed)
    users, visitor, day = people.accounts(timeline, scale)
    sessions, seen = people.sessions(timeline, scale, visitor, day)
    tables = [
        users,
        sessions,
        people.tasks(timeline, seen),
        *people.features(timeline, seen),
        people.feedback(timeline, scale),
        *office.applicants(timeline, scale),
        office.subscriptions(timeline, scale),
        office.orders(timeline, scale),
        office.tickets(timeline, scale),
        *office.security(timeline, scale, seen),
    ]
    folder.mkdir(parents=True, exist_ok=True)
    schema = Path(__file__).with_name("schema.sql").read_text(encoding="utf-8")
    write_database(folder / "product.db", schema, tables)
    systems.write(folder / "metrics", timeline, scale)
    return Story(folder, "homeverse", "demo", now.astimezone(UTC), deployment, earlier, deployment.version, _signoffs(deployment))


def _deployments(now: datetime) -> tuple[Deployment, tuple[Deployment, ...]]:
    """v2.4.0 three weeks ago, and the two before it."""
    today = now.astimezone(TIMEZONE).date()

    def went_live(version: str, days_ago: int, at: time, commit: str) -> Deployment:
        end = datetime.combine(today - timedelta(days=days_ago), at, TIMEZONE).astimezone(UTC)
        return Deployment(version, version, end - timedelta(minutes=11), end, commit=commit)

    earlier = (
        went_live("v2.3.0", 49, time(10, 24), "5be1a0c7d2f94e30b6618c9de7f3a1420c8d97e5"),
        went_live("v2.3.1", 35, time(16, 41), "c02f9d6e14ab7783e5d0496fb12ca83e7d50fa69"),
    )
    return went_live("v2.4.0", 21, time(14, 2), "9f31c7e8a6d25b04c91e73fd80ba645c2e17d3f8"), earlier


def _signoffs(deployment: Deployment) -> tuple[SignOff, ...]:
    """What only people can tell, as far as they have told it: some of it is still open, and one audit has not passed."""
    told = (
        ("24h", "critical_features", True, "Dana Whitfield (product)", timedelta(hours=20), "smoke test, all 24 steps"),
        ("24h", "initial_feedback", True, "Luis Ortega (support)", timedelta(hours=22), "31 of 36 first messages positive"),
        ("1w", "security_audit", False, "Priya Raman (security)", timedelta(days=6), "finding 1: phone numbers in plain text"),
    )
    return tuple(
        SignOff(milestone, item, met, by, deployment.end + after, evidence) for milestone, item, met, by, after, evidence in told
    )
