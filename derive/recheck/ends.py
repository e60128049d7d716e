"""Orders by values or limits at the ends of an interval (O18), between which a function rises, falls, or turns once.

    {"kind": "ends", "name": x, "low": END, "high": END, "from": "low" | "high" | "both", "at": [AT, ..],
     "slope": PROOF | TURN, "isolated": null | [t, PROOF]}
    AT: {"value": PROOF}, or {"limit": v, "tends": PROOF, "sign": PROOF | null}    null where v is oo
    TURN: {"of": h, "factor": k, "then": PROOF | TURN, "from": null | "low" | "high", "at": null | AT}

Ends and f are those of ``calculus.py``. At the ends from which f is followed it is >= 0, or tends to what is, and
inside f' >= 0 (f' <= 0 from the high end); from both it is >= 0 up to some place and <= 0 from there on. So is g if
h = k*g with k > 0 is, and h is if it falls; if it is >= 0 at the low end, and its slope is so again; or if it is <= 0
at the high end, and the slope of -h is. f > 0 where f' is analytic and not 0 at the one point that is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from derive.recheck.calculus import (
    ANALYTIC,
    ZERO,
    MakeState,
    between,
    has_value,
    is_continuous,
    jumps,
    lies_between,
    oriented,
    require_derivative,
    require_interval,
    without,
)
from derive.recheck.limits import INFINITE, Prove, replaced
from derive.recheck.polynomial import POSITIVE, add, scale
from derive.recheck.terms import require

Claim = dict[str, Any]
MOST_TURNS = 4


def ends(claim: Claim, proof: Any, extra: tuple[Any, ...], depth: int, state: MakeState, prove: Prove) -> set[str]:
    """The rules that an order rests on that is shown from the ends of an interval. Raises Rejected."""
    limits, start = {side: proof[side] for side in ("low", "high")}, proof["from"]
    f, strict = oriented(claim)
    require_interval(claim, state(claim, extra), proof["name"], limits)
    where = _Where(without(claim, proof["name"], extra), proof["name"], limits, depth, state, prove)
    where.require_continuous(f, limits, ())
    require_derivative(state(where.inside, ()), where.slope(f))
    followed = {"low": ("low",), "high": ("high",), "both": ("low", "high")}.get(start, ())
    require(len(followed) == len(proof["at"]) > 0, "O18: every end from which the function is followed")
    rules = {"O18"}.union(*(where.at_end(f, side, at, strict) for side, at in zip(followed, proof["at"], strict=False)))
    if strict:
        rules |= _isolated(where, f, proof["isolated"])
    if start == "both":
        return rules | where.turns(where.slope(f), proof["slope"], MOST_TURNS)
    return rules | where.signed(where.slope(f), ">=" if start == "low" else "<=", proof["slope"])


def _isolated(where: _Where, f: Any, found: Any) -> set[str]:
    """The slope is 0 at single points only: it is analytic, and not 0 at one point."""
    point, proof = found
    require(not jumps(f, where.name, ANALYTIC), "O18: an analytic function")
    inside = where.state(where.inside, ())
    require(has_value(inside, point) and lies_between(inside, where.ends, point), "O18: a point of the interval")
    there = {"relation": ["rel", "==", ["var", where.name], point], "quantified": []}
    at_point = {**where.inside, "hypotheses": [*where.inside["hypotheses"], there]}
    return where.prove({**at_point, "left": where.slope(f), "op": "!=", "right": ZERO}, proof)


@dataclass(frozen=True, slots=True)
class _Where:
    """An interval of a variable, of which nothing else is known."""

    outside: Claim
    name: str
    ends: dict[str, Any]
    depth: int
    state: MakeState
    prove: Prove

    @property
    def open(self) -> dict[str, Any]:
        """The ends, none of which is reached."""
        return {side: end and [end[0], False] for side, end in self.ends.items()}

    @property
    def inside(self) -> Claim:
        """With the variable strictly between the ends."""
        return between(self.outside, self.name, self.open, ())

    def slope(self, f: Any) -> Any:
        """The derivative of a function."""
        return ["diff", f, [["var", self.name]]]

    def signed(self, f: Any, op: str, proof: Any) -> set[str]:
        """That a function has a sign inside."""
        return self.prove({**self.inside, "left": f, "op": op, "right": ZERO}, proof)

    def require_continuous(self, f: Any, ends: dict[str, Any], sides: tuple[str, ...]) -> None:
        """A function is continuous between ends, at those that are reached and at those of ``sides``."""
        here = self.state(between(self.outside, self.name, ends, sides), ())
        require(is_continuous(here, f, self.name), "O18: a continuous function")

    def at_end(self, f: Any, side: str, at: Any, strict: bool) -> set[str]:
        """A function is >= 0 at an end, or tends to what is; > 0 if it is to be so where the end is reached."""
        end = self.ends[side]
        op = ">" if strict and end and end[1] is not False else ">="
        if at.keys() == {"value"}:
            require(end is not None, "O18: a value at an end")
            self.require_continuous(f, self.open, (side,))
            there = replaced(f, self.name, end[0])
            return self.prove({**self.outside, "left": there, "op": op, "right": ZERO}, at["value"])
        require(at.keys() == {"limit", "tends", "sign"} and at["limit"] != INFINITE[1], "O18: a limit at an end")
        point = end[0] if end else INFINITE[side == "low"]
        limit = ["limit", f, self.name, point, {"low": "+", "high": "-"}[side] if end else ""]
        tends = {**self.outside, "left": limit, "op": "==", "right": at["limit"]}
        rules = self.prove(tends, at["tends"], (), self.depth + 1)
        if at["limit"] == INFINITE[0]:
            return rules
        require(has_value(self.state(self.outside, ()), at["limit"]), "O18: the limit has a value")
        return rules | self.prove({**self.outside, "left": at["limit"], "op": op, "right": ZERO}, at["sign"])

    def turns(self, g: Any, turn: Any, left: int) -> set[str]:
        """That a function is >= 0 up to some place, and <= 0 from there on."""
        require(left > 0, "O18: a few turns")
        h, k = turn["of"], turn["factor"]
        self._require_multiple(h, k, g)
        require_derivative(self.state(self.inside, ()), self.slope(h))
        if turn["from"] is None:
            return self.signed(self.slope(h), "<=", turn["then"])
        require(turn["from"] in ("low", "high"), "O18: an end")
        h = h if turn["from"] == "low" else ["neg", h]
        rules = self.at_end(h, turn["from"], turn["at"], False)
        return rules | self.turns(self.slope(h), turn["then"], left - 1)

    def _require_multiple(self, h: Any, k: Any, g: Any) -> None:
        facts = self.state(self.inside, ())
        require(all(has_value(facts, t) for t in (h, k)), "O18: the multiple and its factor have a value")
        terms = [facts.terms.term(t, facts.scope) for t in (h, k, g)]
        require(facts.reader.form(terms[1], facts.env) & POSITIVE == POSITIVE, "O18: the factor is positive")
        whole, by, part = (facts.reader.read(t, facts.env) for t in terms)
        gap = add(whole, scale(facts.algebra.mul(by, part), -1))
        require(facts.algebra.is_zero(gap), "O18: a multiple of the slope")
