"""What an equation gives the variables that stand alone in it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from derive.kernel.context import Context, Polynomial
from derive.kernel.polynomial import scale
from derive.kernel.spelling import names
from derive.kernel.zero import rank


def solutions(ctx: Context, poly: Polynomial) -> Iterator[tuple[str, Polynomial]]:
    """Variables or components that stand alone in one term, with what they equal."""
    for mono, c in sorted(poly.items(), key=lambda item: rank(item[0])):
        if len(mono) != 1 or mono[0][0][0] not in "va" or mono[0][1] != 1:
            continue
        key = mono[0][0]
        gen = ctx.generators[key]
        rest = {m: v for m, v in poly.items() if m != mono}
        apart = gen.names.isdisjoint(names(ctx, rest)) or (gen.kind == "a" and _is_flat(key, rest))
        if gen.parts[0] in ctx.least or not apart:
            continue
        yield key, scale(rest, -1 / Fraction(c))


def _is_flat(key: str, poly: Polynomial) -> bool:
    """Whether a polynomial is made of variables and components, none of which is the one of the key."""
    return all(k[0] in "va" and k != key for mono in poly for k, _ in mono)
