"""A goal at one exact point: what is left to prove when a strict relation can fail only by equality."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import reduce

from msgspec import Struct
from msgspec.structs import replace

from derive.claim import Declaration, Goal, Hypothesis
from derive.term import (
    Apply,
    Binary,
    Call,
    Component,
    Delta,
    Diff,
    Index,
    Limit,
    Number,
    Optimum,
    Reduce,
    Relation,
    Term,
    Variable,
    children,
    subterms,
    with_children,
)
from derive.verdict import Counterexample, Value

LARGEST = 5_000


class _Point(Struct, frozen=True):
    dimensions: dict[str, int]
    values: dict[str, Value]
    indices: dict[str, int]

    def size(self, dimension: str) -> int:
        return int(dimension) if dimension.isdigit() else self.dimensions[dimension]

    def place(self, index: Index) -> int:
        return index.name if isinstance(index.name, int) else self.indices[index.name]

    def literal(self, index: Index) -> Index:
        return Index(self.place(index), str(self.size(index.dimension)))

    def with_index(self, name: str, value: int) -> _Point:
        return replace(self, indices={**self.indices, name: value})

    def without(self, names: set[str]) -> _Point:
        return replace(self, values={name: v for name, v in self.values.items() if name not in names})


def instance(goal: Goal, found: Counterexample) -> Goal | None:
    """``left == right`` at the point, sums written out; None where that is too large or means something else.

    What a derivative varies stays a variable below it, and its value becomes a hypothesis.
    """
    point = _Point(dict(found.dimensions), dict(found.values), dict(found.indices))
    if not (_is_pointwise(goal.left, point) and _is_pointwise(goal.right, point)):
        return None
    if _count(goal.left, point) + _count(goal.right, point) > LARGEST:
        return None
    left, right = _at(goal.left, point), _at(goal.right, point)
    declarations = tuple(_fixed(d, point) for d in goal.declarations if d.name in _names(left) | _names(right))
    varied = _varied(left) | _varied(right)
    equations = tuple(h for d in declarations if d.name in varied for h in _equations(d, point))
    return Goal(left, "==", right, declarations, (), (), equations)


def _is_pointwise(term: Term, point: _Point) -> bool:
    """Whether the value at a point is all that matters: not so for an optimum, or a limit in a dimension."""
    return not any(
        isinstance(t, Optimum | Call) or (isinstance(t, Limit) and t.variable in point.dimensions)
        for t in subterms(term)
    )


def _count(term: Term, point: _Point) -> int:
    inner = 1 + sum(_count(child, point) for child in children(term))
    return inner * point.size(term.index.dimension) if isinstance(term, Reduce) else inner


def _at(term: Term, point: _Point) -> Term:
    match term:
        case Variable(name):
            return _number(point.dimensions.get(name, point.values.get(name)), term)
        case Component(array, indices):
            found = Component(array, tuple(point.literal(i) for i in indices))
            return _number(_entry(point.values.get(array), [point.place(i) for i in indices]), found)
        case Delta(left, right):
            return Number(Fraction(point.place(left) == point.place(right)))
        case Reduce():
            return _written_out(term, point)
        case Diff(body, targets):
            return Diff(_at(body, point.without(_target_names(term))), tuple(_target(t, point) for t in targets))
        case Limit(body, variable, limit_point, side):
            return Limit(_at(body, point.without({variable})), variable, _at(limit_point, point), side)
        case _:
            return with_children(term, tuple(_at(child, point) for child in children(term)))


def _number(value: Value | int | None, otherwise: Term) -> Term:
    return Number(Fraction(value)) if isinstance(value, int | Fraction) else otherwise


def _entry(value: Value | None, places: list[int]) -> Value | None:
    for place in places:
        if not isinstance(value, tuple):
            return None
        value = value[place - 1]
    return value


def _target(target: Variable | Component, point: _Point) -> Variable | Component:
    if isinstance(target, Variable):
        return target
    return Component(target.array, tuple(point.literal(i) for i in target.indices))


def _written_out(term: Reduce, point: _Point) -> Term:
    """The reduction entry by entry; an empty Max cannot occur, because both sides are defined at the point."""
    assert isinstance(term.index.name, str), "a bound index has a name"
    excluded = {point.place(other) for other in term.excluded}
    places = (p for p in range(1, point.size(term.index.dimension) + 1) if p not in excluded)
    parts = [_at(term.body, point.with_index(term.index.name, p)) for p in places]
    if term.kind in ("Max", "Min"):
        return parts[0] if len(parts) == 1 else Apply(term.kind, tuple(parts))
    if not parts:
        return Number(Fraction(term.kind == "Product"))
    return reduce(lambda a, b: Binary("+" if term.kind == "Sum" else "*", a, b), parts)


def _names(term: Term) -> set[str]:
    return _varied(term) | {
        t.array if isinstance(t, Component) else t.name for t in subterms(term) if isinstance(t, Component | Variable)
    }


def _varied(term: Term) -> set[str]:
    return {name for t in subterms(term) if isinstance(t, Diff) for name in _target_names(t)}


def _target_names(term: Diff) -> set[str]:
    return {t.array if isinstance(t, Component) else t.name for t in term.targets}


def _fixed(declaration: Declaration, point: _Point) -> Declaration:
    return replace(declaration, dimensions=tuple(str(point.size(d)) for d in declaration.dimensions))


def _equations(declaration: Declaration, point: _Point) -> Iterator[Hypothesis]:
    for places, value in _entries(point.values.get(declaration.name)):
        indices = tuple(Index(p, d) for p, d in zip(places, declaration.dimensions, strict=True))
        left = Component(declaration.name, indices) if indices else Variable(declaration.name)
        yield Hypothesis(Relation(left, "==", Number(value)))


def _entries(value: Value | None, places: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Fraction]]:
    if isinstance(value, Fraction):
        yield places, value
    for number, part in enumerate(value if isinstance(value, tuple) else (), 1):
        yield from _entries(part, (*places, number))
