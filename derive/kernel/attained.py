"""K4: an extremum written as a value that attains it."""

from __future__ import annotations

from collections.abc import Iterator

from derive.kernel.context import NONNEGATIVE, Context, Monomial, Polynomial
from derive.kernel.polynomial import scale, subtract
from derive.kernel.ring import rename, replace_generators
from derive.kernel.sign import learn


def attained(ctx: Context, poly: Polynomial) -> Polynomial | None:
    """K4: an opaque Max or Min as the value at an index where it is attained, all occurrences at once."""
    for mono in poly:
        for key in _extrema_inside(ctx, mono):
            kind, bound, body = ctx.generators[key].parts
            place = ctx.witness(bound[1])
            value = rename(ctx, body, {bound: place})
            other = ctx.open(bound[1])
            gap = subtract(value, rename(ctx, body, {bound: other}))
            learn(ctx, gap if kind == "Max" else scale(gap, -1), NONNEGATIVE)
            ctx.use("K4")
            ctx.note(gap, NONNEGATIVE, "attained", key, place)
            return replace_generators(ctx, poly, {key: value})
    return None


def _extrema_inside(ctx: Context, mono: Monomial) -> Iterator[str]:
    for key, _ in mono:
        gen = ctx.generators[key]
        if gen.kind == "m":
            yield key
        elif gen.kind == "e":
            yield from _extrema_inside(ctx, gen.parts[0].mono)
