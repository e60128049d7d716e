"""What a goal asks of its points: palettes for its variables, and the hypotheses sorted by what they bind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import chain

import numpy as np
from flint import fmpq
from msgspec import Struct

from derive.claim import Declaration, Goal, Hypothesis
from derive.evaluate import Array, Points, evaluate, integer_names, tape
from derive.sample.rational import Cell, Instance, Place, rational
from derive.term import (
    Apply,
    Binary,
    Component,
    Constant,
    Neg,
    Number,
    Reduce,
    Term,
    Variable,
    own_indices,
    subterms,
)
from derive.verdict import Value
from derive.whole import closed_rational, closed_rationals


class Palette(Struct, frozen=True, eq=False):
    """The values that a variable is drawn from, simplest first, and the same as machine words.

    One palette serves every goal that asks for the same values, so that what is drawn from it can be kept.
    """

    values: tuple[Fraction, ...]
    numerators: Array
    denominators: Array


class Plan(Struct, frozen=True):
    """A goal prepared for drawing.

    ``structural`` are the dimensions that give something its shape; a dimension that is only a number is drawn like
    any variable. ``relational`` hypotheses bind several entries at once; those of one entry have filtered its palette.
    """

    goal: Goal
    structural: tuple[str, ...]
    variables: tuple[Declaration, ...]
    palettes: Mapping[str, Palette]
    of_dimensions: tuple[Hypothesis, ...]
    of_indices: tuple[Hypothesis, ...]
    relational: tuple[Hypothesis, ...]
    literals: tuple[Fraction, ...]
    integers: frozenset[str]


def plan(goal: Goal) -> Plan:
    """Sort the hypotheses of a goal and choose the palettes of its variables."""
    structural = _structural(goal)
    variables = tuple(d for d in goal.declarations if d.name not in structural and d.type != "index")
    literals, integers = _literals(goal), integer_names(goal)
    names, free = {d.name for d in variables}, {str(i.name) for i in goal.indices}
    mentioned = [(h, _mentioned(h)) for h in goal.hypotheses]
    relational = [h for h, used in mentioned if len(used & names) > 1]
    palettes = {}
    for d in variables:
        alone = [h for h, used in mentioned if used & names == {d.name}]
        entrywise = [h for h in alone if _speaks_of_one_entry(h, free | set(structural))]
        palettes[d.name], unmet = _palette(d, literals, entrywise, integers)
        relational += [h for h in alone if h not in entrywise or h in unmet]
    return Plan(
        goal,
        structural,
        variables,
        palettes,
        tuple(h for h, used in mentioned if not used & (names | free)),
        tuple(h for h, used in mentioned if used & free and not used & names),
        tuple(relational),
        literals,
        integers,
    )


def has_type(declaration: Declaration, value: Value) -> bool:
    """Whether an exact value is one of the declared type, shapes aside."""
    entries = tuple(_entries(value))
    whole = declaration.type not in ("onehot", "simplex") or sum(entries) == 1
    return whole and all(map(OF_TYPE[declaration.type], entries))


def _entries(value: Value) -> Iterator[Fraction]:
    if isinstance(value, tuple):
        yield from chain.from_iterable(map(_entries, value))
    else:
        yield value


def _terms(goal: Goal) -> Iterator[Term]:
    yield goal.left
    yield goal.right
    for h in goal.hypotheses:
        yield h.relation.left
        yield h.relation.right


def _structural(goal: Goal) -> tuple[str, ...]:
    used = {i.dimension for i in goal.indices} | {d for v in goal.declarations for d in v.dimensions}
    for term in _terms(goal):
        for node in subterms(term):
            for index in own_indices(node):
                used.add(index.dimension)
            if isinstance(node, Reduce):
                used.add(node.index.dimension)
    return tuple(d for d in goal.dimensions if d in used)


_NONE: frozenset[str] = frozenset()
_CLOSED = (Number, Constant, Neg, Binary, Apply)
_COARSE = 8  # the largest denominator of what stands for an irrational number
_FARTHEST = 10**6


def _literals(goal: Goal) -> tuple[Fraction, ...]:
    """The numbers that the goal itself speaks of, smallest first, a few at most."""
    found: set[Fraction] = set()
    for term in _terms(goal):
        closed_rationals(term, found)
    found |= {v for h in goal.hypotheses for side in (h.relation.left, h.relation.right) for v in _about(side)}
    short = (v for v in found if max(abs(v.numerator), v.denominator) <= 10**12)
    return tuple(sorted(short, key=lambda v: (abs(v), v)))[:12]


def _about(side: Term) -> Iterator[Fraction]:
    """A number near a closed term such as ``3*pi``, between which and the others points are wanted."""
    closed = all(isinstance(t, _CLOSED) for t in subterms(side))
    laid = tape((side,), (), _NONE) if closed and closed_rational(side) is None else None
    if laid is not None:
        value = float(evaluate(laid, Points({}, {}, 1))[0][0])
        if abs(value) < _FARTHEST:
            yield Fraction(value).limit_denominator(_COARSE)


def _mentioned(hypothesis: Hypothesis) -> set[str]:
    """Names of variables, of dimensions as numbers, and of free indices."""
    bound = {str(i.name) for i in hypothesis.quantified}
    names: set[str] = set()
    for node in _nodes(hypothesis):
        names.update(str(i.name) for i in own_indices(node))
        if isinstance(node, Variable):
            names.add(node.name)
        elif isinstance(node, Component):
            names.add(node.array)
        elif isinstance(node, Reduce):
            bound.add(str(node.index.name))
    return names - bound


def _nodes(hypothesis: Hypothesis) -> Iterator[Term]:
    return chain(subterms(hypothesis.relation.left), subterms(hypothesis.relation.right))


def _speaks_of_one_entry(hypothesis: Hypothesis, others: set[str]) -> bool:
    """Whether a hypothesis about one variable binds each of its entries by itself: ``x > 0``, ``x[k] != 0``."""
    if _mentioned(hypothesis) & others or any(isinstance(n, Reduce) for n in _nodes(hypothesis)):
        return False
    places = {tuple(i.name for i in n.indices) for n in _nodes(hypothesis) if isinstance(n, Component)}
    quantified = {i.name for i in hypothesis.quantified}
    return len(places) <= 1 and all(set(p) <= quantified and len(set(p)) == len(p) for p in places)


_PLAIN = "0 1 -1 2 -2 1/2 -1/2 3 -3 1/3 3/2 -3/2 -1/3 2/3 4 -4 5 -5 1/4 3/4 -3/4 6 7/5 10 -10 1/10 -1/10 9/10"
_EXTREME = "40 -40 100 -100 1/1000000 -1/1000000 -1000 1000"
_COMMON = tuple(map(Fraction, _PLAIN.split()))
_LAST = tuple(map(Fraction, _EXTREME.split()))
_WORD = 2**62  # batches hold numerators and denominators in machine words
_NATURAL = tuple(map(Fraction, (*range(1, 13), 16, 20, 25, 32, 50, 64, 100, 1000, 10**6)))

OF_TYPE: dict[str, Callable[[Fraction | fmpq], bool]] = {
    "real": lambda v: True,
    "positive": lambda v: v.numerator > 0,
    "negative": lambda v: v.numerator < 0,
    "nonnegative": lambda v: v.numerator >= 0,
    "nonzero": lambda v: v.numerator != 0,
    "integer": lambda v: v.denominator == 1,
    "positive integer": lambda v: v.denominator == 1 and v.numerator > 0,
    "nonnegative integer": lambda v: v.denominator == 1 and v.numerator >= 0,
    "simplex": lambda v: 0 <= v.numerator <= v.denominator,
    "onehot": lambda v: v in (0, 1),
}


def _palette(
    variable: Declaration, literals: tuple[Fraction, ...], hypotheses: list[Hypothesis], integers: frozenset[str]
) -> tuple[Palette, list[Hypothesis]]:
    """The values that a variable is drawn from, and the hypotheses that no value of it meets."""
    palette = _of_type(variable.type, literals)
    unmet: list[Hypothesis] = []
    for h in hypotheses:
        met = tuple(v for v in palette.values if _entry_meets(h, variable.name, v, integers))
        palette, unmet = (_made(met), unmet) if met else (palette, [*unmet, h])
    return palette, unmet


@lru_cache(maxsize=256)
def _of_type(kind: str, literals: tuple[Fraction, ...]) -> Palette:
    wanted = _NATURAL if kind == "positive integer" else ()
    every = (*_COMMON[:8], *_near(literals), *_COMMON[8:], *_LAST, *wanted)
    short = (v for v in every if max(abs(v.numerator), v.denominator) < _WORD)
    return _made(tuple(dict.fromkeys(filter(OF_TYPE[kind], short))))


@lru_cache(maxsize=256)
def _made(values: tuple[Fraction, ...]) -> Palette:
    tops = np.array([v.numerator for v in values], dtype=np.int64)
    return Palette(values, tops, np.array([v.denominator for v in values], dtype=np.int64))


def _near(literals: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    """The literals, what lies next to them and between them."""
    far = [v for v in literals if abs(v) > 2 or v.denominator > 1]
    steps = (Fraction(0), Fraction(1), Fraction(-1), Fraction(1, 2))
    between = ((a + b) / 2 for a in literals for b in literals if a < b)
    return (*(v + s for v in far for s in steps), *(-v for v in far), *between)


def _entry_meets(hypothesis: Hypothesis, name: str, value: Fraction, integers: frozenset[str]) -> bool:
    """Whether a value, as any entry of the variable, meets a hypothesis about entries; what is not rational may."""
    scope = {str(i.name): 1 for i in hypothesis.quantified}
    place = Place(_ONE_EACH, integers)
    return Instance(hypothesis, scope).holds(_Everywhere(rational(value)), place) is not False


class _Everywhere(dict[Cell, fmpq]):
    """The same value for every entry."""

    def __init__(self, value: fmpq) -> None:
        super().__init__()
        self.value = value

    def __missing__(self, cell: Cell) -> fmpq:
        return self.value


class _OneEach(dict[str, int]):
    """Every dimension is 1; none is a variable."""

    def __missing__(self, dimension: str) -> int:
        return 1


_ONE_EACH = _OneEach()
