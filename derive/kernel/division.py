"""Division with remainder of monomials by the denominators below them, which makes equal fractions equal."""

from __future__ import annotations

from fractions import Fraction

from derive.kernel.context import NONZERO, Context, Monomial, Place, Polynomial, Rational
from derive.kernel.polynomial import merge, put
from derive.kernel.ring import settle


def reduce_fractions(ctx: Context, bound: frozenset[Place] | None, poly: Polynomial) -> Polynomial:
    """Divide numerators by the denominators as far as it goes; only by those with a bound index where any are given.

    Below a sum this is rule S8, elsewhere R4.
    """
    total: Polynomial = {}
    stack = list(poly.items())
    while stack:
        ctx.spend(1)
        mono, c = stack.pop()
        below = [
            key
            for key, e in mono
            if key[0] == "b" and e < 0 and e.denominator == 1 and (bound is None or ctx.generators[key].places & bound)
        ]
        step = next(
            (s for key in below if (s := _divide(ctx, mono, key, below, bound or frozenset())) is not None), None
        )
        if step is None:
            put(total, mono, c)
            continue
        ctx.use("R4" if bound is None else "S8")
        stack.extend((m, c * v) for m, v in step.items())
    return total


def _divide(ctx: Context, mono: Monomial, key: str, below: list[str], bound: frozenset[Place]) -> Polynomial | None:
    """One division step of a monomial by the denominator ``key``, or None where it is reduced.

    With several denominators only one whose leading generators stand in no other is divided by.
    """
    (denominator,) = ctx.generators[key].parts
    have = dict(mono)
    if any(k[0] in "dg" for m in denominator for k, _ in m):
        return None
    lead = _leading(ctx, denominator, bound)
    others = {k for other in below if other != key for m in ctx.generators[other].parts[0] for k, _ in m}
    if any(k in others for k, _ in lead):
        return None
    if all(have.get(k, 0) >= e for k, e in lead):
        return _exchange(ctx, mono, key, denominator, lead)
    for k, _ in lead:
        if have.get(k, 0) < 0:
            free = [m for m in denominator if all(f != k for f, _ in m)]
            if len(free) == 1 and all(ctx.sign(ctx, {((f, 1),): 1}) & NONZERO for f, _ in free[0]):
                return _exchange(ctx, mono, key, denominator, free[0])
    return None


def _leading(ctx: Context, poly: Polynomial, bound: frozenset[Place]) -> Monomial:
    """The leading monomial in a graded order in which what depends on a bound index comes first."""
    moving = sorted({k for m in poly for k, _ in m if ctx.generators[k].places & bound})
    fixed = sorted({k for m in poly for k, _ in m} - set(moving))

    def rank(mono: Monomial) -> tuple[Rational, list[Rational], list[Rational]]:
        have = dict(mono)
        inside = [have.get(k, 0) for k in moving]
        return sum(inside), inside, [have.get(k, 0) for k in fixed]

    return max(poly, key=rank)


def _exchange(ctx: Context, mono: Monomial, key: str, denominator: Polynomial, term: Monomial) -> Polynomial:
    """m * term = m * (q - rest) / c, with q cancelling one power of the denominator."""
    c = Fraction(1) / Fraction(denominator[term])
    inverse = tuple((k, -e) for k, e in term)
    quotient = merge(mono, inverse)
    result: Polynomial = {}
    for m, v in settle(ctx, merge(quotient, ((key, 1),))).items():
        put(result, m, v * c)
    for m, v in denominator.items():
        if m != term:
            for n, w in settle(ctx, merge(quotient, m)).items():
                put(result, n, -v * w * c)
    return result
