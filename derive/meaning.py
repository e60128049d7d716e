"""The meaning of a goal, or of what is made of goals, as text: all that depends on it, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from msgspec import Struct

from derive.claim import Declaration, Definition, Goal, Lemma, Line

Meant = Goal | Lemma | Line | Declaration | Definition | tuple["Meant", ...] | str | bool | int | None


def meaning(meant: Meant) -> str:
    """Two goals have one text only if no pass can tell them apart; the same holds of what is made of goals.

    Places in the file and the texts of hypotheses are left out; the digits of a literal are not, because residuals and
    conditions are printed with them.
    """
    parts: list[str] = []
    _spell(meant, parts.append)
    return "".join(parts)


def _spell(value: object, put: Callable[[str], None]) -> None:
    spelt = _ATOMS.get(type(value))
    if spelt:
        put(spelt(value))
    elif isinstance(value, tuple):
        put("(")
        for part in value:
            _spell(part, put)
            put(",")
        put(")")
    elif isinstance(value, Struct):
        put(type(value).__name__)
        _spell(tuple(getattr(value, name) for name in _fields(type(value))), put)
    else:
        raise TypeError(f"{type(value).__name__} is no frozen data")


def _fields(kind: type[Struct]) -> tuple[str, ...]:
    """The names of what counts."""
    known = _FIELDS.get(kind)
    if known is None:
        names = [f for f in kind.__struct_fields__ if f != "at" and (kind.__name__, f) not in _TEXTS]
        known = _FIELDS[kind] = tuple(names)
    return known


_TEXTS = {("Hypothesis", "text"), ("Line", "span"), ("Line", "left"), ("Line", "right"), ("Ground", "span")}
_FIELDS: dict[type[Struct], tuple[str, ...]] = {}
# Hexadecimal, because Python does not print long integers in decimal.
_ATOMS: dict[type, Callable[..., str]] = {
    str: repr,
    int: hex,
    bool: repr,
    Fraction: lambda q: f"{q.numerator:x}/{q.denominator:x}",
    type(None): repr,
}
