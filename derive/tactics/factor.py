"""Propose a factorisation of a polynomial, by SymPy; the kernel multiplies it out before it believes it (R5)."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from typing import Any

from sympy import Poly, factor_list, symbols

Rational = int | Fraction
Monomial = tuple[tuple[str, Rational], ...]
MOST_TERMS = 60
MOST_GENERATORS = 8
MOST_DEGREE = 24


def factor(poly: Mapping[Monomial, Rational]) -> tuple[tuple[dict[Monomial, Rational], int], ...]:
    """Factors with their powers, constants left out; empty where there is nothing to propose."""
    keys = sorted({key for mono in poly for key, _ in mono})
    if len(poly) > MOST_TERMS or not 0 < len(keys) <= MOST_GENERATORS:
        return ()
    roots = {key: lcm(*(e.denominator for mono in poly for k, e in mono if k == key)) for key in keys}
    terms = {tuple(int(dict(mono).get(key, 0) * roots[key]) for key in keys): c for mono, c in poly.items()}
    if any(e < 0 for exponents in terms for e in exponents) or max(map(sum, terms)) > MOST_DEGREE:
        return ()
    names = symbols(f"g:{len(keys)}")
    _, factors = factor_list(Poly.from_dict(terms, *names, domain="QQ"))
    if len(factors) == 1 and factors[0][1] == 1:
        return ()
    return tuple((_back(q, keys, roots), e) for q, e in factors)


def _back(poly: Any, keys: list[str], roots: dict[str, int]) -> dict[Monomial, Rational]:
    return {
        tuple((key, _plain(Fraction(e, roots[key]))) for key, e in zip(keys, exponents, strict=True) if e): _plain(
            Fraction(int(c.p), int(c.q))
        )
        for exponents, c in poly.as_dict().items()
    }


def _plain(value: Fraction) -> Rational:
    return int(value) if value.denominator == 1 else value
