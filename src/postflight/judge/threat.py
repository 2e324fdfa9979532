"""The threat level: the highest that any test raises, with every reason, and never lower than what is unknown allows (SQL4, SQL8)."""

from __future__ import annotations

from collections.abc import Sequence

from .. import words
from ..model import Estimate, Nothing, Threat, ThreatRule
from ..target import Target
from .case import is_part_of
from .evaluate import Finding
from .level import is_judged
from .lines import crossed, holds, why_undecided

UNKNOWN = "UNKNOWN"


def threat(rules: Sequence[ThreatRule], findings: Sequence[Finding]) -> Threat | None:
    """The level by the plan's rules, which stand from the highest down; the last is the level of peace. None without rules.

    An input without data may hide a higher level: then the level is UNKNOWN, or at least the one that was raised.
    """
    if not rules:
        return None
    level, hidden = "", False
    reasons: list[str] = []
    doubts: list[str] = []
    for rule in rules:
        told = [(finding, line, _told(finding, line)) for finding, line in _tests(rule, findings)]
        for finding, line, answer in told:
            if answer is True and isinstance(finding.value, Estimate):
                level = level or rule.level
                what = crossed(line, finding.case.kpi, finding.value.value, finding.compared)
                reasons.append(f"{rule.level}: {finding.case.kpi.title} {what}")
        for finding, _, answer in told:
            if isinstance(answer, Nothing) and not level:
                hidden = True
                title, why = finding.case.kpi.title, words.REASON_WORDS[answer.reason]
                doubts.append(f"{rule.level} cannot be ruled out: no data on {title} ({why})")
    if hidden:
        return Threat(f"{level} at least" if level else UNKNOWN, (*reasons, *doubts))
    return Threat(level or rules[-1].level, tuple(reasons))


def _tests(rule: ThreatRule, findings: Sequence[Finding]) -> list[tuple[Finding, Target]]:
    return [
        (f, line) for kpi, line in rule.when.items() for f in findings if is_part_of(f.case.kpi.id, kpi) and is_judged(f.case.kpi)
    ]


def _told(finding: Finding, line: Target) -> bool | Nothing:
    if isinstance(finding.value, Nothing):
        return finding.value
    met = holds(line, finding.case.kpi, finding.value.value, finding.compared)
    return why_undecided(line, finding.compared) if met is None else met
