"""Eight golden cards that every publisher renders: excellent, degraded, all unknown, empty, one blocker, hostile, 500 KPIs, first ever."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache

from story import AT, DEPLOYMENT, GRADES, LIVE, LOWER, MILESTONES, SOURCES, STATUSES, STORY, WEIGHTS, history, kpi

from postflight import words
from postflight.model import (
    Action,
    Blocker,
    CategoryScore,
    Evaluation,
    LedgerLine,
    Level,
    Missing,
    Reason,
    Score,
    Scorecard,
    Segment,
    SourceHealth,
    State,
    Threat,
    Verdict,
)
from postflight.window import Window


def missing(evaluation: Evaluation, reason: Reason, detail: str, at_stake: float | None = None) -> Evaluation:
    """The same KPI when its source owes us the answer. One in shadow stays what it is: shown, not judged."""
    return replace(
        evaluation,
        level=Level.NOT_APPLICABLE if evaluation.shadow else Level.NO_DATA,
        reason=evaluation.reason if evaluation.shadow else reason.value,
        sentence=f"no data ({words.reason(reason.value)}): {detail}",
        value=None,
        n=None,
        hits=None,
        low=None,
        high=None,
        change=None,
        difference=None,
        points=at_stake,
        blocker=False,
        segments=(),
        offenders=(),
    )


def cut(number: float, cuts: Sequence[tuple[int, str]]) -> str:
    return next(word for at, word in cuts if number >= at)


def score(evaluations: Sequence[Evaluation]) -> Score | None:
    """The specification's number over these KPIs: points deducted at the low bound where a KPI was missed or has no data."""
    scored = [e for e in evaluations if e.deduct is not None]
    if not scored:
        return None
    categories = []
    for id, (title, emoji, weight) in WEIGHTS.items():
        mine = [e for e in scored if e.category == id]
        certain = sum(e.deduct or 0 for e in mine if e.points and e.level is not Level.NO_DATA)
        open_ = sum(e.deduct or 0 for e in mine if e.level is Level.NO_DATA)
        low = 100 - certain - open_
        advice = tuple(e.advice for e in mine if e.points and e.advice)
        lost = float(f"{(100 - low) * weight:.6g}")
        categories.append(CategoryScore(id, title, emoji, weight, low, 100 - certain, lost, cut(low, GRADES), advice))
    low = round(sum(c.low * c.weight for c in categories), 1)
    high = round(sum(c.high * c.weight for c in categories), 1)
    known = sum(e.level is not Level.NO_DATA for e in scored)
    coverage = float(f"{known / len(scored):.6g}")
    return Score(
        "specification", low, low, high, cut(low, GRADES), cut(low, STATUSES), 90, coverage, len(scored), tuple(categories)
    )


def counts(evaluations: Sequence[Evaluation]) -> dict[str, int]:
    judged = [e for e in evaluations if not e.shadow]
    blockers = sum(e.blocker for e in judged)
    return {
        "ok": sum(e.level is Level.OK for e in judged),
        "blocker": blockers,
        "alert": sum(e.level is Level.ALERT and not e.blocker for e in judged),
        "warn": sum(e.level is Level.WARN for e in judged),
        "no_data": sum(e.level is Level.NO_DATA for e in judged),
        "not_applicable": sum(e.level is Level.NOT_APPLICABLE for e in judged),
    }


def card(evaluations: Sequence[Evaluation], verdict: Verdict, headline: str, sentence: str, **more: object) -> Scorecard:
    """A card over these KPIs whose score, counts, blockers, ledger and missing follow from them."""
    lost = [e for e in evaluations if e.points and e.level is not Level.NO_DATA]
    made = Scorecard(
        schema="postflight.card/1",
        product="HomeVerse",
        plan="7f3c19a2d4e6b8f0",
        method="1; numpy 2.4.6; scipy 1.17",
        at=AT,
        timezone="America/Chicago",
        verdict=verdict,
        headline=headline,
        sentence=sentence,
        counts=counts(evaluations),
        evaluations=tuple(evaluations),
        score=score(evaluations),
        blockers=tuple(Blocker(e.kpi, e.value or 0.0, e.block, e.sentence) for e in evaluations if e.blocker),
        ledger=tuple(
            LedgerLine(e.kpi, e.category, e.value, e.points_line or e.target, e.points or 0.0, e.sentence) for e in lost
        ),
        missing=tuple(
            Missing(e.kpi, e.reason, e.sentence.partition("): ")[2] or e.sentence)
            for e in evaluations
            if e.level is Level.NO_DATA
        ),
        milestones=MILESTONES,
        actions=tuple(
            Action(
                e.kpi,
                ". ".join(part for part in (f"{e.title}: {e.sentence}", e.advice.rstrip(".")) if part),
                e.points or 0.0,
                e.level,
                e.blocker,
                e.owner,
                e.runbook,
            )
            for e in sorted(evaluations, key=lambda e: (not e.blocker, -(e.points or 0), e.level is Level.NO_DATA))
            if e.level in (Level.ALERT, Level.WARN, Level.NO_DATA) and not e.shadow
        ),
        threat=Threat("LOW", ()),
        deployment=DEPLOYMENT,
        release="mobile-redesign",
        sources=SOURCES,
        next_review="weekly, next on 30 Nov 2026",
        public_url="https://homeverse.example/postflight",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def healthy(evaluation: Evaluation) -> Evaluation:
    """The same KPI, with its target met and nothing lost."""
    if evaluation.level in (Level.OK, Level.NOT_APPLICABLE):
        return evaluation
    better = {"pii_encrypted": 1.0, "api_p95": 0.171, "cache_hit_rate": 0.931, "task_completion": 0.934, "signups": 57.0}[
        evaluation.kpi
    ]
    was = evaluation.baseline.value if evaluation.baseline else better
    return replace(
        evaluation, level=Level.OK, value=better, low=None, high=None, hits=None, points=None, blocker=False, sentence="", offenders=(),
        segments=(), difference=float(f"{better - was:.6g}"), change=float(f"{(better - was) / was:.6g}"), history=history(was, better),
    )  # fmt: skip


@cache
def excellent() -> Scorecard:
    """Everything met."""
    closed = tuple(
        replace(m, items=tuple(replace(i, state=State.MET, detail="") for i in m.items)) if m.closed else m for m in MILESTONES
    )
    return card(
        [healthy(e) for e in STORY], Verdict.PASS, "Success: score 100 (A+)",
        "The mobile redesign worked: 36.1 % of sessions are mobile, 30 % before.", milestones=closed,
    )  # fmt: skip


@cache
def degraded() -> Scorecard:
    """The story: one blocker, one slower endpoint, and everything else as hoped. All twelve scored KPIs measured."""
    return card(
        STORY, Verdict.FAIL, "Not a success yet: PII encryption coverage is 97.5 % (1,201 in applicants.phone_ssn and 3 in documents.ssn)",
        "13 met · 1 blocker · 3 missed · 1 shown only. Score 81.5 of 90 needed. Worse than before: API response time (p95) +26.9 %, Cache hit rate −3.5 % and PII encryption coverage −2.49 %. Better: Support tickets −38 %, Page load time (mobile) −27.3 % and Mobile sessions +20.3 %.",
        notes=(
            "v2.3.9 was deployed inside the baseline, on 2 Nov 2026.",
            "The target of Mobile sessions at 1 month was changed after the data, on 20 Nov 2026: ≥ 45 % became ≥ 40 %.",
        ),
        sources=tuple(replace(s, label="simulated data") for s in SOURCES),
    )  # fmt: skip


@cache
def all_unknown() -> Scorecard:
    """No source answers."""
    refused = {
        "app": (Reason.UNREACHABLE, "cannot be reached, or broke off"),
        "prom": (Reason.TIMEOUT, "did not answer within 10 s"),
        "cache": (Reason.AUTH, "refused our user or password"),
    }
    dark = [
        missing(e, *refused[e.connection], at_stake=e.deduct and round(e.deduct * WEIGHTS[e.category][2], 2))
        if e.level is not Level.NOT_APPLICABLE
        else missing(e, *refused[e.connection])
        for e in STORY
    ]
    waiting = tuple(
        replace(m, items=tuple(replace(i, state=State.UNDECIDED, detail="no data") if not i.signed_by else i for i in m.items))
        for m in MILESTONES
    )
    return card(
        dark, Verdict.UNKNOWN, "Cannot tell: no data on Security incidents, PII encryption coverage and Unauthorized access, which could block", "The score lies between 21 and 100.",
        milestones=waiting, threat=Threat("UNKNOWN", ("the security log cannot be read",)),
        sources=tuple(replace(s, answered=0, detail=refused[s.name][1]) for s in SOURCES),
    )  # fmt: skip


@cache
def empty() -> Scorecard:
    """A plan without KPIs, before anything was deployed."""
    return replace(
        card([], Verdict.UNKNOWN, "the plan has no KPIs.", ""), milestones=(), sources=(), threat=None, deployment=None, release="",
        next_review="", public_url="",
    )  # fmt: skip


@cache
def one_blocker() -> Scorecard:
    """94 points, grade A, and a breach: the number is kept and the verdict is fail."""
    kept = [e if e.blocker else healthy(e) for e in STORY]
    return card(
        kept,
        Verdict.FAIL,
        "personal data of 1,204 applicants is stored unencrypted.",
        "That alone fails the deployment, whatever the score.",
    )


EVIL = (
    "\x1b]52;c;cm0gLXJm\x07 \x1b[2J\x1b[1;1Hpwned\r all fine",
    "\u202egnp.exe\u202c zero\u200bwidth \u2066iso\u2069 \x9b31m nel\x85 \ud800 soft\u00adhyphen",
    "[bold red]markup[/] [link=https://evil.example]x[/link] :boom: [/",
    "<script>alert(1)</script><img src=x onerror=alert(1)> &lt;b&gt; <!-- -->",
    "pipe | pipe || `code` **bold** __u__ ~~s~~ [click](javascript:alert(1)) ![i](https://evil.example/p.png) https://evil.example www.evil.example @everyone $x^2$",
    '"] --> X; click n0 "https://evil.example" %%{init: {"securityLevel":"loose"}}%% #quot; end\n\ngraph TD\n```\n# heading',
    "応答時間（九十五パーセンタイル）が長すぎる 🏳️‍🌈 👩‍👩‍👧 e\u0301 Ωμέγα Ёлка ﷽",
    "= =HYPERLINK(\"https://evil.example\") - + # > 1. a very long name: " + "ab" * 400,
)  # fmt: skip


@cache
def hostile() -> Scorecard:
    """Text from outside that wants to be more than text, in every place where such text can stand."""
    bad = [
        replace(
            e, title=f"{EVIL[n % len(EVIL)]}", owner=EVIL[(n + 1) % len(EVIL)], advice=EVIL[(n + 2) % len(EVIL)], runbook="javascript:alert(1)" if n % 2 else "https://evil.example/a b)(c|d<e>",
            sentence=EVIL[(n + 3) % len(EVIL)], measurement=EVIL[(n + 4) % len(EVIL)], because=EVIL[(n + 5) % len(EVIL)], notes=(EVIL[n % len(EVIL)],),
            segments=tuple(Segment(text, 0.5, 10) for text in EVIL[n % 4 :: 3]), offenders=tuple((text, "12") for text in EVIL[n % 3 :: 3]),
            query="\n".join(EVIL), label=EVIL[n % len(EVIL)], connection=EVIL[n % 3],
            outlooks=tuple(replace(o, sentence=EVIL[n % len(EVIL)]) for o in e.outlooks),
        )
        for n, e in enumerate(STORY)
    ]  # fmt: skip
    bad[5] = missing(bad[5], Reason.QUERY_ERROR, EVIL[0], 5.0)
    bad[7] = missing(bad[7], Reason.EMPTY, EVIL[5], 7.5)
    made = card(
        bad, Verdict.FAIL, EVIL[0], EVIL[3], product=EVIL[2], release=EVIL[4], next_review=EVIL[5], notes=EVIL, threat=Threat(EVIL[0], EVIL[1:4]),
        deployment=replace(DEPLOYMENT, id=EVIL[5], version=EVIL[1], environment=EVIL[0], commit=EVIL[3]),
        sources=tuple(SourceHealth(text, "sql", 3, n % 2, text, EVIL[4]) for n, text in enumerate(EVIL)),
        milestones=tuple(
            replace(m, title=EVIL[n], items=tuple(replace(i, title=EVIL[n + k - 1], detail=EVIL[k], owner=EVIL[4], signed_by=EVIL[0] if i.signed_by else "", evidence=EVIL[5]) for k, i in enumerate(m.items)))
            for n, m in enumerate(MILESTONES)
        ),
    )  # fmt: skip
    assert made.score is not None
    return replace(
        made,
        score=replace(
            made.score,
            categories=tuple(
                replace(c, title=EVIL[n], emoji=EVIL[0], recommendations=EVIL[2:5]) for n, c in enumerate(made.score.categories)
            ),
        ),
    )


@cache
def many() -> Scorecard:
    """500 KPIs: five categories of services, a few of them in trouble."""
    trouble = {
        17: Level.ALERT,
        99: Level.WARN,
        230: Level.NO_DATA,
        231: Level.NO_DATA,
        377: Level.WARN,
        378: Level.ALERT,
    } | dict.fromkeys(range(400, 440), Level.WARN)
    made = []
    for n in range(500):
        level = trouble.get(n, Level.OK)
        value = {Level.ALERT: 0.71, Level.WARN: 0.21 + n / 10_000}.get(level, 0.12 + n % 7 / 100)
        one = kpi(
            f"service_{n:03}_p95", f"Service {n:03} p95", ("checkout", "search", "identity", "payments", "media")[n // 100], "ms", LOWER, value * 1000,
            "<= 200 ms", level, alert="> 500 ms", was=150, half=4, n=1000 + n, source="prom", sentence="" if level is Level.OK else f"{value * 1000:g} ms, {value * 1000 - 200:g} ms over the limit of ≤ 200 ms",
        )  # fmt: skip
        made.append(missing(one, Reason.EMPTY, "has no samples in this window") if level is Level.NO_DATA else one)
    return replace(
        card(made, Verdict.FAIL, "2 services are over their alert line.", "42 more missed their target."),
        milestones=(), threat=None, release="", sources=(SourceHealth("prom", "prometheus", 500, 498, "2 metrics have no samples"),),
    )  # fmt: skip


@cache
def first_ever() -> Scorecard:
    """An hour after the first deployment: nothing to compare with, and no complete day yet."""
    hour = Window(LIVE, LIVE + timedelta(hours=1))
    hourly = {"security_incidents", "error_rate", "api_p95", "unauthorized_access"}
    fresh = [
        replace(healthy(e), baseline=None, change=None, difference=None, history=(), segments=(), offenders=(), outlooks=(), window=hour)
        if e.kpi in hourly
        else missing(
            replace(e, baseline=None, history=(), outlooks=(), window=None), Reason.WINDOW_INCOMPLETE,
            "was not asked: the window holds no complete day yet", e.deduct and round(e.deduct * WEIGHTS[e.category][2], 2),
        )
        for e in STORY
    ]  # fmt: skip
    young = tuple(
        replace(
            m,
            closed=False,
            items=tuple(
                replace(i, state=State.TOO_EARLY if not i.owner else State.OPEN, detail="", signed_by="", signed_at=None)
                for i in m.items
            ),
        )
        for m in MILESTONES
    )
    return card(
        fresh, Verdict.UNKNOWN, "only 4 of 18 KPIs can be told after one hour.", "A change verdict needs 14 complete days before a deployment; this is the first look.",
        at=LIVE + timedelta(hours=1), milestones=young, notes=("No baseline: nothing was measured before this deployment.",), release="",
        next_review="daily, next on 17 Nov 2026",
    )  # fmt: skip


CARDS: dict[str, Callable[[], Scorecard]] = {
    "excellent": excellent,
    "degraded": degraded,
    "all-unknown": all_unknown,
    "empty": empty,
    "one-blocker": one_blocker,
    "hostile": hostile,
    "many": many,
    "first-ever": first_ever,
}
