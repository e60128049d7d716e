"""A strict relation that fails by equality, at a point of a search."""

from __future__ import annotations

from dataclasses import replace

from derive.claim import Goal
from derive.instance import instance
from derive.kernel import Theorem
from derive.prove import prove
from derive.verdict import Counterexample, Support

MOST_TIES = 8


def tie(goal: Goal, support: Support) -> Counterexample | None:
    """A point at which the kernel proves the sides equal, where they must differ."""
    if goal.op not in ("<", ">", "!="):
        return None
    return next((replace(p, kind="equality") for p in support.ties[:MOST_TIES] if _is_equal(goal, p)), None)


def _is_equal(goal: Goal, point: Counterexample) -> bool:
    equality = instance(goal, point)
    return equality is not None and isinstance(prove(equality), Theorem)
