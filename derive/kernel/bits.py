"""The bits of a sign: what is known of products, sums and numbers (KERNEL 4.11, O2)."""

from __future__ import annotations

from functools import cache

from derive.kernel.context import NEGATIVE, NONNEGATIVE, NONPOSITIVE, NONZERO, POSITIVE, ZERO, Rational


# Asked of every factor of every monomial, with eight values each.
@cache
def times(left: int, right: int) -> int:
    """The sign of a product."""
    if ZERO in (left & ZERO, right & ZERO):
        return ZERO
    bits = left & right & NONZERO
    if (left & NONNEGATIVE and right & NONNEGATIVE) or (left & NONPOSITIVE and right & NONPOSITIVE):
        bits |= NONNEGATIVE
    if (left & NONNEGATIVE and right & NONPOSITIVE) or (left & NONPOSITIVE and right & NONNEGATIVE):
        bits |= NONPOSITIVE
    return bits


def negated(bits: int) -> int:
    """The sign of the negative."""
    return (bits & NONZERO) | (NONPOSITIVE if bits & NONNEGATIVE else 0) | (NONNEGATIVE if bits & NONPOSITIVE else 0)


def of_number(c: Rational) -> int:
    """The sign of a rational number."""
    return ZERO if c == 0 else POSITIVE if c > 0 else NEGATIVE


@cache
def decisive(bits: int) -> bool:
    """Whether nothing more can be learnt."""
    return bits & POSITIVE == POSITIVE or bits & NEGATIVE == NEGATIVE


def plus(left: int, right: int) -> int:
    """The sign of a sum."""
    return (left & right & ZERO) | ((left | right) & NONZERO if left & right & ZERO else 0)
