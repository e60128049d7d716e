"""A run that was made before, told again: nothing that it read has changed since, nor the program."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping

from derive.output.emit import Piece
from derive.run.cache import FOLDER, Cache
from derive.run.digest import blake2b
from derive.run.versions import stamp, versions

ENVIRONMENT = (
    *("NO_COLOR", "FORCE_COLOR", "TERM", "COLUMNS", "LC_ALL", "PYTHONUTF8", "PYTHONIOENCODING", "PYTHONPATH"),
    *("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"),
)
"""Variables on which a report may depend."""
MOST_RUNS = 64
MOST_BYTES = 8_000_000


class Replay:
    """The place of one run among those that are kept: it is known by its request and by what it reads."""

    def __init__(self, cache: Cache, root: str, parameters: Mapping[str, object]) -> None:
        self._cache = cache
        self._state = os.path.join(root, FOLDER, "last_failed.json")
        self._name = f"run-{cache.digest(repr(_request(root, parameters)))}"
        self._before: dict[str, str] = {}
        self.look([os.path.join(root, "pyproject.toml")])

    def find(self) -> tuple[list[Piece], int] | None:
        """What the run printed and wrote, and its exit code; None where it has to be made."""
        content = self._cache.sealed(self._name)
        if content is None:
            return None
        try:
            found = json.loads(content)
            if all(_fingerprint(path) == known for path, known in found["inputs"].items()):
                return [(path, mode, text) for path, mode, text in found["pieces"]], found["code"]
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        return None

    def look(self, paths: Iterable[str]) -> None:
        """Note what is going to be read."""
        self._before |= {path: _fingerprint(path) for path in paths}

    def keep(self, pieces: list[Piece], code: int) -> None:
        """Keep the run, unless something has changed while it was made."""
        if any(_fingerprint(path) != known for path, known in self._before.items()):
            return
        inputs = {**self._before, self._state: _fingerprint(self._state)}
        content = json.dumps({"inputs": inputs, "pieces": pieces, "code": code})
        self._cache.seal(self._name, content.encode())
        self._forget()

    def _forget(self) -> None:
        """Only so many runs are kept; the oldest go."""
        try:
            runs = [os.path.join(self._cache.folder, n) for n in os.listdir(self._cache.folder) if n.startswith("run-")]
            for path in sorted(runs, key=os.path.getmtime)[:-MOST_RUNS]:
                os.unlink(path)
        except OSError:
            return


def replay(cache: Cache, root: str, parameters: Mapping[str, object]) -> Replay | None:
    """The place of a run with these parameters; None where the program cannot tell its own version."""
    try:
        return Replay(cache, root, parameters)
    except OSError:
        return None


def _request(root: str, parameters: Mapping[str, object]) -> tuple[object, ...]:
    """Whatever a report depends on beside the content of files."""
    output = sys.stdout.isatty(), sys.stdout.encoding, _columns()
    variables = [os.environ.get(name) for name in ENVIRONMENT]
    return versions(stamp), root, os.getcwd(), sorted(parameters.items()), output, variables


def _columns() -> int:
    """The width of the terminal, as far as the variable COLUMNS does not tell it."""
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns if sys.__stdout__ else 0
    except (OSError, ValueError):
        return 0


def _fingerprint(path: str) -> str:
    """What a file holds, which claim files a folder holds, or that there is neither."""
    if os.path.isdir(path):
        return _digest("\0".join(_below(path)).encode("utf-8", "surrogateescape"))
    try:
        if not os.path.isfile(path):
            return ""
        with open(path, "rb") as file:
            return _digest(file.read(MOST_BYTES))
    except OSError:
        return ""


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _below(folder: str) -> Iterator[str]:
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (os.path.join(place, name) for name in sorted(files) if name.endswith(".yaml"))
