"""Nodes -> entries: keys and kinds of values checked, nothing parsed."""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections.abc import Iterator
from itertools import islice
from typing import Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from derive.claim import Expectation
from derive.errors import Problem, Span, clip, meant, problem
from derive.load.keys import CASE_KEYS, CLAIM_KEYS, ELSEWHERE, FILE_KEYS, ID, MAPPINGS, STEP_KEYS, Key
from derive.load.nodes import Mapping, Node, Scalar, Sequence, first_line, kind_of

MAX_CLAIMS = 20_000
MAX_UNKNOWN_KEYS = 50  # of one mapping; the others are not listed
MAX_TEXT = 20_000

SIDES: dict[str, Literal["left", "right"]] = {"left": "left", "right": "right"}
_ID = re.compile(ID)


class WrittenUse(Struct, frozen=True):
    """A claim that another one rests on, by its id, and what its variables stand for there."""

    id: Scalar
    images: tuple[tuple[Scalar, Scalar], ...] = ()


class WrittenStep(Struct, frozen=True):
    """One line of a derivation, the reason that its author gives, and the claims that it rests on."""

    to: Scalar
    by: Scalar | None = None
    using: tuple[WrittenUse, ...] = ()

    @property
    def text(self) -> str:
        """The line itself."""
        return self.to.text


class WrittenCase(Struct, frozen=True):
    """A derivation under assumptions of its own."""

    when: tuple[Scalar, ...]
    steps: tuple[WrittenStep, ...]
    span: Span


class Entry(Struct, frozen=True):
    """One claim as it stands in the file: texts with their places, nothing parsed."""

    id: str
    span: Span
    head: Span
    title: str = ""
    claim: Scalar | None = None
    steps: tuple[WrittenStep, ...] = ()
    cases: tuple[WrittenCase, ...] = ()
    expect: Expectation = "proved"
    because: str = ""
    correction: Scalar | None = None
    source: str = ""
    tags: tuple[str, ...] = ()
    stable: Literal["left", "right"] | None = None
    variables: tuple[tuple[Scalar, Scalar], ...] = ()
    define: tuple[tuple[Scalar, Scalar], ...] = ()
    assume: tuple[Scalar, ...] = ()
    using: tuple[WrittenUse, ...] = ()
    at: tuple[tuple[Scalar, Node], ...] = ()
    value: Scalar | None = None
    prints: Node | None = None


class LoadedFile(Struct, frozen=True):
    """A claim file after reading: what it shares, its readable entries, and every problem that was found."""

    path: str
    title: str = ""
    variables: tuple[tuple[Scalar, Scalar], ...] = ()
    define: tuple[tuple[Scalar, Scalar], ...] = ()
    assume: tuple[Scalar, ...] = ()
    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()
    lines: tuple[str, ...] = ()
    largest_step: int | None = None


def claim_file(root: Mapping, path: str, problems: list[Problem]) -> LoadedFile:
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
        largest_step=_number(values, "largest-step", shared),
    )
    entries = _entries(values["claims"], inside, shared) if "claims" in values else ()
    problems[:] = [*shared, *inside]
    return file if any(not p.is_lint for p in shared) else replace(file, entries=entries)


def _claims_place(root: Mapping) -> tuple[Span, int]:
    """Where the key ``claims`` stands, and the line of the key after it."""
    head = next((key.span for key, _ in root.pairs if key.text == "claims"), Span(0, 0, 0, 0))
    after = (key.span.line for key, _ in root.pairs if key.span.line > head.line > 0)
    return head, min(after, default=sys.maxsize if head.line else 0)


def _entries(claims: Node, inside: list[Problem], shared: list[Problem]) -> tuple[Entry, ...]:
    """The entries without a problem of their own; those of a claim are added to ``inside``, others to ``shared``."""
    is_empty = isinstance(claims, Scalar) and not claims.text and not claims.style
    if not isinstance(claims, Sequence) and not is_empty:
        shared.append(_wrong_kind("claims", "a list", claims, "start each claim with `- id: …`"))
        return ()
    items = claims.items if isinstance(claims, Sequence) else ()
    if not items and not inside:
        shared.append(problem("DV505").placed("", first_line(claims.span)))
    if len(items) > MAX_CLAIMS:
        excess = problem("DV016", what="number of claims", found=len(items), limit=MAX_CLAIMS)
        shared.append(excess.placed("", first_line(claims.span)))
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
    return item.pairs[0][0].span if isinstance(item, Mapping) and item.pairs else first_line(item.span)


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
        steps=_steps(values, problems),
        cases=_cases(values, problems),
        expect=_expectation(_choice(values, keys["expect"], problems)),
        because=_text(values, "because", problems),
        correction=_formula(values, "correction", problems),
        source=_text(values, "source", problems),
        tags=tuple(s.text for s in _list(values, "tags", problems)),
        stable=SIDES.get(_choice(values, keys["stable"], problems)),
        variables=_pairs(values, "variables", problems),
        define=_pairs(values, "define", problems),
        assume=_formulas(values, "assume", problems),
        using=_uses(values, problems),
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
            problems.append(alone.placed("", first_line(values[key].span)))
    for key, is_there in (("steps", bool(entry.steps)), ("cases", bool(entry.cases))):
        if key in values and not is_there and all(p.is_lint for p in problems):
            problems.append(problem("DV024", key=key).placed("", first_line(values[key].span)))
    stated = [key for key in ("claim", "steps", "cases", "value") if key in values]
    if len(stated) != 1:
        problems.append(problem("DV021", found=" and ".join(f"`{key}`" for key in stated) or "none of them"))
    if entry.expect != "proved" and "because" not in values:
        problems.append(problem("DV020", found=entry.expect).placed("", values["expect"].span))


def _known_keys(item: Mapping, keys: tuple[Key, ...], where: str, problems: list[Problem]) -> dict[str, Node]:
    names = [key.name for key in keys]
    values = {k.text: v for k, v in item.pairs}
    unknown = ((key, value) for key, value in item.pairs if key.text not in names)
    for key, value in islice(unknown, MAX_UNKNOWN_KEYS):
        word = key.text.lower()
        called = _called(word, value, keys, values)
        repair = meant(clip(key.text), names, {word: called} if called else {})
        problems.append(problem("DV009", key=clip(key.text), where=where, repair=repair).placed("", key.span))
    for required in keys:
        if required.required and required.name not in values:
            missing = problem("DV014", where=where, key=required.name)
            problems.append(missing.placed("", item.pairs[0][0].span if item.pairs else first_line(item.span)))
    return values


def _called(word: str, value: Node, keys: tuple[Key, ...], there: dict[str, Node]) -> str | None:
    """What a word of elsewhere is called here: a key that is not there yet and takes such a value, before any other."""
    found = [key for name in ELSEWHERE.get(word, ()) for key in keys if key.name == name]
    free = [k for k in found if k.name not in there and (k.kind in MAPPINGS) == isinstance(value, Mapping)]
    return next((key.name for key in free or found), None)


def _wrong_kind(key: str, required: str, node: Node, repair: str) -> Problem:
    found = problem("DV013", key=key, required=required, found=kind_of(node), repair=repair)
    return found.placed("", first_line(node.span))


def _scalar(node: Node, key: str, problems: list[Problem]) -> Scalar | None:
    """A text that is there and not too long, else None and a problem."""
    if not isinstance(node, Scalar):
        problems.append(_wrong_kind(key, "a text", node, "quote the whole text with single quotes"))
    elif not node.text.strip():
        problems.append(problem("DV024", key=key).placed("", node.span))
    elif len(node.text) > MAX_TEXT:
        too_long = problem("DV016", what=f"characters of `{key}`", found=len(node.text), limit=MAX_TEXT)
        problems.append(too_long.placed("", first_line(node.span)))
    else:
        return node
    return None


def _text(values: dict[str, Node], key: str, problems: list[Problem]) -> str:
    found = _scalar(values[key], key, problems) if key in values else None
    return found.text if found else ""


def _number(values: dict[str, Node], key: str, problems: list[Problem]) -> int | None:
    found = _scalar(values[key], key, problems) if key in values else None
    if found and not re.fullmatch("[1-9][0-9]{0,3}", found.text):
        problems.append(_wrong_kind(key, "a whole number", found, "write a number from 1 to 9999"))
        return None
    return int(found.text) if found else None


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


def _steps(values: dict[str, Node], problems: list[Problem]) -> tuple[WrittenStep, ...]:
    """The lines of a derivation: texts, or mappings with a text and its reason."""
    node = values.get("steps")
    if not isinstance(node, Sequence):
        return tuple(map(WrittenStep, _formulas(values, "steps", problems)))
    found = (_step(item, f"steps[{number}]", problems) for number, item in enumerate(node.items, start=1))
    return tuple(step for step in found if step)


def _step(node: Node, key: str, problems: list[Problem]) -> WrittenStep | None:
    if not isinstance(node, Mapping):
        line = _formula({key: node}, key, problems)
        return WrittenStep(line) if line else None
    values = _known_keys(node, STEP_KEYS, "the step", problems)
    line = _formula(values, "to", problems)
    by, using = _formula(values, "by", problems), _uses(values, problems)
    return WrittenStep(line, by, using) if line else None


def _uses(values: dict[str, Node], problems: list[Problem]) -> tuple[WrittenUse, ...]:
    """Ids of claims, each alone or with what its variables stand for."""
    node = values.get("using")
    if node is None:
        return ()
    items = node.items if isinstance(node, Sequence) else (node,)
    return tuple(use for item in items for use in _use(item, problems))


def _use(node: Node, problems: list[Problem]) -> Iterator[WrittenUse]:
    if not isinstance(node, Mapping):
        id = _scalar(node, "using", problems)
        yield from (WrittenUse(id),) if id else ()
        return
    for key, value in node.pairs:
        yield WrittenUse(key, _pairs({key.text: value}, key.text, problems))


def _cases(values: dict[str, Node], problems: list[Problem]) -> tuple[WrittenCase, ...]:
    node = values.get("cases")
    if node is None:
        return ()
    if not isinstance(node, Sequence):
        problems.append(_wrong_kind("cases", "a list", node, "start each case with `- when: …`"))
        return ()
    return tuple(found for item in node.items if (found := _case(item, problems)))


def _case(node: Node, problems: list[Problem]) -> WrittenCase | None:
    if not isinstance(node, Mapping):
        problems.append(_wrong_kind("a case", "a mapping", node, "write `- when: …` and `steps:` below it"))
        return None
    values = _known_keys(node, CASE_KEYS, "the case", problems)
    return WrittenCase(_formulas(values, "when", problems), _steps(values, problems), first_line(node.span))


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
