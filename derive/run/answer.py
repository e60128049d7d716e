"""One line decided, as a task for whichever process: its answer is text."""

from __future__ import annotations

from msgspec.structs import replace

from derive.claim import Goal, Lemma
from derive.defect import cause
from derive.record import record
from derive.run.decide import decide, refute
from derive.verdict import Counterexample, Refuted, Verdict


def answer(goal: Goal, exact: Goal | None = None, using: tuple[Lemma, ...] = ()) -> str:
    """The recorded verdict of a goal, or ``!`` and what failed: a defect is an answer, too.

    ``exact`` is the goal that a printed number is this very number; a wrong number is told with the right one.
    ``using`` is what the proof may rest on.
    """
    try:
        return record(_of_line(goal, exact, using))
    except MemoryError:
        raise
    except Exception as error:
        return f"!{cause(error)}"


def _of_line(goal: Goal, exact: Goal | None, using: tuple[Lemma, ...]) -> Verdict:
    verdict = decide(goal, using)
    if isinstance(verdict, Refuted) and exact:
        found = refute(exact, effort=0)
        return replace(verdict, value=found.left) if isinstance(found, Counterexample) else verdict
    return verdict
