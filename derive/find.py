"""Which claim files a command is about: those named, those of the configuration, or ./derivations.yaml."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from derive.errors import Problem, meant, problem

DEFAULT = "derivations.yaml"
KEYS = ("files",)


@dataclass(frozen=True, slots=True)
class Target:
    """A claim file to read, and the one claim of it that is meant, or None for all."""

    path: Path
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The targets, each file once, and what was wrong with the request or the configuration."""

    targets: tuple[Target, ...]
    problems: tuple[Problem, ...] = ()


def find(arguments: Sequence[str]) -> Found:
    """Resolve ``FILE``, ``DIRECTORY``, ``FILE::ID`` and bare ``ID``; without arguments the default files."""
    if not arguments:
        return _defaults()
    targets: list[Target] = []
    problems: list[Problem] = []
    for argument in arguments:
        found = _defaults(argument) if _is_id(argument) else _named(argument)
        targets += found.targets
        problems += found.problems
    return Found(tuple(dict.fromkeys(targets)), tuple(dict.fromkeys(problems)))


def _is_id(argument: str) -> bool:
    looks_like_a_path = "/" in argument or os.sep in argument or argument.endswith((".yaml", ".yml"))
    return not (looks_like_a_path or "::" in argument or Path(argument).exists())


def _named(argument: str) -> Found:
    path, _, id = argument.partition("::")
    return _targets([Path(path)], id or None)


def _targets(paths: Sequence[Path], id: str | None) -> Found:
    files = {path: _files(path) for path in paths}
    empty = tuple(problem("DV506", path=str(path)).placed(str(path), None) for path in paths if not files[path])
    return Found(tuple(Target(file, id) for found in files.values() for file in found), empty)


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    # Hidden folders hold environments and caches, not claims.
    below = (file for file in path.rglob("*.yaml") if not _is_hidden(file.relative_to(path)))
    return sorted(below)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _defaults(id: str | None = None) -> Found:
    here = Path.cwd()
    folder = next((f for f in (here, *here.parents) if (f / "pyproject.toml").is_file()), None)
    names, problems = _configured(folder / "pyproject.toml") if folder else (None, ())
    if problems:
        return Found((), problems)
    if folder and names is not None:
        paths = [Path(os.path.relpath(folder / name)) for name in names]
    else:
        paths = [Path(DEFAULT)]
        if not paths[0].exists():
            return Found((), (problem("DV026", path=f"./{DEFAULT}"),))
    return _targets(paths, id)


def _configured(path: Path) -> tuple[list[str] | None, tuple[Problem, ...]]:
    """``files`` of ``[tool.derive]``, or None where it is not given."""
    shown = os.path.relpath(path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8")).get("tool", {}).get("derive", {})
    except (OSError, ValueError) as error:
        return None, (problem("DV027", found=str(error), repair="repair the file").placed(shown, None),)
    problems = tuple(found.placed(shown, None) for found in _wrong(table))
    return (None, problems) if problems else (table.get("files"), ())


def _wrong(table: object) -> Iterator[Problem]:
    if not isinstance(table, dict):
        yield problem("DV027", found="not a table", repair="write `[tool.derive]` and its keys below it")
        return
    for key in table:
        if key not in KEYS:
            yield problem("DV027", found=f"unknown key `{key}`", repair=meant(key, KEYS))
    files = table.get("files", [])
    if not isinstance(files, list) or not all(isinstance(name, str) for name in files):
        yield problem("DV027", found="`files` is not a list of texts", repair=f'write `files = ["{DEFAULT}"]`')
