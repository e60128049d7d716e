"""Problems without those that only follow from others."""

from __future__ import annotations

from collections.abc import Iterable

from derive.errors import Problem

FOLLOWS = "DV097"


def causes(problems: Iterable[Problem]) -> list[Problem]:
    """What has to be repaired: that a name cannot be read is not told beside the error that is to blame.

    Where that error is in what the claims of a file share, it is told once for each name.
    """
    found = list(problems)
    if any(not p.is_lint and p.code != FOLLOWS for p in found):
        return [p for p in found if p.code != FOLLOWS]
    first = {p.message: p for p in reversed(found) if p.code == FOLLOWS}
    return [p for p in found if p.code != FOLLOWS or first[p.message] is p]
