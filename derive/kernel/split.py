"""Case splits on a goal: the cases are made here, and joined here from theorems about exactly these cases."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from derive.claim import Goal, Hypothesis
from derive.kernel.hypotheses import contradictory
from derive.kernel.theorem import Theorem, theorem_of_cases
from derive.term import Delta, Index, Number, Relation, Variable


@dataclass(frozen=True, slots=True)
class Coincidence:
    """Two indices of one dimension are equal, or they are not (K1); the right one may be a number."""

    left: Index
    right: Index

    rule = "K1"


@dataclass(frozen=True, slots=True)
class Smallest:
    """A dimension is 1, or at least 2 (K5)."""

    dimension: str

    rule = "K5"


Subject = Coincidence | Smallest


def cases(goal: Goal, subject: Subject) -> tuple[Goal, ...]:
    """The goals of a complete split; Fails with ValueError where the subject is not one of the goal's."""
    if isinstance(subject, Coincidence):
        if subject.left not in goal.indices or not _is_place(goal, subject.right):
            raise ValueError("a split on an index that is not free in the claim")
        if subject.left.dimension != subject.right.dimension:
            raise ValueError("a split on indices of two dimensions")
        pair = Delta(subject.left, subject.right)
        relations = [Relation(pair, "==", Number(Fraction(v))) for v in (1, 0)]
    else:
        if subject.dimension not in goal.dimensions:
            raise ValueError("a split on what is not a dimension of the claim")
        name = Variable(subject.dimension)
        relations = [Relation(name, "==", Number(Fraction(1))), Relation(name, ">=", Number(Fraction(2)))]
    return tuple(replace(goal, hypotheses=(*goal.hypotheses, Hypothesis(r))) for r in relations)


def _is_place(goal: Goal, index: Index) -> bool:
    """Whether an index is free in the goal, or a number that every value of its dimension admits."""
    if not isinstance(index.name, int):
        return index in goal.indices
    return 1 <= index.name <= (int(index.dimension) if index.dimension.isdecimal() else 1)


def join(goal: Goal, subject: Subject, theorems: tuple[Theorem | None, ...], fuel: int) -> Theorem:
    """The theorem of a goal from the theorems of its cases; None stands for a case that contradicts the hypotheses.

    Fails with ValueError where a case is missing, another goal was proved, or a contradiction is not seen.
    """
    wanted = cases(goal, subject)
    if len(wanted) != len(theorems) or not any(theorems):
        raise ValueError("a case is missing")
    for case, theorem in zip(wanted, theorems, strict=True):
        if theorem is None and not contradictory(case, fuel):
            raise ValueError("a case without a theorem")
        if theorem is not None and theorem.goal != case:
            raise ValueError("a theorem about another goal")
    proved = [t for t in theorems if t is not None]
    return theorem_of_cases(goal, subject.rule, proved, "cases")
