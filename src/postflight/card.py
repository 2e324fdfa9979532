"""The card as a document, `postflight.card/1`: canonical bytes out, and back.

One card has one spelling: fields in the order of `model.py`, mappings by key, instants in UTC with a Z, enumerations by value, floats
at six significant digits. So equal cards are equal bytes, and a card judged again from stored observations can be compared (R-30).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, Any

from .errors import StoreError
from .model import Scorecard

if TYPE_CHECKING:
    from pydantic import TypeAdapter

NAME, VERSION = "postflight.card", 1
SCHEMA = f"{NAME}/{VERSION}"
_DIGITS = 6
_WHOLE = 2**53  # integers beyond it are not all floats; below it, a whole number is written whole whatever its type


def card_json(card: Scorecard) -> bytes:
    """The canonical bytes of a card: UTF-8 JSON on one line, ending in a newline."""
    return (json.dumps(_plain(card), ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n").encode(
        "utf-8", "replace"
    )


def read_card(document: bytes) -> Scorecard:
    """The card that `card_json` wrote. Raises StoreError for a newer format, and for anything that is no card."""
    broken = StoreError("this is no scorecard, or a damaged one", hint=f"expected a JSON document of schema {SCHEMA}")
    try:
        plain = json.loads(document)
        name, _, version = str(plain["schema"]).partition("/")
    except (ValueError, KeyError, TypeError, RecursionError):
        raise broken from None
    if name == NAME and version.isdecimal() and int(version) > VERSION:
        raise StoreError(
            f"this card has the format {name}/{version}; this program reads {SCHEMA}", hint="read it with a newer Postflight"
        )
    if (name, version) != (NAME, str(VERSION)):
        raise broken
    try:
        return _adapter().validate_python(plain)
    except ValueError as problem:
        raise broken from problem


def card_schema() -> dict[str, Any]:
    """The JSON Schema of the document, as committed under `schemas/card-1.json`."""
    schema = _adapter().json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"https://postflight.dev/schemas/card-{VERSION}.json",
        **schema,
    }


@cache
def _adapter() -> TypeAdapter[Scorecard]:
    from pydantic import TypeAdapter

    return TypeAdapter(Scorecard)


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case None | bool() | str():
            return value
        case int() | float():
            return _number(value)
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(value[key]) for key in sorted(value)}
        case tuple() | list():
            return [_plain(item) for item in value]
    return {name: _plain(getattr(value, name)) for name in _fields(value.__class__)}


@cache
def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(kind))


def _number(value: float) -> float:
    """Whole numbers whole, so that a count keeps its last digit; others to six significant digits, but never onto a whole number.

    A share of 0.9999999 is not 1: one record in ten million is still unencrypted (SEC6).
    """
    if abs(value) < _WHOLE and value == int(value):
        return int(value)
    for digits in range(_DIGITS, 18):
        rounded = float(f"{value:.{digits}g}")
        if abs(value) > 1 or not rounded.is_integer():
            return int(rounded) if rounded.is_integer() and abs(rounded) < _WHOLE else rounded
    return value
