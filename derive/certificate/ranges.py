"""Where a variable lies by what is known of a polynomial in it (O16), as lemmas for the standalone checker."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import lcm
from typing import Any

from derive.recheck.polynomial import Poly
from derive.recheck.proof import State
from derive.recheck.roots import has_root, value

Json = Any
LARGEST = 400


def ranges(state: State) -> Iterator[Json]:
    """Lemmas that bound a variable by the outermost roots of a polynomial that is known not to be negative."""
    for fact in list(state.signs.facts):
        found = None if fact.pattern or not fact.bits & 3 else _in_one_variable(state, fact.poly)
        if found is not None:
            name, p = found
            yield from _bounds(name, p if fact.bits & 1 else [-c for c in p])


def _in_one_variable(state: State, poly: Poly) -> tuple[str, list[Fraction]] | None:
    """The variable and the coefficients of a polynomial in it of degree 2 at least."""
    atoms = {atom for mono in poly for atom, _ in mono}
    if len(atoms) != 1 or state.algebra.kind(min(atoms)) != "var":
        return None
    degrees = {mono[0][1] if mono else 0: Fraction(c) for mono, c in poly.items()}
    if max(degrees) < 2 or any(e < 0 or Fraction(e).denominator > 1 for e in degrees):
        return None
    return state.algebra.atoms[min(atoms)][1], [degrees.get(k, Fraction(0)) for k in range(int(max(degrees)) + 1)]


def _bounds(name: str, p: list[Fraction]) -> Iterator[Json]:
    """Both bounds of what a polynomial is not negative at, if they are fractions."""
    roots = sorted(_rational_roots(p))
    for end, side in ((roots[0], -1), (roots[-1], 1)) if roots else ():
        beyond = (None, end) if side < 0 else (end, None)
        if not has_root(p, *beyond) and value(p, end + side) < 0:
            gap = ["sub", ["var", name], ["num", str(end)]] if side < 0 else ["sub", ["num", str(end)], ["var", name]]
            args = [["var", name], ["num", str(end)], *(["num", str(c)] for c in p)]
            for op in (">", ">="):
                yield {"lemma": gap, "op": op, "rule": "O16", "args": args, "indices": []}


def _rational_roots(p: list[Fraction]) -> set[Fraction]:
    """The roots that are fractions of small numbers."""
    low = next(k for k, c in enumerate(p) if c)
    whole = lcm(*(c.denominator for c in p))
    above, below = (_divisors(abs(int(c * whole))) for c in (p[low], p[-1]))
    found = {sign * Fraction(a, b) for a in above for b in below for sign in (1, -1)}
    return {r for r in found if not value(p, r)} | ({Fraction(0)} if low else set())


def _divisors(n: int) -> list[int]:
    return [k for k in range(1, min(n, LARGEST) + 1) if n % k == 0]
