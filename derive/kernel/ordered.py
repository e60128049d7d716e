"""Polynomials in a few values that are not negative, looked at for each order of the values (O23)."""

from __future__ import annotations

from itertools import pairwise, permutations

from derive.kernel.context import NONNEGATIVE, POSITIVE, Context, Polynomial
from derive.kernel.polynomial import add
from derive.kernel.ring import replace_generators, variable
from derive.kernel.sign import sign

MOST_VALUES = 4
MOST_DEGREE = 10
MOST_TERMS = 80


def by_order(ctx: Context, poly: Polynomial) -> int:
    """NONNEGATIVE where, in every order, the values as sums of the steps between them leave no negative coefficient."""
    keys = sorted({key for mono in poly for key, _ in mono})
    plain = all(key[0] in "va" and e.denominator == 1 and e > 0 for mono in poly for key, e in mono)
    degree = max((sum(e for _, e in mono) for mono in poly), default=0)
    if not plain or not 2 <= len(keys) <= MOST_VALUES or degree > MOST_DEGREE or len(poly) > MOST_TERMS:
        return 0
    if any(not sign(ctx, {((key, 1),): 1}) & NONNEGATIVE for key in keys):
        return 0
    constant_bits = POSITIVE if poly.get((), 0) > 0 else NONNEGATIVE
    for order in permutations(keys):
        ctx.spend(40 * len(poly))
        if any(c < 0 for c in _stepwise(ctx, poly, order).values()):
            return 0
    ctx.use("O23")
    return constant_bits


def _stepwise(ctx: Context, poly: Polynomial, order: tuple[str, ...]) -> Polynomial:
    """The polynomial with each value as the one before it and a step that is not negative."""
    steps = [variable(ctx, f"step {number}") for number in range(len(order))]
    for number in range(len(order)):
        ctx.types.setdefault(f"step {number}", "nonnegative")
    values = {order[0]: steps[0]}
    for (before, key), step in zip(pairwise(order), steps[1:], strict=True):
        values[key] = add(values[before], step)
    return replace_generators(ctx, poly, values)
