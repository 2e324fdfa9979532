"""The one audited door for what people and CI write: what went live, what was promised, what a person vouches for.

Each function checks what it is given (UsageError, with the nearest name), writes, and leaves one line in the audit, all in one
transaction. `who` is the person or job that answers for it; `now` is the only clock. Text from outside is made harmless on the way in.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from . import units, words
from .errors import UsageError
from .model import Deployment, Kpi, Plan, Promise, Record, Release, SignOff
from .store import Annotation, AuditEntry, Store, subject_of
from .window import Span

CLOCK_SKEW = timedelta(minutes=5)  # CI's clock may be this far ahead of ours


def keep_plan(store: Store, plan: Plan, *, who: str, now: datetime) -> None:
    """Keep the plan under its hash. A plan that was not kept before is a change of what success means, so it is audited (A13)."""
    with store.transaction():
        before = store.plans.latest()
        if not store.plans.keep(plan, now):
            return
        was = before.files if before else {}
        changed = sorted(name for name in {**was, **plan.files} if was.get(name) != plan.files.get(name))
        after = {"hash": plan.hash, "version": plan.version, "bindings": plan.bindings, "files": changed}
        _audit(
            store,
            "plan.change",
            plan.product,
            who,
            now,
            {"hash": before.hash, "version": before.version} if before else {},
            after,
        )


def add_deployment(
    store: Store,
    version: str,
    *,
    start: datetime,
    end: datetime,
    environment: str = "production",
    commit: str = "",
    who: str,
    now: datetime,
) -> Deployment:
    """Record that a version went live. With `end == start` it is unfinished; told again with its end, it is finished.

    Telling the same thing twice (a CI job that was run again) changes nothing and returns what is kept.
    """
    version = _words(version, "a deployment needs a version")
    told = Deployment(
        store.new_id(now), version, start, end, _words(environment, "a deployment needs an environment"), words.clean(commit)
    )
    if end < start:
        raise UsageError(f"{version} cannot have ended before it started")
    if max(start, end) > now + CLOCK_SKEW:
        raise UsageError(f"{version} cannot have gone live in the future", hint="look at the time zone of the times given")
    with store.transaction():
        if store.deployments.add(told):
            _audit(store, "deployment.add", told.id, who, now, {}, _deployment(told))
            return told
        kept = store.deployments.same_as(told) or told
        same = replace(told, id=kept.id, commit=commit or kept.commit)
        if same == kept or (end == start and same.commit == kept.commit):
            return kept
        if same.commit != kept.commit or kept.end != kept.start:
            raise UsageError(
                f"{version} went live in {kept.environment} at that instant already, with another end or commit",
                hint="give its own start, or leave it as it is",
            )
        store.deployments.finish(same)
        _audit(store, "deployment.finish", kept.id, who, now, _deployment(kept), _deployment(same))
        return same


def add_release(
    store: Store, plan: Plan, name: str, *, deployments: Sequence[str], promise: str = "", who: str, now: datetime
) -> Release:
    """Seal what a release promises: the plan's `releases/NAME.yml`, or else the plan's template, or the file named by `promise`.

    `deployments` are ids or versions. A release that is there already is edited: its seal stays, and the edit is shown with its time.
    """
    name = _words(name, "a release needs a name")
    promised = _promise(plan, promise or name, chosen=bool(promise))
    if not deployments:
        raise UsageError(f"release {name!r} needs at least one deployment", hint="add one with `postflight deploy add`")
    with store.transaction():
        members = sorted({store.deployments.get(given) for given in deployments}, key=lambda member: (member.start, member.id))
        before = next((release for release in store.releases.all() if release.id == name), None)
        if store.releases.add(name, [member.id for member in members], promised, who, now):
            after = store.releases.get(name)
            action = "release.edit" if before else "release.add"
            _audit(store, action, name, who, now, _release(before) if before else {}, _release(after))
        return store.releases.get(name)


def sign_off(
    store: Store,
    release: str,
    milestone: str,
    item: str,
    *,
    met: bool,
    evidence: str = "",
    expires: datetime | None = None,
    who: str,
    now: datetime,
) -> SignOff:
    """A person's word on one item of a release's checklist: `milestone` is its horizon (`24h`), `item` its id. The newest word holds."""
    _still_to_come(expires, now)
    with store.transaction():
        of = store.releases.get(release)
        horizon = _horizon(of.promise, milestone)
        items = {item.id for listed in of.promise.milestones if str(listed.horizon) == horizon for item in listed.items}
        _known(item, items, f"item of the {horizon} checklist")
        signoff = SignOff(horizon, item, met, _who(who), now, words.clean(evidence), expires)
        subject = subject_of(None, of)
        before = [said for said in store.signoffs.of(subject, now) if (said.milestone, said.item) == (horizon, item)]
        store.signoffs.add(subject, signoff)
        _audit(
            store,
            "milestone.sign_off",
            f"{subject} {horizon}/{item}",
            who,
            now,
            _signoff(before[-1]) if before else {},
            _signoff(signoff),
        )
    return signoff


def record(
    store: Store,
    plan: Plan,
    kpi: str,
    value: float,
    *,
    evidence: str = "",
    expires: datetime | None = None,
    who: str,
    now: datetime,
) -> Record:
    """A value that a person vouches for, in the KPI's unit as shown. Only a KPI that is asked of `manual` takes one."""
    asked = _kpi(plan, kpi)
    connection = plan.connections.get(asked.connection)
    if (connection.kind if connection else asked.connection) != "manual":
        raise UsageError(f"{kpi!r} is measured by {asked.connection!r}, so a recorded value would never be looked at")
    _still_to_come(expires, now)
    _in_range(asked, value)
    kept = Record(asked.id, float(value), _who(who), now, words.clean(evidence), expires)
    with store.transaction():
        before = store.records.of(kpi, now)
        store.records.add(kept)
        _audit(
            store,
            "kpi.record",
            kpi,
            who,
            now,
            {"value": before[-1].value} if before else {},
            {"value": kept.value, "evidence": kept.evidence},
        )
    return kept


def annotate(store: Store, text: str, *, start: datetime, end: datetime, who: str, now: datetime) -> Annotation:
    """A remark about a stretch of time, shown on every report whose window it meets. Equal ends mean an instant."""
    if end < start:
        raise UsageError("an annotation cannot end before it starts")
    remark = Annotation(start, end, _words(text, "an annotation needs words"), _who(who), now)
    with store.transaction():
        store.annotations.add(remark)
        _audit(store, "annotation.add", remark.text, who, now, {}, {"start": start, "end": end})
    return remark


def pin_baseline(
    store: Store, plan: Plan, deployment: str, to: str, *, kpis: Iterable[str] = (), who: str, now: datetime
) -> Sequence[str]:
    """Compare a deployment with the baselines of an earlier one: of these KPIs, or of all that it has. Returns the KPIs pinned."""
    with store.transaction():
        of, earlier = store.deployments.get(deployment), store.deployments.get(to)
        if earlier.start >= of.start:
            raise UsageError(f"{earlier.version} did not go live before {of.version}")
        chosen = [_kpi(plan, kpi).id for kpi in kpis] or [kpi for kpi in store.baselines.of(earlier) if kpi in plan.kpis]
        if not chosen:
            raise UsageError(f"{earlier.version} has no baselines to pin to", hint="choose a deployment that was reported on")
        for kpi in chosen:
            before = _origin(store, of, kpi)
            store.baselines.pin(of, kpi, earlier, _who(who), now)
            _audit(store, "baseline.pin", f"{of.id} {kpi}", who, now, before, _origin(store, of, kpi))
    return chosen


def invalidate_baseline(store: Store, plan: Plan, deployment: str, kpi: str, *, reason: str, who: str, now: datetime) -> None:
    """Take a deployment's baseline of one KPI out of use: its targets against the baseline can then not be decided."""
    why = _words(reason, "say why the baseline is not valid")
    with store.transaction():
        of = store.deployments.get(deployment)
        before = _origin(store, of, _kpi(plan, kpi).id)
        store.baselines.invalidate(of, kpi, why, _who(who), now)
        _audit(store, "baseline.invalidate", f"{of.id} {kpi}", who, now, before, _origin(store, of, kpi))


def _audit(
    store: Store, action: str, subject: str, who: str, now: datetime, before: Mapping[str, object], after: Mapping[str, object]
) -> None:
    store.audit.add(AuditEntry(action, subject, _who(who), now, before, after))


def _who(who: str) -> str:
    return _words(who, "say who does this (--by)")


def _words(text: str, missing: str) -> str:
    cleaned = words.clean(text).strip()
    if not cleaned:
        raise UsageError(missing)
    return cleaned


def _known(name: str, names: Iterable[str], what: str) -> str:
    """The name, if it is one of the names. Raises UsageError with the nearest one."""
    there = sorted(names)
    if name in there:
        return name
    near = difflib.get_close_matches(name, there, 1)
    hint = f"did you mean {near[0]!r}?" if near else f"there is {words.listing(there, 8)}" if there else ""
    raise UsageError(f"no {what} is called {name!r}", hint=hint)


def _kpi(plan: Plan, name: str) -> Kpi:
    return plan.kpis[_known(name, plan.kpis, "KPI of the plan")]


def _promise(plan: Plan, name: str, chosen: bool) -> Promise:
    """The promise of this name; without one, and where none was chosen, the plan's only template."""
    templates = [promise for promise in plan.promises.values() if promise.template]
    if name not in plan.promises and len(templates) == 1 and not chosen:
        return templates[0]
    return plan.promises[_known(name, plan.promises, "release file of the plan")]


def _horizon(promise: Promise, text: str) -> str:
    """A horizon of the promise's checklists, however it is spelled: `24h`, `24 h`."""
    try:
        spelled = str(Span.parse(text))
    except ValueError:
        spelled = text
    return _known(spelled, {str(milestone.horizon) for milestone in promise.milestones}, "milestone of the release")


def _still_to_come(expires: datetime | None, now: datetime) -> None:
    if expires is not None and expires <= now:
        raise UsageError("it would have expired already", hint="give a later time, or none")


def _in_range(kpi: Kpi, value: float) -> None:
    low, high = kpi.valid
    canonical = units.to_canonical(value, kpi.unit) if math.isfinite(value) else value
    if not math.isfinite(value) or (low is not None and canonical < low) or (high is not None and canonical > high):
        shown = [words.NONE if bound is None else words.value(bound, kpi.unit) for bound in (low, high)]
        raise UsageError(f"{value} is not a possible value of {kpi.id!r}", hint=f"its range is {shown[0]} to {shown[1]}")


def _deployment(deployment: Deployment) -> Mapping[str, object]:
    return {
        "version": deployment.version,
        "environment": deployment.environment,
        "commit": deployment.commit,
        "start": deployment.start,
        "end": deployment.end,
    }


def _release(release: Release) -> Mapping[str, object]:
    expected = {f"{e.kpi} {e.horizon}": str(e.target) for e in release.promise.expectations}
    return {"deployments": release.deployments, "promise": release.promise.name, "expect": expected, "seal": release.sealed_hash}


def _signoff(signoff: SignOff) -> Mapping[str, object]:
    return {"met": signoff.met, "by": signoff.by, "evidence": signoff.evidence, "expires": signoff.expires}


def _origin(store: Store, deployment: Deployment, kpi: str) -> Mapping[str, object]:
    kept = store.baselines.get(deployment, kpi)
    return {"origin": kept.origin, "observation": kept.observation.id} if kept else {}
