"""The security questions of the HomeVerse plan, on databases made by hand. Each test is a criterion of the corrections."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta

import pytest
import sqlglot
from handmade import GOOD_CIPHERTEXTS, HOMEVERSE, NOW, Product, at, homeverse, number, rows

from postflight.model import Evidence, Kind, Nothing, Reason, Role

GOOD, OTHER, THIRD, FOURTH = GOOD_CIPHERTEXTS


def applicant(**columns: object) -> dict[str, object]:
    return {"created_at": at("2026-03-01"), **columns}


def event(kind: str, when: object = NOW - timedelta(hours=1), **columns: object) -> dict[str, object]:
    return {"event_type": kind, "created_at": when, **columns}


# ------------------------------------------------------------------------------------------------------------- personal data


def test_SEC1_no_records_are_no_data(product: Product) -> None:
    """Nobody to protect is neither 0 % nor 100 %."""
    outcome = product.value("pii_encrypted")
    assert isinstance(outcome, Nothing)
    assert outcome.reason is Reason.ZERO_DENOMINATOR


def test_SEC2_plain_text_beside_a_token_is_not_encrypted(product: Product) -> None:
    """The specification's own counter-example: plain text kept in every row and 'x' in the encrypted column is 0 %, not 100 %."""
    product.add("applicants", *[applicant(ssn="123-45-6789", encrypted_ssn="x") for _ in range(5)])
    assert number(product.value("pii_encrypted")) == 0


def test_SEC2_a_valid_envelope_is_encrypted(product: Product) -> None:
    """Positive control: a version, enough base64, nothing in plain text."""
    product.add("applicants", applicant(encrypted_ssn=GOOD), applicant(encrypted_ssn=OTHER, encrypted_phone=THIRD))
    assert number(product.value("pii_encrypted")) == 1


@pytest.mark.parametrize(
    ("ciphertext", "problem"),
    [
        ("x", "no envelope"),
        ("123-45-6789", "no envelope"),
        (GOOD.replace("v1:", "v9:"), "no envelope"),
        (GOOD.removeprefix("v1:"), "no envelope"),
        (GOOD[:30], "too short"),
        (GOOD[:40] + " " + GOOD[41:], "not base64"),
        ("v1:" + "A" * 64, "no entropy"),
        ("v1:" + "MTIz" * 16, "no entropy"),
    ],
)
def test_SEC2_what_is_no_ciphertext_does_not_count(product: Product, ciphertext: str, problem: str) -> None:
    """Version, length, alphabet and variety are checked, and the problem is named with its column and a count."""
    product.add("applicants", applicant(encrypted_ssn=ciphertext), applicant(encrypted_ssn=OTHER))
    assert number(product.value("pii_encrypted")) == 0.5
    assert rows(product.ask("pii_encrypted", role=Role.OFFENDERS)) == [
        {"field": "applicants.ssn", "problem": problem, "value": 1}
    ]


def test_SEC2_a_ciphertext_that_comes_twice_is_none(product: Product) -> None:
    """Random nonces never give the same text twice; the same column may not hold it twice, another column's is another matter."""
    product.add("applicants", applicant(encrypted_ssn=GOOD), applicant(encrypted_ssn=GOOD), applicant(encrypted_phone=GOOD))
    assert rows(product.ask("pii_encrypted")) == [{"hits": 1, "total": 3}]
    assert rows(product.ask("pii_encrypted", role=Role.OFFENDERS)) == [
        {"field": "applicants.ssn", "problem": "same ciphertext twice", "value": 2}
    ]


def test_SEC2_no_value_leaves_the_database(product: Product) -> None:
    """What the two questions answer holds names of columns and counts, and no personal data."""
    product.add("applicants", applicant(ssn="123-45-6789", phone="312-555-0100", address="12 Elm Street"))
    for role in (Role.CURRENT, Role.OFFENDERS):
        answer = str(rows(product.ask("pii_encrypted", role=role)))
        assert not any(secret in answer for secret in ("6789", "0100", "Elm"))


def test_SEC3_records_without_personal_data_are_not_in_the_denominator(product: Product) -> None:
    """An optional field that was left empty, or filled with blanks, is nothing to encrypt."""
    product.add("applicants", applicant(encrypted_ssn=GOOD), applicant(), applicant(ssn="", encrypted_ssn="", phone="  "))
    assert rows(product.ask("pii_encrypted")) == [{"hits": 1, "total": 1}]


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("applicants", "ssn", "123-45-6789"),
        ("applicants", "phone", "312-555-0100"),
        ("applicants", "date_of_birth", "1980-02-03"),
        ("applicants", "address", "12 Elm Street"),
        ("household_members", "ssn", "123-45-6789"),
    ],
)
def test_SEC4_every_declared_column_of_every_table_counts(product: Product, table: str, column: str, value: str) -> None:
    """One column in plain text makes its record unencrypted, however well the others are."""
    first, second = (
        {"encrypted_ssn": text, **({"applicant_id": 1} if table == "household_members" else applicant())}
        for text in (GOOD, OTHER)
    )
    product.add(table, first, {**second, f"encrypted_{column}": None, column: value})
    assert rows(product.ask("pii_encrypted")) == [{"hits": 1, "total": 2}]
    assert rows(product.ask("pii_encrypted", role=Role.OFFENDERS)) == [
        {"field": f"{table}.{column}", "problem": "plain text", "value": 1}
    ]


def test_SEC5_hits_and_total_come_from_one_statement(product: Product) -> None:
    """One statement is one snapshot; the specification's two can count a row that only the second one saw."""
    text = (HOMEVERSE / "sql" / "pii_encrypted.sql").read_text(encoding="utf-8")
    assert len(sqlglot.parse(text, read="postgres")) == 1
    answer = product.ask("pii_encrypted")
    assert isinstance(answer, Evidence)
    assert answer.columns == ("hits", "total")

    with closing(sqlite3.connect(product.path)) as database:  # positive control: its two statements, with a write in between
        total = database.execute("SELECT COUNT(*) FROM applicants").fetchone()[0]
        product.add("applicants", applicant(encrypted_ssn=GOOD))
        encrypted = database.execute("SELECT COUNT(*) FROM applicants WHERE encrypted_ssn IS NOT NULL").fetchone()[0]
    assert encrypted > total


def test_SEC6_one_record_of_many_keeps_it_under_the_whole(product: Product) -> None:
    """999 of 1,000 is not 100 %: counts are integers, and the limit is exact."""
    body = GOOD[3:]
    rotated = [applicant(encrypted_ssn=f"v1:{n:04d}{body[n % 60 :]}{body[: n % 60]}") for n in range(999)]
    product.add("applicants", *rotated, applicant(ssn="123-45-6789"))
    assert rows(product.ask("pii_encrypted")) == [{"hits": 999, "total": 1000}]
    kpi = homeverse().kpis["pii_encrypted"]
    assert kpi.census
    assert kpi.block is not None
    assert kpi.block.holds(number(product.value("pii_encrypted")))


def test_SEC12_encryption_is_a_state_and_says_so() -> None:
    """It is true only now; every other security question can be asked about the past."""
    kinds = {name: kpi.kind for name, kpi in homeverse().kpis.items() if kpi.category == "security" and kpi.connection == "app"}
    assert [name for name, kind in kinds.items() if kind is Kind.STATE] == ["pii_encrypted", "pii_undeclared"]


# --------------------------------------------------------------------------------------------------- incidents and access


def test_SEC14_attempts_are_no_incidents(product: Product) -> None:
    """A thousand attempts and an unconfirmed suspicion are no incident; one that a person confirmed is."""
    product.add("security_events", *[event("attack_attempt") for _ in range(1000)])
    product.add("incidents", {"severity": "high", "confirmed_at": None})
    assert number(product.value("security_incidents")) == 0
    assert number(product.value("attack_attempts", window="24h")) == 1000
    product.add("incidents", {"severity": "high", "confirmed_at": NOW - timedelta(hours=2)})
    assert number(product.value("security_incidents")) == 1
    assert rows(product.ask("security_incidents", role=Role.OFFENDERS)) == [{"severity": "high", "value": 1}]


def test_SEC15_refused_access_is_not_unauthorized_access(product: Product) -> None:
    """Every expired token is refused; only what was granted without right breaks the zero target."""
    product.add("security_events", *[event("access_denied") for _ in range(50)])
    assert number(product.value("unauthorized_access")) == 0
    assert number(product.value("denied_access", window="24h")) == 50
    product.add("security_events", event("unauthorized_access"))
    assert number(product.value("unauthorized_access")) == 1


def test_SEC11_people_who_cannot_log_in_are_told_from_robots(product: Product) -> None:
    """A person who mistypes and gets in is no failure; robots without an account are not people."""
    yesterday = NOW - timedelta(days=1)
    product.add("security_events", *[event("login_failed", yesterday, user_id=None) for _ in range(500)])
    product.add("security_events", *[event("login_succeeded", yesterday, user_id=n) for n in range(1, 200)])
    product.add("security_events", event("login_failed", yesterday, user_id=1), event("login_failed", yesterday, user_id=200))
    assert number(product.value("failing_users")) == pytest.approx(1 / 200)


# --------------------------------------------------------------------------------------------------- the daily security report


def test_SQL1_failures_without_a_user_and_of_one_user_all_count(product: Product) -> None:
    """Brute force and stuffing: 5,000 failures are 5,000, whether they name nobody or one account, and each is told apart."""
    product.add("security_events", *[event("login_failed", user_id=None, ip_address="10.0.0.1") for _ in range(5000)])
    product.add("security_events", *[event("login_failed", user_id=7, ip_address="10.0.1.1") for _ in range(300)])
    told = {
        name: number(product.value(name))
        for name in ("failed_logins", "failed_login_users", "failed_login_unknown", "failed_login_worst", "failed_login_networks")
    }
    assert told == {
        "failed_logins": 5300,
        "failed_login_users": 1,
        "failed_login_unknown": 5000,
        "failed_login_worst": 300,
        "failed_login_networks": 2,
    }


def test_SQL2_rate_limited_networks_are_counted(product: Product) -> None:
    """Ten thousand addresses of as many networks are seen; the threat scale stays the specification's."""
    product.add("security_events", *[event("rate_limited", ip_address=f"10.{n // 256}.{n % 256}.9") for n in range(3000)])
    assert number(product.value("rate_limited_ips")) == 3000
    assert [rule.level for rule in homeverse().threat] == ["CRITICAL", "HIGH", "MEDIUM", "LOW"]


def test_SQL3_the_day_before_midnight_is_not_forgotten_after_it(product: Product) -> None:
    """At five past midnight the window is still 24 hours, half-open at both ends, and the future is not in it."""
    midnight = at("2026-03-20", "00:00:00")
    now = midnight + timedelta(minutes=5)
    product.add("security_events", event("unauthorized_access", midnight - timedelta(seconds=1)))
    assert number(product.value("unauthorized_access", now=now)) == 1
    product.add(
        "security_events",
        event("unauthorized_access", now - timedelta(hours=24)),  # the first instant that is in
        event("unauthorized_access", now - timedelta(hours=24, microseconds=1)),
        event("unauthorized_access", now),
        event("unauthorized_access", now + timedelta(days=300)),
    )
    assert number(product.value("unauthorized_access", now=now)) == 2


def test_SQL4_a_log_that_stopped_is_no_peace(product: Product) -> None:
    """An old or empty log says nothing about today: no data, not zero."""
    for kpi in ("failed_logins", "encryption_failures", "unauthorized_access"):
        empty = product.value(kpi)
        assert isinstance(empty, Nothing)
        assert empty.reason is Reason.STALE
    product.add("security_events", event("login_succeeded", NOW - timedelta(days=2), user_id=1))
    stopped = product.value("unauthorized_access")
    assert isinstance(stopped, Nothing)
    assert stopped.reason is Reason.STALE
    product.add("security_events", event("login_succeeded", NOW - timedelta(hours=1), user_id=1))
    assert number(product.value("unauthorized_access")) == 0


def test_SQL6_addresses_count_by_network(product: Product) -> None:
    """256 addresses of one /24 are one network, and so are the addresses of one IPv6 /56; the next /56 is another."""
    product.add("security_events", *[event("rate_limited", ip_address=f"198.51.100.{n}") for n in range(256)])
    assert number(product.value("rate_limited_ips")) == 1
    same = [event("rate_limited", ip_address=f"2001:0db8:0000:12{n:02x}:0000:0000:0000:0001") for n in range(256)]
    product.add("security_events", *same)
    assert number(product.value("rate_limited_ips")) == 2
    product.add("security_events", event("rate_limited", ip_address="2001:0db8:0000:1300:0000:0000:0000:0001"))
    assert number(product.value("rate_limited_ips")) == 3


def test_SQL7_a_misspelt_type_is_reported(product: Product) -> None:
    """An event that no question counts is no reassuring zero."""
    yesterday = NOW - timedelta(days=1)
    product.add("security_events", event("login_failed", yesterday))
    assert number(product.value("unknown_events")) == 0
    product.add("security_events", event("unautorized_access", yesterday))
    outcome = product.value("unknown_events")
    assert number(outcome) == 1
    assert "unautorized_access" in str(outcome)


def test_SQL7_every_range_has_an_index(product: Product) -> None:
    """No security question reads the whole log: SQLite's plan searches, by type and time."""
    answer = product.ask("failed_logins")
    assert isinstance(answer, Evidence)
    with closing(sqlite3.connect(product.path)) as database:
        steps = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {answer.query}")]
    assert any("SEARCH e USING" in step and "security_events_type (event_type=? AND created_at>?" in step for step in steps), (
        steps
    )
