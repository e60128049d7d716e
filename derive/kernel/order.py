"""Deciding orders: the sign of the difference of the sides, by the rules of 4.11."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import lcm

from derive.claim import Goal
from derive.kernel.attained import attained
from derive.kernel.bits import negated
from derive.kernel.cases import by_cases
from derive.kernel.context import (
    BOUND,
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    ZERO,
    Context,
    Monomial,
    Polynomial,
    Propose,
    Stuck,
    Undefined,
)
from derive.kernel.convexity import averaged
from derive.kernel.equality import Sides, conclude, read_sides
from derive.kernel.functions import exponential, logarithm
from derive.kernel.induction import by_induction
from derive.kernel.means import by_means
from derive.kernel.model import possible
from derive.kernel.monotone import by_calculus, numerator
from derive.kernel.normalize import OP_SIGN, Reader, Scope
from derive.kernel.ordered import by_order
from derive.kernel.periods import whole_sign
from derive.kernel.polynomial import add, constant, scale, subtract
from derive.kernel.readback import written
from derive.kernel.renamed import rooted, sliced
from derive.kernel.ring import multiply, power, replace_generators
from derive.kernel.scalars import with_products, with_scalars
from derive.kernel.sign import learn, sign
from derive.kernel.spelling import places
from derive.kernel.theorem import Residual, Theorem, about_nothing
from derive.kernel.weighted import weighted
from derive.kernel.zero import Equations
from derive.term import Binary, Number, Term

ATTAINED_ROUNDS = 4
SQUARINGS = 2
MOST_DEGREES = 4
MOST_ROOT = 12
BOUND_SHARE = 20_000
MEAN_SHARE = 5_000
CALCULUS = 30_000
# Efforts: how deep, with convexity or without, and for how much fuel.
FIRST = (1, False, 10_000)
QUICK = ((4, False, 10_000), (2, True, 10_000))
THOROUGH = ((3, True, 40_000), (5, True, 80_000))


def decide_order(goal: Goal, fuel: int, propose: Propose | None = None) -> Theorem | Residual:
    """Prove ``left op right`` for an order or ``!=`` at every admissible point at which both sides are defined."""
    try:
        sides = read_sides(goal, fuel, propose)
        if holds(goal, sides):
            return conclude(goal, sides, "order")
        gap = written(sides.ctx, subtract(sides.left, sides.right))
        return Residual("order not established", "the sign of the difference of the sides is not seen", gap)
    except Stuck as stuck:
        return Residual(stuck.reason, stuck.detail)
    except Undefined as undefined:
        return about_nothing(undefined)


def holds(goal: Goal, sides: Sides) -> bool:
    """Whether the relation is seen between the sides as they were read."""
    ctx = sides.ctx
    wanted = OP_SIGN[goal.op]
    gap = subtract(sides.left, sides.right)
    for key, value in sides.equations.values:
        gap = replace_generators(ctx, gap, {key: value})
    if possible(ctx, gap) & wanted != wanted:
        return False
    difference = Binary("-", goal.left, goal.right)
    if _within(ctx, gap, wanted, *FIRST) or whole_sign(ctx, gap) & wanted == wanted:
        return True
    if Reader(ctx, exists=True).written_sign(difference, sides.scope) & wanted == wanted:
        return True
    if _by_mean(ctx, gap, wanted):
        return True
    if any(_within(ctx, gap, wanted, *effort) for effort in (QUICK if ctx.propose is None else THOROUGH)):
        return True
    if any(_by_bound(ctx, gap, wanted, bound) for bound in BOUNDS) or _in_simpler_arrays(ctx, gap, wanted):
        return True
    if _by_means(ctx, subtract(sides.left, sides.right), wanted, sides.equations):
        return True
    if _by_signs_of_factors(ctx, difference, sides.scope, wanted):
        return True
    if _by_calculus(ctx, gap, wanted) or _by_calculus_of_logarithms(goal, sides, wanted):
        return True
    return by_induction(ctx, gap, wanted)


def _by_calculus_of_logarithms(goal: Goal, sides: Sides, wanted: int) -> bool:
    """O9: a > b > 0 if and only if log(a) > log(b), where a or b is a product as the author wrote it."""
    products = [term for term in (goal.left, goal.right) if isinstance(term, Binary) and term.op in ("*", "/", "**")]
    if not products or sides.equations != Equations() or not wanted & (NONNEGATIVE | NONPOSITIVE):
        return False
    ctx = sides.ctx.fork()
    ctx.fuel = before = min(sides.ctx.fuel, CALCULUS)
    reader = Reader(ctx, exists=True)
    try:
        parts = [*_logarithms(goal.left, 1), *_logarithms(goal.right, -1)]
        if any(reader.written_sign(inner, sides.scope) & POSITIVE != POSITIVE for _, inner in parts):
            return False
        ctx.use("O9")
        total: Polynomial = {}
        for exponent, inner in parts:
            power_of = reader.read(exponent, sides.scope)
            total = add(total, multiply(ctx, power_of, logarithm(ctx, reader.read(inner, sides.scope))))
        return by_calculus(ctx, total, wanted)
    except (Stuck, Undefined):
        return False
    finally:
        sides.ctx.fuel -= before - max(ctx.fuel, 0)


def _logarithms(term: Term, sign_of: int) -> Iterator[tuple[Term, Term]]:
    """``c, t`` for every factor t**c of a product as it is written."""
    match term:
        case Binary("*" | "/" as op, left, right):
            yield from _logarithms(left, sign_of)
            yield from _logarithms(right, sign_of if op == "*" else -sign_of)
        case Binary("**", base, exponent):
            yield from ((Binary("*", exponent, c), inner) for c, inner in _logarithms(base, sign_of))
        case _:
            yield Number(Fraction(sign_of)), term


def _in_simpler_arrays(ctx: Context, gap: Polynomial, wanted: int) -> bool:
    """H2: with a slice of a matrix as a vector, and roots as a vector."""
    case, poly = ctx, gap
    for rewritten in (sliced, rooted):
        case, poly = rewritten(case, poly) or (case, poly)
    if case is ctx:
        return False
    found = any(_within(case, poly, wanted, *effort) for effort in QUICK) or any(
        _by_bound(case, poly, wanted, bound) for bound in BOUNDS
    )
    ctx.fuel = case.fuel
    return found


def _by_means(ctx: Context, gap: Polynomial, wanted: int, equations: Equations) -> bool:
    """O12, O19, once what is positive is multiplied out of denominators; equations may be added (H2)."""
    downward = bool(wanted & NONPOSITIVE)
    if not wanted & (NONNEGATIVE | NONPOSITIVE):
        return False
    needed = NONNEGATIVE | wanted & NONZERO
    case = ctx.fork()
    case.fuel = before = min(ctx.fuel, CALCULUS)
    try:
        poly = numerator(case, scale(gap, -1 if downward else 1))
        sides = (poly, *_squares_of_sides(case, poly), *_powers_of_sides(case, poly))
        forms = [form for side in sides for form in _on_equations(case, side, equations)]
        return any(
            (by_means(case, form) or by_order(case, form) or sign(case, form)) & needed == needed for form in forms
        )
    except (Stuck, Undefined):
        return False
    finally:
        ctx.fuel -= before - max(case.fuel, 0)


def _squares_of_sides(ctx: Context, poly: Polynomial) -> Iterator[Polynomial]:
    """O9: c - b with c >= 0 has the sign of c**2 - b**2 where that is >= 0."""
    number = {mono: c for mono, c in poly.items() if not mono or all(key[0] in "bc" for key, _ in mono)}
    if number and sign(ctx, number) & NONNEGATIVE and len(number) < len(poly):
        rest = subtract(poly, number)
        ctx.use("O9")
        yield subtract(multiply(ctx, number, number), multiply(ctx, rest, rest))


def _powers_of_sides(ctx: Context, poly: Polynomial) -> Iterator[Polynomial]:
    """O9: a - b with a, b >= 0 has the sign of a**N - b**N; to the least N that leaves no root in two terms."""
    degree = lcm(*(e.denominator for mono in poly for _, e in mono))
    if len(poly) != 2 or not 2 < degree <= MOST_ROOT:
        return
    first, second = ({mono: c} for mono, c in sorted(poly.items(), key=lambda term: term[1], reverse=True))
    second = scale(second, -1)
    if all(sign(ctx, side) & NONNEGATIVE for side in (first, second)):
        ctx.use("O9")
        yield numerator(ctx, subtract(power(ctx, first, degree), power(ctx, second, degree)))


def _on_equations(ctx: Context, poly: Polynomial, equations: Equations) -> Iterator[Polynomial]:
    """A polynomial, and with its terms brought to one degree by an equation h = c of the hypotheses, c != 0 (H2)."""
    yield poly
    given = [subtract({((key, 1),): 1}, value) for key, value in equations.values]
    given += [subtract({lead: 1}, value) for lead, value in equations.rewrites]
    for equation in given:
        number = -Fraction(equation.get((), 0))
        if number:
            unit = scale({mono: c for mono, c in equation.items() if mono}, 1 / number)
            yield from _of_one_degree(ctx, poly, unit)


def _of_one_degree(ctx: Context, poly: Polynomial, unit: Polynomial) -> Iterator[Polynomial]:
    """A polynomial with powers of what equals 1 as factors of its terms; roots of it only where it is one term > 0."""
    degrees = {_degree(mono) for mono in unit}
    if not poly or len(degrees) != 1 or (degree := degrees.pop()) <= 0:
        return
    most = max(_degree(mono) for mono in poly)
    missing = {mono: (most - _degree(mono)) / degree for mono in poly}
    rooted = any(e.denominator != 1 for e in missing.values())
    if max(missing.values()) > MOST_DEGREES or (rooted and (len(unit) > 1 or sign(ctx, unit) & POSITIVE != POSITIVE)):
        return
    ctx.use("H2")
    parts = (multiply(ctx, {mono: c}, power(ctx, unit, missing[mono])) for mono, c in poly.items())
    yield add(*parts)


def _degree(mono: Monomial) -> Fraction:
    return sum((Fraction(e) for _, e in mono), Fraction(0))


def _by_calculus(ctx: Context, gap: Polynomial, wanted: int) -> bool:
    """O18, with a share of the fuel, also of a product of two variables as one."""
    case, gap = with_scalars(ctx, gap)
    case.fuel = before = min(ctx.fuel, CALCULUS)
    try:
        if _by_slopes(case, gap, wanted):
            return True
        for other, turned in with_products(case, gap):
            if _by_slopes(other, turned, wanted):
                return True
            case.fuel = other.fuel
        return False
    except Stuck as stuck:
        if stuck.reason != "budget":
            raise
        return False
    finally:
        ctx.fuel -= before - max(case.fuel, 0)


def _by_slopes(ctx: Context, gap: Polynomial, wanted: int) -> bool:
    """O18, if need be case by case or between logarithms."""
    if by_calculus(ctx, gap, wanted) or by_cases(ctx, gap, lambda c, poly: by_calculus(c, poly, wanted)):
        return True
    return any(by_calculus(ctx, logarithms, wanted) for logarithms in _between_logarithms(ctx, gap))


def _between_logarithms(ctx: Context, gap: Polynomial) -> Iterator[Polynomial]:
    """O9: a - b with an exponential a and b > 0 has the sign of log(a) - log(b); or the other way round."""
    for mono, c in gap.items():
        if len(gap) < 3 or not any(key[0] == "e" for key, _ in mono):
            continue
        turned = 1 if c > 0 else -1
        first: Polynomial = {mono: c * turned}
        second = subtract(first, scale(gap, turned))
        if all(sign(ctx, part) & POSITIVE == POSITIVE for part in (first, second)):
            ctx.use("O9")
            yield scale(subtract(logarithm(ctx, first), logarithm(ctx, second)), turned)


def _by_mean(ctx: Context, gap: Polynomial, wanted: int) -> bool:
    """O4, O14: whether the difference is a weighted mean, which a search deep in its terms would find late."""
    case = ctx.fork()
    case.depth, case.lemmas, case.fuel = 1, True, min(ctx.fuel, MEAN_SHARE)
    before = case.fuel
    try:
        bits = averaged(case, gap) or negated(averaged(case, scale(gap, -1)))
        return bits & wanted == wanted
    except (Stuck, Undefined):
        return False
    finally:
        ctx.fuel -= before - max(case.fuel, 0)


def _by_bound(ctx: Context, gap: Polynomial, wanted: int, bound: Bound) -> bool:
    """Whether something that is at most the difference, or that has its sign, is seen to have the sign."""
    upward = bool(wanted & NONNEGATIVE)
    if not upward and not wanted & NONPOSITIVE:
        return False
    needed = NONNEGATIVE | wanted & NONZERO
    with_terms = ctx.fork()
    before = with_terms.fuel = min(ctx.fuel, BOUND_SHARE)
    try:
        below = bound(with_terms, gap if upward else scale(gap, -1))
        return any(_is_seen(with_terms, poly, needed) for poly in below)
    except (Stuck, Undefined):
        return False
    finally:
        ctx.fuel -= before - max(with_terms.fuel, 0)


def _is_seen(ctx: Context, poly: Polynomial, needed: int) -> bool:
    """Whether a sign is seen with the share of one bound."""
    case = ctx.fork()
    case.depth, case.lemmas, case.fuel = 3, True, min(ctx.fuel, BOUND_SHARE // 3)
    before = case.fuel
    try:
        return sign(case, poly) & needed == needed
    except (Stuck, Undefined):
        return False
    finally:
        ctx.spend(before - max(case.fuel, 0))


def _by_squares(ctx: Context, gap: Polynomial) -> Iterator[Polynomial]:
    """O9: a - b with a >= 0 has the sign of a**2 - b**2 where that is >= 0; for roots, twice if need be."""
    for _ in range(SQUARINGS):
        if not any(e.denominator != 1 for mono in gap for _, e in mono):
            return
        first = {mono: c for mono, c in gap.items() if sign(ctx, {mono: c}) & NONNEGATIVE}
        if not first:
            return
        second = subtract(gap, first)
        ctx.note(gap, NONNEGATIVE, "square", first, second)
        gap = subtract(multiply(ctx, first, first), multiply(ctx, second, second))
        ctx.use("O9")
        yield gap


def _by_exponentials(ctx: Context, gap: Polynomial) -> Iterator[Polynomial]:
    """O10: a - b has the sign of exp(a) - exp(b), of which a hypothesis may speak."""
    known = (key for bucket in ctx.facts.values() for fact in bucket for mono in fact.polynomial for key, _ in mono)
    plain = all(key[0] in "va" for mono in gap for key, _ in mono)
    if plain and any(key[0] == "e" for key in known):
        first = {mono: c for mono, c in gap.items() if c > 0}
        ctx.use("O10")
        below = exponential(ctx, subtract(first, gap))
        ctx.note(gap, NONNEGATIVE, "grown", gap, below)
        yield subtract(exponential(ctx, first), below)


def _by_signs_of_factors(ctx: Context, term: Term, scope: Scope, wanted: int) -> bool:
    """K2 on a factor of a product as the author wrote it: what makes it positive may make the others so."""
    for factor in _factors(term):
        inner = Reader(ctx, exists=True).read(factor, scope)
        if constant(inner) is None and all(p[0] < BOUND for p in places(ctx, inner)):
            ctx.use("K2")
            if all(_case_holds(ctx, term, scope, wanted, inner, bits) for bits in (POSITIVE, NEGATIVE, ZERO)):
                return True
    return False


def _case_holds(ctx: Context, term: Term, scope: Scope, wanted: int, inner: Polynomial, bits: int) -> bool:
    case = ctx.fork()
    learn(case, inner, bits)
    holds = Reader(case, exists=True).written_sign(term, scope) & wanted == wanted
    ctx.fuel = case.fuel
    return holds


def _factors(term: Term) -> Iterator[Term]:
    """The factors of a product that is compared with 0."""
    match term:
        case Binary("-", inner, Number(value)) | Binary("-", Number(value), inner) if not value:
            yield from _factors(inner)
        case Binary("*", left, right):
            yield from _factors(left)
            yield from _factors(right)
        case Binary("/", left, _):
            yield from _factors(left)
        case Binary("-") | Binary("+"):
            yield term


def _within(ctx: Context, gap: Polynomial, wanted: int, depth: int, lemmas: bool, share: int) -> bool:
    """Search to a depth, with a share of the fuel; a share that is used up ends only this search."""
    case = ctx.fork()
    case.depth, case.lemmas, case.fuel = depth, lemmas, min(ctx.fuel, share)
    before = case.fuel
    try:
        return _has_sign(case, gap, wanted) or by_cases(case, gap, lambda c, poly: _has_sign(c, poly, wanted))
    except Stuck as stuck:
        if stuck.reason != "budget":
            raise
        return False
    finally:
        ctx.fuel -= before - max(case.fuel, 0)


def _has_sign(ctx: Context, poly: Polynomial, wanted: int) -> bool:
    """Whether the sign is seen, if need be with each Max written as the value at an index where it is attained."""
    for _ in range(ATTAINED_ROUNDS):
        if sign(ctx, poly) & wanted == wanted:
            return True
        step = attained(ctx, poly)
        if step is None:
            return False
        poly = step
    return False


Bound = Callable[[Context, Polynomial], Iterator[Polynomial]]
"""Polynomials that are at most a given one, or that it has the sign of once they are >= 0."""
BOUNDS: tuple[Bound, ...] = (weighted, _by_squares, _by_exponentials)
