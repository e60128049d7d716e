"""Read a claim file: YAML text to entries, every text with its place in the file, every defect a located problem.

The YAML parser is driven by its events, never by its constructors: no object is built, no scalar is resolved (``no``,
``1e-9``, ``1:30`` stay the text that the author wrote), and every scalar keeps its position. What a file may say is
the tables ``FILE_KEYS`` and ``CLAIM_KEYS``.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Literal, Protocol, get_args

import yaml

from derive.claim import Expectation
from derive.errors import Problem, Span, clip, meant, problem

MAX_BYTES = 4_000_000
MAX_CLAIMS = 20_000
MAX_LINES = 200_000
MAX_COMMAS = 400_000
MAX_DEPTH = 12
MAX_CONTROL_CHARACTERS = 100
MAX_UNKNOWN_KEYS = 50  # of one mapping; the others are not listed
MAX_TEXT = 20_000

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EXPECTATIONS: tuple[str, ...] = get_args(Expectation)
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_FORBIDDEN = re.compile(
    "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
# In double quotes only these escapes stand for what they show; the others turn `\beta` into a control character.
_ESCAPE = re.compile(r"\\(x..|u.{4}|U.{8}|.)", re.DOTALL)
_HARMLESS_ESCAPES = frozenset('"\\/ \n')
_COMMENT = re.compile(r"[ \t]+(#.*)")

Kind = Literal[
    "text", "formula", "list", "formulas", "mapping", "formula mapping", "point", "numbers", "claims", "choice"
]


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a claim file: its kind of value, what it means, whether it must be there, its closed set of values."""

    name: str
    kind: Kind
    doc: str
    required: bool = False
    choices: tuple[str, ...] = ()


FILE_KEYS: tuple[Key, ...] = (
    Key("derive", "choice", "The version of the format.", choices=("1",)),
    Key("title", "text", "What the file is about."),
    Key("variables", "mapping", "Names and their types, shared by every claim: `o: real[n]`."),
    Key("define", "formula mapping", "Templates, shared by every claim: `s[i]: exp(o[i]) / Sum(exp(o[k]), k)`."),
    Key("assume", "formulas", "Hypotheses of every claim; their indices are universally quantified."),
    Key("claims", "claims", "The claims.", required=True),
)

CLAIM_KEYS: tuple[Key, ...] = (
    Key("id", "text", "The name of the claim, unique in its file.", required=True),
    Key("title", "text", "The claim in words."),
    Key("claim", "formula", "A relation, or a chain of relations: `0 < s[i] <= 1`."),
    Key("steps", "formulas", "A derivation: an expression, then relations and expressions such as `== x + 1`."),
    Key("expect", "choice", "The verdict that is expected; `proved` unless said.", choices=_EXPECTATIONS),
    Key("because", "text", "Why the claim is not expected to be proved."),
    Key("correction", "formula", "The relation that holds instead; it must be proved."),
    Key("source", "text", "Where the claim comes from."),
    Key("tags", "list", "Words to select claims by."),
    Key("variables", "mapping", "Further names and their types."),
    Key("define", "formula mapping", "Further templates."),
    Key("assume", "formulas", "Further hypotheses; an index that is free in the claim is that index."),
    Key("at", "point", "The point at which `value` is printed: `{o: [0, 1, 2]}`."),
    Key("value", "formula", "The expression whose digits were printed."),
    Key("prints", "numbers", "The digits as printed: `[0.0900, 0.2447, 0.6652]`."),
)


@dataclass(frozen=True, slots=True)
class Source:
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


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text of the file, exactly as written but for YAML's own quoting and folding; never resolved to a value."""

    text: str
    span: Span
    style: str = ""
    start: int = 0
    end: int = 0
    source: Source = field(default=Source("", (0,)), compare=False, repr=False)

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


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of the file."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Mapping:
    """A mapping of the file: pairs in file order; a duplicate key has been reported and dropped."""

    pairs: tuple[tuple[Scalar, Node], ...]
    span: Span


Node = Scalar | Sequence | Mapping


@dataclass(frozen=True, slots=True)
class Entry:
    """One claim as it stands in the file: texts with their places, nothing parsed."""

    id: str
    span: Span
    head: Span
    title: str = ""
    claim: Scalar | None = None
    steps: tuple[Scalar, ...] = ()
    expect: Expectation = "proved"
    because: str = ""
    correction: Scalar | None = None
    source: str = ""
    tags: tuple[str, ...] = ()
    variables: tuple[tuple[Scalar, Scalar], ...] = ()
    define: tuple[tuple[Scalar, Scalar], ...] = ()
    assume: tuple[Scalar, ...] = ()
    at: tuple[tuple[Scalar, Node], ...] = ()
    value: Scalar | None = None
    prints: Node | None = None


@dataclass(frozen=True, slots=True)
class LoadedFile:
    """A claim file after reading: what it shares, its readable entries, and every problem that was found."""

    path: str
    title: str = ""
    variables: tuple[tuple[Scalar, Scalar], ...] = ()
    define: tuple[tuple[Scalar, Scalar], ...] = ()
    assume: tuple[Scalar, ...] = ()
    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    lines: tuple[str, ...] = ()


def load(path: Path) -> LoadedFile:
    """Read a claim file. Never fails: whatever is wrong with the file is among its problems."""
    name = str(path)
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return _unreadable(name, problem("DV001", path=clip(name, 200)))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        return _unreadable(name, problem("DV002", path=clip(name, 200), why=why.lower()))
    if len(data) > MAX_BYTES:
        return _unreadable(name, problem("DV003", found=f"more than {MAX_BYTES}", limit=MAX_BYTES))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return _not_utf8(name, data, error.start)
    return load_text(text, name)


def load_text(text: str, path: str) -> LoadedFile:
    """Read the text of a claim file; ``path`` is its name in messages. Never fails, as ``load``."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = tuple(text.split("\n"))
    if len(text) > MAX_BYTES:
        return _unreadable(path, problem("DV003", found=len(text), limit=MAX_BYTES))
    # Lines and commas bound the number of nodes, so they are counted before the parser makes any.
    for what, found, limit in (("lines", len(lines), MAX_LINES), ("commas", text.count(","), MAX_COMMAS)):
        if found > limit:
            return _unreadable(path, problem("DV016", what=f"number of {what}", found=found, limit=limit))
    if "\0" in text:
        return _unreadable(path, problem("DV005", found="NUL: this is binary"), lines)
    problems: list[Problem] = []
    text = _without_forbidden(text, problems)
    if len(problems) > MAX_CONTROL_CHARACTERS:
        return _unreadable(path, problem("DV005", found=f"{problems[0].message.split()[-1]} and more: this is binary"))
    root = _compose(text, problems)
    file = _file(root, path, problems) if isinstance(root, Mapping) else LoadedFile(path)
    if root is None and not problems:
        problems.append(problem("DV505").placed(path, Span(1, 1, 1, 1)))
    elif root is not None and not isinstance(root, Mapping):
        problems.append(problem("DV023", found=_kind_of(root)).placed(path, _first_line(root.span)))
    placed = sorted((p.placed(path, None) for p in problems), key=_place)
    return LoadedFile(path, file.title, file.variables, file.define, file.assume, file.entries, tuple(placed), lines)


def _unreadable(path: str, found: Problem, lines: tuple[str, ...] = ()) -> LoadedFile:
    return LoadedFile(path, problems=(found.placed(path, Span(1, 1, 1, 1)),), lines=lines)


def _not_utf8(path: str, data: bytes, offset: int) -> LoadedFile:
    before = data[:offset].decode("utf-8")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    found = problem("DV004", byte=f"{data[offset]:02x}").placed(path, Span(line, column, line, column + 1))
    return _unreadable(path, found, tuple(data.decode("utf-8", "replace").split("\n")))


def _place(found: Problem) -> tuple[int, int, str]:
    span = found.span or Span(1, 1, 1, 1)
    return span.line, span.column, found.code


def _first_line(span: Span) -> Span:
    return span if span.line == span.end_line else Span(span.line, span.column, span.line, span.column + 1)


def _source(text: str) -> Source:
    return Source(text, (0, *(m.end() for m in re.finditer("\n", text))))


def _without_forbidden(text: str, problems: list[Problem]) -> str:
    """Report every control character and put a space in its place, so that the rest of the file can be read."""
    found = list(islice(_FORBIDDEN.finditer(text), MAX_CONTROL_CHARACTERS + 1))
    if not found:
        return text
    source = _source(text)
    problems += [
        problem("DV005", found=f"U+{ord(m[0]):04X}").placed("", source.span(m.start(), m.end())) for m in found
    ]
    return _FORBIDDEN.sub(" ", text)


# --- from events to nodes


class _Broken(Exception):
    """The parser cannot go on."""

    def __init__(self, found: Problem) -> None:
        super().__init__(found.message)
        self.found = found


def _compose(text: str, problems: list[Problem]) -> Node | None:
    """The tree of the file, or None when there is none. A file that is not YAML is read claim by claim."""
    source = _source(text)
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
                    problem("DV013", key="a key", required="a text", found=_kind_of(key), repair="quote it").placed(
                        "", _first_line(key.span)
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
        for escape in _ESCAPE.finditer(self.source.text, scalar.start, scalar.end):
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
    return problem("DV006", why=why, help=_syntax_help(rest, error.problem or "")).placed("", span)


def _syntax_help(rest: str, why: str) -> str | None:
    """A better hint than the general one, from the text at which YAML failed."""
    if rest.startswith("|"):
        return "write Abs(x) for |x|"
    if "escape" in why:
        return "in double quotes a backslash starts an escape: use single quotes"
    if "\t" in why or "'\\t'" in why:
        return "indent with spaces, not with tabs"
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


# --- from nodes to entries


def _file(root: Mapping, path: str, problems: list[Problem]) -> LoadedFile:
    """The file, without entries when what they share is broken: each would be another claim without it."""
    inside: list[Problem] = []
    shared: list[Problem] = []
    head, end = _claims_place(root)
    for found in problems:
        # Told by lines and indentation, since the claim itself may be unreadable.
        is_inside = found.span and found.span.column > head.column and head.line <= found.span.line < end
        (inside if is_inside else shared).append(found)
    values = _known_keys(root, FILE_KEYS, "the file", shared)
    _choice(values, FILE_KEYS[0], shared)
    file = LoadedFile(
        path,
        _text(values, "title", shared),
        _pairs(values, "variables", shared),
        _pairs(values, "define", shared),
        _formulas(values, "assume", shared),
    )
    entries = _entries(values["claims"], inside, shared) if "claims" in values else ()
    problems[:] = [*shared, *inside]
    return file if any(not p.is_lint for p in shared) else replace(file, entries=entries)


def _claims_place(root: Mapping) -> tuple[Span, int]:
    """Where the key ``claims`` stands, and the line of the key after it."""
    head = next((key.span for key, _ in root.pairs if key.text == "claims"), Span(0, 0, 0, 0))
    after = (key.span.line for key, _ in root.pairs if key.span.line > head.line > 0)
    return head, min(after, default=MAX_LINES + 1 if head.line else 0)


def _entries(claims: Node, inside: list[Problem], shared: list[Problem]) -> tuple[Entry, ...]:
    """The entries without a problem of their own; those of a claim are added to ``inside``, others to ``shared``."""
    is_empty = isinstance(claims, Scalar) and not claims.text and not claims.style
    if not isinstance(claims, Sequence) and not is_empty:
        shared.append(_wrong_kind("claims", "a list", claims, "start each claim with `- id: …`"))
        return ()
    items = claims.items if isinstance(claims, Sequence) else ()
    if not items and not inside:
        shared.append(problem("DV505").placed("", _first_line(claims.span)))
    if len(items) > MAX_CLAIMS:
        excess = problem("DV016", what="number of claims", found=len(items), limit=MAX_CLAIMS)
        shared.append(excess.placed("", _first_line(claims.span)))
        return ()
    return _without_duplicates(_read_entries(items, inside), inside)


def _read_entries(items: tuple[Node, ...], inside: list[Problem]) -> list[Entry]:
    marked = _by_claim(items, inside)
    entries = []
    for number, item in enumerate(items):
        own: list[Problem] = []
        entry = _entry(item, own)
        claim_id = _id_of(item)
        for place in marked.get(number, ()):
            inside[place] = inside[place].placed("", None, claim_id)
        inside += [p.placed("", _head(item), claim_id) for p in own]
        if entry and number not in marked and not any(not p.is_lint for p in own):
            entries.append(entry)
    return entries


def _by_claim(items: tuple[Node, ...], found: list[Problem]) -> dict[int, list[int]]:
    """Which problems of reading stand inside which claim, both by their numbers."""
    starts = [(item.span.line, item.span.column) for item in items]
    marked: dict[int, list[int]] = {}
    for place, p in enumerate(found):
        at = (p.span.line, p.span.column) if p.span else (0, 0)
        number = bisect_right(starts, at) - 1
        if number >= 0 and at < (items[number].span.end_line, items[number].span.end_column):
            marked.setdefault(number, []).append(place)
    return marked


def _without_duplicates(entries: list[Entry], problems: list[Problem]) -> tuple[Entry, ...]:
    lines: dict[str, int] = {}
    kept = []
    for entry in entries:
        if entry.id in lines:
            problems.append(problem("DV019", found=entry.id, first=lines[entry.id]).placed("", entry.head, entry.id))
            continue
        lines[entry.id] = entry.span.line
        kept.append(entry)
    return tuple(kept)


def _id_of(item: Node) -> str | None:
    value = _value_of(item, "id")
    return value.text if isinstance(value, Scalar) and _ID.fullmatch(value.text) else None


def _value_of(item: Node, key: str) -> Node | None:
    pairs = item.pairs if isinstance(item, Mapping) else ()
    return next((v for k, v in pairs if k.text == key), None)


def _head(item: Node) -> Span:
    """One line to point at when a whole claim is meant: its id, else its first key."""
    value = _value_of(item, "id")
    if isinstance(value, Scalar) and value.text:
        return value.span
    return item.pairs[0][0].span if isinstance(item, Mapping) and item.pairs else _first_line(item.span)


def _entry(item: Node, problems: list[Problem]) -> Entry | None:
    if not isinstance(item, Mapping):
        problems.append(_wrong_kind("a claim", "a mapping", item, "write `- id: …` and its keys below"))
        return None
    values = _known_keys(item, CLAIM_KEYS, "the claim", problems)
    keys = {key.name: key for key in CLAIM_KEYS}
    entry = Entry(
        id=_text(values, "id", problems),
        span=item.span,
        head=_head(item),
        title=_text(values, "title", problems),
        claim=_formula(values, "claim", problems),
        steps=_formulas(values, "steps", problems),
        expect=_expectation(_choice(values, keys["expect"], problems)),
        because=_text(values, "because", problems),
        correction=_formula(values, "correction", problems),
        source=_text(values, "source", problems),
        tags=tuple(s.text for s in _list(values, "tags", problems)),
        variables=_pairs(values, "variables", problems),
        define=_pairs(values, "define", problems),
        assume=_formulas(values, "assume", problems),
        at=_point(values, problems),
        value=_formula(values, "value", problems),
        prints=values.get("prints"),
    )
    _check_entry(entry, values, problems)
    return entry


def _expectation(text: str) -> Expectation:
    return next((e for e in get_args(Expectation) if e == text), "proved")


def _check_entry(entry: Entry, values: dict[str, Node], problems: list[Problem]) -> None:
    if entry.id and not _ID.fullmatch(entry.id):
        problems.append(problem("DV018", found=clip(entry.id)).placed("", values["id"].span))
    for key in ("at", "prints"):
        if key in values and "value" not in values:
            found = f"`{key}` belongs to a claim with `value`"
            alone = problem("DV093", found=found, repair="add `value: …`, the expression that was printed")
            problems.append(alone.placed("", _first_line(values[key].span)))
    if "steps" in values and not entry.steps and all(p.is_lint for p in problems):
        problems.append(problem("DV024", key="steps").placed("", _first_line(values["steps"].span)))
    stated = [key for key in ("claim", "steps", "value") if key in values]
    if len(stated) != 1:
        problems.append(problem("DV021", found=" and ".join(f"`{key}`" for key in stated) or "none of them"))
    if entry.expect != "proved" and "because" not in values:
        problems.append(problem("DV020", found=entry.expect).placed("", values["expect"].span))


def _known_keys(item: Mapping, keys: tuple[Key, ...], where: str, problems: list[Problem]) -> dict[str, Node]:
    names = [key.name for key in keys]
    values = {k.text: v for k, v in item.pairs}
    unknown = (key for key, _ in item.pairs if key.text not in names)
    for key in islice(unknown, MAX_UNKNOWN_KEYS):
        found = problem("DV009", key=clip(key.text), where=where, repair=meant(clip(key.text), names))
        problems.append(found.placed("", key.span))
    for required in keys:
        if required.required and required.name not in values:
            missing = problem("DV014", where=where, key=required.name)
            problems.append(missing.placed("", item.pairs[0][0].span if item.pairs else _first_line(item.span)))
    return values


def _kind_of(node: Node) -> str:
    match node:
        case Sequence():
            return "a list"
        case Mapping():
            return "a mapping"
        case Scalar(text):
            return f"the text `{clip(text, 30)}`" if text else "nothing"


def _wrong_kind(key: str, required: str, node: Node, repair: str) -> Problem:
    found = problem("DV013", key=key, required=required, found=_kind_of(node), repair=repair)
    return found.placed("", _first_line(node.span))


def _scalar(node: Node, key: str, problems: list[Problem]) -> Scalar | None:
    """A text that is there and not too long, else None and a problem."""
    if not isinstance(node, Scalar):
        problems.append(_wrong_kind(key, "a text", node, "quote the whole text with single quotes"))
    elif not node.text.strip():
        problems.append(problem("DV024", key=key).placed("", node.span))
    elif len(node.text) > MAX_TEXT:
        too_long = problem("DV016", what=f"characters of `{key}`", found=len(node.text), limit=MAX_TEXT)
        problems.append(too_long.placed("", _first_line(node.span)))
    else:
        return node
    return None


def _text(values: dict[str, Node], key: str, problems: list[Problem]) -> str:
    found = _scalar(values[key], key, problems) if key in values else None
    return found.text if found else ""


def _formula(values: dict[str, Node], key: str, problems: list[Problem]) -> Scalar | None:
    found = _scalar(values[key], key, problems) if key in values else None
    if found:
        _check_comment(found, problems)
    return found


def _check_comment(formula: Scalar, problems: list[Problem]) -> None:
    comment = formula.comment
    if re.match(r"#[^\s#]", comment):
        at = formula.source.span(formula.end + 1, formula.end + 1 + len(comment))
        problems.append(problem("DV504", found=clip(comment, 30)).placed("", at))


def _choice(values: dict[str, Node], key: Key, problems: list[Problem]) -> str:
    found = _scalar(values[key.name], key.name, problems) if key.name in values else None
    if found is None or found.text in key.choices:
        return found.text if found else ""
    if key.name == "derive":
        problems.append(problem("DV015", found=clip(found.text)).placed("", found.span))
    else:
        required = " or ".join(f"`{choice}`" for choice in key.choices)
        wrong = problem("DV017", key=key.name, found=clip(found.text), required=required)
        problems.append(wrong.placed("", found.span))
    return ""


def _list(values: dict[str, Node], key: str, problems: list[Problem]) -> tuple[Scalar, ...]:
    """A list of texts; a single text stands for a list of one, an empty value for an empty list."""
    node = values.get(key)
    if node is None or (isinstance(node, Scalar) and not node.text and not node.style):
        return ()
    items = node.items if isinstance(node, Sequence) else (node,)
    if isinstance(node, Mapping):
        problems.append(_wrong_kind(key, "a list", node, "start each line with `- `"))
        return ()
    found = (_scalar(item, f"{key}[{number}]", problems) for number, item in enumerate(items, start=1))
    return tuple(scalar for scalar in found if scalar)


def _formulas(values: dict[str, Node], key: str, problems: list[Problem]) -> tuple[Scalar, ...]:
    found = _list(values, key, problems)
    for scalar in found:
        _check_comment(scalar, problems)
    return found


def _pairs(values: dict[str, Node], key: str, problems: list[Problem]) -> tuple[tuple[Scalar, Scalar], ...]:
    """A mapping of texts to texts; an empty value stands for an empty mapping."""
    node = values.get(key)
    if node is None or (isinstance(node, Scalar) and not node.text and not node.style):
        return ()
    if not isinstance(node, Mapping):
        problems.append(_wrong_kind(key, "a mapping", node, "write one `name: …` a line"))
        return ()
    found = ((name, _scalar(value, name.text, problems)) for name, value in node.pairs)
    kept = tuple((name, value) for name, value in found if value and _scalar(name, key, problems))
    for _, value in kept:
        _check_comment(value, problems)
    return kept


def _point(values: dict[str, Node], problems: list[Problem]) -> tuple[tuple[Scalar, Node], ...]:
    node = values.get("at")
    if node is None:
        return ()
    if not isinstance(node, Mapping):
        problems.append(_wrong_kind("at", "a mapping", node, "write `{o: [0, 1, 2]}`"))
        return ()
    return node.pairs


# --- places inside a scalar


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
    escape = _ESCAPE.match(raw, at) if style == '"' else None
    return len(escape[0]) if escape else 1
