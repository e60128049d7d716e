"""Lower bounds of sums of weighted logarithms by their tangents: w*log(T) >= w*(1 - 1/T) for w >= 0 (KERNEL O13)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct

from derive.kernel.context import NONNEGATIVE, NONPOSITIVE, Context, Polynomial, Rational
from derive.kernel.functions import exponential
from derive.kernel.polynomial import ONE, add, constant, scale, subtract
from derive.kernel.ring import multiply

MOST_GROUPS = 6
LARGEST_POWER = 4


class Weighted(Struct, frozen=True):
    """``weight * logarithm``, the logarithm a combination of logarithms with whole coefficients."""

    weight: Polynomial
    logarithm: Polynomial


def weighted(ctx: Context, poly: Polynomial) -> Iterator[Polynomial]:
    """Polynomials that are at most the given one, without its logarithms.

    With weights c_i >= 0 of sum s, what stands beside all of them, log(q) or a number r, is shared out:
    s*log(q) + Sum c_i*log(T_i) = Sum c_i*log(q*T_i).
    """
    split = _split(ctx, poly)
    if split is not None:
        forms = [split, _absorbed(*split), (_distributed(split[0]), split[1])]
        for n, form in enumerate(forms):
            if form not in forms[:n]:
                yield from _bounds(ctx, poly, *form)


def _distributed(groups: list[Weighted]) -> list[Weighted]:
    """A logarithm beside a sum of other weights goes to each of them: (a + b)*log(t) = a*log(t) + b*log(t)."""
    found = {n: g for n, g in enumerate(groups)}
    single = {next(iter(g.weight)): n for n, g in found.items() if len(g.weight) == 1}
    for n, group in enumerate(groups):
        if len(group.weight) > 1 and single.keys() >= group.weight.keys():
            del found[n]
            for mono, c in group.weight.items():
                held = found[single[mono]]
                share = Fraction(c) / Fraction(held.weight[mono])
                found[single[mono]] = Weighted(held.weight, add(held.logarithm, scale(group.logarithm, share)))
    return list(found.values())


def _absorbed(groups: list[Weighted], rest: Polynomial) -> tuple[list[Weighted], Polynomial]:
    """What a weight that is one term divides is beside its logarithm: w*u + w*log(t) = w*log(exp(u)*t)."""
    found: list[Weighted] = []
    for group in groups:
        if len(group.weight) == 1 and constant(group.weight) is None:
            ((mono, c),) = group.weight.items()
            inside = {m: v for m, v in rest.items() if all((key, e) in m for key, e in mono)}
            more: Polynomial = {
                tuple(f for f in m if f not in mono): Fraction(v) / Fraction(c) for m, v in inside.items()
            }
            rest = subtract(rest, inside)
            group = Weighted(group.weight, add(group.logarithm, more))
        found.append(group)
    return found, rest


def _bounds(ctx: Context, poly: Polynomial, groups: list[Weighted], rest: Polynomial) -> Iterator[Polynomial]:
    shared = [g for g in groups if constant(g.weight) is None]
    total = add(*(g.weight for g in shared)) if shared else {}
    whole = constant(total)
    ctx.use("O13")
    yield _below(ctx, poly, groups, rest)
    if whole is None or whole <= 0 or (len(shared) == len(groups) and constant(rest) is None):
        return
    common: Polynomial = {}
    for group in groups:
        number = constant(group.weight)
        if number is not None:
            common = add(common, scale(group.logarithm, Fraction(number) / Fraction(whole)))
    yield _below(ctx, poly, [Weighted(g.weight, add(g.logarithm, common)) for g in shared], rest)
    number = constant(rest)
    if number:
        common = add(common, {(): Fraction(number) / Fraction(whole)})
        yield _below(ctx, poly, [Weighted(g.weight, add(g.logarithm, common)) for g in shared], {})


def _below(ctx: Context, poly: Polynomial, groups: list[Weighted], rest: Polynomial) -> Polynomial:
    bounds = (multiply(ctx, g.weight, subtract(ONE, exponential(ctx, scale(g.logarithm, -1)))) for g in groups)
    below = add(rest, *bounds)
    ctx.note(poly, NONNEGATIVE, "weighted tangents", [(g.weight, scale(g.logarithm, -1)) for g in groups], below)
    return below


def _split(ctx: Context, poly: Polynomial) -> tuple[list[Weighted], Polynomial] | None:
    """Logarithms with one weight together, every weight seen to be >= 0; and what holds no logarithm."""
    weights: dict[str, Polynomial] = {}
    rest: Polynomial = {}
    for mono, c in poly.items():
        logs = [(key, e) for key, e in mono if key[0] == "l"]
        if not logs:
            rest[mono] = c
        elif len(logs) > 1 or logs[0][1] != 1:
            return None
        else:
            key = logs[0][0]
            weights[key] = add(weights.get(key, {}), {tuple(f for f in mono if f[0] != key): c})
    groups = _grouped(weights)
    if len(weights) < 2 or len(groups) > MOST_GROUPS:
        return None
    oriented = [_oriented(ctx, group) for group in groups]
    found = [group for group in oriented if group is not None]
    return (found, rest) if len(found) == len(groups) else None


def _grouped(weights: dict[str, Polynomial]) -> list[Weighted]:
    groups: list[Weighted] = []
    for key, weight in sorted(weights.items()):
        for n, group in enumerate(groups):
            ratio = _ratio(weight, group.weight)
            if ratio is not None:
                groups[n] = Weighted(group.weight, add(group.logarithm, {((key, 1),): ratio}))
                break
        else:
            groups.append(Weighted(weight, {((key, 1),): 1}))
    return groups


def _ratio(poly: Polynomial, other: Polynomial) -> Rational | None:
    """The small whole number r with poly = r*other."""
    if poly.keys() != other.keys():
        return None
    first = next(iter(other))
    ratio = Fraction(poly[first]) / Fraction(other[first])
    whole = ratio.denominator == 1 and abs(ratio) <= LARGEST_POWER
    return int(ratio) if whole and scale(other, ratio) == poly else None


def _oriented(ctx: Context, group: Weighted) -> Weighted | None:
    """The group with a weight that is seen to be >= 0: a sign moves into the logarithm."""
    bits = ctx.sign(ctx, group.weight)
    if bits & NONNEGATIVE:
        return group
    if bits & NONPOSITIVE:
        return Weighted(scale(group.weight, -1), scale(group.logarithm, -1))
    return None
