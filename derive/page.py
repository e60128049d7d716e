"""One claim as people read it: its formulas, what its names stand for, what it assumes, what is expected of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from derive.claim import Claim, Definition
from derive.outcome import Outcome
from derive.report.evidence import hang, proof_or_point
from derive.report.paint import Paint, clean
from derive.show import show
from derive.term import Call, Component, Term, Variable, subterms


def page(claim: Claim, style: str, outcome: Outcome | None = None, width: int = 80) -> str:
    """The claim in a style of ``show``, in the author's own words and order, with its evidence when it was decided.

    For ``json`` an object on one line; otherwise words are wrapped to ``width`` cells; one-line formulas stay whole.
    """
    if style == "json":
        return _object(claim)
    heading, words, indent = FRAMES.get(style, PLAIN)
    title = f"{claim.id}: {claim.title}" if claim.title else claim.id
    rows = [heading.format(clean(title))]
    for text, is_formula in _rows(claim, style, outcome, width):
        rows += [indent + text] if is_formula else [indent + words.format(row) for row in hang(text, width - 8)]
    return "\n".join(rows)


def _rows(claim: Claim, style: str, outcome: Outcome | None, width: int) -> Iterator[tuple[str, bool]]:
    """Lines of text, and whether each is a formula in the style or words around it."""
    for number, line in enumerate(claim.lines):
        yield from ((row, True) for row in show(line.written, style, width - 2).splitlines())
        if outcome:
            yield from ((f"  {row}", False) for row in proof_or_point(outcome.verdicts[number], Paint()))
    definitions = _used(claim)
    if definitions:
        yield "where", False
    yield from ((row, True) for d in definitions for row in show(d, style, width - 2).splitlines())
    if claim.assumptions:
        yield f"assuming {clean(', '.join(claim.assumptions))}", False
    if claim.expect != "proved":
        yield f"expected to be {claim.expect}, because {clean(claim.because)}", False
    if claim.correction:
        yield "corrected:", False
        yield from ((row, True) for row in show(claim.correction.written, style, width - 2).splitlines())


def _object(claim: Claim) -> str:
    content = {
        "id": claim.id,
        "title": claim.title,
        "lines": [json.loads(show(line.written, "json")) for line in claim.lines],
        "where": [json.loads(show(definition, "json")) for definition in _used(claim)],
        "assuming": list(claim.assumptions),
    }
    return json.dumps(content, sort_keys=True)


def _used(claim: Claim) -> list[Definition]:
    """The definitions that the claim uses, directly or through another one, in the order of the file."""
    known = {d.name: d for d in claim.definitions}
    sides = [side for line in claim.lines for side in (line.written.left, line.written.right)]
    used: set[str] = set()
    stack = [name for name in _names(sides) if name in known]
    while stack:
        name = stack.pop()
        if name not in used:
            used.add(name)
            stack += [n for n in _names([known[name].body]) if n in known]
    return [d for d in claim.definitions if d.name in used]


def _names(terms: Iterable[Term]) -> Iterator[str]:
    for part in (t for term in terms for t in subterms(term)):
        match part:
            case Variable(name) | Component(name) | Call(name):
                yield name


PLAIN = ("{}", "{}", "  ")
FRAMES = {
    "latex": ("% {}", "% {}", ""),
    "markdown": ("### {}\n", "\n{}\n", ""),
    "mathml": ("<!-- {} -->", "<!-- {} -->", ""),
}
"""How a style frames a heading and words, and how far it indents."""
