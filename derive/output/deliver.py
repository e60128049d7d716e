"""Reports, and where each goes: standard output, files, and what a continuous integration service reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from derive.outcome import Results
from derive.output import Output
from derive.output.emit import Piece
from derive.report import report
from derive.report.paint import Paint

READ_BY_PEOPLE = ("full", "concise")


def deliver(
    results: Results, outputs: Iterable[Output], paint: Paint, environment: Mapping[str, str]
) -> Iterator[Piece]:
    """Every report with its place.

    Under GitHub Actions (``GITHUB_ACTIONS`` is set) annotations follow a report for people on standard output, and the
    Markdown report is added to the job summary.
    """
    on_github = environment.get("GITHUB_ACTIONS") == "true"
    for output in outputs:
        yield output.path, "w", report(results, output.format, Paint() if output.path else paint)
        if on_github and output.path is None and output.format in READ_BY_PEOPLE:
            yield None, "w", report(results, "github", paint)
    summary = environment.get("GITHUB_STEP_SUMMARY")
    if on_github and summary:
        yield summary, "a", report(results, "markdown", Paint())
