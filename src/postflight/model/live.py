"""What went live, what it promised, and what people said of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from .plan import Promise


@dataclass(frozen=True, slots=True)
class Deployment:
    """Something went live. `start` and `end` are instants; an unfinished one has end == start."""

    id: str
    version: str
    start: datetime
    end: datetime
    environment: str = "production"
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """One deployment or several that promised something. Its expectations are sealed by hash and time when it is added."""

    id: str
    deployments: tuple[str, ...]
    start: datetime  # of the first deployment
    end: datetime  # of the last deployment; horizons count from here
    promise: Promise
    sealed_at: datetime
    sealed_hash: str
    edited: str = ""  # what changed after the seal, and when; shown as "target changed after the data"


@dataclass(frozen=True, slots=True)
class SignOff:
    """A person's word on a milestone item, with evidence and, where given, an expiry. The newest one for an item holds."""

    milestone: str  # the horizon, as in "24h"
    item: str
    met: bool
    by: str
    at: datetime
    evidence: str = ""
    expires: datetime | None = None
