"""What speaks against a goal that no enclosure of its sides refutes: another limit, none, or a point as good."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from msgspec import Struct
from msgspec.structs import replace

from derive.claim import Goal, Hypothesis
from derive.instance import instance
from derive.kernel import FUEL, Residual, Theorem, decide, evaluate_limit, nested, without_limit
from derive.prove import prove
from derive.rivals import Captured, Rivals, comparison, existence, memberships, refutable, rivals
from derive.term import (
    NEGATION,
    Binary,
    Component,
    Constant,
    Diff,
    Limit,
    Neg,
    Number,
    Optimum,
    Reduce,
    Relation,
    Term,
    Variable,
    subterms,
)
from derive.tie import tie
from derive.verdict import Contradicted, Counterexample, Enclosure, Support
from derive.write import write

SMALLEST = (1, 2)
SMALL = (1, 2, 3)
OO = Constant("oo")
ONE, TWO = Number(Fraction(1)), Number(Fraction(2))
INFINITE: dict[Term, str] = {OO: "oo", Neg(OO): "-oo"}
INADMISSIBLE = "a point at which the claimed optimiser is not admissible"
NOTHING = Enclosure("undefined", "undefined")


def contradict(goal: Goal, residual: Residual) -> Contradicted | None:
    """The theorem that the limit is ``residual.instead`` or does not exist, and a point at which that settles it."""
    plain = nested(goal, FUEL)
    if plain != goal:
        return _with_values(goal, plain)
    if any(isinstance(side, Optimum) for side in (goal.left, goal.right)):
        return outdone(goal)
    if not any(isinstance(side, Limit) for side in (goal.left, goal.right)):
        return None
    goal = _with_one_limit(goal)
    if goal.op != "==":
        return _in_another_order(goal)
    for case, found in _attempts(goal, residual):
        inner = _within(case, found)
        contradicted = _without(inner) if found.absent else _another(inner, found.instead) if found.instead else None
        if contradicted is not None:
            return _in_case(contradicted, found)
    return next(filter(None, (_at(goal, point) for point in _simplest(goal))), None)


def _simplest(goal: Goal) -> Iterator[Counterexample]:
    """The simplest admissible points of small dimensions: ties, where a limit often is another one."""
    from derive.refute import refute  # as for the search, below

    fixed = ([Relation(Variable(name), "==", Number(Fraction(size))) for name in goal.dimensions] for size in SMALL)
    for relations in fixed if goal.dimensions else ([],):
        case = replace(goal, hypotheses=(*goal.hypotheses, *map(Hypothesis, relations)))
        point = refute(replace(case, left=ONE, right=TWO))
        if isinstance(point, Counterexample) and not point.implied:
            yield point


def _at(goal: Goal, point: Counterexample) -> Contradicted | None:
    """Another limit at a point, or none, of which the kernel is asked there alone."""
    inner = instance(goal, point)
    found = decide(inner, FUEL) if inner is not None else None
    if inner is None or not isinstance(found, Residual) or found.within:
        return None
    case = _within(inner, found)
    there = _without(case) if found.absent else _another(case, found.instead) if found.instead else None
    if there is None:
        return None
    limit, other = _parts(goal)
    outside = any(isinstance(t, Variable) and t.name == limit.variable for t in subterms(other))
    values = tuple(v for v in point.values if outside or v[0] != limit.variable)
    shown = replace(there.point, dimensions=point.dimensions, values=values, indices=point.indices)
    return replace(there, point=shown)


def _in_case(contradicted: Contradicted, found: Residual) -> Contradicted:
    """With the case, of those that a parameter makes, in which it is proved."""
    if not found.within:
        return contradicted
    case = " and ".join(write(h.relation) for h in found.within)
    theorem = contradicted.theorem
    named = Comparison(f"{theorem.method} where {case}", theorem.rules, theorem.conditions)
    return replace(contradicted, theorem=named)


def _with_values(goal: Goal, plain: Goal) -> Contradicted | None:
    """What speaks against the goal with the limits inside of its sides as what they are."""
    if any(isinstance(side, Limit | Optimum) for side in (plain.left, plain.right)):
        found = decide(plain, FUEL)
        return contradict(plain, found) if isinstance(found, Residual) else None
    side, value = (goal.left, plain.left) if goal.left != plain.left else (goal.right, plain.right)
    theorem, point = decide(replace(goal, left=side, op="==", right=value), FUEL), _failing(plain)
    if isinstance(theorem, Theorem) and point is not None:
        return Contradicted(Relation(side, "==", value), theorem, point)
    return None


def _with_one_limit(goal: Goal) -> Goal:
    """A limit on the right of another one as what it is."""
    if not isinstance(goal.left, Limit) or not isinstance(goal.right, Limit):
        return goal
    value = evaluate_limit(replace(goal, left=goal.right, right=Number(Fraction(0))), FUEL)
    return goal if isinstance(value, Residual) else replace(goal, right=value)


def _in_another_order(goal: Goal) -> Contradicted | None:
    """What a limit is proved to be, and a point at which that is not in the order that the goal claims."""
    limit, other = _parts(goal)
    value = evaluate_limit(replace(goal, left=limit, right=other), FUEL)
    if isinstance(value, Residual) or value in INFINITE or other in INFINITE or isinstance(other, Limit):
        return None
    theorem = prove(replace(goal, left=limit, op="==", right=value))
    point = _failing(replace(goal, left=value) if goal.left is limit else replace(goal, right=value))
    if isinstance(theorem, Theorem) and point is not None:
        return Contradicted(Relation(limit, "==", value), theorem, point)
    return None


def stray(goal: Goal) -> Counterexample | None:
    """A point at which the body of a limit that was proved keeps away from it: a defect, if there is one."""
    if not isinstance(goal.left, Limit) and not isinstance(goal.right, Limit):
        return None
    from derive.nearing import nearing  # as for the search, below
    from derive.refute import refute

    other = _parts(goal)[1]
    if goal.op != "==" or isinstance(other, Limit) or other in INFINITE:
        return None
    point = refute(replace(goal, left=other, right=Binary("+", other, ONE)), effort=0)
    # A value that is only implied is no number that the body could be enclosed at.
    return nearing(goal, point) if isinstance(point, Counterexample) and not point.implied else None


class Comparison(Struct, frozen=True):
    """Evidence that needs no theorem: the point itself shows it."""

    method: str
    rules: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    left_only: tuple[str, ...] = ()
    right_only: tuple[str, ...] = ()
    lemmas: tuple[str, ...] = ()


def outdone(goal: Goal, effort: int = 1) -> Contradicted | None:
    """An admissible point that is no worse than the claimed optimiser, or one at which that is not admissible.

    ``effort`` as for ``refute``; without any, nothing is looked for that takes a proof.
    """
    found = rivals(goal)
    if found is None:
        return None
    try:
        asserted = [(comparison(found), "another admissible point"), *((g, INADMISSIBLE) for g in memberships(found))]
        for (shown, method), searched in zip(asserted, refutable(found), strict=True):
            point = _failing(searched, effort)
            if point is not None:
                against = Relation(shown.left, NEGATION[shown.op], shown.right)
                return Contradicted(against, Comparison(method), replace(point, op=shown.op))
        images = _images(found) if effort else ()
        return _undefined(found, effort) or next(filter(None, (_as_good(found, image) for image in images)), None)
    except Captured:
        return None


def _failing(goal: Goal, effort: int = 1) -> Counterexample | None:
    found = _search(goal, effort)
    return found if isinstance(found, Counterexample) else tie(goal, found)


def _undefined(found: Rivals, effort: int) -> Contradicted | None:
    """A point at which the objective has a value, and at the claimed optimiser has none."""
    searched = _search(existence(found), effort)
    point = None if isinstance(searched, Counterexample) else searched.left_only
    if point is None:
        return None
    against = Relation(found.objective, "!=", found.at_optimiser)
    return Contradicted(against, Comparison("a point at which the claimed optimiser has no value"), point)


def _images(found: Rivals) -> Iterator[Term]:
    """Where symmetric and periodic objectives have the same value again: points that no search by rationals meets."""
    optimiser = found.optimiser
    yield Neg(optimiser)
    if not found.component:
        yield Binary("+", optimiser, Binary("*", TWO, Constant("pi")))
        yield Binary("/", ONE, optimiser)


def _as_good(found: Rivals, image: Term) -> Contradicted | None:
    """That an image of the claimed optimiser is as good and, somewhere, another point."""
    moved = replace(found, optimiser=image)
    asserted = comparison(found)
    equality = replace(
        asserted, left=moved.at_optimiser, op="==", right=found.at_optimiser, hypotheses=found.goal.hypotheses
    )
    given = prove(replace(found.goal, left=found.optimiser, op="==", right=found.optimiser))
    proofs = (prove(g) for g in (equality, *memberships(moved)))
    if not isinstance(given, Theorem) or not all(_holds_with(given, proof) for proof in proofs):
        return None
    # The values agree, so that the sides differ by as much as the points do.
    apart = replace(
        found.goal, left=equality.left, op="==", right=Binary("+", equality.right, Binary("-", image, found.optimiser))
    )
    point = _point(apart)
    if point is None:
        return None
    against = Relation(equality.left, NEGATION[asserted.op], equality.right)
    shown = replace(point, op=asserted.op, right=point.left, kind="equality")
    return Contradicted(against, Comparison("another admissible point"), shown)


def _holds_with(given: Theorem, found: Theorem | Residual) -> bool:
    """Whether something is proved wherever the sides of a theorem have a value."""
    return isinstance(found, Theorem) and set(found.conditions) <= set(given.conditions)


def _attempts(goal: Goal, residual: Residual) -> Iterator[tuple[Goal, Residual]]:
    """What was found, or what is found for the smallest dimensions."""
    if residual.instead is not None or residual.absent:
        yield goal, residual
        return
    for name in goal.dimensions:
        for size in SMALLEST:
            fixed = Hypothesis(Relation(Variable(name), "==", Number(Fraction(size))))
            case = replace(goal, hypotheses=(*goal.hypotheses, fixed))
            found = decide(case, FUEL)
            if isinstance(found, Residual):
                yield case, found


def _within(goal: Goal, found: Residual) -> Goal:
    """The goal in the case, and from the side, in which it fails."""
    case = replace(goal, hypotheses=(*goal.hypotheses, *found.within))
    if found.side is None:
        return case
    if isinstance(case.left, Limit):
        return replace(case, left=replace(case.left, side=found.side))
    assert isinstance(case.right, Limit)
    return replace(case, right=replace(case.right, side=found.side))


def _without(goal: Goal) -> Contradicted | None:
    theorem, (limit, other) = without_limit(goal, FUEL), _parts(goal)
    point = _somewhere(goal, limit, other, NOTHING)
    if theorem is None or point is None:
        return None
    return Contradicted(Relation(limit, "!=", other), theorem, point)


def _another(goal: Goal, instead: Term) -> Contradicted | None:
    limit, other = _parts(goal)
    is_left = goal.left is limit
    theorem = prove(replace(goal, left=limit, right=instead))
    if instead in INFINITE or other in INFINITE:
        apart = _somewhere(goal, instead, other, None) if instead != other else None
    else:
        values = replace(goal, left=instead) if is_left else replace(goal, right=instead)
        apart = _point(values)
    if isinstance(theorem, Theorem) and apart is not None:
        return Contradicted(Relation(limit, "==", instead), theorem, apart)
    return None


def _parts(goal: Goal) -> tuple[Limit, Term]:
    limit, other = (goal.left, goal.right) if isinstance(goal.left, Limit) else (goal.right, goal.left)
    assert isinstance(limit, Limit)
    return limit, other


def _somewhere(goal: Goal, mine: Term, other: Term, shown: Enclosure | None) -> Counterexample | None:
    """An admissible point at which what is finite has a value; the infinite or missing side is shown as such."""
    finite = next((side for side in (other, mine) if side not in INFINITE and not isinstance(side, Limit)), None)
    value = finite or Number(Fraction(0))
    found = _point(replace(goal, left=value, op="==", right=Binary("+", value, ONE)))
    if found is None:
        return None
    ours = shown or (found.left if mine is finite else _infinite(mine))
    theirs = found.left if other is finite else _infinite(other)
    left, right = (ours, theirs) if isinstance(goal.left, Limit) else (theirs, ours)
    return replace(found, left=left, right=right, op=goal.op)


def _infinite(term: Term) -> Enclosure:
    return Enclosure(INFINITE[term], INFINITE[term])


def _point(goal: Goal) -> Counterexample | None:
    found = _search(goal)
    return found if isinstance(found, Counterexample) else None


def _search(goal: Goal, effort: int = 1) -> Counterexample | Support:
    from derive.refute import refute  # seldom needed, and it brings NumPy along

    return refute(_without_unused(goal), effort)


def _without_unused(goal: Goal) -> Goal:
    """The goal without the declarations of which only the limit spoke."""
    sides = [goal.left, goal.right, *(side for h in goal.hypotheses for side in (h.relation.left, h.relation.right))]
    names = {name for side in sides for t in subterms(side) for name in _named(t)}
    needed = [d for d in goal.declarations if d.name in names]
    names |= {n for d in needed for n in d.dimensions} | {i.dimension for i in goal.indices}
    return replace(goal, declarations=tuple(d for d in goal.declarations if d.name in names))


def _named(term: Term) -> Iterator[str]:
    """The variables, arrays and dimensions of which a node speaks itself."""
    match term:
        case Variable(name) | Component(name):
            yield name
        case Reduce():
            yield term.index.dimension
        case Diff(_, targets):
            yield from (t.name if isinstance(t, Variable) else t.array for t in targets)
