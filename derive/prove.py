"""Prove a goal: the kernel as it stands, then by cases on indices and dimensions where that may help."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations

from derive.claim import Goal
from derive.kernel import (
    FAILURES,
    FUEL,
    Among,
    Boundary,
    Coincidence,
    Otherwise,
    Propose,
    Residual,
    Smallest,
    Stuck,
    Subject,
    Theorem,
    Undefined,
    Vanishing,
    cases,
    contradictory,
    decide,
    has_values,
    join,
    values_left,
)
from derive.term import (
    Binary,
    Component,
    Delta,
    Index,
    Limit,
    Number,
    Op,
    Optimum,
    Reduce,
    Term,
    Variable,
    own_indices,
    subterms,
)
from derive.verdict import ABOUT_NOTHING
from derive.whole import is_integer_type

DEPTH = 2
MOST_SUBJECTS = 4
DENIAL = 10_000
BOUNDARY_SHARE = 6  # Of every hypothesis with <=, and of each such in its cases: else they cost fifty proofs.
TWO = Number(Fraction(2))
SETTLED = (*ABOUT_NOTHING, "budget")
ORDERS: tuple[Op, ...] = (">", "<", "!=")
MAY_BE_ZERO = ("real", "nonnegative")


def prove(goal: Goal, budget: int = FUEL, depth: int = DEPTH, deep: bool = False) -> Theorem | Residual:
    """A theorem of the kernel, or what is left to show; never guesses.

    ``deep`` asks for factorisations too, which takes loading a computer algebra system.
    """
    result = decide(goal, budget, _factorisations() if deep else None)
    return result if isinstance(result, Theorem) else split(goal, result, budget, depth, deep)


def split(goal: Goal, left: Residual, budget: int = FUEL, depth: int = DEPTH, deep: bool = False) -> Theorem | Residual:
    """A theorem by cases or by contradiction where the kernel has left something of the whole; else that."""
    if depth == 0 or left.reason in SETTLED:
        return left
    for subject in _subjects(goal, left):
        theorem = _by(goal, subject, budget // BOUNDARY_SHARE if isinstance(subject, Boundary) else budget, depth, deep)
        if theorem is not None:
            return theorem
    return _by_contradiction(goal, budget) or left


def _by_contradiction(goal: Goal, budget: int) -> Theorem | None:
    """K8: an equation of the hypotheses denied wherever the goal fails."""
    equations = [n for n, h in enumerate(goal.hypotheses[:MOST_SUBJECTS]) if h.relation.op == "=="]
    if not equations or goal.indices or goal.dimensions or not has_values(goal, budget):
        return None
    for number in equations:
        found: list[tuple[Op, Theorem | None]] = []
        for part in range(len(FAILURES[goal.op])):
            denied = _denied(goal, number, part, min(budget, DENIAL))
            if denied is None:
                break
            found.append(denied)
        if len(found) == len(FAILURES[goal.op]):
            subject = Otherwise(number, tuple(order for order, _ in found))
            return _joined(goal, subject, tuple(theorem for _, theorem in found), budget)
    return None


def _denied(goal: Goal, number: int, part: int, budget: int) -> tuple[Op, Theorem | None] | None:
    """The order of the sides of an equation where the goal fails in one way, and its theorem, if there are points."""
    for order in ORDERS:
        try:
            case = cases(goal, Otherwise(number, (order,) * len(FAILURES[goal.op])))[part]
        except ValueError:
            return None
        if contradictory(case, budget):
            return order, None
        theorem = decide(case, budget)
        if isinstance(theorem, Theorem):
            return order, theorem
    return None


def _joined(goal: Goal, subject: Subject, theorems: tuple[Theorem | None, ...], budget: int) -> Theorem | None:
    try:
        return join(goal, subject, theorems, budget)
    except ValueError:
        return None


def _factorisations() -> Propose:
    # Here and not above: most claims never need it.
    from derive.tactics.factor import factor

    return factor


def _by(goal: Goal, subject: Subject, budget: int, depth: int, deep: bool) -> Theorem | None:
    theorems: list[Theorem | None] = []
    for case in cases(goal, subject):
        if contradictory(case, budget):
            theorems.append(None)
            continue
        result = prove(case, budget, depth - 1, deep)
        if not isinstance(result, Theorem):
            return None
        theorems.append(result)
    return join(goal, subject, tuple(theorems), budget) if any(theorems) else None


def _subjects(goal: Goal, result: Residual) -> Iterator[Subject]:
    """Splits that may help: not where the normal form, complete for deltas, leaves a plain difference."""
    yield from _first_places(goal)
    yield from _bases(goal)
    if any(op != "==" for op in (goal.op, *(h.relation.op for h in goal.hypotheses))):
        yield from _few_valued(goal)
    if result.reason == "nonzero residual" and not _restricted(goal):
        return
    pairs = [
        Coincidence(left, right)
        for left, right in combinations(sorted(goal.indices, key=lambda i: str(i.name)), 2)
        if left.dimension == right.dimension and not _decided(goal, left, right)
    ]
    yield from pairs[:MOST_SUBJECTS]
    yield from (Smallest(name) for name in goal.dimensions[:MOST_SUBJECTS] if not _bounded(goal, name))
    yield from _boundaries(goal)


def _boundaries(goal: Goal) -> Iterator[Subject]:
    """The hypotheses of an order between numbers that leave open on which side of a boundary, or whether on it."""
    terms = (t for side in (goal.left, goal.right) for t in subterms(side))
    if goal.op == "==" or goal.indices or any(isinstance(t, Reduce | Optimum | Limit) for t in terms):
        return
    told = [h.relation for h in goal.hypotheses]
    for number, hypothesis in list(enumerate(goal.hypotheses))[:MOST_SUBJECTS]:
        given = hypothesis.relation
        settled = any((r.left, r.right) == (given.left, given.right) and r.op in ("<", ">", "==") for r in told)
        if given.op in ("!=", ">=", "<=") and not hypothesis.quantified and not settled:
            yield Boundary(number)


def _first_places(goal: Goal) -> Iterator[Subject]:
    """Of an index with two places: it is the first one, or not."""
    relations = [h.relation for h in goal.hypotheses]
    pairs = {r.left for r in relations if r.op == "==" and r.right == TWO and isinstance(r.left, Variable)}
    for index in goal.indices[:MOST_SUBJECTS]:
        first = Index(1, index.dimension)
        two = index.dimension == "2" or Variable(index.dimension) in pairs
        if two and not _decided(goal, index, first):
            yield Coincidence(index, first)


def _bases(goal: Goal) -> Iterator[Subject]:
    """What stands in the base of a power whose exponent is no whole number: there 0 is a case of its own (P6)."""
    integers = frozenset(d.name for d in goal.declarations if "integer" in d.type) | frozenset(goal.dimensions)
    bases = [
        t.left
        for side in (goal.left, goal.right)
        for t in subterms(side)
        if isinstance(t, Binary) and t.op == "**" and not is_integer_type(t.right, integers)
    ]
    numbers = dict.fromkeys(t for base in bases for t in subterms(base) if isinstance(t, Variable | Component))
    varied = {t.variable for side in (goal.left, goal.right) for t in subterms(side) if isinstance(t, Limit | Optimum)}
    for term in list(numbers)[:MOST_SUBJECTS]:
        own = term.array if isinstance(term, Component) else term.name
        declared = goal.declaration(own)
        free = not isinstance(term, Component) or all(i in goal.indices for i in term.indices)
        if declared and declared.type in MAY_BE_ZERO and free and own not in varied and not _is_split(goal, term):
            yield Vanishing(term)


def _few_valued(goal: Goal) -> Iterator[Subject]:
    """Numbers that hypotheses leave finitely many values, such as a mask at a free index."""
    told = {h.relation.left for h in goal.hypotheses if h.relation.op == "==" and isinstance(h.relation.right, Number)}
    spoken = {_name(t) for h in goal.hypotheses if h.relation.op == "==" for t in subterms(h.relation.left)} - {""}
    terms = (t for side in (goal.left, goal.right) for t in subterms(side))
    for term in list(dict.fromkeys(t for t in terms if _name(t) in spoken and t not in told))[:MOST_SUBJECTS]:
        assert isinstance(term, Variable | Component)
        if isinstance(term, Variable) or all(i in goal.indices for i in term.indices):
            try:
                yield Among(term, values_left(goal, term, FUEL))
            except (ValueError, Stuck, Undefined):
                continue


def _name(term: Term) -> str:
    return term.name if isinstance(term, Variable) else term.array if isinstance(term, Component) else ""


def _is_split(goal: Goal, term: Term) -> bool:
    zero = Number(Fraction(0))
    return any(h.relation.left == term and h.relation.right == zero for h in goal.hypotheses)


def _restricted(goal: Goal) -> bool:
    """Whether a range is restricted, or a literal index asks for a least dimension."""
    return any(
        (isinstance(t, Reduce) and t.excluded)
        or (isinstance(t, Component | Delta) and any(isinstance(i.name, int) for i in own_indices(t)))
        for side in (goal.left, goal.right)
        for t in subterms(side)
    )


def _decided(goal: Goal, left: Index, right: Index) -> bool:
    pairs = (h.relation.left for h in goal.hypotheses)
    return any(isinstance(p, Delta) and {p.left.name, p.right.name} == {left.name, right.name} for p in pairs)


def _bounded(goal: Goal, name: str) -> bool:
    return any(getattr(h.relation.left, "name", None) == name for h in goal.hypotheses)
