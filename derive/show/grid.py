"""Layout -> several lines of Unicode: fractions stacked, a range below its operator where it is no subscript."""

from __future__ import annotations

from msgspec import Struct
from rich.cells import cell_len

from derive.show.layout import Big, Fence, Layout, Over, Root, Row, Scripts, Symbol
from derive.show.line import LOWERED, line, lowered, raised

TALL = {"(": ("⎛", "⎜", "⎝"), ")": ("⎞", "⎟", "⎠"), "|": ("│", "│", "│")}


class Box(Struct, frozen=True):
    """Rows of equal width; ``base`` is the row that the writing line runs through."""

    rows: tuple[str, ...]
    base: int = 0

    @property
    def width(self) -> int:
        """In cells of a terminal."""
        return cell_len(self.rows[0])


def grid(part: Layout) -> Box:
    """The layout drawn in two dimensions."""
    match part:
        case Row(parts):
            return _beside(*map(grid, parts))
        case Fence(body, kind):
            return _fenced(grid(body), kind[0], kind[1])
        case Over(above, below):
            return _over(grid(above), grid(below))
        case Scripts(Symbol("E"), (), above) if above and not _has_raised(above):
            return _beside(Box(("exp",)), _fenced(grid(above), "(", ")"))
        case Scripts(base, below, above):
            return _scripts(base, [line(i) for i in below], above)
        case Root(degree, body) if len(grid(body).rows) > 1:
            return _beside(Box(("√" if degree == 2 else "∛",)), _fenced(grid(body), "(", ")"))
        case Big(symbol, below, body) if line(below) not in LOWERED:
            return _beside(_stack(grid(symbol), grid(below)), Box((" ",)), grid(body))
        case Big(symbol, below, body):
            return _beside(Box((f"{line(symbol)}{LOWERED[line(below)]} ",)), grid(body))
        case _:
            return Box((line(part),))


def has_bar(part: Layout) -> bool:
    """Whether a fraction is in the layout, which is what two dimensions are for."""
    match part:
        case Over():
            return True
        case Row(parts):
            return any(map(has_bar, parts))
        case Fence(body) | Root(_, body) | Big(_, _, body):
            return has_bar(body)
        case Scripts(base):
            return has_bar(base)
        case _:
            return False


def _beside(*boxes: Box) -> Box:
    base = max(box.base for box in boxes)
    below = max(len(box.rows) - box.base for box in boxes)
    padded = [_padded(box, base - box.base, below - len(box.rows) + box.base) for box in boxes]
    return Box(tuple("".join(rows) for rows in zip(*padded, strict=True)), base)


def _padded(box: Box, above: int, below: int) -> tuple[str, ...]:
    blank = (" " * box.width,)
    return blank * above + box.rows + blank * below


def _stack(top: Box, bottom: Box) -> Box:
    """One box centred below the other; the writing line stays that of the upper one."""
    width = max(top.width, bottom.width)
    return Box(_centred(top, width) + _centred(bottom, width), top.base)


def _centred(box: Box, width: int) -> tuple[str, ...]:
    space = width - box.width
    return tuple(" " * (space // 2) + row + " " * (space - space // 2) for row in box.rows)


def _over(above: Box, below: Box) -> Box:
    width = max(above.width, below.width) + 2
    return Box((*_centred(above, width), "─" * width, *_centred(below, width)), len(above.rows))


def _fenced(body: Box, left: str, right: str) -> Box:
    height = len(body.rows)
    return _beside(_bracket(left, height, body.base), body, _bracket(right, height, body.base))


def _bracket(bracket: str, height: int, base: int) -> Box:
    top, middle, bottom = TALL[bracket]
    return Box((bracket,) if height == 1 else (top, *[middle] * (height - 2), bottom), base)


def _scripts(base: Layout, indices: list[str], above: Layout | None) -> Box:
    foot = _beside(grid(base), Box((lowered(base, indices),)))
    if above is None:
        return foot
    if _has_raised(above) and len(foot.rows) == 1:
        return _beside(foot, Box((raised(above),)))
    exponent = grid(above)
    rows = (" " * foot.width + row for row in exponent.rows)
    return Box((*rows, *(row + " " * exponent.width for row in foot.rows)), foot.base + len(exponent.rows))


def _has_raised(exponent: Layout) -> bool:
    """Whether Unicode has the characters of an exponent."""
    return not raised(exponent).startswith("^")
