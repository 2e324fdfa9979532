"""Releases and their seals: a promise is kept with its hash and time, and every later edit stands beside it, never in its place."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, pairwise

from .. import words
from ..errors import StoreError, UsageError
from ..model import Promise, Release
from . import codec
from .database import Database, Row, from_micros, to_micros
from .deployments import Deployments


@dataclass(frozen=True, slots=True)
class Releases:
    """The shelf of releases. A release's revision 1 is its seal; later revisions are edits."""

    database: Database
    deployments: Deployments

    def add(self, name: str, deployments: Sequence[str], promise: Promise, by: str, at: datetime) -> bool:
        """Seal a new release, or keep an edit of one that is there. False when nothing is new.

        `deployments` are ids, the first one first; there must be at least one. Of an edit they are the whole group again.
        """
        revisions = self._revisions().get(name, [])
        members, unplaced = json.dumps(list(deployments)), _unplaced(promise)
        if revisions and revisions[-1]["deployments"] == members and _promise(revisions[-1]) == unplaced:
            return False
        added = self.database.run(
            "releases_add",
            id=name,
            revision=len(revisions) + 1,
            deployments=members,
            promise=codec.encode(unplaced),
            hash=codec.fingerprint(unplaced),
            added_by=by,
            added_at=to_micros(at),
        )
        if not added:
            raise StoreError(f"release {name!r} was changed by someone else at the same moment", hint="look at it, and try again")
        return True

    def get(self, name: str) -> Release:
        """Raises UsageError, with the nearest name, when there is none of this name."""
        releases = {release.id: release for release in self.all()}
        if name in releases:
            return releases[name]
        near = difflib.get_close_matches(name, releases, 1)
        hint = f"did you mean {near[0]!r}?" if near else "add it with `postflight release add`"
        raise UsageError(f"no release {name!r} is known", hint=hint)

    def of(self, deployment: str) -> Sequence[Release]:
        """The releases that this deployment, by id, is part of."""
        return [release for release in self.all() if deployment in release.deployments]

    def all(self) -> Sequence[Release]:
        """Every release, with the promise that holds now, in the order of their last deployments."""
        return sorted(map(self._release, self._revisions().values()), key=lambda release: (release.end, release.id))

    def _revisions(self) -> Mapping[str, list[Row]]:
        rows = self.database.rows("releases_list")
        return {name: list(revisions) for name, revisions in groupby(rows, key=lambda row: str(row["id"]))}

    def _release(self, revisions: Sequence[Row]) -> Release:
        seal, newest = revisions[0], revisions[-1]
        members = [self.deployments.get(name) for name in json.loads(newest["deployments"])]
        return Release(
            id=seal["id"],
            deployments=tuple(member.id for member in members),
            start=min(member.start for member in members),
            end=max(member.end for member in members),
            promise=_promise(newest),
            sealed_at=from_micros(seal["added_at"]),
            sealed_hash=seal["hash"],
            edited="; ".join(_edit(before, after) for before, after in pairwise(revisions)),
        )


def changes(before: Promise, after: Promise) -> Sequence[str]:
    """What a reader should know of an edit: each expectation that came, went or moved, and each checklist."""
    was = {(e.kpi, e.horizon): str(e.target) for e in before.expectations}
    now = {(e.kpi, e.horizon): str(e.target) for e in after.expectations}
    told = [
        f"{kpi} at {horizon.words()}: {was.get((kpi, horizon), words.NONE)} → {now.get((kpi, horizon), words.NONE)}"
        for kpi, horizon in {**was, **now}
        if was.get((kpi, horizon)) != now.get((kpi, horizon))
    ]
    lists_before = {milestone.horizon: milestone for milestone in before.milestones}
    lists_after = {milestone.horizon: milestone for milestone in after.milestones}
    return told + [
        f"the checklist at {horizon.words()}"
        for horizon in {**lists_before, **lists_after}
        if lists_before.get(horizon) != lists_after.get(horizon)
    ]


def _edit(before: Row, after: Row) -> str:
    told = list(changes(_promise(before), _promise(after)))
    if before["deployments"] != after["deployments"]:
        told.append("its deployments")
    changed = words.listing(told) or "its wording"
    return f"{changed} (changed {words.instant(from_micros(after['added_at']), 'UTC')} by {after['added_by']})"


def _promise(row: Row) -> Promise:
    return codec.decode(Promise, row["promise"])


def _unplaced(promise: Promise) -> Promise:
    """Without the lines it stood at: a promise that only moved in its file is the same promise."""
    milestones = tuple(
        replace(milestone, items=tuple(replace(item, at=None) for item in milestone.items)) for milestone in promise.milestones
    )
    return replace(promise, milestones=milestones)
