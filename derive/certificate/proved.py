"""A theorem as a proof that the standalone checker accepts.

The producer is not trusted: it keeps a checker at work, offers it replacements and lemmas that the kernel's own reading
suggests, and writes down those that the checker took.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain, combinations, product
from math import lcm
from typing import Any, Literal, TypeGuard

from msgspec import Struct
from msgspec.structs import replace

from derive.certificate.calculus import by_falling, by_slopes
from derive.certificate.conjugates import by_conjugates
from derive.certificate.equations import by_equations
from derive.certificate.is_proof import is_proof
from derive.certificate.lemmas import shown_first, with_lemmas
from derive.certificate.limits import by_parts
from derive.certificate.powers import by_powers, square_factors
from derive.certificate.ranges import ranges
from derive.certificate.terms import from_json, goal_to_json, index_to_json, relation_to_json, stated, to_json
from derive.certificate.variables import mentions, replaced, substituted
from derive.certificate.within import by_limits
from derive.claim import Declaration, Goal, Hypothesis, Lemma
from derive.kernel import FUEL, Propose, cases, contradictory
from derive.kernel.context import (
    BOUND,
    FREE,
    FRESH,
    NEGATIVE,
    POSITIVE,
    ZERO,
    Context,
    Note,
    Place,
    Polynomial,
    Rational,
    Stuck,
    Undefined,
)
from derive.kernel.equality import Sides, read_sides
from derive.kernel.finite import Values, finite_values
from derive.kernel.functions import logarithm
from derive.kernel.hypotheses import context_of
from derive.kernel.means import Mean
from derive.kernel.monotone import numerator
from derive.kernel.normalize import Reader, Scope
from derive.kernel.order import holds
from derive.kernel.polynomial import ONE, add, scale, subtract
from derive.kernel.radicals import square_root
from derive.kernel.readback import term_of
from derive.kernel.ring import multiply, power
from derive.kernel.roots import Range, product_of, sum_of, without_squares
from derive.kernel.spelling import places
from derive.kernel.split import FAILURES, Coincidence, Smallest
from derive.kernel.theorem import Theorem
from derive.prove import prove as prove_goal
from derive.recheck.calculus import LEAST as LEAST_WHOLE
from derive.recheck.limits import NEAR
from derive.recheck.polynomial import Undefined as Nowhere
from derive.recheck.proof import BRANCHES, EVERY, Contradiction, State, prove
from derive.recheck.terms import Rejected
from derive.substitute import free_indices
from derive.term import (
    Apply,
    Binary,
    Component,
    Constant,
    Delta,
    Diff,
    Index,
    Limit,
    Neg,
    Number,
    Op,
    Optimum,
    Reduce,
    Relation,
    Term,
    Variable,
    children,
    subterms,
    with_children,
)
from derive.whole import is_integer_type

REFUSED = (Rejected, Nowhere, Contradiction)
DEPTH = 3
MOST_LEMMAS = 400
MOST_CASES = 40
FUEL_OF_BOUNDS = 15_000
LEAST = 1  # from where on the bounds of a limit have to hold
MOST_PLACES = 5
MOST_ORDERED = 4
MOST_GAPS = 4
OPS = {5: ">", 6: "<", 1: ">=", 2: "<=", 4: "!=", 3: "=="}
CANDIDATES = (
    *("range", "largest", "rounded", "one term", "two entries", "one entry", "tangent", "tangent times"),
    *("cauchy", "rests", "square of", "product of sums", "product"),
)
LOGARITHMS = ("log", "log1p", "asinh", "acosh", "atanh")
ROUNDED = ("floor", "ceiling")
TURNING = ("sin", "cos", "tan", "cot", "sec", "csc")
PI = ("const", "pi")
OPEN = ["const", "oo"]  # where a range has no end
MULTIPLES = (Fraction(1), Fraction(1, 2), Fraction(2))
SIGNS: tuple[Op, ...] = (">", "<", "==")
BRANCH = (0, Fraction(1, 3), Fraction(1, 2), Fraction(2, 3), 1, Fraction(4, 3), Fraction(3, 2), Fraction(5, 3), 2)
BOUNDED: dict[str, Op] = {"positive": ">", "negative": "<", "nonnegative": ">="}
Json = Any
Proof = dict[str, Any]
Definitions = dict[str, tuple[list[Any], Json]]


def proved(goal: Goal, propose: Propose | None = None) -> Proof | None:
    """The proof of a goal that was proved; None where the checker cannot follow."""
    limits = [t for side in (goal.left, goal.right) for t in subterms(side) if isinstance(t, Limit)]
    if limits:
        plain = len(limits) == 1 and limits[0] in (goal.left, goal.right) and goal.op == "=="
        found = _limit(goal, propose) if plain else None
        return found or (None if plain else by_limits(goal, lambda g: proved(g, propose)))
    if isinstance(goal.left, Optimum) or isinstance(goal.right, Optimum):
        return _optimum(goal, propose) if goal.op == "==" else None
    return _Search(propose).proof(goal_to_json(goal), goal)


def direct(claim: Json, goal: Goal) -> Proof | None:
    """A proof without cases; None where none is found."""
    return _direct(claim, goal, (), None)


def proved_with(goal: Goal, using: tuple[Lemma, ...], propose: Propose | None) -> Proof | None:
    """The proof of a goal that was proved with lemmas."""

    def prove_part(claim: Json, part: Goal) -> Proof | None:
        return _Search(propose).proof(claim, part)

    claim = goal_to_json(goal)
    return next((p for p in with_lemmas(goal, using, prove_part) if is_proof(claim, p)), None)


def empty(goal: Goal) -> Proof | None:
    """The proof that nothing satisfies the hypotheses of a goal."""
    zero = Number(Fraction(0))
    nothing = replace(goal, left=zero, op="==", right=zero)
    return _contradiction(goal_to_json(nothing), nothing, ())


def _optimum(goal: Goal, propose: Propose | None) -> Proof | None:
    """Calculus in one variable: the claimed value is admissible, the slope is 0 there, the curvature has one sign."""
    found, value = (goal.left, goal.right) if isinstance(goal.left, Optimum) else (goal.right, goal.left)
    assert isinstance(found, Optimum)
    declared = goal.declaration(found.variable)
    if found.component or declared is None or declared.dimensions:
        return None
    variable, zero = Variable(found.variable), Number(Fraction(0))
    about = [
        h
        for h in goal.hypotheses
        if mentions(h.relation.left, variable.name) or mentions(h.relation.right, variable.name)
    ]
    kept = tuple(h for h in goal.hypotheses if h not in about)
    wanted = [h.relation for h in about]
    if declared.type in BOUNDED:
        wanted.append(Relation(variable, BOUNDED[declared.type], zero))
    there = Hypothesis(Relation(variable, "==", value))
    op: Op = "<" if found.kind == "argmax" else ">"
    goals = [
        replace(goal, hypotheses=(*goal.hypotheses, there), left=Diff(found.body, (variable,)), right=zero),
        replace(goal, left=Diff(found.body, (variable, variable)), op=op, right=zero),
        *(
            replace(
                goal,
                hypotheses=kept,
                left=replaced(r.left, variable.name, value),
                op=r.op,
                right=replaced(r.right, variable.name, value),
            )
            for r in wanted
        ),
    ]
    proofs = [_Search(propose).proof(goal_to_json(g), g) for g in goals]
    if not all(proofs):
        return None
    proof = {"kind": "optimum", "stationary": proofs[0], "curved": proofs[1], "admissible": proofs[2:]}
    try:
        prove(goal_to_json(goal), proof)
    except REFUSED:
        return None
    return proof


def _limit(goal: Goal, propose: Propose | None) -> Proof | None:
    """Part by part, or a squeeze by bounds of the usual kinds, each proved by the kernel."""
    limit, value = (goal.left, goal.right) if isinstance(goal.left, Limit) else (goal.right, goal.left)
    assert isinstance(limit, Limit)
    found = by_parts(goal, lambda c, g: _direct(c, g, (), propose))
    if found is not None:
        return found
    sides = [_one_side(goal, limit, value, way, propose) for way in _ways(limit)]
    return {"kind": "squeeze", "sides": sides} if all(sides) else None


def _ways(limit: Limit) -> list[str]:
    if limit.point == Constant("oo"):
        return ["oo"]
    if limit.point == Neg(Constant("oo")):
        return ["-oo"]
    return [limit.side] if limit.side else ["+", "-"]


def _one_side(goal: Goal, limit: Limit, value: Term, way: str, propose: Propose | None) -> Proof | None:
    near = Variable(NEAR)
    step = Binary("/", Number(Fraction(1)), near)
    arguments: dict[str, Term] = {"oo": near, "-oo": Neg(near)}
    arguments |= {"+": Binary("+", limit.point, step), "-": Binary("-", limit.point, step)}
    body = replaced(limit.body, limit.variable, arguments[way])
    body_itself = {} if value in (Constant("oo"), Neg(Constant("oo"))) else {"lower": body, "upper": body}
    inner = _near(goal, limit.variable, LEAST)
    for bounds in filter(None, (body_itself, *_bounds(goal, value, near))):
        goals = [replace(inner, left=a, op="<=", right=b) for a, b in _ordered(bounds, body)]
        if all(isinstance(prove_goal(g, FUEL_OF_BOUNDS, 1), Theorem) for g in goals):
            proofs = [_Search(propose).proof(goal_to_json(g), g) for g in goals]
            stated = {which: to_json(bound) for which, bound in bounds.items()}
            side = {"from": way, "least": str(LEAST), **stated, "proofs": proofs}
            if all(proofs) and _is_accepted(goal, limit, side, way):
                return side
    return None


def _is_accepted(goal: Goal, limit: Limit, side: Proof, way: str) -> bool:
    """Whether the checker takes one side of a limit, whatever the others are."""
    sides: dict[str, Literal["+", "-"] | None] = {"+": "+", "-": "-"}
    alone = replace(limit, side=sides.get(way))
    one = replace(goal, left=alone) if goal.left is limit else replace(goal, right=alone)
    try:
        prove(goal_to_json(one), {"kind": "squeeze", "sides": [side]})
    except REFUSED:
        return False
    return True


def _ordered(bounds: dict[str, Term], body: Term) -> list[tuple[Term, Term]]:
    return [(bound, body) if which == "lower" else (body, bound) for which, bound in bounds.items()]


def _near(goal: Goal, name: str, least: int) -> Goal:
    """The goal with the variable of the limit gone, and one that is large."""
    kept = [h for h in goal.hypotheses if not any(mentions(t, name) for t in (h.relation.left, h.relation.right))]
    large = Hypothesis(Relation(Variable(NEAR), ">=", Number(Fraction(least))))
    declared = [d for d in goal.declarations if d.name != name]
    return replace(goal, declarations=(*declared, Declaration(NEAR, "positive")), hypotheses=(*kept, large))


def _bounds(goal: Goal, value: Term, near: Term) -> Iterator[dict[str, Term]]:
    """The value itself on one side or both, and what exceeds it by a multiple of 1/w; multiples of w for oo."""
    if value in (Constant("oo"), Neg(Constant("oo"))):
        for term in (near, Binary("/", near, Number(Fraction(2)))):
            yield {"lower": term} if value == Constant("oo") else {"upper": Neg(term)}
        return
    yield {"lower": value, "upper": value}
    for size in _sizes(goal):
        gap = Binary("/", size, near)
        above, below = Binary("+", value, gap), Binary("-", value, gap)
        yield from ({"lower": a, "upper": b} for a, b in ((value, above), (below, value), (below, above)))


def _sizes(goal: Goal) -> Iterator[Term]:
    """What the gap may be a multiple of: logarithms of sizes, one over a gap that a hypothesis names, numbers."""
    sizes: list[Term] = [*map(Variable, goal.dimensions), Number(Fraction(2))]
    yield from (Apply("log", (size,)) for size in sizes)
    for hypothesis in goal.hypotheses:
        relation = hypothesis.relation
        if relation.op in ("<", ">") and not hypothesis.quantified:
            sides = (relation.left, relation.right) if relation.op == ">" else (relation.right, relation.left)
            yield Binary("/", Number(Fraction(1)), Binary("-", *sides))
    yield from (Number(Fraction(c)) for c in (1, 4, 20))


def proved_at(claim: dict[str, Any], goal: Goal, extra: tuple[Json, ...]) -> Proof | None:
    """The proof of a claim under further hypotheses, which stand last among those of the goal."""
    return _Search(None).proof(claim, goal, extra, 1)


class _Search(Struct):
    """A search for a proof, by cases if need be, of which it looks at so many."""

    propose: Propose | None
    left: int = MOST_CASES

    def proof(self, claim: Json, goal: Goal, extra: tuple[Json, ...] = (), depth: int = DEPTH) -> Proof | None:
        """A proof without cases, or the first by cases."""
        self.left -= 1
        if contradictory(goal, FUEL):
            return _contradiction(claim, goal, extra)
        found = self._direct(claim, goal, extra)
        if found is None and extra:
            found = _contradiction(claim, goal, extra)
        if found is not None or depth == 0:
            return found
        found = None if extra else by_conjugates(goal, lambda c, g: _direct(c, g, (), self.propose))
        found = found or (None if extra else self._rounded(claim, goal) or self._otherwise(claim, goal))
        if found is not None:
            return found
        kinks = sorted(_signed(goal, self.propose), key=lambda t: len(str(t))) if depth == DEPTH else []
        by_signs = self._by_signs(claim, goal, extra, depth, kinks) if len(kinks) > 1 else None
        return by_signs or self._by_splits(claim, goal, extra, depth)

    def _by_signs(
        self, claim: Json, goal: Goal, extra: tuple[Json, ...], depth: int, kinks: list[Term]
    ) -> Proof | None:
        """By the signs of what stands in kinks, the shortest first, each unless its sign is known by then."""
        found = (self._direct(claim, goal, extra) or _contradiction(claim, goal, extra)) if extra else None
        left = [t for t in kinks if not _is_known(claim, extra, t)]
        if found is not None or not left or depth == 0:
            return found
        parts = _cases(goal, extra, [Relation(left[0], op, Number(Fraction(0))) for op in SIGNS])
        proofs = _all(self._by_signs(claim, case, more, depth - 1, left) for case, more in parts)
        return {"kind": "cases", "split": ["K2", to_json(left[0])], "branches": proofs} if proofs else None

    def _rounded(self, claim: Json, goal: Goal) -> Proof | None:
        """N5, N4: over a period of a variable; by what is less than 1 away, among whole numbers."""
        if not any(
            isinstance(t, Apply) and t.function in ROUNDED for s in (goal.left, goal.right) for t in subterms(s)
        ):
            return None
        for d in goal.declarations:
            found: Proof = {"kind": "period", "name": d.name}
            if is_proof(claim, found):
                return found
        ops: dict[str, tuple[Op, ...]] = {">=": (">",), "<=": ("<",), "==": (">", "<")}
        parts = [replace(goal, op=op, right=_moved_by_one(goal.right, op)) for op in ops.get(goal.op, ())]
        proofs = _all(_direct(goal_to_json(part), part, (), self.propose) for part in parts)
        found = {"kind": "whole", "proofs": proofs}
        return found if proofs and is_proof(claim, found) else None

    def _otherwise(self, claim: Json, goal: Goal) -> Proof | None:
        """K8: by an equation of the hypotheses whose sides differ wherever the goal fails."""
        for number, denied in enumerate(goal.hypotheses if not goal.indices and not goal.dimensions else ()):
            relation = denied.relation
            if relation.op == "==" and not denied.quantified:
                rest = tuple(h for n, h in enumerate(goal.hypotheses) if n != number)
                failures = (Relation(goal.left, op, goal.right) for op in FAILURES[goal.op])
                parts = (replace(goal, hypotheses=(*rest, Hypothesis(f))) for f in failures)
                proofs = _all(self._denied(part, relation) for part in parts)
                found: Proof = {"kind": "otherwise", "equation": number, "proofs": proofs}
                if proofs and is_proof(claim, found):
                    return found
        return None

    def _denied(self, goal: Goal, relation: Relation) -> Any:
        """The order in which the sides of an equation are, and the proof."""
        for op in SIGNS[:2]:
            part = replace(goal, left=relation.left, op=op, right=relation.right)
            if contradictory(part, FUEL) or isinstance(prove_goal(part, FUEL_OF_BOUNDS, 1), Theorem):
                proof = _Search(self.propose).proof(goal_to_json(part), part)
                if proof is not None:
                    return [op, proof]
        return None

    def _by_splits(self, claim: Json, goal: Goal, extra: tuple[Json, ...], depth: int) -> Proof | None:
        for split, branches in _splits(goal, self.propose):
            parts = _cases(goal, extra, branches) if self.left > 0 else iter(())
            proofs = _all(self.proof(claim, case, more, depth - 1) for case, more in parts)
            if proofs and any(p["kind"] != "contradiction" for p in proofs):
                return {"kind": "cases", "split": split, "branches": proofs}
        return None

    def _direct(self, claim: Json, goal: Goal, extra: tuple[Json, ...]) -> Proof | None:
        powers = [t for side in (goal.left, goal.right) for t in subterms(side) if _is_power(t)]
        moving = any(isinstance(t, Binary) and not isinstance(t.right, Number) for t in powers)
        found = self._by_exponents(claim, goal) if moving and not extra else None
        found = found or _direct(claim, goal, extra, self.propose) or (None if extra else _equated(claim, goal))
        if found is not None:
            return found
        found = _angle(claim, goal, extra, self.propose)
        found = found or by_powers(claim, goal, extra, self.propose, self._plainly)
        found = found or by_slopes(claim, goal, extra, lambda c, g, e: _direct(c, g, e, self.propose))
        found = found or by_falling(claim, goal, extra, lambda c, g, e: _direct(c, g, e, self.propose))
        found = found or _exponential(claim, goal, extra, self.propose)
        found = found or (None if extra or moving else self._by_exponents(claim, goal))
        found = found or (None if extra else self._relaxed(claim, goal))
        return found if found is not None and is_proof(claim, found, extra) else None

    def _plainly(self, claim: Json, goal: Goal, extra: tuple[Json, ...]) -> Proof | None:
        """A proof in one go, or of an order by slopes."""
        found = _direct(claim, goal, extra, self.propose)
        found = found or by_slopes(claim, goal, extra, lambda c, g, e: _direct(c, g, e, self.propose))
        return found if found is not None and is_proof(claim, found, extra) else None

    def _by_exponents(self, claim: Json, goal: Goal) -> Proof | None:
        """Of two positive terms the larger has the larger logarithm: their order is shown first (O9, O10, H8)."""
        if goal.op in ("==", "!="):
            return None
        try:
            sides = read_sides(goal, FUEL, self.propose)
            ctx, gap = sides.ctx, subtract(sides.left, sides.right)
            first: Polynomial = {mono: c for mono, c in gap.items() if c > 0}
            second = subtract(first, gap)
            if any(not part or ctx.sign(ctx, part) & POSITIVE != POSITIVE for part in (first, second)):
                return None
            exponent = term_of(ctx, subtract(logarithm(ctx, first), logarithm(ctx, second)), {})
            below = stated(ctx, term_of(ctx, second, {}))
        except (Stuck, Undefined):
            return None
        lemma = replace(goal, left=exponent, right=Number(Fraction(0)))
        inner = goal_to_json(lemma)
        own = by_slopes(inner, lemma, (), lambda c, g, e: _direct(c, g, e, self.propose))
        own = own or by_falling(inner, lemma, (), lambda c, g, e: _direct(c, g, e, self.propose))
        if own is None:
            return None
        step = _lemma("O10", Binary("-", goal.left, goal.right), goal.op, [to_json(exponent), below])
        rest: Proof = {"kind": "direct", "steps": [step]}
        found = shown_first(claim, goal, lemma, (own, rest), lambda c, g: _direct(c, g, (), self.propose))
        return found if found is not None and is_proof(claim, found) else None

    def _relaxed(self, claim: Json, goal: Goal) -> Proof | None:
        """An order of whole numbers as one of all numbers (O17)."""
        scalars = (d for d in goal.declarations if not d.dimensions and d.name not in goal.dimensions)
        whole = [d for d in scalars if d.type in LEAST_WHOLE]
        if not whole or goal.op in ("==", "!="):
            return None
        name, least = whole[0].name, LEAST_WHOLE[whole[0].type]
        bound = Hypothesis(Relation(Variable(name), ">=", Number(Fraction(least or 0))))
        declared = tuple(replace(d, type="real") if d.name == name else d for d in goal.declarations)
        known = (*goal.hypotheses, *([] if least is None else [bound]))
        wider = replace(goal, declarations=declared, hypotheses=known)
        own = _Search(self.propose, self.left).proof(goal_to_json(wider), wider)
        return None if own is None else {"kind": "relaxed", "name": name, "proof": own}


def _moved_by_one(term: Term, op: Op) -> Term:
    return Binary("-" if op == ">" else "+", term, Number(Fraction(1)))


def _cases(goal: Goal, extra: tuple[Json, ...], branches: list[Relation]) -> Iterator[tuple[Goal, tuple[Json, ...]]]:
    """A goal under each relation of a split, and what is assumed in it beyond the claim."""
    for relation in branches:
        stated = relation_to_json(relation.left, relation.op, relation.right)
        yield replace(goal, hypotheses=(*goal.hypotheses, Hypothesis(relation))), (*extra, stated)


def _all(proofs: Iterator[Proof | None]) -> list[Proof]:
    """The proofs if there is one of every part, and none else."""
    found: list[Proof] = []
    for proof in proofs:
        if proof is None:
            return []
        found.append(proof)
    return found


def _is_known(claim: Json, extra: tuple[Json, ...], term: Term) -> bool:
    """Whether the checker knows the sign of a term, as > 0, < 0 or == 0."""
    try:
        return _form(State(claim, extra), to_json(term)) in (POSITIVE, NEGATIVE, ZERO)
    except REFUSED:
        return False


def _equated(claim: Json, goal: Goal) -> Proof | None:
    """By instances of equations, where a multiple of the difference is 0, which times a term that is not."""
    for factor, steps in by_equations(goal):
        proof: Proof = {"kind": "direct", "steps": steps}
        if factor is not None:
            term = to_json(Binary("*", Binary("-", goal.left, goal.right), factor))
            proof = {"kind": "multiple", "term": term, "factor": to_json(factor), "proof": proof}
        if is_proof(claim, proof):
            return proof
    return None


def _contradiction(claim: Json, goal: Goal, extra: tuple[Json, ...]) -> Proof | None:
    """That the hypotheses exclude each other: something that one of them says the others exclude."""
    nothing, steps = to_json(Number(Fraction(0))), list[Json]()
    try:
        draft = _Draft(State(claim, extra), [])
        found = _excluded_by(draft.state, goal)
        if found is None:
            _use_equations(draft, goal)
            steps = [step for step, *_ in draft.steps]
            found = _excluded_by(draft.state, goal)
    except Contradiction:
        found = nothing
    except (Rejected, Nowhere):
        return None
    return None if found is None else {"kind": "contradiction", "steps": steps, "of": found}


def _excluded_by(state: State, goal: Goal) -> Json | None:
    return next((t for t in map(to_json, _excluded(goal)) if _form(state, t) == EVERY), None)


def _form(state: State, term: Json) -> int:
    return state.reader.form(state.terms.term(term, state.scope), state.env)


def _excluded(goal: Goal) -> Iterator[Term]:
    """What may have signs that exclude each other: the difference in a hypothesis, or of two of them."""
    relations = [h.relation for h in goal.hypotheses if not h.quantified]
    gaps = [Binary("-", r.left, r.right) for r in relations]
    yield from gaps
    for left, right in combinations(gaps, 2):
        yield from (Binary(op, left, right) for op in ("+", "-"))


# Angles.


def _angle(claim: Json, goal: Goal, extra: tuple[Json, ...], propose: Propose | None) -> Proof | None:
    """That two angles are the same: the sine of a multiple of their difference is 0, and it lies within one turn."""
    inverse = any(_is_inverse(t) for side in (goal.left, goal.right) for t in subterms(side))
    for times in MULTIPLES if inverse and goal.op == "==" else ():
        angle = Binary("*", Number(times), Binary("-", goal.left, goal.right))
        sine = _equation(*_instead(claim, goal, Apply("sin", (angle,)), "==", Number(Fraction(0))), extra, propose)
        for halves in (1, 2) if sine else ():
            within = _within_turn(claim, goal, extra, angle, halves, propose)
            cosine = _cosine(claim, goal, extra, angle, propose) if halves == 2 and within else None
            if within and (cosine or halves == 1):
                return {"kind": "angle", "times": str(times), "sine": sine, "within": within, "cosine": cosine}
    return None


def _within_turn(
    claim: Json, goal: Goal, extra: tuple[Json, ...], angle: Term, halves: int, propose: Propose | None
) -> list[Proof]:
    """That an angle lies between so many half turns either way; nothing where that is not seen."""
    around = Binary("*", Number(Fraction(halves)), Constant("pi"))
    ends: tuple[tuple[Op, Term], ...] = (("<", around), (">", Neg(around)))
    return _all(_within(*_instead(claim, goal, angle, op, end), extra, propose) for op, end in ends)


def _cosine(claim: Json, goal: Goal, extra: tuple[Json, ...], angle: Term, propose: Propose | None) -> Proof | None:
    """That the cosine of an angle is 1, or positive."""
    cosine = Apply("cos", (angle,))
    one = _equation(*_instead(claim, goal, cosine, "==", Number(Fraction(1))), extra, propose)
    if one is not None:
        return one
    above = _direct(*_instead(claim, goal, cosine, ">", Number(Fraction(0))), extra, propose)
    return None if above is None else {"positive": above}


def _exponential(claim: Json, goal: Goal, extra: tuple[Json, ...], propose: Propose | None) -> Proof | None:
    """That both sides have the same exponential, or twice the sides."""
    logs = any(isinstance(t, Apply) and t.function in LOGARITHMS for s in (goal.left, goal.right) for t in subterms(s))
    for times in MULTIPLES[::2] if goal.op == "==" and logs else ():
        left, right = (Apply("exp", (Binary("*", Number(times), side),)) for side in (goal.left, goal.right))
        proof = _equation(*_instead(claim, goal, left, "==", right), extra, propose)
        if proof is not None:
            return {"kind": "exponential", "times": str(times), "proof": proof}
    return None


def _equation(claim: Json, goal: Goal, extra: tuple[Json, ...], propose: Propose | None) -> Proof | None:
    """The proof of an equation in one go, or by squares."""
    search = _Search(propose)
    return _direct(claim, goal, extra, propose) or by_powers(claim, goal, extra, propose, search._plainly)


def _instead(claim: Json, goal: Goal, left: Term, op: Op, right: Term) -> tuple[Json, Goal]:
    """A claim and its goal with another relation."""
    stated = {**claim, "left": to_json(left), "op": op, "right": to_json(right)}
    return stated, replace(goal, left=left, op=op, right=right)


def _is_inverse(term: Term) -> bool:
    return isinstance(term, Apply) and term.function in ("asin", "acos", "atan")


def _within(claim: Json, goal: Goal, extra: tuple[Json, ...], propose: Propose | None) -> Proof | None:
    """A bound of an angle, by the ends of the ranges of the inverse functions in it, or as any inequality."""
    try:
        draft = _Draft(State(claim, extra), [])
        _offer_spans(draft, goal)
        return draft.proof() or _direct(claim, goal, extra, propose)
    except (*REFUSED, Stuck, Undefined):
        return None


def _offer_spans(draft: _Draft, goal: Goal) -> None:
    state = draft.state
    difference = Binary("-", goal.left, goal.right) if goal.op == ">" else Binary("-", goal.right, goal.left)
    gap = state.reader.read(state.terms.term(to_json(difference), state.scope), state.env)
    taken: Term = Number(Fraction(0))
    for term in sorted({t for t in subterms(goal.left) if _is_inverse(t)}, key=str):
        assert isinstance(term, Apply)
        value = state.reader.read(state.terms.term(to_json(term), state.scope), state.env)
        (mono, sign), *_ = ((m, c) for m, c in value.items() if state.algebra.kind(m[0][0]) == "fn")
        share = Fraction(gap.pop(mono, 0)) / sign
        low, high = _span(state, term)
        end = Binary("*", Number(low if share > 0 else high), Constant("pi"))
        away = Binary("-", term, end) if share > 0 else Binary("-", end, term)
        angle = ["num", str(low if share > 0 else high)]
        ways = [[to_json(term)], [to_json(term), angle]]
        any(draft.offer(_lemma("G6", away, op, way)) for way in ways for op in (">", ">="))
        taken = Binary("+", taken, Binary("*", Number(abs(share)), away))
    form = to_json(Binary("+", taken, Binary("-", difference, taken)))
    draft.offer(_lemma("O2", difference, ">", [form]))


def _span(state: State, term: Apply) -> tuple[Fraction, Fraction]:
    """The range of an inverse function where its argument is, in units of pi."""
    angles = [Fraction(n) / 2 - (0 if term.function == "acos" else Fraction(1, 2)) for n in BRANCH]
    sides = {q: _beside(state, term, q) for q in angles[1:-1]}
    below, above = ([q for q, bits in sides.items() if bits & side] for side in (2, 1))
    return max(above, default=angles[0]), min(below, default=angles[-1])


def _beside(state: State, term: Apply, angle: Fraction) -> int:
    """On which side of an angle an inverse function is seen to be."""
    function = {"asin": "sin", "acos": "cos", "atan": "tan"}[term.function]
    end = Apply(function, (Binary("*", Number(angle), Constant("pi")),))
    gap = Binary("-", term.args[0], end) if function != "cos" else Binary("-", end, term.args[0])
    return _form(state, to_json(gap))


def _splits(goal: Goal, propose: Propose | None) -> Iterator[tuple[Json, list[Relation]]]:
    """Case splits that the kernel may have used: of two indices, of a dimension, of a sign; each once."""
    zero, one = Number(Fraction(0)), Number(Fraction(1))
    done = {h.relation.left for h in goal.hypotheses if h.relation.op != "!="}
    for left, right in combinations(goal.indices, 2):
        if left.dimension == right.dimension and Delta(left, right) not in done:
            relations = [case.hypotheses[-1].relation for case in cases(goal, Coincidence(left, right))]
            yield ["K1", index_to_json(left), index_to_json(right)], relations
    for index in goal.indices:
        if index.dimension.isdecimal() and int(index.dimension) <= MOST_PLACES:
            at = [Index(v, index.dimension) for v in range(1, int(index.dimension) + 1)]
            if Delta(index, at[0]) not in done:
                yield ["K6", index_to_json(index)], [Relation(Delta(index, v), "==", one) for v in at]
    signed = [inner for inner in _signed(goal, propose) if inner not in done]
    for inner in signed:
        yield ["K2", to_json(inner), ">="], [Relation(inner, ">=", zero), Relation(inner, "<", zero)]
    for inner in signed:
        yield ["K2", to_json(inner)], [Relation(inner, op, zero) for op in SIGNS]
    for name in goal.dimensions:
        if Variable(name) not in done:
            relations = [case.hypotheses[-1].relation for case in cases(goal, Smallest(name))]
            yield ["K5", name], relations


def _signed(goal: Goal, propose: Propose | None) -> Iterator[Term]:
    """What stands under an Abs, sign, Max or Min of the author; factors of a difference; at the claim's own indices."""
    apart = [h.relation for h in goal.hypotheses if h.relation.op == "!=" and not h.quantified]
    seen: list[Term] = [Binary("-", r.left, r.right) for r in apart]
    for side in (goal.left, goal.right):
        for t in subterms(side):
            match t:
                case Apply("Abs" | "sign" | "acot", (inner,)):
                    seen.append(inner)
                case Apply("Max" | "Min", (left, right, *_)):
                    seen.append(Binary("-", left, right))
                case Binary("**", base, exponent) if not isinstance(exponent, Number):
                    seen += [*_bases(base), Binary("-", exponent, Number(Fraction(1)))]
                case Binary("*", left, right):
                    seen += [u for u in (left, right) if isinstance(u, Binary) and u.op in "+-"]
    yield from dict.fromkeys(t for inner in dict.fromkeys(seen) for t in _instances(goal, inner))


def _bases(base: Term) -> list[Term]:
    """What may be 0 in the base of a power."""
    match base:
        case Binary("*" | "/", left, right):
            return [*_bases(left), *_bases(right)]
        case Binary("**", inner, _):
            return _bases(inner)
        case Variable() | Component():
            return [base]
        case _:
            return []


def _instances(goal: Goal, term: Term) -> Iterator[Term]:
    """A term with indices of the goal in the place of bound ones, of which there is one at most."""
    bound = [i for i in dict.fromkeys(free_indices(term)) if i not in goal.indices and isinstance(i.name, str)]
    if not bound:
        yield term
    for own in goal.indices if len(bound) == 1 else ():
        if own.dimension == bound[0].dimension:
            yield from_json(_at(_apart(to_json(term), "'"), {bound[0].name: own.name}))


# One proof without cases.


class _Draft(Struct):
    """The checker at work on a claim, and the steps that it took: what each learnt, and from which facts."""

    state: State
    steps: list[tuple[Json, set[int], set[int]]]

    def offer(self, step: Json) -> bool:
        """Whether the checker takes a step; it is written down if so."""
        signs = self.state.signs
        before = len(signs.facts)
        signs.memo.clear()
        signs.hits.clear()
        try:
            self.state.take(step)
        except REFUSED:
            return False
        self.steps.append((step, set(range(before, len(signs.facts))), set(signs.hits)))
        return True

    def proof(self) -> Proof | None:
        """The steps from which the claim follows, without the lemmas that nothing uses."""
        signs = self.state.signs
        signs.memo.clear()
        signs.hits.clear()
        if not self.state.holds():
            return None
        needed, kept = set(signs.hits), []
        for step, learnt, used in reversed(self.steps):
            if "lemma" not in step or learnt & needed:
                needed |= used
                kept.append(step)
        return {"kind": "direct", "steps": kept[::-1]}


def _direct(claim: Json, goal: Goal, extra: tuple[Json, ...], propose: Propose | None) -> Proof | None:
    equating = (_plain, _attaining, _by_values, _inverting, _replacing, _signing)
    for attempt in equating if goal.op == "==" else (_plain, _comparing, _signing):
        try:
            draft = _Draft(State(claim, extra), [])
            _divide_angles(draft, goal)
            _use_equations(draft, goal)
            _offer_bounds(draft, goal)
            _offer_whole(draft, goal)
            for step in ranges(draft.state):
                draft.offer(step)
            _offer_roots(draft, goal, propose)
            attempt(draft, goal, propose)
            proof = draft.proof()
            if proof is not None:
                return _shortened(claim, extra, proof)
        except (*REFUSED, Stuck, Undefined):
            continue
    return None


def _shortened(claim: Json, extra: tuple[Json, ...], proof: Proof) -> Proof:
    """The proof without its replacements, or without the plainest of them, if the checker agrees."""
    for dropped in (("R4", "P4", "P6", "P7", "G7", "T2"), ("R4",)):
        kept = [s for s in proof["steps"] if "to" not in s or s.get("rule", "R4") not in dropped]
        if len(kept) == len(proof["steps"]):
            return proof
        try:
            prove(claim, {**proof, "steps": kept}, extra)
        except REFUSED:
            continue
        return {**proof, "steps": kept}
    return proof


def _plain(draft: _Draft, goal: Goal, propose: Propose | None) -> None:
    """The checker's own reading is enough."""


def _attaining(draft: _Draft, goal: Goal, propose: Propose | None) -> None:
    """A Max or Min below a derivative has a name for an index that attains it (K4), by which V17 goes."""
    moved = [t for side in (goal.left, goal.right) for t in subterms(side) if isinstance(t, Diff)]
    extrema = dict.fromkeys(t for diff in moved for t in subterms(diff) if isinstance(t, Reduce) and not t.excluded)
    free = set(goal.indices)
    for n, term in enumerate(t for t in extrema if t.kind in ("Max", "Min") and free.issuperset(free_indices(t))):
        draft.offer({"attained": to_json(term), "at": [f"top{n}'", term.index.dimension]})
    if not extrema:
        raise Stuck("outside the fragment", "no Max or Min below a derivative")


def _by_values(draft: _Draft, goal: Goal, propose: Propose | None) -> None:
    """K7: functions of what has finitely many values, as the polynomials that agree with them there (Lagrange)."""
    before = goal
    for n, hypothesis in enumerate(goal.hypotheses):
        ctx, scope = context_of(goal, FUEL)
        opened = {str(q.name): ctx.open(q.dimension) for q in hypothesis.quantified}
        relation = hypothesis.relation
        gap = Reader(ctx).read(Binary("-", relation.left, relation.right), replace(scope, places=opened))
        found = finite_values(ctx, gap) if relation.op == "==" else None
        if found is not None:
            left = _interpolated(draft, n, *found, goal.left, {"side": "left", "path": []})
            goal = replace(
                goal, left=left, right=_interpolated(draft, n, *found, goal.right, {"side": "right", "path": []})
            )
    if goal != before and not draft.state.holds():
        _replace(draft, goal, read_sides(goal, FUEL, propose))


def _inverting(draft: _Draft, goal: Goal, propose: Propose | None) -> None:
    """N3, G3: two algebraic constants; an inverse function that is what the equation says, on its branch."""
    if draft.offer({"side": "left", "path": [], "rule": "N3", "to": to_json(goal.right)}):
        return
    for name, side in (("left", goal.left), ("right", goal.right)):
        for path, term in _places(side):
            to = _solved(goal, term) if _is_inverse(term) else None
            if to is not None:
                assert isinstance(term, Apply)
                step = {"side": name, "path": path, "rule": "G3", "to": to_json(to)}
                low, high = (Binary("*", Number(end), Constant("pi")) for end in BRANCHES[term.function][1])
                op: Op = ">" if term.function == "atan" else ">="
                _comparing(draft, replace(goal, left=to, op=op, right=low), propose)
                _comparing(draft, replace(goal, left=high, op=op, right=to), propose)
                if draft.offer(step):
                    return


def _places(term: Term, path: tuple[int, ...] = ()) -> Iterator[tuple[list[int], Term]]:
    """The subterms of a term with the paths to them."""
    yield list(path), term
    for n, child in enumerate(children(term)):
        yield from _places(child, (*path, _position(term, n)))


def _solved(goal: Goal, inner: Term) -> Term | None:
    """What an equation says that a term is, if it is linear in it."""
    new = "@"
    declared = (*goal.declarations, Declaration(new, "real"))
    ctx, scope = context_of(replace(goal, declarations=declared), FUEL)
    left, right = (substituted(side, inner, Variable(new)) for side in (goal.left, goal.right))
    gap = Reader(ctx).read(Binary("-", left, right), scope)
    ((mono, _),) = Reader(ctx).read(Variable(new), scope).items()
    rest: Polynomial = {m: c for m, c in gap.items() if m != mono}
    if mono not in gap or any(mentions(term_of(ctx, {m: 1}, {}), new) for m in rest):
        return None
    return term_of(ctx, {m: -Fraction(c) / gap[mono] for m, c in rest.items()}, {})


def _interpolated(draft: _Draft, n: int, name: str, values: Values, term: Term, at: Json) -> Term:
    """The term with what was taken of a function of one of finitely many values."""
    own = [t for t in subterms(term) if isinstance(t, Variable | Component) and _name(t) == name]
    if own and (isinstance(term, Apply) or _is_power(term)):
        to = _interpolation(term, own[0], values)
        indices = list(map(index_to_json, own[0].indices)) if isinstance(own[0], Component) else []
        step = {**at, "rule": "K7", "to": to_json(to), "of": to_json(own[0]), "by": n, "at": indices}
        if draft.offer({**step, "values": [str(v) for v in values]}):
            return to
    below = enumerate(children(term))
    return with_children(
        term,
        tuple(
            _interpolated(draft, n, name, values, t, {**at, "path": [*at["path"], _position(term, k)]})
            for k, t in below
        ),
    )


def _interpolation(term: Term, of: Variable | Component, values: Values) -> Term:
    total: Term = Number(Fraction(0))
    for v in values:
        there: Term = substituted(term, of, Number(Fraction(v)))
        for u in values:
            factor = Binary("/", Binary("-", of, Number(Fraction(u))), Number(Fraction(v - u or 1)))
            there = Binary("*", there, factor) if u != v else there
        total = Binary("+", total, there)
    return total


def _is_power(term: Term) -> bool:
    return isinstance(term, Binary) and term.op == "**"


def _name(term: Variable | Component) -> str:
    return term.name if isinstance(term, Variable) else term.array


def _replacing(draft: _Draft, goal: Goal, propose: Propose | None) -> None:
    """Logarithms, roots and powers as the kernel reads them; of two maxima the inner one comes first."""
    _exchange(draft, goal.left, [])
    _replace(draft, goal, read_sides(goal, FUEL, propose))


def _comparing(draft: _Draft, goal: Goal, propose: Propose | None) -> None:
    """The sign of the difference as the kernel found it, or of its exponential."""
    _offer_between(draft, goal)
    difference, grown = Binary("-", goal.left, goal.right), Apply("exp", (goal.right,))
    if draft.offer(_lemma("O10", difference, goal.op, [to_json(difference), to_json(grown)])):
        return
    if draft.offer(_lemma("N1", difference, goal.op, [to_json(difference)])):
        return
    notes: list[Note] = []
    sides = read_sides(goal, FUEL, propose, notes)
    notes.clear()
    holds(goal, sides)
    _offer_signs(draft, goal, sides.ctx, notes)
    gap = _Lemmas(goal, sides.ctx, Note(subtract(sides.left, sides.right), 0, "", ()), {}, {})
    _offer_orders(draft, goal, sides.ctx, gap)
    _offer_fraction(draft, goal, gap)
    if not draft.state.holds():
        draft.offer(_lemma("O2", difference, goal.op, [gap.json(gap.note.polynomial)]))
    fixed = Number(Fraction(_read(draft.state, difference).get((), 0)))
    squares = (goal.left, Neg(goal.right)), (Neg(goal.right), goal.left), (fixed, Binary("-", difference, fixed))
    if not draft.state.holds():
        any(draft.offer(_lemma("O9", difference, goal.op, list(map(to_json, pair)))) for pair in squares)
    if not draft.state.holds():
        any(draft.offer(_lemma("K2", difference, goal.op, [to_json(t)])) for t in _signed(goal, None))


def _offer_orders(draft: _Draft, goal: Goal, ctx: Context, gap: _Lemmas) -> None:
    """O23: what stands above the fraction bar of the difference, or below 0, in all orders of the values in it."""
    if draft.state.holds():
        return
    ctx.notes, poly = [], gap.note.polynomial
    for sign in (1, -1):
        whole = numerator(ctx, scale(poly, sign))
        times: Polynomial = next(
            (n.parts[1] for n in reversed(ctx.notes) if n.rule == "cleared" and n.parts[0] == whole), ONE
        )
        values = sorted({key for mono in whole for key, _ in mono})
        step = {"lemma": gap.json(whole), "op": ">=", "rule": "O23", "args": [gap.generator(key) for key in values]}
        if 1 < len(values) <= MOST_ORDERED and draft.offer({**step, "indices": []}):
            form: Json = ["div", gap.json(whole), gap.json(times)]
            op: Op = ">=" if sign > 0 else "<="
            draft.offer(_lemma("O2", Binary("-", goal.left, goal.right), op, [form if sign > 0 else ["neg", form]]))


def _offer_fraction(draft: _Draft, goal: Goal, gap: _Lemmas) -> None:
    """O2: the difference as one fraction, of which both parts have a sign; above the bar perhaps c times a square."""
    ctx, poly = gap.ctx, gap.note.polynomial
    lowest: dict[str, Rational] = {}
    for key, e in (factor for mono in poly for factor in mono):
        lowest[key] = min(lowest.get(key, 0), e)
    below: Polynomial = {tuple(sorted((key, -e) for key, e in lowest.items() if e < 0)): 1}
    if below == ONE or draft.state.holds():
        return
    above = multiply(ctx, poly, below)
    root = square_root(above, lambda mono: all(Fraction(e) % 2 == 0 for _, e in mono))
    forms = [gap.json(above)]
    if root is not None and above:
        share = Fraction(above[max(above)]) / Fraction(multiply(ctx, root, root)[max(above)])
        forms.append(["mul", ["num", str(share)], ["mul", gap.json(root), gap.json(root)]])
    for form in forms:
        draft.offer(_lemma("O2", Binary("-", goal.left, goal.right), goal.op, [["div", form, gap.json(below)]]))


def _signing(draft: _Draft, goal: Goal, propose: Propose | None) -> None:
    """Everything: signs as the kernel found them when it read the sides, replacements, the sign of the difference."""
    notes: list[Note] = []
    sides = read_sides(goal, FUEL, propose, notes)
    _offer_signs(draft, goal, sides.ctx, notes)
    _replace(draft, goal, sides)
    if goal.op != "==" and not draft.state.holds():
        _comparing(draft, goal, propose)


def _replace(draft: _Draft, goal: Goal, sides: Sides) -> None:
    if isinstance(goal.left, Apply) and isinstance(goal.right, Apply) and goal.left.function == goal.right.function:
        draft.offer({"side": "left", "path": [], "rule": "E2", "to": to_json(goal.right)})
        if draft.state.holds():
            return
    for name, term in (("left", goal.left), ("right", goal.right)):
        _Replacer(draft, sides, name).replace(term, (), sides.scope, {}, frozenset())


def _divide_angles(draft: _Draft, goal: Goal) -> None:
    """Angles of which a fraction stands in a sine or cosine, by the part that all of them are multiples of."""
    state = draft.state
    known = [side for h in goal.hypotheses if not h.quantified for side in (h.relation.left, h.relation.right)]
    angles = {t.args[0] for side in (goal.left, goal.right, *known) for t in subterms(side) if _turns(t)}
    stated = sorted(map(to_json, angles), key=str)
    whole = 1
    for angle in stated:
        try:
            poly = state.reader.read(state.terms.term(angle, state.scope), state.env)
        except REFUSED:  # it holds a bound index
            continue
        whole = lcm(whole, *(Fraction(c).denominator for m, c in poly.items() if m not in state.algebra.atom(*PI)))
    for angle in stated if whole > 1 else ():
        draft.offer({"angle": angle, "parts": whole})


def _exchange(draft: _Draft, term: Term, path: list[int]) -> None:
    """S4: Max(u + Max(t, p), q) as Max(Max(u + t, q), p)."""
    for n, child in enumerate(children(term)):
        _exchange(draft, child, [*path, _position(term, n)])
    if not isinstance(term, Reduce) or term.kind not in ("Max", "Min") or term.excluded:
        return
    for inner in subterms(term.body):
        if isinstance(inner, Reduce) and inner.kind == term.kind and not inner.excluded:
            body = substituted(term.body, inner, inner.body)
            first = replace(inner, body=body)
            draft.offer({"side": "left", "path": [*path, 4], "rule": "R4", "to": to_json(first)})
            draft.offer(
                {
                    "side": "left",
                    "path": path,
                    "rule": "S4",
                    "to": to_json(replace(inner, body=replace(term, body=body))),
                }
            )


def _offer_roots(draft: _Draft, goal: Goal, propose: Propose | None) -> None:
    """The roots that the sines and cosines of inverse functions are made of, as the kernel reads them."""
    hidden = [r for side in (goal.left, goal.right) for t in subterms(side) for r in _hidden_roots(t)]
    if not hidden:
        return
    _offer_products(draft, goal)
    ctx, scope = context_of(goal, FUEL, propose)
    for radicand in dict.fromkeys(hidden):
        try:
            root = term_of(ctx, Reader(ctx).read(Apply("sqrt", (radicand,)), scope), {})
            factored = square_factors(Reader(ctx).read(radicand, scope), ctx)
        except (Stuck, Undefined):
            continue
        signless = (to for to in (_signless(root), Neg(_signless(root))) if _signless(root) != root)
        any(_is_named(draft, goal, radicand, to, propose) for to in (*signless, root, *factored))


def _offer_products(draft: _Draft, goal: Goal) -> None:
    """O2: the product of two differences that hypotheses say are not negative; c**2 - t**2 where Abs(t) is below c."""
    pairs = []
    gaps = []
    for relation in (h.relation for h in goal.hypotheses if not h.quantified and h.relation.op not in ("==", "!=")):
        small, large = (relation.left, relation.right) if relation.op[0] == "<" else (relation.right, relation.left)
        gaps.append(Binary("-", large, small))
        pairs += [(gaps[-1], Binary("+", large, small))] if isinstance(small, Apply) and small.function == "Abs" else []
    for left, right in (*pairs, *combinations(gaps[:MOST_GAPS], 2)):
        term = Binary("*", left, right)
        draft.offer(_lemma("O2", term, ">=", [to_json(term)]))


def _signless(term: Term) -> Term:
    """A term without its absolute values."""
    inner = tuple(map(_signless, children(term)))
    return inner[0] if isinstance(term, Apply) and term.function == "Abs" else with_children(term, inner)


def _is_named(draft: _Draft, goal: Goal, radicand: Term, root: Term, propose: Propose | None) -> bool:
    """Whether the checker takes a name for a square root, once it is seen not to be negative if need be."""
    step = {"root": to_json(radicand), "to": to_json(root)}
    below = [t.args[0] for t in subterms(root) if isinstance(t, Apply) and t.function == "sqrt"]
    for term in (None, *below, root):
        if term is not None:
            _comparing(draft, replace(goal, left=term, op=">=", right=Number(Fraction(0))), propose)
        if draft.offer(step):
            return True
    return False


def _hidden_roots(term: Term) -> Iterator[Term]:
    match term:
        case Apply("asin" | "acos", (inner,)):
            yield Binary("-", Number(Fraction(1)), Binary("*", inner, inner))
        case Apply("atan" | "asinh", (inner,)):
            yield Binary("+", Number(Fraction(1)), Binary("*", inner, inner))
        case Apply("acosh", (inner,)):
            yield Binary("-", Binary("*", inner, inner), Number(Fraction(1)))


def _turns(term: Term) -> TypeGuard[Apply]:
    return isinstance(term, Apply) and term.function in TURNING


def _use_equations(draft: _Draft, goal: Goal) -> None:
    numbered = sorted(enumerate(goal.hypotheses), key=lambda h: not isinstance(h[1].relation.right, Number))
    for n, hypothesis in numbered:
        if hypothesis.relation.op != "==" or isinstance(hypothesis.relation.left, Delta):
            continue
        terms = map(to_json, _orientations(hypothesis.relation))
        any(draft.offer({"use": n, "for": term}) for term in chain(terms, _single_sums(goal, hypothesis)))


def _offer_bounds(draft: _Draft, goal: Goal) -> None:
    """What bounds a Max, an Abs or a sum in a hypothesis bounds what it is of (O7, G7, O6)."""
    for hypothesis in goal.hypotheses:
        relation = hypothesis.relation
        op = ">" if relation.op in "<>" else ">="
        gaps = [Binary("-", relation.left, relation.right)] if relation.op in (">", ">=", "==") else []
        gaps += [Binary("-", relation.right, relation.left)] if relation.op in ("<", "<=", "==") else []
        for known, rule, args, indices in (*_bounds_of(relation.left), *_bounds_of(relation.right)):
            every = [*map(index_to_json, hypothesis.quantified), *indices]
            if gaps and draft.offer({**_lemma(rule, known, ">=", args), "indices": every}):
                for form in (Binary("+", gap, known) for gap in gaps):
                    draft.offer({**_lemma("O2", form, op, [to_json(form)]), "indices": every})


def _offer_whole(draft: _Draft, goal: Goal) -> None:
    """t > 0 gives t - 1 >= 0 for a whole t (O17), and n - 2 >= 0 follows from any larger bound of a dimension."""
    integers = frozenset((*goal.dimensions, *(d.name for d in goal.declarations if "integer" in d.type)))
    one = Number(Fraction(1))
    for hypothesis in goal.hypotheses:
        relation = hypothesis.relation
        left, right = (relation.left, relation.right) if relation.op in (">", ">=") else (relation.right, relation.left)
        gap = Binary("-", left, right)
        whole = relation.op not in ("==", "!=") and not hypothesis.quantified and is_integer_type(gap, integers)
        if whole and relation.op in (">", "<"):
            draft.offer(_lemma("O17", Binary("-", gap, one), ">=", [to_json(gap)]))
        if whole and isinstance(left, Variable) and left.name in goal.dimensions and isinstance(right, Number):
            two = Binary("-", left, Number(Fraction(2)))
            draft.offer(_lemma("O2", two, ">=", [to_json(Binary("+", gap, Number(right.value - 2)))]))


def _offer_between(draft: _Draft, goal: Goal) -> None:
    """O17: m*(m - 1) >= 0 and (m + 1)*m >= 0 for a whole m, which is no fraction."""
    state, one = draft.state, Number(Fraction(1))
    for d in goal.declarations:
        if "integer" not in d.type or d.dimensions:
            continue
        m = Variable(d.name)
        terms: tuple[Term, ...] = (m, Binary("+", m, one))
        for t in terms:
            draft.offer(_lemma("O17", Binary("*", t, Binary("-", t, one)), ">=", [to_json(t)]))
        (mono,) = state.reader.read(("var", d.name), state.env)
        for term in {t for side in (goal.left, goal.right) for t in subterms(side) if isinstance(t, Binary)}:
            poly = _read(state, term)
            if poly.keys() == {mono, ()}:
                root = Fraction(-poly[()]) / poly[mono]
                draft.offer(_lemma("O17", Binary("-", m, Number(root)), "!=", [to_json(m)]))
    for side in (goal.left, goal.right):
        draft.offer(_lemma("O17", Binary("-", goal.left, goal.right), "!=", [to_json(side)]))


def _read(state: State, term: Term) -> dict[Any, Any]:
    """The polynomial of a term; that of 0 where it holds a bound index, or has no value."""
    try:
        return state.reader.read(state.terms.term(to_json(term), state.scope), state.env)
    except REFUSED:
        return {}


def _bounds_of(term: Term) -> Iterator[tuple[Term, str, list[Json], list[Json]]]:
    """Inequalities that a term alone stands in, ``known >= 0``: the rule, its arguments, and new indices."""
    match term:
        case Apply("Abs", (inner,)):
            yield from ((Binary(op, term, inner), "G7", [to_json(inner)], []) for op in ("-", "+"))
        case Reduce("Max" | "Min" as kind, body, index, ()):
            sides = (term, body) if kind == "Max" else (body, term)
            at = index_to_json(index)
            yield Binary("-", *sides), "O7", [to_json(term), ["at", at]], [at]
        case Reduce("Sum", body, index, ()):
            at = index_to_json(index)
            yield Binary("-", term, body), "O6", [to_json(term), ["at", at]], [at]


def _single_sums(goal: Goal, hypothesis: Hypothesis) -> Iterator[Json]:
    """The sums in an equation, written apart: what the author put below one sum may be several."""
    ctx, scope = context_of(goal, FUEL)
    opened = {str(q.name): ctx.open(q.dimension) for q in hypothesis.quantified}
    inner = replace(scope, places={**scope.places, **opened})
    gap = Reader(ctx).read(Binary("-", hypothesis.relation.left, hypothesis.relation.right), inner)
    names = {place: name for name, place in opened.items()}
    for mono in gap:
        if len(mono) == 1 and mono[0][0][0] == "s" and mono[0][1] == 1:
            yield stated(ctx, term_of(ctx, {mono: 1}, names))


def _orientations(relation: Relation) -> Iterator[Term]:
    """What an equation may be for: a whole sum first, then what stands alone, then anything in it."""
    terms = [t for side in (relation.left, relation.right) for t in subterms(side)]
    yield from (t for t in terms if isinstance(t, Reduce))
    yield from (t for t in (relation.left, relation.right) if isinstance(t, Component | Variable))
    yield from (t for t in terms if isinstance(t, Component | Variable))
    yield from (relation.left, relation.right)
    yield from (t for t in terms if isinstance(t, Binary) and t.op == "**" and isinstance(t.left, Variable))
    for term in terms:
        if isinstance(term, Component) and all(i.dimension.isdecimal() for i in term.indices):
            places = (range(1, min(int(i.dimension), MOST_PLACES) + 1) for i in term.indices)
            yield from (replace(term, indices=_literal(term.indices, at)) for at in product(*places))


def _literal(indices: tuple[Index, ...], at: tuple[int, ...]) -> tuple[Index, ...]:
    return tuple(Index(v, i.dimension) for v, i in zip(at, indices, strict=True))


# Replacements.


class _Replacer(Struct):
    """Walks a side of a goal and offers the kernel's normal form of each logarithm, root and power in it."""

    draft: _Draft
    sides: Sides
    side: str

    def replace(
        self, term: Term, path: tuple[int, ...], scope: Scope, names: dict[Place, str], suspended: frozenset[str]
    ) -> None:
        """Innermost first, so that a replacement meets what was replaced below it."""
        inner_scope, inner_names, inner_suspended = scope, names, suspended
        if isinstance(term, Reduce):
            place, inner_scope = Reader(self.sides.ctx).inside(term, scope)
            inner_names = {**names, place: str(term.index.name)}
        if isinstance(term, Diff):
            inner_suspended = suspended | {t.name if isinstance(t, Variable) else t.array for t in term.targets}
        for n, child in enumerate(children(term)):
            self.replace(child, (*path, _position(term, n)), inner_scope, inner_names, inner_suspended)
        if _is_hard(term):
            self._offer(term, path, scope, names, suspended)

    def _offer(
        self, term: Term, path: tuple[int, ...], scope: Scope, names: dict[Place, str], suspended: frozenset[str]
    ) -> None:
        ctx = self.sides.ctx
        before, ctx.suspended = ctx.suspended, suspended
        try:
            for rule, new in self._candidates(term, scope, names | _hot(ctx)):
                if self.draft.offer({"side": self.side, "path": list(path), "rule": rule, "to": new}):
                    return
        except (Stuck, Undefined):
            return
        finally:
            ctx.suspended = before

    def _candidates(self, term: Term, scope: Scope, names: dict[Place, str]) -> Iterator[tuple[str, Json]]:
        ctx = self.sides.ctx
        if isinstance(term, Reduce) and term.kind == "Product":
            place, inner = Reader(ctx).inside(term, scope)
            summand = logarithm(ctx, Reader(ctx).read(term.body, inner))
            body = term_of(ctx, summand, {**names, place: str(term.index.name)})
            yield "T2", stated(ctx, Apply("exp", (Reduce("Sum", body, term.index, term.excluded),)))
        if isinstance(term, Binary) and term.op == "**" and not isinstance(term.right, Number):
            exponent = logarithm(ctx, Reader(ctx).read(term.left, scope))
            yield "P6", stated(ctx, Apply("exp", (Binary("*", term_of(ctx, exponent, names), term.right),)))
        new = stated(ctx, term_of(ctx, Reader(ctx).read(term, scope), names))
        yield from ((rule, new) for rule in _rules_of(term))


def _is_hard(term: Term) -> bool:
    match term:
        case Apply(name):
            return name in ("log", "sqrt", "Abs", "sign", "Max", "Min", "exp", "log1p")
        case Binary("**", _, exponent):
            return not (isinstance(exponent, Number) and exponent.value.denominator == 1)
        case Reduce(kind):
            return kind in ("Product", "Max", "Min")
        case _:
            return False


def _rules_of(term: Term) -> tuple[str, ...]:
    match term:
        case Apply("log"):
            return ("R4", "P4")
        case Apply("sqrt"):
            return ("R4", "P7")
        case Apply("Abs" | "sign"):
            return ("R4", "G7")
        case Binary():
            return ("R4", "P7", "P6")
        case Reduce("Max" | "Min"):
            return ("R4", "O7")
        case _:
            return ("R4",)


def _position(term: Term, n: int) -> int:
    """Where the n-th child of a term stands in its JSON."""
    if isinstance(term, Apply):
        return n + 2
    if isinstance(term, Reduce):
        return 4
    return n + 1


def _hot(ctx: Context) -> dict[Place, str]:
    return {place: f"@{name}" for name, place in ctx.hot.items() if place[0] == FREE}


# Signs.


def _offer_signs(draft: _Draft, goal: Goal, ctx: Context, notes: list[Note]) -> None:
    """The lemmas of notes; those that were not taken once more, when what they rest on may be known."""
    alias: dict[str, str] = {}
    defined: Definitions = {}
    steps: list[Json] = []
    for note in _worth(notes)[:MOST_LEMMAS]:
        try:
            steps += [s for s in _Lemmas(goal, ctx, note, alias, defined).steps() if s not in steps]
        except (LookupError, TypeError):
            continue
    left = [step for step in steps if not draft.offer(step)]
    if len(left) < len(steps) and not draft.state.holds():
        for step in left:
            draft.offer(step)


def _worth(notes: list[Note]) -> list[Note]:
    """The notes, each once; of known inequalities those that were taken away from something."""
    taken = [note.parts[1] for note in notes if note.rule == "remainder"]
    kept: dict[Any, Note] = {}
    for note in notes:
        if note.rule not in CANDIDATES or note.polynomial in taken:
            kept.setdefault((note.rule, tuple(note.polynomial.items()), note.bits, str(note.parts)), note)
    return list(kept.values())


class _Lemmas(Struct):
    """The lemmas that a note of the kernel stands for."""

    goal: Goal
    ctx: Context
    note: Note
    alias: dict[str, str]  # one name for the indices at which a Max is attained
    defined: Definitions  # what the kernel named: its indices, and the term

    def steps(self) -> Iterator[Json]:
        """One lemma, or two where the kernel does two things at once."""
        yield from self.of_forms()
        yield from self.of_sums()
        yield from self.of_tangents()
        yield from self.of_values()

    def of_forms(self) -> Iterator[Json]:
        """A polynomial has its sign in another form."""
        note, parts = self.note, self.note.parts
        match note.rule:
            case "constant":
                yield self.lemma("N1", [self.json(note.polynomial)])
            case "form":
                yield self.lemma("O2", [self.json(parts[0])])
            case "factors":
                yield self.lemma("O2", [self.factors(*parts)])
            case "square":
                yield self.lemma("O9", [self.json(p) for p in parts])
            case "square of":
                t, side = parts
                half = self.json(side)
                yield self.lemma("O2", [["mul", ["num", str(t)], ["mul", half, half]]])
            case "squares":
                yield self.lemma("O2", [self.squares(*parts)])
            case "quadratic":
                yield self.lemma("O2", [self.quadratic(*parts)])
            case "grown":
                yield from self.grown(*parts)
            case "roots":
                yield from self.roots(*parts)
            case "circle":
                yield from self.circle(*parts)

    def of_sums(self) -> Iterator[Json]:
        """Sums and products over indices, and means."""
        note, parts = self.note, self.note.parts
        match note.rule:
            case "sum" | "double sum":
                bound = (parts[0],) if note.rule == "sum" else parts[0]
                yield self.lemma("O2", [["add", self.summed(bound, self.json(parts[1])), self.json(parts[2])]])
            case "weighted":
                place, weight, body = parts
                yield self.lemma("O2", [self.summed((place,), ["mul", self.json(weight), self.json(body)])])
            case "product of sums":
                yield from self.product_of_sums(*parts)
            case "product":
                (name, dimension), at = self.index(parts[0]), [["at", self.index(p)] for p in parts[2:]]
                whole = ["reduce", "Product", name, dimension, [], self.json(parts[1])]
                yield self.lemma("O6" if at else "O22", [whole, *at])
            case "cauchy":
                k = self.index(parts[0])
                yield self.lemma("O15", [["below", k, self.json(parts[1])], ["below", k, self.json(parts[2])]])
            case "rests":
                yield self.cauchy(*parts)
            case "remainder":
                yield from self.remainder(*parts)
            case "two entries" | "one entry":
                yield self.entries(*parts)
            case "means":
                yield from self.means(*parts)
            case "mean":
                yield from self.mean((parts[0],), *parts[1:])
            case "double mean":
                yield from self.mean(*parts)

    def of_tangents(self) -> Iterator[Json]:
        """The exponential function above its tangents."""
        note, parts = self.note, self.note.parts
        match note.rule:
            case "tangent":
                yield self.lemma("O13", [self.json(parts[0])])
            case "tangent times":
                u, factor = self.json(parts[0]), self.json(parts[1])
                yield self.tangent(u, parts[0])
                yield self.lemma("O2", [["mul", factor, _gap_of_tangent(u)]])
            case "weighted tangents":
                form: Json = ["num", "0"]
                for weight, exponent in parts[0]:
                    u = self.json(exponent)
                    yield self.tangent(u, exponent)
                    form = ["add", ["mul", self.json(weight), _gap_of_tangent(u)], form]
                yield self.lemma("O2", [form])
                yield self.lemma("O2", [["add", form, self.json(parts[1])]])

    def of_values(self) -> Iterator[Json]:
        """What one value is known to be: where it lies, where it is attained, what has been named."""
        note, parts = self.note, self.note.parts
        match note.rule:
            case "range":
                yield self.lemma("G6", [self.generator(parts[0])])
            case "window":
                value = ["apply", parts[0], self.json(note.polynomial)]
                op = OPS.get(note.bits, ">=")
                yield {**self.lemma("G6", [value, ["num", str(parts[1])]]), "lemma": value, "op": op}
            case "rounded":
                yield self.lemma("N2", [self.generator(parts[0])])
            case "largest" | "one term":
                yield self.lemma("O7" if note.rule == "largest" else "O6", self.extremum(*parts))
            case "attained":
                key, place = parts
                first = self.alias.setdefault(key, self.name(place))
                self.alias[self.name(place)] = first
                yield {"attained": self.generator(key), "at": [first, place[1]]}
            case "named":
                array, outer, value = parts
                self.defined[array] = [self.name(p) for p in outer], _apart(self.json(value), f"{len(self.defined)}'")

    def lemma(self, rule: str, args: list[Json], polynomial: Polynomial | None = None, op: str = "") -> Json:
        """The note's own polynomial with its sign, by a rule."""
        poly = self.note.polynomial if polynomial is None else polynomial
        op = op or OPS.get(self.note.bits, ">=")
        return {
            "lemma": self.json(poly),
            "op": op,
            "rule": rule,
            "args": args,
            "indices": [self.index(p) for p in sorted(places(self.ctx, poly)) if p[0] >= BOUND],
        }

    def grown(self, gap: Polynomial, factor: Polynomial, *known: Polynomial) -> Iterator[Json]:
        yield self.lemma("O10", [self.json(gap), self.json(factor), *map(self.json, known)])

    def squares(self, squares: tuple[tuple[Fraction, Polynomial], ...], rest: Polynomial) -> Json:
        total = self.json(rest)
        for c, root in squares:
            total = ["add", ["mul", ["num", str(c)], ["mul", self.json(root), self.json(root)]], total]
        return total

    def quadratic(self, key: str, degrees: list[Rational], *parts: Polynomial) -> Json:
        """g**d*(A*u**2 + B*u + C) with u a power of g is g**d*((2*A*u + B)**2 + 4*A*C - B**2)/(4*A)."""
        low, middle, high = map(self.json, parts)
        g = self.generator(key)
        outside, u = ["pow", g, ["num", str(degrees[0])]], ["pow", g, ["num", str(degrees[1] - degrees[0])]]
        root = ["add", ["mul", ["num", "2"], ["mul", high, u]], middle]
        rest = ["sub", ["mul", ["num", "4"], ["mul", high, low]], ["mul", middle, middle]]
        whole = ["add", ["mul", root, root], rest]
        return ["mul", outside, ["div", whole, ["mul", ["num", "4"], high]]]

    def means(self, means: tuple[Mean, ...], rest: Polynomial) -> Iterator[Json]:
        """Each weighted mean less the product, of either sign, and what is left."""
        left, total = self.note.polynomial, self.json(rest)
        for mean in means:
            whole: Polynomial = {m: c for m, c, _ in mean.terms}
            size = mean.size if left.get(mean.below, 0) > 0 else -mean.size
            gap = add(whole, {mean.below: size} if size else {})
            left = subtract(left, gap)
            terms = [x for m, c, w in mean.terms for x in (self.json({m: 1}), ["num", str(c)], ["num", str(w)])]
            args = [["num", str(mean.size)], self.json({mean.below: 1}), *terms]
            yield self.lemma("O19", args, gap, ">=")
            total = ["add", self.json(gap), total]
        yield self.lemma("O2", [total])

    def roots(self, key: str, common: int, least: Fraction, where: Range, p: list[Fraction]) -> Iterator[Json]:
        """A polynomial in a root of a value by O21, times a power of the value."""
        value = self.generator(key) if common == 1 else ["pow", self.generator(key), ["num", f"1/{common}"]]
        if self.ctx.generators[key].parts[0] in TURNING:
            yield from _turning_bounds(value)
        indices = [self.index(p) for p in sorted(self.ctx.generators[key].places) if p[0] >= BOUND]
        form, steps = _counted(value, p, where, indices)
        yield from steps
        yield self.lemma("O2", [["mul", ["pow", self.generator(key), ["num", str(least)]], form]])

    def circle(self, cosine: str, sine: str) -> Iterator[Json]:
        """A(c) + B(c)*s: by A**2 >= B**2*(1 - c**2), or by the signs of A and of B*s (O9, O20)."""
        c, s = self.generator(cosine), self.generator(sine)
        degree = max(int(dict(m).get(cosine, 0)) for m in self.note.polynomial)
        parts = [[Fraction(0)] * (degree + 1) for _ in range(2)]
        for mono, v in self.note.polynomial.items():
            parts[int(dict(mono).get(sine, 0))][int(dict(mono).get(cosine, 0))] += Fraction(v)
        a, b = parts
        gap = sum_of(
            product_of(a, a), [-x for x in product_of(product_of(b, b), [Fraction(1), Fraction(0), Fraction(-1)])]
        )
        yield from (*_turning_bounds(c), *_turning_bounds(s))
        indices = [self.index(p) for p in sorted(self.ctx.generators[cosine].places) if p[0] >= BOUND]
        forms = []
        for p in (a, b, gap):
            for where in (Range(Fraction(-1), Fraction(1)), Range(Fraction(0), Fraction(1))):
                form, steps = _counted(c, p, where, indices)
                yield from steps
            forms.append(form)
        yield self.lemma("O9", [forms[0], ["mul", forms[1], s]])
        yield self.lemma("O2", [["add", forms[0], ["mul", forms[1], s]]])

    def remainder(self, factor: Polynomial, known: Polynomial, left: Polynomial, wanted: int) -> Iterator[Json]:
        for sum_, place in self.given_sums(known):
            yield self.lemma("O6", [to_json(sum_), ["at", self.index(place)]], known, ">=")
        form = ["add", ["mul", self.json(factor), self.json(known)], self.json(left)]
        yield self.lemma("O2", [["neg", form] if wanted == 2 else form])

    def given_sums(self, known: Polynomial) -> Iterator[tuple[Term, Place]]:
        """Sums that a hypothesis gives, with the indices in a known inequality: one term may be less than the sum."""
        for hypothesis in self.goal.hypotheses:
            for side in (hypothesis.relation.left, hypothesis.relation.right):
                if isinstance(side, Reduce) and side.kind == "Sum":
                    found = sorted(p for p in places(self.ctx, known) if p[1] == side.index.dimension)
                    yield from ((side, p) for p in found)

    def mean(self, bound: tuple[Place, ...], weight: Polynomial, body: Polynomial, rest: Polynomial) -> Iterator[Json]:
        """O14 by the tangent: g >= 1 - exp(-g) below the sum."""
        minus = ["neg", self.json(body)]
        yield self.tangent(minus, body, *bound)
        below = self.summed(bound, ["mul", self.json(weight), _gap_of_tangent(minus)])
        yield self.lemma("O2", [below])
        yield self.lemma("O2", [["add", below, self.json(rest)]])

    def tangent(self, exponent: Json, at: Polynomial, *more: Place) -> Json:
        indices = [self.index(p) for p in sorted({*places(self.ctx, at), *more}) if p[0] >= BOUND]
        gap = _gap_of_tangent(exponent)
        return {"lemma": gap, "op": ">=", "rule": "O13", "args": [exponent], "indices": indices}

    def product_of_sums(self, place: Place, first: Polynomial, second: Polynomial) -> Iterator[Json]:
        """Sum(a)*Sum(b) - Sum(a*b) = Sum(a[k]*(Sum(b) - b[k]), k), for the sum less one of its terms."""
        k, (a, b) = self.index(place), map(self.json, (first, second))
        whole = self.summed((place,), b)
        gap = ["sub", whole, b]
        yield {"lemma": gap, "op": ">=", "rule": "O6", "args": [whole, ["at", k]], "indices": [k]}
        yield self.lemma("O2", [self.summed((place,), ["mul", a, gap])])

    def cauchy(self, place: Place, first: Polynomial, second: Polynomial, root: Polynomial, one: Place) -> Json:
        """O15 without one term: of the roots of both, one is what their product is divided by the other."""
        half = power(self.ctx, second, Fraction(1, 2)) if first != {(): 1} else root
        sides = multiply(self.ctx, root, power(self.ctx, half, -1)), half
        k = self.index(place)
        return self.lemma("O15", [*(["below", k, self.json(side)] for side in sides), ["at", self.index(one)]])

    def entries(self, array: str, place: Place, *others: Place) -> Json:
        """What is left of a sum of 1 without one of its terms, or without another and one."""
        k = self.ctx.open(place[1])
        name, dimension = self.index(k)
        whole = ["reduce", "Sum", name, dimension, list(map(self.index, others)), ["comp", array, [self.index(k)]]]
        return self.lemma("O6", [whole, ["at", self.index(place)]])

    def factors(self, c: Any, mono: Any) -> Json:
        total: Json = ["num", str(c)]
        for key, e in mono:
            total = ["mul", total, self.json({((key, e),): 1})]
        return total

    def extremum(self, key: str, place: Place) -> list[Json]:
        return [self.generator(key), ["at", self.index(place)]]

    def generator(self, key: str) -> Json:
        return self.json({((key, 1),): 1})

    def summed(self, bound: tuple[Place, ...], body: Json) -> Json:
        for name, dimension in map(self.index, bound):
            body = ["reduce", "Sum", name, dimension, [], body]
        return body

    def index(self, place: Place) -> Json:
        return [self.name(place), place[1]]

    def name(self, place: Place) -> Any:
        if place[0] == FREE:
            text = str(place[2])
            hot = _hot(self.ctx).get(place)
            name = hot or (f"h{text[1:]}'" if text.startswith("'") else text)
            return self.alias.get(name, name)
        return place[2] if place[0] < FREE else f"{'k' if place[0] == FRESH else 'b'}{place[2]}'"

    def json(self, poly: Polynomial) -> Json:
        named = {p: self.name(p) for p in places(self.ctx, poly) if p[0] >= FREE}
        return _expanded(stated(self.ctx, term_of(self.ctx, poly, named)), self.defined)


def _expanded(term: Json, defined: Definitions) -> Json:
    """A term without the names that the kernel gave to parts of it."""
    match term:
        case ["var", str(name)] if name in defined:
            return defined[name][1]
        case ["comp", str(name), list(places)] if name in defined:
            own, value = defined[name]
            return _at(value, {k: place[0] for k, place in zip(own, places, strict=True)})
        case list():
            return [_expanded(part, defined) for part in term]
        case _:
            return term


def _at(term: Json, names: dict[Any, Any]) -> Json:
    """A term with other indices for those of a definition."""
    if isinstance(term, list):
        is_index = len(term) == 2 and isinstance(term[0], str) and term[0] in names and isinstance(term[1], str)
        return [names[term[0]], term[1]] if is_index else [_at(part, names) for part in term]
    return term


def _apart(term: Json, mark: str) -> Json:
    """A term with names for its bound indices that bind nothing where it is put."""
    match term:
        case ["reduce", kind, str(name), dimension, out, body]:
            inner = _at(_apart(body, mark), {name: name.rstrip("'") + mark})
            return ["reduce", kind, name.rstrip("'") + mark, dimension, out, inner]
        case list():
            return [_apart(part, mark) for part in term]
        case _:
            return term


def _turning_bounds(value: Json) -> Iterator[Json]:
    one = ["num", "1"]
    for gap in (["sub", one, value], ["add", one, value]):
        yield {"lemma": gap, "op": ">=", "rule": "G6", "args": [value], "indices": []}


def _counted(value: Json, p: list[Fraction], where: Range, indices: list[Json]) -> tuple[Json, list[Json]]:
    """A polynomial at a value as a part without multiple roots times a square, and the sign of either by O21."""
    while p and not p[-1]:
        p = p[:-1]
    if len(p) < 2:
        return _in_value(p, value), []
    simple, root = without_squares(p)
    part, square, steps = _in_value(simple, value), _in_value(root, value), list[Json]()
    whole = ["mul", part, ["mul", square, square]]
    if len(simple) > 1:
        ends = [OPEN if end is None else ["num", str(end)] for end in (where.low, where.high)]
        args = [value, *ends, *(["num", str(c)] for c in simple)]
        steps = [
            {"lemma": part, "op": op, "rule": "O21", "args": args, "indices": indices} for op in (">", "<", ">=", "<=")
        ]
    steps += [{"lemma": whole, "op": op, "rule": "O2", "args": [whole], "indices": indices} for op in (">=", "<=")]
    return whole, steps


def _in_value(p: list[Fraction], value: Json) -> Json:
    """A polynomial at a value (Horner)."""
    total: Json = ["num", "0"]
    for c in reversed(p):
        total = ["add", ["mul", total, value], ["num", str(c)]]
    return total


def _gap_of_tangent(u: Json) -> Json:
    return ["sub", ["sub", ["apply", "exp", u], ["num", "1"]], u]


def _lemma(rule: str, term: Term, op: str, args: list[Json]) -> Json:
    return {"lemma": to_json(term), "op": op, "rule": rule, "args": args, "indices": []}
