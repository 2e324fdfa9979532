"""Publishers: one module per audience. Each is `render(card, …) -> str`, pure and golden-tested; they know the card and the words, nothing else.

They are found by name through the entry points `postflight.publishers`, ours among anyone's. Every argument after the card has a
default, so that any of them can be called with a card alone.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from importlib.metadata import entry_points

from ..errors import UsageError

GROUP = "postflight.publishers"


def names() -> list[str]:
    """Every publisher that is installed, ours and others'."""
    return sorted(entry_points(group=GROUP).names)


def find(name: str) -> Callable[..., str]:
    """The `render` of the publisher of this name. Raises UsageError where there is none, or where its package does not load."""
    found = next(iter(entry_points(group=GROUP, name=name)), None)
    if found is None:
        near = difflib.get_close_matches(name, names(), 1)
        raise UsageError(
            f"there is no publisher {name!r}",
            hint=f"did you mean {near[0]!r}?" if near else f"installed are {', '.join(names())}",
        )
    try:
        render: Callable[..., str] = found.load()
    except (ImportError, AttributeError) as error:
        raise UsageError(f"the publisher {name!r} cannot be loaded: {found.value}", hint=str(error)) from error
    return render
