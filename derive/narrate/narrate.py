"""A proved line as a derivation: textbook steps in the author's names, each checked by the kernel."""

from __future__ import annotations

from msgspec.structs import replace

from derive.claim import Claim, Line
from derive.derivation import Step
from derive.errors import InputError
from derive.invoke import invoke
from derive.kernel import Stuck, Theorem, Undefined, phases
from derive.narrate.algebra import key_of, tidy
from derive.narrate.definitions import folded
from derive.narrate.equation import equation
from derive.narrate.limits import limits
from derive.narrate.optima import optima
from derive.narrate.order import order
from derive.narrate.setting import FUEL, Setting, setting
from derive.narrate.shorten import shortened
from derive.narrate.words import words
from derive.parse import parse
from derive.prove import prove
from derive.substitute import fits
from derive.term import Limit, Op, Optimum, Term, size, subterms

LARGEST_MIDDLE = 60
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
    steps = shortened(left, steps, here) or _by_normal_form(left, right, here)
    return with_new_conditions(steps) if steps else _by_rules(line)


def _argument(left: Term, op: Op, right: Term, here: Setting) -> tuple[Step, ...]:
    if isinstance(left, Limit):
        return limits(left, right, here)
    return equation(left, right, here) if op == "==" else order(left, op, right, here)


def _by_normal_form(left: Term, right: Term, here: Setting) -> tuple[Step, ...]:
    """An equation by the normal form that both sides have, where that is short enough to look at."""
    goal = here.line.goal
    if goal.op != "==" or any(isinstance(t, Limit) for side in (left, right) for t in subterms(side)):
        return ()
    middle = _normal_form(here)
    if middle is None or size(middle) > LARGEST_MIDDLE or {key_of(left), key_of(right)} & {key_of(middle)}:
        return ()
    first, second = here.theorem(left, "==", middle), here.theorem(middle, "==", right)
    if not first or not second:
        return ()
    return (
        Step("==", middle, (words(first),), None, first.conditions),
        Step("==", right, (words(second),), None, second.conditions),
    )


def _normal_form(here: Setting) -> Term | None:
    """That of the left side, tidy and with definitions by name."""
    free = {str(i.name): i.dimension for i in here.line.goal.indices}
    try:
        text = dict(phases(here.line.goal, FUEL))["left"]
        found = here.with_dimensions(parse(text, here.scope.names), free)
        return tidy(folded(found, here, {d.name for d in here.definitions}))
    except (InputError, RecursionError, Stuck, Undefined):
        return None


def _optimum(line: Line) -> tuple[Step, ...]:
    theorem, left = prove(line.goal), line.written.left
    if not isinstance(theorem, Theorem) or not isinstance(left, Optimum):
        return ()
    return optima(left, line.written.op, line.written.right, theorem)


def _by_rules(line: Line) -> tuple[Step, ...]:
    """The whole line as one step, with the lemmas, or else the main rules, that its proof uses."""
    theorem = invoke(line.goal, line.using) if line.using else prove(line.goal)
    if not isinstance(theorem, Theorem):
        theorem = prove(line.goal, deep=True)
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
