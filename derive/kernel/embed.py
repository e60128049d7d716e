"""Finding the summand of one sum inside that of another, so that a sum of known value can be taken out of it (S10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import permutations
from itertools import product as cartesian

from derive.kernel.context import Context, Monomial, Place, Rational
from derive.kernel.spelling import captures, generator_text, token

MOST_FACTORS = 12
MOST_CHOICES = 64

Units = list[tuple[str, Rational]]
Chosen = dict[Place, Place]


def embed(
    ctx: Context,
    bound: tuple[Place, ...],
    summand: Monomial,
    pattern: frozenset[Place],
    around: frozenset[Place],
    mono: Monomial,
) -> Iterator[tuple[Chosen, Monomial]]:
    """Ways in which ``summand`` divides ``mono`` under a choice of indices, with the quotient.

    An index of ``bound`` becomes one of ``around``, a different one each, which then stands nowhere in the quotient;
    an index of ``pattern`` becomes any other. All other indices stay as they are.
    """
    wanted, found = _units(summand), _units(mono)
    if not len(wanted) <= len(found) <= MOST_FACTORS:
        return
    wanted.sort(key=lambda unit: (unit[0][0] != "a", -len(ctx.generators[unit[0]].places), unit[0]))
    open_ = frozenset(bound) | pattern
    for chosen, left in _matches(ctx, wanted, found, {}, open_):
        images = {chosen[p] for p in bound}
        others = {chosen[p] for p in pattern}
        apart = len(images) == len(bound) and images <= around and images.isdisjoint(others)
        if apart and all(ctx.generators[key].places.isdisjoint(images) for key, _ in left):
            yield chosen, _joined(left)


def _units(mono: Monomial) -> Units:
    """The factors one by one; whole positive powers are taken apart."""
    units: Units = []
    for key, e in mono:
        units.extend([(key, 1)] * int(e) if e.denominator == 1 and 0 < e <= MOST_FACTORS else [(key, e)])
    return units


def _joined(units: Units) -> Monomial:
    exponents: dict[str, Rational] = {}
    for key, e in units:
        exponents[key] = exponents.get(key, 0) + e
    return tuple(sorted(exponents.items()))


def _matches(
    ctx: Context, wanted: Units, found: Units, chosen: Chosen, open_: frozenset[Place]
) -> Iterator[tuple[Chosen, Units]]:
    ctx.spend(1)
    if not wanted:
        yield chosen, found
        return
    (key, e), *rest = wanted
    for n, (other, f) in enumerate(found):
        if e == f and key[0] == other[0] and (other, f) not in found[:n]:
            for more in _unified(ctx, key, other, chosen, open_):
                yield from _matches(ctx, rest, found[:n] + found[n + 1 :], more, open_)


def _unified(ctx: Context, key: str, other: str, chosen: Chosen, open_: frozenset[Place]) -> Iterator[Chosen]:
    """The choices of indices that turn one generator into another."""
    gen, goal = ctx.generators[key], ctx.generators[other]
    if gen.kind != "a":
        yield from _alike(ctx, key, other, chosen, open_)
        return
    (array, at), (name, there) = gen.parts, goal.parts
    if array != name:
        return
    symmetric = ctx.symmetric.get(array) == 1 and array not in ctx.suspended
    for order in permutations(there) if symmetric else (there,):
        more = dict(chosen)
        if all(more.setdefault(p, q) == q if p in open_ else p == q for p, q in zip(at, order, strict=True)):
            yield more


def _alike(ctx: Context, key: str, other: str, chosen: Chosen, open_: frozenset[Place]) -> Iterator[Chosen]:
    """By spelling, for every choice of the indices that no earlier factor has fixed."""
    own, there = ctx.generators[key].places, sorted(ctx.generators[other].places)
    free = sorted(p for p in own & open_ if p not in chosen)
    if len(there) ** len(free) > MOST_CHOICES:
        return
    goal = generator_text(ctx, other, {q: token(q) for q in there})
    for picked in cartesian(there, repeat=len(free)):
        if any(p[1] != q[1] for p, q in zip(free, picked, strict=True)):
            continue
        more = {**chosen, **dict(zip(free, picked, strict=True))}
        if (
            not captures(ctx.generators[key].height, more.values())
            and generator_text(ctx, key, _spelled(own, more)) == goal
        ):
            yield more


def _spelled(own: frozenset[Place], chosen: Mapping[Place, Place]) -> dict[Place, str]:
    return {p: token(chosen.get(p, p)) for p in own}
