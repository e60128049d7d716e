"""Derivatives of polynomials over generators, in a scalar variable or a component (KERNEL 4.8)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from derive.kernel.context import (
    NONZERO,
    POSITIVE,
    Context,
    Generator,
    Monomial,
    Place,
    Polynomial,
    Rational,
    Stuck,
    Undefined,
)
from derive.kernel.elementary import derivative_of
from derive.kernel.functions import maximum, number_constant, signum, symbolic_power
from derive.kernel.polynomial import ONE, add, scale, subtract
from derive.kernel.reductions import product_over
from derive.kernel.ring import (
    absolute,
    delta,
    guarded,
    multiply,
    open_bound,
    power,
    product,
    rename,
    replace_generators,
    variable,
)
from derive.kernel.solutions import solutions
from derive.kernel.spelling import names, parts_of, places, reached
from derive.kernel.sums import sum_over
from derive.kernel.trigonometry import sine
from derive.signature import FUNCTIONS


class Target(Struct, frozen=True):
    """What is differentiated by: a scalar variable (no places), or the component of an array at some indices.

    ``exists`` says that the derivative of the whole has a value, as that of a side does wherever the claim speaks.
    """

    name: str
    at: tuple[Place, ...] | None = None
    exists: bool = False


def differentiate(ctx: Context, poly: Polynomial, target: Target) -> Polynomial:
    """The derivative of a polynomial; Fails with Stuck where an open obligation of a rule is not discharged."""
    moving = ((m, c) for m, c in poly.items() if any(target.name in ctx.generators[key].names for key, _ in m))
    return add(*(scale(_of_monomial(ctx, mono, target), c) for mono, c in moving))


def _of_monomial(ctx: Context, mono: Monomial, target: Target) -> Polynomial:
    """V2: the product rule."""
    ctx.use("V2")
    terms: list[Polynomial] = []
    smooth = _smooth_kinks(ctx, mono)
    for n, (key, e) in enumerate(mono):
        gen = ctx.generators[key]
        if target.name not in gen.names or (key in smooth and key[0] == "h"):
            continue
        if key in smooth:
            e += 1
        others: Polynomial = {mono[:n] + mono[n + 1 :]: 1}
        if gen.kind == "b":
            inner = _of_radicand(ctx, gen, e, target)
        else:
            below = e - 1 if key not in smooth else e - 2
            lowered = scale(power(ctx, {((key, 1),): 1}, below), e)
            # Other powers of an Abs than the first are not smooth in it.
            plain = replace(target, exists=False) if gen.kind == "h" and e != 1 else target
            inner = multiply(ctx, lowered, _of_generator(ctx, gen, plain))
        terms.append(multiply(ctx, others, inner))
    return add(*terms)


def _smooth_kinks(ctx: Context, mono: Monomial) -> set[str]:
    """V3: t**k * Abs(t) for k >= 1 is differentiable everywhere, with derivative (k + 1) * t**(k-1) * Abs(t) * t'.

    Returns the keys of such t and of their Abs; an Abs with a power of its own is left to the row of Abs.
    """
    exponents = dict(mono)
    found: set[str] = set()
    for key, e in mono:
        inner = _single(ctx.generators[key].parts[0]) if key[0] == "h" and e == 1 else None
        if inner is None or any(other[0] in "hz" and other != key for other in exponents):
            continue
        k = exponents.get(inner, 0)
        if k >= 1 and k.denominator == 1:
            found |= {key, inner}
    return found


def _single(poly: Polynomial) -> str | None:
    """The key of a polynomial that is one generator."""
    if len(poly) != 1:
        return None
    ((mono, c),) = poly.items()
    return mono[0][0] if c == 1 and len(mono) == 1 and mono[0][1] == 1 else None


def _of_radicand(ctx: Context, gen: Generator, e: Rational, target: Target) -> Polynomial:
    """V3: the derivative of q**e; a fractional exponent needs q > 0, which a negative one implies already."""
    radicand = gen.parts[0]
    if e.denominator != 1 and e > 0:
        _require(ctx, radicand, POSITIVE, "the radicand of a root that is differentiated is not seen to be positive")
    ctx.use("V3")
    inner = differentiate(ctx, radicand, target)
    return multiply(ctx, scale(power(ctx, radicand, e - 1), e), inner)


def _require(ctx: Context, poly: Polynomial, wanted: int, message: str) -> None:
    if ctx.sign(ctx, poly) & wanted != wanted:
        ctx.unknown += 1
        raise Stuck("open obligation", message)


def _of_generator(ctx: Context, gen: Generator, target: Target) -> Polynomial:
    kind, parts = gen.kind, gen.parts
    if kind == "v":
        ctx.use("V1")
        return ONE if target.at is None and parts[0] == target.name else {}
    if kind == "a":
        return _of_component(ctx, parts[0], parts[1], target)
    if kind == "e":
        mono: Polynomial = {parts[0].mono: 1}
        return multiply(ctx, {((gen.key, 1),): 1}, differentiate(ctx, mono, target))
    if kind == "l":
        return multiply(ctx, differentiate(ctx, parts[0], target), power(ctx, parts[0], -1))
    if kind == "s":
        ctx.use("V6")
        return _of_sum(ctx, gen, target)
    if kind == "h":
        _require_no_kink(ctx, parts[0], target)
        return multiply(ctx, signum(ctx, parts[0]), differentiate(ctx, parts[0], target))
    if kind == "z":
        _require(
            ctx, parts[0], NONZERO, "the argument of sign, where it is differentiated, is not seen to differ from 0"
        )
        return {}
    if kind == "f":
        return _of_function(ctx, parts[0], parts[1], target)
    if kind == "p":
        return _of_integer_power(ctx, parts[0], parts[1], target)
    if kind == "q":
        return _of_product(ctx, gen, target)
    if kind == "m":
        return _of_extremum(ctx, gen, target)
    raise Stuck("outside the fragment", f"the derivative of a generator of kind {kind}")


def _require_no_kink(ctx: Context, inner: Polynomial, target: Target) -> None:
    """V14: where G(v, Abs(w)) has a derivative, it is by sign(w)*w' also at w = 0, for then dG/dAbs(w)*w' is 0 there.

    The slopes to both sides are G_v + G_a*Abs(w') and G_v - G_a*Abs(w'); with several Abs their sum takes its place. A
    kink inside w where w = 0 would break the symmetry.
    """
    if target.exists and ctx.sign(ctx, inner) & NONZERO == 0 and _smooth_where_zero(ctx, inner):
        ctx.use("V14")
        return
    _require(ctx, inner, NONZERO, "the argument of Abs, where it is differentiated, is not seen to differ from 0")


def _smooth_where_zero(ctx: Context, poly: Polynomial) -> bool:
    """Whether a polynomial has no kink where it is 0: it differs from 0 where u = 0, for every Abs(u) inside."""
    if not kinked(ctx, poly):
        return True
    sizes = _free_kinks(ctx, poly)
    if any(key[0] != "h" for key in sizes) or kinked(ctx, replace_generators(ctx, poly, {key: {} for key in sizes})):
        return False
    return all(_apart(ctx, poly, key) for key in sizes)


def _apart(ctx: Context, poly: Polynomial, size: str) -> bool:
    """Whether a polynomial is not 0 where an Abs in it is (H2)."""
    inner = ctx.generators[size].parts[0]
    there = ({size: {}, key: value} for key, value in solutions(ctx, inner))
    return any(ctx.sign(ctx, replace_generators(ctx, poly, new)) & NONZERO for new in there)


def _of_sum(ctx: Context, gen: Generator, target: Target) -> Polynomial:
    """V6; where a term is not seen to be differentiable at every index, the one that moves may be."""
    body, fresh = open_bound(ctx, gen.parts[0], {gen.parts[1].mono: 1})
    try:
        return sum_over(ctx, fresh, differentiate(ctx, body, target))
    except Stuck as stuck:
        moving = _moving_term(ctx, gen, target) if stuck.reason == "open obligation" else None
        if moving is None:
            raise
        return differentiate(ctx, moving, target)


def _of_component(ctx: Context, array: str, at: tuple[Place, ...], target: Target) -> Polynomial:
    """V1: d x[i] / d x[j] is the product of the deltas."""
    ctx.use("V1")
    if target.at is None or array != target.name:
        return {}
    return product(ctx, (delta(ctx, i, j) for i, j in zip(at, target.at, strict=True)))


def _of_function(ctx: Context, name: str, args: tuple[Polynomial, ...], target: Target) -> Polynomial:
    """V2, V3: the chain rule with the row of the signature."""
    ctx.use("V3")
    total: Polynomial = {}
    for slot, arg in enumerate(args):
        inner = differentiate(ctx, arg, target)
        if inner:
            total = add(total, multiply(ctx, derivative_of(ctx, name, args, slot), inner))
    return total


def _of_integer_power(ctx: Context, base: Polynomial, exponent: Polynomial, target: Target) -> Polynomial:
    """V3: (t**m)' = m t**(m-1) t' for t != 0 or m >= 1, and an exponent that does not depend on the variable."""
    if differentiate(ctx, exponent, target):
        raise Stuck("outside the fragment", "an exponent that depends on the variable, over a base of unknown sign")
    if ctx.sign(ctx, maximum(ctx, absolute(ctx, base), exponent, 1)) & POSITIVE != POSITIVE:
        _require(ctx, base, NONZERO, "the base of a power that is differentiated is not seen to differ from 0")
    ctx.use("V3")
    lowered = symbolic_power(ctx, base, subtract(exponent, ONE), True)
    return product(ctx, (exponent, lowered, differentiate(ctx, base, target)))


def _of_product(ctx: Context, gen: Generator, target: Target) -> Polynomial:
    """V7: Prod t * Sum t'/t where no factor is 0, else the sum of products that leave one factor out."""
    name, excluded, body = gen.parts
    opened, (fresh,) = open_bound(ctx, (name,), body)
    inner = differentiate(ctx, opened, target)
    ctx.use("V7")
    if ctx.sign(ctx, opened) & NONZERO and not excluded:
        summand = multiply(ctx, inner, power(ctx, opened, -1))
        return multiply(ctx, {((gen.key, 1),): 1}, sum_over(ctx, (fresh,), summand))
    other = ctx.open(name[1])
    without = product_over(ctx, other, (*excluded, fresh), rename(ctx, opened, {fresh: other}))
    summand = multiply(ctx, inner, without)
    for skipped in excluded:
        summand = guarded(ctx, fresh, skipped, summand)
    return sum_over(ctx, (fresh,), summand)


def _of_extremum(ctx: Context, gen: Generator, target: Target) -> Polynomial:
    bound = gen.parts[1]
    if target.name not in gen.names:
        return {}
    raise Stuck("outside the fragment", f"the derivative of a Max over the dimension {bound[1]}")


def kinks(ctx: Context, poly: Polynomial, target: Target) -> Iterator[Polynomial]:
    """V13: the w for which G(Abs(w)) or G(sign(w)) has no derivative where w = 0, so that definedness implies w != 0.

    G is smooth, its derivative in Abs(w) differs from 0 at 0 (or G(1) from G(-1)), and w moves with the target.
    """
    if not any("h(" in key or "z(" in key for mono in poly for key, _ in mono):
        return
    local = _localised(ctx, poly, target)
    for around in _free_kinks(ctx, local):
        (inner,) = ctx.generators[around].parts
        if target.name not in names(ctx, inner) or not smooth(ctx, inner):
            continue
        step = _step(ctx, local, around)
        if step and ctx.sign(ctx, step) & NONZERO and ctx.sign(ctx, differentiate(ctx, inner, target)) & NONZERO:
            ctx.use("V13")
            yield inner


def ends(ctx: Context, domain: list[Polynomial], target: Target) -> Iterator[Polynomial]:
    """V15: the w of which w >= 0 is needed all around a point, and that pass through 0 there with a slope.

    Near a point where w = 0 and w' != 0 there are points with w < 0. That w' != 0 where w = 0 follows from
    w + w'**2 > 0.
    """
    for w in domain:
        if target.name not in names(ctx, w) or places(ctx, w) or ctx.sign(ctx, w) & NONZERO:
            continue
        try:
            slope = differentiate(ctx, w, target)
        except Stuck as stuck:
            if stuck.reason == "budget":
                raise
            continue
        through = ctx.sign(ctx, slope) & NONZERO
        if through or ctx.sign(ctx, add(w, multiply(ctx, slope, slope))) & POSITIVE == POSITIVE:
            ctx.use("V15")
            yield w


def jumps(ctx: Context, poly: Polynomial, target: Target) -> Iterator[Polynomial]:
    """V16: a*floor(w) + g has no derivative where w is whole, that is sin(pi*w) = 0, for a != 0, g smooth, w' != 0."""
    for key in sorted({k for mono in poly for k, e in mono if e == 1 and k[0] == "f"}):
        name, args = ctx.generators[key].parts
        if name != "floor" or target.name not in names(ctx, args[0]) or not smooth(ctx, args[0]):
            continue
        around = {tuple(f for f in m if f[0] != key): c for m, c in poly.items() if (key, 1) in m}
        rest = {m: c for m, c in poly.items() if (key, 1) not in m}
        plain = smooth(ctx, around) and smooth(ctx, rest) and not any(k == key for m in (*around, *rest) for k, _ in m)
        moves = plain and ctx.sign(ctx, around) & ctx.sign(ctx, differentiate(ctx, args[0], target)) & NONZERO
        if moves:
            ctx.use("V16")
            yield sine(ctx, multiply(ctx, number_constant(ctx, "pi"), args[0]))


def _step(ctx: Context, poly: Polynomial, around: str) -> Polynomial:
    """Half the change of the slope where Abs(w) is 0, or of the value where sign(w) jumps; empty where not seen."""
    name = f"|{around}|"
    ctx.types[name] = "nonnegative" if around[0] == "h" else "real"
    size = variable(ctx, name)
    even = replace_generators(ctx, poly, {around: size})
    if not smooth(ctx, even):
        return {}
    ((key, _),) = next(iter(size))
    try:
        if around[0] == "z":
            before, after = (replace_generators(ctx, even, {key: {(): side}}) for side in (-1, 1))
            return scale(subtract(after, before), Fraction(1, 2))
        return replace_generators(ctx, differentiate(ctx, even, Target(name)), {key: {}})
    except Undefined:
        # Without a value on one side, as log(1 + sign(w)), the other side alone is left.
        return {}


def kinked(ctx: Context, poly: Polynomial) -> bool:
    """Whether an Abs, a sign, a rounding or a Max stands anywhere in a polynomial."""
    stack = [key for mono in poly for key, _ in mono]
    while stack:
        gen = ctx.generators[stack.pop()]
        if gen.kind in "hzmp" or (gen.kind == "f" and FUNCTIONS[gen.parts[0]].smooth):
            return True
        stack.extend(key for mono in parts_of(gen) for key, _ in mono)
    return False


def _free_kinks(ctx: Context, poly: Polynomial) -> list[str]:
    """The keys of every Abs and sign in a polynomial that is not below a binder."""
    found: set[str] = set()
    stack = [key for mono in poly for key, _ in mono]
    while stack:
        gen = ctx.generators[stack.pop()]
        if gen.kind in "hz":
            found.add(gen.key)
        if gen.kind not in "smq":
            stack.extend(key for mono in parts_of(gen) for key, _ in mono)
    return sorted(found)


def _localised(ctx: Context, poly: Polynomial, target: Target) -> Polynomial:
    """Every sum of which only one term moves with the target is written as that term plus a constant."""
    new: dict[str, Polynomial] = {}
    for key in {key for mono in poly for key, _ in mono if key[0] == "s" and target.name in ctx.generators[key].names}:
        moving = _moving_term(ctx, ctx.generators[key], target)
        if moving is not None:
            name = f"rest of {key}"
            ctx.types[name] = "real"
            new[key] = add(moving, variable(ctx, name))
    return replace_generators(ctx, poly, new) if new else poly


def _moving_term(ctx: Context, gen: Generator, target: Target) -> Polynomial | None:
    """The terms of a sum that move with x[j], where one of its bound indices is always the same index of x."""
    if target.at is None:
        return None
    bound = gen.parts[0]
    summand: Polynomial = {gen.parts[1].mono: 1}
    held = [ctx.generators[key].parts[1] for key in reached(ctx, summand, target.name, inner=True)]
    tied = {at[0]: place for *at, place in zip(*held, target.at, strict=True) if len(set(at)) == 1 and at[0] in bound}
    if not tied:
        return None
    body, fresh = open_bound(ctx, bound, summand)
    opened = dict(zip(bound, fresh, strict=True))
    body = rename(ctx, body, {opened[p]: place for p, place in tied.items()})
    left = tuple(q for p, q in opened.items() if p not in tied)
    return sum_over(ctx, left, body) if left else body


def smooth(ctx: Context, poly: Polynomial) -> bool:
    """Whether a polynomial is differentiable wherever it has a value on an interval around a point."""
    for mono in poly:
        for key, e in mono:
            gen = ctx.generators[key]
            if e.denominator != 1 and gen.kind == "b":
                return False
            if gen.kind == "e" or gen.kind == "s":
                inner: Polynomial = {(gen.parts[0] if gen.kind == "e" else gen.parts[1]).mono: 1}
                if not smooth(ctx, inner):
                    return False
            elif gen.kind in "lb":
                if not smooth(ctx, gen.parts[0]):
                    return False
            elif gen.kind == "f" and FUNCTIONS[gen.parts[0]].derivative and not FUNCTIONS[gen.parts[0]].smooth:
                if not all(smooth(ctx, arg) for arg in gen.parts[1]):
                    return False
            elif gen.kind not in "vacd":
                return False
    return True
