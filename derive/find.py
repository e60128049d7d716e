"""Which claim files a command is about: those named, those of the configuration, or ./derivations.yaml."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from msgspec import Struct

from derive.configure import Configuration
from derive.errors import Problem, problem
from derive.load import STDIN
from derive.nearby import nearby

DEFAULT = "derivations.yaml"


class Target(Struct, frozen=True):
    """A claim file to read, and the one claim of it that is meant, or None for all."""

    path: Path
    id: str | None = None


class Found(Struct, frozen=True):
    """The targets, each file once, and what was wrong with the request."""

    targets: tuple[Target, ...]
    problems: tuple[Problem, ...] = ()


def find(arguments: Sequence[str], configuration: Configuration) -> Found:
    """Resolve ``FILE``, ``DIRECTORY``, ``FILE::ID``, bare ``ID`` and ``-``; without arguments the default files.

    What is wrong with the configuration itself is told by its own problems.
    """
    if not arguments:
        return _defaults(configuration)
    targets: list[Target] = []
    problems: list[Problem] = []
    for argument in arguments:
        found = _by_id(argument, configuration) if _is_id(argument) else _named(argument, configuration)
        targets += found.targets
        problems += found.problems
    return Found(tuple(dict.fromkeys(targets)), tuple(dict.fromkeys(problems)))


def sources(arguments: Sequence[str], configuration: Configuration) -> tuple[str, ...]:
    """Every path on which it depends what is found: files and folders, there or not."""
    named = (argument.partition("::")[0] for argument in arguments)
    listed = (os.path.relpath(configuration.root / name) for name in configuration.files or ())
    return (DEFAULT, *named, *listed)


def _is_id(argument: str) -> bool:
    looks_like_a_path = re.search(r"[/*?]|\.ya?ml(:|$)|::", argument) or os.sep in argument or argument == "-"
    return not (looks_like_a_path or Path(argument).exists())


def _named(argument: str, configuration: Configuration) -> Found:
    path, _, id = argument.partition("::")
    if not path:
        return _by_id(id, configuration)
    return _targets([Path(STDIN if path == "-" else path)], configuration, id or None)


def _by_id(id: str, configuration: Configuration) -> Found:
    found = _defaults(configuration, id)
    if any(p.code == "DV026" for p in found.problems):
        return Found((), (problem("DV091", help=nearby(id) or None, name=id),))
    return found


def _targets(paths: Sequence[Path], configuration: Configuration, id: str | None) -> Found:
    files = {path: _files(path, configuration) for path in paths}
    empty = tuple(problem("DV506", path=str(path)).placed(str(path), None) for path in paths if not files[path])
    return Found(tuple(Target(file, id) for found in files.values() for file in found), empty)


def _files(path: Path, configuration: Configuration) -> list[Path]:
    if not path.is_dir():
        return [path]
    # Hidden folders hold environments and caches, not claims.
    below = (file for file in path.rglob("*.yaml") if not _is_hidden(file.relative_to(path)))
    return sorted(file for file in below if not _is_excluded(file, configuration))


def _is_excluded(file: Path, configuration: Configuration) -> bool:
    name = Path(os.path.relpath(file, configuration.root)).as_posix()
    return any(fnmatchcase(name, pattern) for pattern in configuration.exclude)


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _elsewhere() -> str | None:
    """The repair where the file that was perhaps meant is near: the only one here, or one of a folder above."""
    here = Path.cwd()
    only = sorted(here.glob("*.yaml"))
    above = (folder / DEFAULT for folder in here.parents if (folder / DEFAULT).is_file())
    path = only[0] if len(only) == 1 else next(above, None)
    return f"did you mean `derive check {os.path.relpath(path)}`?" if path else None


def _defaults(configuration: Configuration, id: str | None = None) -> Found:
    if configuration.problems:
        return Found(())
    names, root = configuration.files, configuration.root
    if names is None:
        if not Path(DEFAULT).exists():
            return Found((), (problem("DV026", help=_elsewhere(), path=f"./{DEFAULT}"),))
        return _targets([Path(DEFAULT)], configuration, id)
    return _targets([Path(os.path.relpath(root / name)) for name in names], configuration, id)
