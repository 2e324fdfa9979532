"""Whatever a Redis does, its KPIs get an answer in time: a value, or a reason and a sentence (R-09)."""

from __future__ import annotations

import time
from typing import Any

import pytest
from asking import Remembered, connection, day, only
from chaos import Behaviour, chaos, closed_port, closes, drips, floods, hang, reset, says

from postflight.model import Ask, Evidence, Kind, Nothing, Reason
from postflight.sources.redis import RedisSource

GOOD = b"*1\r\n$2\r\n41\r\n"
TIMEOUT = 0.5
PATIENCE = 10.0  # what a busy machine may add; every fault lasts much longer
PASSWORD = "hunter2-password"


def source(port: int, scheme: str = "redis", **settings: object) -> RedisSource:
    """A source on that port."""
    return RedisSource(connection("redis", f"{scheme}://127.0.0.1:{port}/0", **settings), str, Remembered(), TIMEOUT)


def ask() -> Ask:
    """One value."""
    return day(RedisSource.question({"value": "stats:x"}, str), kind=Kind.STATE)


def test_a_good_answer_is_evidence() -> None:
    """The positive control of everything below: the same server, behaving."""
    with chaos(says(GOOD)) as port:
        outcome = only(source(port), ask())
    assert isinstance(outcome, Evidence)
    assert outcome.rows == ((41,),)


FAULTS: dict[str, tuple[Behaviour, Reason]] = {
    "hangs after accepting": (hang, Reason.TIMEOUT),
    "a byte at a time": (drips(GOOD, 2.0), Reason.TIMEOUT),
    "half an answer": (says(GOOD[:-4]), Reason.TIMEOUT),
    "reset": (reset, Reason.UNREACHABLE),
    "closes without a word": (closes, Reason.UNREACHABLE),
    "not Redis": (says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), Reason.BAD_RESPONSE),
    "a number where a list is due": (says(b":41\r\n"), Reason.BAD_RESPONSE),
    "too many values": (says(b"*2\r\n$2\r\n41\r\n$2\r\n42\r\n"), Reason.BAD_RESPONSE),
    "a list in the list": (says(b"*1\r\n*1\r\n$1\r\n1\r\n"), Reason.BAD_RESPONSE),
    "a length that is none": (says(b"*1\r\n$many\r\n"), Reason.BAD_RESPONSE),
    "a value without end": (floods(b"*1\r\n$4000000000\r\n", b"1" * 65536), Reason.BAD_RESPONSE),
    "a line without end": (floods(b"+", b"x" * 65536), Reason.BAD_RESPONSE),
    "a missing key": (says(b"*1\r\n$-1\r\n"), Reason.EMPTY),
    "a fraction": (says(b"*1\r\n$3\r\n1.5\r\n"), Reason.BAD_RESPONSE),
    "NaN": (says(b"*1\r\n$3\r\nnan\r\n"), Reason.BAD_RESPONSE),
    "infinity": (says(b"*1\r\n$3\r\ninf\r\n"), Reason.BAD_RESPONSE),
    "a number of 400 digits": (says(b"*1\r\n$400\r\n" + b"9" * 400 + b"\r\n"), Reason.BAD_RESPONSE),
    "digits of another script": (says(b"*1\r\n$4\r\n\xd9\xa1\xd9\xa2\r\n"), Reason.BAD_RESPONSE),
    "no credentials": (says(b"-NOAUTH Authentication required.\r\n"), Reason.AUTH),
    "wrong credentials": (says(b"-WRONGPASS invalid username-password pair\r\n"), Reason.AUTH),
    "no permission": (says(b"-NOPERM this user has no permissions to access one of the keys\r\n"), Reason.PERMISSION),
    "loading": (says(b"-LOADING Redis is loading the dataset in memory\r\n"), Reason.UNREACHABLE),
    "in a cluster": (says(b"-CROSSSLOT Keys in request don't hash to the same slot\r\n"), Reason.QUERY_ERROR),
    "an error of its own": (says(b"-whatever happened here\r\n"), Reason.QUERY_ERROR),
}


@pytest.mark.parametrize("name", FAULTS)
def test_R09_a_fault_is_an_answer_in_time(name: str) -> None:
    """Each fault has its reason, and none of them costs more than the time allowed."""
    behave, reason = FAULTS[name]
    with chaos(behave) as port:
        began = time.monotonic()
        outcome = only(source(port), ask())
        took = time.monotonic() - began
    assert isinstance(outcome, Nothing)
    assert outcome.reason is reason, outcome.detail
    assert outcome.detail
    assert took < PATIENCE


def test_R09_nobody_listens() -> None:
    """Refused, and said so."""
    outcome = only(source(closed_port()), ask())
    assert isinstance(outcome, Nothing)
    assert outcome.reason is Reason.UNREACHABLE


def test_R09_a_name_that_does_not_resolve() -> None:
    """`.invalid` never exists (RFC 2606)."""
    outcome = only(RedisSource(connection("redis", "redis://no.such.host.invalid"), str, Remembered(), TIMEOUT), ask())
    assert isinstance(outcome, Nothing)
    assert outcome.reason in (Reason.UNREACHABLE, Reason.TIMEOUT)


def test_R09_TLS_that_is_no_TLS() -> None:
    """A rediss address at which something else answers is no crash."""
    with chaos(says(GOOD)) as port:
        outcome = only(source(port, "rediss"), ask())
    assert isinstance(outcome, Nothing)
    assert outcome.reason is Reason.UNREACHABLE


def test_one_failure_costs_one_timeout() -> None:
    """All keys are one question, so forty KPIs of a stuck Redis cost what one does."""
    asks = [day(RedisSource.question({"value": f"stats:{n}"}, str), f"kpi{n}", kind=Kind.STATE) for n in range(40)]
    with chaos(hang) as port:
        began = time.monotonic()
        outcomes = [outcome for _, outcome in source(port).answer(asks)]
        took = time.monotonic() - began
    assert {outcome.reason for outcome in outcomes if isinstance(outcome, Nothing)} == {Reason.TIMEOUT}
    assert len(outcomes) == 40
    assert took < PATIENCE


@pytest.mark.parametrize("settings", [{"username": "me", "password": PASSWORD}, {"password": PASSWORD}])
def test_no_secret_in_any_sentence(settings: dict[str, Any]) -> None:
    """Whatever goes wrong, and even when the server repeats what it was sent."""
    for behave in (says(f"-ERR you said {PASSWORD}\r\n".encode()), says(f"-{PASSWORD.upper()} x\r\n".encode()), reset, hang):
        with chaos(behave) as port:
            outcome = only(source(port, **settings), ask())
            assert isinstance(outcome, Nothing)
            assert PASSWORD not in outcome.detail.lower()
    inline = RedisSource(connection("redis", f"redis://me:{PASSWORD}@127.0.0.1:{closed_port()}"), str, Remembered(), TIMEOUT)
    outcome = only(inline, ask())
    assert isinstance(outcome, Nothing)
    assert PASSWORD not in outcome.detail


@pytest.mark.parametrize(
    "url",
    ["http://host", "localhost:6379", "redis:///0", "redis://host/zero", "redis://host?ssl_cert_reqs=none", "redis://h:99999"],
)
def test_an_address_that_is_none_is_said_without_being_quoted(url: str) -> None:
    """It came out of a secret. Nor can it switch off what the settings demand."""
    outcome = only(RedisSource(connection("redis", url), str, Remembered(), TIMEOUT), ask())
    assert isinstance(outcome, Nothing)
    assert outcome.reason is Reason.NOT_CONFIGURED
    assert url not in outcome.detail


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (None, "expected {hits: KEY"),
        ("stats:x", "expected {hits: KEY"),
        ({"hits": "a"}, "expected {hits: KEY"),
        ({"hits": "a", "total": "b", "value": "c"}, "expected {hits: KEY"),
        ({"hits": "a", "totl": "b"}, "did you mean 'total'"),
        ({"value": "a b"}, "without blanks"),
        ({"value": 5}, "name of one key"),
        ({"counters": {"hits": "a"}}, "expected {hits: KEY"),
    ],
)
def test_a_mistake_is_said(raw: object, said: str) -> None:
    """What was expected, and the nearest right word."""
    with pytest.raises(ValueError, match=said):
        RedisSource.question(raw, str)


def test_both_spellings_of_counters_are_one_question() -> None:
    """`counters:` is there for whoever wants to read it."""
    plain = RedisSource.question({"hits": "a", "total": "b"}, str)
    assert RedisSource.question({"counters": {"hits": "a", "total": "b"}}, str) == plain
    assert (str(plain), plain.kind) == ("MGET a b", Kind.STATE)


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("http://host", "must begin like redis"),
        ("redis://:secret@host", "written out"),
        ({"url": "redis://h", "db": 1}, "no such setting"),
    ],
)
def test_C7_a_mistake_in_the_settings_is_said(raw: object, said: str) -> None:
    """And a secret that is written out is one."""
    with pytest.raises(ValueError, match=said):
        RedisSource.settings(raw)
