"""Terms in float64: values, undefined points, restrictions, shapes and numerical derivatives."""

from __future__ import annotations

import math

import numpy as np
import pytest

from derive.claim import Goal
from derive.evaluate import Array, Points, evaluate, integer_names, tape
from tests.goals import goal

NAN = math.nan


def left(stated: Goal, points: Points) -> Array:
    laid = tape((stated.left,), stated.indices, integer_names(stated))
    assert laid is not None
    return evaluate(laid, points)[0]


SCALARS = (
    # text, x, value
    ("x + 2*x - x/4", 4, 11),
    ("-x**2", 3, -9),
    ("x**0", 0, 1),
    ("x**(2 - 2)", 0, 1),
    ("x**(4/2)", -3, 9),
    ("x**(1/2)", -4, NAN),
    ("x**0.5", 0, 0),
    ("x**(-1)", 0, NAN),
    ("x**x", 0, NAN),
    ("x**x", -2, NAN),
    ("1/x", 0, NAN),
    ("0*log(x)", 0, NAN),
    ("1/(1/x)", 0, NAN),
    ("exp(x)", 1000, NAN),
    ("log(x)", -1, NAN),
    ("sqrt(x)", -1, NAN),
    ("cbrt(x)", -8, -2),
    ("Max(x, 0, 1/2)", -1, 0.5),
    ("Min(x, 0)", 3, 0),
    ("Max(x, 1/x)", 0, NAN),
    ("sign(x)", -3, -1),
    ("x*pi/E", 1, math.pi / math.e),
    ("10**400*x/10**400", 1, NAN),
    ("factorial(x)", 5, 120),
    ("factorial(x)", 5.5, NAN),
)


@pytest.mark.parametrize(("text", "x", "value"), SCALARS)
def test_scalars(text: str, x: float, value: float) -> None:
    seen = left(goal("x: real", f"{text} == x"), Points({}, {"x": np.array([x], dtype=float)}, 1))
    assert seen == pytest.approx([value], nan_ok=True)


W = np.array([[[1.0, 2, 3], [4, 5, 6]]])
V = np.array([[7.0, -1, 3]])
ARRAYS = (
    # text, value for W = ((1,2,3),(4,5,6)), v = (7,-1,3): rows and columns of the free indices in order
    ("Sum(Sum(W[a,b],a),b)", 21),
    ("Sum(W[a,b]*v[b],b)", [14, 41]),
    ("W[a,b]*v[c] - W[a,c]*v[b]", W[0][:, :, None] * V[0] - W[0][:, None, :] * V[0][:, None]),
    ("Product(v[b],b)", -21),
    ("Max(v) - Min(v)", 8),
    ("Sum(1,a)*Sum(0*v[b] + 1,b)", 6),
    ("Sum(v[b], b, b != c)", [2, 10, 6]),
    ("Sum(1/(v[b] - v[c]), b, b != c)", [-1 / 8 - 1 / 4, 1 / 8 + 1 / 4, 1 / 4 - 1 / 4]),
    ("Sum(1/(v[b] - v[c]), b)", [NAN, NAN, NAN]),
    ("Sum(v[b], b, b != c, b != d)", [[2, 3, -1], [3, 10, 7], [-1, 7, 6]]),
    ("v[2]*W[1,b]", [-1, -2, -3]),
    ("v[4]", NAN),
    ("KroneckerDelta(b,2)*v[b]", [0, -1, 0]),
    ("KroneckerDelta(b,c)*v[b]", [[7, 0, 0], [0, -1, 0], [0, 0, 3]]),
    ("Sum(v[b]*Sum(v[b]*W[a,b],b),b)", [14 * 9, 41 * 9]),
    ("Sum(KroneckerDelta(b,c)*v[c], b)", [7, -1, 3]),
    ("n*v[b]**0", [2, 2, 2]),
)


@pytest.mark.parametrize(("text", "value"), ARRAYS)
def test_every_index_has_an_axis_of_its_own(text: str, value: object) -> None:
    shapes = ("Sum(Sum(W[a,b],a),b) != 1", "Sum(v[b],b) != 1")
    stated = goal("W: real[n,p]; v: real[p]; a: index[n]", f"{text} == 0", *shapes)
    two = Points({"n": 2, "p": 3}, {"W": np.repeat(W, 2, 0), "v": np.repeat(V, 2, 0)}, 2)
    seen = left(stated, two)
    assert seen.shape == (2, *np.shape(value))
    assert np.allclose(seen[1], np.asarray(value, dtype=float), equal_nan=True)
    assert np.allclose(seen[0], seen[1], equal_nan=True)


DERIVATIVES = (
    # text, its derivative by hand, relative accuracy
    ("diff(x**3*exp(-x), x)", "(3*x**2 - x**3)*exp(-x)", 1e-13),
    ("diff(log(x)/sqrt(x), x)", "x**(-3/2)*(1 - log(x)/2)", 1e-13),
    ("diff(tanh(x)*atan(x)*cbrt(x), x)", "(1 - tanh(x)**2)*atan(x)*cbrt(x) + tanh(x)*cbrt(x)/(1+x**2)"
     " + tanh(x)*atan(x)/(3*cbrt(x)**2)", 1e-12),
    ("diff(Abs(x - 2)*Max(x, 2), x)", "sign(x - 2)*Max(x, 2) + Abs(x - 2)*(1 + sign(x - 2))/2", 1e-12),
    ("diff(x**(-3), x)", "-3*x**(-4)", 1e-12),
    ("diff((-x)**7, x)", "-7*x**6", 1e-12),
    ("diff(erf(x), x)", "2*exp(-x**2)/sqrt(pi)", 1e-8),
    ("diff(sin(x), x, x)", "-sin(x)", 1e-8),
    ("diff(x**5, x, 3)", "60*x**2", 1e-6),
    ("diff(x*diff(x**4, x), x)", "16*x**3", 1e-8),
    ("diff(x**2*y, x, y)", "2*x", 1e-9),
    ("diff(y**2, x)", "0*x", 1e-12),
)  # fmt: skip


@pytest.mark.parametrize(("text", "by_hand", "accuracy"), DERIVATIVES)
def test_derivatives(text: str, by_hand: str, accuracy: float) -> None:
    x = np.array([0.3, 0.5, 1.0, 1.7, 2.5, 3.0, 4.0])
    points = Points({}, {"x": x, "y": 1 / x}, len(x))
    seen, told = (left(goal("x, y: real", f"{t} == x + y"), points) for t in (text, by_hand))
    assert seen == pytest.approx(told, rel=accuracy, abs=accuracy)


KINKS = (
    ("diff(Abs(x), x)", 0.0),
    ("diff(sqrt(x), x)", 0.0),
    ("diff(sign(x), x)", 0.0),
    ("diff(Max(x, 1), x)", 1.0),
    ("diff(floor(x), x)", 2.0),
    ("diff(log(x), x)", -1.0),
)


@pytest.mark.parametrize(("text", "x"), KINKS)
def test_no_derivative_is_made_up_at_a_kink(text: str, x: float) -> None:
    assert np.isnan(left(goal("x: real", f"{text} == x"), Points({}, {"x": np.array([x])}, 1))).all()


def test_the_derivative_names_a_coordinate() -> None:
    stated = goal("o: real[n]", "diff(Sum(exp(o[k]),k)*o[i], o[j]) == 0")
    o = np.array([[0.0, 1, -1], [2, 2, 0]])
    seen, e = left(stated, Points({"n": 3}, {"o": o}, 2)), np.exp(o)
    axes = [str(i.name) for i in stated.indices]
    expected = e[:, None, :] * o[:, :, None] + np.eye(3) * e.sum(1)[:, None, None]
    assert seen == pytest.approx(expected if axes == ["i", "j"] else expected.transpose(0, 2, 1))


def test_what_points_cannot_evaluate_has_no_tape() -> None:
    for text in ("limit(x, x, 0)", "argmin(x**2, x)"):
        stated = goal("x: real", f"{text} == 0")
        assert tape((stated.left,), (), frozenset()) is None


def test_equal_subterms_are_evaluated_once() -> None:
    once = goal("o: real[n]", "exp(o[i])/Sum(exp(o[k]),k) == 0")
    twice = goal("o: real[n]", "exp(o[i])/Sum(exp(o[k]),k) - exp(o[i])/Sum(exp(o[l]),l) == 0")
    short, long = (tape((g.left,), g.indices, frozenset()) for g in (once, twice))
    assert short is not None and long is not None
    assert len(long.steps) == len(short.steps) + 1


def test_the_size_of_the_work_is_known_before_it_is_done() -> None:
    stated = goal("W: real[n,p]", "Sum(W[a,b]*Sum(W[c,b],c),b) == 0")
    laid = tape((stated.left,), stated.indices, frozenset())
    assert laid is not None and laid.cells({"n": 3, "p": 5}) == 3 * 3 * 5
