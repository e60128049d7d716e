"""Points with proofs of the equations that hold there, where no enclosure settles them."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from derive.certificate.proved import proved_at
from derive.certificate.terms import from_json, goal_to_json
from derive.claim import Goal, Hypothesis
from derive.recheck.held import at
from derive.recheck.refutation import admits
from derive.recheck.terms import Rejected
from derive.term import Relation

Json = dict[str, Any]


def with_held(goal: Goal, point: Json) -> Json:
    """A point with proofs of the equations that hold there, if it takes them to see that."""
    try:
        admits(goal_to_json(goal), point)
    except Rejected:
        proofs = ([n, _proved_there(goal, h.relation, point)] for n, h in _equations(goal))
        found = [[n, proof] for n, proof in proofs if proof is not None]
        return {**point, "held": found} if found else point
    return point


def _equations(goal: Goal) -> list[tuple[int, Hypothesis]]:
    return [(n, h) for n, h in enumerate(goal.hypotheses) if h.relation.op == "==" and not h.quantified]


def _proved_there(goal: Goal, relation: Relation, point: Json) -> Json | None:
    alone = replace(goal, left=relation.left, op=relation.op, right=relation.right, hypotheses=())
    known = at(goal_to_json(alone), point)
    return proved_at(goal_to_json(alone), under(alone, known), known)


def under(goal: Goal, known: tuple[Any, ...]) -> Goal:
    """That the sides are equal, under the point as hypotheses: in the order in which the checker takes them."""
    relations = (Relation(from_json(left), op, from_json(right)) for _, op, left, right in known)
    return replace(goal, op="==", hypotheses=(*goal.hypotheses, *map(Hypothesis, relations)))
