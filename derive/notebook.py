"""Verdicts, claims and results in a notebook: ``%load_ext derive.notebook``."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

from derive.claim import Claim, Line
from derive.outcome import Outcome, Results, word
from derive.report.evidence import point, restricted
from derive.report.page.article import article
from derive.report.page.markup import element, text
from derive.report.paint import Paint
from derive.report.summary import summary
from derive.show import show
from derive.verdict import Conflict, Proved, Refuted, Undecided, Verdict


def load_ipython_extension(shell: Any) -> None:
    """Tell a notebook how to show what derive gives; called by ``%load_ext``."""
    for mime, formatters in (("text/html", HTML), ("text/latex", LATEX)):
        for kind, formatter in formatters.items():
            shell.display_formatter.formatters[mime].for_type(kind, formatter)


def _verdict(verdict: Verdict) -> str:
    said = [f"{word(verdict)}{restricted(verdict.conditions) if isinstance(verdict, Proved) else ''}"]
    match verdict:
        case Refuted() | Conflict(counterexample=_):
            found = verdict.point if isinstance(verdict, Refuted) else verdict.counterexample
            said += [row.strip() for row in point(found, Paint())]
        case Undecided(reason, detail):
            said += [f"{reason}: {detail}" if detail else reason]
        case _:
            pass
    return "<br>".join(text(row) for row in said)


def _outcome(outcome: Outcome) -> str:
    return article(outcome, outcome.claim.id)


def _results(results: Results) -> str:
    return element("p", escape(summary(results)[0])) + "".join(map(_outcome, results.outcomes))


def _latex_of_claim(claim: Claim) -> str:
    rows = "\n".join(rf"{show(line.written, 'latex')} \\" for line in claim.lines)
    return f"$$\n\\begin{{gathered}}\n{rows}\n\\end{{gathered}}\n$$"


def _latex_of_line(line: Line) -> str:
    return show(line.written, "markdown")


HTML: dict[type, Callable[[Any], str]] = {
    **dict.fromkeys((Proved, Refuted, Undecided, Conflict), _verdict),
    Outcome: _outcome,
    Results: _results,
}
LATEX: dict[type, Callable[[Any], str]] = {Claim: _latex_of_claim, Line: _latex_of_line}
