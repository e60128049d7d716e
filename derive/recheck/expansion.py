"""What a term is for a small t > 0: ``exp(E)*(S + O(t**u))``.

S is a sum of powers of t and E one of powers below 0. Coefficients do not move, or do so more slowly than any power of
t: they may speak of log(t), and of what is bounded. So the O stands for what is below t**(u - e) for every e > 0.
Functions are expanded where they are analytic and have a value, from the first powers, whose coefficients are seen not
to be 0, and positive where a root or a logarithm is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count
from math import factorial, inf
from typing import Any

from derive.recheck.polynomial import HALF, NEGATIVE, ONE, POSITIVE, Algebra, Poly, add, number, scale
from derive.recheck.terms import require

Powers = dict[Fraction, Poly]
OWN = "#"  # begins the names of what moves more slowly than any power of t: log(t), and what is bounded
LOG = "#log"
MOST_TERMS = 150
NONE = Fraction(0)


@dataclass(frozen=True, slots=True)
class Series:
    """``exp(grows)*(terms + O(t**upto))``, each a polynomial by the power of t that it stands beside."""

    terms: Powers
    upto: Fraction | float = inf
    grows: Powers = field(default_factory=dict)

    @property
    def least(self) -> Fraction | float:
        """No power is below this one."""
        return min(self.terms, default=self.upto)


@dataclass(frozen=True, slots=True)
class Expansions:
    """The arithmetic of expansions, which stop ``order`` above their first power."""

    algebra: Algebra
    order: Fraction

    def sign(self, c: Poly) -> int:
        """The sign of a coefficient for a small t: log(t) tends to -oo, and its highest power decides."""
        a, bits = self.algebra, self.algebra.sign(c)
        ((log, _),) = a.atom("var", LOG).items()
        parts: dict[Fraction, Poly] = {}
        for mono, v in c.items() if LOG in a.free(c) and not bits & 4 else ():
            e, rest = dict(mono).get(log[0][0], 0), tuple(f for f in mono if f[0] != log[0][0])
            if LOG in a.free({rest: v}) or Fraction(e).denominator > 1:
                return bits
            parts.setdefault(Fraction(e), {})[rest] = v
        if not parts:
            return bits
        highest = max(parts)
        return a.sign(scale(parts[highest], -1 if highest % 2 else 1))

    def first(self, x: Series) -> tuple[Fraction, Poly]:
        """The first power, with a coefficient that is seen not to be 0."""
        for e in sorted(x.terms):
            if not self.algebra.is_zero(x.terms[e]):
                require(bool(self.sign(x.terms[e]) & 4), "L5: a first coefficient that is not 0")
                return e, x.terms[e]
        require(False, "L5: a first power")
        raise AssertionError

    def made(self, terms: Iterable[tuple[Fraction, Poly]], upto: Fraction | float, grows: Powers) -> Series:
        """What is left of a sum of powers."""
        total: Powers = {}
        for e, c in terms:
            if e < upto:
                total[e] = add(total.get(e, {}), c)
        kept = {e: c for e, c in total.items() if c}
        require(len(kept) <= MOST_TERMS, "the size of an expansion")
        return Series(kept, upto, grows)

    def add(self, x: Series, y: Series) -> Series:
        """The sum: of two exponentials the one that grows faster, beside which the other is below any power."""
        for one, other in ((x, y), (y, x)):
            if not one.terms and one.upto == inf:
                return other
        gap = self._grown(x.grows, y.grows, -1)
        if not gap:
            return self.made((*x.terms.items(), *y.terms.items()), min(x.upto, y.upto), x.grows)
        e = min(gap)
        bits = self.sign(gap[e])
        known = e < 0 and (bits & POSITIVE == POSITIVE or bits & NEGATIVE == NEGATIVE)
        require(known, "L5: one of two exponentials that grows faster")
        larger = x if bits & 1 else y
        return self.made(larger.terms.items(), min(larger.upto, larger.least + self.order), larger.grows)

    def _grown(self, one: Powers, other: Powers, times: Fraction | int) -> Powers:
        found = self.made((*one.items(), *((e, scale(c, times)) for e, c in other.items())), inf, {}).terms
        return {e: c for e, c in found.items() if not self.algebra.is_zero(c)}

    def mul(self, x: Series, y: Series) -> Series:
        """The product."""
        upto = min(x.least + y.upto, y.least + x.upto)
        if not (x.upto == y.upto == inf):
            upto = min(upto, x.least + y.least + self.order)
        pairs = [(e + f, c, d) for e, c in x.terms.items() for f, d in y.terms.items() if e + f < upto]
        terms = ((e, self.algebra.mul(c, d)) for e, c, d in pairs)
        return self.made(terms, upto, self._grown(x.grows, y.grows, 1))

    def scaled(self, x: Series, c: Poly) -> Series:
        """A multiple by what does not move."""
        return self.mul(Series({NONE: c}), x)

    def power(self, x: Series, p: Fraction) -> Series:
        """A power with an exponent that is a number: of what is positive, unless it is a whole one."""
        if p.denominator == 1 and 0 <= p <= 3:
            product = Series({NONE: ONE})
            for _ in range(int(p)):
                product = self.mul(product, x)
            return product
        (e, c), a = self.first(x), self.algebra
        if p.denominator > 1:
            require(self.sign(c) & POSITIVE == POSITIVE, "L5: a root of what is positive")
        rest = self.composed(_binomials(p), self._relative(x, e, c))
        grows = {f: scale(d, p) for f, d in x.grows.items()}
        terms = ((f + e * p, a.mul(a.power(c, p), d)) for f, d in rest.terms.items())
        return self.made(terms, rest.upto + e * p, grows)

    def _relative(self, x: Series, e: Fraction, c: Poly) -> Series:
        """What a series less its first term is beside that."""
        inverse = self.algebra.power(c, -1)
        return self.made(((f - e, self.algebra.mul(d, inverse)) for f, d in x.terms.items() if f > e), x.upto - e, {})

    def composed(self, coefficients: Iterator[Fraction], u: Series) -> Series:
        """A power series in what tends to 0."""
        require(not u.grows and u.least > 0, "L3: what tends to 0")
        upto = min(u.upto, self.order) if u.terms else u.upto
        total, power = list[tuple[Fraction, Poly]](), Series({NONE: ONE})
        for k, c in enumerate(coefficients):
            total += ((e, scale(d, c)) for e, d in power.terms.items() if c)
            power = self.mul(power, u)
            upto = min(upto, power.upto)
            power = self.made(power.terms.items(), upto, {})
            if not power.terms or k * u.least >= upto:
                break
        return self.made(total, upto, {})

    def parted(self, x: Series) -> tuple[Poly, Series]:
        """The value that a series tends to, and what is left."""
        require(not x.grows and x.least >= 0 and x.upto > 0, "L3: a finite value")
        return x.terms.get(NONE, {}), Series({e: c for e, c in x.terms.items() if e}, x.upto)

    def log(self, x: Series) -> Series:
        """The logarithm of what is positive."""
        (e, c), a = self.first(x), self.algebra
        require(self.sign(c) & POSITIVE == POSITIVE, "L5: a logarithm of what is positive")
        rest = self.composed(_of_log(), self._relative(x, e, c))
        outside = add(a.log(c), scale(a.atom("var", LOG), e))
        return self.made((*x.grows.items(), (NONE, outside), *rest.terms.items()), rest.upto, {})

    def exp(self, x: Series) -> Series:
        """The exponential: c*log(t) gives a power of t, and what is infinite grows."""
        require(not x.grows and x.upto > 0, "L5: an exponential of powers")
        a, shift, still = self.algebra, NONE, dict[Any, Any]()
        grows = {e: c for e, c in x.terms.items() if e < 0}
        ((log, _),) = a.atom("var", LOG).items()
        for mono, c in x.terms.get(NONE, {}).items():
            if mono == log:
                shift = Fraction(c)
            elif LOG in a.free({mono: c}):
                grows[NONE] = add(grows.get(NONE, {}), {mono: c})
            else:
                still[mono] = c
        rest = self.composed(_of_exp(), Series({e: c for e, c in x.terms.items() if e > 0}, x.upto))
        whole = ((e + shift, a.mul(a.exp(still), d)) for e, d in rest.terms.items())
        return self.made(whole, rest.upto + shift, self._grown(grows, {}, 1))

    def turned(self, x: Series, cosine: bool) -> Series:
        """The sine or cosine, by the addition theorem."""
        (c, u), a = self.parted(x), self.algebra
        sin, cos = a.apply("sin", c), a.apply("cos", c)
        near = [self.composed(_of_exp(signs), u) for signs in ((0, 1, 0, -1), (1, 0, -1, 0))]
        left, right = (scale(sin, -1), cos) if cosine else (cos, sin)
        return self.add(self.scaled(near[0], left), self.scaled(near[1], right))

    def atan(self, x: Series) -> Series:
        """The arc tangent, of what is infinite by that of the inverse."""
        a, pi = self.algebra, self.algebra.atom("const", "pi")
        if not x.grows and x.least < 0:
            e, c = self.first(x)
            half = scale(pi, HALF if self.way(x) > 0 else -HALF)
            require(e < 0, "L3: a finite value")
            return self.add(Series({NONE: half}), self.scaled(self.atan(self.power(x, Fraction(-1))), number(-1)))
        c, u = self.parted(x)
        under = self.add(Series({NONE: add(ONE, a.mul(c, c))}), self.scaled(u, c))
        w = self.mul(u, self.power(under, Fraction(-1))) if c else u
        return self.add(Series({NONE: a.apply("atan", c)}), self.composed(_odd(lambda m: Fraction((-1) ** m)), w))

    def acos(self, x: Series) -> Series:
        """The arc cosine: acos(1 - 2*s) = 2*asin(sqrt(s)), acos(-x) = pi - acos(x); inside by that of a difference."""
        (c, u), a, pi = self.parted(x), self.algebra, self.algebra.atom("const", "pi")
        minus = self.scaled(x, number(-1))
        if a.is_zero(add(c, number(-1))):
            s = self.scaled(self.add(Series({NONE: ONE}), minus), number(HALF))
            return self.scaled(self.composed(_of_asin(), self.power(s, HALF)), number(2))
        if a.is_zero(add(c, ONE)):
            return self.add(Series({NONE: pi}), self.scaled(self.acos(minus), number(-1)))
        square = add(ONE, scale(a.mul(c, c), -1))
        require(a.sign(square) & POSITIVE == POSITIVE, "L3: strictly inside of where the function has a value")
        root = self.power(self.add(Series({NONE: ONE}), self.scaled(self.mul(x, x), number(-1))), HALF)
        w = self.add(self.scaled(x, a.power(square, HALF)), self.scaled(root, scale(c, -1))) if c else u
        return self.add(Series({NONE: a.apply("acos", c)}), self.scaled(self.composed(_of_asin(), w), number(-1)))

    def erf(self, x: Series) -> Series:
        """The error function near 0."""
        c, u = self.parted(x)
        require(not c, "L3: erf is expanded at 0")
        found = self.composed(_odd(lambda m: Fraction((-1) ** m, factorial(m))), u)
        return self.scaled(found, scale(self.algebra.power(self.algebra.atom("const", "pi"), -HALF), 2))

    def way(self, x: Series) -> int:
        """The sign of what is not 0."""
        bits = self.sign(self.first(x)[1])
        require(bits & POSITIVE == POSITIVE or bits & NEGATIVE == NEGATIVE, "L5: the sign of a first coefficient")
        return 1 if bits & 1 else -1


def is_still(algebra: Algebra, c: Poly) -> bool:
    """Whether a coefficient does not move."""
    return not any(isinstance(name, str) and name.startswith(OWN) for name in algebra.free(c))


def _of_exp(signs: tuple[int, ...] = (1,)) -> Iterator[Fraction]:
    return (Fraction(signs[k % len(signs)], factorial(k)) for k in count())


def _of_log() -> Iterator[Fraction]:
    return (Fraction(-((-1) ** k), k) if k else NONE for k in count())


def _binomials(p: Fraction) -> Iterator[Fraction]:
    c = Fraction(1)
    for k in count():
        yield c
        c = c * (p - k) / (k + 1)


def _odd(of: Any) -> Iterator[Fraction]:
    """The coefficients of(m)/(2*m + 1) of the odd powers."""
    return (of(k // 2) / k if k % 2 else NONE for k in count())


def _of_asin() -> Iterator[Fraction]:
    return _odd(lambda m: Fraction(factorial(2 * m), 4**m * factorial(m) ** 2))
