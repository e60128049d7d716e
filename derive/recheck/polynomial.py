"""Polynomials over atoms: the arithmetic by which two terms are compared.

A *monomial* is a sorted tuple of (atom, rational exponent), a *polynomial* a dictionary from monomials to rationals.
An *atom* is a real value that the ring does not look into, known by its structure; equal structure is equal value:

    ("var", x)  ("comp", o, at)  ("const", pi)    ("exp", M) of one monomial, so that exp(a + b) = exp(a)*exp(b)
    ("base", P) in rational powers: 1/P, P**(1/2)  ("log", P)  ("Abs", P)  ("sign", P)  ("fn", name, P, ..)
    ("delta", i, j)  ("differ", i, j)              ("power", P, Q) for P**Q with a symbolic Q of integer type
    ("sum", bound, M) over several indices at once ("reduce", kind, bound, out, P) for Product, Max, Min

Bound indices are named ``#h`` by height: above every bound name inside. A monomial with a delta or a differ is lazy: it
is 0 where that factor is, whatever the rest. Every operation says something true wherever both sides of the claim have
a value; none decides a sign by itself: ``sign`` is asked, and answers from what was proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from itertools import permutations, product
from typing import Any

from derive.recheck.terms import Index, require

Rational = int | Fraction  # never a float: divide by ``ratio``
Mono = tuple[tuple[int, Rational], ...]
Poly = dict[Mono, Rational]
ONE: Poly = {(): 1}
HALF = Fraction(1, 2)
POSITIVE, NEGATIVE, ZERO = 5, 6, 3  # the bits 1: >= 0, 2: <= 0, 4: != 0
MOST_TERMS, MOST_ORDERS, LARGEST, MOST_BITS, MOST_WORK = 20_000, 800, 64, 20_000, 200_000


class Undefined(Exception):
    """A term without a value."""


class Body(tuple[Any, ...]):
    """The items of a polynomial, frozen, inside an atom."""

    __slots__ = ()


def frozen(poly: Poly) -> Body:
    return Body(sorted(poly.items()))


def add(*polys: Poly) -> Poly:
    """The sum."""
    total: Poly = {}
    for poly in polys:
        for mono, c in poly.items():
            total[mono] = total.get(mono, 0) + c
    return {mono: c for mono, c in total.items() if c}


def scale(poly: Poly, c: Rational) -> Poly:
    return {mono: v * c for mono, v in poly.items()} if c else {}


def ratio(above: Rational, below: Rational) -> Rational:
    """The exact quotient, an ``int`` where it is whole: arithmetic on those is several times quicker."""
    if isinstance(above, int) and isinstance(below, int):
        whole, rest = divmod(above, below)
        return Fraction(above, below) if rest else whole
    value = Fraction(above) / below
    return value.numerator if value.denominator == 1 else value


def magnitude(c: Rational) -> Rational:
    return c if c >= 0 else -c


def number(value: Rational) -> Poly:
    return {(): ratio(value, 1)} if value else {}


def constant(poly: Poly) -> Rational | None:
    """The number that a polynomial is, or None."""
    return 0 if not poly else poly[()] if poly.keys() == {()} else None


def merge(left: Mono, right: Mono) -> Mono:
    exponents = dict(left)
    for atom, e in right:
        exponents[atom] = exponents.get(atom, 0) + e
    return tuple(sorted((atom, e) for atom, e in exponents.items() if e))


class Algebra:
    """The atoms met so far and the operations on polynomials over them; ``used`` collects the rules they rest on."""

    def __init__(self) -> None:
        self.atoms: list[tuple[Any, ...]] = []
        self.restless: list[bool] = []  # whether a product with an atom may have to be brought to order
        self.ids: dict[tuple[Any, ...], int] = {}
        self.inside: list[frozenset[Any]] = []  # the free indices and the names of variables in an atom
        self.height: list[int] = []
        self.used: set[str] = set()
        self.fresh = 0
        self.work = 0  # the pairs of terms multiplied
        self.sizes: dict[str, int] = {}  # dimensions that a hypothesis fixes
        self.distinct: set[frozenset[Index]] = set()  # pairs of indices that a hypothesis tells apart
        self.sign: Callable[[Poly], int] = lambda poly: 0
        self.below: frozenset[str] = frozenset()  # the variables of the derivatives around the position
        self.rewrite: Callable[[int], Poly | None] = lambda atom: None  # equations among the hypotheses (H2, H3, S10)
        self.summed = False  # whether one of them is about a sum
        self.symmetric: dict[str, Rational] = {}  # arrays with two indices that a hypothesis orders, and the sign
        self.turn: Callable[[Poly], tuple[Poly, Poly]] = lambda angle: ({}, ONE)  # the sine and cosine of an angle
        self.whole: Callable[[str], bool] = lambda name: False  # whether a variable stands for whole numbers
        self.signed = False  # whether Abs(t) is written as t*sign(t)
        self.units: dict[Mono, int] = {}  # the part of an angle by which it is written
        self.roots: dict[int, Poly] = {}  # the square roots of bases that a proof names, not negative
        self.leading: list[tuple[Mono, Poly, frozenset[str]]] = []  # products that a hypothesis replaces

    # Atoms.

    def atom(self, *structure: Any) -> Poly:
        """The polynomial that is one atom, or what a hypothesis says that it is."""
        known = self.ids.get(structure)
        if known is None:
            known = self.ids[structure] = len(self.atoms)
            self.atoms.append(structure)
            self.restless.append(structure[0] in RESTLESS or structure[:2] == ("fn", "sin"))
            bound = structure[1] if structure[0] == "sum" else structure[2:3] if structure[0] == "reduce" else ()
            self.inside.append(frozenset(self._inside(structure)) - set(bound))
            self.height.append(max([self.height[a] for a in _atoms(structure)] + [_level(i) for i in bound], default=0))
        value = self.rewrite(known)
        return {((known, 1),): 1} if value is None else value

    def _inside(self, part: Any) -> Iterator[Any]:
        if isinstance(part, Index):
            yield part
        elif isinstance(part, Body):
            for mono, _ in part:
                for atom, _ in mono:
                    yield from self.inside[atom]
        elif isinstance(part, tuple):
            if part and part[0] in ("var", "comp"):
                yield part[1]
            for inner in part:
                yield from self._inside(inner)

    def free(self, poly: Poly) -> set[Any]:
        """The free indices (Index) and the variables (str) of a polynomial."""
        return {x for mono in poly for atom, _ in mono for x in self.inside[atom]}

    def indices(self, poly: Poly) -> list[Index]:
        return sorted((x for x in self.free(poly) if isinstance(x, Index)), key=_rank)

    def new(self, dimension: str) -> Index:
        """An index that occurs nowhere else."""
        self.fresh += 1
        return Index(f"~{self.fresh}", dimension)

    def kind(self, atom: int) -> str:
        return str(self.atoms[atom][0])

    # The ring.

    def mul(self, left: Poly, right: Poly) -> Poly:
        """The product (R1), powers of exponentials added (P1), deltas, roots and signs brought to order."""
        if left == ONE or right == ONE:
            return right if left == ONE else left
        require(len(left) * len(right) <= MOST_TERMS, "the size of a product")
        self.work += len(left) * len(right)
        require(self.work <= MOST_WORK, "the work on a proof")
        total: Poly = {}
        for (m, c), (n, d) in product(left.items(), right.items()):
            for mono, e in self._settle(merge(m, n)).items():
                total[mono] = total.get(mono, 0) + c * d * e
        return {mono: c for mono, c in total.items() if c}

    def _settle(self, mono: Mono) -> Poly:
        for atom, e in mono if any(self.restless[atom] for atom, _ in mono) else ():
            head, *parts = self.atoms[atom]
            rest = tuple(f for f in mono if f[0] != atom)
            if head in ("delta", "differ"):
                require(e > 0 and e.denominator == 1, "D1: a delta is not divided by")
                if self._excluded(parts, mono, head):
                    return {}
                keep, drop = parts
                if head == "delta" and any(drop in self.inside[a] for a, _ in rest):
                    self.used.add("D3")
                    try:
                        return self.mul(self.rename({rest: 1}, {drop: keep}), self.delta(keep, drop))
                    except Undefined:
                        return {}
                if e > 1:
                    return {merge(rest, ((atom, 1),)): 1}
            elif head == "base":
                whole = e.numerator // e.denominator
                value = constant(dict(parts[0]))
                if whole >= 1 or (whole and value is not None):
                    self.used.add("P8")
                    left: Mono = ((atom, e - whole),) if e != whole else ()
                    return self.mul({merge(rest, left): 1}, self.power(dict(parts[0]), whole))
            elif head == "Abs" and e.denominator == 1 and magnitude(e) >= 2:
                self.used.add("G7")
                odd: Mono = ((atom, 1),) if e % 2 else ()
                return self.mul({merge(rest, odd): 1}, self.power(dict(parts[0]), e - e % 2))
            elif head == "power" and parts[0] == Body((((), -1),)) and (e > 1 or e < 0) and e.denominator == 1:
                self.used.add("P5")
                return self.mul({rest: 1}, self.power({((atom, 1),): 1}, e % 2))
            elif head == "fn" and parts[0] == "sin" and e.denominator == 1 and e >= 2:
                self.used.add("G1")
                cosine = self.power(self.atom(head, "cos", parts[1]), 2)
                return self.mul({merge(rest, ((atom, e - 2),)): 1}, add(ONE, scale(cosine, -1)))
            elif head == "sign" and e == 1 and self._has_size(parts[0], rest):
                self.used.add("G7")
                return self.mul({merge(rest, ((self.ids["Abs", parts[0]], -1),)): 1}, dict(parts[0]))
            elif head == "sign" and e.denominator == 1 and (e > 2 or e < 0):
                self.used.add("G7")
                return self.mul({rest: 1}, self.power(self.atom(head, *parts), 2 - e % 2 if e > 0 else e % 2))
        return {mono: 1}

    def _has_size(self, inner: Body, mono: Mono) -> bool:
        """Whether Abs(t) is a whole factor of a monomial."""
        return dict(mono).get(self.ids.get(("Abs", inner), -1), 0) >= 1

    def _excluded(self, pair: list[Index], mono: Mono, head: str) -> bool:
        """Whether deltas and differs contradict each other: i = j with i != j, or i = 1 with i = 2."""
        for atom, _ in mono:
            other = self.atoms[atom]
            if other[0] == "differ" and head == "delta" and set(other[1:]) == set(pair):
                return True
            if other[0] == head == "delta":
                apart = set(other[1:]) ^ set(pair)
                if len(apart) == 2 and self.apart(*apart):
                    return True
        return False

    def power(self, poly: Poly, e: Rational) -> Poly:
        """``poly**e`` for a rational e, where it has a value (R3, P5, P7): nothing is split that has to be positive."""
        e = ratio(e, 1)
        if e in (0, 1):
            return poly if e else ONE
        split = self._split(poly)
        if split and not (e.denominator == 1 and e > 0):
            return self._float(split, lambda part: self.power(part, e))
        if not poly:
            if e < 0:
                raise Undefined("a division by zero")
            return {}
        if e.denominator == 1 and e > 0 and len(poly) > 1:
            require(e <= 100, "the size of an exponent")
            half = self.power(poly, e // 2)
            return self.mul(self.mul(half, half), poly if e % 2 else ONE)
        if e.denominator == 1:
            c, mono, rest = self.unit(poly)
            require(
                max(c.numerator.bit_length(), c.denominator.bit_length()) * magnitude(e) <= MOST_BITS,
                "the size of a number",
            )
            outside = scale(self._settle(tuple((a, f * e) for a, f in mono)), ratio(Fraction(c) ** int(e), 1))
            return outside if rest == ONE else self.mul(outside, _raised(self.atom("base", frozen(rest)), e))
        return self._root(poly, e)

    def unit(self, poly: Poly) -> tuple[Rational, Mono, Poly]:
        """``c, m, q`` with poly = c*m*q (R6): q without a common monomial, its leading coefficient 1, or q = 1."""
        if len(poly) == 1 and not self._split(poly):
            ((single, c),) = poly.items()
            return c, single, ONE
        total, poly = self.cleared(poly)
        if not poly:
            raise Undefined("a division by zero")
        c = poly[max(poly)]
        return c, total, scale(poly, ratio(1, c))

    def cleared(self, poly: Poly) -> tuple[Mono, Poly]:
        """``m, q`` with poly = m*q: q without a common monomial and without denominators, 0 where the poly is (R4)."""
        total: Mono = ()
        for _ in range(8):
            shared = self._shared(poly)
            if not shared:
                break
            total = merge(total, shared)
            poly = self.mul(poly, {tuple((a, -f) for a, f in shared): 1})
        return total, poly

    def _shared(self, poly: Poly) -> Mono:
        exponents = [dict(mono) for mono in poly]
        every = {atom for mono in exponents for atom in mono}
        lowest = {a: min(mono.get(a, 0) for mono in exponents) for a in every}
        # What is divided by in lazy terms only may be 0 where they are.
        strict = [mono for mono in exponents if all(self.kind(a) not in ("delta", "differ") for a in mono)]
        below = {a for mono in strict for a, e in mono.items() if e < 0}
        return tuple(sorted((a, e) for a, e in lowest.items() if e > 0 or (e and a in below)))

    def _root(self, poly: Poly, e: Rational) -> Poly:
        """P7: positive numbers and factors leave a root; what is left is one atom, kept whole."""
        c = magnitude(poly[max(poly)])
        outside, rest = self._root_of_number(c, e), scale(poly, ratio(1, c))
        shared = tuple((a, f) for a, f in self._shared(rest) if self.sign({((a, 1),): 1}) & POSITIVE == POSITIVE)
        rest = self.mul(rest, {tuple((a, -f) for a, f in shared): 1}) if shared else rest
        outside = self.mul(outside, self._settle(tuple((a, f * e) for a, f in shared)))
        if rest == ONE:
            return outside
        ((mono, v), *more) = rest.items()
        if not more and v == 1 and all(self.sign({((a, 1),): 1}) & 1 for a, _ in mono):
            self.used.add("P7")
            return self.mul(outside, self._settle(tuple((a, f * e) for a, f in mono)))
        if not more and v == 1 and len(mono) == 1 and (mono[0][1].denominator > 1 or mono[0][1] % 2 == 1):
            return self.mul(outside, {((mono[0][0], mono[0][1] * e),): 1})
        if not more and v == 1 and e.denominator == 2 and all(f.denominator == 1 and f % 2 == 0 for _, f in mono):
            self.used.add("P7")
            half: Poly = {tuple((a, f // 2) for a, f in mono): 1}
            return self.mul(outside, self.power(self.apply("Abs", half), 2 * e))
        (base,) = self.atom("base", frozen(rest))
        if base[0][0] in self.roots and not self.below:
            return self.mul(outside, self.power(self.roots[base[0][0]], 2 * e))
        return self.mul(outside, _raised({base: 1}, e))

    def _root_of_number(self, c: Rational, e: Rational) -> Poly:
        """P9: a power of a positive rational, prime by prime."""
        total = ONE
        for p, times in _primes(c):
            total = self.mul(total, _raised(self.atom("base", frozen(number(p))), e * times))
        return total

    # Functions.

    def exp(self, poly: Poly) -> Poly:
        """P1 and P2: exp(c*log(t)) is t**c."""
        split = self._split(poly)
        if split:
            return self._float(split, self.exp)
        total = ONE
        for mono, c in poly.items():
            if len(mono) == 1 and mono[0][1] == 1 and self.kind(mono[0][0]) == "log":
                self.used.add("P2")
                total = self.mul(total, self.power(dict(self.atoms[mono[0][0]][1]), c))
            else:
                self.used.add("P1")
                total = self.mul(total, _raised(self.atom("exp", Body(((mono, 1),))), c))
        return total

    def log(self, poly: Poly) -> Poly:
        """P2, P9: positive factors leave a log; that it splits otherwise is a step with conditions."""
        split = self._split(poly)
        if split:
            return self._float(split, self.log)
        if not poly:
            raise Undefined("log of zero")
        c = magnitude(poly[max(poly)])
        shared = [(a, e) for a, e in self._shared(poly) if self.sign({((a, 1),): 1}) & POSITIVE == POSITIVE]
        total = add(*(scale(self.atom("log", frozen(number(p))), times) for p, times in _primes(c)))
        total = add(total, *(scale(self._log_of_atom(atom), e) for atom, e in shared))
        rest = self.mul(scale(poly, ratio(1, c)), {tuple((atom, -e) for atom, e in shared): 1})
        return total if rest == ONE else add(total, self.atom("log", frozen(rest)))

    def _log_of_atom(self, atom: int) -> Poly:
        """The logarithm of an atom that is positive."""
        head, *parts = self.atoms[atom]
        if head == "exp":
            return {parts[0][0][0]: 1}
        return self.log(dict(parts[0])) if head == "base" else self.atom("log", frozen({((atom, 1),): 1}))

    def apply(self, name: str, *args: Poly) -> Poly:
        """A function of one or more arguments: Abs and sign factor by factor, the rest opaque (G1: parity)."""
        split = next((s for a in args if (s := self._split(a))), None)
        if split:
            keep, drop = split[0], split[1]
            same, other = [self.rename(a, {drop: keep}) for a in args], [self._other(a, keep, drop) for a in args]
            return self._float((keep, drop, ONE, {}), lambda part: self.apply(name, *(same if part == ONE else other)))
        if name in ("Abs", "sign"):
            return self._absolute(name, args[0])
        if name in ("sin", "cos"):
            self.used.add("G1")
            return self.turn(args[0])[name == "cos"]
        if name == "floor":
            self.used.add("G9")
            fixed = self.whole_part(args[0])
            rest = add(args[0], scale(fixed, -1))
            return add(fixed, self.atom("fn", name, frozen(rest))) if rest else fixed
        if name in ("gamma", "factorial", "loggamma"):
            return self._gamma(name, args[0])
        if name == "acos" and not args[0]:
            return scale(self.atom("const", "pi"), HALF)
        if name in (*ODD, "acos") and args[0] and args[0][max(args[0])] < 0:
            self.used.add("G1")
            value = scale(self.atom("fn", name, frozen(scale(args[0], -1))), -1)
            return add(value, self.atom("const", "pi")) if name == "acos" else value
        if name in ODD and not args[0]:
            return {}
        return self.atom("fn", name, *map(frozen, args))

    def is_whole(self, mono: Mono) -> bool:
        """Whether a product is a whole number because its factors are."""
        kinds = ((self.atoms[atom], e) for atom, e in mono)
        return all(a[0] in ("var", "comp") and self.whole(a[1]) and e > 0 and e.denominator == 1 for a, e in kinds)

    def whole_part(self, poly: Poly) -> Poly:
        """The terms that are whole numbers, and what is whole of the constant."""
        fixed = {m: c for m, c in poly.items() if m and c.denominator == 1 and self.is_whole(m)}
        return add(fixed, number(poly.get((), 0) // 1))

    def _gamma(self, name: str, poly: Poly) -> Poly:
        """G8: gamma(t + 1) = t*gamma(t) for t > 0, as often as that is seen; m! = gamma(m + 1)."""
        self.used.add("G8")
        t, outside = add(poly, ONE if name == "factorial" else {}), ONE
        for _ in range(LARGEST):
            lower = add(t, number(-1))
            if self.sign(lower) & POSITIVE != POSITIVE:
                break
            t, outside = lower, self.mul(outside, lower)
        half = constant(t) if name != "loggamma" else None
        while half is not None and -LARGEST < half < 0 and half.denominator == 2:
            outside, half = scale(outside, ratio(1, half)), half + 1
        if half == HALF:  # the integral of exp(-x**2)
            return self.mul(outside, self.power(self.atom("const", "pi"), HALF))
        if t == ONE:
            return self.log(outside) if name == "loggamma" else outside
        value = self.atom("fn", "loggamma" if name == "loggamma" else "gamma", frozen(t))
        return add(value, self.log(outside)) if name == "loggamma" else self.mul(value, outside)

    def _absolute(self, name: str, poly: Poly) -> Poly:
        """G7: Abs and sign of a product, the signs that are proved taken out."""
        if not poly:
            return {}
        self.used.add("G7")
        whole = self.sign(poly)
        if whole & ZERO == ZERO:
            return {}
        if whole & ZERO and (name == "Abs" or whole & 4):
            return scale(poly if name == "Abs" else ONE, 1 if whole & 1 else -1)
        c, mono, rest = self.unit(poly)
        total = number(magnitude(c) if name == "Abs" else (1 if c > 0 else -1))
        factors: list[tuple[Poly, Rational]] = [({((a, 1),): 1}, e) for a, e in mono]
        factors += [(rest, 1)] if rest != ONE else []
        for factor, e in factors:
            bits = self.sign(factor)
            flip = bits & 2 and not bits & 1
            known = bits & POSITIVE == POSITIVE or bits & NEGATIVE == NEGATIVE
            if name == "Abs" and (bits & ZERO or e.denominator > 1 or e % 2 == 0):
                total = self.mul(total, self.power(scale(factor, -1) if flip and e % 2 else factor, e))
            elif name == "Abs" and self.signed:
                total = self.mul(total, self.mul(self.power(factor, e), self.atom("sign", frozen(factor))))
            elif name == "Abs":
                total = self.mul(total, self.power(self.atom("Abs", frozen(factor)), e))
            elif known:
                total = scale(total, -1 if flip and e % 2 else 1)
            else:
                value = self.atom("sign", frozen(factor))
                total = self.mul(total, self.power(value, 1 if e.denominator > 1 or e % 2 else 2))
        return total

    def symbolic(self, base: Poly, exponent: Poly, whole: bool) -> Poly:
        """``base**exponent``: a rational exponent; exp(exponent*log(base)) for a positive base (P6); else opaque."""
        c = constant(exponent)
        if c is not None:
            return self.power(base, c)
        if base == ONE:
            return ONE
        known = self.sign(base)
        if known & POSITIVE == POSITIVE:
            self.used.add("P6")
            return self.exp(self.mul(exponent, self.log(base)))
        if known & ZERO == ZERO and self.sign(exponent) & POSITIVE == POSITIVE:
            return {}
        require(whole, "P6: the base of a power with a real exponent is positive")
        number_ = constant(base)
        if number_ is not None and number_ < 0:
            positive = self.symbolic(number(-number_), exponent, True)
            return self.mul(positive, self.alternating(exponent))
        return self.atom("power", frozen(base), frozen(exponent))

    def alternating(self, exponent: Poly) -> Poly:
        """P5: (-1)**e for a whole e, a product over its terms: only whether they are even counts."""
        if any(c.denominator > 1 or not self.is_whole(m) for m, c in exponent.items()):
            return self.atom("power", frozen(number(-1)), frozen(exponent))
        self.used.add("P5")
        odd = set[Mono]()
        for m, c in exponent.items():
            odd ^= {tuple((atom, 1) for atom, _ in m)} if c % 2 else set()  # m**k is even where m is
        total = number(-1 if () in odd else 1)
        for mono in sorted(odd - {()}):
            total = self.mul(total, self.atom("power", frozen(number(-1)), Body(((mono, 1),))))
        return total

    # Indices.

    def place(self, index: Index) -> Index:
        """The index itself, or the only value that it can have."""
        return Index(1, index.dimension) if self.size(index.dimension) == 1 else index

    def size(self, dimension: str) -> int | None:
        return int(dimension) if dimension.isdecimal() else self.sizes.get(dimension)

    def apart(self, left: Index, right: Index) -> bool:
        literal = isinstance(left.name, int) and isinstance(right.name, int)
        return (literal and left.name != right.name) or frozenset((left, right)) in self.distinct

    def delta(self, left: Index, right: Index) -> Poly:
        """D1: 1 for one index, 0 for two that differ."""
        require(left.dimension == right.dimension, "D1: the indices of a delta have one dimension")
        if left == right or self.apart(left, right):
            return ONE if left == right else {}
        return self.atom("delta", *sorted((left, right), key=_rank))

    def differ(self, left: Index, right: Index) -> Poly:
        """The lazy factor that is 0 where two indices agree, and 1 elsewhere (D5)."""
        if left == right or self.apart(left, right):
            return {} if left == right else ONE
        return self.atom("differ", *sorted((left, right), key=_rank))

    def _split(self, poly: Poly) -> tuple[Index, Index, Poly, Poly] | None:
        for mono in poly:
            for atom, _ in mono:
                if self.kind(atom) in ("delta", "differ"):
                    _, keep, drop = self.atoms[atom]
                    return keep, drop, self.rename(poly, {drop: keep}), self._other(poly, keep, drop)
        return None

    def cases(self, poly: Poly) -> tuple[Poly, ...]:
        """A polynomial where two indices of it are equal, and where they differ; nothing where it has no two."""
        try:
            split = self._split(poly)
        except Undefined:
            return ()
        return split[2:] if split else ()

    def _other(self, poly: Poly, keep: Index, drop: Index) -> Poly:
        """A polynomial where two indices differ."""
        gone, one = self.ids.get(("delta", keep, drop)), self.ids.get(("differ", keep, drop))
        kept = {m: c for m, c in poly.items() if all(atom != gone for atom, _ in m)}
        return add(*({tuple(f for f in m if f[0] != one): c} for m, c in kept.items()))

    def _float(self, split: tuple[Index, Index, Poly, Poly], function: Callable[[Poly], Poly]) -> Poly:
        """D4: F(t) is F(t) where i = j, and F(t) where i != j, each lazy."""
        self.used.add("D4")
        keep, drop, same, other = split
        cases = []
        for factor, part in ((self.delta(keep, drop), same), (self.differ(keep, drop), other)):
            try:
                cases.append(self.mul(factor, function(part)))
            except Undefined:
                continue
        if not cases:
            raise Undefined("neither case has a value")
        return add(*cases)

    def renewed(self, poly: Poly) -> Poly:
        """Every atom built anew, with what is known now: after a derivative more is."""
        return add(*(scale(self._rebuilt(mono, {}), c) for mono, c in poly.items()))

    def rename(self, poly: Poly, names: Mapping[Index, Index]) -> Poly:
        """The polynomial with other free indices, every atom built anew: units, signs and ranges are found again."""
        names = {old: self.place(new) for old, new in names.items() if old != new}
        if not names:
            return poly
        return add(*(scale(self._rebuilt(mono, names), c) for mono, c in poly.items()))

    def _rebuilt(self, mono: Mono, names: Mapping[Index, Index]) -> Poly:
        """A monomial of atoms built anew; where a delta or differ in it is 0, so is it, whatever the rest."""
        lazy = tuple(f for f in mono if self.kind(f[0]) in ("delta", "differ"))
        total = gate = self._product_of(ONE, lazy, names)
        try:
            return self._product_of(total, tuple(f for f in mono if f not in lazy), names) if gate else {}
        except Undefined:
            if constant(gate) is not None:
                raise
            return {}

    def _product_of(self, total: Poly, factors: Mono, names: Mapping[Index, Index]) -> Poly:
        for atom, e in factors:
            moved = not names or not self.inside[atom].isdisjoint(names)
            total = self.mul(total, self.power(self._renamed(atom, names), e) if moved else {((atom, e),): 1})
        return total

    def _again(self, poly: Poly, names: Mapping[Index, Index]) -> Poly:
        return self.rename(poly, names) if names else self.renewed(poly)

    def _renamed(self, atom: int, names: Mapping[Index, Index]) -> Poly:
        head, *parts = self.atoms[atom]
        inner = [self._again(dict(p), names) if isinstance(p, Body) else p for p in parts]
        match head:
            case "comp":
                return self.atom(head, parts[0], tuple(names.get(i, i) for i in parts[1]))
            case "delta" | "differ":
                make = self.delta if head == "delta" else self.differ
                return make(*(names.get(i, i) for i in parts))
            case "base":
                return inner[0]
            case "exp" | "log":
                return self.exp(inner[0]) if head == "exp" else self.log(inner[0])
            case "Abs" | "sign" | "fn":
                return self.apply(*(inner if head == "fn" else (head, *inner)))
            case "power":
                return self.symbolic(inner[0], inner[1], True)
            case "sum":
                bound, body = self.opened(atom)
                body = self._again(body, names)
                for k in reversed(bound):
                    body = self.sum(k, body)
                return body
            case "reduce":
                (k,), body = self.opened(atom)
                return self.reduce(parts[0], k, tuple(names.get(i, i) for i in parts[2]), self._again(body, names))
            case _:
                return self.atom(head, *parts)

    def opened(self, atom: int) -> tuple[list[Index], Poly]:
        """The body of a sum or reduction under new names for what it binds."""
        structure = self.atoms[atom]
        bound = structure[1] if structure[0] == "sum" else (structure[2],)
        new = [self.new(k.dimension) for k in bound]
        return new, self.rename(dict(structure[-1]), dict(zip(bound, new, strict=True)))

    # Sums.

    def sum(self, k: Index, poly: Poly) -> Poly:
        """The sum over the whole range of k (S1): a constant times n, a delta contracted, the rest an atom."""
        size = self.size(k.dimension)
        if size is not None:
            require(size <= LARGEST, "K6: the size of an explicit dimension")
            self.used.add("K6")
            return add(*(self.rename(poly, {k: Index(v, k.dimension)}) for v in range(1, size + 1)))
        self.used.add("S1")
        return add(*(scale(self._sum(k, mono), c) for mono, c in poly.items()))

    def _sum(self, k: Index, mono: Mono) -> Poly:
        for atom, _ in mono:
            head, *pair = self.atoms[atom]
            if head not in ("delta", "differ") or k not in pair:
                continue
            other = pair[1] if pair[0] == k else pair[0]
            rest: Poly = {tuple(f for f in mono if f[0] != atom): 1}
            if head == "delta":
                require(self._in_range(other), "S3: the index that is contracted to lies in the range")
                self.used.add("S3")
                return self.rename(rest, {k: other})
            try:
                there = self.rename(rest, {k: other})
            except Undefined:
                continue
            if self._in_range(other) and self.defined(there) and self.defined(rest):
                self.used.add("S5")
                return add(self.sum(k, rest), scale(there, -1))
        inside = tuple(f for f in mono if k in self.inside[f[0]])
        outside: Poly = {tuple(f for f in mono if f not in inside): 1}
        if not inside:
            self.used.add("S2")
            return self.mul(outside, self.atom("var", k.dimension))
        return self.mul(outside, self._connected(k, inside))

    def _connected(self, k: Index, mono: Mono) -> Poly:
        """S6: sums inside are merged into one over several indices, names apart; each part under canonical names."""
        bound, body = [k], ONE
        for atom, e in mono:
            if self.kind(atom) != "sum" or e.denominator > 1 or e < 0:
                body = self.mul(body, {((atom, e),): 1})
                continue
            for _ in range(int(e)):
                self.used.add("S6")
                more, part = self.opened(atom)
                bound, body = bound + more, self.mul(body, part)
        return add(*(scale(self._closed(bound, m), c) for m, c in body.items()))

    def _closed(self, bound: list[Index], mono: Mono) -> Poly:
        sums = {a for a, _ in mono if self.kind(a) == "sum"}
        for k in bound if (self.summed or sums) and len(bound) > 1 else ():
            inside = tuple(f for f in mono if k in self.inside[f[0]])
            value = self._closed([k], inside)
            # A sum that a hypothesis gives, or that is divided by.
            if all(self.kind(a) != "sum" or len(self.atoms[a][1]) > 1 or a in sums for m in value for a, _ in m):
                rest = self.mul({tuple(f for f in mono if f not in inside): 1}, value)
                for other in bound:
                    rest = self.sum(other, rest) if other != k else rest
                return rest
        base = max((self.height[atom] for atom, _ in mono), default=0)
        best: tuple[Any, list[Poly]] = ((), [])
        for order in self._orders(bound, mono):
            names = {k: Index(f"#{base + n}", k.dimension) for n, k in enumerate(order, 1)}
            require(self.free({mono: 1}).isdisjoint(names.values()), "1.5: a bound index is not free below its binder")
            closed: Poly = {}
            for m, c in self.rename({mono: 1}, names).items():
                value = self.atom("sum", tuple(names[k] for k in order), Body(((m, 1),)))
                closed = add(closed, scale(value, c))
            spelled = [names[k].dimension for k in order], sorted(closed)
            if not best[1] or spelled <= best[0]:
                best = (spelled, [*(best[1] if spelled == best[0] else []), closed])
        if any(other == scale(best[1][0], -1) for other in best[1]):
            self.used.add("S4")  # a renaming of its indices turns the sum into its negative
            return {}
        return best[1][0]

    def _orders(self, bound: list[Index], mono: Mono) -> Iterator[tuple[Index, ...]]:
        """Orders of the bound indices (S4): by the atoms in which each stands, all orders of those that look alike."""
        colour: dict[Index, Any] = {k: k.dimension for k in bound}
        for _ in bound if len(bound) > 1 else ():
            seen = {
                k: (colour[k], sorted(repr(self._shape(a, e, k, colour)) for a, e in mono if k in self.inside[a]))
                for k in bound
            }
            ranks = sorted({repr(s) for s in seen.values()})
            colour = {k: ranks.index(repr(seen[k])) for k in bound}
        groups = [[k for k in bound if colour[k] == c] for c in sorted(set(colour.values()))]
        for count, chosen in enumerate(product(*(permutations(g) for g in groups))):
            require(count < MOST_ORDERS, "the number of orders of bound indices")
            yield tuple(k for part in chosen for k in part)

    def _shape(self, part: Any, e: Any, k: Index, colour: Mapping[Index, Any]) -> Any:
        """An atom as it looks to one bound index, the others by colour."""
        if isinstance(part, int) and not isinstance(part, bool):
            return self._shape(self.atoms[part], e, k, colour), str(e)
        if isinstance(part, Index):
            return "*" if part == k else ("?", colour[part]) if part in colour else part
        if isinstance(part, tuple) and part[0] == "comp" and part[1] in self.symmetric:
            return [*part[:2], sorted(repr(self._shape(i, e, k, colour)) for i in part[2])]
        if isinstance(part, Body):
            return sorted(repr([str(c), *sorted(repr(self._shape(a, f, k, colour)) for a, f in m)]) for m, c in part)
        return [self._shape(p, e, k, colour) for p in part] if isinstance(part, tuple) else part

    def _in_range(self, index: Index) -> bool:
        """Whether a literal index is known to lie in its dimension."""
        if not isinstance(index.name, int):
            return True
        size = self.size(index.dimension)
        if size is not None:
            return index.name <= size
        return bool(self.sign(add(self.atom("var", index.dimension), number(-index.name))) & 1)

    def defined(self, poly: Poly) -> bool:
        """Whether a polynomial is seen to have a value at every admissible point."""
        return all(self._defined(atom, e) for mono in poly for atom, e in mono)

    def _defined(self, atom: int, e: Rational) -> bool:
        head, *parts = self.atoms[atom]
        bits = self.sign({((atom, 1),): 1}) if e < 0 or e.denominator > 1 else POSITIVE
        if (e < 0 and not bits & 4) or (e.denominator > 1 and not bits & 1):
            return False
        if head == "log" and self.sign(dict(parts[0])) & POSITIVE != POSITIVE:
            return False
        literal = all(self._in_range(i) for i in self.inside[atom] if isinstance(i, Index))
        known = head not in ("fn", "power") or (head == "fn" and parts[0] in TOTAL)
        return literal and known and all(self.defined(dict(p)) for p in parts if isinstance(p, Body))

    def reduce(self, kind: str, k: Index, out: tuple[Index, ...], poly: Poly) -> Poly:
        """Sum, Product, Max or Min over the range of k without ``out``."""
        if kind == "Sum":
            for other in out:
                poly = self.mul(poly, self.differ(k, other))
            return self.sum(k, poly)
        size = self.size(k.dimension)
        if kind == "Product" and size is not None:
            return self._unrolled(k, out, poly, size)
        if kind != "Product" and size == 1 and not out:
            return self.rename(poly, {k: Index(1, k.dimension)})
        if kind == "Product" and (not out or poly == ONE):
            return self._product(k, poly)
        fixed = {m: c for m, c in poly.items() if all(k not in self.inside[a] for a, _ in m)}
        moving = {m: c for m, c in poly.items() if m not in fixed}
        if kind == "Product" or out:
            require(not out or kind == "Product", "a restricted Max or Min may be empty")
            fixed, moving = {}, poly
        if not moving and not out:  # a product over nothing is 1, even of zeros
            return fixed
        value = self._opaque(kind, k, out, moving) if kind == "Product" else self._extreme(kind, k, moving)
        return add(fixed, value)

    def _extreme(self, kind: str, k: Index, poly: Poly) -> Poly:
        """G7: a positive factor that does not move leaves a Max or Min, a sign turns the one into the other."""
        name = self._bound(k, poly)
        poly = self.rename(poly, {k: name})
        c, shared, _ = self.unit(poly)
        fixed = (f for f in shared if name not in self.inside[f[0]])
        still = tuple(f for f in fixed if self.sign({(f,): 1}) & POSITIVE == POSITIVE)
        body = self.mul(scale(poly, ratio(1, c)), {tuple((a, -e) for a, e in still): 1})
        kind = kind if c > 0 else {"Max": "Min", "Min": "Max"}[kind]
        return self.mul({still: c}, self._opaque(kind, k, (), self.rename(body, {name: k})))

    def _unrolled(self, k: Index, out: tuple[Index, ...], poly: Poly, size: int) -> Poly:
        require(size <= LARGEST, "K6: the size of an explicit dimension")
        self.used.add("K6")
        total = ONE
        for v in range(1, size + 1):
            place = Index(v, k.dimension)
            if place in out:
                continue
            try:
                factor = self.rename(poly, {k: place})
            except Undefined as nowhere:
                require(not out, f"a range that may be empty: {nowhere}")
                raise
            for other in out:
                factor = add(self.delta(place, other), self.mul(self.differ(place, other), factor))
            total = self.mul(total, factor)
        return total

    def _product(self, k: Index, poly: Poly) -> Poly:
        """T1 and T2: exponentials as the exponential of a sum, factors apart, constants to the n."""
        if not poly:
            return {}
        for atom in {a for mono in poly for a, _ in mono if self.kind(a) == "delta" and k in self.atoms[a]}:
            self.used |= {"D4", "S7"}  # one factor is the one where the indices agree
            other = next(i for i in self.atoms[atom][1:] if i != k)
            require(self._in_range(other), "S7: the index that is split off lies in the range")
            rest = self._other(poly, *self.atoms[atom][1:])
            return self.mul(self.rename(poly, {k: other}), self.reduce("Product", k, (other,), rest))
        if self._split(poly):
            return self._opaque_product(k, poly)
        c, mono, rest = self.unit(poly)
        dimension = self.atom("var", k.dimension)
        total = self.symbolic(number(c), dimension, True) if c != 1 else ONE
        for atom, e in mono:
            self.used.add("T1")
            single: Poly = {((atom, 1),): 1}
            if self.kind(atom) == "exp":
                total = self.mul(total, self.exp(self.sum(k, scale({self.atoms[atom][1][0][0]: 1}, e))))
            elif k in self.inside[atom]:
                total = self.mul(total, self.power(self._opaque_product(k, single), e))
            else:
                total = self.mul(total, self.symbolic({((atom, e),): 1}, dimension, True))
        if rest == ONE:
            return total
        inside = k in self.free(rest)
        return self.mul(total, self._opaque_product(k, rest) if inside else self.symbolic(rest, dimension, True))

    def _opaque_product(self, k: Index, poly: Poly) -> Poly:
        return self._opaque("Product", k, (), poly)

    def _opaque(self, kind: str, k: Index, out: tuple[Index, ...], poly: Poly) -> Poly:
        name, skipped = self._bound(k, poly), tuple(sorted(set(out), key=_rank))
        return self.atom("reduce", kind, name, skipped, frozen(self.rename(poly, {k: name})))

    def _bound(self, k: Index, poly: Poly) -> Index:
        """The name of a bound index: above every one inside."""
        name = Index(f"#{1 + max((self.height[a] for m in poly for a, _ in m), default=0)}", k.dimension)
        require(name not in self.free(poly), "1.5: a bound index is not free below its binder")
        return name

    # The zero test.

    def is_zero(self, poly: Poly) -> bool:
        """Whether a polynomial is 0 (R4): case by case on its deltas, then with its denominators multiplied out."""
        split = self._split(poly)
        if split:
            self.used.add("D4")
            return self.is_zero(split[2]) and self.is_zero(split[3])
        for _ in range(60):
            poly = self.reduced(poly)
            if not poly:
                return True
            lowest: dict[int, Rational] = {}
            for mono in poly:
                for atom, e in mono:
                    lowest[atom] = min(lowest.get(atom, 0), e)
            below = [a for a, e in lowest.items() if e < 0]
            if not below:
                return self._is_sum_of_zero(poly) or self._is_zero_by_signs(poly)
            self.used.add("R4")
            # The one made last first: a denominator may stand inside another.
            atom = max(below)
            poly = self.mul(poly, {((atom, -lowest[atom]),): 1})
        return False

    def _is_zero_by_signs(self, poly: Poly) -> bool:
        """G7: with t*sign(t) for Abs(t), below sums too."""
        if self.signed or not any(self._holds(a, "Abs") for mono in poly for a, _ in mono):
            return False
        self.signed = True
        try:
            return self.is_zero(self.renewed(poly))
        finally:
            self.signed = False

    def _holds(self, atom: int, kind: str) -> bool:
        """Whether an atom is of a kind, or holds one."""
        return self.kind(atom) == kind or any(self._holds(a, kind) for a in _atoms(self.atoms[atom]))

    def _is_sum_of_zero(self, poly: Poly) -> bool:
        """S8: sums over the same ranges are one sum, which is 0 where its terms are; n is a sum of ones (S2)."""
        bodies: dict[tuple[str, ...], tuple[list[Index], Poly]] = {}
        counted = {k.dimension for m in poly for a, _ in m if self.kind(a) == "sum" for k in self.atoms[a][1]}
        for mono, c in poly.items():
            sums = [a for a, e in mono if e == 1 and self.kind(a) == "sum"]
            sizes = [a for a, e in mono if e == 1 and self.kind(a) == "var" and self.atoms[a][1] in counted]
            if not sums and not sizes:
                return False
            atom = max(sums or sizes)
            bound, body = self.opened(atom) if sums else ([self.new(self.atoms[atom][1])], ONE)
            rest: Poly = {tuple(f for f in mono if f[0] != atom): c}
            first, total = bodies.get(dims := tuple(k.dimension for k in bound), (bound, {}))
            inside = self.rename(self.mul(rest, body), dict(zip(bound, first, strict=True)))
            bodies[dims] = first, add(total, inside)
        self.used.add("S8")
        return all(self.is_zero(body) for _, body in bodies.values())

    def reduced(self, poly: Poly) -> Poly:
        """H2: a product is replaced wherever it divides."""
        for lead, value, names in self.leading:
            for _ in range(200 if names.isdisjoint(self.below) else 0):
                mono = next((m for m in poly if all(dict(m).get(a, 0) >= e for a, e in lead)), None)
                if mono is None:
                    break
                self.used.add("H2")
                left = merge(mono, tuple((a, -e) for a, e in lead))
                poly = add(
                    {m: c for m, c in poly.items() if m != mono},
                    scale(self.mul({left: 1}, value), poly[mono]),
                )
        return poly


def _primes(c: Rational) -> Iterator[tuple[int, int]]:
    """Factors of a positive rational with their exponents, prime as far as they are small; a long rest stays whole."""
    for n, flip in ((c.numerator, 1), (c.denominator, -1)):
        p = 2
        while n > 1:
            p = p if p * p <= n and p < 2_000 else n
            times = 0
            while n % p == 0:
                n, times = n // p, times + 1
            if times:
                yield p, times * flip
            p += 1


def _raised(poly: Poly, e: Rational) -> Poly:
    ((mono, c),) = poly.items()
    return {tuple((a, f * e) for a, f in mono): c} if e else ONE


def _atoms(part: Any) -> Iterator[int]:
    if isinstance(part, Body):
        yield from (atom for mono, _ in part for atom, _ in mono)
    elif isinstance(part, tuple) and not isinstance(part, Index):
        for p in part:
            yield from _atoms(p)


def _level(index: Index) -> int:
    name = str(index.name)
    return int(name[1:]) if name.startswith("#") else 0


def _rank(index: Index) -> tuple[bool, int, str, str]:
    """Literals first, then the claim's own names, then bound and new ones: a delta keeps the earlier."""
    name = str(index.name)
    return not isinstance(index.name, int), ("~" in name) + ("#" in name), name, index.dimension


RESTLESS = ("delta", "differ", "base", "Abs", "sign", "power")
ODD = ("atan", "asin", "erf")
TOTAL = {"sin", "cos", "atan", "asinh", "erf", "cbrt", "floor", "ceiling", "acot"}
