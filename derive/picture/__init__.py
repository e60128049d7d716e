"""Pictures of verdicts: what floats see of a claim. They illustrate, and decide nothing."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from derive.claim import Goal, Line
from derive.evaluate import Point
from derive.picture.chart import Chart
from derive.picture.convergence import convergence
from derive.picture.crossing import crossing, seen
from derive.picture.draw import draw
from derive.picture.residuals import residuals
from derive.term import Limit
from derive.verdict import Contradicted, Counterexample, Proved, Refuted, Undecided, Verdict

__all__ = ["Picture", "picture"]


class Picture(Struct, frozen=True):
    """An ``svg`` element and the words below it, which say all that it shows."""

    svg: str
    caption: str


def picture(line: Line, verdict: Verdict, proved: Sequence[tuple[str, Goal]] = ()) -> Picture | None:
    """What there is to be seen of a line, or None.

    A counterexample is two curves with a gap, a limit its convergence, an order two curves, an equation the residuals
    of the search. ``proved`` holds ids and goals of proved orders, among which bounds of a limit are found. All values
    are float64.
    """
    chart = None if line.exact else _chart(line.goal, verdict, proved)
    return Picture(draw(chart), chart.caption) if chart else None


def _chart(goal: Goal, verdict: Verdict, proved: Sequence[tuple[str, Goal]]) -> Chart | None:
    match verdict:
        case Refuted(Contradicted(instead)) if isinstance(goal.left, Limit) or isinstance(goal.right, Limit):
            value = instead.right if isinstance(instead.left, Limit) else instead.left
            return convergence(goal, proved, value)
        case Refuted(Counterexample(kind="point" | "equality") as found):
            return crossing(goal, [_point(found)])
        case Proved() if isinstance(goal.left, Limit) or isinstance(goal.right, Limit):
            return convergence(goal, proved)
        case Proved() if goal.op != "==":
            return crossing(goal, seen(goal))
        case Proved() | Undecided():
            return residuals(goal)
        case _:
            return None


def _point(found: Counterexample) -> Point:
    return Point(dict(found.dimensions), dict(found.values), dict(found.indices))
