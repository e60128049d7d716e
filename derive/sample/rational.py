"""Hypotheses at one exact point, by short rational arithmetic alone."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import chain, product
from math import prod
from operator import itemgetter
from typing import Any

from flint import fmpq
from msgspec import Struct

from derive.claim import Hypothesis
from derive.term import Apply, Binary, Component, Delta, Index, Neg, Number, Reduce, Term, Variable, children
from derive.whole import is_integer_type

Cell = tuple[str, tuple[int, ...]]
"""A scalar variable ``(name, ())`` or a component ``(name, coordinates from 1)``."""

Cells = Mapping[Cell, fmpq]
Compiled = Callable[[Cells], fmpq]
_LONGEST = 10_000  # bits of a power


class Place(Struct, frozen=True):
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


class Instance(Struct):
    """A hypothesis at one choice of all its indices; its sides are compiled when they are first asked for."""

    hypothesis: Hypothesis
    scope: Mapping[str, int]
    _sides: tuple[Compiled, Compiled] | None = None

    def holds(self, cells: Cells, place: Place) -> bool | None:
        """Whether it holds at a point; None where that is not a matter of short rational arithmetic."""
        left, right = self._sides or self._compile(place)
        try:
            return bool(_COMPARE[self.hypothesis.relation.op](left(cells), right(cells)))
        except ZeroDivisionError:
            return False
        except _Irrational:
            return None

    def gap(self, cells: Cells, place: Place) -> fmpq | None:
        """Left minus right, where both are rational."""
        left, right = self._sides or self._compile(place)
        try:
            return left(cells) - right(cells)
        except (ZeroDivisionError, _Irrational):
            return None

    def _compile(self, place: Place) -> tuple[Compiled, Compiled]:
        relation = self.hypothesis.relation
        self._sides = _compiled(relation.left, place, self.scope), _compiled(relation.right, place, self.scope)
        return self._sides

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


def _compiled(term: Term, place: Place, scope: Mapping[str, int]) -> Compiled:
    """The value of a term as a function of the cells; what it raises, it raises when it is called."""
    try:
        return _of_term(term, place, scope)
    except (ZeroDivisionError, _Irrational) as error:
        return _raising(error)


def _of_term(term: Term, place: Place, scope: Mapping[str, int]) -> Compiled:
    match term:
        case Component(array, indices):
            return itemgetter((array, tuple([place.number(i, scope) for i in indices])))
        case Number(value):
            return _constant(fmpq(value.numerator, value.denominator))
        case Variable(name):
            return _constant(fmpq(place.dimensions[name])) if name in place.dimensions else itemgetter((name, ()))
        case Delta(left, right):
            return _constant(fmpq(int(place.number(left, scope) == place.number(right, scope))))
        case Neg(operand):
            inner = _compiled(operand, place, scope)
            return lambda cells: -inner(cells)
        case Binary(op, left, right):
            first, second = _compiled(left, place, scope), _compiled(right, place, scope)
            if op == "**":
                whole = is_integer_type(right, place.integers)
                return lambda cells: _power(first(cells), second(cells), whole)
            apply = _BINARY[op]
            return lambda cells: apply(first(cells), second(cells))
        case Apply(name, args) if name in _RATIONAL:
            function, inside = _RATIONAL[name], [_compiled(a, place, scope) for a in args]
            return lambda cells: fmpq(function(*(a(cells) for a in inside)))
        case Reduce(kind, body):
            return _reduction(kind, [_compiled(body, place, inner) for inner in _inner_scopes(term, place, scope)])
        case _:
            raise _Irrational


def _reduction(kind: str, parts: list[Compiled]) -> Compiled:
    if not parts and kind in ("Max", "Min"):
        raise ZeroDivisionError
    reduce = _REDUCE[kind]
    return lambda cells: fmpq(reduce([part(cells) for part in parts]))


def _constant(value: fmpq) -> Compiled:
    return lambda cells: value


def _raising(error: Exception) -> Compiled:
    def fail(cells: Cells) -> fmpq:
        raise error

    return fail


def _inner_scopes(term: Reduce, place: Place, scope: Mapping[str, int]) -> list[dict[str, int]]:
    out = {place.number(j, scope) for j in term.excluded}
    name = str(term.index.name)
    return [{**scope, name: k} for k in range(1, place.size(term.index.dimension) + 1) if k not in out]


def _power(base: fmpq, exponent: fmpq, is_whole: bool) -> fmpq:
    if not is_whole or abs(exponent) * (1 + base.height_bits()) > _LONGEST:
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
