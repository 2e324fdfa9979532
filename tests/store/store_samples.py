"""One of everything that the store keeps, with ids and instants that never change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from zoneinfo import ZoneInfo

from postflight import actions, units
from postflight.errors import Place
from postflight.model import (
    Category,
    Connection,
    Deployment,
    Evaluation,
    Evidence,
    Expectation,
    Kind,
    Kpi,
    Level,
    Milestone,
    MilestoneItem,
    MilestoneTest,
    Nothing,
    Observation,
    Occasion,
    Past,
    Plan,
    Promise,
    Reason,
    Release,
    Role,
    Score,
    Scorecard,
    ScorePolicy,
    SignOff,
    SourceHealth,
    State,
    Verdict,
)
from postflight.store import Store, subject_of
from postflight.target import Direction, Target
from postflight.units import Unit
from postflight.window import Span, Window

NOW = datetime(2026, 11, 23, 15, 0, 0, 250_001, tzinfo=UTC)
DAY = timedelta(days=1)
WEEK = Window(NOW - 7 * DAY, NOW)


@dataclass(frozen=True)
class Text:
    """A question as any source might make one."""

    text: str
    kind: Kind = Kind.FLOW
    unit: Unit | None = None

    def __str__(self) -> str:
        return self.text


def counted_ids() -> Iterator[str]:
    """00000001, 00000002, …"""
    return (f"{number:08}" for number in count(1))


def kpi(id: str, connection: str = "app", **more: object) -> Kpi:
    """A KPI in percent, lower is better."""
    given = {"unit": units.parse("%"), "direction": Direction.LOWER, "kind": Kind.FLOW, "definition": f"definition of {id}"}
    return Kpi(id=id, title=id.title(), category="quality", connection=connection, question=Text("SELECT 1"), **{**given, **more})  # type: ignore[arg-type]


def plan(hash: str = "a" * 64, **files: str) -> Plan:
    """A plan with one measured and two recorded KPIs, and two release files."""
    kpis = [
        kpi("errors"),
        kpi("nps", "manual", unit=units.parse(""), valid=(-100.0, 100.0)),
        kpi("review", "manual", valid=(0.0, 1.0)),
    ]
    return Plan(
        product="Harbour",
        timezone=ZoneInfo("America/Chicago"),
        kpis={each.id: each for each in kpis},
        connections={"app": Connection("app", "sql", {}), "manual": Connection("manual", "manual", {})},
        categories={"quality": Category("quality", "Quality", weight=Decimal(1))},
        score=ScorePolicy("none"),
        promises={"redesign": promise(), "standard": promise(name="standard", template=True)},
        version="3",
        hash=hash,
        files={"plan.yml": "product: Harbour — ⚓\n", **{f"{name}.yml": text for name, text in files.items()}},
    )


def promise(share: str = ">= 35 %", name: str = "redesign", line: int = 7, template: bool = False) -> Promise:
    """One expectation, and a checklist of a computed and a human item."""
    items = (
        MilestoneItem(
            "no_errors", "No errors", (MilestoneTest("errors", Target.parse("= 0")),), "hour", "platform", Place("r.yml", line)
        ),
        MilestoneItem("announced", "Announced"),
    )
    return Promise(
        name,
        (Expectation("errors", Span(1, "w"), Target.parse(share)),),
        (Milestone(Span(24, "h"), "The first day", items),),
        template,
    )


def deployment(
    version: str = "v2.4.0", ago: timedelta = 2 * DAY, id: str = "", took: timedelta = timedelta(minutes=11)
) -> Deployment:
    """A deployment that ended `ago` before NOW."""
    return Deployment(id or f"id-{version}", version, NOW - ago - took, NOW - ago, "production", "9f31c07")


def evidence(**more: object) -> Evidence:
    """Evidence with one cell of every type."""
    given: dict[str, object] = {
        "columns": ("day", "value", "region", "paid", "note"),
        "rows": (
            (date(2026, 11, 21), 1, "eu", True, None),
            (date(2026, 11, 22), 1.0, "eu \x00\ud800 ⚓", False, Decimal("1.50")),
            ("2026-11-22T00:00:00-06:00", float("inf"), "us", True, -0.0),
        ),
        "query": "SELECT day, value FROM t WHERE a % 2 = 0 AND b = ':start'",
        "unit": units.parse("ms"),
        "newest": NOW - timedelta(minutes=3),
        "readings": {"stats:hits": 12345678901234567890, "stats:errors": 0},
        "notes": ("two days were not observed",),
    }
    return Evidence(**{**given, **more})  # type: ignore[arg-type]


def observation(
    kpi: str = "errors", at: datetime = NOW, role: Role = Role.CURRENT, window: Window = WEEK, **more: object
) -> Observation:
    """An observation that was not kept yet."""
    given: dict[str, object] = {"outcome": evidence(), "definition": f"definition of {kpi}"}
    return Observation(kpi=kpi, role=role, window=window, asked_at=at, **{**given, **more})  # type: ignore[arg-type]


NOTHING = Nothing(Reason.TIMEOUT, "app did not answer within 5 seconds")


def signoff(item: str = "announced", met: bool = True, at: datetime = NOW, expires: datetime | None = None) -> SignOff:
    """Ann's word on an item of the first day."""
    return SignOff("24h", item, met, "Ann", at, "https://wiki.example/launch", expires)


def release(**more: object) -> Release:
    """A release as the judge is handed it."""
    kept = Release("redesign", ("id-v2.4.0",), NOW - 2 * DAY, NOW - 2 * DAY, promise(), NOW - DAY, "b" * 64)
    return replace(kept, **more)  # type: ignore[arg-type]


def occasion(of: Deployment | None = None, during: Release | None = None, now: datetime = NOW) -> Occasion:
    """What was judged, with one of each thing an occasion holds."""
    return Occasion(
        now=now,
        deployment=of,
        release=during,
        signoffs=(signoff(), signoff(met=False, expires=NOW + DAY)),
        baselines={"nps": "measured", "errors": "pinned to v2.3.0"},
        sources=(SourceHealth("app", "sql", 3, 2, "did not answer"),),
        notes=("Slack is off",),
        others=(deployment("v2.3.9", 3 * DAY),),
    )


def past(**states: State) -> Past:
    """States frozen at the first day's items."""
    return Past({f"24h/{item}": (state, f"{item} was {state.value}") for item, state in states.items()})


def card(
    at: datetime = NOW,
    plan: str = "a" * 64,
    composite: float | None = 91.5,
    levels: tuple[Level, ...] = (Level.OK, Level.NO_DATA),
) -> Scorecard:
    """A card of two KPIs."""
    score = None if composite is None else Score("specification", composite, composite, 100.0, "A-", "🟢 Excellent", 90.0, 0.5, 2)
    return Scorecard(
        schema="postflight.card/1",
        product="Harbour",
        plan=plan,
        method="1 numpy scipy",
        at=at,
        timezone="America/Chicago",
        verdict=Verdict.PASS if composite is not None and composite >= 90 else Verdict.UNKNOWN,
        headline="",
        sentence="",
        counts={},
        evaluations=tuple(
            Evaluation(
                id,
                id,
                "quality",
                "%",
                Direction.LOWER,
                level,
                "",
                value=value,
                blocker=level is Level.ALERT,
                definition=f"definition of {id}",
            )
            for id, level, value in zip(("errors", "nps"), levels, (0.289, None), strict=True)
        ),
        score=score,
    )


def fill(store: Store) -> str:
    """Write one of everything through the doors that the product uses. Returns the card's id."""
    actions.keep_plan(store, plan(), who="Ann", now=NOW)
    old = actions.add_deployment(store, "v2.3.0", start=NOW - 30 * DAY, end=NOW - 30 * DAY, who="ci", now=NOW)
    new = actions.add_deployment(store, "v2.4.0", start=NOW - 2 * DAY, end=NOW - 2 * DAY, commit="9f31c07", who="ci", now=NOW)
    actions.add_release(store, plan(), "redesign", deployments=["v2.4.0"], who="Ann", now=NOW)
    changed = replace(plan(), promises={"redesign": promise(">= 30 %")})
    actions.add_release(store, changed, "redesign", deployments=["v2.4.0"], who="Bob", now=NOW + DAY)
    actions.sign_off(store, "redesign", "24h", "announced", met=True, evidence="wiki", expires=NOW + DAY, who="Ann", now=NOW)
    actions.record(store, plan(), "nps", 41.5, evidence="survey 7", who="Ann", now=NOW)
    actions.annotate(store, "campaign ⚓", start=NOW - DAY, end=NOW, who="Bob", now=NOW)
    current, before, empty = store.observations.keep(
        [observation(), observation(role=Role.BASELINE), observation("nps", outcome=NOTHING)],
    )
    store.baselines.freeze(old, before, NOW)
    actions.pin_baseline(store, plan(), "v2.4.0", "v2.3.0", who="Ann", now=NOW)
    actions.invalidate_baseline(store, plan(), "v2.4.0", "errors", reason="outage", who="Ann", now=NOW)
    seen = occasion(new, store.releases.get("redesign"))
    return store.cards.keep(card(), DOCUMENT, seen, past(), [current, empty], past(no_errors=State.MET))


DOCUMENT = '{"schema":"postflight.card/1","sentence":"⚓"}\n'.encode()


def frozen_for(store: Store, seen: Occasion) -> Past:
    """What the judge would be handed as its past on this occasion."""
    return store.cards.past(subject_of(seen.deployment, seen.release))
