"""The room of pure mathematics: numbers in, numbers out. It knows no KPI, no clock and no file, and is deterministic.

Only `numpy` and `scipy.special` are used at run time (`scipy.stats` and `statsmodels` are oracles of the tests). They cost 0.1 s to
import, so nothing that runs at start-up may import this room; the judge does, when it judges.

Facts: what is the value, how precisely?
    intervals.py    90 % intervals for shares, counts, scores and repeated measurements; `TooFew` is an answer of its own
    quantiles.py    intervals of a quantile from events and from buckets; a quantile's target as a target for a share
    days.py         what days add: design effect from a baseline, means and ratios from daily sums

The engine: a daily series before and after a deployment.
    links.py        the scales: logarithm, empirical logit, identity
    noise.py        the models of day-to-day noise that everything is averaged over, and the filter that whitens them
    mixture.py      mixtures of Student t distributions: what is known once the models are averaged
    engine.py       `Calendar` and `SeasonalEngine`: regression on weekdays, e-process, confidence sequence, posterior of the shift
    forecast.py     the predictive distribution of a window's own value, and when it decides a milestone
    compare.py      the door for a judge: `compare(series, calendar)` gives alarm, shift and forecasts of one KPI

Beside it:
    rare.py         e-process for counts too small for the engine
    holm.py         many KPIs at once
    control.py      a concurrent control: is its history parallel, and the ratio to it
    culprit.py      which of several overlapping deployments did it
    mix.py          what moved a total: mix or the segments themselves; Simpson's paradox
    composite.py    the distribution of a score of points lost
    power.py        the smallest visible change, and when
    calibrate.py    the false-alarm rate on a product's own history, and the record of its forecasts

What nothing here says: a change after a deployment is not a change *by* the deployment, unless there is a concurrent control.
Every probability is conditional on the models of noise.py; `benchmarks/statistics/` measures how often they are right.
"""
