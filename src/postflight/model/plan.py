"""What a team wrote down about what success means: KPIs, score, promises, and the document they want written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from ..errors import Place
from ..target import Direction, Target
from ..units import Unit
from ..window import Span


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
    folder: str = (
        ""  # the plan's folder, from which relative paths in the settings count; empty for a plan that was read from no folder
    )


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
