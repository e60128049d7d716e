"""Equations between angles (rules G3, G5, G6): sums of inverse functions, multiples of pi, and anything else.

An angle A is 0 when it is a whole number of turns, which its cosine and sine tell, and lies within one turn of 0,
which the ranges of the inverse functions and the hypotheses tell.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import gcd, lcm

from msgspec import Struct

from derive.kernel.context import NONNEGATIVE, NONPOSITIVE, NONZERO, POSITIVE, Context, Monomial, Polynomial, Rational
from derive.kernel.polynomial import ONE, add, scale, subtract
from derive.kernel.ring import multiply, power
from derive.kernel.trigonometry import INVERSE, half_turn, turn

Vanishes = Callable[[Context, Polynomial], bool]
HALF = Fraction(1, 2)
MOST_ANGLES = 6
KNOWN_ANGLES = tuple(Fraction(n, 12) for n in (-4, -3, -2, 0, 2, 3, 4))


class Span(Struct, frozen=True):
    """The range of an angle in units of pi, and whether an end is left out."""

    low: Fraction
    high: Fraction
    open_low: bool = False
    open_high: bool = False


def is_zero_angle(ctx: Context, poly: Polynomial, vanishes: Vanishes) -> bool:
    """Whether a polynomial that is linear in inverse trigonometric functions is seen to be 0.

    ``vanishes`` decides the equations between algebraic terms that are left.
    """
    groups = _groups(ctx, poly)
    return bool(groups) and all(_is_zero(ctx, angle, vanishes) for angle in groups.values())


def _groups(ctx: Context, poly: Polynomial) -> dict[Monomial, Polynomial]:
    """The angles by what they are multiplied with; none where some of it is not an angle."""
    groups: dict[Monomial, Polynomial] = {}
    angles = {key for mono in poly for key, _ in mono if _is_inverse(ctx, key)}
    pi = next(iter(half_turn(ctx)))[0][0]
    if not 0 < len(angles) <= MOST_ANGLES:
        return {}
    alone = all(len(mono) == 1 for mono in poly if any(key in angles for key, _ in mono))
    for mono, c in poly.items():
        taken = [(key, e) for key, e in mono if key in angles or key == pi]
        if not alone and (len(taken) != 1 or taken[0][1] != 1):
            return {}
        rest = () if alone else tuple(f for f in mono if f not in taken)
        inside = mono if alone else tuple(taken)
        groups[rest] = add(groups.get(rest, {}), {inside: c})
    return groups


def _is_inverse(ctx: Context, key: str) -> bool:
    return key[0] == "f" and ctx.generators[key].parts[0] in INVERSE


def _is_zero(ctx: Context, angle: Polynomial, vanishes: Vanishes) -> bool:
    whole = lcm(*(Fraction(c).denominator for c in angle.values()))
    primitive = Fraction(whole, gcd(*(int(c * whole) for c in angle.values())))
    factors: tuple[Rational, ...] = (primitive, primitive * HALF) if primitive <= 1 else (primitive, 1, HALF)
    for factor in dict.fromkeys(factors):
        scaled = scale(angle, factor)
        half, full = _within(ctx, scaled, 1), _within(ctx, scaled, 2)
        if not full:
            continue
        there = turn(ctx, scaled)
        if vanishes(ctx, there.sine) and (half or vanishes(ctx, subtract(there.cosine, ONE))):
            ctx.use("G5")
            return True
    return False


def _within(ctx: Context, angle: Polynomial, halves: int) -> bool:
    """Whether -halves*pi < angle < halves*pi is seen (G6)."""
    around = scale(half_turn(ctx), halves)
    return all(
        any(_is_above(ctx, subtract(around, bound), strict) for bound, strict in _upper_bounds(ctx, scale(angle, s)))
        for s in (1, -1)
    )


def _is_above(ctx: Context, gap: Polynomial, strict: bool) -> bool:
    bits = ctx.sign(ctx, gap)
    return bits & POSITIVE == POSITIVE or (strict and bool(bits & NONNEGATIVE))


def _upper_bounds(ctx: Context, angle: Polynomial) -> Iterator[tuple[Polynomial, bool]]:
    """The angle itself, and with every inverse function at the end of its range; True where that is never reached."""
    yield angle, False
    for span_at in (span_of, narrow_span):
        yield _at_ends(ctx, angle, span_at)


def _at_ends(ctx: Context, angle: Polynomial, span_at: Callable[[Context, str], Span]) -> tuple[Polynomial, bool]:
    total: Polynomial = {}
    strict = False
    for mono, c in angle.items():
        span = span_at(ctx, mono[0][0]) if len(mono) == 1 and mono[0][1] == 1 and _is_inverse(ctx, mono[0][0]) else None
        if span is None:
            total = add(total, {mono: c})
            continue
        total = add(total, scale(half_turn(ctx), c * (span.high if c > 0 else span.low)))
        strict = strict or (span.open_high if c > 0 else span.open_low)
    return total, strict


def span_of(ctx: Context, key: str) -> Span:
    """The range of an inverse function at its argument (G6)."""
    name, (argument,) = ctx.generators[key].parts
    bits = ctx.sign(ctx, argument)
    ctx.use("G6")
    moved = bool(bits & NONZERO)
    if name == "acos":
        low, high = (HALF if bits & NONPOSITIVE else Fraction(0)), (HALF if bits & NONNEGATIVE else Fraction(1))
        return Span(low, high, moved and low == HALF, moved and high == HALF)
    low = Fraction(0) if bits & NONNEGATIVE else -HALF
    high = Fraction(0) if bits & NONPOSITIVE else HALF
    ends = name == "atan"
    return Span(low, high, ends if low else moved, ends if high else moved)


def narrow_span(ctx: Context, key: str) -> Span:
    """The range of an inverse function between angles whose sine, cosine or tangent the argument is compared with."""
    name, (argument,) = ctx.generators[key].parts
    whole = span_of(ctx, key)
    high = next((a for a in KNOWN_ANGLES if _is_below(ctx, argument, name, a)), HALF)
    low = next((-a for a in KNOWN_ANGLES if _is_below(ctx, scale(argument, -1), name, a)), -HALF)
    if name == "acos":
        low, high = HALF - high, HALF - low
    low_end = (whole.low, whole.open_low) if low <= whole.low else (low, False)
    high_end = (whole.high, whole.open_high) if high >= whole.high else (high, False)
    return Span(low_end[0], high_end[0], low_end[1], high_end[1])


def _is_below(ctx: Context, argument: Polynomial, name: str, turns: Fraction) -> bool:
    """Whether an argument is at most the sine, of an arctangent the tangent, of a known angle."""
    angle = scale(half_turn(ctx), turns)
    there = turn(ctx, angle)
    bound = there.sine if name != "atan" else multiply(ctx, there.sine, power(ctx, there.cosine, -1))
    return bool(ctx.sign(ctx, subtract(bound, argument)) & NONNEGATIVE)
