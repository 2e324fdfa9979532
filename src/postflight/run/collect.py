"""Ask every source at once, each under its own deadline, and take what came back in time.

A source runs in a daemon thread of its own: a system that is frozen (a stopped server, a black-holed route) holds up its thread and
nothing else. An answer after the deadline is dropped, never patched into a report that has gone out (R-09, R-11).
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from .. import words
from ..model import Ask, Connection, Evidence, History, Nothing, Observation, Plan, Reason, Role, SourceHealth, SourceKind
from ..plan.secrets import SecretError

SOURCE_DEADLINE = 10.0  # seconds for all of one source's answers
QUESTION_TIMEOUT = 5.0  # seconds for one question


@dataclass(frozen=True, slots=True)
class Sources:
    """The means of asking: the kinds there are, how secrets are read, what was recorded before, and how long to wait (seconds)."""

    kinds: Mapping[str, SourceKind]
    secrets: Callable[[str], str]
    history: History
    deadline: float = SOURCE_DEADLINE


# What the verdict needs comes first: under a deadline, history is what goes missing.
_URGENCY = (Role.CURRENT, Role.HOURS, Role.BASELINE, Role.OFFENDERS, Role.DAYS)
_Answer = tuple[Ask, Evidence | Nothing]


def collect(
    plan: Plan, asks: Iterable[Ask | tuple[Ask, Evidence | Nothing]], sources: Sources, now: datetime
) -> tuple[list[Observation], tuple[SourceHealth, ...]]:
    """One observation for every ask, in the order of the asks, and how each connection did."""
    order: list[Ask] = []
    answers: dict[int, Evidence | Nothing] = {}
    by_connection: dict[str, list[Ask]] = {}
    for entry in asks:
        ask, known = entry if isinstance(entry, tuple) else (entry, None)
        order.append(ask)
        if known is not None:
            answers[id(ask)] = known
        else:
            by_connection.setdefault(ask.kpi.connection, []).append(ask)

    inbox: queue.SimpleQueue[_Answer | str] = queue.SimpleQueue()  # an answer, or the name of a connection that is done
    for name, wanted in by_connection.items():
        wanted.sort(key=lambda ask: _URGENCY.index(ask.role))
        threading.Thread(
            target=_ask_one, args=(plan.connections[name], wanted, sources, inbox), name=f"source {name}", daemon=True
        ).start()
    waiting, ends = set(by_connection), time.monotonic() + sources.deadline
    while waiting:
        try:
            arrived = inbox.get(timeout=max(0.0, ends - time.monotonic()))
        except queue.Empty:
            break
        if isinstance(arrived, str):
            waiting.discard(arrived)
        else:
            answers.setdefault(id(arrived[0]), arrived[1])

    late = Nothing(Reason.TIMEOUT, f"did not answer within {sources.deadline:g} seconds")
    silent = Nothing(Reason.BAD_RESPONSE, "the source passed over this question; that is a defect of the source")
    observations = []
    for ask in order:
        outcome = answers.get(id(ask)) or (late if ask.kpi.connection in waiting else silent)
        observations.append(Observation(ask.kpi.id, ask.role, ask.window, now, outcome, ask.kpi.definition))
    return observations, tuple(_health(plan.connections[name], wanted, answers, late) for name, wanted in by_connection.items())


def _ask_one(connection: Connection, asks: Sequence[Ask], sources: Sources, inbox: queue.SimpleQueue[_Answer | str]) -> None:
    """Everything that one connection is asked. Whatever goes wrong becomes an answer."""
    unanswered = {id(ask): ask for ask in asks}
    failure = Nothing(Reason.BAD_RESPONSE, "the source ended without an answer; that is a defect of the source")
    try:
        kind = sources.kinds.get(connection.kind)
        if kind is None:
            failure = Nothing(
                Reason.NOT_CONFIGURED, f"needs the part of Postflight that reads {connection.kind}, which is not installed here"
            )
            return
        source = kind(connection, sources.secrets, sources.history, min(QUESTION_TIMEOUT, sources.deadline))
        try:
            for ask, outcome in source.answer(asks):
                unanswered.pop(id(ask), None)
                inbox.put((ask, outcome))
        finally:
            source.close()
    except SecretError as error:
        failure = Nothing(Reason.NOT_CONFIGURED, str(error.problem.what))
    except Exception as error:  # noqa: BLE001 - a source is a plug-in: its defects must not cost the report
        failure = Nothing(Reason.BAD_RESPONSE, f"the source failed with {type(error).__name__}; that is a defect of the source")
    finally:
        for ask in unanswered.values():
            inbox.put((ask, failure))
        inbox.put(connection.name)


def _health(
    connection: Connection, asks: Sequence[Ask], answers: Mapping[int, Evidence | Nothing], late: Nothing
) -> SourceHealth:
    """How many KPIs got an answer, and the first trouble met, in words."""
    current = [ask for ask in asks if ask.role is Role.CURRENT]
    outcomes = [answers.get(id(ask), late) for ask in current]
    troubles = [outcome for outcome in outcomes if isinstance(outcome, Nothing)]
    detail = words.clean(troubles[0].detail) if troubles else ""
    health = SourceHealth(connection.name, connection.kind, len(current), len(current) - len(troubles), detail)
    return replace(health, label=connection.label)
