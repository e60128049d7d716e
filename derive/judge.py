"""From a proof attempt and a search to the verdict; nothing is ever resolved by preference."""

from __future__ import annotations

from msgspec.structs import replace

from derive.claim import Goal, Hypothesis
from derive.contradict import contradict, outdone, stray
from derive.kernel import Residual, Theorem
from derive.prove import prove
from derive.solved import solved
from derive.term import NEGATION, Limit, Optimum, subterms
from derive.tie import closed_tie, tie
from derive.verdict import Conflict, Counterexample, Proved, Reason, Refuted, Support, Undecided, Verdict


def judge(goal: Goal, proof: Theorem | Residual, search: Counterexample | Support) -> Verdict:
    """Combine a theorem or its absence with a counterexample or its absence.

    A theorem counts only with an admissible point at which both sides are defined; a strict relation that fails only
    by equality is refuted by the kernel's proof of that equality, a limit by the proof that it is another one. Fails
    when the theorem is about another goal.
    """
    if isinstance(proof, Theorem) and proof.goal != goal:
        raise ValueError("the theorem is about another goal")
    if isinstance(search, Counterexample):
        return Conflict(proof, search) if isinstance(proof, Theorem) else Refuted(search)
    if equal := tie(goal, search):
        return Conflict(proof, equal) if isinstance(proof, Theorem) else Refuted(equal)
    seen = search.admissible if _is_beyond_points(goal) else search.defined
    if isinstance(proof, Theorem):
        if against := outdone(goal, effort=0):
            return Conflict(proof, against.point)
        if away := stray(goal):
            return Conflict(proof, away)
        if search.witness or (seen and _is_beyond_points(goal)):
            return _in_floats(goal, Proved(proof, proof.conditions, search))
        if closed := solved(goal):
            point, fails = closed
            return Conflict(proof, point) if fails else Proved(proof, proof.conditions, replace(search, witness=point))
        return Undecided(_emptiness(goal), support=search)
    if contradiction := contradict(goal, proof):
        return Refuted(contradiction)
    if equal := closed_tie(goal):
        return Refuted(equal)
    if (closed := solved(goal)) and closed[1]:
        return Refuted(closed[0])
    reason = proof.reason if seen or proof.reason == "vacuous" else _emptiness(goal)
    return Undecided(reason, proof.detail, proof.residual, search)


def _in_floats(goal: Goal, proved: Proved) -> Verdict:
    """What is proved and said to be stable on one side, held against float64."""
    if goal.stable is None:
        return proved
    from derive.stable import stable  # seldom needed, and it brings NumPy along

    floats = stable(goal)
    if floats is None:
        return Undecided("stability not shown", support=proved.support)
    return replace(proved, floats=floats) if floats.kept == goal.stable else Refuted(floats.point, floats=floats)


def _is_beyond_points(goal: Goal) -> bool:
    """Whether a side holds a limit or an optimum: no enclosure shows that it is defined, but a theorem does.

    There any admissible point shows that the goal is about something.
    """
    return any(isinstance(t, _BEYOND) for side in (goal.left, goal.right) for t in subterms(side))


def _emptiness(goal: Goal) -> Reason:
    """Why no point was met: one hypothesis is refuted by the others, or nobody knows."""
    denials = (_denial(goal, hypothesis) for hypothesis in goal.hypotheses)
    return "vacuous" if any(isinstance(prove(d), Theorem) for d in denials) else "no admissible point found"


def _denial(goal: Goal, hypothesis: Hypothesis) -> Goal:
    """That the other hypotheses and the types exclude this one; one excluded instance of it is enough."""
    left, op, right = hypothesis.relation.left, hypothesis.relation.op, hypothesis.relation.right
    others = tuple(h for h in goal.hypotheses if h is not hypothesis)
    indices = tuple(dict.fromkeys((*goal.indices, *hypothesis.quantified)))
    return replace(goal, left=left, op=NEGATION[op], right=right, indices=indices, hypotheses=others)


_BEYOND = (Limit, Optimum)
