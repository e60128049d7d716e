"""Components at given indices, and products of two variables, as variables of their own, for calculus (H2).

What holds for all real numbers holds for the values of components, whether their indices coincide or not, and for
products.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from itertools import product as cartesian

from derive.kernel.context import BOUND, NONNEGATIVE, Context, Fact, Polynomial, Stuck, Undefined
from derive.kernel.polynomial import ONE, subtract
from derive.kernel.ring import multiply, power, rename, replace_generators, variable
from derive.kernel.sign import learn
from derive.kernel.spelling import names, places, reached

MOST_SCALARS = 4
MOST_INSTANCES = 16


def with_scalars(ctx: Context, poly: Polynomial) -> tuple[Context, Polynomial]:
    """The polynomial with a variable for every component at free indices, and what is known of these."""
    case = ctx.fork()
    keys = [key for array in sorted(names(ctx, poly)) for key in reached(ctx, poly, array) if key[0] == "a"]
    if not keys or len(keys) > MOST_SCALARS:
        return case, poly
    new: dict[str, Polynomial] = {}
    for key in keys:
        array = ctx.generators[key].parts[0]
        name, kind = f"{array}~{next(ctx.numbers)}", ctx.types.get(array, "real")
        case.types[name] = "nonnegative" if kind == "simplex" else kind
        new[key] = variable(case, name)
        ctx.note({}, NONNEGATIVE, "named", name, (), {((key, 1),): 1})
        if kind == "simplex":
            learn(case, subtract(ONE, new[key]), NONNEGATIVE)
    for fact in [f for bucket in ctx.facts.values() for f in bucket]:
        for instance in _instances(ctx, fact, poly):
            if any(key in new for mono in instance for key, _ in mono):
                learn(case, replace_generators(case, instance, new), fact.bits)
    ctx.use("H2")
    return case, replace_generators(case, poly, new)


def _instances(ctx: Context, fact: Fact, poly: Polynomial) -> Iterator[Polynomial]:
    """The fact at the indices that stand in the polynomial (H1)."""
    pattern = sorted(p for p in places(ctx, fact.polynomial) if p[0] >= BOUND)
    found = sorted(places(ctx, poly))
    if len(found) ** len(pattern) > MOST_INSTANCES:
        return
    for chosen in cartesian(found, repeat=len(pattern)):
        if all(p[1] == q[1] for p, q in zip(pattern, chosen, strict=True)):
            yield rename(ctx, fact.polynomial, dict(zip(pattern, chosen, strict=True)))


def with_products(ctx: Context, poly: Polynomial) -> Iterator[tuple[Context, Polynomial]]:
    """The polynomial as one in u, where two of its variables stand in it as their product u only."""
    keys = [f"v({name})" for name in sorted(names(ctx, poly)) if f"v({name})" in ctx.generators]
    for first, second in permutations(keys[:MOST_SCALARS], 2):
        case = ctx.fork()
        try:
            turned = _as_product(case, poly, first, second)
        except (Stuck, Undefined) as stopped:
            if isinstance(stopped, Stuck) and stopped.reason == "budget":
                raise
            continue
        if turned is not None:
            yield case, turned


def _as_product(ctx: Context, poly: Polynomial, first: str, second: str) -> Polynomial | None:
    """Where the second variable is 0 there is no quotient u/second, and u is 0."""
    own, other = (str(ctx.generators[key].parts[0]) for key in (first, second))
    name = f"{own}~{other}~{next(ctx.numbers)}"
    ctx.types[name] = "real"
    ctx.note({}, NONNEGATIVE, "named", name, (), multiply(ctx, {((first, 1),): 1}, {((second, 1),): 1}))
    value = variable(ctx, name)
    turned = replace_generators(ctx, poly, {first: multiply(ctx, value, power(ctx, {((second, 1),): 1}, -1))})
    if names(ctx, turned) & {own, other}:
        return None
    at_zero = replace_generators(ctx, turned, {f"v({name})": {}})
    ctx.use("H2")
    return turned if replace_generators(ctx, poly, {second: {}}) == at_zero else None
