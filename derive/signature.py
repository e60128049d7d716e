"""The functions that a claim may use: one row each. Adding a function means adding a row.

A row holds *names* of meanings (for NumPy, for balls, for SymPy); the modules that may import those resolve them.
Conditions and derivatives are text of the claim language in the parameters ``x``, ``y``.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Parity = Literal["", "even", "odd"]


class Function(Struct, frozen=True):
    """A real function: where it is defined, how it is differentiated, and what it is called elsewhere.

    ``arity``       how many arguments; None means two or more.
    ``domain``      the conditions under which it is defined.
    ``derivative``  one text an argument; empty: the kernel has a rule of its own, or there is none.
    ``smooth``      the open conditions (strict, between continuous terms) under which ``derivative`` holds.
    ``parity``      ``even`` or ``odd``, where the function is: the value at ``-x`` is that at ``x``, or its negative.
    ``range``       an interval that holds all values, tight to a hundredth, as people write it: ``(-pi/2, pi/2]``.
    ``exact``       rational values at rational arguments: pairs (argument, value) of a function of one argument.
    ``numpy``       a function of NumPy, or of the table in ``evaluate``.
    ``ball``        a method of a ball, or of the table in ``enclose``.
    ``sympy``       a function of SymPy.
    ``unicode``, ``latex``  how it prints, where the name itself will not do.
    ``analytic``    False where a complex step says nothing at all, so that differences are taken.
    """

    name: str
    arity: int | None
    domain: tuple[str, ...] = ()
    derivative: tuple[str, ...] = ()
    smooth: tuple[str, ...] = ()
    parity: Parity = ""
    range: str = "(-oo, oo)"
    exact: tuple[tuple[int, int], ...] = ()
    numpy: str = ""
    ball: str = ""
    sympy: str = ""
    unicode: str = ""
    latex: str = ""
    analytic: bool = True


def _row(
    name: str,
    *,
    arity: int | None = 1,
    domain: tuple[str, ...] = (),
    derivative: tuple[str, ...] = (),
    smooth: tuple[str, ...] = (),
    parity: Parity = "",
    range: str = "(-oo, oo)",
    exact: tuple[tuple[int, int], ...] = (),
    numpy: str = "",
    ball: str = "",
    sympy: str = "",
    unicode: str = "",
    latex: str = "",
    analytic: bool = True,
) -> Function:
    names = (numpy or name, ball or name, sympy or name)
    return Function(name, arity, domain, derivative, smooth, parity, range, exact, *names, unicode, latex, analytic)


_ZERO = ((0, 0),)
_NATURAL = ("x >= 0", "floor(x) == x")

FUNCTIONS: dict[str, Function] = {
    row.name: row
    for row in (
        _row("exp", derivative=("exp(x)",), range="(0, oo)", exact=((0, 1),)),
        _row("log", domain=("x > 0",), derivative=("1/x",), smooth=("x > 0",), exact=((1, 0),), latex=r"\log"),
        _row("log1p", domain=("x > -1",), derivative=("1/(1 + x)",), smooth=("x > -1",), exact=_ZERO),
        _row("expm1", derivative=("exp(x)",), range="(-1, oo)", exact=_ZERO),
        _row(
            "sqrt", domain=("x >= 0",), derivative=("1/(2*sqrt(x))",), smooth=("x > 0",), range="[0, oo)", unicode="√"
        ),
        _row("cbrt", derivative=("1/(3*cbrt(x)**2)",), smooth=("x != 0",), parity="odd", unicode="∛"),
        _row(
            "Abs", derivative=("sign(x)",), smooth=("x != 0",), parity="even", range="[0, oo)", numpy="abs", ball="abs"
        ),
        _row(
            "sign", derivative=("0",), smooth=("x != 0",), parity="odd", range="[-1, 1]", latex=r"\operatorname{sign}"
        ),
        _row("Max", arity=None, latex=r"\max"),
        _row("Min", arity=None, latex=r"\min"),
        _row("sin", derivative=("cos(x)",), parity="odd", range="[-1, 1]", exact=_ZERO, latex=r"\sin"),
        _row("cos", derivative=("-sin(x)",), parity="even", range="[-1, 1]", exact=((0, 1),), latex=r"\cos"),
        _row(
            "tan",
            domain=("cos(x) != 0",),
            derivative=("1 + tan(x)**2",),
            smooth=("cos(x) != 0",),
            parity="odd",
            exact=_ZERO,
        ),
        _row(
            "cot",
            domain=("sin(x) != 0",),
            derivative=("-1 - cot(x)**2",),
            smooth=("sin(x) != 0",),
            parity="odd",
            latex=r"\cot",
        ),
        _row(
            "sec",
            domain=("cos(x) != 0",),
            derivative=("sec(x)*tan(x)",),
            smooth=("cos(x) != 0",),
            parity="even",
            exact=((0, 1),),
        ),
        _row("csc", domain=("sin(x) != 0",), derivative=("-csc(x)*cot(x)",), smooth=("sin(x) != 0",), parity="odd"),
        _row("sinh", derivative=("cosh(x)",), parity="odd", exact=_ZERO, latex=r"\sinh"),
        _row("cosh", derivative=("sinh(x)",), parity="even", range="[1, oo)", exact=((0, 1),), latex=r"\cosh"),
        _row("tanh", derivative=("1 - tanh(x)**2",), parity="odd", range="(-1, 1)", exact=_ZERO, latex=r"\tanh"),
        _row(
            "coth", domain=("x != 0",), derivative=("1 - coth(x)**2",), smooth=("x != 0",), parity="odd", latex=r"\coth"
        ),
        _row("sech", derivative=("-sech(x)*tanh(x)",), parity="even", range="(0, 1]", exact=((0, 1),)),
        _row("csch", domain=("x != 0",), derivative=("-csch(x)*coth(x)",), smooth=("x != 0",), parity="odd"),
        _row(
            "asin",
            domain=("x >= -1", "x <= 1"),
            derivative=("1/sqrt(1 - x**2)",),
            smooth=("x > -1", "x < 1"),
            parity="odd",
            range="[-pi/2, pi/2]",
            exact=_ZERO,
            numpy="arcsin",
            latex=r"\arcsin",
        ),
        _row(
            "acos",
            domain=("x >= -1", "x <= 1"),
            derivative=("-1/sqrt(1 - x**2)",),
            smooth=("x > -1", "x < 1"),
            range="[0, pi]",
            exact=((1, 0),),
            numpy="arccos",
            latex=r"\arccos",
        ),
        _row(
            "atan",
            derivative=("1/(1 + x**2)",),
            parity="odd",
            range="(-pi/2, pi/2)",
            exact=_ZERO,
            numpy="arctan",
            latex=r"\arctan",
        ),
        # The branch of acot is atan(1/x), and pi/2 at 0: it jumps there.
        _row(
            "acot",
            derivative=("-1/(1 + x**2)",),
            smooth=("x != 0",),
            range="(-pi/2, pi/2]",
            latex=r"\operatorname{arccot}",
        ),
        _row("asinh", derivative=("1/sqrt(1 + x**2)",), parity="odd", exact=_ZERO, numpy="arcsinh"),
        _row(
            "acosh",
            domain=("x >= 1",),
            derivative=("1/sqrt(x**2 - 1)",),
            smooth=("x > 1",),
            range="[0, oo)",
            exact=((1, 0),),
            numpy="arccosh",
        ),
        _row(
            "atanh",
            domain=("x > -1", "x < 1"),
            derivative=("1/(1 - x**2)",),
            smooth=("x > -1", "x < 1"),
            parity="odd",
            exact=_ZERO,
            numpy="arctanh",
        ),
        _row("floor", derivative=("0",), smooth=("sin(pi*x) != 0",), latex=r"\operatorname{floor}"),
        _row("ceiling", derivative=("0",), smooth=("sin(pi*x) != 0",), numpy="ceil", ball="ceil"),
        _row("factorial", domain=_NATURAL, range="[1, oo)", exact=((0, 1), (1, 1)), ball="fac", analytic=False),
        # binomial(x, y) is 0 for y > x, as in counting.
        _row("binomial", arity=2, domain=(*_NATURAL, "y >= 0", "floor(y) == y"), range="[0, oo)", analytic=False),
        _row("erf", derivative=("2*exp(-x**2)/sqrt(pi)",), parity="odd", range="(-1, 1)", exact=_ZERO, analytic=False),
        # Poles at 0, -1, -2, ..: defined for x > 0 and wherever x is not an integer.
        _row("gamma", domain=("Max(x, x - floor(x)) > 0",), exact=((1, 1), (2, 1)), analytic=False),
        _row("loggamma", domain=("x > 0",), range="[-1/8, oo)", exact=((1, 0), (2, 0)), ball="lgamma", analytic=False),
    )
}

CONSTANTS: tuple[str, ...] = ("pi", "E", "oo")
