"""The range of one variable, as the hypotheses give it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct

from derive.kernel.context import NONNEGATIVE, NONPOSITIVE, NONZERO, POSITIVE, Context, Polynomial
from derive.kernel.polynomial import scale, subtract
from derive.kernel.sign import TYPE_SIGN, learn
from derive.kernel.spelling import names, places

End = tuple[Polynomial | None, bool]


class Interval(Struct, frozen=True):
    """The range of a variable: its ends, None where it has none; ``closed`` tells that an end may be reached."""

    key: str
    name: str
    low: Polynomial | None
    high: Polynomial | None
    closed_low: bool = False
    closed_high: bool = False


def intervals(ctx: Context, poly: Polynomial) -> Iterator[Interval]:
    """The real variables of a polynomial with the ends that the hypotheses give them."""
    for key in sorted(variables(ctx, poly)):
        name = ctx.generators[key].parts[0]
        if name in ctx.integers or name in ctx.size or _is_bound_elsewhere(ctx, name):
            continue
        lows, highs = _ends(ctx, key, name)
        for low, closed_low in lows:
            for high, closed_high in highs:
                yield Interval(key, name, low, high, closed_low, closed_high)


def variables(ctx: Context, poly: Polynomial) -> set[str]:
    """The keys of the scalar variables of a polynomial, wherever they stand in it."""
    found = {ctx.generators[k].key for k in ctx.generators if k[0] == "v"}
    used = names(ctx, poly)
    return {key for key in found if ctx.generators[key].parts[0] in used}


def _is_bound_elsewhere(ctx: Context, name: str) -> bool:
    of_sums = any(name in rule.names for rules in (ctx.sum_rules, ctx.sum_equations) for rule in rules)
    return of_sums or any(name in rule.names for rule in ctx.component_rules.values())


def _ends(ctx: Context, key: str, name: str) -> tuple[list[End], list[End]]:
    lows: list[End] = []
    highs: list[End] = []
    for fact in [f for bucket in ctx.facts.values() for f in bucket]:
        c = fact.polynomial.get(((key, 1),), 0)
        rest = {m: v for m, v in fact.polynomial.items() if m != ((key, 1),)}
        if not c or name in names(ctx, rest) or places(ctx, rest) or not fact.bits & (NONNEGATIVE | NONPOSITIVE):
            continue
        end = scale(rest, -1 / Fraction(c))
        above = bool(fact.bits & NONNEGATIVE) == (c > 0)
        (lows if above else highs).append((end, not fact.bits & NONZERO))
    bits = TYPE_SIGN.get(ctx.types.get(name, "real"), 0)
    if bits & NONNEGATIVE:
        lows.append(({}, not bits & NONZERO))
    if bits & NONPOSITIVE:
        highs.append(({}, not bits & NONZERO))
    return lows[:3] or [(None, False)], highs[:3] or [(None, False)]


def forgetting(ctx: Context, name: str) -> Context:
    """A context in which nothing is known of a variable."""
    case = ctx.fork()
    case.types[name] = "real"
    for shape in list(case.facts):
        case.facts[shape] = [f for f in case.facts[shape] if name not in names(case, f.polynomial)]
    return case


def inside_of(ctx: Context, interval: Interval, ends: bool) -> Context:
    """A context in which the variable lies in the interval; with its ends, as far as they belong to it, or without."""
    case = forgetting(ctx, interval.name)
    x: Polynomial = {((interval.key, 1),): 1}
    if interval.low is not None:
        learn(case, subtract(x, interval.low), NONNEGATIVE if ends and interval.closed_low else POSITIVE)
    if interval.high is not None:
        learn(case, subtract(interval.high, x), NONNEGATIVE if ends and interval.closed_high else POSITIVE)
    return case


def split_at(interval: Interval, e: Polynomial) -> tuple[Interval, Interval]:
    """The parts on both sides of a point, to which the point belongs."""
    left = Interval(interval.key, interval.name, interval.low, e, interval.closed_low, True)
    return left, Interval(interval.key, interval.name, e, interval.high, True, interval.closed_high)
