"""The derivative of a maximum over an index, by the term that attains it (rule V17, Danskin's theorem)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from derive.kernel.context import FREE, NONNEGATIVE, NONZERO, ZERO, Context, Generator, Place, Polynomial
from derive.kernel.differentiate import Target, differentiate, smooth
from derive.kernel.polynomial import add, scale, subtract
from derive.kernel.ring import multiply, rename, renew, replace_generators, variable
from derive.kernel.sign import learn
from derive.kernel.spelling import parts_of, places


def envelope(ctx: Context, poly: Polynomial, target: Target, outer: frozenset[str]) -> Polynomial | None:
    """The derivative of G(v, Max(t_k, k)) as G_v + G_m*t_h' for an h that attains it; None where that is not seen.

    To both sides the slopes are G_v + G_m*r with r the greatest and the least slope of the terms that attain the
    maximum. Where the whole has a derivative they agree, so every r between gives it. With a second maximum, or an
    Abs, the slopes could make up for each other. ``outer`` are the names that are varied outside, where another term
    may attain the maximum.
    """
    moving = sorted(key for key in _extrema(ctx, poly) if target.name in ctx.generators[key].names)
    if len(moving) != 1 or not target.exists:
        return None
    gen = ctx.generators[moving[0]]
    _, bound, body = gen.parts
    name = f"|{gen.key}|"
    ctx.types[name] = "real"
    value = variable(ctx, name)
    around = replace_generators(ctx, poly, {gen.key: value})
    if not gen.names.isdisjoint(outer) or any(p[0] > FREE for p in gen.places) or not smooth(ctx, around):
        return None
    if not smooth(ctx, body):
        return None
    ctx.use("V17")
    term = rename(ctx, body, {bound: _attaining(ctx, gen, target, outer)})
    steep = multiply(ctx, differentiate(ctx, around, Target(name)), differentiate(ctx, term, target))
    ((key, _),) = next(iter(value))
    return replace_generators(ctx, add(differentiate(ctx, around, target), steep), {key: {((gen.key, 1),): 1}})


def _attaining(ctx: Context, gen: Generator, target: Target, outer: frozenset[str]) -> Place:
    """An index at which the maximum is attained at the point: one that is known, or a new name for one (K4)."""
    kind, bound, body = gen.parts
    varied, ctx.suspended = ctx.suspended, outer
    try:

        def behind(place: Place) -> Polynomial:
            """By how much the term at an index stays below the maximum, or above the minimum."""
            term = rename(ctx, body, {bound: place})
            gap = subtract({((gen.key, 1),): 1}, term)
            return renew(ctx, gap if kind == "Max" else scale(gap, -1), varied - outer)

        signs = {p: ctx.sign(ctx, behind(p)) for p in _named(ctx, target, bound[1])}
        known = next((p for p, bits in signs.items() if bits & ZERO == ZERO), None)
        return known or _witness(ctx, gen, behind, [p for p, bits in signs.items() if bits & NONZERO])
    finally:
        ctx.suspended = varied


def _witness(ctx: Context, gen: Generator, behind: Callable[[Place], Polynomial], others: list[Place]) -> Place:
    """K4: one name for an index at which this maximum is attained, and what is known of it."""
    known: Place | None = ctx.memo.get(("attained", gen.key))
    if known is not None:
        return known
    ctx.use("K4")
    place = ctx.witness(gen.parts[1][1])
    ctx.memo["attained", gen.key] = place
    gap = behind(place)
    learn(ctx, gap, ZERO)
    learn(ctx, subtract(behind(ctx.open(place[1])), gap), NONNEGATIVE)
    ctx.distinct |= {frozenset((place, other)) for other in others}
    return place


def _named(ctx: Context, target: Target, dimension: str) -> list[Place]:
    """The indices of a dimension that the variable or a hypothesis names."""
    known = (p for bucket in ctx.facts.values() for fact in bucket for p in places(ctx, fact.polynomial))
    return sorted({p for p in (*(target.at or ()), *known) if p[0] <= FREE and p[1] == dimension})


def _extrema(ctx: Context, poly: Polynomial) -> Iterator[str]:
    """The keys of every Max and Min over an index, however deep, each once."""
    stack, seen = [key for mono in poly for key, _ in mono], set[str]()
    while stack:
        ctx.spend(1)
        key = stack.pop()
        if key in seen:
            continue
        seen.add(key)
        if key[0] == "m":
            yield key
        stack.extend(key for mono in parts_of(ctx.generators[key]) for key, _ in mono)
