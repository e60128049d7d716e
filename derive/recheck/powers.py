"""Equations from those of powers (KERNEL O9): of two values that are not negative the squares tell whether they differ.

    {"kind": "powers", "left": t, "right": u, "times": c, "power": p, "signs": [PROOF, PROOF], "proof": PROOF}

The difference of the sides is c times that of t and u, and t**p = u**p is proved. Where p is even it is proved too that
neither t nor u is negative; a value has one odd root alone, so that where p is odd there is nothing more to prove.
"""

from __future__ import annotations

from typing import Any

from derive.recheck.calculus import ZERO, Claim, MakeState
from derive.recheck.limits import Prove
from derive.recheck.polynomial import add, scale
from derive.recheck.terms import Terms, listed, require

HIGHEST = 9


def powers(claim: Claim, proof: Any, extra: tuple[Any, ...], depth: int, state: MakeState, prove: Prove) -> set[str]:
    """The rules that an equation rests on that is shown by powers of its sides. Raises Rejected."""
    require(claim["op"] == "==", "O9: an equation between powers")
    times, power = (Terms([]).term(["num", proof[key]], {})[1] for key in ("times", "power"))
    require(power.denominator == 1 and 2 <= power <= HIGHEST, "O9: a whole power, of few factors")
    left, right = proof["left"], proof["right"]
    _require_multiple(claim, (left, right), times, state(claim, extra))
    signs = listed(proof["signs"], "proofs")
    require(len(signs) == (0 if power % 2 else 2), "O9: neither side of an even power is negative")
    known = (*extra, *(["rel", "==", claim[side], claim[side]] for side in ("left", "right")))
    wanted: list[tuple[Any, str, Any]] = [(t, ">=", ZERO) for t in (left, right)[: len(signs)]]
    wanted.append((["pow", left, ["num", str(power)]], "==", ["pow", right, ["num", str(power)]]))
    rules = {"O9"}
    for (t, op, u), own in zip(wanted, [*signs, proof["proof"]], strict=True):
        rules |= prove({**claim, "left": t, "op": op, "right": u}, own, known, depth + 1)
    return rules


def _require_multiple(claim: Claim, pair: tuple[Any, Any], times: Any, here: Any) -> None:
    """Both terms have a value where the sides have one, and the difference of the sides is a multiple of theirs."""
    terms = [here.terms.term(t, here.scope) for t in (claim["left"], claim["right"], *pair)]
    known = [t in terms[:2] or here.reader.certain(t, here.env) for t in map(_unsigned, terms[2:])]
    require(all(known), "O9: what is raised to a power has a value")
    a, b, t, u = (here.reader.read(term, here.env) for term in terms)
    gap = add(a, scale(b, -1), scale(add(t, scale(u, -1)), -times))
    require(here.algebra.is_zero(gap), "O9: the difference of the sides is the multiple")


def _unsigned(term: Any) -> Any:
    return term[1] if term[0] == "neg" else term
