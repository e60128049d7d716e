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
    from derive.kernel import Residual, Theorem

    if using and (why := _tainted(using)):
        search = refute(goal)
        return judge(goal, Residual("lemma not proved", why), search)
    search = refute(goal, effort=0)
    proof = _invoked(goal, using) if using else prove(goal, brief=isinstance(search, Counterexample))
    if isinstance(proof, Residual) and isinstance(search, Support):
        search = refute(goal)
    verdict = judge(goal, proof, search)
    if isinstance(verdict, Undecided) and isinstance(proof, Residual):
        deep = prove(goal, deep=True)
        return judge(goal, deep, search) if isinstance(deep, Theorem) or (deep != proof and not using) else verdict
    return verdict


def prove(goal: Goal, deep: bool = False, brief: bool = False) -> Theorem | Residual:
    """The prover, imported where it is first needed.

    ``brief`` is for what a point refutes: a theorem would be an alarm, and nothing else.
    """
    from derive.prove import prove as search

    return search(goal, BRIEF, depth=0) if brief else search(goal, deep=deep)


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
