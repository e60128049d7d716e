"""Limits at infinity, monomial by monomial (KERNEL 4.12): vanishing terms, constants, and log-sum-exp by squeeze."""

from __future__ import annotations

from dataclasses import replace

from derive.claim import Goal
from derive.kernel.algebra import (
    add,
    extremum,
    multiply,
    names,
    open_bound,
    scale,
    subtract,
)
from derive.kernel.context import Context, Monomial, Polynomial, Stuck, Undefined
from derive.kernel.equality import Sides, conclude
from derive.kernel.hypotheses import assume, context_of
from derive.kernel.normalize import Reader, Scope
from derive.kernel.readback import written
from derive.kernel.theorem import Residual, Theorem
from derive.kernel.zero import remainder
from derive.term import Constant, Limit, Term, Variable, subterms


def decide_limit(goal: Goal, fuel: int) -> Theorem | Residual:
    """Prove that a limit at +oo exists and equals the other side."""
    limit, other = (goal.left, goal.right) if isinstance(goal.left, Limit) else (goal.right, goal.left)
    assert isinstance(limit, Limit)
    if goal.op != "==" or isinstance(other, Limit | Constant):
        return Residual("limit not established", "only a finite limit in an equation is decided")
    if limit.point != Constant("oo"):
        return Residual("limit not established", "only limits at oo are decided")
    try:
        return _decide(goal, limit, other, fuel)
    except Stuck as stuck:
        return Residual(stuck.reason if stuck.reason == "budget" else "limit not established", stuck.detail)
    except Undefined as undefined:
        return Residual("vacuous", f"no admissible point: {undefined}")


def _decide(goal: Goal, limit: Limit, other: Term, fuel: int) -> Theorem | Residual:
    """E6: hypotheses about the variable are suspended; that it is positive holds eventually."""
    variable_name = limit.variable
    if variable_name in goal.dimensions:
        raise Stuck("limit not established", "a limit in a dimension")
    if any(d.name == variable_name and d.type in ("integer", "positive integer") for d in goal.declarations):
        raise Stuck("limit not established", "a limit in an integer")
    hypotheses = tuple(h for h in goal.hypotheses if not _mentions(h.relation.left, h.relation.right, variable_name))
    declared = tuple(replace(d, type="positive") if d.name == variable_name else d for d in goal.declarations)
    inner = replace(goal, hypotheses=hypotheses, declarations=declared)
    ctx, scope = context_of(inner, fuel)
    equations, _ = assume(ctx, inner, scope)
    body = _defined_body(ctx, limit.body, scope)
    found = _limit(ctx, body, variable_name)
    reader = Reader(ctx, [])
    value = reader.read(other, scope)
    if variable_name in names(ctx, value):
        raise Stuck("limit not established", "the other side mentions the variable of the limit")
    left = remainder(ctx, subtract(found, value), equations)
    if left:
        return Residual("limit not established", f"the limit is {written(ctx, found)}", written(ctx, left))
    sides = Sides(ctx, scope, equations, found, value, [], reader.conditions or [])
    return conclude(goal, sides, "limit")


def _mentions(left: Term, right: Term, name: str) -> bool:
    return any(isinstance(t, Variable) and t.name == name for side in (left, right) for t in subterms(side))


def _defined_body(ctx: Context, body: Term, scope: Scope) -> Polynomial:
    """The body for a positive variable; its conditions must all be proved, for the limit asserts existence."""
    reader = Reader(ctx, [])
    before = {shape: list(bucket) for shape, bucket in ctx.facts.items()}
    poly = reader.read(body, scope)
    if reader.conditions:
        ctx.facts = before
        raise Stuck("limit not established", "the body is not seen to have a value for all large values")
    return poly


def _limit(ctx: Context, poly: Polynomial, name: str) -> Polynomial:
    """L2: the limit of a sum is the sum of the finite limits of its terms."""
    total: Polynomial = {}
    for mono, c in poly.items():
        ctx.use("L2")
        total = add(total, scale(_of_monomial(ctx, mono, name), c))
    return total


def _of_monomial(ctx: Context, mono: Monomial, name: str) -> Polynomial:
    moving = tuple(f for f in mono if name in ctx.generators[f[0]].names)
    fixed: Polynomial = {tuple(f for f in mono if f not in moving): 1}
    if not moving:
        ctx.use("L1")
        return fixed
    key = f"v({name})"
    if len(moving) == 1 and moving[0][0] == key and moving[0][1] < 0:
        ctx.use("L1")
        return {}
    squeezed = _log_sum_exp(ctx, dict(moving), name, key)
    if squeezed is None:
        raise Stuck("limit not established", f"the limit of {written(ctx, {mono: 1})}")
    return multiply(ctx, fixed, squeezed)


def _log_sum_exp(ctx: Context, factors: dict[str, object], name: str, key: str) -> Polynomial | None:
    """L7: log(Sum_k exp(T*a_k))/T tends to Max_k a_k, squeezed between it and it plus log(n)/T."""
    logs = [k for k, e in factors.items() if k[0] == "l" and e == 1]
    if len(factors) != 2 or len(logs) != 1 or factors.get(key) != -1:
        return None
    inside = ctx.generators[logs[0]].parts[0]
    exponents = _exponents_of_sum(ctx, inside)
    if exponents is None:
        return None
    bound, exponent = exponents
    rate = multiply(ctx, exponent, {((key, -1),): 1})
    if name in names(ctx, rate):
        return None
    ctx.use("L7")
    ctx.use("L4")
    return extremum(ctx, "Max", bound, rate)


def _exponents_of_sum(ctx: Context, poly: Polynomial) -> tuple[tuple[int, str, object], Polynomial] | None:
    """The index and the exponent of a bare sum of exponentials, opened."""
    if len(poly) != 1:
        return None
    ((mono, c),) = poly.items()
    if c != 1 or len(mono) != 1 or mono[0][1] != 1 or mono[0][0][0] != "s":
        return None
    gen = ctx.generators[mono[0][0]]
    if len(gen.parts[0]) != 1 or any(k[0] != "e" for k, _ in gen.parts[1].mono):
        return None
    body, (place,) = open_bound(ctx, gen.parts[0], {gen.parts[1].mono: 1})
    total: Polynomial = {}
    for m, v in body.items():
        if v != 1:
            return None
        for k, e in m:
            total = add(total, {ctx.generators[k].parts[0].mono: e})
    return place, total
