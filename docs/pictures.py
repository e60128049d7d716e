"""The pictures of the README: ``python docs/pictures.py``; that of the page needs Chromium and Pillow."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from html import escape
from pathlib import Path

from rich.cells import cell_len

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(__file__).resolve().parent / "pictures"
FILE = "softmax.yaml"
COMMAND = ("check", FILE)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
OPTIONS = ("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--hide-scrollbars")
SIZE = (1100, 1330)

CELL, ROW, MARGIN = 8.0, 19, 18
INK, PAPER = "#e4e6ea", "#14171b"
COLOURS = {"31": "#ff8f86", "32": "#6fd390", "33": "#eeb85a", "34": "#8ab8ff"}
WORDS = re.compile(r"\S+(?: \S+)*")  # blanks at an end, or several, would be lost
ESCAPE = re.compile("\x1b\\[([0-9;]*)m")


def claims() -> str:
    """The claim file of the README."""
    return (ROOT / "README.md").read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]


def terminal(printed: str) -> str:
    """A terminal with what a command printed, in its colours, as SVG."""
    rows = [f"\x1b[1m$ derive {' '.join(COMMAND)}\x1b[0m", *printed.rstrip("\n").split("\n")]
    width = 2 * MARGIN + CELL * max(cell_len(ESCAPE.sub("", row)) for row in rows)
    height = 2 * MARGIN + ROW * len(rows)
    lines = (f'<text y="{MARGIN + ROW * (n + 0.75):g}">{"".join(_row(row))}</text>' for n, row in enumerate(rows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height}" width="{width:g}" role="img" '
        f'aria-label="What derive {" ".join(COMMAND)} prints" font-size="13.3" fill="{INK}" '
        'font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,&quot;DejaVu Sans Mono&quot;,monospace">'
        f'<rect width="100%" height="100%" rx="8" fill="{PAPER}"/>{"".join(lines)}</svg>\n'
    )


def _row(row: str) -> Iterator[str]:
    """Stretches of one style; each begins at its own cell, whatever font there is."""
    column, style = 0, ""
    for place, part in enumerate(ESCAPE.split(row)):
        if place % 2:
            style = part
            continue
        for words in WORDS.finditer(part):
            yield _words(words[0], column + cell_len(part[: words.start()]), style)
        column += cell_len(part)


def _words(words: str, column: int, style: str) -> str:
    codes = style.split(";")
    colour = next((f' fill="{COLOURS[c]}"' for c in codes if c in COLOURS), "")
    weight = ' font-weight="700"' if "1" in codes else ""
    length = f'textLength="{CELL * cell_len(words):g}" lengthAdjust="spacingAndGlyphs"'
    return f'<tspan x="{MARGIN + CELL * column:g}" {length}{colour}{weight}>{escape(words)}</tspan>'


def main() -> None:
    """Write the pictures."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, FILE).write_text(claims(), encoding="utf-8")
        printed = _derive(folder, *COMMAND, "--no-cache")
        (FOLDER / "check.svg").write_text(terminal(printed), encoding="utf-8")
        if browser:
            _derive(folder, "report", FILE, "--no-cache")
            _photograph(browser, Path(folder))


def _derive(folder: str, *arguments: str) -> str:
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": "80", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "derive", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8").stdout


def _photograph(browser: str, folder: Path) -> None:
    from PIL import Image

    taken = folder / "page.png"
    size = f"--window-size={SIZE[0]},{SIZE[1]}"
    command = [browser, *OPTIONS, size, f"--user-data-dir={folder / 'profile'}", f"--screenshot={taken}"]
    page = folder / "report.html"
    shown = re.sub(r'<section class="findings".*?</section>\n', "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    page.write_text(shown, encoding="utf-8")
    subprocess.run([*command, page.as_uri()], capture_output=True, check=True)
    Image.open(taken).convert("RGB").quantize(48).save(FOLDER / "report.png", optimize=True)


if __name__ == "__main__":
    main()
