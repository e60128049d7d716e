"""Max and Min over an index, and products over an index (rules G7, K4, T)."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from itertools import permutations

from derive.kernel.context import BOUND, LITERAL, NONNEGATIVE, NONPOSITIVE, POSITIVE, Context, Place, Polynomial
from derive.kernel.functions import exponential, logarithm, maximum, symbolic_power
from derive.kernel.polynomial import ONE, add, merge, scale, subtract, without
from derive.kernel.ring import (
    defined,
    delta,
    guard,
    guarded,
    leads_negative,
    multiply,
    power,
    power_sign,
    primitive,
    product,
    rename,
    unit,
    variable,
    where_distinct,
)
from derive.kernel.spelling import below_binder, intern, names, opaque_key, places, poly_text
from derive.kernel.sums import sum_over

MOST_WRITTEN_OUT = 3  # values of which a Max is written by Abs
MOST_NESTED = 3
OPPOSITE = {"Max": "Min", "Min": "Max"}


def extremum(ctx: Context, kind: str, bound: Place, body: Polynomial) -> Polynomial:
    """Max or Min of ``body`` over the range of ``bound``: what does not depend on it moves out (G7, K4)."""
    fixed = {m: c for m, c in body.items() if all(bound not in ctx.generators[k].places for k, _ in m)}
    moving = {m: c for m, c in body.items() if m not in fixed}
    if not moving:
        return fixed
    if bound[1] == "1":
        return rename(ctx, body, {bound: (LITERAL, "1", 1)})
    if bound[1].isdecimal() and int(bound[1]) <= MOST_WRITTEN_OUT:
        return _unrolled_extremum(ctx, kind, bound, body)
    tied = _of_two_values(ctx, kind, bound, body)
    if tied is not None:
        return tied
    nested = _nested(ctx, kind, bound, moving)
    return add(fixed, _extremum_generator(ctx, kind, bound, moving) if nested is None else nested)


def _extremum_generator(ctx: Context, kind: str, bound: Place, moving: Polynomial) -> Polynomial:
    """Max or Min of what moves with ``bound``, without the factors of known sign that do not."""
    ctx.use("G7")
    c, mono, _ = primitive(ctx, moving)
    factor: Polynomial = {(): c}
    for key, e in mono:
        bits = power_sign(ctx, key, e)
        if bound not in ctx.generators[key].places and bits & (NONNEGATIVE | NONPOSITIVE):
            factor = multiply(ctx, factor, {((key, e),): 1})
    flip = bool(ctx.sign(ctx, factor) & NONPOSITIVE)
    ((outside, size),) = factor.items()
    inverse = tuple((k, -e) for k, e in outside)
    scaled: Polynomial = {merge(m, inverse): v / Fraction(size) for m, v in moving.items()}
    name: Place = (BOUND, bound[1], below_binder(ctx, scaled, (bound,)) + 1)
    renamed = rename(ctx, scaled, {bound: name})
    if leads_negative(ctx, renamed):
        renamed, factor, flip = scale(renamed, -1), scale(factor, -1), not flip
    kind = OPPOSITE[kind] if flip else kind
    return multiply(ctx, factor, {((opaque_key(ctx, "m", kind, name, renamed, bound=(name,)), 1),): 1})


def _unrolled_extremum(ctx: Context, kind: str, bound: Place, body: Polynomial) -> Polynomial:
    """Over an explicit dimension, written out (K6)."""
    ctx.use("K6")
    first, *others = (rename(ctx, body, {bound: (LITERAL, bound[1], v)}) for v in range(1, int(bound[1]) + 1))
    return reduce(lambda total, value: maximum(ctx, total, value, 1 if kind == "Max" else -1), others, first)


def _of_two_values(ctx: Context, kind: str, bound: Place, body: Polynomial) -> Polynomial | None:
    """Max of what is a at one index and b at all others: a where a >= b, else the greater where there are others."""
    split = _bound_delta(ctx, bound, body)
    if split is None or bound in places(ctx, split[2]):
        return None
    _, here, elsewhere = split
    above = ctx.sign(ctx, subtract(here, elsewhere))
    if above & (NONNEGATIVE if kind == "Max" else NONPOSITIVE):
        ctx.use("D4")
        return here
    if ctx.least.get(bound[1], 1) < 2:
        return None
    ctx.use("D4")
    return maximum(ctx, here, elsewhere, 1 if kind == "Max" else -1)


def _nested(ctx: Context, kind: str, bound: Place, body: Polynomial) -> Polynomial | None:
    """Max over one index of Max over another is the same the other way round (G7): the first spelling of all."""
    bounds, inner = _flattened(ctx, kind, (bound,), body)
    if len(bounds) < 2 or len(bounds) > MOST_NESTED:
        return None
    spellings = []
    for order in permutations(bounds):
        value = inner
        for place in order:
            fixed = {m: c for m, c in value.items() if all(place not in ctx.generators[k].places for k, _ in m)}
            moving = {m: c for m, c in value.items() if m not in fixed}
            value = add(fixed, _extremum_generator(ctx, kind, place, moving)) if moving else fixed
        spellings.append((poly_text(ctx, value, {}), value))
    return min(spellings, key=lambda s: s[0])[1]


def _flattened(
    ctx: Context, kind: str, bounds: tuple[Place, ...], body: Polynomial
) -> tuple[tuple[Place, ...], Polynomial]:
    """c*Max(t, l) + g with c >= 0 as the body of a Max over l too, again and again."""
    for mono, c in body.items():
        key = next((k for k, e in mono if k[0] == "m" and e == 1), None)
        if key is None or ctx.generators[key].places.isdisjoint(bounds):
            continue
        other, inside, summand = ctx.generators[key].parts
        weight: Polynomial = {without(mono, key): c}
        wanted = NONNEGATIVE if other == kind else NONPOSITIVE
        if len(bounds) <= MOST_NESTED and ctx.sign(ctx, weight) & wanted:
            ctx.use("G7")
            place = ctx.open(inside[1])
            value = multiply(ctx, weight, rename(ctx, summand, {inside: place}))
            rest = {m: v for m, v in body.items() if m != mono}
            return _flattened(ctx, kind, (*bounds, place), add(rest, value))
    return bounds, body


def product_over(ctx: Context, bound: Place, excluded: tuple[Place, ...], body: Polynomial) -> Polynomial:
    """The product of ``body`` over the range of ``bound`` without the excluded indices (T1, T2)."""
    if bound[1].isdecimal():
        return _unrolled_product(ctx, bound, excluded, body)
    if not body:
        return {} if not excluded else _product_generator(ctx, bound, excluded, body)
    split = _bound_delta(ctx, bound, body)
    if split is not None:
        return _split_product(ctx, bound, excluded, body, split)
    if body == ONE:
        return ONE
    if ctx.sign(ctx, body) & POSITIVE == POSITIVE and (not excluded or defined(ctx, body)):
        ctx.use("T2")
        summand = logarithm(ctx, body)
        for other in excluded:
            summand = guarded(ctx, bound, other, summand)
        return exponential(ctx, sum_over(ctx, (bound,), summand))
    ctx.unknown += 1
    return _product_generator(ctx, bound, excluded, body) if excluded else _factored_product(ctx, bound, body)


def _split_product(
    ctx: Context,
    bound: Place,
    excluded: tuple[Place, ...],
    body: Polynomial,
    split: tuple[Place, Polynomial, Polynomial],
) -> Polynomial:
    """One factor of the product is the one where the indices agree (D4, S7 for products)."""
    ctx.use("D4")
    other, equal, distinct = split
    present = product(ctx, (guard(ctx, other, skipped) for skipped in excluded))
    if present != ONE:
        return _product_generator(ctx, bound, excluded, body)
    return multiply(ctx, equal, product_over(ctx, bound, (*excluded, other), distinct))


def _factored_product(ctx: Context, bound: Place, body: Polynomial) -> Polynomial:
    """The product over a whole range, factor by factor (T1)."""
    size = variable(ctx, bound[1])
    c, mono, rest = unit(ctx, body)
    result = symbolic_power(ctx, {(): c}, size, True) if c != 1 else ONE
    for key, e in mono:
        ctx.use("T1")
        single: Polynomial = {((key, 1),): 1}
        if key[0] in "dg":
            # Of a range that is not empty; and it keeps what stands beside it from needing a value where it is 0.
            result = multiply(ctx, result, single)
        elif bound in ctx.generators[key].places:
            positive = ctx.sign(ctx, single) & POSITIVE == POSITIVE
            part = product_over(ctx, bound, (), single) if positive else _product_generator(ctx, bound, (), single)
            result = multiply(ctx, result, power(ctx, part, e))
        else:
            result = multiply(ctx, result, symbolic_power(ctx, {((key, e),): 1}, size, True))
    if rest == ONE:
        return result
    if bound not in places(ctx, rest):
        return multiply(ctx, result, symbolic_power(ctx, rest, size, True))
    return multiply(ctx, result, _product_generator(ctx, bound, (), rest))


def _bound_delta(ctx: Context, bound: Place, body: Polynomial) -> tuple[Place, Polynomial, Polynomial] | None:
    """An index that a delta ties to the bound one, the factor there, and the factor everywhere else."""
    for mono in body:
        for key, _ in mono:
            pair = ctx.generators[key].parts if key[0] == "d" else ()
            if bound in pair:
                other: Place = next(p for p in pair if p != bound)
                return other, rename(ctx, body, {bound: other}), where_distinct(ctx, body, bound, other)
    return None


def _unrolled_product(ctx: Context, bound: Place, excluded: tuple[Place, ...], body: Polynomial) -> Polynomial:
    ctx.use("K6")
    total = ONE
    for v in range(1, int(bound[1]) + 1):
        place: Place = (LITERAL, bound[1], v)
        if place in excluded:
            continue
        factor = rename(ctx, body, {bound: place})
        for other in excluded:
            same = delta(ctx, place, other)
            factor = add(same, guarded(ctx, place, other, factor)) if same != ONE else ONE
        total = multiply(ctx, total, factor)
    return total


def _product_generator(ctx: Context, bound: Place, excluded: tuple[Place, ...], body: Polynomial) -> Polynomial:
    name: Place = (BOUND, bound[1], below_binder(ctx, body, (bound,), excluded) + 1)
    renamed = rename(ctx, body, {bound: name})
    others = tuple(sorted(set(excluded)))
    inside = (places(ctx, renamed) - {name}) | frozenset(p for p in others if p[0])
    key = intern(ctx, "q", (name, others, renamed), inside, names(ctx, renamed) | {bound[1]}, name[2])
    return {((key, 1),): 1}
