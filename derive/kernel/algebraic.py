"""Constants that are algebraic numbers, compared with 0 exactly (rule N3), by a bound below those that are not 0.

Such a constant is U/L with an algebraic integer U and a positive whole number L. With every conjugate of U at most u
in size, and U in a field of degree D, the norm of a U that is not 0 is a whole number other than 0, so that
abs(U) >= u**(1 - D). An enclosure within that bound shows that U is 0.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm, prod

from msgspec import Struct, field

from derive.kernel.constants import enclosure_of, floor_root
from derive.kernel.context import Context, Monomial, Polynomial, Rational
from derive.kernel.polynomial import magnitude, primes, put
from derive.kernel.ring import COSINE, SINE
from derive.kernel.spelling import names, places

MOST_DEGREE = 400
MOST_BITS = 30_000
MOST_CONDUCTOR = 2_000


class Bound(Struct, frozen=True):
    """A value U/L: ``conjugates`` is at least the size of every conjugate of U, ``below`` is L."""

    conjugates: int
    below: int


class Field(Struct):
    """The degrees of the radicals that were met, and the conductor of the field of the angles that were met."""

    degrees: dict[str, int] = field(default_factory=dict)
    conductor: int = 1

    @property
    def degree(self) -> int:
        """At least the degree of the field that they generate."""
        totient = prod(p ** (e - 1) * (p - 1) for p, e in primes(self.conductor)) if self.conductor > 1 else 1
        return totient * prod(self.degrees.values())


def is_zero(ctx: Context, poly: Polynomial) -> bool:
    """Whether an algebraic constant is seen to be 0."""
    if not poly:
        return True
    known = Field()
    bound = _of_polynomial(ctx, poly, known)
    if bound is None or known.degree > MOST_DEGREE:
        return False
    bits = (known.degree - 1) * bound.conjugates.bit_length() + bound.below.bit_length()
    if bits > MOST_BITS:
        return False
    ctx.spend(20 + bits // 8)
    for extra in (32, 160):
        found = enclosure_of(ctx, poly, bits + extra)
        if found is None:
            return False
        if max(abs(found[0]), abs(found[1])) * (1 << bits) < 1:
            ctx.use("N3")
            return True
        if found[0] > 0 or found[1] < 0:
            return False
    return False


def without_zeros(ctx: Context, poly: Polynomial) -> Polynomial:
    """The polynomial without the terms whose algebraic coefficients add up to 0."""
    groups: dict[Monomial, Polynomial] = {}
    for mono, c in poly.items():
        number = tuple(f for f in mono if is_algebraic(ctx, f[0]))
        rest = tuple(f for f in mono if f not in number)
        put(groups.setdefault(rest, {}), number, c)
    kept: Polynomial = {}
    for rest, coefficient in groups.items():
        if len(coefficient) > 1 and is_zero(ctx, coefficient):
            continue
        for number, c in coefficient.items():
            put(kept, tuple(sorted((*number, *rest))), c)
    return kept


def is_algebraic(ctx: Context, key: str) -> bool:
    """Whether a generator is a root of an algebraic constant, or the sine or cosine of a rational angle."""
    gen = ctx.generators[key]
    if gen.names or gen.places:
        return False
    if key.startswith((SINE, COSINE)):
        return _angle(ctx, gen.parts[1][0]) is not None
    return key[0] == "b" and all(is_algebraic(ctx, k) for mono in gen.parts[0] for k, _ in mono)


def _angle(ctx: Context, poly: Polynomial) -> Fraction | None:
    """The rational r of an angle r*pi."""
    if len(poly) != 1:
        return None
    ((mono, c),) = poly.items()
    rational = len(mono) == 1 and mono[0][1] == 1 and ctx.generators[mono[0][0]].parts == ("pi",)
    return Fraction(c) if rational else None


def _of_polynomial(ctx: Context, poly: Polynomial, known: Field) -> Bound | None:
    if names(ctx, poly) or places(ctx, poly):
        return None
    parts: list[tuple[Fraction, Bound]] = []
    for mono, c in poly.items():
        bound = _of_monomial(ctx, mono, known)
        if bound is None:
            return None
        parts.append((Fraction(c), bound))
    below = lcm(*(c.denominator * b.below for c, b in parts))
    total = sum(abs(c.numerator) * (below // (c.denominator * b.below)) * b.conjugates for c, b in parts)
    return Bound(max(total, 1), below)


def _of_monomial(ctx: Context, mono: Monomial, known: Field) -> Bound | None:
    conjugates = below = 1
    for key, e in mono:
        bound = _of_power(ctx, key, e, known)
        if bound is None or max(bound.conjugates.bit_length(), bound.below.bit_length()) > MOST_BITS:
            return None
        conjugates, below = conjugates * bound.conjugates, below * bound.below
    return Bound(conjugates, below)


def _of_power(ctx: Context, key: str, e: Rational, known: Field) -> Bound | None:
    gen = ctx.generators[key]
    if e < 0 or magnitude(e.numerator) > 64 or e.denominator > 64:
        return None
    if key.startswith((SINE, COSINE)) and e.denominator == 1:
        turns = _angle(ctx, gen.parts[1][0])
        if turns is None:
            return None
        # 2*cos(r*pi) and 2*sin(r*pi) are sums of two roots of unity.
        known.conductor = lcm(known.conductor, 4, 2 * turns.denominator)
        return Bound(2 ** int(e), 2 ** int(e)) if known.conductor <= MOST_CONDUCTOR else None
    if gen.kind != "b":
        return None
    base = _of_polynomial(ctx, gen.parts[0], known)
    if base is None:
        return None
    k = e.denominator
    known.degrees[key] = lcm(known.degrees.get(key, 1), k)
    # (U/L)**(1/k) = (U * L**(k - 1))**(1/k) / L
    root = floor_root(base.conjugates * base.below ** (k - 1) - 1, k) + 1
    return Bound(root ** int(e.numerator), base.below ** int(e.numerator))
