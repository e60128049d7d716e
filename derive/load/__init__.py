"""Read a claim file: YAML text to entries, every text with its place in the file, every defect a located problem."""

from __future__ import annotations

import re
import sys
from functools import cache
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from derive.errors import Problem, Span, clip, problem
from derive.load.entries import (
    MAX_UNKNOWN_KEYS,
    Entry,
    LoadedFile,
    WrittenCase,
    WrittenStep,
    WrittenUse,
    claim_file,
)
from derive.load.keys import CASE_KEYS, CLAIM_KEYS, FILE_KEYS, ID, STEP_KEYS, Key
from derive.load.nodes import Mapping, Node, Scalar, Sequence, first_line, kind_of, source_of
from derive.nearby import nearby

__all__ = [
    "CASE_KEYS",
    "CLAIM_KEYS",
    "FILE_KEYS",
    "ID",
    "STEP_KEYS",
    "Entry",
    "Key",
    "LoadedFile",
    "Mapping",
    "Node",
    "Scalar",
    "Sequence",
    "WrittenCase",
    "WrittenStep",
    "WrittenUse",
    "load",
    "load_text",
]

MAX_BYTES = 4_000_000
MAX_LINES = 200_000
MAX_COMMAS = 400_000
MAX_CONTROL_CHARACTERS = 100
STDIN = "<stdin>"
"""The path that stands for standard input."""

_FORBIDDEN = re.compile(
    "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)


def load(path: Path) -> LoadedFile:
    """Read a claim file. Never fails: whatever is wrong with the file is among its problems."""
    name = str(path)
    if name == STDIN:
        return _decoded(_standard_input(), name)
    try:
        if path.exists() and not path.is_file():  # opening a pipe would wait for ever
            why = "it is a directory" if path.is_dir() else "it is not a regular file"
            return _unreadable(name, problem("DV002", path=name, why=why))
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return _unreadable(name, problem("DV001", help=nearby(name) or None, path=name), is_there=False)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        return _unreadable(name, problem("DV002", path=name, why=why.lower()))
    return _decoded(data, name)


@cache
def _standard_input() -> bytes:
    """All of it; two targets that name it have the same."""
    return sys.stdin.buffer.read(MAX_BYTES + 1) if sys.stdin else b""


def _decoded(data: bytes, name: str) -> LoadedFile:
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
    from derive.load.tree import compose  # YAML takes its time, and who only names the nodes needs none

    root = compose(text, problems)
    is_foreign = root is not None and _is_foreign(root)
    file = claim_file(root, path, problems) if isinstance(root, Mapping) and not is_foreign else LoadedFile(path)
    if root is None and not problems:
        problems.append(problem("DV505").placed(path, Span(1, 1, 1, 1)))
    elif root is not None and is_foreign:
        problems.append(problem("DV023", found=_other(root)).placed(path, first_line(root.span)))
    placed = sorted((p.placed(path, None) for p in problems), key=_place)
    return replace(file, problems=tuple(placed), lines=lines)


def _is_foreign(root: Node) -> bool:
    """Whether it was never meant to be a claim file: of the keys that one has, none is there, not even misspelt."""
    if not isinstance(root, Mapping):
        return True
    names = [key.name for key in FILE_KEYS]
    keys = [key.text for key, _ in root.pairs[:MAX_UNKNOWN_KEYS]]
    if any(key in names for key in keys):
        return False
    from difflib import get_close_matches  # of no use where nothing is misspelt

    return bool(keys) and not any(get_close_matches(key[:100], names, cutoff=0.6) for key in keys)


def _other(root: Node) -> str:
    return f"only other keys, first `{clip(root.pairs[0][0].text)}`" if isinstance(root, Mapping) else kind_of(root)


def _unreadable(path: str, found: Problem, lines: tuple[str, ...] = (), is_there: bool = True) -> LoadedFile:
    span = Span(1, 1, 1, 1) if is_there else None
    return LoadedFile(path, problems=(found.placed(path, span),), lines=lines)


def _not_utf8(path: str, data: bytes, offset: int) -> LoadedFile:
    before = data[:offset].decode("utf-8")
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    found = problem("DV004", byte=f"{data[offset]:02x}").placed(path, Span(line, column, line, column + 1))
    return _unreadable(path, found, tuple(data.decode("utf-8", "replace").split("\n")))


def _place(found: Problem) -> tuple[int, int, str]:
    span = found.span or Span(1, 1, 1, 1)
    return span.line, span.column, found.code


def _without_forbidden(text: str, problems: list[Problem]) -> str:
    """Report every control character and put a space in its place, so that the rest of the file can be read."""
    found = list(islice(_FORBIDDEN.finditer(text), MAX_CONTROL_CHARACTERS + 1))
    if not found:
        return text
    source = source_of(text)
    problems += [
        problem("DV005", found=f"U+{ord(m[0]):04X}").placed("", source.span(m.start(), m.end())) for m in found
    ]
    return _FORBIDDEN.sub(" ", text)
