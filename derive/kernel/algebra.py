"""The normal form: Laurent polynomials over generators, and the constructors that keep it.

Every constructor returns a polynomial equal to what it names, at all points where its arguments have a value and the
recorded facts hold. A monomial with a delta or a guard is lazy: it is 0 where the guard is false. Completeness is
not needed for soundness: two names for one value only lose proofs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import count
from math import gcd, lcm

from derive.kernel.context import (
    BOUND,
    LITERAL,
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    ZERO,
    Context,
    Generator,
    Monomial,
    Place,
    Polynomial,
    Rational,
    Stuck,
    SumRule,
    Undefined,
)
from derive.signature import FUNCTIONS

ONE: Polynomial = {(): 1}
NOTHING: frozenset[Place] = frozenset()
NO_NAMES: frozenset[str] = frozenset()
PRIME_LIMIT = 10_000
PRIMITIVE_ROUNDS = 8
MOST_ORDERS = 4
BIT_LIMIT = 20_000
EXPONENT_LIMIT = 4_000


# --- reading ---


def places(ctx: Context, poly: Polynomial) -> frozenset[Place]:
    """The free indices of a polynomial."""
    found: frozenset[Place] = NOTHING
    for mono in poly:
        for key, _ in mono:
            found |= ctx.generators[key].places
    return found


def names(ctx: Context, poly: Polynomial) -> frozenset[str]:
    """The names of the variables and arrays in a polynomial."""
    found: frozenset[str] = NO_NAMES
    for mono in poly:
        for key, _ in mono:
            found |= ctx.generators[key].names
    return found


def height(ctx: Context, monos: Iterable[Monomial]) -> int:
    """The greatest height of a binder inside."""
    return max((ctx.generators[key].height for mono in monos for key, _ in mono), default=0)


def constant(poly: Polynomial) -> Rational | None:
    """The value of a constant polynomial, or None."""
    if not poly:
        return 0
    if len(poly) == 1 and () in poly:
        return poly[()]
    return None


# --- text: the canonical spelling of values, under a renaming of indices ---


def token(place: Place) -> str:
    """The spelling of an index inside a key."""
    return f"{'#ibf'[place[0]]}{place[2]}@{place[1]}"


def mono_text(ctx: Context, mono: Monomial, renamed: Mapping[Place, str]) -> str:
    """The spelling of a monomial; independent of the order in which its factors were met."""
    if not renamed:
        return "*".join(f"{key}^{e}" for key, e in mono)
    return "*".join(sorted(f"{generator_text(ctx, key, renamed)}^{e}" for key, e in mono))


def poly_text(ctx: Context, poly: Polynomial, renamed: Mapping[Place, str]) -> str:
    """The spelling of a polynomial."""
    return "+".join(sorted(f"{c}~{mono_text(ctx, m, renamed)}" for m, c in poly.items()))


def _loose_text(ctx: Context, key: str, renamed: Mapping[Place, str]) -> str:
    """A spelling that does not tell a radicand from its negative; only to look for symmetries."""
    if key[0] not in "bz":
        return generator_text(ctx, key, renamed)
    (inner,) = ctx.generators[key].parts
    return key[0] + min(poly_text(ctx, inner, renamed), poly_text(ctx, scale(inner, -1), renamed))


def generator_text(ctx: Context, key: str, renamed: Mapping[Place, str]) -> str:
    """The spelling of a generator with some indices spelled otherwise."""
    gen = ctx.generators[key]
    if gen.places.isdisjoint(renamed):
        return key
    memo_key = ("text", key, tuple(sorted((p, renamed[p]) for p in gen.places if p in renamed)), ctx.suspended)
    found = ctx.memo.get(memo_key)
    if found is None:
        if gen.kind in "dg" or (
            gen.kind == "a" and gen.parts[0] in ctx.symmetric and gen.parts[0] not in ctx.suspended
        ):
            pair = gen.parts if gen.kind in "dg" else gen.parts[1]
            spelled = ",".join(sorted(renamed.get(p) or token(p) for p in pair))
            found = f"{gen.kind}({gen.parts[0] if gen.kind == 'a' else ''};{spelled})"
        else:
            found = _spell(ctx, gen.kind, gen.parts, renamed)
        ctx.memo[memo_key] = found
    return str(found)


def _spell(ctx: Context, kind: str, parts: tuple[object, ...], renamed: Mapping[Place, str]) -> str:
    return f"{kind}({';'.join(_spell_part(ctx, part, renamed) for part in parts)})"


def _spell_part(ctx: Context, part: object, renamed: Mapping[Place, str]) -> str:
    if isinstance(part, dict):
        return poly_text(ctx, part, renamed)
    if isinstance(part, str):
        return part
    if isinstance(part, tuple) and part and isinstance(part[0], int):
        return renamed.get(part) or token(part)
    if isinstance(part, _Mono):
        return mono_text(ctx, part.mono, renamed)
    if isinstance(part, tuple):
        return ",".join(_spell_part(ctx, p, renamed) for p in part)
    raise TypeError(part)


class _Mono:
    """A monomial as a part of a generator (tells it from a tuple of indices)."""

    __slots__ = ("mono",)

    def __init__(self, mono: Monomial) -> None:
        self.mono = mono


def intern(
    ctx: Context,
    kind: str,
    parts: tuple[object, ...],
    inside: frozenset[Place],
    used: frozenset[str],
    tall: int = 0,
) -> str:
    """The key of a generator, made on first use."""
    key = _spell(ctx, kind, parts, {})
    if key not in ctx.generators:
        ctx.spend(1)
        ctx.generators[key] = Generator(kind, parts, key, inside, used, tall)
    return key


# --- ring ---


def add(*polys: Polynomial) -> Polynomial:
    """The sum."""
    total: Polynomial = {}
    for poly in polys:
        for mono, c in poly.items():
            _put(total, mono, c)
    return total


def _put(total: Polynomial, mono: Monomial, c: Rational) -> None:
    c = total.get(mono, 0) + c
    if c:
        total[mono] = c
    else:
        total.pop(mono, None)


def scale(poly: Polynomial, c: Rational) -> Polynomial:
    """The product with a rational number."""
    if c == 1:
        return poly
    return {m: c * v for m, v in poly.items()} if c else {}


def subtract(left: Polynomial, right: Polynomial) -> Polynomial:
    """The difference."""
    return add(left, scale(right, -1))


def merge(left: Monomial, right: Monomial) -> Monomial:
    """The product of two monomials as a monomial, before generators interact."""
    if not left:
        return right
    if not right:
        return left
    exponents: dict[str, Rational] = dict(left)
    for key, e in right:
        total = exponents.get(key, 0) + e
        if total:
            exponents[key] = total
        else:
            exponents.pop(key, None)
    return tuple(sorted(exponents.items()))


def multiply(ctx: Context, left: Polynomial, right: Polynomial) -> Polynomial:
    """The product; generators that interact (deltas, roots, signs) are brought back to normal form."""
    ctx.spend(len(left) * len(right))
    total: Polynomial = {}
    for m, c in left.items():
        for n, d in right.items():
            mono = merge(m, n)
            coefficient = c * d
            if _settled(mono):
                _put(total, mono, coefficient)
            else:
                for k, e in settle(ctx, mono).items():
                    _put(total, k, e * coefficient)
    _guard_size(total)
    return total


def _guard_size(poly: Polynomial) -> None:
    for c in poly.values():
        if (c.numerator.bit_length() if isinstance(c, Fraction) else c.bit_length()) > BIT_LIMIT:
            raise Stuck("budget", "a coefficient has too many digits")


def _settled(mono: Monomial) -> bool:
    for key, e in mono:
        kind = key[0]
        if kind in "dghz" or (kind == "b" and e > 0) or (kind == "p" and e != 1):
            return False
    return True


def product(ctx: Context, polys: Iterable[Polynomial]) -> Polynomial:
    """The product of several polynomials."""
    total = ONE
    for poly in polys:
        total = multiply(ctx, total, poly)
    return total


def settle(ctx: Context, mono: Monomial) -> Polynomial:
    """Bring a monomial whose generators may interact to normal form."""
    for key, e in mono:
        kind = key[0]
        if kind == "d":
            settled = _settle_delta(ctx, mono, key, e)
        elif kind == "g":
            settled = None if e == 1 else multiply(ctx, {_without(mono, key): 1}, {((key, 1),): 1})
        elif kind == "b":
            settled = _settle_root(ctx, mono, key, e)
        elif kind == "h":
            settled = _settle_abs(ctx, mono, key, e)
        elif kind == "z":
            settled = _settle_sign(ctx, mono, key, e)
        elif kind == "p" and e != 1 and constant(ctx.generators[key].parts[0]) == -1:
            # (-1)**m is its own inverse.
            settled = multiply(ctx, {_without(mono, key): 1}, {((key, 1),): 1} if e % 2 else ONE)
        else:
            continue
        if settled is not None:
            return settled
    return {mono: 1}


def _without(mono: Monomial, *keys: str) -> Monomial:
    return tuple(factor for factor in mono if factor[0] not in keys)


def _settle_delta(ctx: Context, mono: Monomial, key: str, e: Rational) -> Polynomial | None:
    """d*d = d, and d_ij f(j) = d_ij f(i): the later index is written as the earlier one (D1, D3)."""
    if e.denominator != 1 or e < 0:
        raise Stuck("outside the fragment", "a negative power of KroneckerDelta")
    keep, drop = ctx.generators[key].parts
    rest = _without(mono, key)
    if _contradiction(ctx, keep, drop, rest):
        ctx.use("D1")
        return {}
    if any(drop in ctx.generators[k].places for k, _ in rest):
        ctx.use("D3")
        return multiply(ctx, rename_mono(ctx, rest, {drop: keep}), {((key, 1),): 1})
    if e == 1:
        return None
    ctx.use("D1")
    return {merge(rest, ((key, 1),)): 1}


def _contradiction(ctx: Context, keep: Place, drop: Place, rest: Monomial) -> bool:
    """Whether another delta makes one index equal to two that differ."""
    for key, _ in rest:
        if key[0] == "d":
            pair = set(ctx.generators[key].parts) ^ {keep, drop}
            if len(pair) == 2 and (frozenset(pair) in ctx.distinct or all(p[0] == LITERAL for p in pair)):
                return True
    return False


def _settle_root(ctx: Context, mono: Monomial, key: str, e: Rational) -> Polynomial | None:
    """Non-negative whole parts of an exponent of a radicand are multiplied out (P8)."""
    (radicand,) = ctx.generators[key].parts
    whole = e.numerator // e.denominator
    if constant(radicand) is not None:
        if whole == 0:
            return None
    elif whole < 1:
        return None
    ctx.use("P8")
    rest = merge(_without(mono, key), ((key, e - whole),) if e != whole else ())
    return multiply(ctx, {rest: 1}, power(ctx, radicand, whole))


def _settle_abs(ctx: Context, mono: Monomial, key: str, e: Rational) -> Polynomial | None:
    """Abs(t)^2 = t^2 (G7); for odd whole powers one factor stays."""
    (inner,) = ctx.generators[key].parts
    if e.denominator != 1:
        return None
    sign_key = "z" + key[1:]
    signs = dict(mono).get(sign_key, 0)
    if signs and e > 0 and signs > 0:
        ctx.use("G7")
        used = _without(mono, key, sign_key)
        kept = merge(((key, e - 1),) if e > 1 else (), ((sign_key, signs - 1),) if signs > 1 else ())
        return product(ctx, ({used: 1}, {kept: 1}, inner))
    even = e - e % 2
    if even == 0:
        return None
    ctx.use("G7")
    rest = merge(_without(mono, key), ((key, 1),) if e % 2 else ())
    return multiply(ctx, {rest: 1}, power(ctx, inner, even))


def _settle_sign(ctx: Context, mono: Monomial, key: str, e: Rational) -> Polynomial | None:
    """sign(t)^3 = sign(t), 1/sign(t) = sign(t) where it is defined, sign(t)^2 = 1 where t != 0 (G7)."""
    if e.denominator != 1:
        raise Stuck("outside the fragment", "a fractional power of sign")
    (inner,) = ctx.generators[key].parts
    if len(inner) == 1:
        ((only, c),) = inner.items()
        if c == 1 and len(only) == 1 and only[0][1] == 1 and dict(mono).get(only[0][0], 0) >= 1 and e >= 1:
            # t * sign(t) = Abs(t).
            ctx.use("G7")
            factors = ((key, e - 1),) if e > 1 else ()
            taken = merge(merge(_without(mono, key), factors), ((only[0][0], -1),))
            return multiply(ctx, {taken: 1}, opaque(ctx, "h", inner))
    reduced = e % 2 if e < 0 or (ctx.sign(ctx, inner) & NONZERO) else (e if e < 3 else 2 - e % 2)
    if reduced == e:
        return None
    ctx.use("G7")
    return multiply(ctx, {_without(mono, key): 1}, {((key, reduced),): 1} if reduced else ONE)


def power(ctx: Context, base: Polynomial, exponent: Rational) -> Polynomial:
    """``base ** exponent`` for a rational exponent, where it is defined over the reals."""
    if exponent.denominator == 1:
        return _whole_power(ctx, base, int(exponent))
    return _root_power(ctx, base, Fraction(exponent))


def _whole_power(ctx: Context, base: Polynomial, exponent: int) -> Polynomial:
    if not base:
        if exponent < 0:
            raise Undefined("a division by zero")
        return {} if exponent else ONE
    if exponent < 0:
        return inverse_power(ctx, base, -exponent)
    if len(base) == 1:
        ((mono, c),) = base.items()
        if c not in (1, -1) and exponent > EXPONENT_LIMIT:
            raise Stuck("budget", "an exponent is too large")
        raised = tuple((key, e * exponent) for key, e in mono) if exponent else ()
        value = c**exponent
        return scale(settle(ctx, raised), value) if not _settled(raised) else {raised: value}
    if exponent > EXPONENT_LIMIT:
        raise Stuck("budget", "an exponent is too large")
    result, square = ONE, base
    while exponent:
        if exponent & 1:
            result = multiply(ctx, result, square)
        exponent >>= 1
        if exponent:
            square = multiply(ctx, square, square)
    return result


def inverse_power(ctx: Context, base: Polynomial, exponent: int) -> Polynomial:
    """``1 / base**exponent`` for a positive whole exponent, where the base is not 0 (R3, R6)."""
    split = split_delta(ctx, base)
    if split is not None:
        return float_delta(ctx, split, lambda part: power(ctx, part, -exponent))
    ctx.use("R3")
    c, mono, rest = unit(ctx, base)
    if not c:
        raise Undefined("a division by zero")
    outside = tuple((key, -e * exponent) for key, e in mono)
    result: Polynomial = scale(settle(ctx, outside), Fraction(1) / Fraction(c) ** exponent)
    if rest == ONE:
        return result
    return multiply(ctx, result, {((radicand(ctx, rest), -exponent),): 1})


def radicand(ctx: Context, poly: Polynomial) -> str:
    """The key of the generator that stands for a polynomial of several terms (or a prime) in a power."""
    return intern(ctx, "b", (poly,), places(ctx, poly), names(ctx, poly), height(ctx, poly))


def primitive(ctx: Context, poly: Polynomial) -> tuple[Rational, Monomial, Polynomial]:
    """``c, m, q`` with poly = c * m * q: c a positive rational, m a monomial that divides every term.

    q has whole coprime coefficients and no negative exponents; deltas and guards are never taken out.
    """
    total: Monomial = ()
    c = Fraction(1)
    for _ in range(PRIMITIVE_ROUNDS):
        if not poly:
            # Terms that cancel once a denominator is taken out.
            return 0, (), {}
        factor, mono = _content(ctx, poly)
        c, total = c * factor, merge(total, mono)
        poly = scale(poly, 1 / factor)
        if not mono:
            break
        # Taking a denominator out may multiply a radicand back in, which may leave a new common factor.
        poly = multiply(ctx, poly, {tuple((key, -e) for key, e in mono): 1})
    return c, total, {m: int(v) if v.denominator == 1 else v for m, v in poly.items()}


def _content(ctx: Context, poly: Polynomial) -> tuple[Fraction, Monomial]:
    top, bottom = 0, 1
    for c in poly.values():
        top, bottom = gcd(top, c.numerator), lcm(bottom, c.denominator)
    lowest: dict[str, Rational] = {}
    for mono in poly:
        for key, e in mono:
            if key[0] not in "dg":
                lowest[key] = min(lowest.get(key, e), e)
    for key in list(lowest):
        if lowest[key] > 0 and any(all(k != key for k, _ in mono) for mono in poly):
            del lowest[key]
    return Fraction(top, bottom), tuple(sorted(lowest.items()))


def unit(ctx: Context, poly: Polynomial) -> tuple[Rational, Monomial, Polynomial]:
    """``c, m, q`` as ``primitive`` has them, with the sign of q settled: positive where that is known (R6).

    A single term is all unit: q is 1.
    """
    c, mono, rest = primitive(ctx, poly)
    if not rest:
        return 0, (), ONE
    if len(rest) == 1:
        ((m, v),) = rest.items()
        return c * v, merge(mono, m), ONE
    known = ctx.sign(ctx, rest)
    flip = known & NONPOSITIVE if known & ZERO else _negative_first(ctx, rest)
    return (-c, mono, scale(rest, -1)) if flip else (c, mono, rest)


def _negative_first(ctx: Context, poly: Polynomial) -> bool:
    return poly[max(poly, key=lambda m: (len(m), m))] < 0


def primes(number: int) -> list[tuple[int, int]]:
    """A factorisation of a positive integer; what is left after trial division is taken whole."""
    found: list[tuple[int, int]] = []
    for p in count(2):
        if p * p > number or p > PRIME_LIMIT:
            break
        e = 0
        while number % p == 0:
            number, e = number // p, e + 1
        if e:
            found.append((p, e))
    return [*found, (number, 1)] if number > 1 else found


def magnitude(value: Rational) -> Rational:
    """The absolute value of a rational number."""
    return -value if value < 0 else value


def _rational_factors(value: Rational) -> list[tuple[int, int]]:
    return primes(value.numerator) + [(p, -e) for p, e in primes(value.denominator)]


def _root_power(ctx: Context, base: Polynomial, exponent: Fraction) -> Polynomial:
    """A power with a fractional exponent; the base is >= 0 where the power is defined (P6, P7, P8)."""
    if not base:
        if exponent < 0:
            raise Undefined("a negative power of zero")
        return {}
    split = split_delta(ctx, base)
    if split is not None:
        return float_delta(ctx, split, lambda part: _root_power(ctx, part, exponent))
    c, mono, rest = unit(ctx, base)
    if c < 0 and not mono and rest == ONE:
        raise Undefined("a root of a negative number")
    if not c:
        return _root_power(ctx, {}, exponent)
    result, negative = ONE, c < 0
    left: list[tuple[str, Rational]] = []
    for prime, times in _rational_factors(magnitude(c)):
        result = multiply(ctx, result, _prime_power(ctx, prime, times * exponent))
    weak: list[tuple[Polynomial, Polynomial]] = []
    for key, e in mono:
        bits = _power_sign(ctx, key, e)
        if bits & POSITIVE == POSITIVE or (bits & NONNEGATIVE and exponent < 0):
            result = multiply(ctx, result, _root_of_generator(ctx, key, e, exponent))
        elif bits & NONNEGATIVE:
            weak.append((_root_of_generator(ctx, key, e, exponent), settle(ctx, ((key, e),))))
        else:
            left.append((key, e))
    if rest != ONE:
        bits = ctx.sign(ctx, rest)
        if bits & NONPOSITIVE and not bits & NONNEGATIVE:
            rest, negative, bits = scale(rest, -1), not negative, NONNEGATIVE | (bits & NONZERO)
        root = settle(ctx, ((radicand(ctx, rest), exponent),)) if bits & NONNEGATIVE else ONE
        if bits & POSITIVE == POSITIVE:
            result, rest = multiply(ctx, result, root), ONE
        elif bits & NONNEGATIVE:
            weak.append((root, rest))
            rest = ONE
    if rest == ONE and not left and not negative:
        return product(ctx, [result, *(root for root, _ in weak)])
    # A factor that may be 0 is split off only where the rest is seen to be non-negative (P7).
    ctx.unknown += 1
    ctx.use("P7")
    inside = product(ctx, [settle(ctx, tuple(sorted(left))), rest, *(factor for _, factor in weak)])
    whole = scale(inside, -1 if negative else 1)
    return multiply(ctx, result, settle(ctx, ((radicand(ctx, whole), exponent),)))


def _prime_power(ctx: Context, prime: int, exponent: Fraction) -> Polynomial:
    whole = exponent.numerator // exponent.denominator
    value = Fraction(prime) ** whole
    if exponent == whole:
        return {(): value}
    return {((radicand(ctx, {(): prime}), exponent - whole),): value}


def _power_sign(ctx: Context, key: str, e: Rational) -> int:
    """The sign of ``generator**e`` where it is defined."""
    return ctx.sign(ctx, {((key, e),): 1})


def _root_of_generator(ctx: Context, key: str, e: Rational, exponent: Fraction) -> Polynomial:
    """``(generator**e)**exponent`` for a non-negative ``generator**e`` (P7)."""
    ctx.use("P7")
    inside = _inside(ctx, key)
    if key[0] == "e" or e.denominator != 1 or ctx.sign(ctx, inside) & NONNEGATIVE:
        return settle(ctx, ((key, e * exponent),))
    return power(ctx, absolute(ctx, inside), e * exponent)


def _inside(ctx: Context, key: str) -> Polynomial:
    """The value of a generator as a polynomial: a radicand stands for its base."""
    return ctx.generators[key].parts[0] if key[0] == "b" else {((key, 1),): 1}


# --- renaming and replacing ---


def rename(ctx: Context, poly: Polynomial, renamed: Mapping[Place, Place]) -> Polynomial:
    """Put indices for indices, simultaneously; every generator is made anew, unit and sign included (5.4c)."""
    return transform(ctx, poly, renamed, {}, NO_NAMES)


def rename_mono(ctx: Context, mono: Monomial, renamed: Mapping[Place, Place]) -> Polynomial:
    """``rename`` for one monomial."""
    return transform(ctx, {mono: 1}, renamed, {}, NO_NAMES)


def replace_generators(ctx: Context, poly: Polynomial, new: Mapping[str, Polynomial]) -> Polynomial:
    """Put polynomials for generators, everywhere."""
    touched: frozenset[str] = frozenset()
    for key in new:
        touched |= ctx.generators[key].names
    return transform(ctx, poly, {}, new, touched)


def renew(ctx: Context, poly: Polynomial, arrays: frozenset[str]) -> Polynomial:
    """Make every generator that mentions one of the arrays anew, so that hypotheses now in force apply."""
    return transform(ctx, poly, {}, {}, arrays)


def transform(
    ctx: Context,
    poly: Polynomial,
    renamed: Mapping[Place, Place],
    new: Mapping[str, Polynomial],
    touched: frozenset[str],
) -> Polynomial:
    """Rebuild what contains a renamed index or a touched name."""
    total: Polynomial = {}
    for mono, c in poly.items():
        kept: list[tuple[str, Rational]] = []
        rebuilt: list[Polynomial] = []
        for key, e in mono:
            gen = ctx.generators[key]
            if gen.places.isdisjoint(renamed) and gen.names.isdisjoint(touched):
                kept.append((key, e))
            else:
                rebuilt.append(_raise(ctx, key, _rebuild(ctx, gen, renamed, new, touched), e))
        if not rebuilt:
            _put(total, mono, c)
            continue
        for m, v in product(ctx, [{tuple(kept): 1}, *rebuilt]).items():
            _put(total, m, c * v)
    return total


def _raise(ctx: Context, key: str, rebuilt: Polynomial, e: Rational) -> Polynomial:
    """A radicand's polynomial is its base; every other generator is rebuilt as a value and then raised."""
    return power(ctx, rebuilt, e) if e != 1 else rebuilt


def _rebuild(
    ctx: Context,
    gen: Generator,
    renamed: Mapping[Place, Place],
    new: Mapping[str, Polynomial],
    touched: frozenset[str],
) -> Polynomial:
    if gen.key in new:
        return new[gen.key]
    memo_key = (
        "rebuild",
        gen.key,
        tuple(sorted((p, renamed[p]) for p in gen.places if p in renamed)),
        tuple(sorted((k, poly_text(ctx, v, {})) for k, v in new.items())),
        touched,
        ctx.suspended,
    )
    found: Polynomial | None = ctx.memo.get(memo_key)
    if found is None:
        found = ctx.memo[memo_key] = _rebuild_kind(
            ctx,
            gen,
            lambda place: renamed.get(place, place),
            lambda poly: transform(ctx, poly, renamed, new, touched),
        )
    return found


def _rebuild_kind(
    ctx: Context,
    gen: Generator,
    at: Callable[[Place], Place],
    go: Callable[[Polynomial], Polynomial],
) -> Polynomial:
    kind, parts = gen.kind, gen.parts
    if kind == "a":
        return component(ctx, parts[0], tuple(at(p) for p in parts[1]))
    if kind == "d":
        return delta(ctx, at(parts[0]), at(parts[1]))
    if kind == "g":
        return guard(ctx, at(parts[0]), at(parts[1]))
    if kind == "e":
        return exponential(ctx, go({parts[0].mono: 1}))
    if kind == "l":
        return logarithm(ctx, go(parts[0]))
    if kind == "b":
        return go(parts[0])
    if kind == "s":
        return _rebuild_sum(ctx, parts[0], {parts[1].mono: 1}, go)
    if kind == "m":
        opened, (fresh,) = open_bound(ctx, (parts[1],), parts[2])
        return extremum(ctx, parts[0], fresh, go(opened))
    if kind == "h":
        return absolute(ctx, go(parts[0]))
    if kind == "z":
        return signum(ctx, go(parts[0]))
    if kind == "f":
        return function(ctx, parts[0], tuple(go(p) for p in parts[1]))
    if kind == "p":
        return symbolic_power(ctx, go(parts[0]), go(parts[1]), True)
    if kind == "q":
        opened, (fresh,) = open_bound(ctx, (parts[0],), parts[2])
        return product_over(ctx, fresh, tuple(at(p) for p in parts[1]), go(opened))
    return {((gen.key, 1),): 1}


def _rebuild_sum(
    ctx: Context, bound: tuple[Place, ...], body: Polynomial, go: Callable[[Polynomial], Polynomial]
) -> Polynomial:
    opened, fresh = open_bound(ctx, bound, body)
    return sum_over(ctx, fresh, go(opened))


def open_bound(ctx: Context, bound: tuple[Place, ...], body: Polynomial) -> tuple[Polynomial, tuple[Place, ...]]:
    """The body of a binder with fresh names for the bound ones."""
    fresh = tuple(ctx.open(p[1]) for p in bound)
    return rename(ctx, body, dict(zip(bound, fresh, strict=True))), fresh


# --- atoms ---


def variable(ctx: Context, name: str) -> Polynomial:
    """A scalar variable or a dimension."""
    number = ctx.size.get(name)
    if number is not None or name.isdecimal():
        return {(): number or int(name)}
    return {((intern(ctx, "v", (name,), NOTHING, frozenset((name,))), 1),): 1}


def component(ctx: Context, array: str, at: tuple[Place, ...]) -> Polynomial:
    """An entry of an array; of a one-hot vector, the delta with its hot index (H3)."""
    hot = ctx.hot.get(array)
    if hot is not None and array not in ctx.suspended:
        ctx.use("H3")
        return delta(ctx, at[0], hot)
    rule = ctx.component_rules.get(array)
    if rule is not None and rule.names.isdisjoint(ctx.suspended):
        ctx.use("H2")
        return rename(ctx, rule.value, dict(zip(rule.pattern, at, strict=True)))
    symmetry = ctx.symmetric.get(array)
    if symmetry is not None and array not in ctx.suspended:
        ctx.use("H2")
        if symmetry < 0 and at[0] == at[1]:
            return {}
        if at[1] < at[0]:
            return scale(component(ctx, array, (at[1], at[0])), symmetry)
    return {((intern(ctx, "a", (array, at), frozenset(p for p in at if p[0]), frozenset((array,))), 1),): 1}


def delta(ctx: Context, left: Place, right: Place) -> Polynomial:
    """KroneckerDelta of two indices of one dimension (D1)."""
    if left[1] != right[1]:
        raise TypeError(f"delta across two dimensions: {left}, {right}")
    if left == right:
        ctx.use("D1")
        return ONE
    if (left[0] == right[0] == LITERAL) or frozenset((left, right)) in ctx.distinct:
        ctx.use("D1")
        return {}
    pair = (left, right) if left < right else (right, left)
    return {((intern(ctx, "d", pair, frozenset(p for p in pair if p[0]), NO_NAMES), 1),): 1}


def guard(ctx: Context, left: Place, right: Place) -> Polynomial:
    """The lazy guard that the two indices differ: 0 where they do not, even if the rest has no value."""
    if left == right:
        return {}
    if (left[0] == right[0] == LITERAL) or frozenset((left, right)) in ctx.distinct:
        return ONE
    pair = (left, right) if left < right else (right, left)
    return {((intern(ctx, "g", pair, frozenset(p for p in pair if p[0]), NO_NAMES), 1),): 1}


def number_constant(ctx: Context, name: str) -> Polynomial:
    """``pi`` or ``E``."""
    if name == "E":
        return exponential(ctx, ONE)
    return {((intern(ctx, "c", (name,), NOTHING, NO_NAMES), 1),): 1}


def opaque(ctx: Context, kind: str, *parts: object) -> Polynomial:
    """A generator over polynomials."""
    polys = [p for part in parts for p in (part if isinstance(part, tuple) else (part,)) if isinstance(p, dict)]
    inside: frozenset[Place] = NOTHING
    used: frozenset[str] = NO_NAMES
    tall = 0
    for poly in polys:
        inside |= places(ctx, poly)
        used |= names(ctx, poly)
        tall = max(tall, height(ctx, poly))
    return {((intern(ctx, kind, parts, inside, used, tall), 1),): 1}


# --- deltas float outward ---

Split = tuple[Place, Place, Polynomial, Polynomial]


def split_delta(ctx: Context, poly: Polynomial) -> Split | None:
    """A delta in a polynomial, and the polynomial where its indices agree and where they differ (D4)."""
    for mono in poly:
        for key, _ in mono:
            if key[0] in "dg":
                keep, drop = ctx.generators[key].parts
                return keep, drop, rename(ctx, poly, {drop: keep}), _where_distinct(ctx, poly, keep, drop)
    return None


def _where_distinct(ctx: Context, poly: Polynomial, left: Place, right: Place) -> Polynomial:
    pair = frozenset((left, right))
    total: Polynomial = {}
    for mono, c in poly.items():
        kinds = {k[0] for k, _ in mono if k[0] in "dg" and frozenset(ctx.generators[k].parts) == pair}
        if "d" not in kinds:
            mono = tuple(f for f in mono if not (f[0][0] == "g" and frozenset(ctx.generators[f[0]].parts) == pair))
            _put(total, mono, c)
    return total


def float_delta(ctx: Context, split: Split, apply: Callable[[Polynomial], Polynomial]) -> Polynomial:
    """F(d*a + b) = [i = j] F(a + b) + [i != j] F(b) for any F (D4)."""
    ctx.use("D4")
    keep, drop, equal, distinct = split
    try:
        where_equal = multiply(ctx, delta(ctx, keep, drop), apply(equal))
    except Undefined:
        # Without a value where the indices agree, only the other case is ever looked at.
        return multiply(ctx, apply(distinct), guard(ctx, keep, drop))
    try:
        where_distinct = apply(distinct)
    except Undefined:
        return where_equal
    return add(where_equal, guarded(ctx, keep, drop, where_distinct))


def guarded(ctx: Context, left: Place, right: Place, poly: Polynomial) -> Polynomial:
    """``[left != right] poly``: written as poly minus its value where they agree, if that has a value; else kept."""
    total: Polynomial = {}
    for mono, c in poly.items():
        single: Polynomial = {mono: c}
        where_equal = _where_equal(ctx, single, left, right)
        if where_equal is not None and defined(ctx, where_equal) and defined(ctx, single):
            ctx.use("D2")
            part = subtract(single, multiply(ctx, delta(ctx, left, right), where_equal))
        else:
            ctx.use("D3")
            ctx.unknown += 1
            part = multiply(ctx, single, guard(ctx, left, right))
        total = add(total, part)
    return total


def _where_equal(ctx: Context, poly: Polynomial, left: Place, right: Place) -> Polynomial | None:
    try:
        return rename(ctx, poly, {max(left, right): min(left, right)})
    except Undefined:
        return None


def defined(ctx: Context, poly: Polynomial) -> bool:
    """Whether the generators of a polynomial are seen to have a value at every admissible point."""
    return all(_defined_power(ctx, key, e) for mono in poly for key, e in mono)


def _defined_power(ctx: Context, key: str, e: Rational) -> bool:
    gen = ctx.generators[key]
    bits = ctx.sign(ctx, {((key, 1),): 1}) if e < 0 or e.denominator != 1 else NONNEGATIVE | NONZERO
    if e < 0 and not bits & NONZERO:
        return False
    if e.denominator != 1 and not bits & NONNEGATIVE:
        return False
    kind, parts = gen.kind, gen.parts
    if kind in "adg":
        return _in_range(ctx, parts[1] if kind == "a" else parts)
    if kind in "vc":
        return True
    if kind == "f":
        return parts[0] in TOTAL and all(defined(ctx, a) for a in parts[1])
    if kind == "q":
        return defined(ctx, parts[2])
    if kind == "e":
        return defined(ctx, {parts[0].mono: 1})
    if kind == "s":
        return defined(ctx, {parts[1].mono: 1})
    if kind == "l":
        return ctx.sign(ctx, parts[0]) & POSITIVE == POSITIVE and defined(ctx, parts[0])
    if kind in "bhz":
        return defined(ctx, parts[0])
    if kind == "m":
        return defined(ctx, parts[2])
    return False


def _in_range(ctx: Context, at: Iterable[Place]) -> bool:
    """Whether every literal index is seen to lie within its dimension."""
    return all(
        p[0] or p[1].isdecimal() or bool(ctx.sign(ctx, add(variable(ctx, p[1]), {(): -p[2]})) & NONNEGATIVE) for p in at
    )


# --- exp, log, powers ---


def exponential(ctx: Context, poly: Polynomial) -> Polynomial:
    """exp of a polynomial: a product of powers of exp of its monomials; exp of c*log q is q**c (P1, P2)."""
    split = split_delta(ctx, poly)
    if split is not None:
        return float_delta(ctx, split, lambda part: exponential(ctx, part))
    factors: list[Polynomial] = []
    for mono, c in sorted(poly.items()):
        if len(mono) == 1 and mono[0][0][0] == "l" and mono[0][1] == 1:
            ctx.use("P2")
            factors.append(power(ctx, ctx.generators[mono[0][0]].parts[0], c))
        else:
            ctx.use("P1")
            tall = height(ctx, (mono,))
            key = intern(ctx, "e", (_Mono(mono),), places(ctx, {mono: 1}), names(ctx, {mono: 1}), tall)
            factors.append({((key, c),): 1})
    return product(ctx, factors)


def logarithm(ctx: Context, poly: Polynomial) -> Polynomial:
    """log of a polynomial, which is positive where it is defined; splits over factors seen to be positive (P3, P4)."""
    split = split_delta(ctx, poly)
    if split is not None:
        return float_delta(ctx, split, lambda part: logarithm(ctx, part))
    if not poly:
        raise Undefined("log of zero")
    c, mono, rest = unit(ctx, poly)
    if not mono and rest == ONE and c <= 0:
        raise Undefined("log of a number that is not positive")
    total: Polynomial = {}
    for prime, times in _rational_factors(magnitude(c)):
        total = add(total, scale(_log_generator(ctx, {(): prime}), times))
    negative = c < 0
    left: list[tuple[str, Rational]] = []
    for key, e in mono:
        part, odd, flip = _log_of_generator(ctx, key, e)
        total, negative = add(total, part), negative != flip
        if odd:
            left.append((key, odd))
    if rest != ONE and (left or negative):
        bits = ctx.sign(ctx, rest)
        if bits & POSITIVE == POSITIVE:
            total, rest = add(total, _log_generator(ctx, rest)), ONE
        elif bits & NEGATIVE == NEGATIVE:
            total, rest, negative = add(total, _log_generator(ctx, scale(rest, -1))), ONE, not negative
    if rest == ONE and not left:
        if negative:
            raise Undefined("log of a negative number")
        return total
    if left or negative:
        ctx.unknown += 1
    whole = scale(multiply(ctx, {tuple(sorted(left)): 1}, rest), -1 if negative else 1)
    return add(total, _log_generator(ctx, whole))


def _log_of_generator(ctx: Context, key: str, e: Rational) -> tuple[Polynomial, Rational, bool]:
    """log of ``generator**e``: what splits off, the exponent that stays inside, and whether the sign flips."""
    gen = ctx.generators[key]
    if gen.kind == "e":
        ctx.use("P2")
        return {gen.parts[0].mono: e}, 0, False
    inside = _inside(ctx, key)
    bits = ctx.sign(ctx, inside)
    if bits & NONNEGATIVE or e.denominator != 1:
        # A non-negative factor of something positive is positive.
        ctx.use("P4")
        return scale(_log_generator(ctx, inside), e), 0, False
    if e % 2 == 0:
        ctx.use("P4")
        return scale(logarithm(ctx, absolute(ctx, inside)), e), 0, False
    if bits & NONPOSITIVE:
        ctx.use("P4")
        return scale(_log_generator(ctx, scale(inside, -1)), e), 0, True
    return {}, e, False


def _log_generator(ctx: Context, poly: Polynomial) -> Polynomial:
    if poly == ONE:
        return {}
    if len(poly) == 1:
        ((mono, c),) = poly.items()
        if c == 1 and len(mono) == 1 and mono[0][0][0] == "e":
            return {ctx.generators[mono[0][0]].parts[0].mono: mono[0][1]}
    return opaque(ctx, "l", poly)


def absolute(ctx: Context, poly: Polynomial) -> Polynomial:
    """Abs of a polynomial, factor by factor (G7)."""
    split = split_delta(ctx, poly)
    if split is not None:
        return float_delta(ctx, split, lambda part: absolute(ctx, part))
    if not poly:
        return {}
    ctx.use("G7")
    c, mono, rest = unit(ctx, poly)
    if not c:
        return {}
    result: Polynomial = {(): magnitude(c)}
    for key, e in mono:
        result = multiply(ctx, result, _absolute_power(ctx, key, e))
    if rest == ONE:
        return result
    bits = ctx.sign(ctx, rest)
    if bits & NONNEGATIVE:
        return multiply(ctx, result, rest)
    if bits & NONPOSITIVE:
        return multiply(ctx, result, scale(rest, -1))
    ctx.unknown += 1
    return multiply(ctx, result, opaque(ctx, "h", rest))


def _absolute_power(ctx: Context, key: str, e: Rational) -> Polynomial:
    if e.denominator != 1 or e % 2 == 0:
        return settle(ctx, ((key, e),))
    inside = _inside(ctx, key)
    bits = ctx.sign(ctx, inside)
    if bits & NONNEGATIVE:
        return power(ctx, inside, e)
    if bits & NONPOSITIVE:
        return power(ctx, scale(inside, -1), e)
    if key[0] == "q":
        ctx.use("T1")
        gen = ctx.generators[key]
        opened, (fresh,) = open_bound(ctx, (gen.parts[0],), gen.parts[2])
        return power(ctx, product_over(ctx, fresh, gen.parts[1], absolute(ctx, opened)), e)
    ctx.unknown += 1
    return power(ctx, opaque(ctx, "h", inside), e)


def signum(ctx: Context, poly: Polynomial) -> Polynomial:
    """sign of a polynomial, factor by factor (G7)."""
    split = split_delta(ctx, poly)
    if split is not None:
        return float_delta(ctx, split, lambda part: signum(ctx, part))
    if not poly:
        return {}
    ctx.use("G7")
    c, mono, rest = unit(ctx, poly)
    if not c:
        return {}
    result: Polynomial = {(): 1 if c > 0 else -1}
    for key, e in mono:
        factor = _sign_of_factor(ctx, _inside(ctx, key))
        result = multiply(ctx, result, power(ctx, factor, 1 if e.denominator != 1 else 2 - int(e % 2)))
    return result if rest == ONE else multiply(ctx, result, _sign_of_factor(ctx, rest))


def _sign_of_factor(ctx: Context, poly: Polynomial) -> Polynomial:
    bits = ctx.sign(ctx, poly)
    if bits & POSITIVE == POSITIVE:
        return ONE
    if bits & NEGATIVE == NEGATIVE:
        return {(): -1}
    ctx.unknown += 1
    return settle(ctx, next(iter(opaque(ctx, "z", poly))))


def maximum(ctx: Context, left: Polynomial, right: Polynomial, sign: int) -> Polynomial:
    """Max (sign 1) or Min (sign -1) of two values by way of Abs (G7)."""
    ctx.use("G7")
    gap = absolute(ctx, subtract(left, right))
    return scale(add(left, right, scale(gap, sign)), Fraction(1, 2))


def symbolic_power(ctx: Context, base: Polynomial, exponent: Polynomial, whole: bool) -> Polynomial:
    """``base ** exponent`` where the exponent is no number; ``whole`` tells that it is of integer type (P5, P6)."""
    c = constant(exponent)
    if c is not None:
        return power(ctx, base, c)
    if base == ONE:
        return ONE
    split = split_delta(ctx, exponent) or split_delta(ctx, base)
    if split is not None:
        keep, drop = split[:2]
        equal = rename(ctx, base, {drop: keep}), rename(ctx, exponent, {drop: keep})
        distinct = _where_distinct(ctx, base, keep, drop), _where_distinct(ctx, exponent, keep, drop)
        return float_delta(
            ctx, (keep, drop, ONE, {}), lambda part: symbolic_power(ctx, *(equal if part == ONE else distinct), whole)
        )
    number = constant(base)
    if whole and number is not None and number < 0 and number != -1:
        sign = symbolic_power(ctx, {(): -1}, exponent, True)
        return multiply(ctx, sign, symbolic_power(ctx, {(): -number}, exponent, True))
    if not base:
        if ctx.sign(ctx, exponent) & POSITIVE == POSITIVE:
            return {}
        raise Stuck("open obligation", "a power of zero")
    if ctx.sign(ctx, base) & POSITIVE == POSITIVE:
        ctx.use("P6")
        return exponential(ctx, multiply(ctx, exponent, logarithm(ctx, base)))
    ctx.unknown += 1
    if not whole:
        raise Stuck("open obligation", "the base of a power is not seen to be positive")
    return _integer_power(ctx, base, exponent)


def _integer_power(ctx: Context, base: Polynomial, exponent: Polynomial) -> Polynomial:
    """A power of a base of any sign; a whole-number part of the exponent splits off only where it may (P5)."""
    if constant(base) == -1:
        return _power_of_minus_one(ctx, exponent)
    c, factors, core = unit(ctx, base)
    if len(factors) + (core != ONE) + (c != 1) > 1 or (factors and factors[0][1] != 1):
        # (t*u)**a = t**a * u**a, and (t**e)**a = t**(e*a) for whole e and a (P5).
        ctx.use("P5")
        powers = [symbolic_power(ctx, {(): c}, exponent, True), symbolic_power(ctx, core, exponent, True)]
        return product(ctx, powers + [_power_of_generator(ctx, key, e, exponent) for key, e in factors])
    whole = exponent.get((), 0)
    rest = {m: v for m, v in exponent.items() if m}
    apart = ctx.sign(ctx, base) & NONZERO or _nonnegative_terms(ctx, exponent)
    if not apart or any(v.denominator != 1 for v in exponent.values()):
        return opaque(ctx, "p", base, exponent)
    ctx.use("P5")
    value = power(ctx, base, whole)
    for mono, v in sorted(rest.items()):
        value = multiply(ctx, value, power(ctx, opaque(ctx, "p", base, {mono: 1}), v))
    return value


def _nonnegative_terms(ctx: Context, exponent: Polynomial) -> bool:
    return all(c > 0 and ctx.sign(ctx, {m: 1}) & NONNEGATIVE for m, c in exponent.items())


def _power_of_generator(ctx: Context, key: str, e: Rational, exponent: Polynomial) -> Polynomial:
    inside = _inside(ctx, key)
    if e.denominator != 1:
        return exponential(ctx, multiply(ctx, scale(exponent, e), logarithm(ctx, inside)))
    return symbolic_power(ctx, inside, scale(exponent, e), True)


def _power_of_minus_one(ctx: Context, exponent: Polynomial) -> Polynomial:
    """(-1)**(2*m + 1) = -1 for a whole number m."""
    if any(v.denominator != 1 for v in exponent.values()):
        return opaque(ctx, "p", {(): -1}, exponent)
    sign = -1 if exponent.get((), 0) % 2 else 1
    odd: Polynomial = {m: 1 for m, v in exponent.items() if m and v % 2}
    return scale(opaque(ctx, "p", {(): -1}, odd), sign) if odd else {(): sign}


def function(ctx: Context, name: str, args: tuple[Polynomial, ...]) -> Polynomial:
    """A function of the signature that has no normal form of its own."""
    split = next((s for a in args if (s := split_delta(ctx, a)) is not None), None)
    if split is not None:
        keep, drop = split[0], split[1]
        equal = tuple(rename(ctx, a, {drop: keep}) for a in args)
        distinct = tuple(_where_distinct(ctx, a, keep, drop) for a in args)
        return float_delta(
            ctx, (keep, drop, ONE, {}), lambda part: function(ctx, name, equal if part == ONE else distinct)
        )
    if len(args) == 1 and name in ODD | EVEN:
        if not args[0]:
            return dict(AT_ZERO[name])
        if _negative_first(ctx, args[0]):
            ctx.use("G1")
            flipped = opaque(ctx, "f", name, (scale(args[0], -1),))
            return scale(flipped, -1) if name in ODD else flipped
    return opaque(ctx, "f", name, args)


TOTAL = {name for name, row in FUNCTIONS.items() if not row.domain}
ODD = {"sin", "atan", "asinh", "atanh", "asin", "erf", "cbrt"}
EVEN = {"cos"}
AT_ZERO: dict[str, Polynomial] = {**{name: {} for name in ODD}, "cos": ONE}


# --- sums ---


def sum_over(ctx: Context, bound: tuple[Place, ...], body: Polynomial) -> Polynomial:
    """The sum of a polynomial over the whole ranges of fresh indices (S1 to S4, S6)."""
    ctx.use("S1")
    total: Polynomial = {}
    for mono, c in reduce_fractions(ctx, frozenset(bound), body).items():
        for m, v in _sum_mono(ctx, bound, mono).items():
            _put(total, m, c * v)
    return total


def _sum_mono(ctx: Context, bound: tuple[Place, ...], mono: Monomial) -> Polynomial:
    ctx.spend(len(mono) + 1)
    for key, _ in mono:
        if key[0] == "d":
            keep, drop = ctx.generators[key].parts
            if drop in bound or keep in bound:
                return _contract(ctx, bound, mono, key, keep, drop)
    explicit = next((p for p in bound if p[1].isdecimal()), None)
    if explicit is not None:
        return _unrolled_sum(ctx, explicit, tuple(p for p in bound if p != explicit), {mono: 1})
    linked = next(
        (
            (key, e)
            for key, e in mono
            if key[0] == "s" and e > 0 and e.denominator == 1 and not ctx.generators[key].places.isdisjoint(bound)
        ),
        None,
    )
    if linked is not None:
        return _flatten(ctx, bound, mono, *linked)
    return _factor(ctx, bound, mono)


def _unrolled_sum(ctx: Context, explicit: Place, rest: tuple[Place, ...], body: Polynomial) -> Polynomial:
    """A sum over an explicit dimension, written out (K6)."""
    ctx.use("K6")
    size = int(explicit[1])
    ctx.spend(size)
    unrolled = add(*(rename(ctx, body, {explicit: (LITERAL, explicit[1], v)}) for v in range(1, size + 1)))
    return sum_over(ctx, rest, unrolled) if rest else unrolled


def _contract(ctx: Context, bound: tuple[Place, ...], mono: Monomial, key: str, keep: Place, drop: Place) -> Polynomial:
    """Sum_k d_kj f(k) = f(j) (S3)."""
    ctx.use("S3")
    rest: Polynomial = {_without(mono, key): 1}
    if drop not in bound:
        keep, drop = drop, keep
        rest = rename(ctx, rest, {drop: keep})
    if not _in_range(ctx, (keep,)):
        # Below a restriction nothing says that a literal index is in the range.
        ctx.unknown += 1
        raise Stuck("open obligation", f"the index {keep[2]} is not seen to be in the range")
    left = tuple(p for p in bound if p != drop)
    return sum_over(ctx, left, rest) if left else rest


def _flatten(ctx: Context, bound: tuple[Place, ...], mono: Monomial, key: str, e: Rational) -> Polynomial:
    """A sum inside a sum becomes one sum over more indices; powers are renamed apart (S4, S6)."""
    ctx.use("S6")
    gen = ctx.generators[key]
    opened: list[Polynomial] = [{_without(mono, key): 1}]
    more: list[Place] = []
    for _ in range(int(e)):
        body, fresh = open_bound(ctx, gen.parts[0], {gen.parts[1].mono: 1})
        opened.append(body)
        more.extend(fresh)
    return sum_over(ctx, bound + tuple(more), product(ctx, opened))


def _factor(ctx: Context, bound: tuple[Place, ...], mono: Monomial) -> Polynomial:
    """Take out what no index links, and one sum for every connected part (S1, S2, S6)."""
    outside = tuple(f for f in mono if ctx.generators[f[0]].places.isdisjoint(bound))
    inside = tuple(f for f in mono if f not in outside)
    groups = _linked(ctx, bound, inside)
    if any(key[0] == "g" for key, _ in inside):
        # A restricted range may be empty: only what has a value all the same may leave it (S1, S6).
        stay = tuple(f for f in outside if not _defined_power(ctx, *f))
        partial = [g for g in groups if not defined(ctx, {tuple(sorted(g[1])): 1})]
        if stay or len(partial) > 1 or (partial and len(groups) > 1):
            outside = tuple(f for f in outside if f not in stay)
            groups = [(set(bound), [*inside, *stay])]
    parts: list[Polynomial] = [{outside: 1}]
    for linked, factors in groups:
        if factors:
            parts.append(_connected(ctx, tuple(sorted(linked)), tuple(sorted(factors))))
        else:
            ctx.use("S2")
            parts.append(variable(ctx, next(iter(linked))[1]))
    return product(ctx, parts)


def _linked(
    ctx: Context, bound: tuple[Place, ...], factors: Monomial
) -> list[tuple[set[Place], list[tuple[str, Rational]]]]:
    """The connected parts: bound indices and the factors that link them."""
    groups: list[tuple[set[Place], list[tuple[str, Rational]]]] = [({p}, []) for p in bound]
    for key, e in factors:
        linked = ctx.generators[key].places.intersection(bound)
        first, *others = [g for g in groups if g[0] & linked]
        for other in others:
            first[0].update(other[0])
            first[1].extend(other[1])
            groups.remove(other)
        first[1].append((key, e))
    return groups


def _connected(ctx: Context, bound: tuple[Place, ...], mono: Monomial) -> Polynomial:
    for rule in ctx.sum_rules:
        applied = _apply_sum_rule(ctx, rule, bound, mono) if rule.names.isdisjoint(ctx.suspended) else None
        if applied is not None:
            return applied
    if len(bound) == 1 and len(mono) == 1 and mono[0][1] == 1 and mono[0][0][0] == "a":
        gen = ctx.generators[mono[0][0]]
        if gen.parts[0] in ctx.simplex and gen.parts[0] not in ctx.suspended:
            ctx.use("H4")
            return ONE
    if len(bound) == 1 and all(key[0] == "g" for key, _ in mono):
        # Distinct excluded indices may still coincide; each guard of a total summand is written with deltas.
        ctx.use("S2")
        whole = product(ctx, (subtract(ONE, delta(ctx, *ctx.generators[key].parts)) for key, _ in mono))
        return sum_over(ctx, bound, whole)
    base = height(ctx, (mono,))
    orders = canonical_orders(ctx, bound, mono)
    total = _closed(ctx, orders[0], mono, base)
    if any(_closed(ctx, other, mono, base) == scale(total, -1) for other in orders[1:]):
        # The sum equals its own negative by a renaming of its indices.
        ctx.use("S4")
        return {}
    return total


def _closed(ctx: Context, order: tuple[Place, ...], mono: Monomial, base: int) -> Polynomial:
    renamed: dict[Place, Place] = {p: (BOUND, p[1], base + 1 + n) for n, p in enumerate(order)}
    total: Polynomial = {}
    for m, c in rename_mono(ctx, mono, renamed).items():
        _put(total, ((_sum_generator(ctx, tuple(renamed[p] for p in order), m), 1),), c)
    return total


def _sum_generator(ctx: Context, bound: tuple[Place, ...], mono: Monomial) -> str:
    single: Polynomial = {mono: 1}
    inside = places(ctx, single) - frozenset(bound)
    dims = frozenset(p[1] for p in bound)
    return intern(ctx, "s", (bound, _Mono(mono)), inside, names(ctx, single) | dims, max(p[2] for p in bound))


def canonical_orders(ctx: Context, bound: tuple[Place, ...], mono: Monomial) -> list[tuple[Place, ...]]:
    """Orders of the bound indices that depend only on the shape of the summand (colour refinement, then choice).

    Several are returned only where the sum may be its own negative.
    """
    if len(bound) == 1:
        return [bound]
    colours = {p: p[1] for p in bound}
    odd = -1 in ctx.symmetric.values() or any(key[0] in "bz" and e % 2 == 1 for key, e in mono)
    best: tuple[str, list[tuple[Place, ...]]] = ("", [])
    stack = [colours]
    while stack:
        ctx.spend(len(bound) * len(mono))
        colours = _refine(ctx, stack.pop(), mono)
        ties: dict[str, list[Place]] = {}
        for p in bound:
            ties.setdefault(colours[p], []).append(p)
        tied = next((ties[c] for c in sorted(ties) if len(ties[c]) > 1), None)
        if tied is not None:
            stack.extend({**colours, p: colours[p] + "!"} for p in tied)
            continue
        order = tuple(sorted(bound, key=lambda p: colours[p]))
        spelled = {p: f"b{n}@{p[1]}" for n, p in enumerate(order)}
        text = "*".join(sorted(f"{_loose_text(ctx, key, spelled)}^{e}" for key, e in mono))
        if not best[1] or text < best[0]:
            best = (text, [order])
        elif text == best[0] and odd and len(best[1]) < MOST_ORDERS:
            best[1].append(order)
    return best[1]


def _refine(ctx: Context, colours: dict[Place, str], mono: Monomial) -> dict[Place, str]:
    """Split colours by the factors in which an index stands until nothing changes; colours are ranks of signatures."""
    while True:
        signatures = {
            p: (
                colours[p],
                tuple(
                    sorted(
                        f"{_loose_text(ctx, key, {**colours, p: '*'})}^{e}"
                        for key, e in mono
                        if p in ctx.generators[key].places
                    )
                ),
            )
            for p in colours
        }
        ranks = {s: n for n, s in enumerate(sorted(set(signatures.values())))}
        new = {p: f"{ranks[signatures[p]]:04d}@{p[1]}" for p in colours}
        if len(set(new.values())) == len(set(colours.values())):
            return new
        colours = new


def _apply_sum_rule(ctx: Context, rule: SumRule, bound: tuple[Place, ...], mono: Monomial) -> Polynomial | None:
    """Use a hypothesis about a sum on one index of a connected sum, if that index stands nowhere else (S10, H1)."""
    for place in bound:
        if place[1] != rule.place[1]:
            continue
        inside = tuple(f for f in mono if place in ctx.generators[f[0]].places)
        matched = match(ctx, rule.summand, inside, {rule.place: place}, rule.pattern)
        if matched is None or place in (matched[p] for p in rule.pattern):
            continue
        ctx.use("S10")
        value = rename(ctx, rule.value, {p: matched[p] for p in rule.pattern})
        rest = multiply(ctx, {tuple(f for f in mono if f not in inside): 1}, value)
        left = tuple(p for p in bound if p != place)
        return sum_over(ctx, left, rest) if left else rest
    return None


def match(
    ctx: Context, wanted: Monomial, found: Monomial, fixed: Mapping[Place, Place], pattern: frozenset[Place]
) -> dict[Place, Place] | None:
    """Indices for the pattern's under which two monomials are spelled alike, or None."""
    if len(wanted) != len(found):
        return None
    free = sorted(pattern)
    candidates = sorted({p for key, _ in found for p in ctx.generators[key].places} - set(fixed.values()))
    goal = mono_text(ctx, found, {p: token(p) for k, _ in found for p in ctx.generators[k].places})

    def search(n: int, chosen: dict[Place, Place]) -> dict[Place, Place] | None:
        ctx.spend(1)
        if n == len(free):
            spelled = mono_text(ctx, wanted, {p: token(q) for p, q in chosen.items()})
            return chosen if spelled == goal else None
        for candidate in candidates:
            if candidate[1] == free[n][1]:
                done = search(n + 1, {**chosen, free[n]: candidate})
                if done is not None:
                    return done
        return None

    return search(0, dict(fixed))


def reduce_fractions(ctx: Context, bound: frozenset[Place], poly: Polynomial) -> Polynomial:
    """Divide numerators by the denominators that depend on a bound index, as far as it goes (S8)."""
    total: Polynomial = {}
    stack = list(poly.items())
    while stack:
        ctx.spend(1)
        mono, c = stack.pop()
        below = [
            key
            for key, e in mono
            if key[0] == "b" and e < 0 and e.denominator == 1 and ctx.generators[key].places & bound
        ]
        step = next((s for key in below if (s := _divide(ctx, mono, key, below, bound)) is not None), None)
        if step is None:
            _put(total, mono, c)
            continue
        ctx.use("S8")
        stack.extend((m, c * v) for m, v in step.items())
    return total


def _divide(ctx: Context, mono: Monomial, key: str, below: list[str], bound: frozenset[Place]) -> Polynomial | None:
    """One division step of a monomial by the denominator ``key``, or None where it is reduced.

    With several denominators only one whose leading generators stand in no other is divided by.
    """
    (denominator,) = ctx.generators[key].parts
    have = dict(mono)
    if any(k[0] in "dg" for m in denominator for k, _ in m):
        return None
    lead = _leading(ctx, denominator, bound)
    others = {k for other in below if other != key for m in ctx.generators[other].parts[0] for k, _ in m}
    if any(k in others for k, _ in lead):
        return None
    if all(have.get(k, 0) >= e for k, e in lead):
        return _exchange(ctx, mono, key, denominator, lead)
    for k, _ in lead:
        if have.get(k, 0) < 0:
            free = [m for m in denominator if all(f != k for f, _ in m)]
            if len(free) == 1:
                return _exchange(ctx, mono, key, denominator, free[0])
    return None


def _leading(ctx: Context, poly: Polynomial, bound: frozenset[Place]) -> Monomial:
    """The leading monomial in a graded order in which what depends on a bound index comes first."""
    moving = sorted({k for m in poly for k, _ in m if ctx.generators[k].places & bound})
    fixed = sorted({k for m in poly for k, _ in m} - set(moving))

    def rank(mono: Monomial) -> tuple[Rational, list[Rational], list[Rational]]:
        have = dict(mono)
        inside = [have.get(k, 0) for k in moving]
        return sum(inside), inside, [have.get(k, 0) for k in fixed]

    return max(poly, key=rank)


def _exchange(ctx: Context, mono: Monomial, key: str, denominator: Polynomial, term: Monomial) -> Polynomial:
    """m * term = m * (q - rest) / c, with q cancelling one power of the denominator."""
    c = Fraction(1) / Fraction(denominator[term])
    inverse = tuple((k, -e) for k, e in term)
    quotient = merge(mono, inverse)
    result: Polynomial = {}
    for m, v in settle(ctx, merge(quotient, ((key, 1),))).items():
        _put(result, m, v * c)
    for m, v in denominator.items():
        if m != term:
            for n, w in settle(ctx, merge(quotient, m)).items():
                _put(result, n, -v * w * c)
    return result


# --- extrema and products over an index ---


def extremum(ctx: Context, kind: str, bound: Place, body: Polynomial) -> Polynomial:
    """Max or Min of ``body`` over the range of ``bound``: what does not depend on it moves out (G7, K4)."""
    fixed = {m: c for m, c in body.items() if all(bound not in ctx.generators[k].places for k, _ in m)}
    moving = {m: c for m, c in body.items() if m not in fixed}
    if not moving:
        return fixed
    if bound[1] == "1":
        return rename(ctx, body, {bound: (LITERAL, "1", 1)})
    ctx.use("G7")
    c, mono, _ = primitive(ctx, moving)
    factor: Polynomial = {(): c}
    for key, e in mono:
        bits = _power_sign(ctx, key, e)
        if bound not in ctx.generators[key].places and bits & (NONNEGATIVE | NONPOSITIVE):
            factor = multiply(ctx, factor, {((key, e),): 1})
    flip = bool(ctx.sign(ctx, factor) & NONPOSITIVE)
    ((outside, size),) = factor.items()
    inverse = tuple((k, -e) for k, e in outside)
    scaled: Polynomial = {merge(m, inverse): v / Fraction(size) for m, v in moving.items()}
    name: Place = (BOUND, bound[1], height(ctx, scaled) + 1)
    renamed = rename(ctx, scaled, {bound: name})
    if _negative_first(ctx, renamed):
        renamed, factor, flip = scale(renamed, -1), scale(factor, -1), not flip
    kind = {"Max": "Min", "Min": "Max"}[kind] if flip else kind
    inside, used = places(ctx, renamed) - {name}, names(ctx, renamed) | {bound[1]}
    key = intern(ctx, "m", (kind, name, renamed), inside, used, name[2])
    return add(fixed, multiply(ctx, factor, {((key, 1),): 1}))


def product_over(ctx: Context, bound: Place, excluded: tuple[Place, ...], body: Polynomial) -> Polynomial:
    """The product of ``body`` over the range of ``bound`` without the excluded indices (T1, T2)."""
    if bound[1].isdecimal():
        return _unrolled_product(ctx, bound, excluded, body)
    split = _bound_delta(ctx, bound, body)
    if split is not None:
        # One factor of the product is the one where the indices agree (D4, S7 for products).
        ctx.use("D4")
        other, equal, distinct = split
        present = ONE
        for skipped in excluded:
            present = multiply(ctx, present, guard(ctx, other, skipped))
        if present != ONE:
            return _product_generator(ctx, bound, excluded, body)
        return multiply(ctx, equal, product_over(ctx, bound, (*excluded, other), distinct))
    if body == ONE:
        return ONE
    if ctx.sign(ctx, body) & POSITIVE == POSITIVE and (not excluded or defined(ctx, body)):
        ctx.use("T2")
        summand = logarithm(ctx, body)
        for other in excluded:
            summand = guarded(ctx, bound, other, summand)
        return exponential(ctx, sum_over(ctx, (bound,), summand))
    ctx.unknown += 1
    if excluded:
        return _product_generator(ctx, bound, excluded, body)
    c, mono, rest = unit(ctx, body)
    result = symbolic_power(ctx, {(): c}, variable(ctx, bound[1]), True) if c != 1 else ONE
    for key, e in mono:
        if bound in ctx.generators[key].places:
            ctx.use("T1")
            single: Polynomial = {((key, 1),): 1}
            positive = ctx.sign(ctx, single) & POSITIVE == POSITIVE
            part = product_over(ctx, bound, (), single) if positive else _product_generator(ctx, bound, (), single)
            result = multiply(ctx, result, power(ctx, part, e))
        else:
            ctx.use("T1")
            result = multiply(ctx, result, symbolic_power(ctx, {((key, e),): 1}, variable(ctx, bound[1]), True))
    if rest == ONE:
        return result
    if bound not in places(ctx, rest):
        return multiply(ctx, result, symbolic_power(ctx, rest, variable(ctx, bound[1]), True))
    return multiply(ctx, result, _product_generator(ctx, bound, (), rest))


def _bound_delta(ctx: Context, bound: Place, body: Polynomial) -> tuple[Place, Polynomial, Polynomial] | None:
    """An index that a delta ties to the bound one, the factor there, and the factor everywhere else."""
    for mono in body:
        for key, _ in mono:
            pair = ctx.generators[key].parts if key[0] == "d" else ()
            if bound in pair:
                other: Place = next(p for p in pair if p != bound)
                return other, rename(ctx, body, {bound: other}), _where_distinct(ctx, body, bound, other)
    return None


def _unrolled_product(ctx: Context, bound: Place, excluded: tuple[Place, ...], body: Polynomial) -> Polynomial:
    ctx.use("K6")
    total = ONE
    for v in range(1, int(bound[1]) + 1):
        place: Place = (LITERAL, bound[1], v)
        factor = rename(ctx, body, {bound: place})
        for other in excluded:
            same = delta(ctx, place, other)
            factor = add(same, guarded(ctx, place, other, factor)) if same != ONE else ONE
        total = multiply(ctx, total, factor)
    return total


def _product_generator(ctx: Context, bound: Place, excluded: tuple[Place, ...], body: Polynomial) -> Polynomial:
    name: Place = (BOUND, bound[1], height(ctx, body) + 1)
    renamed = rename(ctx, body, {bound: name})
    others = tuple(sorted(set(excluded)))
    inside = (places(ctx, renamed) - {name}) | frozenset(p for p in others if p[0])
    key = intern(ctx, "q", (name, others, renamed), inside, names(ctx, renamed) | {bound[1]}, name[2])
    return {((key, 1),): 1}
