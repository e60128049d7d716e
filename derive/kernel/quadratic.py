"""The sign of a polynomial with one root, one modulus or one square, by a discriminant or by squaring (O9, O12)."""

from __future__ import annotations

from derive.kernel.bits import decisive, negated
from derive.kernel.context import (
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    UNKNOWN,
    ZERO,
    Context,
    Polynomial,
    Rational,
)
from derive.kernel.polynomial import scale, subtract
from derive.kernel.ring import inside, multiply, power


def radical(ctx: Context, poly: Polynomial) -> int:
    """O9: a*r + b with r = sqrt(q) or r = Abs(w) has the sign of a where a**2*r**2 > b**2, of b where it is less."""
    roots = sorted({(k, e) for mono in poly for k, e in mono if _is_half(e) or (k[0] == "h" and e == 1)})
    if len(roots) != 1:
        squared = roots or (ctx.lemmas and any(k[0] == "s" for mono in poly for k, _ in mono))
        return _squared(ctx, poly) if squared else UNKNOWN
    ((key, e),) = roots
    around = {tuple(f for f in m if f[0] != key): c for m, c in poly.items() if (key, e) in m}
    apart = {m: c for m, c in poly.items() if (key, e) not in m}
    if any(k == key for part in (around, apart) for m in part for k, _ in m):
        return UNKNOWN
    square = inside(ctx, key) if _is_half(e) else power(ctx, ctx.generators[key].parts[0], 2)
    gap = subtract(multiply(ctx, multiply(ctx, around, around), square), multiply(ctx, apart, apart))
    known = ctx.sign(ctx, gap)
    whole = multiply(ctx, around, {((key, e),): 1})
    if known & NONNEGATIVE and (bits := ctx.sign(ctx, around)) & ZERO:
        ctx.use("O9")
        return ctx.note(poly, (bits & ZERO) | (known & NONZERO), "square", whole, apart)
    if known & NONPOSITIVE and (bits := ctx.sign(ctx, apart)) & ZERO:
        ctx.use("O9")
        return ctx.note(poly, (bits & ZERO) | (known & NONZERO), "square", apart, whole)
    return UNKNOWN


def _is_half(e: Rational) -> bool:
    return e.denominator == 2 and e.numerator == 1


def _squared(ctx: Context, poly: Polynomial) -> int:
    """O9: of two terms >= 0 the larger has the larger square."""
    if len(poly) != 2:
        return UNKNOWN
    (m, c), (n, d) = poly.items()
    if c * d > 0 or not all(ctx.sign(ctx, {x: 1}) & NONNEGATIVE for x in (m, n)):
        return UNKNOWN
    if any(e > 1 for x in (m, n) for _, e in x):
        return UNKNOWN
    ctx.use("O9")
    first, second = (multiply(ctx, {x: v}, {x: v}) for x, v in ((m, c), (n, d)))
    gap = ctx.sign(ctx, subtract(first, second))
    bits = gap if c > 0 else negated(gap)
    terms: tuple[Polynomial, Polynomial] = ({m: c}, {n: d})
    return ctx.note(poly, bits, "square", *(terms if gap & NONNEGATIVE else terms[::-1]))


def quadratic(ctx: Context, poly: Polynomial) -> int:
    """O12: A*g**2 + B*g + C has the sign of A where 4*A*C >= B**2, for a generator g or a power of one."""
    if not ctx.lemmas:
        return UNKNOWN
    exponents: dict[str, set[Rational]] = {}
    for mono in poly:
        for key, e in mono:
            exponents.setdefault(key, set()).add(e)
    for key, found in sorted(exponents.items()):
        held = all(any(k == key for k, _ in mono) for mono in poly)
        degrees = sorted(found if held else found | {0})
        if len(degrees) == 3 and degrees[2] - degrees[1] == degrees[1] - degrees[0]:
            bits = _of_quadratic(ctx, poly, key, degrees)
            if bits:
                return bits
    return UNKNOWN


def _of_quadratic(ctx: Context, poly: Polynomial, key: str, degrees: list[Rational]) -> int:
    positive = ctx.sign(ctx, {((key, 1),): 1}) & POSITIVE == POSITIVE
    if not positive and (degrees[0] % 2 or degrees[1].denominator != 1):
        return UNKNOWN
    parts: list[Polynomial] = [{}, {}, {}]
    for mono, c in poly.items():
        degree = next((e for k, e in mono if k == key), 0)
        parts[degrees.index(degree)][tuple(f for f in mono if f[0] != key)] = c
    low, middle, high = parts
    outer = ctx.sign(ctx, high)
    if not decisive(outer):
        return UNKNOWN
    known = ctx.sign(ctx, subtract(scale(multiply(ctx, high, low), 4), multiply(ctx, middle, middle)))
    if not known & NONNEGATIVE:
        return UNKNOWN
    ctx.use("O12")
    # What stands outside is an even power, which may be 0.
    strict = NONZERO if known & NONZERO and (positive or degrees[0] == 0) else 0
    return ctx.note(poly, (outer & ZERO) | strict, "quadratic", key, degrees, low, middle, high)
