"""Theorems: opaque values that only the kernel makes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal

from msgspec import Struct

from derive.claim import Goal, Hypothesis
from derive.kernel.context import Contradiction, Undefined
from derive.term import Term
from derive.verdict import Reason

Side = Literal["+", "-"] | None


class Seal:
    """What the kernel said: neither it, nor what carries it, can be changed into something else."""

    __slots__ = ("said",)

    def __init__(self, *said: object) -> None:
        self.said: Final = said

    def holds(self, *told: object) -> bool:
        """Whether this is what was said, the very same objects."""
        return len(told) == len(self.said) and all(a is b for a, b in zip(told, self.said, strict=True))


class Theorem(Struct, frozen=True):
    """A goal that holds for all dimensions and admissible values at which both sides are defined.

    ``conditions`` is what definedness of the sides adds to the hypotheses; ``left_only`` and ``right_only`` are the
    conditions of one side that the other side does not imply; ``lemmas`` are the claims that the proof uses.
    """

    goal: Goal
    rules: tuple[str, ...]
    conditions: tuple[str, ...]
    method: str
    left_only: tuple[str, ...]
    right_only: tuple[str, ...]
    seal: object
    lemmas: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        told = (self.goal, self.rules, self.conditions, self.method, self.left_only, self.right_only, self.lemmas)
        if not isinstance(self.seal, Seal) or not self.seal.holds(*told):
            raise TypeError("a theorem is made by the kernel only")


def make_theorem(
    goal: Goal,
    rules: tuple[str, ...],
    conditions: tuple[str, ...],
    method: str,
    left_only: tuple[str, ...] = (),
    right_only: tuple[str, ...] = (),
    lemmas: tuple[str, ...] = (),
) -> Theorem:
    """For the modules of the kernel; a test holds that no other module calls it."""
    seal = Seal(goal, rules, conditions, method, left_only, right_only, lemmas)
    return Theorem(goal, rules, conditions, method, left_only, right_only, seal, lemmas)


def in_order(rules: Iterable[str]) -> tuple[str, ...]:
    """Rules in the order of the sheet, each once."""
    return tuple(sorted(set(rules), key=lambda rule: (rule[0], int(rule[1:]))))


def theorem_of_cases(goal: Goal, rule: str, cases: Sequence[Theorem], method: str) -> Theorem:
    """The theorem that complete cases make together, by a rule that splits them."""
    return make_theorem(
        goal,
        in_order((rule, *(own for t in cases for own in t.rules))),
        tuple(dict.fromkeys(c for t in cases for c in t.conditions)),
        method,
        tuple(dict.fromkeys(c for t in cases for c in t.left_only)),
        tuple(dict.fromkeys(c for t in cases for c in t.right_only)),
    )


class Residual(Struct, frozen=True):
    """Why a goal was not proved: the reason, a sentence, and what is left of the difference of its sides.

    ``instead`` is what a limit was found to be, when that is not what the goal says, ``absent`` why there is none;
    ``within`` the case in which that is so, and ``side`` from which side.
    """

    reason: Reason
    detail: str = ""
    residual: str = ""
    instead: Term | None = None
    absent: str = ""
    within: tuple[Hypothesis, ...] = ()
    side: Side = None


def about_nothing(why: Undefined) -> Residual:
    """What is left of a goal without an admissible point: contradictory hypotheses, or a side without a value."""
    if isinstance(why, Contradiction):
        return Residual("vacuous", str(why))
    return Residual("no admissible point found", f"a side has a value nowhere: {why}")
