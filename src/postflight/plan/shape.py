"""Raw data against its shape: pydantic finds what does not fit, and this room says it in our words, at the place, with a hint.

What does not fit is left out and the rest is read all the same, so that one bad key hides no other mistake.
"""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ..errors import Place
from ..words import clean
from .lines import found
from .mistakes import Mistakes, near
from .read import Document, Path

Shape = TypeVar("Shape", bound=BaseModel)


class Origin:
    """Where a piece of the plan was written. What overrides stands first: a pack's KPI may get its target from the plan itself."""

    def __init__(self, *layers: tuple[Document, Path]) -> None:
        self.layers = layers

    def value_at(self, *path: str | int) -> Place:
        """Where the value of this path is written."""
        document, whole = self._layer(path)
        return document.value_at(whole)

    def key_at(self, *path: str | int) -> Place:
        """Where the last key of this path is written."""
        document, whole = self._layer(path)
        return document.key_at(whole)

    def within(self, *path: str | int) -> Origin:
        """The origin of a part of this piece."""
        return Origin(*((document, prefix + path) for document, prefix in self.layers))

    def _layer(self, path: Path) -> tuple[Document, Path]:
        for document, prefix in self.layers:
            if document.has(prefix + path):
                return document, prefix + path
        document, prefix = self.layers[0]
        return document, prefix + path


def fit(shape: type[Shape], raw: object, origin: Origin, mistakes: Mistakes) -> Shape:
    """The typed form of `raw`, without what does not fit; each misfit is noted. Of the second round on, misfits are consequences."""
    first = True
    while True:
        try:
            return shape.model_validate(raw)
        except ValidationError as error:
            misfits = error.errors(include_url=False)
        if first:
            for misfit in misfits:
                _explain(shape, misfit, origin, mistakes)
        first = False
        raw = _mended(shape, raw, misfits)


def _explain(shape: type[BaseModel], misfit: Any, origin: Origin, mistakes: Mistakes) -> None:
    path, value = tuple(misfit["loc"]), misfit["input"]
    known = _words_at(shape, path[:-1] if misfit["type"] == "extra_forbidden" else path)
    at = origin.value_at(*path)
    if mistakes.noted(at) and misfit["type"] not in ("extra_forbidden", "missing"):
        return
    match misfit["type"]:
        case "extra_forbidden":
            mistakes.unknown(origin.key_at(*path), "key here", clean(str(path[-1])), known)
        case "missing":
            mistakes.say(origin.key_at(*path[:-1]), f"{str(path[-1])!r} is missing here")
        case "string_type" if value is None:
            mistakes.say(at, "expected text, found nothing", "give it one, or remove the key")
        case "string_type":
            mistakes.say(at, f"expected text, found {found(value)}", "put it in quotes" if isinstance(value, int | float) else "")
        case "bool_type":
            mistakes.say(at, f"expected true or false, found {found(value)}")
        case "list_type":
            mistakes.say(at, f"expected a list, found {found(value)}")
        case "dict_type" | "model_type" | "model_attributes_type":
            mistakes.say(at, f"expected a mapping of keys to values, found {found(value)}")
        case "enum" | "literal_error" if isinstance(value, str):
            mistakes.say(at, f"{path[-1]} cannot be {clean(value)!r}", near(value, known))
        case "enum" | "literal_error":
            mistakes.say(at, f"{path[-1]} cannot be {found(value)}", near("", known))
        case "too_short" | "too_long":
            mistakes.say(at, f"expected a list of {misfit['ctx'].get('min_length') or misfit['ctx']['max_length']} values")
        case "value_error":
            with mistakes.at(at):
                raise misfit["ctx"]["error"]
        case _:
            mistakes.say(at, clean(str(misfit["msg"])))


def _mended(shape: type[BaseModel], raw: object, misfits: Sequence[Any]) -> object:
    """A copy without the values that do not fit, or without what holds them: entries of a list keep their numbers, so a list goes whole.

    A text that is missing is an empty one from here on.
    """
    mended = raw
    for misfit in misfits:
        path, missing = tuple(misfit["loc"]), misfit["type"] == "missing"
        if missing and _annotation(shape, path) is str:
            mended = _rebuilt(mended, path, "") if _has(mended, path[:-1]) else mended
            continue
        path = path[:-1] if missing else path
        while path and not isinstance(_get(mended, path[:-1]), dict):
            path = path[:-1]
        if not path:
            return {}
        if _has(mended, path):
            holder = {key: value for key, value in _get(mended, path[:-1]).items() if key != path[-1]}
            mended = _rebuilt(mended, path[:-1], holder)
    return {} if mended is raw else mended


def _get(raw: Any, path: Path) -> Any:
    for part in path:
        try:
            raw = raw[part]
        except (KeyError, IndexError, TypeError):
            return _GONE
    return raw


def _has(raw: Any, path: Path) -> bool:
    return _get(raw, path) is not _GONE


_GONE: Any = object()


def _rebuilt(raw: Any, path: Path, replacement: Any) -> Any:
    if not path:
        return replacement
    copy = raw.copy()
    copy[path[0]] = _rebuilt(raw[path[0]] if len(path) > 1 else None, path[1:], replacement)
    return copy


def _words_at(annotation: Any, path: Path) -> list[str]:
    """The words that could stand at this path of a shape: keys of a mapping, or the choices of a value."""
    annotation = _annotation(annotation, path)
    if get_origin(annotation) is Literal:
        return list(get_args(annotation))
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return [str(member.value) for member in annotation]
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return keys_of(annotation)
    return []


def _annotation(annotation: Any, path: Path) -> Any:
    for part in path:
        annotation = _step(_bare(annotation), part)
    return _bare(annotation)


def _step(annotation: Any, part: str | int) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields
        return next((field.annotation for name, field in fields.items() if (field.alias or name) == part), None)
    arguments = get_args(annotation)
    return arguments[-1] if arguments and isinstance(annotation, types.GenericAlias) else None


def _bare(annotation: Any) -> Any:
    """Without `Annotated` and without `| None`."""
    while get_origin(annotation) in (Annotated, Union, types.UnionType):
        annotation = next((a for a in get_args(annotation) if a is not type(None)), None)
    return annotation


def keys_of(shape: type[BaseModel]) -> list[str]:
    """The keys that an author may write in a part of this shape."""
    fields: Mapping[str, Any] = shape.model_fields
    return [field.alias or name for name, field in fields.items()]
