"""Sine and cosine in normal form (rules G1, G2): polynomials in the sine and cosine of a few basic angles.

An angle is a sum of terms. The addition theorem takes the sum apart; an integer multiple of a basic angle is a power of
``cos + i*sin`` of it; a square of a sine is written by the cosine. The basic angle of a monomial m is m/u, where the
unit u is a whole number that is remembered and only grows: any choice of it is sound, one choice makes two readings
agree.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import lcm

from msgspec import Struct

from derive.kernel.context import Context, Monomial, Polynomial
from derive.kernel.polynomial import ONE, add, scale, subtract
from derive.kernel.ring import float_delta, leads_negative, multiply, power, split_delta
from derive.kernel.spelling import mono_text, opaque

MOST_MULTIPLE = 24
MOST_TERMS = 5
MOST_HALVINGS = 3
HALF = Fraction(1, 2)


class Turn(Struct, frozen=True):
    """The cosine and the sine of one angle, as polynomials."""

    cosine: Polynomial
    sine: Polynomial


def sine(ctx: Context, angle: Polynomial) -> Polynomial:
    """sin of a polynomial."""
    return _part(ctx, angle, lambda turn: turn.sine)


def cosine(ctx: Context, angle: Polynomial) -> Polynomial:
    """cos of a polynomial."""
    return _part(ctx, angle, lambda turn: turn.cosine)


def _part(ctx: Context, angle: Polynomial, which: Callable[[Turn], Polynomial]) -> Polynomial:
    split = split_delta(ctx, angle)
    if split is not None:
        return float_delta(ctx, split, lambda part: _part(ctx, part, which), angle)
    return which(turn(ctx, angle))


def turn(ctx: Context, angle: Polynomial) -> Turn:
    """Cosine and sine of an angle without deltas, by the addition theorem (G1)."""
    ctx.use("G1")
    fixed = {m: c for m, c in angle.items() if _is_pi(ctx, m)}
    moving = {m: c for m, c in angle.items() if m not in fixed}
    total = _of_fraction(ctx, Fraction(sum(fixed.values(), Fraction(0))))
    if len(moving) > MOST_TERMS:
        return _sum(ctx, total, _opaque(ctx, moving))
    for mono, c in sorted(moving.items()):
        total = _sum(ctx, total, _of_term(ctx, mono, Fraction(c)))
    return total


def _is_pi(ctx: Context, mono: Monomial) -> bool:
    return len(mono) == 1 and mono[0][1] == 1 and ctx.generators[mono[0][0]].parts == ("pi",)


def _sum(ctx: Context, left: Turn, right: Turn) -> Turn:
    """The addition theorem."""
    if not left.sine and left.cosine == ONE:
        return right
    return Turn(
        subtract(multiply(ctx, left.cosine, right.cosine), multiply(ctx, left.sine, right.sine)),
        add(multiply(ctx, left.sine, right.cosine), multiply(ctx, left.cosine, right.sine)),
    )


def _multiple(ctx: Context, base: Turn, times: int) -> Turn:
    """The angle taken so many times, as a power by squaring."""
    if times < 0:
        return _multiple(ctx, Turn(base.cosine, scale(base.sine, -1)), -times)
    result = Turn(ONE, {})
    while times:
        if times & 1:
            result = _sum(ctx, result, base)
        times >>= 1
        if times:
            base = _sum(ctx, base, base)
    return result


def _of_term(ctx: Context, mono: Monomial, c: Fraction) -> Turn:
    if abs(c.numerator) > MOST_MULTIPLE:
        return _whole_turns(ctx, mono, c) or _opaque(ctx, {mono: c})
    known = _whole_turns(ctx, mono, c) or _of_inverse(ctx, mono, c)
    if known is not None:
        return known
    unit = _unit(ctx, mono, c.denominator)
    times = c * unit
    if times.denominator != 1 or abs(times) > MOST_MULTIPLE:
        return _opaque(ctx, {mono: c})
    base: Polynomial = {mono: Fraction(1, unit) if unit > 1 else 1}
    return _multiple(ctx, Turn(opaque(ctx, "f", "cos", (base,)), opaque(ctx, "f", "sin", (base,))), int(times))


def _opaque(ctx: Context, angle: Polynomial) -> Turn:
    """A basic angle of its own, up to its sign."""
    if leads_negative(ctx, angle):
        flipped = _opaque(ctx, scale(angle, -1))
        return Turn(flipped.cosine, scale(flipped.sine, -1))
    return Turn(opaque(ctx, "f", "cos", (angle,)), opaque(ctx, "f", "sin", (angle,)))


def _unit(ctx: Context, mono: Monomial, denominator: int) -> int:
    """The number of basic angles in a monomial; where it has to grow, what was read before is read again."""
    text = mono_text(ctx, mono, {})
    unit = ctx.angle_units.get(text, 1)
    if unit % denominator == 0:
        return unit
    ctx.angle_units[text] = lcm(unit, denominator)
    ctx.unknown += 1
    return ctx.angle_units[text]


# --- whole multiples of pi, and values at its rational multiples ---


def _whole_turns(ctx: Context, mono: Monomial, c: Fraction) -> Turn | None:
    """c*pi*m for whole numbers c and m: the sine is 0, the cosine (-1)**(c*m)."""
    pi = [key for key, e in mono if ctx.generators[key].parts == ("pi",) and e == 1]
    rest = tuple(f for f in mono if f[0] not in pi)
    whole = all(key[0] == "v" and _is_whole(ctx, ctx.generators[key].parts[0]) for key, _ in rest)
    if len(pi) != 1 or c.denominator != 1 or not whole or any(e < 0 or e.denominator != 1 for _, e in rest):
        return None
    # m**e and m have one parity for e >= 1.
    odd: Monomial = tuple((key, 1) for key, _ in rest)
    return Turn(opaque(ctx, "p", {(): -1}, {odd: 1}) if c % 2 else ONE, {})


def _is_whole(ctx: Context, name: str) -> bool:
    return name in ctx.integers and name not in ctx.suspended


def _of_fraction(ctx: Context, turns: Fraction) -> Turn:
    """Cosine and sine of ``turns * pi``."""
    turns %= 2
    if turns >= 1:
        found = _of_fraction(ctx, turns - 1)
        return Turn(scale(found.cosine, -1), scale(found.sine, -1))
    if turns > HALF:
        found = _of_fraction(ctx, 1 - turns)
        return Turn(scale(found.cosine, -1), found.sine)
    power_of_two = turns.denominator & -turns.denominator
    odd = turns.denominator // power_of_two
    if 15 % odd or power_of_two > 2 ** (MOST_HALVINGS + 2):
        angle: Polynomial = {((_pi(ctx), 1),): turns}
        return Turn(opaque(ctx, "f", "cos", (angle,)), opaque(ctx, "f", "sin", (angle,)))
    # A fraction is a whole number and one fraction over each of 2**k, 3 and 5.
    shares = [(power_of_two, _halved_turn(ctx, power_of_two))]
    shares += [(prime, base(ctx)) for prime, base in ((3, _third), (5, _fifth)) if odd % prime == 0]
    total, whole = Turn(ONE, {}), turns
    for part, base in shares:
        times = _share(turns, part)
        total, whole = _sum(ctx, total, _multiple(ctx, base, times)), whole - Fraction(times, part)
    sign = -1 if whole % 2 else 1
    return Turn(scale(total.cosine, sign), scale(total.sine, sign))


def _share(turns: Fraction, part: int) -> int:
    """The numerator over ``part``, a prime power of the denominator, in the partial fractions of a fraction."""
    return turns.numerator * pow(turns.denominator // part, -1, part) % part if part > 1 else 0


def _pi(ctx: Context) -> str:
    ((mono, _),) = opaque(ctx, "c", "pi").items()
    return mono[0][0]


def _root(ctx: Context, poly: Polynomial) -> Polynomial:
    return power(ctx, poly, HALF)


def _halved_turn(ctx: Context, parts: int) -> Turn:
    """pi over a power of two: half angles from a half turn on, all in the first quadrant."""
    if parts == 1:
        return Turn({(): -1}, {})
    if parts == 2:
        return Turn({}, ONE)
    double = _halved_turn(ctx, parts // 2).cosine
    return Turn(_root(ctx, scale(add(ONE, double), HALF)), _root(ctx, scale(subtract(ONE, double), HALF)))


def _third(ctx: Context) -> Turn:
    return Turn({(): HALF}, scale(_root(ctx, {(): 3}), HALF))


def _fifth(ctx: Context) -> Turn:
    root = _root(ctx, {(): 5})
    cosine = scale(add(ONE, root), Fraction(1, 4))
    return Turn(cosine, scale(_root(ctx, subtract({(): 10}, scale(root, 2))), Fraction(1, 4)))


# --- angles given by inverse functions ---


def _of_inverse(ctx: Context, mono: Monomial, c: Fraction) -> Turn | None:
    """A multiple of asin, acos or atan: by what these undo; a half of one has a cosine >= 0 (G2)."""
    if len(mono) != 1 or mono[0][1] != 1 or mono[0][0][0] != "f":
        return None
    name, args = ctx.generators[mono[0][0]].parts
    if name not in INVERSE or c.denominator not in (1, 2, 4):
        return None
    ctx.use("G2")
    base = INVERSE[name](ctx, args[0])
    halves = c.denominator
    while halves > 1:
        base, halves = _half(ctx, base, name == "acos"), halves // 2
    return _multiple(ctx, base, c.numerator)


def _half(ctx: Context, whole: Turn, above: bool) -> Turn:
    """Half of an angle within (-pi, pi], or within [0, pi] where ``above``: its cosine is not negative."""
    cosine = _root(ctx, scale(add(ONE, whole.cosine), HALF))
    if above:
        return Turn(cosine, _root(ctx, scale(subtract(ONE, whole.cosine), HALF)))
    return Turn(cosine, multiply(ctx, scale(whole.sine, HALF), power(ctx, cosine, -1)))


def _other_leg(ctx: Context, x: Polynomial) -> Polynomial:
    return _root(ctx, subtract(ONE, multiply(ctx, x, x)))


def _of_arctangent(ctx: Context, x: Polynomial) -> Turn:
    cosine = power(ctx, add(ONE, multiply(ctx, x, x)), -HALF)
    return Turn(cosine, multiply(ctx, x, cosine))


INVERSE: dict[str, Callable[[Context, Polynomial], Turn]] = {
    "asin": lambda ctx, x: Turn(_other_leg(ctx, x), x),
    "acos": lambda ctx, x: Turn(x, _other_leg(ctx, x)),
    "atan": _of_arctangent,
}


def half_turn(ctx: Context) -> Polynomial:
    """pi."""
    return {((_pi(ctx), 1),): 1}
