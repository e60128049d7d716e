"""The certificate of a claim that was decided."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

from derive.certificate.proved import proved, proved_at
from derive.certificate.refuted import point_to_json, refuted
from derive.certificate.terms import goal_to_json
from derive.claim import Goal, Hypothesis
from derive.outcome import Outcome
from derive.recheck.check import VERSION, at, digest
from derive.refute import refute
from derive.term import Component, Delta, Index, Limit, Number, Relation, Variable
from derive.verdict import Counterexample, Proved, Refuted, Support, Value, Verdict

Json = dict[str, Any]


def certify(outcome: Outcome) -> Json | None:
    """The certificate of every line that was proved or refuted; None where the checker follows none of them."""
    decided = zip(outcome.claim.lines, outcome.verdicts, strict=True)
    lines = [found for line, verdict in decided if (found := _line(line.goal, verdict)) is not None]
    return {"certificate": VERSION, "id": outcome.claim.id, "lines": lines} if lines else None


def _line(goal: Goal, verdict: Verdict) -> Json | None:
    claim = goal_to_json(goal)
    named = {"claim": claim, "sha256": digest(claim)}
    if isinstance(verdict, Proved):
        witness = verdict.support.witness or _admitted(goal)
        proof = proved(goal) if witness else None
        if witness is None or proof is None:
            return None
        return {**named, "verdict": "proved", "proof": proof, "witness": point_to_json(witness)}
    if isinstance(verdict, Refuted) and isinstance(verdict.counterexample, Counterexample):
        if verdict.counterexample.kind == "equality":
            return _equal(goal, verdict.counterexample, named)
        found = refuted(goal, verdict)
        return None if found is None else {**named, "verdict": "refuted", "refutation": found}
    return None


def _admitted(goal: Goal) -> Counterexample | None:
    """A point at which the hypotheses hold and what stands opposite a limit has a value."""
    values = [side for side in (goal.left, goal.right) if not isinstance(side, Limit)]
    search = refute(replace(goal, left=values[0], op="==", right=values[0])) if values else None
    return search.witness if isinstance(search, Support) else None


def _equal(goal: Goal, found: Counterexample, named: Json) -> Json | None:
    """A strict relation that fails because both sides are the same at a point: a proof of that."""
    point = point_to_json(found)
    claim = {**named["claim"], "op": "=="}
    proof = proved_at(claim, _there(goal, found), at(claim, point))
    return None if proof is None else {**named, "verdict": "equal", "point": point, "proof": proof}


def _there(goal: Goal, found: Counterexample) -> Goal:
    """That the sides are equal, under the point as hypotheses: in the order in which the checker takes them."""
    sizes = [Relation(Variable(n), "==", Number(Fraction(size))) for n, size in found.dimensions]
    places = dict(found.indices)
    indices = [
        Relation(Delta(i, Index(places[str(i.name)], i.dimension)), "==", Number(Fraction(1))) for i in goal.indices
    ]
    values = [
        Relation(_entry(goal, name, path), "==", Number(value))
        for name, whole in found.values
        for path, value in _entries(whole)
    ]
    extra = tuple(Hypothesis(relation) for relation in (*sizes, *indices, *values))
    return replace(goal, op="==", hypotheses=(*goal.hypotheses, *extra))


def _entry(goal: Goal, name: str, path: tuple[int, ...]) -> Component | Variable:
    declaration = goal.declaration(name)
    assert declaration is not None, "a point has the values of declared names"
    indices = tuple(Index(place, d) for place, d in zip(path, declaration.dimensions, strict=True))
    return Component(name, indices) if indices else Variable(name)


def _entries(value: Value, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Fraction]]:
    if isinstance(value, Fraction):
        yield path, value
    else:
        for number, part in enumerate(value, 1):
            yield from _entries(part, (*path, number))
