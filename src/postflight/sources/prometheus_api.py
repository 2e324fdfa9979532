"""Prometheus' HTTP API, as far as we need it: strict about what comes back, because anything may (reliability C10).

https://prometheus.io/docs/prometheus/latest/querying/api/. Everything goes by POST: a query for a hundred services fits into no URL.
Import late, as `bounded_http`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from ..model import Reason
from .bounded_http import Answer, Conversation
from .bounds import Deadline, TooLarge, Unanswered

_NUMBER = re.compile(r"NaN|[+-]?Inf|[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_SHOWN_WARNINGS = 3
_NOT_NOW = (429, 502, 503, 504)  # what a proxy says for a server that is not there, and a Prometheus that is still starting


@dataclass(frozen=True, slots=True)
class Series:
    """One series of an answer: its labels, and its values by instant in whole milliseconds since 1970."""

    labels: Mapping[str, str]
    points: Mapping[int, float]


class Api:
    """One Prometheus, or whatever speaks its language. Every method raises Unanswered, in our own words, instead of anything else."""

    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self.warnings: list[str] = []  # what the server itself found worth saying since this list was last emptied

    def instant(self, query: str, at: datetime | None, deadline: Deadline) -> list[Series]:
        """The value of an expression at one instant; None means the server's own now."""
        form = {"query": query} if at is None else {"query": query, "time": _seconds(at)}
        return self._series(self._ask("query", form, deadline))

    def range(self, query: str, first: datetime, last: datetime, step: timedelta, deadline: Deadline) -> list[Series]:
        """The values at `first`, every `step` after it, up to and with `last`. Each is exactly an instant query's."""
        form = {"query": query, "start": _seconds(first), "end": _seconds(last), "step": f"{step.total_seconds():.3f}"}
        return self._series(self._ask("query_range", form, deadline))

    def metric_names(self, pattern: str, deadline: Deadline) -> list[str]:
        """Names of the metrics that a selector matches, at any time that is still stored."""
        path = "/api/v1/label/__name__/values?" + urlencode({"match[]": pattern, "limit": "1000"})
        names = self._data(self._conversation.request("GET", path, deadline))
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise self._unreadable("something that is no list of names")
        return names

    def version(self, deadline: Deadline) -> str:
        """The server's version, "" for one that does not tell (some that speak Prometheus' language do not)."""
        answer = self._conversation.request("GET", "/api/v1/status/buildinfo", deadline)
        if answer.status == 404:
            return ""
        info = self._data(answer)
        return self._conversation.quoted(str(info.get("version", ""))) if isinstance(info, dict) else ""

    def _ask(self, what: str, form: Mapping[str, str], deadline: Deadline) -> Any:
        body = urlencode({**form, "timeout": f"{deadline.left():.3f}"}).encode()
        return self._data(
            self._conversation.request("POST", f"/api/v1/{what}", deadline, body, "application/x-www-form-urlencoded")
        )

    def _data(self, answer: Answer) -> Any:
        """What a successful answer holds. The server's reason for a refused query is quoted: it names the place in the query."""
        if answer.status in (401, 403):
            raise Unanswered(Reason.AUTH, f"refused our credentials (status {answer.status})")
        if 300 <= answer.status < 400:
            raise Unanswered(Reason.BAD_RESPONSE, "points to another address, and we follow none; give the final one")
        try:
            document = json.loads(answer.body, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict) and answer.status in _NOT_NOW:
            raise Unanswered(Reason.UNREACHABLE, f"is not ready to answer (status {answer.status})")
        if not isinstance(document, dict):
            raise self._unreadable(f"something that is no JSON object (status {answer.status})")
        if document.get("status") == "error":
            raise self._refusal(str(document.get("errorType", "")), str(document.get("error", "")))
        if document.get("status") != "success" or answer.status != 200 or "data" not in document:
            raise self._unreadable(f"something that reports no success (status {answer.status})")
        said = [text for key in ("warnings", "infos") if isinstance(texts := document.get(key), list) for text in texts]
        self.warnings += [f"the server says: {self._conversation.quoted(str(text))}" for text in said[:_SHOWN_WARNINGS]]
        return document["data"]

    def _refusal(self, kind: str, message: str) -> Unanswered:
        """The server's own error, sorted by what to do about it."""
        said = self._conversation.quoted(message) or "no reason given"
        if kind in ("timeout", "canceled"):
            return Unanswered(Reason.TIMEOUT, "ran out of time over the query")
        if "too many samples" in message:
            return TooLarge(Reason.QUERY_ERROR, f"refused the query: {said}")
        if kind in ("unavailable", "not_found"):
            return Unanswered(Reason.UNREACHABLE, f"is not ready: {said}")
        return Unanswered(Reason.QUERY_ERROR, f"refused the query: {said}")

    def _series(self, data: Any) -> list[Series]:
        match data:
            case {"resultType": "scalar", "result": [_, _] as point}:
                return [Series({}, dict([self._point(point)]))]
            case {"resultType": "vector" | "matrix", "result": [*entries]}:
                return [self._one(entry) for entry in entries]
        raise self._unreadable("something that is neither a vector, a matrix nor a number")

    def _one(self, entry: Any) -> Series:
        match entry:
            case {"metric": dict(labels), "value": [_, _] as point}:
                points: Sequence[Any] = [point]
            case {"metric": dict(labels), "values": [*points]}:
                pass
            case {"histogram": _} | {"histograms": _}:
                raise self._unreadable("a native histogram; ask for histogram_quantile(…) of it instead")
            case _:
                raise self._unreadable("a series without labels or values")
        if not all(isinstance(value, str) for value in labels.values()):
            raise self._unreadable("a label that is no text")
        return Series(labels, dict(self._point(point) for point in points))

    def _point(self, point: Any) -> tuple[int, float]:
        match point:
            case [int() | float() as at, str(text)] if _NUMBER.fullmatch(text) and abs(at) < 1e12:
                return round(at * 1000), float(text)
        raise self._unreadable("a value that is no number")

    def _unreadable(self, what: str) -> Unanswered:
        return Unanswered(Reason.BAD_RESPONSE, f"answered {what}")


def milliseconds(at: datetime) -> int:
    """The instant as Prometheus counts it."""
    return round(at.timestamp() * 1000)


def _seconds(at: datetime) -> str:
    return f"{milliseconds(at) / 1000:.3f}"


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")
