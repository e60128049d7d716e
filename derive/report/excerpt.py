"""A located message as compilers print it: the place, the lines of the file, a caret under the part that is meant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

from derive.errors import Problem, Span
from derive.report.paint import BLUE, BOLD, RED, YELLOW, Paint, clean, wrap

MOST_LINES = 6


def excerpt(problem: Problem, lines: Sequence[str], paint: Paint, evidence: Sequence[str] = ()) -> str:
    """The message with its excerpt, the evidence below it, and the help; ``lines`` are those of the whole file."""
    kind, style = ("warning", YELLOW) if problem.is_lint else ("error", RED)
    gutter = " " * len(str(problem.span.end_line)) if problem.span else " "
    head = wrap(f"{kind}[{problem.code}]: {clean(problem.message)}", paint.width)
    out = [paint(head[0], style), *(paint(f"  {line}", style) for line in head[1:])]
    if problem.path:
        out.append(f"{gutter}{paint('-->', BLUE)} {place(problem)}{whose(problem)}")
    if problem.span and any(line.strip() for line in lines):
        out += _lines(problem.span, lines, gutter, paint, style)
    out += [f"{gutter}   {line}" for line in evidence]
    out += _help(problem.help, gutter, paint)
    return "\n".join(out)


def place(problem: Problem) -> str:
    """``file:line:column``, as far as it is known."""
    if problem.span is None:
        return clean(problem.path)
    return f"{clean(problem.path)}:{problem.span.line}:{problem.span.column}"


def whose(problem: Problem) -> str:
    """The claim that a problem belongs to, where its message does not say so."""
    return f" ({clean(problem.claim_id)})" if problem.claim_id and problem.claim_id not in problem.message else ""


def _help(text: str, gutter: str, paint: Paint) -> Iterator[str]:
    if text:
        first, *rest = wrap(clean(text), paint.width - len(gutter) - 9)
        yield f"{gutter} {paint('=', BLUE)} {paint('help:', BOLD)} {first}"
        yield from (f"{gutter}         {line}" for line in rest)


def _lines(span: Span, lines: Sequence[str], gutter: str, paint: Paint, style: str) -> Iterator[str]:
    yield paint(f"{gutter} |", BLUE)
    last = min(span.end_line, span.line + MOST_LINES - 1, len(lines))
    for number in range(span.line, last + 1):
        text = lines[number - 1]
        start = span.column - 1 if number == span.line else len(text) - len(text.lstrip())
        end = span.end_column - 1 if number == span.end_line else len(text)
        before, meant, after = _window(text, start, max(end, start + 1), paint.width - len(gutter) - 3, paint)
        yield f"{paint(f'{number:>{len(gutter)}} |', BLUE)} {before}{meant}{after}".rstrip()
        caret = " " * cell_len(before) + paint("^" * max(cell_len(meant), 1), style)
        yield f"{paint(f'{gutter} |', BLUE)} {caret}"
    if last < span.end_line:
        yield paint(f"{gutter} | …", BLUE)


def _window(text: str, start: int, end: int, width: int, paint: Paint) -> tuple[str, str, str]:
    """The line before, in and after the stretch, cut so that all three fit and the stretch begins in sight."""
    cut = paint.characters("…")
    near = 2 * width  # more cannot fit, and a line may be megabytes long
    parts = (text[max(0, start - near) : start], text[start:end][:near], text[end : end + near])
    before, meant, after = (paint.characters(clean(part.replace("\t", " "))) for part in parts)
    room = width - min(cell_len(meant), width * 2 // 3)
    if cell_len(before) > room:
        before = cut + _last(before, room - len(cut))
    room = width - cell_len(before)
    if cell_len(meant) > room:
        return before, set_cell_size(meant, room - len(cut)) + cut, ""
    room -= cell_len(meant)
    if cell_len(after) > room:
        after = set_cell_size(after, room - len(cut)) + cut if room >= len(cut) else ""
    return before, meant, after


def _last(text: str, width: int) -> str:
    start = max(0, len(text) - max(width, 0))
    while cell_len(text[start:]) > width > 0:
        start += 1
    return text[start:]
