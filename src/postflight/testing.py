"""For whoever writes a source: the contract that the report relies on, as tests to subclass. Public; ours are held to it too.

    class TestWeather(SourceContract, FlowContract, NetworkContract):
        kind = WeatherSource
        def connection(self): return Connection("weather", "weather", {"url": …, "token": "${env:CANARY}"})
        …

Give every secret of the connections as `${env:CANARY}`: the tests put CANARY in its place, and look for it in all that is said.
`asking` makes an ask from a question as it stands in a plan.
"""
# ruff: noqa: S101 - these are tests: to assert is what they are for

from __future__ import annotations

import io
import logging
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from . import units
from .errors import Problem
from .model import Ask, Connection, Evidence, History, Kpi, Nothing, Observation, Reason, Record, Role, Source, SourceKind
from .target import Direction
from .window import Window, day_of

CANARY = "c4n4ry-in-the-c0al-mine"
PATIENCE = 60.0  # seconds after which something that should have ended is called hanging


def asking(
    kind: SourceKind,
    question: object,
    *,
    kpi: str = "kpi",
    first: date = date(2026, 11, 2),
    days: int = 1,
    timezone: str = "UTC",
    role: Role = Role.CURRENT,
    unit: str = "",
    read: Callable[[str], str] = str,
) -> Ask:
    """An ask for some whole local days, with the question as a plan would have it. `read` gives the text of the plan's other files."""
    asked = kind.question(question, read)
    zone = ZoneInfo(timezone)
    slots = tuple(day_of(first + timedelta(days=n), zone) for n in range(days))
    entry = Kpi(kpi, kpi, "category", "connection", asked, units.parse(unit), Direction.STEADY, asked.kind, offenders=asked)
    return Ask(entry, Window(slots[0].window.start, slots[-1].window.end), slots, role)


class NoHistory:
    """A history in which nothing was ever recorded."""

    def observations(self, kpi: str, window: Window) -> Sequence[Observation]:
        """None."""
        return ()

    def records(self, kpi: str, until: datetime) -> Sequence[Record]:
        """None."""
        return ()


class SourceContract:
    """What every source keeps. A subclass says how to reach a system with known content; none of the tests touches anything else."""

    kind: SourceKind
    timeout: float = 5.0  # seconds per question

    def connection(self) -> Connection:
        """A connection that works."""
        raise NotImplementedError

    def unreachable(self) -> Connection:
        """A connection to where nothing is: a closed port, a folder that does not exist."""
        raise NotImplementedError

    def good(self) -> Ask:
        """An ask that this system answers with evidence."""
        raise NotImplementedError

    def broken(self) -> Ask:
        """An ask that can be read but not answered: a table, metric or file that does not exist."""
        raise NotImplementedError

    def harmful(self) -> Sequence[Ask]:
        """Asks that would change the system if the source sent them as they are; make their questions by hand if `question` refuses them."""
        return ()

    def mistakes(self) -> Sequence[object]:
        """Questions as a plan might have them that must be refused when the plan is read."""
        raise NotImplementedError

    def state(self) -> object:
        """All that is in the system, in a form that compares: what a source must leave as it is."""
        raise NotImplementedError

    def history(self) -> History:
        """What was recorded before."""
        return NoHistory()

    # ------------------------------------------------------------------------------------------------------------- the promises

    def test_answers_every_ask_exactly_once(self) -> None:
        """Each ask comes back once, itself, whatever becomes of the others."""
        asks = [self.good(), self.broken(), _other(self.good()), *self.harmful()]
        with self._opened(self.connection()) as source:
            answered = [id(ask) for ask, _ in source.answer(asks)]
        assert sorted(answered) == sorted(id(ask) for ask in asks)

    def test_answers_nothing_when_asked_nothing(self) -> None:
        """No asks, no answers, no exception."""
        with self._opened(self.connection()) as source:
            assert list(source.answer([])) == []

    def test_good_question_is_evidence(self) -> None:
        """Evidence has a measure, at least one row, and the question as it was sent."""
        (outcome,) = self._outcomes(self.connection(), [self.good()])
        assert isinstance(outcome, Evidence), outcome
        assert outcome.measure is not None
        assert outcome.rows
        assert all(len(row) == len(outcome.columns) for row in outcome.rows)
        assert outcome.query

    def test_failure_is_nothing_with_a_reason_and_a_sentence(self) -> None:
        """A question that fails is an answer, in one line for people, and does not take the next question with it."""
        broken, good = self._outcomes(self.connection(), [self.broken(), self.good()])
        _failure(broken)
        assert isinstance(good, Evidence), good

    def test_unreachable_is_nothing(self) -> None:
        """A system that is not there fails every ask, with a reason that says so."""
        for outcome in self._outcomes(self.unreachable(), [self.good(), _other(self.good())]):
            assert _failure(outcome).reason in (Reason.UNREACHABLE, Reason.TIMEOUT, Reason.AUTH, Reason.NOT_CONFIGURED)

    def test_opening_does_nothing_yet(self) -> None:
        """Making a source reaches out to nobody, and one that was never used closes."""
        self._open(self.unreachable()).close()

    def test_closes_as_often_as_asked(self) -> None:
        """`close` never raises: after answers, after a failure, and the second time."""
        for connection in (self.connection(), self.unreachable()):
            source = self._open(connection)
            list(source.answer([self.good()]))
            source.close()
            source.close()

    def test_check_passes_what_works(self) -> None:
        """A connection and a question that work are no problem."""
        assert self._problems(self.connection(), [self.good()]) == []

    def test_check_tells_what_does_not_work(self) -> None:
        """A question that fails, and a system that is not there, are problems with a sentence, said before the first report."""
        for problems in (self._problems(self.connection(), [self.broken()]), self._problems(self.unreachable(), [self.good()])):
            assert problems
            assert all(problem.what.strip() for problem in problems)

    def test_mistakes_are_refused_when_the_plan_is_read(self) -> None:
        """A question or setting that cannot be right is a ValueError with a sentence, before anything is asked."""
        for raw in self.mistakes():
            _assert_refused(lambda raw=raw: self.kind.question(raw, str), raw)  # type: ignore[misc]
        unknown = {"no_such_setting_in_any_source": object()}
        _assert_refused(lambda: self.kind.settings(unknown), unknown)

    def test_question_keeps_its_words(self) -> None:
        """`str` of a question is its text: reports show it, and the hash of a definition is made of it."""
        assert str(self.good().question).strip()
        assert str(self.good().question) == str(self.good().question)
        assert str(self.good().question) != str(self.broken().question)

    def test_tells_no_secret(self) -> None:
        """No secret in an answer, a problem, a repr, a log or the output: whether all goes well or not."""
        with _overheard() as said:
            for connection in (self.connection(), self.unreachable()):
                source = self._open(connection)
                try:
                    said.append(repr(source))
                    said.extend(repr(outcome) for _, outcome in source.answer([self.good(), self.broken(), *self.harmful()]))
                    said.extend(str(problem) for problem in source.check([self.good(), self.broken()]))
                    said.append(repr(source))
                finally:
                    source.close()
        assert not [text for text in said if CANARY in text]

    def test_only_reads(self) -> None:
        """The system is the same after every question, also after those that try to change it."""
        before = self.state()
        self._outcomes(self.connection(), [self.good(), self.broken(), *self.harmful()])
        assert self.state() == before

    # ------------------------------------------------------------------------------------------------------------- their tools

    def _open(self, connection: Connection) -> Source:
        return self.kind(connection, _resolve, self.history(), self.timeout)

    @contextmanager
    def _opened(self, connection: Connection) -> Iterator[Source]:
        source = self._open(connection)
        try:
            yield source
        finally:
            source.close()

    def _outcomes(self, connection: Connection, asks: Sequence[Ask]) -> list[Evidence | Nothing]:
        """The outcomes in the order of the asks."""
        with self._opened(connection) as source:
            found = {id(ask): outcome for ask, outcome in source.answer(asks)}
        return [found[id(ask)] for ask in asks]

    def _problems(self, connection: Connection, asks: Sequence[Ask]) -> list[Problem]:
        with self._opened(connection) as source:
            return list(source.check(asks))


class FlowContract(SourceContract):
    """Beside `SourceContract`: for a source that can be asked about the past."""

    def edges(self) -> tuple[Ask, Mapping[date, tuple[float, ...]]]:
        """An ask for several days, with an event at the very start of one and another at its very end, and a day without any;
        and the numbers, by day, that a half-open window counts. A day that the source leaves out is left out here too.
        """
        raise NotImplementedError

    def test_windows_are_half_open_and_days_are_the_plans(self) -> None:
        """What happens at the instant a day starts belongs to it; what happens when it ends, to the next."""
        ask, expected = self.edges()
        (outcome,) = self._outcomes(self.connection(), [ask])
        assert isinstance(outcome, Evidence), outcome
        at = outcome.columns.index("day")
        numbers = [n for n, name in enumerate(outcome.columns) if name != "day" and name not in outcome.dimensions]
        assert {row[at]: tuple(float(row[n]) for n in numbers) for row in outcome.rows} == expected  # type: ignore[arg-type]

    def test_answers_for_the_days_of_the_ask_alone(self) -> None:
        """Asked for the last of the days, it says nothing of the others."""
        ask, expected = self.edges()
        last = ask.slots[-1]
        (outcome,) = self._outcomes(self.connection(), [replace(ask, window=last.window, slots=(last,))])
        if isinstance(outcome, Evidence):
            assert {row[outcome.columns.index("day")] for row in outcome.rows} == {last.date}
        else:
            assert last.date not in expected, outcome


class NetworkContract(SourceContract):
    """Beside `SourceContract`: for a source that reaches its system over TCP."""

    def reaching(self, host: str, port: int) -> Connection:
        """A connection to this address, where the tests put servers that misbehave."""
        raise NotImplementedError

    def test_hanging_server_is_nothing_in_time(self) -> None:
        """A server that accepts and never answers costs its own KPIs, not the report."""
        self._assert_survives(lambda peer, done: done.wait())

    def test_garbage_is_nothing(self) -> None:
        """A server that speaks no protocol we know."""
        self._assert_survives(lambda peer, done: peer.sendall(b"\x00\xff not what you expected \r\n\r\n" * 64))

    def test_server_that_hangs_up_is_nothing(self) -> None:
        """A server that closes every connection at once."""
        self._assert_survives(lambda peer, done: None)

    def _assert_survives(self, behave: Callable[[socket.socket, threading.Event], object]) -> None:
        self.timeout = 1.0
        with _server(behave) as (host, port):
            outcomes: list[Evidence | Nothing] = []
            look = threading.Thread(
                target=lambda: outcomes.extend(self._outcomes(self.reaching(host, port), [self.good()])), daemon=True
            )
            look.start()
            look.join(PATIENCE)
            assert not look.is_alive(), "the source hangs with its server"
        assert len(outcomes) == 1, "the source raised instead of answering"
        _failure(outcomes[0])


def _resolve(text: str) -> str:
    return text.replace("${env:CANARY}", CANARY)


def _other(ask: Ask) -> Ask:
    """The same question for a KPI of another name."""
    return replace(ask, kpi=replace(ask.kpi, id=f"other_{ask.kpi.id}"))


def _failure(outcome: Evidence | Nothing) -> Nothing:
    """The outcome, once it is known to be a failure as reports need it: a reason, and one line for people."""
    assert isinstance(outcome, Nothing), outcome
    assert isinstance(outcome.reason, Reason)
    assert outcome.detail.strip()
    assert "\n" not in outcome.detail
    assert "Traceback" not in outcome.detail
    assert len(outcome.detail) <= 500
    return outcome


def _assert_refused(read: Callable[[], object], raw: object) -> None:
    try:
        read()
    except ValueError as error:
        assert str(error).strip()
        return
    raise AssertionError(f"accepted {raw!r}")


@contextmanager
def _overheard() -> Iterator[list[str]]:
    """All that is logged or printed, added to a list that is handed out at once and complete at the end."""
    said: list[str] = []
    printed = io.StringIO()

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(logging.Formatter().format(record))

    ear, root = Ear(logging.NOTSET), logging.getLogger()
    level = root.level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    try:
        with redirect_stdout(printed), redirect_stderr(printed):
            yield said
    finally:
        root.removeHandler(ear)
        root.setLevel(level)
        said.append(printed.getvalue())


@contextmanager
def _server(behave: Callable[[socket.socket, threading.Event], object]) -> Iterator[tuple[str, int]]:
    """A listener on loopback that treats every connection as `behave` does, until the block ends."""
    done = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)

    def treat(peer: socket.socket) -> None:
        with peer, suppress(OSError):  # the source may hang up first
            behave(peer, done)

    def serve() -> None:
        while not done.is_set():
            try:
                peer, _ = listener.accept()
            except TimeoutError:
                continue
            threading.Thread(target=treat, args=(peer,), daemon=True).start()

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    try:
        host, port = listener.getsockname()
        yield host, port
    finally:
        done.set()
        server.join()
        listener.close()
