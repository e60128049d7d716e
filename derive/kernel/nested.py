"""Limits that stand inside of a term, as what they are."""

from __future__ import annotations

from collections.abc import Set

from msgspec.structs import replace

from derive.claim import Goal, Hypothesis
from derive.kernel.limit import evaluate_limit
from derive.kernel.neighbourhood import INFINITE, WHOLE
from derive.kernel.normalize import ZERO_TERM
from derive.kernel.theorem import Residual
from derive.substitute import free_names
from derive.term import (
    Diff,
    Index,
    Limit,
    Op,
    Optimum,
    Reduce,
    Relation,
    Term,
    Variable,
    children,
    subterms,
    with_children,
)

OPEN = ("real", "positive", "negative", "nonzero")
"""Types whose values have neighbours of the same type on every side."""


def nested(goal: Goal, fuel: int) -> Goal:
    """The goal with each limit that exists at every admissible point replaced by its value, unless it is a side."""
    if not any(_holds_limit(side) for side in (goal.left, goal.right)):
        return goal
    return replace(goal, left=_side(goal, goal.left, fuel), right=_side(goal, goal.right, fuel))


def _holds_limit(side: Term) -> bool:
    return any(isinstance(t, Limit) for child in children(side) for t in subterms(child))


def _side(goal: Goal, side: Term, fuel: int) -> Term:
    return with_children(side, tuple(_below(goal, part, side, fuel) for part in children(side)))


def _below(goal: Goal, part: Term, around: Term, fuel: int) -> Term:
    """A child of a node: an index that the node binds is free there, what it varies is not what is assumed."""
    match around:
        case Reduce(index=index):
            if any(i.name == index.name for i in goal.indices):
                return part
            goal = replace(goal, indices=(*goal.indices, Index(index.name, index.dimension)))
        case Limit(variable=name):
            goal = _near(_suspended(goal, {name}, WHOLE), around)
        case Optimum(variable=name):
            goal = _suspended(goal, {name}, WHOLE)
        case Diff(targets=targets):
            goal = _suspended(goal, {t.name if isinstance(t, Variable) else t.array for t in targets}, OPEN)
    return _valued(goal, part, fuel)


def _near(goal: Goal, limit: Limit) -> Goal:
    """With the side of the point on which the variable of a limit lies."""
    if limit.variable in free_names(limit.point):
        return goal
    op: Op = ">" if limit.side == "+" else "<" if limit.side == "-" else "!="
    point = limit.point
    if point in INFINITE:
        op, point = (">" if INFINITE[point] > 0 else "<"), ZERO_TERM
    return replace(goal, hypotheses=(*goal.hypotheses, Hypothesis(Relation(Variable(limit.variable), op, point))))


def _valued(goal: Goal, term: Term, fuel: int) -> Term:
    term = _side(goal, term, fuel)
    if not isinstance(term, Limit) or term.variable in free_names(term.point) or _holds_limit(term):
        return term
    value = evaluate_limit(replace(goal, left=term, op="==", right=ZERO_TERM), fuel)
    return term if isinstance(value, Residual) or value in INFINITE else value


def _suspended(goal: Goal, varied: Set[str], kept: tuple[str, ...]) -> Goal:
    """The goal without what is assumed of some names, but for types that are ``kept``."""
    hypotheses = tuple(h for h in goal.hypotheses if varied.isdisjoint(_said(h)))
    declared = tuple(
        replace(d, type="real") if d.name in varied and d.type not in kept else d for d in goal.declarations
    )
    return replace(goal, hypotheses=hypotheses, declarations=declared)


def _said(hypothesis: Hypothesis) -> frozenset[str]:
    return free_names(hypothesis.relation.left) | free_names(hypothesis.relation.right)
