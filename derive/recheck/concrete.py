"""A claim at an exact point: sizes, places and values put into it, so that the variable of a limit alone is left.

Sums, products and maxima are written out term by term. What is left is a claim about numbers without hypotheses: those
of the claim are looked at where the point is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

from derive.recheck.limits import INTEGERS, inner_positions
from derive.recheck.terms import MOST_NODES, Terms, require

Claim = dict[str, Any]
MOST_PLACES = 16
JOINED = {"Sum": ["add"], "Product": ["mul"], "Max": ["apply", "Max"], "Min": ["apply", "Min"]}
EMPTY = {"Sum": ["num", "0"], "Product": ["num", "1"]}


def concrete(claim: Claim, point: Any) -> Claim:
    """The claim that a limit, on the left, is the right side, at a point. Raises Rejected."""
    kinds = _read(claim)
    _, body, name, end, way = claim["left"]
    inside, outside = _Put(point, name), _Put(point, "")
    left = ["limit", inside.of(body, point["indices"]), name, inside.of(end, point["indices"]), way]
    declared = [[name, kinds[name] if kinds[name] in INTEGERS else "real", []]]
    right = outside.of(claim["right"], point["indices"])
    return {**claim, "left": left, "right": right, "declarations": declared, "indices": [], "hypotheses": []}


def of_numbers(claim: Claim, point: Any) -> Claim:
    """A claim without limits at a point. Raises Rejected."""
    _read(claim)
    put = {side: _Put(point, "").of(claim[side], point["indices"]) for side in ("left", "right")}
    return {**claim, **put, "declarations": [], "indices": [], "hypotheses": []}


def _read(claim: Claim) -> dict[str, str]:
    """The types of a claim whose sides are terms. Raises Rejected."""
    terms = Terms(claim["declarations"])
    for side in ("left", "right"):
        terms.term(claim[side], terms.scope(claim["indices"]))
    return terms.types


@dataclass(slots=True)
class _Put:
    """Puts the values of a point for all names but one."""

    point: Any
    but: str
    work: int = 0

    def of(self, term: Any, places: dict[str, int]) -> Any:
        """A term with the values in it, where the indices are at places."""
        self.work += 1
        require(self.work <= MOST_NODES, "the size of a term that is written out")
        match term[0]:
            case "num" | "const":
                return term
            case "var":
                return term if term[1] == self.but else self._value(term[1])
            case "comp":
                return _entry(self.point["values"][term[1]], tuple(_place(i, places) for i in term[2]))
            case "delta":
                return ["num", str(int(_place(term[1], places) == _place(term[2], places)))]
            case "reduce":
                return self._written_out(term, places)
            case "neg" | "add" | "sub" | "mul" | "div" | "pow" | "apply":
                inner = inner_positions(term)
                return [self.of(t, places) if n in inner else t for n, t in enumerate(term)]
            case _:
                require(False, "L9: at a point, no derivative, and no limit in a limit")

    def _value(self, name: str) -> Any:
        sizes = self.point["dims"]
        return ["num", str(sizes[name])] if name in sizes else _entry(self.point["values"][name], ())

    def _written_out(self, term: Any, places: dict[str, int]) -> Any:
        _, kind, k, dimension, out, body = term
        size = int(dimension) if dimension.isdecimal() else self.point["dims"][dimension]
        require(size <= MOST_PLACES, "the size of a range that is written out")
        left_out = [_place(i, places) for i in out]
        parts = [self.of(body, {**places, k: v}) for v in range(1, size + 1) if v not in left_out]
        require(bool(parts) or kind in EMPTY, "L9: at a point, a largest of something")
        return reduce(lambda t, u: [*JOINED[kind], t, u], parts) if parts else EMPTY[kind]


def _place(index: Any, places: dict[str, int]) -> int:
    place: int = index[0] if type(index[0]) is int else places[index[0]]
    return place


def _entry(value: Any, at: tuple[int, ...]) -> Any:
    """An entry of a value of a point, as a term."""
    for place in at:
        value = value[place - 1]
    require(value is not None, "L9: at a point, values that are given")
    return value if isinstance(value, list) else ["num", value]
