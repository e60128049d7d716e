"""Splits of a goal: the cases are complete, and only theorems about exactly these cases are joined."""

from __future__ import annotations

import pytest
from goals import goal

from derive.claim import Goal
from derive.kernel import Among, Coincidence, Otherwise, Smallest, Subject, Theorem, Vanishing, cases, decide, join
from derive.term import Component, Index, Variable

FUEL = 200_000
POWERS = goal("u: nonnegative; o: nonnegative[n]; p: positive", "u**p >= 0*o[i]*o[j]")
OPTIMUM = goal("u: nonnegative; p: positive", "argmin(u**p, u) == 0")
REFUSED: tuple[tuple[str, Subject], ...] = (
    ("a name that is not there", Vanishing(Variable("z"))),
    ("an array without its index", Vanishing(Variable("o"))),
    ("a component at an index that is not free", Vanishing(Component("o", (Index("k", "n"),)))),
    ("an index that is not free", Coincidence(Index("k", "n"), Index("i", "n"))),
    ("two dimensions", Coincidence(Index("i", "n"), Index("j", "m"))),
    ("no dimension", Smallest("u")),
)


@pytest.mark.parametrize("subject", [row[1] for row in REFUSED], ids=[row[0] for row in REFUSED])
def test_a_split_that_would_leave_points_out_is_refused(subject: Subject) -> None:
    with pytest.raises(ValueError, match="a split on"):
        cases(POWERS, subject)


def test_what_an_optimum_ranges_over_is_not_split() -> None:
    with pytest.raises(ValueError, match="not a number of the claim"):
        cases(OPTIMUM, Vanishing(Variable("u")))


@pytest.mark.parametrize(
    "subject", [Vanishing(Variable("u")), Coincidence(Index("i", "n"), Index("j", "n")), Smallest("n")], ids=str
)
def test_only_the_theorems_of_all_cases_are_joined(subject: Subject) -> None:
    small = goal("u: nonnegative; o: nonnegative[n]", "u*o[i]*o[j] >= 0")
    first, second = (decide(case) for case in cases(small, subject))
    assert isinstance(first, Theorem) and isinstance(second, Theorem)
    assert join(small, subject, (first, second), FUEL).goal == small
    for wrong in ((first,), (second, first), (first, None), (None, None)):
        with pytest.raises(ValueError, match=r"case|goal"):
            join(small, subject, wrong, FUEL)


def test_a_value_that_the_hypotheses_leave_must_have_its_case() -> None:
    masked = goal("u: real; o: nonnegative[n]", "u*o[i] >= 0", "u**2 == u")
    every, some = (Among(Variable("u"), values) for values in ((0, 1), (1,)))
    theorems = tuple(decide(case) for case in cases(masked, every))
    assert all(isinstance(theorem, Theorem) for theorem in theorems)
    assert join(masked, every, theorems, FUEL).goal == masked
    with pytest.raises(ValueError, match="a value"):
        join(masked, some, theorems[1:], FUEL)


def test_a_number_of_any_value_has_no_cases_of_its_values() -> None:
    free = goal("u: nonnegative", "u + 1 > 0")
    theorems = tuple(decide(case) for case in cases(free, Among(Variable("u"), (0, 1))))
    with pytest.raises(ValueError, match="finitely many"):
        join(free, Among(Variable("u"), (0, 1)), theorems, FUEL)


DENIALS = (
    ("no equation", goal("u: real", "u >= 0", "u > 0"), Otherwise(0, ("!=",)), "no equation"),
    (
        "an equation at every index",
        goal("o: real[n]; u: real", "u >= 0", "o[k] == 0"),
        Otherwise(0, ("!=",)),
        "no equa",
    ),
    ("a claim at an index", goal("o: real[n]; u: real", "o[i] >= u", "u == 0"), Otherwise(0, ("!=",)), "no equation"),
    ("one order for two parts", goal("u: real", "u == 1", "u**3 == 1"), Otherwise(0, (">",)), "for each part"),
    ("no such hypothesis", goal("u: real", "u >= 1", "u**3 == 1"), Otherwise(1, ("<",)), "for each part"),
    ("an equation that holds", goal("u: real", "u >= 1", "u**3 == 1"), Otherwise(0, ("==",)), "at a point alone"),
    ("a derivative", goal("u: real", "diff(u**2, u) >= 2", "u**3 == 1"), Otherwise(0, ("<",)), "at a point alone"),
)


@pytest.mark.parametrize(("of", "subject", "why"), [row[1:] for row in DENIALS], ids=[row[0] for row in DENIALS])
def test_only_an_equation_between_numbers_is_denied(of: Goal, subject: Otherwise, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        cases(of, subject)


def test_an_equation_is_not_used_where_it_is_denied() -> None:
    of = goal("u: real", "u == 1", "u**3 == 1")
    denied = cases(of, Otherwise(0, (">", "<")))
    assert [case.op for case in denied] == [">", "<"]
    assert all(of.hypotheses[0] not in case.hypotheses for case in denied)
    theorems = tuple(decide(case) for case in denied)
    assert join(of, Otherwise(0, (">", "<")), theorems, FUEL).goal == of


def test_a_denial_proves_nothing_of_sides_that_may_have_no_value() -> None:
    of, subject = goal("u: real", "log(u) >= 0", "u**2 == u"), Otherwise(0, ("<",))
    theorems = tuple(decide(case) for case in cases(of, subject))
    assert all(isinstance(theorem, Theorem) for theorem in theorems)
    with pytest.raises(ValueError, match="conditions of their own"):
        join(of, subject, theorems, FUEL)
