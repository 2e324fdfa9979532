"""Hostile text in every place of a card that text from outside can reach, and what harmless output looks like."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import fields, is_dataclass, replace
from typing import Any

from postflight.model import Scorecard

# Words of ours that other parts of the card are looked up by; everything else is free text to a publisher.
OURS = {
    "schema",
    "timezone",
    "unit",
    "kpi",
    "category",
    "horizon",
    "grade",
    "target",
    "alert",
    "block",
    "line",
    "points_line",
    "profile",
}
SGR = re.compile(r"\x1b\[[0-9;]*m")


def poison(thing: Any, payload: str) -> Any:
    """A copy of a card with the payload in every free text of it."""
    if is_dataclass(thing) and not isinstance(thing, type):
        return replace(thing, **{f.name: _poisoned(getattr(thing, f.name), f.name, payload) for f in fields(thing)})
    return thing


def _poisoned(value: Any, name: str, payload: str) -> Any:
    if type(value) is str:
        return value if name in OURS or not value else payload
    if isinstance(value, tuple):
        return tuple(_poisoned(v, name, payload) for v in value)
    return poison(value, payload)


def impurities(printed: str) -> list[str]:
    """What a terminal would act upon: any character that is neither printable nor a newline, once our own colours are taken away."""
    rest = SGR.sub("", printed)
    return sorted({c for c in rest if c != "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")})


def card_with(card: Scorecard, payload: str) -> Scorecard:
    """A card of which every free text is the payload."""
    poisoned: Scorecard = poison(card, payload)
    return poisoned
