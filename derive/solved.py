"""Points with closed forms that solve an equation among the hypotheses, where no rational point is admissible."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from msgspec.structs import replace

from derive.claim import Goal
from derive.closed import Closed, at, enclosed, is_admissible, is_pointwise, told
from derive.enclose import decide
from derive.substitute import free_names
from derive.term import Relation, Variable
from derive.verdict import Counterexample

_MOST_POINTS = 12


def solved(goal: Goal) -> tuple[Counterexample, bool] | None:
    """An admissible point at which both sides have a value, and whether the goal fails there; one that fails if met.

    The hypotheses are proved at the point, and the sides are told apart by enclosures.
    """
    if not is_pointwise(goal) or not any(h.relation.op == "==" and not h.quantified for h in goal.hypotheses):
        return None
    met: Counterexample | None = None
    for point in islice(_candidates(goal), _MOST_POINTS):
        sides = enclosed(at(Relation(goal.left, goal.op, goal.right), point))
        if sides is None:
            continue
        fails = decide(goal.op, *sides) is False
        if (fails or met is None) and is_admissible(goal, point):
            met = told(goal, point, sides, "point")
            if fails:
                return met, True
    return None if met is None else (met, False)


def _candidates(goal: Goal) -> Iterator[Closed]:
    from derive.touch import touch  # seldom needed, and it brings NumPy along

    own: Iterator[Closed] = iter(())
    if isinstance(goal.left, Variable) and len(goal.declarations) == 1 and not free_names(goal.right):
        own = iter(({goal.left.name: goal.right},))
    equations = (k for k, h in enumerate(goal.hypotheses) if h.relation.op == "==" and not h.quantified)
    yield from chain(own, *(touch(_equation(goal, k)) for k in equations))


def _equation(goal: Goal, number: int) -> Goal:
    """That the sides of one equation differ: where they meet, the equation holds."""
    given = goal.hypotheses[number].relation
    others = (*goal.hypotheses[:number], *goal.hypotheses[number + 1 :])
    return replace(goal, left=given.left, op="!=", right=given.right, hypotheses=others)
