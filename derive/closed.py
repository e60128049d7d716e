"""A goal between numbers at a point whose coordinates are closed forms, such as ``sqrt(2)`` or ``pi/6``."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from derive.claim import SIGNS, Goal
from derive.enclose import Missing, Real, decide, enclose, enclosure
from derive.evaluate import Point
from derive.kernel import Theorem
from derive.prove import prove
from derive.term import (
    Diff,
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
from derive.verdict import Counterexample
from derive.write import write

ZERO = Number(Fraction(0))
PRECISION = 256
Closed = dict[str, Term]


def is_pointwise(goal: Goal) -> bool:
    """Whether the goal speaks of numbers alone: what a derivative or a limit varies has no value to be replaced."""
    relations = (Relation(goal.left, goal.op, goal.right), *(h.relation for h in goal.hypotheses))
    terms = (t for r in relations for side in (r.left, r.right) for t in subterms(side))
    return not any(isinstance(t, Diff | Limit | Optimum | Reduce) for t in terms)


def at(relation: Relation, point: Closed) -> Relation:
    """The relation with the closed forms in place of the variables."""

    def put(term: Term) -> Term:
        known = point.get(term.name) if isinstance(term, Variable) else None
        return known or with_children(term, tuple(map(put, children(term))))

    return Relation(put(relation.left), relation.op, put(relation.right))


def is_admissible(goal: Goal, point: Closed) -> bool:
    """Whether types and hypotheses are proved to hold at the point, and have values there."""
    typed = [Relation(point[d.name], SIGNS[d.type], ZERO) for d in goal.declarations if d.type in SIGNS]
    given = [*typed, *(at(h.relation, point) for h in goal.hypotheses)]
    sides = [(r, enclosed(r)) for r in given]
    if any(own is None or decide(r.op, *own) is False for r, own in sides):
        return False
    return all(map(is_proved, given))


def is_proved(relation: Relation) -> bool:
    """Whether the kernel proves a relation without variables."""
    return isinstance(prove(Goal(relation.left, relation.op, relation.right, (), (), ())), Theorem)


def enclosed(relation: Relation) -> tuple[Real, Real] | None:
    """Both sides of a relation without variables; None where one is not seen to have a value."""
    nowhere = Point({}, {}, {})
    left, right = (enclose(side, nowhere, frozenset(), PRECISION) for side in (relation.left, relation.right))
    return None if isinstance(left, Missing) or isinstance(right, Missing) else (left, right)


def told(goal: Goal, point: Closed, sides: tuple[Real, Real], kind: Literal["point", "equality"]) -> Counterexample:
    """The point as evidence: rational coordinates as values, the others as what is implied."""
    rational = tuple((name, t.value) for name, t in point.items() if isinstance(t, Number))
    implied = tuple((name, write(t)) for name, t in point.items() if not isinstance(t, Number))
    left, right = map(enclosure, sides)
    return Counterexample((), rational, (), left, right, goal.op, PRECISION, kind, implied)
