"""A real Redis, read by a user who may read and no more (SEC7 to SEC12, C9)."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from redis_server import Redis, redis_server

from postflight.model import Ask, Connection, Evidence, Kind, Kpi, Nothing, Observation, Reason, Record, Role
from postflight.sources.redis import RedisSource
from postflight.target import Direction
from postflight.units import PERCENT
from postflight.window import Day, Window

NOW = datetime(2026, 3, 12, 15, tzinfo=UTC)
WEEK = Window(NOW - timedelta(days=7), NOW)
BLOCKED, REQUESTS = "stats:requests:blocked", "stats:requests:total"
FAILURES, ATTEMPTS = "stats:auth:failures", "stats:auth:attempts"


@pytest.fixture(scope="module")
def server() -> Iterator[Redis]:
    """One Redis for all."""
    with redis_server() as running:
        yield running


@pytest.fixture(autouse=True)
def emptied(server: Redis) -> None:
    """Each test sets its own stage."""
    with server.admin as admin:
        admin.flushall()


@dataclass
class Diary:
    """What earlier runs observed, as the store would keep it: whatever came out, with its readings."""

    kept: list[Observation] = field(default_factory=list)

    def observations(self, kpi: str, window: Window) -> Sequence[Observation]:
        """Those of the KPI within the window, oldest first."""
        return sorted((o for o in self.kept if o.kpi == kpi and o.asked_at in window), key=lambda o: o.asked_at)

    def records(self, kpi: str, until: datetime) -> Sequence[Record]:
        """Nobody recorded anything."""
        return ()


def ask(raw: object = None, name: str = "blocked_share", window: Window = WEEK) -> Ask:
    """An ask for a state, over the last week."""
    question = RedisSource.question(raw or {"hits": BLOCKED, "total": REQUESTS}, str)
    kpi = Kpi(name, name, "security", "cache", question, PERCENT, Direction.HIGHER, Kind.STATE)
    return Ask(kpi, window, (Day(date(2026, 3, 12), window),))


def look(server: Redis, asked: Ask, diary: Diary | None = None, at: datetime = NOW, user: str = "reader") -> Evidence | Nothing:
    """One run: ask, and keep what came out."""
    diary = diary if diary is not None else Diary()
    source = RedisSource(Connection("cache", "redis", {"url": server.url(user)}), str, diary, 5.0, clock=lambda: at)
    try:
        ((_, outcome),) = source.answer([asked])
    finally:
        source.close()
    diary.kept.append(Observation(asked.kpi.id, Role.CURRENT, asked.window, at, outcome))
    return outcome


def count(server: Redis, **counters: object) -> None:
    """Set counters, named with `_` for `:`."""
    with server.admin as admin:
        admin.mset({name.replace("_", ":"): value for name, value in counters.items()})


def at_day(n: float) -> datetime:
    """That many days after the week began."""
    return WEEK.start + timedelta(days=n)


def test_SEC7_redis_bytes_are_parsed(server: Redis) -> None:
    """`b"12"` is twelve, which it is not for a comparison with 0."""
    count(server, stats_open=12)
    outcome = look(server, ask({"value": "stats:open"}))
    assert isinstance(outcome, Evidence)
    assert outcome.rows == ((12,),)
    assert outcome.query == "MGET stats:open"


@pytest.mark.parametrize("text", ["1.5", "abc", "", " 12", "1_000", "0x1F", "1e3", "12\n", "NaN"])
def test_SEC7_what_is_no_whole_number_is_a_bad_response(server: Redis, text: str) -> None:
    """Strictly: nothing is guessed, and nothing is zero."""
    count(server, stats_open=text)
    outcome = look(server, ask({"value": "stats:open"}))
    assert isinstance(outcome, Nothing)
    assert outcome.reason is Reason.BAD_RESPONSE
    assert "stats:open" in outcome.detail


def test_SEC7_a_missing_key_is_empty_and_not_zero(server: Redis) -> None:
    """`or 0` would be a perfect record. A key that holds something else than text is none either."""
    with server.admin as admin:
        admin.lpush(REQUESTS, 1)
        admin.set(BLOCKED, 1)
    for asked in (ask(), ask({"value": "stats:nowhere"})):
        outcome = look(server, asked)
        assert isinstance(outcome, Nothing)
        assert outcome.reason is Reason.EMPTY


def test_SEC9_a_share_is_of_what_was_counted_in_the_window(server: Redis) -> None:
    """Lifetime counters say 50 %; this week it was 10 %."""
    diary = Diary()
    count(server, stats_requests_blocked=900_000, stats_requests_total=1_000_000)
    first = look(server, ask(), diary, WEEK.start)
    assert isinstance(first, Nothing)
    count(server, stats_requests_blocked=900_100, stats_requests_total=1_001_000)
    outcome = look(server, ask(), diary)
    assert isinstance(outcome, Evidence)
    assert (outcome.columns, outcome.rows, outcome.notes) == (("hits", "total"), ((100, 1000),), ())
    assert outcome.readings == {BLOCKED: 900_100, REQUESTS: 1_001_000}


def test_SEC9_the_first_reading_says_from_when_there_is_an_answer_and_is_not_lost(server: Redis) -> None:
    """No data, kept for the next run to compare with."""
    count(server, stats_requests_blocked=10, stats_requests_total=100)
    diary = Diary()
    first = look(server, ask(), diary, at_day(1))
    assert isinstance(first, Nothing)
    assert (first.reason, first.readings) == (Reason.WINDOW_INCOMPLETE, {BLOCKED: 10, REQUESTS: 100})
    assert "from 13 Mar 2026 15:00 UTC" in first.detail
    count(server, stats_requests_blocked=11, stats_requests_total=103)
    second = look(server, ask(), diary)
    assert isinstance(second, Evidence)
    assert second.rows == ((1, 3),)
    assert second.notes == ("covers the last 6 days of 7 days: no earlier reading was kept",)


def test_SEC9_a_restart_is_found_by_a_smaller_reading(server: Redis) -> None:
    """Counted from zero again, any number of times, and said."""
    diary = Diary()
    for day, (blocked, total) in enumerate([(90, 1000), (100, 1100), (5, 50), (15, 150), (1, 9)]):
        count(server, stats_requests_blocked=blocked, stats_requests_total=total)
        look(server, ask(), diary, at_day(day))
    count(server, stats_requests_blocked=3, stats_requests_total=29)
    outcome = look(server, ask(), diary)
    assert isinstance(outcome, Evidence)
    assert outcome.rows == ((10 + 5 + 10 + 1 + 2, 100 + 50 + 100 + 9 + 20),)
    assert outcome.notes == ("the counters began anew 2 times; what they counted just before that is lost",)


def test_SEC9_a_real_restart_of_redis(server: Redis) -> None:
    """FLUSHALL and a new beginning: no negative share, no lost week."""
    diary = Diary()
    with server.admin as admin:
        admin.incrby(REQUESTS, 1000)
        admin.incrby(BLOCKED, 700)
        look(server, ask(), diary, WEEK.start)
        admin.flushall()
        admin.incrby(REQUESTS, 40)
        admin.incrby(BLOCKED, 10)
    outcome = look(server, ask(), diary)
    assert isinstance(outcome, Evidence)
    assert outcome.rows == ((10, 40),)


def test_SEC9_counting_begins_at_the_reading_nearest_to_the_window(server: Redis) -> None:
    """Just before the window is better than long after its start; more than a window before says nothing about it."""
    count(server, stats_requests_blocked=0, stats_requests_total=0)
    near, late, long_ago = WEEK.start - timedelta(hours=15), at_day(3), WEEK.start - timedelta(days=8)
    diary = Diary()
    look(server, ask(), diary, long_ago)
    count(server, stats_requests_blocked=0, stats_requests_total=100)
    assert isinstance(look(server, ask(), diary), Nothing)
    diary.kept.pop()
    look(server, ask(), diary, near)
    count(server, stats_requests_blocked=0, stats_requests_total=150)
    look(server, ask(), diary, late)
    count(server, stats_requests_blocked=0, stats_requests_total=160)
    outcome = look(server, ask(), diary)
    assert isinstance(outcome, Evidence)
    assert outcome.rows == ((0, 60),)
    assert outcome.notes == ("counted since 5 Mar 2026 00:00 UTC, 15 hours before the window: the nearest reading",)


def test_SEC9_readings_of_other_counters_are_not_compared(server: Redis) -> None:
    """After the plan names other keys, counting begins anew."""
    diary = Diary()
    count(server, stats_requests_blocked=1, stats_requests_total=2, stats_auth_failures=5, stats_auth_attempts=9)
    look(server, ask(), diary, WEEK.start)
    outcome = look(server, ask({"hits": FAILURES, "total": ATTEMPTS}), diary)
    assert isinstance(outcome, Nothing)
    assert outcome.reason is Reason.WINDOW_INCOMPLETE


def test_SEC10_more_hits_than_total_are_out_of_range(server: Redis) -> None:
    """Whatever the reason; the reading is kept."""
    diary = Diary()
    count(server, stats_requests_blocked=0, stats_requests_total=0)
    look(server, ask(), diary, WEEK.start)
    count(server, stats_requests_blocked=11, stats_requests_total=10)
    outcome = look(server, ask(), diary)
    assert isinstance(outcome, Nothing)
    assert (outcome.reason, outcome.readings) == (Reason.OUT_OF_RANGE, {BLOCKED: 11, REQUESTS: 10})


def test_SEC10_all_keys_come_in_one_round_trip(server: Redis) -> None:
    """One MGET, however many KPIs: nothing is counted between a total and its hits."""
    with server.admin as admin:
        admin.mset({BLOCKED: 1, REQUESTS: 2, FAILURES: 3, ATTEMPTS: 4})
        before = admin.info("commandstats").get("cmdstat_mget", {"calls": 0})["calls"]
        source = RedisSource(Connection("cache", "redis", {"url": server.url()}), str, Diary(), 5.0)
        asks = [ask(), ask({"hits": FAILURES, "total": ATTEMPTS}, "auth"), ask({"value": BLOCKED}, "value")]
        assert len(list(source.answer(asks))) == 3
        source.close()
        assert admin.info("commandstats")["cmdstat_mget"]["calls"] == before + 1


def test_SEC12_a_total_that_did_not_grow_is_no_failure_of_ours(server: Redis) -> None:
    """Nothing of nothing: the judge says that it is no share."""
    diary = Diary()
    count(server, stats_requests_blocked=5, stats_requests_total=9)
    look(server, ask(), diary, WEEK.start)
    outcome = look(server, ask(), diary)
    assert isinstance(outcome, Evidence)
    assert outcome.rows == ((0, 0),)


def test_C9_the_reader_may_read_and_no_more(server: Redis) -> None:
    """The user we ask for suffices, and the server refuses it everything else. Its keys end where its rights end."""
    import redis

    count(server, stats_open=3, other_open=4)
    assert isinstance(look(server, ask({"value": "stats:open"})), Evidence)
    with redis.Redis(port=server.port, username="reader", password=server.password, protocol=2) as reader:
        for command in (["SET", "stats:open", "1"], ["CONFIG", "SET", "maxmemory", "1"], ["KEYS", "*"], ["FLUSHALL"]):
            with pytest.raises(redis.ResponseError):
                reader.execute_command(*command)


def test_C9_a_key_out_of_bounds_costs_its_own_kpi(server: Redis) -> None:
    """Redis refuses the whole MGET; the others are then asked for without it."""
    count(server, stats_open=3, other_open=4)
    source = RedisSource(Connection("cache", "redis", {"url": server.url()}), str, Diary(), 5.0)
    asks = [ask({"value": "other:open"}, "hidden"), ask({"value": "stats:open"}, "open")]
    outcomes = {asked.kpi.id: outcome for asked, outcome in source.answer(asks)}
    source.close()
    assert isinstance(outcomes["open"], Evidence)
    assert isinstance(outcomes["hidden"], Nothing)
    assert outcomes["hidden"].reason is Reason.PERMISSION


def test_wrong_credentials(server: Redis) -> None:
    """Said as such, without them."""
    for url in (server.url(password="guess"), f"redis://127.0.0.1:{server.port}"):
        source = RedisSource(Connection("cache", "redis", {"url": url}), str, Diary(), 5.0)
        ((_, outcome),) = source.answer([ask()])
        source.close()
        assert isinstance(outcome, Nothing)
        assert (outcome.reason, outcome.detail) == (Reason.AUTH, "refused our credentials")


def test_check_finds_a_writer_and_missing_keys(server: Redis) -> None:
    """Without writing anything to find out: the counters are as before."""
    count(server, stats_open=3)
    asks = [ask({"value": "stats:open"}, "open"), ask({"value": "stats:opne"}, "typo")]

    def problems(user: str) -> list[str]:
        source = RedisSource(Connection("cache", "redis", {"url": server.url(user)}), str, Diary(), 5.0)
        try:
            return [problem.what for problem in source.check(asks)]
        finally:
            source.close()

    missing = "typo: cache has no key stats:opne, or no text in it"
    assert problems("reader") == [missing]
    assert problems("admin") == ["the user of cache may write", missing]
    with server.admin as admin:
        assert admin.dbsize() == 1
        assert admin.get("stats:open") == b"3"


def test_R09_a_frozen_server_is_answered_for_in_time(server: Redis) -> None:
    """SIGSTOP: the connection is open and nothing answers. Thawed, it is asked again as if nothing had been."""
    count(server, stats_open=3)
    source = RedisSource(Connection("cache", "redis", {"url": server.url()}), str, Diary(), 1.0)
    asked = ask({"value": "stats:open"})
    ((_, before),) = source.answer([asked])
    server.freeze()
    try:
        began = time.monotonic()
        ((_, frozen),) = source.answer([asked])
        took = time.monotonic() - began
    finally:
        server.thaw()
    ((_, after),) = source.answer([asked])
    source.close()
    assert isinstance(frozen, Nothing)
    assert frozen.reason is Reason.TIMEOUT
    assert took < 3
    assert isinstance(before, Evidence)
    assert after == before


def test_R09_a_killed_server_is_unreachable() -> None:
    """kill -9 between two questions on a kept-alive connection."""
    with redis_server() as doomed:
        with doomed.admin as admin:
            admin.set("stats:open", 1)
        source = RedisSource(Connection("cache", "redis", {"url": doomed.url()}), str, Diary(), 5.0)
        asked = ask({"value": "stats:open"})
        ((_, before),) = source.answer([asked])
        doomed.process.kill()
        doomed.process.wait()
        ((_, after),) = source.answer([asked])
        source.close()
    assert isinstance(before, Evidence)
    assert isinstance(after, Nothing)
    assert after.reason is Reason.UNREACHABLE
