"""The goals of claim files, and what a single slip makes of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from derive.claim import Goal
from derive.find import Target
from derive.kernel import model
from derive.mutate import Mutant, mutate
from derive.read import read
from derive.substitute import free_indices
from derive.term import Relation

ROOT = Path(__file__).parents[2]
CASES = (ROOT / "derivations.yaml", *sorted((ROOT / "tests" / "cases").glob("*.yaml")))


@contextmanager
def without_models() -> Iterator[None]:
    """The rules of the kernel by themselves: a model keeps the search from what is false, and so from a faulty rule."""
    before, model.ATTEMPTS = model.ATTEMPTS, 0
    try:
        yield
    finally:
        model.ATTEMPTS = before


@cache
def goals(*paths: Path) -> tuple[tuple[str, Goal], ...]:
    """Every goal that its author calls true, corrections included, by the id of its claim."""
    return tuple(dict.fromkeys(_goals(paths)))


def _goals(paths: Iterable[Path]) -> Iterator[tuple[str, Goal]]:
    for reading in read(map(Target, paths)):
        for claim in reading.claims:
            if claim.expect == "proved":
                yield from ((claim.id, line.goal) for line in claim.lines)
            if claim.correction:
                yield claim.id, claim.correction.goal


def slips(goal: Goal, first: int = 0, every: int = 1) -> Iterator[tuple[Mutant, Goal]]:
    """The mutants of a goal, as goals under its hypotheses; one in ``every``, from the ``first`` on."""
    for mutant in islice(mutate(Relation(goal.left, goal.op, goal.right)), first, None, every):
        yield mutant, with_relation(goal, mutant.relation)


def with_relation(goal: Goal, relation: Relation) -> Goal:
    """Another relation between the same variables, under the same hypotheses."""
    quantified = {q.name for h in goal.hypotheses for q in h.quantified}
    sides = (relation.left, relation.right)
    own = (i for h in goal.hypotheses for side in (h.relation.left, h.relation.right) for i in free_indices(side))
    free = (*(i for side in sides for i in free_indices(side)), *(i for i in own if i.name not in quantified))
    return replace(goal, left=relation.left, op=relation.op, right=relation.right, indices=tuple(dict.fromkeys(free)))
