"""A second opinion on verdicts: SymPy's own calculus at the point that a verdict exhibits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from derive.claim import Line
from derive.errors import problem
from derive.outcome import Finding, Outcome, Results
from derive.verdict import Counterexample, Enclosure, Proved, Refuted, Verdict

Opinion = Literal["agrees", "disagrees", "says nothing"]
NEAR = Decimal("1e-12")


class Doubted(Struct, frozen=True):
    """The results with a finding for every value that SymPy has otherwise, and how many lines it had an opinion on."""

    results: Results
    opinions: Counter[Opinion]

    @property
    def told(self) -> str:
        """How many lines there are of each opinion."""
        return ", ".join(f"{self.opinions[opinion]} {opinion}" for opinion in get_args(Opinion))


def doubt(results: Results) -> Doubted:
    """Both sides of every line, at the point that its verdict exhibits, by SymPy; no verdict ever changes."""
    opinions: Counter[Opinion] = Counter()
    outcomes = tuple(_with_opinion(outcome, opinions) for outcome in results.outcomes)
    return Doubted(replace(results, outcomes=outcomes), opinions)


def _with_opinion(outcome: Outcome, opinions: Counter[Opinion]) -> Outcome:
    found: list[Finding] = []
    for line, verdict in zip(outcome.claim.lines, outcome.verdicts, strict=True):
        differences, said = _differences(line, verdict)
        opinions["disagrees" if differences else "agrees" if said else "says nothing"] += 1
        found += (_finding(outcome, line, verdict, text) for text in differences)
    return replace(outcome, findings=(*outcome.findings, *found))


def _differences(line: Line, verdict: Verdict) -> tuple[list[str], bool]:
    """What SymPy says otherwise, and whether it says anything."""
    point = _point(verdict)
    if point is None or point.implied:
        return [], False
    compared = list(_compared(line, point))
    return [text for text in compared if text], bool(compared)


def _point(verdict: Verdict) -> Counterexample | None:
    """The point at which both sides are known by enclosures."""
    if isinstance(verdict, Proved):
        return verdict.support.witness
    if isinstance(verdict, Refuted) and isinstance(verdict.counterexample, Counterexample):
        return verdict.counterexample
    return None


def _compared(line: Line, point: Counterexample) -> Iterator[str]:
    """For each side on which SymPy has a value: nothing, or how it differs."""
    from derive.tactics.calculus import calculus  # it brings SymPy along

    for term, known in ((line.goal.left, point.left), (line.goal.right, point.right)):
        value = calculus(term, point)
        bounds = _bounds(known)
        if value is not None and bounds is not None:
            yield _difference(value, known, *bounds)


def _bounds(known: Enclosure) -> tuple[Decimal, Decimal] | None:
    try:
        low, high = Decimal(known.low), Decimal(known.high)
    except ArithmeticError:
        return None
    return (low, high) if low.is_finite() and high.is_finite() else None


def _difference(value: Fraction | Decimal, known: Enclosure, low: Decimal, high: Decimal) -> str:
    if isinstance(value, Fraction) and known.exact is not None:
        return f"{value}, exactly, where derive has {known.exact}" if value != known.exact else ""
    found = Decimal(value.numerator) / value.denominator if isinstance(value, Fraction) else value
    slack = NEAR * max(Decimal(1), abs(found))
    outside = found < low - slack or found > high + slack
    return f"{found:.15g}, rounded, where derive has {known.low}" if outside else ""


def _finding(outcome: Outcome, line: Line, verdict: Verdict, text: str) -> Finding:
    claim = outcome.claim
    found = problem("DV303", id=claim.id, difference=text)
    return Finding(found.placed(claim.path, line.span, claim.id), line, verdict)
