"""The relations of a chain -> the relation between its ends."""

from __future__ import annotations

from collections.abc import Sequence

from derive.term import Op, Relation


def compose(*chains: Sequence[Relation]) -> Relation | None:
    """What the lines say of the first and last expression together; None where they say nothing.

    Of several chains, one a case, all between the same expressions, what they say in common. It follows only where
    every expression between has a value, so it is to be proved on its own.
    """
    ops = {_composed({relation.op for relation in chain}) for chain in chains}
    op = ops.pop() if len(ops) == 1 else _common(ops)
    return Relation(chains[0][0].left, op, chains[0][-1].right) if op else None


def _composed(ops: set[Op]) -> Op | None:
    """The strongest relation that always follows, of lines of which each is one of these."""
    for strict, weak in STRICT:
        if ops <= {"==", strict, weak}:
            return strict if strict in ops else weak if weak in ops else "=="
    return None


def _common(ops: set[Op | None]) -> Op | None:
    """The weak relation, if each of these implies it."""
    return next((weak for strict, weak in STRICT if ops <= {"==", strict, weak}), None)


STRICT: tuple[tuple[Op, Op], ...] = (("<", "<="), (">", ">="))
