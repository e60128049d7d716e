"""A refutation: an exact point at which a claim fails, computed anew.

``{"point": {"dims": {"n": 2}, "values": {"x": "1/2", "o": ["0", "1"]}, "indices": {"i": 1}}, "precision": 64,
"left": [low, high], "right": [low, high]}``. The point alone refutes. The precision in bits, the least of
``PRECISIONS`` that decides, and the enclosures of both sides tell a reader what is found there; they are compared to
the letter. Enclosures are rounded outward as far as they still decide the relation; exact values stand as they are.

A value that is no rational is a closed term, such as ``["apply", "sqrt", ["num", "2"]]``. One that is ``null`` is what
an equation makes it: ``"implied"`` lists the numbers of such hypotheses, in the order in which they are used; each
holds by what is put there. Both are enclosed as the sides are. ``"held"``: see ``held.py``.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from derive.recheck.held import held
from derive.recheck.implied import every, imply
from derive.recheck.interval import Interval, Undecided, decided
from derive.recheck.terms import Rejected, Terms, children, listed, require
from derive.recheck.value import Point

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
    implied = listed(point.get("implied", []), "implied")
    for number in implied:
        require(type(number) is int and 0 <= number < len(claim["hypotheses"]), "the number of a hypothesis")
        imply(claim["hypotheses"][number], at, scope, places)
    for name in point["values"]:
        _check_type(name, terms.types[name], _entries(at.values[name]))
    proved = held(claim, point)
    for number, hypothesis in enumerate(claim["hypotheses"]):
        if number not in implied:
            _check(hypothesis, at, scope, places, number in proved)
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
    require(
        set(point) - {"implied", "held"} == {"dims", "values", "indices"}, "a point has dimensions, values and indices"
    )
    require(set(sizes) == dimensions and set(values) == set(terms.types) - dimensions, "the declared names")
    require(set(places) == set(scope), "the indices of the claim")
    require(all(type(n) is int and n >= 1 for n in (*sizes.values(), *places.values())), "whole numbers from 1 on")
    at = Point(terms, sizes, {name: Fraction(size) for name, size in sizes.items()}, bits)
    require(all(places[name] <= at.size(dimension) for name, dimension in scope.items()), "indices in range")
    for name, value in values.items():
        at.values[name] = _array(terms, value, [at.size(d) for d in terms.shapes[name]], bits)
    return at


def _array(terms: Terms, value: Any, shape: list[int], bits: int) -> Any:
    """A value, nested tuples for an array."""
    if not shape:
        return _scalar(terms, value, bits)
    require(isinstance(value, list) and len(value) == shape[0], "an array of the declared shape")
    return tuple(_array(terms, part, shape[1:], bits) for part in value)


def _scalar(terms: Terms, value: Any, bits: int) -> Any:
    """A rational, the enclosure of a closed term, or None."""
    if isinstance(value, list):
        return Point(Terms([]), {}, {}, bits).value(Terms([]).term(value, {}), {})
    return None if value is None else terms.term(["num", value], {})[1]


def _entries(value: Any) -> list[Any]:
    return [entry for part in value for entry in _entries(part)] if isinstance(value, tuple) else [value]


def _check_type(name: str, kind: str, entries: list[Any]) -> None:
    """Exact values are of the type; the others are enclosed, and their type is an interval that holds them."""
    require(None not in entries, "every entry has a value")
    enclosed = [e for e in entries if isinstance(e, Interval)]
    exact = [e for e in entries if not isinstance(e, Interval)]
    whole = kind not in ("onehot", "simplex") or sum(exact) == 1
    require(whole and all(map(_TYPES[kind], exact)), f"{name} is of its type")
    require(not enclosed or kind in _INTERVALS, "an implied value is of a type that is an interval")
    decided(all(_TYPES[kind](end) for e in enclosed for end in (e.low, e.high)))
    decided(kind != "nonzero" or all(e.low > 0 or e.high < 0 for e in enclosed))


def _check(hypothesis: Any, at: Point, scope: dict[str, str], places: dict[str, int], proved: bool) -> None:
    """A hypothesis must surely hold at the point, for every value of its own indices; at least have values there."""
    own = at.terms.scope(hypothesis["quantified"])
    op, left, right = at.terms.relation(hypothesis["relation"], {**scope, **own})
    for inner in every(own, at, places):
        values = at.value(left, inner), at.value(right, inner)
        decided(proved or _HOLDS[op](*values))


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
_INTERVALS = ("real", "positive", "negative", "nonnegative", "nonzero")  # of these the last is two
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
