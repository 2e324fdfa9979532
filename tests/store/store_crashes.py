"""Processes that are killed at work: `python store_crashes.py TASK PLACE …`. Each prints what it was told is kept, as it is told.

cards PLACE [unprotected]     keep one card after another; unprotected, the same writes without a transaction
share PLACE NAME              20 deployments and cards beside other processes doing the same
migrate PLACE MIGRATIONS HEAD STATEMENT
                              bring a store to HEAD, and die just before its nth statement
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import store_samples as sample
from store_samples import DAY, NOW

from postflight.model import Past, State
from postflight.store import _engine, open_store, schema, uuid7
from postflight.store.database import Database

OBSERVATIONS = 12  # of every card


def cards(place: str, protection: str = "protected") -> None:
    if protection == "unprotected":
        Database.transaction = _no_transaction  # type: ignore[method-assign]
    with open_store(place, "harbour") as store:
        store.plans.keep(sample.plan(), NOW)
        occasion = sample.occasion(sample.deployment())
        while True:
            kept = store.observations.keep([sample.observation() for _ in range(OBSERVATIONS)])
            before = sample.frozen_for(store, occasion)
            after = Past({**before.frozen, store.new_id(NOW): (State.MET, "")})
            print(store.cards.keep(sample.card(), sample.DOCUMENT, occasion, before, kept, after), flush=True)


def share(place: str, name: str) -> None:
    with open_store(place, "harbour") as store:
        store.plans.keep(sample.plan(), NOW)
        for turn in range(20):
            live = sample.deployment(f"{name}.{turn}")
            store.deployments.add(live)
            kept = store.observations.keep([sample.observation(), sample.observation("nps")])
            after = Past({f"{name}.{turn}": (State.MET, "")})
            store.cards.keep(sample.card(NOW + turn * DAY), sample.DOCUMENT, sample.occasion(), Past(), kept, after)


def migrate(place: str, migrations: str, head: str, statement: str) -> None:
    import sqlalchemy as sa

    left = int(statement)

    @sa.event.listens_for(sa.Engine, "before_cursor_execute")
    def die(*_: object) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    schema.bring_up_to_date(Database(_engine(place), "harbour", uuid7), head, Path(migrations))


@contextmanager
def _no_transaction(self: Database) -> Iterator[None]:
    yield


if __name__ == "__main__":
    {"cards": cards, "share": share, "migrate": migrate}[sys.argv[1]](*sys.argv[2:])
