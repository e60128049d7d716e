"""Layout -> MathML Core, the part of MathML that browsers draw."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from itertools import zip_longest

from derive.show.layout import Big, Digits, Fence, Layout, Letter, Over, Root, Row, Scripts, Symbol, Word, is_tall
from derive.show.line import SYMBOLS, letter, word
from derive.show.name import split

OWN = {"times": "\u2062", "apply": "\u2061", "Sum": "∑", "Product": "∏"}
SIGNS = {"hat": "^", "bar": "¯", "tilde": "~", "dot": "˙"}
"""Accents, which stand over a letter that stays as slanted as it is."""
IDENTIFIERS = {"pi", "E", "oo", "delta"}
STANDALONE = 'xmlns="http://www.w3.org/1998/Math/MathML" display="block"'


def mathml(part: Layout, attributes: str = STANDALONE) -> str:
    """A ``math`` element with its attributes, to be put into a page as it is; within HTML it needs no namespace."""
    return f"<math{' ' if attributes else ''}{attributes}>{_element(part)}</math>"


def _element(part: Layout) -> str:
    match part:
        case Letter(name):
            return _scripts(Scripts(part))
        case Word(name):
            return _leaf("mi", word(name))
        case Digits(text):
            return _leaf("mn", text)
        case Symbol(key):
            return _symbol(key)
        case Row(parts):
            return _node("mrow", *map(_element, _spaced(parts)))
        case Fence(body, kind):
            return _node("mrow", _bracket(kind[0], body), _element(body), _bracket(kind[1], body))
        case Over(above, below):
            return _node("mfrac", _element(above), _element(below))
        case Scripts():
            return _scripts(part)
        case Root(2, body):
            return _node("msqrt", _element(body))
        case Root(_, body):
            return _node("mroot", _element(body), _leaf("mn", "3"))
        case Big(Word(name), below, body):
            return _node("mrow", _node("munder", _operator(word(name)), _element(below)), _element(body))
        case Big(symbol, below, body):
            return _node("mrow", _node("munder", _element(symbol), _element(below)), _element(body))


def _spaced(parts: tuple[Layout, ...]) -> Iterator[Layout]:
    """With the thin space that stands between a factor and the name of a function."""
    for part, after in zip_longest(parts, parts[1:]):
        yield part
        if part == Symbol("times") and after is not None and isinstance(_first(after), Word):
            yield Symbol(" ")


def _first(part: Layout) -> Layout:
    while isinstance(part, Row) and part.parts:
        part = part.parts[0]
    return part


def _scripts(part: Scripts) -> str:
    base, indices = _base(part.base)
    below = _node("mrow", *_listed([*indices, *map(_element, part.below)]))
    match bool(indices or part.below), part.above:
        case False, None:
            return base
        case False, above if above:
            return _node("msup", base, _element(above))
        case True, None:
            return _node("msub", base, below)
        case True, above if above:
            return _node("msubsup", base, below, _element(above))
    raise AssertionError(part)


def _base(part: Layout) -> tuple[str, list[str]]:
    """What carries indices, and the one that is part of a name."""
    if not isinstance(part, Letter):
        return _element(part), []
    name = split(part.name)
    index = [_leaf("mn" if name.index.isdigit() else "mi", letter(name.index))] if name.index else []
    base = _leaf("mi", letter(name.base))
    return f'<mover accent="true">{base}{_leaf("mo", SIGNS[name.accent])}</mover>' if name.accent else base, index


def _listed(indices: list[str]) -> list[str]:
    """Indices side by side, with commas where numbers or words would run together."""
    plain = all(re.fullmatch(r"<mi>.</mi>", index) for index in indices)
    return indices if plain else ["<mo>,</mo>".join(indices)]


def _bracket(sign: str, body: Layout) -> str:
    """Brackets that need not grow are told so: grown ones stand further apart."""
    return _leaf("mo", sign) if is_tall(body) else f'<mo stretchy="false">{sign}</mo>'


def _operator(name: str) -> str:
    """A word such as lim, with the space of an operator before what it applies to."""
    return f'<mo lspace="0" rspace="0.17em">{escape(name)}</mo>'


def _symbol(key: str) -> str:
    if key == " ":
        return '<mspace width="0.2em"/>'
    return _leaf("mi" if key in IDENTIFIERS else "mo", OWN.get(key) or SYMBOLS[key].strip())


def _leaf(tag: str, text: str) -> str:
    return f"<{tag}>{escape(text)}</{tag}>"


def _node(tag: str, *parts: str) -> str:
    return f"<{tag}>{''.join(parts)}</{tag}>"
