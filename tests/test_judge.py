"""Verdicts: every combination of a proof or none with a counterexample or none, and ties of strict relations."""

from __future__ import annotations

from fractions import Fraction

import pytest

from derive.claim import Goal
from derive.contradict import stray
from derive.elaborate import elaborate
from derive.instance import instance
from derive.judge import judge
from derive.kernel import Residual, Theorem
from derive.load import load_text
from derive.prove import prove
from derive.verdict import Contradicted, Counterexample, Enclosure, Refuted, Support, Undecided, Value
from derive.write import write

HEAD = """\
derive: 1
variables: {x: real, t: real, m: integer, o: 'real[n]', W: 'real[n,p]', i: 'index[n]', j: 'index[n]', a: 'index[p]'}
claims:
  - id: c
    claim: '"""
ONE = Enclosure("1", "1", Fraction(1))


def goal(text: str, assume: str = "[]") -> Goal:
    claims, problems = elaborate(load_text(f"{HEAD}{text}'\n    assume: {assume}\n", "test.yaml"))
    assert not [p for p in problems if not p.is_lint], problems
    return claims[0].lines[0].goal


def point(values: dict[str, Value], op: str = "==", **sizes: int) -> Counterexample:
    """A point; capital names are dimensions, the others indices."""
    dimensions = tuple((k.lower(), v) for k, v in sizes.items() if k.isupper())
    indices = tuple((k, v) for k, v in sizes.items() if k.islower())
    return Counterexample(dimensions, tuple(values.items()), indices, ONE, ONE, op, 53)


POINT = point({"x": Fraction(1)})
SEEN = Support(points=3, admissible=3, defined=3, witness=POINT)
GOAL = goal("x + x == 2*x")
THEOREM = prove(GOAL)
RESIDUAL = Residual("nonzero residual", "detail", "x - 1")


@pytest.mark.parametrize(
    ("proof", "search", "verdict"),
    (
        (THEOREM, SEEN, "Proved"),
        (THEOREM, POINT, "Conflict"),
        (THEOREM, Support(), "Undecided"),
        (THEOREM, Support(points=9, admissible=9), "Undecided"),
        (RESIDUAL, POINT, "Refuted"),
        (RESIDUAL, SEEN, "Undecided"),
        (RESIDUAL, Support(), "Undecided"),
    ),
)
def test_judge(proof: Theorem | Residual, search: Counterexample | Support, verdict: str) -> None:
    assert isinstance(THEOREM, Theorem)
    found = judge(GOAL, proof, search)
    assert type(found).__name__ == verdict
    for field in ("theorem", "support", "counterexample"):
        assert getattr(found, field, None) in (None, proof, search)


def test_undecided_tells_why() -> None:
    found = judge(goal("x == 1"), RESIDUAL, SEEN)
    assert (found.reason, found.detail, found.residual) == ("nonzero residual", "detail", "x - 1")  # type: ignore[union-attr]
    unseen = judge(GOAL, THEOREM, Support())
    assert unseen.reason == "no admissible point found"  # type: ignore[union-attr]


def test_what_is_defined_nowhere_is_about_nothing() -> None:
    nowhere = goal("log(-1 - x**2) == 0")
    found = judge(nowhere, RESIDUAL, Support(points=40, admissible=40))
    assert isinstance(found, Undecided) and found.reason == "no admissible point found"


@pytest.mark.parametrize("text", ("x + x == 2*x", "x == 1"))
@pytest.mark.parametrize(
    ("assume", "reason"), (("[x > 0, x < 0]", "vacuous"), ("[exp(m) == 2]", "no admissible point found"))
)
def test_nothing_is_proved_about_nothing(text: str, assume: str, reason: str) -> None:
    empty = goal(text, assume)
    found = judge(empty, prove(empty), Support(points=40))
    assert isinstance(found, Undecided) and found.reason == reason


@pytest.mark.parametrize(("text", "assume"), (("log(x) == 1", "[x < 0]"), ("(-1)**(m/2) == 1", "[]")))
def test_a_side_without_a_value_is_no_contradiction_of_the_hypotheses(text: str, assume: str) -> None:
    empty = goal(text, assume)
    found = judge(empty, prove(empty), Support(points=40))
    assert isinstance(found, Undecided) and found.reason == "no admissible point found"


LIMITS = (
    ("limit(1/t + x, t, oo) == 2*x", "[]", "limit(1/t + x, t, oo) == x"),
    ("2*x == limit(1/t + x, t, oo)", "[x > 1]", "limit(1/t + x, t, oo) == x"),
    ("limit(log(Sum(exp(t*o[k]), k))/t, t, oo) == Min(o)", "[n >= 2]", None),
    ("limit(1/t + x, t, oo) == 2*x", "[x == 0]", ""),
    ("limit(1/t + x, t, oo) == 2*x", "[x > 0, x < 0]", ""),
    ("limit(sin(t), t, oo) == 0", "[]", "limit(sin(t), t, oo) != 0"),
    ("limit(sqrt(t), t, 0) == 0", "[]", "limit(sqrt(t), t, 0, '-') != 0"),
    ("limit(Abs(t)/t, t, 0) == 1", "[]", "limit(Abs(t)/t, t, 0, '-') == -1"),
    ("limit(1/t, t, 0) == oo", "[]", "limit(1/t, t, 0, '-') == -oo"),
    ("limit(exp(x*t), t, oo) == 0", "[]", "limit(exp(x*t), t, oo) == oo"),
    ("limit(exp(x*t), t, oo) == 0", "[x < 0]", ""),
    ("limit(tan(t), t, oo) == x", "[]", "limit(tan(t), t, oo) != x"),
    ("limit(Sum(exp(t*o[k]), k), t, oo) == oo", "[n >= 2]", None),
)


@pytest.mark.parametrize(("text", "assume", "instead"), LIMITS)
def test_a_limit_is_refuted_by_the_proof_that_it_is_another_one(text: str, assume: str, instead: str | None) -> None:
    claimed = goal(text, assume)
    found = judge(claimed, prove(claimed), Support(points=3, admissible=3))
    if instead == "":
        assert not isinstance(found, Refuted)
        return
    assert isinstance(found, Refuted) and isinstance(found.counterexample, Contradicted)
    assert instead in (None, write(found.counterexample.instead))
    assert found.point.left != found.point.right and "t" not in dict(found.point.values)


def test_the_sides_of_a_contradicted_limit_are_those_of_the_claim() -> None:
    for text, sides in (("limit(1/t, t, oo) == 1", (0, 1)), ("1 == limit(1/t, t, oo)", (1, 0))):
        found = judge(goal(text), prove(goal(text)), Support())
        assert isinstance(found, Refuted)
        assert (found.point.left.exact, found.point.right.exact) == sides


O1, O2 = (Fraction(3),), (Fraction(3), Fraction(3))
TIES = (
    ("log(Sum(exp(o[k]), k)) > o[i]", point({"o": O1}, ">", N=1, i=1), "Refuted"),
    ("log(Sum(exp(o[k]), k)) > o[i]", point({"o": O2}, ">", N=2, i=1), "Undecided"),
    ("exp(x) != 1", point({"x": Fraction(0)}, "!="), "Refuted"),
    ("exp(x) + x != 2", point({"x": Fraction(1)}, "!="), "Undecided"),
    ("x**2 > 0", point({"x": Fraction(0)}, ">"), "Refuted"),
    ("x**2 >= 0", point({"x": Fraction(0)}, ">="), "Undecided"),
    ("diff(Sum(o[k]**2, k), o[i]) < 2*o[i]", point({"o": O2}, "<", N=2, i=2), "Refuted"),
)


@pytest.mark.parametrize(("text", "tie", "verdict"), TIES)
def test_a_strict_relation_fails_by_proved_equality_only(text: str, tie: Counterexample, verdict: str) -> None:
    found = judge(goal(text), RESIDUAL, Support(ties=(tie,)))
    assert type(found).__name__ == verdict
    if verdict == "Refuted":
        assert found.counterexample.kind == "equality"  # type: ignore[union-attr]


W = ((Fraction(1), Fraction(2), Fraction(3)), (Fraction(4), Fraction(5), Fraction(6)))
X, Z = Fraction(1, 2), Fraction(0)
INSTANCES = (
    ("Sum(o[k], k) == n*x", point({"o": (X, Z), "x": X}, N=2), "Rational(1, 2) + 0 == 2*Rational(1, 2)"),
    ("Sum(Sum(W[k, l], l), k) == 0", point({"W": W}, N=2, P=3), "1 + 2 + 3 + (4 + 5 + 6) == 0"),
    ("Sum(o[k], k, k != i) == 0", point({"o": (X, Z)}, N=2, i=1), "0 == 0"),
    ("Sum(o[k], k, k != i) == 0", point({"o": (X,)}, N=1, i=1), "0 == 0"),
    ("Product(o[k], k, k != i) == 0", point({"o": (X,)}, N=1, i=1), "1 == 0"),
    ("Max(o) == x", point({"o": (X, Z), "x": Z}, N=2), "Max(Rational(1, 2), 0) == 0"),
    ("Max(o) == x", point({"o": (X,), "x": Z}, N=1), "Rational(1, 2) == 0"),
    ("KroneckerDelta(i, j) == 0", point({}, N=2, i=2, j=2), "1 == 0"),
    ("KroneckerDelta(i, j) == 0", point({}, N=2, i=2, j=1), "0 == 0"),
    (
        "Sum(o[i]*Sum(o[i], i), i) == o[i]",
        point({"o": (Fraction(2), Fraction(1))}, N=2, i=2),
        "2*(2 + 1) + 1*(2 + 1) == 1",
    ),
    ("diff(x*o[i], x) == o[i]", point({"x": X, "o": (X,)}, N=1, i=1), "diff(x*Rational(1, 2), x) == Rational(1, 2)"),
    ("diff(Sum(o[k], k), o[i]) == x", point({"x": X, "o": O2}, N=2, i=1), "diff(o[1] + o[2], o[1]) == Rational(1, 2)"),
    (
        "limit(x*o[i], x, 0) == x",
        point({"x": X, "o": (X,)}, N=1, i=1),
        "limit(x*Rational(1, 2), x, 0) == Rational(1, 2)",
    ),
    ("W[i, a] == 0", point({"W": W}, N=2, P=3, i=2, a=3), "6 == 0"),
)


@pytest.mark.parametrize(("text", "at", "expected"), INSTANCES)
def test_instance(text: str, at: Counterexample, expected: str) -> None:
    found = instance(goal(text), at)
    assert found is not None
    assert f"{write(found.left)} == {write(found.right)}" == expected
    assert (found.op, found.dimensions, found.indices) == ("==", (), ())


def test_what_is_varied_keeps_its_value_as_a_hypothesis() -> None:
    found = instance(goal("diff(Sum(o[k]**2, k), o[i]) == x"), point({"x": X, "o": (X, Z)}, N=2, i=1))
    assert found is not None
    assert [write(h.relation) for h in found.hypotheses] == ["o[1] == Rational(1, 2)", "o[2] == 0"]
    assert [(d.name, d.dimensions) for d in found.declarations] == [("o", ("2",))]


@pytest.mark.parametrize(
    ("text", "at"),
    (
        ("Sum(Sum(o[k]*o[l], l), k) == 0", point({"o": (Z,) * 200}, N=200)),
        ("limit(1/n, n, oo) == 0", point({}, N=2)),
        ("argmin(x**2, x) == 0", point({})),
    ),
)
def test_no_instance_where_it_is_too_large_or_means_something_else(text: str, at: Counterexample) -> None:
    assert instance(goal(text), at) is None


def test_a_limit_that_values_keep_away_from_is_an_alarm() -> None:
    for text, alarmed in (
        ('limit(sign(t), t, 0, "+") == 0', True),
        ("limit(x + 1/t, t, oo) == x + 1", True),
        ("limit(1/t + x, t, oo) == x", False),
        ("limit(1/log(log(t)), t, oo) == 0", False),
        ("limit(t/(t + 10**400), t, oo) == 1", False),
        ("limit(sin(t)/t, t, 0) == 1", False),
    ):
        assert (stray(goal(text)) is not None) == alarmed, text


@pytest.mark.parametrize(
    ("text", "instead"),
    (
        ("limit(1/t, t, oo) > 0", "limit(1/t, t, oo) == 0"),
        ("limit(1/t, t, oo) == limit(1 + 1/t, t, oo)", "limit(1/t, t, oo) == 0"),
        ("limit(x*t/(1 + t), t, oo) <= 0", "limit(x*t/(1 + t), t, oo) == x"),
    ),
)
def test_a_limit_in_an_order_or_beside_another_is_refuted(text: str, instead: str) -> None:
    claimed = goal(text)
    found = judge(claimed, prove(claimed), Support(points=3, admissible=3))
    assert isinstance(found, Refuted) and isinstance(found.counterexample, Contradicted)
    assert write(found.counterexample.instead) == instead
