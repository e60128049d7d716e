"""A derivation of at most about a dozen lines: small steps are taken together with their neighbours."""

from __future__ import annotations

from msgspec.structs import replace

from derive.derivation import Reason, Step
from derive.narrate.setting import Setting
from derive.term import Term

MOST_LINES = 12
SMALL = (
    "cancel",
    "collect equal terms",
    "split the fraction",
    "definition of ",
    "take constants out of the sum",
    "insert the derivative of ",
    "split the sum",
    "multiply out",
)
"""What a step may begin with that is taken together with the next one, the smallest first."""


def shortened(left: Term, steps: tuple[Step, ...], here: Setting) -> tuple[Step, ...]:
    """The steps, as many of them taken together as it needs; what is left out is checked by the kernel again."""
    while len(steps) > MOST_LINES:
        shorter = _one_less(left, steps, here)
        if shorter is None:
            break
        steps = shorter
    return steps


def _one_less(left: Term, steps: tuple[Step, ...], here: Setting) -> tuple[Step, ...] | None:
    for word in SMALL:
        for place in range(len(steps) - 1):
            first, second = steps[place : place + 2]
            if first.reason[0] != word or second.start is not None or len(second.reason) + len(first.reason) > 4:
                continue
            before = first.start if first.start is not None else steps[place - 1].term if place else left
            theorem = here.theorem(before, second.op, second.term) if first.op == "==" else None
            if theorem:
                both = Step(second.op, second.term, _both(first.reason, second.reason), first.start, theorem.conditions)
                return (*steps[:place], replace(both), *steps[place + 2 :])
    return None


def _both(first: Reason, second: Reason) -> Reason:
    return first if first == second else (*first, ", ", *second)
