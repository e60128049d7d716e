"""A derivation for people: lines that each say what equals what, and why. Frozen data only."""

from __future__ import annotations

from dataclasses import dataclass

from derive.term import Op, Relation, Term

Reason = tuple["str | Term | Relation", ...]
"""Words and formulas, one after the other."""


@dataclass(frozen=True, slots=True)
class Step:
    """``… op term``, and why; continues from the term before it, or from ``start``, where a new chain begins.

    The first chain begins with the left side of the line. ``conditions`` are those that arise here.
    """

    op: Op
    term: Term
    reason: Reason
    start: Term | None = None
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Telling:
    """The derivations of a claim: one a line, or a single one for a chain of steps; empty where nothing is proved.

    ``sizes`` tells of each step of a chain how many smaller ones it takes to get there, 1 where none are known.
    """

    lines: tuple[tuple[Step, ...], ...] = ()
    correction: tuple[Step, ...] = ()
    sizes: tuple[int, ...] = ()
