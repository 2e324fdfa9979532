"""The questions about growth, money, support and features, on databases made by hand. Each test is a criterion of the corrections."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from handmade import CHICAGO, HOMEVERSE, NOW, Product, at, days_before, homeverse, number, rows

from postflight.model import Nothing, Reason
from postflight.target import Direction

YESTERDAY = at("2026-03-19")


def noon(days_ago: int) -> datetime:
    """Noon of a local day before NOW."""
    return at(days_before(days_ago).isoformat())


def ticket(when: datetime, category: object = "login") -> dict[str, object]:
    return {"category": category, "created_at": when}


def visit(user: int | None, when: datetime = YESTERDAY, **columns: object) -> dict[str, object]:
    usual = {"device": "desktop", "pages": 3, "engaged": True, "converted": False, "is_bot": False}
    return {"user_id": user, "started_at": when, **usual, **columns}


def use(feature: str, user: int | None, when: datetime = YESTERDAY, seconds: float | None = 30) -> dict[str, object]:
    ended = when + timedelta(seconds=seconds) if seconds is not None else None
    return {
        "user_id": user, "feature_name": feature, "created_at": when, "started_at": when,
        "ended_at": ended, "duration_seconds": seconds,
    }  # fmt: skip


def order(amount: float, when: datetime = YESTERDAY, **columns: object) -> dict[str, object]:
    return {"amount": amount, "currency": "USD", "refunded": False, "created_at": when, **columns}


# --------------------------------------------------------------------------------------------------------------------- support


def test_BIZ5_today_so_far_is_not_a_day(product: Product) -> None:
    """Four tickets at nine in the morning are no reduction of 96 %: the window is of complete days."""
    product.add("support_tickets", *[ticket(noon(n)) for n in range(1, 8) for _ in range(100)])
    product.add("support_tickets", *[ticket(NOW - timedelta(minutes=n)) for n in range(4)])
    assert number(product.value("support_tickets")) == 100
    just_after_midnight = at("2026-03-20", "00:01:00")
    assert number(product.value("support_tickets", now=just_after_midnight)) == 100


def test_BIZ6_a_day_without_tickets_is_a_zero(product: Product) -> None:
    """One ticket in 23 days is 1/23 a day, not 1."""
    product.add("support_tickets", ticket(noon(9)))
    answer = rows(product.ask("support_tickets", window="23d"))
    assert len({row["day"] for row in answer}) == 23
    assert sum(row["value"] for row in answer) / 23 == pytest.approx(1 / 23)  # type: ignore[misc]


def test_BIZ6_a_day_without_tickets_of_one_category_is_a_zero_of_it(product: Product) -> None:
    """Every category has a row for every day, so its mean is over all of them."""
    product.add("support_tickets", ticket(noon(1), "login"), *[ticket(noon(n), "mobile") for n in range(1, 8)])
    answer = rows(product.ask("support_tickets"))
    assert len([row for row in answer if row["category"] == "login"]) == 7
    segments = {s.name: s.value for s in product.value("support_tickets").segments}  # type: ignore[union-attr]
    assert segments["login"] == pytest.approx(1 / 7)
    assert segments["mobile"] == 1


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_BIZ7_days_are_local_days_of_23_and_25_hours(product: Product, day: str) -> None:
    """A ticket in the last minute of a long or short day is on that day."""
    product.add("support_tickets", ticket(at(day, "23:59:30")), ticket(at(day, "00:00:00")))
    after = datetime.combine(at(day).date() + timedelta(days=1), datetime.min.time(), CHICAGO) + timedelta(hours=9)
    by_day = {
        str(row["day"]): row["value"] for row in rows(product.ask("support_tickets", now=after)) if row["category"] == "login"
    }
    assert by_day[day] == 2
    assert sum(by_day.values()) == 2  # type: ignore[arg-type]


def test_BIZ8_no_tickets_at_all_are_zeros_and_a_stopped_form_is_no_data(product: Product) -> None:
    """The question itself answers with zeros; that nothing new came in for days is said by its freshness (BIZ11)."""
    assert {row["value"] for row in rows(product.ask("support_tickets"))} == {0}
    outcome = product.value("support_tickets")
    assert isinstance(outcome, Nothing)
    assert outcome.reason is Reason.STALE


def test_BIZ10_a_missing_category_has_a_name(product: Product) -> None:
    """NULL and blanks are one category, called (none)."""
    product.add("support_tickets", ticket(noon(1), None), ticket(noon(1), "  "), ticket(noon(1), ""), ticket(noon(1), "login"))
    found: dict[object, int] = {}
    for row in rows(product.ask("support_tickets")):
        found[row["category"]] = found.get(row["category"], 0) + int(str(row["value"]))
    assert found == {"(none)": 3, "login": 1}


# ------------------------------------------------------------------------------------------------------------ growth and churn


def test_BIZ3_every_revenue_metric_says_which_way_is_better() -> None:
    """Churn up is bad, order value up is good."""
    kpis = homeverse().kpis
    assert kpis["subscription_churn"].direction is Direction.LOWER
    assert {kpis[name].direction for name in ("daily_revenue", "conversion_rate", "average_order_value")} == {Direction.HIGHER}


def test_BIZ4_one_currency_and_no_refunds(product: Product) -> None:
    """Other currencies are never added, and what was given back was not earned."""
    product.add("orders", order(10.10), order(20.20), order(500, currency="CAD"), order(99, refunded=True))
    answer = rows(product.ask("daily_revenue"))
    assert answer[-1]["value"] == pytest.approx(30.30)
    assert [row["value"] for row in answer[:-1]] == [0] * 6
    assert number(product.value("average_order_value")) == pytest.approx(15.15)


def test_BIZ12_growth_is_the_change_of_daily_active_users() -> None:
    """One series, two KPIs: the table's target for the number, the scorer's line for its change."""
    kpis = homeverse().kpis
    assert str(kpis["user_growth"].question) == str(kpis["dau"].question)
    assert str(kpis["user_growth"].points.when) == "< +0 %"  # type: ignore[union-attr]
    assert kpis["dau"].points is None


@pytest.mark.parametrize(("kpi", "table", "begun", "ended"), [
    ("user_churn", "users", "created_at", "closed_at"),
    ("subscription_churn", "subscriptions", "started_at", "cancelled_at"),
])  # fmt: skip
def test_BIZ14_churn_is_of_thirty_days_and_not_known_before(
    product: Product, kpi: str, table: str, begun: str, ended: str
) -> None:
    """Of those who were there thirty days ago, the share that is gone; a week after the deployment nobody knows."""
    long_ago = noon(200)
    product.add(table, *[{begun: long_ago, ended: None} for _ in range(90)])
    product.add(table, *[{begun: long_ago, ended: noon(n)} for n in range(1, 11)])  # ten of a hundred
    product.add(table, {begun: long_ago, ended: noon(100)}, {begun: noon(3), ended: noon(1)})  # gone before, come after
    assert number(product.value(kpi)) == 0.1
    early = product.ask(kpi, since=noon(7))
    assert isinstance(early, Nothing)
    assert early.reason is Reason.EMPTY


def test_a_week_of_users_counts_everyone_once(product: Product) -> None:
    """People with a session in the seven days, each once; fewer than seven complete days have no answer."""
    product.add("sessions", *[visit(user, noon(n)) for user in range(10) for n in (1, 4)], visit(99, noon(8)), visit(None))
    assert number(product.value("wau")) == 10
    assert isinstance(product.ask("wau", since=noon(4)), Nothing)
    assert number(product.value("dau")) == pytest.approx(20 / 7)


def test_session_duration_is_of_sessions_that_ended(product: Product) -> None:
    """Minutes; running, negative and endless sessions are no durations."""
    ended = [visit(1, ended_at=YESTERDAY + timedelta(minutes=n), duration_seconds=60 * n) for n in (4, 8)]
    odd = [
        visit(1),
        visit(1, ended_at=YESTERDAY - timedelta(hours=1), duration_seconds=-3600),
        visit(1, ended_at=NOW, duration_seconds=90_000),
    ]
    product.add("sessions", *ended, *odd)
    assert number(product.value("session_duration")) == pytest.approx(6 * 60)


# -------------------------------------------------------------------------------------------------------------------- features


@pytest.fixture
def catalogue(product: Product) -> Product:
    product.add("features", {"name": "upload"}, {"name": "search"}, {"name": "calendar"})
    return product


def adoption(product: Product) -> dict[object, tuple[object, object]]:
    return {row["feature"]: (row["hits"], row["total"]) for row in rows(product.ask("feature_adoption"))}


def test_FEA1_nobody_active_is_no_data(catalogue: Product) -> None:
    """Uses without anyone active: nothing to take a share of, and no failed query."""
    catalogue.add("feature_events", use("upload", 1))
    outcome = catalogue.value("feature_adoption")
    assert isinstance(outcome, Nothing)
    assert outcome.reason is Reason.ZERO_DENOMINATOR


def test_FEA2_only_active_people_adopt(catalogue: Product) -> None:
    """Two users of a feature, one of them active: 1 of 1, not 200 %."""
    catalogue.add("sessions", visit(1))
    catalogue.add("feature_events", use("upload", 1), use("upload", 1), use("upload", 2))
    assert adoption(catalogue)["upload"] == (1, 1)


def test_FEA3_anonymous_uses_have_a_line_of_their_own(catalogue: Product) -> None:
    """Nobody known adopts nothing, and is counted apart."""
    catalogue.add("sessions", visit(1), visit(None))
    catalogue.add("feature_events", use("upload", None), use("upload", None), use("upload", 1))
    assert adoption(catalogue)["upload"] == (1, 1)
    assert sum(int(str(row["value"])) for row in rows(catalogue.ask("feature_anonymous"))) == 2
    assert sum(int(str(row["value"])) for row in rows(catalogue.ask("feature_uses"))) == 3


def test_FEA4_running_crashed_and_impossible_uses(catalogue: Product) -> None:
    """Without an end: counted as unfinished. Negative or over a day: no duration. The rest: the median."""
    catalogue.add(
        "feature_events", use("upload", 1, seconds=None), use("upload", 1, seconds=-3600), use("upload", 1, seconds=90_000)
    )
    assert isinstance(catalogue.value("feature_duration"), Nothing)
    catalogue.add("feature_events", *[use("upload", 1, seconds=25)] * 9, use("upload", 1, seconds=5000))
    assert 20 < number(catalogue.value("feature_duration")) <= 30
    assert sum(int(str(row["value"])) for row in rows(catalogue.ask("feature_unfinished"))) == 1


def test_FEA5_an_unused_feature_is_at_zero(catalogue: Product) -> None:
    """Every feature of the catalogue has a row; one that is not in it has none."""
    catalogue.add("sessions", *[visit(n) for n in range(40)])
    catalogue.add("feature_events", use("upload", 1), use("secret", 1))
    assert adoption(catalogue) == {"upload": (1, 40), "search": (0, 40), "calendar": (0, 40)}
    assert {row["value"] for row in rows(catalogue.ask("feature_uses")) if row["feature"] == "calendar"} == {0}


def test_FEA6_activity_is_told_from_what_was_recorded() -> None:
    """`last_active` is overwritten by the next visit: no question asks it."""
    asking = [
        path.name
        for path in (HOMEVERSE / "sql").glob("*.sql")
        if "last_active" in _without_comments(path.read_text(encoding="utf-8"))
    ]
    assert asking == []


def test_FEA7_adoption_is_of_the_days_since_the_deployment(catalogue: Product) -> None:
    """Complete local days, none from before it, and not today."""
    catalogue.add("sessions", *[visit(n, noon(d)) for n in range(40) for d in (1, 5)])
    catalogue.add(
        "feature_events", use("upload", 1, noon(1)), use("upload", 2, noon(5)), use("upload", 3, NOW - timedelta(minutes=5))
    )
    assert adoption(catalogue)["upload"] == (2, 40)
    since = rows(catalogue.ask("feature_adoption", since=noon(3)))
    assert next(row["hits"] for row in since if row["feature"] == "upload") == 1


def test_FEA8_the_aggregate_is_declared() -> None:
    """ "Feature adoption" is the mean of the catalogue, told by feature, and says so."""
    kpi = homeverse().kpis["feature_adoption"]
    assert kpi.by == ("feature",)
    assert "mean of all features" in kpi.measurement


def _without_comments(text: str) -> str:
    return "\n".join(line.partition("--")[0] for line in text.splitlines())


def test_the_handmade_days_are_days() -> None:
    """The tests' own calendar: one day after the other."""
    assert all(later - earlier == timedelta(days=1) for later, earlier in pairwise(days_before(n) for n in range(1, 40)))
