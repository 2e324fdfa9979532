"""A question in SQL: checked when the plan is read, written out when it is asked.

One text serves PostgreSQL, SQLite and DuckDB. What it needs to know of time it is handed: `:start` and `:end`, the instants of the
window, and, where it mentions `days`, a relation `days(day, starts, ends)` with one row for each day (or hour) that is asked for, put
in front as a common table expression with bound values. So days are the plan's days, also those of 23 and 25 hours, and a day
without rows is still a row of the answer (R-13, BIZ5, BIZ6).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ..model import Ask, Kind
from ..units import Unit
from . import readonly
from .answers import slot_name
from .readonly import Token

_Put = Callable[[str, object], str]


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one database wants a question written."""

    name: str  # as sqlglot spells it
    placeholder: Callable[[str], str]  # the parameter of a name
    verbatim: Callable[[str], str]  # SQL text, as the driver wants it beside parameters
    instant: Callable[[datetime], object]  # an instant, as a parameter that compares with the database's own
    day: Callable[[date | str], object]  # what stands in days.day, as a parameter
    constant: Callable[[object], str]  # the same values as SQL text, for a person to run by hand


@dataclass(frozen=True, slots=True)
class Bound:
    """A statement ready to be sent: at least one parameter, always (contract 6). `shown` is the same with its values written out."""

    sql: str
    parameters: Mapping[str, object]
    shown: str


@dataclass(frozen=True, slots=True)
class Statement:
    """One SELECT. Make it with `read`; `str` gives its author's text."""

    text: str
    tokens: tuple[Token, ...] = field(repr=False)
    days: bool
    kind: Kind
    unit: Unit | None = None  # SQL names no units

    @classmethod
    def read(cls, text: str) -> Statement:
        """Check the text. Raises ValueError ("what; what to do") for anything but one harmless SELECT."""
        tokens = readonly.tokens(text)
        if reason := readonly.refusal(tokens):
            raise ValueError(reason)
        code = [token for token in tokens if token.kind != "space"]
        while code[-1].text == ";":
            code.pop()
        if any(
            name.identifier == "days" and (opens.word, then.text) == ("as", "(")
            for name, opens, then in zip(code, code[1:], code[2:], strict=False)
        ):
            raise ValueError("days is the relation that Postflight gives to the question; call yours something else")
        days = any(
            _is_days(*near) for near in zip([Token("sign", ""), *code], code, [*code[1:], Token("sign", "")], strict=False)
        )
        timed = days or any(token.kind == "parameter" for token in code)
        end = len(tokens) - next(n for n, token in enumerate(reversed(tokens)) if token.kind != "space" and token.text != ";")
        return cls(text, tuple(tokens[:end]), days, Kind.FLOW if timed else Kind.STATE)

    def bound(self, ask: Ask, dialect: Dialect) -> Bound:
        """The statement for one ask. A statement that mentions `days` needs an ask with slots."""
        parameters: dict[str, object] = {}

        def bind(name: str, value: object) -> str:
            parameters[name] = value
            return dialect.placeholder(name)

        def write(_: str, value: object) -> str:
            return dialect.constant(value)

        relation = self._days(ask, dialect, bind)
        if self.kind is Kind.STATE:  # it would have no parameter, and psycopg would take several statements at once
            relation = f"asked(until) AS (VALUES ({bind('end', dialect.instant(ask.window.end))}))"
        sql = self._behind(relation, ask, dialect, bind, dialect.verbatim)
        return Bound(sql, parameters, self._behind(self._days(ask, dialect, write), ask, dialect, write, str))

    def _days(self, ask: Ask, dialect: Dialect, put: _Put) -> str:
        """The relation of the ask's slots; nothing when the text does not mention it."""
        if not self.days:
            return ""
        rows = (
            f"({put(f'day{n}', dialect.day(slot_name(ask, n)))}, {put(f'starts{n}', dialect.instant(slot.window.start))},"
            f" {put(f'ends{n}', dialect.instant(slot.window.end))})"
            for n, slot in enumerate(ask.slots)
        )
        return "days(day, starts, ends) AS (VALUES\n  " + ",\n  ".join(rows) + ")"

    def _behind(self, relation: str, ask: Ask, dialect: Dialect, put: _Put, verbatim: Callable[[str], str]) -> str:
        """The text behind one more common table expression, which comes first among those it has of its own."""
        instants = {"start": ask.window.start, "end": ask.window.end}
        pieces = [
            put(token.text[1:], dialect.instant(instants[token.text[1:]])) if token.kind == "parameter" else verbatim(token.text)
            for token in self.tokens
        ]
        if not relation:
            return "".join(pieces)
        at = next(n for n, token in enumerate(self.tokens) if token.kind != "space")
        if self.tokens[at].word != "with":
            return "".join([*pieces[:at], f"WITH {relation}\n", *pieces[at:]])
        after = next(n for n, token in enumerate(self.tokens) if n > at and token.kind != "space")
        if self.tokens[after].word == "recursive":
            at = after
        return "".join([*pieces[: at + 1], f" {relation},", *pieces[at + 1 :]])

    def __str__(self) -> str:
        return self.text


def _is_days(before: Token, token: Token, after: Token) -> bool:
    """Whether this token speaks of the relation: `FROM days`, `JOIN days`, `days.starts`; not of a column or a table `app.days`."""
    return token.identifier == "days" and before.text != "." and (before.word in ("from", "join") or after.text == ".")
