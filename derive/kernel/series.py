"""Truncated series in one small quantity: sums of coefficient * w**exponent up to an error (KERNEL 4.12).

w is positive and tends to 0; a coefficient varies more slowly than every power of w, so that a term with the smaller
exponent dominates. Exponents are real numbers that do not depend on the variable of the limit, as polynomials.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import factorial

from msgspec import Struct

from derive.kernel.context import Context, Polynomial, Rational, Stuck
from derive.kernel.polynomial import ONE, add, scale, subtract
from derive.kernel.ring import multiply, power

Term = tuple[Polynomial, Polynomial]
MOST_TERMS = 60


class Imprecise(Exception):
    """More terms are needed."""


class Series(Struct, frozen=True):
    """``terms`` (exponent, coefficient), least exponent first; the rest is below every power less than ``error``.

    ``error`` is None where there is no rest.
    """

    terms: tuple[Term, ...]
    error: Polynomial | None = None


class Powers(Struct, frozen=True):
    """How series are added and multiplied: the order of exponents, and how many powers of a small term are kept.

    ``compare`` is -1, 0 or 1, and fails where the order is not proved; ``is_zero`` tells that a coefficient is proved
    to be 0.
    """

    ctx: Context
    compare: Callable[[Polynomial, Polynomial], int]
    is_zero: Callable[[Polynomial], bool]
    kept: int

    def plus(self, left: Series, right: Series) -> Series:
        """The sum; an equal exponent is one term."""
        self.ctx.spend(1 + len(left.terms) + len(right.terms))
        terms: list[Term] = []
        a, b = list(left.terms), list(right.terms)
        while a or b:
            side = 1 if not a else -1 if not b else self.compare(a[0][0], b[0][0])
            if side == 0:
                (e, c), (_, d) = a.pop(0), b.pop(0)
                terms.append((e, add(c, d)))
            else:
                terms.append((a if side < 0 else b).pop(0))
        return self.cut(terms, self.least(left.error, right.error))

    def times(self, left: Series, right: Series) -> Series:
        """The product."""
        if left == NOTHING or right == NOTHING:
            return NOTHING
        error = self.least(_beyond(left.error, self.first(right)), _beyond(right.error, self.first(left)))
        total = Series((), error)
        for e, c in left.terms:
            shifted = [(add(e, f), multiply(self.ctx, c, d)) for f, d in right.terms]
            total = self.plus(total, Series(tuple(shifted)))
        return total

    def cut(self, terms: list[Term], error: Polynomial | None) -> Series:
        """The terms that count: not proved to be 0, and below the error."""
        kept: list[Term] = []
        for e, c in terms:
            if error is not None and self.compare(e, error) >= 0:
                break
            if len(kept) == MOST_TERMS:
                return Series(tuple(kept), e)
            if c and not self.is_zero(c):
                kept.append((e, c))
        return Series(tuple(kept), error)

    def least(self, left: Polynomial | None, right: Polynomial | None) -> Polynomial | None:
        if left is None or right is None:
            return right if left is None else left
        return left if self.compare(left, right) <= 0 else right

    def first(self, series: Series) -> Polynomial:
        """The exponent below which there is nothing."""
        if series.terms:
            return series.terms[0][0]
        assert series.error is not None, "an exact series without terms is 0"
        return series.error

    def relative(self, series: Series) -> tuple[Term, Series]:
        """``(e, c), y`` with series = c * w**e * (1 + y) and y small; c must be seen to stay off 0 by the caller."""
        if not series.terms:
            if series.error is None:
                raise Stuck("limit not established", "a division by what is 0")
            raise Imprecise
        (e, c), *rest = series.terms
        inverse = power(self.ctx, c, -1)
        terms = tuple((subtract(f, e), multiply(self.ctx, d, inverse)) for f, d in rest)
        return (e, c), Series(terms, None if series.error is None else subtract(series.error, e))

    def compose(self, small: Series, coefficients: Callable[[int], Polynomial], last: int | None = None) -> Series:
        """The sum of coefficients(j) * small**j; ``last`` is the degree where that is a polynomial."""
        total, factor = single({}, coefficients(0)), single({}, ONE)
        if small == NOTHING:
            return total
        end = self.kept if last is None else min(last, self.kept)
        for j in range(1, end + 1):
            factor = self.times(factor, small)
            total = self.plus(total, self.times(single({}, coefficients(j)), factor))
        if last is not None and last <= self.kept:
            return total
        beyond = scale(self.first(small), end + 1)
        return self.cut(list(total.terms), self.least(total.error, beyond))


NOTHING = Series(())


def single(exponent: Polynomial, coefficient: Polynomial) -> Series:
    """A series of one term."""
    return Series(((exponent, coefficient),)) if coefficient else NOTHING


def _beyond(error: Polynomial | None, exponent: Polynomial) -> Polynomial | None:
    return None if error is None else add(error, exponent)


def binomial(exponent: Rational, j: int) -> Polynomial:
    """The coefficient of y**j in (1 + y)**exponent."""
    value = Fraction(1)
    for n in range(j):
        value *= Fraction(exponent - n) / (n + 1)
    return {(): value} if value else {}


def of_exponential(j: int) -> Polynomial:
    """The coefficient of y**j in exp(y)."""
    return {(): Fraction(1, factorial(j))}


def of_logarithm(j: int) -> Polynomial:
    """The coefficient of y**j in log(1 + y)."""
    return {(): Fraction((-1) ** (j + 1), j)} if j else {}
