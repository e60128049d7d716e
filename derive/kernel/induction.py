"""Orders between values at whole numbers by induction (rule O24)."""

from __future__ import annotations

from collections.abc import Iterator

from derive.kernel.context import (
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    ComponentRule,
    Context,
    Polynomial,
    Stuck,
    SumEquation,
    SumRule,
    Undefined,
)
from derive.kernel.counting import is_whole
from derive.kernel.functions import logarithm
from derive.kernel.monotone import by_calculus
from derive.kernel.polynomial import ONE, add, scale, subtract
from derive.kernel.ring import defined_power, multiply, replace_generators, variable
from derive.kernel.sign import sign
from derive.kernel.spelling import names, places

LEAST = {"positive integer": 1, "nonnegative integer": 0, "dimension": 1}
SHARE = 20_000
MOST_STARTS = 4


def by_induction(ctx: Context, poly: Polynomial, wanted: int) -> bool:
    """O24: a >= b at the first whole numbers, and a(n + 1)/a(n) >= b(n + 1)/b(n) > 0 from the last of them on."""
    if places(ctx, poly) or not wanted & (NONNEGATIVE | NONPOSITIVE):
        return False
    turned = poly if wanted & NONNEGATIVE else scale(poly, -1)
    return any(
        _grows_from(ctx, name, least, above, subtract(above, turned), bool(wanted & NONZERO))
        for above in _sides(ctx, turned)
        for name, least in _counted(ctx, poly)
    )


def _sides(ctx: Context, poly: Polynomial) -> Iterator[Polynomial]:
    """What may be above in a - b: what counts, or what does not, or the terms with positive coefficients."""
    counting = {mono: c for mono, c in poly.items() if any(_is_counting(ctx, key) for key, _ in mono)}
    others = subtract(poly, counting)
    positive = {mono: c for mono, c in poly.items() if c > 0}
    chosen = (counting if all(c > 0 for c in counting.values()) else others, positive)
    yield from (side for k, side in enumerate(chosen) if 0 < len(side) < len(poly) and side not in chosen[:k])


def _counted(ctx: Context, poly: Polynomial) -> Iterator[tuple[str, int]]:
    """The whole numbers of which a factorial speaks, each with its least value.

    No dimension over which something is summed, for the sum does not follow the number. No number of which an equation
    about sums or components speaks: the equation holds at that number only, and the step is taken at every other.
    """
    used = frozenset[str]().union(
        *(names(ctx, {((key, 1),): 1}) for mono in poly for key, _ in mono if _is_counting(ctx, key))
    )
    rules: list[SumRule | SumEquation | ComponentRule] = [*ctx.sum_rules, *ctx.sum_equations]
    rules += ctx.component_rules.values()
    fixed = frozenset[str]().union(*(rule.names | names(ctx, rule.value) for rule in rules))
    for name in sorted(used & ctx.integers - ctx.suspended - fixed):
        if ctx.types.get(name) in LEAST and not _is_summed_over(poly, name):
            yield name, ctx.least.get(name, LEAST[ctx.types[name]])


def _is_summed_over(poly: Polynomial, dimension: str) -> bool:
    """Whether an index of the dimension is spelled in a generator, however deep; of names that begin alike one too."""
    return any(f"@{dimension}" in key for mono in poly for key, _ in mono)


def _is_counting(ctx: Context, key: str) -> bool:
    return key[0] == "f" and ctx.generators[key].parts[0] == "factorial"


def _grows_from(ctx: Context, name: str, least: int, above: Polynomial, below: Polynomial, strict: bool) -> bool:
    case = ctx.fork()
    case.fuel = before = min(ctx.fuel, SHARE)
    # The step is taken at every whole number from some on, whether or not the hypotheses admit it.
    case.facts = {
        shape: [fact for fact in bucket if name not in names(ctx, fact.polynomial)]
        for shape, bucket in ctx.facts.items()
    }
    case.least[name] = least
    try:
        for start in range(least, least + MOST_STARTS):
            if not _holds_at(case, name, start, subtract(above, below), strict):
                return False
            if _is_step(_from(case, name, start), name, above, below):
                return True
        return False
    except (Stuck, Undefined):
        return False
    finally:
        ctx.fuel -= before - max(case.fuel, 0)


def _from(ctx: Context, name: str, start: int) -> Context:
    ctx.least[name] = start
    ctx.types[name] = "positive integer" if start > 0 else ctx.types[name]
    ctx.memo = {}
    return ctx


def _holds_at(ctx: Context, name: str, number: int, gap: Polynomial, strict: bool) -> bool:
    needed = POSITIVE if strict else NONNEGATIVE
    return sign(ctx, _at(ctx, gap, name, {(): number} if number else {})) & needed == needed


def _is_step(ctx: Context, name: str, above: Polynomial, below: Polynomial) -> bool:
    """Whether a(n + 1)*b(n) >= a(n)*b(n + 1), with a, b > 0; of products perhaps by their logarithms (O9)."""
    following = add(variable(ctx, name), ONE)
    up, down = (_at(ctx, part, name, following) for part in (above, below))
    if not all(sign(ctx, part) & POSITIVE == POSITIVE and _has_value(ctx, part) for part in (above, below, up, down)):
        return False
    ctx.use("O24")
    if sign(ctx, subtract(multiply(ctx, up, below), multiply(ctx, above, down))) & NONNEGATIVE:
        return True
    ctx.use("O9")
    more, less = (add(logarithm(ctx, left), logarithm(ctx, right)) for left, right in ((up, below), (above, down)))
    gap = subtract(more, less)
    return bool(sign(ctx, gap) & NONNEGATIVE) or by_calculus(ctx, gap, NONNEGATIVE)


def _has_value(ctx: Context, poly: Polynomial) -> bool:
    """Whether a polynomial has a value from the least whole number on: where it had none the chain would break."""
    return all(
        _is_natural(ctx, ctx.generators[key].parts[1][0]) if _is_counting(ctx, key) else defined_power(ctx, key, e)
        for mono in poly
        for key, e in mono
    )


def _is_natural(ctx: Context, poly: Polynomial) -> bool:
    return is_whole(ctx, poly) and bool(sign(ctx, poly) & NONNEGATIVE)


def _at(ctx: Context, poly: Polynomial, name: str, value: Polynomial) -> Polynomial:
    return replace_generators(ctx, poly, {next(iter(variable(ctx, name)))[0][0]: value})
