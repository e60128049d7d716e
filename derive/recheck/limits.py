"""Limits by squeeze (KERNEL L1, L2, L4, L6): near the point the body lies between two terms that tend to one value.

    {"kind": "squeeze", "sides": [SIDE, ..]}
    SIDE: {"from": "oo" | "-oo" | "+" | "-", "least": K, "lower": l, "upper": u, "proofs": [PROOF, ..]}

Each side is brought to a new variable that tends to oo: ``v = w``, ``-w``, ``a + 1/w`` or ``a - 1/w``. For w >= K it is
proved that l <= body and body <= u, and that all three have a value; l and u are sums of terms without w, which are the
limit, and of terms that are divided by w. A limit that is oo has a lower bound only, with w times what is positive.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from derive.recheck.polynomial import NEGATIVE, POSITIVE, add, scale
from derive.recheck.terms import children, listed, require

INFINITE = (["const", "oo"], ["neg", ["const", "oo"]])
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
    require(not mentions(value, name) and not mentions(point, name), "L4: the limit does not speak of its variable")
    return {"L1", "L2"}.union(*(_one_side(claim, (body, name, point, value), s, state, prove) for s in sides))


def _ways(point: Any, side: str) -> list[str]:
    if point == ["const", "oo"] or point == ["neg", ["const", "oo"]]:
        require(side == "", "L6: infinity has one side")
        return ["oo" if point[0] == "const" else "-oo"]
    return [side] if side else ["+", "-"]


def _one_side(claim: dict[str, Any], limit: tuple[Any, ...], side: Any, state: Any, prove: Prove) -> set[str]:
    body, name, point, value = limit
    infinite = {"const": "lower", "neg": "upper"}[value[0]] if value in INFINITE else ""
    bounds = [infinite] if infinite else ["lower", "upper"]
    require(isinstance(side, dict) and side.keys() == {"from", "least", "proofs", *bounds}, "L4: its parts")
    inner = _near(claim, name, side["least"])
    there = replaced(body, name, _argument(side["from"], point))
    known = ["num", "0"] if infinite else value
    facts = state({**inner, "left": known, "right": known}, ())
    terms = [facts.terms.term(t, facts.scope) for t in (known, there, *(side[bound] for bound in bounds))]
    defined = all(facts.reader.certain(t, facts.env) for t in terms[1:])
    require(defined, "E6: near the point the body and its bounds have a value")
    for bound in terms[2:]:
        _tends(facts, bound, terms[0], {"lower": POSITIVE, "upper": NEGATIVE}.get(infinite, 0))
    proofs = listed(side["proofs"], "proofs")
    require(len(proofs) == len(bounds), "L4: every bound is proved")
    rules = facts.algebra.used & {"L5"}
    return {"L4", *rules}.union(
        *(prove(_bounded(inner, there, b, side[b]), p) for b, p in zip(bounds, proofs, strict=True))
    )


def _bounded(inner: dict[str, Any], body: Any, which: str, bound: Any) -> dict[str, Any]:
    left, right = (bound, body) if which == "lower" else (body, bound)
    return {**inner, "left": left, "op": "<=", "right": right}


def _near(claim: dict[str, Any], name: str, least: Any) -> dict[str, Any]:
    """The claim's declarations and hypotheses, those about the variable of the limit left out (E6), near its point."""
    kinds = {n: (kind, shape) for n, kind, shape in claim["declarations"]}
    require(kinds.get(name, ("", 0))[1] == [] and kinds[name][0] not in INTEGERS, "L4: a limit in a real variable")
    require(NEAR not in kinds, "a new name")
    kept = [h for h in claim["hypotheses"] if not any(mentions(t, name) for t in h["relation"][2:])]
    near = {"relation": ["rel", ">=", ["var", NEAR], ["num", least]], "quantified": []}
    declared = [d for d in claim["declarations"] if d[0] != name] + [[NEAR, "positive", []]]
    return {**claim, "declarations": declared, "hypotheses": [*kept, near]}


def _argument(way: str, point: Any) -> Any:
    """The variable of the limit by the one that tends to oo."""
    w = ["var", NEAR]
    step = ["div", ["num", "1"], w]
    return {"oo": w, "-oo": ["neg", w], "+": ["add", point, step], "-": ["sub", point, step]}[way]


def _tends(facts: Any, bound: Any, value: Any, infinite: int) -> None:
    """L1, L2: a sum of what does not move, of what vanishes, and, for oo, of positive multiples of powers of w."""
    poly, grows = facts.reader.read(bound, facts.env), False
    fixed = {m: c for m, c in poly.items() if all(NEAR not in facts.algebra.inside[a] for a, _ in m)}
    for mono in poly.keys() - fixed.keys():
        moving = [f for f in mono if NEAR in facts.algebra.inside[f[0]]]
        rest = {tuple(f for f in mono if f not in moving): poly[mono]}
        growing = len(moving) == 1 and _is_near(facts, moving[0][0]) and moving[0][1] > 0
        known = growing and infinite and facts.signs.sign(rest) & infinite == infinite
        require(bool(known) or _vanishes(facts, moving), "L1: what moves tends to 0, or grows where the limit is oo")
        grows = grows or growing
    if infinite:
        require(grows, "L2: the bound grows")
        return
    gap = add(fixed, scale(facts.reader.read(value, facts.env), -1))
    require(facts.algebra.is_zero(gap), "L2: what does not move is the limit")


def _is_near(facts: Any, atom: int) -> bool:
    return bool(facts.algebra.atoms[atom] == ("var", NEAR))


def _vanishes(facts: Any, moving: list[Any]) -> bool:
    """L1, L5: negative powers of w; any power of w times exponentials with a negative rate altogether."""
    a = facts.algebra
    powers = [(atom, e) for atom, e in moving if _is_near(facts, atom)]
    if len(powers) == len(moving):
        return bool(powers[0][1] < 0)
    if any(a.kind(atom) != "exp" for atom, e in moving if (atom, e) not in powers):
        return False
    exponent = add(*({a.atoms[atom][1][0][0]: e} for atom, e in moving if (atom, e) not in powers))
    rate = a.mul(exponent, a.power(a.atom("var", NEAR), -1))
    a.used.add("L5")
    return NEAR not in a.free(rate) and bool(facts.signs.sign(rate) & NEGATIVE == NEGATIVE)


def mentions(term: Any, name: str) -> bool:
    """Whether a variable stands in the JSON of a term."""
    own = term[:2] == ["var", name] or (term[0] == "diff" and any(t[1] == name for t in term[2]))
    return own or any(mentions(term[n], name) for n in inner_positions(term))


def replaced(term: Any, name: str, by: Any) -> Any:
    """The JSON of a term with another for a variable; no derivative by it, no limit in it, no index captured."""
    if term == ["var", name]:
        return by
    if not mentions(term, name):
        return term
    require(term[0] not in ("diff", "limit", "optimum"), "E6: the variable does not stand in a derivative or a limit")
    require(term[0] != "reduce" or not is_free(by, term[2]), "E6: no index is captured")
    return [replaced(t, name, by) if n in inner_positions(term) else t for n, t in enumerate(term)]


def inner_positions(term: Any) -> list[int]:
    """The positions of subterms in the JSON of a term."""
    return [5] if term[0] == "reduce" else [n for n, _ in children(term)]


def is_free(term: Any, index: str) -> bool:
    """Whether an index of that name stands in a term and is not bound there."""
    if term[0] in ("comp", "delta"):
        return index in [i[0] for i in (term[2] if term[0] == "comp" else term[1:])]
    if term[0] == "reduce" and index in [i[0] for i in term[4]]:
        return True
    bound = term[0] == "reduce" and term[2] == index
    return not bound and any(is_free(term[n], index) for n in inner_positions(term))


INTEGERS = ("dimension", "integer", "positive integer", "nonnegative integer")
