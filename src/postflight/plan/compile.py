"""Texts into a `Plan`, or into every mistake that they hold. Pure: the same texts give the same plan, this year and next.

Files are gathered into one draft (`gather.py`); here connections, KPIs, score, promises and pages are made of it, in that order,
since each refers to those before it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from ..errors import PlanError
from ..model import Plan, SourceKind
from . import document
from .connections import Linked, asked, check_secrets, link
from .gather import Draft, gather
from .kpis import Compiled, compile_kpi
from .mistakes import Mistakes
from .pages import review_of, section_of, threat_of, tree_of
from .promises import promise_of
from .score import categories_of, check_points, profile_of, score_of
from .shelf import Shelf

CHANNELS = ("slack", "email")


def compile_plan(files: Mapping[str, str], kinds: Mapping[str, SourceKind], bindings: str = "") -> Plan:
    """The plan in these files, by path relative to its folder. `Plan.files` alone compiles to the same plan again.

    Raises PlanError with every mistake of every file, and UsageError for bindings that do not exist.
    """
    mistakes = Mistakes()
    shelf = Shelf(files, mistakes)
    draft = gather(shelf, bindings, mistakes)
    if shelf.unreadable:
        raise PlanError(
            mistakes.problems
        )  # what a file that is no YAML defines is not known: every reference to it would look wrong
    linked = link(draft.connections, kinds, mistakes)
    compiled = _kpis(draft, linked, shelf, mistakes)
    _check_other_bindings(draft, kinds, shelf, mistakes)

    single = draft.single
    written, score_origin = single("score", document.Score())
    profile = profile_of(written, compiled.kpis)
    threat, threat_origin = single("threat", [])
    tree, tree_origin = single("tree", None)
    sections, document_origin = single("document", [])
    zone, _ = single("timezone", None)
    promises = {name: promise_of(name, *release, compiled, mistakes) for name, release in draft.releases.items()}
    check_points(draft.kpis, compiled, {e.kpi for promise in promises.values() for e in promise.expectations}, mistakes)
    plan = Plan(
        product=_product(draft, mistakes),
        timezone=zone or ZoneInfo("UTC"),
        kpis=compiled.kpis,
        connections={name: linked_one.connection for name, linked_one in linked.items()},
        categories=categories_of(draft.categories, compiled.kpis, profile, draft.root, mistakes),
        score=score_of(written, score_origin, profile, compiled, mistakes),
        promises=promises,
        threat=threat_of(threat, threat_origin, compiled, mistakes),
        review=review_of(*single("review", None), mistakes),
        tree=tree_of(tree, tree_origin, compiled, mistakes) if tree else None,
        document=tuple(section_of(s, document_origin.within(i), compiled, mistakes) for i, s in enumerate(sections)),
        public_url=_public_url(draft, mistakes),
        version=single("version", "")[0],
        channels=_channels(draft, mistakes),
        bindings=bindings,
        hash=_hash(shelf.content(), bindings),
        files=dict(sorted(shelf.used.items())),
    )
    mistakes.raise_any()
    return plan


def _kpis(draft: Draft, linked: Mapping[str, Linked], shelf: Shelf, mistakes: Mistakes) -> Compiled:
    compiled = Compiled()
    for name, (entry, origin) in draft.kpis.items():
        kpi, sure = compile_kpi(name, entry, origin, linked, draft.categories, shelf.text, mistakes)
        compiled.kpis[name] = kpi
        if not sure:
            compiled.doubtful.add(name)
    if not draft.kpis and not mistakes.noted(draft.root.value_at("kpis")):
        mistakes.say(draft.root.value_at("kpis"), "the plan has no KPIs", "write them under 'kpis:'")
    return compiled


def _check_other_bindings(draft: Draft, kinds: Mapping[str, SourceKind], shelf: Shelf, mistakes: Mistakes) -> None:
    """Bindings that are not in use now: their connections and questions, so that they are right on the day they are chosen."""
    for bindings, origin in draft.other_bindings.values():
        replaced = {name: (entry, origin.within("from", name)) for name, entry in bindings.from_.items()}
        linked = link(draft.connections | replaced, kinds, mistakes)
        for name, override in bindings.kpis.items():
            here = origin.within("kpis", name)
            extras = {key: value for key, value in override.items() if key not in document.KPI_KEYS}
            connection, question = asked(extras, linked, f"the KPI {name!r}", here, mistakes) if extras else ("", None)
            if connection:
                with mistakes.at(here.value_at(connection)):
                    linked[connection].question(question, lambda path: shelf.text(path, use=False))


def _product(draft: Draft, mistakes: Mistakes) -> str:
    product, origin = draft.single("product", "")
    if not product.strip() and not mistakes.noted(origin.value_at()):
        mistakes.say(origin.value_at(), "the plan does not say which product it is for", "write 'product: NAME' at its top")
    return str(product)


def _public_url(draft: Draft, mistakes: Mistakes) -> str:
    url, origin = draft.single("public_url", "")
    if url and not url.startswith(("https://", "http://")):
        mistakes.say(origin.value_at(), "public_url is no web address", "write one like https://status.example.com")
    return str(url)


def _channels(draft: Draft, mistakes: Mistakes) -> dict[str, Mapping[str, Any]]:
    channels = {}
    for name in CHANNELS:
        if name in draft.top:
            settings, origin = draft.top[name]
            check_secrets(settings, origin, mistakes)
            channels[name] = settings
    return channels


def _hash(content: Mapping[str, Any], bindings: str) -> str:
    """SHA-256 of what the used files say, and of the bindings' name."""
    whole = json.dumps({"bindings": bindings, "files": content}, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()
