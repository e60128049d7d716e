"""Terms and goals as the JSON of certificates: prefix lists, nothing implied, nothing abbreviated.

The format is described where it is read, in ``derive/recheck``.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from derive.claim import Goal, Hypothesis
from derive.kernel.context import Context
from derive.term import (
    Apply,
    Binary,
    Component,
    Constant,
    Delta,
    Diff,
    Index,
    Limit,
    Neg,
    Number,
    Op,
    Optimum,
    Reduce,
    Term,
    Variable,
)

Json = list[Any]
_HEADS = {"+": "add", "-": "sub", "*": "mul", "/": "div", "**": "pow"}


def to_json(term: Term) -> Json:
    """The prefix list of a term, every definition expanded."""
    match term:
        case Number(value):
            return ["num", str(value)]
        case Constant(name):
            return ["const", name]
        case Variable(name):
            return ["var", name]
        case Component(array, indices):
            return ["comp", array, _indices(indices)]
        case Delta(left, right):
            return ["delta", index_to_json(left), index_to_json(right)]
        case Neg(operand):
            return ["neg", to_json(operand)]
        case Binary(op, left, right):
            return [_HEADS[op], to_json(left), to_json(right)]
        case Apply(function, args):
            return ["apply", function, *map(to_json, args)]
        case _:
            return _binder(term)


def _binder(term: Term) -> Json:
    match term:
        case Reduce(kind, body, index, excluded):
            return ["reduce", kind, index.name, index.dimension, _indices(excluded), to_json(body)]
        case Diff(body, targets):
            return ["diff", to_json(body), [to_json(t) for t in targets]]
        case Limit(body, variable, point, side):
            return ["limit", to_json(body), variable, to_json(point), side or ""]
        case Optimum(kind, body, variable, component):
            return ["optimum", kind, to_json(body), variable, _indices(component)]
        case _:
            raise TypeError(f"a goal holds no {type(term).__name__}")


def index_to_json(index: Index) -> Json:
    """Name (or literal place) and dimension."""
    return [index.name, index.dimension]


def relation_to_json(left: Term, op: Op, right: Term) -> Json:
    """``["rel", op, left, right]``."""
    return ["rel", op, to_json(left), to_json(right)]


def goal_to_json(goal: Goal) -> dict[str, Any]:
    """The meaning of a claim, and nothing else: no text, no places, no names of definitions."""
    types = {name: "dimension" for name in goal.dimensions}
    return {
        "left": to_json(goal.left),
        "op": goal.op,
        "right": to_json(goal.right),
        "declarations": [[d.name, types.get(d.name, d.type), list(d.dimensions)] for d in goal.declarations],
        "indices": _indices(goal.indices),
        "hypotheses": [_hypothesis(h) for h in goal.hypotheses],
    }


def _indices(indices: tuple[Index, ...]) -> Json:
    return [index_to_json(i) for i in indices]


def _hypothesis(hypothesis: Hypothesis) -> dict[str, Any]:
    relation = hypothesis.relation
    return {
        "relation": relation_to_json(relation.left, relation.op, relation.right),
        "quantified": _indices(hypothesis.quantified),
    }


def stated(ctx: Context, term: Term) -> Any:
    """A term of the kernel in the words of the claim: a fixed dimension by its name, an excess as a difference."""
    fixed = {str(size): name for name, size in ctx.size.items()}

    def plain(part: Any) -> Any:
        if not isinstance(part, list):
            return part
        match part:
            case ["var", str(name)] if "-" in name:
                name, least = name.rsplit("-", 1)
                return ["sub", ["var", name], ["num", least]]
            case [int() | str() as name, str(dimension)] if dimension in fixed and name != "num":
                return [part[0], fixed[dimension]]
            case ["reduce", kind, name, dimension, out, body]:
                return ["reduce", kind, name, fixed.get(dimension, dimension), plain(out), plain(body)]
            case _:
                return [plain(p) for p in part]

    return plain(to_json(term))


def from_json(term: Json) -> Term:
    """The term of a prefix list that ``to_json`` may have made, without limits and optima."""
    match term:
        case ["num", str(text)]:
            return Number(Fraction(text))
        case ["const", str(name)]:
            return Constant(name)
        case ["var", str(name)]:
            return Variable(name)
        case ["comp", str(array), list(at)]:
            return Component(array, tuple(_index(i) for i in at))
        case ["delta", left, right]:
            return Delta(_index(left), _index(right))
        case ["neg", operand]:
            return Neg(from_json(operand))
        case ["apply", str(function), *args]:
            return Apply(function, tuple(map(from_json, args)))
        case ["reduce", kind, name, dimension, list(out), body]:
            return Reduce(kind, from_json(body), Index(name, dimension), tuple(map(_index, out)))
        case ["diff", body, list(targets)]:
            return Diff(from_json(body), tuple(from_json(t) for t in targets))  # type: ignore[misc]
        case [head, left, right]:
            return Binary({h: op for op, h in _HEADS.items()}[head], from_json(left), from_json(right))  # type: ignore[arg-type]
        case _:
            raise TypeError(f"no term: {term}")


def indices_from_json(found: Json) -> tuple[Index, ...]:
    """The indices of a list of pairs."""
    return tuple(map(_index, found))


def _index(found: Json) -> Index:
    return Index(*found)
