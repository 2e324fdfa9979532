"""Running commands as a user does: arguments in; text, and an exit code, out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Done

from postflight.cli import root, run


@pytest.fixture
def postflight(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Done]:
    """`postflight("report", "--at", "…")`, in an empty folder and a clean environment."""
    for name in ("POSTFLIGHT_PLAN", "POSTFLIGHT_STORE", "POSTFLIGHT_BINDINGS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("POSTFLIGHT_BY", "ann")
    monkeypatch.chdir(tmp_path)

    def call(*args: object) -> Done:
        capsys.readouterr()
        code = run(root, [str(arg) for arg in args])
        printed = capsys.readouterr()
        return Done(code, printed.out, printed.err)

    return call
