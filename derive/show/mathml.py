"""Layout -> MathML Core, the part of MathML that browsers draw."""

from __future__ import annotations

from html import escape

from derive.show.layout import Big, Digits, Fence, Layout, Letter, Over, Root, Row, Scripts, Symbol, Word
from derive.show.line import SYMBOLS, letter, word

OWN = {"times": "\u2062", "apply": "\u2061"}
IDENTIFIERS = {"pi", "E", "oo", "delta"}


def mathml(part: Layout) -> str:
    """A ``math`` element of its own, to be put into a page as it is."""
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML" display="block">{_element(part)}</math>'


def _element(part: Layout) -> str:
    match part:
        case Letter(name):
            return _leaf("mi", letter(name))
        case Word(name):
            return _leaf("mi", word(name))
        case Digits(text):
            return _leaf("mn", text)
        case Symbol(key):
            return _symbol(key)
        case Row(parts):
            return _node("mrow", *map(_element, parts))
        case Fence(body, kind):
            return _node("mrow", _leaf("mo", kind[0]), _element(body), _leaf("mo", kind[1]))
        case Over(above, below):
            return _node("mfrac", _element(above), _element(below))
        case Scripts():
            return _scripts(part)
        case Root(2, body):
            return _node("msqrt", _element(body))
        case Root(_, body):
            return _node("mroot", _element(body), _leaf("mn", "3"))
        case Big(symbol, below, body):
            return _node("mrow", _node("munder", _element(symbol), _element(below)), _element(body))


def _scripts(part: Scripts) -> str:
    base = _element(part.base)
    below = _node("mrow", *map(_element, part.below))
    match part:
        case Scripts(_, (), None):
            return base
        case Scripts(_, (), above) if above:
            return _node("msup", base, _element(above))
        case Scripts(_, _, None):
            return _node("msub", base, below)
        case Scripts(_, _, above) if above:
            return _node("msubsup", base, below, _element(above))
    raise AssertionError(part)


def _symbol(key: str) -> str:
    if key == " ":
        return '<mspace width="0.2em"/>'
    return _leaf("mi" if key in IDENTIFIERS else "mo", OWN.get(key) or SYMBOLS[key].strip())


def _leaf(tag: str, text: str) -> str:
    return f"<{tag}>{escape(text)}</{tag}>"


def _node(tag: str, *parts: str) -> str:
    return f"<{tag}>{''.join(parts)}</{tag}>"
