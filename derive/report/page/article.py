"""One claim of the page: formulas, verdict, what it rests on, derivation, picture, source."""

from __future__ import annotations

from collections.abc import Iterator

from derive.claim import Claim, Line
from derive.derivation import Step, Telling
from derive.outcome import Outcome, word
from derive.report.evidence import place_of, point_of, proof_or_point, sides, uses
from derive.report.full import phrase
from derive.report.page.markup import block, continued, element, reason, text
from derive.report.paint import Paint
from derive.report.used import used
from derive.verdict import Verdict
from derive.write import write

MARKS = {"proved": "✓", "refuted": "✗", "undecided": "?", "conflict": "‼"}


def article(outcome: Outcome, anchor: str, more: str = "") -> str:
    """The claim as an ``article``; ``more`` is HTML that tells why it holds and shows it."""
    claim = outcome.claim
    names = f"claim {outcome.word}{'' if outcome.as_expected else ' finding'}"
    body = "".join((_heading(outcome, anchor), *_body(outcome), more, *_foot(claim)))
    return f'<article class="{names}" id="{text(anchor)}">{body}</article>\n'


def _heading(outcome: Outcome, anchor: str) -> str:
    claim = outcome.claim
    mark = f'<span aria-hidden="true">{MARKS[outcome.word]}</span> '
    title = f" {text(claim.title)}" if claim.title else ""
    name = f'<a href="#{text(anchor)}"><code>{text(claim.id)}</code></a>'
    return element("h3", name + title) + element("p", mark + text(phrase(outcome)), "verdict")


def _body(outcome: Outcome) -> Iterator[str]:
    claim = outcome.claim
    yield from (block(line.written) for line in claim.lines)
    yield from _setting(claim)
    for number, (line, verdict) in enumerate(zip(claim.lines, outcome.verdicts, strict=True)):
        yield _evidence(line, verdict, number if len(claim.lines) > 1 else None)
    yield _list("Hypotheses", [text(row) for row in uses(outcome, Paint())])
    yield from _expectation(claim)
    yield _list("What would make it true", [text(row) for row in outcome.suggestions])


def _setting(claim: Claim) -> Iterator[str]:
    definitions = used(claim)
    if definitions:
        yield element("p", "where", "lead") + "".join(map(block, definitions))
    assumed = dict.fromkeys(h.relation for line in claim.lines for h in line.goal.hypotheses)
    if assumed:
        yield element("p", "assuming", "lead") + "".join(map(block, assumed))


def _evidence(line: Line, verdict: Verdict, number: int | None) -> str:
    """What speaks for the verdict of a line: a point as a table, anything else in words."""
    found = point_of(line, verdict)
    lead = "" if number is None else element("p", f"line {number + 1}: {word(verdict)}", "lead")
    if found is None:
        said = (element("li", text(row.strip())) for row in proof_or_point(line, verdict, Paint()))
        return lead + element("ul", "".join(said), "evidence")
    left, right = sides(found)
    rows = (("at", place_of(found, Paint())), ("left side", left), ("right side", right))
    cells = (f'<tr><th scope="row">{name}</th><td>{text(value)}</td></tr>' for name, value in rows if value)
    return lead + element("table", "<caption>Counterexample</caption>" + "".join(cells), "point")


def _expectation(claim: Claim) -> Iterator[str]:
    if claim.expect != "proved":
        yield element("p", f"expected to be {claim.expect}, because {text(claim.because)}")
    if claim.correction:
        yield element("p", "corrected:", "lead") + block(claim.correction.written)


def derivations(claim: Claim, telling: Telling) -> str:
    """The derivations, folded away; a chain of steps has one for all of its lines."""
    lines = [*zip(claim.lines, telling.lines, strict=False)]
    if claim.correction and telling.correction:
        lines.append((claim.correction, telling.correction))
    chains = [_chain(line, steps) for line, steps in lines if steps]
    return element("details", "<summary>Why it holds</summary>" + "".join(chains), "proof") if chains else ""


def _chain(line: Line, steps: tuple[Step, ...]) -> str:
    rows = [element("li", block(line.written.left))] if steps[0].start is None else []
    for step in steps:
        if step.start is not None:
            rows.append(element("li", block(step.start), "start"))
        why = reason((*step.reason, *_conditions(step)))
        rows.append(element("li", continued(step.op, step.term) + element("p", why, "why")))
    return element("ol", "".join(rows), "chain")


def _conditions(step: Step) -> tuple[str, ...]:
    return (f", where {' and '.join(step.conditions)}",) if step.conditions else ()


def _foot(claim: Claim) -> Iterator[str]:
    written = "\n".join(write(line.written) for line in claim.lines)
    source = element("p", f"Source: {text(claim.source)}", "source") if claim.source else ""
    tags = element("p", "Tags: " + text(", ".join(claim.tags)), "source") if claim.tags else ""
    place = element("p", f"{text(claim.path)}:{claim.span.line}", "source")
    yield element("details", "<summary>As text</summary>" + element("pre", text(written)) + place, "text")
    yield source + tags


def _list(title: str, rows: list[str]) -> str:
    return element("p", title, "lead") + element("ul", "".join(element("li", r) for r in rows)) if rows else ""
