"""Points that satisfy the hypotheses of a goal, made rather than hoped for; exact, and the same on every machine.

Every variable has a palette of rationals, filtered by its type and by the hypotheses that speak of it alone (``plan``).
Batches are drawn from the palettes, simplest points first (``draw``); what the other hypotheses ask of a point is then
solved, along a coordinate, a scale or a shift (``repair``), in exact arithmetic (``rational``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice, product
from math import prod

from derive.claim import Goal
from derive.sample.draw import Sample, draw
from derive.sample.plan import Plan, has_type, plan
from derive.sample.rational import Place, instances
from derive.sample.repair import Repair

__all__ = ["Sample", "has_type", "sample"]

_ROWS = 96
_ROWS_WITHOUT_DIMENSIONS = 192
_ROWS_TO_REPAIR = 64  # without dimensions
_ROWS_OF_SEVERAL_TO_REPAIR = 96  # of three variables or more
_ROWS_OF_MANY = 10  # entries, where points are to be repaired
_FEW_ROWS = 12
_FEW_ROWS_WITHOUT_DIMENSIONS = 40
_FEW_ROWS_TO_REPAIR = 4
_MOST_WORK = 30_000  # entries that repairs may look at, over all dimensions
_LARGEST_DIMENSION = 2000
_LARGEST_OF_FEW = 12
_ANY_INDICES: tuple[dict[str, int], ...] = ({},)  # where nobody asks for them
_LARGER = (7, 8, 9, 10, 12, 16, 20, 32, 50, 100)  # where the hypotheses exclude the small dimensions


def sample(goal: Goal, room: Callable[[Mapping[str, int]], int], few: int = 0) -> Iterator[Sample]:
    """Batches of points that are meant to satisfy the hypotheses, smallest dimensions first.

    ``room`` says how many points of given dimensions the caller can take; dimensions with room for none are left out.
    ``few`` asks for little more than the patterns (equal entries, ties, zeros, extremes), in so many dimensions.
    Points are not certified: the caller decides every hypothesis again.
    """
    prepared, work = plan(goal), 0
    choices = _few_dimension_choices(prepared, few) if few else _dimension_choices(prepared)
    for dimensions in choices:
        count = min((_few_rows if few else _rows)(prepared, dimensions), room(dimensions))
        indices = _index_choices(prepared, dimensions) if count > 0 else ()
        if indices:
            drawn = draw(prepared, dimensions, count)
            if prepared.relational and work < _MOST_WORK:
                repair = Repair(prepared, dimensions, indices)
                drawn = repair.repaired(drawn)
                work += repair.work
            yield drawn


def _rows(prepared: Plan, dimensions: Mapping[str, int]) -> int:
    if not prepared.structural:
        if not prepared.relational:
            return _ROWS_WITHOUT_DIMENSIONS
        return _ROWS_TO_REPAIR if len(prepared.variables) < 3 else _ROWS_OF_SEVERAL_TO_REPAIR
    return _ROWS_OF_MANY if prepared.relational and prod(dimensions.values()) > 4 else _ROWS


def _few_rows(prepared: Plan, dimensions: Mapping[str, int]) -> int:
    if prepared.relational:
        return _FEW_ROWS_TO_REPAIR
    return _FEW_ROWS if prepared.structural else _FEW_ROWS_WITHOUT_DIMENSIONS


def _few_dimension_choices(prepared: Plan, few: int) -> Iterator[dict[str, int]]:
    """The least choice of all dimensions, one in the middle of those that are not large, the second and the last."""
    every = list(_dimension_choices(prepared))
    moderate = [c for c in every if max(c.values(), default=0) <= _LARGEST_OF_FEW] or every[:2]
    last = len(moderate) - 1
    chosen = (0, last // 2, min(1, last), last)[:few] if moderate else ()
    yield from (moderate[k] for k in sorted(set(chosen)))


def _dimension_choices(prepared: Plan) -> Iterator[dict[str, int]]:
    names = prepared.structural
    near = {int(v) + s for v in prepared.literals if v.denominator == 1 for s in (-1, 0, 1)}
    hinted = {v for v in near if 6 < v <= _LARGEST_DIMENSION}
    small = [s for s in _small_sizes(len(names)) if _dimensions_meet(prepared, s)]
    larger = sorted(hinted if len(small) >= 3 else hinted.union(_LARGER)) if names else []
    one_large = ((*(2,) * k, v, *(2,) * (len(names) - k - 1)) for v in larger for k in range(len(names)))
    all_large = ((v,) * len(names) for v in larger)
    large = (s for s in dict.fromkeys((*one_large, *all_large)) if _dimensions_meet(prepared, s))
    for sizes in (*small, *large):
        yield dict(zip(names, sizes, strict=True))


def _small_sizes(rank: int) -> tuple[tuple[int, ...], ...]:
    """Sizes for so many dimensions, small ones first, square and rectangular."""
    if rank == 0:
        return ((),)
    if rank == 1:
        return tuple((n,) for n in range(1, 7))
    if rank == 2:
        small = ((1, 1), (1, 2), (2, 1), (2, 2), (1, 3), (3, 1), (2, 3), (3, 2), (3, 3))
        return (*small, (4, 2), (2, 5), (6, 3), (3, 6), (4, 4))
    ones = (tuple(1 if j == k else 2 for j in range(rank)) for k in range(rank))
    threes = (tuple(3 if j == k else 2 for j in range(rank)) for k in range(rank))
    steps = (tuple(2 + (j + k) % rank for j in range(rank)) for k in range(rank))
    return ((1,) * rank, *ones, (2,) * rank, *threes, *steps, (3,) * rank)


def _dimensions_meet(prepared: Plan, sizes: tuple[int, ...]) -> bool:
    if not prepared.of_dimensions:
        return True
    place = Place(dict(zip(prepared.structural, sizes, strict=True)), prepared.integers)
    return all(i.holds({}, place) is not False for h in prepared.of_dimensions for i in instances(h, place, {}))


def _index_choices(prepared: Plan, dimensions: Mapping[str, int]) -> tuple[dict[str, int], ...]:
    """The values of the free indices that the hypotheses about indices allow, a hundred at most."""
    if not prepared.of_indices and not prepared.relational:
        return _ANY_INDICES
    place = Place(dimensions, prepared.integers)
    names = [str(i.name) for i in prepared.goal.indices]
    ranges = [range(1, min(place.size(i.dimension), 6) + 1) for i in prepared.goal.indices]
    every = (dict(zip(names, chosen, strict=True)) for chosen in islice(product(*ranges), 2000))
    allowed = (
        choice
        for choice in every
        if all(i.holds({}, place) is not False for h in prepared.of_indices for i in instances(h, place, choice))
    )
    return tuple(islice(allowed, 100))
