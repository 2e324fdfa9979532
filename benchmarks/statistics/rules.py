"""Rules to compare with: what dashboards do, what canary judges do on daily points, and the study's engine as it was.

Each takes link-scale values (days, series) of which the first `baseline` days are before, and returns (looks, series) booleans: this
rule says "worse" on this day. `harm` is +1 where more is worse.
"""

from __future__ import annotations

import numpy as np
from scipy.special import logsumexp, stdtr, stdtrit


def today_10_percent(values: np.ndarray, baseline: int, harm: int) -> np.ndarray:
    """Today's value more than 10 % off the mean of the last 28 days before."""
    return harm * (values[baseline:] - values[baseline - 28 : baseline].mean(axis=0)) > np.log(1.1)


def cumulative_5_percent(values: np.ndarray, baseline: int, harm: int) -> np.ndarray:
    """The mean since the deployment more than 5 % off the mean of the last 28 days before."""
    after = np.cumsum(values[baseline:], axis=0) / np.arange(1, len(values) - baseline + 1)[:, None]
    return harm * (after - values[baseline - 28 : baseline].mean(axis=0)) > np.log(1.05)


def weekday_t_test(values: np.ndarray, baseline: int, harm: int) -> np.ndarray:
    """A t-test at 5 % after weekday adjustment, repeated every day."""
    days = np.arange(len(values))
    dummies = (days[:, None] % 7 == np.arange(7)).astype(float)
    looks = []
    for end in range(baseline + 1, len(values) + 1):
        design = np.column_stack([dummies[:end], days[:end] >= baseline])
        inverse = np.linalg.inv(design.T @ design)
        coefficients = inverse @ design.T @ values[:end]
        residual = values[:end] - design @ coefficients
        df = end - 8
        t = harm * coefficients[-1] / np.sqrt((residual**2).sum(axis=0) / df * inverse[-1, -1])
        looks.append(t > stdtrit(df, 0.95))
    return np.array(looks)


def mann_whitney(values: np.ndarray, baseline: int, harm: int, tolerance: float = 0.25) -> np.ndarray:
    """The canary judges' rule on daily points, repeated: the 98 % Mann–Whitney interval of the shift lies beyond a quarter of the
    Hodges–Lehmann shift (the shift's interval by normal approximation of its ranks). Looks begin on day 3."""
    before, looks = values[:baseline], []
    for days in range(1, len(values) - baseline + 1):
        if days < 3:
            looks.append(np.zeros(values.shape[1], dtype=bool))
            continue
        after = values[baseline : baseline + days]
        differences = np.sort(harm * (after[:, None] - before[None]).reshape(-1, values.shape[1]), axis=0)
        number = len(differences)
        half = 2.326 * np.sqrt(days * baseline * (days + baseline + 1) / 12)
        low = differences[max(0, int(number / 2 - half))]
        looks.append(low > tolerance * np.abs(np.median(differences, axis=0)))
    return np.array(looks)


class StudyEngine:
    """The study's e-process, written from its formulas with dense matrices: 25 models with doubling half-lives and a flat prior, no
    slope. The reference that ours must not fall behind, and an independent check of the filter."""

    def __init__(self, baseline: int, after: int, shares: tuple[float, ...] = (0.3, 0.6, 0.9)) -> None:
        self.baseline, self.after = baseline, after
        half_lives = (0.5, 1, 2, 4, 8, 16, 32, 64)
        models = [(0.0, 0.0), *((w, 2 ** (-1 / h)) for w in shares for h in half_lives)]
        lags = np.abs(np.subtract.outer(np.arange(baseline + after), np.arange(baseline + after)))
        self.covariances = [(1 - w) * np.eye(len(lags)) + w * rho**lags for w, rho in models]

    def log_e(self, values: np.ndarray, harm: int, log_prior: np.ndarray | None = None, slope_sd: float = 0.0) -> np.ndarray:
        """(looks, series): logarithm of the one-sided e-process with k = 1.5. With a prior of the models and of a slope it is ours."""
        phi = 1 / 1.5**2
        looks = []
        days = np.arange(len(values))
        dummies = (days[:, None] % 7 == np.arange(7)).astype(float)
        for end in range(self.baseline + 1, self.baseline + self.after + 1):
            null, ratio = [], []
            for model, covariance in enumerate(self.covariances):
                drift = np.outer(days[:end], days[:end]) * slope_sd**2
                root = np.linalg.cholesky(covariance[:end, :end] + drift)
                white = np.linalg.solve(root, np.column_stack([dummies[:end], days[:end] >= self.baseline, values[:end]]))
                design, shift, y = white[:, :7], white[:, 7], white[:, 8:]
                basis, triangle = np.linalg.qr(design)
                shift, y = shift - basis @ (basis.T @ shift), y - basis @ (basis.T @ y)
                precision, score, rss, df = shift @ shift, shift @ y, (y**2).sum(axis=0), end - 7
                explained = rss - score**2 / (precision + phi)
                determinant = np.log(np.diag(root)).sum() + np.log(np.abs(np.diag(triangle))).sum()
                prior = 0.0 if log_prior is None else log_prior[model]
                null.append(prior - determinant - df / 2 * np.log(rss))
                t = harm * score / np.sqrt(explained / df * (precision + phi))
                one_sided = np.log(np.maximum(2 * stdtr(df, t), 1e-300))
                ratio.append(np.log(phi / (phi + precision)) / 2 + df / 2 * np.log(rss / explained) + one_sided)
            looks.append(logsumexp(np.array(null) + np.array(ratio), axis=0) - logsumexp(null, axis=0))
        return np.array(looks)

    def __call__(self, values: np.ndarray, baseline: int, harm: int) -> np.ndarray:
        """Its alarm at 5 %."""
        return self.log_e(values, harm) >= np.log(20)
