"""A counterexample as the refutation of a certificate."""

from __future__ import annotations

from typing import Any

from derive.certificate.terms import goal_to_json
from derive.claim import Goal
from derive.recheck.refutation import refuted_at
from derive.recheck.terms import Rejected
from derive.verdict import Counterexample, Refuted, Value


def refuted(goal: Goal, verdict: Refuted) -> dict[str, Any] | None:
    """The refutation in the words of the standalone checker; None where it cannot settle the point by itself.

    So it is where a theorem refutes, not the point alone, and for functions of which it has no enclosure.
    """
    found = verdict.counterexample
    try:
        return refuted_at(goal_to_json(goal), _point(found)) if isinstance(found, Counterexample) else None
    except Rejected:
        return None


def _point(found: Counterexample) -> dict[str, Any]:
    values = {name: _value(value) for name, value in found.values}
    return {"dims": dict(found.dimensions), "values": values, "indices": dict(found.indices)}


def _value(value: Value) -> Any:
    return [_value(part) for part in value] if isinstance(value, tuple) else str(value)
