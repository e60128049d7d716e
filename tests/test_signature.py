"""Every row: floats against balls against SymPy, derivatives against differences, domains against all of them."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb, fmpq
from sympy.codegen import cfunctions

from derive.enclose import Missing, enclose
from derive.evaluate import Point, Points, evaluate, tape
from derive.parse import parse, parse_relation_chain
from derive.signature import FUNCTIONS, Function
from derive.term import Apply, Diff, Relation, Term, Variable

SPACED = "-3 -2 -3/2 -1 -1/2 -1/3 0 1/3 1/2 1 3/2 2 5/2 3 4 27/8"
NUMBERS = tuple(map(Fraction, SPACED.split(" ")))
FAR = tuple(
    map(
        Fraction,
        (
            1000,
            10**50,
            "1/1000",
            Fraction(1, 10**50),
            "157/100",
            "158/100",
            "22/7",
            1 - Fraction(1, 10**60),
            Fraction(1, 10**60) - 1,
        ),
    )
)
"""Large and small numbers, and those next to the ends of domains."""
NAMES = ("x", "y")
NONE: frozenset[str] = frozenset()
ROWS = pytest.mark.parametrize("row", FUNCTIONS.values(), ids=FUNCTIONS)


def arity(row: Function) -> int:
    return 2 if row.arity is None else row.arity


def applied(row: Function) -> Apply:
    return Apply(row.name, tuple(map(Variable, NAMES[: arity(row)])))


def places(row: Function) -> Iterator[Point]:
    for chosen in product(NUMBERS, repeat=arity(row)):
        yield Point({}, dict(zip(NAMES, chosen, strict=False)), {})


def in_floats(term: Term, at: list[Point]) -> list[float]:
    laid = tape((term,), (), NONE)
    assert laid is not None
    names = at[0].values
    points = Points({}, {name: np.array([float(p.values[name]) for p in at]) for name in names}, len(at))  # type: ignore[arg-type]
    return list(evaluate(laid, points)[0])


def meets(condition: str, point: Point) -> bool:
    left, ((op, right),) = parse_relation_chain(condition, frozenset(NAMES))
    a, b = (float(middle(enclose(side, point, NONE, 200))) for side in (left, right))
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "!=": abs(a - b) > 1e-12, "==": a == b}[op]


def middle(value: object) -> float:
    assert isinstance(value, fmpq | arb), value
    return float(Fraction(int(value.p), int(value.q))) if isinstance(value, fmpq) else float(value.mid())


def in_sympy(row: Function, point: Point) -> float | None:
    meaning = sympy.real_root if row.name == "cbrt" else getattr(sympy, row.sympy, getattr(cfunctions, row.sympy, None))
    args = [sympy.Rational(str(v)) for v in point.values.values()]
    value = meaning(*args, 3) if row.name == "cbrt" else meaning(*args)
    number = complex(value.evalf(30))
    return number.real if abs(number.imag) < 1e-20 and np.isfinite(number.real) else None


@ROWS
def test_floats_balls_and_sympy_agree_where_the_domain_says(row: Function) -> None:
    at = list(places(row))
    for point, seen in zip(at, in_floats(applied(row), at), strict=True):
        ball = enclose(applied(row), point, NONE, 128)
        if all(meets(condition, point) for condition in row.domain):
            assert seen == pytest.approx(middle(ball), rel=1e-12, abs=1e-12), point
            assert in_sympy(row, point) == pytest.approx(middle(ball), rel=1e-12, abs=1e-12), point
        else:
            assert isinstance(ball, Missing), point
            assert np.isnan(seen), point


@ROWS
def test_derivatives_are_slopes(row: Function) -> None:
    """The row's text, the duals that use it, and the differences that know nothing of it."""
    at = [p for p in places(row) if row.derivative and all(meets(c, p) for c in (*row.domain, *row.smooth))]
    for target, text in zip(applied(row).args, row.derivative, strict=False):
        assert isinstance(target, Variable)
        slope = Diff(applied(row), (target,))
        seen = in_floats(slope, at)
        told = in_floats(parse(text, frozenset(NAMES)), at)
        assert seen == pytest.approx(told, rel=1e-6, abs=1e-9)
        for point, number in zip(at, told, strict=True):
            ball = enclose(slope, point, NONE, 128)
            assert middle(ball) == pytest.approx(number, rel=1e-12, abs=1e-12), point


@ROWS
def test_no_derivative_is_told_where_the_row_is_not_smooth(row: Function) -> None:
    for point in places(row):
        if row.derivative and not all(meets(condition, point) for condition in (*row.domain, *row.smooth)):
            assert isinstance(enclose(Diff(applied(row), (Variable("x"),)), point, NONE, 128), Missing), point


def value_at(row: Function, *arguments: Fraction) -> float | None:
    ball = enclose(applied(row), Point({}, dict(zip(NAMES, arguments, strict=False)), {}), NONE, 512)
    return None if isinstance(ball, Missing) else middle(ball)


def seen_parity(row: Function) -> str:
    """Even or odd, by the values on both sides of 0; neither where only one side has some."""
    pairs = [(value_at(row, -x), value_at(row, x)) for x in NUMBERS if x >= 0]
    if any((a is None) != (b is None) for a, b in pairs):
        return ""
    both = [(a, b) for a, b in pairs if a is not None and b is not None]
    same, turned = (all(a == pytest.approx(s * b, abs=1e-30) for a, b in both) for s in (1, -1))
    return "even" if same else "odd" if turned else ""


@ROWS
def test_parity_is_what_the_row_says(row: Function) -> None:
    assert row.parity == (seen_parity(row) if row.arity == 1 else "")


def ends(row: Function) -> list[tuple[float, bool]]:
    """The ends of the range, and whether each belongs to it."""
    texts = row.range[1:-1].split(", ")
    infinite = {"-oo": -np.inf, "oo": np.inf}
    numbers = [infinite.get(t) or float(middle(enclose(parse(t), Point({}, {}, {}), NONE, 64))) for t in texts]
    return list(zip(numbers, (row.range[0] == "[", row.range[-1] == "]"), strict=True))


@ROWS
def test_ranges_hold_all_values_and_no_more(row: Function) -> None:
    near = {sign * value for value in (*FAR, *NUMBERS) for sign in (1, -1)}
    found = [v for arguments in product(near, repeat=arity(row)) if (v := value_at(row, *arguments)) is not None]
    values = np.clip(found, -1e300, 1e300)
    for (end, belongs), extreme, way in zip(ends(row), (values.min(), values.max()), (1, -1), strict=True):
        # Beyond 53 bits a value next to an open end is the end.
        assert way * (extreme - end) >= (0 if belongs else -1e-15), extreme
        assert abs(extreme) > 20 if np.isinf(end) else abs(extreme - end) < 0.01, extreme


@ROWS
def test_exact_values_are_exact(row: Function) -> None:
    for argument, value in row.exact:
        point = Point({}, {"x": Fraction(argument)}, {})
        ball = enclose(applied(row), point, NONE, 64)
        assert isinstance(ball, fmpq) and ball == value
        assert in_sympy(row, point) == value


@ROWS
def test_smooth_conditions_are_open(row: Function) -> None:
    for condition in row.smooth:
        left, ((op, right),) = parse_relation_chain(condition, frozenset(NAMES))
        assert Relation(left, op, right).op in ("<", ">", "!=")


def test_the_branch_of_acot() -> None:
    """``acot`` is ``atan(1/x)``, and ``pi/2`` at 0; SymPy says the same."""
    for x, angle in ((Fraction(0), mpmath.pi / 2), (Fraction(-1), -mpmath.pi / 4)):
        ball = enclose(Apply("acot", (Variable("x"),)), Point({}, {"x": x}, {}), NONE, 64)
        assert float(ball.mid()) == pytest.approx(float(angle))  # type: ignore[union-attr]
