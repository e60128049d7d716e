"""Equations between roots for the standalone checker: one root after the other is squared away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import lcm
from typing import Any

from msgspec.structs import replace

from derive.certificate.is_proof import is_proof
from derive.certificate.terms import relation_to_json, to_json
from derive.claim import Goal, Hypothesis
from derive.kernel import FUEL, Propose
from derive.kernel.context import Context, Monomial, Polynomial, Rational, Stuck, Undefined
from derive.kernel.equality import read_sides
from derive.kernel.polynomial import scale, subtract
from derive.kernel.readback import term_of
from derive.kernel.roots import without_squares
from derive.term import Apply, Binary, Neg, Number, Relation, Term, subterms

Json = Any
Proof = dict[str, Any]
Prove = Callable[[Json, Goal, tuple[Json, ...]], Proof | None]
DEEPEST, MOST_ROOTS, HIGHEST = 3, 4, 3
ZERO = Number(Fraction(0))


def by_powers(
    claim: Json, goal: Goal, extra: tuple[Json, ...], propose: Propose | None, prove: Prove, depth: int = DEEPEST
) -> Proof | None:
    """The proof of an equation between roots from that of its powers; None where none is found."""
    if depth == 0 or goal.op != "==" or goal.indices or not _has_roots(goal):
        return None
    for left, right, times, power in _pairs(goal, propose, depth == DEEPEST):
        signs = _signs(claim, goal, extra, (left, right), prove) if power % 2 == 0 else []
        if signs is None:
            continue
        known, more = _with_values(goal, extra)
        part = _raised(known, left, right, power)
        inner = {**claim, "left": to_json(part.left), "right": to_json(part.right)}
        own = prove(inner, part, more) or by_powers(inner, part, more, propose, prove, depth - 1)
        if own is not None:
            pair = {"left": to_json(left), "right": to_json(right), "times": str(times), "power": str(power)}
            proof = {"kind": "powers", **pair, "signs": signs, "proof": own}
            if is_proof(claim, proof, extra):
                return proof
    return None


def square_factors(radicand: Polynomial, ctx: Context) -> Iterator[Term]:
    """What a square root may be, with the square that a polynomial in one variable holds outside of it."""
    keys = {key for mono in radicand for key, _ in mono}
    degrees = {mono[0][1] if mono else 0: Fraction(c) for mono, c in radicand.items()}
    if len(keys) != 1 or any(e < 0 or Fraction(e).denominator > 1 for e in degrees):
        return
    simple, root = without_squares([degrees.get(k, Fraction(0)) for k in range(int(max(degrees)) + 1)])
    if len(root) > 1:
        value = term_of(ctx, {((min(keys), 1),): 1}, {})
        outside = _in_value(root, value)
        inside = Apply("sqrt", (_in_value(simple, value),))
        yield from (Binary("*", side, inside) for side in (outside, Neg(outside)))


def _in_value(p: list[Fraction], value: Term) -> Term:
    """A polynomial at a value (Horner)."""
    total: Term = Number(p[-1])
    for c in reversed(p[:-1]):
        total = Binary("+", Binary("*", total, value), Number(c))
    return total


def _has_roots(goal: Goal) -> bool:
    sides = (goal.left, goal.right)
    sizes = any(isinstance(side, Apply) and side.function == "Abs" for side in sides)
    return sizes or any(_is_root(t) for side in sides for t in subterms(side))


def _is_root(term: Term) -> bool:
    match term:
        case Apply("sqrt" | "cbrt"):
            return True
        case Binary("**", _, exponent):
            return not (isinstance(exponent, Number) and exponent.value.denominator == 1)
        case _:
            return False


def _raised(goal: Goal, left: Term, right: Term, power: int) -> Goal:
    exponent = Number(Fraction(power))
    return replace(goal, left=Binary("**", left, exponent), right=Binary("**", right, exponent))


def _with_values(goal: Goal, extra: tuple[Json, ...]) -> tuple[Goal, tuple[Json, ...]]:
    """The goal with what it says of its sides, that they have a value."""
    known = [Hypothesis(Relation(side, "==", side)) for side in (goal.left, goal.right)]
    stated_too = (relation_to_json(side, "==", side) for side in (goal.left, goal.right))
    return replace(goal, hypotheses=(*goal.hypotheses, *known)), (*extra, *stated_too)


def _signs(
    claim: Json, goal: Goal, extra: tuple[Json, ...], pair: tuple[Term, Term], prove: Prove
) -> list[Proof] | None:
    """That neither of two terms is negative."""
    known, more = _with_values(goal, extra)
    found = []
    for term in pair:
        part = replace(known, left=term, op=">=", right=ZERO)
        own = prove({**claim, "left": to_json(term), "op": ">=", "right": to_json(ZERO)}, part, more)
        if own is None:
            return None
        found.append(own)
    return found


def _pairs(goal: Goal, propose: Propose | None, sides_too: bool) -> Iterator[tuple[Term, Term, Rational, int]]:
    """What may be raised to a power: the sides, and one root against all that is left of the difference."""
    power = _order(goal)
    if sides_too:
        yield goal.left, goal.right, 1, power
    if sides_too and power % 2 == 0:
        yield Neg(goal.left), Neg(goal.right), -1, power
    try:
        sides = read_sides(goal, FUEL, propose)
        gap = subtract(sides.left, sides.right)
        parts = list(roots_apart(gap))
        for root in parts if 1 < len(parts) <= MOST_ROOTS else ():
            rest = {m: c for m, c in gap.items() if m not in root}
            for sign in (1, -1):
                pair = (_term(sides.ctx, scale(p, c)) for p, c in ((root, sign), (rest, -sign)))
                yield (*pair, sign, 2)  # type: ignore[misc]
    except (Stuck, Undefined):
        return


def _term(ctx: Context, poly: Polynomial) -> Term:
    return term_of(ctx, poly, {})


def _order(goal: Goal) -> int:
    """The least power that leaves no root on the outside."""
    orders = [_degree(side) for side in (goal.left, goal.right)]
    return min(lcm(*orders), HIGHEST) if max(orders) > 1 else 2


def _degree(term: Term) -> int:
    match term:
        case Apply("cbrt"):
            return 3
        case Binary("**", _, Number(value)):
            return value.denominator
        case _:
            return 1


def roots_apart(gap: Polynomial) -> Iterator[Polynomial]:
    """The terms of a polynomial with the same roots in them."""
    groups: dict[Monomial, dict[Monomial, Rational]] = {}
    for mono, c in gap.items():
        root = tuple((key, Fraction(e) % 1) for key, e in mono if Fraction(e).denominator > 1 or key[0] == "h")
        groups.setdefault(root, {})[mono] = c
    yield from (groups[root] for root in sorted(groups, key=str, reverse=True))
