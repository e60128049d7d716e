"""One run: every claim of the files decided and held against what its author expects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from derive.claim import Claim, Goal, Line
from derive.defect import defect
from derive.errors import Problem
from derive.find import Target
from derive.gate import gate
from derive.judge import judge
from derive.kernel import Residual
from derive.outcome import Outcome, Results
from derive.prove import prove
from derive.read import Reading, read
from derive.refute import refute
from derive.select import Predicate
from derive.verdict import Counterexample, Refuted, Support, Verdict


def run(
    targets: Iterable[Target], *, selected: Predicate | None = None, strict: bool = False, stop_early: bool = False
) -> Results:
    """Decide the claims of all targets, in file order; never fails: a defect met at one claim is reported there.

    ``selected`` tests a claim's id, title and tags; ``strict`` makes sides of unequal domain a finding; ``stop_early``
    ends the run with the first claim that is not as expected.
    """
    readings: list[Reading] = []
    decided: list[Outcome | Problem] = []
    interrupted = False
    try:
        for claim in _claims(targets, selected, readings):
            decided.append(_decided(claim, strict))
            if stop_early and not _is_fine(decided[-1]):
                break
    except KeyboardInterrupt:
        interrupted = True
    outcomes = tuple(d for d in decided if isinstance(d, Outcome))
    defects = tuple(d for d in decided if isinstance(d, Problem))
    files = tuple(file for reading in readings for file in reading.files)
    problems = tuple(p for reading in readings for p in reading.problems if _concerns(p, selected))
    return Results(files, outcomes, problems + defects, interrupted)


def _claims(targets: Iterable[Target], selected: Predicate | None, readings: list[Reading]) -> Iterator[Claim]:
    """The claims in question, file after file, so that an interrupted run has something to show."""
    for reading in read(targets):
        readings.append(reading)
        yield from (c for c in reading.claims if selected is None or selected(" ".join((c.id, c.title, *c.tags))))


def _concerns(found: Problem, selected: Predicate | None) -> bool:
    """A lint of a claim that was not asked for is noise; a claim that cannot be read might have been asked for."""
    return selected is None or not found.is_lint or found.claim_id is None or selected(found.claim_id)


def _is_fine(decided: Outcome | Problem) -> bool:
    return isinstance(decided, Outcome) and not decided.findings


def decide(goal: Goal) -> Verdict:
    """The verdict of one goal. The search runs on proved goals too: it is the cross-check."""
    proof = prove(goal)
    search = refute(goal, effort=1 if isinstance(proof, Residual) else 0)
    if isinstance(proof, Residual) and isinstance(search, Support):
        proof = prove(goal, deep=True)
    return judge(goal, proof, search)


def _of_line(line: Line) -> Verdict:
    verdict = decide(line.goal)
    if isinstance(verdict, Refuted) and line.exact:
        found = refute(line.exact)
        return replace(verdict, value=found.left) if isinstance(found, Counterexample) else verdict
    return verdict


def _decided(claim: Claim, strict: bool) -> Outcome | Problem:
    try:
        verdicts = tuple(_of_line(line) for line in claim.lines)
        outcome = Outcome(claim, verdicts, decide(claim.correction.goal) if claim.correction else None)
        return replace(outcome, findings=gate(outcome, strict))
    except Exception as error:  # a defect met at one claim must not hide the others; it is reported with its place
        return defect(error, f"`{claim.id}`").placed(claim.path, claim.span, claim.id)
