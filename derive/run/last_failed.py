"""Which claims were not as expected in the last run, kept beside the configuration for ``--last-failed``."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from derive.claim import Claim
from derive.outcome import Results
from derive.select import Predicate

Place = tuple[str, str]
"""A file, relative to the root, and an id; no id for the whole file."""

FOLDER = ".derive_cache"
NAME = "last_failed.json"


def recall(root: Path) -> Predicate | None:
    """The test of a claim for being among those that failed last time, or None when none is known to."""
    failed = _read(root)
    if not failed:
        return None

    def is_among(claim: Claim) -> bool:
        file = _place(root, claim.path)
        return (file, claim.id) in failed or (file, "") in failed

    return is_among


def remember(root: Path, results: Results, is_whole: bool) -> None:
    """Keep what failed: now, or earlier and was not checked again. Where nothing can be written, nothing is kept.

    ``is_whole`` tells that no claim that failed before was left out: what did not fail now is well or gone.
    """
    before, checked, failed = _read(root), set(_checked(root, results)), set(_failed(root, results))
    files = {_place(root, file.path) for file in results.files}
    left = {(file, id) for file, id in before - checked if (root / file).exists() and not (is_whole and file in files)}
    now = sorted(failed | left)
    if set(now) != before:
        _write(root / FOLDER, json.dumps({"version": 1, "failed": now}, indent=2) + "\n")


def _checked(root: Path, results: Results) -> Iterator[Place]:
    yield from ((_place(root, file.path), "") for file in results.files)
    yield from ((_place(root, o.claim.path), o.claim.id) for o in results.outcomes)
    yield from ((_place(root, p.path), p.claim_id) for p in results.problems if p.claim_id)


def _failed(root: Path, results: Results) -> Iterator[Place]:
    yield from ((_place(root, o.claim.path), o.claim.id) for o in results.outcomes if not o.as_expected)
    yield from ((_place(root, p.path), p.claim_id or "") for p in results.errors() if p.path)


def _place(root: Path, path: str) -> str:
    return Path(os.path.relpath(path, root)).as_posix()


def _read(root: Path) -> set[Place]:
    """What is kept; whatever else the file holds was not written here, and counts for nothing."""
    try:
        found = json.loads((root / FOLDER / NAME).read_text(encoding="utf-8"))
        return {(str(file), str(id)) for file, id in found["failed"]}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return set()


def _write(folder: Path, text: str) -> None:
    """Into a new file that takes the place of the old one, so that a run beside this one never reads half of it."""
    new = folder / f"{NAME}.{os.getpid()}"
    try:
        folder.mkdir(exist_ok=True)
        for name, content in MARKS.items():
            if not (folder / name).exists():
                (folder / name).write_text(content, encoding="utf-8")
        new.write_text(text, encoding="utf-8", newline="\n")
        new.replace(folder / NAME)
    except OSError:
        return


MARKS = {
    ".gitignore": "*\n",
    "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n# Made by derive; it may be deleted at any time.\n",
}
"""So that neither version control nor backups keep the folder."""
