"""A goal without the variables that its hypotheses give, where few rational points satisfy them: ``x + y == pi``."""

from __future__ import annotations

from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from derive.claim import SIGNS, Declaration, Goal, Hypothesis
from derive.substitute import free_names, substitute
from derive.term import (
    Apply,
    Binary,
    Component,
    Constant,
    Diff,
    Index,
    Limit,
    Neg,
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
from derive.write import write

_ZERO = Number(Fraction(0))


class _Given(Struct, frozen=True):
    """What a hypothesis says: ``name``, at ``places`` if it is an array, equals ``value`` for every ``quantified``."""

    name: str
    places: tuple[Index, ...]
    quantified: frozenset[str]
    value: Term

    @property
    def target(self) -> Variable | Component:
        """What the equation is solved for."""
        return Component(self.name, self.places) if self.places else Variable(self.name)


class _Elsewhere(Exception):
    """A place at which the variable does not have the value that the hypothesis gives it."""


def eliminate(goal: Goal) -> tuple[Goal, str, Term] | None:
    """The goal without one such variable or array, which, and what it equals; None where there is none.

    The points of the new goal are those of the old one without the values of this variable, which they imply. Its type
    becomes a hypothesis about them.
    """
    for hypothesis in goal.hypotheses:
        if hypothesis.relation.op != "==" or not _is_irrational(hypothesis.relation):
            continue
        for declaration in goal.declarations:
            given = _given(hypothesis, declaration) if declaration.type in ("real", *SIGNS) else None
            try:
                if given is not None:
                    return _without(goal, hypothesis, declaration.type, given), write(given.target), given.value
            except _Elsewhere:
                continue
    return None


def _given(hypothesis: Hypothesis, declaration: Declaration) -> _Given | None:
    """The value that an equation gives a variable, or the entries of an array, which stands in it once as a term."""
    relation, quantified = hypothesis.relation, frozenset(str(i.name) for i in hypothesis.quantified)
    terms = [*_terms(relation.left, 1), *_terms(relation.right, -1)]
    own = [(sign, t) for sign, t in terms if _is_target(t, declaration)]
    rest = [(sign, t) for sign, t in terms if (sign, t) not in own]
    if len(own) != 1 or any(declaration.name in _names(t) for _, t in rest):
        return None
    sign, target = own[0]
    if isinstance(target, Binary):
        return (
            _Given(declaration.name, (), quantified, Apply("sqrt", (_total(sign, rest),))) if not quantified else None
        )
    places = target.indices if isinstance(target, Component) else ()
    if quantified - {str(i.name) for i in places} or len({i.name for i in places}) < len(places):
        return None
    return _Given(declaration.name, places, quantified, _total(sign, rest))


def _is_target(term: Term, declaration: Declaration) -> bool:
    """Whether a term is the variable, or the square of one that is not negative, which a root solves for."""
    if isinstance(term, Binary) and declaration.type in ("positive", "nonnegative"):
        return term == Binary("**", Variable(declaration.name), Number(Fraction(2)))
    return isinstance(term, Variable | Component) and _name(term) == declaration.name


def _is_irrational(relation: Relation) -> bool:
    return any(isinstance(t, Constant | Apply) for side in (relation.left, relation.right) for t in subterms(side))


def _names(term: Term) -> set[str]:
    return {_name(t) for t in subterms(term) if isinstance(t, Variable | Component)}


def _name(variable: Term) -> str:
    assert isinstance(variable, Variable | Component)
    return variable.array if isinstance(variable, Component) else variable.name


def _total(sign: int, rest: list[tuple[int, Term]]) -> Term:
    """The terms of the other side of an equation, solved for a term of this sign."""
    added, taken = ([t for s, t in rest if (s == sign) is same] for same in (False, True))
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


def _without(goal: Goal, used: Hypothesis, kind: str, given: _Given) -> Goal:
    others = [
        replace(
            h,
            relation=Relation(
                _put(h.relation.left, given, _bound(h)), h.relation.op, _put(h.relation.right, given, _bound(h))
            ),
        )
        for h in goal.hypotheses
        if h is not used
    ]
    # A hypothesis holds only where its sides are defined, whether or not the goal speaks of the variable.
    others.append(replace(used, relation=Relation(Binary("**", given.value, _ZERO), "==", Number(Fraction(1)))))
    if kind != "real":
        others.append(replace(used, relation=Relation(given.value, SIGNS[kind], _ZERO)))
    kept = tuple(d for d in goal.declarations if d.name != given.name)
    left, right = (_put(side, given, frozenset()) for side in (goal.left, goal.right))
    return replace(goal, left=left, right=right, declarations=kept, hypotheses=tuple(others))


def _bound(hypothesis: Hypothesis) -> frozenset[str]:
    return frozenset(str(i.name) for i in hypothesis.quantified)


def _put(term: Term, given: _Given, bound: frozenset[str]) -> Term:
    """The value in place of the variable; ``bound`` are the names that mean something else here than in the value.

    Below a derivative, a limit or an optimum other values are tried than those of the point: an equation says nothing
    of them, so nothing that moves there may be replaced by what does not, or the other way round.
    """
    if isinstance(term, Variable | Component) and _name(term) == given.name:
        return _at(term, given, bound)
    if isinstance(term, Diff):
        moved = {_name(t) for t in term.targets}
        if given.name in moved or (moved & free_names(given.value) and given.name in _names(term.body)):
            raise _Elsewhere
    elif isinstance(term, Limit | Optimum):
        if given.name == term.variable or (isinstance(term, Optimum) and term.variable in free_names(given.value)):
            raise _Elsewhere
        bound |= {term.variable}
    elif isinstance(term, Reduce):
        bound |= {str(term.index.name)}
    return with_children(term, tuple(_put(t, given, bound) for t in children(term)))


def _at(term: Variable | Component, given: _Given, bound: frozenset[str]) -> Term:
    """The value at the indices of one occurrence."""
    places = term.indices if isinstance(term, Component) else ()
    names: dict[str, Index] = {}
    for own, index in zip(given.places, places, strict=True):
        if own.name in given.quantified:
            names[str(own.name)] = index
        elif own.name != index.name or index.name in bound:
            raise _Elsewhere
    if (free_names(given.value) - given.quantified) & bound:
        raise _Elsewhere
    return substitute(given.value, names, {}, None, free_names(given.value) | bound)
