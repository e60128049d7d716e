"""Making a generator anew from changed parts: the one table from kinds to constructors."""

from __future__ import annotations

from collections.abc import Callable

from derive.kernel.context import Context, Generator, Place, Polynomial, Stuck, Undefined
from derive.kernel.elementary import apply_function
from derive.kernel.functions import exponential, logarithm, signum, symbolic_power
from derive.kernel.reductions import extremum, product_over
from derive.kernel.ring import absolute, component, delta, guard, open_bound
from derive.kernel.sums import sum_over


def rebuild(
    ctx: Context,
    gen: Generator,
    at: Callable[[Place], Place],
    go: Callable[[Polynomial], Polynomial],
) -> Polynomial:
    kind, parts = gen.kind, gen.parts
    if kind == "a":
        return component(ctx, parts[0], tuple(at(p) for p in parts[1]))
    if kind == "d":
        return delta(ctx, at(parts[0]), at(parts[1]))
    if kind == "g":
        return guard(ctx, at(parts[0]), at(parts[1]))
    if kind == "e":
        return exponential(ctx, go({parts[0].mono: 1}))
    if kind == "l":
        return logarithm(ctx, go(parts[0]))
    if kind == "b":
        return go(parts[0])
    if kind == "s":
        return _rebuild_sum(ctx, parts[0], {parts[1].mono: 1}, go)
    if kind == "m":
        opened, (fresh,) = open_bound(ctx, (parts[1],), parts[2])
        return extremum(ctx, parts[0], fresh, go(opened))
    if kind == "h":
        return absolute(ctx, go(parts[0]))
    if kind == "z":
        return signum(ctx, go(parts[0]))
    if kind == "f":
        return apply_function(ctx, parts[0], tuple(go(p) for p in parts[1]))
    if kind == "p":
        return symbolic_power(ctx, go(parts[0]), go(parts[1]), True)
    if kind == "q":
        opened, (fresh,) = open_bound(ctx, (parts[0],), parts[2])
        return product_over(ctx, fresh, tuple(at(p) for p in parts[1]), _inside(parts[1], opened, go))
    return {((gen.key, 1),): 1}


def _inside(excluded: tuple[Place, ...], body: Polynomial, go: Callable[[Polynomial], Polynomial]) -> Polynomial:
    """The changed body of a product; that it has no value means nothing where the range may be empty."""
    try:
        return go(body)
    except Undefined as undefined:
        if not excluded:
            raise
        raise Stuck("outside the fragment", f"{undefined} in a range that may be empty") from undefined


def _rebuild_sum(
    ctx: Context, bound: tuple[Place, ...], body: Polynomial, go: Callable[[Polynomial], Polynomial]
) -> Polynomial:
    opened, fresh = open_bound(ctx, bound, body)
    return sum_over(ctx, fresh, go(opened))
