"""exp, log, sign, Max, symbolic powers, and the functions that have no normal form of their own (rules P and G)."""

from __future__ import annotations

from fractions import Fraction

from derive.kernel.context import (
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    ZERO,
    Context,
    Monomial,
    OpenBase,
    Polynomial,
    Rational,
    Stuck,
    Undefined,
)
from derive.kernel.division import reduce_fractions
from derive.kernel.polynomial import ONE, add, constant, magnitude, rational_factors, scale, subtract
from derive.kernel.ring import (
    absolute,
    factored_unit,
    float_delta,
    inside,
    leads_negative,
    multiply,
    power,
    product,
    settle,
    split_delta,
    unit,
)
from derive.kernel.spelling import NO_NAMES, NOTHING, Factors, intern, opaque, opaque_key

ODD = {"sin", "atan", "asinh", "atanh", "asin", "erf", "cbrt"}
EVEN = {"cos"}
AT_ZERO: dict[str, Polynomial] = {**{name: {} for name in ODD}, "cos": ONE}


def exponential(ctx: Context, poly: Polynomial) -> Polynomial:
    """exp of a polynomial: a product of powers of exp of its monomials; exp of c*log q is q**c (P1, P2)."""
    split = split_delta(ctx, poly)
    if split is not None:
        return float_delta(ctx, split, lambda part: exponential(ctx, part), poly)
    if any(key[0] == "b" for mono in poly for key, _ in mono):
        poly = reduce_fractions(ctx, None, poly)
    factors: list[Polynomial] = []
    for mono, c in sorted(poly.items()):
        if len(mono) == 1 and mono[0][0][0] == "l" and mono[0][1] == 1:
            ctx.use("P2")
            factors.append(power(ctx, ctx.generators[mono[0][0]].parts[0], c))
        else:
            ctx.use("P1")
            factors.append({((opaque_key(ctx, "e", Factors(mono)), c),): 1})
    return factors[0] if len(factors) == 1 else product(ctx, factors)


def logarithm(ctx: Context, poly: Polynomial) -> Polynomial:
    """log of a polynomial, which is positive where it is defined; splits over factors seen to be positive (P3, P4)."""
    split = split_delta(ctx, poly)
    if split is not None:
        return float_delta(ctx, split, lambda part: logarithm(ctx, part), poly)
    if not poly:
        raise Undefined("log of zero")
    c, mono, rest = factored_unit(ctx, poly)
    if not mono and rest == ONE and c <= 0:
        raise Undefined("log of a number that is not positive")
    total, left, negative = _log_of_factors(ctx, c, mono)
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


def _log_of_factors(ctx: Context, c: Rational, mono: Monomial) -> tuple[Polynomial, list[tuple[str, Rational]], bool]:
    """The log of what splits off a number and a monomial; the factors that do not; and whether a minus is left."""
    total: Polynomial = {}
    for prime, times in rational_factors(magnitude(c)):
        total = add(total, scale(_log_generator(ctx, {(): prime}), times))
    negative = c < 0
    left: list[tuple[str, Rational]] = []
    for key, e in mono:
        part, odd, flip = _log_of_generator(ctx, key, e)
        total, negative = add(total, part), negative != flip
        if odd:
            left.append((key, odd))
    return total, left, negative


def _log_of_generator(ctx: Context, key: str, e: Rational) -> tuple[Polynomial, Rational, bool]:
    """log of ``generator**e``: what splits off, the exponent that stays inside, and whether the sign flips."""
    gen = ctx.generators[key]
    if gen.kind == "e":
        ctx.use("P2")
        return {gen.parts[0].mono: e}, 0, False
    base = inside(ctx, key)
    bits = ctx.sign(ctx, base)
    if bits & NONNEGATIVE or e.denominator != 1:
        # A non-negative factor of something positive is positive.
        ctx.use("P4")
        return scale(_log_generator(ctx, base), e), 0, False
    if e % 2 == 0:
        ctx.use("P4")
        return scale(logarithm(ctx, absolute(ctx, base)), e), 0, False
    if bits & NONPOSITIVE:
        ctx.use("P4")
        return scale(_log_generator(ctx, scale(base, -1)), e), 0, True
    return {}, e, False


def _log_generator(ctx: Context, poly: Polynomial) -> Polynomial:
    if poly == ONE:
        return {}
    if len(poly) == 1:
        ((mono, c),) = poly.items()
        if c == 1 and len(mono) == 1 and mono[0][0][0] == "e":
            return {ctx.generators[mono[0][0]].parts[0].mono: mono[0][1]}
    return opaque(ctx, "l", poly)


def signum(ctx: Context, poly: Polynomial) -> Polynomial:
    """sign of a polynomial, factor by factor (G7)."""
    split = split_delta(ctx, poly)
    if split is not None:
        return float_delta(ctx, split, lambda part: signum(ctx, part), poly)
    if not poly:
        return {}
    ctx.use("G7")
    c, mono, rest = factored_unit(ctx, poly)
    if not c:
        return {}
    result: Polynomial = {(): 1 if c > 0 else -1}
    for key, e in mono:
        factor = _sign_of_factor(ctx, inside(ctx, key))
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
        return float_delta(ctx, split, lambda b, e: symbolic_power(ctx, b, e, whole), base, exponent)
    number = constant(base)
    if whole and number is not None and number < 0 and number != -1:
        sign = symbolic_power(ctx, {(): -1}, exponent, True)
        return multiply(ctx, sign, symbolic_power(ctx, {(): -number}, exponent, True))
    bits = ctx.sign(ctx, base)
    if bits & ZERO == ZERO:
        if ctx.sign(ctx, exponent) & POSITIVE == POSITIVE:
            return {}
        raise Stuck("open obligation", "a power of zero")
    if bits & POSITIVE == POSITIVE:
        ctx.use("P6")
        return exponential(ctx, multiply(ctx, exponent, logarithm(ctx, base)))
    ctx.unknown += 1
    if not whole:
        raise OpenBase(base)
    return _integer_power(ctx, base, exponent)


def _integer_power(ctx: Context, base: Polynomial, exponent: Polynomial) -> Polynomial:
    """A power of a base of any sign; a whole-number part of the exponent splits off only where it may (P5)."""
    if constant(base) == -1:
        return _power_of_minus_one(ctx, exponent)
    c, factors, core = unit(ctx, base)
    if len(factors) + (core != ONE) + (c != 1) > 1 or (factors and factors[0][1] != 1):
        # (t*u)**a = t**a * u**a, and (t**e)**a = t**(e*a) for whole e and a (P5).
        ctx.use("P5")
        powers = [symbolic_power(ctx, {(): c}, exponent, True), _power_of_core(ctx, core, exponent)]
        return product(ctx, powers + [_power_of_generator(ctx, key, e, exponent) for key, e in factors])
    return _by_exponent(ctx, base, exponent)


def _power_of_core(ctx: Context, core: Polynomial, exponent: Polynomial) -> Polynomial:
    """Of what ``unit`` leaves: its own unit may be -1, where more is known of its negative, and so on for ever."""
    bits = ctx.sign(ctx, core)
    settled = core == ONE or bits & POSITIVE == POSITIVE or bits & ZERO == ZERO
    return symbolic_power(ctx, core, exponent, True) if settled else _by_exponent(ctx, core, exponent)


def _by_exponent(ctx: Context, base: Polynomial, exponent: Polynomial) -> Polynomial:
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
    base = inside(ctx, key)
    if e.denominator != 1:
        if ctx.sign(ctx, base) & POSITIVE != POSITIVE:
            ctx.unknown += 1
            return opaque(ctx, "p", {((key, e),): 1}, exponent)
        return exponential(ctx, multiply(ctx, scale(exponent, e), logarithm(ctx, base)))
    return symbolic_power(ctx, base, scale(exponent, e), True)


def _power_of_minus_one(ctx: Context, exponent: Polynomial) -> Polynomial:
    """(-1)**(2*m + 1) = -1 for a whole number m."""
    if any(v.denominator != 1 for v in exponent.values()):
        return opaque(ctx, "p", {(): -1}, exponent)
    sign = -1 if exponent.get((), 0) % 2 else 1
    odd: Polynomial = {}
    for mono, v in exponent.items():
        if mono and v % 2:
            # m**e and m have one parity for whole m and e >= 1, and twice a whole number has none.
            odd = add(odd, {_to_parity(ctx, mono): 1})
    odd = {m: 1 for m, v in odd.items() if v % 2}
    return scale(opaque(ctx, "p", {(): -1}, odd), sign) if odd else {(): sign}


def _to_parity(ctx: Context, mono: Monomial) -> Monomial:
    whole = all(key[0] == "v" and ctx.generators[key].parts[0] in ctx.integers and e > 0 for key, e in mono)
    return tuple((key, 1) for key, _ in mono) if whole and all(e.denominator == 1 for _, e in mono) else mono


def function(ctx: Context, name: str, args: tuple[Polynomial, ...]) -> Polynomial:
    """A function of the signature that has no normal form of its own."""
    split = next((s for a in args if (s := split_delta(ctx, a)) is not None), None)
    if split is not None:
        return float_delta(ctx, split, lambda *parts: function(ctx, name, parts), *args)
    if len(args) == 1 and name in ODD | EVEN:
        if not args[0]:
            return dict(AT_ZERO[name])
        if leads_negative(ctx, args[0]):
            ctx.use("G1")
            flipped = opaque(ctx, "f", name, (scale(args[0], -1),))
            return scale(flipped, -1) if name in ODD else flipped
    return opaque(ctx, "f", name, args)


def number_constant(ctx: Context, name: str) -> Polynomial:
    """``pi`` or ``E``."""
    if name == "E":
        return exponential(ctx, ONE)
    return {((intern(ctx, "c", (name,), NOTHING, NO_NAMES), 1),): 1}
