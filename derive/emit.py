"""Texts to where they go: standard output and files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator

Piece = tuple[str | None, str, str]
"""The file, or None for standard output; the mode in which it is opened; the text."""


def emit(pieces: Iterable[Piece]) -> list[OSError]:
    """Write every text, and give the errors of those that could not be written."""
    return [error for path, mode, text in pieces for error in _emitted(path, mode, text)]


def _emitted(path: str | None, mode: str, text: str) -> Iterator[OSError]:
    if path is None:
        _printed(text)
        return
    try:
        with open(path, mode, encoding="utf-8", errors="backslashreplace", newline="\n") as file:
            file.write(text)
    except OSError as error:
        error.filename = path
        yield error


def _printed(text: str) -> None:
    """Print the text as it is; a reader that has gone away, such as ``head``, does not change the outcome."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
