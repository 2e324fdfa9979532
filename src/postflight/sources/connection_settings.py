"""What stands behind a kind in `from:` for systems that have an address: checked in the plan, resolved when the source is made."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from ..model import Connection

_SECRETS = frozenset({"password", "bearer"})  # never written out: a plan is a file that people share (C7)


def checked(raw: object, *, schemes: Collection[str], more: Collection[str] = ()) -> Mapping[str, object]:
    """An address alone, or a mapping of `url`, `username`, `password`, `verify`, `timeout` and `more`. Raises ValueError for a mistake."""
    settings = {"url": raw} if isinstance(raw, str) else raw
    known = {"url", "username", "password", "verify", "timeout", *more}
    if not isinstance(settings, Mapping) or not isinstance(settings.get("url"), str):
        raise ValueError(f"expected an address like {schemes_shown(schemes)}, or {{url: …}} with more settings")
    for key in settings:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, 1)
            raise ValueError(
                f"no such setting: {key!r}; "
                + (f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(known))}")
            )
    for key in sorted(_SECRETS & settings.keys()):
        _refers(key, settings[key])
    headers = settings.get("headers", {})
    if not isinstance(headers, Mapping) or not all(isinstance(value, str) for value in headers.values()):
        raise ValueError("headers expects a text for each name")
    for name, value in headers.items():
        if str(name).lower() in ("authorization", "cookie"):
            _refers(f"the header {name}", value)
    if not isinstance(settings.get("verify", True), bool | str):
        raise ValueError("verify is true, false, or a file of certificates")
    timeout = settings.get("timeout", 1)
    if isinstance(timeout, bool) or not isinstance(timeout, int | float) or not timeout > 0:
        raise ValueError("timeout is a number of seconds above 0")
    _check_address(str(settings["url"]), schemes)
    return dict(settings)


def resolved(connection: Connection, secrets: Callable[[str], str]) -> dict[str, object]:
    """The settings with every reference to a secret replaced by the secret, and a file of certificates found from the plan's folder."""
    settings = {key: _resolved(value, secrets) for key, value in connection.settings.items()}
    if isinstance(file := settings.get("verify"), str):
        settings["verify"] = str(Path(connection.folder) / file)
    return settings


def schemes_shown(schemes: Collection[str]) -> str:
    """`http://host or https://host`."""
    return " or ".join(f"{scheme}://host" for scheme in schemes)


def _resolved(value: object, secrets: Callable[[str], str]) -> object:
    if isinstance(value, Mapping):
        return {str(key): _resolved(inner, secrets) for key, inner in value.items()}
    return secrets(value) if isinstance(value, str) else value


def _refers(name: str, value: object) -> None:
    if not isinstance(value, str) or "${" not in value:
        raise ValueError(f"{name} is written out in the plan; refer to it instead, as ${{env:NAME}} or ${{file:PATH}}")


def _check_address(url: str, schemes: Collection[str]) -> None:
    """An address that is all or partly a reference can only be checked once it is resolved."""
    if url.startswith("${"):
        return
    try:
        parts = urlsplit(url)
        password = parts.password
    except ValueError:
        raise ValueError(f"cannot read the address; write one like {schemes_shown(schemes)}") from None
    if parts.scheme not in schemes:
        raise ValueError(f"the address must begin like {schemes_shown(schemes)}")
    if password:
        _refers("the password in the address", password)
