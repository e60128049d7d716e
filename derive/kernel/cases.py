"""Case splits on the sign of what stands under Abs or sign: complete by construction (K2)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from derive.kernel.context import (
    BOUND,
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    ZERO,
    Context,
    Generator,
    Polynomial,
    Stuck,
    Undefined,
)
from derive.kernel.monotone import by_calculus
from derive.kernel.polynomial import ONE, scale, subtract
from derive.kernel.ring import replace_generators
from derive.kernel.sign import learn
from derive.kernel.solutions import solutions
from derive.kernel.spelling import intern, names, places
from derive.kernel.zero import rewriting, rewritten

DEPTH = 4
SHARE = 10_000
COVER = ((POSITIVE,), (NEGATIVE,), (ZERO, NONNEGATIVE))


def by_cases(ctx: Context, poly: Polynomial, holds: Callable[[Context, Polynomial], bool], depth: int = DEPTH) -> bool:
    """Whether ``holds`` for a polynomial in every case of a split into > 0, < 0 and = 0, split again where needed."""
    # The simplest first: the sign of y*f is known where those of y and f are, but not the other way round.
    inner = min(_split_points(ctx, poly), key=_simplicity, default=None)
    if inner is None or depth == 0:
        return False
    ctx.use("K2")
    keys = {kind: intern(ctx, kind, (inner,), places(ctx, inner), names(ctx, inner)) for kind in "hz"}
    return all(_covered(ctx, poly, inner, keys, tries, holds, depth) for tries in COVER)


def _simplicity(inner: Polynomial) -> tuple[int, bool]:
    """How many terms, and whether a root is among them: what x - y is tells the sign of sqrt(x) - sqrt(y)."""
    return len(inner), any(e.denominator != 1 for mono in inner for _, e in mono)


def _covered(
    ctx: Context,
    poly: Polynomial,
    inner: Polynomial,
    keys: dict[str, str],
    tries: tuple[int, ...],
    holds: Callable[[Context, Polynomial], bool],
    depth: int,
) -> bool:
    """Whether a case leaves no point, or the polynomial is as wanted in it; the case = 0 is one of >= 0, too."""
    for bits in tries:
        case = ctx.fork()
        if _excluded(case, inner, bits):
            return True
        try:
            inside = _in_case(case, poly, inner, keys, bits)
        except Undefined:
            return False
        if _is_empty(case, inner):
            return True
        done = holds(case, inside) or by_cases(case, inside, holds, depth - 1)
        ctx.fuel = case.fuel
        if done:
            return True
    return _excluded_by_calculus(ctx, inner, tries[0])


def _excluded(ctx: Context, inner: Polynomial, bits: int) -> bool:
    """Whether what is known of the sign leaves no point for a case."""
    known = _known(ctx, inner)
    if bits == ZERO:
        return bool(known & NONZERO)
    return bool(bits & NONZERO and known & (NONPOSITIVE if bits == POSITIVE else NONNEGATIVE))


def _excluded_by_calculus(ctx: Context, inner: Polynomial, bits: int) -> bool:
    """O18, where nothing else is seen: whether the opposite sign holds everywhere."""
    opposite = {POSITIVE: NONPOSITIVE, NEGATIVE: NONNEGATIVE}.get(bits)
    if opposite is None or names(ctx, inner) & ctx.suspended:
        return False
    case = ctx.fork()
    case.fuel = before = min(ctx.fuel, SHARE)
    try:
        return by_calculus(case, inner, opposite)
    except (Stuck, Undefined):
        return False
    finally:
        ctx.fuel -= before - max(case.fuel, 0)


def _is_empty(ctx: Context, inner: Polynomial) -> bool:
    """Whether a fact about what a case is about has another sign by all others: then no point is in the case."""
    for shape, bucket in list(ctx.facts.items()):
        for fact in bucket:
            used = names(ctx, fact.polynomial)
            numbers = len(fact.polynomial) > 1 and all(p[0] < BOUND for p in places(ctx, fact.polynomial))
            if not numbers or used.isdisjoint(names(ctx, inner)) or used & ctx.suspended:
                continue
            others = ctx.fork()
            others.facts[shape] = [f for f in bucket if f is not fact]
            bits = others.sign(others, fact.polynomial)
            ctx.fuel = others.fuel
            if not _agree(bits, fact.bits):
                ctx.use("O16")
                return True
    return False


def _agree(left: int, right: int) -> bool:
    """Whether some number has both signs."""
    both = left | right
    return not (both & NONZERO and both & NONNEGATIVE and both & NONPOSITIVE)


def _known(ctx: Context, inner: Polynomial) -> int:
    """The sign of what a split is about, as far as it is known: by one fact, too, that bounds it (O16)."""
    bits = ctx.sign(ctx, inner)
    for fact in [f for bucket in ctx.facts.values() for f in bucket if f.bits & ZERO]:
        if names(ctx, fact.polynomial) & ctx.suspended or any(p[0] >= BOUND for p in places(ctx, fact.polynomial)):
            continue
        known = fact.polynomial if fact.bits & NONNEGATIVE else scale(fact.polynomial, -1)
        for orient, found in ((inner, NONNEGATIVE), (scale(inner, -1), NONPOSITIVE)):
            rest = ctx.sign(ctx, subtract(orient, known))
            if rest & NONNEGATIVE:
                ctx.use("O16")
                bits |= found | ((rest | fact.bits) & NONZERO)
    return bits


def _in_case(ctx: Context, poly: Polynomial, inner: Polynomial, keys: dict[str, str], bits: int) -> Polynomial:
    learn(ctx, inner, bits)
    if bits == NONNEGATIVE:
        return replace_generators(ctx, poly, {keys["h"]: inner})
    if bits == POSITIVE:
        return replace_generators(ctx, poly, {keys["h"]: inner, keys["z"]: ONE})
    if bits == NEGATIVE:
        return replace_generators(ctx, poly, {keys["h"]: scale(inner, -1), keys["z"]: {(): -1}})
    poly = replace_generators(ctx, poly, {keys["h"]: {}, keys["z"]: {}})
    solved = next(solutions(ctx, inner), None)
    if solved is None:
        return rewritten(ctx, poly, list(rewriting(inner)))
    return replace_generators(ctx, poly, dict([solved]))


def _split_points(ctx: Context, poly: Polynomial) -> Iterator[Polynomial]:
    """What stands under an Abs or sign, free of bound indices, the innermost first."""
    for mono in poly:
        for key, _ in mono:
            yield from _inside(ctx, ctx.generators[key])


def _inside(ctx: Context, gen: Generator) -> Iterator[Polynomial]:
    for part in gen.parts:
        for poly in part if isinstance(part, tuple) else (part,):
            if isinstance(poly, dict):
                yield from _split_points(ctx, poly)
            elif hasattr(poly, "mono"):
                yield from _split_points(ctx, {poly.mono: 1})
    if gen.kind in "hz" and all(p[0] < BOUND for p in gen.places):
        yield gen.parts[0]
