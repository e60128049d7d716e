"""What is known of a polynomial because it is an instance of a fact (H1)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product as cartesian

from derive.kernel.bits import negated
from derive.kernel.context import BOUND, NONZERO, UNKNOWN, Context, Fact, Place, Polynomial
from derive.kernel.polynomial import scale
from derive.kernel.ring import rename
from derive.kernel.spelling import captures, height, names, places, poly_text, token


def shape(ctx: Context, poly: Polynomial) -> str:
    """The spelling of a polynomial without its indices; facts are kept by it."""
    return poly_text(ctx, poly, {p: "?" + p[1] for p in places(ctx, poly)})


def looked_up(ctx: Context, poly: Polynomial) -> int:
    """The sign that facts give a polynomial or its negative as it stands."""
    bits = UNKNOWN
    if not any(bucket and len(bucket[0].polynomial) == len(poly) for bucket in ctx.facts.values()):
        return bits
    for candidate, orient in ((poly, int), (scale(poly, -1), negated)):
        for fact in ctx.facts.get(shape(ctx, candidate), ()):
            usable = bits_of(ctx, fact)
            if usable and _is_instance(ctx, fact, candidate):
                bits |= orient(usable)
    return bits


def bits_of(ctx: Context, fact: Fact) -> int:
    """What of a fact counts where a derivative is taken: strict facts only, of what is continuous (E5)."""
    used = names(ctx, fact.polynomial)
    if used.isdisjoint(ctx.suspended):
        return fact.bits
    # sign() and floor are not continuous: a strict fact about them need not hold nearby.
    if "z(" in fact.key or "f(floor" in fact.key or "f(ceiling" in fact.key:
        return UNKNOWN
    return fact.bits if fact.bits & NONZERO else UNKNOWN


def pattern_of(ctx: Context, fact: Fact) -> list[Place]:
    """The indices for which a fact holds whatever they are."""
    return sorted(p for p in places(ctx, fact.polynomial) if p[0] >= BOUND)


def _is_instance(ctx: Context, fact: Fact, poly: Polynomial) -> bool:
    """Whether the polynomial is an instance of the fact at some indices."""
    goal = poly_text(ctx, poly, {})
    if goal == fact.key:
        return True
    pattern = pattern_of(ctx, fact)
    if not pattern:
        return False
    found, tall = sorted(places(ctx, poly)), height(ctx, fact.polynomial)
    if len(found) ** len(pattern) > 200:
        return False
    for chosen in cartesian(found, repeat=len(pattern)):
        ctx.spend(1)
        if any(p[1] != q[1] for p, q in zip(pattern, chosen, strict=True)) or captures(tall, chosen):
            continue
        renamed = {p: token(q) for p, q in zip(pattern, chosen, strict=True)}
        if poly_text(ctx, fact.polynomial, renamed) == poly_text(ctx, poly, {q: token(q) for q in found}):
            return True
    return False


def instances(ctx: Context, fact: Fact, poly: Polynomial, free: list[Place]) -> Iterator[Polynomial]:
    """What a fact says at each choice of the indices ``free``, where these are few."""
    pattern = pattern_of(ctx, fact)
    if not pattern:
        yield poly
        return
    if len(free) ** len(pattern) > 50:
        return
    for chosen in cartesian(free, repeat=len(pattern)):
        if all(p[1] == q[1] for p, q in zip(pattern, chosen, strict=True)):
            yield rename(ctx, poly, dict(zip(pattern, chosen, strict=True)))
