"""YAML into a `Plan`; every mistake found in one pass, each with its place and a hint. `document.py` is the grammar."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..model import Plan, SourceKind

__all__ = ["compile_plan", "load_plan"]


def load_plan(path: Path | str, kinds: Mapping[str, SourceKind], bindings: str = "") -> Plan:
    """The plan of a folder or of its plan.yml: see `folder.load_plan`."""
    from .folder import load_plan as load

    return load(path, kinds, bindings)


def compile_plan(files: Mapping[str, str], kinds: Mapping[str, SourceKind], bindings: str = "") -> Plan:
    """The plan in these texts: see `compile.compile_plan`."""
    from .compile import compile_plan as compiled

    return compiled(files, kinds, bindings)
