"""Draws docs/images/report.svg: the top of the demo's report, as a terminal shows it. Run `python docs/picture.py` when it changes."""

from __future__ import annotations

import io
import re
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

from postflight.card import read_card
from postflight.cli import root, run
from postflight.cli.session import Session
from postflight.publishers.terminal import render

WIDTH, LINES = 104, 62
HERE = Path(__file__).parent / "images"


def main() -> None:
    """Run the demo in a folder of its own, and draw its last card."""
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder) / "demo"
        run(root, ["demo", "--folder", str(demo)])
        store = Session(str(demo), "demo", None).open_store()
        newest = store.cards.history(count=1)[-1]
        card = read_card(store.cards.get(newest.id).document)
        store.close()
    lines = render(card, width=WIDTH, color=True, ascii=False).splitlines()[:LINES]
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi("\n".join(lines)), end="")
    HERE.mkdir(exist_ok=True)
    picture = console.export_svg(title="postflight report", font_aspect_ratio=0.6)
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)  # no font is fetched from anywhere
    (HERE / "report.svg").write_text(picture.replace("Fira Code", "DejaVu Sans Mono"))
    sys.stdout.write("docs/images/report.svg\n")


if __name__ == "__main__":
    main()
