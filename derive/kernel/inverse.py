"""Inverse trigonometric functions in normal form: parity, and exact angles of algebraic constants (rules G1, G3)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from derive.kernel.algebraic import is_algebraic, is_zero
from derive.kernel.constants import FUNCTIONS, enclosure_of
from derive.kernel.context import NONZERO, Context, Polynomial
from derive.kernel.functions import function, signum
from derive.kernel.polynomial import ONE, add, scale, subtract
from derive.kernel.ring import leads_negative, multiply, power, split_delta
from derive.kernel.trigonometry import cosine, half_turn, sine

BITS = 96
NEAR = Fraction(1, 1 << 60)
LARGEST_DENOMINATOR = 60
HALF = Fraction(1, 2)


def arcsine(ctx: Context, x: Polynomial) -> Polynomial:
    """asin of a polynomial; odd."""
    return _exact(ctx, "asin", x, sine) or function(ctx, "asin", (x,))


def arccosine(ctx: Context, x: Polynomial) -> Polynomial:
    """acos of a polynomial; acos(-x) = pi - acos(x)."""
    found = _exact(ctx, "acos", x, cosine)
    if found is not None:
        return found
    if split_delta(ctx, x) is None and x and leads_negative(ctx, x):
        ctx.use("G1")
        return subtract(half_turn(ctx), arccosine(ctx, scale(x, -1)))
    return function(ctx, "acos", (x,)) if x else scale(half_turn(ctx), HALF)


def arctangent(ctx: Context, x: Polynomial) -> Polynomial:
    """atan of a polynomial; odd."""
    return _exact(ctx, "atan", x, _tangent) or function(ctx, "atan", (x,))


def arccotangent(ctx: Context, x: Polynomial) -> Polynomial:
    """acot: atan(1/x), and pi/2 at 0, so that its branch jumps there."""
    if split_delta(ctx, x) is not None:
        return function(ctx, "acot", (x,))
    if ctx.sign(ctx, x) & NONZERO:
        return arctangent(ctx, power(ctx, x, -1))
    side = signum(ctx, x)
    above = add(side, subtract(ONE, multiply(ctx, side, side)))
    return subtract(multiply(ctx, scale(half_turn(ctx), HALF), above), arctangent(ctx, x))


def _tangent(ctx: Context, angle: Polynomial) -> Polynomial:
    return multiply(ctx, sine(ctx, angle), power(ctx, cosine(ctx, angle), -1))


def _exact(
    ctx: Context, name: str, x: Polynomial, undo: Callable[[Context, Polynomial], Polynomial]
) -> Polynomial | None:
    """A rational multiple of pi that an enclosure suggests, if its sine, cosine or tangent is x exactly (G3, N3)."""
    if not x or any(not is_algebraic(ctx, key) for mono in x for key, _ in mono):
        return None
    inside = enclosure_of(ctx, x, BITS)
    value = None if inside is None else FUNCTIONS[name](inside, BITS)
    around = enclosure_of(ctx, half_turn(ctx), BITS)
    if value is None or around is None:
        return None
    turns = (value[0] / around[1]).limit_denominator(LARGEST_DENOMINATOR)
    if max(abs(value[0] - turns * around[0]), abs(value[1] - turns * around[1])) > NEAR:
        return None
    if name == "atan" and abs(turns) >= HALF:
        return None
    angle = scale(half_turn(ctx), turns)
    # On the branch by its enclosure: two angles there with one sine, cosine or tangent are equal.
    if not is_zero(ctx, subtract(undo(ctx, angle), x)):
        return None
    ctx.use("G3")
    return angle
