"""The last line of a report: how much was checked, and what came of it."""

from __future__ import annotations

from collections import Counter

from derive.outcome import WORDS, Results
from derive.report.paint import GREEN, RED, YELLOW


def summary(results: Results) -> tuple[str, str]:
    """One line and its style, red unless every claim is as expected and nothing else went wrong."""
    words = Counter(o.word for o in results.outcomes)
    counts = [f"{words[w]} {w}" for w in reversed(WORDS.values()) if words[w]]
    findings, errors = sum(1 for _ in results.findings()), len(results.errors())
    warnings = len(results.problems) - errors
    troubles = [_count(n, name) for n, name in ((findings, "finding"), (errors, "error")) if n]
    troubles += ["interrupted"] if results.interrupted else []
    notes = [_count(warnings, "warning")] if warnings else []
    style = RED if troubles else GREEN if results.outcomes else YELLOW
    if results.outcomes:
        files = _count(len(results.files), "file")
        checked = f"{_count(len(results.outcomes), 'claim')} in {files}: {', '.join(counts)}"
        troubles = troubles or ["every verdict as expected"]
    else:
        checked = "nothing was checked"
    return "; ".join(filter(None, (checked, ", ".join([*troubles, *notes])))), style


def _count(number: int, name: str) -> str:
    return f"{number} {name}{'' if number == 1 else 's'}"
