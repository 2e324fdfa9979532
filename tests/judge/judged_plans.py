"""Plans, occasions and observations for the tests of the judge, written out by hand: nothing here is read from a file.

`SPEC` is the specification's scoring as a plan: twelve KPIs, their lines, weights, grades and statuses, and its dictionary.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from postflight import units
from postflight.model import (
    Category,
    Cell,
    Connection,
    Deployment,
    Evidence,
    Expectation,
    Fold,
    Kind,
    Kpi,
    Milestone,
    MilestoneItem,
    Nothing,
    Observation,
    Occasion,
    Plan,
    Points,
    Promise,
    Reason,
    Release,
    Role,
    ScoreInput,
    ScorePolicy,
)
from postflight.target import Direction, Target
from postflight.units import Unit
from postflight.window import Span, Window, complete_days, days_in, start_of

ZONE = ZoneInfo("America/Chicago")
LIVE = datetime(2026, 10, 5, 15, 0, tzinfo=UTC)  # a Monday, 10:00 in Chicago
NOW = datetime(2026, 10, 14, 14, 0, tzinfo=UTC)  # nine days later, 09:00: eight complete days
DEPLOYMENT = Deployment("dep-1", "v2.4.0", LIVE - timedelta(minutes=10), LIVE)


@dataclass(frozen=True)
class Text:
    """A question that is only its text."""

    text: str = "SELECT 1"
    kind: Kind = Kind.FLOW
    unit: Unit | None = None

    def __str__(self) -> str:
        return self.text


def line(text: str) -> Target | None:
    return Target.parse(text) if text else None


def kpi(
    id: str = "p95",
    target: str = "",
    *,
    unit: str = "",
    alert: str = "",
    block: str = "",
    deduct: int | None = None,
    when: str = "",
    category: str = "performance",
    direction: str = "",
    window: str = "7d",
    fold: str = "mean",
    each: str | None = None,
    settles: str = "",
    freshness: str = "",
    kind: str = "flow",
    **more: object,
) -> Kpi:
    """A KPI in the words of the plan: targets and durations as text, the direction told from the target."""
    parsed = line(target)
    way = Direction(direction) if direction else parsed.direction if parsed else Direction.LOWER
    made = Kpi(
        id,
        str(more.pop("title", id.replace("_", " ").capitalize())),
        category,
        "app",
        Text(kind=Kind(kind)),
        units.parse(unit),
        way,
        Kind(kind),
        parsed,
        line(alert),
        line(block),
        Points(Decimal(deduct), line(when)) if deduct is not None else None,
        Span.parse(window),
        Fold(fold),
        each=each,
        settles=Span.parse(settles) if settles else None,
        freshness=Span.parse(freshness) if freshness else None,
    )
    return replace(made, **more)  # type: ignore[arg-type]


CATEGORIES = {
    "security": Category("security", "Security", "🔐", Decimal("0.30")),
    "performance": Category("performance", "Performance", "🚀", Decimal("0.25")),
    "user_experience": Category("user_experience", "User experience", "👥", Decimal("0.25")),
    "business": Category("business", "Business", "💰", Decimal("0.20")),
}
GRADES = tuple(
    (Decimal(at), name) for at, name in ((95, "A+"), (90, "A"), (85, "B+"), (80, "B"), (75, "C+"), (70, "C"), (65, "D"))
)
STATUSES = tuple(
    (Decimal(at), name)
    for at, name in ((90, "🟢 Excellent"), (80, "🟢 Good"), (70, "🟡 Acceptable"), (60, "🟡 Needs Improvement"))
)
UNCAPPED = "Infinity"


def entry(
    path: str,
    kpi: str,
    unit: str,
    when: str,
    low: str = "0",
    high: str = UNCAPPED,
    *,
    integer: bool = False,
    aliases: Sequence[str] = (),
    optional: bool = False,
) -> ScoreInput:
    group, name = path.split(".")
    others = tuple((a.split(".")[0], a.split(".")[1]) if "." in a else (group, a) for a in aliases)
    return ScoreInput(
        (group, name), kpi, units.parse(unit), Target.parse(when), integer, Decimal(low), Decimal(high), others, optional
    )


POLICY = ScorePolicy(
    "specification",
    grades=GRADES,
    lowest_grade="F",
    statuses=STATUSES,
    lowest_status="🔴 Critical",
    inputs=(
        entry("security.incidents", "security_incidents", "", "> 0", integer=True, aliases=("security_incidents",)),
        entry("security.encryption_coverage", "pii_encrypted", "%", "< 100 %", high="100"),
        entry("security.auth_failure_rate", "auth_failures", "%", "> 10 %", high="100"),
        entry("performance.p95_response_time", "api_p95", "ms", "> 200 ms", high="3600000"),
        entry("performance.error_rate", "error_rate", "ratio", "> 0.1 %", high="1"),
        entry("performance.page_load_mobile", "page_load_mobile", "s", "> 3 s", high="3600"),
        entry(
            "ux.mobile_usage_increase",
            "mobile_share",
            "%",
            "< 35 %",
            "-100",
            "1000000",
            aliases=("mobile_usage_percent", "user_experience.mobile_usage_increase"),
        ),
        entry("ux.task_completion_rate", "task_completion", "%", "< 90 %", high="100"),
        entry("ux.accessibility_score", "accessibility", "/100", "< 85 /100", high="100"),
        entry("business.user_growth", "daily_active_users", "%", "< 0 %", "-100", "1000000"),
        entry(
            "business.support_tickets_reduction",
            "support_tickets",
            "%",
            "< 30 %",
            "-1000000",
            "100",
            aliases=("reduction_percent", "support_tickets_change"),
        ),
        entry("business.revenue_impact", "revenue", "%", "< -5 %", "-100", "1000000"),
        entry("security.unauthorized_access", "unauthorized_access", "", "> 0", integer=True, optional=True),
    ),
)
TWELVE = (
    kpi("security_incidents", "= 0", alert="> 0", block="> 0", deduct=50, when="> 0", category="security", window="24h", fold="sum", valid=(0, None)),
    kpi("pii_encrypted", "= 100 %", unit="%", alert="< 100 %", block="< 100 %", deduct=20, when="< 100 %", category="security", census=True, kind="state", advice="Encrypt the listed columns", title="PII encryption coverage", direction="higher"),
    kpi("auth_failures", "< 5 %", unit="%", alert="> 10 %", deduct=10, when="> 10 %", category="security", min_sample=100),
    kpi("api_p95", "<= 200 ms", unit="ms", alert="> 500 ms", deduct=20, when="> 200 ms", quantile=0.95, title="API response time (p95)", owner="platform", advice="Look at the slowest route"),
    kpi("error_rate", "< 0.1 %", unit="%", block="> 5 %", deduct=30, when="> 0.1 %"),
    kpi("page_load_mobile", "<= 3 s", unit="s", deduct=20, when="> 3 s", quantile=0.75),
    kpi("mobile_share", "", unit="%", deduct=20, category="user_experience", direction="higher", baseline=0.30),
    kpi("task_completion", ">= 90 %", unit="%", alert="< 70 %", deduct=30, when="< 90 %", category="user_experience", min_sample=30),
    kpi("accessibility", ">= 85 /100", unit="/100", deduct=20, when="< 85 /100", category="user_experience", kind="state"),
    kpi("daily_active_users", ">= 1100", alert="", deduct=30, when="< -0 %", category="business", direction="higher"),
    kpi("support_tickets", "<= -30 %", unit="/day", deduct=20, when="> -30 %", category="business"),
    kpi("revenue", "no worse than 5 %", unit="USD", block="< -25 %", deduct=50, when="< -5 %", category="business", direction="higher"),
    kpi("unauthorized_access", "= 0", alert="> 0", block="> 0", category="security", window="24h", fold="sum"),
)  # fmt: skip


def plan(*kpis: Kpi, **more: object) -> Plan:
    """A plan of these KPIs; scored as the specification does unless told otherwise."""
    made = Plan(
        "Demo",
        ZONE,
        {k.id: k for k in kpis},
        {"app": Connection("app", "sql", {})},
        CATEGORIES,
        POLICY,
        hash="0123456789abcdef",
    )
    return replace(made, **more)  # type: ignore[arg-type]


SPEC = plan(*TWELVE)
UNSCORED = replace(POLICY, profile="none", inputs=())


def promise(*expectations: tuple[str, str, str], milestones: Sequence[Milestone] = ()) -> Promise:
    """A release's promises: (KPI, horizon, target)."""
    return Promise("mobile", tuple(Expectation(k, Span.parse(h), Target.parse(t)) for k, h, t in expectations), tuple(milestones))


def release(promised: Promise, end: datetime = LIVE) -> Release:
    return Release("rel-1", ("dep-1",), end, end, promised, end - timedelta(days=1), "sealed")


def milestone(horizon: str, *items: MilestoneItem) -> Milestone:
    return Milestone(Span.parse(horizon), f"{horizon} after", items)


def occasion(now: datetime = NOW, **more: object) -> Occasion:
    return replace(Occasion(now, DEPLOYMENT), **more)  # type: ignore[arg-type]


# ---- observations


def week(now: datetime = NOW, n: int = 7, since: datetime | None = LIVE) -> Window:
    """The KPI's window as `run` asks for it: the last complete days since the deployment."""
    days = complete_days(n, now, ZONE, since)
    return Window(days[0].window.start, days[-1].window.end) if days else Window(now, now)


def look(
    kpi: str, columns: str, *rows: Iterable[Cell], window: Window | None = None, at: datetime = NOW, **evidence: object
) -> Observation:
    """What a source answered for the window ending now."""
    return said(kpi, Role.CURRENT, columns, rows, window or week(at), at, **evidence)


def no_answer(kpi: str, reason: Reason = Reason.UNREACHABLE, window: Window | None = None, at: datetime = NOW) -> Observation:
    return Observation(kpi, Role.CURRENT, window or week(at), at, Nothing(reason, "app did not answer"))


def said(
    kpi: str, role: Role, columns: str, rows: Iterable[Iterable[Cell]], window: Window, at: datetime = NOW, **evidence: object
) -> Observation:
    outcome = Evidence(tuple(columns.split()), tuple(tuple(row) for row in rows), "SELECT …")
    return Observation(kpi, role, window, at, replace(outcome, **evidence))  # type: ignore[arg-type]


def daily(kpi: str, role: Role, columns: str, by_day: Mapping[date, Sequence[Cell]], at: datetime = NOW) -> Observation:
    """One row a day, under `day` and the measure's columns."""
    ends = (start_of(min(by_day), ZONE), start_of(max(by_day) + timedelta(days=1), ZONE)) if by_day else (at, at)
    window = Window(*ends)
    return said(kpi, role, f"day {columns}", [(day, *row) for day, row in sorted(by_day.items())], window, at)


def before(kpi: str, columns: str, *row: Cell, n: int = 28) -> Observation:
    """The same row on each of the last n complete days before the deployment."""
    first = LIVE.astimezone(ZONE).date() - timedelta(days=n)
    return daily(kpi, Role.BASELINE, columns, {first + timedelta(days=i): row for i in range(n)})


def since(kpi: str, columns: str, *row: Cell, at: datetime = NOW) -> Observation:
    """The same row on each complete day since the deployment."""
    return daily(kpi, Role.DAYS, columns, {day.date: row for day in days_in(Window(LIVE, at), ZONE)}, at)
