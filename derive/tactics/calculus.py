"""A side of a claim at an exact point by SymPy's own calculus: another opinion, which nothing rests on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from math import prod
from typing import Any

import sympy
from msgspec import Struct, field
from msgspec.structs import replace

from derive.signature import FUNCTIONS
from derive.term import (
    Apply,
    Binary,
    Component,
    Constant,
    Delta,
    Diff,
    Index,
    Neg,
    Number,
    Reduce,
    Term,
    Variable,
    children,
)
from derive.verdict import Counterexample, Value

MOST_NODES = 3_000
MOST_CANCELLED = 120  # operations of a term that is still cancelled and factored; SymPy may take for ever
MOST_EXPONENT, MOST_GROWING = 40, 1_000  # what SymPy would write out in full: powers, powers with exponents that vary
DIGITS = (40, 90)
SURE = Decimal("1e-25")


def calculus(term: Term, point: Counterexample) -> Fraction | Decimal | None:
    """The value: exact where it is rational, else to 25 digits; None where SymPy has none, or none to be believed.

    Sums are written out, derivatives are SymPy's with all variables independent, and what is short is cancelled.
    """
    scope = _Scope(dict(point.dimensions), dict(point.indices))
    try:
        if _count(term, scope) > MOST_NODES:
            return None
        found = _built(term, scope)
        if found.has(*_UNSURE):
            return None
        values = _values(point, scope)
        if _grows(found, values):
            return None
        if found.count_ops() <= MOST_CANCELLED:
            found = sympy.factor(sympy.cancel(found))
        return _number(found.xreplace(values))
    except (_Silent, ArithmeticError, AttributeError, NotImplementedError, RecursionError, TypeError, ValueError):
        return None  # SymPy fails on terms of every sort, in every way


class _Silent(Exception):
    """SymPy has no counterpart of a term."""


class _Scope(Struct, frozen=True):
    """The sizes of the dimensions and the places of the indices; ``symbols`` are filled as they are met."""

    sizes: Mapping[str, int]
    places: Mapping[str, int]
    symbols: dict[tuple[str, tuple[int, ...]], Any] = field(default_factory=dict)

    def size(self, dimension: str) -> int:
        return int(dimension) if dimension.isdigit() else self.sizes[dimension]

    def place(self, index: Index) -> int:
        return index.name if isinstance(index.name, int) else self.places[index.name]

    def symbol(self, name: str, at: tuple[int, ...] = ()) -> Any:
        return self.symbols.setdefault((name, at), sympy.Symbol("_".join((name, *map(str, at))), real=True))

    def within(self, reduction: Reduce) -> list[_Scope]:
        """The scopes of the body, one for each place that is not excluded."""
        out = {self.place(i) for i in reduction.excluded}
        places = (k for k in range(1, self.size(reduction.index.dimension) + 1) if k not in out)
        return [replace(self, places={**self.places, str(reduction.index.name): k}) for k in places]


def _count(term: Term, scope: _Scope) -> int:
    factor = scope.size(term.index.dimension) if isinstance(term, Reduce) else 1
    return 1 + factor * sum(_count(t, scope) for t in children(term))


def _built(term: Term, scope: _Scope) -> Any:
    match term:
        case Number(value):
            return sympy.Rational(value.numerator, value.denominator)
        case Constant("pi" | "E" as name):
            return getattr(sympy, name)
        case Variable(name):
            return sympy.Integer(scope.sizes[name]) if name in scope.sizes else scope.symbol(name)
        case Component(array, at):
            return scope.symbol(array, tuple(map(scope.place, at)))
        case Delta(left, right):
            return sympy.Integer(scope.place(left) == scope.place(right))
        case Neg(operand):
            return -_built(operand, scope)
        case Binary(op, left, right):
            return _BINARY[op](_built(left, scope), _built(right, scope))
        case Apply(name, args):
            return _function(name)(*(_built(t, scope) for t in args))
        case Reduce(kind, body):
            return _REDUCED[kind]([_built(body, inner) for inner in scope.within(term)])
        case Diff(body, targets):
            return reduce(sympy.diff, (_built(t, scope) for t in targets), _built(body, scope))
        case _:
            raise _Silent


def _function(name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = _OWN.get(name) or getattr(sympy, FUNCTIONS[name].sympy)
    return found


def _values(point: Counterexample, scope: _Scope) -> dict[Any, Any]:
    values = dict(point.values)
    return {symbol: _entry(values[name], at) for (name, at), symbol in scope.symbols.items()}


def _grows(found: Any, values: Mapping[Any, Any]) -> bool:
    """Whether numbers would become too long to be written out."""
    exponents = [power.exp for power in found.atoms(sympy.Pow)]
    varying = any(e.free_symbols for e in exponents) or bool(found.atoms(*_GROWING))
    largest = max(map(abs, values.values()), default=0)
    return any(e.is_number and abs(e) > MOST_EXPONENT for e in exponents) or bool(varying and largest > MOST_GROWING)


def _entry(value: Value, at: tuple[int, ...]) -> Any:
    for k in at:
        assert isinstance(value, tuple)
        value = value[k - 1]
    assert isinstance(value, Fraction)
    return sympy.Rational(value.numerator, value.denominator)


def _number(found: Any) -> Fraction | Decimal | None:
    """What is said twice, to two precisions; nothing where a value is missing, infinite or complex."""
    if found.has(*_NOWHERE) or found.free_symbols:
        return None
    if found.is_Rational:
        return Fraction(int(found.p), int(found.q))
    few, many = (sympy.N(found, digits) for digits in DIGITS)
    if not (few.is_Float and many.is_Float):
        return None
    rough, fine = Decimal(str(few)), Decimal(str(many))
    return fine if abs(rough - fine) <= SURE * max(Decimal(1), abs(fine)) else None


_UNSURE = (sympy.Heaviside, sympy.DiracDelta, sympy.Derivative, sympy.Subs, sympy.Piecewise)
_GROWING = (sympy.exp, sympy.factorial, sympy.gamma, sympy.loggamma, sympy.binomial)
_NOWHERE = (sympy.nan, sympy.zoo, sympy.oo, sympy.I)
_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}
_REDUCED: dict[str, Callable[[list[Any]], Any]] = {
    "Sum": lambda terms: sympy.Add(*terms),
    "Product": prod,
    "Max": lambda terms: sympy.Max(*terms),
    "Min": lambda terms: sympy.Min(*terms),
}
_OWN: dict[str, Callable[..., Any]] = {
    "log1p": lambda x: sympy.log(1 + x),
    "expm1": lambda x: sympy.exp(x) - 1,
    "cbrt": lambda x: sympy.sign(x) * sympy.Abs(x) ** sympy.Rational(1, 3),
}
