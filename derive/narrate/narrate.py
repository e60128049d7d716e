"""A proved line as a derivation: textbook steps in the author's names, each checked by the kernel."""

from __future__ import annotations

from dataclasses import replace

from derive.claim import Claim, Line
from derive.derivation import Step
from derive.elaborate.substitute import fits
from derive.invoke import invoke
from derive.kernel import Theorem
from derive.narrate.equation import equation
from derive.narrate.limits import limits
from derive.narrate.optima import optima
from derive.narrate.order import order
from derive.narrate.setting import Setting, setting
from derive.narrate.shorten import shortened
from derive.narrate.words import words
from derive.prove import prove
from derive.term import Limit, Op, Optimum, Term, subterms

LARGEST_SIDE = 150  # nodes
DEEPEST_SIDE = 40


def narrate(line: Line, claim: Claim) -> tuple[Step, ...]:
    """The derivation of a line that the kernel proves; empty for any other line.

    The first chain begins with the left side of the line as its author wrote it. Every step is a theorem of its own
    under the line's hypotheses; where no steps connect the sides, the only one says which rules the proof rests on.
    """
    sides = (line.written.left, line.written.right, *(d.body for d in claim.definitions))
    if any(isinstance(t, Optimum) for side in sides for t in subterms(side)):
        return _optimum(line) or _by_rules(line)
    if not all(fits(side, LARGEST_SIDE, DEEPEST_SIDE) for side in sides):
        return _by_rules(line)
    here = setting(line, claim)
    known = {str(i.name): i.dimension for i in line.goal.indices}
    left, right = (here.with_dimensions(t, known) for t in sides[:2])
    steps = _argument(left, line.written.op, right, here)
    return with_new_conditions(shortened(left, steps, here)) if steps else _by_rules(line)


def _argument(left: Term, op: Op, right: Term, here: Setting) -> tuple[Step, ...]:
    if isinstance(left, Limit):
        return limits(left, right, here)
    return equation(left, right, here) if op == "==" else order(left, op, right, here)


def _optimum(line: Line) -> tuple[Step, ...]:
    theorem, left = prove(line.goal), line.written.left
    if not isinstance(theorem, Theorem) or not isinstance(left, Optimum):
        return ()
    return optima(left, line.written.op, line.written.right, theorem)


def _by_rules(line: Line) -> tuple[Step, ...]:
    """The whole line as one step, with the lemmas, or else the main rules, that its proof uses."""
    theorem = invoke(line.goal, line.using) if line.using else prove(line.goal)
    if not isinstance(theorem, Theorem):
        return ()
    said = "to the digits as printed" if line.exact else words(theorem)
    return (Step(line.written.op, line.written.right, (said,), None, theorem.conditions),)


def with_new_conditions(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps with each condition where it first arises."""
    known: set[str] = set()
    found = []
    for step in steps:
        found.append(replace(step, conditions=tuple(c for c in step.conditions if c not in known)))
        known.update(step.conditions)
    return tuple(found)
