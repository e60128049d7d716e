"""``argmax(f, p) == q`` for arrays: both sides are read at one fresh index."""

from __future__ import annotations

from msgspec.structs import replace

from derive.elaborate.scope import Scope
from derive.substitute import free_names, fresh
from derive.term import Apply, Binary, Component, Index, Neg, Optimum, Relation, Term, Variable, children, with_children


def by_components(relation: Relation, scope: Scope) -> Relation:
    """The relation read by components when a side is the optimum over an array; any other relation unchanged.

    Bare arrays beside the optimum are read at a fresh index, and so is an optimum with one value at all components.
    Otherwise the indices that are free beside it are the component; it stays empty, for inference to report, when
    their number is not the array's.
    """
    sides = (relation.left, relation.right)
    ranks = {scope.rank(t.variable) for side in sides for t in _beside(side) if isinstance(t, Optimum)} - {0}
    if len(ranks) != 1:
        return relation
    rank = ranks.pop()
    beside = [t for side in sides for t in _beside(side)]
    own = [i.name for t in beside if isinstance(t, Component) for i in t.indices if isinstance(i.name, str)]
    if any(_is_bare(t, rank, scope) for t in beside) or not own:
        taken = scope.names | free_names(relation.left) | free_names(relation.right)
        component = tuple(Index(fresh(name, taken)) for name in "ijkl"[:rank])
    else:
        component = tuple(Index(name) for name in dict.fromkeys(own))
    if len(component) != rank:
        return relation
    return replace(relation, left=read_at(sides[0], component, scope), right=read_at(sides[1], component, scope))


def _beside(term: Term) -> list[Term]:
    """The leaves of a side that are read by components: nothing below a binder."""
    if _is_extremum(term):
        return [term]
    if isinstance(term, Neg | Binary | Apply):
        return [leaf for t in children(term) for leaf in _beside(t)]
    return [term]


def _is_extremum(term: Term) -> bool:
    """Whether the term is ``Max(o)``, in which the bare array has a meaning of its own."""
    return isinstance(term, Apply) and term.function in ("Max", "Min") and len(term.args) == 1


def _is_bare(term: Term, rank: int, scope: Scope) -> bool:
    return isinstance(term, Variable) and scope.rank(term.name) == rank


def read_at(term: Term, component: tuple[Index, ...], scope: Scope) -> Term:
    """The term with every bare array and array optimum beside its operations read at a component."""
    if not component:
        return term
    if _is_extremum(term):
        return term
    if isinstance(term, Neg | Binary | Apply):
        return with_children(term, tuple(read_at(t, component, scope) for t in children(term)))
    if isinstance(term, Optimum) and scope.rank(term.variable) == len(component):
        return replace(term, component=component)
    if isinstance(term, Variable) and scope.rank(term.name) == len(component):
        return Component(term.name, component, at=term.at)
    return term
