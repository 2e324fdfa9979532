"""Golden files: what a publisher made, kept as text, compared to the byte. POSTFLIGHT_UPDATE_GOLDEN=1 writes them anew, for you to read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parents[1] / "golden"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with the golden file of this name below tests/golden."""

    def compare(name: str, text: str) -> None:
        path = GOLDEN / name
        if os.environ.get("POSTFLIGHT_UPDATE_GOLDEN") == "1":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        assert path.is_file(), f"no golden file {name}: write it with POSTFLIGHT_UPDATE_GOLDEN=1"
        assert text == path.read_text(encoding="utf-8")

    return compare
