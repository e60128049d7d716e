"""The functions of the signature inside the kernel: hyperbolics by exp, and derivatives from the rows."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cache, reduce

from derive.kernel.context import NONZERO, POSITIVE, Context, Polynomial, Stuck
from derive.kernel.counting import binomial, ceiling, factorial, floor, gamma, log_gamma
from derive.kernel.functions import exponential, function, logarithm, maximum, number_constant, signum, symbolic_power
from derive.kernel.inverse import arccosine, arccotangent, arcsine, arctangent
from derive.kernel.polynomial import ONE, add, scale, subtract
from derive.kernel.ring import absolute as _absolute
from derive.kernel.ring import multiply, power
from derive.kernel.trigonometry import cosine, sine
from derive.parse import parse, parse_relation_chain
from derive.signature import FUNCTIONS
from derive.term import (
    Apply,
    Binary,
    Constant,
    Neg,
    Number,
    Op,
    Relation,
    Term,
    Variable,
    children,
    with_children,
)


def apply_function(ctx: Context, name: str, args: tuple[Polynomial, ...]) -> Polynomial:
    """The value of a function of the signature (rules P and G); Fails with Stuck outside its rules."""
    if name in ("Max", "Min"):
        return reduce(lambda a, b: maximum(ctx, a, b, 1 if name == "Max" else -1), args)
    if name == "binomial":
        return binomial(ctx, args)
    if name in BY_RULE:
        return BY_RULE[name](ctx, args[0])
    return function(ctx, name, args)


def _sinh(ctx: Context, x: Polynomial) -> Polynomial:
    ctx.use("G1")
    return scale(subtract(exponential(ctx, x), exponential(ctx, scale(x, -1))), Fraction(1, 2))


def _cosh(ctx: Context, x: Polynomial) -> Polynomial:
    ctx.use("G1")
    return scale(add(exponential(ctx, x), exponential(ctx, scale(x, -1))), Fraction(1, 2))


def _quotient(ctx: Context, top: Polynomial, bottom: Polynomial) -> Polynomial:
    return multiply(ctx, top, power(ctx, bottom, -1))


def _cube_root(ctx: Context, x: Polynomial) -> Polynomial:
    """cbrt(t) = sign(t) * Abs(t)**(1/3) (P7)."""
    return multiply(ctx, signum(ctx, x), power(ctx, _absolute(ctx, x), Fraction(1, 3)))


BY_RULE: dict[str, Callable[[Context, Polynomial], Polynomial]] = {
    "exp": exponential,
    "log": logarithm,
    "sqrt": lambda ctx, x: power(ctx, x, Fraction(1, 2)),
    "Abs": _absolute,
    "sign": signum,
    "cbrt": _cube_root,
    "expm1": lambda ctx, x: subtract(exponential(ctx, x), ONE),
    "log1p": lambda ctx, x: logarithm(ctx, add(x, ONE)),
    "sinh": _sinh,
    "cosh": _cosh,
    "tanh": lambda ctx, x: _quotient(ctx, _sinh(ctx, x), _cosh(ctx, x)),
    "coth": lambda ctx, x: _quotient(ctx, _cosh(ctx, x), _sinh(ctx, x)),
    "sech": lambda ctx, x: power(ctx, _cosh(ctx, x), -1),
    "csch": lambda ctx, x: power(ctx, _sinh(ctx, x), -1),
    "sin": sine,
    "factorial": factorial,
    "gamma": gamma,
    "loggamma": log_gamma,
    "floor": floor,
    "ceiling": ceiling,
    "cos": cosine,
    "tan": lambda ctx, x: _quotient(ctx, sine(ctx, x), cosine(ctx, x)),
    "cot": lambda ctx, x: _quotient(ctx, cosine(ctx, x), sine(ctx, x)),
    "sec": lambda ctx, x: power(ctx, cosine(ctx, x), -1),
    "csc": lambda ctx, x: power(ctx, sine(ctx, x), -1),
    "asin": arcsine,
    "acos": arccosine,
    "atan": arctangent,
    "acot": arccotangent,
    "acosh": lambda ctx, x: logarithm(ctx, add(x, power(ctx, subtract(multiply(ctx, x, x), ONE), Fraction(1, 2)))),
    "asinh": lambda ctx, x: logarithm(ctx, add(x, power(ctx, add(multiply(ctx, x, x), ONE), Fraction(1, 2)))),
    "atanh": lambda ctx, x: scale(
        subtract(logarithm(ctx, add(ONE, x)), logarithm(ctx, subtract(ONE, x))), Fraction(1, 2)
    ),
}


@cache
def _row_term(text: str) -> Term:
    return parse(text)


def derivative_of(ctx: Context, name: str, args: tuple[Polynomial, ...], slot: int) -> Polynomial:
    """The derivative of a function in one argument, from its row; its open conditions must be seen to hold (V3)."""
    row = FUNCTIONS[name]
    if len(row.derivative) <= slot:
        raise Stuck("outside the fragment", f"the derivative of {name}")
    values = dict(zip(("x", "y"), args, strict=False))
    for condition in row.smooth:
        _require_condition(ctx, name, condition, values)
    return _value(ctx, _row_term(row.derivative[slot]), values)


def _require_condition(ctx: Context, name: str, text: str, values: dict[str, Polynomial]) -> None:
    left, ((op, right),) = parse_relation_chain(text)
    gap = subtract(_value(ctx, left, values), _value(ctx, right, values))
    wanted = {">": POSITIVE, "!=": NONZERO, "<": NONZERO | 2}[op]
    if ctx.sign(ctx, gap) & wanted != wanted:
        ctx.unknown += 1
        raise Stuck("open obligation", f"{name} is differentiated where {text} is not established")


def _value(ctx: Context, term: Term, values: dict[str, Polynomial]) -> Polynomial:
    match term:
        case Number(value):
            return {(): value} if value else {}
        case Variable(name):
            return values[name]
        case Constant("pi"):
            return number_constant(ctx, "pi")
        case Neg(operand):
            return scale(_value(ctx, operand, values), -1)
        case Binary(op, left, right):
            return _binary(ctx, op, _value(ctx, left, values), _value(ctx, right, values))
        case Apply(name, args):
            return apply_function(ctx, name, tuple(_value(ctx, a, values) for a in args))
        case _:
            raise Stuck("outside the fragment", f"a row with {type(term).__name__}")


def _binary(ctx: Context, op: str, left: Polynomial, right: Polynomial) -> Polynomial:
    if op == "+":
        return add(left, right)
    if op == "-":
        return subtract(left, right)
    if op == "*":
        return multiply(ctx, left, right)
    if op == "/":
        return _quotient(ctx, left, right)
    return symbolic_power(ctx, left, right, True)


def domain_of(
    ctx: Context, name: str, written: tuple[Term, ...], values: tuple[Polynomial, ...]
) -> list[tuple[Polynomial, Op, Relation]]:
    """The conditions under which a function has a value: (polynomial, relation to 0, as written)."""
    by_name = dict(zip(("x", "y"), values, strict=False))
    terms = dict(zip(("x", "y"), written, strict=False))
    found: list[tuple[Polynomial, Op, Relation]] = []
    for text in FUNCTIONS[name].domain:
        left, pairs = parse_relation_chain(text)
        for op, right in pairs:
            gap = subtract(_value(ctx, left, by_name), _value(ctx, right, by_name))
            found.append((gap, op, Relation(_with_args(left, terms), op, _with_args(right, terms))))
            left = right
    return found


def _with_args(term: Term, terms: dict[str, Term]) -> Term:
    if isinstance(term, Variable):
        return terms.get(term.name, term)
    return with_children(term, tuple(_with_args(c, terms) for c in children(term)))
