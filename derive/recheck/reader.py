"""From terms to polynomials: definedness, derivatives, hypotheses. One ``Reader`` serves one claim under hypotheses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import partial, reduce
from math import factorial

from derive.recheck.angles import turn
from derive.recheck.envelope import attained
from derive.recheck.polynomial import (
    HALF,
    LARGEST,
    NEGATIVE,
    ONE,
    POSITIVE,
    ZERO,
    Algebra,
    Body,
    Poly,
    Rational,
    Undefined,
    add,
    constant,
    number,
    ratio,
    scale,
)
from derive.recheck.roots import is_simple
from derive.recheck.terms import Index, Rejected, Term, Terms, children, require

Env = Mapping[str, Index]
BITS = {">": POSITIVE, ">=": 1, "<": NEGATIVE, "<=": 2, "!=": 4, "==": ZERO}
Condition = tuple[Poly, int]  # the polynomial has the sign that the bits tell


class Reader:
    """Reads the terms of a claim. ``below`` names the variables of the derivatives around the position."""

    def __init__(self, terms: Terms, algebra: Algebra) -> None:
        self.terms = terms
        self.algebra = algebra
        self.exists = True  # that the derivatives that are read exist is known, as the sides have a value (V14)
        self.attained: tuple[int, Poly] | None = None  # a Max or Min that is differentiated, and a term that attains it
        self.named: Callable[[str], list[Index]] = lambda dimension: []  # the indices of a dimension that have a name
        algebra.turn, algebra.whole = partial(turn, algebra), terms.is_integer
        self.form: Callable[[Term, Env], int] = lambda term, env: 0  # the sign that a term shows as it is written

    def place(self, index: Index, env: Env) -> Index:
        """The index that a name stands for."""
        return self.algebra.place(env.get(index.name, index) if isinstance(index.name, str) else index)

    def read(self, term: Term, env: Env) -> Poly:
        """The polynomial of a term, equal to it wherever it has a value. Raises Rejected, Undefined."""
        a = self.algebra
        match term:
            case "num", value:
                return number(value)
            case "const", name:
                require(name != "oo", "oo is no value")
                return a.exp(ONE) if name == "E" else a.atom("const", name)
            case "var", name:
                size = a.size(name) if self.terms.types.get(name) == "dimension" else None
                return number(size) if size is not None else a.atom("var", name)
            case "comp", name, at:
                return a.atom("comp", name, tuple(self.place(i, env) for i in at))
            case "delta", i, j:
                return a.delta(self.place(i, env), self.place(j, env))
            case "neg", t:
                return scale(self.read(t, env), -1)
            case "add" | "sub", t, u:
                return add(self.read(t, env), scale(self.read(u, env), 1 if term[0] == "add" else -1))
            case "mul" | "div", t, u:
                return a.mul(self.read(t, env), self.read(u, env) if term[0] == "mul" else self._inverse(u, env))
            case "pow", t, u:
                return a.symbolic(self.read(t, env), self.read(u, env), self.terms.whole(u))
            case "apply", name, *args:
                return self._apply(name, [self.read(t, env) for t in args])
            case "reduce", kind, k, out, body:
                new, skipped = a.place(a.new(k.dimension)), tuple(self.place(i, env) for i in out)
                if new in skipped and kind in ("Sum", "Product"):  # the range is empty, the body may have no value
                    return {} if kind == "Sum" else ONE
                try:
                    inner = self.read(body, {**env, k.name: new})
                except Undefined as nowhere:
                    require(not out, f"a range that may be empty: {nowhere}")
                    raise
                return a.reduce(kind, new, skipped, inner)
            case "diff", body, targets:
                return self._derivative(body, targets, env)
            case _:
                raise Rejected(f"{term[0]} inside a term")

    def _inverse(self, term: Term, env: Env) -> Poly:
        """R3: 1/t factor by factor, so that powers of sums stay powers."""
        match term:
            case (("mul" | "div"), t, u):
                other = self._inverse(u, env) if term[0] == "mul" else self.read(u, env)
                return self.algebra.mul(self._inverse(t, env), other)
            case "pow", t, ("num", e) if e.denominator == 1 and e > 0:
                return self.algebra.power(self._inverse(t, env), e)
            case _:
                return self.algebra.power(self.read(term, env), -1)

    def _apply(self, name: str, args: list[Poly]) -> Poly:
        a, t = self.algebra, args[0]
        match name:
            case "exp" | "log" | "sqrt":
                return a.exp(t) if name == "exp" else a.log(t) if name == "log" else a.power(t, HALF)
            case "ceiling":
                a.used.add("G9")
                return scale(a.apply("floor", scale(t, -1)), -1)
            case "expm1" | "log1p":
                return add(a.exp(t), number(-1)) if name == "expm1" else a.log(add(t, ONE))
            case "Max" | "Min":
                a.used.add("G7")
                for u in args[1:]:
                    gap = a.apply("Abs", add(t, scale(u, -1)))
                    t = scale(add(t, u, scale(gap, 1 if name == "Max" else -1)), HALF)
                return t
            case "acot":
                a.used.add("G5")
                side = a.apply("sign", t)
                branch = add(ONE, side, scale(a.mul(side, side), -1))
                return add(scale(a.mul(a.atom("const", "pi"), branch), HALF), scale(a.apply("atan", t), -1))
            case "binomial" if (k := constant(args[1])) is not None and k.denominator == 1 and 0 <= k <= LARGEST:
                a.used.add("G8")
                falling = (add(t, number(-j)) for j in range(int(k)))
                return scale(reduce(a.mul, falling, ONE), ratio(1, factorial(int(k))))
            case "cbrt":
                return a.mul(a.apply("sign", t), a.power(a.apply("Abs", t), Fraction(1, 3)))
            case "sinh" | "cosh" | "tanh" | "coth" | "sech" | "csch":
                a.used.add("G1")
                up, down = a.exp(t), scale(a.exp(scale(t, -1)), 1)
                odd, even = scale(add(up, scale(down, -1)), HALF), scale(add(up, down), HALF)
                above = {"sinh": odd, "cosh": even, "tanh": odd, "coth": even}.get(name, ONE)
                under = {"tanh": even, "coth": odd, "sech": even, "csch": odd}.get(name, ONE)
                return a.mul(above, a.power(under, -1))
            case "asinh" | "acosh" | "atanh":
                a.used.add("G1")
                up, down = add(t, ONE), add(t, number(-1))
                if name == "atanh":
                    return scale(add(a.log(up), scale(a.log(scale(down, -1)), -1)), HALF)
                return a.log(add(t, a.power(add(a.mul(t, t), number(-1 if name == "acosh" else 1)), HALF)))
            case "tan" | "cot" | "sec" | "csc":
                sin, cos = a.apply("sin", t), a.apply("cos", t)
                above = {"tan": sin, "cot": cos}.get(name, ONE)
                return a.mul(above, a.power(cos if name in ("tan", "sec") else sin, -1))
            case _:
                return a.apply(name, *args)

    # Definedness (KERNEL 2.2), read from the term as it stands.

    def conditions(self, term: Term, env: Env) -> Iterator[Condition]:
        """What holds wherever the term has a value; new indices in it stand for every value of their dimension."""
        if term[0] == "reduce":
            if not term[3]:
                yield from self.conditions(
                    term[4], {**env, term[2].name: self.algebra.place(self.algebra.new(term[2].dimension))}
                )
            return
        if term[0] in ("limit", "optimum"):  # its variable is another one
            return
        if term[0] == "diff":
            yield from self._kinks(term[1], term[2], env)
        for _, t in children(term):
            yield from self.conditions(t, env)
        if term[:2] == ("apply", "acosh"):
            square = self.algebra.power(self.read(term[2], env), 2)
            yield add(square, number(-1)), 1  # follows from its own condition, and is what stands under a root
        yield from ((poly, bits) for poly, bits, _ in self.own_conditions(term, env))

    def own_conditions(self, term: Term, env: Env) -> Iterator[tuple[Poly, int, Term | None]]:
        """The conditions that a node adds to those of its subterms, with the subterm that has the sign, if one has."""
        match term:
            case "div", _, u:
                yield from ((self.read(t, env), 4, t) for t in _factors(u))
            case "pow", t, u:
                yield from self._of_power(t, self.read(t, env), self.read(u, env), self.terms.whole(u))
            case "apply", name, t, *_ if name in DOMAINS:
                poly = self.read(t, env)
                for factor, shift, bits in DOMAINS[name]:
                    yield add(scale(poly, factor), number(shift)), bits, None if shift else t
            case "apply", "tan" | "sec" | "cot" | "csc", t:
                other = "cos" if term[1] in ("tan", "sec") else "sin"
                yield self.algebra.apply(other, self.read(t, env)), 4, None
            case (("comp" | "delta"), *_):
                at = term[2] if term[0] == "comp" else term[1:]
                for i in at:
                    if isinstance(i.name, int):
                        size = self.algebra.size(i.dimension)
                        known = self.algebra.atom("var", i.dimension) if size is None else number(size)
                        yield add(known, number(-i.name)), 1, None
            case _:
                return

    def _of_power(self, term: Term, base: Poly, exponent: Poly, whole: bool) -> Iterator[tuple[Poly, int, Term | None]]:
        known = self.algebra.sign(exponent)
        if whole and not known & 1:
            value = constant(exponent)
            if known & NEGATIVE == NEGATIVE or (value is not None and value < 0):
                yield base, 4, term
        elif not whole:
            yield base, POSITIVE if known & 2 else 1, term

    def certain(self, term: Term, env: Env) -> bool:
        """Whether a term is proved to have a value, by the facts alone."""
        if term[0] == "reduce":
            env = {**env, term[2].name: self.algebra.place(self.algebra.new(term[2].dimension))}
        if (term[0] == "apply" and term[1] in PARTIAL) or term[0] in ("diff", "limit", "optimum"):
            return False
        if term[0] == "pow":
            base, exponent = (self.algebra.sign(self.read(t, env)) for t in term[1:])
            whole = self.terms.whole(term[2])
            if not (exponent & 1 or base & 4 if whole else POSITIVE in (base & POSITIVE, exponent & POSITIVE)):
                return False
        if not all(self.certain(t, env) for _, t in children(term)):
            return False
        seen = ((poly, bits, self.form(t, env) if t else 0) for poly, bits, t in self.own_conditions(term, env))
        return all((form | self.algebra.sign(poly)) & bits == bits for poly, bits, form in seen)

    # Derivatives (KERNEL 4.8).

    def _derivative(self, body: Term, targets: tuple[Term, ...], env: Env) -> Poly:
        """V8: what the targets constrain is not known below; the result is then read with every hypothesis."""
        before = self.algebra.below
        self.algebra.below = before | {t[1] for t in targets}
        try:
            poly = self.read(body, env)
            for target in targets:
                outer = before if len(targets) == 1 else self.algebra.below
                self.attained = attained(self, poly, target[1], outer)
                poly = self._moved(poly, *self._target(target, env))
        finally:
            self.algebra.below, self.attained = before, None
        return self.algebra.renewed(poly)

    def _moved(self, poly: Poly, name: str, place: tuple[Index, ...] | None) -> Poly:
        """V16: where a*floor(w) + g has a derivative, floor(w) does not move: a != 0, a, g and w smooth, w' != 0."""
        a = self.algebra
        floors = {x for mono in poly for x, e in mono if a.atoms[x][:2] == ("fn", "floor") and e == 1}
        for atom in floors if self.exists else ():
            if self._breaks(poly, atom, dict(a.atoms[atom][2]), name, place):
                a.used.add("V16")
                around, apart = _parted(poly, atom)
                still: Poly = {((atom, 1),): 1}
                return add(
                    a.mul(self.differentiate(around, name, place), still), self.differentiate(apart, name, place)
                )
        return self.differentiate(poly, name, place)

    def _kinks(self, body: Term, targets: tuple[Term, ...], env: Env) -> list[Condition]:
        """What is not 0 wherever a derivative exists (V13, V15)."""
        name, place = self._target(targets[0], env)
        a, before = self.algebra, self.algebra.below
        a.below = before | {name}
        try:
            found = [*self._corners(self.read(body, env), name, place)]
            return found + [
                (w, 4) for w, bits in self.conditions(body, env) if bits == 1 and self._ends(w, name, place)
            ]
        except Rejected:
            return []
        finally:
            a.below = before

    def _target(self, target: Term, env: Env) -> tuple[str, tuple[Index, ...] | None]:
        return target[1], tuple(self.place(i, env) for i in target[2]) if target[0] == "comp" else None

    def _corners(self, poly: Poly, name: str, place: tuple[Index, ...] | None) -> Iterator[Condition]:
        """V13: a*Abs(w) + g, a*sign(w) + b*sign(w)**2 + g have no derivative where w = 0.

        So it is for a, b, g and w smooth, w' != 0 and a != 0; beside a sign a' != 0 is enough, as a slope breaks then.
        """
        a = self.algebra
        for atom in {x for mono in poly for x, e in mono if a.kind(x) in ("Abs", "sign") and e == 1}:
            inner = dict(a.atoms[atom][1])
            plain = {m: c for m, c in poly.items() if a.kind(atom) == "Abs" or (atom, 2) not in m}
            even = {tuple(f for f in m if f[0] != atom): c for m, c in poly.items() if m not in plain}
            turned = a.kind(atom) == "sign" and self._turns(_parted(poly, atom)[0], name, place)
            if self.smooth(even) and self._breaks(plain, atom, inner, name, place, turned):
                a.used.add("V13")
                yield inner, 4

    def _turns(self, around: Poly, name: str, place: tuple[Index, ...] | None) -> bool:
        """Whether what stands beside a sign has a slope other than 0."""
        return self.smooth(around) and bool(self.algebra.sign(self.differentiate(around, name, place)) & 4)

    def _breaks(
        self, poly: Poly, atom: int, inner: Poly, name: str, place: tuple[Index, ...] | None, turned: bool = False
    ) -> bool:
        """Whether a polynomial has a derivative only where that of an atom which is all that is not smooth has one."""
        a = self.algebra
        around, apart = _parted(poly, atom)
        smooth = all(map(self.smooth, (around, apart, inner)))
        broken = 4 if turned else a.sign(around)
        return smooth and bool(broken & a.sign(self.differentiate(inner, name, place)) & 4)

    def _ends(self, w: Poly, name: str, place: tuple[Index, ...] | None) -> bool:
        """V15: what has a value only for w >= 0 has no derivative where w = 0 and w' != 0."""
        a = self.algebra
        if name not in a.free(w) or not self.smooth(w):
            return False
        a.used.add("V15")
        return bool(a.sign(self.differentiate(w, name, place)) & 4) or (place is None and self._is_simple(w, name))

    def _is_simple(self, w: Poly, name: str) -> bool:
        """Whether a polynomial is one in a variable alone, without multiple roots."""
        x = self.algebra.ids["var", name]
        degrees = {m: m[0][1] if m else 0 for m in w}
        if any(m and (len(m) > 1 or m[0][0] != x) for m in w) or any(
            e.denominator != 1 or e < 0 for e in degrees.values()
        ):
            return False
        return is_simple([Fraction(w.get(((x, k),) if k else (), 0)) for k in range(1 + int(max(degrees.values())))])

    def smooth(self, poly: Poly, variable: int = -1) -> bool:
        """Whether a polynomial has a derivative wherever it has a value nearby; one atom may count as a variable."""
        a, others = self.algebra, [f for m in poly for f in m if f[0] != variable or f[1].denominator != 1]
        kinds = {"var", "comp", "const", "delta", "exp", "log", "base", "sum"}
        whole = all(
            (a.kind(x) in kinds or a.atoms[x][:2] in SMOOTH) and (e.denominator == 1 or a.kind(x) == "exp")
            for x, e in others
        )
        return whole and all(self.smooth(dict(p), variable) for x, _ in others for p in a.atoms[x] if type(p) is Body)

    def _smooth_where_zero(self, w: Poly) -> bool:
        """V14: whether a polynomial has a derivative where it is 0: it is not 0 where an Abs in it is."""
        a = self.algebra
        sizes = {x for m in w for x, e in m if a.kind(x) == "Abs" and e == 1}
        apart = all(a.sign({m: c for m, c in w.items() if x not in dict(m)}) & 4 for x in sizes)
        others: Poly = {tuple(f for f in m if f[0] not in sizes): 1 for m in w}
        return apart and self.smooth(others) and all(self.smooth(dict(a.atoms[x][1])) for x in sizes)

    def differentiate(self, poly: Poly, name: str, at: tuple[Index, ...] | None) -> Poly:
        """V2: the product rule over each monomial. Raises Rejected where an open condition is not proved."""
        a, total = self.algebra, []
        for mono, c in poly.items():
            for atom, e in mono:
                if name in a.inside[atom]:
                    a.used.add("V2")
                    others: Poly = {tuple(f for f in mono if f[0] != atom): c * e}
                    lowered = a.power({((atom, 1),): 1}, e - 1)
                    total.append(a.mul(a.mul(others, lowered), self._of_atom(atom, e, name, at)))
        return add(*total)

    def _of_atom(self, atom: int, e: Rational, name: str, at: tuple[Index, ...] | None) -> Poly:
        a = self.algebra
        head, *parts = a.atoms[atom]
        if e.denominator > 1 and e > 0:
            self._open(POSITIVE, {((atom, 1),): 1}, "V3: a root is differentiated where it is positive")
        match head:
            case "var":
                a.used.add("V1")
                return ONE if at is None else {}
            case "comp":
                a.used.add("V1")
                total = ONE if at is not None else {}
                for i, j in zip(parts[1], at or (), strict=at is not None):
                    total = a.mul(total, a.delta(i, j))
                return total
            case "exp":
                return a.mul({((atom, 1),): 1}, self.differentiate(dict(parts[0]), name, at))
            case "base":
                return self.differentiate(dict(parts[0]), name, at)
            case "log":
                inner = dict(parts[0])
                return a.mul(self.differentiate(inner, name, at), a.power(inner, -1))
            case "sum":
                a.used.add("V6")
                bound, body = a.opened(atom)
                total = self.differentiate(body, name, at)
                for k in reversed(bound):
                    total = a.sum(k, total)
                return total
            case "Abs" | "sign":
                inner = dict(parts[0])
                if head == "Abs" and self.exists and self._smooth_where_zero(inner):
                    a.used.add("V14")
                else:
                    self._open(4, inner, "V3: Abs and sign are differentiated where the argument differs from 0")
                slope = self.differentiate(inner, name, at)  # without one the argument may jump across 0
                return a.mul(a.apply("sign", inner), slope) if head == "Abs" else {}
            case "fn":
                return self._of_function(parts[0], [dict(p) for p in parts[1:]], name, at)
            case "power":
                base, exponent = dict(parts[0]), dict(parts[1])
                require(name not in a.free(exponent), "V3: the exponent of a power does not move")
                if not a.sign(add(exponent, number(-1))) & 1:
                    self._open(4, base, "V3: the base of a power differs from 0")
                lowered = a.symbolic(base, add(exponent, number(-1)), True)
                return a.mul(a.mul(exponent, lowered), self.differentiate(base, name, at))
            case "reduce" if parts[0] == "Product":
                return self._of_product(atom, parts[2], name, at)
            case "reduce" if self.attained and self.attained[0] == atom:
                a.used.add("V17")
                return self.differentiate(self.attained[1], name, at)
            case _:
                raise Rejected(f"the derivative of {head}")

    def _of_product(self, atom: int, out: tuple[Index, ...], name: str, at: tuple[Index, ...] | None) -> Poly:
        """V7: the sum over the factors of the derivative of one times the product of the others."""
        a = self.algebra
        a.used.add("V7")
        (k,), body = a.opened(atom)
        other = a.new(k.dimension)
        rest = a.reduce("Product", other, (*out, k), a.rename(body, {k: other}))
        return a.reduce("Sum", k, out, a.mul(self.differentiate(body, name, at), rest))

    def _of_function(self, function: str, args: list[Poly], name: str, at: tuple[Index, ...] | None) -> Poly:
        """V3: the chain rule with the derivative of a function of one argument."""
        a, t = self.algebra, args[0]
        a.used.add("V3")
        square = a.mul(t, t)
        match function:
            case "sin" | "cos":
                outer = a.apply("cos", t) if function == "sin" else scale(a.apply("sin", t), -1)
            case "atan":
                outer = a.power(add(ONE, square), -1)
            case "erf":
                outer = scale(a.mul(a.exp(scale(square, -1)), a.power(a.atom("const", "pi"), -HALF)), 2)
            case "asin" | "acos":
                ends = [add(ONE, t), add(ONE, scale(t, -1))]
                for inside in ends if all(a.sign(end) & 4 for end in ends) else [add(ONE, scale(square, -1))]:
                    self._open(POSITIVE, inside, f"V3: {function} is differentiated inside its domain")
                outer = scale(a.power(add(ONE, scale(square, -1)), -HALF), -1 if function == "acos" else 1)
            case _:
                raise Rejected(f"the derivative of {function}")
        return a.mul(outer, self.differentiate(t, name, at))

    def _open(self, bits: int, poly: Poly, condition: str) -> None:
        """An open condition: where it holds at the point it holds nearby, so every fact counts."""
        before, self.algebra.below = self.algebra.below, frozenset()
        try:
            require(self.algebra.sign(poly) & bits == bits, condition)
        finally:
            self.algebra.below = before


def _parted(poly: Poly, atom: int) -> tuple[Poly, Poly]:
    """What stands beside an atom, and the terms without it."""
    around = {tuple(f for f in m if f[0] != atom): c for m, c in poly.items() if (atom, 1) in m}
    return around, {m: c for m, c in poly.items() if (atom, 1) not in m}


def _factors(term: Term) -> Iterator[Term]:
    """What a product is not 0 without."""
    match term:
        case "mul", t, u:
            yield from (*_factors(t), *_factors(u))
        case ("div", t, _) | ("neg", t) | ("pow", t, ("num", Fraction(numerator=1 | 2 | 3, denominator=1))):
            yield from _factors(t)
        case _:
            yield term


DOMAINS = {
    "log": ((1, 0, POSITIVE),),
    "log1p": ((1, 1, POSITIVE),),
    "sqrt": ((1, 0, 1),),
    "asin": ((1, 1, 1), (-1, 1, 1)),
    "acos": ((1, 1, 1), (-1, 1, 1)),
    "acosh": ((1, -1, 1),),
    "atanh": ((1, 1, POSITIVE), (-1, 1, POSITIVE)),
    "coth": ((1, 0, 4),),
    "csch": ((1, 0, 4),),
    "loggamma": ((1, 0, POSITIVE),),
    "factorial": ((1, 0, 1),),
    "binomial": ((1, 0, 1),),
}
SMOOTH = [("fn", name) for name in ("sin", "cos", "atan", "erf")]
PARTIAL = {"factorial", "binomial", "gamma", "loggamma"}
