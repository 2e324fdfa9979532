"""C7: a plan holds references, never secrets; a resolved secret is printed by nobody."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import pytest

from postflight.errors import PlanError
from postflight.plan import compile_plan
from postflight.plan.secrets import Reference, Resolver, Secret, SecretError, of_channels, of_connections, references, resolve

PLANTED = "hunter2-canary"
PLAN = "product: Shop\nfrom: {{app: {{sql: {0}}}}}\nkpis: {{a: {{app: select 1}}}}\n"


@pytest.mark.parametrize(
    "settings",
    [
        f'"postgresql://reader:{PLANTED}@db/shop"', f'"redis://:{PLANTED}@db"', f'"mysql://a:{PLANTED}@db"', f"{{password: {PLANTED}}}",
        f'"https://db/?api_key={PLANTED}"', f"{{headers: {{Authorization: Bearer {PLANTED}}}}}", f"[{{db_token: {PLANTED}}}]",
    ],
)  # fmt: skip
def test_C7_a_secret_written_out_is_a_mistake_that_does_not_repeat_it(kinds: dict[str, Any], settings: str) -> None:
    """Said with its place and what to write instead; the secret itself is in no message."""
    with pytest.raises(PlanError) as caught:
        compile_plan({"plan.yml": PLAN.format(settings)}, kinds)
    (problem,) = caught.value.problems
    assert (problem.what, problem.at and problem.at.line) == ("a secret is written into the plan", 2)
    assert "${env:NAME}" in problem.hint
    assert PLANTED not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://reader@db/shop", "postgresql://reader:${env:PW}@db/shop", "postgresql://${env:USER}:${env:PW}@db/shop", "sqlite:///a.db",
        "postgresql://${env:USER}@db/shop", "${env:DATABASE_URL}", "${file:/run/secrets/url}", "http://db:5432/a?sslmode=require", "sqlite:///a:b@c.db",
    ],
)  # fmt: skip
def test_C7_references_and_urls_without_a_password_are_fine(kinds: dict[str, Any], url: str) -> None:
    """Positive control."""
    assert compile_plan({"plan.yml": PLAN.format(f'"{url}"')}, kinds).connections["app"].settings == {"url": url}


@pytest.mark.parametrize("reference", ["${HOME}", "${env:}", "${env:A", "${vault:A}", "${env: A}", "${env:A-B}"])
def test_C7_a_reference_that_cannot_be_read_is_a_mistake(kinds: dict[str, Any], reference: str) -> None:
    """It would otherwise reach the driver as text."""
    with pytest.raises(PlanError, match="env:NAME"):
        compile_plan({"plan.yml": PLAN.format(f'"sqlite:///{reference}"')}, kinds)


def test_C7_references_are_listed_where_they_are_used(kinds: dict[str, Any]) -> None:
    """For `check`: of the connections that a KPI uses, and of each channel (contract 2)."""
    text = (
        'product: Shop\nfrom: {app: {sql: "postgresql://${env:USER}:${env:PW}@${env:USER}/x"}, idle: {sql: "${env:IDLE}"}, web: {events: {key: "${file:k}"}}}\n'
        'kpis: {a: {app: select 1}, b: {web: clicks}}\nslack: {webhook: "${env:SLACK}"}\nemail: {to: [a@b.example]}\n'
    )
    plan = compile_plan({"plan.yml": text}, kinds)
    assert of_connections(plan) == {"app": (Reference("env", "USER"), Reference("env", "PW")), "web": (Reference("file", "k"),)}
    assert of_channels(plan) == {"slack": (Reference("env", "SLACK"),), "email": ()}
    assert references({"a": ["${env:X}", 5, None], "b": "${env:X}"}) == (Reference("env", "X"),)


def test_C7_a_resolved_secret_is_text_to_a_driver_and_dots_to_a_reader(tmp_path: Path) -> None:
    """In a traceback with locals, a dump of settings, an f-string's !r."""
    (tmp_path / "pw").write_text(f"{PLANTED}\n")
    (tmp_path / "pw").chmod(0o600)
    resolver = Resolver({"USER": "reader"}, tmp_path)
    url = resolver("postgresql://${env:USER}:${file:pw}@db/shop")
    assert url == f"postgresql://reader:{PLANTED}@db/shop"
    assert isinstance(url, Secret) and PLANTED not in repr({"url": url, "more": [url]}) and PLANTED not in f"{url!r}"
    assert resolver("no reference") == "no reference" and resolver.warnings == []


def test_C7_what_cannot_be_resolved_is_named_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unset, empty, missing, unreadable: the reference, never a value."""
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(PLANTED.encode() + b"\xff")
    (tmp_path / "large").write_text("x" * 70_000)
    resolver = Resolver({"EMPTY": "", "SET": PLANTED}, tmp_path)
    for name in (
        "env:UNSET",
        "env:EMPTY",
        "file:empty",
        "file:missing",
        "file:binary",
        "file:large",
        "file:.",
        f"file:{'x' * 5000}",
    ):
        with pytest.raises(SecretError) as caught:
            resolver(f"${{env:SET}}/${{{name}}}")
        assert name in str(caught.value) and PLANTED not in "".join(traceback.format_exception(caught.value))
    assert len(resolver.unset((Reference("env", "UNSET"), Reference("env", "SET"), Reference("file", "missing")))) == 2
    monkeypatch.setenv("POSTFLIGHT_TEST_SECRET", PLANTED)
    assert resolve("${env:POSTFLIGHT_TEST_SECRET}") == PLANTED


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o400, False), (0o640, True), (0o644, True)])
def test_C7_a_secret_file_that_others_can_read_is_warned_of_once(tmp_path: Path, mode: int, warned: bool) -> None:
    """The value is still used; the warning names the file and what to do."""
    (tmp_path / "pw").write_text(PLANTED)
    (tmp_path / "pw").chmod(mode)
    resolver = Resolver({}, tmp_path)
    assert resolver("${file:pw}${file:pw}") == PLANTED * 2
    assert len(resolver.warnings) == warned and PLANTED not in "".join(resolver.warnings)
    assert all("chmod 600" in warning for warning in resolver.warnings)
