"""What is left of a difference, in the author's own definitions."""

from __future__ import annotations

from derive.claim import Claim, Line
from derive.errors import InputError
from derive.narrate.definitions import folded
from derive.narrate.setting import setting
from derive.parse import parse
from derive.write import write


def residue(text: str, line: Line, claim: Claim) -> str:
    """The residual with the claim's definitions by name, where the kernel sees that the value is the same."""
    here = setting(line, claim)
    free = {str(i.name): i.dimension for i in line.goal.indices}
    try:
        term = here.with_dimensions(parse(text, here.scope.names), free)
        names = folded(term, here, {d.name for d in here.definitions})
    except (InputError, RecursionError):
        return text
    found = write(names)
    return found if len(found) < len(text) and here.theorem(term, "==", names) else text
