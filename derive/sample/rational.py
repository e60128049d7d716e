"""Hypotheses at one exact point, by short rational arithmetic alone."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, product
from math import prod
from typing import Any

from flint import fmpq

from derive.claim import Hypothesis
from derive.term import Apply, Binary, Component, Delta, Index, Neg, Number, Reduce, Term, Variable, children
from derive.whole import is_integer_type

Cell = tuple[str, tuple[int, ...]]
"""A scalar variable ``(name, ())`` or a component ``(name, coordinates from 1)``."""

Cells = Mapping[Cell, fmpq]
_LONGEST = 10_000  # bits of a power


@dataclass(frozen=True, slots=True)
class Place:
    """What a term's value depends on besides the variables: sizes of dimensions, and which names are integers."""

    dimensions: Mapping[str, int]
    integers: frozenset[str]

    def size(self, dimension: str) -> int:
        return int(dimension) if dimension.isdigit() else self.dimensions[dimension]

    def number(self, index: Index, scope: Mapping[str, int]) -> int:
        """The value of an index; ZeroDivisionError where a literal is out of range, for that is undefined too."""
        number = index.name if isinstance(index.name, int) else scope[index.name]
        if index.dimension and number > self.size(index.dimension):
            raise ZeroDivisionError
        return number


@dataclass(frozen=True, slots=True)
class Instance:
    """A hypothesis at one choice of all its indices."""

    hypothesis: Hypothesis
    scope: Mapping[str, int]

    def holds(self, cells: Cells, place: Place) -> bool | None:
        """Whether it holds at a point; None where that is not a matter of short rational arithmetic."""
        relation = self.hypothesis.relation
        try:
            left = _value(relation.left, cells, place, self.scope)
            right = _value(relation.right, cells, place, self.scope)
        except ZeroDivisionError:
            return False
        except _Irrational:
            return None
        return bool(_COMPARE[relation.op](left, right))

    def gap(self, cells: Cells, place: Place) -> fmpq | None:
        """Left minus right, where both are rational."""
        relation = self.hypothesis.relation
        try:
            return _value(relation.left, cells, place, self.scope) - _value(relation.right, cells, place, self.scope)
        except (ZeroDivisionError, _Irrational):
            return None

    def cells(self, place: Place) -> frozenset[Cell]:
        """The scalars and components that it speaks of; none where an index is out of range."""
        relation = self.hypothesis.relation
        try:
            return frozenset(chain(_cells(relation.left, place, self.scope), _cells(relation.right, place, self.scope)))
        except ZeroDivisionError:
            return frozenset()


def instances(hypothesis: Hypothesis, place: Place, indices: Mapping[str, int]) -> Iterator[Instance]:
    """A hypothesis at every choice of its own indices, the others as given."""
    names = [str(i.name) for i in hypothesis.quantified]
    for chosen in product(*(range(1, place.size(i.dimension) + 1) for i in hypothesis.quantified)):
        yield Instance(hypothesis, {**indices, **dict(zip(names, chosen, strict=True))})


class _Irrational(Exception):
    """A term that is not a matter of short rational arithmetic."""


def _value(term: Term, cells: Cells, place: Place, scope: Mapping[str, int]) -> fmpq:
    match term:
        case Component(array, indices):
            return cells[array, tuple([place.number(i, scope) for i in indices])]
        case Number(value):
            return fmpq(value.numerator, value.denominator)
        case Variable(name):
            return fmpq(place.dimensions[name]) if name in place.dimensions else cells[name, ()]
        case Delta(left, right):
            return fmpq(int(place.number(left, scope) == place.number(right, scope)))
        case Neg(operand):
            return -_value(operand, cells, place, scope)
        case Binary("**", base, exponent):
            return _power(_value(base, cells, place, scope), _value(exponent, cells, place, scope), exponent, place)
        case Binary(op, left, right):
            return _BINARY[op](_value(left, cells, place, scope), _value(right, cells, place, scope))
        case Apply(name, args) if name in _RATIONAL:
            return fmpq(_RATIONAL[name](*(_value(a, cells, place, scope) for a in args)))
        case Reduce(kind, body):
            parts = [_value(body, cells, place, inner) for inner in _inner_scopes(term, place, scope)]
            if not parts and kind in ("Max", "Min"):
                raise ZeroDivisionError
            return fmpq(_REDUCE[kind](parts))
        case _:
            raise _Irrational


def _inner_scopes(term: Reduce, place: Place, scope: Mapping[str, int]) -> list[dict[str, int]]:
    out = {place.number(j, scope) for j in term.excluded}
    name = str(term.index.name)
    return [{**scope, name: k} for k in range(1, place.size(term.index.dimension) + 1) if k not in out]


def _power(base: fmpq, exponent: fmpq, written: Term, place: Place) -> fmpq:
    if not is_integer_type(written, place.integers) or abs(exponent) * (1 + base.height_bits()) > _LONGEST:
        raise _Irrational
    return base ** int(exponent.p)


def _cells(term: Term, place: Place, scope: Mapping[str, int]) -> Iterator[Cell]:
    match term:
        case Variable(name) if name not in place.dimensions:
            yield name, ()
        case Component(array, indices):
            yield array, tuple(place.number(i, scope) for i in indices)
        case Reduce():
            for inner in _inner_scopes(term, place, scope):
                yield from _cells(term.body, place, inner)
        case _:
            for child in children(term):
                yield from _cells(child, place, scope)


def root(value: Any) -> fmpq | None:
    """The rational square root of a rational, if it has one."""
    if value < 0:
        return None
    result = fmpq(value.p.isqrt(), value.q.isqrt())
    return result if result * result == value else None


def _exact_root(value: fmpq) -> fmpq:
    result = root(value)
    if result is None:
        raise _Irrational
    return result


_BINARY: dict[str, Callable[[fmpq, fmpq], fmpq]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_COMPARE: dict[str, Callable[[fmpq, fmpq], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_RATIONAL: dict[str, Callable[..., Any]] = {
    "Abs": abs,
    "sign": lambda v: (v > 0) - (v < 0),
    "Max": max,
    "Min": min,
    "floor": lambda v: v.floor(),
    "ceiling": lambda v: v.ceil(),
    "sqrt": _exact_root,
}
_REDUCE: dict[str, Callable[[list[fmpq]], Any]] = {
    "Sum": lambda parts: sum(parts, fmpq(0)),
    "Product": lambda parts: prod(parts, start=fmpq(1)),
    "Max": max,
    "Min": min,
}


def rational(value: Fraction) -> fmpq:
    """The same number in the faster arithmetic."""
    return fmpq(value.numerator, value.denominator)
