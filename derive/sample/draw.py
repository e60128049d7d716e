"""Draw a batch of points from the palettes, simplest first, the same on every machine."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from math import prod

import numpy as np
from msgspec import Struct

from derive.evaluate import Array, Point, Points
from derive.sample.plan import Palette, Plan
from derive.verdict import Value

_SMALL = 12  # how many of a palette's first values most points are drawn from
_MOST_KEPT = 4096  # entries of one variable that are kept for the next goal


class Sample(Struct, frozen=True):
    """A batch of exact points of equal shape: of every variable the numerators and denominators.

    Shapes: ``(count, *dimensions of the variable)``, integers.
    """

    dimensions: Mapping[str, int]
    numerators: Mapping[str, Array]
    denominators: Mapping[str, Array]
    count: int

    def points(self) -> Points:
        """The same points in float64."""
        values = {name: np.asarray(top / self.denominators[name], dtype=float) for name, top in self.numerators.items()}
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
    tops, bottoms = {}, {}
    scalars = [d.name for d in plan.variables if not d.dimensions]
    for position, d in enumerate(plan.variables):
        shape = tuple(int(s) if s.isdigit() else dimensions[s] for s in d.dimensions)
        place = position if shape else scalars.index(d.name)
        column = _kept if count * prod(shape) <= _MOST_KEPT else _column
        tops[d.name], bottoms[d.name] = column(
            d.type, plan.palettes[d.name], (count, *shape), place, 0 if shape else len(scalars)
        )
    return Sample(dimensions, tops, bottoms, count)


def _column(kind: str, palette: Palette, shape: tuple[int, ...], place: int, scalars: int) -> tuple[Array, Array]:
    """Numerators and denominators of one variable; ``place`` tells apart the variables of one kind and shape."""
    size, count = prod(shape[1:]), shape[0]
    if kind in _LABELS:
        top, bottom = _LABELS[kind](size, count, place)
    else:
        length = len(palette.values)
        chosen = _entries(size, count, length, place) if shape[1:] else _scalars(count, length, place, scalars)
        top, bottom = palette.numerators[chosen], palette.denominators[chosen]
    return top.reshape(shape), bottom.reshape(shape)


_kept = lru_cache(maxsize=512)(_column)


def _scattered(shape: tuple[int, ...], below: int, seed: int) -> Array:
    """Integers from 0 on, as good as random and the same everywhere: the finaliser of SplitMix64 on a counter."""
    x = np.arange(1, prod(shape) + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed << 32)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((x ^ (x >> np.uint64(31))) % np.uint64(below)).astype(np.int64).reshape(shape)


def _scalars(count: int, length: int, place: int, scalars: int) -> Array:
    """About half of the points on a grid of the first values, the rest at random; a lone scalar takes every value."""
    rows = np.arange(count)
    base = length if scalars == 1 else min(length, max(2, int((count / 2) ** (1 / scalars))))
    grid = rows // base**place % base if scalars < 6 else rows
    near = _scattered((count,), min(_SMALL, length), 2 * place + 1)
    wide = _scattered((count,), length, 2 * place + 2)
    return np.where(rows < base ** min(scalars, 20), grid % length, np.where(rows % 3 == 0, wide, near))


def _entries(size: int, count: int, length: int, place: int) -> Array:
    """Entries all equal, one apart, all different, tied, extreme, of two values; then random ones, mostly small."""
    chosen = _scattered((count, size), min(_SMALL, length), 3 * place + 1)
    wide = 3 * count // 4
    chosen[wide:] = _scattered((count - wide, size), length, 3 * place + 2)
    other = min(1, length - 1)
    one = np.zeros(size, dtype=int)
    one[0 if place % 2 == 0 else -1] = other
    patterns = (
        np.zeros(size, dtype=int),
        np.full(size, other),
        one,
        (np.arange(size) + place) % min(_SMALL, length),
        one[::-1],
        (np.arange(size) // 2 + place) % min(4, length),
        length - 1 - (np.arange(size) + place) % min(4, length),
    )
    for row, pattern in zip(range(count), patterns, strict=False):
        chosen[row] = pattern
    sparse = chosen[len(patterns) : len(patterns) + 4]
    sparse[...] = _scattered(sparse.shape, other + 1, 3 * place + 3)
    for row, chosen_places in zip(sparse[2:], (_CENTRED, _SIGNS), strict=False):
        row[...] = np.minimum(np.resize(np.roll(chosen_places, place), size), length - 1)
    return chosen


# Places in the palette of the reals: 1 -1 1 -1 .., and 2 -1 -1 0 0 0, with mean 0 and mean square 1.
_SIGNS, _CENTRED = (1, 2), (3, 2, 2, 0, 0, 0)


def _one_hot(size: int, count: int, place: int) -> tuple[Array, Array]:
    rows = np.arange(count)
    hot = np.where(rows < size**2, rows // size ** (place % 2) % size, _scattered((count,), size, place))
    top = np.asarray(np.arange(size) == hot[:, None], dtype=np.int64)
    return top, np.ones_like(top)


def _simplex(size: int, count: int, place: int) -> tuple[Array, Array]:
    """Uniform, a vertex, all different on a face, another vertex, an edge, then random weights, some zero or large."""
    rows, places = np.arange(count)[:, None], np.arange(size)
    weights = 1 + _scattered((count, size), 5, 2 * place + 1)
    weights[(_scattered((count, size), 5, 2 * place + 2) < 2) & (rows % 3 == 2)] = 0
    steep = _scattered((count, 1), size, 2 * place + 3)
    weights[(places == steep) & (rows % 6 == 4)] *= 100
    vertices = (places == place % size, places == size - 1 - place % size)
    patterns = (np.ones(size), vertices[0], (size - 1 - places + place) % size, vertices[1], places < 2)
    for row, pattern in zip(range(count), patterns, strict=False):
        weights[row] = pattern
    weights[weights.sum(1) == 0, 0] = 1
    return weights, np.array(np.broadcast_to(weights.sum(1, keepdims=True), weights.shape))


_LABELS = {"onehot": _one_hot, "simplex": _simplex}
