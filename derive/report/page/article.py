"""One claim of the page: formulas, verdict, what it rests on, derivation, picture, source."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from derive.claim import Claim, Line
from derive.derivation import Step, Telling
from derive.outcome import Outcome, word
from derive.report.evidence import place_of, point_of, proof_or_point, sides, uses
from derive.report.full import phrase
from derive.report.page.markup import MARKS, block, continued, element, reason, text
from derive.report.paint import Paint
from derive.report.used import used
from derive.show.layout import Formula
from derive.verdict import Counterexample, Verdict
from derive.write import write


def article(outcome: Outcome, anchor: str, more: str = "", related: str = "") -> str:
    """The claim as an ``article``; ``more`` is HTML that shows it and tells why it holds, ``related`` links others."""
    names = f"claim {outcome.word}{'' if outcome.as_expected else ' finding'}"
    said = element("div", "".join((*_body(outcome), related or _using(outcome.claim))), "said")
    body = _heading(outcome, anchor) + said + more + _foot(outcome.claim)
    return f'<article class="{names}" id="{text(anchor)}">{body}</article>\n'


def _heading(outcome: Outcome, anchor: str) -> str:
    claim = outcome.claim
    mark = f'<span aria-hidden="true">{MARKS[outcome.word]}</span> '
    name = f'<a href="#{text(anchor)}"><code>{text(claim.id)}</code></a>'
    title = f"{text(claim.title)} " if claim.title else ""
    return element("header", element("h3", title + name) + element("p", mark + text(phrase(outcome)), "verdict"))


def _body(outcome: Outcome) -> Iterator[str]:
    claim = outcome.claim
    yield element("div", "".join(block(line.written) for line in claim.lines), "statement")
    yield from _setting(claim)
    for number, (line, verdict) in enumerate(zip(claim.lines, outcome.verdicts, strict=True)):
        yield _evidence(line, verdict, number if len(claim.lines) > 1 else None)
    yield _list("Hypotheses", [text(row) for row in uses(outcome, Paint())])
    yield from _expectation(claim)
    yield _list("What would make it true", [text(row) for row in outcome.suggestions])


def _setting(claim: Claim) -> Iterator[str]:
    yield _led("where", used(claim))
    yield _led("assuming", dict.fromkeys(h.relation for line in claim.lines for h in line.goal.hypotheses))


def _using(claim: Claim) -> str:
    """What a claim rests on, where nothing else is there to be linked."""
    return element("p", f"uses {text(', '.join(claim.uses))}", "related") if claim.uses else ""


def _led(lead: str, formulas: Iterable[Formula]) -> str:
    """Formulas beside the word that leads to them."""
    blocks = "".join(map(block, formulas))
    return element("div", element("p", lead, "lead") + element("div", blocks), "led") if blocks else ""


def _evidence(line: Line, verdict: Verdict, number: int | None) -> str:
    """What speaks for the verdict of a line: a point as a table, anything else in words."""
    found = point_of(line, verdict)
    said = _point(found) if found else _told(line, verdict)
    if number is None:
        return said
    return element("div", element("p", f"line {number + 1}: {word(verdict)}", "lead") + said, "led")


def _point(found: Counterexample) -> str:
    left, right = sides(found)
    rows = (("at", place_of(found, Paint())), ("left side", left), ("right side", right))
    cells = (f'<tr><th scope="row">{name}</th><td>{text(value)}</td></tr>' for name, value in rows if value)
    return element("table", "<caption>Counterexample</caption>" + "".join(cells), "point")


def _told(line: Line, verdict: Verdict) -> str:
    said = (element("li", text(row.strip())) for row in proof_or_point(line, verdict, Paint()))
    return element("ul", "".join(said), "evidence")


def _expectation(claim: Claim) -> Iterator[str]:
    if claim.expect != "proved":
        yield element("p", f"expected to be {claim.expect}, because {text(claim.because)}", "because")
    if claim.correction:
        yield _led("corrected:", [claim.correction.written])


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


def _foot(claim: Claim) -> str:
    written = "\n".join(write(line.written) for line in claim.lines)
    place = element("p", f"{text(claim.path)}:{claim.span.line}", "source")
    rows = [element("details", "<summary>As text</summary>" + element("pre", text(written)) + place, "text")]
    rows += [element("p", f"Source: {text(claim.source)}", "source")] if claim.source else []
    rows += [element("p", "Tags: " + text(", ".join(claim.tags)), "source")] if claim.tags else []
    return element("footer", "".join(rows))


def _list(title: str, rows: list[str]) -> str:
    return element("p", title, "lead") + element("ul", "".join(element("li", r) for r in rows)) if rows else ""
