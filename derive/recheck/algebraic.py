"""Algebraic constants (N3): what is smaller than its separation bound is 0.

A constant is U/L with algebraic integers U and L. Bounds of all conjugates of either, and of the degree of the field in
which they lie, follow the term: a root adds one generator, the sines and cosines at parts of pi lie in one cyclotomic
field. Where U is not 0 its norm is at least 1, so that abs(U) >= u**(1 - D).
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm, prod
from typing import NamedTuple

from derive.recheck.interval import Undecided, root
from derive.recheck.terms import Rejected, Term, Terms, rational, require
from derive.recheck.value import Point

MOST_BITS, LARGEST_ORDER = 12_000, 5_000
LARGEST_POWER = 64
BITS = 64  # of the bounds of roots
OF_SINES = {"tan": ("sin", "cos"), "cot": ("cos", "sin"), "sec": ("", "cos"), "csc": ("", "sin")}


class Size(NamedTuple):
    """Bounds of the conjugates of U and of L."""

    above: Fraction
    below: Fraction

    def times(self, other: Size) -> Size:
        return Size(self.above * other.above, self.below * other.below)

    def inverse(self) -> Size:
        return Size(self.below, self.above)


UNIT = Size(Fraction(1), Fraction(1))
TURNED = Size(Fraction(2), Fraction(2))  # 2*cos(q*pi) is an algebraic integer


class _Field:
    """What has to be adjoined to the rationals: roots, each once, and a root of unity."""

    def __init__(self) -> None:
        self.roots: dict[tuple[Term, int], Size] = {}
        self.order = 1

    def degree(self) -> int:
        units = sum(gcd(k, self.order) == 1 for k in range(1, self.order + 1))
        return prod((k for _, k in self.roots), start=units)

    def size(self, term: Term) -> Size:
        match term:
            case "num", value:
                return Size(Fraction(abs(value.numerator)), Fraction(value.denominator))
            case "neg", t:
                return self.size(t)
            case "add" | "sub", t, u:
                p, q = self.size(t), self.size(u)
                return Size(p.above * q.below + q.above * p.below, p.below * q.below)
            case "mul" | "div", t, u:
                q = self.size(u)
                return self.size(t).times(q if term[0] == "mul" else q.inverse())
            case "pow", t, u:
                e = rational(u)
                require(e is not None and max(abs(e.numerator), e.denominator) <= LARGEST_POWER, "N3: a small exponent")
                assert e is not None
                return self._power(self._root(t, e.denominator), e.numerator)
            case "apply", "sqrt" | "cbrt", t:
                return self._root(t, 2 if term[1] == "sqrt" else 3)
            case "apply", "Abs", t:
                return self.size(t)
            case "apply", str(name), t:
                return self._of_angle(name, t)
            case _:
                raise Rejected("N3: an algebraic constant")

    def _power(self, size: Size, e: int) -> Size:
        size = size if e >= 0 else size.inverse()
        return Size(size.above ** abs(e), size.below ** abs(e))

    def _root(self, term: Term, k: int) -> Size:
        """The root of U/L is that of U*L**(k - 1), divided by L."""
        if k == 1:
            return self.size(term)
        if (term, k) not in self.roots:
            u, v = self.size(term)
            self.roots[term, k] = Size(root(k, u * v ** (k - 1), BITS).high, v)
        return self.roots[term, k]

    def _of_angle(self, name: str, angle: Term) -> Size:
        require(name in ("sin", "cos", *OF_SINES), "N3: a function with algebraic values")
        self.order = lcm(self.order, 4, 2 * _turns(angle).denominator)
        require(self.order <= LARGEST_ORDER, "N3: the order of a root of unity")
        if name in OF_SINES:
            above, _ = OF_SINES[name]
            return (TURNED if above else UNIT).times(TURNED.inverse())
        return TURNED


def _turns(angle: Term) -> Fraction:
    """An angle in half turns."""
    match angle:
        case "const", "pi":
            return Fraction(1)
        case "neg", t:
            return -_turns(t)
        case "mul", t, u:
            c = rational(t)
            return _turns(u) * c if c is not None else _turns(t) * _number(u)
        case "div", t, u if _number(u):
            return _turns(t) / _number(u)
        case (("add" | "sub"), t, u):
            return _turns(t) + _turns(u) * (1 if angle[0] == "add" else -1)
        case _:
            require(_number(angle) == 0, "N3: a part of pi")
            return Fraction(0)


def _number(term: Term) -> Fraction:
    value = rational(term)
    require(value is not None, "N3: a part of pi")
    assert value is not None
    return value


def is_zero(terms: Terms, term: Term) -> bool:
    """Whether a constant is enclosed closer to 0 than anything else of its size. Raises Rejected where it is none."""
    field = _Field()
    above, below = field.size(term)
    u, v = (max(1, -(-bound.numerator // bound.denominator)) for bound in (above, below))
    degree = field.degree()
    bits = u.bit_length() * (degree - 1) + v.bit_length()
    require(bits <= MOST_BITS, "N3: the size of a separation bound")
    try:
        value = abs(Point(terms, {}, {}, bits + BITS).value(term, {}))
    except (Undecided, LookupError):
        return False
    return bool(value.high * u ** (degree - 1) * v < 1)
