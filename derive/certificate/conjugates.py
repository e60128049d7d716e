"""Solutions of equations with a root or a denominator, as proofs for the standalone checker.

An equation times what makes a polynomial in one variable of it (its conjugate, or its denominator) has the difference
of the sides as a factor; the other factor is not 0 where the equation holds, or it is the same one again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from msgspec.structs import replace

from derive.certificate.is_proof import is_proof
from derive.certificate.lemmas import shown_first
from derive.certificate.powers import roots_apart
from derive.certificate.terms import goal_to_json, to_json
from derive.claim import Goal
from derive.kernel import FUEL
from derive.kernel.context import Context, Polynomial, Rational, Stuck, Undefined
from derive.kernel.hypotheses import context_of
from derive.kernel.normalize import Reader
from derive.kernel.polynomial import ONE, scale, subtract
from derive.kernel.readback import term_of
from derive.kernel.ring import multiply
from derive.term import Binary, Number, Op

Json = Any
Proof = dict[str, Any]
Direct = Callable[[Json, Goal], Proof | None]
ZERO = Number(Fraction(0))
SIGNS: tuple[Op, ...] = (">", "<")


def by_conjugates(goal: Goal, direct: Direct) -> Proof | None:
    """The proof of an equation from one with a root or a denominator; None where none is found."""
    if goal.op != "==" or goal.indices or not any(h.relation.op == "==" for h in goal.hypotheses):
        return None
    try:
        ctx, scope = context_of(replace(goal, hypotheses=()), FUEL)
        reader = Reader(ctx, [], exists=True)
        gap = reader.read(Binary("-", goal.left, goal.right), scope)
        for number, h in enumerate(goal.hypotheses):
            if h.relation.op == "==" and not h.quantified:
                equation = reader.read(Binary("-", h.relation.left, h.relation.right), scope)
                found = _from(goal, number, ctx, gap, equation, direct)
                if found is not None:
                    return found
    except (Stuck, Undefined):
        return None
    return None


def _from(goal: Goal, number: int, ctx: Context, gap: Polynomial, equation: Polynomial, direct: Direct) -> Proof | None:
    """The proof by one equation."""
    for times in _cleared(ctx, equation):
        other = _quotient(multiply(ctx, equation, times), gap)
        if other is None:
            continue
        found = _twice(goal, number, ctx, gap, times, other) or _once(goal, number, ctx, times, other, direct)
        if found is not None:
            return found
    return None


def _cleared(ctx: Context, equation: Polynomial) -> Iterator[Polynomial]:
    """What makes a polynomial without roots and denominators of an equation."""
    yield ONE
    lowest: dict[str, Rational] = {}
    for key, e in (factor for mono in equation for factor in mono):
        lowest[key] = min(lowest.get(key, 0), e)
    yield {tuple(sorted((key, -e) for key, e in lowest.items() if e < 0)): 1}
    parts = list(roots_apart(equation))
    if len(parts) == 2:
        yield from (subtract(*parts), subtract(*parts[::-1]))


def _quotient(poly: Polynomial, gap: Polynomial) -> Polynomial | None:
    """What a polynomial is divided by x - c, for polynomials in one variable; None where they are not."""
    key = next((mono[0][0] for mono in gap if mono), "")
    p, root = _coefficients(poly, key), _coefficients(gap, key)
    if root is None or p is None or len(root) != 2 or len(p) < 2:
        return None
    at, left, found = -root[0] / root[1], list(p), list[Fraction]()
    for c in reversed(left):
        found.append(c + (found[-1] * at if found else 0))
    if found.pop():
        return None
    return {((key, k),) if k else (): c / root[1] for k, c in enumerate(reversed(found)) if c}


def _coefficients(poly: Polynomial, key: str) -> list[Fraction] | None:
    degrees = {dict(mono).get(key, 0): Fraction(c) for mono, c in poly.items()}
    alone = all(not mono or (len(mono) == 1 and mono[0][0] == key) for mono in poly)
    if not poly or not alone or any(e < 0 or Fraction(e).denominator > 1 for e in degrees):
        return None
    return [degrees.get(k, Fraction(0)) for k in range(int(max(degrees)) + 1)]


def _twice(
    goal: Goal, number: int, ctx: Context, gap: Polynomial, times: Polynomial, other: Polynomial
) -> Proof | None:
    """Where the difference is a factor twice, its cube is 0."""
    share = next((Fraction(c) / Fraction(gap[m]) for m, c in other.items() if m in gap), None)
    if not share or subtract(other, scale(gap, share)):
        return None
    step = _vanishing(ctx, number, scale(multiply(ctx, times, gap), -1 / share))
    pair = {"left": to_json(Binary("-", goal.left, goal.right)), "right": to_json(ZERO), "times": "1", "power": "3"}
    proof = {"kind": "powers", **pair, "signs": [], "proof": {"kind": "direct", "steps": [step]}}
    return proof if is_proof(goal_to_json(goal), proof) else None


def _once(goal: Goal, number: int, ctx: Context, times: Polynomial, other: Polynomial, direct: Direct) -> Proof | None:
    """Where the other factor is not 0, as the equation shows if need be."""
    factor, claim = term_of(ctx, other, {}), goal_to_json(goal)
    steps = [_vanishing(ctx, number, scale(times, -1))]
    term = to_json(Binary("*", Binary("-", goal.left, goal.right), factor))
    proof = {"kind": "multiple", "term": term, "factor": to_json(factor), "proof": {"kind": "direct", "steps": steps}}
    if is_proof(claim, proof):
        return proof
    for op in SIGNS:
        lemma = replace(goal, left=factor, op=op, right=ZERO)
        for c in (1, -1):
            own: Proof = {"kind": "direct", "steps": [_vanishing(ctx, number, {(): c})]}
            if is_proof(goal_to_json(lemma), own):
                found = shown_first(
                    claim, goal, lemma, (own, proof), lambda c, g: _assumed(ctx, goal, g) or direct(c, g)
                )
                if found is not None and is_proof(claim, found):
                    return found
    return None


def _assumed(ctx: Context, goal: Goal, part: Goal) -> Proof | None:
    """The proof of an equation that is one of the hypotheses."""
    known = [(h.relation.left, h.relation.right) for h in goal.hypotheses if h.relation.op == "=="]
    if part.op != "==" or (part.left, part.right) not in known:
        return None
    number = [(h.relation.left, h.relation.right) for h in goal.hypotheses].index((part.left, part.right))
    return {"kind": "direct", "steps": [_vanishing(ctx, number, {(): -1})]}


def _vanishing(ctx: Context, number: int, times: Polynomial) -> Json:
    return {"vanishes": number, "at": [], "times": to_json(term_of(ctx, times, {})), "over": []}
