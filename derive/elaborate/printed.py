"""A printed number as a claim: at the point, the value agrees with the digits to half a unit of the last one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import prod
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from derive.claim import Goal, Line
from derive.elaborate.components import read_at
from derive.elaborate.expand import MAX_SIZE, expand
from derive.elaborate.infer import Inference
from derive.elaborate.place import placed
from derive.elaborate.scope import Scope
from derive.errors import InputError, Problem, clip, problem
from derive.load import Entry, Node, Scalar, Sequence
from derive.parse import parse
from derive.substitute import free_names, fresh
from derive.term import (
    Apply,
    Binary,
    Component,
    Delta,
    Diff,
    Index,
    Limit,
    Neg,
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

_DIGITS = re.compile(r"(-?)([0-9]{1,100})(?:\.([0-9]{0,100}))?(?:[eE]([+-]?[0-9]{1,2}))?")


class _Point(Struct, frozen=True):
    """The sizes of dimensions, and the value of every variable: closed terms by place, () for a scalar."""

    sizes: Mapping[str, int]
    values: Mapping[str, Mapping[tuple[int, ...], Term]]
    places: Mapping[str, int]


def printed(entry: Entry, scope: Scope, problems: list[Problem]) -> list[Line]:
    """One line for every printed number of a claim with ``value``; none, and problems, when it cannot be read."""
    assert entry.value is not None, "the caller has checked the kind of the claim"
    try:
        if entry.prints is None:
            raise InputError(
                _wrong("`value` has no `prints`", "add `prints: …` with the digits").placed("", entry.head)
            )
        point = _point(entry, scope)
        value = parse(entry.value.text, scope.names)
        _check_whole(value, entry.prints, entry.value, scope, point)
        lines = [_line(value, place, digits, entry.value, scope, point) for place, digits in _leaves(entry.prints)]
    except InputError as error:
        problems += placed(error.problems, entry.value)
        return []
    return lines


def _wrong(found: str, repair: str) -> Problem:
    return problem("DV093", found=found, repair=repair)


def _line(value: Term, place: tuple[int, ...], digits: Scalar, text: Scalar, scope: Scope, point: _Point) -> Line:
    written = read_at(value, tuple(Index(k) for k in place), scope)
    inference = Inference(scope)
    term = inference.expression(expand(written, scope), text)
    inference.finish()
    if inference.problems:
        raise InputError(*inference.problems)
    term = inference.resolved(term)
    if _cost(term, point) > MAX_SIZE:
        raise InputError(problem("DV075", limit=MAX_SIZE))
    number, unit = _number(digits)
    exact = Goal(_closed(term, point), "==", number, (), (), ())
    gap = Apply("Abs", (Binary("-", exact.left, number),))
    goal = Goal(gap, "<=", Number(unit / 2), (), (), ())
    return Line(Relation(written, "==", number), goal, digits.span, exact)


def _number(digits: Scalar) -> tuple[Term, Fraction]:
    """The number as printed, and one unit of its last digit."""
    found = _DIGITS.fullmatch(digits.text.strip())
    if found is None:
        wrong = _wrong(f"`{clip(digits.text, 40)}` is not a printed number", "write digits such as -0.0900 or 1.5e-3")
        raise InputError(wrong.placed("", digits.span))
    unit = Fraction(10) ** (int(found[4] or 0) - len(found[3] or ""))
    number = Number(int(found[2] + (found[3] or "")) * unit, digits.text.strip().removeprefix("-"))
    return (Neg(number) if found[1] else number), unit


def _leaves(node: Node, place: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Scalar]]:
    """The texts of nested lists, each with its place counted from 1."""
    if isinstance(node, Scalar):
        yield place, node
    elif isinstance(node, Sequence) and node.items and len(place) < 2:
        for number, item in enumerate(node.items, start=1):
            yield from _leaves(item, (*place, number))
    else:
        raise InputError(
            _wrong("this is neither a number nor a list of numbers", "write [0.5, 0.5]").placed("", node.span)
        )


# --- the point


def _point(entry: Entry, scope: Scope) -> _Point:
    sizes = _given_sizes(entry, scope)
    values = {}
    for written, node in entry.at:
        name = written.text.strip()
        declaration = scope.variables.get(name)
        if declaration is None:
            found = _wrong(f"`{clip(name)}` is not a variable", "give values to declared variables")
            raise InputError(found.placed("", written.span))
        leaves = dict(_leaves(node))
        shape = _shape(node, len(declaration.dimensions), written)
        for dimension, size in zip(declaration.dimensions, shape, strict=True):
            expected = int(dimension) if dimension.isdigit() else sizes.setdefault(dimension, size)
            if size != expected:
                found = _wrong(f"`{name}` has {size} values where `{dimension}` is {expected}", "make them agree")
                raise InputError(found.placed("", written.span))
        values[name] = {place: _constant(text) for place, text in leaves.items()}
    return _Point(sizes, values, {})


def _shape(node: Node, rank: int, written: Scalar) -> tuple[int, ...]:
    """The lengths of nested lists, which must be as many as the variable has dimensions."""
    shape: list[int] = []
    level: list[Node] = [node]
    while all(isinstance(n, Sequence) for n in level):
        lengths = {len(n.items) for n in level if isinstance(n, Sequence)}
        level = [item for n in level if isinstance(n, Sequence) for item in n.items]
        shape.append(lengths.pop() if len(lengths) == 1 else -1)
    if len(shape) != rank or -1 in shape or any(isinstance(n, Sequence) for n in level):
        required = ("a number", "a list of numbers", "a list of rows of equal length")[min(rank, 2)]
        raise InputError(_wrong(f"`{written.text}` needs {required}", f"write {required}").placed("", written.span))
    return tuple(shape)


def _constant(text: Scalar) -> Term:
    """A closed expression such as ``-0.5`` or ``log(2)``."""
    try:
        term = parse(text.text)
    except InputError as error:
        raise InputError(*placed(error.problems, text)) from error
    names = free_names(term)
    if names or any(isinstance(t, Reduce | Diff | Limit | Optimum) for t in subterms(term)):
        found = _wrong(f"`{clip(text.text, 40)}` is not a number", "write a number such as 1/3, 0.5 or log(2)")
        raise InputError(found.placed("", text.span))
    return term


def _given_sizes(entry: Entry, scope: Scope) -> dict[str, int]:
    """The dimensions to which the point gives a value itself, as in ``n: 3``."""
    sizes = {}
    for written, node in entry.at:
        name = written.text.strip()
        if name in scope.dimensions:
            if not isinstance(node, Scalar) or not re.fullmatch(r"0*[1-9][0-9]{0,6}", node.text):
                found = _wrong(f"`{name}` is a dimension", "give it a whole number from 1 on")
                raise InputError(found.placed("", node.span))
            sizes[name] = int(node.text)
    return sizes


def _check_whole(value: Term, prints: Node, text: Scalar, scope: Scope, point: _Point) -> None:
    """A vector is printed whole: as many numbers as its index has values."""
    rank = max((len(place) for place, _ in _leaves(prints)), default=0)
    names = [fresh(name, scope.names | free_names(value)) for name in "ij"[:rank]]
    inference = Inference(scope)
    inference.expression(expand(read_at(value, tuple(Index(n) for n in names), scope), scope), text)
    inference.finish()
    if inference.problems:
        raise InputError(*inference.problems)
    unread = [name for name in names if name not in inference.free]
    if unread:
        repair = "print one number; a vector is defined, as `s[i]: …`, and is the value by its name, as `s`"
        raise InputError(_wrong("the value is one number", repair).placed("", prints.span))
    sizes = tuple(_size(inference.find(inference.free[name]), point) for name in names)
    places = [place for place, _ in _leaves(prints)]
    fits = all(k <= size for place in places for k, size in zip(place, sizes, strict=False))
    if len(places) != prod(sizes) or not fits or any(len(place) != rank for place in places):
        shape = " by ".join(map(str, sizes))
        found = _wrong(f"the value has {shape} components", "print one number for each")
        raise InputError(found.placed("", prints.span))


# --- the value at the point, sums written out


def _size(dimension: str, point: _Point) -> int:
    if dimension.isdigit():
        return int(dimension)
    if dimension not in point.sizes:
        raise InputError(_wrong(f"nothing says how large `{dimension}` is", f"add `{dimension}: …` under `at`"))
    return point.sizes[dimension]


def _cost(term: Term, point: _Point) -> int:
    """The number of nodes of the value with its sums written out."""
    times = _size(term.index.dimension, point) if isinstance(term, Reduce) else 1
    return 1 + times * sum(_cost(t, point) for t in children(term))


def _closed(term: Term, point: _Point) -> Term:
    match term:
        case Variable(name) if name in point.sizes:
            return Number(Fraction(point.sizes[name]))
        case Variable(name):
            return _value(name, (), point)
        case Component(name, indices):
            return _value(name, tuple(_place(i, point) for i in indices), point)
        case Delta(left, right):
            return Number(Fraction(_place(left, point) == _place(right, point)))
        case Reduce():
            return _written_out(term, point)
        case Diff() | Limit() | Optimum():
            raise InputError(_wrong("a printed value cannot contain diff, limit or argmax", "write its closed form"))
        case _:
            return with_children(term, tuple(_closed(t, point) for t in children(term)))


def _value(name: str, place: tuple[int, ...], point: _Point) -> Term:
    found = point.values.get(name, {}).get(place)
    if found is None:
        where = f"`{name}` at place {', '.join(map(str, place))}" if place else f"`{name}`"
        raise InputError(_wrong(f"nothing says what {where} is", f"add `{name}: …` under `at`"))
    return found


def _place(index: Index, point: _Point) -> int:
    if isinstance(index.name, str) and index.name not in point.places:
        raise InputError(_wrong(f"the index `{index.name}` is free in a printed value", "write a number for it"))
    place = index.name if isinstance(index.name, int) else point.places[index.name]
    if not 1 <= place <= _size(index.dimension, point):
        raise InputError(problem("DV087", index=place, dimension=str(_size(index.dimension, point))))
    return place


def _written_out(term: Reduce, point: _Point) -> Term:
    name = str(term.index.name)
    excluded = {_place(i, point) for i in term.excluded}
    places = [k for k in range(1, _size(term.index.dimension, point) + 1) if k not in excluded]
    parts = [_closed(term.body, replace(point, places={**point.places, name: k})) for k in places]
    if term.kind in ("Max", "Min") and parts:
        return Apply(term.kind, tuple(parts)) if len(parts) > 1 else parts[0]
    return _balanced("+" if term.kind == "Sum" else "*", parts)


def _balanced(op: Literal["+", "*"], parts: list[Term]) -> Term:
    """The sum or product of the parts, of little depth."""
    if len(parts) < 2:
        return parts[0] if parts else Number(Fraction(0 if op == "+" else 1))
    middle = len(parts) // 2
    return Binary(op, _balanced(op, parts[:middle]), _balanced(op, parts[middle:]))
