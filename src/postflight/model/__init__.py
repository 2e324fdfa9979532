"""The nouns, one page each. Everything here is immutable data; nothing here reads a clock, a file or a network.

    plan        what a team wrote down: KPIs, score, promises, document
    live        what went live, what it promised, what people signed
    evidence    what sources answer
    asking      what is asked, what is kept of the answer, what a source is
    card        the judged result
    occasion    what is judged, and when

Values are canonical (`units.py`): seconds, fractions of a whole, bytes, plain counts; yes is 1 and no is 0. Instants are aware and
in UTC; dates are local dates of the plan's time zone.
"""

from .asking import Ask, History, Observation, Record, Role, Source, SourceKind
from .card import (
    Action,
    Baseline,
    Blocker,
    CategoryScore,
    Estimate,
    Evaluation,
    ItemState,
    LedgerLine,
    Level,
    MilestoneState,
    Missing,
    Outlook,
    Point,
    Score,
    Scorecard,
    Segment,
    SourceHealth,
    State,
    Threat,
    Verdict,
)
from .evidence import MEASURE_COLUMNS, Cell, Evidence, Measure, Nothing, Reason, measure_of
from .live import Deployment, Release, SignOff
from .occasion import Occasion, Past
from .plan import (
    Category,
    Connection,
    Expectation,
    Fold,
    Kind,
    Kpi,
    Milestone,
    MilestoneItem,
    MilestoneTest,
    Plan,
    Points,
    Promise,
    Question,
    ScoreInput,
    ScorePolicy,
    Section,
    Table,
    TableRow,
    ThreatRule,
    TreeNode,
)

__all__ = [
    "MEASURE_COLUMNS",
    "Action",
    "Ask",
    "Baseline",
    "Blocker",
    "Category",
    "CategoryScore",
    "Cell",
    "Connection",
    "Deployment",
    "Estimate",
    "Evaluation",
    "Evidence",
    "Expectation",
    "Fold",
    "History",
    "ItemState",
    "Kind",
    "Kpi",
    "LedgerLine",
    "Level",
    "Measure",
    "Milestone",
    "MilestoneItem",
    "MilestoneState",
    "MilestoneTest",
    "Missing",
    "Nothing",
    "Observation",
    "Occasion",
    "Outlook",
    "Past",
    "Plan",
    "Point",
    "Points",
    "Promise",
    "Question",
    "Reason",
    "Record",
    "Release",
    "Role",
    "Score",
    "ScoreInput",
    "ScorePolicy",
    "Scorecard",
    "Section",
    "Segment",
    "SignOff",
    "Source",
    "SourceHealth",
    "SourceKind",
    "State",
    "Table",
    "TableRow",
    "Threat",
    "ThreatRule",
    "TreeNode",
    "Verdict",
    "measure_of",
]
