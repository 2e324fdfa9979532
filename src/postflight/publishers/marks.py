"""Markdown's own signs: how words become Markdown that says them and does nothing else. For GitHub's dialect and plain CommonMark.

Text from outside cannot start a link, an image, a tag, a table cell, a heading, a list, a formula or a notification of people.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from .. import words

_RULES: Sequence[tuple[re.Pattern[str], str]] = (
    (re.compile(r"([\\`*\[\]|~$])"), r"\\\1"),
    (re.compile(r"(?<![^\W_])_|_(?![^\W_])"), r"\\_"),  # an underscore inside a word is only an underscore
    (re.compile(r"<(?=[A-Za-z/!?])"), r"\\<"),  # `<200ms` is no tag and stays as it is
    (re.compile(r"&(?=#?\w+;)"), "&amp;"),
    (re.compile(r"(?<=\w)://"), "&#58;//"),  # no bare address becomes a link by itself
    (re.compile(r"\b(www)\.", re.IGNORECASE), r"\1&#46;"),
    (re.compile(r"(?<![\w.])@(?=\w)"), "@\u2060"),  # names of people and teams are not called
)
_BLOCK = re.compile(r"^(#{1,6}(?=\s|$)|>|[-+=](?=\s|$)|\d{1,9}(?=[.)](?:\s|$)))")
_WEB = re.compile(r"https?://[A-Za-z0-9\-._~:/?#@!&'+,;=%]+")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def escape(text: str) -> str:
    """Text from outside, for the middle of a line or a table's cell."""
    said = words.clean(text).strip()
    for pattern, replacement in _RULES:
        said = pattern.sub(replacement, said)
    return said


def opening(text: str) -> str:
    """Text from outside where a line or a list item begins: it cannot open a heading, a quotation or a list either."""
    said = escape(text)
    match = _BLOCK.match(said)
    if match is None:
        return said
    return f"{match[0]}\\{said[match.end() :]}" if match[0].isdigit() else f"\\{said}"


def code(text: str) -> str:
    """An identifier of ours or of the plan, as code."""
    said = words.clean(text).replace("`", "'").replace("|", "¦").strip()
    return f"`{said}`" if said else ""


def link(title: str, address: str) -> str:
    """A link to an address of the web; any other address is only said."""
    said = words.clean(address).strip()
    return f"[{escape(title)}]({said})" if _WEB.fullmatch(said) else f"{escape(title)}: {escape(said)}" if said else ""


def prose(text: str) -> str:
    """Markdown that the plan's author wrote, kept as it is but for control characters and raw HTML."""
    lines = [_TAG.sub(r"\\<", words.clean(line)) for line in text.splitlines()]
    return "\n".join(f"{line.rstrip()}{'  ' if line.endswith('  ') and line.strip() else ''}" for line in lines).strip()


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(cell or " " for cell in line) + " |" for line in lines)
