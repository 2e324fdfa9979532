"""What a user does in the first ten minutes, and in the first weeks, through the command line alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import Command

from postflight.errors import Exit


@pytest.fixture
def own(postflight: Command) -> Command:
    """A fresh plan of one's own, from `init`."""
    assert postflight("init", "own").code == Exit.PASS
    return lambda *args: postflight("--plan", "own", *args)


def test_from_nothing_to_a_verdict(own: Command) -> None:
    """init, check, deploy, record, report: each step says what it did, and the verdict follows from the evidence."""
    assert "every source can be asked" in own("check").out
    first = own("report")
    assert first.code == Exit.PASS
    assert "Cannot tell" in first.out.splitlines()[1]
    assert "open_incidents VALUE --by NAME" in first.out
    assert own("deploy", "add", "v1.0.0").out.startswith("v1.0.0 went live")
    assert own("record", "open_incidents", "0", "--by", "dana").out == "Open incidents: 0, says dana\n"
    second = own("report")
    assert "v1.0.0" in second.out.splitlines()[0]
    assert "Success" in second.out.splitlines()[1]


def test_R32_the_gate_has_an_exit_code_for_every_verdict(own: Command) -> None:
    """3 cannot tell, 0 pass, 1 fail; JSON on standard output; `--on-unknown` decides the first."""
    assert own("gate").code == Exit.CANNOT_TELL
    assert own("gate", "--on-unknown", "pass").code == Exit.PASS
    assert own("gate", "--on-unknown", "fail").code == Exit.FAIL
    own("record", "open_incidents", "0")
    passed = own("gate")
    assert passed.code == Exit.PASS
    assert json.loads(passed.out)["verdict"] == "pass"
    Path("own/data/smoke-tests.csv").write_text("test,outcome\nlogin,failed\n")
    failed = own("gate")
    assert failed.code == Exit.FAIL
    assert "Smoke tests" in failed.err.splitlines()[-1]


def test_R32_a_gate_that_waits_passes_as_soon_as_it_can_tell(own: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """`--wait` looks again until what was missing is there; when its time is over it answers 3."""
    pauses: list[float] = []

    def somebody_records_it(seconds: float) -> None:
        pauses.append(seconds)
        own("record", "open_incidents", "0")

    monkeypatch.setattr("postflight.cli.reports.time.sleep", somebody_records_it)
    assert own("gate", "--wait", "1h").code == Exit.PASS
    assert pauses == [30.0]


def test_R30_every_card_is_kept_and_recomputed_to_the_same_bytes(own: Command) -> None:
    """History lists them; each can be shown again and judged again, also after the plan has changed."""
    own("deploy", "add", "v1")
    made = own("report", "--format", "json").out
    plan = Path("own/plan.yml")
    plan.write_text(plan.read_text().replace("<= 400 kB", "<= 1 kB"))
    [kept] = json.loads(own("history", "--format", "json").out)
    assert own("history", "--show", kept["id"], "--format", "json").out == made
    again = own("history", "--recompute", kept["id"])
    assert again.code == Exit.PASS
    assert again.out == f"The same {len(made.encode()):,} bytes.\n"


def test_explain_shows_the_question_and_the_lines(own: Command) -> None:
    """Value, evidence, question as asked, target, advice; and a name nobody knows is corrected."""
    told = own("explain", "smoke_tests").out
    for words in ("90 %", "9 of 10", "= 100 %", "< 80 %", "FROM file", "Look at the failed tests"):
        assert words in told
    wrong = own("explain", "smoke_test")
    assert wrong.code == Exit.USAGE
    assert "did you mean 'smoke_tests'?" in wrong.err


def test_a_plan_with_mistakes_names_all_of_them(own: Command) -> None:
    """Every mistake of every file in one run, each with its place; nothing is asked and nothing is kept."""
    plan = Path("own/plan.yml")
    plan.write_text(plan.read_text().replace('"<= 400 kB"', '"<= 400 ms"').replace("counted: all", "countd: all"))
    checked = own("check")
    assert checked.code == Exit.USAGE
    assert "plan.yml:" in checked.out
    assert "did you mean 'counted'?" in checked.out
    assert "2 mistakes" in checked.out
    assert own("report").code == Exit.USAGE
    rows = json.loads(own("check", "--format", "json").out)
    assert rows["ok"] is False
    assert len(rows["problems"]) == 2


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("report",), "postflight init"),
        (("--plan", "nowhere", "report"), "no plan.yml in nowhere"),
        (("reprot",), "Did you mean 'report'?"),
        (("deploy", "add"), "Missing argument"),
        (("--store", "mysql://x", "--plan", "own", "report"), "postgresql://"),
        (("--plan", "own", "deploy", "add", "v1", "--end", "yesterday"), "cannot read 'yesterday' as a time"),
        (("--plan", "own", "deploy", "show", "v9"), "no deployment 'v9'"),
        (("--plan", "own", "report", "--at", "2099-01-01"), "about the future"),
        (("--plan", "own", "record", "open_incidents", "many"), "cannot read 'many' as a value"),
        (("--plan", "own", "record", "smoke_tests", "1"), "never be looked at"),
        (("--plan", "own", "signoff", "tests_green"), "HORIZON/ITEM"),
        (("--plan", "own", "gate", "--wait", "soon"), "as a waiting time"),
        (("init", "own"), "never overwritten"),
    ],
)
def test_wrong_words_are_answered_with_the_right_ones(postflight: Command, args: tuple[str, ...], says: str) -> None:
    """A mistake exits 2 and says what to do; there is no traceback."""
    postflight("init", "own")
    done = postflight(*args)
    assert done.code == Exit.USAGE
    assert says in done.err
    assert "Traceback" not in done.err


def test_what_people_put_down_is_shown_beside_the_numbers(own: Command) -> None:
    """Annotations, and who signed, are on the report; the audit trail has them."""
    own("deploy", "add", "v1", "--start", "2026-01-05T10:00", "--end", "2026-01-05T10:10")
    own("annotate", "provider outage", "--at", "2026-01-06")
    assert "provider outage (ann)" in own("report").out
    assert "v1" in own("deploy", "list").out
    shown = json.loads(own("deploy", "show", "--format", "json").out)
    assert shown["version"] == "v1"


def test_states_are_observed_and_recalled(own: Command) -> None:
    """What has no memory of its own is recorded; what could not be told is an exit code 3."""
    seen = own("observe")
    assert seen.code == Exit.CANNOT_TELL
    assert "Recorded" in seen.out
    own("record", "open_incidents", "0")
    assert own("observe").code == Exit.PASS
