"""Search for a point at which a goal fails, and settle it beyond doubt.

Floats find suspects, balls at the exact rational point decide them: every hypothesis true, both sides defined, the gap
of the sides away from what the relation allows. Nothing that floats say is ever believed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import prod
from typing import Literal

import numpy as np
from flint import arb
from msgspec import Struct, field
from msgspec.structs import replace

from derive.claim import Goal, Hypothesis
from derive.enclose import Missing, Real, decide, difference, enclose, enclosure
from derive.evaluate import Array, Point, Tape, evaluate, integer_names, tape
from derive.holds import holds
from derive.sample import Sample, has_type, sample
from derive.sample.eliminate import eliminate
from derive.verdict import Counterexample, Enclosure, Support, Value
from derive.write import write

_CELLS = 150_000  # numbers that one step of a tape may hold
_WORK = 6_000_000  # numbers that one batch may compute
_PRECISIONS = (64, 256, 1024, 4096)
_CLEAR = 1e-7  # a gap, relative and absolute, that float noise hardly explains; more where differences are nested
_LOST = 100  # the factor of noise for each level of difference quotients
_NOISE = 1e-11
_TRIES = 4
_FEW_TRIES = 2
_FEW_SIZES = 2
_SPREAD = 16  # points of a batch that are tried where none is known to be one that the goal speaks of
_MOST_TIES = 6
_MOST_SHRINKING = 120


def refute(goal: Goal, effort: int = 1) -> Counterexample | Support:
    """The simplest failing point found, or what was searched in vain.

    ``effort`` multiplies how many suspects are settled. 0 is the cross-check of a goal that has been proved: few
    points, unless they leave open whether the goal is about anything. The work is bounded whatever the goal.
    """
    integers = integer_names(goal)
    scan = _Scan(goal, integers)
    search = _Search(goal, integers, _TRIES * effort or _FEW_TRIES, 0 if effort else _FEW_SIZES)
    found = next(search.counterexamples(scan), None)
    if found is None and search.few and not search.is_about_something(scan):
        search = _Search(goal, integers, _TRIES, brief=True)
        found = next(search.counterexamples(scan), None)
    if found is not None:
        return _report(goal, _shrunk(goal, integers, found))
    # A variable that an equation gives is left out of the points where hardly a rational one is admissible.
    given = eliminate(goal) if effort or search.witness is None else None
    if given is None:
        return search.support()
    smaller, name, value = given
    implied = _with_implied(refute(smaller, effort), (name, write(value)))
    return search.support() if search.witness is not None and isinstance(implied, Support) else implied


def _with_implied(found: Counterexample | Support, own: tuple[str, str]) -> Counterexample | Support:
    """The points with the value of a variable that they imply."""
    if isinstance(found, Counterexample):
        return replace(found, implied=(own, *found.implied))
    points = (found.left_only, found.right_only, found.witness)
    left, right, witness = (replace(p, implied=(own, *p.implied)) if p else None for p in points)
    return replace(found, left_only=left, right_only=right, witness=witness)


# One exact point, settled.


class _Settled(Struct, frozen=True):
    """What balls say of an admissible point; ``open`` where both sides are defined and overlap."""

    kind: Literal["fails", "holds", "open", "left only", "right only"]
    point: Point
    left: Real | Missing
    right: Real | Missing
    precision: int


def _settle(goal: Goal, integers: frozenset[str], point: Point, gap: float | None = None) -> _Settled | None:
    """Decide the goal at a point; None where a hypothesis fails, both sides are undefined or nothing is decided.

    ``gap`` is what floats saw: an enclosure that is narrower without deciding shows that it was noise. Without it
    the sides are looked at far more closely than floats can.
    """
    if not _is_typed(goal, point):
        return None
    last: _Settled | None = None
    for precision in _PRECISIONS if gap else _PRECISIONS[1:]:
        admissible = _is_admissible(goal, integers, point, precision)
        if admissible is False:
            return None
        found = _compare(goal, integers, point, precision) if admissible else Missing.UNKNOWN
        if found in (Missing.BEYOND, Missing.UNDEFINED):
            return last
        if isinstance(found, _Settled):
            last = found
            if last.kind != "open" or _is_narrow(last, gap):
                return last
    return last


def _compare(goal: Goal, integers: frozenset[str], point: Point, precision: int) -> _Settled | Missing:
    """What the enclosures of both sides say, or why they say nothing: both ``UNDEFINED`` is an answer of its own."""
    left = enclose(goal.left, point, integers, precision)
    right = Missing.BEYOND if left is Missing.BEYOND else enclose(goal.right, point, integers, precision)
    for unsettled in (Missing.BEYOND, Missing.UNKNOWN):
        if unsettled in (left, right):
            return unsettled
    if isinstance(left, Missing):
        return left if left is right else _Settled("right only", point, left, right, precision)
    if isinstance(right, Missing):
        return _Settled("left only", point, left, right, precision)
    holds = decide(goal.op, left, right)
    return _Settled("open" if holds is None else "holds" if holds else "fails", point, left, right, precision)


def _is_narrow(settled: _Settled, gap: float | None) -> bool:
    """Whether the sides are too close together for the gap that floats saw, or for any worth looking for."""
    if isinstance(settled.left, Missing) or isinstance(settled.right, Missing):
        return False
    between = arb(difference(settled.left, settled.right)).abs_upper()
    scale = max(arb(settled.left).abs_upper(), arb(settled.right).abs_upper())
    return bool(between < (scale * arb(2) ** -200 if gap is None else arb(gap) / 2))


def _is_typed(goal: Goal, point: Point) -> bool:
    return all(has_type(d, point.values[d.name]) for d in goal.declarations if d.name in point.values)


def _is_admissible(goal: Goal, integers: frozenset[str], point: Point, precision: int) -> bool | None:
    """Whether all hypotheses hold at the point, for every value of their own indices."""
    unknown = False
    for h in goal.hypotheses:
        for instance in _instances(h, point):
            left = enclose(h.relation.left, instance, integers, precision)
            right = enclose(h.relation.right, instance, integers, precision)
            holds = False if Missing.UNDEFINED in (left, right) else None
            if not isinstance(left, Missing) and not isinstance(right, Missing):
                holds = decide(h.relation.op, left, right)
            if holds is False:
                return False
            unknown = unknown or holds is None
    return None if unknown else True


def _instances(h: Hypothesis, point: Point) -> Iterator[Point]:
    ranges = (range(1, _size(i.dimension, point.dimensions) + 1) for i in h.quantified)
    names = [str(i.name) for i in h.quantified]
    for chosen in product(*ranges):
        yield replace(point, indices={**point.indices, **dict(zip(names, chosen, strict=True))})


def _size(dimension: str, dimensions: Mapping[str, int]) -> int:
    return int(dimension) if dimension.isdigit() else dimensions[dimension]


# Many points in floats.


class _Seen(Struct, frozen=True):
    """What floats saw of one batch. Shapes: ``(points, *free indices)``; nan where a side is undefined or unknown.

    ``violation`` tells by how much the relation fails, ``relative`` compares that with the sides; 0 where it holds or
    nothing is known.
    """

    batch: Sample
    admissible: Array
    left: Array
    right: Array
    defined: Array
    scale: Array
    violation: Array
    relative: Array

    def point(self, goal: Goal, place: tuple[int, ...]) -> Point:
        indices = {str(i.name): int(k) + 1 for i, k in zip(goal.indices, place[1:], strict=True)}
        return self.batch.point(int(place[0]), indices)


def _seen(goal: Goal, batch: Sample, admissible: Array, left: Array, right: Array) -> _Seen:
    with np.errstate(over="ignore"):
        gap = left - right
    defined = admissible & np.isfinite(gap)
    scale = np.maximum(np.abs(left), np.abs(right))
    violation = np.where(defined, np.maximum(_VIOLATION[goal.op](gap), 0), 0)
    return _Seen(batch, admissible, left, right, defined, scale, violation, violation / np.where(scale > 0, scale, 1))


class _Scan:
    """The tapes of a goal's sides and hypotheses."""

    def __init__(self, goal: Goal, integers: frozenset[str]) -> None:
        self.goal = goal
        self.sides = tape((goal.left, goal.right), goal.indices, integers)
        self.hypotheses = tuple(
            (h, tape((h.relation.left, h.relation.right), (*goal.indices, *h.quantified), integers))
            for h in goal.hypotheses
        )

    def room(self, dimensions: Mapping[str, int]) -> int:
        """How many points of given dimensions may be looked at; one by balls alone where floats would be too many."""
        tapes = [t for t in (self.sides, *(t for _, t in self.hypotheses)) if t is not None]
        free = prod(_size(i.dimension, dimensions) for i in self.goal.indices)
        return max(min((_room(t, dimensions) for t in tapes), default=_CELLS), int(free < _CELLS))

    def see(self, batch: Sample) -> _Seen:
        points = batch.points()
        shape = (batch.count, *(_size(i.dimension, batch.dimensions) for i in self.goal.indices))
        admissible = np.ones(shape, dtype=bool)
        for h, hypothesis in self.hypotheses:
            if hypothesis is not None and _room(hypothesis, batch.dimensions) >= batch.count:
                left, right = evaluate(hypothesis, points)
                held = holds(h.relation.op, left, right)
                admissible &= held.all(axis=tuple(range(len(shape), held.ndim)))
        if self.sides is None or _room(self.sides, batch.dimensions) < batch.count:
            unknown = np.full(shape, np.nan)
            return _seen(self.goal, batch, admissible, unknown, unknown)
        return _seen(self.goal, batch, admissible, *evaluate(self.sides, points))


def _room(laid: Tape, dimensions: Mapping[str, int]) -> int:
    return min(_CELLS, _WORK // (1 + len(laid.steps))) // laid.cells(dimensions)


_VIOLATION: dict[str, Callable[[Array], Array]] = {
    "==": lambda gap: np.abs(gap),
    "!=": np.zeros_like,
    "<": lambda gap: gap,
    "<=": lambda gap: gap,
    ">": lambda gap: -gap,
    ">=": lambda gap: -gap,
}


# The search.

_OTHER = {"left": "right", "right": "left"}


class _Doubt(Struct, frozen=True):
    """A place that floats cannot tell: a gap within their noise, or the only side that is finite, or neither."""

    kind: Literal["gap", "left", "right", "both"]
    gap: float
    seen: _Seen
    place: tuple[int, ...]


class _Search(Struct):
    """One search through batches of points, and its tallies; a brief one ends with the batch that holds a witness."""

    goal: Goal
    integers: frozenset[str]
    tries: int
    few: int = 0
    brief: bool = False
    noise: float = _CLEAR
    false_alarms: int = 0
    points: int = 0
    admissible: int = 0
    defined: int = 0
    sizes: set[int] = field(default_factory=set)
    largest_gap: float = 0.0
    notes: list[str] = field(default_factory=list)
    left_only: _Settled | None = None
    right_only: _Settled | None = None
    witness: _Settled | None = None
    ties: list[_Settled] = field(default_factory=list)

    def counterexamples(self, scan: _Scan) -> Iterator[_Settled]:
        """Points at which the goal fails: clear ones batch by batch, then what only balls can tell."""
        self.noise = _CLEAR * _LOST ** (scan.sides.differences if scan.sides else 0)
        later: list[_Doubt] = []
        for batch in sample(self.goal, scan.room, self.few):
            if batch.count:
                seen = scan.see(batch)
                self.count(seen)
                yield from self.clear(seen)
                yield from self.witnessed(seen)
                yield from self.tied(seen)
                later += self.doubtful(seen)
            if self.brief and self.witness is not None:
                break
        later.sort(key=lambda doubt: -doubt.gap)
        for kind, share in (("gap", 2), ("left", 2), ("right", 2), ("both", 1)):
            chosen = [doubt for doubt in later if doubt.kind == kind]
            for doubt in chosen[: self.tries // (4 if kind == "both" and self.witness else share)]:
                yield from self.settled(doubt.seen.point(self.goal, doubt.place), doubt.gap or None, kind)

    def is_about_something(self, scan: _Scan) -> bool:
        """Whether a point was met that the goal speaks of; no point shows more where the sides cannot be evaluated."""
        return self.witness is not None or (scan.sides is None and self.admissible > 0)

    def settled(self, point: Point, gap: float | None = None, seen: str = "") -> Iterator[_Settled]:
        """The point if it fails; otherwise what it shows is kept. ``seen`` is the only side that floats could tell."""
        found = _settle(self.goal, self.integers, point, gap)
        if found is None:
            return
        match found.kind:
            case "fails":
                yield found
            case "left only":
                self.left_only = self.left_only or found
            case "right only":
                self.right_only = self.right_only or found
            case _:
                self.witness = self.witness or found
                if seen in _OTHER:
                    self.notes.append(f"floats lose the {_OTHER[seen]} side as written where the {seen} side is fine")

    def count(self, seen: _Seen) -> None:
        self.points += seen.admissible.size
        self.admissible += int(np.count_nonzero(seen.admissible))
        self.defined += int(np.count_nonzero(seen.defined))
        self.sizes.update(seen.batch.dimensions.values())
        if self.goal.op == "==":
            gaps = seen.violation / np.fmax(1, seen.scale)
            self.largest_gap = max(self.largest_gap, float(np.maximum.reduce(gaps, None)))

    def clear(self, seen: _Seen) -> Iterator[_Settled]:
        """Suspects that float noise hardly explains, simplest first; fewer once floats have cried wolf."""
        if not np.count_nonzero(seen.relative > self.noise):
            return
        clear = (seen.violation > self.noise) & (seen.relative > self.noise)
        for place in _places(clear, max(1, self.tries - self.false_alarms)):
            yield from self.settled(seen.point(self.goal, place), float(seen.violation[place]))
            self.false_alarms += 1

    def witnessed(self, seen: _Seen) -> Iterator[_Settled]:
        """An admissible point at which both sides are certainly defined, unless there is one already."""
        if self.witness is not None:
            return
        flat = np.flatnonzero(seen.defined)
        spread = range(0, flat.size, max(1, flat.size // _SPREAD)) if self.brief else ()
        for number in dict.fromkeys(flat[[0, -1, flat.size // 2, *spread]].tolist() if flat.size else ()):
            if self.witness is None:
                yield from self.settled(seen.point(self.goal, _place(number, seen.defined.shape)))

    def tied(self, seen: _Seen) -> Iterator[_Settled]:
        """Points at which a strict relation may fail by equality."""
        if self.goal.op not in ("<", ">", "!="):
            return
        equal = seen.admissible & (np.abs(seen.left - seen.right) <= _NOISE * seen.scale)
        for place in _places(equal, 2):
            if len(self.ties) < _MOST_TIES:
                found = _settle(self.goal, self.integers, seen.point(self.goal, place))
                if found and found.kind == "fails":
                    yield found
                if found and found.kind == "open":
                    self.ties.append(found)

    def doubtful(self, seen: _Seen) -> Iterator[_Doubt]:
        """The largest gaps within float noise, and the first points at which a side is nan."""
        weak = np.where((seen.violation <= self.noise) | (seen.relative <= self.noise), seen.violation, 0)
        highest = int(weak.argmax())
        if seen.relative.flat[highest] > _NOISE and weak.flat[highest] > 0:
            place = _place(highest, weak.shape)
            yield _Doubt("gap", float(seen.violation[place]), seen, place)
        if seen.defined.all():
            return
        left, right = np.isfinite(seen.left), np.isfinite(seen.right)
        missing: tuple[tuple[Literal["left", "right", "both"], Array], ...] = (
            ("left", left & ~right),
            ("right", right & ~left),
            ("both", ~left & ~right),
        )
        # Where floats tell nothing at all, more points are left to balls.
        blind = not (left.any() or right.any())
        for kind, where in missing:
            for place in _places(seen.admissible & where, self.tries if blind else 1):
                yield _Doubt(kind, 0.0, seen, place)

    def support(self) -> Support:
        left, right, witness = (
            _report(self.goal, s) if s else None for s in (self.left_only, self.right_only, self.witness)
        )
        return Support(
            self.points,
            self.admissible,
            self.defined,
            tuple(sorted(self.sizes)),
            self.largest_gap,
            tuple(dict.fromkeys(self.notes)),
            left,
            right,
            witness,
            tuple(_report(self.goal, tie) for tie in self.ties),
        )


def _places(chosen: Array, most: int) -> Iterator[tuple[int, ...]]:
    for number in np.flatnonzero(chosen)[:most]:
        yield _place(int(number), chosen.shape)


def _place(number: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(int(p) for p in np.unravel_index(number, shape))


# Shrinking and reporting.


def _shrunk(goal: Goal, integers: frozenset[str], found: _Settled) -> _Settled:
    """The same failure at a point that a person can check by hand; every step is settled again."""
    budget = _MOST_SHRINKING // (1 + sum(_count(v) for v in found.point.values.values()) // 24)
    tried: set[object] = set()
    simpler: _Settled | None = found
    while simpler:
        found, simpler = simpler, None
        for point in _simpler(goal, found.point):
            key = (*point.dimensions.items(), *point.values.items(), *point.indices.items())
            if key not in tried and len(tried) < budget:
                tried.add(key)
                settled = _settle(goal, integers, point, math.inf)
                if settled and settled.kind == "fails":
                    simpler = settled
                    break
    return found


def _simpler(goal: Goal, point: Point) -> Iterator[Point]:
    """Points that differ in one respect: a smaller dimension, earlier indices, simpler entries."""
    for name, size in point.dimensions.items():
        if size > 1:
            yield _cut(goal, point, name)
    for name, place in point.indices.items():
        for earlier in range(1, min(place, 3)):
            yield replace(point, indices={**point.indices, name: earlier})
    for d in goal.declarations:
        if d.name in point.values:
            whole = _simpler_labels if d.type in ("onehot", "simplex") else _simpler_value
            for value in whole(point.values[d.name]):
                yield replace(point, values={**point.values, d.name: value})


def _cut(goal: Goal, point: Point, dimension: str) -> Point:
    """The point with one dimension smaller by one, its last entries left out."""
    size = point.dimensions[dimension] - 1
    values = dict(point.values)
    for d in goal.declarations:
        for axis, own in enumerate(d.dimensions):
            if own == dimension and d.name in values:
                values[d.name] = _cut_axis(values[d.name], axis, size)
    short = {str(i.name) for i in goal.indices if i.dimension == dimension}
    indices = {name: min(place, size) if name in short else place for name, place in point.indices.items()}
    return Point({**point.dimensions, dimension: size}, values, indices)


def _cut_axis(value: Value, axis: int, size: int) -> Value:
    if not isinstance(value, tuple):
        return value
    return value[:size] if axis == 0 else tuple(_cut_axis(v, axis - 1, size) for v in value)


def _simpler_value(value: Value) -> Iterator[Value]:
    if isinstance(value, Fraction):
        yield from (v for v in _SIMPLEST if _weight(v) < _weight(value))
        return
    zeros = _filled(value, Fraction(0))
    if value != zeros:
        yield zeros
    for place, entry in enumerate(value):
        for other in _simpler_value(entry):
            yield (*value[:place], other, *value[place + 1 :])


def _simpler_labels(value: Value) -> Iterator[Value]:
    """Vertices before the present one, or all of them and the middle of the first edge."""
    size = _count(value)
    hot = value.index(1) if isinstance(value, tuple) and 1 in value else size
    for place in range(min(hot, 3)):
        yield tuple(Fraction(int(k == place)) for k in range(size))
    middle = tuple(Fraction(int(k < 2), 2) for k in range(size))
    if hot == size and size > 1 and value != middle:
        yield middle


def _filled(value: Value, entry: Fraction) -> Value:
    return tuple(_filled(v, entry) for v in value) if isinstance(value, tuple) else entry


def _count(value: Value) -> int:
    return sum(map(_count, value)) if isinstance(value, tuple) else 1


def _weight(value: Fraction) -> int:
    """How much there is to write."""
    return 3 * (value.denominator - 1) + 2 * abs(value.numerator) + (value < 0)


_SIMPLEST = tuple(map(Fraction, ("0", "1", "-1", "2", "-2", "1/2", "-1/2", "3", "-3", "4", "10")))


def _report(goal: Goal, settled: _Settled) -> Counterexample:
    point, left, right = settled.point, settled.left, settled.right
    numbers = {name: int(v) for name, v in point.values.items() if name in goal.dimensions and isinstance(v, Fraction)}
    strict = goal.op in ("<", ">", "!=") and settled.kind == "fails"
    equal = strict and not isinstance(left, Missing) and not isinstance(right, Missing) and bool(left == right)
    digits = _digits(left, right)
    return Counterexample(
        (*point.dimensions.items(), *numbers.items()),
        tuple((name, value) for name, value in point.values.items() if name not in numbers),
        tuple(point.indices.items()),
        _enclosure(left, digits),
        _enclosure(right, digits),
        goal.op,
        settled.precision,
        "equality" if equal else "point",
    )


def _digits(left: Real | Missing, right: Real | Missing) -> int:
    """Enough digits to see two values apart, if they are."""
    if isinstance(left, Missing) or isinstance(right, Missing):
        return 15
    gap, scale = arb(difference(left, right)).abs_lower(), max(arb(left).abs_upper(), arb(right).abs_upper())
    lost = 0.0 if gap == 0 else float((scale / gap).log() / arb(10).log())
    return min(15 + int(lost), 300)


def _enclosure(value: Real | Missing, digits: int) -> Enclosure:
    return Enclosure("undefined", "undefined") if isinstance(value, Missing) else enclosure(value, digits)
