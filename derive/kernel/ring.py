"""The ring of the normal form: products in which generators interact, powers, renaming, deltas and guards.

Every function returns a polynomial equal to what it names, at all points where its arguments have a value and the
recorded facts hold. A monomial with a delta or a guard is lazy: it is 0 where the guard is false. Completeness is not
needed for soundness: two names for one value only lose proofs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from math import gcd, lcm

from derive.kernel.context import (
    LITERAL,
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
    Undefined,
)
from derive.kernel.polynomial import (
    ONE,
    add,
    constant,
    magnitude,
    merge,
    put,
    rational_factors,
    scale,
    subtract,
    without,
)
from derive.kernel.radicals import denested, square_root
from derive.kernel.spelling import NO_NAMES, atom, opaque, opaque_key, poly_text
from derive.signature import FUNCTIONS

PRIMITIVE_ROUNDS = 8
BIT_LIMIT = 20_000
EXPONENT_LIMIT = 4_000
MOST_CLASSES = 8
FACTORING = 50  # steps that a proposed factorisation costs
Pair = tuple[Place, Place]
HALF = Fraction(1, 2)
SINE, COSINE = "f(sin;", "f(cos;"
TOTAL = {name for name, row in FUNCTIONS.items() if not row.domain}


def multiply(ctx: Context, left: Polynomial, right: Polynomial) -> Polynomial:
    """The product; generators that interact (deltas, roots, signs) are brought back to normal form."""
    if right is ONE and all(map(_settled, left)):
        return left
    if left is ONE and all(map(_settled, right)):
        return right
    ctx.spend(len(left) * len(right))
    if len(left) == len(right) == 1:
        ((m, c),), ((n, d),) = left.items(), right.items()
        mono = merge(m, n)
        return {mono: c * d} if _settled(mono) else scale(settle(ctx, mono), c * d)
    total: Polynomial = {}
    for m, c in left.items():
        for n, d in right.items():
            mono = merge(m, n)
            coefficient = c * d
            if _settled(mono):
                put(total, mono, coefficient)
            else:
                for k, e in settle(ctx, mono).items():
                    put(total, k, e * coefficient)
    return total


def _settled(mono: Monomial) -> bool:
    for key, e in mono:
        kind = key[0]
        if kind not in "dghzbpf":
            continue
        if kind in "dghz" or (kind == "b" and e > 0) or (kind == "p" and e != 1):
            return False
        if kind == "f" and e >= 2 and key.startswith(SINE):
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
            settled = None if e == 1 else multiply(ctx, {without(mono, key): 1}, {((key, 1),): 1})
        elif kind == "b":
            settled = _settle_root(ctx, mono, key, e)
        elif kind == "h":
            settled = _settle_abs(ctx, mono, key, e)
        elif kind == "z":
            settled = _settle_sign(ctx, mono, key, e)
        elif e >= 2 and key.startswith(SINE):
            settled = _settle_sine(ctx, mono, key, e)
        elif kind == "p" and e != 1 and constant(ctx.generators[key].parts[0]) == -1:
            # (-1)**m is its own inverse.
            settled = multiply(ctx, {without(mono, key): 1}, {((key, 1),): 1} if e % 2 else ONE)
        else:
            continue
        if settled is not None:
            return settled
    return {mono: 1}


def _settle_delta(ctx: Context, mono: Monomial, key: str, e: Rational) -> Polynomial | None:
    """d*d = d, and d_ij f(j) = d_ij f(i): the later index is written as the earlier one (D1, D3)."""
    if e.denominator != 1 or e < 0:
        raise Stuck("outside the fragment", "a negative power of KroneckerDelta")
    keep, drop = ctx.generators[key].parts
    rest = without(mono, key)
    if _contradiction(ctx, keep, drop, rest):
        ctx.use("D1")
        return {}
    if any(drop in ctx.generators[k].places for k, _ in rest):
        ctx.use("D3")
        try:
            return multiply(ctx, rename_mono(ctx, rest, {drop: keep}), {((key, 1),): 1})
        except Undefined:
            # Where the indices agree there is no value, and where they differ the product is 0.
            return {}
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
    rest = merge(without(mono, key), ((key, e - whole),) if e != whole else ())
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
        used = without(mono, key, sign_key)
        kept = merge(((key, e - 1),) if e > 1 else (), ((sign_key, signs - 1),) if signs > 1 else ())
        return product(ctx, ({used: 1}, {kept: 1}, inner))
    even = e - e % 2
    if even == 0:
        return None
    ctx.use("G7")
    rest = merge(without(mono, key), ((key, 1),) if e % 2 else ())
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
            taken = merge(merge(without(mono, key), factors), ((only[0][0], -1),))
            return multiply(ctx, {taken: 1}, opaque(ctx, "h", inner))
    reduced = e % 2 if e < 0 or (ctx.sign(ctx, inner) & NONZERO) else (e if e < 3 else 2 - e % 2)
    if reduced == e:
        return None
    ctx.use("G7")
    return multiply(ctx, {without(mono, key): 1}, {((key, reduced),): 1} if reduced else ONE)


def _settle_sine(ctx: Context, mono: Monomial, key: str, e: Rational) -> Polynomial:
    """sin(t)^2 = 1 - cos(t)^2 (G1)."""
    ctx.use("G1")
    pairs = e.numerator // (2 * e.denominator)
    other = opaque(ctx, "f", "cos", ctx.generators[key].parts[1])
    rest = merge(without(mono, key), ((key, e - 2 * pairs),) if e != 2 * pairs else ())
    return multiply(ctx, {rest: 1}, power(ctx, subtract(ONE, power(ctx, other, 2)), pairs))


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
        if c not in (1, -1) and max(c.numerator.bit_length(), c.denominator.bit_length()) * exponent > BIT_LIMIT:
            raise Stuck("budget", "a coefficient has too many digits")
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
        return float_delta(ctx, split, lambda part: power(ctx, part, -exponent), base)
    ctx.use("R3")
    c, mono, rest = factored_unit(ctx, base)
    if not c:
        raise Undefined("a division by zero")
    if max(c.numerator.bit_length(), c.denominator.bit_length()) * exponent > BIT_LIMIT:
        raise Stuck("budget", "a coefficient has too many digits")
    outside = tuple((key, -e * exponent) for key, e in mono)
    result: Polynomial = scale(settle(ctx, outside), 1 if c == 1 else Fraction(c) ** -exponent)
    if rest == ONE:
        return result
    return multiply(ctx, result, {((radicand(ctx, rest), -exponent),): 1})


def radicand(ctx: Context, poly: Polynomial) -> str:
    """The key of the generator that stands for a polynomial of several terms (or a prime) in a power."""
    return opaque_key(ctx, "b", poly)


def primitive(ctx: Context, poly: Polynomial) -> tuple[Rational, Monomial, Polynomial]:
    """``c, m, q`` with poly = c * m * q: c a positive rational, m a monomial that divides every term.

    q has whole coprime coefficients and no negative exponents; deltas and guards are never taken out.
    """
    if len(poly) == 1:
        ((single, v),) = poly.items()
        if not any(key[0] in "dg" for key, _ in single):
            return magnitude(v), single, {(): 1 if v > 0 else -1}
    total: Monomial = ()
    c: Rational = 1
    for _ in range(PRIMITIVE_ROUNDS):
        if not poly:
            # Terms that cancel once a denominator is taken out.
            return 0, (), {}
        factor, mono = _content(ctx, poly)
        c, total = c * factor, merge(total, mono)
        if factor != 1:
            poly = {m: _quotient(v, factor) for m, v in poly.items()}
        if not mono:
            break
        # Taking a denominator out may multiply a radicand back in, which may leave a new common factor.
        poly = multiply(ctx, poly, {tuple((key, -e) for key, e in mono): 1})
    return c, total, {m: int(v) if v.denominator == 1 else v for m, v in poly.items()}


def _quotient(value: Rational, by: Rational) -> Rational:
    """A quotient of rationals; whole where it is."""
    quotient = Fraction(value.numerator * by.denominator, value.denominator * by.numerator)
    return quotient.numerator if quotient.denominator == 1 else quotient


def _is_lazy(mono: Monomial) -> bool:
    for key, _ in mono:  # noqa: SIM110 (a loop is twice as fast, and this is asked of every monomial)
        if key[0] in "dg":
            return True
    return False


def _content(ctx: Context, poly: Polynomial) -> tuple[Rational, Monomial]:
    top, bottom = 0, 1
    for c in poly.values():
        top, bottom = gcd(top, c.numerator), lcm(bottom, c.denominator)
    lowest: dict[str, Rational] = {}
    often: dict[str, int] = {}
    apart = {key for mono in poly if not _is_lazy(mono) for key, e in mono if e < 0}
    for mono in poly:
        lazy = _is_lazy(mono)
        for key, e in mono:
            often[key] = often.get(key, 0) + 1
            # A denominator beside a delta is known to differ from 0 only where the delta is 1.
            hidden = lazy and e < 0 and key not in apart and not power_sign(ctx, key, 1) & NONZERO
            if key[0] not in "dg" and not hidden:
                lowest[key] = min(lowest.get(key, e), e)
    for key in list(lowest):
        if lowest[key] > 0 and often[key] < len(poly):
            del lowest[key]
    return top if bottom == 1 else Fraction(top, bottom), tuple(sorted(lowest.items()))


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
    flip = known & NONPOSITIVE if known & ZERO else leads_negative(ctx, rest)
    return (-c, mono, scale(rest, -1)) if flip else (c, mono, rest)


def factored_unit(ctx: Context, poly: Polynomial) -> tuple[Rational, Monomial, Polynomial]:
    """``unit``, with a proposed factorisation of q taken into the monomial once it is multiplied out (R5).

    The factors stand in the monomial as radicands with whole powers, and q is 1.
    """
    key = ("sign", "unit", frozenset(poly.items()), ctx.suspended, ctx.depth)
    found: tuple[Rational, Monomial, Polynomial] | None = ctx.memo.get(key)
    if found is None:
        found = ctx.memo[key] = _factored_unit(ctx, poly)
    return found


def _factored_unit(ctx: Context, poly: Polynomial) -> tuple[Rational, Monomial, Polynomial]:
    c, mono, rest = unit(ctx, poly)
    if rest == ONE:
        return c, mono, rest
    found, square, left = as_product(ctx, rest)
    if left == ONE:
        return c * found, merge(mono, square), ONE
    proposed = _proposed(ctx, rest) if len(rest) > 1 else ()
    if not proposed:
        return c, mono, rest
    total = product(ctx, (power(ctx, q, e) for q, e in proposed))
    lead = next(iter(total))
    scaling = Fraction(rest.get(lead, 0)) / Fraction(total[lead])
    if not scaling or scale(total, scaling) != rest:
        return c, mono, rest
    ctx.use("R5")
    for q, e in proposed:
        k, outer, inner = unit(ctx, q)
        scaling *= Fraction(k) ** e
        mono = merge(mono, tuple((key, f * e) for key, f in outer))
        if inner != ONE:
            mono = merge(mono, ((radicand(ctx, inner), e),))
    return c * scaling, mono, ONE


def _proposed(ctx: Context, poly: Polynomial) -> tuple[tuple[Polynomial, int], ...]:
    """What the untrusted source of factorisations offers; asked once for every polynomial."""
    if ctx.propose is None:
        return ()
    key = poly_text(ctx, poly, {})
    if key not in ctx.proposals:
        ctx.spend(FACTORING)
        ctx.proposals[key] = ctx.propose(poly)
    found: tuple[tuple[Polynomial, int], ...] = ctx.proposals[key]
    return found


def as_product(ctx: Context, poly: Polynomial) -> tuple[Rational, Monomial, Polynomial]:
    """``c, m, 1`` where the polynomial is a multiple of a square, or of a power of a sine; ``1, 1, poly`` elsewhere."""
    sine = _as_sine(ctx, poly)
    if sine is not None:
        return *sine, ONE
    square = _as_square(ctx, poly)
    if square is None:
        return 1, (), poly
    k, outer, inner = unit(ctx, square[1])
    core = ((radicand(ctx, inner), 2),) if inner != ONE else ()
    return square[0] * Fraction(k) ** 2, merge(tuple((key, 2 * e) for key, e in outer), core), ONE


def _as_sine(ctx: Context, poly: Polynomial) -> tuple[Rational, Monomial] | None:
    """``c, mono`` with poly = c * mono once cos(t)^2 is written as 1 - sin(t)^2 (G1), or None."""
    for key in sorted({k for mono in poly for k, e in mono if e == 2 and k.startswith(COSINE)}):
        ((other, _),) = next(iter(opaque(ctx, "f", "sin", ctx.generators[key].parts[1])))
        total: Polynomial = {}
        for mono, c in poly.items():
            rest, e = without(mono, key), dict(mono).get(key, 0)
            if e not in (0, 2) or any(k == other for k, _ in rest):
                break
            put(total, rest, c)
            if e:
                put(total, merge(rest, ((other, 2),)), -c)
        else:
            if len(total) == 1:
                ctx.use("G1")
                ((mono, c),) = total.items()
                return c, mono
    return None


def _as_square(ctx: Context, poly: Polynomial) -> tuple[Rational, Polynomial] | None:
    """``c, q`` with poly = c * q**2, multiplied out (R5); 1 may be taken for sin(t)^2 + cos(t)^2 (G1)."""
    if len(poly) == 1:
        return None
    for candidate in _by_pythagoras(ctx, poly):
        found = square_root(candidate, lambda mono: _has_root(ctx, mono))
        if found is not None and all(_has_root(ctx, merge(m, m)) for m in found):
            total = multiply(ctx, found, found)
            lead = next(iter(poly))
            if lead in total and scale(total, factor := Fraction(poly[lead]) / Fraction(total[lead])) == poly:
                ctx.use("R5")
                return factor, found
    return None


def _has_root(ctx: Context, mono: Monomial) -> bool:
    """Whether halves of the exponents are defined wherever the monomial is."""
    return all(
        key[0] not in "dg" and (e % 2 == 0 or bool(power_sign(ctx, key, 1) & NONNEGATIVE) or e.denominator != 1)
        for key, e in mono
    )


def _by_pythagoras(ctx: Context, poly: Polynomial) -> Iterator[Polynomial]:
    """A polynomial, and forms of it that multiplying out with sin(t)^2 = 1 - cos(t)^2 turns into it."""
    yield poly
    for key in sorted({k for mono in poly for k, _ in mono if k.startswith(COSINE)}):
        ((other, _),) = next(iter(opaque(ctx, "f", "sin", ctx.generators[key].parts[1])))
        degrees = {mono: dict(mono).get(key, 0) + dict(mono).get(other, 0) for mono in poly}
        if max(degrees.values()) != 2:
            continue
        written: Polynomial = {}
        level: Polynomial = {}
        for mono, c in poly.items():
            for cosine in (0, 2) if not degrees[mono] else ():
                put(level, merge(mono, ((key if cosine else other, 2),)), c)
            if degrees[mono]:
                put(level, mono, c)
            if (key, 2) in mono:
                put(written, without(mono, key), c)
                put(written, merge(without(mono, key), ((other, 2),)), -c)
            else:
                put(written, mono, c)
        yield level
        yield written


def leads_negative(ctx: Context, poly: Polynomial) -> bool:
    return poly[max(poly, key=lambda m: (len(m), m))] < 0


def _root_power(ctx: Context, base: Polynomial, exponent: Fraction) -> Polynomial:
    """A power with a fractional exponent; the base is >= 0 where the power is defined (P6, P7, P8)."""
    if not base:
        if exponent < 0:
            raise Undefined("a negative power of zero")
        return {}
    split = split_delta(ctx, base)
    if split is not None:
        return float_delta(ctx, split, lambda part: _root_power(ctx, part, exponent), base)
    simple = _denested(ctx, base) if len(base) == 2 and exponent.denominator == 2 else None
    if simple is not None:
        return _whole_power(ctx, simple, exponent.numerator)
    c, mono, rest = factored_unit(ctx, base)
    if c < 0 and not mono and rest == ONE:
        raise Undefined("a root of a negative number")
    return _root_of_product(ctx, c, mono, rest, exponent) if c else _root_power(ctx, {}, exponent)


def _root_of_product(ctx: Context, c: Rational, mono: Monomial, rest: Polynomial, exponent: Fraction) -> Polynomial:
    """``(c * mono * rest)**exponent``: a factor that may be 0 splits off only where all others are >= 0 (P7)."""
    result, weak, left = _roots_of_factors(ctx, mono, exponent)
    for prime, times in rational_factors(magnitude(c)):
        result = multiply(ctx, result, _prime_power(ctx, prime, times * exponent))
    negative = c < 0
    if rest != ONE:
        bits = ctx.sign(ctx, rest)
        if bits & NONPOSITIVE and not bits & NONNEGATIVE:
            rest, negative, bits = scale(rest, -1), not negative, NONNEGATIVE | (bits & NONZERO)
        if bits & NONNEGATIVE:
            root = settle(ctx, ((radicand(ctx, rest), exponent),))
            if bits & NONZERO:
                result = multiply(ctx, result, root)
            else:
                weak.append((root, rest))
            rest = ONE
    if rest == ONE and not left and not negative:
        return product(ctx, [result, *(root for root, _ in weak)])
    ctx.unknown += 1
    ctx.use("P7")
    inside = product(ctx, [settle(ctx, left), rest, *(factor for _, factor in weak)])
    whole = scale(inside, -1 if negative else 1)
    return multiply(ctx, result, settle(ctx, ((radicand(ctx, whole), exponent),)))


def _roots_of_factors(
    ctx: Context, mono: Monomial, exponent: Fraction
) -> tuple[Polynomial, list[tuple[Polynomial, Polynomial]], Monomial]:
    """The root of the positive factors, root and factor of those that may be 0, and the factors of any sign."""
    result = ONE
    weak: list[tuple[Polynomial, Polynomial]] = []
    left: list[tuple[str, Rational]] = []
    for key, e in mono:
        bits = power_sign(ctx, key, e)
        if bits & POSITIVE == POSITIVE or (bits & NONNEGATIVE and exponent < 0):
            result = multiply(ctx, result, _root_of_generator(ctx, key, e, exponent))
        elif bits & NONNEGATIVE:
            weak.append((_root_of_generator(ctx, key, e, exponent), settle(ctx, ((key, e),))))
        else:
            left.append((key, e))
    return result, weak, tuple(sorted(left))


def _denested(ctx: Context, base: Polynomial) -> Polynomial | None:
    """sqrt(a + b*sqrt(c)) = sqrt(p) + sqrt(q), or minus, for rational numbers: the square is the base (P7)."""
    outer = base.get((), 0)
    ((mono, factor),) = ((m, c) for m, c in base.items() if m) if outer else (((), 0),)
    square = power(ctx, {mono: factor}, 2) if all(key[0] == "b" and e == HALF for key, e in mono) and mono else {}
    number = constant(square)
    found = denested(outer, 1 if factor > 0 else -1, number) if number else None
    if found is None:
        return None
    roots = [_root_power(ctx, {(): p}, HALF) for p in found]
    root = add(roots[0], scale(roots[1], 1 if factor > 0 else -1))
    if multiply(ctx, root, root) != base:
        return None
    ctx.use("P7")
    return root


def _prime_power(ctx: Context, prime: int, exponent: Fraction) -> Polynomial:
    whole = exponent.numerator // exponent.denominator
    value = Fraction(prime) ** whole
    if exponent == whole:
        return {(): value}
    return {((radicand(ctx, {(): prime}), exponent - whole),): value}


def power_sign(ctx: Context, key: str, e: Rational) -> int:
    """The sign of ``generator**e`` where it is defined."""
    return ctx.sign(ctx, {((key, e),): 1})


def _root_of_generator(ctx: Context, key: str, e: Rational, exponent: Fraction) -> Polynomial:
    """``(generator**e)**exponent`` for a non-negative ``generator**e`` (P7)."""
    ctx.use("P7")
    base = inside(ctx, key)
    if key[0] == "e" or e.denominator != 1 or ctx.sign(ctx, base) & NONNEGATIVE:
        return settle(ctx, ((key, e * exponent),))
    return power(ctx, absolute(ctx, base), e * exponent)


def inside(ctx: Context, key: str) -> Polynomial:
    """The value of a generator as a polynomial: a radicand stands for its base."""
    return ctx.generators[key].parts[0] if key[0] == "b" else {((key, 1),): 1}


def absolute(ctx: Context, poly: Polynomial) -> Polynomial:
    """Abs of a polynomial, factor by factor (G7)."""
    split = split_delta(ctx, poly)
    if split is not None:
        return float_delta(ctx, split, lambda part: absolute(ctx, part), poly)
    if not poly:
        return {}
    ctx.use("G7")
    c, mono, rest = factored_unit(ctx, poly)
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
    base = inside(ctx, key)
    bits = ctx.sign(ctx, base)
    if bits & NONNEGATIVE:
        return power(ctx, base, e)
    if bits & NONPOSITIVE:
        return power(ctx, scale(base, -1), e)
    if key[0] == "q":
        ctx.use("T1")
        factors = ctx.rebuild(ctx, ctx.generators[key], lambda place: place, lambda poly: absolute(ctx, poly))
        return power(ctx, factors, e)
    ctx.unknown += 1
    return power(ctx, opaque(ctx, "h", base), e)


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
    """Make every generator anew that mentions one of the arrays, or what a hypothesis ties to them."""
    tied = [r.names for r in ctx.sum_rules] + [r.names for r in ctx.sum_equations]
    for names_ in [*tied, *(r.names for r in ctx.component_rules.values())]:
        if not names_.isdisjoint(arrays):
            arrays |= names_
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
        if not _is_lazy(mono):
            rebuilt = _transformed(ctx, mono, renamed, new, touched)
        else:
            lazy = tuple(f for f in mono if f[0][0] in "dg")
            rebuilt = _lazily_transformed(ctx, lazy, without(mono, *(k for k, _ in lazy)), renamed, new, touched)
        if len(poly) == 1:
            return scale(rebuilt, c)
        for m, v in rebuilt.items():
            put(total, m, c * v)
    return total


def _lazily_transformed(
    ctx: Context,
    lazy: Monomial,
    rest: Monomial,
    renamed: Mapping[Place, Place],
    new: Mapping[str, Polynomial],
    touched: frozenset[str],
) -> Polynomial:
    """What stands beside a false guard is not looked at; what has no value anywhere is looked at only in vain."""
    guards = _transformed(ctx, lazy, renamed, new, touched)
    if not guards:
        return {}
    try:
        value = _transformed(ctx, rest, renamed, new, touched)
        if len(guards) > 1 and not defined(ctx, value):
            raise Stuck("outside the fragment", "the last index beside what may have no value")
        return multiply(ctx, guards, value)
    except Undefined:
        return {}


def _transformed(
    ctx: Context,
    mono: Monomial,
    renamed: Mapping[Place, Place],
    new: Mapping[str, Polynomial],
    touched: frozenset[str],
) -> Polynomial:
    kept: list[tuple[str, Rational]] = []
    rebuilt: list[Polynomial] = []
    for factor in mono:
        key, e = factor
        gen = ctx.generators[key]
        if gen.places.isdisjoint(renamed) and gen.names.isdisjoint(touched):
            kept.append(factor)
        else:
            # A radicand's polynomial is its base; every other generator is rebuilt as a value and then raised.
            value = _rebuild(ctx, gen, renamed, new, touched)
            rebuilt.append(power(ctx, value, e) if e != 1 else value)
    if kept:
        rebuilt.insert(0, {tuple(kept): 1})
    return rebuilt[0] if len(rebuilt) == 1 else product(ctx, rebuilt)


def _rebuild(
    ctx: Context,
    gen: Generator,
    renamed: Mapping[Place, Place],
    new: Mapping[str, Polynomial],
    touched: frozenset[str],
) -> Polynomial:
    if gen.key in new:
        return new[gen.key]
    if gen.kind in "adg" and not ctx.component_rules:
        ctx.spend(2)
        return ctx.rebuild(ctx, gen, lambda place: renamed.get(place, place), lambda poly: poly)
    memo_key = (
        "rebuild",
        gen.key,
        tuple(sorted([(p, renamed[p]) for p in gen.places if p in renamed])),
        tuple(sorted([(k, poly_text(ctx, v, {})) for k, v in new.items()])) if new else (),
        touched,
        ctx.suspended,
    )
    found: Polynomial | None = ctx.memo.get(memo_key)
    if found is None:
        ctx.spend(2)
        found = ctx.memo[memo_key] = ctx.rebuild(
            ctx,
            gen,
            lambda place: renamed.get(place, place),
            lambda poly: transform(ctx, poly, renamed, new, touched),
        )
    return found


def open_bound(ctx: Context, bound: tuple[Place, ...], body: Polynomial) -> tuple[Polynomial, tuple[Place, ...]]:
    """The body of a binder with fresh names for the bound ones."""
    fresh = tuple(ctx.open(p[1]) for p in bound)
    return rename(ctx, body, dict(zip(bound, fresh, strict=True))), fresh


def variable(ctx: Context, name: str) -> Polynomial:
    """A scalar variable or a dimension."""
    number = ctx.size.get(name)
    if number is not None or name.isdecimal():
        return {(): number or int(name)}
    return {((atom(ctx, "v", (name,)), 1),): 1}


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
    return {((atom(ctx, "a", (array, at)), 1),): 1}


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
    if pair[0][0] == LITERAL and 1 < pair[0][2] <= MOST_CLASSES and str(pair[0][2]) == pair[0][1]:
        # An index of an explicit dimension is the last one exactly when it is none of the others.
        ctx.use("K6")
        return subtract(ONE, add(*(delta(ctx, (LITERAL, pair[0][1], v), pair[1]) for v in range(1, pair[0][2]))))
    return {((atom(ctx, "d", pair), 1),): 1}


def guard(ctx: Context, left: Place, right: Place) -> Polynomial:
    """The lazy guard that the two indices differ: 0 where they do not, even if the rest has no value."""
    if left == right:
        return {}
    if (left[0] == right[0] == LITERAL) or frozenset((left, right)) in ctx.distinct:
        return ONE
    pair = (left, right) if left < right else (right, left)
    return {((atom(ctx, "g", pair), 1),): 1}


def split_delta(ctx: Context, poly: Polynomial) -> Pair | None:
    """The two indices of a delta in a polynomial."""
    for mono in poly:
        for key, _ in mono:
            if key[0] in "dg":
                keep, drop = ctx.generators[key].parts
                return keep, drop
    return None


def where_distinct(ctx: Context, poly: Polynomial, left: Place, right: Place) -> Polynomial:
    pair = frozenset((left, right))
    total: Polynomial = {}
    for mono, c in poly.items():
        kinds = {k[0] for k, _ in mono if k[0] in "dg" and frozenset(ctx.generators[k].parts) == pair}
        if "d" not in kinds:
            mono = tuple(f for f in mono if not (f[0][0] == "g" and frozenset(ctx.generators[f[0]].parts) == pair))
            put(total, mono, c)
    return total


def float_delta(ctx: Context, pair: Pair, apply: Callable[..., Polynomial], *polys: Polynomial) -> Polynomial:
    """F(d*a + b) = [i = j] F(a + b) + [i != j] F(b) for any F (D4)."""
    ctx.use("D4")
    keep, drop = pair
    distinct = tuple(where_distinct(ctx, poly, keep, drop) for poly in polys)
    try:
        where_equal = same(ctx, keep, drop, apply(*(rename(ctx, poly, {drop: keep}) for poly in polys)))
    except Undefined:
        # Without a value where the indices agree, only the other case is ever looked at.
        return multiply(ctx, apply(*distinct), guard(ctx, keep, drop))
    try:
        elsewhere = apply(*distinct)
    except Undefined:
        return where_equal
    return add(where_equal, guarded(ctx, keep, drop, elsewhere))


def same(ctx: Context, left: Place, right: Place, poly: Polynomial) -> Polynomial:
    """``[left = right] poly``, lazily: the last index as none of the others (K6) looks at it elsewhere too."""
    whether = delta(ctx, left, right)
    if len(whether) <= 1 or defined(ctx, poly):
        return multiply(ctx, whether, poly)
    last, other = min(left, right), max(left, right)
    for v in range(1, int(last[2])):
        poly = guarded(ctx, (LITERAL, last[1], v), other, poly)
    return poly


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
    return all(defined_power(ctx, key, e) for mono in poly for key, e in mono)


def defined_power(ctx: Context, key: str, e: Rational) -> bool:
    gen = ctx.generators[key]
    bits = ctx.sign(ctx, {((key, 1),): 1}) if e < 0 or e.denominator != 1 else NONNEGATIVE | NONZERO
    if e < 0 and not bits & NONZERO:
        return False
    if e.denominator != 1 and not bits & NONNEGATIVE:
        return False
    kind, parts = gen.kind, gen.parts
    if kind in "adg":
        return in_range(ctx, parts[1] if kind == "a" else parts)
    if kind in "vc":
        return True
    if kind == "f":
        return parts[0] in TOTAL and all(defined(ctx, a) for a in parts[1])
    if kind == "q":
        return in_range(ctx, parts[1]) and defined(ctx, parts[2])
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


def differ(ctx: Context, left: Place, right: Place) -> bool:
    """Whether two indices are known to differ: two numbers, or by hypothesis."""
    return left != right and (left[0] == right[0] == LITERAL or frozenset((left, right)) in ctx.distinct)


def in_range(ctx: Context, at: Iterable[Place]) -> bool:
    """Whether every literal index is seen to lie within its dimension."""
    return all(
        p[0] or p[1].isdecimal() or bool(ctx.sign(ctx, add(variable(ctx, p[1]), {(): -p[2]})) & NONNEGATIVE) for p in at
    )
