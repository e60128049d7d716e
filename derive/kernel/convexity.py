"""Inequalities from convexity: weighted means, tangents, and squares (KERNEL O12 to O15).

``averaged`` gives the sign of a weighted sum; the others offer known inequalities ``p >= 0`` for use in a search.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from itertools import product as cartesian

from msgspec import Struct

from derive.kernel.comparison import weights
from derive.kernel.context import (
    NONNEGATIVE,
    NONZERO,
    POSITIVE,
    UNKNOWN,
    Context,
    Monomial,
    Place,
    Polynomial,
    Rational,
)
from derive.kernel.functions import exponential
from derive.kernel.polynomial import ONE, add, merge, scale, subtract
from derive.kernel.ring import multiply, open_bound, power, rename, rename_mono, variable
from derive.kernel.spelling import places
from derive.kernel.sums import sum_over

HALF = Fraction(1, 2)
MOST_INSTANCES = 50
MOST_WEIGHTS = 3


class Weighting(Struct, frozen=True):
    """Weights >= 0 over a dimension, as a monomial in ``place``, and their total as a monomial."""

    place: Place
    weight: Monomial
    total: Monomial


def averaged(ctx: Context, poly: Polynomial) -> int:
    """NONNEGATIVE or POSITIVE where the polynomial is a weighted sum of what is seen to be so, or by Jensen for log.

    With w >= 0: Sum w*g >= 0 if every g is; and g >= 1 - exp(-g) gives Sum w*g >= Sum w - Sum w*exp(-g).
    """
    weak = UNKNOWN
    for weighting in _weightings(ctx, poly):
        body = _body(ctx, poly, weighting)
        if body is None:
            continue
        bits = ctx.sign(ctx, body)
        if bits & NONNEGATIVE:
            # Strict only where some weight is positive, and other weights may be seen to be.
            ctx.use("O4")
            strength = bits & POSITIVE & (ctx.sign(ctx, {weighting.total: 1}) | NONNEGATIVE)
            weak |= ctx.note(poly, strength, "weighted", weighting.place, {weighting.weight: 1}, body)
        else:
            weak |= _by_exponentials(ctx, poly, *_scaled(ctx, weighting, body))
        if weak & NONZERO:
            return weak
    return weak


def _by_exponentials(ctx: Context, poly: Polynomial, weighting: Weighting, value: Polynomial) -> int:
    """O14: Sum w*g >= Sum w - Sum w*exp(-g)."""
    weight: Polynomial = {weighting.weight: 1}
    total: Polynomial = {weighting.total: 1}
    below = sum_over(ctx, (weighting.place,), multiply(ctx, weight, exponential(ctx, scale(value, -1))))
    rest = subtract(total, below)
    bits = ctx.sign(ctx, rest)
    if not bits & NONNEGATIVE:
        return UNKNOWN
    ctx.use("O14")
    found = ctx.note(poly, bits & POSITIVE, "mean", weighting.place, weight, value, rest)
    return found | _strictly(ctx, total, value)


def _strictly(ctx: Context, total: Polynomial, value: Polynomial) -> int:
    """O14: the mean is more where no value is 0, if some weight is positive."""
    apart = subtract(exponential(ctx, scale(value, -1)), ONE)
    return NONZERO if ctx.sign(ctx, total) & ctx.sign(ctx, apart) & NONZERO else UNKNOWN


def _scaled(ctx: Context, weighting: Weighting, body: Polynomial) -> tuple[Weighting, Polynomial]:
    """A positive factor beside all logarithms moves into the weights: w*(c*g) = (w*c)*g."""
    beside = {tuple(f for f in m if f[0][0] != "l") for m in body if any(key[0] == "l" for key, _ in m)}
    factor = next(iter(beside)) if len(beside) == 1 else ()
    if not factor or weighting.place in places(ctx, {factor: 1}) or ctx.sign(ctx, {factor: 1}) & POSITIVE != POSITIVE:
        return weighting, body
    larger = Weighting(weighting.place, merge(weighting.weight, factor), merge(weighting.total, factor))
    return larger, multiply(ctx, body, {tuple((k, -e) for k, e in factor): 1})


def _weightings(ctx: Context, poly: Polynomial) -> Iterator[Weighting]:
    keys = sorted({key for mono in poly for key, _ in mono})
    sums = [key for key in keys if key[0] == "s" and len(ctx.generators[key].parts[0]) == 1]
    for dimension in sorted({str(ctx.generators[key].parts[0][0][1]) for key in sums}):
        place: Place = ctx.open(dimension)
        for array in sorted(ctx.simplex - ctx.suspended):
            at = next((k for k in keys if _has_component(ctx, k, array, dimension)), None)
            if at is not None:
                yield Weighting(place, ((_component_at(ctx, at, array, place), 1),), ())
        yield from _given(ctx, poly, place)
        if not dimension.isdecimal():
            yield Weighting(place, (), next(iter(variable(ctx, dimension))))
    for key in sums:
        (bound,), summand = ctx.generators[key].parts[0], ctx.generators[key].parts[1].mono
        if ctx.sign(ctx, {summand: 1}) & NONNEGATIVE:
            place = ctx.open(bound[1])
            renamed = rename_mono(ctx, summand, {bound: place})
            if len(renamed) != 1:
                continue
            ((weight, c),) = renamed.items()
            if c == 1:
                yield Weighting(place, weight, ((key, 1),))


def _given(ctx: Context, poly: Polynomial, place: Place) -> Iterator[Weighting]:
    """S10: weights >= 0 whose sum is 1 by hypothesis, at the indices that stand in the polynomial."""
    for rule in ctx.sum_rules:
        if rule.place[1] != place[1] or rule.value != ONE or not rule.names.isdisjoint(ctx.suspended):
            continue
        pattern = sorted(rule.pattern)
        free = sorted(places(ctx, poly))
        if len(free) ** len(pattern) > MOST_INSTANCES:
            continue
        for chosen in cartesian(free, repeat=len(pattern)):
            if all(p[1] == q[1] for p, q in zip(pattern, chosen, strict=True)):
                at = dict(zip(pattern, chosen, strict=True)) | {rule.place: place}
                weight = rename_mono(ctx, rule.summand, at)
                if list(weight.values()) == [1] and ctx.sign(ctx, weight) & NONNEGATIVE:
                    ctx.use("S10")
                    yield Weighting(place, next(iter(weight)), ())


def _has_component(ctx: Context, key: str, array: str, dimension: str) -> bool:
    gen = ctx.generators[key]
    if gen.kind != "s" or len(gen.parts[0]) != 1 or gen.parts[0][0][1] != dimension:
        return False
    return any(ctx.generators[k].parts == (array, gen.parts[0]) and e == 1 for k, e in gen.parts[1].mono if k[0] == "a")


def _component_at(ctx: Context, key: str, array: str, place: Place) -> str:
    gen = ctx.generators[key]
    inner = next(k for k, _ in gen.parts[1].mono if k[0] == "a" and ctx.generators[k].parts == (array, gen.parts[0]))
    ((mono, _),) = rename_mono(ctx, ((inner, 1),), {gen.parts[0][0]: place}).items()
    return mono[0][0]


def _body(ctx: Context, poly: Polynomial, weighting: Weighting) -> Polynomial | None:
    """The g with poly = Sum weight * g, or None; at least one term must be a sum with this weight."""
    body: Polynomial = {}
    weighted = False
    for mono, c in poly.items():
        inside = _without_sum(ctx, mono, weighting)
        if inside is not None:
            weighted = True
            body = add(body, scale(inside, c))
        elif _divides(weighting.total, mono):
            body = add(body, {merge(mono, tuple((k, -e) for k, e in weighting.total)): c})
        else:
            return None
    return body if weighted else None


def _without_sum(ctx: Context, mono: Monomial, weighting: Weighting) -> Polynomial | None:
    for key, e in mono:
        gen = ctx.generators[key]
        if gen.kind != "s" or e != 1 or ((key, 1),) == weighting.total:
            continue
        rest = tuple(f for f in mono if f[0] != key)
        for bound in (p for p in gen.parts[0] if p[1] == weighting.place[1]):
            others = tuple(p for p in gen.parts[0] if p != bound)
            opened = {p: ctx.open(p[1]) for p in others}
            summand = rename_mono(ctx, gen.parts[1].mono, {bound: weighting.place, **opened})
            ((inner, c), *more) = summand.items()
            if not more and _divides(weighting.weight, inner):
                inner = merge(inner, tuple((k, -f) for k, f in weighting.weight))
                body: Polynomial = sum_over(ctx, tuple(opened.values()), {inner: c}) if others else {inner: c}
                return multiply(ctx, {rest: 1}, body)
    return None


def _divides(part: Monomial, whole: Monomial) -> bool:
    have = dict(whole)
    return all(have.get(key, 0) >= e for key, e in part)


# --- known inequalities ---


def tangents(ctx: Context, key: str) -> Iterator[tuple[Polynomial, int]]:
    """O13: exp(u) - 1 - u >= 0 and q - 1 - log(q) >= 0, strict where u != 0, where q != 1."""
    gen = ctx.generators[key]
    if gen.kind == "e":
        for e in (1, -1):
            exponent: Polynomial = {gen.parts[0].mono: e}
            ctx.use("O13")
            gap = subtract({((key, e),): 1}, add(ONE, exponent))
            strict = ctx.sign(ctx, exponent) & NONZERO
            yield gap, ctx.note(gap, NONNEGATIVE | strict, "tangent", exponent)
    elif gen.kind == "l":
        argument = gen.parts[0]
        ctx.use("O13")
        gap = subtract(subtract(argument, ONE), {((key, 1),): 1})
        strict = ctx.sign(ctx, subtract(argument, ONE)) & NONZERO
        yield gap, ctx.note(gap, NONNEGATIVE | strict, "tangent", {((key, 1),): 1})


def cauchy(ctx: Context, key: str) -> Iterator[tuple[Polynomial, int]]:
    """O15: (Sum a*b)**2 <= Sum a**2 * Sum b**2, for the ways to write the summand as a product."""
    gen = ctx.generators[key]
    bound, summand = gen.parts[0], gen.parts[1].mono
    for a in (*_parts(ctx, summand), *_roots_of_weights(ctx, bound)):
        b = merge(summand, tuple((k, -e) for k, e in a))
        left, right = (_sum_of_squares(ctx, bound, part) for part in (a, b))
        ctx.use("O15")
        gap = subtract(multiply(ctx, left, right), power(ctx, {((key, 1),): 1}, 2))
        yield gap, ctx.note(gap, NONNEGATIVE, "cauchy", bound[0], {a: 1}, {b: 1}) if len(bound) == 1 else NONNEGATIVE


def cauchy_of_size(ctx: Context, key: str) -> Iterator[tuple[Polynomial, int]]:
    """O15: n**2 <= Sum(1/w) for weights w > 0 over the dimension n that sum to one."""
    dimension = str(ctx.generators[key].parts[0])
    place = ctx.open(dimension)
    for root in _roots_of_weights(ctx, (place,)) if ctx.types.get(dimension) == "dimension" else ():
        inverse = tuple((k, -e) for k, e in root)
        left, right = (_sum_of_squares(ctx, (place,), part) for part in (root, inverse))
        ctx.use("O15")
        gap = subtract(multiply(ctx, left, right), {((key, 2),): 1})
        yield gap, ctx.note(gap, NONNEGATIVE, "cauchy", place, {root: 1}, {inverse: 1})


def cauchy_inside(ctx: Context, key: str) -> Iterator[tuple[Polynomial, int]]:
    """O15 below a sum: Sum(r*Sum(a*b, j)**2, i) <= Sum(r*Sum(a**2, j)*Sum(b**2, j), i) for r >= 0.

    A square below a sum stands as a sum over j and k, of factors with j, the same ones with k, and r.
    """
    gen = ctx.generators[key]
    body, fresh = open_bound(ctx, gen.parts[0], {gen.parts[1].mono: 1})
    if len(body) != 1 or next(iter(body.values())) != 1:
        return
    for j, k in combinations(fresh, 2):
        found = _squared(ctx, next(iter(body)), j, k) if j[1] == k[1] else None
        if found is None or not ctx.sign(ctx, {found[1]: 1}) & NONNEGATIVE:
            continue
        own, rest = found
        for a in _parts(ctx, own):
            b = merge(own, tuple((factor, -e) for factor, e in a))
            both = multiply(ctx, *(_sum_of_squares(ctx, (j,), part) for part in (a, b)))
            outer = tuple(p for p in fresh if p not in (j, k))
            above = multiply(ctx, {rest: 1}, both)
            ctx.use("O15")
            yield subtract(sum_over(ctx, outer, above) if outer else above, {((key, 1),): 1}), NONNEGATIVE


def _squared(ctx: Context, mono: Monomial, j: Place, k: Place) -> tuple[Monomial, Monomial] | None:
    """m and r with mono = m[j]*m[k]*r, where r has neither index."""
    held = {key: ctx.generators[key].places & {j, k} for key, _ in mono}
    own, other, rest = (tuple(f for f in mono if held[f[0]] == some) for some in ({j}, {k}, set()))
    whole = len(own) + len(other) + len(rest) == len(mono)
    return (own, rest) if own and whole and rename_mono(ctx, other, {k: j}) == {own: 1} else None


def _sum_of_squares(ctx: Context, bound: tuple[Place, ...], mono: Monomial) -> Polynomial:
    opened = {p: ctx.open(p[1]) for p in bound}
    whole: Polynomial = ONE
    for k, e in mono:
        whole = multiply(ctx, whole, power(ctx, {((k, 1),): 1}, 2 * e))
    return sum_over(ctx, tuple(opened.values()), rename(ctx, whole, opened))


def _parts(ctx: Context, summand: Monomial) -> Iterator[Monomial]:
    """Candidates for a: nothing, the root of what is positive, that of one such factor, and single factors."""
    yield ()
    positive = tuple((k, e) for k, e in summand if ctx.sign(ctx, {((k, e),): 1}) & POSITIVE == POSITIVE)
    if positive:
        yield tuple((k, e * HALF) for k, e in positive)
    weights = tuple((k, e) for k, e in summand if ctx.sign(ctx, {((k, e),): 1}) & NONNEGATIVE)
    if weights and weights != positive:
        yield tuple((k, e * HALF) for k, e in weights)
    if 1 < len(weights) <= MOST_WEIGHTS:
        yield from (((k, e * HALF),) for k, e in weights)
    if len(summand) == 2:
        yield summand[:1]


def _roots_of_weights(ctx: Context, bound: tuple[Place, ...]) -> Iterator[Monomial]:
    """Another candidate for a: the root of weights > 0 that sum to one, which need not stand in the summand."""
    for weight in weights(ctx, bound[0]) if len(bound) == 1 else ():
        ((mono, c), *others) = weight.items()
        if c == 1 and not others and all(ctx.sign(ctx, {((k, 1),): 1}) & POSITIVE == POSITIVE for k, _ in mono):
            yield tuple((k, e * HALF) for k, e in mono)


def squares(ctx: Context, poly: Polynomial, mono: Monomial, c: Rational) -> Iterator[tuple[Polynomial, int]]:
    """O12: t*a**2 + b**2/t - 2*a*b >= 0 (or + 2*a*b) for a monomial that is such a product; t uses up a**2."""
    for a, b in _halves(mono):
        first, second = tuple((k, 2 * e) for k, e in a), tuple((k, 2 * e) for k, e in b)
        if a == b or first not in poly or poly[first] <= 0:
            continue
        t = 2 * Fraction(poly[first]) / abs(Fraction(c))
        known: Polynomial = {first: t, second: 1 / t, mono: -2 if c < 0 else 2}
        ctx.use("O12")
        # t*(a - b/t)**2, or with a plus.
        gap = {m: v for m, v in known.items() if v}
        side: Polynomial = {a: 1, b: (1 if c > 0 else -1) / t}
        yield gap, ctx.note(gap, NONNEGATIVE, "square of", t, side)


def _halves(mono: Monomial) -> Iterator[tuple[Monomial, Monomial]]:
    """Ways to write a monomial as a product of two: factor by factor, and halves of even powers."""
    whole = [(k, e) for k, e in mono if e.denominator == 1 and e > 0]
    if len(mono) > 6 or len(whole) != len(mono):
        return
    for chosen in range(1, 2 ** len(mono)):
        a: list[tuple[str, Rational]] = []
        b: list[tuple[str, Rational]] = []
        for n, (k, e) in enumerate(mono):
            if e > 1:
                a.append((k, e - e // 2 if chosen >> n & 1 else e // 2))
                b.append((k, e // 2 if chosen >> n & 1 else e - e // 2))
            else:
                (a if chosen >> n & 1 else b).append((k, e))
        yield tuple(a), tuple(b)
