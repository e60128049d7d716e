"""The author's expression, as written.

A term never evaluates anything: ``0*log(x)`` stays a product. Every node is frozen; equality ignores where the node
stood in the text (``at``: start and end offset, in characters, of the text that was parsed).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from operator import attrgetter, is_
from typing import Any, Literal

from msgspec import Struct

At = tuple[int, int] | None


class Node(Struct, frozen=True, eq=False, kw_only=True, repr_omit_defaults=True):
    """What the nodes have in common: a place in the text, which does not count when they are compared."""

    at: At = None

    def __eq__(self, other: object) -> bool:
        return self is other or (type(self) is type(other) and _OWN[type(self)](self) == _OWN[type(self)](other))

    def __ne__(self, other: object) -> bool:  # a Struct has one of its own, which does not ask the other
        return not self == other

    def __hash__(self) -> int:
        return hash((type(self), _OWN[type(self)](self)))


class Index(Node, frozen=True):
    """A place in a range: a name, or a literal that starts at 1. Elaboration fills in the dimension.

    A dimension is the name of a positive integer (``"n"``), or digits (``"3"``) for an explicit one.
    """

    name: str | int
    dimension: str = ""


class Number(Node, frozen=True):
    """An exact rational literal; ``text`` is how the author wrote it (``0.1``)."""

    value: Fraction
    text: str = ""


class Constant(Node, frozen=True):
    """``pi``, ``E`` or ``oo``."""

    name: str


class Variable(Node, frozen=True):
    """A scalar variable, a dimension used as a number, or the bare name of an array (as in ``Max(o)``)."""

    name: str


class Component(Node, frozen=True):
    """An entry of an array or of an indexed definition: ``o[i]``, ``W[a, b]``."""

    array: str
    indices: tuple[Index, ...]


class Delta(Node, frozen=True):
    """``KroneckerDelta(i, j)``."""

    left: Index
    right: Index


class Neg(Node, frozen=True):
    """``-t``."""

    operand: Term


class Binary(Node, frozen=True):
    """``left op right`` with op one of ``+ - * / **``, in source order."""

    op: Literal["+", "-", "*", "/", "**"]
    left: Term
    right: Term


class Apply(Node, frozen=True):
    """A function of the signature, by its name: ``exp(t)``, ``Max(x, 0)``."""

    function: str
    args: tuple[Term, ...]


class Call(Node, frozen=True):
    """A call of the author's own definition with arguments: ``sigmoid(x)``. Elaboration expands it."""

    name: str
    args: tuple[Term, ...]


class Reduce(Node, frozen=True):
    """A reduction over the whole range of ``index``, which it binds in ``body`` and on the left of ``excluded``.

    ``excluded`` restricts the range: every pair ``(index, j)`` means ``index != j``.
    """

    kind: Literal["Sum", "Product", "Max", "Min"]
    body: Term
    index: Index
    excluded: tuple[Index, ...] = ()


class Diff(Node, frozen=True):
    """The ambient partial derivative in every target in turn; binds nothing."""

    body: Term
    targets: tuple[Variable | Component, ...]


class Limit(Node, frozen=True):
    """``limit(body, variable, point, side)``; binds ``variable`` in ``body`` only; ``side`` is ``+``, ``-`` or None."""

    body: Term
    variable: str
    point: Term
    side: Literal["+", "-"] | None = None


class Optimum(Node, frozen=True):
    """``argmax(body, variable)`` or ``argmin``: the unique global optimiser; binds ``variable``.

    Elaboration fills ``component`` with the indices at which an array optimiser is read.
    """

    kind: Literal["argmax", "argmin"]
    body: Term
    variable: str
    component: tuple[Index, ...] = ()


Term = Number | Constant | Variable | Component | Delta | Neg | Binary | Apply | Call | Reduce | Diff | Limit | Optimum

Op = Literal["==", "!=", "<", "<=", ">", ">="]
NEGATION: dict[Op, Op] = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
"""What holds between two values where a relation fails."""
OPS: tuple[Op, ...] = ("==", "!=", "<=", ">=", "<", ">")


class Relation(Node, frozen=True):
    """``left op right``."""

    left: Term
    op: Op
    right: Term


def children(term: Term) -> tuple[Term, ...]:
    """The direct subterms, in source order (the point of a limit included, targets of a diff not)."""
    below = _CHILDREN.get(type(term))
    return () if below is None else below(term)


def with_children(term: Term, new: tuple[Term, ...]) -> Term:
    """The same node over other subterms, given in the order of ``children``; the term itself where they are its own."""
    return term if all(map(is_, children(term), new)) else _WITH_CHILDREN[type(term)](term, new)


def subterms(term: Term) -> Iterator[Term]:
    """Every subterm, the term itself first, depth first, in source order."""
    stack = [term]
    while stack:
        node = stack.pop()
        yield node
        below = _CHILDREN.get(type(node))
        if below is not None:
            stack += below(node)[::-1]


def own_indices(term: Term) -> tuple[Index, ...]:
    """The indices that stand in this node itself, the bound one of a reduction not included."""
    own = _OWN_INDICES.get(type(term))
    return () if own is None else own(term)


def size(term: Term) -> int:
    """How many nodes the term has."""
    return sum(1 for _ in subterms(term))


# Every pass goes through these: a look-up is several times quicker than a match.
_CHILDREN: dict[type, Callable[[Any], tuple[Term, ...]]] = {
    Neg: lambda t: (t.operand,),
    Binary: lambda t: (t.left, t.right),
    Apply: lambda t: t.args,
    Call: lambda t: t.args,
    Reduce: lambda t: (t.body,),
    Diff: lambda t: (t.body,),
    Optimum: lambda t: (t.body,),
    Limit: lambda t: (t.body, t.point),
}
_WITH_CHILDREN: dict[type, Callable[[Any, tuple[Term, ...]], Term]] = {
    Neg: lambda t, new: Neg(new[0], at=t.at),
    Binary: lambda t, new: Binary(t.op, new[0], new[1], at=t.at),
    Apply: lambda t, new: Apply(t.function, new, at=t.at),
    Call: lambda t, new: Call(t.name, new, at=t.at),
    Reduce: lambda t, new: Reduce(t.kind, new[0], t.index, t.excluded, at=t.at),
    Diff: lambda t, new: Diff(new[0], t.targets, at=t.at),
    Optimum: lambda t, new: Optimum(t.kind, new[0], t.variable, t.component, at=t.at),
    Limit: lambda t, new: Limit(new[0], t.variable, new[1], t.side, at=t.at),
}
_OWN_INDICES: dict[type, Callable[[Any], tuple[Index, ...]]] = {
    Component: lambda t: t.indices,
    Delta: lambda t: (t.left, t.right),
    Reduce: lambda t: t.excluded,
    Diff: lambda t: tuple(i for target in t.targets if isinstance(target, Component) for i in target.indices),
    Optimum: lambda t: t.component,
}


_OWN: dict[type, Callable[[Any], Any]] = {
    kind: attrgetter(*kind.__match_args__) for kind in (Index, Relation, *Term.__args__)
}
"""What a node is compared by."""
_OWN[Number] = attrgetter("value")
