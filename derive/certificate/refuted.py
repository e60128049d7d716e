"""A counterexample as the refutation of a certificate."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from derive.certificate.held import with_held
from derive.certificate.terms import goal_to_json, to_json
from derive.claim import Goal
from derive.parse import parse
from derive.recheck.refutation import refuted_at
from derive.recheck.terms import Rejected
from derive.term import Binary, Component, Neg, Term
from derive.verdict import Counterexample, Enclosure, Refuted, Value
from derive.write import write

ABOVE = ("real", "positive", "nonnegative", "nonzero", "integer", "positive integer", "nonnegative integer")
UNSEEN = {**dict.fromkeys(ABOVE, Fraction(1)), "negative": Fraction(-1)}


def refuted(goal: Goal, verdict: Refuted) -> dict[str, Any] | None:
    """The refutation in the words of the standalone checker; None where it cannot settle the point by itself.

    So it is where a theorem refutes, where only float64 loses a value, and for functions of which it has no enclosure.
    Raises ValueError where its enclosures and those of the verdict are apart: one of the two is wrong.
    """
    found = verdict.counterexample
    if not isinstance(found, Counterexample):
        return None
    try:
        refutation = refuted_at(goal_to_json(goal), with_held(goal, point_to_json(goal, found)))
    except Rejected:
        return None
    if not (_overlap(found.left, refutation["left"]) and _overlap(found.right, refutation["right"])):
        raise ValueError("two enclosures of one value are apart")
    return refutation


def point_to_json(goal: Goal, found: Counterexample) -> dict[str, Any]:
    """A point as certificates have it: exact values, and the numbers of the equations that imply others."""
    point: dict[str, Any] = {"dims": dict(found.dimensions), "indices": dict(found.indices)}
    point["values"] = {name: _value(value) for name, value in found.values}
    found_by = [_implied(goal, target, value, point) for target, value in reversed(found.implied)]
    implied = [number for number in found_by if number is not None]
    return {**point, "implied": implied} if implied else point


def _implied(goal: Goal, target: str, value: str, point: dict[str, Any]) -> int | None:
    """The equation from which an entry or all entries follow, whose values are left open; None for a closed form."""
    for number, hypothesis in enumerate(goal.hypotheses):
        for term in (*_summands(hypothesis.relation.left), *_summands(hypothesis.relation.right)):
            if hypothesis.relation.op == "==" and write(term) == target:
                own = {i.name for i in hypothesis.quantified}
                name, indices = (term.array, term.indices) if isinstance(term, Component) else (target, ())
                declared = goal.declaration(name)
                assert declared is not None, "what is implied is declared"
                places = [None if i.name in own else point["indices"].get(i.name, i.name) for i in indices]
                sizes = [_size(n, point) for n in declared.dimensions]
                point["values"][name] = _open(sizes, places, str(UNSEEN.get(declared.type, 1)))
                return number
    point["values"][target] = to_json(parse(value))
    return None


def _summands(term: Term) -> Iterator[Term]:
    match term:
        case Binary("+" | "-", left, right):
            yield from (*_summands(left), *_summands(right))
        case Neg(operand):
            yield from _summands(operand)
        case _:
            yield term


def _size(dimension: str, point: dict[str, Any]) -> int:
    return int(dimension) if dimension.isdecimal() else int(point["dims"][dimension])


def _open(sizes: list[int], places: list[Any], other: str) -> Any:
    """An array that is open at places, at all of those that are None, with another value elsewhere."""
    if not sizes:
        return None
    return [
        _open(sizes[1:], places[1:], other) if places[0] in (None, k) else _constant(sizes[1:], other)
        for k in range(1, sizes[0] + 1)
    ]


def _constant(sizes: list[int], value: str) -> Any:
    return [_constant(sizes[1:], value) for _ in range(sizes[0])] if sizes else value


def _value(value: Value) -> Any:
    return [_value(part) for part in value] if isinstance(value, tuple) else str(value)


def _overlap(enclosure: Enclosure, stated: list[str]) -> bool:
    low, high = (Fraction(end) for end in stated)
    return low <= Fraction(enclosure.high) and Fraction(enclosure.low) <= high
