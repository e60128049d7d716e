"""The relations of a chain -> the relation between its ends."""

from __future__ import annotations

from collections.abc import Sequence

from derive.term import Op, Relation


def compose(chain: Sequence[Relation]) -> Relation | None:
    """What the lines say of the first and last expression together; None where they say nothing.

    It follows from them only where every expression between has a value, so it is to be proved on its own.
    """
    op = _composed({relation.op for relation in chain})
    return Relation(chain[0].left, op, chain[-1].right) if op and len(chain) > 1 else None


def _composed(ops: set[Op]) -> Op | None:
    """The strongest relation that always follows, of lines of which each is one of these."""
    for strict, weak in STRICT:
        if ops <= {"==", strict, weak}:
            return strict if strict in ops else weak if weak in ops else "=="
    return None


STRICT: tuple[tuple[Op, Op], ...] = (("<", "<="), (">", ">="))
