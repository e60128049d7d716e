"""A refutation: an exact point at which a claim fails, computed anew.

``{"point": {"dims": {"n": 2}, "values": {"x": "1/2", "o": ["0", "1"]}, "indices": {"i": 1}}, "precision": 64,
"left": [low, high], "right": [low, high]}``. The point alone refutes. The precision in bits, the least of
``PRECISIONS`` that decides, and the enclosures of both sides tell a reader what is found there; they are compared to
the letter. Enclosures are rounded outward as far as they still decide the relation; exact values stand as they are.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

from derive.recheck.interval import Interval, Undecided, decided
from derive.recheck.terms import Rejected, Terms, children, require
from derive.recheck.value import MOST_WORK, Point

PRECISIONS = (64, 256, 1024, 4096)
_MALFORMED = (LookupError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError)


def refutation(claim: Any, stated: Any) -> None:
    """Accept a refutation of a claim, or raise Rejected."""
    require(isinstance(stated, dict) and "point" in stated, "a refutation has a point")
    found = refuted_at(claim, stated["point"])
    same = json.dumps(found, sort_keys=True) == json.dumps(stated, sort_keys=True)
    require(same, "the precision and the enclosures are those found at the point")


def refuted_at(claim: Any, point: Any) -> dict[str, Any]:
    """The refutation that a point makes. Raises Rejected where it makes none."""
    for bits in PRECISIONS:
        try:
            return {"point": point, "precision": bits, **_fails(claim, point, bits)}
        except Undecided:
            continue
        except _MALFORMED as error:
            raise Rejected(f"a claim and a point as described: {error!r}") from error
    raise Rejected("the hypotheses hold, both sides are defined and the relation fails: all decided at the point")


def admits(claim: Any, point: Any) -> None:
    """Accept that a claim speaks of a point: its hypotheses hold and both sides have a value there, or raise Rejected.

    A limit or an optimum has no value at a point; of such a claim the hypotheses alone are looked at.
    """
    for bits in PRECISIONS:
        try:
            _sides(claim, point, bits)
            return
        except Undecided:
            continue
        except _MALFORMED as error:
            raise Rejected(f"a claim and a point as described: {error!r}") from error
    raise Rejected("the hypotheses hold and both sides are defined: all decided at the point")


def _sides(claim: Any, point: Any, bits: int) -> tuple[str, list[Interval]]:
    terms, places = Terms(claim["declarations"]), point["indices"]
    scope = terms.scope(claim["indices"])
    op, *sides = terms.relation(["rel", claim["op"], claim["left"], claim["right"]], scope)
    at = _read(terms, scope, point, bits)
    for hypothesis in claim["hypotheses"]:
        _check(hypothesis, at, scope, places)
    return op, [at.value(side, places) for side in sides if not _is_beyond_points(side)]


def _is_beyond_points(term: Any) -> bool:
    return (
        term[0] in ("limit", "optimum")
        or term == ("const", "oo")
        or any(_is_beyond_points(t) for _, t in children(term))
    )


def _fails(claim: Any, point: Any, bits: int) -> dict[str, Any]:
    op, sides = _sides(claim, point, bits)
    decided(len(sides) == 2)
    return _stated(_NEGATION[op], *sides)


def _read(terms: Terms, scope: dict[str, str], point: Any, bits: int) -> Point:
    """The point: all that is declared, each value of its type and shape, and nothing beside them."""
    sizes, values, places = point["dims"], point["values"], point["indices"]
    dimensions = {name for name, kind in terms.types.items() if kind == "dimension"}
    require(set(point) == {"dims", "values", "indices"}, "a point has dimensions, values and indices")
    require(set(sizes) == dimensions and set(values) == set(terms.types) - dimensions, "the declared names")
    require(set(places) == set(scope), "the indices of the claim")
    require(all(type(n) is int and n >= 1 for n in (*sizes.values(), *places.values())), "whole numbers from 1 on")
    at = Point(terms, sizes, {name: Fraction(size) for name, size in sizes.items()}, bits)
    require(all(places[name] <= at.size(dimension) for name, dimension in scope.items()), "indices in range")
    for name, value in values.items():
        at.values[name] = _array(terms, value, [at.size(d) for d in terms.shapes[name]])
        kind, entries = terms.types[name], _entries(at.values[name])
        whole = kind not in ("onehot", "simplex") or sum(entries) == 1
        require(whole and all(map(_TYPES[kind], entries)), f"{name} is of its type")
    return at


def _array(terms: Terms, value: Any, shape: list[int]) -> Any:
    """An exact value, nested tuples for an array."""
    if not shape:
        return terms.term(["num", value], {})[1]
    require(isinstance(value, list) and len(value) == shape[0], "an array of the declared shape")
    return tuple(_array(terms, part, shape[1:]) for part in value)


def _entries(value: Any) -> list[Fraction]:
    return [entry for part in value for entry in _entries(part)] if isinstance(value, tuple) else [value]


def _check(hypothesis: Any, at: Point, scope: dict[str, str], places: dict[str, int]) -> None:
    """A hypothesis must surely hold at the point, for every value of the indices that are its own."""
    own = at.terms.scope(hypothesis["quantified"])
    op, left, right = at.terms.relation(hypothesis["relation"], {**scope, **own})
    sizes = [at.size(dimension) for dimension in own.values()]
    decided(prod(sizes) <= MOST_WORK)
    for chosen in product(*(range(1, size + 1) for size in sizes)):
        inner = {**places, **dict(zip(own, chosen, strict=True))}
        decided(_HOLDS[op](at.value(left, inner), at.value(right, inner)))


def _stated(op: str, left: Interval, right: Interval) -> dict[str, Any]:
    """The enclosures of the sides, as short as they can be while the relation surely holds between them."""
    lengths = (bits for bits in (32, *PRECISIONS) if bits <= left.bits)
    for a, b in ((left.rounded(bits), right.rounded(bits)) for bits in lengths):
        if _HOLDS[op](a, b):
            return {"left": [str(a.low), str(a.high)], "right": [str(b.low), str(b.high)]}
    raise Undecided


# A relation between two intervals holds only if it holds between all their numbers.
_HOLDS: dict[str, Callable[[Interval, Interval], bool]] = {
    "==": lambda a, b: a.low == a.high == b.low == b.high,
    "!=": lambda a, b: a.high < b.low or b.high < a.low,
    "<": lambda a, b: a.high < b.low,
    "<=": lambda a, b: a.high <= b.low,
    ">": lambda a, b: a.low > b.high,
    ">=": lambda a, b: a.low >= b.high,
}
_NEGATION = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_TYPES: dict[str, Callable[[Fraction], bool]] = {
    "real": lambda v: True,
    "positive": lambda v: v > 0,
    "negative": lambda v: v < 0,
    "nonnegative": lambda v: v >= 0,
    "nonzero": lambda v: v != 0,
    "integer": lambda v: v.denominator == 1,
    "positive integer": lambda v: v.denominator == 1 and v > 0,
    "nonnegative integer": lambda v: v.denominator == 1 and v >= 0,
    "onehot": lambda v: v in (0, 1),
    "simplex": lambda v: v >= 0,
}
