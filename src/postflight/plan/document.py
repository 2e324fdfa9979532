"""The shape of a plan's files: each class here is at once the YAML an author may write, its type, and its documentation.

An editor completes and checks plans by the JSON Schema made from these classes (`postflight/schemas/plan-1.json`). Point it there
in the first line of a file:

    # yaml-language-server: $schema=…/plan-1.json                    plan.yml and the files beside it
    # yaml-language-server: $schema=…/plan-1.json#/$defs/Release     releases/NAME.yml
    # yaml-language-server: $schema=…/plan-1.json#/$defs/Bindings    bindings/NAME.yml
    # yaml-language-server: $schema=…/plan-1.json#/$defs/Pack        packs/NAME.yml

Nothing here knows which connections, KPIs or units fit together: that is the compiler's to say. Default-less keys are required.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, StrictBool, WithJsonSchema

from .. import model
from ..target import Direction, Target
from ..units import Unit
from ..window import Span
from .lines import Amount, found, read_amount, read_span, read_target, read_unit
from .mistakes import near


def _zone(raw: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(raw))
    except (KeyError, ValueError, OSError):
        from zoneinfo import available_timezones

        hint = near(str(raw), available_timezones())
        raise ValueError(f"no such time zone: {str(raw)!r}; {hint or 'write one like Europe/Berlin'}") from None


def _number(raw: object) -> Decimal:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise ValueError(f"expected a number, found {found(raw)}")
    return Decimal(repr(raw))


def _count(raw: object) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or raw < 0:
        raise ValueError(f"expected a whole number, 0 or more, found {found(raw)}")
    return raw


def _quantile(raw: object) -> float:
    if not isinstance(raw, float) or not 0 < raw < 1:
        raise ValueError(f"expected a number between 0 and 1, found {found(raw)}; the 95th percentile is 0.95")
    return raw


def _baseline(raw: object) -> Amount | None:
    return None if isinstance(raw, str) and raw.strip().lower() == "unknown" else read_amount(raw)


def _given(raw: object) -> object:
    if raw is None:
        raise ValueError("there is no value here; give it one, or remove the key")
    return raw


def _until(raw: object) -> Span | None:
    return None if raw == "ongoing" else read_span(raw)


def _schema(kind: str | list[str], *examples: object) -> WithJsonSchema:
    return WithJsonSchema({"type": kind, "examples": list(examples)})


Line = Annotated[
    Target,
    PlainValidator(read_target),
    _schema("string", "<= 200 ms", ">= +5 pp", "<= -30 %", "no worse than 5 %", "= 0", "= yes"),
]
UnitName = Annotated[Unit, PlainValidator(read_unit), _schema("string", "ms", "%", "/day", "/5", "USD")]
Duration = Annotated[Span, PlainValidator(read_span), _schema("string", "24h", "7d", "1mo")]
AmountText = Annotated[Amount, PlainValidator(read_amount), _schema(["string", "number"], "30 %", 1000)]
Baseline = Annotated[Amount | None, PlainValidator(_baseline), _schema(["string", "number"], "30 %", "8 min", "unknown")]
Number = Annotated[Decimal, BeforeValidator(_number), _schema("number", 20)]
Count = Annotated[int, BeforeValidator(_count), _schema("integer", 30)]
Quantile = Annotated[float, PlainValidator(_quantile), _schema("number", 0.95)]
Zone = Annotated[ZoneInfo, PlainValidator(_zone), _schema("string", "Europe/Berlin", "UTC")]
Question = Annotated[Any, WithJsonSchema({"description": "A question in the words of the connection's source"})]
Settings = dict[str, Any]
T = TypeVar("T")
Maybe = Annotated[T | None, BeforeValidator(_given)]  # a key that may be absent, and has a value when it is there


class Part(BaseModel):
    """Every part of a plan: unknown keys are mistakes, and nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Connection(Part):
    """A system to ask: one key names the kind of source, and its value holds that source's settings."""

    model_config = ConfigDict(extra="allow")
    label: str = Field(default="", description='Said beside every value that came this way, as in "simulated data"')


class Points(Part):
    """The score's line, apart from target and alert."""

    deduct: Number = Field(description="Category points that are lost")
    when: Maybe[Line] = Field(default=None, description="When they are lost; without it, when the target is missed")


class Kpi(Part):
    """One measured thing. Besides the keys below it has exactly one more: the name of a connection, and its value is the question."""

    model_config = ConfigDict(extra="allow")
    title: str = Field(default="", description="What people call it; made from the id when absent")
    category: str = Field(default="", description="One of the plan's categories")
    unit: Maybe[UnitName] = Field(default=None, description="What values are shown in; taken from the target when absent")
    direction: Maybe[Direction] = Field(default=None, description="Which way is better; told from the target when absent")
    target: Maybe[Line] = Field(default=None, description="A guard: every deployment is judged on it")
    alert: Maybe[Line] = Field(default=None, description="The line whose crossing alerts")
    block: Maybe[Line] = Field(default=None, description="The line whose crossing fails the deployment, whatever the score")
    points: Maybe[Points] = Field(default=None, description="What the score loses, and when")
    window: Duration = Field(
        default=Span(7, "d"), description="Days: that many complete local days. Hours: exact, and may end now"
    )
    fold: model.Fold = Field(default=model.Fold.MEAN, description="How one value a day becomes one value for the window")
    quantile: Maybe[Quantile] = Field(default=None, description="How samples and buckets are summarised; their mean when absent")
    baseline: Maybe[Baseline] = Field(default=None, description="The value before, as declared; a measured one is preferred")
    min_sample: Count = Field(default=0, description="With fewer trials than this there is no data")
    range: Maybe[list[AmountText | None]] = Field(
        default=None, description="Possible values, as [low, high]; null for no bound", min_length=2, max_length=2
    )
    settles: Maybe[Duration] = Field(default=None, description="Data younger than this is still changing and is not judged")
    freshness: Maybe[Duration] = Field(default=None, description="The newest datum may be this old, else there is no data")
    by: list[str] = Field(default=[], description="Dimensions to show apart")
    each: str = Field(default="", description="Dimension of which every value is a KPI of its own")
    counted: Maybe[Literal["all"]] = Field(default=None, description="`all`: a census; the value has no interval")
    shadow: StrictBool = Field(default=False, description="Reported, never judged")
    not_applicable: str = Field(default="", description="Why this KPI is taken out of judgement and score")
    kind: Maybe[model.Kind] = Field(default=None, description="Only to overrule what the question itself says")
    owner: str = Field(default="", description="Who acts when it is missed")
    measurement: str = Field(default="", description="How it is measured, in words")
    advice: str = Field(default="", description="What to do when it is missed")
    runbook: str = Field(default="", description="Where that is described at length")
    because: str = Field(default="", description="The authority for the numbers")
    evidence: Maybe[Question] = Field(default=None, description="A question whose rows name the offenders: names and counts only")


KPI_KEYS = frozenset(Kpi.model_fields)  # every other key of a KPI is the name of a connection


class Category(Part):
    """A group of KPIs with its share of the score."""

    title: str = Field(default="", description="Made from the id when absent")
    emoji: str = ""
    weight: Maybe[Number] = Field(default=None, description="Share of the composite score, 0 to 1; all of them add up to 1")


class ScoreInput(Part):
    """One entry of the dictionary that `postflight score` reads."""

    kpi: str
    when: Line = Field(description="Points are lost when this holds")
    unit: Maybe[UnitName] = Field(default=None, description="What the input is in; the KPI's unit when absent")
    range: list[AmountText | None] = Field(
        default=[None, None], description="Possible inputs; others are no data", min_length=2, max_length=2
    )
    integer: StrictBool = False
    aliases: list[str] = Field(default=[], description='Other names: "name" in the same group, or "group.name"')
    optional: StrictBool = False


class Score(Part):
    """How KPIs become one number."""

    profile: Maybe[Literal["specification", "graded", "none"]] = Field(
        default=None, description="Fixed points per missed line; points that grow with the miss; or no number"
    )
    pass_: Maybe[Number] = Field(default=None, alias="pass", description="The pass line, 0 to 100")
    grades: Maybe[dict[str, Number]] = Field(
        default=None, description="Each grade and the least score for it, from the best down to 0"
    )
    statuses: Maybe[dict[str, Number]] = Field(
        default=None, description="Each status and the least score for it, from the best down to 0"
    )
    inputs: dict[str, dict[str, ScoreInput]] = Field(
        default={}, description="The dictionary of `postflight score`: group, name, meaning"
    )


class ThreatLevel(Part):
    """One level of the threat scale."""

    level: str
    when: dict[str, Line] = Field(default={}, description="Tests by KPI, any of which raises this level; none for the last")


class Review(Part):
    """How often the plan is looked at, and until when."""

    daily: Annotated[Span | None, PlainValidator(_until), _schema("string", "1w", "ongoing")] = None
    weekly: Annotated[Span | None, PlainValidator(_until), _schema("string", "1mo", "ongoing")] = None
    monthly: Annotated[Span | None, PlainValidator(_until), _schema("string", "ongoing")] = None


class TreeNode(Part):
    """A node of the success tree, coloured by the state of its KPIs."""

    title: str
    children: list[TreeNode] = []
    kpis: dict[str, Line | None] = Field(default={}, description="KPIs, each with a target or null for its own")


class Row(Part):
    """One row of a table: a KPI under words of its own."""

    title: str
    kpi: str
    cells: dict[str, str] = Field(default={}, description="Fixed words, by column")


class Table(Part):
    """A table of the document."""

    columns: dict[str, str] = Field(description="What stands under each heading: title, target, value, status, expect:1w …")
    rows: list[Row]


class Section(Part):
    """A part of the Markdown document."""

    heading: str
    level: Count = 2
    text: str = ""
    table: Maybe[Table] = None
    show: Maybe[Literal["tree", "score", "milestones", "actions", "threat", "scorecard", "breakdown"]] = None
    kpis: list[str] = Field(default=[], description="For `show: breakdown`")


class PackUse(Part):
    """A pack of ready-made KPIs, put to use."""

    from_: str = Field(alias="from", description="The connection its questions go to")
    each: str = Field(default="", description="One KPI per value of this dimension, instead of the pack's own")
    category: str = Field(default="", description="The category its KPIs belong to, instead of the pack's own")
    owner: str = ""
    where: dict[str, str] = Field(default={}, description="Labels that every question of the pack is narrowed to")
    kpis: dict[str, dict[str, Any]] = Field(
        default={}, description="Keys of single KPIs that replace the pack's; null takes one away"
    )


class Plan(Part):
    """postflight.plan/1: what a team means by success. `plan.yml` and the other files beside it have this shape and are read as one."""

    product: str = ""
    version: str = Field(default="", description="The plan's own version")
    timezone: Maybe[Zone] = Field(default=None, description="Whose days are counted; UTC when absent")
    public_url: str = Field(default="", description="Where reports link to")
    from_: dict[str, Connection] = Field(default={}, alias="from", description="Connections, under names of your own")
    use: list[dict[str, PackUse]] = Field(default=[], description="Packs, each as NAME: {from: CONNECTION}")
    kpis: dict[str, Kpi] = {}
    categories: dict[str, Category] = {}
    score: Maybe[Score] = None
    threat: list[ThreatLevel] = Field(default=[], description="The threat scale, from the highest level")
    review: Maybe[Review] = None
    tree: Maybe[TreeNode] = None
    document: list[Section] = Field(default=[], description="The sections of the Markdown report")
    slack: Settings = Field(default={}, description="The Slack channel")
    email: Settings = Field(default={}, description="The e-mail channel")


class MilestoneItem(Part):
    """One line of a checklist: computed from KPIs, or signed by a person when it names none."""

    id: str
    title: str
    kpis: dict[str, Line | None] = Field(default={}, description="KPIs, each with a target or null for its own")
    every: Maybe[Literal["hour", "day"]] = Field(default=None, description="The tests must hold in each complete hour or day")
    owner: str = ""


class Milestone(Part):
    """A checklist that is due one horizon after the deployment."""

    title: str = ""
    items: list[MilestoneItem]


class Release(Part):
    """`releases/NAME.yml`: what a release promised."""

    title: str = ""
    template: StrictBool = Field(default=False, description="Offered to every release, rather than to the one of this name")
    expect: dict[str, dict[str, Line]] = Field(default={}, description="KPI, horizon, target: {mobile_share: {1w: '>= 35 %'}}")
    milestones: dict[str, Milestone] = Field(default={}, description="Checklists by horizon")


class Bindings(Part):
    """`bindings/NAME.yml`: the same KPIs measured elsewhere, as for a demo or a staging environment."""

    from_: dict[str, Connection] = Field(default={}, alias="from", description="Connections that replace the plan's")
    kpis: dict[str, dict[str, Any]] = Field(
        default={}, description="A KPI's question through another connection; unit and evidence may follow"
    )


class Pack(Part):
    """`packs/NAME.yml`: ready-made KPIs whose questions stand under the key `from`."""

    title: str = ""
    kpis: dict[str, Kpi] = {}
