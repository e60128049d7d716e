"""Orders that the kernel showed by calculus (O18), as proofs for the standalone checker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from derive.certificate.ends import Ends
from derive.certificate.is_proof import is_proof
from derive.certificate.lemmas import shown_first
from derive.certificate.terms import goal_to_json, relation_to_json, to_json
from derive.certificate.variables import mentions, replaced
from derive.claim import Goal, Hypothesis
from derive.kernel import FUEL
from derive.kernel.context import NONZERO, Context, Note, Polynomial, Stuck, Undefined
from derive.kernel.differentiate import Target, differentiate
from derive.kernel.equality import read_sides
from derive.kernel.interval import Interval
from derive.kernel.monotone import by_calculus
from derive.kernel.normalize import OP_SIGN
from derive.kernel.polynomial import ONE, scale, subtract
from derive.kernel.readback import term_of
from derive.kernel.ring import replace_generators
from derive.recheck.calculus import is_positive
from derive.recheck.limits import NEAR
from derive.recheck.terms import Terms
from derive.term import Binary, Diff, Number, Op, Relation, Term, Variable

Json = Any
Proof = dict[str, Any]
Direct = Callable[[Json, Goal, tuple[Json, ...]], Proof | None]
MOST_PARTS = 300
ZERO = Number(Fraction(0))
FOUND = ("slope", "turning point", "boxes", "ends", "halves")


def by_slopes(claim: Json, goal: Goal, extra: tuple[Json, ...], direct: Direct) -> Proof | None:
    """The proof of an order by slopes and enclosures, as the kernel found it; None where it found none."""
    if goal.op in ("==", "!=") or goal.indices:
        return None
    notes: list[Note] = []
    try:
        sides = read_sides(goal, FUEL, None, notes)
        notes.clear()
        gap = subtract(sides.left, sides.right)
        if not by_calculus(sides.ctx, gap, OP_SIGN[goal.op]):
            return None
        upward = goal.op[0] == ">"
        return _Slopes(sides.ctx, notes, direct).prove(claim, goal, extra, gap if upward else scale(gap, -1))
    except (Stuck, Undefined):
        return None


def by_falling(claim: Json, goal: Goal, extra: tuple[Json, ...], direct: Direct) -> Proof | None:
    """The proof of an order by a function that falls for ever, and not below 0; None where none is found."""
    near = any(d.name == NEAR for d in goal.declarations)
    if goal.op in ("==", "!=") or goal.indices or goal.dimensions or extra or near:
        return None
    sides = (goal.left, goal.right) if goal.op[0] == ">" else (goal.right, goal.left)
    f = Binary("-", *sides)
    for name, low, closed in _rays(goal, f):
        proofs = _falling(_without(goal, name), f, name, low, direct, len(goal.op) == 1)
        for c, above in proofs:
            proof = {"kind": "falling", "name": name, "low": [to_json(low), closed], "from": "1", "less": c}
            found: Proof = {**proof, "proofs": above}
            if is_proof(claim, found):
                return found
    return None


def _rays(goal: Goal, f: Term) -> Iterator[tuple[str, Term, bool]]:
    """Variables with a lower end and no upper one."""
    for d in goal.declarations:
        relations = (h.relation for h in goal.hypotheses)
        about = [r for r in relations if mentions(r.left, d.name) or mentions(r.right, d.name)]
        if d.dimensions or not mentions(f, d.name) or d.type not in ("real", "positive", "nonnegative"):
            continue
        if not about and d.type != "real":
            yield d.name, ZERO, d.type == "nonnegative"
        for r in about if len(about) == 1 else ():
            low, high = (r.right, r.left) if r.op in (">", ">=") else (r.left, r.right)
            if high == Variable(d.name) and r.op not in ("==", "!=") and not mentions(low, d.name):
                yield d.name, low, len(r.op) == 2


def _falling(
    outside: Goal, f: Term, name: str, low: Term, direct: Direct, strict: bool
) -> Iterator[tuple[str, list[Proof]]]:
    x = Variable(name)
    inside = _between(outside, name, {"low": low, "high": None})
    slope = replace(inside, left=Diff(f, (x,)), op="<" if strict else "<=", right=ZERO)
    stated = goal_to_json(slope)
    falls = direct(stated, slope, ()) or by_slopes(stated, slope, (), direct)
    far = Hypothesis(Relation(x, ">=", Number(Fraction(1))))
    for c in range(3 if falls else 0):
        bound = Binary("+", f, Binary("/", Number(Fraction(c)), x))
        large = replace(inside, hypotheses=(*inside.hypotheses, far), left=bound, op=">=", right=ZERO)
        above = direct(goal_to_json(large), large, ()) or by_slopes(goal_to_json(large), large, (), direct)
        if above is not None and falls is not None:
            yield str(c), [above, falls]


class _Slopes(Struct):
    """What the kernel found, and how it is put together: every polynomial here is said to be >= 0, or > 0."""

    ctx: Context
    notes: list[Note]
    direct: Direct

    def prove(self, claim: Json, goal: Goal, extra: tuple[Json, ...], poly: Polynomial) -> Proof | None:
        """That the greater side less the smaller one, which is the polynomial, has its sign."""
        for note in [n for n in self.notes if n.rule == "cleared" and n.polynomial == poly]:
            found = self._multiple(claim, goal, extra, *note.parts)
            if found is not None:
                return found
        return self._multiple(claim, goal, extra, poly, ONE)

    def _multiple(
        self, claim: Json, goal: Goal, extra: tuple[Json, ...], poly: Polynomial, factor: Polynomial
    ) -> Proof | None:
        op: Op = ">" if goal.op in ("<", ">") else ">="
        term = term_of(self.ctx, poly, {})
        inner = replace(goal, left=term, op=op, right=ZERO)
        stated = {**claim, "left": to_json(term), "op": op, "right": to_json(ZERO)}
        proof = self._found(stated, inner, extra, poly)
        proof = proof or self.direct(stated, inner, extra)
        by = term_of(self.ctx, factor, {})
        whole = {"kind": "multiple", "term": to_json(term), "factor": to_json(by), "proof": proof}
        if proof is None or factor == ONE or extra or is_proof(claim, whole):
            return None if proof is None else whole
        positive = replace(goal, left=by, op=">", right=ZERO)
        own = self.direct(goal_to_json(positive), positive, ())
        return None if own is None else shown_first(claim, goal, positive, (own, whole), self._plainly)

    def _plainly(self, claim: Json, goal: Goal) -> Proof | None:
        return self.direct(claim, goal, ())

    def _found(self, claim: Json, goal: Goal, extra: tuple[Json, ...], poly: Polynomial) -> Proof | None:
        """By what was noted last of the polynomial: the slopes on both sides of a turning point stand before it."""
        for n, note in reversed(list(enumerate(self.notes))):
            strict = goal.op == ">" and not note.bits & NONZERO
            if note.rule in FOUND and note.polynomial == poly and not strict:
                rest = _Slopes(self.ctx, self.notes[:n], self.direct)
                proof = rest._by(note.rule)(claim, goal, extra, poly, *note.parts)
                if proof is not None and is_proof(claim, proof, extra):
                    return proof
        return None

    def _by(self, rule: str) -> Callable[..., Proof | None]:
        made: dict[str, Callable[..., Proof | None]] = {"slope": self._slope, "boxes": self._boxes, "ends": self._ends}
        made |= {"turning point": self._turning, "halves": partial(self._turning, by="ends")}
        return made[rule]

    def _ends(
        self, claim: Json, goal: Goal, extra: tuple[Json, ...], poly: Polynomial, interval: Interval, *how: Any
    ) -> Proof | None:
        start, slope = how
        outside = _without(goal, interval.name)
        ends = {"low": _end(self.ctx, interval.low), "high": _end(self.ctx, interval.high)}
        inside = _between(outside, interval.name, ends)
        where = Ends(self.ctx, self.notes, self.direct, self.prove, interval, outside, inside)
        return where.proof(Binary("-", goal.left, goal.right), poly, start, slope, goal.op == ">")

    def _slope(self, claim: Json, goal: Goal, extra: tuple[Json, ...], poly: Polynomial, *how: Any) -> Proof | None:
        interval, start, positive, slope = how
        strict = goal.op == ">"
        ends = {"low": _end(self.ctx, interval.low), "high": _end(self.ctx, interval.high)}
        followed = ("low", "high") if start == "both" else (start,)
        outside = _without(goal, interval.name)
        proofs = [
            self._part(
                outside, poly, interval, getattr(interval, side), ends[side], ">" if strict and positive else ">="
            )
            for side in followed
        ]
        moved = slope if start != "both" else differentiate(self.ctx, slope, Target(interval.name))
        op: Op = ">" if strict and not positive else ">="
        if start != "low":
            moved, op = scale(moved, -1), "<" if strict and not positive else "<="
        inside = _between(outside, interval.name, ends)
        term = Binary("-", goal.left, goal.right)
        derivative = ["diff", to_json(term), [["var", interval.name]] * len(followed)]
        stated = {**goal_to_json(replace(inside, left=ZERO, op=op, right=ZERO)), "left": derivative}
        written = replace(inside, left=term_of(self.ctx, moved, {}), op=">" if op in "<>" else ">=", right=ZERO)
        points: list[Term] = []
        proofs.append(self.prove(stated, written, (), moved))
        if proofs[-1] is None and strict and not positive:
            points = [ZERO]
            apart = Hypothesis(Relation(Variable(interval.name), "!=", ZERO))
            written = replace(written, hypotheses=(*written.hypotheses, apart))
            proofs[-1] = self.prove({**stated, **_assumed(written)}, written, (), moved)
        how_strict = "value" if positive else "slope"
        if proofs[-1] is None and strict and not positive:
            how_strict, points = "isolated", [_middle(self.ctx, interval)]
            weak = "<=" if op == "<" else ">="
            written = replace(written, hypotheses=inside.hypotheses, op=">=")
            proofs[-1] = self.prove({**stated, **_assumed(written), "op": weak}, written, (), moved)
            there = Hypothesis(Relation(Variable(interval.name), "==", points[0]))
            written = replace(written, hypotheses=(*inside.hypotheses, there), op=">")
            proofs.append(self.prove({**stated, **_assumed(written)}, written, (), moved))
        if not all(proofs):
            return None
        closed = {"low": interval.closed_low, "high": interval.closed_high}
        stated_ends = {side: [to_json(end), closed[side]] if end is not None else None for side, end in ends.items()}
        named = {"kind": "slope", "name": interval.name, **stated_ends, "from": start, "strict": how_strict}
        return {**named, "except": list(map(to_json, points)), "proofs": proofs}

    def _part(
        self, outside: Goal, poly: Polynomial, interval: Interval, end: Polynomial, at: Term | None, op: Op
    ) -> Proof | None:
        assert at is not None
        value = replace_generators(self.ctx, poly, {interval.key: end})
        term = replaced(Binary("-", term_of(self.ctx, poly, {}), ZERO), interval.name, at)
        goal = replace(outside, left=term, op=op, right=ZERO)
        return self.prove(goal_to_json(goal), goal, (), value)

    def _turning(
        self,
        claim: Json,
        goal: Goal,
        extra: tuple[Json, ...],
        poly: Polynomial,
        interval: Interval,
        e: Polynomial,
        by: str = "slope",
    ) -> Proof | None:
        """Beyond the point by what was found from it on, before it by what was found up to it."""
        gap = Binary("-", Variable(interval.name), term_of(self.ctx, e, {}))
        branches = []
        for op, sides in (("<", "left"), (">", "right")):
            relation = relation_to_json(gap, op, ZERO)  # type: ignore[arg-type]
            case = replace(goal, hypotheses=(*goal.hypotheses, Hypothesis(Relation(gap, op, ZERO))))  # type: ignore[arg-type]
            notes = [
                n
                for n in self.notes
                if n.rule == by
                and n.polynomial == poly
                and (n.parts[0].high if sides == "left" else n.parts[0].low) == e
            ]
            found = (self._by(by)(claim, case, (*extra, relation), poly, *n.parts) for n in notes)
            branches.append(next((p for p in found if p is not None), None))
        before, beyond = branches
        if before is None or beyond is None:
            return None
        return {"kind": "cases", "split": ["K2", to_json(gap)], "branches": [beyond, before, beyond]}

    def _boxes(
        self,
        claim: Json,
        goal: Goal,
        extra: tuple[Json, ...],
        poly: Polynomial,
        interval: Interval,
        a: Fraction,
        b: Fraction,
    ) -> Proof | None:
        parts = _parts(claim, interval.name, a, b)
        if parts is None:
            return None
        proof: Proof = {"kind": "boxes", "name": interval.name, "ends": [str(p) for p in parts]}
        for end, at in ((interval.low, a), (interval.high, b)):
            if end is not None:
                continue
            gap = Binary("-", Variable(interval.name), Number(at))
            notes = [n for n in self.notes if n.rule == "slope" and n.polynomial == poly and _is_ray(n.parts[0], at)]
            op: Op = "<" if at == a else ">"
            case = replace(goal, hypotheses=(*goal.hypotheses, Hypothesis(Relation(gap, op, ZERO))))
            relation = relation_to_json(gap, op, ZERO)
            found = (self._slope(claim, case, (*extra, relation), poly, *n.parts) for n in notes)
            ray = next((p for p in found if p is not None), None)
            if ray is None:
                return None
            branches = [proof, ray, proof] if at == a else [ray, proof, proof]
            proof = {"kind": "cases", "split": ["K2", to_json(gap)], "branches": branches}
        return proof


def _middle(ctx: Context, interval: Interval) -> Term:
    """A point of an interval that has an end at most on either side."""
    low, high = (_end(ctx, end) for end in (interval.low, interval.high))
    if low is not None and high is not None:
        return Binary("/", Binary("+", low, high), Number(Fraction(2)))
    one = Number(Fraction(1))
    return Binary("+", low, one) if low is not None else ZERO if high is None else Binary("-", high, one)


def _assumed(goal: Goal) -> Json:
    return {"hypotheses": goal_to_json(goal)["hypotheses"]}


def _is_ray(interval: Interval, at: Fraction) -> bool:
    number: Polynomial = {(): at} if at else {}
    return number in (interval.low, interval.high)


def _parts(claim: Json, name: str, low: Fraction, high: Fraction) -> list[Fraction] | None:
    """The ends of parts on each of which the checker sees the sign."""
    terms = Terms(claim["declarations"])
    term = terms.term(["sub", claim["left"], claim["right"]], {})
    ends, left = [low], [(low, high)]
    while left:
        a, b = left.pop()
        if is_positive(terms, term, name, a, b, claim["op"] == ">"):
            ends.append(b)
            continue
        if len(left) + len(ends) > MOST_PARTS or b - a < Fraction(1, 10**6):
            return None
        middle = (a + b) / 2
        left += [(middle, b), (a, middle)]
    return ends


def _end(ctx: Context, end: Polynomial | None) -> Term | None:
    return None if end is None else term_of(ctx, end, {})


def _without(goal: Goal, name: str) -> Goal:
    kept = tuple(h for h in goal.hypotheses if not any(mentions(t, name) for t in (h.relation.left, h.relation.right)))
    declared = tuple(replace(d, type="real") if d.name == name else d for d in goal.declarations)
    return replace(goal, hypotheses=kept, declarations=declared)


def _between(goal: Goal, name: str, ends: dict[str, Term | None]) -> Goal:
    ops: dict[str, Op] = {"low": ">", "high": "<"}
    bounds = [Hypothesis(Relation(Variable(name), ops[side], end)) for side, end in ends.items() if end is not None]
    return replace(goal, hypotheses=(*goal.hypotheses, *bounds))
