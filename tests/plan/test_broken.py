"""Broken plans: each folder under broken/ holds a plan and, in errors.txt, everything that is said about it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from postflight.errors import PlanError
from postflight.plan import load_plan

BROKEN = Path(__file__).parent / "broken"
CASES = sorted(path.name for path in BROKEN.iterdir())


@pytest.mark.parametrize("case", CASES)
def test_every_mistake_is_said_at_once_with_its_place(case: str, kinds: dict[str, Any]) -> None:
    """All mistakes of all files in one error: file, line, column, what, and a hint. `UPDATE_GOLDEN=1` rewrites the texts."""
    with pytest.raises(PlanError) as caught:
        load_plan(BROKEN / case, kinds)
    golden = BROKEN / case / "errors.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(f"{caught.value}\n", "utf-8")
    assert f"{caught.value}\n" == golden.read_text("utf-8")
    assert "hunter2" not in str(caught.value)
