"""Guesses of where a slope changes its sign, by floats; whoever uses one proves what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from derive.kernel.constants import enclosure_of
from derive.kernel.context import Context, Polynomial
from derive.kernel.functions import exponential, logarithm, number_constant
from derive.kernel.interval import Interval, variables
from derive.kernel.model import estimate
from derive.kernel.polynomial import scale
from derive.kernel.ring import power

BITS = 40


def turning_points(ctx: Context, slope: Polynomial, interval: Interval) -> Iterator[Polynomial]:
    """Guesses where a slope changes its sign: a number near a change, or another variable, or 0."""
    others = sorted(k for k in variables(ctx, slope) if k != interval.key)
    for key in others:
        yield {((key, 1),): 1}
    if others:
        yield {}
    else:
        for root in _changes(ctx, slope, interval)[:2]:
            yield from _recognised(ctx, root)


def _changes(ctx: Context, slope: Polynomial, interval: Interval) -> list[Fraction]:
    low, high = (middle_of(ctx, end) for end in (interval.low, interval.high))
    points = sorted({p for p in grid(low, high)})
    seen = [(p, value) for p in points if (value := estimate(ctx, slope, {interval.name: float(p)}))]
    found: list[Fraction] = []
    for (a, left), (b, right) in pairwise(seen):
        if left < 0 < right:
            for _ in range(40):
                middle = (a + b) / 2
                value = estimate(ctx, slope, {interval.name: float(middle)})
                if not value:
                    a = b = middle
                    break
                a, b = (middle, b) if value < 0 else (a, middle)
            found.append((a + b) / 2)
    return found


def grid(low: Fraction | None, high: Fraction | None) -> Iterator[Fraction]:
    """Points of an interval, or of a ray, or of the line."""
    if low is not None and high is not None:
        yield from (low + (high - low) * Fraction(k, 17) for k in range(1, 17))
        return
    start, direction = (low, 1) if low is not None else (high, -1) if high is not None else (Fraction(0), 1)
    steps = ("1/100", "1/10", "1/4", "1/2", "4/5", "6/5", "7/4", "5/2", "7/2", "5", "8", "13", "30", "100")
    for step in map(Fraction, steps):
        yield (start or Fraction(0)) + direction * step
        if low is None and high is None:
            yield -step


def middle_of(ctx: Context, end: Polynomial | None) -> Fraction | None:
    """A number near a constant."""
    found = None if end is None else enclosure_of(ctx, end, BITS)
    return None if found is None else (found[0] + found[1]) / 2


def _recognised(ctx: Context, root: Fraction) -> Iterator[Polynomial]:
    """Simple numbers near a number: fractions, and those of pi, E, logarithms and roots."""
    near = Fraction(1, 10**8)
    pi = number_constant(ctx, "pi")
    plain = root.limit_denominator(24)
    if abs(plain - root) < near:
        yield {(): plain} if plain else {}
    for base in (pi, number_constant(ctx, "E"), power(ctx, number_constant(ctx, "E"), -1)):
        size = enclosure_of(ctx, base, BITS)
        if size is not None and abs((q := (root / size[0]).limit_denominator(24)) * size[0] - root) < near and q:
            yield scale(base, q)
    square = (root * root).limit_denominator(60)
    if abs(square - root * root) < near and square > 0:
        yield scale(power(ctx, {(): square}, Fraction(1, 2)), 1 if root > 0 else -1)
    value = enclosure_of(ctx, exponential(ctx, {(): root}), BITS) if abs(root) < 20 else None
    if value is not None and abs((q := value[0].limit_denominator(24)) - value[0]) < near and q > 0:
        yield logarithm(ctx, {(): q})
    if root > 0:
        log = enclosure_of(ctx, logarithm(ctx, {(): root}), BITS)
        if log is not None and abs((q := log[0].limit_denominator(12)) - log[0]) < near:
            yield exponential(ctx, {(): q})
