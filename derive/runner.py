"""One run: every claim of the files decided and held against what its author expects."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from derive.claim import Claim, Goal
from derive.elaborate import elaborate
from derive.errors import Problem, problem
from derive.find import Target
from derive.gate import gate
from derive.judge import judge
from derive.load import load
from derive.outcome import ClaimFile, Outcome, Results
from derive.prove import prove
from derive.refute import refute
from derive.select import Predicate
from derive.verdict import Verdict


@dataclass
class _Gathered:
    """What a run has found so far; whatever happens next, this much is reported."""

    files: list[ClaimFile] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def is_clean(self) -> bool:
        return all(p.is_lint for p in self.problems) and not any(o.findings for o in self.outcomes)


def run(
    targets: Iterable[Target], *, selected: Predicate | None = None, strict: bool = False, stop_early: bool = False
) -> Results:
    """Decide the claims of all targets, in file order; never fails: a defect met at one claim is reported there.

    ``selected`` tests a claim's id, title and tags; ``strict`` makes sides of unequal domain a finding; ``stop_early``
    ends the run with the first claim that is not as expected.
    """
    gathered = _Gathered()
    interrupted = False
    try:
        for claim in _claims(targets, selected, gathered):
            _decide_into(claim, strict, gathered)
            if stop_early and not gathered.is_clean():
                break
    except KeyboardInterrupt:
        interrupted = True
    return Results(tuple(gathered.files), tuple(gathered.outcomes), tuple(gathered.problems), interrupted)


def decide(goal: Goal) -> Verdict:
    """The verdict of one goal. The search runs on proved goals too: it is the cross-check."""
    return judge(goal, prove(goal), refute(goal))


def _claims(targets: Iterable[Target], selected: Predicate | None, gathered: _Gathered) -> Iterator[Claim]:
    wanted: dict[str, bool] = {}
    for target in targets:
        claims = _read(target, gathered)
        if target.id is not None:
            claims = [c for c in claims if c.id == target.id]
            wanted[target.id] = wanted.get(target.id, False) or _is_known(target.id, claims, gathered)
        yield from (c for c in claims if selected is None or selected(" ".join((c.id, c.title, *c.tags))))
    gathered.problems += (problem("DV028", id=id) for id, known in wanted.items() if not known)


def _is_known(id: str, claims: list[Claim], gathered: _Gathered) -> bool:
    return bool(claims) or any(p.claim_id == id for p in gathered.problems)


def _read(target: Target, gathered: _Gathered) -> list[Claim]:
    """The claims of a file that can be read; the problems of the others, unless one other claim is meant."""
    try:
        file = load(target.path)
        claims, problems = elaborate(file)
    except Exception as error:  # one defect must not hide the other files
        gathered.problems.append(_internal(error, f"`{target.path}`").placed(str(target.path), None))
        return []
    gathered.files.append(ClaimFile(file.path, file.title, file.lines))
    gathered.problems += (
        p for p in (*file.problems, *problems) if target.id is None or p.claim_id in (None, target.id)
    )
    return list(claims)


def _decide_into(claim: Claim, strict: bool, gathered: _Gathered) -> None:
    try:
        verdicts = tuple(decide(line.goal) for line in claim.lines)
        correction = decide(claim.correction.goal) if claim.correction else None
        outcome = Outcome(claim, verdicts, correction)
        gathered.outcomes.append(replace(outcome, findings=gate(outcome, strict)))
    except Exception as error:  # a defect met at one claim must not hide the others; it is reported with its place
        gathered.problems.append(_internal(error, f"`{claim.id}`").placed(claim.path, claim.span, claim.id))


def _internal(error: Exception, where: str) -> Problem:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{'/'.join(frame.filename.replace(chr(92), '/').rsplit('/', 2)[-2:])}:{frame.lineno}"
    return problem("DV900", where=where, error=f"{type(error).__name__}: {str(error)[:200]} ({place})")
