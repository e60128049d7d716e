"""The author's expression, as written.

A term never evaluates anything: ``0*log(x)`` stays a product. Every node is frozen; equality ignores where the node
stood in the text (``at``: start and end offset, in characters, of the text that was parsed).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal

At = tuple[int, int] | None


def _at() -> Any:
    return field(default=None, compare=False, repr=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Index:
    """A place in a range: a name, or a literal that starts at 1. Elaboration fills in the dimension.

    A dimension is the name of a positive integer (``"n"``), or digits (``"3"``) for an explicit one.
    """

    name: str | int
    dimension: str = ""
    at: At = _at()


@dataclass(frozen=True, slots=True)
class Number:
    """An exact rational literal; ``text`` is how the author wrote it (``0.1``)."""

    value: Fraction
    text: str = field(default="", compare=False)
    at: At = _at()


@dataclass(frozen=True, slots=True)
class Constant:
    """``pi``, ``E`` or ``oo``."""

    name: str
    at: At = _at()


@dataclass(frozen=True, slots=True)
class Variable:
    """A scalar variable, a dimension used as a number, or the bare name of an array (as in ``Max(o)``)."""

    name: str
    at: At = _at()


@dataclass(frozen=True, slots=True)
class Component:
    """An entry of an array or of an indexed definition: ``o[i]``, ``W[a, b]``."""

    array: str
    indices: tuple[Index, ...]
    at: At = _at()


@dataclass(frozen=True, slots=True)
class Delta:
    """``KroneckerDelta(i, j)``."""

    left: Index
    right: Index
    at: At = _at()


@dataclass(frozen=True, slots=True)
class Neg:
    """``-t``."""

    operand: Term
    at: At = _at()


@dataclass(frozen=True, slots=True)
class Binary:
    """``left op right`` with op one of ``+ - * / **``, in source order."""

    op: Literal["+", "-", "*", "/", "**"]
    left: Term
    right: Term
    at: At = _at()


@dataclass(frozen=True, slots=True)
class Apply:
    """A function of the signature, by its name: ``exp(t)``, ``Max(x, 0)``."""

    function: str
    args: tuple[Term, ...]
    at: At = _at()


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the author's own definition with arguments: ``sigmoid(x)``. Elaboration expands it."""

    name: str
    args: tuple[Term, ...]
    at: At = _at()


@dataclass(frozen=True, slots=True)
class Reduce:
    """A reduction over the whole range of ``index``, which it binds in ``body`` and on the left of ``excluded``.

    ``excluded`` restricts the range: every pair ``(index, j)`` means ``index != j``.
    """

    kind: Literal["Sum", "Product", "Max", "Min"]
    body: Term
    index: Index
    excluded: tuple[Index, ...] = ()
    at: At = _at()


@dataclass(frozen=True, slots=True)
class Diff:
    """The ambient partial derivative in every target in turn; binds nothing."""

    body: Term
    targets: tuple[Variable | Component, ...]
    at: At = _at()


@dataclass(frozen=True, slots=True)
class Limit:
    """``limit(body, variable, point, side)``; binds ``variable`` in ``body`` only; ``side`` is ``+``, ``-`` or None."""

    body: Term
    variable: str
    point: Term
    side: Literal["+", "-"] | None = None
    at: At = _at()


@dataclass(frozen=True, slots=True)
class Optimum:
    """``argmax(body, variable)`` or ``argmin``: the unique global optimiser; binds ``variable``.

    Elaboration fills ``component`` with the indices at which an array optimiser is read.
    """

    kind: Literal["argmax", "argmin"]
    body: Term
    variable: str
    component: tuple[Index, ...] = ()
    at: At = _at()


Term = (
    Number
    | Constant
    | Variable
    | Component
    | Delta
    | Neg
    | Binary
    | Apply
    | Call
    | Reduce
    | Diff
    | Limit
    | Optimum
)

Op = Literal["==", "!=", "<", "<=", ">", ">="]
OPS: tuple[Op, ...] = ("==", "!=", "<=", ">=", "<", ">")


@dataclass(frozen=True, slots=True)
class Relation:
    """``left op right``."""

    left: Term
    op: Op
    right: Term
    at: At = _at()


def children(term: Term) -> tuple[Term, ...]:
    """The direct subterms, in source order (the point of a limit included, targets of a diff not)."""
    match term:
        case Neg(operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Apply(_, args) | Call(_, args):
            return args
        case Reduce(_, body) | Diff(body) | Optimum(_, body):
            return (body,)
        case Limit(body, _, point):
            return (body, point)
        case _:
            return ()


def with_children(term: Term, new: tuple[Term, ...]) -> Term:
    """The same node over other subterms, given in the order of ``children``."""
    match term:
        case Neg():
            return replace(term, operand=new[0])
        case Binary():
            return replace(term, left=new[0], right=new[1])
        case Apply() | Call():
            return replace(term, args=new)
        case Reduce() | Diff() | Optimum():
            return replace(term, body=new[0])
        case Limit():
            return replace(term, body=new[0], point=new[1])
        case _:
            return term


def subterms(term: Term) -> Iterator[Term]:
    """Every subterm, the term itself first, depth first, in source order."""
    stack = [term]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(children(node)))


def own_indices(term: Term) -> tuple[Index, ...]:
    """The indices that stand in this node itself, the bound one of a reduction not included."""
    match term:
        case Component(_, indices):
            return indices
        case Delta(left, right):
            return (left, right)
        case Reduce(_, _, _, excluded):
            return excluded
        case Diff(_, targets):
            return tuple(i for t in targets if isinstance(t, Component) for i in t.indices)
        case Optimum(_, _, _, component):
            return component
        case _:
            return ()


def size(term: Term) -> int:
    """How many nodes the term has."""
    return sum(1 for _ in subterms(term))


