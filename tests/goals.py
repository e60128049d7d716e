"""Goals for tests of the numeric side, and a second opinion on points: plain recursion in mpmath."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

import mpmath
from mpmath import mp

from derive.claim import Goal
from derive.elaborate import elaborate
from derive.load import load_text
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
)
from derive.verdict import Counterexample

mp.dps = 60


def goal(variables: str, claim: str, *assume: str) -> Goal:
    """The goal of a claim; variables as in ``x, y: real; o: real[n]``; dimensions need no declaration."""
    declared = [part.split(":") for part in variables.split(";") if part.strip()]
    names = "".join(f"  {name.strip()}: '{kind.strip()}'\n" for group, kind in declared for name in group.split(","))
    shared = f"variables:\n{names}" if names else ""
    hypotheses = "".join(f"      - '{text}'\n" for text in assume)
    entry = f"  - id: c\n    claim: '{claim}'\n" + (f"    assume:\n{hypotheses}" if assume else "")
    claims, problems = elaborate(load_text(f"derive: 1\n{shared}claims:\n{entry}", "test.yaml"))
    assert claims, problems
    return claims[0].lines[0].goal


def second_opinion(term: Term, point: Counterexample) -> Any:
    """The value of a term at a point, to many digits."""
    values = {name: _number(value) for name, value in (*point.dimensions, *point.values)}
    sizes = dict(point.dimensions)
    return _value(term, values, {k: int(v) for k, v in sizes.items()}, dict(point.indices))


def _number(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_number, value))
    return mpmath.mpf(Fraction(value).numerator) / Fraction(value).denominator


def _value(term: Term, values: Mapping[str, Any], sizes: Mapping[str, int], scope: Mapping[str, int]) -> Any:
    def value(t: Term) -> Any:
        return _value(t, values, sizes, scope)

    def place(index: Index) -> int:
        return index.name if isinstance(index.name, int) else scope[index.name]

    match term:
        case Number(number):
            return _number(number)
        case Constant(name):
            return mp.pi if name == "pi" else mp.e
        case Variable(name):
            return values[name]
        case Component(array, indices):
            return reduce(lambda v, i: v[place(i) - 1], indices, values[array])
        case Delta(left, right):
            return mpmath.mpf(place(left) == place(right))
        case Neg(operand):
            return -value(operand)
        case Binary(op, left, right):
            return _BINARY[op](value(left), value(right))
        case Apply(name, args):
            return _FUNCTIONS.get(name, getattr(mpmath, name, None))(*map(value, args))
        case Reduce(kind, body, index, excluded):
            out = {place(j) for j in excluded}
            size = int(index.dimension) if index.dimension.isdigit() else sizes[index.dimension]
            inner = [{**scope, str(index.name): k} for k in range(1, size + 1) if k not in out]
            return _REDUCE[kind]([_value(body, values, sizes, s) for s in inner])
        case Diff(body, targets):
            *earlier, target = targets
            inner = Diff(body, tuple(earlier)) if earlier else body
            path = [place(i) - 1 for i in target.indices] if isinstance(target, Component) else []
            name = target.array if isinstance(target, Component) else target.name

            def along(s: Any) -> Any:
                return _value(inner, {**values, name: _replaced(values[name], path, s)}, sizes, scope)

            return mpmath.diff(along, reduce(lambda v, k: v[k], path, values[name]))
    raise AssertionError(term)


def _replaced(value: Any, path: list[int], new: Any) -> Any:
    if not path:
        return new
    k, *rest = path
    return (*value[:k], _replaced(value[k], rest, new), *value[k + 1 :])


_BINARY: dict[str, Any] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "**": lambda a, b: a**b,
}
_FUNCTIONS: dict[str, Any] = {
    "Abs": abs,
    "Max": max,
    "Min": min,
    "ceiling": mpmath.ceil,
    "cbrt": lambda x: mpmath.sign(x) * mpmath.cbrt(abs(x)),
}
_REDUCE: dict[str, Any] = {"Sum": mpmath.fsum, "Product": mpmath.fprod, "Max": max, "Min": min}
