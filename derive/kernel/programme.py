"""Linear programmes over the rationals; what comes out is checked where it is used."""

from __future__ import annotations

from fractions import Fraction

Row = tuple[dict[int, Fraction], Fraction]
"""Coefficients by the number of their variable, and what their sum with the variables has to be."""
MOST_PIVOTS = 300


def maximal(rows: list[Row], width: int, gain: dict[int, Fraction]) -> list[Fraction] | None:
    """Values >= 0 of ``width`` variables that satisfy the rows and make ``gain`` large; None where none was found."""
    height, table = len(rows), _table(rows, width)
    basis = list(range(width, width + height))
    # First the artificial variables are driven out, then the gain is improved without them.
    cost = [-sum((line[k] for line in table), Fraction(0)) for k in range(width)]
    total = [*cost, *[Fraction(0)] * height, -sum((line[-1] for line in table), Fraction(0))]
    if not _improve(table, basis, total, width) or total[-1] != 0:
        return None
    reduced = [-gain.get(k, Fraction(0)) for k in range(width)] + [Fraction(0)] * (height + 1)
    for n, k in enumerate(basis):
        if k < width and reduced[k]:
            _take(reduced, table[n], reduced[k])
    if not any(k >= width for k in basis):
        _improve(table, basis, reduced, width)
    values = [Fraction(0)] * width
    for n, k in enumerate(basis):
        if k < width:
            values[k] = table[n][-1]
    return values


def _table(rows: list[Row], width: int) -> list[list[Fraction]]:
    """The rows with values >= 0, each with an artificial variable of its own."""
    table: list[list[Fraction]] = []
    for n, (row, value) in enumerate(rows):
        sign = -1 if value < 0 else 1
        line = [sign * row.get(k, Fraction(0)) for k in range(width)]
        line += [Fraction(int(k == n)) for k in range(len(rows))]
        table.append([*line, sign * value])
    return table


def _improve(table: list[list[Fraction]], basis: list[int], cost: list[Fraction], width: int) -> bool:
    """Pivot by the smallest numbers, so that nothing is met twice, until no cost is negative."""
    for _ in range(MOST_PIVOTS):
        column = next((k for k in range(width) if cost[k] < 0), None)
        if column is None:
            return True
        ratios = [(line[-1] / line[column], basis[n], n) for n, line in enumerate(table) if line[column] > 0]
        if not ratios:
            return False
        row = min(ratios)[2]
        pivot = table[row][column]
        table[row] = [value / pivot for value in table[row]]
        for n, line in enumerate(table):
            if n != row and line[column]:
                _take(line, table[row], line[column])
        _take(cost, table[row], cost[column])
        basis[row] = column
    return False


def _take(line: list[Fraction], other: list[Fraction], factor: Fraction) -> None:
    for k, value in enumerate(other):
        if value:
            line[k] -= factor * value
