"""Single edits of a relation: what a slip of the pen would have made of it.

Serves to attack the kernel (a wrong edit of a true claim must never be proved) and to look for the nearest form of a
false claim that is true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import combinations
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from derive.substitute import free_names, fresh, substitute
from derive.term import (
    Apply,
    Binary,
    Component,
    Delta,
    Diff,
    Index,
    Limit,
    Neg,
    Number,
    Op,
    Optimum,
    Reduce,
    Relation,
    Term,
    Variable,
    children,
    own_indices,
    subterms,
    with_children,
)
from derive.write import write

Scope = Mapping[str, Index]
"""The indices that may stand at a place, by name: the free ones of the relation and those bound around the place."""


class Mutant(Struct, frozen=True):
    """A relation that differs from another by one edit; ``kind`` is the sort of edit: RELATION or a key of EDITS."""

    kind: str
    description: str
    relation: Relation


def mutate(relation: Relation) -> Iterator[Mutant]:
    """Every relation that is one edit away, each once, in a fixed order: its operator, then its sides node by node.

    Written and elaborated terms will do; where indices have no dimensions yet, some mutants mix them.
    """
    seen = {relation}
    for mutant in _all(relation):
        if mutant.relation not in seen:
            seen.add(mutant.relation)
            yield mutant


def _all(relation: Relation) -> Iterator[Mutant]:
    for op in OPERATORS[relation.op]:
        yield Mutant(RELATION, f"`{relation.op}` becomes `{op}`", replace(relation, op=op))
    scope = {str(i.name): i for side in (relation.left, relation.right) for i in _free(side, frozenset())}
    for kind, old, new, left in _edits(relation.left, scope):
        yield Mutant(kind, f"`{write(old)}` becomes `{write(new)}`", replace(relation, left=left))
    for kind, old, new, right in _edits(relation.right, scope):
        yield Mutant(kind, f"`{write(old)}` becomes `{write(new)}`", replace(relation, right=right))


def _free(term: Term, bound: frozenset[str]) -> Iterator[Index]:
    inner = bound | {str(term.index.name)} if isinstance(term, Reduce) else bound
    for child in children(term):
        yield from _free(child, inner)
    yield from (i for i in own_indices(term) if isinstance(i.name, str) and i.name not in bound)


def _edits(term: Term, scope: Scope) -> Iterator[tuple[str, Term, Term, Term]]:
    """The kind of every edit, the subterm before and after, and the whole term after."""
    for kind, edit in EDITS.items():
        yield from ((kind, term, new, new) for new in edit(term, scope))
    inner = {**scope, str(term.index.name): term.index} if isinstance(term, Reduce) else scope
    below = children(term)
    for place, child in enumerate(below):
        for kind, old, new, changed in _edits(child, inner):
            yield kind, old, new, with_children(term, (*below[:place], changed, *below[place + 1 :]))


# The edits of one node.


def _sign(term: Term, scope: Scope) -> Iterator[Term]:
    match term:
        case Neg(operand):
            yield operand
        case Apply(name, (arg,)) if not isinstance(arg, Neg):
            yield Neg(term)
            yield Apply(name, (Neg(arg),))
        case Component() | Variable() | Reduce() | Diff():
            yield Neg(term)


def _plus_minus(term: Term, scope: Scope) -> Iterator[Term]:
    match term:
        case Binary("+", left, right):
            yield Binary("-", left, right)
        case Binary("-", left, right):
            yield Binary("+", left, right)


def _times_over(term: Term, scope: Scope) -> Iterator[Term]:
    match term:
        case Binary("*", left, right):
            yield Binary("/", left, right)
        case Binary("/", left, right):
            yield Binary("*", left, right)


def _times_and_plus(term: Term, scope: Scope) -> Iterator[Term]:
    match term:
        case Binary("+", left, right):
            yield Binary("*", left, right)
        case Binary("*", left, right):
            yield Binary("+", left, right)


def _dropped_term(term: Term, scope: Scope) -> Iterator[Term]:
    match term:
        case Binary("+", left, right):
            yield left
            yield right
        case Binary("-", left, right):
            yield left
            yield Neg(right)


def _dropped_factor(term: Term, scope: Scope) -> Iterator[Term]:
    match term:
        case Binary("*", left, right):
            yield left
            yield right
        case Binary("/", left, right):
            yield left
            yield Binary("/", ONE, right)


def _added_factor(term: Term, scope: Scope) -> Iterator[Term]:
    match term:
        case Reduce("Sum", _, index):
            if not index.dimension.isdecimal() and index.dimension:
                yield Binary("*", Variable(index.dimension), term)
                yield Binary("/", term, Variable(index.dimension))
            yield Binary("*", TWO, term)
        case Apply() | Diff() | Component() | Variable():
            yield Binary("*", TWO, term)


def _exponent(term: Term, scope: Scope) -> Iterator[Term]:
    match term:
        case Binary("**", base, Number(value)):
            yield base
            yield from (Binary("**", base, Number(value + step)) for step in (1, -1))
        case Component() | Variable():
            yield Binary("**", term, TWO)


def _constant(term: Term, scope: Scope) -> Iterator[Term]:
    if isinstance(term, Number):
        yield from (Number(term.value + step) for step in (1, -1))


def _swapped(term: Term, scope: Scope) -> Iterator[Term]:
    match term:
        case Binary("-" | "/" | "**" as op, left, right):
            yield Binary(op, right, left)
        case Component(array, (first, second)) if first.dimension == second.dimension:
            yield Component(array, (second, first))


def _index(term: Term, scope: Scope) -> Iterator[Term]:
    """Every index of the node becomes each other one of its dimension that may stand here."""
    own = own_indices(term)
    for place, index in enumerate(own):
        for other in scope.values():
            if other.dimension == index.dimension and other.name != index.name:
                yield _with_indices(term, (*own[:place], other, *own[place + 1 :]))


def _with_indices(term: Term, new: tuple[Index, ...]) -> Term:
    """The same node over other indices, given in the order of ``own_indices``."""
    match term:
        case Component():
            return replace(term, indices=new)
        case Delta():
            return replace(term, left=new[0], right=new[1])
        case Reduce():
            return replace(term, excluded=new)
        case Optimum():
            return replace(term, component=new)
        case Diff(_, targets):
            rest = iter(new)
            return replace(term, targets=tuple(_retargeted(t, rest) for t in targets))
        case _:
            return term


def _retargeted(target: Variable | Component, rest: Iterator[Index]) -> Variable | Component:
    if isinstance(target, Variable):
        return target
    return replace(target, indices=tuple(next(rest) for _ in target.indices))


def _delta(term: Term, scope: Scope) -> Iterator[Term]:
    if isinstance(term, Delta):
        yield ONE
        yield Binary("-", ONE, term)


def _added_delta(term: Term, scope: Scope) -> Iterator[Term]:
    """A delta of two indices in scope for a 1 or before a factor."""
    pairs = [(a, b) for a, b in combinations(scope.values(), 2) if a.dimension == b.dimension and a.name != b.name]
    match term:
        case Number(value) if value == 1:
            yield from (Delta(a, b) for a, b in pairs)
        case Component() | Apply():
            yield from (Binary("*", Delta(a, b), term) for a, b in pairs)


def _added_sum(term: Term, scope: Scope) -> Iterator[Term]:
    """The sum over an index that the node carries; what is differentiated in it may keep it."""
    if not isinstance(term, Binary | Component | Apply | Neg):
        return
    for name, index in scope.items():
        if name not in free_names(term):
            continue
        bound = replace(index, name=fresh("k", {*scope, *free_names(term)}))
        summand = substitute(term, {name: bound}, {}, None, frozenset(scope))
        yield Reduce("Sum", summand, bound)
        if any(isinstance(t, Diff) for t in subterms(term)):
            yield Reduce("Sum", _with_targets(summand, bound, index), bound)


def _with_targets(term: Term, old: Index, new: Index) -> Term:
    """The term with another index in what is differentiated by, and nowhere else."""
    found = with_children(term, tuple(_with_targets(t, old, new) for t in children(term))) if children(term) else term
    if not isinstance(found, Diff):
        return found
    rest = iter(new if index.name == old.name else index for index in own_indices(found))
    return replace(found, targets=tuple(_retargeted(t, rest) for t in found.targets))


def _fraction_bar(term: Term, scope: Scope) -> Iterator[Term]:
    """A factor of a summand that does not carry the index, divided by the sum of the others."""
    match term:
        case Reduce("Sum", Binary("*", left, right), index):
            for outside, inside in ((left, right), (right, left)):
                if str(index.name) not in free_names(outside):
                    yield Binary("/", outside, replace(term, body=inside))


def _dropped_reduction(term: Term, scope: Scope) -> Iterator[Term]:
    """The body at every index in scope, or at a free one."""
    if isinstance(term, Reduce):
        name = str(term.index.name)
        others = [i for i in scope.values() if i.dimension == term.index.dimension]
        for other in others or [replace(term.index, name=fresh(name, {*scope, *(free_names(term.body) - {name})}))]:
            yield substitute(term.body, {name: other}, {}, None, frozenset(scope))


def _reduction(term: Term, scope: Scope) -> Iterator[Term]:
    if isinstance(term, Reduce) and (term.kind in ("Sum", "Product") or not term.excluded):
        yield replace(term, kind=OPPOSITE[term.kind])


def _dropped_restriction(term: Term, scope: Scope) -> Iterator[Term]:
    if isinstance(term, Reduce):
        for place in range(len(term.excluded)):
            yield replace(term, excluded=(*term.excluded[:place], *term.excluded[place + 1 :]))


def _added_restriction(term: Term, scope: Scope) -> Iterator[Term]:
    if isinstance(term, Reduce) and term.kind in ("Sum", "Product") and not term.excluded:
        others = (i for i in scope.values() if i.dimension == term.index.dimension and i.name != term.index.name)
        yield from (replace(term, excluded=(other,)) for other in others)


def _function(term: Term, scope: Scope) -> Iterator[Term]:
    match term:
        case Apply(name, args) if name in EXCHANGED:
            yield Apply(EXCHANGED[name], args)


def _dropped_function(term: Term, scope: Scope) -> Iterator[Term]:
    match term:
        case Apply(_, args):
            yield from args


def _derivative(term: Term, scope: Scope) -> Iterator[Term]:
    match term:
        case Diff(body, targets):
            yield Diff(body, targets[1:]) if len(targets) > 1 else body
            yield Diff(body, (*targets, targets[-1]))


def _limit(term: Term, scope: Scope) -> Iterator[Term]:
    match term:
        case Limit(_, _, _, "+" | "-" as side):
            yield replace(term, side="-" if side == "+" else "+")
            yield replace(term, side=None)
        case Optimum(kind):
            yield replace(term, kind="argmin" if kind == "argmax" else "argmax")


Kind = Literal["Sum", "Product", "Max", "Min"]
OPPOSITE: Mapping[Kind, Kind] = {"Sum": "Product", "Product": "Sum", "Max": "Min", "Min": "Max"}
ONE, TWO = Number(Fraction(1)), Number(Fraction(2))
RELATION = "relation"
OPERATORS: Mapping[Op, tuple[Op, ...]] = {
    "==": ("!=", "<", ">"),
    "!=": ("==",),
    "<": (">=", ">", "==", "<="),
    "<=": (">", ">=", "==", "<"),
    ">": ("<=", "<", "==", ">="),
    ">=": ("<", "<=", "==", ">"),
}
_PAIRS = (
    ("exp", "log"),
    ("sin", "cos"),
    ("sinh", "cosh"),
    ("tan", "tanh"),
    ("sqrt", "cbrt"),
    ("Abs", "sign"),
    ("Max", "Min"),
    ("asin", "acos"),
    ("floor", "ceiling"),
    ("log1p", "expm1"),
)
EXCHANGED: Mapping[str, str] = {**dict(_PAIRS), **{b: a for a, b in _PAIRS}}
# What stands earlier names an edit that several rows would make.
EDITS: Mapping[str, Callable[[Term, Scope], Iterator[Term]]] = {
    "sign": _sign,
    "plus and minus": _plus_minus,
    "times and over": _times_over,
    "times and plus": _times_and_plus,
    "dropped term": _dropped_term,
    "dropped factor": _dropped_factor,
    "added factor": _added_factor,
    "exponent": _exponent,
    "constant": _constant,
    "swapped": _swapped,
    "index": _index,
    "delta": _delta,
    "added delta": _added_delta,
    "added sum": _added_sum,
    "fraction bar": _fraction_bar,
    "dropped reduction": _dropped_reduction,
    "reduction": _reduction,
    "dropped restriction": _dropped_restriction,
    "added restriction": _added_restriction,
    "function": _function,
    "dropped function": _dropped_function,
    "derivative": _derivative,
    "limit": _limit,
}
