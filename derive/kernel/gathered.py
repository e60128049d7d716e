"""Sums over one dimension gathered into one: the sign of its summand is the sign of all (S1, O3, O14).

What stands outside of the sums goes inside by weights that sum to one (H4, S10).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from itertools import product as cartesian

from derive.kernel.comparison import common_weight, gathered_in_pairs, jensen, weights
from derive.kernel.context import NONNEGATIVE, NONPOSITIVE, NONZERO, POSITIVE, UNKNOWN, ZERO, Context, Place, Polynomial
from derive.kernel.inequalities import indices
from derive.kernel.polynomial import add, scale, subtract
from derive.kernel.ring import multiply, power, product, rename


def gathered(ctx: Context, poly: Polynomial) -> int:
    """S1, O3: the terms with sums over one dimension, and those with the dimension as a factor, as one sum."""
    total = UNKNOWN
    for dimension in sorted({summed(ctx, key) for mono in poly for key, _ in mono} - {""}):
        place, body, rest = _gather(ctx, poly, dimension)
        inside, outside = ctx.sign(ctx, body), ctx.sign(ctx, rest)
        ctx.use("O3")
        for wanted in (NONNEGATIVE, NONPOSITIVE):
            if inside & wanted and outside & wanted:
                total |= ctx.note(poly, wanted | ((inside | outside) & NONZERO), "sum", place, body, rest)
            elif inside & wanted and len(body) > 1:
                total |= _less_one_term(ctx, place, body, rest, inside & (wanted | NONZERO))
    return total


def _less_one_term(ctx: Context, place: Place, body: Polynomial, rest: Polynomial, bits: int) -> int:
    """O6: Sum(t, k) + r with t >= 0 is at least t[k := i] + r, and more where n >= 2 and t > 0; or <= and less."""
    strict = bits & NONZERO if ctx.least.get(place[1], 1) >= 2 else 0
    for other in (p for p in indices(ctx, rest) if p[1] == place[1]):
        left = ctx.sign(ctx, add(rest, rename(ctx, body, {place: other})))
        if left & bits & ZERO:
            ctx.use("O6")
            return (left & bits & ZERO) | ((left & NONZERO) or strict)
    return UNKNOWN


def gathered_with_weights(ctx: Context, poly: Polynomial) -> int:
    """H4, S10, O3: what stands outside of the sums as a sum too, by weights that sum to one."""
    total = UNKNOWN
    if not ctx.simplex and not ctx.sum_rules:
        return total
    for dimension in sorted({summed(ctx, key) for mono in poly for key, _ in mono} - {""}):
        place, body, rest = _gather(ctx, poly, dimension)
        single = list(weights(ctx, place)) if rest else []
        pairs = list(combinations(single, 2))
        mixed = [scale(add(*pair), Fraction(1, 2)) for pair in pairs]
        # Twice one less the other sums to one too: so Sum(p**2/q) - 1 is a sum of squares.
        doubled = [subtract(scale(one, 2), other) for pair in pairs for one, other in (pair, pair[::-1])]
        for weight in (*single, *mixed, *doubled):
            inside_ = add(body, multiply(ctx, rest, weight))
            bits = ctx.sign(ctx, inside_)
            if bits & ZERO:
                ctx.use("O3")
                total |= ctx.note(poly, bits, "sum", place, inside_, {})
    return total


def gathered_into_one(ctx: Context, poly: Polynomial) -> int:
    """O3, O14: the double sums of a polynomial as one, in both orders of its indices; or by Jensen, over weights."""
    for bound, body, rest in gathered_in_pairs(ctx, poly):
        inside_, outside = ctx.sign(ctx, body), ctx.sign(ctx, rest)
        for wanted in (NONNEGATIVE, NONPOSITIVE):
            if inside_ & wanted and outside & wanted:
                ctx.use("O3")
                return ctx.note(poly, wanted | ((inside_ | outside) & NONZERO), "double sum", bound, body, rest)
        weight = common_weight(ctx, body) if ctx.lemmas else None
        left = add(jensen(ctx, bound, weight, body), rest) if weight else {}
        bits = ctx.sign(ctx, left) if weight else UNKNOWN
        if weight and bits & NONNEGATIVE:
            ctx.use("O14")
            value = multiply(ctx, body, power(ctx, weight, -1))
            return ctx.note(poly, bits & POSITIVE, "double mean", bound, weight, value, left)
        for whole in [add(body, multiply(ctx, rest, w)) for w in _products(ctx, bound)] if rest else ():
            bits = ctx.sign(ctx, whole)
            if bits & ZERO:
                ctx.use("O3")
                return ctx.note(poly, bits, "double sum", bound, whole, {})
    return UNKNOWN


def _products(ctx: Context, bound: tuple[Place, ...]) -> Iterator[Polynomial]:
    """H4, S10: what sums to one over two indices, as a product of weights."""
    for pair in cartesian(*(tuple(weights(ctx, place)) for place in bound)):
        yield product(ctx, pair)


def summed(ctx: Context, key: str) -> str:
    if key[0] != "s":
        return ""
    bound = ctx.generators[key].parts[0]
    return str(bound[0][1]) if len(bound) == 1 else ""


def _gather(ctx: Context, poly: Polynomial, dimension: str) -> tuple[Place, Polynomial, Polynomial]:
    """``k, body, rest`` with poly = Sum(body, k) + rest, k a fresh index."""
    place = ctx.open(dimension)
    body: Polynomial = {}
    rest: Polynomial = {}
    for mono, c in poly.items():
        key = next((k for k, e in mono if e == 1 and (summed(ctx, k) == dimension or k == f"v({dimension})")), None)
        if key is None:
            rest = add(rest, {mono: c})
            continue
        outside: Polynomial = {tuple(f for f in mono if f[0] != key): c}
        if key[0] == "s":
            gen = ctx.generators[key]
            summand = rename(ctx, {gen.parts[1].mono: 1}, {gen.parts[0][0]: place})
            outside = multiply(ctx, outside, summand)
        body = add(body, outside)
    return place, body, rest
