"""Move points until they meet the hypotheses that bind several entries at once; exactly, in bounded work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import chain, islice, product

import numpy as np
from flint import fmpq

from derive.evaluate import Array
from derive.sample.draw import Sample
from derive.sample.plan import OF_TYPE, Plan
from derive.sample.rational import Cell, Instance, Place, instances, rational, root

_MOST_INSTANCES = 100
_MOST_WORK_A_POINT = 3_000  # entries looked at
_MOST_WORK_A_BATCH = 8_000
_MOST_BITS = 500
_MOST_CELLS = 8  # coordinates tried for one instance
_FEW_VALUES = 10

Changes = dict[Cell, fmpq]


class Repair:
    """Meets the hypotheses of a plan at given dimensions: one that fails at a time, never at the cost of another."""

    def __init__(self, plan: Plan, dimensions: Mapping[str, int], indices: tuple[dict[str, int], ...]) -> None:
        self.plan = plan
        self.place = Place(dimensions, plan.integers)
        self.indices = indices
        self.work = 0
        self._types = {d.name: d.type for d in plan.variables}
        self._shapes_first = False
        self._instances: dict[int, list[tuple[Instance, frozenset[Cell]]]] = {}

    def repaired(self, drawn: Sample) -> Sample:
        """The points of a batch, each moved to meet the hypotheses at one choice of the free indices, or left out."""
        rows = []
        for row in range(drawn.count):
            cells = _cells(drawn, row)
            if self.work > _MOST_WORK_A_BATCH:
                break
            if self._meet(cells, row):
                rows.append(cells)
        return self._sample(rows)

    def _bound(self, row: int) -> list[tuple[Instance, frozenset[Cell]]]:
        """The instances at a row's choice of the free indices, with the entries that each speaks of."""
        turn = row % len(self.indices)
        if turn not in self._instances:
            every = (i for h in self.plan.relational for i in instances(h, self.place, self.indices[turn]))
            self._instances[turn] = [(i, i.cells(self.place)) for i in islice(every, _MOST_INSTANCES)]
        return self._instances[turn]

    def _meet(self, cells: Changes, row: int) -> bool:
        """Change the cells until nothing fails; False where that does not succeed."""
        bound, limit = self._bound(row), self.work + _MOST_WORK_A_POINT
        failing = self._failing(cells, bound, set(range(len(bound))))
        while failing:
            for changes, is_shape in self._moves(cells, *bound[min(failing)], row):
                left = self._after(cells, changes, bound, failing)
                if left is not None and len(left) < len(failing):
                    cells.update(changes)
                    failing = left
                    self._shapes_first |= is_shape
                    break
                if self.work > limit:
                    return False
            else:
                return False
        return True

    def _failing(
        self, cells: Mapping[Cell, fmpq], bound: list[tuple[Instance, frozenset[Cell]]], numbers: set[int]
    ) -> set[int]:
        self.work += sum(1 + len(bound[k][1]) for k in numbers)
        return {k for k in numbers if bound[k][0].holds(cells, self.place) is False}

    def _after(
        self, cells: Changes, changes: Changes, bound: list[tuple[Instance, frozenset[Cell]]], failing: set[int]
    ) -> set[int] | None:
        """What fails after the changes; None where an entry loses its type or grows beyond what floats hold."""
        for (name, _), value in changes.items():
            if not OF_TYPE[self._types[name]](value) or value.height_bits() > _MOST_BITS:
                return None
        concerned = {k for k, (_, own) in enumerate(bound) if not own.isdisjoint(changes)}
        return (failing - concerned) | self._failing({**cells, **changes}, bound, concerned)

    def _moves(
        self, cells: Changes, instance: Instance, own: frozenset[Cell], row: int
    ) -> Iterator[tuple[Changes, bool]]:
        """Changes after which the instance may hold, and whether they put an array into a known shape."""
        free = sorted((c for c in own if self._types[c[0]] not in ("onehot", "simplex")), reverse=True)
        turn = row % len(free) if free else 0
        free = [*free[turn:], *free[:turn]]
        small = ((changes, False) for changes in self._small_moves(cells, instance, free))
        shapes = ((changes, True) for changes in _shaped(cells, free, row))
        yield from chain(shapes, small) if self._shapes_first else chain(small, shapes)

    def _small_moves(self, cells: Changes, instance: Instance, free: list[Cell]) -> Iterator[Changes]:
        if instance.hypothesis.relation.op == "==":
            for direction in self._directions(cells, free):
                self.work += 4 * (1 + len(free))
                yield from self._along(cells, direction, instance)
        for cell in free[:_MOST_CELLS]:
            for value in self.plan.palettes[cell[0]].values[:_FEW_VALUES]:
                yield {cell: rational(value)}

    def _directions(self, cells: Changes, free: list[Cell]) -> Iterator[Changes]:
        """Lines: one coordinate, a scale, a shift; a scale first where entries have a sign to keep."""
        single: list[Changes] = [{cell: fmpq(1)} for cell in free[:_MOST_CELLS]]
        together = [[c for c in free if c[0] == name] for name in dict.fromkeys(name for name, place in free if place)]
        numbers = [c for c in free if not c[1]]
        alike = [*together, numbers] if len(numbers) > 1 else together
        scales: list[Changes] = [{cell: cells[cell] for cell in group} for group in alike]
        shifts: list[Changes] = [{cell: fmpq(1) for cell in group} for group in together]
        signed = all(self._types[name] in ("positive", "negative", "nonnegative") for name, _ in free)
        yield from (*scales, *single, *shifts) if signed else (*single, *scales, *shifts)

    def _along(self, cells: Changes, direction: Changes, instance: Instance) -> Iterator[Changes]:
        """The rational points on a line at which an equation holds, where it is quadratic or less along it."""

        def moved(s: fmpq) -> Changes:
            return {cell: cells[cell] + s * d for cell, d in direction.items()}

        gaps = [instance.gap({**cells, **moved(fmpq(s))}, self.place) for s in range(4)]
        yield from map(moved, _roots([g for g in gaps if g is not None]))

    def _sample(self, rows: list[Changes]) -> Sample:
        tops, bottoms = {}, {}
        for d in self.plan.variables:
            shape = (len(rows), *map(self.place.size, d.dimensions))
            values = [v for cells in rows for cell, v in cells.items() if cell[0] == d.name]
            tops[d.name] = np.array([int(v.p) for v in values], dtype=object).reshape(shape)
            bottoms[d.name] = np.array([int(v.q) for v in values], dtype=object).reshape(shape)
        return Sample(self.place.dimensions, tops, bottoms, len(rows))


def _cells(drawn: Sample, row: int) -> Changes:
    cells: Changes = {}
    for name, top in drawn.numerators.items():
        tops, bottoms = _flat(top[row]), _flat(drawn.denominators[name][row])
        places = product(*(range(1, size + 1) for size in top.shape[1:]))
        for place, p, q in zip(places, tops, bottoms, strict=True):
            cells[name, place] = fmpq(p, q)
    return cells


def _flat(values: Array) -> list[int]:
    numbers: list[int] = np.ravel(values).tolist()
    return numbers


def _roots(gaps: list[fmpq]) -> list[fmpq]:
    """The rational roots of the polynomial of degree 1 or 2 with these values at 0, 1, 2, 3, if it is one."""
    if len(gaps) < 4:
        return []
    c = gaps[0]
    a = (gaps[2] - 2 * gaps[1] + c) / 2
    b = gaps[1] - c - a
    if 9 * a + 3 * b + c != gaps[3]:
        return []
    if a == 0:
        return [-c / b] if b != 0 else []
    square = root(b * b - 4 * a * c)
    return [] if square is None else [(-b + square) / (2 * a), (-b - square) / (2 * a)]


def _shaped(cells: Changes, free: list[Cell], row: int) -> Iterator[Changes]:
    """Whole arrays in shapes that hypotheses like: unit vectors, reflections, permutations, the identity."""
    names = dict.fromkeys(name for name, place in free if place)
    for name in names:
        places = [place for n, place in cells if n == name]
        for entry in _known_shapes(max(places), row):
            yield {(name, place): entry(place) for place in places}
    if not names and len(free) > 1:
        for leg in (Fraction(3, 5), Fraction(4, 5), Fraction(5, 13), Fraction(-3, 5)):
            yield {free[0]: rational(leg), free[1]: root(rational(1 - leg * leg)) or fmpq(0)}


def _known_shapes(size: tuple[int, ...], row: int) -> Iterator[Callable[[tuple[int, ...]], fmpq]]:
    integers = [1 + (row + k) % 3 for k in range(max(size))]
    if len(size) == 1:
        # The stereographic image of small integers: a rational point of the unit sphere.
        square = sum(v * v for v in integers[1 : size[0]])
        yield lambda p: fmpq(1 - square if p[0] == 1 else 2 * integers[p[0] - 1], 1 + square)
        yield lambda p: fmpq(int(p[0] == 1 + row % size[0]))
    if len(size) == 2:
        norm = sum(v * v for v in integers)
        yield lambda p: int(p[0] == p[1]) - fmpq(2 * integers[p[0] - 1] * integers[p[1] - 1], norm)
        yield lambda p: fmpq(int((p[0] + row) % size[1] == p[1] % size[1]))
        yield lambda p: fmpq(int(p[0] == p[1]))
