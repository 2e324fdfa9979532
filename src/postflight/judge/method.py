"""The version of the method: part of every card, so that a number can be told from the same number made otherwise."""

from __future__ import annotations

from functools import cache

JUDGE = "postflight-judge/1"


@cache
def method() -> str:
    """`postflight-judge/1 numpy 2.4.6 scipy 1.17.1`: what a card was judged by. Imports neither."""
    from importlib.metadata import version

    return f"{JUDGE} numpy {version('numpy')} scipy {version('scipy')}"
