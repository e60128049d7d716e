"""Bounds of a product over an index by one of its factors, or by the sum of what they exceed 1 by (O6, O22)."""

from __future__ import annotations

from collections.abc import Iterator

from derive.kernel.context import NONNEGATIVE, NONPOSITIVE, NONZERO, Context, Monomial, Place, Polynomial
from derive.kernel.polynomial import ONE, scale, subtract
from derive.kernel.ring import open_bound, rename
from derive.kernel.sums import sum_over


def bounds_of_product(ctx: Context, key: str, free: list[Place]) -> Iterator[tuple[Polynomial, int]]:
    """Inequalities ``known >= 0`` of a product, with NONZERO where ``known > 0``: none where no factor is known."""
    found = _factor(ctx, key)
    if found is None:
        return
    place, factor = found
    excess = subtract(factor, ONE)
    whole: Polynomial = {((key, 1),): 1}
    bits = ctx.sign(ctx, excess)
    shrinks = bool(bits & NONPOSITIVE and ctx.sign(ctx, factor) & NONNEGATIVE)
    if not shrinks and not bits & NONNEGATIVE:
        return
    ctx.use("O22")
    known = subtract(subtract(whole, ONE), sum_over(ctx, (place,), excess))
    ctx.note(known, NONNEGATIVE, "product", place, factor)
    yield known, NONNEGATIVE
    several = ctx.least.get(place[1], 1) >= 2 and bits & NONZERO and ctx.sign(ctx, factor) & NONZERO
    for other in free:
        if other[1] == place[1]:
            ctx.use("O6")
            gap = scale(subtract(whole, rename(ctx, factor, {place: other})), -1 if shrinks else 1)
            bits = NONNEGATIVE | (NONZERO if several else 0)
            ctx.note(gap, bits, "product", place, factor, other)
            yield gap, bits


def _factor(ctx: Context, key: str) -> tuple[Place, Polynomial] | None:
    """A fresh index and the factor there, where a generator is a product: Prod(t, k), or exp(Sum(log(t), k))."""
    gen = ctx.generators[key]
    if gen.kind == "q" and not gen.parts[1]:
        body, (fresh,) = open_bound(ctx, (gen.parts[0],), gen.parts[2])
        return fresh, body
    summed = _only(gen.parts[0].mono) if gen.kind == "e" else None
    if summed is None or summed[0] != "s" or len(ctx.generators[summed].parts[0]) != 1:
        return None
    bound, summand = ctx.generators[summed].parts
    logarithm = _only(summand.mono)
    if logarithm is None or logarithm[0] != "l":
        return None
    body, (fresh,) = open_bound(ctx, bound, {summand.mono: 1})
    ((opened, _),) = next(iter(body))
    return fresh, ctx.generators[opened].parts[0]


def _only(mono: Monomial) -> str | None:
    """The key of a monomial that is one generator."""
    return mono[0][0] if len(mono) == 1 and mono[0][1] == 1 else None
