"""Which hypotheses a claim needs: each is dropped in turn, assumed relations and types, and the claim decided anew."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from derive.claim import Declaration, Goal, Hypothesis, Lemma, Line
from derive.errors import problem
from derive.invoke import invoke
from derive.judge import judge
from derive.outcome import Finding, Outcome, Results, Use
from derive.prove import prove
from derive.verdict import Proved, Refuted, Undecided, Verdict
from derive.write import write

WEAKER = {
    "positive": "real",
    "negative": "real",
    "nonnegative": "real",
    "nonzero": "real",
    "integer": "real",
    "positive integer": "integer",
    "nonnegative integer": "integer",
    "onehot": "real",
    "simplex": "real",
}


def audit(results: Results) -> Results:
    """The results with what every hypothesis of a proved claim is good for; one that no line needs is a finding."""
    return replace(results, outcomes=tuple(map(_audited, results.outcomes)))


def _audited(outcome: Outcome) -> Outcome:
    lines = list(_proved(outcome))
    dropped = dict.fromkeys(d for line, _ in lines for d in _droppable(line, outcome.claim.assumptions))
    uses = tuple(_use(d, lines) for d in dropped)
    unused = tuple(_finding(outcome, *lines[0], use) for use in uses if use.status == "unused")
    return replace(outcome, uses=uses, findings=(*outcome.findings, *unused))


def _proved(outcome: Outcome) -> Iterator[tuple[Line, Proved]]:
    """The lines of a claim that is proved; to a claim that is refuted every hypothesis only adds."""
    if outcome.word == "proved":
        pairs = zip(outcome.claim.lines, outcome.verdicts, strict=True)
        yield from ((x, verdict) for x, verdict in pairs if isinstance(verdict, Proved) and not x.covers)


def _droppable(line: Line, assumptions: tuple[str, ...]) -> Iterator[Hypothesis | Declaration]:
    """The hypotheses and types of a line; what its case assumes is no hypothesis of the claim."""
    goal = line.goal
    yield from (h for h in goal.hypotheses if not line.case or h.text in assumptions)
    yield from (d for d in goal.declarations if d.type in WEAKER and d.name not in goal.dimensions)


def _without(goal: Goal, dropped: Hypothesis | Declaration) -> Goal:
    if isinstance(dropped, Hypothesis):
        return replace(goal, hypotheses=tuple(h for h in goal.hypotheses if h != dropped))
    weaker = replace(dropped, type=WEAKER[dropped.type])
    return replace(goal, declarations=tuple(weaker if d == dropped else d for d in goal.declarations))


def _use(dropped: Hypothesis | Declaration, lines: list[tuple[Line, Proved]]) -> Use:
    text = _text(dropped)
    decided = [
        (before, _decided(goal, line.using))
        for line, before in lines
        if (goal := _without(line.goal, dropped)) != line.goal
    ]
    for _, after in decided:
        if isinstance(after, Refuted):
            return Use(text, "needed", after.point)
    if not all(isinstance(after, Proved) for _, after in decided):
        return next(_one_sided(text, decided), Use(text, "undecided"))
    for before, after in decided:
        if isinstance(after, Proved) and (gained := _gained(before, after)):
            return Use(text, "implied", conditions=gained)
    return Use(text, "unused")


def _one_sided(text: str, decided: list[tuple[Proved, Verdict]]) -> Iterator[Use]:
    """A hypothesis that keeps out points at which one side alone has a value, where it keeps out all of them."""
    for before, after in decided:
        if isinstance(after, Undecided) and not before.theorem.left_only and not before.theorem.right_only:
            if left := after.support.left_only:
                yield Use(text, "needed", left, only="left")
            if right := after.support.right_only:
                yield Use(text, "needed", right, only="right")


def _text(dropped: Hypothesis | Declaration) -> str:
    if isinstance(dropped, Declaration):
        return f"{dropped.name}: {dropped.type}" + (f"[{', '.join(dropped.dimensions)}]" if dropped.dimensions else "")
    return dropped.text or write(dropped.relation)


def _gained(before: Proved, after: Proved) -> tuple[str, ...]:
    """The conditions that definedness of the sides adds once the hypothesis is gone."""
    known = {*before.conditions, *before.theorem.left_only, *before.theorem.right_only}
    found = (*after.conditions, *after.theorem.left_only, *after.theorem.right_only)
    return tuple(c for c in dict.fromkeys(found) if c not in known)


def _decided(goal: Goal, using: tuple[Lemma, ...]) -> Verdict:
    from derive.refute import refute  # it brings NumPy along

    proof, search = invoke(goal, using) if using else prove(goal), refute(goal)
    return judge(goal, proof, search)


def _finding(outcome: Outcome, line: Line, verdict: Verdict, use: Use) -> Finding:
    claim = outcome.claim
    found = problem("DV302", id=claim.id, hypothesis=use.hypothesis)
    return Finding(found.placed(claim.path, line.span, claim.id), line, verdict)
