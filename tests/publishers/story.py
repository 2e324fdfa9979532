"""The story that the golden cards tell: one release of a product, KPI by KPI.

A mobile redesign that people like, one endpoint that became slower, fewer tickets, and one column left unencrypted. Values are given
in the KPI's unit and kept canonical; sentences are worded as the judge words them; nothing here is random.
"""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from postflight import units
from postflight.model import (
    Baseline,
    Deployment,
    Evaluation,
    ItemState,
    Level,
    MilestoneState,
    Outlook,
    Point,
    Segment,
    SourceHealth,
    State,
)
from postflight.target import Direction, Target
from postflight.window import Window, start_of

ZONE = ZoneInfo("America/Chicago")
AT = datetime(2026, 11, 23, 15, 0, tzinfo=UTC)  # 09:00 in Chicago
LIVE = datetime(2026, 11, 15, 20, 2, tzinfo=UTC)
WEEK = Window(start_of(date(2026, 11, 16), ZONE), start_of(date(2026, 11, 23), ZONE))
BEFORE = Window(start_of(date(2026, 9, 20), ZONE), start_of(date(2026, 11, 15), ZONE))
DEPLOYMENT = Deployment("hv-2.4.0", "v2.4.0", LIVE - timedelta(minutes=11), LIVE, "production", "9f31c07be2a4")
LOWER, HIGHER, STEADY = Direction.LOWER, Direction.HIGHER, Direction.STEADY
WEIGHTS = {
    "security": ("Security", "🔐", 0.30),
    "performance": ("Performance", "🚀", 0.25),
    "experience": ("User experience", "👥", 0.25),
    "business": ("Business", "💰", 0.20),
}
GRADES = ((95, "A+"), (90, "A"), (85, "B+"), (80, "B"), (75, "C+"), (70, "C"), (65, "D"), (0, "F"))
STATUSES = ((90, "🟢 Excellent"), (80, "🟢 Good"), (70, "🟡 Acceptable"), (60, "🟡 Needs Improvement"), (0, "🔴 Critical"))


def kpi(
    id: str,
    title: str,
    category: str,
    unit: str,
    direction: Direction,
    value: float | None,
    target: str = "",
    level: Level = Level.OK,
    *,
    was: float | None = None,
    deduct: float | None = None,
    lost: float | None = None,
    half: float = 0.0,
    n: float | None = None,
    hits: float | None = None,
    source: str = "app",
    **more: object,
) -> Evaluation:
    """One judged KPI; `was` is its baseline, `half` half of its interval's width, both in the KPI's unit."""
    shown = units.parse(unit)

    def canonical(number: float) -> float:
        return float(f"{units.to_canonical(number, shown):.6g}")

    exact = None if value is None else canonical(value)
    baseline = None if was is None else Baseline(canonical(was), "measured", 56, BEFORE, hash="b7c1")
    difference = None if exact is None or baseline is None else float(f"{exact - baseline.value:.6g}")
    evaluation = Evaluation(
        kpi=id,
        title=title,
        category=category,
        unit=shown.symbol,
        direction=direction,
        level=level,
        sentence="",
        value=exact,
        n=n,
        hits=hits,
        low=canonical(value - half) if half and value is not None else None,
        high=canonical(value + half) if half and value is not None else None,
        target=str(Target.parse(target)) if target else "",
        baseline=baseline,
        difference=difference,
        change=float(f"{difference / baseline.value:.6g}") if difference is not None and baseline and baseline.value else None,
        deduct=deduct,
        points=lost,
        window=WEEK,
        as_of=AT,
        connection=source,
        source={"app": "sql", "prom": "prometheus", "cache": "redis", "web": "events", "people": "manual"}[source],
        definition="3fa94c1e",
        history=() if value is None or was is None else history(canonical(was), canonical(value)),
    )
    return replace(evaluation, **more)  # type: ignore[arg-type]


def history(before: float, after: float, days: int = 63, since: int = 7) -> tuple[Point, ...]:
    """A believable past without randomness: a weekly rhythm, a wobble, and a step at the release."""
    newest = date(2026, 11, 22)
    return tuple(
        Point(
            newest - timedelta(days=days - 1 - n),
            float(
                f"{(before if n < days - since else after) * (1 + 0.03 * math.sin(n * 2 * math.pi / 7) + 0.015 * math.sin(n * n)):.6g}"
            ),
            1000.0,
        )
        for n in range(days)
    )


SECURITY = (
    kpi("security_incidents", "Security incidents", "security", "", LOWER, 0, "= 0", alert="> 0", block="> 0", guards_verdict=True, was=0, deduct=50, n=7, measurement="Confirmed incidents by severity", owner="Security"),
    kpi(
        "pii_encrypted", "PII encryption coverage", "security", "%", HIGHER, 97.51, "= 100 %", Level.ALERT, alert="< 100 %", block="< 100 %",
        blocker=True, guards_verdict=True, was=100, deduct=20, lost=6.0, hits=47117, n=48321, points_line="< 100 %", owner="Security",
        offenders=(("applicants.phone_ssn", "1,201"), ("documents.ssn", "3")), advice="Encrypt the listed columns; the runbook has the migration.",
        runbook="https://runbooks.homeverse.example/pii", because="Success metrics, security table: 100 %, alert below 100 %",
        measurement="Share of records with personal data whose every declared column is encrypted",
        sentence="97.5 %, where = 100 % is wanted; 1,204 of 48,321 are not; a blocker: 97.5 % (< 100 %)",
        query="SELECT count(*) FILTER (WHERE NOT plaintext AND valid) AS hits,\n       count(*) AS total\nFROM pii_inventory\nWHERE has_pii",
    ),
    kpi("auth_failures", "Authentication failures", "security", "%", LOWER, 3.2, "< 5 %", alert="> 10 %", was=3.1, deduct=10, half=0.2, n=18204, hits=583, source="cache", owner="Security"),
    kpi("rate_limit", "Rate limit effectiveness", "security", "%", HIGHER, 99.62, "> 99 %", alert="< 95 %", was=99.55, half=0.1, n=5211, hits=5191, source="cache", owner="Platform"),
    kpi("unauthorized_access", "Unauthorized access", "security", "", LOWER, 0, "= 0", alert="> 0", block="> 0", guards_verdict=True, was=0, n=7, owner="Security"),
)  # fmt: skip
PERFORMANCE = (
    kpi(
        "api_p95", "API response time (p95)", "performance", "ms", LOWER, 231, "< 200 ms", Level.WARN, alert="> 500 ms", was=182, deduct=20, lost=5.0,
        half=5.5, n=1412807, source="prom", points_line="> 200 ms", owner="Platform", sentence="231 ms, 31 ms over the limit of < 200 ms; it was 182 ms before: +26.9 % (more, worse)",
        segments=(Segment("/api/applicants", 0.612, 131220), Segment("/api/projects", 0.174, 402118), Segment("/api/documents", 0.168, 879469)),
        advice="Look at /api/applicants first: the new list view reads every document.", runbook="https://runbooks.homeverse.example/api-latency",
        query="sum by (le) (increase(http_request_duration_seconds_bucket[1d]))", measurement="Prometheus histogram, all endpoints",
    ),
    kpi("api_p50", "API response time (p50)", "performance", "ms", LOWER, 61.4, "< 100 ms", was=58.9, half=0.4, n=1412807, source="prom", owner="Platform"),
    kpi("error_rate", "Error rate", "performance", "%", LOWER, 0.04, "<= 0.1 %", alert="> 1 %", was=0.05, deduct=30, half=0.003, n=1412807, hits=565, source="prom", owner="Platform"),
    kpi("page_load_mobile", "Page load time (mobile)", "performance", "s", LOWER, 2.4, "<= 3 s", was=3.3, deduct=20, half=0.1, n=20418, source="prom", owner="Web"),
    kpi("cache_hit_rate", "Cache hit rate", "performance", "%", HIGHER, 88.2, "> 90 %", Level.WARN, was=91.4, half=0.05, n=903112, hits=796545, source="cache", owner="Platform", sentence="88.2 %, 1.8 pp short of > 90 %; it was 91.4 % before: −3.5 % (less, worse)"),
    kpi("cpu", "CPU, busiest instance", "performance", "%", LOWER, 63, "", Level.NOT_APPLICABLE, was=58, source="prom", reason="shown only: the plan sets no line", sentence="63 %; it was 58 % before: +8.62 % (more, worse)", owner="Platform"),
)  # fmt: skip
EXPERIENCE = (
    kpi(
        "mobile_share", "Mobile sessions", "experience", "%", HIGHER, 36.1, "≥ 35 %", was=30, deduct=20, half=0.5, n=24810, hits=8956, owner="UX",
        outlooks=(
            Outlook("1w", LIVE + timedelta(days=7), "≥ 35 %", State.MET, None, "36.0 % at the end of the week"),
            Outlook("1mo", datetime(2026, 12, 15, 20, 2, tzinfo=UTC), "≥ 40 %", State.UNDECIDED, 0.34, "34 % likely to reach 40 %"),
        ),
    ),
    kpi(
        "task_completion", "Task completion", "experience", "%", HIGHER, 88.4, "≥ 90 %", Level.WARN, alert="< 70 %", was=90.6, deduct=30, lost=7.5, half=1.9,
        n=811, hits=717, points_line="< 90 %", owner="UX", sentence="88.4 %, 1.6 pp short of ≥ 90 %; it was 90.6 % before: −2.43 % (less, worse)",
        segments=(Segment("Submit documents", 0.741, 224), Segment("Apply", 0.932, 587)), advice="“Submit documents” is abandoned at the upload step.",
    ),
    kpi("accessibility", "Accessibility score", "experience", "", HIGHER, 91, "≥ 85", was=84, deduct=20, owner="Accessibility"),
    kpi("horizontal_scroll", "Horizontal scroll", "experience", "yes/no", STEADY, 0, "= no", was=1, owner="Web"),
)  # fmt: skip
BUSINESS = (
    kpi("user_growth", "User growth", "business", "/day", HIGHER, 1031, "≥ +0 %", was=1000, deduct=30, half=19, owner="Product"),
    kpi(
        "support_tickets", "Support tickets", "business", "/day", LOWER, 58.3, "≤ −30 %", was=94, deduct=20, half=3.2, n=408, owner="Support",
        segments=(Segment("login", 12.1, 85), Segment("upload", 31.7, 222), Segment("(none)", 14.5, 101)),
        outlooks=(Outlook("1w", LIVE + timedelta(days=7), "≤ −30 %", State.MET, None, "−38 % at the end of the week"),),
    ),
    kpi(
        "revenue_impact", "Daily revenue", "business", "USD", HIGHER, 18240, "no worse than 5 %", was=18095, deduct=50, half=410, n=7, owner="Finance",
        outlooks=(Outlook("1mo", datetime(2026, 12, 15, 20, 2, tzinfo=UTC), "> +0 %", State.TOO_EARLY, None, "too early: 7 of 30 days"),),
    ),
    kpi("signups", "New user signups", "business", "/day", HIGHER, 53, "≥ 55/day", Level.NOT_APPLICABLE, was=50, n=371, half=2.8, owner="Growth", reason="in shadow: reported, not judged", sentence="53/day, 2/day short of ≥ 55/day", shadow=True),
)  # fmt: skip
STORY = SECURITY + PERFORMANCE + EXPERIENCE + BUSINESS


def item(id: str, title: str, state: State, detail: str = "", **more: object) -> ItemState:
    return replace(ItemState(id, title, state, detail), **more)  # type: ignore[arg-type]


MILESTONES = (
    MilestoneState("24h", "24 Hours Post-Deployment", LIVE + timedelta(days=1), True, (
        item("zero_incidents", "Zero security incidents", State.MET, "0 in every hour"),
        item("error_rate", "<0.1% error rate maintained", State.MET, "below 0.1 % in 24 of 24 hours"),
        item("features", "All critical features functional", State.MET, "", signed_by="Ana Ruiz", signed_at=LIVE + timedelta(hours=20), evidence="https://wiki.homeverse.example/smoke-2.4", owner="QA"),
        item("revenue", "No revenue impact", State.MET, "−0.4 %, within ±5 %"),
        item("feedback", "Positive initial user feedback", State.OPEN, "nobody has signed it", owner="UX"),
    )),
    MilestoneState("1w", "1 Week Post-Deployment", LIVE + timedelta(days=7), True, (
        item("mobile_35", "35% mobile usage achieved", State.MET, "36.1 %"),
        item("tickets_30", "30% support ticket reduction", State.MET, "−38 %"),
        item("tasks_90", "90% task completion rate", State.MISSED, "88.4 %, target ≥ 90 %"),
        item("performance", "Performance targets met", State.MISSED, "API response time (p95) and Cache hit rate missed"),
        item("audit", "Security audit passed", State.MET, "", signed_by="J. Okafor", signed_at=LIVE + timedelta(days=6), owner="Security"),
    )),
    MilestoneState("1mo", "1 Month Post-Deployment", datetime(2026, 12, 15, 20, 2, tzinfo=UTC), False, (
        item("mobile_40", "40% mobile usage sustained", State.UNDECIDED, "36.1 %; 34 % likely"),
        item("satisfaction", "User satisfaction >4.5/5", State.UNDECIDED, "no data: not set up"),
        item("bugs", "Zero critical bugs", State.OPEN, "", owner="Engineering"),
        item("revenue_up", "Positive revenue impact", State.TOO_EARLY, "+0.8 %, may be −1.5 to 3.1 %"),
        item("compliance", "Full accessibility compliance", State.OPEN, "0 automated violations needed as well", owner="Accessibility"),
    )),
    MilestoneState("3mo", "3 Months Post-Deployment", datetime(2027, 2, 15, 20, 2, tzinfo=UTC), False, (
        item("adoption", "Feature adoption >60%", State.TOO_EARLY, "41 %"),
        item("churn", "Churn rate reduced", State.TOO_EARLY, "window is not over"),
        item("velocity", "Development velocity increased", State.OPEN, ""),
        item("roi", "ROI targets achieved", State.OPEN, ""),
        item("ready", "Ready for next phase", State.OPEN, ""),
    )),
)  # fmt: skip
SOURCES = (
    SourceHealth("app", "sql", 9, 9),
    SourceHealth("prom", "prometheus", 5, 5),
    SourceHealth("cache", "redis", 3, 3),
)
