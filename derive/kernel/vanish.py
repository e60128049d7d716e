"""Whether a polynomial is 0 where it is defined: the zero test, then what functions of constants and angles add."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations
from math import lcm

from derive.kernel.algebraic import is_algebraic, without_zeros
from derive.kernel.angles import is_zero_angle
from derive.kernel.bits import times
from derive.kernel.cases import by_cases
from derive.kernel.context import NONNEGATIVE, NONPOSITIVE, ZERO, Context, Polynomial
from derive.kernel.functions import exponential
from derive.kernel.periods import whole_sign
from derive.kernel.polynomial import add, magnitude, scale, subtract
from derive.kernel.ring import multiply, open_bound, power, renew, replace_generators
from derive.kernel.spelling import names, opaque
from derive.kernel.sums import sum_over
from derive.kernel.zero import Equations, remainder

NO_EQUATIONS = Equations()
MOST_ROOTS = 6
MOST_COEFFICIENT = 12
SQUARINGS = 2


def reduced(ctx: Context, poly: Polynomial, equations: Equations) -> Polynomial:
    """What is left of a polynomial once denominators, hypotheses, roots and constants are seen through."""
    units = dict(ctx.angle_units)
    rest = remainder(ctx, poly, equations)
    if rest and ctx.angle_units != units:
        # The basic angles became finer on the way.
        rest = remainder(ctx, renew(ctx, rest, names(ctx, rest)), equations)
    if rest:
        rest = without_zeros(ctx, rest)
    for other in (_with_joined_roots, _with_signs_below_sums):
        written = other(ctx, rest)
        if written is not None:
            rest = remainder(ctx, written, equations)
    return rest


def vanishes(ctx: Context, poly: Polynomial, equations: Equations = NO_EQUATIONS) -> bool:
    """Whether a polynomial is seen to be 0 at every admissible point at which it is defined."""
    return _vanishes(ctx, reduced(ctx, poly, equations), equations)


def _vanishes(ctx: Context, rest: Polynomial, equations: Equations, squarings: int = SQUARINGS) -> bool:
    if not rest:
        return True

    def simpler(case: Context, part: Polynomial) -> bool:
        left = reduced(case, part, equations)
        return not left or by_cases(case, left, lambda c, p: not reduced(c, p, equations))

    if is_zero_angle(ctx, rest, simpler) or _by_exponential(ctx, rest, equations):
        return True
    return _by_squares(ctx, rest, equations, squarings)


def seen_to_vanish(ctx: Context, poly: Polynomial, equations: Equations) -> Polynomial:
    """What is left of a polynomial; empty where it is 0, if need be case by case (K2)."""
    rest = reduced(ctx, poly, equations)
    if not rest or _vanishes(ctx, rest, equations) or whole_sign(ctx, rest) & ZERO == ZERO:
        return {}
    if by_cases(ctx, rest, lambda case, part: vanishes(case, part, equations)):
        return {}
    return rest


def _by_exponential(ctx: Context, poly: Polynomial, equations: Equations) -> bool:
    """O10: a sum with whole multiples of logarithms is 0 where its exponential is 1."""
    logs = {m: c for m, c in poly.items() if len(m) == 1 and m[0][0][0] == "l" and m[0][1] == 1}
    if not logs or any(key[0] == "l" for m in poly if m not in logs for key, _ in m):
        return False
    common = lcm(*(c.denominator for c in logs.values()))
    if any(magnitude(c * common) > MOST_COEFFICIENT for c in logs.values()):
        return False
    ctx.use("O10")
    above = scale({m: c for m, c in poly.items() if c > 0}, common)
    below = scale({m: -c for m, c in poly.items() if c < 0}, common)
    rest = reduced(ctx, subtract(exponential(ctx, above), exponential(ctx, below)), equations)
    return not rest or _by_squares(ctx, rest, equations, SQUARINGS)


def _by_squares(ctx: Context, poly: Polynomial, equations: Equations, squarings: int) -> bool:
    """O9: t = u where t and u are of one sign and t**2 = u**2; t is what stands beside one of the square roots."""
    if not squarings or any(key[0] in "dg" for mono in poly for key, _ in mono):
        return False
    roots = {key for mono in poly for key, e in mono if key[0] == "b" and e.denominator == 2}
    for root in sorted(roots, key=lambda key: (-len(key), key))[:MOST_ROOTS]:
        first = {mono: c for mono, c in poly.items() if dict(mono).get(root, 0).denominator == 2}
        second = subtract(first, poly)
        gap = subtract(multiply(ctx, first, first), multiply(ctx, second, second))
        if _vanishes(ctx, reduced(ctx, gap, equations), equations, squarings - 1) and _same_sign(ctx, first, second):
            ctx.use("O9")
            return True
    return False


def _same_sign(ctx: Context, left: Polynomial, right: Polynomial) -> bool:
    return bool(times(_sign_by_squares(ctx, left), _sign_by_squares(ctx, right)) & NONNEGATIVE)


def _sign_by_squares(ctx: Context, poly: Polynomial) -> int:
    """O9: a - b >= 0 where a >= 0 and a**2 >= b**2."""
    bits = ctx.sign(ctx, poly)
    for turned, found in ((1, NONNEGATIVE), (-1, NONPOSITIVE)):
        above = {mono: c for mono, c in poly.items() if ctx.sign(ctx, {mono: c * turned}) & NONNEGATIVE}
        if not bits & ZERO and 0 < len(above) < len(poly):
            below = subtract(above, poly)
            gap = subtract(multiply(ctx, above, above), multiply(ctx, below, below))
            bits |= found if ctx.sign(ctx, gap) & NONNEGATIVE else 0
    return bits


def _with_signs_below_sums(ctx: Context, poly: Polynomial) -> Polynomial | None:
    """G7: Abs(t) as t*sign(t) below sums that hold sign(t) too; no split on the sign of t reaches there."""
    sums = {k for mono in poly for k, _ in mono if k[0] == "s"}
    factors = [{key for key, _ in ctx.generators[k].parts[1].mono} for k in sorted(sums)]
    if not all(any(key[0] == kind for found in factors for key in found) for kind in "hz"):
        return None
    new: dict[str, Polynomial] = {}
    for key in sorted(sums):
        gen = ctx.generators[key]
        body, fresh = open_bound(ctx, gen.parts[0], {gen.parts[1].mono: 1})
        moduli = {k for mono in body for k, e in mono if k[0] == "h" and e == 1}
        if moduli:
            new[key] = sum_over(ctx, fresh, replace_generators(ctx, body, {k: _signed(ctx, k) for k in moduli}))
    ctx.use("G7")
    return replace_generators(ctx, poly, new) if new else None


def _signed(ctx: Context, key: str) -> Polynomial:
    inner: Polynomial = ctx.generators[key].parts[0]
    return multiply(ctx, inner, opaque(ctx, "z", inner))


def _with_joined_roots(ctx: Context, poly: Polynomial) -> Polynomial | None:
    """A root of a product of two other radicands as the product of their roots (P7); None where there is none."""
    keys = sorted(
        {k for mono in poly for k, e in mono if k[0] == "b" and e.denominator == 2 and not is_algebraic(ctx, k)}
    )
    for whole, left, right in permutations(keys if len(keys) <= MOST_ROOTS else (), 3):
        ratio = _ratio(ctx, whole, left, right) if left < right else None
        if ratio is not None:
            ctx.use("P7")
            return _joined(ctx, poly, whole, {left, right}, ratio)
    return None


def _ratio(ctx: Context, whole: str, left: str, right: str) -> Fraction | None:
    """c > 0 with whole = c * left * right, multiplied out; both parts are >= 0, their roots being defined."""
    total, *parts = (ctx.generators[k].parts[0] for k in (whole, left, right))
    made = multiply(ctx, *parts)
    lead = next(iter(total))
    c = Fraction(total[lead]) / Fraction(made[lead]) if lead in made else Fraction(0)
    return c if c > 0 and scale(made, c) == total else None


def _joined(ctx: Context, poly: Polynomial, whole: str, parts: set[str], ratio: Fraction) -> Polynomial:
    total: Polynomial = {}
    for mono, c in poly.items():
        e = dict(mono).get(whole, 0)
        if e:
            roots = multiply(ctx, power(ctx, {(): ratio}, e), {tuple(sorted((key, e) for key in parts)): 1})
            total = add(total, scale(multiply(ctx, {tuple(f for f in mono if f[0] != whole): 1}, roots), c))
        else:
            total = add(total, {mono: c})
    return total
