"""Sine and cosine of a polynomial (G1, G2): of sums and whole multiples, at parts of a half turn, of inverse functions.

An angle is a sum of rational multiples of monomials. Of each the sine and cosine of one small part are atoms, or what
is known of them, and the rest follows from the addition theorems; ``sin(t)**2`` is then written by ``cos(t)``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from derive.recheck.polynomial import HALF, ONE, Algebra, Mono, Poly, Rational, add, frozen, number, scale
from derive.recheck.terms import require

LARGEST_MULTIPLE = 60
PARTS = (8, 4, 2, 3, 5)  # of a half turn, of which roots are known


class Turn(NamedTuple):
    """The sine and cosine of an angle."""

    sine: Poly
    cosine: Poly


NONE = Turn({}, ONE)


def turn(a: Algebra, angle: Poly) -> Turn:
    """G1: the sine and cosine of a sum."""
    total = NONE
    for mono, c in angle.items():
        count = _count(a, mono) if c.denominator == 1 else None
        if count is not None:
            total = _sum(a, total, Turn({}, a.alternating({count: c})))
        else:
            total = _sum(a, total, _of_pi(a, Fraction(c)) if _is_pi(a, mono) else _multiple(a, mono, Fraction(c)))
    return total


def _count(a: Algebra, mono: Mono) -> Mono | None:
    """What pi is multiplied by, if that is a whole number."""
    rest = tuple(f for f in mono if a.atoms[f[0]] != ("const", "pi"))
    return rest if dict(mono).get(a.ids.get(("const", "pi"), -1)) == 1 and rest and a.is_whole(rest) else None


def _sum(a: Algebra, t: Turn, u: Turn) -> Turn:
    sine = add(a.mul(t.sine, u.cosine), a.mul(t.cosine, u.sine))
    return Turn(sine, add(a.mul(t.cosine, u.cosine), scale(a.mul(t.sine, u.sine), -1)))


def _times(a: Algebra, t: Turn, n: int) -> Turn:
    require(abs(n) <= LARGEST_MULTIPLE, "the size of a multiple of an angle")
    if n < 0:
        t = Turn(scale(t.sine, -1), t.cosine)
    total = NONE
    for _ in range(abs(n)):
        total = _sum(a, total, t)
    return total


def _is_pi(a: Algebra, mono: Mono) -> bool:
    return len(mono) == 1 and mono[0][1] == 1 and a.atoms[mono[0][0]] == ("const", "pi")


def _multiple(a: Algebra, mono: Mono, c: Rational) -> Turn:
    unit = Fraction(1, a.units.get(mono, 1))
    times = Fraction(c) / unit
    return _times(a, _unit(a, mono, unit / times.denominator), times.numerator)


def _unit(a: Algebra, mono: Mono, c: Rational) -> Turn:
    inverse = a.atoms[mono[0][0]][1:] if len(mono) == 1 and mono[0][1] == 1 and a.kind(mono[0][0]) == "fn" else ("",)
    if inverse[0] in ("asin", "acos", "atan") and c == 1:
        return _of_inverse(a, inverse[0], dict(inverse[1]))
    if inverse[0] in ("asin", "acos", "atan") and c == HALF:
        return _half(a, inverse[0] == "acos", _of_inverse(a, inverse[0], dict(inverse[1])))
    if len(mono) == 1 and mono[0][1] == 1 and a.kind(mono[0][0]) == "Abs":
        a.used.add("G7")
        inner = dict(a.atoms[mono[0][0]][1])
        either = turn(a, scale(inner, c))
        return Turn(a.mul(a.apply("sign", inner), either.sine), either.cosine)
    part = frozen({mono: c})
    return Turn(a.atom("fn", "sin", part), a.atom("fn", "cos", part))


def _of_inverse(a: Algebra, name: str, t: Poly) -> Turn:
    """G2: sin(asin(t)) = t, cos(acos(t)) = t, tan(atan(t)) = t; the other is a root, as both are not negative."""
    a.used.add("G2")
    square = a.mul(t, t)
    if name == "atan":
        cosine = a.power(add(ONE, square), -HALF)
        return Turn(a.mul(t, cosine), cosine)
    root = a.power(add(ONE, scale(square, -1)), HALF)
    return Turn(t, root) if name == "asin" else Turn(root, t)


def _half(a: Algebra, upper: bool, whole: Turn) -> Turn:
    """G1: half of an angle from -pi/2 to pi/2, or from 0 to pi if ``upper``: then its sine is a root too."""
    cosine = a.power(scale(add(ONE, whole.cosine), HALF), HALF)
    if upper:
        return Turn(a.power(scale(add(ONE, scale(whole.cosine, -1)), HALF), HALF), cosine)
    return Turn(a.mul(scale(whole.sine, HALF), a.power(cosine, -1)), cosine)


def _of_pi(a: Algebra, c: Fraction) -> Turn:
    """G1: c half turns, by parts whose denominators are prime to each other."""
    a.used.add("G1")
    total, left = NONE, c
    for q in PARTS:
        if left.denominator % q == 0:
            rest = left.denominator // q
            times = left.numerator * pow(rest, -1, q) % q if _coprime(rest, q) else 0
            total, left = _sum(a, total, _times(a, _part(a, q), times)), left - Fraction(times, q)
    if left.denominator == 1:
        return total if left % 2 == 0 else Turn(scale(total.sine, -1), scale(total.cosine, -1))
    left %= 2
    (pi,) = a.atom("const", "pi")
    part = frozen({pi: Fraction(1, left.denominator)})
    return _sum(a, total, _times(a, Turn(a.atom("fn", "sin", part), a.atom("fn", "cos", part)), left.numerator))


def _coprime(m: int, n: int) -> bool:
    return all(m % p for p in (2, 3, 5) if n % p == 0)


def _part(a: Algebra, q: int) -> Turn:
    """The half turn divided by 2, 3, 4, 5 or 8."""
    two, three, five = (a.power(number(n), HALF) for n in (2, 3, 5))
    match q:
        case 2:
            return Turn(ONE, {})
        case 3:
            return Turn(scale(three, HALF), number(HALF))
        case 4:
            return Turn(scale(two, HALF), scale(two, HALF))
        case 5:
            cosine = scale(add(ONE, five), Fraction(1, 4))
            return Turn(a.power(add(ONE, scale(a.mul(cosine, cosine), -1)), HALF), cosine)
        case _:
            return _half(a, False, _part(a, 4))
