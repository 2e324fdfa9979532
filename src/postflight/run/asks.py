"""What to ask, of whom, about which time: a plan and an occasion become asks. Pure.

Every KPI is asked for its window. After a deployment, flow questions are also asked for each complete day since, for the days
before (once: a baseline is frozen), for the window as it ended at each due date that has passed, and, where a milestone wants something
*maintained*, for each hour of the first day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ..judge import item_key, outlook_key
from ..model import Ask, Kind, Kpi, Nothing, Occasion, Past, Plan, Reason, Role
from ..window import Day, Window, complete_days, days_in, hours_in, start_of

BASELINE_DAYS = 56  # eight of each weekday; 14 are usable, 28 good (contract 3)
HISTORY_DAYS = 90
HISTORY_WITHOUT_DEPLOYMENT = 28


def asks_for(
    plan: Plan, occasion: Occasion, measured: Collection[str], past: Past, *, history: bool = True
) -> Iterator[Ask | tuple[Ask, Nothing]]:
    """Every ask of one look; one that need not be sent comes with its answer. `measured` names the KPIs whose baseline is kept already.

    Without `history` only what the verdict of a deployment hangs on is asked: a release's promises always look at the days since.
    """
    whole = history or occasion.release is not None
    hourly = _kept_hourly(occasion)
    due = _due(occasion, past, plan.timezone)
    for kpi in plan.kpis.values():
        if kpi.not_applicable:
            continue
        current = current_ask(kpi, occasion, plan.timezone)
        if current.slots or kpi.kind is Kind.STATE:
            yield current
        else:
            yield current, Nothing(Reason.WINDOW_INCOMPLETE, _not_over(occasion, plan.timezone))
        if kpi.offenders is not None and (current.slots or kpi.kind is Kind.STATE):
            yield Ask(kpi, current.window, current.slots, Role.OFFENDERS)
        for ask in _history_asks(kpi, occasion, plan.timezone):
            needed = kpi.id not in measured and (whole or _compares(kpi)) if ask.role is Role.BASELINE else whole
            if ask.slots and needed:
                yield ask
        if kpi.kind is Kind.FLOW and not kpi.window.in_days:
            yield from (_ending_at(kpi, instant, occasion, plan.timezone) for instant in sorted(due.get(kpi.id, ())))
        if kpi.id in hourly and kpi.kind is Kind.FLOW and occasion.deployment is not None:
            first_day = Window(occasion.deployment.end, min(occasion.now, hourly[kpi.id]))
            slots = tuple(Day(hour.start.astimezone(plan.timezone).date(), hour) for hour in hours_in(first_day))
            if slots:
                yield Ask(kpi, Window(slots[0].window.start, slots[-1].window.end), slots, Role.HOURS)


def current_ask(kpi: Kpi, occasion: Occasion, tz: ZoneInfo) -> Ask:
    """The KPI's window ending at `now`: complete local days, or exact hours; never reaching back before the deployment ended.

    Data younger than `settles` are still changing and are left out. Before the first complete day the window is what has passed since
    the deployment: the judge tells which measures may be judged on that. A state has no days: its window is exact, and says how far
    back the readings of a counter may be compared.
    """
    until = occasion.now - (kpi.settles.nominal if kpi.settles else timedelta())
    since = occasion.deployment.end if occasion.deployment else None
    if kpi.window.in_days and kpi.kind is Kind.FLOW:
        slots = complete_days(round(kpi.window.nominal / timedelta(days=1)), until, tz, since)
        if slots or since is None or until <= since:
            return Ask(kpi, Window(slots[0].window.start, slots[-1].window.end) if slots else Window(until, until), slots)
    start = until - kpi.window.nominal
    window = Window(min(max(start, since), until) if since else start, until)
    return Ask(kpi, window, (Day(until.astimezone(tz).date(), window),) if window.length else ())


def _due(occasion: Occasion, past: Past, tz: ZoneInfo) -> Mapping[str, set[datetime]]:
    """The due dates that have passed and whose outcome is not frozen yet, by KPI: a window of hours must be asked for as it ended then."""
    release = occasion.release
    found: dict[str, set[datetime]] = {}
    if release is None:
        return found
    promised = [(e.kpi, e.horizon, outlook_key(e.kpi, str(e.horizon))) for e in release.promise.expectations]
    promised += [
        (test.kpi, milestone.horizon, item_key(str(milestone.horizon), item.id))
        for milestone in release.promise.milestones
        for item in milestone.items
        for test in item.tests
    ]
    for kpi, horizon, key in promised:
        instant = horizon.after(release.end, tz)
        if instant <= occasion.now and key not in past.frozen:
            found.setdefault(kpi, set()).add(instant)
    return found


def _ending_at(kpi: Kpi, instant: datetime, occasion: Occasion, tz: ZoneInfo) -> Ask:
    """The KPI's window of hours as it ended at a due date."""
    since = occasion.deployment.end if occasion.deployment else instant - kpi.window.nominal
    window = Window(min(instant, max(since, instant - kpi.window.nominal)), instant)
    return Ask(kpi, window, (Day(instant.astimezone(tz).date(), window),))


def _compares(kpi: Kpi) -> bool:
    """Whether any line of this KPI needs to know what was before."""
    lines = (kpi.target, kpi.alert, kpi.block, kpi.points.when if kpi.points else None)
    return any(line is not None and line.needs_baseline for line in lines)


def _history_asks(kpi: Kpi, occasion: Occasion, tz: ZoneInfo) -> Iterator[Ask]:
    """The days since the deployment, and the days before it or, of a release, before its first one; not before their data have settled."""
    deployment = occasion.deployment
    days = complete_days(
        HISTORY_DAYS if deployment else HISTORY_WITHOUT_DEPLOYMENT, occasion.now, tz, deployment.end if deployment else None
    )
    yield _over(kpi, days, Role.DAYS)
    if deployment:
        began = occasion.release.start if occasion.release else deployment.start
        if occasion.now >= began + (kpi.settles.nominal if kpi.settles else timedelta()):
            yield _over(kpi, baseline_days(began, tz), Role.BASELINE)


def baseline_days(start: datetime, tz: ZoneInfo) -> tuple[Day, ...]:
    """The 56 complete local days before a deployment began, oldest first."""
    first = start_of(start.astimezone(tz).date() - timedelta(days=BASELINE_DAYS), tz)
    return days_in(Window(first, start), tz)


def _over(kpi: Kpi, days: tuple[Day, ...], role: Role) -> Ask:
    now = datetime(1970, 1, 1, tzinfo=UTC)
    window = Window(days[0].window.start, days[-1].window.end) if days else Window(now, now)
    return Ask(kpi, window, days, role)


def _kept_hourly(occasion: Occasion) -> dict[str, datetime]:
    """KPIs that an hourly milestone item watches, and until when."""
    release = occasion.release
    if release is None or occasion.deployment is None:
        return {}
    watched: dict[str, datetime] = {}
    for milestone in release.promise.milestones:
        due = release.end + milestone.horizon.nominal
        for item in milestone.items:
            if item.every == "hour":
                watched.update({test.kpi: max(due, watched.get(test.kpi, due)) for test in item.tests})
    return watched


def _not_over(occasion: Occasion, tz: ZoneInfo) -> str:
    midnight = start_of(occasion.now.astimezone(tz).date() + timedelta(days=1), tz).astimezone(tz)
    return f"no complete day since the deployment yet; the next one ends at {midnight:%-d %b %H:%M %Z}"
