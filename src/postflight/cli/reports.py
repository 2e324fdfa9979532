"""`observe`, `report`, `gate`, `explain`, `history`: the verdict, and everything behind it."""

from __future__ import annotations

import gc
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import click

from .. import words
from ..errors import Exit, UsageError

if TYPE_CHECKING:
    from ..model import Scorecard
    from ..run import Look
    from .session import Session

_DEPLOYMENT = click.option("--deployment", metavar="VERSION", help="Version or id. Default: the latest.")
_DEADLINE = click.option(
    "--deadline", type=click.FloatRange(0.1), metavar="SECONDS", help="How long a source may take in all.  [default: 10]"
)


_EARLIER = 5  # cards that `explain` looks back on


@click.command()
@_DEADLINE
@click.pass_obj
def observe(session: Session, deadline: float | None) -> int:
    """Record today's state of everything that has no memory of its own. Run it daily (cron, systemd, CI)."""
    from ..model import Evidence
    from ..run import observe as run_observe

    kept, occasion = run_observe(session.plan, session.store, session.sources(deadline), session.now)
    known = [seen for seen in kept if isinstance(seen.outcome, Evidence)]
    click.echo(f"Recorded {words.share(len(known), len(kept))} states")
    for health in occasion.sources:
        if health.answered < health.asked:
            click.echo(f"  {health.name}: {health.detail}")
    return Exit.PASS if len(known) == len(kept) else Exit.CANNOT_TELL


@click.command()
@_DEPLOYMENT
@click.option("--at", metavar="TIME", help="As it stood then. Of a state, only what was recorded is known.")
@click.option("--format", "form", type=click.Choice(["terminal", "json", "markdown"]), default="terminal", show_default=True)
@_DEADLINE
@click.pass_obj
def report(session: Session, deployment: str | None, at: str | None, form: str, deadline: float | None) -> int:
    """Did it work? Measure, judge, keep and print. Exits 0 when a report was made, whatever it says; `gate` is for CI."""
    seen = _look(session, deployment, at, deadline)
    print_safely(rendered(session, seen, form))
    return Exit.PASS


@click.command()
@_DEPLOYMENT
@click.option("--wait", metavar="DURATION", help="Look again until it can be told, for at most this long (15m, 2h).")
@click.option("--every", metavar="DURATION", default="30s", show_default=True, help="How often to look while waiting.")
@click.option(
    "--on-unknown",
    type=click.Choice(["pass", "fail", "3"]),
    default="3",
    show_default=True,
    help="The answer when it cannot be told.",
)
@click.option("--format", "form", type=click.Choice(["terminal", "json", "markdown"]), default="json", show_default=True)
@_DEADLINE
@click.pass_obj
def gate(
    session: Session, deployment: str | None, wait: str | None, every: str, on_unknown: str, form: str, deadline: float | None
) -> int:
    """For CI: exits 0 on pass, 1 on fail, 3 when it cannot be told."""
    from ..judge import gate as exit_of

    ends = time.monotonic() + (seconds(wait) if wait else 0.0)
    while True:
        seen = _look(session, deployment, None, deadline, history=False)
        code = exit_of(seen.card)
        pause = min(seconds(every), ends - time.monotonic())
        if code is not Exit.CANNOT_TELL or pause <= 0:
            break
        click.echo(f"{seen.card.headline}; looking again in {pause:.0f} s", err=True)
        gc.collect()
        time.sleep(pause)
    print_safely(rendered(session, seen, form))
    click.echo(words.clean(seen.card.headline), err=True)
    if code is Exit.CANNOT_TELL and on_unknown != "3":
        return Exit.PASS if on_unknown == "pass" else Exit.FAIL
    return code


@click.command()
@click.argument("kpi")
@_DEPLOYMENT
@click.option("--at", metavar="TIME", help="As it stood then.")
@click.option("--format", "form", type=click.Choice(["terminal", "json"]), default="terminal", show_default=True)
@_DEADLINE
@click.pass_obj
def explain(session: Session, kpi: str, deployment: str | None, at: str | None, form: str, deadline: float | None) -> int:
    """Why KPI stands where it stands: value, evidence, question as asked, window, lines, points, offenders, history."""
    import difflib
    import json

    from ..publishers.explain import render_explain

    known = [name for name in session.plan.kpis if name == kpi or kpi.startswith(f"{name}[")]
    if not known:
        near = difflib.get_close_matches(kpi, session.plan.kpis, 1, 0.5)
        raise UsageError(
            f"the plan has no KPI {kpi!r}", hint=f"did you mean {near[0]!r}?" if near else "`postflight report` lists them"
        )
    seen = _look(session, deployment, at, deadline)
    found = [e for e in seen.card.evaluations if e.kpi == kpi or e.kpi.startswith(f"{kpi}[")]
    if form == "json":
        card = json.loads(seen.document)
        click.echo(
            json.dumps([e for e in card["evaluations"] if e["kpi"] in {f.kpi for f in found}], ensure_ascii=False, indent=2)
        )
        return Exit.PASS
    earlier = _earlier(session, seen)
    for evaluation in found:
        previous = [e for card in earlier for e in card.evaluations if e.kpi == evaluation.kpi]
        print_safely(render_explain(evaluation, seen.card, previous, **asdict(terminal())))
    return Exit.PASS


@click.command()
@click.option("--deployment", metavar="VERSION", help="Of this one only.")
@click.option("--count", type=click.IntRange(1), default=30, show_default=True)
@click.option("--show", "card", metavar="ID", help="Print that card again.")
@click.option("--recompute", metavar="ID", help="Judge that card again from what was kept, and compare it byte for byte.")
@click.option("--format", "form", type=click.Choice(["terminal", "json", "markdown"]), default="terminal", show_default=True)
@click.pass_obj
def history(session: Session, deployment: str | None, count: int, card: str | None, recompute: str | None, form: str) -> int:
    """Earlier verdicts, newest last. Every card is kept with all it was judged from."""
    import json

    if recompute:
        return _recompute(session, recompute)
    if card:
        from ..card import read_card
        from ..run import Look

        document = session.store.cards.get(card).document
        print_safely(rendered(session, Look(read_card(document), document, card), form))
        return Exit.PASS
    only = session.the_deployment(deployment).id if deployment else ""
    cards = [c for c in session.store.cards.history(count=count) if only in ("", c.deployment)]
    if form == "json":
        rows = [
            {"id": c.id, "at": c.at.isoformat(), "verdict": c.verdict, "score": c.composite, "grade": c.grade, "plan": c.plan}
            for c in cards
        ]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return Exit.PASS
    if not cards:
        click.echo("No report yet. `postflight report` makes the first.")
    for c in cards:
        number = words.bounds(c.low, c.high) if c.low is not None and c.high is not None else ""
        click.echo(
            f"{words.instant(c.at, session.plan.timezone):<24} {words.VERDICT_WORDS[c.verdict]:<14} {number:<11} {c.grade:<3} {c.id}"
        )
    return Exit.PASS


def _look(session: Session, deployment: str | None, at: str | None, deadline: float | None, *, history: bool = True) -> Look:
    from ..run import look

    moment = session.instant(at)
    now = session.now
    if moment is not None and moment > now:
        raise UsageError("a report cannot be made about the future", hint="leave --at away for the present")
    found = session.deployment(deployment) if deployment or moment is None else session.deployment_at(moment)
    return look(
        session.plan, session.store, session.sources(deadline), moment or now, found, live=moment is None, history=history
    )


def _earlier(session: Session, seen: Look) -> list[Scorecard]:
    """The last cards of the same deployment before this one, newest first."""
    from ..card import read_card

    kept = session.store.cards.history(deployment=seen.card.deployment.id if seen.card.deployment else "", count=100)
    return [read_card(session.store.cards.get(c.id).document) for c in reversed(kept) if c.at < seen.card.at][:_EARLIER]


def rendered(session: Session, seen: Look, form: str) -> str:
    """The card for the reader who asked: canonical JSON, the plan's document, or the terminal at hand."""
    if form == "json":
        return seen.document.decode()
    if form == "markdown":
        from ..publishers.markdown import render as markdown

        return markdown(seen.card, session.plan.document, session.plan.tree)
    from ..publishers.terminal import render

    return render(seen.card, **asdict(terminal()))


@dataclass(frozen=True, slots=True)
class Terminal:
    """What standard output can carry: its width in cells, and whether colours and more than ASCII get through."""

    width: int
    color: bool
    ascii: bool


def terminal() -> Terminal:
    """Standard output as it is: plain when piped, or where NO_COLOR is set."""
    import os
    import shutil

    from ..publishers.terminal import needs_ascii

    color = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return Terminal(shutil.get_terminal_size((100, 24)).columns, color, needs_ascii(sys.stdout.encoding))


def print_safely(text: str) -> None:
    """Print to a stream of any encoding."""
    from ..publishers.plain import encode_safely

    click.echo(encode_safely(text, sys.stdout.encoding or "ascii"), nl=False)


def _recompute(session: Session, card: str) -> int:
    from ..plan import compile_plan
    from ..run import recompute
    from ..sources import kinds

    wanted = session.store.cards.get(card)
    kept = session.store.plans.get(wanted.plan)
    plan = compile_plan(kept.files, kinds(), kept.bindings)
    published, again = recompute(session.store, card, {kept.hash: plan})
    if published == again:
        click.echo(f"The same {len(again):,} bytes.")
        return Exit.PASS
    click.echo(f"Not the same: it was judged by {wanted.method}.")
    return Exit.FAIL


def seconds(text: str) -> float:
    """A waiting time as typed: 30s, 15m or 15min, 2h. Raises UsageError."""
    import re

    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h)", text.strip())
    if match is None:
        raise UsageError(f"cannot read {text!r} as a waiting time", hint="write one like 30s, 15m or 2h")
    return float(match[1]) * {"s": 1, "m": 60, "min": 60, "h": 3600}[match[2]]
