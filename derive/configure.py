"""The configuration: the table [tool.derive] of the nearest pyproject.toml."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from msgspec import Struct

from derive.errors import Problem, Span, clip, meant, problem
from derive.output import outputs


class Option(Struct, frozen=True):
    """One key of [tool.derive]: its kind of value, how it is written, what it means."""

    name: str
    kind: Literal["texts", "switch"]
    example: str
    doc: str


OPTIONS: tuple[Option, ...] = (
    Option("files", "texts", '["derivations.yaml", "notes"]', "The claim files and folders to check by default."),
    Option("exclude", "texts", '["notes/drafts/*"]', "Files that a folder does not stand for; `*` matches `/` too."),
    Option("format", "texts", '["full", "sarif=out.sarif"]', "The reports of `derive check`, as for `--format`."),
    Option("strict", "switch", "true", "Sides that are not defined at the same points are a finding."),
    Option("allow-empty", "switch", "true", "Checking nothing at all is not a failure."),
)


class Configuration(Struct, frozen=True):
    """What [tool.derive] says, relative to ``root``; ``files`` is None where it says nothing of them."""

    root: Path
    files: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()
    format: tuple[str, ...] = ()
    strict: bool = False
    allow_empty: bool = False
    problems: tuple[Problem, ...] = ()


def configure() -> Configuration:
    """The configuration in force here; never fails: what is wrong with it is among its problems."""
    here = Path.cwd()
    root = next((f for f in (here, *here.parents) if (f / "pyproject.toml").is_file()), None)
    if root is None:
        return Configuration(here)
    shown = os.path.relpath(root / "pyproject.toml")
    try:
        text = (root / "pyproject.toml").read_text(encoding="utf-8")
        tool = tomllib.loads(text).get("tool", {})
    except (OSError, ValueError, RecursionError) as error:
        found = problem("DV027", found=clip(str(error), 100), repair="repair the file")
        return Configuration(root, problems=(found.placed(shown, _of_error(str(error))),))
    table = tool.get("derive", {}) if isinstance(tool, dict) else {}
    problems = tuple(found.placed(shown, _header(text)) for found in _wrong(table, text))
    return Configuration(root, problems=problems) if problems else _made(root, table)


def _made(root: Path, table: dict[str, list[str] | bool]) -> Configuration:
    texts = {name: tuple(value) for name, value in table.items() if isinstance(value, list)}
    return Configuration(
        root,
        texts.get("files"),
        texts.get("exclude", ()),
        texts.get("format", ()),
        table.get("strict") is True,
        table.get("allow-empty") is True,
    )


def _wrong(table: object, text: str) -> Iterator[Problem]:
    if not isinstance(table, dict):
        yield problem("DV027", found="not a table", repair="write `[tool.derive]` and its keys below it")
        return
    known = {option.name: option for option in OPTIONS}
    for key, value in table.items():
        found = _of_value(known[key], value) if key in known else _unknown(key, list(known))
        if found:
            yield found.placed("", _key(text, key))


def _unknown(key: str, known: list[str]) -> Problem:
    return problem("DV027", found=f"unknown key `{clip(key)}`", repair=meant(clip(key), known))


def _of_value(option: Option, value: object) -> Problem | None:
    repair = f"write `{option.name} = {option.example}`"
    if option.kind == "switch":
        is_switch = isinstance(value, bool)
        return None if is_switch else problem("DV027", found=f"`{option.name}` is not true or false", repair=repair)
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        return problem("DV027", found=f"`{option.name}` is not a list of texts", repair=repair)
    if option.name == "format":
        try:
            outputs(value)
        except ValueError as error:
            return problem("DV027", found=f"`format`: {error}", repair=repair)
    return None


def _of_error(text: str) -> Span | None:
    """Where Python's reader of TOML says that the error is."""
    place = re.search(r"\(at line (\d+), column (\d+)\)", text)
    return Span(int(place[1]), int(place[2]), int(place[1]), int(place[2]) + 1) if place else None


def _header(text: str) -> Span | None:
    return _place(text, r"^[ \t]*(\[[ \t]*tool\b[^\n]*)")


def _key(text: str, key: str) -> Span | None:
    """Where a key of the table stands, if it is written in the usual way."""
    start = re.search(r"^[ \t]*\[[ \t]*tool[ \t]*\.[ \t]*derive[ \t]*\]", text, re.MULTILINE)
    return _place(text, rf"^[ \t]*(['\"]?{re.escape(key)}['\"]?)[ \t]*=", start.end()) if start else None


def _place(text: str, pattern: str, start: int = 0) -> Span | None:
    found = re.compile(pattern, re.MULTILINE).search(text, start)
    if found is None:
        return None
    line, column = text.count("\n", 0, found.start(1)) + 1, found.start(1) - text.rfind("\n", 0, found.start(1))
    return Span(line, column, line, column + len(found[1].rstrip()))
