"""Located problems, and the table of every message that derive can print.

A problem is data: it is collected, sorted and printed by the reports; nothing is lost because something else failed
first. To add a message, add one row to ``CODES``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a file: 1-based lines and columns, counted in characters; the end column is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True, slots=True)
class Code:
    """One kind of message: a stable code, a template for what was found and required, and a page for ``explain``."""

    code: str
    title: str
    template: str
    help: str
    page: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One located message; ``span`` is None where only the file is known, ``at`` holds offsets not yet placed."""

    code: str
    message: str
    help: str = ""
    path: str = ""
    span: Span | None = None
    at: tuple[int, int] | None = None
    claim_id: str | None = None

    def placed(self, path: str, span: Span | None, claim_id: str | None = None) -> Problem:
        """The same problem at a place in a file, unless it has one already."""
        return replace(
            self,
            path=self.path or path,
            span=self.span or span,
            claim_id=self.claim_id or claim_id,
        )


class InputError(Exception):
    """Input that cannot be read; carries the located problems. Never raised for a defect of derive itself."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(p.message for p in problems))
        self.problems = problems


def problem(code: str, /, at: tuple[int, int] | None = None, help: str | None = None, **found: object) -> Problem:
    """Make the problem of a row of ``CODES``; Fails with KeyError when the row or a placeholder is missing."""
    row = CODES[code]
    return Problem(code, row.template.format(**found), row.help.format(**found) if help is None else help, at=at)


CODES: dict[str, Code] = {}
