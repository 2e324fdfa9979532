"""Baselines: what each KPI was before a deployment. Frozen once measured; a person may pin one to an earlier deployment, or invalidate it.

Nothing is overwritten: each change is a revision, and the newest holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ..errors import StoreError, UsageError
from ..model import Deployment, Evidence, Observation
from .database import Database, Row, to_micros
from .observations import observation_from


class BaselineState(StrEnum):
    """How a baseline came to be what it is."""

    MEASURED = "measured"
    PINNED = "pinned"
    INVALIDATED = "invalidated"


@dataclass(frozen=True, slots=True)
class KeptBaseline:
    """One KPI's baseline as it now holds for one deployment. `origin` is worded as `Occasion.baselines` wants it."""

    kpi: str
    state: BaselineState
    origin: str  # "measured", "pinned to v2.3.0", "invalidated: why"
    observation: Observation  # with its window and evidence
    hash: str  # of that observation


@dataclass(frozen=True, slots=True)
class Baselines:
    """The shelf of baselines."""

    database: Database

    def of(self, deployment: Deployment) -> Mapping[str, KeptBaseline]:
        """Every baseline that this deployment has, by KPI."""
        return {row["kpi"]: _baseline(row) for row in self.database.rows("baselines_list", deployment_id=deployment.id, kpi="")}

    def get(self, deployment: Deployment, kpi: str) -> KeptBaseline | None:
        """The baseline of one KPI, or None before it was measured or pinned."""
        row = self._newest(deployment, kpi)
        return _baseline(row) if row else None

    def freeze(self, deployment: Deployment, observation: Observation, at: datetime) -> None:
        """Make a kept observation with evidence the baseline of its KPI, unless there is one already: the first one holds."""
        if not observation.id or not isinstance(observation.outcome, Evidence):
            raise ValueError("only evidence that was kept can be frozen")
        self._write(deployment, observation, 1, BaselineState.MEASURED, at, by="postflight")

    def pin(self, deployment: Deployment, kpi: str, to: Deployment, by: str, at: datetime) -> None:
        """Use the baseline that an earlier deployment has now. Raises UsageError when that one has none that is valid."""
        with self.database.transaction():
            pinned, current = self.get(to, kpi), self._newest(deployment, kpi)
            if pinned is None or pinned.state is BaselineState.INVALIDATED:
                raise UsageError(
                    f"{to.version} has no valid baseline for {kpi!r} to pin to", hint="choose a deployment that was reported on"
                )
            revision = current["revision"] + 1 if current else 1
            if not self._write(deployment, pinned.observation, revision, BaselineState.PINNED, at, by, pinned_to=to.id):
                raise _changed(kpi)

    def invalidate(self, deployment: Deployment, kpi: str, reason: str, by: str, at: datetime) -> None:
        """Take it out of use, saying why. Raises UsageError when there is none yet."""
        with self.database.transaction():
            current = self._newest(deployment, kpi)
            if current is None:
                raise UsageError(
                    f"{deployment.version} has no baseline for {kpi!r} yet", hint="it is measured with the first report"
                )
            observation = observation_from(current)
            if not self._write(
                deployment, observation, current["revision"] + 1, BaselineState.INVALIDATED, at, by, reason=reason
            ):
                raise _changed(kpi)

    def _newest(self, deployment: Deployment, kpi: str) -> Row | None:
        return self.database.row("baselines_list", deployment_id=deployment.id, kpi=kpi)

    def _write(
        self,
        deployment: Deployment,
        observation: Observation,
        revision: int,
        state: BaselineState,
        at: datetime,
        by: str,
        *,
        pinned_to: str = "",
        reason: str = "",
    ) -> bool:
        return bool(
            self.database.run(
                "baselines_add",
                deployment_id=deployment.id,
                kpi=observation.kpi,
                revision=revision,
                state=state.value,
                observation_id=observation.id,
                pinned_to=pinned_to,
                reason=reason,
                set_by=by,
                set_at=to_micros(at),
            )
        )


def _baseline(row: Row) -> KeptBaseline:
    state = BaselineState(row["state"])
    origin = {
        BaselineState.MEASURED: "measured",
        BaselineState.PINNED: f"pinned to {row['pinned_version']}",
        BaselineState.INVALIDATED: f"invalidated: {row['reason']}",
    }
    return KeptBaseline(row["kpi"], state, origin[state], observation_from(row), row["hash"])


def _changed(kpi: str) -> StoreError:
    return StoreError(f"the baseline of {kpi!r} was changed by someone else at the same moment", hint="look at it, and try again")
