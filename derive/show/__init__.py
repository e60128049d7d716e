"""Formulas for people: the author's own form and order, in Unicode, LaTeX, MathML or as data."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from fractions import Fraction
from unicodedata import normalize

from derive.claim import Definition
from derive.show.latex import latex
from derive.show.layout import Formula, layout
from derive.show.line import line
from derive.show.mathml import mathml
from derive.show.name import ACCENTS, LETTERS
from derive.write import write

__all__ = ["STYLES", "show"]


def show(formula: Formula, style: str = "unicode") -> str:
    """A term, a relation, an index or a definition in one of ``STYLES``; nothing is evaluated or reordered.

    Raises KeyError for a style that does not exist.
    """
    return STYLES[style](formula)


def _unicode(formula: Formula) -> str:
    return line(layout(formula, stacked=False))


def _ascii(formula: Formula) -> str:
    text = f"{_head(formula)} := {write(formula.body)}" if isinstance(formula, Definition) else write(formula)
    return "".join(map(_plain, normalize("NFD", text)))


def _plain(c: str) -> str:
    accents = {mark: f"_{accent}" for accent, mark in ACCENTS.items()}
    return LETTERS.get(c) or accents.get(c) or c.encode("ascii", "backslashreplace").decode()


def _head(definition: Definition) -> str:
    indices = f"[{', '.join(definition.indices)}]" if definition.indices else ""
    arguments = f"({', '.join(definition.arguments)})" if definition.arguments else ""
    return definition.name + indices + arguments


def _latex(formula: Formula) -> str:
    return latex(layout(formula, stacked=True))


def _markdown(formula: Formula) -> str:
    return f"$$\n{_latex(formula)}\n$$"


def _mathml(formula: Formula) -> str:
    return mathml(layout(formula, stacked=True))


def _json(formula: Formula) -> str:
    return json.dumps(_data(formula), ensure_ascii=False)


def _data(value: object) -> object:
    """Nodes as objects that name their kind; exact numbers as text."""
    if is_dataclass(value):
        parts = {f.name: _data(getattr(value, f.name)) for f in fields(value) if f.name != "at"}
        return {"kind": type(value).__name__, **({"of": parts.pop("kind")} if "kind" in parts else {}), **parts}
    if isinstance(value, tuple):
        return [_data(item) for item in value]
    return str(value) if isinstance(value, Fraction) else value


STYLES: dict[str, Callable[[Formula], str]] = {
    "unicode": _unicode,
    "ascii": _ascii,
    "latex": _latex,
    "markdown": _markdown,
    "mathml": _mathml,
    "json": _json,
}
