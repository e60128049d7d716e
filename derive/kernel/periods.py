"""Sums of whole parts: what is a whole number is at least the next one (N4); one variable, over one period (N5)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from math import floor, lcm

from msgspec import Struct

from derive.kernel.context import NONNEGATIVE, NONPOSITIVE, NONZERO, POSITIVE, ZERO, Context, Polynomial
from derive.kernel.counting import is_whole
from derive.kernel.polynomial import ONE, add, scale
from derive.kernel.sign import sign

MOST_POINTS = 300


def whole_sign(ctx: Context, poly: Polynomial) -> int:
    """What is known of the sign of a sum of whole parts, from bounds or from the values over a period."""
    if not any(key[0] == "f" and ctx.generators[key].parts[0] == "floor" for mono in poly for key, _ in mono):
        return 0
    return _over_a_period(ctx, poly) | _between_whole_numbers(ctx, poly)


def _between_whole_numbers(ctx: Context, poly: Polynomial) -> int:
    """N4: a whole number > -1 is >= 0."""
    if not is_whole(ctx, poly):
        return 0
    bits = 0
    for turned, weak in ((poly, NONNEGATIVE), (scale(poly, -1), NONPOSITIVE)):
        if sign(ctx, add(turned, ONE)) & POSITIVE == POSITIVE:
            ctx.use("N4")
            bits |= weak
    return bits


class _Steps(Struct, frozen=True):
    """``slope*x + shift + the sum of c*floor(q*x + p)`` over ``parts`` (c, q, p)."""

    slope: Fraction
    shift: Fraction
    parts: tuple[tuple[Fraction, Fraction, Fraction], ...]

    def at(self, x: Fraction) -> Fraction:
        return self.slope * x + self.shift + sum(c * floor(q * x + p) for c, q, p in self.parts)


def _over_a_period(ctx: Context, poly: Polynomial) -> int:
    """N5: F(x + P) = F(x), so that its values on [0, P) are all: at jumps, and between them, where F is straight."""
    found = _steps(ctx, poly)
    if found is None:
        return 0
    key, steps = found
    period = Fraction(lcm(*(q.denominator for _, q, _ in steps.parts)))
    if steps.slope + sum(c * q for c, q, _ in steps.parts):
        return 0
    name = ctx.generators[key].parts[0]
    whole = name in ctx.integers and name not in ctx.suspended
    jumps = set() if whole else {x for _, q, p in steps.parts for x in _jumps(q, p, period)}
    if len(jumps) + period > MOST_POINTS:
        return 0
    ctx.spend(10 * (len(jumps) + int(period)))
    ctx.use("N5")
    places = {Fraction(n) for n in range(int(period) + 1)} | jumps
    bits = [_bits(steps.at(x)) for x in sorted(places)]
    if not whole:
        bits += [_between(steps, a, b) for a, b in pairwise(sorted(places))]
    weak = ZERO
    for own in bits:
        weak &= own
    return weak | (NONZERO if weak and all(own & NONZERO for own in bits) else 0)


def _jumps(q: Fraction, p: Fraction, period: Fraction) -> Iterator[Fraction]:
    ends = sorted((p, q * period + p))
    if ends[1] - ends[0] <= MOST_POINTS:
        yield from ((k - p) / q for k in range(floor(ends[0]), floor(ends[1]) + 1) if 0 <= (k - p) / q < period)


def _between(steps: _Steps, a: Fraction, b: Fraction) -> int:
    """The sign between two neighbouring jumps; an end where it tends to 0 is not reached."""
    third = (b - a) / 3
    left, right = steps.at(a + third), steps.at(b - third)
    ends = _bits(2 * left - right), _bits(2 * right - left)
    weak = ends[0] & ends[1] & ZERO
    return weak | (NONZERO if weak and any(end & NONZERO for end in ends) else 0)


def _bits(value: Fraction) -> int:
    return ZERO if not value else NONZERO | (NONNEGATIVE if value > 0 else NONPOSITIVE)


def _steps(ctx: Context, poly: Polynomial) -> tuple[str, _Steps] | None:
    """A sum of whole parts of straight lines in one variable, and that variable."""
    slope, shift = Fraction(0), Fraction(0)
    parts: list[tuple[Fraction, Fraction, Fraction]] = []
    met: set[str] = set()
    for mono, c in poly.items():
        if not mono:
            shift = Fraction(c)
            continue
        (key, e), *others = mono
        if others or e != 1 or not _is_variable(ctx, key, met):
            line = None if others or e != 1 else _line_in_floor(ctx, key, met)
            if line is None:
                return None
            parts.append((Fraction(c), *line))
        else:
            slope = Fraction(c)
    return (met.pop(), _Steps(slope, shift, tuple(parts))) if len(met) == 1 else None


def _is_variable(ctx: Context, key: str, met: set[str]) -> bool:
    if key[0] != "v" or ctx.generators[key].parts[0] in ctx.size:
        return False
    met.add(key)
    return True


def _line_in_floor(ctx: Context, key: str, met: set[str]) -> tuple[Fraction, Fraction] | None:
    """``q, p`` of floor(q*x + p)."""
    name, args = ctx.generators[key].parts if key[0] == "f" else ("", ())
    if name != "floor":
        return None
    inside: Polynomial = dict(args[0])
    shift = Fraction(inside.pop((), 0))
    if len(inside) != 1:
        return None
    ((mono, q),) = inside.items()
    if len(mono) != 1 or mono[0][1] != 1 or not _is_variable(ctx, mono[0][0], met):
        return None
    return Fraction(q), shift
