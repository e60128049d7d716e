"""Rational enclosures of closed constants (rule N1): exp, log, roots and pi of rationals, by series with remainders.

Everything is exact rational arithmetic; every rounding is outward. An enclosure is a pair of fractions.
"""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from derive.kernel.context import Context, Polynomial, Rational

Enclosure = tuple[Fraction, Fraction]
PRECISIONS = (64, 160, 400)
LARGEST = 4_000
"""The greatest argument of exp, in size, that is enclosed."""


def constant_sign(ctx: Context, poly: Polynomial) -> int:
    """-1 or 1 where an enclosure of a polynomial without variables excludes 0; 0 where none does, or none is known."""
    for bits in PRECISIONS:
        found = _polynomial(ctx, poly, bits)
        if found is None:
            return 0
        if found[0] > 0:
            return 1
        if found[1] < 0:
            return -1
    return 0


def _polynomial(ctx: Context, poly: Polynomial, bits: int) -> Enclosure | None:
    total: Enclosure = (Fraction(0), Fraction(0))
    for mono, c in poly.items():
        value: Enclosure | None = (Fraction(c), Fraction(c))
        for key, e in mono:
            factor = _power(ctx, key, e, bits)
            if factor is None or value is None:
                return None
            value = _outward(_times(value, factor), bits)
        if value is None:
            return None
        total = (total[0] + value[0], total[1] + value[1])
    return total


def _power(ctx: Context, key: str, e: Rational, bits: int) -> Enclosure | None:
    kind, parts = key[0], ctx.generators[key].parts
    if kind == "e":
        inside = _polynomial(ctx, {parts[0].mono: e}, bits)
        return None if inside is None else _exp(inside, bits)
    value: Enclosure | None = None
    if kind == "c":
        value = _pi(bits)
    elif kind == "l":
        inside = _polynomial(ctx, parts[0], bits)
        value = None if inside is None or inside[0] <= 0 else _log(inside, bits)
    elif kind == "b":
        value = _polynomial(ctx, parts[0], bits)
    if value is None:
        return None
    return _rational_power(value, Fraction(e), bits)


def _times(left: Enclosure, right: Enclosure) -> Enclosure:
    products = [a * b for a in left for b in right]
    return min(products), max(products)


def _outward(value: Enclosure, bits: int) -> Enclosure:
    """The enclosure with ends of about ``bits`` binary digits, rounded outward."""
    return _down(value[0], bits), -_down(-value[1], bits)


def _down(value: Fraction, bits: int) -> Fraction:
    if not value:
        return value
    shift = bits - (abs(value.numerator).bit_length() - value.denominator.bit_length())
    scaled = value * Fraction(2) ** shift
    return Fraction(scaled.numerator // scaled.denominator) / Fraction(2) ** shift


def _rational_power(value: Enclosure, e: Fraction, bits: int) -> Enclosure | None:
    if e.denominator == 1:
        return _whole_power(value, int(e), bits)
    if value[0] < 0 or (value[0] == 0 and e < 0):
        return None
    if e.denominator == 2:
        return _whole_power((_root(value[0], bits), _root_up(value[1], bits)), e.numerator, bits)
    if value[0] == 0:
        return None
    return _exp(_outward(_times(_log(value, bits), (e, e)), bits), bits)


def _whole_power(value: Enclosure, e: int, bits: int) -> Enclosure | None:
    if abs(e) > LARGEST:
        return None
    if e < 0:
        if value[0] <= 0 <= value[1]:
            return None
        value, e = (1 / value[1], 1 / value[0]), -e
    result: Enclosure = (Fraction(1), Fraction(1))
    for _ in range(e):
        result = _outward(_times(result, value), bits)
    if e % 2 == 0 and result[0] < 0:
        result = (Fraction(0), result[1])
    return result


def _root(value: Fraction, bits: int) -> Fraction:
    """A lower bound of the square root."""
    scale = 1 << (2 * bits)
    return Fraction(isqrt(value.numerator * scale // value.denominator), 1 << bits)


def _root_up(value: Fraction, bits: int) -> Fraction:
    return _root(value, bits) + Fraction(1, 1 << bits)


def _exp(value: Enclosure, bits: int) -> Enclosure | None:
    if max(abs(value[0]), abs(value[1])) > LARGEST:
        return None
    return _exp_at(value[0], bits)[0], _exp_at(value[1], bits)[1]


def _exp_at(x: Fraction, bits: int) -> Enclosure:
    """exp by halving the argument below 1/2 in size, the series, and squaring; remainder below twice the next term."""
    halvings = max(0, (abs(x.numerator) // x.denominator).bit_length() + 1) if x else 0
    small = x / (1 << halvings)
    working = bits + 2 * halvings + 16
    total, term, n = Fraction(1), Fraction(1), 0
    while abs(term) * (1 << working) > 1:
        n += 1
        term = _down(term * small / n, working)
        total += term
    # Each rounded term is off by at most one unit of its own last place, which the slack covers.
    slack = Fraction(n + 4, 1 << (working - 8))
    result = _outward((total - slack, total + slack), working)
    for _ in range(halvings):
        result = _outward(_times(result, result), working)
    return result


def _log(value: Enclosure, bits: int) -> Enclosure:
    return _log_at(value[0], bits)[0], _log_at(value[1], bits)[1]


def _log_at(x: Fraction, bits: int) -> Enclosure:
    """log by a power of two and log m = 2 atanh((m - 1)/(m + 1))."""
    shift = x.numerator.bit_length() - x.denominator.bit_length()
    m = x / Fraction(2) ** shift
    inside, two = _atanh((m - 1) / (m + 1), bits), _atanh(Fraction(1, 3), bits)
    pair = sorted((2 * shift * two[0], 2 * shift * two[1]))
    return 2 * inside[0] + pair[0], 2 * inside[1] + pair[1]


def _atanh(t: Fraction, bits: int) -> Enclosure:
    """The odd series for abs(t) <= 1/2; the remainder is below the next power over 1 - t*t."""
    working = bits + 16
    total, square, power, n = Fraction(0), t * t, t, 0
    while abs(power) * (1 << working) > 1:
        total += power / (2 * n + 1)
        power = _down(power * square, working)
        n += 1
    # As for exp: every rounded power is off by a few units of its own last place.
    slack = Fraction(n + 4, 1 << (working - 8))
    return total - slack, total + slack


def _pi(bits: int) -> Enclosure:
    """16 atan(1/5) - 4 atan(1/239); the alternating series are off by less than the next term."""
    five, other = _atan(5, bits), _atan(239, bits)
    return 16 * five[0] - 4 * other[1], 16 * five[1] - 4 * other[0]


def _atan(inverse: int, bits: int) -> Enclosure:
    total, power, n = Fraction(0), Fraction(1, inverse), 0
    while power * (1 << bits) > 1:
        total += power / (2 * n + 1) * (-1 if n % 2 else 1)
        power /= inverse * inverse
        n += 1
    return total - power, total + power
