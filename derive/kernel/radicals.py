"""Square roots of polynomials, term by term: proposals that the ring multiplies out before it uses them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import isqrt

from derive.kernel.context import Monomial, Polynomial, Rational
from derive.kernel.polynomial import add, merge, put

MOST_TERMS = 15
MOST_ROUNDS = 5
HALF = Fraction(1, 2)


def square_root(poly: Polynomial, halves: Callable[[Monomial], bool]) -> Polynomial | None:
    """A q with poly = c * q**2 for a rational c, q led by 1; ``halves`` tells whether a monomial has a square root."""
    if not 2 < len(poly) <= MOST_TERMS:  # the square of two terms or more has three at least
        return None
    rank = _lexical(poly)
    lead, last = max(poly, key=rank), min(poly, key=rank)
    # A quotient is a square where the product is.
    if not _is_square(poly[last] * poly[lead]) or not (halves(lead) and halves(last)):
        return None
    rest: Polynomial = {m: Fraction(c) / Fraction(poly[lead]) for m, c in poly.items() if m != lead}
    return _continued(_half(lead), rest, rank)


def _lexical(poly: Polynomial) -> Callable[[Monomial], tuple[Rational, ...]]:
    """The rank of a monomial, by the exponents of all generators in their order."""
    keys = sorted({key for mono in poly for key, _ in mono})

    def rank(mono: Monomial) -> tuple[Rational, ...]:
        have = dict(mono)
        return tuple(have.get(key, 0) for key in keys)

    return rank


def _continued(top: Monomial, rest: Polynomial, rank: Callable[[Monomial], tuple[Rational, ...]]) -> Polynomial | None:
    """The root led by ``top`` of its square plus a rest, term by term downwards; the rest is used up."""
    inverse = tuple((key, -e) for key, e in top)
    found: Polynomial = {top: 1}
    for _ in range(MOST_ROUNDS):
        if not rest:
            return found
        mono = max(rest, key=rank)
        term, c = merge(mono, inverse), Fraction(rest[mono]) / 2
        if rank(term) >= rank(top):
            return None
        for other, d in found.items():
            put(rest, merge(term, other), -2 * c * d)
        put(rest, merge(term, term), -c * c)
        found = add(found, {term: int(c) if c.denominator == 1 else c})
    return None if rest else found


def _half(mono: Monomial) -> Monomial:
    return tuple((key, _plain(Fraction(e) / 2)) for key, e in mono)


def _plain(value: Fraction) -> Rational:
    return int(value) if value.denominator == 1 else value


def _is_square(value: Rational) -> bool:
    return value > 0 and all(isqrt(n) ** 2 == n for n in (value.numerator, value.denominator))


def rational_root(value: Fraction) -> Fraction | None:
    """The square root of a positive square of a rational number."""
    return Fraction(isqrt(value.numerator), isqrt(value.denominator)) if _is_square(value) else None


def denested(outer: Rational, factor: Rational, inner: Rational) -> tuple[Fraction, Fraction] | None:
    """``p, q`` with outer + factor*sqrt(inner) = (sqrt(p) + sqrt(q))**2, or minus where the factor is negative."""
    square = Fraction(outer) ** 2 - Fraction(factor) ** 2 * Fraction(inner)
    root = rational_root(square)
    if outer <= 0 or root is None:
        return None
    return (Fraction(outer) + root) / 2, (Fraction(outer) - root) / 2
