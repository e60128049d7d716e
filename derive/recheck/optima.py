"""Optima of one real variable by calculus (KERNEL M1, M5).

    {"kind": "optimum", "admissible": [PROOF, ..], "stationary": PROOF, "curved": PROOF}

The admissible values are an interval, because every hypothesis and every condition of the objective is linear in the
variable; the objective f is smooth on it, f'' < 0 there (> 0 for argmin), f' = 0 at the claimed value, and that value
is admissible, for which every hypothesis about the variable is proved of it. So it is the only optimiser.
"""

from __future__ import annotations

from typing import Any

from derive.recheck.limits import Prove, inner_positions, mentions, replaced
from derive.recheck.polynomial import NEGATIVE, POSITIVE, Poly
from derive.recheck.terms import listed, require

ZERO = ["num", "0"]
TYPES = {"real": "", "positive": ">", "negative": "<", "nonnegative": ">="}
KINKED = ("Abs", "sign", "Max", "Min", "floor", "ceiling", "cbrt")


def optimum(claim: dict[str, Any], proof: dict[str, Any], extra: tuple[Any, ...], state: Any, prove: Prove) -> set[str]:
    """The rules that an optimum rests on. ``state`` makes the checker's state of a claim. Raises Rejected."""
    require(claim["op"] == "==" and not extra, "M1: an optimiser that is equal to a term")
    found, value = (claim["left"], claim["right"]) if claim["left"][0] == "optimum" else (claim["right"], claim["left"])
    require(found[0] == "optimum" and found[4] == [] and not mentions(value, found[3]), "M1: an optimiser of a scalar")
    _, kind, body, name, _ = found
    types = {n: t for n, t, shape in claim["declarations"] if shape == []}
    require(types.get(name) in TYPES, "M1: the values of the variable's type are an interval")
    require(_is_smooth(body), "M1: the objective has no kinks")
    about = [h for h in claim["hypotheses"] if any(mentions(t, name) for t in h["relation"][2:])]
    _check_interval({**claim, "left": body, "right": body}, name, body, about, state)
    rules = {"M1", "M5"} | _admissible(claim, name, value, body, about, proof["admissible"], state, prove)
    there = {"relation": ["rel", "==", ["var", name], value], "quantified": []}
    slope, curve = (["diff", body, [["var", name]] * times] for times in (1, 2))
    stationary = {**claim, "hypotheses": [*claim["hypotheses"], there], "left": slope, "right": ZERO}
    curved = {**claim, "left": curve, "op": "<" if kind == "argmax" else ">", "right": ZERO}
    return rules | prove(stationary, proof["stationary"]) | prove(curved, proof["curved"])


def _is_smooth(term: Any) -> bool:
    own = term[0] not in ("diff", "limit", "optimum") and not (term[0] == "apply" and term[1] in KINKED)
    bounded = term[0] != "reduce" or (term[1] in ("Sum", "Product") and term[4] == [])
    return own and bounded and all(_is_smooth(term[n]) for n in inner_positions(term))


def _check_interval(claim: dict[str, Any], name: str, body: Any, about: list[Any], state: Any) -> None:
    facts = state(claim, ())
    conditions = list(facts.reader.conditions(facts.terms.term(body, facts.scope), facts.env))
    moving = [(poly, bits) for poly, bits in conditions if name in facts.algebra.free(poly)]
    strict = all(bits in (POSITIVE, NEGATIVE) and _is_linear(facts, poly, name) for poly, bits in moving)
    require(strict, "M1: the objective is defined on an open interval")
    for hypothesis in about:
        _, op, left, right = hypothesis["relation"]
        require(
            op in ("<", "<=", ">", ">=") and not hypothesis["quantified"], "M1: a hypothesis that bounds the variable"
        )
        for side in (left, right):
            term = facts.terms.term(side, facts.scope)
            bounds = list(facts.reader.conditions(term, facts.env))
            linear = all(
                _is_linear(facts, p, name) for p in (facts.reader.read(term, facts.env), *(p for p, _ in bounds))
            )
            require(linear, "M1: a hypothesis is linear in the variable")
            gaps = any(bits == 4 and name in facts.algebra.free(p) for p, bits in bounds)
            require(_is_smooth(side) and not gaps, "M1: a hypothesis has a value on an interval")


def _is_linear(facts: Any, poly: Poly, name: str) -> bool:
    """Whether the variable stands in every term at most once, as a factor."""
    for mono in poly:
        moving = [f for f in mono if name in facts.algebra.inside[f[0]]]
        if len(moving) > 1 or any(facts.algebra.atoms[atom] != ("var", name) or e != 1 for atom, e in moving):
            return False
    return True


def _admissible(
    claim: dict[str, Any], name: str, value: Any, body: Any, about: list[Any], proofs: Any, state: Any, prove: Prove
) -> set[str]:
    """M5: at the claimed value the objective is defined, and what is assumed of the variable holds."""
    kept = {**claim, "hypotheses": [h for h in claim["hypotheses"] if h not in about], "left": value, "right": value}
    facts = state(kept, ())
    wanted = [h["relation"][1:] for h in about]
    op = TYPES[facts.terms.types[name]]
    wanted += [[op, ["var", name], ZERO]] if op else []
    there = [[op, replaced(left, name, value), replaced(right, name, value)] for op, left, right in wanted]
    terms = [replaced(body, name, value), *(t for _, *sides in there for t in sides)]
    known = all(facts.reader.certain(facts.terms.term(t, facts.scope), facts.env) for t in terms)
    require(known, "M5: the claimed value is where the objective is defined")
    require(
        len(listed(proofs, "proofs")) == len(there), "M5: every hypothesis about the variable is proved of the value"
    )
    claims = [{**kept, "left": left, "op": op, "right": right} for op, left, right in there]
    return set[str]().union(*(prove(c, p) for c, p in zip(claims, proofs, strict=True)))
