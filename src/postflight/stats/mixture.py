"""A mixture of Student t distributions: what the engine knows of a number once the noise models are averaged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln, stdtr, stdtrit

from .noise import Array

_STEPS, _PRECISION, _TINY = 60, 1e-9, 1e-300


@dataclass(frozen=True, slots=True)
class Mixture:
    """Components along the first axis: centre, scale and weight (adding up to 1 there); further axes are separate mixtures."""

    weight: Array
    center: Array
    scale: Array
    df: Array

    def cdf(self, x: Array | float) -> Array:
        """P(number <= x) of each mixture."""
        total: Array = np.sum(self.weight * stdtr(self.df, (x - self.center) / self.scale), axis=0)
        return total

    def quantile(self, *p: float) -> Array:
        """The numbers below which shares `p` lie, stacked along a new first axis: Newton's steps where they
        shrink the bracket, halving where they do not.

        A quantile is between the least and the greatest quantile of the components.
        """
        share = np.array(p).reshape(-1, *[1] * self.center.ndim)
        each = self.center + self.scale * stdtrit(self.df, share)
        low, high = each.min(axis=1), each.max(axis=1)
        x = np.sum(self.weight * each, axis=1)
        before = moved = high - low
        close = _PRECISION * moved
        for _ in range(_STEPS):
            t = (x[:, None] - self.center) / self.scale
            excess = np.sum(self.weight * stdtr(self.df, t), axis=1) - share[:, 0]
            density = np.sum(self.weight / self.scale * (1 + t * t / self.df) ** (-(self.df + 1) / 2), axis=1) * self._unit
            low, high = np.where(excess < 0, x, low), np.where(excess < 0, high, x)
            newton = x - excess / np.maximum(density, _TINY)
            good = (newton >= low) & (newton <= high) & (np.abs(newton - x) < before / 2)
            after = np.where(good, newton, (low + high) / 2)
            before, moved, x = moved, np.abs(after - x), after
            if (moved <= close).all():
                break
        result: Array = x
        return result

    @property
    def _unit(self) -> Array:
        """The density of Student's t at zero."""
        unit: Array = np.exp(gammaln((self.df + 1) / 2) - gammaln(self.df / 2)) / np.sqrt(self.df * np.pi)
        return unit

    def mean(self) -> Array:
        """The expected number."""
        total: Array = np.sum(self.weight * self.center, axis=0)
        return total


def shares(log_evidence: Array) -> Array:
    """Weights along the first axis, proportional to exp(log_evidence), adding up to 1."""
    raw = np.exp(log_evidence - log_evidence.max(axis=0))
    weights: Array = raw / raw.sum(axis=0)
    return weights


def log_total(logs: Array) -> Array:
    """log(sum(exp(logs))) along the first axis."""
    highest = logs.max(axis=0)
    total: Array = highest + np.log(np.sum(np.exp(logs - highest), axis=0))
    return total
