"""What is being judged, and when: the arguments that make the judge a function, and what it must remember."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .card import SourceHealth, State
from .live import Deployment, Release, SignOff


@dataclass(frozen=True, slots=True)
class Occasion:
    """What is judged, and when: the arguments that make the judge a function. `now` is the only clock it knows."""

    now: datetime
    deployment: Deployment | None = None
    release: Release | None = None
    signoffs: tuple[SignOff, ...] = ()
    baselines: Mapping[str, str] = field(
        default_factory=dict
    )  # origin by KPI: "measured", "pinned to v2.3.0", "invalidated: why"
    sources: tuple[SourceHealth, ...] = ()
    notes: tuple[str, ...] = ()  # annotations that fall into the window, overlaps, channels that are off
    others: tuple[Deployment, ...] = ()  # deployments that overlap the window


@dataclass(frozen=True, slots=True)
class Past:
    """What the judge must remember between looks: states that latch. Keyed `24h/<item>` and `<kpi>@1w`."""

    frozen: Mapping[str, tuple[State, str]] = field(default_factory=dict)  # state and the sentence it was frozen with
