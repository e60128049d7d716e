"""What the gate holds against a claim: a verdict other than the expected one, and whatever nobody may overlook."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from derive.claim import Ground, Line
from derive.errors import Problem, problem
from derive.outcome import Finding, Outcome, word
from derive.reason import rests
from derive.term import Delta
from derive.verdict import ABOUT_NOTHING, Conflict, Proved, Reason, Undecided, Verdict


def gate(outcome: Outcome, strict: bool = False) -> tuple[Finding, ...]:
    """The findings of a claim, each placed at the line that it is about; ``strict`` adds sides of unequal domain."""
    claim = outcome.claim
    found = [(_verdict(outcome), claim.lines[outcome.deciding], outcome.verdict)]
    if claim.correction and outcome.correction:
        found.append((_correction(claim.id, outcome.correction), claim.correction, outcome.correction))
    if claim.ends and isinstance(outcome.ends, Conflict):
        found.append((problem("DV901", id=f"the ends of {claim.id}"), claim.ends, outcome.ends))
    found += _chain(outcome)
    if strict:
        found += _domains(outcome)
        found += _idle(outcome)
    return tuple(
        Finding(why.placed(claim.path, line.span, claim.id), line, verdict) for why, line, verdict in found if why
    )


def _verdict(outcome: Outcome) -> Problem | None:
    claim, verdict = outcome.claim, outcome.verdict
    if isinstance(verdict, Conflict):
        return problem("DV901", id=claim.id)
    if outcome.word == claim.expect:
        return None
    empty = isinstance(verdict, Undecided) and verdict.reason in ABOUT_NOTHING
    help = _of_every_index(claim.lines[outcome.deciding]) if empty else None
    return problem(_code(verdict), help=help, id=claim.id, expected=claim.expect)


def _of_every_index(line: Line) -> str | None:
    """What an assumption says of every index, where it compares one with an index that no side names."""
    for hypothesis in line.goal.hypotheses:
        names = [str(i.name) for i in hypothesis.quantified]
        if names and isinstance(hypothesis.relation.left, Delta):
            every = " and ".join(f"`{name}`" for name in names)
            return f"`{hypothesis.text}` is about every {every}, as no side of the claim names it; leave it out"
    return None


def _code(verdict: Verdict) -> str:
    if isinstance(verdict, Undecided):
        return UNDECIDED[verdict.reason]
    return "DV103" if isinstance(verdict, Proved) else "DV101"


def _correction(id: str, verdict: Verdict) -> Problem | None:
    if isinstance(verdict, Conflict):
        return problem("DV901", id=f"the correction of {id}")
    return None if isinstance(verdict, Proved) else problem("DV102", id=id, verdict=word(verdict))


def _chain(outcome: Outcome) -> Iterator[tuple[Problem, Line, Verdict]]:
    """Reasons that are not those of the proof, and cases that are missing in a claim that is not as good as proved."""
    without = iter(outcome.without)
    for number, (line, verdict) in enumerate(zip(outcome.claim.lines, outcome.verdicts, strict=True), 1):
        other = next(without, None) if line.by and line.by.without else None
        if line.by and isinstance(verdict, Proved) and (found := _other_reason(line, line.by, verdict, other)):
            why = problem("DV104", step=number, id=outcome.claim.id, by=line.by.text, found=found)
            yield replace(why, span=line.by.span), line, verdict
        if outcome.claim.chained and not line.covers and (rules := _too_many(outcome, verdict)):
            most = outcome.claim.largest_step
            yield problem("DV105", step=number, id=outcome.claim.id, found=rules, most=most), line, verdict
        if line.covers and isinstance(verdict, Undecided) and outcome.word != "undecided":
            yield problem("DV211", id=outcome.claim.id), line, verdict


def _too_many(outcome: Outcome, verdict: Verdict) -> int:
    """How many rules a proof rests on, if that is more than the file allows, else 0."""
    most, rules = outcome.claim.largest_step, len(verdict.theorem.rules) if isinstance(verdict, Proved) else 0
    return rules if most is not None and rules > most else 0


def _other_reason(line: Line, by: Ground, verdict: Proved, without: Verdict | None) -> str:
    """Why the reason is not that of the proof; empty where it is."""
    rules = verdict.theorem.rules
    if by.kind == "rules" and not rests(by.text, line.goal, rules):
        return f"the proof rests on {', '.join(rules)}" if rules else "the proof rests on algebra alone"
    if isinstance(without, Proved) and set(without.conditions) <= set(verdict.conditions):
        return "it is proved without that, too"
    return ""


def _domains(outcome: Outcome) -> Iterator[tuple[Problem, Line, Verdict]]:
    for verdict, line in zip(outcome.verdicts, outcome.claim.lines, strict=True):
        if isinstance(verdict, Proved) and verdict.has_one_sided_domain:
            yield problem("DV301", help=_common_domain(verdict), id=outcome.claim.id), line, verdict


def _idle(outcome: Outcome) -> Iterator[tuple[Problem, Line, Verdict]]:
    """Claims that are named and not needed."""
    for id in outcome.idle:
        yield problem("DV106", id=outcome.claim.id, lemma=id), outcome.claim.lines[0], outcome.verdict


def _common_domain(verdict: Proved) -> str | None:
    """The hypotheses that make the domains equal, where the theorem names them."""
    missing = dict.fromkeys((*verdict.theorem.left_only, *verdict.theorem.right_only))
    return f"add to `assume`: {', '.join(f'`{condition}`' for condition in missing)}" if missing else None


UNDECIDED: dict[Reason, str] = {
    "vacuous": "DV201",
    "no admissible point found": "DV202",
    "budget": "DV203",
    "outside the fragment": "DV204",
    "nonzero residual": "DV205",
    "open obligation": "DV206",
    "order not established": "DV207",
    "limit not established": "DV208",
    "optimum not established": "DV209",
    "stability not shown": "DV210",
    "cases not exhaustive": "DV211",
    "lemma not proved": "DV212",
}
