"""Sums over an index: split them, take out what does not depend on the index, contract deltas."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce

from msgspec.structs import replace

from derive.narrate.algebra import (
    UNIT,
    Monomial,
    addends,
    bottom_up,
    distributed,
    from_addends,
    from_monomial,
    is_sum,
    like,
    merged,
    monomial,
    multiplied_out,
    tidy,
    times,
)
from derive.narrate.setting import bare
from derive.substitute import free_names, substitute
from derive.term import Binary, Delta, Index, Number, Reduce, Term, Variable, children, with_children

MOST_VALUES = 4


def contracted(term: Term) -> Term:
    """Every sum whose summand carries a delta of its index as the one term that is left of it."""
    return tidy(bottom_up(term, _contracted))


def _contracted(term: Term) -> Term:
    if not isinstance(term, Reduce) or term.kind != "Sum" or term.excluded:
        return term
    part = merged(monomial(term.body))
    name = str(term.index.name)
    for place, (base, exponent) in enumerate(part.factors):
        other = _partner(base, name)
        if other and exponent == 1:
            rest = Monomial(part.coefficient, (*part.factors[:place], *part.factors[place + 1 :]))
            return replaced(from_monomial(rest), name, other)
    return term


def _partner(base: Term, name: str) -> Index | None:
    """The other index of a delta that carries this one."""
    if not isinstance(base, Delta) or base.left.name == base.right.name:
        return None
    if base.left.name == name:
        return base.right
    return base.left if base.right.name == name else None


def replaced(term: Term, name: str, index: Index) -> Term:
    """The term with another index in the place of a free one."""
    return substitute(term, {name: bare(index)}, {}, None, free_names(term))


def split(term: Term) -> Term:
    """Every sum of a sum as a sum of sums, with the factors that do not depend on its index in front.

    A product is multiplied out where that brings a delta or a constant out of its parentheses.
    """
    return tidy(bottom_up(term, _split))


def _split(term: Term) -> Term:
    if not isinstance(term, Reduce) or term.kind != "Sum":
        return term
    name = str(term.index.name)
    parts = [p for m in addends(term.body) for p in (distributed(m) if _pays(m, name) else [m])]
    return from_addends(_taken_out(p, term) for p in like(parts))


def _pays(part: Monomial, name: str) -> bool:
    """Whether a factor that is a sum has an addend with a delta, or one without the index."""
    inner = [m for base, e in part.factors if e > 0 and is_sum(base) for m in addends(base)]
    return any(
        name not in free_names(from_monomial(m)) or any(isinstance(b, Delta) for b, _ in m.factors) for m in inner
    )


def split_apart(term: Term) -> Term:
    """Every sum multiplied out and split, its numbers in front and nothing else."""
    return bottom_up(term, _split_apart)


def _split_apart(term: Term) -> Term:
    if not isinstance(term, Reduce) or term.kind != "Sum":
        return term
    parts = addends(multiplied_out(term.body))
    bodies = (from_monomial(Monomial(UNIT, p.factors)) for p in parts)
    sums = zip(parts, bodies, strict=True)
    return from_addends(Monomial(p.coefficient, ((replace(term, body=body), 1),)) for p, body in sums)


def taken_out(term: Term) -> Term:
    """Every sum with the factors in front that do not depend on its index; none is split."""
    return tidy(bottom_up(term, _one_taken_out))


def _one_taken_out(term: Term) -> Term:
    if not isinstance(term, Reduce) or term.kind != "Sum" or len(addends(term.body)) > 1:
        return term
    return from_monomial(_taken_out(monomial(term.body), term))


def _taken_out(part: Monomial, term: Reduce) -> Monomial:
    name = str(term.index.name)
    inner = tuple(f for f in part.factors if name in free_names(f[0]))
    outer = Monomial(part.coefficient, tuple(f for f in part.factors if f not in inner))
    if inner:
        body = from_monomial(Monomial(UNIT, inner))
        return times(outer, Monomial(UNIT, ((Reduce("Sum", body, term.index, term.excluded), 1),)))
    return times(monomial(_count(term)), outer)


def _count(term: Reduce) -> Term:
    """How many values the index takes; the sum of ones where that is not plain."""
    dimension = term.index.dimension
    if not dimension or term.excluded:
        return Reduce("Sum", Number(Fraction(1)), term.index, term.excluded)
    return Number(Fraction(dimension)) if dimension.isdigit() else Variable(dimension)


def completed(term: Term) -> Term:
    """Every sum or product that leaves one index out as the whole one without that term."""
    return tidy(bottom_up(term, _completed))


def _completed(term: Term) -> Term:
    if not isinstance(term, Reduce) or term.kind not in ("Sum", "Product") or len(term.excluded) != 1:
        return term
    left_out = replaced(term.body, str(term.index.name), term.excluded[0])
    return Binary("-" if term.kind == "Sum" else "/", Reduce(term.kind, term.body, term.index), left_out)


def exchanged(term: Term) -> Term:
    """The outermost of the sums directly over another sum as the inner one."""
    if isinstance(term, Reduce) and term.kind == "Sum" and not term.excluded:
        inner = term.body
        if isinstance(inner, Reduce) and inner.kind == "Sum" and not inner.excluded:
            return replace(inner, body=replace(term, body=inner.body))
    below = children(term)
    return with_children(term, tuple(map(exchanged, below))) if below else term


def in_full(term: Term, sizes: Mapping[str, int]) -> Term:
    """Every sum or product over a handful of values written out; ``sizes`` are those of symbolic dimensions."""
    return tidy(bottom_up(term, lambda t: _in_full(t, sizes)))


def _in_full(term: Term, sizes: Mapping[str, int]) -> Term:
    if not isinstance(term, Reduce) or term.kind not in ("Sum", "Product") or term.excluded:
        return term
    dimension = term.index.dimension
    size = int(dimension) if dimension.isdigit() else sizes.get(dimension, 0)
    if not 1 <= size <= MOST_VALUES:
        return term
    places = [{str(term.index.name): Index(i)} for i in range(1, size + 1)]
    parts = [substitute(term.body, place, {}, None, frozenset()) for place in places]
    return reduce(lambda a, b: Binary("+" if term.kind == "Sum" else "*", a, b), parts)
