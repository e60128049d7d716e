"""Term -> layout: what stands where, before any style gives it characters.

Only this module decides what a formula looks like; the styles know glyphs and spacing, and nothing of mathematics.
Nothing is evaluated and nothing changes places.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import groupby
from typing import Literal

from msgspec import Struct

from derive.claim import Definition
from derive.show.name import split
from derive.term import (
    Apply,
    Binary,
    Call,
    Component,
    Constant,
    Delta,
    Diff,
    Index,
    Limit,
    Neg,
    Number,
    Optimum,
    Reduce,
    Relation,
    Term,
    Variable,
)
from derive.write import ATOM, POWER, PRODUCT, SIGN, SUM

Formula = Term | Relation | Index | Definition


class Letter(Struct, frozen=True):
    """A name of the author's."""

    name: str


class Word(Struct, frozen=True):
    """The name of a function of the language."""

    name: str


class Digits(Struct, frozen=True):
    """A literal."""

    text: str


class Symbol(Struct, frozen=True):
    """A sign, by its key in the tables of the styles; the key ``times`` is a product that needs no sign."""

    key: str


class Row(Struct, frozen=True):
    """Parts one after the other."""

    parts: tuple[Layout, ...]


class Fence(Struct, frozen=True):
    """A body between brackets, or between bars."""

    body: Layout
    kind: Literal["()", "||"] = "()"


class Over(Struct, frozen=True):
    """A fraction with a bar; only stacked layouts have it."""

    above: Layout
    below: Layout


class Scripts(Struct, frozen=True):
    """A base with indices below, an exponent above, or both."""

    base: Layout
    below: tuple[Layout, ...] = ()
    above: Layout | None = None


class Root(Struct, frozen=True):
    """A root of degree 2 or 3."""

    degree: Literal[2, 3]
    body: Layout


class Big(Struct, frozen=True):
    """An operator with its range or its variable below it, and what it applies to."""

    symbol: Symbol | Word
    below: Layout
    body: Layout


Layout = Letter | Word | Digits | Symbol | Row | Fence | Over | Scripts | Root | Big

LONGEST_EXPONENT = 3  # nodes: up to here exp(x) is shown as a power of e
LONGEST_DIFFERENTIATED = 2  # nodes: up to here the body of a derivative stands in its numerator


def layout(formula: Formula, stacked: bool) -> Layout:
    """The layout of a formula; ``stacked`` draws fractions with a bar, which saves parentheses."""
    return _formula(formula, stacked)


def _formula(formula: Formula, stacked: bool) -> Layout:
    match formula:
        case Relation(left, op, right):
            return Row((_term(left, stacked), Symbol(op), _term(right, stacked)))
        case Index():
            return _index(formula)
        case Definition():
            return Row((_head(formula), Symbol(":="), _term(formula.body, stacked)))
        case _:
            return _term(formula, stacked)


def _term(term: Term, stacked: bool) -> Layout:
    match term:
        case Number():
            return _number(term, stacked)
        case Constant(name):
            return Symbol(name)
        case Variable(name):
            return Letter(name)
        case Component(array, indices):
            return Scripts(Letter(array), tuple(map(_index, indices)))
        case Delta(left, right):
            return Scripts(Symbol("delta"), (_index(left), _index(right)))
        case Neg(operand):
            return Row((Symbol("neg"), _inside(operand, PRODUCT, stacked, first=False)))
        case Binary():
            return _binary(term, stacked)
        case Apply():
            return _apply(term, stacked)
        case Call(name, args):
            return _call(Letter(name), args, stacked)
        case Reduce():
            return _reduce(term, stacked)
        case Diff():
            return _diff(term, stacked)
        case Limit(body, variable, point, side):
            target = _point(point, side, stacked)
            below = Row((Letter(variable), Symbol("->"), target))
            return Big(Word("lim"), below, _inside(body, PRODUCT, stacked, first=False))
        case Optimum(kind, body, variable, component):
            found = Big(Word(kind), Letter(variable), _inside(body, PRODUCT, stacked, first=False))
            return Scripts(Fence(found), tuple(map(_index, component))) if component else found


def _inside(term: Term, least: int, stacked: bool, *, first: bool) -> Layout:
    """The layout of an operand, in parentheses where it binds less than its place requires.

    A sign that does not come ``first`` stands in parentheses.
    """
    shown = _term(term, stacked)
    return Fence(shown) if _level(term, stacked) < least or (not first and _is_signed(term, stacked)) else shown


def _level(term: Term, stacked: bool) -> int:
    """How tightly the outermost operator binds, as it is drawn."""
    quotient = POWER if stacked else PRODUCT
    match term:
        case Number(value, text):
            return _level_of_number(value, text.lower(), quotient)
        case Binary("+" | "-"):
            return SUM
        case Binary("/"):
            return quotient
        case Binary("*") | Neg():
            return PRODUCT
        case Apply("Abs"):
            return ATOM
        case Binary("**") | Apply():  # log(x)² would leave open what is squared
            return POWER
        case Diff():
            return quotient
        case Reduce() | Limit() | Optimum(_, _, _, ()):
            return SIGN
        case _:
            return ATOM


def _level_of_number(value: Fraction, text: str, quotient: int) -> int:
    if value < 0:
        return PRODUCT
    if "e" in text:
        return POWER if text.startswith("1e") else PRODUCT
    return ATOM if text or value.denominator == 1 else quotient


def _is_signed(term: Term, stacked: bool) -> bool:
    """Whether the layout starts with a minus."""
    match term:
        case Neg():
            return True
        case Number(value):
            return value < 0
        case Binary("/", left) if not stacked:
            return _is_signed(left, stacked)
        case Binary("+" | "-" | "*", left):
            return _is_signed(left, stacked) and _level(left, stacked) >= _level(term, stacked)
        case _:
            return False


def _is_open(term: Term, stacked: bool) -> bool:
    """Whether the layout ends in the body of an operator such as a sum, which would draw in what follows it."""
    match term:
        case Reduce("Sum" | "Product") | Limit() | Optimum(_, _, _, ()):
            return True
        case Diff(body):
            return not _stands_in_numerator(body)
        case Neg(operand):
            return _is_open(operand, stacked)
        case Binary("/", _, right) if not stacked:
            return _is_open(right, stacked)
        case Binary("*", _, right):
            return _is_open(right, stacked)
        case _:
            return False


def _number(number: Number, stacked: bool) -> Layout:
    value = number.value
    if value < 0:
        return Row((Symbol("neg"), _number(Number(-value), stacked)))
    mantissa, e, exponent = number.text.lower().partition("e")
    if e:
        return _scientific(mantissa, int(exponent), stacked)
    if not number.text and value.denominator != 1:
        return _quotient(Digits(str(value.numerator)), Digits(str(value.denominator)), stacked)
    return Digits(number.text.replace("_", "") or str(value))


def _scientific(mantissa: str, exponent: int, stacked: bool) -> Layout:
    power = Scripts(Digits("10"), above=_number(Number(Fraction(exponent)), stacked))
    return power if mantissa == "1" else Row((Digits(mantissa), Symbol("*"), power))


def _quotient(above: Layout, below: Layout, stacked: bool) -> Layout:
    return Over(above, below) if stacked else Row((above, Symbol("/"), below))


def _binary(term: Binary, stacked: bool) -> Layout:
    left, right = term.left, term.right
    match term.op:
        case "+" | "-":
            return Row(
                (
                    _inside(left, SUM, stacked, first=True),
                    Symbol(term.op),
                    _inside(right, PRODUCT, stacked, first=False),
                )
            )
        case "*":
            factors = _factor(left, stacked), _inside(right, SIGN, stacked, first=False)
            return Row((factors[0], _product_sign(*factors), factors[1]))
        case "/" if stacked:
            return Over(_term(left, stacked), _term(right, stacked))
        case "/":
            return Row((_factor(left, stacked), Symbol("/"), _inside(right, SIGN, stacked, first=False)))
        case "**":
            base = _inside(left, ATOM, stacked, first=False)
            return _power(base, _term(right, stacked))


def _factor(term: Term, stacked: bool) -> Layout:
    """The layout of a left factor."""
    shown = _inside(term, PRODUCT, stacked, first=True)
    return Fence(shown) if _is_open(term, stacked) and not isinstance(shown, Fence) else shown


def _apply(term: Apply, stacked: bool) -> Layout:
    match term:
        case Apply("exp", (argument,)) if _is_short(argument, LONGEST_EXPONENT if stacked else 1, stacked):
            return _power(Symbol("E"), _term(argument, stacked))
        case Apply("sqrt", (argument,)):
            return Root(2, _term(argument, stacked))
        case Apply("cbrt", (argument,)):
            return Root(3, _term(argument, stacked))
        case Apply("Abs", (argument,)):
            return Fence(_term(argument, stacked), "||")
        case _:
            return _call(Word(term.function), term.args, stacked)


def _call(head: Layout, args: tuple[Term, ...], stacked: bool) -> Layout:
    return Row((head, Symbol("apply"), Fence(_listed([_term(arg, stacked) for arg in args]))))


def _reduce(term: Reduce, stacked: bool) -> Layout:
    if term.kind == "Sum" or term.kind == "Product":
        return Big(Symbol(term.kind), _range(term), _inside(term.body, PRODUCT, stacked, first=False))
    match term:
        case Reduce(_, Component(array, (Index(name),)), _, ()) if name == term.index.name:
            return _call(Word(term.kind), (Variable(array),), stacked)
        case _:
            return Big(Word(term.kind), _range(term), Fence(_term(term.body, stacked)))


def _diff(term: Diff, stacked: bool) -> Layout:
    order = Digits(str(len(term.targets))) if len(term.targets) > 1 else None
    above: Layout = Scripts(Symbol("d"), above=order) if order else Symbol("d")
    # Leibniz's order: the derivative that is taken first stands last.
    runs = [(target, len(list(run))) for target, run in groupby(reversed(term.targets))]
    below = Row(tuple(part for target, count in runs for part in _differential(target, count, stacked)))
    if _stands_in_numerator(term.body):
        return _quotient(Row((above, _term(term.body, stacked))), below, stacked)
    body = _term(term.body, stacked)
    operand = body if isinstance(term.body, Apply | Call) else Fence(body)
    return Row((_quotient(above, below, stacked), Symbol(" "), operand))


def _stands_in_numerator(body: Term) -> bool:
    return isinstance(body, Variable | Component | Call) and _is_short(body, LONGEST_DIFFERENTIATED, True)


def _differential(target: Variable | Component, count: int, stacked: bool) -> tuple[Layout, ...]:
    shown = _term(target, stacked)
    return Symbol("d"), _power(shown, Digits(str(count))) if count > 1 else shown


def _point(point: Term, side: str | None, stacked: bool) -> Layout:
    if side is None:
        return _term(point, stacked)
    return Scripts(_inside(point, ATOM, stacked, first=False), above=Symbol("neg" if side == "-" else "pos"))


def _index(index: Index) -> Layout:
    return Digits(str(index.name)) if isinstance(index.name, int) else Letter(index.name)


def _head(definition: Definition) -> Layout:
    name = Letter(definition.name)
    if definition.indices:
        return Scripts(name, tuple(map(Letter, definition.indices)))
    if definition.arguments:
        return Row((name, Symbol("apply"), Fence(_listed(list(map(Letter, definition.arguments))))))
    return name


def _power(base: Layout, exponent: Layout) -> Layout:
    if isinstance(base, Scripts) and base.above is None:
        return Scripts(base.base, base.below, exponent)
    return Scripts(base, above=exponent)


def _range(term: Reduce) -> Layout:
    bound = _index(term.index)
    return Row((bound, Symbol("!="), _listed([_index(i) for i in term.excluded]))) if term.excluded else bound


def _listed(items: list[Layout]) -> Layout:
    if len(items) == 1:
        return items[0]
    return Row(tuple(part for item in items for part in (Symbol(","), item))[1:])


def _is_short(term: Term, limit: int, scripts: bool) -> bool:
    """Whether a term is small enough to be raised or to stand in a numerator; with ``scripts`` it may have indices."""
    match term:
        case Number() | Constant() | Variable():
            return True
        case Component():
            return scripts
        case Neg(operand):
            return _is_short(operand, limit, scripts)
        case Call(_, args):
            return limit > 1 and all(isinstance(arg, Variable | Component) for arg in args)
        case Binary("*" | "+" | "-", left, right):
            return limit > 2 and _is_short(left, 0, scripts) and _is_short(right, 0, scripts)
        case _:
            return False


def _product_sign(left: Layout, right: Layout) -> Symbol:
    """A sign where factors side by side would read as something else: 2 3, ab cd, f (x), 2 1/2."""
    start, end = _first(right), _last(left)
    if isinstance(start, Digits) or (isinstance(start, Over) and isinstance(end, Digits)):
        return Symbol("*")
    if isinstance(start, Fence) and isinstance(end, Letter):
        return Symbol("*")
    return Symbol("*" if any(isinstance(p, Letter) and len(split(p.name).base) > 1 for p in (start, end)) else "times")


def _first(part: Layout) -> Layout:
    match part:
        case Row(parts):
            return _first(parts[0])
        case Scripts(base):
            return _first(base)
        case _:
            return part


def _last(part: Layout) -> Layout:
    return _last(part.parts[-1]) if isinstance(part, Row) else part


def is_tall(part: Layout) -> bool:
    """Whether brackets around it have to grow."""
    match part:
        case Over() | Big() | Root():
            return True
        case Row(parts):
            return any(map(is_tall, parts))
        case Fence(body):
            return is_tall(body)
        case Scripts(base, _, above):
            return is_tall(base) or (above is not None and is_tall(above))
        case _:
            return False
