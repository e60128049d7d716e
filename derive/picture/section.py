"""Both sides of a goal in float64 along one coordinate through an exact point; what a picture is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from msgspec import Struct
from msgspec.structs import replace

from derive.claim import Declaration, Goal
from derive.evaluate import Array, Point, Points, Tape, evaluate, integer_names, tape
from derive.holds import holds
from derive.show import show
from derive.term import Component, Index, Variable
from derive.verdict import Value

STEPS = 120
MOST_WORK = 20_000_000  # numbers that a section may calculate
MOST_COORDINATES = 12
LONGEST = 60  # characters of one value that is told
LOWEST = {"positive": 0.0, "nonnegative": 0.0, "simplex": 0.0}
HIGHEST = {"negative": 0.0}


class Coordinate(Struct, frozen=True):
    """A number of a point that may move: its array or name, its place there (from 0), its type, its value."""

    name: str
    place: tuple[int, ...]
    type: str
    value: float
    against: tuple[int, ...] | None = None
    """The entry that gives way, so that the sum stays."""

    @property
    def label(self) -> str:
        """As people write it."""
        if self.against is None:
            return _shown(self.name, self.place)
        own, other = _shown(self.name, self.place), _shown(self.name, self.against)
        return f"{own}, the sum {own} + {other} kept"

    def range(self, width: float, room: float) -> tuple[float, float]:
        """The numbers within ``width`` of its value that its type admits; ``room`` is what it shares with another."""
        low, high = max(self.value - width, LOWEST.get(self.type, -np.inf)), self.value + width
        if self.against is not None and self.type in LOWEST:
            return low, min(high, room)
        return low, min(high, HIGHEST.get(self.type, np.inf))


def _shown(name: str, place: tuple[int, ...]) -> str:
    indices = tuple(Index(k + 1) for k in place)
    return show(Component(name, indices) if indices else Variable(name))


class Section(Struct, frozen=True):
    """Both sides at the places of a coordinate; nan where one has no value or a hypothesis fails. Shape: (places,)."""

    coordinate: Coordinate
    places: Array
    left: Array
    right: Array


def coordinates(goal: Goal, point: Point) -> list[Coordinate]:
    """What may move: real scalars first, then components, then components at the expense of the next one."""
    found = [c for d in goal.declarations if d.name in point.values for c in _of(d, point.values[d.name])]
    alone = [c for c in found if c.type != "simplex"]
    shared = [
        replace(c, against=((c.place[0] + 1) % size,))
        for c in found
        if len(c.place) == 1 and (size := len(_vector(point.values[c.name]))) > 1
    ]
    return [*sorted(alone, key=lambda c: len(c.place))[:MOST_COORDINATES], *shared[:MOST_COORDINATES]]


def _vector(value: Value) -> tuple[Value, ...]:
    return value if isinstance(value, tuple) else ()


def _of(declaration: Declaration, value: Value) -> Iterator[Coordinate]:
    """One-hot vectors and integers do not move."""
    if declaration.type != "onehot" and "integer" not in declaration.type:
        for place, number in entries(value):
            yield Coordinate(declaration.name, place, declaration.type, number)


def entries(value: Value, place: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], float]]:
    """The numbers of a value with their places, from 0."""
    if isinstance(value, tuple):
        for number, part in enumerate(value):
            yield from entries(part, (*place, number))
    else:
        yield place, _float(value)


def _float(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]
    except OverflowError:
        return float("nan")


class Sections:
    """The tapes of a goal, laid out once for all of its sections through one point."""

    def __init__(self, goal: Goal, point: Point) -> None:
        self.goal, self.point = goal, point
        integers = integer_names(goal)
        self.sides = tape((goal.left, goal.right), goal.indices, integers)
        self.hypotheses = [
            (h.relation.op, laid)
            for h in goal.hypotheses
            if (laid := tape((h.relation.left, h.relation.right), (*goal.indices, *h.quantified), integers))
        ]
        self.arrays = {name: np.array(floats(value), dtype=float) for name, value in point.values.items()}
        self.free: tuple[Any, ...] = (slice(None), *(point.indices[str(i.name)] - 1 for i in goal.indices))

    def along(self, coordinate: Coordinate, width: float) -> Section | None:
        """The section within ``width`` of the point; None where it would take too long."""
        low, high = coordinate.range(width, self._room(coordinate))
        places = np.unique(np.append(np.linspace(low, high, STEPS + 1), coordinate.value))
        if self.sides is None or not np.isfinite(places).all() or not self._is_small():
            return None
        points = Points(self.point.dimensions, self._moved(coordinate, places), len(places))
        left, right = (side[self.free] for side in evaluate(self.sides, points))
        admissible = self._admissible(points)
        return Section(coordinate, places, _masked(left, admissible), _masked(right, admissible))

    def _room(self, coordinate: Coordinate) -> float:
        if coordinate.against is None:
            return 0.0
        array = self.arrays[coordinate.name]
        return float(array[coordinate.place] + array[coordinate.against])

    def _moved(self, coordinate: Coordinate, places: Array) -> Mapping[str, Array]:
        repeated = {name: np.repeat(array[np.newaxis], len(places), 0) for name, array in self.arrays.items()}
        array = repeated[coordinate.name]
        if coordinate.against is not None:
            array[_column(coordinate.against)] = self._room(coordinate) - places
        array[_column(coordinate.place)] = places
        return repeated

    def _is_small(self) -> bool:
        tapes = [laid for laid in (self.sides, *(laid for _, laid in self.hypotheses)) if laid is not None]
        return all(is_small(laid, self.point.dimensions, STEPS) for laid in tapes)

    def _admissible(self, points: Points) -> Array:
        admissible = np.ones(points.count, dtype=bool)
        for op, laid in self.hypotheses:
            found = holds(op, *evaluate(laid, points))[self.free]
            admissible &= found.all(axis=tuple(range(1, found.ndim)))
        return admissible


def _column(place: tuple[int, ...]) -> tuple[Any, ...]:
    return (slice(None), *place)


def is_small(laid: Tape, dimensions: Mapping[str, int], count: int) -> bool:
    """Whether so many points take no longer than a picture is worth."""
    return laid.cells(dimensions) * len(laid.steps) * count <= MOST_WORK


def floats(value: Value) -> object:
    """The value in float64, nested as it is."""
    return [floats(v) for v in value] if isinstance(value, tuple) else _float(value)


def runs(places: Array, side: Array) -> Iterator[tuple[tuple[float, float], ...]]:
    """The stretches without a missing value."""
    run: list[tuple[float, float]] = []
    for x, y in zip(places, side, strict=True):
        if np.isfinite(y):
            run.append((float(x), float(y)))
        elif run:
            yield tuple(run)
            run = []
    if run:
        yield tuple(run)


def told(point: Point) -> str:
    """A point in a few words, without what would make them many."""
    parts = [f"{name} = {size}" for name, size in point.dimensions.items()]
    parts += [f"{show(Variable(name))} = {_short(value)}" for name, value in point.values.items()]
    parts += [f"{name} = {number}" for name, number in point.indices.items()]
    return ", ".join(part for part in parts if len(part) <= LONGEST)


def _short(value: Value) -> str:
    return f"({', '.join(map(_short, value))})" if isinstance(value, tuple) else str(value)


def _masked(side: Array, admissible: Array) -> Array:
    masked: Array = np.where(admissible, side, np.nan)
    return masked
