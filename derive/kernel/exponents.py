"""Positive monomials compared by their logarithms, and logarithms by what they are taken of (O9, O10)."""

from __future__ import annotations

from functools import reduce
from math import lcm

from derive.kernel.bits import negated, plus
from derive.kernel.context import POSITIVE, UNKNOWN, Context, Monomial, Polynomial
from derive.kernel.functions import exponential, logarithm
from derive.kernel.polynomial import magnitude, scale, subtract
from derive.kernel.ring import multiply

MOST_WEIGHTS = 4  # factors beside logarithms that are looked at one by one
MOST_OTHERS = 2  # terms beside logarithms, where a factor is divided out


def by_exponents(ctx: Context, poly: Polynomial) -> int:
    """O9, O10: compare two positive monomials by their logarithms, and logarithms by what they are taken of."""
    if any(key[0] == "l" for mono in poly for key, _ in mono):
        return _by_exponential(ctx, poly)
    if len(poly) != 2:
        return UNKNOWN
    (m, c), (n, d) = poly.items()
    if c * d > 0 or not any(key[0] == "e" for key, _ in (*m, *n)):
        return UNKNOWN
    if not all(ctx.sign(ctx, {x: 1}) & POSITIVE == POSITIVE for x in (m, n)):
        return UNKNOWN
    ctx.use("O9")
    gap = subtract(logarithm(ctx, {m: magnitude(c)}), logarithm(ctx, {n: magnitude(d)}))
    bits = ctx.sign(ctx, gap)
    if c > 0:
        return ctx.note(poly, bits, "grown", gap, {n: magnitude(d)})
    return ctx.note(poly, negated(bits), "grown", scale(gap, -1), {m: magnitude(c)})


def _by_exponential(ctx: Context, poly: Polynomial) -> int:
    """O10: G has the sign of exp(G) - 1; here the terms with a logarithm have whole-number coefficients."""
    beside = {tuple(f for f in m if f[0][0] != "l") for m in poly if any(key[0] == "l" for key, _ in m)}
    if len(beside) == 1 and beside != {()}:
        return _by_exponential_beside(ctx, poly, beside.pop())
    if len(beside) > 1 and () not in beside:
        return _by_weights(ctx, poly, beside)
    logs = {m: c for m, c in poly.items() if len(m) == 1 and m[0][0][0] == "l" and m[0][1] == 1}
    if not logs or any(key[0] == "l" for m in poly if m not in logs for key, _ in m):
        return UNKNOWN
    common = lcm(*(c.denominator for c in logs.values()))
    if any(magnitude(c * common) > 4 for c in logs.values()):
        return UNKNOWN
    ctx.use("O10")
    above = scale({m: c for m, c in poly.items() if c > 0}, common)
    below = scale({m: -c for m, c in poly.items() if c < 0}, common)
    grown = exponential(ctx, below)
    difference = subtract(exponential(ctx, above), grown)
    bits = ctx.sign(ctx, difference)
    return ctx.note(poly, bits, "grown", scale(poly, common), grown, difference)


def _by_weights(ctx: Context, poly: Polynomial, beside: set[Monomial]) -> int:
    """O2: the terms with one factor beside their logarithms have a sign together, and all of these are the same."""
    parts = [{m: c for m, c in poly.items() if tuple(f for f in m if f[0][0] != "l") == factor} for factor in beside]
    rest = {m: c for m, c in poly.items() if all(m not in part for part in parts)}
    if len(parts) > MOST_WEIGHTS:
        return UNKNOWN
    ctx.use("O2")
    return reduce(plus, (ctx.sign(ctx, part) for part in (*parts, rest) if part))


def _by_exponential_beside(ctx: Context, poly: Polynomial, factor: Monomial) -> int:
    """O8: the same after division by the factor that stands beside all logarithms, if that is positive."""
    others = sum(all(key[0] != "l" for key, _ in m) for m in poly)
    if others > MOST_OTHERS or ctx.sign(ctx, {factor: 1}) & POSITIVE != POSITIVE:
        return UNKNOWN
    return _by_exponential(ctx, multiply(ctx, poly, {tuple((key, -e) for key, e in factor): 1}))
