"""A strict relation that fails by equality, at a point of a search or at one with a closed form."""

from __future__ import annotations

from msgspec.structs import replace

from derive.claim import Goal
from derive.closed import Closed, at, enclosed, is_admissible, is_pointwise, is_proved, told
from derive.instance import instance
from derive.kernel import Theorem
from derive.prove import prove
from derive.term import Relation
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


# --- points with a closed form


def closed_tie(goal: Goal) -> Counterexample | None:
    """The same at a point whose coordinates are closed forms, such as ``sqrt(2)``."""
    if goal.op not in ("<", ">", "!=") or not is_pointwise(goal):
        return None
    from derive.touch import touch  # seldom needed, and it brings NumPy along

    return next(filter(None, (_tie_at(goal, point) for point in touch(goal))), None)


def _tie_at(goal: Goal, point: Closed) -> Counterexample | None:
    """The point, if it is admissible, both sides are defined there, and they are proved equal."""
    equality = at(Relation(goal.left, "==", goal.right), point)
    sides = enclosed(equality)
    if sides is None or not is_admissible(goal, point) or not is_proved(equality):
        return None
    return told(goal, point, sides, "equality")
