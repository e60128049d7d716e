"""Inequalities that hold by themselves of what stands in a polynomial: a term of a sum, an entry below a Max (O6).

Each is ``known, bits``: ``known >= 0``, and with NONZERO ``known > 0``.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from derive.kernel.comparison import (
    products_of_bounds,
    products_of_rests,
    products_of_sums,
    tangent_of_logarithms,
    tangents_elsewhere,
    tangents_of_terms,
)
from derive.kernel.context import (
    LITERAL,
    NONNEGATIVE,
    NONZERO,
    POSITIVE,
    UNKNOWN,
    ZERO,
    Context,
    Monomial,
    Place,
    Polynomial,
    Rational,
)
from derive.kernel.convexity import cauchy, cauchy_inside, cauchy_of_size, squares, tangents
from derive.kernel.factors import bounds_of_product
from derive.kernel.facts import bits_of, instances, pattern_of
from derive.kernel.polynomial import ONE, add, scale, subtract
from derive.kernel.ranges import ranges
from derive.kernel.ring import component, differ, in_range, rename
from derive.kernel.spelling import parts_of, places
from derive.kernel.sums import sum_over


def inequalities(
    ctx: Context, poly: Polynomial, against: tuple[Monomial, Rational]
) -> Iterator[tuple[Polynomial, int]]:
    """Inequalities that speak of what stands in a polynomial; ``against`` is the term that one is to make up for."""
    keys = sorted({k for mono in poly for k, _ in mono})
    free = indices(ctx, poly)
    yield from _of_hypotheses(ctx, poly, free)
    for key in keys:
        yield from _of_generator(ctx, poly, key, keys, free)
    if ctx.lemmas:
        yield from _averaged_facts(ctx, poly)
        yield from squares(ctx, poly, *against)
        yield from products_of_sums(ctx, poly)
        yield from tangents_elsewhere(ctx, poly)
        yield from tangents_of_terms(ctx, poly)
        yield from products_of_rests(ctx, poly, free)
        yield from products_of_bounds(ctx, poly)


def _of_hypotheses(ctx: Context, poly: Polynomial, free: list[Place]) -> Iterator[tuple[Polynomial, int]]:
    for rule in ctx.sum_rules if any(p[0] == LITERAL for p in free) else ():
        if rule.names.isdisjoint(ctx.suspended) and not rule.pattern:
            yield from _numbered_terms(ctx, rule.value, rule.place, rule.summand, free)
    if ctx.lemmas:
        yield from tangent_of_logarithms(ctx, poly)
    for fact in [fact for bucket in list(ctx.facts.values()) for fact in bucket]:
        bits = bits_of(ctx, fact)
        oriented = fact.polynomial if bits & NONNEGATIVE else scale(fact.polynomial, -1)
        if bits & ZERO and len(oriented) + len(next(iter(oriented))) > 1:
            yield from ((p, bits) for p in instances(ctx, fact, oriented, free))


def _of_generator(
    ctx: Context, poly: Polynomial, key: str, keys: list[str], free: list[Place]
) -> Iterator[tuple[Polynomial, int]]:
    gen = ctx.generators[key]
    match gen.kind:
        case "m":
            yield from _extremum_bounds(ctx, key, free)
        case "s":
            is_squared = ctx.lemmas and any((key, 2) in mono for mono in poly)
            if len(gen.parts[0]) > 1:
                yield from _of_double_sum(ctx, key, is_squared)
            else:
                yield from _of_sum(ctx, key, free, is_squared)
        case "v" if ctx.lemmas and any((key, 2) in mono for mono in poly):
            yield from cauchy_of_size(ctx, key)
        case "f":
            yield from _rounding(ctx, key) if gen.parts[0] in ("floor", "ceiling") else ranges(ctx, key)
        case "e" | "l" | "q" if ctx.lemmas:
            yield from bounds_of_product(ctx, key, free)
            yield from tangents(ctx, key) if gen.kind != "q" else ()
        case "d" | "g":
            yield subtract(ONE, {((key, 1),): 1}), NONNEGATIVE
            yield from _two_deltas(ctx, key, keys)
        case "a" if gen.parts[0] in ctx.simplex and gen.parts[0] not in ctx.suspended:
            yield from _two_entries(ctx, key, keys)
            yield subtract(ONE, {((key, 1),): 1}), NONNEGATIVE | _below_one(ctx, gen.parts[0], gen.parts[1][0])


def _of_sum(ctx: Context, key: str, free: list[Place], is_squared: bool) -> Iterator[tuple[Polynomial, int]]:
    (bound,), summand = ctx.generators[key].parts[0], ctx.generators[key].parts[1].mono
    yield from _split_off(ctx, key, free)
    yield from _two_split_off(ctx, key, free)
    yield from _numbered_terms(ctx, {((key, 1),): 1}, bound, summand, free)
    if is_squared:
        yield from cauchy(ctx, key)


def _of_double_sum(ctx: Context, key: str, is_squared: bool) -> Iterator[tuple[Polynomial, int]]:
    yield from _diagonal(ctx, key)
    if ctx.lemmas:
        yield from cauchy_inside(ctx, key)
    if is_squared:
        yield from cauchy(ctx, key)


def _averaged_facts(ctx: Context, poly: Polynomial) -> Iterator[tuple[Polynomial, int]]:
    """O3: what holds at every index holds for the sums; only where the polynomial has the dimension as a factor."""
    held = {key[2:-1] for mono in poly for key, _ in mono if key[0] == "v"}
    for fact in [fact for bucket in ctx.facts.values() for fact in bucket] if held else ():
        pattern, bits = pattern_of(ctx, fact), bits_of(ctx, fact)
        if len(pattern) == 1 and pattern[0][1] in held and bits & ZERO and len(fact.polynomial) > 1:
            place = ctx.open(pattern[0][1])
            oriented = fact.polynomial if bits & NONNEGATIVE else scale(fact.polynomial, -1)
            ctx.use("O3")
            yield sum_over(ctx, (place,), rename(ctx, oriented, {pattern[0]: place})), bits


def indices(ctx: Context, poly: Polynomial) -> list[Place]:
    """The indices that a polynomial names; numbers too, where they are seen to lie in the range."""
    literal = {p for mono in poly for key, _ in mono for p in _literals(ctx, key)}
    return sorted(places(ctx, poly) | {p for p in literal if in_range(ctx, (p,))})


def _literals(ctx: Context, key: str) -> frozenset[Place]:
    """The numbers that stand as indices in a generator."""
    known: frozenset[Place] | None = ctx.memo.get(("literals", key))
    if known is None:
        gen = ctx.generators[key]
        own = gen.parts[1] if gen.kind == "a" else gen.parts if gen.kind in "dg" else ()
        below = (_literals(ctx, k) for mono in parts_of(gen) for k, _ in mono)
        known = frozenset(p for p in own if p[0] == LITERAL).union(*below)
        ctx.memo["literals", key] = known
    return known


def _two_deltas(ctx: Context, key: str, keys: list[str]) -> Iterator[tuple[Polynomial, int]]:
    """D1: an index equals one of two different ones at most."""
    for other in keys:
        if key[0] == other[0] == "d" and key < other:
            apart = ctx.generators[key].places ^ ctx.generators[other].places
            if len(apart) == 2 and differ(ctx, *apart):
                ctx.use("D1")
                yield subtract(ONE, {((key, 1),): 1, ((other, 1),): 1}), NONNEGATIVE


def _two_entries(ctx: Context, key: str, keys: list[str]) -> Iterator[tuple[Polynomial, int]]:
    """O6: two different entries of a simplex vector sum to one at most."""
    array, (place,) = ctx.generators[key].parts
    for other in keys:
        parts = ctx.generators[other].parts
        if other[0] == "a" and parts[0] == array and len(parts[1]) == 1 and differ(ctx, place, parts[1][0]):
            ctx.use("O6")
            known = subtract(ONE, {((key, 1),): 1, ((other, 1),): 1})
            yield known, ctx.note(known, NONNEGATIVE, "two entries", array, place, parts[1][0])


def _below_one(ctx: Context, array: str, place: Place) -> int:
    """O6: of two entries or more, all of which are positive, none is all."""
    if ctx.least.get(place[1], 1) < 2:
        return UNKNOWN
    strict = ctx.sign(ctx, component(ctx, array, (ctx.open(place[1]),))) & NONZERO
    if strict:
        ctx.note(subtract(ONE, component(ctx, array, (place,))), POSITIVE, "one entry", array, place)
    return strict


def _extremum_bounds(ctx: Context, key: str, free: list[Place]) -> Iterator[tuple[Polynomial, int]]:
    """O7: every component is at most the Max and at least the Min."""
    kind, bound, body = ctx.generators[key].parts
    for place in free:
        if place[1] == bound[1]:
            ctx.use("O7")
            gap = subtract({((key, 1),): 1}, rename(ctx, body, {bound: place}))
            known = gap if kind == "Max" else scale(gap, -1)
            yield known, ctx.note(known, NONNEGATIVE, "largest", key, place)
            yield from _extrema_below(ctx, kind, known, free)
            if kind == "Max":
                yield from _moduli_below(ctx, known)


def _extrema_below(ctx: Context, kind: str, known: Polynomial, free: list[Place]) -> Iterator[tuple[Polynomial, int]]:
    """O7: what is at least a Max is at least every component; at most a Min, at most every component."""
    for mono, c in known.items():
        if len(mono) != 1 or mono[0][0][0] != "m" or (c < 0) != (kind == "Max"):
            continue
        inner, bound, body = ctx.generators[mono[0][0]].parts
        rest = {m: v for m, v in known.items() if m != mono}
        for place in free:
            if inner == kind and place[1] == bound[1]:
                yield add(rest, scale(rename(ctx, body, {bound: place}), c)), NONNEGATIVE


def _moduli_below(ctx: Context, known: Polynomial) -> Iterator[tuple[Polynomial, int]]:
    """G7: what is at least Abs(w) is at least w and -w."""
    for mono, c in known.items():
        if c < 0 and len(mono) == 1 and mono[0][0][0] == "h" and mono[0][1] == 1:
            ctx.use("G7")
            rest = {m: v for m, v in known.items() if m != mono}
            inner: Polynomial = ctx.generators[mono[0][0]].parts[0]
            yield add(rest, scale(inner, c)), NONNEGATIVE
            yield add(rest, scale(inner, -c)), NONNEGATIVE


def _rounding(ctx: Context, key: str) -> Iterator[tuple[Polynomial, int]]:
    """N2: rounding moves a number by less than one, down or up."""
    name, (argument,) = ctx.generators[key].parts
    up = subtract({((key, 1),): 1}, argument)
    away = up if name == "ceiling" else scale(up, -1)
    ctx.use("N2")
    for known, bits in ((away, NONNEGATIVE), (subtract(ONE, away), POSITIVE)):
        yield known, ctx.note(known, bits, "rounded", key)


def _split_off(ctx: Context, key: str, free: list[Place]) -> Iterator[tuple[Polynomial, int]]:
    """O6: a sum of terms >= 0 is at least any one of them; more, when n >= 2 and all are > 0; or <= and less."""
    (bound,), summand = ctx.generators[key].parts[0], ctx.generators[key].parts[1].mono
    bits = ctx.sign(ctx, {summand: 1})
    if not bits & ZERO:
        return
    strict = NONZERO if bits & NONZERO and _has_several(ctx, bound[1]) else 0
    witnesses = [p for p in free if p[1] == bound[1]]
    for place in witnesses:
        ctx.use("O6")
        known = subtract({((key, 1),): 1}, rename(ctx, {summand: 1}, {bound: place}))
        if bits & NONNEGATIVE:
            yield known, ctx.note(known, NONNEGATIVE | strict, "one term", key, place)
            yield from _moduli_below(ctx, known)
        else:
            yield scale(known, -1), NONNEGATIVE | strict


def _has_several(ctx: Context, dimension: str) -> bool:
    """Whether a dimension is known to be 2 at least."""
    return ctx.least.get(dimension, 1) >= 2 or in_range(ctx, ((LITERAL, dimension, 2),))


def _two_split_off(ctx: Context, key: str, free: list[Place]) -> Iterator[tuple[Polynomial, int]]:
    """O6: a sum of terms >= 0 is at least any two different ones; more, when n >= 3 and all are > 0."""
    (bound,), summand = ctx.generators[key].parts[0], ctx.generators[key].parts[1].mono
    bits = ctx.sign(ctx, {summand: 1})
    if not bits & NONNEGATIVE:
        return
    strict = NONZERO if bits & NONZERO and ctx.least.get(bound[1], 1) >= 3 else 0
    for one, other in combinations([p for p in free if p[1] == bound[1]], 2):
        if differ(ctx, one, other):
            ctx.use("O6")
            terms = add(*(rename(ctx, {summand: 1}, {bound: place}) for place in (one, other)))
            yield subtract({((key, 1),): 1}, terms), NONNEGATIVE | strict


def _numbered_terms(
    ctx: Context, total: Polynomial, bound: Place, summand: Monomial, free: list[Place]
) -> Iterator[tuple[Polynomial, int]]:
    """O6: a sum of terms >= 0 is at least those together whose indices are numbers."""
    numbers = [p for p in free if p[0] == LITERAL and p[1] == bound[1]]
    place = ctx.open(bound[1])
    if len(numbers) > 1 and ctx.sign(ctx, rename(ctx, {summand: 1}, {bound: place})) & NONNEGATIVE:
        ctx.use("O6")
        terms = add(*(rename(ctx, {summand: 1}, {bound: p}) for p in numbers))
        yield subtract(total, terms), NONNEGATIVE


def _diagonal(ctx: Context, key: str) -> Iterator[tuple[Polynomial, int]]:
    """O6: a sum over pairs of terms >= 0 is at least the sum over the pairs of an index with itself."""
    bound, summand = ctx.generators[key].parts[0], ctx.generators[key].parts[1].mono
    if len(bound) != 2:
        return
    one, other = bound
    if one[1] == other[1] and ctx.sign(ctx, {summand: 1}) & NONNEGATIVE:
        ctx.use("O6")
        place = ctx.open(one[1])
        diagonal = rename(ctx, {summand: 1}, {one: place, other: place})
        yield subtract({((key, 1),): 1}, sum_over(ctx, (place,), diagonal)), NONNEGATIVE
