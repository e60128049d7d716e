"""Exact points of a goal: at random, small, with ties, zeros and coinciding indices; and those that `sample` makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice, product
from math import prod
from random import Random

from msgspec.structs import replace

from derive.claim import Declaration, Goal, Hypothesis
from derive.enclose import Missing, decide, enclose
from derive.evaluate import Point, integer_names
from derive.sample import has_type, sample
from derive.verdict import Value

PALETTE = tuple(map(Fraction, ("0", "1", "-1", "2", "-2", "1/2", "-1/2", "3", "-3", "1/3", "-3/2")))
INTEGERS = tuple(map(Fraction, range(-3, 5)))
LARGEST = 3
PRECISION = 128


def points(goal: Goal, random: Random, count: int) -> Iterator[Point]:
    """So many admissible points of a goal, or fewer where few are found."""
    found = (p for p in _candidates(goal, random, count) if is_admissible(goal, p))
    yield from islice(found, count)


def is_admissible(goal: Goal, point: Point) -> bool:
    """Whether types and hypotheses certainly hold at the point."""
    typed = all(has_type(d, point.values[d.name]) for d in goal.declarations if d.name in point.values)
    integers = integer_names(goal)
    return typed and all(_holds(h, instance, integers) for h in goal.hypotheses for instance in _instances(h, point))


def _holds(h: Hypothesis, point: Point, integers: frozenset[str]) -> bool:
    left, right = (enclose(t, point, integers, PRECISION) for t in (h.relation.left, h.relation.right))
    if isinstance(left, Missing) or isinstance(right, Missing):
        return False
    return decide(h.relation.op, left, right) is True


def _instances(h: Hypothesis, point: Point) -> Iterator[Point]:
    ranges = (range(1, size(i.dimension, point.dimensions) + 1) for i in h.quantified)
    for chosen in product(*ranges):
        more = {str(i.name): k for i, k in zip(h.quantified, chosen, strict=True)}
        yield replace(point, indices={**point.indices, **more})


def size(dimension: str, dimensions: Mapping[str, int]) -> int:
    """The size of a dimension, explicit or by its name."""
    return int(dimension) if dimension.isdecimal() else dimensions[dimension]


def _candidates(goal: Goal, random: Random, count: int) -> Iterator[Point]:
    if goal.hypotheses:
        for batch in sample(goal, lambda dimensions: 12):
            for row in random.sample(range(batch.count), min(batch.count, 3)):
                yield batch.point(row, _indices(goal, batch.dimensions, random))
    for _ in range(3 * count):
        yield _point(goal, random)


def _point(goal: Goal, random: Random) -> Point:
    dimensions = {name: random.randint(1, LARGEST) for name in goal.dimensions}
    values = {d.name: _value(d, dimensions, random) for d in goal.declarations if d.name not in dimensions}
    return Point(dimensions, values, _indices(goal, dimensions, random))


def _indices(goal: Goal, dimensions: Mapping[str, int], random: Random) -> dict[str, int]:
    chosen = {str(i.name): random.randint(1, size(i.dimension, dimensions)) for i in goal.indices}
    if random.random() < 0.3:
        chosen = {name: min(chosen.values()) for name in chosen}
    return chosen


def _value(d: Declaration, dimensions: Mapping[str, int], random: Random) -> Value:
    shape = tuple(size(name, dimensions) for name in d.dimensions)
    entries = LABELS[d.type](prod(shape), random) if d.type in LABELS else _entries(d.type, prod(shape), random)
    return _nested(entries, shape)


def _entries(kind: str, count: int, random: Random) -> list[Fraction]:
    palette = [v for v in (INTEGERS if "integer" in kind else PALETTE) if has_type(Declaration("x", kind), v)]
    if random.random() < 0.35:
        palette = random.sample(palette, min(2, len(palette)))
    return [random.choice(palette) for _ in range(count)]


def _one_hot(count: int, random: Random) -> list[Fraction]:
    hot = random.randrange(count)
    return [Fraction(k == hot) for k in range(count)]


def _simplex(count: int, random: Random) -> list[Fraction]:
    weights = [random.choice((0, 0, 1, 1, 2, 3)) for _ in range(count)]
    weights[random.randrange(count)] += 1
    return [Fraction(w, sum(weights)) for w in weights]


LABELS = {"onehot": _one_hot, "simplex": _simplex}


def _nested(entries: list[Fraction], shape: tuple[int, ...]) -> Value:
    if not shape:
        return entries[0]
    step = len(entries) // shape[0]
    return tuple(_nested(entries[k * step : (k + 1) * step], shape[1:]) for k in range(shape[0]))
