"""How a normal form behaves as one variable approaches a point: eventual signs, leading terms, limits (KERNEL 4.12).

Everything is brought to a variable that tends to +oo. The most rapidly varying part of a normal form is written as a
power of one small quantity w, and the normal form as a series in w whose coefficients vary more slowly; the leading
coefficient decides, and is treated in the same way, until it no longer depends on the variable. A coefficient is
dropped only when it is proved to be 0, and decides only when its sign is proved.

What has no such expansion stands as an *atom*: a new variable of which only bounds, a limit, or a logarithm is known.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import reduce
from itertools import product as cartesian

from msgspec import Struct, field

from derive.kernel.bits import decisive, times
from derive.kernel.context import (
    NEGATIVE,
    NONNEGATIVE,
    NONZERO,
    POSITIVE,
    UNKNOWN,
    ZERO,
    Context,
    Generator,
    Monomial,
    Place,
    Polynomial,
    Rational,
    Stuck,
    Undefined,
)
from derive.kernel.differentiate import Target, differentiate
from derive.kernel.elementary import domain_of
from derive.kernel.functions import exponential, function, logarithm, number_constant
from derive.kernel.growth import Atom, Bound, tail, with_growth
from derive.kernel.polynomial import ONE, add, constant, scale, subtract, without
from derive.kernel.reductions import extremum
from derive.kernel.ring import (
    absolute,
    defined,
    inside,
    multiply,
    open_bound,
    power,
    replace_generators,
    variable,
)
from derive.kernel.series import (
    Imprecise,
    Powers,
    Series,
    binomial,
    of_exponential,
    of_logarithm,
    single,
)
from derive.kernel.sign import learn, sign
from derive.kernel.spelling import NOTHING, intern, names, places, poly_text
from derive.kernel.sums import sum_over
from derive.kernel.zero import Equations, remainder
from derive.term import Op, Variable

EFFORTS = (2, 5, 10)
DEEPEST = 14
MOST_FACTORS = 4
MOST_CORNERS = 4
OSCILLATING = ("sin", "cos")
ROUNDING = ("floor", "ceiling")
SLOW = (*OSCILLATING, "atan", "acot", "asin", "acos", "erf", "acosh", *ROUNDING)
"""Functions that grow no faster than their argument."""
CONTINUOUS = (*OSCILLATING, "atan", "asin", "acos", "erf", "acosh")
STRICT: dict[Op, int] = {">=": POSITIVE, ">": POSITIVE, "<=": NEGATIVE, "<": NEGATIVE, "!=": NONZERO}


class Unsettled(Stuck):
    """The sign of a quantity that does not depend on the variable decides, and only ``bits`` of it are known."""

    def __init__(self, subject: Polynomial, bits: int) -> None:
        super().__init__("limit not established", "the limit depends on the sign of a parameter")
        self.subject = subject
        self.bits = bits


class Faster(Stuck):
    """A term varies faster than the scale of an expansion."""


class Uneven(Stuck):
    """The summands of a sum grow at different rates."""


class Scale(Struct, frozen=True):
    """The small quantity ``w = exp(-g)`` of one expansion.

    ``top`` names the variable where w is its inverse, and is empty where w is an exponential. ``rates`` holds, by its
    spelling, what tends to oo or -oo under an exponential: its limit relative to g; None for what tends to a number.
    """

    g: Polynomial
    top: str
    powers: Powers
    rates: dict[str, Polynomial | None] = field(default_factory=dict)


class Approach(Struct):
    """One variable on its way to a point from one side; ``large`` is a variable that tends to oo with it.

    ``wanted`` are the quantities of which a sign would have helped.
    """

    name: str
    point: Polynomial | None
    direction: int
    equations: Equations
    large: str = ""
    chain: list[str] = field(default_factory=list)
    atoms: dict[str, Atom] = field(default_factory=dict)
    atom_of: dict[str, Polynomial] = field(default_factory=dict)
    atom_places: dict[str, frozenset[Place]] = field(default_factory=dict)
    wanted: list[Unsettled] = field(default_factory=list)
    busy: set[str] = field(default_factory=set)
    depth: int = 0

    def __post_init__(self) -> None:
        self.large = f"{self.name}'"
        self.chain.append(self.large)

    # What moves.

    def moves(self, ctx: Context, poly: Polynomial) -> bool:
        """Whether a polynomial depends on the variable."""
        used = names(ctx, poly)
        return self.name in used or not used.isdisjoint(self.chain) or not used.isdisjoint(self.atoms)

    def at_infinity(self, ctx: Context, poly: Polynomial) -> Polynomial:
        """The polynomial in the variable that tends to oo, every logarithm of that a variable of its own."""
        for name in self.chain:
            ctx.types.setdefault(name, "positive")
        for name in self.atoms:
            ctx.types.setdefault(name, self._type(ctx, name))
        if self.name in names(ctx, poly):
            poly = replace_generators(ctx, poly, {f"v({self.name})": self._value(ctx)})
        for name in list(self.chain):
            log = f"l({poly_text(ctx, variable(ctx, name), {})})"
            if name in names(ctx, poly) and log in ctx.generators:
                poly = replace_generators(ctx, poly, {log: variable(ctx, self._logarithm(ctx, name))})
        return poly

    def _value(self, ctx: Context) -> Polynomial:
        large = variable(ctx, self.large)
        if self.point is None:
            return scale(large, self.direction)
        return add(self.point, scale(power(ctx, large, -1), self.direction))

    def _logarithm(self, ctx: Context, name: str) -> str:
        number = self.chain.index(name) + 1
        if number == len(self.chain):
            if number > DEEPEST:
                raise Stuck("budget", "too many nested logarithms")
            self.chain.append(f"{self.large}{number}")
        ctx.types.setdefault(self.chain[number], "positive")
        return self.chain[number]

    def _type(self, ctx: Context, name: str) -> str:
        atom = self.atoms[name]
        if atom.logarithm is not None:
            return "positive"
        bits = sign(ctx, atom.low) if atom.low is not None else UNKNOWN
        return "positive" if bits & POSITIVE == POSITIVE else "nonnegative" if bits & NONNEGATIVE else "real"

    def atom(self, ctx: Context, key: str, atom: Atom, at: frozenset[Place]) -> Polynomial:
        """The variable that stands for what ``key`` spells, which depends on the indices ``at``."""
        found = self.atom_of.get(key)
        if found is None:
            name = f"{self.name}'a{len(self.atoms) + 1}"
            self.atoms[name] = atom
            self.atom_places[name] = at
            used = frozenset((name,)) | (names(ctx, atom.logarithm) if atom.logarithm else frozenset())
            found = self.atom_of[key] = {((intern(ctx, "v", (name,), NOTHING, used), 1),): 1}
            ctx.types[name] = self._type(ctx, name)
        return found

    def is_zero(self, ctx: Context, poly: Polynomial) -> bool:
        ctx.spend(1 + len(poly))
        return not poly or (constant(poly) is None and not remainder(ctx, poly, self.equations))

    # Signs.

    def sign(self, ctx: Context, poly: Polynomial) -> int:
        """What is known of the sign of a polynomial near the point; the sign that the ring asks for (E6)."""
        bits = sign(ctx, poly)
        if decisive(bits) or not self.moves(ctx, poly) or not ctx.suspended <= {self.name}:
            return bits
        text = poly_text(ctx, poly, {})
        key = ("sign", "eventually", text)
        if key in ctx.memo:
            return bits | int(ctx.memo[key])
        if text in self.busy or self.depth > DEEPEST:
            return bits
        self.busy.add(text)
        try:
            ctx.memo[key] = found = self._seen(ctx, poly)
        finally:
            self.busy.discard(text)
        return bits | found

    def _seen(self, ctx: Context, poly: Polynomial) -> int:
        try:
            return self.settled(ctx, poly)
        except Unsettled as unsettled:
            self.wanted.append(unsettled)
        except Stuck as stuck:
            if stuck.reason == "budget":
                raise
        except Undefined:
            pass
        return UNKNOWN

    def settled(self, ctx: Context, poly: Polynomial) -> int:
        """The sign near the point: positive, negative or zero; Fails with Stuck where it is not known."""
        ctx.spend(5)
        if self.is_zero(ctx, poly):
            return ZERO
        bits = sign(ctx, poly)
        if decisive(bits):
            return bits
        if not self.moves(ctx, poly):
            raise Unsettled(poly, bits)
        poly = with_growth(self, ctx, self.at_infinity(ctx, poly))
        if self._variable(ctx, poly) is None:
            return self._of_bounded(ctx, poly)
        self.depth += 1
        try:
            return self.settled(ctx, self._leading(ctx, poly)) if self.depth <= DEEPEST else self._too_deep()
        finally:
            self.depth -= 1

    def _too_deep(self) -> int:
        raise Stuck("limit not established", "the leading term lies too deep")

    def _of_bounded(self, ctx: Context, poly: Polynomial) -> int:
        """The sign of the limit, or the one at all corners of the bounds of what occurs with degree one."""
        if len(poly) == 1:
            ((mono, v),) = poly.items()
            if len(mono) > 1 or any(key[0] == "b" for key, _ in mono):
                return self._of_factors(ctx, mono, v)
        if not self._wild(ctx, poly):
            bits = sign(ctx, self._of_atoms(ctx, poly))
            if decisive(bits):
                return bits
        found = {int(sign(ctx, corner)) for corner in self._corners(ctx, poly)}
        if len(found) == 1 and decisive(min(found)):
            return min(found)
        raise Stuck("limit not established", "a bounded quantity of unknown sign")

    def _of_factors(self, ctx: Context, mono: Monomial, c: Rational) -> int:
        bits = POSITIVE if c > 0 else NEGATIVE
        for key, e in mono:
            inner = inside(ctx, key)
            known = self._of_bounded(ctx, inner) if self.moves(ctx, inner) else self.settled(ctx, inner)
            bits = times(bits, POSITIVE if e % 2 == 0 and known & NONZERO else known)
        return bits

    def _corners(self, ctx: Context, poly: Polynomial) -> Iterator[Polynomial]:
        keys = sorted({key for mono in poly for key, _ in mono if self.moves(ctx, {((key, 1),): 1})})
        known = [self.atoms.get(str(ctx.generators[key].parts[0])) if key[0] == "v" else None for key in keys]
        if len(keys) > MOST_CORNERS or any(e != 1 for mono in poly for key, e in mono if key in keys):
            raise Stuck("limit not established", "a bounded quantity of unknown sign")
        ends = [(a.low, a.high) if a is not None and a.logarithm is None else (None,) for a in known]
        for chosen in cartesian(*ends):
            if any(end is None for end in chosen):
                raise Stuck("limit not established", "a quantity without known bounds")
            yield replace_generators(
                ctx, poly, {k: end for k, end in zip(keys, chosen, strict=True) if end is not None}
            )

    # Limits.

    def limit(self, ctx: Context, poly: Polynomial) -> Bound:
        """The limit (L5); Fails with Stuck where none is seen."""
        ctx.spend(5)
        poly = with_growth(self, ctx, self.at_infinity(ctx, poly))
        if not self.moves(ctx, poly):
            return poly
        if self._variable(ctx, poly) is None:
            return self._of_atoms(ctx, poly)
        self.depth += 1
        try:
            if self.depth > DEEPEST:
                self._too_deep()
            return self._limit(ctx, poly)
        except Uneven:
            return self._term_by_term(ctx, poly)
        finally:
            self.depth -= 1

    def _term_by_term(self, ctx: Context, poly: Polynomial) -> Bound:
        """The limits of the terms, if they can be added."""
        limits = [self._of_term(ctx, mono, c) for mono, c in poly.items()]
        infinite = {found for found in limits if isinstance(found, int)}
        if len(infinite) > 1:
            raise Stuck("limit not established", "terms tend to oo and to -oo")
        return infinite.pop() if infinite else add(*(found for found in limits if not isinstance(found, int)))

    def _of_term(self, ctx: Context, mono: Monomial, c: Rational) -> Bound:
        """L10: a sum over a fixed range tends to the sum of the limits, a Max to their Max; factors go inside."""
        spread = [key for key, e in mono if key[0] in "sm" and e == 1 and self.moves(ctx, {((key, 1),): 1})]
        if self._variable(ctx, {mono: c}) is None:
            return self._of_atoms(ctx, {mono: c})
        if len(spread) != 1:
            return self._limit(ctx, {mono: c})
        gen, factor = ctx.generators[spread[0]], {without(mono, spread[0]): c}
        if gen.kind == "s":
            opened, fresh = open_bound(ctx, gen.parts[0], {gen.parts[1].mono: 1})
        else:
            opened, fresh = open_bound(ctx, (gen.parts[1],), gen.parts[2])
        bits = self.settled(ctx, factor)
        if any(p[1] == self.name for p in fresh) or (gen.kind == "m" and bits & POSITIVE != POSITIVE):
            raise Stuck("limit not established", "a range that grows, or a factor that is not seen to be positive")
        found = self.limit(ctx, multiply(ctx, factor, opened))
        if isinstance(found, int):
            raise Stuck("limit not established", "a summand without a finite limit")
        ctx.use("L10")
        return sum_over(ctx, fresh, found) if gen.kind == "s" else extremum(ctx, gen.parts[0], fresh[0], found)

    def _of_atoms(self, ctx: Context, poly: Polynomial) -> Polynomial:
        """What is continuous in quantities that have limits tends to its value there (L3)."""
        used = names(ctx, poly)
        new = {f"v({name})": atom.limit for name, atom in self.atoms.items() if name in used and atom.limit is not None}
        try:
            found = replace_generators(ctx, poly, new)
        except Undefined as undefined:
            raise Stuck("limit not established", f"at the limit {undefined}") from undefined
        if self.moves(ctx, found) or not defined(ctx, found):
            raise Stuck("limit not established", "a bounded quantity has no limit that is seen")
        ctx.use("L3")
        return found

    def _limit(self, ctx: Context, poly: Polynomial) -> Bound:
        for kept in EFFORTS:
            try:
                return self._by_series(ctx, *self._series(ctx, poly, kept))
            except Imprecise:
                continue
        raise Stuck("limit not established", "the leading terms cancel too far")

    def _by_series(self, ctx: Context, scale: Scale, series: Series) -> Bound:
        ctx.use("L5")
        small = series.error is None or scale.powers.compare(series.error, {}) > 0
        for e, c in series.terms:
            order = scale.powers.compare(e, {})
            if order < 0:
                bits = self.settled(ctx, c)
                if bits != ZERO:
                    self._require_tame(ctx, c)
                    return 1 if bits & NONNEGATIVE else -1
                continue
            if not small:
                raise Imprecise
            return self.limit(ctx, c) if order == 0 else {}
        if not small:
            raise Imprecise
        return {}

    def _leading(self, ctx: Context, poly: Polynomial) -> Polynomial:
        """The coefficient that decides the sign."""
        for kept in EFFORTS:
            try:
                _, series = self._series(ctx, poly, kept)
            except Imprecise:
                continue
            for _, c in series.terms:
                if not self.is_zero(ctx, c):
                    self._require_tame(ctx, c)
                    return c
            if series.error is None:
                return {}
        raise Stuck("limit not established", "the leading terms cancel too far")

    # Scales.

    def _variable(self, ctx: Context, poly: Polynomial) -> str | None:
        used = names(ctx, poly)
        return next((name for name in self.chain if name in used), None)

    def _scale(self, ctx: Context, poly: Polynomial, kept: int) -> Scale:
        """The most rapidly varying part: a class of exponentials, or the variable itself."""
        top = self._variable(ctx, poly)
        assert top is not None
        found = list(dict(self._exponentials(ctx, poly)).items())
        g, name = variable(ctx, self._logarithm(ctx, top)), top
        for _, moving in found:
            ratio = self.limit(ctx, multiply(ctx, moving, power(ctx, g, -1)))
            if isinstance(ratio, int):
                way = self.limit(ctx, moving)
                g, name = scale(moving, way if isinstance(way, int) else 1), ""
        powers = Powers(ctx, lambda a, b: self._compare(ctx, a, b), lambda p: self.is_zero(ctx, p), kept)
        return Scale(g, name, powers)

    def _rate(self, ctx: Context, moving: Polynomial, scaled: Scale) -> Polynomial | None:
        """The limit of what stands under an exponential relative to g, 0 where it is slower; None where it is finite.

        Looked up by what is there, not by where it was met: a summand that is opened has new names for its indices.
        """
        text = poly_text(ctx, moving, {})
        if text not in scaled.rates:
            rate: Polynomial | None = None
            if isinstance(self.limit(ctx, moving), int):
                ratio = self.limit(ctx, multiply(ctx, moving, power(ctx, scaled.g, -1)))
                if isinstance(ratio, int):
                    raise Faster("limit not established", "a term varies faster than the fastest one")
                rate = ratio
            scaled.rates[text] = rate
        return scaled.rates[text]

    def _compare(self, ctx: Context, left: Polynomial, right: Polynomial) -> int:
        gap = subtract(left, right)
        number = constant(gap)
        if number is not None:
            return (number > 0) - (number < 0)
        bits = self.settled(ctx, gap)
        return 0 if bits == ZERO else 1 if bits & NONNEGATIVE else -1

    def _exponentials(self, ctx: Context, poly: Polynomial) -> Iterator[tuple[str, Polynomial]]:
        """The exponentials of what tends to oo or -oo, and the moving part of what they are taken of."""
        for key in sorted({key for mono in poly for key, _ in mono}):
            if not self.moves(ctx, {((key, 1),): 1}):
                continue
            exponent = self._exponent(ctx, key)
            if exponent is None:
                for part in _inside(ctx.generators[key]):
                    yield from self._exponentials(ctx, part)
                continue
            _, moving = self.parted(ctx, exponent)
            if isinstance(self.limit(ctx, moving), int):
                yield key, moving
            else:
                yield from self._exponentials(ctx, moving)

    def _exponent(self, ctx: Context, key: str) -> Polynomial | None:
        """What an exponential is taken of."""
        gen = ctx.generators[key]
        if gen.kind == "e":
            return {gen.parts[0].mono: 1}
        atom = self.atoms.get(str(gen.parts[0])) if gen.kind == "v" else None
        return None if atom is None or atom.logarithm is None else self.at_infinity(ctx, atom.logarithm)

    def parted(self, ctx: Context, poly: Polynomial) -> tuple[Polynomial, Polynomial]:
        """A factor that does not move, and the rest."""
        if len(poly) != 1:
            return ONE, poly
        ((mono, c),) = poly.items()
        fixed = tuple(f for f in mono if not self.moves(ctx, {(f,): 1}))
        return {fixed: c}, {without(mono, *(k for k, _ in fixed)): 1}

    # Series.

    def _series(self, ctx: Context, poly: Polynomial, kept: int) -> tuple[Scale, Series]:
        scaled = self._scale(ctx, poly, kept)
        return scaled, self._expanded(ctx, poly, scaled)

    def _expanded(self, ctx: Context, poly: Polynomial, scaled: Scale) -> Series:
        total = Series(())
        for mono, c in poly.items():
            part = single({}, {(): c})
            ctx.spend(5)
            for key, e in mono:
                part = scaled.powers.times(part, self._power_of(ctx, key, e, scaled))
            total = scaled.powers.plus(total, part)
        return total

    def _power_of(self, ctx: Context, key: str, e: Rational, scaled: Scale) -> Series:
        if not self._touches(ctx, key, scaled):
            self._require_apart(ctx, {((key, e),): 1})
            return single({}, {((key, e),): 1})
        gen = ctx.generators[key]
        exponent = self._exponent(ctx, key)
        if exponent is not None:
            return self._exponential(ctx, scale(exponent, e), scaled)
        if key == f"v({scaled.top})":
            return single({(): -e}, ONE)
        if gen.kind == "b":
            return self._raised(ctx, self._expanded(ctx, gen.parts[0], scaled), e, scaled)
        base = self._of_generator(ctx, gen, scaled)
        return base if e == 1 else self._raised(ctx, base, e, scaled)

    def _touches(self, ctx: Context, key: str, scaled: Scale) -> bool:
        """Whether a generator may vary as fast as a power of w."""
        if not self.moves(ctx, {((key, 1),): 1}):
            return False
        if scaled.top and key == f"v({scaled.top})":
            return True
        exponent = self._exponent(ctx, key)
        if exponent is None:
            self._require_slow(ctx, ctx.generators[key])
            return any(self._touch(ctx, part, scaled) for part in _inside(ctx.generators[key]))
        rate = self._rate(ctx, self.parted(ctx, exponent)[1], scaled)
        return rate != {} if rate is not None else self._touch(ctx, exponent, scaled)

    def _require_slow(self, ctx: Context, gen: Generator) -> None:
        """A generator that holds nothing fast grows slowly: true of all but a few kinds."""
        ranges = {"s": gen.parts[0], "m": gen.parts[1:2], "q": gen.parts[0:1]}.get(gen.kind, ())
        if gen.kind == "p" or (gen.kind == "f" and gen.parts[0] not in SLOW):
            raise Stuck("limit not established", "a function without a rule for limits")
        if any(place[1] == self.name for place in ranges):
            raise Stuck("limit not established", "a sum whose range grows")
        for part in _inside(gen):
            self._require_apart(ctx, part)
            if gen.kind == "l":
                self._require_unrounded(ctx, part)

    def _require_apart(self, ctx: Context, poly: Polynomial) -> None:
        """Nothing rounded below a fraction bar: t - floor(t) < 1 comes as near to 1 as one likes, at no rate."""
        for mono in poly:
            self._require_unrounded(ctx, {(f,): 1 for f in mono if f[1] < 0})

    def _require_unrounded(self, ctx: Context, poly: Polynomial) -> None:
        rounded = (gen for key in self.keys(ctx, poly, "f") if (gen := ctx.generators[key]).parts[0] in ROUNDING)
        if any(self._oscillates(ctx, gen) for gen in rounded):
            raise Stuck("limit not established", "a rounded quantity that may come near 0 at any rate")

    def _touch(self, ctx: Context, poly: Polynomial, scaled: Scale) -> bool:
        return any(self._touches(ctx, key, scaled) for mono in poly for key, _ in mono)

    def _exponential(self, ctx: Context, exponent: Polynomial, scaled: Scale) -> Series:
        """exp(c*g + r) = w**-c * exp(r) for r of lower growth than g; otherwise exp of a series."""
        fixed, moving = self.parted(ctx, exponent)
        rate = self._rate(ctx, moving, scaled)
        if not rate:
            return self._exp(ctx, self._expanded(ctx, exponent, scaled), scaled)
        c = multiply(ctx, fixed, rate)
        rest = subtract(exponent, multiply(ctx, c, scaled.g))
        outside = single(scale(c, -1), ONE)
        if scaled.top:
            return scaled.powers.times(outside, self._exp(ctx, self._expanded(ctx, rest, scaled), scaled))
        return scaled.powers.times(outside, single({}, self._slow_exponential(ctx, rest, scaled)))

    def _slow_exponential(self, ctx: Context, rest: Polynomial, scaled: Scale) -> Polynomial:
        """exp of a polynomial; as an atom where the normal form would bring fast exponentials back."""
        if self.is_zero(ctx, rest):
            return ONE
        value = exponential(ctx, rest)
        try:
            if not self._touch(ctx, value, scaled):
                return value
        except Faster:
            pass  # the parts of a difference may be faster than the difference
        return self.atom(ctx, f"exp {poly_text(ctx, rest, {})}", Atom(logarithm=rest), places(ctx, rest))

    def _exp(self, ctx: Context, series: Series, scaled: Scale) -> Series:
        constant_part, small = self._around(ctx, series, scaled)
        self._require_bounded(ctx, constant_part)
        outside = single({}, exponential(ctx, constant_part))
        return scaled.powers.times(outside, scaled.powers.compose(small, of_exponential))

    def _around(self, ctx: Context, series: Series, scaled: Scale) -> tuple[Polynomial, Series]:
        """``c, y`` with series = c + y, y small and c of lower growth; Fails with Stuck where the series grows."""
        middle: Polynomial = {}
        rest = []
        for e, c in series.terms:
            order = scaled.powers.compare(e, {})
            if order < 0:
                if self.settled(ctx, c) == ZERO:
                    continue
                raise Stuck("limit not established", "a part varies faster than the fastest one")
            if order == 0:
                middle = c
            else:
                rest.append((e, c))
        if series.error is not None and scaled.powers.compare(series.error, {}) <= 0:
            raise Imprecise
        return middle, Series(tuple(rest), series.error)

    def _raised(self, ctx: Context, series: Series, e: Rational, scaled: Scale) -> Series:
        """(c*w**a*(1 + y))**e; a fractional exponent needs c > 0, a negative or large one c != 0."""
        if e.denominator == 1 and 0 < e <= MOST_FACTORS:
            return reduce(scaled.powers.times, [series] * int(e))
        series = self._from_leading(ctx, series, POSITIVE if e.denominator != 1 else NONZERO)
        (a, c), small = scaled.powers.relative(series)
        outside = single(scale(a, e), power(ctx, c, e))
        last = int(e) if e.denominator == 1 and e >= 0 else None
        return scaled.powers.times(outside, scaled.powers.compose(small, lambda j: binomial(e, j), last))

    def _from_leading(self, ctx: Context, series: Series, wanted: int) -> Series:
        """The series from the first term whose coefficient is seen to stay off 0."""
        terms = list(series.terms)
        while terms:
            c = terms[0][1]
            bits = self.settled(ctx, c)
            if bits != ZERO:
                if bits & wanted != wanted:
                    raise Undefined("a root or logarithm of a negative number")
                self._require_tame(ctx, c)
                return Series(tuple(terms), series.error)
            terms.pop(0)
        return Series((), series.error)

    def _require_tame(self, ctx: Context, poly: Polynomial) -> None:
        """Neither oscillating nor fast: only then it neither vanishes nor comes near 0 sooner than a power of w.

        What is at a distance from its limit may tend to 0 at any rate, whatever its sign: the limit itself must not
        be 0. What oscillates must lie between bounds of one sign.
        """
        poly = with_growth(self, ctx, self.at_infinity(ctx, poly))
        has_limits = any(name in self.atoms and not self._is_wild(name) for name in names(ctx, poly))
        if self._variable(ctx, poly) is not None:
            if has_limits:
                self._leading(ctx, poly)  # which is required to be tame
        elif has_limits:
            poly = self._at_limits(ctx, poly)
            if not sign(ctx, poly) & NONZERO and not self._wild(ctx, poly):
                raise Stuck("limit not established", "a difference from a limit of unknown rate")
        if not self._wild(ctx, poly):
            return
        if self._variable(ctx, poly) is None and len(poly) == 1:
            ((mono, _),) = poly.items()
            moving = {key for key, _ in mono if self.moves(ctx, {((key, 1),): 1})}
            if all(self._is_off_zero(ctx, key) for key in moving):
                return
        if self._variable(ctx, poly) is None and decisive(self._of_bounded(ctx, poly)):
            return
        raise Stuck("limit not established", "a power of an oscillating quantity")

    def _at_limits(self, ctx: Context, poly: Polynomial) -> Polynomial:
        known = {f"v({name})": atom.limit for name, atom in self.atoms.items() if atom.limit is not None}
        try:
            return replace_generators(ctx, poly, known)
        except Undefined as undefined:
            raise Stuck("limit not established", f"at the limit {undefined}") from undefined

    def _is_off_zero(self, ctx: Context, key: str) -> bool:
        """Whether a moving generator lies between positive bounds: an atom with such, or exp of what is bounded."""
        gen = ctx.generators[key]
        if gen.kind == "b":
            return self._variable(ctx, gen.parts[0]) is None and decisive(self._of_bounded(ctx, gen.parts[0]))
        if gen.kind == "e":
            return all(self._is_bounded(ctx, k) for k, _ in gen.parts[0].mono)
        atom = self.atoms.get(str(gen.parts[0])) if gen.kind == "v" else None
        return atom is not None and atom.low is not None and sign(ctx, atom.low) & POSITIVE == POSITIVE

    def _is_bounded(self, ctx: Context, key: str) -> bool:
        gen = ctx.generators[key]
        if not self.moves(ctx, {((key, 1),): 1}):
            return True
        if gen.kind == "l" and len(gen.parts[0]) == 1:
            return all(self._is_off_zero(ctx, k) for mono in gen.parts[0] for k, _ in mono)
        atom = self.atoms.get(str(gen.parts[0])) if gen.kind == "v" else None
        return atom is not None and (atom.limit is not None or atom.high is not None)

    def _require_bounded(self, ctx: Context, poly: Polynomial) -> None:
        if self._wild(ctx, poly) and not all(e > 0 and self._is_bounded(ctx, k) for mono in poly for k, e in mono):
            raise Stuck("limit not established", "exp of an oscillating quantity")

    def _wild(self, ctx: Context, poly: Polynomial) -> set[str]:
        wild = {name for name in names(ctx, poly) if name in self.atoms and self._is_wild(name)}
        for key in self.keys(ctx, poly, "zf"):
            if key[0] == "z" or self._oscillates(ctx, ctx.generators[key]):
                wild.add(key)
        return wild

    def _oscillates(self, ctx: Context, gen: Generator) -> bool:
        if gen.parts[0] not in (*OSCILLATING, *ROUNDING):
            return False
        try:
            return isinstance(self.limit(ctx, gen.parts[1][0]), int)
        except Unsettled:
            return True
        except Stuck as stuck:
            if stuck.reason == "budget":
                raise
            return True

    def _is_wild(self, name: str) -> bool:
        atom = self.atoms[name]
        return atom.limit is None and atom.logarithm is None

    # Generators.

    def is_continuous(self, ctx: Context, poly: Polynomial) -> bool:
        """Whether a polynomial is continuous where it has a value."""
        jumps = (key for key in self.keys(ctx, poly, "zfp"))
        return not any(key[0] != "f" or ctx.generators[key].parts[0] not in CONTINUOUS for key in jumps)

    def _of_generator(self, ctx: Context, gen: Generator, scaled: Scale) -> Series:
        match gen.kind:
            case "l":
                return self._logarithm_of(ctx, self._expanded(ctx, gen.parts[0], scaled), scaled)
            case "s":
                return self._sum(ctx, gen, scaled)
            case "m":
                return self._extremum(ctx, gen, scaled)
            case "h":
                return self._absolute(ctx, gen, scaled)
            case "z":
                ctx.use("L1")
                return single({}, self.atom(ctx, gen.key, Atom({(): -1}, ONE), gen.places))
            case "f":
                return self._function(ctx, gen, scaled)
        raise Stuck("limit not established", "a construct without a rule for limits")

    def _logarithm_of(self, ctx: Context, series: Series, scaled: Scale) -> Series:
        """log(c*w**e*(1 + y)) = log(c) - e*g + log(1 + y) for c > 0."""
        series = self._from_leading(ctx, series, POSITIVE)
        (e, c), small = scaled.powers.relative(series)
        outside = subtract(logarithm(ctx, c), multiply(ctx, e, scaled.g))
        return scaled.powers.plus(single({}, outside), scaled.powers.compose(small, of_logarithm))

    def _sum(self, ctx: Context, gen: Generator, scaled: Scale) -> Series:
        """L10: a sum over a fixed range is expanded term by term; no exponent may depend on the index."""
        if any(p[1] == self.name for p in gen.parts[0]):
            raise Stuck("limit not established", "a sum whose range grows")
        ctx.use("L10")
        body, fresh = open_bound(ctx, gen.parts[0], {gen.parts[1].mono: 1})
        series = self._expanded(ctx, body, scaled)
        self._require_free(ctx, series, fresh)
        terms = [(e, sum_over(ctx, fresh, c)) for e, c in series.terms]
        return scaled.powers.cut(terms, series.error)

    def _require_free(self, ctx: Context, series: Series, fresh: tuple[Place, ...]) -> None:
        exponents = [e for e, _ in series.terms] + ([series.error] if series.error is not None else [])
        met = {name for _, c in series.terms for name in names(ctx, c) if name in self.atoms}
        if any(not self.atom_places[name].isdisjoint(fresh) for name in met):
            raise Uneven("limit not established", "a summand of which only bounds are known depends on its index")
        if any(not places(ctx, e).isdisjoint(fresh) for e in exponents):
            raise Uneven("limit not established", "the growth of a summand depends on its index")

    def _extremum(self, ctx: Context, gen: Generator, scaled: Scale) -> Series:
        """The Max of the leading terms, up to the next ones."""
        kind, bound, body = gen.parts
        if bound[1] == self.name:
            raise Stuck("limit not established", "a range that grows")
        opened, fresh = open_bound(ctx, (bound,), body)
        series = self._expanded(ctx, opened, scaled)
        self._require_free(ctx, series, fresh)
        if not series.terms:
            raise Imprecise
        ctx.use("L10")
        (e, c), *rest = series.terms
        return Series(((e, extremum(ctx, kind, fresh[0], c)),), rest[0][0] if rest else series.error)

    def _absolute(self, ctx: Context, gen: Generator, scaled: Scale) -> Series:
        """Abs of the leading term, up to the next one."""
        series = self._expanded(ctx, gen.parts[0], scaled)
        if not series.terms:
            raise Imprecise
        (e, c), *rest = series.terms
        return Series(((e, absolute(ctx, c)),), rest[0][0] if rest else series.error)

    # Functions.

    def oscillations(self, ctx: Context, poly: Polynomial) -> Iterator[str]:
        """The sines and cosines of what moves."""
        yield from (key for key in self.keys(ctx, poly, "f") if ctx.generators[key].parts[0] in OSCILLATING)

    def _function(self, ctx: Context, gen: Generator, scaled: Scale) -> Series:
        name, args = gen.parts
        if len(args) != 1:
            raise Stuck("limit not established", f"the function {name}")
        try:
            inner = self.limit(ctx, args[0])
        except Unsettled:
            raise
        except Stuck:
            if name in OSCILLATING:
                return self._oscillating(ctx, gen)
            raise
        if isinstance(inner, int):
            return self._far_out(ctx, gen, inner, scaled)
        series = self._expanded(ctx, args[0], scaled)
        if name in ROUNDING:
            return self._step(ctx, name, inner, series, scaled)
        ctx.use("L3")
        if name in ("asin", "acos") and abs(constant(inner) or 0) == 1:
            return self._expanded(ctx, self._from_edge(ctx, name, args[0], inner), scaled)
        middle, small = self._around(ctx, series, scaled)
        coefficients = self._taylor(ctx, name, middle, inner, scaled.powers.kept)
        return scaled.powers.compose(small, lambda j: coefficients[j])

    def _from_edge(self, ctx: Context, name: str, arg: Polynomial, edge: Polynomial) -> Polynomial:
        """asin(t) = c*(pi/2 - 2*asin(sqrt((1 - c*t)/2))) for c = 1, -1: smooth in the root where t tends to c."""
        gap = scale(subtract(ONE, multiply(ctx, edge, arg)), Fraction(1, 2))
        angle = function(ctx, "asin", (power(ctx, gap, Fraction(1, 2)),))
        half = scale(number_constant(ctx, "pi"), Fraction(1, 2))
        near = multiply(ctx, edge, subtract(half, scale(angle, 2)))
        return near if name == "asin" else subtract(half, near)

    def _oscillating(self, ctx: Context, gen: Generator) -> Series:
        ctx.use("L1")
        return single({}, self.atom(ctx, gen.key, Atom({(): -1}, ONE), gen.places))

    def _far_out(self, ctx: Context, gen: Generator, way: int, scaled: Scale) -> Series:
        """A function where its argument tends to oo or -oo."""
        name, (arg,) = gen.parts
        if name in OSCILLATING:
            return self._oscillating(ctx, gen)
        ctx.use("L3")
        if name in ROUNDING:
            part = self.atom(ctx, f"part {gen.key}", Atom({}, ONE), gen.places)
            return scaled.powers.plus(
                self._expanded(ctx, arg, scaled), single({}, scale(part, -1 if name == "floor" else 1))
            )
        if name in ("atan", "acot"):
            near = self._expanded(ctx, function(ctx, "atan", (power(ctx, arg, -1),)), scaled)
            half = single({}, scale(number_constant(ctx, "pi"), Fraction(way, 2)))
            return near if name == "acot" else scaled.powers.plus(half, _negated(near))
        if name == "erf" and (written := tail(self, ctx, gen)) is not None:
            return self._expanded(ctx, written, scaled)
        if name == "acosh":
            root = power(ctx, subtract(multiply(ctx, arg, arg), ONE), Fraction(1, 2))
            return self._expanded(ctx, logarithm(ctx, add(arg, root)), scaled)
        raise Stuck("limit not established", f"the function {name} far out")

    def _step(self, ctx: Context, name: str, inner: Polynomial, series: Series, scaled: Scale) -> Series:
        """floor and ceiling where their argument tends to a number: from which side matters where that is whole."""
        value = constant(inner)
        middle, small = self._around(ctx, series, scaled)
        if value is None or constant(middle) is None:
            raise Stuck("limit not established", f"the function {name}")
        floor = value.numerator // value.denominator
        if value != floor:
            return single({}, _whole(floor + (name == "ceiling")))
        for _, c in small.terms:
            bits = self.settled(ctx, c)
            self._require_tame(ctx, c)
            below = bool(bits & NEGATIVE == NEGATIVE)
            return single({}, _whole(floor - below if name == "floor" else floor + (not below)))
        if small.error is None:
            return single({}, _whole(floor))
        raise Imprecise

    def _taylor(self, ctx: Context, name: str, middle: Polynomial, at: Polynomial, degree: int) -> list[Polynomial]:
        """The Taylor coefficients of a function at ``middle``, which tends to a point where the function is smooth."""
        parameter = f"{self.name}'z"
        case = ctx.fork()
        case.sign = sign
        argument = variable(case, parameter)
        conditions = domain_of(case, name, (Variable(parameter),), (argument,))
        edges = [(poly, STRICT[op]) for poly, op, _ in conditions]
        # The row of acot has no domain, but jumps at 0.
        for poly, wanted in edges or ([(argument, NONZERO)] if name == "acot" else []):
            learn(case, poly, wanted)
            here = replace_generators(ctx, poly, {f"v({parameter})": at})
            if sign(ctx, here) & wanted != wanted:
                raise Stuck("limit not established", f"{name} at the edge of its domain")
        value, size = function(case, name, (argument,)), Fraction(1)
        found = []
        for j in range(degree + 1):
            size /= max(j, 1)
            found.append(scale(replace_generators(ctx, value, {f"v({parameter})": middle}), size))
            value = differentiate(case, value, Target(parameter))
        ctx.fuel = min(ctx.fuel, case.fuel)
        return found

    def keys(self, ctx: Context, poly: Polynomial, kinds: str) -> Iterator[str]:
        """The moving generators of some kinds, those inside others too."""
        for mono in poly:
            for key, _ in mono:
                if not self.moves(ctx, {((key, 1),): 1}):
                    continue
                gen = ctx.generators[key]
                if gen.kind in kinds:
                    yield key
                exponent = self._exponent(ctx, key)
                for part in [exponent] if exponent is not None else list(_inside(gen)):
                    yield from self.keys(ctx, part, kinds)


def _whole(value: int) -> Polynomial:
    return {(): value} if value else {}


def _negated(series: Series) -> Series:
    return Series(tuple((e, scale(c, -1)) for e, c in series.terms), series.error)


def _inside(gen: Generator) -> Iterator[Polynomial]:
    """The polynomials that a generator is made of."""
    for part in gen.parts:
        for inner in part if isinstance(part, tuple) else (part,):
            if isinstance(inner, dict):
                yield inner
            elif hasattr(inner, "mono"):
                yield {inner.mono: 1}
