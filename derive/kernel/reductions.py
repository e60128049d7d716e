"""Max and Min over an index, and products over an index (rules G7, K4, T)."""

from __future__ import annotations

from fractions import Fraction

from derive.kernel.context import BOUND, LITERAL, NONNEGATIVE, NONPOSITIVE, POSITIVE, Context, Place, Polynomial
from derive.kernel.functions import exponential, logarithm, symbolic_power
from derive.kernel.polynomial import ONE, add, merge, scale
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
    rename,
    unit,
    variable,
    where_distinct,
)
from derive.kernel.spelling import height, intern, names, places
from derive.kernel.sums import sum_over


def extremum(ctx: Context, kind: str, bound: Place, body: Polynomial) -> Polynomial:
    """Max or Min of ``body`` over the range of ``bound``: what does not depend on it moves out (G7, K4)."""
    fixed = {m: c for m, c in body.items() if all(bound not in ctx.generators[k].places for k, _ in m)}
    moving = {m: c for m, c in body.items() if m not in fixed}
    if not moving:
        return fixed
    if bound[1] == "1":
        return rename(ctx, body, {bound: (LITERAL, "1", 1)})
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
    name: Place = (BOUND, bound[1], height(ctx, scaled) + 1)
    renamed = rename(ctx, scaled, {bound: name})
    if leads_negative(ctx, renamed):
        renamed, factor, flip = scale(renamed, -1), scale(factor, -1), not flip
    kind = {"Max": "Min", "Min": "Max"}[kind] if flip else kind
    inside, used = places(ctx, renamed) - {name}, names(ctx, renamed) | {bound[1]}
    key = intern(ctx, "m", (kind, name, renamed), inside, used, name[2])
    return add(fixed, multiply(ctx, factor, {((key, 1),): 1}))


def product_over(ctx: Context, bound: Place, excluded: tuple[Place, ...], body: Polynomial) -> Polynomial:
    """The product of ``body`` over the range of ``bound`` without the excluded indices (T1, T2)."""
    if bound[1].isdecimal():
        return _unrolled_product(ctx, bound, excluded, body)
    if not body:
        return {} if not excluded else _product_generator(ctx, bound, excluded, body)
    split = _bound_delta(ctx, bound, body)
    if split is not None:
        # One factor of the product is the one where the indices agree (D4, S7 for products).
        ctx.use("D4")
        other, equal, distinct = split
        present = ONE
        for skipped in excluded:
            present = multiply(ctx, present, guard(ctx, other, skipped))
        if present != ONE:
            return _product_generator(ctx, bound, excluded, body)
        return multiply(ctx, equal, product_over(ctx, bound, (*excluded, other), distinct))
    if body == ONE:
        return ONE
    if ctx.sign(ctx, body) & POSITIVE == POSITIVE and (not excluded or defined(ctx, body)):
        ctx.use("T2")
        summand = logarithm(ctx, body)
        for other in excluded:
            summand = guarded(ctx, bound, other, summand)
        return exponential(ctx, sum_over(ctx, (bound,), summand))
    ctx.unknown += 1
    if excluded:
        return _product_generator(ctx, bound, excluded, body)
    c, mono, rest = unit(ctx, body)
    result = symbolic_power(ctx, {(): c}, variable(ctx, bound[1]), True) if c != 1 else ONE
    for key, e in mono:
        if bound in ctx.generators[key].places:
            ctx.use("T1")
            single: Polynomial = {((key, 1),): 1}
            positive = ctx.sign(ctx, single) & POSITIVE == POSITIVE
            part = product_over(ctx, bound, (), single) if positive else _product_generator(ctx, bound, (), single)
            result = multiply(ctx, result, power(ctx, part, e))
        else:
            ctx.use("T1")
            result = multiply(ctx, result, symbolic_power(ctx, {((key, e),): 1}, variable(ctx, bound[1]), True))
    if rest == ONE:
        return result
    if bound not in places(ctx, rest):
        return multiply(ctx, result, symbolic_power(ctx, rest, variable(ctx, bound[1]), True))
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
    name: Place = (BOUND, bound[1], height(ctx, body) + 1)
    renamed = rename(ctx, body, {bound: name})
    others = tuple(sorted(set(excluded)))
    inside = (places(ctx, renamed) - {name}) | frozenset(p for p in others if p[0])
    key = intern(ctx, "q", (name, others, renamed), inside, names(ctx, renamed) | {bound[1]}, name[2])
    return {((key, 1),): 1}
