"""Simultaneous, capture-avoiding substitution, and the names that are free in a term."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from operator import is_
from typing import TypeVar

from msgspec import Struct
from msgspec.structs import replace

from derive.errors import InputError, problem
from derive.term import (
    Apply,
    At,
    Binary,
    Component,
    Delta,
    Diff,
    Index,
    Limit,
    Neg,
    Number,
    Optimum,
    Reduce,
    Term,
    Variable,
    children,
    own_indices,
    with_children,
)

_T = TypeVar("_T")


def free_names(term: Term) -> frozenset[str]:
    """The names of variables, arrays, definitions and indices that are free in a term.

    The variable of an optimum counts as free: its domain is that of the variable of that name.
    """
    own = frozenset(i.name for i in own_indices(term) if isinstance(i.name, str))
    match term:
        case Variable(name):
            return frozenset({name})
        case Component(name):
            return own | {name}
        case Reduce(_, body, index):
            return free_names(body) - {str(index.name)} | own
        case Limit(body, variable, point):
            return free_names(body) - {variable} | free_names(point)
        case Optimum(_, body, variable):
            return free_names(body) | own | {variable}
        case Diff(body, targets):
            return free_names(body) | own | {t.name if isinstance(t, Variable) else t.array for t in targets}
        case _:
            return own.union(*map(free_names, children(term)))


def free_indices(term: Term, bound: Set[str] = frozenset()) -> Iterator[Index]:
    """The named indices that no reduction binds, in source order, without their places."""
    inner = bound | {str(term.index.name)} if isinstance(term, Reduce) else bound
    for child in children(term):
        yield from free_indices(child, inner)
    for index in own_indices(term):
        if isinstance(index.name, str) and index.name not in bound:
            yield Index(index.name, index.dimension)


def fresh(base: str, taken: Set[str]) -> str:
    """The base, or the first of ``base_1``, ``base_2``, … that is not taken."""
    number, name = 0, base
    while name in taken:
        number += 1
        name = f"{base}_{number}"
    return name


def substitute(body: Term, indices: Mapping[str, Index], terms: Mapping[str, Term], at: At, declared: Set[str]) -> Term:
    """The body with indices and terms put in for its parameters, every node of the body placed at ``at`` if given.

    Raises InputError: the variable of a limit or an optimum would capture a name of an argument.
    """
    places = frozenset(str(i.name) for i in indices.values())
    taken = places.union(*(free_names(t) for t in terms.values()))
    return _Substitution(dict(indices), dict(terms), taken, at, frozenset(declared)).of(body)


class _Substitution(Struct, frozen=True):
    """One substitution; ``taken`` are the names that no binder of the body may capture."""

    indices: Mapping[str, Index]
    terms: Mapping[str, Term]
    taken: frozenset[str]
    at: At
    declared: frozenset[str]

    def of(self, term: Term) -> Term:
        match term:
            case Variable(name):
                return self.terms[name] if name in self.terms else Variable(name, at=self.at or term.at)
            case Component():
                return self._component(term)
            case Delta(left, right):
                return Delta(self._index(left), self._index(right), at=self.at or term.at)
            case Reduce():
                return self._reduce(term)
            case Diff(body, targets):
                return Diff(self.of(body), tuple(self._target(t) for t in targets), at=self.at or term.at)
            case Limit(_, variable):
                self._check_free(variable)
                inner = self._without(variable)
                return replace(term, body=inner.of(term.body), point=self.of(term.point), at=self.at or term.at)
            case Optimum(_, body, variable, component):
                self._check_free(variable)
                places = tuple(self._index(i) for i in component)
                return replace(term, body=self._without(variable).of(body), component=places, at=self.at or term.at)
            case Binary(op, left, right):
                return Binary(op, self.of(left), self.of(right), at=self.at or term.at)
            case Apply(function, args):
                return Apply(function, tuple(map(self.of, args)), at=self.at or term.at)
            case Number(value, text):
                return Number(value, text, at=self.at or term.at)
            case Neg(operand):
                return Neg(self.of(operand), at=self.at or term.at)
            case _:
                return replace(with_children(term, tuple(self.of(t) for t in children(term))), at=self.at or term.at)

    def _index(self, index: Index) -> Index:
        found = self.indices.get(index.name) if isinstance(index.name, str) else None
        return found or Index(index.name, index.dimension, at=self.at or index.at)

    def _component(self, term: Component) -> Component:
        array = term.array
        if array in self.terms:
            argument = self.terms[array]
            if not isinstance(argument, Variable):
                raise InputError(problem("DV084", at=argument.at or self.at, name=array))
            array = argument.name
        return Component(array, tuple(self._index(i) for i in term.indices), at=self.at or term.at)

    def _target(self, target: Variable | Component) -> Variable | Component:
        found = self.of(target)
        if not isinstance(found, Variable | Component):
            raise InputError(problem("DV083", at=found.at or self.at, found="an expression"))
        return found

    def _reduce(self, term: Reduce) -> Reduce:
        name = str(term.index.name)
        inner = self._without(name)
        index = Index(term.index.name, term.index.dimension, at=self.at or term.index.at)
        if name in self.taken:
            index = replace(index, name=fresh(name, self.taken | self.declared | free_names(term.body)))
            inner = replace(inner, indices={**inner.indices, name: index})
        excluded = tuple(self._index(i) for i in term.excluded)
        return Reduce(term.kind, inner.of(term.body), index, excluded, at=self.at or term.at)

    def _without(self, name: str) -> _Substitution:
        if name not in self.indices and name not in self.terms:
            return self
        return replace(self, indices=_less(self.indices, name), terms=_less(self.terms, name))

    def _check_free(self, variable: str) -> None:
        if variable in self.taken:
            raise InputError(problem("DV099", at=self.at, name=variable, where="an argument"))


def _less(pairs: Mapping[str, _T], name: str) -> Mapping[str, _T]:
    return {k: v for k, v in pairs.items() if k != name}


def fits(term: Term, size: int, depth: int) -> bool:
    """Whether a term has at most so many nodes and levels; looks at no more than ``size`` nodes."""
    stack: list[tuple[Iterable[Term], int]] = [((term,), 1)]
    count = 0
    while stack:
        nodes, level = stack.pop()
        for node in nodes:
            count += 1
            if count > size or level > depth:
                return False
            stack.append((children(node), level + 1))
    return True


def with_indices(term: Term, change: Callable[[Index], Index]) -> Term:
    """The term with every index changed, those of binders included; a change of names is not capture-avoiding."""
    match term:
        case Component(array, indices):
            changed = tuple(map(change, indices))
            return term if all(map(is_, changed, indices)) else Component(array, changed, at=term.at)
        case Delta(left, right):
            return Delta(change(left), change(right), at=term.at)
        case Reduce(kind, body, index, excluded):
            return Reduce(kind, with_indices(body, change), change(index), tuple(map(change, excluded)), at=term.at)
        case Diff(body, targets):
            found = tuple(with_indices(t, change) for t in targets)
            kept = tuple(t for t in found if isinstance(t, Variable | Component))
            return Diff(with_indices(body, change), kept, at=term.at)
        case Optimum(kind, body, variable, component):
            return Optimum(kind, with_indices(body, change), variable, tuple(map(change, component)), at=term.at)
        case _:
            below = children(term)
            return with_children(term, tuple(with_indices(t, change) for t in below)) if below else term
