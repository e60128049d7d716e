"""Answers made ahead by a second process are those of the first, whatever happens to the second."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
from goals import goal

from derive import ahead as module
from derive.ahead import FEWEST, ahead
from derive.claim import Goal
from derive.verdict import Counterexample, Support

GOALS = [goal("x: real", f"x + {k} == x") for k in range(FEWEST + 6)]
HERE = os.getpid()


def answer(asked: Goal) -> Support:
    return Support(points=GOALS.index(asked), notes=("here",) if os.getpid() == HERE else ())


def failing(asked: Goal) -> Support:
    """The other process meets a defect in the midst of its work."""
    if os.getpid() != HERE and asked is GOALS[5]:
        raise ZeroDivisionError
    return answer(asked)


def dying(asked: Goal) -> Support:
    if os.getpid() != HERE and asked is GOALS[5]:
        os._exit(1)
    return answer(asked)


@pytest.fixture(autouse=True)
def with_a_processor_to_spare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_has_a_processor_to_spare", lambda: hasattr(os, "fork"))


def asked(check: Callable[[Goal], Counterexample | Support], numbers: list[int]) -> list[tuple[int, bool]]:
    """What is answered to the goals of these numbers, and which answers were made in this process."""
    found = []
    with ahead(check, GOALS) as answers:
        for number in numbers:
            support = answers(GOALS[number])
            assert isinstance(support, Support)
            found.append((support.points, bool(support.notes)))
    return found


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no second process")
@pytest.mark.parametrize(
    ("check", "numbers", "here"),
    [
        (answer, list(range(len(GOALS))), []),
        (answer, [0, 3, 4, 9, 20], []),  # a defect at a claim passes over its other goals
        (answer, [8, 2, 9], [2, 9]),  # out of order
        (failing, [2, 4, 5, 6], [5, 6]),
        (dying, [2, 4, 5, 6], [5, 6]),
        (answer, [], []),  # a run that is stopped at once
    ],
)
def test_every_goal_gets_its_own_answer(
    check: Callable[[Goal], Counterexample | Support], numbers: list[int], here: list[int]
) -> None:
    assert asked(check, numbers) == [(number, number in here) for number in numbers]


def test_few_goals_are_not_worth_a_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("forked"))
    with ahead(answer, GOALS[: FEWEST - 1]) as answers:
        assert answers is answer
