"""The audited door: what is checked before anything is written, and what is written when all is well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import store_samples as sample
from store_samples import DAY, NOW

from postflight import actions
from postflight.errors import UsageError
from postflight.model import Deployment, Role
from postflight.store import Store, open_store

PLAN = sample.plan()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(str(tmp_path / "store"), "harbour") as opened:
        yield opened


@pytest.fixture
def live(store: Store) -> Deployment:
    return actions.add_deployment(store, "v2.4.0", start=NOW - DAY, end=NOW - DAY + timedelta(minutes=9), who="ci", now=NOW)


@pytest.fixture
def released(store: Store, live: Deployment) -> str:
    return actions.add_release(store, PLAN, "redesign", deployments=[live.version], who="Ann", now=NOW).id


def actions_done(store: Store) -> list[str]:
    return [entry.action for entry in reversed(store.audit.newest())]


def test_a_deployment_told_twice_is_one(store: Store, live: Deployment) -> None:
    """A CI job that runs again changes nothing, and gets the same answer."""
    again = actions.add_deployment(store, "v2.4.0", start=live.start, end=live.end, who="ci", now=NOW + DAY)
    assert again == live and store.deployments.newest() == [live]
    assert actions_done(store) == ["deployment.add"]


def test_a_deployment_can_be_told_at_its_start_and_finished_later(store: Store) -> None:
    """Unfinished until its end is told; a repetition of the start does not undo the end."""
    started = actions.add_deployment(store, "v3", start=NOW, end=NOW, who="ci", now=NOW)
    finished = actions.add_deployment(store, "v3", start=NOW, end=NOW + DAY / 24, who="ci", now=NOW + DAY)
    assert (finished.id, finished.end) == (started.id, NOW + DAY / 24)
    assert actions.add_deployment(store, "v3", start=NOW, end=NOW, who="ci", now=NOW + DAY) == finished
    assert store.deployments.get("v3") == finished
    assert actions_done(store) == ["deployment.add", "deployment.finish"]
    assert store.audit.newest(1)[0].before["end"] != store.audit.newest(1)[0].after["end"]


@pytest.mark.parametrize("change", [{"end": NOW}, {"commit": "0000000"}])
def test_a_finished_deployment_is_not_told_otherwise(store: Store, live: Deployment, change: dict[str, object]) -> None:
    """Another end or commit for the same version at the same instant is a mistake, not an update."""
    told = {"start": live.start, "end": live.end, "who": "ci", "now": NOW, **change}
    with pytest.raises(UsageError, match="went live in production at that instant already"):
        actions.add_deployment(store, "v2.4.0", **told)  # type: ignore[arg-type]
    assert store.deployments.newest() == [live]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"start": NOW, "end": NOW - DAY}, "cannot have ended before it started"),
        ({"start": NOW, "end": NOW + DAY}, "in the future"),
        ({"version": " \x1b "}, "needs a version"),
        ({"environment": ""}, "needs an environment"),
        ({"who": ""}, "say who"),
    ],
)
def test_an_impossible_deployment_is_refused(store: Store, told: dict[str, object], words: str) -> None:
    """Nothing is written, and the message says what is wrong. Control: CI's clock may be a few minutes ahead."""
    given = {"version": "v1", "start": NOW, "end": NOW, "who": "ci", "now": NOW, **told}
    with pytest.raises(UsageError, match=words):
        actions.add_deployment(store, **given)  # type: ignore[arg-type]
    assert store.deployments.newest() == [] == store.audit.newest()
    actions.add_deployment(store, "v1", start=NOW, end=NOW + timedelta(minutes=4), who="ci", now=NOW)


def test_text_from_outside_is_harmless(store: Store) -> None:
    """Escape sequences and direction marks never reach the database, so no reader has to fear them."""
    live = actions.add_deployment(store, "v1\x1b[2J\u202e", start=NOW, end=NOW, commit="\x07abc", who="c\x00i", now=NOW)
    remark = actions.annotate(store, "two\nlines\x1b]52;c;x\x07", start=NOW, end=NOW, who="ci", now=NOW)
    assert (live.version, live.commit, remark.text) == ("v1[2J", "abc", "two lines]52;c;x")
    assert {entry.by for entry in store.audit.newest()} == {"ci"}


def test_a_release_seals_the_file_of_its_name(store: Store, live: Deployment) -> None:
    """Its expectations are sealed now; the same again is no edit, a changed file is."""
    release = actions.add_release(store, PLAN, "redesign", deployments=["v2.4.0"], who="Ann", now=NOW)
    assert (release.promise.name, release.deployments, release.sealed_at, release.edited) == ("redesign", (live.id,), NOW, "")
    assert actions.add_release(store, PLAN, "redesign", deployments=[live.id, "v2.4.0"], who="Ann", now=NOW + DAY) == release
    changed = replace(PLAN, promises={"redesign": sample.promise(">= 1 %")})
    edited = actions.add_release(store, changed, "redesign", deployments=["v2.4.0"], who="Bob", now=NOW + DAY)
    assert edited.sealed_hash == release.sealed_hash and "≥ 35 % → ≥ 1 %" in edited.edited
    assert actions_done(store) == ["deployment.add", "release.add", "release.edit"]


def test_a_release_without_a_file_takes_the_template(store: Store, live: Deployment) -> None:
    """`template: true` is offered to every release; a file may also be named; a slip in its name is told."""
    assert actions.add_release(store, PLAN, "summer", deployments=["v2.4.0"], who="Ann", now=NOW).promise.name == "standard"
    named = actions.add_release(store, PLAN, "autumn", deployments=["v2.4.0"], promise="redesign", who="Ann", now=NOW)
    assert named.promise.name == "redesign"
    with pytest.raises(UsageError, match=r"no release file of the plan is called 'redesing'(.|\n)*did you mean 'redesign'"):
        actions.add_release(store, PLAN, "winter", deployments=["v2.4.0"], promise="redesing", who="Ann", now=NOW)
    bare = replace(PLAN, promises={"redesign": sample.promise()})
    with pytest.raises(UsageError, match="no release file of the plan is called 'winter'"):
        actions.add_release(store, bare, "winter", deployments=["v2.4.0"], who="Ann", now=NOW)


@pytest.mark.parametrize(("deployments", "words"), [([], "at least one deployment"), (["v2.4.1"], "did you mean 'v2.4.0'")])
def test_a_release_needs_deployments_that_exist(store: Store, live: Deployment, deployments: list[str], words: str) -> None:
    """A group of nothing, or of something unknown, promises nothing."""
    with pytest.raises(UsageError, match=words):
        actions.add_release(store, PLAN, "redesign", deployments=deployments, who="Ann", now=NOW)
    assert store.releases.all() == []


def test_a_sign_off_is_kept_and_the_newest_holds(store: Store, released: str) -> None:
    """A horizon may be spelled with a space; the audit shows what was said before."""
    actions.sign_off(store, released, "24h", "announced", met=True, evidence="wiki", who="Ann", now=NOW)
    actions.sign_off(store, released, "24 h", "announced", met=False, who="Bob", now=NOW)
    said = store.signoffs.of("release/redesign", NOW)
    assert [(each.milestone, each.met, each.by) for each in said] == [("24h", True, "Ann"), ("24h", False, "Bob")]
    entry = store.audit.newest(1)[0]
    assert (entry.action, entry.before["by"], entry.after["met"]) == ("milestone.sign_off", "Ann", False)


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"release": "redesig"}, "no release(.|\n)*did you mean 'redesign'"),
        ({"milestone": "1w"}, "no milestone of the release is called '1w'(.|\n)*there is 24h"),
        ({"milestone": "soon"}, "no milestone of the release is called 'soon'"),
        ({"item": "anounced"}, "no item of the 24h checklist(.|\n)*did you mean 'announced'"),
        ({"expires": NOW}, "expired already"),
        ({"who": " "}, "say who"),
    ],
)
def test_a_sign_off_of_something_unknown_is_refused(store: Store, released: str, told: dict[str, object], words: str) -> None:
    """Nothing is signed that is not on the list."""
    given = {"release": "redesign", "milestone": "24h", "item": "announced", "met": True, "who": "Ann", "now": NOW, **told}
    with pytest.raises(UsageError, match=words):
        actions.sign_off(store, **given)  # type: ignore[arg-type]
    assert store.signoffs.of("release/redesign", NOW) == []


def test_a_record_is_kept_for_the_manual_source(store: Store) -> None:
    """In the KPI's unit as shown, exactly, with who vouches for it."""
    actions.record(store, PLAN, "nps", 41, who="Ann", now=NOW)
    kept = actions.record(store, PLAN, "review", 0.1 + 0.2, evidence="survey", expires=NOW + DAY, who="Ann", now=NOW)
    assert store.history.records("review", NOW) == [kept] and kept.value == 0.1 + 0.2
    assert store.history.records("nps", NOW)[0].value == 41.0


@pytest.mark.parametrize(
    ("kpi", "value", "words"),
    [
        ("npss", 1.0, "no KPI of the plan is called 'npss'(.|\n)*did you mean 'nps'"),
        ("errors", 1.0, "measured by 'app'"),
        ("nps", 101.0, "not a possible value(.|\n)*−100 to 100"),
        ("review", 100.5, "not a possible value(.|\n)*0 % to 100 %"),
        ("nps", float("nan"), "not a possible value"),
        ("nps", float("inf"), "not a possible value"),
    ],
)
def test_an_impossible_record_is_refused(store: Store, kpi: str, value: float, words: str) -> None:
    """A slip in the name, a KPI that nobody would look up, a value that cannot be. Control: the ends of the range are possible."""
    with pytest.raises(UsageError, match=words):
        actions.record(store, PLAN, kpi, value, who="Ann", now=NOW)
    assert store.audit.newest() == []
    actions.record(store, PLAN, "review", 100.0, who="Ann", now=NOW)


def test_a_baseline_is_pinned_to_an_earlier_deployment_only(store: Store, live: Deployment) -> None:
    """All its KPIs or the named ones; the audit shows which observation stood there before."""
    old = actions.add_deployment(store, "v2.3.0", start=NOW - 9 * DAY, end=NOW - 9 * DAY, who="ci", now=NOW)
    with pytest.raises(UsageError, match="no baselines to pin to"):
        actions.pin_baseline(store, PLAN, "v2.4.0", "v2.3.0", who="Ann", now=NOW)
    for kpi in ("errors", "nps"):
        (measured,) = store.observations.keep([sample.observation(kpi, role=Role.BASELINE)])
        store.baselines.freeze(old, measured, NOW)
    with pytest.raises(UsageError, match=r"v2.4.0 did not go live before v2.3.0"):
        actions.pin_baseline(store, PLAN, "v2.3.0", "v2.4.0", who="Ann", now=NOW)
    with pytest.raises(UsageError, match="did you mean 'nps'"):
        actions.pin_baseline(store, PLAN, "v2.4.0", "v2.3.0", kpis=["errors", "np"], who="Ann", now=NOW)
    assert store.baselines.of(live) == {}  # not even the KPI that was right
    assert actions.pin_baseline(store, PLAN, "v2.4.0", "v2.3.0", who="Ann", now=NOW) == ["errors", "nps"]
    assert {kept.origin for kept in store.baselines.of(live).values()} == {"pinned to v2.3.0"}
    assert store.audit.newest(1)[0].after["origin"] == "pinned to v2.3.0"


def test_a_baseline_is_invalidated_with_a_reason(store: Store, live: Deployment) -> None:
    """Without a reason it stays valid."""
    (measured,) = store.observations.keep([sample.observation(role=Role.BASELINE)])
    store.baselines.freeze(live, measured, NOW)
    with pytest.raises(UsageError, match="say why"):
        actions.invalidate_baseline(store, PLAN, "v2.4.0", "errors", reason="", who="Ann", now=NOW)
    assert store.baselines.of(live)["errors"].origin == "measured"
    actions.invalidate_baseline(store, PLAN, "v2.4.0", "errors", reason="outage on 3 May", who="Ann", now=NOW)
    assert store.baselines.of(live)["errors"].origin == "invalidated: outage on 3 May"


def test_A13_a_changed_plan_is_audited(store: Store) -> None:
    """A new weight or line is a new hash and a line in the audit that names the file; the same plan again is neither."""
    actions.keep_plan(store, sample.plan(), who="Ann", now=NOW)
    actions.keep_plan(store, sample.plan(), who="Ann", now=NOW + DAY)
    actions.keep_plan(store, sample.plan("b" * 64, more="kpis: {}"), who="Bob", now=NOW + 2 * DAY)
    newest, first = store.audit.newest()
    assert (first.before, first.after["files"]) == ({}, ["plan.yml"])
    assert (newest.by, newest.before["hash"], newest.after["hash"], newest.after["files"]) == (
        "Bob",
        "a" * 64,
        "b" * 64,
        ["more.yml"],
    )


def test_an_annotation_has_words_and_a_stretch(store: Store) -> None:
    """A remark of nothing, or of negative time, is refused."""
    for given in ({"text": " ", "start": NOW, "end": NOW}, {"text": "x", "start": NOW, "end": NOW - DAY}):
        refused: Callable[..., object] = actions.annotate
        with pytest.raises(UsageError):
            refused(store, **given, who="Ann", now=NOW)
    actions.annotate(store, "campaign", start=NOW - DAY, end=NOW, who="Ann", now=NOW)
    assert [remark.text for remark in store.annotations.touching(sample.WEEK)] == ["campaign"]
