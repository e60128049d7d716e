"""Texts to where they go: standard output and files."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

Piece = tuple[str | None, str, str]
"""The file, or None for standard output; the mode in which it is opened; the text."""


def emit(pieces: Iterable[Piece]) -> list[OSError]:
    """Write every text, and give the errors of those that could not be written, each with the name of its place."""
    failures = []
    for path, mode, text in pieces:
        try:
            if path is None:
                _print(text)
            else:
                with open(path, mode, encoding="utf-8", errors="backslashreplace", newline="\n") as file:
                    file.write(text)
        except OSError as error:
            error.filename = path or "standard output"
            failures.append(error)
    return failures


def _print(text: str) -> None:
    """Print the text as it is; a reader that has gone away, such as ``head``, does not change the outcome."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        # Python flushes once more when it ends, and would fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            raise
