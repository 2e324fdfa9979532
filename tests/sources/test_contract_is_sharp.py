"""Every promise of the contract, broken once on purpose: a source that breaks it fails the test that is there for it.

The good source is the example of `tests/plugin_package`; each twin of it has one defect of the kind that sources have.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from postflight import testing
from postflight.errors import Problem
from postflight.model import Ask, Connection, Evidence, Nothing, Reason
from postflight.testing import CANARY, FlowContract, NetworkContract, asking

PACKAGE = Path(__file__).parents[1] / "plugin_package"


def _module(path: Path, name: str) -> ModuleType:
    """A module of the plug-in under a name of its own: it is not installed here."""
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


Good: Any = _module(PACKAGE / "src" / "postflight_weather.py", "weather_for_twins").WeatherSource
station = _module(PACKAGE / "station.py", "station_for_twins").station


class Contract(FlowContract, NetworkContract):
    """The contract as the plug-in's author subclasses it, for any twin."""

    def __init__(self, kind: Any, server: Any) -> None:
        self.kind = kind
        self.station = server

    def reaching(self, host: str, port: int) -> Connection:
        return Connection("roof", "weather", {"host": host, "port": port, "token": "${env:CANARY}"})

    def connection(self) -> Connection:
        return self.reaching("127.0.0.1", self.station.port)

    def unreachable(self) -> Connection:
        return self.reaching("127.0.0.1", 1)

    def good(self) -> Ask:
        return asking(self.kind, "rain", first=date(2026, 10, 31))

    def broken(self) -> Ask:
        return asking(self.kind, "sunshine")

    def mistakes(self) -> Sequence[object]:
        return ["", "two words", None]

    def state(self) -> object:
        return dict(self.station.rain)

    def edges(self) -> tuple[Ask, Mapping[date, tuple[float, ...]]]:
        ask = asking(self.kind, "rain", first=date(2026, 10, 31), days=3, timezone="America/Chicago")
        return ask, {date(2026, 10, 31): (1,), date(2026, 11, 1): (6,), date(2026, 11, 2): (0,)}


def answering(change: Any) -> Any:
    """A twin that passes each of its outcomes through `change(self, ask, outcome)`."""

    class Twin(Good):  # type: ignore[misc]
        def _answer(self, ask: Ask) -> Evidence | Nothing:
            return change(self, ask, super()._answer(ask))  # type: ignore[no-any-return]

    return Twin


def _failing(reason: Reason, detail: str) -> Any:
    return answering(lambda self, ask, outcome: Nothing(reason, detail) if isinstance(outcome, Nothing) else outcome)


def _raises(self: Any, ask: Ask, outcome: Evidence | Nothing) -> Evidence | Nothing:
    if isinstance(outcome, Nothing):
        raise RuntimeError(outcome.detail)
    return outcome


class Forgetful(Good):  # type: ignore[misc]
    """Leaves out the last ask."""

    def answer(self, asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        return super().answer(asks[:-1])


class Repetitive(Good):  # type: ignore[misc]
    """Answers the first ask again at the end."""

    def answer(self, asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        return super().answer([*asks, *asks[:1]])


class Copying(Good):  # type: ignore[misc]
    """Hands back an equal ask, not the one it was given."""

    def answer(self, asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        return super().answer([replace(ask) for ask in asks])


class Talkative(Good):  # type: ignore[misc]
    """Says something when asked nothing."""

    def answer(self, asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        return super().answer(asks or [asking(Good, "rain")])


class Eager(Good):  # type: ignore[misc]
    """Connects when it is made."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._told(asking(Good, "rain"))


class ClosesOnce(Good):  # type: ignore[misc]
    """Has no second close."""

    def close(self) -> None:
        del self._timeout


class Worried(Good):  # type: ignore[misc]
    """Finds a problem in everything."""

    def check(self, asks: Sequence[Ask]) -> Iterator[Problem]:
        yield Problem("the station may be wet")


class Careless(Good):  # type: ignore[misc]
    """Finds a problem in nothing."""

    def check(self, asks: Sequence[Ask]) -> Iterator[Problem]:
        yield from ()


class Vague(Good):  # type: ignore[misc]
    """Finds problems without words."""

    def check(self, asks: Sequence[Ask]) -> Iterator[Problem]:
        yield from (replace(problem, what=" ") for problem in super().check(asks))


class Permissive(Good):  # type: ignore[misc]
    """Takes anything for a question."""

    @staticmethod
    def question(raw: object, read: Any) -> Any:
        return Good.question("rain" if raw != "sunshine" else raw, read)


class Lenient(Good):  # type: ignore[misc]
    """Takes anything for settings."""

    @staticmethod
    def settings(raw: object) -> Mapping[str, object]:
        return {}


class Speechless(Good):  # type: ignore[misc]
    """Its questions have no words."""

    @staticmethod
    def question(raw: object, read: Any) -> Any:
        class Silent(type(Good.question(raw, read))):  # type: ignore[misc]
            def __str__(self) -> str:
                return "a question"

        return Silent(str(raw))


class Logs(Good):  # type: ignore[misc]
    """Writes the token to the log."""

    def _told(self, ask: Ask) -> list[str]:
        logging.getLogger("weather").debug("asking with %s", self._token)
        return super()._told(ask)  # type: ignore[no-any-return]


class Prints(Good):  # type: ignore[misc]
    """Prints the token."""

    def close(self) -> None:
        print(self._token)


class ShowsItself(Good):  # type: ignore[misc]
    """Has the token in its repr."""

    def __repr__(self) -> str:
        return f"WeatherSource({self._token})"


class Drains(Good):  # type: ignore[misc]
    """Asks the question that empties the gauge."""

    def _told(self, ask: Ask) -> list[str]:
        return super()._told(replace(ask, kpi=replace(ask.kpi, question=Good.question("drain", str))))  # type: ignore[no-any-return]


class Patient(Good):  # type: ignore[misc]
    """Waits for ever."""

    def _told(self, ask: Ask) -> list[str]:
        self._timeout = 3600.0
        return super()._told(ask)  # type: ignore[no-any-return]


def _by_day(rows: Any) -> Any:
    """A twin whose evidence has the rows that `rows(self, ask, lines)` makes of the station's lines."""

    def change(self: Any, ask: Ask, outcome: Evidence | Nothing) -> Evidence | Nothing:
        return replace(outcome, rows=tuple(rows(self, ask))) if isinstance(outcome, Evidence) else outcome

    return answering(change)


def _closed(self: Any, ask: Ask) -> Iterator[tuple[date, float]]:
    """Counts both ends of a day."""
    from datetime import datetime

    readings = [line.split(",") for line in self._told(ask)[:-1]]
    for slot in ask.slots:
        inside = [float(n) for at, n in readings if slot.window.start <= datetime.fromisoformat(at) <= slot.window.end]
        yield slot.date, sum(inside)


def _in_utc(self: Any, ask: Ask) -> Iterator[tuple[date, float]]:
    """Cuts days in UTC instead of the plan's zone."""
    days: dict[date, float] = {slot.date: 0.0 for slot in ask.slots}
    for line in self._told(ask)[:-1]:
        at, number = line.split(",")
        days[date.fromisoformat(at[:10])] = days.get(date.fromisoformat(at[:10]), 0.0) + float(number)
    yield from days.items()


def _yesterday_too(self: Any, ask: Ask) -> Iterator[tuple[date, float]]:
    """Adds a day that nobody asked for."""
    yield from ((slot.date, 0.0) for slot in ask.slots)
    yield date(2020, 1, 1), 0.0


def _hiding(*hidden: type[Exception]) -> Any:
    """A twin that lets these exceptions through, where the good one makes answers of them."""

    class Twin(Good):  # type: ignore[misc]
        def _answer(self, ask: Ask) -> Evidence | Nothing:
            lines = self._told(ask)
            [float(line.split(",")[1]) for line in lines[:-1]]
            return super()._answer(ask)  # type: ignore[no-any-return]

    return Twin


TWINS: dict[str, list[Any]] = {
    "test_answers_every_ask_exactly_once": [Forgetful, Repetitive, Copying],
    "test_answers_nothing_when_asked_nothing": [Talkative],
    "test_good_question_is_evidence": [
        answering(lambda self, ask, outcome: Nothing(Reason.EMPTY, "has nothing")),
        answering(lambda self, ask, outcome: Evidence(("rain",), ((1,),), "rain")),
        answering(lambda self, ask, outcome: Evidence(("value",), (), "rain")),
        answering(lambda self, ask, outcome: Evidence(("value",), ((1, 2),), "rain")),
        answering(lambda self, ask, outcome: Evidence(("value",), ((1,),), "")),
    ],
    "test_failure_is_nothing_with_a_reason_and_a_sentence": [
        answering(_raises),
        _failing(Reason.QUERY_ERROR, ""),
        _failing(Reason.QUERY_ERROR, "two\nlines"),
        _failing(Reason.QUERY_ERROR, "Traceback (most recent call last): …"),
        _failing(Reason.QUERY_ERROR, "long " * 200),
        _failing("broken", "a reason of its own"),  # type: ignore[arg-type]
        answering(lambda self, ask, outcome: Evidence(("value",), ((-1,),), "x") if isinstance(outcome, Nothing) else outcome),
    ],
    "test_unreachable_is_nothing": [
        answering(_raises),
        _failing(Reason.EMPTY, "nothing there"),
        answering(lambda self, ask, outcome: Evidence(("value",), ((0,),), "x")),
    ],
    "test_opening_does_nothing_yet": [Eager],
    "test_closes_as_often_as_asked": [ClosesOnce],
    "test_check_passes_what_works": [Worried],
    "test_check_tells_what_does_not_work": [Careless, Vague],
    "test_mistakes_are_refused_when_the_plan_is_read": [Permissive, Lenient],
    "test_question_keeps_its_words": [Speechless],
    "test_tells_no_secret": [
        answering(lambda self, ask, outcome: Nothing(Reason.AUTH, f"refused {self._token}")),
        answering(
            lambda self, ask, outcome: replace(outcome, notes=(self._token,)) if isinstance(outcome, Evidence) else outcome
        ),
        answering(
            lambda self, ask, outcome: replace(outcome, query=f"{self._token} rain") if isinstance(outcome, Evidence) else outcome
        ),
        Logs,
        Prints,
        ShowsItself,
    ],
    "test_only_reads": [Drains],
    "test_windows_are_half_open_and_days_are_the_plans": [_by_day(_closed), _by_day(_in_utc)],
    "test_answers_for_the_days_of_the_ask_alone": [
        _by_day(_yesterday_too),
        answering(lambda self, ask, outcome: Nothing(Reason.EMPTY, "has nothing") if len(ask.slots) == 1 else outcome),
    ],
    "test_hanging_server_is_nothing_in_time": [Patient, _hiding(TimeoutError)],
    "test_garbage_is_nothing": [_hiding(ValueError), answering(lambda self, ask, outcome: Evidence(("value",), ((0,),), "x"))],
    "test_server_that_hangs_up_is_nothing": [_hiding(OSError)],
}
PAIRS = [(name, twin) for name, twins in TWINS.items() for twin in twins]


@pytest.fixture
def server() -> Iterator[Any]:
    """A station that asks for the canary."""
    with station(CANARY) as running:
        yield running


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What hangs on purpose need not hang for a minute."""
    monkeypatch.setattr(testing, "PATIENCE", 6.0)


@pytest.mark.parametrize("name", TWINS)
def test_the_good_source_passes(name: str, server: Any) -> None:
    """Positive control: the tests do not fail by themselves."""
    getattr(Contract(Good, server), name)()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(("name", "twin"), PAIRS, ids=[f"{name}-{n}" for n, (name, _) in enumerate(PAIRS)])
def test_a_source_that_breaks_the_promise_fails(name: str, twin: Any, server: Any) -> None:
    """The twin differs from the good source in one defect, and the test is there for just that."""
    with pytest.raises(Exception):  # noqa: B017 - a failing test is any exception
        getattr(Contract(twin, server), name)()


def test_every_promise_has_a_twin() -> None:
    """A test of the contract that nothing can fail would promise nothing."""
    promises = {name for contract in (FlowContract, NetworkContract) for name in dir(contract) if name.startswith("test_")}
    assert promises == set(TWINS)
