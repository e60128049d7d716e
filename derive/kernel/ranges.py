"""What is known of the values of functions (rule G6): their ranges, and signs from where their arguments lie."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.kernel.context import NONNEGATIVE, NONPOSITIVE, NONZERO, POSITIVE, UNKNOWN, ZERO, Context, Polynomial
from derive.kernel.polynomial import ONE, add, scale, subtract
from derive.kernel.spelling import names, opaque

HALF = Fraction(1, 2)
ODD_INCREASING = {"asin", "atan", "erf"}
BOUNDED = {"sin": ONE, "cos": ONE, "erf": ONE}
STRICT = {"atan", "erf"}
WINDOWS = {"sin": (0, 1, -1, -2), "cos": (-HALF, HALF, -3 * HALF)}
"""Where a half turn of one sign starts, in units of pi."""
SIGNS = {"sin": (1, -1, -1, 1), "cos": (1, -1, -1)}


def sign_of_function(ctx: Context, name: str, args: tuple[Polynomial, ...]) -> int:
    """The sign of a function at its arguments, where it has a value."""
    if name == "factorial":
        return POSITIVE
    if len(args) != 1:
        return UNKNOWN
    (x,) = args
    if name in ODD_INCREASING:
        return ctx.sign(ctx, x)
    if name == "acos":
        return NONNEGATIVE | (ctx.sign(ctx, subtract(ONE, x)) & NONZERO)
    if name in ("floor", "ceiling"):
        return _of_whole_part(ctx, name, ctx.sign(ctx, x))
    if name == "gamma":
        return POSITIVE if ctx.sign(ctx, x) & POSITIVE == POSITIVE else UNKNOWN
    if name in WINDOWS and ctx.depth > 0 and _is_limited(ctx, x):
        return _in_windows(ctx, name, x)
    return UNKNOWN


def _of_whole_part(ctx: Context, name: str, bits: int) -> int:
    """N4: there is no whole number between t and its whole part, so that 0 is not; away from 0 a part is not 0."""
    away = NONPOSITIVE if name == "floor" else NONNEGATIVE
    if bits & ZERO:
        ctx.use("N4")
    return bits & ZERO | (NONZERO if bits & NONZERO and bits & ZERO == away else UNKNOWN)


def _is_limited(ctx: Context, x: Polynomial) -> bool:
    """Whether something is known of the variables of an angle."""
    used = names(ctx, x)
    if any(ctx.types.get(name, "real") not in ("real", "nonzero", "integer") for name in used):
        return True
    return any(used & names(ctx, fact.polynomial) for bucket in ctx.facts.values() for fact in bucket)


def _in_windows(ctx: Context, name: str, angle: Polynomial) -> int:
    """sin is positive between 0 and pi, negative from there to 2*pi; so is cos a quarter earlier."""
    pi = opaque(ctx, "c", "pi")
    ctx.depth -= 1
    try:
        for number, start in enumerate(WINDOWS[name]):
            above = ctx.sign(ctx, subtract(angle, scale(pi, start)))
            if not above & NONNEGATIVE:
                continue
            below = ctx.sign(ctx, subtract(scale(pi, start + 1), angle))
            if below & NONNEGATIVE:
                ctx.use("G6")
                first = NONNEGATIVE if SIGNS[name][number] > 0 else NONPOSITIVE
                return ctx.note(angle, first | (above & below & NONZERO), "window", name, start)
        return UNKNOWN
    finally:
        ctx.depth += 1


def ranges(ctx: Context, key: str) -> Iterator[tuple[Polynomial, int]]:
    """Inequalities ``known >= 0`` (with NONZERO: ``> 0``) about one value of a function."""
    name = ctx.generators[key].parts[0]
    value: Polynomial = {((key, 1),): 1}
    pi = opaque(ctx, "c", "pi")
    bits = POSITIVE if name in STRICT else NONNEGATIVE
    if name in ("atan", "asin", "acos"):
        low, high = (Fraction(0), Fraction(1)) if name == "acos" else (-HALF, HALF)
        gaps = [subtract(scale(pi, high), value), subtract(value, scale(pi, low))][: 1 if name == "acos" else 2]
    elif name in BOUNDED:
        gaps = [subtract(BOUNDED[name], value), add(BOUNDED[name], value)]
    else:
        return
    ctx.use("G6")
    yield from ((gap, ctx.note(gap, bits, "range", key)) for gap in gaps)
