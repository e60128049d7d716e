"""The value of a term at one exact point, as an interval; derivatives by dual numbers.

Every subterm must have a value, whatever it is multiplied with; a limit or an optimum has none at a point. A derivative
counts only where every function involved is seen to be differentiable. Whatever is not seen raises ``Undecided``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial, reduce
from math import comb, factorial, floor
from operator import add, mul, sub, truediv
from typing import Any

from derive.recheck import interval
from derive.recheck.interval import Interval, Real, Undecided, decided, exactly, increasing
from derive.recheck.terms import Index, Term, Terms

MOST_WORK = 15_000  # nodes met at one point, 64 bits each
LARGEST_FACTORIAL = 2000
LARGEST_DEGREE = 64  # of a root
HALF = Fraction(1, 2)

Places = dict[str, int]
Moved = tuple[tuple[str, tuple[int, ...], int], ...]  # what the diffs in force move: variable, places, tag


@dataclass(frozen=True, slots=True)
class Dual(Real):
    """A value and its slope along one perturbation. A greater ``tag`` is a diff further in, and stands outside."""

    tag: int
    value: Any
    slope: Any

    def __add__(self, other: Any) -> Any:
        tag, (a, da), (b, db) = _aligned(self, other)
        return Dual(tag, a + b, da + db)

    def __mul__(self, other: Any) -> Any:
        tag, (a, da), (b, db) = _aligned(self, other)
        return Dual(tag, a * b, a * db + da * b)

    def inverse(self) -> Any:
        """1 / self."""
        inverse = self.value.inverse()
        return Dual(self.tag, inverse, -(self.slope * inverse * inverse))


def _aligned(a: Any, b: Any) -> tuple[int, tuple[Any, Any], tuple[Any, Any]]:
    """The perturbation that stands furthest out, and both numbers along it."""
    tag = max(c.tag for c in (a, b) if isinstance(c, Dual))
    return tag, _along(a, tag), _along(b, tag)


def _along(a: Any, tag: int) -> tuple[Any, Any]:
    return (a.value, a.slope) if isinstance(a, Dual) and a.tag == tag else (a, 0)


def _still(a: Any) -> Interval:
    """The value without perturbations."""
    while isinstance(a, Dual):
        a = a.value
    number: Interval = a
    return number


@dataclass(slots=True)
class Point:
    """Sizes of dimensions and exact values of variables, nested tuples for arrays; ``work`` counts the nodes met.

    An interval as a value stands for all of its numbers.
    """

    terms: Terms
    sizes: dict[str, int]
    values: dict[str, Any]
    bits: int
    work: int = 0

    def value(self, term: Term, places: Places, moved: Moved = ()) -> Any:
        """The value of a term with its free indices at ``places``."""
        self.work += 3 ** len(moved) * self.bits // 64
        decided(self.work <= MOST_WORK)
        inner: Callable[[Term], Any] = partial(self.value, places=places, moved=moved)
        match term:
            case "num", number:
                return exactly(number, self.bits)
            case "const", ("pi" | "E") as name:
                return interval.pi(self.bits) if name == "pi" else exp(exactly(1, self.bits))
            case (("var" | "comp"), name, *indices):
                return self.leaf(name, self.places(indices[0] if indices else (), places), moved)
            case "delta", i, j:
                return exactly(len(set(self.places((i, j), places))) == 1, self.bits)
            case "neg", t:
                return -inner(t)
            case ("add" | "sub" | "mul" | "div") as op, t, u:
                return _ARITHMETIC[op](inner(t), inner(u))
            case "pow", t, u:
                return (_whole_power if self.terms.whole(u) else _real_power)(inner(t), inner(u))
            case "apply", name, *args:
                return _apply(name, [inner(t) for t in args])
            case "reduce", kind, (name, dimension), skipped, body:
                numbers = set(range(1, self.size(dimension) + 1)) - set(self.places(skipped, places))
                return self.reduction(kind, [self.value(body, {**places, name: k}, moved) for k in sorted(numbers)])
            case "diff", body, targets:
                return self.derivative(body, targets, places, moved)
        raise Undecided

    def size(self, dimension: str) -> int:
        """How many places a dimension has."""
        size = int(dimension) if dimension.isdecimal() else self.sizes[dimension]
        decided(size <= MOST_WORK)
        return size

    def places(self, indices: Iterable[Index], places: Places) -> tuple[int, ...]:
        """The places of indices; a literal one may lie beyond its dimension."""
        found = [(places[i.name] if isinstance(i.name, str) else i.name, self.size(i.dimension)) for i in indices]
        decided(all(place <= size for place, size in found))
        return tuple(place for place, _ in found)

    def leaf(self, name: str, at: tuple[int, ...], moved: Moved) -> Any:
        """A variable or component, moved by the diffs in force."""
        value: Any = reduce(lambda array, k: array[k - 1], at, self.values[name])
        decided(value is not None)
        value = value if isinstance(value, Interval) else exactly(value, self.bits)
        for other, where, tag in moved:
            if (other, where) == (name, at):
                value = Dual(tag, value, exactly(1, self.bits))
        return value

    def reduction(self, kind: str, parts: list[Any]) -> Any:
        """A sum, product, maximum or minimum; of nothing it is 0, 1, or has no value."""
        if kind in ("Sum", "Product"):
            return reduce(add if kind == "Sum" else mul, parts, exactly(kind == "Product", self.bits))
        return _apply(kind, parts)

    def derivative(self, body: Term, targets: tuple[Term, ...], places: Places, moved: Moved) -> Any:
        """The derivative in the targets in turn: the last one is that of the diff furthest out."""
        *earlier, (_, name, *indices) = targets
        tag = len(moved)
        within = (*moved, (name, self.places(indices[0] if indices else (), places), tag))
        value = self.derivative(body, tuple(earlier), places, within) if earlier else self.value(body, places, within)
        return _along(value, tag)[1] + exactly(0, self.bits)


def _whole_power(base: Any, exponent: Any) -> Any:
    decided(isinstance(exponent, Interval) and exponent.low == exponent.high and exponent.low.denominator == 1)
    return _to_the(base, int(exponent.low))


def _to_the(base: Any, exponent: int) -> Any:
    if isinstance(base, Interval):
        return base.power(exponent)
    if exponent == 0:
        return exactly(1, _still(base).bits)
    return Dual(base.tag, _to_the(base.value, exponent), _to_the(base.value, exponent - 1) * exponent * base.slope)


def _real_power(base: Any, exponent: Any) -> Any:
    """base ** exponent for base > 0; for base = 0 it is 0 where exponent > 0 and nothing moves."""
    if isinstance(base, Interval) and isinstance(exponent, Interval) and base.low >= 0 < max(base.low, exponent.low):
        if base.is_just(0):
            return base
        if exponent.low == exponent.high and exponent.low.denominator <= LARGEST_DEGREE:
            return increasing(partial(interval.root, exponent.low.denominator), base).power(exponent.low.numerator)
    return exp(exponent * log(base))


def _apply(name: str, args: list[Any]) -> Any:
    """A function of the tables: by its definition through others, by its slope where it moves, or by its enclosure."""
    if name in _OF_SEVERAL:
        return _OF_SEVERAL[name](args)
    (x,) = args
    if name in _DEFINED:
        return _DEFINED[name](x)
    decided(name in (_SLOPES if isinstance(x, Dual) else _OWN))
    if isinstance(x, Dual):
        return Dual(x.tag, _apply(name, [x.value]), _SLOPES[name](x.value) * x.slope)
    return _OWN[name](x).rounded(x.bits)


def _largest(args: list[Any]) -> Any:
    """The greatest; where it moves, it must lie strictly beyond every other."""
    still = [a for a in args if isinstance(a, Interval)]
    rivals: list[Real] = [a for a in args if isinstance(a, Dual)]
    if still:
        rivals.append(Interval(max(a.low for a in still), max(a.high for a in still), still[0].bits))
    for best in rivals:
        if all(other is best or _still(best).low > _still(other).high for other in rivals):
            return best
    raise Undecided


def _binomial(args: list[Any]) -> Interval:
    x, y = map(_natural, args)
    return exactly(comb(x, y), args[0].bits)


def _natural(x: Any) -> int:
    decided(isinstance(x, Interval) and x.low == x.high and x.low in range(LARGEST_FACTORIAL))
    return int(x.low)


def _gamma(x: Interval) -> Interval:
    """At whole numbers from 1 on a factorial, half of 1 away from them a multiple of sqrt(pi)."""
    if x.low != x.high or x.low.denominator != 2:
        return exactly(factorial(_natural(x + -1)), x.bits)
    decided(abs(x.low) < LARGEST_FACTORIAL)
    at, factor = Fraction(x.low), Fraction(1)
    while at > HALF:
        at, factor = at - 1, factor * (at - 1)
    while at < HALF:
        at, factor = at + 1, factor / at
    root = _OWN["sqrt"](interval.pi(x.bits))
    scaled: Interval = root * exactly(factor, x.bits)
    return scaled


def _floor(x: Interval) -> Interval:
    decided(floor(x.low) == floor(x.high))
    return exactly(floor(x.low), x.bits)


def _between_integers(x: Any) -> int:
    """0: the slope of floor, where it does not jump."""
    decided(floor(_still(x).low) < _still(x).low and floor(_still(x).low) == floor(_still(x).high))
    return 0


def _away_from_zero(x: Any) -> int:
    """The sign of what must not be 0: the slope of Abs."""
    sign = _still(x).sign()
    decided(sign != 0)
    return sign


def _acos(x: Any) -> Any:
    """2 atan(sqrt(1 - x**2) / (1 + x)), and pi at -1."""
    if isinstance(x, Interval) and x.is_just(-1):
        return interval.pi(x.bits)
    return atan(sqrt(-x * x + 1) / (x + 1)) * 2


def _acot(x: Any) -> Any:
    """atan(1/x), and pi/2 at 0."""
    return interval.pi(x.bits) * HALF if isinstance(x, Interval) and x.is_just(0) else atan(x.inverse())


def _named(name: str) -> Callable[[Any], Any]:
    return lambda x: _apply(name, [x])


exp, log, sqrt, cbrt, atan, sin, cos = map(_named, ("exp", "log", "sqrt", "cbrt", "atan", "sin", "cos"))
sinh, cosh = map(_named, ("sinh", "cosh"))
_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {"add": add, "sub": sub, "mul": mul, "div": truediv}
_OF_SEVERAL: dict[str, Callable[[list[Any]], Any]] = {
    "Max": _largest,
    "Min": lambda args: -_largest([-a for a in args]),
    "binomial": _binomial,
}
_DEFINED: dict[str, Callable[[Any], Any]] = {
    "log1p": lambda x: log(x + 1),
    "expm1": lambda x: exp(x) + -1,
    "sinh": lambda x: (exp(x) - exp(-x)) * HALF,
    "cosh": lambda x: (exp(x) + exp(-x)) * HALF,
    "tanh": lambda x: sinh(x) / cosh(x),
    "coth": lambda x: cosh(x) / sinh(x),
    "sech": lambda x: cosh(x).inverse(),
    "csch": lambda x: sinh(x).inverse(),
    "tan": lambda x: sin(x) / cos(x),
    "cot": lambda x: cos(x) / sin(x),
    "sec": lambda x: cos(x).inverse(),
    "csc": lambda x: sin(x).inverse(),
    "asin": lambda x: atan(x / (sqrt(-x * x + 1) + 1)) * 2,
    "acos": _acos,
    "acot": _acot,
    "asinh": lambda x: log(x + sqrt(x * x + 1)),
    "acosh": lambda x: log(x + sqrt(x + -1) * sqrt(x + 1)),
    "atanh": lambda x: log((x + 1) / (-x + 1)) * HALF,
    "ceiling": lambda x: -_apply("floor", [-x]),
}
_OWN: dict[str, Callable[[Interval], Interval]] = {
    "exp": partial(increasing, interval.exp),
    "log": partial(increasing, interval.log),
    "sqrt": partial(increasing, partial(interval.root, 2)),
    "cbrt": partial(increasing, partial(interval.root, 3)),
    "atan": partial(increasing, interval.atan),
    "erf": partial(increasing, interval.erf),
    "sin": interval.sin,
    "cos": interval.cos,
    "Abs": abs,
    "sign": lambda x: exactly(x.sign(), x.bits),
    "floor": _floor,
    "factorial": lambda x: exactly(factorial(_natural(x)), x.bits),
    "gamma": _gamma,
    "loggamma": lambda x: log(exactly(factorial(_natural(x + -1)), x.bits)),
}
_SLOPES: dict[str, Callable[[Any], Any]] = {
    "exp": exp,
    "log": lambda x: x.inverse(),
    "sqrt": lambda x: sqrt(x).inverse() * HALF,
    "cbrt": lambda x: (cbrt(x) * cbrt(x) * 3).inverse(),
    "atan": lambda x: (x * x + 1).inverse(),
    "erf": lambda x: exp(-x * x) * 2 / sqrt(interval.pi(_still(x).bits)),
    "sin": cos,
    "cos": lambda x: -sin(x),
    "Abs": _away_from_zero,
    "sign": lambda x: 0 * _away_from_zero(x),
    "floor": _between_integers,
}
