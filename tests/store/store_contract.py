"""What the store promises on every engine. A subclass gives the fixture `opened`: a function that opens the same place again."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import store_samples as sample
from store_samples import DAY, NOW, WEEK

import postflight.store
from postflight import actions
from postflight.errors import StoreError, UsageError
from postflight.model import Level, Past, Record, Role, SignOff, State, Verdict
from postflight.store import Annotation, BaselineState, Mark, Store
from postflight.store.database import question
from postflight.window import Window

QUESTIONS = sorted(path.stem for path in (Path(postflight.store.__file__).parent / "sql").glob("*.sql"))
KEPT = [
    "plans",
    "releases",
    "observations",
    "baselines",
    "cards",
    "card_kpis",
    "card_observations",
    "signoffs",
    "annotations",
    "records",
    "audit",
]
Opened = Callable[..., Store]


class StoreContract:
    """One class, run on SQLite and on PostgreSQL."""

    @pytest.fixture
    def opened(self) -> Opened:
        raise NotImplementedError

    @pytest.fixture
    def store(self, opened: Opened) -> Store:
        return opened()

    # ------------------------------------------------------------------------------------------------ deployments, releases

    def test_X7_a_deployment_is_kept_with_its_instants(self, opened: Opened) -> None:
        """What went live is read back to the microsecond, by id and by version, from another connection too."""
        told = sample.deployment()
        assert opened().deployments.add(told)
        again = opened()
        assert again.deployments.get(told.id) == told == again.deployments.get("v2.4.0")

    def test_a_version_that_went_live_twice_means_the_newer(self, store: Store) -> None:
        """A rollback and a second try have one version; the name means the last time."""
        first, second = sample.deployment(ago=3 * DAY, id="first"), sample.deployment(ago=DAY, id="second")
        store.deployments.add(second)
        store.deployments.add(first)
        assert store.deployments.get("v2.4.0") == second
        assert store.deployments.newest() == [second, first]

    def test_the_latest_is_of_one_environment(self, store: Store) -> None:
        """What went to staging is not what production runs."""
        assert store.deployments.latest() is None
        live, staged = sample.deployment(), replace(sample.deployment("v3", DAY), environment="staging")
        store.deployments.add(live)
        store.deployments.add(staged)
        assert store.deployments.latest() == live
        assert store.deployments.latest("staging") == staged == store.deployments.latest("")

    def test_an_unknown_version_is_refused_with_the_nearest(self, store: Store) -> None:
        """A slip of the finger is told what it was probably meant to be."""
        store.deployments.add(sample.deployment())
        with pytest.raises(UsageError, match=r"v2.5.0(.|\n)*did you mean 'v2.4.0'"):
            store.deployments.get("v2.5.0")

    def test_overlapping_deployments_are_those_under_way(self, store: Store) -> None:
        """A deployment that ends with the window's first instant overlaps it; one that starts at its end does not."""
        before = replace(sample.deployment("before"), start=NOW - DAY, end=NOW - timedelta(microseconds=1))
        touching = replace(sample.deployment("touching"), start=NOW - DAY, end=NOW)
        instant = replace(sample.deployment("instant"), start=NOW + DAY / 2, end=NOW + DAY / 2)
        after = replace(sample.deployment("after"), start=NOW + DAY, end=NOW + DAY)
        for each in (before, touching, instant, after):
            store.deployments.add(each)
        assert store.deployments.overlapping(Window(NOW, NOW + DAY)) == [touching, instant]
        assert store.deployments.overlapping(Window(NOW, NOW + DAY), "staging") == []

    def test_a_promise_is_sealed_and_its_edit_is_shown(self, store: Store) -> None:
        """The seal keeps its hash and time for ever; the edit holds, and says what changed, when, and by whom."""
        store.deployments.add(sample.deployment())
        assert store.releases.add("redesign", ["id-v2.4.0"], sample.promise(), "Ann", NOW)
        sealed = store.releases.get("redesign")
        assert (sealed.edited, sealed.sealed_at, len(sealed.sealed_hash)) == ("", NOW, 64)
        assert (sealed.start, sealed.end) == (sample.deployment().start, sample.deployment().end)

        assert store.releases.add("redesign", ["id-v2.4.0"], sample.promise(">= 30 %"), "Bob", NOW + DAY)
        edited = store.releases.get("redesign")
        assert edited.promise.expectations == sample.promise(">= 30 %").expectations
        assert (edited.sealed_hash, edited.sealed_at) == (sealed.sealed_hash, NOW)
        assert edited.edited == "errors at 1 week: ≥ 35 % → ≥ 30 % (changed 24 Nov 2026 15:00 UTC by Bob)"

    def test_the_same_promise_again_is_no_edit(self, store: Store) -> None:
        """A CI job that runs twice, or a file in which lines moved, changes nothing."""
        store.deployments.add(sample.deployment())
        assert store.releases.add("redesign", ["id-v2.4.0"], sample.promise(line=7), "Ann", NOW)
        assert not store.releases.add("redesign", ["id-v2.4.0"], sample.promise(line=70), "Ann", NOW + DAY)
        assert store.releases.get("redesign").edited == ""

    def test_a_release_of_several_deployments_spans_them(self, store: Store) -> None:
        """Horizons count from the last deployment of the group; each deployment knows its releases."""
        first, last = sample.deployment("v1", 5 * DAY), sample.deployment("v2", 3 * DAY)
        store.deployments.add(first)
        store.deployments.add(last)
        store.releases.add("redesign", [first.id], sample.promise(), "Ann", NOW)
        store.releases.add("redesign", [first.id, last.id], sample.promise(), "Ann", NOW + DAY)
        release = store.releases.get("redesign")
        assert (release.start, release.end, release.deployments) == (first.start, last.end, (first.id, last.id))
        assert release.edited.startswith("its deployments (changed")
        assert store.releases.of(last.id) == [release] == store.releases.all()
        assert store.releases.of("another") == []

    # ------------------------------------------------------------------------------------------- observations and baselines

    def test_an_observation_comes_back_as_it_was(self, store: Store) -> None:
        """Every type of cell, surrogates and zero bytes included, is the same after a visit to the database."""
        kept = store.observations.keep([sample.observation(), sample.observation("nps", outcome=sample.NOTHING)])
        assert len({each.id for each in kept}) == 2
        asked = [
            *store.observations.asked("errors", Role.CURRENT, WINDOW),
            *store.observations.asked("nps", Role.CURRENT, WINDOW),
        ]
        assert [repr(each) for each in asked] == [repr(each) for each in kept]

    def test_an_observation_that_has_an_id_is_not_kept_twice(self, store: Store) -> None:
        """Evidence that is used again stays one row."""
        (kept,) = store.observations.keep([sample.observation()])
        again = store.observations.keep([kept, sample.observation("nps")])
        assert again[0] is kept and again[1].id
        assert len(store.observations.asked("errors", Role.CURRENT, WINDOW)) == 1

    def test_sources_see_current_observations_and_records(self, store: Store) -> None:
        """History is of one KPI, of the window it was asked in, oldest first; baselines and later records are not part of it."""
        store.observations.keep(
            [
                sample.observation(at=NOW),
                sample.observation(at=NOW - DAY),
                sample.observation(at=NOW + DAY),
                sample.observation("nps", at=NOW),
                sample.observation(at=NOW, role=Role.BASELINE),
            ]
        )
        seen = store.history.observations("errors", Window(NOW - DAY, NOW + DAY))
        assert [each.asked_at for each in seen] == [NOW - DAY, NOW]
        for at, value in ((NOW, 2.5), (NOW - DAY, 0.1), (NOW + DAY, 9.0)):
            store.records.add(Record("nps", value, "Ann", at, "survey", NOW + 2 * DAY))
        assert store.history.records("nps", NOW) == [
            Record("nps", 0.1, "Ann", NOW - DAY, "survey", NOW + 2 * DAY),
            Record("nps", 2.5, "Ann", NOW, "survey", NOW + 2 * DAY),
        ]

    def test_evidence_is_found_for_the_same_question_only(self, store: Store) -> None:
        """What was asked once is not asked again: the newest evidence of the same definition over the same window, never a Nothing."""
        old, new, _ = store.observations.keep(
            [
                sample.observation(at=NOW - DAY),
                sample.observation(at=NOW),
                sample.observation(at=NOW + DAY, outcome=sample.NOTHING),
            ]
        )
        definition = old.definition
        assert repr(store.observations.answer("errors", Role.CURRENT, WEEK, definition)) == repr(new)
        assert store.observations.answer("errors", Role.CURRENT, WEEK, "another") is None
        assert store.observations.answer("errors", Role.DAYS, WEEK, definition) is None
        assert store.observations.answer("errors", Role.CURRENT, Window(WEEK.start, NOW + DAY), definition) is None

    def test_BIZ15_a_baseline_is_frozen_with_window_and_hash(self, store: Store) -> None:
        """The first evidence holds, whatever is measured later; its window and hash stay with it."""
        live = sample.deployment()
        store.deployments.add(live)
        first, second = store.observations.keep(
            [sample.observation(role=Role.BASELINE), sample.observation(role=Role.BASELINE, outcome=sample.evidence(rows=()))]
        )
        assert store.baselines.get(live, "errors") is None
        store.baselines.freeze(live, first, NOW)
        kept = store.baselines.of(live)["errors"]
        assert (kept.state, kept.origin, kept.observation.window, len(kept.hash)) == (
            BaselineState.MEASURED,
            "measured",
            WEEK,
            64,
        )
        store.baselines.freeze(live, second, NOW)
        assert repr(store.baselines.of(live)) == repr({"errors": kept}) and store.baselines.get(live, "errors") == kept
        with pytest.raises(ValueError, match="only evidence"):
            store.baselines.freeze(live, replace(second, outcome=sample.NOTHING), NOW)

    def test_BIZ15_a_hash_tells_what_was_answered(self, store: Store) -> None:
        """The same answer at another time has the same hash; another answer has another."""
        hashes = []
        for number, (at, rows) in enumerate([(NOW, ((1,),)), (NOW + DAY, ((1,),)), (NOW, ((2,),))]):
            live = sample.deployment(f"v{number}")
            store.deployments.add(live)
            outcome = sample.evidence(columns=("value",), rows=rows)
            (kept,) = store.observations.keep([sample.observation(at=at, role=Role.BASELINE, outcome=outcome)])
            store.baselines.freeze(live, kept, NOW)
            hashes.append(store.baselines.of(live)["errors"].hash)
        assert hashes[0] == hashes[1] != hashes[2]

    def test_baselines_can_be_pinned_and_invalidated(self, store: Store) -> None:
        """A pin takes the earlier deployment's baseline as it is now; an invalid one is said to be so, and cannot be pinned to."""
        old, new, third = sample.deployment("v1", 9 * DAY), sample.deployment("v2"), sample.deployment("v3", DAY)
        for each in (old, new, third):
            store.deployments.add(each)
        (measured,) = store.observations.keep([sample.observation(role=Role.BASELINE)])
        with pytest.raises(UsageError, match="no valid baseline"):
            store.baselines.pin(new, "errors", old, "Ann", NOW)
        with pytest.raises(UsageError, match="no baseline for 'errors' yet"):
            store.baselines.invalidate(new, "errors", "outage", "Ann", NOW)
        store.baselines.freeze(old, measured, NOW)
        store.baselines.pin(new, "errors", old, "Ann", NOW)
        pinned = store.baselines.of(new)["errors"]
        assert (pinned.origin, pinned.observation.id) == ("pinned to v1", measured.id)
        store.baselines.invalidate(new, "errors", "outage", "Ann", NOW)
        assert store.baselines.of(new)["errors"].origin == "invalidated: outage"
        with pytest.raises(UsageError, match="no valid baseline"):
            store.baselines.pin(third, "errors", new, "Ann", NOW)
        assert store.baselines.of(old)["errors"].origin == "measured"

    # ------------------------------------------------------------------------------------------------------ cards and pasts

    def test_R30_a_card_comes_with_all_it_was_judged_from(self, opened: Opened) -> None:
        """Bytes, plan texts, occasion, past and observations in their order are the same objects after a visit to the database."""
        store = opened()
        store.plans.keep(sample.plan(more="kpis: {}"), NOW)
        live = sample.deployment()
        kept = store.observations.keep(
            [sample.observation("nps"), sample.observation(), sample.observation("nps", outcome=sample.NOTHING)]
        )
        judged = [kept[2], kept[0], kept[1]]
        occasion, before = sample.occasion(live, sample.release()), sample.past(announced=State.MET)
        id = store.cards.keep(sample.card(), sample.DOCUMENT, occasion, before, judged, before)

        again = opened()
        found = again.cards.get(id)
        assert found.document == sample.DOCUMENT
        assert again.plans.get(found.plan).files == sample.plan(more="kpis: {}").files
        assert repr(found.occasion) == repr(occasion)
        assert (found.past, found.method) == (before, sample.card().method)
        assert [repr(each) for each in found.observations] == [repr(each) for each in judged]
        with pytest.raises(UsageError, match="no card"):
            again.cards.get("another")
        with pytest.raises(UsageError, match="no plan"):
            again.plans.get("another")

    def test_the_history_of_cards_is_the_newest_oldest_first(self, store: Store) -> None:
        """Charts read from the left; each card carries its verdict, its score and the level of each KPI."""
        store.plans.keep(sample.plan(), NOW)
        live = sample.deployment()
        for day, (composite, level) in enumerate([(70.0, Level.ALERT), (None, Level.WARN), (91.5, Level.OK)]):
            card = sample.card(NOW + day * DAY, composite=composite, levels=(level, Level.NO_DATA))
            store.cards.keep(card, b"", sample.occasion(live if day else None), Past(), [], Past())
        first, second, third = store.cards.history()
        assert [each.at for each in (first, second, third)] == [NOW, NOW + DAY, NOW + 2 * DAY]
        assert (third.composite, third.low, third.high, third.grade, third.coverage) == (91.5, 91.5, 100.0, "A-", 0.5)
        assert (second.composite, second.low, second.grade, second.verdict) == (None, None, "", Verdict.UNKNOWN)
        assert first.marks == {
            "errors": Mark(Level.ALERT, 0.289, True, "definition of errors"),
            "nps": Mark(Level.NO_DATA, None, False, "definition of nps"),
        }
        assert store.cards.history(count=2) == [second, third] == store.cards.history(deployment=live.id)
        assert store.cards.history(release="redesign") == []

    def test_SCO10_a_new_definition_is_seen_in_the_history(self, store: Store) -> None:
        """Two cards of one KPI under two definitions can be told apart, so a chart can draw the break."""
        store.plans.keep(sample.plan(), NOW)
        for day, definition in enumerate(["one", "two"]):
            card = sample.card(NOW + day * DAY)
            evaluations = tuple(replace(each, definition=definition) for each in card.evaluations)
            store.cards.keep(replace(card, evaluations=evaluations), b"", sample.occasion(), Past(), [], Past())
        assert [each.marks["errors"].definition for each in store.cards.history()] == ["one", "two"]

    def test_what_is_frozen_first_stays(self, store: Store) -> None:
        """Two reports that ran at once both saw nothing frozen; the state that was kept first holds, and nothing else is lost."""
        store.plans.keep(sample.plan(), NOW)
        occasion = sample.occasion(sample.deployment())
        assert sample.frozen_for(store, occasion) == Past()
        for after in (sample.past(no_errors=State.MET), sample.past(no_errors=State.MISSED, announced=State.MISSED)):
            store.cards.keep(sample.card(), b"", occasion, Past(), [], after)
        assert sample.frozen_for(store, occasion) == sample.past(no_errors=State.MET, announced=State.MISSED)

    def test_a_subject_is_the_release_or_else_the_deployment(self, store: Store) -> None:
        """What a release froze is not what one of its deployments froze; the deployments of a release share what it froze."""
        store.plans.keep(sample.plan(), NOW)
        one, two = sample.deployment("v1"), sample.deployment("v2")
        store.cards.keep(sample.card(), b"", sample.occasion(one, sample.release()), Past(), [], sample.past(announced=State.MET))
        assert sample.frozen_for(store, sample.occasion(two, sample.release())) == sample.past(announced=State.MET)
        assert sample.frozen_for(store, sample.occasion(one)) == Past() == sample.frozen_for(store, sample.occasion())

    def test_half_a_card_is_never_kept(self, store: Store) -> None:
        """A card whose plan or observation was never kept is refused, and leaves nothing behind."""
        unknown = replace(sample.observation(), id="unknown")
        with pytest.raises(StoreError):
            store.cards.keep(sample.card(), b"", sample.occasion(), Past(), [], Past())
        store.plans.keep(sample.plan(), NOW)
        (known,) = store.observations.keep([sample.observation()])
        with pytest.raises(StoreError):
            store.cards.keep(sample.card(), b"", sample.occasion(), Past(), [known, unknown], sample.past(announced=State.MET))
        assert store.cards.history() == [] and sample.frozen_for(store, sample.occasion()) == Past()
        assert count(store, "card_observations") == 0

    # ------------------------------------------------------------------------------------------------- people, plans, audit

    def test_what_people_said_comes_back_as_they_said_it(self, store: Store) -> None:
        """Sign-offs and annotations, oldest first, up to the instant asked about, with and without an expiry."""
        first, second, later = sample.signoff(expires=NOW + DAY), sample.signoff(met=False, at=NOW), sample.signoff(at=NOW + DAY)
        for each in (first, second, later):
            store.signoffs.add("release/redesign", each)
        assert store.signoffs.of("release/redesign", NOW) == [first, second]
        assert store.signoffs.of("release/other", NOW) == []
        inside, outside = (
            Annotation(NOW - DAY, NOW, "campaign ⚓", "Ann", NOW),
            Annotation(NOW + DAY, NOW + DAY, "outage", "Bob", NOW),
        )
        store.annotations.add(outside)
        store.annotations.add(inside)
        assert store.annotations.touching(Window(NOW, NOW + DAY)) == [inside]

    def test_a_plan_is_kept_once_with_its_texts(self, store: Store) -> None:
        """Keeping it again changes nothing; the latest is the one that came last."""
        assert store.plans.latest() is None
        assert store.plans.keep(sample.plan(), NOW)
        assert not store.plans.keep(sample.plan(), NOW + DAY)
        assert store.plans.keep(replace(sample.plan("b" * 64), bindings="demo"), NOW + DAY)
        assert [store.plans.get("a" * 64).kept_at, store.plans.get("b" * 64).bindings] == [NOW, "demo"]
        latest = store.plans.latest()
        assert latest and latest.hash == "b" * 64

    def test_one_store_holds_many_plans(self, opened: Opened) -> None:
        """Nothing of one plan is seen by another, though ids and names are the same."""
        one, other = opened("one"), opened("other")
        sample.fill(one)
        assert other.deployments.newest() == [] == other.releases.all() == other.cards.history() == other.audit.newest()
        assert other.plans.latest() is None and other.observations.asked("errors", Role.CURRENT, WINDOW) == []
        assert other.history.records("nps", NOW) == [] == other.annotations.touching(WINDOW)
        sample.fill(other)
        assert len(one.cards.history()) == 1 == len(other.cards.history())

    def test_A13_every_action_leaves_a_line_in_the_audit(self, store: Store) -> None:
        """Who did what and when, and what it was before, newest first."""
        sample.fill(store)
        entries = store.audit.newest()
        assert sorted(entry.action for entry in entries) == [
            "annotation.add", "baseline.invalidate", "baseline.pin", "deployment.add", "deployment.add", "kpi.record",
            "milestone.sign_off", "plan.change", "release.add", "release.edit",
        ]  # fmt: skip
        edit = entries[0]
        assert (edit.action, edit.by, edit.at) == ("release.edit", "Bob", NOW + DAY)
        assert (edit.before["expect"], edit.after["expect"]) == ({"errors 1w": "≥ 35 %"}, {"errors 1w": "≥ 30 %"})
        assert store.audit.newest(1) == [edit]

    def test_A13_what_is_kept_cannot_be_changed(self, store: Store) -> None:
        """The database itself refuses to change or delete what is kept. Control: what may change, can be changed by the same means."""
        sample.fill(store)
        for table in KEPT:
            assert count(store, table) > 0, table
            for change in (f"UPDATE {table} SET plan_id = 'x'", f"DELETE FROM {table}"):
                with pytest.raises(StoreError, match="kept as they were"):
                    run(store, change)
        run(store, "UPDATE pasts SET plan_id = 'x'")
        assert count(store, "pasts") == 0

    # ------------------------------------------------------------------------------------------------ transactions and SQL

    def test_a_transaction_is_all_or_nothing(self, store: Store) -> None:
        """What was written before an error, by whatever method, is gone with it; the next transaction is not hurt."""
        with pytest.raises(ZeroDivisionError), store.transaction():
            store.deployments.add(sample.deployment())
            with store.transaction():
                store.plans.keep(sample.plan(), NOW)
            raise ZeroDivisionError
        assert store.deployments.newest() == [] and store.plans.latest() is None
        store.deployments.add(sample.deployment())
        assert len(store.deployments.newest()) == 1

    def test_an_action_that_fails_leaves_no_trace(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without its line in the audit nothing is done."""
        monkeypatch.setattr(type(store.audit), "add", lambda *_: (_ for _ in ()).throw(StoreError("the disk is full")))
        with pytest.raises(StoreError):
            actions.add_deployment(store, "v1", start=NOW, end=NOW, who="ci", now=NOW)
        assert store.deployments.newest() == []

    def test_threads_may_share_a_store(self, store: Store) -> None:
        """Eight threads of a server write at once; every write is there, none is in another's transaction."""
        store.plans.keep(sample.plan(), NOW)
        failures: list[BaseException] = []

        def work(number: int) -> None:
            try:
                for turn in range(5):
                    kept = store.observations.keep([sample.observation(), sample.observation("nps")])
                    with pytest.raises(ZeroDivisionError), store.transaction():
                        store.deployments.add(sample.deployment(f"v{number}.{turn}"))
                        raise ZeroDivisionError
                    store.cards.keep(sample.card(), b"", sample.occasion(), Past(), kept, Past())
            except BaseException as failure:  # noqa: BLE001 - told in the main thread
                failures.append(failure)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        assert len(store.cards.history()) == 40 and count(store, "card_observations") == 80
        assert store.deployments.newest() == []

    def test_every_question_can_be_asked(self, store: Store) -> None:
        """Each file of `sql/` is one statement of one plan, understood by this engine with nothing but its named parameters."""
        for name in QUESTIONS:
            text = question(name)
            bound = dict.fromkeys(re.findall(r":([a-z_]+)", text))
            assert "plan_id" in bound and ";" not in text, name
            assert ask(store, f"EXPLAIN {text}", bound), name
        with pytest.raises(StoreError):  # control: a column that is not there
            ask(store, "EXPLAIN SELECT missing FROM cards")


WINDOW = Window(NOW - 365 * DAY, NOW + 365 * DAY)


def ask(store: Store, text: str, bound: dict[str, Any] | None = None) -> list[Any]:
    """Any SQL on the store's own connection, with the store's own words for an error."""
    database = store._database
    with database.transaction():
        return list(database._execute(text, bound or {}).fetchall())


def run(store: Store, text: str) -> None:
    """Any statement that answers nothing."""
    with store.transaction():
        store._database._execute(text, {})


def count(store: Store, table: str) -> int:
    """Rows of this plan in a table."""
    return int(ask(store, f"SELECT count(*) FROM {table} WHERE plan_id = :plan_id")[0][0])


__all__ = ["Opened", "SignOff", "StoreContract"]
