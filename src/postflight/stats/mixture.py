"""A mixture of Student t distributions: what the engine knows of a number once the noise models are averaged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr, stdtrit

from .noise import Array

_HALVINGS = 48


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

    def quantile(self, p: float) -> Array:
        """The number below which a share p lies. It is between the least and the greatest quantile of the components."""
        each = self.center + self.scale * stdtrit(self.df, p)
        low, high = each.min(axis=0), each.max(axis=0)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            below = self.cdf(middle) < p
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        result: Array = (low + high) / 2
        return result

    def mean(self) -> Array:
        """The expected number."""
        total: Array = np.sum(self.weight * self.center, axis=0)
        return total


def shares(log_evidence: Array) -> Array:
    """Weights along the first axis, proportional to exp(log_evidence), adding up to 1."""
    raw = np.exp(log_evidence - log_evidence.max(axis=0))
    weights: Array = raw / raw.sum(axis=0)
    return weights
