"""Deciding optima: the claimed optimiser is admissible, and every other admissible point is worse (KERNEL 4.13).

Either at once, by an order; or because the objective is strictly concave (convex, for a minimum) on a convex set and
stationary there; or by the sign of its derivative on both sides of the optimiser, on an interval.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from derive.claim import Goal, Hypothesis
from derive.kernel.bits import decisive, times
from derive.kernel.cases import by_cases
from derive.kernel.context import (
    NEGATIVE,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    ComponentRule,
    Context,
    Generator,
    Monomial,
    Place,
    Polynomial,
    Stuck,
    Undefined,
)
from derive.kernel.equality import decide_equality
from derive.kernel.hypotheses import assume, context_of, contradictory
from derive.kernel.normalize import ZERO_TERM, Condition, Reader, Scope
from derive.kernel.order import decide_order
from derive.kernel.polynomial import add, scale, subtract
from derive.kernel.readback import term_of
from derive.kernel.ring import inside, multiply, power, rename, renew, replace_generators, variable
from derive.kernel.sign import learn, sign
from derive.kernel.spelling import names
from derive.kernel.theorem import Residual, Theorem, about_nothing, in_order, make_theorem, theorem_of_cases
from derive.kernel.zero import Equations, remainder
from derive.rivals import WHOLE, Captured, Rivals, comparison, memberships, rivals
from derive.substitute import free_names
from derive.term import Apply, Binary, Component, Diff, Index, Op, Reduce, Relation, Term, Variable, subterms
from derive.verdict import Reason
from derive.whole import is_integer_type

CONVEX = ("real", "positive", "negative", "nonnegative", "simplex")
"""Types whose values form a convex set."""
JUMPING = ("floor", "ceiling", "acot", "gamma", "factorial", "binomial")
MOST_DEGREE = 8
MOST_SPLITS = 3
SIGNS: tuple[Op, ...] = (">", "<", "==")
SHARE = 20_000  # the fuel of one strategy
NO_OPTIMUM: Reason = "optimum not established"


class _Setting(Struct, frozen=True):
    """The objective of a claim at an arbitrary admissible point, read; ``sense`` is 1 for a maximum, -1 for a minimum.

    ``ctx`` knows the hypotheses, that the optimiser has a value, and that the objective has one at the point.
    """

    found: Rivals
    ctx: Context
    scope: Scope
    equations: Equations
    optimiser: Polynomial
    objective: Polynomial
    conditions: tuple[Condition, ...]
    sense: int

    @property
    def name(self) -> str:
        return self.found.variable.name


def decide_optimum(goal: Goal, fuel: int) -> Theorem | Residual:
    """Prove that a value is the unique global optimiser wherever there are admissible points."""
    return _by_signs(goal, fuel, MOST_SPLITS)


def _by_signs(goal: Goal, fuel: int, depth: int) -> Theorem | Residual:
    """The goal as it stands, or in each case of a sign by which the optimiser is written (K2)."""
    result = _at_once(goal, fuel)
    found = rivals(goal)
    if isinstance(result, Theorem) or result.reason != NO_OPTIMUM or found is None or depth == 0:
        return result
    subject = _open_sign(found, fuel)
    if subject is None:
        return result
    cases = (Hypothesis(Relation(subject, op, ZERO_TERM)) for op in SIGNS)
    goals = [replace(goal, hypotheses=(*goal.hypotheses, case)) for case in cases]
    theorems: list[Theorem] = []
    for case in goals:
        if contradictory(case, fuel):
            continue
        part = _by_signs(case, fuel, depth - 1)
        if isinstance(part, Residual):
            return result
        theorems.append(part)
    if not theorems:
        return result
    return theorem_of_cases(goal, "K2", theorems, "optimum")


def _open_sign(found: Rivals, fuel: int) -> Term | None:
    """What stands under an Abs, a sign or a Max of two in the optimiser, if its sign is not known; it has a value."""
    try:
        ctx, scope = context_of(found.goal, fuel)
        equations = assume(ctx, found.goal, scope)
        for term in subterms(found.optimiser):
            subject = _subject(term)
            if subject is None or any(isinstance(t, Reduce | Component) for t in subterms(subject)):
                continue
            reader = Reader(ctx.fork(), [])
            poly = _valued(ctx, reader.read(subject, scope), equations)
            if not reader.conditions and not _is_decided(ctx, poly):
                return subject
    except (Stuck, Undefined):
        pass
    return None


def _subject(term: Term) -> Term | None:
    match term:
        case Apply("Abs" | "sign", (inner,)):
            return inner
        case Apply("Max" | "Min", (left, right)):
            return Binary("-", left, right)
        case _:
            return None


def _is_decided(ctx: Context, poly: Polynomial) -> bool:
    return not poly or sign(ctx, poly) in (POSITIVE, NEGATIVE, NONNEGATIVE | NONPOSITIVE)


def _at_once(goal: Goal, fuel: int) -> Theorem | Residual:
    found = rivals(goal)
    if found is None:
        return Residual(NO_OPTIMUM, "only an optimum that equals a value is decided")
    try:
        return _decide(found, fuel)
    except Captured:
        return Residual(NO_OPTIMUM, "a bound index has the name of a free one")
    except Stuck as stuck:
        return Residual(stuck.reason if stuck.reason == "budget" else NO_OPTIMUM, stuck.detail)
    except Undefined as undefined:
        return about_nothing(undefined)


def _decide(found: Rivals, fuel: int) -> Theorem | Residual:
    value = replace(found.goal, left=found.optimiser, right=found.optimiser)
    shown = decide_equality(value, fuel)
    if isinstance(shown, Residual):
        return shown
    rules = set(shown.rules)
    there = replace(found.goal, left=found.at_optimiser, right=found.at_optimiser)
    whole = found.variable.type in WHOLE and is_integer_type(found.optimiser, _whole_names(found.goal))
    for goal in (there, *memberships(found)):
        if whole and isinstance(goal.left, Apply) and goal.left.function == "floor" and goal is not there:
            continue
        theorem = _proved(goal, fuel)
        closed = theorem is not None and set(theorem.conditions) <= set(shown.conditions)
        if theorem is None or not (closed or (goal is there and _has_value(found, fuel))):
            what = "has a value" if goal is there else "is admissible"
            return Residual(NO_OPTIMUM, f"it is not seen that the claimed optimiser {what}")
        rules |= set(theorem.rules)
    worse = _others_are_worse(found, fuel)
    if worse is None:
        return Residual(NO_OPTIMUM, "it is not seen that every other admissible point is worse")
    return make_theorem(found.goal, in_order(rules | worse), shown.conditions, "optimum")


def _has_value(found: Rivals, fuel: int) -> bool:
    """Whether the objective has a value at the optimiser as soon as it has one at some admissible point."""
    setting = _setting(found, fuel)
    reader = Reader(setting.ctx, [])
    reader.read(found.at_optimiser, setting.scope)
    return not reader.conditions


def _whole_names(goal: Goal) -> frozenset[str]:
    return frozenset((*goal.dimensions, *(d.name for d in goal.declarations if d.type in WHOLE)))


def _proved(goal: Goal, fuel: int) -> Theorem | None:
    result = decide_equality(goal, fuel) if goal.op == "==" else decide_order(goal, fuel)
    return result if isinstance(result, Theorem) else None


def _others_are_worse(found: Rivals, fuel: int) -> set[str] | None:
    """The rules by which every other admissible point is worse; None where that is not seen."""
    for strategy in (_by_curvature, _by_quotient, _by_sides):
        try:
            setting = _setting(found, min(fuel, SHARE))
            if _is_convex(setting, fuel) and strategy(setting):
                return set(setting.ctx.rules)
        except (Stuck, Undefined):
            continue
    setting = _setting(found, fuel)
    best = term_of(setting.ctx, Reader(setting.ctx).read(found.at_optimiser, setting.scope), {})
    direct = decide_order(replace(comparison(found), right=best), min(fuel, SHARE))
    setting.ctx.use("M3")
    return {*setting.ctx.rules, *direct.rules} if isinstance(direct, Theorem) else None


def _setting(found: Rivals, fuel: int) -> _Setting:
    ctx, scope = context_of(found.goal, fuel)
    equations = assume(ctx, found.goal, scope)
    optimiser = _valued(ctx, Reader(ctx, []).read(found.optimiser, scope), equations)
    reader = Reader(ctx, [])
    objective = reader.read(found.objective, scope)
    conditions = tuple(reader.conditions or ())
    if not found.component:
        variable(ctx, found.variable.name)  # an objective need not mention it
    ctx.use("M5")
    sense = 1 if found.kind == "argmax" else -1
    return _Setting(found, ctx, scope, equations, optimiser, objective, conditions, sense)


# The admissible points form a convex set.


def _is_convex(setting: _Setting, fuel: int) -> bool:
    """Whether the type, the hypotheses about the variable and what the objective requires are all convex (M1)."""
    found = setting.found
    if found.variable.type not in CONVEX:
        return False
    if not all(_is_half_space(found, h, fuel) for h in found.own):
        return False
    moving = [c for c in setting.conditions if setting.name in names(setting.ctx, c.polynomial)]
    return all(not c.guarded and _is_convex_condition(setting, c) for c in moving)


def _is_half_space(found: Rivals, hypothesis: Hypothesis, fuel: int) -> bool:
    """Whether a hypothesis is affine in the variable, read without any knowledge about that."""
    if hypothesis.relation.op == "!=":
        return False
    free = replace(found.variable, type="real")
    declared = tuple(free if d.name == free.name else d for d in found.goal.declarations)
    others = tuple(h for h in found.goal.hypotheses if h not in found.own)
    ctx, scope = context_of(replace(found.goal, declarations=declared, hypotheses=others), fuel)
    assume(ctx, replace(found.goal, declarations=declared, hypotheses=others), scope)
    opened = {str(q.name): ctx.open(Reader(ctx).dimension(q.dimension)) for q in hypothesis.quantified}
    reader = Reader(ctx, [])
    inner = Scope({**scope.places, **opened})
    relation: Relation = hypothesis.relation
    gap = subtract(reader.read(relation.left, inner), reader.read(relation.right, inner))
    required = (c.polynomial for c in reader.conditions or ())
    return _is_affine(ctx, gap, free.name) and not any(free.name in names(ctx, poly) for poly in required)


def _is_affine(ctx: Context, poly: Polynomial, name: str) -> bool:
    return all(_is_affine_monomial(ctx, mono, name) for mono in poly)


def _is_affine_monomial(ctx: Context, mono: Monomial, name: str) -> bool:
    moving = [(ctx.generators[key], e) for key, e in mono if name in ctx.generators[key].names]
    if not moving:
        return True
    if len(moving) > 1 or moving[0][1] != 1:
        return False
    gen = moving[0][0]
    return gen.kind in "va" or (gen.kind == "s" and _is_affine_monomial(ctx, gen.parts[1].mono, name))


def _is_convex_condition(setting: _Setting, condition: Condition) -> bool:
    """Affine, or a quadratic that is bent the right way; what must differ from 0 leaves two pieces.

    A half space in which all admissible points lie may be taken for granted: they are its intersection with the rest.
    """
    ctx, poly = setting.ctx, condition.polynomial
    if len(poly) == 1 and _is_settled(setting, next(iter(poly))):
        return True
    if _is_affine(ctx, poly, setting.name):
        return bool((condition.bits | sign(ctx, poly)) & (NONNEGATIVE | NONPOSITIVE))
    bits = condition.bits
    if not bits & (NONNEGATIVE | NONPOSITIVE):
        return False
    parts = _by_degree(ctx, poly, setting.name)
    if parts is None or max(parts) > 2:
        return False
    return bool(sign(ctx, parts[2]) & (NONPOSITIVE if bits & NONNEGATIVE else NONNEGATIVE))


def _is_settled(setting: _Setting, mono: Monomial) -> bool:
    """Whether each moving factor lies on one side of 0, at a half space's boundary, so that the sign stands still."""
    ctx = setting.ctx
    moving: list[Polynomial] = [{((key, 1),): 1} for key, _ in mono if setting.name in ctx.generators[key].names]
    return all(_is_affine(ctx, factor, setting.name) and decisive(sign(ctx, factor)) for factor in moving)


def _by_degree(ctx: Context, poly: Polynomial, name: str) -> dict[int, Polynomial] | None:
    """The coefficients of the powers of a scalar variable; None where it stands in anything else."""
    key = f"v({name})"
    parts: dict[int, Polynomial] = {0: {}}
    for mono, c in poly.items():
        rest = tuple(f for f in mono if f[0] != key)
        e = dict(mono).get(key, 0)
        if any(name in ctx.generators[k].names for k, _ in rest) or e < 0 or e.denominator != 1 or e > MOST_DEGREE:
            return None
        parts[int(e)] = add(parts.get(int(e), {}), {rest: c})
    return parts


# Strict concavity and a stationary point.


def _by_curvature(setting: _Setting) -> bool:
    """M1, M4: the second derivatives are negative, the mixed ones 0, and the first ones vanish at the optimiser.

    On the simplex the first ones need only be equal: along it the components of a direction sum to 0.
    """
    first, second = _places(setting, ""), _places(setting, "2")
    if not _is_negative(setting, _derivative(setting, (first, first))):
        return False
    if any(not _is_nothing(setting, poly) for poly in _mixed(setting, first, second)):
        return False
    slope = _at_optimiser(setting, _derivative(setting, (first,)))
    if _has_fixed_sum(setting.found):
        other = _at_optimiser(setting, _derivative(setting, (second,)))
        slope = subtract(slope, other)
    setting.ctx.use("M4" if first else "M1")
    return _is_nothing(setting, slope)


def _has_fixed_sum(found: Rivals) -> bool:
    """Whether the components of a vector sum to the same at every admissible point."""
    if found.variable.type == "simplex":
        return True
    return any(
        isinstance(side, Reduce)
        and side.kind == "Sum"
        and not side.excluded
        and side.body == Component(found.variable.name, (side.index,))
        and found.variable.name not in free_names(other)
        for h in found.own
        if h.relation.op == "==" and len(found.component) == 1
        for side, other in ((h.relation.left, h.relation.right), (h.relation.right, h.relation.left))
    )


def _places(setting: _Setting, mark: str) -> tuple[Index, ...]:
    return tuple(Index(f"{i.name}''{mark}", i.dimension) for i in setting.found.component)


def _derivative(setting: _Setting, at: tuple[tuple[Index, ...], ...]) -> Polynomial:
    """A derivative of the objective; it must exist wherever the objective has a value."""
    targets: tuple[Variable | Component, ...] = tuple(
        Component(setting.name, place) if place else Variable(setting.name) for place in at
    )
    return _read_everywhere(setting, setting.ctx, Diff(setting.found.objective, targets))


def _read_everywhere(setting: _Setting, ctx: Context, term: Term, kinks: bool = False) -> Polynomial:
    """A derivative, for a maximum, at every admissible point; but for finitely many where ``kinks`` are allowed."""
    reader = Reader(ctx, [])
    poly = reader.read(term, setting.scope)
    if not all(kinks and _is_single_point(setting, ctx, c) for c in reader.conditions or ()):
        raise Stuck(NO_OPTIMUM, "the objective is not seen to be differentiable")
    return scale(_valued(ctx, poly, setting.equations), setting.sense)


def _valued(ctx: Context, poly: Polynomial, equations: Equations) -> Polynomial:
    for key, value in equations.values:
        poly = replace_generators(ctx, poly, {key: value})
    return poly


def _is_single_point(setting: _Setting, ctx: Context, condition: Condition) -> bool:
    """Whether a condition leaves out no more than one value of a scalar variable."""
    parts = _by_degree(ctx, condition.polynomial, setting.name)
    if condition.bits != NONZERO or condition.guarded or parts is None or max(parts) != 1:
        return False
    return bool(sign(ctx, parts[1]) & NONZERO)


def _mixed(setting: _Setting, first: tuple[Index, ...], second: tuple[Index, ...]) -> Iterator[Polynomial]:
    """The derivatives by two different components: those that differ first at each of their indices."""
    for position in range(len(first)):
        before = setting.ctx.distinct
        pair = frozenset((_place(setting, first[position]), _place(setting, second[position])))
        other = (*first[:position], *second[position:])
        case = setting.ctx.fork()
        case.distinct = before | {pair}
        targets = (Component(setting.name, first), Component(setting.name, other))
        yield _read_everywhere(setting, case, Diff(setting.found.objective, targets))


def _place(setting: _Setting, index: Index) -> Place:
    return Reader(setting.ctx).place(index, setting.scope)


def _is_negative(setting: _Setting, poly: Polynomial) -> bool:
    return _has_sign(setting.ctx, poly, NEGATIVE)


def _is_nothing(setting: _Setting, poly: Polynomial) -> bool:
    return not remainder(setting.ctx, poly, setting.equations)


def _has_sign(ctx: Context, poly: Polynomial, wanted: int) -> bool:
    if sign(ctx, poly) & wanted == wanted:
        return True
    case = ctx.fork()
    case.depth, case.lemmas = 4, True
    found = sign(case, poly) & wanted == wanted
    ctx.fuel = min(ctx.fuel, case.fuel)
    return found


def _at_optimiser(setting: _Setting, poly: Polynomial) -> Polynomial:
    """A polynomial with the optimiser for the variable; valid there, for the optimiser is admissible."""
    ctx, name = setting.ctx, setting.name
    if not setting.found.component:
        return replace_generators(ctx, poly, {f"v({name})": setting.optimiser})
    pattern = tuple(_place(setting, i) for i in setting.found.component)
    case = ctx.fork()
    fresh = tuple(case.open(p[1]) for p in pattern)
    value = rename(case, setting.optimiser, dict(zip(pattern, fresh, strict=True)))
    case.component_rules[name] = ComponentRule(fresh, value, names(case, value))
    return renew(case, poly, frozenset((name,)))


# The sign of the derivative on both sides.


def _by_sides(setting: _Setting) -> bool:
    """M2: the objective rises below the optimiser and falls above it."""
    return not setting.found.component and all(_rises_towards(setting, side) for side in (POSITIVE, NEGATIVE))


def _by_quotient(setting: _Setting) -> bool:
    """M2: the slope is the optimiser less the variable, times what is positive; a division shows it."""
    ctx = setting.ctx
    if setting.found.component:
        return False
    top, below = _cleared(ctx, _derivative(setting, ((),)))
    parts = _by_degree(ctx, top, setting.name)
    if parts is None:
        return False
    quotient, rest = _divided(ctx, parts, setting)
    if not _is_nothing(setting, rest):
        return False
    bits = times(sign(ctx, below), POSITIVE if _is_negative(setting, quotient) else 0)
    ctx.use("M2")
    return bits & POSITIVE == POSITIVE


def _cleared(ctx: Context, poly: Polynomial) -> tuple[Polynomial, Polynomial]:
    """``top, below`` with poly = top / below, by the powers that stand below fraction bars."""
    lowest: dict[str, Fraction] = {}
    for mono in poly:
        for key, e in mono:
            if e < 0:
                lowest[key] = min(lowest.get(key, Fraction(0)), Fraction(e))
    below: Polynomial = {(): 1}
    for key, e in sorted(lowest.items()):
        below = multiply(ctx, below, power(ctx, inside(ctx, key), -e))
    return multiply(ctx, poly, below), below


def _divided(ctx: Context, parts: dict[int, Polynomial], setting: _Setting) -> tuple[Polynomial, Polynomial]:
    """``quotient, rest`` with the whole = quotient * (variable - optimiser) + rest, by Horner's rule."""
    point: Polynomial = {((f"v({setting.name})", 1),): 1}
    quotient: Polynomial = {}
    carried: Polynomial = {}
    for degree in range(max(parts), 0, -1):
        carried = add(parts.get(degree, {}), multiply(ctx, setting.optimiser, carried))
        quotient = add(quotient, multiply(ctx, carried, power(ctx, point, degree - 1)))
    return quotient, add(parts[0], multiply(ctx, setting.optimiser, carried))


def _rises_towards(setting: _Setting, side: int) -> bool:
    """Whether the slope points to the optimiser from one side: it is ``side`` where the optimiser less p is."""
    if not _is_continuous(setting.ctx, setting.objective, setting.name):
        return False
    case = setting.ctx.fork()
    learn(case, subtract(setting.optimiser, {((f"v({setting.name})", 1),): 1}), side)
    slope = _read_everywhere(setting, case, Diff(setting.found.objective, (Variable(setting.name),)), kinks=True)
    setting.ctx.use("M2")
    if _has_sign(case, slope, side):
        return True
    return by_cases(case, slope, lambda inner, poly: _has_sign(inner, poly, side))


def _is_continuous(ctx: Context, poly: Polynomial, name: str) -> bool:
    """Whether a polynomial is continuous in a variable where it has a value."""
    keys = {key for mono in poly for key, _ in mono if name in ctx.generators[key].names}
    return all(_is_continuous_generator(ctx, ctx.generators[key], name) for key in keys)


def _is_continuous_generator(ctx: Context, gen: Generator, name: str) -> bool:
    if gen.kind in "zpq" or (gen.kind == "f" and gen.parts[0] in JUMPING):
        return False
    parts = [p for part in gen.parts for p in (part if isinstance(part, tuple) else (part,))]
    inner = [p for p in parts if isinstance(p, dict)] + [{p.mono: 1} for p in parts if hasattr(p, "mono")]
    return all(_is_continuous(ctx, poly, name) for poly in inner)
