"""What every tier shares: a skipped live test is said loudly at the end, and with CI=true it is a failure."""

from __future__ import annotations

import os

import pytest

pytest.register_assert_rewrite("postflight.testing")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Live tests of one file share their servers: keep them on one worker."""
    for item in items:
        if "live" in item.path.parts and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.live)
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what did not run, and why, where nobody can overlook it."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section("NOT TESTED ON THIS MACHINE", red=True)
        for report in skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            terminalreporter.line(f"  {report.nodeid}: {reason}")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI nothing may be skipped."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    if os.environ.get("CI") == "true" and exitstatus == 0 and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
