"""Claims in whose terms limits stand, for the standalone checker: what each is, and then the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace

from derive.certificate.is_proof import is_proof
from derive.certificate.terms import goal_to_json, index_to_json, to_json
from derive.certificate.variables import mentions, substituted
from derive.claim import Goal
from derive.kernel import FUEL
from derive.kernel.context import Stuck, Undefined
from derive.kernel.limit import evaluate_limit
from derive.kernel.theorem import Residual
from derive.term import Diff, Index, Limit, Reduce, Term, Variable, children, subterms

Proof = dict[str, Any]
Prove = Callable[[Goal], Proof | None]


def by_limits(goal: Goal, prove: Prove) -> Proof | None:
    """The proof of a claim with what a limit in it is put in its place; None where none is found."""
    for limit, part in _values(goal, prove):
        rest = prove(_put(goal, limit, part[1]))
        proof = {"kind": "within", **part[0], "rest": rest}
        if rest is not None and is_proof(goal_to_json(goal), proof):
            return proof
    return None


def without_limits(goal: Goal, prove: Prove) -> tuple[Goal, list[Proof]] | None:
    """A goal with what its limits are in their places, and what shows that; None where one is not found."""
    parts = list[Proof]()
    while any(isinstance(t, Limit) for side in (goal.left, goal.right) for t in subterms(side)):
        found = next(_values(goal, prove), None)
        if found is None:
            return None
        limit, (part, value) = found
        parts.append(part)
        goal = _put(goal, limit, value)
    return goal, parts


def _put(goal: Goal, limit: Limit, value: Term) -> Goal:
    return replace(goal, left=substituted(goal.left, limit, value), right=substituted(goal.right, limit, value))


def _values(goal: Goal, prove: Prove) -> Iterator[tuple[Limit, tuple[Proof, Term]]]:
    """The limits in a goal with their values, as certificates have them."""
    for limit, bound, moved in (*_limits(goal.left, (), ()), *_limits(goal.right, (), ())):
        here = _around(goal, bound, moved)
        value = _value(replace(here, left=limit, op="==", right=limit.point))
        own = None if value is None else prove(replace(here, left=limit, op="==", right=value))
        if value is not None and own is not None:
            stated = {"limit": to_json(limit), "value": to_json(value), "moved": list(moved)}
            yield limit, ({**stated, "indices": [index_to_json(k) for k in bound], "proof": own}, value)


def _limits(
    term: Term, bound: tuple[Index, ...], moved: tuple[str, ...]
) -> Iterator[tuple[Limit, tuple[Index, ...], tuple[str, ...]]]:
    """The limits in a term, with the indices that are bound around each and the variables that are moved."""
    if isinstance(term, Limit):
        yield term, bound, moved
        return
    if isinstance(term, Reduce):
        bound = (*bound, term.index)
    if isinstance(term, Diff):
        moved = (*moved, *(t.name for t in term.targets if isinstance(t, Variable)))
    for child in children(term):
        yield from _limits(child, bound, moved)


def _around(goal: Goal, bound: tuple[Index, ...], moved: tuple[str, ...]) -> Goal:
    """A goal where the indices stand for any place, and nothing is known of what is moved."""

    def is_about(term: Term) -> bool:
        return any(mentions(term, name) for name in moved)

    kept = tuple(h for h in goal.hypotheses if not is_about(h.relation.left) and not is_about(h.relation.right))
    declared = tuple(replace(d, type="real") if d.name in moved else d for d in goal.declarations)
    return replace(goal, hypotheses=kept, declarations=declared, indices=(*goal.indices, *bound))


def _value(goal: Goal) -> Term | None:
    """What the limit on the left is."""
    try:
        found = evaluate_limit(goal, FUEL)
    except (Stuck, Undefined):
        return None
    return None if isinstance(found, Residual) else found
