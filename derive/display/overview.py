"""All claims at a glance: mark, id, title, formula; what was decided before is told, nothing is decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from derive.claim import Claim
from derive.outcome import WORDS, ClaimFile
from derive.read import Reading
from derive.report.evidence import hang
from derive.report.paint import BOLD, DIM, GREEN, RED, YELLOW, Paint, clean, wrap
from derive.run.cache import Cache, Verdicts
from derive.run.known import Known, known
from derive.show import show

MOST_LINES = 3
MARKS = {
    "proved": ("✓", "ok", GREEN),
    "refuted": ("✗", "x", RED),
    "conflict": ("✗", "x", RED),
    "undecided": ("?", "?", YELLOW),
}
UNKNOWN = ("·", "-", DIM)


def overview(readings: Iterable[Reading], store: Cache | None, paint: Paint) -> str:
    """The claims below the names of their files; the verdicts are those that ``store`` holds of this version."""
    found = known(Verdicts(store)) if store else None
    rows: list[str] = []
    users: dict[tuple[str, str], list[str]] = defaultdict(list)
    readings = list(readings)
    for claim in (claim for reading in readings for claim in reading.claims):
        for id in claim.uses:
            users[claim.path, id].append(claim.id)
    for reading in readings:
        rows += [paint(_heading(file), BOLD) for file in reading.files if reading.claims]
        rows += [row for c in reading.claims for row in _claim(c, found, users[c.path, c.id], paint)]
    return "\n".join(rows)


def _heading(file: ClaimFile) -> str:
    return clean(f"{file.path}: {file.title}" if file.title else file.path)


def _claim(claim: Claim, known: Known | None, users: list[str], paint: Paint) -> list[str]:
    verdict = _verdict(claim, known)
    mark, plain, style = MARKS.get(verdict, UNKNOWN)
    title = f"{clean(claim.id)}: {clean(claim.title)}" if claim.title else clean(claim.id)
    if verdict not in ("", "proved"):
        title += f" ({verdict}, {'as expected' if verdict == claim.expect else f'expected {claim.expect}'})"
    first, *rest = wrap(title, paint.width - 5)
    shown = ["\n        ".join(hang(clean(show(x.written, paint.style)), paint.width - 8)) for x in claim.lines]
    more = len(shown) - MOST_LINES
    formulas = [*shown[:MOST_LINES], *([f"and {more} more line{'s' if more > 1 else ''}"] if more > 0 else [])]
    related = [f"{said} {clean(', '.join(ids))}" for said, ids in (("uses", claim.uses), ("used by", users)) if ids]
    formulas += [paint(row, DIM) for text in related for row in wrap(text, paint.width - 6)]
    head = f"  {paint(mark if paint.unicode else plain, style)} {first}"
    return [head, *(f"    {row}" for row in rest), *(f"      {formula}" for formula in formulas)]


def _verdict(claim: Claim, known: Known | None) -> str:
    """The word of the worst verdict, if that of every line is known; else empty."""
    found = [known.find(line) for line in claim.lines] if known else []
    verdicts = [v for v in found if v is not None]
    if len(verdicts) < len(claim.lines):
        return ""
    return next(word for kind, word in WORDS.items() if any(isinstance(v, kind) for v in verdicts))
