"""Signs for terminals that cannot show ours: every text in ASCII, or in what an encoding has.

Our own signs have fixed counterparts, letters lose their accents, and what has no counterpart becomes `?`.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

_SIGNS = str.maketrans(
    {
        "✓": "+", "✗": "x", "‼": "!", "■": "#", "☐": "o", "↗": "/", "↘": "\\", "…": "...", "·": "-", "•": "*", "–": "-", "—": "-",
        "−": "-", "≤": "<=", "≥": ">=", "×": "x", "≠": "!=", "±": "+/-", "→": "->", "µ": "u", "°": " deg", "“": '"', "”": '"', "„": '"',
        "‘": "'", "’": "'", "«": "<<", "»": ">>", "€": "EUR", "£": "GBP", "¥": "JPY", "ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O",
        "ł": "l", "Ł": "L", "đ": "d", "œ": "oe", "Œ": "OE", "█": "#", "▒": "=", "░": ".", "│": "|", "─": "-", "━": "-",
        "▁": "_", "▂": ".", "▃": ":", "▄": "-", "▅": "=", "▆": "+", "▇": "*",
    }
)  # fmt: skip
_SIGNS_OF_OURS = "✓✗‼■☐↗↘…·–−≤≥█▒░│─▁▂▃▄▅▆▇"
_PICTURE = re.compile(r"[\u2600-\u27bf\u2b00-\u2bff\ufe0e\ufe0f\U0001f000-\U0001faff]+ ?")
_HANDLER = "postflight.transliterate"


def to_ascii(text: str) -> str:
    """The text in ASCII; longer where a sign needs several characters, so it must come before any layout. Pictures are left out."""
    if text.isascii():
        return text
    signs = _PICTURE.sub("", text.replace(" · ", " | ").translate(_SIGNS))
    letters = (c for c in unicodedata.normalize("NFKD", signs) if not unicodedata.combining(c))
    return "".join(letters).translate(_SIGNS).encode("ascii", "replace").decode("ascii")


def needs_ascii(encoding: str | None) -> bool:
    """Whether an output of this encoding cannot carry our signs, so that a report should be laid out in ASCII."""
    try:
        _SIGNS_OF_OURS.encode(encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return True
    return False


def encode_safely(text: str, encoding: str | None) -> str:
    """The text in characters that the encoding has: what it lacks is transliterated. Encoding the result can never fail; an unknown
    encoding is taken for ASCII."""
    known = encoding or "ascii"
    try:
        codecs.lookup(known)
    except LookupError:
        known = "ascii"
    return text.encode(known, _HANDLER).decode(known)


def _transliterate(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return to_ascii(error.object[error.start : error.end]), error.end


codecs.register_error(_HANDLER, _transliterate)
