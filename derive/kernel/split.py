"""Case splits on a goal: the cases are made here, and joined here from theorems about exactly these cases."""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from derive.claim import Goal, Hypothesis
from derive.kernel.equality import has_values
from derive.kernel.finite import Values
from derive.kernel.hypotheses import assume, context_of, contradictory
from derive.kernel.theorem import Theorem, in_order, make_theorem, theorem_of_cases
from derive.term import Component, Delta, Diff, Index, Limit, Number, Op, Optimum, Relation, Variable, subterms

EITHER: tuple[Op, Op] = ("==", "!=")


class Coincidence(Struct, frozen=True):
    """Two indices of one dimension are equal, or they are not (K1); the right one may be a number."""

    left: Index
    right: Index

    rule = "K1"


class Smallest(Struct, frozen=True):
    """A dimension is 1, or at least 2 (K5)."""

    dimension: str

    rule = "K5"


class Vanishing(Struct, frozen=True):
    """A number of the goal is 0, or it is not (K2): a variable, or a component at free indices."""

    term: Variable | Component

    rule = "K2"


class Boundary(Struct, frozen=True):
    """What a hypothesis compares is equal or not, or greater or less where it only differs (K2)."""

    number: int

    rule = "K2"


class Otherwise(Struct, frozen=True):
    """Where the goal fails, an equation of its hypotheses does: its sides are in the order given for each part (K8)."""

    number: int
    orders: tuple[Op, ...]

    rule = "K8"


class Among(Struct, frozen=True):
    """A number of the goal is one of the values that its hypotheses leave (K7): a variable, or a component."""

    term: Variable | Component
    values: Values

    rule = "K7"


Subject = Coincidence | Smallest | Vanishing | Boundary | Among | Otherwise
FAILURES: dict[Op, tuple[Op, ...]] = {
    "==": (">", "<"),
    "!=": ("==",),
    ">": ("<=",),
    ">=": ("<",),
    "<": (">=",),
    "<=": (">",),
}
PARTS: dict[Op, tuple[Op, Op]] = {"!=": (">", "<"), ">=": (">", "=="), "<=": ("<", "==")}


def cases(goal: Goal, subject: Subject) -> tuple[Goal, ...]:
    """The goals of a complete split; Fails with ValueError where the subject is not one of the goal's."""
    if isinstance(subject, Otherwise):
        return _failures(goal, subject)
    relations = _relations(goal, subject)
    return tuple(replace(goal, hypotheses=(*goal.hypotheses, Hypothesis(r))) for r in relations)


def _relations(goal: Goal, subject: Coincidence | Smallest | Vanishing | Boundary | Among) -> tuple[Relation, ...]:
    match subject:
        case Coincidence(left, right):
            if left not in goal.indices or not _is_place(goal, right):
                raise ValueError("a split on an index that is not free in the claim")
            if left.dimension != right.dimension:
                raise ValueError("a split on indices of two dimensions")
            return tuple(Relation(Delta(left, right), "==", Number(Fraction(v))) for v in (1, 0))
        case Vanishing(term):
            if not _is_number(goal, term):
                raise ValueError("a split on what is not a number of the claim")
            return tuple(Relation(term, op, Number(Fraction(0))) for op in EITHER)
        case Among(term, values):
            if not _is_number(goal, term):
                raise ValueError("a split on what is not a number of the claim")
            return tuple(Relation(term, "==", Number(Fraction(v))) for v in values)
        case Boundary(number):
            given = _given(goal, number)
            return tuple(Relation(given.left, op, given.right) for op in PARTS[given.op])
        case Smallest(dimension):
            if dimension not in goal.dimensions:
                raise ValueError("a split on what is not a dimension of the claim")
            name = Variable(dimension)
            return Relation(name, "==", Number(Fraction(1))), Relation(name, ">=", Number(Fraction(2)))


def _given(goal: Goal, number: int) -> Relation:
    """The hypothesis of a number, which has parts."""
    if number >= len(goal.hypotheses) or goal.hypotheses[number].quantified:
        raise ValueError("a split on what is no hypothesis about numbers")
    given = goal.hypotheses[number].relation
    if given.op not in PARTS or any(isinstance(t, Optimum) for s in (goal.left, goal.right) for t in subterms(s)):
        raise ValueError("a split on a hypothesis that has no parts, or of which an optimum may speak")
    return given


def _failures(goal: Goal, subject: Otherwise) -> tuple[Goal, ...]:
    """The equation denied in each part of where the goal fails; it and the sides of the goal have a value there."""
    parts = FAILURES[goal.op]
    if subject.number >= len(goal.hypotheses) or len(subject.orders) != len(parts):
        raise ValueError("not an equation for each part")
    given = goal.hypotheses[subject.number]
    said = (goal.left, goal.right, given.relation.left, given.relation.right)
    if given.relation.op != "==" or given.quantified or goal.indices or goal.dimensions:
        raise ValueError("no equation between numbers")
    if not set(subject.orders) <= {"<", ">", "!="} or any(
        isinstance(t, Limit | Optimum | Diff) for s in said for t in subterms(s)
    ):
        raise ValueError("an equation or a goal of which nothing is said at a point alone")
    others = (*goal.hypotheses[: subject.number], *goal.hypotheses[subject.number + 1 :])
    return tuple(
        replace(
            goal,
            left=given.relation.left,
            op=order,
            right=given.relation.right,
            hypotheses=(*others, Hypothesis(Relation(goal.left, part, goal.right))),
        )
        for part, order in zip(parts, subject.orders, strict=True)
    )


def _is_number(goal: Goal, term: Variable | Component) -> bool:
    """Whether a term has a value at every point of the goal: a split on others would leave points out.

    Nor is it what an optimum ranges over, of which a hypothesis would leave points out, too (2.8).
    """
    own, indices = (term.name, ()) if isinstance(term, Variable) else (term.array, term.indices)
    if any(isinstance(t, Optimum) and t.variable == own for side in (goal.left, goal.right) for t in subterms(side)):
        return False
    declared = goal.declaration(own)
    shape = tuple(index.dimension for index in indices)
    return declared is not None and declared.dimensions == shape and all(index in goal.indices for index in indices)


def values_left(goal: Goal, term: Variable | Component, fuel: int) -> Values:
    """The values that the hypotheses leave to a number, if they are finitely many; Fails with ValueError otherwise."""
    ctx, scope = context_of(goal, fuel)
    own = term.name if isinstance(term, Variable) else term.array
    found = dict(assume(ctx, goal, scope).finite).get(own)
    if found is None:
        raise ValueError("a split on what has more than finitely many values")
    return found


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
    if isinstance(subject, Among) and not set(subject.values) >= set(values_left(goal, subject.term, fuel)):
        raise ValueError("a value that the hypotheses leave has no case")
    for case, theorem in zip(wanted, theorems, strict=True):
        if theorem is None and not contradictory(case, fuel):
            raise ValueError("a case without a theorem")
        if theorem is not None and theorem.goal != case:
            raise ValueError("a theorem about another goal")
    proved = [t for t in theorems if t is not None]
    if isinstance(subject, Otherwise):
        if not has_values(goal, fuel):
            raise ValueError("sides that have conditions of their own")
        return make_theorem(goal, in_order((subject.rule, *(r for t in proved for r in t.rules))), (), "cases")
    return theorem_of_cases(goal, subject.rule, proved, "cases")
