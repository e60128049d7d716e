"""Formulas for people: the author's own form and order, in Unicode, LaTeX, MathML or as data."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from unicodedata import normalize

from msgspec import Struct

from derive.claim import Definition
from derive.show.grid import grid, has_bar
from derive.show.latex import latex
from derive.show.layout import Formula, layout
from derive.show.line import line
from derive.show.mathml import mathml
from derive.show.name import ACCENTS, LETTERS
from derive.write import write

__all__ = ["STYLES", "show"]


def show(formula: Formula, style: str = "unicode", width: int = 80) -> str:
    """A term, a relation, an index or a definition in a style; nothing is evaluated or reordered.

    ``style`` is a key of ``STYLES``. ``width`` is in cells; only ``pretty`` minds it: what is wider stands on one line.
    """
    return STYLES[style](formula, width)


def _unicode(formula: Formula, _width: int) -> str:
    return line(layout(formula, stacked=False)).strip()


def _pretty(formula: Formula, width: int) -> str:
    stacked = layout(formula, stacked=True)
    box = grid(stacked)
    if not has_bar(stacked) or box.width > width:
        return _unicode(formula, width)
    return "\n".join(row.rstrip() for row in box.rows)


def _latex(formula: Formula, _width: int) -> str:
    return latex(layout(formula, stacked=True)).strip()


def _markdown(formula: Formula, width: int) -> str:
    return f"$$\n{_latex(formula, width)}\n$$"


def _mathml(formula: Formula, _width: int) -> str:
    return mathml(layout(formula, stacked=True))


def _json(formula: Formula, _width: int) -> str:
    return json.dumps(_data(formula), ensure_ascii=False)


def _data(value: object) -> object:
    """Nodes as objects that name their kind; exact numbers as text."""
    if isinstance(value, Struct):
        parts = {name: _data(getattr(value, name)) for name in value.__struct_fields__ if name != "at"}
        return {"node": type(value).__name__, **parts}
    if isinstance(value, tuple):
        return [_data(item) for item in value]
    return str(value) if isinstance(value, Fraction) else value


def _ascii(formula: Formula, _width: int) -> str:
    accents = {mark: f"_{accent}" for accent, mark in ACCENTS.items()}
    characters = normalize("NFD", _text(formula))
    return "".join(
        LETTERS.get(c) or accents.get(c) or c.encode("ascii", "backslashreplace").decode() for c in characters
    )


def _text(formula: Formula) -> str:
    match formula:
        case Definition(name, indices, arguments, body):
            places = f"[{', '.join(indices)}]" if indices else f"({', '.join(arguments)})" if arguments else ""
            return f"{name}{places} := {write(body)}"
        case _:
            return write(formula)


STYLES: dict[str, Callable[[Formula, int], str]] = {
    "unicode": _unicode,
    "pretty": _pretty,
    "ascii": _ascii,
    "latex": _latex,
    "markdown": _markdown,
    "mathml": _mathml,
    "json": _json,
}
