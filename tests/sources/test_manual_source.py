"""What people recorded: the newest that has not expired, and otherwise how to record it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from postflight.model import Ask, Connection, Evidence, Kind, Nothing, Observation, Reason, Record
from postflight.sources.manual import ManualSource
from postflight.testing import SourceContract, asking
from postflight.window import Window

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
ASK = asking(ManualSource, "Ask the security team.", first=date(2026, 11, 2))


class Recorded:
    """A history of records, as the store would hand one over."""

    def __init__(self, *records: Record) -> None:
        self._records = records

    def observations(self, kpi: str, window: Window) -> Sequence[Observation]:
        """None."""
        return ()

    def records(self, kpi: str, until: datetime) -> Sequence[Record]:
        """Those of the KPI up to an instant."""
        return [record for record in self._records if record.kpi == kpi and record.at <= until]


def answer(*records: Record, ask: Ask = ASK) -> Evidence | Nothing:
    source = ManualSource(Connection("manual", "manual", {}), str, Recorded(*records), 5.0)
    ((_, outcome),) = source.answer([ask])
    return outcome


class TestManualKeepsTheContract(SourceContract):
    """The source `manual`. Nobody to reach, so "unreachable" is a KPI that nobody recorded."""

    kind = ManualSource

    def connection(self) -> Connection:
        return Connection("manual", "manual", {})

    unreachable = connection

    def history(self) -> Recorded:
        return Recorded(Record("kpi", 3.0, "ana", NOON), Record("other_kpi", 3.0, "ana", NOON))

    def good(self) -> Ask:
        return ASK

    def broken(self) -> Ask:
        return asking(ManualSource, "Nobody ever did.", kpi="unrecorded")

    def mistakes(self) -> Sequence[object]:
        return [7, ["text"], {"question": "text"}]

    def state(self) -> object:
        return [repr(record) for record in self.history().records("kpi", NOON)]

    def test_unreachable_is_nothing(self) -> None:
        """There is no system behind it: nothing recorded is all that can be missing."""
        (outcome,) = self._outcomes(self.connection(), [self.broken()])
        assert isinstance(outcome, Nothing)
        assert outcome.reason is Reason.EMPTY

    def test_check_tells_what_does_not_work(self) -> None:
        """A record that is missing is for the report to say, every day; not a mistake of the plan."""
        assert self._problems(self.connection(), [self.broken()]) == []


def test_the_newest_record_is_the_value() -> None:
    """Whoever recorded it last, with the evidence they gave."""
    found = answer(Record("kpi", 3.0, "ana", NOON, "ticket 7"), Record("kpi", 9.0, "ben", NOON - timedelta(hours=1)))
    assert isinstance(found, Evidence)
    assert (found.columns, found.rows, found.newest) == (("value",), ((3.0,),), NOON)
    assert found.notes == ("recorded by ana: ticket 7",)


def test_nothing_recorded_says_how_to_record_it() -> None:
    """With the command to type; a record after the window does not count yet."""
    for missing in (answer(), answer(Record("kpi", 1.0, "ana", NOON + timedelta(days=9)))):
        assert isinstance(missing, Nothing)
        assert missing.reason is Reason.EMPTY
        assert "postflight record kpi VALUE --by NAME" in missing.detail


def test_MIL1_an_expired_record_is_stale() -> None:
    """It is not the value any more, and an older one does not come back in its place."""
    old = Record("kpi", 1.0, "ben", NOON - timedelta(days=1))
    expired = Record("kpi", 3.0, "ana", NOON, expires=NOON + timedelta(hours=1))
    found = answer(old, expired)
    assert isinstance(found, Nothing)
    assert found.reason is Reason.STALE
    assert "ana recorded on 2 Nov 2026 has expired" in found.detail
    assert isinstance(answer(old, Record("kpi", 3.0, "ana", NOON, expires=NOON + timedelta(days=30))), Evidence)


def test_a_record_that_is_no_number_is_nothing() -> None:
    """Whoever recorded it: NaN passes no door (P4)."""
    found = answer(Record("kpi", float("nan"), "ana", NOON))
    assert isinstance(found, Nothing)
    assert found.reason is Reason.NON_FINITE


@pytest.mark.parametrize(("raw", "text"), [("Ask Ana. ", "Ask Ana."), ({}, ""), (None, "")])
def test_the_question_is_for_a_person(raw: object, text: str) -> None:
    """A text or nothing; always a state."""
    question = ManualSource.question(raw, str)
    assert (str(question), question.kind, question.unit) == (text, Kind.STATE, None)
