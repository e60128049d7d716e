"""A located message as compilers print it: the place, the lines of the file, a caret under the part that is meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct
from rich.cells import cell_len, set_cell_size

from derive.errors import Problem, Span
from derive.report.paint import BLUE, BOLD, RED, YELLOW, Paint, clean, wrap

MOST_LINES = 6


class Label(Struct, frozen=True):
    """What is said of a stretch of one line of the file."""

    span: Span
    text: str


def excerpt(
    problem: Problem,
    lines: Sequence[str],
    paint: Paint,
    evidence: Sequence[str] = (),
    labels: Sequence[Label] = (),
) -> str:
    """The message with its excerpt, the evidence below it, and the help; ``lines`` are those of the whole file.

    Carets stand under what ``labels`` speak of; without any, under the whole place of the problem.
    """
    kind, style = ("warning", YELLOW) if problem.is_lint else ("error", RED)
    gutter = " " * len(str(problem.span.end_line)) if problem.span else " "
    head = wrap(f"{kind}[{problem.code}]: {clean(problem.message)}", paint.width)
    out = [paint(head[0], style), *(paint(f"  {line}", style) for line in head[1:])]
    if problem.path:
        out.append(f"{gutter}{paint('-->', BLUE)} {place(problem)}{whose(problem)}")
    if problem.span and any(line.strip() for line in lines):
        out += (
            _labelled(labels, lines, gutter, paint, style)
            if labels
            else _lines(problem.span, lines, gutter, paint, style)
        )
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
    id = problem.claim_id
    return f" ({clean(id)})" if id and f"`{id}`" not in problem.message else ""


def _help(text: str, gutter: str, paint: Paint) -> Iterator[str]:
    if text:
        first, *rest = wrap(clean(text), paint.width - len(gutter) - 9)
        yield f"{gutter} {paint('=', BLUE)} {paint('help:', BOLD)} {first}"
        yield from (f"{gutter}         {line}" for line in rest)


def _lines(span: Span, lines: Sequence[str], gutter: str, paint: Paint, style: str) -> Iterator[str]:
    yield paint(f"{gutter} |", BLUE)
    end_line = min(span.end_line, len(lines))
    if end_line > span.line and not lines[end_line - 1][: span.end_column - 1].strip():
        end_line -= 1  # the text ended with the line before
    last = min(end_line, span.line + MOST_LINES - 1)
    for number in range(span.line, last + 1):
        text = lines[number - 1]
        start = span.column - 1 if number == span.line else len(text) - len(text.lstrip())
        end = span.end_column - 1 if number == span.end_line else len(text)
        before, meant, after = _window(text, start, max(end, start + 1), paint.width - len(gutter) - 3, paint)
        yield f"{paint(f'{number:>{len(gutter)}} |', BLUE)} {before}{meant}{after}".rstrip()
        caret = " " * cell_len(before) + paint("^" * max(cell_len(meant), 1), style)
        yield f"{paint(f'{gutter} |', BLUE)} {caret}"
    if last < end_line:
        yield paint(f"{gutter} | …", BLUE)


def _labelled(labels: Sequence[Label], lines: Sequence[str], gutter: str, paint: Paint, style: str) -> Iterator[str]:
    """Each line that a label speaks of, and below it the labels; a line too long for all of them is shown for each."""
    margin, width = paint(f"{gutter} |", BLUE), paint.width - len(gutter) - 3
    by_line: dict[int, list[Label]] = defaultdict(list)
    for label in labels:
        by_line[label.span.line].append(label)
    yield margin
    for number, group in sorted(by_line.items()):
        head = paint(f"{number:>{len(gutter)}} |", BLUE)
        shown = ""
        for label in group:
            span = label.span
            parts = _window(lines[number - 1], span.column - 1, span.end_column - 1, width, paint)
            if shown != "".join(parts):
                shown = "".join(parts)
                yield f"{head} {shown}".rstrip()
            yield from (f"{margin} {row}" for row in _caret(parts[0], parts[1], label.text, width, paint, style))


def _caret(before: str, meant: str, text: str, width: int, paint: Paint, style: str) -> Iterator[str]:
    """Carets under a stretch and what is said of it: behind them where that fits, else below."""
    start, carets = cell_len(before), "^" * max(cell_len(meant), 1)
    text = paint.characters(text)
    if start + len(carets) + 1 + cell_len(text) <= width:
        yield f"{' ' * start}{paint(f'{carets} {text}', style)}"
        return
    yield " " * start + paint(carets, style)
    rows = wrap(text, width)
    indent = max(0, min(start, width - max(map(cell_len, rows))))
    yield from (" " * indent + paint(row, style) for row in rows)


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
