"""How a report may look: colour, characters, width; and text of strangers made safe to print."""

from __future__ import annotations

import re
import unicodedata

from msgspec import Struct
from rich.cells import cell_len

RED, GREEN, YELLOW, BLUE, BOLD, DIM = "31;1", "32", "33", "34;1", "1", "2"
PLAIN = {"…": "...", "−": "-", "·": "*", "×": "x", "—": "-", "→": "->", "≈": "~"}

WIDE = "\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff01-\uff60\U00020000-\U0003fffd"
"""Scripts that are written without spaces, and their punctuation."""
PIECE = re.compile(f" *(?:[{WIDE}][、。，．：；！？）］｝〉》」』】]*|[^ {WIDE}]+)")
"""What stays on one line; no line begins with a closing mark."""


class Paint(Struct, frozen=True):
    """Whether the output understands colour and Unicode, how many cells a line has; ``quiet``: findings only."""

    colour: bool = False
    unicode: bool = True
    width: int = 80
    quiet: bool = False

    def __call__(self, text: str, style: str) -> str:
        """The text in a style of the terminal, or as it is."""
        return f"\x1b[{style}m{text}\x1b[0m" if self.colour and text else text

    @property
    def style(self) -> str:
        """The style in which ``show`` prints formulas here."""
        return "unicode" if self.unicode else "ascii"

    def characters(self, report: str) -> str:
        """The report in the characters of the output: ASCII, with escapes for what has no stand-in."""
        if self.unicode:
            return report
        for fancy, plain in PLAIN.items():
            report = report.replace(fancy, plain)
        return report.encode("ascii", "backslashreplace").decode()


def clean(text: str) -> str:
    """The text with characters that steer a terminal or reverse the reading direction made visible."""
    if text.isprintable():
        return text
    return "".join(c if _is_printable(c) else c.encode("unicode_escape").decode() for c in text)


def _is_printable(c: str) -> bool:
    return c in "\n\u200c\u200d" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp")


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most ``width`` cells, broken at spaces and in Chinese; a longer word stays whole."""
    lines = [""]
    for piece in PIECE.findall(text):
        if lines[-1] and cell_len(lines[-1] + piece) > width:
            lines.append(piece.lstrip(" "))
        else:
            lines[-1] += piece
    return lines
