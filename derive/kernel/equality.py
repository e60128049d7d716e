"""Deciding ``left == right``: both normal forms, the zero test, and the closing of conditions (KERNEL 3.6, 5.3)."""

from __future__ import annotations

from msgspec import Struct

from derive.claim import Goal
from derive.kernel.context import Context, Note, Polynomial, Propose, Stuck, Undefined
from derive.kernel.hypotheses import assume, context_of, terms_of_sums
from derive.kernel.normalize import Condition, Reader, Scope
from derive.kernel.polynomial import subtract
from derive.kernel.readback import written
from derive.kernel.sign import implies
from derive.kernel.theorem import Residual, Theorem, about_nothing, in_order, make_theorem
from derive.kernel.vanish import seen_to_vanish
from derive.kernel.zero import Equations, remainder
from derive.substitute import free_names
from derive.term import Apply, Binary, Neg, Term, children
from derive.write import write


class Sides(Struct):
    """A goal in the middle of its proof: the context, the normal forms of both sides, the conditions of each.

    ``given`` is the context with the hypotheses alone.
    """

    ctx: Context
    given: Context
    scope: Scope
    equations: Equations
    left: Polynomial
    right: Polynomial
    left_conditions: list[Condition]
    right_conditions: list[Condition]


def read_sides(goal: Goal, fuel: int, propose: Propose | None = None, notes: list[Note] | None = None) -> Sides:
    """Read both sides; a second time where the conditions of one side help with the other.

    ``notes`` is filled with how signs were found.
    """
    ctx, scope = context_of(goal, fuel, propose)
    ctx.notes = notes
    equations = assume(ctx, goal, scope)
    given = ctx.fork()
    left_conditions: list[Condition] | None = None
    right_conditions: list[Condition] | None = None
    try:
        left, left_conditions = _side(ctx, given, goal.left, scope)
        right, right_conditions = _side(ctx, given, goal.right, scope)
        again = bool(ctx.unknown) and left != right
    except Stuck as stuck:
        if stuck.reason == "budget":
            raise
        again = True
    if again:
        _learn_conditions(ctx, given, goal, scope)
        left, more_left = _side(ctx, given, goal.left, scope)
        right, more_right = _side(ctx, given, goal.right, scope)
    else:
        more_left, more_right = left_conditions or [], right_conditions or []
    if left_conditions or more_left or more_right:
        # Terms may be >= 0 because the sides have values.
        terms_of_sums(ctx)
        # What one condition gives may hide another: each side is read for its own under the hypotheses alone.
        left_conditions = [*_conditions(given, goal.left, scope), *more_left]
        right_conditions = [*_conditions(given, goal.right, scope), *more_right]
    return Sides(ctx, given, scope, equations, left, right, left_conditions or [], right_conditions or [])


def _conditions(given: Context, term: Term, scope: Scope) -> list[Condition]:
    case = given.fork()
    reader = Reader(case, [], given, exists=True)
    try:
        reader.read(term, scope)
    except Stuck as stuck:
        if stuck.reason == "budget":
            raise
    given.fuel = min(given.fuel, case.fuel)
    return reader.conditions or []


def _learn_conditions(ctx: Context, given: Context, goal: Goal, scope: Scope) -> None:
    """Collect the conditions of both sides, as far as each can be read, before either is read for good."""
    for term in (goal.left, goal.right):
        _learn_from(ctx, given, term, scope)


def _learn_from(ctx: Context, given: Context, term: Term, scope: Scope) -> None:
    """Collect the conditions of a term; of what it is made of, where it cannot be read yet: that has a value too."""
    try:
        _side(ctx, given, term, scope)
    except Stuck as stuck:
        if stuck.reason == "budget":
            raise
        for part in children(term) if isinstance(term, Binary | Apply | Neg) else ():
            _learn_from(ctx, given, part, scope)


def _side(ctx: Context, given: Context, term: Term, scope: Scope) -> tuple[Polynomial, list[Condition]]:
    reader = Reader(ctx, [], given, exists=True)
    poly = reader.read(term, scope)
    return poly, reader.conditions or []


def decide_equality(goal: Goal, fuel: int, propose: Propose | None = None) -> Theorem | Residual:
    """Prove ``left == right`` for every admissible point at which both sides are defined, or say what is left."""
    try:
        sides = read_sides(goal, fuel, propose)
        ctx = sides.ctx
        left = seen_to_vanish(ctx, subtract(sides.left, sides.right), sides.equations)
        if left:
            return Residual("nonzero residual", "the difference of the sides is not seen to be 0", written(ctx, left))
        return conclude(goal, sides, "normal form")
    except Stuck as stuck:
        return Residual(stuck.reason, stuck.detail)
    except Undefined as undefined:
        return about_nothing(undefined)


def has_values(goal: Goal, fuel: int) -> bool:
    """Whether both sides are seen to have a value wherever the hypotheses hold."""
    try:
        sides = read_sides(goal, fuel)
    except (Stuck, Undefined):
        return False
    return not sides.left_conditions and not sides.right_conditions


def phases(goal: Goal, fuel: int) -> tuple[tuple[str, str], ...]:
    """The normal form of each side and what the zero test leaves of their difference, named, for people."""
    sides = read_sides(goal, fuel)
    left = remainder(sides.ctx, subtract(sides.left, sides.right), sides.equations)
    named = (("left", sides.left), ("right", sides.right), ("difference", left))
    return tuple((name, written(sides.ctx, poly)) for name, poly in named)


def conclude(goal: Goal, sides: Sides, method: str) -> Theorem:
    """The theorem, with the conditions that definedness adds, and what differs between the sides."""
    ctx = sides.ctx
    left, right = sides.left_conditions, sides.right_conditions
    return make_theorem(
        goal,
        in_order(ctx.rules),
        tuple(_texts(_independent(sides.given, [*left, *right]))),
        method,
        tuple(_texts(_beyond(sides.given, left, right))),
        tuple(_texts(_beyond(sides.given, right, left))),
    )


def _independent(given: Context, conditions: list[Condition]) -> list[Condition]:
    """The conditions without those that the hypotheses and the others imply."""
    kept = list({write(c.written): c for c in conditions}.values())
    for c in sorted(kept, key=lambda c: -len(write(c.written))):
        others = [d for d in kept if d is not c]
        if not c.guarded and _implied(given, others, c):
            kept = others
    return kept


def _beyond(given: Context, conditions: list[Condition], others: list[Condition]) -> list[Condition]:
    """The conditions of one side that those of the other are not seen to imply."""
    texts = {write(o.written) for o in others}
    return [c for c in conditions if write(c.written) not in texts and (c.guarded or not _implied(given, others, c))]


def _implied(given: Context, known: list[Condition], condition: Condition) -> bool:
    facts = [(c.polynomial, c.bits) for c in known if not c.guarded]
    return bool(facts) and implies(given, facts, condition.polynomial, condition.bits)


def _texts(conditions: list[Condition]) -> list[str]:
    """The author's own forms of the conditions, each once."""
    return list(dict.fromkeys(_text(c) for c in conditions))


def _text(condition: Condition) -> str:
    used = free_names(condition.written.left) | free_names(condition.written.right)
    bound = [name for name in dict.fromkeys(condition.bound) if name in used]
    text = write(condition.written)
    if bound:
        text += " for all " + ", ".join(bound)
    if condition.restrictions:
        text += " with " + ", ".join(write(r) for r in condition.restrictions)
    return text
