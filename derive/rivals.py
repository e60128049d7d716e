"""What an optimum asserts, as relations between terms: the optimiser is admissible, and beats every other point.

``argmax(f, p) == e`` holds when e belongs to the admissible p wherever there are any, f has a value there, and
f(p) < f(e) for every other admissible p (KERNEL 2.8). p itself stands for an arbitrary admissible point.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from derive.claim import SIGNS, WHOLE_SIGNS, Declaration, Goal, Hypothesis
from derive.errors import InputError
from derive.substitute import free_names, substitute
from derive.term import (
    Apply,
    Binary,
    Component,
    Diff,
    Index,
    Limit,
    Number,
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

ZERO, ONE = Number(Fraction(0)), Number(Fraction(1))
BY_TYPE: dict[str, Op] = {**SIGNS, **WHOLE_SIGNS, "simplex": ">="}
WHOLE = ("integer", "positive integer", "nonnegative integer")


class Captured(Exception):
    """A name would be captured by a binder."""


class Rivals(Struct, frozen=True):
    """An optimum taken apart: its variable, its declaration, the objective, the claimed optimiser at ``component``."""

    goal: Goal
    kind: str
    objective: Term
    variable: Declaration
    component: tuple[Index, ...]
    optimiser: Term

    @property
    def own(self) -> tuple[Hypothesis, ...]:
        """The hypotheses that speak of the variable."""
        return tuple(h for h in self.goal.hypotheses if _speaks(h.relation, self.variable.name))

    @property
    def at_optimiser(self) -> Term:
        """The objective at the claimed optimiser; Fails with Captured."""
        return self.put(self.objective)

    def put(self, term: Term) -> Term:
        """A term with the claimed optimiser for the variable; Fails with Captured."""
        return _put(term, self, frozenset())


def rivals(goal: Goal) -> Rivals | None:
    """The parts of a goal of which one side is an optimum; None for any other goal, and for types without a rule."""
    optimum, value = (goal.left, goal.right) if isinstance(goal.left, Optimum) else (goal.right, goal.left)
    if not isinstance(optimum, Optimum) or goal.op != "==" or any(isinstance(t, Optimum) for t in subterms(value)):
        return None
    declared = goal.declaration(optimum.variable)
    # An objective of its own for every component says nothing of the others.
    own = any(index.name in free_names(optimum.body) for index in optimum.component)
    mentions = own or optimum.variable in free_names(value)
    if declared is None or declared.type == "onehot" or mentions or len(declared.dimensions) != len(optimum.component):
        return None
    return Rivals(goal, optimum.kind, optimum.body, declared, optimum.component, value)


def memberships(found: Rivals) -> Iterator[Goal]:
    """That the claimed optimiser is admissible: its type, and every hypothesis about the variable."""
    goal, kind = found.goal, found.variable.type
    if kind in BY_TYPE:
        yield replace(goal, left=found.optimiser, op=BY_TYPE[kind], right=ZERO)
    if kind in WHOLE:
        yield replace(goal, left=Apply("floor", (found.optimiser,)), op="==", right=found.optimiser)
    if kind == "simplex":
        (index,) = found.component
        yield replace(goal, left=Reduce("Sum", found.optimiser, index), op="==", right=ONE, indices=_but(goal, index))
    for h in found.own:
        relation = h.relation
        indices = tuple(dict.fromkeys((*goal.indices, *h.quantified)))
        yield replace(
            goal, left=found.put(relation.left), op=relation.op, right=found.put(relation.right), indices=indices
        )


def refutable(found: Rivals) -> Iterator[Goal]:
    """The same as relations of which a failing point refutes the optimum: there all of it has a value."""
    goal = comparison(found)
    yield replace(goal, right=_beside(goal.right, goal.hypotheses[-1].relation.right))
    for goal in memberships(found):
        yield replace(goal, left=_beside(goal.left, found.objective))


def existence(found: Rivals) -> Goal:
    """Equal sides: the left one has a value where objective and optimiser do, the right one where f(p) and f(e) do."""
    left = _beside(found.objective, found.optimiser)
    return replace(found.goal, left=left, op="==", right=_beside(left, found.at_optimiser))


def _beside(term: Term, other: Term) -> Term:
    """The same value, where the other term has one too."""
    return Binary("+", term, Binary("*", ZERO, other))


def comparison(found: Rivals) -> Goal:
    """That every other admissible point is worse: the variable differs from the optimiser, somewhere if an array."""
    names = {i.name: Index(f"{i.name}'", i.dimension) for i in found.component}
    other = tuple(names[i.name] for i in found.component)
    place: Term = Component(found.variable.name, other) if other else Variable(found.variable.name)
    at = _at(found.optimiser, {str(name): i for name, i in names.items()}) if other else found.optimiser
    apart = Hypothesis(Relation(place, "!=", at))
    indices = tuple(dict.fromkeys((*(i for i in found.goal.indices if i not in found.component), *other)))
    return replace(
        found.goal,
        left=found.objective,
        op="<" if found.kind == "argmax" else ">",
        right=found.at_optimiser,
        indices=indices,
        hypotheses=(*found.goal.hypotheses, apart),
    )


def _but(goal: Goal, index: Index) -> tuple[Index, ...]:
    return tuple(i for i in goal.indices if i.name != index.name)


def _speaks(relation: Relation, name: str) -> bool:
    return any(name in free_names(side) for side in (relation.left, relation.right))


def _put(term: Term, found: Rivals, bound: frozenset[str]) -> Term:
    name = found.variable.name
    match term:
        case Variable(own) if own == name:
            return _free(found.optimiser, bound, frozenset())
        case Component(own, indices) if own == name:
            chosen = {str(i.name): j for i, j in zip(found.component, indices, strict=True)}
            return _free(_at(found.optimiser, chosen), bound, frozenset(str(j.name) for j in indices))
        case Reduce(_, _, index):
            return with_children(term, (_put(term.body, found, bound | {str(index.name)}),))
        case Limit(_, variable):
            return with_children(term, tuple(_put(c, found, bound | {variable}) for c in children(term)))
        case Diff() | Optimum() if name in free_names(term):
            raise Captured
        case _:
            return with_children(term, tuple(_put(c, found, bound) for c in children(term)))


def _free(term: Term, bound: frozenset[str], meant: frozenset[str]) -> Term:
    if (free_names(term) - meant) & bound:
        raise Captured
    return term


def _at(term: Term, chosen: dict[str, Index]) -> Term:
    """The optimiser read at other indices; its own binders step aside."""
    try:
        return substitute(term, chosen, {}, None, frozenset())
    except InputError as error:
        raise Captured from error
