"""One run: every claim of the files decided and held against what its author expects."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from derive.cache import Verdicts
from derive.claim import Claim, Goal, Lemma, Line
from derive.defect import cause, defect
from derive.errors import Problem, problem
from derive.exhaust import exhaust
from derive.find import Target
from derive.gate import gate
from derive.meaning import meaning
from derive.outcome import Outcome, Part, Results, word
from derive.pool import SELDOM, Executor, Here, Lost, Promise
from derive.progress import Watch
from derive.read import Reading, read
from derive.record import recall, record
from derive.select import Predicate
from derive.verdict import Counterexample, Refuted, Support, Undecided, Verdict

if TYPE_CHECKING:
    from derive.kernel import Residual, Theorem


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
    asked: list[_Asked] = []
    decided: list[Outcome | Problem] = []
    interrupted, is_read, total = False, False, 0
    thresholds = gc.get_threshold()
    gc.set_threshold(*SELDOM)
    try:
        for place, claim in _claims(targets, selected, readings):
            total = place
            if shard is None or shard.has(place):
                asked.append(_ask(place, claim, executor or Here(), known))
            if watch:
                watch(len(asked), 0, claim.id)
        is_read = True
        for question in asked:
            if watch:
                watch(len(decided), len(asked), question.claim.id)
            decided.append(_decided(question, strict))
            if stop_early and not _is_fine(decided[-1]):
                break
    except KeyboardInterrupt:
        interrupted = True
        late = [question for question in asked[len(decided) :] if question.is_answered()]
        asked = [*asked[: len(decided)], *late]
        decided += [_decided(question, strict) for question in late]
    finally:
        gc.set_threshold(*thresholds)
    outcomes = tuple(d for d in decided if isinstance(d, Outcome))
    defects = tuple(d for d in decided if isinstance(d, Problem))
    files = tuple(file for reading in readings for file in reading.files)
    problems = tuple(p for reading in readings for p in reading.problems if _concerns(p, reading, selected))
    part = _part(shard, total if is_read else None, asked[: len(decided)]) if shard else None
    return Results(files, outcomes, problems + defects, interrupted, part)


@dataclass(frozen=True, slots=True)
class Shard:
    """Part ``number`` of ``count``, from 1: every ``count``-th claim."""

    number: int
    count: int

    def has(self, claim: int) -> bool:
        """Whether the claim of this number, from 1, is in the part."""
        return (claim - self.number) % self.count == 0


class Known:
    """The verdicts of earlier runs, by the version of the program and the meaning of a line."""

    def __init__(self, kept: Verdicts, versions: str) -> None:
        self._kept, self._versions = kept, versions
        self.is_empty = kept.get(versions) is None
        self.is_whole = True
        """Whether everything that was asked in this run can be known in the next one."""
        self.found = 0
        """How many lines were known."""

    def find(self, line: Line) -> Verdict | None:
        """The verdict of a line that means the same."""
        text = self._kept.get(self._meaning(line))
        try:
            verdict = recall(text) if text else None
        except ValueError:
            return None
        self.found += verdict is not None
        return verdict

    def keep(self, line: Line, promise: Promise) -> None:
        """Keep what was promised, unless it is a defect or an accident, which may not happen again."""
        try:
            text = promise.result()
        except Lost:
            text = "!"
        if text.startswith(_ACCIDENTS):
            self.is_whole = False
        else:
            if self.is_empty:
                self._kept.put(self._versions, "some")
                self.is_empty = False
            self._kept.put(self._meaning(line), text)

    def _meaning(self, line: Line) -> str:
        lemmas = (meaning(lemma) for lemma in line.using)
        return "\n".join((self._versions, meaning(line.goal), meaning(line.exact) if line.exact else "", *lemmas))


_ACCIDENTS = ("!", '["Conflict"')


@dataclass(frozen=True, slots=True)
class _Asked:
    """A claim with its place among all, and for each line, the correction and the ends what is known or promised."""

    place: int
    claim: Claim
    answers: tuple[Verdict | Promise, ...]

    def is_answered(self) -> bool:
        return all(isinstance(a, Verdict) or a.done() for a in self.answers)


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


def _part(shard: Shard, total: int | None, decided: list[_Asked]) -> Part:
    return Part(shard.number, shard.count, total, tuple((a.place, a.claim.path, a.claim.id) for a in decided))


def _ask(place: int, claim: Claim, executor: Executor, known: Known | None) -> _Asked:
    lines = (*claim.lines, *filter(None, (claim.correction, claim.ends)), *_without(claim))
    return _Asked(place, claim, tuple(_answer(line, executor, known) for line in lines))


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


def _concerns(found: Problem, reading: Reading, selected: Predicate | None) -> bool:
    """A lint of a claim that was not asked for is noise; a claim that cannot be read might have been asked for."""
    if selected is None or not found.is_lint or found.claim_id is None:
        return True
    return any(selected(claim) for claim in reading.claims if claim.id == found.claim_id)


def settle(claim: Claim, strict: bool = False) -> Outcome | Problem:
    """One claim by itself; never fails: a defect that is met is the problem."""
    return _decided(_ask(1, claim, Here(), None), strict)


def _is_fine(decided: Outcome | Problem) -> bool:
    return isinstance(decided, Outcome) and not decided.findings


def _decided(asked: _Asked, strict: bool) -> Outcome | Problem:
    claim, number = asked.claim, len(asked.claim.lines)
    try:
        verdicts = [_verdict(a) for a in asked.answers]
        failed = next((v for v in verdicts if isinstance(v, str)), None)
        if failed is not None:
            return problem("DV900", where=f"`{claim.id}`", error=failed).placed(claim.path, claim.span, claim.id)
        found = tuple(v for v in verdicts if not isinstance(v, str))
        correction = found[number] if claim.correction else None
        decided = tuple(exhaust(v) if x.covers else v for x, v in zip(claim.lines, found, strict=False))
        further = found[number + bool(claim.correction) :]
        ends = further[0] if claim.ends else None
        outcome = Outcome(claim, decided, correction, ends=ends, without=further[bool(ends) :])
        return replace(outcome, findings=gate(outcome, strict))
    except Exception as error:  # a defect met at one claim must not hide the others; it is reported with its place
        return defect(error, f"`{claim.id}`").placed(claim.path, claim.span, claim.id)


def _verdict(answer: Verdict | Promise) -> Verdict | str:
    """The verdict, or what failed."""
    if isinstance(answer, Verdict):
        return answer
    try:
        text = answer.result()
    except Lost as lost:
        return Undecided("budget", str(lost))
    return text[1:] if text.startswith("!") else recall(text)


# --- one goal


def answer(goal: Goal, exact: Goal | None = None, using: tuple[Lemma, ...] = ()) -> str:
    """The recorded verdict of a goal, or ``!`` and what failed: a defect is an answer, too.

    ``exact`` is the goal that a printed number is this very number; a wrong number is told with the right one.
    ``using`` is what the proof may rest on.
    """
    try:
        return record(_of_line(goal, exact, using))
    except MemoryError:
        raise
    except Exception as error:
        return f"!{cause(error)}"


def prepare() -> None:
    """Import what deciding takes, which is slow; whoever only tells what was decided before never needs it."""
    import derive.judge
    import derive.prove
    import derive.refute  # noqa: F401


def prove(goal: Goal, deep: bool = False) -> Theorem | Residual:
    """The prover, imported where it is first needed."""
    from derive.prove import prove as search

    return search(goal, deep=deep)


def refute(goal: Goal, effort: int = 1) -> Counterexample | Support:
    """The search, imported where it is first needed."""
    from derive.refute import refute as search

    return search(goal, effort)


def _of_line(goal: Goal, exact: Goal | None, using: tuple[Lemma, ...]) -> Verdict:
    verdict = _of_goal(goal, using)
    if isinstance(verdict, Refuted) and exact:
        found = refute(exact, effort=0)
        return replace(verdict, value=found.left) if isinstance(found, Counterexample) else verdict
    return verdict


def _of_goal(goal: Goal, using: tuple[Lemma, ...] = ()) -> Verdict:
    """Proved goals are cross-checked too, with few points, which refute most of what is false."""
    from derive.judge import judge
    from derive.kernel import Residual, Theorem

    if using and (why := _tainted(using)):
        search = refute(goal)
        return judge(goal, Residual("lemma not proved", why), search)
    proof, search = _invoked(goal, using) if using else prove(goal), refute(goal, effort=0)
    if isinstance(proof, Residual) and isinstance(search, Support):
        search = refute(goal)
    verdict = judge(goal, proof, search)
    if isinstance(verdict, Undecided) and isinstance(proof, Residual):
        deep = prove(goal, deep=True)
        return judge(goal, deep, search) if isinstance(deep, Theorem) or (deep != proof and not using) else verdict
    return verdict


def _tainted(using: tuple[Lemma, ...]) -> str:
    """What among the lemmas is not proved; empty where all are."""
    verdicts = ((lemma.id, word(_of_lemma(lemma.goal, lemma.using))) for lemma in using)
    return next((f"rests on `{id}`, which is {found}, not proved" for id, found in verdicts if found != "proved"), "")


@lru_cache(maxsize=256)
def _of_lemma(goal: Goal, using: tuple[Lemma, ...]) -> Verdict:
    """What others rest on is decided where it is used, so that the order of claims and processes does not matter."""
    return _of_goal(goal, using)


def _invoked(goal: Goal, using: tuple[Lemma, ...]) -> Theorem | Residual:
    from derive.invoke import invoke

    return invoke(goal, using)
