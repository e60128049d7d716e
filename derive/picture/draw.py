"""Chart -> SVG: plain elements, no script, no font of its own; colours come from the page where it has any."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from math import ceil, floor, log10

from derive.picture.chart import Axis, Bar, Chart, Curve, Gap, Level
from derive.show.line import RAISED

WIDTH, HEIGHT = 380, 230
LEFT, RIGHT, TOP, BOTTOM = 58, 368, 26, 192
COLOURS = {"left": "#1d5fbf", "right": "#c2410c", "bound": "#15803d", "floor": "#6b7280"}
DASHES = {"left": "", "right": "6 3", "bound": "2 3", "floor": "1 4"}
MOST_TICKS = 5


def draw(chart: Chart) -> str:
    """One ``svg`` element; a screen reader reads its title, the caption is for the page to show."""
    parts = [*_frame(chart), *(text for mark in chart.marks for text in _mark(mark, chart)), *_legend(chart)]
    label = escape(chart.title, quote=True)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}" '
        f'font-size="12" font-family="system-ui, sans-serif" fill="currentColor">{"".join(parts)}</svg>'
    )


def _frame(chart: Chart) -> Iterator[str]:
    """The grid with its numbers, and the names of the axes."""
    has_label = any(isinstance(mark, Bar) and mark.label for mark in chart.marks)
    for value in ticks(chart.x):
        x = _across(value, chart)
        if x == LEFT and has_label:
            continue
        yield f'<path class="grid" d="M{x} {TOP}V{BOTTOM}" stroke="currentColor" opacity=".15"/>'
        place, anchor = (WIDTH - 2, "end") if x > RIGHT - 10 else (x, "middle")
        yield f'<text x="{place}" y="{BOTTOM + 15}" text-anchor="{anchor}">{_number(value, chart.x)}</text>'
    for value in ticks(chart.y):
        y = _up(value, chart)
        yield f'<path class="grid" d="M{LEFT} {y}H{RIGHT}" stroke="currentColor" opacity=".15"/>'
        yield f'<text x="{LEFT - 5}" y="{y + 4:g}" text-anchor="end">{_number(value, chart.y)}</text>'
    yield f'<path d="M{LEFT} {TOP}V{BOTTOM}H{RIGHT}" fill="none" stroke="currentColor" opacity=".6"/>'
    yield f'<text x="{(LEFT + RIGHT) / 2:g}" y="{HEIGHT - 6}" text-anchor="middle">{escape(chart.x.label)}</text>'


def _mark(mark: Curve | Gap | Bar | Level, chart: Chart) -> Iterator[str]:
    match mark:
        case Curve(_, role, pieces):
            yield _path(role, "".join(_line(piece, chart) for piece in pieces), _dashed(role))
        case Gap():
            yield from _gap(mark, chart)
        case Bar(low, high, count, label):
            x, width = _across(low, chart), _across(high, chart) - _across(low, chart)
            y = _up(count, chart)
            size = f'width="{width - 1:.4g}" height="{max(BOTTOM - y, 0):.4g}"'
            yield f'<rect class="left" x="{x}" y="{y}" {size} fill="{COLOURS["left"]}" stroke="none"/>'
            if label:
                yield f'<text x="{x}" y="{BOTTOM + 15}">{escape(label)}</text>'
        case Level(place, label):
            x = _across(place, chart)
            yield _path("right", f"M{x} {TOP}V{BOTTOM}", _dashed("right"))
            near_end = x > (LEFT + RIGHT) / 2
            anchor, move = ("end", -5) if near_end else ("start", 5)
            yield f'<text x="{x + move:g}" y="{TOP + 11}" text-anchor="{anchor}">{escape(label)}</text>'


def _gap(gap: Gap, chart: Chart) -> Iterator[str]:
    x, left, right = _across(gap.x, chart), _up(gap.left, chart), _up(gap.right, chart)
    yield f'<path class="gap" d="M{x} {left}V{right}" stroke="currentColor" stroke-width="2"/>'
    for y, role in ((left, "left"), (right, "right")):
        yield f'<circle class="{role} dot" cx="{x}" cy="{y}" r="4" fill="{COLOURS[role]}"/>'
    anchor, move = ("end", -8) if x > (LEFT + RIGHT) / 2 else ("start", 8)
    place = f'x="{x + move:g}" y="{(left + right) / 2 + 4:g}" text-anchor="{anchor}"'
    yield f'<text class="halo" {place} font-weight="600">{escape(gap.label)}</text>'


def _legend(chart: Chart) -> Iterator[str]:
    """The names of the curves, each beside a piece of it, in one row above the chart."""
    curves = [mark for mark in chart.marks if isinstance(mark, Curve)]
    for number, curve in enumerate(curves):
        x = LEFT + number * (RIGHT - LEFT) / max(len(curves), 3)
        yield _path(curve.role, f"M{x:g} 12h22", _dashed(curve.role))
        yield f'<text x="{x + 27:g}" y="16">{escape(curve.name)}</text>'


def _path(role: str, data: str, more: str) -> str:
    return f'<path class="{role}" d="{data}" fill="none" stroke="{COLOURS[role]}" {more}/>'


def _dashed(role: str) -> str:
    return f'stroke-width="2" stroke-dasharray="{DASHES[role]}"' if DASHES[role] else 'stroke-width="2"'


def _line(piece: tuple[tuple[float, float], ...], chart: Chart) -> str:
    return "M" + "L".join(_at(point, chart) for point in piece) if len(piece) > 1 else ""


def _at(point: tuple[float, float], chart: Chart) -> str:
    return f"{_across(point[0], chart)} {_up(point[1], chart)}"


def _across(value: float, chart: Chart) -> float:
    return round(LEFT + _part(value, chart.x) * (RIGHT - LEFT), 1)


def _up(value: float, chart: Chart) -> float:
    return round(BOTTOM - _part(value, chart.y) * (BOTTOM - TOP), 1)


def _part(value: float, axis: Axis) -> float:
    """Where a value stands on its axis, 0 at the low end and 1 at the high one."""
    if axis.is_log:
        low, high, value = log10(axis.low), log10(axis.high), log10(max(value, 1e-320))
    else:
        low, high = axis.low, axis.high
    return min(max((value - low) / (high - low), 0.0), 1.0)


def ticks(axis: Axis) -> list[float]:
    """At most six round numbers between the ends of an axis."""
    low, high = (log10(axis.low), log10(axis.high)) if axis.is_log else (axis.low, axis.high)
    raw = (high - low) / MOST_TICKS
    unit = 10.0 ** floor(log10(raw))
    step = next(unit * m for m in (1, 2, 5, 10) if unit * m >= raw * (1 - 1e-9))
    step = max(1.0, round(step)) if axis.is_log else step
    places = range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)
    return [10.0 ** (k * step) if axis.is_log else k * step for k in places]


def _number(value: float, axis: Axis) -> str:
    if axis.is_log:
        power = round(log10(value))
        return "1" if power == 0 else "10" + "".join(RAISED[c] for c in str(power))
    return f"{value:.6g}".replace("-", "−")
