"""How far apart both sides of an equation are at the points of the numeric search, beside the rounding of float64."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import islice
from math import prod

import numpy as np

from derive.claim import Goal
from derive.evaluate import Array, Tape, evaluate, integer_names, tape
from derive.holds import holds
from derive.picture.chart import Axis, Bar, Chart, Level
from derive.picture.section import is_small
from derive.sample import Sample, sample
from derive.show.line import RAISED
from derive.term import Op

EPSILON = 2.0**-53
LOWEST, HIGHEST = -18, 0
NARROWEST = -12  # powers of ten: so far the scale goes at least
ROWS = 40
BATCHES = 4
FEWEST = 12


def residuals(goal: Goal) -> Chart | None:
    """A histogram of |left − right| relative to the larger side, or to 1 where both are less.

    None where points cannot evaluate a side, or too few can.
    """
    integers = integer_names(goal)
    laid = tape((goal.left, goal.right), goal.indices, integers)
    if laid is None or goal.op != "==":
        return None
    granted = [
        (h.relation.op, found)
        for h in goal.hypotheses
        if (found := tape((h.relation.left, h.relation.right), (*goal.indices, *h.quantified), integers))
    ]
    batches = [
        _of(batch, laid, granted)
        for batch in islice(sample(goal, lambda _: ROWS, few=4), BATCHES)
        if all(is_small(t, batch.dimensions, ROWS) for t in (laid, *(g for _, g in granted)))
    ]
    values = np.concatenate(batches) if batches else np.zeros(0)
    return _chart(values, laid.differences > 0) if len(values) >= FEWEST else None


def _of(batch: Sample, laid: Tape, granted: Sequence[tuple[Op, Tape]]) -> Array:
    """The residuals of one batch where both sides have a value and the hypotheses hold."""
    points = batch.points()
    left, right = evaluate(laid, points)
    admissible = np.isfinite(left) & np.isfinite(right)
    for op, hypothesis in granted:
        found = holds(op, *evaluate(hypothesis, points))
        admissible &= found.reshape(*left.shape, prod(found.shape[left.ndim :])).all(axis=-1)
    scale = np.maximum(np.maximum(np.abs(left), np.abs(right)), 1.0)
    with np.errstate(all="ignore"):
        gap = np.abs(left - right) / scale
    return np.asarray(gap[admissible])


def _chart(values: Array, has_quotients: bool) -> Chart:
    exact = int(np.sum(values == 0))
    powers = np.clip(np.floor(np.log10(values[values > 0])), LOWEST + 1, HIGHEST - 1)
    counts = Counter(int(p) for p in powers)
    bars = [Bar(10.0**p, 10.0 ** (p + 1), n) for p, n in sorted(counts.items())]
    bars = [Bar(10.0**LOWEST, 10.0 ** (LOWEST + 1), exact, "exact"), *bars] if exact else bars
    largest = _short(float(values.max()))
    high = min(HIGHEST, max(NARROWEST, 2 + max(counts, default=LOWEST)))
    said = f"{exact} of {len(values)} values agree exactly" + (
        f", the largest relative difference is {largest}" if exact < len(values) else ""
    )
    how = "; derivatives are difference quotients or complex steps there" if has_quotients else ""
    return Chart(
        "How far apart the two sides are in float64",
        f"Both sides in float64 at points of the search: {said}{how}. The dashed line is the rounding of float64.",
        Axis("relative difference of the sides", 10.0**LOWEST, 10.0**high, True),
        Axis("", 0, max(bar.count for bar in bars) * 1.15),
        (*bars, Level(EPSILON, "rounding")),
    )


def _short(value: float) -> str:
    """One digit and its power of ten, as people write it."""
    digit, _, power = f"{value:.0e}".partition("e")
    return f"{digit}·10{''.join(RAISED[c] for c in str(int(power)))}"
