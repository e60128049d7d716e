"""The report for people: every claim with its verdict, then each finding with its place, evidence and repair."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from derive.claim import Goal
from derive.outcome import ClaimFile, Outcome, Results, word
from derive.report.chain import chain, step
from derive.report.evidence import domains, evidence, floats, restricted, uses
from derive.report.excerpt import excerpt
from derive.report.notice import Notice, decisive, notices
from derive.report.paint import BOLD, DIM, GREEN, RED, Paint, clean, wrap
from derive.report.summary import summary
from derive.term import Component, Relation, Variable, subterms
from derive.verdict import Proved
from derive.write import write


def full(results: Results, paint: Paint) -> str:
    """One block a file, unless it is to be quiet; then the diagnostics of all files, then the summary."""
    outcomes: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in results.outcomes:
        outcomes[outcome.claim.path].append(outcome)
    blocks = [] if paint.quiet else [_file(file, outcomes[file.path], paint) for file in results.files]
    blocks += diagnostics(results, paint)
    line, style = summary(results)
    blocks += ["\n".join(paint(row, style) for row in wrap(line, paint.width))]
    return paint.characters("\n\n".join(filter(None, blocks)) + "\n")


def _file(file: ClaimFile, outcomes: list[Outcome], paint: Paint) -> str:
    title = f": {clean(file.title)}" if file.title else ""
    rows = [row for o in outcomes for row in _claim(o, paint)]
    first, *rest = (paint(row, BOLD) for row in wrap(f"{clean(file.path)}{title}", paint.width))
    return "\n".join([first, *rest, *rows]) if rows else ""


def _claim(outcome: Outcome, paint: Paint) -> Iterator[str]:
    passed, failed = ("✓", "✗") if paint.unicode else ("ok", "x ")
    mark, style = (passed, GREEN) if outcome.as_expected else (failed, RED)
    first, *rest = wrap(f"{clean(outcome.claim.id)}: {phrase(outcome)}", paint.width - 4)
    yield f"  {paint(mark, style)} {first}"
    yield from (f"      {row}" for row in rest)
    # The evidence of a finding stands in its diagnostic.
    if outcome.as_expected:
        yield from (f"      {row}" for row in _remarks(outcome, paint))
    yield from (f"      {row}" for text in uses(outcome, paint) for row in wrap(text, paint.width - 6))


def phrase(outcome: Outcome) -> str:
    """The verdict of a claim in words, with its dimensions and conditions."""
    claim = outcome.claim
    if outcome.word != "proved":
        wrong = f" for {_digits(outcome)}" if claim.is_printed and len(claim.lines) > 1 else ""
        return f"{outcome.word}{wrong}, {'as expected' if outcome.as_expected else f'expected {claim.expect}'}"
    every = ", every printed digit is right" if claim.is_printed else _every([line.goal for line in claim.lines])
    many = len(claim.steps)
    steps = f" in {many} step{'' if many == 1 else 's'}" if claim.chained else ""
    surprise = "" if claim.expect == "proved" else f", expected {claim.expect}"
    used = [f"`{id}`" for id in claim.uses if id not in outcome.idle]
    using = f", using {', '.join(used)}" if used else ""
    return f"proved{every}{restricted(outcome.conditions)}{steps}{using}{surprise}"


def _digits(outcome: Outcome) -> str:
    """How many of the printed numbers share the verdict of the claim."""
    same = sum(word(v) == outcome.word for v in outcome.verdicts)
    return f"{same} of {len(outcome.verdicts)} printed numbers"


def _every(goals: list[Goal]) -> str:
    """`` for every n with n >= 2``: the symbolic dimensions, and the hypotheses that speak of nothing else."""
    dimensions = dict.fromkeys(n for goal in goals for n in goal.dimensions)
    relations = dict.fromkeys(h.relation for goal in goals for h in goal.hypotheses)
    sizes = [write(r) for r in relations if (names := _variables(r)) and names <= dimensions.keys()]
    limits = f" with {' and '.join(sizes)}" if sizes else ""
    return f" for every {', '.join(dimensions)}{limits}" if dimensions else ""


def _variables(relation: Relation) -> set[str]:
    parts = (*subterms(relation.left), *subterms(relation.right))
    return {t.array if isinstance(t, Component) else t.name for t in parts if isinstance(t, Component | Variable)}


def _remarks(outcome: Outcome, paint: Paint) -> Iterator[str]:
    width = paint.width - 6
    if outcome.word == "proved":
        proved = (v for v in outcome.verdicts if isinstance(v, Proved))
        rows = (row for v in proved for row in (*domains(v, paint), *floats(v, paint)))
        idle = (f"proved without `{id}`, too" for id in outcome.idle)
        yield from (part for row in (*rows, *chain(outcome, paint), *idle) for part in wrap(row, width))
        return
    if outcome.claim.chained and len(outcome.verdicts) > 1:
        yield step(outcome, outcome.deciding)
    for line, verdict in decisive(outcome):
        yield from evidence(line, verdict, paint, width)
    yield from (part for row in chain(outcome, paint) for part in wrap(row, width))
    yield from (paint(row, DIM) for row in wrap(clean(f"because {outcome.claim.because}"), width))
    if outcome.correction:
        yield "the correction is proved"


def diagnostics(results: Results, paint: Paint) -> list[str]:
    """Every problem and finding with its place, in file order."""
    lines = {file.path: file.lines for file in results.files}
    told = notices(results, paint, paint.width - 8, is_labelled=True)
    return [_diagnostic(n, lines.get(n.problem.path, ()), paint) for n in told]


def _diagnostic(notice: Notice, lines: tuple[str, ...], paint: Paint) -> str:
    text = excerpt(notice.problem, lines, paint, notice.evidence, notice.labels)
    return f"{_alarm(paint)}\n{text}" if notice.is_conflict else text


def _alarm(paint: Paint) -> str:
    return paint(f"{' DERIVE CONTRADICTS ITSELF ':!^{paint.width}}", RED)
