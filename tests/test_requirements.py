"""Id → test: every acceptance criterion has a test that carries its name, or stands under the part it waits for."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TABLE = tomllib.loads((TESTS / "requirements.toml").read_text())
NAMES = [name for path in TESTS.rglob("test_*.py") for name in re.findall(r"def (test_\w+)", path.read_text())]
NAMES += re.findall(r"def (test_\w+)", (TESTS / "store" / "store_contract.py").read_text())
NAMES += re.findall(r"def (test_\w+)", (TESTS.parent / "src" / "postflight" / "testing.py").read_text())


def expanded(entries: list[str]) -> Iterator[str]:
    """`SEC1-3` is SEC1, SEC2, SEC3; `R-01` is itself."""
    for entry in entries:
        if match := re.fullmatch(r"([A-Z]+(?:11Y)?)(\d+)-(\d+)", entry):
            yield from (f"{match[1]}{n}" for n in range(int(match[2]), int(match[3]) + 1))
        else:
            yield entry


@pytest.mark.parametrize("criterion", [*expanded(TABLE["now"])])
def test_every_criterion_of_what_is_built_has_its_test(criterion: str) -> None:
    """Named after it, so that a reader finds the promise by its id."""
    carried = re.compile(rf"_{criterion.replace('-', '')}(_|$)")
    assert any(carried.search(name) for name in NAMES), f"no test is named after {criterion}"


def test_no_criterion_stands_in_two_places() -> None:
    """It is kept now, or waits for one part."""
    every = [*expanded(TABLE["now"]), *(name for part in TABLE["waits"].values() for name in expanded(part))]
    assert sorted(every) == sorted(set(every))


def test_no_criterion_of_the_corrections_is_forgotten() -> None:
    """The families of the corrections are whole: kept and waiting together, without a gap."""
    every = {*expanded(TABLE["now"]), *(name for part in TABLE["waits"].values() for name in expanded(part))}
    sizes = {
        "X": 11,
        "SEC": 18,
        "SQL": 8,
        "PRF": 21,
        "GRA": 7,
        "UX": 17,
        "A11Y": 8,
        "BIZ": 15,
        "FEA": 8,
        "SCO": 10,
        "DSH": 6,
        "MIL": 6,
        "EML": 7,
        "SLK": 9,
    }
    missing = [f"{family}{n}" for family, size in sizes.items() for n in range(1, size + 1) if f"{family}{n}" not in every]
    assert not missing
    missing = [f"R-{n:02}" for n in range(1, 36) if f"R-{n:02}" not in every]
    assert not missing
