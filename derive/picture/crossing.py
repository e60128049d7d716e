"""Two sides as curves through a point: where a claim fails the gap is marked, where an order holds it is seen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

import numpy as np
from msgspec import Struct

from derive.claim import Goal
from derive.evaluate import Array, Point
from derive.picture.chart import Axis, Chart, Curve, Gap, Pieces
from derive.picture.section import Coordinate, Section, Sections, coordinates, runs, told
from derive.sample import sample

WIDTHS = (8.0, 4.0, 2.0, 1.0, 0.5, 0.25)
CLEAREST = 0.15  # of the height: a gap of so much is seen at once
FAINTEST = 0.01
MOST_STRETCH = 4.0  # beyond it a few values would leave no height to the others
ROWS = 12
BATCHES = 3
FEWEST = 20  # places at which both sides have a value


def crossing(goal: Goal, points: Iterable[Point]) -> Chart | None:
    """Both sides along the coordinate that shows most, through one of the points.

    None where floats do not see the gap, where nothing may move, or where it would take too long.
    """
    best = None
    for point in points:
        for found in _through(goal, point):
            best = found if best is None or found.clear > best.clear else best
        if best and best.clear >= CLEAREST:
            break
    return _chart(goal, best) if best else None


def seen(goal: Goal) -> Iterator[Point]:
    """A few points of the search at which an order is worth a look: several dimensions, the indices apart."""
    first = 1 if goal.dimensions else 0  # a single component shows little
    for batch in islice(sample(goal, lambda _: ROWS, few=4), first, first + BATCHES):
        sizes = [(str(i.name), int(s) if (s := i.dimension).isdigit() else batch.dimensions[s]) for i in goal.indices]
        indices = {name: 1 + number % size for number, (name, size) in enumerate(sizes)}
        yield from (batch.point(row, indices) for row in range(1, batch.count, 2))


class _View(Struct, frozen=True):
    """A section through a point, how clear it is, and the range of its values."""

    clear: float
    point: Point
    section: Section
    low: float
    high: float


def _chart(goal: Goal, view: _View) -> Chart:
    section, coordinate = view.section, view.section.coordinate
    at = int(np.searchsorted(section.places, coordinate.value))
    label, place = coordinate.label, told(view.point)
    left, right = float(section.left[at]), float(section.right[at])
    there = section.places[np.isfinite(section.left) | np.isfinite(section.right)]
    fails = not HELD[goal.op](left, right)
    gap = (Gap(coordinate.value, left, right, f"gap {_short(abs(left - right))}"),) if fails else ()
    through = f"Both sides along {label}" + (f" through {place}" if place else "")
    said = f" There the left side is {_short(left)} and the right side {_short(right)}." if fails else ""
    return Chart(
        through,
        f"{through}.{said}",
        Axis(label, float(there.min()), float(there.max())),
        Axis("", view.low, view.high),
        (
            Curve("left side", "left", _pieces(view, section.left)),
            Curve("right side", "right", _pieces(view, section.right)),
            *gap,
        ),
    )


def _through(goal: Goal, point: Point) -> Iterator[_View]:
    sections = Sections(goal, point)
    for coordinate in coordinates(goal, point):
        if found := _clearest(sections, coordinate, goal.op):
            yield found


def _clearest(sections: Sections, coordinate: Coordinate, op: str) -> _View | None:
    """The widest section in which the gap is clear."""
    best = None
    for width in WIDTHS:
        section = sections.along(coordinate, width * max(1.0, abs(coordinate.value) / 4))
        found = _looked_at(sections.point, section, op) if section else None
        best = found if found and (best is None or found.clear > best.clear) else best
        if best and best.clear >= CLEAREST:
            break
    return best


def _looked_at(point: Point, section: Section, op: str) -> _View | None:
    left, right = section.left, section.right
    both = np.isfinite(left) & np.isfinite(right)
    at = int(np.searchsorted(section.places, section.coordinate.value))
    if both.sum() < FEWEST or not both[at] or not _varies(left[both], right[both]):
        return None
    ends = (float(left[at]), float(right[at]))
    low, high = _range(np.concatenate([left[both], right[both]]), ends)
    height = high - low
    if HELD[op](*ends):
        return _View(float(np.mean(np.abs(left[both] - right[both]) > FAINTEST * height)), point, section, low, high)
    clear = abs(ends[0] - ends[1]) / height
    return _View(min(clear, CLEAREST), point, section, low, high) if clear >= FAINTEST else None


def _varies(left: Array, right: Array) -> bool:
    return any(float(np.ptp(side)) > 1e-9 * (1 + float(np.max(np.abs(side)))) for side in (left, right))


def _range(values: Array, ends: tuple[float, float]) -> tuple[float, float]:
    """From the lowest to the highest value with a margin, without the tails of a pole; both ends are within."""
    low, high = (float(v) for v in np.quantile(values, (0.04, 0.96)))
    if np.ptp(values) < MOST_STRETCH * (high - low):
        low, high = float(values.min()), float(values.max())
    low, high = min(low, *ends), max(high, *ends)
    margin = 0.06 * (high - low)
    return low - margin, high + margin


def _pieces(view: _View, side: Array) -> Pieces:
    inside = (side >= view.low) & (side <= view.high)
    return tuple(runs(view.section.places, np.where(inside, side, np.nan)))


def _short(value: float) -> str:
    return f"{value + 0.0:.4g}".replace("-", "−")


HELD = {
    "==": lambda a, b: abs(a - b) <= 1e-12 * (1 + abs(a) + abs(b)),
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
"""Whether floats see a relation hold: for the words beside a curve, never for a verdict."""
