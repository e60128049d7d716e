"""Whole parts: a whole number is judged by the next one (N4), a sum of them in one variable over one period (N5).

    {"kind": "whole", "proofs": [PROOF, ..]}     left - right > -1 gives left >= right, < 1 gives left <= right
    {"kind": "period", "name": x}                f = s*x + d + sum of c*floor(q*x + p), and f(x + P) = f(x)

A whole number is made of whole parts and of what is of integer type. Over a period f jumps where q*x + p is whole, and
is straight between; in a whole number x it has finitely many values.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from math import floor, lcm
from typing import Any, NamedTuple

from derive.recheck.limits import INTEGERS, Prove
from derive.recheck.polynomial import Poly, add, scale
from derive.recheck.reader import BITS
from derive.recheck.terms import listed, require

Claim = dict[str, Any]
MOST_PLACES = 400
NEXT = {">=": (">",), "<=": ("<",), "==": (">", "<")}


class Steps(NamedTuple):
    """``slope*x + shift`` and whole parts ``c*floor(q*x + p)``."""

    slope: Fraction
    shift: Fraction
    parts: list[tuple[Fraction, Fraction, Fraction]]

    def at(self, x: Fraction) -> Fraction:
        """The value."""
        return self.slope * x + self.shift + sum(c * floor(q * x + p) for c, q, p in self.parts)


def whole(claim: Claim, proof: Any, extra: tuple[Any, ...], depth: int, state: Any, prove: Prove) -> set[str]:
    """The rules that a relation between whole numbers rests on. Raises Rejected."""
    require(claim["op"] in NEXT, "N4: a relation that the next whole number decides")
    here = state(claim, extra)
    require(_is_whole(here, _gap(here)), "N4: a whole number")
    ops, proofs = NEXT[claim["op"]], listed(proof["proofs"], "proofs")
    require(len(ops) == len(proofs), "N4: every bound is proved")
    rules = {"N4"}
    for op, own in zip(ops, proofs, strict=False):
        right = ["sub" if op == ">" else "add", claim["right"], ["num", "1"]]
        rules |= prove({**claim, "op": op, "right": right}, own, extra, depth + 1)
    return rules


def period(claim: Claim, proof: Any, extra: tuple[Any, ...], state: Any) -> set[str]:
    """The rules that a relation rests on that is looked at over one period. Raises Rejected."""
    here, name = state(claim, extra), proof["name"]
    kind = here.terms.types.get(name)
    require(kind is not None and not here.terms.shapes[name], "N5: a scalar")
    steps = _steps(here, _gap(here), name)
    length = lcm(*(q.denominator for _, q, _ in steps.parts))
    require(steps.slope + sum(c * q for c, q, _ in steps.parts) == 0, "N5: the same after a period")
    places = {Fraction(n) for n in range(length + 1)} if length < MOST_PLACES else set()
    if kind not in INTEGERS:
        places |= {x for _, q, p in steps.parts for x in _jumps(q, p, length)}
    require(1 < len(places) <= MOST_PLACES, "the size of a period")
    bits = [_bits(steps.at(x)) for x in places]
    if kind not in INTEGERS:
        bits += [_between(steps, a, b) for a, b in pairwise(sorted(places))]
    require(all(own & BITS[claim["op"]] == BITS[claim["op"]] for own in bits), "N5: the relation over a period")
    return {"N5"}


def _gap(here: Any) -> Poly:
    left, right = (here.reader.read(here.sides[side], here.env) for side in ("left", "right"))
    return add(left, scale(right, -1))


def _is_whole(here: Any, gap: Poly) -> bool:
    """Whether a polynomial is made of whole parts and of what is of integer type, with whole coefficients."""
    a = here.algebra
    known = (a.is_whole((f,)) or (a.atoms[f[0]][:2] == ("fn", "floor") and _is_count(f[1])) for m in gap for f in m)
    return all(known) and all(_is_count(abs(Fraction(c))) for c in gap.values())


def _is_count(c: Any) -> bool:
    return bool(c > 0 and Fraction(c).denominator == 1)


def _steps(here: Any, gap: Poly, name: str) -> Steps:
    a, shift = here.algebra, Fraction(gap.get((), 0))
    ((x, _),) = a.atom("var", name).items()
    slope, parts = Fraction(gap.get(x, 0)), []
    for mono, c in gap.items():
        if mono in ((), x):
            continue
        alone = len(mono) == 1 and mono[0][1] == 1 and a.atoms[mono[0][0]][:2] == ("fn", "floor")
        require(alone, "N5: whole parts and the variable")
        inner = dict(a.atoms[mono[0][0]][2])
        require(inner.keys() <= {(), x}, "N5: a straight line below a whole part")
        parts.append((Fraction(c), Fraction(inner.get(x, 0)), Fraction(inner.get((), 0))))
    return Steps(slope, shift, parts)


def _jumps(q: Fraction, p: Fraction, length: int) -> Iterator[Fraction]:
    low, high = sorted((p, q * length + p))
    require(high - low <= MOST_PLACES, "the size of a period")
    yield from ((k - p) / q for k in range(floor(low), floor(high) + 1) if q and 0 <= (k - p) / q <= length)


def _between(steps: Steps, a: Fraction, b: Fraction) -> int:
    """The sign between two neighbouring places, where f is straight; the values that it tends to are not reached."""
    third = (b - a) / 3
    left, right = steps.at(a + third), steps.at(b - third)
    ends = _bits(2 * left - right), _bits(2 * right - left)
    weak = ends[0] & ends[1] & 3
    return weak | (4 if weak and 4 & (ends[0] | ends[1]) else 0)


def _bits(value: Fraction) -> int:
    return 5 if value > 0 else 6 if value < 0 else 3
