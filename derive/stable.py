"""Where float64 loses one side of an equation as written and keeps the other.

A side is lost where it overflows, is no number, or keeps fewer than six digits of its value; it is kept where nine are
right. Floats only propose a point: enclosures show that both sides have a value there, and which.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice, product

import numpy as np
from flint import arb
from msgspec.structs import replace

from derive.claim import Goal
from derive.enclose import Missing, Real, decide, enclose, enclosure
from derive.evaluate import Array, Point, Points, evaluate, integer_names, tape
from derive.sample import Sample, has_type, sample
from derive.verdict import Counterexample, Floats, Side, Value

_LOST = 1e-6
_KEPT = 1e-9
_MOVES = ((Fraction(1, 2**40), 0), (Fraction(1), 2**40))  # where differences cancel
_ROWS = 64
_SUSPECTS = 6  # of one batch and kind that are settled
_COARSE = 256
_PRECISION = 4096  # exp(-1000) beside 1 takes a few thousand bits


def stable(goal: Goal) -> Floats | None:
    """A point at which float64 keeps one side and loses the other; None where none was met.

    A point that speaks against ``goal.stable`` comes first: one is enough to show that the other side is the safer one.
    """
    integers = integer_names(goal)
    witness: Floats | None = None
    for batch in sample(goal, lambda _: _ROWS, few=4):
        for point, left, right in _suspected(goal, integers, _widened(goal, batch)):
            if witness and _sides(goal, integers, point, left, right, _COARSE)[0] == goal.stable:
                continue  # it says no more than the witness does
            found = _compared(goal, integers, point, left, right)
            if found and found.kept != goal.stable:
                return found
            witness = witness or found
    return witness


def _widened(goal: Goal, batch: Sample) -> list[Point]:
    """The points of a batch, the same close to 0, and the same far from it and close together."""
    points = [batch.point(row, {}) for row in range(batch.count)]
    moved = [_moved(goal, point, scale, shift) for point in points for scale, shift in _MOVES]
    return [*points, *(p for p in moved if _is_typed(goal, p))]


def _moved(goal: Goal, point: Point, scale: Fraction, shift: int) -> Point:
    fixed = ("onehot", "simplex")
    free = {d.name for d in goal.declarations if d.type not in fixed and "integer" not in d.type}
    values = {name: _entrywise(value, scale, shift) for name, value in point.values.items() if name in free}
    return replace(point, values={**point.values, **values})


def _entrywise(value: Value, scale: Fraction, shift: int) -> Value:
    return tuple(_entrywise(v, scale, shift) for v in value) if isinstance(value, tuple) else value * scale + shift


def _is_typed(goal: Goal, point: Point) -> bool:
    return all(has_type(d, point.values[d.name]) for d in goal.declarations if d.name in point.values)


def _suspected(goal: Goal, integers: frozenset[str], points: list[Point]) -> Iterator[tuple[Point, float, float]]:
    """The admissible points at which floats see the sides apart, and what they see of each."""
    laid = tape((goal.left, goal.right), goal.indices, integers)
    if laid is None or not points:
        return
    names = points[0].values
    values = {name: np.array([_floats(p.values[name]) for p in points], dtype=float) for name in names}
    left, right = evaluate(laid, Points(points[0].dimensions, values, len(points)))
    for place in _suspects(left, right):
        indices = {str(i.name): int(k) + 1 for i, k in zip(goal.indices, place[1:], strict=True)}
        point = replace(points[place[0]], indices=indices)
        if _is_admissible(goal, integers, point):
            yield point, float(left[place]), float(right[place])


def _floats(value: Value) -> object:
    return [_floats(v) for v in value] if isinstance(value, tuple) else float(value)


def _suspects(left: Array, right: Array) -> Iterator[tuple[int, ...]]:
    """Places at which one side is no number, and those at which both are and differ."""
    there = np.isfinite(left), np.isfinite(right)
    with np.errstate(all="ignore"):
        apart = np.abs(left - right) > _LOST * np.maximum(np.abs(left), np.abs(right))
    for where in (there[0] & ~there[1], there[1] & ~there[0], there[0] & there[1] & apart):
        for number in np.flatnonzero(where)[:_SUSPECTS]:
            yield tuple(int(p) for p in np.unravel_index(int(number), left.shape))


def _is_admissible(goal: Goal, integers: frozenset[str], point: Point) -> bool:
    for hypothesis in goal.hypotheses:
        ranges = (range(1, _size(i.dimension, point) + 1) for i in hypothesis.quantified)
        names = [str(i.name) for i in hypothesis.quantified]
        for chosen in islice(product(*ranges), 1000):
            at = replace(point, indices={**point.indices, **dict(zip(names, chosen, strict=True))})
            sides = [enclose(t, at, integers, 256) for t in (hypothesis.relation.left, hypothesis.relation.right)]
            left, right = sides
            if isinstance(left, Missing) or isinstance(right, Missing):
                return False
            if decide(hypothesis.relation.op, left, right) is not True:
                return False
    return True


def _size(dimension: str, point: Point) -> int:
    return int(dimension) if dimension.isdigit() else point.dimensions[dimension]


def _compared(goal: Goal, integers: frozenset[str], point: Point, left: float, right: float) -> Floats | None:
    """Which side is kept and which is lost, if that can be told, with both values."""
    kept, values = _sides(goal, integers, point, left, right, _PRECISION)
    if kept is None:
        return None
    where = Counterexample(
        tuple(point.dimensions.items()),
        tuple(point.values.items()),
        tuple(point.indices.items()),
        enclosure(values[0]),
        enclosure(values[1]),
        goal.op,
        _PRECISION,
        "float",
    )
    return Floats(where, _text(left), _text(right), kept)


def _sides(
    goal: Goal, integers: frozenset[str], point: Point, left: float, right: float, precision: int
) -> tuple[Side | None, tuple[Real, ...]]:
    """The side that is kept where the other is lost, both being defined and not seen to differ; their values."""
    first, second = (enclose(side, point, integers, precision) for side in (goal.left, goal.right))
    if isinstance(first, Missing) or isinstance(second, Missing) or decide("==", first, second) is False:
        return None, ()
    if _error(left, first) <= _KEPT and _error(right, first) > _LOST:
        return "left", (first, second)
    if _error(right, second) <= _KEPT and _error(left, second) > _LOST:
        return "right", (first, second)
    return None, ()


def _error(value: float, exact: Real) -> float:
    """The error of a float relative to what it should be; infinite where it is no number."""
    if not math.isfinite(value):
        return math.inf
    true = float(arb(exact).mid())
    if not math.isfinite(true) or not arb(exact).rel_accuracy_bits() > 60:
        return math.nan
    return abs(value - true) / abs(true) if true else (0.0 if value == 0 else math.nan)


def _text(value: float) -> str:
    return repr(value) if math.isfinite(value) else "no number"
