"""Functions about whole numbers in normal form: factorial, binomial, gamma (G8); floor, ceiling (G9)."""

from __future__ import annotations

from fractions import Fraction
from math import comb
from math import factorial as whole_factorial

from derive.kernel.context import NONNEGATIVE, POSITIVE, Context, Monomial, Polynomial, Rational
from derive.kernel.functions import function, logarithm, symbolic_power
from derive.kernel.polynomial import ONE, add, constant, scale, subtract
from derive.kernel.ring import multiply, power, product, split_delta
from derive.kernel.spelling import opaque

MOST_STEPS = 40
LARGEST = 400
ABOVE = 3
HALF = Fraction(1, 2)


def factorial(ctx: Context, x: Polynomial) -> Polynomial:
    """factorial(m + c) by factorial(m), as (m + c)! = (m + c)*...*(m + 1)*m! wherever both are defined (G8)."""
    number = constant(x)
    if number is not None and number.denominator == 1 and 0 <= int(number) <= LARGEST:
        return {(): whole_factorial(int(number))}
    shift = Fraction(x.get((), 0))
    if split_delta(ctx, x) is not None or shift.denominator != 1 or not 0 < abs(shift) <= MOST_STEPS:
        return function(ctx, "factorial", (x,))
    rest = subtract(x, {(): shift})
    base = function(ctx, "factorial", (rest,))
    if shift < 0:
        # Defined for x >= 0 only, so that rest >= -shift and no factor is 0.
        ctx.use("G8")
        steps = (add(rest, {(): -j} if j else {}) for j in range(-int(shift)))
        return multiply(ctx, base, power(ctx, product(ctx, steps), -1))
    if not ctx.sign(ctx, rest) & NONNEGATIVE:
        return function(ctx, "factorial", (x,))
    ctx.use("G8")
    return product(ctx, [base, *(add(rest, {(): j}) for j in range(1, int(shift) + 1))])


def gamma(ctx: Context, x: Polynomial) -> Polynomial:
    """gamma(t + 1) = t*gamma(t) for t > 0; gamma(m) = factorial(m - 1) for whole m; gamma(1/2) = sqrt(pi) (G8)."""
    if split_delta(ctx, x) is not None:
        return function(ctx, "gamma", (x,))
    if is_whole(ctx, x):
        # Defined for x >= 1 only.
        ctx.use("G8")
        return factorial(ctx, subtract(x, ONE))
    shift = Fraction(x.get((), 0))
    whole = shift.numerator // shift.denominator
    rest = subtract(x, {(): whole} if whole else {})
    if constant(rest) == HALF and abs(whole) <= MOST_STEPS:
        ctx.use("G8")
        factor = _rising(HALF, whole) if whole >= 0 else 1 / _rising(HALF + whole, -whole)
        return scale(power(ctx, opaque(ctx, "c", "pi"), HALF), factor)
    between = subtract(x, {(): HALF})
    if is_whole(ctx, between) and ctx.sign(ctx, between) & NONNEGATIVE:
        ctx.use("G8")
        return _at_half(ctx, between)
    if ctx.sign(ctx, rest) & POSITIVE != POSITIVE:
        return _from_above(ctx, rest, whole)
    if not 0 < whole <= MOST_STEPS:
        return function(ctx, "gamma", (x,))
    ctx.use("G8")
    return product(ctx, [function(ctx, "gamma", (rest,)), *(add(rest, {(): j} if j else {}) for j in range(whole))])


def _at_half(ctx: Context, m: Polynomial) -> Polynomial:
    """gamma(m + 1/2) = sqrt(pi)*(2*m)!/(4**m*m!) for a whole number m >= 0 (G8)."""
    below = multiply(ctx, symbolic_power(ctx, {(): 4}, m, True), factorial(ctx, m))
    above = multiply(ctx, power(ctx, opaque(ctx, "c", "pi"), HALF), factorial(ctx, scale(m, 2)))
    return multiply(ctx, above, power(ctx, below, -1))


def _from_above(ctx: Context, rest: Polynomial, whole: int) -> Polynomial:
    """gamma(t) = gamma(t + j)/(t*(t + 1)*..*(t + j - 1)): where the left side has a value no factor is 0 (G8)."""
    steps = ABOVE - whole
    if constant(rest) is not None or not 0 < steps <= MOST_STEPS:
        return function(ctx, "gamma", (add(rest, {(): whole} if whole else {}),))
    ctx.use("G8")
    below = product(ctx, (add(rest, {(): whole + j} if whole + j else {}) for j in range(steps)))
    return multiply(ctx, function(ctx, "gamma", (add(rest, {(): ABOVE}),)), power(ctx, below, -1))


def _rising(start: Fraction, steps: int) -> Fraction:
    total = Fraction(1)
    for j in range(steps):
        total *= start + j
    return total


def log_gamma(ctx: Context, x: Polynomial) -> Polynomial:
    """log(gamma(t)), defined for t > 0."""
    return logarithm(ctx, gamma(ctx, x)) if split_delta(ctx, x) is None else function(ctx, "loggamma", (x,))


def binomial(ctx: Context, args: tuple[Polynomial, ...]) -> Polynomial:
    """binomial(m, c) = m*(m - 1)*...*(m - c + 1)/c!, also for m < c; binomial(m, j) by factorials for j <= m (G8)."""
    top, bottom = args
    if any(split_delta(ctx, a) is not None for a in args):
        return function(ctx, "binomial", args)
    for chosen in (bottom, subtract(top, bottom)):
        number = constant(chosen)
        if number is None or number.denominator != 1 or not 0 <= number <= MOST_STEPS:
            continue
        size = constant(top)
        if size is not None:
            natural = size.denominator == 1 and 0 <= size <= LARGEST
            return {(): comb(int(size), int(number))} if natural else function(ctx, "binomial", args)
        ctx.use("G8")
        falling = product(ctx, (subtract(top, {(): j} if j else {}) for j in range(int(number))))
        return scale(falling, Fraction(1, whole_factorial(int(number))))
    if not _is_nonnegative(ctx, subtract(top, bottom)):
        return function(ctx, "binomial", args)
    ctx.use("G8")
    below = multiply(ctx, factorial(ctx, bottom), factorial(ctx, subtract(top, bottom)))
    return multiply(ctx, factorial(ctx, top), power(ctx, below, -1))


def _is_nonnegative(ctx: Context, poly: Polynomial) -> bool:
    """Whether a polynomial is at least 0, also as a whole number above -1 (N4)."""
    if ctx.sign(ctx, poly) & NONNEGATIVE:
        return True
    if not is_whole(ctx, poly) or ctx.sign(ctx, add(poly, ONE)) & POSITIVE != POSITIVE:
        return False
    ctx.use("N4")
    return True


def floor(ctx: Context, x: Polynomial) -> Polynomial:
    """floor(t + m) = floor(t) + m for a whole number m (G9)."""
    if split_delta(ctx, x) is not None:
        return function(ctx, "floor", (x,))
    whole = {m: c for m, c in x.items() if m and c.denominator == 1 and _is_whole_monomial(ctx, m)}
    rest = {m: c for m, c in x.items() if m not in whole}
    number = Fraction(rest.pop((), 0))
    below: Rational = number.numerator // number.denominator
    if below:
        whole = add(whole, {(): below})
    if number != below:
        rest[()] = number - below
    ctx.use("G9")
    return whole if not any(rest) else add(whole, function(ctx, "floor", (rest,)))


def ceiling(ctx: Context, x: Polynomial) -> Polynomial:
    """ceiling(t) = -floor(-t) (G9)."""
    return scale(floor(ctx, scale(x, -1)), -1)


def is_whole(ctx: Context, poly: Polynomial) -> bool:
    """Whether a polynomial is seen to be a whole number."""
    return all(c.denominator == 1 and _is_whole_monomial(ctx, mono) for mono, c in poly.items())


def _is_whole_monomial(ctx: Context, mono: Monomial) -> bool:
    return all(e > 0 and e.denominator == 1 and _is_whole_generator(ctx, key) for key, e in mono)


def _is_whole_generator(ctx: Context, key: str) -> bool:
    parts = ctx.generators[key].parts
    if key[0] in "va":
        return parts[0] in ctx.integers and parts[0] not in ctx.suspended
    return key[0] == "f" and parts[0] in ("floor", "factorial", "binomial")
