"""`postflight.card/1`: one spelling, exact counts, read back, and newer cards refused in words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from judged_plans import NOW, SPEC, before, kpi, look, milestone, no_answer, occasion, plan, promise, release, said, week

from postflight.card import SCHEMA, card_json, card_schema, read_card
from postflight.errors import StoreError
from postflight.judge import judge
from postflight.judge.method import method
from postflight.model import MilestoneItem, Past, Role, Scorecard, SignOff, SourceHealth, Threat

COMMITTED = Path(__file__).parents[2] / "src/postflight/schemas/card-1.json"


def full() -> Scorecard:
    """A card with something in every field."""
    released = release(promise(("mobile_share", "1w", ">= 35 %"), milestones=[milestone("1w", MilestoneItem("m", "M"))]))
    signed = SignOff("1w", "m", True, "Ada", NOW - timedelta(days=1), "report.pdf")
    sources = (SourceHealth("app", "sql", 12, 11, "app did not answer", "simulated data"),)
    observations = [
        look("pii_encrypted", "hits total", (99_999_999, 100_000_000)),
        said("pii_encrypted", Role.OFFENDERS, "field value", [("ssn", 1)], week()),
        look("mobile_share", "hits total", (1, 3)),
        look("support_tickets", "value", (70,)),
        before("support_tickets", "value", 100),
        no_answer("api_p95"),
    ]
    card, _ = judge(SPEC, occasion(release=released, signoffs=(signed,), sources=sources), observations, Past())
    return replace(card, threat=Threat("LOW", ("none",)), public_url="https://example.org", next_review="daily")


def test_a_card_reads_back_to_itself() -> None:
    """Bytes to card to bytes is the identity, and so is card to bytes to card for a card whose floats are rounded."""
    document = card_json(full())
    card = read_card(document)
    assert card_json(card) == document
    assert read_card(card_json(card)) == card
    assert [e.kpi for e in card.evaluations] == list(SPEC.kpis)


def test_the_document_is_one_line_of_utf8() -> None:
    """Ends in a newline, has no other, and begins with its schema."""
    document = card_json(full())
    assert document.endswith(b"\n") and document.count(b"\n") == 1
    assert document.startswith(b'{"schema":"postflight.card/1"')


def test_the_document_fits_the_committed_schema() -> None:
    """And the committed schema is the one the types give."""
    schema = json.loads(COMMITTED.read_text())
    jsonschema.validate(json.loads(card_json(full())), schema)
    assert schema == card_schema(), (
        "run: python -c 'import json; from postflight.card import card_schema; print(json.dumps(card_schema(), indent=2))'"
    )
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(json.loads(card_json(full())) | {"verdict": "maybe"}, schema)


def test_instants_are_utc_with_a_Z() -> None:
    """In whatever zone they were handed in."""
    elsewhere = replace(full(), at=NOW.astimezone(timezone(timedelta(hours=9))))
    assert json.loads(card_json(elsewhere))["at"] == "2026-10-14T14:00:00Z"
    assert card_json(elsewhere) == card_json(full())


def test_mappings_have_one_order() -> None:
    """Equal cards are equal bytes whatever order a mapping was filled in."""
    card = full()
    turned = replace(card, counts=dict(reversed(list(card.counts.items()))))
    assert turned == card and card_json(turned) == card_json(card)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (1 / 3, "0.333333"),
        (2.0, "2"),
        (1234567.0, "1234567"),
        (1234567.8, "1234570"),
        (0.1, "0.1"),
        (0.99999999, "0.99999999"),
        (-0.0, "0"),
        (1e-9, "1e-09"),
        (1e300, "1e+300"),
    ],
)
def test_floats_have_six_digits_and_never_round_onto_a_whole(number: float, written: str) -> None:
    """SEC6: a share of 99.999999 % is not 1; a count keeps every digit."""
    card = replace(full(), evaluations=(replace(full().evaluations[0], value=number),))
    value = json.loads(card_json(card), parse_float=str, parse_int=str)["evaluations"][0]["value"]
    assert value == written


@given(st.floats(-1, 1))
def test_rounding_is_idempotent_and_keeps_the_side_of_a_whole(number: float) -> None:
    """Written, read and written again: the same; strictly between whole numbers stays so."""
    card = replace(CARD, evaluations=(replace(CARD.evaluations[0], value=number),))
    once = card_json(card)
    again = read_card(once)
    assert card_json(again) == once
    value = again.evaluations[0].value
    assert value is not None and value.is_integer() is number.is_integer()


def test_a_newer_card_is_refused_with_what_to_do() -> None:
    """Not read halfway: the version is named."""
    newer = json.loads(card_json(full())) | {"schema": "postflight.card/2"}
    with pytest.raises(StoreError, match=r"postflight\.card/2") as caught:
        read_card(json.dumps(newer).encode())
    assert "newer Postflight" in caught.value.problem.hint


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"schema":"postflight.card/1"}',
        b'{"schema":"postflight.score/1"}',
        b'{"schema":7}',
        b"\xff",
        b"[" * 99_999,
    ],
)
def test_what_is_no_card_is_refused(document: bytes) -> None:
    """Damaged, empty or another document: a StoreError in words, never a crash."""
    with pytest.raises(StoreError, match="no scorecard"):
        read_card(document)


def test_a_card_of_an_earlier_release_reads_with_defaults() -> None:
    """Fields that came later are empty in it; unknown ones are passed over."""
    old = json.loads(card_json(full()))
    del old["public_url"], old["evaluations"][0]["because"]
    old["later"] = 1
    assert read_card(json.dumps(old).encode()).public_url == ""


def test_the_method_names_what_computed_the_card() -> None:
    """Judge, numpy and scipy, each with its version."""
    import numpy
    import scipy

    assert method() == f"postflight-judge/1 numpy {numpy.__version__} scipy {scipy.__version__}"
    assert full().method == method() and full().schema == SCHEMA


CARD, _ = judge(plan(kpi("p95", "= 0")), occasion(), [look("p95", "value", (0,))], Past())
