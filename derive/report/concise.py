"""One line a finding, for editors and logs, and the summary."""

from __future__ import annotations

from derive.outcome import Finding, Results
from derive.report.evidence import digits, place_of
from derive.report.excerpt import place, whose
from derive.report.paint import Paint, clean
from derive.report.summary import summary
from derive.show import show
from derive.verdict import Conflict, Enclosure, Refuted


def concise(results: Results, paint: Paint) -> str:
    """``file:line:column: code message``, problems first, then findings in file order."""
    rows = [(p, "") for p in results.problems]
    rows += [(f.problem, _point(f, paint)) for f in results.findings()]
    lines = [": ".join(filter(None, (place(p), f"{p.code} {clean(p.message)}{more}{whose(p)}"))) for p, more in rows]
    return paint.characters("\n".join([*lines, paint(*summary(results))]) + "\n")


def _point(finding: Finding, paint: Paint) -> str:
    match finding.verdict:
        case Refuted(_, Enclosure() as value):
            return f": {clean(show(finding.line.written, paint.style))}, {digits(finding.line, value)}"
        case Refuted(point=found) | Conflict(counterexample=found) if place := place_of(found, paint):
            return f", at {place}"
        case _:
            return ""
