"""Annotations: remarks about a stretch of time ("marketing campaign", "provider outage"), shown where it meets a window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..window import Window
from .database import Database, from_micros, to_micros


@dataclass(frozen=True, slots=True)
class Annotation:
    """One remark. `start` and `end` are the stretch it speaks of; equal for an instant."""

    start: datetime
    end: datetime
    text: str
    by: str
    at: datetime  # when it was written


@dataclass(frozen=True, slots=True)
class Annotations:
    """The shelf of annotations."""

    database: Database

    def add(self, annotation: Annotation) -> None:
        """Keep one."""
        self.database.run(
            "annotations_add",
            id=self.database.new_id(annotation.at),
            starts_at=to_micros(annotation.start),
            ends_at=to_micros(annotation.end),
            text=annotation.text,
            added_by=annotation.by,
            added_at=to_micros(annotation.at),
        )

    def touching(self, window: Window) -> Sequence[Annotation]:
        """Those whose stretch meets the window, the oldest first."""
        rows = self.database.rows("annotations_list", window_start=to_micros(window.start), window_end=to_micros(window.end))
        return [
            Annotation(
                start=from_micros(row["starts_at"]),
                end=from_micros(row["ends_at"]),
                text=row["text"],
                by=row["added_by"],
                at=from_micros(row["added_at"]),
            )
            for row in rows
        ]
