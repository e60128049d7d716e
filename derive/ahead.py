"""What is asked of many goals in their order, answered ahead by a second process."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader

from derive.claim import Goal
from derive.verdict import Counterexample, Support

Check = Callable[[Goal], Counterexample | Support]
FEWEST = 24  # goals that are worth a process


@contextmanager
def ahead(check: Check, goals: Sequence[Goal]) -> Iterator[Check]:
    """``check``, its answers computed ahead in another process if there is a processor for it.

    The goals are expected in their order, some may be passed over; once the other process has died or met a defect,
    every goal is checked here. The answers are the same with and without it.
    """
    if len(goals) < FEWEST or not _has_a_processor_to_spare():
        yield check
        return
    reading, writing = os.pipe()
    gc.freeze()  # the pages of what was read so far stay shared
    process = os.fork()
    if process == 0:
        os.close(reading)
        _answer(check, goals, writing)
    os.close(writing)
    try:
        with open(reading, "rb") as answers:
            yield _Answers(check, goals, answers).of
    finally:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
        gc.unfreeze()


def _has_a_processor_to_spare() -> bool:
    return sys.platform == "linux" and len(os.sched_getaffinity(0)) > 1


def _answer(check: Check, goals: Sequence[Goal], writing: int) -> None:
    """The whole life of the other process; on a defect it falls silent, and the first process meets it in its turn."""
    try:
        with open(writing, "wb") as answers:
            for goal in goals:
                pickle.dump(check(goal), answers, pickle.HIGHEST_PROTOCOL)
                answers.flush()
    finally:
        os._exit(0)


class _Answers:
    """Reads the answers as long as they come in the order of the questions."""

    def __init__(self, check: Check, goals: Sequence[Goal], answers: BufferedReader) -> None:
        self._check = check
        self._goals = iter(goals)
        self._answers = answers

    def of(self, goal: Goal) -> Counterexample | Support:
        try:
            for answered in self._goals:
                found: Counterexample | Support = pickle.load(self._answers)
                if answered is goal:
                    return found
        except (EOFError, pickle.UnpicklingError):
            self._goals = iter(())
        return self._check(goal)
