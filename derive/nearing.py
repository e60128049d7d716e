"""A proved limit held against values ever nearer to its point: an alarm, never a verdict."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

from flint import arb
from msgspec.structs import replace

from derive.claim import Goal
from derive.enclose import Missing, Real, difference, enclose, enclosure
from derive.evaluate import Point, integer_names
from derive.term import Constant, Limit, Neg
from derive.verdict import Counterexample

POWERS = (2, 8, 32, 128, 512, 2048)
"""Powers of ten by which the variable is far out, or near."""
BITS = 8_000
FAR = 0.3  # a gap that a limit which is approached at all has long left behind
FEWEST = 4


def nearing(goal: Goal, at: Counterexample) -> Counterexample | None:
    """A point at which the body of a limit stays away from the other side, however near; None where it does not.

    ``at`` is an admissible point at which the other side has a value. Values that come nearer at all raise no alarm,
    however slowly: only a body that keeps or widens a clear gap over all of them does.
    """
    limit, other = (goal.left, goal.right) if isinstance(goal.left, Limit) else (goal.right, goal.left)
    if (
        not isinstance(limit, Limit)
        or isinstance(other, Limit)
        or _infinite(other)
        or limit.variable in goal.dimensions
    ):
        return None
    integers = integer_names(goal)
    point = Point(dict(at.dimensions), {**dict(at.values)}, dict(at.indices))
    end = enclose(other, point, integers, BITS)
    if isinstance(end, Missing):
        return None
    for way in _ways(limit):
        seen = list(_values(limit, point, way, integers))
        if _stays_away([value for _, value in seen], end):
            there, value = seen[-1]
            values = (*((n, v) for n, v in at.values if n != limit.variable), (limit.variable, there))
            left, right = (value, end) if goal.left is limit else (end, value)
            return replace(at, values=values, left=enclosure(left), right=enclosure(right))
    return None


def _infinite(term: object) -> int:
    return {Constant("oo"): 1, Neg(Constant("oo")): -1}.get(term, 0) if isinstance(term, Constant | Neg) else 0


def _ways(limit: Limit) -> tuple[int, ...]:
    infinite = _infinite(limit.point)
    return (infinite,) if infinite else {"+": (1,), "-": (-1,), None: (1, -1)}[limit.side]


def _values(limit: Limit, point: Point, way: int, integers: frozenset[str]) -> Iterator[tuple[Fraction, Real]]:
    """The body ever nearer to the point, where it can be enclosed."""
    centre = Fraction(0)
    if not _infinite(limit.point):
        found = enclose(limit.point, point, integers, BITS)
        if isinstance(found, Missing | arb):
            return
        centre = Fraction(int(found.p), int(found.q))
    for power in POWERS:
        step = Fraction(10) ** (power if _infinite(limit.point) else -power)
        there = centre + way * step
        value = enclose(limit.body, replace(point, values={**point.values, limit.variable: there}), integers, BITS)
        if not isinstance(value, Missing):
            yield there, value


def _stays_away(values: list[Real], end: Real) -> bool:
    gaps = [abs(arb(difference(value, end))) for value in values]
    if len(gaps) < FEWEST:
        return False
    return all(gap > FAR for gap in gaps) and not any(b < a for a, b in pairwise(gaps))
