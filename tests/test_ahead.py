"""Answers made ahead by a second process are those of the first, whatever happens to the second."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from goals import goal

from derive import ahead as module
from derive.ahead import ahead
from derive.claim import Goal
from derive.verdict import Counterexample, Support

GOALS = [goal("x: real", f"x + {k} == x") for k in range(30)]
HERE = os.getpid()


def answer(asked: Goal) -> Support:
    return Support(points=GOALS.index(asked), notes=("here",) if os.getpid() == HERE else ())


def failing(asked: Goal) -> Support:
    """The other process meets a defect in the midst of its work."""
    if os.getpid() != HERE and asked == GOALS[5]:
        raise ZeroDivisionError
    return answer(asked)


def dying(asked: Goal) -> Support:
    if os.getpid() != HERE and asked == GOALS[5]:
        os._exit(1)
    return answer(asked)


@pytest.fixture(autouse=True)
def with_a_processor_to_spare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_has_a_processor_to_spare", lambda: hasattr(os, "fork"))


def asked(check: Callable[[Goal], Counterexample | Support], batches: list[list[int]]) -> list[tuple[int, bool]]:
    """What is answered to the goals of these numbers, and which answers were made in this process.

    Each batch is announced, every goal between its first and its last one included.
    """
    found = []
    with ahead(check) as answers:
        for batch in batches:
            answers.ask(GOALS[min(batch) : max(batch) + 1])
            for number in batch:
                support = answers.answer(GOALS[number])
                assert isinstance(support, Support)
                found.append((support.points, bool(support.notes)))
    return found


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no second process")
@pytest.mark.parametrize(
    ("check", "batches", "here"),
    [
        (answer, [list(range(30))], []),
        (answer, [[0, 3, 4, 9, 20]], []),  # a defect at a claim passes over its other goals
        (answer, [[0, 4], [7, 9, 11], [12]], []),  # file after file
        (answer, [[8, 2, 9]], [2, 9]),  # out of order
        (failing, [[2, 4, 5, 6], [7, 8]], [5, 6, 7, 8]),
        (dying, [[2, 4, 5, 6], [7, 8]], [5, 6, 7, 8]),
        (answer, [], []),  # a run that is stopped at once
    ],
)
def test_every_goal_gets_its_own_answer(
    check: Callable[[Goal], Counterexample | Support], batches: list[list[int]], here: list[int]
) -> None:
    assert asked(check, batches) == [(number, number in here) for batch in batches for number in batch]


def test_without_a_processor_to_spare_everything_is_answered_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_has_a_processor_to_spare", lambda: False)
    assert asked(answer, [[1, 2]]) == [(1, True), (2, True)]
