"""Orders that the kernel showed from limits at the ends of an interval (O18), for the standalone checker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from derive.certificate.limits import tending
from derive.certificate.terms import from_json, goal_to_json, to_json
from derive.certificate.variables import replaced
from derive.claim import Goal, Hypothesis
from derive.kernel.context import Context, Note, Polynomial, Stuck, Undefined
from derive.kernel.interval import Interval
from derive.kernel.polynomial import ONE, merge, scale
from derive.kernel.readback import term_of
from derive.kernel.ring import multiply, replace_generators
from derive.recheck.limits import INFINITE
from derive.term import Binary, Constant, Diff, Limit, Neg, Number, Op, Relation, Term, Variable

Json = Any
Proof = dict[str, Any]
Direct = Callable[[Json, Goal, tuple[Json, ...]], Proof | None]
Prove = Callable[[Json, Goal, tuple[Json, ...], Polynomial], Proof | None]
ZERO = Number(Fraction(0))
MOST_TURNS = 4


class Ends(Struct, frozen=True):
    """An interval that the kernel followed a function on; ``outside`` is the goal without what is known inside."""

    ctx: Context
    notes: list[Note]
    direct: Direct
    signed: Prove
    interval: Interval
    outside: Goal
    inside: Goal

    def proof(self, f: Term, poly: Polynomial, start: str, slope: Polynomial, strict: bool) -> Proof | None:
        """The proof that a function, which is read as the polynomial, is >= 0, or > 0."""
        followed = ("low", "high") if start == "both" else (start,)
        at = [self._at(f, poly, side, strict) for side in followed]
        moved = Diff(f, (Variable(self.interval.name),))
        point = self._isolated(moved, slope) if strict and all(at) else None
        if not all(at) or (strict and point is None):
            return None
        if start == "both":
            found = self._turn(moved, slope, MOST_TURNS)
        else:
            way = 1 if start == "low" else -1
            found = self._sign(moved, ">=" if way > 0 else "<=", scale(slope, way))
        ends = {side: self._stated(side) for side in ("low", "high")}
        named = {"kind": "ends", "name": self.interval.name, **ends, "from": start, "at": at, "isolated": point}
        return None if found is None else {**named, "slope": found}

    def _stated(self, side: str) -> Json:
        end = self._end(side)
        return None if end is None else [to_json(end), getattr(self.interval, f"closed_{side}")]

    def _end(self, side: str) -> Term | None:
        end = getattr(self.interval, side)
        return None if end is None else term_of(self.ctx, end, {})

    def _sign(self, f: Term, op: Op, poly: Polynomial) -> Proof | None:
        """That what is read as the polynomial, or less that, is >= 0 inside."""
        stated = {**goal_to_json(replace(self.inside, left=ZERO, op=op, right=ZERO)), "left": to_json(f)}
        written = replace(self.inside, left=term_of(self.ctx, poly, {}), op=">=", right=ZERO)
        return self.signed(stated, written, (), poly)

    def _at(self, f: Term, poly: Polynomial, side: str, strict: bool) -> Json | None:
        """The value at an end, or the limit there."""
        reached = getattr(self.interval, f"closed_{side}")
        op: Op = ">" if strict and reached else ">="
        return self._value(f, poly, side, op) or self._limit(f, side, op)

    def _value(self, f: Term, poly: Polynomial, side: str, op: Op) -> Json | None:
        end, at = getattr(self.interval, side), self._end(side)
        if at is None:
            return None
        try:
            value = replace_generators(self.ctx, poly, {self.interval.key: end})
        except (Stuck, Undefined):
            return None
        goal = replace(self.outside, left=replaced(f, self.interval.name, at), op=op, right=ZERO)
        proof = self.signed(goal_to_json(goal), goal, (), value)
        return None if proof is None else {"value": proof}

    def _limit(self, f: Term, side: str, op: Op) -> Json | None:
        end = self._end(side)
        infinite: Term = Constant("oo") if side == "high" else Neg(Constant("oo"))
        limit = Limit(f, self.interval.name, end or infinite, ("-" if side == "high" else "+") if end else None)
        found = tending(self.outside, limit, lambda c, g: self.direct(c, g, ()))
        if found is None or found[0] == INFINITE[1]:
            return None
        value, proof = found
        if value == INFINITE[0]:
            return {"limit": value, "tends": proof, "sign": None}
        goal = replace(self.outside, left=from_json(value), op=op, right=ZERO)
        sign = self.direct(goal_to_json(goal), goal, ())
        return None if sign is None else {"limit": value, "tends": proof, "sign": sign}

    def _isolated(self, moved: Term, slope: Polynomial) -> Json | None:
        """A point inside at which the slope is not 0."""
        for point in self._points():
            there = Hypothesis(Relation(Variable(self.interval.name), "==", point))
            written = replace(self.inside, hypotheses=(*self.inside.hypotheses, there), op="!=", right=ZERO)
            written = replace(written, left=term_of(self.ctx, slope, {}))
            proof = self.direct({**goal_to_json(written), "left": to_json(moved)}, written, ())
            if proof is not None:
                return [to_json(point), proof]
        return None

    def _points(self) -> Iterator[Term]:
        low, high = self._end("low"), self._end("high")
        for share in (Fraction(1, 2), Fraction(1, 3), Fraction(1, 10), Fraction(9, 10)):
            if low is not None and high is not None:
                yield Binary("+", low, Binary("*", Number(share), Binary("-", high, low)))
            elif low is not None:
                yield Binary("+", low, Number(share * 2))
            else:
                yield Number(share) if high is None else Binary("-", high, Number(share * 2))

    def _turn(self, g: Term, poly: Polynomial, left: int) -> Json | None:
        """How a function that is read as the polynomial is >= 0 up to some place and <= 0 from there on."""
        note = next((n for n in reversed(self.notes) if n.rule == "turns" and n.polynomial == poly), None)
        if note is None or left == 0:
            return None
        cleared, whole, end, rate = note.parts
        h = term_of(self.ctx, whole, {})
        stated = {"of": to_json(h), "factor": to_json(term_of(self.ctx, self._factor(poly, cleared, whole), {}))}
        followed: Term = Neg(h) if end == "high" else h
        moved = Diff(followed, (Variable(self.interval.name),))
        if not end:
            falls = self._sign(moved, "<=", scale(rate, -1))
            return None if falls is None else {**stated, "from": None, "at": None, "then": falls}
        at = self._at(followed, scale(whole, -1) if end == "high" else whole, end, False)
        then = self._turn(moved, rate, left - 1) if at is not None else None
        return None if then is None else {**stated, "from": end, "at": at, "then": then}

    def _factor(self, poly: Polynomial, cleared: Polynomial, whole: Polynomial) -> Polynomial:
        """What a polynomial was multiplied by: what was below fraction bars, then powers of what is positive."""
        notes = (n for n in self.notes if n.rule == "cleared" and n.polynomial == poly and n.parts[0] == cleared)
        times = next((n.parts[1] for n in notes), ONE)
        first = merge(next(iter(whole)), tuple((key, -e) for key, e in next(iter(cleared))))
        return multiply(self.ctx, times, {first: 1})
