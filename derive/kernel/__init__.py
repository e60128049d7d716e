"""The trusted kernel: what may be concluded, and nothing else.

``decide(goal)`` returns a theorem, made only here, or a residual that says what is left to show. Every rewriting and
every fact is an instance of a rule of the rule sheet with its side conditions; no sample, tolerance or computer
algebra system takes part in it.
"""

from __future__ import annotations

from msgspec.structs import replace

from derive.claim import Goal
from derive.kernel.context import Propose, Stuck, Undefined
from derive.kernel.equality import decide_equality, has_values, phases
from derive.kernel.hypotheses import contradictory
from derive.kernel.lemma import Supplied, Unfit, owed, rest, supply, under
from derive.kernel.limit import decide_limit, evaluate_limit, without_limit
from derive.kernel.nested import nested
from derive.kernel.optimum import decide_optimum
from derive.kernel.order import decide_order
from derive.kernel.split import (
    FAILURES,
    Among,
    Boundary,
    Coincidence,
    Otherwise,
    Smallest,
    Subject,
    Vanishing,
    cases,
    join,
    values_left,
)
from derive.kernel.theorem import Residual, Theorem, in_order, make_theorem
from derive.term import Limit, Op, Optimum, Reduce, subterms

FUEL = 200_000
AT_MOST_AND_AT_LEAST: tuple[Op, Op] = ("<=", ">=")
BEYOND = (Limit, Optimum)

__all__ = [
    "FAILURES",
    "FUEL",
    "Among",
    "Boundary",
    "Coincidence",
    "Otherwise",
    "Propose",
    "Residual",
    "Smallest",
    "Stuck",
    "Subject",
    "Supplied",
    "Theorem",
    "Undefined",
    "Unfit",
    "Vanishing",
    "cases",
    "contradictory",
    "decide",
    "evaluate_limit",
    "has_values",
    "join",
    "nested",
    "owed",
    "phases",
    "rest",
    "supply",
    "under",
    "values_left",
    "without_limit",
]


def decide(goal: Goal, fuel: int = FUEL, propose: Propose | None = None) -> Theorem | Residual:
    """Prove a goal for all dimensions and all admissible values, or say what is left; never guesses.

    ``propose`` may offer factorisations; each is multiplied out before it is used.
    """
    try:
        if not any(isinstance(t, BEYOND) for side in (goal.left, goal.right) for t in subterms(side)):
            return _decide_plain(goal, fuel, propose)
        if contradictory(goal, fuel):
            return Residual("vacuous", "the hypotheses contradict each other")
        return _decide(goal, fuel, propose)
    except Stuck as stuck:
        return Residual(stuck.reason, stuck.detail)


def _decide(goal: Goal, fuel: int, propose: Propose | None) -> Theorem | Residual:
    plain = nested(goal, fuel)
    if plain != goal:
        found = _decide(plain, fuel, propose)
        if isinstance(found, Residual):
            return found
        rules = in_order((*found.rules, "L3"))
        return make_theorem(goal, rules, found.conditions, "limit", found.left_only, found.right_only)
    if isinstance(goal.left, Limit) or isinstance(goal.right, Limit):
        return decide_limit(goal, fuel)
    if isinstance(goal.left, Optimum) or isinstance(goal.right, Optimum):
        return decide_optimum(goal, fuel)
    return _decide_plain(goal, fuel, propose)


def _decide_plain(goal: Goal, fuel: int, propose: Propose | None) -> Theorem | Residual:
    if goal.op != "==":
        return decide_order(goal, fuel, propose)
    found = decide_equality(goal, fuel, propose)
    if isinstance(found, Residual) and found.reason == "nonzero residual" and _holds_extremum(goal):
        return _by_orders(goal, fuel) or found
    return found


def _holds_extremum(goal: Goal) -> bool:
    terms = (*subterms(goal.left), *subterms(goal.right))
    return any(isinstance(t, Reduce) and t.kind in ("Max", "Min") for t in terms)


def _by_orders(goal: Goal, fuel: int) -> Theorem | None:
    """What is at most and at least another is equal to it (O16): a largest component that a hypothesis names."""
    below, above = (decide_order(replace(goal, op=op), fuel // 2) for op in AT_MOST_AND_AT_LEAST)
    if not isinstance(below, Theorem) or not isinstance(above, Theorem):
        return None
    rules = in_order((*below.rules, *above.rules, "O16"))
    return make_theorem(goal, rules, below.conditions, "order", below.left_only, below.right_only)
