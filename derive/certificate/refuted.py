"""A counterexample as the refutation of a certificate."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from derive.certificate.terms import goal_to_json
from derive.claim import Goal
from derive.recheck.refutation import refuted_at
from derive.recheck.terms import Rejected
from derive.verdict import Counterexample, Enclosure, Refuted, Value


def refuted(goal: Goal, verdict: Refuted) -> dict[str, Any] | None:
    """The refutation in the words of the standalone checker; None where it cannot settle the point by itself.

    So it is where a theorem refutes, where only float64 loses a value, and for functions of which it has no enclosure.
    Raises ValueError where its enclosures and those of the verdict are apart: one of the two is wrong.
    """
    found = verdict.counterexample
    if not isinstance(found, Counterexample):
        return None
    try:
        refutation = refuted_at(goal_to_json(goal), point_to_json(found))
    except Rejected:
        return None
    if not (_overlap(found.left, refutation["left"]) and _overlap(found.right, refutation["right"])):
        raise ValueError("two enclosures of one value are apart")
    return refutation


def point_to_json(found: Counterexample) -> dict[str, Any]:
    """An exact point, as certificates have it."""
    values = {name: _value(value) for name, value in found.values}
    return {"dims": dict(found.dimensions), "values": values, "indices": dict(found.indices)}


def _value(value: Value) -> Any:
    return [_value(part) for part in value] if isinstance(value, tuple) else str(value)


def _overlap(enclosure: Enclosure, stated: list[str]) -> bool:
    low, high = (Fraction(end) for end in stated)
    return low <= Fraction(enclosure.high) and Fraction(enclosure.low) <= high
