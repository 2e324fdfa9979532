"""Whatever a Prometheus does, its KPIs get an answer in time: a value, or a reason and a sentence (R-09, C10)."""

from __future__ import annotations

import json
import time

import pytest
from asking import connection, day, only
from chaos import Behaviour, chaos, closed_port, closes, drips, floods, hang, http, reset, says, vector

from postflight.model import Ask, Evidence, Nothing, Reason
from postflight.sources.prometheus import PrometheusSource

GOOD = http(vector(({}, "41.5")))
TIMEOUT = 0.5
PATIENCE = 10.0  # what a busy machine may add; every fault lasts much longer
DEEP = b'{"status":"success","data":' + b"[" * 200_000


def source(port: int, **settings: object) -> PrometheusSource:
    """A source on that port."""
    return PrometheusSource(connection("prometheus", f"http://127.0.0.1:{port}", **settings), lambda text: text, None, TIMEOUT)  # type: ignore[arg-type]


def ask(text: str = "up") -> Ask:
    """One value of one day."""
    return day(PrometheusSource.question(text, lambda name: name))


def test_a_good_answer_is_evidence() -> None:
    """The positive control of everything below: the same server, behaving."""
    with chaos(says(GOOD)) as port:
        outcome = only(source(port), ask())
    assert isinstance(outcome, Evidence)
    assert [row[-1] for row in outcome.rows] == [41.5]


def failed(status: str, kind: str, message: str = "why") -> bytes:
    """An error as Prometheus reports it."""
    return http({"status": "error", "errorType": kind, "error": message}, status)


FAULTS: dict[str, tuple[Behaviour, Reason]] = {
    "hangs after accepting": (hang, Reason.TIMEOUT),
    "a byte at a time": (drips(GOOD, 0.3), Reason.TIMEOUT),
    "a body that never comes": (says(GOOD[:-10]), Reason.TIMEOUT),
    "reset": (reset, Reason.UNREACHABLE),
    "closes without a word": (closes, Reason.UNREACHABLE),
    "not HTTP": (says(b"SSH-2.0-OpenSSH_9.2\r\n\r\n"), Reason.BAD_RESPONSE),
    "500": (says(http(b"<h1>oops</h1>", "500 Internal Server Error", "text/html")), Reason.BAD_RESPONSE),
    "500 with a reason": (says(failed("500 Internal Server Error", "internal")), Reason.QUERY_ERROR),
    "400": (says(failed("400 Bad Request", "bad_data", "parse error")), Reason.QUERY_ERROR),
    "422": (says(failed("422 Unprocessable Entity", "execution", "many-to-many")), Reason.QUERY_ERROR),
    "503 out of time": (says(failed("503 Service Unavailable", "timeout")), Reason.TIMEOUT),
    "503 of a proxy": (says(http(b"<h1>", "503 Service Unavailable", "text/html")), Reason.UNREACHABLE),
    "too many requests": (says(http(b"", "429 Too Many Requests")), Reason.UNREACHABLE),
    "401": (says(http(b"", "401 Unauthorized")), Reason.AUTH),
    "403": (says(http(b"<html>", "403 Forbidden", "text/html")), Reason.AUTH),
    "redirect": (says(http(b"", "302 Found", more="Location: http://169.254.169.254/\r\n")), Reason.BAD_RESPONSE),
    "HTML": (says(http(b"<!doctype html><title>Log in</title>", kind="text/html")), Reason.BAD_RESPONSE),
    "truncated JSON": (says(http(json.dumps(vector(({}, "1"))).encode()[:-9])), Reason.BAD_RESPONSE),
    "JSON without an end": (says(http(DEEP)), Reason.BAD_RESPONSE),
    "not UTF-8": (says(http(b'{"status":"success\xff"}')), Reason.BAD_RESPONSE),
    "compressed": (says(http(b"\x1f\x8b", more="Content-Encoding: gzip\r\n")), Reason.BAD_RESPONSE),
    "a list": (says(http([1, 2])), Reason.BAD_RESPONSE),
    "no data": (says(http({"status": "success"})), Reason.BAD_RESPONSE),
    "a string": (says(http({"status": "success", "data": {"resultType": "string", "result": [1, "x"]}})), Reason.BAD_RESPONSE),
    "a number where text is due": (says(http(vector(({}, 3)))), Reason.BAD_RESPONSE),
    "a word where a number is due": (says(http(vector(({}, "many")))), Reason.BAD_RESPONSE),
    "a label that is no text": (says(http(vector(({"job": 3}, "1")))), Reason.BAD_RESPONSE),  # type: ignore[dict-item]
    "a series that is no object": (
        says(http({"status": "success", "data": {"resultType": "vector", "result": [7]}})),
        Reason.BAD_RESPONSE,
    ),
    "a native histogram": (
        says(http({"status": "success", "data": {"resultType": "vector", "result": [{"metric": {}, "histogram": [1, {}]}]}})),
        Reason.BAD_RESPONSE,
    ),
    "two series": (says(http(vector(({"job": "a"}, "1"), ({"job": "b"}, "2")))), Reason.BAD_RESPONSE),
    "empty": (says(http(vector())), Reason.EMPTY),
    "NaN": (says(http(vector(({}, "NaN")))), Reason.NON_FINITE),
    "+Inf": (says(http(vector(({}, "+Inf")))), Reason.NON_FINITE),
    "-Inf": (says(http(vector(({}, "-Inf")))), Reason.NON_FINITE),
    "1e400": (says(http(vector(({}, "1e400")))), Reason.NON_FINITE),
    "endless": (
        floods(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b" " * 65536 + b"\r\n"),
        Reason.BAD_RESPONSE,
    ),
    "endless headers": (floods(b"HTTP/1.1 200 OK\r\n", b"X-A: " + b"a" * 1000 + b"\r\n"), Reason.BAD_RESPONSE),
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
    assert outcome.detail and not outcome.detail.endswith(".")
    assert took < PATIENCE


def test_R09_nobody_listens() -> None:
    """Refused, and said so."""
    outcome = only(source(closed_port()), ask())
    assert isinstance(outcome, Nothing)
    assert (outcome.reason, outcome.detail) == (Reason.UNREACHABLE, "refused the connection")


def test_R09_a_name_that_does_not_resolve() -> None:
    """`.invalid` never exists (RFC 2606)."""
    broken = PrometheusSource(connection("prometheus", "http://no.such.host.invalid"), str, None, TIMEOUT)  # type: ignore[arg-type]
    outcome = only(broken, ask())
    assert isinstance(outcome, Nothing)
    assert outcome.reason in (Reason.UNREACHABLE, Reason.TIMEOUT)


def test_R09_TLS_that_is_no_TLS() -> None:
    """An https address at which something else answers is unreachable, not a crash."""
    with chaos(says(GOOD)) as port:
        outcome = only(PrometheusSource(connection("prometheus", f"https://127.0.0.1:{port}"), str, None, TIMEOUT), ask())  # type: ignore[arg-type]
    assert isinstance(outcome, Nothing)
    assert outcome.reason is Reason.UNREACHABLE


def test_a_stuck_server_is_not_asked_for_ever() -> None:
    """After two timeouts in a row the rest is answered without asking: forty KPIs cost two timeouts, not forty."""
    asks = [ask(f"up{{n='{n}'}}") for n in range(40)]
    with chaos(hang) as port:
        began = time.monotonic()
        outcomes = [outcome for _, outcome in source(port).answer(asks)]
        took = time.monotonic() - began
    assert {outcome.reason for outcome in outcomes if isinstance(outcome, Nothing)} == {Reason.TIMEOUT}
    assert len(outcomes) == 40
    assert took < PATIENCE


@pytest.mark.parametrize(
    "url",
    ["ftp://host", "localhost:9090", "http://", "http://host:99999", "http://host/?query=1", "file:///etc/passwd", "http://[::1"],
)
def test_C4_only_http_addresses(url: str) -> None:
    """An address that came out of a secret and is none is said without being quoted."""
    outcome = only(PrometheusSource(connection("prometheus", url), str, None, TIMEOUT), ask())  # type: ignore[arg-type]
    assert isinstance(outcome, Nothing)
    assert outcome.reason is Reason.NOT_CONFIGURED
    assert url not in outcome.detail


def test_C4_a_link_local_address_is_never_asked() -> None:
    """Where clouds keep their credentials there is nothing to measure, in whatever form the address is written."""
    for url in ("http://169.254.169.254/latest", "http://[::ffff:169.254.169.254]", "http://0xa9fea9fe"):
        outcome = only(PrometheusSource(connection("prometheus", url), str, None, TIMEOUT), ask())  # type: ignore[arg-type]
        assert isinstance(outcome, Nothing)
        assert outcome.detail == "is at a link-local address, which is never asked"


def test_C4_a_proxy_in_the_environment_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the plan names is what is asked, whatever the environment says."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{closed_port()}")
    with chaos(says(GOOD)) as port:
        assert isinstance(only(source(port), ask()), Evidence)


def test_no_secret_in_any_sentence() -> None:
    """Not even when the server itself repeats what it was sent."""
    secrets = ["hunter2-password", "hunter3-bearer"]
    echo = says(failed("400 Bad Request", "bad_data", f"you said {' and '.join(secrets)}"))
    for behave in (echo, hang, reset):
        with chaos(behave) as port:
            for settings in ({"username": "me", "password": secrets[0]}, {"bearer": secrets[1]}):
                outcome = only(source(port, **settings), ask())
                assert isinstance(outcome, Nothing)
                assert not [s for s in settings.values() if s != "me" and s in outcome.detail]
    outcome = only(
        PrometheusSource(connection("prometheus", f"http://me:{secrets[0]}@127.0.0.1:{closed_port()}"), str, None, TIMEOUT), ask()
    )  # type: ignore[arg-type]
    assert isinstance(outcome, Nothing)
    assert secrets[0] not in outcome.detail


def test_C12_an_unverified_certificate_is_said_in_every_answer() -> None:
    """`verify: false` never goes quiet."""
    with chaos(says(GOOD)) as port:
        outcome = only(source(port, verify=False), ask())
    assert isinstance(outcome, Evidence)
    assert any("not verified" in note for note in outcome.notes)


def test_warnings_of_the_server_become_notes() -> None:
    """What Prometheus itself finds worth saying is passed on, made harmless."""
    answer = {**dict(vector(({}, "1")).items()), "warnings": ["partial \x1b[31mresponse", "x" * 1000]}  # type: ignore[attr-defined]
    with chaos(says(http(answer))) as port:
        outcome = only(source(port), ask())
    assert isinstance(outcome, Evidence)
    assert outcome.notes[0] == "the server says: partial [31mresponse"
    assert all(len(note) < 400 for note in outcome.notes)
