"""Limits at the ends of an interval, where a function has no value or the interval no end."""

from __future__ import annotations

from derive.kernel.approach import Approach
from derive.kernel.context import NEGATIVE, POSITIVE, Context, Polynomial, Stuck, Undefined
from derive.kernel.polynomial import ONE, scale, subtract
from derive.kernel.ring import replace_generators, variable
from derive.kernel.sign import learn
from derive.kernel.zero import Equations


def limit_towards(ctx: Context, poly: Polynomial, key: str, end: Polynomial | None, way: int) -> Polynomial | None:
    """The limit of a polynomial as the variable ``key`` tends to an end, upward for ``way`` 1 and downward for -1.

    1 and -1 stand for oo and -oo, as far as signs go; None where no limit is seen. ``end`` is None for oo or -oo.
    """
    case = ctx.fork()
    case.fuel = before = min(ctx.fuel, ctx.fuel // 4 + 100)
    # A name of its own: what is known of the variable elsewhere is not known near the end.
    name = f"{ctx.generators[key].parts[0]}~{next(ctx.numbers)}"
    case.types[name] = "real"
    near = variable(case, name)
    approach = Approach(name, end, way if end is None else -way, Equations())
    case.sign = approach.sign
    try:
        learn(case, subtract(near, end or {}), POSITIVE if (way > 0) == (end is None) else NEGATIVE)
        found = approach.limit(case, replace_generators(case, poly, {key: near}))
    except (Stuck, Undefined):
        return None
    finally:
        ctx.fuel -= before - max(case.fuel, 0)
    return scale(ONE, found) if isinstance(found, int) else found
