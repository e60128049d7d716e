"""Annotations for GitHub: workflow commands that its log turns into notes beside the lines of a file, worst first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote

from derive.errors import Problem
from derive.outcome import Results
from derive.report.notice import Notice, notices, uri
from derive.report.paint import Paint, clean
from derive.report.summary import summary

SHOWN = 10
"""How many annotations of a kind GitHub shows for one step."""


def github(results: Results, paint: Paint) -> str:
    """One command a line. Source: GitHub, Workflow commands, "Setting an error message"."""
    told = sorted(notices(results, Paint(), 120), key=lambda n: n.rank)
    lines = [_command(n.level, n.title, n.text, n.problem) for n in told]
    lines += (_command("notice", "derive", text) for text in _remarks(results, told))
    return paint.characters("".join(f"{line}\n" for line in lines))


def _remarks(results: Results, told: list[Notice]) -> Iterator[str]:
    levels = Counter(n.level for n in told)
    if any(count > SHOWN for count in levels.values()):
        yield f"GitHub shows {SHOWN} annotations of a kind for each step; the log has all {len(told)}, worst first."
    if not told:
        yield summary(results)[0]


def _command(kind: str, title: str, text: str, problem: Problem | None = None) -> str:
    properties = [*(_place(problem) if problem and problem.path else ()), ("title", title)]
    shown = ",".join(f"{name}={_property(str(value))}" for name, value in properties)
    return f"::{kind} {shown}::{_data(clean(text))}"


def _place(problem: Problem) -> Iterator[tuple[str, object]]:
    yield "file", unquote(uri(problem.path), errors="surrogateescape")
    span = problem.span
    if span is None:
        return
    yield "line", span.line
    yield "endLine", span.end_line
    if span.line == span.end_line:  # columns of a longer stretch are an error to GitHub
        yield "col", span.column
        yield "endColumn", span.end_column


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(clean(text)).replace(":", "%3A").replace(",", "%2C")
