"""`postflight score` on files and pipes (contract 5)."""

from __future__ import annotations

import json
from pathlib import Path

from command_line import Command

from postflight.errors import Exit

ALL_WELL = {
    "security": {"incidents": 0, "encryption_coverage": 100, "auth_failure_rate": 3},
    "performance": {"p95_response_time": 150, "error_rate": 0.0004, "page_load_mobile": 2.1},
    "ux": {"mobile_usage_increase": 36, "task_completion_rate": 93, "accessibility_score": 91},
    "business": {"user_growth": 2, "support_tickets_reduction": 31, "revenue_impact": 0.5},
}


def test_score_one_document_over_several_lines(postflight: Command) -> None:
    """A pretty-printed object is one document."""
    Path("m.json").write_text(json.dumps(ALL_WELL, indent=2))
    done = postflight("score", "m.json")
    answer = json.loads(done.out)
    assert (answer["composite_score"], answer["grade"], answer["verdict"]) == (100.0, "A+", "pass")
    assert done.code == Exit.PASS


def test_score_lines_answers_a_bad_line_in_its_place(postflight: Command) -> None:
    """JSON Lines in, JSON Lines out; with --gate the worst in the order 2, 1, 3, 0."""
    breach = {**ALL_WELL, "security": {**ALL_WELL["security"], "incidents": 1}}
    Path("m.jsonl").write_text("\n".join([json.dumps(ALL_WELL), "{oops", json.dumps(breach), '{"ux": {}}']) + "\n")
    done = postflight("score", "m.jsonl")
    answers = [json.loads(line) for line in done.out.splitlines()]
    assert [a.get("verdict") for a in answers] == ["pass", None, "fail", "unknown"]
    assert "error" in answers[1]
    assert done.code == Exit.PASS
    assert postflight("score", "--gate", "m.jsonl").code == Exit.USAGE
    Path("m.jsonl").write_text("\n".join([json.dumps(ALL_WELL), '{"ux": {}}', json.dumps(breach)]))
    assert postflight("score", "--gate", "m.jsonl").code == Exit.FAIL


def test_score_a_file_that_is_no_json_is_a_usage_error(postflight: Command) -> None:
    """Nothing to score, or nothing that can be read, exits 2 and says so."""
    Path("empty").write_text("")
    assert postflight("score", "empty").code == Exit.USAGE
    Path("html").write_text("<html>")
    done = postflight("score", "html")
    assert done.code == Exit.USAGE
    assert "error" in json.loads(done.out)
