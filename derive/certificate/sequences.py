"""That there is no limit (L9), for the standalone checker: two sequences, or one along which there is no value."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from typing import Any

from msgspec.structs import replace

from derive.certificate.limits import tending
from derive.certificate.proved import direct, proved
from derive.certificate.terms import to_json
from derive.certificate.variables import mentions, substituted
from derive.claim import Declaration, Goal, Hypothesis
from derive.recheck.sequences import LACKING, STEP
from derive.term import Apply, Binary, Constant, Limit, Neg, Number, Op, Term, Variable, children, subterms

Json = Any
INFINITE = (Constant("oo"), Neg(Constant("oo")))
ZERO, ONE, TWO, PI = Number(Fraction(0)), Number(Fraction(1)), Number(Fraction(2)), Constant("pi")
SINES = {"sin": (0, 1, 0, -1), "cos": (1, 0, -1, 0)}
M = Variable(STEP)


def sequences(goal: Goal, limit: Limit) -> list[Json] | None:
    """Two sequences with values that tend apart, or one that lacks a value; None where none are found."""
    free = _free(goal, limit.variable)
    for through, _ in _candidates(limit):
        lacking = _lacking(free, limit, through)
        if lacking is not None:
            return [lacking]
    found: list[Json] = []
    for through, turned in _candidates(limit):
        one = _tending(free, limit, through, turned)
        if one is not None and all(one["to"] != other["to"] for other in found):
            found.append(one)
    return next(([a, b] for a, b in combinations(found, 2)), None)


def _free(goal: Goal, name: str) -> Goal:
    """The goal where the variable of the limit moves freely, with the number of a step."""

    def speaks(h: Hypothesis) -> bool:
        return mentions(h.relation.left, name) or mentions(h.relation.right, name)

    declared = tuple(replace(d, type="real") if d.name == name else d for d in goal.declarations)
    kept = tuple(h for h in goal.hypotheses if not speaks(h))
    return replace(goal, declarations=(*declared, Declaration(STEP, "positive integer")), hypotheses=kept)


def _candidates(limit: Limit) -> Iterator[tuple[Term, Term]]:
    """Terms in the number of a step that tend to the point, and the body along them in a simpler form."""
    x, body = Variable(limit.variable), limit.body
    for power in (t for t in subterms(body) if _alternates(t, x)):
        assert isinstance(power, Binary)
        for odd in (False, True):
            s: Term = Binary("*", TWO, M)
            s = Binary("+", s, ONE) if odd else s
            positive: Term = Binary("**", _opposite(power.left), s)
            yield s, substituted(substituted(body, power, Neg(positive) if odd else positive), x, s)
    for turning in dict.fromkeys(t.args[0] for t in subterms(body) if isinstance(t, Apply) and t.function in SINES):
        for quarter in range(4):
            turn: Term = Binary("*", Binary("*", TWO, PI), M)
            turn = Binary("+", turn, Binary("*", Number(Fraction(quarter, 2)), PI)) if quarter else turn
            simpler = body
            for function, values in SINES.items():
                simpler = substituted(simpler, Apply(function, (turning,)), Number(Fraction(values[quarter])))
            yield from ((s, substituted(simpler, x, s)) for s in _solved(turning, x, turn, limit.point))
    if limit.point not in INFINITE:
        away = Binary("/", ONE, M)
        beside = {"+": Binary("+", limit.point, away), "-": Binary("-", limit.point, away)}
        yield from ((s, substituted(body, x, s)) for side, s in beside.items() if limit.side in (None, side))
    else:
        s = M if limit.point == INFINITE[0] else Neg(M)
        yield s, substituted(body, x, s)


def _alternates(term: Term, x: Variable) -> bool:
    return isinstance(term, Binary) and term.op == "**" and term.right == x and _opposite(term.left) != ZERO


def _opposite(base: Term) -> Term:
    """The positive number less which a base is, or 0."""
    match base:
        case Neg(Number() as number):
            return number
        case Neg(Binary("/", Number(), Number()) as quotient):
            return quotient
        case Binary("/", Neg(Number() as above), Number() as below):
            return Binary("/", above, below)
        case _:
            return ZERO


def _solved(u: Term, x: Variable, turn: Term, point: Term) -> Iterator[Term]:
    """Where a multiple of the variable, or of its inverse, is that many turns."""
    down = Neg(turn)
    for w in (turn, down) if point != Constant("oo") else (turn,):
        match u:
            case Variable() if u == x:
                yield w
            case Binary("*", c, v) if v == x:
                yield Binary("/", w, c)
            case Binary("/", c, v) if v == x:
                yield Binary("/", c, w)


def _tending(free: Goal, limit: Limit, s: Term, simpler: Term) -> Json | None:
    start = _started(free, limit, s)
    if start is None:
        return None
    found = tending(free, Limit(simpler, STEP, INFINITE[0], None), direct)
    same = proved(replace(free, left=substituted(limit.body, Variable(limit.variable), s), op="==", right=simpler))
    if found is None or same is None:
        return None
    return {**start, "body": to_json(simpler), "same": same, "to": found[0], "rest": found[1]}


def _started(free: Goal, limit: Limit, s: Term) -> Json | None:
    """That a sequence tends to the point, and lies beside it."""
    near = proved(replace(free, left=Limit(s, STEP, INFINITE[0], None), op="==", right=limit.point))
    op: Op = {"+": ">", "-": "<"}.get(limit.side or "", "!=")  # type: ignore[assignment]
    beside = None if limit.point in INFINITE else proved(replace(free, left=s, op=op, right=limit.point))
    if near is None or (beside is None and limit.point not in INFINITE):
        return None
    return {"through": to_json(s), "near": near, "beside": beside}


def _lacking(free: Goal, limit: Limit, s: Term) -> Json | None:
    for path, term, op in _where(limit.body, []):
        inner = substituted(term, Variable(limit.variable), s)
        lacks = proved(replace(free, left=inner, op=op, right=ZERO)) if mentions(term, limit.variable) else None
        start = _started(free, limit, s) if lacks is not None else None
        if start is not None:
            return {**start, "path": path, "lacks": lacks}
    return None


def _where(term: Term, path: list[int]) -> Iterator[tuple[list[int], Term, Op]]:
    """What stands in a function or below a fraction bar, with what it may not be."""
    for n, child in enumerate(children(term)):
        place = [*path, n + 2 if isinstance(term, Apply) else n + 1]
        if isinstance(term, Apply) and term.function in LACKING:
            yield place, child, LACKING[term.function]  # type: ignore[misc]
        if isinstance(term, Apply | Binary | Neg):
            yield from _where(child, place)
