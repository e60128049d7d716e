"""A goal without the variables that its hypotheses give, where no rational point satisfies them: ``x + y == pi``."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from derive.claim import Goal, Hypothesis
from derive.term import (
    Apply,
    Binary,
    Component,
    Constant,
    Diff,
    Limit,
    Neg,
    Number,
    Op,
    Optimum,
    Relation,
    Term,
    Variable,
    children,
    subterms,
    with_children,
)

_SIGNS: dict[str, Op] = {"real": "==", "positive": ">", "negative": "<", "nonnegative": ">=", "nonzero": "!="}
_ZERO = Number(Fraction(0))


def eliminate(goal: Goal) -> tuple[Goal, str, Term] | None:
    """The goal without one such variable, which one, and what it equals; None where there is none.

    The points of the new goal are those of the old one without the value of this variable, which they imply. Its type
    becomes a hypothesis about that value.
    """
    for hypothesis in goal.hypotheses:
        relation = hypothesis.relation
        if relation.op != "==" or hypothesis.quantified or not _is_irrational(relation):
            continue
        for declaration in goal.declarations:
            name, kind = declaration.name, declaration.type
            value = _solved(relation, name) if kind in _SIGNS and not declaration.dimensions else None
            if value is not None and _bound(goal).isdisjoint({name, *_names(value)}):
                return _without(goal, hypothesis, name, kind, value), name, value
    return None


def _is_irrational(relation: Relation) -> bool:
    return any(isinstance(t, Constant | Apply) for side in (relation.left, relation.right) for t in subterms(side))


def _bound(goal: Goal) -> set[str]:
    """The variables and arrays to which a derivative, a limit or an optimum gives other values than their own.

    What an equation says of them holds for their own values only: below ``diff(.., x)`` y is not what y == pi*x says.
    """
    bound = set()
    for side in (goal.left, goal.right, *(s for h in goal.hypotheses for s in (h.relation.left, h.relation.right))):
        for t in subterms(side):
            if isinstance(t, Diff):
                bound |= {_name(x) for x in t.targets}
            elif isinstance(t, Limit | Optimum):
                bound.add(t.variable)
    return bound


def _names(term: Term) -> set[str]:
    return {_name(t) for t in subterms(term) if isinstance(t, Variable | Component)}


def _name(variable: Term) -> str:
    assert isinstance(variable, Variable | Component)
    return variable.array if isinstance(variable, Component) else variable.name


def _solved(relation: Relation, name: str) -> Term | None:
    """The value that an equation gives a variable which stands in it once, as a term of a sum."""
    terms = [*_terms(relation.left, 1), *_terms(relation.right, -1)]
    own = [sign for sign, term in terms if term == Variable(name)]
    rest = [(sign, term) for sign, term in terms if term != Variable(name)]
    if len(own) != 1 or any(t == Variable(name) for _, term in rest for t in subterms(term)):
        return None
    added, taken = ([t for sign, t in rest if (sign == own[0]) is same] for same in (False, True))
    total = added[0] if added else _ZERO
    for term in added[1:]:
        total = Binary("+", total, term)
    for term in taken:
        total = Binary("-", total, term)
    return total


def _terms(term: Term, sign: int) -> list[tuple[int, Term]]:
    match term:
        case Binary("+", left, right):
            return [*_terms(left, sign), *_terms(right, sign)]
        case Binary("-", left, right):
            return [*_terms(left, sign), *_terms(right, -sign)]
        case Neg(operand):
            return _terms(operand, -sign)
        case _:
            return [(sign, term)]


def _without(goal: Goal, used: Hypothesis, name: str, kind: str, value: Term) -> Goal:
    def put(term: Term) -> Term:
        return value if term == Variable(name) else with_children(term, tuple(map(put, children(term))))

    others = [
        replace(h, relation=Relation(put(h.relation.left), h.relation.op, put(h.relation.right)))
        for h in goal.hypotheses
        if h is not used
    ]
    # A hypothesis holds only where its sides are defined, whether or not the goal speaks of the variable.
    others.append(Hypothesis(Relation(Binary("**", value, _ZERO), "==", Number(Fraction(1)))))
    if kind != "real":
        others.append(Hypothesis(Relation(value, _SIGNS[kind], _ZERO)))
    kept = tuple(d for d in goal.declarations if d.name != name)
    return replace(goal, left=put(goal.left), right=put(goal.right), declarations=kept, hypotheses=tuple(others))
