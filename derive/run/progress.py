"""How far a run is, on a terminal and only there, while it lasts."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

Watch = Callable[[int, int, str], object]
"""Is told how many claims are done, of how many, or of 0 while they are still read; and the id of the next one."""
PATIENCE = 0.5
"""Seconds after which it is time to say something, and between two changes of what is said."""


@contextmanager
def progress(stream: TextIO | None, environment: Mapping[str, str]) -> Iterator[Watch | None]:
    """A line that is written over and over and is gone at the end; nothing where no person looks.

    A timer writes it, so that it is there as well when the very first claim takes long.
    """
    is_seen = stream and stream.isatty() and environment.get("TERM") != "dumb" and not environment.get("CI")
    if not stream or not is_seen or not hasattr(signal, "setitimer"):
        yield None
        return
    line = _Line(stream)
    before = signal.signal(signal.SIGALRM, lambda *_: line.show())
    signal.setitimer(signal.ITIMER_REAL, PATIENCE, PATIENCE)
    try:
        yield line.tell
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        line.clear()


class _Line:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._state = (0, 0, "")
        self._shown = ""

    def tell(self, done: int, total: int, id: str) -> None:
        """Where the run is; the next tick shows it."""
        self._state = done, total, id

    def show(self) -> None:
        done, total, id = self._state
        text = f"{done} of {total} claims, at {id}" if total else f"reading, {done} claims so far"
        if text != self._shown:
            self._write(f"\r\x1b[K{text[: _columns(self._stream) - 1]}")
            self._shown = text

    def clear(self) -> None:
        if self._shown:
            self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # the terminal is gone; the run is not
            return


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
