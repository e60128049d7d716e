"""Rational enclosures (rule N1) of constants and of what varies in a box: exp, log, roots, pi, trigonometry, by series.

Everything is exact rational arithmetic; every rounding is outward. An enclosure is a pair of fractions; a box gives
one to the key of every variable.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import isqrt

from derive.kernel.context import Context, Polynomial, Rational

Enclosure = tuple[Fraction, Fraction]
Box = Mapping[str, Enclosure]
PRECISIONS = (64, 160, 400)
LARGEST = 4_000
"""The greatest argument of exp, in size, that is enclosed."""
NOWHERE: Box = {}
ONE_AROUND: Enclosure = (Fraction(-1), Fraction(1))


def constant_sign(ctx: Context, poly: Polynomial) -> int:
    """-1 or 1 where an enclosure of a polynomial without variables excludes 0; 0 where none does, or none is known."""
    for bits in PRECISIONS:
        found = enclosure_of(ctx, poly, bits)
        if found is None:
            return 0
        if found[0] > 0:
            return 1
        if found[1] < 0:
            return -1
    return 0


def enclosure_of(ctx: Context, poly: Polynomial, bits: int, box: Box = NOWHERE) -> Enclosure | None:
    """An interval that holds every value of a polynomial in a box; None where one of its parts has none."""
    total: Enclosure = (Fraction(0), Fraction(0))
    for mono, c in poly.items():
        value: Enclosure | None = (Fraction(c), Fraction(c))
        for key, e in mono:
            factor = _power(ctx, key, e, bits, box)
            if factor is None or value is None:
                return None
            value = _outward(_times(value, factor), bits)
        if value is None:
            return None
        total = (total[0] + value[0], total[1] + value[1])
    return total


def _power(ctx: Context, key: str, e: Rational, bits: int, box: Box) -> Enclosure | None:
    kind, parts = key[0], ctx.generators[key].parts
    if kind == "e":
        inside = enclosure_of(ctx, {parts[0].mono: e}, bits, box)
        return None if inside is None else _exp(inside, bits)
    value = _of_generator(ctx, key, bits, box)
    return None if value is None else _rational_power(value, Fraction(e), bits)


def _of_generator(ctx: Context, key: str, bits: int, box: Box) -> Enclosure | None:
    kind, parts = key[0], ctx.generators[key].parts
    if kind == "v":
        return box.get(key)
    if kind == "c":
        return _pi(bits)
    if kind == "f" and (parts[0] not in FUNCTIONS or len(parts[1]) != 1):
        return None
    if kind not in "lbhf":
        return None
    inside = enclosure_of(ctx, parts[1][0] if kind == "f" else parts[0], bits, box)
    if inside is None or kind == "b":
        return inside
    if kind == "l":
        return None if inside[0] <= 0 else _log(inside, bits)
    return _absolute(inside) if kind == "h" else FUNCTIONS[parts[0]](inside, bits)


def _absolute(value: Enclosure) -> Enclosure:
    low, high = sorted((abs(value[0]), abs(value[1])))
    return (Fraction(0) if value[0] < 0 < value[1] else low), high


def _times(left: Enclosure, right: Enclosure) -> Enclosure:
    if left[0].numerator >= 0 and right[0].numerator >= 0:
        return left[0] * right[0], left[1] * right[1]
    products = [a * b for a in left for b in right]
    return min(products), max(products)


def _outward(value: Enclosure, bits: int) -> Enclosure:
    """The enclosure with ends of about ``bits`` binary digits, rounded outward."""
    return _down(value[0], bits), -_down(-value[1], bits)


def _down(value: Fraction, bits: int) -> Fraction:
    if not value:
        return value
    shift = bits - (abs(value.numerator).bit_length() - value.denominator.bit_length())
    if shift <= 0:
        return Fraction(value.numerator // (value.denominator << -shift) << -shift)
    return Fraction((value.numerator << shift) // value.denominator, 1 << shift)


def _fixed(value: Fraction, places: int) -> int:
    """The number of units of the binary place ``places`` in a value, rounded down."""
    return (value.numerator << places) // value.denominator


def _rational_power(value: Enclosure, e: Fraction, bits: int) -> Enclosure | None:
    if e.denominator == 1:
        return _whole_power(value, int(e), bits)
    if value[0] < 0 or (value[0] == 0 and e < 0):
        return None
    degree = e.denominator
    return _whole_power((_root(value[0], degree, bits), _root_up(value[1], degree, bits)), e.numerator, bits)


def _whole_power(value: Enclosure, e: int, bits: int) -> Enclosure | None:
    if abs(e) > LARGEST:
        return None
    if e < 0:
        if value[0] <= 0 <= value[1]:
            return None
        value, e = (1 / value[1], 1 / value[0]), -e
    if e == 0:
        return Fraction(1), Fraction(1)
    result = _outward(value, bits)
    for _ in range(e - 1):
        result = _outward(_times(result, value), bits)
    if e % 2 == 0 and result[0] < 0:
        result = (Fraction(0), result[1])
    return result


def _root(value: Fraction, degree: int, bits: int) -> Fraction:
    """A lower bound of the root of a number >= 0, below it by at most one unit of the last of ``bits`` places."""
    scale = 1 << (degree * bits)
    return Fraction(floor_root(value.numerator * scale // value.denominator, degree), 1 << bits)


def _root_up(value: Fraction, degree: int, bits: int) -> Fraction:
    return _root(value, degree, bits) + Fraction(1, 1 << bits)


def floor_root(number: int, degree: int) -> int:
    """The greatest whole number whose power is at most ``number``, by Newton's method from above."""
    if degree == 2 or number == 0:
        return isqrt(number)
    guess = 1 << -(-number.bit_length() // degree)
    while True:
        better = ((degree - 1) * guess + number // guess ** (degree - 1)) // degree
        if better >= guess:
            return guess
        guess = better


def _exp(value: Enclosure, bits: int) -> Enclosure | None:
    if max(abs(value[0]), abs(value[1])) > LARGEST:
        return None
    return _exp_at(value[0], bits)[0], _exp_at(value[1], bits)[1]


@lru_cache(maxsize=4_096)
def _exp_at(x: Fraction, bits: int) -> Enclosure:
    """exp by halving the argument below 1/2 in size, the series, and squaring; remainder below twice the next term."""
    halvings = max(0, (abs(x.numerator) // x.denominator).bit_length() + 1) if x else 0
    working = bits + 2 * halvings + 16
    small = _fixed(x / (1 << halvings), working)
    total = term = 1 << working
    n = 0
    while abs(term) > 1:
        n += 1
        term = (term * small >> working) // n
        total += term
    # Each term is off by a few units of the last place: half of what the one before is off by, and three roundings.
    slack = (n + 4) << 8
    result = _outward((Fraction(total - slack, 1 << working), Fraction(total + slack, 1 << working)), working)
    for _ in range(halvings):
        result = _outward(_times(result, result), working)
    return result


def _log(value: Enclosure, bits: int) -> Enclosure:
    return _log_at(value[0], bits)[0], _log_at(value[1], bits)[1]


@lru_cache(maxsize=4_096)
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
    power = _fixed(t, working)
    total, square, n = 0, power * power >> working, 0
    while abs(power) > 1:
        total += power // (2 * n + 1)
        power = power * square >> working
        n += 1
    # As for exp: every power is off by a few units of the last place.
    slack = (n + 4) << 8
    return Fraction(total - slack, 1 << working), Fraction(total + slack, 1 << working)


@lru_cache(maxsize=64)
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


def _widened(value: Enclosure, slack: Fraction) -> Enclosure:
    return value[0] - slack, value[1] + slack


def _clipped(value: Enclosure) -> Enclosure:
    return max(value[0], Fraction(-1)), min(value[1], Fraction(1))


def _cos(value: Enclosure, bits: int) -> Enclosure:
    """cos is 1-Lipschitz: its value in the middle, widened by half the width; the argument less whole turns."""
    pi = _pi(bits + 16)
    turns = round((value[0] + value[1]) / 2 / (2 * pi[0]))
    low, high = value[0] - 2 * turns * pi[turns > 0], value[1] - 2 * turns * pi[turns < 0]
    middle, slack = _down((low + high) / 2, bits + 16), (high - low) / 2
    if slack > 2:
        return ONE_AROUND
    slack += abs(middle - (low + high) / 2)
    if low > 0 and high < pi[0]:
        # Falling there: the ends are exact bounds.
        return _clipped((_cos_at(high, bits)[0], _cos_at(low, bits)[1]))
    if low > -pi[0] and high < 0:
        return _clipped((_cos_at(low, bits)[0], _cos_at(high, bits)[1]))
    return _clipped(_widened(_cos_at(middle, bits), slack))


def _cos_at(x: Fraction, bits: int) -> Enclosure:
    """The alternating series; from where its terms fall, the remainder is below the next one."""
    working = bits + 24
    x = _down(x, working + 8)
    square, total, term, n = x * x, Fraction(1), Fraction(1), 0
    while abs(term) * (1 << working) > 1 or (n + 1) * (n + 2) < square:
        n += 2
        term = _down(-term * square / (n * (n - 1)), working)
        total += term
    # Terms are below 50 for x of at most a turn; each carries the rounding of those before it, and x its own.
    return _widened((total, total), Fraction(64 * (n + 4), 1 << (working - 8)))


def _sin(value: Enclosure, bits: int) -> Enclosure:
    pi = _pi(bits + 16)
    return _cos((value[0] - pi[1] / 2, value[1] - pi[0] / 2), bits)


def _arctangent(value: Enclosure, bits: int) -> Enclosure:
    return _arctangent_at(value[0], bits)[0], _arctangent_at(value[1], bits)[1]


def _arctangent_at(x: Fraction, bits: int) -> Enclosure:
    """atan(x) = 2*atan(x/(1 + sqrt(1 + x**2))) three times, then the alternating series below 1/4."""
    if x < 0:
        low, high = _arctangent_at(-x, bits)
        return -high, -low
    working = bits + 16
    low = high = x
    for _ in range(3):
        low = _down(low / (1 + _root_up(1 + low * low, 2, working)), working)
        high = -_down(-high / (1 + _root(1 + high * high, 2, working)), working)
    return 8 * _small_arctangent(low, working)[0], 8 * _small_arctangent(high, working)[1]


def _small_arctangent(x: Fraction, bits: int) -> Enclosure:
    total, power, n = Fraction(0), x, 0
    square = x * x
    while power * (1 << bits) > 1:
        total += power / (2 * n + 1) * (-1 if n % 2 else 1)
        power = _down(power * square, bits)
        n += 1
    return _widened((total, total), power + Fraction(n + 4, 1 << (bits - 8)))


def _arcsine(value: Enclosure, bits: int) -> Enclosure | None:
    low, high = _clipped(value)
    return None if low > high else (_arcsine_at(low, bits)[0], _arcsine_at(high, bits)[1])


def _arcsine_at(x: Fraction, bits: int) -> Enclosure:
    """asin(x) = 2*atan(x/(1 + sqrt(1 - x**2)))."""
    if x < 0:
        low, high = _arcsine_at(-x, bits)
        return -high, -low
    rest = 1 - x * x
    low, high = x / (1 + _root_up(rest, 2, bits)), x / (1 + _root(rest, 2, bits))
    return 2 * _arctangent_at(_down(low, bits), bits)[0], 2 * _arctangent_at(-_down(-high, bits), bits)[1]


def _arccosine(value: Enclosure, bits: int) -> Enclosure | None:
    found, pi = _arcsine(value, bits), _pi(bits)
    return None if found is None else (pi[0] / 2 - found[1], pi[1] / 2 - found[0])


def _floor(value: Enclosure, bits: int) -> Enclosure:
    return Fraction(value[0].numerator // value[0].denominator), Fraction(value[1].numerator // value[1].denominator)


def _ceiling(value: Enclosure, bits: int) -> Enclosure:
    low, high = _floor((-value[1], -value[0]), bits)
    return -high, -low


FUNCTIONS: dict[str, Callable[[Enclosure, int], Enclosure | None]] = {
    "cos": _cos,
    "sin": _sin,
    "atan": _arctangent,
    "asin": _arcsine,
    "acos": _arccosine,
    "floor": _floor,
    "ceiling": _ceiling,
}
