"""Deployments: what went live, where and when."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import UsageError
from ..model import Deployment
from ..window import Window
from .database import Database, Row, from_micros, to_micros


@dataclass(frozen=True, slots=True)
class Deployments:
    """The shelf of deployments."""

    database: Database

    def add(self, deployment: Deployment) -> bool:
        """Keep it, unless the same version went live in the same environment at the same instant already. True when it is new."""
        return bool(
            self.database.run(
                "deployments_add",
                id=deployment.id,
                version=deployment.version,
                environment=deployment.environment,
                commit_id=deployment.commit,
                started_at=to_micros(deployment.start),
                ended_at=to_micros(deployment.end),
            )
        )

    def finish(self, deployment: Deployment) -> bool:
        """Give an unfinished deployment the end it has now. False when it was finished already."""
        return bool(self.database.run("deployments_finish", id=deployment.id, ended_at=to_micros(deployment.end)))

    def get(self, name: str) -> Deployment:
        """By id or version; of several with one version, the newest. Raises UsageError, with the nearest name, when there is none."""
        row = self.database.row("deployments_find", name=name)
        if row is not None:
            return _deployment(row)
        known = [deployment.version for deployment in self.newest()]
        near = difflib.get_close_matches(name, known, 1)
        raise UsageError(
            f"no deployment {name!r} is known",
            hint=f"did you mean {near[0]!r}?" if near else "add it with `postflight deploy add`",
        )

    def same_as(self, deployment: Deployment) -> Deployment | None:
        """The one that is kept of this version, environment and start."""
        row = self.database.row(
            "deployments_same",
            version=deployment.version,
            environment=deployment.environment,
            started_at=to_micros(deployment.start),
        )
        return _deployment(row) if row else None

    def latest(self, environment: str = "production") -> Deployment | None:
        """The one that started last in this environment ("" for any), or None before the first."""
        return next(iter(self.newest(environment, 1)), None)

    def newest(self, environment: str = "", count: int = 1000) -> Sequence[Deployment]:
        """The newest ones in this environment ("" for any), the newest first."""
        return [_deployment(row) for row in self.database.rows("deployments_list", environment=environment, count=count)]

    def overlapping(self, window: Window, environment: str = "production") -> Sequence[Deployment]:
        """Those under way at some instant of the window, the oldest first."""
        rows = self.database.rows(
            "deployments_overlapping",
            environment=environment,
            window_start=to_micros(window.start),
            window_end=to_micros(window.end),
        )
        return [_deployment(row) for row in rows]


def _deployment(row: Row) -> Deployment:
    return Deployment(
        id=row["id"],
        version=row["version"],
        start=from_micros(row["started_at"]),
        end=from_micros(row["ended_at"]),
        environment=row["environment"],
        commit=row["commit_id"],
    )
