"""Deciding orders: the sign of the difference of the sides, by the rules of 4.11."""

from __future__ import annotations

from derive.claim import Goal
from derive.kernel.cases import by_cases
from derive.kernel.context import Context, Polynomial, Propose, Stuck, Undefined
from derive.kernel.equality import Sides, conclude, read_sides
from derive.kernel.normalize import OP_SIGN, Reader
from derive.kernel.polynomial import subtract
from derive.kernel.readback import written
from derive.kernel.ring import replace_generators
from derive.kernel.sign import attained, sign
from derive.kernel.theorem import Residual, Theorem
from derive.term import Binary

ATTAINED_ROUNDS = 4


def decide_order(goal: Goal, fuel: int, propose: Propose | None = None) -> Theorem | Residual:
    """Prove ``left op right`` for an order or ``!=`` at every admissible point at which both sides are defined."""
    try:
        sides = read_sides(goal, fuel, propose)
        if _holds(goal, sides):
            return conclude(goal, sides, "order")
        gap = written(sides.ctx, subtract(sides.left, sides.right))
        return Residual("order not established", "the sign of the difference of the sides is not seen", gap)
    except Stuck as stuck:
        return Residual(stuck.reason, stuck.detail)
    except Undefined as undefined:
        return Residual("vacuous", f"no admissible point: {undefined}")


def _holds(goal: Goal, sides: Sides) -> bool:
    ctx = sides.ctx
    wanted = OP_SIGN[goal.op]
    gap = subtract(sides.left, sides.right)
    for key, value in sides.equations.values:
        gap = replace_generators(ctx, gap, {key: value})
    if _has_sign(ctx, gap, wanted):
        return True
    difference = Binary("-", goal.left, goal.right)
    if Reader(ctx).written_sign(difference, sides.scope) & wanted == wanted:
        return True
    return by_cases(ctx, gap, lambda case, poly: _has_sign(case, poly, wanted))


def _has_sign(ctx: Context, poly: Polynomial, wanted: int) -> bool:
    """Whether the sign is seen, if need be with each Max written as the value at an index where it is attained."""
    for _ in range(ATTAINED_ROUNDS):
        if sign(ctx, poly) & wanted == wanted:
            return True
        step = attained(ctx, poly)
        if step is None:
            return False
        poly, _values = step
    return False
