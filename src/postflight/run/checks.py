"""Before the first report: is every secret set, every source reachable, every question answerable (`postflight check`)."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from datetime import datetime

from ..errors import Problem
from ..model import Ask, Connection, Kind, Occasion, Plan
from ..plan import secrets
from ..target import Basis, Direction
from .asks import current_ask
from .collect import Sources

BASELINE_USABLE_DAYS = 14


def check_sources(plan: Plan, sources: Sources, now: datetime) -> tuple[list[Problem], list[str]]:
    """Problems, and notices: what is fine but worth knowing. Every connection that a KPI uses is asked, all at once."""
    problems: list[Problem] = []
    notices: list[str] = []
    unset: set[str] = set()
    for name, references in secrets.of_connections(plan).items():
        for error in secrets.Resolver().unset(references):
            unset.add(name)
            problems.append(Problem(f"connection {name!r}: {error.problem.what}", plan.connections[name].at, error.problem.hint))
    for name, references in secrets.of_channels(plan).items():
        notices += [f"{name} is off: {error.problem.what}" for error in secrets.Resolver().unset(references)]

    occasion = Occasion(now=now)
    by_connection: dict[str, list[Ask]] = {}
    for kpi in plan.kpis.values():
        if not kpi.not_applicable:
            by_connection.setdefault(kpi.connection, []).append(current_ask(kpi, occasion, plan.timezone))
    inbox: queue.SimpleQueue[tuple[str, list[Problem]]] = queue.SimpleQueue()
    asked = set()
    for name, asks in by_connection.items():
        if plan.connections[name].kind not in sources.kinds:
            notices.append(
                f"{_count(asks)} through {name!r} wait for the part of Postflight that reads {plan.connections[name].kind}: no data until then"
            )
        elif name not in unset:
            asked.add(name)
            threading.Thread(target=_check_one, args=(plan.connections[name], asks, sources, inbox), daemon=True).start()
    while asked:
        try:
            name, found = inbox.get(timeout=sources.deadline)
        except queue.Empty:
            break
        asked.discard(name)
        problems += found
    problems += [
        Problem(f"connection {name!r} did not answer within {sources.deadline:g} seconds", plan.connections[name].at)
        for name in sorted(asked)
    ]
    return problems, [*notices, *_without_history(plan), *_without_direction(plan)]


def _check_one(
    connection: Connection, asks: Sequence[Ask], sources: Sources, inbox: queue.SimpleQueue[tuple[str, list[Problem]]]
) -> None:
    found: list[Problem] = []
    try:
        source = sources.kinds[connection.kind](connection, sources.secrets, sources.history, sources.deadline)
        try:
            found += source.check(asks)
        finally:
            source.close()
    except Exception as error:  # noqa: BLE001 - a source is a plug-in: say so, and check the others
        found.append(
            Problem(
                f"connection {connection.name!r}: the source failed with {type(error).__name__}; that is a defect of the source",
                connection.at,
            )
        )
    inbox.put((connection.name, found))


def _without_direction(plan: Plan) -> list[str]:
    """`no worse than` needs to know which way is worse; where the plan does not say, either way is."""
    return [
        f"{kpi.id}: {kpi.target} takes a change either way as harm; say direction: higher or direction: lower"
        for kpi in plan.kpis.values()
        if kpi.target and kpi.target.basis is Basis.NO_WORSE and kpi.direction is Direction.STEADY
    ]


def _without_history(plan: Plan) -> list[str]:
    """States are compared with what was observed before; say from when there will be enough of it (contract 3)."""
    waiting = [
        kpi.id for kpi in plan.kpis.values() if kpi.kind is Kind.STATE and kpi.target is not None and kpi.target.needs_baseline
    ]
    if not waiting:
        return []
    return [
        f"{', '.join(waiting)}: known only from `postflight observe`; run it daily, and after {BASELINE_USABLE_DAYS} days there is something to compare with"
    ]


def _count(asks: Sequence[Ask]) -> str:
    return f"{len(asks)} {'KPI' if len(asks) == 1 else 'KPIs'}"
