"""The assumptions of the cases of a claim -> what shows that there is no other case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from fractions import Fraction
from itertools import product
from math import prod

from msgspec.structs import replace

from derive.claim import Hypothesis
from derive.signature import FUNCTIONS
from derive.term import (
    NEGATION,
    Apply,
    Binary,
    Component,
    Constant,
    Delta,
    Neg,
    Number,
    Op,
    Reduce,
    Relation,
    Term,
    Variable,
    own_indices,
    subterms,
)

MOST = 64
BOTH: tuple[Term, Term] = (Number(Fraction(0)), Number(Fraction(1)))
SMALL: tuple[Term, Term] = (Number(Fraction(1)), Number(Fraction(2)))


def cover(
    cases: Sequence[Sequence[Hypothesis]], dimensions: Set[str]
) -> Iterator[tuple[int, Relation, tuple[Hypothesis, ...]]]:
    """What has to hold of the last case: the number of its relation, what to prove for it, and under which hypotheses.

    They are the negations of one relation of every other case, in every combination. A negation is the opposite
    relation only where both sides have a value, which ``is_total`` tells.
    """
    *others, last = cases
    for number, hypothesis in enumerate(last):
        for denied in product(*others):
            hypotheses = tuple(replace(h, relation=_denied(h.relation, dimensions), text="") for h in denied)
            for relation in _halves(hypothesis.relation):
                yield number, relation, hypotheses


def is_bounded(cases: Sequence[Sequence[Hypothesis]]) -> bool:
    """Whether there are not too many combinations."""
    return len(cases) <= MOST and prod(map(len, cases)) <= MOST


def _denied(relation: Relation, dimensions: Set[str]) -> Relation:
    if isinstance(relation.left, Delta) and relation.op == "==" and relation.right in BOTH:
        # What elaboration makes of two indices.
        return replace(relation, right=BOTH[1 - BOTH.index(relation.right)])
    if isinstance(relation.left, Variable) and relation.left.name in dimensions and relation.right in SMALL:
        return _denied_of_dimension(relation)
    return replace(relation, op=NEGATION[relation.op])


def _denied_of_dimension(relation: Relation) -> Relation:
    """Of a whole number from 1 on: not 1 is at least 2, below 2 is 1, said without strict signs."""
    if (relation.op, relation.right) == ("==", SMALL[0]):
        return replace(relation, op=">=", right=SMALL[1])
    if (relation.op, relation.right) in ((">=", SMALL[1]), (">", SMALL[0])):
        return replace(relation, op="==", right=SMALL[0])
    return replace(relation, op=NEGATION[relation.op])


def _halves(relation: Relation) -> Iterator[Relation]:
    """An equation between numbers as two inequalities, which follow from others more easily; others as they are."""
    is_index = isinstance(relation.left, Delta)
    ops: tuple[Op, ...] = ("<=", ">=") if relation.op == "==" and not is_index else (relation.op,)
    yield from (replace(relation, op=op) for op in ops)


def is_total(relation: Relation) -> bool:
    """Whether both sides have a value at every point, as is plain from how they are written."""
    return all(_is_total(t) for side in (relation.left, relation.right) for t in subterms(side))


def _is_total(term: Term) -> bool:
    match term:
        case Number() | Variable() | Neg() | Binary("+" | "-" | "*"):
            return True
        case Constant(name):
            return name != "oo"
        case Component() | Delta():
            return all(isinstance(i.name, str) or i.name == 1 for i in own_indices(term))
        case Binary("**", _, Number(value)):
            return value.denominator == 1 and value >= 0
        case Apply(function):
            return not FUNCTIONS[function].domain
        case Reduce(kind, excluded=excluded):
            return kind in ("Sum", "Product") or not excluded
        case _:
            return False
