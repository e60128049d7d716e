"""Roots of a polynomial in one value, counted (O21): coefficients from the lowest on, ends None where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

Coefficients = list[Fraction]
End = Fraction | None
MOST_DEGREE = 40


def has_root(p: Coefficients, low: End, high: End) -> bool:
    """Whether a polynomial other than 0 has a root strictly between two ends (Sturm)."""
    for end in (low, high):
        while end is not None and not value(p, end):
            p = _divided(p, [-end, Fraction(1)])[0]
    chain = _chain(p)
    return _changes(chain, low, -1) != _changes(chain, high, 1)


def is_simple(p: Coefficients) -> bool:
    """Whether a polynomial has no multiple roots: it and its derivative have no common factor."""
    return len(_chain(_trimmed(p))[-1]) == 1


def _chain(p: Coefficients) -> list[Coefficients]:
    chain = [p, _trimmed([k * c for k, c in enumerate(p)][1:])]
    while chain[-1]:
        chain.append([-c for c in _divided(chain[-2], chain[-1])[1]])
    return chain[:-1]


def value(p: Sequence[Fraction], at: Fraction) -> Fraction:
    total = Fraction(0)
    for c in reversed(p):
        total = total * at + c
    return total


def between(low: End, high: End) -> Fraction:
    """A point strictly between two ends."""
    if low is not None and high is not None:
        return (low + high) / 2
    return low + 1 if low is not None else high - 1 if high is not None else Fraction(0)


def _changes(chain: list[Coefficients], at: End, far: int) -> int:
    values = [value(p, at) if at is not None else p[-1] * far ** (len(p) - 1) for p in chain]
    return sum(a != b for a, b in pairwise(v > 0 for v in values if v))


def _divided(p: Coefficients, q: Coefficients) -> tuple[Coefficients, Coefficients]:
    quotient, rest = [Fraction(0)] * max(len(p) - len(q) + 1, 0), list(p)
    for shift in reversed(range(len(quotient))):
        c = quotient[shift] = rest[shift + len(q) - 1] / q[-1]
        for k, d in enumerate(q):
            rest[shift + k] -= c * d
    return quotient, _trimmed(rest)


def _trimmed(p: Coefficients) -> Coefficients:
    while p and not p[-1]:
        p = p[:-1]
    return p
