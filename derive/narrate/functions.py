"""The rules of logarithms and exponentials, read in the direction that takes them apart."""

from __future__ import annotations

from fractions import Fraction
from math import log

from derive.narrate.algebra import (
    UNIT,
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
from derive.parse import parse
from derive.substitute import free_names, substitute
from derive.term import Apply, Binary, Constant, Neg, Number, Reduce, Term, Variable

HALF = Fraction(1, 2)


def logarithms(term: Term, *, of_names: bool = False) -> Term:
    """Every logarithm of a product, quotient, power or exponential taken apart; of plain names only when asked."""
    return tidy(bottom_up(term, lambda t: _logarithm(t, of_names)))


def _logarithm(term: Term, of_names: bool) -> Term:
    if not isinstance(term, Apply) or term.function != "log":
        return term
    part = merged(monomial(term.args[0]))
    is_number = not part.factors and (part.coefficient.denominator != 1 or _root(part.coefficient.numerator)[1] > 1)
    is_plain = len(part.factors) > (part.coefficient == 1) and of_names
    if part.coefficient <= 0 or not (is_number or is_plain or any(map(_comes_apart, part.factors))):
        return term
    number = [Monomial(times, ((_log(Number(Fraction(n))), 1),)) for times, n in _numbers(part.coefficient)]
    return from_addends([*(_of_power(b, e) for b, e in part.factors), *number])


def _comes_apart(factor: tuple[Term, int]) -> bool:
    """Whether the logarithm of a factor says more than that of the product: not that of a plain name or number."""
    base, exponent = factor
    return exponent != 1 or not isinstance(base, Variable | Constant | Number)


def _numbers(value: Fraction) -> list[tuple[Fraction, int]]:
    """The numbers whose logarithms make that of a rational one, and how often each counts."""
    parts = [(1, *_root(value.numerator)), (-1, *_root(value.denominator))]
    return [(Fraction(sign * power), number) for sign, number, power in parts if number != 1]


def _root(value: int) -> tuple[int, int]:
    """The smallest number of which the value is a power, and the exponent; the value itself where it is large."""
    for base in range(2, min(value, 32)):
        power = round(log(value, base)) if value < 2**40 else 1
        if base**power == value:
            return base, power
    return value, 1


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
            return from_monomial(Monomial(UNIT, tuple((e, 1) for e in exps)))
        case _:
            return term


def with_factor_in_front(term: Term) -> Term:
    """Every logarithm of a sum of exponentials with the first of them as a factor of the sum."""
    return tidy(bottom_up(term, _factor_in_front))


def _factor_in_front(term: Term) -> Term:
    if not isinstance(term, Apply) or term.function != "log" or not is_sum(term.args[0]):
        return term
    exponents = [_exponent(m) for m in addends(term.args[0])]
    first = exponents[0]
    if first is None:
        return term
    rest = [Apply("exp", (tidy(Binary("-", e, first)),)) for e in exponents[1:] if e is not None]
    if len(rest) < len(exponents) - 1:
        return term
    total = from_addends([Monomial(UNIT), *map(monomial, rest)])
    return Apply("log", (Binary("*", Apply("exp", (first,)), total),))


def _exponent(part: Monomial) -> Term | None:
    match part:
        case Monomial(Fraction(numerator=1, denominator=1), ((Apply("exp", (argument,)), 1),)):
            return argument
        case _:
            return None


def squares_of_roots(term: Term) -> Term:
    """Every square of a square root as what stands under the root."""
    return tidy(bottom_up(term, _square_of_root))


def _square_of_root(term: Term) -> Term:
    if not isinstance(term, Binary | Neg):
        return term
    parts = map(merged, addends(term))
    return from_addends(Monomial(p.coefficient, tuple(f for b, e in p.factors for f in _halved(b, e))) for p in parts)


def _halved(base: Term, exponent: int) -> tuple[tuple[Term, int], ...]:
    if not isinstance(base, Apply) or base.function != "sqrt" or abs(exponent) < 2:
        return ((base, exponent),)
    times, rest = divmod(abs(exponent), 2)
    sign = 1 if exponent > 0 else -1
    return ((base.args[0], sign * times), *(((base, sign),) if rest else ()))


def written_out(term: Term) -> Term:
    """Every function that stands for others by what it stands for."""
    return tidy(bottom_up(term, _written_out))


def _written_out(term: Term) -> Term:
    if not isinstance(term, Apply) or term.function not in MEANINGS:
        return term
    return substitute(parse(MEANINGS[term.function]), {}, {"x": term.args[0]}, None, frozenset())


MEANINGS = {
    "log1p": "log(1 + x)",
    "expm1": "exp(x) - 1",
    "tan": "sin(x)/cos(x)",
    "cot": "cos(x)/sin(x)",
    "sec": "1/cos(x)",
    "csc": "1/sin(x)",
    "sinh": "(exp(x) - exp(-x))/2",
    "cosh": "(exp(x) + exp(-x))/2",
    "tanh": "(exp(x) - exp(-x))/(exp(x) + exp(-x))",
    "coth": "(exp(x) + exp(-x))/(exp(x) - exp(-x))",
    "sech": "2/(exp(x) + exp(-x))",
    "csch": "2/(exp(x) - exp(-x))",
}


def products(term: Term) -> Term:
    """Every product over an index of a product taken apart, of powers of one base as a power of it."""
    return tidy(bottom_up(term, _product))


def _product(term: Term) -> Term:
    if not isinstance(term, Reduce) or term.kind != "Product":
        return term
    name = str(term.index.name)
    factors = monomial(term.body).factors
    found = [_product_of_power(b, e, name, term) for b, e in factors]
    return from_monomial(times(*found)) if monomial(term.body).coefficient == 1 and len(factors) > 0 else term


def _product_of_power(base: Term, exponent: int, name: str, term: Reduce) -> Monomial:
    match base:
        case Binary("**", inner, power) if name not in free_names(inner):
            total = Reduce("Sum", power, term.index, term.excluded)
            return Monomial(UNIT, ((Binary("**", inner, total), exponent),))
        case Apply("exp", (argument,)):
            total = Reduce("Sum", argument, term.index, term.excluded)
            return Monomial(UNIT, ((Apply("exp", (total,)), exponent),))
        case _:
            return Monomial(UNIT, ((Reduce("Product", base, term.index, term.excluded), exponent),))


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
