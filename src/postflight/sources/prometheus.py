"""The source that asks a Prometheus, or what speaks its language: exact windows, as few queries as there are kinds of questions.

Each slot is asked with a range of exactly its length, evaluated at its end, so a day of 23 or 25 hours is counted whole. No series is
no data and never zero, with one exception that is said: no hits, where the total's own series carry the labels that would tell them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ..errors import Problem
from ..model import Ask, Connection, Evidence, History, Nothing, Reason, Role
from .bounds import Deadline, TooLarge, Unanswered
from .connection_settings import checked, resolved
from .prometheus_forms import Ratio
from .prometheus_groups import Group, Place, grouped
from .prometheus_questions import PrometheusQuestion, parse
from .promql import by, duration

if TYPE_CHECKING:
    from .prometheus_api import Api
    from .prometheus_reading import Table

_TIMEOUTS_IN_A_ROW = 2  # then the server is taken to be stuck, and the rest is not asked
_LOOK_EVERY = "5m"  # for the newest sample: as far as Prometheus itself looks back for one, so that none is overlooked
_HOPELESS = (Reason.UNREACHABLE, Reason.AUTH, Reason.NOT_CONFIGURED)


class PrometheusSource:
    """Asks one Prometheus over one connection that is kept alive. Reads only, and only what the plan names."""

    def __init__(self, connection: Connection, secrets: Callable[[str], str], history: History, timeout: float) -> None:
        self._name = connection.name
        self._settings = resolved(connection, secrets)
        self._timeout = min(timeout, float(str(self._settings.get("timeout", timeout))))
        self._api: Api | None = None
        self._close: Callable[[], None] = lambda: None

    @staticmethod
    def settings(raw: object) -> Mapping[str, object]:
        """An http or https address, or {url, username, password, bearer, headers, verify, timeout}."""
        return checked(raw, schemes=("http", "https"), more=("bearer", "headers"))

    @staticmethod
    def question(raw: object, read: Callable[[str], str]) -> PrometheusQuestion:
        """PromQL, or one of the forms in `prometheus_questions`."""
        return parse(raw, read)

    def answer(self, asks: Sequence[Ask]) -> Iterator[tuple[Ask, Evidence | Nothing]]:
        """Each group of like asks is one question with one deadline. A server that is gone, or stuck twice in a row, is not asked again."""
        given_up: Nothing | None = None
        timeouts = 0
        for group in grouped(asks):
            if given_up is None:
                try:
                    yield from self._answers(group)
                    timeouts = 0
                    continue
                except Unanswered as failure:
                    nothing = failure.nothing
                timeouts = timeouts + 1 if nothing.reason is Reason.TIMEOUT else 0
                if nothing.reason in _HOPELESS or timeouts == _TIMEOUTS_IN_A_ROW:
                    given_up = nothing
            yield from ((ask, given_up or nothing) for ask in group.asks)

    def check(self, asks: Sequence[Ask]) -> Iterator[Problem]:
        """Whether it is there, every metric exists, every query runs and finds something."""
        from .prometheus_check import problems

        try:
            api = self._connected()
        except Unanswered as failure:
            yield Problem(f"{self._name} {failure.nothing.detail}")
            return
        yield from problems(self._name, api, self._timeout, asks, self.answer)

    def close(self) -> None:
        """Close the connection, if there is one."""
        self._close()

    def _connected(self) -> Api:
        if self._api is None:
            from .bounded_http import Conversation
            from .prometheus_api import Api

            given = self._settings
            headers = given.get("headers")
            sent = {str(name): str(value) for name, value in headers.items()} if isinstance(headers, Mapping) else {}
            if "bearer" in given:
                sent["Authorization"] = f"Bearer {given['bearer']}"
            user, password = str(given.get("username", "")), str(given.get("password", ""))
            verify = given.get("verify", True)
            try:
                conversation = Conversation(
                    str(given["url"]),
                    headers=sent,
                    username=user,
                    password=password,
                    verify=verify if isinstance(verify, bool | str) else True,
                )
            except ValueError as mistake:
                raise Unanswered(Reason.NOT_CONFIGURED, f"is not set up: {mistake}") from None
            self._api, self._close = Api(conversation), conversation.close
        return self._api

    def _answers(self, group: Group) -> list[tuple[Ask, Evidence | Nothing]]:
        """Every ask of a group. Raises Unanswered when none of them can be answered."""
        from .prometheus_reading import read

        if not all(window.length >= timedelta(milliseconds=1) for window in group.windows):
            raise Unanswered(Reason.WINDOW_INCOMPLETE, "was not asked: the window has no length yet")
        api, deadline = self._connected(), Deadline.after(self._timeout)
        api.warnings.clear()
        table = self._fetched(api, group, deadline)
        newest = self._newest(api, group, deadline)
        notes = list(dict.fromkeys(api.warnings))
        if self._settings.get("verify") is False:
            notes.append("its TLS certificate is not verified (verify: false)")
        return [
            (ask, _fresh(ask, newest, place) or read(ask, group, place, table, newest.get(place), notes))
            for place, asks in group.members.items()
            for ask in asks
        ]

    def _fetched(self, api: Api, group: Group, deadline: Deadline) -> Table:
        """The group's numbers. An answer that grows too large is asked for again in halves."""
        try:
            return self._asked(api, group, deadline)
        except TooLarge:
            halves = group.halves()
            if halves is None:
                raise
            table, more = (self._fetched(api, half, deadline) for half in halves)
            table.places |= more.places
            table.assumed |= more.assumed
            return table

    def _asked(self, api: Api, group: Group, deadline: Deadline) -> Table:
        from .prometheus_reading import Table

        table, form = Table(), group.form
        for run in group.runs:
            query = group.expression(run.slot)
            if run.first == run.last:
                table.add(group, api.instant(query, run.last, deadline))
            else:
                table.add(group, api.range(query, run.first, run.last, run.slot, deadline))
        if isinstance(form, Ratio):
            table.assume_no_hits(self._told_apart(api, group, form, deadline) if table.without_hits() else set())
        return table

    def _told_apart(self, api: Api, group: Group, form: Ratio, deadline: Deadline) -> set[Place]:
        """Places where a hit would have been told from the rest, had there been one."""
        window = group.windows[-1].end - group.windows[0].start
        query = form.possible(group.matchers, group.labels, window)
        found = api.instant(query, group.windows[-1].end, deadline) if query else []
        return {group.place_of(series.labels) for series in found}

    def _newest(self, api: Api, group: Group, deadline: Deadline) -> Mapping[Place, datetime | None]:
        """How new the newest sample is, for places whose KPIs want to know. None: older than the freshness asked for."""
        spans = [ask.kpi.freshness.nominal for ask in group.asks if ask.kpi.freshness and ask.role is Role.CURRENT]
        if not spans or group.form.heartbeat is None:
            return {}
        series = group.form.heartbeat.narrowed(group.matchers)
        now = f"timestamp({series})"
        places = by(group.varying)
        query = f"max{places} ({now}) or max{places} (max_over_time({now}[{duration(max(spans))}:{_LOOK_EVERY}]))"
        newest: dict[Place, datetime | None] = dict.fromkeys(group.members)
        for found in api.instant(query, None, deadline):
            newest[group.place_of(found.labels)] = datetime.fromtimestamp(max(found.points.values()), UTC)
        return newest


def _fresh(ask: Ask, newest: Mapping[Place, datetime | None], place: Place) -> Nothing | None:
    """What to say when the newest sample is older than the plan allows. The judge compares one that was found."""
    if ask.kpi.freshness and ask.role is Role.CURRENT and place in newest and newest[place] is None:
        return Nothing(Reason.STALE, f"has no sample newer than {ask.kpi.freshness.words()}")
    return None
