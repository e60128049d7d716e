"""Orders by calculus (rule O18): a function of one variable on an interval, by the sign of its derivative.

On an interval on which f is continuous, f(x) >= 0 follows

* from f(a) >= 0 at the left end and f' >= 0 inside, or from f(b) >= 0 at the right end and f' <= 0 inside;
* from f(e) >= 0 at a point e between, f' <= 0 left of it and f' >= 0 right of it;
* from f(a) >= 0, f(b) >= 0 and f'' <= 0 inside, or f' >= 0 up to some point and f' <= 0 from there on;
* from enclosures of f on the parts of a subdivision, where both ends are numbers.

At an end that the interval does not have, or does not reach, a limit stands for the value.

The interval is what the hypotheses say of the variable, the other variables stand still; inside it nothing else is
known of the variable. Where to cut is guessed, every sign is proved.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import reduce
from itertools import chain
from operator import and_

from derive.kernel.algebraic import is_zero
from derive.kernel.bits import times
from derive.kernel.constants import Enclosure, enclosure_of
from derive.kernel.context import (
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    ZERO,
    Context,
    Monomial,
    Polynomial,
    Stuck,
    Undefined,
)
from derive.kernel.differentiate import Target, differentiate
from derive.kernel.ends import limit_towards
from derive.kernel.functions import logarithm
from derive.kernel.interval import Interval, forgetting, inside_of, intervals, split_at, variables
from derive.kernel.model import estimate, possible
from derive.kernel.polynomial import ONE, add, merge, scale, subtract
from derive.kernel.ring import multiply, power, replace_generators, settle, variable
from derive.kernel.sign import learn, sign
from derive.kernel.spelling import names, parts_of, places
from derive.kernel.turning import BITS, grid, middle_of, turning_points

DEPTH = 5
SEARCH = 2
MOST_BOXES = 100
MOST_CLEARED = 8
MOST_TURNS = 2
CUTS = (1, 3, 8)
CONTINUOUS = {"sin", "cos", "atan", "erf"}


def by_calculus(ctx: Context, poly: Polynomial, wanted: int) -> bool:
    """Whether a polynomial is seen to have a sign by its slope in one of its variables."""
    if places(ctx, poly):
        return False
    poly = _relaxed(ctx, poly)
    options = (wanted,) if wanted & (NONNEGATIVE | NONPOSITIVE) else (POSITIVE, NEGATIVE)
    forms = [poly, *_by_logarithms(ctx, poly)]
    return any(
        attempt(ctx, form, bits) for bits in options for form in forms for attempt in (_has_slope, _by_reciprocal)
    )


def _has_slope(ctx: Context, poly: Polynomial, wanted: int) -> bool:
    return _is_signed(ctx, poly, wanted, DEPTH)


def _by_logarithms(ctx: Context, poly: Polynomial) -> Iterator[Polynomial]:
    """O9: a - b with a, b > 0 has the sign of log(a) - log(b); where exponentials stand in it."""
    first = {mono: c for mono, c in poly.items() if c > 0}
    second = subtract(first, poly)
    exponentials = any(key[0] == "e" for mono in poly for key, _ in mono)
    if exponentials and all(part and _sign(ctx, part) & POSITIVE == POSITIVE for part in (first, second)):
        ctx.use("O9")
        yield subtract(logarithm(ctx, first), logarithm(ctx, second))


def _by_reciprocal(ctx: Context, poly: Polynomial, wanted: int) -> bool:
    """O18 in t = 1/x, where x > 0 has no upper end and stands in a logarithm or an exponential."""
    if not any(key[0] in "le" for mono in poly for key, _ in mono):
        return False
    for interval in intervals(ctx, poly):
        if interval.low is None or interval.high is not None or interval.name.startswith("1/"):
            continue
        bits = POSITIVE if not interval.low and not interval.closed_low else _sign(ctx, interval.low)
        if bits & POSITIVE != POSITIVE:
            continue
        case = ctx.fork()
        case.types[f"1/{interval.name}"] = "positive"
        t = variable(case, f"1/{interval.name}")
        if interval.low:
            above = subtract(ONE, multiply(case, t, interval.low))
            learn(case, above, NONNEGATIVE if interval.closed_low else POSITIVE)
        try:
            turned = replace_generators(case, poly, {interval.key: power(case, t, -1)})
            done = _is_signed(case, turned, wanted, DEPTH - 1)
        except (Stuck, Undefined) as stopped:
            if isinstance(stopped, Stuck) and stopped.reason == "budget":
                raise
            done = False
        ctx.fuel = case.fuel
        if done:
            return True
    return False


def _relaxed(ctx: Context, poly: Polynomial) -> Polynomial:
    """O17: the same with real variables in place of whole ones, where nothing in it stands for whole numbers only."""
    whole = {key for key in variables(ctx, poly) if ctx.generators[key].parts[0] in ctx.integers}
    new: dict[str, Polynomial] = {}
    for key in sorted(whole):
        name = str(ctx.generators[key].parts[0])
        if name in ctx.size or _is_counted(ctx, poly, name):
            continue
        new[key] = variable(ctx, f"real {name}")
        if name in ctx.least:
            learn(ctx, subtract(new[key], {(): ctx.least[name]}), NONNEGATIVE)
    facts = [f for bucket in ctx.facts.values() for f in bucket if names(ctx, f.polynomial) & {k[2:-1] for k in new}]
    for fact in facts:
        if not any(_is_counted(ctx, fact.polynomial, k[2:-1]) for k in new):
            learn(ctx, replace_generators(ctx, fact.polynomial, new), fact.bits)
    if new:
        ctx.use("O17")
    return replace_generators(ctx, poly, new) if new else poly


def _is_counted(ctx: Context, poly: Polynomial, name: str) -> bool:
    """Whether a whole number stands where a real one may not: in a power of any base, a factorial, below a sum."""
    stack = [key for mono in poly for key, _ in mono]
    while stack:
        gen = ctx.generators[stack.pop()]
        if name in gen.names and (gen.kind not in "velbhzf" or (gen.kind == "f" and gen.parts[0] not in CONTINUOUS)):
            return True
        stack.extend(key for mono in parts_of(gen) for key, _ in mono)
    return False


def _is_signed(ctx: Context, poly: Polynomial, wanted: int, depth: int) -> bool:
    if wanted & NONPOSITIVE:
        poly, wanted = scale(poly, -1), NONNEGATIVE | (wanted & NONZERO)
    whole = numerator(ctx, poly)
    strict = bool(wanted & NONZERO)
    if _sign(ctx, whole) & wanted == wanted or (not strict and is_zero(ctx, whole)):
        return True
    if depth <= 0 or possible(ctx, poly) & wanted != wanted:
        return False
    ctx.spend(40)
    # A difference of two values of one function has simpler slopes as it stands, or without variables below.
    forms = [whole]
    if depth >= DEPTH - 1:
        forms += [form for form in (numerator(ctx, poly, "v"), poly) if form != whole]
    return any(_on(ctx, form, interval, strict, depth) for form in forms for interval in intervals(ctx, form))


def _sign(ctx: Context, poly: Polynomial, depth: int = SEARCH) -> int:
    before, ctx.depth = ctx.depth, depth
    try:
        return sign(ctx, poly) | _sign_of_groups(ctx, poly)
    except Undefined:
        return 0
    finally:
        ctx.depth = before


def _sign_of_groups(ctx: Context, poly: Polynomial) -> int:
    """The sign of a sum of products (O2), with the constants before each product as one number."""
    groups: dict[Monomial, Polynomial] = {}
    for mono, c in poly.items():
        fixed = tuple(f for f in mono if f[0][0] == "c" or (f[0][0] == "b" and not ctx.generators[f[0]].names))
        moving = tuple(f for f in mono if f not in fixed)
        groups[moving] = add(groups.get(moving, {}), {fixed: c})
    if len(groups) == len(poly):
        return 0
    found = [times(sign(ctx, factor), sign(ctx, {moving: 1})) for moving, factor in groups.items()]
    weak = reduce(and_, found) & ZERO
    return weak | (NONZERO if weak and any(bits & NONZERO for bits in found) else 0)


def numerator(ctx: Context, poly: Polynomial, kinds: str = "") -> Polynomial:
    """A polynomial times what is seen to be positive below its fraction bars, of some kinds only if these are given."""
    before, times = poly, ONE
    for _ in range(MOST_CLEARED):
        found = next(_clearing(ctx, poly, kinds), None)
        if found is None:
            break
        (key, e), unit = found
        parts = (scale(settle(ctx, merge(mono, ((key, -e),))), c) for mono, c in poly.items())
        poly = scale(add(*parts), unit)
        times = {merge(mono, ((key, -e),)): c * unit for mono, c in times.items()}
    if times != ONE:
        ctx.note(before, NONNEGATIVE, "cleared", poly, times)
    return poly


def _clearing(ctx: Context, poly: Polynomial, kinds: str) -> Iterator[tuple[tuple[str, Fraction], int]]:
    """``(key, e), unit``: what stands below a fraction bar with its lowest exponent, where unit*key**-e > 0 is seen."""
    lowest: dict[str, Fraction] = {}
    for mono in poly:
        for key, e in mono:
            if e < 0 and key[0] != "e" and (not kinds or key[0] in kinds):
                lowest[key] = min(lowest.get(key, Fraction(0)), Fraction(e))
    for key, least in sorted(lowest.items()):
        base: Polynomial = ctx.generators[key].parts[0] if key[0] == "b" else {((key, 1),): 1}
        # Where the angle of a function lies takes one step more to see.
        bits = _sign(ctx, base, SEARCH + (key[0] == "f"))
        # Below a delta a denominator may be 0 where the delta is.
        bare = any(_is_below(mono, key) and all(k[0] not in "dg" for k, _ in mono) for mono in poly)
        even = least.denominator == 1 and least % 2 == 0 and bare
        if bits & POSITIVE == POSITIVE or even:
            yield (key, least), 1
        elif bits & NEGATIVE == NEGATIVE and least.denominator == 1:
            yield (key, least), -1


def _is_below(mono: Monomial, key: str) -> bool:
    return any(k == key and e < 0 for k, e in mono)


# --- the rules ---


def _on(ctx: Context, poly: Polynomial, interval: Interval, strict: bool, depth: int) -> bool:
    try:
        if _by_slope(ctx, poly, interval, strict, depth):
            return True
        return depth > DEPTH - 2 and _by_boxes(ctx, poly, interval, depth)
    except (Stuck, Undefined) as stopped:
        if isinstance(stopped, Stuck) and stopped.reason == "budget":
            raise
        return False


def _by_slope(ctx: Context, poly: Polynomial, interval: Interval, strict: bool, depth: int) -> bool:
    outside = forgetting(ctx, interval.name)
    inside = inside_of(ctx, interval, ends=False)
    slope = differentiate(inside, poly, Target(interval.name))
    at_low = _value_at(outside, poly, interval, interval.low)
    at_high = _value_at(outside, poly, interval, interval.high)
    for value, end, wanted in ((at_low, "low", NONNEGATIVE), (at_high, "high", NONPOSITIVE)):
        if value is None or not _is_signed(outside, value, NONNEGATIVE, depth - 1):
            continue
        reached = interval.closed_low if end == "low" else interval.closed_high
        # Strict where the value at the end is, or where the end is not reached and the slope is strict.
        positive = not strict or _is_signed(outside, value, POSITIVE, depth - 1)
        if not positive and reached:
            continue
        if _is_signed(inside, slope, wanted | (0 if positive else NONZERO), depth - 1) or (
            not positive and _is_strict_but_for_points(ctx, slope, interval, wanted, depth)
        ):
            ctx.use("O18")
            ctx.note(poly, NONNEGATIVE | (NONZERO if strict else 0), "slope", interval, end, positive, slope)
            return True
    ends = None if at_low is None or at_high is None else (at_low, at_high)
    if ends is not None and _is_concave(inside, outside, slope, ends, interval, strict, depth):
        ctx.use("O18")
        ctx.note(poly, NONNEGATIVE | (NONZERO if strict else 0), "slope", interval, "both", False, slope)
        return True
    if depth > DEPTH - 4 and _by_turning_point(ctx, poly, slope, interval, strict, depth):
        return True
    if depth > DEPTH - 2 and _by_limits(ctx, poly, slope, interval, strict, depth):
        return True
    return depth == DEPTH and _by_halves(ctx, poly, slope, interval, strict, depth)


def _by_limits(ctx: Context, poly: Polynomial, slope: Polynomial, interval: Interval, strict: bool, depth: int) -> bool:
    """f >= 0 from one end on, or between the two, where values at ends may be limits.

    Strictly where the slope is 0 at single points only: then f is 0 on no part, and leaves 0 before it comes back.
    """
    ctx.spend(400 + 20 * len(slope))
    outside, inside = forgetting(ctx, interval.name), inside_of(ctx, interval, ends=False)
    if not is_continuous(inside, poly):
        return False
    try:
        low, high = (_holds_at_end(outside, poly, interval, way, strict, depth) for way in (-1, 1))
        rises = low and _is_signed(inside, slope, NONNEGATIVE, depth - 1)
        falls = not rises and high and _is_signed(inside, slope, NONPOSITIVE, depth - 1)
        if not rises and not falls and not (low and high and _turns_once(outside, inside, slope, interval, MOST_TURNS)):
            return False
    finally:
        ctx.fuel = min(ctx.fuel, inside.fuel, outside.fuel)
    if strict and not _is_zero_at_points_only(ctx, slope, interval):
        return False
    ctx.use("O18")
    start = "low" if rises else "high" if falls else "both"
    ctx.note(poly, NONNEGATIVE | (NONZERO if strict else 0), "ends", interval, start, slope)
    return True


def _holds_at_end(ctx: Context, poly: Polynomial, interval: Interval, way: int, strict: bool, depth: int) -> bool:
    """Whether a function is >= 0 at an end or tends to what is; > 0 if it is to be so at an end that is reached."""
    end, reached = (interval.low, interval.closed_low) if way < 0 else (interval.high, interval.closed_high)
    value = _value_at(ctx, poly, interval, end)
    if value is None:
        value = limit_towards(ctx, poly, interval.key, end, way)
    wanted = POSITIVE if strict and reached else NONNEGATIVE
    return value is not None and _is_signed(ctx, value, wanted, min(depth - 1, 1))


def _by_halves(ctx: Context, poly: Polynomial, slope: Polynomial, interval: Interval, strict: bool, depth: int) -> bool:
    """f >= 0 up to a point and from there on: guessed where f seems to be greatest or least."""
    if interval.low is None or interval.high is None or variables(ctx, slope) != {interval.key}:
        return False
    for e in chain(turning_points(ctx, scale(slope, -1), interval), turning_points(ctx, slope, interval)):
        if _lies_in(ctx, e, interval) and all(
            _by_limits(ctx, poly, slope, half, strict, depth) for half in split_at(interval, e)
        ):
            ctx.note(poly, NONNEGATIVE | (NONZERO if strict else 0), "halves", interval, e)
            return True
    return False


def _turns_once(outside: Context, inside: Context, poly: Polynomial, interval: Interval, turns: int) -> bool:
    """Whether g >= 0 up to some point and g <= 0 from there on: g falls, or does so after it has risen from above 0.

    What is positive on the whole interval is divided by first.
    """
    inside.spend(200 + 20 * len(poly))
    found, cleared = poly, numerator(inside, poly)
    poly = _without_positive_factors(inside, cleared)
    if not _seems_to_turn_once(inside, poly, interval) or not is_continuous(inside, poly):
        return False
    rate = differentiate(inside, poly, Target(interval.name))
    if _is_signed(inside, rate, NONPOSITIVE, 2):
        inside.note(found, NONZERO, "turns", cleared, poly, "", rate)
        return True
    if not turns:
        return False
    for end, way in (("low", -1), ("high", 1)):
        beyond, moved = scale(poly, -way), scale(rate, -way)
        reached = _holds_at_end(outside, beyond, interval, way, False, 2)
        if reached and _turns_once(outside, inside, moved, interval, turns - 1):
            inside.note(found, NONZERO, "turns", cleared, poly, end, moved)
            return True
    return False


def _seems_to_turn_once(ctx: Context, poly: Polynomial, interval: Interval) -> bool:
    """What floats see of the signs on the interval, where nothing else moves."""
    if variables(ctx, poly) != {interval.key}:
        return True
    low, high = (middle_of(ctx, end) for end in (interval.low, interval.high))
    seen = [estimate(ctx, poly, {interval.name: float(p)}) for p in sorted(set(grid(low, high)))]
    signs = [value > 0 for value in seen if value]
    return signs == sorted(signs, reverse=True)


def _without_positive_factors(ctx: Context, poly: Polynomial) -> Polynomial:
    """A polynomial less the powers of what is positive that all of its terms share."""
    shared = {key: Fraction(e) for key, e in next(iter(poly), ())}
    for mono in poly:
        powers = dict(mono)
        shared = {key: min(e, Fraction(powers[key])) for key, e in shared.items() if key in powers}
    positive = [key for key in shared if _sign(ctx, {((key, 1),): 1}) & POSITIVE == POSITIVE]
    factor = tuple((key, -shared[key]) for key in sorted(positive))
    return {merge(mono, factor): c for mono, c in poly.items()} if factor else poly


def _is_strict_but_for_points(ctx: Context, slope: Polynomial, interval: Interval, wanted: int, depth: int) -> bool:
    """A slope never against the sign and 0 at single points only: analytic and not 0 at some point, or c*x**e."""
    inside = inside_of(ctx, interval, ends=False)
    return _is_signed(inside, slope, wanted, depth - 1) and _is_zero_at_points_only(ctx, slope, interval)


def _is_zero_at_points_only(ctx: Context, slope: Polynomial, interval: Interval) -> bool:
    """Whether a function is analytic and not 0 at some point, or a product of powers."""
    inside = inside_of(ctx, interval, ends=False)
    if len(slope) == 1:
        return all(k == interval.key or _sign(inside, {((k, 1),): 1}) & NONZERO for k, _ in next(iter(slope)))
    if variables(ctx, slope) != {interval.key} or not is_continuous(inside, slope, analytic=True):
        return False
    low, high = (middle_of(ctx, side) for side in (interval.low, interval.high))
    point = next(iter(grid(low, high)))
    within = (low is None or low < point) and (high is None or point < high)
    return within and bool(_side(ctx, slope, interval.key, point))


def _is_concave(
    inside: Context,
    outside: Context,
    slope: Polynomial,
    ends: tuple[Polynomial, Polynomial],
    interval: Interval,
    strict: bool,
    depth: int,
) -> bool:
    """f >= 0 at both ends and f'' <= 0 inside; strictly inside where f'' < 0 there."""
    if strict and (interval.closed_low or interval.closed_high):
        return False
    if not all(_is_signed(outside, value, NONNEGATIVE, min(depth - 1, 1)) for value in ends):
        return False
    second = differentiate(inside, slope, Target(interval.name))
    return _is_signed(inside, second, NEGATIVE if strict else NONPOSITIVE, min(depth - 1, 2))


def _value_at(ctx: Context, poly: Polynomial, interval: Interval, end: Polynomial | None) -> Polynomial | None:
    """The value at an end, if the function is continuous on the interval with this end."""
    if end is None:
        return None
    closed = Interval(
        interval.key, interval.name, interval.low, interval.high, end is interval.low, end is interval.high
    )
    if not is_continuous(inside_of(ctx, closed, ends=True), poly):
        return None
    try:
        return replace_generators(ctx, poly, {interval.key: end})
    except Undefined:
        return None


def is_continuous(ctx: Context, poly: Polynomial, analytic: bool = False) -> bool:
    """Whether a polynomial is defined and continuous, or even analytic, wherever the facts of a context hold."""
    return all(_is_continuous(ctx, key, Fraction(e), analytic) for mono in poly for key, e in mono)


def _is_continuous(ctx: Context, key: str, e: Fraction, analytic: bool) -> bool:
    kind, parts = key[0], ctx.generators[key].parts
    base: Polynomial = parts[0] if kind == "b" else {((key, 1),): 1}
    bits = _sign(ctx, base) if e < 0 or e.denominator != 1 else NONNEGATIVE | NONZERO
    if (e < 0 and not bits & NONZERO) or (e.denominator != 1 and not bits & NONNEGATIVE):
        return False
    if analytic and ((e.denominator != 1 and not bits & NONZERO) or kind == "h"):
        return False
    if kind in "vc":
        return True
    if kind == "e":
        return is_continuous(ctx, {parts[0].mono: 1}, analytic)
    if kind == "l":
        return _sign(ctx, parts[0]) & POSITIVE == POSITIVE and is_continuous(ctx, parts[0], analytic)
    if kind in "bh":
        return is_continuous(ctx, parts[0], analytic)
    if kind == "f" and parts[0] in ("asin", "acos"):
        wanted = POSITIVE if analytic else NONNEGATIVE
        square = subtract(ONE, multiply(ctx, parts[1][0], parts[1][0]))
        return _sign(ctx, square) & wanted == wanted and is_continuous(ctx, parts[1][0], analytic)
    return kind == "f" and parts[0] in CONTINUOUS and is_continuous(ctx, parts[1][0], analytic)


# --- turning points ---


def _by_turning_point(
    ctx: Context, poly: Polynomial, slope: Polynomial, interval: Interval, strict: bool, depth: int
) -> bool:
    """f' <= 0 up to a point e, f' >= 0 from there on, and f(e) >= 0."""
    outside = forgetting(ctx, interval.name)
    for e in turning_points(ctx, slope, interval):
        left, right = split_at(interval, e)
        if not _lies_in(ctx, e, interval) or not is_continuous(inside_of(ctx, interval, ends=True), poly):
            continue
        value = replace_generators(outside, poly, {interval.key: e})
        if not _is_signed(outside, value, POSITIVE if strict else NONNEGATIVE, min(depth - 1, 1)):
            continue
        sides = ((left, NONPOSITIVE), (right, NONNEGATIVE))
        if all(_is_signed(inside_of(ctx, part, ends=False), slope, wanted, depth - 1) for part, wanted in sides):
            ctx.use("O18")
            bits = NONNEGATIVE | (NONZERO if strict else 0)
            for part, end in ((left, "high"), (right, "low")):
                ctx.note(poly, bits, "slope", part, end, strict, slope)
            ctx.note(poly, bits, "turning point", interval, e)
            return True
    return False


def _lies_in(ctx: Context, e: Polynomial, interval: Interval) -> bool:
    """Whether a point lies in the interval: between its ends, or at one that belongs to it."""
    gaps = [] if interval.low is None else [(subtract(e, interval.low), interval.closed_low)]
    gaps += [] if interval.high is None else [(subtract(interval.high, e), interval.closed_high)]
    return all(_sign(ctx, gap) & POSITIVE == POSITIVE or (closed and _is_nonnegative(ctx, gap)) for gap, closed in gaps)


def _is_nonnegative(ctx: Context, poly: Polynomial) -> bool:
    return bool(_sign(ctx, poly) & NONNEGATIVE) or is_zero(ctx, poly)


def _side(ctx: Context, poly: Polynomial, key: str, at: Fraction) -> int:
    ctx.spend(12)
    found = enclosure_of(ctx, poly, BITS, {key: (at, at)})
    return 0 if found is None else 1 if found[0] > 0 else -1 if found[1] < 0 else 0


# --- boxes ---


def _by_boxes(ctx: Context, poly: Polynomial, interval: Interval, depth: int) -> bool:
    """Enclosures on a subdivision; beyond it, on rays, the slope."""
    others = [k for k in variables(ctx, poly) if k != interval.key]
    if others:
        return False
    low, high = _rational_end(ctx, interval.low, 0), _rational_end(ctx, interval.high, 1)
    for cut in CUTS if interval.low is None or interval.high is None else (0,):
        a = Fraction(min(-cut, int(high or 0) - 1)) if low is None else low
        b = Fraction(max(cut, int(low or 0) + 1)) if high is None else high
        if not _is_enclosed(ctx, poly, interval.key, a, b):
            continue
        rays: list[Interval] = []
        if low is None:
            rays.append(Interval(interval.key, interval.name, None, {(): a}, False, True))
        if high is None:
            rays.append(Interval(interval.key, interval.name, {(): b}, None, True, False))
        if all(_by_slope(ctx, poly, ray, True, depth - 1) for ray in rays):
            ctx.use("O18")
            ctx.note(poly, POSITIVE, "boxes", interval, a, b)
            return True
    return False


def _rational_end(ctx: Context, end: Polynomial | None, side: int) -> Fraction | None:
    """A rational number at an end, outward."""
    found = None if end is None else enclosure_of(ctx, end, BITS)
    return None if found is None else found[side]


def _is_enclosed(ctx: Context, poly: Polynomial, key: str, low: Fraction, high: Fraction) -> bool:
    """Whether a function is positive on [low, high], by enclosures on its parts."""
    if any(_side(ctx, poly, key, end) != 1 for end in (low, high)):
        return False
    parts: list[Enclosure] = [(low, high)]
    for _ in range(MOST_BOXES):
        if not parts:
            ctx.use("N1")
            return True
        a, b = parts.pop()
        found = enclosure_of(ctx, poly, BITS, {key: (a, b)})
        if found is not None and found[0] > 0:
            continue
        if found is not None and found[1] < 0:
            return False
        ctx.spend(12)
        middle = (a + b) / 2
        parts += [(a, middle), (middle, b)]
    return False
