"""The derivations of what a run proved of one claim."""

from __future__ import annotations

from msgspec.structs import replace

from derive.claim import Claim, Line
from derive.derivation import Reason, Step, Telling
from derive.narrate.algebra import key_of
from derive.narrate.narrate import narrate, with_new_conditions
from derive.narrate.words import CALCULATION
from derive.outcome import Outcome
from derive.verdict import Proved, Verdict

MOST_REASONS = 3
MINOR = ("cancel", "collect equal terms", "rearrange", "simplify", "multiply out", "split the fraction", CALCULATION)


def tell(outcome: Outcome) -> Telling:
    """A derivation for every proved line and for a proved correction; a proved chain stays as its author wrote it."""
    claim = outcome.claim
    if claim.chained and outcome.word == "proved":
        told = [narrate(line, claim) for line in claim.steps]
        return Telling((_chain(claim, told),), sizes=tuple(map(len, told)))
    lines = tuple(_of(line, v, claim) for line, v in zip(claim.lines, outcome.verdicts, strict=True))
    if claim.correction is None or outcome.correction is None:
        return Telling(lines)
    return Telling(lines, _of(claim.correction, outcome.correction, claim))


def _of(line: Line, verdict: Verdict, claim: Claim) -> tuple[Step, ...]:
    return narrate(line, claim) if isinstance(verdict, Proved) else ()


def _chain(claim: Claim, told: list[tuple[Step, ...]]) -> tuple[Step, ...]:
    """The lines of a claim as its author wrote them, each with the reasons of its derivation."""
    found: list[Step] = []
    for line, steps in zip(claim.steps, told, strict=True):
        start = line.written.left if found and found[-1].term != line.written.left else None
        conditions = tuple(dict.fromkeys(c for s in steps for c in s.conditions))
        found.append(Step(line.written.op, line.written.right, _joined(steps, line), start, conditions))
    return with_new_conditions(tuple(found))


def _joined(steps: tuple[Step, ...], line: Line) -> Reason:
    """The reasons of a derivation in one line; those that say little only where there are no others."""
    reasons = list(dict.fromkeys(s.reason for s in _main(steps, line)))
    telling = [r for r in reasons if r[0] not in MINOR] or reasons
    return tuple(part for reason in telling[:MOST_REASONS] for part in (", ", *reason))[1:]


def _main(steps: tuple[Step, ...], line: Line) -> list[Step]:
    """The steps of the chains that begin with a side of the line: all but those that lead to a lemma."""
    sides = {key_of(line.written.left), key_of(line.written.right)}
    found, inside = list[Step](), True
    for step in steps:
        inside = inside if step.start is None else key_of(step.start) in sides
        found += [step] if inside else []
    return [replace(s, conditions=()) for s in found]
