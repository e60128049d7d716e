"""Signs: what is known of >= 0, <= 0 and != 0 of a polynomial wherever it has a value (KERNEL 4.11).

Nothing is searched. ``sign`` looks at the terms of a polynomial, one by one, and at the facts: hypotheses, conditions
under which the sides have a value, and lemmas. A lemma comes with its reason, which is checked in ``RULES``. New
indices (``~1``) in a fact stand for every value of their dimension.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import reduce
from itertools import product
from math import lcm
from operator import and_
from typing import Any, NamedTuple

from derive.recheck.interval import Undecided
from derive.recheck.ordered import ordered
from derive.recheck.polynomial import (
    HALF,
    NEGATIVE,
    ONE,
    POSITIVE,
    ZERO,
    Mono,
    Poly,
    Rational,
    Undefined,
    add,
    constant,
    number,
    ratio,
    scale,
)
from derive.recheck.reader import BITS, Env, Reader
from derive.recheck.roots import MOST_DEGREE, between, has_root, value
from derive.recheck.terms import Index, Term, require
from derive.recheck.value import Point

TYPES = {
    "positive": POSITIVE,
    "negative": NEGATIVE,
    "nonnegative": 1,
    "nonzero": 4,
    "positive integer": POSITIVE,
    "nonnegative integer": 1,
    "dimension": POSITIVE,
    "simplex": 1,
    "onehot": 1,
}
JUMPS = ("floor", "ceiling", "acot", "factorial", "binomial", "gamma")
RISING = ("asin", "atan", "erf")  # through 0
RANGES = {"acos": 1, "factorial": POSITIVE}


class Fact(NamedTuple):
    """A polynomial with its sign; ``pattern`` are the indices for which it holds whatever their value."""

    poly: Poly
    bits: int
    pattern: tuple[Index, ...]
    names: frozenset[str]
    continuous: bool
    shape: object
    moving: frozenset[Mono]


def times(left: int, right: int) -> int:
    """O2: the sign of a product."""
    if left & ZERO == ZERO or right & ZERO == ZERO:
        return ZERO | (left & right & 4)  # what is 0 and is not stays so
    same = (left & right & 1) or (left & right & 2)
    opposite = (left & 1 and right & 2) or (left & 2 and right & 1)
    return (1 if same else 0) | (2 if opposite else 0) | (left & right & 4)


def plus(left: int, right: int) -> int:
    """O2: the sign of a sum; strict if one term is."""
    weak = left & right & ZERO
    return weak | ((left | right) & 4) if weak else 0


def negated(bits: int) -> int:
    return (bits & 4) | (2 if bits & 1 else 0) | (1 if bits & 2 else 0)


def of_number(c: Rational) -> int:
    return ZERO if c == 0 else POSITIVE if c > 0 else NEGATIVE


class Signs:
    """The facts of a proof, and the signs that they give."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.algebra = reader.algebra
        self.facts: list[Fact] = []
        self.hits: set[int] = set()  # the facts that were looked up
        self.products = False  # whether a fact is about a product
        self.memo: dict[Any, int] = {}
        self.algebra.sign, reader.form = self.sign, self.of_form

    def learn(self, poly: Poly, bits: int) -> None:
        """Take in a fact."""
        if bits and constant(poly) is None:
            free = self.algebra.free(poly)
            pattern = tuple(sorted(x for x in free if isinstance(x, Index) and str(x.name).startswith("~")))
            names = frozenset(x for x in free if isinstance(x, str))
            self.facts.append(
                Fact(poly, bits, pattern, names, self._continuous(poly), self._shape(poly), self._moving(poly))
            )
            self.products = self.products or (len(poly) == 1 and len(next(iter(poly))) > 1)
            self.memo.clear()
            self._learn_factors(poly, bits)
            reduced = self.algebra.reduced(poly)
            self.learn(reduced if reduced != poly else {}, bits)
            mono, rest = self.algebra.cleared(poly) if len(poly) > 1 else ((), poly)
            if mono and self._of_mono(mono) & POSITIVE == POSITIVE:
                self.learn(rest, bits)

    def _learn_factors(self, poly: Poly, bits: int) -> None:
        """O2: where a product differs from 0, so does every factor; and so does what stands under a root or an Abs."""
        (mono, *more) = poly
        if not bits & 4 or more:
            return
        for atom, e in mono:
            own = e > 0 and self.algebra.kind(atom) in ("base", "Abs", "sign")
            if own:
                self.learn(dict(self.algebra.atoms[atom][1]), 4)
            elif e > 0 and (e != 1 or len(mono) > 1):
                self.learn({((atom, 1),): 1}, 4)

    def _shape(self, poly: Poly) -> object:
        """What a polynomial has in common with its instances."""
        kinds = {
            a: self.algebra.atoms[a][:2] if self.algebra.kind(a) in ("var", "comp") else self.algebra.kind(a)
            for m in poly
            for a, _ in m
        }
        return sorted(sorted((str(kinds[a]), e) for a, e in m) for m in poly)

    def _continuous(self, poly: Poly) -> bool:
        """Whether nothing that jumps stands in it: a strict fact at a point then holds nearby (E5)."""
        atoms = [self.algebra.atoms[atom] for mono in poly for atom, _ in mono]
        jumps = any(a[0] == "sign" or (a[0] == "fn" and a[1] in JUMPS) for a in atoms)
        return not jumps and all(self._continuous(dict(p)) for a in atoms for p in a if type(p).__name__ == "Body")

    def sign(self, poly: Poly) -> int:
        """The bits that are known."""
        value = constant(poly)
        if value is not None:
            return of_number(value)
        key = (tuple(sorted(poly.items())), self.algebra.below)
        if key not in self.memo:
            self.memo[key] = 0
            bits = self._of_terms(poly) | self._looked_up(poly) | self._case_by_case(poly) | self._of_logarithms(poly)
            bits |= 0 if bits & ZERO and bits & 4 else self._of_range(poly)
            reduced = self.algebra.reduced(poly)
            bits |= self.sign(reduced) if reduced != poly else 0
            if len(poly) > 1:
                mono, rest = self.algebra.cleared(poly)
                if mono:  # a common factor, denominators multiplied out
                    bits |= times(self._of_mono(mono), self.sign(rest))
            self.memo[key] = bits
        return self.memo[key]

    def _of_range(self, poly: Poly) -> int:
        """O21: a polynomial in one variable that has no root where facts and the type say that the variable is."""
        atoms, degrees = {a for m in poly for a, _ in m}, {m: m[0][1] if m else 0 for m in poly}
        whole = all(len(m) < 2 and e >= 0 and e.denominator == 1 for m, e in degrees.items())
        if len(atoms) != 1 or not whole or not 1 < max(degrees.values()) <= MOST_RANGED:
            return 0
        (atom,) = atoms
        if self.algebra.kind(atom) != "var":
            return 0
        p = [Fraction(poly.get(((atom, k),) if k else (), 0)) for k in range(1 + int(max(degrees.values())))]
        (low, above), (high, below), facts = self._between(atom)
        if (low is not None and high is not None and low >= high) or has_root(p, low, high):
            return 0
        self.hits |= facts
        self.algebra.used.add("O21")
        touched = any(e is not None and not known & 4 and not value(p, e) for e, known in ((low, above), (high, below)))
        bits = of_number(value(p, between(low, high)))
        return bits & ZERO if touched else bits

    def _between(self, atom: int) -> tuple[tuple[Fraction | None, int], tuple[Fraction | None, int], set[int]]:
        """The ends between which a variable lies, by facts about it alone, whether it may be there, and those facts."""
        mono: Mono = ((atom, 1),)
        found: list[tuple[Fraction, int, int]] = [(Fraction(0), self._of_atom(atom), -1)]
        for n, fact in enumerate(self.facts):
            still = fact.names.isdisjoint(self.algebra.below) or (fact.bits & 4 and fact.continuous)
            if still and mono in fact.poly and fact.poly.keys() <= {mono, ()}:
                share = fact.poly[mono]
                end = Fraction(-fact.poly.get((), 0)) / share
                found.append((end, fact.bits if share > 0 else negated(fact.bits), n))
        low = max(((end, bits & 4, n) for end, bits, n in found if bits & 1), default=None)
        high = min(((end, bits & 4, n) for end, bits, n in found if bits & 2), default=None)
        facts = {end[2] for end in (low, high) if end and end[2] >= 0}
        return (low or (None, 0))[:2], (high or (None, 0))[:2], facts

    def _of_logarithms(self, poly: Poly) -> int:
        """O9: the difference of two logarithms has the sign of that of their arguments."""
        if len(poly) != 2 or any(len(m) != 1 or m[0][1] != 1 or self.algebra.kind(m[0][0]) != "log" for m in poly):
            return 0
        (((one, _),), c), (((other, _),), d) = poly.items()
        if c + d:
            return 0
        bits = self.sign(add(*(scale(dict(self.algebra.atoms[x][1]), v) for x, v in ((one, 1), (other, -1)))))
        return bits if c > 0 else negated(bits)

    def _case_by_case(self, poly: Poly) -> int:
        """D4: the sign that a polynomial has both where two indices are equal and where they differ."""
        cases = self.algebra.cases(poly) if len(poly) > 1 else ()
        return reduce(and_, map(self.sign, cases)) if cases else 0

    def _of_terms(self, poly: Poly) -> int:
        total = ZERO
        for mono, c in poly.items():
            own = self._of_mono(mono)
            if not own & ZERO and self.products and len(poly) > 1:
                own |= self._looked_up({mono: 1})
            total = plus(total, times(of_number(c), own))
            if not total:
                break
        return total

    def _of_mono(self, mono: Mono) -> int:
        bits = POSITIVE
        for atom, e in mono:
            own = self._of_atom(atom) | (4 if e < 0 else 0)
            even = e.denominator > 1 or e % 2 == 0
            bits = times(bits, 1 | (own & 4) if even else own)
        return bits

    def _of_atom(self, atom: int) -> int:
        head, *parts = self.algebra.atoms[atom]
        match head:
            case "var" | "comp":
                bits = TYPES.get(self.reader.terms.types.get(parts[0], "real"), 0)
                own = bits if parts[0] not in self.algebra.below or bits & 4 else 0
                return own | self._looked_up({((atom, 1),): 1})
            case "delta" | "differ":
                return 1
            case "exp" | "const":
                return POSITIVE
            case "base":
                return self.sign(dict(parts[0]))
            case "log":
                inner = self.sign(add(dict(parts[0]), number(-1)))
                return inner | self._looked_up({((atom, 1),): 1})
            case "sign":
                return self.sign(dict(parts[0]))
            case "Abs":
                return 1 | (self.sign(dict(parts[0])) & 4)
            case "sum":  # O3
                bits = self.sign(dict(parts[1]))
                own = bits if bits & ZERO else 0
            case "reduce":
                bits = self.sign(dict(parts[3]))
                own = (
                    bits & POSITIVE
                    if parts[0] == "Product" and bits & 1
                    else bits & 4
                    if parts[0] == "Product"
                    else bits
                )
            case "power":
                bits = self.sign(dict(parts[0]))
                own = bits & POSITIVE if bits & 1 else bits & 4
            case _ if parts[0] in RISING:
                own = self.sign(dict(parts[1]))
            case _ if parts[0] == "floor":  # N4: no whole number lies between
                bits = self.sign(dict(parts[1]))
                own = bits & ZERO | (4 if bits & NEGATIVE == NEGATIVE else 0)
            case _ if parts[0] in ("sin", "cos"):
                own = self._of_turn(parts[0], dict(parts[1]))
            case _ if parts[0] == "gamma":
                own = self.sign(dict(parts[1])) & POSITIVE
                own = own if own == POSITIVE else 0
            case _:
                own = RANGES.get(parts[0], 0)
        return own | self._looked_up({((atom, 1),): 1})

    def _of_turn(self, name: str, angle: Poly) -> int:
        """G6: sin is positive from 0 to pi and negative before, cos a quarter earlier."""
        pi, shift = self.algebra.atom("const", "pi"), HALF if name == "cos" else Fraction(0)
        for start in (0, -1):
            above = self.sign(add(angle, scale(pi, shift - start)))
            below = self.sign(add(scale(pi, start + 1 - shift), scale(angle, -1))) if above & 1 else 0
            if below & 1:
                self.algebra.used.add("G6")
                bits = 1 | (above & below & 4)
                return bits if start == 0 else negated(bits)
        return 0

    def _looked_up(self, poly: Poly) -> int:
        bits, shape = 0, self._shape(poly)
        for n, fact in enumerate(self.facts):
            if fact.shape != shape or not (
                fact.names.isdisjoint(self.algebra.below) or (fact.bits & 4 and fact.continuous)
            ):
                continue
            ratio = self._instance(fact, poly)
            if ratio:
                self.hits.add(n)
                bits |= fact.bits if ratio > 0 else negated(fact.bits)
        return bits if bits & ZERO or len(poly) > MOST_BOUNDED else bits | self._bounded(poly)

    def _bounded(self, poly: Poly) -> int:
        """O2: the sign that a fact gives to what is a multiple of it and a constant."""
        bits, moving = 0, self._moving(poly)
        for n, fact in enumerate(self.facts if moving else ()):
            still = fact.names.isdisjoint(self.algebra.below) or (fact.bits & 4 and fact.continuous)
            if fact.pattern or fact.moving != moving or not still:
                continue
            first = max(moving)
            share = ratio(poly[first], fact.poly[first])
            rest = add(poly, scale(fact.poly, -share))
            if rest.keys().isdisjoint(moving):
                found = plus(times(of_number(share), fact.bits), self._of_terms(rest))
                self.hits |= {n} if found else set()
                bits |= found
        return bits

    def _moving(self, poly: Poly) -> frozenset[Mono]:
        """The terms in which a variable or an index stands."""
        return frozenset(m for m in poly if self.algebra.free({m: 1}))

    def _instance(self, fact: Fact, poly: Poly) -> Rational | None:
        """H1: the positive or negative number by which a polynomial is an instance of a fact."""
        found = self.algebra.indices(poly) if fact.pattern else []
        if len(found) ** len(fact.pattern) > 200:
            return None
        for chosen in product(found, repeat=len(fact.pattern)):
            if all(i.dimension == p.dimension for i, p in zip(chosen, fact.pattern, strict=True)):
                try:
                    other = self.algebra.rename(fact.poly, dict(zip(fact.pattern, chosen, strict=True)))
                except Undefined:
                    continue
                if other.keys() == poly.keys():
                    share = ratio(poly[max(poly)], other[max(poly)])
                    if scale(other, share) == poly:
                        return share
        return None

    # The form in which a sign can be seen.

    def of_form(self, term: Term, env: Env) -> int:
        """The sign that a form shows: of its parts, joined by O2, O3 and O4, or of what it is as a polynomial."""
        match term:
            case "neg", t:
                return negated(self.of_form(t, env))
            case (("add" | "sub"), t, u):
                other = self.of_form(u, env)
                bits = plus(self.of_form(t, env), other if term[0] == "add" else negated(other))
            case (("mul" | "div"), t, u):
                bits = times(self.of_form(t, env), self.of_form(u, env) | (4 if term[0] == "div" else 0))
                bits |= 1 if t == u and term[0] == "mul" else 0
            case "pow", t, ("num", e):
                own = self.of_form(t, env) | (4 if e < 0 else 0)
                bits = 1 | (own & 4) if e.denominator > 1 or e % 2 == 0 else own
            case "reduce", "Sum", k, out, body:
                inner = {**env, k.name: self.algebra.place(self.algebra.new(k.dimension))}
                bits = self._of_sum(body, inner, bool(out), k)
            case _:
                bits = 0
        return bits | self.sign(self.reader.read(term, env))

    def _of_sum(self, body: Term, env: Env, partial: bool, k: Index) -> int:
        bits = self.of_form(body, env)
        if bits & ZERO and (bits & 4 or body[0] != "mul"):
            return bits & ~4 if partial else bits
        if body[0] == "mul" and not partial and self.of_form(body[1], env) & 1:
            # O4: weights >= 0 with a positive sum, times what has a strict sign.
            bits = self.of_form(body[2], env)
            weights = self.algebra.sum(env[str(k.name)], self.reader.read(body[1], env))
            strict = self.sign(weights) & 4
            return bits & ZERO | (bits & 4 if strict else 0) if bits & ZERO else 0
        return bits & ZERO

    # Lemmas.

    def lemma(self, rule: str, term: Term, op: str, args: list[Term], env: Env) -> None:
        """Check a lemma ``term op 0`` and take it in. Raises Rejected."""
        require(rule in RULES, f"{rule} is a rule for signs")
        poly = self.reader.read(term, env)
        known = all(self.reader.certain(t, env) for t in args if isinstance(t, tuple) and not isinstance(t, Index))
        require(known, "the terms that a lemma uses have a value")
        bits = RULES[rule](self, poly, args, env)
        require(bits & BITS[op] == BITS[op], f"{rule} gives the sign that is claimed")
        self.algebra.used.add(rule)
        self.learn(poly, bits)


def _by_form(signs: Signs, poly: Poly, args: list[Any], env: Env) -> int:
    """O2, O3, O4, O11, O12, R5: another form of the same polynomial shows the sign."""
    (form,) = args
    require(
        signs.algebra.is_zero(add(poly, scale(signs.reader.read(form, env), -1))),
        "R5: the form multiplies out to the term",
    )
    return signs.of_form(form, env)


def _enclosed(signs: Signs, poly: Poly, args: list[Any], env: Env) -> int:
    """N1: a constant is enclosed in an interval without 0."""
    (term,) = args
    require(signs.reader.read(term, env) == poly, "N1: the constant is the term")
    for bits in (64, 256):
        try:
            value = Point(signs.reader.terms, {}, {}, bits).value(term, {})
            return (0, POSITIVE, NEGATIVE)[value.sign()]
        except (Undecided, LookupError):
            continue
    return 0


def _one_term(signs: Signs, poly: Poly, args: list[Any], env: Env) -> int:
    """O6: Sum t - t[k := j] >= 0 where t >= 0; > 0 where t > 0 and n >= 2. What is left out of the sum is not j.

    So is Prod t - t[k := j] where t >= 1, and t[k := j] - Prod t where 0 <= t <= 1.
    """
    ((_, kind, k, out, body), at) = args
    if kind == "Product":
        return _product(signs, poly, args, env)
    a, place = signs.algebra, signs.reader.place
    skipped, there = tuple(place(i, env) for i in out), place(at, env)
    require(kind == "Sum" and all(a.apart(i, there) for i in skipped), "O6: the index lies in the range of the sum")
    new = a.new(k.dimension)
    inside = signs.reader.read(body, {**env, k.name: new})
    gap = add(a.reduce(kind, new, skipped, inside), scale(a.rename(inside, {new: there}), -1))
    require(gap == poly, "O6: the sum less one of its terms")
    bits = signs.sign(inside)
    require(bool(bits & 1), "O6: the terms are not negative")
    several = not skipped and signs.sign(add(a.atom("var", k.dimension), number(-2))) & 1
    return 1 | (bits & 4 if several else 0)


def _product(signs: Signs, poly: Poly, args: list[Any], env: Env) -> int:
    """O22: Prod t - 1 - Sum(t - 1) >= 0 where t >= 1 for every index, or 0 <= t <= 1; with an index O6."""
    (head, kind, k, out, body), *at = args
    require((head, kind, out) == ("reduce", "Product", ()), "O22: a product over a whole range")
    a = signs.algebra
    new = a.new(k.dimension)
    t = signs.reader.read(body, {**env, k.name: new})
    excess, own = add(t, number(-1)), signs.sign(t)
    bits = signs.sign(excess)
    shrinks = bool(bits & 2 and own & 1)
    require(shrinks or bool(bits & 1), "O22: all factors are 1 at least, or all lie between 0 and 1")
    wholes = [a.reduce(kind, new, (), t)] + ([a.exp(a.sum(new, a.log(t)))] if own & POSITIVE == POSITIVE else [])
    below = a.rename(t, {new: signs.reader.place(at[0], env)}) if at else add(ONE, a.sum(new, excess))
    gaps = [scale(add(whole, scale(below, -1)), -1 if at and shrinks else 1) for whole in wholes]
    require(poly in gaps, "O22: the product less one of its factors, or less 1 and the sum of what they exceed it by")
    several = at and signs.sign(add(a.atom("var", k.dimension), number(-2))) & 1
    return 1 | (bits & own & 4 if several else 0)


def _largest(signs: Signs, poly: Poly, args: list[Any], env: Env) -> int:
    """O7: Max t - t[k := j] >= 0, and t[k := j] - Min t >= 0."""
    ((_, kind, k, out, body), at) = args
    a = signs.algebra
    require(kind in ("Max", "Min") and not out, "O7: a Max or Min over a whole range")
    new = a.new(k.dimension)
    inside = signs.reader.read(body, {**env, k.name: new})
    gap = add(a.reduce(kind, new, (), inside), scale(a.rename(inside, {new: signs.reader.place(at, env)}), -1))
    require(gap == (poly if kind == "Max" else scale(poly, -1)), "O7: the largest less one of its terms")
    return 1


def _tangent(signs: Signs, poly: Poly, args: list[Any], env: Env) -> int:
    """O13: exp(u) - 1 - u >= 0, and so q - 1 - log(q) >= 0; strict where u != 0."""
    (term,) = args
    u = signs.reader.read(term, env)
    require(add(signs.algebra.exp(u), number(-1), scale(u, -1)) == poly, "O13: the gap of a tangent")
    return 1 | (signs.sign(u) & 4)


def _mean(signs: Signs, poly: Poly, args: list[Any], env: Env) -> int:
    """O19: c1*m1 + .. + ck*mk >= s*abs(u) for u**N = (m1**w1*..*mk**wk)**N and s**N <= ((c1/w1)**w1*..*(ck/wk)**wk)**N.

    The args are s, u, and m, c, w in turn.
    """
    (_, size), below, *rest = args
    terms = [(signs.reader.read(m, env), c[1], w[1]) for m, c, w in zip(*(rest[n::3] for n in range(3)), strict=True)]
    weights = [w for _, _, w in terms]
    require(all(c > 0 and w > 0 for _, c, w in terms) and sum(weights) == 1, "O19: positive weights with the sum 1")
    require(all(signs.sign(m) & 1 for m, _, _ in terms), "O19: means of what is not negative")
    n = lcm(*(w.denominator for w in weights))
    require(n <= LARGEST_ROOT, "O19: the size of a root")
    a, u, mixed, most = signs.algebra, signs.reader.read(below, env), ONE, Fraction(1)
    for m, c, w in terms:
        mixed, most = a.mul(mixed, a.power(m, w * n)), most * (c / w) ** int(w * n)
    require(a.is_zero(add(a.power(u, n), scale(mixed, -1))), "O19: the product of the powers of the terms")
    require(size >= 0 and size**n <= most, "O19: the size of the product")
    above = add(*(scale(m, c) for m, c, _ in terms))
    require(poly in (add(above, scale(u, -size)), add(above, scale(u, size))), "O19: the gap of two means")
    return 1


def _modulus(signs: Signs, poly: Poly, args: list[Any], env: Env) -> int:
    """G7: Abs(t) >= t and Abs(t) >= -t."""
    (term,) = args
    t = signs.reader.read(term, env)
    size = signs.algebra.apply("Abs", t)
    require(poly in (add(size, t), add(size, scale(t, -1))), "G7: an absolute value less what it is of")
    return 1


def _in_cases(signs: Signs, poly: Poly, args: list[Any], env: Env) -> int:
    """K2: the sign that the term has for each sign of another; an index that stands for any value is held first."""
    a, t, facts, bits = signs.algebra, signs.reader.read(args[0], env), list(signs.facts), 7
    every = [i for i in a.free(poly) | a.free(t) if isinstance(i, Index) and str(i.name).startswith("~")]
    held = {i: Index(f"@{i.name}", i.dimension) for i in every}
    known = signs.sign(t)
    for sign, unless in ((POSITIVE, 2), (NEGATIVE, 1), (ZERO, 4)):
        try:
            signs.learn(a.rename(t, held), sign)
            bits &= 7 if known & unless else signs.sign(a.renewed(a.rename(poly, held)))
        finally:
            signs.facts, signs.memo = list(facts), {}
    return bits


def _cauchy(signs: Signs, poly: Poly, args: list[Any], env: Env) -> int:
    """O15: Sum(a**2)*Sum(b**2) - Sum(a*b)**2 >= 0, or each of the sums less its term at one place."""
    (_, _, k, _, first), (_, _, other, _, second), *at = args
    a = signs.algebra
    require(k == other and len(at) < 2, "O15: one index, and one place")
    new = a.new(k.dimension)
    inner = {**env, k.name: new}
    p, q = signs.reader.read(first, inner), signs.reader.read(second, inner)
    places = [signs.reader.place(i, env) for i in at]
    require(all(i.dimension == k.dimension for i in places), "O15: a place of the dimension")

    def summed(t: Poly) -> Poly:
        return add(a.sum(new, t), *(scale(a.rename(t, {new: i}), -1) for i in places))

    cross = summed(a.mul(p, q))
    gap = add(a.mul(summed(a.mul(p, p)), summed(a.mul(q, q))), scale(a.mul(cross, cross), -1))
    require(gap == poly, "O15: the gap of Cauchy and Schwarz")
    return 1


def _by_exponential(signs: Signs, poly: Poly, args: list[Any], env: Env) -> int:
    """O9, O10: h = b*(exp(g) - 1) has the sign of g where b > 0; the args are g, b and h, and g or h is known."""
    g, b, *others = (signs.reader.read(t, env) for t in args)
    require(signs.sign(b) & POSITIVE == POSITIVE, "O10: the factor is positive")
    a = signs.algebra
    grown = a.mul(b, add(a.exp(g), number(-1)))
    if a.is_zero(add(grown, scale(poly, -1))):
        return signs.sign(g)
    require(a.is_zero(add(g, scale(poly, -1))), "O10: the term is g, or what grows with it")
    for other in others:
        require(a.is_zero(add(grown, scale(other, -1))), "O10: what is said to grow with g")
        return signs.of_form(args[2], env)
    return signs.sign(grown)


def _by_square(signs: Signs, poly: Poly, args: list[Any], env: Env) -> int:
    """O9: p + q has the sign of p where p has one and p**2 >= q**2; it differs from 0 where p**2 and q**2 differ."""
    p, q = (signs.reader.read(t, env) for t in args)
    require(add(p, q) == poly, "O9: the term is the sum")
    a = signs.algebra
    gap = signs.sign(add(a.mul(p, p), scale(a.mul(q, q), -1)))
    return (signs.sign(p) & ZERO if gap & 1 else 0) | (gap & 4)


def _whole(signs: Signs, poly: Poly, args: list[Any], env: Env) -> int:
    """O17: for t of integer type t > 0 gives t - 1 >= 0; t is no fraction, and t*(t - 1) >= 0."""
    (term,) = args
    require(signs.reader.terms.whole(term), "O17: the term is of integer type")
    t = signs.reader.read(term, env)
    gap, lower = constant(add(t, scale(poly, -1))), add(t, number(-1))
    either = (gap, constant(add(t, poly)))
    if any(c is not None and c.denominator > 1 for c in either):
        return 4
    if signs.algebra.mul(t, lower) == poly:
        return 1
    require(lower == poly, "O17: the term less 1")
    require(signs.of_form(term, env) & POSITIVE == POSITIVE, "O17: the term is positive")
    return 1


def _rounded(signs: Signs, poly: Poly, args: list[Any], env: Env) -> int:
    """N2: 0 <= ceiling(t) - t < 1, and the same of t - floor(t)."""
    (term,) = args
    require(term[:2] in (("apply", "ceiling"), ("apply", "floor")), "N2: a rounded number")
    away = add(signs.reader.read(term, env), scale(signs.reader.read(term[2], env), -1))
    away = away if term[1] == "ceiling" else scale(away, -1)
    require(poly in (away, add(ONE, scale(away, -1))), "N2: how far rounding moves, or what it lacks to 1")
    return 1 if poly == away else POSITIVE


def _by_roots(signs: Signs, poly: Poly, args: list[Any], env: Env) -> int:
    """O21: a polynomial in one value has no roots between the ends of its range; at an end it may be 0."""
    term, first, second, *numbers = args
    low, high = (None if end == OPEN else end[1] for end in (first, second))
    p = [c for _, c in numbers]
    require(1 < len(p) <= MOST_DEGREE and p[-1] != 0, "O21: coefficients of a polynomial")
    at = signs.reader.read(term, env)
    require(add(_in_value(signs, p, at), scale(poly, -1)) == {}, "O21: the polynomial in the value is the term")
    require(low is None or high is None or low < high, "O21: a range")
    above = POSITIVE if low is None else signs.sign(add(at, number(-low)))
    below = POSITIVE if high is None else signs.sign(add(number(high), scale(at, -1)))
    require(bool(above & below & 1), "O21: the value lies in the range")
    require(not has_root(p, low, high), "O21: no root between the ends")
    ends = ((low, above), (high, below))
    touched = any(end is not None and not known & 4 and not value(p, end) for end, known in ends)
    bits = of_number(value(p, between(low, high)))
    return bits & ZERO if touched else bits


def _beyond_roots(signs: Signs, poly: Poly, args: list[Any], env: Env) -> int:
    """O16: where a polynomial in a value is not negative the value lies before an end beyond which it is negative."""
    term, (_, end), *numbers = args
    p = [c for _, c in numbers]
    require(1 < len(p) <= MOST_DEGREE and p[-1] != 0, "O16: coefficients of a polynomial")
    at = signs.reader.read(term, env)
    known = signs.sign(_in_value(signs, p, at))
    require(bool(known & 1), "O16: the polynomial is not negative")
    above = add(at, number(-end))
    require(poly in (above, scale(above, -1)), "O16: the value less an end, or the end less the value")
    beyond = (None, end) if poly == above else (end, None)
    away = not has_root(p, *beyond) and value(p, between(*beyond)) < 0
    require(away, "O16: beyond the end the polynomial is negative")
    return 1 | (4 if value(p, end) < 0 else known & 4)


def _in_value(signs: Signs, p: list[Fraction], at: Poly) -> Poly:
    """A polynomial at a value (Horner)."""
    total: Poly = {}
    for c in reversed(p):
        total = add(signs.algebra.mul(total, at), number(c))
    return total


def _in_range(signs: Signs, poly: Poly, args: list[Any], env: Env) -> int:
    """G6: the bounds of the values of a function; with a number, where the angle of a sine or cosine lies."""
    term, *start = args
    if start:
        return _in_window(signs, poly, args, env)
    require(term[0] == "apply" and term[1] in BOUNDS, "G6: a function with bounds")
    low, high, bits, unit = BOUNDS[term[1]]
    whole = signs.algebra.atom("const", "pi") if unit else ONE
    value = signs.reader.read(term, env)
    if term[1] == "acos" and poly == add(scale(whole, HALF), scale(value, -1)):
        return signs.sign(signs.reader.read(term[2], env))
    gaps = add(value, scale(whole, -low)), add(scale(whole, high), scale(value, -1))
    require(poly in gaps, "G6: the value less a bound, or a bound less the value")
    return bits


def _in_window(signs: Signs, poly: Poly, args: list[Any], env: Env) -> int:
    """G6: sin is positive from 0 to pi and negative from there on; cos a quarter earlier."""
    term, (_, start) = args
    if term[:1] == ("apply",) and term[1] in RISES:
        return _beside_angle(signs, poly, term, start, env)
    require(term[:2] in (("apply", "sin"), ("apply", "cos")), "G6: a sine or cosine")
    require(signs.reader.read(term, env) == poly, "G6: the sine or cosine is the term")
    turns = start + (HALF if term[1] == "cos" else 0)
    require(turns.denominator == 1, "G6: where a half turn of one sign starts")
    a = signs.algebra
    pi, angle = a.atom("const", "pi"), signs.reader.read(term[2], env)
    above = signs.sign(add(angle, scale(pi, -start)))
    below = signs.sign(add(scale(pi, start + 1), scale(angle, -1)))
    require(bool(above & below & 1), "G6: the angle lies within a half turn")
    bits = 1 | (above & below & 4)
    return bits if turns % 2 == 0 else negated(bits)


def _beside_angle(signs: Signs, poly: Poly, term: Term, at: Fraction, env: Env) -> int:
    """G6: asin(t) is on the side of an angle on which t is of its sine; likewise atan, and acos the other way."""
    function, low, high = RISES[term[1]]
    closed = function != "tan"
    require(low < at < high or (closed and at in (low, high)), "G6: an angle of the branch")
    a, read = signs.algebra, signs.reader.read
    angle = scale(a.atom("const", "pi"), at)
    there = a.apply("cos" if function == "cos" else "sin", angle)
    there = there if closed else a.mul(there, a.power(a.apply("cos", angle), -1))
    away = add(read(term, env), scale(angle, -1))
    require(poly in (away, scale(away, -1)), "G6: an inverse function less an angle")
    bits = signs.sign(add(read(term[2], env), scale(there, -1)))
    return bits if (poly == away) == (function != "cos") else negated(bits)


RULES: dict[str, Callable[[Signs, Poly, list[Any], Env], int]] = {
    "O2": _by_form,
    "N1": _enclosed,
    "O6": _one_term,
    "O7": _largest,
    "O22": _product,
    "O13": _tangent,
    "O15": _cauchy,
    "O19": _mean,
    "G7": _modulus,
    "K2": _in_cases,
    "O10": _by_exponential,
    "O9": _by_square,
    "O17": _whole,
    "O16": _beyond_roots,
    "O21": _by_roots,
    "O23": ordered,
    "N2": _rounded,
    "G6": _in_range,
}
RISES = {  # the function of which it is the inverse, and the ends of the branch, in units of pi
    "asin": ("sin", -HALF, HALF),
    "atan": ("tan", -HALF, HALF),
    "acos": ("cos", Fraction(0), Fraction(1)),
}
LARGEST_ROOT = 120
MOST_BOUNDED = 2
MOST_RANGED = 8
OPEN = ("const", "oo")  # where a range has no end
BOUNDS: dict[str, tuple[Fraction, Fraction, int, bool]] = {  # lower, upper, whether they are reached, in units of pi
    "asin": (-HALF, HALF, 1, True),
    "atan": (-HALF, HALF, POSITIVE, True),
    "acos": (Fraction(0), Fraction(1), 1, True),
    "sin": (Fraction(-1), Fraction(1), 1, False),
    "cos": (Fraction(-1), Fraction(1), 1, False),
    "erf": (Fraction(-1), Fraction(1), POSITIVE, False),
}
