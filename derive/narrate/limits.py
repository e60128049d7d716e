"""Limits at infinity: what vanishes, or two bounds that squeeze."""

from __future__ import annotations

from fractions import Fraction

from derive.derivation import Reason, Step
from derive.elaborate.substitute import free_names
from derive.narrate.algebra import Monomial, addends, from_addends, from_monomial, is_sum, key_of, monomial, times
from derive.narrate.setting import Setting
from derive.term import Apply, Binary, Limit, Number, Reduce, Term, Variable


def limits(left: Limit, right: Term, here: Setting) -> tuple[Step, ...]:
    """The argument for a limit; none where the kernel does not prove it."""
    if not here.theorem(left, "==", right):
        return ()
    return _vanishing(left, right) or _squeezed(left, right, here)


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


def _count(body: Term) -> Term | None:
    """How many terms the sum under the logarithm has."""
    if isinstance(body, Binary):
        return _count(body.left)
    if not isinstance(body, Apply) or body.function != "log":
        return None
    argument = body.args[0]
    if isinstance(argument, Reduce):
        return Variable(argument.index.dimension)
    return Number(Fraction(len(addends(argument)))) if is_sum(argument) else None
