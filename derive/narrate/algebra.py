"""Sums and products as people rearrange them: flat, in source order, without zeros, ones and double signs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import lru_cache, reduce
from itertools import product

from msgspec import Struct

from derive.term import (
    Apply,
    Binary,
    Call,
    Component,
    Constant,
    Delta,
    Diff,
    Index,
    Limit,
    Neg,
    Number,
    Optimum,
    Reduce,
    Term,
    Variable,
    children,
    with_children,
)

Factor = tuple[Term, int]
"""A base and its exponent."""

# Every move looks at every subterm again, so what is said of a subterm is remembered.
cache = lru_cache(maxsize=20_000)

LARGEST_EXPONENT = 6
MOST_ADDENDS = 40
LARGEST_NUMBER = 10**12


class Monomial(Struct, frozen=True):
    """A rational number times powers, in source order; a base may stand there more than once."""

    coefficient: Fraction
    factors: tuple[Factor, ...] = ()


UNIT = Fraction(1)
ZERO = Number(Fraction(0))
ONE = Number(Fraction(1))


# --- terms to monomials and back


@cache
def monomial(term: Term) -> Monomial:
    """The factors of a term; a sum is one factor."""
    match term:
        case Number(value):
            return Monomial(value)
        case Neg(operand):
            inner = monomial(operand)
            return Monomial(-inner.coefficient, inner.factors)
        case Binary("*", left, right):
            return times(monomial(left), monomial(right))
        case Binary("/", left, right):
            below = raised(monomial(right), -1)
            return times(monomial(left), below) if below else Monomial(UNIT, ((term, 1),))
        case Binary("**", base, Number(value)) if value.denominator == 1 and abs(value) <= LARGEST_EXPONENT:
            power = raised(monomial(base), int(value))
            return power if power and value else Monomial(UNIT, ((term, 1),))
        case _:
            return Monomial(UNIT, ((term, 1),))


def times(*parts: Monomial) -> Monomial:
    """The product, factors side by side."""
    coefficient = reduce(_product_of_numbers, (p.coefficient for p in parts))
    return Monomial(coefficient, tuple(f for p in parts for f in p.factors))


def _product_of_numbers(a: Fraction, b: Fraction) -> Fraction:
    # Most coefficients are 1, and exact multiplication is slow.
    return b if a is UNIT else a if b is UNIT else a * b


def raised(part: Monomial, exponent: int) -> Monomial | None:
    """The power, or None for the inverse of 0."""
    if part.coefficient == 0 and exponent < 0:
        return None
    coefficient = part.coefficient if part.coefficient is UNIT else part.coefficient**exponent
    return Monomial(coefficient, tuple((b, e * exponent) for b, e in part.factors))


def from_monomial(part: Monomial) -> Term:
    """One fraction with the sign in front."""
    if part.coefficient == 0:
        return ZERO
    size = abs(part.coefficient)
    above = [_power(b, e) for b, e in part.factors if e > 0]
    below = [_power(b, -e) for b, e in part.factors if e < 0]
    if size.numerator != 1 or not above:
        above.insert(0, Number(Fraction(size.numerator)))
    if size.denominator != 1:
        below.insert(0, Number(Fraction(size.denominator)))
    found = _product(above)
    if below:
        found = Binary("/", found, _product(below))
    return Neg(found) if part.coefficient < 0 else found


def _product(factors: Sequence[Term]) -> Term:
    return reduce(lambda a, b: Binary("*", a, b), factors)


def _power(base: Term, exponent: int) -> Term:
    return base if exponent == 1 else Binary("**", base, Number(Fraction(exponent)))


@cache
def addends(term: Term) -> tuple[Monomial, ...]:
    """The signed terms of a sum, in source order."""
    match term:
        case Binary("+", left, right):
            return (*addends(left), *addends(right))
        case Binary("-", left, right):
            return (*addends(left), *map(_negated, addends(right)))
        case Neg(operand):
            return tuple(map(_negated, addends(operand)))
        case _:
            found = monomial(term)
            if len(found.factors) == 1 and abs(found.coefficient) == 1 and found.factors[0][1] == 1:
                base = found.factors[0][0]
                if is_sum(base):
                    return tuple(Monomial(m.coefficient * found.coefficient, m.factors) for m in addends(base))
            return (found,)


def _negated(part: Monomial) -> Monomial:
    return Monomial(-part.coefficient, part.factors)


def absolute(part: Monomial) -> Monomial:
    """The monomial without its sign."""
    return Monomial(abs(part.coefficient), part.factors)


def from_addends(parts: Iterable[Monomial]) -> Term:
    """The sum, numbers added up; what is subtracted does not come first."""
    listed = _with_one_number([p for p in parts if p.coefficient])
    if not listed:
        return ZERO
    first = next((i for i, p in enumerate(listed) if p.coefficient > 0), 0)
    listed.insert(0, listed.pop(first))
    total = from_monomial(listed[0])
    for part in listed[1:]:
        total = Binary("+" if part.coefficient > 0 else "-", total, from_monomial(absolute(part)))
    return total


def _with_one_number(parts: list[Monomial]) -> list[Monomial]:
    numbers = [i for i, p in enumerate(parts) if not p.factors]
    if len(numbers) < 2:
        return parts
    total = sum((parts[i].coefficient for i in numbers), Fraction(0))
    parts[numbers[0]] = Monomial(total)
    return [p for i, p in enumerate(parts) if i not in numbers[1:] and p.coefficient]


def is_sum(term: Term) -> bool:
    """Whether the outermost operation adds or subtracts."""
    return isinstance(term, Binary) and term.op in ("+", "-")


def is_atom(term: Term) -> bool:
    """Whether the term is an operation that is one factor: a power with a symbol in the exponent, a division by 0."""
    return isinstance(term, Binary) and not is_sum(term) and monomial(term).factors == ((term, 1),)


def negative(term: Term) -> Term:
    """The term with the other sign."""
    return from_addends(map(_negated, addends(term)))


# --- rewriting


def bottom_up(term: Term, change: Callable[[Term], Term]) -> Term:
    """The term with every node changed, subterms first."""
    return change(_with_new(term, lambda t: bottom_up(t, change)))


@cache
def tidy(term: Term) -> Term:
    """Without zeros, ones and double signs; nothing else changes, and nothing changes places."""
    return _tidied(_with_new(term, tidy))


def _with_new(term: Term, change: Callable[[Term], Term]) -> Term:
    """The term over changed subterms."""
    below = children(term)
    new = tuple(map(change, below))
    return with_children(term, new) if any(a is not b for a, b in zip(new, below, strict=True)) else term


def _tidied(term: Term) -> Term:
    match term:
        case Binary("**", _, Number(value)) if value == 1:
            return term.left
        case Binary("**", Number(base), Number(power)) if power.denominator == 1 and base and abs(power) < 64:
            value = base ** int(power)
            return Number(value) if abs(value) < LARGEST_NUMBER else term
        case Binary() | Neg():
            return from_addends(map(gathered, addends(term)))
        case Apply("exp", (Number(value),)) if value == 0:
            return ONE
        case Apply("log", (Number(value),)) if value == 1:
            return ZERO
        case Reduce("Sum", Number(value)) if value == 0:
            return ZERO
        case Delta(left, right) if left.name == right.name:
            return ONE
        case Delta(Index(int()), Index(int())):
            return ZERO
        case _:
            return term


@cache
def cancelled(term: Term) -> Term:
    """Tidy, with equal factors of every product counted together."""
    return _cancelled(_tidied(_with_new(term, cancelled)))


def _cancelled(term: Term) -> Term:
    if isinstance(term, Binary | Neg):
        return from_addends(map(merged, addends(term)))
    return term


def merged(part: Monomial) -> Monomial:
    """The monomial with each base once; a delta is its own power."""
    return _with_powers(part, lambda base, exponent: key_of(base))


def gathered(part: Monomial) -> Monomial:
    """The monomial with each base at most once above and once below the fraction bar: nothing is cancelled."""
    return _with_powers(part, lambda base, exponent: f"{key_of(base)} {exponent > 0}")


def _with_powers(part: Monomial, key_for: Callable[[Term, int], str]) -> Monomial:
    """The monomial with the bases of the same key counted together."""
    if len(part.factors) < 2:
        return part
    found: dict[str, Factor] = {}
    for base, exponent in part.factors:
        key = key_for(base, exponent)
        base, before = found.get(key, (base, 0))
        total = before + exponent
        found[key] = (base, min(total, 1) if isinstance(base, Delta) and total > 0 else total)
    return Monomial(part.coefficient, tuple(f for f in found.values() if f[1]))


@cache
def collected(term: Term) -> Term:
    """Tidy, with equal addends of every sum counted together, and equal factors too."""
    return _collected(_tidied(_with_new(term, collected)))


def _collected(term: Term) -> Term:
    return from_addends(like(addends(term))) if isinstance(term, Binary | Neg) else term


def like(parts: Iterable[Monomial]) -> list[Monomial]:
    """The monomials with equal ones counted together."""
    found: dict[str, Monomial] = {}
    for part in map(merged, parts):
        key = _factors_key(part)
        before = found[key].coefficient if key in found else 0
        found[key] = Monomial(before + part.coefficient, found[key].factors if key in found else part.factors)
    return [p for p in found.values() if p.coefficient]


@cache
def multiplied_out(term: Term) -> Term:
    """Every product of sums written as a sum of products, like terms collected; powers in denominators stay."""
    term = tidy(term)
    if not isinstance(term, Binary | Neg):
        below = children(term)
        return with_children(term, tuple(map(multiplied_out, below))) if below else term
    inner = (_with_bases(m, multiplied_out) for m in addends(term))
    parts = [p for m in inner for p in distributed(m)]
    return from_addends(like(parts)) if len(parts) <= MOST_ADDENDS else term


def _with_bases(part: Monomial, change: Callable[[Term], Term]) -> Monomial:
    """The monomial with its bases changed; a sum stays one factor, and a power in an exponent stays as it is."""
    bases = ((b if is_atom(b) else change(b), e) for b, e in part.factors)
    found = ((monomial(b), b, e) for b, e in bases)
    powers = [raised(m, e) or Monomial(UNIT, ((b, e),)) for m, b, e in found]
    return times(Monomial(part.coefficient), *powers)


def distributed(part: Monomial) -> list[Monomial]:
    """The products of the addends of every factor that is a sum."""
    part = merged(part)
    choices: list[Sequence[Monomial]] = [[Monomial(part.coefficient)]]
    for base, exponent in part.factors:
        if is_sum(base) and exponent > 0:
            choices += [addends(base)] * exponent
        else:
            choices.append([Monomial(UNIT, ((base, exponent),))])
    count = reduce(lambda a, b: a * b, map(len, choices), 1)
    return [times(*chosen) for chosen in product(*choices)] if count <= MOST_ADDENDS else [part]


def factored(term: Term) -> tuple[Term, Term] | None:
    """What all addends of a sum have in common, and the product with it in front; None when they share nothing."""
    parts = list(map(merged, addends(term)))
    if len(parts) < 2:
        return None
    common = [_in_common(base, parts) for base, _ in parts[0].factors]
    shared = Monomial(UNIT, tuple(f for f in common if f[1]))
    if not shared.factors:
        return None
    inverse = raised(shared, -1)
    rest = from_addends(merged(times(p, inverse)) for p in parts if inverse)
    return from_monomial(shared), from_monomial(times(shared, monomial(rest)))


def _in_common(base: Term, parts: list[Monomial]) -> Factor:
    exponents = [next((e for b, e in p.factors if key_of(b) == key_of(base)), 0) for p in parts]
    if all(e > 0 for e in exponents):
        return base, min(exponents)
    return base, max(exponents) if all(e < 0 for e in exponents) else 0


# --- equality up to the order of operands and the names of bound indices


@cache
def key_of(term: Term, bound: tuple[str, ...] = ()) -> str:
    """A text that is the same for terms that differ in the order of operands or the names of bound indices only."""

    def name(index: Index) -> str:
        text = str(index.name)
        return f"#{len(bound) - 1 - bound[::-1].index(text)}" if text in bound else text

    def names(indices: Iterable[Index]) -> str:
        return ",".join(map(name, indices))

    match term:
        case Number(value):
            return str(value)
        case Constant(text) | Variable(text):
            return text
        case Component(array, indices):
            return f"{array}[{names(indices)}]"
        case Delta(left, right):
            return f"delta[{','.join(sorted((name(left), name(right))))}]"
        case Binary(op, left, right) if is_atom(term):
            return f"({key_of(left, bound)}){op}({key_of(right, bound)})"
        case Binary() | Neg():
            parts = addends(term)
            keys = sorted(f"{m.coefficient}*{_factors_key(m, bound)}" for m in parts)
            return f"({' + '.join(keys)})" if len(parts) > 1 or parts[0].factors else str(parts[0].coefficient)
        case Apply(text, args) | Call(text, args):
            return f"{text}({';'.join(key_of(a, bound) for a in args)})"
        case Reduce(kind, body, index, excluded):
            inner = (*bound, str(index.name))
            return f"{kind}{{{names(excluded)}}}({key_of(body, inner)})"
        case Diff(body, targets):
            return f"d({key_of(body, bound)};{';'.join(key_of(t, bound) for t in targets)})"
        case Limit(body, variable, point, side):
            return f"lim({key_of(body, bound)};{variable};{key_of(point, bound)};{side})"
        case Optimum(kind, body, variable, component):
            return f"{kind}({key_of(body, bound)};{variable};{names(component)})"


def _factors_key(part: Monomial, bound: tuple[str, ...] = ()) -> str:
    powers: dict[str, int] = {}
    for base, exponent in part.factors:
        key = f"{key_of(base, bound)}{'*/'[exponent < 0]}"
        powers[key] = powers.get(key, 0) + exponent
    return "".join(sorted(f"{key}{e}" for key, e in powers.items()))
