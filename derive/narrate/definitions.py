"""Definitions by name: written out, and recognised again."""

from __future__ import annotations

from collections.abc import Iterator, Set

from msgspec.structs import replace

from derive.claim import Definition
from derive.narrate.algebra import Monomial, bottom_up, from_monomial, merged, monomial
from derive.narrate.matching import Found, matches, sub_products
from derive.narrate.setting import Setting, bare
from derive.substitute import free_names, fresh, substitute
from derive.term import (
    Apply,
    Binary,
    Call,
    Component,
    Index,
    Neg,
    Number,
    Reduce,
    Term,
    Variable,
    children,
    own_indices,
    subterms,
    with_children,
)


def unfolded(term: Term, here: Setting, taken: Set[str]) -> Term:
    """The body of the definition that the term uses at its head; the term where it uses none.

    Its bound indices get names that are not ``taken``, one letter each where there is one.
    """
    definition = here.definition(term)
    if definition is None:
        return term
    indices = term.indices if isinstance(term, Component) else ()
    args = term.args if isinstance(term, Call) else ()
    places = dict(zip(definition.indices, indices, strict=True))
    terms = dict(zip(definition.arguments, args, strict=True))
    body = renamed_apart(definition.body, here.scope.names | taken)
    return substitute(body, places, terms, None, here.scope.names)


def renamed_apart(term: Term, taken: Set[str]) -> Term:
    """The term with other names for the bound indices whose names are taken."""
    below = children(term)
    term = with_children(term, tuple(renamed_apart(t, taken) for t in below)) if below else term
    if not isinstance(term, Reduce) or term.index.name not in taken:
        return term
    return with_bound(term, letter(free_names(term.body) | taken))


def with_bound(term: Reduce, name: str) -> Reduce:
    """The reduction with another name for its index."""
    index = replace(term.index, name=name)
    body = substitute(term.body, {str(term.index.name): bare(index)}, {}, None, frozenset())
    return replace(term, body=body, index=index)


def letter(taken: Set[str]) -> str:
    """A usual name of an index that is not taken."""
    return next((c for c in "klmhpqr" if c not in taken), fresh("k", taken))


def index_names(term: Term) -> Set[str]:
    """The names of all indices in a term, bound ones included."""
    bound = {str(t.index.name) for t in subterms(term) if isinstance(t, Reduce)}
    return bound | {str(i.name) for t in subterms(term) for i in own_indices(t)}


def uses(term: Term, here: Setting) -> Iterator[Definition]:
    """The definitions that a term uses by name, in source order, as often as it does."""
    found = (here.definition(t) for t in subterms(term))
    yield from (d for d in found if d)


def folded(term: Term, here: Setting, wanted: Set[str]) -> Term:
    """The term with the wanted definitions by name where their bodies stand, the innermost definitions first.

    A definition of whose body something would be left over is not recognised: half a name hides more than it shows.
    """
    for definition in here.definitions:
        if definition.name in wanted and _is_worth_a_name(definition):
            new = _folded(term, definition)
            term = new if new is not None else term
    return term


def _folded(term: Term, definition: Definition) -> Term | None:
    pattern = merged(monomial(definition.body))
    new = bottom_up(term, lambda t: _fold(t, definition, pattern))
    atoms = [t for t in subterms(definition.body) if isinstance(t, Apply | Reduce)]
    holes = frozenset((*definition.indices, *definition.arguments))
    left = any(next(matches(a, t, holes, {}), None) for a in atoms for t in subterms(new))
    return None if left else new


def _is_worth_a_name(definition: Definition) -> bool:
    """A body that matches any term, or a bare name or number, would hide more than it shows."""
    return not isinstance(definition.body, Variable | Component | Number)


def _fold(term: Term, definition: Definition, pattern: Monomial) -> Term:
    if not isinstance(term, Binary | Neg) and len(pattern.factors) > 1:
        return term
    holes = frozenset((*definition.indices, *definition.arguments))
    part = merged(monomial(term))
    for _ in range(4):
        step = _fold_once(part, definition, pattern, holes) or _fold_in_sum(part, definition, pattern, holes)
        if step is None:
            break
        part = step
        term = from_monomial(part)
    return term


def _fold_once(part: Monomial, definition: Definition, pattern: Monomial, holes: frozenset[str]) -> Monomial | None:
    for sign in (1, -1):
        wanted = tuple((b, e * sign) for b, e in pattern.factors)
        for found, rest in sub_products(wanted, part.factors, holes, {}):
            use = _use(definition, found)
            if use is not None:
                coefficient = part.coefficient / pattern.coefficient**sign
                return Monomial(coefficient, _placed((use, sign), rest, part))
    return None


def _fold_in_sum(part: Monomial, definition: Definition, pattern: Monomial, holes: frozenset[str]) -> Monomial | None:
    """A definition of which one part stands in a sum and the other as a factor before it."""
    for place, (base, exponent) in enumerate(part.factors):
        if not isinstance(base, Reduce) or base.kind != "Sum" or exponent != 1:
            continue
        inner, outer = merged(monomial(base.body)), (*part.factors[:place], *part.factors[place + 1 :])
        for found, rest in sub_products(pattern.factors, (*inner.factors, *outer), holes, {}):
            body = tuple(f for f in rest if str(base.index.name) in free_names(f[0]))
            use = _use(definition, found)
            if use is None or len(body) >= len(inner.factors) or str(base.index.name) not in free_names(use):
                continue
            whole = from_monomial(Monomial(inner.coefficient, ((use, 1), *body)))
            factors = ((Reduce("Sum", whole, base.index, base.excluded), 1), *(f for f in rest if f not in body))
            return Monomial(part.coefficient / pattern.coefficient, factors)
    return None


def _placed(use: tuple[Term, int], rest: tuple[tuple[Term, int], ...], part: Monomial) -> tuple[tuple[Term, int], ...]:
    """The name in the place of the first factor that it stands for."""
    place = next((i for i, f in enumerate(part.factors) if f not in rest), 0)
    place = min(place, len(rest))
    return (*rest[:place], use, *rest[place:])


def _use(definition: Definition, found: Found) -> Term | None:
    if definition.indices:
        indices = [found.get(name) for name in definition.indices]
        places = tuple(Index(i.name) for i in indices if isinstance(i, Index))
        return Component(definition.name, places) if len(places) == len(indices) else None
    if definition.arguments:
        values = [found.get(name) for name in definition.arguments]
        args = tuple(v for v in values if v is not None and not isinstance(v, Index))
        return Call(definition.name, args) if len(args) == len(values) else None
    return Variable(definition.name)
