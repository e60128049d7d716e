"""Limits from either side, of another form, and of a quotient by that of the slopes (KERNEL L6, E6; l'Hopital as L8).

    {"kind": "sides", "above": PROOF, "below": PROOF}
    {"kind": "rewritten", "end": b, "body": t, "same": PROOF, "rest": PROOF}
    {"kind": "quotient", "end": b, "to": "0" | "oo" | "-oo", "tend": [PROOF, ..], "moves": PROOF,
     "body": h, "same": PROOF, "rest": PROOF}

The variable comes from one side: it lies between the point and an end b, or beyond b where the point is infinite.
There the body has a value and is t; or it is f/g, both have a derivative, that of g is not 0, and h is f'/g'. Either f
and g tend to 0, or g is infinite. The rest is the limit of t, or of h.
"""

from __future__ import annotations

from typing import Any

from derive.recheck.calculus import has_value, require_derivative
from derive.recheck.limits import INFINITE, Prove, mentions
from derive.recheck.polynomial import POSITIVE
from derive.recheck.tending import ZERO, about, opened
from derive.recheck.terms import listed, require

Claim = dict[str, Any]


def sides(claim: Claim, proof: Any, extra: tuple[Any, ...], depth: int, prove: Prove) -> set[str]:
    """The rules that a limit rests on that is one from either side. Raises Rejected."""
    limit, value, extra = opened(claim, extra)
    require(limit[4] == "" and limit[3] not in INFINITE, "L6: a point with two sides")
    ways = (("+", proof["above"]), ("-", proof["below"]))
    claims = ((_stated(claim, [*limit[:4], way], value), own) for way, own in ways)
    return {"L6"}.union(*(prove(c, own, extra, depth + 1) for c, own in claims))


def rewritten(claim: Claim, proof: Any, extra: tuple[Any, ...], depth: int, state: Any, prove: Prove) -> set[str]:
    """The rules that a limit rests on whose body has another form near the point. Raises Rejected."""
    limit, value, extra = opened(claim, extra)
    inside = _inside(claim, limit, proof["end"], extra, state)
    if limit[1][0] == "diff":
        require_derivative(state(inside, ()), limit[1])
    else:
        require(has_value(state(inside, ()), limit[1]), "E6: near the point the body has a value")
    rules = prove({**inside, "left": limit[1], "right": proof["body"]}, proof["same"])
    return rules | prove(_stated(claim, _of(limit, proof["body"]), value), proof["rest"], extra, depth + 1)


def quotient(claim: Claim, proof: Any, extra: tuple[Any, ...], depth: int, state: Any, prove: Prove) -> set[str]:
    """The rules that the limit of a quotient rests on that is that of the slopes. Raises Rejected."""
    limit, value, extra = opened(claim, extra)
    require(limit[1][0] == "div", "L8: a quotient")
    inside, moved = _inside(claim, limit, proof["end"], extra, state), [["var", limit[2]]]
    slopes = [["diff", part, moved] for part in limit[1][1:]]
    for slope in slopes:
        require_derivative(state(inside, ()), slope)
    rules = {"L8"} | prove({**inside, "left": slopes[1], "op": "!=", "right": ZERO}, proof["moves"])
    rules |= prove({**inside, "left": ["div", *slopes], "right": proof["body"]}, proof["same"])
    ends = {"0": (ZERO, limit[1][1:]), "oo": (INFINITE[0], limit[1][2:]), "-oo": (INFINITE[1], limit[1][2:])}
    require(proof["to"] in ends, "L8: both tend to 0, or what is divided by is infinite")
    end, parts = ends[proof["to"]]
    owed = listed(proof["tend"], "proofs")
    require(len(owed) == len(parts), "L8: every limit is proved")
    for part, own in zip(parts, owed, strict=True):
        rules |= prove(_stated(claim, _of(limit, part), end), own, extra, depth + 1)
    return rules | prove(_stated(claim, _of(limit, proof["body"]), value), proof["rest"], extra, depth + 1)


def _inside(claim: Claim, limit: Any, end: Any, extra: tuple[Any, ...], state: Any) -> Claim:
    """A claim with the variable near its point, between that and the end."""
    _, _, name, point, side = limit
    require(side != "" or point in INFINITE, "L8: one side")
    outside = about(claim, name, extra)
    require(not mentions(end, name), "L8: an end that does not move")
    facts = state(outside, ())
    require(has_value(facts, end), "L8: an end with a value")
    facts.reader.read(facts.terms.term(end, facts.scope), facts.env)
    above = side == "+" or point == INFINITE[1]
    bounds = [["rel", "<" if above else ">", ["var", name], end]]
    if point not in INFINITE:
        gap = ["sub", end, point] if above else ["sub", point, end]
        term = facts.terms.term(gap, facts.scope)
        known = facts.reader.certain(term, facts.env) and facts.signs.of_form(term, facts.env) & POSITIVE == POSITIVE
        require(known, "L8: an end beside the point")
        bounds.append(["rel", ">" if above else "<", ["var", name], point])
    near = [{"relation": relation, "quantified": []} for relation in bounds]
    return {**outside, "hypotheses": [*outside["hypotheses"], *near]}


def _of(limit: Any, body: Any) -> Any:
    return ["limit", body, *limit[2:]]


def _stated(claim: Claim, limit: Any, value: Any) -> Claim:
    return {**claim, "left": limit, "op": "==", "right": value}
