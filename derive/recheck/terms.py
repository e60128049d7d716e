"""Terms of a certificate: read from JSON into tuples, each index in scope and of its dimension, or rejected.

A term is a prefix list. ``IDX`` is ``[name, dimension]``; a name that is a number is a literal place, from 1.

    ["num", "-3/2"]  ["const", "pi"]  ["var", "x"]  ["comp", "o", [IDX, ..]]  ["delta", IDX, IDX]  ["neg", t]
    ["add", t, u]  "sub" "mul" "div" "pow"       ["apply", "exp", t, ..]
    ["reduce", "Sum", "k", "n", [IDX, ..], t]    kinds Sum, Product, Max, Min; binds k in t; the IDX are left out
    ["diff", t, [["var", "x"], ..]]              ["limit", t, "v", point, "+" or "-" or ""]
    ["optimum", "argmax", t, "v", [IDX, ..]]

A relation is ``["rel", op, left, right]``. Read, a term is the same nest of tuples with ``Fraction`` for a number and
``Index`` for an IDX.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

MOST_NODES, DEEPEST, LONGEST = 20_000, 200, 4_000
NAME = re.compile(r"[^\W\d]\w*'*")  # names of the checker's own start with ``@ ~ #`` or are numbers
SIZE = re.compile(r"[1-9][0-9]{0,8}")
RATIONAL = re.compile(r"-?[0-9]{1,4000}(/[1-9][0-9]{0,3999})?")
BINARY = ("add", "sub", "mul", "div", "pow")
SEVERAL = ("Max", "Min", "binomial")
OPS = ("==", "!=", "<", "<=", ">", ">=")


class Rejected(Exception):
    """What is claimed was not shown; the text names the condition that failed."""


class Index(NamedTuple):
    """A place in a range: a name or a literal, and the dimension (a name, or digits)."""

    name: str | int
    dimension: str


Term = tuple[Any, ...]
Scope = Mapping[str, str]


def require(holds: bool, condition: str) -> None:
    """A condition without which nothing follows. All of them pass here, so that a test can drop any one."""
    if not holds:
        raise Rejected(condition)


class Terms:
    """The declarations of a claim, and the reading of terms under them."""

    def __init__(self, declarations: Any) -> None:
        """``declarations`` are ``[name, type, [dimension, ..]]``; each name stands there once."""
        self.types: dict[str, str] = {}
        self.shapes: dict[str, tuple[str, ...]] = {}
        for entry in listed(declarations, "declarations"):
            require(isinstance(entry, list) and len(entry) == 3, "a declaration has three parts")
            name, kind, shape = entry
            require(named(name) and name not in self.types and isinstance(kind, str), "a name is declared once")
            require(bool(shape) or kind not in ("onehot", "simplex"), "a one-hot vector or a distribution has an index")
            self.types[name], self.shapes[name] = kind, tuple(str(d) for d in listed(shape, "a shape"))
        sizes = {d for shape in self.shapes.values() for d in shape}
        require(all(map(self.is_dimension, sizes)), "a dimension is declared")

    def scope(self, found: Any) -> dict[str, str]:
        """Indices, each named once, with their dimensions. Raises Rejected."""
        pairs = listed(found, "indices")
        known = all(isinstance(i, list) and len(i) == 2 and named(i[0]) and self.is_dimension(i[1]) for i in pairs)
        require(known and len({i[0] for i in pairs}) == len(pairs), "an index has a name of its own and a dimension")
        return dict(pairs)

    def is_dimension(self, found: Any) -> bool:
        """Whether a name is that of a dimension, or a size."""
        declared = isinstance(found, str) and self.types.get(found) == "dimension" and not self.shapes[found]
        return declared or (isinstance(found, str) and SIZE.fullmatch(found) is not None)

    def term(self, found: Any, scope: Scope) -> Term:
        """The term of a JSON value in a scope of indices (name to dimension). Raises Rejected."""
        self.nodes = 0
        return self._term(found, scope, 0)

    def relation(self, found: Any, scope: Scope) -> tuple[str, Term, Term]:
        """Operator, left side, right side. Raises Rejected."""
        require(isinstance(found, list) and len(found) == 4 and found[0] == "rel" and found[1] in OPS, "a relation")
        return found[1], self.term(found[2], scope), self.term(found[3], scope)

    def index(self, found: Any, scope: Scope) -> Index:
        """An index in scope, of the dimension that it has there. Raises Rejected."""
        require(isinstance(found, list) and len(found) == 2 and isinstance(found[1], str), "an index is a pair")
        name, dimension = found
        if type(name) is int:
            require(name >= 1 and self.is_dimension(dimension), "a literal index starts at 1")
            require(not dimension.isdecimal() or name <= int(dimension), "a literal index is in range")
        else:
            known = isinstance(name, str) and scope.get(name) == dimension
            require(known, f"the index {name} is in scope with its dimension")
        return Index(name, dimension)

    def _term(self, found: Any, scope: Scope, depth: int) -> Term:
        self.nodes += 1
        require(self.nodes <= MOST_NODES and depth <= DEEPEST, "the size of a term")
        require(isinstance(found, list) and bool(found) and isinstance(found[0], str), "a term is a list")
        head, *parts = found
        match head, parts:
            case "num", [str(text)]:
                require(len(text) <= LONGEST and RATIONAL.fullmatch(text) is not None, "a rational number")
                require(str(Fraction(text)) == text, "a rational in lowest terms")
                return head, Fraction(text)
            case "const", ["pi" | "E" | "oo"]:
                return head, parts[0]
            case "var", [str(name)]:
                require(name in self.types and not self.shapes[name], f"{name} is a declared scalar")
                return head, name
            case "comp", [str(name), list(places)]:
                at = tuple(self.index(i, scope) for i in places)
                require(bool(at) and self.shapes.get(name) == tuple(i.dimension for i in at), "the shape of an array")
                return head, name, at
            case "delta", [left, right]:
                i, j = self.index(left, scope), self.index(right, scope)
                require(i.dimension == j.dimension, "D1: the indices of a delta have one dimension")
                return head, i, j
            case "neg" | "add" | "sub" | "mul" | "div" | "pow", _:
                require(len(parts) == (1 if head == "neg" else 2), "the number of operands")
                return head, *(self._term(t, scope, depth + 1) for t in parts)
            case "apply", [str(name), _, *_]:
                require(len(parts) == 2 or name in SEVERAL, "a function of one argument")
                require(
                    name in ("Max", "Min") or len(parts) == (3 if name == "binomial" else 2), "the number of operands"
                )
                return head, name, *(self._term(t, scope, depth + 1) for t in parts[1:])
            case _:
                return self._binder(head, parts, scope, depth)

    def _binder(self, head: str, parts: list[Any], scope: Scope, depth: int) -> Term:
        match head, parts:
            case "reduce", ["Sum" | "Product" | "Max" | "Min" as kind, str(name), str(dimension), list(out), body]:
                require(named(name) and self.is_dimension(dimension), "a bound index has a name and a dimension")
                skipped = tuple(self.index(i, scope) for i in out)
                require(all(i.dimension == dimension for i in skipped), "what is left out has the dimension")
                inner = {**scope, name: dimension}
                return head, kind, Index(name, dimension), skipped, self._term(body, inner, depth + 1)
            case "diff", [body, list(targets)]:
                chosen = tuple(self._term(t, scope, depth + 1) for t in targets)
                require(bool(chosen) and all(t[0] in ("var", "comp") for t in chosen), "a derivative by variables")
                real = all(not self.is_integer(t[1]) for t in chosen)
                require(real, "a derivative by a real variable")
                return head, self._term(body, scope, depth + 1), chosen
            case "limit", [body, str(name), point, "" | "+" | "-" as side]:
                require(self.shapes.get(name) == (), "the variable of a limit is a scalar")
                return head, self._term(body, scope, depth + 1), name, self._term(point, scope, depth + 1), side
            case "optimum", ["argmax" | "argmin" as kind, body, str(name), list(places)]:
                at = tuple(self.index(i, scope) for i in places)
                require(self.shapes.get(name) == tuple(i.dimension for i in at), "the shape of an optimiser")
                return head, kind, self._term(body, scope, depth + 1), name, at
            case _:
                raise Rejected(f"an unknown term {head}")

    def is_integer(self, name: str) -> bool:
        """Whether a variable is of integer type."""
        return self.types[name] in ("dimension", "integer", "positive integer", "nonnegative integer")

    def whole(self, term: Term) -> bool:
        """Whether a term is of integer type, which decides the meaning of a power (and nothing else)."""
        match term:
            case (("var" | "comp"), name, *_):
                return self.is_integer(name)
            case "neg", t:
                return self.whole(t)
            case (("add" | "sub" | "mul"), t, u) if self.whole(t):
                return self.whole(u)
            case "pow", t, ("num", e) if e.denominator == 1 and e >= 0:
                return self.whole(t)
            case _:
                value = rational(term)
                return value is not None and value.denominator == 1


def rational(term: Term) -> Fraction | None:
    """The value of a closed term of rational arithmetic, or None."""
    match term:
        case "num", value:
            return Fraction(value)
        case "neg", t:
            value = rational(t)
            return None if value is None else -value
        case (("add" | "sub" | "mul" | "div" as head), t, u):
            a, b = rational(t), rational(u)
            if a is None or b is None or (head == "div" and b == 0):
                return None
            return {"add": a + b, "sub": a - b, "mul": a * b}[head] if head != "div" else a / b
        case "pow", t, u:
            a, b = rational(t), rational(u)
            if (
                a is None
                or b is None
                or b.denominator != 1
                or abs(b) > 64
                or max(abs(a.numerator), a.denominator) >= 2**64
            ):
                return None
            return a ** int(b) if a or b >= 0 else None
        case _:
            return None


def children(term: Term) -> Iterator[tuple[int, Term]]:
    """The subterms of a term with their positions in it (of a derivative, the body only)."""
    match term[0]:
        case "neg" | "add" | "sub" | "mul" | "div" | "pow" | "diff":
            places: range | tuple[int, ...] = range(1, 2 if term[0] in ("neg", "diff") else 3)
        case "apply":
            places = range(2, len(term))
        case "reduce":
            places = (4,)
        case "limit":
            places = (1, 3)
        case "optimum":
            places = (2,)
        case _:
            places = ()
    return ((n, term[n]) for n in places)


def named(found: Any) -> bool:
    """Whether a JSON value is a name."""
    return isinstance(found, str) and 0 < len(found) <= 100 and NAME.fullmatch(found) is not None


def listed(found: Any, what: str) -> list[Any]:
    """A JSON list of bounded length. Raises Rejected."""
    require(isinstance(found, list) and len(found) <= 10_000, f"{what}: a list")
    return list(found)
