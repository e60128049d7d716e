"""One claim: each of its lines asked for, then all of them held against what its author expects."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from derive.claim import Claim, Line
from derive.defect import defect
from derive.errors import Problem, problem
from derive.exhaust import exhaust
from derive.gate import gate
from derive.outcome import Outcome
from derive.record import recall
from derive.run.answer import answer
from derive.run.known import Known
from derive.run.pool import Executor, Here, Lost, Promise
from derive.verdict import Undecided, Verdict


def settle(claim: Claim, strict: bool = False) -> Outcome | Problem:
    """One claim by itself; never fails: a defect that is met is the problem."""
    return outcome(ask(1, claim, Here(), None), strict)


class Asked(Struct, frozen=True):
    """A claim with its place among all, and for each line, the correction and the ends what is known or promised."""

    place: int
    claim: Claim
    answers: tuple[Verdict | Promise, ...]

    def is_answered(self) -> bool:
        """Whether nothing is waited for."""
        return all(isinstance(a, Verdict) or a.done() for a in self.answers)


def ask(place: int, claim: Claim, executor: Executor, known: Known | None) -> Asked:
    """Have every line of a claim decided that is not known."""
    lines = (*claim.lines, *filter(None, (claim.correction, claim.ends)), *_without(claim))
    return Asked(place, claim, tuple(_answer(line, executor, known) for line in lines))


def outcome(asked: Asked, strict: bool) -> Outcome | Problem:
    """What came of a claim, as soon as it is answered; never fails: a defect that is met is the problem."""
    claim = asked.claim
    try:
        verdicts = [_verdict(a) for a in asked.answers]
        failed = next((v for v in verdicts if isinstance(v, str)), None)
        if failed is not None:
            return problem("DV900", where=f"`{claim.id}`", error=failed).placed(claim.path, claim.span, claim.id)
        found = _outcome(claim, [v for v in verdicts if not isinstance(v, str)])
        return replace(found, findings=gate(found, strict))
    except Exception as error:  # a defect met at one claim must not hide the others; it is reported with its place
        return defect(error, f"`{claim.id}`").placed(claim.path, claim.span, claim.id)


def _without(claim: Claim) -> tuple[Line, ...]:
    """The steps whose reason is a hypothesis, without it."""
    reasons = ((line, line.by.without) for line in claim.lines if line.by)
    return tuple(Line(line.written, goal, line.span, using=line.using) for line, goal in reasons if goal)


def _answer(line: Line, executor: Executor, known: Known | None) -> Verdict | Promise:
    found = known.find(line) if known else None
    if found is not None:
        return found
    promise = executor.submit(answer, line.goal, line.exact, line.using)
    if known:
        promise.add_done_callback(lambda done: known.keep(line, done))
    return promise


def _outcome(claim: Claim, verdicts: list[Verdict]) -> Outcome:
    """The verdicts, in the order in which they were asked for, by what they are about."""
    further = iter(verdicts[len(claim.lines) :])
    decided = tuple(exhaust(v) if x.covers else v for x, v in zip(claim.lines, verdicts, strict=False))
    correction = next(further) if claim.correction else None
    ends = next(further) if claim.ends else None
    return Outcome(claim, decided, correction, ends=ends, without=tuple(further))


def _verdict(answer: Verdict | Promise) -> Verdict | str:
    """The verdict, or what failed."""
    if isinstance(answer, Verdict):
        return answer
    try:
        text = answer.result()
    except Lost as lost:
        return Undecided("budget", str(lost))
    return text[1:] if text.startswith("!") else recall(text)
