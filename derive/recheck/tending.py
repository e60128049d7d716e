"""Limits from those of parts (KERNEL L3, L10): a continuous function of what tends to values tends to its value there.

    {"kind": "parts", "parts": [[t, v, PROOF], ..]}

Where a term t of the body stands, v stands for it, with the proof that t tends to v; the variable tends to its point.
What is left is made of continuous functions, strictly inside of where they have a value. A value is finite, 0 from one
side, or infinite; which are joined to what is by a row of the tables only. A whole number that grows is read as a real
one: the functions here have the same values for both, powers of what is positive only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from derive.recheck.calculus import CONTINUOUS
from derive.recheck.limits import INFINITE, INTEGERS, Prove, inner_positions, mentions
from derive.recheck.polynomial import NEGATIVE, POSITIVE, add, scale
from derive.recheck.terms import listed, require

Claim = dict[str, Any]
ZERO, OO = ["num", "0"], ["const", "oo"]
HALF_PI = ["div", ["const", "pi"], ["num", "2"]]


class Value(NamedTuple):
    """A finite term; 0 that is approached from the side of the sign; or infinity of the sign."""

    term: Any
    sign: int = 0
    infinite: bool = False


AT_INFINITY = {  # of functions: the value at oo, and at -oo
    "exp": (Value(OO, 1, True), Value(ZERO, 1)),
    "expm1": (Value(OO, 1, True), Value(["num", "-1"])),
    "log": (Value(OO, 1, True), None),
    "log1p": (Value(OO, 1, True), None),
    "sqrt": (Value(OO, 1, True), None),
    "cbrt": (Value(OO, 1, True), Value(OO, -1, True)),
    "Abs": (Value(OO, 1, True), Value(OO, 1, True)),
    "sinh": (Value(OO, 1, True), Value(OO, -1, True)),
    "cosh": (Value(OO, 1, True), Value(OO, 1, True)),
    "tanh": (Value(["num", "1"]), Value(["num", "-1"])),
    "erf": (Value(["num", "1"]), Value(["num", "-1"])),
    "atan": (Value(HALF_PI), Value(["neg", HALF_PI])),
    "sign": (Value(["num", "1"]), Value(["num", "-1"])),
}
AT_ZERO = {"log": (-1, True), "sqrt": (1, False), "Abs": (1, False)}  # from above: the sign, and whether it is infinite
ODD = (
    "sin",
    "tan",
    "asin",
    "atan",
    "sinh",
    "tanh",
    "asinh",
    "atanh",
    "erf",
    "cbrt",
    "expm1",
    "log1p",
)  # rise through 0


def parts(claim: Claim, proof: Any, extra: tuple[Any, ...], depth: int, state: Any, prove: Prove) -> set[str]:
    """The rules that a limit rests on that is shown part by part. Raises Rejected."""
    limit, value, extra = opened(claim, extra)
    known = [(t, v) for t, v, _ in listed(proof["parts"], "parts")]
    here = about(claim, limit[2], extra)
    tending = Tending(state(here, ()), limit, known)
    found = tending.of(limit[1], {})
    _compare(tending.facts, found, value)
    rules = {"L3"}
    for n, (t, v, own) in enumerate(proof["parts"]):
        indices = [[k, size] for k, size in tending.bound.get(n, {}).items()]
        part = {**claim, "indices": [*claim["indices"], *indices], "left": ["limit", t, *limit[2:]], "right": v}
        rules |= prove(part, own, extra, depth + 1) | ({"L10"} if indices else set())
    return rules


def opened(claim: Claim, extra: tuple[Any, ...]) -> tuple[Any, Any, tuple[Any, ...]]:
    """The limit of a claim, what it is said to be, which does not speak of its variable, and that this has a value."""
    require(claim["op"] == "==", "L3: a limit that is equal to a term")
    limit, value = (claim["left"], claim["right"]) if claim["left"][0] == "limit" else (claim["right"], claim["left"])
    require(limit[0] == "limit" and len(limit) == 5, "L3: a side is a limit")
    kinds = {n: (kind, shape) for n, kind, shape in claim["declarations"]}
    kind, shape = kinds.get(limit[2], ("", 0))
    whole = kind in INTEGERS and (kind == "dimension" or limit[3] not in INFINITE)
    require(shape == [] and not whole, "L3: a limit in a real variable, or in a whole number far out")
    require(limit[4] == "" or limit[3] not in INFINITE, "L3: infinity has one side")
    require(not mentions(value, limit[2]) and not mentions(limit[3], limit[2]), "L3: a value that does not move")
    return limit, value, extra if value in INFINITE else (*extra, ["rel", "==", value, value])


def about(claim: Claim, name: str, extra: tuple[Any, ...]) -> Claim:
    """A claim of nothing, with what is known where the variable of a limit moves freely (E6)."""
    known = [*claim["hypotheses"], *({"relation": r, "quantified": []} for r in extra)]
    kept = [h for h in known if not any(mentions(t, name) for t in h["relation"][2:])]
    declared = [[n, "real", []] if n == name else [n, kind, shape] for n, kind, shape in claim["declarations"]]
    return {**claim, "declarations": declared, "hypotheses": kept, "left": ZERO, "op": "==", "right": ZERO}


def _compare(facts: Any, found: Value, value: Any) -> None:
    if value in INFINITE:
        sign = 1 if value == OO else -1
        require(found.infinite and found.sign == sign, "L3: what the body tends to is infinite")
        return
    require(not found.infinite, "L3: what the body tends to is finite")
    terms = [facts.terms.term(t, facts.scope) for t in (found.term, value)]
    require(all(facts.reader.certain(t, facts.env) for t in terms), "L3: the limit has a value")
    gap = add(facts.reader.read(terms[0], facts.env), scale(facts.reader.read(terms[1], facts.env), -1))
    require(facts.algebra.is_zero(gap), "L3: what the body tends to is the value")


@dataclass(slots=True)
class Tending:
    """Where terms tend to; ``bound`` are the indices bound around each part that is used."""

    facts: Any
    limit: Any
    known: list[tuple[Any, Any]]
    bound: dict[int, dict[str, str]] = field(default_factory=dict)

    def of(self, term: Any, inner: dict[str, str]) -> Value:
        """What a term tends to, below bound indices. Raises Rejected."""
        known = self._known(term, inner)
        if known is not None:
            return known
        if term[0] == "reduce":
            return self._reduced(term, inner)
        require(term[0] in ("neg", "add", "sub", "mul", "div", "pow", "apply"), "L3: a continuous function")
        values = {n: self.of(term[n], inner) for n in inner_positions(term)}
        found = self._at_an_end(term, list(values.values()), inner)
        if found is not None:
            return found
        require(not any(v.infinite for v in values.values()), "L3: a function with a value at infinity")
        there = [values[n].term if n in values else t for n, t in enumerate(term)]
        self._require_inside(term, there, inner)
        return Value(there)

    def _known(self, term: Any, inner: dict[str, str]) -> Value | None:
        """What a part, the variable, its distance from the point, or what does not move tends to."""
        _, _, name, point, side = self.limit
        for n, (t, v) in enumerate(self.known):
            if t == term:
                own = self.bound.setdefault(n, inner)
                require(own == inner, "L10: a part stands below the same indices everywhere")
                require(not mentions(v, name), "L3: a value that does not move")
                return Value(OO, 1 if v == OO else -1, True) if v in INFINITE else self._fixed(v, inner)
        if term == ["var", name]:
            return self._point()
        if side and term == ["sub", ["var", name], point]:
            return Value(ZERO, 1 if side == "+" else -1)
        return None if mentions(term, name) else self._fixed(term, inner)

    def _fixed(self, term: Any, inner: dict[str, str]) -> Value:
        read, env = self.read(term, inner)
        require(self.facts.reader.certain(read, env), "L3: what does not move has a value")
        self.facts.reader.read(read, env)  # not oo, nor a part of it
        return Value(term)

    def _point(self) -> Value:
        point, side = self.limit[3:]
        if point in INFINITE:
            return Value(OO, 1 if point == OO else -1, True)
        sign = {"+": 1, "-": -1}.get(side, 0) if point == ZERO else 0
        return Value(point, sign) if sign else self._fixed(point, {})

    def read(self, term: Any, inner: dict[str, str]) -> tuple[Any, Any]:
        """A term and what its indices stand for, the bound ones for any value."""
        facts = self.facts
        env = {k: facts.algebra.place(facts.algebra.new(size)) for k, size in inner.items()}
        return facts.terms.term(term, {**facts.scope, **inner}), {**facts.env, **env}

    def _sign(self, value: Value, inner: dict[str, str]) -> int:
        """The sign that a value surely has, that of what is approached included; 0 where it is not seen."""
        if value.sign:
            return value.sign
        term, env = self.read(value.term, inner)
        bits = self.facts.signs.of_form(term, env)
        return 1 if bits & POSITIVE == POSITIVE else -1 if bits & NEGATIVE == NEGATIVE else 0

    def _reduced(self, term: Any, inner: dict[str, str]) -> Value:
        _, kind, k, dimension, out, body = term
        require(kind in ("Sum", "Product") and out == [], "L10: a sum or product over a whole range")
        require(k not in {**self.facts.scope, **inner}, "L10: an index of its own")
        value = self.of(body, {**inner, k: dimension})
        require(not value.infinite, "L10: terms with a limit")
        return Value(["reduce", kind, k, dimension, [], value.term])

    def _at_an_end(self, term: Any, values: list[Value], inner: dict[str, str]) -> Value | None:
        """What the tables say, where an argument is infinite or 0 from one side."""
        if not any(v.sign for v in values):
            return None
        match term[0], values:
            case "apply", [v]:
                return _of_function(term[1], v)
            case "apply", [v, w] if term[1] in ("Max", "Min"):
                return _largest(v, w, 1 if term[1] == "Max" else -1)
            case "neg", [v]:
                return Value(v.term, -v.sign, v.infinite)
            case (("add" | "sub"), [v, w]):
                return _sum(v, w if term[0] == "add" else Value(["neg", w.term], -w.sign, w.infinite))
            case "mul", [v, w]:
                return self._product(v, w, inner)
            case "div", [v, w]:
                return self._product(v, self._inverse(w, inner), inner)
            case "pow", [v, w] if not mentions(term[2], self.limit[2]):
                return self._power(v, w, inner)
            case _:
                return None

    def _inverse(self, v: Value, inner: dict[str, str]) -> Value:
        if v.infinite:
            return Value(ZERO, v.sign)
        return Value(OO, v.sign, True) if v.sign else self._fixed(["div", ["num", "1"], v.term], inner)

    def _product(self, v: Value, w: Value, inner: dict[str, str]) -> Value:
        ends = [x for x in (v, w) if x.infinite]
        if ends and any(x.sign and not x.infinite for x in (v, w)):
            require(False, "L3: 0 times what is infinite is not decided")
        signs = [self._sign(x, inner) for x in (v, w)]
        sign = signs[0] * signs[1]
        if ends:
            require(sign != 0, "L3: the sign of what is infinite is seen")
            return Value(OO, sign, True)
        term, env = self.read(["mul", v.term, w.term], inner)
        require(self.facts.reader.certain(term, env), "L3: a factor has a value")
        return Value(ZERO, sign)

    def _power(self, v: Value, w: Value, inner: dict[str, str]) -> Value | None:
        """A power of what is infinite, or 0 from one side, with an exponent of known sign: below 0 a whole number."""
        way, above = self._sign(w, inner), v.sign
        if v.sign < 0:
            if w.term[0] != "num" or "/" in w.term[1]:
                return None
            above = -1 if int(w.term[1]) % 2 else 1
        if not way or not v.sign:
            return None
        grows = v.infinite == (way > 0)
        return Value(OO, above, True) if grows else Value(ZERO, above)

    def _require_inside(self, old: Any, there: Any, inner: dict[str, str]) -> None:
        """Near the values of its arguments a function has a value and is continuous."""
        facts = self.facts
        require(old[0] != "apply" or old[1] in CONTINUOUS, "L3: a continuous function")
        term, env = self.read(there, inner)
        base_moves = old[0] == "pow" and mentions(old[2], self.limit[2])
        if base_moves:
            base, env = self.read(there[1], inner)
            require(facts.signs.of_form(base, env) & POSITIVE == POSITIVE, "P6: the base of a moving power is positive")
            return
        require(facts.reader.certain(term, env), "L3: a value at the limits of the arguments")
        conditions = list(facts.reader.own_conditions(term, env))
        open_ = all(_strictly(facts, poly, bits, t, env) for poly, bits, t in conditions)
        require(open_, "L3: strictly inside of where the function has a value")


def _strictly(facts: Any, poly: Any, bits: int, term: Any, env: Any) -> bool:
    wanted = bits | 4
    known = facts.signs.sign(poly) | (facts.signs.of_form(term, env) if term else 0)
    return bool(known & wanted == wanted)


def _of_function(name: str, v: Value) -> Value | None:
    if v.infinite:
        found = AT_INFINITY.get(name, (None, None))[v.sign < 0]
        require(found is not None, "L3: a function with a value at infinity")
        return found
    if name in AT_ZERO and (v.sign > 0 or name == "Abs"):
        sign, infinite = AT_ZERO[name]
        return Value(OO if infinite else ZERO, sign, infinite)
    if name == "sign":
        return Value(["num", str(v.sign)])
    return Value(ZERO, v.sign) if name in ODD else None


def _largest(v: Value, w: Value, way: int) -> Value | None:
    """The largest of two, or the least for the way -1, where one is infinite."""
    for x, other in ((v, w), (w, v)):
        if x.infinite:
            return x if x.sign == way else other
    return None


def _sum(v: Value, w: Value) -> Value | None:
    ends = {x.sign for x in (v, w) if x.infinite}
    if ends:
        require(len(ends) == 1, "L3: the difference of what is infinite is not decided")
        return Value(OO, ends.pop(), True)
    return Value(ZERO, v.sign) if v.sign == w.sign else None
