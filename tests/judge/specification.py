"""The specification's own scorers, executed from its text: the oracle that ours must agree with."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TEXT = (Path(__file__).parents[1] / "spec" / "homeverse-success-metrics.md").read_text()


def class_of(file: str, name: str) -> type[Any]:
    """A class from the Python block of the specification that begins with `# <file>`."""
    (block,) = (b for b in re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL) if b.startswith(f"# {file}\n"))
    ast.parse(block)
    namespace: dict[str, Any] = {}
    exec(compile(block, file, "exec"), namespace)
    found = namespace[name]
    assert isinstance(found, type)
    return found


def composite(metrics: Mapping[str, Mapping[str, float]]) -> dict[str, Any]:
    """What `DeploymentSuccessScorer` says of a complete dictionary."""
    result: dict[str, Any] = _SCORER.calculate_composite_score(metrics)
    return result


def security_scorecard(metrics: Mapping[str, float]) -> float:
    """The score that `SecurityMetricsTracker.generate_security_scorecard` gives; its two undefined methods are filled in (X1)."""
    tracker_class = class_of("security_metrics_tracker.py", "SecurityMetricsTracker")
    filled = type("Filled", (tracker_class,), {"get_grade": lambda self, score: "", "get_recommendations": lambda self: []})
    tracker = filled()
    tracker.metrics.update(metrics)
    score: float = tracker.generate_security_scorecard()["score"]
    return score


_SCORER = class_of("deployment_success_scorer.py", "DeploymentSuccessScorer")()
