"""Interval arithmetic: every operation gives an interval that surely holds the exact result.

The ends are rationals. A number that is known exactly has equal ends and stays exact as long as it is short, so that
ties and zeros are decided; everything else is rounded outward to ``bits`` binary digits. The elementary functions rest
on one form of series, whose rounding and remainder are bounded in one place. What cannot be decided raises
``Undecided``: a value that does not exist and an interval that is too wide are alike, because neither refutes anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from math import ceil, floor
from typing import Any

LONGEST_EXACT = 4096  # bits of a number that is kept exactly
LARGEST_POWER = 1 << 17  # bounds exponents, and the argument of exp


class Undecided(Exception):
    """The value does not exist, or more bits are needed to tell."""


def decided(holds: bool) -> None:
    """What must be seen for a value to count."""
    if not holds:
        raise Undecided


class Real:
    """What follows from ``a + b``, ``a * b`` and ``a.inverse()``; shared by intervals and dual numbers."""

    __slots__ = ()

    def __radd__(self: Any, other: Any) -> Any:
        return self + other

    def __rmul__(self: Any, other: Any) -> Any:
        return self * other

    def __neg__(self: Any) -> Any:
        return self * -1

    def __sub__(self: Any, other: Any) -> Any:
        return self + -other

    def __truediv__(self: Any, other: Any) -> Any:
        return self * other.inverse()


@dataclass(frozen=True, slots=True)
class Interval(Real):
    """All numbers from ``low`` to ``high``; results are rounded to ``bits``."""

    low: Fraction
    high: Fraction
    bits: int

    def rounded(self, bits: int) -> Interval:
        """The interval with ends of so many digits, no narrower; a short exact number as it is."""
        low, high = self.low, self.high
        if low == high and max(low.numerator.bit_length(), low.denominator.bit_length()) <= LONGEST_EXACT:
            return Interval(low, high, bits)
        return Interval(_down(low, bits), -_down(-high, bits), bits)

    def is_just(self, value: int) -> bool:
        """Whether the interval is this one number."""
        return self.low == self.high == value

    def sign(self) -> int:
        """-1, 0 or 1, the same for every number of the interval."""
        decided(self.low > 0 or self.high < 0 or self.is_just(0))
        return (self.low > 0) - (self.low < 0)

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, Interval):
            return NotImplemented if isinstance(other, Real) else self + exactly(other, self.bits)
        return Interval(self.low + other.low, self.high + other.high, self.bits).rounded(self.bits)

    def __mul__(self, other: Any) -> Any:
        if not isinstance(other, Interval):
            return NotImplemented if isinstance(other, Real) else self * exactly(other, self.bits)
        a, b, c, d = self.low, self.high, other.low, other.high
        ends = (a * c,) if a == b and c == d else (a * c, a * d, b * c, b * d)
        return Interval(min(ends), max(ends), self.bits).rounded(self.bits)

    def __abs__(self) -> Interval:
        return Interval(max(self.low, -self.high, Fraction(0)), max(-self.low, self.high), self.bits)

    def inverse(self) -> Interval:
        """1 / self, where 0 is outside."""
        decided(self.sign() != 0)
        return Interval(1 / self.high, 1 / self.low, self.bits).rounded(self.bits)

    def power(self, exponent: int) -> Interval:
        """A whole power by repeated squaring; to the 0 it is 1."""
        decided(abs(exponent) <= LARGEST_POWER)
        if exponent < 0:
            return self.inverse().power(-exponent)
        result, square = (self, self) if exponent % 2 else (exactly(1, self.bits), abs(self))
        while exponent := exponent // 2:
            square = abs(square) * abs(square)
            result = result * square if exponent % 2 else result
        return result


def exactly(value: Fraction | int, bits: int) -> Interval:
    """The interval of one number."""
    return Interval(Fraction(value), Fraction(value), bits).rounded(bits)


def _down(value: Fraction, bits: int) -> Fraction:
    """A number of about so many binary digits that is not above the value."""
    shift = bits - value.numerator.bit_length() + value.denominator.bit_length()
    scale = Fraction(1 << shift) if shift >= 0 else Fraction(1, 1 << -shift)
    return floor(value * scale) / scale


def _series(first: Fraction, z: Fraction, a: Callable[[int], int], b: Callable[[int], int], bits: int) -> Interval:
    """The sum of p(n)/b(n) with p(0) = first and p(n) = p(n-1) * z / a(n), in whole multiples of one last digit.

    Needs ``abs(first) <= 2``, ``b >= 1``, a that never falls, and ``a(n) >= n`` or else ``a >= 1, abs(z) <= 1/2``. With
    q = abs(z), an error in p then grows at most e**q fold, and p is at most 2 e**q. Rounding z and p down costs at most
    2 e**q + 1 a step, so that p is off by n (2 e**q + 1) e**q, which is below 3 n 8**q, and p/b by one more. Where q is
    at most a(n)/2, p halves from then on; once it has come down to 1, what is left out is below twice p and its error.
    """
    scale = 1 << bits
    ratio, p = floor(z * scale), floor(first * scale)
    total = n = 0
    while n == 0 or abs(p) > 1 or a(n) < 2 * abs(z):
        total += p // b(n)
        n += 1
        p = p * ratio // (scale * a(n))
    slack = 8 * (n + 2) ** 2 << 3 * ceil(abs(z))
    return Interval(Fraction(total - slack, scale), Fraction(total + slack, scale), bits)


def _odd(n: int) -> int:
    return 2 * n + 1


@lru_cache(maxsize=32)
def _constant(k: int, sign: int, bits: int) -> Interval:
    """atanh(1/k), or atan(1/k) for the sign -1."""
    return _series(Fraction(1, k), Fraction(sign, k * k), lambda n: 1, _odd, bits)


def pi(bits: int) -> Interval:
    """pi = 16 atan(1/5) - 4 atan(1/239)."""
    result: Interval = _constant(5, -1, bits + 32) * 16 - _constant(239, -1, bits + 32) * 4
    return result.rounded(bits)


def increasing(at: Callable[[Fraction, int], Interval], x: Interval) -> Interval:
    """An increasing function, given at rationals, of an interval: from its value at one end to that at the other."""
    low = at(x.low, x.bits)
    high = low if x.low == x.high else at(x.high, x.bits)
    return Interval(low.low, high.high, x.bits).rounded(x.bits)


def exp(x: Fraction, bits: int) -> Interval:
    """exp(x) = exp(x / m)**m, where m is a power of 2 beyond 2 abs(x)."""
    decided(abs(x) <= LARGEST_POWER)
    halvings = floor(2 * abs(x)).bit_length()
    part = _series(Fraction(1), x / 2**halvings, lambda n: n, lambda n: 1, bits + halvings + 32)
    return part.power(2**halvings) if x else exactly(1, bits)


def log(x: Fraction, bits: int) -> Interval:
    """log(m * 2**e) = 2 atanh((m - 1)/(m + 1)) + 2 e atanh(1/3) for x > 0, with 1/2 < m < 2."""
    decided(x > 0)
    e = x.numerator.bit_length() - x.denominator.bit_length()
    m = x / Fraction(2) ** e
    t = (m - 1) / (m + 1)
    inside = _series(t, t * t, lambda n: 1, _odd, bits + 32) if t else exactly(0, bits + 32)
    result: Interval = inside * 2 + _constant(3, 1, bits + 32) * (2 * e)
    return result


def root(degree: int, x: Fraction, bits: int) -> Interval:
    """The real root, exact where it is rational; an even one for x >= 0 only."""
    decided(x >= 0 or degree % 2 == 1)
    if x < 0:
        result: Interval = -root(degree, -x, bits)
        return result
    top, bottom = _whole_root(x.numerator, degree), _whole_root(x.denominator, degree)
    if Fraction(top, bottom) ** degree == x:
        return exactly(Fraction(top, bottom), bits)
    shift = max(0, bits + (x.denominator.bit_length() - x.numerator.bit_length()) // degree)
    low = _whole_root(floor(x * (1 << degree * shift)), degree)
    return Interval(Fraction(low, 1 << shift), Fraction(low + 1, 1 << shift), bits)


def _whole_root(n: int, degree: int) -> int:
    """The greatest r with r**degree <= n: Newton's steps from above, until they no longer fall."""
    r = 1 << -(-n.bit_length() // degree)
    while n and (lower := ((degree - 1) * r + n // r ** (degree - 1)) // degree) < r:
        r = lower
    return r if n else 0


def atan(x: Fraction, bits: int) -> Interval:
    """atan(x) = 4 atan(t), where t comes from x by x / (1 + sqrt(1 + x**2)) twice, so that t < 1/2."""
    t = exactly(x, bits + 32)
    for _ in range(2 if x else 0):
        t = t / (increasing(partial(root, 2), t * t + 1) + 1)
    result: Interval = _gently(lambda m: _series(m, -m * m, lambda n: 1, _odd, t.bits), t) * 4 if x else t
    return result


def erf(x: Fraction, bits: int) -> Interval:
    """2 x/sqrt(pi) times the sum of (-x**2)**n / (n! (2n + 1)); 1 - erf(x) is less than exp(-x**2) for x >= 1."""
    if x * x > bits:
        near = 1 - Fraction(1, 1 << bits)
        return Interval(near, Fraction(1), bits) if x > 0 else Interval(Fraction(-1), -near, bits)
    digits = bits + 3 * ceil(x * x) + 32
    total = _series(Fraction(1), -x * x, lambda n: n, _odd, digits)
    result: Interval = total * (2 * x) / increasing(partial(root, 2), pi(digits))
    return result


def _gently(at: Callable[[Fraction], Interval], x: Interval) -> Interval:
    """A function with slopes within -1 and 1: its value in the middle, and half the width to both sides."""
    value, half = at((x.low + x.high) / 2), (x.high - x.low) / 2
    return Interval(value.low - half, value.high + half, x.bits)


def sin(x: Interval) -> Interval:
    """sin(x), by taking away the multiple of pi that is nearest to the middle of x."""
    if x.is_just(0):
        return x
    size = floor(max(abs(x.low), abs(x.high))).bit_length()
    decided(size <= LONGEST_EXACT)
    half_turn = pi(x.bits + size + 32)
    turns = round((x.low + x.high) / 2 / half_turn.low)
    rest: Interval = half_turn * -turns + x
    value = _gently(lambda m: _series(m, -m * m, lambda n: 2 * n * (2 * n + 1), lambda n: 1, half_turn.bits), rest)
    return (-value if turns % 2 else value).rounded(x.bits)


def cos(x: Interval) -> Interval:
    """cos(x) = sin(x + pi/2)."""
    return exactly(1, x.bits) if x.is_just(0) else sin(x + pi(x.bits + 32) * Fraction(1, 2))
