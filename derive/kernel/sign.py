"""Signs: what is known of `>= 0`, `<= 0` and `!= 0` of a polynomial, where it has a value (KERNEL 4.11).

``sign`` is a search over rules that each produce bits with their reason; strictness is never assumed, it is produced.
A hypothesis that mentions a variable of differentiation counts only when it is strict: what is positive at a point
and continuous there is positive nearby, what is merely non-negative need not be.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import reduce
from itertools import combinations
from itertools import product as cartesian

from derive.kernel.comparison import (
    centred,
    common_weight,
    gathered_in_pairs,
    jensen,
    named_parts,
    products_of_sums,
    tangent_of_logarithms,
    tangents_elsewhere,
    tangents_of_terms,
    weights,
)
from derive.kernel.constants import constant_sign
from derive.kernel.context import (
    BOUND,
    FRESH,
    LITERAL,
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
from derive.kernel.convexity import averaged, cauchy, cauchy_inside, squares, tangents
from derive.kernel.factors import bounds_of_product
from derive.kernel.functions import exponential, logarithm
from derive.kernel.model import possible
from derive.kernel.polynomial import ONE, add, constant, magnitude, merge, scale, subtract
from derive.kernel.radicals import rational_root
from derive.kernel.ranges import ranges, sign_of_function
from derive.kernel.ring import (
    as_product,
    component,
    differ,
    factored_unit,
    in_range,
    inside,
    multiply,
    power,
    primitive,
    product,
    rename,
    replace_generators,
    variable,
)
from derive.kernel.roots import sign_by_roots
from derive.kernel.spelling import names, opaque, parts_of, places, poly_text, token
from derive.kernel.sums import sum_over

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
MOST_WEIGHTS = 4  # factors beside logarithms that are looked at one by one
MOST_OTHERS = 2  # terms beside logarithms, where a factor is divided out


def times(left: int, right: int) -> int:
    """The sign of a product."""
    if ZERO in (left & ZERO, right & ZERO):
        return ZERO
    bits = left & right & NONZERO
    if (left & NONNEGATIVE and right & NONNEGATIVE) or (left & NONPOSITIVE and right & NONPOSITIVE):
        bits |= NONNEGATIVE
    if (left & NONNEGATIVE and right & NONPOSITIVE) or (left & NONPOSITIVE and right & NONNEGATIVE):
        bits |= NONPOSITIVE
    return bits


def negated(bits: int) -> int:
    """The sign of the negative."""
    return (bits & NONZERO) | (NONPOSITIVE if bits & NONNEGATIVE else 0) | (NONNEGATIVE if bits & NONPOSITIVE else 0)


def of_number(c: Rational) -> int:
    """The sign of a rational number."""
    return ZERO if c == 0 else POSITIVE if c > 0 else NEGATIVE


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
    for key, e in mono:
        if bits & NONZERO and e > 0 and len(mono) + len(poly) > 2:
            learn(ctx, {((key, 1),): 1}, NONZERO)
    if bits & NONZERO and len(poly) == 1 and len(mono) == 1:
        ((key, e),) = mono
        if e.denominator != 1 and key[0] != "b":
            # A root has a value only of what is not negative.
            learn(ctx, {((key, 1),): 1}, POSITIVE)
        odd = e.denominator == 1 and e % 2 == 1
        negative = next(iter(poly.values())) < 0
        _learn_inside(ctx, key, NONZERO if not odd else negated(bits) if negative else bits)
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
    poly = rest if outer & POSITIVE == POSITIVE and len(rest) > 1 else scale(poly, 1 / Fraction(c))
    if len(poly) == 1:
        ((only, v),) = poly.items()
        if v < 0:
            poly, bits = {only: -v}, negated(bits)
    if bits & NONZERO and not bits & ZERO:
        # Together with what is known weakly it may be strict, and then it holds nearby too.
        bits |= _of_monomial(ctx, next(iter(poly))) if len(poly) == 1 else _looked_up(ctx, poly)
    fact = Fact(poly, bits, poly_text(ctx, poly, {}))
    bucket = ctx.facts.setdefault(_shape(ctx, poly), [])
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


def _shape(ctx: Context, poly: Polynomial) -> str:
    return poly_text(ctx, poly, {p: "?" + p[1] for p in places(ctx, poly)})


# --- monomials and generators ---


def _of_monomial(ctx: Context, mono: Monomial) -> int:
    bits = POSITIVE
    for key, e in mono:
        bits = times(bits, _of_power(ctx, key, e))
    return bits


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
            bits |= _looked_up(ctx, {((key, 1),): 1})
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
        return _in_fewer_sums(ctx, single) or _gathered_in_pairs(ctx, single)
    finally:
        ctx.depth += 1


# --- facts ---


def _looked_up(ctx: Context, poly: Polynomial) -> int:
    bits = UNKNOWN
    if not any(bucket and len(bucket[0].polynomial) == len(poly) for bucket in ctx.facts.values()):
        return bits
    for candidate, orient in ((poly, int), (scale(poly, -1), negated)):
        for fact in ctx.facts.get(_shape(ctx, candidate), ()):
            usable = _fact_bits(ctx, fact)
            if usable and _instances(ctx, fact, candidate):
                bits |= orient(usable)
    return bits


def _fact_bits(ctx: Context, fact: Fact) -> int:
    used = names(ctx, fact.polynomial)
    if used.isdisjoint(ctx.suspended):
        return fact.bits
    # sign() and floor are not continuous: a strict fact about them need not hold nearby.
    if "z(" in fact.key or "f(floor" in fact.key or "f(ceiling" in fact.key:
        return UNKNOWN
    return fact.bits if fact.bits & NONZERO else UNKNOWN


def _pattern(ctx: Context, fact: Fact) -> list[Place]:
    return sorted(p for p in places(ctx, fact.polynomial) if p[0] >= BOUND)


def _instances(ctx: Context, fact: Fact, poly: Polynomial) -> bool:
    """Whether the polynomial is an instance of the fact at some indices."""
    goal = poly_text(ctx, poly, {})
    if goal == fact.key:
        return True
    pattern = _pattern(ctx, fact)
    if not pattern:
        return False
    found = sorted(places(ctx, poly))
    if len(found) ** len(pattern) > 200:
        return False
    for chosen in cartesian(found, repeat=len(pattern)):
        ctx.spend(1)
        if any(p[1] != q[1] for p, q in zip(pattern, chosen, strict=True)):
            continue
        renamed = {p: token(q) for p, q in zip(pattern, chosen, strict=True)}
        if poly_text(ctx, fact.polynomial, renamed) == poly_text(ctx, poly, {q: token(q) for q in found}):
            return True
    return False


# --- polynomials ---


def _of_polynomial(ctx: Context, poly: Polynomial) -> int:
    c, mono, rest = primitive(ctx, poly)
    if not rest:
        return ZERO
    outer = _of_monomial(ctx, mono)
    if len(rest) == 1:
        ((m, v),) = rest.items()
        return times(times(outer, of_number(v)), _of_monomial(ctx, m)) | (
            _looked_up(ctx, poly) if m and mono else UNKNOWN
        )
    bits = times(outer, _of_sum_of_terms(ctx, rest))
    if mono and not decisive(bits) and ctx.depth > 0:
        bits |= sign_by_roots(ctx, poly)
    if mono and not bits & NONZERO:
        bits |= _looked_up(ctx, scale(poly, Fraction(1) / c))
    if not decisive(bits) and any(e < 0 for _, e in mono):
        # Multiplying denominators out may hide which terms belong together.
        bits |= _of_sum_of_terms(ctx, poly)
    return bits


def decisive(bits: int) -> bool:
    """Whether nothing more can be learnt."""
    return bits & POSITIVE == POSITIVE or bits & NEGATIVE == NEGATIVE


def _of_sum_of_terms(ctx: Context, poly: Polynomial) -> int:
    bits = _looked_up(ctx, poly) | _term_by_term(ctx, poly)
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


def _radical(ctx: Context, poly: Polynomial) -> int:
    """O9: a*r + b with r = sqrt(q) or r = Abs(w) has the sign of a where a**2*r**2 > b**2, of b where it is less."""
    half = Fraction(1, 2)
    roots = sorted({(k, e) for mono in poly for k, e in mono if e == half or (k[0] == "h" and e == 1)})
    if len(roots) != 1:
        squared = roots or (ctx.lemmas and any(k[0] == "s" for mono in poly for k, _ in mono))
        return _squared(ctx, poly) if squared else UNKNOWN
    ((key, e),) = roots
    around = {tuple(f for f in m if f[0] != key): c for m, c in poly.items() if (key, e) in m}
    apart = {m: c for m, c in poly.items() if (key, e) not in m}
    if any(k == key for part in (around, apart) for m in part for k, _ in m):
        return UNKNOWN
    square = inside(ctx, key) if e == half else power(ctx, ctx.generators[key].parts[0], 2)
    gap = subtract(multiply(ctx, multiply(ctx, around, around), square), multiply(ctx, apart, apart))
    known = sign(ctx, gap)
    whole = multiply(ctx, around, {((key, e),): 1})
    if known & NONNEGATIVE and (bits := sign(ctx, around)) & ZERO:
        ctx.use("O9")
        return ctx.note(poly, (bits & ZERO) | (known & NONZERO), "square", whole, apart)
    if known & NONPOSITIVE and (bits := sign(ctx, apart)) & ZERO:
        ctx.use("O9")
        return ctx.note(poly, (bits & ZERO) | (known & NONZERO), "square", apart, whole)
    return UNKNOWN


def _squared(ctx: Context, poly: Polynomial) -> int:
    """O9: of two terms >= 0 the larger has the larger square."""
    if len(poly) != 2:
        return UNKNOWN
    (m, c), (n, d) = poly.items()
    if c * d > 0 or not all(_of_monomial(ctx, x) & NONNEGATIVE for x in (m, n)):
        return UNKNOWN
    if any(e > 1 for x in (m, n) for _, e in x):
        return UNKNOWN
    ctx.use("O9")
    first, second = (multiply(ctx, {x: v}, {x: v}) for x, v in ((m, c), (n, d)))
    gap = sign(ctx, subtract(first, second))
    bits = gap if c > 0 else negated(gap)
    terms: tuple[Polynomial, Polynomial] = ({m: c}, {n: d})
    return ctx.note(poly, bits, "square", *(terms if gap & NONNEGATIVE else terms[::-1]))


def _exponents(ctx: Context, poly: Polynomial) -> int:
    """O9, O10: compare two positive monomials by their logarithms, and logarithms by what they are taken of."""
    if any(key[0] == "l" for mono in poly for key, _ in mono):
        return _by_exponential(ctx, poly)
    if len(poly) != 2:
        return UNKNOWN
    (m, c), (n, d) = poly.items()
    if c * d > 0 or not any(key[0] == "e" for key, _ in (*m, *n)):
        return UNKNOWN
    if not all(_of_monomial(ctx, x) & POSITIVE == POSITIVE for x in (m, n)):
        return UNKNOWN
    ctx.use("O9")
    gap = subtract(logarithm(ctx, {m: magnitude(c)}), logarithm(ctx, {n: magnitude(d)}))
    bits = sign(ctx, gap)
    if c > 0:
        return ctx.note(poly, bits, "grown", gap, {n: magnitude(d)})
    return ctx.note(poly, negated(bits), "grown", scale(gap, -1), {m: magnitude(c)})


def _by_exponential(ctx: Context, poly: Polynomial) -> int:
    """O10: G has the sign of exp(G) - 1; here the terms with a logarithm have whole-number coefficients."""
    beside = {tuple(f for f in m if f[0][0] != "l") for m in poly if any(key[0] == "l" for key, _ in m)}
    if len(beside) == 1 and beside != {()}:
        return _by_exponential_beside(ctx, poly, beside.pop())
    if len(beside) > 1 and () not in beside:
        return _by_weights(ctx, poly, beside)
    logs = {m: c for m, c in poly.items() if len(m) == 1 and m[0][0][0] == "l" and m[0][1] == 1}
    if not logs or any(key[0] == "l" for m in poly if m not in logs for key, _ in m):
        return UNKNOWN
    common = 1
    for c in logs.values():
        common = common * c.denominator // _gcd(common, c.denominator)
    if any(magnitude(c * common) > 4 for c in logs.values()):
        return UNKNOWN
    ctx.use("O10")
    above = scale({m: c for m, c in poly.items() if c > 0}, common)
    below = scale({m: -c for m, c in poly.items() if c < 0}, common)
    grown = exponential(ctx, below)
    difference = subtract(exponential(ctx, above), grown)
    bits = sign(ctx, difference)
    return ctx.note(poly, bits, "grown", scale(poly, common), grown, difference)


def _by_weights(ctx: Context, poly: Polynomial, beside: set[Monomial]) -> int:
    """O2: the terms with one factor beside their logarithms have a sign together, and all of these are the same."""
    parts = [{m: c for m, c in poly.items() if tuple(f for f in m if f[0][0] != "l") == factor} for factor in beside]
    rest = {m: c for m, c in poly.items() if all(m not in part for part in parts)}
    if len(parts) > MOST_WEIGHTS:
        return UNKNOWN
    ctx.use("O2")
    return reduce(_sum_of_signs, (sign(ctx, part) for part in (*parts, rest) if part))


def _sum_of_signs(left: int, right: int) -> int:
    return (left & right & ZERO) | ((left | right) & NONZERO if left & right & ZERO else 0)


def _by_exponential_beside(ctx: Context, poly: Polynomial, factor: Monomial) -> int:
    """O8: the same after division by the factor that stands beside all logarithms, if that is positive."""
    others = sum(all(key[0] != "l" for key, _ in m) for m in poly)
    if others > MOST_OTHERS or _of_monomial(ctx, factor) & POSITIVE != POSITIVE:
        return UNKNOWN
    return _by_exponential(ctx, multiply(ctx, poly, {tuple((key, -e) for key, e in factor): 1}))


def _gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a


def _gathered(ctx: Context, poly: Polynomial) -> int:
    """S1, O3: the terms with sums over one dimension, and those with the dimension as a factor, as one sum."""
    total = UNKNOWN
    for dimension in sorted({_summed(ctx, key) for mono in poly for key, _ in mono} - {""}):
        place, body, rest = _gather(ctx, poly, dimension)
        inside, outside = sign(ctx, body), sign(ctx, rest)
        ctx.use("O3")
        for wanted in (NONNEGATIVE, NONPOSITIVE):
            if inside & wanted and outside & wanted:
                total |= ctx.note(poly, wanted | ((inside | outside) & NONZERO), "sum", place, body, rest)
            elif inside & wanted and len(body) > 1:
                total |= _less_one_term(ctx, place, body, rest, inside & (wanted | NONZERO))
    return total


def _less_one_term(ctx: Context, place: Place, body: Polynomial, rest: Polynomial, bits: int) -> int:
    """O6: Sum(t, k) + r with t >= 0 is at least t[k := i] + r, and more where n >= 2 and t > 0; or <= and less."""
    strict = bits & NONZERO if ctx.least.get(place[1], 1) >= 2 else 0
    for other in (p for p in _indices(ctx, rest) if p[1] == place[1]):
        left = sign(ctx, add(rest, rename(ctx, body, {place: other})))
        if left & bits & ZERO:
            ctx.use("O6")
            return (left & bits & ZERO) | ((left & NONZERO) or strict)
    return UNKNOWN


def _gathered_with_weights(ctx: Context, poly: Polynomial) -> int:
    """H4, S10, O3: what stands outside of the sums as a sum too, by weights that sum to one."""
    total = UNKNOWN
    for dimension in sorted({_summed(ctx, key) for mono in poly for key, _ in mono} - {""}):
        place, body, rest = _gather(ctx, poly, dimension)
        single = list(weights(ctx, place)) if rest else []
        pairs = list(combinations(single, 2))
        mixed = [scale(add(*pair), Fraction(1, 2)) for pair in pairs]
        # Twice one less the other sums to one too: so Sum(p**2/q) - 1 is a sum of squares.
        doubled = [subtract(scale(one, 2), other) for pair in pairs for one, other in (pair, pair[::-1])]
        for weight in (*single, *mixed, *doubled):
            inside_ = add(body, multiply(ctx, rest, weight))
            bits = sign(ctx, inside_)
            if bits & ZERO:
                ctx.use("O3")
                total |= ctx.note(poly, bits, "sum", place, inside_, {})
    return total


def _gathered_in_pairs(ctx: Context, poly: Polynomial) -> int:
    """O3, O14: the double sums of a polynomial as one, in both orders of its indices; or by Jensen, over weights."""
    for bound, body, rest in gathered_in_pairs(ctx, poly):
        inside_, outside = sign(ctx, body), sign(ctx, rest)
        for wanted in (NONNEGATIVE, NONPOSITIVE):
            if inside_ & wanted and outside & wanted:
                ctx.use("O3")
                return ctx.note(poly, wanted | ((inside_ | outside) & NONZERO), "double sum", bound, body, rest)
        for whole in [add(body, multiply(ctx, rest, w)) for w in _products(ctx, bound)] if rest else ():
            bits = sign(ctx, whole)
            if bits & ZERO:
                ctx.use("O3")
                return ctx.note(poly, bits, "double sum", bound, whole, {})
        weight = common_weight(ctx, body) if ctx.lemmas else None
        left = add(jensen(ctx, bound, weight, body), rest) if weight else {}
        bits = sign(ctx, left) if weight else UNKNOWN
        if weight and bits & NONNEGATIVE:
            ctx.use("O14")
            value = multiply(ctx, body, power(ctx, weight, -1))
            return ctx.note(poly, bits & POSITIVE, "double mean", bound, weight, value, left)
    return UNKNOWN


def _products(ctx: Context, bound: tuple[Place, ...]) -> Iterator[Polynomial]:
    """H4, S10: what sums to one over two indices, as a product of weights."""
    for pair in cartesian(*(tuple(weights(ctx, place)) for place in bound)):
        yield product(ctx, pair)


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


def _quadratic(ctx: Context, poly: Polynomial) -> int:
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
    positive = _of_power(ctx, key, 1) & POSITIVE == POSITIVE
    if not positive and (degrees[0] % 2 or degrees[1].denominator != 1):
        return UNKNOWN
    parts: list[Polynomial] = [{}, {}, {}]
    for mono, c in poly.items():
        degree = next((e for k, e in mono if k == key), 0)
        parts[degrees.index(degree)][tuple(f for f in mono if f[0] != key)] = c
    low, middle, high = parts
    outer = sign(ctx, high)
    if not decisive(outer):
        return UNKNOWN
    known = sign(ctx, subtract(scale(multiply(ctx, high, low), 4), multiply(ctx, middle, middle)))
    if not known & NONNEGATIVE:
        return UNKNOWN
    ctx.use("O12")
    # What stands outside is an even power, which may be 0.
    strict = NONZERO if known & NONZERO and (positive or degrees[0] == 0) else 0
    return ctx.note(poly, (outer & ZERO) | strict, "quadratic", key, degrees, low, middle, high)


def _averaged(ctx: Context, poly: Polynomial) -> int:
    """O4, O14: weighted means, from above and from below."""
    if not ctx.lemmas or not any(_summed(ctx, key) for mono in poly for key, _ in mono):
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


def _summed(ctx: Context, key: str) -> str:
    gen = ctx.generators[key]
    return str(gen.parts[0][0][1]) if gen.kind == "s" and len(gen.parts[0]) == 1 else ""


def _gather(ctx: Context, poly: Polynomial, dimension: str) -> tuple[Place, Polynomial, Polynomial]:
    """``k, body, rest`` with poly = Sum(body, k) + rest, k a fresh index."""
    place = ctx.open(dimension)
    body: Polynomial = {}
    rest: Polynomial = {}
    for mono, c in poly.items():
        key = next((k for k, e in mono if e == 1 and (_summed(ctx, k) == dimension or k == f"v({dimension})")), None)
        if key is None:
            rest = add(rest, {mono: c})
            continue
        outside: Polynomial = {tuple(f for f in mono if f[0] != key): c}
        if key[0] == "s":
            gen = ctx.generators[key]
            summand = rename(ctx, {gen.parts[1].mono: 1}, {gen.parts[0][0]: place})
            outside = multiply(ctx, outside, summand)
        body = add(body, outside)
    return place, body, rest


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
    for known, bits in _inequalities(ctx, poly, (m, c)):
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


def _averaged_facts(ctx: Context, poly: Polynomial) -> Iterator[tuple[Polynomial, int]]:
    """O3: what holds at every index holds for the sums; only where the polynomial has the dimension as a factor."""
    held = {key[2:-1] for mono in poly for key, _ in mono if key[0] == "v"}
    for fact in [fact for bucket in ctx.facts.values() for fact in bucket] if held else ():
        pattern, bits = _pattern(ctx, fact), _fact_bits(ctx, fact)
        if len(pattern) == 1 and pattern[0][1] in held and bits & ZERO and len(fact.polynomial) > 1:
            place = ctx.open(pattern[0][1])
            oriented = fact.polynomial if bits & NONNEGATIVE else scale(fact.polynomial, -1)
            ctx.use("O3")
            yield sum_over(ctx, (place,), rename(ctx, oriented, {pattern[0]: place})), bits


def _shares(poly: Polynomial, known: Polynomial, m: Monomial) -> Iterator[Rational]:
    """How often to take an inequality away so that another of its terms goes, and of the term m less than all."""
    if m not in known:
        return
    whole = Fraction(poly[m]) / Fraction(known[m])
    ratios = {Fraction(poly[n]) / Fraction(d) for n, d in known.items() if n != m and n in poly}
    yield from sorted(r for r in ratios if 0 < r < whole)


def _inequalities(
    ctx: Context, poly: Polynomial, against: tuple[Monomial, Rational]
) -> Iterator[tuple[Polynomial, int]]:
    """Inequalities ``known >= 0`` (with NONZERO: ``> 0``) that speak of what stands in a polynomial."""
    keys = sorted({k for mono in poly for k, _ in mono})
    free = _indices(ctx, poly)
    for rule in ctx.sum_rules if any(p[0] == LITERAL for p in free) else ():
        if rule.names.isdisjoint(ctx.suspended) and not rule.pattern:
            yield from _numbered_terms(ctx, rule.value, rule.place, rule.summand, free)
    if ctx.lemmas:
        yield from tangent_of_logarithms(ctx, poly)
    for bucket in list(ctx.facts.values()):
        for fact in bucket:
            bits = _fact_bits(ctx, fact)
            oriented = fact.polynomial if bits & NONNEGATIVE else scale(fact.polynomial, -1)
            if bits & ZERO and len(oriented) + len(next(iter(oriented))) > 1:
                yield from ((p, bits) for p in _all_instances(ctx, fact, oriented, free))
    for key in keys:
        gen = ctx.generators[key]
        if gen.kind == "m":
            yield from _extremum_bounds(ctx, key, free)
        elif gen.kind == "s" and len(gen.parts[0]) > 1:
            yield from _diagonal(ctx, key)
            if ctx.lemmas:
                yield from cauchy_inside(ctx, key)
                yield from cauchy(ctx, key) if any((key, 2) in mono for mono in poly) else ()
        elif gen.kind == "s" and len(gen.parts[0]) == 1:
            yield from _split_off(ctx, key, free)
            yield from _two_split_off(ctx, key, free)
            yield from _numbered_terms(ctx, {((key, 1),): 1}, gen.parts[0][0], gen.parts[1].mono, free)
            if ctx.lemmas and any((key, 2) in mono for mono in poly):
                yield from cauchy(ctx, key)
        elif gen.kind == "f" and gen.parts[0] not in ("floor", "ceiling"):
            yield from ranges(ctx, key)
        elif gen.kind in "elq" and ctx.lemmas:
            yield from bounds_of_product(ctx, key, free)
            yield from tangents(ctx, key) if gen.kind != "q" else ()
        elif gen.kind == "f" and gen.parts[0] in ("floor", "ceiling"):
            yield from _rounding(ctx, key)
        elif gen.kind in "dg":
            yield subtract(ONE, {((key, 1),): 1}), NONNEGATIVE
            yield from _two_deltas(ctx, key, keys)
        elif gen.kind == "a" and gen.parts[0] in ctx.simplex and gen.parts[0] not in ctx.suspended:
            yield from _two_entries(ctx, key, keys)
            yield subtract(ONE, {((key, 1),): 1}), NONNEGATIVE | _below_one(ctx, gen.parts[0], gen.parts[1][0])
    if ctx.lemmas:
        yield from _averaged_facts(ctx, poly)
        yield from squares(ctx, poly, *against)
        yield from products_of_sums(ctx, poly)
        yield from tangents_elsewhere(ctx, poly)
        yield from tangents_of_terms(ctx, poly)


def _indices(ctx: Context, poly: Polynomial) -> list[Place]:
    """The indices that a polynomial names; numbers too, where they are seen to lie in the range."""
    literal = {p for mono in poly for key, _ in mono for p in _literals(ctx, key)}
    return sorted(places(ctx, poly) | {p for p in literal if in_range(ctx, (p,))})


def _literals(ctx: Context, key: str) -> frozenset[Place]:
    """The numbers that stand as indices in a generator."""
    known: frozenset[Place] | None = ctx.memo.get(("literals", key))
    if known is None:
        gen = ctx.generators[key]
        own = gen.parts[1] if gen.kind == "a" else gen.parts if gen.kind in "dg" else ()
        below = (_literals(ctx, k) for mono in parts_of(gen) for k, _ in mono)
        known = frozenset(p for p in own if p[0] == LITERAL).union(*below)
        ctx.memo["literals", key] = known
    return known


def _two_deltas(ctx: Context, key: str, keys: list[str]) -> Iterator[tuple[Polynomial, int]]:
    """D1: an index equals one of two different ones at most."""
    for other in keys:
        if key[0] == other[0] == "d" and key < other:
            apart = ctx.generators[key].places ^ ctx.generators[other].places
            if len(apart) == 2 and differ(ctx, *apart):
                ctx.use("D1")
                yield subtract(ONE, {((key, 1),): 1, ((other, 1),): 1}), NONNEGATIVE


def _two_entries(ctx: Context, key: str, keys: list[str]) -> Iterator[tuple[Polynomial, int]]:
    """O6: two different entries of a simplex vector sum to one at most."""
    array, (place,) = ctx.generators[key].parts
    for other in keys:
        parts = ctx.generators[other].parts
        if other[0] == "a" and parts[0] == array and len(parts[1]) == 1 and differ(ctx, place, parts[1][0]):
            ctx.use("O6")
            known = subtract(ONE, {((key, 1),): 1, ((other, 1),): 1})
            yield known, ctx.note(known, NONNEGATIVE, "two entries", array, place, parts[1][0])


def _below_one(ctx: Context, array: str, place: Place) -> int:
    """O6: of two entries or more, all of which are positive, none is all."""
    if ctx.least.get(place[1], 1) < 2:
        return UNKNOWN
    strict = sign(ctx, component(ctx, array, (ctx.open(place[1]),))) & NONZERO
    if strict:
        ctx.note(subtract(ONE, component(ctx, array, (place,))), POSITIVE, "one entry", array, place)
    return strict


def _all_instances(ctx: Context, fact: Fact, poly: Polynomial, free: list[Place]) -> Iterator[Polynomial]:
    pattern = _pattern(ctx, fact)
    if not pattern:
        yield poly
        return
    if len(free) ** len(pattern) > 50:
        return
    for chosen in cartesian(free, repeat=len(pattern)):
        if all(p[1] == q[1] for p, q in zip(pattern, chosen, strict=True)):
            yield rename(ctx, poly, dict(zip(pattern, chosen, strict=True)))


def _extremum_bounds(ctx: Context, key: str, free: list[Place]) -> Iterator[tuple[Polynomial, int]]:
    """O7: every component is at most the Max and at least the Min."""
    kind, bound, body = ctx.generators[key].parts
    for place in free:
        if place[1] == bound[1]:
            ctx.use("O7")
            gap = subtract({((key, 1),): 1}, rename(ctx, body, {bound: place}))
            known = gap if kind == "Max" else scale(gap, -1)
            yield known, ctx.note(known, NONNEGATIVE, "largest", key, place)
            yield from _extrema_below(ctx, kind, known, free)
            if kind == "Max":
                yield from _moduli_below(ctx, known)


def _extrema_below(ctx: Context, kind: str, known: Polynomial, free: list[Place]) -> Iterator[tuple[Polynomial, int]]:
    """O7: what is at least a Max is at least every component; at most a Min, at most every component."""
    for mono, c in known.items():
        if len(mono) != 1 or mono[0][0][0] != "m" or (c < 0) != (kind == "Max"):
            continue
        inner, bound, body = ctx.generators[mono[0][0]].parts
        rest = {m: v for m, v in known.items() if m != mono}
        for place in free:
            if inner == kind and place[1] == bound[1]:
                yield add(rest, scale(rename(ctx, body, {bound: place}), c)), NONNEGATIVE


def _moduli_below(ctx: Context, known: Polynomial) -> Iterator[tuple[Polynomial, int]]:
    """G7: what is at least Abs(w) is at least w and -w."""
    for mono, c in known.items():
        if c < 0 and len(mono) == 1 and mono[0][0][0] == "h" and mono[0][1] == 1:
            ctx.use("G7")
            rest = {m: v for m, v in known.items() if m != mono}
            inner: Polynomial = ctx.generators[mono[0][0]].parts[0]
            yield add(rest, scale(inner, c)), NONNEGATIVE
            yield add(rest, scale(inner, -c)), NONNEGATIVE


def _rounding(ctx: Context, key: str) -> Iterator[tuple[Polynomial, int]]:
    """N2: rounding moves a number by less than one, down or up."""
    name, (argument,) = ctx.generators[key].parts
    up = subtract({((key, 1),): 1}, argument)
    away = up if name == "ceiling" else scale(up, -1)
    ctx.use("N2")
    for known, bits in ((away, NONNEGATIVE), (subtract(ONE, away), POSITIVE)):
        yield known, ctx.note(known, bits, "rounded", key)


def _split_off(ctx: Context, key: str, free: list[Place]) -> Iterator[tuple[Polynomial, int]]:
    """O6: a sum of terms >= 0 is at least any one of them; more, when n >= 2 and all are > 0; or <= and less."""
    (bound,), summand = ctx.generators[key].parts[0], ctx.generators[key].parts[1].mono
    bits = _of_monomial(ctx, summand)
    if not bits & ZERO:
        return
    strict = NONZERO if bits & NONZERO and _has_several(ctx, bound[1]) else 0
    witnesses = [p for p in free if p[1] == bound[1]]
    for place in witnesses:
        ctx.use("O6")
        known = subtract({((key, 1),): 1}, rename(ctx, {summand: 1}, {bound: place}))
        if bits & NONNEGATIVE:
            yield known, ctx.note(known, NONNEGATIVE | strict, "one term", key, place)
            yield from _moduli_below(ctx, known)
        else:
            yield scale(known, -1), NONNEGATIVE | strict


def _has_several(ctx: Context, dimension: str) -> bool:
    """Whether a dimension is known to be 2 at least."""
    return ctx.least.get(dimension, 1) >= 2 or in_range(ctx, ((LITERAL, dimension, 2),))


def _two_split_off(ctx: Context, key: str, free: list[Place]) -> Iterator[tuple[Polynomial, int]]:
    """O6: a sum of terms >= 0 is at least any two different ones; more, when n >= 3 and all are > 0."""
    (bound,), summand = ctx.generators[key].parts[0], ctx.generators[key].parts[1].mono
    bits = _of_monomial(ctx, summand)
    if not bits & NONNEGATIVE:
        return
    strict = NONZERO if bits & NONZERO and ctx.least.get(bound[1], 1) >= 3 else 0
    for one, other in combinations([p for p in free if p[1] == bound[1]], 2):
        if differ(ctx, one, other):
            ctx.use("O6")
            terms = add(*(rename(ctx, {summand: 1}, {bound: place}) for place in (one, other)))
            yield subtract({((key, 1),): 1}, terms), NONNEGATIVE | strict


def _numbered_terms(
    ctx: Context, total: Polynomial, bound: Place, summand: Monomial, free: list[Place]
) -> Iterator[tuple[Polynomial, int]]:
    """O6: a sum of terms >= 0 is at least those together whose indices are numbers."""
    numbers = [p for p in free if p[0] == LITERAL and p[1] == bound[1]]
    place = ctx.open(bound[1])
    if len(numbers) > 1 and sign(ctx, rename(ctx, {summand: 1}, {bound: place})) & NONNEGATIVE:
        ctx.use("O6")
        terms = add(*(rename(ctx, {summand: 1}, {bound: p}) for p in numbers))
        yield subtract(total, terms), NONNEGATIVE


def _diagonal(ctx: Context, key: str) -> Iterator[tuple[Polynomial, int]]:
    """O6: a sum over pairs of terms >= 0 is at least the sum over the pairs of an index with itself."""
    bound, summand = ctx.generators[key].parts[0], ctx.generators[key].parts[1].mono
    if len(bound) != 2:
        return
    one, other = bound
    if one[1] == other[1] and _of_monomial(ctx, summand) & NONNEGATIVE:
        ctx.use("O6")
        place = ctx.open(one[1])
        diagonal = rename(ctx, {summand: 1}, {one: place, other: place})
        yield subtract({((key, 1),): 1}, sum_over(ctx, (place,), diagonal)), NONNEGATIVE


def attained(ctx: Context, poly: Polynomial) -> Polynomial | None:
    """K4: an opaque Max or Min as the value at an index where it is attained, all occurrences at once."""
    for mono in poly:
        for key in _extrema_inside(ctx, mono):
            kind, bound, body = ctx.generators[key].parts
            place = ctx.witness(bound[1])
            value = rename(ctx, body, {bound: place})
            other = ctx.open(bound[1])
            gap = subtract(value, rename(ctx, body, {bound: other}))
            learn(ctx, gap if kind == "Max" else scale(gap, -1), NONNEGATIVE)
            ctx.use("K4")
            ctx.note(gap, NONNEGATIVE, "attained", key, place)
            return replace_generators(ctx, poly, {key: value})
    return None


def _extrema_inside(ctx: Context, mono: Monomial) -> Iterator[str]:
    for key, _ in mono:
        gen = ctx.generators[key]
        if gen.kind == "m":
            yield key
        elif gen.kind == "e":
            yield from _extrema_inside(ctx, gen.parts[0].mono)


SEARCHES = (
    _closed,
    _as_found_square,
    _shifted,
    _radical,
    _exponents,
    _gathered,
    _gathered_with_weights,
    _gathered_in_pairs,
    _in_fewer_sums,
    _averaged,
    _quadratic,
    _by_facts,
    _in_cases,
    _factored,
    sign_by_roots,
)
UNSIGNED = (_exponents, _in_fewer_sums, _factored)
"""The rules that may show that something is not 0 without telling its sign."""
