"""Limits: what vanishes, two bounds that squeeze, what an inner term tends to, or the terms that lead."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from msgspec.structs import replace

from derive.claim import Hypothesis
from derive.derivation import Reason, Step
from derive.narrate.algebra import Monomial, addends, from_addends, from_monomial, is_sum, key_of, monomial, times
from derive.narrate.setting import Setting
from derive.substitute import free_names
from derive.term import Apply, Binary, Call, Constant, Limit, Neg, Number, Op, Reduce, Relation, Term, Variable

FAR_OUT = Constant("oo")
BOUNDS: tuple[tuple[Op, Op, Literal["+", "-"]], ...] = (("<=", ">=", "+"), (">=", "<=", "-"))
AT_ONCE: tuple[Term, ...] = (*(Number(Fraction(v)) for v in (0, 1, -1)), FAR_OUT, Neg(FAR_OUT))
"""What an inner term is asked to tend to, before it is called one of those that lead."""


def limits(left: Limit, right: Term, here: Setting) -> tuple[Step, ...]:
    """The argument for a limit; none where the kernel does not prove it."""
    if not here.theorem(left, "==", right):
        return ()
    return (
        _vanishing(left, right)
        or _squeezed(left, right, here)
        or _between(left, right, here)
        or _continuous(left, right, here)
        or (Step("==", right, ("the leading terms as ", Variable(left.variable), " tends to ", left.point)),)
    )


def _vanishing(left: Limit, right: Term) -> tuple[Step, ...]:
    """A sum of which all that mentions the variable tends to 0."""
    parts = addends(left.body)
    moving = [p for p in parts if left.variable in free_names(from_monomial(p))]
    rest = from_addends(p for p in parts if p not in moving)
    if key_of(rest) != key_of(right):
        return ()
    terms = [x for p in moving for x in (", ", from_monomial(p))][1:]
    return (Step("==", right, (*terms, " vanishes" if len(moving) == 1 else " vanish")),)


def _squeezed(left: Limit, right: Term, here: Setting) -> tuple[Step, ...]:
    """right <= body <= right + log(count)/variable."""
    count = _count(left.body)
    if count is None:
        return ()
    variable = Variable(left.variable)
    rate = from_monomial(times(monomial(Apply("log", (count,))), Monomial(Fraction(1), ((variable, -1),))))
    upper = Binary("+", right, rate)
    if not here.theorem(right, "<=", left.body) or not here.theorem(left.body, "<=", upper):
        return ()
    largest: Reason = ("the largest term is one of those summed",)
    return (
        Step("<=", left.body, largest, right),
        Step("<=", upper, ("none of them exceeds it",)),
        Step("==", right, ("squeeze: ", rate, " vanishes"), left),
    )


def _between(left: Limit, right: Term, here: Setting) -> tuple[Step, ...]:
    """The same in one line, where the bounds hold only for a positive variable, or the limit is the upper one."""
    variable, count = Variable(left.variable), _count(left.body)
    if left.point != FAR_OUT:
        return ()
    # From here on: a limit speaks of the variable far out only, whatever its type.
    positive = Hypothesis(Relation(variable, ">", Number(Fraction(0))))
    given = replace(here.line.goal, hypotheses=(*here.line.goal.hypotheses, positive))
    near = replace(here, line=replace(here.line, goal=given), proofs={})
    rates = [Apply("log", (count,))] if count is not None else []
    for above in (*rates, Number(Fraction(1))):
        rate = from_monomial(times(monomial(above), Monomial(Fraction(1), ((variable, -1),))))
        for ahead, back, sign in BOUNDS:
            other = Binary(sign, right, rate)
            if near.theorem(left.body, ahead, other) and near.theorem(left.body, back, right):
                words: Reason = ("squeezed between ", right, " and ", other, ", for ", rate, " vanishes")
                return (Step("==", right, words),)
    return ()


def _continuous(left: Limit, right: Term, here: Setting) -> tuple[Step, ...]:
    """F(t) where t tends to something that is easily named."""
    inner = _inner(left.body)
    for value in AT_ONCE if inner is not None else ():
        if inner is not None and here.theorem(replace(left, body=inner), "==", value):
            return (Step("==", right, (inner, " tends to ", value)),)
    return ()


def _inner(body: Term) -> Term | None:
    """The argument of the function that a term is, or a multiple of."""
    found = [f for f, _ in monomial(body).factors if isinstance(f, Apply | Call) and len(f.args) == 1]
    return found[0].args[0] if len(found) == 1 else None


def _count(body: Term) -> Term | None:
    """How many terms the sum under the logarithm has."""
    if isinstance(body, Neg):
        return _count(body.operand)
    if isinstance(body, Binary):
        return _count(body.left)
    if not isinstance(body, Apply) or body.function != "log":
        return None
    argument = body.args[0]
    if isinstance(argument, Reduce):
        return Variable(argument.index.dimension)
    return Number(Fraction(len(addends(argument)))) if is_sum(argument) else None
