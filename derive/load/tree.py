"""Events of a YAML parser -> nodes, positions kept; a claim that is not YAML spoils only itself.

No object is built and no scalar is resolved: ``no``, ``1e-9`` and ``1:30`` stay the text that the author wrote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Protocol

import yaml

from derive.errors import Problem, Span, clip, problem
from derive.load.nodes import ESCAPE, Mapping, Node, Scalar, Sequence, Source, first_line, kind_of, source_of

MAX_DEPTH = 12

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# In double quotes only these escapes stand for what they show; the others turn `\beta` into a control character.
_HARMLESS_ESCAPES = frozenset('"\\/ \n')


class _Broken(Exception):
    """The parser cannot go on."""

    def __init__(self, found: Problem) -> None:
        super().__init__(found.message)
        self.found = found


def compose(text: str, problems: list[Problem]) -> Node | None:
    """The tree of the file, or None when there is none. A file that is not YAML is read claim by claim."""
    source = source_of(text)
    reader = _Reader(source, text)
    try:
        root = reader.read()
    except _Broken as broken:
        before = len(problems)
        root = _piecewise(source, problems)
        if len(problems) > before:
            return root
        problems.append(broken.found)
        return None
    problems += reader.problems
    return root


class _Mark(Protocol):
    """A place, counted from 0, as both parsers of PyYAML give it."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


class _Reader:
    """The events of one document, turned into nodes; what YAML allows and derive does not is collected."""

    def __init__(self, source: Source, text: str, first_line: int = 0, depth: int = 1) -> None:
        self.source, self.text, self.first_line, self.depth = source, text, first_line, depth
        self.problems: list[Problem] = []
        self.events = self._safe_events()

    def read(self) -> Node | None:
        """The root of the first document, or None when there is none."""
        root: Node | None = None
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise _Broken(problem("DV022").placed("", self._span(event)))
            elif not isinstance(event, yaml.StreamStartEvent | yaml.DocumentEndEvent | yaml.StreamEndEvent):
                root = self._node(event, self.depth)
        return None if isinstance(root, Scalar) and not root.text and not root.style else root

    def _safe_events(self) -> Iterator[yaml.Event]:
        try:
            yield from yaml.parse(self.text, Loader=_PARSER)
        except yaml.YAMLError as error:
            raise _Broken(_syntax(error, self.source, self.first_line)) from None

    def _node(self, event: yaml.Event, depth: int) -> Node:
        if depth > MAX_DEPTH:
            found = problem("DV016", what="depth of nesting", found=depth, limit=MAX_DEPTH)
            raise _Broken(found.placed("", self._span(event)))
        self._check_plain_data(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            items = tuple(self._node(e, depth + 1) for e in self._until(yaml.SequenceEndEvent))
            return Sequence(items, _up_to(self._span(event), items))
        return self._scalar(event)

    def _until(self, end: type[yaml.Event]) -> Iterator[yaml.Event]:
        for event in self.events:
            if isinstance(event, end):
                return
            yield event

    def _mapping(self, start: yaml.Event, depth: int) -> Mapping:
        pairs: dict[str, tuple[Scalar, Node]] = {}
        values: list[Node] = []
        for event in self._until(yaml.MappingEndEvent):
            key = self._node(event, depth + 1)
            value = self._node(next(self.events), depth + 1)
            values.append(value)
            if not isinstance(key, Scalar):
                self.problems.append(
                    problem("DV013", key="a key", required="a text", found=kind_of(key), repair="quote it").placed(
                        "", first_line(key.span)
                    )
                )
            elif key.text in pairs:
                first = pairs[key.text][0].span.line
                self.problems.append(problem("DV008", key=clip(key.text), first=first).placed("", key.span))
            else:
                pairs[key.text] = key, value
        return Mapping(tuple(pairs.values()), _up_to(self._span(start), tuple(values)))

    def _scalar(self, event: yaml.Event) -> Scalar:
        if not isinstance(event, yaml.ScalarEvent):
            return Scalar("*", self._span(event))
        start, end = self._offset(event.start_mark), self._offset(event.end_mark)
        style = event.style if event.style in ("'", '"', "|", ">") else ""
        scalar = Scalar(event.value, self.source.span(start, end), style, start, end, self.source)
        if style == '"' and "\\" in self.source.text[start:end]:
            self._check_escapes(scalar)
        return scalar

    def _check_plain_data(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            self.problems.append(problem("DV010", found=sign + clip(event.anchor)).placed("", self._span(event)))
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag is not None:
            self.problems.append(self._tag(event))

    def _tag(self, event: yaml.Event) -> Problem:
        span = self._span(event)
        start = self._offset(event.start_mark)
        written = self.source.text[start : self.source.line_end(start)].strip()
        if written.startswith("!="):
            return problem("DV007", found="!=", quoted=clip(written)).placed("", span)
        return problem("DV011", found=clip(written.split(" ")[0])).placed("", span)

    def _check_escapes(self, scalar: Scalar) -> None:
        for escape in ESCAPE.finditer(self.source.text, scalar.start, scalar.end):
            visible = escape[1] in _HARMLESS_ESCAPES or (escape[1][0] in "xuU" and _is_printable_escape(escape[1]))
            if not visible:
                at = self.source.span(escape.start(), escape.end())
                self.problems.append(problem("DV012", found=escape[0]).placed("", at))

    def _offset(self, mark: _Mark | None) -> int:
        assert mark is not None, "a parser that reads text marks every event"
        return self.source.offset(mark.line + self.first_line, mark.column)

    def _span(self, event: yaml.Event) -> Span:
        return self.source.span(self._offset(event.start_mark), self._offset(event.end_mark))


def _up_to(start: Span, parts: tuple[Node, ...]) -> Span:
    """From a start to the end of the last part; YAML itself lets a block end where the next one starts."""
    end = parts[-1].span if parts else start
    return Span(start.line, start.column, end.end_line, end.end_column)


def _is_printable_escape(escape: str) -> bool:
    code = int(escape[1:], 16)
    return code <= 0x10FFFF and chr(code).isprintable()


def _syntax(error: yaml.YAMLError, source: Source, first_line: int) -> Problem:
    """The problem of a YAML error, at the place to blame: the start of an unfinished text, or where reading failed."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return problem("DV006", why=clip(str(error), 100)).placed("", Span(1, 1, 1, 1))
    scanned = (error.context or "").startswith("while scanning") and "escape" not in (error.problem or "")
    mark = (scanned and error.context_mark) or error.problem_mark or error.context_mark
    start = source.offset(mark.line + first_line, mark.column) if mark else 0
    start -= source.text[start - 1 : start] == "\\"
    rest = source.text[start : source.line_end(start)].strip()
    span = source.span(start, start + 1 if rest else start)
    if rest.startswith(">"):
        relation = ">=" if rest.startswith(">=") else ">"
        return problem("DV007", found=relation, quoted=clip(rest)).placed("", span)
    before = source.text[:start].rstrip(" ")
    if before.endswith(("'", '"')) and rest and "escape" not in (error.problem or "") and not scanned:
        return problem("DV025", found=clip(rest)).placed("", source.span(start, source.line_end(start)))
    why = clip((error.problem or "unreadable").replace("expected <block end>, but ", ""), 100)
    indent = source.text[source.offset(mark.line + first_line, 0) : start + 1] if mark else ""
    help = "indent with spaces, not with tabs" if indent.isspace() and "\t" in indent else None
    return problem("DV006", why=why, help=help or _syntax_help(rest, error.problem or "")).placed("", span)


def _syntax_help(rest: str, why: str) -> str | None:
    """A better hint than the general one, from the text at which YAML failed."""
    if rest.startswith("|"):
        return "write Abs(x) for |x|"
    if "escape" in why:
        return "in double quotes a backslash starts an escape: use single quotes"
    if "\t" in why or "'\\t'" in why:
        return "indent with spaces, not with tabs"
    if "'-' indicator" in why or "block sequence start" in why:
        return "begin the items of a list in the same column"
    if "mapping values" in why:
        return "a text with `: ` inside must stand in single quotes"
    return None


# --- a claim that is not YAML spoils only itself


def _piecewise(source: Source, problems: list[Problem]) -> Node | None:
    """The tree of a broken file: every claim is read alone, and so is what stands around the claims."""
    regions = _claim_lines(source)
    lines = source.text.split("\n")
    items = [item for region in regions for item in _alone(source, lines, region, problems)]
    for region in regions:
        lines[region.start - 1 : region.stop - 1] = [""] * len(region)
    reader = _Reader(source, "\n".join(lines))
    try:
        root = reader.read()
    except _Broken as broken:
        problems += [*reader.problems, broken.found]
        return None
    problems += reader.problems
    return _with_claims(root, tuple(items)) if isinstance(root, Mapping) else root


def _with_claims(root: Mapping, items: tuple[Node, ...]) -> Mapping:
    pairs = ((k, Sequence(items, k.span) if k.text == "claims" and items else v) for k, v in root.pairs)
    return Mapping(tuple(pairs), root.span)


def _alone(source: Source, lines: list[str], region: range, problems: list[Problem]) -> tuple[Node, ...]:
    """The claim of a stretch of lines (one item), or nothing and its problems."""
    text = "\n".join(lines[region.start - 1 : region.stop - 1])
    reader = _Reader(source, text, region.start - 1, depth=2)
    try:
        node = reader.read()
    except _Broken as broken:
        claim_id = _id_within(text)
        problems += [p.placed("", None, claim_id) for p in reader.problems or [broken.found]]
        return ()
    problems += reader.problems
    return node.items if isinstance(node, Sequence) else ()


def _claim_lines(source: Source) -> list[range]:
    """The lines (from 1) of each claim, told from the indentation alone."""
    lines = source.text.split("\n")
    head = next((i for i, line in enumerate(lines) if re.match(r"claims\s*:\s*(#.*)?$", line)), len(lines))
    end = next((i for i in range(head + 1, len(lines)) if re.match(r"[^\s#-]", lines[i])), len(lines))
    dash = next((m for i in range(head + 1, end) if (m := re.match(r" *-(?= |$)", lines[i]))), None)
    if dash is None:
        return []
    starts = [i + 1 for i in range(head + 1, end) if re.match(dash[0] + "(?= |$)", lines[i])]
    return [range(a, b) for a, b in pairwise([*starts, end + 1])]


def _id_within(text: str) -> str | None:
    found = re.search(r"^\s*(?:- +)?id\s*:\s*['\"]?([A-Za-z0-9][A-Za-z0-9._-]*)", text, re.MULTILINE)
    return found[1] if found else None
