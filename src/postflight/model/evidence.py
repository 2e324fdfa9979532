"""What sources answer: evidence in one of five measures, or nothing, with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from ..units import Unit


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
    readings: Mapping[str, int] = field(
        default_factory=dict
    )  # raw counters now, as in Evidence: the first reading has no answer yet


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
