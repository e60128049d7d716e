"""That there is no limit (L9): points as near as one likes with values that tend elsewhere, or without a value.

A SEQUENCE is {"through": s, "near": PROOF, "beside": PROOF | null, ..}, a term in the whole number ``step'`` that
tends to the point of the limit and lies beside it, on its side if it has one. Along it either

    {"body": h, "same": PROOF, "to": v, "rest": PROOF}    the body has a value, which is h, and tends to v
    {"path": [..], "lacks": PROOF}                        what stands at the path is below 0, or is 0, and may not be

Two sequences are given, with values that differ at the point, or are not both finite; or one that lacks a value.
"""

from __future__ import annotations

from typing import Any

from derive.recheck.calculus import has_value
from derive.recheck.limits import INFINITE, inner_positions, replaced
from derive.recheck.proof import State, prove
from derive.recheck.refutation import admits, refuted_at
from derive.recheck.tending import ZERO, about
from derive.recheck.terms import listed, require

Claim = dict[str, Any]
STEP = "step'"
LACKING = {"log": "<=", "sqrt": "<", "acosh": "<", "div": "=="}  # what an argument is that may not be


def sequences(claim: Claim, along: Any, point: Any, extra: tuple[Any, ...]) -> set[str]:
    """The rules on which it rests that a limit does not exist. Raises Rejected."""
    found = listed(along, "sequences")
    limit = claim["left"] if claim["left"][0] == "limit" else claim["right"]
    require(claim["op"] == "==" and limit[0] == "limit", "L9: a limit that is said to be a term")
    kinds = {n: (kind, shape) for n, kind, shape in claim["declarations"]}
    require(kinds.get(limit[2], ("", 0))[1] == [] and STEP not in kinds, "L9: a limit in a scalar")
    rules = {"L9"}.union(*(_along(claim, limit, s, kinds[limit[2]][0], extra) for s in found))
    said = claim["right"] if limit is claim["left"] else claim["left"]
    there = ZERO if said in INFINITE else said
    admits({**claim, "left": there, "right": there}, point)
    if len(found) == 1:
        require("path" in found[0], "L9: two sequences, or one without values")
        return rules
    one, other = (s["to"] for s in found)
    if one in INFINITE or other in INFINITE:
        require(one != other, "L9: the values differ")
    else:
        refuted_at({**claim, "left": one, "right": other}, point)
    return rules


def _along(claim: Claim, limit: Any, found: Any, kind: str, extra: tuple[Any, ...]) -> set[str]:
    _, body, name, goal, side = limit
    s = found["through"]
    here = _stepped(claim, name, extra)
    whole = kind in ("integer", "positive integer", "nonnegative integer")
    terms = State(here, ()).terms
    require(not whole or terms.whole(terms.term(s, {})), "L9: whole numbers, where the variable is one")
    known = has_value(State(here, ()), s) and (goal in INFINITE or has_value(State(here, ()), goal))
    require(kind != "dimension" and known, "L9: a sequence of values")
    rules = prove({**here, "left": ["limit", s, STEP, INFINITE[0], ""], "right": goal}, found["near"], (), 1)
    if goal not in INFINITE:
        op = {"+": ">", "-": "<", "": "!="}[side]
        rules |= prove({**here, "left": s, "op": op, "right": goal}, found["beside"], (), 1)
    if "path" in found:
        require(found.keys() == {"through", "near", "beside", "path", "lacks"}, "L9: the parts of a sequence")
        return rules | _lacks(here, body, name, s, found)
    there = replaced(body, name, s)
    require(has_value(State(here, ()), there), "L9: the body has a value along the sequence")
    rules |= prove({**here, "left": there, "right": found["body"]}, found["same"], (), 1)
    limit = ["limit", found["body"], STEP, INFINITE[0], ""]
    value = found["to"]
    require(value in INFINITE or has_value(State(here, ()), value), "L9: a value that is tended to")
    return rules | prove({**here, "left": limit, "right": value}, found["rest"], (), 1)


def _stepped(claim: Claim, name: str, extra: tuple[Any, ...]) -> Claim:
    """What is known where the variable of the limit moves freely, and the number of a step."""
    free = about(claim, name, extra)
    return {**free, "declarations": [*free["declarations"], [STEP, "positive integer", []]]}


def _lacks(here: Claim, body: Any, name: str, s: Any, found: Any) -> set[str]:
    """A function or a quotient in the body has no value where the term at the path is what it may not be."""
    around, term = body, body
    for position in listed(found["path"], "a path"):
        require(term[0] in ("neg", "add", "sub", "mul", "div", "pow", "apply"), "L9: what a body has no value without")
        require(position in inner_positions(term), "a path leads to a subterm")
        around, term = term, term[position]
    below = around[0] == "div" and term is around[2]
    op = LACKING["div"] if below else LACKING.get(around[1], "") if around[0] == "apply" else ""
    require(op != "", "L9: what may not be below 0, or 0")
    return prove({**here, "left": replaced(term, name, s), "op": op, "right": ZERO}, found["lacks"], (), 1)
