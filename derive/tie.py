"""A strict relation that fails by equality, at a point of a search or at one with a closed form."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.claim import SIGNS, Goal
from derive.instance import instance
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
from derive.verdict import Counterexample, Enclosure, Support
from derive.write import write

MOST_TIES = 8
ZERO = Number(Fraction(0))
PRECISION = 256


def tie(goal: Goal, support: Support) -> Counterexample | None:
    """A point at which the kernel proves the sides equal, where they must differ."""
    if goal.op not in ("<", ">", "!="):
        return None
    return next((replace(p, kind="equality") for p in support.ties[:MOST_TIES] if _is_equal(goal, p)), None)


def _is_equal(goal: Goal, point: Counterexample) -> bool:
    equality = instance(goal, point)
    return equality is not None and _is_proved(equality)


def _is_proved(goal: Goal) -> bool:
    return isinstance(prove(goal), Theorem)


# --- points with a closed form


def closed_tie(goal: Goal) -> Counterexample | None:
    """The same at a point whose coordinates are closed forms, such as ``sqrt(2)``.

    Only where the goal speaks of numbers alone: what a derivative or a limit varies has no value to be replaced.
    """
    relations = (Relation(goal.left, goal.op, goal.right), *(h.relation for h in goal.hypotheses))
    terms = (t for r in relations for side in (r.left, r.right) for t in subterms(side))
    if goal.op not in ("<", ">", "!=") or any(isinstance(t, Diff | Limit | Optimum | Reduce) for t in terms):
        return None
    from derive.touch import touch  # seldom needed, and it brings NumPy along

    return next(filter(None, (_tie_at(goal, point) for point in touch(goal))), None)


def _tie_at(goal: Goal, point: dict[str, Term]) -> Counterexample | None:
    """The point, if it is admissible, both sides are defined there, and they are proved equal."""
    equality = _at(Relation(goal.left, "==", goal.right), point)
    typed = [Relation(point[d.name], SIGNS[d.type], ZERO) for d in goal.declarations if d.type in SIGNS]
    given = [*typed, *(_at(h.relation, point) for h in goal.hypotheses)]
    sides = _enclosed(equality)
    if sides is None or any(_enclosed(relation) is None for relation in given):
        return None
    if not all(_is_proved(Goal(r.left, r.op, r.right, (), (), ())) for r in (*given, equality)):
        return None
    rational = tuple((name, t.value) for name, t in point.items() if isinstance(t, Number))
    implied = tuple((name, write(t)) for name, t in point.items() if not isinstance(t, Number))
    return Counterexample((), rational, (), *sides, goal.op, PRECISION, "equality", implied)


def _at(relation: Relation, point: dict[str, Term]) -> Relation:
    def put(term: Term) -> Term:
        known = point.get(term.name) if isinstance(term, Variable) else None
        return known or with_children(term, tuple(map(put, children(term))))

    return Relation(put(relation.left), relation.op, put(relation.right))


def _enclosed(relation: Relation) -> tuple[Enclosure, Enclosure] | None:
    """Both sides of a relation without variables; None where one is not seen to have a value."""
    from derive.enclose import Missing, enclose, enclosure
    from derive.evaluate import Point

    nowhere = Point({}, {}, {})
    left, right = (enclose(side, nowhere, frozenset(), PRECISION) for side in (relation.left, relation.right))
    if isinstance(left, Missing) or isinstance(right, Missing):
        return None
    return enclosure(left), enclosure(right)
