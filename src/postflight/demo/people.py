"""Who uses the simulated product, and what they do there: accounts, sessions, tasks, features, answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .tables import Column, Table
from .timeline import Flags, Instants, Numbers, Timeline, Whole

NOBODY = -1  # written as NULL
NEVER = np.datetime64("NaT", "us")

_ACCOUNTS = 8_700  # at the beginning; with the habit below, 1,000 of them a day and 5,000 a week
_HABIT = 0.1085  # chance that a regular user comes on a given day
_FEATURES = {  # chance to be used in one session; and the one that the release brings, which had nothing before it
    "application_form": 0.26,
    "document_upload": 0.17,
    "project_search": 0.28,
    "waitlist_status": 0.22,
    "mobile_dashboard": 0.19,
    "calendar_sync": 0.0,
}
_NEW_FEATURE = "mobile_dashboard"
# Seconds that half of the people need.
_TASKS = {"submit_application": 95.0, "upload_document": 40.0, "check_waitlist": 12.0, "update_household": 55.0}


@dataclass(frozen=True, slots=True)
class Sessions:
    """Every session: whose (or nobody's), from when to when, and whether the visitor stayed."""

    user: Whole
    started: Instants
    ended: Instants
    after: Flags


def accounts(time: Timeline, scale: float) -> tuple[Table, Whole, Whole]:
    """The table of users, and who came on which day: pairs of (user id, day's index)."""
    draw = time.draw("accounts")
    here = round(_ACCOUNTS * scale)
    long_ago = np.sort(draw.integers(1, 700 * 86_400_000_000, here))[::-1].astype("timedelta64[us]")
    signups = time.events("signups", time.rates("signups", 50 * scale, after=1.13))
    created: Instants = np.concatenate([time.starts[0] - long_ago, signups])
    ids = np.arange(1, len(created) + 1)
    regular = np.concatenate([np.ones(here, bool), draw.random(len(signups)) < 0.35])
    closed: Instants = np.full(len(created), NEVER)
    last: Instants = created.copy()
    came: list[tuple[Whole, Whole]] = []
    habit = time.rates("habit", _HABIT, after=1.10, noise=0.025)
    for n, (start, end) in enumerate(zip(time.starts, time.ends, strict=True)):
        open_now = (created < end) & np.isnat(closed)
        visits = open_now & ((draw.random(len(created)) < habit[n] * np.where(regular, 1.0, 0.12)) | (created >= start))
        came.append((ids[visits], np.full(visits.sum(), n)))
        last[visits] = np.maximum(created[visits], start)
        leaves = open_now & (created < start) & (draw.random(len(created)) < (0.044 if time.after[n] else 0.050) / 30)
        closed[leaves] = start + draw.integers(0, 86_400_000_000, leaves.sum()).astype("timedelta64[us]")
    closed[closed >= time.now] = NEVER
    table = Table("users", {"id": ids, "created_at": created, "last_active": np.minimum(last, time.now), "closed_at": closed})
    return table, np.concatenate([who for who, _ in came]), np.concatenate([day for _, day in came])


def sessions(time: Timeline, scale: float, visitor: Whole, day: Whole) -> tuple[Table, Sessions]:
    """What visitors with and without an account looked at. The new layout keeps people on phones."""
    draw = time.draw("sessions")
    again = draw.random(len(visitor)) < 0.10
    strangers = np.repeat(np.arange(len(time.days)), draw.poisson(time.rates("strangers", 320 * scale, after=1.05)))
    users = np.concatenate([visitor, visitor[again], np.full(len(strangers), NOBODY)])
    started = time.moments(draw, np.concatenate([day, day[again], strangers]))
    order = np.argsort(started, kind="stable")
    order = order[started[order] < time.now]
    user, start, n = users[order], started[order], len(order)
    since = np.maximum((start - time.deployed) / np.timedelta64(1, "D"), 0.0)
    after = start >= time.deployed
    mobile = draw.random(n) < 0.298 + 0.066 * (1 - np.exp(-since / 1.2))  # a habit takes a while to form
    tablet = draw.random(n) < 0.07
    bounces = draw.random(n) < np.where(mobile, np.where(after, 0.485, 0.60), 0.40)
    pages = np.where(bounces, 1, 1 + draw.geometric(0.28, n))
    engaged = ~bounces & (draw.random(n) < 0.93)
    rate = np.where(mobile, np.where(after, 0.0325, 0.0200), 0.0450)
    converted = engaged & (draw.random(n) < rate / (np.where(mobile, np.where(after, 0.515, 0.40), 0.60) * 0.93))
    seconds = np.where(bounces, draw.exponential(25.0, n), draw.lognormal(np.log(np.where(after, 865.0, 690.0)), 0.65, n))
    duration = np.round(np.clip(seconds, 1, 20_000), 3)
    ended = start + (duration * 1e6).astype("timedelta64[us]")
    running = ended >= time.now
    ended[running], duration[running] = NEVER, np.nan
    bot = (user == NOBODY) & (draw.random(n) < 0.08)
    device = np.where(mobile, "mobile", np.where(tablet, "tablet", "desktop"))
    columns: dict[str, Column] = {
        "id": np.arange(1, n + 1), "user_id": user, "started_at": start, "ended_at": ended, "duration_seconds": duration,
        "device": device, "pages": pages, "engaged": engaged, "converted": converted, "is_bot": bot,
    }  # fmt: skip
    return Table("sessions", columns), Sessions(user, start, np.where(running, time.now, ended), after)


def tasks(time: Timeline, seen: Sessions) -> Table:
    """Tasks begun in sessions. One in a hundred is never heard of again."""
    draw = time.draw("tasks")
    chosen = np.flatnonzero((seen.user != NOBODY) & (draw.random(len(seen.user)) < 0.27))
    n = len(chosen)
    which = draw.choice(len(_TASKS), n, p=[0.22, 0.28, 0.34, 0.16])
    started = seen.started[chosen] + draw.integers(1_000_000, 30_000_000, n).astype("timedelta64[us]")
    fate = draw.random(n)
    done = fate < np.where(seen.after[chosen], 0.931, 0.902)
    silent = fate > 0.99
    typical = np.array(list(_TASKS.values()))[which]
    seconds = np.where(done, draw.lognormal(np.log(typical), 0.5), draw.exponential(typical * 2.5))
    duration = np.round(np.clip(seconds, 0.5, 7_000), 3)
    finished = started + (duration * 1e6).astype("timedelta64[us]")
    silent |= finished >= time.now
    finished[silent], duration[silent] = NEVER, np.nan
    outcome = np.where(silent, "", np.where(done, "completed", "abandoned"))
    kept = started < time.now
    columns: dict[str, Column] = {
        "user_id": seen.user[chosen], "task": np.array(list(_TASKS))[which], "started_at": started,
        "finished_at": finished, "duration_seconds": duration, "outcome": outcome,
    }  # fmt: skip
    return Table.numbered("task_attempts", columns, kept)


def features(time: Timeline, seen: Sessions) -> tuple[Table, Table]:
    """The catalogue, and who used what of it. One feature nobody has found yet."""
    draw = time.draw("features")
    parts: list[tuple[Whole, str]] = []
    for name, chance in _FEATURES.items():
        used = draw.random(len(seen.user)) < chance * np.where(seen.user == NOBODY, 0.15, 1.0)
        if name == _NEW_FEATURE:
            used &= seen.after
        parts.append((np.flatnonzero(used), name))
    which = np.concatenate([index for index, _ in parts])
    names: Column = np.concatenate([np.full(len(index), name) for index, name in parts])
    length = (seen.ended[which] - seen.started[which]).astype(np.int64)
    started = seen.started[which] + (length * draw.random(len(which)) * 0.5).astype("timedelta64[us]")
    duration = np.round(np.clip(draw.lognormal(np.log(38.0), 0.8, len(which)), 0.5, 3_000), 3)
    ended = started + (duration * 1e6).astype("timedelta64[us]")
    crashed = (draw.random(len(which)) < 0.006) | (ended >= time.now)
    ended[crashed], duration[crashed] = NEVER, np.nan
    order = np.argsort(started, kind="stable")
    columns: dict[str, Column] = {
        "user_id": seen.user[which], "feature_name": names, "created_at": started, "started_at": started,
        "ended_at": ended, "duration_seconds": duration,
    }  # fmt: skip
    events = Table.numbered("feature_events", columns, order[started[order] < time.now])
    return Table("features", {"name": np.array(list(_FEATURES))}), events


def feedback(time: Timeline, scale: float) -> Table:
    """Answers to "how likely are you to recommend us" and "how satisfied are you". A few people answer more than once."""
    parts = [
        _answers(time, "nps", 14 * scale, [0.02, 0.01, 0.02, 0.02, 0.03, 0.05, 0.07, 0.16, 0.20, 0.22, 0.20], 0.42),
        _answers(time, "csat", 16 * scale, [0, 0.02, 0.03, 0.09, 0.36, 0.50], 0.62),
    ]
    merged: dict[str, Column] = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    answered: Instants = np.concatenate([part["answered_at"] for part in parts])
    return Table.numbered("feedback", merged, np.argsort(answered, kind="stable"))


def _answers(time: Timeline, kind: str, a_day: float, chances: list[float], happier: float) -> dict[str, Column]:
    """One survey; after the deployment this share of the answers below the best moves up by one."""
    draw = time.draw(f"answers to {kind}")
    at = time.events(kind, time.rates(kind, a_day, after=1.2))
    n = len(at)
    weights: Numbers = np.array(chances) / sum(chances)
    score = draw.choice(len(chances), n, p=weights)
    score += (at >= time.deployed) & (score < len(chances) - 1) & (draw.random(n) < happier)
    visitor = np.where(draw.random(n) < 0.04, draw.integers(1, 200, n), np.arange(1_000, 1_000 + n))
    names = np.char.add(f"{kind}-", visitor.astype(str))
    return {"visitor_id": names, "kind": np.full(n, kind), "score": score, "answered_at": at}
