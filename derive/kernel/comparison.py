"""Inequalities between sums: parts of sums named, data centred, products and squares of sums (KERNEL 4.11).

``named_parts`` and ``centred`` write a polynomial in fewer sums; the others offer known inequalities ``p >= 0``.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, combinations, permutations

from derive.kernel.context import (
    BOUND,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    ZERO,
    ComponentRule,
    Context,
    Generator,
    Monomial,
    Place,
    Polynomial,
    Rational,
    SumEquation,
    SumRule,
)
from derive.kernel.functions import exponential, logarithm
from derive.kernel.polynomial import ONE, add, merge, scale, subtract
from derive.kernel.ring import component, multiply, power, product, rename, rename_mono, renew, variable
from derive.kernel.spelling import NO_NAMES, mono_text, names, parts_of, places
from derive.kernel.sums import sum_over

HALF = Fraction(1, 2)
MOST_PLACES = 6
MOST_EXPONENTIALS = 3
MOST_BOUNDS = 4


def named_parts(ctx: Context, poly: Polynomial) -> tuple[Context, Polynomial] | None:
    """The polynomial with a sum inside its sums named: u[b] for Sum(t[b, k], k), wherever it stands (H2).

    What holds for every array u holds for this one. Looks for a sum that stands twice in one sum, as in a square, or
    in a sum and below a function, as in Sum(p[b]*t[b]) <= log(Sum(p[b]*exp(t[b]))).
    """
    several = sorted({k for mono in poly for k, _ in mono if k[0] == "s" and len(ctx.generators[k].parts[0]) > 1})
    below = set(_sums_below(ctx, poly)) if several else set()
    for key in several:
        part = next(chain(_repeated_parts(ctx, ctx.generators[key]), _parts_below(ctx, key, below)), None)
        if part is not None:
            return _named(ctx, poly, *part)
    return None


def _named(
    ctx: Context, poly: Polynomial, inner: tuple[Place, ...], summand: Monomial, outer: tuple[Place, ...]
) -> tuple[Context, Polynomial]:
    case = ctx.fork()
    array = ctx.array()
    case.types[array] = "real"
    value = component(case, array, outer)
    # A definition, unlike a hypothesis, holds below a derivative too: no name suspends it.
    case.sum_equations.insert(0, SumEquation(inner, summand, value, frozenset(outer), NO_NAMES))
    ctx.use("H2")
    ctx.note({}, NONNEGATIVE, "named", array, outer, sum_over(ctx, inner, {summand: 1}))
    return case, renew(case, poly, names(ctx, {summand: 1}))


def _repeated_parts(ctx: Context, gen: Generator) -> Iterator[tuple[tuple[Place, ...], Monomial, tuple[Place, ...]]]:
    """Inner indices, factors, and outer indices of parts that occur twice once the outer indices are held."""
    bound, mono = gen.parts[0], gen.parts[1].mono
    if len(bound) > MOST_PLACES or any(e.denominator != 1 for _, e in mono):
        return
    for size in range(1, len(bound)):
        for held in combinations(bound, size):
            parts = _components(ctx, tuple(p for p in bound if p not in held), mono)
            spelled: dict[str, tuple[tuple[Place, ...], Monomial]] = {}
            for inner, factors in parts:
                text = min(
                    mono_text(ctx, factors, {p: f"?{n}@{p[1]}" for n, p in enumerate(order)})
                    for order in permutations(inner)
                )
                if text in spelled:
                    touched = frozenset(p for k, _ in factors for p in ctx.generators[k].places)
                    yield inner, factors, tuple(p for p in held if p in touched)
                spelled[text] = inner, factors


def _parts_below(
    ctx: Context, key: str, below: set[str]
) -> Iterator[tuple[tuple[Place, ...], Monomial, tuple[Place, ...]]]:
    """The parts of a sum over several indices that stand below a function too."""
    bound, mono = ctx.generators[key].parts[0], ctx.generators[key].parts[1].mono
    for size in range(1, len(bound)) if below and len(bound) <= MOST_PLACES else ():
        for held in combinations(bound, size):
            for inner, factors in _components(ctx, tuple(p for p in bound if p not in held), mono):
                if _loosely(ctx, inner, factors) in below:
                    touched = frozenset(p for k, _ in factors for p in ctx.generators[k].places)
                    yield inner, factors, tuple(p for p in held if p in touched)


def _sums_below(ctx: Context, poly: Polynomial) -> Iterator[str]:
    """The sums below exponentials, logarithms and other functions, spelled without the names of their indices."""
    stack = [(key, False) for mono in poly for key, _ in mono]
    while stack:
        key, is_below = stack.pop()
        gen = ctx.generators[key]
        if gen.kind == "s" and is_below:
            yield _loosely(ctx, gen.parts[0], gen.parts[1].mono)
        deeper = is_below or gen.kind not in "sb"
        stack.extend((k, deeper) for mono in parts_of(gen) for k, _ in mono)


def _loosely(ctx: Context, inner: tuple[Place, ...], factors: Monomial) -> str:
    others = {p: f"#{p[1]}" for k, _ in factors for p in ctx.generators[k].places}
    orders = (others | {p: f"?{n}@{p[1]}" for n, p in enumerate(order)} for order in permutations(inner))
    return min(mono_text(ctx, factors, order) for order in orders)


def _components(ctx: Context, inner: tuple[Place, ...], mono: Monomial) -> Iterator[tuple[tuple[Place, ...], Monomial]]:
    """The parts into which a monomial falls when only some of its indices link factors."""
    left = set(inner)
    while left:
        linked, grown = {left.pop()}, True
        while grown:
            factors = tuple(f for f in mono if not ctx.generators[f[0]].places.isdisjoint(linked))
            more = {p for k, _ in factors for p in ctx.generators[k].places if p in inner} - linked
            linked, grown = linked | more, bool(more)
        left -= linked
        yield tuple(sorted(linked)), factors


def centred(ctx: Context, poly: Polynomial) -> tuple[Context, Polynomial] | None:
    """The polynomial with every array of which sums over one index stand in it written as means plus deviations (H2).

    x[k] = u[k] + c with Sum(u, k) = 0 is possible for every x, with c its mean; of a matrix, in every column or row.
    """
    found: dict[str, tuple[Place, Generator]] = {}
    for key in sorted({k for mono in poly for k, _ in mono}):
        summed = _plainly_summed(ctx, key)
        if summed is not None and summed.parts[0] not in found and _is_polynomial_in(ctx, poly, summed.parts[0]):
            found[summed.parts[0]] = ctx.generators[key].parts[0][0], summed
    if not found:
        return None
    case = ctx.fork()
    for array, (bound, gen) in sorted(found.items()):
        _centre(case, array, tuple(ctx.open(p[1]) for p in gen.parts[1]), gen.parts[1].index(bound))
    ctx.use("H2")
    return case, renew(case, poly, frozenset(found))


def _centre(case: Context, array: str, at: tuple[Place, ...], slot: int) -> None:
    """Names the deviations from the means over one slot, and the means."""
    deviation, mean = f"{array}-{next(case.numbers)}", f"{array}+{next(case.numbers)}"
    case.types.update({deviation: "real", mean: "real"})
    place, others = at[slot], at[:slot] + at[slot + 1 :]
    fresh = case.open(place[1])
    total = sum_over(case, (fresh,), component(case, array, (*at[:slot], fresh, *at[slot + 1 :])))
    average = multiply(case, total, power(case, variable(case, place[1]), -1))
    case.note({}, NONNEGATIVE, "named", deviation, at, subtract(component(case, array, at), average))
    case.note({}, NONNEGATIVE, "named", mean, others, average)
    means = component(case, mean, others) if others else variable(case, mean)
    case.component_rules[array] = ComponentRule(at, add(component(case, deviation, at), means), NO_NAMES)
    ((summand, _),) = component(case, deviation, at).items()
    case.sum_rules.append(SumRule(place, summand, {}, frozenset(others), NO_NAMES))


def _is_polynomial_in(ctx: Context, poly: Polynomial, array: str) -> bool:
    """Whether an array stands only in products of components, and in sums of these."""
    for mono in poly:
        for key, e in mono:
            gen = ctx.generators[key]
            if array not in gen.names:
                continue
            inner: Polynomial = {gen.parts[1].mono: 1} if gen.kind == "s" else {}
            whole = e.denominator == 1 and e > 0
            if not whole or gen.kind not in "as" or (inner and not _is_polynomial_in(ctx, inner, array)):
                return False
    return True


def _plainly_summed(ctx: Context, key: str) -> Generator | None:
    """The component x[k] where the generator is Sum(x[k], k)."""
    gen = ctx.generators[key]
    if gen.kind != "s" or len(gen.parts[0]) != 1 or len(gen.parts[1].mono) != 1:
        return None
    ((inner, e),) = gen.parts[1].mono
    summed = ctx.generators[inner]
    if e != 1 or summed.kind != "a" or summed.parts[1].count(gen.parts[0][0]) != 1:
        return None
    array = summed.parts[0]
    known = (array in held for held in (ctx.component_rules, ctx.suspended, ctx.simplex, ctx.symmetric))
    return None if any(known) else summed


def gathered_in_pairs(ctx: Context, poly: Polynomial) -> Iterator[tuple[tuple[Place, ...], Polynomial, Polynomial]]:
    """``(k, l), body, rest`` with poly = Sum(Sum(body, k), l) + rest: with the terms in the order in which an array
    stands in all of them, or, over one dimension, with the mean of both orders.
    """
    for dims in sorted({d for mono in poly for k, e in mono if e == 1 and len(d := _dimensions(ctx, k)) == 2}):
        bound = tuple(ctx.open(d) for d in dims)
        body: Polynomial = {}
        rest: Polynomial = {}
        leading: frozenset[str] = frozenset()
        for mono, c in sorted(poly.items()):
            key = next((k for k, e in mono if e == 1 and _dimensions(ctx, k) == dims), None)
            if key is None:
                rest = add(rest, {mono: c})
                continue
            summand = _ordered(ctx, ctx.generators[key], bound, leading)
            leading = leading or _components_over(ctx, summand, bound)
            body = add(body, multiply(ctx, {tuple(f for f in mono if f[0] != key): c}, summand))
        yield bound, body, rest
        if dims[0] == dims[1]:
            turned = rename(ctx, body, {bound[0]: bound[1], bound[1]: bound[0]})
            yield bound, scale(add(body, turned), HALF), rest


def _dimensions(ctx: Context, key: str) -> tuple[str, ...]:
    gen = ctx.generators[key]
    return tuple(sorted(str(p[1]) for p in gen.parts[0])) if gen.kind == "s" else ()


def _ordered(ctx: Context, gen: Generator, bound: tuple[Place, ...], leading: frozenset[str]) -> Polynomial:
    """The summand at given indices, in an order in which it holds one of the leading components if there is one."""
    orders = [
        rename_mono(ctx, gen.parts[1].mono, dict(zip(own, bound, strict=True)))
        for own in permutations(gen.parts[0])
        if all(p[1] == q[1] for p, q in zip(own, bound, strict=True))
    ]
    return next((o for o in orders if leading & _components_over(ctx, o, bound)), orders[0])


def _components_over(ctx: Context, poly: Polynomial, bound: tuple[Place, ...]) -> frozenset[str]:
    """The components in a term that stand at all of the indices."""
    return frozenset(
        k for mono in poly for k, _ in mono if k[0] == "a" and ctx.generators[k].places == frozenset(bound)
    )


def common_weight(ctx: Context, body: Polynomial) -> Polynomial | None:
    """A weight w >= 0 that every term of a body with logarithms has as a factor."""
    if not any(key[0] == "l" for mono in body for key, _ in mono):
        return None
    common = frozenset.intersection(*(frozenset(k for k, e in mono if e >= 1) for mono in body))
    weight = next((k for k in sorted(common) if ctx.sign(ctx, {((k, 1),): 1}) & NONNEGATIVE), None)
    return None if weight is None else {((weight, 1),): 1}


def jensen(ctx: Context, bound: tuple[Place, ...], weight: Polynomial, body: Polynomial) -> Polynomial:
    """O14: w*g >= w - w*exp(-g), summed, where the body is w*g."""
    value = multiply(ctx, body, power(ctx, weight, -1))
    return sum_over(ctx, bound, subtract(weight, multiply(ctx, weight, exponential(ctx, scale(value, -1)))))


def weights(ctx: Context, place: Place) -> Iterator[Polynomial]:
    """What sums to one over the dimension of an index, by type or by hypothesis (H4, S10)."""
    vectors = {g.parts[0]: g.parts[1] for g in list(ctx.generators.values()) if g.kind == "a"}
    for array in sorted(ctx.simplex - ctx.suspended):
        if [p[1] for p in vectors.get(array, ())] == [place[1]]:
            yield component(ctx, array, (place,))
    for rule in ctx.sum_rules:
        if rule.place[1] != place[1] or rule.value != ONE or rule.pattern:
            continue
        if rule.names.isdisjoint(ctx.suspended):
            yield rename_mono(ctx, rule.summand, {rule.place: place})


# --- known inequalities ---


def products_of_sums(ctx: Context, poly: Polynomial) -> Iterator[tuple[Polynomial, int]]:
    """O15: Sum(a)*Sum(b) >= Sum(sqrt(a*b))**2 for a, b >= 0, and Sum(a)*Sum(b) >= Sum(a*b); n is Sum(1)."""
    for key, other in sorted(_pairs_of_sums(ctx, poly)):
        place = ctx.open(_dimension(ctx, key) or _dimension(ctx, other))
        first, second = _summand(ctx, key, place), _summand(ctx, other, place)
        if not all(ctx.sign(ctx, t) & NONNEGATIVE for t in (first, second)):
            continue
        both = multiply(ctx, first, second)
        whole: Polynomial = {merge(((key, 1),), ((other, 1),)): 1}
        root = _root(ctx, both)
        if root is not None and key != other:
            ctx.use("O15")
            gap = subtract(whole, power(ctx, sum_over(ctx, (place,), root), 2))
            yield gap, ctx.note(gap, NONNEGATIVE, "cauchy", place, *(power(ctx, t, HALF) for t in (first, second)))
        ctx.use("O6")
        gap = subtract(whole, sum_over(ctx, (place,), both))
        yield gap, ctx.note(gap, NONNEGATIVE, "product of sums", place, first, second)


def products_of_rests(ctx: Context, poly: Polynomial, free: list[Place]) -> Iterator[tuple[Polynomial, int]]:
    """O15 without one term: (Sum(a) - a[i])*(Sum(b) - b[i]) >= (Sum(r) - r[i])**2 for a, b >= 0 with r**2 = a*b."""
    for key, other in sorted(_pairs_of_sums(ctx, poly)):
        place = ctx.open(_dimension(ctx, key) or _dimension(ctx, other))
        first, second = _summand(ctx, key, place), _summand(ctx, other, place)
        root = _root(ctx, multiply(ctx, first, second)) if key != other else None
        if root is None or not all(ctx.sign(ctx, t) & NONNEGATIVE for t in (first, second)):
            continue
        for one in (p for p in free if p[1] == place[1]):
            rests = [subtract(sum_over(ctx, (place,), t), rename(ctx, t, {place: one})) for t in (first, second, root)]
            ctx.use("O15")
            gap = subtract(multiply(ctx, rests[0], rests[1]), power(ctx, rests[2], 2))
            yield gap, ctx.note(gap, NONNEGATIVE, "rests", place, first, second, root, one)


def products_of_bounds(ctx: Context, poly: Polynomial) -> Iterator[tuple[Polynomial, int]]:
    """O3: Sum(w*(t - a)*(b - t)) >= 0 for weights w >= 0 and what lies between bounds, the Min and the Max or given."""
    for dimension in sorted({_dimension(ctx, key) for mono in poly for key, _ in mono if _is_square(ctx, key)}):
        place = ctx.open(dimension)
        below = [gap for gap, _ in zip(_bounded(ctx, poly, place), range(MOST_BOUNDS), strict=False)]
        shares = [w for w in (ONE, *weights(ctx, place)) if ctx.sign(ctx, w) & NONNEGATIVE]
        for one, other in combinations(below, 2):
            for weight in shares:
                ctx.use("O3")
                body = multiply(ctx, weight, multiply(ctx, one, other))
                yield sum_over(ctx, (place,), body), NONNEGATIVE


def _is_square(ctx: Context, key: str) -> bool:
    """Whether a generator is a sum over one index of something with a square."""
    return bool(_dimension(ctx, key)) and any(e == 2 for _, e in ctx.generators[key].parts[1].mono)


def _bounded(ctx: Context, poly: Polynomial, place: Place) -> Iterator[Polynomial]:
    """What is >= 0 at an index, by a hypothesis that compares or because a Max or Min stands in a polynomial (O7)."""
    for key in sorted({key for mono in poly for key, _ in mono if key[0] == "m"}):
        kind, bound, body = ctx.generators[key].parts
        if bound[1] == place[1]:
            gap = subtract({((key, 1),): 1}, rename(ctx, body, {bound: place}))
            yield gap if kind == "Max" else scale(gap, -1)
    for fact in [fact for bucket in ctx.facts.values() for fact in bucket]:
        pattern = [p for p in places(ctx, fact.polynomial) if p[0] >= BOUND]
        in_force = names(ctx, fact.polynomial).isdisjoint(ctx.suspended) and len(fact.polynomial) > 1
        if in_force and fact.bits & ZERO in (NONNEGATIVE, NONPOSITIVE) and [p[1] for p in pattern] == [place[1]]:
            oriented = fact.polynomial if fact.bits & NONNEGATIVE else scale(fact.polynomial, -1)
            yield rename(ctx, oriented, {pattern[0]: place})


def _pairs_of_sums(ctx: Context, poly: Polynomial) -> set[tuple[str, str]]:
    """Two sums over one dimension, or one twice, in a term; or one beside its dimension."""
    found: set[tuple[str, str]] = set()
    for mono in poly:
        over = {k: _dimension(ctx, k) or (k[2:-1] if k[0] == "v" else "") for k, e in mono if e >= 1}
        found |= {(k, k) for k, e in mono if e == 2 and _dimension(ctx, k)}
        for one, two in combinations(sorted(over), 2):
            if over[one] == over[two] != "" and "s" in (one[0], two[0]):
                found.add((one, two))
    return found


def _dimension(ctx: Context, key: str) -> str:
    gen = ctx.generators[key]
    return str(gen.parts[0][0][1]) if gen.kind == "s" and len(gen.parts[0]) == 1 else ""


def _summand(ctx: Context, key: str, place: Place) -> Polynomial:
    gen = ctx.generators[key]
    return rename_mono(ctx, gen.parts[1].mono, {gen.parts[0][0]: place}) if gen.kind == "s" else ONE


def _root(ctx: Context, poly: Polynomial) -> Polynomial | None:
    """The root of a single term, where it is a product of what it was."""
    if len(poly) != 1:
        return None
    ((mono, c),) = poly.items()
    if c != 1 or any(e % 2 and ctx.sign(ctx, {((k, 1),): 1}) & POSITIVE != POSITIVE for k, e in mono):
        return None
    return product(ctx, (power(ctx, {((k, 1),): 1}, _plain(e * HALF)) for k, e in mono))


def _plain(value: Rational) -> Rational:
    return int(value) if value.denominator == 1 else value


def tangents_elsewhere(ctx: Context, poly: Polynomial) -> Iterator[tuple[Polynomial, int]]:
    """O13: exp(u) >= exp(v)*(1 + u - v) for the exponentials of two terms."""
    parts = {tuple(f for f in mono if f[0][0] == "e") for mono in poly} | {()}
    if not 2 < len(parts) + 1 <= MOST_EXPONENTIALS + 2:
        return
    for first, second in permutations(sorted(parts), 2):
        gap = subtract(_exponent(ctx, first), _exponent(ctx, second))
        ctx.use("O13")
        known = subtract({first: 1}, multiply(ctx, {second: 1}, add(ONE, gap)))
        yield known, ctx.note(known, NONNEGATIVE, "tangent times", gap, {second: 1})


def tangents_of_terms(ctx: Context, poly: Polynomial) -> Iterator[tuple[Polynomial, int]]:
    """O13: t >= 1 + log(t) for the terms t > 0 of a polynomial in which logarithms stand."""
    if not any(key[0] == "l" for mono in poly for key, _ in mono):
        return
    for mono in sorted(poly):
        if len(mono) > 1 and ctx.sign(ctx, {mono: 1}) & POSITIVE == POSITIVE:
            ctx.use("O13")
            exponent = logarithm(ctx, {mono: 1})
            known = subtract({mono: 1}, add(ONE, exponent))
            yield known, ctx.note(known, NONNEGATIVE, "tangent", exponent)


def _exponent(ctx: Context, mono: Monomial) -> Polynomial:
    return add(*({ctx.generators[key].parts[0].mono: e} for key, e in mono))


def tangent_of_logarithms(ctx: Context, poly: Polynomial) -> Iterator[tuple[Polynomial, int]]:
    """O13: with L the logarithms of a polynomial together, L >= (1 - exp(-r*L))/r for r > 0; times what is beside L.

    What is beside L may stand beside more, which is then a part of L. More, where L is not 0, which is where exp(-L)
    is not 1.
    """
    terms: Polynomial = {m: c for m, c in poly.items() if any(key[0] == "l" for key, _ in m)}
    beside = {tuple(f for f in m if f[0][0] != "l") for m in terms}
    if len(beside) != 1 or ctx.sign(ctx, {(factor := beside.pop()): 1}) & POSITIVE != POSITIVE:
        return
    logs: Polynomial = {tuple(f for f in m if f[0][0] == "l"): c for m, c in terms.items()}
    if any(len(m) != 1 or m[0][1] != 1 for m in logs):
        return
    together = [(terms, logs)] if len(terms) > 1 else []
    for own, exponent in (*together, *_with_more_beside(poly, terms, factor, logs)):
        for r in (1, 2, HALF):
            below = multiply(ctx, {factor: 1}, exponential(ctx, scale(exponent, -r)))
            if all(m in poly for m in below):
                ctx.use("O13")
                share = Fraction(1) / Fraction(r)
                known = add(scale(subtract(below, {factor: 1}), share), own)
                weak = ctx.note(known, NONNEGATIVE, "tangent times", scale(exponent, -r), {factor: share})
                yield known, weak | (ctx.sign(ctx, subtract(exponential(ctx, scale(exponent, -1)), ONE)) & NONZERO)


def _with_more_beside(
    poly: Polynomial, terms: Polynomial, factor: Monomial, logs: Polynomial
) -> Iterator[tuple[Polynomial, Polynomial]]:
    """The terms and logarithms together with what else stands beside the factor, numbers apart; if there is more."""
    own, exponent = dict(terms), dict(logs)
    for mono, c in poly.items() if factor else ():
        rest = tuple(f for f in mono if f not in factor)
        if mono not in terms and rest and len(rest) + len(factor) == len(mono):
            own[mono] = exponent[rest] = c
    if len(own) > len(terms):
        yield own, exponent
