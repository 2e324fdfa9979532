"""The engine: regression of a series on its weekdays before and after a deployment, averaged over models of its noise.

    y_d = weekday(d) + slope·d + shift·[d after the deployment] + s·e_d          e_d as in noise.py

on a link scale (links.py). Weekdays and log s have flat (right-Haar) priors, the shift N(0, k²s²); most models have no slope. All
looks come out of one pass: whitened rows in time order are cumulated, so look t is the regression on what was known at t.

The e-process is the sequential t-test of Lindon, Ham, Tingley & Bojinov 2022 (arXiv:2210.08589, §3) for each noise model,
averaged over models: the ratio of the averaged evidence for a shift to the averaged evidence for none. It is a martingale under the
averaged null, so by Ville's inequality it ever exceeds 1/α with probability at most α, however often one looks. For one fixed noise
model that is not a theorem; how far it holds is measured in benchmarks/statistics.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from .mixture import Mixture, log_total, shares
from .noise import Array, Filter, Mask, grid

EFFECT_SD = 1.5  # k: prior standard deviation of a shift, in daily standard deviations; power is insensitive between 1 and 3
_TINY, _ROUNDING = 1e-300, 1e-13
_DOUBLINGS, _HALVINGS = 12, 40


@dataclass(frozen=True, slots=True)
class Calendar:
    """The slots of a comparison: baseline first, then the slots after the deployment out to the farthest horizon.

    `season` holds one code a slot: the weekday 0–6, or the block of the week where a day has several slots. `left_out` are indices
    of slots known to be unlike their weekday (holidays, outages, the day of the deployment): they are not learnt from.
    """

    season: tuple[int, ...]
    baseline: int
    slots_per_day: int = 1
    left_out: frozenset[int] = frozenset()

    @classmethod
    def of_days(cls, first_weekday: int, baseline: int, after: int, left_out: frozenset[int] = frozenset()) -> Calendar:
        """Consecutive days; `first_weekday` is the weekday (0–6) of the first day of the baseline."""
        return cls(tuple((first_weekday + d) % 7 for d in range(baseline + after)), baseline, 1, left_out)

    @classmethod
    def of_blocks(cls, first_block: int, baseline: int, after: int, slots_per_day: int = 6) -> Calendar:
        """Consecutive blocks of a day (six of four hours); `first_block` counts from the week's first."""
        week = 7 * slots_per_day
        return cls(tuple((first_block + d) % week for d in range(baseline + after)), baseline, slots_per_day)

    @property
    def after(self) -> int:
        """Slots after the deployment."""
        return len(self.season) - self.baseline


@dataclass(frozen=True, slots=True)
class Design:
    """All that depends on the calendar and on which slots are observed, but on no value. Arrays lead with (models, looks, …)."""

    filter: Filter
    rows: Array  # whitened weekday dummies and slope
    shift_rows: Array
    root_inverse: Array  # inverse Cholesky factor of the Gram matrix at each look
    shift_on_columns: Array
    precision: Array  # (models, looks): information on the shift once the columns are accounted for
    log_prior: Array  # (models, looks): prior and determinants, the part of the evidence without data
    df: Array  # (looks,)
    loads: (
        Array  # (models, slots to come, columns and shift): what a coefficient adds to each, its persistent part so far taken off
    )
    future_covariance: Array  # (models, slots to come, slots to come): noise and uncertain coefficients, in units of s²


@lru_cache(maxsize=16)
def design_for(calendar: Calendar, observed: bytes) -> Design:
    """The design for one pattern of observed slots (`Mask.tobytes()`), shared by every KPI that has it."""
    mask: Mask = np.frombuffer(observed, dtype=np.bool_)
    seasons = sorted(set(calendar.season))
    dummies = np.array([[code == season for season in seasons] for code in calendar.season], dtype=float)
    days = (np.arange(len(calendar.season)) - calendar.baseline)[:, None] / calendar.slots_per_day
    columns = np.hstack([dummies, days])
    shift = (days >= 0).astype(float)
    kalman = Filter.over(mask, grid(calendar.slots_per_day))
    white = kalman.whiten(np.hstack([columns, shift])[: len(mask)])
    rows, shift_rows = white.rows[:, :, :-1], white.rows[:, :, -1]
    looks = slice(calendar.baseline - 1, None)
    gram = np.cumsum(rows[:, :, :, None] * rows[:, :, None, :], axis=1)[:, looks]
    models = kalman.grid
    gram[:, :, -1, -1] += models.slope_sd[:, None] ** -2
    root = np.linalg.cholesky(gram)
    root_inverse = np.linalg.inv(root)
    on_columns = np.einsum("jtab,jtb->jta", root_inverse, np.cumsum(rows * shift_rows[:, :, None], axis=1)[:, looks])
    precision = np.maximum(np.cumsum(shift_rows**2, axis=1)[:, looks] - np.sum(on_columns**2, axis=-1), 0.0)
    log_gram = 2 * np.log(np.diagonal(root, axis1=2, axis2=3)).sum(-1)
    loads, covariance = _future(
        kalman, np.hstack([columns, shift])[len(mask) :], white.ahead, root_inverse[:, -1], on_columns[:, -1], precision[:, -1]
    )
    log_prior = (models.log_prior - np.log(models.slope_sd))[:, None] - (
        np.cumsum(kalman.log_variance, axis=1)[:, looks] + log_gram
    ) / 2
    df: Array = np.cumsum(mask, dtype=float)[looks] - len(seasons)
    return Design(
        kalman,
        rows,
        shift_rows,
        root_inverse,
        on_columns,
        precision,
        log_prior,
        df,
        loads,
        covariance,
    )


def _future(
    kalman: Filter, columns: Array, ahead: Array, root_inverse: Array, on_columns: Array, precision: Array
) -> tuple[Array, Array]:
    """Loads and covariance of the slots to come, the shift under its prior."""
    decay = kalman.grid.rho[:, None] ** np.arange(len(columns))
    loads = columns - decay[:, :, None] * ahead[:, None]
    on = np.einsum("jab,jhb->jha", root_inverse, loads[:, :, :-1])
    rest = loads[:, :, -1] - np.einsum("jha,ja->jh", on, on_columns)
    uncertain = np.concatenate([on, (rest / np.sqrt(precision + EFFECT_SD**-2)[:, None])[:, :, None]], axis=2)
    return loads, kalman.future_covariance(len(columns)) + uncertain @ uncertain.transpose(0, 2, 1)


@dataclass(frozen=True, slots=True)
class Fit:
    """A regression at every look so far; look t knows t slots after the deployment, look 0 none. Arrays are (models, looks, series).

    Internally series are in units of `scale` around `origin`, per series; what the methods return is on the caller's scale.
    """

    design: Design
    rows: Array
    ahead: Array
    rss: Array  # residual sum of squares without a shift
    shift: Array  # z'y: the shift's score once the columns are accounted for
    on_columns: Array  # (models, columns, series) at the last look
    origin: Array
    scale: Array

    def log_e(self, harm: int, margin: float = 0.0) -> Array:
        """(looks, series): logarithm of the one-sided e-process against "the shift is no worse than `margin`".

        `harm` is +1 where more is worse and −1 where less is; `margin` is what is tolerated, on the link scale, at least 0.
        One-sided: the prior of the shift is cut at the null, which multiplies the evidence by twice the posterior share beyond it.
        """
        null = harm * margin / self.scale
        log_null, log_ratio, center, spread = self.evidence(null)
        log_ratio = log_ratio + _one_sided(self.design.df[None, :, None], harm * center / spread)
        total: Array = log_total(log_null + log_ratio) - log_total(log_null)
        return total

    def confidence_sequence(self, level: float) -> tuple[Array, Array]:
        """(series,) low and high at the last look: the shifts that the two-sided e-process has not refuted at 1/(1 − level).

        Holds at all looks at once, whenever one stops. Needs at least one slot after the deployment.
        """
        bar = -np.log(1 - level)
        middle = self.posterior().quantile(0.5)[0] / self.scale

        def refuted(null: Array) -> Array:
            log_null, log_ratio, _, _ = self.evidence(null, last=True)
            excess: Array = (log_total(log_null + log_ratio) - log_total(log_null))[0] - bar
            return excess

        return _outward(refuted, middle, -1) * self.scale, _outward(refuted, middle, 1) * self.scale

    def posterior(self) -> Mixture:
        """The shift at the last look under a flat prior: mixture over models, one per series. For one look, not for many."""
        precision = self.design.precision[:, -1, None]
        if not precision.all():
            raise ValueError("none of the slots in question has been observed")
        df = self.design.df[-1] - 1
        rss = _left(self.rss[:, -1], self.shift[:, -1] ** 2 / precision)
        log_evidence = self.design.log_prior[:, -1, None] - np.log(precision) / 2 - df / 2 * np.log(rss)
        center, spread = self.shift[:, -1] / precision, np.sqrt(rss / df / precision)
        return Mixture(shares(log_evidence), center * self.scale, spread * self.scale, np.asarray(df))

    def effect(self, column: Array, harm: int = 0) -> tuple[Mixture, Array]:
        """The coefficient of `column` (slots,) at the last look in the place of the shift, with a flat prior; and its log Bayes factor
        (series,) against none, under the prior N(0, k²s²), with `harm` ±1 under the half of it on that side."""
        design = self.design
        white = design.filter.whiten(column[:, None]).rows[:, :, 0]
        on_columns = np.einsum("jab,jnb,jn->ja", design.root_inverse[:, -1], design.rows, white)
        precision = np.sum(white**2, axis=1) - np.sum(on_columns**2, axis=1)
        score = np.einsum("jn,jns->js", white, self.rows) - np.einsum("ja,jas->js", on_columns, self.on_columns)
        tested = replace(
            self,
            design=replace(
                design, precision=np.maximum(precision, 0.0)[:, None], df=design.df[-1:], log_prior=design.log_prior[:, -1:]
            ),
            rss=self.rss[:, -1:],
            shift=score[:, None],
        )
        log_null, log_ratio, center, spread = tested.evidence(np.zeros_like(self.scale))
        if harm:
            log_ratio = log_ratio + _one_sided(design.df[-1], harm * center / spread)
        return tested.posterior(), (log_total(log_null + log_ratio) - log_total(log_null))[0]

    def evidence(self, null: Array, last: bool = False) -> tuple[Array, Array, Array, Array]:
        """For a null shift (series,), by model and look: log evidence of the null, log Bayes factor, posterior centre and spread."""
        looks = slice(-1, None) if last else slice(None)
        precision, df = self.design.precision[:, looks, None], self.design.df[None, looks, None]
        phi = EFFECT_SD**-2
        score = self.shift[:, looks] - null * precision
        rss = self.rss[:, looks] - 2 * null * self.shift[:, looks] + null**2 * precision
        explained = _left(rss, score**2 / (precision + phi))
        log_null = self.design.log_prior[:, looks, None] - df / 2 * np.log(rss)
        log_ratio = np.log(phi / (phi + precision)) / 2 + df / 2 * np.log(rss / explained)
        return log_null, log_ratio, score / (precision + phi), np.sqrt(explained / df / (precision + phi))


class SeasonalEngine:
    """Fits series of one calendar. Several series at once cost little more than one."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._left_out = np.array([slot in calendar.left_out for slot in range(len(calendar.season))])

    def observed(self, values: Array) -> Mask:
        """(slots,): which slots of (slots,) or (slots, series) values are learnt from."""
        known = np.isfinite(values) if values.ndim == 1 else np.isfinite(values).all(axis=1)
        mask: Mask = known & ~self._left_out[: len(values)]
        return mask

    def fit(self, values: Array) -> Fit:
        """`values` is (slots so far, series) on the link scale, NaN where missing; series fitted together share their missing slots.

        Raises ValueError where the baseline cannot carry a regression: see `compare.readiness`.
        """
        baseline = self.calendar.baseline
        if not baseline <= len(values) <= len(self.calendar.season):
            raise ValueError(f"{len(values)} slots do not fit a calendar of {baseline} before and {self.calendar.after} after")
        mask = self.observed(values)
        before = values[:baseline][mask[:baseline]]
        seasons = np.array(self.calendar.season[:baseline])[mask[:baseline]]
        if set(seasons) != set(self.calendar.season) or len(before) <= len(set(seasons)):
            raise ValueError("the baseline does not have every weekday, and one of them twice")
        scale = np.sqrt(np.mean((before - season_means(before, seasons)) ** 2, axis=0))
        if not scale.all():
            raise ValueError("the baseline does not vary")
        origin = before.mean(axis=0)
        design = design_for(self.calendar, mask.tobytes())
        white = design.filter.whiten((values - origin) / scale)
        looks = slice(baseline - 1, None)
        on_rows = np.cumsum(design.rows[:, :, :, None] * white.rows[:, :, None, :], axis=1)[:, looks]
        on_columns = design.root_inverse @ on_rows
        rss = np.cumsum(white.rows**2, axis=1)[:, looks] - np.sum(on_columns**2, axis=2)
        score = np.cumsum(design.shift_rows[:, :, None] * white.rows, axis=1)[:, looks]
        score = score - np.einsum("jta,jtas->jts", design.shift_on_columns, on_columns)
        return Fit(design, white.rows, white.ahead, rss, score, on_columns[:, -1], origin, scale)


def _left(rss: Array, explained: Array) -> Array:
    """What a shift leaves of a sum of squares; never less than rounding can tell from nothing."""
    left: Array = np.maximum(rss - explained, _ROUNDING * rss)
    return left


def _one_sided(df: Array, t: Array) -> Array:
    """The logarithm of twice the posterior share beyond the null."""
    factor: Array = np.log(np.maximum(2 * stdtr(df, t), _TINY))
    return factor


def season_means(values: Array, seasons: npt.NDArray[np.int_]) -> Array:
    """(slots, …): each slot's value replaced by the mean of its season."""
    same = (seasons[:, None] == seasons[None, :]).astype(float)
    means: Array = (same @ values) / same.sum(axis=1).reshape(-1, *[1] * (values.ndim - 1))
    return means


def _outward(refuted: Callable[[Array], Array], middle: Array, side: int) -> Array:
    """The nearest point on one side of `middle` that is refuted: step out by doubling, then halve. Infinite where nothing is."""
    step = np.full_like(middle, 0.25)
    for _ in range(_DOUBLINGS):
        step = np.where(refuted(middle + side * step) < 0, 2 * step, step)
    step = np.where(refuted(middle + side * step) < 0, np.inf, step)
    low, high = np.zeros_like(step), step
    for _ in range(_HALVINGS):
        half = np.where(np.isinf(high), low, (low + high) / 2)
        inside = refuted(middle + side * half) < 0
        low, high = np.where(inside, half, low), np.where(inside, high, half)
    result: Array = middle + side * high
    return result
