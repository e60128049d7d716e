"""Values that equations among the hypotheses imply: enclosed, where a point cannot have them as rationals.

In ``z[i] == sqrt(c)*x[i] + e[i]`` the entry of z is one term of a sum; so it is what is left, and the equation holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import Any

from derive.recheck.interval import decided, exactly
from derive.recheck.terms import Term, require
from derive.recheck.value import MOST_WORK, Places, Point


def imply(hypothesis: Any, at: Point, scope: Mapping[str, str], places: Places) -> None:
    """Give entries of a point that have no value yet what an equation makes of them. Raises Rejected, Undecided."""
    own = at.terms.scope(hypothesis["quantified"])
    op, left, right = at.terms.relation(hypothesis["relation"], {**scope, **own})
    require(op == "==", "an equation implies a value")
    terms = [*_terms(left, 1), *_terms(right, -1)]
    for inner in every(own, at, places):
        new = [n for n, (_, term) in enumerate(terms) if _is_open(term, at, inner)]
        require(len(new) == 1, "an equation implies one entry, which has no value yet")
        sign, target = terms[new[0]]
        rest = (at.value(term, inner) * (-sign * other) for n, (other, term) in enumerate(terms) if n not in new)
        value = sum(rest, exactly(0, at.bits))
        at.values[target[1]] = _filled(at.values[target[1]], _entry(target, at, inner), value)


def every(own: Mapping[str, str], at: Point, places: Places) -> Iterator[Places]:
    """The places of indices, with every value of those of a hypothesis."""
    sizes = [at.size(dimension) for dimension in own.values()]
    decided(prod(sizes) <= MOST_WORK)
    for chosen in product(*(range(1, size + 1) for size in sizes)):
        yield {**places, **dict(zip(own, chosen, strict=True))}


def _terms(term: Term, sign: int) -> Iterator[tuple[int, Term]]:
    match term:
        case "add", t, u:
            yield from (*_terms(t, sign), *_terms(u, sign))
        case "sub", t, u:
            yield from (*_terms(t, sign), *_terms(u, -sign))
        case "neg", t:
            yield from _terms(t, -sign)
        case _:
            yield sign, term


def _is_open(term: Term, at: Point, places: Places) -> bool:
    if term[0] not in ("var", "comp"):
        return False
    value = at.values[term[1]]
    for k in _entry(term, at, places):
        value = value[k - 1]
    return value is None


def _entry(term: Term, at: Point, places: Places) -> tuple[int, ...]:
    return at.places(term[2], places) if term[0] == "comp" else ()


def _filled(array: Any, entry: tuple[int, ...], value: Any) -> Any:
    """An array with a value at an entry."""
    if not entry:
        return value
    return tuple(_filled(part, entry[1:], value) if k == entry[0] else part for k, part in enumerate(array, 1))
