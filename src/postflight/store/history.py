"""What sources may see of what was recorded before: the read-only view that `run.py` hands them (`model.History`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..model import Observation, Record, Role
from ..window import Window
from .observations import Observations
from .records import Records


@dataclass(frozen=True, slots=True)
class StoredHistory:
    """A `model.History` over one plan's store."""

    kept: Observations
    recorded: Records

    def observations(self, kpi: str, window: Window) -> Sequence[Observation]:
        """Current observations of one KPI asked within the window, oldest first."""
        return self.kept.asked(kpi, Role.CURRENT, window)

    def records(self, kpi: str, until: datetime) -> Sequence[Record]:
        """Values that people recorded up to an instant, oldest first."""
        return self.recorded.of(kpi, until)
