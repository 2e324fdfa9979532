"""What was recorded, as evidence. A state is true only when it is looked at, so its history is what `postflight observe` kept.

The last reading of a local day stands for that day; a day nobody looked is a gap, and is said to be one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from ..model import Ask, Evidence, History, Nothing, Observation, Reason
from ..window import Window


def recalled(ask: Ask, history: History, tz: ZoneInfo) -> Nothing | Evidence:
    """The recorded days of a state KPI over the ask's slots, as one piece of evidence with a `day` column."""
    by_day = {seen.asked_at.astimezone(tz).date(): seen for seen in _comparable(ask, history)}
    found = [(slot.date, by_day[slot.date].outcome) for slot in ask.slots if slot.date in by_day]
    readings = [(date, outcome) for date, outcome in found if isinstance(outcome, Evidence)]
    if not readings:
        return Nothing(Reason.EMPTY, "was not observed in that time; `postflight observe` records it once a day")
    columns = readings[-1][1].columns
    same = [(date, outcome) for date, outcome in readings if outcome.columns == columns]
    rows = tuple((date, *row) for date, outcome in same for row in outcome.rows)
    latest = same[-1][1]
    gaps = len(ask.slots) - len(same)
    note = (f"{gaps} of {len(ask.slots)} days were not observed",) if gaps else ()
    return Evidence(("day", *columns), rows, latest.query, latest.unit, latest.newest, notes=note)


NOT_SEEN = Nothing(Reason.EMPTY, "is true only at the time it is looked at, and was not recorded then")


def seen_by(ask: Ask, history: History) -> Observation | None:
    """The last evidence of a state within the ask's window, its end included, as it was kept: what a report about the past may say of it."""
    until_now = replace(ask, window=Window(ask.window.start, ask.window.end + timedelta(microseconds=1)))
    return next((seen for seen in reversed(_comparable(until_now, history)) if isinstance(seen.outcome, Evidence)), None)


def _comparable(ask: Ask, history: History) -> Sequence[Observation]:
    """What was recorded in the ask's window under the definition the KPI has now."""
    return [seen for seen in history.observations(ask.kpi.id, ask.window) if seen.definition == ask.kpi.definition]
