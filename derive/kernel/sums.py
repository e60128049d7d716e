"""Sums over indices: contraction, flattening, connected parts, canonical names, division in summands (rules S)."""

from __future__ import annotations

from derive.kernel.context import (
    BOUND,
    LITERAL,
    Context,
    Monomial,
    Place,
    Polynomial,
    Rational,
    Stuck,
    SumEquation,
    SumRule,
)
from derive.kernel.division import reduce_fractions
from derive.kernel.embed import embed
from derive.kernel.polynomial import ONE, add, merge, put, scale, subtract, without
from derive.kernel.ring import (
    defined,
    defined_power,
    delta,
    in_range,
    multiply,
    open_bound,
    product,
    rename,
    rename_mono,
    settle,
    variable,
)
from derive.kernel.spelling import NOTHING, Factors, below_binder, loose_text, opaque_key

MOST_ORDERS = 4


def sum_over(ctx: Context, bound: tuple[Place, ...], body: Polynomial) -> Polynomial:
    """The sum of a polynomial over the whole ranges of fresh indices (S1 to S4, S6)."""
    ctx.use("S1")
    total: Polynomial = {}
    for mono, c in reduce_fractions(ctx, frozenset(bound), body).items():
        for m, v in _sum_mono(ctx, bound, mono).items():
            put(total, m, c * v)
    return total


def _sum_mono(ctx: Context, bound: tuple[Place, ...], mono: Monomial) -> Polynomial:
    ctx.spend(len(mono) + 1)
    for key, _ in mono:
        if key[0] == "d":
            keep, drop = ctx.generators[key].parts
            if drop in bound or keep in bound:
                return _contract(ctx, bound, mono, key, keep, drop)
    explicit = next((p for p in bound if p[1].isdecimal()), None)
    if explicit is not None:
        return _unrolled_sum(ctx, explicit, tuple(p for p in bound if p != explicit), {mono: 1})
    linked = next(
        (
            (key, e)
            for key, e in mono
            if key[0] == "s" and e > 0 and e.denominator == 1 and not ctx.generators[key].places.isdisjoint(bound)
        ),
        None,
    )
    if linked is not None:
        return _flatten(ctx, bound, mono, *linked)
    return _factor(ctx, bound, mono)


def _unrolled_sum(ctx: Context, explicit: Place, rest: tuple[Place, ...], body: Polynomial) -> Polynomial:
    """A sum over an explicit dimension, written out (K6)."""
    ctx.use("K6")
    size = int(explicit[1])
    ctx.spend(size)
    unrolled = add(*(rename(ctx, body, {explicit: (LITERAL, explicit[1], v)}) for v in range(1, size + 1)))
    return sum_over(ctx, rest, unrolled) if rest else unrolled


def _contract(ctx: Context, bound: tuple[Place, ...], mono: Monomial, key: str, keep: Place, drop: Place) -> Polynomial:
    """Sum_k d_kj f(k) = f(j) (S3)."""
    ctx.use("S3")
    rest: Polynomial = {without(mono, key): 1}
    if drop not in bound:
        keep, drop = drop, keep
        rest = rename(ctx, rest, {drop: keep})
    if not in_range(ctx, (keep,)):
        # Below a restriction nothing says that a literal index is in the range.
        ctx.unknown += 1
        raise Stuck("open obligation", f"the index {keep[2]} is not seen to be in the range")
    left = tuple(p for p in bound if p != drop)
    return sum_over(ctx, left, rest) if left else rest


def _flatten(ctx: Context, bound: tuple[Place, ...], mono: Monomial, key: str, e: Rational) -> Polynomial:
    """A sum inside a sum becomes one sum over more indices; powers are renamed apart (S4, S6)."""
    ctx.use("S6")
    gen = ctx.generators[key]
    opened: list[Polynomial] = [{without(mono, key): 1}]
    more: list[Place] = []
    for _ in range(int(e)):
        body, fresh = open_bound(ctx, gen.parts[0], {gen.parts[1].mono: 1})
        opened.append(body)
        more.extend(fresh)
    return sum_over(ctx, bound + tuple(more), product(ctx, opened))


def _factor(ctx: Context, bound: tuple[Place, ...], mono: Monomial) -> Polynomial:
    """Take out what no index links, and one sum for every connected part (S1, S2, S6)."""
    free = [ctx.generators[key].places.isdisjoint(bound) for key, _ in mono]
    outside = tuple([f for f, is_free in zip(mono, free, strict=True) if is_free])
    inside = tuple([f for f, is_free in zip(mono, free, strict=True) if not is_free])
    groups = _linked(ctx, bound, inside)
    if any(key[0] == "g" for key, _ in inside):
        # A restricted range may be empty: only what has a value all the same may leave it (S1, S6).
        stay = tuple(f for f in outside if not defined_power(ctx, *f))
        partial = [g for g in groups if not defined(ctx, {tuple(sorted(g[1])): 1})]
        if stay or len(partial) > 1 or (partial and len(groups) > 1):
            outside = tuple(f for f in outside if f not in stay)
            groups = [(set(bound), [*inside, *stay])]
    parts: list[Polynomial] = [{outside: 1}] if outside else []
    for linked, factors in groups:
        if factors:
            parts.append(_connected(ctx, tuple(sorted(linked)), tuple(sorted(factors))))
        else:
            ctx.use("S2")
            parts.append(variable(ctx, next(iter(linked))[1]))
    return parts[0] if len(parts) == 1 else product(ctx, parts)


def _linked(
    ctx: Context, bound: tuple[Place, ...], factors: Monomial
) -> list[tuple[set[Place], list[tuple[str, Rational]]]]:
    """The connected parts: bound indices and the factors that link them."""
    groups: list[tuple[set[Place], list[tuple[str, Rational]]]] = [({p}, []) for p in bound]
    for key, e in factors:
        linked = ctx.generators[key].places.intersection(bound)
        first, *others = [g for g in groups if g[0] & linked]
        for other in others:
            first[0].update(other[0])
            first[1].extend(other[1])
            groups.remove(other)
        first[1].append((key, e))
    return groups


def _connected(ctx: Context, bound: tuple[Place, ...], mono: Monomial) -> Polynomial:
    rules: list[SumRule | SumEquation] = [*ctx.sum_rules, *ctx.sum_equations]
    for rule in rules:
        applied = _apply_sum_rule(ctx, rule, bound, mono) if rule.names.isdisjoint(ctx.suspended) else None
        if applied is not None:
            return applied
    normalised = _over_own_sum(ctx, bound, mono)
    if normalised is not None:
        return normalised
    if len(bound) == 1 and len(mono) == 1 and mono[0][1] == 1 and mono[0][0][0] == "a":
        gen = ctx.generators[mono[0][0]]
        if gen.parts[0] in ctx.simplex and gen.parts[0] not in ctx.suspended:
            ctx.use("H4")
            return ONE
    if len(bound) == 1 and all(key[0] == "g" for key, _ in mono):
        # Distinct excluded indices may still coincide; each guard of a total summand is written with deltas.
        ctx.use("S2")
        whole = product(ctx, (subtract(ONE, delta(ctx, *ctx.generators[key].parts)) for key, _ in mono))
        return sum_over(ctx, bound, whole)
    return _spelled(ctx, bound, mono)


def _spelled(ctx: Context, bound: tuple[Place, ...], mono: Monomial) -> Polynomial:
    """The sum as a generator with canonical names for its indices (1.5)."""
    base = below_binder(ctx, {mono: 1}, bound)
    orders = canonical_orders(ctx, bound, mono)
    total = _closed(ctx, orders[0], mono, base)
    if any(_closed(ctx, other, mono, base) == scale(total, -1) for other in orders[1:]):
        # The sum equals its own negative by a renaming of its indices.
        ctx.use("S4")
        return {}
    return total


def _closed(ctx: Context, order: tuple[Place, ...], mono: Monomial, base: int) -> Polynomial:
    renamed: dict[Place, Place] = {p: (BOUND, p[1], base + 1 + n) for n, p in enumerate(order)}
    total: Polynomial = {}
    bound = tuple(renamed.values())
    for m, c in rename_mono(ctx, mono, renamed).items():
        put(total, ((opaque_key(ctx, "s", bound, Factors(m), bound=bound), 1),), c)
    return total


def canonical_orders(ctx: Context, bound: tuple[Place, ...], mono: Monomial) -> list[tuple[Place, ...]]:
    """Orders of the bound indices that depend only on the shape of the summand (colour refinement, then choice).

    Several are returned only where the sum may be its own negative.
    """
    if len(bound) == 1:
        return [bound]
    colours = {p: p[1] for p in bound}
    odd = -1 in ctx.symmetric.values() or any(key[0] in "bz" and e % 2 == 1 for key, e in mono)
    best: tuple[str, list[tuple[Place, ...]]] = ("", [])
    stack = [colours]
    while stack:
        ctx.spend(len(bound) * len(mono))
        colours = _refine(ctx, stack.pop(), mono)
        ties: dict[str, list[Place]] = {}
        for p in bound:
            ties.setdefault(colours[p], []).append(p)
        tied = next((ties[c] for c in sorted(ties) if len(ties[c]) > 1), None)
        if tied is not None:
            stack.extend({**colours, p: colours[p] + "!"} for p in tied)
            continue
        order = tuple(sorted(bound, key=lambda p: colours[p]))
        spelled = {p: f"b{n}@{p[1]}" for n, p in enumerate(order)}
        text = "*".join(sorted(f"{loose_text(ctx, key, spelled)}^{e}" for key, e in mono))
        if not best[1] or text < best[0]:
            best = (text, [order])
        elif text == best[0] and odd and len(best[1]) < MOST_ORDERS:
            best[1].append(order)
    return best[1]


def _refine(ctx: Context, colours: dict[Place, str], mono: Monomial) -> dict[Place, str]:
    """Split colours by the factors in which an index stands until nothing changes; colours are ranks of signatures."""
    while True:
        signatures = {
            p: (
                colours[p],
                tuple(
                    sorted(
                        f"{loose_text(ctx, key, {**colours, p: '*'})}^{e}"
                        for key, e in mono
                        if p in ctx.generators[key].places
                    )
                ),
            )
            for p in colours
        }
        ranks = {s: n for n, s in enumerate(sorted(set(signatures.values())))}
        new = {p: f"{ranks[signatures[p]]:04d}@{p[1]}" for p in colours}
        if len(set(new.values())) == len(set(colours.values())):
            return new
        colours = new


def _apply_sum_rule(
    ctx: Context, rule: SumRule | SumEquation, bound: tuple[Place, ...], mono: Monomial
) -> Polynomial | None:
    """Use a hypothesis about a sum on indices of a connected sum that stand nowhere else (S10, H1)."""
    for chosen, rest in embed(ctx, rule.bound, rule.summand, rule.pattern, frozenset(bound), mono):
        ctx.use("S10")
        value = rename(ctx, rule.value, {p: chosen[p] for p in rule.pattern})
        left = tuple(p for p in bound if p not in {chosen[q] for q in rule.bound})
        body = multiply(ctx, {rest: 1}, value)
        return sum_over(ctx, left, body) if left else body
    return None


def _over_own_sum(ctx: Context, bound: tuple[Place, ...], mono: Monomial) -> Polynomial | None:
    """Take a sum that stands in a denominator out of a connected sum that holds its summand, where it cancels (S6)."""
    for key in sorted(_sums_below(ctx, mono)):
        gen = ctx.generators[key]
        for chosen, rest in embed(ctx, gen.parts[0], gen.parts[1].mono, NOTHING, frozenset(bound), mono):
            left = tuple(p for p in bound if p not in chosen.values())
            body = reduce_fractions(ctx, frozenset(left), settle(ctx, merge(rest, ((key, 1),))))
            if all(dict(m).get(key, 0) <= 0 for m in body):
                ctx.use("S6")
                return sum_over(ctx, left, body) if left else body
    return None


def _sums_below(ctx: Context, mono: Monomial) -> set[str]:
    """The sums in the denominators of a monomial."""
    below = [key for key, e in mono if e < 0]
    if not below:
        return set()
    inside = (k for key in below if key[0] == "b" for m in ctx.generators[key].parts[0] for k, _ in m)
    return {key for key in (*below, *inside) if key[0] == "s"}
