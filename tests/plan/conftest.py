"""Small kinds of sources for the plan's tests: strict enough to be wrong about, and with no system behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from postflight import units
from postflight.model import Kind
from postflight.units import Unit


@dataclass(frozen=True)
class Asked:
    """A question of a test: its text, and what the text itself tells."""

    text: str
    kind: Kind = Kind.FLOW
    unit: Unit | None = None
    quantile: float | None = None

    def __str__(self) -> str:
        return self.text


class SqlLike:
    """Takes a text, or the name of a .sql file. A question without `days` or `:start` is true only now."""

    @staticmethod
    def settings(raw: object) -> Mapping[str, object]:
        if not isinstance(raw, str):
            raise ValueError("a database is named by its URL; write one like sqlite:///app.db")
        return {"url": raw}

    @staticmethod
    def question(raw: object, read: Callable[[str], str]) -> Asked:
        if not isinstance(raw, str):
            raise ValueError("a question to a database is SQL, or a file of it")
        text = read(raw) if raw.endswith(".sql") else raw
        return Asked(text, Kind.FLOW if "days" in text or ":start" in text else Kind.STATE)


class PrometheusLike:
    """Takes PromQL, or a mapping with histogram, good, bad, total or rate. A metric named …_seconds answers in seconds."""

    KEYS = frozenset({"histogram", "quantile", "good", "bad", "total", "rate", "by", "where"})

    @staticmethod
    def settings(raw: object) -> Mapping[str, object]:
        if not isinstance(raw, str | dict):
            raise ValueError("a Prometheus is named by its URL")
        return raw if isinstance(raw, dict) else {"url": raw}

    @classmethod
    def question(cls, raw: object, read: Callable[[str], str]) -> Asked:
        if isinstance(raw, str):
            return Asked(raw, unit=units.SECONDS if "_seconds" in raw else None)
        if not isinstance(raw, dict) or set(raw) - cls.KEYS:
            raise ValueError(f"cannot read the question; its keys are {', '.join(sorted(cls.KEYS))}")
        seconds = "_seconds" in str(raw.get("histogram", ""))
        return Asked(str(raw), unit=units.SECONDS if seconds else None, quantile=raw.get("quantile"))


class RedisLike:
    """Takes keys."""

    @staticmethod
    def settings(raw: object) -> Mapping[str, object]:
        return {"url": raw}

    @staticmethod
    def question(raw: object, read: Callable[[str], str]) -> Asked:
        return Asked(str(raw))


class ManualLike(RedisLike):
    """Takes nothing much."""

    @staticmethod
    def question(raw: object, read: Callable[[str], str]) -> Asked:
        return Asked("manual", Kind.STATE)


KINDS: dict[str, Any] = {
    "sql": SqlLike, "prometheus": PrometheusLike, "redis": RedisLike, "files": RedisLike, "manual": ManualLike
}  # fmt: skip


@pytest.fixture(scope="session")
def kinds() -> dict[str, Any]:
    return KINDS
