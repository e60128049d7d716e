"""The value of a normal form at an exact point, read off its generators: lazily where a delta or a guard is 0.

Nothing here is shared with the kernel but its data: polynomials, generators and their parts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

from flint import fmpq

from derive.enclose import Missing, Real, decide, enclose
from derive.evaluate import Point
from derive.kernel.context import BOUND, LITERAL, Context, Monomial, Place, Polynomial
from derive.term import Apply, Binary, Constant, Number, Term, Variable
from tests.soundness.points import PRECISION, size

Environment = Mapping[Place, int]
NOWHERE: Environment = {}
NO_VALUES: Mapping[str, Any] = {}


class NoValue(Exception):
    """The normal form has no value at the point, or (UNKNOWN) none can be told."""

    def __init__(self, why: Missing) -> None:
        super().__init__(why.value)
        self.why = why


class NormalForm:
    """Evaluates normal forms of one context at one point."""

    def __init__(self, ctx: Context, point: Point) -> None:
        self.ctx = ctx
        self.point = point
        self._known: dict[object, Real] = {}

    def value(self, poly: Polynomial, at: Environment = NOWHERE) -> Real:
        """The value where the BOUND and FRESH indices are as given; raises NoValue."""
        total: Real = fmpq(0)
        for mono, c in poly.items():
            total = total + fmpq(c.numerator, c.denominator) * self._monomial(mono, at)
        return total

    def environments(self, poly: Polynomial) -> Iterator[Environment]:
        """Every choice of values for the BOUND and FRESH indices of a polynomial."""
        open_ = sorted({p for mono in poly for k, _ in mono for p in self.ctx.generators[k].places if p[0] >= BOUND})
        for chosen in product(*(range(1, self.size(p) + 1) for p in open_)):
            yield dict(zip(open_, chosen, strict=True))

    def size(self, place: Place) -> int:
        return size(place[1], self.point.dimensions)

    def _monomial(self, mono: Monomial, at: Environment) -> Real:
        if any(k[0] in "dg" and self._generator(k, at) == 0 for k, _ in mono):
            return fmpq(0)
        total: Real = fmpq(1)
        for key, e in mono:
            if key[0] not in "dg":
                value = self._generator(key, at)
                total = total * (value if e == 1 else _raised(value, Fraction(e)))
        return total

    def _generator(self, key: str, at: Environment) -> Real:
        gen = self.ctx.generators[key]
        known = (key, *sorted((p, at[p]) for p in gen.places if p in at))
        if known not in self._known:
            self._known[known] = KINDS[gen.kind](self, gen.parts, at)
        return self._known[known]

    def place(self, place: Place, at: Environment) -> int:
        if place[0] == LITERAL:
            if place[2] > self.size(place):
                raise NoValue(Missing.UNDEFINED)
            return int(place[2])
        if place[0] >= BOUND:
            return at[place]
        name = str(place[2])
        if name.removeprefix("'") in self.ctx.hot:
            hot = self.point.values[name.removeprefix("'")]
            assert isinstance(hot, tuple)
            return hot.index(Fraction(1)) + 1
        if name not in self.point.indices:
            return self._attaining(place)
        return self.point.indices[name]

    def _attaining(self, place: Place) -> int:
        """An index at which the maximum is attained that a witness was drawn for."""
        drawn = (key[1] for key, p in self.ctx.memo.items() if p == place and key[0] == "attained")
        key = next(drawn, None)
        if key is None:
            raise NoValue(Missing.UNKNOWN)
        kind, bound, body = self.ctx.generators[key].parts
        values = [self.value(body, {bound: k}) for k in range(1, self.size(bound) + 1)]
        best = 0
        for number, value in enumerate(values):
            above = decide(">" if kind == "Max" else "<", value, values[best]) if number else False
            if above is None:
                raise NoValue(Missing.UNKNOWN)
            best = number if above else best
        return best + 1

    def variable(self, parts: Any, at: Environment) -> Real:
        (name,) = parts
        value = self.point.values.get(name, self.point.dimensions.get(name))
        if not isinstance(value, Fraction | int):
            raise NoValue(Missing.UNKNOWN)
        return fmpq(value.numerator, value.denominator)

    def component(self, parts: Any, at: Environment) -> Real:
        array, places = parts
        value = self.point.values[array]
        for place in places:
            assert isinstance(value, tuple)
            value = value[self.place(place, at) - 1]
        assert isinstance(value, Fraction)
        return fmpq(value.numerator, value.denominator)

    def delta(self, parts: Any, at: Environment) -> Real:
        """Lazy: a literal beyond the range differs from every index."""
        left, right = (p[2] if p[0] == LITERAL else self.place(p, at) for p in parts)
        return fmpq(int(left == right))

    def guard(self, parts: Any, at: Environment) -> Real:
        return 1 - self.delta(parts, at)

    def constant(self, parts: Any, at: Environment) -> Real:
        return _enclosed(Constant(parts[0]))

    def base(self, parts: Any, at: Environment) -> Real:
        return self.value(parts[0], at)

    def exponential(self, parts: Any, at: Environment) -> Real:
        return _applied("exp", self._monomial(parts[0].mono, at))

    def logarithm(self, parts: Any, at: Environment) -> Real:
        return _applied("log", self.value(parts[0], at))

    def absolute(self, parts: Any, at: Environment) -> Real:
        return _applied("Abs", self.value(parts[0], at))

    def signum(self, parts: Any, at: Environment) -> Real:
        return _applied("sign", self.value(parts[0], at))

    def function(self, parts: Any, at: Environment) -> Real:
        return _applied(parts[0], *(self.value(a, at) for a in parts[1]))

    def power(self, parts: Any, at: Environment) -> Real:
        exponent = self.value(parts[1], at)
        if not isinstance(exponent, fmpq) or exponent.q != 1:
            raise NoValue(Missing.UNKNOWN)
        return _raised(self.value(parts[0], at), Fraction(int(exponent.p)))

    def sum(self, parts: Any, at: Environment) -> Real:
        bound, summand = parts
        total: Real = fmpq(0)
        for chosen in product(*(range(1, self.size(p) + 1) for p in bound)):
            total = total + self._monomial(summand.mono, {**at, **dict(zip(bound, chosen, strict=True))})
        return total

    def extremum(self, parts: Any, at: Environment) -> Real:
        kind, bound, body = parts
        values = [self.value(body, {**at, bound: k}) for k in range(1, self.size(bound) + 1)]
        return _applied(kind, *values) if len(values) > 1 else values[0]

    def product(self, parts: Any, at: Environment) -> Real:
        bound, excluded, body = parts
        out = {self.place(p, at) for p in excluded}
        total: Real = fmpq(1)
        for k in range(1, self.size(bound) + 1):
            if k not in out:
                total = total * self.value(body, {**at, bound: k})
        return total


def _applied(name: str, *args: Real) -> Real:
    letters = "xyz"[: len(args)] if len(args) <= 3 else [f"x{n}" for n in range(len(args))]
    return _enclosed(Apply(name, tuple(map(Variable, letters))), dict(zip(letters, args, strict=True)))


def _raised(base: Real, exponent: Fraction) -> Real:
    return _enclosed(Binary("**", Variable("x"), Number(exponent)), {"x": base})


def _enclosed(term: Term, values: Mapping[str, Any] = NO_VALUES) -> Real:
    """One function of numbers that are known already."""
    value = enclose(term, Point({}, values, {}), frozenset(), PRECISION)
    if isinstance(value, Missing):
        raise NoValue(value)
    return value


KINDS: dict[str, Callable[[NormalForm, Any, Environment], Real]] = {
    "v": NormalForm.variable,
    "a": NormalForm.component,
    "c": NormalForm.constant,
    "d": NormalForm.delta,
    "g": NormalForm.guard,
    "e": NormalForm.exponential,
    "b": NormalForm.base,
    "l": NormalForm.logarithm,
    "h": NormalForm.absolute,
    "z": NormalForm.signum,
    "f": NormalForm.function,
    "p": NormalForm.power,
    "s": NormalForm.sum,
    "m": NormalForm.extremum,
    "q": NormalForm.product,
}
