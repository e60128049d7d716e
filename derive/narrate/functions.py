"""The rules of logarithms and exponentials, read in the direction that takes them apart."""

from __future__ import annotations

from fractions import Fraction

from derive.narrate.algebra import (
    Monomial,
    addends,
    bottom_up,
    from_addends,
    from_monomial,
    is_sum,
    merged,
    monomial,
    tidy,
    times,
)
from derive.term import Apply, Binary, Constant, Number, Reduce, Term, Variable

HALF = Fraction(1, 2)


def logarithms(term: Term) -> Term:
    """Every logarithm of a product, quotient, power or exponential taken apart."""
    return tidy(bottom_up(term, _logarithm))


def _logarithm(term: Term) -> Term:
    if not isinstance(term, Apply) or term.function != "log":
        return term
    part = merged(monomial(term.args[0]))
    if part.coefficient <= 0 or not any(map(_comes_apart, part.factors)):
        return term
    number = [Monomial(sign, ((_log(Number(Fraction(n))), 1),)) for sign, n in _numbers(part.coefficient)]
    return from_addends([*(_of_power(b, e) for b, e in part.factors), *number])


def _comes_apart(factor: tuple[Term, int]) -> bool:
    """Whether the logarithm of a factor says more than that of the product: not that of a plain name or number."""
    base, exponent = factor
    return exponent != 1 or not isinstance(base, Variable | Constant | Number)


def _numbers(value: Fraction) -> list[tuple[Fraction, int]]:
    parts = [(Fraction(1), value.numerator), (Fraction(-1), value.denominator)]
    return [(sign, number) for sign, number in parts if number != 1]


def _log(term: Term) -> Term:
    return Apply("log", (term,))


def _of_power(base: Term, exponent: int) -> Monomial:
    """exponent * log(base)"""
    scale = Monomial(Fraction(exponent))
    match base:
        case Apply("exp", (argument,)):
            return times(scale, monomial(argument))
        case Apply("sqrt", (argument,)):
            return times(scale, Monomial(HALF), monomial(_log(argument)))
        case Binary("**", inner, power):
            return times(scale, monomial(power), monomial(_log(inner)))
        case Reduce("Product", body):
            return times(scale, monomial(Reduce("Sum", _log(body), base.index, base.excluded)))
        case _:
            return times(scale, monomial(_log(base)))


def exponentials(term: Term) -> Term:
    """Every exponential of a sum as a product, of a logarithm as its argument."""
    return tidy(bottom_up(term, _exponential))


def _exponential(term: Term) -> Term:
    match term:
        case Apply("exp", (Apply("log", (argument,)),)):
            return argument
        case Apply("exp", (argument,)) if is_sum(argument):
            exps = (Apply("exp", (from_monomial(m),)) for m in addends(argument))
            return from_monomial(Monomial(Fraction(1), tuple((e, 1) for e in exps)))
        case _:
            return term


def arithmetic(term: Term) -> Term:
    """The value of a term that consists of numbers, as a number; any other term unchanged."""
    found = _value(term)
    return Number(found) if found is not None else term


def _value(term: Term) -> Fraction | None:
    """The exact value of sums, products and small powers of numbers."""
    part = addends(tidy(term))
    if any(p.factors for p in part):
        return None
    return sum((p.coefficient for p in part), Fraction(0))
