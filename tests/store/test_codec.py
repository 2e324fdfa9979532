"""The store's JSON: everything comes back exactly, and old documents stay readable."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
import store_samples as sample
from hypothesis import given
from hypothesis import strategies as st

from postflight import units
from postflight.errors import Place, StoreError
from postflight.model import (
    Deployment,
    Evidence,
    Expectation,
    Milestone,
    MilestoneItem,
    MilestoneTest,
    Nothing,
    Observation,
    Occasion,
    Past,
    Promise,
    Reason,
    Release,
    Role,
    SignOff,
    SourceHealth,
    State,
)
from postflight.store.codec import decode, encode, fingerprint
from postflight.target import PERCENTAGE_POINTS, Basis, Target
from postflight.window import Span, Window

text = st.text(st.characters(), max_size=8)  # every character there is, lone surrogates included
instants = st.datetimes(timezones=st.just(UTC)).map(lambda at: at.replace(fold=0))  # UTC has no fold
all_units = st.sampled_from(
    [*(units.parse(s) for s in ("", "%", "ms", "KiB", "/day", "/5", "USD", "yes/no", "ratio")), PERCENTAGE_POINTS]
)
decimals = st.decimals(allow_nan=False)
spans = st.builds(Span, st.integers(1, 99), st.sampled_from(["min", "h", "d", "w", "mo", "y"]))
targets = st.builds(Target, st.sampled_from(["<", "<=", ">", ">=", "="]), decimals, all_units, st.sampled_from(Basis))
windows = st.tuples(instants, instants).map(lambda pair: Window(min(pair), max(pair)))
cells = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | decimals
    | text
    | st.dates()
    | instants.map(lambda at: at.isoformat())
)
evidences = st.builds(
    Evidence,
    columns=st.lists(text, max_size=3).map(tuple),
    rows=st.lists(st.lists(cells, max_size=3).map(tuple), max_size=3).map(tuple),
    query=text,
    unit=st.none() | all_units,
    newest=st.none() | instants,
    readings=st.dictionaries(text, st.integers(), max_size=2),
    notes=st.lists(text, max_size=2).map(tuple),
)
nothings = st.builds(Nothing, st.sampled_from(Reason), text)
observations = st.builds(Observation, text, st.sampled_from(Role), windows, instants, evidences | nothings, text, text)
items = st.builds(
    MilestoneItem,
    id=text,
    title=text,
    tests=st.lists(st.builds(MilestoneTest, text, st.none() | targets), max_size=2).map(tuple),
    at=st.none() | st.builds(Place, text, st.integers(0, 9), st.integers(0, 9)),
)
promises = st.builds(
    Promise,
    name=text,
    expectations=st.lists(st.builds(Expectation, text, spans, targets), max_size=2).map(tuple),
    milestones=st.lists(st.builds(Milestone, spans, text, st.lists(items, max_size=2).map(tuple)), max_size=2).map(tuple),
    template=st.booleans(),
)
deployments = st.builds(Deployment, text, text, instants, instants, text, text)
releases = st.builds(Release, text, st.lists(text, max_size=2).map(tuple), instants, instants, promises, instants, text, text)
signoffs = st.builds(SignOff, text, text, st.booleans(), text, instants, text, st.none() | instants)
occasions = st.builds(
    Occasion,
    now=instants,
    deployment=st.none() | deployments,
    release=st.none() | releases,
    signoffs=st.lists(signoffs, max_size=2).map(tuple),
    baselines=st.dictionaries(text, text, max_size=3),
    sources=st.lists(st.builds(SourceHealth, text, text, st.integers(), st.integers(), text), max_size=2).map(tuple),
    notes=st.lists(text, max_size=2).map(tuple),
    others=st.lists(deployments, max_size=2).map(tuple),
)
pasts = st.builds(Past, st.dictionaries(text, st.tuples(st.sampled_from(State), text), max_size=3))


@given(observations | promises | occasions | pasts | evidences | nothings)
def test_everything_comes_back_exactly(value: object) -> None:
    """Values, their types (1, 1.0, True and Decimal(1) are four things), the order of mappings: decode(encode(x)) is x."""
    written = encode(value)
    again = decode(type(value), written)
    assert repr(again) == repr(value)
    assert encode(again) == written and written.isascii()
    assert "nan" in repr(value).lower() or again == value


@given(cells, cells)
def test_different_cells_are_written_differently(one: object, other: object) -> None:
    """Control for the round trip: nothing is flattened into the same text."""
    written = [encode(Evidence(("value",), ((cell,),), "")) for cell in (one, other)]  # type: ignore[arg-type]
    assert (written[0] == written[1]) == (repr(one) == repr(other))


def test_a_fingerprint_is_of_the_content() -> None:
    """Equal for equal content in any order, different when anything is."""
    one, other = Past({"a": (State.MET, ""), "b": (State.MET, "")}), Past({"b": (State.MET, ""), "a": (State.MET, "")})
    assert fingerprint(one) == fingerprint(other) and encode(one) != encode(other)
    assert fingerprint(one) != fingerprint(Past({"a": (State.MET, ""), "b": (State.MISSED, "")}))


def test_instants_are_written_in_utc() -> None:
    """The same instant in another zone is the same document, so the same hash."""
    chicago = replace(sample.deployment(), start=sample.deployment().start.astimezone(timezone(timedelta(hours=-6))))
    assert encode(chicago) == encode(sample.deployment())


def test_a_date_and_an_instant_in_a_cell_stay_apart() -> None:
    """A driver that answers a datetime where a date is wanted is not silently cut to the day."""
    cells = (date(2026, 11, 23), datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 23))
    again = decode(Evidence, encode(Evidence(("value",), (cells,), "")))
    assert repr(again.rows) == repr((cells,))


def test_an_older_document_takes_the_defaults_of_newer_fields() -> None:
    """A field that was added since is its default; that is how documents outlive the program that wrote them."""
    older = json.loads(encode(sample.occasion(sample.deployment())))
    del older["others"], older["deployment"]["commit"]
    again = decode(Occasion, json.dumps(older))
    assert (again.others, again.deployment and again.deployment.commit) == ((), "")


@pytest.mark.parametrize(
    "damaged",
    [
        "",
        "[]",
        "7",
        "{}",
        '{"frozen":{"a":["met"]}}',
        '{"frozen":{"a":["no such state",""]}}',
        '{"frozen":{},"unknown":1}',
        '{"frozen":{',
    ],
)
def test_a_damaged_document_is_an_error_of_the_store(damaged: str) -> None:
    """What cannot be read is said to be so, never guessed. Control: the same document whole."""
    if damaged == "{}":
        assert decode(Past, damaged) == Past()  # every field has a default
        return
    with pytest.raises(StoreError, match="a stored Past cannot be read"):
        decode(Past, damaged)


def test_a_document_of_the_first_schema_reads_as_it_was() -> None:
    """The format itself, as written down: a change here would make every store in the world unreadable."""
    evidence = Evidence(("day", "value"), ((date(2026, 11, 22), Decimal("1.50")), ("x", float("nan"))), "q", units.parse("ms"))
    assert json.loads(encode(Observation("k", Role.DAYS, sample.WEEK, sample.NOW, evidence, "d", "i"))) == {
        "kpi": "k",
        "role": "days",
        "window": {
            "start": {"instant": "2026-11-16T15:00:00.250001+00:00"},
            "end": {"instant": "2026-11-23T15:00:00.250001+00:00"},
        },
        "asked_at": {"instant": "2026-11-23T15:00:00.250001+00:00"},
        "outcome": {
            "Evidence": {
                "columns": ["day", "value"],
                "rows": [[{"date": "2026-11-22"}, {"decimal": "1.50"}], ["x", {"float": "nan"}]],
                "query": "q",
                "unit": {"symbol": "ms", "quantity": "time", "scale": {"decimal": "0.001"}},
                "newest": None,
                "readings": {},
                "notes": [],
            }
        },
        "definition": "d",
        "id": "i",
    }
    assert json.loads(encode(sample.promise()))["expectations"] == [
        {
            "kpi": "errors",
            "horizon": {"count": 1, "unit": "w"},
            "target": {
                "op": ">=",
                "limit": {"decimal": "35"},
                "unit": {"symbol": "%", "quantity": "share", "scale": {"decimal": "0.01"}},
                "basis": "absolute",
            },
        }
    ]
