"""Signs: what is known of `>= 0`, `<= 0` and `!= 0` of a polynomial, where it has a value (KERNEL 4.11).

``sign`` is a search over rules that each produce bits with their reason; strictness is never assumed, it is produced.
A hypothesis that mentions a variable of differentiation counts only when it is strict: what is positive at a point
and continuous there is positive nearby, what is merely non-negative need not be.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.kernel.bits import decisive, negated, of_number, times
from derive.kernel.comparison import centred, named_parts
from derive.kernel.constants import constant_sign
from derive.kernel.context import (
    BOUND,
    FRESH,
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    UNKNOWN,
    ZERO,
    Context,
    Fact,
    Monomial,
    Place,
    Polynomial,
    Rational,
    Stuck,
    Undefined,
)
from derive.kernel.convexity import averaged
from derive.kernel.exponents import by_exponents
from derive.kernel.facts import looked_up, shape
from derive.kernel.gathered import gathered, gathered_into_one, gathered_with_weights, summed
from derive.kernel.inequalities import inequalities
from derive.kernel.model import possible
from derive.kernel.polynomial import ONE, add, constant, magnitude, merge, scale, subtract
from derive.kernel.quadratic import quadratic, radical
from derive.kernel.radicals import rational_root
from derive.kernel.ranges import sign_of_function
from derive.kernel.ring import (
    as_product,
    factored_unit,
    multiply,
    power,
    primitive,
    rename,
    replace_generators,
    variable,
)
from derive.kernel.roots import sign_by_roots
from derive.kernel.spelling import names, opaque, places, poly_text

TYPE_SIGN = {
    "positive": POSITIVE,
    "negative": NEGATIVE,
    "nonnegative": NONNEGATIVE,
    "nonzero": NONZERO,
    "positive integer": POSITIVE,
    "nonnegative integer": NONNEGATIVE,
    "dimension": POSITIVE,
    "simplex": NONNEGATIVE,
    "onehot": NONNEGATIVE,
}


def sign(ctx: Context, poly: Polynomial) -> int:
    """What is known of the sign of a polynomial at every admissible point at which it has a value."""
    number = constant(poly)
    if number is not None:
        return of_number(number)
    key = ("sign", frozenset(poly.items()), ctx.suspended)
    bits, searched = ctx.memo.get(key, (UNKNOWN, -1))
    if searched < ctx.depth and not decisive(bits):
        ctx.memo[key] = bits, ctx.depth
        ctx.spend(5 + len(poly))
        bits |= _of_polynomial(ctx, poly)
        ctx.memo[key] = bits, ctx.depth
    return int(bits)


def learn(ctx: Context, poly: Polynomial, bits: int) -> None:
    """Record a fact; BOUND and FRESH indices in it stand for every value of their dimension."""
    if constant(poly) is not None or not bits:
        return
    c, mono, rest = primitive(ctx, poly)
    if not rest:
        return
    _learn_factors(ctx, poly, mono, bits)
    for part, own in _parts_known(ctx, poly, bits):
        learn(ctx, part, own)
    if len(poly) == 1:
        # A factor that is known to be positive says nothing of the sign.
        ((single, v),) = poly.items()
        mono = tuple((k, e) for k, e in single if _of_power(ctx, k, e) & POSITIVE != POSITIVE)
        if not mono:
            return
        poly = {mono: v}
    outer = _of_monomial(ctx, mono)
    _record(ctx, rest if outer & POSITIVE == POSITIVE and len(rest) > 1 else scale(poly, 1 / Fraction(c)), bits)


def _learn_factors(ctx: Context, poly: Polynomial, mono: Monomial, bits: int) -> None:
    """What is not 0 has no factor that is 0; a single factor is looked into."""
    if not bits & NONZERO:
        return
    for key, e in mono:
        if e > 0 and len(mono) + len(poly) > 2:
            learn(ctx, {((key, 1),): 1}, NONZERO)
    if len(poly) == 1 and len(mono) == 1:
        ((key, e),) = mono
        if e.denominator != 1 and key[0] != "b":
            # A root has a value only of what is not negative.
            learn(ctx, {((key, 1),): 1}, POSITIVE)
        odd = e.denominator == 1 and e % 2 == 1
        negative = next(iter(poly.values())) < 0
        _learn_inside(ctx, key, NONZERO if not odd else negated(bits) if negative else bits)


def _record(ctx: Context, poly: Polynomial, bits: int) -> None:
    """Keep a fact where it says more than those that are kept: of one term, of it with a coefficient > 0."""
    if len(poly) == 1:
        ((only, v),) = poly.items()
        if v < 0:
            poly, bits = {only: -v}, negated(bits)
    if bits & NONZERO and not bits & ZERO:
        # Together with what is known weakly it may be strict, and then it holds nearby too.
        bits |= _of_monomial(ctx, next(iter(poly))) if len(poly) == 1 else looked_up(ctx, poly)
    fact = Fact(poly, bits, poly_text(ctx, poly, {}))
    bucket = ctx.facts.setdefault(shape(ctx, poly), [])
    if all(f.key != fact.key or bits & ~f.bits for f in bucket):
        bucket.append(fact)
        ctx.memo = {k: v for k, v in ctx.memo.items() if k[0] not in ("sign", "rebuild")}
        ctx.is_modelled = False


def _learn_inside(ctx: Context, key: str, bits: int) -> None:
    """sign(t), Abs(t), a root of t or a product of t that is not 0 has t != 0."""
    kind, parts = key[0], ctx.generators[key].parts
    if kind in "hb":
        learn(ctx, parts[0], NONZERO)
    elif kind == "z":
        learn(ctx, parts[0], bits)
    elif kind == "q" and not parts[1]:
        learn(ctx, parts[2], NONZERO)
    elif kind == "p" and sign(ctx, parts[1]) & POSITIVE == POSITIVE:
        learn(ctx, parts[0], NONZERO)


def _parts_known(ctx: Context, poly: Polynomial, bits: int) -> Iterator[tuple[Polynomial, int]]:
    """O9: t has the sign of t**3; t**2 >= c**2*u**2 with t >= 0 gives t >= c*u and t >= -c*u."""
    if len(poly) == 1:
        ((mono, v),) = poly.items()
        if len(mono) == 1 and mono[0][1].denominator == 1 and mono[0][1] % 2 == 1 and mono[0][1] != 1:
            yield {((mono[0][0], 1),): 1}, bits if v > 0 else negated(bits)
    elif len(poly) == 2 and bits & ZERO in (NONNEGATIVE, NONPOSITIVE):
        yield from _from_squares(ctx, poly if bits & NONNEGATIVE else scale(poly, -1), NONNEGATIVE | bits & NONZERO)


def _from_squares(ctx: Context, poly: Polynomial, bits: int) -> Iterator[tuple[Polynomial, int]]:
    (lower, low), (upper, high) = sorted(poly.items(), key=lambda term: term[1])
    c = rational_root(-Fraction(low) / Fraction(high)) if low < 0 < high else None
    if c is None or any(e % 2 for mono in poly for _, e in mono):
        return
    above, below = (tuple((key, int(e) // 2) for key, e in mono) for mono in (upper, lower))
    if _of_monomial(ctx, above) & NONNEGATIVE:
        for factor in (c, -c):
            yield {above: 1, below: factor}, bits


def implies(ctx: Context, known: list[tuple[Polynomial, int]], poly: Polynomial, bits: int) -> bool:
    """Whether the facts of a context and some more give a polynomial a sign."""
    case = ctx.fork()
    for other, other_bits in known:
        learn(case, other, other_bits)
    return sign(case, poly) & bits == bits


# --- monomials and generators ---


def _of_monomial(ctx: Context, mono: Monomial) -> int:
    bits = POSITIVE
    for key, e in mono:
        bits = times(bits, _of_power(ctx, key, e))
    return bits if decisive(bits) or len(mono) < 2 else bits | _of_odd_part(ctx, mono)


def _of_odd_part(ctx: Context, mono: Monomial) -> int:
    """O2: 1/(t*u) and t**3*u have the sign of t*u, of which a fact may speak."""
    odd = tuple((key, 1) for key, e in mono if e.denominator == 1 and e % 2)
    bits = looked_up(ctx, {odd: 1}) if len(odd) > 1 and odd != mono else UNKNOWN
    if not bits:
        return UNKNOWN
    for key, e in mono:
        if e.denominator != 1 or e % 2 == 0:
            bits = times(bits, _of_power(ctx, key, e))
    apart = all(e < 0 for _, e in mono)
    return bits | (NONZERO if apart else UNKNOWN)


def _of_power(ctx: Context, key: str, e: Rational) -> int:
    bits = _of_generator(ctx, key)
    if e < 0:
        bits |= NONZERO
    if bits == ZERO:
        return ZERO
    if e.denominator != 1:
        return NONNEGATIVE | (bits & NONZERO)
    return NONNEGATIVE | (bits & NONZERO) if e % 2 == 0 else bits


def _of_generator(ctx: Context, key: str) -> int:
    memo_key = ("sign", key, ctx.suspended)
    bits, searched = ctx.memo.get(memo_key, (UNKNOWN, -1))
    if searched < ctx.depth and not decisive(bits):
        ctx.memo[memo_key] = bits, ctx.depth
        bits |= _by_kind(ctx, key)
        if not decisive(bits) and key[0] != "b":
            bits |= looked_up(ctx, {((key, 1),): 1})
        if not decisive(bits) and key[0] in "vaf" and ctx.depth > 0 and _is_spoken_of(ctx, key):
            ctx.depth -= 1
            bits |= _by_facts(ctx, {((key, 1),): 1})
            ctx.depth += 1
        ctx.memo[memo_key] = bits, ctx.depth
    return int(bits)


def _is_spoken_of(ctx: Context, key: str) -> bool:
    """Whether a fact holds a value beside something else."""
    facts = (fact.polynomial for bucket in ctx.facts.values() for fact in bucket)
    return any(len(poly) > 1 and any(k == key for mono in poly for k, _ in mono) for poly in facts)


def _by_kind(ctx: Context, key: str) -> int:
    gen = ctx.generators[key]
    kind, parts = gen.kind, gen.parts
    if kind in "va":
        bits = TYPE_SIGN.get(ctx.types.get(parts[0], "real"), UNKNOWN)
        return _in_force(ctx, frozenset((parts[0],)), bits)
    if kind in "dg":
        return NONNEGATIVE
    if kind == "e" or kind == "c":
        return POSITIVE
    if kind == "l":
        return sign(ctx, subtract(parts[0], ONE))
    if kind in "bz":
        return sign(ctx, parts[0])
    if kind == "h":
        bits = sign(ctx, parts[0])
        return bits if bits == ZERO else NONNEGATIVE | (bits & NONZERO)
    if kind == "s":
        return _of_sum(ctx, key, parts[0], parts[1].mono)
    if kind == "m":
        return sign(ctx, parts[2])
    if kind == "p":
        # A power to 0 is 1, whatever the base.
        bits = sign(ctx, parts[0])
        return bits & POSITIVE if bits & NONNEGATIVE else bits & NONZERO
    if kind == "q":
        # A product over an empty range is 1.
        bits = sign(ctx, parts[2])
        return bits & POSITIVE if bits & NONNEGATIVE else bits & NONZERO
    bits = sign_of_function(ctx, parts[0], parts[1])
    return bits if decisive(bits) or gen.names else bits | _closed(ctx, {((key, 1),): 1})


def _in_force(ctx: Context, used: frozenset[str], bits: int) -> int:
    """Below a derivative only strict hypotheses about its variable count (E5)."""
    if used.isdisjoint(ctx.suspended):
        return bits
    return bits if bits & NONZERO else UNKNOWN


def _of_sum(ctx: Context, key: str, bound: tuple[Place, ...], mono: Monomial) -> int:
    """O3: a sum of signs; strict over an unrestricted range, or by weights that sum to one (O4)."""
    bits = _of_monomial(ctx, mono)
    if not bits & ZERO:
        return _of_double_sum(ctx, key) if len(bound) > 1 else UNKNOWN
    if bits & NONZERO or len(bound) != 1:
        return bits
    for key, e in mono:
        gen = ctx.generators[key]
        weight = gen.kind == "a" and e == 1 and gen.parts[0] in ctx.simplex and gen.parts[0] not in ctx.suspended
        if weight and len(gen.parts[1]) == 1:
            rest = _of_monomial(ctx, tuple(f for f in mono if f[0] != key))
            if rest & NONZERO and rest & ZERO:
                ctx.use("O4")
                return rest
    return bits


def _of_double_sum(ctx: Context, key: str) -> int:
    """O12, O14: a sum over several indices that is a sum of squares once sums inside are named, or a weighted mean."""
    if ctx.depth <= 0:
        return UNKNOWN
    ctx.depth -= 1
    try:
        single: Polynomial = {((key, 1),): 1}
        return _in_fewer_sums(ctx, single) or gathered_into_one(ctx, single)
    finally:
        ctx.depth += 1


# --- polynomials ---


def _of_polynomial(ctx: Context, poly: Polynomial) -> int:
    c, mono, rest = primitive(ctx, poly)
    if not rest:
        return ZERO
    outer = _of_monomial(ctx, mono)
    if len(rest) == 1:
        ((m, v),) = rest.items()
        return times(times(outer, of_number(v)), _of_monomial(ctx, m)) | (
            looked_up(ctx, poly) if m and mono else UNKNOWN
        )
    bits = times(outer, _of_sum_of_terms(ctx, rest))
    if mono and not decisive(bits) and ctx.depth > 0:
        bits |= sign_by_roots(ctx, poly)
    if mono and not bits & NONZERO:
        bits |= looked_up(ctx, scale(poly, Fraction(1) / c))
    if not decisive(bits) and any(e < 0 for _, e in mono):
        # Multiplying denominators out may hide which terms belong together.
        bits |= _of_sum_of_terms(ctx, poly)
    return bits


def _of_sum_of_terms(ctx: Context, poly: Polynomial) -> int:
    bits = looked_up(ctx, poly) | _term_by_term(ctx, poly)
    if decisive(bits) or ctx.depth <= 0:
        return bits
    left = possible(ctx, poly)
    for rule in SEARCHES if left & ZERO else UNSIGNED:
        if decisive(bits) or bits & left == left:
            break
        ctx.depth -= 1
        try:
            bits |= rule(ctx, poly)
        except (Stuck, Undefined) as stopped:
            if isinstance(stopped, Stuck) and stopped.reason == "budget":
                raise
        finally:
            ctx.depth += 1
    return bits


def _as_found_square(ctx: Context, poly: Polynomial) -> int:
    """R5, G1: the sign of a square that was found and multiplied out."""
    c, mono, rest = as_product(ctx, poly)
    return UNKNOWN if rest != ONE else ctx.note(poly, times(of_number(c), _of_monomial(ctx, mono)), "factors", c, mono)


def _factored(ctx: Context, poly: Polynomial) -> int:
    """R5, O2: the product of the signs of factors that were proposed and multiplied out."""
    if ctx.propose is None:
        return UNKNOWN
    c, mono, rest = factored_unit(ctx, poly)
    if rest != ONE:
        return UNKNOWN
    bits = times(of_number(c), _of_monomial(ctx, mono))
    return ctx.note(poly, bits, "factors", c, mono)


def _term_by_term(ctx: Context, poly: Polynomial) -> int:
    """O2, O11: terms of one sign; strict if one is."""
    signs = [times(of_number(c), _of_monomial(ctx, m)) for m, c in poly.items()]
    strict = NONZERO if any(s & NONZERO for s in signs) else 0
    if all(s & NONNEGATIVE for s in signs):
        ctx.use("O2")
        return NONNEGATIVE | strict
    if all(s & NONPOSITIVE for s in signs):
        ctx.use("O2")
        return NONPOSITIVE | strict
    return UNKNOWN


def _closed(ctx: Context, poly: Polynomial) -> int:
    """N1: a constant is enclosed."""
    if names(ctx, poly) or places(ctx, poly):
        return UNKNOWN
    found = constant_sign(ctx, poly)
    if found:
        ctx.use("N1")
    return ctx.note(poly, (UNKNOWN, POSITIVE, NEGATIVE)[found], "constant")


def _shifted(ctx: Context, poly: Polynomial) -> int:
    """O17: a dimension or integer with a least value is written as that value plus something >= 0."""
    new: dict[str, Polynomial] = {}
    for mono in poly:
        for key, _ in mono:
            name = ctx.generators[key].parts[0] if key[0] == "v" else None
            if name in ctx.least and key not in new:
                excess = f"{name}-{ctx.least[name]}"
                ctx.types.setdefault(excess, "nonnegative")
                new[key] = add(variable(ctx, excess), {(): ctx.least[name]})
    if not new:
        return UNKNOWN
    ctx.use("O17")
    total: Polynomial = {}
    for mono, c in poly.items():
        total = add(total, scale(_shift_monomial(ctx, mono, new), c))
    return ctx.note(poly, _term_by_term(ctx, total), "form", total)


def _shift_monomial(ctx: Context, mono: Monomial, new: dict[str, Polynomial]) -> Polynomial:
    result: Polynomial = {tuple(f for f in mono if f[0] not in new): 1}
    for key, e in mono:
        if key in new:
            if e < 0 or e.denominator != 1:
                raise Stuck("outside the fragment", "a dimension under a fraction bar")
            for _ in range(int(e)):
                result = multiply(ctx, result, new[key])
    return result


def _in_fewer_sums(ctx: Context, poly: Polynomial) -> int:
    """H2: the sign with sums inside of sums named, or with data written as mean and deviations."""
    for rewritten in (named_parts, centred) if ctx.lemmas else (named_parts,):
        found = rewritten(ctx, poly)
        if found is not None:
            case, simpler = found
            bits = sign(case, simpler)
            ctx.fuel = case.fuel
            if bits:
                return ctx.note(poly, bits, "form", simpler)
    return UNKNOWN


def _in_cases(ctx: Context, poly: Polynomial) -> int:
    """K2: the sign that a polynomial has for either sign of what stands below an Abs or a sign.

    An index that stands for any value is given a name of its own first: what a case assumes is assumed at it only.
    """
    if not ctx.lemmas:
        return UNKNOWN
    keys = {key for mono in poly for key, _ in mono if key[0] in "hz"}
    inner = min((ctx.generators[key].parts[0] for key in keys), key=len, default=None)
    if inner is None or any(p[0] == BOUND for p in places(ctx, inner)):
        return UNKNOWN
    named = {p: ctx.witness(p[1]) for p in places(ctx, poly) if p[0] == FRESH}
    poly, inner = (rename(ctx, part, named) for part in (poly, inner))
    own = {kind: next(iter(opaque(ctx, kind, inner)))[0][0] for kind in "hz"}
    total = POSITIVE | NEGATIVE
    for bits, unit in ((POSITIVE, 1), (NEGATIVE, -1), (ZERO, 0)):
        case = ctx.fork()
        learn(case, inner, bits)
        there = replace_generators(case, poly, {own["h"]: scale(inner, unit), own["z"]: scale(ONE, unit)})
        total &= sign(case, _with_equal(case, there, inner) if bits == ZERO else there)
        ctx.fuel = case.fuel
        if not total & ZERO:
            return UNKNOWN
    ctx.use("K2")
    return total


def _with_equal(ctx: Context, poly: Polynomial, zero: Polynomial) -> Polynomial:
    """H2: a component or variable that stands alone in what is 0, written as the rest of it."""
    for mono, c in zero.items():
        if len(mono) == 1 and mono[0][0][0] in "va" and mono[0][1] == 1:
            key = mono[0][0]
            rest = {m: v for m, v in zero.items() if m != mono}
            flat = all(k[0] in "va" and k != key for m in rest for k, _ in m)
            if flat and ctx.generators[key].parts[0] not in ctx.least:
                return replace_generators(ctx, poly, {key: scale(rest, -1 / Fraction(c))})
    return poly


def _averaged(ctx: Context, poly: Polynomial) -> int:
    """O4, O14: weighted means, from above and from below."""
    if not ctx.lemmas or not any(summed(ctx, key) for mono in poly for key, _ in mono):
        return UNKNOWN
    for share in sorted({1, *_beside_logarithms(poly)}):
        part = scale(poly, 1 / Fraction(share))
        bits = averaged(ctx, part) or negated(averaged(ctx, scale(part, -1)))
        if bits:
            return bits
    return UNKNOWN


def _beside_logarithms(poly: Polynomial) -> set[Rational]:
    """How often single logarithms stand in a polynomial, such as 2 in Sum(p*g) + 2*log(Sum(q))."""
    return {magnitude(c) for mono, c in poly.items() if len(mono) == 1 and mono[0][0][0] == "l" and mono[0][1] == 1}


def _by_facts(ctx: Context, poly: Polynomial) -> int:
    """O6, O7, O16: take a non-negative multiple of a known inequality away and look at what is left."""
    bits = UNKNOWN
    open_ = possible(ctx, poly)
    for orient, wanted in ((poly, NONNEGATIVE), (scale(poly, -1), NONPOSITIVE)):
        for left, strict, factor, known in _without_negative_term(ctx, orient) if open_ & wanted else ():
            rest = sign(ctx, left) if possible(ctx, left) & NONNEGATIVE else UNKNOWN
            if rest & NONNEGATIVE:
                strength = NONZERO if strict or rest & NONZERO else 0
                return bits | ctx.note(poly, wanted | strength, "remainder", factor, known, left, wanted)
    return bits


def _without_negative_term(ctx: Context, poly: Polynomial) -> Iterator[tuple[Polynomial, bool, Polynomial, Polynomial]]:
    """What is left of a polynomial, whether more was taken than nothing, and what: a factor, a known inequality."""
    negative = [(m, c) for m, c in poly.items() if not times(of_number(c), _of_monomial(ctx, m)) & NONNEGATIVE]
    if not negative:
        return
    m, c = negative[0]
    for known, bits in inequalities(ctx, poly, (m, c)):
        for n, d in known.items():
            if c * d <= 0:
                continue
            factor = _by_moduli(ctx, merge(m, tuple((k, -e) for k, e in n)))
            outer = _of_monomial(ctx, factor)
            if outer & NONNEGATIVE and all(e > 0 or _of_power(ctx, k, 1) & NONZERO for k, e in factor):
                ctx.use("O16")
                times_known: Polynomial = {factor: Fraction(c) / Fraction(d)}
                taken = multiply(ctx, known, times_known)
                yield subtract(poly, taken), bool(outer & NONZERO and bits & NONZERO), times_known, known
        for share in _shares(poly, known, m):
            ctx.use("O16")
            yield subtract(poly, scale(known, share)), bool(bits & NONZERO), {(): share}, known


def _by_moduli(ctx: Context, mono: Monomial) -> Monomial:
    """G7: t**2/Abs(t) as Abs(t), which may be 0."""
    for key, e in mono:
        if key[0] == "h" and e == -1 and len(square := power(ctx, ctx.generators[key].parts[0], 2)) == 1:
            (factors,) = square
            if factors and all(factor in mono for factor in factors) and square[factors] == 1:
                return merge(mono, ((key, 2), *((k, -f) for k, f in factors)))
    return mono


def _shares(poly: Polynomial, known: Polynomial, m: Monomial) -> Iterator[Rational]:
    """How often to take an inequality away so that another of its terms goes, and of the term m less than all."""
    if m not in known:
        yield from _whole_sums(poly, known, m)
        return
    whole = Fraction(poly[m]) / Fraction(known[m])
    ratios = {Fraction(poly[n]) / Fraction(d) for n, d in known.items() if n != m and n in poly}
    yield from sorted(r for r in ratios if 0 < r < whole)


def _whole_sums(poly: Polynomial, known: Polynomial, m: Monomial) -> Iterator[Rational]:
    """How often to take away that a sum is at least some of its terms, so that powers of what m holds come for it."""
    keys = {key for key, _ in m}
    if any(c < 0 and not keys.isdisjoint(key for key, _ in n) for n, c in known.items()):
        for n, d in known.items():
            if d > 0 and len(n) == 1 and n[0][0][0] == "s" and poly.get(n, 0) > 0:
                yield Fraction(poly[n]) / Fraction(d)


SEARCHES = (
    _closed,
    _as_found_square,
    _shifted,
    radical,
    by_exponents,
    gathered,
    gathered_with_weights,
    gathered_into_one,
    _in_fewer_sums,
    _averaged,
    quadratic,
    _by_facts,
    _in_cases,
    _factored,
    sign_by_roots,
)
UNSIGNED = (by_exponents, _in_fewer_sums, _factored)
"""The rules that may show that something is not 0 without telling its sign."""
