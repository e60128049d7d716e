"""Refutations are made for what is refuted, checked without this program, and fall with any field that is changed."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flint import arb, ctx, fmpq
from msgspec.structs import replace

from derive.certificate.refuted import refuted
from derive.certificate.terms import goal_to_json
from derive.claim import Claim, Goal
from derive.enclose import Missing, enclose
from derive.evaluate import Point, integer_names
from derive.recheck.interval import Interval, Undecided
from derive.recheck.refutation import _NEGATION, refutation, refuted_at
from derive.recheck.terms import Rejected, Terms
from derive.recheck.value import Point as ExactPoint
from derive.refute import refute
from derive.signature import FUNCTIONS
from derive.term import Number
from derive.verdict import Counterexample, Enclosure, Refuted, Value
from tests.alone import ALONE
from tests.conftest import Decided
from tests.goals import goal
from tests.soundness.claims import CASES, goals
from tests.soundness.points import points
from tests.soundness.terms import Terms as RandomTerms
from tests.soundness.terms import goal_of

ROOT = Path(__file__).parent.parent


Certified = tuple[tuple[str, Any, Any], ...]


@pytest.fixture(scope="module")
def certified(decided: Decided) -> Certified:
    """Id, claim and refutation of every line that a point refutes, through JSON; None where there is no refutation."""
    return tuple(json.loads(json.dumps(list(_certified(decided)))))


def _certified(decided: Decided) -> Iterator[tuple[str, Any, Any]]:
    for outcome in decided(*CASES, selected=_is_looked_at).outcomes:
        for line, verdict in zip(outcome.claim.lines, outcome.verdicts, strict=True):
            found = verdict.counterexample if isinstance(verdict, Refuted) else None
            if isinstance(verdict, Refuted) and isinstance(found, Counterexample) and found.kind != "float":
                stated = refuted(line.goal, verdict)
                # An equality of irrational sides is shown by a proof, not by enclosures, and of a value that is
                # only implied nothing is stated.
                if stated is not None or (found.kind == "point" and not found.implied):
                    yield outcome.claim.id, goal_to_json(line.goal), stated


def _is_looked_at(claim: Claim) -> bool:
    """One false claim in three, the same ones every time."""
    return claim.expect == "refuted" and Random(claim.id).randrange(3) == 0


BY_REFUTATION = """
from derive.recheck.refutation import refutation
for name, claim, stated in json.load(sys.stdin):
    refutation(claim, stated)
    print(name)
"""


def test_what_a_point_refutes_is_refuted_again_without_the_program(certified: Certified) -> None:
    assert len(certified) > 200 and not [name for name, _, stated in certified if stated is None]
    command = [sys.executable, "-I", "-S", "-c", ALONE + BY_REFUTATION, str(ROOT)]
    done = subprocess.run(command, input=json.dumps(certified), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [name for name, _, _ in certified]


def test_two_enclosures_that_are_apart_raise_the_alarm() -> None:
    stated = goal("x: real", "exp(x) == 2*x")
    found = refute(stated)
    assert isinstance(found, Counterexample) and refuted(stated, Refuted(found)) is not None
    with pytest.raises(ValueError, match="apart"):
        refuted(stated, Refuted(replace(found, left=Enclosure("7", "8"))))


def rejected(claim: Any, stated: Any) -> bool:
    try:
        refutation(claim, stated)
    except Rejected:
        return True
    return False


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, (dict, list)):
        yield path
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from leaves(value[key], (*path, key))
    else:
        yield path


def others(value: Any) -> list[Any]:
    """What a field may be changed to."""
    if isinstance(value, str):
        number = Fraction(value)
        near = (number + 1, -number, number / 2, number + Fraction(1, 10**9))
        return [
            *(str(n) for n in near if n != number),
            value + ".0",
            "+" + value,
            " " + value,
            "",
            "x",
            number == 0,
            None,
        ]
    if isinstance(value, int):
        return [value + 1, value - 1, 2 * value, float(value), str(value), True, [value], None]
    if isinstance(value, list):
        return [[*value, "0"], value[:-1], {}, None, "0", *([value[::-1]] if value != value[::-1] else [])]
    return [{**value, "more": 1}, *({k: v for k, v in value.items() if k != left} for left in value), [], None]


def changed(value: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """The value with one field changed, and where."""
    for path in leaves(value):
        old = value
        for key in path:
            old = old[key]
        for new in others(old):
            copied = {"all": copy.deepcopy(value)}
            inner: Any = copied
            for key in ("all", *path)[:-1]:
                inner = inner[key]
            inner[("all", *path)[-1]] = new
            yield path, copied["all"]


@pytest.fixture
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do not look as closely as one may at points that decide nothing."""
    monkeypatch.setattr("derive.recheck.refutation.PRECISIONS", (64, 256))


@pytest.mark.usefixtures("in_haste")
def test_a_changed_field_is_found(certified: Certified) -> None:
    """All of them, except where another point refutes with the very same values: that is a refutation of its own."""
    count = 0
    for _, claim, stated in certified[::15]:
        assert not rejected(claim, stated)
        for path, forged in changed(stated):
            count += 1
            if not rejected(claim, forged):
                assert path[0] == "point" and len(path) > 2, (claim, forged)
                assert refuted_at(claim, forged["point"]) == forged
    assert count > 1500


@pytest.mark.usefixtures("in_haste")
def test_what_is_refuted_is_not_refuted_the_other_way_round(certified: Certified) -> None:
    for name, claim, stated in certified:
        assert rejected({**claim, "op": _NEGATION[claim["op"]]}, stated), name


@pytest.mark.usefixtures("in_haste")
def test_no_point_refutes_what_is_true() -> None:
    for number, (name, true) in enumerate(goals(*CASES)):
        claim = goal_to_json(true) if number % 8 == 0 else None
        for point in points(true, Random(name), 3) if claim else ():
            with pytest.raises(Rejected):
                refuted_at(claim, written(point))


def written(point: Point) -> dict[str, Any]:
    values = {name: listed(value) for name, value in point.values.items()}
    return {"dims": dict(point.dimensions), "values": values, "indices": dict(point.indices)}


def listed(value: Value) -> Any:
    return [listed(part) for part in value] if isinstance(value, tuple) else str(value)


def valued(stated: Goal, point: Point, bits: int) -> Interval | None:
    """The left side at a point by the checker."""
    claim = goal_to_json(stated)
    terms, scope = Terms(claim["declarations"]), dict(claim["indices"])
    values = {**{name: Fraction(size) for name, size in point.dimensions.items()}, **point.values}
    at = ExactPoint(terms, dict(point.dimensions), values, bits)
    try:
        value: Interval = at.value(terms.term(claim["left"], scope), dict(point.indices))
    except Undecided:
        return None
    return value


def apart(found: Interval, other: Any) -> bool:
    with ctx.workprec(4000):
        low, high = (arb(fmpq(end.numerator, end.denominator)) for end in (found.low, found.high))
        return bool(arb(other) < low or arb(other) > high)


@pytest.mark.parametrize("name", sorted(n for n, row in FUNCTIONS.items() if row.arity == 1))
def test_a_function_encloses_what_balls_do(name: str) -> None:
    """Rational and at the edges; where balls have a value, the checker has one or says nothing, but seldom."""
    random, met, lost = Random(name), 0, 0
    stated = goal("x: real", f"{name}(x) == 0")
    numbers = [
        Fraction(random.randint(-n, n), random.choice((1, 2, 7, 1000))) for n in (1, 3, 30, 300) for _ in range(12)
    ]
    for x in (*map(Fraction, (0, 1, -1, 2)), *numbers):
        bits = random.choice((16, 64, 200))
        there = enclose(stated.left, Point({}, {"x": x}, {}), frozenset(), 400)
        here = valued(stated, Point({}, {"x": x}, {}), bits)
        assert here is None or (not isinstance(there, Missing) and not apart(here, there)), (x, here, there)
        met += not isinstance(there, Missing)
        lost += here is None and not isinstance(there, Missing)
    assert met > 5 and (lost == 0 or name in ("gamma", "loggamma", "factorial")), (met, lost)


def test_random_terms_are_enclosed_as_by_balls() -> None:
    both = exact = 0
    for number in range(150):
        random = Random(number)
        stated = goal_of(RandomTerms(random).expression(), "==", Number(Fraction(0)))
        for point in points(stated, random, 3):
            there = enclose(stated.left, point, integer_names(stated), 256)
            here = valued(stated, point, 128)
            assert here is None or there not in (Missing.UNDEFINED, Missing.BEYOND), (stated.left, point, here)
            if here is not None and not isinstance(there, Missing):
                assert not apart(here, there), (stated.left, point, here, there)
                both, exact = both + 1, exact + (isinstance(there, fmpq) and here.low == here.high == str(there))
    assert both > 200


# Variables, claim, values; dimensions and indices where there are any.
ACCEPTED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("x: real", "x**0 == 0", {"x": "0"}),
    ("x: real", "x**(1/2) == 1", {"x": "0"}),
    ("x: real", "(x**2)**(1/2) == x", {"x": "-1"}),
    ("x: real", "sign(x)**2 == 1", {"x": "0"}),
    ("x: real", "exp(x) != 1", {"x": "0"}),
    ("x: real", "sqrt(x) != 2/3", {"x": "4/9"}),
    ("x: real", "cbrt(x) > -3", {"x": "-27"}),
    ("x: real", "acos(x) == 0", {"x": "-1"}),
    ("x: real", "acos(x) > 0", {"x": "1"}),
    ("x: real", "acot(x) == 0", {"x": "0"}),
    ("x: real", "pi == 355/113", {}),
    ("x: real", "diff(x**3, x, x) == 6", {"x": "2"}),
    ("x, y: real", "diff(diff(x**2*y, x)*x, y) == 0", {"x": "1", "y": "1"}),
    ("x: real", "diff(Max(x, 0), x) == 0", {"x": "1/1000"}),
    ("x: real", "diff(Max(2, x, 2, 1), x) == 1", {"x": "0"}),
    ("x: real", "diff(cos(x)*erf(x) + floor(x), x) == 0", {"x": "1/2"}),
    ("x: real", "diff(asin(x) + acos(x) + atan(x), x) == 0", {"x": "1/2"}),
    ("x: positive", "x**x == x", {"x": "2"}),
    ("m: integer; x: real", "x**m >= 0", {"m": "-3", "x": "-2"}),
)
NOT_DECIDED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("x: real", "0*log(x) == 1", {"x": "0"}),
    ("x: real", "x**(1/2) == 7", {"x": "-1"}),
    ("x: real", "x**(-1) == 7", {"x": "0"}),
    ("x, y: real", "x**y == 7", {"x": "0", "y": "0"}),
    ("x, y: real", "x**y == 7", {"x": "-1", "y": "2"}),
    ("x: real", "asin(x) == 7", {"x": "2"}),
    ("x: real", "acosh(x) == 7", {"x": "1/2"}),
    ("x: real", "atanh(x) == 7", {"x": "1"}),
    ("x: real", "sin(x)**2 + cos(x)**2 == 1", {"x": "1"}),
    ("x: real", "exp(x)*exp(-x) != 1", {"x": "1"}),
    ("x: real", "exp(x) < exp(x)", {"x": "1"}),
    ("x: real", "exp(x) != exp(x)", {"x": "1"}),
    ("x: real", "1/sin(pi*x) == 7", {"x": "1"}),
    ("x: real", "sign(sin(x)**2 + cos(x)**2 - 1) == 7", {"x": "1"}),
    ("x: real", "floor(exp(log(x))) == 7", {"x": "3"}),
    ("x: real", "diff(Abs(x), x) == 7", {"x": "0"}),
    ("x: real", "diff(sqrt(x**4), x) == 7", {"x": "0"}),
    ("x: real", "diff(cbrt(x), x) == 7", {"x": "0"}),
    ("x: real", "diff(x**(3/2), x) == 7", {"x": "0"}),
    ("x: real", "diff(Max(x, 0), x) == 7", {"x": "0"}),
    ("x: real", "diff(floor(x), x) == 7", {"x": "2"}),
    ("x: real", "diff(ceiling(x) + sign(x - 2), x) == 7", {"x": "2"}),
    ("x: real", "diff(asin(x), x) == 7", {"x": "1"}),
    ("x: real", "diff(acos(x), x) == 7", {"x": "-1"}),
    ("x: real", "diff(acosh(x), x) == 7", {"x": "1"}),
    ("x: real", "diff(acot(x), x) == 7", {"x": "0"}),
    ("x: real", "diff(x*Abs(x), x, x) == 7", {"x": "0"}),
    ("x: real", "limit(x, x, 0) == 7", {"x": "0"}),
    ("x: real", "factorial(x) == 7", {"x": "1/2"}),
    ("x: positive", "x < 0", {"x": "-1"}),
    ("x: positive", "x < 0", {"x": "0"}),
    ("x: nonzero", "x == 7", {"x": "0"}),
    ("x: integer", "x == 2", {"x": "1/2"}),
    ("x: real", "x == 2", {"x": "2/4"}),
    ("x: real", "x == 2", {"x": "1e9"}),
    ("x: real", "x == 2", {"x": 1}),
    ("x: real", "x == 2", {"x": ["1"]}),
    ("x: real", "x == 2", {"x": "9" * 5000}),
    ("x: real", "x == 2", {"x": "1", "y": "1"}),
    ("x: real", "x == 2", {}),
)


@pytest.mark.parametrize(("variables", "claim", "values"), ACCEPTED, ids=lambda v: v if isinstance(v, str) else "")
def test_points_that_refute(variables: str, claim: str, values: dict[str, Any]) -> None:
    stated = goal_to_json(goal(variables, claim))
    declared = {name for name, _, _ in stated["declarations"]}
    point = {"dims": {}, "values": {k: v for k, v in values.items() if k in declared}, "indices": {}}
    refutation(stated, refuted_at(stated, point))


@pytest.mark.parametrize(
    ("variables", "claim", "values"), NOT_DECIDED, ids=lambda v: v[:40] if isinstance(v, str) else ""
)
def test_points_that_show_nothing(variables: str, claim: str, values: dict[str, Any]) -> None:
    with pytest.raises(Rejected):
        refuted_at(goal_to_json(goal(variables, claim)), {"dims": {}, "values": values, "indices": {}})


ARRAYS = (
    # claim, hypotheses, dims, values, indices; the last says whether it is refuted
    ("diff(Max(o), o[j]) == 0", (), 2, {"o": ["1", "0"]}, {"j": 1}, True),
    ("diff(Max(o), o[j]) == 1", (), 3, {"o": ["1", "1", "0"]}, {"j": 3}, True),
    ("diff(Max(o), o[j]) == 7", (), 2, {"o": ["1", "1"]}, {"j": 1}, False),
    ("Sum(exp(o[k]), k, k != j) > 0", (), 1, {"o": ["1"]}, {"j": 1}, True),
    ("Product(o[k], k, k != j) == 0", (), 1, {"o": ["0"]}, {"j": 1}, True),
    ("o[2] == 7", (), 1, {"o": ["1"]}, {}, False),
    ("KroneckerDelta(j, 2) == 7", (), 1, {}, {"j": 1}, False),
    ("o[j] == 7", (), 2, {"o": ["1", "2"]}, {"j": 3}, False),
    ("o[j] == 7", (), 2, {"o": ["1", "2"]}, {"j": 2}, True),
    ("o[j] == 7", (), 2, {"o": ["1"]}, {"j": 1}, False),
    ("o[j] == 7", (), 2, {"o": ["1", "2"]}, {}, False),
    ("o[j] == 7", (), 2, {"o": ["1", "2"]}, {"j": True}, False),
    ("o[j] == 7", (), 0, {"o": []}, {"j": 1}, False),
    ("o[j] == 7", (), 10**9, {"o": ["1", "2"]}, {"j": 1}, False),
    ("o[j] == 7", ("o[k] > 0",), 2, {"o": ["1", "2"]}, {"j": 1}, True),
    ("o[j] == 7", ("o[k] > 0",), 2, {"o": ["1", "0"]}, {"j": 1}, False),
    ("o[j] == 7", ("Sum(exp(o[k]), k) == 1",), 1, {"o": ["0"]}, {"j": 1}, True),
    ("o[j] == 7", ("exp(o[j])*exp(-o[j]) == 1",), 1, {"o": ["1"]}, {"j": 1}, False),
    ("o[j] == 7", ("log(o[k]) < 1",), 2, {"o": ["1", "0"]}, {"j": 1}, False),
    ("Sum(y[k]*o[k], k) == 7", (), 2, {"y": ["0", "1"], "o": ["1", "2"]}, {}, True),
    ("Sum(y[k]*o[k], k) == 7", (), 2, {"y": ["1", "1"], "o": ["1", "2"]}, {}, False),
    ("Sum(y[k]*o[k], k) == 7", (), 2, {"y": ["1/2", "1/2"], "o": ["1", "2"]}, {}, False),
    ("Sum(p[k]*o[k], k) == 7", (), 2, {"p": ["1/2", "1/2"], "o": ["1", "2"]}, {}, True),
    ("Sum(p[k]*o[k], k) == 7", (), 2, {"p": ["3/2", "-1/2"], "o": ["1", "2"]}, {}, False),
    ("Sum(p[k]*o[k], k) == 7", (), 2, {"p": ["1/2", "1/3"], "o": ["1", "2"]}, {}, False),
    ("Sum(Sum(Sum(Sum(Sum(o[k]*o[l]*o[i]*o[j]*o[m1], k), l), i), j), m1) == 7", (), 9, {"o": ["1"] * 9}, {}, False),
)


@pytest.mark.parametrize(("claim", "assume", "size", "values", "indices", "holds"), ARRAYS)
def test_points_with_arrays(
    claim: str, assume: tuple[str, ...], size: int, values: dict[str, Any], indices: dict[str, Any], holds: bool
) -> None:
    stated = goal_to_json(
        goal("n: positive integer; o: real[n]; y: onehot[n]; p: simplex[n]; j: index[n]", claim, *assume)
    )
    point = {"dims": {"n": size}, "values": values, "indices": indices}
    try:
        refutation(stated, refuted_at(stated, point))
    except Rejected:
        assert not holds
    else:
        assert holds
