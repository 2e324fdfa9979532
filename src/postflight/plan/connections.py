"""`from:` into connections: one kind each, its settings checked by that kind, and no secret written out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..model import Connection, Kind, Question, SourceKind
from ..units import Unit
from . import document, secrets
from .mistakes import Mistakes
from .shape import Origin, keys_of

MANUAL = "manual"
LATER_KINDS = frozenset({"events", "audits", "http"})  # known, not built yet: their KPIs have no data (not_configured)


@dataclass(frozen=True, slots=True)
class OpaqueQuestion:
    """A question to a source that this program does not have. It is kept as it is written, and nobody answers it."""

    text: str
    kind: Kind = Kind.FLOW
    unit: Unit | None = None

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Linked:
    """A connection and what can be asked through it."""

    connection: Connection
    source: SourceKind | None  # None for a kind of a later part of the product

    def question(self, raw: object, read: Callable[[str], str]) -> Question:
        """The question in the source's own form. Raises ValueError for a mistake."""
        if secrets.in_words(raw):
            raise ValueError("a question cannot hold a secret; ${env:…} and ${file:…} belong to the settings of a connection")
        return self.source.question(raw, read) if self.source else OpaqueQuestion(_one_text(raw))


def link(
    entries: Mapping[str, tuple[document.Connection, Origin]], kinds: Mapping[str, SourceKind], mistakes: Mistakes
) -> dict[str, Linked]:
    """Every connection of the plan, and `manual`, which is always there. One with mistakes is kept, so that its KPIs are read."""
    linked = {MANUAL: Linked(Connection(MANUAL, MANUAL, {}), kinds.get(MANUAL))}
    for name, (entry, origin) in entries.items():
        if name in keys_of(document.Kpi):
            mistakes.say(
                origin.key_at(), f"a connection cannot be called {name!r}: that is a key of every KPI", "choose another name"
            )
            continue
        linked[name] = _link(name, entry, origin, kinds, mistakes)
    return linked


def _link(name: str, entry: document.Connection, origin: Origin, kinds: Mapping[str, SourceKind], mistakes: Mistakes) -> Linked:
    named = entry.model_extra or {}
    known = sorted({*kinds, *LATER_KINDS})
    for kind in named:
        if kind not in known:
            mistakes.unknown(origin.key_at(kind), "kind of source", kind, known)
    if len(named) != 1:
        what = f"has {len(named)} kinds: {', '.join(named)}" if named else "does not say what kind of source it is"
        mistakes.say(origin.key_at(), f"the connection {name!r} {what}", f"write one of {', '.join(known)}")
    kind = next((kind for kind in named if kind in known), "")
    source = kinds.get(kind)
    settings = _settings(source, named.get(kind), origin.within(kind), mistakes)
    return Linked(Connection(name, kind, settings, origin.key_at(), entry.label), source)


def _settings(source: SourceKind | None, raw: Any, origin: Origin, mistakes: Mistakes) -> Mapping[str, object]:
    # A source's own message may quote its settings, so it is not asked about settings that hold a secret.
    if not check_secrets(raw, origin, mistakes):
        return {}
    if source is None:
        return raw if isinstance(raw, dict) else {"": raw}
    with mistakes.at(origin.value_at()):
        return source.settings(raw)
    return {}


def check_secrets(raw: object, origin: Origin, mistakes: Mistakes) -> bool:
    """Note secrets that are written out and references that cannot be read; true when there are none."""
    before = len(mistakes)
    for path, what, hint in secrets.mistakes_in(raw):
        mistakes.say(origin.value_at(*path), what, hint)
    return len(mistakes) == before


def asked(extras: Mapping[str, Any], linked: Iterable[str], where: str, origin: Origin, mistakes: Mistakes) -> tuple[str, Any]:
    """The one connection a KPI asks and its question, from the keys that are none of a KPI's own. `("", None)` when there is none."""
    names = list(linked)
    chosen = [key for key in extras if key in names]
    for key in extras:
        if key not in names:
            mistakes.unknown(origin.key_at(key), "key or connection", key, [*names, *keys_of(document.Kpi)])
    if len(chosen) > 1:
        mistakes.say(
            origin.key_at(chosen[1]), f"{where} asks two connections: {' and '.join(chosen)}", "keep one; a KPI has one source"
        )
    if not extras:
        mistakes.say(
            origin.key_at(), f"{where} does not say how it is measured", f"give it a question under one of {', '.join(names)}"
        )
    return (chosen[0], extras[chosen[0]]) if chosen else ("", None)


def _one_text(raw: object) -> str:
    import json

    return raw if isinstance(raw, str) else json.dumps(raw, ensure_ascii=False)
