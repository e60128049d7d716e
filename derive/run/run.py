"""One run: every claim of the files decided and held against what its author expects."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from msgspec import Struct

from derive.claim import Claim
from derive.errors import Problem
from derive.find import Target
from derive.outcome import Outcome, Part, Results
from derive.read import Reading, read
from derive.run.known import Known
from derive.run.pool import SELDOM, Executor, Here
from derive.run.progress import Watch
from derive.run.settle import Asked, ask, outcome
from derive.select import Predicate


def run(
    targets: Iterable[Target],
    *,
    selected: Predicate | None = None,
    strict: bool = False,
    stop_early: bool = False,
    executor: Executor | None = None,
    known: Known | None = None,
    shard: Shard | None = None,
    watch: Watch | None = None,
) -> Results:
    """Decide the claims of all targets, in file order; never fails: a defect met at one claim is reported there.

    ``selected`` tells which claims are in question; ``strict`` makes sides of unequal domain a finding; ``stop_early``
    ends the run with the first claim that is not as expected. ``executor`` decides goals, by default in this process;
    ``known`` holds what was decided before; ``shard`` is the part of the claims to decide; ``watch`` is told how far it
    is.
    """
    readings: list[Reading] = []
    asked: list[Asked] = []
    decided: list[Outcome | Problem] = []
    interrupted, is_read, total = False, False, 0
    try:
        with _few_collections():
            for place, claim in _claims(targets, selected, readings):
                total = place
                if shard is None or shard.has(place):
                    asked.append(ask(place, claim, executor or Here(), known))
                if watch:
                    watch(len(asked), 0, claim.id)
            is_read = True
            for question in asked:
                if watch:
                    watch(len(decided), len(asked), question.claim.id)
                decided.append(outcome(question, strict))
                if stop_early and not _is_fine(decided[-1]):
                    break
    except KeyboardInterrupt:
        interrupted = True
        late = [question for question in asked[len(decided) :] if question.is_answered()]
        asked = [*asked[: len(decided)], *late]
        decided += [outcome(question, strict) for question in late]
    part = _part(shard, total if is_read else None, asked[: len(decided)]) if shard else None
    return _results(readings, decided, selected, interrupted, part)


class Shard(Struct, frozen=True):
    """Part ``number`` of ``count``, from 1: every ``count``-th claim."""

    number: int
    count: int

    def has(self, claim: int) -> bool:
        """Whether the claim of this number, from 1, is in the part."""
        return (claim - self.number) % self.count == 0


@contextmanager
def _few_collections() -> Iterator[None]:
    thresholds = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


def _claims(
    targets: Iterable[Target], selected: Predicate | None, readings: list[Reading]
) -> Iterator[tuple[int, Claim]]:
    """The claims in question as they are read, counted from 1."""
    number = 0
    for reading in read(targets):
        readings.append(reading)
        for claim in reading.claims:
            if selected is None or selected(claim):
                number += 1
                yield number, claim


def _is_fine(decided: Outcome | Problem) -> bool:
    return isinstance(decided, Outcome) and not decided.findings


def _part(shard: Shard, total: int | None, decided: list[Asked]) -> Part:
    return Part(shard.number, shard.count, total, tuple((a.place, a.claim.path, a.claim.id) for a in decided))


def _results(
    readings: list[Reading],
    decided: list[Outcome | Problem],
    selected: Predicate | None,
    interrupted: bool,
    part: Part | None,
) -> Results:
    outcomes = tuple(d for d in decided if isinstance(d, Outcome))
    defects = tuple(d for d in decided if isinstance(d, Problem))
    files = tuple(file for reading in readings for file in reading.files)
    problems = tuple(p for reading in readings for p in reading.problems if _concerns(p, reading, selected))
    return Results(files, outcomes, problems + defects, interrupted, part)


def _concerns(found: Problem, reading: Reading, selected: Predicate | None) -> bool:
    """A lint of a claim that was not asked for is noise; a claim that cannot be read might have been asked for."""
    if selected is None or not found.is_lint or found.claim_id is None:
        return True
    return any(selected(claim) for claim in reading.claims if claim.id == found.claim_id)
