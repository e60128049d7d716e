"""Evaluate a term in float64 at a whole batch of points: the fast, independent look at a claim.

The term is laid out once as a tape (equal subterms once), where every index has an array axis of its own: axis 0 is the
point, then the free indices, then the bound ones, counted from the innermost. Derivatives are taken numerically.
A value is nan where the term is undefined, or where floats cannot tell (overflow); it never decides anything.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from msgspec import Struct

from derive.claim import Goal
from derive.signature import FUNCTIONS
from derive.term import (
    Apply,
    Binary,
    Component,
    Constant,
    Delta,
    Diff,
    Index,
    Neg,
    Number,
    Reduce,
    Term,
    Variable,
    children,
)
from derive.verdict import Value
from derive.whole import is_integer_type

if TYPE_CHECKING:
    from numpy.typing import NDArray

Array: TypeAlias = "NDArray[Any]"
Place = tuple[str, int, str]
"""An index resolved: ``("axis", axis, dimension)`` or ``("literal", number from 1, dimension)``."""

_COMPLEX_STEP = 1e-40
_LONGEST_TAPE = 3000


class Points(Struct, frozen=True):
    """A batch of points of equal shape: dimensions, and for every variable an array ``(points, *its dimensions)``."""

    dimensions: Mapping[str, int]
    values: Mapping[str, Array]
    count: int


class Point(Struct, frozen=True):
    """One exact point: dimensions, values (nested tuples for arrays), and the free indices, counted from 1."""

    dimensions: Mapping[str, int]
    values: Mapping[str, Value]
    indices: Mapping[str, int]


class Tape(Struct, frozen=True):
    """Terms laid out for evaluation.

    ``axes`` are the dimensions of the free indices, ``bound`` those of the bound indices of each height;
    ``differences`` is how deep difference quotients are nested, each of which costs digits.
    """

    steps: tuple[tuple[Callable[..., Array], tuple[int, ...]], ...]
    results: tuple[int, ...]
    axes: tuple[str, ...]
    bound: tuple[frozenset[str], ...]
    differences: int

    def cells(self, dimensions: Mapping[str, int]) -> int:
        """The most numbers that one step holds for one point."""
        free = math.prod(_size(d, dimensions) for d in self.axes)
        return free * math.prod(max(_size(d, dimensions) for d in level) for level in self.bound)


def evaluate(tape: Tape, points: Points) -> tuple[Array, ...]:
    """The value of each term of the tape at each point and each value of the free indices.

    Shapes: ``(points.count, *sizes of the tape's axes)``, float64; nan where undefined or unknown to floats.
    """
    shape = (points.count, *(_size(d, points.dimensions) for d in tape.axes))
    values: list[Array] = []
    with np.errstate(all="ignore"):
        for step, arguments in tape.steps:
            values.append(step(points, *[values[a] for a in arguments]))
    return tuple(_whole(_finite(_drop(values[r], len(shape))), shape) for r in tape.results)


def tape(terms: tuple[Term, ...], axes: tuple[Index, ...], integers: frozenset[str]) -> Tape | None:
    """Lay out terms over the given free indices; None where they hold a construct that points cannot evaluate.

    ``integers`` names the variables of integer type, which decide the meaning of a power.
    """
    heights = _Heights()
    layout = _Layout(axes, heights, max(map(heights.of, terms), default=0), integers)
    scope = {str(index.name): ("axis", 1 + position, index.dimension) for position, index in enumerate(axes)}
    try:
        results = tuple(layout.lay(t, scope, ()) for t in terms)
    except _NotEvaluable:
        return None
    bound = tuple(frozenset(level) for level in layout.bound if level)
    return Tape(tuple(layout.steps), results, tuple(i.dimension for i in axes), bound, layout.differences)


def integer_names(goal: Goal) -> frozenset[str]:
    """The names that make a power integer: integer variables and dimensions."""
    return frozenset(d.name for d in goal.declarations if "integer" in d.type) | frozenset(goal.dimensions)


class _NotEvaluable(Exception):
    """A limit, an optimum, infinity, or a tape that would be too long."""


class _Shift(Struct, frozen=True):
    """A perturbation in force below a diff: the coordinate, the slot of its size, and the multiple of it."""

    name: str
    places: tuple[Place, ...]
    size: int
    factor: complex


class _Heights:
    """How many reductions are nested in a term; a term is looked through once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Term, int]] = {}

    def of(self, term: Term) -> int:
        known = self._known.get(id(term))
        if known is None:
            below = max(map(self.of, children(term)), default=0)
            known = self._known[id(term)] = (term, below + isinstance(term, Reduce))
        return known[1]


class _Layout:
    """Collects the steps of a tape; equal steps over equal arguments are one."""

    def __init__(self, axes: tuple[Index, ...], heights: _Heights, most: int, integers: frozenset[str]) -> None:
        self.steps: list[tuple[Callable[..., Array], tuple[int, ...]]] = []
        self.bound: list[set[str]] = [set() for _ in range(most)]
        self.first_bound = 1 + len(axes)
        self.rank = 1 + len(axes) + most
        self.heights = heights
        self.integers = integers
        self.differences = 0
        self._slots: dict[tuple[object, ...], int] = {}

    def step(self, key: tuple[object, ...], function: Callable[..., Array], *arguments: int) -> int:
        slot = self._slots.get((*key, *arguments))
        if slot is None:
            if len(self.steps) >= _LONGEST_TAPE:
                raise _NotEvaluable
            slot = self._slots[(*key, *arguments)] = len(self.steps)
            self.steps.append((function, arguments))
        return slot

    def lay(self, term: Term, scope: Mapping[str, Place], shifts: tuple[_Shift, ...]) -> int:
        """The slot of a term's value."""
        match term:
            case Number(value):
                return self.constant(_as_float(value))
            case Constant(name) if name in _CONSTANTS:
                return self.constant(_CONSTANTS[name])
            case Variable(name):
                return self.shifted(name, (), shifts)
            case Component(array, indices):
                return self.shifted(array, tuple(_place(i, scope) for i in indices), shifts)
            case Delta(left, right):
                return self.match(_place(left, scope), _place(right, scope))
            case Neg(operand):
                return self.step(("neg",), _negative, self.lay(operand, scope, shifts))
            case Binary("**", base, exponent):
                power = _integer_power if is_integer_type(exponent, self.integers) else _real_power
                arguments = (self.lay(base, scope, shifts), self.lay(exponent, scope, shifts))
                return self.step((power,), power, *arguments)
            case Binary(op, left, right):
                return self.step((op,), _BINARY[op], self.lay(left, scope, shifts), self.lay(right, scope, shifts))
            case Apply(name, args) if name in FUNCTIONS:
                function = meaning(name)
                return self.step((name,), lambda _, *a: function(*a), *[self.lay(a, scope, shifts) for a in args])
            case Reduce():
                return self.reduce(term, scope, shifts)
            case Diff(body, targets):
                return self.diff(body, targets, scope, shifts)
            case _:
                raise _NotEvaluable

    def constant(self, value: float) -> int:
        array = np.full((1,) * self.rank, value)
        return self.step(("constant", value), lambda _: array)

    def leaf(self, name: str, places: tuple[Place, ...]) -> int:
        rank = self.rank
        axes = tuple(place[1] for place in places if place[0] == "axis")
        if len(axes) == len(places) == len(set(axes)) > 0:
            order = (0, *sorted(range(1, len(axes) + 1), key=(0, *axes).__getitem__))
            return self.step(("leaf", name, places), lambda points: _spread(points.values[name], axes, order, rank))
        return self.step(("leaf", name, places), lambda points: _leaf(points, name, places, rank))

    def match(self, left: Place, right: Place) -> int:
        rank = self.rank
        return self.step(("delta", left, right), lambda points: _delta(points, left, right, rank))

    def shifted(self, name: str, places: tuple[Place, ...], shifts: tuple[_Shift, ...]) -> int:
        """A variable or component, moved by every perturbation of it that is in force."""
        slot = self.leaf(name, places)
        for shift in shifts:
            if shift.name == name:
                move = self.step(("times", shift.factor), lambda _, h, c=shift.factor: c * h, shift.size)
                for mine, its in zip(places, shift.places, strict=True):
                    move = self.step(("*",), _times, move, self.match(mine, its))
                slot = self.step(("+",), _plus, slot, move)
        return slot

    def reduce(self, term: Reduce, scope: Mapping[str, Place], shifts: tuple[_Shift, ...]) -> int:
        height = self.heights.of(term)
        axis = self.first_bound + height - 1
        here: Place = ("axis", axis, term.index.dimension)
        self.bound[height - 1].add(term.index.dimension)
        body = self.lay(term.body, {**scope, str(term.index.name): here}, shifts)
        excluded = tuple(self.match(here, _place(j, scope)) for j in term.excluded)
        kind, dimension = term.kind, term.index.dimension
        return self.step(
            ("reduce", kind, here), lambda points, b, *e: _reduce(points, kind, dimension, axis, b, e), body, *excluded
        )

    def diff(
        self,
        body: Term,
        targets: tuple[Variable | Component, ...],
        scope: Mapping[str, Place],
        shifts: tuple[_Shift, ...],
    ) -> int:
        """The derivative in the last target of the derivatives in the ones before it."""
        *earlier, target = targets
        inner = Diff(body, tuple(earlier)) if earlier else body
        name = target.name if isinstance(target, Variable) else target.array
        places = tuple(_place(i, scope) for i in target.indices) if isinstance(target, Component) else ()
        at = self.leaf(name, places)
        if _complex_step_works(inner):
            size = self.constant(_COMPLEX_STEP)
            moved = self.lay(inner, scope, (*shifts, _Shift(name, places, size, 1j)))
            return self.step(("imaginary",), lambda _, v, x: _imaginary(v, x), moved, at)
        self.differences = max(self.differences, 1 + len(shifts))
        size = self.step(("step size",), lambda _, x: _step_size(x), at)
        ends = tuple(
            self.lay(inner, scope, (*shifts, _Shift(name, places, size, factor)))
            for factor in (1.0, -1.0, 0.5, -0.5, 0.25, -0.25)
        )
        return self.step(("richardson",), lambda _, h, *f: _richardson(h, *f), size, *ends)


def _complex_step_works(term: Term) -> bool:
    """A complex step nests in nothing, and says nothing about a function without a complex meaning."""
    match term:
        case Diff():
            return False
        case Apply(name) if name in FUNCTIONS and not FUNCTIONS[name].analytic:
            return False
        case _:
            return all(_complex_step_works(c) for c in children(term))


def _place(index: Index, scope: Mapping[str, Place]) -> Place:
    if isinstance(index.name, int):
        return ("literal", index.name, index.dimension)
    return scope[index.name]


def _size(dimension: str, dimensions: Mapping[str, int]) -> int:
    return int(dimension) if dimension.isdigit() else dimensions[dimension]


def _as_float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _drop(value: Array, rank: int) -> Array:
    """Without the axes of bound indices, all of size 1 by now."""
    return value.reshape(value.shape[:rank])


def _finite(value: Array) -> Array:
    finite = np.isfinite(value)
    return value if finite.all() else np.where(finite, value, np.nan)


def _whole(value: Array, shape: tuple[int, ...]) -> Array:
    return value if value.shape == shape else np.broadcast_to(value, shape)


def _leaf(points: Points, name: str, places: tuple[Place, ...], rank: int) -> Array:
    if name not in points.values:
        return np.full((1,) * rank, float(points.dimensions[name]))
    value = points.values[name]
    if not places:
        return value.reshape((-1,) + (1,) * (rank - 1))
    grids: list[Any] = [np.arange(points.count).reshape((-1,) + (1,) * (rank - 1))]
    inside = True
    for place, size in zip(places, value.shape[1:], strict=True):
        inside = inside and (place[0] == "axis" or place[1] <= size)
        grids.append(_grid(place, size, rank) if inside else 0)
    return value[tuple(grids)] if inside else np.full((1,) * rank, np.nan)


def _spread(value: Array, axes: tuple[int, ...], order: tuple[int, ...], rank: int) -> Array:
    """The entries of an array, each of its dimensions along the axis of its own index; a view."""
    shape = [value.shape[0]] + [1] * (rank - 1)
    for axis, size in zip(axes, value.shape[1:], strict=True):
        shape[axis] = size
    return (value if len(axes) == 1 else value.transpose(order)).reshape(shape)


@lru_cache(maxsize=1024)
def _grid(place: Place, size: int, rank: int) -> Any:
    """The 0-based numbers of an index along its own axis."""
    if place[0] == "literal":
        return place[1] - 1
    return np.arange(size).reshape((1,) * place[1] + (size,) + (1,) * (rank - 1 - place[1]))


def _delta(points: Points, left: Place, right: Place, rank: int) -> Array:
    for place in (left, right):
        if place[0] == "literal" and place[1] > _size(place[2], points.dimensions):
            return np.full((1,) * rank, np.nan)
    return _match(left, right, _size(left[2], points.dimensions), _size(right[2], points.dimensions), rank)


@lru_cache(maxsize=64)
def _match(left: Place, right: Place, rows: int, columns: int, rank: int) -> Array:
    same = _grid(left, rows, rank) == _grid(right, columns, rank)
    return np.asarray(same, dtype=float).reshape(np.shape(same) or (1,) * rank)


def _reduce(points: Points, kind: str, dimension: str, axis: int, body: Array, excluded: tuple[Array, ...]) -> Array:
    size = _size(dimension, points.dimensions)
    if excluded:
        return _reduce_restricted(kind, axis, body, excluded)
    if body.shape[axis] == 1 and size > 1:
        return _constant_reduction(kind, body, size)
    return _REDUCTIONS[kind](body, axis)


def _constant_reduction(kind: str, body: Array, size: int) -> Array:
    return body * size if kind == "Sum" else body**size if kind == "Product" else body


def _reduce_restricted(kind: str, axis: int, body: Array, excluded: tuple[Array, ...]) -> Array:
    """Lazy outside the restriction: a value there is never looked at."""
    hits = sum(excluded[1:], excluded[0])
    value = _REDUCTIONS[kind](np.where(hits > 0, _NEUTRAL[kind], body), axis)
    unknown = np.isnan(hits).any(axis, keepdims=True)
    empty = (hits > 0).all(axis, keepdims=True) & (kind in ("Max", "Min"))
    return np.where(unknown | empty, np.nan, value)


def _largest(value: Array, axis: int) -> Array:
    if not np.iscomplexobj(value):
        return np.asarray(np.maximum.reduce(value, axis, keepdims=True))
    top = np.maximum.reduce(value.real, axis, keepdims=True)
    slopes = np.where(value.real == top, value.imag, np.nan)
    high, low = (np.asarray(f(slopes, axis, keepdims=True)) for f in (np.fmax.reduce, np.fmin.reduce))
    return np.where(high == low, top + 1j * high, np.nan)


def _smallest(value: Array, axis: int) -> Array:
    return -_largest(-value, axis)


def _total(value: Array, axis: int) -> Array:
    return np.asarray(np.add.reduce(value, axis, keepdims=True))


def _multiplied(value: Array, axis: int) -> Array:
    return np.asarray(np.multiply.reduce(value, axis, keepdims=True))


def _step_size(x: Array) -> Array:
    """Small against x, so that a neighbouring domain boundary at 0 is kept; not below what rounding leaves visible."""
    return np.where(np.abs(x) < 0.02, 1.0, np.minimum(np.abs(x), 1.0)) / 64


def _imaginary(value: Array, at: Array) -> Array:
    slope: Array = value.imag / _COMPLEX_STEP if np.iscomplexobj(value) else np.zeros_like(value)
    return np.asarray(slope + 0 * (value.real + at))


def _richardson(h: Array, *ends: Array) -> Array:
    wide, half, quarter = ((ends[2 * k] - ends[2 * k + 1]) / (2 * h / 2**k) for k in range(3))
    better, best = (4 * half - wide) / 3, (4 * quarter - half) / 3
    return np.asarray((16 * best - better) / 15)


def _negative(_: Points, a: Array) -> Array:
    return -a


def _plus(_: Points, a: Array, b: Array) -> Array:
    return a + b


def _minus(_: Points, a: Array, b: Array) -> Array:
    return a - b


def _times(_: Points, a: Array, b: Array) -> Array:
    return a * b


def _over(_: Points, a: Array, b: Array) -> Array:
    return a / (b if b.all() else np.where(b == 0, np.nan, b))


def _integer_power(_: Points, base: Array, exponent: Array) -> Array:
    exponent = exponent.real
    if exponent.size == 1 and exponent.item() == 2:
        return base * base
    bad = (base == 0) & (exponent < 0)
    if not np.iscomplexobj(base):
        return np.where(bad, np.nan, np.power(base, exponent))
    # Powers of a negative base go through its mirror image: the general complex power would lose the tiny step.
    mirror = np.where(base.real < 0, -1.0, 1.0)
    magnitude = np.where(exponent == 0, 1.0, np.power(base * mirror, np.where(bad, 1.0, exponent)))
    return np.where(bad, np.nan, magnitude * np.power(mirror, exponent))


def _real_power(_: Points, base: Array, exponent: Array) -> Array:
    undefined = (base.real < 0) | ((base.real == 0) & ((exponent.real <= 0) | (base.imag != 0)))
    return np.where(undefined, np.nan, np.power(base, np.where(undefined, 1.0, exponent)))


def meaning(name: str) -> Callable[..., Array]:
    """The NumPy meaning of a function of the signature, undefined values as nan, complex arguments as steps."""
    own = _OWN.get(name)
    return own if own else _NUMPY(FUNCTIONS[name].numpy)


def _defined_where(function: Callable[[Array], Array], condition: Callable[[Array], Array]) -> Callable[[Array], Array]:
    def restricted(x: Array) -> Array:
        return np.where(condition(x.real), function(x), np.nan)

    return restricted


def _on_floats(function: Callable[..., float]) -> Callable[..., Array]:
    def guarded(*x: float) -> float:
        try:
            return function(*map(float, x))
        except OverflowError:
            return math.inf
        except ValueError:
            return math.nan

    return lambda *x: np.asarray(np.frompyfunc(guarded, len(x), 1)(*x), dtype=float)


def _piecewise(function: Callable[[Array], Array], jumps: Callable[[Array], Array]) -> Callable[[Array], Array]:
    """A function that is constant between its jumps: a step at a jump is undefined, elsewhere it vanishes."""

    def stepped(x: Array) -> Array:
        value = function(x.real)
        return np.where(jumps(x.real) & (x.imag != 0), np.nan, value) if np.iscomplexobj(x) else value

    return stepped


def _abs(x: Array) -> Array:
    return np.where((x.real == 0) & (x.imag != 0), np.nan, x * np.sign(x.real)) if np.iscomplexobj(x) else np.abs(x)


def _cbrt(x: Array) -> Array:
    if not np.iscomplexobj(x):
        return np.cbrt(x)
    sign = np.sign(x.real)
    return np.where((x.real == 0) & (x.imag != 0), np.nan, sign * np.power(sign * x, 1 / 3))


def _max(*args: Array) -> Array:
    if any(np.iscomplexobj(a) for a in args):
        return np.asarray(_largest(np.stack(np.broadcast_arrays(*args), -1), -1)[..., 0])
    value = args[0]
    for other in args[1:]:
        value = np.maximum(value, other)
    return value


def _min(*args: Array) -> Array:
    return -_max(*(-a for a in args))


def _acot(x: Array) -> Array:
    return np.where(x.real == 0, np.where(x.imag == 0, np.pi / 2, np.nan), np.arctan(1 / np.where(x == 0, 1, x)))


def _factorial(x: float) -> float:
    return math.gamma(x + 1) if x >= 0 and x == math.floor(x) else math.nan


def _binomial(x: float, y: float) -> float:
    natural = x >= 0 and y >= 0 and x == math.floor(x) and y == math.floor(y)
    return float(math.comb(int(x), int(y))) if natural and x <= 1000 else math.nan


def _at_integers(x: Array) -> Array:
    return np.asarray(x == np.floor(x))


_NUMPY: Callable[[str], Callable[..., Array]] = vars(np).__getitem__
_CONSTANTS = {"pi": math.pi, "E": math.e}
_BINARY = {"+": _plus, "-": _minus, "*": _times, "/": _over}
_REDUCTIONS = {"Sum": _total, "Product": _multiplied, "Max": _largest, "Min": _smallest}
_NEUTRAL = {"Sum": 0.0, "Product": 1.0, "Max": -math.inf, "Min": math.inf}
_OWN: dict[str, Callable[..., Array]] = {
    "log": _defined_where(np.log, lambda x: x > 0),
    "log1p": _defined_where(np.log1p, lambda x: x > -1),
    "sqrt": lambda x: _defined_where(np.sqrt, lambda r: (r > 0) | ((r == 0) & (x.imag == 0)))(x),
    "cbrt": _cbrt,
    "Abs": _abs,
    "sign": _piecewise(np.sign, lambda x: x == 0),
    "floor": _piecewise(np.floor, _at_integers),
    "ceiling": _piecewise(np.ceil, _at_integers),
    "Max": _max,
    "Min": _min,
    "cot": _defined_where(lambda x: 1 / np.tan(x), lambda x: x != 0),
    "sec": lambda x: 1 / np.cos(x),
    "csc": _defined_where(lambda x: 1 / np.sin(x), lambda x: x != 0),
    "coth": _defined_where(lambda x: 1 / np.tanh(x), lambda x: x != 0),
    "sech": lambda x: 1 / np.cosh(x),
    "csch": _defined_where(lambda x: 1 / np.sinh(x), lambda x: x != 0),
    "asin": _defined_where(np.arcsin, lambda x: np.abs(x) <= 1),
    "acos": _defined_where(np.arccos, lambda x: np.abs(x) <= 1),
    "acosh": _defined_where(np.arccosh, lambda x: x >= 1),
    "atanh": _defined_where(np.arctanh, lambda x: np.abs(x) < 1),
    "acot": _acot,
    "factorial": _on_floats(_factorial),
    "binomial": _on_floats(_binomial),
    "erf": _on_floats(math.erf),
    "gamma": _on_floats(math.gamma),
    "loggamma": _defined_where(_on_floats(math.lgamma), lambda x: x > 0),
}
