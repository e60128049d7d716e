"""Layout -> LaTeX."""

from __future__ import annotations

import re

from derive.show.layout import Big, Digits, Fence, Layout, Letter, Over, Root, Row, Scripts, Symbol, Word, is_tall
from derive.show.name import LETTERS, Name, split
from derive.signature import FUNCTIONS

SYMBOLS = {
    "+": " + ",
    "-": " - ",
    "neg": "-",
    "pos": "+",
    "*": r" \cdot ",
    "times": " ",
    "/": " / ",
    "==": " = ",
    "!=": r" \ne ",
    "<": " < ",
    "<=": r" \le ",
    ">": " > ",
    ">=": r" \ge ",
    ":=": " := ",
    ",": ", ",
    " ": r" \, ",
    "->": r" \to ",
    "apply": "",
    "pi": r"\pi",
    "E": "e",
    "oo": r"\infty",
    "d": r"\partial",
    "delta": r"\delta",
    "Sum": r"\sum",
    "Product": r"\prod",
}
OPERATORS = {"exp", "tan", "sec", "csc", "max", "min", "lim"}
COMMAND = re.compile(r"\\[A-Za-z]+$")
ESCAPED = {c: f"\\{c}" for c in "_%&#$"}


def latex(part: Layout) -> str:
    """The layout in the commands of LaTeX and amsmath; every name that is not a letter is set upright."""
    match part:
        case Letter(name):
            return letter(split(name))
        case Word(name):
            return _word(name)
        case Digits(text):
            return text
        case Symbol(key):
            return SYMBOLS[key]
        case Row(parts):
            return _joined(parts)
        case Fence(body, kind):
            stretch = (r"\left", r"\right") if kind == "||" or is_tall(body) else ("", "")
            return f"{stretch[0]}{kind[0]}{latex(body)}{stretch[1]}{kind[1]}"
        case Over(above, below):
            return rf"\frac{{{latex(above).strip()}}}{{{latex(below).strip()}}}"
        case Scripts(base, below, above):
            return _scripts(base, below) + (f"^{{{latex(above)}}}" if above else "")
        case Root(degree, body):
            return rf"\sqrt{'[3]' if degree == 3 else ''}{{{latex(body)}}}"
        case Big(symbol, below, body):
            return f"{latex(symbol)}_{{{latex(below)}}} {latex(body)}"


def _joined(parts: tuple[Layout, ...]) -> str:
    """The parts one after the other, with a blank where a letter would become part of a command."""
    text = ""
    for part in map(latex, parts):
        text += f" {part}" if part[:1].isalpha() and COMMAND.search(text) else part
    return text


def letter(name: Name) -> str:
    """A name: one letter in italics, a word upright, with its accent and its index."""
    base = _base(name.base)
    accented = rf"\{name.accent}{{{base}}}" if name.accent else base
    return accented + (f"_{{{_base(name.index)}}}" if name.index else "")


def _base(text: str) -> str:
    if text in LETTERS:
        return f"\\{LETTERS[text]}"
    if text.isdigit() or (len(text) == 1 and text.isascii()):
        return text
    escaped = "".join(ESCAPED.get(c, c) for c in text)
    return rf"\mathrm{{{escaped}}}" if text.isascii() else rf"\text{{{escaped}}}"


def _word(name: str) -> str:
    row = FUNCTIONS.get(name)
    if row and row.latex:
        return row.latex
    known = f"\\{name}" if name in OPERATORS else rf"\operatorname{{{name}}}"
    return rf"\operatorname*{{{name}}}" if name in ("argmax", "argmin") else known


def _scripts(base: Layout, below: tuple[Layout, ...]) -> str:
    indices = [latex(i) for i in below]
    if isinstance(base, Letter) and split(base.name).index:
        parts = split(base.name)
        indices.insert(0, _base(parts.index))
        head = letter(Name(parts.base, parts.accent))
    else:
        head = latex(base)
    joined = ("" if all(len(i) == 1 and i.isalpha() for i in indices) else ", ").join(indices)
    return head + (f"_{{{joined}}}" if joined else "")
