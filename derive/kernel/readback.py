"""From a normal form back to a term of the claim language, for residuals, proofs and people."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from itertools import chain, count

from derive.kernel.context import LITERAL, Context, Generator, Monomial, Place, Polynomial, Rational
from derive.term import Apply, Binary, Component, Constant, Delta, Index, Neg, Number, Reduce, Term, Variable
from derive.write import write

LETTERS = "klmpqrabcde"
LIMIT = 400
LONGEST = 1_000  # bits of a number that is still worth printing


def written(ctx: Context, poly: Polynomial) -> str:
    """The text of a normal form; shortened where it is long."""
    longest = max((max(c.numerator.bit_length(), c.denominator.bit_length()) for c in poly.values()), default=0)
    if sum(len(m) + 1 for m in poly) > LIMIT or longest > LONGEST:
        return f"a sum of {len(poly)} terms"
    return write(term_of(ctx, poly, {}))


def term_of(ctx: Context, poly: Polynomial, names: dict[Place, str]) -> Term:
    """A term with the same value."""
    if not poly:
        return Number(Fraction(0))
    ordered = sorted(poly.items(), key=lambda item: (item[1] < 0, -len(item[0]), item[0]))
    first, *rest = ordered
    total = _monomial(ctx, *first, names)
    for mono, c in rest:
        if c < 0:
            total = Binary("-", total, _monomial(ctx, mono, -c, names))
        else:
            total = Binary("+", total, _monomial(ctx, mono, c, names))
    return total


def _monomial(ctx: Context, mono: Monomial, c: Rational, names: dict[Place, str]) -> Term:
    above = [_power(_generator(ctx, ctx.generators[k], names), e) for k, e in mono if e > 0]
    below = [_power(_generator(ctx, ctx.generators[k], names), -e) for k, e in mono if e < 0]
    size = -c if c < 0 else c
    if size.numerator != 1 or not above:
        above.insert(0, Number(Fraction(size.numerator)))
    if size.denominator != 1:
        below.insert(0, Number(Fraction(size.denominator)))
    total = reduce(lambda a, b: Binary("*", a, b), above)
    if below:
        total = Binary("/", total, reduce(lambda a, b: Binary("*", a, b), below))
    return Neg(total) if c < 0 else total


def _power(base: Term, e: Rational) -> Term:
    if e == 1:
        return base
    if isinstance(base, Apply) and base.function == "exp":
        return Apply("exp", (_scaled(base.args[0], e),))
    if e == Fraction(1, 2):
        return Apply("sqrt", (base,))
    exponent = Number(Fraction(e))
    if e.denominator != 1:
        return Binary("**", base, Binary("/", Number(Fraction(e.numerator)), Number(Fraction(e.denominator))))
    return Binary("**", base, exponent)


def _scaled(term: Term, e: Rational) -> Term:
    if e.denominator == 1:
        return Binary("*", Number(Fraction(e)), term)
    return Binary("/", Binary("*", Number(Fraction(e.numerator)), term), Number(Fraction(e.denominator)))


def _index(place: Place, names: dict[Place, str]) -> Index:
    if place[0] == LITERAL:
        return Index(place[2], place[1])
    return Index(names.get(place) or _plain(place), place[1])


def _plain(place: Place) -> str:
    text = str(place[2])
    return text if text.isidentifier() else "hot" + "".join(c for c in text if c.isalnum())


def _binder(ctx: Context, place: Place, names: dict[Place, str]) -> tuple[str, dict[Place, str]]:
    taken = {*names.values(), *_taken(ctx)}
    name = next(c for c in chain(LETTERS, (f"k{n}" for n in count())) if c not in taken)
    return name, {**names, place: name}


def _taken(ctx: Context) -> frozenset[str]:
    """Names that the claim itself uses."""
    key = ("names", len(ctx.generators))
    if key not in ctx.memo:
        ctx.memo[key] = frozenset(
            name for g in ctx.generators.values() for name in (*g.names, *(str(p[2]) for p in g.places if p[0] == 1))
        )
    found: frozenset[str] = ctx.memo[key]
    return found


def _generator(ctx: Context, gen: Generator, names: dict[Place, str]) -> Term:
    kind, parts = gen.kind, gen.parts
    if kind == "v":
        return Variable(parts[0])
    if kind == "a":
        return Component(parts[0], tuple(_index(p, names) for p in parts[1]))
    if kind == "d":
        return Delta(_index(parts[0], names), _index(parts[1], names))
    if kind == "g":
        return Binary("-", Number(Fraction(1)), Delta(_index(parts[0], names), _index(parts[1], names)))
    if kind == "c":
        return Constant(parts[0])
    if kind == "e":
        return Apply("exp", (term_of(ctx, {parts[0].mono: 1}, names),))
    if kind == "b":
        return term_of(ctx, parts[0], names)
    if kind in ("l", "h", "z"):
        return Apply({"l": "log", "h": "Abs", "z": "sign"}[kind], (term_of(ctx, parts[0], names),))
    if kind == "f":
        return Apply(parts[0], tuple(term_of(ctx, a, names) for a in parts[1]))
    if kind == "p":
        return Binary("**", term_of(ctx, parts[0], names), term_of(ctx, parts[1], names))
    return _binding(ctx, gen, names)


def _binding(ctx: Context, gen: Generator, names: dict[Place, str]) -> Term:
    kind, parts = gen.kind, gen.parts
    if kind == "s":
        chosen = []
        for place in parts[0]:
            name, names = _binder(ctx, place, names)
            chosen.append(Index(name, place[1]))
        body = term_of(ctx, {parts[1].mono: 1}, names)
        for index in reversed(chosen):
            body = Reduce("Sum", body, index)
        return body
    place = parts[1] if kind == "m" else parts[0]
    name, names = _binder(ctx, place, names)
    body = term_of(ctx, parts[2], names)
    if kind == "m":
        return Reduce(parts[0], body, Index(name, place[1]))
    return Reduce("Product", body, Index(name, place[1]), tuple(_index(p, names) for p in parts[1]))
