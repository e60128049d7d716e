"""Limits by squeeze (KERNEL L1, L2, L4, L6): near the point the body lies between two terms that tend to one value.

    {"kind": "squeeze", "sides": [SIDE, ..]}
    SIDE: {"from": "oo" | "-oo" | "+" | "-", "least": K, "lower": l, "upper": u, "proofs": [PROOF, PROOF]}

Each side is brought to a new variable that tends to oo: ``v = w``, ``-w``, ``a + 1/w`` or ``a - 1/w``. For w >= K it is
proved that l <= body and body <= u, and that all three have a value; l and u are sums of terms without w, which are the
limit, and of terms that are divided by w.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from derive.recheck.polynomial import add, scale
from derive.recheck.terms import children, listed, require

NEAR = "near'"  # the variable that tends to oo
Prove = Callable[..., set[str]]


def squeeze(claim: dict[str, Any], proof: dict[str, Any], extra: tuple[Any, ...], state: Any, prove: Prove) -> set[str]:
    """The rules that a limit rests on. ``state`` makes the checker's state of a claim. Raises Rejected."""
    require(claim["op"] == "==" and not extra, "L4: a limit that is equal to a term")
    limit, value = claim["left"], claim["right"]
    if limit[0] != "limit":
        limit, value = value, limit
    require(limit[0] == "limit" and len(limit) == 5, "L4: a side is a limit")
    _, body, name, point, side = limit
    sides = listed(proof["sides"], "sides")
    wanted = _ways(point, side)
    require([s["from"] for s in sides] == wanted, "L6: every side from which the point is approached")
    require(not _mentions(value, name) and not _mentions(point, name), "L4: the limit does not speak of its variable")
    return {"L1", "L2", "L4"}.union(*(_one_side(claim, (body, name, point, value), s, state, prove) for s in sides))


def _ways(point: Any, side: str) -> list[str]:
    if point == ["const", "oo"] or point == ["neg", ["const", "oo"]]:
        require(side == "", "L6: infinity has one side")
        return ["oo" if point[0] == "const" else "-oo"]
    return [side] if side else ["+", "-"]


def _one_side(claim: dict[str, Any], limit: tuple[Any, ...], side: Any, state: Any, prove: Prove) -> set[str]:
    body, name, point, value = limit
    require(isinstance(side, dict) and side.keys() == {"from", "least", "lower", "upper", "proofs"}, "L4: its parts")
    inner = _near(claim, name, side["least"])
    there = _replaced(body, name, _argument(side["from"], point))
    facts = state({**inner, "left": value, "right": value}, ())
    terms = [facts.terms.term(t, facts.scope) for t in (there, side["lower"], side["upper"], value)]
    known = all(facts.reader.certain(t, facts.env) for t in terms[:3])
    require(known, "E6: near the point the body and its bounds have a value")
    for bound in terms[1:3]:
        _tends(facts, bound, terms[3])
    first, second = listed(side["proofs"], "proofs")
    below = {**inner, "left": side["lower"], "op": "<=", "right": there}
    above = {**inner, "left": there, "op": "<=", "right": side["upper"]}
    return prove(below, first) | prove(above, second)


def _near(claim: dict[str, Any], name: str, least: Any) -> dict[str, Any]:
    """The claim's declarations and hypotheses, those about the variable of the limit left out (E6), near its point."""
    kinds = {n: (kind, shape) for n, kind, shape in claim["declarations"]}
    require(kinds.get(name, ("", 0))[1] == [] and kinds[name][0] not in INTEGERS, "L4: a limit in a real variable")
    require(NEAR not in kinds, "a new name")
    kept = [h for h in claim["hypotheses"] if not any(_mentions(t, name) for t in h["relation"][2:])]
    near = {"relation": ["rel", ">=", ["var", NEAR], ["num", least]], "quantified": []}
    declared = [d for d in claim["declarations"] if d[0] != name] + [[NEAR, "positive", []]]
    return {**claim, "declarations": declared, "hypotheses": [*kept, near]}


def _argument(way: str, point: Any) -> Any:
    """The variable of the limit by the one that tends to oo."""
    w = ["var", NEAR]
    step = ["div", ["num", "1"], w]
    return {"oo": w, "-oo": ["neg", w], "+": ["add", point, step], "-": ["sub", point, step]}[way]


def _tends(facts: Any, bound: Any, value: Any) -> None:
    """L1, L2: a sum of what does not move and of what is divided by the variable."""
    poly = facts.reader.read(bound, facts.env)
    fixed = {m: c for m, c in poly.items() if all(NEAR not in facts.algebra.inside[a] for a, _ in m)}
    for mono in poly.keys() - fixed.keys():
        ((atom, e),) = [f for f in mono if NEAR in facts.algebra.inside[f[0]]]
        require(facts.algebra.atoms[atom] == ("var", NEAR) and e < 0, "L1: what moves tends to 0")
    gap = add(fixed, scale(facts.reader.read(value, facts.env), -1))
    require(facts.algebra.is_zero(gap), "L2: what does not move is the limit")


def _mentions(term: Any, name: str) -> bool:
    own = term[:2] == ["var", name] or (term[0] == "diff" and any(t[1] == name for t in term[2]))
    return own or any(_mentions(term[n], name) for n in _inner(term))


def _replaced(term: Any, name: str, by: Any) -> Any:
    """A term with another for a variable; no derivative by it, no limit in it, no index of ``by`` captured."""
    if term == ["var", name]:
        return by
    if term[0] in ("diff", "limit", "optimum"):
        require(not _mentions(term, name), "E6: the variable does not stand in a derivative or a limit")
        return term
    if term[0] == "reduce":
        require(not _has_index(by, term[2]), "E6: no index is captured")
    return [_replaced(t, name, by) if n in _inner(term) else t for n, t in enumerate(term)]


def _inner(term: Any) -> list[int]:
    """The positions of subterms in the JSON of a term."""
    return [5] if term[0] == "reduce" else [n for n, _ in children(term)]


def _has_index(term: Any, name: str) -> bool:
    return name in str(term) if term[0] in ("comp", "delta") else any(_has_index(term[n], name) for n in _inner(term))


INTEGERS = ("dimension", "integer", "positive integer", "nonnegative integer")
