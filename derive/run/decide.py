"""One goal decided: proof and search by themselves, then the judgement."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from derive.claim import Goal, Lemma
from derive.outcome import word
from derive.verdict import Counterexample, Support, Undecided, Verdict

if TYPE_CHECKING:
    from derive.kernel import Residual, Theorem

BRIEF = 20_000  # steps: nearly all that is proved at once takes fewer


def decide(goal: Goal, using: tuple[Lemma, ...] = ()) -> Verdict:
    """The verdict of a goal; ``using`` is what its proof may rest on.

    Proved goals are cross-checked too, with few points, which refute most of what is false.
    """
    from derive.judge import judge
    from derive.kernel import FUEL, Residual, Theorem
    from derive.prove import prove as whole
    from derive.prove import split

    if using and (why := _tainted(using)):
        search = refute(goal)
        return judge(goal, Residual("lemma not proved", why), search)
    search = refute(goal, effort=0)
    # A theorem against a point would be an alarm, and nothing else; it is not looked for at length.
    budget = BRIEF if isinstance(search, Counterexample) else FUEL
    proof = _invoked(goal, using) if using else prove(goal, budget)
    if isinstance(proof, Residual) and isinstance(search, Support):
        search = refute(goal)
    verdict = judge(goal, proof, search)
    if not isinstance(verdict, Undecided) or isinstance(proof, Theorem):
        return verdict
    # Splits take long, and much of what would need them has been refuted by now.
    further = proof if using else split(goal, proof)
    if not isinstance(further, Theorem):
        further = whole(goal, deep=True)
    nothing_new = not isinstance(further, Theorem) and (using or further == proof)
    return verdict if nothing_new else judge(goal, further, search)


def prove(goal: Goal, budget: int) -> Theorem | Residual:
    """The kernel's word on the whole goal; the prover is imported where it is first needed."""
    from derive.prove import prove as search

    return search(goal, budget, depth=0)


def refute(goal: Goal, effort: int = 1) -> Counterexample | Support:
    """The search, imported where it is first needed."""
    from derive.refute import refute as search

    return search(goal, effort)


def _tainted(using: tuple[Lemma, ...]) -> str:
    """What among the lemmas is not proved; empty where all are."""
    verdicts = ((lemma.id, word(_of_lemma(lemma.goal, lemma.using))) for lemma in using)
    return next((f"rests on `{id}`, which is {found}, not proved" for id, found in verdicts if found != "proved"), "")


@lru_cache(maxsize=256)
def _of_lemma(goal: Goal, using: tuple[Lemma, ...]) -> Verdict:
    """What others rest on is decided where it is used, so that the order of claims and processes does not matter."""
    return decide(goal, using)


def _invoked(goal: Goal, using: tuple[Lemma, ...]) -> Theorem | Residual:
    from derive.invoke import invoke

    return invoke(goal, using)
