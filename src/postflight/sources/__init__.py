"""The ways of looking at a system, found by name in the entry points of `postflight.sources`. Ours stand in the same table as anyone's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import cast

from ..errors import PostflightError
from ..model import SourceKind

GROUP = "postflight.sources"


def kinds() -> Mapping[str, SourceKind]:
    """Every installed kind of source by its name. A kind is imported when it is first asked for, and not before.

    Raises PostflightError, naming the distribution, for a plug-in that cannot be imported or is no source, and for a name that two
    distributions claim.
    """
    return _Kinds(entry_points(group=GROUP))


class _Kinds(Mapping[str, SourceKind]):
    def __init__(self, found: Iterable[EntryPoint]) -> None:
        self._entries: dict[str, EntryPoint] = {}
        self._loaded: dict[str, SourceKind] = {}
        for entry in found:
            other = self._entries.setdefault(entry.name, entry)
            if other.value != entry.value:
                raise PostflightError(
                    f"two distributions offer the source {entry.name!r}: {_distribution(other)} and {_distribution(entry)}",
                    hint="uninstall one of them",
                )

    def __getitem__(self, name: str) -> SourceKind:
        if name not in self._loaded:
            self._loaded[name] = _load(self._entries[name])
        return self._loaded[name]

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._entries))

    def __len__(self) -> int:
        return len(self._entries)


def _load(entry: EntryPoint) -> SourceKind:
    origin = f"the source {entry.name!r} of {_distribution(entry)}"
    try:
        kind = entry.load()
    except Exception as error:
        # Whatever a plug-in does at import, the person needs its name, not our traceback; the cause stays in the chain.
        raise PostflightError(
            f"{origin} cannot be loaded: {type(error).__name__}: {error}", hint=f"repair or uninstall {_distribution(entry)}"
        ) from error
    lacking = [name for name in ("settings", "question", "__call__") if not callable(getattr(kind, name, None))]
    if lacking:
        raise PostflightError(f"{origin} is no source: it lacks {', '.join(lacking)}", hint="see SourceKind in postflight.model")
    return cast(SourceKind, kind)


def _distribution(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "an unnamed distribution"
