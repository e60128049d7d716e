"""The tree of a YAML file: texts, lists and mappings, each with its place."""

from __future__ import annotations

import re
from bisect import bisect_right

from msgspec import Struct

from derive.errors import Span, clip

_COMMENT = re.compile(r"[ \t]+(#.*)")
ESCAPE = re.compile(r"\\(x..|u.{4}|U.{8}|.)", re.DOTALL)


class Source(Struct, frozen=True, eq=False):
    """The text of a file and the offset at which each of its lines starts."""

    text: str
    starts: tuple[int, ...]

    def offset(self, line: int, column: int) -> int:
        """The character offset of a place given by line and column, both from 0."""
        return min(self.starts[min(line, len(self.starts) - 1)] + column, len(self.text))

    def line_end(self, offset: int) -> int:
        """The offset at which the line of an offset ends."""
        end = self.text.find("\n", offset)
        return end if end >= 0 else len(self.text)

    def span(self, start: int, end: int) -> Span:
        """The place of a stretch of the text, given by character offsets."""
        first, last = bisect_right(self.starts, start), bisect_right(self.starts, end)
        return Span(first, start - self.starts[first - 1] + 1, last, end - self.starts[last - 1] + 1)


class Scalar(Struct, frozen=True):
    """A text of the file, exactly as written but for YAML's own quoting and folding; never resolved to a value."""

    text: str
    span: Span
    style: str = ""
    start: int = 0
    end: int = 0
    source: Source = Source("", (0,))

    def locate(self, start: int, end: int) -> Span:
        """Where the characters ``start`` to ``end`` of the text stand in the file, also when quoted or folded."""
        if not self.style and self.span.line == self.span.end_line:
            first = min(self.start + max(start, 0), max(self.end - 1, self.start))
            return self.source.span(first, max(min(self.start + end, self.end), first + 1))
        places = _places(self)
        if not places:
            return self.span
        first = places[min(max(start, 0), len(places) - 1)]
        last = places[min(max(end - 1, 0), len(places) - 1)] + 1
        return self.source.span(first, max(last, first + 1))

    @property
    def comment(self) -> str:
        """The comment right behind an unquoted text; perhaps its author did not mean it as one."""
        rest = self.source.text[self.end : self.source.line_end(self.end)]
        found = None if self.style else _COMMENT.match(rest)
        return found[1] if found else ""


class Sequence(Struct, frozen=True):
    """A list of the file."""

    items: tuple[Node, ...]
    span: Span


class Mapping(Struct, frozen=True):
    """A mapping of the file: pairs in file order; a duplicate key has been reported and dropped."""

    pairs: tuple[tuple[Scalar, Node], ...]
    span: Span


Node = Scalar | Sequence | Mapping


def source_of(text: str) -> Source:
    return Source(text, (0, *(m.end() for m in re.finditer("\n", text))))


def kind_of(node: Node) -> str:
    match node:
        case Sequence():
            return "a list"
        case Mapping():
            return "a mapping"
        case Scalar(text):
            return f"the text `{clip(text, 30)}`" if text else "nothing"


def first_line(span: Span) -> Span:
    return span if span.line == span.end_line else Span(span.line, span.column, span.line, span.column + 1)


def _places(scalar: Scalar) -> list[int]:
    """The offset in the file of every character of a scalar's text.

    Quoting and folding change white space and escapes only; every other character stands in the file in the same
    order, so the two texts are walked side by side.
    """
    raw, at, places = scalar.source.text, scalar.start, []
    if scalar.style in ("|", ">"):
        at = raw.find("\n", at) + 1
    elif scalar.style:
        at += 1
    for char in scalar.text:
        at = _next_place(raw, at, char, scalar.style)
        places.append(min(at, len(raw) - 1))
        at += _width(raw, at, scalar.style) if not char.isspace() or raw[at : at + 1] in (char, "\\") else 0
    return places


def _next_place(raw: str, at: int, char: str, style: str) -> int:
    """Skip the white space that folding swallowed, so that ``at`` is where the character stands."""
    if char.isspace():
        return at
    while at < len(raw) and (raw[at].isspace() or (style == '"' and raw.startswith("\\\n", at))):
        at += 1 if raw[at].isspace() else 2
    return at


def _width(raw: str, at: int, style: str) -> int:
    """How many characters of the file one character of the text takes."""
    if style == "'" and raw.startswith("''", at):
        return 2
    escape = ESCAPE.match(raw, at) if style == '"' else None
    return len(escape[0]) if escape else 1
