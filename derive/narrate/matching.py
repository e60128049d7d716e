"""Is a term an instance of a pattern? Operands may stand in any order, bound indices may have any name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set

from derive.narrate.algebra import Factor, Monomial, addends, is_atom, is_sum, key_of, merged
from derive.substitute import free_names
from derive.term import Apply, Binary, Call, Component, Delta, Index, Neg, Reduce, Term, Variable

Found = Mapping[str, "Index | Term"]
"""What stands in the place of each hole of a pattern, a bound index of the pattern included."""


def matches(pattern: Term, term: Term, holes: Set[str], found: Found) -> Iterator[Found]:
    """Every way to fill the holes (names of indices and of scalars) that makes the pattern the term."""
    match pattern, term:
        case Variable(name), _ if name in holes:
            yield from _bind(name, term, found)
        case (Component(array, first), Component(other, second)) if array == other and len(first) == len(second):
            yield from _indices(first, second, holes, found)
        case Delta(a, b), Delta(c, d):
            yield from _indices((a, b), (c, d), holes, found)
            yield from _indices((a, b), (d, c), holes, found)
        case (Apply(name, first), Apply(other, second)) | (Call(name, first), Call(other, second)) if name == other:
            yield from _all(first, second, holes, found)
        case Reduce(), Reduce():
            yield from _reductions(pattern, term, holes, found)
        case (Binary() | Neg(), Binary() | Neg()):
            yield from _sums(addends(pattern), addends(term), holes, found)
        case _:
            if not free_names(pattern) & holes and key_of(pattern) == key_of(term):
                yield found


def _bind(name: str, value: Index | Term, found: Found) -> Iterator[Found]:
    if name not in found:
        yield {**found, name: value}
    elif _same(found[name], value):
        yield found


def _same(first: Index | Term, second: Index | Term) -> bool:
    if isinstance(first, Index) or isinstance(second, Index):
        return isinstance(first, Index) and isinstance(second, Index) and first.name == second.name
    return key_of(first) == key_of(second)


def _indices(first: Sequence[Index], second: Sequence[Index], holes: Set[str], found: Found) -> Iterator[Found]:
    if not first:
        yield found
    elif first[0].name in holes or first[0].name in found:
        for now in _bind(str(first[0].name), Index(second[0].name), found):
            yield from _indices(first[1:], second[1:], holes, now)
    elif first[0].name == second[0].name:
        yield from _indices(first[1:], second[1:], holes, found)


def _all(first: Sequence[Term], second: Sequence[Term], holes: Set[str], found: Found) -> Iterator[Found]:
    if not first and not second:
        yield found
    elif first and second:
        for now in matches(first[0], second[0], holes, found):
            yield from _all(first[1:], second[1:], holes, now)


def _reductions(pattern: Reduce, term: Reduce, holes: Set[str], found: Found) -> Iterator[Found]:
    """The bodies match with the bound index of one for that of the other, which no hole may mention."""
    if pattern.kind != term.kind or len(pattern.excluded) != len(term.excluded):
        return
    bound, other = str(pattern.index.name), str(term.index.name)
    outer = {k: v for k, v in found.items() if k != bound}
    for now in _indices(pattern.excluded, term.excluded, holes - {bound}, outer):
        for inner in matches(pattern.body, term.body, holes - {bound}, {**now, bound: Index(other)}):
            kept = {k: v for k, v in inner.items() if k != bound} | ({bound: found[bound]} if bound in found else {})
            if not any(_mentions(v, other) for k, v in kept.items() if k not in found):
                yield kept


def _mentions(value: Index | Term, name: str) -> bool:
    return value.name == name if isinstance(value, Index) else name in free_names(value)


def _sums(first: Sequence[Monomial], second: Sequence[Monomial], holes: Set[str], found: Found) -> Iterator[Found]:
    if len(first) != len(second):
        return
    if not first:
        yield found
        return
    for i, part in enumerate(second):
        if part.coefficient == first[0].coefficient:
            for now, rest in sub_products(merged(first[0]).factors, merged(part).factors, holes, found):
                if not rest:
                    yield from _sums(first[1:], [*second[:i], *second[i + 1 :]], holes, now)


def sub_products(
    first: Sequence[Factor], second: Sequence[Factor], holes: Set[str], found: Found
) -> Iterator[tuple[Found, tuple[Factor, ...]]]:
    """Every way to find the first product in the second one, and the factors that are left of the second."""
    if not first:
        yield found, tuple(second)
        return
    base, exponent = first[0]
    for i, (other, power) in enumerate(second):
        if power * exponent > 0 and abs(power) >= abs(exponent):
            left = ((other, power - exponent),) if power != exponent else ()
            for now in _bases(base, other, holes, found):
                yield from sub_products(first[1:], [*second[:i], *left, *second[i + 1 :]], holes, now)


def _bases(pattern: Term, term: Term, holes: Set[str], found: Found) -> Iterator[Found]:
    """A base of a product is no product itself, so that matching ends."""
    if is_sum(pattern) and is_sum(term):
        yield from _sums(addends(pattern), addends(term), holes, found)
    elif not is_sum(pattern) and not is_atom(pattern):
        yield from matches(pattern, term, holes, found)
    elif isinstance(pattern, Binary) and isinstance(term, Binary) and is_atom(term):
        yield from _all((pattern.left, pattern.right), (term.left, term.right), holes, found)
