"""All files of a plan into one draft: files beside plan.yml are merged, packs unfolded, bindings laid over. Nothing is judged yet.

Everything in the draft knows where it was written (`Origin`), whichever of the files that was.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ..errors import Place, UsageError
from . import document
from .connections import MANUAL
from .mistakes import Mistakes, near
from .read import Document
from .shape import Origin, fit, keys_of
from .shelf import BINDINGS, PLAN, RELEASES, Shelf

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_REBINDABLE = ("unit", "evidence")


@dataclass(slots=True)
class Draft:
    """The plan as written, in one piece. A KPI is raw until packs and bindings are laid over it."""

    top: dict[str, tuple[Any, Origin]] = field(default_factory=dict)
    connections: dict[str, tuple[document.Connection, Origin]] = field(default_factory=dict)
    categories: dict[str, tuple[document.Category, Origin]] = field(default_factory=dict)
    raw_kpis: dict[str, tuple[Any, Origin]] = field(default_factory=dict)
    kpis: dict[str, tuple[document.Kpi, Origin]] = field(default_factory=dict)
    releases: dict[str, tuple[document.Release, Origin]] = field(default_factory=dict)
    other_bindings: dict[str, tuple[document.Bindings, Origin]] = field(default_factory=dict)
    root: Origin = field(default_factory=Origin)

    def single(self, key: str, default: Any) -> tuple[Any, Origin]:
        """The value of a top key that stands in one file, and where."""
        return self.top.get(key, (default, self.root.within(key)))


def gather(shelf: Shelf, bindings: str, mistakes: Mistakes) -> Draft:
    """Read every file. Raises UsageError for bindings that do not exist; everything else is a mistake that is noted."""
    draft = Draft()
    uses: list[tuple[dict[str, document.PackUse], Origin]] = []
    if PLAN not in shelf.roots():
        mistakes.say(Place(PLAN), "there is no plan.yml", "`postflight init` writes one")
        mistakes.raise_any()
    for name in shelf.roots():
        if (file := shelf.document(name)) is not None:
            draft.root = draft.root if draft.root.layers else Origin((file, ()))
            uses += _merge(draft, file, mistakes)
    for use, origin in uses:
        for pack, settings in use.items():
            _unfold(draft, pack, settings, origin.within(pack), shelf, mistakes)
    for name, path in shelf.names_in(RELEASES).items():
        if (file := shelf.document(path)) is not None:
            draft.releases[name] = fit(document.Release, file.data or {}, Origin((file, ())), mistakes), Origin((file, ()))
    _bind(draft, shelf, bindings, mistakes)
    for name, (raw, origin) in draft.raw_kpis.items():
        draft.kpis[name] = fit(document.Kpi, raw, origin, mistakes), origin
    return draft


def _merge(draft: Draft, file: Document, mistakes: Mistakes) -> list[tuple[dict[str, document.PackUse], Origin]]:
    raw = file.data or {}
    kpis = raw.get("kpis", {})
    origin = Origin((file, ()))
    plan = fit(document.Plan, raw | {"kpis": {}} if isinstance(kpis, dict) else raw, origin, mistakes)
    if isinstance(kpis, dict):
        for name, entry in kpis.items():
            _add_kpi(draft, name, entry, origin.within("kpis", name), mistakes)
    maps: dict[str, dict[str, Any]] = {"from_": draft.connections, "categories": draft.categories}
    for key in plan.model_fields_set - {"kpis", "use"}:
        alias = document.Plan.model_fields[key].alias or key
        if key in maps:
            for name, entry in getattr(plan, key).items():
                _once(maps[key], name, (entry, origin.within(alias, name)), mistakes)
        else:
            _once(draft.top, key, (getattr(plan, key), origin.within(alias)), mistakes)
    return [(use, origin.within("use", index)) for index, use in enumerate(plan.use)]


def _add_kpi(draft: Draft, name: str, raw: Any, origin: Origin, mistakes: Mistakes) -> None:
    if not _ID.fullmatch(name):
        mistakes.say(
            origin.key_at(),
            f"{name!r} cannot be the id of a KPI",
            "use letters, digits, '_', '-' and '.', and begin with a letter",
        )
    _once(draft.raw_kpis, name, (raw, origin), mistakes)


def _once(into: dict[str, Any], name: str, entry: tuple[Any, Origin], mistakes: Mistakes) -> None:
    if name in into:
        mistakes.say(entry[1].key_at(), f"{name.rstrip('_')!r} is defined twice", f"first at {into[name][1].key_at()}")
    else:
        into[name] = entry


# ------------------------------------------------------------------------------------------------------------------ packs


def _unfold(draft: Draft, name: str, use: document.PackUse, origin: Origin, shelf: Shelf, mistakes: Mistakes) -> None:
    file = shelf.pack(name)
    if file is None:
        mistakes.unknown(origin.key_at(), "pack", name, shelf.packs())
        return
    raw_pack = file.data or {}
    kpis: dict[str, Any] = raw_pack["kpis"] if isinstance(raw_pack.get("kpis"), dict) else {}
    fit(document.Pack, raw_pack | {"kpis": {}} if kpis else raw_pack, Origin((file, ())), mistakes)
    for unknown in [key for key in use.kpis if key not in kpis]:
        mistakes.unknown(origin.key_at("kpis", unknown), f"KPI in the pack {name}", unknown, kpis)
    if use.from_ not in (*draft.connections, MANUAL):
        if use.from_:
            mistakes.unknown(origin.value_at("from"), "connection", use.from_, draft.connections)
        return
    for key, raw in kpis.items():
        layers = [*origin.layers, (file, ("kpis", key))]
        if key in use.kpis:
            layers = [*origin.within("kpis", key).layers, *layers]
        whole = Origin(*layers)
        if isinstance(raw, dict):
            with mistakes.at(origin.value_at()):
                raw = _put_to_use(raw, use)
            overridden = raw | use.kpis.get(key, {})
            raw = {key: value for key, value in overridden.items() if value is not None}
        _add_kpi(draft, key, raw, whole, mistakes)


def _put_to_use(raw: dict[str, Any], use: document.PackUse) -> dict[str, Any]:
    """A pack's KPI with its question under the connection's name, and the options of `use:` in place."""
    kpi = {key: value for key, value in raw.items() if key != "from"}
    question = raw.get("from")
    if use.where:
        labels = question.get("where", {}) if isinstance(question, dict) else None
        if not isinstance(question, dict) or not isinstance(labels, dict):
            raise ValueError(
                f"the pack asks {question!r}, which 'where' cannot narrow; only questions written as mappings can be"
            )
        question = question | {"where": labels | use.where}
    if question is not None:
        kpi[use.from_] = question
    return kpi | {key: value for key in ("each", "category", "owner") if (value := getattr(use, key))}


# --------------------------------------------------------------------------------------------------------------- bindings


def _bind(draft: Draft, shelf: Shelf, chosen: str, mistakes: Mistakes) -> None:
    names = shelf.names_in(BINDINGS)
    if chosen and chosen not in names:
        raise UsageError(f"no such bindings: {chosen!r}", hint=near(chosen, names) or f"the plan has no {BINDINGS}{chosen}.yml")
    for name, path in names.items():
        file = shelf.document(path, use=name == chosen)
        if file is None:
            continue
        origin = Origin((file, ()))
        bindings = fit(document.Bindings, file.data or {}, origin, mistakes)
        for kpi, override in bindings.kpis.items():
            if kpi not in draft.raw_kpis and not shelf.unreadable:
                mistakes.unknown(origin.key_at("kpis", kpi), "KPI", kpi, draft.raw_kpis)
            for key in keys_of(document.Kpi):
                if key in override and key not in _REBINDABLE:
                    mistakes.say(
                        origin.key_at("kpis", kpi, key),
                        f"bindings cannot replace {key!r}",
                        "only the question, unit and evidence",
                    )
        if name == chosen:
            _lay_over(draft, bindings, origin)
        else:
            draft.other_bindings[name] = bindings, origin


def _lay_over(draft: Draft, bindings: document.Bindings, origin: Origin) -> None:
    for name, connection in bindings.from_.items():
        draft.connections[name] = connection, origin.within("from", name)
    for name, override in bindings.kpis.items():
        raw, written = draft.raw_kpis.get(name, (None, origin))
        if isinstance(raw, dict):
            # The connection it asked before is dropped, where the override names a new one.
            old = {*draft.connections, MANUAL} if any(key not in _REBINDABLE for key in override) else set()
            kept = {key: value for key, value in raw.items() if key not in old}
            draft.raw_kpis[name] = kept | override, Origin(*origin.within("kpis", name).layers, *written.layers)
