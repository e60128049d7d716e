"""From a proof attempt and a search to the verdict; nothing is ever resolved by preference."""

from __future__ import annotations

from dataclasses import replace

from derive.claim import Goal
from derive.instance import instance
from derive.kernel import Theorem
from derive.prove import Residual, prove
from derive.term import Limit, Optimum, subterms
from derive.verdict import Conflict, Counterexample, Proved, Refuted, Support, Undecided, Verdict

MOST_TIES = 8


def judge(goal: Goal, proof: Theorem | Residual, search: Counterexample | Support) -> Verdict:
    """Combine a theorem or its absence with a counterexample or its absence.

    A theorem counts only with an admissible point at which both sides are defined; a strict relation that fails only
    by equality is refuted by the kernel's proof of that equality. Fails when the theorem is about another goal.
    """
    if isinstance(proof, Theorem) and proof.goal != goal:
        raise ValueError("the theorem is about another goal")
    found = search if isinstance(search, Counterexample) else _tie(goal, search)
    if isinstance(proof, Theorem):
        if found:
            return Conflict(proof, found)
        return _proved(goal, proof, _support(search))
    if found:
        return Refuted(found)
    return Undecided(proof.reason, proof.detail, proof.residual, _support(search))


def _proved(goal: Goal, theorem: Theorem, support: Support) -> Verdict:
    if support.witness or (support.admissible and _is_beyond_points(goal)):
        return Proved(theorem, theorem.conditions, support)
    return Undecided("no admissible point found", support=support)


def _is_beyond_points(goal: Goal) -> bool:
    """Whether a side holds a limit or an optimum: no enclosure shows that it is defined, but the theorem does."""
    return any(isinstance(t, Limit | Optimum) for side in (goal.left, goal.right) for t in subterms(side))


def _tie(goal: Goal, support: Support) -> Counterexample | None:
    if goal.op not in ("<", ">", "!="):
        return None
    return next((replace(p, kind="equality") for p in support.ties[:MOST_TIES] if _is_equal(goal, p)), None)


def _is_equal(goal: Goal, point: Counterexample) -> bool:
    equality = instance(goal, point)
    return equality is not None and isinstance(prove(equality), Theorem)


def _support(search: Counterexample | Support) -> Support:
    return search if isinstance(search, Support) else Support()
