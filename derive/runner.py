"""One run: every claim of the files decided and held against what its author expects."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from dataclasses import replace

from derive.ahead import Check, ahead
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
from derive.select import Predicate
from derive.verdict import Counterexample, Refuted, Support, Verdict


def run(
    targets: Iterable[Target], *, selected: Predicate | None = None, strict: bool = False, stop_early: bool = False
) -> Results:
    """Decide the claims of all targets, in file order; never fails: a defect met at one claim is reported there.

    ``selected`` tells which claims are in question; ``strict`` makes sides of unequal domain a finding; ``stop_early``
    ends the run with the first claim that is not as expected.
    """
    readings: list[Reading] = []
    decided: list[Outcome | Problem] = []
    interrupted = False
    thresholds = gc.get_threshold()
    gc.set_threshold(*_SELDOM)
    try:
        for found in _decisions(targets, selected, readings, strict):
            decided.append(found)
            if stop_early and not _is_fine(found):
                break
    except KeyboardInterrupt:
        interrupted = True
    finally:
        gc.set_threshold(*thresholds)
    outcomes = tuple(d for d in decided if isinstance(d, Outcome))
    defects = tuple(d for d in decided if isinstance(d, Problem))
    files = tuple(file for reading in readings for file in reading.files)
    problems = tuple(p for reading in readings for p in reading.problems if _concerns(p, reading, selected))
    return Results(files, outcomes, problems + defects, interrupted)


_SELDOM = (50_000, 20, 20)  # a run makes many long-lived terms and few cycles


def _decisions(
    targets: Iterable[Target], selected: Predicate | None, readings: list[Reading], strict: bool
) -> Iterator[Outcome | Problem]:
    """What comes of the claims in question, file after file, so that an interrupted run has something to show."""
    with ahead(_check) as checks:
        for reading in read(targets):
            readings.append(reading)
            claims = [c for c in reading.claims if selected is None or selected(c)]
            checks.ask([goal for claim in claims for goal in _goals(claim)])
            for claim in claims:
                yield _decided(claim, strict, checks.answer)


def _goals(claim: Claim) -> Iterator[Goal]:
    """The goals of a claim that may be checked, in the order in which they are."""
    for line in (*claim.lines, *((claim.correction,) if claim.correction else ())):
        yield line.goal
        if line.exact:
            yield line.exact


def _concerns(found: Problem, reading: Reading, selected: Predicate | None) -> bool:
    """A lint of a claim that was not asked for is noise; a claim that cannot be read might have been asked for."""
    if selected is None or not found.is_lint or found.claim_id is None:
        return True
    return any(selected(claim) for claim in reading.claims if claim.id == found.claim_id)


def settle(claim: Claim, strict: bool = False) -> Outcome | Problem:
    """One claim by itself; never fails: a defect that is met is the problem."""
    return _decided(claim, strict, _check)


def _is_fine(decided: Outcome | Problem) -> bool:
    return isinstance(decided, Outcome) and not decided.findings


def refute(goal: Goal, effort: int = 1) -> Counterexample | Support:
    """The search, imported where it is first needed: often that is the second process only."""
    from derive.refute import refute as search

    return search(goal, effort)


def _check(goal: Goal) -> Counterexample | Support:
    """The cross-check: few points, which refute most of what is false."""
    return refute(goal, effort=0)


def _decide(goal: Goal, check: Check) -> Verdict:
    """The verdict of one goal. Proved goals are cross-checked too; what nobody has decided is searched deeper."""
    proof, search = prove(goal), check(goal)
    if isinstance(proof, Residual) and isinstance(search, Support):
        search = refute(goal)
        proof = prove(goal, deep=True) if isinstance(search, Support) else proof
    return judge(goal, proof, search)


def _of_line(line: Line, check: Check) -> Verdict:
    verdict = _decide(line.goal, check)
    if isinstance(verdict, Refuted) and line.exact:
        found = check(line.exact)
        return replace(verdict, value=found.left) if isinstance(found, Counterexample) else verdict
    return verdict


def _decided(claim: Claim, strict: bool, check: Check) -> Outcome | Problem:
    try:
        verdicts = tuple(_of_line(line, check) for line in claim.lines)
        outcome = Outcome(claim, verdicts, _decide(claim.correction.goal, check) if claim.correction else None)
        return replace(outcome, findings=gate(outcome, strict))
    except Exception as error:  # a defect met at one claim must not hide the others; it is reported with its place
        return defect(error, f"`{claim.id}`").placed(claim.path, claim.span, claim.id)
