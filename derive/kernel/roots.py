"""Signs of polynomials in one value, and in the cosine and sine of one angle (rules O20, O21).

With t = tan(u/2), cos(u) = (1 - t**2)/(1 + t**2) and sin(u) = 2*t/(1 + t**2) for every u that is not an odd multiple of
pi; there the cosine is -1. What is left is a polynomial in one value, whose roots on an interval are counted exactly
(Sturm).
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, lcm

from msgspec import Struct

from derive.kernel.context import NONNEGATIVE, NONPOSITIVE, NONZERO, POSITIVE, UNKNOWN, ZERO, Context, Polynomial

Coefficients = list[Fraction]
MOST_DEGREE = 24
MOST_WHOLE = 500


class Range(Struct, frozen=True):
    """Where a value lies: between two ends, None where there is none; ``open_low`` where the end is left out."""

    low: Fraction | None = None
    high: Fraction | None = None
    open_low: bool = False
    open_high: bool = False


def sign_by_roots(ctx: Context, poly: Polynomial) -> int:
    """The sign of a polynomial with rational coefficients in one value, or in the cosine and the sine of one angle."""
    keys = sorted({key for mono in poly for key, _ in mono})
    if not 1 <= len(keys) <= 2 or len(poly) < 2:
        return UNKNOWN
    turning = all(_is_part_of_turn(ctx, key) for key in keys)
    if len(keys) == 1:
        known = _bounded(ctx.sign(ctx, {((keys[0], 1),): 1}), turning)
        return _of_values(ctx, poly, keys[0], known if turning else _narrowed(ctx, keys[0], known))
    whole = all(e.denominator == 1 and e > 0 for mono in poly for _, e in mono)
    same = turning and whole and len({ctx.generators[key].key.partition("(")[2][3:] for key in keys}) == 1
    if not same or 2 * max(sum(e for _, e in mono) for mono in poly) > MOST_DEGREE:
        return UNKNOWN
    ctx.spend(10)
    ctx.use("O20")
    return ctx.note(poly, _on_circle(ctx, poly, *keys), "circle", *keys)


def _is_part_of_turn(ctx: Context, key: str) -> bool:
    return key[0] == "f" and ctx.generators[key].parts[0] in ("cos", "sin")


def _of_values(ctx: Context, poly: Polynomial, key: str, where: Range) -> int:
    """O21 in a root of the value where it has fractional powers, and without its lowest power where that is one."""
    exponents = [Fraction(dict(mono).get(key, 0)) for mono in poly]
    common, least = lcm(*(e.denominator for e in exponents)), min([Fraction(0), *exponents])
    most = (max([Fraction(0), *exponents]) - least) * common
    if most > MOST_DEGREE or (common > 1 and where != Range(Fraction(0), None, where.open_low)):
        return UNKNOWN
    coefficients = [Fraction(0)] * (int(most) + 1)
    for mono, c in poly.items():
        coefficients[int((Fraction(dict(mono).get(key, 0)) - least) * common)] += Fraction(c)
    ctx.spend(10)
    below = ctx.sign(ctx, {((key, -least),): 1}) if least else POSITIVE
    if not below & NONNEGATIVE:
        return UNKNOWN
    ctx.use("O21")
    found = sign_of_values(coefficients, where)
    name = ctx.generators[key].parts[0] if key[0] == "v" else ""
    if found & ZERO or least or name not in ctx.integers or name in ctx.suspended:
        return ctx.note(poly, found, "roots", key, common, least, where, coefficients)
    ctx.use("O17")
    return _at_whole_numbers(ctx, coefficients, where, ctx.least.get(name))


def _at_whole_numbers(ctx: Context, p: Coefficients, where: Range, least: int | None) -> int:
    """The sign at every whole number of a range: beyond the bound of all roots it is that at the bound (Cauchy)."""
    bound = 2 + max(int(abs(c / p[-1])) for c in p)
    if bound > MOST_WHOLE or not p[-1]:
        return UNKNOWN
    low = max(-bound, -bound if where.low is None else floor(where.low), -bound if least is None else least)
    high = min(bound, bound if where.high is None else ceil(where.high))
    # A range wholly beyond the bound has the sign at the bound.
    low, high = min(low, bound), max(high, -bound)
    if low > high:
        return UNKNOWN
    ctx.spend(high - low)
    values = [_value(p, Fraction(n)) for n in range(low, high + 1)]
    bits = NONZERO if all(values) else UNKNOWN
    if all(v >= 0 for v in values):
        return bits | NONNEGATIVE
    return bits | NONPOSITIVE if all(v <= 0 for v in values) else bits


def _narrowed(ctx: Context, key: str, known: Range) -> Range:
    """The range of a variable with the numbers between which the hypotheses put it."""
    low, high = (known.low, known.open_low), (known.high, known.open_high)
    name = ctx.generators[key].parts[0] if key[0] == "v" else ""
    if not name or name in ctx.suspended:
        return known
    for fact in [f for bucket in ctx.facts.values() for f in bucket]:
        c = Fraction(fact.polynomial.get(((key, 1),), 0))
        if not c or set(fact.polynomial) - {((key, 1),), ()} or not fact.bits & ZERO or fact.bits & ZERO == ZERO:
            continue
        end, strict = -Fraction(fact.polynomial.get((), 0)) / c, bool(fact.bits & NONZERO)
        if bool(fact.bits & NONNEGATIVE) == (c > 0):
            low = (end, strict) if low[0] is None or end > low[0] else low
        else:
            high = (end, strict) if high[0] is None or end < high[0] else high
    if low[0] is not None and high[0] is not None and low[0] >= high[0]:
        return known
    return Range(low[0], high[0], low[1], high[1])


def _bounded(bits: int, turning: bool) -> Range:
    """The range of a value whose sign is known, of a sine or a cosine perhaps."""
    size = Fraction(1) if turning else None
    low = Fraction(0) if bits & NONNEGATIVE else None if size is None else -size
    high = Fraction(0) if bits & NONPOSITIVE and not bits & NONNEGATIVE else size
    strict = bool(bits & NONZERO)
    return Range(low, high, strict and low == 0, strict and high == 0)


def _on_circle(ctx: Context, poly: Polynomial, cosine: str, sine: str) -> int:
    """O20 by t = tan(u/2); t >= 0 where the sine is, -1 <= t <= 1 where the cosine is >= 0."""
    degree = int(max(sum(e for _, e in mono) for mono in poly))
    total: Coefficients = []
    for mono, c in poly.items():
        i, j = (int(dict(mono).get(key, 0)) for key in (cosine, sine))
        term = product_of([Fraction(c)], _power([Fraction(1), Fraction(0), Fraction(-1)], i))
        term = product_of(term, _power([Fraction(0), Fraction(2)], j))
        total = sum_of(total, product_of(term, _power([Fraction(1), Fraction(0), Fraction(1)], degree - i - j)))
    across, along = (ctx.sign(ctx, {((key, 1),): 1}) for key in (sine, cosine))
    bits = sign_of_values(total, _half_angles(across, along))
    if along & NONNEGATIVE or across & NONZERO:
        return bits
    # The angles that t leaves out, where the cosine is -1 and the sine 0: what holds around them holds there weakly.
    there = sum(c * (-1) ** int(dict(m).get(cosine, 0)) for m, c in poly.items() if sine not in dict(m))
    return bits if there else bits & ~NONZERO


def _half_angles(across: int, along: int) -> Range:
    low, high = (Fraction(-1), Fraction(1)) if along & NONNEGATIVE else (None, None)
    strict = bool(along & NONZERO) and low is not None
    if across & NONNEGATIVE:
        return Range(Fraction(0), high, bool(across & NONZERO), strict)
    if across & NONPOSITIVE:
        return Range(low, Fraction(0), strict, bool(across & NONZERO))
    return Range(low, high, strict, strict)


# --- polynomials in one value ---


def sign_of_values(p: Coefficients, where: Range) -> int:
    """The sign of a polynomial on a range, by counting its roots there (O21); UNKNOWN where it has both signs."""
    p = _trimmed(p)
    if not p:
        return ZERO
    if len(p) - 1 > MOST_DEGREE or (where.low is not None and where.low == where.high):
        return UNKNOWN
    point = _inside(where)
    while not _value(p, point):
        point = _between(where, point)
    for root_of_odd_order in _odd_parts(p):
        if _roots_inside(root_of_odd_order, where):
            return UNKNOWN
    bits = NONNEGATIVE if _value(p, point) > 0 else NONPOSITIVE
    ends = ((where.low, where.open_low), (where.high, where.open_high))
    touches = any(end is not None and not is_open and not _value(p, end) for end, is_open in ends)
    return bits if touches or _roots_inside(_square_free(p), where) else bits | NONZERO


def _inside(where: Range) -> Fraction:
    if where.low is not None and where.high is not None:
        return (where.low + where.high) / 2
    return where.low + 1 if where.low is not None else where.high - 1 if where.high is not None else Fraction(0)


def _between(where: Range, point: Fraction) -> Fraction:
    """Another point of a range, nearer to its upper end."""
    return (point + where.high) / 2 if where.high is not None else point + 1


def _odd_parts(p: Coefficients) -> list[Coefficients]:
    """The square-free factors of odd multiplicity, by repeated common divisors (Yun)."""
    if len(p) == 2:
        return [p]
    found: list[Coefficients] = []
    common = _common(p, _slope(p))
    simple, order = _quotient(p, common), 1
    while len(simple) > 1:
        shared = _common(simple, common)
        if order % 2:
            found.append(_quotient(simple, shared))
        common, simple, order = _quotient(common, shared), shared, order + 1
    return [q for q in found if len(q) > 1]


def without_squares(p: Coefficients) -> tuple[Coefficients, Coefficients]:
    """``g, h`` with p = g * h**2 and g without multiple roots."""
    simple = [Fraction(1)]
    for part in _odd_parts(p):
        simple = product_of(simple, part)
    simple = [c * p[-1] / simple[-1] for c in simple]
    square, root = _quotient(p, simple), [Fraction(1)]
    while len(square) > 1:
        part = _square_free(square)
        root, square = product_of(root, part), _quotient(square, product_of(part, part))
    return simple, root


def _square_free(p: Coefficients) -> Coefficients:
    return p if len(p) == 2 else _quotient(p, _common(p, _slope(p)))


def _roots_inside(p: Coefficients, where: Range) -> int:
    """How many roots a square-free polynomial has strictly inside a range (Sturm)."""
    chain = [p, _slope(p)]
    while len(chain[-1]) > 1:
        rest = _remainder(chain[-2], chain[-1])
        if not rest:
            break
        chain.append([-c for c in rest])
    counted = _changes(chain, where.low, -1) - _changes(chain, where.high, 1)
    # Sturm counts the roots of (low, high].
    return counted - (where.high is not None and not _value(p, where.high))


def _changes(chain: list[Coefficients], at: Fraction | None, far: int) -> int:
    values = [_value(q, at) if at is not None else q[-1] * far ** (len(q) - 1) for q in chain if q]
    signs = [v > 0 for v in values if v]
    return sum(a != b for a, b in pairwise(signs))


def _value(p: Coefficients, at: Fraction) -> Fraction:
    total = Fraction(0)
    for c in reversed(p):
        total = total * at + c
    return total


def _trimmed(p: Coefficients) -> Coefficients:
    while p and not p[-1]:
        p = p[:-1]
    return p


def sum_of(p: Coefficients, q: Coefficients) -> Coefficients:
    """The sum, zeros in front included."""
    width = max(len(p), len(q))
    return [(p[k] if k < len(p) else Fraction(0)) + (q[k] if k < len(q) else Fraction(0)) for k in range(width)]


def product_of(p: Coefficients, q: Coefficients) -> Coefficients:
    """The product."""
    found = [Fraction(0)] * (len(p) + len(q) - 1)
    for i, a in enumerate(p):
        for j, b in enumerate(q):
            found[i + j] += a * b
    return found


def _power(p: Coefficients, e: int) -> Coefficients:
    found = [Fraction(1)]
    for _ in range(e):
        found = product_of(found, p)
    return found


def _slope(p: Coefficients) -> Coefficients:
    return [k * c for k, c in enumerate(p)][1:]


def _divided(p: Coefficients, q: Coefficients) -> tuple[Coefficients, Coefficients]:
    quotient = [Fraction(0)] * max(len(p) - len(q) + 1, 1)
    rest = list(p)
    while len(rest) >= len(q):
        factor, shift = rest[-1] / q[-1], len(rest) - len(q)
        quotient[shift] = factor
        rest = _trimmed([c - (factor * q[k - shift] if k >= shift else 0) for k, c in enumerate(rest)][:-1])
    return quotient, rest


def _remainder(p: Coefficients, q: Coefficients) -> Coefficients:
    return _divided(p, q)[1]


def _quotient(p: Coefficients, q: Coefficients) -> Coefficients:
    return _trimmed(_divided(p, q)[0])


def _common(p: Coefficients, q: Coefficients) -> Coefficients:
    while q:
        p, q = q, _remainder(p, q)
    return [c / p[-1] for c in p]
