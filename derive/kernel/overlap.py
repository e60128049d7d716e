"""What two hypotheses about sums say together: one sum that both of them give, in two ways (S10, S4)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations_with_replacement, permutations

from derive.kernel.context import NONZERO, Context, Monomial, Place, Polynomial, SumEquation, SumRule
from derive.kernel.polynomial import ONE, subtract
from derive.kernel.ring import multiply, primitive, rename, rename_mono
from derive.kernel.spelling import places
from derive.kernel.sums import sum_over

MOST_RULES = 6
Rule = SumRule | SumEquation


def consequences(ctx: Context) -> Iterator[Polynomial]:
    """Polynomials that are 0: for S*x = a*x and S*y = b*y with a symmetric S, (a - b)*Sum(x*y)."""
    rules: list[Rule] = [*ctx.sum_rules, *ctx.sum_equations]
    if len(rules) > MOST_RULES:
        return
    for first, second in combinations_with_replacement(rules, 2):
        for poly in _together(ctx, _opened(ctx, first), _opened(ctx, second)):
            if poly:
                ctx.use("S10")
                yield _without_factors(ctx, poly)


def _opened(ctx: Context, rule: Rule) -> SumEquation:
    """The rule with names of its own for the indices that it binds and for those for which it holds."""
    fresh = {p: ctx.open(p[1]) for p in (*rule.bound, *rule.pattern)}
    ((summand, _),) = rename_mono(ctx, rule.summand, fresh).items()
    value = rename(ctx, rule.value, fresh)
    bound, pattern = tuple(fresh[p] for p in rule.bound), frozenset(fresh[p] for p in rule.pattern)
    return SumEquation(bound, summand, value, pattern, rule.names)


def _together(ctx: Context, first: SumEquation, second: SumEquation) -> Iterator[Polynomial]:
    """For every component that stands in both, the sum of the one product that holds both summands, less itself."""
    for key, e in first.summand:
        for other, f in second.summand:
            if key[0] != "a" or other[0] != "a" or e != 1 or f != 1:
                continue
            for same in _unified(ctx, key, other):
                turned = _renamed(ctx, second, same)
                if turned is not None:
                    yield from _difference(ctx, first, turned, key)


def _unified(ctx: Context, key: str, other: str) -> Iterator[dict[Place, Place]]:
    """The indices of the second component as those of the first."""
    (array, at), (name, there) = ctx.generators[key].parts, ctx.generators[other].parts
    if array != name:
        return
    for order in permutations(there) if ctx.symmetric.get(array) == 1 else (there,):
        if len(set(order)) == len(order) and all(p[1] == q[1] for p, q in zip(order, at, strict=True)):
            yield dict(zip(order, at, strict=True))


def _renamed(ctx: Context, rule: SumEquation, same: dict[Place, Place]) -> SumEquation | None:
    own = frozenset(rule.bound) | rule.pattern
    if not set(same) <= own or len(set(same.values())) < len(same):
        return None
    summand = rename_mono(ctx, rule.summand, same)
    if list(summand.values()) != [1]:
        return None
    bound, pattern = tuple(same.get(p, p) for p in rule.bound), frozenset(same.get(p, p) for p in rule.pattern)
    return SumEquation(bound, next(iter(summand)), rename(ctx, rule.value, same), pattern, rule.names)


def _difference(ctx: Context, first: SumEquation, second: SumEquation, key: str) -> Iterator[Polynomial]:
    """The rest of each summand times the value of the other, each summed over what its own rule does not sum over.

    Indices for which both rules hold stay open: the difference is 0 for all of them.
    """
    rest_first = tuple(f for f in first.summand if f[0] != key)
    rest_second = tuple(f for f in second.summand if f[0] != key)
    every = frozenset(first.bound) | frozenset(second.bound)
    ways: list[Polynomial] = []
    for rule, rest in ((first, rest_second), (second, rest_first)):
        if not _places(ctx, rest).isdisjoint(rule.bound):
            return
        left = tuple(sorted(every - frozenset(rule.bound)))
        body = multiply(ctx, {rest: 1}, rule.value)
        ways.append(sum_over(ctx, left, body) if left else body)
    yield subtract(*ways)


def _places(ctx: Context, mono: Monomial) -> frozenset[Place]:
    return places(ctx, {mono: 1})


def _without_factors(ctx: Context, poly: Polynomial) -> Polynomial:
    """Without the factors that are known to differ from 0."""
    _, mono, rest = primitive(ctx, poly)
    kept = tuple((k, e) for k, e in mono if not ctx.sign(ctx, {((k, 1),): 1}) & NONZERO)
    other = ONE if ctx.sign(ctx, rest) & NONZERO else rest
    return multiply(ctx, {kept: 1}, other)
