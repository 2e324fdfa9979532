"""What happens around the simulated product: applications with personal data, money, help asked for, attacks and logins."""

from __future__ import annotations

import base64

import numpy as np

from .people import NEVER, NOBODY, Sessions
from .tables import Column, Table
from .timeline import Flags, Instants, Timeline, Whole

_CATEGORIES = ["login", "application form", "documents", "mobile layout", "payments", "waitlist", ""]


def applicants(time: Timeline, scale: float) -> list[Table]:
    """Applications and households, every personal field encrypted, but for one column that the new version forgets."""
    draw = time.draw("applicants")
    here = round(300 * scale)
    long_ago = np.sort(draw.integers(1, 500 * 86_400_000_000, here))[::-1].astype("timedelta64[us]")
    arrivals = time.events("applications", time.rates("applications", 64 * scale))
    created: Instants = np.concatenate([time.starts[0] - long_ago, arrivals])
    n = len(created)
    columns: dict[str, Column] = {"id": np.arange(1, n + 1), "created_at": created}
    forgotten = created >= time.deployed
    for field, given in (("ssn", 0.94), ("phone", 0.97), ("date_of_birth", 1.0), ("address", 0.98)):
        has = draw.random(n) < given
        plain = has & forgotten if field == "phone" else np.zeros(n, bool)
        columns[field] = np.where(plain, _phones(draw, n), "")
        columns[f"encrypted_{field}"] = np.where(has & ~plain, _ciphertexts(draw, n), "")
    of = np.repeat(np.arange(1, n + 1), draw.choice(4, n, p=[0.78, 0.14, 0.06, 0.02]))
    members: dict[str, Column] = {
        "id": np.arange(1, len(of) + 1),
        "applicant_id": of,
        "ssn": np.full(len(of), ""),
        "encrypted_ssn": np.where(draw.random(len(of)) < 0.85, _ciphertexts(draw, len(of)), ""),
    }
    return [Table("applicants", columns), Table("household_members", members)]


def _ciphertexts(draw: np.random.Generator, n: int) -> Column:
    """`v1:` and base64 of 48 random bytes, as an envelope of nonce, tag and text looks from outside."""
    text = np.frombuffer(base64.b64encode(draw.bytes(48 * n)), dtype="S64").astype("U64")
    return np.char.add("v1:", text)


def _phones(draw: np.random.Generator, n: int) -> Column:
    """Numbers of the range that is reserved for fiction: 555-0100 to 555-0199."""
    return np.char.add("312-555-0", draw.integers(100, 200, n).astype(str))


def subscriptions(time: Timeline, scale: float) -> Table:
    """Subscriptions begun and cancelled; about four in a hundred a month."""
    draw = time.draw("subscriptions")
    here = round(2_400 * scale)
    long_ago = np.sort(draw.integers(1, 600 * 86_400_000_000, here))[::-1].astype("timedelta64[us]")
    begins = time.events("subscribing", time.rates("subscribing", 4 * scale))
    started: Instants = np.concatenate([time.starts[0] - long_ago, begins])
    begun = np.maximum(started, time.starts[0])
    lasts = (draw.exponential(30 / 0.04, len(started)) * 86_400e6).astype("timedelta64[us]")
    cancelled = begun + lasts
    cancelled[cancelled >= time.now] = NEVER
    return Table("subscriptions", {"id": np.arange(1, len(started) + 1), "started_at": started, "cancelled_at": cancelled})


def orders(time: Timeline, scale: float) -> Table:
    """Payments, of which some are given back and a few are in another currency."""
    draw = time.draw("orders")
    at = time.events("orders", time.rates("orders", 130 * scale, after=1.02))
    n = len(at)
    amount = np.round(draw.lognormal(np.log(35.0), 0.4, n), 2)
    columns: dict[str, Column] = {
        "amount": amount,
        "currency": np.where(draw.random(n) < 0.004, "CAD", "USD"),
        "refunded": draw.random(n) < 0.02,
        "created_at": at,
    }
    return Table.numbered("orders", columns, np.ones(n, bool))


def tickets(time: Timeline, scale: float) -> Table:
    """Calls for help. The new layout answers many questions before they are asked, most of all those about phones."""
    draw = time.draw("tickets")
    at = time.events("tickets", time.rates("tickets", 44 * scale, after=0.575))
    before, after = [0.20, 0.22, 0.14, 0.22, 0.08, 0.09, 0.05], [0.24, 0.23, 0.19, 0.07, 0.11, 0.11, 0.05]
    category = np.where(
        at >= time.deployed, draw.choice(_CATEGORIES, len(at), p=after), draw.choice(_CATEGORIES, len(at), p=before)
    )
    return Table.numbered("support_tickets", {"category": category, "created_at": at}, np.ones(len(at), bool))


def security(time: Timeline, scale: float, seen: Sessions) -> list[Table]:
    """The security log and the incidents that people confirmed: two, both long before the deployment."""
    draw = time.draw("security")
    known = np.flatnonzero((seen.user != NOBODY) & (draw.random(len(seen.user)) < 0.55))
    mistyped = known[draw.random(len(known)) < 0.024]
    entered = np.setdiff1d(known, mistyped[draw.random(len(mistyped)) < 0.25])
    strangers = time.events("stuffing", time.rates("stuffing", 13 * scale, noise=0.2, weekly=0.2))
    parts: list[tuple[str, Whole, Instants]] = [
        ("login_succeeded", seen.user[entered], seen.started[entered]),
        ("login_failed", seen.user[mistyped], seen.started[mistyped]),
        ("login_failed", np.full(len(strangers), NOBODY), strangers),
    ]
    for event, a_day, noise in (("rate_limited", 24, 0.12), ("attack_attempt", 46, 0.12), ("access_denied", 58, 0.06)):
        at = time.events(event, time.rates(event, a_day * scale, noise=noise, weekly=0.3))
        parts.append((event, np.full(len(at), NOBODY), at))
    event_type = np.concatenate([np.full(len(at), event) for event, _, at in parts])
    user = np.concatenate([who for _, who, _ in parts])
    at = np.concatenate([when for _, _, when in parts])
    address = _addresses(draw, len(at))
    columns: dict[str, Column] = {"event_type": event_type, "user_id": user, "ip_address": address, "created_at": at}
    confirmed = time.starts[[9, 31]] + np.array([37_000_000_000, 61_000_000_000]).astype("timedelta64[us]")
    incidents: dict[str, Column] = {"severity": np.array(["medium", "low"]), "confirmed_at": confirmed}
    events = Table.numbered("security_events", columns, np.argsort(at, kind="stable"))
    return [events, Table.numbered("incidents", incidents, np.ones(2, bool))]


def _addresses(draw: np.random.Generator, n: int) -> Column:
    """Addresses of ranges that are nobody's: 10/8, and 2001:db8::/32 in full."""
    four, six = draw.integers(0, 256, (n, 3)), draw.integers(0, 65_536, (n, 3))
    modern: Flags = draw.random(n) < 0.3
    return np.array(
        [
            f"2001:0db8:{h[0]:04x}:{h[1]:04x}:0000:0000:0000:{h[2]:04x}" if new else f"10.{o[0]}.{o[1]}.{o[2]}"
            for o, h, new in zip(four.tolist(), six.tolist(), modern.tolist(), strict=True)
        ]
    )
