"""What moved a total: its segments, or the mix of them. Simpson's paradox, found and named.

A total is a mean of segments weighted by volume. Its change splits exactly into what happened inside segments at the average mix,
and what the mix did at the average value (Kitagawa 1955, JASA 50(272)). The standardised value is what the total would be had the
mix stayed (direct standardisation: Fleiss, Levin & Paik 2003, *Statistical Methods for Rates and Proportions*, ch. 19); alarms belong
on that one. A quantile is attributed through the share of events over the baseline's quantile (quantiles.over).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PARADOX_SHARE = 0.9  # of the volume whose segments moved against the total


@dataclass(frozen=True, slots=True)
class Part:
    """A segment in one period: `total` of what is counted (hits, sums) and the `volume` it is out of (trials, events)."""

    total: float
    volume: float


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one segment added to the change of the total, in the total's own unit: `within` it, and through its share of the `mix`.

    `before` and `after` are its own values; None in a period in which it had no volume.
    """

    segment: str
    within: float
    mix: float
    before: float | None
    after: float | None

    @property
    def effect(self) -> float:
        """Both together."""
        return self.within + self.mix


@dataclass(frozen=True, slots=True)
class Decomposition:
    """The change of a total: `before` + `within` + `mix` = `after`. `standardised` is the total now at the mix of before.

    Contributions come largest first. `paradox`: segments with nearly all the volume moved one way and the total the other.
    """

    before: float
    after: float
    within: float
    mix: float
    standardised: float
    contributions: tuple[Contribution, ...]
    paradox: bool

    def share_of(self, contribution: Contribution) -> float | None:
        """Which part of the change it explains, as in "92 % of it"; None where nothing changed."""
        change = self.after - self.before
        return contribution.effect / change if change else None


def decompose(before: Mapping[str, Part], after: Mapping[str, Part]) -> Decomposition:
    """Split the change of Σ total / Σ volume between two periods over their segments.

    A segment that is new or gone has no change of its own: all it did is mix. Raises ValueError where a period has no volume.
    """
    volume_before, volume_after = (sum(part.volume for part in period.values()) for period in (before, after))
    if volume_before <= 0 or volume_after <= 0:
        raise ValueError("a total without volume cannot be split")
    start = sum(part.total for part in before.values()) / volume_before
    end = sum(part.total for part in after.values()) / volume_after
    nothing = Part(0.0, 0.0)
    contributions, standardised, against = [], 0.0, 0.0
    for segment in sorted(before.keys() | after.keys()):
        was, now = before.get(segment, nothing), after.get(segment, nothing)
        old = was.total / was.volume if was.volume else None
        new = now.total / now.volume if now.volume else None
        first, last = _either(old, new), _either(new, old)
        share_was, share_now = was.volume / volume_before, now.volume / volume_after
        # Against the total's average, so that growing a segment that is like the rest counts as nothing.
        mix = (share_now - share_was) * ((first + last) / 2 - (start + end) / 2)
        contributions.append(Contribution(segment, (share_was + share_now) / 2 * (last - first), mix, old, new))
        standardised += share_was * last
        if (last - first) * (end - start) < 0:
            against += (share_was + share_now) / 2
    return Decomposition(
        start,
        end,
        sum(c.within for c in contributions),
        sum(c.mix for c in contributions),
        standardised,
        tuple(sorted(contributions, key=lambda c: (-abs(c.effect), c.segment))),
        against >= PARADOX_SHARE,
    )


def _either(value: float | None, other: float | None) -> float:
    """The segment's value, or its other period's where it had no volume."""
    return value if value is not None else other if other is not None else 0.0
