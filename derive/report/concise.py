"""One line a finding, for editors and logs, and the summary."""

from __future__ import annotations

from derive.outcome import Finding, Results
from derive.report.evidence import digits, place_of
from derive.report.excerpt import place, whose
from derive.report.notice import Notice, notices
from derive.report.paint import Paint, clean
from derive.report.summary import summary
from derive.show import show
from derive.verdict import Conflict, Enclosure, Refuted


def concise(results: Results, paint: Paint) -> str:
    """``file:line:column: code message``; those of no file first, then in file order."""
    lines = [_line(notice, paint) for notice in notices(results, paint, paint.width)]
    return paint.characters("\n".join([*lines, paint(*summary(results))]) + "\n")


def _line(notice: Notice, paint: Paint) -> str:
    found = notice.problem
    more = _point(notice.finding, paint) if notice.finding else ""
    return ": ".join(filter(None, (place(found), f"{found.code} {clean(found.message)}{more}{whose(found)}")))


def _point(finding: Finding, paint: Paint) -> str:
    match finding.verdict:
        case Refuted(_, Enclosure() as value):
            return f": {clean(show(finding.line.written, paint.style))}, {digits(finding.line, value)}"
        case Refuted(point=found) | Conflict(counterexample=found) if place := place_of(found, paint):
            return f", at {place}"
        case _:
            return ""
