"""The GitLab code quality report: one entry a finding or problem, each with a fingerprint of its own."""

from __future__ import annotations

import json
from urllib.parse import unquote

from derive.outcome import Results
from derive.report.notice import Notice, notices, uri
from derive.report.paint import Paint

Json = int | str | dict[str, "Json"]

SEVERITIES = ("blocker", "critical", "major", "minor", "info")
"""By the rank of a notice."""
NOWHERE = "pyproject.toml"
"""An entry needs a file; what belongs to none is about how derive was called or configured."""


def gitlab(results: Results, paint: Paint) -> str:
    """A list in JSON. Source: GitLab, Code Quality, "Code Quality report format"."""
    return json.dumps([_entry(n) for n in notices(results, Paint(), 120)], indent=2, sort_keys=True) + "\n"


def _entry(notice: Notice) -> dict[str, Json]:
    problem = notice.problem
    return {
        "description": notice.text,
        "check_name": problem.code,
        "fingerprint": notice.fingerprint,
        "severity": SEVERITIES[notice.rank],
        "location": {
            "path": unquote(uri(problem.path)) if problem.path else NOWHERE,
            "lines": {"begin": problem.span.line if problem.span else 1},
        },
    }
