"""The reports of a run. A format is a function of the results; to add one, add its module and one row below."""

from __future__ import annotations

from collections.abc import Callable

from derive.outcome import Results
from derive.report.concise import concise
from derive.report.document import document
from derive.report.full import full
from derive.report.github import github
from derive.report.gitlab import gitlab
from derive.report.junit import junit
from derive.report.markdown import markdown
from derive.report.paint import Paint
from derive.report.sarif import sarif


def report(results: Results, format: str, paint: Paint) -> str:
    """The whole text of a report. Fails with KeyError when the format is not a row of ``FORMATS``."""
    return FORMATS[format](results, paint)


FORMATS: dict[str, Callable[[Results, Paint], str]] = {
    "full": full,
    "concise": concise,
    "json": document,
    "junit": junit,
    "sarif": sarif,
    "github": github,
    "gitlab": gitlab,
    "markdown": markdown,
}
