"""A relation with its dimensions, and everything it depends on: a goal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set

from derive.claim import Declaration, Goal, Hypothesis
from derive.elaborate.scope import Scope
from derive.substitute import free_indices
from derive.term import (
    Component,
    Diff,
    Index,
    Limit,
    Optimum,
    Reduce,
    Relation,
    Term,
    Variable,
    own_indices,
    subterms,
)


def goal(relation: Relation, assumed: Iterable[Hypothesis], shared: Iterable[Hypothesis], scope: Scope) -> Goal:
    """The goal of a relation: the claim's hypotheses, those of the file that concern it, and what they mention."""
    own = tuple(assumed)
    used = _relation_names(relation, scope).union(*(_relation_names(h.relation, scope) for h in own))
    concerning = _concerning(used, tuple(shared), scope)
    used.update(*(_relation_names(h.relation, scope) for h in concerning))
    declarations = tuple(_declarations(used, scope))
    return Goal(
        relation.left,
        relation.op,
        relation.right,
        declarations,
        tuple(d.name for d in declarations if d.name in scope.dimensions),
        tuple(dict.fromkeys((*_relation_indices(relation), *_claimed(own)))),
        (*concerning, *own),
    )


def _relation_indices(relation: Relation) -> Iterator[Index]:
    yield from free_indices(relation.left)
    yield from free_indices(relation.right)


def _claimed(hypotheses: Iterable[Hypothesis]) -> Iterator[Index]:
    """The indices of the claim that only its hypotheses mention, in this line."""
    yield from (i for h in hypotheses for i in _relation_indices(h.relation) if i not in h.quantified)


def _concerning(used: Set[str], shared: tuple[Hypothesis, ...], scope: Scope) -> tuple[Hypothesis, ...]:
    """The shared hypotheses that say something about the names used, directly or through each other.

    Sharing a dimension is no connection, unless the hypothesis is about nothing else.
    """
    names = [_relation_names(h.relation, scope) for h in shared]
    known, chosen = set(used), set[int]()
    while True:
        new = {i for i, n in enumerate(names) if i not in chosen and _concerns(n, known, scope)}
        if not new:
            return tuple(h for i, h in enumerate(shared) if i in chosen)
        chosen |= new
        known.update(n for i in new for n in names[i])


def _concerns(names: Set[str], known: Set[str], scope: Scope) -> bool:
    links = names - scope.dimensions or names
    return not names or not known.isdisjoint(links)


def _relation_names(relation: Relation, scope: Scope) -> set[str]:
    """The variables, arrays and dimensions that a relation mentions, those of its indices and arrays included."""
    found: set[str] = set()
    for side in (relation.left, relation.right):
        for term in subterms(side):
            found.update(_own_names(term))
    arrays = (scope.variables[n].dimensions for n in found if n in scope.variables)
    return found | {d for dimensions in arrays for d in dimensions if not d.isdigit()}


def _own_names(term: Term) -> list[str]:
    indices = (*own_indices(term), term.index) if isinstance(term, Reduce) else own_indices(term)
    names = [i.dimension for i in indices if not i.dimension.isdigit()]
    match term:
        case Variable(name) | Component(name):
            names.append(name)
        case Diff(_, targets):
            names += (t.name if isinstance(t, Variable) else t.array for t in targets)
        case Limit(_, variable) | Optimum(_, _, variable):
            names.append(variable)
    return names


def _declarations(used: Set[str], scope: Scope) -> Iterator[Declaration]:
    """The declarations of names in the order of the file; what only a limit binds is real."""
    yield from (d for name, d in scope.variables.items() if name in used)
    yield from (Declaration(name, "real") for name in sorted(used) if name not in scope.variables)
