"""Limits by expansions near a point or far out (KERNEL L3, L5, L12).

    {"kind": "series", "order": N}

The variable is a + t, a - t, 1/t or -1/t for a small t > 0, and the body is expanded as ``expansion.py`` describes;
gamma far out by the formula of Stirling. The limit is the value that is left, or infinite.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from json import dumps
from math import floor, inf
from typing import Any

from derive.recheck.expansion import LOG, OWN, Expansions, Series, is_still
from derive.recheck.limits import INFINITE, mentions
from derive.recheck.polynomial import HALF, NEGATIVE, ONE, POSITIVE, Poly, add, constant, number, scale
from derive.recheck.tending import OO, about, opened
from derive.recheck.terms import Terms, require

Claim = dict[str, Any]
HIGHEST, FURTHEST = 24, 20
NONE = Fraction(0)
ONE_OF, TWO = ["num", "1"], ["num", "2"]


def series(claim: Claim, proof: Any, extra: tuple[Any, ...], state: Any) -> set[str]:
    """The rules that a limit rests on that is read from an expansion. Raises Rejected."""
    limit, value, extra = opened(claim, extra)
    _, body, name, point, side = limit
    require(side != "" or point in INFINITE, "L3: an expansion from one side")
    order = Terms([]).term(["num", proof["order"]], {})[1]
    require(0 < order <= HIGHEST, "the order of an expansion")
    here = about(claim, name, extra)
    facts = state(here, ())
    near = _Near(facts, Expansions(facts.algebra, order), Terms(claim["declarations"]), name, point, side)
    near.compare(near.of(body, {}, {}), value)
    used: set[str] = facts.algebra.used & {"L1", "L10", "L12", "N2"}
    return {"L3", "L5"} | used


@dataclass(frozen=True, slots=True)
class _Near:
    """A state of what is known where the variable moves freely, and where it tends to."""

    facts: Any
    by: Expansions
    types: Terms
    name: str
    point: Any
    side: str

    def of(self, term: Any, inner: dict[str, str], env: dict[str, Any]) -> Series:
        """The expansion of a term, below bound indices. Raises Rejected."""
        if term == ["var", self.name]:
            return self._variable()
        if not mentions(term, self.name):
            return Series({NONE: self._fixed(term, inner, env)})
        if term[0] == "reduce":
            return self._sum(term, inner, env)
        if term[0] == "apply":
            return self._function(term, inner, env)
        require(term[0] in ("neg", "add", "sub", "mul", "div", "pow"), "L3: a function that is expanded")
        if term[0] == "pow":
            return self._power(term, inner, env)
        values = [self.of(t, inner, env) for t in term[1:]]
        if term[0] in ("neg", "sub"):
            values[-1] = self.by.scaled(values[-1], number(-1))
        if term[0] == "div":
            values[1] = self.by.power(values[1], Fraction(-1))
        return values[0] if len(values) == 1 else (self.by.mul if term[0] in ("mul", "div") else self.by.add)(*values)

    def _fixed(self, term: Any, inner: dict[str, str], env: dict[str, Any]) -> Poly:
        facts = self.facts
        read, places = facts.terms.term(term, {**facts.scope, **inner}), {**facts.env, **env}
        require(facts.reader.certain(read, places), "L3: what does not move has a value")
        found: Poly = facts.reader.read(read, places)
        return found

    def _variable(self) -> Series:
        if self.point in INFINITE:
            return Series({Fraction(-1): number(1 if self.point == OO else -1)})
        start = {NONE: self._fixed(self.point, {}, {})}
        terms = {**start, Fraction(1): number(1 if self.side == "+" else -1)}
        return Series({e: c for e, c in terms.items() if c})

    def _sum(self, term: Any, inner: dict[str, str], env: dict[str, Any]) -> Series:
        """L10: over a whole range, term by term."""
        _, kind, k, dimension, out, body = term
        require(kind == "Sum" and out == [] and k not in {**self.facts.scope, **inner}, "L10: a sum over a whole range")
        a = self.facts.algebra
        new = a.place(a.new(dimension))
        found = self.of(body, {**inner, k: dimension}, {**env, k: new})
        require(not found.grows, "L10: terms that grow as powers do")
        a.used.add("L10")
        return self.by.made(((e, a.sum(new, c)) for e, c in found.terms.items()), found.upto, {})

    def _power(self, term: Any, inner: dict[str, str], env: dict[str, Any]) -> Series:
        """By an exponent that is a number; else the exponential of the exponent times the logarithm of the base."""
        _, base, exponent = term
        value = None if mentions(exponent, self.name) else constant(self._fixed(exponent, inner, env))
        fixed: Poly = {} if mentions(base, self.name) else self._fixed(base, inner, env)
        if value is None and not fixed and not mentions(base, self.name):
            require(self.by.way(self.of(exponent, inner, env)) > 0, "P6: 0 to a positive power")
            return Series({})
        falls = bool(fixed) and self.facts.algebra.sign(fixed) & NEGATIVE == NEGATIVE
        if value is None and falls and self._is_whole(exponent, inner):
            sign = self._bounded(["pow", ["num", "-1"], exponent], inner)
            return self.by.mul(sign, self._power(["pow", ["neg", base], exponent], inner, env))
        there = self.of(base, inner, env)
        if value is not None and (value.denominator > 1 or self._is_whole(exponent, inner)):
            return self.by.power(there, Fraction(value))
        return self.by.exp(self.by.mul(self.of(exponent, inner, env), self.by.log(there)))

    def _function(self, term: Any, inner: dict[str, str], env: dict[str, Any]) -> Series:
        _, name, *args = term
        if name in REWRITTEN:
            return self.of(REWRITTEN[name](args[0]), inner, env)
        if name in ("factorial", "binomial"):
            return self.of(self._counted(name, args, inner, env), inner, env)
        values = [self.of(t, inner, env) for t in args]
        if name in ("Max", "Min"):
            return self._largest(values, 1 if name == "Max" else -1)
        if name in ("sin", "cos") and (values[0].grows or values[0].least < 0):
            return self._bounded(term, inner)
        require(name in FUNCTIONS and len(values) == 1, "L3: a function that is expanded")
        return FUNCTIONS[name](self, values[0])

    def _bounded(self, term: Any, inner: dict[str, str]) -> Series:
        """L1: what lies between -1 and 1, under a name of its own."""
        require(not inner, "L1: what is bounded, not below an index")
        self.facts.algebra.used.add("L1")
        return Series({NONE: self.facts.algebra.atom("var", OWN + dumps(term))})

    def _counted(self, name: str, args: list[Any], inner: dict[str, str], env: dict[str, Any]) -> Any:
        """L12: a factorial or a binomial coefficient of whole numbers that tend to oo, by gamma."""
        require(all(self._is_whole(t, inner) for t in args), "L12: whole numbers")
        parts = args if name == "factorial" else [*args, ["sub", *args]]
        for part in parts:
            found = self.of(part, inner, env)
            require(self._is_far(found), "L12: what tends to oo")
        above, *below = (["apply", "gamma", ["add", part, ONE_OF]] for part in parts)
        return ["div", above, ["mul", *below]] if below else above

    def _is_far(self, x: Series) -> bool:
        """Whether what is made of powers tends to oo."""
        return not x.grows and self.by.first(x)[0] < 0 and self.by.way(x) > 0

    def _is_whole(self, term: Any, inner: dict[str, str]) -> bool:
        return self.types.whole(self.types.term(term, {**self.facts.scope, **inner}))

    def _largest(self, values: list[Series], way: int) -> Series:
        best = values[0]
        for other in values[1:]:
            gap = self.by.add(other, self.by.scaled(best, number(-1)))
            if gap.terms or gap.upto != inf:
                best = other if self.by.way(gap) == way else best
        return best

    def absolute(self, x: Series) -> Series:
        """The modulus of what is not 0."""
        return self.by.scaled(x, number(self.by.way(x)))

    def sign(self, x: Series) -> Series:
        """The sign of what is not 0."""
        return Series({NONE: number(self.by.way(x))})

    def cbrt(self, x: Series) -> Series:
        """The real cube root of what is not 0."""
        way = number(self.by.way(x))
        return self.by.scaled(self.by.power(self.by.scaled(x, way), Fraction(1, 3)), way)

    def floor(self, x: Series) -> Series:
        """N2: the whole part, where the value is no whole number, or the side is seen from which it is approached."""
        c, u = self.by.parted(x)
        value = constant(c)
        require(value is not None, "N2: a number that is rounded")
        assert value is not None
        below = value.denominator == 1 and bool(u.terms or u.upto != inf) and self.by.way(u) < 0
        self.facts.algebra.used.add("N2")
        return Series({NONE: number(floor(value) - below)})

    def gamma(self, x: Series) -> Series:
        """L12: far out by its logarithm; near what is positive its value; else by gamma(x + 1)/x."""
        a, by = self.facts.algebra, self.by
        a.used.add("L12")
        if not x.grows and x.least < 0:
            return by.exp(self.loggamma(x))
        c, u = by.parted(x)
        under, value = Series({NONE: ONE}), constant(c)
        while value is not None and value <= 0:
            require(value > -FURTHEST, "L12: a few steps")
            under = by.mul(under, x)
            x = by.add(x, Series({NONE: ONE}))
            value += 1
        c, u = by.parted(x)
        known = a.sign(c) & POSITIVE == POSITIVE and is_still(a, c)
        require(known, "L12: a positive value that does not move")
        return by.mul(by.power(under, Fraction(-1)), by.made([(NONE, a.apply("gamma", c))], u.least, {}))

    def loggamma(self, x: Series) -> Series:
        """L12: (x - 1/2)*log(x) - x + log(2*pi)/2 + 1/(12*x) + O(1/x**3)."""
        by, a = self.by, self.facts.algebra
        if x.least >= 0:
            return by.log(self.gamma(x))
        a.used.add("L12")
        require(self._is_far(x), "L12: what tends to oo")
        half = scale(a.log(scale(a.atom("const", "pi"), 2)), HALF)
        main = by.mul(by.add(x, Series({NONE: number(-HALF)})), by.log(x))
        inverse = by.power(x, Fraction(-1))
        rest = by.add(by.scaled(x, number(-1)), by.scaled(inverse, number(Fraction(1, 12))))
        found = by.add(by.add(main, rest), Series({NONE: half}))
        return by.made(found.terms.items(), min(found.upto, 3 * inverse.least), {})

    def compare(self, found: Series, value: Any) -> None:
        """The value that an expansion tends to."""
        way = self._infinite(found)
        if value in INFINITE:
            require(way == (1 if value == OO else -1), "L3: what the body tends to is infinite")
            return
        require(way == 0, "L3: what the body tends to is finite")
        said = self._fixed(value, {}, {})
        a = self.facts.algebra
        there = {} if found.grows else found.terms.get(NONE, {})
        require(is_still(a, there), "L3: what the body tends to is finite")
        require(a.is_zero(add(there, scale(said, -1))), "L3: what the body tends to is the value")

    def _infinite(self, found: Series) -> int:
        """1 or -1 where a series is infinite, else 0; what falls exponentially tends to 0."""
        a, grows = self.facts.algebra, found.grows
        if grows:
            e = min(grows)
            bits = self.by.sign(grows[e])
            require(e < 0 and (bits & POSITIVE == POSITIVE or bits & NEGATIVE == NEGATIVE), "L5: a rate with a sign")
            return self.by.way(found) if bits & 1 else 0
        terms = {e: c for e, c in found.terms.items() if not a.is_zero(c)}
        if min(terms, default=NONE) < 0:
            return self.by.way(found)
        require(found.upto > 0, "L5: an expansion up to its value")
        ((log, _),) = a.atom("var", LOG).items()
        there = terms.get(NONE, {})
        rate = there.get(log, 0)
        slow = is_still(a, {m: c for m, c in there.items() if m != log})
        return (-1 if rate > 0 else 1) if rate and slow else 0


def _mean(t: Any, op: str) -> Any:
    return ["div", [op, ["apply", "exp", t], ["apply", "exp", ["neg", t]]], TWO]


def _ratio(above: str, below: str) -> Any:
    return lambda t: ["div", ONE_OF if not above else ["apply", above, t], ["apply", below, t]]


def _root(t: Any, op: str) -> Any:
    return ["apply", "log", ["add", t, ["apply", "sqrt", [op, ["mul", t, t], ONE_OF]]]]


REWRITTEN: dict[str, Callable[[Any], Any]] = {  # functions by others
    "expm1": lambda t: ["sub", ["apply", "exp", t], ONE_OF],
    "log1p": lambda t: ["apply", "log", ["add", ONE_OF, t]],
    "sinh": lambda t: _mean(t, "sub"),
    "cosh": lambda t: _mean(t, "add"),
    "tanh": _ratio("sinh", "cosh"),
    "coth": _ratio("cosh", "sinh"),
    "sech": _ratio("", "cosh"),
    "csch": _ratio("", "sinh"),
    "tan": _ratio("sin", "cos"),
    "cot": _ratio("cos", "sin"),
    "sec": _ratio("", "cos"),
    "csc": _ratio("", "sin"),
    "asinh": lambda t: _root(t, "add"),
    "acosh": lambda t: _root(t, "sub"),
    "atanh": lambda t: ["div", ["apply", "log", ["div", ["add", ONE_OF, t], ["sub", ONE_OF, t]]], TWO],
    "asin": lambda t: ["sub", ["div", ["const", "pi"], TWO], ["apply", "acos", t]],
    "ceiling": lambda t: ["neg", ["apply", "floor", ["neg", t]]],
}
FUNCTIONS: dict[str, Callable[[_Near, Series], Series]] = {
    "exp": lambda near, x: near.by.exp(x),
    "log": lambda near, x: near.by.log(x),
    "sqrt": lambda near, x: near.by.power(x, HALF),
    "sin": lambda near, x: near.by.turned(x, False),
    "cos": lambda near, x: near.by.turned(x, True),
    "atan": lambda near, x: near.by.atan(x),
    "acos": lambda near, x: near.by.acos(x),
    "erf": lambda near, x: near.by.erf(x),
    "cbrt": _Near.cbrt,
    "Abs": _Near.absolute,
    "sign": _Near.sign,
    "floor": _Near.floor,
    "gamma": _Near.gamma,
    "loggamma": _Near.loggamma,
}
