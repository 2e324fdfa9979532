"""The report for machines: the card itself, in the one spelling that `card.py` gives it."""

from __future__ import annotations

from ..card import card_json
from ..model import Scorecard


def render(card: Scorecard) -> str:
    """The canonical `postflight.card/1` document: one line of JSON, ending in a newline."""
    return card_json(card).decode()
