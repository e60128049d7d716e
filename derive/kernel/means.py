"""Inequalities between means (rules O12, O19): sums of squares, and of weighted means less products.

``sum(a_j * m_j) >= c * prod(m_j ** w_j)`` for ``m_j >= 0`` and weights ``w_j > 0`` of sum 1 with
``c <= prod((a_j / w_j) ** w_j)``. Weights and coefficients are searched by linear programming over the rationals; what
was found is multiplied out before it counts.
"""

from __future__ import annotations

from fractions import Fraction
from math import lcm

from msgspec import Struct

from derive.kernel.context import NONNEGATIVE, NONZERO, UNKNOWN, Context, Monomial, Polynomial
from derive.kernel.polynomial import add, merge, scale, subtract
from derive.kernel.programme import Row, maximal
from derive.kernel.ring import multiply

MOST_TERMS = 16
MOST_NEGATIVE = 8
MOST_ATOMS = 6
LARGEST_POWER = 120


class Mean(Struct, frozen=True):
    """``sum(coefficient * term) >= size * below``, the terms with their weights: (term, coefficient, weight)."""

    below: Monomial
    size: Fraction
    terms: tuple[tuple[Monomial, Fraction, Fraction], ...]


def by_means(ctx: Context, poly: Polynomial) -> int:
    """What is seen of the sign of a polynomial: NONNEGATIVE, POSITIVE, or nothing."""
    if not 1 < len(poly) <= MOST_TERMS:
        return UNKNOWN
    ctx.spend(20 * len(poly))
    return _as_squares(ctx, poly) or _as_means(ctx, poly)


# --- weighted means ---


def _as_means(ctx: Context, poly: Polynomial) -> int:
    upper = {m: Fraction(c) for m, c in poly.items() if c > 0 and ctx.sign(ctx, {m: 1}) & NONNEGATIVE}
    lower = {m: Fraction(c) for m, c in poly.items() if m not in upper}
    if not upper or not 0 < len(lower) <= MOST_NEGATIVE:
        return UNKNOWN
    found = _distributed(ctx, upper, lower) or _weighed(upper, lower)
    rest = _without(ctx, poly, found)
    if rest is None:
        return UNKNOWN
    ctx.use("O19")
    bits = NONNEGATIVE | (NONZERO if any(ctx.sign(ctx, {m: 1}) & NONZERO for m in rest) else 0)
    return ctx.note(poly, bits, "means", found, rest)


def _without(ctx: Context, poly: Polynomial, means: tuple[Mean, ...]) -> Polynomial | None:
    """A polynomial less sums that are >= 0, where all that is left are terms >= 0: the check of what was found."""
    if not means or not all(_holds(ctx, mean) for mean in means):
        return None
    for mean in means:
        for term, c, _ in mean.terms:
            poly = subtract(poly, {term: c})
        # Either sign: the product is at least the absolute value of the term.
        poly = subtract(poly, {mean.below: mean.size if poly.get(mean.below, 0) > 0 else -mean.size})
    return poly if all(c > 0 and ctx.sign(ctx, {m: 1}) & NONNEGATIVE for m, c in poly.items()) else None


def _holds(ctx: Context, mean: Mean) -> bool:
    """O19 with all of its conditions."""
    weights = [w for _, _, w in mean.terms]
    positive = all(c > 0 and w > 0 and ctx.sign(ctx, {m: 1}) & NONNEGATIVE for m, c, w in mean.terms)
    if not positive or sum(weights) != 1 or mean.size < 0:
        return False
    keys = {key for term, _, _ in mean.terms for key, _ in term} | {key for key, _ in mean.below}
    for key in keys:
        mixed = sum((w * _exponent(term, key) for term, _, w in mean.terms), Fraction(0))
        if mixed != _exponent(mean.below, key):
            return False
    common = lcm(*(w.denominator for w in weights))
    if common > LARGEST_POWER:
        return False
    product = Fraction(1)
    for _, c, w in mean.terms:
        product *= (c / w) ** int(w * common)
    return mean.size**common <= product


def _exponent(mono: Monomial, key: str) -> Fraction:
    return Fraction(dict(mono).get(key, 0))


def _distributed(ctx: Context, upper: dict[Monomial, Fraction], lower: dict[Monomial, Fraction]) -> tuple[Mean, ...]:
    """Shares of the terms above for each term below, so that as much as may be is left of what is positive."""
    keys = sorted({key for mono in (*upper, *lower) for key, _ in mono})
    above, below = sorted(upper), sorted(lower)
    at = {(b, a): n for n, (b, a) in enumerate((b, a) for b in below for a in above)}
    rows: list[Row] = []
    for b in below:
        rows.append(({at[b, a]: Fraction(1) for a in above}, abs(lower[b])))
        for key in keys:
            rows.append(({at[b, a]: _exponent(a, key) - _exponent(b, key) for a in above}, Fraction(0)))
    gain: dict[int, Fraction] = {}
    for n, a in enumerate(above, len(at)):
        rows.append(({n: Fraction(1), **{at[b, a]: Fraction(1) for b in below}}, upper[a]))
        if ctx.sign(ctx, {a: 1}) & NONZERO:
            gain[n] = Fraction(1)
    ctx.spend(len(rows) * 4)
    shares = maximal(rows, len(at) + len(above), gain)
    if shares is None:
        return ()
    means = []
    for b in below:
        size = abs(lower[b])
        terms = tuple((a, share, share / size) for a in above if (share := shares[at[b, a]]))
        means.append(Mean(b, size, terms))
    return tuple(means)


def _weighed(upper: dict[Monomial, Fraction], lower: dict[Monomial, Fraction]) -> tuple[Mean, ...]:
    """One term below: weights of the terms above that lead to it, each term taken whole."""
    if len(lower) != 1:
        return ()
    ((below, c),) = lower.items()
    above = sorted(upper)
    keys = sorted({key for mono in (*above, below) for key, _ in mono})
    rows: list[Row] = [(dict.fromkeys(range(len(above)), Fraction(1)), Fraction(1))]
    rows += [({n: _exponent(a, key) for n, a in enumerate(above)}, _exponent(below, key)) for key in keys]
    weights = maximal(rows, len(above), {})
    if weights is None:
        return ()
    return (Mean(below, abs(c), tuple((a, upper[a], w) for a, w in zip(above, weights, strict=True) if w)),)


# --- quadratic forms ---


def _as_squares(ctx: Context, poly: Polynomial) -> int:
    """O12: a quadratic polynomial with rational coefficients as a sum of squares, by completing them."""
    left = poly
    squares: list[tuple[Fraction, Polynomial]] = []
    for atom in _atoms(ctx, poly):
        square: Monomial = merge(atom, atom)
        lead = Fraction(left.get(square, 0))
        linear = {m: c for m, c in left.items() if m != square and _divides(atom, m)}
        if lead <= 0:
            if lead < 0 or linear:
                return UNKNOWN
            continue
        inverse = tuple((key, -e) for key, e in atom)
        half: Polynomial = {atom: lead}
        for mono, c in linear.items():
            half = add(half, {merge(mono, inverse): Fraction(c) / 2})
        left = subtract(left, scale(multiply(ctx, half, half), 1 / lead))
        squares.append((1 / lead, half))
    number = left.get((), 0)
    if set(left) - {()} or number < 0 or left == poly:
        return UNKNOWN
    ctx.use("O12")
    return ctx.note(poly, NONNEGATIVE | (NONZERO if number > 0 else 0), "squares", tuple(squares), left)


def _atoms(ctx: Context, poly: Polynomial) -> list[Monomial]:
    """What the squares are made of: powers of single generators, so that no term holds more than two."""
    exponents: dict[str, set[Fraction]] = {}
    for mono in poly:
        for key, e in mono:
            exponents.setdefault(key, set()).add(Fraction(e))
    if len(exponents) > MOST_ATOMS:
        return []
    atoms: dict[str, Fraction] = {}
    for key, found in exponents.items():
        least = min(found)
        if 2 * least not in found and least.denominator == 1 and not ctx.sign(ctx, {((key, 1),): 1}) & NONNEGATIVE:
            # The half of a whole power is a root, which what may be negative has not.
            return []
        atoms[key] = least if 2 * least in found else least / 2
    for mono in poly:
        counts = [Fraction(e) / atoms[key] for key, e in mono]
        if any(c not in (1, 2) for c in counts) or sum(counts) > 2:
            return []
    return [((key, int(e) if e.denominator == 1 else e),) for key, e in sorted(atoms.items())]


def _divides(atom: Monomial, mono: Monomial) -> bool:
    return atom[0][0] in dict(mono)
