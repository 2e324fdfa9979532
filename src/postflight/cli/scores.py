"""`postflight score`: the specification's dictionary in, the judged number out (contract 5)."""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

import click

from ..errors import Exit, UsageError

if TYPE_CHECKING:
    from ..model import Plan
    from .session import Session

_DEFAULT_PLAN = "homeverse"


@click.command()
@click.argument("file", type=click.File("rb"))
@click.option(
    "--gate",
    is_flag=True,
    help="Exit with the verdict: 0 pass, 1 fail, 3 cannot tell; of several lines the worst, in the order 2, 1, 3, 0.",
)
@click.pass_obj
def score(session: Session, file: BinaryIO, gate: bool) -> int:
    """Score the values in FILE (- for standard input): one JSON object, or one a line (JSON Lines).

    The plan says what costs how much; without --plan it is the one of the specification, which ships with Postflight. Answers are JSON,
    one line each; a line that cannot be read is answered {"error": …} in its place.
    """
    from ..judge.gate import worst
    from ..judge.score_document import score_lines
    from ..judge.scorer import scorer

    exits: set[Exit] = set()
    out = sys.stdout
    for answer, code in score_lines(scorer(_plan(session)), _documents(file)):
        out.write(answer + "\n")
        exits.add(code)
    if not exits:
        raise UsageError("there is nothing to score", hint="give one JSON object, or one a line")
    return worst(exits) if gate or exits == {Exit.USAGE} else Exit.PASS


def _plan(session: Session) -> Plan:
    """The plan that was named, or the one that ships with us: a plan that lies about here by chance does not decide a score."""
    if session.plan_path:
        return session.plan
    from importlib import resources

    from ..plan import load_plan
    from ..sources import kinds

    with resources.as_file(resources.files("postflight") / "plans" / _DEFAULT_PLAN) as folder:
        return load_plan(folder, kinds())


def _documents(file: BinaryIO) -> Iterable[bytes]:
    """The documents in a file. A first line that is no document by itself may be the beginning of one over many lines."""
    from ..judge.score_document import read_document

    def is_document(text: bytes) -> bool:
        try:
            read_document(text)
        except ValueError:
            return False
        return True

    lines: Iterator[bytes] = iter(file)
    first = next((line for line in lines if line.strip()), b"")
    if is_document(first):
        return itertools.chain([first], lines)
    rest = file.read()
    whole = first + rest
    return [whole] if is_document(whole) else itertools.chain([first], rest.splitlines())
