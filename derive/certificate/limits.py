"""Limits part by part for the standalone checker: what is indeterminate is written anew, or a quotient of slopes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from itertools import combinations
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from derive.certificate.is_proof import is_proof
from derive.certificate.terms import from_json, goal_to_json, indices_from_json, relation_to_json, stated, to_json
from derive.certificate.variables import mentions, replaced
from derive.claim import Goal, Hypothesis
from derive.kernel import FUEL, contradictory
from derive.kernel.context import Context, Polynomial, Rational, Stuck, Undefined
from derive.kernel.equality import Sides, read_sides
from derive.kernel.normalize import Reader
from derive.kernel.readback import term_of
from derive.kernel.ring import multiply, power
from derive.recheck.polynomial import Undefined as Nowhere
from derive.recheck.proof import Contradiction, State
from derive.recheck.tending import OO, Tending, Value, about
from derive.recheck.terms import Rejected
from derive.term import Binary, Constant, Diff, Limit, Neg, Number, Op, Relation, Term, Variable, subterms

Json = Any
Proof = dict[str, Any]
Direct = Callable[[Json, Goal], Proof | None]
REFUSED = (Rejected, Nowhere, Contradiction, Stuck, Undefined, TypeError)
DEEPEST, MOST_FORMS = 5, 40
MOST_SPLITS = 2
ORDERS = (2, 4, 8, 12)  # of expansions
INFINITE = (Constant("oo"), Neg(Constant("oo")))
SIGNS: tuple[Op, ...] = (">", "<")
ZERO, ONE = Number(Fraction(0)), Number(Fraction(1))
ENDS = (Fraction(1), Fraction(1, 2), Fraction(10))


def by_parts(goal: Goal, direct: Direct) -> Proof | None:
    """The proof of a limit from those of its parts, by the signs of variables if need be; None where none is found."""
    found = _by_series(goal, ()) or _from_its_sides(goal, (), direct)
    found = found or _by_signs(goal, (), direct, MOST_SPLITS)
    name = (goal.left if isinstance(goal.left, Limit) else goal.right).variable  # type: ignore[union-attr]
    for d in goal.declarations if found is None else ():
        if d.type == "nonzero" and not d.dimensions and d.name != name:
            found = _by_sign(goal, Variable(d.name), direct)
        if found is not None:
            break
    return found


def _by_signs(goal: Goal, extra: tuple[Json, ...], direct: Direct, depth: int) -> Proof | None:
    """By the sign of a variable beside that of the limit, or of the difference of two; where that is 0 it is put in."""
    own = replace(goal, hypotheses=goal.hypotheses[: len(goal.hypotheses) - len(extra)])
    for left, right in _signed(goal) if depth > 0 else ():
        gap = left if right == ZERO else Binary("-", left, right)
        branches = []
        for op in SIGNS:
            known = (*extra, relation_to_json(gap, op, ZERO))
            case = replace(goal, hypotheses=(*goal.hypotheses, Hypothesis(Relation(gap, op, ZERO))))
            branches.append(_in_case(case, known, gap, direct, depth))
            if branches[-1] is None:
                break
        zero = replace(goal, hypotheses=(*goal.hypotheses, Hypothesis(Relation(gap, "==", ZERO))))
        branches.append(_where_equal(zero, left, right, direct, depth) if all(branches) else None)
        proof = {"kind": "cases", "split": ["K2", to_json(gap)], "branches": branches}
        if all(branches) and is_proof(goal_to_json(own), proof, extra):
            return proof
    return None


def _signed(goal: Goal) -> Iterator[tuple[Variable, Term]]:
    limit, said = (goal.left, goal.right) if isinstance(goal.left, Limit) else (goal.right, goal.left)
    assert isinstance(limit, Limit)
    names = dict.fromkeys(t.name for side in (limit.body, said) for t in subterms(side) if isinstance(t, Variable))
    names.pop(limit.variable, None)
    found = [Variable(name) for name in names if name not in goal.dimensions]
    yield from ((v, ZERO) for v in found)
    yield from combinations(found, 2)


def _in_case(goal: Goal, extra: tuple[Json, ...], gap: Term, direct: Direct, depth: int) -> Proof | None:
    if contradictory(goal, FUEL):
        return {"kind": "contradiction", "steps": [], "of": to_json(gap)}
    found = _by_series(goal, extra) or _from_its_sides(goal, extra, direct)
    return found or _by_signs(goal, extra, direct, depth - 1)


def _where_equal(goal: Goal, left: Variable, right: Term, direct: Direct, depth: int) -> Proof | None:
    if contradictory(goal, FUEL):
        return {"kind": "contradiction", "steps": [], "of": to_json(left)}
    put = partial(replaced, name=left.name, by=right)
    known = (
        replace(h, relation=Relation(put(h.relation.left), h.relation.op, put(h.relation.right)))
        for h in goal.hypotheses
    )
    there = replace(goal, left=put(goal.left), right=put(goal.right), hypotheses=tuple(known))
    own = _by_series(there, ()) or _from_its_sides(there, (), direct) or _by_signs(there, (), direct, depth - 1)
    return None if own is None else {"kind": "given", "name": left.name, "value": to_json(right), "proof": own}


def _by_series(goal: Goal, extra: tuple[Json, ...]) -> Proof | None:
    """The proof by an expansion, from both sides if need be, of the least order that shows it."""
    limit = goal.left if isinstance(goal.left, Limit) else goal.right
    assert isinstance(limit, Limit)
    ways = [None] if limit.side or limit.point in INFINITE else ["+", "-"]
    found = []
    for way in ways:
        one = replace(limit, side=way) if way else limit
        stated_part = goal_to_json(replace(goal, left=one) if goal.left is limit else replace(goal, right=one))
        proofs = ({"kind": "series", "order": str(n)} for n in ORDERS)
        found.append(next((p for p in proofs if is_proof(stated_part, p)), None))
    if not all(found):
        return None
    return found[0] if len(found) == 1 else {"kind": "sides", "above": found[0], "below": found[1]}


def tending(goal: Goal, limit: Limit, direct: Direct) -> tuple[Json, Proof] | None:
    """What the body of a limit tends to under the hypotheses of a goal, and the proof; None where none is found."""
    found = _Approach(goal, (), limit, direct, ZERO).found(to_json(limit.body), {})
    return None if found is None else (_stated(found[0]), found[1])


def _by_sign(goal: Goal, variable: Variable, direct: Direct) -> Proof | None:
    """By both signs of a variable that is not 0."""
    branches: list[Proof | None] = []
    for op in SIGNS:
        relation = Relation(variable, op, ZERO)
        case = replace(goal, hypotheses=(*goal.hypotheses, Hypothesis(relation)))
        found = _from_its_sides(case, (relation_to_json(variable, op, ZERO),), direct)
        branches.append(found)
        if found is None:
            return None
    none = {"kind": "contradiction", "steps": [], "of": to_json(variable)}
    proof = {"kind": "cases", "split": ["K2", to_json(variable)], "branches": [*branches, none]}
    return proof if is_proof(goal_to_json(goal), proof) else None


def _from_its_sides(goal: Goal, extra: tuple[Json, ...], direct: Direct) -> Proof | None:
    limit = goal.left if isinstance(goal.left, Limit) else goal.right
    assert isinstance(limit, Limit)
    proof = _one_way(goal, extra, limit, direct)
    if proof is not None or limit.side or limit.point in INFINITE:
        return proof
    ways = [replace(limit, side="+"), replace(limit, side="-")]
    goals = [replace(goal, left=way) if goal.left is limit else replace(goal, right=way) for way in ways]
    found = [_one_way(g, extra, way, direct) for g, way in zip(goals, ways, strict=True)]
    return {"kind": "sides", "above": found[0], "below": found[1]} if all(found) else None


def _one_way(goal: Goal, extra: tuple[Json, ...], limit: Limit, direct: Direct) -> Proof | None:
    value = goal.right if goal.left is limit else goal.left
    known = [] if value in INFINITE else [Hypothesis(Relation(value, "==", value))]  # it has a value
    inner = replace(goal, hypotheses=(*goal.hypotheses, *known))
    found = _Approach(inner, extra, limit, direct, ZERO if value in INFINITE else value).found(to_json(limit.body), {})
    own = replace(goal, hypotheses=goal.hypotheses[: len(goal.hypotheses) - len(extra)])
    return found[1] if found is not None and is_proof(goal_to_json(own), found[1], extra) else None


class _Approach(Struct):
    """A limit from one side, or of continuous functions from both; ``left`` is how many forms it may still try."""

    goal: Goal
    extra: tuple[Json, ...]
    limit: Limit
    direct: Direct
    value: Term  # of the whole, where it is finite
    depth: int = 0
    left: list[int] = field(default_factory=lambda: [MOST_FORMS])

    def found(self, body: Json, inner: dict[str, str]) -> tuple[Value, Proof] | None:
        """What a body tends to, and the proof."""
        claim = about(goal_to_json(self.goal), self.limit.variable, self.extra)
        claim["indices"] = [*claim["indices"], *([k, n] for k, n in inner.items())]
        known: list[Json] = []
        proofs: list[Json] = []
        try:
            stated_limit = ["limit", body, self.limit.variable, to_json(self.limit.point), self.limit.side or ""]
            tending = Tending(State(claim, ()), stated_limit, known)
            value = self._tending(tending, body, {}, proofs)
        except REFUSED:
            return None
        return value, {"kind": "parts", "parts": proofs}

    def _tending(self, tending: Tending, term: Json, inner: dict[str, str], proofs: list[Json]) -> Value:
        """What a term tends to, where its parts are found first, and it is resolved if that does not tell."""
        try:
            return tending.of(term, inner)
        except REFUSED:
            pass
        below = {**inner, term[2]: term[3]} if term[0] == "reduce" else inner
        for child in _children(term):
            try:
                self._tending(tending, child, below, proofs)
            except Stuck:
                if term[0] != "div" or child is not term[1]:  # a numerator need not tend to anything
                    raise
        try:
            return tending.of(term, inner)
        except REFUSED as refused:
            found = self._resolved(tending, term, inner, proofs)
            if found is None:
                raise Stuck("outside the fragment", "a limit that is not found") from refused
            value, proof = found
            v = _stated(value)
            tending.known.append((term, v))
            proofs.append([term, v, proof])
            return tending.of(term, inner)

    def _resolved(
        self, tending: Tending, term: Json, inner: dict[str, str], proofs: list[Json]
    ) -> tuple[Value, Proof] | None:
        if self.depth >= DEEPEST or not (self.limit.side or self.limit.point in INFINITE):
            return None
        deeper = replace(self, goal=_with_indices(self.goal, inner), depth=self.depth + 1)
        exponential = all("exp" in str(t) for t in term[1:])  # its slopes are no simpler
        fraction = term[0] == "div" and self.limit.point in INFINITE and len([*_summands(term[2])]) > 1
        written_first = exponential or fraction
        for find in (deeper._written, deeper._quotient) if written_first else (deeper._quotient, deeper._written):
            self.left[0] -= 1
            found = find(tending, term, inner) if self.left[0] > 0 else None
            if found is not None:
                return found
        return None

    def _written(self, tending: Tending, term: Json, inner: dict[str, str]) -> tuple[Value, Proof] | None:
        """The limit of a term in another form."""
        for form in self._forms(tending, term, inner):
            found = self.found(form, {})
            for end in self._ends() if found is not None else ():
                same = self._shown(self._inside(end), term, "==", form)
                if same is not None and found is not None:
                    proof = {"kind": "rewritten", "end": to_json(end), "body": form, "same": same, "rest": found[1]}
                    return found[0], proof
        return None

    def _quotient(self, tending: Tending, term: Json, inner: dict[str, str]) -> tuple[Value, Proof] | None:
        """The limit of a quotient by that of the slopes."""
        if term[0] != "div":
            return None
        below = tending.of(term[2], inner)
        if below.infinite:
            to, parts = ("oo" if below.sign > 0 else "-oo"), term[2:]
        elif all(not v.infinite and _is_zero(tending, v) for v in (below, tending.of(term[1], inner))):
            to, parts = "0", term[1:]
        else:
            return None
        tend = [found[1] for part in parts if (found := self.found(part, {})) is not None]
        for end in self._ends() if len(tend) == len(parts) else ():
            found = self._by_slopes(self._inside(end), term)
            if found is not None:
                return found[0], {"kind": "quotient", "end": to_json(end), "to": to, "tend": tend, **found[1]}
        return None

    def _by_slopes(self, inside: Goal, term: Json) -> tuple[Value, Proof] | None:
        """The limit of the quotient of the slopes, where the second is not 0."""
        moved = [["diff", part, [["var", self.limit.variable]]] for part in term[1:]]
        for body in self._slopes(inside, term):
            same = self._shown(inside, ["div", *moved], "==", body)
            rest = self.found(body, {}) if same is not None else None
            moves = self._shown(inside, moved[1], "!=", to_json(ZERO)) if rest is not None else None
            if rest is not None and moves is not None:
                return rest[0], {"moves": moves, "body": body, "same": same, "rest": rest[1]}
        return None

    def _shown(self, inside: Goal, left: Json, op: Op, right: Json) -> Proof | None:
        part = replace(inside, left=from_json(left), op=op, right=from_json(right))
        claim = {**goal_to_json(inside), "left": left, "op": op, "right": right}
        proof: Proof = {"kind": "direct", "steps": []}
        return proof if is_proof(claim, proof) else self.direct(claim, part)

    def _forms(self, tending: Tending, term: Json, inner: dict[str, str]) -> Iterator[Json]:
        """Other forms of what is indeterminate, that of the kernel among them."""
        normal = self._normal(term)
        if term[0] == "diff":
            yield normal
        if term[:2] == ["div", ["apply", "sqrt", term[1][-1]]] and term[2][:2] == ["apply", "sqrt"]:
            yield ["apply", "sqrt", ["div", term[1][2], term[2][2]]]
        elif term[0] == "div":
            yield from (normal,) if normal != term else ()
            for part in _summands(term[2]):
                if tending.of(part, inner).infinite:
                    yield ["div", *(self._normal(["div", t, part]) for t in term[1:])]
        elif term[0] == "mul" and len(str(normal)) < len(str(term)):
            yield normal
        elif term[0] == "sub" and term[1][:2] == ["apply", "sqrt"]:
            gap = self._normal(["sub", term[1][2], ["mul", term[2], term[2]]])
            yield ["div", gap, ["add", term[1], term[2]]]
        yield from _forms(term)

    def _normal(self, term: Json) -> Json:
        """A term as the kernel reads it."""
        sides = self._read(self._inside(next(self._ends())))
        poly = Reader(sides.ctx, [], exists=True).read(from_json(term), sides.scope)
        return stated(sides.ctx, term_of(sides.ctx, poly, {}))

    def _read(self, inside: Goal) -> Sides:
        return read_sides(replace(inside, left=self.value, op="==", right=self.value), FUEL)

    def _slopes(self, inside: Goal, term: Json) -> Iterator[Json]:
        """The quotient of the slopes: as one monomial if it is one, as a quotient, or multiplied out."""
        sides = self._read(inside)
        ctx, scope = sides.ctx, sides.scope
        moved = (Diff(from_json(t), (Variable(self.limit.variable),)) for t in term[1:])
        polys = [Reader(ctx, [], exists=True).read(t, scope) for t in moved]
        whole = multiply(ctx, polys[0], power(ctx, polys[1], -1))
        one = stated(ctx, term_of(ctx, whole, {}))
        two = ["div", *(stated(ctx, term_of(ctx, p, {})) for p in polys)]
        yield from (one, two) if len(whole) == 1 else (_over_one(ctx, whole), two, one)

    def _ends(self) -> Iterator[Term]:
        point = self.limit.point
        for size in ENDS:
            if point == Constant("oo"):
                yield Number(size)
            elif point == Neg(Constant("oo")):
                yield Number(-size)
            else:
                op: Op = "+" if self.limit.side == "+" else "-"  # type: ignore[assignment]
                yield Binary(op, point, Number(size))  # type: ignore[arg-type]

    def _inside(self, end: Term) -> Goal:
        """The goal with the variable between its point and an end."""
        name, point = self.limit.variable, self.limit.point
        above = self.limit.side == "+" or point == Neg(Constant("oo"))
        bounds = [Relation(Variable(name), "<" if above else ">", end)]
        if point not in INFINITE:
            bounds.append(Relation(Variable(name), ">" if above else "<", point))
        kept = [
            h for h in self.goal.hypotheses if not any(mentions(t, name) for t in (h.relation.left, h.relation.right))
        ]
        declared = tuple(replace(d, type="real") if d.name == name else d for d in self.goal.declarations)
        return replace(self.goal, declarations=declared, hypotheses=(*kept, *map(Hypothesis, bounds)))


def _forms(term: Json) -> Iterator[Json]:
    """Other forms of what is indeterminate: quotients for a product, an exponential for a power."""
    match term:
        case ["mul", t, u]:
            first, second = (t, u) if "log" in str(t) else (u, t)  # the slope of a logarithm is simpler
            yield from (["div", first, _inverse(second)], ["div", second, _inverse(first)])
        case ["pow", t, u]:
            yield ["apply", "exp", ["mul", u, ["apply", "log", t]]]
        case ["sub", ["apply", "log", t], ["apply", "log", u]]:
            yield ["apply", "log", ["div", t, u]]
        case ["sub", ["apply", "log", t], u]:
            yield ["apply", "log", ["mul", t, ["apply", "exp", ["neg", u]]]]
        case ["sub", t, ["apply", "log", u]]:
            yield ["neg", ["apply", "log", ["mul", u, ["apply", "exp", ["neg", t]]]]]
        case ["sub", t, u]:
            yield ["mul", t, ["sub", ["num", "1"], ["div", u, t]]]


def _over_one(ctx: Context, poly: Polynomial) -> Json:
    """A polynomial over one denominator."""
    lowest: dict[str, Rational] = {}
    for mono in poly:
        for key, e in mono:
            if key[0] != "e":
                lowest[key] = min(lowest.get(key, 0), e)
    below: Polynomial = {tuple(sorted((key, -e) for key, e in lowest.items() if e < 0)): 1}
    return ["div", *(stated(ctx, term_of(ctx, p, {})) for p in (multiply(ctx, poly, below), below))]


def _summands(term: Json) -> Iterator[Json]:
    if term[0] in ("add", "sub"):
        yield from (*_summands(term[1]), *_summands(term[2]))
    else:
        yield term


def _inverse(term: Json) -> Json:
    match term:
        case ["apply", "exp", u]:
            return ["apply", "exp", u[1] if u[0] == "neg" else ["neg", u]]
        case ["div", t, u]:
            return u if t == ["num", "1"] else ["div", u, t]
        case ["pow", t, ["num", c]]:
            return ["pow", t, ["num", str(-Fraction(c))]]
        case _:
            return ["div", ["num", "1"], term]


def _stated(value: Value) -> Json:
    return (OO if value.sign > 0 else ["neg", OO]) if value.infinite else value.term


def _is_zero(tending: Tending, value: Value) -> bool:
    facts = tending.facts
    return bool(value.sign) or facts.algebra.is_zero(facts.reader.read(tending.read(value.term, {})[0], facts.env))


def _children(term: Json) -> list[Json]:
    match term:
        case ["neg", t]:
            return [t]
        case [("add" | "sub" | "mul" | "div" | "pow"), t, u]:
            return [t, u]
        case ["apply", _, *args]:
            return args
        case ["reduce", _, _, _, [], body]:
            return [body]
        case _:
            return []


def _with_indices(goal: Goal, inner: dict[str, str]) -> Goal:
    return replace(goal, indices=(*goal.indices, *indices_from_json([[k, n] for k, n in inner.items()])))
