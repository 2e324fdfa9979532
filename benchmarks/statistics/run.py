"""Run every simulation and write RESULT.md beside this file.

    OMP_NUM_THREADS=1 nice -n 10 python benchmarks/statistics/run.py

Seeded: the same numbers every time, up to the last digits of numpy and scipy. About eight minutes on one core. `tests/stats/` runs the
same cells with fewer series and binomial bounds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from pathlib import Path

import alarms
import facts
import forecasts
import numpy as np
import rules
import scipy
import speed
from alarms import BASELINE, LOOKS

SEED = 20261123
RIVALS: tuple[tuple[str, alarms.Rule], ...] = (
    ("today > 10 %", rules.today_10_percent),
    ("cumulative > 5 %", rules.cumulative_5_percent),
    ("weekday t daily", rules.weekday_t_test),
    ("Mann–Whitney daily", rules.mann_whitney),
)
WINDOWS, PLACEBOS, RIVAL_SERIES, DETECTIONS, STUDY_SERIES = 1_500, 1_500, 300, 1_200, 400
FAMILIES, DECISIONS, CARDS, RARE, BLOCKS = 300, 800, 250, 600, 400


def percent(part: float, whole: float = 1.0) -> str:
    """One decimal."""
    return f"{100 * part / whole:.1f}"


def delay(days: float) -> str:
    """Median delay, a dash where half were never found."""
    return "–" if np.isinf(days) else f"{days:.0f}"


def table(head: str, rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    names = [name.strip() for name in head.split("|")]
    lines = ["| " + " | ".join(names) + " |", "|" + "---|" * len(names)]
    return "\n".join([*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows)])


def coverage() -> str:
    rows = []
    for name, case, tight in facts.CASES:
        rows.append((name, percent(facts.covered(case, SEED, WINDOWS), WINDOWS), "88–92" if tight else "≥ 88"))
    plain = percent(facts.covered(facts.share_of_days(0.03, 100_000, 0.2, 0.0, widen=False), SEED, WINDOWS), WINDOWS)
    garwood = percent(facts.covered(facts.counts_of_days(1_000, 0.095, 0.0, widen=False), SEED, WINDOWS), WINDOWS)
    return (
        f"Nominal 90 %, {WINDOWS:,} windows of 7 days a row, baselines of 56 days; the truth is the level behind the window.\n\n"
        + table("kind | coverage % | wanted", rows)
        + f"\n\nWithout a design effect: Wilson on 100,000 requests a day covers {plain} %, Garwood on 1,000 events a day {garwood} %."
    )


def placebos() -> str:
    rows = []
    for lag1, noise in alarms.PLACEBO_CELLS:
        values = alarms.placebo(SEED, PLACEBOS, lag1, noise)
        both = [alarms.caught(alarms.ours(values, BASELINE, harm)).rate for harm in (1, -1)]
        some = values[:, :: PLACEBOS // RIVAL_SERIES]
        rivals = [percent(alarms.caught(rule(some, BASELINE, 1)).rate) for _, rule in RIVALS]
        rows.append((noise, lag1, percent(both[0]), percent(both[1]), *rivals))
    trends = []
    for lag1, sd in alarms.TREND_CELLS:
        values = alarms.placebo(SEED + 1, PLACEBOS, lag1, "AR(1)", 0.003 / sd)
        trends.append((sd, lag1, percent(alarms.caught(alarms.ours(values, BASELINE, 1)).rate)))
    names = " | ".join(name for name, _ in RIVALS)
    return (
        f"No deployment did anything; {PLACEBOS:,} series a row ({RIVAL_SERIES} for the other rules), {BASELINE} days before, {LOOKS}"
        " daily looks. Per cent of series that ever alarmed; ours is to stay at 5.\n\n"
        + table(f"noise | lag-1 | ours, more is worse | ours, less is worse | {names}", rows)
        + "\n\nA harmful trend of 0.3 % a day that began before the deployment; to stay at 8:\n\n"
        + table("daily sd | lag-1 | ours", trends)
    )


def power() -> str:
    study = rules.StudyEngine(BASELINE, LOOKS)
    rows, with_control = [], []
    for kind, effect in alarms.DETECTION_CELLS:
        ours = alarms.detection(kind, effect, alarms.ours, SEED, DETECTIONS)
        theirs = alarms.detection(kind, effect, study, SEED, STUDY_SERIES)
        beside = alarms.detection_with_control(kind, effect, alarms.ours, SEED, DETECTIONS)
        change = f"{100 * (effect - 1):+.0f} %" if effect != 1 else "none"
        published = kind.published[kind.effects.index(effect)]
        both = [f"{percent(c.rate)} (d{delay(c.delay)})" for c in (theirs, ours, beside)]
        rows.append((kind.name, change, published, *both))
        if effect != 1:
            with_control.append((published, theirs.rate, ours.rate, beside.rate, theirs.delay, ours.delay, beside.delay))
    published, *rates = (np.median([row[i] for row in with_control]) for i in range(4))
    small = [row for row in with_control if row[1] < 0.5]
    hard = [float(np.median([row[i] for row in small])) for i in (1, 2, 3)]
    days = [[delay_ if np.isfinite(delay_) else np.inf for delay_ in (row[i] for row in with_control)] for i in (4, 5, 6)]
    return (
        f"P(alarm within {LOOKS} days) in per cent and the median delay in days (– where half were never found). {DETECTIONS:,} series a"
        f" row, {STUDY_SERIES} for the study's engine; a control shares 95 % of the variance of the days, not the sampling noise.\n\n"
        + table("KPI | effect | study, published | study's engine here | ours | ours with a control", rows)
        + f"\n\nMedian over the {len(with_control)} effects: study's engine {percent(rates[0])}, ours {percent(rates[1])},"
        f" with a control {percent(rates[2])}. Over the {len(small)} that the study's engine finds less than half the time:"
        f" {percent(hard[0])}, {percent(hard[1])}, {percent(hard[2])}. Median of the delays: {delay(np.median(days[0]))},"
        f" {delay(np.median(days[1]))}, {delay(np.median(days[2]))} days. Published median: {published:.0f}."
    )


def families() -> str:
    rows = []
    for lag1, common in ((0.0, 0.0), (0.5, 0.0), (0.75, 0.0), (0.3, 0.5), (0.75, 0.5)):
        false, _ = alarms.family(SEED, FAMILIES, lag1, common)
        mixed, found = alarms.family(SEED, FAMILIES // 3, lag1, common, shifted=5)
        rows.append((lag1, common, percent(false, FAMILIES), percent(mixed, FAMILIES // 3), percent(found)))
    return (
        f"40 KPIs, ten of them guardrails, {LOOKS} looks, weighted Holm at a nominal 10 %; {FAMILIES} families a row. Any false alarm"
        " in a family is to stay at 5.\n\n"
        + table("lag-1 | shared variance | any false alarm | any, beside 5 real ones | real ones found (3 sd)", rows)
    )


def milestones() -> str:
    cells = [
        (0.0, "AR(1)"),
        (0.3, "AR(1)"),
        (0.5, "AR(1)"),
        (0.75, "AR(1)"),
        (0.5, "drifting"),
        (0.5, "long memory"),
        (0.5, "heavy tails"),
    ]
    rows = []
    for horizon, length, series in ((7, None, DECISIONS), (30, None, DECISIONS), (30, 7, DECISIONS), (90, 7, DECISIONS // 5)):
        for lag1, noise in cells:
            d = forecasts.decisions(SEED, series, horizon, lag1, noise, length=length)
            rows.append(
                (
                    horizon,
                    length or horizon,
                    noise,
                    lag1,
                    percent(d.early, d.windows),
                    percent(d.wrong, d.windows),
                    f"{d.day:.0f}",
                    f"{d.brier:.3f}",
                )
            )
    shifts = []
    for elapsed in (1, 7, 30):
        for lag1, noise in ((0.0, "AR(1)"), (0.5, "AR(1)"), (0.75, "AR(1)"), (0.5, "long memory")):
            held, always = forecasts.shift_coverage(SEED, DECISIONS, elapsed, lag1, noise)
            shifts.append((elapsed, noise, lag1, percent(held, DECISIONS), percent(always, DECISIONS)))
    return (
        "Targets near what will be, looked at every day; a decision is the first time P(met) is beyond 0.95 or 0.05, from a quarter of"
        f" the horizon on. {DECISIONS:,} windows a row, a fifth of that at 90 days. Wrong ones are to stay at 5 % of all windows.\n\n"
        + table("horizon | window | noise | lag-1 | decided early % | wrongly % | median day | Brier, a quarter in", rows)
        + "\n\nThe shift since the deployment: 90 % intervals at one look, and 95 % confidence sequences, that hold the true one.\n\n"
        + table("day | noise | lag-1 | interval % | sequence %", shifts)
    )


def scores() -> str:
    rows = []
    for horizon, elapsed in ((7, 1), (7, 3), (30, 3), (30, 7), (30, 21)):
        for lag1, common in ((0.3, 0.0), (0.3, 0.5), (0.6, 0.5)):
            s = forecasts.scores(SEED, CARDS, horizon, elapsed, lag1, common)
            alone = forecasts.scores(SEED, CARDS, horizon, elapsed, lag1, common, correlated=False)
            called = f"{s.called_right} of {s.called}" if s.called else "–"
            held = [percent(one.covered, one.cards) for one in (s, alone)]
            right = [f"{s.right / s.cards:.2f}", f"{s.stated:.2f}", called, f"{s.gap:.1f}", f"{s.naive:.1f}"]
            rows.append((horizon, elapsed, lag1, common, *held, *right))
    return (
        f"Cards of nine KPIs near their targets, {CARDS} a row: does the 90 % interval hold the final score, with the KPIs' correlation"
        " and as if there were none; is the likeliest grade right, and how often did it claim to be; grades called final early, and"
        " right; mean error of the expected score, and of the score so far.\n\n"
        + table(
            "horizon | day | lag-1 | shared variance | covered % | if independent % | grade right | stated | called, right | error | naive error",
            rows,
        )
    )


def small_counts() -> str:
    rows = []
    for mean in (0.1, 0.3, 0.5, 1.0, 3.0):
        for dispersion, lag1 in ((1.0, 0.0), (2.0, 0.0), (4.0, 0.0), (2.0, 0.6), (3.0, 0.75)):
            quiet = alarms.rare_counts(SEED, RARE, mean, dispersion, lag1)
            worse = alarms.rare_counts(SEED, RARE // 4, mean, dispersion, lag1, 4.0)
            rows.append((mean, dispersion, lag1, percent(quiet.rate), percent(worse.rate), delay(worse.delay)))
    hours = []
    for lag1 in (0.0, 0.5, 0.75):
        found = [alarms.blocks(SEED, BLOCKS, lag1, shift) for shift in (0.0, 1.0, 2.0, 4.0)]
        hours.append((lag1, percent(found[0].rate), *(f"{percent(f.rate)} ({delay(f.delay)} h)" for f in found[1:])))
    return (
        f"Events a day, the variance over the mean, and how long a bad day lasts; {RARE} series a row. Per cent alarmed in {LOOKS}"
        " looks when nothing happened (to stay at 5) and when the rate went fourfold.\n\n"
        + table("events a day | dispersion | lag-1 of the level | false | fourfold found | median day", rows)
        + "\n\nFour-hour blocks against 28 days of them, the first three days; shifts in standard deviations of a block.\n\n"
        + table("lag-1 | false | 1 sd | 2 sd | 4 sd", hours)
    )


SECTIONS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("Facts: coverage", coverage),
    ("Change alarm: nothing happened", placebos),
    ("Change alarm: something did", power),
    ("Many KPIs at once", families),
    ("Milestones and shifts", milestones),
    ("The score", scores),
    ("Rare counts and hours", small_counts),
)


def main() -> None:
    """All sections, then the time it took."""
    parts = [
        "# Statistics: measured",
        "Written by `benchmarks/statistics/run.py`; what the figures mean is in `src/postflight/stats/`. Everything is synthetic and"
        " seeded: real series have shocks that no generator has, and a team's own history is what `postflight calibrate` is for."
        f" numpy {np.__version__}, scipy {scipy.__version__}.",
    ]
    begun = time.process_time()
    for title, section in SECTIONS:
        start = time.process_time()
        parts += [f"## {title}", section()]
        print(f"{title}: {time.process_time() - start:.0f} s", flush=True)
    cold, warm = speed.measure()
    parts += [
        "## Speed",
        f"A card of 40 KPIs with 90 days of history, everything: {cold * 1000:.0f} ms CPU cold, {warm * 1000:.0f} ms warm, on one core;"
        " the budget is 300 ms (`speed.py`). The suite took"
        f" {(time.process_time() - begun) / 60:.0f} minutes.",
    ]
    Path(__file__).with_name("RESULT.md").write_text("\n\n".join(parts) + "\n")


if __name__ == "__main__":
    main()
