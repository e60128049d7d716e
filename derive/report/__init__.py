"""The reports of a run. A format is a function of the results; to add one, add its module and one row below."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from derive.outcome import Results
    from derive.report.paint import Paint


def report(results: Results, format: str, paint: Paint) -> str:
    """The whole text of a report. Fails with KeyError when the format is not a row of ``FORMATS``."""
    return teller(format)(results, paint)


def teller(format: str) -> Callable[[Results, Paint], str]:
    """The function of a format, imported with its module."""
    name = FORMATS[format]
    found: Callable[[Results, Paint], str] = getattr(import_module(f"derive.report.{name}"), name)
    return found


FORMATS = {
    "full": "full",
    "concise": "concise",
    "json": "document",
    "junit": "junit",
    "sarif": "sarif",
    "github": "github",
    "gitlab": "gitlab",
    "markdown": "markdown",
}
"""The module of each, which is imported when it is asked for, and its function of the same name."""
