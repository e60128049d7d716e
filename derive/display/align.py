"""A derivation in a style of ``show``: the signs of its relations below each other, the reasons in a column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

from derive.derivation import Reason, Step
from derive.report.paint import clean, wrap
from derive.show import show
from derive.term import Relation, Term, Variable

GAP = 2
MATHS = ("latex", "markdown")
IN_TEXT = {c: f"\\{c}" for c in "_%&#${}"} | {c: f"${c}$" for c in "<>|"}
IN_TEXT |= {"\\": r"\textbackslash{}", "^": r"\^{}", "~": r"\~{}"}
MOST_BRACKETS = 8
SIGNS = ("+ ", "− ", "- ")


def align(left: Term, steps: Sequence[Step], style: str, width: int = 80) -> list[str]:
    """The lines of a derivation that begins with ``left``; a reason that has no room stands below its formula."""
    chains = list(_chains(left, steps))
    if style in MATHS:
        rows = [row for start, chain in chains for row in _latex_rows(start, chain)]
        return (
            ["$$", r"\begin{aligned}", *rows, r"\end{aligned}", "$$"]
            if style == "markdown"
            else [r"\begin{align*}", *rows, r"\end{align*}"]
        )
    if style == "mathml":
        return [row for start, chain in chains for row in _mathml_rows(start, chain)]
    return [row for start, chain in chains for row in _text_rows(start, chain, style, width)]


def _chains(left: Term, steps: Sequence[Step]) -> Iterator[tuple[Term, list[Step]]]:
    """The chains of a derivation with the terms that they begin with."""
    start, chain = left, list[Step]()
    for step in steps:
        if step.start is not None and chain:
            yield start, chain
            chain = []
        start = step.start if step.start is not None else start
        chain.append(step)
    if chain:
        yield start, chain


def _text_rows(start: Term, chain: list[Step], style: str, width: int) -> Iterator[str]:
    one_line = "unicode" if style == "pretty" else style
    formulas = [_side(step, one_line) for step in chain]
    reasons = [reason(step, one_line) for step in chain]
    column = _column([cell_len(f) + GAP for f in formulas], [cell_len(r) for r in reasons], width - 2)
    yield clean(show(start, one_line))
    for formula, why in zip(formulas, reasons, strict=True):
        yield from _text_row(formula, why, column, width - 2)


def _column(starts: list[int], lengths: list[int], width: int) -> int:
    """Where the reasons begin: the rightmost place at which no reason leaves the width that could stay within it."""
    rows = [(s, n) for s, n in zip(starts, lengths, strict=True) if s + n <= width]
    good = [s for s, _ in rows if all(s + n <= width for _, n in rows)]
    return max(good, default=min(starts))


def _text_row(formula: str, why: str, column: int, width: int) -> Iterator[str]:
    place = max(column, cell_len(formula) + GAP)
    if place + cell_len(why) <= width:
        yield f"  {formula}{' ' * (place - cell_len(formula))}{why}"
        return
    first, *rest = broken(formula, width)
    yield f"  {first}"
    yield from (f"      {row}" for row in rest)
    yield from (f"  {' ' * min(column, 24)}{row}" for row in wrap(why, width - min(column, 24)))


def broken(formula: str, width: int) -> list[str]:
    """A formula on one line, or broken before a plus or minus, with room for an indent of four cells.

    In as few brackets as it takes: a break outside of all of them is read at once.
    """
    if cell_len(formula) <= width:
        return [formula]
    rows = [formula]
    for depth in range(MOST_BRACKETS):
        rows = [row.replace("\u00a0", " ") for row in wrap(_glued(formula, depth), width - 4)]
        if all(cell_len(row) <= width - 4 for row in rows):
            break
    return rows


def _glued(formula: str, depth: int) -> str:
    """The formula with blanks that do not break: inside of more brackets than ``depth``, and not before a sign."""
    level, glued = 0, ""
    for place, c in enumerate(formula):
        level += (c in "([{") - (c in ")]}")
        is_break = level <= depth and formula[place + 1 : place + 3] in SIGNS
        glued += "\u00a0" if c == " " and not is_break else c
    return glued


def _side(step: Step, style: str) -> str:
    """The sign of the relation and its right side."""
    text = show(Relation(Variable("x"), step.op, step.term), style)
    return clean(text.removeprefix("x").strip())


def reason(step: Step, style: str) -> str:
    """Why a step holds, and the conditions that arise in it."""
    return clean("".join(_part(p, style) for p in _with_conditions(step)))


def _with_conditions(step: Step) -> Reason:
    return (*step.reason, f", where {' and '.join(step.conditions)}") if step.conditions else step.reason


def _part(part: str | Term | Relation, style: str) -> str:
    return part if isinstance(part, str) else show(part, style)


def _latex_rows(start: Term, chain: list[Step]) -> Iterator[str]:
    yield f"{show(start, 'latex')}"
    for step in chain:
        side = show(Relation(Variable("x"), step.op, step.term), "latex").removeprefix("x").strip()
        why = "".join(_latex_part(p) for p in _with_conditions(step))
        yield rf"  &{side} && \text{{{why}}} \\" if why else rf"  &{side} \\"


def _latex_part(part: str | Term | Relation) -> str:
    """Words as ``text`` sets them; the signs that its usual fonts have elsewhere are set as formulas."""
    if not isinstance(part, str):
        return f"${show(part, 'latex')}$"
    return "".join(IN_TEXT.get(c, c) for c in clean(part))


def _mathml_rows(start: Term, chain: list[Step]) -> Iterator[str]:
    before = start
    for step in chain:
        yield show(Relation(before, step.op, step.term), "mathml")
        yield f"<!-- {reason(step, 'unicode').replace('--', '- -')} -->"
        before = step.term
