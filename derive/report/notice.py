"""What a report must tell: every problem and every finding of a run with its evidence, in file order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal
from urllib.parse import quote

from msgspec import Struct

from derive.claim import Line
from derive.errors import CODES, Problem
from derive.outcome import INTERNAL, Finding, Outcome, Results, word
from derive.report.chain import chain, step
from derive.report.evidence import evidence, hang, labels
from derive.report.excerpt import Label, whose
from derive.report.paint import Paint, clean
from derive.verdict import Conflict, Proved, Verdict

Level = Literal["error", "warning"]


class Notice(Struct, frozen=True):
    """A problem, the finding that it is about where it is one, its evidence, and a name that outlives edits.

    ``labels`` say something of a part of the file each. ``fingerprint`` is made of the file, the claim and the code,
    not of the line, so that a claim that moves keeps it.
    """

    problem: Problem
    finding: Finding | None
    labels: tuple[Label, ...]
    evidence: tuple[str, ...]
    fingerprint: str

    @property
    def level(self) -> Level:
        """How loud it is to be told."""
        return "warning" if self.problem.is_lint else "error"

    @property
    def is_conflict(self) -> bool:
        """Whether derive contradicts itself here."""
        return self.finding is not None and isinstance(self.finding.verdict, Conflict)

    @property
    def rank(self) -> int:
        """Its weight among the others: 0 is the worst, for services that show the first few only."""
        code = self.problem.code
        if self.is_conflict or code in INTERNAL:
            return 0
        if self.finding is None:
            return 4 if self.problem.is_lint else 1
        return 2 if code.startswith("DV1") else 3

    @property
    def text(self) -> str:
        """All of it in plain lines: the message, the evidence, the help."""
        found = self.problem
        repair = f"help: {clean(found.help)}" if found.help else ""
        return "\n".join(filter(None, (f"{clean(found.message)}{whose(found)}", *self.evidence, repair)))

    @property
    def title(self) -> str:
        """Its code, what that stands for, and its claim."""
        claim = f" ({self.problem.claim_id})" if self.problem.claim_id else ""
        return clean(f"{self.problem.code} {CODES[self.problem.code].title}{claim}")


def notices(results: Results, paint: Paint, width: int, is_labelled: bool = False) -> list[Notice]:
    """Every problem and finding; those of no file first, then in file order. Evidence is wrapped to ``width`` cells.

    ``is_labelled`` asks for labels, and for evidence that does not say again what they say.
    """
    found: list[tuple[Problem, Outcome | None, Finding | None]] = [(p, None, None) for p in results.problems]
    found += [(f.problem, o, f) for o in results.outcomes for f in o.findings]
    ranks = {file.path: number for number, file in enumerate(results.files)}
    found.sort(key=lambda part: _position(part[0], ranks))
    met: Counter[tuple[str, ...]] = Counter()
    told = []
    for problem, outcome, finding in found:
        marks = _labels(finding) if finding and is_labelled else ()
        rows = _evidence(outcome, finding, paint, width, bool(marks)) if outcome and finding else ()
        told.append(Notice(problem, finding, marks, tuple(rows), _fingerprint(problem, met)))
    return told


def _labels(finding: Finding) -> tuple[Label, ...]:
    """What is said of each side at its place; nothing where a place is not known or has several lines."""
    line = finding.line
    marks = [
        Label(span, text)
        for span, text in zip((line.left, line.right), labels(line, finding.verdict), strict=True)
        if span and span.line == span.end_line and text
    ]
    return tuple(marks) if len(marks) == 2 or isinstance(finding.verdict, Proved) else ()


def _position(problem: Problem, ranks: dict[str, int]) -> tuple[int, int, int]:
    """Where a problem stands: those of no file first, then in file order; Python's sort keeps the rest in order."""
    line, column = (problem.span.line, problem.span.column) if problem.span else (0, 0)
    return ranks.get(problem.path, -1), line, column


def _evidence(outcome: Outcome, finding: Finding, paint: Paint, width: int, is_labelled: bool) -> Iterator[str]:
    if outcome.claim.chained and finding.line in outcome.claim.lines:
        yield step(outcome, outcome.claim.lines.index(finding.line))
    about = decisive(outcome) if finding.verdict is outcome.verdict else iter([(finding.line, finding.verdict)])
    for line, verdict in about:
        yield from evidence(line, verdict, paint, width, is_labelled)
    if finding.verdict is outcome.verdict:
        yield from (part for row in chain(outcome, paint) for part in hang(row, width))


def decisive(outcome: Outcome) -> Iterator[tuple[Line, Verdict]]:
    """The line that decides, and each further printed number that comes out like it."""
    for number, (line, verdict) in enumerate(zip(outcome.claim.lines, outcome.verdicts, strict=True)):
        if number == outcome.deciding or (line.exact and word(verdict) == outcome.word):
            yield line, verdict


def _fingerprint(problem: Problem, met: Counter[tuple[str, ...]]) -> str:
    """Unique in a run: equal ones are numbered; what belongs to no claim goes by its message."""
    about = (uri(problem.path), problem.code, problem.claim_id or problem.message)
    met[about] += 1
    import hashlib  # loads OpenSSL, which few reports need

    return hashlib.sha256("\0".join((*about, str(met[about]))).encode("utf-8", "backslashreplace")).hexdigest()


def uri(path: str) -> str:
    """The path as a relative URI, from the working directory where it is below that."""
    place = Path(path)
    if place.is_absolute():
        here = Path.cwd()
        if not place.is_relative_to(here):
            return place.as_uri()
        place = place.relative_to(here)
    return quote(place.as_posix(), safe="/", errors="surrogateescape")
