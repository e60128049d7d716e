"""Verdict to JSON text and back, for the cache and between processes."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from msgspec import Struct

from derive import term
from derive.verdict import (
    Conflict,
    Contradicted,
    Counterexample,
    Enclosure,
    Floats,
    Proved,
    Refuted,
    Support,
    Undecided,
    Verdict,
)

Json = Any


class Recorded(Struct, frozen=True):
    """What a report may read of a theorem that the kernel made in another process or another run; no theorem itself."""

    conditions: tuple[str, ...]
    rules: tuple[str, ...]
    method: str
    left_only: tuple[str, ...]
    right_only: tuple[str, ...]
    lemmas: tuple[str, ...] = ()


def record(verdict: Verdict) -> str:
    """One line of ASCII, the same for equal verdicts."""
    return json.dumps(_coded(verdict), separators=(",", ":"))


def recall(text: str) -> Verdict:
    """The verdict that ``record`` wrote, its theorems as ``Recorded``. Raises ValueError: it wrote no such text."""
    try:
        found = _decoded(json.loads(text))
    except (LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise ValueError("this is no verdict") from error
    theorem = getattr(found, "theorem", None)
    if not isinstance(found, Proved | Refuted | Undecided | Conflict) or not isinstance(theorem, Recorded | None):
        raise ValueError("this is no verdict")
    return found


def _coded(value: object) -> Json:
    """Lists that begin with the name of what they hold; small integers, texts and None are themselves."""
    atom = _ATOMS.get(type(value))
    if atom:
        return atom(value)
    if isinstance(value, tuple):
        return ["", *map(_coded, value)]
    kind = type(value) if type(value).__name__ in _KINDS else Recorded
    return [kind.__name__, *(_coded(getattr(value, name)) for name in _FIELDS[kind.__name__])]


def _decoded(coded: Json) -> Any:
    if not isinstance(coded, list):
        return coded
    name, *rest = coded
    if name in _NUMBERS:
        return _NUMBERS[name](*rest)
    values = map(_decoded, rest)
    if name == "":
        return tuple(values)
    if len(rest) != len(_FIELDS[name]):
        raise ValueError(f"{name} has other fields")
    return _KINDS[name](**dict(zip(_FIELDS[name], values, strict=True)))


def _integer(value: int) -> Json:
    return value if abs(value) < 2**53 else ["int", f"{value:x}"]


_ATOMS: dict[type, Callable[..., Json]] = {
    str: lambda text: text,
    bool: lambda value: value,
    type(None): lambda value: value,
    int: _integer,
    float: lambda value: ["float", value.hex()],
    Fraction: lambda q: ["/", f"{q.numerator:x}", f"{q.denominator:x}"],
}
_NUMBERS: dict[str, Callable[..., Any]] = {
    "int": lambda text: int(text, 16),
    "float": float.fromhex,
    "/": lambda above, below: Fraction(int(above, 16), int(below, 16)),
}
_VERDICTS = (Proved, Refuted, Undecided, Conflict, Support, Counterexample, Contradicted, Enclosure, Floats, Recorded)
_TERMS = (*term.Term.__args__, term.Relation, term.Index)
_KINDS: dict[str, type[Struct]] = {kind.__name__: kind for kind in (*_VERDICTS, *_TERMS)}
_FIELDS = {name: kind.__struct_fields__ for name, kind in _KINDS.items()}
