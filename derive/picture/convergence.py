"""A limit as convergence: how far the body is from the value, on logarithmic scales, and how far floats can see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from derive.claim import Goal
from derive.evaluate import Array, Points, Tape, evaluate, integer_names, tape
from derive.picture.chart import Axis, Chart, Curve, Pieces
from derive.picture.section import entries, is_small, runs, told
from derive.sample import Sample, sample
from derive.show import show
from derive.term import Binary, Component, Constant, Limit, Neg, Term, Variable, subterms

EPSILON = 2.0**-53
STEPS = 81
FEWEST = 6
ROWS = 16
BATCHES = 4
MOST_BOUNDS = 4


class Bound(Struct, frozen=True):
    """A proved upper bound of a distance: the term, and the claim that says so."""

    term: Term
    claim: str


class Approach(Struct, frozen=True):
    """A limit, what it is said to be, and from where its variable comes."""

    limit: Limit
    value: Term
    centre: float
    way: float

    @property
    def is_far(self) -> bool:
        """Whether the variable goes to infinity."""
        return not np.isfinite(self.centre)

    def sizes(self) -> Array:
        """How large the variable is, or how near to its point, in order of its way."""
        return np.logspace(-1, 9, STEPS) if self.is_far else np.logspace(0, -12, STEPS)

    def places(self) -> Array:
        """The values of the variable."""
        return self.way * self.sizes() if self.is_far else self.centre + self.way * self.sizes()


def convergence(goal: Goal, proved: Sequence[tuple[str, Goal]], instead: Term | None = None) -> Chart | None:
    """How the body of a limit comes nearer to the other side, with the bounds of that distance in ``proved``.

    ``instead`` is what the limit is proved to be where the claim is another. None where no point shows more than
    rounding, where the value is infinite, or where points cannot evaluate a side.
    """
    approach = _approach(goal)
    if approach is None:
        return None
    value = approach.value if instead is None else instead
    bounds = list(islice(_bounds(approach.limit.body, value, proved), MOST_BOUNDS))
    terms = (approach.limit.body, value, approach.value, *(b.term for b in bounds))
    laid = tape(terms, goal.indices, integer_names(goal))
    best = max(_seen(goal, approach, laid), key=_telling, default=None) if laid else None
    if best is None or _telling(best)[0] < FEWEST:
        return None
    return _chart(approach, value, best, bounds, instead is not None)


def _approach(goal: Goal) -> Approach | None:
    limit, value = (goal.left, goal.right) if isinstance(goal.left, Limit) else (goal.right, goal.left)
    if goal.op != "==" or not isinstance(limit, Limit) or limit.variable in goal.dimensions:
        return None
    way = -1.0 if limit.side == "-" or isinstance(limit.point, Neg) else 1.0
    if limit.point in (Constant("oo"), Neg(Constant("oo"))):
        return Approach(limit, value, np.inf, way)
    laid = tape((limit.point,), (), frozenset())
    if laid is None or any(isinstance(t, Variable | Component) for t in subterms(limit.point)):
        return None
    centre = float(evaluate(laid, Points({}, {}, 1))[0][0])
    return Approach(limit, value, centre, -1.0 if limit.side == "-" else 1.0) if np.isfinite(centre) else None


def _bounds(body: Term, value: Term, proved: Sequence[tuple[str, Goal]]) -> Iterator[Bound]:
    """What proved orders say about the distance of the body and the value."""
    apart = (Binary("-", body, value), Binary("-", value, body))
    for claim, goal in proved:
        if goal.op in ("<", "<=", ">", ">="):
            low, high = (goal.left, goal.right) if goal.op in ("<", "<=") else (goal.right, goal.left)
            if low == body and high != value:
                yield Bound(_difference(high, value), claim)
            elif high == body and low != value:
                yield Bound(_difference(value, low), claim)
            elif low in apart:
                yield Bound(high, claim)


def _difference(high: Term, low: Term) -> Term:
    """The difference as people write it."""
    match high:
        case Binary("+", first, rest) if first == low:
            return rest
        case _:
            return Binary("-", high, low)


class _Seen(Struct, frozen=True):
    """What floats say at one point. Shapes: (steps,) each; ``bounds`` are those of the claims in turn."""

    sizes: Array
    gap: Array
    claimed: Array
    floor: Array
    bounds: tuple[Array, ...]
    place: str
    variety: int


def _seen(goal: Goal, approach: Approach, laid: Tape) -> Iterator[_Seen]:
    """The distance from the value, at points of several dimensions."""
    for batch in islice(sample(goal, lambda _: ROWS, few=4), BATCHES):
        for row in range(min(batch.count, ROWS)):
            if is_small(laid, batch.dimensions, STEPS * ROWS):
                yield from _at(approach, laid, batch, row)


def _at(approach: Approach, laid: Tape, batch: Sample, row: int) -> Iterator[_Seen]:
    places = approach.places()
    values = {name: np.repeat(v[row : row + 1], STEPS, 0) for name, v in batch.points().values.items()}
    points = Points(batch.dimensions, {**values, approach.limit.variable: places}, STEPS)
    first: tuple[Any, ...] = (slice(None), *(0 for _ in laid.axes))
    body, value, claimed, *bounds = (side[first] for side in evaluate(laid, points))
    floor = EPSILON * np.maximum(np.abs(body), np.abs(value))
    point = batch.point(row, {})
    fixed = {name: v for name, v in point.values.items() if name != approach.limit.variable}
    yield _Seen(
        approach.sizes(),
        np.abs(body - value),
        np.abs(body - claimed),
        floor,
        tuple(bounds),
        told(replace(point, values=fixed)),
        len({number for value in fixed.values() for _, number in entries(value)}),
    )


def _telling(seen: _Seen) -> tuple[int, int]:
    """At how many places the distance is more than rounding; then how different the numbers of the point are."""
    return int(np.sum(seen.gap > 4 * seen.floor)), seen.variety


def _chart(approach: Approach, value: Term, seen: _Seen, bounds: Sequence[Bound], is_refuted: bool) -> Chart:
    name = show(Variable(approach.limit.variable))
    centre = "" if approach.centre == 0 else f" − {show(approach.limit.point)}"
    sized = name if approach.is_far and approach.way > 0 else f"−{name}" if approach.is_far else f"|{name}{centre}|"
    shown = show(value)
    curves = [Curve("distance", "left", _pieces(seen.sizes, seen.gap))]
    if is_refuted:
        curves.append(Curve("claimed", "right", _pieces(seen.sizes, seen.claimed)))
    holding = next(((b, values) for b, values in zip(bounds, seen.bounds, strict=True) if _covers(values, seen)), None)
    if holding:
        curves.append(Curve("proved bound", "bound", _pieces(seen.sizes, holding[1])))
    curves.append(Curve("rounding", "floor", _pieces(seen.sizes, seen.floor)))
    left, right = _widths(seen)
    low, high = _range([replace(c, pieces=_within(c.pieces, left, right, 0.0)) for c in curves])
    where = f" at {seen.place}" if seen.place else ""
    bound = f" The proved bound is {show(holding[0].term)}, from {holding[0].claim}." if holding else ""
    claimed = f" The claimed value {show(approach.value)} stays away." if is_refuted else ""
    return Chart(
        f"Distance from {shown} as {name} → {_end(approach)}",
        f"Distance from {shown} as {name} → {_end(approach)}{where}, both scales logarithmic; "
        f"below the dotted line floats see only rounding.{bound}{claimed}",
        Axis(sized, left, right, True),
        Axis("", low, high, True),
        tuple(replace(c, pieces=_within(c.pieces, left, right, low)) for c in curves),
    )


def _covers(bound: Array, seen: _Seen) -> bool:
    """Whether a bound speaks of these points: its claim may have assumed what does not hold here."""
    return bool(np.all(bound >= seen.gap - 4 * seen.floor))


def _end(approach: Approach) -> str:
    sides = {"+": "⁺", "-": "⁻", None: ""}
    return show(approach.limit.point) + ("" if approach.is_far else sides[approach.limit.side])


def _pieces(sizes: Array, values: Array) -> Pieces:
    return tuple(runs(sizes, np.where(values > 0, values, np.nan)))


def _widths(seen: _Seen) -> tuple[float, float]:
    """Where the distance is more than rounding, and a decade beyond."""
    there = seen.sizes[seen.gap > seen.floor]
    low, high = float(there.min()), float(there.max())
    is_far = seen.sizes[0] < seen.sizes[-1]
    return (low, min(10 * high, float(seen.sizes.max()))) if is_far else (max(low / 10, float(seen.sizes.min())), high)


def _within(pieces: Pieces, left: float, right: float, low: float) -> Pieces:
    inside = (tuple((x, y) for x, y in piece if left <= x <= right and y >= low) for piece in pieces)
    return tuple(piece for piece in inside if piece)


def _range(curves: Sequence[Curve]) -> tuple[float, float]:
    """Whole decades around what is drawn, at most eighteen below the highest."""
    values = [y for curve in curves for piece in curve.pieces for _, y in piece]
    high = 10.0 ** np.ceil(np.log10(max(values)) + 0.05)
    low = max(10.0 ** np.floor(np.log10(min(values))), high * 1e-18, 1e-300)
    return float(min(low, high / 10)), float(high)
