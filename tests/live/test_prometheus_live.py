"""A real Prometheus with known history: every count is known beforehand, to the last request, also on days of a clock change."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from prometheus_server import Filled, History, Prometheus, prometheus
from servers import need

from postflight.model import Ask, Connection, Evidence, Kind, Kpi, Nothing, Reason, Role
from postflight.sources import bounded_http
from postflight.sources.prometheus import PrometheusSource
from postflight.sources.prometheus_groups import grouped
from postflight.target import Direction, Target
from postflight.units import NUMBER, parse
from postflight.window import Day, Span, Window, complete_days, hours_in

CHICAGO = ZoneInfo("America/Chicago")
SPRING = datetime(2026, 3, 4, 6, tzinfo=UTC)  # midnight in Chicago; 8 March has 23 hours
AUTUMN = datetime(2026, 10, 31, 5, tzinfo=UTC)  # 1 November has 25
MINUTE = timedelta(minutes=1)
AFTER_SPRING = datetime(2026, 3, 10, 15, tzinfo=UTC)
AFTER_AUTUMN = datetime(2026, 11, 3, 15, tzinfo=UTC)
HERE = "sesame"
BCRYPT = "$2b$04$RnN9eOPYflg0o7BMP37puO0mWQVDtGXfHFFD/KLhQxOBnE0R7jtZi"  # of HERE, as htpasswd -B would make it


def grows(per_minute: int, since: datetime = SPRING) -> Callable[[datetime], float | None]:
    """A counter that counts evenly, and does not exist before."""
    return lambda at: (at - since) // MINUTE * per_minute if at >= since else None


def restarts(per_minute: int, at: datetime) -> Callable[[datetime], float | None]:
    """A counter that begins anew at zero at that instant."""
    return lambda now: (now - (at if now >= at else SPRING)) // MINUTE * per_minute


def sleeps(per_minute: int, on: date) -> Callable[[datetime], float | None]:
    """A counter that stands still on one local day."""
    begins = datetime.combine(on, datetime.min.time(), CHICAGO).astimezone(UTC)
    return lambda now: (now - SPRING - max(timedelta(), min(now - begins, timedelta(days=1)))) // MINUTE * per_minute


def reports(value: float, nan_from: datetime, nan_until: datetime) -> Callable[[datetime], float | None]:
    """A summary's quantile: NaN while it saw nothing."""
    return lambda now: float("nan") if nan_from <= now < nan_until else value


def requests(service: str, code: str, value: Callable[[datetime], float | None], more: str = "") -> Filled:
    """One series of requests."""
    return Filled("http_requests_total", f'service="{service}",code="{code}"{more}', value)


SIXTH = datetime(2026, 3, 6, 6, tzinfo=UTC)
SERIES = [
    requests("api", "200", grows(10)),
    requests("api", "500", grows(1)),
    requests("a.b|c", "200", grows(4)),
    requests("a.b|c", "503", grows(2)),
    requests("quiet", "200", grows(3)),
    requests("restarted", "200", restarts(2, SIXTH + timedelta(hours=6))),
    requests("restarted", "500", restarts(1, SIXTH + timedelta(hours=6))),
    requests("new", "200", grows(5, SIXTH + timedelta(hours=6))),
    requests("new", "500", grows(5, SIXTH + timedelta(hours=6))),
    Filled("plain_requests_total", 'service="api"', grows(1)),
    Filled("plain_errors_total", 'service="other"', grows(1)),
    Filled("sleepy_total", "", sleeps(6, date(2026, 3, 7))),
    Filled("sleepy_errors_total", "", sleeps(3, date(2026, 3, 7))),
    Filled("gc_seconds", 'quantile="0.95"', reports(0.25, SIXTH, SIXTH + timedelta(hours=36))),
    *(
        Filled("http_request_duration_seconds_bucket", f'service="api",le="{le}"', grows(n))
        for le, n in (("0.1", 5), ("0.25", 8), ("1", 9), ("+Inf", 10))
    ),
    *(Filled("mixed_seconds_bucket", f'instance="1",le="{le}"', grows(9)) for le in ("0.1", "+Inf")),
    *(Filled("mixed_seconds_bucket", f'instance="2",le="{le}"', grows(1)) for le in ("0.2", "+Inf")),
]
HISTORY = [
    History(SPRING, datetime(2026, 3, 10, 6, tzinfo=UTC), timedelta(minutes=5), SERIES),
    History(AUTUMN, datetime(2026, 11, 3, 6, tzinfo=UTC), timedelta(minutes=5), SERIES[:2]),
]


@pytest.fixture(scope="module")
def server() -> Iterator[Prometheus]:
    """One Prometheus with all of that history, scraping itself."""
    with prometheus(HISTORY, scrape={"self": 0}) as running:
        running.wait_for("count_over_time(prometheus_http_requests_total[1m]) >= 2")
        yield running


@pytest.fixture
def source(server: Prometheus) -> Iterator[PrometheusSource]:
    """A source that asks it."""
    made = connect(server.url)
    yield made
    made.close()


def connect(url: str, *, timeout: float = 10.0, **settings: object) -> PrometheusSource:
    """A source for that address."""
    return PrometheusSource(Connection("prom", "prometheus", {"url": url, **settings}), str, None, timeout)  # type: ignore[arg-type]


def asked(raw: object, slots: Sequence[Day], role: Role = Role.CURRENT, name: str = "kpi", **more: Any) -> Ask:
    """An ask for those slots."""
    settings: dict[str, Any] = {"unit": NUMBER, "direction": Direction.LOWER, "kind": Kind.FLOW} | more
    kpi = Kpi(name, name, "c", "prom", PrometheusSource.question(raw, str), **settings)
    return Ask(kpi, Window(slots[0].window.start, slots[-1].window.end), tuple(slots), role)


def spring(raw: object, **more: Any) -> Ask:
    """The six complete days of March, the fifth of them with 23 hours."""
    return asked(raw, complete_days(6, AFTER_SPRING, CHICAGO), **more)


def errors(service: str, **more: object) -> dict[str, object]:
    """The share of failed requests of a service."""
    return {"bad": 'http_requests_total{code=~"5.."}', "total": "http_requests_total", "where": {"service": service}, **more}


def ask_one(source: PrometheusSource, ask: Ask) -> Evidence | Nothing:
    """The answer to one ask."""
    ((_, outcome),) = source.answer([ask])
    return outcome


def evidence(source: PrometheusSource, ask: Ask) -> Evidence:
    """The answer to one ask, which is evidence."""
    outcome = ask_one(source, ask)
    assert isinstance(outcome, Evidence), outcome
    return outcome


def nothing(source: PrometheusSource, ask: Ask) -> tuple[Reason, str]:
    """Why there is none."""
    outcome = ask_one(source, ask)
    assert isinstance(outcome, Nothing), outcome
    return outcome.reason, outcome.detail


def test_R13_counts_are_exact_on_a_day_of_23_hours(source: PrometheusSource) -> None:
    """1 error and 10 others a minute, 1440 minutes a day, 1380 on 8 March."""
    answer = evidence(source, spring(errors("api")))
    assert answer.columns == ("day", "hits", "total")
    assert answer.rows == tuple(
        (date(2026, 3, day), minutes * 1.0, minutes * 11.0)
        for day, minutes in zip(range(4, 10), [1440] * 4 + [1380] + [1440], strict=True)
    )
    assert answer.notes == ()


def test_R13_counts_are_exact_on_a_day_of_25_hours(source: PrometheusSource) -> None:
    """1500 minutes on 1 November."""
    answer = evidence(source, asked(errors("api"), complete_days(3, AFTER_AUTUMN, CHICAGO)))
    assert [(row[0], row[1]) for row in answer.rows] == [
        (date(2026, 10, 31), 1440.0),
        (date(2026, 11, 1), 1500.0),
        (date(2026, 11, 2), 1440.0),
    ]


def test_hours_are_exact_and_named_by_their_instant(source: PrometheusSource) -> None:
    """For "maintained": each hour by itself, named by when it starts."""
    window = Window(SPRING, SPRING + timedelta(hours=3))
    slots = [Day(SPRING.astimezone(CHICAGO).date(), hour) for hour in hours_in(window)]
    answer = evidence(source, asked(errors("api"), slots, Role.HOURS))
    assert answer.rows == tuple((f"2026-03-04T{hour:02}:00:00+00:00", 60.0, 660.0) for hour in (6, 7, 8))


def test_a_window_that_begins_between_two_scrapes_is_extrapolated_and_says_so(source: PrometheusSource) -> None:
    """Prometheus fills the rest of the window in; nothing is rounded, and the reader is told."""
    start = SPRING + timedelta(hours=1, seconds=77)
    window = Window(start, start + timedelta(minutes=47))
    answer = evidence(source, asked(errors("api"), [Day(date(2026, 3, 4), window)]))
    ((_, hits, total),) = answer.rows
    assert float(str(total)) == pytest.approx(47 * 11, rel=1e-6)
    assert float(str(hits)) == pytest.approx(47, rel=1e-6)


def test_GRA7_a_restarted_counter_is_counted_on(source: PrometheusSource) -> None:
    """A reset loses what was counted since the last scrape before it, and nothing else."""
    answer = evidence(source, spring(errors("restarted")))
    assert [row[1:] for row in answer.rows[1:4]] == [(1440.0, 4320.0), (1435.0, 4305.0), (1440.0, 4320.0)]


def test_a_counter_that_begins_within_the_window_counts_from_then(source: PrometheusSource) -> None:
    """18 of the day's 24 hours; the days before it existed are no rows, and that is said."""
    answer = evidence(source, spring(errors("new")))
    assert answer.rows[0] == (date(2026, 3, 6), 18 * 60 * 5.0, 18 * 60 * 10.0)
    assert len(answer.rows) == 4
    assert "4 of 6 slots have data" in answer.notes


def test_no_errors_yet_are_none_where_the_label_exists(source: PrometheusSource) -> None:
    """`quiet` never failed: zero of its total, and the reader is told why that is believed."""
    answer = evidence(source, spring(errors("quiet")))
    assert [row[1:] for row in answer.rows] == [(0.0, minutes * 3.0) for minutes in [1440] * 4 + [1380] + [1440]]
    assert any("counted as none" in note for note in answer.notes)


def test_no_errors_yet_are_none_also_for_a_question_without_a_place(source: PrometheusSource) -> None:
    """The same without `where`."""
    answer = evidence(source, spring({"bad": 'http_requests_total{code="418"}', "total": "http_requests_total"}))
    assert {row[1] for row in answer.rows} == {0.0}
    assert any("counted as none" in note for note in answer.notes)


def test_a_typo_in_a_label_is_no_data_and_never_zero(source: PrometheusSource) -> None:
    """The silent green of others: a filter that matches nothing reads as 100 % good."""
    reason, detail = nothing(source, spring({"bad": 'http_requests_total{cod=~"5.."}', "total": "http_requests_total"}))
    assert reason is Reason.EMPTY
    assert 'http_requests_total{cod=~"5.."}' in detail


def test_errors_of_another_metric_that_has_no_series_are_no_data(source: PrometheusSource) -> None:
    """Whether `plain_errors_total` would count for `api` at all, nobody can tell."""
    reason, _ = nothing(
        source, spring({"bad": "plain_errors_total", "total": "plain_requests_total", "where": {"service": "api"}})
    )
    assert reason is Reason.EMPTY


@pytest.mark.parametrize(
    "raw", [{"rate": "http_reqests_total"}, "http_reqests_total", errors("gone"), {"histogram": "nope_seconds"}]
)
def test_a_missing_metric_or_place_is_empty(source: PrometheusSource, raw: object) -> None:
    """No series is no data."""
    assert nothing(source, spring(raw))[0] is Reason.EMPTY


def test_GRA3_a_histogram_is_taken_apart_with_its_unit_and_its_bounds(source: PrometheusSource) -> None:
    """Counts between edges in seconds; a limit that is no edge is said to have only bounds, one that is an edge is not."""
    raw = {"histogram": "http_request_duration_seconds", "quantile": 0.95, "where": {"service": "api"}}
    answer = evidence(source, spring(raw, unit=parse("ms"), target=Target.parse("<= 200 ms")))
    assert answer.columns == ("day", "bucket", "count")
    assert answer.unit == parse("s")
    assert answer.rows[:4] == tuple(
        (date(2026, 3, 4), edge, 1440.0 * n) for edge, n in ((0.1, 5), (0.25, 3), (1.0, 1), (float("inf"), 1))
    )
    assert any("≤ 200 ms is no edge" in note and "between 100 ms and 250 ms" in note for note in answer.notes)
    assert evidence(source, spring(raw, unit=parse("ms"), target=Target.parse("<= 250 ms"))).notes == ()


def test_a_histogram_of_mixed_layouts_is_refused(source: PrometheusSource) -> None:
    """Its buckets cannot be added; one instance's can."""
    assert nothing(source, spring({"histogram": "mixed_seconds"}))[0] is Reason.BAD_RESPONSE
    assert evidence(source, spring({"histogram": "mixed_seconds", "where": {"instance": "1"}})).rows[0] == (
        date(2026, 3, 4),
        0.1,
        9 * 1440.0,
    )


def test_a_rate_is_per_second(source: PrometheusSource) -> None:
    """11 a minute."""
    answer = evidence(source, spring({"rate": "http_requests_total", "where": {"service": "api"}}))
    assert answer.unit == parse("/s")
    assert [float(str(row[1])) for row in answer.rows] == pytest.approx([11 / 60] * 6)


def test_GRA3_a_summary_at_rest_is_not_a_number(source: PrometheusSource) -> None:
    """NaN for the half of a day is passed over, NaN for a whole day is a day without data; and a summary cannot be added up."""
    answer = evidence(source, spring({"summary": "gc_seconds", "quantile": 0.95}))
    assert answer.rows == tuple((date(2026, 3, day), 0.25) for day in (4, 5, 7, 8, 9))
    assert any("cannot be added up" in note for note in answer.notes)
    slots = [slot for slot in complete_days(6, AFTER_SPRING, CHICAGO) if slot.date == date(2026, 3, 6)]
    assert nothing(source, asked({"summary": "gc_seconds", "quantile": 0.95}, slots))[0] is Reason.EMPTY


def test_GRA3_nothing_divided_by_nothing_is_no_number(source: PrometheusSource) -> None:
    """A day without traffic is left out and said; alone it is no data."""
    text = "sum(increase(sleepy_errors_total[$window])) / sum(increase(sleepy_total[$window]))"
    answer = evidence(source, spring(text))
    assert answer.rows == tuple((date(2026, 3, day), 0.5) for day in (4, 5, 6, 8, 9))
    assert any("1 slot left out" in note and "NaN" in note for note in answer.notes)
    slots = [slot for slot in complete_days(6, AFTER_SPRING, CHICAGO) if slot.date == date(2026, 3, 7)]
    assert nothing(source, asked(text, slots))[0] is Reason.NON_FINITE
    assert nothing(source, asked("1 / sum(increase(sleepy_total[$window]))", slots))[0] is Reason.NON_FINITE


def test_C10_more_series_than_expected_are_refused(source: PrometheusSource) -> None:
    """Others take the first, the last, or the mean; the labels that differ are named."""
    reason, detail = nothing(source, spring("increase(http_requests_total[$window])"))
    assert reason is Reason.BAD_RESPONSE
    assert "code and service" in detail


def test_series_are_told_apart_by_the_labels_the_kpi_names(source: PrometheusSource) -> None:
    """In a form by its `by`, in a text by the KPI's own."""
    answer = evidence(source, spring({"rate": "http_requests_total", "by": ["service"]}))
    assert answer.dimensions == ("service",)
    assert {row[1] for row in answer.rows} == {"api", "a.b|c", "quiet", "restarted", "new"}
    text = "sum by (service) (rate(http_requests_total[$window]))"
    assert evidence(source, spring(text, each="service")).rows == answer.rows
    assert evidence(source, spring(text, by=("service",))).rows == answer.rows


def test_offenders_are_listed_with_all_their_labels(source: PrometheusSource) -> None:
    """Names and counts, for the window as a whole."""
    kpi = replace(
        spring("vector(1)").kpi,
        offenders=PrometheusSource.question('increase(http_requests_total{code=~"5.."}[$window]) > 7000', str),
    )
    slots = complete_days(6, AFTER_SPRING, CHICAGO)
    answer = evidence(source, Ask(kpi, Window(slots[0].window.start, slots[-1].window.end), slots, Role.OFFENDERS))
    assert answer.columns == ("code", "service", "value")
    assert {row[1] for row in answer.rows} == {"api", "a.b|c", "restarted", "new"}


def test_grouped_questions_have_the_answers_of_single_ones(source: PrometheusSource) -> None:
    """One query for all places gives each the same rows as a query of its own; one that is missing costs only its own."""
    services = ["api", "a.b|c", "quiet", "restarted", "new", "gone"]
    asks = [spring(errors(service), name=service) for service in services]
    assert len(grouped(asks)) == 1
    together = {ask.kpi.id: outcome for ask, outcome in source.answer(asks)}
    for ask in asks:
        alone, grouped_answer = ask_one(source, ask), together[ask.kpi.id]
        if isinstance(alone, Evidence):
            assert isinstance(grouped_answer, Evidence)
            assert (alone.columns, alone.rows, alone.query, alone.notes) == (
                grouped_answer.columns, grouped_answer.rows, grouped_answer.query, grouped_answer.notes,
            )  # fmt: skip
        else:
            assert grouped_answer == alone
    assert [service for service in services if isinstance(together[service], Nothing)] == ["gone"]


def test_an_answer_that_grows_too_large_is_asked_for_in_halves(source: PrometheusSource, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten places at once break the bound; the same places a few at a time do not, and nothing is lost."""
    asks = [spring(errors(service), name=service) for service in ("api", "a.b|c", "quiet", "restarted", "new")]
    whole = dict(source.answer(asks))
    monkeypatch.setattr(bounded_http, "MAX_BYTES", 900)
    assert dict(source.answer(asks)) == whole
    monkeypatch.setattr(bounded_http, "MAX_BYTES", 100)
    assert {outcome.reason for _, outcome in source.answer(asks) if isinstance(outcome, Nothing)} == {Reason.BAD_RESPONSE}


def test_the_query_is_what_was_sent(source: PrometheusSource, server: Prometheus) -> None:
    """`explain` shows PromQL that can be pasted: comment and all, Prometheus understands it."""
    answer = evidence(source, spring(errors("api")))
    lines = answer.query.splitlines()
    assert len(lines) == 2
    assert "[86400s]" in lines[0]
    assert "[82800s]" in lines[1]
    assert lines[1].endswith("# at 2026-03-09T05:00:00Z")
    for line in lines:
        result = subprocess.run(
            [need("promtool"), "query", "instant", server.url, line], capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stderr


def test_a_query_error_quotes_the_server(source: PrometheusSource) -> None:
    """It names the place; it costs only the KPI that asked."""
    good, bad = spring("vector(1)", name="good"), spring("sum(up", name="bad")
    outcomes = {ask.kpi.id: outcome for ask, outcome in source.answer([bad, good])}
    assert isinstance(outcomes["good"], Evidence)
    assert isinstance(outcomes["bad"], Nothing)
    assert outcomes["bad"].reason is Reason.QUERY_ERROR
    assert "parse error" in outcomes["bad"].detail


def test_freshness_is_the_newest_sample(source: PrometheusSource) -> None:
    """What is scraped now is fresh to the second; what ended in November is stale; without the wish nothing is asked."""
    now = datetime.now(UTC)
    slots = [Day(now.date(), Window(now - timedelta(hours=1), now))]
    live = {"rate": "prometheus_http_requests_total"}
    fresh = evidence(source, asked(live, slots, freshness=Span(1, "h")))
    assert fresh.newest is not None
    assert abs(fresh.newest - datetime.now(UTC)) < timedelta(seconds=30)
    assert evidence(source, asked(live, slots)).newest is None
    assert nothing(source, spring(errors("api"), freshness=Span(1, "h")))[0] is Reason.STALE
    assert any("how fresh" in note for note in evidence(source, spring("vector(1)", freshness=Span(1, "h"))).notes)


def test_check_finds_what_is_wrong_before_the_first_report(source: PrometheusSource) -> None:
    """A metric that does not exist, with the one that was meant; a query that cannot run; a filter that matches nothing."""
    asks = [
        spring({"rate": "http_reqests_total"}, name="typo"),
        spring("sum(rate(http_requests_totals[5m])) or vector(0)", name="hidden"),
        spring("sum(up", name="broken"),
        spring({"histogram": "gc_seconds"}, name="summary"),
        spring(errors("gone"), name="gone"),
        spring(errors("api"), name="fine"),
    ]
    found = [problem.what for problem in source.check(asks)]
    assert "typo: prom has no such metric: http_reqests_total; did you mean http_requests_total?" in found
    assert "hidden: prom has no such metric: http_requests_totals; did you mean http_requests_total?" in found
    assert any(what.startswith("broken: prom refused the query: ") for what in found)
    assert any(what.startswith("gone: prom has no series") for what in found)
    assert any(what.startswith("summary: prom has no such metric: gc_seconds_bucket; gc_seconds is there") for what in found)
    assert len(found) == 5


@pytest.mark.parametrize(
    ("text", "unit", "problems"),
    [
        ("avg(gc_seconds)", "ms", 1),
        ("1000 * avg(gc_seconds)", "ms", 0),
        ("avg(gc_seconds) / 0.001", "ms", 0),
        ("avg(gc_seconds)", "s", 0),
        ("100 * sum(rate(gc_seconds[1h]))", "%", 0),
        ("sum(rate(gc_seconds[1h]))", "ratio", 0),
    ],
)
def test_X3_check_finds_seconds_that_would_count_as_milliseconds(
    source: PrometheusSource, text: str, unit: str, problems: int
) -> None:
    """0.25 s read as 0.25 ms passes every target."""
    found = [problem.what for problem in source.check([spring(f"{text} or vector(1)", unit=parse(unit))])]
    assert len([what for what in found if "gc_seconds is in s" in what]) == problems


def test_R09_a_frozen_server_is_answered_for_in_time(server: Prometheus) -> None:
    """SIGSTOP: connections open and nothing answers. Thawed, it is asked again as if nothing had been."""
    source = connect(server.url, timeout=1.0)
    ask = spring(errors("api"))
    assert isinstance(ask_one(source, ask), Evidence)
    server.freeze()
    try:
        began = time.monotonic()
        reason, _ = nothing(source, ask)
        took = time.monotonic() - began
    finally:
        server.thaw()
    assert reason is Reason.TIMEOUT
    assert took < 4
    assert isinstance(ask_one(source, ask), Evidence)
    source.close()


def test_R09_a_killed_server_is_unreachable() -> None:
    """kill -9 between two questions on a kept-alive connection."""
    with prometheus() as doomed:
        source = connect(doomed.url)
        assert isinstance(ask_one(source, spring("vector(1)")), Evidence)
        doomed.process.kill()
        doomed.process.wait()
        assert nothing(source, spring("vector(1)"))[0] is Reason.UNREACHABLE
        assert [problem.what for problem in source.check([])] == ["prom refused the connection"]


def test_C12_TLS_and_credentials(tmp_path: Path) -> None:
    """A certificate is verified unless the plan says otherwise, which every answer repeats; wrong credentials are said as such."""
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [need("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    web = f"tls_server_config: {{cert_file: {certificate}, key_file: {key}}}\nbasic_auth_users: {{me: '{BCRYPT}'}}\n"
    with prometheus(web=web) as guarded:
        url, ask = guarded.url.replace("http:", "https:"), spring("vector(1)")

        def answered(address: str = url, **settings: object) -> Evidence | Nothing:
            source = connect(address, **settings)
            try:
                return ask_one(source, ask)
            finally:
                source.close()

        unknown, verified = answered(), {"verify": str(certificate), "username": "me"}
        assert isinstance(unknown, Nothing)
        assert (unknown.reason, unknown.detail) == (Reason.UNREACHABLE, "has a TLS certificate that cannot be verified")
        for refused in (answered(verify=False), answered(**verified, password="guess")):
            assert isinstance(refused, Nothing)
            assert refused.reason is Reason.AUTH
        trusted, unverified = answered(**verified, password=HERE), answered(url.replace("//", f"//me:{HERE}@"), verify=False)
        assert isinstance(trusted, Evidence)
        assert isinstance(unverified, Evidence)
        assert trusted.notes == ()
        assert unverified.notes == ("its TLS certificate is not verified (verify: false)",)
