"""A derivation for people: lines that each say what equals what, and why. Frozen data only."""

from __future__ import annotations

from msgspec import Struct

from derive.term import Op, Relation, Term

Reason = tuple["str | Term | Relation", ...]
"""Words and formulas, one after the other."""


class Step(Struct, frozen=True):
    """``… op term``, and why; continues from the term before it, or from ``start``, where a new chain begins.

    The first chain begins with the left side of the line. ``conditions`` are those that arise here.
    """

    op: Op
    term: Term
    reason: Reason
    start: Term | None = None
    conditions: tuple[str, ...] = ()


class Telling(Struct, frozen=True):
    """The derivations of a claim: one a line, or a single one for a chain of steps; empty where nothing is proved.

    ``sizes`` tells of each step of a chain how many smaller ones it takes to get there, 1 where none are known.
    """

    lines: tuple[tuple[Step, ...], ...] = ()
    correction: tuple[Step, ...] = ()
    sizes: tuple[int, ...] = ()
