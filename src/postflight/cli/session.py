"""What one call of the command has at hand: where the plan and the store are, the clock, and the person at the keyboard."""

from __future__ import annotations

import getpass
import os
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ..errors import UsageError

if TYPE_CHECKING:
    from ..model import Deployment, Plan, Release
    from ..run import Sources
    from ..store import Store


@dataclass
class Session:
    """Options common to all commands. The plan and the store are opened when first needed."""

    plan_path: str | None
    bindings: str
    store_place: str | None

    @property
    def folder(self) -> Path:
        """The plan's folder: as given, or here. Raises UsageError when there is no plan."""
        path = Path(self.plan_path or ".")
        if path.name == "plan.yml":
            path = path.parent
        if not (path / "plan.yml").is_file():
            raise UsageError(
                f"there is no plan.yml in {'this folder' if self.plan_path is None else path}",
                hint="`postflight init` writes one; or name another with --plan FOLDER",
            )
        return path

    @cached_property
    def plan(self) -> Plan:
        """The plan, read and checked. Raises PlanError with every mistake in it."""
        from ..plan import load_plan
        from ..sources import kinds

        return load_plan(self.folder, kinds(), self.bindings)

    @cached_property
    def store(self) -> Store:
        """Our own database, for this plan. Closed when the command ends."""
        store = self.open_store()
        click.get_current_context().call_on_close(store.close)
        return store

    def open_store(self) -> Store:
        """Our own database, opened and up to date, for the caller to close."""
        from ..store import open_store

        place = self.store_place or str(self.folder / ".postflight")
        return open_store(place, plan_id_of(self.plan.product))

    def sources(self, deadline: float | None = None) -> Sources:
        """The means of asking; `deadline` is in seconds for each source."""
        from ..plan.secrets import Resolver
        from ..run import Sources
        from ..sources import kinds

        return Sources(kinds(), Resolver(folder=self.folder), self.store.history, *([deadline] if deadline else []))

    def deployment(self, name: str | None) -> Deployment | None:
        """The deployment of this id or version, or the latest in production, else anywhere; None before the first. Raises UsageError for a name nobody knows."""
        return self.store.deployments.get(name) if name else self.store.deployments.latest() or self.store.deployments.latest("")

    def deployment_at(self, moment: datetime) -> Deployment | None:
        """The deployment that was the latest at that moment."""
        return next((found for found in self.store.deployments.newest() if found.end <= moment), None)

    def the_deployment(self, name: str | None) -> Deployment:
        """As `deployment`, but there must be one."""
        found = self.deployment(name)
        if found is None:
            raise UsageError("no deployment is known yet", hint="`postflight deploy add VERSION` records one")
        return found

    def the_release(self) -> Release:
        """The release of the latest deployment. Raises UsageError when it has none."""
        releases = self.store.releases.of(self.the_deployment(None).id)
        if not releases:
            raise UsageError("the latest deployment belongs to no release", hint="`postflight release add NAME` seals one")
        return releases[-1]

    @property
    def now(self) -> datetime:
        """The clock. Everything below the command line is handed instants."""
        return datetime.now(UTC)

    @property
    def person(self) -> str:
        """Who is at the keyboard, for the audit trail, where --by does not say."""
        return os.environ.get("POSTFLIGHT_BY") or getpass.getuser()

    def instant(self, text: str | None) -> datetime | None:
        """An instant as typed: ISO 8601; without an offset it is in the plan's time zone; a bare date is its first instant."""
        if text is None:
            return None
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise UsageError(
                f"cannot read {text!r} as a time", hint="write one like 2026-10-13, 2026-10-13T14:02 or 2026-10-13T14:02:00-05:00"
            ) from None
        return (at if at.tzinfo else at.replace(tzinfo=self.plan.timezone)).astimezone(UTC)

    def until(self, text: str | None, now: datetime) -> datetime | None:
        """An expiry as typed: an instant, or a duration from now. Raises UsageError."""
        if text is None:
            return None
        from ..window import Span

        try:
            return Span.parse(text).after(now, self.plan.timezone)
        except ValueError:
            return self.instant(text)


def plan_id_of(product: str) -> str:
    """The id that a plan's results are kept under: its product's name in lower case, words joined by hyphens."""
    return "-".join(re.findall(r"\w+", unicodedata.normalize("NFKC", product).lower()))
