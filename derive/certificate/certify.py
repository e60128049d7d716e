"""The certificate of a claim that was decided."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from msgspec.structs import replace

from derive.certificate.held import under, with_held
from derive.certificate.proved import empty, proved, proved_at, proved_with
from derive.certificate.refuted import UNSEEN, point_to_json, refuted
from derive.certificate.sequences import sequences
from derive.certificate.terms import from_json, goal_to_json, to_json
from derive.certificate.within import without_limits
from derive.claim import Declaration, Goal, Lemma
from derive.kernel import Propose
from derive.outcome import Outcome
from derive.recheck.check import VERSION, check, digest
from derive.recheck.concrete import concrete, of_numbers
from derive.recheck.held import at
from derive.recheck.terms import Rejected
from derive.refute import refute
from derive.term import Constant, Limit, Neg, Number, Op, Optimum, Term, subterms
from derive.verdict import Contradicted, Counterexample, Proved, Refuted, Support, Value, Verdict

INFINITE = (Constant("oo"), Neg(Constant("oo")))
Json = dict[str, Any]


def certify(outcome: Outcome) -> Json | None:
    """The certificate of every line that was proved or refuted; None where the checker follows none of them."""
    decided = zip(outcome.claim.lines, outcome.verdicts, strict=True)
    lines = [found for line, verdict in decided if (found := _line(line.goal, verdict, line.using)) is not None]
    return {"certificate": VERSION, "id": outcome.claim.id, "lines": lines} if lines else None


def _line(goal: Goal, verdict: Verdict, using: tuple[Lemma, ...]) -> Json | None:
    """The line for one goal, if the checker accepts it as it will be read from a file."""
    try:
        line = _offered(goal, verdict, using)
        if line is not None:
            check(json.dumps({"certificate": VERSION, "id": "", "lines": [line]}, sort_keys=True))
    except (Rejected, RecursionError):
        # Equations may rewrite each other for ever, which the checker refuses too.
        return None
    return line


def _offered(goal: Goal, verdict: Verdict, using: tuple[Lemma, ...]) -> Json | None:
    claim = goal_to_json(goal)
    named = {"claim": claim, "sha256": digest(claim)}
    if isinstance(verdict, Proved) and verdict.theorem.method == "contradiction":
        proof = empty(goal)
        return None if proof is None else {**named, "verdict": "empty", "proof": proof}
    if isinstance(verdict, Proved):
        witness = verdict.support.witness or admitted(goal)
        parts = (t for side in (goal.left, goal.right) for t in subterms(side))
        beyond = any(isinstance(t, Limit | Optimum) for t in parts)
        propose = _factorisations() if beyond or "R5" in verdict.theorem.rules else None
        proof = proved(goal, propose) if witness and not verdict.theorem.lemmas else None
        proof = proof or (proved_with(goal, using, propose) if witness and using else None)
        if witness is None or proof is None:
            return None
        return {**named, "verdict": "proved", "proof": proof, "witness": with_held(goal, point_to_json(goal, witness))}
    if isinstance(verdict, Refuted) and isinstance(verdict.counterexample, Contradicted):
        if isinstance(goal.left, Optimum) or isinstance(goal.right, Optimum):
            return _outdone(goal, verdict.counterexample, named)
        if not isinstance(goal.left, Limit) and not isinstance(goal.right, Limit):
            return _inside(goal, verdict.counterexample, named)
        return _elsewhere(goal, verdict.counterexample, named)
    if isinstance(verdict, Refuted) and isinstance(verdict.counterexample, Counterexample):
        if verdict.counterexample.kind == "equality":
            return _equal(goal, verdict.counterexample, named)
        found = refuted(goal, verdict)
        return None if found is None else {**named, "verdict": "refuted", "refutation": found}
    return None


def _factorisations() -> Propose:
    # Here and not above: most claims never need it.
    from derive.tactics.factor import factor

    return factor


def _elsewhere(goal: Goal, found: Contradicted, named: Json) -> Json | None:
    """A limit that is another value, or does not exist: for all that is admitted, or at the point alone."""
    point = _complete(goal, found.point)
    known = at(named["claim"], point_to_json(goal, point))
    if (line := _instead(goal, goal, found, named)) or (line := _apart(goal, goal, found, named)):
        return line
    if (line := _at_values(goal, found, named)) is not None:
        return line
    there = under(goal, known)
    line = _instead(goal, there, found, named) or _apart(goal, there, found, named)
    return None if line is None else {**line, "there": True}


def _at_values(goal: Goal, found: Contradicted, named: Json) -> Json | None:
    """A limit of numbers alone, with the values of the point put in, that is another value or does not exist."""
    limit, said = (goal.left, goal.right) if isinstance(goal.left, Limit) else (goal.right, goal.left)
    one, value = found.instead.left, found.instead.right
    if not isinstance(limit, Limit) or not isinstance(one, Limit) or goal.op != "==":
        return None
    point, side = _complete(goal, found.point), one.side if limit.side is None else None
    stated = {**named["claim"], "left": to_json(replace(limit, side=side or limit.side)), "right": to_json(value)}
    try:
        here = concrete(
            {**stated, "right": to_json(said)} if found.instead.op == "!=" else stated, point_to_json(goal, point)
        )
    except (Rejected, LookupError):  # a limit in a size, or a point that leaves values open
        return None
    alone = _goal_of(goal, limit, here)
    if found.instead.op == "!=":
        along = sequences(alone, alone.left) if isinstance(alone.left, Limit) else None
        shown = {"verdict": "apart", "along": along, "point": point_to_json(goal, point), "there": "values"}
        return None if along is None else {**named, **shown}
    proof = proved(alone, _factorisations())
    line = None if proof is None else _instead_by(goal, said, value, side, proof, point, named)
    return None if line is None else {**line, "there": "values"}


def _goal_of(goal: Goal, limit: Limit, here: Json) -> Goal:
    """The goal of a claim that speaks of the variable of its limit alone."""
    declared = tuple(d for d in goal.declarations if d.name == limit.variable)
    _, body, _, point, side = here["left"]
    left = replace(limit, body=from_json(body), point=from_json(point), side=side or None)
    right = from_json(here["right"])
    return replace(goal, left=left, op="==", right=right, declarations=declared, hypotheses=(), indices=())


def _apart(goal: Goal, there: Goal, found: Contradicted, named: Json) -> Json | None:
    """A limit that does not exist."""
    limit = goal.left if isinstance(goal.left, Limit) else goal.right
    along = sequences(there, limit) if isinstance(limit, Limit) and found.instead.op == "!=" else None
    if along is None:
        return None
    return {**named, "verdict": "apart", "along": along, "point": point_to_json(goal, _complete(goal, found.point))}


def _instead(goal: Goal, there: Goal, found: Contradicted, named: Json) -> Json | None:
    """A limit that is another value: a proof of that, and a point at which the claim's value differs from it."""
    limit, said = (goal.left, goal.right) if isinstance(goal.left, Limit) else (goal.right, goal.left)
    one, value = found.instead.left, found.instead.right
    if not isinstance(limit, Limit) or not isinstance(one, Limit) or (found.instead.op, goal.op) != ("==", "=="):
        return None
    if one != limit and replace(one, side=None) != limit:
        return None
    proof = proved(replace(there, left=one, right=value))
    if proof is None:
        return None
    side = one.side if one != limit else None
    return _instead_by(goal, said, value, side, proof, _complete(goal, found.point), named)


def _instead_by(
    goal: Goal, said: Term, value: Term, side: str | None, proof: Json, point: Counterexample, named: Json
) -> Json | None:
    """The line of a limit that is proved to be another value than is said, which is another one at the point."""
    named = {**named, "value": to_json(value), "side": side or "", "proof": proof}
    if value in INFINITE or said in INFINITE:
        return {**named, "verdict": "infinite", "point": point_to_json(goal, point)}
    stated = refuted(replace(goal, left=value, right=said), Refuted(point))
    return None if stated is None else {**named, "verdict": "instead", "refutation": stated}


def _inside(goal: Goal, found: Contradicted, named: Json) -> Json | None:
    """A claim in whose terms limits stand: what they are, and a point at which it fails."""
    without = without_limits(goal, proved)
    if without is None:
        return None
    plain, limits = without
    stated = refuted(plain, Refuted(_complete(goal, found.point)))
    return None if stated is None else {**named, "verdict": "inside", "limits": limits, "refutation": stated}


def _outdone(goal: Goal, found: Contradicted, named: Json) -> Json | None:
    """A point that is better than the claimed optimiser."""
    op: Op = {"<": ">=", ">=": "<=", ">": "<=", "<=": ">="}.get(found.instead.op, "!=")  # type: ignore[assignment]
    against = replace(goal, left=found.instead.left, op=op, right=found.instead.right)
    stated = refuted(against, Refuted(found.point))
    return None if stated is None else {**named, "verdict": "outdone", "refutation": stated}


def _complete(goal: Goal, found: Counterexample) -> Counterexample:
    """A point with values for the names that are not looked at, that of the variable of the limit among them."""
    given = {name for name, _ in found.values} | {name for name, _ in found.dimensions}
    sizes = dict(found.dimensions)
    missing = [d for d in goal.declarations if d.name not in given and d.type in UNSEEN]
    missing = [d for d in missing if all(n in sizes or n.isdecimal() for n in d.dimensions)]
    return replace(found, values=(*found.values, *((d.name, _unseen(d, sizes)) for d in missing)))


def _unseen(declared: Declaration, sizes: dict[str, int]) -> Value:
    """A value for a name, the same at all its places."""
    value: Value = UNSEEN[declared.type]
    for n in reversed(declared.dimensions):
        value = (value,) * (int(n) if n.isdecimal() else sizes[n])
    return value


def admitted(goal: Goal) -> Counterexample | None:
    """A point at which the hypotheses hold and what stands opposite a limit or an optimum has a value."""
    sides = (goal.left, goal.right)
    values = [side for side in sides if not any(isinstance(t, Limit | Optimum) for t in subterms(side))]
    value = values[0] if values and values[0] not in INFINITE else Number(Fraction(0))
    search = refute(replace(goal, left=value, op="==", right=value))
    return search.witness if isinstance(search, Support) else None


def _equal(goal: Goal, found: Counterexample, named: Json) -> Json | None:
    """A strict relation that fails because both sides are the same at a point: a proof of that."""
    point = with_held(goal, point_to_json(goal, found))
    claim = {**named["claim"], "op": "=="}
    known = at(claim, point)
    proof = proved_at(claim, under(goal, known), known)
    if proof is not None:
        return {**named, "verdict": "equal", "point": point, "proof": proof}
    try:
        here = of_numbers(claim, point)
    except (Rejected, LookupError):  # a limit in a size, or a point that leaves values open
        return None
    left, right = from_json(here["left"]), from_json(here["right"])
    alone = replace(goal, left=left, op="==", right=right, declarations=(), hypotheses=(), indices=())
    proof = proved(alone, _factorisations())
    shown = {"verdict": "equal", "point": point, "proof": proof, "there": "values"}
    return None if proof is None else {**named, **shown}
