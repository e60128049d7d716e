"""The report for a job summary or a comment: a table of the claims, findings first, then each finding in full."""

from __future__ import annotations

import re

from derive.errors import Problem
from derive.outcome import Outcome, Results
from derive.report.excerpt import excerpt, place
from derive.report.full import phrase
from derive.report.notice import Notice, notices
from derive.report.paint import Paint, clean
from derive.report.summary import summary

MOST_ROWS = 500
MOST_NOTICES = 100
"""GitHub refuses a summary of more than a mebibyte."""
WIDTH = 100


def markdown(results: Results, paint: Paint) -> str:
    """The summary as a heading, claims that are not as expected, findings in full, and the other claims folded away."""
    failed = [o for o in results.outcomes if not o.as_expected]
    passed = [o for o in results.outcomes if o.as_expected]
    blocks = [f"### derive: {escaped(summary(results)[0])}"]
    if failed:
        blocks.append(_table(failed, "❌"))
    told = notices(results, Paint(), WIDTH - 8, is_labelled=True)
    lines = {file.path: file.lines for file in results.files}
    blocks += [_fenced(_diagnostic(n, lines.get(n.problem.path, ()))) for n in told[:MOST_NOTICES]]
    if len(told) > MOST_NOTICES:
        blocks.append(f"{len(told) - MOST_NOTICES} more are not shown.")
    if passed:
        count = f"{len(passed)} claim{'' if len(passed) == 1 else 's'} as expected"
        blocks.append(f"<details><summary>{count}</summary>\n\n{_table(passed, '✅')}\n\n</details>")
    return paint.characters("\n\n".join(blocks) + "\n")


def _table(outcomes: list[Outcome], mark: str) -> str:
    rows = ["| | claim | verdict | place |", "|---|---|---|---|", *(_row(o, mark) for o in outcomes[:MOST_ROWS])]
    more = len(outcomes) - MOST_ROWS
    return "\n".join(rows) + (f"\n\n{more} more are not shown." if more > 0 else "")


def _row(outcome: Outcome, mark: str) -> str:
    claim = outcome.claim
    title = f"<br>{escaped(claim.title)}" if claim.title else ""
    where = place(Problem("", "", path=claim.path, span=claim.span))
    return f"| {mark} | **{escaped(claim.id)}**{title} | {escaped(phrase(outcome))} | {escaped(where)} |"


def _diagnostic(notice: Notice, lines: tuple[str, ...]) -> str:
    return excerpt(notice.problem, lines, Paint(width=WIDTH), notice.evidence, notice.labels)


def _fenced(text: str) -> str:
    """The text as it is: the fence is longer than any row of backticks in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


def escaped(text: str) -> str:
    """The text on one line, with what Markdown, HTML and GitHub's mentions would read as their own made harmless."""
    line = " ".join(clean(text).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]#|~$])", r"\\\1", line).replace("@", "&#64;")
