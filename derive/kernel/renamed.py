"""Polynomials in simpler arrays: one slice of a matrix as a vector, the roots of a vector as a vector (rule H2).

What holds for every array holds for the one that is named.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.kernel.context import FREE, NONNEGATIVE, ComponentRule, Context, Generator, Place, Polynomial, Rational
from derive.kernel.ring import component, multiply, power, renew
from derive.kernel.spelling import NO_NAMES, names, parts_of

HALF = Fraction(1, 2)
SIGNED = ("real", "positive", "negative", "nonnegative", "nonzero")


def sliced(ctx: Context, poly: Polynomial) -> tuple[Context, Polynomial] | None:
    """The polynomial with u[k] for x[k, j] where every x in it is taken at one index j; None where none is."""
    taken: dict[str, list[tuple[Place, ...]]] = {}
    for gen, _ in _entries(ctx, poly):
        taken.setdefault(gen.parts[0], []).append(gen.parts[1])
    for array, every in sorted(taken.items()):
        fixed = next((s for s, at in enumerate(zip(*every, strict=True)) if len(set(at)) == 1 and at[0][0] <= FREE), -1)
        if len(every[0]) < 2 or fixed < 0 or not _is_plain(ctx, array):
            continue
        pattern = tuple(ctx.open(p[1]) for p in every[0])
        left = pattern[:fixed] + pattern[fixed + 1 :]
        case, name = _with_array(ctx, ctx.types.get(array, "real"))
        there = (*pattern[:fixed], every[0][fixed], *pattern[fixed + 1 :])
        ctx.note({}, NONNEGATIVE, "named", name, left, component(ctx, array, there))
        return _rewritten(case, poly, array, pattern, component(case, name, left))
    return None


def rooted(ctx: Context, poly: Polynomial) -> tuple[Context, Polynomial] | None:
    """The polynomial with u[k]**2 for x[k] >= 0 where roots of x[k] stand in it; None where none do."""
    for gen, e in _entries(ctx, poly):
        array, at = gen.parts
        kind = ctx.types.get(array, "real")
        if e.denominator != 2 or kind not in ("positive", "nonnegative") or not _is_plain(ctx, array):
            continue
        pattern = tuple(ctx.open(p[1]) for p in at)
        case, name = _with_array(ctx, kind)
        ctx.note({}, NONNEGATIVE, "named", name, pattern, power(ctx, component(ctx, array, pattern), HALF))
        root = component(case, name, pattern)
        return _rewritten(case, poly, array, pattern, multiply(case, root, root))
    return None


def _with_array(ctx: Context, kind: str) -> tuple[Context, str]:
    case = ctx.fork()
    name = case.array()
    case.types[name] = kind
    return case, name


def _rewritten(
    case: Context, poly: Polynomial, array: str, pattern: tuple[Place, ...], value: Polynomial
) -> tuple[Context, Polynomial]:
    # A definition, unlike a hypothesis, holds below a derivative too: no name suspends it.
    case.component_rules[array] = ComponentRule(pattern, value, NO_NAMES)
    case.use("H2")
    return case, renew(case, poly, frozenset((array,)))


def _is_plain(ctx: Context, array: str) -> bool:
    """Whether nothing is known of an array but the sign of its entries."""
    if ctx.types.get(array, "real") not in SIGNED or array in ctx.component_rules or array in ctx.symmetric:
        return False
    known = [names(ctx, fact.polynomial) for bucket in ctx.facts.values() for fact in bucket]
    tied = [*(rule.names for rule in ctx.sum_rules), *(rule.names for rule in ctx.sum_equations)]
    return array not in ctx.hot and not any(array in used for used in (*known, *tied))


def _entries(ctx: Context, poly: Polynomial) -> Iterator[tuple[Generator, Rational]]:
    """The components in a polynomial, however deep, with their exponents."""
    stack = [factor for mono in poly for factor in mono]
    while stack:
        ctx.spend(1)
        key, e = stack.pop()
        gen = ctx.generators[key]
        if gen.kind == "a":
            yield gen, e
        else:
            stack.extend(factor for mono in parts_of(gen) for factor in mono)
