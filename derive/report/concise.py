"""One line a finding, for editors and logs, and the summary."""

from __future__ import annotations

from derive.outcome import Results
from derive.report.evidence import place_of
from derive.report.excerpt import place, whose
from derive.report.paint import Paint, clean
from derive.report.summary import summary
from derive.verdict import Conflict, Refuted, Verdict


def concise(results: Results, paint: Paint) -> str:
    """``file:line:column: code message``, problems first, then findings in file order."""
    rows = [(p, "") for p in results.problems]
    rows += [(f.problem, _point(f.verdict, paint)) for f in results.findings()]
    lines = [": ".join(filter(None, (place(p), f"{p.code} {clean(p.message)}{more}{whose(p)}"))) for p, more in rows]
    return paint.characters("\n".join([*lines, paint(*summary(results))]) + "\n")


def _point(verdict: Verdict, paint: Paint) -> str:
    place = place_of(verdict.counterexample, paint) if isinstance(verdict, Refuted | Conflict) else ""
    return f", at {place}" if place else ""
