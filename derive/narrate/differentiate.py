"""The derivative of a term as a textbook writes it: one rule at a time, definitions kept by name."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from msgspec.structs import replace

from derive.narrate.algebra import (
    ONE,
    UNIT,
    ZERO,
    Factor,
    Monomial,
    addends,
    from_addends,
    from_monomial,
    is_atom,
    merged,
    monomial,
    tidy,
    times,
)
from derive.narrate.definitions import letter, with_bound
from derive.narrate.setting import Setting, bare
from derive.narrate.sums import contracted
from derive.parse import parse
from derive.signature import FUNCTIONS
from derive.substitute import free_names, substitute
from derive.term import Apply, Binary, Component, Delta, Diff, Index, Neg, Number, Reduce, Term, Variable

Target = Variable | Component


def differentiate(term: Term, target: Target, here: Setting) -> Term:
    """The derivative by the rule of the outermost operation, and so on downwards.

    What it has no rule for stays a derivative, a definition among it. A delta under an inner sum is contracted at
    once; one under the outermost sums is left for the reader to see.
    """
    head = monomial(term)
    if len(head.factors) == 1 and isinstance(head.factors[0][0], Reduce) and head.factors[0][1] == 1:
        inner = head.factors[0][0]
        if inner.kind == "Sum" and not inner.excluded:
            found = _safe(inner, target, here)
            body = differentiate(found.body, target, here)
            whole: Term = Reduce("Sum", body, found.index)
            return tidy(from_monomial(Monomial(head.coefficient, ((whole, 1),))))
    return tidy(_derivative(term, target, here))


def _derivative(term: Term, target: Target, here: Setting) -> Term:
    name = target.array if isinstance(target, Component) else target.name
    if not here.depends(term, name):
        return ZERO
    if here.definition(term):
        return Diff(term, (target,))
    match term:
        case Variable() | Component():
            return _of_variable(term, target)
        case Binary("+" | "-") | Neg():
            return from_addends(monomial(_of_product(m, target, here)) for m in addends(term))
        case Binary("**", base, exponent) if not isinstance(exponent, Number) or exponent.value.denominator != 1:
            return _of_power(base, exponent, target, here)
        case Binary():
            return _of_product(monomial(term), target, here)
        case Apply(_, (argument,)):
            return _of_function(term, argument, target, here)
        case Reduce("Sum"):
            found = _safe(term, target, here)
            return contracted(tidy(Reduce("Sum", _derivative(found.body, target, here), found.index, found.excluded)))
        case Reduce("Product", excluded=()):
            found = _safe(term, target, here)
            return contracted(tidy(_of_range_product(found, target, here)))
        case _:
            return Diff(term, (target,))


def _of_range_product(term: Reduce, target: Target, here: Setting) -> Term:
    """Each factor differentiated in turn, times the product of the others."""
    name = str(term.index.name)
    other = with_bound(term, letter(free_names(term.body) | free_names(target) | here.scope.names | {name}))
    rest = replace(other, excluded=(Index(name),))
    return Reduce("Sum", _chain(rest, term.body, target, here), term.index)


def _of_variable(term: Variable | Component, target: Target) -> Term:
    if isinstance(term, Component) and isinstance(target, Component):
        pairs = zip(term.indices, target.indices, strict=True)
        deltas = [Delta(bare(a), bare(b)) for a, b in pairs if a.name != b.name]
        return from_monomial(Monomial(UNIT, tuple((d, 1) for d in deltas)))
    return ONE


def _of_product(part: Monomial, target: Target, here: Setting) -> Term:
    """Constants in front; then the rule for a power, a quotient or a product of what is left."""
    part = merged(part)
    name = target.array if isinstance(target, Component) else target.name
    moving = tuple(f for f in part.factors if here.depends(f[0], name))
    fixed = Monomial(part.coefficient, tuple(f for f in part.factors if f not in moving))
    if not moving:
        return ZERO
    above = tuple(f for f in moving if f[1] > 0)
    below = tuple((b, -e) for b, e in moving if e < 0)
    if above and below:
        return from_monomial(times(fixed, monomial(_quotient(above, below, target, here))))
    found = [monomial(_term_of_product(moving, i, target, here)) for i in range(len(moving))]
    total = from_addends(found)
    return from_monomial(times(fixed, monomial(total)))


def _term_of_product(factors: tuple[Factor, ...], place: int, target: Target, here: Setting) -> Term:
    """The product with one factor differentiated."""
    base, exponent = factors[place]
    inner = monomial(_derivative(base, target, here))
    rest = ((base, exponent - 1),) if exponent != 1 else ()
    changed = times(Monomial(Fraction(exponent), rest), inner)
    before, after = Monomial(UNIT, factors[:place]), Monomial(UNIT, factors[place + 1 :])
    return from_monomial(times(before, changed, after))


def _quotient(above: tuple[Factor, ...], below: tuple[Factor, ...], target: Target, here: Setting) -> Term:
    u, v = from_monomial(Monomial(UNIT, above)), from_monomial(Monomial(UNIT, below))
    first = times(monomial(_derivative(u, target, here)), monomial(v))
    second = times(monomial(u), monomial(_derivative(v, target, here)))
    top = from_addends([first, Monomial(-second.coefficient, second.factors)])
    return Binary("/", top, from_monomial(Monomial(UNIT, tuple((b, 2 * e) for b, e in below))))


def _of_power(base: Term, exponent: Term, target: Target, here: Setting) -> Term:
    """u**w: w*u**(w-1)*u' for a fixed exponent, else u**w * (w*log(u))'."""
    name = target.array if isinstance(target, Component) else target.name
    if not here.depends(exponent, name):
        lower = tidy(Binary("-", exponent, ONE))
        return _chain(Binary("*", exponent, Binary("**", base, lower)), base, target, here)
    inner = Binary("*", exponent, Apply("log", (base,)))
    return _chain(Binary("**", base, exponent), inner, target, here)


def _of_function(term: Apply, argument: Term, target: Target, here: Setting) -> Term:
    row = FUNCTIONS[term.function]
    if len(row.derivative) != 1:
        return Diff(term, (target,))
    outer = substitute(_template(row.derivative[0]), {}, {"x": argument}, None, here.scope.names)
    return _chain(outer, argument, target, here)


def _chain(outer: Term, inner: Term, target: Target, here: Setting) -> Term:
    return from_monomial(times(monomial(outer), monomial(_derivative(inner, target, here))))


@cache
def _template(text: str) -> Term:
    return parse(text)


def _safe(term: Reduce, target: Target, here: Setting) -> Reduce:
    """The sum with a bound index that the target does not mention."""
    taken = free_names(target)
    if term.index.name not in taken:
        return term
    return with_bound(term, letter(taken | free_names(term.body) | here.scope.names))


def rule(term: Term, target: Target, here: Setting) -> str:
    """The rule that the outermost operation of a differentiated term calls for."""
    name = target.array if isinstance(target, Component) else target.name
    match term:
        case Reduce("Sum", body):
            return rule(body, target, here)
        case Reduce("Product"):
            return "product rule"
        case Apply(_, (argument,)):
            is_plain = isinstance(argument, Variable | Component) and not here.definition(argument)
            return "differentiate" if is_plain else "chain rule"
        case Binary() | Neg() if len(addends(term)) > 1:
            found = {rule(from_monomial(m), target, here) for m in addends(term) if _depends(m, name, here)}
            return found.pop() if len(found) == 1 else "differentiate term by term"
        case Binary() | Neg():
            part = merged(monomial(term))
            moving = [f for f in part.factors if here.depends(f[0], name)]
            return _rule_of_product(moving, target, here)
        case _:
            return "differentiate term by term"


def _depends(part: Monomial, name: str, here: Setting) -> bool:
    return any(here.depends(base, name) for base, _ in part.factors)


def _rule_of_product(moving: list[Factor], target: Target, here: Setting) -> str:
    """The rule for the factors that depend on the target."""
    if any(e < 0 for _, e in moving):
        return "quotient rule"
    if len(moving) != 1:
        return "product rule" if moving else "differentiate term by term"
    base, exponent = moving[0]
    is_plain = isinstance(base, Variable | Component) and not here.definition(base)
    if exponent != 1:
        return "power rule" if is_plain else "chain rule"
    return "chain rule" if is_atom(base) else rule(base, target, here)
