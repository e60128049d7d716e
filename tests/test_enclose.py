"""Enclosures hold the true value, decide domains and kinks, stay exact over the rationals, and know their limits."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st
from mpmath import mpf

from derive.enclose import Missing, decide, enclose, enclosure
from derive.evaluate import Point, integer_names
from derive.parse import parse
from derive.term import Term
from derive.verdict import Counterexample
from tests.goals import goal, second_opinion

UNDEFINED, UNKNOWN, BEYOND = Missing.UNDEFINED, Missing.UNKNOWN, Missing.BEYOND
HALF = Fraction(1, 2)


def at(text: str, x: Fraction | int, precision: int = 64) -> object:
    stated = goal("x, y: real; m: integer", f"{text} == x + y + m")
    values = {"x": Fraction(x), "y": Fraction(2), "m": Fraction(-3)}
    return enclose(stated.left, Point({}, values, {}), integer_names(stated), precision)


EXACT = (
    ("x**0", 0, 1),
    ("(x/3 + 1/7)*21", 1, 10),
    ("x**m", 2, Fraction(1, 8)),
    ("x**(1/2)", Fraction(9, 4), Fraction(3, 2)),
    ("x**(-2/3)", 8, Fraction(1, 4)),
    ("x**0.5", 0, 0),
    ("sqrt(x)", Fraction(16, 25), Fraction(4, 5)),
    ("cbrt(x)", -27, -3),
    ("exp(log(x))", 1, 1),
    ("0*exp(x)", 3, 0),
    ("sign(x - y)", 2, 0),
    ("Abs(x)", -3, 3),
    ("Max(x, y, 1/3)", -3, 2),
    ("floor(x) + ceiling(x)", HALF, 1),
    ("factorial(x)", 20, 2432902008176640000),
    ("binomial(x, y)", 10, 45),
    ("diff(x**3, x)", 5, 75),
    ("diff(x**3, x, x)", 5, 30),
    ("diff(x**3, x, 4)", 5, 0),
    ("diff(x*y**2, x, y)", 5, 4),
    ("diff(x**2, y)", 5, 0),
    ("diff(1/x, x)", 2, Fraction(-1, 4)),
    ("diff(x*diff(x**2, x), x)", 3, 12),
    ("diff(Max(x, 1), x)", 2, 1),
    ("diff(Max(x, y, y + x - x), x)", 1, None),
    ("diff(Abs(x), x)", -2, -1),
    ("diff(x**m, x)", 2, Fraction(-3, 16)),
    ("diff(sqrt(y - 2), x)", 1, 0),
)


@pytest.mark.parametrize(("text", "x", "value"), EXACT)
def test_rational_values_stay_exact(text: str, x: Fraction | int, value: Fraction | int | None) -> None:
    seen = at(text, x)
    if value is None:
        assert seen is UNKNOWN
    else:
        assert isinstance(seen, fmpq) and seen == fmpq(Fraction(value).numerator, Fraction(value).denominator)


MISSING = (
    ("1/x", 0, UNDEFINED),
    ("0*log(x)", 0, UNDEFINED),
    ("log(x)", -1, UNDEFINED),
    ("x**m", 0, UNDEFINED),
    ("x**(1/2)", -4, UNDEFINED),
    ("x**0.0", 0, 1),
    ("x**(x - x)", 0, UNDEFINED),
    ("x**y", -1, UNDEFINED),
    ("sqrt(x)", Fraction(-1, 10**30), UNDEFINED),
    ("atanh(x)", 1, UNDEFINED),
    ("factorial(x)", HALF, UNDEFINED),
    ("1/(sin(x)**2 + cos(x)**2 - 1)", 1, UNKNOWN),
    ("log(exp(x) - exp(x))", 1, UNKNOWN),
    ("diff(Abs(x), x)", 0, BEYOND),
    ("diff(x*Abs(x), x)", 0, BEYOND),
    ("diff(sqrt(x**4), x)", 0, BEYOND),
    ("diff(Max(x, y), x)", 2, UNKNOWN),
    ("diff(Max(x, x), x)", 1, UNKNOWN),
    ("diff(sign(x), x)", 0, BEYOND),
    ("diff(x**(3/2), x)", 0, BEYOND),
    ("diff(floor(x), x)", 1, UNKNOWN),
    ("diff(gamma(x), x)", 1, BEYOND),
    ("limit(x, x, 0)", 0, BEYOND),
    ("argmin(x**2, x)", 0, BEYOND),
    ("exp(exp(exp(exp(exp(exp(x))))))", 100, UNKNOWN),
)


@pytest.mark.parametrize(("text", "x", "missing"), MISSING)
def test_nothing_is_told_without_its_condition(text: str, x: Fraction | int, missing: object) -> None:
    assert at(text, x) == missing


def test_more_bits_decide_more() -> None:
    text = "log(exp(x) - exp(x - 10**(-60)))"
    assert at(text, 1, 64) is UNKNOWN
    assert isinstance(at(text, 1, 512), arb)


@pytest.mark.parametrize(
    ("op", "left", "right", "holds"),
    (
        ("==", fmpq(1, 3), fmpq(1, 3), True),
        ("==", arb(1, 0.1), fmpq(1), None),
        ("==", arb(1, 0.1), fmpq(2), False),
        ("!=", arb(1, 0.1), fmpq(1), None),
        ("!=", arb(1, 0.1), fmpq(2), True),
        ("<", arb(1, 0.5), arb(2, 0.4), True),
        ("<", arb(1, 0.5), arb(2, 0.6), None),
        ("<=", arb(2, 0.4), arb(1, 0.5), False),
        (">=", fmpq(1), fmpq(1), True),
        (">", fmpq(1), fmpq(1), False),
    ),
)
def test_decide(op: str, left: fmpq | arb, right: fmpq | arb, holds: bool | None) -> None:
    assert decide(op, left, right) is holds


def test_decide_does_not_round() -> None:
    near = fmpq(1) + fmpq(1, 10**500)
    assert decide("==", arb(1), near) is False
    assert decide("<", fmpq(1), near) is True


FORMULAS = (
    "sin(x)*exp(-x**2) + log(2 + x**2)",
    "diff(sin(x)*exp(-x**2), x)",
    "diff(tanh(x*y)/(1 + y**2), x, y)",
    "diff(atan(x)**3*sqrt(1 + x**2), x, x)",
    "diff((2 + sin(x))**(x*y), x)",
    "cbrt(x)*asinh(x) - Abs(y)*floor(x)",
    "erf(x)*cosh(y) + Max(x, y, x*y)",
)
RATIONALS = st.fractions(min_value=-5, max_value=5, max_denominator=50)


@pytest.mark.parametrize("text", FORMULAS)
@given(x=RATIONALS, y=RATIONALS)
def test_the_enclosure_holds_the_value(text: str, x: Fraction, y: Fraction) -> None:
    found = Counterexample((), (("x", x), ("y", y)), (), enclosure(fmpq(0)), enclosure(fmpq(0)), "==", 0)
    term: Term = parse(text)
    seen = enclose(term, Point({}, {"x": x, "y": y}, {}), frozenset(), 100)
    assert not isinstance(seen, Missing)
    told, shown = second_opinion(term, found), enclosure(seen)
    width = mpf(10) ** -15 * (1 + abs(told))
    assert mpf(shown.low) - width <= told <= mpf(shown.high) + width
    assert mpf(shown.high) - mpf(shown.low) <= width


ARRAYS = (
    # text, value at n = 3, o = (0, 1, 2), i = 2
    ("Sum(o[k]**2, k)", 5),
    ("Sum(o[k], k, k != i)", 2),
    ("Sum(1/(o[k] - o[i]), k, k != i)", 0),
    ("Sum(1/(o[k] - o[i]), k)", UNDEFINED),
    ("Product(o[k], k, k != 1)", 2),
    ("Max(o)*n", 6),
    ("o[3]", 2),
    ("o[4]", UNDEFINED),
    ("0*KroneckerDelta(i, 4)", UNDEFINED),
    ("diff(Max(o), o[i])", 0),
    ("diff(Max(o), o[3])", 1),
    ("diff(Sum(o[k]**3, k), o[i])", 3),
    ("diff(Sum(o[k]**3, k), o[i], o[i])", 6),
    ("diff(Sum(o[k]*o[i], k), o[i])", 4),
    ("Sum(diff(Product(o[l] + 1, l), o[k]), k)", 11),
    ("diff(Sum(o[k]*Sum(o[k]**2, k), k), o[i])", 11),
)


@pytest.mark.parametrize(("text", "value"), ARRAYS)
def test_arrays(text: str, value: object) -> None:
    stated = goal("o: real[n]; i: index[n]", f"{text} == o[i]")
    o = tuple(map(Fraction, (0, 1, 2)))
    seen = enclose(stated.left, Point({"n": 3}, {"o": o}, {"i": 2}), integer_names(stated), 64)
    assert seen == (value if isinstance(value, Missing) else fmpq(value))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "low", "high"),
    (
        (fmpq(1, 2), "0.5", "0.5"),
        (fmpq(-3), "-3", "-3"),
        (fmpq(10**20), "1e20", "1e20"),
        (fmpq(1, 10**9), "1e-9", "1e-9"),
    ),
)
def test_short_values_print_as_themselves(value: fmpq, low: str, high: str) -> None:
    shown = enclosure(value)
    assert mpf(shown.low) <= mpf(low) <= mpf(shown.high)
    if value.denominator in (1, 2):
        assert (shown.low, shown.high) == (low, high)


@given(st.fractions(max_denominator=10**9))
def test_printed_ends_lie_on_both_sides(value: Fraction) -> None:
    shown = enclosure(fmpq(value.numerator, value.denominator))
    assert Fraction(shown.low) <= value <= Fraction(shown.high)
    assert shown.exact == value
