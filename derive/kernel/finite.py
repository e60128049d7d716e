"""Variables of which a hypothesis leaves finitely many values, such as labels 0 and 1 or -1 and 1 (K7)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import lcm

from derive.kernel.context import FRESH, Context, Polynomial, Rational, Undefined
from derive.kernel.polynomial import add, scale, subtract
from derive.kernel.ring import defined, multiply, open_bound, product, replace_generators
from derive.kernel.spelling import reached
from derive.kernel.sums import sum_over

MOST_VALUES = 4
LARGEST = 1_000

Values = tuple[Rational, ...]


def finite_values(ctx: Context, poly: Polynomial) -> tuple[str, Values] | None:
    """The name of the variable or array, and its values, where ``poly == 0`` is an equation in it alone.

    All roots must be rational. For an array the equation must be about one component, at indices of its own.
    """
    keys = {key for mono in poly for key, _ in mono}
    if len(keys) != 1 or any(e < 0 or e.denominator != 1 for mono in poly for _, e in mono):
        return None
    gen = ctx.generators[keys.pop()]
    if gen.kind not in "va" or gen.parts[0] in ctx.least:
        return None
    at = gen.parts[1] if gen.kind == "a" else ()
    if len(set(at)) < len(at) or any(p[0] != FRESH for p in at):
        return None
    found = _roots({sum(e for _, e in mono): c for mono, c in poly.items()})
    return (gen.parts[0], found) if found is not None else None


def _roots(coefficients: dict[Rational, Rational]) -> Values | None:
    """All real roots of a polynomial in one variable, if each is rational and simple to find."""
    degree = max(coefficients)
    if not 2 <= degree <= MOST_VALUES:
        return None
    common = lcm(*(c.denominator for c in coefficients.values()))
    dense = [int(coefficients.get(e, 0) * common) for e in range(int(degree) + 1)]
    found: list[Rational] = []
    for candidate in _candidates(dense):
        while len(dense) > 1 and not sum(c * candidate**e for e, c in enumerate(dense)):
            found.append(candidate)
            dense = _divided(dense, candidate)
    return tuple(dict.fromkeys(found)) if len(dense) == 1 else None


def _candidates(dense: list[int]) -> Iterator[Rational]:
    yield 0
    lowest = next(abs(c) for c in dense if c)
    if max(lowest, abs(dense[-1])) > LARGEST:
        return
    for bottom in (b for b in range(1, abs(dense[-1]) + 1) if dense[-1] % b == 0):
        for top in (t for t in range(1, lowest + 1) if lowest % t == 0):
            value = Fraction(top, bottom)
            yield from (value, -value)


def _divided(dense: list[int], root: Rational) -> list[int]:
    """The quotient by (x - root), exact, as whole numbers up to a factor."""
    quotient: list[Fraction] = []
    carry = Fraction(0)
    for c in reversed(dense[1:]):
        carry = carry * root + c
        quotient.append(Fraction(carry))
    common = lcm(*(c.denominator for c in quotient))
    return [int(c * common) for c in reversed(quotient)]


def by_value(ctx: Context, poly: Polynomial, name: str, values: Values) -> tuple[Polynomial, ...] | None:
    """The polynomial at each value of the variable, or of one component at free indices; None where none is held."""
    key = next(iter(reached(ctx, poly, name)), None)
    if key is None:
        return None
    try:
        pieces = tuple(_at(ctx, poly, key, value) for value in values)
    except Undefined:
        return None
    ctx.use("K7")
    return pieces


def interpolated(ctx: Context, poly: Polynomial, name: str, values: Values) -> Polynomial:
    """Below a sum a term in t_k is written as the polynomial in t_k that agrees with it at every value (K7)."""
    new: dict[str, Polynomial] = {}
    for key in sorted({k for mono in poly for k, _ in mono if k[0] == "s" and name in ctx.generators[k].names}):
        gen = ctx.generators[key]
        body, fresh = open_bound(ctx, gen.parts[0], {gen.parts[1].mono: 1})
        for at in reached(ctx, body, name):
            if not ctx.generators[at].places.isdisjoint(fresh):
                body = _interpolated(ctx, body, at, values)
        new[key] = sum_over(ctx, fresh, body)
    return replace_generators(ctx, poly, new) if new else poly


def _interpolated(ctx: Context, body: Polynomial, key: str, values: Values) -> Polynomial:
    """Lagrange's form; at every value the term must be total, for its factor is 0 at the others (D4)."""
    try:
        pieces = [_at(ctx, body, key, value) for value in values]
    except Undefined:
        return body
    if not all(defined(ctx, piece) for piece in pieces):
        return body
    ctx.use("K7")
    return add(*(multiply(ctx, _basis(ctx, key, v, values), piece) for v, piece in zip(values, pieces, strict=True)))


def _basis(ctx: Context, key: str, value: Rational, values: Values) -> Polynomial:
    """The polynomial that is 1 at one value and 0 at the others."""
    own: Polynomial = {((key, 1),): 1}
    factors = (scale(subtract(own, {(): v} if v else {}), 1 / Fraction(value - v)) for v in values if v != value)
    return product(ctx, factors)


def _at(ctx: Context, poly: Polynomial, key: str, value: Rational) -> Polynomial:
    return replace_generators(ctx, poly, {key: {(): value} if value else {}})
