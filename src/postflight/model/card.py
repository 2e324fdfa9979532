"""The judged result: where each KPI stands, what it costs, what is due, and what to do first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ..target import Direction
from ..window import Window
from .live import Deployment


class Level(StrEnum):
    """Where a value stands now (contract 4)."""

    OK = "ok"
    WARN = "warn"
    ALERT = "alert"
    NO_DATA = "no_data"
    NOT_APPLICABLE = "not_applicable"


class State(StrEnum):
    """Where a promise stands against its horizon. `met` and `missed` are frozen."""

    TOO_EARLY = "too_early"
    ON_TRACK = "on_track"
    OFF_TRACK = "off_track"
    UNDECIDED = "undecided"
    MET = "met"
    MISSED = "missed"
    OPEN = "open"  # for a person to sign


class Verdict(StrEnum):
    """The answer to "did it work?"."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Point:
    """One day of a history: a canonical value and the number of trials behind it (None where there is no such number)."""

    day: date
    value: float
    n: float | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """The value of one part: a category of tickets, a route, a device."""

    name: str
    value: float
    n: float | None = None


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the evidence says the value is. Canonical. `low` and `high` are a 90 % interval, None where there is none (a census)."""

    value: float
    n: float | None = None
    hits: float | None = None
    low: float | None = None
    high: float | None = None
    days: tuple[Point, ...] = ()
    segments: tuple[Segment, ...] = ()
    notes: tuple[str, ...] = ()  # what a careful reader should know about this value


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the value was before. `value` is weighted to the weekdays of the window it is compared with."""

    value: float
    origin: str  # "measured", "declared" or "pinned to …"
    days: int = 0
    window: Window | None = None
    declared: float | None = None  # the plan's own number, shown beside a measured one
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Outlook:
    """One promise about one KPI."""

    horizon: str
    due: datetime
    target: str
    state: State
    probability: float | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One KPI, judged. Everything a page needs to show and explain it; values canonical, `unit` is for showing them."""

    kpi: str
    title: str
    category: str
    unit: str
    direction: Direction
    level: Level
    sentence: str
    reason: str = ""  # for no_data: a Reason; for not_applicable: why
    value: float | None = None
    n: float | None = None
    hits: float | None = None
    low: float | None = None
    high: float | None = None
    target: str = ""
    alert: str = ""
    block: str = ""
    baseline: Baseline | None = None
    change: float | None = None  # fraction of the baseline; None without one or where it is zero
    difference: float | None = None  # value minus baseline
    blocker: bool = False  # its block line is crossed
    guards_verdict: bool = False  # it has a block line: without data there is no pass
    deduct: float | None = None  # category points its line costs, for a KPI of the score
    points: float | None = None  # composite points lost; the most it could cost when there is no data
    points_line: str = ""
    outlooks: tuple[Outlook, ...] = ()
    history: tuple[Point, ...] = ()
    segments: tuple[Segment, ...] = ()
    offenders: tuple[tuple[str, str], ...] = ()
    window: Window | None = None
    as_of: datetime | None = None
    connection: str = ""
    source: str = ""
    label: str = ""
    query: str = ""
    definition: str = ""
    notes: tuple[str, ...] = ()
    measurement: str = ""
    owner: str = ""
    advice: str = ""
    runbook: str = ""
    because: str = ""
    shadow: bool = False
    observations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CategoryScore:
    """One category's number, with bounds from missing data; `lost` is in composite points at the low bound."""

    id: str
    title: str
    emoji: str
    weight: float
    low: float
    high: float
    lost: float
    grade: str
    recommendations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """Which KPI cost how much, and why."""

    kpi: str
    category: str
    value: float | None
    line: str
    points: float
    reason: str


@dataclass(frozen=True, slots=True)
class Blocker:
    """A crossed block line: the verdict is fail whatever the score."""

    kpi: str
    value: float
    line: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A KPI without data, with its reason."""

    kpi: str
    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Score:
    """The composite, 0–100. `composite`, grade and status are those of `low`; without gaps low == high == the specification's number."""

    profile: str
    composite: float
    low: float
    high: float
    grade: str
    status: str
    pass_line: float
    coverage: float  # share of the scored KPIs with data, 0–1
    scored: int
    categories: tuple[CategoryScore, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemState:
    """One line of a checklist now. `computed` is what the data say, kept beside a person's word."""

    id: str
    title: str
    state: State
    detail: str
    owner: str = ""
    computed: State | None = None
    signed_by: str = ""
    signed_at: datetime | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class MilestoneState:
    """A checklist now. Frozen items carry the state they had when it fell due."""

    horizon: str
    title: str
    due: datetime
    closed: bool
    items: tuple[ItemState, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """What to do first. Ordered: blockers, then by the composite points it is worth, then what is missing."""

    kpi: str
    text: str
    worth: float  # composite points to win back
    level: Level
    blocker: bool = False
    owner: str = ""
    runbook: str = ""


@dataclass(frozen=True, slots=True)
class Threat:
    """The threat level with every reason that contributes, highest first."""

    level: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """How one connection did in this run: how many KPIs it was asked, how many it answered, and the worst thing it said."""

    name: str
    kind: str
    asked: int
    answered: int
    detail: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The judged, explained result: `postflight.card/1`. Immutable; every publisher renders this and nothing else."""

    schema: str
    product: str
    plan: str  # hash
    method: str  # version of judge and statistics, numpy and scipy included
    at: datetime
    timezone: str
    verdict: Verdict
    headline: str
    sentence: str
    counts: Mapping[str, int]
    evaluations: tuple[Evaluation, ...]
    score: Score | None = None
    blockers: tuple[Blocker, ...] = ()
    ledger: tuple[LedgerLine, ...] = ()
    missing: tuple[Missing, ...] = ()
    milestones: tuple[MilestoneState, ...] = ()
    actions: tuple[Action, ...] = ()
    threat: Threat | None = None
    deployment: Deployment | None = None
    release: str = ""
    sources: tuple[SourceHealth, ...] = ()
    notes: tuple[str, ...] = ()
    next_review: str = ""
    public_url: str = ""
