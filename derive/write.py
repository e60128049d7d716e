"""Term -> text of the claim language: the inverse of ``parse``."""

from __future__ import annotations

from itertools import groupby

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

SUM, PRODUCT, SIGN, POWER, ATOM = range(1, 6)
"""How tightly a node binds; a node below the level that its place requires stands in parentheses."""


def write(term: Term | Relation | Index) -> str:
    """The text of a term, a relation or an index, in source order, with the parentheses that it needs and no others.

    ``parse(write(t)) == t`` for every term that ``parse`` can make. What only later passes make is written as its
    nearest text: a negative ``Number`` as a negation, the largest component of an expression as ``Max(e, k)``.
    """
    match term:
        case Relation(left, op, right):
            return f"{write(left)} {op} {write(right)}"
        case Index(name):
            return str(name)
        case _:
            return _text(term)


def level(term: Term) -> int:
    """How tightly the outermost operator of a term binds."""
    match term:
        case Binary("+" | "-"):
            return SUM
        case Binary("*" | "/"):
            return PRODUCT
        case Binary("**"):
            return POWER
        case Neg():
            return SIGN
        case Number(value) if value < 0:
            return SIGN
        case _:
            return ATOM


def _inside(term: Term, least: int) -> str:
    text = _text(term)
    return text if level(term) >= least else f"({text})"


def _text(term: Term) -> str:
    match term:
        case Number():
            return _number(term)
        case Constant(name) | Variable(name):
            return name
        case Component(array, indices):
            return array + _subscript(indices)
        case Delta(left, right):
            return f"KroneckerDelta({write(left)}, {write(right)})"
        case Neg(operand):
            return f"-{_inside(operand, SIGN)}"
        case Binary():
            return _binary(term)
        case Apply(name, args) | Call(name, args):
            return _call(name, *map(_text, args))
        case Reduce():
            return _reduce(term)
        case Diff(body, targets):
            return _call("diff", _text(body), *_targets(targets))
        case Limit(body, variable, point, side):
            return _call("limit", _text(body), variable, _text(point), *([f"'{side}'"] if side else []))
        case Optimum(kind, body, variable, component):
            return _call(kind, _text(body), variable) + (_subscript(component) if component else "")


def _number(number: Number) -> str:
    value = number.value
    if number.text:
        return number.text
    if value < 0:
        return f"-{_number(Number(-value))}"
    return str(value) if value.denominator == 1 else f"Rational({value.numerator}, {value.denominator})"


def _binary(term: Binary) -> str:
    match term.op:
        case "+" | "-":
            return f"{_inside(term.left, SUM)} {term.op} {_inside(term.right, PRODUCT)}"
        case "*" | "/":
            return f"{_inside(term.left, PRODUCT)}{term.op}{_inside(term.right, SIGN)}"
        case "**":  # groups to the right, and a sign may follow it
            return f"{_inside(term.left, ATOM)}**{_inside(term.right, SIGN)}"


def _reduce(term: Reduce) -> str:
    bound = write(term.index)
    match term:
        case Reduce("Max" | "Min", Component(array, (Index(name),)), _, ()) if name == term.index.name:
            return _call(term.kind, array)
        case _:
            return _call(term.kind, _text(term.body), bound, *(f"{bound} != {write(i)}" for i in term.excluded))


def _targets(targets: tuple[Variable | Component, ...]) -> list[str]:
    """The targets of a derivative; a repeated one is followed by how often it stands there."""
    runs = ((target, len(list(run))) for target, run in groupby(targets))
    return [text for target, count in runs for text in (_text(target), *([str(count)] if count > 1 else []))]


def _call(name: str, *args: str) -> str:
    return f"{name}({', '.join(args)})"


def _subscript(indices: tuple[Index, ...]) -> str:
    return f"[{', '.join(map(write, indices))}]"
