"""One claim as people read it: its formulas, what its names stand for, what it assumes, what is expected of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from derive.claim import Claim, Line
from derive.derivation import Step, Telling
from derive.display.align import align, broken, reason
from derive.outcome import Outcome
from derive.report.chain import step
from derive.report.evidence import hang, proof_or_point, restricted, rules
from derive.report.markdown import escaped
from derive.report.paint import Paint, clean, wrap
from derive.report.used import used
from derive.show import show
from derive.term import Relation, Variable
from derive.verdict import Proved

UNTOLD = Telling()
LARGE = 6
"""Lines of a derivation; a step that takes as many is large."""


def page(claim: Claim, style: str, outcome: Outcome | None = None, width: int = 80, telling: Telling = UNTOLD) -> str:
    """The claim in a style of ``show``, in the author's own words and order, with its evidence when it was decided.

    ``telling`` holds the derivations of its proved lines.
    For ``json`` an object on one line; otherwise words are wrapped to ``width`` cells. A relation as text that is wider
    goes on with its right side on the next line.
    """
    if style == "json":
        return _object(claim, telling)
    heading, words, indent = FRAMES.get(style, PLAIN)
    harmless = HARMLESS.get(style, clean)
    title = harmless(" ".join((f"{claim.id}: {claim.title}" if claim.title else claim.id).split()))
    rows = [heading.format(title)] if style in MARKUP else list(hang(title, width))
    for text, is_formula in _rows(claim, style, outcome, width, telling):
        said = [] if is_formula else [harmless(row) for line in text.split("\n") for row in hang(line, width - 8)]
        rows += [indent + text] if is_formula else [indent + words.format(row) for row in said]
    return "\n".join(row.rstrip(" ") for row in rows)


def _rows(
    claim: Claim, style: str, outcome: Outcome | None, width: int, telling: Telling
) -> Iterator[tuple[str, bool]]:
    """Lines of text, and whether each is a formula in the style or words around it."""
    if claim.chained and outcome and outcome.word == "proved" and any(telling.lines):
        yield from _context(claim, style, width)
        yield from _chain(claim, outcome, style, width, telling)
    else:
        yield from _statement(claim, style, width)
        yield from _context(claim, style, width)
        for number, line in enumerate(claim.lines):
            yield from _heading(claim, outcome, number)
            yield from _derivation(line, telling.lines[number], style, width) if telling.lines else ()
            yield from _evidence(claim, outcome, number)
    yield from _expectation(claim, style, width, telling)
    yield from ((clean(text), False) for text in outcome.suggestions) if outcome else ()


def _statement(claim: Claim, style: str, width: int) -> Iterator[tuple[str, bool]]:
    """What is claimed: relations, or chains with the reasons that their author gives, each below its case."""
    if not claim.chained:
        yield from ((row, True) for line in claim.lines for row in _relation(line.written, style, width - 2))
        return
    steps = [Step(line.written.op, line.written.right, (line.by.text,) if line.by else ()) for line in claim.steps]
    yield from _by_cases(claim, steps, style, width)


def _by_cases(claim: Claim, steps: Sequence[Step], style: str, width: int) -> Iterator[tuple[str, bool]]:
    """The steps of a claim, those of a case below what it assumes."""
    pairs = zip(claim.steps, steps, strict=True)
    for case, group in groupby(pairs, key=lambda pair: pair[0].case):
        lines = list(group)
        if case:
            yield f"if {clean(case)}:", False
        start = lines[0][0].written.left
        rows = align(start, [replace(s, start=None) for _, s in lines], style, width - 2)
        yield from ((row, True) for row in rows)


def _heading(claim: Claim, outcome: Outcome | None, number: int) -> Iterator[tuple[str, bool]]:
    """Which step it is that something is said of."""
    if claim.chained and outcome and len(claim.lines) > 1:
        yield step(outcome, number), False


def _relation(written: Relation, style: str, width: int) -> list[str]:
    """The rows of a relation; its sides one below the other where text has no room for them side by side."""
    rows = show(written, style, width).splitlines()
    if style in MARKUP or all(len(wrap(row, width)) == 1 for row in rows):
        return rows
    right = show(Relation(Variable("x"), written.op, written.right), "unicode" if style == "pretty" else style)
    left = (part for row in show(written.left, style, width).splitlines() for part in _within(row, width))
    return [*left, *(f"  {row}" for row in _within(right.removeprefix("x").strip(), width - 2))]


def _within(row: str, width: int) -> list[str]:
    first, *rest = broken(row, width)
    return [first, *(f"    {part}" for part in rest)]


def _context(claim: Claim, style: str, width: int) -> Iterator[tuple[str, bool]]:
    """What the names stand for and what is assumed."""
    definitions = used(claim)
    if definitions:
        yield "where", False
    yield from ((row, True) for d in definitions for row in show(d, style, width - 2).splitlines())
    if claim.assumptions:
        yield f"assuming {clean(', '.join(claim.assumptions))}", False
    if claim.uses:
        yield f"using {clean(', '.join(claim.uses))}", False


def _expectation(claim: Claim, style: str, width: int, telling: Telling) -> Iterator[tuple[str, bool]]:
    if claim.expect != "proved":
        yield f"expected to be {claim.expect}, because {clean(claim.because)}", False
    if claim.correction:
        yield "corrected:", False
        yield from ((row, True) for row in _relation(claim.correction.written, style, width - 2))
        yield from _derivation(claim.correction, telling.correction, style, width)


def _evidence(claim: Claim, outcome: Outcome | None, number: int) -> Iterator[tuple[str, bool]]:
    if outcome:
        found = proof_or_point(claim.lines[number], outcome.verdicts[number], Paint())
        yield from ((f"  {row}", False) for row in found)


def _chain(claim: Claim, outcome: Outcome, style: str, width: int, telling: Telling) -> Iterator[tuple[str, bool]]:
    """An author's own steps with the reason of each."""
    yield "", True
    for steps in telling.lines:
        yield from _by_cases(claim, steps, style, width)
    yield "", True
    many = len(claim.steps)
    yield f"  proved in {many} step{'' if many == 1 else 's'}{restricted(outcome.conditions)}", False
    yield from ((f"  {text}", False) for text in _large(telling.sizes))
    used_rules = rules(*(v.theorem for v in outcome.verdicts if isinstance(v, Proved)))
    yield from ((f"  {text}", False) for text in used_rules)


def _large(sizes: tuple[int, ...]) -> Iterator[str]:
    """The steps that ask much of a reader."""
    for number, size in enumerate(sizes, 1):
        if size >= LARGE:
            yield f"step {number} stands for {size} smaller ones, which is much for a reader"


def _derivation(line: Line, steps: tuple[Step, ...], style: str, width: int) -> Iterator[tuple[str, bool]]:
    """The derivation of a line; a single step says no more than its reason."""
    if len(steps) == 1:
        yield f"  {reason(steps[0], 'unicode' if style in HARMLESS else style)}", False
    elif steps:
        yield "", True
        yield from ((row, True) for row in align(line.written.left, steps, style, width - 2))
        yield "", True


def _object(claim: Claim, telling: Telling) -> str:
    content = {
        "id": claim.id,
        "title": claim.title,
        "lines": [json.loads(show(line.written, "json")) for line in claim.lines],
        "where": [json.loads(show(definition, "json")) for definition in used(claim)],
        "assuming": list(claim.assumptions),
    }
    if telling.lines:
        content["proof"] = [[_step(step) for step in steps] for steps in telling.lines]
    return json.dumps(content, sort_keys=True)


def _step(step: Step) -> dict[str, object]:
    start = {} if step.start is None else {"start": json.loads(show(step.start, "json"))}
    term = json.loads(show(step.term, "json"))
    return {**start, "op": step.op, "term": term, "reason": reason(step, "ascii")}


MARKUP = ("latex", "markdown", "mathml")
PLAIN = ("{}", "{}", "  ")
FRAMES = {
    "latex": ("% {}", "% {}", ""),
    "markdown": ("### {}\n", "\n{}\n", ""),
    "mathml": ("<!-- {} -->", "<!-- {} -->", ""),
}
"""How a style frames a heading and words, and how far it indents."""


def _in_comment(text: str) -> str:
    """The words where two dashes would end a comment."""
    return re.sub("-(?=-)", "- ", clean(text))


HARMLESS: dict[str, Callable[[str], str]] = {"markdown": escaped, "mathml": _in_comment}
"""How a style makes words of which nothing is markup; elsewhere nothing is, once they are clean."""
