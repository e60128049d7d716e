"""Growth written as a factor: sums of exponentials of different rates, powers, gamma and erf far out (L7, L12).

What is left beside the growth is an atom, of which bounds or a limit are known.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Protocol

from msgspec import Struct

from derive.kernel.context import (
    BOUND,
    FREE,
    LITERAL,
    NEGATIVE,
    NONZERO,
    POSITIVE,
    Context,
    Generator,
    Place,
    Polynomial,
)
from derive.kernel.counting import MOST_STEPS, gamma
from derive.kernel.functions import exponential, logarithm, number_constant
from derive.kernel.polynomial import ONE, add, constant, scale, subtract, without
from derive.kernel.reductions import extremum
from derive.kernel.ring import defined, multiply, open_bound, power, product, rename, replace_generators, variable
from derive.kernel.sign import learn, sign
from derive.kernel.spelling import places, poly_text

Bound = Polynomial | int
"""A finite limit; or 1 and -1, for oo and -oo."""


class Atom(Struct, frozen=True):
    """What is known of an atom: bounds that do not depend on the variable, its limit, or its logarithm."""

    low: Polynomial | None = None
    high: Polynomial | None = None
    limit: Polynomial | None = None
    logarithm: Polynomial | None = None


class Approaching(Protocol):
    """What is asked of the approach of a variable to its point."""

    name: str

    def moves(self, ctx: Context, poly: Polynomial) -> bool: ...

    def at_infinity(self, ctx: Context, poly: Polynomial) -> Polynomial: ...

    def atom(self, ctx: Context, key: str, atom: Atom, at: frozenset[Place]) -> Polynomial: ...

    def settled(self, ctx: Context, poly: Polynomial) -> int: ...

    def limit(self, ctx: Context, poly: Polynomial) -> Bound: ...

    def keys(self, ctx: Context, poly: Polynomial, kinds: str) -> Iterator[str]: ...

    def parted(self, ctx: Context, poly: Polynomial) -> tuple[Polynomial, Polynomial]: ...


def with_growth(near: Approaching, ctx: Context, poly: Polynomial) -> Polynomial:
    """Sums whose summands grow at different rates, powers of negative bases, erf, gamma: growth as a factor."""
    for key in sorted(set(near.keys(ctx, poly, "spf"))):
        gen = ctx.generators[key]
        if any(place[0] == BOUND for place in gen.places):
            continue  # inside of a sum, whose summands are treated one by one
        match gen.kind:
            case "s":
                written = _sum_of_exponentials(near, ctx, gen)
            case "p":
                written = _integer_power(near, ctx, gen)
            case _:
                rewrite = {"erf": tail, "gamma": _gamma, "factorial": _gamma}.get(gen.parts[0])
                written = rewrite(near, ctx, gen) if rewrite is not None else None
        if written is not None:
            poly = replace_generators(ctx, poly, {key: written})
    return poly


def _integer_power(near: Approaching, ctx: Context, gen: Generator) -> Polynomial | None:
    """t**m for t < 0 and a whole m: (-t)**m up to a factor between -1 and 1."""
    base, exponent = gen.parts
    if near.settled(ctx, base) != NEGATIVE:
        return None
    ctx.use("P5")
    size = exponential(ctx, multiply(ctx, exponent, logarithm(ctx, scale(base, -1))))
    turn = near.atom(ctx, f"turn {poly_text(ctx, exponent, {})}", Atom({(): -1}, ONE), places(ctx, exponent))
    return multiply(ctx, size, turn)


def tail(near: Approaching, ctx: Context, gen: Generator) -> Polynomial | None:
    """erf(t) = 1 - exp(-t**2)/(sqrt(pi)*t)*A with A tending to 1 for t tending to oo; -1 for 1 at -oo."""
    (argument,) = gen.parts[1]
    way = near.limit(ctx, argument)
    if not isinstance(way, int):
        return None
    ctx.use("L3")
    small = exponential(ctx, scale(multiply(ctx, argument, argument), -1))
    root = power(ctx, number_constant(ctx, "pi"), Fraction(-1, 2))
    ratio = near.atom(ctx, f"tail {gen.key}", Atom(limit=ONE), gen.places)
    left = multiply(ctx, multiply(ctx, small, root), multiply(ctx, power(ctx, argument, -1), ratio))
    return subtract({(): way}, left)


def _gamma(near: Approaching, ctx: Context, gen: Generator) -> Polynomial | None:
    """L12: gamma(t) = sqrt(2*pi/t)*(t/E)**t*A with A tending to 1 for t tending to oo; elsewhere it is continuous.

    It is brought to t > 0 by gamma(t) = gamma(t + m)/(t*(t + 1)*..*(t + m - 1)).
    """
    name, (argument,) = gen.parts
    way = near.limit(ctx, argument)
    if way == 1:
        return _stirling(near, ctx, gen)
    if name != "gamma" or isinstance(way, int):
        return None
    at = constant(way)
    steps = 0 if at is None or at > 0 else 1 - at.numerator // at.denominator
    if (at is None and sign(ctx, way) & POSITIVE != POSITIVE) or steps > MOST_STEPS:
        return None
    ctx.use("L12")
    value = near.atom(
        ctx, f"value {gen.key}", Atom(limit=gamma(ctx, add(way, {(): steps} if steps else {}))), gen.places
    )
    below = product(ctx, (add(argument, {(): j} if j else {}) for j in range(steps)))
    return multiply(ctx, value, power(ctx, below, -1))


def _stirling(near: Approaching, ctx: Context, gen: Generator) -> Polynomial:
    """L12 for gamma and factorial of what tends to oo, the factor A being an atom."""
    name, (argument,) = gen.parts
    ctx.use("L12")
    # Logarithms as they are spelled here, or what cancels is not seen to.
    growth = near.at_infinity(ctx, subtract(multiply(ctx, argument, logarithm(ctx, argument)), argument))
    beside = power(ctx, argument, -1 if name == "gamma" else 1)
    root = multiply(ctx, scale(number_constant(ctx, "pi"), 2), beside)
    ratio = near.atom(ctx, f"ratio {gen.key}", Atom(limit=ONE), gen.places)
    return multiply(ctx, multiply(ctx, exponential(ctx, growth), power(ctx, root, Fraction(1, 2))), ratio)


def _sum_of_exponentials(near: Approaching, ctx: Context, gen: Generator) -> Polynomial | None:
    """L7: Sum_k c_k*exp(g*a_k) = exp(g*Max(a))*R with R between Min(c) and n*Max(c), for c > 0 and g tending to oo.

    Where one index is known to have the largest rate, R tends to its c.
    """
    if len(gen.parts[0]) != 1:
        return None
    body, (place,) = open_bound(ctx, gen.parts[0], {gen.parts[1].mono: 1})
    if len(body) != 1 or place[1] == near.name:
        return None
    ((mono, v),) = body.items()
    fast = [f for f in mono if f[0][0] == "e" and place in ctx.generators[f[0]].places]
    fast = [f for f in fast if near.moves(ctx, {(f,): 1})]
    exponent = add(*(scale({ctx.generators[k].parts[0].mono: 1}, e) for k, e in fast)) if fast else {}
    parted = [near.parted(ctx, {m: c}) for m, c in exponent.items()]
    if not parted or any(place in places(ctx, g) or g != parted[0][1] for _, g in parted):
        return None
    way = near.limit(ctx, parted[0][1])
    if not isinstance(way, int):
        return None
    growing, rates = scale(parted[0][1], way), scale(add(*(f for f, _ in parted)), way)
    rest: Polynomial = {without(mono, *(k for k, _ in fast)): v}
    return _by_largest(near, ctx, gen.key, place, growing, rates, rest)


def _by_largest(
    near: Approaching, ctx: Context, key: str, place: Place, growing: Polynomial, rates: Polynomial, rest: Polynomial
) -> Polynomial | None:
    if near.moves(ctx, rest) or near.moves(ctx, rates):
        return None
    at = (places(ctx, growing) | places(ctx, rates) | places(ctx, rest)) - {place}
    chosen = _largest_at(near, ctx, place, rates)
    if chosen is not None:
        ctx.use("L7")
        largest, first = rename(ctx, rates, {place: chosen}), rename(ctx, rest, {place: chosen})
        if sign(ctx, first) & NONZERO:
            ratio = near.atom(ctx, f"ratio {key}", Atom(limit=first), at)
            return multiply(ctx, exponential(ctx, multiply(ctx, growing, largest)), ratio)
    if sign(ctx, rest) & POSITIVE != POSITIVE:
        return _weighted(near, ctx, key, place, growing, rates, rest)
    ctx.use("L7")
    low, high = extremum(ctx, "Min", place, rest), extremum(ctx, "Max", place, rest)
    if rest == ONE:
        # The same for all sums of these exponentials, whatever their weights.
        key = f"plain {poly_text(ctx, growing, {})} {poly_text(ctx, _largest(ctx, place, rates), {})}"
    ratio = near.atom(ctx, f"ratio {key}", Atom(low, multiply(ctx, high, variable(ctx, place[1]))), at)
    return multiply(ctx, exponential(ctx, multiply(ctx, growing, _largest(ctx, place, rates))), ratio)


def _weighted(
    near: Approaching, ctx: Context, key: str, place: Place, growing: Polynomial, rates: Polynomial, rest: Polynomial
) -> Polynomial | None:
    """Sum_k f(a_k)*exp(g*a_k) = f(Max(a))*Sum_k exp(g*a_k) + exp(g*Max(a))*r with r tending to 0.

    For each k either a_k is the Max, or exp(g*(a_k - Max(a))) tends to 0.
    """
    if len(rates) != 1:
        return None
    ((mono, c),) = rates.items()
    if len(mono) != 1 or mono[0][1] != 1:
        return None
    largest = _largest(ctx, place, rates)
    at_largest = replace_generators(ctx, rest, {mono[0][0]: scale(largest, 1 / Fraction(c))})
    if place in places(ctx, at_largest) or not defined(ctx, at_largest):
        return None
    plain = _by_largest(near, ctx, f"plain {poly_text(ctx, largest, {})}", place, growing, rates, ONE)
    if plain is None:
        return None
    ctx.use("L7")
    at = (places(ctx, growing) | places(ctx, rates) | places(ctx, rest)) - {place}
    small = near.atom(ctx, f"small {key}", Atom(limit={}), at)
    outside = exponential(ctx, multiply(ctx, growing, largest))
    return add(multiply(ctx, at_largest, plain), multiply(ctx, outside, small))


def _largest_at(near: Approaching, ctx: Context, place: Place, rates: Polynomial) -> Place | None:
    """A free index at which the rate is known to exceed that of every other index."""
    for other in sorted(p for p in _indices(ctx) if p[1] == place[1]):
        case = ctx.fork()
        case.distinct.add(frozenset((place, other)))
        _apply_facts(case, place)
        gap = subtract(rename(case, rates, {place: other}), rates)
        found = sign(case, gap) & POSITIVE == POSITIVE
        ctx.fuel = min(ctx.fuel, case.fuel)
        if found:
            return other
    return None


def _apply_facts(ctx: Context, place: Place) -> None:
    """H1: what is known for every index is known for this one, where deltas with the others vanish."""
    for fact in [f for bucket in ctx.facts.values() for f in bucket]:
        pattern = [p for p in places(ctx, fact.polynomial) if p[0] >= BOUND]
        if len(pattern) == 1 and pattern[0][1] == place[1]:
            learn(ctx, rename(ctx, fact.polynomial, {pattern[0]: place}), fact.bits)


def _indices(ctx: Context) -> set[Place]:
    found = {p for gen in ctx.generators.values() for p in gen.places}
    return {p for p in found if p[0] == FREE or (p[0] == LITERAL and p[1].isdecimal())}


def _largest(ctx: Context, place: Place, rates: Polynomial) -> Polynomial:
    """Max over an index; of logarithms it is the logarithm of the Max (O9)."""
    if len(rates) == 1:
        ((mono, c),) = rates.items()
        if c == 1 and len(mono) == 1 and mono[0][1] == 1 and mono[0][0][0] == "l":
            ctx.use("O9")
            return logarithm(ctx, extremum(ctx, "Max", place, ctx.generators[mono[0][0]].parts[0]))
        if c == -1 and len(mono) == 1 and mono[0][1] == 1 and mono[0][0][0] == "l":
            ctx.use("O9")
            return scale(logarithm(ctx, extremum(ctx, "Min", place, ctx.generators[mono[0][0]].parts[0])), -1)
    return extremum(ctx, "Max", place, rates)
