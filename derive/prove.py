"""Prove a goal: the kernel as it stands, then by cases on indices and dimensions where that may help."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from derive.claim import Goal
from derive.kernel import (
    FUEL,
    Coincidence,
    Propose,
    Residual,
    Smallest,
    Subject,
    Theorem,
    cases,
    contradictory,
    decide,
    join,
)
from derive.term import Component, Delta, Index, Number, Reduce, Variable, own_indices, subterms

DEPTH = 2
MOST_SUBJECTS = 4
TWO = Number(Fraction(2))


def prove(goal: Goal, budget: int = FUEL, depth: int = DEPTH, deep: bool = False) -> Theorem | Residual:
    """A theorem of the kernel, or what is left to show; never guesses.

    ``deep`` asks for factorisations too, which takes loading a computer algebra system.
    """
    result = decide(goal, budget, _factorisations() if deep else None)
    if isinstance(result, Theorem) or depth == 0 or result.reason in ("vacuous", "budget"):
        return result
    for subject in _subjects(goal, result):
        theorem = _by(goal, subject, budget, depth, deep)
        if theorem is not None:
            return theorem
    return result


def _factorisations() -> Propose:
    # Here and not above: most claims never need it.
    from derive.tactics.factor import factor

    return factor


def _by(goal: Goal, subject: Subject, budget: int, depth: int, deep: bool) -> Theorem | None:
    theorems: list[Theorem | None] = []
    for case in cases(goal, subject):
        if contradictory(case, budget):
            theorems.append(None)
            continue
        result = prove(case, budget, depth - 1, deep)
        if not isinstance(result, Theorem):
            return None
        theorems.append(result)
    return join(goal, subject, tuple(theorems), budget) if any(theorems) else None


def _subjects(goal: Goal, result: Residual) -> Iterator[Subject]:
    """Splits that may help: not where the normal form, complete for deltas, leaves a plain difference."""
    yield from _first_places(goal)
    if result.reason == "nonzero residual" and not _restricted(goal):
        return
    pairs = [
        Coincidence(left, right)
        for left, right in combinations(sorted(goal.indices, key=lambda i: str(i.name)), 2)
        if left.dimension == right.dimension and not _decided(goal, left, right)
    ]
    yield from pairs[:MOST_SUBJECTS]
    yield from (Smallest(name) for name in goal.dimensions[:MOST_SUBJECTS] if not _bounded(goal, name))


def _first_places(goal: Goal) -> Iterator[Subject]:
    """Of an index with two places: it is the first one, or not."""
    relations = [h.relation for h in goal.hypotheses]
    pairs = {r.left for r in relations if r.op == "==" and r.right == TWO and isinstance(r.left, Variable)}
    for index in goal.indices[:MOST_SUBJECTS]:
        first = Index(1, index.dimension)
        two = index.dimension == "2" or Variable(index.dimension) in pairs
        if two and not _decided(goal, index, first):
            yield Coincidence(index, first)


def _restricted(goal: Goal) -> bool:
    """Whether a range is restricted, or a literal index asks for a least dimension."""
    return any(
        (isinstance(t, Reduce) and t.excluded)
        or (isinstance(t, Component | Delta) and any(isinstance(i.name, int) for i in own_indices(t)))
        for side in (goal.left, goal.right)
        for t in subterms(side)
    )


def _decided(goal: Goal, left: Index, right: Index) -> bool:
    pairs = (h.relation.left for h in goal.hypotheses)
    return any(isinstance(p, Delta) and {p.left.name, p.right.name} == {left.name, right.name} for p in pairs)


def _bounded(goal: Goal, name: str) -> bool:
    return any(getattr(h.relation.left, "name", None) == name for h in goal.hypotheses)
