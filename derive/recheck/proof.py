"""Replaying a proof: hypotheses and conditions are facts, each step is checked, then the sides are compared.

    {"kind": "direct", "steps": [STEP, ..]}                       the sides are compared after the steps
    {"kind": "cases", "split": SPLIT, "branches": [PROOF, ..]}    SPLIT: ["K1", IDX, IDX] | ["K5", n] | ["K6", IDX]
                    | ["K2", t] by > 0, < 0, == 0 | ["K2", t, ">="] by >= 0, < 0
    {"kind": "angle", "times": c, "sine": PROOF, "within": [PROOF, PROOF], "cosine": PROOF}    see ``_angle``
    {"kind": "otherwise", "equation": number, "proofs": [["<", PROOF], ..]}    see ``_otherwise``
    {"kind": "contradiction", "steps": [STEP, ..], "of": t}       of a case: t would be < 0 and >= 0, say
    "squeeze", "parts", "sides", "rewritten", "quotient"          see ``limits.py``, ``tending.py``, ``quotients.py``
    "optimum", "slope", "falling", "multiple", "boxes", "relaxed", "exponential"    see ``optima.py``, ``calculus.py``
    "ends", "series", "whole", "period"                           see ``ends.py``, ``series.py``, ``rounding.py``
    "powers", "within", "given"                                   see ``powers.py``, ``within.py``
    "lemma"                                                       see ``lemma.py``

A STEP is one of

    {"use": number of a hypothesis, "for": t}       from now on t is replaced by what the equation says of it (H2, S10)
    {"vanishes": number, "at": [IDX, ..], "times": t, "over": [IDX, ..]}    t times the difference of the sides of an
                                 equation, its own indices ``at`` those places, summed: 0 is added to the left side (H2)
    {"angle": t, "parts": q}     sines and cosines of the terms of t are written by those of a part of each (G1)
    {"root": t, "to": u}         from now on u stands for the square root of t: u >= 0 and u**2 = t (P7)
    {"lemma": t, "op": ">", "rule": r, "args": [..], "indices": [IDX, ..]}    t > 0 whatever the values of the indices
    {"side": "left" | "right", "path": [..], "rule": r, "to": t}      the subterm at the path is replaced by t
    {.., "rule": "K7", "of": v, "by": number, "values": [c, ..]}      likewise: they agree at all that v may be

Judged is: at every point where the hypotheses hold and both sides of the claim have a value, the relation holds. So
what makes the sides defined is known (KERNEL 3.6, H6). Each replacement keeps the value there, and t is proved to have
one. Below a derivative only strict facts about what it moves count (E5).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import partial
from typing import Any

from derive.recheck import algebraic, roots
from derive.recheck.calculus import boxes, exponential, falling, multiple, relaxed, slope
from derive.recheck.ends import ends
from derive.recheck.lemma import BEYOND, holds, lemma
from derive.recheck.limits import squeeze
from derive.recheck.optima import optimum
from derive.recheck.polynomial import (
    HALF,
    LARGEST,
    ONE,
    POSITIVE,
    Algebra,
    Mono,
    Poly,
    Undefined,
    _atoms,
    _rank,
    add,
    constant,
    number,
    ratio,
    scale,
)
from derive.recheck.powers import powers
from derive.recheck.quotients import quotient, rewritten, sides
from derive.recheck.reader import BITS, Env, Reader
from derive.recheck.rounding import period, whole
from derive.recheck.series import series
from derive.recheck.signs import TYPES, Signs, of_number
from derive.recheck.tending import parts
from derive.recheck.terms import Index, Rejected, Term, Terms, children, listed, named, require
from derive.recheck.within import given, within

DEEPEST_SPLIT, MOST_STEPS = 16, 2_000
Replacement = Callable[["State", Term, Term, Env], None]
EVERY = 7  # >= 0, <= 0 and != 0 at once


class Contradiction(Exception):
    """Hypotheses that no point satisfies."""


def prove(claim: dict[str, Any], proof: Any, extra: tuple[Any, ...] = (), depth: int = 0) -> set[str]:
    """The rules that a proof of a claim rests on, under extra hypotheses. Raises Rejected where it is none."""
    require(isinstance(proof, dict) and depth <= DEEPEST_SPLIT, "a proof")
    kind = proof.get("kind")
    require(
        isinstance(kind, str) and kind in KINDS and proof.keys() == {"kind"} | KINDS[kind][0], "the parts of a proof"
    )
    try:
        return KINDS[kind][1](claim, proof, extra, depth)
    except Undefined as nowhere:
        raise Rejected(f"a side has no value anywhere: {nowhere}") from nowhere
    except Contradiction as empty:
        raise Rejected("the hypotheses do not contradict each other") from empty


def _direct(claim: dict[str, Any], proof: Any, extra: tuple[Any, ...], depth: int) -> set[str]:
    state = _after(claim, proof["steps"], extra)
    require(state.holds(), f"the sides are {claim['op']} after the steps")
    return state.algebra.used


def _after(claim: dict[str, Any], steps: Any, extra: tuple[Any, ...]) -> State:
    state = State(claim, extra)
    for step in listed(steps, "steps")[:MOST_STEPS]:
        state.take(step)
    return state


def _contradiction(claim: dict[str, Any], proof: Any, extra: tuple[Any, ...], depth: int) -> set[str]:
    """K2: what is assumed gives a term signs that exclude each other, or a relation between numbers that is false."""
    require(depth > 0, "the hypotheses of a claim with a point do not contradict each other")
    try:
        state = _after(claim, proof["steps"], extra)
        term = state.terms.term(proof["of"], state.scope)
        value = state.reader.certain(term, state.env) and state.reader.form(term, state.env) == EVERY
        require(value, "K2: a term with a value and signs that exclude each other")
    except Contradiction:
        return set()
    return state.algebra.used


def _by_cases(claim: dict[str, Any], proof: Any, extra: tuple[Any, ...], depth: int) -> set[str]:
    rule, cases = _cases(claim, proof["split"], extra)
    branches = listed(proof["branches"], "branches")
    require(len(branches) == len(cases), f"{rule}: every case is there")
    require(any(b.get("kind") != "contradiction" for b in branches if isinstance(b, dict)), "a case is possible")
    return {rule}.union(*(prove(claim, b, (*extra, c), depth + 1) for b, c in zip(branches, cases, strict=True)))


def _otherwise(claim: dict[str, Any], proof: dict[str, Any], extra: tuple[Any, ...], depth: int) -> set[str]:
    """K8: wherever the relation fails an equation that is assumed does; it is not used to show that."""
    known = [*claim["hypotheses"], *({"relation": r, "quantified": []} for r in extra)]
    which = proof["equation"]
    require(type(which) is int and 0 <= which < len(known), "K8: the number of a hypothesis")
    denied, rest = known[which], [h for n, h in enumerate(known) if n != which]
    _, op, left, right = denied["relation"]
    require(op == "==" and denied["quantified"] == [], "K8: an equation of the hypotheses")
    require(not any(holds(claim[side], BEYOND[1:]) for side in ("left", "right")), "K8: a relation between values")
    ways, proofs = FAILURES[claim["op"]], listed(proof["proofs"], "proofs")
    require(len(proofs) == len(ways), "K8: every way to fail")
    rules = {"K8"}
    for way, (apart, own) in zip(ways, proofs, strict=False):
        require(apart in ("<", ">", "!="), "K8: the sides of the equation differ")
        failure = {"relation": ["rel", way, claim["left"], claim["right"]], "quantified": []}
        inner = {**claim, "left": left, "op": apart, "right": right, "hypotheses": [*rest, failure]}
        rules |= prove(inner, own, (), depth + 1)
    return rules


def _angle(claim: dict[str, Any], proof: dict[str, Any], extra: tuple[Any, ...], depth: int) -> set[str]:
    """G5: the difference of the sides, taken ``times``, is 0: its sine is, and it lies between -pi and pi.

    Between -2*pi and 2*pi its cosine is 1, or is ``{"positive": PROOF}``.
    """
    require(claim["op"] == "==", "G5: an equation")
    require(Terms([]).term(["num", proof["times"]], {})[1] != 0, "G5: a multiple of the difference")
    angle, twice = ["mul", ["num", proof["times"]], ["sub", claim["left"], claim["right"]]], proof["cosine"] is not None
    around = ["mul", ["num", "2" if twice else "1"], ["const", "pi"]]
    bounds = [[angle, "<", around], [angle, ">", ["neg", around]]]
    wanted = [[["apply", "sin", angle], "==", ["num", "0"]], *bounds]
    proofs = [proof["sine"], *listed(proof["within"], "within")]
    if twice:
        sign = isinstance(proof["cosine"], dict) and proof["cosine"].keys() == {"positive"}
        op, value = (">", "0") if sign else ("==", "1")
        wanted = [*wanted, [["apply", "cos", angle], op, ["num", value]]]
        proofs = [*proofs, proof["cosine"]["positive"] if sign else proof["cosine"]]
    require(len(proofs) == len(wanted), "G5: every part is proved")
    claims = ({**claim, "left": left, "op": op, "right": right} for left, op, right in wanted)
    return {"G5"}.union(*(prove(c, p, extra, depth + 1) for c, p in zip(claims, proofs, strict=True)))


def _cases(claim: dict[str, Any], split: Any, extra: tuple[Any, ...]) -> tuple[str, list[Any]]:
    """The relations of a complete split."""
    match split:
        case ["K1", left, right]:
            free = [list(i) for i in claim["indices"]]
            require(left in free and right in free and left[1] == right[1], "K1: two free indices of one dimension")
            pair = ["delta", left, right]
            return "K1", [["rel", "==", pair, ["num", str(v)]] for v in (1, 0)]
        case ["K6", [str(name), str(dimension)]]:
            require([name, dimension] in claim["indices"] and dimension.isdecimal(), "K6: an index of explicit range")
            require(int(dimension) <= LARGEST, "K6: the size of an explicit dimension")
            at = [[v, dimension] for v in range(1, int(dimension) + 1)]
            return "K6", [["rel", "==", ["delta", [name, dimension], v], ["num", "1"]] for v in at]
        case ["K5", str(n)]:
            require([n, "dimension", []] in claim["declarations"], "K5: a dimension of the claim")
            return "K5", [["rel", "==", ["var", n], ["num", "1"]], ["rel", ">=", ["var", n], ["num", "2"]]]
        case ["K2", term] | ["K2", term, ">="]:
            require(_is_certain(claim, term, extra), "K2: the term has a value")
            ops = (">", "<", "==") if len(split) == 2 else (">=", "<")
            return "K2", [["rel", op, term, ["num", "0"]] for op in ops]
        case _:
            raise Rejected("an unknown split")


def _is_certain(claim: dict[str, Any], term: Any, extra: tuple[Any, ...]) -> bool:
    try:
        state = State(claim, extra)
        return state.reader.certain(state.terms.term(term, state.scope), state.env)
    except (Contradiction, Undefined):
        return False


class State:
    """A claim under hypotheses, with both sides as far as the steps have brought them."""

    def __init__(self, claim: dict[str, Any], extra: tuple[Any, ...]) -> None:
        """Read the claim. Raises Contradiction where the hypotheses exclude each other."""
        self.terms, self.algebra = Terms(claim["declarations"]), Algebra()
        self.reader = Reader(self.terms, self.algebra)
        self.signs = Signs(self.reader)
        self.scope: dict[str, str] = self.terms.scope(claim["indices"])
        self.env: dict[str, Index] = {}
        self.op = claim["op"]
        self.rewrites: list[tuple[Poly, Poly, tuple[Index, ...], frozenset[Any]]] = []
        self.matching = False
        self.nothing: Poly = {}  # a sum of multiples of equations
        self.algebra.rewrite, self.reader.named = self._rewritten, self.named
        self._types()
        self.hypotheses = [(h["relation"], h["quantified"]) for h in claim["hypotheses"]] + [(r, []) for r in extra]
        self.gaps: list[tuple[Poly, dict[str, Index]]] = []
        for relation, quantified in sorted(self.hypotheses, key=_is_apart):  # equal indices are one, then others differ
            self._about_indices(relation, quantified)
        for relation, quantified in self.hypotheses:
            self.gaps.append(self._assume(relation, quantified))
        self.sides = {
            "left": self.terms.term(claim["left"], self.scope),
            "right": self.terms.term(claim["right"], self.scope),
        }
        try:
            for term in self.sides.values():
                for poly, bits in list(self.reader.conditions(term, self.env)):
                    self.signs.learn(poly, bits)
        except Undefined as nowhere:
            raise Rejected(f"a side has no value anywhere: {nowhere}") from nowhere

    def named(self, dimension: str) -> list[Index]:
        """The indices of a dimension that have a name: those of the claim, those of one-hot vectors, and new ones."""
        own = [Index(name, size) for name, size in self.scope.items() if size == dimension]
        return [self.reader.place(index, self.env) for index in own]

    def _types(self) -> None:
        """H3, H4: a one-hot vector is a delta with its own index; a simplex vector sums to 1, no entry above 1."""
        for name, kind in self.terms.types.items():
            shape = self.terms.shapes[name]
            if kind == "dimension":
                self.signs.learn(add(self.algebra.atom("var", name), number(-1)), 1)
            if kind == "positive integer" and not shape:
                self.signs.learn(add(self.algebra.atom("var", name), number(-1)), 1)
            if len(shape) == 1 and kind == "onehot":
                self.scope[f"@{name}"] = shape[0]
            if len(shape) == 1 and kind == "simplex":
                k = self.algebra.new(shape[0])
                entry = self.algebra.atom("comp", name, (k,))
                self.signs.learn(add(ONE, scale(entry, -1)), 1)
                total = self.algebra.sum(k, entry)
                if self.algebra.size(shape[0]) is None:
                    self.rewrites.append((total, ONE, (), frozenset((name,))))
                    self.algebra.summed = True
                else:
                    *_, last = sorted(total)
                    rest = {m: -c for m, c in total.items() if m != last}
                    self.rewrites.append(({last: 1}, add(ONE, rest), (), frozenset((name,))))

    def _about_indices(self, relation: Any, quantified: Any) -> None:
        """K1, K6: hypotheses that make indices equal or different, or fix a dimension."""
        match relation:
            case ["rel", "==", ["delta", left, right], ["num", "1" | "0" as value]] if not quantified:
                i, j = (self.reader.place(self.terms.index(x, self.scope), self.env) for x in (left, right))
                if value == "1":
                    keep, drop = sorted((i, j), key=lambda x: (not isinstance(x.name, int), str(x.name)))
                    if isinstance(drop.name, int) and keep != drop:
                        raise Contradiction
                    self.env = {k: keep if v == drop else v for k, v in self.env.items()} | {str(drop.name): keep}
                elif i == j:
                    raise Contradiction
                else:
                    self.algebra.distinct.add(frozenset((i, j)))
                    self.signs.learn(add(self.algebra.atom("var", i.dimension), number(-2)), 1)
            case ["rel", "==", ["var", name], ["num", value]] if self.terms.types.get(name) == "dimension":
                size = Fraction(value)
                if size.denominator != 1 or size < 1 or self.algebra.sizes.setdefault(name, int(size)) != size:
                    raise Contradiction

    def _assume(self, relation: Any, quantified: Any) -> tuple[Poly, dict[str, Index]]:
        """H1: a hypothesis is a fact, and so is that its sides have a value."""
        own = self.terms.scope(quantified)
        opened = {k: self.algebra.place(self.algebra.new(dimension)) for k, dimension in own.items()}
        scope, env = {**self.scope, **own}, {**self.env, **opened}
        op, left, right = self.terms.relation(relation, scope)
        try:
            gap = add(self.reader.read(left, env), scale(self.reader.read(right, env), -1))
            for term in (left, right):
                for poly, bits in list(self.reader.conditions(term, env)):
                    self.signs.learn(poly, bits)
        except Undefined as nowhere:
            raise Contradiction from nowhere
        value = constant(gap)
        if value is not None and of_number(value) & BITS[op] != BITS[op]:
            raise Contradiction
        self.signs.learn(gap, BITS[op])
        return gap, env

    def _rewritten(self, atom: int) -> Poly | None:
        """What a hypothesis says that an atom is (H2, H3, S10), unless a derivative moves what it speaks of (H5)."""
        a, (head, *parts) = self.algebra, self.algebra.atoms[atom]
        if head == "comp" and parts[0] in a.symmetric and parts[0] not in a.below:
            i, j = parts[1]
            if _rank(j) < _rank(i):
                a.used.add("H2")
                return scale(a.atom("comp", parts[0], (j, i)), a.symmetric[parts[0]])
            if i == j and a.symmetric[parts[0]] < 0:
                return {}
        if self.matching:
            return None
        if head == "comp" and self.terms.types.get(parts[0]) == "onehot" and len(parts[1]) == 1:
            if parts[0] in self.algebra.below:
                return None
            a.used.add("H3")
            return a.delta(parts[1][0], a.place(Index(f"@{parts[0]}", parts[1][0].dimension)))
        for pattern, value, opened, names in self.rewrites:
            if not names.isdisjoint(self.algebra.below):
                continue
            found = self._matched(pattern, opened, atom)
            if found is not None:
                a.used.add("S10" if head == "sum" else "H2")
                return a.rename(value, found)
        return None

    def _matched(self, pattern: Poly, opened: tuple[Index, ...], atom: int) -> dict[Index, Index] | None:
        a = self.algebra
        poly: Poly = {((atom, 1),): 1}
        if not any(a.kind(x) == a.kind(atom) for mono in pattern for x, _ in mono):
            return None
        self.matching = True
        try:
            free = a.indices(poly)
            require(len(free) ** len(opened) <= 400, "the number of instances of a hypothesis")
            for chosen in _tuples(free, opened):
                names = dict(zip(opened, chosen, strict=True))
                if a.rename(pattern, names) == poly:
                    return names
        finally:
            self.matching = False
        return None

    # Steps.

    def take(self, step: Any) -> None:
        """Check a step. Raises Rejected."""
        require(isinstance(step, dict), "a step")
        match sorted(step):
            case ["for", "use"]:
                self._use(step["use"], step["for"])
            case ["at", "over", "times", "vanishes"]:
                self._vanish(step["vanishes"], step["at"], step["times"], step["over"])
            case ["angle", "parts"]:
                self._divide_angle(step["angle"], step["parts"])
            case ["root", "to"]:
                self._name_root(step["root"], step["to"])
            case ["at", "attained"]:
                self._attain(step["attained"], step["at"])
            case ["args", "indices", "lemma", "op", "rule"]:
                self._lemma(step)
            case ["path", "rule", "side", "to"]:
                require(step["rule"] in STEPS, "a side and a rule")
                self._replace(step, STEPS[step["rule"]])
            case ["at", "by", "of", "path", "rule", "side", "to", "values"]:
                require(step["rule"] == "K7", "a side and a rule")
                self._replace(step, partial(_by_values, step=step))
            case _:
                raise Rejected("an unknown step")

    def _equation(self, which: Any) -> tuple[Any, Any]:
        require(type(which) is int and 0 <= which < len(self.hypotheses), "H2: the number of a hypothesis")
        relation, quantified = self.hypotheses[which]
        require(relation[1] == "==", "H2: an equation")
        return relation, quantified

    def _vanish(self, which: Any, at: Any, times: Any, over: Any) -> None:
        """H1, H2: an equation at an instance of its indices, times a term with a value, summed over whole ranges."""
        scope, env, bound = self._opened(over)
        factor = self.terms.term(times, scope)
        require(self.reader.certain(factor, env), "H2: the factor has a value")
        total = self.algebra.mul(self.reader.read(factor, env), self.instance(which, at, scope, env))
        for k in bound:
            total = self.algebra.sum(k, total)
        self.algebra.used.add("H2")
        self.nothing = add(self.nothing, total)

    def instance(self, which: Any, at: Any, scope: dict[str, str], env: Env) -> Poly:
        """H1: the difference of the sides of an equation at places for its own indices, which is 0."""
        relation, quantified = self._equation(which)
        own = self.terms.scope(quantified)
        there = [self.terms.index(i, scope) for i in listed(at, "indices")]
        require([i.dimension for i in there] == list(own.values()), "H1: an index of its dimension for each of its own")
        require(all(self.reader.certain(("delta", i, i), env) for i in there), "H1: the index lies in its range")
        _, left, right = self.terms.relation(relation, {**self.scope, **own})
        inner = {**self.env, **{k: self.reader.place(i, env) for k, i in zip(own, there, strict=True)}}
        return add(self.reader.read(left, inner), scale(self.reader.read(right, inner), -1))

    def _opened(self, found: Any) -> tuple[dict[str, str], dict[str, Index], list[Index]]:
        """The scope below new indices that stand for every value of their dimension."""
        scope, env, bound = dict(self.scope), dict(self.env), list[Index]()
        for k, dimension in self.terms.scope(found).items():
            require(k not in scope, "a new index")
            scope[k], env[k] = dimension, self.algebra.place(self.algebra.new(dimension))
            bound.append(env[k])
        return scope, env, bound

    def _use(self, which: Any, found: Any) -> None:
        """H2, S10: orient an equation: what it is for stands in it once, alone in its term, and nowhere else."""
        relation, quantified = self._equation(which)
        _, env = self.gaps[which]
        a, (_, left, right) = (
            self.algebra,
            self.terms.relation(relation, {**self.scope, **{q[0]: q[1] for q in quantified}}),
        )
        gap = add(self.reader.read(left, env), scale(self.reader.read(right, env), -1))
        target = self.reader.read(self.terms.term(found, {**self.scope, **{q[0]: q[1] for q in quantified}}), env)
        (mono,) = target.keys() if len(target) == 1 else (((),))
        around, rest = _parted(gap, mono)
        require(target == {mono: 1} and bool(around) and len(mono) >= 1, "H2: what is replaced is a term of it")
        c = constant(around)
        require(c is not None or bool(a.sign(around) & 4), "H2: what stands beside it is not 0")
        opened = tuple(sorted(set(env.values()) & set(a.indices(gap)) - set(self.env.values()), key=str))
        opened = tuple(i for i in opened if str(i.name).startswith("~"))
        value = scale(rest, ratio(-1, c)) if c is not None else a.mul(scale(rest, -1), a.power(around, -1))
        require(set(opened) <= set(a.indices(target)), "H1: every index of it stands in what is replaced")
        if len(mono) > 1 or mono[0][1] != 1:
            require(not opened and c is not None, "H2: a product is replaced at given indices only")
            a.leading.append((mono, value, frozenset(x for x in a.free(gap) if isinstance(x, str))))
            return
        kind = a.kind(mono[0][0])
        if kind == "comp" and len(opened) == 2 and self._symmetric(mono[0][0], value, opened):
            return
        # Of a component at any index no other one may stand there: each would be replaced by the next for ever.
        own = a.atoms[mono[0][0]][:2] if kind == "comp" and opened else None
        others = set[int]().union(*(_reached(a, m) for m in (*around, *rest)))
        require(all(x != mono[0][0] and a.atoms[x][:2] != own for x in others), "H2: it stands nowhere else")
        require(kind in ("var", "comp", "sum"), "H2: a variable, a component or a sum is replaced")
        names = frozenset(x for x in a.free(gap) if isinstance(x, str))
        bits = TYPES.get(self.terms.types.get(a.atoms[mono[0][0]][1], ""), 0) if kind != "sum" else 0
        self.rewrites.append((target, value, opened, names))
        self.rewrites = [(pattern, a.renewed(was), free, used | names) for pattern, was, free, used in self.rewrites]
        a.summed = a.summed or kind == "sum"
        self._renew()
        self.signs.learn(value, bits)

    def _renew(self) -> None:
        for poly, known in [(f.poly, f.bits) for f in self.signs.facts]:
            self.signs.learn(self.algebra.renewed(poly), known)

    def _symmetric(self, atom: int, value: Poly, opened: tuple[Index, ...]) -> bool:
        """H2: A[i, j] = A[j, i], or with a minus: the indices are put in order."""
        a, (_, name, at) = self.algebra, self.algebra.atoms[atom]
        swapped = a.ids.get(("comp", name, at[::-1]))
        if set(at) != set(opened) or swapped is None or value.keys() != {((swapped, 1),)}:
            return False
        (c,) = value.values()
        require(abs(c) == 1 and name not in a.symmetric, "H2: a symmetric or antisymmetric array")
        a.symmetric[name] = c
        return True

    def _divide_angle(self, found: Any, parts: Any) -> None:
        """G1: the terms of an angle are written by the sine and cosine of a part of each."""
        require(type(parts) is int and 0 < parts <= LARGEST, "G1: an angle is divided into a few parts")
        a = self.algebra
        a.units |= dict.fromkeys(self.reader.read(self.terms.term(found, self.scope), self.env), parts)
        self._renew()

    def _name_root(self, found: Any, to: Any) -> None:
        """P7: the square root of t is u, wherever it stands but below a derivative: u >= 0 and u**2 = t."""
        a, (t, u) = self.algebra, (self.terms.term(term, self.scope) for term in (found, to))
        require(self.reader.certain(u, self.env), "P7: the root has a value")
        require(bool(self.reader.form(u, self.env) & 1), "P7: a named root is not negative")
        poly, value = self.reader.read(t, self.env), self.reader.read(u, self.env)
        require(a.is_zero(add(a.mul(value, value), scale(poly, -1))), "P7: the square of the root")
        whole = a.power(poly, HALF)
        halves = (x for mono in whole for x, e in mono if a.kind(x) == "base" and e == HALF)
        bases = [x for x in halves if constant(dict(a.atoms[x][1])) is None]
        require(len(whole) == len(bases) == 1, "P7: one root")
        ((mono, c),) = whole.items()
        others = tuple((x, -e) for x, e in mono if x != bases[0])
        positive = all(a.sign({((x, 1),): 1}) & POSITIVE == POSITIVE for x, _ in others)
        require(positive, "P7: one root times what is positive")
        value = a.mul(value, {others: ratio(1, c)})
        require(bases[0] not in {x for m in value for x in _reached(a, m)}, "P7: the root does not stand in itself")
        a.used.add("P7")
        a.roots = {base: a.renewed(root) for base, root in {**a.roots, bases[0]: value}.items()}
        self._renew()

    def _attain(self, found: Any, at: Any) -> None:
        """K4: a Max or Min is its body at an index, of which only that is known."""
        term = self.terms.term(found, self.scope)
        require(
            term[0] == "reduce" and term[1] in ("Max", "Min") and not term[3], "K4: a Max or Min over a whole range"
        )
        require(isinstance(at, list) and len(at) == 2 and named(at[0]) and at[0] not in self.scope, "K4: a new index")
        require(at[1] == term[2].dimension, "K4: the dimension of the index")
        a, there = self.algebra, Index(at[0], at[1])
        k = a.new(at[1])
        body = self.reader.read(term[4], {**self.env, term[2].name: k})
        target, value = a.reduce(term[1], k, (), body), a.rename(body, {k: there})
        ((mono, c),) = target.items() if len(target) == 1 else (((), 0),)
        require(c == 1 and len(mono) == 1 and mono[0][1] == 1 and a.kind(mono[0][0]) == "reduce", "K4: one Max or Min")
        self.scope[at[0]] = at[1]
        self.signs.learn(scale(add(value, scale(body, -1)), 1 if a.atoms[mono[0][0]][1] == "Max" else -1), 1)
        self.rewrites.append((target, value, (), frozenset(x for x in a.free(target) if isinstance(x, str))))
        a.used.add("K4")

    def _lemma(self, step: dict[str, Any]) -> None:
        scope, env, _ = self._opened(step["indices"])
        args = [self._argument(x, scope, env) for x in listed(step["args"], "args")]
        require(step["op"] in BITS and isinstance(step["rule"], str), "a lemma")
        self.signs.lemma(step["rule"], self.terms.term(step["lemma"], scope), step["op"], args, env)

    def _argument(self, found: Any, scope: dict[str, str], env: Env) -> Any:
        """A term, ``["at", IDX]`` for an index, or ``["below", IDX, t]`` for a term under an index of its own."""
        match found:
            case ["at", index]:
                place = self.terms.index(index, scope)
                require(self.reader.certain(("delta", place, place), env), "the index lies in its range")
                return place
            case ["below", [str(name), str(dimension)], body]:
                return self.terms.term(["reduce", "Sum", name, dimension, [], body], scope)
            case _:
                return self.terms.term(found, scope)

    def _replace(self, step: dict[str, Any], same: Replacement) -> None:
        side, path, rule = step["side"], step["path"], step["rule"]
        require(side in self.sides, "a side and a rule")
        scope, env, below, chain = dict(self.scope), dict(self.env), frozenset[str](), [self.sides[side]]
        for position in listed(path, "a path"):
            term = chain[-1]
            require(position in [n for n, _ in children(term)], "a path leads to a subterm")
            if term[0] == "reduce":
                new = self.algebra.place(self.algebra.new(term[2].dimension))
                scope, env = {**scope, term[2].name: term[2].dimension}, {**env, term[2].name: new}
            elif term[0] == "diff":
                below |= {t[1] for t in term[2]}
            else:
                require(term[0] not in ("limit", "optimum"), "E6: no step below a limit")
            chain.append(term[position])
        to = self.terms.term(step["to"], scope)
        self.algebra.below = below
        try:
            require(self.reader.certain(to, env), "the new term has a value")
            same(self, chain[-1], to, env)
        finally:
            self.algebra.below = frozenset()
        self.algebra.used.add(rule)
        for term, position in zip(reversed(chain[:-1]), reversed(path), strict=True):
            to = (*term[:position], to, *term[position + 1 :])
        self.sides[side] = to

    def holds(self) -> bool:
        """Whether the relation between the sides is seen."""
        left, right = (self.reader.read(self.sides[s], self.env) for s in ("left", "right"))
        gap = add(left, scale(right, -1), self.nothing)
        if self.op == "==":
            return self.algebra.is_zero(gap)
        # Both sides have a value wherever the claim says something.
        bits = self.signs.sign(gap) | self.signs.of_form(("sub", self.sides["left"], self.sides["right"]), self.env)
        return bits & BITS[self.op] == BITS[self.op]


def _parted(gap: Poly, mono: Mono) -> tuple[Poly, Poly]:
    """What stands beside a factor in the terms that have it, and the terms without it."""
    if mono in gap:
        return {(): gap[mono]}, {m: c for m, c in gap.items() if m != mono}
    around = {tuple(f for f in m if f not in mono): c for m, c in gap.items() if set(mono) <= set(m)}
    return around, {m: c for m, c in gap.items() if not set(mono) <= set(m)}


def _is_apart(hypothesis: tuple[Any, Any]) -> bool:
    return bool(hypothesis[0][3] == ["num", "0"])


def _tuples(free: list[Index], opened: tuple[Index, ...]) -> Any:
    if not opened:
        return [()]
    return ((i, *rest) for i in free if i.dimension == opened[0].dimension for rest in _tuples(free, opened[1:]))


def _reached(a: Algebra, mono: Any) -> set[int]:
    """The atoms in a monomial, at any depth."""
    found = {atom for atom, _ in mono}
    return found.union(*(_reached(a, [(x, 1) for x in _atoms(a.atoms[atom])]) for atom, _ in mono))


# Replacements.


def _same(state: State, old: Term, new: Term, env: Env) -> None:
    """R4: both are the same fraction."""
    gap = add(state.reader.read(old, env), scale(state.reader.read(new, env), -1))
    require(state.algebra.is_zero(gap), "R4: the terms are the same fraction")


def _algebraic(state: State, old: Term, new: Term, env: Env) -> None:
    """N3: two constants whose difference is below its separation bound."""
    require(algebraic.is_zero(state.terms, ("sub", old, new)), "N3: the difference is below its separation bound")


def _inverse(state: State, old: Term, new: Term, env: Env) -> None:
    """G3: asin(t) = u where sin(u) = t and -pi/2 <= u <= pi/2; likewise acos and atan."""
    require(old[0] == "apply" and old[1] in BRANCHES, "G3: an inverse function")
    function, ends, bits = BRANCHES[old[1]]
    of_new = ("apply", function, new)
    gap = add(state.reader.read(of_new, env), scale(state.reader.read(old[2], env), -1))
    same = state.algebra.is_zero(gap) or algebraic.is_zero(state.terms, ("sub", of_new, old[2]))
    require(same, "G3: the function of the new term is the argument")
    low, high = (("mul", ("num", end), ("const", "pi")) for end in ends)
    inside = state.reader.form(("sub", new, low), env) & state.reader.form(("sub", high, new), env)
    require(inside & bits == bits, "G3: the new term lies on the branch")


def _argument(state: State, old: Term, new: Term, env: Env) -> None:
    """E2: the same function of terms that are the same fraction, or the same sum of them (E3)."""
    require(old[0] == new[0] and len(old) == len(new), "E2: the same function")
    require(old[0] not in ("diff", "limit", "optimum"), "E5: what is below a derivative is replaced there")
    if old[0] == "reduce":
        require(old[1] == new[1] and old[3] == new[3] and old[2].dimension == new[2].dimension, "E3: the same range")
        k = state.algebra.place(state.algebra.new(old[2].dimension))
        left = state.reader.read(old[4], {**env, old[2].name: k})
        right = state.reader.read(new[4], {**env, new[2].name: k})
        require(state.algebra.is_zero(add(left, scale(right, -1))), "E3: the same fraction below the index")
        return
    pairs = list(zip(children(old), children(new), strict=True))
    rest = [x for n, x in enumerate(old) if n not in {m for m, _ in children(old)}]
    require(rest == [x for n, x in enumerate(new) if n not in {m for m, _ in children(new)}], "E2: the same function")
    for (_, t), (_, u) in pairs:
        _same(state, t, u, env)


def _logarithm(state: State, old: Term, new: Term, env: Env) -> None:
    """P4: log(t) = u where exp(u) = t; that u has a value makes the factors positive."""
    require(old[:2] == ("apply", "log"), "P4: a logarithm")
    grown = state.algebra.exp(state.reader.read(new, env))
    gap = add(grown, scale(state.reader.read(old[2], env), -1))
    require(state.algebra.is_zero(gap), "P4: the exponential of the new term is the argument")


def _root(state: State, old: Term, new: Term, env: Env) -> None:
    """P7: t**(p/q) = u where u >= 0 and u**q = t**p."""
    a, read = state.algebra, state.reader.read
    e = (
        Fraction(1, 2)
        if old[:2] == ("apply", "sqrt")
        else old[2][1]
        if old[0] == "pow" and old[2][0] == "num"
        else None
    )
    if old[0] == "pow" and e is None:
        e = constant(read(old[2], env))
    base = old[2] if old[0] == "apply" else old[1]
    require(e is not None and e.denominator > 1, "P7: a root")
    assert e is not None
    value = read(new, env)
    require(bool(state.signs.of_form(new, env) & 1), "P7: a root is not negative")
    gap = add(a.power(value, e.denominator), scale(a.power(read(base, env), e.numerator), -1))
    require(a.is_zero(gap), "P7: the power of the root")


def _absolute(state: State, old: Term, new: Term, env: Env) -> None:
    """G7: Abs(t) = u where u >= 0 and u**2 = t**2."""
    require(old[:2] == ("apply", "Abs"), "G7: an absolute value")
    t, u = state.reader.read(old[2], env), state.reader.read(new, env)
    require(bool(state.signs.of_form(new, env) & 1), "G7: an absolute value is not negative")
    gap = add(state.algebra.mul(t, t), scale(state.algebra.mul(u, u), -1))
    require(state.algebra.is_zero(gap), "G7: the squares are the same")


def _extremum(state: State, old: Term, new: Term, env: Env) -> None:
    """O7: Max(t, k) = t[k := j] where t[k := j] >= t for every k, and Min(t, k) likewise; j is an index with a name."""
    require(old[0] == "reduce" and old[1] in ("Max", "Min") and not old[3], "O7: a Max or Min over a whole range")
    a, read = state.algebra, state.reader.read
    k = a.new(old[2].dimension)
    t, value = read(old[4], {**env, old[2].name: k}), read(new, env)
    above = scale(add(value, scale(t, -1)), 1 if old[1] == "Max" else -1)
    terms = [a.rename(t, {k: j}) for j in state.named(old[2].dimension)]
    require(any(a.is_zero(add(value, scale(term, -1))) for term in terms), "O7: one of the terms")
    require(bool(state.signs.sign(above) & 1), "O7: no term lies beyond it")


def _exchanged(state: State, old: Term, new: Term, env: Env) -> None:
    """S4: Max(Max(t, p), q) = Max(Max(t, q), p), and Min likewise."""
    kinds = [(t[0], t[1], t[3]) for t in (old, old[-1], new, new[-1]) if t[0] == "reduce"]
    require(
        len(kinds) == 4 and kinds[0][1] in ("Max", "Min") and kinds[0][2] == (), "S4: a Max or Min over two indices"
    )
    require(len(set(kinds)) == 1, "S4: both of one kind, over whole ranges")
    q, p = (state.algebra.place(state.algebra.new(t[2].dimension)) for t in (old, old[4]))
    require((new[2].dimension, new[4][2].dimension) == (p.dimension, q.dimension), "S4: the same ranges")
    left = state.reader.read(old[4][4], {**env, old[2].name: q, old[4][2].name: p})
    right = state.reader.read(new[4][4], {**env, new[2].name: p, new[4][2].name: q})
    require(state.algebra.is_zero(add(left, scale(right, -1))), "S4: the same below both indices")


def _product(state: State, old: Term, new: Term, env: Env) -> None:
    """T2: Prod(t, k) = exp(Sum(u, k)) where exp(u) = t for every k; that u has a value makes t positive."""
    require(old[:2] == ("reduce", "Product") and new[:2] == ("apply", "exp"), "T2: a product and an exponential")
    inner = new[2]
    require(inner[:2] == ("reduce", "Sum") and inner[3] == old[3], "T2: a sum over the same range")
    require(inner[2].dimension == old[2].dimension, "T2: a sum over the same range")
    k = state.algebra.place(state.algebra.new(old[2].dimension))
    t = state.reader.read(old[4], {**env, old[2].name: k})
    u = state.algebra.exp(state.reader.read(inner[4], {**env, inner[2].name: k}))
    require(state.algebra.is_zero(add(u, scale(t, -1))), "T2: the exponential of the summand is the factor")


def _power(state: State, old: Term, new: Term, env: Env) -> None:
    """P6: t**u = exp(v*u) where exp(v) = t."""
    require(old[0] == "pow" and new[:2] == ("apply", "exp") and new[2][0] == "mul", "P6: a power and an exponential")
    _, v, u = new[2]
    grown = state.algebra.exp(state.reader.read(v, env))
    require(
        state.algebra.is_zero(add(grown, scale(state.reader.read(old[1], env), -1))), "P6: the logarithm of the base"
    )
    _same(state, old[2], u, env)


def _by_values(state: State, old: Term, new: Term, env: Env, step: dict[str, Any]) -> None:
    """K7: an equation leaves a variable or component finitely many values, and at each both are the same fraction."""
    scope = {**state.scope, **{k: i.dimension for k, i in env.items()}}
    a, poly = state.algebra, state.reader.read(state.terms.term(step["of"], scope), env)
    atom = max((x for m in poly for x, _ in m), default=-1)
    require(poly == {((atom, 1),): 1} and a.kind(atom) in ("var", "comp"), "K7: a variable or a component")
    require(a.atoms[atom][1] not in a.below, "K7: not below a derivative by what has the values")
    gap = state.instance(step["by"], step["at"], scope, env)
    require(all(len(m) < 2 and all(x == atom and e > 0 and e.denominator == 1 for x, e in m) for m in gap), "K7: alone")
    p = [Fraction(gap.get(((atom, k),) if k else (), 0)) for k in range(1 + int(max(e for m in gap for _, e in m)))]
    values = {state.terms.term(["num", v], {})[1] for v in listed(step["values"], "values")}
    require(
        len(values) == len(p) - 1 and all(roots.value(p, v) == 0 for v in values), "K7: all values that it may have"
    )
    before = state.rewrites
    try:
        for v in values:
            state.rewrites = [(poly, number(v), (), frozenset((a.atoms[atom][1],))), *before]
            _same(state, old, new, env)
    finally:
        state.rewrites = before


KINDS: dict[str, tuple[set[str], Callable[[dict[str, Any], Any, tuple[Any, ...], int], set[str]]]] = {
    "direct": ({"steps"}, _direct),
    "contradiction": ({"steps", "of"}, _contradiction),
    "cases": ({"split", "branches"}, _by_cases),
    "otherwise": ({"equation", "proofs"}, _otherwise),
    "angle": ({"times", "sine", "within", "cosine"}, _angle),
    "squeeze": ({"sides"}, lambda claim, proof, extra, _: squeeze(claim, proof, extra, State, prove)),
    "optimum": (
        {"admissible", "stationary", "curved"},
        lambda claim, proof, extra, _: optimum(claim, proof, extra, State, prove),
    ),
    "slope": (
        {"name", "low", "high", "from", "strict", "except", "proofs"},
        lambda claim, proof, extra, _: slope(claim, proof, extra, State, prove),
    ),
    "ends": (
        {"name", "low", "high", "from", "at", "slope", "isolated"},
        lambda claim, proof, extra, depth: ends(claim, proof, extra, depth, State, prove),
    ),
    "falling": (
        {"name", "low", "from", "less", "proofs"},
        lambda claim, proof, extra, _: falling(claim, proof, extra, State, prove),
    ),
    "multiple": (
        {"term", "factor", "proof"},
        lambda claim, proof, extra, _: multiple(claim, proof, extra, State, prove),
    ),
    "lemma": (
        {"lemma", "proof", "images", "dimensions", "places", "every", "owed", "rest"},
        lambda claim, proof, extra, depth: lemma(claim, proof, extra, depth, State, prove),
    ),
    "relaxed": (
        {"name", "proof"},
        lambda claim, proof, extra, _: relaxed(claim, proof, extra, State, prove),
    ),
    "exponential": (
        {"times", "proof"},
        lambda claim, proof, extra, _: exponential(claim, proof, extra, State, prove),
    ),
    "powers": (
        {"left", "right", "times", "power", "signs", "proof"},
        lambda claim, proof, extra, depth: powers(claim, proof, extra, depth, State, prove),
    ),
    "within": (
        {"limit", "value", "moved", "indices", "proof", "rest"},
        lambda claim, proof, extra, depth: within(claim, proof, extra, depth, State, prove),
    ),
    "given": (
        {"name", "value", "proof"},
        lambda claim, proof, extra, depth: given(claim, proof, extra, depth, State, prove),
    ),
    "parts": ({"parts"}, lambda claim, proof, extra, depth: parts(claim, proof, extra, depth, State, prove)),
    "period": ({"name"}, lambda claim, proof, extra, _: period(claim, proof, extra, State)),
    "whole": ({"proofs"}, lambda claim, proof, extra, depth: whole(claim, proof, extra, depth, State, prove)),
    "series": ({"order"}, lambda claim, proof, extra, _: series(claim, proof, extra, State)),
    "sides": ({"above", "below"}, lambda claim, proof, extra, depth: sides(claim, proof, extra, depth, prove)),
    "rewritten": (
        {"end", "body", "same", "rest"},
        lambda claim, proof, extra, depth: rewritten(claim, proof, extra, depth, State, prove),
    ),
    "quotient": (
        {"end", "to", "tend", "moves", "body", "same", "rest"},
        lambda claim, proof, extra, depth: quotient(claim, proof, extra, depth, State, prove),
    ),
    "boxes": ({"name", "ends"}, lambda claim, proof, extra, _: boxes(claim, proof, extra, State)),
}
FAILURES = {"==": (">", "<"), "!=": ("==",), "<": (">=",), "<=": (">",), ">": ("<=",), ">=": ("<",)}
BRANCHES = {  # the function, the ends of its branch in half turns, whether they are reached
    "asin": ("sin", (-HALF, HALF), 1),
    "acos": ("cos", (Fraction(0), Fraction(1)), 1),
    "atan": ("tan", (-HALF, HALF), POSITIVE),
}
STEPS: dict[str, Replacement] = {
    "N3": _algebraic,
    "G3": _inverse,
    "R4": _same,
    "E2": _argument,
    "P4": _logarithm,
    "P6": _power,
    "P7": _root,
    "G7": _absolute,
    "T2": _product,
    "O7": _extremum,
    "S4": _exchanged,
}
