"""The terminal report: what it says, in which order, how wide, in which signs, and that nothing in it can act on a terminal."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
from cards import CARDS, EVIL, all_unknown, degraded, excellent, first_ever, many, one_blocker
from hostile import SGR, card_with, impurities
from rich.cells import cell_len

from postflight import words
from postflight.model import Level
from postflight.publishers import page
from postflight.publishers.explain import render_explain
from postflight.publishers.plain import to_ascii
from postflight.publishers.terminal import encode_safely, needs_ascii, render

ALL = pytest.mark.parametrize("name", CARDS)
WIDTHS = (60, 80, 100, 118, 140, 170)


@ALL
def test_golden_plain(name: str, golden: Callable[[str, str], None]) -> None:
    """Without colour, a hundred cells wide: as piped into a file or a mail."""
    golden(f"terminal/{name}-100.txt", render(CARDS[name](), width=100, color=False, ascii=False))


@ALL
def test_golden_ascii(name: str, golden: Callable[[str, str], None]) -> None:
    """Eighty cells of ASCII: cron, an old console."""
    golden(f"terminal/{name}-80-ascii.txt", render(CARDS[name](), width=80, color=False, ascii=True))


@pytest.mark.parametrize("name", ["excellent", "degraded"])
def test_golden_colour(name: str, golden: Callable[[str, str], None]) -> None:
    """In colour, as a person sees it at nine in the morning."""
    golden(f"terminal/{name}-100-colour.ansi", render(CARDS[name](), width=100, color=True, ascii=False))


@pytest.mark.parametrize("width", [60, 140])
def test_golden_other_widths(width: int, golden: Callable[[str, str], None]) -> None:
    """A phone over ssh, and a wide screen with the small print."""
    golden(f"terminal/degraded-{width}.txt", render(degraded(), width=width, color=False, ascii=False))


@ALL
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("ascii", [False, True])
def test_no_line_is_wider_than_the_page(name: str, width: int, ascii: bool) -> None:
    """Nothing wraps by itself, whatever the card says, and no line ends in blanks."""
    lines = render(CARDS[name](), width=width, color=False, ascii=ascii).splitlines()
    assert max(cell_len(line) for line in lines) <= width
    assert not [line for line in lines if line != line.rstrip()]


@ALL
@pytest.mark.parametrize("width", WIDTHS)
def test_colour_changes_no_word(name: str, width: int) -> None:
    """The plain report is the coloured one without its colours: state is never said by colour alone."""
    card = CARDS[name]()
    coloured = render(card, width=width, color=True, ascii=False)
    assert "\x1b[" in coloured
    assert SGR.sub("", coloured) == render(card, width=width, color=False, ascii=False)


@ALL
def test_verdict_and_why_stand_in_the_first_three_lines(name: str) -> None:
    """Whoever reads no further knows whether it worked, and why."""
    card = CARDS[name]()
    head = render(card, width=100, color=False, ascii=False).splitlines()[:3]
    assert words.VERDICT_WORDS[card.verdict] in head[1]
    assert words.clean(card.headline)[:40] in " ".join(head)


def test_SCO2_a_blocker_heads_the_report_and_the_status_line() -> None:
    """94 points and grade A do not hide a breach: the verdict, the blocker and the status line say it before the number's praise."""
    card = one_blocker()
    assert card.score is not None and card.score.grade == "A"
    text = render(card, width=100, color=False, ascii=False)
    verdict, blocker, status = (
        text.index("Not a success"),
        text.index("■ Blocker  PII encryption coverage"),
        text.index("1 blocker · 🟢 Excellent"),
    )
    assert verdict < blocker < status


def test_DSH1_every_source_that_failed_is_named_with_its_reason() -> None:
    """Three dead sources: the report is whole, and says of each what it said, once."""
    text = " ".join(render(all_unknown(), width=100, color=False, ascii=False).split())
    for said in (
        "app: cannot be reached, or broke off",
        "prom: did not answer within 10 s",
        "cache: refused our user or password",
    ):
        assert said in text
    for said in (
        "app · cannot be reached: Security incidents",
        "prom · did not answer in time: API",
        "cache · refused our credentials: Authentication",
    ):
        assert said in text
    assert "0 of 12 scored KPIs measured: the score is between 21.0 and 100.0" in text
    assert "21.0–100.0/100" in text


def test_DSH2_what_to_do_is_listed_whatever_the_score() -> None:
    """A score of 94 has its action; five are listed at most, the others counted."""
    assert "1. ■ PII encryption coverage: 97.5 %" in render(one_blocker(), width=100, color=False, ascii=False)
    text = render(many(), width=100, color=False, ascii=False)
    assert re.findall(r"(?m)^  (\d)\. ", text) == ["1", "2", "3", "4", "5"]
    assert re.search(r"… and \d+ more things to do", text)


@ALL
def test_DSH3_no_output_encoding_ever_fails(name: str) -> None:
    """Any report can be written to any stdout: as bytes of it, and in ASCII where it lacks our signs."""
    reports = {ascii: render(CARDS[name](), width=80, color=True, ascii=ascii) for ascii in (False, True)}
    for encoding in ("ascii", "latin-1", "cp1252", "cp437", "utf-8", "utf-16", "no-such-encoding", None):
        real = "ascii" if encoding in (None, "no-such-encoding") else encoding
        assert encode_safely(reports[needs_ascii(encoding)], encoding).encode(real) == reports[needs_ascii(encoding)].encode(real)
        assert encode_safely(reports[False], encoding).encode(real)


def test_DSH3_ascii_is_ascii_and_says_the_same() -> None:
    """The positive control of the above: the Unicode report does fail there, the ASCII one does not, and its words are the same."""
    with pytest.raises(UnicodeEncodeError):
        render(degraded(), width=80, color=False, ascii=False).encode("cp1252")
    text = render(degraded(), width=80, color=False, ascii=True)
    assert text.isascii()
    for said in ("Blocker", "Met", "Missed", "<= -30 %", "81.5/100", "Good", "-6.0"):
        assert said in text
    assert needs_ascii("cp1252") and needs_ascii(None) and needs_ascii("bogus") and not needs_ascii("utf-8")


def test_DSH3_transliteration_keeps_what_a_reader_needs() -> None:
    """Letters lose their accents, our signs have counterparts, pictures go, and the rest is marked as lost."""
    assert to_ascii("≤ 200 ms − “Café” … 🟢 Good · 応") == '<= 200 ms - "Cafe" ... Good | ?'
    assert encode_safely("≤ 200 ms − “Café” … 応", "ascii") == '<= 200 ms - "Cafe" ... ?'
    assert encode_safely("≤ é –", "latin-1") == "<= é -"


def test_DSH4_a_change_says_its_direction() -> None:
    """Fewer tickets read as a minus, with what was before; never as a bare percentage."""
    text = render(degraded(), width=100, color=False, ascii=False)
    assert re.search(r"Support tickets +−38 % +≤ −30 % +was 94/day", text)
    card = degraded()
    tickets = next(e for e in card.evaluations if e.kpi == "support_tickets")
    assert "−38 % (less, better)" in render_explain(tickets, card)


def test_DSH5_deployment_period_zone_and_instant_are_said() -> None:
    """A report can be told from yesterday's: what was deployed when, which days, which zone, as of when, by which plan."""
    text = " ".join(render(degraded(), width=100, color=False, ascii=False).split())
    for said in (
        "v2.4.0",
        "live since 15 Nov 2026 14:02 CST",
        "day 8",
        "16–22 Nov 2026 (7 days), America/Chicago",
        "As of 23 Nov 2026 09:00 CST",
        "Plan 7f3c19a",
    ):
        assert said in text


def test_DSH6_rendering_prints_nothing_and_is_repeatable(capsys: pytest.CaptureFixture[str]) -> None:
    """Pure: the text is returned, not printed, and is the same each time."""
    assert render(degraded(), width=100) == render(degraded(), width=100)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("payload", EVIL, ids=range(len(EVIL)))
def test_I14_hostile_text_cannot_act_on_a_terminal(payload: str) -> None:
    """Escapes, OSC 52, carriage returns, direction and zero-width characters in any text of a card: only printable text leaves."""
    for make in (degraded, all_unknown):
        card = card_with(make(), payload)
        assert impurities(render(card, width=100, color=True, ascii=False)) == []
        for evaluation in card.evaluations[:2]:
            assert impurities(render_explain(evaluation, card, [evaluation], width=80, color=True)) == []


def test_I14_the_test_catches_a_renderer_that_does_not_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """Positive control: without the cleaning, the same card is caught."""
    monkeypatch.setattr(page.words, "clean", lambda text: text)
    found = impurities(
        render(card_with(degraded(), EVIL[0] + EVIL[1].replace("\ud800", "")), width=100, color=False, ascii=False)
    )
    assert "\x1b" in found and "\u202e" in found


def test_I14_markup_in_a_name_is_only_text() -> None:
    """Rich's own markup, links and emoji codes are printed as they stand."""
    text = render(card_with(degraded(), EVIL[2]), width=140, color=True, ascii=False)
    assert "[bold red]markup[/]" in text
    assert "\x1b]8;" not in text, "no hyperlink"


@pytest.mark.parametrize("width", [60, 80, 140])
def test_every_kpi_says_its_state_in_words(width: int) -> None:
    """Each KPI's title stands on a line with its state's icon and word."""
    card = degraded()
    text = render(card, width=width, color=False, ascii=False)
    rows = [line for line in text.splitlines() if re.match(r"  [✓✗‼■?·] ", line)]
    for evaluation in card.evaluations:
        icon, word = words.standing(evaluation)
        assert any(line.startswith(f"  {icon} {word}") and evaluation.title.split()[0] in line for line in rows)


def test_EML2_a_kpi_without_data_is_never_blank() -> None:
    """No value reads as a dash with its state, the points at stake and a reason; a missing thing is never an empty cell."""
    text = render(first_ever(), width=100, color=False, ascii=False)
    assert re.search(r"\? No data +PII encryption coverage +– += 100 % +−6\.0\?", text)
    assert "window is not over" in text


def test_SEC6_nearly_all_is_not_all() -> None:
    """99,999 of 100,000 is not shown as 100 %."""
    card = degraded()
    nearly = tuple(replace(e, value=0.99999) if e.kpi == "pii_encrypted" else e for e in card.evaluations)
    row = next(
        line for line in render(replace(card, evaluations=nearly), width=100).splitlines() if line.startswith("  ■ Blocker")
    )
    assert "99.99" in row and "100 %" in row.split("99.99")[1] and " 100 %  = 100 %" not in row


def test_X4_equality_is_printed_as_it_is_judged() -> None:
    """A target that passes at its limit is printed with ≤ or ≥, a strict one with < or >."""
    text = render(degraded(), width=100, color=False, ascii=False)
    assert "≤ 0.1 %" in text and "< 200 ms" in text and "<=" not in text


def test_first_look_has_no_columns_for_what_does_not_exist() -> None:
    """Before there is anything to compare with, there is no column of dashes for it."""
    header = next(line for line in render(first_ever(), width=100).splitlines() if " now " in line)
    assert "before" not in header and "trend" not in header
    assert "before" in next(line for line in render(excellent(), width=100).splitlines() if " now " in line)


def test_500_kpis_stay_readable() -> None:
    """Every alert is listed, what is met is counted, and the counts add up."""
    card = many()
    text = render(card, width=100, color=False, ascii=False)
    listed = len(re.findall(r"(?m)^  [✓✗‼■?·] (?:Met|Missed|Alert|No data|Shown) ", text))
    counted = sum(int(n) for line in re.findall(r"… and more: (.*)", text) for n in re.findall(r"\d+", line))
    assert listed + counted == 500
    assert text.count("‼ Alert") == sum(e.level is Level.ALERT for e in card.evaluations)
    assert len(text.splitlines()) < 200


def test_simulated_data_is_said_at_the_top() -> None:
    """Nobody takes the demo for the truth."""
    assert "simulated data: app, prom and cache" in "".join(render(degraded(), width=100).splitlines(True)[:6])
    assert "simulated" not in render(excellent(), width=100)


def test_the_next_commands_fit_the_card() -> None:
    """The footer names the KPI worth explaining, and `check` only where something could not be told."""
    assert "postflight explain pii_encrypted" in render(degraded(), width=100)
    assert "postflight check" in render(all_unknown(), width=100)
    assert "postflight check" not in render(excellent(), width=100)


def test_rich_is_imported_only_when_something_is_painted() -> None:
    """Loading the publisher costs nothing; the layout library comes with the first page."""
    script = "import sys, postflight.publishers.terminal, postflight.publishers.explain; print(any(m.split('.')[0] == 'rich' for m in sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_golden_cards_are_worth_what_they_say() -> None:
    """The golden cards are what they say: the specification's numbers for these misses."""
    scores = {name: make() for name, make in CARDS.items()}
    told = {name: (c.score.low, c.score.high, c.score.grade) for name, c in scores.items() if c.score}
    assert told["excellent"] == (100.0, 100.0, "A+")
    assert told["degraded"] == (81.5, 81.5, "B")
    assert told["one-blocker"] == (94.0, 94.0, "A")
    assert told["all-unknown"] == (21.0, 100.0, "F")
