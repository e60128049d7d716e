"""Equations that follow from equations among the hypotheses, as proofs for the standalone checker.

The difference of the sides is written as a sum of multiples of instances of hypotheses, perhaps below sums: candidates
are the multiples that share a term with it or with another candidate, and the coefficients solve a linear system.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

from msgspec import Struct

from derive.certificate.terms import stated
from derive.claim import Goal
from derive.kernel.context import FRESH, LITERAL, Context, Monomial, Place, Polynomial, Stuck, Undefined
from derive.kernel.hypotheses import context_of
from derive.kernel.normalize import Reader, Scope
from derive.kernel.polynomial import merge
from derive.kernel.readback import term_of
from derive.kernel.ring import multiply, open_bound, rename, rename_mono
from derive.kernel.spelling import places
from derive.kernel.sums import sum_over
from derive.term import Binary, Delta, Term

Json = Any
ROUNDS, MOST_CANDIDATES, MOST_CHOICES = 3, 80, 300
FUEL, TRIAL = 20_000, 5  # what a search may cost, and a trial of one multiple


class _Equation(Struct, frozen=True):
    """A hypothesis: its number, the difference of its sides, and the indices for which it holds."""

    number: int
    gap: Polynomial
    pattern: tuple[Place, ...]


class _Multiple(Struct, frozen=True):
    """An instance of an equation times a monomial, summed over indices: a polynomial that is 0."""

    equation: _Equation
    at: tuple[Place, ...]
    factor: Monomial
    over: tuple[Place, ...]
    value: Polynomial

    def step(self, ctx: Context, c: Fraction) -> Json:
        """The step in which the checker takes it."""
        return {
            "vanishes": self.equation.number,
            "at": [_index(p) for p in self.at],
            "times": stated(ctx, term_of(ctx, {self.factor: c}, _names(ctx, {self.factor: 1}))),
            "over": [_index(p) for p in self.over],
        }


def by_equations(goal: Goal) -> Iterator[tuple[Term | None, list[Json]]]:
    """Steps after which the sides are the same: of the claim, or times a term that a hypothesis says is not 0."""
    if goal.op != "==" or not any(h.relation.op == "==" for h in goal.hypotheses):
        return
    try:
        ctx, scope = context_of(goal, FUEL)
        reader = Reader(ctx, [], exists=True)
        gap = reader.read(Binary("-", goal.left, goal.right), scope)
        equations = list(_equations(ctx, goal, scope))
        for factor in _factors(goal):
            whole = gap if factor is None else multiply(ctx, gap, reader.read(factor, scope))
            found = _solution(ctx, whole, equations)
            if found:
                yield factor, [multiple.step(ctx, c) for multiple, c in found]
    except (Stuck, Undefined):
        return


def _factors(goal: Goal) -> Iterator[Term | None]:
    yield None
    for hypothesis in goal.hypotheses:
        relation = hypothesis.relation
        if relation.op in ("!=", "<", ">") and not hypothesis.quantified:
            yield Binary("-", relation.left, relation.right)


def _equations(ctx: Context, goal: Goal, scope: Scope) -> Iterator[_Equation]:
    for number, hypothesis in enumerate(goal.hypotheses):
        relation = hypothesis.relation
        if relation.op == "==" and not isinstance(relation.left, Delta):
            opened = {str(q.name): ctx.open(q.dimension) for q in hypothesis.quantified}
            inner = Scope({**scope.places, **opened})
            gap = Reader(ctx, [], exists=True).read(Binary("-", relation.left, relation.right), inner)
            yield _Equation(number, gap, tuple(opened.values()))


def _solution(ctx: Context, gap: Polynomial, equations: list[_Equation]) -> list[tuple[_Multiple, Fraction]] | None:
    found: dict[str, _Multiple] = {}
    seen: set[Monomial] = set()
    new = set(gap)
    for _ in range(ROUNDS):
        made = [m for mono in sorted(new) for e in equations for m in _multiples(ctx, mono, e)]
        seen |= new
        for multiple in made:
            if multiple.value and len(found) < MOST_CANDIDATES:
                found.setdefault(str(sorted(multiple.value.items())), multiple)
        shares = _solved(gap, [m.value for m in found.values()])
        if shares is not None:
            return [(m, c) for m, c in zip(found.values(), shares, strict=True) if c]
        new = {mono for m in found.values() for mono in m.value} - seen
    return None


def _multiples(ctx: Context, mono: Monomial, equation: _Equation) -> Iterator[_Multiple]:
    """The multiples of an equation in which a term of it, times something, is the monomial."""
    for bound, whole in _openings(ctx, mono):
        there = sorted(places(ctx, {whole: 1}))
        for term in equation.gap:
            for inner, parts in _openings(ctx, term):
                own = (*equation.pattern, *inner)
                if len(there) ** len(own) > MOST_CHOICES:
                    continue
                for chosen in product(there, repeat=len(own)):
                    found = _multiple(ctx, equation, whole, bound, parts, dict(zip(own, chosen, strict=True)))
                    if found is not None:
                        yield found


def _multiple(
    ctx: Context,
    equation: _Equation,
    whole: Monomial,
    bound: tuple[Place, ...],
    parts: Monomial,
    at: dict[Place, Place],
) -> _Multiple | None:
    ctx.spend(TRIAL)
    summed = [q for p, q in at.items() if p not in equation.pattern]
    if any(p[1] != q[1] for p, q in at.items()) or len(set(summed)) < len(summed) or not set(summed) <= set(bound):
        return None
    image = rename_mono(ctx, parts, at)
    ((mono, c),) = image.items() if len(image) == 1 else (((), 0),)
    have = dict(whole)
    if c != 1 or any(have.get(key, 0) < e for key, e in mono):
        return None
    factor = merge(whole, tuple((key, -e) for key, e in mono))
    instance = tuple(at[p] for p in equation.pattern)
    if not places(ctx, {factor: 1}).union(instance).isdisjoint(summed):
        return None
    over = tuple(p for p in bound if p not in summed)
    value = multiply(ctx, {factor: 1}, rename(ctx, equation.gap, dict(zip(equation.pattern, instance, strict=True))))
    return _Multiple(equation, instance, factor, over, sum_over(ctx, over, value) if over else value)


def _openings(ctx: Context, mono: Monomial) -> Iterator[tuple[tuple[Place, ...], Monomial]]:
    """A monomial, and with each of its sums opened: what it sums over, and the product below the sum."""
    yield (), mono
    for key, e in mono:
        if key[0] == "s" and e == 1:
            gen = ctx.generators[key]
            body, bound = open_bound(ctx, gen.parts[0], {gen.parts[1].mono: 1})
            opened = multiply(ctx, {tuple(f for f in mono if f[0] != key): 1}, body)
            if list(opened.values()) == [1]:
                yield bound, next(iter(opened))


def _solved(gap: Polynomial, values: list[Polynomial]) -> list[Fraction] | None:
    """Coefficients c with gap + sum(c * value) = 0, by elimination; None where there are none."""
    rows: list[tuple[Polynomial, dict[int, Fraction]]] = []
    for n, value in enumerate(values):
        poly, share = _eliminated(value, {n: Fraction(1)}, rows)
        if poly:
            rows.append((poly, share))
    left, share = _eliminated(gap, {}, rows)
    return None if left else [share.get(n, Fraction(0)) for n in range(len(values))]


def _eliminated(
    poly: Polynomial, share: dict[int, Fraction], rows: list[tuple[Polynomial, dict[int, Fraction]]]
) -> tuple[Polynomial, dict[int, Fraction]]:
    for row, made in rows:
        lead = max(row)
        if lead in poly:
            c = -Fraction(poly[lead]) / Fraction(row[lead])
            total = {m: Fraction(poly.get(m, 0)) + c * Fraction(row.get(m, 0)) for m in {**poly, **row}}
            poly = {m: v for m, v in total.items() if v}
            share = {n: share.get(n, Fraction(0)) + c * made.get(n, Fraction(0)) for n in {**share, **made}}
    return poly, share


def _names(ctx: Context, poly: Polynomial) -> dict[Place, str]:
    return {p: str(_index(p)[0]) for p in places(ctx, poly) if p[0] != LITERAL}


def _index(place: Place) -> Json:
    rank, dimension, name = place
    if rank == FRESH:
        return [f"k{name}'", dimension]
    return [name if rank == LITERAL or not str(name).startswith("'") else f"@{name[1:]}", dimension]
