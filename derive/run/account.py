"""What a run read, knew and decided, for whoever wonders (``--verbose``)."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator

from derive import __version__
from derive.configure import Configuration
from derive.find import Found
from derive.outcome import Results
from derive.run.cache import Cache


def account(
    configuration: Configuration, found: Found, store: Cache | None, results: Results, known: int, seconds: float
) -> Iterator[str]:
    """The program, what it was told by, where verdicts are kept, the files, and how much had to be decided.

    ``known`` counts the lines that were known from earlier runs, ``seconds`` is the time that the run took.
    """
    yield f"derive {__version__}, Python {sys.version.split()[0]}, {sys.executable}"
    path = configuration.root / "pyproject.toml"
    yield f"configuration: {os.path.relpath(path) if path.is_file() else 'none, no pyproject.toml here or above'}"
    yield f"cache: {store.folder if store else 'none'}"
    yield f"files: {_listed(str(target.path) for target in found.targets)}"
    lines = sum(len(o.verdicts) + bool(o.correction) + bool(o.ends) + len(o.without) for o in results.outcomes)
    decided = max(0, lines - known)
    yield f"claims: {len(results.outcomes)}; lines: {lines}, {known} known, {decided} decided; {seconds:.1f} s"


def _listed(names: Iterable[str]) -> str:
    found = list(dict.fromkeys(names))
    more = len(found) - MOST
    return ", ".join(found[:MOST]) + (f" and {more} more" if more > 0 else "") if found else "none"


MOST = 20
