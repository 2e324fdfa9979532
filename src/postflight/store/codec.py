"""Model objects as JSON and back, exactly: `decode(type(x), encode(x)) == x`, with int, float and Decimal told apart.

The names of a dataclass's fields are the format, so a stored document lives as long as its field is not renamed. Fields that came
later take their defaults when an older document is read. What JSON cannot say is an object of one key: `{"decimal": "1.50"}`,
`{"float": "nan"}`, `{"date": "2026-11-23"}`, `{"instant": "2026-11-23T15:00:00+00:00"}`; where a field may hold one of several
dataclasses, the object's only key is the name of the one it holds. Everything is ASCII, so no text breaks an engine.
"""

from __future__ import annotations

import dataclasses
import json
import math
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from ..errors import StoreError

T = TypeVar("T")


def encode(value: object) -> str:
    """A model object, or a mapping or sequence of them, as JSON. Mappings keep their order: the judge may have walked them."""
    return json.dumps(_plain(value), separators=(",", ":"), allow_nan=False)


def decode(kind: type[T], text: str) -> T:
    """The object of this type that `encode` wrote. Raises StoreError for a document that does not fit."""
    try:
        value: T = _reader(typing.cast(Any, kind))(json.loads(text))
    except (KeyError, ValueError, TypeError, AttributeError) as problem:
        raise StoreError(
            f"a stored {kind.__name__} cannot be read",
            hint="it was damaged, or written by a program this one does not know",
        ) from problem
    return value


def fingerprint(value: object) -> str:
    """SHA-256, in hexadecimal, of the object's JSON with every key sorted: equal for equal content whatever the order of its mappings."""
    import hashlib  # here: only what writes needs it, and it costs a start a few milliseconds

    canonical = json.dumps(_plain(value), separators=(",", ":"), allow_nan=False, sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else {"float": repr(value)}
        case Decimal():
            return {"decimal": str(value)}
        case datetime():
            return {"instant": (value.astimezone(UTC) if value.tzinfo else value).isoformat()}
        case date():
            return {"date": value.isoformat()}
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case Sequence():
            return [_plain(item) for item in value]
    return {
        name: {type(item).__name__: _plain(item)} if several else _plain(item)
        for name, several in _fields(typing.cast(Any, type(value)))
        for item in (getattr(value, name),)
    }


_SCALARS: Mapping[str, Callable[[str], object]] = {
    "float": float,
    "decimal": Decimal,
    "date": date.fromisoformat,
    "instant": datetime.fromisoformat,
}


def _scalar(plain: Any) -> Any:
    if isinstance(plain, dict):
        ((name, text),) = plain.items()
        return _SCALARS[name](text)
    return plain


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return typing.get_type_hints(kind)


@cache
def _fields(kind: type) -> Sequence[tuple[str, bool]]:
    """Names of a dataclass's fields, and whether several dataclasses may stand there."""
    return [(field.name, len(_dataclasses_in(_hints(kind)[field.name])) > 1) for field in dataclasses.fields(kind)]


def _dataclasses_in(hint: Any) -> Mapping[str, Any]:
    if isinstance(hint, types.UnionType):
        return {str(member.__name__): member for member in typing.get_args(hint) if hasattr(member, "__dataclass_fields__")}
    return {}


@cache
def _reader(hint: Any) -> Callable[[Any], Any]:
    """How to read what `_plain` wrote for a value of this type."""
    arguments = typing.get_args(hint)
    match typing.get_origin(hint):
        case types.UnionType:
            return _union_reader(hint)
        case origin if origin is tuple and arguments[-1] is not Ellipsis:
            members = [_reader(argument) for argument in arguments]
            return lambda plain: tuple(read(item) for read, item in zip(members, plain, strict=True))
        case origin if origin in (tuple, Sequence):
            each = _reader(arguments[0])
            return lambda plain: tuple(each(item) for item in plain)
        case origin if origin is Mapping:
            item = _reader(arguments[1])
            return lambda plain: {key: item(value) for key, value in plain.items()}
    if dataclasses.is_dataclass(hint):
        return _dataclass_reader(typing.cast(type, hint))
    return hint if isinstance(hint, type) and issubclass(hint, Enum) else _scalar


def _union_reader(hint: Any) -> Callable[[Any], Any]:
    several = _dataclasses_in(hint)
    if len(several) > 1:
        return lambda plain: _reader(several[next(iter(plain))])(*plain.values())
    structured = [member for member in typing.get_args(hint) if _reader(member) is not _scalar]
    if not structured:
        return _scalar
    read = _reader(*structured)
    return lambda plain: None if plain is None else read(plain)


def _dataclass_reader(kind: type) -> Callable[[Any], Any]:
    readers = {field.name: _reader(_hints(kind)[field.name]) for field in dataclasses.fields(kind)}
    return lambda plain: kind(**{name: readers[name](value) for name, value in plain.items()})
