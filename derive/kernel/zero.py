"""The zero test: denominators cleared, sums gathered, hypotheses that are equations applied; empty means equal."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product as cartesian

from msgspec import Struct

from derive.kernel.context import FRESH, Context, Monomial, Polynomial, Rational
from derive.kernel.division import reduce_fractions
from derive.kernel.finite import Values, by_value, interpolated
from derive.kernel.polynomial import add, merge, scale
from derive.kernel.ring import multiply, rename, replace_generators, settle
from derive.kernel.spelling import places
from derive.kernel.sums import sum_over

ROUNDS = 4
MOST_INSTANCES = 64


class Equations(Struct, frozen=True):
    """Hypotheses that are equations: generators to put values for, and leading monomials to rewrite (H2)."""

    values: tuple[tuple[str, Polynomial], ...] = ()
    rewrites: tuple[tuple[Monomial, Polynomial], ...] = ()
    schemas: tuple[Polynomial, ...] = ()
    finite: tuple[tuple[str, Values], ...] = ()


def rank(mono: Monomial) -> tuple[Rational, Monomial]:
    """The order of monomials by which hypotheses are turned into rewritings: by degree."""
    return sum(e for _, e in mono), mono


def rewriting(poly: Polynomial) -> Iterator[tuple[Monomial, Polynomial]]:
    """``poly == 0`` as a rewriting of its leading monomial, if that has only positive whole exponents."""
    lead = max((m for m in poly if all(e > 0 and e.denominator == 1 for _, e in m)), key=rank, default=())
    if lead:
        rest = {m: c for m, c in poly.items() if m != lead}
        yield lead, scale(rest, -1 / Fraction(poly[lead]))


def remainder(ctx: Context, poly: Polynomial, equations: Equations) -> Polynomial:
    """What is left of a polynomial; empty means that it is 0 at every admissible point where both sides are defined.

    Parts with different deltas and guards are brought over their own common denominators: a denominator that is
    known to differ from 0 only where a guard holds must not multiply what stands outside it.
    """
    for key, value in equations.values:
        poly = replace_generators(ctx, poly, {key: value})
    left = _cleared(ctx, poly, equations)
    return _by_values(ctx, poly, equations) if left and equations.finite else left


def _by_values(ctx: Context, poly: Polynomial, equations: Equations) -> Polynomial:
    """K7: what is left for the first value of a variable for which something is; empty means 0 for all of them."""
    for name, values in equations.finite:
        poly = interpolated(ctx, poly, name, values)
    pieces = next((p for name, values in equations.finite if (p := by_value(ctx, poly, name, values))), None)
    if pieces is None:
        return _cleared(ctx, poly, equations)
    return next((left for piece in pieces if (left := _by_values(ctx, piece, equations))), {})


def _cleared(ctx: Context, poly: Polynomial, equations: Equations) -> Polynomial:
    poly = _split_products(ctx, poly)
    rewrites = [*equations.rewrites, *_instances(ctx, poly, equations.schemas)]
    left: Polynomial = {}
    for guards, part in _by_guards(ctx, poly).items():
        rest = _part(ctx, part, rewrites)
        left = add(left, multiply(ctx, rest, {guards: 1}) if guards else rest)
    return left


def _split_products(ctx: Context, poly: Polynomial) -> Polynomial:
    """Where a product leaves one index out, the whole product is written as that factor times it (S7 for products)."""
    keys = {k for mono in poly for k, _ in mono if k[0] == "q"}
    for key in sorted(keys):
        name, excluded, body = ctx.generators[key].parts
        if len(excluded) != 1:
            continue
        whole = next((k for k in keys if ctx.generators[k].parts == (name, (), body)), None)
        if whole is not None:
            ctx.use("S7")
            factor = multiply(ctx, rename(ctx, body, {name: excluded[0]}), {((key, 1),): 1})
            poly = replace_generators(ctx, poly, {whole: factor})
    return poly


def _by_guards(ctx: Context, poly: Polynomial) -> dict[Monomial, Polynomial]:
    parts: dict[Monomial, Polynomial] = {}
    for mono, c in poly.items():
        guards = tuple(f for f in mono if f[0][0] in "dg")
        rest = tuple(f for f in mono if f[0][0] not in "dg")
        parts[guards] = add(parts.get(guards, {}), {rest: c})
    return {guards: part for guards, part in parts.items() if part}


def _instances(
    ctx: Context, poly: Polynomial, schemas: tuple[Polynomial, ...]
) -> Iterator[tuple[Monomial, Polynomial]]:
    """Hypotheses for all indices, at the indices that stand in the polynomial (H1)."""
    free = sorted(places(ctx, poly))
    for schema in schemas:
        pattern = sorted(p for p in places(ctx, schema) if p[0] == FRESH)
        if len(free) ** len(pattern) > MOST_INSTANCES:
            continue
        for chosen in cartesian(free, repeat=len(pattern)):
            if all(p[1] == q[1] for p, q in zip(pattern, chosen, strict=True)):
                ctx.use("H1")
                yield from rewriting(rename(ctx, schema, dict(zip(pattern, chosen, strict=True))))


def _part(ctx: Context, poly: Polynomial, rewrites: list[tuple[Monomial, Polynomial]]) -> Polynomial:
    for _ in range(ROUNDS):
        if not poly:
            return poly
        cleared = rewritten(ctx, clear(ctx, poly), rewrites)
        if not cleared:
            return cleared
        gathered = _gathered(ctx, cleared)
        if gathered is None and cleared == poly:
            break
        poly = cleared if gathered is None else gathered
    return poly


def clear(ctx: Context, poly: Polynomial) -> Polynomial:
    """Multiply by what makes every exponent of a denominator non-negative (R4: each is not 0 where defined)."""
    for _ in range(200):
        key, lowest = _denominator(poly)
        if key is None:
            return poly
        ctx.use("R4")
        poly = multiply(ctx, poly, {((key, -lowest),): 1}) if key[0] != "b" else _clear_base(ctx, poly, key, lowest)
    return poly


def _denominator(poly: Polynomial) -> tuple[str | None, Rational]:
    lowest: dict[str, Rational] = {}
    for mono in poly:
        for key, e in mono:
            if e < 0:
                lowest[key] = min(lowest.get(key, e), e)
    # The tallest first: a denominator may stand inside another one.
    if not lowest:
        return None, 0
    key = max(lowest, key=lambda k: (k[0] == "b", len(k), k))
    return key, lowest[key]


def _clear_base(ctx: Context, poly: Polynomial, key: str, lowest: Rational) -> Polynomial:
    total: Polynomial = {}
    for mono, c in poly.items():
        total = add(total, scale(settle(ctx, merge(mono, ((key, -lowest),))), c))
    return total


def rewritten(ctx: Context, poly: Polynomial, rewrites: list[tuple[Monomial, Polynomial]]) -> Polynomial:
    """Replace leading monomials of hypotheses until none divides (H2)."""
    for lead, value in rewrites:
        while True:
            mono = next((m for m in poly if _divides(lead, m)), None)
            if mono is None:
                break
            ctx.spend(1)
            ctx.use("H2")
            quotient = merge(mono, tuple((k, -e) for k, e in lead))
            rest = {m: c for m, c in poly.items() if m != mono}
            poly = add(rest, scale(multiply(ctx, {quotient: 1}, value), poly[mono]))
    return poly


def _divides(lead: Monomial, mono: Monomial) -> bool:
    have = dict(mono)
    return all(have.get(key, 0) >= e for key, e in lead)


def _gathered(ctx: Context, poly: Polynomial) -> Polynomial | None:
    """Put the sums that differ only in denominators of their summands into one, over a common denominator (S1, S8)."""
    groups: dict[tuple[tuple[str, ...], Monomial], list[tuple[str, Rational]]] = {}
    for mono, c in poly.items():
        keys = [key for key, e in mono if key[0] == "s" and e == 1 and _has_fraction(ctx, key)]
        if len(keys) == 1:
            gen = ctx.generators[keys[0]]
            dims = tuple(p[1] for p in gen.parts[0])
            rest = tuple(f for f in mono if f[0] != keys[0])
            group = (dims, rest if len(dims) > 1 else ())
            groups.setdefault(group, []).append((keys[0], c))
    for (dims, _), members in sorted(groups.items()):
        if len(dims) == 1 and len(members) > 1:
            return _common(ctx, poly, dims[0])
    return None


def _has_fraction(ctx: Context, key: str) -> bool:
    return any(k[0] == "b" or e < 0 for k, e in ctx.generators[key].parts[1].mono)


def _common(ctx: Context, poly: Polynomial, dimension: str) -> Polynomial | None:
    place = ctx.open(dimension)
    body: Polynomial = {}
    rest: Polynomial = {}
    for mono, c in poly.items():
        key = next((k for k, e in mono if k[0] == "s" and e == 1 and _has_fraction(ctx, k)), None)
        if key is None or len(ctx.generators[key].parts[0]) != 1 or ctx.generators[key].parts[0][0][1] != dimension:
            rest = add(rest, {mono: c})
            continue
        gen = ctx.generators[key]
        summand = rename(ctx, {gen.parts[1].mono: 1}, {gen.parts[0][0]: place})
        body = add(body, multiply(ctx, {tuple(f for f in mono if f[0] != key): c}, summand))
    reduced = _over_common_denominator(ctx, body, place)
    if reduced is None:
        return None
    ctx.use("S8")
    return add(rest, sum_over(ctx, (place,), reduced))


def _over_common_denominator(ctx: Context, body: Polynomial, place: tuple[int, str, object]) -> Polynomial | None:
    """The summand as one fraction, its numerator divided where that goes; None where nothing changes."""
    below: dict[str, Rational] = {}
    for mono in body:
        for key, e in mono:
            if e < 0 and place in ctx.generators[key].places and e.denominator == 1:
                below[key] = min(below.get(key, e), e)
    if not below:
        return None
    numerator = body
    for key, e in below.items():
        numerator = (
            _clear_base(ctx, numerator, key, e) if key[0] == "b" else multiply(ctx, numerator, {((key, -e),): 1})
        )
    if not numerator:
        return {}
    total: Polynomial = {}
    for mono, c in numerator.items():
        total = add(total, scale(settle(ctx, merge(mono, tuple(sorted(below.items())))), c))
    total = reduce_fractions(ctx, frozenset((place,)), total)
    return None if total == body else total
