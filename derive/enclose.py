"""Enclose a term at one exact point: ball arithmetic, exact rationals as long as they last, duals for derivatives.

A value is an exact rational (``fmpq``) or a ball (``arb``) that surely holds it. Domain conditions are decided or the
term is ``UNKNOWN`` here; nothing is ever rounded to zero. Derivatives carry one perturbation for each diff in force.
"""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from functools import cache
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from flint import arb, ctx, fmpq, fmpz
from msgspec import Struct

from derive.evaluate import Point
from derive.parse import parse, parse_relation_chain
from derive.signature import FUNCTIONS
from derive.term import (
    Apply,
    Binary,
    Component,
    Constant,
    Delta,
    Diff,
    Index,
    Neg,
    Number,
    Reduce,
    Term,
    Variable,
    own_indices,
    subterms,
)
from derive.verdict import Enclosure
from derive.whole import closed_rational, is_integer_type

Real = fmpq | arb
_EXACT_BITS = 4096
_MOST_WORK = 100_000
_ZERO, _ONE, _MINUS_ONE = fmpq(0), fmpq(1), fmpq(-1)
_PARAMETER = Variable("x")  # the first one in a row of the signature


class Missing(Enum):
    """Why there is no enclosure: the term is undefined there, more bits may decide it, or no number of them will."""

    UNDEFINED = "undefined"
    UNKNOWN = "unknown"
    BEYOND = "beyond"


def enclose(term: Term, point: Point, integers: frozenset[str], precision: int) -> Real | Missing:
    """An exact rational or a ball around the value of the term at the point, or why there is none.

    ``precision`` is in bits. ``UNDEFINED`` is proved. ``BEYOND`` are limits, optima, a derivative at a kink, and more
    work than one point is worth.
    """
    with ctx.workprec(precision):
        try:
            value: Real = _Evaluation(point.values, point.dimensions, integers).value(term, dict(point.indices), ())
            return value
        except _Undefined:
            return Missing.UNDEFINED
        except _Unknown:
            return Missing.UNKNOWN
        except (_Beyond, RecursionError):
            return Missing.BEYOND


def sign(value: Real) -> int | None:
    """-1, 0 or 1, where the rational or ball decides it."""
    if value == 0:
        return 0
    return 1 if value > 0 else -1 if value < 0 else None


def difference(left: Real, right: Real) -> Real:
    """Left minus right, without a rounding of its own."""
    if _is_zero(right) or (isinstance(left, fmpq) and isinstance(right, fmpq)):
        return left - right
    with ctx.workprec(4 * _EXACT_BITS):
        return left - right


def decide(op: str, left: Real, right: Real) -> bool | None:
    """Whether a relation between two enclosed values holds; None where the enclosures do not tell."""
    gap = left if _is_zero(right) else difference(left, right)
    if _COMPARE[op](gap, 0):
        return True
    return False if _COMPARE[_NEGATED[op]](gap, 0) else None


def enclosure(value: Real, digits: int = 15) -> Enclosure:
    """The decimal interval around a value, rounded outward; with the value itself where it is rational."""
    with ctx.workprec(80 + 4 * digits):
        middle, radius, exponent = (int(part) for part in arb(value).mid_rad_10exp(digits))
    exact = Fraction(int(value.p), int(value.q)) if isinstance(value, fmpq) else None
    return Enclosure(_decimal(middle - radius, exponent), _decimal(middle + radius, exponent), exact)


# A comparison of balls is True only when it holds for all of them, so its negation is asked for, not assumed.
_COMPARE = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


class _Undefined(Exception):
    """A domain condition is proved false."""


class _Unknown(Exception):
    """A condition cannot be decided at this precision."""


class _Beyond(Exception):
    """No precision helps."""


class _Dual(Struct, frozen=True):
    """A value and its slope along one perturbation; a greater tag is a diff further in, and stands outside."""

    tag: int
    value: Any
    slope: Any


_Shift = tuple[str, tuple[int, ...], int]
"""A perturbation in force: the variable, its coordinates from 1, the tag."""


class _Evaluation:
    """Evaluates terms at one point, remembering reductions and derivatives."""

    __slots__ = ("_known", "dimensions", "integers", "values", "work")

    def __init__(self, values: Any, dimensions: Any, integers: frozenset[str]) -> None:
        self.values = values
        self.dimensions = dimensions
        self.integers = integers
        self.work = 0
        self._known: dict[tuple[object, ...], Any] = {}

    def value(self, term: Term, scope: dict[str, int], shifts: tuple[_Shift, ...]) -> Any:
        self.work += 3 ** len(shifts)  # products of so many perturbations
        if self.work > _MOST_WORK:
            raise _Beyond
        if isinstance(term, Binary):
            a, b = self.value(term.left, scope, shifts), self.value(term.right, scope, shifts)
            if term.op == "**":
                return _integer_power(a, b) if is_integer_type(term.right, self.integers) else _real_power(a, b)
            return _BINARY[term.op](a, b)
        if isinstance(term, Component):
            return self.leaf(term.array, tuple([self.place(i, scope) for i in term.indices]), shifts)
        if isinstance(term, Number):
            return fmpq(term.value.numerator, term.value.denominator)
        if isinstance(term, Variable):
            return self.leaf(term.name, (), shifts)
        if isinstance(term, Apply):
            return _apply(term.function, tuple([self.value(a, scope, shifts) for a in term.args]))
        if isinstance(term, Neg):
            return _multiply(_MINUS_ONE, self.value(term.operand, scope, shifts))
        if isinstance(term, Delta):
            return _ONE if self.place(term.left, scope) == self.place(term.right, scope) else _ZERO
        if isinstance(term, (Reduce, Diff)):
            return self.remembered(term, scope, shifts)
        if isinstance(term, Constant) and term.name in _CONSTANTS:
            return _CONSTANTS[term.name]()
        raise _Beyond

    def size(self, dimension: str) -> int:
        return int(dimension) if dimension.isdigit() else int(self.dimensions[dimension])

    def place(self, index: Index, scope: dict[str, int]) -> int:
        place = index.name if isinstance(index.name, int) else scope[index.name]
        if place > self.size(index.dimension):
            raise _Undefined
        return place

    def leaf(self, name: str, places: tuple[int, ...], shifts: tuple[_Shift, ...]) -> Any:
        value = self.values[name] if name in self.values else self.dimensions[name]
        for place in places:
            value = value[place - 1]
        if isinstance(value, (Fraction, int)):
            value = fmpq(value.numerator, value.denominator)
        for shifted, coordinates, tag in shifts:
            if shifted == name and coordinates == places:
                value = _Dual(tag, value, _ONE)
        return value

    def remembered(self, term: Reduce | Diff, scope: dict[str, int], shifts: tuple[_Shift, ...]) -> Any:
        mentions = _mentions(term)
        shifts = tuple(s for s in shifts if s[0] in mentions)
        key = (id(term), shifts, *((i, p) for i, p in scope.items() if i in mentions))
        if key not in self._known:
            value = self.reduce(term, scope, shifts) if isinstance(term, Reduce) else self.diff(term, scope, shifts)
            self._known[key] = value
        return self._known[key]

    def reduce(self, term: Reduce, scope: dict[str, int], shifts: tuple[_Shift, ...]) -> Any:
        excluded = {self.place(j, scope) for j in term.excluded}
        numbers = [k for k in range(1, self.size(term.index.dimension) + 1) if k not in excluded]
        parts = tuple(self.value(term.body, {**scope, str(term.index.name): k}, shifts) for k in numbers)
        return _REDUCTIONS[term.kind](parts)

    def diff(self, term: Diff, scope: dict[str, int], shifts: tuple[_Shift, ...]) -> Any:
        *earlier, target = term.targets
        name = target.name if isinstance(target, Variable) else target.array
        places = tuple(self.place(i, scope) for i in target.indices) if isinstance(target, Component) else ()
        tag = shifts[-1][2] + 1 if shifts else 0
        inner = Diff(term.body, tuple(earlier)) if earlier else term.body
        perturbed = (*shifts, (name, places, tag))
        value = self.diff(inner, scope, perturbed) if isinstance(inner, Diff) else self.value(inner, scope, perturbed)
        return _split(value, tag)[1]


def _mentions(term: Term) -> frozenset[str]:
    """Every name in a term, bound ones too: enough to tell when a value may be used again."""
    known = _MENTIONS.get(id(term))
    if known is None:
        if len(_MENTIONS) > _MOST_MENTIONS:
            _MENTIONS.clear()
        known = _MENTIONS[id(term)] = (term, frozenset().union(*map(_own_names, subterms(term))))
    return known[1]


# By identity, since a term is looked at again and again and is slow to hash; the term is kept, so that it stays itself.
_MENTIONS: dict[int, tuple[Term, frozenset[str]]] = {}
_MOST_MENTIONS = 4096


def _own_names(term: Term) -> frozenset[str]:
    names = {str(i.name) for i in own_indices(term)}
    match term:
        case Variable(name) | Component(name):
            names.add(name)
        case Diff(_, targets):
            names.update(t.name if isinstance(t, Variable) else t.array for t in targets)
    return frozenset(names)


def _split(a: Any, tag: int) -> tuple[Any, Any]:
    return (a.value, a.slope) if isinstance(a, _Dual) and a.tag == tag else (a, _ZERO)


def _top(*args: Any) -> int | None:
    tag: int | None = None
    for a in args:
        if type(a) is _Dual and (tag is None or a.tag > tag):
            tag = a.tag
    return tag


def _plain(a: Any) -> Real:
    """The value without any perturbation."""
    while isinstance(a, _Dual):
        a = a.value
    number: Real = a
    return number


def _tame(value: Real) -> Real:
    """An exact value as long as it is short; a ball from then on."""
    if isinstance(value, fmpq):
        return arb(value) if value.height_bits() > _EXACT_BITS else value
    if not value.is_finite():
        raise _Unknown
    return value


def _add(a: Any, b: Any) -> Any:
    if a is _ZERO or b is _ZERO:  # the slope of what stands still
        return b if a is _ZERO else a
    tag = _top(a, b)
    if tag is None:
        return _tame(a + b)
    (a0, a1), (b0, b1) = _split(a, tag), _split(b, tag)
    return _Dual(tag, _add(a0, b0), _add(a1, b1))


def _subtract(a: Any, b: Any) -> Any:
    return _add(a, _multiply(_MINUS_ONE, b))


def _multiply(a: Any, b: Any) -> Any:
    if a is _ZERO or b is _ZERO:
        return _ZERO
    if a is _ONE or b is _ONE:
        return b if a is _ONE else a
    tag = _top(a, b)
    if tag is None:
        return _ZERO if _is_zero(a) or _is_zero(b) else _tame(a * b)
    (a0, a1), (b0, b1) = _split(a, tag), _split(b, tag)
    return _Dual(tag, _multiply(a0, b0), _add(_multiply(a0, b1), _multiply(a1, b0)))


def _divide(a: Any, b: Any) -> Any:
    return _multiply(a, _reciprocal(b))


def _reciprocal(b: Any) -> Any:
    if isinstance(b, _Dual):
        inverse = _reciprocal(b.value)
        return _Dual(b.tag, inverse, _multiply(_MINUS_ONE, _multiply(b.slope, _multiply(inverse, inverse))))
    _require("!=", b)
    return _tame(1 / b)


def _is_zero(a: Real) -> bool:
    return isinstance(a, fmpq) and a == 0


def _require(op: str, value: Real) -> None:
    """Raise unless the value stands in the relation to 0."""
    if not _COMPARE[op](value, 0):
        raise _Undefined if _COMPARE[_NEGATED[op]](value, 0) else _Unknown


def _integer_power(base: Any, exponent: Any) -> Any:
    if not isinstance(exponent, fmpq):
        raise _Unknown
    power = int(exponent.p)
    if power == 0:
        return _ONE
    if isinstance(base, _Dual):
        slope = _multiply(_multiply(exponent, _integer_power(base.value, exponent - 1)), base.slope)
        return _Dual(base.tag, _integer_power(base.value, exponent), slope)
    if power < 0:
        _require("!=", base)
    if isinstance(base, fmpq) and (base.height_bits() + 1) * abs(power) > _EXACT_BITS:
        return _tame(arb(base) ** fmpz(power))
    return _tame(base**power)


def _real_power(base: Any, exponent: Any) -> Any:
    if _top(base, exponent) is not None:
        return _apply("exp", (_multiply(exponent, _apply("log", (base,))),))
    if sign(base) == 0:
        _require(">", exponent)
        return _ZERO
    _require(">", base)
    exact = _rational_power(base, exponent) if isinstance(base, fmpq) and isinstance(exponent, fmpq) else None
    return _tame(arb(base) ** arb(exponent)) if exact is None else exact


def _rational_power(base: fmpq, exponent: fmpq) -> fmpq | None:
    """The power of a positive rational where it is rational and short, else None."""
    degree, power = int(exponent.q), int(exponent.p)
    if degree > 64 or base.height_bits() * abs(power) > _EXACT_BITS:
        return None
    top, bottom = (_root(part, degree) for part in (base.p, base.q))
    return None if top is None or bottom is None else fmpq(top, bottom) ** power


def _root(number: fmpz, degree: int) -> fmpz | None:
    root = number.root(degree)
    return root if root**degree == number else None


def _apply(name: str, args: tuple[Any, ...]) -> Any:
    if name in _EXTREMES:
        return _EXTREMES[name](args)
    tag = _top(*args)
    return _on_numbers(name, args) if tag is None else _on_duals(name, args, tag)


def _on_numbers(name: str, args: tuple[Real, ...]) -> Real:
    row = _row(name)
    for condition in row.domain:
        _check(condition, args)
    rational = tuple(a for a in args if isinstance(a, fmpq))
    exact = _exact(name, rational) if len(rational) == len(args) else None
    return _tame(_ball(name, args)) if exact is None else exact


def _on_duals(name: str, args: tuple[Any, ...], tag: int) -> _Dual:
    row = _row(name)
    inner = tuple(_split(a, tag)[0] for a in args)
    if not row.derivative:
        raise _Beyond
    for condition in row.smooth:
        _check(condition, tuple(map(_plain, args)), _Beyond)
    slope: Any = _ZERO
    for arg, derivative in zip(args, row.derivative, strict=True):
        slope = _add(slope, _multiply(_formula(derivative, inner), _split(arg, tag)[1]))
    return _Dual(tag, _apply(name, inner), slope)


class _Row(Struct, frozen=True):
    """A row of the signature with its texts parsed."""

    domain: tuple[_Condition, ...]
    derivative: tuple[Term, ...]
    smooth: tuple[_Condition, ...]


class _Condition(Struct, frozen=True):
    """``left op right``; None stands for the first argument itself, and a number is read once."""

    left: Term | None
    op: str
    right: Term | fmpq


@cache
def _row(name: str) -> _Row:
    function = FUNCTIONS[name]
    return _Row(
        tuple(map(_condition, function.domain)),
        tuple(map(_parsed, function.derivative)),
        tuple(map(_condition, function.smooth)),
    )


def _formula(term: Term, args: tuple[Any, ...]) -> Any:
    return _Evaluation(dict(zip("xy", args, strict=False)), {}, frozenset()).value(term, {}, ())


def _check(condition: _Condition, args: tuple[Real, ...], otherwise: type[Exception] = _Undefined) -> None:
    """Raise ``otherwise`` where the condition is false, and unknown where the balls do not tell."""
    left = args[0] if condition.left is None else _formula(condition.left, args)
    right = condition.right if isinstance(condition.right, fmpq) else _formula(condition.right, args)
    holds = decide(condition.op, left, right)
    if holds is not True:
        raise _Unknown if holds is None else otherwise


def _exact(name: str, args: tuple[fmpq, ...]) -> fmpq | None:
    """The exact value of a function at rational arguments, where the table or arithmetic knows it."""
    x = args[0]
    for argument, value in FUNCTIONS[name].exact:
        if x == argument:
            return fmpq(value)
    meaning = _EXACT.get(name)
    return None if meaning is None else meaning(*args)


def _exact_root(x: fmpq, degree: int) -> fmpq | None:
    if x == 0:
        return _ZERO
    root = _rational_power(abs(x), fmpq(1, degree))
    return root if root is None or x > 0 else -root


def _exact_factorial(x: fmpq) -> fmpq | None:
    return fmpq(fmpz.fac_ui(x.p)) if x <= 400 else None


def _exact_binomial(x: fmpq, y: fmpq) -> fmpq | None:
    if y > x:
        return _ZERO
    return fmpq(fmpz.bin_uiui(int(x.p), int(y.p))) if x <= 4000 else None


def _ball(name: str, args: tuple[Real, ...]) -> arb:
    balls = tuple(map(arb, args))
    own = _OWN.get(name)
    ball: arb = own(*balls) if own else getattr(arb, FUNCTIONS[name].ball)(*balls)
    return ball


def _ball_cbrt(x: arb) -> arb:
    direction = sign(x)
    if direction is None:
        raise _Unknown
    return direction * (direction * x).root(3)


def _ball_acot(x: arb) -> arb:
    if x == 0:
        return arb.pi() / 2
    return (1 / x).atan()


def _no_ball(*_: arb) -> arb:
    raise _Beyond


def _largest(args: tuple[Any, ...]) -> Any:
    """The greatest; one that moves must beat every other strictly, ties among those that stand still do no harm."""
    if not args:
        raise _Undefined
    moving = [a for a in args if isinstance(a, _Dual)]
    still = _greatest([a for a in args if not isinstance(a, _Dual)])
    candidates = moving if still is None else [*moving, still]
    for winner in candidates:
        if all(other is winner or sign(_plain(winner) - _plain(other)) == 1 for other in candidates):
            return winner
    raise _Unknown


def _greatest(numbers: list[Real]) -> Real | None:
    if not numbers:
        return None
    if all(isinstance(a, fmpq) for a in numbers):
        return max(numbers)
    result = arb(numbers[0])
    for other in numbers[1:]:
        result = result.max(arb(other))
    return result


def _smallest(args: tuple[Any, ...]) -> Any:
    return _multiply(_MINUS_ONE, _largest(tuple(_multiply(_MINUS_ONE, a) for a in args)))


def _total(parts: tuple[Any, ...]) -> Any:
    total: Any = _ZERO
    for part in parts:
        total = _add(total, part)
    return total


def _product(parts: tuple[Any, ...]) -> Any:
    product: Any = _ONE
    for part in parts:
        product = _multiply(product, part)
    return product


def _parsed(text: str) -> Term:
    return parse(text, frozenset("xy"))


def _condition(text: str) -> _Condition:
    left, ((op, right),) = parse_relation_chain(text, frozenset("xy"))
    number = closed_rational(right)
    bound = right if number is None else fmpq(number.numerator, number.denominator)
    return _Condition(None if left == _PARAMETER else left, op, bound)


def _decimal(digits: int, exponent: int) -> str:
    """``digits * 10**exponent`` in plain or scientific notation, without trailing zeros."""
    if digits == 0:
        return "0"
    head, tail = ("-" if digits < 0 else ""), str(abs(digits))
    stripped = tail.rstrip("0")
    point = len(tail) + exponent
    if -5 < point <= 0:
        return f"{head}0.{'0' * -point}{stripped}"
    if 0 < point <= 16:
        whole, part = tail[:point].ljust(point, "0"), tail[point:].rstrip("0")
        return f"{head}{whole}.{part}" if part else f"{head}{whole}"
    return f"{head}{stripped[0]}{'.' + stripped[1:] if stripped[1:] else ''}e{point - 1}"


_CONSTANTS = {"pi": arb.pi, "E": arb.const_e}
_BINARY = {"+": _add, "-": _subtract, "*": _multiply, "/": _divide}
_EXTREMES = {"Max": _largest, "Min": _smallest}
_REDUCTIONS = {"Sum": _total, "Product": _product, "Max": _largest, "Min": _smallest}
_EXACT: dict[str, Any] = {
    "Abs": abs,
    "sign": lambda x: fmpq((x > 0) - (x < 0)),
    "sqrt": lambda x: _exact_root(x, 2),
    "cbrt": lambda x: _exact_root(x, 3),
    "floor": lambda x: fmpq(x.floor()),
    "ceiling": lambda x: fmpq(x.ceil()),
    "factorial": _exact_factorial,
    "binomial": _exact_binomial,
}
_OWN: dict[str, Any] = {
    "Abs": abs,
    "sign": lambda x: x.sgn(),
    "cbrt": _ball_cbrt,
    "acot": _ball_acot,
    "binomial": _no_ball,
}
