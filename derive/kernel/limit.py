"""Limits at infinity, monomial by monomial (KERNEL 4.12): vanishing terms, constants, and log-sum-exp by squeeze."""

from __future__ import annotations

from dataclasses import replace

from derive.claim import Goal
from derive.kernel.context import POSITIVE, Context, Monomial, Polynomial, Rational, Stuck, Undefined
from derive.kernel.equality import Sides, conclude
from derive.kernel.functions import maximum
from derive.kernel.hypotheses import assume, context_of
from derive.kernel.normalize import Reader, Scope
from derive.kernel.polynomial import add, scale, subtract
from derive.kernel.readback import term_of, written
from derive.kernel.reductions import extremum
from derive.kernel.ring import multiply, open_bound
from derive.kernel.spelling import names
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
    equations = assume(ctx, inner, scope)
    body = _defined_body(ctx, limit.body, scope)
    found = _limit(ctx, body, variable_name)
    given = ctx.fork()
    reader = Reader(ctx, [], given)
    value = reader.read(other, scope)
    if variable_name in names(ctx, value):
        raise Stuck("limit not established", "the other side mentions the variable of the limit")
    left = remainder(ctx, subtract(found, value), equations)
    if left:
        detail, instead = f"the limit is {written(ctx, found)}", term_of(ctx, found, {})
        return Residual("limit not established", detail, written(ctx, left), instead=instead)
    sides = Sides(ctx, given, scope, equations, found, value, [], reader.conditions or [])
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


def _log_sum_exp(ctx: Context, factors: dict[str, Rational], name: str, key: str) -> Polynomial | None:
    """L7: log(Sum_k exp(T*a_k))/T tends to Max_k a_k, squeezed between it and it plus log(n)/T.

    The same for finitely many such terms with positive factors that do not depend on T: the largest rate wins.
    """
    logs = [k for k, e in factors.items() if k[0] == "l" and e == 1]
    if len(factors) != 2 or len(logs) != 1 or factors.get(key) != -1:
        return None
    rates = [_rate(ctx, mono, c, name, key) for mono, c in ctx.generators[logs[0]].parts[0].items()]
    known = [rate for rate in rates if rate is not None]
    if len(known) < len(rates):
        return None
    ctx.use("L7")
    ctx.use("L4")
    total = known[0]
    for rate in known[1:]:
        total = maximum(ctx, total, rate, 1)
    return total


def _rate(ctx: Context, mono: Monomial, c: Rational, name: str, key: str) -> Polynomial | None:
    """The limit of log(c * mono)/T for a positive c, where mono is exp(T*a), or a sum of such; None otherwise."""
    if c <= 0:
        return None
    total: Polynomial = {}
    for k, e in mono:
        gen = ctx.generators[k]
        if name not in gen.names:
            if ctx.sign(ctx, {((k, 1),): 1}) & POSITIVE != POSITIVE:
                return None
            continue
        if gen.kind == "e":
            total = add(total, {gen.parts[0].mono: e})
        elif gen.kind == "s" and e == 1 and len(gen.parts[0]) == 1 and len(mono) == 1:
            body, (place,) = open_bound(ctx, gen.parts[0], {gen.parts[1].mono: 1})
            ((inner, v),) = body.items() if len(body) == 1 else (((), 0),)
            rate = _rate(ctx, inner, v, name, key)
            return None if rate is None else extremum(ctx, "Max", place, rate)
        else:
            return None
    rate = multiply(ctx, total, {((key, -1),): 1})
    return None if name in names(ctx, rate) else rate
