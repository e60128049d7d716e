"""Polynomials in a few values that are not negative, for each order of the values (O23).

In the order x1 <= x2 <= .. the values are sums of steps that are not negative: x1 = s1, x2 = s1 + s2, .. A polynomial
in the steps without negative coefficients is not negative.
"""

from __future__ import annotations

from functools import reduce
from itertools import permutations
from typing import Any

from derive.recheck.polynomial import POSITIVE, Poly
from derive.recheck.terms import require

Steps = dict[tuple[int, ...], Any]  # coefficients by the exponents of the steps
MOST_VALUES, MOST_DEGREE = 4, 12


def ordered(signs: Any, poly: Poly, args: list[Any], env: Any) -> int:
    """The sign of a polynomial in the values that are given. Raises Rejected."""
    values = [signs.reader.read(t, env) for t in args]
    require(1 < len(values) <= MOST_VALUES and all(map(_is_atom, values)), "O23: a few values")
    require(all(signs.sign(value) & 1 for value in values), "O23: a value is not negative")
    atoms = [next(iter(value))[0][0] for value in values]
    for mono in poly:
        known = all(x in atoms and e > 0 and e.denominator == 1 for x, e in mono)
        require(known, "O23: a polynomial in the values")
        require(sum(e for _, e in mono) <= MOST_DEGREE, "O23: the degree of a polynomial")
    negative = any(c < 0 for order in permutations(atoms) for c in _by_steps(poly, order).values())
    require(not negative, "O23: no negative coefficient, in any order")
    return POSITIVE if poly.get((), 0) > 0 else 1


def _is_atom(value: Poly) -> bool:
    return len(value) == 1 and all(c == 1 and len(m) == 1 and m[0][1] == 1 for m, c in value.items())


def _by_steps(poly: Poly, order: tuple[int, ...]) -> Steps:
    size = len(order)
    sums = {x: {tuple(int(k == n) for k in range(size)): 1 for n in range(place + 1)} for place, x in enumerate(order)}
    total: Steps = {}
    for mono, c in poly.items():
        factors = [sums[x] for x, e in mono for _ in range(int(e))]
        for exponents, v in reduce(_product, factors, {(0,) * size: c}).items():
            total[exponents] = total.get(exponents, 0) + v
    return total


def _product(left: Steps, right: Steps) -> Steps:
    total: Steps = {}
    for e, c in left.items():
        for f, d in right.items():
            key = tuple(a + b for a, b in zip(e, f, strict=True))
            total[key] = total.get(key, 0) + c * d
    return total
