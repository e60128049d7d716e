"""Reports to where they go: standard output, files, and what a continuous integration service reads."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping

from derive.outcome import Results
from derive.output import Output
from derive.report import report
from derive.report.paint import Paint

READ_BY_PEOPLE = ("full", "concise")


def deliver(results: Results, outputs: Iterable[Output], paint: Paint, environment: Mapping[str, str]) -> list[OSError]:
    """Write every report, and give the errors of those that could not be written.

    Under GitHub Actions (``GITHUB_ACTIONS`` is set) annotations follow a report for people on standard output, and the
    Markdown report is added to the job summary.
    """
    on_github = environment.get("GITHUB_ACTIONS") == "true"
    failures: list[OSError] = []
    for output in outputs:
        if output.path is None:
            emit(report(results, output.format, paint))
            if on_github and output.format in READ_BY_PEOPLE:
                emit(report(results, "github", paint))
        else:
            failures += _written(output.path, report(results, output.format, Paint()), "w")
    summary = environment.get("GITHUB_STEP_SUMMARY")
    if on_github and summary:
        failures += _written(summary, report(results, "markdown", Paint()), "a")
    return failures


def emit(text: str) -> None:
    """Print the text as it is; a reader that has gone away, such as ``head``, does not change the outcome."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _written(path: str, text: str, mode: str) -> Iterator[OSError]:
    try:
        with open(path, mode, encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        error.filename = path
        yield error
