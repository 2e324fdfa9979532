"""Publishers are found by name, ours among anyone's."""

from __future__ import annotations

from pathlib import Path

import pytest
from cards import CARDS, degraded

from postflight import publishers
from postflight.card import read_card
from postflight.errors import UsageError


@pytest.mark.parametrize("name", ["json", "markdown", "terminal"])
def test_ours_enter_through_the_table(name: str) -> None:
    """Each is found, and renders a card given nothing but the card."""
    assert name in publishers.names()
    render = publishers.find(name)
    assert all(isinstance(render(CARDS[card]()), str) for card in CARDS)


def test_json_survives_half_a_character() -> None:
    """A card with a lone surrogate in a text, as a broken file name has, is still written."""
    assert publishers.find("json")(CARDS["hostile"]())


def test_json_is_the_card_and_nothing_else() -> None:
    """One line of canonical JSON that reads back as the same card."""
    text = publishers.find("json")(degraded())
    assert text.endswith("}\n") and text.count("\n") == 1
    assert read_card(text.encode()) == degraded()


def test_an_unknown_name_says_what_was_meant() -> None:
    """The message names the nearest one, or all there are."""
    with pytest.raises(UsageError, match="did you mean 'markdown'"):
        publishers.find("markdwon")
    with pytest.raises(UsageError, match=r"installed are .*terminal"):
        publishers.find("xyz")


def _install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: str) -> None:
    info = tmp_path / "shout-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: shout\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[postflight.publishers]\nshout = {target}\n")
    (tmp_path / "shout.py").write_text("def render(card):\n    return card.product.upper()\n")
    monkeypatch.syspath_prepend(tmp_path)


def test_anyone_s_publisher_works_without_touching_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of its own, announced by an entry point."""
    _install(tmp_path, monkeypatch, "shout:render")
    assert publishers.find("shout")(degraded()) == "HOMEVERSE"


def test_a_publisher_that_does_not_load_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken package is an error with its name, not a traceback."""
    _install(tmp_path, monkeypatch, "shout:missing")
    with pytest.raises(UsageError, match="'shout' cannot be loaded"):
        publishers.find("shout")
