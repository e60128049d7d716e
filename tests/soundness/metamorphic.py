"""What must not matter to a verdict: ``python -m tests.soundness.metamorphic [FILES] [--every N]``.

Every goal is decided as it stands and after each change of ``CHANGES``, which keeps its truth: other names, another
order, a hypothesis about nothing in it, the same on both sides, a definition more or less. A proof that becomes a
refutation is an alarm; a decided goal that becomes undecided is a weakness, and is listed.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from time import perf_counter

from msgspec import Struct
from msgspec.structs import replace

from derive.claim import Declaration, Goal, Hypothesis
from derive.elaborate import elaborate
from derive.find import Target
from derive.load import load_text
from derive.read import read
from derive.run.decide import decide
from derive.term import (
    Binary,
    Component,
    Constant,
    Delta,
    Diff,
    Index,
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
from derive.write import write
from tests.soundness.claims import CASES, ROOT

SAME, WEAKER, STRONGER, FLIP, CRASH = OUTCOMES = ("same", "weaker", "stronger", "FLIP", "CRASH")
ALARMS = (FLIP, CRASH)
FILES = (*CASES, *sorted((ROOT / "examples").glob("*.yaml")))
SWAPPED: dict[Op, Op] = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}


class Change(Struct, frozen=True):
    """A goal before and after: the words of both verdicts, and what that is."""

    claim: str
    name: str
    before: str
    after: str
    outcome: str
    relation: str

    def __str__(self) -> str:
        return f"{self.outcome:8} {self.name}: {self.claim}: {self.before} -> {self.after}: {self.relation}"


def changes(chosen: Iterable[tuple[str, Goal]], every: int = 1, names: Iterable[str] = ()) -> Iterator[Change]:
    """Every goal, or one in so many of the pairs of a goal and a change, before and after the change."""
    number = count()
    wanted = tuple(names) or tuple(CHANGES)
    for claim, goal in chosen:
        picked = [name for name in wanted if (next(number) + Random(claim).randrange(every)) % every == 0]
        altered = [(name, new) for name in picked if (new := CHANGES[name](goal)) is not None and new != goal]
        before = _word(goal) if altered else ""
        for name, new in altered:
            after = _word(new)
            text = write(Relation(new.left, new.op, new.right))
            yield Change(claim, name, before, after, _outcome(before, after), text)


@cache
def goals(*paths: Path) -> tuple[tuple[str, Goal], ...]:
    """Every goal of claim files, true or false, with the id of its claim."""
    claims = [c for reading in read(map(Target, paths)) for c in reading.claims]
    lines = [(c.id, line) for c in claims for line in (*c.lines, *filter(None, (c.correction,)))]
    return tuple(dict.fromkeys((id, replace(line.goal, stable=None)) for id, line in lines))


def _word(goal: Goal) -> str:
    try:
        return type(decide(goal)).__name__.lower()
    except Exception as defect:  # whatever it is, it must not hide the other goals
        return f"crash {defect!r}"


def _outcome(before: str, after: str) -> str:
    if before == after:
        return SAME
    if after.startswith("crash") or before.startswith("crash"):
        return CRASH
    if "undecided" in (before, after):
        return WEAKER if after == "undecided" else STRONGER
    return FLIP


# Names.


def _renamed(goal: Goal) -> Goal:
    """Every name another one, in the opposite order of the alphabet."""
    old = sorted({*_names(goal), *(str(i.name) for i in _indices(goal) if isinstance(i.name, str))})
    new = {name: f"v{999 - place}" for place, name in enumerate(old)}
    return Goal(
        _with_names(goal.left, new),
        goal.op,
        _with_names(goal.right, new),
        tuple(Declaration(new[d.name], d.type, tuple(new.get(n, n) for n in d.dimensions)) for d in goal.declarations),
        tuple(new[d] for d in goal.dimensions),
        tuple(_other_index(i, new) for i in goal.indices),
        tuple(_with_names_in(h, new) for h in goal.hypotheses),
    )


def _names(goal: Goal) -> set[str]:
    return {d.name for d in goal.declarations}


def _indices(goal: Goal) -> Iterator[Index]:
    relations = (Relation(goal.left, goal.op, goal.right), *(h.relation for h in goal.hypotheses))
    for term in (t for r in relations for side in (r.left, r.right) for t in subterms(side)):
        match term:
            case Component(_, at):
                yield from at
            case Delta(left, right):
                yield from (left, right)
            case Reduce(_, _, index, excluded):
                yield from (index, *excluded)
            case Diff(_, targets):
                yield from (i for t in targets if isinstance(t, Component) for i in t.indices)
            case Optimum():
                yield from term.component
    yield from goal.indices
    yield from (i for h in goal.hypotheses for i in h.quantified)


def _other_index(index: Index, new: Mapping[str, str]) -> Index:
    name = new[index.name] if isinstance(index.name, str) else index.name
    return Index(name, new.get(index.dimension, index.dimension))


def _with_names_in(h: Hypothesis, new: Mapping[str, str]) -> Hypothesis:
    relation = Relation(_with_names(h.relation.left, new), h.relation.op, _with_names(h.relation.right, new))
    return Hypothesis(relation, tuple(_other_index(i, new) for i in h.quantified), write(relation))


def _with_names(term: Term, new: Mapping[str, str]) -> Term:
    """Names of variables, arrays, dimensions and indices exchanged, none of which coincide before or after."""
    term = with_children(term, tuple(_with_names(t, new) for t in children(term)))
    match term:
        case Variable(name):
            return Variable(new[name])
        case Component(name, at):
            return Component(new[name], tuple(_other_index(i, new) for i in at))
        case Delta(left, right):
            return Delta(_other_index(left, new), _other_index(right, new))
        case Reduce(kind, body, index, excluded):
            return Reduce(kind, body, _other_index(index, new), tuple(_other_index(i, new) for i in excluded))
        case Diff(body, targets):
            return Diff(body, tuple(_with_names(t, new) for t in targets))  # type: ignore[misc]
        case Limit():
            return replace(term, variable=new[term.variable])
        case Optimum():
            at = tuple(_other_index(i, new) for i in term.component)
            return replace(term, variable=new[term.variable], component=at)
        case _:
            return term


def _bound_renamed(goal: Goal) -> Goal:
    """Every bound index another name, which nothing else has."""
    numbers = count(1)
    return _on_sides(goal, lambda t: _with_bound(t, {}, numbers))


def _with_bound(term: Term, scope: Mapping[str, str], numbers: Iterator[int]) -> Term:
    if isinstance(term, Reduce):
        inner = {**scope, str(term.index.name): f"bound_{next(numbers)}"}
        own, index = tuple(_in_scope(i, scope) for i in term.excluded), _in_scope(term.index, inner)
        return Reduce(term.kind, _with_bound(term.body, inner, numbers), index, own)
    term = with_children(term, tuple(_with_bound(t, scope, numbers) for t in children(term)))
    match term:
        case Component(name, at):
            return Component(name, tuple(_in_scope(i, scope) for i in at))
        case Delta(left, right):
            return Delta(_in_scope(left, scope), _in_scope(right, scope))
        case Diff(body, targets):
            return Diff(body, tuple(_with_bound(t, scope, numbers) for t in targets))  # type: ignore[misc]
        case Optimum():
            return replace(term, component=tuple(_in_scope(i, scope) for i in term.component))
        case _:
            return term


def _in_scope(index: Index, scope: Mapping[str, str]) -> Index:
    return Index(scope.get(index.name, index.name) if isinstance(index.name, str) else index.name, index.dimension)


# Order.


def _mirrored(goal: Goal) -> Goal:
    """Addends and factors in the opposite order."""
    return _on_sides(goal, _mirror)


def _mirror(term: Term) -> Term:
    term = with_children(term, tuple(map(_mirror, children(term))))
    match term:
        case Binary("+" | "*" as op, left, right):
            return Binary(op, right, left)
        case Binary("-", left, right):
            return Binary("+", Neg(right), left)
        case _:
            return term


def _reassociated(goal: Goal) -> Goal:
    """``a + (b + c)`` for ``(a + b) + c``, and so for factors."""
    return _on_sides(goal, _to_the_right)


def _to_the_right(term: Term) -> Term:
    match term:
        case Binary("+" | "*" as op, Binary(inner, first, second), third) if inner == op:
            return _to_the_right(Binary(op, first, Binary(op, second, third)))
    return with_children(term, tuple(map(_to_the_right, children(term))))


def _reordered_hypotheses(goal: Goal) -> Goal:
    return replace(goal, hypotheses=goal.hypotheses[::-1])


def _reordered_declarations(goal: Goal) -> Goal:
    return replace(goal, declarations=goal.declarations[::-1], dimensions=goal.dimensions[::-1])


def _swapped_hypotheses(goal: Goal) -> Goal:
    """Every hypothesis that is an order read from right to left."""
    return replace(goal, hypotheses=tuple(_swapped_one(h) for h in goal.hypotheses))


def _swapped_one(h: Hypothesis) -> Hypothesis:
    if h.relation.op == "==":
        return h  # which side is replaced by which is the author's choice
    relation = Relation(h.relation.right, SWAPPED[h.relation.op], h.relation.left)
    return Hypothesis(relation, h.quantified, write(relation))


def _swapped(goal: Goal) -> Goal:
    """The relation read from right to left."""
    return replace(goal, left=goal.right, op=SWAPPED[goal.op], right=goal.left)


# Both sides.


def _scaled(goal: Goal) -> Goal | None:
    """Both sides times 3/2."""
    factor = Number(Fraction(3, 2))
    return _with_values(goal, lambda t: Binary("*", factor, t))


def _shifted(goal: Goal) -> Goal | None:
    """One more on both sides."""
    return _with_values(goal, lambda t: Binary("+", t, Number(Fraction(1))))


def _with_values(goal: Goal, change: Callable[[Term], Term]) -> Goal | None:
    if _is_special(goal):
        return None
    return replace(goal, left=change(goal.left), right=change(goal.right))


def _is_special(goal: Goal) -> bool:
    """Whether a side is a limit, an optimum or oo, which assert something by themselves."""
    return any(isinstance(t, Limit | Optimum | Constant) and getattr(t, "name", "oo") == "oo" for t in _sides(goal))


def _sides(goal: Goal) -> Iterator[Term]:
    yield from (t for side in (goal.left, goal.right) for t in subterms(side))


def _moved(goal: Goal) -> Goal | None:
    """The last addend of the right side on the left, or the whole of it."""
    if _is_special(goal):
        return None
    match goal.right:
        case Binary("+", first, second):
            return replace(goal, left=Binary("-", goal.left, second), right=first)
        case Binary("-", first, second):
            return replace(goal, left=Binary("+", goal.left, second), right=first)
        case _:
            return replace(goal, left=Binary("-", goal.left, goal.right), right=Number(Fraction(0)))


# Hypotheses and definitions.


def _with_unused_hypothesis(goal: Goal) -> Goal:
    """A hypothesis about a variable of its own."""
    relation = Relation(Variable("unused"), ">", Number(Fraction(2)))
    declared = (*goal.declarations, Declaration("unused", "real"))
    return replace(goal, declarations=declared, hypotheses=(*goal.hypotheses, Hypothesis(relation, (), "unused > 2")))


def _written(goal: Goal) -> Goal | None:
    """The goal read again from its text, with no definition left in it."""
    return _read(goal, "", write(Relation(goal.left, goal.op, goal.right)))


def _defined(goal: Goal) -> Goal | None:
    """The left side by a definition, whose parameters are the free indices."""
    if _is_special(goal):
        return None
    own = [str(i.name) for i in goal.indices]
    head = f"lhs[{', '.join(own)}]" if own else "lhs"
    text = f"define:\n  '{head}': '{write(goal.left)}'\n"
    return _read(goal, text, f"{head} {goal.op} {write(goal.right)}")


def _read(goal: Goal, define: str, claim: str) -> Goal | None:
    """A claim over the same variables; None where the language has no text for it."""
    shapes = [(d, f"{d.type}[{', '.join(d.dimensions)}]" if d.dimensions else d.type) for d in goal.declarations]
    bound = {t.variable for t in _sides(goal) if isinstance(t, Limit)}
    names = "".join(f"  {d.name}: '{shape}'\n" for d, shape in shapes if d.name not in bound or shape != "real")
    names += "".join(f"  {i.name}: 'index[{i.dimension}]'\n" for i in goal.indices)
    assume = ", ".join(f"'{write(h.relation)}'" for h in goal.hypotheses)
    variables = f"variables:\n{names}" if names else ""
    text = f"derive: 1\n{variables}{define}claims:\n  - id: c\n    claim: '{claim}'\n    assume: [{assume}]\n"
    claims, _ = elaborate(load_text(text, "written.yaml"))
    return claims[0].lines[0].goal if claims and len(claims[0].lines) == 1 else None


def _on_sides(goal: Goal, change: Callable[[Term], Term]) -> Goal:
    return replace(goal, left=change(goal.left), right=change(goal.right))


CHANGES: dict[str, Callable[[Goal], Goal | None]] = {
    "names": _renamed,
    "bound names": _bound_renamed,
    "order of addends and factors": _mirrored,
    "brackets": _reassociated,
    "order of hypotheses": _reordered_hypotheses,
    "sides of hypotheses": _swapped_hypotheses,
    "order of declarations": _reordered_declarations,
    "sides": _swapped,
    "scale": _scaled,
    "shift": _shifted,
    "a term moved": _moved,
    "an unused hypothesis": _with_unused_hypothesis,
    "written and read": _written,
    "a side defined": _defined,
}


def table(found: list[Change]) -> str:
    """Outcomes by the sort of change."""
    lines = [f"{'':30}" + "".join(f"{name:>10}" for name in OUTCOMES)]
    for name in (*CHANGES, "all"):
        row = Counter(c.outcome for c in found if name in (c.name, "all"))
        lines.append(f"{name:30}" + "".join(f"{row[outcome]:>10}" for outcome in OUTCOMES))
    return "\n".join(lines)


def main() -> int:
    """Run from the command line; the exit code is 1 where a verdict was turned into its opposite."""
    parser = argparse.ArgumentParser(description="Changes that must not matter to a verdict.")
    parser.add_argument("files", nargs="*", type=Path, default=FILES)
    parser.add_argument("--every", type=int, default=1, help="look at one change in so many")
    parser.add_argument("--changes", nargs="+", choices=CHANGES, default=())
    options = parser.parse_args()
    started, found = perf_counter(), []
    for change in changes(goals(*options.files), options.every, options.changes):
        found.append(change)
        if change.outcome != SAME:
            print(change, flush=True)
    print(table(found), f"{perf_counter() - started:.0f} s", sep="\n")
    return 1 if any(c.outcome in ALARMS for c in found) else 0


if __name__ == "__main__":
    sys.exit(main())
