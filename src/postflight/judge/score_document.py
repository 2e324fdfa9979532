"""Score documents as text: a guarded reader of JSON, and JSON Lines in and out, a bad line answered in its place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from ..errors import Exit
from ..model import Verdict
from .gate import exit_of
from .scorer import Scorer, score_one

_MOST_DIGITS = 20  # an integer longer than this is beyond any range, and Python refuses those of thousands of digits
_BEYOND: int = 10**_MOST_DIGITS


def read_document(text: str | bytes) -> object:
    """One JSON document. Raises ValueError, in words for people, where there is none.

    NaN and infinities are read, to be reported as no numbers; integers of any length are, to be reported as out of range. A key that
    comes twice is refused: which of two values is meant cannot be told.
    """
    try:
        return _DECODER.decode(text.decode("utf-8-sig") if isinstance(text, bytes) else text.removeprefix("\ufeff"))
    except UnicodeDecodeError:
        raise ValueError("not UTF-8 text") from None
    except json.JSONDecodeError as problem:
        raise ValueError(f"not JSON: {problem.msg} at line {problem.lineno} column {problem.colno}") from None
    except RecursionError:
        raise ValueError("nested too deeply") from None


def score_lines(prepared: Scorer, lines: Iterable[str | bytes]) -> Iterator[tuple[str, Exit]]:
    """JSON Lines: for each line its score document as one line of JSON without a newline, and its exit code.

    A line that cannot be read is answered `{"error": …}` in its place and counts as a usage error; empty lines are passed over.
    """
    for line in lines:
        if not line.strip():
            continue
        try:
            scored = score_one(prepared, read_document(line))
        except ValueError as problem:
            yield document_text({"error": str(problem)}), Exit.USAGE
        else:
            yield document_text(scored), exit_of(Verdict(scored["verdict"]))


def document_text(document: dict[str, Any]) -> str:
    """A score document as one line of JSON in plain ASCII, which any terminal, pipe and log can carry."""
    return _ENCODER.encode(document)


def _integer(digits: str) -> int:
    if len(digits) <= _MOST_DIGITS:
        return int(digits)
    return -_BEYOND if digits.startswith("-") else _BEYOND


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = next(name for i, (name, _) in enumerate(pairs) if name in dict(pairs[:i]))
        raise ValueError(f"the key {twice[:80]!a} comes twice")
    return found


_DECODER = json.JSONDecoder(parse_int=_integer, object_pairs_hook=_unique)
_ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)
