"""Polynomials as they stand: sums, multiples, monomials; nothing here knows what a generator means."""

from __future__ import annotations

from itertools import count

from derive.kernel.context import Monomial, Polynomial, Rational

ONE: Polynomial = {(): 1}
PRIME_LIMIT = 10_000


def constant(poly: Polynomial) -> Rational | None:
    """The value of a constant polynomial, or None."""
    if not poly:
        return 0
    if len(poly) == 1 and () in poly:
        return poly[()]
    return None


def add(*polys: Polynomial) -> Polynomial:
    """The sum."""
    if not polys:
        return {}
    total = dict(polys[0])
    for poly in polys[1:]:
        for mono, c in poly.items():
            put(total, mono, c)
    return total


def put(total: Polynomial, mono: Monomial, c: Rational) -> None:
    before = total.get(mono)
    if before is not None:
        c = before + c
    if c:
        total[mono] = c
    elif before is not None:
        del total[mono]


def scale(poly: Polynomial, c: Rational) -> Polynomial:
    """The product with a rational number."""
    if c == 1:
        return poly
    return {m: c * v for m, v in poly.items()} if c else {}


def subtract(left: Polynomial, right: Polynomial) -> Polynomial:
    """The difference."""
    total = dict(left)
    for mono, c in right.items():
        put(total, mono, -c)
    return total


def merge(left: Monomial, right: Monomial) -> Monomial:
    """The product of two monomials as a monomial, before generators interact."""
    if not left:
        return right
    if not right:
        return left
    if len(left) == len(right) == 1 and left[0][0] != right[0][0]:
        return (*left, *right) if left[0][0] < right[0][0] else (*right, *left)
    exponents: dict[str, Rational] = dict(left)
    for key, e in right:
        if key not in exponents:
            exponents[key] = e
        elif total := exponents[key] + e:
            exponents[key] = total
        else:
            del exponents[key]
    return tuple(sorted(exponents.items()))


def without(mono: Monomial, *keys: str) -> Monomial:
    return tuple(factor for factor in mono if factor[0] not in keys)


def magnitude(value: Rational) -> Rational:
    """The absolute value of a rational number."""
    return -value if value < 0 else value


def primes(number: int) -> list[tuple[int, int]]:
    """A factorisation of a positive integer; what is left after trial division is taken whole."""
    found: list[tuple[int, int]] = []
    for p in count(2):
        if p * p > number or p > PRIME_LIMIT:
            break
        e = 0
        while number % p == 0:
            number, e = number // p, e + 1
        if e:
            found.append((p, e))
    return [*found, (number, 1)] if number > 1 else found


def rational_factors(value: Rational) -> list[tuple[int, int]]:
    return primes(value.numerator) + [(p, -e) for p, e in primes(value.denominator)]
