"""Orders by calculus (O18): a function of one variable on an interval, by its slope or by enclosures.

    {"kind": "slope", "name": x, "low": END, "high": END, "from": "low" | "high" | "both", "strict": HOW,
     "except": [t, ..], "proofs": [PROOF, ..]}
    {"kind": "falling", "name": x, "low": END, "from": k, "less": c, "proofs": [PROOF, PROOF]}    f falls to 0 or above
    {"kind": "multiple", "term": g, "factor": k, "proof": PROOF}     g = k*f with k > 0 has the sign of f
    {"kind": "exponential", "times": c, "proof": PROOF}              exp(c*left) = exp(c*right), and exp is one to one
    {"kind": "boxes", "name": x, "ends": ["0", "1/2", ..]}           f is enclosed on every part of an interval
    {"kind": "relaxed", "name": n, "proof": PROOF}                   n is not a whole number, but any number
    END: [t, whether x may be there], or null where the interval has no end; HOW: "value", "slope" or "isolated"

Here f is the greater side less the smaller one. That the variable lies in the interval is known of the claim; all other
variables stand still, and of what is assumed only that counts which does not speak of x. On the interval with the ends
from which f is followed it has a value and is made of continuous functions, inside it has a derivative. Proved are
f >= 0 at the end and f' >= 0 inside (f' <= 0 from the high end); or f >= 0 at both ends and f'' <= 0 inside. The slope
need not be strict at the points in ``except``: f rises between them all the same. A slope that is analytic and not 0 at
the one point named there is 0 at "isolated" points only.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

from derive.recheck.interval import Interval, Undecided
from derive.recheck.limits import INTEGERS, Prove, inner_positions, mentions, replaced
from derive.recheck.polynomial import POSITIVE, Undefined, add, scale
from derive.recheck.terms import Terms, listed, require
from derive.recheck.value import Point

ZERO = ["num", "0"]
ANALYTIC = (  # where they have a derivative
    *("exp", "log", "sqrt", "expm1", "log1p", "erf"),
    *("sin", "cos", "tan", "cot", "sec", "csc", "asin", "acos", "atan"),
    *("sinh", "cosh", "tanh", "coth", "sech", "csch", "asinh", "acosh", "atanh"),
)
CONTINUOUS = (*ANALYTIC, "cbrt", "Abs", "Max", "Min")
MOST_BOXES = 1_000
LEAST = {"integer": None, "nonnegative integer": "0", "positive integer": "1"}
Claim = dict[str, Any]
MakeState = Callable[[Claim, tuple[Any, ...]], Any]


def slope(claim: Claim, proof: Any, extra: tuple[Any, ...], state: MakeState, prove: Prove) -> set[str]:
    """The rules that an order rests on that is shown by a slope. Raises Rejected."""
    name, ends, start = proof["name"], {side: proof[side] for side in ("low", "high")}, proof["from"]
    f, strict = oriented(claim)
    require_interval(claim, state(claim, extra), name, ends)
    followed = ("low", "high") if start == "both" else (start,)
    require(start in ("low", "high", "both") and all(ends[s] is not None for s in followed), "O18: an end")
    outside = without(claim, name, extra)
    beyond = _signed(name, ends, state(outside, ()))
    closed = state(_with(between(outside, name, ends, followed), beyond), ())
    require(is_continuous(closed, f, name), "O18: the function is continuous as far as it is followed")
    moved = ["diff", f, [["var", name]] * len(followed)]
    inside = between(outside, name, {s: end and [end[0], False] for s, end in ends.items()}, ())
    require_derivative(state(_with(inside, beyond), ()), moved)
    by_value = strict and proof["strict"] == "value" and len(followed) == 1
    reached = any(ends[s][1] for s in followed)
    require(by_value or not strict or not reached, "O18: the end is not reached, or the value there is strict")
    values = [(outside, replaced(f, name, ends[s][0]), ">" if by_value else ">=") for s in followed]
    way = {"low": ">", "high": "<", "both": "<"}[start]
    points = listed(proof["except"], "points")
    fixed = not any(mentions(t, name) or not has_value(state(inside, ()), t) for t in points)
    require(fixed, "O18: points with a value that do not move")
    if strict and proof["strict"] == "isolated":
        require(not jumps(f, name, ANALYTIC), "O18: an analytic function")
        (point,) = points
        require(lies_between(state(inside, ()), ends, point), "O18: a point of the interval")
        there = {"relation": ["rel", "==", ["var", name], point], "quantified": []}
        at_point = {**inside, "hypotheses": [*inside["hypotheses"], there]}
        wanted = [*values, (inside, moved, way + "="), (at_point, moved, way)]
    else:
        op = way + ("" if strict and not by_value else "=")
        wanted = [*values, (_but_for(inside, name, points), moved, op)]
    proofs = listed(proof["proofs"], "proofs")
    require(len(proofs) == len(wanted), "O18: every part is proved")
    parts = ({**c, "left": t, "op": o, "right": ZERO} for c, t, o in wanted)
    return {"O18"}.union(*(prove(c, p) for c, p in zip(parts, proofs, strict=True)))


def falling(claim: Claim, proof: Any, extra: tuple[Any, ...], state: MakeState, prove: Prove) -> set[str]:
    """O18: where there is no upper end f is >= 0 if f' <= 0 and f >= -c/x for all x >= k > 0; > 0 if f' < 0."""
    name, ends = proof["name"], {"low": proof["low"], "high": None}
    f, strict = oriented(claim)
    require_interval(claim, state(claim, extra), name, ends)
    outside = without(claim, name, extra)
    followed = ("low",) if ends["low"] and ends["low"][1] is True else ()
    require(is_continuous(state(between(outside, name, ends, followed), ()), f, name), "O18: a continuous function")
    inside = between(outside, name, {side: end and [end[0], False] for side, end in ends.items()}, ())
    moved, (k, c) = ["diff", f, [["var", name]]], (["num", proof[key]] for key in ("from", "less"))
    require_derivative(state(inside, ()), moved)
    require(Terms([]).term(k, {})[1] > 0, "O18: large values are positive")
    far = {"relation": ["rel", ">=", ["var", name], k], "quantified": []}
    large = {**inside, "hypotheses": [*inside["hypotheses"], far]}
    above = {**large, "left": ["add", f, ["div", c, ["var", name]]], "op": ">=", "right": ZERO}
    falls = {**inside, "left": moved, "op": "<" if strict else "<=", "right": ZERO}
    proofs = listed(proof["proofs"], "proofs")
    require(len(proofs) == 2, "O18: every part is proved")
    return {"O18"} | prove(above, proofs[0]) | prove(falls, proofs[1])


def multiple(claim: Claim, proof: Any, extra: tuple[Any, ...], state: MakeState, prove: Prove) -> set[str]:
    """O10: a positive multiple of the difference of the sides has its sign; one by what is not 0 is 0 where it is."""
    is_order = claim["op"] != "=="
    f, strict = oriented(claim) if is_order else (["sub", claim["left"], claim["right"]], False)
    here = state(claim, extra)
    g, k, whole = (here.terms.term(t, here.scope) for t in (proof["term"], proof["factor"], f))
    known = here.reader.certain(g, here.env) and here.reader.certain(k, here.env)
    require(known, "O10: the multiple and its factor have a value")
    wanted = POSITIVE if is_order else 4
    require(here.reader.form(k, here.env) & wanted == wanted, "O10: the factor of the multiple is positive, or not 0")
    read = here.reader.read
    gap = add(read(g, here.env), scale(here.algebra.mul(read(k, here.env), read(whole, here.env)), -1))
    require(here.algebra.is_zero(gap), "O10: the multiple of the difference")
    op = "==" if not is_order else ">" if strict else ">="
    stated = {**claim, "left": proof["term"], "op": op, "right": ZERO}
    return {"O10"} | prove(stated, proof["proof"], extra)


def exponential(claim: Claim, proof: Any, extra: tuple[Any, ...], state: MakeState, prove: Prove) -> set[str]:
    """O10: what has the same exponential is the same."""
    require(claim["op"] == "==", "O10: an equation")
    times = ["num", proof["times"]]
    require(Terms([]).term(times, {})[1] != 0, "O10: a multiple of the sides")
    grown = {side: ["apply", "exp", ["mul", times, claim[side]]] for side in ("left", "right")}
    return {"O10"} | prove({**claim, **grown}, proof["proof"], extra)


def boxes(claim: Claim, proof: Any, extra: tuple[Any, ...], state: MakeState) -> set[str]:
    """N1: on every part of an interval in which the variable lies the difference of the sides is enclosed."""
    f, strict = oriented(claim)
    here, name = state(claim, extra), proof["name"]
    require(here.terms.types.get(name) not in (None, *INTEGERS) and not here.terms.shapes[name], "N1: a real variable")
    numbers = [here.terms.term(["num", end], {})[1] for end in listed(proof["ends"], "ends")]
    require(2 <= len(numbers) <= MOST_BOXES and all(a <= b for a, b in pairwise(numbers)), "N1: an interval in parts")
    for side, end in (("low", proof["ends"][0]), ("high", proof["ends"][-1])):
        require(_is_beyond(here, name, side, [["num", end], True]), "N1: the variable lies in the interval")
    term = here.terms.term(f, {})
    require(all(is_positive(here.terms, term, name, a, b, strict) for a, b in pairwise(numbers)), "N1: a part")
    return {"N1"}


def relaxed(claim: Claim, proof: Any, extra: tuple[Any, ...], state: MakeState, prove: Prove) -> set[str]:
    """O17: what holds of all numbers holds of whole ones. A power to a real one that has a value means the same."""
    name, known = proof["name"], [*claim["hypotheses"], *({"relation": r, "quantified": []} for r in extra)]
    kinds = {n: kind for n, kind, shape in claim["declarations"] if shape == []}
    require(kinds.get(name) in LEAST, "O17: a whole number")
    counted = any(_is_exponent(t, name) for h in known for t in h["relation"][2:])
    require(not counted, "O17: in what is assumed it is no exponent")
    least = LEAST.get(kinds[name])
    known += [{"relation": ["rel", ">=", ["var", name], ["num", least]], "quantified": []}] if least else []
    declared = [[n, "real", []] if n == name else [n, kind, shape] for n, kind, shape in claim["declarations"]]
    wider = {**claim, "declarations": declared, "hypotheses": known}
    facts = state({**wider, "left": ZERO, "op": "==", "right": ZERO}, ())
    every = all(has_value(facts, claim[side]) for side in ("left", "right"))
    require(every, "O17: the sides have a value for all numbers")
    return {"O17"} | prove(wider, proof["proof"])


def is_positive(terms: Terms, term: Any, name: str, low: Fraction, high: Fraction, strict: bool) -> bool:
    """Whether a term is seen to be > 0, or >= 0 where that is enough, for all values of its variable in an interval."""
    try:
        value = Point(terms, {}, {name: Interval(low, high, 64)}, 64).value(term, {})
    except (Undecided, LookupError):
        return False
    return bool(value.low > 0 or (value.low == 0 and not strict))


def oriented(claim: Claim) -> tuple[Any, bool]:
    """The greater side of an order less the smaller one, and whether it is strict."""
    require(claim["op"] in ("<", "<=", ">", ">="), "O18: an order")
    sides = [claim["left"], claim["right"]]
    return ["sub", *(sides if claim["op"][0] == ">" else sides[::-1])], len(claim["op"]) == 1


def require_interval(claim: Claim, here: Any, name: str, ends: dict[str, Any]) -> None:
    """A real variable is known to lie between ends that do not speak of it."""
    types = {n: kind for n, kind, shape in claim["declarations"] if shape == []}
    require(types.get(name, "integer") not in INTEGERS, "O18: a real variable")
    for side, end in ends.items():
        require(end is None or (not mentions(end[0], name) and _is_beyond(here, name, side, end)), "O18: the interval")


def _is_beyond(here: Any, name: str, side: str, end: Any) -> bool:
    """Whether the variable is seen to lie beyond an end, or at it where it may."""
    gap = ["sub", ["var", name], end[0]] if side == "low" else ["sub", end[0], ["var", name]]
    term, wanted = here.terms.term(gap, here.scope), 1 if end[1] is True else POSITIVE
    return here.reader.certain(term, here.env) and bool(here.reader.form(term, here.env) & wanted == wanted)


def without(claim: Claim, name: str, extra: tuple[Any, ...]) -> Claim:
    """A claim in which nothing is known of a variable."""
    known = [*claim["hypotheses"], *({"relation": r, "quantified": []} for r in extra)]
    kept = [h for h in known if not any(mentions(t, name) for t in h["relation"][2:])]
    declared = [[n, "real", []] if n == name else [n, kind, shape] for n, kind, shape in claim["declarations"]]
    return {**claim, "declarations": declared, "hypotheses": kept, "left": ZERO, "op": "==", "right": ZERO}


def between(claim: Claim, name: str, ends: dict[str, Any], followed: tuple[str, ...]) -> Claim:
    """A claim with the variable in the interval: with the ends that it may reach, and with those that are followed."""
    bounds = []
    for side, end in ends.items():
        op = {"low": ">", "high": "<"}[side] + ("=" if end and (end[1] is True or side in followed) else "")
        bounds += [{"relation": ["rel", op, ["var", name], end[0]], "quantified": []}] if end else []
    return {**claim, "hypotheses": [*claim["hypotheses"], *bounds]}


def _signed(name: str, ends: dict[str, Any], outside: Any) -> list[Any]:
    """O2: beyond an end that is not negative a variable is not negative, and below one that is not positive."""
    found = []
    for side, op, wanted in (("low", ">", 1), ("high", "<", 2)):
        term = outside.terms.term(ends[side][0], outside.scope) if ends[side] else None
        bits = outside.reader.form(term, outside.env) if term and outside.reader.certain(term, outside.env) else 0
        if bits & wanted:
            found.append(["rel", op if bits & 4 else op + "=", ["var", name], ZERO])
    return found


def _with(claim: Claim, relations: list[Any]) -> Claim:
    known = [{"relation": relation, "quantified": []} for relation in relations]
    return {**claim, "hypotheses": [*claim["hypotheses"], *known]}


def lies_between(inside: Any, ends: dict[str, Any], point: Any) -> bool:
    """Whether a point is seen to lie strictly between the ends."""
    gaps = [["sub", point, ends["low"][0]]] if ends["low"] else []
    gaps += [["sub", ends["high"][0], point]] if ends["high"] else []
    terms = (inside.terms.term(gap, inside.scope) for gap in gaps)
    return all(inside.reader.form(term, inside.env) & POSITIVE == POSITIVE for term in terms)


def _is_exponent(term: Any, name: str) -> bool:
    own = term[0] == "pow" and mentions(term[2], name)
    return own or any(_is_exponent(term[n], name) for n in inner_positions(term))


def _but_for(claim: Claim, name: str, points: list[Any]) -> Claim:
    return _with(claim, [["rel", "!=", ["var", name], t] for t in points])


def is_continuous(closed: Any, f: Any, name: str) -> bool:
    """Whether a function has a value and no jumps wherever the variable may be."""
    return has_value(closed, f) and not jumps(f, name)


def has_value(here: Any, term: Any) -> bool:
    """Whether a term is seen to have a value."""
    return bool(here.reader.certain(here.terms.term(term, here.scope), here.env))


def jumps(term: Any, name: str, allowed: tuple[str, ...] = CONTINUOUS) -> bool:
    """Whether a variable stands in anything but functions that are allowed."""
    if not mentions(term, name):
        return False
    return (
        term[0] in ("reduce", "diff", "limit", "optimum")
        or (term[0] == "apply" and term[1] not in allowed)
        or any(jumps(term[n], name, allowed) for n in inner_positions(term))
    )


def require_derivative(inside: Any, moved: Any) -> None:
    """Every open condition of the derivative (V3) has to be seen, by what is assumed inside of the interval alone."""
    term, inside.reader.exists = inside.terms.term(moved, inside.scope), False
    require(inside.reader.certain(term[1], inside.env), "O18: the function has a value inside")
    try:
        inside.reader.read(term, inside.env)
    except Undefined as nowhere:
        require(False, f"O18: a derivative inside: {nowhere}")
