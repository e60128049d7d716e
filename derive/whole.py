"""Which terms are of integer type, a matter of their form alone: it decides the meaning of a power."""

from __future__ import annotations

from fractions import Fraction

from derive.term import Binary, Component, Neg, Number, Term, Variable, children


def is_integer_type(term: Term, integers: frozenset[str]) -> bool:
    """Whether a term is of integer type, a matter of syntax: ``2``, ``4/2``, ``n - 1``, ``m**2``; not ``floor(x)``."""
    match term:
        case Variable(name) | Component(name):
            return name in integers
        case Neg(operand):
            return is_integer_type(operand, integers)
        case Binary("+" | "-" | "*", left, right) if is_integer_type(left, integers):
            return is_integer_type(right, integers)
        case Binary("**", base, Number(value)) if value.denominator == 1 and value >= 0:
            return is_integer_type(base, integers)
        case _:
            constant = closed_rational(term)
            return constant is not None and constant.denominator == 1


def closed_rational(term: Term) -> Fraction | None:
    """The value of a constant made of literals by ``+ - * /`` and small integer powers, else None."""
    match term:
        case Number(value):
            return value
        case Neg(operand):
            inner = closed_rational(operand)
            return None if inner is None else -inner
        case Binary(op, left, right):
            a = closed_rational(left)
            b = None if a is None else closed_rational(right)
            return None if a is None or b is None else _rational(op, a, b)
        case _:
            return None


def closed_rationals(term: Term, found: set[Fraction]) -> Fraction | None:
    """``closed_rational`` of a term; what literals and constant operations in it are worth goes into ``found``."""
    match term:
        case Number(value):
            found.add(value)
            return value
        case Neg(operand):
            inner = closed_rationals(operand, found)
            return None if inner is None else -inner
        case Binary(op, left, right):
            a, b = closed_rationals(left, found), closed_rationals(right, found)
            result = None if a is None or b is None else _rational(op, a, b)
            if result is not None:
                found.add(result)
            return result
        case _:
            for child in children(term):
                closed_rationals(child, found)
            return None


def _rational(op: str, a: Fraction, b: Fraction) -> Fraction | None:
    match op:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
        case "/":
            return a / b if b else None
        case _:
            small = b.denominator == 1 and abs(b) <= 64 and max(abs(a.numerator), a.denominator) < 2**64
            return a**b.numerator if small and (a or b >= 0) else None
