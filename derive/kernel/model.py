"""Models: points in floating point at which everything holds that a context knows.

Nothing is concluded from a model. It tells a search which signs it would look for in vain: what is negative where all
hypotheses hold is not seen to be non-negative by any sound rule, and need not be tried.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import product as cartesian
from random import Random

from msgspec import Struct, field

from derive.kernel.context import (
    BOUND,
    FREE,
    FRESH,
    LITERAL,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    Context,
    Fact,
    Generator,
    Monomial,
    Place,
    Polynomial,
    Rational,
    SumEquation,
    SumRule,
)
from derive.kernel.spelling import places

ENOUGH = 3
ATTEMPTS = 16
MOST_INSTANCES = 30
CLEAR = 1e-7
"""How far from 0 a value must be, measured by the terms that it is the sum of, to count as not being 0."""
TIE = 1e-13
ANY = NONNEGATIVE | NONPOSITIVE | NONZERO
Places = Mapping[Place, int]
NOWHERE: Places = {}


class Unknown(Exception):
    """A model says nothing of a value: it has none there, or holds what is not known here."""


NO_VALUE = (Unknown, ArithmeticError, ValueError, RecursionError)


class Model(Struct):
    """What was drawn so far, by name: values and sizes; where free indices are; and what was computed from these.

    ``is_least`` asks for the least sizes, where a strict relation is most often an equality.
    """

    random: Random
    wide: float
    values: dict[tuple[str, tuple[int, ...]], float] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    at: dict[Place, int] = field(default_factory=dict)
    known: dict[tuple[str, tuple[int, ...]], float | None] = field(default_factory=dict)
    order: dict[str, tuple[Place, ...]] = field(default_factory=dict)
    is_least: bool = False


def possible(ctx: Context, poly: Polynomial) -> int:
    """The bits of a sign that no model excludes."""
    key = ("sign", "possible", frozenset(poly.items()))
    bits: int | None = ctx.memo.get(key)
    if bits is None:
        bits = ctx.memo[key] = _not_excluded(ctx, poly)
    return bits


def _not_excluded(ctx: Context, poly: Polynomial) -> int:
    bits = ANY
    for model in _models(ctx):
        for env in _instances(model, ctx, [p for p in places(ctx, poly) if p[0] >= BOUND]):
            try:
                value, size = _value(model, ctx, poly, env)
            except NO_VALUE:
                continue
            if value > CLEAR * size:
                bits &= ~NONPOSITIVE
            elif value < -CLEAR * size:
                bits &= ~NONNEGATIVE
            elif abs(value) <= TIE * size:
                bits &= ~NONZERO
    return bits


def estimate(ctx: Context, poly: Polynomial, values: Mapping[str, float]) -> float | None:
    """The value of a polynomial where its variables have the values given; None where it has none."""
    model = Model(Random(0), 1.0, {(name, ()): value for name, value in values.items()})
    try:
        return _value(model, ctx, poly, NOWHERE)[0]
    except NO_VALUE:
        return None


def _models(ctx: Context) -> list[Model]:
    """A few models of all that is known; none where none is found."""
    if not ctx.is_modelled:
        ctx.is_modelled = True
        ctx.models = [m for m in ctx.models if _holds(m, ctx)]
        for number in range(ATTEMPTS):
            if len(ctx.models) >= (ENOUGH if number < ENOUGH + 1 else 1):
                break
            model = Model(Random(number), (1.0, 3.0, 0.3)[number % 3], is_least=number == ENOUGH - 1)
            if _holds(model, ctx):
                ctx.models.append(model)
    return ctx.models


def _holds(model: Model, ctx: Context) -> bool:
    """Whether a model has everything that a context knows."""
    try:
        return (
            all(_rule_holds(model, ctx, rule) for rule in ctx.sum_rules)
            and all(_rule_holds(model, ctx, rule) for rule in ctx.sum_equations)
            and all(_fact_holds(model, ctx, fact) for bucket in list(ctx.facts.values()) for fact in bucket)
            and all(len({_index(model, ctx, p, NOWHERE) for p in pair}) == len(pair) for pair in ctx.distinct)
        )
    except NO_VALUE:
        return False


def _rule_holds(model: Model, ctx: Context, rule: SumRule | SumEquation) -> bool:
    """Whether a sum has the value that it should have; arrays that are met for the first time are made to fit."""
    for env in _instances(model, ctx, sorted(rule.pattern)):
        is_new = _is_new(model, ctx, rule)
        found = _sum(model, ctx, rule.bound, rule.summand, env)
        if _defined_by(model, ctx, rule.value, found, env):
            continue
        wanted, size = _value(model, ctx, rule.value, env)
        if abs(wanted - found) > CLEAR * (size + abs(found)) and not (
            is_new and _moved(model, ctx, rule.bound[0], rule.summand, (found, wanted), env)
        ):
            return False
    return True


def _is_new(model: Model, ctx: Context, rule: SumRule | SumEquation) -> bool:
    """Whether nothing was drawn yet for the array of which a rule sums the components."""
    array = _summed(ctx, rule.bound[0], rule.summand)
    return array is not None and len(rule.bound) == 1 and all(array.parts[0] != name for name, _ in model.values)


def _summed(ctx: Context, bound: Place, summand: Monomial) -> Generator | None:
    keys = (k for k, e in summand if k[0] == "a" and e == 1 and bound in ctx.generators[k].places)
    return next((ctx.generators[key] for key in keys), None)


def _defined_by(model: Model, ctx: Context, poly: Polynomial, value: float, env: Places) -> bool:
    """Whether a component for which nothing was drawn yet could be given a value."""
    ((mono, c), *others) = poly.items() if poly else [((), 0)]
    if others or c != 1 or len(mono) != 1 or mono[0][0][0] != "a" or mono[0][1] != 1:
        return False
    array, at = ctx.generators[mono[0][0]].parts
    entry = array, tuple(_index(model, ctx, p, env) for p in at)
    if entry in model.values or ctx.types.get(array, "real") != "real" or array in ctx.symmetric:
        return False
    model.values[entry] = value
    return True


def _moved(
    model: Model, ctx: Context, bound: Place, summand: Monomial, values: tuple[float, float], env: Places
) -> bool:
    """Scale or shift the components that a sum is made of, so that it has the second value instead of the first."""
    gen, (found, wanted) = _summed(ctx, bound, summand), values
    if gen is None or gen.parts[0] in ctx.simplex or gen.parts[0] in ctx.symmetric:
        return False
    size = _size(model, ctx, bound[1])
    array, at = gen.parts
    entries = [(array, tuple(_index(model, ctx, p, {**env, bound: k}) for p in at)) for k in range(1, size + 1)]
    if any(entry not in model.values for entry in entries):
        return False
    for entry in entries:
        if found * wanted > 0:
            model.values[entry] *= wanted / found
        elif len(summand) == 1:
            model.values[entry] += (wanted - found) / size
        else:
            return False
    model.known.clear()
    return True


def _fact_holds(model: Model, ctx: Context, fact: Fact) -> bool:
    """Whether a fact holds at all values of its open indices; an index of a witness is put where it does."""
    used = places(ctx, fact.polynomial)
    witnesses = sorted(p for p in used if p[0] == FREE and p not in model.at)
    open_ = sorted(p for p in used if p[0] >= BOUND)
    for chosen in _instances(model, ctx, witnesses):
        model.at.update(chosen)
        if all(_agrees(_value(model, ctx, fact.polynomial, env), fact.bits) for env in _instances(model, ctx, open_)):
            return True
        model.known.clear()
    return False


def _agrees(found: tuple[float, float], bits: int) -> bool:
    value, size = found
    clear = CLEAR * size
    return not (
        (bits & NONZERO and abs(value) <= clear)
        or (bits & NONNEGATIVE and value < -clear)
        or (bits & NONPOSITIVE and value > clear)
    )


def _instances(model: Model, ctx: Context, open_: list[Place]) -> Iterator[dict[Place, int]]:
    """All values of some indices; the first few where they are many."""
    if not open_:
        yield {}
        return
    ranges = [range(1, _size(model, ctx, p[1]) + 1) for p in open_]
    for _, chosen in zip(range(MOST_INSTANCES), cartesian(*ranges), strict=False):
        yield dict(zip(open_, chosen, strict=True))


# --- what was drawn


def _size(model: Model, ctx: Context, dimension: str) -> int:
    if dimension.isdecimal():
        return int(dimension)
    if dimension in ctx.size:
        return ctx.size[dimension]
    if dimension not in model.sizes:
        more = 0 if model.is_least else model.random.choice((1, 1, 2))
        model.sizes[dimension] = ctx.least.get(dimension, 1) + more
    return model.sizes[dimension]


def _index(model: Model, ctx: Context, place: Place, env: Places) -> int:
    size = _size(model, ctx, place[1])
    if place[0] == LITERAL:
        if place[2] > size:
            raise Unknown
        return int(place[2])
    if place in env:
        return env[place]
    if place[0] in (BOUND, FRESH):
        raise Unknown
    if place not in model.at:
        others = {model.at.get(p) for pair in ctx.distinct if place in pair for p in pair if p[0] == FREE}
        others |= {p[2] for pair in ctx.distinct if place in pair for p in pair if p[0] == LITERAL}
        model.at[place] = model.random.choice([k for k in range(1, size + 1) if k not in others] or [1])
    return model.at[place]


def _drawn(model: Model, ctx: Context, name: str, kind: str) -> float:
    if name in ctx.integers:
        least = ctx.least.get(name)
        low = least if least is not None else -3
        return float(model.random.randint(low, low + 4))
    value = model.wide * model.random.uniform(0.2, 1.6)
    if kind in ("positive", "nonnegative", "simplex"):
        return value
    return -value if kind == "negative" or model.random.random() < 0.5 else value


def _variable(model: Model, ctx: Context, name: str) -> float:
    kind = ctx.types.get(name, "real")
    if kind == "dimension":
        return float(_size(model, ctx, name))
    if (name, ()) not in model.values:
        model.values[name, ()] = _drawn(model, ctx, name, kind)
    return model.values[name, ()]


def _component(model: Model, ctx: Context, gen: Generator, env: Places) -> float:
    array, places_ = gen.parts
    at = tuple(_index(model, ctx, p, env) for p in places_)
    rule = ctx.component_rules.get(array)
    if rule is not None:
        return _value(model, ctx, rule.value, dict(zip(rule.pattern, at, strict=True)))[0]
    sign = 1
    if ctx.symmetric.get(array) is not None and at[1] < at[0]:
        at, sign = (at[1], at[0]), ctx.symmetric[array]
    elif ctx.symmetric.get(array) == -1 and at[0] == at[1]:
        return 0.0
    if (array, at) not in model.values:
        _draw_row(model, ctx, array, at, places_)
    return sign * model.values[array, at]


def _draw_row(model: Model, ctx: Context, array: str, at: tuple[int, ...], places_: tuple[Place, ...]) -> None:
    kind = ctx.types.get(array, "real")
    if kind not in ("simplex", "onehot"):
        model.values[array, at] = _drawn(model, ctx, array, kind)
        return
    size = _size(model, ctx, places_[-1][1])
    if kind == "onehot":
        hot = _index(model, ctx, ctx.hot[array], NOWHERE) if array in ctx.hot else model.random.randint(1, size)
        row = [float(k == hot) for k in range(1, size + 1)]
    else:
        weights = [model.random.uniform(0.2, 1.6) for _ in range(size)]
        row = [w / sum(weights) for w in weights]
    for k, value in enumerate(row, 1):
        model.values[array, (*at[:-1], k)] = value


# --- what is computed from it


def _value(model: Model, ctx: Context, poly: Polynomial, env: Places) -> tuple[float, float]:
    """The value of a polynomial, and the sum of the sizes of its terms."""
    total = size = 0.0
    for mono, c in poly.items():
        term = _term(model, ctx, mono, env) * (c if type(c) is int else c.numerator / c.denominator)
        total += term
        size += abs(term)
    if not math.isfinite(size):
        raise Unknown
    return total, size


def _term(model: Model, ctx: Context, mono: Monomial, env: Places) -> float:
    for key, _ in mono:
        if key[0] in "dg" and not _generator(model, ctx, key, env):
            return 0.0
    value = 1.0
    for key, e in mono:
        base = _generator(model, ctx, key, env)
        value *= base if e == 1 else _power(base, e)
    return value


def _power(base: float, e: Rational) -> float:
    if e.denominator == 1:
        return float(base ** int(e))
    if base < 0:
        raise Unknown
    return float(base ** (e.numerator / e.denominator))


def _generator(model: Model, ctx: Context, key: str, env: Places) -> float:
    gen = ctx.generators[key]
    order = model.order.get(key)
    if order is None:
        order = model.order[key] = tuple(sorted(gen.places))
    memo = key, tuple([_index(model, ctx, p, env) for p in order])
    if memo not in model.known:
        model.known[memo] = None
        model.known[memo] = _of_kind(model, ctx, gen, env)
    value = model.known[memo]
    if value is None:
        raise Unknown
    return value


def _of_kind(model: Model, ctx: Context, gen: Generator, env: Places) -> float:
    kind, parts = gen.kind, gen.parts
    if kind == "v":
        return _variable(model, ctx, parts[0])
    if kind == "a":
        return _component(model, ctx, gen, env)
    if kind in "dg":
        left, right = (_index(model, ctx, p, env) for p in parts)
        return float((left == right) == (kind == "d"))
    if kind == "c":
        return math.pi
    if kind == "s":
        return _sum(model, ctx, parts[0], parts[1].mono, env)
    if kind == "e":
        return math.exp(_term(model, ctx, parts[0].mono, env))
    if kind in "mq":
        return _reduced(model, ctx, gen, env)
    if kind == "p":
        base, exponent = (_value(model, ctx, part, env)[0] for part in parts)
        return float(math.pow(base, exponent))
    if kind == "f":
        name, args = parts
        if name not in FUNCTIONS or len(args) != 1:
            raise Unknown
        return float(getattr(math, FUNCTIONS[name])(_value(model, ctx, args[0], env)[0]))
    value, size = _value(model, ctx, parts[0], env)
    if abs(value) <= CLEAR * size:
        raise Unknown  # rounding decides
    if kind == "l":
        return math.log(value)
    return abs(value) if kind == "h" else math.copysign(1, value) if kind == "z" else value


def _sum(model: Model, ctx: Context, bound: tuple[Place, ...], mono: Monomial, env: Places) -> float:
    ranges = [range(1, _size(model, ctx, p[1]) + 1) for p in bound]
    if math.prod(map(len, ranges)) > 10 * MOST_INSTANCES:
        raise Unknown
    chosen = (dict(zip(bound, at, strict=True)) for at in cartesian(*ranges))
    return math.fsum(_term(model, ctx, mono, {**env, **at}) for at in chosen)


def _reduced(model: Model, ctx: Context, gen: Generator, env: Places) -> float:
    """A largest or smallest component, or a product over a range."""
    bound = gen.parts[1] if gen.kind == "m" else gen.parts[0]
    excluded = {_index(model, ctx, p, env) for p in gen.parts[1]} if gen.kind == "q" else set()
    inside = [k for k in range(1, _size(model, ctx, bound[1]) + 1) if k not in excluded]
    values = [_value(model, ctx, gen.parts[2], {**env, bound: k})[0] for k in inside]
    if gen.kind == "q":
        return math.prod(values)
    return max(values) if gen.parts[0] == "Max" else min(values)


FUNCTIONS = {
    **{name: name for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "asinh", "acosh")},
    **{"atanh": "atanh", "erf": "erf", "loggamma": "lgamma"},
}
