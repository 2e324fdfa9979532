"""The source that reads counters and values from a Redis: one MGET, whole numbers only, differences of what was recorded before.

A counter counts since Redis started or since it was last flushed, so by itself it says nothing about a window (SEC9). What it counted in
a window is the sum of its increases between readings, each of which is kept with the observation it came with. A reading smaller than the
one before means that it began anew, and counts from zero. What was counted between the last reading and the restart is lost, and said.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar, cast

from .. import words
from ..errors import Problem
from ..model import Ask, Connection, Evidence, History, Kind, Nothing, Reason
from ..units import PERCENT, Unit
from ..window import Window
from .answers import evidence
from .bounds import Deadline, Unanswered
from .connection_settings import checked, resolved

if TYPE_CHECKING:
    from .redis_client import Client

_WHOLE = re.compile(rb"-?\d{1,18}")
_Reading = tuple[datetime, Mapping[str, int]]


@dataclass(frozen=True, slots=True)
class Counters:
    """A share: what two counters counted in the window. Both only ever grow, except that they begin anew at zero."""

    hits: str
    total: str

    kind: ClassVar[Kind] = Kind.STATE
    unit: ClassVar[Unit | None] = PERCENT

    @property
    def keys(self) -> tuple[str, ...]:
        return self.hits, self.total

    def __str__(self) -> str:
        return f"MGET {self.hits} {self.total}"


@dataclass(frozen=True, slots=True)
class Value:
    """A whole number as it stands now."""

    key: str

    kind: ClassVar[Kind] = Kind.STATE
    unit: ClassVar[Unit | None] = None

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.key,)

    def __str__(self) -> str:
        return f"MGET {self.key}"


def _now() -> datetime:
    return datetime.now(UTC)


class RedisSource:
    """Asks one Redis over one connection. Needs no more rights than `+get +mget` on the keys that the plan names (C9)."""

    def __init__(
        self,
        connection: Connection,
        secrets: Callable[[str], str],
        history: History,
        timeout: float,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        self._name = connection.name
        self._settings = resolved(connection, secrets)
        self._timeout = min(timeout, float(str(self._settings.get("timeout", timeout))))
        self._history = history
        self._clock = clock
        self._client: Client | None = None

    @staticmethod
    def settings(raw: object) -> Mapping[str, object]:
        """An address (redis, rediss or unix), or {url, username, password, verify, timeout}."""
        return checked(raw, schemes=("redis", "rediss", "unix"))

    @staticmethod
    def question(raw: object, read: Callable[[str], str]) -> Counters | Value:
        """{hits: KEY, total: KEY} of counters that only grow, or {value: KEY}."""
        if isinstance(raw, Mapping) and set(raw) == {"counters"}:
            raw = raw["counters"]
        expected = "expected {hits: KEY, total: KEY} or {value: KEY}"
        if not isinstance(raw, Mapping):
            raise ValueError(expected)
        for key in raw:
            if key not in ("hits", "total", "value"):
                near = difflib.get_close_matches(str(key), ("hits", "total", "value"), 1)
                raise ValueError(f"{key!r} is not known here; " + (f"did you mean {near[0]!r}?" if near else expected))
        named = {part: str(key) for part, key in raw.items() if isinstance(key, str) and key and not re.search(r"\s", key)}
        if set(raw) not in ({"hits", "total"}, {"value"}) or set(named) != set(raw):
            raise ValueError(f"{expected}; a KEY is the name of one key, without blanks")
        return Value(named["value"]) if "value" in named else Counters(named["hits"], named["total"])

    def answer(self, asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        """All keys in one round trip, so that no hit is counted between a total and its hits (SEC10)."""
        try:
            found = self._fetched(_keys(asks)) if asks else {}
        except Unanswered as failure:
            if failure.nothing.reason is Reason.PERMISSION and len(asks) > 1:
                # One key out of bounds refuses them all: ask for each KPI by itself, so that it costs only its own.
                for ask in asks:
                    yield from self.answer([ask])
            else:
                yield from ((ask, failure.nothing) for ask in asks)
            return
        for ask in asks:
            yield ask, self._outcome(ask, found)

    def check(self, asks: Sequence[Ask]) -> Iterator[Problem]:
        """Is it there, do the keys exist, and may the user do more than read. Writes nothing to find out."""
        keys = _keys(asks)
        try:
            yield from self._too_many_rights(keys)
        except Unanswered as failure:
            yield Problem(f"{self._name} {failure.nothing.detail}")
            return
        for ask, outcome in self.answer(asks):
            if isinstance(outcome, Nothing) and outcome.reason is not Reason.WINDOW_INCOMPLETE:
                yield Problem(f"{ask.kpi.id}: {self._name} {outcome.detail}", ask.kpi.at)

    def close(self) -> None:
        """Close the connection, if there is one."""
        if self._client is not None:
            self._client.close()

    def _connected(self) -> Client:
        if self._client is None:
            from .redis_client import Client

            given, verify = self._settings, self._settings.get("verify", True)
            try:
                self._client = Client(
                    str(given["url"]),
                    username=str(given.get("username", "")),
                    password=str(given.get("password", "")),
                    verify=verify if isinstance(verify, bool | str) else True,
                )
            except ValueError as mistake:
                raise Unanswered(Reason.NOT_CONFIGURED, f"is not set up: {mistake}") from None
        return self._client

    def _fetched(self, keys: Sequence[str]) -> dict[str, bytes | None]:
        answer = self._connected().ask(Deadline.after(self._timeout), "MGET", *keys)
        if not isinstance(answer, list) or len(answer) != len(keys) or not all(isinstance(v, bytes | None) for v in answer):
            raise Unanswered(Reason.BAD_RESPONSE, "does not answer like a Redis")
        return dict(zip(keys, answer, strict=True))

    def _outcome(self, ask: Ask, found: Mapping[str, bytes | None]) -> Evidence | Nothing:
        question = cast(Counters | Value, ask.question)  # made by our own `question`
        now: dict[str, int] = {}
        for key in question.keys:
            text = found[key]
            if text is None:
                return Nothing(Reason.EMPTY, f"has no key {key}, or no text in it")
            if not _WHOLE.fullmatch(text):
                return Nothing(Reason.BAD_RESPONSE, f"holds no whole number in {key}")
            now[key] = int(text)
        notes = ("its TLS certificate is not verified (verify: false)",) if self._settings.get("verify") is False else ()
        if isinstance(question, Value):
            return evidence(("value",), [(now[question.key],)], str(question), notes=notes)
        return self._share(ask, question, now, notes)

    def _share(self, ask: Ask, question: Counters, now: Mapping[str, int], notes: tuple[str, ...]) -> Evidence | Nothing:
        """What was counted from the reading nearest to the window's start until now."""
        negative = [key for key, count in now.items() if count < 0]
        if negative:
            return Nothing(Reason.OUT_OF_RANGE, f"holds a negative counter in {negative[0]}")
        at = self._clock()
        readings = self._readings(ask, question, at)
        if not readings:
            whole = words.instant(at + ask.window.length, "UTC")
            detail = (
                f"was read for the first time: the next reading can tell a share, and from {whole} it covers the whole window"
            )
            return Nothing(Reason.WINDOW_INCOMPLETE, detail, now)
        (hits, hits_anew), (total, total_anew) = (_increase([*readings, (at, now)], key) for key in question.keys)
        if hits > total:
            return Nothing(
                Reason.OUT_OF_RANGE, f"counted {hits} in {question.hits}, more than the {total} in {question.total}", now
            )
        notes = (*notes, *_span_notes(ask.window, readings[0][0], at))
        if anew := max(hits_anew, total_anew):
            notes = (
                *notes,
                f"the counters began anew {'once' if anew == 1 else f'{anew} times'}; what they counted just before that is lost",
            )
        return evidence(("hits", "total"), [(hits, total)], str(question), notes=notes, readings=now)

    def _readings(self, ask: Ask, question: Counters, now: datetime) -> list[_Reading]:
        """Earlier readings, from the one nearest to the window's start; one from more than a window before it says too little about it."""
        start = ask.window.start
        since = Window(min(start - ask.window.length, now), now)
        kept = [
            (observation.asked_at, observation.outcome.readings)
            for observation in self._history.observations(ask.kpi.id, since)
            if set(question.keys) <= observation.outcome.readings.keys()
        ]
        nearest = min(range(len(kept)), key=lambda n: abs(kept[n][0] - start), default=0)
        return kept[nearest:]

    def _too_many_rights(self, keys: Sequence[str]) -> Iterator[Problem]:
        """Redis itself says whether this user may write, where it lets the user ask (a reader of keys may not, and need not)."""
        client = self._connected()
        try:
            who = client.ask(Deadline.after(self._timeout), "ACL", "WHOAMI")
            tried = client.ask(Deadline.after(self._timeout), "ACL", "DRYRUN", who.decode(), "SET", keys[0], "0") if keys else b""
        except Unanswered as failure:
            if failure.nothing.reason not in (Reason.PERMISSION, Reason.QUERY_ERROR):
                raise
            return
        if tried == b"OK":
            yield Problem(
                f"the user of {self._name} may write",
                hint="make one that may only read: ACL SETUSER postflight on >… ~stats:* -@all +get +mget",
            )


def _keys(asks: Sequence[Ask]) -> list[str]:
    return list(dict.fromkeys(key for ask in asks for key in cast(Counters | Value, ask.question).keys))


def _increase(readings: Sequence[_Reading], key: str) -> tuple[int, int]:
    """How much a counter grew over the readings, and how often it began anew at zero in between.

    Where one of a reading's counters fell, all of them began anew: a restart forgets the ones that have caught up since, too.
    """
    grown = anew = 0
    for (_, before), (_, after) in pairwise(readings):
        restarted = any(after[name] < before[name] for name in after if name in before)
        anew += restarted
        grown += after[key] if restarted else after[key] - before[key]
    return grown, anew


def _span_notes(window: Window, first: datetime, now: datetime) -> Iterator[str]:
    """What the readings cover, where that is not the window: more than a hundredth of it apart."""
    allowed = window.length / 100 + timedelta(seconds=1)
    if first - window.start > allowed:
        yield f"covers the last {words.span(now - first)} of {words.span(window.length)}: no earlier reading was kept"
    elif window.start - first > allowed:
        yield f"counted since {words.instant(first, 'UTC')}, {words.span(window.start - first)} before the window: the nearest reading"
