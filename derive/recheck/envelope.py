"""The derivative of a maximum over an index, by a term that attains it (V17, Danskin).

To both sides the slopes of G(v, Max(t[k], k)) are G_v + G_m*r with r the greatest and the least slope of the terms
that attain it. Where the whole has a derivative they are the same, and so it is for any of these terms. With a second
maximum or an Abs beside it the slopes could make up for each other.
"""

from __future__ import annotations

from typing import Any

from derive.recheck.polynomial import ZERO, Algebra, Poly, _atoms, add, scale
from derive.recheck.terms import Index

EXTREMA = ("Max", "Min")


def attained(reader: Any, poly: Poly, name: str, outer: frozenset[str]) -> tuple[int, Poly] | None:
    """The one Max or Min in a polynomial that moves, and its body at an index where it is attained at the point.

    ``outer`` are the variables of the derivatives around, along which other terms may attain it.
    """
    a: Algebra = reader.algebra
    moving = {x for mono in poly for atom, _ in mono for x in _inside(a, atom) if name in a.inside[x]}
    atom = next(iter(moving), -1)
    if len(moving) != 1 or not reader.exists or not a.inside[atom].isdisjoint(outer):
        return None
    _, _, bound, out, body = a.atoms[atom]
    inner = any(isinstance(i, Index) and str(i.name)[0] in "#~" for i in a.inside[atom])
    if inner or out or not reader.smooth(dict(body)) or not reader.smooth(poly, atom):
        return None
    terms = [a.rename(dict(body), {bound: i}) for i in reader.named(bound.dimension)]
    whole: Poly = {((atom, 1),): 1}
    before, a.below = a.below, outer
    try:
        gaps = [a.renewed(add(whole, scale(term, -1))) for term in terms]
        found = next((t for t, gap in zip(terms, gaps, strict=True) if a.sign(gap) & ZERO == ZERO), None)
    finally:
        a.below = before
    return None if found is None else (atom, found)


def _inside(a: Algebra, atom: int) -> set[int]:
    """Every Max and Min over an index in an atom, at any depth."""
    structure = a.atoms[atom]
    own = {atom} if structure[0] == "reduce" and structure[1] in EXTREMA else set()
    return own.union(*(_inside(a, x) for x in _atoms(structure)))
