"""What may be asked of somebody's database: one SELECT, and nothing that writes, waits, locks, reads files or looks at a clock (C1).

This is the first of three nets; behind it stand a read-only transaction that is always rolled back, and a role that may only read. The
text is checked while the plan is loaded, before any database is known, so it is read strictly: a spelling that two databases would
cut into tokens differently is refused rather than guessed at. What passes then means the same statement to all of them. `check` reads
it a second time as the database's own dialect (`tree_refusal`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple


class Token(NamedTuple):
    """One token. `kind` is space (comments too), string, name (quoted), word, number, parameter or sign."""

    kind: str
    text: str

    @property
    def word(self) -> str:
        """A bare word in lower case; nothing for anything else."""
        return self.text.lower() if self.kind == "word" else ""

    @property
    def identifier(self) -> str:
        """The name it stands for, quoted or not, in lower case."""
        return self.word or (self.text[1:-1].replace('""', '"').lower() if self.kind == "name" else "")


# A quote ends on its line and is never preceded by a backslash; comments do not nest and hold no code; `--` is followed by a space.
# Each of these is where MySQL, SQLite and PostgreSQL would disagree about what is text and what is code.
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n\f]+|--(?=[ \t\r\n]|$)[^\n]*|/\*(?!M?!)(?:(?!/\*).)*?\*/)
      |(?P<string>'(?:[^'\n\\]|''|\\(?!'))*')
      |(?P<name>"(?:[^"\n\\]|""|\\(?!"))+"|`[\w ]+`)
      |(?P<word>[^\W\d][\w$]*)
      |(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
      |(?P<parameter>:[^\W\d]\w*)
      |(?P<sign>::|&(?!")|-(?!-)|/(?!\*)|:(?!=)|[()\[\].,;+*<>=~!@%^|?\#])""",
    re.VERBOSE | re.DOTALL,
)

_STATEMENTS = re.compile("insert|update|delete|merge|into|truncate|drop|alter|create|grant|revoke|attach|exec|execute")
_CLOCKS = re.compile("current_(date|time|timestamp)|localtime|localtimestamp|sysdate|systimestamp")
_CLOCK_FUNCTIONS = re.compile(
    r"now|today|timeofday|(clock|statement|transaction)_timestamp|get(utc)?date|sysdatetime|cur(date|time)|utc_(date|time|timestamp)"
    r"|unix_timestamp|get_current_\w+|current_localtime(stamp)?"
)
_CLOCK_WITHOUT_ARGUMENT = re.compile("date|time|datetime|julianday|unixepoch")  # SQLite: no argument means now
_CLOCK_LITERALS = re.compile("'(today|tomorrow|yesterday)'", re.IGNORECASE)
_DATE_TYPES = re.compile("date|time|timestamp|timestamptz")
# Functions that write, wait, lock, signal, read files, or run text as SQL. `pg_` is refused as a whole but for what only measures.
_FUNCTIONS = re.compile(
    r"""pg_(?!(size_pretty|(database|tablespace|relation|total_relation|table|indexes|column)_size|typeof|is_in_recovery
             |postmaster_start_time|last_xact_replay_timestamp)$)\w+
      |lo_\w+|loread|lowrite|dblink\w*|set_config|nextval|setval|txid_current|(query|table|cursor|schema|database)_to_xml\w*
      |ts_stat|ts_rewrite|crosstab\w*|connectby|xpath_table
      |load_extension|readfile|writefile|edit|fts3_tokenizer|zeroblob|randomblob
      |sleep|benchmark|load_file|get_lock|release_(all_)?locks?|is_(free|used)_lock|(master|source)_pos_wait|sys_(exec|eval)
      |open(rowset|query|datasource)|(xp|sp|dbms|utl)_\w+|httpuritype
      |read_\w+|\w+_scan|glob|getenv|query|query_table|\w+_(query|execute|attach)|which_secret|duckdb_\w+""",
    re.VERBOSE,
)


def tokens(text: str) -> list[Token]:
    """The text in tokens; joined, they are the text. Raises ValueError, with the line, where databases would read it differently."""
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            line, near = text.count("\n", 0, at) + 1, text[at : at + 12].splitlines()[0]
            raise ValueError(f"line {line} of the SQL: databases differ in how they read {near!r}; {_advice(text, at)}")
        found.append(Token(match.lastgroup or "", match[0]))
        at = match.end()
    return found


def refusal(found: Sequence[Token]) -> str | None:
    """Why these tokens are not one harmless SELECT, as "what; what to do"; None when they are."""
    code = [token for token in found if token.kind != "space"]
    while code and code[-1].text == ";":
        code.pop()
    first = next((token.word for token in code if token.text != "("), "")
    if first not in ("select", "with"):
        return "a question to a database is one SELECT (or WITH … SELECT); begin with that word"
    edge = Token("sign", ";")
    for before, token, after, then in zip([edge, *code], code, [*code[1:], edge], [*code[2:], edge, edge], strict=False):
        reason = _word(before, token, after) or _clock(before, token, after, then) or _function(token, after)
        if reason:
            return reason
    return None


def tree_refusal(text: str, dialect: str) -> str | None:
    """A second reading by a full parser, as `dialect` reads it: why it is not one SELECT, or None. Takes a moment: for `check` only."""
    import sqlglot
    from sqlglot import exp

    try:
        trees = [tree for tree in sqlglot.parse(text, read=dialect) if tree is not None and not isinstance(tree, exp.Semicolon)]
    except sqlglot.errors.SqlglotError:
        return None  # beyond the parser; the database itself is asked next
    if len(trees) != 1 or not isinstance(trees[0], exp.Query):
        return "a question to a database is one SELECT (or WITH … SELECT)"
    for node in trees[0].walk():
        if isinstance(node, exp.DML | exp.DDL | exp.Command | exp.Into | exp.Lock) and not isinstance(node, exp.Query):
            return f"{node.key.upper()} has no place in a question"
    return None


def tables(text: str, dialect: str) -> frozenset[str]:
    """The database's tables that a statement reads, as they are written in it; none where the parser cannot follow."""
    import sqlglot
    from sqlglot import exp

    try:
        tree = sqlglot.parse_one(text, read=dialect)
    except sqlglot.errors.SqlglotError:
        return frozenset()
    own = {"days", *(cte.alias for cte in tree.find_all(exp.CTE))}
    found = (table for table in tree.find_all(exp.Table) if table.db or table.name not in own)
    return frozenset(".".join(part.sql(dialect=dialect) for part in table.parts) for table in found)


def _word(before: Token, token: Token, after: Token) -> str | None:
    if token.text == ";":
        return "only one statement can be asked at once; take out what stands behind the semicolon"
    if token.kind == "parameter" and token.text not in (":start", ":end"):
        return f"there is no parameter {token.text}; there are :start and :end, the instants of the window"
    if _STATEMENTS.fullmatch(token.word) and before.text != ".":
        return f"{token.text.upper()} has no place in a question; a column of that name is written in double quotes"
    if (token.word == "for" and after.word in ("share", "no", "key")) or (token.word == "lock" and after.word == "in"):
        return "a question must not lock rows; leave the lock out"
    return None


def _clock(before: Token, token: Token, after: Token, then: Token) -> str | None:
    name, called = token.identifier, after.text == "("
    if not (
        (_CLOCKS.fullmatch(token.word) and before.text != ".")
        or (called and _CLOCK_FUNCTIONS.fullmatch(name))
        or (called and then.text == ")" and _CLOCK_WITHOUT_ARGUMENT.fullmatch(name))
        or token.text.lower() == "'now'"
        or (_CLOCK_LITERALS.fullmatch(token.text) and (_DATE_TYPES.fullmatch(before.word) or after.text == "::"))
    ):
        return None
    return f"{token.text} is another time in every session; ask for the window: :start and :end, or FROM days with days.starts and days.ends"


def _function(token: Token, after: Token) -> str | None:
    if after.text != "(" or not _FUNCTIONS.fullmatch(token.identifier):
        return None
    return f"the function {token.identifier} may not be called in a question; a question only reads tables"


def _advice(text: str, at: int) -> str:
    if text[at] in "'\"`":
        return "end the quote on its line, without a backslash before it"
    if text.startswith("--", at):
        return "put a space behind --"
    if text.startswith("/*", at):
        return "write a plain comment, not one in another"
    if text[at] == "$":
        return "write the text in single quotes"
    return "leave it out"
