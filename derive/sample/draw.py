"""Draw a batch of points from the palettes, simplest first, the same on every machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import prod

import numpy as np
from numpy.random import PCG64, Generator

from derive.evaluate import Array, Point, Points
from derive.sample.plan import Plan
from derive.verdict import Value

_SMALL = 12  # how many of a palette's first values most points are drawn from


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


def _nested(top: Array, bottom: Array) -> Value:
    if np.ndim(top) == 0:
        return Fraction(int(top), int(bottom))
    return tuple(_nested(t, b) for t, b in zip(top, bottom, strict=True))


def draw(plan: Plan, dimensions: Mapping[str, int], count: int) -> Sample:
    """So many points of the given dimensions; types hold, hypotheses between variables may not."""
    random = Generator(PCG64(plan.seed + sum(dimensions.values())))
    tops, bottoms = {}, {}
    scalars = [d.name for d in plan.variables if not d.dimensions]
    for position, d in enumerate(plan.variables):
        shape = tuple(int(s) if s.isdigit() else dimensions[s] for s in d.dimensions)
        if d.type in _LABELS:
            top, bottom = _LABELS[d.type](prod(shape), count, position, random)
        else:
            length = len(plan.palettes[d.name])
            chosen = (
                _entries(prod(shape), count, length, position, random)
                if shape
                else _scalars(count, length, scalars.index(d.name), len(scalars), random)
            )
            top, bottom = _picked(plan.palettes[d.name], chosen)
        tops[d.name], bottoms[d.name] = top.reshape((count, *shape)), bottom.reshape((count, *shape))
    return Sample(dimensions, tops, bottoms, count)


def _picked(palette: tuple[Fraction, ...], chosen: Array) -> tuple[Array, Array]:
    tops = np.array([v.numerator for v in palette], dtype=np.int64)
    bottoms = np.array([v.denominator for v in palette], dtype=np.int64)
    return tops[chosen], bottoms[chosen]


def _scalars(count: int, length: int, position: int, scalars: int, random: Generator) -> Array:
    """About half of the points on a grid of the first values, the rest at random; a lone scalar takes every value."""
    rows = np.arange(count)
    base = length if scalars == 1 else min(length, max(2, int((count / 2) ** (1 / scalars))))
    grid = rows // base**position % base if scalars < 6 else rows
    near = random.integers(0, min(_SMALL, length), count)
    wide = random.integers(0, length, count)
    return np.where(rows < base ** min(scalars, 20), grid % length, np.where(rows % 3 == 0, wide, near))


def _entries(size: int, count: int, length: int, position: int, random: Generator) -> Array:
    """Entries all equal, one apart, all different, tied, of two values; then at random, small for the most part."""
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
    sparse = chosen[len(patterns) : len(patterns) + 4]
    sparse[...] = random.integers(0, other + 1, sparse.shape)
    return chosen


def _one_hot(size: int, count: int, position: int, random: Generator) -> tuple[Array, Array]:
    rows = np.arange(count)
    hot = np.where(rows < size**2, rows // size ** (position % 2) % size, random.integers(0, size, count))
    top = np.asarray(np.arange(size) == hot[:, None], dtype=np.int64)
    return top, np.ones_like(top)


def _simplex(size: int, count: int, position: int, random: Generator) -> tuple[Array, Array]:
    """Uniform, two vertices, an edge, then weights at random, some of them zero."""
    rows, places = np.arange(count)[:, None], np.arange(size)
    weights = random.integers(1, 6, (count, size))
    weights[random.random((count, size)) < np.where(rows % 3 == 2, 0.4, 0.0)] = 0
    patterns = (np.ones(size), places == position % size, places == size - 1 - position % size, places < 2)
    for row, pattern in zip(range(count), patterns, strict=False):
        weights[row] = pattern
    weights[weights.sum(1) == 0, 0] = 1
    return weights, np.array(np.broadcast_to(weights.sum(1, keepdims=True), weights.shape))


_LABELS = {"onehot": _one_hot, "simplex": _simplex}
