"""References to secrets: `${env:NAME}` and `${file:PATH}` inside the settings of connections and channels (C7).

A plan holds references only. They are resolved when a source is opened, and a value goes nowhere else: not into an error, not into a
`repr`. A password written into the plan is a mistake of the plan.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from ..model import Plan

_REFERENCE = re.compile(r"\$\{(env|file):([^{}\s][^{}\n]*)\}")
_DOLLAR = re.compile(r"\$\{[^}]*\}?")
_ENV_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_URL_PASSWORD = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#\s@:]*:(?P<password>[^\s@]+)@", re.IGNORECASE)
_QUERY_PASSWORD = re.compile(r"[?&;](?:password|passwd|pwd|token|secret|api_?key|apikey)=(?P<password>[^&\s]+)", re.IGNORECASE)
_SECRET_KEY = re.compile(
    r"(?:.*[_-])?(?:password|passwd|secret|token|bearer|authorization|cookie|api[_-]?key|webhook(?:[_-]url)?)", re.IGNORECASE
)
_LARGEST = 64 << 10


class SecretError(UsageError):
    """The operator must act: a reference cannot be resolved. Names the reference, never the value."""


class Secret(str):
    """A resolved text. It is a `str` wherever it is used, and dots wherever it is printed by accident (tracebacks, dumps)."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('••••')"


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """One `${env:NAME}` or `${file:PATH}`."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"${{{self.kind}:{self.name}}}"


class Resolver:
    """Resolves references against an environment, and files relative to a folder. `warnings` says which files others can read."""

    def __init__(self, environ: Mapping[str, str] | None = None, folder: Path | None = None) -> None:
        self._environ = os.environ if environ is None else environ
        self._folder = folder or Path()
        self.warnings: list[str] = []

    def __call__(self, text: str) -> str:
        """The text with its references replaced. Raises SecretError for the first that cannot be."""
        if not _REFERENCE.search(text):
            return text
        return Secret(_REFERENCE.sub(lambda match: self._value(Reference(match[1], match[2])), text))

    def unset(self, references: tuple[Reference, ...]) -> tuple[SecretError, ...]:
        """Why each of these cannot be resolved; for `check`, which wants all of them."""
        errors = []
        for reference in references:
            try:
                self._value(reference)
            except SecretError as error:
                errors.append(error)
        return tuple(errors)

    def _value(self, reference: Reference) -> str:
        value = self._from_file(reference) if reference.kind == "file" else self._environ.get(reference.name, "")
        if not value:
            hint = "set the environment variable" if reference.kind == "env" else "the file is empty"
            raise SecretError(f"{reference} is not set", hint=hint)
        return value

    def _from_file(self, reference: Reference) -> str:
        path = self._folder / reference.name
        try:
            if not path.is_file():
                raise SecretError(f"{reference}: there is no such file")
            mode = path.stat().st_mode
            with path.open("rb") as file:
                content = file.read(_LARGEST + 1)
            text = content.decode("utf-8")
        except (OSError, UnicodeDecodeError, ValueError):
            raise SecretError(f"{reference}: the file cannot be read as text") from None
        if len(content) > _LARGEST:
            raise SecretError(f"{reference}: the file is too large to be a secret")
        warning = f"{reference}: the file can be read by others than its owner; chmod 600 it"
        if os.name == "posix" and mode & 0o077 and warning not in self.warnings:
            self.warnings.append(warning)
        return text.rstrip("\r\n")


def resolve(text: str) -> str:
    """The text with its references replaced from the process environment and the working folder. Raises SecretError."""
    return Resolver()(text)


def references(settings: object) -> tuple[Reference, ...]:
    """Every reference in some settings, each once, in order."""
    found = (Reference(match[1], match[2]) for text, _ in _texts(settings) for match in _REFERENCE.finditer(text))
    return tuple(dict.fromkeys(found))


def of_connections(plan: Plan) -> Mapping[str, tuple[Reference, ...]]:
    """The references of each connection that a KPI uses: one that is unset is an error of `check` (contract 2)."""
    used = {kpi.connection for kpi in plan.kpis.values()}
    return {name: references(c.settings) for name, c in plan.connections.items() if name in used}


def of_channels(plan: Plan) -> Mapping[str, tuple[Reference, ...]]:
    """The references of each channel: one that is unset means that the channel is off (contract 2)."""
    return {name: references(settings) for name, settings in plan.channels.items()}


def mistakes_in(settings: object) -> Iterator[tuple[tuple[str | int, ...], str, str]]:
    """What is wrong with the secrets of some settings: (path, what, hint) for each written in plain, and each unreadable reference."""
    for text, path in _texts(settings):
        bare = _REFERENCE.sub("", text)
        for match in _DOLLAR.finditer(bare):
            yield path, f"cannot read {match[0]!r}", "write ${env:NAME} or ${file:PATH}"
        for match in _REFERENCE.finditer(text):
            if match[1] == "env" and not _ENV_NAME.fullmatch(match[2]):
                yield path, f"{match[2]!r} is no name of an environment variable", "write ${env:NAME}"
        if _in_plain(text) or (path and _SECRET_KEY.fullmatch(str(path[-1])) and bare.strip() == text.strip() and bare.strip()):
            yield path, "a secret is written into the plan", "keep it outside and write ${env:NAME} or ${file:PATH}"


def in_words(question: object) -> bool:
    """Whether a question tries to use a secret: they belong to settings only."""
    return any(_REFERENCE.search(text) for text, _ in _texts(question))


def _in_plain(text: str) -> bool:
    masked = _REFERENCE.sub("\0", text)
    return any("\0" not in match["password"] for p in (_URL_PASSWORD, _QUERY_PASSWORD) for match in p.finditer(masked))


def _texts(data: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    if isinstance(data, str):
        yield data, path
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from _texts(value, (*path, key))
    elif isinstance(data, list | tuple):
        for index, value in enumerate(data):
            yield from _texts(value, (*path, index))
