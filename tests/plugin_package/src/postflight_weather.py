"""Rain, as a weather station tells it over TCP. An example of a source for Postflight, complete and small.

    from:
      roof: {weather: {host: station.example, port: 7070, token: "${env:STATION_TOKEN}"}}
    kpis:
      rain: {roof: rain, target: "<= 5", unit: ""}       # millimetres a day

The station's protocol: the client sends `TOKEN MEASURE START END\\n`; the station answers with a line `INSTANT,NUMBER` for every
reading in between, both ends included, and a last line `.`; or with `! REASON`.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from postflight.errors import Problem
from postflight.model import Ask, Connection, Evidence, History, Kind, Nothing, Question, Reason
from postflight.sources.answers import evidence
from postflight.units import Unit

LONGEST = 1 << 20  # bytes of an answer


@dataclass(frozen=True)
class Reading:
    """What the station is asked for: one word. It keeps its readings, so it can be asked about the past."""

    measure: str
    kind: Kind = Kind.FLOW
    unit: Unit | None = None

    def __str__(self) -> str:
        return self.measure


class WeatherSource:
    """One station. A connection for each question; nothing stays open."""

    def __init__(self, connection: Connection, secrets: Callable[[str], str], history: History, timeout: float) -> None:
        self._connection = connection
        self._token = secrets(str(connection.settings["token"]))
        self._timeout = timeout

    @staticmethod
    def settings(raw: object) -> Mapping[str, object]:
        """`host`, `port` and `token`, all three. Raises ValueError."""
        if not isinstance(raw, Mapping) or set(raw) != {"host", "port", "token"}:
            raise ValueError("a station needs host, port and token; write {host: …, port: 7070, token: ${env:STATION_TOKEN}}")
        return dict(raw)

    @staticmethod
    def question(raw: object, read: Callable[[str], str]) -> Question:
        """A measure, one word. Raises ValueError."""
        if not isinstance(raw, str) or not raw.isalpha():
            raise ValueError("a station is asked for a measure; write one word, like rain")
        return Reading(raw)

    def answer(self, asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        """Each ask, as soon as the station has said it."""
        for ask in asks:
            yield ask, self._answer(ask)

    def check(self, asks: Sequence[Ask]) -> Iterator[Problem]:
        """Whatever the station would not tell."""
        for ask, outcome in self.answer(asks):
            if isinstance(outcome, Nothing) and outcome.reason is not Reason.EMPTY:
                yield Problem(f"{ask.kpi.id}: the station {outcome.detail}", ask.kpi.at)

    def close(self) -> None:
        """Nothing is open."""

    def _answer(self, ask: Ask) -> Evidence | Nothing:
        try:
            lines = self._told(ask)
        except TimeoutError:
            return Nothing(Reason.TIMEOUT, f"did not answer within {self._timeout:g} s")
        except OSError:
            return Nothing(Reason.UNREACHABLE, "cannot be reached")
        if lines[0].startswith("!"):
            return Nothing(Reason.QUERY_ERROR, f"knows no measure {ask.question}")
        try:
            readings = [(datetime.fromisoformat(at), float(number)) for at, number in (line.split(",") for line in lines[:-1])]
        except ValueError:
            return Nothing(Reason.BAD_RESPONSE, "answered something that is no reading")
        rows = [(slot.date, sum(number for at, number in readings if at in slot.window)) for slot in ask.slots]
        return evidence(("day", "value"), rows, str(ask.question))

    def _told(self, ask: Ask) -> list[str]:
        ends = time.monotonic() + self._timeout
        address = (str(self._connection.settings["host"]), int(str(self._connection.settings["port"])))
        with socket.create_connection(address, self._timeout) as station:
            station.sendall(
                f"{self._token} {ask.question} {ask.window.start.isoformat()} {ask.window.end.isoformat()}\n".encode()
            )
            said = b""
            while not said.endswith(b".\n") and not said.startswith(b"!"):
                station.settimeout(max(0.001, ends - time.monotonic()))
                more = station.recv(4096)
                if not more or len(said) > LONGEST:
                    raise OSError("broke off")
                said += more
        return said.decode("utf-8", "replace").splitlines()
