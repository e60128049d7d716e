"""A theorem against a goal that no point can refute: the limit that it claims is proved to be another one."""

from __future__ import annotations

from dataclasses import replace

from derive.claim import Goal
from derive.kernel import Residual, Theorem
from derive.prove import prove
from derive.term import Component, Limit, Relation, Variable, subterms
from derive.verdict import Contradicted, Counterexample


def contradict(goal: Goal, residual: Residual) -> Contradicted | None:
    """The theorem that the limit is ``residual.instead``, and a point at which that is not what the goal claims."""
    if residual.instead is None:
        return None
    from derive.refute import refute  # seldom needed, and it brings NumPy along

    is_left = isinstance(goal.left, Limit)
    limit = goal.left if is_left else goal.right
    values = replace(goal, left=residual.instead) if is_left else replace(goal, right=residual.instead)
    theorem, apart = prove(replace(goal, left=limit, right=residual.instead)), refute(_without_unused(values))
    if isinstance(theorem, Theorem) and isinstance(apart, Counterexample):
        return Contradicted(Relation(limit, "==", residual.instead), theorem, apart)
    return None


def _without_unused(goal: Goal) -> Goal:
    """The goal without the declarations of which only the limit spoke."""
    sides = [goal.left, goal.right, *(side for h in goal.hypotheses for side in (h.relation.left, h.relation.right))]
    names = {
        t.array if isinstance(t, Component) else t.name
        for side in sides
        for t in subterms(side)
        if isinstance(t, Component | Variable)
    }
    needed = [d for d in goal.declarations if d.name in names]
    names |= {n for d in needed for n in d.dimensions} | {i.dimension for i in goal.indices}
    return replace(goal, declarations=tuple(d for d in goal.declarations if d.name in names))
