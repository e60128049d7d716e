"""The neighbourhood of the point of a limit: what holds there, and how the body behaves (KERNEL 2.7, E6, L9)."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from derive.claim import Goal
from derive.kernel.approach import Approach, Unsettled
from derive.kernel.context import (
    BOUND,
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    ZERO,
    Context,
    OpenBase,
    Polynomial,
    Stuck,
    Undefined,
)
from derive.kernel.growth import Bound
from derive.kernel.hypotheses import assume, context_of
from derive.kernel.normalize import Condition, Reader, Scope
from derive.kernel.polynomial import ONE, subtract
from derive.kernel.ring import replace_generators, variable
from derive.kernel.sign import learn, sign
from derive.kernel.spelling import NOTHING, intern, poly_text
from derive.kernel.zero import Equations
from derive.term import Constant, Limit, Neg, Term, Variable, subterms
from derive.write import write

OO = Constant("oo")
INFINITE: dict[Term, int] = {OO: 1, Neg(OO): -1}
WHOLE = ("integer", "positive integer", "nonnegative integer")
TURNS = ((0, 1), (1, 0), (0, -1), (-1, 0))
"""Sine and cosine of the multiples of a quarter turn."""
EXCLUDED = ((NONZERO, ZERO), (NONNEGATIVE, NEGATIVE), (NONPOSITIVE, POSITIVE))
"""What is required, and what excludes it."""


class NoLimit(Exception):
    """There is none; why, for people."""


class Near(Struct):
    """A limit from one side in the middle of its proof.

    ``given`` knows the hypotheses, ``known`` also what definedness of the other side adds, ``ctx`` what holds near the
    point; ``conditions`` are those of the other side of the claim.
    """

    ctx: Context
    given: Context
    known: Context
    scope: Scope
    equations: Equations
    approach: Approach
    other: Polynomial | None
    conditions: list[Condition]
    body: Polynomial


def neighbourhood(goal: Goal, limit: Limit, other: Term | None, direction: int, fuel: int) -> Near:
    """E6: hypotheses about the variable are suspended; on which side of the point it lies holds instead."""
    name = limit.variable
    hypotheses = tuple(h for h in goal.hypotheses if not mentions(name, h.relation.left, h.relation.right))
    declared = tuple(
        replace(d, type="real") if d.name == name and d.type not in WHOLE else d for d in goal.declarations
    )
    inner = replace(goal, hypotheses=hypotheses, declarations=declared)
    ctx, scope = context_of(inner, fuel)
    equations = assume(ctx, inner, scope)
    given = ctx.fork()
    reader = Reader(ctx, [], given)
    value = None if other is None or other in INFINITE else reader.read(other, scope)
    for key, replaced in equations.values if value is not None else ():
        value = replace_generators(ctx, value or {}, {key: replaced})
    known = ctx.fork()
    reader = Reader(ctx, reader.conditions, given)
    before = len(reader.conditions or [])
    point = None if limit.point in INFINITE else reader.read(limit.point, scope)
    if len(reader.conditions or []) > before:
        raise Stuck("limit not established", "the point of the limit is not seen to have a value")
    approach = Approach(name, point, direction, equations)
    ctx.sign = approach.sign
    learn(ctx, subtract(variable(ctx, name), point or {}), POSITIVE if direction > 0 else NEGATIVE)
    return Near(ctx, given, known, scope, equations, approach, value, reader.conditions or [], {})


def mentions(name: str, *terms: Term) -> bool:
    """Whether a variable stands in one of the terms."""
    return any(isinstance(t, Variable) and t.name == name for term in terms for t in subterms(term))


def body_of(near: Near, limit: Limit) -> Polynomial:
    """The normal form of the body near the point, where it must be seen to have a value (2.7)."""
    reader = Reader(near.ctx, [])
    try:
        body = reader.read(limit.body, near.scope)
        for key, value in near.equations.values:
            body = replace_generators(near.ctx, body, {key: value})
    except Undefined as undefined:
        raise NoLimit(f"near the point the body has no value ({undefined})") from undefined
    except OpenBase as found:
        if near.approach.moves(near.ctx, found.base):
            raise
        raise Unsettled(found.base, sign(near.known, found.base)) from found
    for condition in reader.conditions or []:
        if near.approach.moves(near.ctx, condition.polynomial):
            _undefined_again_and_again(near, condition)
            raise Stuck("limit not established", f"not seen near the point: {write(condition.written)}")
        raise Unsettled(condition.polynomial, sign(near.known, condition.polynomial))
    return body


def _undefined_again_and_again(near: Near, condition: Condition) -> None:
    """L9: where a condition fails at some turn of sine and cosine, points without a value accumulate."""
    if condition.guarded:
        return
    for turned in _turns(near, condition.polynomial):
        bits = near.approach.sign(near.ctx.fork(), turned) if turned else ZERO
        if any(condition.bits & wanted and bits & excluded == excluded for wanted, excluded in EXCLUDED):
            near.ctx.use("L9")
            raise NoLimit(f"{write(condition.written)} fails at points arbitrarily near")


def limit_of(near: Near) -> Bound:
    """The limit of the body; Fails with NoLimit where there is none, with Stuck where none is seen."""
    try:
        return near.approach.limit(near.ctx, near.body)
    except Unsettled:
        raise
    except Undefined as undefined:
        raise Stuck("limit not established", f"a leading term has no value: {undefined}") from undefined
    except Stuck as stuck:
        if stuck.reason == "budget":
            raise
        _require_one_limit(near)
        raise


def _require_one_limit(near: Near) -> None:
    """L9: fails with NoLimit where sequences along which sine and cosine stand still have different limits."""
    found: list[Bound] = []
    for turned in _turns(near, near.body):
        try:
            found.append(near.approach.limit(near.ctx, turned))
        except (Stuck, Undefined):
            continue
    for left in found:
        for right in found:
            if _differ(near, left, right):
                near.ctx.use("L9")
                raise NoLimit("it oscillates: sequences towards the point have different limits")


def _differ(near: Near, left: Bound, right: Bound) -> bool:
    if isinstance(left, int) or isinstance(right, int):
        return left != right
    return bool(sign(near.ctx, subtract(left, right)) & NONZERO)


def _turns(near: Near, poly: Polynomial) -> Iterator[Polynomial]:
    """The polynomial where the argument of its sines and cosines, which grows without bound, is a multiple of pi/2.

    The argument is continuous near the point, so that it takes each of these values arbitrarily near.
    """
    ctx, approach = near.ctx, near.approach
    if approach.name in ctx.integers:
        yield from _parities(near, poly)
        return
    poly = approach.at_infinity(ctx, poly)
    waves = set(approach.oscillations(ctx, poly))
    if any(place[0] == BOUND for key in waves for place in ctx.generators[key].places):
        return  # the summands of a sum do not turn at the same time
    arguments = {poly_text(ctx, ctx.generators[key].parts[1][0], {}) for key in waves}
    if len(arguments) != 1 or not approach.is_continuous(ctx, ctx.generators[min(waves)].parts[1][0]):
        return
    if not isinstance(approach.limit(ctx, ctx.generators[min(waves)].parts[1][0]), int):
        return
    for sine, cosine in TURNS:
        turns = {key: sine if ctx.generators[key].parts[0] == "sin" else cosine for key in waves}
        try:
            yield replace_generators(ctx, poly, {key: {(): turn} if turn else {} for key, turn in turns.items()})
        except Undefined:
            continue


def _parities(near: Near, poly: Polynomial) -> Iterator[Polynomial]:
    """The polynomial for even and for odd values of a whole variable."""
    key = intern(
        near.ctx, "p", ({(): -1}, variable(near.ctx, near.approach.name)), NOTHING, frozenset((near.approach.name,))
    )
    yield replace_generators(near.ctx, poly, {key: ONE})
    yield replace_generators(near.ctx, poly, {key: {(): -1}})
