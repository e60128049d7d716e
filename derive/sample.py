"""Points that satisfy the hypotheses of a goal, made rather than hoped for; exact, and the same on every machine.

Every variable has a palette of rationals, filtered by its type and by the hypotheses that speak of it alone. Batches
are drawn from the palettes, simplest points first: zeros, ones, ties, one-hot and distinct entries, small integers,
fractions, extremes. What the other hypotheses ask of a point is then solved, along a coordinate, a scale or a shift.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, product

import numpy as np

from derive.claim import Declaration, Goal, Hypothesis
from derive.evaluate import Array, Point, Points, integer_names, is_integer_type
from derive.term import (
    Apply,
    Binary,
    Component,
    Delta,
    Index,
    Neg,
    Number,
    Reduce,
    Term,
    Variable,
    own_indices,
    subterms,
)
from derive.verdict import Value

Cell = tuple[str, tuple[int, ...]]
"""A scalar variable ``(name, ())`` or a component ``(name, coordinates from 1)``."""

_SMALL = 12  # how many of a palette's first values most points are drawn from
_ROWS = 24
_ROWS_WITHOUT_DIMENSIONS = 192
_LARGEST_DIMENSION = 2000
_LARGER = (7, 8, 9, 10, 12, 16, 20, 32, 50, 100)  # where the hypotheses exclude the small dimensions


@dataclass(frozen=True, slots=True)
class Sample:
    """A batch of exact points of equal shape: of every variable the numerators and denominators.

    Shapes: ``(count, *dimensions of the variable)``, integers.
    """

    dimensions: Mapping[str, int]
    numerators: Mapping[str, Array]
    denominators: Mapping[str, Array]
    count: int

    def points(self) -> Points:
        """The same points in float64."""
        values = {
            name: np.asarray(top / self.denominators[name], dtype=float) for name, top in self.numerators.items()
        }
        return Points(self.dimensions, values, self.count)

    def point(self, row: int, indices: Mapping[str, int]) -> Point:
        """One exact point, with values for the free indices."""
        values = {name: _nested(top[row], self.denominators[name][row]) for name, top in self.numerators.items()}
        return Point(self.dimensions, values, indices)


def sample(goal: Goal, room: Callable[[Mapping[str, int]], int]) -> Iterator[Sample]:
    """Batches of points that are meant to satisfy the hypotheses, smallest dimensions first.

    ``room`` says how many points of given dimensions the caller can take; dimensions with room for none are left out.
    Points are not certified: the caller decides every hypothesis again.
    """
    plan = _plan(goal)
    for dimensions in _dimension_choices(plan):
        count = min(_ROWS if plan.structural else _ROWS_WITHOUT_DIMENSIONS, room(dimensions))
        indices = _index_choices(plan, dimensions) if count > 0 else ()
        if indices:
            drawn = _draw(plan, dimensions, count)
            yield _repaired(plan, drawn, indices) if plan.relational else drawn


def _nested(top: Array, bottom: Array) -> Value:
    if np.ndim(top) == 0:
        return Fraction(int(top), int(bottom))
    return tuple(_nested(t, b) for t, b in zip(top, bottom, strict=True))


# What is drawn: palettes, and which hypothesis is met where.


@dataclass(frozen=True, slots=True)
class _Plan:
    """A goal prepared for drawing: its variables with their palettes, and the hypotheses sorted by what they bind."""

    goal: Goal
    structural: tuple[str, ...]
    variables: tuple[Declaration, ...]
    palettes: Mapping[str, tuple[Fraction, ...]]
    of_dimensions: tuple[Hypothesis, ...]
    of_indices: tuple[Hypothesis, ...]
    relational: tuple[Hypothesis, ...]
    literals: tuple[Fraction, ...]
    integers: frozenset[str]
    seed: int


def _plan(goal: Goal) -> _Plan:
    structural = _structural(goal)
    variables = tuple(d for d in goal.declarations if d.name not in structural and d.type != "index")
    literals = _literals(goal)
    integers = integer_names(goal)
    mentioned = [(h, _mentioned(h)) for h in goal.hypotheses]
    names = {d.name for d in variables}
    free = {str(i.name) for i in goal.indices}
    of_dimensions = tuple(h for h, used in mentioned if not used & (names | free))
    of_indices = tuple(h for h, used in mentioned if used & free and not used & names)
    palettes, relational = {}, [h for h, used in mentioned if len(used & names) > 1]
    for d in variables:
        alone = [h for h, used in mentioned if used & names == {d.name}]
        entrywise = [h for h in alone if not _speaks_of_more(h, d, free | set(structural))]
        palettes[d.name], unmet = _palette(d, literals, entrywise, integers)
        relational += [h for h in alone if h not in entrywise or h in unmet]
    seed = zlib.crc32(repr([(d.name, d.type, d.dimensions) for d in variables]).encode())
    return _Plan(
        goal,
        structural,
        variables,
        palettes,
        of_dimensions,
        of_indices,
        tuple(relational),
        literals,
        integers,
        seed,
    )


def _terms(goal: Goal) -> Iterator[Term]:
    yield goal.left
    yield goal.right
    for h in goal.hypotheses:
        yield h.relation.left
        yield h.relation.right


def _structural(goal: Goal) -> tuple[str, ...]:
    """The dimensions that give something its shape; any other is a number like the rest."""
    used = {i.dimension for i in goal.indices} | {d for v in goal.declarations for d in v.dimensions}
    for node in chain.from_iterable(map(subterms, _terms(goal))):
        used.update(i.dimension for i in own_indices(node))
        if isinstance(node, Reduce):
            used.add(node.index.dimension)
    return tuple(d for d in goal.dimensions if d in used)


def _literals(goal: Goal) -> tuple[Fraction, ...]:
    """The numbers that the goal itself speaks of, smallest first, a few at most."""
    found = {n.value for t in _terms(goal) for n in subterms(t) if isinstance(n, Number)}
    short = (v for v in found if max(abs(v.numerator), v.denominator) < 10**12)
    return tuple(sorted(short, key=lambda v: (abs(v), v)))[:12]


def _mentioned(hypothesis: Hypothesis) -> set[str]:
    """Names of variables, dimensions as numbers, and free indices."""
    bound = {str(i.name) for i in hypothesis.quantified}
    names: set[str] = set()
    for node in (*subterms(hypothesis.relation.left), *subterms(hypothesis.relation.right)):
        if isinstance(node, Variable):
            names.add(node.name)
        if isinstance(node, Component):
            names.add(node.array)
        if isinstance(node, Reduce):
            bound.add(str(node.index.name))
        names.update(f"{i.name}" for i in own_indices(node))
    return names - bound


def _speaks_of_more(hypothesis: Hypothesis, variable: Declaration, others: set[str]) -> bool:
    """Whether a hypothesis about one variable speaks of more than one entry at a time."""
    nodes = (*subterms(hypothesis.relation.left), *subterms(hypothesis.relation.right))
    places = {n.indices for n in nodes if isinstance(n, Component)}
    whole = {i.name for i in hypothesis.quantified}
    mixed = any(isinstance(n, Reduce) for n in nodes) or bool(_mentioned(hypothesis) & others)
    return mixed or len(places) > 1 or any({i.name for i in p} - whole or len(set(p)) < len(p) for p in places)


_PLAIN = "0 1 -1 2 -2 1/2 -1/2 3 -3 1/3 3/2 -3/2 -1/3 2/3 4 -4 5 -5 1/4 3/4 -3/4 6 7/5 10 -10 1/10 -1/10 9/10"
_EXTREME = "40 -40 100 -100 1000 -1000 1/1000000 -1/1000000"
_COMMON = tuple(map(Fraction, _PLAIN.split()))
_LAST = tuple(map(Fraction, _EXTREME.split()))
_NATURAL = tuple(map(Fraction, (*range(1, 13), 16, 20, 25, 32, 50, 64, 100, 1000, 10**6)))

_OF_TYPE: dict[str, Callable[[Fraction], bool]] = {
    "real": lambda v: True,
    "positive": lambda v: v > 0,
    "negative": lambda v: v < 0,
    "nonnegative": lambda v: v >= 0,
    "nonzero": lambda v: v != 0,
    "integer": lambda v: v.denominator == 1,
    "positive integer": lambda v: v.denominator == 1 and v > 0,
    "nonnegative integer": lambda v: v.denominator == 1 and v >= 0,
    "simplex": lambda v: 0 <= v <= 1,
    "onehot": lambda v: v in (0, 1),
}


def has_type(declaration: Declaration, value: Value) -> bool:
    """Whether an exact value is one of the declared type, shapes aside."""
    entries = tuple(_entries(value))
    whole = declaration.type not in ("onehot", "simplex") or sum(entries) == 1
    return whole and all(map(_OF_TYPE[declaration.type], entries))


def _entries(value: Value) -> Iterator[Fraction]:
    if isinstance(value, tuple):
        yield from chain.from_iterable(map(_entries, value))
    else:
        yield value


def _palette(
    variable: Declaration, literals: tuple[Fraction, ...], hypotheses: list[Hypothesis], integers: frozenset[str]
) -> tuple[tuple[Fraction, ...], list[Hypothesis]]:
    """The values that a variable is drawn from, and the hypotheses that no value of it meets."""
    near = _near(literals)
    wanted = _NATURAL if variable.type == "positive integer" else ()
    allowed = _OF_TYPE[variable.type]
    values = tuple(dict.fromkeys(v for v in (*_COMMON[:8], *near, *_COMMON[8:], *_LAST, *wanted) if allowed(v)))
    unmet: list[Hypothesis] = []
    for h in hypotheses:
        met = tuple(v for v in values if _entry_meets(h, variable.name, v, integers))
        values, unmet = (met, unmet) if met else (values, [*unmet, h])
    return values, unmet


def _near(literals: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    """The literals, what lies next to them and between them."""
    far = [v for v in literals if abs(v) > 2 or v.denominator > 1]
    steps = (Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 2))
    between = ((a + b) / 2 for a in literals for b in literals if a < b)
    return (*(v + s for v in far for s in steps), *(-v for v in far), *between)


def _entry_meets(hypothesis: Hypothesis, name: str, value: Fraction, integers: frozenset[str]) -> bool:
    """Whether a value, as any entry of the variable, meets a hypothesis about entries; what is not rational may."""
    everywhere = _Everywhere(name, value)
    scope = {str(i.name): 1 for i in hypothesis.quantified}
    return _instance_holds(hypothesis, everywhere, {}, scope, integers) is not False


class _Everywhere(dict[Cell, Fraction]):
    """Every component of one array has the same value."""

    def __init__(self, name: str, value: Fraction) -> None:
        super().__init__()
        self.name, self.value = name, value

    def __missing__(self, cell: Cell) -> Fraction:
        return self.value


# Dimensions and indices.


def _dimension_choices(plan: _Plan) -> Iterator[dict[str, int]]:
    names = plan.structural
    near = {int(v) + s for v in plan.literals if v.denominator == 1 for s in (-1, 0, 1)}
    hinted = sorted(v for v in near if 6 < v <= _LARGEST_DIMENSION)
    few = sum(1 for s in _shapes(len(names)) if _dimensions_meet(plan, s)) < 3
    larger = sorted({*hinted, *(_LARGER if few else ())})
    one_large = ((*(2,) * k, v, *(2,) * (len(names) - k - 1)) for v in larger for k in range(len(names)))
    all_large = ((v,) * len(names) for v in larger)
    for sizes in dict.fromkeys((*_shapes(len(names)), *one_large, *all_large)):
        if _dimensions_meet(plan, sizes):
            yield dict(zip(names, sizes, strict=True))


def _shapes(rank: int) -> tuple[tuple[int, ...], ...]:
    """Sizes for so many dimensions, small and square first, then rectangular."""
    if rank == 0:
        return ((),)
    if rank == 1:
        return tuple((n,) for n in range(1, 7))
    if rank == 2:
        small = ((1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1), (2, 3), (3, 2), (3, 3))
        return (*small, (4, 2), (2, 5), (6, 3), (3, 6), (4, 4))
    twos = [tuple(1 if j == k else 2 for j in range(rank)) for k in range(rank)]
    threes = [tuple(3 if j == k else 2 for j in range(rank)) for k in range(rank)]
    steps = [tuple(2 + (j + k) % rank for j in range(rank)) for k in range(rank)]
    return ((1,) * rank, *twos, (2,) * rank, *threes, *steps, (3,) * rank)


def _dimensions_meet(plan: _Plan, sizes: tuple[int, ...]) -> bool:
    dimensions = dict(zip(plan.structural, sizes, strict=True))
    return all(_holds(h, {}, dimensions, {}, plan.integers) is not False for h in plan.of_dimensions)


def _index_choices(plan: _Plan, dimensions: Mapping[str, int]) -> tuple[dict[str, int], ...]:
    """The values of the free indices that the hypotheses about indices allow, a hundred at most."""
    names = [str(i.name) for i in plan.goal.indices]
    ranges = [range(1, min(_size(i.dimension, dimensions), 6) + 1) for i in plan.goal.indices]
    every = (dict(zip(names, chosen, strict=True)) for chosen in product(*ranges))
    allowed = (
        c for c in every if all(_holds(h, {}, dimensions, c, plan.integers) is not False for h in plan.of_indices)
    )
    return tuple(c for c, _ in zip(allowed, range(100), strict=False))


def _size(dimension: str, dimensions: Mapping[str, int]) -> int:
    return int(dimension) if dimension.isdigit() else dimensions[dimension]


# Drawing a batch.


def _draw(plan: _Plan, dimensions: Mapping[str, int], count: int) -> Sample:
    random = np.random.Generator(np.random.PCG64(plan.seed + sum(dimensions.values())))
    tops, bottoms = {}, {}
    scalars = [d.name for d in plan.variables if not d.dimensions]
    for position, d in enumerate(plan.variables):
        shape = tuple(_size(s, dimensions) for s in d.dimensions)
        if d.type == "onehot":
            top, bottom = _one_hot(shape, count, position, random)
        elif d.type == "simplex":
            top, bottom = _simplex(shape, count, position, random)
        else:
            palette = plan.palettes[d.name]
            chosen = (
                _array_choice(shape, count, len(palette), position, random)
                if shape
                else _scalar_choice(count, len(palette), scalars.index(d.name), len(scalars), random)
            )
            top, bottom = (_picked(palette, chosen, part) for part in ("numerator", "denominator"))
        tops[d.name], bottoms[d.name] = top, bottom
    return Sample(dimensions, tops, bottoms, count)


def _picked(palette: tuple[Fraction, ...], chosen: Array, part: str) -> Array:
    return np.array([getattr(v, part) for v in palette], dtype=np.int64)[chosen]


def _scalar_choice(count: int, length: int, position: int, scalars: int, random: np.random.Generator) -> Array:
    """Half of the points on a grid of the first values, the rest at random; a lone scalar takes every value first."""
    rows = np.arange(count)
    base = max(2, int((count / 2) ** (1 / scalars))) if scalars > 1 else length
    grid = rows // base**position % min(base, length)
    on_grid = rows < (min(base, length) ** scalars if scalars < 6 else 0)
    near = random.integers(0, min(_SMALL, length), count)
    wide = random.integers(0, length, count)
    return np.where(on_grid, grid, np.where(rows % 3 == 0, wide, near))


def _array_choice(
    shape: tuple[int, ...], count: int, length: int, position: int, random: np.random.Generator
) -> Array:
    """Entries all equal, one apart, all different, tied; then at random, small for the most part."""
    size = math.prod(shape)
    chosen = random.integers(0, min(_SMALL, length), (count, size))
    wide = 3 * count // 4
    chosen[wide:] = random.integers(0, length, (count - wide, size))
    other = min(1, length - 1)
    one = np.zeros(size, dtype=int)
    one[0 if position % 2 == 0 else -1] = other
    patterns = (
        np.zeros(size, dtype=int),
        np.full(size, other),
        one,
        (np.arange(size) + position) % min(_SMALL, length),
        one[::-1],
        (np.arange(size) // 2 + position) % min(4, length),
    )
    for row, pattern in zip(range(count), patterns, strict=False):
        chosen[row] = pattern
    return chosen.reshape((count, *shape))


def _one_hot(shape: tuple[int, ...], count: int, position: int, random: np.random.Generator) -> tuple[Array, Array]:
    size, rows = math.prod(shape), np.arange(count)
    hot = np.where(rows < size**2, rows // size ** (position % 2) % size, random.integers(0, size, count))
    top = np.asarray(np.arange(size) == hot[:, None], dtype=np.int64)
    return top.reshape((count, *shape)), np.ones((count, *shape), dtype=np.int64)


def _simplex(shape: tuple[int, ...], count: int, position: int, random: np.random.Generator) -> tuple[Array, Array]:
    """Uniform, a vertex, a face, then weights at random, some of them zero."""
    size, rows = math.prod(shape), np.arange(count)[:, None]
    weights = random.integers(1, 6, (count, size))
    weights[random.random((count, size)) < np.where(rows % 3 == 2, 0.4, 0.0)] = 0
    places = np.arange(size)
    patterns = (np.ones(size), places == position % size, places == size - 1 - position % size, places < 2)
    for row, pattern in zip(range(count), patterns, strict=False):
        weights[row] = pattern
    weights[weights.sum(1) == 0, 0] = 1
    bottom = np.broadcast_to(weights.sum(1, keepdims=True), (count, size))
    return weights.reshape((count, *shape)), bottom.reshape((count, *shape))


# Meeting the hypotheses between variables, exactly.


def _repaired(plan: _Plan, drawn: Sample, indices: tuple[dict[str, int], ...]) -> Sample:
    """The points of a batch, each moved until it meets the hypotheses at one choice of the free indices."""
    rows = []
    for row in range(drawn.count):
        cells = _cells(drawn, row)
        met = _Repair(plan, drawn.dimensions, indices[row % len(indices)], row).meet(cells)
        if met is not None:
            rows.append(met)
    return _sample(plan, drawn.dimensions, rows)


def _cells(drawn: Sample, row: int) -> dict[Cell, Fraction]:
    cells: dict[Cell, Fraction] = {}
    for name, top in drawn.numerators.items():
        bottom = drawn.denominators[name]
        for place in np.ndindex(top.shape[1:]):
            value = Fraction(int(top[(row, *place)]), int(bottom[(row, *place)]))
            cells[name, tuple(p + 1 for p in place)] = value
    return cells


def _sample(plan: _Plan, dimensions: Mapping[str, int], rows: list[dict[Cell, Fraction]]) -> Sample:
    tops, bottoms = {}, {}
    for d in plan.variables:
        shape = (len(rows), *(_size(s, dimensions) for s in d.dimensions))
        values = [v for cells in rows for cell, v in cells.items() if cell[0] == d.name]
        tops[d.name], bottoms[d.name] = (_objects(values, part, shape) for part in ("numerator", "denominator"))
    return Sample(dimensions, tops, bottoms, len(rows))


def _objects(values: list[Fraction], part: str, shape: tuple[int, ...]) -> Array:
    return np.array([getattr(v, part) for v in values], dtype=object).reshape(shape)


_Instance = tuple[Hypothesis, dict[str, int]]
_MOST_INSTANCES = 64
_MOST_CHECKS = 3000


class _Repair:
    """Moves one point until it meets the hypotheses: one that is not met at a time, never at the cost of another."""

    def __init__(self, plan: _Plan, dimensions: Mapping[str, int], indices: Mapping[str, int], turn: int) -> None:
        self.plan, self.dimensions, self.turn, self.checks = plan, dimensions, turn, 0
        self.types = {d.name: _OF_TYPE[d.type] for d in plan.variables}
        self.whole = {d.name for d in plan.variables if d.type in ("onehot", "simplex")}
        instances = (i for h in plan.relational for i in _instances(h, dimensions, indices))
        self.instances = [i for i, _ in zip(instances, range(_MOST_INSTANCES), strict=False)]

    def meet(self, cells: dict[Cell, Fraction]) -> dict[Cell, Fraction] | None:
        unmet = self.unmet(cells)
        while unmet:
            better = self.improved(cells, unmet)
            if better is None:
                return None
            cells, unmet = better
        return cells

    def improved(
        self, cells: dict[Cell, Fraction], unmet: list[_Instance]
    ) -> tuple[dict[Cell, Fraction], list[_Instance]] | None:
        for moved in self.moves(cells, unmet[0]):
            if self.checks > _MOST_CHECKS:
                return None
            if self.typed(moved):
                left = self.unmet(moved)
                if len(left) < len(unmet):
                    return moved, left
        return None

    def unmet(self, cells: dict[Cell, Fraction]) -> list[_Instance]:
        self.checks += len(self.instances)
        return [
            (h, scope)
            for h, scope in self.instances
            if _instance_holds(h, cells, self.dimensions, scope, self.plan.integers) is False
        ]

    def typed(self, cells: dict[Cell, Fraction]) -> bool:
        if not all(self.types[name](value) for (name, _), value in cells.items()):
            return False
        return all(sum(v for (n, _), v in cells.items() if n == name) == 1 for name in self.whole)

    def moves(self, cells: dict[Cell, Fraction], instance: _Instance) -> Iterator[dict[Cell, Fraction]]:
        """Other points, at which the instance may hold: along lines, by other values, by known shapes of arrays."""
        names = _mentioned(instance[0])
        touched = [cell for cell in cells if cell[0] in names and cell[0] not in self.whole]
        turn = self.turn % len(touched) if touched else 0
        ordered = [*touched[turn:], *touched[:turn]][::-1]
        if instance[0].relation.op == "==":
            for direction in chain(({c: Fraction(1)} for c in ordered), _wide_directions(cells, ordered)):
                yield from self.along(cells, direction, instance)
        for cell in ordered:
            for value in self.plan.palettes[cell[0]][:_SMALL]:
                yield {**cells, cell: value}
        yield from self.shaped(cells, ordered)

    def along(
        self, cells: dict[Cell, Fraction], direction: dict[Cell, Fraction], instance: _Instance
    ) -> Iterator[dict[Cell, Fraction]]:
        """The rational points on a line at which an equation holds, where it is a quadratic or less along it."""

        def moved(s: Fraction) -> dict[Cell, Fraction]:
            return {**cells, **{cell: cells[cell] + s * d for cell, d in direction.items()}}

        h, scope = instance
        self.checks += 4
        gaps = []
        for s in range(4):
            gap = _gap(h, moved(Fraction(s)), self.dimensions, scope, self.plan.integers)
            if gap is None:
                return
            gaps.append(gap)
        yield from map(moved, _roots(gaps))

    def shaped(self, cells: dict[Cell, Fraction], touched: list[Cell]) -> Iterator[dict[Cell, Fraction]]:
        for name in dict.fromkeys(name for name, place in touched if place):
            places = [place for n, place in touched if n == name]
            for entries in _known_shapes(max(places), self.turn):
                yield {**cells, **{(name, place): entries(place) for place in places}}
        if all(not place for _, place in touched) and len(touched) > 1:
            for value in map(Fraction, ("3/5", "4/5", "5/13", "-3/5")):
                first, second = touched[-1], touched[0]
                yield {**cells, first: value, second: _other_leg(value)}


def _other_leg(value: Fraction) -> Fraction:
    return {Fraction(5, 13): Fraction(12, 13), Fraction(4, 5): Fraction(3, 5)}.get(value, Fraction(4, 5))


def _wide_directions(cells: dict[Cell, Fraction], touched: list[Cell]) -> Iterator[dict[Cell, Fraction]]:
    """Scaling and shifting a whole array."""
    for name in dict.fromkeys(name for name, place in touched if place):
        own = [cell for cell in touched if cell[0] == name]
        yield {cell: cells[cell] for cell in own}
        yield {cell: Fraction(1) for cell in own}


def _known_shapes(size: tuple[int, ...], turn: int) -> Iterator[Callable[[tuple[int, ...]], Fraction]]:
    """Entries by place: unit vectors; reflections, permutations and the identity."""
    n = size[0]
    ones = [1 + (turn + k) % 3 for k in range(n)]
    if len(size) == 1:
        # The stereographic image of small integers: a rational point of the unit sphere.
        square = sum(v * v for v in ones[1:])
        yield lambda p: Fraction(1 - square, 1 + square) if p[0] == 1 else Fraction(2 * ones[p[0] - 1], 1 + square)
        yield lambda p: Fraction(int(p[0] == 1 + turn % n))
    if len(size) == 2:
        norm = sum(v * v for v in ones)
        yield lambda p: Fraction(int(p[0] == p[1])) - Fraction(2 * ones[p[0] - 1] * ones[(p[1] - 1) % n], norm)
        yield lambda p: Fraction(int((p[0] + turn) % size[1] == p[1] % size[1]))
        yield lambda p: Fraction(int(p[0] == p[1]))


def _roots(gaps: list[Fraction]) -> list[Fraction]:
    """The rational roots of the polynomial of degree 1 or 2 with these values at 0, 1, 2, 3, if it is one."""
    c = gaps[0]
    a = (gaps[2] - 2 * gaps[1] + c) / 2
    b = gaps[1] - c - a
    if 9 * a + 3 * b + c != gaps[3]:
        return []
    if a == 0:
        return [-c / b] if b else []
    root = _square_root(b * b - 4 * a * c)
    return [] if root is None else [(-b + root) / (2 * a), (-b - root) / (2 * a)]


def _square_root(value: Fraction) -> Fraction | None:
    if value < 0:
        return None
    root = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
    return root if root * root == value else None


def _instances(h: Hypothesis, dimensions: Mapping[str, int], indices: Mapping[str, int]) -> Iterator[_Instance]:
    ranges = (range(1, _size(i.dimension, dimensions) + 1) for i in h.quantified)
    for chosen in product(*ranges):
        yield h, {**indices, **{str(i.name): k for i, k in zip(h.quantified, chosen, strict=True)}}


def _holds(
    h: Hypothesis,
    cells: Mapping[Cell, Fraction],
    dimensions: Mapping[str, int],
    indices: Mapping[str, int],
    integers: frozenset[str],
) -> bool | None:
    """Whether a hypothesis holds for all of its own indices; None where that is not a matter of rationals."""
    results = {_instance_holds(*i[:1], cells, dimensions, i[1], integers) for i in _instances(h, dimensions, indices)}
    return False if False in results else None if None in results else True


def _instance_holds(
    h: Hypothesis,
    cells: Mapping[Cell, Fraction],
    dimensions: Mapping[str, int],
    scope: Mapping[str, int],
    integers: frozenset[str],
) -> bool | None:
    try:
        exact = _Exact(cells, dimensions, integers)
        left, right = exact.value(h.relation.left, scope), exact.value(h.relation.right, scope)
    except ZeroDivisionError:
        return False
    except _Irrational:
        return None
    return _COMPARE[h.relation.op](left, right)


def _gap(
    h: Hypothesis,
    cells: Mapping[Cell, Fraction],
    dimensions: Mapping[str, int],
    scope: Mapping[str, int],
    integers: frozenset[str],
) -> Fraction | None:
    try:
        exact = _Exact(cells, dimensions, integers)
        return exact.value(h.relation.left, scope) - exact.value(h.relation.right, scope)
    except (ZeroDivisionError, _Irrational):
        return None


class _Irrational(Exception):
    """A term that is not a matter of short rational arithmetic."""


@dataclass(frozen=True, slots=True)
class _Exact:
    """The rational value of a hypothesis' term at one point; ZeroDivisionError where it is undefined."""

    cells: Mapping[Cell, Fraction]
    dimensions: Mapping[str, int]
    integers: frozenset[str]

    def value(self, term: Term, scope: Mapping[str, int]) -> Fraction:
        match term:
            case Number(value):
                return value
            case Variable(name):
                return Fraction(self.dimensions[name]) if name in self.dimensions else self.cells[name, ()]
            case Component(array, indices):
                return self.cells[array, tuple(self.place(i, scope) for i in indices)]
            case Delta(left, right):
                return Fraction(int(self.place(left, scope) == self.place(right, scope)))
            case Neg(operand):
                return -self.value(operand, scope)
            case Binary(op, left, right):
                return self.binary(op, self.value(left, scope), self.value(right, scope), right)
            case Apply(name, args) if name in _RATIONAL:
                return Fraction(_RATIONAL[name](*(self.value(a, scope) for a in args)))
            case Reduce(kind, body, index, excluded):
                out = {self.place(j, scope) for j in excluded}
                numbers = range(1, _size(index.dimension, self.dimensions) + 1)
                parts = [self.value(body, {**scope, str(index.name): k}) for k in numbers if k not in out]
                return Fraction(_REDUCE[kind](parts))
            case _:
                raise _Irrational

    def place(self, index: Index, scope: Mapping[str, int]) -> int:
        place = index.name if isinstance(index.name, int) else scope[index.name]
        if index.dimension in self.dimensions and place > self.dimensions[index.dimension]:
            raise ZeroDivisionError
        return place

    def binary(self, op: str, a: Fraction, b: Fraction, exponent: Term) -> Fraction:
        match op:
            case "+":
                return a + b
            case "-":
                return a - b
            case "*":
                return a * b
            case "/":
                return a / b
        if not is_integer_type(exponent, self.integers) or abs(b) > 64:
            raise _Irrational
        return Fraction(a ** int(b))


def _extreme(choose: Callable[[list[Fraction]], Fraction]) -> Callable[[list[Fraction]], Fraction]:
    def chosen(parts: list[Fraction]) -> Fraction:
        if not parts:
            raise ZeroDivisionError
        return choose(parts)

    return chosen


def _exact_root(value: Fraction) -> Fraction:
    root = _square_root(value)
    if root is None:
        raise _Irrational
    return root


_COMPARE: dict[str, Callable[[Fraction, Fraction], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
_RATIONAL: dict[str, Callable[..., Fraction | int]] = {
    "Abs": abs,
    "sign": lambda v: (v > 0) - (v < 0),
    "Max": max,
    "Min": min,
    "floor": math.floor,
    "ceiling": math.ceil,
    "sqrt": _exact_root,
}
_REDUCE: dict[str, Callable[[list[Fraction]], Fraction | int]] = {
    "Sum": sum,
    "Product": math.prod,
    "Max": _extreme(max),
    "Min": _extreme(min),
}
