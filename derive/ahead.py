"""Cross-checks by a second process, while the first one reads and proves."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader, FileIO

from derive.claim import Goal
from derive.verdict import Counterexample, Support

Check = Callable[[Goal], Counterexample | Support]


class Ahead:
    """Answers to what is asked of goals: made here, or by another process as far as that has come.

    Both give the same answers.
    """

    def __init__(self, check: Check, pipes: tuple[FileIO, BufferedReader] | None = None) -> None:
        self._check = check
        self._pipes = pipes
        self._asked: Iterator[Goal] = iter(())

    def ask(self, goals: Sequence[Goal]) -> None:
        """Announce goals that will be wanted in this order, though some of them perhaps not."""
        for _ in self._received():  # a full pipe would stop the other process
            continue
        if self._pipes is None:
            return
        rest = memoryview(pickle.dumps(goals, pickle.HIGHEST_PROTOCOL))
        try:
            while rest:
                rest = rest[self._pipes[0].write(rest) :]
        except BrokenPipeError:
            self._pipes = None
            return
        self._asked = iter(goals)

    def answer(self, goal: Goal) -> Counterexample | Support:
        """The answer for a goal; made here if it was not announced, or if the other process has died."""
        found = next((found for asked, found in self._received() if asked is goal), None)
        return found or self._check(goal)

    def _received(self) -> Iterator[tuple[Goal, Counterexample | Support]]:
        """What has been asked and not yet been looked at, with the answers as they come."""
        if self._pipes is None:
            return
        try:
            for asked in self._asked:
                yield asked, pickle.load(self._pipes[1])
        except (EOFError, pickle.UnpicklingError):
            self._pipes = None


@contextmanager
def ahead(check: Check) -> Iterator[Ahead]:
    """Answers of ``check``, by a second process if there is a processor for it."""
    if not _has_a_processor_to_spare():
        yield Ahead(check)
        return
    (asked, asking), (answered, answering) = os.pipe(), os.pipe()
    process = os.fork()
    if process == 0:
        os.close(asking)
        os.close(answered)
        _serve(check, asked, answering)
    os.close(asked)
    os.close(answering)
    try:
        with FileIO(asking, "w") as questions, open(answered, "rb") as answers:
            yield Ahead(check, (questions, answers))
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def _has_a_processor_to_spare() -> bool:
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _serve(check: Check, asked: int, answering: int) -> None:
    """The whole life of the other process; on a defect it falls silent, and the first process meets it in its turn."""
    try:
        import derive.refute  # noqa: F401  (takes as long as reading a file does)

        with open(asked, "rb") as questions, open(answering, "wb") as answers:
            while True:
                for goal in pickle.load(questions):
                    pickle.dump(check(goal), answers, pickle.HIGHEST_PROTOCOL)
                    answers.flush()
    finally:
        os._exit(0)
