"""Where the sides of a strict relation between numbers seem to meet: points that no rational coordinates reach.

Floats look along one variable, the others fixed or given by an equation, for places at which the gap of the sides is
least; such a place is then written as a closed form, as ``sqrt(2)`` or ``pi/4``. Whoever asks has to prove that the
sides are equal there, and that the point is admissible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import islice, permutations, product

import numpy as np
from msgspec import Struct

from derive.claim import Goal
from derive.evaluate import Array, Points, Tape, evaluate, integer_names, tape
from derive.term import Apply, Binary, Constant, Neg, Number, Term, Variable, subterms

_MOST_VARIABLES = 3
_MOST_PLACES = 6  # on one line
_MOST_POINTS = 12
_MOST_LINES = 8
_OTHERS = (1.0, 2.0, 0.5, -1.0)  # where variables are held that nothing is known of
_CLOSE = 1e-7  # how well a place is found, at least
_EQUAL = 1e-10  # a gap that noise explains, where the place is known to a step
_STEP = 1e-5
_FINEST = 1e-13
_ROUNDS = 16
_SECTIONS = 10
_LARGEST = 1e4
_GRID = np.concatenate([side * np.geomspace(1e-3, 60, 800) for side in (-1, 1)])
_GRID.sort()
_COARSE_GRID = _GRID[::8]

Touching = dict[str, Term]
"""A point: what each variable is, as a closed form."""


def touch(goal: Goal) -> Iterator[Touching]:
    """Points at which the sides may be equal; none where the goal speaks of arrays, whole numbers or many variables."""
    scene = _scene(goal)
    if scene is None:
        return
    met: list[Touching] = []
    for line in islice(_lines(scene), _MOST_LINES):
        for point in _on_line(scene, line):
            if point not in met and len(met) < _MOST_POINTS:
                met.append(point)
                yield point


class _Scene(Struct, frozen=True):
    """The names of a goal's variables, its sides, the sides of each equation among its hypotheses, and the bounds."""

    names: tuple[str, ...]
    sides: Tape
    equations: tuple[Tape, ...]
    ends: dict[str, tuple[float, ...]]

    def gap(self, laid: Tape, values: dict[str, Array]) -> Array:
        """How far apart two terms are at many points, in units of their own size; infinite where one has no value."""
        count = len(next(iter(values.values())))
        left, right = evaluate(laid, Points({}, values, count))
        with np.errstate(all="ignore"):
            apart = (left - right) / (np.abs(left) + np.abs(right) + 1)
        return np.where(np.isfinite(apart), apart, np.inf)


class _Line(Struct, frozen=True):
    """The points along one variable, or several that are equal; others are held, one may follow from an equation."""

    moving: tuple[str, ...]
    held: dict[str, float]
    follower: str | None = None


def _scene(goal: Goal) -> _Scene | None:
    names = tuple(d.name for d in goal.declarations)
    plain = not goal.indices and not any(d.dimensions or "integer" in d.type for d in goal.declarations)
    if not plain or not 1 <= len(names) <= _MOST_VARIABLES:
        return None
    integers = integer_names(goal)
    sides = tape((goal.left, goal.right), (), integers)
    given = [h.relation for h in goal.hypotheses if h.relation.op == "=="]
    equations = [tape((r.left, r.right), (), integers) for r in given]
    if sides is None or len(equations) > 1 or None in equations:
        return None
    return _Scene(names, sides, tuple(e for e in equations if e is not None), _ends(goal, integers))


def _ends(goal: Goal, integers: frozenset[str]) -> dict[str, tuple[float, ...]]:
    """The numbers that the hypotheses hold each variable between: what fails by equality alone often does so there."""
    ends: dict[str, tuple[float, ...]] = {}
    for hypothesis in goal.hypotheses:
        sides = (hypothesis.relation.left, hypothesis.relation.right)
        for variable, bound in (sides, sides[::-1]):
            if isinstance(variable, Variable) and not any(isinstance(t, Variable) for t in subterms(bound)):
                laid = tape((bound, bound), (), integers)
                end = float(evaluate(laid, Points({}, {}, 1))[0][0]) if laid else np.nan
                ends[variable.name] = (*ends.get(variable.name, ()), *([end] if np.isfinite(end) else []))
    return ends


def _lines(scene: _Scene) -> Iterator[_Line]:
    for order in permutations(scene.names, len(scene.equations)):
        yield _Line(tuple(name for name in scene.names if name not in order), {}, *order)
    for order in permutations(scene.names, 1 + len(scene.equations)):
        rest = [name for name in scene.names if name not in order]
        for values in product(*(dict.fromkeys((*scene.ends.get(name, ()), *_OTHERS)) for name in rest)):
            if rest:
                yield _Line(order[:1], dict(zip(rest, values, strict=True)), *order[1:])


# --- places on a line


def _on_line(scene: _Scene, line: _Line) -> Iterator[Touching]:
    gap = partial(_gap_along, scene, line)
    for place in _least(gap, _GRID if line.follower is None else _COARSE_GRID):
        values = {**dict.fromkeys(line.moving, place), **line.held}
        if line.follower is not None:
            values[line.follower] = float(_followed(scene, line, np.array([place]))[0])
        forms = [list(islice(closed_forms(values[name]), 2)) for name in scene.names]
        yield from (dict(zip(scene.names, chosen, strict=True)) for chosen in product(*forms))


def _gap_along(scene: _Scene, line: _Line, along: Array) -> Array:
    values = {**dict.fromkeys(line.moving, along), **{name: np.full_like(along, v) for name, v in line.held.items()}}
    if line.follower is not None:
        values[line.follower] = _followed(scene, line, along)
    return np.abs(scene.gap(scene.sides, values))


def _followed(scene: _Scene, line: _Line, along: Array) -> Array:
    """The greatest value of the follower, at each point, at which the equation changes its sign."""
    stretch = np.tile(_COARSE_GRID, (len(along), 1))
    for _ in range(_SECTIONS):
        off = _off(scene, line, along, stretch)
        turns = (np.signbit(off[:, 1:]) != np.signbit(off[:, :-1])) & np.isfinite(off[:, 1:]) & np.isfinite(off[:, :-1])
        last = turns.shape[1] - 1 - np.argmax(turns[:, ::-1], axis=1)
        rows = np.arange(len(along))
        low = np.where(turns.any(axis=1), stretch[rows, last], np.nan)
        stretch = np.linspace(low, stretch[rows, last + 1], 33, axis=1)
    return np.asarray(stretch[:, 16])


def _off(scene: _Scene, line: _Line, along: Array, followers: Array) -> Array:
    """How far the equation is from holding, for each point and each value of the follower in its row."""
    assert line.follower is not None
    (equation,) = scene.equations
    flat = np.repeat(along, followers.shape[1])
    held = {name: np.full_like(flat, v) for name, v in line.held.items()}
    values = {**dict.fromkeys(line.moving, flat), line.follower: followers.ravel(), **held}
    return scene.gap(equation, values).reshape(followers.shape)


def _least(gap: Callable[[Array], Array], grid: Array) -> list[float]:
    """Where the gap is least, and next to nothing; the simplest places first."""
    seen = gap(grid)
    inner = np.flatnonzero((seen[1:-1] <= seen[:-2]) & (seen[1:-1] <= seen[2:]) & np.isfinite(seen[1:-1])) + 1
    # Of a wave that meets the other side again and again the first places, too.
    first = inner[np.argsort(np.abs(grid[inner]))][: 2 * _MOST_PLACES]
    chosen = dict.fromkeys((*first, *inner[np.argsort(seen[inner])][: 3 * _MOST_PLACES]))
    places = [place for k in chosen if (place := _refined(gap, grid[k - 1], grid[k + 1])) is not None]
    return sorted(places, key=abs)[:_MOST_PLACES]


def _refined(gap: Callable[[Array], Array], low: float, high: float) -> float | None:
    """Where the gap is next to nothing, and more to both sides; None where there is no such place."""
    for _ in range(_ROUNDS):
        along = np.linspace(low, high, 21)
        seen = gap(along)
        least = int(np.argmin(seen))
        low, high = float(along[max(least - 1, 0)]), float(along[min(least + 1, 20)])
        if high - low < _FINEST:
            break
    middle = (low + high) / 2
    around = gap(np.array([middle - 100 * _STEP, middle + 100 * _STEP]))
    if not seen[least] < _EQUAL or not (around > 10 * _EQUAL).all():
        return None
    return _centred(gap, middle)


def _centred(gap: Callable[[Array], Array], middle: float) -> float:
    """Where the gap is the same a few steps to either side, which noise hides less than where it is least."""
    reach = 2 * _STEP
    for _ in range(3):
        middles = np.linspace(middle - reach, middle + reach, 41)
        with np.errstate(invalid="ignore"):
            uneven = np.abs(gap(middles - 10 * _STEP) - gap(middles + 10 * _STEP))
        middle = float(middles[int(np.argmin(uneven))])
        reach /= 20
    return middle


# --- numbers as closed forms


def closed_forms(value: float) -> Iterator[Term]:
    """Exact numbers that a float may be meant to be, simplest kind first."""
    if abs(value) < _LARGEST:
        yield from (form for kind in _KINDS for form in kind(value))


def _rational(value: float) -> Iterator[Term]:
    if (q := _fraction(value, 12)) is not None:
        yield Number(q)


def _angle(value: float) -> Iterator[Term]:
    if q := _fraction(value / np.pi, 24):
        multiple = Constant("pi") if q.numerator == 1 else Binary("*", Number(Fraction(q.numerator)), Constant("pi"))
        yield multiple if q.denominator == 1 else Binary("/", multiple, Number(Fraction(q.denominator)))


def _root(value: float) -> Iterator[Term]:
    if (q := _fraction(value**2, 24)) and _fraction(value, 12) is None:
        root = Apply("sqrt", (_written(q),))
        yield root if value > 0 else Neg(root)


def _fourth_root(value: float) -> Iterator[Term]:
    if (q := _fraction(value**4, 12)) and _fraction(value**2, 24) is None:
        root = Apply("sqrt", (Apply("sqrt", (_written(q),)),))
        yield root if value > 0 else Neg(root)


def _cube_root(value: float) -> Iterator[Term]:
    if (q := _fraction(value**3, 12)) and _fraction(value, 12) is None:
        yield Apply("cbrt", (_written(q),))


def _exponential(value: float) -> Iterator[Term]:
    if value and (q := _fraction(float(np.log(abs(value))), 8)):
        power = Apply("exp", (_written(q),))
        yield power if value > 0 else Neg(power)


def _logarithm(value: float) -> Iterator[Term]:
    if value and value < 7 and (q := _fraction(float(np.exp(value)), 12)):
        yield Apply("log", (_written(q),))


def _logarithm_to_a_base(value: float) -> Iterator[Term]:
    for base in (2, 3, 5, 10):
        if base**value < 100 and (q := _fraction(float(base**value), 12)) and _fraction(value, 12) is None:
            yield Binary("/", Apply("log", (_written(q),)), Apply("log", (_written(Fraction(base)),)))


def _quadratic(value: float) -> Iterator[Term]:
    """A half or whole number and a root."""
    for twice in (k for k in range(-12, 13) if k):
        rest = value - twice / 2
        if (q := _fraction(rest**2, 4)) and _fraction(rest, 12) is None:
            yield Binary("+" if rest > 0 else "-", Number(Fraction(twice, 2)), Apply("sqrt", (_written(q),)))


_BRANCHES = (("atan", np.tan, np.arctan), ("asin", np.sin, np.arcsin), ("acos", np.cos, np.arccos))


def _inverse(value: float) -> Iterator[Term]:
    """An angle with a simple sine, cosine or tangent."""
    for name, function, undo in _BRANCHES:
        q = _fraction(float(function(value)), 13)
        if q and abs(float(undo(float(function(value)))) - value) < _CLOSE:
            yield Apply(name, (_written(q),))
    tangent = float(np.tan(value))
    if abs(value) < np.pi / 2 and (q := _fraction(tangent**2, 8)) and _fraction(tangent, 13) is None:
        angle = Apply("atan", (Apply("sqrt", (_written(q),)),))
        yield angle if value > 0 else Neg(angle)


def _turned(value: float) -> Iterator[Term]:
    """Half a turn on from an angle with a simple tangent."""
    rest = value - np.pi if value > 0 else value + np.pi
    if abs(rest) < np.pi / 2 and (q := _fraction(float(np.tan(rest)), 13)):
        yield Binary("+" if value > 0 else "-", Apply("atan", (_written(q),)), Constant("pi"))


_KINDS = (
    _rational,
    _angle,
    _root,
    _exponential,
    _logarithm,
    _logarithm_to_a_base,
    _cube_root,
    _fourth_root,
    _quadratic,
    _inverse,
    _turned,
)


def _written(q: Fraction) -> Term:
    """A rational as people write it."""
    top = Number(Fraction(q.numerator))
    return top if q.denominator == 1 else Binary("/", top, Number(Fraction(q.denominator)))


def _fraction(value: float, most: int) -> Fraction | None:
    near = Fraction(value).limit_denominator(most)
    return near if abs(float(near) - value) <= _CLOSE * (1 + abs(value)) else None
