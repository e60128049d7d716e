"""Limits inside of terms, and variables of which it is known what they are.

    {"kind": "within", "limit": t, "value": v, "moved": [x, ..], "indices": [IDX, ..], "proof": PROOF, "rest": PROOF}
    {"kind": "given", "name": x, "value": v, "proof": PROOF}

Wherever the limit t stands in the sides v stands for it, with the proof that t is v and the rest of the proof. The
indices are those that are bound around it; below a derivative by a variable nothing is known of that variable. What is
x is known to be v by the hypotheses; v is put for x in all of the claim.
"""

from __future__ import annotations

from typing import Any

from derive.recheck.calculus import ZERO, Claim, MakeState, has_value, without
from derive.recheck.limits import INFINITE, Prove, inner_positions, is_free, mentions
from derive.recheck.polynomial import ZERO as NOTHING
from derive.recheck.polynomial import add, scale
from derive.recheck.terms import listed, require


def within(claim: Claim, proof: Any, extra: tuple[Any, ...], depth: int, state: MakeState, prove: Prove) -> set[str]:
    """The rules that a claim rests on in which a limit stands. Raises Rejected."""
    rest, rules = without_limit(claim, proof, extra, depth, state, prove)
    return rules | prove(rest, proof["rest"], extra, depth + 1)


def without_limit(
    claim: Claim, part: Any, extra: tuple[Any, ...], depth: int, state: MakeState, prove: Prove
) -> tuple[Claim, set[str]]:
    """A claim with the value of a limit in its place, and the rules on which that rests. Raises Rejected."""
    limit, value, moved = part["limit"], part["value"], listed(part["moved"], "variables")
    require(limit[0] == "limit" and value not in INFINITE, "E6: a limit with a value")
    here, known = claim, extra
    scalars = {n for n, _, shape in claim["declarations"] if shape == []}
    require(scalars.issuperset(moved), "E6: scalars that are moved")
    for name in moved:
        here, known = without(here, name, known), ()
    here = {**here, "indices": [*claim["indices"], *listed(part["indices"], "indices")]}
    require(has_value(state({**here, "left": ZERO, "op": "==", "right": ZERO}, known), value), "E6: the value is one")
    rules = prove({**here, "left": limit, "op": "==", "right": value}, part["proof"], known, depth + 1)
    put = {side: _swapped(claim[side], part, (), ()) for side in ("left", "right")}
    return {**claim, **put}, {"L3"} | rules


def _swapped(term: Any, proof: Any, bound: tuple[Any, ...], moved: tuple[str, ...]) -> Any:
    """A term with the value for the limit, below indices and derivatives that the proof names."""
    if term == proof["limit"]:
        require(all(list(k) in proof["indices"] for k in bound), "E6: the indices that are bound around a limit")
        require(set(moved) <= set(proof["moved"]), "E6: what is moved around a limit")
        return proof["value"]
    if term[0] in ("limit", "optimum"):
        return term
    if term[0] == "reduce":
        bound = (*bound, (term[2], term[3]))
    if term[0] == "diff":
        moved = (*moved, *(t[1] for t in term[2]))
    inner = inner_positions(term)
    return [_swapped(t, proof, bound, moved) if n in inner else t for n, t in enumerate(term)]


def given(claim: Claim, proof: Any, extra: tuple[Any, ...], depth: int, state: MakeState, prove: Prove) -> set[str]:
    """The rules that a claim rests on in which a variable has a known value. Raises Rejected."""
    name, value = proof["name"], proof["value"]
    here = state({**claim, "left": ZERO, "op": "==", "right": ZERO}, extra)
    terms = [here.terms.term(t, here.scope) for t in (["var", name], value)]
    require(here.reader.certain(terms[1], here.env), "H2: what is given has a value")
    gap = add(*(scale(here.reader.read(t, here.env), c) for t, c in zip(terms, (1, -1), strict=True)))
    require(here.signs.sign(gap) & NOTHING == NOTHING, "H2: what is given is known")
    known = [*claim["hypotheses"], *({"relation": r, "quantified": []} for r in extra)]
    put = {side: _put(claim[side], name, value) for side in ("left", "right")}
    inner = {**claim, **put, "hypotheses": [_assumed(h, name, value) for h in known]}
    return {"H2"} | prove(inner, proof["proof"], (), depth + 1)


def _assumed(hypothesis: Any, name: str, value: Any) -> Any:
    free = any(is_free(value, k) for k, _ in hypothesis["quantified"])
    require(not free, "H2: no index of a hypothesis is captured")
    rel, op, *sides = hypothesis["relation"]
    return {**hypothesis, "relation": [rel, op, *(_put(t, name, value) for t in sides)]}


def _put(term: Any, name: str, by: Any) -> Any:
    """A term with another for a variable, which does not move, and of which nothing in it is captured."""
    if term == ["var", name]:
        return by
    if not mentions(term, name) and not (term[0] == "limit" and term[2] == name):
        return term
    bound = {"limit": term[2:3], "diff": [t[1] for t in term[2]] if term[0] == "diff" else []}.get(term[0], [])
    free = not any(v == name or mentions(by, v) for v in bound) and term[0] != "optimum"
    require(free, "H2: what is given does not move, nor does its value")
    require(term[0] != "reduce" or not is_free(by, term[2]), "H2: no index is captured")
    return [_put(t, name, by) if n in inner_positions(term) else t for n, t in enumerate(term)]
