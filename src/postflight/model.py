"""The nouns, on one page. Everything here is immutable data; nothing here reads a clock, a file or a network.

Values are canonical (`units.py`): seconds, fractions of a whole, bytes, plain counts; yes is 1 and no is 0. Instants are aware and
in UTC; dates are local dates of the plan's time zone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from .errors import Place, Problem
from .target import Direction, Target
from .units import Unit
from .window import Day, Span, Window

# ---------------------------------------------------------------------------------------------------------------- the plan


class Kind(StrEnum):
    """Whether a question can be asked about the past."""

    FLOW = "flow"  # asked for a window, so history can be asked for at any time
    STATE = "state"  # true only now; its history is what `postflight observe` recorded


class Fold(StrEnum):
    """How one `value` a day becomes one value for a window of days. Other measures add up by themselves."""

    MEAN = "mean"
    SUM = "sum"
    LAST = "last"
    MAX = "max"


class Question(Protocol):
    """What a source is asked for one KPI, already checked for form. `str(question)` is its text, for reports and hashes."""

    @property
    def kind(self) -> Kind:
        """Flow or state, told from the question itself (contract 3)."""

    @property
    def unit(self) -> Unit | None:
        """The unit of the answer where the question names it (`…_seconds`), else None."""

    def __str__(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Connection:
    """A system to ask, under a name of the plan's own. `settings` still hold references to secrets (`${env:NAME}`), never secrets."""

    name: str
    kind: str  # entry-point name of the source: sql, redis, prometheus, files, manual …
    settings: Mapping[str, object]
    at: Place | None = None
    label: str = ""  # said beside every value that came through it, as in "simulated data" for the demo
    folder: str = ""  # the plan's folder, from which relative paths in the settings count; empty for a plan that was read from no folder


@dataclass(frozen=True, slots=True)
class Points:
    """The score's line: `deduct` category points when `when` holds. `when` is None for "when the target is missed"."""

    deduct: Decimal
    when: Target | None = None


@dataclass(frozen=True, slots=True)
class Kpi:
    """One measured thing with its standing lines. The target, where there is one, is a guard: every deployment is judged on it."""

    id: str
    title: str
    category: str
    connection: str
    question: Question
    unit: Unit  # what values are shown in; evidence converts to it
    direction: Direction
    kind: Kind
    target: Target | None = None
    alert: Target | None = None  # crossed when its test holds
    block: Target | None = None  # crossed when its test holds; a KPI with one is a blocker KPI
    points: Points | None = None
    window: Span = field(default_factory=lambda: Span(7, "d"))
    fold: Fold = Fold.MEAN
    quantile: float | None = None  # how samples and buckets are summarised; None means their mean
    baseline: float | None = None  # declared, canonical; a measured one is preferred and both are shown
    min_sample: int = 0
    valid: tuple[float | None, float | None] = (None, None)  # canonical bounds, inclusive; outside is no data (out_of_range)
    settles: Span | None = None  # data younger than this is still changing and is not judged
    freshness: Span | None = None  # the newest datum may be this old, else no data (stale)
    by: tuple[str, ...] = ()  # dimensions to show apart
    each: str | None = None  # dimension of which every value is a KPI of its own
    census: bool = False  # `counted: all`: no interval
    shadow: bool = False  # reported, never judged
    not_applicable: str = ""  # why the plan takes it out of judgement and score
    owner: str = ""
    measurement: str = ""  # how it is measured, in words
    advice: str = ""
    runbook: str = ""
    because: str = ""  # authority for the numbers: the specification's line, a standard
    offenders: Question | None = None  # names and counts of what is wrong, never personal data
    definition: str = ""  # hash of all that decides the number; a change draws a break in the history
    at: Place | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """A group of KPIs with its share of the composite score, 0–1; the shares of a plan add up to 1."""

    id: str
    title: str
    emoji: str = ""
    weight: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class ScoreInput:
    """One entry of the dictionary that `postflight score` reads (contract 5)."""

    path: tuple[str, str]  # group and name, as in ("performance", "p95_response_time")
    kpi: str
    unit: Unit
    when: Target  # points are lost when this holds, compared in `unit`
    integer: bool
    low: Decimal
    high: Decimal
    aliases: tuple[tuple[str, str], ...] = ()
    optional: bool = False


@dataclass(frozen=True, slots=True)
class ScorePolicy:
    """How KPIs become one number. `specification`: fixed points per missed line. `graded`: points grow with the miss. `none`: no number."""

    profile: str
    pass_line: Decimal = Decimal(90)
    grades: tuple[tuple[Decimal, str], ...] = ()  # from the highest cut down; below the last cut stands `lowest_grade`
    lowest_grade: str = "F"
    statuses: tuple[tuple[Decimal, str], ...] = ()
    lowest_status: str = ""
    inputs: tuple[ScoreInput, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """A release's promise: this KPI reaches this target by this horizon."""

    kpi: str
    horizon: Span
    target: Target


@dataclass(frozen=True, slots=True)
class MilestoneTest:
    """One computed condition of a milestone item. Without a target it asks that the KPI's own effective target is met."""

    kpi: str
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class MilestoneItem:
    """One line of a checklist. With no tests it is for a person to sign; with tests a person may confirm or overrule."""

    id: str
    title: str
    tests: tuple[MilestoneTest, ...] = ()
    every: str = ""  # "hour" or "day": the tests must hold in each complete one since the deployment ("maintained", "sustained")
    owner: str = ""
    at: Place | None = None


@dataclass(frozen=True, slots=True)
class Milestone:
    """A checklist that is due one horizon after the deployment."""

    horizon: Span
    title: str
    items: tuple[MilestoneItem, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """What a release file says: expectations and milestones. `name` is the file's stem."""

    name: str
    expectations: tuple[Expectation, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    template: bool = False  # offered to every release rather than to the one of its name
    title: str = ""


@dataclass(frozen=True, slots=True)
class ThreatRule:
    """One level of the threat scale and the tests, by KPI, any of which raises it. The last rule has none."""

    level: str
    when: Mapping[str, Target]


@dataclass(frozen=True, slots=True)
class TreeNode:
    """A node of the success tree: a leaf speaks of the KPIs whose state colours it."""

    title: str
    children: tuple[TreeNode, ...] = ()
    kpis: tuple[MilestoneTest, ...] = ()


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row of a table of the document: the words of the first column, the KPI, and fixed words for other columns."""

    title: str
    kpi: str
    cells: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the Markdown document. `columns` maps a heading to what stands under it: see publishers/markdown.py."""

    columns: Mapping[str, str]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the Markdown document: a heading, some words, then at most one table or one of the standing parts (`show`)."""

    heading: str
    level: int = 2
    text: str = ""
    table: Table | None = None
    show: str = ""  # tree, score, milestones, actions, threat, scorecard, breakdown
    kpis: tuple[str, ...] = ()  # for `show: breakdown`


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a team wrote down about what success means. `files` are the texts it was read from, so that it can be read again."""

    product: str
    timezone: ZoneInfo
    kpis: Mapping[str, Kpi]
    connections: Mapping[str, Connection]
    categories: Mapping[str, Category]
    score: ScorePolicy
    promises: Mapping[str, Promise] = field(default_factory=dict)
    threat: tuple[ThreatRule, ...] = ()
    review: tuple[
        tuple[Span | None, str], ...
    ] = ()  # (until, cadence): daily for a week, weekly for a month, monthly from then on
    tree: TreeNode | None = None
    document: tuple[Section, ...] = ()
    public_url: str = ""
    version: str = ""
    channels: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    bindings: str = ""
    hash: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


# ------------------------------------------------------------------------------------------------------------ what went live


@dataclass(frozen=True, slots=True)
class Deployment:
    """Something went live. `start` and `end` are instants; an unfinished one has end == start."""

    id: str
    version: str
    start: datetime
    end: datetime
    environment: str = "production"
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """One deployment or several that promised something. Its expectations are sealed by hash and time when it is added."""

    id: str
    deployments: tuple[str, ...]
    start: datetime  # of the first deployment
    end: datetime  # of the last deployment; horizons count from here
    promise: Promise
    sealed_at: datetime
    sealed_hash: str
    edited: str = ""  # what changed after the seal, and when; shown as "target changed after the data"


@dataclass(frozen=True, slots=True)
class SignOff:
    """A person's word on a milestone item, with evidence and, where given, an expiry. The newest one for an item holds."""

    milestone: str  # the horizon, as in "24h"
    item: str
    met: bool
    by: str
    at: datetime
    evidence: str = ""
    expires: datetime | None = None


# ------------------------------------------------------------------------------------------------- evidence and observations


class Reason(StrEnum):
    """Why there is no data (corrections, "No data: the contract")."""

    NOT_CONFIGURED = "not_configured"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    AUTH = "auth"
    PERMISSION = "permission"
    QUERY_ERROR = "query_error"
    BAD_RESPONSE = "bad_response"
    EMPTY = "empty"
    ZERO_DENOMINATOR = "zero_denominator"
    BELOW_MIN_SAMPLE = "below_min_sample"
    NON_FINITE = "non_finite"
    OUT_OF_RANGE = "out_of_range"
    STALE = "stale"
    WINDOW_INCOMPLETE = "window_incomplete"
    BASELINE_MISSING = "baseline_missing"
    AUDIT_FAILED = "audit_failed"


@dataclass(frozen=True, slots=True)
class Nothing:
    """No data, as a value: a machine's reason and a sentence for people. Never carries a secret or a driver's own text."""

    reason: Reason
    detail: str
    readings: Mapping[str, int] = field(default_factory=dict)  # raw counters now, as in Evidence: the first reading has no answer yet


class Measure(StrEnum):
    """The shape of evidence, told from its columns alone, never from the number of rows (contract 3)."""

    VALUE = "value"  # value: exactly one row per day and group
    SAMPLE = "sample"  # sample: one row per observation
    SHARE = "share"  # hits, total
    BUCKETS = "buckets"  # bucket (upper edge, inclusive; +inf for the last), count (in that bucket, not cumulative)
    MEAN = "mean"  # sum, count[, sumsq]


MEASURE_COLUMNS: Mapping[frozenset[str], Measure] = {
    frozenset({"value"}): Measure.VALUE,
    frozenset({"sample"}): Measure.SAMPLE,
    frozenset({"hits", "total"}): Measure.SHARE,
    frozenset({"bucket", "count"}): Measure.BUCKETS,
    frozenset({"sum", "count"}): Measure.MEAN,
    frozenset({"sum", "count", "sumsq"}): Measure.MEAN,
}
Cell = int | float | Decimal | bool | str | date | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a source answered: rows of one measure, by optional `day` and dimensions (every other column). Percentages are made later.

    `unit` is the unit of value, sample, sum or bucket edges where the source knows it; otherwise they are in the KPI's unit.
    A share (hits, total) has no unit: it is a fraction.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    query: str  # as resolved and sent, for `explain`
    unit: Unit | None = None
    newest: datetime | None = None  # the source's watermark, for freshness
    readings: Mapping[str, int] = field(default_factory=dict)  # raw counters now, kept so that later readings can be differenced
    notes: tuple[str, ...] = ()  # what a careful reader should know about this answer

    @property
    def measure(self) -> Measure | None:
        """The measure its columns spell, or None when they spell none or several."""
        return measure_of(self.columns)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Columns that are neither the measure nor the day, in their order."""
        taken = next((c for c in sorted(MEASURE_COLUMNS, key=len, reverse=True) if c <= set(self.columns)), frozenset())
        return tuple(c for c in self.columns if c not in taken and c != "day")


def measure_of(columns: Sequence[str]) -> Measure | None:
    """The one measure spelled by these columns; None for no measure, for two at once, and for a column that comes twice."""
    present = set(columns)
    if len(present) != len(columns):
        return None
    spelled = [names for names in MEASURE_COLUMNS if names <= present]
    largest = max(spelled, key=len, default=None)
    if largest is None or any(not names <= largest for names in spelled):
        return None
    return MEASURE_COLUMNS[largest]


class Role(StrEnum):
    """What an observation is for."""

    CURRENT = "current"  # the KPI's window ending now: judged
    DAYS = "days"  # every complete day since the deployment: history, "sustained", windows of days
    BASELINE = "baseline"  # the complete days before the deployment, frozen once asked
    HOURS = "hours"  # every complete hour of the first day: "maintained"
    OFFENDERS = "offenders"  # names and counts of what is wrong


@dataclass(frozen=True, slots=True)
class Ask:
    """One question to a source: this KPI, over this window, where it can by these slots.

    Slots are the days (or hours) of the window, each with its exact instants. A flow question that can tell slots apart answers with
    a `day` column (hours: an ISO instant in `day`); one that cannot answers once for the window.
    """

    kpi: Kpi
    window: Window
    slots: tuple[Day, ...] = ()
    role: Role = Role.CURRENT

    @property
    def question(self) -> Question:
        """The KPI's question, or the one for its offenders."""
        if self.role is Role.OFFENDERS and self.kpi.offenders is not None:
            return self.kpi.offenders
        return self.kpi.question


@dataclass(frozen=True, slots=True)
class Observation:
    """What a source said, when, to which question. Kept for ever as it was; a card is judged from these alone."""

    kpi: str
    role: Role
    window: Window
    asked_at: datetime
    outcome: Evidence | Nothing
    definition: str = ""
    id: str = ""


class History(Protocol):
    """Read-only view of what was recorded before, handed to sources that difference counters or read back a person's record."""

    def observations(self, kpi: str, window: Window) -> Sequence[Observation]:
        """Current observations of one KPI asked within the window, oldest first."""

    def records(self, kpi: str, until: datetime) -> Sequence[Record]:
        """Values that people recorded up to an instant, oldest first."""


@dataclass(frozen=True, slots=True)
class Record:
    """A value that a person vouches for (`postflight record`)."""

    kpi: str
    value: float  # in the KPI's unit as shown
    by: str
    at: datetime
    evidence: str = ""
    expires: datetime | None = None


class Source(Protocol):
    """One way of looking at one system. Made from a connection whose secrets are resolved; read-only, bounded, and used by one thread."""

    def answer(self, asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        """Answer each ask once, in any order, each as soon as it is known: what was yielded before the deadline counts.

        A failure is an answer (`Nothing`), not an exception; the caller treats an exception as a bug and says so.
        """

    def check(self, asks: Sequence[Ask]) -> Iterator[Problem]:
        """What is wrong before the first report: unreachable, too many privileges, a query that fails, a metric that does not exist."""

    def close(self) -> None:
        """Release connections. Never raises."""


class SourceKind(Protocol):
    """The class behind an entry point of `postflight.sources`: reads the plan's words for its kind, and makes a source."""

    def __call__(self, connection: Connection, secrets: Callable[[str], str], history: History, timeout: float) -> Source:
        """Open nothing yet. `secrets` resolves `${env:…}` and `${file:…}` inside a string; `timeout` is in seconds per question."""

    def settings(self, raw: object) -> Mapping[str, object]:
        """Check what stands behind the kind in `from:`. Raises ValueError for a mistake."""

    def question(self, raw: object, read: Callable[[str], str]) -> Question:
        """Check a KPI's question. `read` gives the text of another file of the plan. Raises ValueError for a mistake."""


# -------------------------------------------------------------------------------------------------------------- judgement


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


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is judged, and when: the arguments that make the judge a function. `now` is the only clock it knows."""

    now: datetime
    deployment: Deployment | None = None
    release: Release | None = None
    signoffs: tuple[SignOff, ...] = ()
    baselines: Mapping[str, str] = field(
        default_factory=dict
    )  # origin by KPI: "measured", "pinned to v2.3.0", "invalidated: why"
    sources: tuple[SourceHealth, ...] = ()
    notes: tuple[str, ...] = ()  # annotations that fall into the window, overlaps, channels that are off
    others: tuple[Deployment, ...] = ()  # deployments that overlap the window


@dataclass(frozen=True, slots=True)
class Past:
    """What the judge must remember between looks: states that latch. Keyed `24h/<item>` and `<kpi>@1w`."""

    frozen: Mapping[str, tuple[State, str]] = field(default_factory=dict)  # state and the sentence it was frozen with
