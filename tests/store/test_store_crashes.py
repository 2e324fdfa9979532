"""Several processes on one store, and processes that are killed. Every kill is a real SIGKILL; every fault has its control."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import store_crashes
import store_samples as sample
from store_contract import ask, count
from store_crashes import OBSERVATIONS

from postflight.store import Store, open_store

KILLS = 20


def start(*task: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, store_crashes.__file__, *task], stdout=subprocess.PIPE, text=True)


def killed_at_work(place: Path, protection: str, after: float) -> list[str]:
    """Ids of the cards that a process said were kept before it was killed, some milliseconds after the first."""
    process = start("cards", str(place), protection)
    assert process.stdout
    told = [process.stdout.readline()]
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    told += process.stdout.readlines()
    assert process.wait() == -signal.SIGKILL
    process.stdout.close()
    return [line.strip() for line in told if line.endswith("\n")]


def halves(store: Store) -> int:
    """Cards without all of their observations, levels or the state that was frozen with them."""
    torn = ask(
        store,
        """SELECT count(*) FROM cards AS c WHERE plan_id = :plan_id AND NOT (
            (SELECT count(*) FROM card_observations AS o WHERE o.plan_id = c.plan_id AND o.card_id = c.id) = :links
            AND (SELECT count(*) FROM card_kpis AS k WHERE k.plan_id = c.plan_id AND k.card_id = c.id) = 2)""",
        {"links": OBSERVATIONS},
    )
    frozen = len(sample.frozen_for(store, sample.occasion(sample.deployment())).frozen)
    return int(torn[0][0]) + abs(count(store, "cards") - frozen)


def test_R01_a_killed_process_never_leaves_half_a_card(tmp_path: Path) -> None:
    """After 20 kills at random instants, every card that was told to be kept is there, and every card that is there is whole."""
    moments = random.Random(20261123)
    told: list[str] = []
    for _ in range(KILLS):
        told += killed_at_work(tmp_path, "protected", moments.uniform(0.0, 0.1))
        with open_store(str(tmp_path), "harbour") as store:
            assert halves(store) == 0
    with open_store(str(tmp_path), "harbour") as store:
        kept = {row[0] for row in ask(store, "SELECT id FROM cards WHERE plan_id = :plan_id")}
        assert len(told) >= KILLS and set(told) <= kept
        assert ask(store, "PRAGMA integrity_check")[0][0] == "ok"
        assert ask(store, "PRAGMA foreign_key_check") == []


def test_R01_control_without_transactions_cards_are_torn(tmp_path: Path) -> None:
    """The same writes and kills without a transaction do leave half cards: the test above can fail."""
    moments = random.Random(20261123)
    for _ in range(3 * KILLS):
        killed_at_work(tmp_path, "unprotected", moments.uniform(0.0, 0.1))
        with open_store(str(tmp_path), "harbour") as store:
            if halves(store):
                return
    pytest.fail("no half card was seen: this harness proves nothing")


def test_X11_four_processes_share_one_store(tmp_path: Path) -> None:
    """A command beside a running server: four processes create the store at once, and none loses or is refused a write."""
    names = ["one", "two", "three", "four"]
    processes = [start("share", str(tmp_path / "store"), name) for name in names]
    assert [process.wait() for process in processes] == [0, 0, 0, 0]
    for process in processes:
        assert process.stdout
        process.stdout.close()
    with open_store(str(tmp_path / "store"), "harbour") as store:
        assert count(store, "deployments") == 80 == count(store, "cards")
        assert count(store, "observations") == 160 == count(store, "card_observations")
        assert len(sample.frozen_for(store, sample.occasion()).frozen) == 80
