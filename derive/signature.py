"""The functions that a claim may use: one row each. Adding a function means adding a row.

A row holds *names* of meanings (for NumPy, for balls, for SymPy); the modules that may import those resolve them.
Conditions and derivatives are text of the claim language in the parameters ``x``, ``y``.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Function:
    """A real function: where it is defined, how it is differentiated, and what it is called elsewhere.

    ``arity`` None means two or more arguments. ``domain`` lists the conditions under which it is defined,
    ``smooth`` the open conditions under which ``derivative`` (one text an argument) is its derivative; an empty
    ``derivative`` means that the kernel has a rule of its own or none. ``analytic`` allows a complex step.
    """

    name: str
    arity: int | None
    domain: tuple[str, ...] = ()
    derivative: tuple[str, ...] = ()
    smooth: tuple[str, ...] = ()
    numpy: str = ""
    ball: str = ""
    sympy: str = ""
    unicode: str = ""
    latex: str = ""
    analytic: bool = True


def _row(name: str, *, arity: int | None = 1, numpy: str = "", ball: str = "", sympy: str = "", **rest: object) -> Function:
    return Function(name, arity, numpy=numpy or name, ball=ball or name, sympy=sympy or name, **rest)  # type: ignore[arg-type]


FUNCTIONS: dict[str, Function] = {
    row.name: row
    for row in (
        _row("exp", derivative=("exp(x)",)),
        _row("log", domain=("x > 0",), derivative=("1/x",), smooth=("x > 0",)),
        _row("sqrt", domain=("x >= 0",), derivative=("1/(2*sqrt(x))",), smooth=("x > 0",)),
        _row("cbrt", derivative=("1/(3*cbrt(x)**2)",), smooth=("x != 0",)),
        _row("Abs", derivative=("sign(x)",), smooth=("x != 0",), numpy="abs", ball="abs", analytic=False),
        _row("sign", derivative=("0",), smooth=("x != 0",), analytic=False),
        _row("Max", arity=None, analytic=False),
        _row("Min", arity=None, analytic=False),
        _row("sin", derivative=("cos(x)",)),
        _row("cos", derivative=("-sin(x)",)),
        _row("sinh", derivative=("cosh(x)",)),
        _row("cosh", derivative=("sinh(x)",)),
        _row("tanh", derivative=("1 - tanh(x)**2",)),
        _row("atan", derivative=("1/(1 + x**2)",), numpy="arctan"),
        _row("tan", domain=("cos(x) != 0",), derivative=("1 + tan(x)**2",), smooth=("cos(x) != 0",)),
    )
}

CONSTANTS: tuple[str, ...] = ("pi", "E", "oo")
