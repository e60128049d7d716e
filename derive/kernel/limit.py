"""Deciding limits: the body has a value near the point, its limit exists from every side asked for, and is the other
side of the claim (KERNEL 2.7, 4.12). Where a parameter decides, every case of its sign is decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from derive.claim import Declaration, Goal, Hypothesis
from derive.kernel.approach import Unsettled
from derive.kernel.cases import by_cases
from derive.kernel.context import (
    FREE,
    LITERAL,
    NONNEGATIVE,
    NONPOSITIVE,
    NONZERO,
    POSITIVE,
    Context,
    Polynomial,
    Stuck,
    Undefined,
)
from derive.kernel.equality import Sides, conclude, decide_equality
from derive.kernel.functions import exponential
from derive.kernel.growth import Bound
from derive.kernel.hypotheses import contradictory
from derive.kernel.neighbourhood import INFINITE, OO, WHOLE, Near, NoLimit, body_of, limit_of, mentions, neighbourhood
from derive.kernel.normalize import ZERO_TERM
from derive.kernel.order import decide_order
from derive.kernel.polynomial import subtract
from derive.kernel.readback import term_of, written
from derive.kernel.ring import defined, inside, power_sign, primitive
from derive.kernel.sign import sign
from derive.kernel.spelling import names, places
from derive.kernel.theorem import Residual, Side, Theorem, about_nothing, in_order, make_theorem, theorem_of_cases
from derive.kernel.zero import remainder
from derive.term import (
    Apply,
    Binary,
    Diff,
    Limit,
    Neg,
    Number,
    Op,
    Optimum,
    Reduce,
    Relation,
    Term,
    Variable,
    children,
    subterms,
    with_children,
)
from derive.verdict import ABOUT_NOTHING
from derive.write import write

DEPTH = 4


def decide_limit(goal: Goal, fuel: int) -> Theorem | Residual:
    """Prove that a limit exists and equals the other side, or say what it is instead."""
    limit, other = _sides(goal)
    if mentions(limit.variable, other, limit.point):
        return _with_goal(goal, decide_limit(_apart(goal, limit, other), fuel))
    if isinstance(other, Limit):
        second = evaluate_limit(replace(goal, left=other, right=ZERO_TERM), fuel)
        if isinstance(second, Residual):
            return second
        other = second
    if goal.op != "==":
        return _decide_order(goal, limit, other, fuel)
    found = _by_cases(goal, limit, other, fuel, DEPTH)
    settled = isinstance(found, Theorem) or found.instead is not None or found.absent
    return found if settled else _by_ratio(goal, limit, other, fuel) or found


def _sides(goal: Goal) -> tuple[Limit, Term]:
    limit, other = (goal.left, goal.right) if isinstance(goal.left, Limit) else (goal.right, goal.left)
    assert isinstance(limit, Limit)
    return limit, other


def _apart(goal: Goal, limit: Limit, other: Term) -> Goal:
    """The same goal with a name of its own for the variable of the limit, which is another one outside."""
    name = f"{limit.variable}'o"
    inner = replace(limit, variable=name, body=_renamed(limit.body, limit.variable, name))
    declared = goal.declaration(limit.variable)
    kind = declared.type if declared is not None and declared.type in WHOLE else "real"
    left, right = (inner, other) if goal.left is limit else (other, inner)
    return replace(goal, left=left, right=right, declarations=(*goal.declarations, Declaration(name, kind)))


def _renamed(term: Term, old: str, new: str) -> Term:
    match term:
        case Variable(name) if name == old:
            return replace(term, name=new)
        case Limit(body, name, point) if name == old:
            return replace(term, point=_renamed(point, old, new))
        case Diff(body, targets):
            moved = tuple(replace(t, name=new) if isinstance(t, Variable) and t.name == old else t for t in targets)
            return replace(term, body=_renamed(body, old, new), targets=moved)
        case _:
            return with_children(term, tuple(_renamed(c, old, new) for c in children(term)))


def _with_goal(goal: Goal, found: Theorem | Residual) -> Theorem | Residual:
    if isinstance(found, Residual):
        return found
    return make_theorem(goal, found.rules, found.conditions, found.method, found.left_only, found.right_only)


def evaluate_limit(goal: Goal, fuel: int) -> Term | Residual:
    """What the limit on the left of a goal is, as a term."""
    limit = goal.left
    assert isinstance(limit, Limit)
    try:
        found = [_value_from(goal, limit, direction, fuel) for direction in _ways(limit)]
    except Stuck as stuck:
        return Residual("limit not established", stuck.detail)
    except (Undefined, NoLimit) as none:
        return Residual("limit not established", f"there is no limit: {none}")
    if len(set(found)) > 1:
        return Residual("limit not established", "the limits from both sides are not seen to agree")
    return found[0]


def _value_from(goal: Goal, limit: Limit, direction: int, fuel: int) -> Term:
    near = neighbourhood(goal, limit, None, direction, fuel)
    near.body = body_of(near, limit)
    found = limit_of(near)
    if not _can_be_written(goal, near, found):
        raise Stuck("limit not established", "the limit names an index of its own")
    return _written(near, found)


def _decide_order(goal: Goal, limit: Limit, other: Term, fuel: int) -> Theorem | Residual:
    """An order between a limit, which exists, and the other side."""
    found = evaluate_limit(replace(goal, left=limit, right=other), fuel)
    if isinstance(found, Residual):
        return found
    if found in INFINITE or other in INFINITE:
        return Residual("limit not established", f"the limit is {write(found)}")
    inner = (
        replace(goal, left=found, right=other)
        if isinstance(goal.left, Limit)
        else replace(goal, left=other, right=found)
    )
    proof = decide_order(inner, fuel)
    if isinstance(proof, Residual):
        return proof
    return make_theorem(goal, proof.rules, proof.conditions, "limit", proof.left_only, proof.right_only)


# Ratios.


def _by_ratio(goal: Goal, limit: Limit, other: Term, fuel: int) -> Theorem | Residual | None:
    """L11: a(n) tends to 0 where Abs(a(n + 1)/a(n)) tends to less than 1; to oo where to more than 1 and a(n) > 0."""
    declared = goal.declaration(limit.variable)
    binds = any(isinstance(t, Limit | Diff | Reduce | Optimum) for t in subterms(limit.body))
    if declared is None or declared.type not in WHOLE or limit.point != OO or binds:
        return None
    following = _shifted(limit.body, limit.variable)
    quotient = replace(limit, body=Apply("Abs", (Binary("/", following, limit.body),)))
    ratio = evaluate_limit(replace(goal, left=quotient, right=ZERO_TERM), fuel)
    if isinstance(ratio, Residual) or ratio == Neg(OO):
        return None
    plain = replace(goal, hypotheses=tuple(h for h in goal.hypotheses if not _speaks_of(h, limit.variable)))
    less = None if ratio == OO else _unconditional(replace(plain, left=ratio, op="<", right=Number(Fraction(1))), fuel)
    if less is not None:
        return _settled(goal, ZERO_TERM, other, less.rules, fuel)
    more = ratio == OO or _unconditional(replace(plain, left=ratio, op=">", right=Number(Fraction(1))), fuel)
    counted = tuple(replace(d, type="positive integer") if d == declared else d for d in goal.declarations)
    above = replace(plain, left=limit.body, op=">", right=ZERO_TERM, declarations=counted)
    positive = _unconditional(above, fuel) if more else None
    return None if positive is None else _settled(goal, OO, other, positive.rules, fuel)


def _shifted(term: Term, name: str) -> Term:
    """A term without binders at n + 1."""
    if isinstance(term, Variable) and term.name == name:
        return Binary("+", term, Number(Fraction(1)))
    return with_children(term, tuple(_shifted(c, name) for c in children(term)))


def _speaks_of(hypothesis: Hypothesis, name: str) -> bool:
    sides = (hypothesis.relation.left, hypothesis.relation.right)
    return any(isinstance(t, Variable) and t.name == name for side in sides for t in subterms(side))


def _unconditional(goal: Goal, fuel: int) -> Theorem | None:
    found = decide_order(goal, fuel)
    return found if isinstance(found, Theorem) and not found.conditions else None


def _settled(goal: Goal, found: Term, other: Term, rules: tuple[str, ...], fuel: int) -> Theorem | Residual:
    """The theorem where the other side is the limit; otherwise what it is instead."""
    same = found == other
    if not same and found not in INFINITE and other not in INFINITE:
        equal = decide_equality(replace(goal, left=found, right=other), fuel)
        same = isinstance(equal, Theorem) and not equal.conditions
    rule = "L11"
    if same:
        return make_theorem(goal, in_order((rule, *rules)), (), "limit")
    return Residual("limit not established", f"the limit is {write(found)}", instead=found)


# Cases.


class _Split(Struct, frozen=True):
    """A quantity whose sign decides, and what is known of that sign."""

    term: Term
    bits: int


class _Open(Struct, frozen=True):
    """What stopped a proof, and the split that may help."""

    residual: Residual
    split: _Split | None


def _by_cases(goal: Goal, limit: Limit, other: Term, fuel: int, depth: int) -> Theorem | Residual:
    """The goal as it stands, or in every case of the sign that decides (K2)."""
    result = _decide(goal, limit, other, fuel)
    if isinstance(result, Theorem):
        return result
    if result.split is None or result.residual.instead is not None or depth == 0:
        return result.residual
    theorems = []
    for relation in _relations(result.split):
        case = replace(goal, hypotheses=(*goal.hypotheses, Hypothesis(relation)))
        if contradictory(case, fuel):
            continue
        # Half of the fuel for each: the cases of cases stay within a small multiple of it.
        found = _by_cases(case, limit, other, fuel // 2, depth - 1)
        if isinstance(found, Theorem):
            theorems.append(found)
        elif found.instead is not None or found.absent:
            return replace(found, within=(Hypothesis(relation), *found.within))
        elif found.reason not in ABOUT_NOTHING:
            return found
    return theorem_of_cases(goal, "K2", theorems, "limit") if theorems else result.residual


def _relations(split: _Split) -> Iterator[Relation]:
    """Positive, negative and zero, without what is known not to be: the cases are complete."""
    ops: tuple[tuple[Op, int], ...] = ((">", NONPOSITIVE), ("<", NONNEGATIVE), ("==", NONZERO))
    yield from (Relation(split.term, op, ZERO_TERM) for op, excluded in ops if not split.bits & excluded)


def _split(goal: Goal, near: Near, unsettled: Unsettled | None) -> _Split | None:
    """The simplest factor of unknown sign of the quantity that decides; None where it cannot be written."""
    if unsettled is None:
        return None
    ctx, poly = near.ctx, _simplest(near.ctx, unsettled.subject)
    declared = {d.name for d in goal.declarations} - {near.approach.name}
    if not _can_be_written(goal, near, poly) or not names(ctx, poly) <= declared or not defined(ctx, poly):
        return None
    # Not in the context of the body: there its conditions count as facts.
    return _Split(term_of(ctx, poly, {}), sign(near.known, poly))


def _simplest(ctx: Context, poly: Polynomial) -> Polynomial:
    if all(len(m) == 1 and m[0][0][0] == "l" and m[0][1] == 1 and c.denominator == 1 for m, c in poly.items()):
        # Logarithms compare as what they are taken of (O10).
        above, below = ({m: s * c for m, c in poly.items() if s * c > 0} for s in (1, -1))
        return subtract(exponential(ctx, above), exponential(ctx, below))
    _, mono, rest = primitive(ctx, poly)
    for key, e in mono:
        if power_sign(ctx, key, e) & POSITIVE != POSITIVE:
            base = inside(ctx, key)
            return _simplest(ctx, base) if key[0] == "l" else base
    return rest if len(rest) > 1 else poly


# One decision.


def _decide(goal: Goal, limit: Limit, other: Term, fuel: int) -> Theorem | _Open:
    theorems = []
    for direction in _ways(limit):
        found = _from_side(goal, limit, other, direction, fuel)
        if isinstance(found, _Open):
            return found
        theorems.append(found)
    first = theorems[0]
    rules = in_order(rule for t in theorems for rule in t.rules)
    return make_theorem(goal, rules, first.conditions, "limit", first.left_only, first.right_only)


def _ways(limit: Limit) -> tuple[int, ...]:
    """From which sides, as the sign of the variable less the point; at infinity, which one."""
    if limit.point in INFINITE:
        return (INFINITE[limit.point],)
    return {"+": (1,), "-": (-1,), None: (1, -1)}[limit.side]


def _from_side(goal: Goal, limit: Limit, other: Term, direction: int, fuel: int) -> Theorem | _Open:
    side: Side = None if limit.point in INFINITE else "+" if direction > 0 else "-"
    try:
        near = neighbourhood(goal, limit, other, direction, fuel)
    except Stuck as stuck:
        return _Open(_residual(stuck), None)
    except Undefined as undefined:
        return _Open(about_nothing(undefined), None)
    try:
        near.body = body_of(near, limit)
        found = limit_of(near)
    except NoLimit as none:
        return _Open(Residual("limit not established", f"there is no limit: {none}", absent=str(none), side=side), None)
    except Stuck as stuck:
        wanted = [stuck] if isinstance(stuck, Unsettled) else near.approach.wanted
        return _Open(_residual(stuck), _first_split(goal, near, wanted))
    if side is not None and limit.side is None:
        near.ctx.use("L6")
    return _compared(goal, near, found, other, side)


def _first_split(goal: Goal, near: Near, wanted: Iterable[Unsettled | None]) -> _Split | None:
    """The first split that can be written, as far as the budget goes."""
    try:
        splits = (_split(goal, near, w) for w in wanted)
        return next((s for s in splits if s is not None), None)
    except Stuck:
        return None


def _residual(stuck: Stuck) -> Residual:
    return Residual(stuck.reason if stuck.reason == "budget" else "limit not established", stuck.detail)


def _compared(goal: Goal, near: Near, found: Bound, other: Term, side: Side) -> Theorem | _Open:
    """The theorem where the limit is the other side; otherwise what it is instead."""
    ctx = near.ctx
    instead = _written(near, found) if _can_be_written(goal, near, found) else None
    if isinstance(found, int) or near.other is None:
        if instead == other:
            return conclude(goal, _sides_of(near, {}), "limit")
        return _Open(
            Residual("limit not established", f"the limit is {_told(near, found)}", instead=instead, side=side), None
        )
    left = remainder(ctx, subtract(found, near.other), near.equations)
    if not left or by_cases(ctx, left, lambda case, poly: not remainder(case, poly, near.equations)):
        return conclude(goal, _sides_of(near, found), "limit")
    detail = f"the limit is {written(ctx, found)}"
    return _Open(
        Residual("limit not established", detail, written(ctx, left), instead=instead, side=side),
        None,
    )


def _sides_of(near: Near, found: Polynomial) -> Sides:
    return Sides(near.ctx, near.given, near.scope, near.equations, found, near.other or {}, [], near.conditions)


def _can_be_written(goal: Goal, near: Near, found: Bound) -> bool:
    """Whether a value speaks of the indices of the goal alone, and not of the place of a one-hot vector's 1."""
    free = {(FREE, i.dimension, i.name) for i in goal.indices}
    return isinstance(found, int) or all(p in free or p[0] == LITERAL for p in places(near.ctx, found))


def _told(near: Near, found: Bound) -> str:
    return write(_written(near, found))


def _written(near: Near, found: Bound) -> Term:
    if isinstance(found, int):
        return OO if found > 0 else Neg(OO)
    return term_of(near.ctx, found, {})


# The negation.


def without_limit(goal: Goal, fuel: int) -> Theorem | None:
    """The theorem that the limit in a goal does not exist, or not from the side that the goal names (L9)."""
    limit, other = _sides(goal)
    if isinstance(other, Limit) or goal.op != "==":
        return None
    if mentions(limit.variable, other, limit.point):
        theorem = without_limit(_apart(goal, limit, other), fuel)
        return None if theorem is None else make_theorem(replace(goal, op="!="), theorem.rules, (), theorem.method)
    for direction in _ways(limit):
        found = _from_side(goal, limit, other, direction, fuel)
        if isinstance(found, _Open) and found.residual.absent:
            return make_theorem(replace(goal, op="!="), ("L9",), (), f"no limit: {found.residual.absent}")
    return None
